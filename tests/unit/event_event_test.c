/*
 * A record as an event: repairs, time, rows and their types, explanations.
 */
#include "mapping.h"

#include "check.h"

static const char *fields_by(const char *fields, const char *record)
{
	char map[2048];
	const char *line;

	snprintf(map, sizeof(map), "{'name':'m','time':['t','u'],"
				   "'cef':{'fields':[%s]}}", fields);
	line = mapped_by(map, &cef, record);
	return strncmp(line, "m|", 2) == 0 ? strrchr(line, '|') + 1 : line;
}

static void rows_come_in_their_order_and_the_rest_behind_them(void)
{
	CHECK(is(fields_by("{'key':'suser','from':'b'},{'key':'act',"
			   "'from':'a'}", "{'z':0,'a':1,'b':2,'y':3}"),
		 "suser=2 act=1 z=0 y=3"));
}

static void a_label_goes_with_its_value(void)
{
	CHECK(is(fields_by("{'key':'cs1','label':'kind','from':'a'}",
			   "{'a':1}"), "cs1Label=kind cs1=1"));
	CHECK(is(fields_by("{'key':'cs1','label':'kind','from':'a'}", "{}"),
		 ""));
}

static void a_value_has_to_fit_the_type_of_its_key(void)
{
	const char *row = "{'key':'cn1','from':'a'}";

	CHECK(is(fields_by(row, "{'a':7}"), "cn1=7"));
	CHECK(is(fields_by(row, "{'a':'7'}"), "cn1=7"));
	CHECK(is(fields_by(row, "{'a':'\\u0037'}"), "cn1=7"));
	CHECK(is(fields_by(row, "{'a':'010'}"), "a=010"));
	CHECK(is(fields_by(row, "{'a':7.5}"), "a=7.5"));
	CHECK(is(fields_by(row, "{'a':[7]}"), "a=[7]"));
	CHECK(is(fields_by(row, "{'a':true}"), "a=true"));
}

static void what_does_not_fit_goes_where_the_row_says(void)
{
	const char *row = "{'key':'cn1','label':'score','from':'a','else':"
			  "{'key':'cfp1','label':'score','else':"
			  "{'key':'scoreText'}}}";

	CHECK(is(fields_by(row, "{'a':7}"), "cn1Label=score cn1=7"));
	CHECK(is(fields_by(row, "{'a':7.5}"), "cfp1Label=score cfp1=7.5"));
	CHECK(is(fields_by(row, "{'a':'high'}"), "scoreText=high"));
}

static void a_row_may_state_a_type_itself(void)
{
	CHECK(is(fields_by("{'key':'x','type':'ipv4','from':'a','else':"
			   "{'key':'y','type':'ip','else':{'key':'z'}}}",
			   "{'a':'::1'}"), "y=::1"));
}

static void rows_of_the_same_key_are_alternatives(void)
{
	const char *rows = "{'key':'src','from':'a'},{'key':'src',"
			   "'from':'b'}";

	CHECK(is(fields_by(rows, "{'a':'10.0.0.1','b':'10.0.0.2'}"),
		 "src=10.0.0.1 b=10.0.0.2"));
	CHECK(is(fields_by(rows, "{'a':'web','b':'10.0.0.2'}"),
		 "src=10.0.0.2 a=web"));
	CHECK(is(fields_by("{'key':'src','from':'a','else':{'key':'shost'}},"
			   "{'key':'shost','from':'h'}",
			   "{'a':'web','h':'www'}"), "shost=web h=www"));
}

static void times_become_milliseconds_where_the_key_wants_them(void)
{
	CHECK(is(fields_by("{'key':'rt','from':'$time'},{'key':'end',"
			   "'from':'e'}",
			   "{'t':'2025-10-08T22:45:00.1239Z',"
			   "'e':'2025-10-09T00:45:00+02:00'}"),
		 "rt=1759963500123 end=1759963500000"));
	CHECK(is(fields_by("{'key':'end','from':'e'}", "{'e':1759963500}"),
		 "end=1759963500000"));
	CHECK(is(fields_by("{'key':'end','from':'e'}",
			   "{'e':'1759963500123'}"), "end=1759963500123"));
	CHECK(is(fields_by("{'key':'end','from':'e'}", "{'e':'soon'}"),
		 "e=soon"));
}

