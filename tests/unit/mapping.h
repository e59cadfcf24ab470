/*
 * Maps seen from a test: a record in, what its event says as one line of text
 * out. The shapes are those of formats, but for dictionaries of a few keys.
 *
 * Quotes are written ' for the sake of the reader, in records, in maps and in
 * what comes out.
 */
#ifndef SIEM_TESTS_UNIT_MAPPING_H
#define SIEM_TESTS_UNIT_MAPPING_H

#include "core/buf.h"
#include "core/file.h"
#include "event/map.h"
#include "event/mapper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MAX_RECORD = 1 << 20 };

static const struct field_rule *rule_in(const struct field_rule *rules,
					size_t count, struct slice key)
{
	for (size_t i = 0; i < count; i++)
		if (slice_is(slice_of(rules[i].key), key))
			return &rules[i];
	return NULL;
}

static const struct field_rule cef_rules[] = {
	{ "act", FIELD_TEXT, 63 },	  { "agt", FIELD_RESERVED, 0 },
	{ "c6a2", FIELD_IPV6, 0 },	  { "c6a3", FIELD_IPV6, 0 },
	{ "cat", FIELD_TEXT, 1023 },	  { "cfp1", FIELD_DOUBLE, 0 },
	{ "cfp2", FIELD_DOUBLE, 0 },	  { "cn1", FIELD_INT64, 0 },
	{ "cn2", FIELD_INT64, 0 },	  { "cn3", FIELD_INT64, 0 },
	{ "cs1", FIELD_TEXT, 4000 },	  { "cs1Label", FIELD_TEXT, 1023 },
	{ "cs2", FIELD_TEXT, 4000 },	  { "dpt", FIELD_PORT, 0 },
	{ "dst", FIELD_IPV4, 0 },	  { "end", FIELD_TIME_MS, 0 },
	{ "externalId", FIELD_TEXT, 40 }, { "in", FIELD_INT32, 0 },
	{ "msg", FIELD_TEXT, 1023 },	  { "out", FIELD_INT32, 0 },
	{ "outcome", FIELD_TEXT, 63 },	  { "rt", FIELD_TIME_MS, 0 },
	{ "shost", FIELD_TEXT, 1023 },	  { "spt", FIELD_PORT, 0 },
	{ "src", FIELD_IPV4, 0 },	  { "suser", FIELD_TEXT, 1023 },
};

static inline const struct field_rule *cef_rule(struct slice key)
{
	return rule_in(cef_rules, sizeof(cef_rules) / sizeof(*cef_rules), key);
}

static inline const struct field_rule *cef_like(struct slice key)
{
	for (size_t i = 0; i < sizeof(cef_rules) / sizeof(*cef_rules); i++)
		if (slice_is_like(slice_of(cef_rules[i].key), key))
			return &cef_rules[i];
	return NULL;
}

static const struct field_rule leef_rules[] = {
	{ "cat", FIELD_TEXT, 0 },      { "devTime", FIELD_TIME_MS, 0 },
	{ "policy", FIELD_TEXT, 0 },   { "role", FIELD_TEXT, 0 },
	{ "sev", FIELD_INT32, 0 },     { "src", FIELD_IP, 0 },
	{ "srcBytes", FIELD_INT64, 0 }, { "usrName", FIELD_TEXT, 255 },
};

static inline const struct field_rule *leef_rule(struct slice key)
{
	return rule_in(leef_rules, sizeof(leef_rules) / sizeof(*leef_rules),
		       key);
}

static const char *const cef_attributes[] = { "vendor", "product", "version",
					      "id",	"name",	   NULL };
static const char *const leef_attributes[] = { "vendor", "product", "version",
					       "id", NULL };
static const char *const rfc5424_attributes[] = { "app", "procid", "msgid",
						  "msg", "sdid",   NULL };

static const char *const no_attributes[] = { NULL };

static const struct map_shape cef = {
	.section = "cef",
	.attributes = cef_attributes,
	.rest_names = REST_CAMEL,
	.has_severity = true,
	.find_rule = cef_rule,
	.find_like = cef_like,
};

static const struct map_shape leef = {
	.section = "leef",
	.attributes = leef_attributes,
	.rest_names = REST_CAMEL,
	.drops_empty = true,
	.find_rule = leef_rule,
};

static const struct map_shape rfc5424 = {
	.section = "rfc5424",
	.attributes = rfc5424_attributes,
	.rest_names = REST_PATH,
	.key_max = 32,
	.has_time = true,
};

static const struct map_shape table = {
	.section = "sentinel",
	.attributes = no_attributes,
	.rest_names = REST_COLUMN,
	.key_max = 16,
	.has_time = true,
};

