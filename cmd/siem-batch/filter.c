#include "filter.h"

#include "core/clock.h"
#include "core/metrics.h"
#include "core/msg.h"
#include "core/quit.h"
#include "core/seal.h"
#include "hold.h"
#include "stream/control.h"
#include "stream/outlet.h"
#include "stream/reader.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 256 << 10 }; // longer lines go through in pieces

static const int64_t told_every_ns = 60 * (int64_t)NS_PER_SEC;

/* The batch that is being made. */
struct batch {
	uint64_t records, bytes;
	int64_t since_ns; // its first record
};

struct filter {
	const struct config *cfg;
	struct reader in;
	struct hold hold;
	struct outlet out;
	struct rate_limit limit;
	struct batch batch;
	uint64_t batches;
	bool begun;        // what the input is, is known
	bool over;         // nothing more will be read
	bool stopped;      // lines that were read wait for room
	int status;        // of this stage and those before
	struct metrics metrics;
	struct err failed; // why the input cannot be read on, where it cannot
	uint64_t told;     // of the records that were dropped
	int64_t told_ns;
};

static int out_of_memory(struct err *e)
{
	return err_set(e, ERR_SYSTEM, "%s", strerror(ENOMEM));
}

static int put_control(struct filter *f, const struct buf *line, struct err *e)
{
	if (buf_status(line) != 0 ||
	    !hold_put_control(&f->hold, buf_slice(line)))
		return out_of_memory(e);
	return 0;
}

/* The batch that is being made ends here, if there is one. */
static int end_batch(struct filter *f, struct err *e)
{
	struct buf line = BUF_INIT(16);
	int rc = 0;

	if (f->batch.records > 0) {
		control_put_flush(&line);
		rc = put_control(f, &line, e);
		buf_free(&line);
		f->batches++;
	}
	f->batch = (struct batch){ 0 };
	return rc;
}

/* The first line says whether the stream is marked; ours is in any case. */
static int begin(struct filter *f, struct slice id, struct err *e)
{
	struct buf header = BUF_INIT((size_t)64 << 10);

	f->begun = true;
	// Nobody waits for us to have read a file.
	if (f->cfg->overflow == NULL && !f->in.marked && !f->in.regular)
		f->hold.overflow = HOLD_DROP_OLDEST;
	control_put_header(&header, id, true);
	int rc = put_control(f, &header, e);
	buf_free(&header);
	return rc;
}

/* A record, or a piece of one. Blank lines pass, and count for nothing. */
static int take_record(struct filter *f, const struct reader_line *line,
		       bool whole, struct err *e)
{
	struct batch *batch = &f->batch;
	const struct config *cfg = f->cfg;
	bool first = whole || line->first;
	bool last = whole || line->last;
	uint64_t len = line->raw.len + last;
	uint64_t dropped = f->hold.dropped;
	bool counts =
		!line->is_reject && !(whole && reader_is_blank(line->text));

	if (counts && first && cfg->bytes > 0 &&
	    batch->bytes + len > cfg->bytes && end_batch(f, e) < 0)
		return -1;
	if (!hold_put(&f->hold,
		      (struct hold_piece){ .bytes = line->raw,
					   .first = first,
					   .last = last,
					   .reject = line->is_reject }))
		return out_of_memory(e);
	// What was not taken is in no batch.
	if (!counts ||
	    (f->hold.dropped > dropped && f->hold.overflow == HOLD_DROP_NEWEST))
		return 0;
	if (first && batch->records++ == 0)
		batch->since_ns = clock_ns();
	batch->bytes += len;
	if (last && ((cfg->count > 0 && batch->records >= cfg->count) ||
		     (cfg->bytes > 0 && batch->bytes >= cfg->bytes)))
		return end_batch(f, e);
	return 0;
}

static int pass_control(struct filter *f, const struct reader_line *line,
			struct err *e)
{
	struct buf copy = BUF_INIT(line->raw.len + 1);

	buf_put_slice(&copy, line->raw);
	buf_putc(&copy, '\n');
	int rc = put_control(f, &copy, e);
	buf_free(&copy);
	return rc;
}

static int take_control(struct filter *f, struct reader_line *line,
			struct err *e)
{
	switch (line->control.kind) {
	case CONTROL_HEADER:
		return begin(f, line->control.id, e);
	case CONTROL_FLUSH:
		return end_batch(f, e);
	case CONTROL_END:
		// Ours follows when all is done, with the worse status.
		if (line->control.status > f->status)
			f->status = line->control.status;
		return 0;
	case CONTROL_REJECT:
		line->is_reject = true;
		return take_record(f, line, true, e);
	case CONTROL_MARK:
	case CONTROL_OTHER:
		return pass_control(f, line, e);
	}
	return 0;
}

