#include "sorter.h"

#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	FAN_IN = 256, // runs that are merged at once
	LEAST = 256,  // entries that are held, however little memory is given
	BLOCK_MAX = 1170 // entries that are read ahead of a run: 64 KiB
};

/* Sorted entries in the file, and how far they have been read. */
struct sorter_run {
	uint64_t start, count; // entries
	uint64_t read;         // of them, so far
	size_t at, loaded;     // in its block
};

int entry_order_keys(const struct entry *a, const struct entry *b)
{
	uint32_t whole_a = a->flags & ENTRY_WHOLE;
	uint32_t whole_b = b->flags & ENTRY_WHOLE;

	if (whole_a != whole_b)
		return whole_a > whole_b ? -1 : 1;
	if (a->key[0] != b->key[0])
		return a->key[0] < b->key[0] ? -1 : 1;
	if (a->key[1] != b->key[1])
		return a->key[1] < b->key[1] ? -1 : 1;
	return 0;
}

int entry_order(const struct entry *a, const struct entry *b)
{
	int order = entry_order_keys(a, b);

	if (order == 0 && a->place != b->place)
		return a->place < b->place ? -1 : 1;
	return order;
}

static int compare(const void *a, const void *b)
{
	return entry_order(a, b);
}

/* A file that nobody else can find, and that goes when we do. */
static int open_unnamed(struct err *e)
{
	const char *dir = getenv("TMPDIR");
	char path[PATH_MAX];

	if (dir == NULL || dir[0] == '\0')
		dir = "/tmp";
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	if (snprintf(path, sizeof(path), "%s/siem-verify.XXXXXX", dir) >=
	    (int)sizeof(path))
		return err_set(e, ERR_USAGE, "TMPDIR: name too long");
	fd = mkostemp(path, O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "%s (TMPDIR chooses another place)", dir);
	unlink(path);
	return fd;
}

int sorter_open(struct sorter *s, size_t memory, struct err *e)
{
	*s = SORTER_NONE;
	s->cap = memory / sizeof(*s->items);
	if (s->cap < LEAST)
		s->cap = LEAST;
	s->items = malloc(s->cap * sizeof(*s->items));
	if (s->items == NULL)
		return err_sys(e, "sort");
	s->fd = open_unnamed(e);
	return s->fd < 0 ? -1 : 0;
}

static int write_entries(struct sorter *s, const struct entry *items, size_t n,
			 struct err *e)
{
	if (file_write_all(s->fd, items, n * sizeof(*items)) < 0)
		return err_sys(e, "temporary file (TMPDIR chooses another "
				  "place)");
	s->end += n;
	return 0;
}

static int add_run(struct sorter *s, uint64_t start, struct err *e)
{
	if (s->run_count == s->run_cap) {
		size_t cap = s->run_cap != 0 ? 2 * s->run_cap : 64;
		struct sorter_run *runs = realloc(s->runs, cap * sizeof(*runs));

		if (runs == NULL)
			return err_sys(e, "sort");
		s->runs = runs;
		s->run_cap = cap;
	}
	s->runs[s->run_count++] = (struct sorter_run){
		.start = start,
		.count = s->end - start,
	};
	return 0;
}

static int spill(struct sorter *s, struct err *e)
{
	uint64_t start = s->end;

	qsort(s->items, s->held, sizeof(*s->items), compare);
	if (write_entries(s, s->items, s->held, e) < 0)
		return -1;
	s->held = 0;
	return add_run(s, start, e);
}

int sorter_add(struct sorter *s, const struct entry *entry, struct err *e)
{
	if (s->held == s->cap && spill(s, e) < 0)
		return -1;
	s->items[s->held++] = *entry;
	s->count++;
	return 0;
}

