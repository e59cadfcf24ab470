#include "stream/reader.h"

#include "core/file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum {
	READ_BLOCK = 128 << 10, // what one read may bring
	KEEP = 512 << 10,       // memory kept once a giant record is gone
	CONTROL_MAX = 16 << 10, // what a control line may add to a record
};

/* The unread part of the buffer. */
static struct slice unread(const struct reader *r)
{
	if (r->in.data == NULL)
		return SLICE("");
	return slice_from(buf_slice(&r->in), r->start);
}

/* Where the LF of the first unread line is, or NULL: not there yet. */
static const char *find_lf(struct reader *r)
{
	struct slice left = unread(r);

	if (left.len <= r->seen)
		return NULL;
	const char *lf =
		memchr(left.data + r->seen, '\n', left.len - r->seen);
	r->seen = lf == NULL ? left.len : 0;
	return lf;
}

/* Take n bytes of the current line, and its LF where it has come. */
static struct slice take(struct reader *r, size_t n, bool with_lf)
{
	struct slice piece = { r->in.data + r->start, n };

	r->start += n + with_lf;
	r->bytes += n + with_lf;
	r->seen = 0;
	return piece;
}

static enum reader_got fail(struct err *e, const char *what)
{
	err_set(e, ERR_SYSTEM, "the marked stream is damaged: %s", what);
	return READER_FAILED;
}

/* The reason and the start of the record of an R line that comes in pieces. */
static enum reader_got begin_reject(struct reader_line *line, struct err *e)
{
	if (control_parse(line->text, &line->control, e) < 0)
		return READER_FAILED;
	line->text = line->control.record;
	line->is_reject = true;
	return READER_PIECE;
}

/*
 * A piece of a line over the limit: n bytes, and its LF if last. Data counts
 * as one record, with its first piece.
 */
static enum reader_got give_piece(struct reader *r, struct reader_line *line,
				  size_t n, bool last, bool lf, struct err *e)
{
	bool first = !r->in_piece;

	if (first) {
		line->offset = r->bytes;
		r->piece_is_reject = false;
	}
	line->raw = line->text = take(r, n, lf);
	line->first = first;
	line->last = last;
	line->is_reject = r->piece_is_reject;
	r->in_piece = !last;

	if (first && r->marked && line->raw.data[0] == DLE) {
		if (control_begins(line->raw)) {
			if (line->raw.data[1] != 'R')
				return fail(e, "a control line without end");
			r->piece_is_reject = true;
			return begin_reject(line, e);
		}
		line->raw = line->text = slice_from(line->raw, 1);
	}
	if (first && !r->piece_is_reject)
		r->records++;
	line->number = r->records;
	return READER_PIECE;
}

/* A whole control line. What comes after an end breaks the contract. */
static enum reader_got give_control(struct reader *r, struct reader_line *line,
				    struct err *e)
{
	if (control_parse(line->raw, &line->control, e) < 0)
		return READER_FAILED;
	if (line->control.kind == CONTROL_HEADER) {
		if (r->marked)
			return fail(e, "a second header");
		r->marked = true;
	}
	if (line->control.kind == CONTROL_END)
		r->ended = true;
	return READER_CONTROL;
}

static enum reader_got give_record(struct reader *r, struct reader_line *line)
{
	line->number = ++r->records;
	line->text = line->raw;
	if (line->text.len > 0 && line->text.data[line->text.len - 1] == '\r')
		line->text.len--;
	return READER_RECORD;
}

/* A whole line has been found: n bytes, and an LF unless the input ended. */
static enum reader_got give_line(struct reader *r, struct reader_line *line,
				 size_t n, bool lf, struct err *e)
{
	bool may_be_header = !r->started && !r->regular;

	if (r->ended)
		return fail(e, "something follows its end");
	r->started = true;
	line->offset = r->bytes;
	line->raw = take(r, n, lf);
	if (may_be_header && control_is_header(line->raw))
		return give_control(r, line, e);
	if (!r->marked || line->raw.len == 0 || line->raw.data[0] != DLE)
		return give_record(r, line);
	if (control_begins(line->raw))
		return give_control(r, line, e);
	line->raw = slice_from(line->raw, 1); // it was doubled
	return give_record(r, line);
}

/* The input has ended, and what is left has no LF. */
static enum reader_got give_rest(struct reader *r, struct reader_line *line,
				 struct err *e)
{
	struct slice left = unread(r);

	// The header itself may be what was torn.
	if (!r->started && !r->regular && left.len > 0 &&
	    left.data[0] == DLE &&
	    slice_has_prefix(SLICE("\x10H siem/"),
			     (struct slice){ left.data,
					     left.len < 8 ? left.len : 8 }))
		r->marked = true;
	if (r->marked) {
		r->cut_off = !r->ended;
		if (r->ended && left.len > 0)
			return fail(e, "something follows its end");
		return READER_EOF;
	}
	if (r->in_piece)
		return give_piece(r, line, left.len, true, false, e);
	if (left.len == 0)
		return READER_EOF;
	return give_line(r, line, left.len, false, e);
}

