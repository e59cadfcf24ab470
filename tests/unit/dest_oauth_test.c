/* Tokens: what is asked for one, and what answers mean. */
#include "dest/oauth.h"

#include "check.h"

#include <string.h>

enum { NOW_MS = 1000000 };

static void the_secret_stands_in_the_body_and_nowhere_else(void)
{
	const struct oauth_client client = {
		.url = "https://login.example.com/t/oauth2/v2.0/token",
		.id = "app 1",
		.secret = "a+b/c=&d",
		.scope = "https://monitor.azure.com/.default",
	};
	struct request r = { .url = BUF_INIT(1 << 16),
			     .headers = BUF_INIT(1 << 16),
			     .body = BUF_INIT(1 << 16) };
	struct err e;

	CHECK(oauth_ask(&client, &r, &e) == 0);
	CHECK(strcmp(r.method, "POST") == 0 && r.elsewhere);
	CHECK(strcmp(buf_str(&r.url), client.url) == 0);
	CHECK(strcmp(buf_str(&r.headers),
		     "Content-Type: application/x-www-form-urlencoded\r\n") ==
	      0);
	CHECK(strcmp(buf_str(&r.body),
		     "grant_type=client_credentials&client_id=app%201&"
		     "client_secret=a%2Bb%2Fc%3D%26d&"
		     "scope=https%3A%2F%2Fmonitor.azure.com%2F.default") == 0);
	buf_free(&r.url);
	buf_free(&r.headers);
	buf_free(&r.body);
}

static void what_a_key_has_signed_takes_the_place_of_the_secret(void)
{
	const struct oauth_client client = { .url = "https://h/token",
					     .id = "app",
					     .assertion = "a.b-c_d.e",
					     .scope = "s" };
	struct request r = { .url = BUF_INIT(1 << 16),
			     .headers = BUF_INIT(1 << 16),
			     .body = BUF_INIT(1 << 16) };
	struct err e;

	CHECK(oauth_ask(&client, &r, &e) == 0);
	CHECK(strcmp(buf_str(&r.body),
		     "grant_type=client_credentials&client_id=app&scope=s&"
		     "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3A"
		     "client-assertion-type%3Ajwt-bearer&"
		     "client_assertion=a.b-c_d.e") == 0);
	buf_free(&r.url);
	buf_free(&r.headers);
	buf_free(&r.body);
}

/* An answer, judged in a session that ends up so. */
struct outcome {
	enum verdict verdict;
	int64_t expires_ms, refresh_ms;
	char token[64];
	struct err e;
};

static struct outcome outcome_of(int status, const char *body)
{
	struct dest_session session = { .now_ms = NOW_MS,
					.token = BUF_INIT(1 << 10) };
	const struct answer answer = { .status = status,
				       .body = slice_of(body) };
	struct outcome o = { 0 };

	o.verdict = oauth_answered(&session, &answer, &o.e);
	o.expires_ms = session.token_expires_ms;
	o.refresh_ms = session.token_refresh_ms;
	snprintf(o.token, sizeof(o.token), "%s", buf_str(&session.token));
	buf_free(&session.token);
	return o;
}