/* The input has ended, in good order or not. */
static int end_input(struct filter *f, struct err *e)
{
	struct buf line = BUF_INIT(16);

	f->over = true;
	if (f->in.cut_off)
		err_set(&f->failed, ERR_SYSTEM,
			"the input was cut off: a stage before this one ended "
			"early");
	if (f->failed.kind != ERR_NONE)
		return 0;
	if (!f->begun && begin(f, SLICE("-"), e) < 0)
		return -1;
	if (end_batch(f, e) < 0)
		return -1;
	if (f->hold.dropped > 0 && f->status < STATUS_REJECTS)
		f->status = STATUS_REJECTS;
	control_put_end(&line, f->status);
	int rc = put_control(f, &line, e);
	buf_free(&line);
	return rc;
}

static bool has_room(const struct filter *f)
{
	return f->hold.overflow != HOLD_BLOCK || !hold_is_full(&f->hold);
}

/* Take one line. 1: there was one; 0: none yet. */
static int take_line(struct filter *f, struct err *e)
{
	struct reader_line line = { 0 };
	enum reader_got got = reader_next(&f->in, &line, &f->failed);
	bool is_data = got == READER_RECORD || got == READER_PIECE;

	if (got == READER_MORE)
		return 0;
	if (is_data && !f->begun && begin(f, SLICE("-"), e) < 0)
		return -1;
	if (is_data)
		return take_record(f, &line, got == READER_RECORD, e) < 0 ? -1
									  : 1;
	if (got == READER_CONTROL)
		return take_control(f, &line, e) < 0 ? -1 : 1;
	return end_input(f, e) < 0 ? -1 : 1;
}

/* Take the lines that were read, as far as there is room for them. */
static int take_lines(struct filter *f, struct err *e)
{
	int rc = 1;

	while (rc > 0 && !f->over && has_room(f))
		rc = take_line(f, e);
	f->stopped = rc > 0 && !f->over;
	return rc < 0 ? -1 : 0;
}

/* The part of these lines that may be written now. */
static struct slice within_rate(struct filter *f, struct slice lines)
{
	size_t left = rate_allowed(&f->limit, clock_ns());
	size_t len = 0;

	if (left == SIZE_MAX)
		return lines;
	while (left > 0 && len < lines.len) {
		struct slice rest = slice_from(lines, len);
		const char *lf = memchr(rest.data, '\n', rest.len);
		size_t n = lf == NULL ? rest.len : (size_t)(lf - rest.data) + 1;
		size_t cost = f->limit.rate.in_bytes ? n : lf != NULL;

		if (control_begins(rest))
			cost = 0;
		len += n;
		left -= cost < left ? cost : left;
	}
	lines.len = len;
	return lines;
}

static void spend(struct filter *f, size_t bytes, uint64_t written_before)
{
	rate_spend(&f->limit, f->limit.rate.in_bytes
				      ? bytes
				      : f->hold.written - written_before);
}

/* Write what is taken now. */
static int write_lines(struct filter *f, struct err *e)
{
	for (;;) {
		struct slice lines = hold_front(&f->hold);
		uint64_t written = f->hold.written;

		if (lines.len > 0)
			lines = within_rate(f, lines);
		if (lines.len == 0)
			return 0;
		ssize_t n = outlet_write(&f->out, lines.data, lines.len, e);
		if (n < 0)
			return -1;
		if (n == 0)
			return 0;
		hold_drop(&f->hold, (size_t)n);
		spend(f, (size_t)n, written);
		if ((size_t)n < lines.len)
			return 0;
	}
}

/* Say how many records were dropped: at first, now and then, and at last. */
static void tell_dropped(struct filter *f)
{
	uint64_t news = f->hold.dropped - f->told;
	bool at_first = f->told_ns == 0;
	bool over = hold_is_empty(&f->hold);

	if (news == 0 ||
	    (!at_first && !over && clock_ns() - f->told_ns < told_every_ns))
		return;
	f->told = f->hold.dropped;
	f->told_ns = over ? 0 : clock_ns();
	msg_warn("the reader is too slow, and the buffer (--max) is full: "
		 "%llu records dropped, %llu in all",
		 (unsigned long long)news, (unsigned long long)f->told);
}

static void print_stats(const struct filter *f)
{
	msg_error("%llu records written, %llu dropped, %llu batches, "
		  "%llu waiting",
		  (unsigned long long)f->hold.written,
		  (unsigned long long)f->hold.dropped,
		  (unsigned long long)f->batches,
		  (unsigned long long)f->hold.records);
}

