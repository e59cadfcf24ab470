/*
 * Random maps for all formats: whatever a user may write in one, with the keys
 * of the built-in maps and with others. The same seed makes the same map.
 */
#ifndef SIEM_TESTS_PROOF_HOSTILE_MAP_H
#define SIEM_TESTS_PROOF_HOSTILE_MAP_H

#include "hostile.h"

#include "event/shape.h"
#include "format/registry.h"

#include <sys/mman.h>
#include <unistd.h>

/* What maps are made of. */
struct hostile_words {
	const struct hostile *hostile;
	json_t *keys; // of the rows of the built-in maps, by section
};

static inline void hostile_note_keys(json_t *keys, json_t *map)
{
	const char *section;
	json_t *value, *row;
	size_t i;

	json_object_foreach(map, section, value)
	{
		json_t *list = json_object_get(keys, section);

		if (list == NULL)
			json_object_set_new(keys, section, list = json_array());
		json_array_foreach(json_object_get(value, "fields"), i, row)
		{
			json_array_append(list, json_object_get(row, "key"));
		}
	}
}

static inline struct hostile_words hostile_words_of(const struct hostile *h)
{
	struct hostile_words w = { .hostile = h, .keys = json_object() };

	for (size_t i = 0; i < map_builtin_count; i++) {
		json_t *map = json_loadb(map_builtins[i].text,
					 map_builtins[i].len, 0, NULL);

		hostile_note_keys(w.keys, map);
		json_decref(map);
	}
	return w;
}

/* A string of a map: any text, but no U+0000, which maps do not have. */
static inline json_t *hostile_const(const struct hostile_words *w,
				    struct random *r)
{
	struct buf text = BUF_INIT(1 << 20);
	json_t *made;

	hostile_string(w->hostile, r, &text);
	made = json_loadb(text.data, text.len, JSON_DECODE_ANY, NULL);
	buf_free(&text);
	return made != NULL ? made : json_string("x");
}

static inline json_t *hostile_path(const struct hostile_words *w,
				   struct random *r)
{
	return json_string(strings_pick(r, &w->hostile->paths));
}

/* What a value may have to fit. */
static inline json_t *hostile_type(struct random *r)
{
	static const char *const types[] = { "text", "int32", "int64", "double",
					     "port", "time",  "ipv4",  "ipv6",
					     "ip",   "mac",   "bool",  "list",
					     "json", NULL };

	return json_string(random_pick(r, types));
}

static inline json_t *hostile_expression(const struct hostile_words *w,
					 struct random *r, size_t depth);

static inline json_t *hostile_condition(const struct hostile_words *w,
					struct random *r)
{
	static const char *const types[] = { "string", "number", "bool",
					     "array",  "object", NULL };

	switch (random_below(r, 12)) {
	case 0:
	case 1:
		return json_pack("{so}", "has", hostile_path(w, r));
	case 2:
	case 3:
		return json_pack("{so, so}", "of", hostile_path(w, r), "is",
				 hostile_const(w, r));
	case 4:
		return json_pack("{so, s[o, b, i]}", "of", hostile_path(w, r),
				 "in", hostile_const(w, r), 1, 3);
	case 5:
		return json_pack("{so, so}", "of", hostile_path(w, r), "starts",
				 hostile_const(w, r));
	case 6:
		return json_pack("{so, so}", "of", hostile_path(w, r), "ends",
				 hostile_const(w, r));
	case 7:
		return json_pack("{so, ss}", "of", hostile_path(w, r), "type",
				 random_pick(r, types));
	case 8:
		return json_pack("{so, so}", "of", hostile_path(w, r), "fits",
				 hostile_type(r));
	case 9:
		return json_pack("{so, s{ss, so}}", "some", hostile_path(w, r),
				 "where", "of", "$element", "type",
				 json_string(random_pick(r, types)));
	case 10:
		return json_pack("{s[o, o]}",
				 random_once_in(r, 2) ? "all" : "any",
				 json_pack("{so}", "has", hostile_path(w, r)),
				 json_pack("{so}", "has", hostile_path(w, r)));
	default:
		return json_pack("{s{so, si}}", "not", "of", hostile_path(w, r),
				 "longer", (int)random_below(r, 30));
	}
}

