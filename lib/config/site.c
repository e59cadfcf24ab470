#include "config/site.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PLATFORMS "platforms"

const struct shape site_shapes[] = {
	{ "enabled", SHAPE_BOOL, NULL },
	{ "input", SHAPE_TEXTS, NULL },
	{ "state_dir", SHAPE_TEXT, NULL },
	{ "map", SHAPE_TEXT, NULL },
	{ "drop", SHAPE_LIST, NULL },
	{ "hash", SHAPE_LIST, NULL },
	{ "hash_key", SHAPE_TEXT, .secret = true },
	{ "redact", SHAPE_LIST, NULL },
	{ "mode", SHAPE_WORD, "all|failover" },
	{ "buffer_size", SHAPE_COUNT, NULL },
	{ "flush_interval", SHAPE_NUMBER, NULL },
	{ "overflow", SHAPE_WORD, "block|drop-oldest|drop-newest" },
	{ "spool.dir", SHAPE_TEXT, NULL },
	{ "spool.max", SHAPE_SIZE, NULL },
	{ "retry_attempts", SHAPE_COUNT, NULL },
	{ "retry_backoff", SHAPE_NUMBER, NULL },
	{ "rate", SHAPE_RATE, NULL },
	{ "alert.after", SHAPE_NUMBER, NULL },
	{ "alert.command", SHAPE_TEXT, NULL },
	{ "metrics_dir", SHAPE_TEXT, NULL },
};
const size_t site_shape_count = sizeof(site_shapes) / sizeof(site_shapes[0]);

/* The file to read where nobody named one, or NULL. */
static const char *find_file(struct site *s)
{
	const char *named = getenv("SIEM_CONFIG");
	const char *home = getenv("HOME");

	if (named != NULL && named[0] != '\0')
		return named;
	if (home != NULL && home[0] != '\0' &&
	    snprintf(s->path, sizeof(s->path), "%s/.config/siem/siem.yaml",
		     home) < (int)sizeof(s->path) &&
	    access(s->path, F_OK) == 0)
		return s->path;
	return access("/etc/siem/siem.yaml", F_OK) == 0 ? "/etc/siem/siem.yaml"
							: NULL;
}

/* Is a key under siem none of its own, so that a platform may be called so? */
static bool is_name(const char *key)
{
	return strcmp(key, PLATFORMS) != 0 &&
	       shape_of(key, site_shapes, site_shape_count) == NULL;
}

/* Is a member of siem a platform, and no key of its own? */
static bool is_platform(const char *key, const json_t *value)
{
	return json_is_object(value) && is_name(key);
}

/* What is called platforms, where it can hold some, or NULL. */
static json_t *platforms_of(const json_t *siem)
{
	json_t *all = json_object_get(siem, PLATFORMS);

	return json_is_object(all) ? all : NULL;
}

/* A platform has one section in a file. */
static int check_once(const struct yaml *y, const json_t *siem, struct err *e)
{
	const json_t *all = platforms_of(siem);
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)siem, key, value)
	{
		if (is_name(key) && json_object_get(all, key) != NULL)
			return yaml_fail_key(y, value, e,
					     "%s is there twice: here, and "
					     "under " PLATFORMS,
					     key);
	}
	return 0;
}

static int move(json_t *from, json_t *to, const char *key, json_t *value)
{
	return json_object_set(to, key, value) < 0 ? -1
						   : json_object_del(from, key);
}

/* Put sections under platforms directly under siem where known has them. */
static int move_up(json_t *siem, const json_t *known)
{
	json_t *all = platforms_of(siem);
	const char *key;
	json_t *value;
	void *next;

	json_object_foreach_safe(all, next, key, value)
	{
		const json_t *old = json_object_get(known, key);

		if (json_is_object(value) && old != NULL &&
		    is_platform(key, old) && move(all, siem, key, value) < 0)
			return -1;
	}
	return 0;
}

/* The other way round. */
static int move_down(json_t *siem, const json_t *known)
{
	const char *key;
	json_t *value;
	void *next;

	if (platforms_of(known) == NULL)
		return 0;
	if (json_object_get(siem, PLATFORMS) == NULL &&
	    json_object_set_new(siem, PLATFORMS, json_object()) < 0)
		return -1;
	json_t *all = platforms_of(siem);
	json_object_foreach_safe(siem, next, key, value)
	{
		const json_t *old = json_object_get(platforms_of(known), key);

		if (all != NULL && json_is_object(old) &&
		    is_platform(key, value) && move(siem, all, key, value) < 0)
			return -1;
	}
	return 0;
}

/*
 * Platforms stand directly under siem or not: where a file before this one has
 * them, it has them as well, so that they are joined.
 */
