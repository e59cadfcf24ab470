/*
 * The expressions of the map language: each test maps one record by a map
 * whose field x is the expression, so that what is left over shows as well.
 */
#include "mapping.h"

#include "check.h"

/* The fields of a record, x being from. */
static const char *fields_of(const char *from, const char *record)
{
	char map[2048];
	const char *line;

	snprintf(map, sizeof(map),
		 "{'name':'m','time':'t','severity':[{'table':{'warn':5},"
		 "'of':'level'},2],'define':{'ab':['a','b'],"
		 "'id':{'text':'{a}-{b}'}},"
		 "'cef':{'fields':[{'key':'x','from':%s}]}}",
		 from);
	line = mapped_by(map, &cef, record);
	return strncmp(line, "m|", 2) == 0 ? strrchr(line, '|') + 1 : line;
}

static void a_path_is_the_member_it_leads_to(void)
{
	CHECK(is(fields_of("'a'", "{'a':1}"), "x=1"));
	CHECK(is(fields_of("'a.b'", "{'a':{'b':'z'}}"), "x=z"));
	CHECK(is(fields_of("'a'", "{'b':1}"), "b=1"));
	CHECK(is(fields_of("'a'", "{'a':true}"), "x=true"));
	CHECK(is(fields_of("'a\\\\.b'", "{'a.b':1,'a':{'b':2}}"), "x=1 aB=2"));
	CHECK(is(fields_of("'\\\\$a'", "{'$a':1}"), "x=1"));
}

static void an_array_or_object_is_compact_json(void)
{
	CHECK(is(fields_of("'a'", "{'a':{ 'b' : [ 1, 2 ] }}"),
		 "x={'b':[1,2]}"));
	CHECK(is(fields_of("'a'", "{'a':[ ]}"), "x=[]"));
	CHECK(is(fields_of("'a'", "{'a':{}}"), "x={}"));
}

static void null_is_as_good_as_nothing(void)
{
	CHECK(is(fields_of("'a'", "{'a':null}"), ""));
	CHECK(is(fields_of("['a','b']", "{'a':null,'b':1}"), "x=1"));
	CHECK(is(fields_of("{'if':{'has':'a'},'then':1}", "{'a':null}"), ""));
}

static void the_first_alternative_that_is_there_counts(void)
{
	CHECK(is(fields_of("['a','b','c']", "{'c':3,'b':2}"), "x=2 c=3"));
	CHECK(is(fields_of("['a',{'const':'k'}]", "{}"), "x=k"));
	CHECK(is(fields_of("['a',5]", "{}"), "x=5"));
	CHECK(is(fields_of("'$ab'", "{'b':2}"), "x=2"));
}

static void an_empty_text_is_there_but_makes_no_field(void)
{
	CHECK(is(fields_of("['a','b']", "{'a':'','b':1}"), "a= b=1"));
}

static void an_alternative_that_says_the_same_is_not_kept(void)
{
	CHECK(is(fields_of("['a','b']", "{'a':1,'b':1}"), "x=1"));
	CHECK(is(fields_of("['a','b']", "{'a':1,'b':'1'}"), "x=1"));
	CHECK(is(fields_of("['a','b']", "{'a':'x','b':'\\u0078'}"), "x=x"));
	CHECK(is(fields_of("['a','b']", "{'a':1,'b':1.0}"), "x=1 b=1.0"));
	CHECK(is(fields_of("['a',{'text':'{b}!'}]", "{'a':'k!','b':'k'}"),
		 "x=k!"));
}

static void a_constant_may_be_of_any_simple_kind(void)
{
	CHECK(is(fields_of("{'const':'a b'}", "{}"), "x=a b"));
	CHECK(is(fields_of("{'const':-7}", "{}"), "x=-7"));
	CHECK(is(fields_of("{'const':true}", "{}"), "x=true"));
	CHECK(is(fields_of("false", "{}"), "x=false"));
}

