/*
 * hec_put_event() is the way out; hec_judge() and the table meanings[] are the
 * way back.
 */
#include "dest/hec.h"

#include "core/timestamp.h"
#include "dest/answer.h"
#include "dest/record.h"
#include "format/sniff.h"
#include "json/peek.h"
#include "json/walk.h"
#include "json/write.h"

#include <inttypes.h>
#include <jansson.h>

enum { SLOW_DOWN_MS = 1000 }; // when asked to

static void put_time(const struct dest_record *record, const struct sniff *s,
		     struct buf *body)
{
	const struct timestamp t = record_time(record, s);
	char text[TIMESTAMP_MAX];
	size_t n = timestamp_epoch_sec(&t, text);

	buf_puts(body, "{\"time\":");
	buf_put(body, text, n);
	buf_puts(body, ",\"event\":");
}

/* An envelope with an index that it did not name. */
static void put_with_index(struct slice envelope, const char *index,
			   struct buf *body)
{
	struct slice rest, key, value;

	buf_puts(body, "{\"index\":");
	json_put_string(body, slice_of(index));
	(void)peek_object(envelope, &rest);
	while (peek_member(&rest, &key, &value)) {
		if (slice_is(key, SLICE("index")))
			continue;
		buf_puts(body, ",\"");
		buf_put_slice(body, key);
		buf_puts(body, "\":");
		buf_put_slice(body, value);
	}
	buf_putc(body, '}');
}

/*
 * What sniff_line() and walk_is_object() say together, of a line without a
 * header, in one go.
 */
static bool is_envelope(struct slice text)
{
	bool has_event = false;
	struct walk w;
	const char *p;

	if (text.len < 2 || text.data[0] != '{' ||
	    text.data[text.len - 1] != '}')
		return false;
	walk_start(&w, text);
	p = walk_space(&w, text.data + 1);
	while (*p != '}') {
		struct slice name = { 0 };
		struct value v = { 0 };
		bool escaped = false;

		p = walk_member(&w, p, &name, &escaped, &v);
		if (p == NULL || !sniff_is_of_envelope(name))
			return false;
		has_event |= slice_is(name, SLICE("event"));
	}
	return has_event && p + 1 == w.end;
}

static void put_envelope(struct slice envelope, const char *index,
			 struct buf *body)
{
	if (index != NULL)
		put_with_index(envelope, index, body);
	else
		buf_put_slice(body, envelope);
}

/* A line that is no envelope, but where a byte order mark hides one. */
static void put_other(const struct dest_record *record, const char *index,
		      struct buf *body)
{
	const struct sniff s = sniff_line(record->bytes);
	const struct slice object = slice_trim(s.body);
	const bool is_object =
		s.header == HEADER_NONE && walk_is_object(object);

	if (is_object && s.format == LINE_HEC) {
		put_envelope(object, index, body);
		return;
	}
	put_time(record, &s, body);
	if (is_object)
		buf_put_slice(body, object);
	else
		json_put_string(body, record->bytes);
	buf_putc(body, '}');
}

int hec_put_event(const struct dest_record *record, const char *index,
		  struct buf *body, struct err *e)
{
	const struct slice text = slice_trim(record->bytes);

	if (text.len == 0)
		return err_set(e, ERR_DATA,
			       "blank: Splunk takes no such event");
	if (is_envelope(text))
		put_envelope(text, index, body);
	else
		put_other(record, index, body);
	return record_status(body, e);
}

int hec_put_line(const struct dest_record *record, struct buf *body,
		 struct err *e)
{
	if (slice_trim(record->bytes).len == 0)
		return err_set(e, ERR_DATA,
			       "blank: Splunk takes no such event");
	buf_put_slice(body, record->bytes);
	buf_putc(body, '\n');
	return record_status(body, e);
}

/* What an answer says. */
struct said {
	int64_t code;   // -1: nothing that we understand
	int64_t number; // of the event that is wrong; -1: none
	int64_t ack;    // -1: none
	const char *text; // NULL: none
};

static int64_t integer_of(json_t *object, const char *key)
{
	json_t *v = json_object_get(object, key);

	return json_is_integer(v) ? json_integer_value(v) : -1;
}

