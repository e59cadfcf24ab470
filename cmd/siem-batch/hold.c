#include "hold.h"

#include "stream/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_MOST = 64 << 10, CHUNK_LEAST = 256 };

/* Whole lines, unless they are longer than what is read in one piece. */
struct hold_chunk {
	struct hold_chunk *next;
	size_t cap, len, done; // bytes: of memory, in use, and written of those
	size_t tail;           // where what is behind its last record begins
	uint64_t records;      // that end here and are not written
	bool thinned;          // nothing but control lines is left to write
	char *data;
};

static size_t chunk_size(const struct hold *h)
{
	size_t part = h->max / 16;

	return part < CHUNK_LEAST  ? CHUNK_LEAST
	       : part > CHUNK_MOST ? CHUNK_MOST
				   : part;
}

bool hold_is_full(const struct hold *h)
{
	return h->held >= h->max;
}

bool hold_is_empty(const struct hold *h)
{
	return hold_front(h).len == 0 && !h->open;
}

/* Give a chunk another size, at least that of its contents. */
static bool resize(struct hold *h, struct hold_chunk *chunk, size_t cap)
{
	char *data = realloc(chunk->data, cap);

	if (data == NULL)
		return false;
	h->held = h->held - chunk->cap + cap;
	chunk->data = data;
	chunk->cap = cap;
	return true;
}

static struct hold_chunk *add_chunk(struct hold *h, size_t need)
{
	size_t cap = chunk_size(h);
	struct hold_chunk *chunk = calloc(1, sizeof(*chunk));

	if (chunk == NULL || !resize(h, chunk, need > cap ? need : cap)) {
		free(chunk);
		return NULL;
	}
	if (h->last != NULL)
		h->last->next = chunk;
	else
		h->first = chunk;
	h->last = chunk;
	return chunk;
}

static void release_first(struct hold *h)
{
	struct hold_chunk *chunk = h->first;

	h->first = chunk->next;
	if (h->first == NULL)
		h->last = NULL;
	h->held -= chunk->cap;
	h->records -= chunk->records;
	free(chunk->data);
	free(chunk);
}

/* The end of the line that is being written; of none, what is written. */
static size_t end_of_current(const struct hold_chunk *chunk)
{
	const char *lf;

	if (chunk->done == 0 || chunk->data[chunk->done - 1] == '\n')
		return chunk->done;
	lf = memchr(chunk->data + chunk->done, '\n', chunk->len - chunk->done);
	return lf == NULL ? chunk->len : (size_t)(lf - chunk->data) + 1;
}

/* The line of a chunk that begins at a place, with its LF. */
static struct slice line_at(const struct hold_chunk *chunk, size_t at)
{
	const char *lf = memchr(chunk->data + at, '\n', chunk->len - at);

	return (struct slice){ chunk->data + at,
			       lf == NULL
				       ? chunk->len - at
				       : (size_t)(lf - chunk->data) + 1 - at };
}

/* Does the first control line say nothing once the second follows it? */
static bool is_superseded(struct slice first, struct slice second)
{
	struct control a, b;
	struct err ignored;

	first.len--;
	second.len--;
	if (control_parse(first, &a, &ignored) < 0 ||
	    control_parse(second, &b, &ignored) < 0 || a.kind != b.kind)
		return false;
	return a.kind == CONTROL_FLUSH ||
	       (a.kind == CONTROL_MARK && slice_is(a.source, b.source));
}

/*
 * Remove from the control lines of a chunk, between two places, the one that
 * the line makes superfluous. Returns how many bytes that were.
 */
static size_t supersede(struct hold_chunk *chunk, size_t from, size_t to,
			struct slice line)
{
	size_t at = from;

	while (at < to) {
		struct slice old = line_at(chunk, at);

		if (is_superseded(old, line)) {
			memmove(chunk->data + at, chunk->data + at + old.len,
				to - at - old.len);
			return old.len;
		}
		at += old.len;
	}
	return 0;
}

/* Is this a record, be it on its way to the dead letters? */
static bool is_record(struct slice line)
{
	return !control_begins(line) || (line.len > 1 && line.data[1] == 'R');
}