static void a_template_needs_all_of_its_parts(void)
{
	CHECK(is(fields_of("{'text':'{a}/{b.c}'}", "{'a':1,'b':{'c':2}}"),
		 "x=1/2"));
	CHECK(is(fields_of("{'text':'{a}/{b}'}", "{'a':1}"), "a=1"));
	CHECK(is(fields_of("{'text':'{a}/{b}'}", "{'a':1,'b':''}"), "a=1 b="));
	CHECK(is(fields_of("{'text':'{{{a}}}'}", "{'a':1}"), "x={1}"));
	CHECK(is(fields_of("{'text':'<{$id}>'}", "{'a':1,'b':2}"), "x=<1-2>"));
	CHECK(is(fields_of("{'text':'{a}'}", "{'a':'\\u00e9'}"), "x=\u00e9"));
}

static void a_table_replaces_what_it_knows(void)
{
	const char *field = "{'table':{'1':'one','true':'yes','':'none'},"
			    "'of':'a'}";

	CHECK(is(fields_of(field, "{'a':1}"), "x=one"));
	CHECK(is(fields_of(field, "{'a':'1'}"), "x=one"));
	CHECK(is(fields_of(field, "{'a':true}"), "x=yes"));
	CHECK(is(fields_of(field, "{'a':''}"), "x=none"));
	CHECK(is(fields_of(field, "{'a':'\\u0031'}"), "x=one"));
}

static void what_a_table_does_not_know_is_left_over(void)
{
	CHECK(is(fields_of("{'table':{'1':'one'},'of':'a'}", "{'a':2}"),
		 "a=2"));
	CHECK(is(fields_of("{'table':{'1':'one'},'of':'a'}", "{'a':[1]}"),
		 "a=[1]"));
	CHECK(is(fields_of("{'table':{'1':'one'},'of':'a','else':'b'}",
			   "{'a':2,'b':3}"), "x=3 a=2"));
}

static void a_table_may_ignore_case(void)
{
	CHECK(is(fields_of("{'table':{'Warn':1},'of':'a',"
			   "'ignore_case':true}", "{'a':'wARN'}"), "x=1"));
	CHECK(is(fields_of("{'table':{'Warn':1},'of':'a'}", "{'a':'warn'}"),
		 "a=warn"));
}

static void a_large_table_finds_each_of_its_names(void)
{
	char map[8192] = "{'name':'m','cef':{'fields':[{'key':'x','from':"
			 "{'table':{";
	size_t len = strlen(map);

	for (int i = 0; i < 300; i++)
		len += (size_t)snprintf(map + len, sizeof(map) - len,
					"%s'k%d':%d", i > 0 ? "," : "", i,
					i * 2);
	snprintf(map + len, sizeof(map) - len, "},'of':'a'}}]}}");
	CHECK(strstr(mapped_by(map, &cef, "{'a':'k0'}"), "|x=0") != NULL);
	CHECK(strstr(mapped_by(map, &cef, "{'a':'k299'}"), "|x=598") != NULL);
	CHECK(strstr(mapped_by(map, &cef, "{'a':'k300'}"), "|a=k300") != NULL);
}

static void a_join_makes_one_text_of_an_array(void)
{
	CHECK(is(fields_of("{'join':'a'}", "{'a':[1,'b',true,null]}"),
		 "x=1,b,true"));
	CHECK(is(fields_of("{'join':'a','by':' + '}", "{'a':[1,2]}"),
		 "x=1 + 2"));
	CHECK(is(fields_of("{'join':'a'}", "{'a':[{'k': 1},[ ]]}"),
		 "x={'k':1},[]"));
	CHECK(is(fields_of("{'join':'a'}", "{'a':'\\u0041'}"), "x=A"));
	CHECK(is(fields_of("{'join':['a','b']}", "{'b':[3]}"), "x=3"));
}

