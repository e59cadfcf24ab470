#include "config.h"

#include "core/msg.h"
#include "event/map.h"
#include "format/registry.h"
#include "format/syslog.h"
#include "redact/redact.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)

/* Those that are not formats. */
static const struct opt own_rows[] = {
	OPT_PICK("syslog", syslog, "5424|3164",
		 "put a syslog header before the line"),
	OPT_STRING(0, "facility", facility, "NAME",
		   "facility of syslog headers [local0]"),
	OPT_STRING(0, "severity", severity, "NAME",
		   "severity of the same, or auto [info]"),
	OPT_STRING(0, "host", host, "NAME", "host of the same [this one]"),
	OPT_STRING('m', "map", map, "NAME|FILE",
		   "how members become fields [auto]"),
	OPT_STRING(0, "map-check", map_check, "NAME|FILE",
		   "say what is wrong with a map, and exit"),
	OPT_LIST(0, "where", where, "TEST",
		 "only records of which PATH=VALUE holds"),
	OPT_TIME(0, "since", since, "only events from then on"),
	OPT_TIME(0, "until", until, "only events before then"),
	OPT_LIST(0, "drop", drop, "PATH", "leave a member out"),
	OPT_LIST(0, "keep", keep, "PATH", "leave all out that no --keep names"),
	OPT_LIST(0, "hash", hash, "PATH", "make pseudonyms of its values"),
	OPT_STRING(0, "hash-key", hash_key, "SECRET",
		   "key of pseudonyms, env:NAME, file:PATH, ..."),
	OPT_LIST(0, "redact", redact, "CLASS,...",
		 "take these out of all strings (--list)"),
	OPT_LIST(0, "redact-pattern", patterns, "NAME=PCRE",
		 "take what matches out, too"),
	OPT_SIZE(0, "max-line", max_line, "BYTES", 1024 * MIB,
		 "leave out trailing fields of longer lines"),
	OPT_SIZE(0, "max-record", max_record, "BYTES", 1024 * MIB,
		 "reject records that are longer [1MB]"),
	OPT_FLAG(0, "no-limits", no_limits,
		 "do not cut values to what their keys allow"),
	OPT_STRING('r', "reject", reject, "FILE", "append bad records to FILE"),
	OPT_FLAG('x', "explain", explain,
		 "show where each member goes instead"),
	OPT_FLAG('l', "list", list, "list the formats and the maps, and exit"),
	OPT_COMMON_ROWS,
	OPT_END,
};

/* What the rows of formats have in common. */
static const struct opt format_row = OPT_PICK("", format, NULL, "");

enum { OWN_ROWS = sizeof(own_rows) / sizeof(own_rows[0]) };

/* A row for each format, then the others. */
static struct opt *make_rows(void)
{
	struct opt *rows = calloc(format_count + OWN_ROWS, sizeof(*rows));

	if (rows == NULL)
		return NULL;
	for (size_t i = 0; i < format_count; i++) {
		const struct format *f = formats[i];

		rows[i] = format_row;
		rows[i].name = f->name;
		rows[i].variants = f->variants;
		rows[i].help = f->summary;
	}
	memcpy(rows + format_count, own_rows, sizeof(own_rows));
	return rows;
}

int config_parse(struct config *c, int argc, char *argv[], struct err *e)
{
	struct opt *rows = make_rows();
	const struct cli cli = {
		.name = "siem-fmt",
		.operands = "[FILE...]",
		.summary = "Turn JSON lines into what a SIEM reads.",
		.options = rows,
	};

	*c = (struct config){
		.map = "auto",
		.max_record = 1 * MIB,
		.common = OPT_COMMON_DEFAULTS,
	};
	if (rows == NULL)
		return err_sys(e, "options");

	int first = opt_parse(&cli, argc, argv, c, e);
	free(rows);
	return first;
}

void config_free(struct config *c)
{
	free(c->where.items);
	free(c->drop.items);
	free(c->keep.items);
	free(c->hash.items);
	free(c->redact.items);
	free(c->patterns.items);
}

/* "give one of --cef, --leef, ..." */
static int fail_without_format(struct err *e)
{
	struct buf names = BUF_INIT(sizeof(e->text));

	for (size_t i = 0; i < format_count; i++)
		buf_printf(&names, "%s--%s",
			   i == 0		     ? "" :
			   i + 1 == format_count ? " or " :
						     ", ",
			   formats[i]->name);
	err_set(e, ERR_USAGE, "no format: give one of %s", buf_str(&names));
	buf_free(&names);
	return -1;
}

/* Both a variant that was named and the first of those there are. */
static void choose_variant(const struct config *c, struct choice *choice)
{
	const char *variants = choice->format->variants;
	const char *variant = c->format.variant;

	if (variants == NULL)
		return;
	if (variant == NULL)
		variant = variants;
	size_t len = strcspn(variant, "|");
	memcpy(choice->variant, variant, len);
	choice->variant[len] = '\0';
	choice->options.variant = choice->variant;
}

static int choose_syslog(const struct config *c, struct choice *choice,
			 struct err *e)
{
	const struct format *f = choice->format;

	if (c->syslog.name == NULL)
		return 0;
	if (f->is_body)
		return err_set(e, ERR_USAGE,
			       "option --syslog: what --%s writes goes into "
			       "requests, without a syslog header",
			       f->name);
	if (f->syslog == NULL)
		return err_set(e, ERR_USAGE,
			       "option --syslog: --%s has a syslog header "
			       "already",
			       f->name);
	choice->options.syslog =
		c->syslog.variant != NULL ? c->syslog.variant : f->syslog;
	return 0;
}

