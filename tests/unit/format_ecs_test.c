/* ecs: documents of the Elastic Common Schema. */
#include "lined.h"

#include "check.h"

#define START "{'@timestamp':'2025-10-08T22:45:00Z','ecs':{'version':'9.3.0'}"

static const char *ecs(const char *record)
{
	return written("ecs", "", "generic", record);
}

static bool begins(const char *line, const char *start)
{
	if (strncmp(line, start, strlen(start)) == 0)
		return true;
	printf("# want %s\n# got  %s\n", start, line);
	return false;
}

static bool has(const char *line, const char *text)
{
	if (strstr(line, text) != NULL)
		return true;
	printf("# %s\n# lacks %s\n", line, text);
	return false;
}

static void a_document_begins_with_its_time_in_utc(void)
{
	CHECK(begins(ecs("{'time':'2025-10-08T22:45:00Z'}"), START));
	CHECK(begins(ecs("{'time':'2025-10-09T00:45:00.250+02:00'}"),
		     "{'@timestamp':'2025-10-08T22:45:00.250Z',"));
	CHECK(begins(ecs("{}"), "{'@timestamp':'20"));
}

static void what_siem_tail_stamped_comes_first(void)
{
	const char stamp[] = "{'siem_id':'5f0c9ad21b3e4d6f8091a2b3c4d5e6f7',";

	CHECK(begins(ecs("{'siem_id':'5f0c9ad21b3e4d6f8091a2b3c4d5e6f7',"
			 "'time':1759963500}"),
		     stamp));
	CHECK(begins(ecs(" { 'siem_id': '5f0c9ad21b3e4d6f8091a2b3c4d5e6f7'}"),
		     stamp));
	CHECK(begins(ecs("{'time':1759963500,"
			 "'siem_id':'5f0c9ad21b3e4d6f8091a2b3c4d5e6f7'}"),
		     START));
	CHECK(begins(ecs("{'siem_id':'5f0c9ad21b3e4d6f8091a2b3c4d5e6f',"
			 "'time':1759963500}"),
		     START));
	CHECK(begins(ecs("{'siem_id':'5F0C9AD21B3E4D6F8091A2B3C4D5E6F7',"
			 "'time':1759963500}"),
		     START));
}

static void the_time_is_not_said_again(void)
{
	CHECK(strstr(ecs("{'time':1759963500}"), "labels") == NULL);
	CHECK(has(ecs("{'time':'never'}"), "'labels':{'time':'never'}"));
}

static void members_without_a_field_are_labels_and_text(void)
{
	CHECK(has(ecs("{'n':1.50,'b':false,'o':{'p':{'q':null,'r':1}},'e':'',"
		      "'l':[1,'x']}"),
		  "'labels':{'n':'1.50','b':'false','o_p_r':'1','e':'',"
		  "'l':'[1,\\'x\\']'}}"));
}

static void hostile_names_stay_labels(void)
{
	CHECK(has(ecs("{'event.kind':'a','labels':{'x':1},'labels_x':2,"
		      "'ecs':{'version':'b'},'event_kind':3,'@timestamp':'c',"
		      "'labels.x':4}"),
		  "'labels':{'event_kind':'a','labels_x':'1','labels_x2':'2',"
		  "'ecs_version':'b','event_kind2':'3','@timestamp':'c',"
		  "'labels_x3':'4'}}"));
	CHECK(!writing.repeats);
	ecs("{'event':{'kind':1,'kind':2},'event':3,'labels':[],'labels':{},"
	    "'a\\u0000':1,'a\\ufffd':2,'':{'':{'':1}},'\\ud800':1}");
	CHECK(!writing.repeats);
}

static const char *with_key(const char *key)
{
	char map[256];

	snprintf(map, sizeof(map),
		 "{'ecs':{'fields':[{'key':'%s','from':'a'}]}}", key);
	return written_by("ecs", "", map, "{}");
}

static void a_map_writes_no_field_that_is_an_object_or_the_formats(void)
{
	CHECK(has(with_key("@timestamp"), "not for maps to write"));
	CHECK(has(with_key("ecs.version"), "not for maps to write"));
	CHECK(has(with_key("event"), "not for maps to write"));
	CHECK(has(with_key("labels"), "not for maps to write"));
	CHECK(has(with_key("message.text"), "not for maps to write"));
	CHECK(begins(with_key("acme.own"), "{'@timestamp"));
	CHECK(begins(with_key("labels.own"), "{'@timestamp"));
}

int main(void)
{
	RUN(a_document_begins_with_its_time_in_utc);
	RUN(what_siem_tail_stamped_comes_first);
	RUN(the_time_is_not_said_again);
	RUN(members_without_a_field_are_labels_and_text);
	RUN(hostile_names_stay_labels);
	RUN(a_map_writes_no_field_that_is_an_object_or_the_formats);
	return check_done();
}
