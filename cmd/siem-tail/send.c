#include "send.h"

#include "core/clock.h"
#include "core/msg.h"
#include "core/quit.h"
#include "follow.h"
#include "stream/control.h"
#include "tail.h"

#include <string.h>

static int write_bytes(struct tail *t, struct slice left, struct err *e)
{
	while (left.len > 0) {
		ssize_t n = outlet_write(&t->out, left.data, left.len, e);

		if (n < 0)
			return -1;
		left = slice_from(left, (size_t)n);
		if (n == 0 && follow_wait(t, FOLLOW_OUTPUT | FOLLOW_CHANGES,
					  t->look_ns, e) < 0)
			return -1;
	}
	return 0;
}

/* Where the first line in bytes that begins with a DLE begins, or NULL. */
static const char *find_doubled(struct slice bytes, bool within_line)
{
	const char *end = bytes.data + bytes.len;

	for (const char *p = bytes.data;
	     p < end && (p = memchr(p, DLE, (size_t)(end - p))) != NULL; p++)
		if (p == bytes.data ? !within_line : p[-1] == '\n')
			return p;
	return NULL;
}

/* Write lines of a marked stream: one that begins with a DLE gets another. */
static int write_marked(struct tail *t, struct slice bytes, struct err *e)
{
	const char *dle;

	while ((dle = find_doubled(bytes, t->within_line)) != NULL) {
		size_t n = (size_t)(dle - bytes.data);

		if (write_bytes(t, slice_take_n(&bytes, n), e) < 0 ||
		    write_bytes(t, SLICE("\x10"), e) < 0)
			return -1;
		t->within_line = true;
	}
	return write_bytes(t, bytes, e);
}

int send_lines(struct tail *t, struct slice bytes, size_t behind, struct err *e)
{
	struct slice all = { bytes.data, bytes.len + behind };

	if (t->history.path != NULL) {
		const char *dle = find_doubled(bytes, t->within_line);

		if (dle != NULL) {
			if (write_marked(t, bytes, e) < 0)
				return -1;
			all = slice_from(all, bytes.len);
		}
	} else if (t->report.bytes == 0 && control_is_header(bytes)) {
		// What somebody wrote into a log must not pass for our own.
		msg_warn("the output begins like a marked stream; put an empty "
			 "line before it");
		if (write_bytes(t, SLICE("\n"), e) < 0)
			return -1;
	}
	if (write_bytes(t, all, e) < 0)
		return -1;
	if (bytes.len > 0)
		t->within_line = bytes.data[bytes.len - 1] != '\n';
	report_note(&t->report, bytes);
	return 0;
}

int send_text(struct tail *t, struct slice text, struct err *e)
{
	if (t->cfg->stamp) {
		if (stamp_give_up(&t->stamp, text, e) < 0)
			return -1;
		text = buf_slice(&t->stamp.out);
	}
	return send_lines(t, text, 0, e);
}

/* A mark into room, whose bytes are in nobody's use. -1: does not fit. */
static int put_mark(struct slice *mark, char *room, size_t size,
		    struct known *k, struct err *e)
{
	char text[POSITION_MAX];
	struct buf position = { .data = text,
				.cap = sizeof(text),
				.max = sizeof(text) - 1 };
	struct buf out = { .data = room, .cap = size, .max = size - 1 };

	if (k->gone)
		buf_putc(&position, '-');
	else
		position_put(&position, &k->at);
	control_put_mark(&out, slice_of(k->source), buf_slice(&position));
	if (buf_status(&out) != 0)
		return err_set(e, ERR_SYSTEM, "%s: its name is too long",
			       k->source);
	*mark = buf_slice(&out);
	k->told = true;
	return 0;
}

/* Replace lines of f by the same with stamps. */
static int stamp(struct tail *t, struct file *f, struct slice *bytes,
		 uint64_t offset, struct err *e)
{
	if (f->seed == NULL)
		f->seed = stamp_seed(&t->stamp, &f->source, t->scratch, e);
	if (f->seed == NULL ||
	    stamp_lines(&t->stamp, f->seed, *bytes, offset, e) < 0)
		return -1;
	*bytes = buf_slice(&t->stamp.out);
	return 0;
}

