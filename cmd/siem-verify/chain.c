#include "chain.h"

#include "core/buf.h"

#include <stdlib.h>
#include <string.h>

int chain_open(struct chain *c, struct err *e)
{
	*c = (struct chain){ .count = 0 };
	return checksum_open(&c->sum, CHECKSUM_SHA256, e);
}

int chain_start(struct chain *c, struct err *e)
{
	if (c->files == NULL || c->count == c->cap) {
		size_t cap = c->cap != 0 ? 2 * c->cap : 16;
		struct chain_file *files =
			realloc(c->files, cap * sizeof(*files));

		if (files == NULL)
			return err_sys(e, "receipts");
		c->files = files;
		c->cap = cap;
	}
	c->files[c->count++] = (struct chain_file){ .lines = 0 };
	c->begun = false;
	return 0;
}

static bool is_sum(const char *text, const char sum[CHAIN_SUM])
{
	return strlen(text) == CHAIN_SUM && memcmp(text, sum, CHAIN_SUM) == 0;
}

/* Does the next line of a file say what is right? */
static bool fits(struct chain *c, struct chain_file *f, const char *previous)
{
	// Only earlier versions say nothing, and they come first.
	if (previous == NULL)
		return !c->begun;
	c->begun = true;
	if (f->lines > 0)
		return is_sum(previous, f->last);
	if (strcmp(previous, "-") == 0)
		return true;
	if (strlen(previous) != CHAIN_SUM)
		return false;
	memcpy(f->before, previous, CHAIN_SUM);
	f->is_behind = true;
	return true;
}

bool chain_follow(struct chain *c, struct slice line, const char *previous)
{
	struct chain_file *f = &c->files[c->count - 1];
	struct buf last = { .data = f->last,
			    .cap = sizeof(f->last),
			    .max = CHAIN_SUM };
	bool right = fits(c, f, previous);

	f->lines++;
	checksum_add(&c->sum, line);
	checksum_add(&c->sum, SLICE("\n"));
	checksum_put(&c->sum, &last);
	return right;
}

uint64_t chain_last(const struct chain *c)
{
	uint64_t sum;

	memcpy(&sum, c->files[c->count - 1].last, sizeof(sum));
	return sum;
}

bool chain_is_whole(const struct chain *c, size_t file)
{
	const struct chain_file *f = &c->files[file];

	if (!f->is_behind)
		return true;
	for (size_t i = 0; i < c->count; i++)
		if (c->files[i].lines > 0 &&
		    memcmp(c->files[i].last, f->before, CHAIN_SUM) == 0)
			return true;
	return false;
}

void chain_close(struct chain *c)
{
	checksum_close(&c->sum);
	free(c->files);
	*c = (struct chain){ .count = 0 };
}
