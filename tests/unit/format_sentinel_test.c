/* sentinel: a flat row with a column for each field, of the right type. */
#include "made.h"

#include "check.h"

#define START "{\"TimeGenerated\":\"2025-10-08T22:45:00Z\""

static const struct map_shape *shape(void)
{
	return format_find("sentinel")->shape(NULL);
}

/* A member that no row names. */
static void put(struct made *m, const char *key, enum value_type type,
		const char *text)
{
	struct value v = made_value(text);

	v.type = (uint8_t)type;
	made_field(m, key, v);
}

static bool lead_is(const char *key, enum field_type type, const char *want)
{
	struct buf out = BUF_INIT(256);

	shape()->put_lead(&out, slice_of(key), SLICE(""), type);
	bool is = slice_is(buf_slice(&out), slice_of(want));
	buf_free(&out);
	return is;
}

static bool is_reserved(const char *key)
{
	const struct field_rule *rule = shape()->find_rule(slice_of(key));

	return rule != NULL && rule->type == FIELD_RESERVED;
}

static void a_row_has_the_time_in_utc_whatever_else_it_has(void)
{
	struct made m;

	made_init(&m);
	CHECK(made_is(&m, "sentinel", START "}"));
	made_init(&m);
	m.event.time.zulu = false;
	m.event.time.offset_min = -90;
	CHECK(made_is(&m, "sentinel", START "}"));
}

static void members_keep_their_types_and_all_else_is_text(void)
{
	struct made m;

	made_init(&m);
	put(&m, "A", VALUE_NUMBER, "1.50");
	put(&m, "B", VALUE_TRUE, "true");
	put(&m, "C", VALUE_FALSE, "false");
	put(&m, "D", VALUE_STRING, "x\"y\\\x7f");
	put(&m, "E", VALUE_STRING, "");
	put(&m, "F", VALUE_STRING, "7");
	CHECK(made_is(&m, "sentinel",
		      START ",\"A\":1.50,\"B\":true,\"C\":false,"
			    "\"D\":\"x\\\"y\\\\\\u007f\",\"E\":\"\","
			    "\"F\":\"7\"}"));
}

static void numbers_that_no_column_holds_are_text(void)
{
	struct made m;

	made_init(&m);
	put(&m, "A", VALUE_NUMBER, "9223372036854775807");
	put(&m, "B", VALUE_NUMBER, "9223372036854775808");
	put(&m, "C", VALUE_NUMBER, "0.8500000000000001");
	put(&m, "D", VALUE_NUMBER, "1e400");
	put(&m, "E", VALUE_NUMBER, "1E3");
	CHECK(made_is(&m, "sentinel",
		      START ",\"A\":9223372036854775807,"
			    "\"B\":\"9223372036854775808\","
			    "\"C\":0.8500000000000001,\"D\":\"1e400\","
			    "\"E\":1E3}"));
}

static void the_type_of_a_row_decides_what_is_text(void)
{
	CHECK(lead_is("RequestId", FIELD_TEXT, ",\"RequestId\":\""));
	CHECK(lead_is("Address", FIELD_IPV4, ",\"Address\":\""));
	CHECK(lead_is("Count", FIELD_INT64, ",\"Count\":"));
	CHECK(lead_is("Score", FIELD_DOUBLE, ",\"Score\":"));
	CHECK(lead_is("Port", FIELD_PORT, ",\"Port\":"));
	CHECK(lead_is("Allowed", FIELD_BOOL, ",\"Allowed\":"));
	CHECK(lead_is("End", FIELD_TIME_MS, ""));
}

static void a_row_that_is_a_time_is_written_in_utc(void)
{
	struct made m;

	made_init(&m);
	put(&m, "End", VALUE_STRING, "1759963500120");
	m.event.rest = 1;
	CHECK(made_is(&m, "sentinel",
		      START ",\"End\":\"2025-10-08T22:45:00.120Z\"}"));
}

static void what_azure_keeps_for_itself_is_reserved_in_any_case(void)
{
	CHECK(is_reserved("Type") && is_reserved("type"));
	CHECK(is_reserved("TenantId") && is_reserved("tenantID"));
	CHECK(is_reserved("ResourceId") && is_reserved("SUBSCRIPTIONID"));
	CHECK(is_reserved("TimeGenerated") && is_reserved("Title"));
	CHECK(!is_reserved("EventType") && !is_reserved("Typ"));
	CHECK(!is_reserved(""));
}

static void a_value_is_cut_to_64_kib(void)
{
	static char text[(64 << 10) + 2];
	struct made m;

	memset(text, 'a', sizeof(text) - 1);
	made_init(&m);
	put(&m, "A", VALUE_STRING, text);
	CHECK(format_find("sentinel")
		      ->write(&m.event, NULL, &m.options, &m.out, &m.counts,
			      &m.e) == 0);
	CHECK(m.counts.cut == 1);
	CHECK(m.out.len == strlen(START ",\"A\":\"\"}") + (64 << 10));
	buf_free(&m.out);
}

static void max_line_leaves_out_whole_columns(void)
{
	struct made m;

	made_init(&m);
	m.options.max_line = strlen(START ",\"A\":1}");
	put(&m, "A", VALUE_NUMBER, "1");
	put(&m, "B", VALUE_NUMBER, "2");
	CHECK(made_is(&m, "sentinel", START ",\"A\":1}"));
	CHECK(m.counts.left_out == 1);
}

int main(void)
{
	RUN(a_row_has_the_time_in_utc_whatever_else_it_has);
	RUN(members_keep_their_types_and_all_else_is_text);
	RUN(numbers_that_no_column_holds_are_text);
	RUN(the_type_of_a_row_decides_what_is_text);
	RUN(a_row_that_is_a_time_is_written_in_utc);
	RUN(what_azure_keeps_for_itself_is_reserved_in_any_case);
	RUN(a_value_is_cut_to_64_kib);
	RUN(max_line_leaves_out_whole_columns);
	return check_done();
}