/* The most that the current line may hold without being given in pieces. */
static size_t line_max(const struct reader *r)
{
	bool control = control_begins(unread(r)) && (r->marked || !r->started);

	// One more for a DLE that was doubled, one for the CR.
	return r->max_record + 2 + (control ? CONTROL_MAX : 0);
}

/* Without CR and doubled DLE, is this line a record over the limit? */
static bool is_long(const struct reader *r, struct slice line)
{
	size_t len = line.len;

	if (!r->started && !r->regular && control_is_header(line))
		return false;
	if (r->marked && len > 0 && line.data[0] == DLE) {
		if (control_begins(line))
			return len > r->max_record + CONTROL_MAX;
		len--;
	}
	if (len > 0 && line.data[line.len - 1] == '\r')
		len--;
	return len > r->max_record;
}

static enum reader_outlook outlook_of(const struct reader *r)
{
	if (r->eof)
		return READER_NO_MORE;
	return r->regular ? READER_SURELY_MORE : READER_MAYBE_MORE;
}

/* A record that does not end at an LF, if measure() knows of one. */
static enum reader_end next_measured(struct reader *r, struct reader_line *line)
{
	struct slice left = unread(r);
	size_t len;

	if (r->measure == NULL || r->marked || r->in_piece || left.len == 0)
		return READER_END_LINE;
	enum reader_end end =
		r->measure(left, r->max_record, outlook_of(r), &len);
	if (end != READER_END_KNOWN)
		return end;
	r->started = true;
	line->offset = r->bytes;
	line->raw = line->text = take(r, len, false);
	line->number = ++r->records;
	return end;
}

enum reader_got reader_next(struct reader *r, struct reader_line *line,
			    struct err *e)
{
	const char *lf = find_lf(r);
	struct slice left = unread(r);
	size_t len = lf != NULL ? (size_t)(lf - left.data) : left.len;

	// Not the whole of it, for every record: a control line sets the rest.
	line->raw = line->text = SLICE("");
	line->number = line->offset = 0;
	line->first = line->last = line->is_reject = false;
	switch (next_measured(r, line)) {
	case READER_END_LINE:
		break;
	case READER_END_MORE:
		return READER_MORE;
	case READER_END_KNOWN:
		return READER_RECORD;
	}
	if (r->in_piece && (lf != NULL || (left.len > 0 && !r->eof)))
		return give_piece(r, line, len, lf != NULL, lf != NULL, e);
	if (lf != NULL && is_long(r, (struct slice){ left.data, len }) &&
	    !r->ended) {
		r->started = true;
		return give_piece(r, line, len, true, true, e);
	}
	if (lf != NULL)
		return give_line(r, line, len, true, e);
	if (r->eof) {
		if (!r->marked && left.len > 0 && is_long(r, left)) {
			r->started = true;
			return give_piece(r, line, len, true, false, e);
		}
		return give_rest(r, line, e);
	}
	if (left.len > line_max(r)) {
		if (r->ended)
			return fail(e, "something follows its end");
		r->started = true;
		return give_piece(r, line, len, false, false, e);
	}
	return READER_MORE;
}

bool reader_is_blank(struct slice record)
{
	for (size_t i = 0; i < record.len; i++)
		if (record.data[i] != ' ' && record.data[i] != '\t' &&
		    record.data[i] != '\r')
			return false;
	return true;
}

/* Move what is unread to the front, and make room for another block. */
static char *make_room(struct reader *r)
{
	if (r->in.data == NULL) {
		r->in = BUF_INIT(SIZE_MAX / 4);
		r->regular = file_is_regular(r->fd);
	}
	buf_drop(&r->in, r->start);
	r->start = 0;
	if (r->in.len < KEEP / 4)
		buf_trim(&r->in, KEEP);
	return buf_room(&r->in, READ_BLOCK);
}

int reader_fill(struct reader *r, struct err *e)
{
	char *room = make_room(r);

	if (room == NULL)
		return err_set(e, ERR_SYSTEM, "read: %s", strerror(ENOMEM));
	ssize_t n = read(r->fd, room, READ_BLOCK);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n < 0)
		return err_sys(e, "read");
	if (n == 0) {
		r->eof = true;
		return 0;
	}
	buf_grown(&r->in, (size_t)n);
	return 1;
}

bool reader_holds(const struct reader *r)
{
	return r->in.len > r->start;
}

void reader_restart(struct reader *r, int fd)
{
	struct reader fresh = READER_INIT(fd, r->max_record);

	fresh.measure = r->measure;
	buf_free(&r->in);
	*r = fresh;
}

void reader_free(struct reader *r)
{
	buf_free(&r->in);
}
