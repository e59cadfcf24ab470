/*
 * What comes back over the connection of a stream.
 *
 * Where the protocol has a word for it, that settles the frames that are under
 * way, and there is a time in which it has to come. Where it has none, whoever
 * says something may not be who is meant.
 */
#ifndef SIEM_DELIVERY_ANSWERS_H
#define SIEM_DELIVERY_ANSWERS_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "delivery/flight.h"
#include "dest/dest.h"
#include "net/conn.h"

#include <stdbool.h>
#include <stdint.h>

struct answers {
	const struct dest *dest;
	enum transport transport;
	bool confirms; // each frame is answered
	struct flight *flight;
	const uint64_t *written;   // bytes of its frames that have gone out
	struct dest_link *session; // of the connection
	struct buf *out;           // for what has to be said in return
	bool *progress; // set where something was taken, or rejected for good

	// private
	const struct conn *conn; // that is being read
	struct buf in;           // what is not whole yet
	struct err refusal;      // what was said against going on
	bool doubted;            // that it is a receiver, which has been said
	bool answered;           // what was under way the longest
	int64_t answered_ms;     // when it was, or what made us expect it
};

/* Fill in what is not private; free it by answers_free(). */
#define ANSWERS_INIT(...) \
	((struct answers){ __VA_ARGS__, .in = BUF_INIT(ANSWERS_MAX) })

enum { ANSWERS_MAX = (1 << 20) + (16 << 10) }; // bytes that are not whole

/*
 * From now on an answer is due: the connection is up, or a frame goes out
 * while none is under way.
 */
void answers_expect(struct answers *a, int64_t now_ms);

/* Read what came back. -1 with e filled: the connection is of no more use. */
int answers_read(struct answers *a, struct conn *c, int64_t now_ms,
		 struct err *e) MUST_CHECK;

/* When it will be too late for an answer, or -1: none has to come. */
int64_t answers_due_ms(const struct answers *a);

/* The connection is gone. */
void answers_drop(struct answers *a);

void answers_free(struct answers *a);

#endif
