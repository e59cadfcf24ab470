/*
 * The connections of a mock, and what goes wrong with them on purpose; how
 * they talk is up to the kind, and a struct talk.
 */
#ifndef SIEM_MOCK_PEERS_H
#define SIEM_MOCK_PEERS_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"
#include "fault.h"
#include "mock.h"

#include <stdbool.h>
#include <stddef.h>

/* A message that has come. */
struct message_in {
	struct slice text;   // borrowed until room()
	const char *framing; // "lf"
	bool cut;            // it was longer than the limit
};

/*
 * How a kind talks. Each connection has a state of that many bytes, which are
 * zero before begin(). What is appended to out goes back to the sender, behind
 * the lines of all that was taken before.
 */
struct talk {
	size_t size;
	void (*begin)(void *state, struct mock *m);
	void (*end)(void *state);

	/* Where to put what is read next; NULL: out of memory. */
	char *(*room)(void *state, size_t *size);
	void (*grown)(void *state, size_t n);

	/* 1: a message; 0: none is whole; -1: the sender must be cut off. */
	int (*next)(void *state, struct message_in *message, struct buf *out,
		    struct err *e);

	/* Bytes of a message that is not whole. */
	size_t (*left)(const void *state);

	/*
	 * Optional: it has been taken, and is to be confirmed; what becomes of
	 * the connection then? And: there is nothing more to take at the moment.
	 */
	enum fault (*taken)(void *state, struct buf *out);
	void (*idle)(void *state, struct buf *out);

	/* Optional: read a socket of datagrams. ERR_PIPE, ERR_SYSTEM. */
	int (*datagrams)(struct mock *m, const struct listener *l,
			 struct err *e);
};

/* mock_kind.serve, for a kind that talks so. */
int peers_serve(struct mock *m, const struct talk *talk,
		struct err *e) MUST_CHECK;

/* Print a message that came from there, and count it. ERR_PIPE, ERR_SYSTEM. */
int peers_take(struct mock *m, const struct message_in *message,
	       const char *transport, const char *from,
	       struct err *e) MUST_CHECK;

#endif
