/*
 * Reading the values of settings, for the kinds of destination.
 *
 * Each function is about the setting numbered i of a table. A missing value
 * (NULL) is an error, but where the comment says otherwise. All fail with
 * ERR_USAGE, and name the key and what the value may be.
 */
#ifndef SIEM_DEST_SETTING_H
#define SIEM_DEST_SETTING_H

#include "core/arena.h"
#include "core/attr.h"
#include "core/err.h"
#include "core/slice.h"
#include "dest/dest.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A table and the values of its settings. */
struct settings {
	const struct dest_setting *table;
	const char *const *values;
};

/* Is word one of those in list, divided by '|'? A list of NULL has none. */
bool setting_is_in(const char *word, const char *list);

/* That there is a value, which may not be empty. */
int setting_text(const struct settings *s, size_t i, const char **text,
		 struct err *e) MUST_CHECK;

/* That what there is can stand in a header: printable ASCII without blanks. A
   missing value is none. */
int setting_word(const struct settings *s, size_t i, struct err *e) MUST_CHECK;

/* "true", "yes", "on", "1", and their contraries. */
int setting_bool(const struct settings *s, size_t i, bool *out,
		 struct err *e) MUST_CHECK;

/* One of some words, which ends in a NULL; out is its index. */
int setting_choice(const struct settings *s, size_t i,
		   const char *const *words, unsigned *out,
		   struct err *e) MUST_CHECK;

/* Bytes, as "4096" or "64KB"; a missing value leaves out as it is. */
int setting_size(const struct settings *s, size_t i, size_t *out,
		 struct err *e) MUST_CHECK;

/* A number from least to most; a missing value leaves out as it is. */
int setting_count(const struct settings *s, size_t i, size_t least, size_t most,
		  size_t *out, struct err *e) MUST_CHECK;

/* Seconds, as "10" or "0.5", a day at most. */
int setting_seconds(const struct settings *s, size_t i, unsigned *out_ms,
		    struct err *e) MUST_CHECK;

/*
 * TLS is set up in the same words everywhere: these rows, which follow each
 * other in a table from number "first" on, and setting_tls().
 */
enum {
	TLS_CA_FILE,
	TLS_CERT_FILE,
	TLS_KEY_FILE,
	TLS_KEY_PASSWORD,
	TLS_SERVER_NAME,
	TLS_PINNED_KEYS,
	TLS_CRL_FILE,
	TLS_MIN_VERSION,
	TLS_VERIFY_CERTS,
	TLS_INSECURE,
	TLS_SETTINGS, // how many
};

#define SETTING_TLS_ROWS(first, env)                                          \
	[(first) + TLS_CA_FILE] = { "ca_file", env "_CA_FILE", NULL,          \
				    "certificates to trust, PEM [the system's]", \
				    .place = "tls.ca_file" },                 \
	[(first) + TLS_CERT_FILE] = { "cert_file", env "_CERT_FILE", NULL,    \
				      "our own certificate and its chain, PEM", \
				      .place = "tls.cert_file" },             \
	[(first) + TLS_KEY_FILE] = { "key_file", env "_KEY_FILE", NULL,       \
				     "its private key, PEM [in cert_file]",   \
				     .place = "tls.key_file" },               \
	[(first) + TLS_KEY_PASSWORD] = { "key_password", env "_KEY_PASSWORD", \
					 NULL, "of an encrypted key", true,   \
					 "tls.key_password" },                \
	[(first) + TLS_SERVER_NAME] = { "server_name", env "_SERVER_NAME",    \
					NULL,                                 \
					"name the certificate must have [host]", \
					.place = "tls.server_name" },         \
	[(first) + TLS_PINNED_KEYS] = { "pinned_keys", env "_PINNED_KEYS",    \
					NULL,                                 \
					"keys it may have, sha256//BASE64 each", \
					.place = "tls.pinned_keys",           \
					.list = ';' },                        \
	[(first) + TLS_CRL_FILE] = { "crl_file", env "_CRL_FILE", NULL,       \
				     "lists of revoked certificates, PEM",    \
				     .place = "tls.crl_file" },               \
	[(first) + TLS_MIN_VERSION] = { "min_version", env "_MIN_VERSION",    \
					"1.2", "oldest TLS version: 1.2 or 1.3", \
					.place = "tls.min_version" },         \
	[(first) + TLS_VERIFY_CERTS] = { "verify_certs", env "_VERIFY_CERTS", \
					 "true",                              \
					 "false is taken with insecure only", \
					 .place = "tls.verify_certs" },       \
	[(first) + TLS_INSECURE] = { "insecure", env "_INSECURE", "false",    \
				     "do not verify who the other side is",   \
				     .place = "tls.insecure" }

