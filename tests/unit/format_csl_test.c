/* csl: the columns of CommonSecurityLog, and what shares the last of them. */
#include "made.h"

#include "check.h"

enum { VENDOR, PRODUCT, VERSION, ID, NAME };

/* What every row of these tests begins with. */
#define START                                                       \
	"{\"TimeGenerated\":\"2025-10-08T22:45:00Z\","              \
	"\"StartTime\":\"2025-10-08T22:45:00Z\","                   \
	"\"EndTime\":\"2025-10-08T22:45:00Z\",\"Computer\":\"h1\"," \
	"\"LogSeverity\":\"5\""

static const struct map_shape *shape(void)
{
	return format_find("csl")->shape(NULL);
}

/* A field of a key that CEF has, as a map puts it; of another key, as one that
   no row names. */
static struct field *put(struct made *m, const char *key, const char *text)
{
	const struct field_rule *rule = shape()->find_rule(slice_of(key));
	struct field *f = made_text(m, key, text);

	f->max = rule != NULL ? rule->max : 0;
	return f;
}

/* The lead that is made of a key beforehand, in quotes that are easy to read.
 */
static const char *lead_of(const char *key, const char *label,
			   enum field_type type)
{
	static char text[256];
	struct buf out = BUF_INIT(sizeof(text));

	shape()->put_lead(&out, slice_of(key), slice_of(label), type);
	snprintf(text, sizeof(text), "%s", buf_str(&out));
	buf_free(&out);
	for (char *p = text; *p != '\0'; p++)
		if (*p == '"')
			*p = '\'';
	return text;
}

static void an_event_without_fields_has_its_time_host_and_severity(void)
{
	struct made m;

	made_init(&m);
	CHECK(made_is(&m, "csl", START "}"));
}

static void an_event_without_a_time_starts_and_ends_at_none(void)
{
	struct made m;

	made_init(&m);
	m.event.has_time = false;
	m.event.severity = 10;
	CHECK(made_is(&m, "csl",
		      "{\"TimeGenerated\":\"2025-10-08T22:45:00Z\","
		      "\"Computer\":\"h1\",\"LogSeverity\":\"10\"}"));
}

static void times_are_in_utc(void)
{
	struct made m;

	made_init(&m);
	m.event.has_time = false;
	m.event.time.zulu = false;
	m.event.time.offset_min = 120;
	m.event.time.nsec = 120000000;
	m.event.time.digits = 2;
	CHECK(made_is(&m, "csl",
		      "{\"TimeGenerated\":\"2025-10-08T22:45:00.12Z\","
		      "\"Computer\":\"h1\",\"LogSeverity\":\"5\"}"));
}

static void the_header_of_cef_has_columns(void)
{
	struct made m;

	made_init(&m);
	made_attribute(&m, VENDOR, "Ac\"me");
	made_attribute(&m, PRODUCT, "Audit");
	made_attribute(&m, VERSION, "");
	made_attribute(&m, ID, "E1");
	made_attribute(&m, NAME, "test");
	CHECK(made_is(&m, "csl",
		      "{\"TimeGenerated\":\"2025-10-08T22:45:00Z\","
		      "\"StartTime\":\"2025-10-08T22:45:00Z\","
		      "\"EndTime\":\"2025-10-08T22:45:00Z\","
		      "\"Computer\":\"h1\",\"DeviceVendor\":\"Ac\\\"me\","
		      "\"DeviceProduct\":\"Audit\","
		      "\"DeviceEventClassID\":\"E1\",\"Activity\":\"test\","
		      "\"LogSeverity\":\"5\"}"));
}

static void a_key_of_cef_has_a_column_with_a_type(void)
{
	struct made m;

	made_init(&m);
	put(&m, "act", "x\"y\\\n");
	put(&m, "cn1", "-7");
	put(&m, "cfp1", "1.50");
	put(&m, "dpt", "443");
	put(&m, "flexNumber2", "1");
	CHECK(made_is(&m, "csl",
		      START ",\"DeviceAction\":\"x\\\"y\\\\\\n\","
			    "\"FieldDeviceCustomNumber1\":-7,"
			    "\"DeviceCustomFloatingPoint1\":1.50,"
			    "\"DestinationPort\":443,\"FlexNumber2\":1}"));
}

static void a_start_that_the_map_gives_is_a_time_in_utc(void)
{
	struct made m;

	made_init(&m);
	put(&m, "start", "-1");
	put(&m, "end", "1759963500123");
	CHECK(made_is(&m, "csl",
		      "{\"TimeGenerated\":\"2025-10-08T22:45:00Z\","
		      "\"Computer\":\"h1\",\"LogSeverity\":\"5\","
		      "\"StartTime\":\"1969-12-31T23:59:59.999Z\","
		      "\"EndTime\":\"2025-10-08T22:45:00.123Z\"}"));
}

static void other_pairs_share_a_column_and_cannot_be_mistaken(void)
{
	struct made m;

	made_init(&m);
	put(&m, "one", "1;two=2\\");
	put(&m, "act", "ok");
	put(&m, "empty", "");
	put(&m, "three", "a\nb\"");
	CHECK(made_is(&m, "csl",
		      START ",\"DeviceAction\":\"ok\","
			    "\"AdditionalExtensions\":"
			    "\"one=1\\\\;two=2\\\\\\\\;three=a\\nb\\\"\"}"));
}

