#include "core/opt.h"

#include "core/msg.h"
#include "core/nearest.h"
#include "core/slice.h"

#include <errno.h>
#include <getopt.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#ifndef SIEM_VERSION
#define SIEM_VERSION "unknown"
#endif

/* What every tool understands and no table needs to say. */
static const struct opt standard[] = {
	{ .letter = 'h', .name = "help", .help = "show this and exit" },
	{ .name = "list-options", .help = "list the options, for completion" },
	{ .name = "version", .help = "show the version and exit" },
	OPT_END,
};

/* The rows of both tables, and what getopt_long(3) makes of them. */
struct table {
	size_t count;
	const struct opt **rows;
	struct option *longs;
	char *shorts;
};

static bool takes_argument(const struct opt *o)
{
	return o->arg != NULL || o->variants != NULL;
}

static bool argument_is_optional(const struct opt *o)
{
	return o->variants != NULL;
}

static void table_free(struct table *t)
{
	free(t->rows);
	free(t->longs);
	free(t->shorts);
}

static int table_make(struct table *t, const struct opt *own, struct err *e)
{
	size_t count = sizeof(standard) / sizeof(standard[0]) - 1;

	for (const struct opt *o = own; o->name != NULL; o++)
		count++;

	*t = (struct table){ 0 };
	t->rows = calloc(count, sizeof(*t->rows));
	t->longs = calloc(count + 1, sizeof(*t->longs));
	t->shorts = calloc(3 * count + 2, 1);
	if (t->rows == NULL || t->longs == NULL || t->shorts == NULL) {
		err_sys(e, "options");
		table_free(t);
		return -1;
	}

	char *s = t->shorts;
	*s++ = ':'; // a missing argument is told from an unknown option
	for (const struct opt *o = own; t->count < count; o++) {
		if (o->name == NULL)
			o = standard;
		t->longs[t->count] = (struct option){
			.name = o->name,
			.has_arg = !takes_argument(o) ? no_argument :
				   argument_is_optional(o) ? optional_argument :
							     required_argument,
			.val = 256 + (int)t->count,
		};
		t->rows[t->count++] = o;
		if (o->letter != 0) {
			*s++ = o->letter;
			if (takes_argument(o))
				*s++ = ':';
			if (argument_is_optional(o))
				*s++ = ':';
		}
	}
	return 0;
}

static const struct opt *row_of(const struct table *t, int found)
{
	if (found >= 256)
		return t->rows[found - 256];
	for (size_t i = 0; i < t->count; i++)
		if (t->rows[i]->letter == found)
			return t->rows[i];
	return NULL;
}

bool opt_parse_size(const char *text, size_t *size)
{
	static const struct {
		const char *suffix;
		unsigned shift;
	} units[] = {
		{ "", 0 },    { "B", 0 },   { "K", 10 },   { "KB", 10 },
		{ "KiB", 10 }, { "M", 20 },  { "MB", 20 },  { "MiB", 20 },
		{ "G", 30 },  { "GB", 30 }, { "GiB", 30 }, { "T", 40 },
		{ "TB", 40 }, { "TiB", 40 },
	};
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	unsigned long long n = strtoull(text, &end, 10);
	if (errno != 0)
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcasecmp(end, units[i].suffix) != 0)
			continue;
		if (n > (SIZE_MAX / 4) >> units[i].shift)
			return false;
		*size = (size_t)n << units[i].shift;
		return true;
	}
	return false;
}

static int set_number(const struct opt *o, const char *arg, size_t *field,
		      struct err *e)
{
	size_t n;
	bool plain = strspn(arg, "0123456789") == strlen(arg);

	if (o->kind == OPT_KIND_COUNT && arg[0] == '-' && arg[1] >= '0' &&
	    arg[1] <= '9')
		return err_set(e, ERR_USAGE, "option --%s: %s is less than 0",
			       o->name, arg);
	if ((o->kind == OPT_KIND_COUNT && !plain) || !opt_parse_size(arg, &n))
		return err_set(e, ERR_USAGE,
			       "option --%s: %s is not a %s", o->name, arg,
			       o->kind == OPT_KIND_COUNT ?
				       "number" :
				       "size, as in 65536, 64KB or 10GB");
	if (o->most != 0 && n > o->most)
		return err_set(e, ERR_USAGE, "option --%s: %s is more than %zu",
			       o->name, arg, o->most);
	*field = n;
	return 0;
}