/* Drop the records of a chunk but the one that is being written. */
static void thin(struct hold *h, struct hold_chunk *chunk)
{
	size_t floor = end_of_current(chunk);
	size_t end = floor;
	uint64_t records = 0;

	for (size_t at = floor; at < chunk->len;) {
		struct slice line = line_at(chunk, at);

		at += line.len;
		if (is_record(line)) {
			records++;
			continue;
		}
		end -= supersede(chunk, floor, end, line);
		memmove(chunk->data + end, line.data, line.len);
		end += line.len;
	}
	chunk->len = end;
	chunk->tail = 0;
	chunk->thinned = true;
	chunk->records -= records;
	h->records -= records;
	h->dropped += records;
	// Should there be no memory to need less of it, nothing is wrong.
	(void)resize(h, chunk, end > 0 ? end : 1);
}

/* Append the control lines of the second of two thinned chunks to the first. */
static void merge(struct hold *h, struct hold_chunk *a)
{
	struct hold_chunk *b = a->next;

	if (!resize(h, a, a->len + b->len + 1))
		return;
	for (size_t at = 0; at < b->len;) {
		struct slice line = line_at(b, at);

		a->len -= supersede(a, end_of_current(a), a->len, line);
		memcpy(a->data + a->len, line.data, line.len);
		a->len += line.len;
		at += line.len;
	}
	a->next = b->next;
	if (h->last == b)
		h->last = a;
	h->held -= b->cap;
	free(b->data);
	free(b);
}

/* Drop the oldest records there are. False: there are none to drop. */
static bool drop_oldest(struct hold *h)
{
	struct hold_chunk *before = NULL;
	uint64_t dropped = h->dropped;

	for (struct hold_chunk *chunk = h->first; chunk != NULL;) {
		struct hold_chunk *next = chunk->next;

		if (h->open && chunk == h->last)
			return false;
		if (!chunk->thinned) {
			thin(h, chunk);
			if (before != NULL)
				merge(h, before);
			// What is being written, and alone, gave nothing.
			if (h->dropped > dropped)
				return true;
		}
		if (before == NULL || before->next == chunk)
			before = chunk;
		chunk = next;
	}
	return false;
}

/* Room for n bytes in one chunk, without asking whether there may be. */
static char *take_room(struct hold *h, size_t n)
{
	struct hold_chunk *chunk = h->last;

	if (chunk == NULL || chunk->thinned || chunk->cap - chunk->len < n)
		chunk = add_chunk(h, n);
	return chunk == NULL ? NULL : chunk->data + chunk->len;
}

/* Would n bytes more be within what may be held? */
static bool has_room(const struct hold *h, size_t n)
{
	const struct hold_chunk *last = h->last;
	size_t cap = chunk_size(h);

	if (last != NULL && !last->thinned && last->cap - last->len >= n)
		return true;
	if (n > cap)
		cap = n;
	return h->held <= h->max && cap <= h->max - h->held;
}

static bool make_room(struct hold *h, size_t n)
{
	if (h->overflow == HOLD_BLOCK)
		return true;
	if (n > h->max)
		return false;
	while (!has_room(h, n))
		if (h->overflow != HOLD_DROP_OLDEST || !drop_oldest(h))
			return false;
	return true;
}

static void count_dropped(struct hold *h)
{
	h->dropped++;
	h->records--;
}

/* Forget the beginning of the line that has not come to its end. */
static void drop_open_line(struct hold *h)
{
	struct hold_chunk *chunk = h->last;

	chunk->len = chunk->done = chunk->tail = 0;
	chunk->records = 0;
	h->open = false;
	(void)resize(h, chunk, chunk_size(h));
	count_dropped(h);
}

/* The line that has not come to its end, which has a chunk of its own, grows.
 */
static char *grow_open_line(struct hold *h, size_t n)
{
	struct hold_chunk *chunk = h->last;
	size_t need = chunk->len + n;
	size_t more = need > chunk->cap ? need - chunk->cap : 0;

	while (more > 0 && (h->held > h->max || more > h->max - h->held))
		if (h->overflow != HOLD_DROP_OLDEST || !drop_oldest(h)) {
			drop_open_line(h);
			h->skipping = true;
			return NULL;
		}
	if (more > 0 && !resize(h, chunk, need))
		return NULL;
	return chunk->data + chunk->len;
}

