/* ocsf: events of two classes, with all that these have to have. */
#include "lined.h"

#include "check.h"

static const char map_text[] =
	"{'name':'m','time':'t','severity':['s',2],'%s':{"
	"'activity':'act','activity_name':'name','product':'prod','fields':["
	"{'key':'metadata.uid','from':'uid'},"
	"{'key':'actor.user.name','from':'user'},"
	"{'key':'api.request.uid','from':'req'},"
	"{'key':'api.operation','from':'op'},"
	"{'key':'policy.version','from':'pol'},"
	"{'key':'finding_info.title','from':'title'},"
	"{'key':'finding_info.first_seen_time','from':'seen'}]}}";

static const char *event_of(const char *variant, const char *members)
{
	char map[2048];
	char record[2048];

	snprintf(map, sizeof(map), map_text,
		 strcmp(variant, "api") == 0 ? "ocsf" : "ocsf_finding");
	snprintf(record, sizeof(record), "{'t':1759963500.25%s%s}",
		 members[0] != '\0' ? "," : "", members);
	return written_by("ocsf", variant, map, record);
}

#define API                                                        \
	"{'time':1759963500250,'severity_id':1,'category_uid':6,"  \
	"'class_uid':6003,'type_uid':600300,'activity_id':0,"      \
	"'activity_name':'Unknown','metadata':{'version':'1.6.0'," \
	"'product':{'name':'unknown'}}"
#define ACTOR ",'actor':{'app_name':'unknown'}"
#define OPERATION ",'api':{'operation':'unknown'}"
#define SOURCE ",'src_endpoint':{'svc_name':'unknown'}"

static const char *api(const char *members)
{
	const char *line = event_of("api", members);

	return strncmp(line, API, strlen(API)) == 0 ? line + strlen(API) : line;
}

static void what_a_class_has_to_have_is_there_whatever_the_record(void)
{
	CHECK(is(api(""), ACTOR OPERATION SOURCE "}"));
	CHECK(is(api("'user':'eve','op':'call'"),
		 ",'actor':{'user':{'name':'eve'}},'api':{'operation':'call'"
		 "}" SOURCE "}"));
	CHECK(is(api("'op':'','user':{}"),
		 ",'actor':{'user':{'name':'{}'}}" OPERATION SOURCE
		 ",'unmapped':{'op':''}}"));
	CHECK(is(event_of("finding", ""),
		 "{'time':1759963500250,'severity_id':1,'category_uid':2,"
		 "'class_uid':2004,'type_uid':200400,'activity_id':0,"
		 "'activity_name':'Unknown','metadata':{'version':'1.6.0',"
		 "'product':{'name':'unknown'}},'finding_info':"
		 "{'uid':'unknown'}}"));
}

static void it_stands_in_the_object_that_is_there(void)
{
	CHECK(is(api("'req':'r','user':'u'"),
		 ",'actor':{'user':{'name':'u'}},'api':{'operation':'unknown',"
		 "'request':{'uid':'r'}}" SOURCE "}"));
	CHECK(is(api("'pol':3,'x':1"),
		 ",'policy':{'name':'unknown','version':'3'}" ACTOR OPERATION
			 SOURCE ",'unmapped':{'x':1}}"));
	CHECK(strstr(event_of("finding", "'title':'x','seen':7"),
		     "'finding_info':{'uid':'unknown','title':'x',"
		     "'first_seen_time':7000}") != NULL);
}

static void the_activity_makes_the_type(void)
{
	static const struct {
		const char *variant, *members, *want;
	} rows[] = {
		{ "api", "'act':3",
		  "'type_uid':600303,'activity_id':3,"
		  "'activity_name':'Update'," },
		{ "api", "'act':99,'name':'call'",
		  "'type_uid':600399,'activity_id':99,"
		  "'activity_name':'call'," },
		{ "api", "'act':99",
		  "'activity_id':99,"
		  "'activity_name':'Other'," },
		{ "api", "'act':'x\\\\','name':'q\\\\'",
		  "'activity_id':99,'activity_name':'q\\\\'," },
		{ "api", "'act':5", "'activity_id':99," },
		{ "finding", "'act':1",
		  "'type_uid':200401,'activity_id':1,"
		  "'activity_name':'Create'," },
		{ "finding", "'act':4",
		  "'type_uid':200499,"
		  "'activity_id':99," },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *line = event_of(rows[i].variant, rows[i].members);

		CHECK(strstr(line, rows[i].want) != NULL);
		CHECK(!writing.repeats);
	}
}

