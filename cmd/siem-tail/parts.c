#include "parts.h"

#include "stream/checkpoint.h"
#include "stream/control.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int parts_name(struct parts *p, const char *cluster, const char *topic,
	       struct err *e)
{
	const int len = snprintf(p->source, sizeof(p->source), "kafka:%s/%s/",
				 cluster != NULL ? cluster : "-", topic);

	if (len > 0 && (size_t)len < sizeof(p->source))
		return 0;
	return err_set(e, ERR_USAGE, "the name of the cluster is too long");
}

struct part *parts_get(struct parts *p, int32_t number)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->items[i].number == number)
			return &p->items[i];
	if (p->count == p->cap) {
		const size_t cap = p->cap > 0 ? 2 * p->cap : 16;
		struct part *items = realloc(p->items, cap * sizeof(*items));

		if (items == NULL)
			return NULL;
		p->items = items;
		p->cap = cap;
	}
	p->items[p->count] = (struct part){ .number = number,
					    .begun = OFFSET_NONE,
					    .next = OFFSET_NONE,
					    .group = OFFSET_NONE,
					    .confirmed = OFFSET_NONE };
	return &p->items[p->count++];
}

/* A decimal number from 0 to most, and nothing else. */
static bool parse_number(struct slice text, int64_t most, int64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < text.len; i++) {
		const int digit = text.data[i] - '0';

		if (digit < 0 || digit > 9 || *out > (most - digit) / 10)
			return false;
		*out = *out * 10 + digit;
	}
	return text.len > 0;
}

static int confirm(struct parts *p, struct checkpoint_entry entry,
		   const char *path, struct err *e)
{
	struct buf source = BUF_INIT(3 * sizeof(p->source));
	int64_t number, offset;

	control_encode(&source, slice_of(p->source));
	const size_t len = source.len;
	const bool is_of_it =
		buf_status(&source) == 0 &&
		slice_has_prefix(entry.source, buf_slice(&source));
	buf_free(&source);
	if (!is_of_it ||
	    !parse_number(slice_from(entry.source, len), INT32_MAX, &number))
		return err_set(e, ERR_USAGE,
			       "%s is the checkpoint of something else, which "
			       "it calls \"%.*s\", and not of \"%s\"",
			       path, (int)entry.source.len, entry.source.data,
			       p->source);
	if (!parse_number(entry.position, INT64_MAX, &offset))
		return err_set(e, ERR_USAGE, "%s: \"%.*s\" is no offset", path,
			       (int)entry.position.len, entry.position.data);
	struct part *part = parts_get(p, (int32_t)number);
	if (part == NULL)
		return err_set(e, ERR_SYSTEM, "out of memory");
	part->confirmed = offset;
	return 0;
}

int parts_confirm(struct parts *p, const char *path, struct err *e)
{
	struct checkpoint *c = NULL;
	int rc = checkpoint_load(path, &c, e);

	for (size_t i = 0; i < p->count; i++)
		p->items[i].confirmed = OFFSET_NONE;
	for (size_t i = 0; rc > 0 && i < checkpoint_count(c); i++)
		if (confirm(p, checkpoint_at(c, i), path, e) < 0)
			rc = -1;
	checkpoint_free(c);
	return rc < 0 ? -1 : 0;
}

int64_t part_start(const struct part *part)
{
	return part->confirmed > part->group ? part->confirmed : part->group;
}

bool part_is_ahead(const struct part *part)
{
	return part->is_ours && part->confirmed > part->group;
}

bool parts_are_confirmed(const struct parts *p)
{
	for (size_t i = 0; i < p->count; i++)
		if (p->items[i].is_ours &&
		    p->items[i].next > p->items[i].confirmed)
			return false;
	return true;
}

void parts_put_mark(const struct parts *p, const struct part *part, bool gone,
		    struct buf *out)
{
	char source[sizeof(p->source) + 16];
	char position[24] = "-";

	snprintf(source, sizeof(source), "%s%" PRId32, p->source, part->number);
	if (!gone)
		snprintf(position, sizeof(position), "%" PRId64, part->next);
	control_put_mark(out, slice_of(source), slice_of(position));
}

void parts_free(struct parts *p)
{
	free(p->items);
	*p = (struct parts){ 0 };
}