static void an_item_says_what_becomes_of_an_element(void)
{
	const char *join = "{'join':'a','item':[{'text':'{k}:{v}'},'k',"
			   "'$element']}";

	CHECK(is(fields_of(join, "{'a':[{'k':'p','v':0.5},{'v':1,'k':'q'}]}"),
		 "x=p:0.5,q:1"));
	CHECK(is(fields_of(join, "{'a':[{'k':'p'},'q',{'v':1}]}"),
		 "x=p,q,{'v':1}"));
	CHECK(is(fields_of(join, "{'a':[{'k':'p','v':1,'k':'q'}]}"), "x=q:1"));
	CHECK(is(fields_of(join, "{'a':[{'\\u006b':'p','v':null}]}"), "x=p"));
	CHECK(is(fields_of("{'join':'a','item':'k.l'}",
			   "{'a':[{'k':{'l':1}},{'k':{'l':2}}]}"), "x=1,2"));
}

/* What joins make of an element: alone, and behind another one. */
static bool joins(const char *item, const char *element, const char *want)
{
	char join[256], alone[1024], second[1024], text[1024];

	snprintf(join, sizeof(join), "{'join':'a'%s}", item);
	snprintf(alone, sizeof(alone), "{'a':[%s]}", element);
	snprintf(second, sizeof(second), "{'a':[{'k':1,'v':2},%s]}", element);
	snprintf(text, sizeof(text), "x=%s", want);
	if (!is(fields_of(join, alone), text))
		return false;
	snprintf(text, sizeof(text), "x=%s,%s",
		 item[0] == '\0' ? "{'k':1,'v':2}" : "1:2", want);
	return is(fields_of(join, second), text);
}

static void a_join_reads_every_element_alike(void)
{
	const char *item = ",'item':[{'text':'{k}:{v}'},'k','$element']";

	CHECK(joins(item, "{'k':'p','v':'q'}", "p:q"));
	CHECK(joins(item, "{ 'k' : 'p' , 'v' : 0.5e1 }", "p:0.5e1"));
	CHECK(joins(item, "{'v':true,'k':'p'}", "p:true"));
	CHECK(joins(item, "{'k':'p'}", "p"));
	CHECK(joins(item, "{'k':'p','v':null}", "p"));
	CHECK(joins(item, "{'k':null,'v':1}", "{'k':null,'v':1}"));
	CHECK(joins(item, "{'k':'\\u0041','v':1}", "A:1"));
	CHECK(joins(item, "{'k':'p','v':[ 1, 2 ]}", "p:[1,2]"));
	CHECK(joins(item, "{'k':'p','v':{'w':1}}", "p:{'w':1}"));
	CHECK(joins(item, "{'k':'p','v':1,'v':2}", "p:2"));
	CHECK(joins(item, "'p'", "p"));
	CHECK(joins(item, "{}", "{}"));
	CHECK(joins(item, "[{'k':1}]", "[{'k':1}]"));
	CHECK(joins(item,
		    "{'k':'0123456789012345678901234567890123456789','v':1}",
		    "0123456789012345678901234567890123456789:1"));
	CHECK(joins("", "'\\u0041'", "A"));
	CHECK(joins("", "[ 1 ]", "[1]"));
	CHECK(joins("", "false", "false"));
}

static void a_template_may_name_a_member_twice(void)
{
	CHECK(is(fields_of("{'join':'a','item':{'text':'{k}{k}'}}",
			   "{'a':[{'k':1},{'k':2,'k':3}]}"), "x=11,33"));
	CHECK(is(fields_of("{'join':'a','item':{'text':'{k.l}{k}'}}",
			   "{'a':[{'k':{'l':1}},{'l':2,'k':3}]}"),
		 "x=1{'l':1} a=[{'k':{'l':1}},{'l':2,'k':3}]"));
}

