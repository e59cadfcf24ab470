#include "config/shape.h"

#include "config/secret.h"
#include "config/word.h"
#include "core/nearest.h"
#include "core/opt.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { PATH_MOST = 256, WORDS_SIZE = 160 }; // bytes
enum { PLACES_MOST = 3 };                   // that are named

static bool is_count(const char *text)
{
	const size_t len = strlen(text);

	return len > 0 && len < 10 && strspn(text, "0123456789") == len;
}

/* Is a text what the type wants? It is not, where this says what it wants. */
static const char *wanted(const struct shape *s, const char *text)
{
	struct rate rate;
	size_t n;

	switch (s->type) {
	case SHAPE_TEXT:
	case SHAPE_LIST:
	case SHAPE_TEXTS:
		return NULL;
	case SHAPE_BOOL:
		return word_bool(text) >= 0 ? NULL : "true or false";
	case SHAPE_COUNT:
		return is_count(text) ? NULL : "a number";
	case SHAPE_NUMBER:
		return opt_parse_ms(text, &n) ? NULL
					      : "a number, as in 2 or 0.5";
	case SHAPE_SIZE:
		return opt_parse_size(text, &n) ? NULL : "a size, as in 64MB";
	case SHAPE_RATE:
		return opt_parse_rate(text, &rate)
			       ? NULL
			       : "a rate, as in 1000/s or 5MB/s";
	case SHAPE_WORD:
		return word_is_among(text, s->words) ? NULL : s->words;
	}
	return NULL;
}

static int check_text(const struct yaml *y, const json_t *value,
		      const struct shape *s, struct err *e)
{
	const char *text = json_string_value(value);
	const char *want;

	if (yaml_is_missing(y, value))
		return yaml_fail_key(y, value, e, "%s: there is no value",
				     s->path);
	if (text == NULL)
		return yaml_fail(y, value, e, "%s: that is a %s, and no value",
				 s->path,
				 json_is_array(value) ? "list" : "section");
	if (s->secret && text[0] != '\0' && !secret_is_named(text) &&
	    yaml_is_shared(y, value))
		return yaml_fail(y, value, e,
				 "%s: that is secret, and others can read this "
				 "file: chmod 600 it, or name it, as in "
				 "file:PATH",
				 s->path);
	want = wanted(s, text);
	if (want == NULL)
		return 0;
	return yaml_fail(y, value, e, "%s: %s is not %s%s", s->path, text,
			 s->type == SHAPE_WORD ? "one of " : "", want);
}

static int check_value(const struct yaml *y, const json_t *value,
		       const struct shape *s, struct err *e)
{
	const json_t *item;
	size_t i;

	if (!json_is_array(value) && s->type != SHAPE_LIST)
		return check_text(y, value, s, e);
	if (yaml_is_missing(y, value) || s->type < SHAPE_LIST)
		return check_text(y, value, s, e);
	if (!json_is_array(value))
		return yaml_fail(y, value, e,
				 "%s: that is no list, as in [a, b]", s->path);
	json_array_foreach(value, i, item)
	{
		if (check_text(y, item, s, e) < 0)
			return -1;
	}
	return 0;
}

const struct shape *shape_of(const char *path, const struct shape *shapes,
			     size_t count)
{
	const size_t len = strlen(path);
	const struct shape *above = NULL;

	for (size_t i = 0; i < count; i++) {
		if (strcmp(shapes[i].path, path) == 0)
			return &shapes[i];
		if (strncmp(shapes[i].path, path, len) == 0 &&
		    shapes[i].path[len] == '.')
			above = &shapes[i];
	}
	return above;
}

const char *shape_nearest(const char *path, const struct shape *shapes,
			  size_t count, char room[64])
{
	const char *dot = strrchr(path, '.');
	const size_t len = dot != NULL ? (size_t)(dot - path) + 1 : 0;
	struct nearest near = NEAREST_INIT(path + len);
	char name[64] = "";

	for (size_t i = 0; i < count; i++) {
		const char *rest = shapes[i].path + len;

		if (strncmp(shapes[i].path, path, len) != 0)
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(rest, "."),
			 rest);
		nearest_try(&near, name);
		if (near.best == name)
			near.best = memcpy(room, name, sizeof(name));
	}
	return near.best;
}

