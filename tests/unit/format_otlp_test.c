/* otlp: a request of one log record, of which every value says its type. */
#include "written.h"

#include "check.h"

#include <jansson.h>

#define MAP                                                                \
	"{'name':'m','time':'t','severity':{'base':[{'table':"             \
	"{'debug':0,'fatal':'emergency'},'of':'level'},2],"                \
	"'at_least':[{'score':'score','out_of':10}]},"                     \
	"'otlp':{'service':{'const':'svc'},'level':'level','name':'what'," \
	"'body':'text'}}"
#define TIME "\"t\":\"2025-10-08T22:45:00.123456789Z\""

/* The log record of a line, to be released; NULL where there is none. */
static json_t *record_of(const char *line)
{
	json_t *root = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	json_t *logs = json_object_get(root, "resourceLogs");
	json_t *scopes = json_object_get(json_array_get(logs, 0), "scopeLogs");
	json_t *records =
		json_object_get(json_array_get(scopes, 0), "logRecords");
	json_t *record = json_incref(json_array_get(records, 0));

	json_decref(root);
	return record;
}

static json_t *record_with(const char *members)
{
	char text[2048];

	snprintf(text, sizeof(text), "{" TIME "%s}", members);
	return record_of(written("otlp", MAP, text));
}

/* Is this what stands there of a value that is called a, in the record? */
static bool value_is(const char *json, const char *want)
{
	char text[2048], part[2048];

	snprintf(text, sizeof(text), "{\"a\":%s}", json);
	snprintf(part, sizeof(part),
		 "\"attributes\":[{\"key\":\"a\",\"value\":%s}]}]}]}]}", want);
	const char *line = written("otlp", MAP, text);
	const char *found = strstr(line, "\"attributes\":[{\"key\":\"a\"");

	return is(found != NULL ? found : line, part);
}

static bool member_is(const char *members, const char *name, const char *want)
{
	json_t *record = record_with(members);
	char *text = json_dumps(json_object_get(record, name),
				JSON_ENCODE_ANY | JSON_COMPACT);
	bool same = is(text != NULL ? text : "", want);

	free(text);
	json_decref(record);
	return same;
}

static void a_line_is_a_request_by_itself(void)
{
	const char *line =
		written("otlp", MAP,
			"{" TIME ",\"level\":\"warn\",\"what\":\"w\","
			"\"text\":\"x\\ny\"}");

	CHECK(is(line,
		 "{\"resourceLogs\":[{\"resource\":{\"attributes\":["
		 "{\"key\":\"service.name\",\"value\":{\"stringValue\":"
		 "\"svc\"}},{\"key\":\"host.name\",\"value\":"
		 "{\"stringValue\":\"h1\"}}]},\"scopeLogs\":[{\"scope\":"
		 "{\"name\":\"siem-fmt\",\"version\":\"" SIEM_VERSION "\"},"
		 "\"logRecords\":[{\"timeUnixNano\":\"1759963500123456789\","
		 "\"observedTimeUnixNano\":\"1759963500123456789\","
		 "\"severityNumber\":9,\"severityText\":\"warn\","
		 "\"body\":{\"stringValue\":\"x\\ny\"},\"eventName\":\"w\","
		 "\"attributes\":["
		 "{\"key\":\"t\",\"value\":{\"stringValue\":"
		 "\"2025-10-08T22:45:00.123456789Z\"}},"
		 "{\"key\":\"level\",\"value\":{\"stringValue\":\"warn\"}},"
		 "{\"key\":\"what\",\"value\":{\"stringValue\":\"w\"}},"
		 "{\"key\":\"text\",\"value\":{\"stringValue\":\"x\\ny\"}}"
		 "]}]}]}]}"));
}

static void numbers_say_what_they_are_and_keep_their_digits(void)
{
	CHECK(value_is("9", "{\"intValue\":\"9\"}"));
	CHECK(value_is("-9223372036854775808",
		       "{\"intValue\":\"-9223372036854775808\"}"));
	CHECK(value_is("9223372036854775808",
		       "{\"doubleValue\":9223372036854775808}"));
	CHECK(value_is("9223372036854775809",
		       "{\"stringValue\":\"9223372036854775809\"}"));
	CHECK(value_is("1.50", "{\"doubleValue\":1.50}"));
	CHECK(value_is("0.1", "{\"doubleValue\":0.1}"));
	CHECK(value_is("-0", "{\"doubleValue\":-0}"));
	CHECK(value_is("-0.0e5", "{\"doubleValue\":-0.0e5}"));
	CHECK(value_is("1E2", "{\"doubleValue\":1E2}"));
	CHECK(value_is("12300000000000000000000",
		       "{\"doubleValue\":12300000000000000000000}"));
}

