#include "store.h"

#include "core/buf.h"
#include "core/file.h"
#include "core/hash.h"
#include "json/peek.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const size_t recall_max = (size_t)4 << 30;

#define MADE_UP "auto"

struct store_entry {
	uint64_t hash;
	size_t index_len, id_len;
	char text[]; // the index, and the _id behind it
};

static uint64_t hash_of(struct slice index, struct slice id)
{
	const uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);

	return hash_text(hash_text(0, index, seed), id, seed);
}

static bool is_it(const struct store_entry *e, uint64_t hash,
		  struct slice index, struct slice id)
{
	return e->hash == hash &&
	       slice_is((struct slice){ e->text, e->index_len }, index) &&
	       slice_is((struct slice){ e->text + e->index_len, e->id_len },
			id);
}

static void put(struct store_entry **slots, size_t cap, struct store_entry *e)
{
	size_t i = e->hash & (cap - 1);

	while (slots[i] != NULL)
		i = (i + 1) & (cap - 1);
	slots[i] = e;
}

/* Room for one more, with half of the slots free. */
static bool grow(struct store *s)
{
	size_t cap = s->cap > 0 ? 2 * s->cap : 1024;
	struct store_entry **slots;

	if (2 * (s->count + 1) <= s->cap)
		return true;
	slots = calloc(cap, sizeof(struct store_entry *));
	if (slots == NULL)
		return false;
	for (size_t i = 0; i < s->cap; i++)
		if (s->slots[i] != NULL)
			put(slots, cap, s->slots[i]);
	free(s->slots);
	s->slots = slots;
	s->cap = cap;
	return true;
}

int store_add(struct store *s, struct slice index, struct slice id)
{
	const uint64_t hash = hash_of(index, id);
	struct store_entry *e;

	if (!grow(s))
		return -1;
	for (size_t i = hash & (s->cap - 1); s->slots[i] != NULL;
	     i = (i + 1) & (s->cap - 1))
		if (is_it(s->slots[i], hash, index, id))
			return 0;
	e = malloc(sizeof(*e) + index.len + id.len);
	if (e == NULL)
		return -1;
	*e = (struct store_entry){ .hash = hash,
				   .index_len = index.len,
				   .id_len = id.len };
	memcpy(e->text, index.data, index.len);
	memcpy(e->text + index.len, id.data, id.len);
	put(s->slots, s->cap, e);
	s->count++;
	return 1;
}

void store_make_id(struct store *s, char id[static STORE_ID_MAX])
{
	snprintf(id, STORE_ID_MAX, MADE_UP "%016" PRIu64, ++s->made_up);
}

static struct slice inside_of(struct slice string)
{
	return string.len < 2
		       ? string
		       : (struct slice){ string.data + 1, string.len - 2 };
}

/* The document of a line that was printed. */
static int recall_line(struct store *s, struct slice line)
{
	struct slice index = { 0 }, id = { 0 };
	struct slice rest, key, value;
	unsigned long long number;
	char text[STORE_ID_MAX];

	if (!peek_object(line, &rest))
		return 0;
	while (id.len == 0 && peek_member(&rest, &key, &value))
		if (slice_is(key, SLICE("index")))
			index = inside_of(value);
		else if (slice_is(key, SLICE("id")))
			id = inside_of(value);
	if (id.len == 0)
		return 0;
	snprintf(text, sizeof(text), "%.*s", (int)id.len, id.data);
	if (sscanf(text, MADE_UP "%llu", &number) == 1 && number > s->made_up)
		s->made_up = number;
	return store_add(s, index, id) < 0 ? -1 : 0;
}

int store_recall(struct store *s, const char *path, struct err *e)
{
	struct buf file = BUF_INIT(recall_max);
	int rc = file_read(path, &file, e);

	for (struct slice rest = buf_slice(&file);
	     rc == 0 && rest.len > 0 &&
	     memchr(rest.data, '\n', rest.len) != NULL;) {
		rc = recall_line(s, slice_take_until(&rest, '\n'));
		if (rc < 0)
			err_sys(e, "index");
	}
	buf_free(&file);
	return rc;
}

void store_free(struct store *s)
{
	for (size_t i = 0; i < s->cap; i++)
		free(s->slots[i]);
	free(s->slots);
	*s = (struct store){ 0 };
}