/* "1000/s", records, or "5MB/s", bytes. */
bool opt_parse_rate(const char *text, struct rate *rate)
{
	char amount[32];
	size_t len = strcspn(text, "/");
	size_t per_sec;

	if (strcmp(text + len, "/s") != 0 || len >= sizeof(amount))
		return false;
	memcpy(amount, text, len);
	amount[len] = '\0';
	if (!opt_parse_size(amount, &per_sec) || per_sec == 0)
		return false;
	rate->per_sec = per_sec;
	rate->in_bytes = strspn(amount, "0123456789") != len;
	return true;
}

static int set_rate(const struct opt *o, const char *arg, struct rate *field,
		    struct err *e)
{
	if (!opt_parse_rate(arg, field))
		return err_set(e, ERR_USAGE,
			       "option --%s: %s is not a rate, as in 1000/s "
			       "or 5MB/s",
			       o->name, arg);
	return 0;
}

/* Seconds with at most nine digits before the point and any behind it. */
bool opt_parse_ms(const char *text, size_t *ms)
{
	static const char digits[] = "0123456789";
	size_t whole = strspn(text, digits);
	size_t point = text[whole] == '.' ? 1 : 0;
	size_t behind = strspn(text + whole + point, digits) * point;

	if (whole + behind == 0 || whole > 9 ||
	    text[whole + point + behind] != '\0')
		return false;

	*ms = 0;
	for (size_t i = 0; i < whole; i++)
		*ms = *ms * 10 + (size_t)(text[i] - '0');
	for (size_t i = 0; i < 3; i++)
		*ms = *ms * 10 +
		      (i < behind ? (size_t)(text[whole + 1 + i] - '0') : 0);
	return true;
}

static int set_ms(const struct opt *o, const char *arg, size_t *field,
		  struct err *e)
{
	size_t ms;

	if (!opt_parse_ms(arg, &ms))
		return err_set(e, ERR_USAGE,
			       "option --%s: %s is not a number of seconds",
			       o->name, arg);
	if (o->most != 0 && ms > o->most)
		return err_set(e, ERR_USAGE, "option --%s: %s is more than %zu",
			       o->name, arg, o->most / 1000);
	*field = ms;
	return 0;
}

static int set_time(const struct opt *o, const char *arg,
		    struct opt_time *field, struct err *e)
{
	struct timestamp now = timestamp_now();

	if (!timestamp_parse_when(slice_of(arg), &now, &field->at))
		return err_set(e, ERR_USAGE,
			       "option --%s: %s is not a time, as in "
			       "2025-10-08T22:45:00Z, 2025-10-08, "
			       "@1759963500 or -2h",
			       o->name, arg);
	field->text = arg;
	return 0;
}

static int set_pick(const struct opt *o, const char *arg,
		    struct opt_pick *field, struct err *e)
{
	if (field->name != NULL && strcmp(field->name, o->name) != 0)
		return err_set(e, ERR_USAGE,
			       "options --%s and --%s exclude each other",
			       field->name, o->name);
	field->name = o->name;
	field->variant = NULL;
	if (o->variants == NULL)
		return 0;

	// Point into the row's own list: what differs cannot be misspelt.
	struct slice list = slice_of(o->variants);
	while (list.len > 0) {
		const char *bar = memchr(list.data, '|', list.len);
		size_t len = bar != NULL ? (size_t)(bar - list.data) : list.len;

		if (arg == NULL ||
		    (strlen(arg) == len && memcmp(arg, list.data, len) == 0)) {
			field->variant = arg; // NULL: the first
			return 0;
		}
		list = slice_from(list, len + (bar != NULL));
	}
	return err_set(e, ERR_USAGE, "option --%s: %s is none of %s", o->name,
		       arg, o->variants);
}

static int add_item(const char *arg, struct opt_list *list, struct err *e)
{
	const char **items =
		realloc(list->items, (list->count + 1) * sizeof(*items));

	if (items == NULL)
		return err_sys(e, "options");
	items[list->count++] = arg;
	list->items = items;
	return 0;
}

static int set(const struct opt *o, const char *arg, void *config,
	       struct err *e)
{
	void *field = (char *)config + o->offset;

	switch (o->kind) {
	case OPT_KIND_FLAG:
		*(bool *)field = true;
		return 0;
	case OPT_KIND_STRING:
		*(const char **)field = arg != NULL ? arg : o->variants;
		return 0;
	case OPT_KIND_COUNT:
	case OPT_KIND_SIZE:
		return set_number(o, arg, field, e);
	case OPT_KIND_MS:
		return set_ms(o, arg, field, e);
	case OPT_KIND_RATE:
		return set_rate(o, arg, field, e);
	case OPT_KIND_TIME:
		return set_time(o, arg, field, e);
	case OPT_KIND_PICK:
		return set_pick(o, arg, field, e);
	case OPT_KIND_LIST:
		return add_item(arg, field, e);
	}
	return err_set(e, ERR_USAGE, "option --%s", o->name);
}