/* Where a piece goes; NULL: there is no memory, or it is dropped. */
static char *room_for(struct hold *h, const struct hold_piece *piece)
{
	size_t need = piece->bytes.len + 2; // a DLE that is doubled, the LF

	if (piece->first) {
		h->records++;
		h->skipping = !make_room(h, need);
		if (h->skipping)
			count_dropped(h);
	}
	if (h->skipping)
		return NULL;
	// Where it may still be dropped, a line is in one chunk, alone.
	if (h->overflow == HOLD_BLOCK || (piece->first && piece->last))
		return take_room(h, need);
	if (!piece->first)
		return grow_open_line(h, need);
	return add_chunk(h, need) != NULL ? h->last->data : NULL;
}

bool hold_put(struct hold *h, struct hold_piece piece)
{
	char *room = room_for(h, &piece);
	char *p = room;

	if (h->skipping) {
		h->skipping = !piece.last;
		return true;
	}
	if (room == NULL)
		return false;
	if (piece.first && !piece.reject && piece.bytes.len > 0 &&
	    piece.bytes.data[0] == DLE)
		*p++ = DLE;
	if (piece.bytes.len > 0)
		memcpy(p, piece.bytes.data, piece.bytes.len);
	p += piece.bytes.len;
	if (piece.last)
		*p++ = '\n';
	h->last->len += (size_t)(p - room);
	h->last->tail = h->last->len;
	h->last->records += piece.last;
	h->open = !piece.last;
	return true;
}

/* Add a control line to others, of which it may make one superfluous. */
static bool merge_line(struct hold *h, struct hold_chunk *chunk,
		       struct slice line)
{
	size_t floor = end_of_current(chunk);

	if (floor < chunk->tail)
		floor = chunk->tail;
	if (!resize(h, chunk, chunk->len + line.len))
		return false;
	chunk->len -= supersede(chunk, floor, chunk->len, line);
	memcpy(chunk->data + chunk->len, line.data, line.len);
	chunk->len += line.len;
	// Or a record would find room there, and part them from the next.
	(void)resize(h, chunk, chunk->len);
	return true;
}

bool hold_put_control(struct hold *h, struct slice line)
{
	struct hold_chunk *chunk = h->last;
	char *room;

	// Where all that came since the last one was dropped, they are merged.
	if (chunk != NULL &&
	    (chunk->thinned ||
	     (h->overflow == HOLD_DROP_NEWEST && !has_room(h, line.len))))
		return merge_line(h, chunk, line);
	room = take_room(h, line.len);
	if (room == NULL)
		return false;
	memcpy(room, line.data, line.len);
	h->last->len += line.len;
	return true;
}

struct slice hold_front(const struct hold *h)
{
	const struct hold_chunk *chunk = h->first;

	while (chunk != NULL && chunk->done == chunk->len)
		chunk = chunk->next;
	// What may still be dropped is not to be begun.
	if (chunk == NULL ||
	    (h->open && chunk == h->last && h->overflow != HOLD_BLOCK))
		return SLICE("");
	return (struct slice){ chunk->data + chunk->done,
			       chunk->len - chunk->done };
}

/* So many bytes of a chunk are written: count the records that end there. */
static void count_written(struct hold *h, struct hold_chunk *chunk, size_t n)
{
	size_t end = chunk->done + n;

	for (size_t at = chunk->done; at < end;) {
		struct slice line = line_at(chunk, at);

		if (!h->midline)
			h->midrecord = is_record(line);
		at += line.len;
		h->midline = at > end || line.data[line.len - 1] != '\n';
		if (!h->midline && h->midrecord) {
			h->written++;
			h->records--;
			chunk->records--;
		}
	}
	chunk->done = end;
}

void hold_drop(struct hold *h, size_t n)
{
	while (h->first->done == h->first->len)
		release_first(h);
	count_written(h, h->first, n);
	while (h->first != NULL && h->first->done == h->first->len &&
	       !(h->open && h->first == h->last))
		release_first(h);
}

void hold_free(struct hold *h)
{
	while (h->first != NULL)
		release_first(h);
}