static void a_join_that_loses_something_leaves_the_array_as_well(void)
{
	CHECK(is(fields_of("{'join':'a','item':'k'}",
			   "{'a':[{'k':1,'v':2}]}"),
		 "x=1 a=[{'k':1,'v':2}]"));
	CHECK(is(fields_of("{'join':'a','item':{'text':'{k}'}}",
			   "{'a':[{'k':1},{'k':2,'v':3}]}"),
		 "x=1,2 a=[{'k':1},{'k':2,'v':3}]"));
	CHECK(is(fields_of("{'join':'a','item':[{'text':'{k}{v}'},'k']}",
			   "{'a':[{'k':1,'v':2},{'k':3,'v':''}]}"),
		 "x=12,3 a=[{'k':1,'v':2},{'k':3,'v':''}]"));
	CHECK(is(fields_of("{'join':'a','item':['k','v']}",
			   "{'a':[{'k':1,'v':2}]}"),
		 "x=1 a=[{'k':1,'v':2}]"));
	CHECK(is(fields_of("{'join':'a','item':'k.l'}",
			   "{'a':[{'k':{'l':1,'m':2}}]}"),
		 "x=1 a=[{'k':{'l':1,'m':2}}]"));
	CHECK(is(fields_of("{'join':'a','item':'k'}", "{'a':[{'k':1},7]}"),
		 "x=1 a=[{'k':1},7]"));
	CHECK(is(fields_of("{'join':'a','item':'k'}",
			   "{'a':[{'k':1,'v':null}]}"), "x=1"));
}

static void a_join_without_result_leaves_the_array(void)
{
	CHECK(is(fields_of("{'join':'a'}", "{'a':[]}"), "a=[]"));
	CHECK(is(fields_of("{'join':'a','item':'k'}", "{'a':[1]}"), "a=[1]"));
	CHECK(is(fields_of("{'join':'a'}", "{}"), ""));
}

static void joins_may_be_nested(void)
{
	CHECK(is(fields_of("{'join':'a','by':';','item':{'join':'k'}}",
			   "{'a':[{'k':[1,2]},{'k':[3]}]}"), "x=1,2;3"));
}

static void a_definition_within_an_item_speaks_of_the_record(void)
{
	CHECK(is(fields_of("{'join':'l','item':{'text':'{k}@{$ab}'}}",
			   "{'b':'h','l':[{'k':1},{'k':2}]}"),
		 "x=1@h,2@h b=h"));
}

static void a_sum_adds_the_numbers_of_an_array_or_object(void)
{
	CHECK(is(fields_of("{'sum':'a'}", "{'a':{'p':2,'q':3}}"), "x=5"));
	CHECK(is(fields_of("{'sum':'a'}", "{'a':[1,null,-4]}"), "x=-3"));
	CHECK(is(fields_of("{'sum':'a'}", "{'a':7}"), "x=7"));
	CHECK(is(fields_of("{'sum':'a'}", "{'a':[0.1,0.2]}"),
		 "x=0.30000000000000004"));
	CHECK(is(fields_of("{'sum':'a'}", "{'a':[1,0.5]}"), "x=1.5"));
}

static void a_sum_beyond_64_bits_goes_on_as_a_double(void)
{
	CHECK(is(fields_of("{'sum':'a'}",
			   "{'a':[9223372036854775807,1,-1]}"),
		 "x=9.223372036854776e+18"));
}

static void a_sum_of_what_is_no_number_is_none(void)
{
	CHECK(is(fields_of("{'sum':'a'}", "{'a':[1,'2']}"), "a=[1,'2']"));
	CHECK(is(fields_of("{'sum':'a'}", "{'a':{}}"), "a={}"));
	CHECK(is(fields_of("{'sum':'a'}", "{'a':[1e400]}"), "a=[1e400]"));
	CHECK(is(fields_of("{'sum':'a'}", "{'a':'x'}"), "a=x"));
}

static void if_chooses_and_does_not_use_what_it_asked(void)
{
	const char *from = "{'if':{'of':'a','is':1},'then':'b','else':'c'}";

	CHECK(is(fields_of(from, "{'a':1,'b':2,'c':3}"), "x=2 a=1 c=3"));
	CHECK(is(fields_of(from, "{'a':2,'b':2,'c':3}"), "x=3 a=2 b=2"));
	CHECK(is(fields_of("{'if':{'has':'a'},'then':'b'}", "{'b':1}"),
		 "b=1"));
}

