/* What RELP says, and what it makes of the answers. */
#include "dest/opening.h"
#include "dest/relp.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

#define OPEN                                                  \
	"1 open 54 relp_version=0\nrelp_software=siem-send\n" \
	"commands=syslog\n"
#define OPENED                                                    \
	"1 rsp 93 200 OK\nrelp_version=0\n"                       \
	"relp_software=librelp,1.11.0,http://librelp.adiscon.com" \
	"\ncommands=syslog\n"

/* What was told about frames: "0:D 1:S(reason) ". */
static char told[1024];

static void on_ack(void *context, uint64_t number, enum verdict verdict,
		   const char *reason)
{
	size_t len = strlen(told);

	(void)context;
	if (verdict == VERDICT_DELIVERED)
		snprintf(told + len, sizeof(told) - len, "%lld ",
			 (long long)number);
	else
		snprintf(told + len, sizeof(told) - len, "%lld:%s(%s) ",
			 (long long)number,
			 verdict == VERDICT_SPLIT ? "split" : "?", reason);
}

/* A connection of "syslog:relp://h:1" with options, before any answer. */
struct fixture {
	struct dest dest;
	struct dest_link link;
	struct buf out;
	struct err e;
};

static bool begin(struct fixture *f, const char *const *options, size_t count)
{
	*f = (struct fixture){ .out = BUF_INIT((size_t)1 << 20) };
	told[0] = '\0';
	if (dest_open(&f->dest, "syslog:relp://h:2514", options, count, &f->e) <
	    0)
		return false;
	CHECK(f->dest.plan.stream->open(f->dest.plan.config, &f->link, &f->out,
					&f->e) == 0);
	return true;
}

static void end(struct fixture *f)
{
	buf_free(&f->out);
	dest_close(&f->dest);
}

static ssize_t hear(struct fixture *f, const char *text)
{
	return f->dest.plan.stream->receive(f->dest.plan.config, &f->link,
					    slice_of(text), &f->out, on_ack,
					    NULL, &f->e);
}

static int frame(struct fixture *f, const char *text)
{
	struct dest_record record = { slice_of(text), 0 };
	int rc = f->dest.plan.stream->frame(f->dest.plan.config, &f->link,
					    &record, &f->out, &f->e);

	f->link.frames += rc == 0;
	return rc;
}

static void goodbye(struct fixture *f)
{
	f->dest.plan.stream->goodbye(f->dest.plan.config, &f->link, &f->out);
}

static bool said(struct fixture *f, const char *want)
{
	bool is = slice_is(buf_slice(&f->out), slice_of(want));

	buf_clear(&f->out);
	return is;
}

static void a_session_is_opened_used_and_closed(void)
{
	struct fixture f;

	CHECK(begin(&f, NULL, 0));
	CHECK(said(&f, OPEN));
	CHECK(!f.link.ready && f.link.window == 128 &&
	      f.link.answer_ms == 90000);
	CHECK(hear(&f, OPENED) == (ssize_t)strlen(OPENED));
	CHECK(f.link.ready);
	frame(&f, "<134>1 2026-11-02T10:20:29.123Z web01 audit - - - hello");
	CHECK(said(&f, "2 syslog 55 <134>1 2026-11-02T10:20:29.123Z web01 "
		       "audit - - - hello\n"));
	CHECK(hear(&f, "2 rsp 6 200 OK\n") == 15);
	CHECK(strcmp(told, "0 ") == 0);
	goodbye(&f);
	CHECK(said(&f, "3 close 0\n"));
	CHECK(!f.link.ended);
	CHECK(hear(&f, "3 rsp 0\n") == 8);
	CHECK(f.link.ended);
	end(&f);
}

static void answers_are_matched_by_their_number_in_any_order(void)
{
	struct fixture f;

	CHECK(begin(&f, NULL, 0));
	hear(&f, OPENED);
	for (int i = 0; i < 3; i++)
		frame(&f, "<13>x");
	CHECK(hear(&f, "4 rsp 6 200 OK\n2 rsp 3 200\n3 rs") == 27);
	CHECK(strcmp(told, "2 0 ") == 0);
	end(&f);
}

static void a_refusal_is_quoted_and_may_be_due_to_its_company(void)
{
	struct fixture f;

	CHECK(begin(&f, NULL, 0));
	hear(&f, OPENED);
	for (int i = 0; i < 3; i++)
		frame(&f, "<13>x");
	hear(&f, "2 rsp 20 500 command disabled\n3 rsp 0\n"
		 "4 rsp 7 2000 OK\n");
	CHECK(f.e.kind == ERR_NONE);
	CHECK(strcmp(told, "0:split(refused by RELP: \"500 command disabled\")"
			   " 1:split(refused by RELP: \"\")"
			   " 2:split(refused by RELP: \"2000 OK\") ") == 0);
	end(&f);
}