/* Read ahead of a run. */
static int load(struct sorter *s, size_t which, struct err *e)
{
	struct sorter_run *run = &s->runs[which];
	uint64_t left = run->count - run->read;
	size_t n = left < s->block ? (size_t)left : s->block;
	char *to = (char *)(s->blocks + which * s->block);
	size_t bytes = n * sizeof(struct entry);
	uint64_t from = (run->start + run->read) * sizeof(struct entry);

	for (size_t done = 0; done < bytes;) {
		ssize_t got = pread(s->fd, to + done, bytes - done,
				    (off_t)(from + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return err_sys(e, "temporary file");
		done += (size_t)got;
	}
	run->read += n;
	run->at = 0;
	run->loaded = n;
	return 0;
}

static const struct entry *front(const struct sorter *s, size_t run)
{
	return &s->blocks[run * s->block + s->runs[run].at];
}

static bool is_less(const struct sorter *s, size_t a, size_t b)
{
	return entry_order(front(s, a), front(s, b)) < 0;
}

static void sift_down(struct sorter *s, size_t i)
{
	size_t run = s->heap[i];

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= s->heap_count)
			break;
		if (child + 1 < s->heap_count &&
		    is_less(s, s->heap[child + 1], s->heap[child]))
			child++;
		if (!is_less(s, s->heap[child], run))
			break;
		s->heap[i] = s->heap[child];
		i = child;
	}
	s->heap[i] = run;
}

/* Begin to merge the first count runs. */
static int start_merge(struct sorter *s, size_t count, struct err *e)
{
	free(s->blocks);
	free(s->heap);
	s->block = s->cap / count;
	if (s->block > BLOCK_MAX)
		s->block = BLOCK_MAX;
	s->blocks = calloc(count * s->block, sizeof(*s->blocks));
	s->heap = calloc(count, sizeof(*s->heap));
	if (s->blocks == NULL || s->heap == NULL)
		return err_sys(e, "sort");

	s->heap_count = 0;
	for (size_t i = 0; i < count; i++) {
		s->runs[i].read = 0;
		if (load(s, i, e) < 0)
			return -1;
		s->heap[s->heap_count++] = i;
	}
	for (size_t i = s->heap_count / 2; i-- > 0;)
		sift_down(s, i);
	return 0;
}

static int merge_next(struct sorter *s, struct entry *entry, struct err *e)
{
	if (s->heap_count == 0)
		return 0;

	size_t which = s->heap[0];
	struct sorter_run *run = &s->runs[which];
	*entry = *front(s, which);
	if (++run->at == run->loaded) {
		if (run->read < run->count) {
			if (load(s, which, e) < 0)
				return -1;
		} else {
			s->heap[0] = s->heap[--s->heap_count];
		}
	}
	if (s->heap_count > 0)
		sift_down(s, 0);
	return 1;
}

/* Make one run of the first FAN_IN, through the memory that is free now. */
static int merge_runs(struct sorter *s, struct err *e)
{
	uint64_t start = s->end;
	size_t n = 0;
	int got;

	if (start_merge(s, FAN_IN, e) < 0)
		return -1;
	while ((got = merge_next(s, &s->items[n], e)) > 0)
		if (++n == s->cap) {
			if (write_entries(s, s->items, n, e) < 0)
				return -1;
			n = 0;
		}
	if (got < 0 || write_entries(s, s->items, n, e) < 0)
		return -1;
	s->run_count -= FAN_IN;
	memmove(s->runs, s->runs + FAN_IN, s->run_count * sizeof(*s->runs));
	return add_run(s, start, e);
}

int sorter_start(struct sorter *s, struct err *e)
{
	s->next = 0;
	if (s->run_count == 0) {
		qsort(s->items, s->held, sizeof(*s->items), compare);
		return 0;
	}
	if (s->held > 0 && spill(s, e) < 0)
		return -1;
	while (s->run_count > FAN_IN)
		if (merge_runs(s, e) < 0)
			return -1;
	// All is in the file now.
	free(s->items);
	s->items = NULL;
	return start_merge(s, s->run_count, e);
}

int sorter_next(struct sorter *s, struct entry *entry, struct err *e)
{
	if (s->run_count > 0)
		return merge_next(s, entry, e);
	if (s->next == s->held)
		return 0;
	*entry = s->items[s->next++];
	return 1;
}

void sorter_free(struct sorter *s)
{
	if (s->fd >= 0)
		close(s->fd);
	free(s->items);
	free(s->runs);
	free(s->blocks);
	free(s->heap);
	*s = SORTER_NONE;
}