/* "x=yes" or nothing, as the condition holds of a record. */
static bool holds(const char *cond, const char *record)
{
	char from[1024];

	snprintf(from, sizeof(from), "{'if':%s,'then':{'const':'yes'}}", cond);
	return strncmp(fields_of(from, record), "x=yes", 5) == 0;
}

static void has_asks_whether_a_value_is_there(void)
{
	CHECK(holds("{'has':'a'}", "{'a':0}"));
	CHECK(holds("{'has':'a'}", "{'a':''}"));
	CHECK(!holds("{'has':'a'}", "{'a':null}"));
	CHECK(!holds("{'has':'a'}", "{'b':1}"));
	CHECK(holds("{'has':['a','b']}", "{'b':1}"));
	CHECK(holds("{'has':{'text':'{a}{b}'}}", "{'a':1,'b':1}"));
	CHECK(!holds("{'has':{'text':'{a}{b}'}}", "{'a':1}"));
}

static void is_and_in_compare_texts(void)
{
	CHECK(holds("{'of':'a','is':'x'}", "{'a':'x'}"));
	CHECK(holds("{'of':'a','is':'x'}", "{'a':'\\u0078'}"));
	CHECK(!holds("{'of':'a','is':'x'}", "{'a':'X'}"));
	CHECK(holds("{'of':'a','is':1}", "{'a':'1'}"));
	CHECK(holds("{'of':'a','is':false}", "{'a':false}"));
	CHECK(!holds("{'of':'a','is':false}", "{}"));
	CHECK(holds("{'of':'a','in':['x',2,'']}", "{'a':2}"));
	CHECK(holds("{'of':'a','in':['x',2,'']}", "{'a':''}"));
	CHECK(!holds("{'of':'a','in':['x',2]}", "{'a':3}"));
	CHECK(!holds("{'of':'a','in':[]}", "{'a':3}"));
}

static void a_text_may_start_and_end_with_a_word(void)
{
	CHECK(holds("{'of':'a','starts':'ab'}", "{'a':'abc'}"));
	CHECK(!holds("{'of':'a','starts':'ab'}", "{'a':'a'}"));
	CHECK(holds("{'of':'a','ends':'_ERROR'}", "{'a':'PARSE_ERROR'}"));
	CHECK(!holds("{'of':'a','ends':'_ERROR'}", "{'a':'ERROR'}"));
}

static void longer_counts_the_bytes_of_the_decoded_text(void)
{
	CHECK(holds("{'of':'a','longer':2}", "{'a':'abc'}"));
	CHECK(!holds("{'of':'a','longer':3}", "{'a':'abc'}"));
	CHECK(!holds("{'of':'a','longer':3}", "{'a':'\\u0061bc'}"));
}

static void a_value_has_a_type(void)
{
	CHECK(holds("{'of':'a','type':'string'}", "{'a':'1'}"));
	CHECK(!holds("{'of':'a','type':'string'}", "{'a':1}"));
	CHECK(holds("{'of':'a','type':'number'}", "{'a':1}"));
	CHECK(holds("{'of':'a','type':'bool'}", "{'a':true}"));
	CHECK(holds("{'of':'a','type':'bool'}", "{'a':false}"));
	CHECK(holds("{'of':'a','type':'array'}", "{'a':[]}"));
	CHECK(holds("{'of':'a','type':'object'}", "{'a':{}}"));
	CHECK(!holds("{'of':'a','type':'object'}", "{}"));
}

static void a_value_fits_a_field_type(void)
{
	CHECK(holds("{'of':'a','fits':'int64'}", "{'a':'1'}"));
	CHECK(!holds("{'of':'a','fits':'int64'}", "{'a':'010'}"));
	CHECK(!holds("{'of':'a','fits':'int64'}", "{'a':[1]}"));
	CHECK(holds("{'of':'a','fits':'ipv4'}", "{'a':'10.0.0.\\u0031'}"));
	CHECK(holds("{'of':'a','fits':'time'}", "{'a':1759963500}"));
	CHECK(!holds("{'of':'a','fits':'time'}", "{'a':'yesterday'}"));
}

