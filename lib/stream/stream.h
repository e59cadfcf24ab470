/*
 * The two ends of a filter: records in, records out.
 *
 * One struct holds both because they keep each other's promises. What was
 * written goes out before the reader waits for more input, so no record is
 * held back; control lines pass from one end to the other, in order, without
 * the filter's loop ever seeing them; and a record that was rejected is
 * durable, or on its way to the sink, before the mark behind it goes on.
 *
 *     while ((got = stream_read(&s, &record, &e)) > 0) {
 *             ... append a line to s.out.out ...
 *             if (stream_write(&s, &e) < 0)
 *                     ...
 *     }
 *     if (got == 0)
 *             rc = stream_finish(&s, &e);
 */
#ifndef SIEM_STREAM_STREAM_H
#define SIEM_STREAM_STREAM_H

#include "core/attr.h"
#include "core/err.h"
#include "core/metrics.h"
#include "core/slice.h"
#include "stream/reader.h"
#include "stream/reject.h"
#include "stream/writer.h"

#include <stdbool.h>
#include <stdint.h>

struct stream {
	struct reader in;
	struct writer out;
	struct reject_file reject;
	const char *name; // of the input, for messages; NULL: standard input

	uint64_t read;     // records, blank lines not counted
	uint64_t written;  // lines
	uint64_t rejected;
	int status;        // the worst so far, of this stage and those before
	bool tells_all;    // every record that is rejected, not the first few

	struct metrics *metrics; // seen to while it waits; may be NULL
	/* Called when SIGUSR1 has come; may be NULL. */
	void (*print_stats)(const struct stream *s, void *context);
	void *context;

	// Why stream_read() failed: this input cannot be read, others may be.
	bool input_failed;

	// private
	struct reader_line line; // the one stream_read() gave last
	unsigned inputs;         // that stream_next_input() has begun
	uint64_t bytes_before;   // of those that have ended
	bool cut_off;            // some input was
};

/* max_line bounds what one record may become. */
#define STREAM_INIT(in_fd, out_fd, max_record, max_line)  \
	((struct stream){                                 \
		.in = READER_INIT((in_fd), (max_record)), \
		.out = WRITER_INIT((out_fd), (max_line)), \
		.reject = REJECT_NONE,                    \
	})

/*
 * The next record, without its LF and CR; blank lines are passed over. Valid
 * until the next call. 1: there is one; 0: the end of this input; -1 with e
 * filled: ERR_SYSTEM or ERR_PIPE. Of a stream that breaks the contract, what
 * came before has been written.
 */
int stream_read(struct stream *s, struct slice *record,
		struct err *e) MUST_CHECK;

/*
 * End the line that was appended to s->out.out. A line that grew beyond what
 * it may is rejected, as by stream_reject().
 */
int stream_write(struct stream *s, struct err *e) MUST_CHECK;

/*
 * The last record that was read cannot be handled: why says so. Forget what
 * was appended, report it, set it aside. -1 with e filled where that failed.
 */
int stream_reject(struct stream *s, const struct err *why,
		  struct err *e) MUST_CHECK;

/*
 * Go on with another input, a regular file or not; call at the end of one. A
 * marked stream has to be the first: its header is the first line there is.
 */
void stream_next_input(struct stream *s, int fd, const char *name);

/* Bytes of complete lines so far, of all inputs. */
static inline uint64_t stream_bytes(const struct stream *s)
{
	return s->bytes_before + s->in.bytes;
}

/*
 * After the last input: everything is written and durable, and said to the
 * next stage. -1 with e filled; s->status is what the tool exits with.
 */
int stream_finish(struct stream *s, struct err *e) MUST_CHECK;

void stream_free(struct stream *s);

#endif