static struct said read_answer(struct dest_session *session, struct slice body)
{
	json_t *root = json_loadb(body.data, body.len, 0, NULL);
	const char *text = json_string_value(json_object_get(root, "text"));
	struct said said = {
		.code = integer_of(root, "code"),
		.number = integer_of(root, "invalid-event-number"),
		.ack = integer_of(root, "ackId"),
		.text = text != NULL ? answer_words(session, "%s", text) : NULL,
	};

	json_decref(root);
	return said;
}

enum meaning {
	MEANS_ACCEPTED,
	MEANS_SLOW_DOWN, // accepted, but soon it will not be
	MEANS_RETRY,
	MEANS_HOLD,
	MEANS_BAD_EVENT, // the one that is named; the others are not to blame
	MEANS_BAD_INDEX, // the same, or the set-up: not known yet
};

/* A code counts only with its status: anything else is not Splunk's. */
static const struct code {
	int code;
	int status;
	enum meaning meaning;
	const char *reason;
} codes[] = {
	{ 0, 200, MEANS_ACCEPTED, NULL },
	{ 1, 403, MEANS_HOLD, "token disabled: enable it in Splunk" },
	{ 2, 401, MEANS_HOLD, "token is required" },
	{ 3, 401, MEANS_HOLD, "invalid authorization" },
	{ 4, 403, MEANS_HOLD, "invalid token" },
	{ 5, 400, MEANS_RETRY, "no data: the request lost its body" },
	{ 6, 400, MEANS_BAD_EVENT, "invalid data format" },
	{ 7, 400, MEANS_BAD_INDEX, "incorrect index: the token may not write "
				   "to it" },
	{ 8, 500, MEANS_RETRY, "internal server error" },
	{ 9, 503, MEANS_RETRY, "server is busy" },
	{ 10, 400, MEANS_HOLD, "data channel is missing: the token wants "
			       "use_ack=true" },
	{ 11, 400, MEANS_HOLD, "invalid data channel: it has to be a GUID" },
	{ 12, 400, MEANS_BAD_EVENT, "event field is required" },
	{ 13, 400, MEANS_BAD_EVENT, "event field cannot be blank" },
	{ 14, 400, MEANS_HOLD, "the token does not acknowledge: enable it in "
			       "Splunk, or set use_ack=false" },
	{ 15, 400, MEANS_BAD_EVENT, "error in handling indexed fields" },
	{ 16, 400, MEANS_HOLD, "query string authorization is not enabled" },
	{ 18, 503, MEANS_RETRY, "queues are full" },
	{ 19, 503, MEANS_RETRY, "acknowledgement service unavailable" },
	{ 20, 503, MEANS_RETRY, "queues are full, acknowledgement service "
				"unavailable" },
	{ 21, 400, MEANS_HOLD, "invalid token" },
	{ 22, 400, MEANS_HOLD, "token disabled: enable it in Splunk" },
	{ 23, 503, MEANS_RETRY, "server is shutting down" },
	{ 24, 200, MEANS_SLOW_DOWN, "queue approaching capacity" },
	{ 25, 200, MEANS_SLOW_DOWN, "acknowledgement channel approaching "
				    "capacity" },
	{ 26, 429, MEANS_RETRY, "queue at capacity" },
	{ 27, 429, MEANS_RETRY, "acknowledgement channel at capacity" },
};

static const struct code *find_code(int64_t code, int status)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].code == code && codes[i].status == status)
			return &codes[i];
	return NULL;
}

/* Why, of what is not in the words of Splunk. */
static const char *reason_of(int status, enum verdict verdict, bool gzip)
{
	if (status == 413)
		return "too large: raise max_content_length in Splunk; "
		       "siem-fmt --max-line makes lines that fit";
	if (status == 401 || status == 403 || status == 407)
		return "not allowed, but not by Splunk itself: is there a "
		       "proxy in between?";
	if (status == 415)
		return gzip ? "compressed requests are refused: set gzip=false"
			    : "the kind of request is refused";
	if (verdict == VERDICT_HOLD)
		return "no event collector there: check url";
	if (status >= 200 && status < 300)
		return "success, but not in the words of Splunk: is there a "
		       "proxy in between?";
	if (status >= 400 && status < 500 && status != 408 && status != 425 &&
	    status != 429)
		return "refused, but not in the words of Splunk: is there a "
		       "proxy in between?";
	return NULL;
}