static void some_looks_at_the_elements_of_an_array(void)
{
	const char *some = "{'some':'a','where':{'of':['k','$element'],"
			   "'is':'x'}}";

	CHECK(holds(some, "{'a':[{'k':'y'},{'k':'x'}]}"));
	CHECK(holds(some, "{'a':['y','x']}"));
	CHECK(holds(some, "{'a':'x'}"));
	CHECK(holds(some, "{'a':{'k':'x'}}"));
	CHECK(!holds(some, "{'a':[{'k':'y'},null]}"));
	CHECK(!holds(some, "{'a':[]}"));
	CHECK(!holds(some, "{}"));
}

static void conditions_combine(void)
{
	CHECK(holds("{'all':[{'has':'a'},{'has':'b'}]}", "{'a':1,'b':1}"));
	CHECK(!holds("{'all':[{'has':'a'},{'has':'b'}]}", "{'a':1}"));
	CHECK(holds("{'any':[{'has':'a'},{'has':'b'}]}", "{'b':1}"));
	CHECK(!holds("{'any':[{'has':'a'},{'has':'b'}]}", "{}"));
	CHECK(holds("{'not':{'has':'a'}}", "{}"));
}

static void time_and_severity_of_the_event_have_names(void)
{
	CHECK(is(fields_of("'$time'", "{'t':'2025-10-08T22:45:00Z'}"),
		 "x=2025-10-08T22:45:00Z"));
	CHECK(is(fields_of("'$time'", "{'t':'yesterday'}"), "t=yesterday"));
	CHECK(is(fields_of("'$severity'", "{'level':'warn'}"), "x=5"));
	CHECK(is(fields_of("'$severity'", "{'level':'odd'}"),
		 "x=2 level=odd"));
}

static void the_last_of_equal_members_counts(void)
{
	CHECK(is(fields_of("'a'", "{'a':1,'a':2}"), "x=2"));
	CHECK(is(fields_of("'a.b'", "{'a':{'b':1},'a':{'c':2}}"), "aC=2"));
	CHECK(is(fields_of("'a'", "{'a':1,'\\u0061':2}"), "x=2"));
}

/* The same for a field that has to fit a type. */
static const char *typed(const char *type, const char *from, const char *record)
{
	char row[1024];

	snprintf(row, sizeof(row), "%s,'type':'%s'", from, type);
	return fields_of(row, record);
}

static void a_list_has_the_values_that_are_there(void)
{
	CHECK(is(fields_of("{'list':['a','b',{'const':'k'}]}",
			   "{'b':'x','a':1.50}"),
		 "x=[1.50,'x','k']"));
	CHECK(is(fields_of("{'list':['a','b']}", "{'b':'','c':1}"), "b= c=1"));
	CHECK(is(fields_of("{'list':['a',true,7]}", "{'a':{'p':[1, 2]}}"),
		 "x=[{'p':[1,2]},true,7]"));
	CHECK(is(fields_of("{'list':[{'list':['a']},'b']}",
			   "{'a':'q\\\\','b':null}"),
		 "x=[['q\\\\']]"));
}

static void an_object_has_the_members_that_are_there(void)
{
	CHECK(is(fields_of("{'object':{'n':'a','m':'b','t':{'const':'k'}}}",
			   "{'a':'x'}"),
		 "x={'n':'x','t':'k'}"));
	CHECK(is(fields_of("{'list':[{'object':{'n':'a'}},"
			   "{'object':{'n':'b'}}]}",
			   "{'b':2}"),
		 "x=[{'n':2}]"));
	CHECK(is(fields_of("{'object':{'n':'a'}}", "{'b':2}"), "b=2"));
}