static void the_first_time_that_is_one_is_that_of_the_event(void)
{
	const char *row = "{'key':'rt','from':'$time'}";

	CHECK(is(fields_by(row, "{'t':'yesterday','u':1759963500}"),
		 "rt=1759963500000 t=yesterday"));
	CHECK(is(fields_by(row, "{'t':'2025-13-01T00:00:00Z'}"),
		 "t=2025-13-01T00:00:00Z"));
	CHECK(is(fields_by("{'key':'act','from':'a'}", "{'t':1759963500}"),
		 "t=1759963500"));
}

static void another_time_is_kept_unless_it_says_the_same(void)
{
	const char *row = "{'key':'rt','from':'$time'}";

	CHECK(is(fields_by(row, "{'t':1759963500,'u':1759963500}"),
		 "rt=1759963500000"));
	CHECK(is(fields_by(row, "{'t':1759963500,'u':1759963501}"),
		 "rt=1759963500000 u=1759963501"));
}

/* A mapper by one of the built-in maps, or a map. */
struct mapping {
	struct maps *maps;
	struct mapper *mapper;
	struct event event;
	struct err e;
};

static struct mapping begin(const char *which, const struct map_shape *shape,
			    size_t max_record)
{
	struct mapping m = { .e = { 0 } };

	m.maps = maps_load(which, shape, &m.e);
	m.mapper = m.maps != NULL ? mapper_new(m.maps, shape, max_record) :
				    NULL;
	if (m.mapper == NULL)
		abort();
	return m;
}

static void end(struct mapping *m)
{
	mapper_free(m->mapper);
	maps_free(m->maps);
}

static void an_event_without_a_time_has_the_present(void)
{
	struct mapping m = begin("auto", &plain, 1000);
	struct timestamp before = timestamp_now();

	CHECK(mapper_read(m.mapper, SLICE("{}"), &m.event, &m.e) == 0);
	CHECK(!m.event.has_time);
	CHECK(m.event.time.sec >= before.sec);
	CHECK(mapper_read(m.mapper, SLICE("{\"ts\":\"1970-01-01T00:00:07Z\"}"),
			  &m.event, &m.e) == 0);
	CHECK(m.event.has_time);
	CHECK(m.event.time.sec == 7);
	end(&m);
}

static void a_byte_order_mark_is_dropped(void)
{
	struct mapping m = begin("auto", &plain, 1000);

	CHECK(mapper_read(m.mapper, SLICE("\xef\xbb\xbf{\"a\":1}"), &m.event,
			  &m.e) == 0);
	CHECK(slice_is(m.event.record, SLICE("{\"a\":1}")));
	CHECK(mapper_read(m.mapper, SLICE("\xef\xbb\xbf{\"a\":x}"), &m.event,
			  &m.e) < 0);
	CHECK(m.e.kind == ERR_DATA);
	CHECK(m.e.column == 9);
	end(&m);
}

static void bytes_that_are_not_utf_8_are_repaired(void)
{
	struct mapping m = begin("auto", &plain, 1000);

	CHECK(mapper_read(m.mapper, SLICE("{\"a\":\"\xc3(\xed\xa0\x80\"}"),
			  &m.event, &m.e) == 0);
	CHECK(slice_is(m.event.record,
		       SLICE("{\"a\":\"\xef\xbf\xbd(\xef\xbf\xbd\xef\xbf\xbd"
			     "\xef\xbf\xbd\"}")));
	end(&m);
}

static void a_record_that_repairs_would_make_too_long_is_refused(void)
{
	struct mapping m = begin("auto", &plain, 12);

	CHECK(mapper_read(m.mapper, SLICE("{\"a\":\"\xff\xff\"}"), &m.event,
			  &m.e) < 0);
	CHECK(m.e.kind == ERR_DATA);
	CHECK(m.e.column == 7);
	CHECK(mapper_read(m.mapper, SLICE("{\"a\":\"\xff\"}"), &m.event,
			  &m.e) == 0);
	end(&m);
}

