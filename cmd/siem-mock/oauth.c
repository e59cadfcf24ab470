/*
 * oauth_answers() tells what a request is; give_to_client() and
 * give_to_machine() are the endpoint, admit() the door.
 */
#include "oauth.h"

#include "assertion.h"
#include "core/base64.h"
#include "core/buf.h"
#include "core/slice.h"
#include "core/timestamp.h"
#include "json/write.h"

#include <inttypes.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { TOKEN_BYTES = 30, TOKEN_MAX = 48, FIELD_MAX = 4096 };

struct issued {
	char text[TOKEN_MAX];
	int64_t ends_ms;
};

/* What a client says of itself, decoded. */
struct claim {
	struct buf grant, id, secret, scope, assertion;
	bool has_secret;
	bool is_basic; // in the header Authorization
};

#define CLAIM_INIT                                                           \
	{                                                                    \
		.grant = BUF_INIT(FIELD_MAX), .id = BUF_INIT(FIELD_MAX),     \
		.secret = BUF_INIT(FIELD_MAX), .scope = BUF_INIT(FIELD_MAX), \
		.assertion = BUF_INIT(FIELD_MAX)                             \
	}

static void claim_free(struct claim *c)
{
	buf_free(&c->grant);
	buf_free(&c->id);
	buf_free(&c->secret);
	buf_free(&c->scope);
	buf_free(&c->assertion);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A part of a form (application/x-www-form-urlencoded) as it was meant. */
static void put_decoded(struct buf *out, struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		int high = i + 2 < s.len ? hex_digit(s.data[i + 1]) : -1;
		int low = i + 2 < s.len ? hex_digit(s.data[i + 2]) : -1;
		char c = s.data[i];

		if (c == '%' && high >= 0 && low >= 0) {
			buf_putc(out, (char)(high * 16 + low));
			i += 2;
		} else {
			buf_putc(out, (char)(c == '+' ? ' ' : c));
		}
	}
}

static void read_form(struct claim *c, struct slice body)
{
	const struct {
		struct slice name;
		struct buf *value;
	} fields[] = {
		{ SLICE("grant_type"), &c->grant },
		{ SLICE("client_id"), &c->id },
		{ SLICE("client_secret"), &c->secret },
		{ SLICE("scope"), &c->scope },
		{ SLICE("client_assertion"), &c->assertion },
	};

	while (body.len > 0) {
		struct slice pair = slice_take_until(&body, '&');
		struct slice name = slice_take_until(&pair, '=');

		for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
			if (slice_is(name, fields[i].name)) {
				buf_clear(fields[i].value);
				put_decoded(fields[i].value, pair);
			}
		c->has_secret |= slice_is(name, SLICE("client_secret"));
	}
}

/* The other way to show a secret (RFC 6749 section 2.3.1). */
static void read_basic(struct claim *c, const struct http_request *r)
{
	const char *header = http_header(r, "Authorization");
	struct buf pair = BUF_INIT(4 * FIELD_MAX);

	if (header != NULL && strncasecmp(header, "Basic ", 6) == 0 &&
	    base64_read(slice_of(header + 6), &pair)) {
		struct slice secret = buf_slice(&pair);
		struct slice id = slice_take_until(&secret, ':');

		buf_clear(&c->id);
		buf_clear(&c->secret);
		put_decoded(&c->id, id);
		put_decoded(&c->secret, secret);
		c->has_secret = c->is_basic = true;
	}
	buf_free(&pair);
}

/* Has a client that has a certificate, "ID:@FILE", signed what it says? */
static bool has_signed(const struct oauth *o, const struct http_request *r,
		       const struct claim *c)
{
	const struct opt_list *clients = &o->mock->config->clients;
	const struct slice id = buf_slice(&c->id);

	for (size_t i = 0; i < clients->count; i++) {
		struct slice rest = slice_of(clients->items[i]);

		// What follows is the end of the option, and its NUL.
		if (slice_is(slice_take_until(&rest, ':'), id) &&
		    slice_take(&rest, SLICE("@")) &&
		    assertion_is_good(buf_slice(&c->assertion), id, rest.data,
				      r->path, r->now_sec))
			return true;
	}
	return false;
}