/* What a status means by itself: success has to be said in so many words. */
static struct judgement judge_status(const struct hec_terms *terms,
				     struct dest_session *session,
				     const struct said *said,
				     const struct answer *answer, size_t count)
{
	struct judgement j = answer_by_status(answer, session, count);

	if (j.verdict == VERDICT_DELIVERED) {
		j.verdict = VERDICT_RETRY;
		j.wait_ms = WAIT_BACKOFF;
	}
	j.reason = reason_of(answer->status, j.verdict, terms->gzip);
	if (said->text != NULL)
		j.reason = answer_words(
			session, "%s%s\"%s\"", j.reason != NULL ? j.reason : "",
			j.reason != NULL ? ": " : "", said->text);
	return j;
}

/* The code that was said; NULL: none that we understand. */
static const struct code *understand(const struct hec_terms *terms,
				     const struct said *said, int status)
{
	const struct code *c = find_code(said->code, status);
	bool is_success = c != NULL && (c->meaning == MEANS_ACCEPTED ||
					c->meaning == MEANS_SLOW_DOWN);

	// As it says to those who ask for acknowledgements.
	return terms->use_ack && is_success && said->ack < 0
		       ? find_code(14, 400)
		       : c;
}

/* One event is wrong. The request as a whole was refused. */
static void judge_bad_event(const struct said *said, enum verdict verdict,
			    const char *reason, struct judgement *judgements,
			    size_t count)
{
	const struct judgement bad = { .verdict = verdict, .reason = reason };

	if (count == 1) {
		judgements[0] = bad;
	} else if (said->number < 0 || (uint64_t)said->number >= count) {
		answer_judge_all(judgements, count,
				 (struct judgement){ .verdict = VERDICT_SPLIT,
						     .reason = reason });
	} else {
		answer_judge_all(judgements, count,
				 (struct judgement){ .verdict = VERDICT_RETRY,
						     .reason = reason });
		judgements[said->number] = bad;
	}
}

/* An event names an index that is not allowed. */
static void judge_bad_index(const struct hec_terms *terms, bool accepted,
			    const struct said *said, const char *reason,
			    struct judgement *judgements, size_t count)
{
	if (terms->index_is_ours)
		answer_judge_all(judgements, count,
				 (struct judgement){ .verdict = VERDICT_HOLD,
						     .reason = reason });
	else if (accepted)
		judge_bad_event(said, VERDICT_REJECT, reason, judgements,
				count);
	else // Is it only this one? The others will tell, without it.
		judge_bad_event(said, count > 1 ? VERDICT_SPLIT : VERDICT_HOLD,
				reason, judgements, count);
}

void hec_judge(const struct hec_terms *terms, struct dest_session *session,
	       const struct answer *answer, struct judgement *judgements,
	       size_t count)
{
	const struct said said = read_answer(session, answer->body);
	const struct code *c = understand(terms, &said, answer->status);
	struct judgement j = { .verdict = VERDICT_RETRY };

	if (c == NULL) {
		j = judge_status(terms, session, &said, answer, count);
		answer_judge_all(judgements, count, j);
		return;
	}
	j.reason = c->reason;
	switch (c->meaning) {
	case MEANS_SLOW_DOWN:
		j.wait_ms = SLOW_DOWN_MS;
		// fall through
	case MEANS_ACCEPTED:
		session->accepted = true;
		j.verdict = said.ack >= 0 ? VERDICT_PENDING : VERDICT_DELIVERED;
		j.ticket = said.ack >= 0 ? (uint64_t)said.ack : 0;
		break;
	case MEANS_RETRY:
		j.wait_ms = answer->retry_after_ms >= 0 ? answer->retry_after_ms
							: WAIT_BACKOFF;
		break;
	case MEANS_HOLD:
		j.verdict = VERDICT_HOLD;
		break;
	case MEANS_BAD_INDEX:
		judge_bad_index(terms, session->accepted, &said, c->reason,
				judgements, count);
		return;
	case MEANS_BAD_EVENT:
		judge_bad_event(&said, VERDICT_REJECT, c->reason, judgements,
				count);
		return;
	}
	answer_judge_all(judgements, count, j);
}