static void what_no_double_holds_is_a_string(void)
{
	CHECK(value_is("1e400", "{\"stringValue\":\"1e400\"}"));
	CHECK(value_is("-1e400", "{\"stringValue\":\"-1e400\"}"));
	CHECK(value_is("1e-400", "{\"stringValue\":\"1e-400\"}"));
	CHECK(value_is("4e-324", "{\"stringValue\":\"4e-324\"}"));
	CHECK(value_is("9007199254740993.0",
		       "{\"stringValue\":\"9007199254740993.0\"}"));
	CHECK(value_is("0.12345678901234567",
		       "{\"stringValue\":\"0.12345678901234567\"}"));
	CHECK(value_is("0.1234567890123456",
		       "{\"doubleValue\":0.1234567890123456}"));
	CHECK(value_is("0.123456789012345678901234567890123456789012345",
		       "{\"stringValue\":\"0."
		       "123456789012345678901234567890123456789012345\"}"));
}

static void values_have_the_types_of_json(void)
{
	CHECK(value_is("true", "{\"boolValue\":true}"));
	CHECK(value_is("false", "{\"boolValue\":false}"));
	CHECK(value_is("\"\"", "{\"stringValue\":\"\"}"));
	CHECK(value_is("\"\\u0041\\\"\\u0000\\ud800\"",
		       "{\"stringValue\":\"A\\\"\\u0000\xef\xbf\xbd\"}"));
	CHECK(value_is("[]", "{\"arrayValue\":{\"values\":[]}}"));
	CHECK(value_is("{}", "{\"kvlistValue\":{\"values\":[]}}"));
	CHECK(value_is("[1,null,[true]]",
		       "{\"arrayValue\":{\"values\":[{\"intValue\":\"1\"},{},"
		       "{\"arrayValue\":{\"values\":[{\"boolValue\":true}]}}"
		       "]}}"));
	CHECK(value_is("[ {\"b\" : 1, \"c\" : null} ]",
		       "{\"arrayValue\":{\"values\":[{\"kvlistValue\":"
		       "{\"values\":[{\"key\":\"b\",\"value\":{\"intValue\":"
		       "\"1\"}},{\"key\":\"c\",\"value\":{}}]}}]}}"));
}

static void attributes_are_named_by_their_paths_and_none_twice(void)
{
	CHECK(member_is(",\"a\":{\"b\":{\"\\u00e9 \":1}},\"a.b.\\u00e9 \":2,"
			"\"c\":1,\"c\":2",
			"attributes",
			"[{\"key\":\"t\",\"value\":{\"stringValue\":"
			"\"2025-10-08T22:45:00.123456789Z\"}},"
			"{\"key\":\"a.b.\xc3\xa9 \",\"value\":{\"intValue\":"
			"\"1\"}},"
			"{\"key\":\"a.b.\xc3\xa9 2\",\"value\":{\"intValue\":"
			"\"2\"}},"
			"{\"key\":\"c\",\"value\":{\"intValue\":\"2\"}}]"));
}

static void of_keys_that_are_the_same_in_a_list_the_last_one_counts(void)
{
	CHECK(value_is("[{\"b\":1,\"\\u0062\":2}]",
		       "{\"arrayValue\":{\"values\":[{\"kvlistValue\":"
		       "{\"values\":[{\"key\":\"b\",\"value\":{\"intValue\":"
		       "\"2\"}}]}}]}}"));
}

static void a_member_cannot_pass_for_the_record(void)
{
	json_t *record = record_with(
		",\"severityNumber\":21,\"timeUnixNano\":\"0\","
		"\"service.name\":\"x\",\"resource\":{\"host.name\":\"x\"}");

	CHECK(json_integer_value(json_object_get(record, "severityNumber")) ==
	      9);
	CHECK(json_array_size(json_object_get(record, "attributes")) == 5);
	json_decref(record);
}

static void severity_is_a_number_and_the_word_of_the_source(void)
{
	CHECK(member_is(",\"level\":\"fatal\"", "severityNumber", "21"));
	CHECK(member_is(",\"level\":\"fatal\"", "severityText", "\"fatal\""));
	CHECK(member_is(",\"score\":9", "severityNumber", "18"));
	CHECK(member_is(",\"score\":9", "severityText", "\"critical\""));
	CHECK(member_is(",\"level\":\"debug\"", "severityNumber", "5"));
	CHECK(member_is(",\"score\":10", "severityNumber", "19"));
	CHECK(member_is(",\"score\":8", "severityNumber", "17"));
	CHECK(member_is(",\"score\":4", "severityNumber", "13"));
	CHECK(member_is(",\"score\":3", "severityNumber", "10"));
}

