/* datadog: the envelope of a log, and attributes that cannot forge it. */
#include "written.h"

#include "check.h"

#include <jansson.h>

/* What an envelope by this map begins with, up to the attributes. */
#define MAP                                                              \
	"{'name':'m','time':'t','severity':{'base':[{'table':"           \
	"{'debug':0,'error':7},'of':'level'},2]},"                       \
	"'datadog':{'source':{'const':'src'},'service':{'const':'svc'}," \
	"'message':'text'}}"
#define HEAD(status, message)                                        \
	"{\"ddsource\":\"src\",\"hostname\":\"h1\",\"service\":"     \
	"\"svc\",\"status\":\"" status "\",\"date\":1759963500000,"  \
	"\"message\":\"" message "\""
#define TIME "\"t\":\"2025-10-08T22:45:00Z\""

static bool becomes(const char *members, const char *want)
{
	char record[1024];

	snprintf(record, sizeof(record), "{" TIME "%s}", members);
	return is(written("datadog", MAP, record), want);
}

static void the_envelope_is_what_the_map_says(void)
{
	CHECK(becomes(",\"text\":\"x\",\"level\":\"error\"",
		      HEAD("error", "x") "," TIME
					 ",\"text\":\"x\","
					 "\"event_level\":\"error\"}"));
	CHECK(is(written("datadog",
			 "{'name':'m','time':'t','datadog':{"
			 "'source':'a','tags':{'const':'env:prod,team:sec'}}}",
			 "{" TIME ",\"a\":\"\\u0041\\n\"}"),
		 "{\"ddsource\":\"A\\n\",\"ddtags\":\"env:prod,team:sec\","
		 "\"hostname\":\"h1\",\"service\":\"A\\n\",\"status\":"
		 "\"info\",\"date\":1759963500000,\"message\":\"A\\n\"," TIME
		 ",\"a\":\"A\\n\"}"));
}

static void what_the_map_does_not_say_is_its_name(void)
{
	CHECK(is(written("datadog", "{'name':'m','time':'t','datadog':{}}",
			 "{" TIME "}"),
		 "{\"ddsource\":\"m\",\"hostname\":\"h1\",\"service\":\"m\","
		 "\"status\":\"info\",\"date\":1759963500000,"
		 "\"message\":\"m\"," TIME "}"));
}

static void members_keep_their_names_types_and_digits(void)
{
	CHECK(becomes(",\"n\":1.50,\"a.b\":-0,\"\\u00e9 \\\"\":true,"
		      "\"o\": { \"p\" : [ 1E2 , \"\\u0041\\/\" , null ] },"
		      "\"e\":{},\"f\":[],\"g\":\"\",\"h\":null",
		      HEAD("info", "src") "," TIME
			  ",\"n\":1.50,\"a.b\":-0,\"\xc3\xa9 \\\"\":true,"
			  "\"o\":{\"p\":[1E2,\"A/\",null]},"
			  "\"e\":{},\"f\":[],\"g\":\"\"}"));
}

static void numbers_that_no_reader_holds_are_strings(void)
{
	CHECK(becomes(",\"a\":1e400,\"b\":[18446744073709551616],"
		      "\"c\":9223372036854775807",
		      HEAD("info", "src") "," TIME
			  ",\"a\":\"1e400\",\"b\":[\"18446744073709551616\"],"
			  "\"c\":9223372036854775807}"));
}

static void no_member_has_a_name_that_datadog_reads_as_its_own(void)
{
	CHECK(becomes(",\"message\":\"m\",\"status\":\"ok\",\"date\":1,"
		      "\"\\u0068ost\":{\"a\":1},\"service\":\"s\","
		      "\"ddtags\":\"x:y\",\"ddsource\":\"z\",\"hostname\":1",
		      HEAD("info", "src") "," TIME
			  ",\"event_message\":\"m\",\"event_status\":\"ok\","
			  "\"event_date\":1,\"event_host\":{\"a\":1},"
			  "\"event_service\":\"s\",\"event_ddtags\":\"x:y\","
			  "\"event_ddsource\":\"z\",\"event_hostname\":1}"));
	CHECK(becomes(",\"@timestamp\":1,\"_timestamp\":2,\"Timestamp\":3,"
		      "\"timestamp\":4,\"eventTime\":5,\"published_date\":6,"
		      "\"severity\":7",
		      HEAD("info", "src") "," TIME
			  ",\"event_@timestamp\":1,\"event__timestamp\":2,"
			  "\"event_Timestamp\":3,\"event_timestamp\":4,"
			  "\"event_eventTime\":5,\"event_published_date\":6,"
			  "\"event_severity\":7}"));
}

static void objects_by_which_datadog_reads_the_same_are_not_there(void)
{
	CHECK(becomes(",\"syslog\":{\"hostname\":\"x\"},\"dd\":{},"
		      "\"syslog.severity\":1,\"dd.service\":2,\"ddx\":3,"
		      "\"hosts\":4,\"Status\":5",
		      HEAD("info", "src") "," TIME
			  ",\"event_syslog\":{\"hostname\":\"x\"},"
			  "\"event_dd\":{},\"event_syslog.severity\":1,"
			  "\"event_dd.service\":2,\"ddx\":3,\"hosts\":4,"
			  "\"Status\":5}"));
}