static void a_token_lives_as_long_as_was_said(void)
{
	static const struct {
		const char *body;
		int64_t expires_ms, refresh_ms;
	} rows[] = {
		{ "{\"token_type\":\"Bearer\",\"expires_in\":3599,"
		  "\"ext_expires_in\":3599,\"access_token\":\"eyJ.a-b\"}",
		  3599000, 3299000 },
		{ "{\"access_token\":\"eyJ.a-b\",\"expires_in\":\"86399\","
		  "\"expires_on\":\"1793701229\"}",
		  86399000, 86099000 },
		{ "{\"access_token\":\"eyJ.a-b\",\"expires_in\":2}", 2000,
		  1000 },
		{ "{\"access_token\":\"eyJ.a-b\"}", 3600000, 3300000 },
		{ "{\"access_token\":\"eyJ.a-b\",\"expires_in\":1e300}",
		  86400000, 86100000 },
		{ "{\"access_token\":\"eyJ.a-b\",\"expires_in\":-1}", 3600000,
		  3300000 },
		{ "{\"access_token\":\"eyJ.a-b\",\"expires_in\":0}", 3600000,
		  3300000 },
		{ "{\"access_token\":\"eyJ.a-b\",\"expires_in\":0.9}", 3600000,
		  3300000 },
		{ "{\"access_token\":\"eyJ.a-b\",\"expires_in\":\"soon\"}",
		  3600000, 3300000 },
		{ "{\"access_token\":\"eyJ.a-b\",\"expires_on\":\"8000\"}",
		  7000000, 6700000 },
		{ "{\"access_token\":\"eyJ.a-b\",\"expires_on\":1}", 3600000,
		  3300000 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct outcome o = outcome_of(200, rows[i].body);

		CHECK(o.verdict == VERDICT_DELIVERED);
		CHECK(strcmp(o.token, "eyJ.a-b") == 0);
		CHECK(o.expires_ms == NOW_MS + rows[i].expires_ms);
		CHECK(o.refresh_ms == NOW_MS + rows[i].refresh_ms);
	}
}

static void what_is_no_token_is_none(void)
{
	static const char *const bodies[] = {
		"",
		"{",
		"[]",
		"null",
		"{}",
		"{\"access_token\":\"\"}",
		"{\"access_token\":7}",
		"{\"access_token\":\"a b\"}",
		"{\"access_token\":\"a\\r\\nX: y\"}",
		"{\"access_token\":\"\u00e4\"}",
		"{\"access_token\":\"a\"",
	};

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct outcome o = outcome_of(200, bodies[i]);

		CHECK(o.verdict == VERDICT_RETRY && o.token[0] == '\0');
		CHECK(o.e.kind == ERR_TEMPORARY);
	}
}

static void a_refusal_is_said_in_the_words_of_who_refused(void)
{
	struct outcome o = outcome_of(
		401, "{\"error\":\"invalid_client\",\"error_description\":"
		     "\"AADSTS7000215: Invalid client secret.\\r\\nTrace\"}");

	CHECK(o.verdict == VERDICT_HOLD && o.e.kind == ERR_DENIED);
	CHECK(strcmp(o.e.text, "token: status 401, invalid_client: "
			       "AADSTS7000215: Invalid client secret.") == 0);
	o = outcome_of(400, "{\"error\":\"unauthorized_client\"}");
	CHECK(o.verdict == VERDICT_HOLD && o.e.kind == ERR_DENIED);
	CHECK(strcmp(o.e.text, "token: status 400, unauthorized_client") == 0);
	o = outcome_of(400, "{\"error\":\"invalid_request\"}");
	CHECK(o.verdict == VERDICT_HOLD && o.e.kind == ERR_DENIED);
	o = outcome_of(404, "<html>");
	CHECK(strcmp(o.e.text, "token: status 404") == 0);
}

static void what_may_work_later_is_tried_again(void)
{
	static const struct {
		int status;
		enum verdict want;
	} rows[] = {
		{ 302, VERDICT_HOLD },  { 400, VERDICT_HOLD },
		{ 401, VERDICT_HOLD },  { 403, VERDICT_HOLD },
		{ 404, VERDICT_HOLD },  { 408, VERDICT_RETRY },
		{ 425, VERDICT_RETRY }, { 429, VERDICT_RETRY },
		{ 500, VERDICT_RETRY }, { 502, VERDICT_RETRY },
		{ 503, VERDICT_RETRY }, { 504, VERDICT_RETRY },
		{ 201, VERDICT_RETRY }, { 999, VERDICT_RETRY },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK(outcome_of(rows[i].status, "{}").verdict == rows[i].want);
}

int main(void)
{
	RUN(the_secret_stands_in_the_body_and_nowhere_else);
	RUN(what_a_key_has_signed_takes_the_place_of_the_secret);
	RUN(a_token_lives_as_long_as_was_said);
	RUN(what_is_no_token_is_none);
	RUN(a_refusal_is_said_in_the_words_of_who_refused);
	RUN(what_may_work_later_is_tried_again);
	return check_done();
}