/* Is there a client of that name, and is that its secret? */
static bool find_client(const struct oauth *o, struct slice id,
			struct slice secret, bool *is_right)
{
	const struct opt_list *clients = &o->mock->config->clients;
	bool found = false;

	*is_right = false;
	for (size_t i = 0; i < clients->count; i++) {
		struct slice rest = slice_of(clients->items[i]);

		if (!slice_is(slice_take_until(&rest, ':'), id))
			continue;
		found = true;
		*is_right |= slice_is(rest, secret) &&
			     !slice_has_prefix(rest, SLICE("@"));
	}
	return found;
}

/* "2026-11-22 08:00:00Z", as Microsoft's errors have it. */
static void put_now(struct buf *out)
{
	const time_t now = time(NULL);
	char text[32] = "";
	struct tm t;

	if (gmtime_r(&now, &t) != NULL)
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%SZ", &t);
	buf_puts(out, text);
}

struct refusal {
	unsigned status;
	const char *error; // RFC 6749 section 5.2
	unsigned code;     // AADSTS
	const char *text;
};

static const struct refusal no_grant = {
	400, "invalid_request", 900144,
	"The request body must contain the following parameter: 'grant_type'."
};
static const struct refusal no_client = {
	400, "invalid_request", 900144,
	"The request body must contain the following parameter: 'client_id'."
};
static const struct refusal other_grant = {
	400, "unsupported_grant_type", 70003,
	"The app requested an unsupported grant type."
};
static const struct refusal unknown_client = {
	400, "unauthorized_client", 700016,
	"Application with that identifier was not found in the directory."
};
static const struct refusal no_secret = {
	401, "invalid_client", 7000218,
	"The request body must contain the following parameter: "
	"'client_assertion' or 'client_secret'."
};
static const struct refusal wrong_secret = {
	401, "invalid_client", 7000215,
	"Invalid client secret provided. Ensure the secret being sent in the "
	"request is the client secret value, not the client secret ID."
};
static const struct refusal wrong_assertion = {
	401, "invalid_client", 700027,
	"The certificate with that identifier is not registered, or the client "
	"assertion failed signature validation."
};
static const struct refusal no_scope = {
	400, "invalid_request", 900144,
	"The request body must contain the following parameter: 'scope'."
};
static const struct refusal wrong_scope = {
	400, "invalid_scope", 1002012,
	"The provided value for scope is not valid. Client credential flows "
	"must have a scope value with /.default suffixed to the resource "
	"identifier."
};
static const struct refusal busy = {
	503, "temporarily_unavailable", 90033,
	"A transient error has occurred. Please try again."
};

static void refuse(struct http_answer *a, const struct refusal *why)
{
	static const char trace[] = "00000000-0000-0000-0000-000000000000";

	a->status = why->status;
	buf_printf(&a->body,
		   "{\"error\":\"%s\",\"error_description\":\"AADSTS%u: %s "
		   "Trace ID: %s Correlation ID: %s Timestamp: ",
		   why->error, why->code, why->text, trace, trace);
	put_now(&a->body);
	buf_printf(&a->body, "\",\"error_codes\":[%u],\"timestamp\":\"",
		   why->code);
	put_now(&a->body);
	buf_printf(&a->body,
		   "\",\"trace_id\":\"%s\",\"correlation_id\":\"%s\"}", trace,
		   trace);
}

