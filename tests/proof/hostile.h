/*
 * Hostile records: what their writers could put into an audit log so that a
 * SIEM reads something else. The same seed makes the same record.
 */
#ifndef SIEM_TESTS_PROOF_HOSTILE_H
#define SIEM_TESTS_PROOF_HOSTILE_H

#include "../bin/random-json.h"

#include "event/map.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* A list of strings that grows. */
struct strings {
	char **items;
	size_t count, cap;
};

struct hostile {
	struct strings texts; // inside of JSON strings, escapes and all
	struct strings paths; // that maps read: "a.b"
	json_t *records;      // an array of objects to start from
};

static inline void strings_add(struct strings *s, const char *text)
{
	if (s->count == s->cap) {
		s->cap = s->cap != 0 ? 2 * s->cap : 64;
		s->items = realloc(s->items, s->cap * sizeof(*s->items));
	}
	if (s->items == NULL || (s->items[s->count++] = strdup(text)) == NULL)
		abort();
}

static inline void strings_free(struct strings *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->items[i]);
	free(s->items);
}

static inline const char *strings_pick(struct random *r,
				       const struct strings *s)
{
	return s->items[random_below(r, s->count)];
}

/* Is it, most likely, a path of a map and no word for people? */
static inline bool hostile_is_path(const char *s)
{
	return s[0] != '$' && s[0] != '\0' && strlen(s) < 60 &&
	       strpbrk(s, " {}/\\") == NULL;
}

/* Note the paths in a map: any string in it may be one. */
static inline void hostile_add_paths(struct hostile *h, json_t *map)
{
	const char *name;
	json_t *value;
	size_t i;

	if (json_is_string(map) && hostile_is_path(json_string_value(map)))
		strings_add(&h->paths, json_string_value(map));
	json_array_foreach(map, i, value)
	{
		hostile_add_paths(h, value);
	}
	json_object_foreach(map, name, value)
	{
		hostile_add_paths(h, value);
	}
}

