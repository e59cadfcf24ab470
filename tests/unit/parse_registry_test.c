/* Whole records: what they are taken for, and by whose word. */
#include "parse/registry.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

static struct buf out = BUF_INIT(64 << 10);
static struct buf rules = BUF_INIT(64 << 10);

static void note(void *who, const struct departure *d)
{
	(void)who;
	buf_printf(&rules, "%s%zu %s", rules.len > 0 ? ", " : "", d->column,
		   d->rule->name);
}

/* What becomes of a record, or why nothing does. */
static const char *made(struct slice record)
{
	struct reading r = READING_INIT(64 << 10);
	struct err e;

	buf_clear(&out);
	buf_clear(&rules);
	r.out = &out;
	r.depart = note;
	if (parse_record(&r, record, &e) < 0) {
		if (e.kind != ERR_DATA || out.len > 0)
			abort();
		buf_puts(&out, e.text);
	}
	reading_free(&r);
	return buf_str(&out);
}

static bool is(const char *have, const char *want)
{
	if (strcmp(have, want) == 0)
		return true;
	printf("# want %s\n# have %s\n", want, have);
	return false;
}

#define MAKES(record, want) CHECK(is(made(SLICE(record)), want))

/* And of these rules it departs. */
#define DEPARTS(record, want)                     \
	do {                                      \
		made(SLICE(record));              \
		CHECK(is(buf_str(&rules), want)); \
	} while (0)

#define SYSLOG(more)                                                       \
	"{\"syslog\":{\"priority\":13,\"facility\":\"user\",\"severity\":" \
	"\"notice\"" more "}"
#define HEAD "<13>1 - h a - - - "
#define HEADER SYSLOG(",\"version\":1,\"host\":\"h\",\"app\":\"a\"")
#define EVENT "CEF:0|v|p|1|i|n|5|"
#define MEMBER                                                         \
	"\"cef\":{\"version\":0,\"device_vendor\":\"v\","              \
	"\"device_product\":\"p\",\"device_version\":\"1\","           \
	"\"device_event_class_id\":\"i\",\"name\":\"n\",\"severity\":" \
	"\"5\",\"extension\":{}}"
#define UNKNOWN                                                     \
	"record-unknown: this begins neither with a syslog header " \
	"(<PRI> or a timestamp) nor with CEF:, LEEF: or {"

static void an_event_stands_right_behind_a_header_or_is_text(void)
{
	MAKES(HEAD EVENT, HEADER "," MEMBER "}");
	MAKES(HEAD " " EVENT, HEADER ",\"message\":\" " EVENT "\"}");
	MAKES(HEAD "x " EVENT, HEADER ",\"message\":\"x " EVENT "\"}");
	MAKES(HEAD "x: " EVENT, HEADER ",\"message\":\"x: " EVENT "\"}");
	MAKES(HEAD "(" EVENT ")", HEADER ",\"message\":\"(" EVENT ")\"}");
	MAKES(HEAD "x {\"a\":1}", HEADER ",\"message\":\"x {\\\"a\\\":1}\"}");
	MAKES(HEAD " {\"a\":1}", HEADER ",\"json\":{\"a\":1}}");
	DEPARTS(HEAD "x " EVENT, "21 record-hidden-event");
	DEPARTS(HEAD "x" EVENT, "");
	MAKES("<13>1 - h a - - [x@1 b=\" " EVENT "\"]",
	      SYSLOG(",\"version\":1,\"host\":\"h\",\"app\":\"a\","
		     "\"structured_data\":{\"x@1\":{\"b\":\" " EVENT
		     "\"}}") ",\"message\":\"\"}");
}

static void what_stands_before_the_first_pair_is_kept(void)
{
	MAKES(EVENT " lost it a=1",
	      "{\"cef\":{\"version\":0,\"device_vendor\":\"v\","
	      "\"device_product\":\"p\",\"device_version\":\"1\","
	      "\"device_event_class_id\":\"i\",\"name\":\"n\","
	      "\"severity\":\"5\",\"extension\":{\"a\":\"1\"},"
	      "\"text\":\"lost it\"}}");
}

static void without_a_header_an_event_may_have_text_before_it(void)
{
	MAKES("x y\t" EVENT, "{\"prefix\":\"x y\"," MEMBER "}");
	DEPARTS("x y " EVENT, "1 record-prefix");
	MAKES("x" EVENT, UNKNOWN);
	MAKES("x CEF:a|v|p|1|i|n|5|", UNKNOWN);
	MAKES("x {\"a\":1}", UNKNOWN);
	MAKES("", UNKNOWN);
	MAKES("\xef\xbb\xbf" EVENT, "{" MEMBER "}");
	DEPARTS("\xef\xbb\xbf" EVENT, "1 cef-bom");
}

static void what_is_no_event_after_all_is_text_behind_a_header(void)
{
	MAKES(HEAD "CEF:0|v", HEADER ",\"message\":\"CEF:0|v\"}");
	DEPARTS(HEAD "CEF:0|v", "26 cef-header-pipes");
	MAKES(HEAD "{\"a\":}", HEADER ",\"message\":\"{\\\"a\\\":}\"}");
	DEPARTS("CEF:0|v", "8 cef-header-pipes");
}

static void what_begins_an_object_is_json_or_said_to_be_none(void)
{
	MAKES(" {\"a\":1} ", "{\"json\":{\"a\":1}}");
	MAKES(" {\"a\":\"\xff\"}", "{\"json\":{\"a\":\"\xef\xbf\xbd\"}}");
	DEPARTS(" {\"a\":\"\xff\"}", "8 json-utf8");
	DEPARTS("{\"a\":1,\"a\":\"\xff\"}", "13 json-utf8");
	DEPARTS("{\"a\":1,\"b\":{\"c\":1,\"c\":2},\"a\":3}",
		"27 json-duplicate-name, 20 json-duplicate-name");
	DEPARTS("{\"a\":1,\"b\":{\"a\":2},\"c\":[{\"a\":1}]}", "");
}

static void a_count_is_taken_off_with_what_follows_its_message(void)
{
	MAKES("6 <13>ab", SYSLOG("") ",\"message\":\"ab\"}");
	DEPARTS("6 <13>ab", "7 rfc3164-time-missing");
	MAKES("7 <13>ab\n", SYSLOG("") ",\"message\":\"ab\\n\"}");
	MAKES("6 <13>ab\n", SYSLOG("") ",\"message\":\"ab\"}");
	DEPARTS("6 <13>ab\n", "9 framing-line-feed, 7 rfc3164-time-missing");
	DEPARTS("6 <13>ab\r\n", "9 framing-line-feed, 7 rfc3164-time-missing");
	MAKES("9 <13>a\rb", SYSLOG("") ",\"message\":\"a\\rb\"}");
	MAKES("9 <13>ab\r\n", SYSLOG("") ",\"message\":\"ab\"}");
	DEPARTS("9 <13>ab\r\n", "1 framing-count, 7 rfc3164-time-missing");
	DEPARTS("7 {\"a\":1}", "3 framing-pri");
}

int main(void)
{
	RUN(an_event_stands_right_behind_a_header_or_is_text);
	RUN(what_stands_before_the_first_pair_is_kept);
	RUN(without_a_header_an_event_may_have_text_before_it);
	RUN(what_is_no_event_after_all_is_text_behind_a_header);
	RUN(what_begins_an_object_is_json_or_said_to_be_none);
	RUN(a_count_is_taken_off_with_what_follows_its_message);
	return check_done();
}