/* What is wrong with it; NULL: nothing. */
static const struct refusal *judge_claim(const struct oauth *o,
					 const struct http_request *r,
					 const struct claim *c)
{
	static const struct slice suffix = { "/.default", 9 };
	const struct slice scope = buf_slice(&c->scope);
	bool is_right;

	if (c->grant.len == 0)
		return &no_grant;
	if (!slice_is(buf_slice(&c->grant), SLICE("client_credentials")))
		return &other_grant;
	if (c->id.len == 0)
		return &no_client;
	if (!find_client(o, buf_slice(&c->id), buf_slice(&c->secret),
			 &is_right))
		return &unknown_client;
	if (c->assertion.len > 0 && !has_signed(o, r, c))
		return &wrong_assertion;
	if (c->assertion.len == 0 && !c->has_secret)
		return &no_secret;
	if (c->assertion.len == 0 && !is_right)
		return &wrong_secret;
	// Microsoft's wants one; the standard leaves it open.
	if (strstr(r->path, "/oauth2/v2.0/") == NULL)
		return NULL;
	if (scope.len == 0)
		return &no_scope;
	return scope.len >= suffix.len &&
			       slice_is(slice_from(scope,
						   scope.len - suffix.len),
					suffix)
		       ? NULL
		       : &wrong_scope;
}

/* Drop those that have ended, and make room for one more. */
static struct issued *add_token(struct oauth *o)
{
	size_t kept = 0;

	for (size_t i = 0; i < o->count; i++)
		if (o->tokens[i].ends_ms + 60000 > mock_now_ms())
			o->tokens[kept++] = o->tokens[i];
	o->count = kept;
	if (o->count == o->cap) {
		size_t cap = o->cap != 0 ? 2 * o->cap : 64;
		struct issued *tokens =
			realloc(o->tokens, cap * sizeof(*tokens));

		if (tokens == NULL)
			return NULL;
		o->tokens = tokens;
		o->cap = cap;
	}
	return &o->tokens[o->count++];
}

/* Another token, or NULL where the machine has no more to give. */
static const char *issue(struct oauth *o)
{
	unsigned char noise[TOKEN_BYTES];
	struct buf text = BUF_INIT(TOKEN_MAX - 1);
	struct issued *t;

	if (RAND_bytes(noise, sizeof(noise)) != 1 || (t = add_token(o)) == NULL)
		return NULL;
	buf_puts(&text, "eyJ"); // as a JSON Web Token begins
	base64_put(&text, (struct slice){ (const char *)noise, sizeof(noise) });
	snprintf(t->text, sizeof(t->text), "%s", buf_str(&text));
	buf_free(&text);
	t->ends_ms =
		mock_now_ms() + (int64_t)o->mock->config->token_life * 1000;
	return t->text;
}

static void give_to_client(struct oauth *o, const struct http_request *r,
			   struct http_answer *a)
{
	const size_t life = o->mock->config->token_life;
	struct claim claim = CLAIM_INIT;
	const struct refusal *why;
	const char *token;

	read_form(&claim, r->body);
	read_basic(&claim, r);
	http_put_field(a, "Cache-Control", "no-store");
	why = judge_claim(o, r, &claim);
	if (why != NULL && why->status == 401 && claim.is_basic)
		http_put_field(a, "WWW-Authenticate", "Basic realm=\"token\"");
	token = why == NULL ? issue(o) : NULL;
	if (why == NULL && token == NULL)
		why = &busy;
	if (why != NULL)
		refuse(a, why);
	else
		buf_printf(&a->body,
			   "{\"token_type\":\"Bearer\",\"expires_in\":%zu,"
			   "\"ext_expires_in\":%zu,\"access_token\":\"%s\"}",
			   life, life, token);
	claim_free(&claim);
}

/* What is wrong with a question to the metadata service; NULL: nothing. */
static const char *judge_machine(const struct oauth *o,
				 const struct http_request *r,
				 const char **error)
{
	const char *metadata = http_header(r, "Metadata");
	const char *id = http_query(r, "client_id");
	bool is_right;

	*error = "bad_request_102";
	if (metadata == NULL || strcasecmp(metadata, "true") != 0)
		return "Required metadata header not specified";
	*error = "invalid_request";
	// It is for this machine, and a proxy would be another.
	if (http_header(r, "X-Forwarded-For") != NULL)
		return "Requests with X-Forwarded-For are not accepted";
	if (http_query(r, "api-version") == NULL)
		return "Required query variable 'api-version' is missing";
	if (http_query(r, "resource") == NULL)
		return "Required query variable 'resource' is missing";
	if (id != NULL && !find_client(o, slice_of(id), SLICE(""), &is_right))
		return "Identity not found";
	return NULL;
}

