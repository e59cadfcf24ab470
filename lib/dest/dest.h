/*
 * Destinations: data and pure functions, without any I/O.
 *
 * A kind is a const struct in a file of its own and a row in registry.c. It
 * has one of three shapes. What a record becomes on the wire, and what an
 * answer means for it, is decided here and tested without a network; sockets,
 * clocks, retries and files are the engine's (lib/delivery), which knows no
 * kind by name.
 */
#ifndef SIEM_DEST_DEST_H
#define SIEM_DEST_DEST_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"
#include "net/conn.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One setting. The manual, --help and completion all come from these. */
struct dest_setting {
	const char *key;   // in siem.yaml and after -o; NULL ends the table
	const char *env;   // the environment variable, or NULL
	const char *value; // the default; NULL if there is none
	const char *help;  // one line, lower case, no full stop
	bool secret;       // never shown: not in messages, not in a dry run
};

/* What became of a record. */
enum verdict {
	VERDICT_DELIVERED, // it is there: forget it
	VERDICT_PENDING,   // accepted; the acknowledgement is to be asked for
	VERDICT_RETRY,     // it may work later: keep it
	VERDICT_SPLIT,     // not in this company: send smaller batches
	VERDICT_REJECT,    // never: set it aside, with the reason
	VERDICT_HOLD,      // the set-up or the credentials: keep it, tell a person
};

/* A judgement on one record, or on all of them. */
struct judgement {
	enum verdict verdict;
	unsigned wait_ms;   // RETRY: not before; 0: as the backoff has it
	uint64_t ticket;    // PENDING: by which to ask
	const char *reason; // of what is not DELIVERED; borrowed from the answer
			    // or constant
};

/* Records that go together, borrowed from the engine. */
struct batch {
	const struct slice *records;
	size_t count;
};

/*
 * REQUEST: an HTTP exchange per batch.
 */
struct request {
	const char *method;
	struct buf url;
	struct buf headers; // "Name: value\r\n" each
	struct buf body;
};

struct answer {
	int status;         // HTTP
	struct slice headers;
	struct slice body;
	int64_t retry_after_ms; // -1: not said
};

/* What one run of a request destination remembers between its exchanges. */
struct dest_session {
	char channel[40];    // a random UUID of this process
	struct buf token;    // fetched, where the kind has to
	int64_t token_expires_ms;
};

struct dest_request {
	size_t best_bytes; // of a body: the size at which a batch closes
	size_t best_count; // 0: no bound
	size_t max_record; // a record beyond is rejected unsent; 0: no bound

	int (*encode)(const char *const *values, struct dest_session *session,
		      const struct batch *batch, struct request *request,
		      struct err *e);

	/* Decide, one by one, what became of the count records of a batch. */
	void (*judge)(const char *const *values, const struct answer *answer,
		      struct judgement *judgements, size_t count);

	/* Optional: the request that fetches a token, and its answer. */
	int (*fetch)(const char *const *values, struct dest_session *session,
		     struct request *request, struct err *e);
	enum verdict (*fetched)(const char *const *values,
				struct dest_session *session,
				const struct answer *answer, struct err *e);

	/* Optional: ask what became of pending tickets, and its answer. */
	int (*ask)(const char *const *values, struct dest_session *session,
		   const uint64_t *tickets, size_t count,
		   struct request *request, struct err *e);
	void (*told)(const char *const *values, const struct answer *answer,
		     const uint64_t *tickets, struct judgement *judgements,
		     size_t count);

	/* Optional: a request that changes nothing, for --check. */
	int (*check)(const char *const *values, struct dest_session *session,
		     struct request *request, struct err *e);
};

/*
 * STREAM: frames over one connection, in order.
 */
struct stream_link {
	uint64_t sent;  // frames given out on this connection
	bool ready;     // frames may be sent
	bool ended;     // the far end has closed the session in its protocol
	void *state;    // the kind's own, from open() to close()
};

/* What a frame becomes, said by receive() for those the protocol confirms. */
typedef void dest_ack_fn(void *context, uint64_t frame, enum verdict verdict,
			 const char *reason);

struct dest_stream {
	bool confirms; // records are acknowledged by the far end itself, through
		       // receive(); else by the transport (siem(7), DELIVERY)
	unsigned window; // frames without an answer at most; 0: no bound

	/* Where to, from the settings. tls options are filled as well. */
	int (*target)(const char *const *values, struct conn_target *target,
		      struct tls_options *tls, struct err *e);

	/*
	 * Optional. A connection is up: prepare link, and append what has to
	 * be said before the first frame. Where there is none, link is ready.
	 */
	int (*open)(const char *const *values, struct stream_link *link,
		    struct buf *out, struct err *e);

	/*
	 * Append the frame of a record. ERR_DATA: it can never be sent, with
	 * the reason and what to do.
	 */
	int (*frame)(const char *const *values, struct stream_link *link,
		     struct slice record, struct buf *out, struct err *e);

	/*
	 * Optional. Bytes came back: take what is complete off the front (the
	 * result says how many bytes), report what they acknowledge, append
	 * what has to be said in return. -1: they break the protocol.
	 */
	ssize_t (*receive)(const char *const *values, struct stream_link *link,
			   struct slice bytes, struct buf *out,
			   dest_ack_fn *ack, void *context, struct err *e);

	/* Optional. Append what says goodbye; release link->state. */
	void (*close)(struct stream_link *link, struct buf *out);
};

/*
 * PRODUCER: a client library that does its own I/O.
 */
struct producer;

struct dest_producer {
	struct producer *(*open)(const char *const *values, struct err *e);
	/* 1: taken; 0: its queue is full, poll first; -1: ERR_DATA and others.
	   The record is copied. tag comes back with its acknowledgement. */
	int (*produce)(struct producer *p, struct slice record, uint64_t tag,
		       struct err *e);
	/* Report what has been acknowledged; returns the descriptor that says
	   when to call again. */
	int (*poll)(struct producer *p, dest_ack_fn *ack, void *context);
	void (*close)(struct producer *p);
};

struct dest_type {
	const char *name;    // as on the command line
	const char *aliases; // divided by '|', or NULL
	const char *summary; // one line for --help
	const struct dest_setting *settings;

	/*
	 * Set values from the address in KIND:ADDRESS, where the kind takes
	 * one: a host, host:port, or a URL whose scheme says how. Pieces are
	 * copied to storage. ERR_USAGE says what an address looks like.
	 */
	int (*address)(const char *address, const char **values,
		       struct buf *storage, struct err *e);

	/* Optional: what can be told from the settings alone is wrong. */
	int (*verify)(const char *const *values, struct err *e);

	/* One of these. */
	const struct dest_request *request;
	const struct dest_stream *stream;
	const struct dest_producer *producer;
};

/* A kind with the values of its settings: what siem-send was told to use. */
struct dest {
	const struct dest_type *type;
	const char **values; // as type->settings; NULL where a value is missing
	char *storage;       // what values points into
};

/*
 * Set up KIND or KIND:ADDRESS. Each value is that of options ("key=value"),
 * else of the address, else of the environment, else the default. ERR_USAGE
 * names the key and the nearest valid one.
 */
int dest_open(struct dest *d, const char *spec, const char *const *options,
	      size_t option_count, struct err *e) MUST_CHECK;
void dest_close(struct dest *d);

/* The value of a setting as a boolean, a number; for kinds. */
int dest_bool(const char *key, const char *value, bool *out,
	      struct err *e) MUST_CHECK;
int dest_number(const char *key, const char *value, uint64_t most,
		uint64_t *out, struct err *e) MUST_CHECK;

#endif
