#include "through.h"

#include "core/msg.h"
#include "stream/control.h"
#include "stream/reader.h"
#include "stream/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	LINES_MAX = 4096, // that one record may become
	GROWTH = 16,      // times that one may be longer than the record
};

/* How feeding went, as the feeding process tells it at its end. */
struct outcome {
	int status; // of the command, as wait(2) has it
	struct err e;
};

struct through {
	struct reader out; // what the command writes
	int outcome_fd;    // a struct outcome comes here
	uint64_t marks;    // that have come back
	bool rejected;     // an R line came since the last

	// What came since the last mark, of one record.
	struct entry *lines;
	size_t count, cap;
	struct buf text; // of those that were sent
	size_t sent;
};

/* --- the process that feeds the command */

/* "NUMBER:OFFSET:LEN:FLAGS", behind the number of the file. */
static int feed_mark(struct writer *w, size_t file, uint64_t number,
		     const struct input_line *line, struct err *e)
{
	char source[24];
	char position[96];

	snprintf(source, sizeof(source), "%zu", file);
	snprintf(position, sizeof(position),
		 "%" PRIu64 ":%" PRIu64 ":%" PRIu64 ":%c", number, line->offset,
		 line->len,
		 line->too_long ? 'l'
		 : line->ended  ? '-'
				: 'o');
	control_put_mark(&w->out, slice_of(source), slice_of(position));
	return writer_end_control(w, e);
}

static int feed_source(struct verify *v, size_t file, struct writer *w,
		       uint64_t *number, struct err *e)
{
	struct input_line line;
	struct slice record;
	int got;

	while ((got = expect_next(v, file, &line, &record, e)) > 0) {
		if (!line.too_long) {
			buf_put_slice(&w->out, record);
			if (writer_end_line(w, e) < 0)
				return -1;
		}
		if (feed_mark(w, file, ++*number, &line, e) < 0)
			return -1;
	}
	input_close(&v->sources[file]);
	return got;
}

static int feed_sources(struct verify *v, int fd, struct err *e)
{
	// A stamp makes it a little longer.
	struct writer w = WRITER_INIT(fd, 2 * v->config->max_record + 64);
	uint64_t number = 0;
	int rc = -1;

	w.marked = true;
	control_put_header(&w.out, SLICE("-"), false);
	if (writer_end_control(&w, e) < 0)
		goto out;
	for (size_t i = 0; i < v->source_count; i++)
		if (feed_source(v, i, &w, &number, e) < 0)
			goto out;
	control_put_end(&w.out, STATUS_DONE);
	if (writer_end_control(&w, e) < 0 || writer_flush(&w, e) < 0)
		goto out;
	rc = 0;
out:
	writer_free(&w);
	return rc;
}

static NORETURN void run_command(const char *command, int in, int out)
{
	signal(SIGPIPE, SIG_DFL);
	if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0)
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	msg_error("--through: /bin/sh: %s", strerror(errno));
	_exit(127);
}

/* Start the command, feed it, wait for it, tell how it went. */
static NORETURN void feed(struct verify *v, int out, int outcome_fd)
{
	struct outcome outcome = { .status = -1 };
	int in[2];
	pid_t command = -1;

	if (pipe2(in, O_CLOEXEC) < 0 || (command = fork()) < 0) {
		err_sys(&outcome.e, "--through");
	} else if (command == 0) {
		run_command(v->config->through, in[0], out);
	} else {
		close(in[0]);
		close(out);
		// That it reads no further shows in what it has written.
		if (feed_sources(v, in[1], &outcome.e) < 0 &&
		    outcome.e.kind == ERR_PIPE)
			outcome.e.kind = ERR_NONE;
		close(in[1]);
		while (waitpid(command, &outcome.status, 0) < 0 &&
		       errno == EINTR)
			;
	}
	if (write(outcome_fd, &outcome, sizeof(outcome)) < 0)
		_exit(1);
	_exit(0);
}

/* --- the process that reads what it makes of them */

int through_start(struct verify *v, struct err *e)
{
	struct through *t = calloc(1, sizeof(*t));
	int out[2] = { -1, -1 };
	int outcome[2] = { -1, -1 };

	if (t == NULL)
		return err_sys(e, "--through");
	v->through = t;
	t->outcome_fd = -1;
	t->out = READER_INIT(-1, GROWTH * v->config->max_record);
	t->text = BUF_INIT(GROWTH * v->config->max_record + LINES_MAX);
	if (pipe2(out, O_CLOEXEC) < 0 || pipe2(outcome, O_CLOEXEC) < 0)
		goto fail;
	pid_t feeder = fork();
	if (feeder < 0)
		goto fail;
	if (feeder == 0)
		feed(v, out[1], outcome[1]);
	close(out[1]);
	close(outcome[1]);
	t->out.fd = out[0];
	t->outcome_fd = outcome[0];
	return 0;
fail:
	err_sys(e, "--through");
	for (size_t i = 0; i < 2; i++) {
		if (out[i] >= 0)
			close(out[i]);
		if (outcome[i] >= 0)
			close(outcome[i]);
	}
	return -1;
}

static int no_marks(struct err *e)
{
	return err_set(e, ERR_USAGE,
		       "--through: the command has to pass control lines on, "
		       "as siem-fmt does");
}