static void a_number_can_be_multiplied(void)
{
	CHECK(is(fields_of("{'multiply':'a','by':1000000}", "{'a':12.5}"),
		 "x=12500000"));
	CHECK(is(fields_of("{'multiply':'a','by':-3}", "{'a':'7'}"), "x=-21"));
	CHECK(is(fields_of("{'multiply':'a','by':2}", "{'a':0.25}"), "x=0.5"));
	CHECK(is(fields_of("{'multiply':'a','by':1000}",
			   "{'a':9223372036854775807}"),
		 "x=9.223372036854776e+21"));
	CHECK(is(fields_of("{'multiply':'a','by':1000}", "{'a':1e308}"),
		 "a=1e308"));
	CHECK(is(fields_of("{'multiply':'a','by':2}", "{'a':'x'}"), "a=x"));
}

static void the_record_uses_nothing_up(void)
{
	CHECK(is(fields_of("'$record'", "{'a':1}"), "x={'a':1} a=1"));
}

static void syslog_counts_severities_down(void)
{
	CHECK(is(fields_of("'$syslog'", "{'level':'warn'}"), "x=4"));
	CHECK(is(fields_of("'$syslog'", "{}"), "x=6"));
}

static void a_list_of_strings_is_made_of_one_text(void)
{
	CHECK(is(typed("list", "'a'", "{'a':['x','y']}"), "x=['x','y']"));
	CHECK(is(typed("list", "'a'", "{'a':'x'}"), "x=['x']"));
	CHECK(is(typed("list", "'a'", "{'a':7}"), "x=['7']"));
	CHECK(is(typed("list", "'a'", "{'a':['x',7]}"), "a=['x',7]"));
	CHECK(is(typed("list", "'a'", "{'a':{'b':'x'}}"), "aB=x"));
	CHECK(is(typed("json", "'a'", "{'a':['x',7]}"), "x=['x',7]"));
	CHECK(is(typed("json", "'a'", "{'a':{'b':1}}"), "x={'b':1}"));
	CHECK(is(typed("json", "'a'", "{'a':'x'}"), "a=x"));
}

int main(void)
{
	RUN(a_path_is_the_member_it_leads_to);
	RUN(an_array_or_object_is_compact_json);
	RUN(null_is_as_good_as_nothing);
	RUN(the_first_alternative_that_is_there_counts);
	RUN(an_empty_text_is_there_but_makes_no_field);
	RUN(an_alternative_that_says_the_same_is_not_kept);
	RUN(a_constant_may_be_of_any_simple_kind);
	RUN(a_template_needs_all_of_its_parts);
	RUN(a_table_replaces_what_it_knows);
	RUN(what_a_table_does_not_know_is_left_over);
	RUN(a_table_may_ignore_case);
	RUN(a_large_table_finds_each_of_its_names);
	RUN(a_join_makes_one_text_of_an_array);
	RUN(an_item_says_what_becomes_of_an_element);
	RUN(a_join_reads_every_element_alike);
	RUN(a_template_may_name_a_member_twice);
	RUN(a_join_that_loses_something_leaves_the_array_as_well);
	RUN(a_join_without_result_leaves_the_array);
	RUN(joins_may_be_nested);
	RUN(a_definition_within_an_item_speaks_of_the_record);
	RUN(a_sum_adds_the_numbers_of_an_array_or_object);
	RUN(a_sum_beyond_64_bits_goes_on_as_a_double);
	RUN(a_sum_of_what_is_no_number_is_none);
	RUN(if_chooses_and_does_not_use_what_it_asked);
	RUN(has_asks_whether_a_value_is_there);
	RUN(is_and_in_compare_texts);
	RUN(a_text_may_start_and_end_with_a_word);
	RUN(longer_counts_the_bytes_of_the_decoded_text);
	RUN(a_value_has_a_type);
	RUN(a_value_fits_a_field_type);
	RUN(some_looks_at_the_elements_of_an_array);
	RUN(conditions_combine);
	RUN(time_and_severity_of_the_event_have_names);
	RUN(the_last_of_equal_members_counts);
	RUN(a_list_has_the_values_that_are_there);
	RUN(an_object_has_the_members_that_are_there);
	RUN(a_number_can_be_multiplied);
	RUN(the_record_uses_nothing_up);
	RUN(syslog_counts_severities_down);
	RUN(a_list_of_strings_is_made_of_one_text);
	return check_done();
}