static const struct field_rule document_rules[] = {
	{ "event.end", FIELD_TIME_MS, 0 },  { "event.type", FIELD_LIST, 0 },
	{ "event.sequence", FIELD_INT64, 0 }, { "resources", FIELD_JSON, 0 },
	{ "user.name", FIELD_TEXT, 0 },     { "version", FIELD_RESERVED, 0 },
};

static inline const struct field_rule *document_rule(struct slice key)
{
	return rule_in(document_rules,
		       sizeof(document_rules) / sizeof(*document_rules), key);
}

static const struct map_shape labelled = {
	.section = "ecs",
	.attributes = no_attributes,
	.rest_names = REST_LABEL,
	.first_key = "doc.version",
	.rest_object = "labels.",
	.has_time = true,
	.find_rule = document_rule,
};

static const struct map_shape unmapped = {
	.section = "ocsf",
	.attributes = no_attributes,
	.rest_names = REST_WHOLE,
	.first_key = "doc.version",
	.rest_object = "rest.",
	.has_time = true,
	.find_rule = document_rule,
};

static const struct map_shape plain = {
	.section = "rfc5424",
	.attributes = rfc5424_attributes,
	.rest_names = REST_NONE,
	.has_time = true,
};

static inline void put_value(struct mapper *m, struct value v, struct buf *out)
{
	struct slice text;

	if (value_is_missing(v))
		buf_puts(out, "-");
	else if (mapper_text(m, v, &text))
		buf_put_slice(out, text);
	else
		abort();
}

/* "map|severity|attribute|...|key=value ..." of an event. */
static inline void put_event(struct mapper *m, const struct map_shape *shape,
			     const struct event *event, struct buf *out)
{
	buf_printf(out, "%s|%d%s|", event->map, event->severity,
		   event->emergency ? "!" : "");
	for (size_t i = 0; shape->attributes[i] != NULL; i++) {
		put_value(m, event->attributes[i], out);
		buf_putc(out, '|');
	}
	for (size_t i = 0; i < event->count; i++) {
		const struct field *f = &event->fields[i];

		if (i > 0)
			buf_putc(out, ' ');
		if (f->label.len > 0) {
			buf_put_slice(out, f->key);
			buf_puts(out, "Label=");
			buf_put_slice(out, f->label);
			buf_putc(out, ' ');
		}
		buf_put_slice(out, f->key);
		buf_putc(out, '=');
		put_value(m, f->value, out);
	}
}

static inline void replace_bytes(char *text, char from, char to)
{
	for (char *p = text; (p = strchr(p, from)) != NULL;)
		*p = to;
}

/* text with quotes, to be freed. */
static inline char *quoted(const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		abort();
	replace_bytes(copy, '\'', '"');
	return copy;
}

/*
 * What the map called which makes of a record; or, behind "error: ", why it
 * does not. Valid until the next call.
 */
static inline const char *mapped(const char *which,
				 const struct map_shape *shape,
				 const char *record)
{
	static struct buf out;
	struct err e = { 0 };
	struct event event;
	struct maps *maps = maps_load(which, shape, &e);
	struct mapper *m = maps != NULL ?
				   mapper_new(maps, shape, MAX_RECORD) : NULL;
	char *text = quoted(record);

	out.max = 64 << 20;
	buf_clear(&out);
	if (m == NULL)
		buf_printf(&out, "error: %s", e.text);
	else if (mapper_read(m, slice_of(text), &event, &e) < 0)
		buf_printf(&out, "error: column %zu: %s", e.column, e.text);
	else
		put_event(m, shape, &event, &out);
	free(text);
	mapper_free(m);
	maps_free(maps);
	buf_putc(&out, '\0');
	replace_bytes(out.data, '"', '\'');
	return out.data;
}

/* A file that holds text and has no name of its own. */
static inline const char *unnamed_file(const char *text)
{
	static char path[64];
	static int fd = -1;

	if (fd >= 0)
		close(fd);
	fd = memfd_create("map", MFD_CLOEXEC);
	if (fd < 0 || file_write_all(fd, text, strlen(text)) < 0)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return path;
}

/* The same for a map that is given as text; errors without its name. */
static inline const char *mapped_by(const char *map,
				    const struct map_shape *shape,
				    const char *record)
{
	char *text = quoted(map);
	const char *path = unnamed_file(text);
	const char *out = mapped(path, shape, record);
	const char *name = strstr(out, path);

	free(text);
	return name != NULL && strncmp(out, "error: ", 7) == 0 ?
		       name + strlen(path) + 2 : out;
}

static inline bool is(const char *got, const char *want)
{
	if (strcmp(got, want) == 0)
		return true;
	printf("# want %s\n# got  %s\n", want, got);
	return false;
}

#endif
