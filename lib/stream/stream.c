#include "stream/stream.h"

#include "core/msg.h"
#include "core/quit.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>

enum { REPORTED = 5 }; // rejected records that are told one by one

static void worsen(struct stream *s, int status)
{
	if (status > s->status)
		s->status = status;
}

/* "line 7: column 3: reason", for messages and for the sink. */
static struct slice explain(const struct stream *s, const struct err *why,
			    char *text, size_t size)
{
	char column[32] = "";

	if (why->column != 0)
		snprintf(column, sizeof(column), "column %zu: ", why->column);
	snprintf(text, size, "%s%sline %llu: %s%s",
		 s->name != NULL ? s->name : "", s->name != NULL ? ": " : "",
		 (unsigned long long)s->line.number, column, why->text);
	return slice_of(text);
}

static void report(struct stream *s, const char *text)
{
	s->rejected++;
	worsen(s, STATUS_REJECTS);
	if (s->rejected <= REPORTED || s->tells_all)
		msg_warn("%s", text);
}

static void tell_stats(struct stream *s)
{
	if (metrics_step(s->metrics) && s->print_stats != NULL)
		s->print_stats(s, s->context);
}

/* Wait a second, or until somebody wants something of us. */
static int pause_a_while(struct stream *s, struct err *e)
{
	struct pollfd fds[] = {
		{ .fd = s->out.fd, .events = 0 },
		{ .fd = quit_fd(), .events = POLLIN },
	};
	int n = poll(fds, 2, 1000);

	if (n < 0 && errno != EINTR)
		return err_sys(e, "poll");
	if (n > 0 && fds[1].revents != 0)
		quit_clear();
	tell_stats(s);
	if (n > 0 && (fds[0].revents & POLLERR) != 0) {
		errno = EPIPE;
		return err_sys(e, "write");
	}
	return 0;
}

/*
 * Bring what was rejected to where it is safe. While that fails, the disk
 * being full perhaps, nothing more is read, and whoever writes to us waits.
 */
static int secure(struct stream *s,
		  int (*bring)(struct reject_file *f, struct err *e),
		  struct err *e)
{
	struct err why;
	bool said = false;

	if (s->reject.path == NULL)
		return 0;
	while (bring(&s->reject, &why) < 0) {
		if (!said)
			msg_error("%s; waiting until it can be written",
				  why.text);
		said = true;
		if (pause_a_while(s, e) < 0)
			return -1;
	}
	if (said)
		msg_warn("%s could be written again", s->reject.path);
	return 0;
}

static struct reject_why why_of(const struct stream *s, const struct err *why)
{
	return (struct reject_why){
		.source = s->name,
		.line = s->line.number,
		.column = why->column,
		.reason = slice_of(why->text),
	};
}

int stream_reject(struct stream *s, const struct err *why, struct err *e)
{
	char text[sizeof(why->text) + 512];
	struct slice told = explain(s, why, text, sizeof(text));

	writer_cancel_line(&s->out);
	report(s, text);
	if (s->reject.path != NULL) {
		struct reject_why what = why_of(s, why);

		return reject_put(&s->reject, s->line.raw, &what, e) < 0
			       ? -1
			       : secure(s, reject_write, e);
	}
	if (!s->out.marked)
		return 0;
	control_put_reject(&s->out.out, told, s->line.raw);
	return writer_end_control(&s->out, e);
}

/* Pass bytes on that are no line of ours, and an LF where one ends here. */
static int pass(struct stream *s, struct slice bytes, bool end, struct err *e)
{
	buf_put_slice(&s->out.out, bytes);
	if (end)
		buf_putc(&s->out.out, '\n');
	return writer_end_control(&s->out, e);
}

/* A piece of a record that is too long to be handled, or of an R line. */
static int pass_piece(struct stream *s, struct err *e)
{
	const struct reader_line *line = &s->line;
	struct err why = { 0 };
	char text[sizeof(why.text) + 512];

	if (line->is_reject)
		return pass(s, line->raw, line->last, e);

	err_set(&why, ERR_DATA, "longer than %zu bytes (see --max-record)",
		s->in.max_record);
	struct slice told = explain(s, &why, text, sizeof(text));
	if (line->first) {
		s->read++;
		report(s, text);
	}
	if (s->reject.path != NULL) {
		struct reject_why what = why_of(s, &why);

		return reject_put_piece(&s->reject, line->raw,
					line->last ? &what : NULL, e) < 0
			       ? -1
			       : secure(s, reject_write, e);
	}
	if (!s->out.marked)
		return 0;
	if (line->first) {
		buf_puts(&s->out.out, "\x10R ");
		control_encode(&s->out.out, told);
		buf_putc(&s->out.out, ' ');
	}
	return pass(s, line->raw, line->last, e);
}