static int needs_argument(const struct table *t, int found, struct err *e)
{
	if (found < 256)
		return err_set(e, ERR_USAGE, "option -%c needs an argument",
			       found);
	return err_set(e, ERR_USAGE, "option --%s needs an argument",
		       row_of(t, found)->name);
}

static int unknown(const struct table *t, const char *word, struct err *e)
{
	// Without the dashes, and without "=value".
	char name[64];
	struct nearest near = NEAREST_INIT(name);
	size_t len = strcspn(word + strspn(word, "-"), "=");

	if (word[0] == '-' && word[1] != '-')
		return err_set(e, ERR_USAGE, "unknown option: %s (see --help)",
			       word);
	snprintf(name, sizeof(name), "%.*s", (int)len,
		 word + strspn(word, "-"));
	for (size_t i = 0; i < t->count; i++)
		nearest_try(&near, t->rows[i]->name);
	if (near.best == NULL)
		return err_set(e, ERR_USAGE, "unknown option: --%s (see --help)",
			       name);
	return err_set(e, ERR_USAGE,
		       "unknown option: --%s (did you mean --%s?)", name,
		       near.best);
}

static void usage(const struct cli *cli, const struct table *t)
{
	printf("usage: %s [options]%s%s\n%s\n\n", cli->name,
	       cli->operands[0] != '\0' ? " " : "", cli->operands,
	       cli->summary);
	for (size_t i = 0; i < t->count; i++) {
		const struct opt *o = t->rows[i];
		const char *arg = o->arg != NULL ? o->arg : o->variants;
		bool maybe = argument_is_optional(o);
		char letter[4] = "   ";
		char left[80];

		if (o->letter != 0)
			snprintf(letter, sizeof(letter), "-%c,", o->letter);
		snprintf(left, sizeof(left), "%s --%s%s%s%s", letter, o->name,
			 arg == NULL ? "" : maybe ? "[=" : " ",
			 arg != NULL ? arg : "", maybe ? "]" : "");
		printf("  %-30s %s\n", left, o->help);
	}
}

static void list(const struct table *t)
{
	for (size_t i = 0; i < t->count; i++)
		printf("--%s\t%s\n", t->rows[i]->name, t->rows[i]->help);
}

/* The standard option that row is, done; false if it is none of them. */
static bool standard_done(const struct cli *cli, const struct table *t,
			  const struct opt *row)
{
	if (strcmp(row->name, "help") == 0)
		usage(cli, t);
	else if (strcmp(row->name, "list-options") == 0)
		list(t);
	else if (strcmp(row->name, "version") == 0)
		printf("%s (siem-tools) %s\n", cli->name, SIEM_VERSION);
	else
		return false;
	return true;
}

int opt_parse(const struct cli *cli, int argc, char *argv[], void *config,
	      struct err *e)
{
	struct table t;
	int found;
	int rc = -1;

	if (table_make(&t, cli->options, e) < 0)
		return -1;

	opterr = 0;
	optind = 0; // start afresh, also after one that failed half way
	while ((found = getopt_long(argc, argv, t.shorts, t.longs, NULL)) !=
	       -1) {
		const struct opt *row = NULL;

		if (found == ':') {
			needs_argument(&t, optopt, e);
			goto out;
		}
		if (found != '?')
			row = row_of(&t, found);
		if (row == NULL) {
			char letter[3] = { '-', (char)optopt, '\0' };

			if (optopt >= 256)
				err_set(e, ERR_USAGE,
					"option --%s takes no argument",
					row_of(&t, optopt)->name);
			else
				unknown(&t,
					optopt != 0 ? letter : argv[optind - 1],
					e);
			goto out;
		}
		if (standard_done(cli, &t, row)) {
			rc = fflush(stdout) == 0 ?
				     0 :
				     err_sys(e, "standard output");
			goto out;
		}
		// "-n=curl", as "--dry-run=curl" is written.
		if (found < 256 && row->kind == OPT_KIND_STRING &&
		    optarg != NULL && optarg[0] == '=' &&
		    argument_is_optional(row))
			optarg++;
		if (set(row, optarg, config, e) < 0)
			goto out;
	}
	rc = optind;
out:
	table_free(&t);
	return rc;
}

void opt_apply_common(const struct opt_common *common)
{
	if (common->quiet)
		msg_set_level(MSG_QUIET);
	else if (common->verbose)
		msg_set_level(MSG_VERBOSE);
}
