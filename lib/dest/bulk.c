/*
 * bulk_judge() tells an answer that speaks of each document from any other;
 * judge_item() is about one document, judge_status() about the request.
 */
#include "dest/bulk.h"

#include "core/buf.h"
#include "dest/answer.h"
#include "json/peek.h"
#include "json/scan.h"
#include "json/walk.h"

#include <stdbool.h>
#include <string.h>

/* Why something was refused, as it was said: the insides of JSON strings. */
struct why {
	struct slice type;   // "mapper_parsing_exception"
	struct slice reason; // in words
};

static struct slice string_of(struct value v)
{
	return v.type == VALUE_STRING ? value_slice(v) : SLICE("");
}

static struct value member(struct value object, const char *name)
{
	return scan_member(object, slice_of(name));
}

/* An error is an object, or was a string once. */
static struct why read_error(struct value error)
{
	if (error.type == VALUE_STRING)
		return (struct why){ .reason = value_slice(error) };
	return (struct why){ .type = string_of(member(error, "type")),
			     .reason = string_of(member(error, "reason")) };
}

static bool is_the_same(const struct why *a, const struct why *b)
{
	return slice_is(a->type, b->type) && slice_is(a->reason, b->reason);
}

/* It in words, behind those of ours (NULL: none), or NULL for nothing. */
static const char *words_of(struct dest_session *session, const char *ours,
			    const struct why *why)
{
	const bool is_said = why->type.len > 0 || why->reason.len > 0;
	struct buf text = BUF_INIT(BULK_ANSWER_BYTES);
	const char *words;

	if (!is_said)
		return ours;
	scan_decode(why->type, &text);
	if (why->type.len > 0 && why->reason.len > 0)
		buf_puts(&text, ": ");
	scan_decode(why->reason, &text);
	words = answer_words(session, "%s%s%s", ours != NULL ? ours : "",
			     ours != NULL ? ": " : "", buf_str(&text));
	buf_free(&text);
	return words;
}

/* Are the words somewhere in the text? */
static bool has_words(struct slice text, const char *words)
{
	return text.len > 0 &&
	       memmem(text.data, text.len, words, strlen(words)) != NULL;
}

/*
 * Refusals with status 400 that are not because of the document: others would
 * fare no better, and it will be taken when the set-up is mended.
 */
