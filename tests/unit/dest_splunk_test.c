/* What splunk makes of its settings, and the requests it sends. */
#include "dest/opening.h"

#include "check.h"
#include "core/file.h"

#include <stdlib.h>
#include <string.h>

#define TOKEN "12345678-1234-1234-1234-123456789012"
#define CHANNEL "0f3f5f0e-3e3e-4f6c-9b5a-0c6a2f1d7e11"
#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })

static const struct dest_session session = {
	.channel = "11111111-2222-4333-8444-555555555555"
};

/* Open a destination; false with why. */
static bool open_splunk(struct dest *d, const char *spec,
			const char *const *options, struct err *e)
{
	size_t n = 0;

	while (options != NULL && options[n] != NULL)
		n++;
	return dest_open(d, spec, options, n, e) == 0;
}

static void put(struct buf *out, const struct request *r)
{
	buf_printf(out, "%s %s\r\n", r->method, buf_str((struct buf *)&r->url));
	buf_put_slice(out, buf_slice(&r->headers));
	buf_puts(out, "\r\n");
	buf_put_slice(out, buf_slice(&r->body));
}

static struct request blank(void)
{
	return (struct request){ .url = BUF_INIT(1 << 16),
				 .headers = BUF_INIT(1 << 16),
				 .body = BUF_INIT(1 << 20) };
}

static void release(struct request *r)
{
	buf_free(&r->url);
	buf_free(&r->headers);
	buf_free(&r->body);
}

/* The request that carries these lines, or "! " and why there is none. */
static const char *carries(const char *spec, const char *const *options,
			   const char *const *lines)
{
	static struct buf out;
	struct request r = blank();
	struct dest d;
	struct err e;

	buf_free(&out);
	out = BUF_INIT(1 << 20);
	if (!open_splunk(&d, spec, options, &e)) {
		buf_printf(&out, "! %s", e.text);
		return buf_str(&out);
	}
	const struct dest_request *kind = d.plan.request;
	for (size_t i = 0; lines[i] != NULL; i++) {
		struct dest_record record = { slice_of(lines[i]), 1000000000 };

		CHECK(kind->add(d.plan.config, &session, &record, i, &r.body,
				&e) == 0);
	}
	CHECK(kind->finish(d.plan.config, &session, &r, &e) == 0);
	put(&out, &r);
	release(&r);
	dest_close(&d);
	return buf_str(&out);
}

#define CARRIES(spec, options, line, want) \
	CHECK(strcmp(carries(spec, options, LIST(line)), want) == 0)

/* Does it fail with this reason? */
#define FAILS(spec, options, want)                                             \
	CHECK(strcmp(carries(spec, options, LIST("{}")), "! splunk: " want) == \
	      0)

static void the_request_of_the_manual_comes_out_byte_for_byte(void)
{
	struct buf body = BUF_INIT(1 << 16);
	struct err e;

	CHECK(file_read("tests/vectors/hec-request.body", &body, &e) == 0);
	const char *text = buf_str(&body);
	const char *second = strstr(text, "}{");
	char first[300];
	char want[1000];

	CHECK(second != NULL);
	if (second == NULL)
		return;
	snprintf(first, sizeof(first), "%.*s", (int)(second + 1 - text), text);
	snprintf(want, sizeof(want),
		 "POST https://splunk.example.com:8088/services/collector/event"
		 "?host=web02\r\n"
		 "Authorization: Splunk " TOKEN "\r\n"
		 "X-Splunk-Request-Channel: " CHANNEL "\r\n"
		 "Content-Type: application/json\r\n\r\n%s",
		 text);
	CHECK(strcmp(carries("splunk:https://splunk.example.com:8088",
			     LIST("use_ack=true", "channel=" CHANNEL,
				  "host=web02"),
			     LIST(first, second + 1)),
		     want) == 0);
	buf_free(&body);
}

static void a_channel_is_named_where_answers_are_acknowledged(void)
{
	CARRIES("splunk:https://h", LIST("host=w"), "{\"ts\":1}",
		"POST https://h/services/collector/event?host=w\r\n"
		"Authorization: Splunk " TOKEN "\r\n"
		"Content-Type: application/json\r\n\r\n"
		"{\"time\":1.000,\"event\":{\"ts\":1}}");
	CHECK(strstr(carries("splunk:https://h", LIST("use_ack=true"),
			     LIST("{}")),
		     "X-Splunk-Request-Channel: "
		     "11111111-2222-4333-8444-555555555555\r\n") != NULL);
}

static void raw_lines_go_as_they_are(void)
{
	struct dest d;
	struct err e;

	CARRIES("splunk:h", LIST("endpoint=raw", "host=w"), "{\"a\":\t1}",
		"POST https://h:8088/services/collector/raw?host=w\r\n"
		"Authorization: Splunk " TOKEN "\r\n"
		"X-Splunk-Request-Channel: "
		"11111111-2222-4333-8444-555555555555\r\n"
		"Content-Type: text/plain; charset=utf-8\r\n\r\n"
		"{\"a\":\t1}\n");

	struct dest_record blank_line = { SLICE("  "), 0 };
	struct buf body = BUF_INIT(100);
	CHECK(open_splunk(&d, "splunk:h", LIST("endpoint=raw"), &e));
	CHECK(d.plan.request->add(d.plan.config, &session, &blank_line, 0,
				  &body, &e) < 0 &&
	      e.kind == ERR_DATA);
	buf_free(&body);
	dest_close(&d);
}

