#include "delivery/intake.h"

#include "core/clock.h"
#include "core/msg.h"

#include <errno.h>

bool intake_wants(const struct intake *in)
{
	return !in->ended && in->waiting == READER_MORE &&
	       !ledger_is_full(in->ledger);
}

void intake_forget(struct intake *in)
{
	in->ended = true;
	in->waiting = READER_MORE;
}

static void worsen(struct intake *in, int status)
{
	if (status > in->status)
		in->status = status;
}

static void fail(struct intake *in, const struct err *e)
{
	msg_error("%s", e->text);
	worsen(in, (int)msg_status(e->kind));
	intake_forget(in);
}

/* False: the queue is full, and the line has to wait. */
static bool add(struct intake *in, enum queue_kind kind, struct slice bytes,
		int64_t now_ns)
{
	struct queue_item *item = queue_add(in->queue, kind, bytes);
	struct err e;

	if (item != NULL) {
		item->line = in->line.number;
		item->read_ns = now_ns;
		// Of a mark: what came before it and is not in the queue.
		if (kind == QUEUE_MARK)
			item->number = in->ledger->early;
		in->ledger->counts.read += kind == QUEUE_RECORD;
		return true;
	}
	if (errno == ENOBUFS || queue_front(in->queue) != NULL)
		return false;
	// Nothing is held that could make room.
	if (kind == QUEUE_RECORD) {
		in->ledger->counts.read++;
		ledger_give_up(in->ledger, bytes, in->line.number,
			       "out of memory");
	}
	err_sys(&e, "line %llu", (unsigned long long)in->line.number);
	fail(in, &e);
	return true;
}

/* A filter before could not handle this record. */
static void pass_reject(struct intake *in)
{
	in->ledger->counts.read++;
	ledger_pass_reject(in->ledger, &in->line.control);
}

/* A piece of what is too long to be handled. */
static void take_piece(struct intake *in)
{
	in->ledger->counts.read += in->line.first;
	ledger_reject_piece(in->ledger, &in->line, in->reader.max_record);
}

/* False: there is no place for it. */
static bool take_control(struct intake *in, int64_t now_ns)
{
	const struct control *c = &in->line.control;

	switch (c->kind) {
	case CONTROL_MARK:
		// "DLE M SOURCE POSITION", without what makes it a mark
		return add(in, QUEUE_MARK, slice_from(in->line.raw, 3), now_ns);
	case CONTROL_FLUSH:
		return add(in, QUEUE_FLUSH, SLICE(""), now_ns);
	case CONTROL_REJECT:
		if (ledger_is_stuck(in->ledger))
			return false;
		pass_reject(in);
		return true;
	case CONTROL_END:
		worsen(in, c->status);
		return true;
	case CONTROL_HEADER:
		// Who commits has read it before.
		if (in->warns && !slice_is(c->id, SLICE("-")))
			msg_warn("the source of this input keeps a checkpoint, "
				 "and will send all of it again: give -c FILE "
				 "here as well");
		return true;
	case CONTROL_OTHER:
		return true;
	}
	return true;
}

/* Is the limit of the rate reached? */
static bool is_too_early(struct intake *in)
{
	return in->limit.rate.per_sec != 0 &&
	       rate_allowed(&in->limit, clock_ns()) == 0;
}

int64_t intake_wait_ms(const struct intake *in)
{
	if (in->ended || in->waiting == READER_MORE || !in->too_early)
		return -1;
	return rate_wait_ns(&in->limit) / NS_PER_MS + 1;
}

/* False: there is no place for the line, or it is too early: it has to wait. */
static bool take_line(struct intake *in, enum reader_got got, int64_t now_ns)
{
	in->too_early = false;
	if (got == READER_CONTROL)
		return take_control(in, now_ns);
	if (reader_is_blank(in->line.text))
		return true;
	in->too_early = is_too_early(in);
	if (in->too_early || !add(in, QUEUE_RECORD, in->line.text, now_ns))
		return false;
	if (in->limit.rate.per_sec != 0)
		rate_spend(&in->limit,
			   in->limit.rate.in_bytes ? in->line.text.len : 1);
	return true;
}

static void end(struct intake *in)
{
	in->whole = !in->reader.cut_off;
	intake_forget(in);
	if (in->whole)
		return;
	msg_error("the input was cut off: a stage before this one ended early");
	worsen(in, STATUS_UNDELIVERED);
}

static enum reader_got next_line(struct intake *in)
{
	enum reader_got got = in->waiting;
	struct err e;

	in->waiting = READER_MORE;
	if (got != READER_MORE)
		return got;
	got = reader_next(&in->reader, &in->line, &e);
	if (got == READER_FAILED)
		fail(in, &e);
	return got;
}

static void give_up(struct intake *in, enum reader_got got, const char *why)
{
	switch (got) {
	case READER_RECORD:
		if (reader_is_blank(in->line.text))
			break;
		in->ledger->counts.read++;
		ledger_give_up(in->ledger, in->line.text, in->line.number, why);
		break;
	case READER_CONTROL:
		if (in->line.control.kind == CONTROL_REJECT)
			pass_reject(in);
		break;
	case READER_PIECE:
		take_piece(in);
		break;
	case READER_MORE:
	case READER_EOF:
	case READER_FAILED:
		break;
	}
}

void intake_abandon(struct intake *in, const char *why)
{
	while (!in->ended) {
		enum reader_got got = next_line(in);

		give_up(in, got, why);
		if (got == READER_MORE || got == READER_EOF)
			intake_forget(in);
	}
}

/* Read once. False: nothing came. */
static bool fill(struct intake *in)
{
	struct err e;
	int got = reader_fill(&in->reader, &e);

	if (got < 0)
		fail(in, &e);
	return got > 0 || in->reader.eof;
}

void intake_step(struct intake *in, bool readable, int64_t now_ns)
{
	while (!in->ended) {
		enum reader_got got = next_line(in);

		switch (got) {
		case READER_MORE:
			if (!readable || !fill(in))
				return;
			readable = false;
			break;
		case READER_RECORD:
		case READER_CONTROL:
			if (!take_line(in, got, now_ns)) {
				in->waiting = got;
				return;
			}
			break;
		case READER_PIECE:
			if (ledger_is_stuck(in->ledger)) {
				in->waiting = got;
				return;
			}
			take_piece(in);
			break;
		case READER_EOF:
			end(in);
			break;
		case READER_FAILED:
			break;
		}
	}
}

void intake_free(struct intake *in)
{
	reader_free(&in->reader);
}