/* The end of the first name of a path that is this one, or NULL. */
static const char *end_of_name(const char *path, const char *name, size_t len)
{
	for (;;) {
		const size_t n = strcspn(path, ".");

		if (n == len && memcmp(path, name, n) == 0)
			return path + n;
		if (path[n] == '\0')
			return NULL;
		path += n + 1;
	}
}

/*
 * Where the last name of path stands, or what is called so elsewhere: the first
 * few places, as words, which are empty where there are none.
 */
static void find_elsewhere(const char *path, const struct shape *shapes,
			   size_t count, char words[static WORDS_SIZE])
{
	const char *dot = strrchr(path, '.');
	const char *name = dot != NULL ? dot + 1 : path;
	const char *last = "";
	size_t last_len = 0, len = 0, found = 0;

	words[0] = '\0';
	for (size_t i = 0; i < count && found < PLACES_MOST; i++) {
		const struct shape *s = &shapes[i];
		const char *end = end_of_name(s->path, name, strlen(name));

		if (end == NULL && s->alias != NULL &&
		    strcmp(s->alias, name) == 0)
			end = s->path + strlen(s->path);
		const size_t n = end != NULL ? (size_t)(end - s->path) : 0;
		if (n == 0 || len + n + sizeof(" or ") > WORDS_SIZE ||
		    (n == last_len && memcmp(last, s->path, n) == 0))
			continue;
		len += (size_t)snprintf(words + len, WORDS_SIZE - len, "%s%.*s",
					found > 0 ? " or " : "", (int)n,
					s->path);
		last = s->path;
		last_len = n;
		found++;
	}
}

static int unknown(const struct yaml *y, const json_t *value, const char *path,
		   const struct shape *shapes, size_t count, struct err *e)
{
	char room[64], words[WORDS_SIZE];
	const char *near = words;

	find_elsewhere(path, shapes, count, words);
	if (words[0] == '\0')
		near = shape_nearest(path, shapes, count, room);
	if (near != NULL)
		return yaml_fail_key(y, value, e,
				     "%s: unknown key (did you mean %s?)", path,
				     near);
	return yaml_fail_key(y, value, e, "%s: unknown key", path);
}

int shape_check_name(const struct yaml *y, const json_t *value, const char *key,
		     struct err *e)
{
	if (strchr(key, '.') == NULL)
		return 0;
	return yaml_fail_key(y, value, e,
			     "%s: unknown key: what is before a dot is a "
			     "section of its own",
			     key);
}

int shape_check_member(const struct yaml *y, const json_t *value,
		       const char *path, const struct shape *shapes,
		       size_t count, struct err *e)
{
	const struct shape *s = shape_of(path, shapes, count);

	if (s == NULL)
		return unknown(y, value, path, shapes, count, e);
	if (strcmp(s->path, path) == 0)
		return check_value(y, value, s, e);
	if (yaml_is_missing(y, value))
		return yaml_fail_key(y, value, e, "%s: there is no value",
				     path);
	if (!json_is_object(value))
		return yaml_fail(y, value, e,
				 "%s: that is no section, with keys of its own",
				 path);
	return shape_check(y, value, path, shapes, count, e);
}

// A tree has no more levels than yaml_load() takes.
// NOLINTNEXTLINE(misc-no-recursion)
int shape_check(const struct yaml *y, const json_t *mapping, const char *path,
		const struct shape *shapes, size_t count, struct err *e)
{
	const char *key;
	json_t *value;
	char full[PATH_MOST];

	json_object_foreach((json_t *)mapping, key, value)
	{
		if (shape_check_name(y, value, key, e) < 0)
			return -1;
		if (snprintf(full, sizeof(full), "%s%s%s", path,
			     path[0] != '\0' ? "." : "",
			     key) >= (int)sizeof(full))
			return yaml_fail_key(y, value, e, "unknown key");
		if (shape_check_member(y, value, full, shapes, count, e) < 0)
			return -1;
	}
	return 0;
}
