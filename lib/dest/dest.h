/*
 * Destinations: data and pure functions, without any I/O.
 *
 * A kind is a const struct in a file of its own and a row in registry.c. What
 * a record becomes on the wire, and what an answer means for it, is decided
 * here and tested without a network; sockets, clocks, retries and files are
 * the engine's (lib/delivery), which knows no kind by name.
 *
 * A kind delivers in one of three shapes: requests (HTTP), a stream (syslog,
 * RELP), or a client library that does its own I/O (Kafka). Which one may
 * depend on its settings, as with a SIEM that takes syslog and HTTP: plan()
 * reads them once and says.
 */
#ifndef SIEM_DEST_DEST_H
#define SIEM_DEST_DEST_H

#include "core/arena.h"
#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"
#include "net/conn.h"
#include "net/proxy.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

struct secret;

/* One setting. The manual, --settings and completion all come from these. */
struct dest_setting {
	const char *key;   // in siem.yaml and after -o; NULL ends the table
	const char *env;   // the environment variable
	const char *value; // the default; NULL if there is none
	const char *help;  // one line, lower case, no full stop
	bool secret;       // never shown: not in messages, not in a dry run

	/*
	 * Where it stands in a profile of siem.yaml; NULL: its key. Names are
	 * divided by dots, places it may have by '|': "endpoint" in the section
	 * of its transport, or in the profile where that has no sections;
	 * "/auth.client_id" in the profile; "//rate" in what all profiles
	 * share.
	 */
	const char *place;
	char list; // it may be a list there, whose items are put together with
		   // this between them; 0: it may not
};

/* A record on its way out, borrowed from the engine. */
struct dest_record {
	struct slice bytes; // without LF
	int64_t read_ns;    // when we got it, since 1970: for a header that
			    // stays the same when it is sent again
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

/*
 * The far end has spoken about a record: the frame or tag of that number. In a
 * stream SPLIT is once more, on the next connection, and then REJECT.
 * reason says why it is not DELIVERED, and is borrowed for the call.
 */
typedef void dest_ack_fn(void *context, uint64_t number, enum verdict verdict,
			 const char *reason);

/*
 * REQUEST: an HTTP exchange per batch, several at a time.
 */
struct request {
	const char *method;
	struct buf url;
	struct buf headers; // "Name: value\r\n" each
	struct buf body;
	bool elsewhere; // not to the destination: what TLS knows it by, and us,
			// is not for this one
};

struct answer {
	int status; // HTTP
	struct slice headers;
	struct slice body;
	int64_t retry_after_ms; // -1: not said
};

enum { WAIT_BACKOFF = -1, DEST_ANSWER_BYTES = 64 << 10 };

struct judgement {
	enum verdict verdict;
	int64_t wait_ms;    // RETRY: not before, or WAIT_BACKOFF; DELIVERED,
			    // PENDING: nothing new is to go for so long
	uint64_t ticket;    // PENDING: by which to ask
	bool repeated;      // DELIVERED: they had it already, and have it once
	const char *reason; // of what is not DELIVERED; constant, or
			    // answer_words()
};

/* What the engine has to know of it, from the settings. */
struct dest_limits {
	size_t best_bytes;     // of a body: the size at which a batch closes
	size_t best_count;     // of records; 0: no bound
	unsigned flush_ms;     // for which a batch waits to be that; 0: it goes
			       // as soon as one may
	unsigned in_flight;    // exchanges at a time
	unsigned connect_ms;   // of a connection, handshake included
	unsigned timeout_ms;   // of an exchange
	unsigned ask_every_ms; // about tickets
	unsigned ask_for_ms;   // after which a pending record is sent again
	size_t answer_bytes;   // of an answer's body that are worth keeping; 0:
			       // DEST_ANSWER_BYTES. More is read, and forgotten
	bool gzip;             // compress the body
	struct proxy_options proxy; // to go by, borrowed from the settings
};

/* What one run remembers between its exchanges. */
struct dest_session {
	int64_t now_ms;   // since 1970, set before each call
	char channel[40]; // a random UUID, of this process; another one when
			  // tickets were given out twice
	struct buf token; // fetched, where the kind has to
	int64_t token_expires_ms;
	int64_t token_refresh_ms; // from when on another is fetched meanwhile
	bool token_works;         // something other than 401 was answered to it
	bool token_is_past;       // the answer that is judged was to another
	bool accepted; // something, in this run: for the kind to keep
	unsigned too_large; // records refused as such before that
	struct arena words; // for reasons: of the answer that is judged
};

struct dest_request {
	/*
	 * Append a record, the index-th of its request, to the body, so that
	 * the size of a batch is known while it grows. ERR_DATA: it can never
	 * be sent, with the reason; the batch goes on without it.
	 */
	int (*add)(const void *config, const struct dest_session *session,
		   const struct dest_record *record, size_t index,
		   struct buf *body, struct err *e);

	/* The batch is closed: complete the body, fill in all the rest. */
	int (*finish)(const void *config, const struct dest_session *session,
		      struct request *request, struct err *e);