static void what_is_no_object_is_refused_with_its_column(void)
{
	struct mapping m = begin("auto", &cef, 1000);

	CHECK(mapper_read(m.mapper, SLICE("[1]"), &m.event, &m.e) < 0);
	CHECK(m.e.kind == ERR_DATA && m.e.column == 1);
	CHECK(mapper_read(m.mapper, SLICE("{\"a\":1"), &m.event, &m.e) < 0);
	CHECK(m.e.kind == ERR_DATA && m.e.column == 7);
	end(&m);
}

static void a_record_that_would_take_too_much_memory_is_refused(void)
{
	struct mapping m = begin("auto", &cef, 1 << 20);
	size_t name = 500 << 10;
	struct buf record = BUF_INIT(1 << 20);

	// The long name is part of the key of each of its members.
	buf_puts(&record, "{\"");
	for (size_t i = 0; i < name; i++)
		buf_putc(&record, 'k');
	buf_puts(&record, "\":{\"0\":1");
	for (int i = 1; i < 1000; i++)
		buf_printf(&record, ",\"%d\":1", i);
	buf_puts(&record, "}}");
	CHECK(mapper_read(m.mapper, buf_slice(&record), &m.event, &m.e) < 0);
	CHECK(m.e.kind == ERR_DATA);
	CHECK(mapper_read(m.mapper, SLICE("{}"), &m.event, &m.e) == 0);
	buf_free(&record);
	end(&m);
}

static void a_format_that_writes_the_record_gets_no_fields(void)
{
	struct mapping m = begin("gatekit", &plain, 1000);

	CHECK(mapper_read(m.mapper, SLICE("{\"event_type\":\"x\"}"), &m.event,
			  &m.e) == 0);
	CHECK(m.event.count == 0);
	CHECK(slice_is(value_slice(m.event.attributes[2]), SLICE("x")));
	end(&m);
}

static void attributes_are_decoded(void)
{
	struct mapping m = begin("gatekit", &plain, 1000);

	CHECK(mapper_read(m.mapper, SLICE("{\"event_type\":\"\\u0041\"}"),
			  &m.event, &m.e) == 0);
	CHECK(m.event.attributes[2].flags == 0);
	CHECK(slice_is(value_slice(m.event.attributes[2]), SLICE("A")));
	end(&m);
}

static void severity_becomes_that_of_syslog(void)
{
	static const int want[] = { 7, 6, 6, 5, 4, 4, 4, 3, 3, 2, 1 };

	for (int i = 0; i <= 10; i++) {
		struct event event = { .severity = i };

		CHECK(event_syslog_severity(&event) == want[i]);
	}
	struct event event = { .severity = 10, .emergency = true };
	CHECK(event_syslog_severity(&event) == 0);
}

static void an_explanation_says_where_each_member_went(void)
{
	const char *map = "{\"name\":\"m\",\"time\":\"t\",\"severity\":"
			  "[\"sev\",3],\"cef\":{\"id\":\"id\",\"fields\":["
			  "{\"key\":\"rt\",\"from\":\"$time\"},"
			  "{\"key\":\"cs1\",\"from\":\"o\"},"
			  "{\"key\":\"act\",\"from\":\"o.p\"}],"
			  "\"rest\":{\"leave_out\":[\"gone\"]}}}";
	struct mapping m = begin(unnamed_file(map), &cef, 1000);
	struct buf out = BUF_INIT(4096);

	CHECK(mapper_read(m.mapper,
			  SLICE("{\"t\":1759963500,\"id\":\"i\",\"sev\":7,"
				"\"o\":{\"p\":1,\"q\":2},\"n\":null,"
				"\"first\":0,\"dup\":1,\"a\":{\"b\":2},\"dup\":3,"
				"\"gone\":4}"),
			  &m.event, &m.e) == 0);
	mapper_explain(m.mapper, &m.event, NULL, &out);
	CHECK(is(buf_str(&out),
		 "map m, severity 7, time 2025-10-08T22:45:00Z\n"
		 "MEMBER  VALUE          GOES TO\n"
		 "t       1759963500     rt\n"
		 "id      i              header (id)\n"
		 "sev     7              header (severity)\n"
		 "o       {\"p\":1,\"q\":2}  cs1\n"
		 "o.p     1              act\n"
		 "o.q     2              with the object it is in\n"
		 "n       null           left out: null\n"
		 "first   0              first (custom)\n"
		 "dup     1              left out: a later member has its "
		 "name\n"
		 "a.b     2              aB (custom)\n"
		 "dup     3              dup (custom)\n"
		 "gone    4              left out by the map\n"));
	CHECK(m.event.count == 6);
	buf_free(&out);
	end(&m);
}

