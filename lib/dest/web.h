/*
 * What the kinds have in common that post records as they are to somebody's
 * own endpoint: how they stand in a body, who we are, what a status means.
 */
#ifndef SIEM_DEST_WEB_H
#define SIEM_DEST_WEB_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"
#include "dest/dest.h"
#include "dest/oauth.h"
#include "dest/setting.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How records stand in a body. */
enum web_framing {
	WEB_JSONL,  // an LF behind each
	WEB_ARRAY,  // JSON: what is no object becomes a string
	WEB_CONCAT, // the same, one behind the other without anything between
	WEB_OTLP,   // requests of OTLP, merged into one (otlp.h)
	WEB_SINGLE, // one record, and nothing else
};

/* Append a record, the index-th of its body; and what ends a body. */
int web_add(enum web_framing framing, const struct dest_record *record,
	    size_t index, struct buf *body, struct err *e) MUST_CHECK;
void web_end(enum web_framing framing, struct buf *body);

/* The type of a body in this framing, where nobody has said another. */
const char *web_content_type(enum web_framing framing, struct slice body);

/* A set of statuses. */
struct web_codes {
	uint64_t bits[10];
};

/* "200,202,5xx,500-599"; a missing value is the empty set. */
int web_read_codes(const struct settings *s, size_t i, struct web_codes *codes,
		   struct err *e) MUST_CHECK;
void web_put_codes(struct web_codes *codes, unsigned first, unsigned last);
bool web_has_code(const struct web_codes *codes, int status);

/* What an answer means, beyond what its status means by itself. */
struct web_terms {
	struct web_codes success, retry, reject;
	const char *match; // that an answer of success has in it; NULL: any
			   // does, but for a web page
	bool is_otlp;      // what it says of records is said as in OTLP
	const char *where; // "check url": what to do about 404 and the like
};

/* dest_request.judge. */
void web_judge(const struct web_terms *terms, struct dest_session *session,
	       bool has_token, const struct answer *answer,
	       struct judgement *judgements, size_t count);

/*
 * Who we are: these rows, which follow each other in a table from number
 * "first" on, and web_read_identity().
 */
enum {
	WEB_TOKEN_ENDPOINT,
	WEB_CLIENT_ID,
	WEB_CLIENT_SECRET,
	WEB_SCOPE,
	WEB_IDENTITY_SETTINGS, // how many
};

#define WEB_IDENTITY_ROWS(first, env)                                         \
	[(first) + WEB_TOKEN_ENDPOINT] = { "token_endpoint",                  \
					   env "_TOKEN_ENDPOINT", NULL,       \
					   "URL that gives out OAuth tokens", \
					   false },                           \
	[(first) + WEB_CLIENT_ID] = { "client_id", env "_CLIENT_ID", NULL,    \
				      "who asks for such a token", false },   \
	[(first) + WEB_CLIENT_SECRET] = { "client_secret",                    \
					  env "_CLIENT_SECRET", NULL,         \
					  "the secret of that client", true }, \
	[(first) + WEB_SCOPE] = { "scope", env "_SCOPE", NULL,                \
				  "what the token is to be good for [none]",  \
				  false }

/* url NULL: no tokens of OAuth are asked for. */
int web_read_identity(const struct settings *s, size_t first, bool insecure,
		      struct oauth_client *client, struct err *e) MUST_CHECK;

/*
 * Headers that were set, "NAME: VALUE", several divided by '|': each has to be
 * one, without line ends, and not one that says how the body is to be read,
 * nor, where the setting is no secret, one that says who we are. The key is
 * named in what is wrong.
 */
int web_put_headers(const struct settings *s, size_t i, struct buf *out,
		    struct err *e) MUST_CHECK;

/* The same for one of which the parts are known, scheme being what stands
   before the value, "Bearer " or ""; false: they make none. */
bool web_put_header(const char *name, const char *scheme, const char *value,
		    struct buf *out) MUST_CHECK;

/* Where records go, and all that a kind has to make of its settings. */
struct web_target {
	const char *name; // for people, "QRadar"
	const char *url, *method;
	const char *content_type; // NULL: what suits the framing
	enum web_framing framing;
	size_t max_line;            // bytes of a record; 0: no bound
	struct buf headers;         // all that do not change
	struct oauth_client client; // url NULL: no tokens are fetched
	struct web_terms terms;

	/*
	 * What --check asks, a GET that says whether we may come in; NULL: a
	 * HEAD of url. Nothing, where whatever comes is taken for events.
	 */
	char *check_url; // from malloc(), or NULL
	bool is_blind;
};

/* dest_plan.request and release, whose config is a target of malloc(). */
const struct dest_request *web_request(const struct web_target *target);
void web_release(void *target);

#endif
