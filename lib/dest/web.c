#include "dest/web.h"

#include "dest/answer.h"
#include "dest/otlp.h"
#include "dest/record.h"
#include "format/sniff.h"
#include "json/walk.h"
#include "json/write.h"
#include "net/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { CODES = 600 }; // statuses are below that

/* An object as it stands; any other record as a string. */
static void put_value(struct slice line, struct buf *body)
{
	const struct slice object = slice_trim(line);

	if (walk_is_object(object))
		buf_put_slice(body, object);
	else
		json_put_string(body, line);
}

int web_add(enum web_framing framing, const struct dest_record *record,
	    size_t index, struct buf *body, struct err *e)
{
	const struct slice line = record->bytes;

	if (slice_trim(line).len == 0)
		return err_set(e, ERR_DATA, "blank: there is nothing to send");
	switch (framing) {
	case WEB_JSONL:
		buf_put_slice(body, line);
		buf_putc(body, '\n');
		break;
	case WEB_ARRAY:
		buf_putc(body, index == 0 ? '[' : ',');
		put_value(line, body);
		break;
	case WEB_CONCAT:
		put_value(line, body);
		break;
	case WEB_OTLP:
		if (otlp_put(line, index, body, e) < 0)
			return -1;
		break;
	case WEB_SINGLE:
		buf_put_slice(body, line);
		break;
	}
	return record_status(body, e);
}

void web_end(enum web_framing framing, struct buf *body)
{
	if (framing == WEB_ARRAY)
		buf_putc(body, ']');
	if (framing == WEB_OTLP)
		otlp_end(body);
}

const char *web_content_type(enum web_framing framing, struct slice body)
{
	static const char text[] = "text/plain; charset=utf-8";

	switch (framing) {
	case WEB_JSONL:
		// Lines of anything else are no lines of JSON.
		return body.len > 0 && body.data[0] == '{'
			       ? "application/x-ndjson"
			       : text;
	case WEB_ARRAY:
	case WEB_CONCAT:
	case WEB_OTLP:
		break;
	case WEB_SINGLE:
		return walk_is_object(slice_trim(body)) ? "application/json"
							: text;
	}
	return "application/json";
}

/* "200", "2xx" or "200-299" */
static bool read_span(struct slice word, unsigned *first, unsigned *last)
{
	char text[16];
	char rest;

	if (word.len == 0 || word.len >= sizeof(text) ||
	    !walk_is_digit(word.data[0]))
		return false;
	memcpy(text, word.data, word.len);
	text[word.len] = '\0';
	if (word.len == 3 && strcasecmp(text + 1, "xx") == 0) {
		*first = (unsigned)(text[0] - '0') * 100;
		*last = *first + 99;
	} else if (sscanf(text, "%3u-%3u%c", first, last, &rest) != 2) {
		if (sscanf(text, "%3u%c", first, &rest) != 1)
			return false;
		*last = *first;
	}
	return *first >= 100 && *first <= *last && *last < CODES;
}

void web_put_codes(struct web_codes *codes, unsigned first, unsigned last)
{
	for (unsigned n = first; n <= last; n++)
		codes->bits[n / 64] |= UINT64_C(1) << n % 64;
}

int web_read_codes(const struct settings *s, size_t i, struct web_codes *codes,
		   struct err *e)
{
	struct slice rest = slice_of(s->values[i] != NULL ? s->values[i] : "");

	*codes = (struct web_codes){ 0 };
	while (rest.len > 0) {
		struct slice word = slice_trim(slice_take_until(&rest, ','));
		unsigned first, last;

		if (!read_span(word, &first, &last))
			return err_set(e, ERR_USAGE,
				       "%s: %.*s is no status, as in 200, 2xx "
				       "or 500-599",
				       s->table[i].key, (int)word.len,
				       word.data);
		web_put_codes(codes, first, last);
	}
	return 0;
}

bool web_has_code(const struct web_codes *codes, int status)
{
	return status >= 0 && status < CODES &&
	       (codes->bits[status / 64] >> status % 64 & 1) != 0;
}

