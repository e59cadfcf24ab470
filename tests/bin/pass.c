/*
 * The smallest filter, to test what every filter leaves to lib/stream: copies
 * records, rejects those that begin with "bad", doubles those that begin with
 * "long" until they are longer than the limit.
 *
 * pass [--max-record N] [--reject FILE]
 */
#include "core/msg.h"
#include "core/opt.h"
#include "core/quit.h"
#include "stream/stream.h"

#include <unistd.h>

struct config {
	size_t max_record;
	const char *reject;
};

static const struct opt options[] = {
	OPT_SIZE(0, "max-record", max_record, "BYTES", 0, "the limit"),
	OPT_STRING(0, "reject", reject, "FILE", "where bad records go"),
	OPT_END,
};

static const struct cli cli = {
	.name = "pass",
	.operands = "",
	.summary = "Copy records.",
	.options = options,
};

static int copy(struct stream *s, struct err *e)
{
	struct slice record;
	int got;

	while ((got = stream_read(s, &record, e)) > 0) {
		size_t times = slice_has_prefix(record, SLICE("long")) ?
				       1000000 :
				       1;
		struct err why;

		if (slice_has_prefix(record, SLICE("bad"))) {
			err_data(&why, 1, "it says so itself");
			if (stream_reject(s, &why, e) < 0)
				return -1;
			continue;
		}
		while (times-- > 0)
			buf_put_slice(&s->out.out, record);
		if (stream_write(s, e) < 0)
			return -1;
	}
	return got < 0 ? -1 : stream_finish(s, e);
}

int main(int argc, char *argv[])
{
	struct config cfg = { .max_record = 1 << 20 };
	struct err e = { 0 };

	msg_init("pass");
	int first = opt_parse(&cli, argc, argv, &cfg, &e);
	if (first == 0)
		return STATUS_DONE;
	if (first < 0)
		return msg_exit(&e);

	struct stream s = STREAM_INIT(STDIN_FILENO, STDOUT_FILENO,
				      cfg.max_record, cfg.max_record);
	int status;
	if (quit_setup(2, QUIT_EXIT_LATE, &e) < 0 ||
	    (cfg.reject != NULL &&
	     reject_open(&s.reject, cfg.reject, &e) < 0) ||
	    copy(&s, &e) < 0)
		status = msg_exit(&e);
	else
		status = s.status;
	stream_free(&s);
	return status;
}