static int pass_control(struct stream *s, struct err *e)
{
	switch (s->line.control.kind) {
	case CONTROL_HEADER:
		if (s->inputs > 1)
			return err_set(e, ERR_SYSTEM,
				       "%s: a marked stream has to be the "
				       "first input",
				       s->name != NULL ? s->name
						       : "standard input");
		s->out.marked = true;
		break;
	case CONTROL_MARK:
		// What it covers is durable before anybody can commit it.
		if (secure(s, reject_sync, e) < 0)
			return -1;
		break;
	case CONTROL_END:
		// Our own follows when all is done, with the worse status.
		worsen(s, s->line.control.status);
		return 0;
	case CONTROL_REJECT:
	case CONTROL_FLUSH:
	case CONTROL_OTHER:
		break;
	}
	return pass(s, s->line.raw, true, e);
}

/*
 * Wait until there is something to read, having written all we hold. Notices
 * when whoever reads our output has gone.
 */
static int wait_for_input(struct stream *s, struct err *e)
{
	struct pollfd fds[] = {
		{ .fd = s->in.fd, .events = POLLIN },
		{ .fd = s->out.fd, .events = 0 },
		// A signal that comes just before poll() does not interrupt it.
		{ .fd = quit_fd(), .events = POLLIN },
	};

	tell_stats(s);
	if (s->in.regular)
		return 0;
	for (;;) {
		bool holding = s->out.out.len > 0;
		int n = poll(fds, 3, holding ? 0 : -1);

		if (n < 0 && errno != EINTR)
			return err_sys(e, "poll");
		if (n > 0 && fds[2].revents != 0)
			quit_clear();
		tell_stats(s);
		if (n > 0 && (fds[1].revents & POLLERR) != 0) {
			errno = EPIPE;
			return err_sys(e, "write");
		}
		if (n > 0 && (fds[0].revents | fds[1].revents) != 0)
			return 0;
		if (n == 0 && holding && writer_flush(&s->out, e) < 0)
			return -1;
	}
}

/* Read more of the input, or note that it is the one that failed. */
static int fill(struct stream *s, struct err *e)
{
	if (reader_fill(&s->in, e) >= 0)
		return 0;
	s->input_failed = true;
	s->cut_off |= s->in.marked;
	return -1;
}

/* The stream is damaged; what came before is as good as ever. */
static int give_up(struct stream *s, struct err *e)
{
	struct err failed;

	if (writer_flush(&s->out, &failed) < 0)
		*e = failed;
	return -1;
}

int stream_read(struct stream *s, struct slice *record, struct err *e)
{
	for (;;) {
		switch (reader_next(&s->in, &s->line, e)) {
		case READER_RECORD:
			if (reader_is_blank(s->line.text))
				break;
			s->read++;
			*record = s->line.text;
			return 1;
		case READER_MORE:
			if (wait_for_input(s, e) < 0 || fill(s, e) < 0)
				return -1;
			break;
		case READER_PIECE:
			if (pass_piece(s, e) < 0)
				return -1;
			break;
		case READER_CONTROL:
			if (pass_control(s, e) < 0)
				return give_up(s, e);
			break;
		case READER_EOF:
			s->cut_off |= s->in.cut_off;
			return 0;
		case READER_FAILED:
			return give_up(s, e);
		}
	}
}

int stream_write(struct stream *s, struct err *e)
{
	struct err why;

	if (writer_end_line(&s->out, &why) == 0) {
		s->written++;
		return 0;
	}
	if (why.kind == ERR_DATA)
		return stream_reject(s, &why, e);
	*e = why;
	return -1;
}

void stream_next_input(struct stream *s, int fd, const char *name)
{
	s->bytes_before += s->in.bytes;
	reader_restart(&s->in, fd);
	s->name = name;
	s->inputs++;
	s->input_failed = false;
}

int stream_finish(struct stream *s, struct err *e)
{
	if (s->rejected > REPORTED && !s->tells_all)
		msg_warn("%llu further records were rejected",
			 (unsigned long long)(s->rejected - REPORTED));
	if (secure(s, reject_sync, e) < 0 || reject_close(&s->reject, e) < 0)
		return -1;
	if (s->cut_off) {
		if (writer_flush(&s->out, e) < 0)
			return -1;
		return err_set(e, ERR_SYSTEM,
			       "the input was cut off: a stage before this one "
			       "ended early");
	}
	if (s->out.marked) {
		control_put_end(&s->out.out, s->status);
		if (writer_end_control(&s->out, e) < 0)
			return -1;
	}
	return writer_flush(&s->out, e);
}

void stream_free(struct stream *s)
{
	struct err ignored;

	// Only after a failure is there anything left to close.
	(void)!reject_close(&s->reject, &ignored);
	writer_free(&s->out);
	reader_free(&s->in);
}