static void names_that_would_be_the_same_are_numbered(void)
{
	CHECK(becomes(",\"event_status\":1,\"status\":2,\"a\\u0001\":3,"
		      "\"a_\":4",
		      HEAD("info", "src") "," TIME
			  ",\"event_status\":1,\"event_status2\":2,"
			  "\"a_\":3,\"a_2\":4}"));
}

static void of_members_with_the_same_name_the_last_one_counts(void)
{
	CHECK(becomes(",\"a\":1,\"b\":[{\"c\":1,\"d\":0,\"\\u0063\":2}],"
		      "\"\\u0061\":3,\"e\":{\"f\":1,\"f\":{\"f\":2}}",
		      HEAD("info", "src") "," TIME
			  ",\"b\":[{\"d\":0,\"c\":2}],\"a\":3,"
			  "\"e\":{\"f\":{\"f\":2}}}"));
}

static void text_that_begins_like_json_is_not_taken_apart(void)
{
	CHECK(becomes(",\"text\":\" {\\\"status\\\":\\\"ok\\\"}\"",
		      HEAD("info", "message:  {\\\"status\\\":\\\"ok\\\"}") ","
			  TIME ",\"text\":\" {\\\"status\\\":\\\"ok\\\"}\"}"));
	CHECK(becomes(",\"text\":\"[1]\"",
		      HEAD("info", "message: [1]") "," TIME
						   ",\"text\":\"[1]\"}"));
	CHECK(becomes(",\"text\":\"a {}\"",
		      HEAD("info", "a {}") "," TIME ",\"text\":\"a {}\"}"));
}

static void half_of_a_surrogate_pair_is_replaced_at_any_depth(void)
{
	CHECK(becomes(",\"a\":\"\\ud800\",\"b\":{\"\\udc00\":[\"\\ud83d\"]}",
		      HEAD("info", "src") "," TIME
			  ",\"a\":\"\xef\xbf\xbd\","
			  "\"b\":{\"\xef\xbf\xbd\":[\"\xef\xbf\xbd\"]}}"));
}

/* front, then middle so many times over, then back. */
static char *repeat(const char *front, const char *middle, size_t times,
		    const char *back)
{
	struct buf b = BUF_INIT(1 << 20);

	buf_puts(&b, front);
	for (size_t i = 0; i < times; i++)
		buf_puts(&b, middle);
	buf_puts(&b, back);

	char *text = strdup(buf_str(&b));
	buf_free(&b);
	return text;
}

static json_t *attribute_of(const char *record, const char *name)
{
	const char *line = written("datadog", MAP, record);
	json_t *root = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	json_t *member = json_incref(json_object_get(root, name));

	json_decref(root);
	return member;
}

static void what_is_nested_too_deep_is_a_string(void)
{
	char *record = repeat("{\"a\":", "[", 500, "");
	char *whole = repeat(record, "]", 500, "}");
	json_t *a = attribute_of(whole, "a");
	json_t *inner = a;
	size_t depth = 0;

	for (; json_is_array(inner); depth++)
		inner = json_array_get(inner, 0);
	CHECK(depth == 16);
	CHECK(json_string_length(inner) == (size_t)2 * (500 - 16));
	json_decref(a);
	free(record);
	free(whole);
}

static void an_object_of_more_than_256_members_is_a_string(void)
{
	char *record = repeat("{\"a\":{\"b\":0", ",\"c\":1", 255, "}}");
	char *longer = repeat("{\"a\":{\"b\":0", ",\"c\":1", 256, "}}");
	json_t *a = attribute_of(record, "a");
	json_t *b = attribute_of(longer, "a");

	CHECK(json_object_size(a) == 2);
	CHECK(json_is_string(b));
	json_decref(a);
	json_decref(b);
	free(record);
	free(longer);
}

static void max_line_leaves_out_whole_attributes(void)
{
	struct format_options options = { .variant = "", .host = "h1" };
	struct format_counts counts = { 0 };
	const char *want = HEAD("info", "src") "," TIME "}";

	options.max_line = strlen(want);
	CHECK(is(written_with("datadog", MAP, &options,
			      "{" TIME ",\"a\":{\"b\":1},\"c\":2}", &counts),
		 want));
	CHECK(counts.left_out == 2);
}

int main(void)
{
	RUN(the_envelope_is_what_the_map_says);
	RUN(what_the_map_does_not_say_is_its_name);
	RUN(members_keep_their_names_types_and_digits);
	RUN(numbers_that_no_reader_holds_are_strings);
	RUN(no_member_has_a_name_that_datadog_reads_as_its_own);
	RUN(objects_by_which_datadog_reads_the_same_are_not_there);
	RUN(names_that_would_be_the_same_are_numbered);
	RUN(of_members_with_the_same_name_the_last_one_counts);
	RUN(text_that_begins_like_json_is_not_taken_apart);
	RUN(half_of_a_surrogate_pair_is_replaced_at_any_depth);
	RUN(what_is_nested_too_deep_is_a_string);
	RUN(an_object_of_more_than_256_members_is_a_string);
	RUN(max_line_leaves_out_whole_attributes);
	return check_done();
}