static void give_to_machine(struct oauth *o, const struct http_request *r,
			    struct http_answer *a)
{
	const size_t life = o->mock->config->token_life;
	const long long now = (long long)time(NULL);
	const char *error;
	const char *why = judge_machine(o, r, &error);
	const char *token = why == NULL ? issue(o) : NULL;

	if (token == NULL) {
		a->status = why != NULL ? 400 : 500;
		buf_printf(&a->body,
			   "{\"error\":\"%s\",\"error_description\":\"%s\"}",
			   why != NULL ? error : "unknown",
			   why != NULL ? why : "Failed to retrieve token");
		return;
	}
	// Its numbers are strings.
	buf_printf(&a->body,
		   "{\"access_token\":\"%s\",\"expires_in\":\"%zu\","
		   "\"expires_on\":\"%lld\",\"not_before\":\"%lld\","
		   "\"resource\":",
		   token, life, now + (long long)life, now);
	json_put_string(&a->body, slice_of(http_query(r, "resource")));
	buf_puts(&a->body, ",\"token_type\":\"Bearer\"}");
}

/* RFC 6750 section 3: what is wrong with the token that was shown. */
static void refuse_token(struct http_answer *a, const char *code,
			 const char *text)
{
	a->status = 401;
	if (text == NULL)
		http_put_field(a, "WWW-Authenticate", "Bearer");
	else
		http_put_field(a, "WWW-Authenticate",
			       "Bearer error=\"invalid_token\", "
			       "error_description=\"%s\"",
			       text);
	buf_printf(&a->body, "{\"error\":{\"code\":\"%s\",\"message\":\"%s\"}}",
		   code,
		   text != NULL ? text : "The request shows no access token.");
}

/* Is its token a good one? False: it is answered. */
static bool admit(const struct oauth *o, struct http_request *r,
		  struct http_answer *a)
{
	const char *header = http_header(r, "Authorization");

	if (header == NULL || strncasecmp(header, "Bearer ", 7) != 0) {
		if (o->mock->config->tokens.count > 0)
			return true;
		refuse_token(a, "AuthenticationFailed", NULL);
		return false;
	}
	for (size_t i = 0; i < o->count; i++) {
		if (strcmp(o->tokens[i].text, header + 7) != 0)
			continue;
		r->has_token = mock_now_ms() < o->tokens[i].ends_ms;
		if (r->has_token)
			return true;
		refuse_token(a, "ExpiredAuthenticationToken",
			     "The access token expired.");
		return false;
	}
	refuse_token(a, "InvalidAuthenticationToken",
		     "The access token is invalid.");
	return false;
}

static bool ends_in(const char *text, const char *suffix)
{
	size_t n = strlen(text), len = strlen(suffix);

	return n >= len && strcmp(text + n - len, suffix) == 0;
}

bool oauth_answers(struct oauth *o, struct http_request *r,
		   struct http_answer *a)
{
	if (o->mock->config->clients.count == 0)
		return false;
	if (!ends_in(r->path, "/token"))
		return !admit(o, r, a);
	if (fault_of_token(&o->mock->faults)) {
		refuse(a, &busy);
		a->retry_after_sec = o->mock->faults.retry_after_sec;
		a->retry_date_sec = o->mock->faults.retry_date_sec;
	} else if (strcmp(r->method, "POST") == 0) {
		give_to_client(o, r, a);
	} else if (strcmp(r->method, "GET") == 0 &&
		   strncmp(r->path, "/metadata/", 10) == 0) {
		give_to_machine(o, r, a);
	} else {
		a->status = 405;
		buf_puts(&a->body, "{\"error\":\"invalid_request\"}");
	}
	return true;
}

void oauth_free(struct oauth *o)
{
	free(o->tokens);
}
