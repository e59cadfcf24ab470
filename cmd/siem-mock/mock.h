/*
 * What every kind of mock has in common: where it listens, where its lines go,
 * what it counts, when it ends.
 */
#ifndef SIEM_MOCK_MOCK_H
#define SIEM_MOCK_MOCK_H

#include "core/attr.h"
#include "core/err.h"
#include "core/metrics.h"
#include "core/opt.h"
#include "fault.h"
#include "net/conn.h"
#include "stream/writer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct config {
	struct opt_common common;
	struct opt_list listen;
	const char *listen_file;
	const char *tls; // "" for throw-away certificates; NULL: not asked for
	const char *tls_dir, *tls_name;
	bool tls_expired;
	const char *client_ca;
	bool require_client_cert;
	const char *earlier; // output, whose documents are there; or NULL
	bool list; // the kinds, and nothing else
	struct opt_list faults;
	size_t count;   // messages, after which to end; 0: no bound
	size_t idle_ms; // without anything coming, after which to end; 0: never
	size_t max_message;
	struct opt_list tokens;
	struct opt_list clients; // "ID:SECRET", who get tokens of OAuth
	size_t token_life;       // seconds that one is good for
	size_t max_content;      // of a request
};

enum {
	MOCK_EVENT_MAX = 5 << 20, // the longest event that a request carries
	MOCK_HEAD_MAX = 2 << 20,  // what its query and its headers come to as
				  // JSON: 256 KiB, each byte as \u0000
};

struct listener {
	enum transport transport;
	int fd;
	char name[80]; // "tcp://127.0.0.1:40123"
};

struct counts {
	uint64_t messages;
	uint64_t bytes;       // of messages
	uint64_t connections; // of those whose handshake was done
	uint64_t refused;     // whose handshake failed
	uint64_t unfinished;  // messages that were dropped, for lack of an end
	uint64_t cut;         // messages that were longer than --max-message
};

struct mock_kind;

struct mock {
	const struct config *config;
	struct listener *listeners;
	size_t listener_count;
	struct tls_context *tls; // where one of them is TLS
	char *tls_dir;           // of throw-away certificates, or NULL
	bool tls_dir_is_ours;    // to be removed at the end
	bool wrote_listen_file;  // the same
	struct fault_plan faults;
	struct writer out;
	struct counts counts;
	struct metrics metrics;
	int64_t last_ms; // when something came last
};

/* A SIEM to stand in for: a file of its own and a row in main.c. */
struct mock_kind {
	const char *name;
	const char *summary;          // one line for --help
	const char *const *addresses; // to listen on where none is said: one
				      // or more, and NULL
	const char *const *tls_addresses; // the same with --tls
	bool takes_datagrams;
	bool is_http;
	bool answers;    // each message
	bool by_oauth;   // tokens of OAuth let in
	bool by_feature; // a --token has features, as Splunk's have
	bool by_item;    // records of a request are answered one by one

	/* Serve until mock_is_done(). ERR_PIPE, ERR_SYSTEM. */
	int (*serve)(struct mock *m, struct err *e);
};

/*
 * Open listeners, certificates and output, and tell where they are. All of it
 * is undone by mock_close(), also after a failure.
 */
int mock_open(struct mock *m, const struct mock_kind *kind,
	      const struct config *config, struct err *e) MUST_CHECK;
void mock_close(struct mock *m);

int64_t mock_now_ms(void);

/* Something has come: this is no idle mock. */
void mock_touch(struct mock *m);

/* Is it time to end, with that many connections open? */
bool mock_is_done(const struct mock *m, size_t open);

/* For how long poll() may wait before asking again; -1: for ever. */
int mock_wait_ms(const struct mock *m);

/* Say what was counted. */
void mock_print_counts(const struct mock *m);

/* See to the metrics, and to SIGUSR1: whenever poll() has returned. */
void mock_tell(struct mock *m);

#endif