static int fit(const struct yaml *y, json_t *more, struct err *e)
{
	json_t *siem = json_object_get(more, "siem");
	const json_t *known = json_object_get(y->root, "siem");

	if (check_once(y, siem, e) < 0)
		return -1;
	if (!json_is_object(siem) || !json_is_object(known))
		return 0;
	if (move_up(siem, known) < 0 || move_down(siem, known) < 0)
		return err_set(e, ERR_SYSTEM, "siem.yaml: out of memory");
	return 0;
}

/* Check what is called platforms: it holds nothing but sections. */
static int check_platforms(const struct site *s, const json_t *all,
			   struct err *e)
{
	const char *key;
	json_t *value;

	if (yaml_is_missing(&s->yaml, all))
		return yaml_fail_key(&s->yaml, all, e,
				     PLATFORMS ": there is no value");
	if (!json_is_object(all))
		return yaml_fail(&s->yaml, all, e,
				 PLATFORMS ": that is no section");
	json_object_foreach((json_t *)all, key, value)
	{
		if (yaml_is_missing(&s->yaml, value))
			return yaml_fail_key(&s->yaml, value, e,
					     "%s: there is no value", key);
		if (!json_is_object(value))
			return yaml_fail(&s->yaml, value, e,
					 "%s: that is no platform", key);
	}
	return 0;
}

static int check(struct site *s, struct err *e)
{
	const struct yaml *y = &s->yaml;
	const char *key;
	json_t *value;

	json_object_foreach(y->root, key, value)
	{
		if (strcmp(key, "siem") != 0)
			return yaml_fail_key(y, value, e,
					     "%s: unknown key: all is under "
					     "siem",
					     key);
		if (yaml_is_missing(y, value))
			return yaml_fail_key(y, value, e,
					     "siem: there is no value");
		if (!json_is_object(value))
			return yaml_fail(y, value, e,
					 "siem: that is no section");
		s->siem = value;
	}
	json_object_foreach((json_t *)s->siem, key, value)
	{
		if (strcmp(key, PLATFORMS) == 0) {
			if (check_platforms(s, value, e) < 0)
				return -1;
		} else if (yaml_is_missing(y, value)) {
			return yaml_fail_key(y, value, e,
					     "%s: there is no value", key);
		} else if (!is_platform(key, value) &&
			   (shape_check_name(y, value, key, e) < 0 ||
			    shape_check_member(y, value, key, site_shapes,
					       site_shape_count, e) < 0)) {
			return -1;
		}
	}
	return 0;
}

static int read_file(struct site *s, const char *path, struct err *e)
{
	s->name = path;
	return yaml_read(&s->yaml, path, e);
}

int site_open(struct site *s, const char *const *files, size_t count,
	      struct err *e)
{
	const char *found;
	int rc = 0;

	*s = SITE_NONE;
	s->yaml.fit = fit;
	found = count == 0 ? find_file(s) : NULL;
	if (count == 0 && found == NULL)
		return 0;
	if (found != NULL)
		rc = read_file(s, found, e);
	for (size_t i = 0; i < count && rc == 0; i++)
		rc = read_file(s, files[i], e);
	if (rc == 0 && check(s, e) == 0)
		return 1;
	site_close(s);
	return -1;
}

const json_t *site_platform(const struct site *s, const char *name)
{
	const json_t *p =
		json_object_get(json_object_get(s->siem, PLATFORMS), name);

	if (p != NULL)
		return p;
	p = json_object_get(s->siem, name);
	return p != NULL && is_platform(name, p) ? p : NULL;
}

/* The n-th of a mapping that is a platform; n is counted down. */
static const json_t *nth(const json_t *mapping, bool is_all, size_t *n,
			 const char **name)
{
	json_t *value;

	json_object_foreach((json_t *)mapping, *name, value)
	{
		if (!is_all && !is_platform(*name, value))
			continue;
		if ((*n)-- == 0)
			return value;
	}
	return NULL;
}

const json_t *site_next(const struct site *s, size_t *place, const char **name)
{
	size_t n = (*place)++;
	const json_t *p =
		nth(json_object_get(s->siem, PLATFORMS), true, &n, name);

	return p != NULL ? p : nth(s->siem, false, &n, name);
}

const char *site_text(const struct site *s, const char *path)
{
	return json_string_value(yaml_find(s->siem, path));
}

const json_t *site_next_minimisation(const struct site *s, size_t *place,
				     const char **key)
{
	static const char *const keys[] = { "drop", "hash", "hash_key",
					    "redact" };

	while (*place < sizeof(keys) / sizeof(keys[0])) {
		const json_t *node = json_object_get(s->siem, keys[*place]);

		*key = keys[(*place)++];
		if (json_array_size(node) > 0 || json_string_length(node) > 0)
			return node;
	}
	return NULL;
}

void site_close(struct site *s)
{
	yaml_close(&s->yaml);
	*s = SITE_NONE;
}