/* What becomes of an element, whose members are those of golden records. */
static inline json_t *hostile_item(struct random *r)
{
	switch (random_below(r, 4)) {
	case 0:
		return json_pack("[{ss}, s, s]", "text", "{type}:{confidence}",
				 "type", "$element");
	case 1:
		return json_string("type");
	case 2:
		return json_pack("{s{ss, ss}, ss, s{ss}}", "if", "of",
				 "$element", "type", "string", "then",
				 "$element", "else", "const", "other");
	default:
		return json_string("$element");
	}
}

static inline json_t *hostile_template(const struct hostile_words *w,
				       struct random *r)
{
	char text[256];

	snprintf(text, sizeof(text), "%s{%s}%s{$severity}%s",
		 random_once_in(r, 2) ? "" : " =",
		 strings_pick(r, &w->hostile->paths),
		 random_once_in(r, 2) ? " act=" : "|",
		 random_once_in(r, 2) ? "\\" : "\n");
	return json_pack("{ss}", "text", text);
}

static inline json_t *hostile_expression(const struct hostile_words *w,
					 struct random *r, size_t depth)
{
	switch (random_below(r, depth < 2 ? 20 : 6)) {
	case 0:
		return json_string("$severity");
	case 1:
		return json_string("$time");
	case 2:
		return json_pack("{so}", "const", hostile_const(w, r));
	case 6:
		return hostile_template(w, r);
	case 7:
		return json_pack("{so, so}", "join",
				 hostile_expression(w, r, depth + 1), "by",
				 hostile_const(w, r));
	case 8:
		return json_pack("[oo]", hostile_expression(w, r, depth + 1),
				 hostile_expression(w, r, depth + 1));
	case 9:
		return json_pack("{s{so}, so, so}", "table", "block",
				 hostile_const(w, r), "of", hostile_path(w, r),
				 "else", hostile_expression(w, r, depth + 1));
	case 10:
		return json_pack("{so, so, so}", "if", hostile_condition(w, r),
				 "then", hostile_expression(w, r, depth + 1),
				 "else", hostile_expression(w, r, depth + 1));
	case 11:
		return json_pack("{so}", "sum", hostile_path(w, r));
	case 12:
		return json_pack("{so, si}", "multiply", hostile_path(w, r),
				 "by", 1000000);
	case 13:
		return json_pack("{s[o, o]}", "list",
				 hostile_expression(w, r, depth + 1),
				 hostile_expression(w, r, depth + 1));
	case 14:
		return json_pack("{s{so, so}}", "object", "a",
				 hostile_expression(w, r, depth + 1), "b",
				 hostile_expression(w, r, depth + 1));
	case 15:
		return json_pack("{so, so}", "join", hostile_path(w, r), "item",
				 hostile_item(r));
	case 16:
		return json_string("$made");
	case 17:
		return random_once_in(r, 2) ? json_string("$syslog")
					    : json_string("$record");
	default:
		return hostile_path(w, r);
	}
}

/* A key that a section may have: one of its format's, or another. */
static inline json_t *hostile_key(const struct hostile_words *w,
				  struct random *r, const char *section)
{
	const json_t *keys = json_object_get(w->keys, section);
	char key[16];
	size_t n = 1 + random_below(r, sizeof(key) - 1);

	if (json_array_size(keys) > 0 && !random_once_in(r, 3))
		return json_incref(json_array_get(
			keys, random_below(r, json_array_size(keys))));
	if (random_once_in(r, 2) && strcmp(section, "sentinel") != 0 &&
	    json_array_size(keys) == 0)
		return hostile_path(w, r); // a member could have it as well
	for (size_t i = 0; i < n; i++)
		key[i] = "abcdefghijXYZ"[random_below(r, 13)];
	return json_stringn(key, n);
}

/* The label of a field of CEF, or of a column of the same name. */
static inline void hostile_label(const struct hostile_words *w,
				 struct random *r, json_t *target)
{
	const char *key = json_string_value(json_object_get(target, "key"));
	size_t len = strlen(key);
	char last = key[len - 1];

	// The fields that have a label have a number; without, they are wrong.
	if ((last < '0' || last > '9') && !random_once_in(r, 8))
		return;
	json_t *label = random_once_in(r, 3) ? hostile_const(w, r) : NULL;
	// Longer ones are refused: 1023 bytes, six of them for some characters.
	if (label == NULL || json_string_length(label) > 1023 / 6) {
		json_decref(label);
		label = json_sprintf("l%zu", random_below(r, 1u << 30));
	}
	json_object_set_new(target, "label", label);
}