/* What stands in between answers with pages, and collectors do not. */
static bool is_page(struct slice body)
{
	static const char *const begins[] = { "<!doctype html", "<html" };

	body = slice_trim(body);
	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		size_t n = strlen(begins[i]);

		if (body.len >= n && strncasecmp(body.data, begins[i], n) == 0)
			return true;
	}
	return false;
}

/* Success has been said: is it the collector that says so, and of all? */
static struct judgement judge_success(const struct web_terms *terms,
				      struct dest_session *session,
				      const struct answer *answer, size_t count)
{
	const struct slice body = answer->body;
	struct judgement j = { .verdict = VERDICT_RETRY,
			       .wait_ms = WAIT_BACKOFF };

	if (terms->match == NULL && is_page(body)) {
		j.reason = "a web page is no answer: is there a proxy in "
			   "between?";
		return j;
	}
	if (terms->match != NULL &&
	    (body.len == 0 || memmem(body.data, body.len, terms->match,
				     strlen(terms->match)) == NULL)) {
		j.reason = "success, but success_match is not in the answer";
		return j;
	}
	if (terms->is_otlp)
		return otlp_judge(session, body, count);
	return (struct judgement){ 0 };
}

static struct judgement retry(const struct answer *answer)
{
	return (struct judgement){
		.verdict = VERDICT_RETRY,
		.wait_ms = answer->retry_after_ms >= 0 ? answer->retry_after_ms
						       : WAIT_BACKOFF,
	};
}

static const char *reason_of(const struct web_terms *terms, int status,
			     enum verdict verdict)
{
	if (status == 401 || status == 403)
		return "not allowed: check who we are";
	if (status == 407)
		return "the proxy does not let us through";
	if (status == 413)
		return "too large: raise the limit there, or of what is in "
		       "between; siem-fmt --max-line makes lines that fit";
	if (verdict == VERDICT_HOLD)
		return terms->where;
	if (verdict == VERDICT_REJECT)
		return "refused";
	return NULL;
}

/* The first line of what was said, where it is no page. */
static const char *with_words(struct dest_session *session, const char *reason,
			      struct slice body)
{
	body = slice_trim(body);
	if (body.len == 0 || is_page(body))
		return reason;
	body = slice_take_until(&body, '\n');
	if (body.len > ANSWER_WORDS_MAX)
		body.len = ANSWER_WORDS_MAX;
	return answer_words(
		session, "%s%s\"%.*s\"", reason != NULL ? reason : "",
		reason != NULL ? ": " : "", (int)body.len, body.data);
}

void web_judge(const struct web_terms *terms, struct dest_session *session,
	       bool has_token, const struct answer *answer,
	       struct judgement *judgements, size_t count)
{
	const int status = answer->status;
	struct judgement j = answer_by_status(answer, session, count);

	if (web_has_code(&terms->success, status)) {
		j = judge_success(terms, session, answer, count);
	} else if (web_has_code(&terms->retry, status)) {
		j = retry(answer);
	} else if (status == 401 && has_token) {
		j = answer_unauthorized(session);
	} else if (web_has_code(&terms->reject, status)) {
		j.verdict = count > 1 ? VERDICT_SPLIT : VERDICT_REJECT;
	} else if (j.verdict == VERDICT_DELIVERED) {
		j = retry(answer);
		j.reason = "this status is not among success_codes";
	}
	session->accepted |= j.verdict == VERDICT_DELIVERED;
	// What OTLP says of records is in its words already.
	if (j.verdict != VERDICT_DELIVERED &&
	    !(j.verdict == VERDICT_REJECT && j.reason != NULL)) {
		if (j.reason == NULL)
			j.reason = reason_of(terms, status, j.verdict);
		j.reason = with_words(session, j.reason, answer->body);
	}
	answer_judge_all(judgements, count, j);
}

int web_read_identity(const struct settings *s, size_t first, bool insecure,
		      struct oauth_client *client, struct err *e)
{
	const char *const *values = s->values + first;