	/* Decide, one by one, what became of the count records of a batch. */
	void (*judge)(const void *config, struct dest_session *session,
		      const struct answer *answer,
		      struct judgement *judgements, size_t count);

	/* Optional: the request that fetches a token, and its answer. */
	int (*fetch)(const void *config, const struct dest_session *session,
		     struct request *request, struct err *e);
	enum verdict (*fetched)(const void *config,
				struct dest_session *session,
				const struct answer *answer, struct err *e);

	/* Optional: ask what became of pending tickets, and its answer. */
	int (*ask)(const void *config, const struct dest_session *session,
		   const uint64_t *tickets, size_t count,
		   struct request *request, struct err *e);
	void (*told)(const void *config, struct dest_session *session,
		     const struct answer *answer, const uint64_t *tickets,
		     struct judgement *judgements, size_t count);

	/*
	 * Optional: requests that change nothing, for --check, a step each, in
	 * this order. steps says what they are about, as "credentials", up to
	 * NULL. check() is 1 where these settings have no use for a step.
	 * checked() puts in words what was found, and what to do about it:
	 * DELIVERED is good, PENDING works and yet is worth a warning, HOLD and
	 * REJECT is a refusal, anything else may be good later.
	 */
	const char *const *steps;
	int (*check)(const void *config, const struct dest_session *session,
		     unsigned step, struct request *request, struct err *e);
	enum verdict (*checked)(const void *config,
				struct dest_session *session, unsigned step,
				const struct answer *answer,
				struct err *finding);

	/*
	 * Optional, of those that sign what finish() or fetch() has put into
	 * this request: append to text the part of it that is the signature,
	 * as it stands there, and to shell the commands that set the variable
	 * SIGNATURE to the same, for a dry run. Secrets are the variables of
	 * their settings there; the body is in the file "$BODY".
	 */
	int (*signature)(const void *config, const struct dest_session *session,
			 const struct request *request, struct buf *text,
			 struct buf *shell, struct err *e);
};

/*
 * STREAM: frames over one connection, in order.
 */
struct dest_route {
	struct conn_target target; // but for its tls, which is the engine's
	struct tls_options tls;    // of TRANSPORT_TLS
	unsigned settle_ms; // the quiet after which bytes count as taken where
			    // nothing but the transport confirms them
};

/*
 * A syslog header, and what it was made for: records that were read together
 * have the same, so it is not made again for each of them.
 */
enum dest_header_form {
	DEST_HEADER_NONE,
	DEST_HEADER_PRIORITY, // the line has the rest
	DEST_HEADER_3164,
	DEST_HEADER_SHORT, // of RFC 5424, as before LEEF
	DEST_HEADER_5424,
};

struct dest_header {
	enum dest_header_form form;
	int64_t read_ns; // when the record was read
	size_t len;
	char text[1024];
};

/* One connection, from open() to release(). */
struct dest_link {
	uint64_t frames;    // given out so far: the next one has this number
	bool ready;         // frames may be sent; said by open() or receive()
	bool spent;         // no more frames on this connection: when all are
			    // answered it is closed, and another opened
	bool ended;         // the far end has ended the session
	unsigned window;    // frames without an answer at most; 0: no bound
	unsigned answer_ms; // how long an answer may take; 0: for ever
	struct dest_header header; // of the last frame
	void *state;        // the kind's own
};

struct dest_stream {
	/* Where to and how. What it points to is borrowed from the config. */
	void (*route)(const void *config, struct dest_route *route);

	/*
	 * Append the frame of a record. ERR_DATA: it can never be sent, with
	 * the reason and what to do.
	 */
	int (*frame)(const void *config, struct dest_link *link,
		     const struct dest_record *record, struct buf *out,
		     struct err *e);

	/*
	 * The rest is for protocols that confirm each frame. Where receive is
	 * NULL the transport has to do, and what comes back is not read.
	 */

	/* A connection is up: fill link, say what comes before any frame. */
	int (*open)(const void *config, struct dest_link *link,
		    struct buf *out, struct err *e);

	/*
	 * Bytes came back: say how many were taken off their front, in whole
	 * messages; tell what they confirm, append what has to be said in
	 * return. -1: they break the protocol.
	 */
	ssize_t (*receive)(const void *config, struct dest_link *link,
			   struct slice bytes, struct buf *out,
			   dest_ack_fn *ack, void *context, struct err *e);

	/* Append what says goodbye; the answer sets link->ended. */
	void (*goodbye)(const void *config, struct dest_link *link,
			struct buf *out);

	/* The connection is gone: free link->state. */
	void (*release)(struct dest_link *link);
};

/*
 * PRODUCER: a client library that does its own I/O, in threads of its own.
 */
struct producer;

/* How it goes. */
enum producer_state {
	PRODUCER_WORKS,
	PRODUCER_STRUGGLES, // it fails, and goes on trying by itself
	PRODUCER_BROKEN,    // it is of no more use: what has no acknowledgement
			    // is for the next one
};

struct dest_producer {
	/* Called once all is sealed; and again after a failure. */
	struct producer *(*open)(const void *config, struct err *e);