static inline json_t *hostile_target(const struct hostile_words *w,
				     struct random *r, const char *section)
{
	json_t *target = json_pack("{so}", "key", hostile_key(w, r, section));

	if (strcmp(section, "cef") == 0)
		hostile_label(w, r, target);
	if (random_once_in(r, 4))
		json_object_set_new(target, "type", hostile_type(r));
	return target;
}

static inline json_t *hostile_row(const struct hostile_words *w,
				  struct random *r, const char *section)
{
	json_t *row = hostile_target(w, r, section);
	json_t *last = row;

	json_object_set_new(row, "from", hostile_expression(w, r, 0));
	if (random_once_in(r, 16)) {
		json_object_set_new(row, "from", json_string("$time"));
		json_object_set_new(row, "type", json_string("time"));
	}
	while (random_once_in(r, 3)) {
		json_t *other = hostile_target(w, r, section);

		json_object_set_new(last, "else", other);
		last = other;
	}
	return row;
}

static inline json_t *hostile_rest(const struct hostile_words *w,
				   struct random *r)
{
	static const char *const prefixes[] = { "Acme", "a", "cs", "x1", NULL };
	json_t *rest = json_object();

	if (random_once_in(r, 2))
		json_object_set_new(rest, "prefix",
				    json_string(random_pick(r, prefixes)));
	if (random_once_in(r, 4))
		json_object_set_new(rest, "given",
				    json_boolean(!random_once_in(r, 3)));
	if (random_once_in(r, 4))
		json_object_set_new(rest, "all",
				    json_boolean(!random_once_in(r, 3)));
	if (random_once_in(r, 4))
		json_object_set_new(rest, "leave_out",
				    json_pack("[o]", hostile_path(w, r)));
	return rest;
}

static inline json_t *hostile_section(const struct hostile_words *w,
				      struct random *r,
				      const struct map_shape *shape)
{
	json_t *section = json_object();
	json_t *rows = json_array();

	for (size_t i = 0; shape->attributes[i] != NULL; i++)
		if (!random_once_in(r, 8))
			json_object_set_new(section, shape->attributes[i],
					    hostile_expression(w, r, 0));
	for (size_t n = random_below(r, 12); n > 0; n--)
		json_array_append_new(rows, hostile_row(w, r, shape->section));
	json_object_set_new(section, "fields", rows);
	if (!random_once_in(r, 4))
		json_object_set_new(section, "rest", hostile_rest(w, r));
	return section;
}

static inline json_t *hostile_level(const struct hostile_words *w,
				    struct random *r)
{
	if (random_once_in(r, 2))
		return hostile_expression(w, r, 1);
	return json_pack("{s[o, o], s[{so, si}, {so, si}]}", "base",
			 hostile_expression(w, r, 1), hostile_path(w, r),
			 "at_least", "if", hostile_condition(w, r), "level",
			 (int)(1 + random_below(r, 10)), "score",
			 hostile_path(w, r), "out_of",
			 (int)(1 + random_below(r, 100)));
}

/*
 * A map, as a rule with a section for one format. The caller frees the text.
 */
static inline char *hostile_map(const struct hostile_words *w, struct random *r,
				const struct map_shape *shape)
{
	json_t *map = json_pack("{ss, so, so, s{so}}", "name", "made", "time",
				json_pack("[so]", "ts", hostile_path(w, r)),
				"severity", hostile_level(w, r), "define",
				"made", hostile_expression(w, r, 1));

	if (!random_once_in(r, 16)) // else it is that of the general map
		json_object_set_new(map, shape->section,
				    hostile_section(w, r, shape));
	char *text = json_dumps(map, JSON_INDENT(1));

	json_decref(map);
	return text;
}

/* Load a map from its text, which may be refused. */
static inline struct maps *
hostile_load(const char *text, const struct map_shape *shape, struct err *e)
{
	int fd = memfd_create("map", MFD_CLOEXEC);
	size_t len = strlen(text);
	struct maps *maps;
	char path[64];

	if (fd < 0 || write(fd, text, len) != (ssize_t)len)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	maps = maps_load(path, shape, e);
	close(fd);
	if (maps == NULL && e->kind != ERR_USAGE)
		abort();
	return maps;
}

#endif