/* The times of an event that says this one. */
static bool times_are(const char *time, const char *want)
{
	char text[256];
	json_t *record;

	snprintf(text, sizeof(text), "{\"t\":\"%s\"}", time);
	record = record_of(written("otlp", MAP, text));
	const char *at = json_string_value(
		json_object_get(record, "timeUnixNano"));
	const char *seen = json_string_value(
		json_object_get(record, "observedTimeUnixNano"));
	bool same = at != NULL && seen != NULL && strcmp(at, want) == 0 &&
		    (strcmp(want, "0") == 0 ? strlen(seen) == 19 :
					      strcmp(seen, want) == 0);

	json_decref(record);
	return same;
}

static void a_time_that_is_not_known_is_zero_and_seen_now(void)
{
	CHECK(times_are("1970-01-01T00:00:00.000000001Z", "1"));
	CHECK(times_are("2554-07-21T23:34:32Z", "18446744072000000000"));
	CHECK(times_are("2554-07-21T23:34:34Z", "0"));
	CHECK(times_are("1969-12-31T23:59:59Z", "0"));
	CHECK(times_are("yesterday", "0"));
}

static void what_is_nested_too_deep_is_a_string(void)
{
	struct buf b = BUF_INIT(1 << 20);
	size_t depth = 0;

	buf_puts(&b, "{\"a\":");
	for (int i = 0; i < 500; i++)
		buf_putc(&b, '[');
	for (int i = 0; i < 500; i++)
		buf_putc(&b, ']');
	buf_putc(&b, '}');
	json_t *record = record_of(written("otlp", MAP, buf_str(&b)));
	json_t *value = json_object_get(
		json_array_get(json_object_get(record, "attributes"), 0),
		"value");

	for (json_t *list; (list = json_object_get(value, "arrayValue")) != NULL;
	     depth++)
		value = json_array_get(json_object_get(list, "values"), 0);
	CHECK(depth == 16);
	CHECK(json_string_length(json_object_get(value, "stringValue")) ==
	      (size_t)2 * (500 - 16));
	json_decref(record);
	buf_free(&b);
}

/* What is left with so many bytes, and how many attributes were left out. */
static json_t *shortened(size_t max_line, uint64_t *left_out, size_t *len)
{
	const struct format_options options = { .variant = "",
						.host = "h1",
						.max_line = max_line };
	struct format_counts counts = { 0 };
	const char *line = written_with(
		"otlp", MAP, &options,
		"{" TIME ",\"a\":1,\"b\":{\"c\":[2]},\"d\":\"some text\"}",
		&counts);

	*left_out = counts.left_out;
	*len = strlen(line);
	return record_of(line);
}

static void a_line_says_how_many_attributes_were_left_out_of_it(void)
{
	uint64_t left_out;
	size_t whole, len;
	json_t *record = shortened(0, &left_out, &whole);

	CHECK(record != NULL && left_out == 0);
	CHECK(json_object_get(record, "droppedAttributesCount") == NULL);
	json_decref(record);
	for (size_t max = 400; max < whole; max++) {
		record = shortened(max, &left_out, &len);
		if (record == NULL)
			continue; // rejected: not even without attributes
		json_t *list = json_object_get(record, "attributes");
		json_t *said =
			json_object_get(record, "droppedAttributesCount");

		CHECK(len <= max && left_out > 0);
		CHECK(json_array_size(list) + left_out == 4);
		CHECK(said == NULL ||
		      (uint64_t)json_integer_value(said) == left_out);
		CHECK(said != NULL || len + 27 > max);
		json_decref(record);
	}
}

int main(void)
{
	RUN(a_line_is_a_request_by_itself);
	RUN(numbers_say_what_they_are_and_keep_their_digits);
	RUN(what_no_double_holds_is_a_string);
	RUN(values_have_the_types_of_json);
	RUN(attributes_are_named_by_their_paths_and_none_twice);
	RUN(of_keys_that_are_the_same_in_a_list_the_last_one_counts);
	RUN(a_member_cannot_pass_for_the_record);
	RUN(severity_is_a_number_and_the_word_of_the_source);
	RUN(a_time_that_is_not_known_is_zero_and_seen_now);
	RUN(what_is_nested_too_deep_is_a_string);
	RUN(a_line_says_how_many_attributes_were_left_out_of_it);
	return check_done();
}