static void metadata_is_escaped_into_the_query(void)
{
	CHECK(strstr(carries("splunk:h",
			     LIST("host=w&b", "source=/var/log/a b",
				  "sourcetype=acme:audit", "index=main"),
			     LIST("{}")),
		     "/event?host=w%26b&source=%2Fvar%2Flog%2Fa%20b"
		     "&sourcetype=acme%3Aaudit&index=main\r\n") != NULL);
}

static void an_address_may_leave_out_what_is_usual(void)
{
	static const struct {
		const char *spec, *want;
	} rows[] = {
		{ "splunk:splunk.example.com",
		  "POST https://splunk.example.com:8088/services/" },
		{ "splunk:h:443", "POST https://h:443/services/" },
		{ "splunk:[::1]", "POST https://[::1]:8088/services/" },
		{ "splunk:https://h", "POST https://h/services/" },
		{ "splunk:https://h:8088/", "POST https://h:8088/services/" },
		{ "splunk:https://h/services/collector/",
		  "POST https://h/services/collector/event?" },
		{ "splunk:https://h/services/collector/event",
		  "POST https://h/services/collector/event?" },
		{ "splunk:https://h/services/collector/raw/1.0",
		  "POST https://h/services/collector/event?" },
		{ "splunk:https://h/splunk/",
		  "POST https://h/splunk/services/" },
		{ "splunk:http://127.0.0.1:8088",
		  "POST http://127.0.0.1:8088/services/" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *got = carries(rows[i].spec, NULL, LIST("{}"));

		CHECK(strncmp(got, rows[i].want, strlen(rows[i].want)) == 0);
	}
}

static void a_token_does_not_travel_where_it_can_be_read(void)
{
	CHECK(strncmp(carries("splunk:http://h:8088", NULL, LIST("{}")),
		      "! splunk: url: http:// ", 23) == 0);
	CHECK(strncmp(carries("splunk:http://h:8088", LIST("insecure=true"),
			      LIST("{}")),
		      "POST http://h:8088/", 19) == 0);
	CHECK(strncmp(carries("splunk:https://user:" TOKEN "@h", NULL,
			      LIST("{}")),
		      "! splunk: url: the URL has a user", 33) == 0);
	FAILS("splunk:https://h?token=x", NULL,
	      "url: https://h?token=x: a query is of no use there");
}

static void a_token_is_needed_and_no_option_shows_it(void)
{
	struct err e;
	struct dest d;

	CHECK(!open_splunk(&d, "splunk:h", LIST("token=" TOKEN), &e));
	CHECK(strcmp(e.text, "option -o: token would show in the process list: "
			     "set SPLUNK_HEC_TOKEN instead, or name it, as "
			     "in token=file:PATH") == 0);
	unsetenv("SPLUNK_HEC_TOKEN");
	FAILS("splunk:h", NULL, "token is missing (SPLUNK_HEC_TOKEN)");
	static const char *const wrong[] = { "a\r\nb", "a b", "a\x7f", "\xc3\xa4" };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		setenv("SPLUNK_HEC_TOKEN", wrong[i], 1);
		FAILS("splunk:h", NULL,
		      "token: there is a blank in it, or what no header can "
		      "carry");
	}
	setenv("SPLUNK_HEC_TOKEN", TOKEN, 1);
}

static void a_short_token_draws_a_warning(void)
{
	struct err e;
	struct dest d;

	CHECK(open_splunk(&d, "splunk:h", NULL, &e));
	CHECK(d.plan.warning == NULL);
	dest_close(&d);
	setenv("SPLUNK_HEC_TOKEN", "short", 1);
	CHECK(open_splunk(&d, "splunk:h", NULL, &e));
	CHECK(d.plan.warning != NULL &&
	      strstr(d.plan.warning, "short") != NULL);
	dest_close(&d);
	setenv("SPLUNK_HEC_TOKEN", TOKEN, 1);
}

static void wrong_settings_are_named(void)
{
	FAILS("splunk", NULL, "url is missing (-o url=..., or SPLUNK_HEC_URL)");
	FAILS("splunk:h", LIST("endpoint=rae"),
	      "endpoint: unknown: rae (did you mean raw?)");
	FAILS("splunk:h", LIST("channel=7"),
	      "channel: 7 is no GUID, as in " CHANNEL);
	FAILS("splunk:h", LIST("channel=" CHANNEL "0"),
	      "channel: " CHANNEL "0 is no GUID, as in " CHANNEL);
	FAILS("splunk:ftp://h", NULL,
	      "url: not a URL of the form https://HOST:PORT");
}

