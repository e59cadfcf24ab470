/*
 * Documents: objects opened and closed, whatever fields there are, and no name
 * twice in any of them. ecs stands for the formats that write such.
 */
#include "lined.h"

#include "check.h"

#define START "{'@timestamp':'2025-10-08T22:45:00Z','ecs':{'version':'9.3.0'}"

/* What stands behind the start of a document of these rows. */
static const char *document(const char *rows, const char *members)
{
	char map[4096];
	char record[4096];

	snprintf(map, sizeof(map),
		 "{'name':'m','time':'t','ecs':{'fields':[%s]}}", rows);
	snprintf(record, sizeof(record), "{'t':1759963500%s%s}",
		 members[0] != '\0' ? "," : "", members);

	const char *line = written_by("ecs", "", map, record);
	return strncmp(line, START, strlen(START)) == 0 ? line + strlen(START)
							: line;
}

#define ROW(key, from) "{'key':'" key "','from':'" from "'}"

static const char paths[] = ROW("a.b.c", "1") "," ROW("a.b.d", "2") "," ROW(
	"a.e", "3") "," ROW("f", "4") "," ROW("g.h", "5");

static void objects_are_opened_and_closed_as_their_fields_are_there(void)
{
	CHECK(is(document(paths, ""), "}"));
	CHECK(is(
		document(paths, "'1':1,'2':2,'3':3,'4':4,'5':5"),
		",'a':{'b':{'c':'1','d':'2'},'e':'3'},'f':'4','g':{'h':'5'}}"));
	CHECK(is(document(paths, "'2':2,'5':5"),
		 ",'a':{'b':{'d':'2'}},'g':{'h':'5'}}"));
	CHECK(is(document(paths, "'3':3"), ",'a':{'e':'3'}}"));
	CHECK(is(document(paths, "'1':1,'4':4"),
		 ",'a':{'b':{'c':'1'}},'f':'4'}"));
}

static void every_set_of_fields_makes_an_object(void)
{
	for (unsigned set = 0; set < 64; set++) {
		char members[128] = "";

		for (unsigned i = 0; i < 6; i++)
			if ((set >> i & 1) != 0)
				sprintf(members + strlen(members), "%s'%u':'x'",
					members[0] ? "," : "", i + 1);
		document(paths, members);
		CHECK(!writing.repeats);
	}
}

static void a_long_path_and_a_long_value_are_written_as_well(void)
{
	static char value[3000], members[4000], want[4000];

	memset(value, 'v', sizeof(value) - 1);
	snprintf(members, sizeof(members), "'x':'%s','y':2", value);
	snprintf(want, sizeof(want),
		 ",'a-name-that-is-long':{'another-name-that-is-long':'%s',"
		 "'and-another-name-of-that-length':'2'}}",
		 value);
	CHECK(is(document(ROW("a-name-that-is-long.another-name-that-is-long",
			      "x") "," ROW("a-name-that-is-long."
					   "and-another-name-of-that-length",
					   "y"),
			  members),
		 want));
}

static void typed_values_stay_what_they_are(void)
{
	const char *rows = ROW("event.sequence", "i") "," ROW(
		"event.risk_score",
		"d") "," ROW("event.type",
			     "l") "," ROW("source.ip",
					  "a") "," ROW("source.port",
						       "p") "," ROW("tls."
								    "establishe"
								    "d",
								    "b");

	CHECK(is(
		document(rows, "'i':7,'d':1.50,'l':['x'],'a':'::1','p':'80',"
			       "'b':true"),
		",'event':{'sequence':7,'risk_score':1.50,'type':['x']},"
		"'source':{'ip':'::1','port':80},'tls':{'established':true}}"));
	CHECK(is(document(rows, "'i':7.5,'d':1e999,'l':[1],'a':'x','p':65536,"
				"'b':'yes'"),
		 ",'labels':{'i':'7.5','d':'1e999','l':'[1]','a':'x',"
		 "'p':'65536','b':'yes'}}"));
}

static void containers_are_json_where_their_type_says_so(void)
{
	const char *rows =
		"{'key':'x','type':'json','from':'a'}," ROW("message", "b");

	CHECK(is(document(rows, "'a':[1, {'y': 2}],'b':[3, 4]"),
		 ",'x':[1,{'y':2}],'message':'[3,4]'}"));
	CHECK(is(document(rows, "'a':{'y':1,'y':2}"),
		 ",'x':'{\\'y\\':1,\\'y\\':2}'}"));
	CHECK(!writing.repeats);
	CHECK(is(document(rows, "'a':[1e999]"), ",'x':'[1e999]'}"));
}

static void a_time_is_text_in_utc(void)
{
	CHECK(is(document(ROW("event.created", "c") "," ROW("event.id", "i"),
			  "'c':'2025-10-08T22:45:00.5-01:00','i':1"),
		 ",'event':{'created':'2025-10-08T23:45:00.500Z','id':'1'}}"));
}

/* With --max-line of so many bytes more than the start. */
static const char *limited(size_t bytes, const char *rows, const char *members)
{
	writing.max_line = strlen(START) + bytes;
	const char *line = document(rows, members);
	writing.max_line = 0;
	return line;
}

static void max_line_leaves_out_what_is_last_and_closes_the_rest(void)
{
	const char *members = "'1':1,'2':2,'3':3,'4':4,'9':9";

	CHECK(is(limited(20, paths, members), "}"));
	CHECK(writing.counts.left_out == 5);
	CHECK(is(limited(21, paths, members), ",'a':{'b':{'c':'1'}}}"));
	CHECK(writing.counts.left_out == 4);
	CHECK(is(limited(29, paths, members), ",'a':{'b':{'c':'1','d':'2'}}}"));
	CHECK(is(limited(50, paths, members),
		 ",'a':{'b':{'c':'1','d':'2'},'e':'3'},'f':'4'}"));
	CHECK(writing.counts.left_out == 1);
	for (size_t bytes = 1; bytes < 80; bytes++) {
		const char *line = limited(bytes, paths, members);

		CHECK(!writing.repeats && strlen(line) <= bytes);
	}
	CHECK(strncmp(limited(0, paths, members), "error: a line of", 16) == 0);
}

int main(void)
{
	RUN(objects_are_opened_and_closed_as_their_fields_are_there);
	RUN(every_set_of_fields_makes_an_object);
	RUN(a_long_path_and_a_long_value_are_written_as_well);
	RUN(typed_values_stay_what_they_are);
	RUN(containers_are_json_where_their_type_says_so);
	RUN(a_time_is_text_in_utc);
	RUN(max_line_leaves_out_what_is_last_and_closes_the_rest);
	return check_done();
}