static int fail_name(const char *option, const char *name, const char *nearest,
		     struct err *e)
{
	if (nearest == NULL)
		return err_set(e, ERR_USAGE, "option --%s: there is no %s",
			       option, name);
	return err_set(e, ERR_USAGE,
		       "option --%s: there is no %s (did you mean %s?)", option,
		       name, nearest);
}

static int choose_priority(const struct config *c, struct choice *choice,
			   struct err *e)
{
	struct format_options *o = &choice->options;
	const char *facility = c->facility != NULL ? c->facility : "local0";
	const char *severity = c->severity != NULL ? c->severity : "info";

	o->facility = syslog_facility(facility);
	if (o->facility < 0)
		return fail_name("facility", facility,
				 syslog_nearest_facility(facility), e);
	if (strcmp(severity, "auto") == 0) {
		o->severity = FORMAT_SEVERITY_AUTO;
		return 0;
	}
	o->severity = syslog_severity(severity);
	if (o->severity < 0)
		return fail_name("severity", severity,
				 syslog_nearest_severity(severity), e);
	return 0;
}

/* Options of a header, where the lines will have none. */
static void tell_idle(const struct config *c, const struct choice *choice)
{
	const struct {
		const char *name, *value;
	} options[] = {
		{ "facility", c->facility },
		{ "severity", c->severity },
		{ "host", c->host },
	};
	const struct format *f = choice->format;

	if (choice->options.syslog != NULL ||
	    (f->syslog == NULL && !f->is_body))
		return;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (options[i].value != NULL &&
		    !(f->has_host && options[i].value == c->host))
			msg_warn("option --%s changes nothing: %s--%s has no "
				 "syslog header",
				 options[i].name,
				 f->is_body ? "" : "without --syslog, ",
				 f->name);
}

static int choose_host(const struct config *c, struct choice *choice,
		       struct err *e)
{
	choice->options.host = choice->host;
	if (c->host == NULL) {
		// POSIX leaves open whether a cut name ends in a NUL.
		if (gethostname(choice->host, sizeof(choice->host) - 1) < 0)
			return err_sys(e, "host name");
		return 0;
	}

	size_t len = strlen(c->host);
	if (len == 0 || len > SYSLOG_HOST_MAX)
		return err_set(e, ERR_USAGE,
			       "option --host: a name has 1 to %d bytes",
			       SYSLOG_HOST_MAX);
	if (!syslog_is_host(c->host))
		return err_set(e, ERR_USAGE,
			       "option --host: %s is no name: only printable "
			       "ASCII, without spaces",
			       c->host);
	memcpy(choice->host, c->host, len + 1);
	return 0;
}

int config_choose(const struct config *c, struct choice *choice, struct err *e)
{
	*choice = (struct choice){ 0 };
	if (c->format.name == NULL)
		return fail_without_format(e);
	choice->format = format_find(c->format.name);
	choice->options.no_limits = c->no_limits;
	choice->options.max_line = c->max_line;
	choose_variant(c, choice);
	if (choose_syslog(c, choice, e) < 0 ||
	    choose_priority(c, choice, e) < 0 || choose_host(c, choice, e) < 0)
		return -1;
	tell_idle(c, choice);
	return 0;
}

int config_select(const struct config *c, struct maps *maps,
		  struct select *selection, struct err *e)
{
	*selection = SELECT_ALL;
	selection->has_since = c->since.text != NULL;
	selection->since = c->since.at;
	selection->has_until = c->until.text != NULL;
	selection->until = c->until.at;
	if (selection->has_since && selection->has_until &&
	    !timestamp_is_before(&selection->since, &selection->until))
		return err_set(e, ERR_USAGE,
			       "option --until: %s is not later than --since "
			       "%s",
			       c->until.text, c->since.text);
	return select_where(selection, maps, c->where.items, c->where.count,
			    e);
}

/* Print a row of --list. */
static void print_row(const char *left, const char *right)
{
	printf("  %-22s %s\n", left, right);
}

static int list_maps(struct err *e)
{
	struct buf text = BUF_INIT(MIB);
	int rc = 0;

	printf("maps:\n");
	for (size_t i = 0; i < map_builtin_count && rc == 0; i++) {
		buf_clear(&text);
		rc = map_describe(&map_builtins[i], &text, e);
		print_row(map_builtins[i].name, buf_str(&text));
	}
	buf_free(&text);
	return rc;
}

int config_list(struct err *e)
{
	printf("formats:\n");
	for (size_t i = 0; i < format_count; i++) {
		const struct format *f = formats[i];
		char left[40];

		snprintf(left, sizeof(left), "--%s%s%s%s", f->name,
			 f->variants != NULL ? "[=" : "",
			 f->variants != NULL ? f->variants : "",
			 f->variants != NULL ? "]" : "");
		print_row(left, f->summary);
	}
	if (list_maps(e) < 0)
		return -1;
	printf("redaction classes:\n");
	for (size_t i = 0; redact_class_name(i) != NULL; i++)
		print_row(redact_class_name(i), redact_class_summary(i));
	return fflush(stdout) == 0 ? 0 : err_sys(e, "standard output");
}