static bool is_of_setup(const struct why *why)
{
	static const char *const types[] = {
		"validation_exception", // the cluster has all shards it may
		"index_closed_exception",
		"invalid_index_name_exception",
	};
	static const char *const words[] = {
		"pipeline with id",
		"no write index",
		"only write ops with an op_type",
		"documents in the index",
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (slice_is(why->type, slice_of(types[i])))
			return true;
	if (!slice_is(why->type, SLICE("illegal_argument_exception")))
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (has_words(why->reason, words[i]))
			return true;
	return false;
}

/* What a status means for the one document that it is about. */
static enum verdict verdict_of(int status, bool is_create,
			       const struct why *why, bool *repeated)
{
	*repeated = false;
	if (status >= 200 && status < 300)
		return VERDICT_DELIVERED;
	if (status < 400 || status >= 500)
		return VERDICT_RETRY;
	switch (status) {
	case 408:
	case 429:
		return VERDICT_RETRY;
	case 409:
		// It is there: it had been stored before the answer got lost.
		*repeated = is_create;
		return is_create ? VERDICT_DELIVERED : VERDICT_REJECT;
	case 403:
		return slice_is(why->type, SLICE("cluster_block_exception"))
			       ? VERDICT_RETRY
			       : VERDICT_HOLD;
	case 401:
	case 404:
	case 405:
	case 407:
		return VERDICT_HOLD;
	default:
		return is_of_setup(why) ? VERDICT_HOLD : VERDICT_REJECT;
	}
}

/* Three digits, or 0. */
static int status_of(struct value v)
{
	int status = 0;

	if (v.type != VALUE_NUMBER || v.len != 3)
		return 0;
	for (size_t i = 0; i < 3; i++) {
		if (v.data[i] < '0' || v.data[i] > '9')
			return 0;
		status = 10 * status + (v.data[i] - '0');
	}
	return status;
}

/* An answer that is being read. */
struct reading {
	struct dest_session *session;
	int64_t wait_ms;   // of what is to be sent again
	struct why why;    // of the last that was refused
	const char *words; // the same
};

/* {"create":{"status":201}}, and nothing else: false. */
static bool judge_item(struct reading *r, struct value item,
		       struct judgement *j)
{
	struct slice rest = value_slice(item);
	struct value action = { 0 };
	struct value details = { 0 };
	struct value another;

	if (item.type != VALUE_OBJECT || !scan_next(&rest, &action, &details) ||
	    scan_next(&rest, &another, &another) ||
	    details.type != VALUE_OBJECT)
		return false;

	const int status = status_of(member(details, "status"));
	const struct why why = read_error(member(details, "error"));
	const bool is_create = slice_is(value_slice(action), SLICE("create"));
	bool repeated;

	if (status == 0)
		return false;
	*j = (struct judgement){ .verdict = verdict_of(status, is_create, &why,
						       &repeated) };
	j->repeated = repeated;
	if (j->verdict == VERDICT_DELIVERED)
		return true;
	if (r->words == NULL || !is_the_same(&r->why, &why)) {
		r->why = why;
		r->words = words_of(r->session, NULL, &why);
	}
	j->reason = r->words;
	if (j->verdict == VERDICT_RETRY)
		j->wait_ms = r->wait_ms;
	return true;
}

/* Is there one verdict for each document? */
static bool judge_items(struct reading *r, struct value items,
			struct judgement *judgements, size_t count)
{
	struct slice rest = value_slice(items);
	struct value item;
	size_t n = 0;

	while (scan_next(&rest, NULL, &item)) {
		if (n == count || !judge_item(r, item, &judgements[n]))
			return false;
		n++;
	}
	return n == count;
}

/* The answer as an object, or VALUE_NONE. */
static struct value read_answer(struct slice body)
{
	const struct slice text = slice_trim(body);

	if (!walk_is_object(text))
		return (struct value){ 0 };
	return (struct value){ .data = text.data,
			       .len = (uint32_t)text.len,
			       .type = VALUE_OBJECT };
}

/* Why, of what Elasticsearch, or a service that runs it, has said no word. */
static const char *reason_of(int status, enum verdict verdict)
{
	if (status == 413)
		return "too large: raise http.max_content_length there; "
		       "siem-fmt --max-line makes lines that fit";
	if (status == 401 || status == 403 || status == 407)
		return "not allowed";
	if (status == 406 || status == 415)
		return "the kind of request is refused: is it Elasticsearch?";
	if (verdict == VERDICT_HOLD)
		return "no _bulk there: check url";
	if (status >= 200 && status < 300)
		return "success, but not in the words of Elasticsearch: is "
		       "there a proxy in between?";
	return NULL;
}

/* What is said of the request as a whole. Success is said of each document. */
static struct judgement judge_status(struct dest_session *session,
				     const struct answer *answer,
				     struct value root, size_t count)
{
	struct judgement j = answer_by_status(answer, session, count);
	struct why why = read_error(member(root, "error"));

	if (j.verdict == VERDICT_DELIVERED) {
		j.verdict = VERDICT_RETRY;
		j.wait_ms = WAIT_BACKOFF;
	}
	if (answer->status == 406)
		j.verdict = VERDICT_HOLD;
	// A request with one document is refused by Elasticsearch itself: for
	// what is in it, unless it is for all that we send.
	if (answer->status == 400 && count == 1 &&
	    (why.type.len > 0 || why.reason.len > 0))
		j.verdict = session->accepted && !is_of_setup(&why)
				    ? VERDICT_REJECT
				    : VERDICT_HOLD;
	if (why.type.len == 0 && why.reason.len == 0) { // as Amazon's gate says
		why.reason = string_of(member(root, "Message"));
		if (why.reason.len == 0)
			why.reason = string_of(member(root, "message"));
	}
	j.reason =
		words_of(session, reason_of(answer->status, j.verdict), &why);
	return j;
}

static bool has_delivered(const struct judgement *judgements, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (judgements[i].verdict == VERDICT_DELIVERED)
			return true;
	return false;
}

void bulk_judge(struct dest_session *session, const struct answer *answer,
		struct judgement *judgements, size_t count)
{
	const struct value root = read_answer(answer->body);
	const struct value errors = member(root, "errors");
	const struct value items = member(root, "items");
	struct reading r = {
		.session = session,
		.wait_ms = answer->retry_after_ms >= 0 ? answer->retry_after_ms
						       : WAIT_BACKOFF,
	};

	if (answer->status != 200 || items.type != VALUE_ARRAY ||
	    (errors.type != VALUE_TRUE && errors.type != VALUE_FALSE)) {
		answer_judge_all(judgements, count,
				 judge_status(session, answer, root, count));
	} else if (!judge_items(&r, items, judgements, count)) {
		const struct judgement again = {
			.verdict = VERDICT_RETRY,
			.wait_ms = WAIT_BACKOFF,
			.reason = "the answer does not speak of each document "
				  "that was sent, and is not believed",
		};

		answer_judge_all(judgements, count, again);
	}
	session->accepted |= has_delivered(judgements, count);
}

/* The words of an answer that is good, or nothing. */
static struct slice told(enum bulk_step step, struct value root)
{
	switch (step) {
	case BULK_VERSION:
		return string_of(member(member(root, "version"), "number"));
	case BULK_HEALTH:
		return string_of(member(root, "status"));
	case BULK_CREDENTIALS:
	case BULK_PERMISSION:
		break;
	}
	return string_of(member(root, "username"));
}

/* Who it is that tells its version. */
static struct slice product_of(const struct answer *answer, struct value root)
{
	struct slice name =
		string_of(member(member(root, "version"), "distribution"));

	if (name.len == 0 && !answer_header(answer, "X-elastic-product", &name))
		return SLICE("");
	return name;
}

/* The value of the only member of an object. */
static struct value only_value(struct value object)
{
	struct slice rest, key, value;

	if (!peek_object(value_slice(object), &rest) ||
	    !peek_member(&rest, &key, &value))
		return (struct value){ 0 };
	return read_answer(value);
}

/* {"index":{"NAME":{"create_doc":true,"auto_configure":false}}} */
static enum verdict checked_permission(const struct answer *answer,
				       struct value root, struct err *finding)
{
	const struct value index = only_value(member(root, "index"));
	const struct value write = member(index, "create_doc");
	const struct value make = member(index, "auto_configure");

	if (write.type == VALUE_FALSE) {
		err_set(finding, ERR_NONE,
			"they may not write to the index: give them "
			"create_doc for it");
		return VERDICT_HOLD;
	}
	if (write.type != VALUE_TRUE)
		return answer_not_told(answer, finding);
	if (make.type != VALUE_TRUE) {
		err_set(finding, ERR_NONE,
			"they may write to the index, but not create it "
			"(auto_configure): it has to be there before");
		return VERDICT_PENDING;
	}
	err_set(finding, ERR_NONE, "they may write to the index and create it");
	return VERDICT_DELIVERED;
}

/* What is asked is not for everybody, and not everywhere. */
static const char *why_not_told(enum bulk_step step, int status)
{
	if (status == 403 && step != BULK_CREDENTIALS)
		return "not told: the credentials are good, but only to write";
	if (step != BULK_VERSION &&
	    (status == 400 || status == 404 || status == 405 || status == 410))
		return "not told: there is no such page, as with OpenSearch "
		       "or without a cluster of one's own";
	return NULL;
}

enum verdict bulk_checked(struct dest_session *session, enum bulk_step step,
			  const struct answer *answer, struct err *finding)
{
	static const char *const what[] = { [BULK_VERSION] = "version",
					    [BULK_HEALTH] = "health",
					    [BULK_CREDENTIALS] = "user" };
	struct slice product = SLICE("");
	const struct value root = read_answer(answer->body);
	const struct slice words = told(step, root);
	const char *why = why_not_told(step, answer->status);
	struct judgement j;

	if (answer->status == 200 && step == BULK_PERMISSION)
		return checked_permission(answer, root, finding);
	if (step == BULK_VERSION)
		product = product_of(answer, root);
	if (answer->status == 200 && words.len > 0) {
		const bool is_red =
			step == BULK_HEALTH && slice_is(words, SLICE("red"));

		err_set(finding, ERR_NONE, "%s %.*s%s%.*s%s", what[step],
			(int)words.len, words.data,
			product.len > 0 ? " of " : "", (int)product.len,
			product.data,
			is_red ? ": some indices cannot be written to" : "");
		return is_red ? VERDICT_PENDING : VERDICT_DELIVERED;
	}
	if (why != NULL) {
		err_set(finding, ERR_NONE, "%s", why);
		return VERDICT_PENDING;
	}
	j = judge_status(session, answer, root, 1);
	return answer_found(answer, &j, finding);
}