int setting_tls(const struct settings *s, size_t first,
		struct tls_options *tls, struct err *e) MUST_CHECK;

/*
 * So are requests: these rows, and setting_limits(), which fills all limits
 * but ask_every_ms and ask_for_ms.
 */
enum {
	LIMITS_BATCH_MODE,
	LIMITS_BATCH_SIZE,
	LIMITS_BATCH_BYTES,
	LIMITS_FLUSH_INTERVAL,
	LIMITS_IN_FLIGHT,
	LIMITS_GZIP,
	LIMITS_CONNECT_TIMEOUT,
	LIMITS_TIMEOUT,
	LIMITS_PROXY,
	LIMITS_PROXY_USER,
	LIMITS_PROXY_PASSWORD,
	LIMITS_SETTINGS, // how many
};

/* bytes: of a batch, when nothing else is set. */
#define SETTING_LIMITS_ROWS(first, env, bytes)                                \
	[(first) + LIMITS_BATCH_MODE] = { "batch_mode", "SIEM_BATCH_MODE",    \
					  "true",                             \
					  "false: each record by itself",     \
					  .place = "/delivery.batch_mode" },  \
	[(first) + LIMITS_BATCH_SIZE] = { "batch_size", "SIEM_BATCH_SIZE",    \
					  NULL,                               \
					  "records of a request at most [any]", \
					  .place = "/delivery.batch_size" },  \
	[(first) + LIMITS_BATCH_BYTES] = { "batch_bytes", env "_BATCH_BYTES", \
					   bytes,                             \
					   "size at which a request is full", \
					   .place = "/delivery.batch_bytes" }, \
	[(first) + LIMITS_FLUSH_INTERVAL] = { "flush_interval",               \
					      "SIEM_FLUSH_INTERVAL", "0",     \
					      "seconds to wait for 100 "      \
					      "records, or batch_size",       \
					      .place = "/delivery.batch_timeout" \
						       "|//flush_interval" }, \
	[(first) + LIMITS_IN_FLIGHT] = { "in_flight", env "_IN_FLIGHT", "4",  \
					 "requests at a time; 1 keeps order", \
					 .place = "/delivery.in_flight" },    \
	[(first) + LIMITS_GZIP] = { "gzip", env "_GZIP", "false",             \
				    "compress requests",                      \
				    .place = "/delivery.gzip" },              \
	[(first) + LIMITS_CONNECT_TIMEOUT] = { "connect_timeout",             \
					       env "_CONNECT_TIMEOUT", "10",  \
					       "seconds to connect",          \
					       .place = "/delivery."          \
							"connect_timeout" },  \
	[(first) + LIMITS_TIMEOUT] = { "timeout", env "_TIMEOUT", "30",       \
				       "seconds for an answer",               \
				       .place = "/delivery.timeout" },        \
	[(first) + LIMITS_PROXY] = { "proxy", env "_PROXY", NULL,             \
				     "http://HOST:PORT, none [https_proxy]",  \
				     .place = "/delivery.proxy" },            \
	[(first) + LIMITS_PROXY_USER] = { "proxy_user", env "_PROXY_USER",    \
					  NULL, "whom to be to the proxy",    \
					  .place = "/delivery.proxy_user" },  \
	[(first) + LIMITS_PROXY_PASSWORD] = { "proxy_password",               \
					      env "_PROXY_PASSWORD", NULL,    \
					      "the password that goes with it", \
					      true,                           \
					      "/delivery.proxy_password" }

int setting_limits(const struct settings *s, size_t first,
		   struct dest_limits *limits, struct err *e) MUST_CHECK;

/*
 * The URL of an address, "https://host:8088" or "host" for that, in storage;
 * port is what goes behind a host without one, ":8088".
 */
int setting_address_url(const char *address, const char *port,
			const char **url, struct arena *storage,
			struct err *e) MUST_CHECK;

/*
 * A URL that paths are appended to, for the caller to free. It may have been
 * given with slashes and any of ends (which ends in a NULL) behind it, which
 * are taken off, each in its turn. is_secret, insecure: as for url_check().
 */
int setting_base_url(const struct settings *s, size_t i,
		     const char *const *ends, bool is_secret, bool insecure,
		     char **base, struct err *e) MUST_CHECK;

/* A copy with a NUL, or NULL with e filled. */
const char *setting_copy(struct arena *storage, struct slice text,
			 struct err *e) MUST_CHECK;

#endif