/* The text of a line, unless it was too long for the sink. */
static int keep_text(struct through *t, struct verify *v, struct slice text,
		     struct err *e)
{
	if (text.len > v->config->max_record)
		return 0;
	if (t->sent++ > 0)
		buf_putc(&t->text, '\n');
	buf_put_slice(&t->text, text);
	return buf_status(&t->text) == 0
		       ? 0
		       : err_set(e, ERR_SYSTEM,
				 "--through: the command made more than %zu "
				 "bytes of one record",
				 t->text.max);
}

static int keep_line(struct through *t, struct verify *v, struct slice text,
		     struct err *e)
{
	struct entry entry = { 0 };

	if (t->count == LINES_MAX)
		return no_marks(e);
	if (t->count == t->cap) {
		size_t cap = t->cap != 0 ? 2 * t->cap : 4;
		struct entry *lines = realloc(t->lines, cap * sizeof(*lines));

		if (lines == NULL)
			return err_sys(e, "--through");
		t->lines = lines;
		t->cap = cap;
	}
	if (digest_expected(&v->digester, text, &entry, e) < 0)
		return -1;
	t->lines[t->count++] = entry;
	return proof_is_wanted(&v->proof) ? keep_text(t, v, text, e) : 0;
}

/* The lines since the last mark are of the record that this one closes. */
static int place_lines(struct through *t, struct verify *v, uint64_t place,
		       uint32_t len, uint32_t flags, struct err *e)
{
	for (size_t i = 0; i < t->count; i++) {
		struct entry *entry = &t->lines[i];

		entry->place = place;
		entry->len = len;
		entry->flags |= flags;
		v->whole |= (entry->flags & ENTRY_WHOLE) != 0;
		v->counts.expected++;
		if (sorter_add(&v->expected, entry, e) < 0)
			return -1;
	}
	t->count = 0;
	if (proof_follow(&v->proof, place, buf_slice(&t->text), t->sent, e) < 0)
		return -1;
	buf_clear(&t->text);
	t->sent = 0;
	return 0;
}

static int take_mark(struct through *t, struct verify *v,
		     const struct control *c, struct err *e)
{
	char text[128];
	uint64_t number, offset, len;
	size_t file;
	char kind;

	snprintf(text, sizeof(text), "%.*s %.*s", (int)c->source.len,
		 c->source.data, (int)c->position.len, c->position.data);
	if (sscanf(text, "%zu %" SCNu64 ":%" SCNu64 ":%" SCNu64 ":%c", &file,
		   &number, &offset, &len, &kind) != 5 ||
	    number != t->marks + 1)
		return no_marks(e);
	t->marks = number;
	if (heed_signals(v, e) < 0)
		return -1;

	uint64_t place = place_of(file, offset);
	v->counts.read++;
	if (kind == 'l' || t->rejected) {
		v->counts.rejected++;
		(void)claims_set_aside(&v->claims, place);
	} else if (t->count == 0) {
		v->counts.left_out++;
	}
	t->rejected = false;
	return place_lines(t, v, place,
			   len < UINT32_MAX ? (uint32_t)len : UINT32_MAX,
			   kind == 'o' ? ENTRY_OPTIONAL : 0, e);
}

static int take_line(struct through *t, struct verify *v, enum reader_got got,
		     const struct reader_line *line, struct err *e)
{
	if (!t->out.marked)
		return no_marks(e);
	if (got == READER_PIECE && !line->is_reject)
		return err_set(e, ERR_SYSTEM,
			       "--through: the command wrote a line of more "
			       "than %zu bytes",
			       t->out.max_record);
	if (got == READER_RECORD)
		return reader_is_blank(line->text)
			       ? 0
			       : keep_line(t, v, line->text, e);
	if (got == READER_PIECE || line->control.kind == CONTROL_REJECT)
		t->rejected = true;
	else if (line->control.kind == CONTROL_MARK)
		return take_mark(t, v, &line->control, e);
	return 0;
}

/* How did feeding go? Once the command has closed its output. */
static int judge(struct through *t, struct err *e)
{
	struct outcome outcome;

	if (read(t->outcome_fd, &outcome, sizeof(outcome)) !=
	    (ssize_t)sizeof(outcome))
		return err_set(e, ERR_SYSTEM, "--through: feeding it failed");
	if (outcome.e.kind != ERR_NONE) {
		*e = outcome.e;
		return -1;
	}
	// 1: it has rejected some records.
	if (!WIFEXITED(outcome.status) || WEXITSTATUS(outcome.status) > 1)
		return err_set(e, ERR_SYSTEM, "--through: it ended with %s %d",
			       WIFEXITED(outcome.status) ? "status" : "signal",
			       WIFEXITED(outcome.status)
				       ? WEXITSTATUS(outcome.status)
				       : WTERMSIG(outcome.status));
	if (!t->out.marked || t->out.cut_off || t->count > 0)
		return no_marks(e);
	return 0;
}

int through_read(struct through *t, struct verify *v, struct err *e)
{
	struct reader_line line;
	enum reader_got got;

	while ((got = reader_next(&t->out, &line, e)) != READER_EOF) {
		if (got == READER_FAILED)
			return -1;
		if (got == READER_MORE) {
			if (reader_fill(&t->out, e) < 0)
				return -1;
		} else if (take_line(t, v, got, &line, e) < 0) {
			return -1;
		}
	}
	return judge(t, e);
}

void through_free(struct through *t)
{
	if (t == NULL)
		return;
	if (t->out.fd >= 0)
		close(t->out.fd);
	if (t->outcome_fd >= 0)
		close(t->outcome_fd);
	reader_free(&t->out);
	free(t->lines);
	buf_free(&t->text);
	free(t);
}