	/*
	 * 1: taken, as a copy; its acknowledgement will carry the tag. 0: the
	 * library's queue is full, poll first. -1: ERR_DATA and others.
	 */
	int (*produce)(struct producer *p, const struct dest_record *record,
		       uint64_t tag, struct err *e);

	/* Readable when poll() has something to tell. */
	int (*fd)(const struct producer *p);

	/*
	 * Tell what has been acknowledged: once for each tag, whatever became
	 * of its record but PENDING. SPLIT is once more, with nothing else
	 * under way, and then REJECT. e says why it does not work.
	 */
	enum producer_state (*poll)(struct producer *p, dest_ack_fn *ack,
				    void *context, struct err *e);

	/* Give up what has no acknowledgement. */
	void (*close)(struct producer *p);

	/* Append what would go, as a line, for a dry run. ERR_DATA. */
	int (*show)(const void *config, const struct dest_record *record,
		    struct buf *out, struct err *e);

	/*
	 * Optional: as checked() of requests, what the broker says about all
	 * that it can be asked without producing anything, for --check. May
	 * wait for timeout_ms.
	 */
	enum verdict (*check)(const void *config, int timeout_ms,
			      struct err *finding);
};

/* What a kind makes of its settings. */
struct dest_plan {
	// one of these
	const struct dest_request *request;
	const struct dest_stream *stream;
	const struct dest_producer *producer;

	struct dest_limits limits;     // of request; of producer, timeout_ms
	struct tls_options tls;        // of request and producer, borrowed
				       // from the config
	const char *reads;   // a file that plan() has read, or NULL: another
			     // in its place makes another plan, as a secret
			     // does
	const char *warning; // to be said at each start, or NULL; constant
	void *config;                  // the kind's own, read only from now on
	void (*release)(void *config); // NULL: nothing to release
};

/* Release what it has; it is empty then. */
static inline void dest_plan_release(struct dest_plan *plan)
{
	if (plan->release != NULL)
		plan->release(plan->config);
	*plan = (struct dest_plan){ 0 };
}

/* The formats of those that take any line as it is. */
#define DEST_FORMATS_ANY                                                     \
	"json=--json|cef=--cef|leef=--leef|syslog=--rfc5424|"                \
	"rfc5424=--rfc5424|rfc3164=--rfc3164|hec=--hec|sentinel=--sentinel|" \
	"csl=--csl|ecs=--ecs|ocsf=--ocsf|ocsf_finding=--ocsf=finding|"       \
	"datadog=--datadog|otlp=--otlp"

struct dest_type {
	const char *name;    // as on the command line
	const char *aliases; // divided by '|', or NULL
	const char *summary; // one line, lower case, no full stop

	/*
	 * What its profiles may say to whoever prepares the records, as places
	 * in a profile divided by '|'; a list where "[]" follows. Or NULL.
	 */
	const char *preparation;

	/*
	 * What records may be made into for it: words for the key "format" of
	 * its profiles, the default first, each with the options of siem-fmt
	 * that make it, as in "cef=--cef|json=--json --host {host}". "{host}"
	 * is what a profile says of that setting; where it says nothing the
	 * option before goes with it. What --syslog puts in front is said by
	 * the setting "header", where there is one.
	 */
	const char *formats;

	/*
	 * An event that comes once more is known by the identity that siem-tail
	 * --stamp has put into it, unless this setting says by what else. NULL:
	 * it is not known.
	 */
	const char *identity;

	/*
	 * Of a SIEM that is reached in several ways: these, the default first,
	 * up to one without a name, and the variable that chooses. All that
	 * follows is theirs then, and NULL here.
	 */
	const struct dest_transport *transports;
	const char *transport_env;

	const struct dest_setting *settings;

	/*
	 * Set values from the address in KIND:ADDRESS. Text that is not part
	 * of address is kept in storage. ERR_USAGE says what one looks like.
	 * NULL where the kind takes none.
	 */
	int (*address)(const char *address, const char **values,
		       struct arena *storage, struct err *e);

	/*
	 * Make a plan, which is empty before. values are those of settings, in
	 * the same order, NULL where there is none; they outlive the plan. The
	 * text of ERR_USAGE begins with the key that it is about. What is to be
	 * released is so by the caller, of a failure too.
	 */
	int (*plan)(const char *const *values, struct dest_plan *plan,
		    struct err *e);
};

/* A way into a SIEM, by the setting "transport": a kind of its own. */
struct dest_transport {
	const char *name;    // as after transport=
	const char *aliases; // divided by '|', or NULL
	const struct dest_type *type;
	bool is_told; // it has a setting of that name, for the same word
	const char *section; // of a profile, where its settings stand; NULL:
			     // called as it is
};

/* A kind with its settings: what siem-send was told to use. */
struct dest {
	const char *name; // as messages call it: its kind, or its profile
	const struct dest_type *kind; // as it was asked for
	const struct dest_type *type; // the same, or that of its transport
	const struct dest_transport *transport; // NULL: it has only one
	const char **values; // as type->settings
	struct secret *secrets; // those of values that are, in the same order
	struct dest_plan plan;
	struct stat read; // what plan.reads was when it was read; all zero:
			  // that cannot be told
	struct arena storage; // of other values
};

#endif