	*client = (struct oauth_client){ 0 };
	if (values[WEB_TOKEN_ENDPOINT] == NULL) {
		if (values[WEB_CLIENT_ID] != NULL ||
		    values[WEB_CLIENT_SECRET] != NULL)
			return err_set(e, ERR_USAGE,
				       "client_id and client_secret need "
				       "token_endpoint");
		return 0;
	}
	client->url = values[WEB_TOKEN_ENDPOINT];
	client->scope = values[WEB_SCOPE];
	if (url_check(client->url, true, insecure, e) < 0)
		return err_prefix(e, "token_endpoint");
	if (setting_text(s, first + WEB_CLIENT_ID, &client->id, e) < 0 ||
	    setting_text(s, first + WEB_CLIENT_SECRET, &client->secret, e) < 0)
		return -1;
	return 0;
}

/* RFC 9110 sections 5.1 and 5.5: a name, a colon, and no line end. */
static bool is_header(struct slice text)
{
	static const char marks[] = "!#$%&'*+-.^_`~";
	struct slice name = slice_take_until(&text, ':');

	if (name.len == 0 || text.data == NULL)
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];
		bool is_letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';

		if (!is_letter && !walk_is_digit(c) && strchr(marks, c) == NULL)
			return false;
	}
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.data[i] < ' ' && text.data[i] != '\t')
			return false;
	return slice_trim(text).len > 0;
}

/* One that says how the body is to be read: two of it would say two things. */
static bool is_of_body(struct slice header)
{
	static const char *const names[] = { "Content-Type", "Content-Length",
					     "Content-Encoding",
					     "Transfer-Encoding", "Expect" };
	const struct slice name = slice_take_until(&header, ':');

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (name.len == strlen(names[i]) &&
		    strncasecmp(name.data, names[i], name.len) == 0)
			return true;
	return false;
}

/* By its name, one that says who we are. */
static bool is_credential(struct slice name)
{
	static const char *const parts[] = { "authorization", "cookie",
					     "token",         "key",
					     "secret",        "password" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const size_t len = strlen(parts[i]);

		for (size_t at = 0; at + len <= name.len; at++)
			if (strncasecmp(name.data + at, parts[i], len) == 0)
				return true;
	}
	return false;
}

/* What is no secret can be read: in the process list, or in siem.yaml. */
static int check_open(struct slice header, const char *key, struct err *e)
{
	const struct slice name = slice_take_until(&header, ':');

	if (!is_credential(name))
		return 0;
	return err_set(e, ERR_USAGE,
		       "%s: %.*s: says who we are: set it by header (a "
		       "secret), token, or user and password",
		       key, (int)name.len, name.data);
}

int web_put_headers(const struct settings *s, size_t i, struct buf *out,
		    struct err *e)
{
	struct slice rest = slice_of(s->values[i] != NULL ? s->values[i] : "");

	while (rest.len > 0) {
		struct slice header = slice_trim(slice_take_until(&rest, '|'));

		// What it says may be a secret.
		if (!is_header(header))
			return err_set(e, ERR_USAGE,
				       "%s: a header is NAME: VALUE, several "
				       "divided by |",
				       s->table[i].key);
		if (is_of_body(header))
			return err_set(e, ERR_USAGE,
				       "%s: what the body is, is said by "
				       "content_type, gzip and framing",
				       s->table[i].key);
		if (!s->table[i].secret &&
		    check_open(header, s->table[i].key, e) < 0)
			return -1;
		buf_put_slice(out, header);
		buf_puts(out, "\r\n");
	}
	return buf_status(out) == 0
		       ? 0
		       : err_set(e, ERR_USAGE, "%s: too long", s->table[i].key);
}

bool web_put_header(const char *name, const char *scheme, const char *value,
		    struct buf *out)
{
	size_t before = out->len;

	buf_printf(out, "%s: %s%s", name, scheme, value);
	if (buf_status(out) != 0 || strchr(name, ':') != NULL ||
	    !is_header(slice_from(buf_slice(out), before)))
		return false;
	buf_puts(out, "\r\n");
	return buf_status(out) == 0;
}

static int add(const void *config, const struct dest_session *session,
	       const struct dest_record *record, size_t index, struct buf *body,
	       struct err *e)
{
	const struct web_target *c = config;

	(void)session;
	if (c->max_line > 0 && record->bytes.len > c->max_line)
		return err_set(e, ERR_DATA,
			       "%zu bytes, more than the %zu that %s is taken "
			       "to accept (-o max_line); siem-fmt --max-line "
			       "makes it shorter",
			       record->bytes.len, c->max_line, c->name);
	return web_add(c->framing, record, index, body, e);
}