/* Call take with each line of a file; false: it cannot be read. */
static inline bool
hostile_read_lines(struct hostile *h, const char *folder, const char *name,
		   bool (*take)(struct hostile *h, char *line))
{
	char path[4096];
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;
	bool good = true;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = fopen(path, "re");
	if (f == NULL)
		return false;
	while (good && (len = getline(&line, &cap, f)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		good = take(h, line);
	}
	free(line);
	fclose(f);
	return good;
}

static inline bool hostile_take_record(struct hostile *h, char *line)
{
	return json_array_append_new(h->records, json_loads(line, 0, NULL)) ==
	       0;
}

static inline bool hostile_take_text(struct hostile *h, char *line)
{
	size_t len = strlen(line);

	if (len < 2 || line[0] != '"' || line[len - 1] != '"')
		return false;
	line[len - 1] = '\0';
	strings_add(&h->texts, line + 1);
	return true;
}

/* Read what records are made of; false: something is not there. */
static inline bool hostile_init(struct hostile *h, const char *folder)
{
	*h = (struct hostile){ .records = json_array() };

	for (size_t i = 0; i < map_builtin_count; i++) {
		json_t *map = json_loadb(map_builtins[i].text,
					 map_builtins[i].len, 0, NULL);

		hostile_add_paths(h, map);
		json_decref(map);
	}
	return hostile_read_lines(h, folder, "hostile.txt",
				  hostile_take_text) &&
	       hostile_read_lines(h, folder, "golden.jsonl",
				  hostile_take_record) &&
	       hostile_read_lines(h, folder, "live.jsonl",
				  hostile_take_record) &&
	       hostile_read_lines(h, folder, "kubernetes.jsonl",
				  hostile_take_record) &&
	       h->texts.count > 0;
}

static inline void hostile_free(struct hostile *h)
{
	strings_free(&h->texts);
	strings_free(&h->paths);
	json_decref(h->records);
}

/* Bytes that are no UTF-8, to be repaired. */
static inline void hostile_bad_bytes(struct random *r, struct buf *out)
{
	static const char *const bad[] = { "\x80",
					   "\xc0\x80",
					   "\xc1\xbd",
					   "\xc3",
					   "\xe0\x80\xbd",
					   "\xe2\x82",
					   "\xed\xa0\x80",
					   "\xf0\x9f\x98",
					   "\xf4\x90\x80\x80",
					   "\xff",
					   NULL };

	buf_puts(out, random_pick(r, bad));
}

/* What stands in a string. */
static inline void hostile_text(const struct hostile *h, struct random *r,
				struct buf *out)
{
	static const char *const pieces[] = { "=",
					      " ",
					      "|",
					      "\\\\",
					      "\\\"",
					      "\\t",
					      "\\n",
					      "\\r",
					      ";",
					      "]",
					      "[",
					      "a",
					      "act=",
					      "\\u0000",
					      "\\u007f",
					      "\\/",
					      "\\b",
					      "\\ud800",
					      "\\udc00",
					      ":",
					      "{",
					      "}",
					      "-",
					      "\xc3\xa9",
					      "\xe2\x80\xa8",
					      "\\ud83d\\ude00",
					      "^",
					      "<13>",
					      NULL };
	const char *text = strings_pick(r, &h->texts);
	size_t kind = random_below(r, 64);

	if (kind < 36) {
		buf_puts(out, text);
	} else if (kind < 48) { // a mixture
		for (size_t n = 1 + random_below(r, 8); n > 0; n--)
			buf_puts(out, random_once_in(r, 3)
					      ? strings_pick(r, &h->texts)
					      : random_pick(r, pieces));
	} else if (kind < 56) {
		for (size_t n = 1 + random_below(r, 40); n > 0; n--)
			buf_puts(out, random_pick(r, pieces));
	} else if (kind < 62) {
		put_text(r, out);
	} else if (kind < 63) {
		buf_puts(out, text);
		hostile_bad_bytes(r, out);
	} else { // longer than most values may be
		size_t most = out->len + 40 + random_below(r, 600) +
			      (random_once_in(r, 8) ? 5000 : 0);

		while (out->len < most)
			buf_puts(out, text[0] != '\0' ? text : "x");
	}
}

static inline void hostile_number(struct random *r, struct buf *out)
{
	static const char *const numbers[] = { "1e400",
					       "-0",
					       "9223372036854775808",
					       "0.1",
					       "9007199254740993",
					       "1.50",
					       "65536",
					       "2147483648",
					       "-1",
					       "1e5",
					       "1759963500",
					       "1759963500123",
					       "4294967295",
					       "-9223372036854775809",
					       "0",
					       "10",
					       "123456789012345678901",
					       "3.999",
					       NULL };

	if (random_once_in(r, 2))
		buf_puts(out, random_pick(r, numbers));
	else
		put_number(r, out);
}

static inline void hostile_string(const struct hostile *h, struct random *r,
				  struct buf *out)
{
	buf_putc(out, '"');
	hostile_text(h, r, out);
	buf_putc(out, '"');
}

static inline void hostile_value(const struct hostile *h, struct random *r,
				 size_t depth, struct buf *out);

/* The name of a member: of the corpus, of a map, or one of a path's. */
static inline void hostile_name(const struct hostile *h, struct random *r,
				struct buf *out)
{
	buf_putc(out, '"');
	if (random_once_in(r, 2))
		hostile_text(h, r, out);
	else
		buf_puts(out, strings_pick(r, &h->paths));
	buf_puts(out, "\":");
}

static inline void hostile_members(const struct hostile *h, struct random *r,
				   size_t count, size_t depth, struct buf *out)
{
	while (count-- > 0) {
		if (out->data[out->len - 1] != '{')
			buf_putc(out, ',');
		hostile_name(h, r, out);
		hostile_value(h, r, depth + 1, out);
	}
}

/* A member that says how severe the event is, in a word of some map. */
static inline void hostile_severity(struct random *r, struct buf *out)
{
	static const char *const words[] = {
		"debug",     "INFO",   "notice", "warning", "Error",
		"critical",  "alert",  "emerg",  "fatal",   "EMERGENCY",
		"emergency", "severe", NULL
	};

	if (out->data[out->len - 1] != '{')
		buf_putc(out, ',');
	buf_printf(out, "\"%s\":\"%s\"",
		   random_once_in(r, 2) ? "severity" : "level",
		   random_pick(r, words));
}

/* The elements of an array of which some say nothing. */
static inline void hostile_elements(struct random *r, struct buf *out)
{
	static const char *const elements[] = { "\"\"",  "\"a\"", "null",
						"\"b\"", "{}",    "1",
						NULL };

	for (size_t n = random_below(r, 5); n > 0; n--) {
		buf_puts(out, random_pick(r, elements));
		if (n > 1)
			buf_putc(out, ',');
	}
}

static inline void hostile_deep(const struct hostile *h, struct random *r,
				struct buf *out)
{
	size_t depth = 3 + random_below(r, random_once_in(r, 10) ? 60 : 8);

	for (size_t i = 0; i < depth; i++)
		buf_puts(out, i % 3 == 2 ? "[" : "{\"d\":");
	hostile_string(h, r, out);
	while (depth-- > 0)
		buf_putc(out, depth % 3 == 2 ? ']' : '}');
}

static inline void hostile_value(const struct hostile *h, struct random *r,
				 size_t depth, struct buf *out)
{
	static const char *const words[] = { "true", "false", "null", "[]",
					     "{}",   "\"\"",  NULL };
	size_t kind = random_below(r, depth < 4 ? 36 : 28);

	if (kind < 20) {
		hostile_string(h, r, out);
	} else if (kind < 25) {
		hostile_number(r, out);
	} else if (kind < 28) {
		buf_puts(out, random_pick(r, words));
	} else if (kind < 31) {
		size_t n = random_below(r, 4);

		buf_putc(out, '[');
		if (n == 3 && random_once_in(r, 2)) {
			hostile_elements(r, out);
			n = 0;
		}
		for (; n > 0; n--) {
			hostile_value(h, r, depth + 1, out);
			if (n > 1)
				buf_puts(out,
					 random_once_in(r, 6) ? " ," : ",");
		}
		buf_putc(out, ']');
	} else if (kind < 35) {
		buf_putc(out, '{');
		hostile_members(h, r, random_below(r, 4), depth, out);
		buf_putc(out, '}');
	} else {
		hostile_deep(h, r, out);
	}
}

/* A member of a record to start from: as it is, or with another value. */
static inline void hostile_again(const struct hostile *h, struct random *r,
				 json_t *value, size_t depth, struct buf *out);

static inline void hostile_object(const struct hostile *h, struct random *r,
				  json_t *object, size_t depth, struct buf *out)
{
	const char *name;
	json_t *value;

	buf_putc(out, '{');
	if (random_once_in(r, 8))
		hostile_members(h, r, 1, depth, out);
	json_object_foreach(object, name, value)
	{
		if (random_once_in(r, 16))
			continue;
		if (out->data[out->len - 1] != '{')
			buf_putc(out, ',');
		buf_putc(out, '"');
		if (random_once_in(r, 48))
			hostile_text(h, r, out);
		else
			buf_puts(out, name);
		buf_puts(out, "\":");
		hostile_again(h, r, value, depth + 1, out);
		if (!random_once_in(r, 64))
			continue;
		buf_printf(out, ",\"%s\":", name); // twice
		hostile_value(h, r, depth + 1, out);
	}
	if (depth == 0 && random_once_in(r, 12))
		hostile_severity(r, out);
	if (random_once_in(r, depth == 0 ? 2 : 12))
		hostile_members(h, r, 1 + random_below(r, 4), depth, out);
	buf_putc(out, '}');
}

static inline void hostile_again(const struct hostile *h, struct random *r,
				 json_t *value, size_t depth, struct buf *out)
{
	bool is_object = json_is_object(value);

	if (random_once_in(r, is_object ? 16 : 3)) {
		hostile_value(h, r, depth, out);
	} else if (is_object) {
		hostile_object(h, r, value, depth, out);
	} else {
		char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

		buf_puts(out, text);
		free(text);
	}
}

/* A member that a map reads, in the objects that its path names. */
static inline void hostile_at(const struct hostile *h, struct random *r,
			      const char *path, struct buf *out)
{
	const char *dot = strchr(path, '.');

	if (dot == NULL) {
		buf_printf(out, "\"%s\":", path);
		hostile_value(h, r, 2, out);
		return;
	}
	buf_printf(out, "\"%.*s\":{", (int)(dot - path), path);
	hostile_at(h, r, dot + 1, out);
	buf_putc(out, '}');
}

/* A record whose members are those of paths of maps. */
static inline void hostile_mapped(const struct hostile *h, struct random *r,
				  struct buf *out)
{
	buf_putc(out, '{');
	for (size_t n = 1 + random_below(r, 16); n > 0; n--) {
		if (out->data[out->len - 1] != '{')
			buf_putc(out, ',');
		hostile_at(h, r, strings_pick(r, &h->paths), out);
	}
	buf_putc(out, '}');
}

/* Put a name before all members, as siem-tail does, or one much like it. */
static inline void hostile_stamp(struct random *r, struct buf *out,
				 size_t start)
{
	static const char *const stamps[] = {
		"{\"siem_id\":\"5f0c9ad21b3e4d6f8091a2b3c4d5e6f7\"",
		"{\"siem_id\":\"5F0C9AD21B3E4D6F8091A2B3C4D5E6F7\"",
		"{\"siem_id\":\"5f0c9ad21b3e4d6f8091a2b3c4d5e6f\"",
		"{\"siem_id\":\"5f0c9ad21b3e4d6f8091a2b3c4d5e6f70\"",
		"{ \"siem_id\":\"5f0c9ad21b3e4d6f8091a2b3c4d5e6f7\"",
		"{\"siem_id\":12345678901234567890123456789012",
		NULL,
	};
	const char *stamp =
		random_once_in(r, 2) ? stamps[0] : random_pick(r, stamps);
	struct buf rest = BUF_INIT(1 << 20);

	buf_put_slice(&rest, slice_from(buf_slice(out), start + 1));
	buf_cut(out, start);
	buf_puts(out, stamp);
	if (rest.data[0] != '}')
		buf_putc(out, ',');
	buf_put_slice(out, buf_slice(&rest));
	buf_free(&rest);
}

/* Append a record: one line of JSON, as a rule. */
static inline void hostile_record(const struct hostile *h, struct random *r,
				  struct buf *out)
{
	size_t kind = random_below(r, 32);
	size_t start = out->len;

	if (kind < 20) {
		hostile_object(
			h, r,
			json_array_get(
				h->records,
				random_below(r, json_array_size(h->records))),
			0, out);
	} else if (kind < 28) {
		hostile_mapped(h, r, out);
	} else {
		buf_putc(out, '{');
		hostile_members(h, r, random_below(r, 8), 0, out);
		buf_putc(out, '}');
	}
	if (random_once_in(r, 50))
		buf_puts(out, " ");
	if (random_once_in(r, 8))
		hostile_stamp(r, out, start);
}

#endif