static void severities_are_those_of_the_table(void)
{
	static const char want[] = "11123334455";
	char members[40], text[40];

	for (int i = 0; i <= 10; i++) {
		snprintf(members, sizeof(members), "'s':%d", i);
		snprintf(text, sizeof(text), "'severity_id':%c,", want[i]);
		CHECK(strstr(event_of("api", members), text) != NULL);
	}
	CHECK(strstr(event_of("api", "'s':'emergency'"), "'severity_id':6,") !=
	      NULL);
}

static void members_stand_under_unmapped_as_they_are(void)
{
	CHECK(is(api("'n':1.50,'b':false,'e':'','o':{'p':[1,{'q':null}]},"
		     "'z':null,'s':'2\\u00e9\\n\\u007f'"),
		 ACTOR OPERATION SOURCE
		 ",'unmapped':{'n':1.50,'b':false,'e':'',"
		 "'o':{'p':[1,{'q':null}]},'s':'2\xc3\xa9\\n\\u007f'}}"));
	CHECK(is(api("'l':['\x7f']"),
		 ACTOR OPERATION SOURCE ",'unmapped':{'l':['\\u007f']}}"));
}

static void what_readers_would_differ_about_is_text(void)
{
	CHECK(is(api("'o':{'p':1,'p':2},'n':1e999,"
		     "'m':99999999999999999999,'l':[{'a\\u0000':1}]"),
		 ACTOR OPERATION SOURCE
		 ",'unmapped':{'o':'{\\'p\\':1,\\'p\\':2}','n':'1e999',"
		 "'m':'99999999999999999999',"
		 "'l':'[{\\'a\\\\u0000\\':1}]'}}"));
	CHECK(!writing.repeats);
}

static void hostile_names_stay_under_unmapped(void)
{
	CHECK(is(api("'unmapped':{'x':1},'unmapped.x':2,'class_uid':3,"
		     "'metadata':{'version':'9'},'':4,'a\\\\b\\n':5,"
		     "'actor.app_name':6"),
		 ACTOR OPERATION SOURCE
		 ",'unmapped':{'unmapped':{'x':1},'unmapped.x':2,"
		 "'class_uid':3,'metadata':{'version':'9'},'':4,"
		 "'a\\\\b\\n':5,'actor.app_name':6}}"));
	api("'a\\u0000':1,'a\\ufffd':2,'a\\u0000':3,'\\ud800':4,'\\udc00':5,"
	    "'k':1,'\\u006b':2,'unmapped':1,'unmapped':2");
	CHECK(!writing.repeats);
}

static void max_line_keeps_what_a_class_has_to_have(void)
{
	const char *members = "'user':'eve','req':'r','op':'call','pol':'1',"
			      "'x':'a','y':'b','uid':'u'";
	size_t bare = strlen(API ACTOR OPERATION SOURCE "}");
	size_t whole_line = strlen(event_of("api", members));

	for (size_t most = bare - 40; most <= whole_line; most++) {
		writing.max_line = most;
		const char *line = event_of("api", members);
		bool refused = strncmp(line, "error: a line of", 16) == 0;

		CHECK(refused == (most < bare));
		CHECK(refused || (!writing.repeats && strlen(line) <= most &&
				  strstr(line, "'actor':{") != NULL &&
				  strstr(line, "'operation':") != NULL &&
				  strstr(line, "'src_endpoint':{") != NULL));
		CHECK((writing.counts.left_out > 0) ==
		      (!refused && most < whole_line));
	}
	writing.max_line = 0;
}

static void the_place_of_the_rest_is_not_for_maps(void)
{
	CHECK(strstr(written_by("ocsf", "api",
				"{'ocsf':{'fields':[{'key':'unmapped.x',"
				"'from':'a'}]}}",
				"{}"),
		     "is for members that no row names") != NULL);
	CHECK(strstr(written_by("ocsf", "api",
				"{'ocsf':{'fields':[{'key':'class_uid',"
				"'from':'a'}]}}",
				"{}"),
		     "is not for maps to write") != NULL);
}

int main(void)
{
	RUN(what_a_class_has_to_have_is_there_whatever_the_record);
	RUN(it_stands_in_the_object_that_is_there);
	RUN(the_activity_makes_the_type);
	RUN(severities_are_those_of_the_table);
	RUN(members_stand_under_unmapped_as_they_are);
	RUN(what_readers_would_differ_about_is_text);
	RUN(hostile_names_stay_under_unmapped);
	RUN(max_line_keeps_what_a_class_has_to_have);
	RUN(the_place_of_the_rest_is_not_for_maps);
	return check_done();
}