/* Those that all requests have. */
static int put_headers(const struct web_target *c,
		       const struct dest_session *session, struct request *r,
		       struct err *e)
{
	buf_put_slice(&r->headers, buf_slice(&c->headers));
	if (c->client.url != NULL) {
		buf_puts(&r->headers, "Authorization: Bearer ");
		buf_put_slice(&r->headers, buf_slice(&session->token));
		buf_puts(&r->headers, "\r\n");
	}
	return buf_status(&r->url) == 0 && buf_status(&r->headers) == 0 &&
			       buf_status(&r->body) == 0
		       ? 0
		       : err_set(e, ERR_USAGE, "request: too long");
}

static int finish(const void *config, const struct dest_session *session,
		  struct request *r, struct err *e)
{
	const struct web_target *c = config;

	r->method = c->method;
	web_end(c->framing, &r->body);
	buf_puts(&r->url, c->url);
	buf_printf(&r->headers, "Content-Type: %s\r\n",
		   c->content_type != NULL
			   ? c->content_type
			   : web_content_type(c->framing, buf_slice(&r->body)));
	return put_headers(c, session, r, e);
}

static void judge(const void *config, struct dest_session *session,
		  const struct answer *answer, struct judgement *judgements,
		  size_t count)
{
	const struct web_target *c = config;

	web_judge(&c->terms, session, c->client.url != NULL, answer, judgements,
		  count);
}

static int fetch(const void *config, const struct dest_session *session,
		 struct request *r, struct err *e)
{
	const struct web_target *c = config;

	(void)session;
	return oauth_ask(&c->client, r, e);
}

static enum verdict fetched(const void *config, struct dest_session *session,
			    const struct answer *answer, struct err *e)
{
	(void)config;
	return oauth_answered(session, answer, e);
}

/* Of --check: a request without any records. */
static const char *const steps[] = { "credentials", NULL };

static int check(const void *config, const struct dest_session *session,
		 unsigned step, struct request *r, struct err *e)
{
	const struct web_target *c = config;

	(void)step;
	r->method = c->check_url != NULL ? "GET" : "HEAD";
	buf_puts(&r->url, c->check_url != NULL ? c->check_url : c->url);
	return put_headers(c, session, r, e);
}

/* What says nothing against us, and nothing for us either. */
static bool is_undecided(const struct web_target *c, int status)
{
	if (c->check_url != NULL)
		return status == 404;
	return status >= 300 && status < 500 && status != 401 &&
	       status != 403 && status != 407 && status != 408 && status != 429;
}

static enum verdict checked(const void *config, struct dest_session *session,
			    unsigned step, const struct answer *answer,
			    struct err *finding)
{
	const struct web_target *c = config;
	struct judgement j = answer_by_status(answer, session, 1);

	(void)step;
	if (j.verdict == VERDICT_DELIVERED) {
		err_set(finding, ERR_NONE, "status %d: it lets us in",
			answer->status);
		return VERDICT_DELIVERED;
	}
	if (is_undecided(c, answer->status))
		return answer_not_told(answer, finding);
	j.reason = with_words(session,
			      reason_of(&c->terms, answer->status, j.verdict),
			      answer->body);
	return answer_found(answer, &j, finding);
}

static const struct dest_request blind_request = {
	.add = add,
	.finish = finish,
	.judge = judge,
};

static const struct dest_request request = {
	.add = add,
	.finish = finish,
	.judge = judge,
	.steps = steps,
	.check = check,
	.checked = checked,
};

static const struct dest_request request_by_token = {
	.add = add,
	.finish = finish,
	.judge = judge,
	.fetch = fetch,
	.fetched = fetched,
	.steps = steps,
	.check = check,
	.checked = checked,
};

const struct dest_request *web_request(const struct web_target *target)
{
	if (target->client.url != NULL)
		return &request_by_token;
	return target->is_blind ? &blind_request : &request;
}

void web_release(void *config)
{
	struct web_target *c = config;

	// What is in it lets others in, too.
	if (c->headers.data != NULL)
		explicit_bzero(c->headers.data, c->headers.len);
	buf_free(&c->headers);
	free(c->check_url);
	free(c);
}
