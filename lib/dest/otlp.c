#include "dest/otlp.h"

#include "dest/answer.h"
#include "json/scan.h"
#include "json/walk.h"

#include <jansson.h>
#include <stdlib.h>

static const char not_otlp[] = "success, but not in the words of OTLP: is "
			       "there a proxy in between?";

/* The inside of the list that is all there is in a request. */
static bool read_logs(struct slice object, struct slice *logs)
{
	struct slice rest = object;
	struct value name, list, other;

	if (!walk_is_object(object) || !scan_next(&rest, &name, &list) ||
	    !slice_is(value_slice(name), SLICE("resourceLogs")) ||
	    list.type != VALUE_ARRAY || scan_next(&rest, &name, &other))
		return false;
	rest = value_slice(list);
	while (scan_next(&rest, NULL, &other))
		if (other.type != VALUE_OBJECT)
			return false;
	*logs = slice_trim((struct slice){ list.data + 1, list.len - 2 });
	return logs->len > 0;
}

int otlp_put(struct slice line, size_t index, struct buf *body, struct err *e)
{
	struct slice logs;

	if (!read_logs(slice_trim(line), &logs))
		return err_set(e, ERR_DATA,
			       "no logs of OTLP: siem-fmt --otlp makes them");
	buf_puts(body, index == 0 ? "{\"resourceLogs\":[" : ",");
	buf_put_slice(body, logs);
	return 0;
}

void otlp_end(struct buf *body)
{
	buf_puts(body, "]}");
}

/* A member by its name in JSON, or by that which it has in the protocol. */
static json_t *member(const json_t *object, const char *name,
		      const char *other_name)
{
	json_t *found = json_object_get(object, name);

	return found != NULL ? found : json_object_get(object, other_name);
}

static bool is_object_or_none(const json_t *value)
{
	return value == NULL || json_is_null(value) || json_is_object(value);
}

/* How many were not taken: a number, or one in a string. -1: neither. */
static long long read_count(const json_t *value)
{
	const char *text = json_string_value(value);
	char *end;
	long long n;

	if (value == NULL || json_is_null(value))
		return 0;
	if (json_is_integer(value))
		return json_integer_value(value);
	if (text == NULL || !walk_is_digit(text[0]))
		return -1;
	n = strtoll(text, &end, 10);
	return *end == '\0' ? n : -1;
}

static struct judgement judge_partly(struct dest_session *session,
				     const json_t *partly, size_t count)
{
	const long long n = read_count(
		member(partly, "rejectedLogRecords", "rejected_log_records"));
	const char *said = json_string_value(
		member(partly, "errorMessage", "error_message"));
	struct judgement j = { .verdict = VERDICT_REJECT };

	if (n == 0)
		return (struct judgement){ 0 };
	if (said == NULL)
		said = "";
	if (n < 0)
		return (struct judgement){ .verdict = VERDICT_RETRY,
					   .wait_ms = WAIT_BACKOFF,
					   .reason = not_otlp };
	if ((unsigned long long)n < count)
		j.reason = answer_words(session,
					"%lld of %zu were not taken, and it is "
					"not said which: \"%s\"",
					n, count, said);
	else
		j.reason = answer_words(session, "not taken: \"%s\"", said);
	return j;
}

struct judgement otlp_judge(struct dest_session *session, struct slice answer,
			    size_t count)
{
	struct judgement j = { .verdict = VERDICT_RETRY,
			       .wait_ms = WAIT_BACKOFF,
			       .reason = not_otlp };
	json_t *root, *partly;

	if (slice_trim(answer).len == 0)
		return (struct judgement){ 0 };
	root = json_loadb(answer.data, answer.len, 0, NULL);
	partly = member(root, "partialSuccess", "partial_success");
	if (json_is_object(root) && is_object_or_none(partly))
		j = judge_partly(session, partly, count);
	json_decref(root);
	return j;
}