/* The counts for --metrics. */
static void collect(struct page *page, const void *context)
{
	const struct filter *f = context;

	page_counter(page, "records_read_total", "Records read.",
		     f->in.records);
	page_counter(page, "records_written_total", "Records written.",
		     f->hold.written);
	page_counter(page, "records_dropped_total",
		     "Records dropped for want of room.", f->hold.dropped);
	page_counter(page, "batches_total", "Batches that were ended.",
		     f->batches);
	page_gauge(page, "records_waiting",
		   "Records read and not yet written.",
		   (double)f->hold.records);
	page_gauge(page, "memory_bytes", "Memory that records take.",
		   (double)f->hold.held);
}

/* How long nothing has to be done unless something happens; -1: for ever. */
static int timeout_ms(const struct filter *f, bool limited)
{
	int64_t wait_ns = -1;

	if (f->stopped && has_room(f))
		return 0;

	if (f->batch.records > 0 && !f->over) {
		wait_ns = f->batch.since_ns +
			  (int64_t)f->cfg->wait_ms * NS_PER_MS - clock_ns();
		if (wait_ns < 0)
			wait_ns = 0;
	}
	if (limited && (wait_ns < 0 || rate_wait_ns(&f->limit) < wait_ns))
		wait_ns = rate_wait_ns(&f->limit);
	if (wait_ns < 0)
		return -1;
	int64_t ms = (wait_ns + NS_PER_MS - 1) / NS_PER_MS;
	return ms < INT32_MAX ? (int)ms : INT32_MAX;
}

/* Until something happens; then read, if that is it. */
static int wait_and_read(struct filter *f, struct err *e)
{
	bool holds = hold_front(&f->hold).len > 0;
	bool limited = holds && rate_allowed(&f->limit, clock_ns()) == 0;
	bool wants = !f->over && !f->stopped && has_room(f);
	struct pollfd fds[] = {
		{ .fd = quit_fd(), .events = POLLIN },
		{ .fd = wants ? STDIN_FILENO : -1, .events = POLLIN },
		{ .fd = f->out.fd, .events = holds && !limited ? POLLOUT : 0 },
	};
	int n = poll(fds, 3, timeout_ms(f, limited));

	if (n < 0)
		return errno == EINTR ? 0 : err_sys(e, "poll");
	if (fds[0].revents != 0)
		quit_clear();
	if ((fds[2].revents & POLLERR) != 0 && !f->out.regular) {
		errno = EPIPE;
		return err_sys(e, "write");
	}
	// An input that fails is at its end; what came before is as good.
	if (fds[1].revents != 0 && reader_fill(&f->in, &f->failed) < 0)
		return end_input(f, e);
	return 0;
}

/* The time is up: what is held is lost to those behind us. */
static int give_up(const struct filter *f, struct err *e)
{
	return err_set(e, ERR_SYSTEM,
		       "cut short: not through within --grace seconds; "
		       "%llu records were not written",
		       (unsigned long long)f->hold.records);
}

static int work(struct filter *f, struct err *e)
{
	while (!f->over || !hold_is_empty(&f->hold)) {
		if (wait_and_read(f, e) < 0)
			return -1;
		if (quit_late())
			return give_up(f, e);
		if (metrics_step(&f->metrics))
			print_stats(f);
		if (take_lines(f, e) < 0)
			return -1;
		if (!f->over && f->batch.records > 0 &&
		    clock_ns() - f->batch.since_ns >=
			    (int64_t)f->cfg->wait_ms * NS_PER_MS &&
		    end_batch(f, e) < 0)
			return -1;
		if (write_lines(f, e) < 0)
			return -1;
		tell_dropped(f);
	}
	if (f->failed.kind == ERR_NONE)
		return f->status;
	*e = f->failed;
	return -1;
}

int filter_run(const struct config *cfg, struct err *e)
{
	struct filter f = {
		.cfg = cfg,
		.in = READER_INIT(STDIN_FILENO, PIECE),
		.hold = HOLD_INIT(cfg->max, cfg->when_full),
		.limit = RATE_LIMIT_INIT(cfg->rate, clock_ns()),
	};
	int status = -1;

	if (outlet_open(&f.out, e) < 0)
		return -1;
	if (metrics_open(&f.metrics, cfg->common.metrics, collect, &f, e) ==
		    0 &&
	    seal_filter(e) == 0)
		status = work(&f, e);
	metrics_close(&f.metrics);
	if (cfg->common.stats)
		print_stats(&f);
	outlet_close(&f.out);
	hold_free(&f.hold);
	reader_free(&f.in);
	return status;
}
