#include "delivery/answers.h"

#include "core/msg.h"

#include <string.h>

enum {
	READS = 64,       // at once, before others have their turn
	BLOCK = 16 << 10, // read by each
};

/*
 * A frame was refused, perhaps for its company: the next connection takes it
 * once more, when what is under way on this one has been answered.
 */
static void refused(struct answers *a, struct queue_item *item,
		    const char *reason)
{
	if (item->refused) {
		flight_reject(a->flight, item, reason);
		*a->progress = true;
		return;
	}
	msg_info("%s: %s: once more on the next connection", conn_name(a->conn),
		 reason);
	flight_put_back_one(a->flight, item);
	a->session->spent = true;
}

/* The far end has spoken about a frame. */
static void on_ack(void *context, uint64_t number, enum verdict verdict,
		   const char *reason)
{
	struct answers *a = context;
	bool is_first;
	struct queue_item *item = flight_find(a->flight, number, &is_first);

	if (item == NULL || item->end > *a->written) {
		err_set(&a->refusal, ERR_TEMPORARY,
			"%s confirms what was not sent", conn_name(a->conn));
		return;
	}
	a->answered |= is_first;
	switch (verdict) {
	case VERDICT_DELIVERED:
		flight_deliver(a->flight, item);
		*a->progress = true;
		break;
	case VERDICT_REJECT:
		flight_reject(a->flight, item, reason);
		*a->progress = true;
		break;
	case VERDICT_HOLD:
		err_set(&a->refusal, ERR_DENIED, "%s: %s", conn_name(a->conn),
			reason);
		break;
	case VERDICT_SPLIT:
		refused(a, item, reason);
		break;
	case VERDICT_RETRY:
	case VERDICT_PENDING:
		// In a stream the only way to try again is from here on.
		err_set(&a->refusal, ERR_TEMPORARY, "%s: %s",
			conn_name(a->conn), reason);
		break;
	}
}

/*
 * Syslog has no answers, so who gives one may be something else, and what it
 * has acknowledged is not delivered. Where that is not sure, it is said.
 */
static int doubt(struct answers *a, struct slice bytes, struct err *e)
{
	const char *speaks = NULL;

	if (a->transport == TRANSPORT_TCP &&
	    slice_has_prefix(bytes, SLICE("\x15\x03"))) // an alert, RFC 8446
		speaks = "TLS";
	else if (slice_has_prefix(bytes, SLICE("HTTP/")))
		speaks = "HTTP";
	else if (slice_has_prefix(bytes, SLICE("SSH-")))
		speaks = "SSH";
	if (speaks != NULL)
		return err_set(e, ERR_DENIED,
			       "%s speaks %s there: it is no receiver of plain "
			       "syslog%s",
			       conn_name(a->conn), speaks,
			       strcmp(speaks, "TLS") == 0
				       ? "; for syslog by TLS it is tls://"
				       : "");
	if (!a->doubted)
		msg_warn("%s: %s sends something back: is it a syslog "
			 "receiver?",
			 a->dest->name, conn_name(a->conn));
	a->doubted = true;
	return 0;
}

/* What was read confirms frames. */
static int take(struct answers *a, int64_t now_ms, struct err *e)
{
	a->answered = false;
	ssize_t n = a->dest->plan.stream->receive(a->dest->plan.config,
						  a->session, buf_slice(&a->in),
						  a->out, on_ack, a, e);
	if (n < 0)
		return err_prefix(e, "%s", conn_name(a->conn));
	buf_drop(&a->in, (size_t)n);
	if (a->answered)
		a->answered_ms = now_ms;
	if (a->refusal.kind == ERR_NONE)
		return 0;
	*e = a->refusal;
	return -1;
}

int answers_read(struct answers *a, struct conn *c, int64_t now_ms,
		 struct err *e)
{
	a->conn = c;
	for (int i = 0; i < READS; i++) {
		char *room = buf_room(&a->in, BLOCK);
		if (room == NULL)
			return err_set(e, ERR_TEMPORARY,
				       "%s sends an answer without end",
				       conn_name(c));
		ssize_t n = conn_read(c, room, BLOCK, e);
		if (n <= 0)
			return (int)n;

		int rc = 0;
		if (a->confirms) {
			buf_grown(&a->in, (size_t)n);
			rc = take(a, now_ms, e);
		} else if (a->transport != TRANSPORT_UDP) {
			rc = doubt(a, (struct slice){ room, (size_t)n }, e);
		}
		if (rc < 0)
			return -1;
	}
	return 0;
}

void answers_expect(struct answers *a, int64_t now_ms)
{
	a->answered_ms = now_ms;
}

int64_t answers_due_ms(const struct answers *a)
{
	if (!a->confirms || a->session->answer_ms == 0 ||
	    (a->session->ready && a->flight->count == 0))
		return -1;
	return a->answered_ms + a->session->answer_ms;
}

void answers_drop(struct answers *a)
{
	a->conn = NULL;
	a->refusal = (struct err){ 0 };
	buf_clear(&a->in);
}

void answers_free(struct answers *a)
{
	buf_free(&a->in);
}
