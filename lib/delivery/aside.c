#include "delivery/aside.h"

#include "core/msg.h"
#include "delivery/attempt.h"

enum {
	KEEP = 64 << 10,    // memory of a body
	REFRESH_MS = 10000, // between tries to get a token before it is needed
};

void aside_init(struct aside *a, struct session *session,
		struct dispatch *dispatch)
{
	*a = (struct aside){ .session = session, .dispatch = dispatch };
	errand_init(&a->errand);
}

static void fail(struct aside *a, int64_t now_ms, int64_t wait_ms,
		 const struct err *e)
{
	health_failed(&a->dispatch->health, now_ms, wait_ms, e);
}

bool aside_lacks_token(const struct aside *a)
{
	const struct dest_session *s = &a->session->state;

	return a->session->kind->fetch != NULL &&
	       (s->token.len == 0 || s->now_ms >= s->token_expires_ms);
}

/* There is no new token. That is a failure once the old one is of no use. */
static void token_failed(struct aside *a, int64_t now_ms, int64_t wait_ms,
			 const struct err *e)
{
	a->refresh_ms = now_ms + REFRESH_MS;
	if (aside_lacks_token(a))
		dispatch_barred(a->dispatch, now_ms, wait_ms, e);
	else
		msg_info("%s: %s; going on with the token of before",
			 a->session->dest->name, e->text);
}

/* Send what is in the errand, if filling it in worked. */
static void send(struct aside *a, int filled, int64_t now_ms, struct err *e)
{
	const bool for_token = a->errand.use == ERRAND_TOKEN;

	if (filled == 0 && errand_send(&a->errand, a->http, false, e) == 0)
		return;
	aside_stop(a);
	if (for_token)
		token_failed(a, now_ms, WAIT_BACKOFF, e);
	else
		fail(a, now_ms, WAIT_BACKOFF, e);
}

void aside_fetch_token(struct aside *a, int64_t now_ms)
{
	struct session *s = a->session;
	struct err e;

	if (aside_is_busy(a))
		return;
	errand_begin(&a->errand, ERRAND_TOKEN);
	send(a, s->kind->fetch(s->config, &s->state, &a->errand.request, &e),
	     now_ms, &e);
}

void aside_refresh_token(struct aside *a, int64_t now_ms)
{
	const struct dest_session *s = &a->session->state;

	if (s->token.len > 0 && s->token_refresh_ms > 0 &&
	    s->now_ms >= s->token_refresh_ms && now_ms >= a->refresh_ms)
		aside_fetch_token(a, now_ms);
}

void aside_ask(struct aside *a, int64_t now_ms)
{
	struct tickets *t = &a->dispatch->tickets;
	struct session *s = a->session;
	struct err e;

	if (s->kind->ask == NULL || aside_is_busy(a) || !tickets_ask(t, now_ms))
		return;
	errand_begin(&a->errand, ERRAND_TICKETS);
	send(a,
	     s->kind->ask(s->config, &s->state, t->asked, t->asked_count,
			  &a->errand.request, &e),
	     now_ms, &e);
}

static void on_token(struct aside *a, const struct http_result *r,
		     int64_t now_ms)
{
	const struct answer answer = errand_answer(r);
	struct err e = { .kind = ERR_TEMPORARY, .text = "no token" };

	switch (session_fetched(a->session, &answer, &e)) {
	case VERDICT_DELIVERED:
		attempt_tell_token(a->session->dest, r, NULL);
		health_answered(&a->dispatch->health);
		return;
	case VERDICT_REJECT:
	case VERDICT_HOLD:
		e.kind = ERR_DENIED;
		break;
	case VERDICT_PENDING:
	case VERDICT_RETRY:
	case VERDICT_SPLIT:
		e.kind = ERR_TEMPORARY;
		break;
	}
	errand_blame_clock(r, a->session, &e);
	attempt_tell_token(a->session->dest, r, &e);
	token_failed(a, now_ms, r->retry_after_ms, &e);
}

static void on_tickets(struct aside *a, const struct http_result *r,
		       int64_t now_ms)
{
	const struct answer answer = errand_answer(r);
	const struct tickets *t = &a->dispatch->tickets;
	const struct judgement *judgements =
		session_told(a->session, &answer, t->asked, t->asked_count);
	char said[ERRAND_SAID_MAX];

	// Without memory they are asked about again.
	if (judgements == NULL)
		return;
	errand_said(r, a->session, said);
	dispatch_told(a->dispatch, judgements, said, now_ms);
}

void aside_answered(struct aside *a, const struct http_result *r,
		    int64_t now_ms)
{
	const bool for_token = a->errand.use == ERRAND_TOKEN;

	if (r->status == 0 && for_token)
		token_failed(a, now_ms, WAIT_BACKOFF, &r->why);
	else if (r->status == 0)
		fail(a, now_ms, WAIT_BACKOFF, &r->why);
	else if (for_token)
		on_token(a, r, now_ms);
	else
		on_tickets(a, r, now_ms);
	aside_stop(a);
}

int64_t aside_due_ms(const struct aside *a)
{
	const struct tickets *t = &a->dispatch->tickets;
	const int64_t not_before_ms = a->dispatch->health.retry_ms;
	const int64_t late_ms = tickets_late_ms(t);
	int64_t ask_ms = t->ask_ms;

	if (t->pending.count == 0 || aside_is_busy(a))
		return late_ms;
	if (ask_ms < not_before_ms)
		ask_ms = not_before_ms;
	return ask_ms < late_ms ? ask_ms : late_ms;
}

void aside_stop(struct aside *a)
{
	errand_end(&a->errand, KEEP);
}

void aside_free(struct aside *a)
{
	errand_free(&a->errand);
}