static void leads_say_the_column_and_the_label_and_whether_it_is_text(void)
{
	CHECK(strcmp(lead_of("act", "", FIELD_TEXT), ",'DeviceAction':'") == 0);
	CHECK(strcmp(lead_of("in", "", FIELD_INT64), ",'ReceivedBytes':") == 0);
	CHECK(strcmp(lead_of("cn1", "n", FIELD_INT64),
		     ",'DeviceCustomNumber1Label':'n',"
		     "'FieldDeviceCustomNumber1':") == 0);
	CHECK(strcmp(lead_of("cn1", "", FIELD_TEXT),
		     ",'FieldDeviceCustomNumber1':'") == 0);
	CHECK(strcmp(lead_of("cs1", "", FIELD_INT64),
		     ",'DeviceCustomString1':'") == 0);
	CHECK(strcmp(lead_of("mine", "", FIELD_TEXT), "mine=") == 0);
	CHECK(strcmp(lead_of("mine", "a;b", FIELD_TEXT),
		     "mineLabel=a\\\\;b;mine=") == 0);
	CHECK(strcmp(lead_of("start", "", FIELD_TIME_MS), "") == 0);
	CHECK(strcmp(lead_of("rt", "", FIELD_TIME_MS), ",'ReceiptTime':'") ==
	      0);
}

static void a_value_is_cut_to_64_kib(void)
{
	static char text[(64 << 10) + 2];
	struct made m;

	memset(text, 'a', sizeof(text) - 1);
	made_init(&m);
	put(&m, "msg", text);
	put(&m, "act", "ok");
	CHECK(format_find("csl")->write(&m.event, NULL, &m.options, &m.out,
					&m.counts, &m.e) == 0);
	CHECK(m.counts.cut == 1);
	CHECK(m.out.len == strlen(START ",\"Message\":\"\","
					"\"DeviceAction\":\"ok\"}") +
				   sizeof(text) - 2);
	buf_clear(&m.out);
	m.options.no_limits = true;
	CHECK(format_find("csl")->write(&m.event, NULL, &m.options, &m.out,
					&m.counts, &m.e) == 0);
	CHECK(m.counts.cut == 1);
	CHECK(m.out.len == strlen(START ",\"Message\":\"\","
					"\"DeviceAction\":\"ok\"}") +
				   sizeof(text) - 1);
	buf_free(&m.out);
}

/* All pairs together are one value: what it has no room for is told. */
static void what_shares_a_column_is_cut_to_64_kib_together(void)
{
	static char text[(64 << 10) - 6];
	struct made m;

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 2] = '\\'; // takes two
	made_init(&m);
	put(&m, "a", text); // leaves room for just one pair more
	put(&m, "b", "x");
	put(&m, "c", "y");
	CHECK(format_find("csl")->write(&m.event, NULL, &m.options, &m.out,
					&m.counts, &m.e) == 0);
	CHECK(m.counts.cut == 1);
	CHECK(m.out.len ==
	      strlen(START ",\"AdditionalExtensions\":\"\"}") + (64 << 10) + 2);
	CHECK(memcmp(m.out.data + m.out.len - 11, "a\\\\\\\\;b=x\"}", 11) == 0);
	buf_free(&m.out);
}

static void max_line_leaves_out_columns_and_then_pairs(void)
{
	struct made m;

	made_init(&m);
	m.options.max_line = strlen(START ",\"DeviceAction\":\"ok\","
					  "\"AdditionalExtensions\":\"a=1\"}");
	put(&m, "a", "1");
	put(&m, "b", "2");
	put(&m, "act", "ok");
	CHECK(made_is(&m, "csl",
		      START ",\"DeviceAction\":\"ok\","
			    "\"AdditionalExtensions\":\"a=1\"}"));
	CHECK(m.counts.left_out == 1);

	made_init(&m);
	m.options.max_line = strlen(START "}");
	put(&m, "a", "1");
	put(&m, "act", "ok");
	CHECK(made_is(&m, "csl", START "}"));
	CHECK(m.counts.left_out == 2);

	made_init(&m);
	m.options.max_line = strlen(START);
	CHECK(made_fails(&m, "csl", "more than --max-line"));
}

static void what_receivers_set_is_not_for_maps(void)
{
	const struct field_rule *rule = shape()->find_rule(SLICE("rawEvent"));

	CHECK(rule != NULL && rule->type == FIELD_RESERVED);
	CHECK(shape()->find_rule(SLICE("DeviceAction")) == NULL);
}

int main(void)
{
	RUN(an_event_without_fields_has_its_time_host_and_severity);
	RUN(an_event_without_a_time_starts_and_ends_at_none);
	RUN(times_are_in_utc);
	RUN(the_header_of_cef_has_columns);
	RUN(a_key_of_cef_has_a_column_with_a_type);
	RUN(a_start_that_the_map_gives_is_a_time_in_utc);
	RUN(other_pairs_share_a_column_and_cannot_be_mistaken);
	RUN(leads_say_the_column_and_the_label_and_whether_it_is_text);
	RUN(a_value_is_cut_to_64_kib);
	RUN(what_shares_a_column_is_cut_to_64_kib_together);
	RUN(max_line_leaves_out_columns_and_then_pairs);
	RUN(what_receivers_set_is_not_for_maps);
	return check_done();
}