static void limits_are_those_of_the_manual(void)
{
	struct err e;
	struct dest d;

	CHECK(open_splunk(&d, "splunk:h", NULL, &e));
	CHECK(d.plan.limits.best_bytes == 1000000);
	CHECK(d.plan.limits.best_count == 0);
	CHECK(d.plan.limits.timeout_ms == 30000);
	CHECK(d.plan.limits.ask_every_ms == 10000);
	CHECK(d.plan.limits.ask_for_ms == 300000);
	CHECK(!d.plan.limits.gzip);
	dest_close(&d);
}

static void questions_and_checks_are_requests_of_their_own(void)
{
	static const uint64_t tickets[] = { 3, 4 };
	struct request r = blank();
	struct buf out = BUF_INIT(1 << 16);
	struct err e;
	struct dest d;

	CHECK(open_splunk(&d, "splunk:h", LIST("use_ack=yes"), &e));
	const struct dest_request *kind = d.plan.request;
	CHECK(kind->ask(d.plan.config, &session, tickets, 2, &r, &e) == 0);
	put(&out, &r);
	CHECK(strcmp(buf_str(&out),
		     "POST https://h:8088/services/collector/ack\r\n"
		     "Authorization: Splunk " TOKEN "\r\n"
		     "X-Splunk-Request-Channel: "
		     "11111111-2222-4333-8444-555555555555\r\n"
		     "Content-Type: application/json\r\n\r\n"
		     "{\"acks\":[3,4]}") == 0);
	release(&r);
	r = blank();
	buf_clear(&out);
	CHECK(kind->check(d.plan.config, &session, 0, &r, &e) == 0);
	put(&out, &r);
	CHECK(strncmp(buf_str(&out),
		      "GET https://h:8088/services/collector/health\r\n",
		      45) == 0);
	release(&r);
	buf_free(&out);
	dest_close(&d);
}

static void acknowledgements_are_asked_about_only_where_they_are_wanted(void)
{
	struct request r = blank();
	struct err e;
	struct dest d;

	CHECK(open_splunk(&d, "splunk:h", NULL, &e));
	CHECK(d.plan.request->check(d.plan.config, &session, 2, &r, &e) == 1);
	dest_close(&d);
	CHECK(open_splunk(&d, "splunk:h", LIST("use_ack=true"), &e));
	CHECK(d.plan.request->check(d.plan.config, &session, 2, &r, &e) == 0);
	CHECK(strcmp(buf_str(&r.body), "{\"acks\":[0]}") == 0);
	release(&r);
	dest_close(&d);
}

/* What an answer means to two events that were sent with such an option. */
static struct judgement judged(const char *option, int status, const char *body)
{
	static struct dest_session one;
	const struct answer answer = { .status = status,
				       .body = slice_of(body),
				       .retry_after_ms = -1 };
	struct judgement j[2];
	struct err e;
	struct dest d;

	one = (struct dest_session){ .accepted = true };
	CHECK(open_splunk(&d, "splunk:h", LIST(option), &e));
	d.plan.request->judge(d.plan.config, &one, &answer, j, 2);
	dest_close(&d);
	return j[1];
}

static void settings_count_for_what_an_answer_means(void)
{
	static const char bad_index[] =
		"{\"code\":7,\"invalid-event-number\":1}";
	static const char accepted[] = "{\"code\":0}";

	CHECK(judged("host=h", 400, bad_index).verdict == VERDICT_REJECT);
	CHECK(judged("index=main", 400, bad_index).verdict == VERDICT_HOLD);
	CHECK(judged("endpoint=raw", 400, bad_index).verdict == VERDICT_HOLD);
	CHECK(judged("host=h", 200, accepted).verdict == VERDICT_DELIVERED);
	CHECK(judged("use_ack=true", 200, accepted).verdict == VERDICT_HOLD);
	CHECK(strstr(judged("gzip=true", 415, "").reason, "set gzip=false") !=
	      NULL);
	CHECK(strstr(judged("gzip=false", 415, "").reason, "gzip") == NULL);
}

int main(void)
{
	unsetenv("SPLUNK_HEC_URL");
	setenv("SPLUNK_HEC_TOKEN", TOKEN, 1);
	RUN(the_request_of_the_manual_comes_out_byte_for_byte);
	RUN(a_channel_is_named_where_answers_are_acknowledged);
	RUN(raw_lines_go_as_they_are);
	RUN(metadata_is_escaped_into_the_query);
	RUN(an_address_may_leave_out_what_is_usual);
	RUN(a_token_does_not_travel_where_it_can_be_read);
	RUN(a_token_is_needed_and_no_option_shows_it);
	RUN(a_short_token_draws_a_warning);
	RUN(wrong_settings_are_named);
	RUN(limits_are_those_of_the_manual);
	RUN(questions_and_checks_are_requests_of_their_own);
	RUN(acknowledgements_are_asked_about_only_where_they_are_wanted);
	RUN(settings_count_for_what_an_answer_means);
	return check_done();
}