static void an_explanation_of_a_record_that_is_written_as_it_came(void)
{
	struct map_shape shape = plain;
	shape.written = 1;
	struct mapping m = begin("generic", &shape, 1000);
	struct buf out = BUF_INIT(4096);

	CHECK(mapper_read(m.mapper, SLICE("{\"service\":\"s\",\"pid\":1}"),
			  &m.event, &m.e) == 0);
	mapper_explain(m.mapper, &m.event, NULL, &out);
	CHECK(is(buf_str(&out),
		 "map generic, severity 2, time none, so now\n"
		 "MEMBER   VALUE  GOES TO\n"
		 "service  s      header (app), with the record as it came\n"
		 "pid      1      with the record as it came\n"));
	buf_free(&out);
	end(&m);
}

static void an_explanation_tells_of_what_has_no_text(void)
{
	struct mapping m = begin("generic", &leef, 1000);
	struct buf out = BUF_INIT(4096);

	CHECK(mapper_read(m.mapper, SLICE("{\"a_b\":\"\",\"aB\":1}"),
			  &m.event, &m.e) == 0);
	mapper_explain(m.mapper, &m.event, NULL, &out);
	CHECK(is(buf_str(&out),
		 "map generic, severity 2, time none, so now\n"
		 "MEMBER  VALUE  GOES TO\n"
		 "a_b            left out: empty\n"
		 "aB      1      aB (custom)\n"));
	buf_free(&out);
	end(&m);
}

static void a_mapper_is_used_for_one_record_after_the_other(void)
{
	struct mapping m = begin("auto", &cef, 1000);

	for (int i = 0; i < 3; i++) {
		CHECK(mapper_read(m.mapper, SLICE("{\"ts\":1,\"action\":"
						  "\"classify\",\"x\":2}"),
				  &m.event, &m.e) == 0);
		CHECK(m.event.rest == 4 && m.event.count == 5);
		CHECK(mapper_read(m.mapper, SLICE("{\"y\":1}"), &m.event,
				  &m.e) == 0);
		CHECK(m.event.rest == 0 && m.event.count == 1);
	}
	end(&m);
}

int main(void)
{
	RUN(rows_come_in_their_order_and_the_rest_behind_them);
	RUN(a_label_goes_with_its_value);
	RUN(a_value_has_to_fit_the_type_of_its_key);
	RUN(what_does_not_fit_goes_where_the_row_says);
	RUN(a_row_may_state_a_type_itself);
	RUN(rows_of_the_same_key_are_alternatives);
	RUN(times_become_milliseconds_where_the_key_wants_them);
	RUN(the_first_time_that_is_one_is_that_of_the_event);
	RUN(another_time_is_kept_unless_it_says_the_same);
	RUN(an_event_without_a_time_has_the_present);
	RUN(a_byte_order_mark_is_dropped);
	RUN(bytes_that_are_not_utf_8_are_repaired);
	RUN(a_record_that_repairs_would_make_too_long_is_refused);
	RUN(what_is_no_object_is_refused_with_its_column);
	RUN(a_record_that_would_take_too_much_memory_is_refused);
	RUN(a_format_that_writes_the_record_gets_no_fields);
	RUN(attributes_are_decoded);
	RUN(severity_becomes_that_of_syslog);
	RUN(an_explanation_says_where_each_member_went);
	RUN(an_explanation_of_a_record_that_is_written_as_it_came);
	RUN(an_explanation_tells_of_what_has_no_text);
	RUN(a_mapper_is_used_for_one_record_after_the_other);
	return check_done();
}