void hec_put_question(const uint64_t *tickets, size_t count, struct buf *body)
{
	buf_puts(body, "{\"acks\":[");
	for (size_t i = 0; i < count; i++)
		buf_printf(body, "%s%" PRIu64, i > 0 ? "," : "", tickets[i]);
	buf_puts(body, "]}");
}

/* May we not ask? Then that is what to do about it. */
static const char *why_not_told(struct dest_session *session,
				const struct answer *answer)
{
	static const struct hec_terms terms = { 0 };
	const struct said said = read_answer(session, answer->body);
	const struct code *c = find_code(said.code, answer->status);
	struct judgement j;

	if (c != NULL)
		return c->meaning == MEANS_HOLD ? c->reason : NULL;
	j = judge_status(&terms, session, &said, answer, 1);
	return j.verdict == VERDICT_HOLD ? j.reason : NULL;
}

void hec_told(struct dest_session *session, const struct answer *answer,
	      const uint64_t *tickets, struct judgement *judgements,
	      size_t count)
{
	const char *why = why_not_told(session, answer);
	json_t *root = NULL;
	json_t *acks = NULL;

	if (answer->status == 200) {
		root = json_loadb(answer->body.data, answer->body.len, 0, NULL);
		acks = json_object_get(root, "acks");
	}
	for (size_t i = 0; i < count; i++) {
		char key[24];

		judgements[i] = (struct judgement){ .verdict = VERDICT_PENDING,
						    .ticket = tickets[i] };
		snprintf(key, sizeof(key), "%" PRIu64, tickets[i]);
		if (json_is_true(json_object_get(acks, key))) {
			judgements[i].verdict = VERDICT_DELIVERED;
		} else if (why != NULL) {
			judgements[i].verdict = VERDICT_HOLD;
			judgements[i].reason = why;
		}
	}
	json_decref(root);
}

/* Is this what a collector says that is well? */
static const char *is_well(enum hec_step step, const struct said *said,
			   const struct answer *answer)
{
	json_t *root;
	bool told;

	switch (step) {
	case HEC_HEALTH:
		return answer->status == 200 && said->code == 17
			       ? "the collector is healthy"
			       : NULL;
	case HEC_EMPTY: // whoever may not come in is not told what is missing
		return answer->status == 400 && said->code == 5
			       ? "the token is accepted"
			       : NULL;
	case HEC_ACKS:
		break;
	}
	root = json_loadb(answer->body.data, answer->body.len, 0, NULL);
	told = answer->status == 200 &&
	       json_is_object(json_object_get(root, "acks"));
	json_decref(root);
	return told ? "the token acknowledges what is indexed" : NULL;
}

static enum verdict verdict_of(enum meaning meaning)
{
	switch (meaning) {
	case MEANS_HOLD:
	case MEANS_BAD_INDEX:
		return VERDICT_HOLD;
	case MEANS_ACCEPTED:
	case MEANS_SLOW_DOWN:
		return VERDICT_PENDING;
	case MEANS_RETRY:
	case MEANS_BAD_EVENT:
		break;
	}
	return VERDICT_RETRY;
}

static bool is_about_token(int code)
{
	return code == 2 || code == 3 || code == 4 || code == 21;
}

enum verdict hec_checked(const struct hec_terms *terms,
			 struct dest_session *session, enum hec_step step,
			 const struct answer *answer, struct err *finding)
{
	const struct said said = read_answer(session, answer->body);
	const struct code *c = find_code(said.code, answer->status);
	const char *well = is_well(step, &said, answer);
	struct judgement j;

	if (well != NULL) {
		err_set(finding, ERR_NONE, "%s", well);
		return VERDICT_DELIVERED;
	}
	if (c != NULL) {
		err_set(finding, ERR_NONE, "%s%s",
			c->reason != NULL ? c->reason : "success",
			is_about_token(c->code)
				? ": is it one of Settings, Data inputs, HTTP "
				  "Event Collector, of this Splunk?"
				: "");
		return verdict_of(c->meaning);
	}
	if (step == HEC_HEALTH && answer->status == 404) {
		err_set(finding, ERR_NONE, "not told: there is no such page");
		return VERDICT_PENDING;
	}
	j = judge_status(terms, session, &said, answer, 1);
	return answer_found(answer, &j, finding);
}
