#include "known.h"

#include "stream/control.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Append one with this source, which is handed over. */
static struct known *append(struct known_all *all, char *source)
{
	struct known *k = calloc(1, sizeof(*k));

	if (source == NULL || k == NULL)
		goto fail;
	if (all->count == all->cap) {
		size_t cap = all->cap != 0 ? 2 * all->cap : 16;
		struct known **items =
			realloc(all->items, cap * sizeof(struct known *));

		if (items == NULL)
			goto fail;
		all->items = items;
		all->cap = cap;
	}
	k->source = source;
	all->items[all->count++] = k;
	return k;
fail:
	free(source);
	free(k);
	return NULL;
}

/* The number behind the last #; false where there is none. */
static bool parse_generation(const char *text, uint64_t *generation)
{
	*generation = 0;
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++)
		if (*text < '0' || *text > '9' ||
		    __builtin_mul_overflow(*generation, 10, generation) ||
		    __builtin_add_overflow(*generation, *text - '0',
					   generation))
			return false;
	return true;
}

int known_load(struct known_all *all, struct slice source,
	       struct slice position, struct err *e)
{
	struct buf text = BUF_INIT(PATH_MAX + 32);
	struct position at;
	uint64_t generation = 0;
	char *hash = NULL;
	int rc = -1;

	control_decode(&text, source);
	char *copy = buf_status(&text) == 0 ? strdup(buf_str(&text)) : NULL;
	buf_free(&text);
	if (copy != NULL)
		hash = strrchr(copy, '#');
	if (hash == NULL || copy[0] != '/' ||
	    !parse_generation(hash + 1, &generation)) {
		err_set(e, ERR_USAGE,
			"it holds %.*s, which is no source of siem-tail: it "
			"belongs to another program",
			(int)(source.len < 200 ? source.len : 200),
			source.data);
		goto out;
	}
	if (position_parse(position, &at, e) < 0) {
		e->kind = ERR_USAGE;
		goto out;
	}

	struct known *k = append(all, copy);
	copy = NULL;
	if (k == NULL) {
		err_set(e, ERR_SYSTEM, "out of memory");
		goto out;
	}
	k->path_len = (size_t)(hash - k->source);
	k->generation = generation;
	k->at = at;
	k->told = true;
	if (all->last_generation < generation)
		all->last_generation = generation;
	rc = 0;
out:
	free(copy);
	return rc;
}

/*
 * Generations are seconds since 1970, so that one is not used again when the
 * checkpoint has forgotten it, but one more than the last where that is later.
 */
static uint64_t next_generation(struct known_all *all)
{
	uint64_t now = (uint64_t)time(NULL);

	all->last_generation =
		all->last_generation >= now ? all->last_generation + 1 : now;
	return all->last_generation;
}

struct known *known_add(struct known_all *all, const char *path)
{
	uint64_t generation = next_generation(all);
	char *source;

	if (asprintf(&source, "%s#%" PRIu64, path, generation) < 0)
		return NULL;
	struct known *k = append(all, source);
	if (k == NULL)
		return NULL;
	struct trail nothing_read = TRAIL_START;
	trail_position(&nothing_read, &k->at);
	k->path_len = strlen(path);
	k->generation = generation;
	return k;
}

static void free_one(struct known *k)
{
	free(k->source);
	free(k->log);
	free(k);
}

void known_forget_gone(struct known_all *all)
{
	for (size_t i = 0; i < all->count;) {
		struct known *k = all->items[i];

		if (!k->gone || k->untold || k->file != NULL) {
			i++;
			continue;
		}
		free_one(k);
		all->items[i] = all->items[--all->count];
	}
}

void known_put_source(struct buf *out, const struct known *k)
{
	control_encode(out, slice_of(k->source));
}

void known_free(struct known_all *all)
{
	for (size_t i = 0; i < all->count; i++)
		free_one(all->items[i]);
	free(all->items);
	*all = (struct known_all){ 0 };
}