/* Some of what was read of f. */
static int send_part(struct tail *t, struct file *f, struct slice bytes,
		     const struct chunk *chunk, struct err *e)
{
	uint64_t offset =
		chunk->offset + (size_t)(bytes.data - chunk->bytes.data);
	const char *end = bytes.data + bytes.len;
	bool last = end == chunk->bytes.data + chunk->bytes.len;
	struct slice read = { bytes.data,
			      bytes.len - (last ? chunk->added : 0) };
	struct known *k = f->known;
	struct slice mark = { 0 };
	// A position within a line would be none to begin at.
	bool whole = end[-1] == '\n';

	if (t->cfg->stamp) {
		if (stamp(t, f, &bytes, offset, e) < 0)
			return -1;
		last = false;
	}
	if (k == NULL)
		return send_lines(t, bytes, 0, e);
	struct position before = k->at;
	if (place_position(&f->source, offset, read, &k->at, e) < 0)
		return -1;
	k->finished = false;
	if (!whole)
		k->at = before;
	else if (put_mark(&mark, last ? t->block + (end - t->block) : t->apart,
			  SEND_ROOM, k, e) < 0)
		return -1;
	if (send_lines(t, bytes, last ? mark.len : 0, e) < 0 ||
	    (!last && write_bytes(t, mark, e) < 0))
		return -1;
	k->untold = k->untold && !whole;
	return 0;
}

size_t send_allowed(struct tail *t, struct slice bytes, size_t *units)
{
	size_t lines = 0;
	size_t part = 0;

	*units = 0;
	if (t->limit.rate.per_sec == 0)
		return bytes.len;
	size_t allowed = rate_allowed(&t->limit, clock_ns());
	if (allowed == 0)
		return 0;
	while (part < bytes.len) {
		const char *lf =
			memchr(bytes.data + part, '\n', bytes.len - part);
		size_t end =
			lf != NULL ? (size_t)(lf - bytes.data) + 1 : bytes.len;

		if (part > 0 &&
		    (t->limit.rate.in_bytes ? end : lines + 1) > allowed)
			break;
		part = end;
		lines += lf != NULL;
	}
	*units = t->limit.rate.in_bytes ? part : lines;
	return part;
}

int send_chunk(struct tail *t, struct file *f, const struct chunk *chunk,
	       struct err *e)
{
	struct slice left = chunk->bytes;

	while (left.len > 0) {
		size_t units;
		size_t part = send_allowed(t, left, &units);

		// What was read goes out, however slowly it was to go.
		if (quit_asked())
			part = left.len;
		if (part == 0) {
			int64_t until_ns = clock_ns() + rate_wait_ns(&t->limit);

			if (until_ns > t->look_ns)
				until_ns = t->look_ns;
			if (follow_wait(t, FOLLOW_CHANGES, until_ns, e) < 0)
				return -1;
			continue;
		}
		if (send_part(t, f, slice_take_n(&left, part), chunk, e) < 0)
			return -1;
		rate_spend(&t->limit, units);
	}
	return 0;
}

int send_header(struct tail *t, struct err *e)
{
	char text[CHECKPOINT_ID_LEN + 32];
	struct buf out = { .data = text,
			   .cap = sizeof(text),
			   .max = sizeof(text) - 1 };

	if (t->history.path == NULL)
		return 0;
	control_put_header(&out, slice_of(t->history.id), false);
	return write_bytes(t, buf_slice(&out), e);
}

/* The next of which a mark has to speak, or NULL. */
static struct known *next_untold(const struct known_all *all)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->items[i]->untold)
			return all->items[i];
	return NULL;
}

int send_news(struct tail *t, struct err *e)
{
	struct known *k;
	char room[SEND_ROOM];
	struct slice mark;

	if (t->within_line || !t->history.news)
		return 0;
	t->history.news = false;
	// What is found out while this is written is for the next time; what
	// is known may be another by then.
	while ((k = next_untold(&t->history.known)) != NULL) {
		k->untold = false;
		if (put_mark(&mark, room, sizeof(room), k, e) < 0 ||
		    write_bytes(t, mark, e) < 0)
			return -1;
	}
	known_forget_gone(&t->history.known);
	return 0;
}

int send_end(struct tail *t, struct err *e)
{
	char text[16];
	struct buf out = { .data = text,
			   .cap = sizeof(text),
			   .max = sizeof(text) - 1 };

	// What ends within a line is no orderly end: nothing is to pass for
	// the rest of that line, and whoever reads it drops what there is.
	if (t->history.path == NULL || t->within_line)
		return 0;
	control_put_end(&out, t->status);
	return write_bytes(t, buf_slice(&out), e);
}