static bool refuses(const char *answer, enum err_kind kind, const char *why)
{
	struct fixture f;

	if (!begin(&f, NULL, 0))
		return false;
	ssize_t n = hear(&f, answer);
	bool is = n < 0 && !f.link.ready && f.e.kind == kind &&
		  strcmp(f.e.text, why) == 0;
	end(&f);
	return is;
}

static void a_session_that_cannot_work_is_not_begun(void)
{
	CHECK(refuses("1 rsp 44 500 required command not supported by client"
		      "\n",
		      ERR_DENIED,
		      "the RELP session is refused: \"500 required command not "
		      "supported by client\""));
	CHECK(refuses("1 rsp 37 200 OK\nrelp_version=1\ncommands=syslog\n",
		      ERR_DENIED,
		      "it speaks version \"1\" of RELP, and we version 0"));
	CHECK(refuses("1 rsp 34 200 OK\nrelp_version=0\ncommands=foo\n",
		      ERR_DENIED, "it takes no syslog by RELP, only \"foo\""));
	CHECK(refuses("1 rsp 6 200 OK\n", ERR_DENIED,
		      "it takes no syslog by RELP, only \"\""));
	CHECK(refuses("2 rsp 6 200 OK\n", ERR_TEMPORARY,
		      "it breaks RELP: an answer to 2, and only 1 was asked"));
}

static void what_is_no_relp_is_quoted(void)
{
	CHECK(refuses("HTTP/1.1 400 Bad Request\r\n", ERR_TEMPORARY,
		      "it breaks RELP: \"HTTP/1.1 400 Bad Request\r\n\": it "
		      "begins with no transaction number"));
	CHECK(refuses("1 syslog 1 x\n", ERR_TEMPORARY,
		      "it breaks RELP: \"syslog\" is no answer"));
}

static void what_was_not_sent_cannot_be_confirmed(void)
{
	struct fixture f;

	CHECK(begin(&f, NULL, 0));
	hear(&f, OPENED);
	frame(&f, "<13>x");
	hear(&f, "1 rsp 6 200 OK\n9 rsp 6 200 OK\n");
	CHECK(strcmp(told, "-1 7 ") == 0); // none of which the engine knows
	end(&f);
}

static void a_hint_that_the_server_closes_ends_the_session(void)
{
	struct fixture f;

	CHECK(begin(&f, NULL, 0));
	hear(&f, OPENED);
	frame(&f, "<13>x");
	hear(&f, "0 whatever 3 abc\n");
	CHECK(!f.link.ended);
	hear(&f, "2 rsp 6 200 OK\n0 serverclose 0\nrubbish");
	CHECK(f.link.ended && f.e.kind == ERR_NONE);
	CHECK(strcmp(told, "0 ") == 0);
	end(&f);
}

static void a_connection_is_spent_before_its_numbers_are(void)
{
	static const char *const options[] = { "rebind_after=2" };
	struct fixture f;

	CHECK(begin(&f, options, 1));
	hear(&f, OPENED);
	frame(&f, "<13>x");
	CHECK(!f.link.spent);
	frame(&f, "<13>y");
	CHECK(f.link.spent);
	end(&f);

	static const char *const more[] = { "rebind_after=900000001" };
	CHECK(!begin(&f, more, 1));
	CHECK(strcmp(f.e.text, "syslog: rebind_after: 900000001 is not a "
			       "number from 1 to 900000000") == 0);
}

/* A record of n bytes that has a header. */
static char *record_of(size_t n)
{
	char *record = malloc(n + 1);

	memset(record, 'x', n);
	memcpy(record, "<13>1 - - - - - - ", 18);
	record[n] = '\0';
	return record;
}

static void what_would_break_the_connection_is_not_sent(void)
{
	char *fits = record_of(131072), *more = record_of(131073);
	struct fixture f;

	CHECK(begin(&f, NULL, 0));
	hear(&f, OPENED);
	buf_clear(&f.out);
	CHECK(frame(&f, fits) == 0);
	CHECK(f.out.len == 131072 + strlen("2 syslog 131072 \n"));
	CHECK(frame(&f, more) < 0 && f.e.kind == ERR_DATA);
	CHECK(strcmp(f.e.text,
		     "131073 bytes, more than the 131072 that the receiver is "
		     "taken to accept by RELP (-o max_line); siem-fmt "
		     "--max-line 131072 makes it shorter") == 0);
	CHECK(f.link.frames == 1);
	end(&f);
	free(fits);
	free(more);
}

int main(void)
{
	RUN(a_session_is_opened_used_and_closed);
	RUN(answers_are_matched_by_their_number_in_any_order);
	RUN(a_refusal_is_quoted_and_may_be_due_to_its_company);
	RUN(a_session_that_cannot_work_is_not_begun);
	RUN(what_is_no_relp_is_quoted);
	RUN(what_was_not_sent_cannot_be_confirmed);
	RUN(a_hint_that_the_server_closes_ends_the_session);
	RUN(a_connection_is_spent_before_its_numbers_are);
	RUN(what_would_break_the_connection_is_not_sent);
	return check_done();
}
