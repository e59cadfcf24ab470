/*
 * Loading maps: what they may say, and what is said of those that are wrong.
 */
#include "mapping.h"

#include "check.h"

/* Why a map is not loaded. */
static const char *error_of(const char *map)
{
	return mapped_by(map, &cef, "{}");
}

/* Why a map is not loaded whose field x is from. */
static const char *error_from(const char *from)
{
	char map[1024];

	snprintf(map, sizeof(map), "{'cef':{'fields':[{'key':'x','from':%s}]}}",
		 from);
	return error_of(map);
}

static void a_map_is_found_by_its_name(void)
{
	CHECK(is(mapped("gatekit", &plain, "{}"),
		 "gatekit|2|gatekit|-|mcp_event|MCP event|audit@32473|"));
	CHECK(is(mapped("gatekeep", &cef, "{}"),
		 "error: no map is called gatekeep (did you mean gatekit?)"));
	CHECK(is(mapped("orders", &cef, "{}"),
		 "error: no map is called orders (a file is written with its "
		 "dot or a slash, as in ./orders)"));
}

static void a_file_has_a_slash_or_a_dot(void)
{
	CHECK(is(mapped("no/such", &cef, "{}"),
		 "error: no/such: No such file or directory"));
	CHECK(is(mapped("no.such", &cef, "{}"),
		 "error: no.such: No such file or directory"));
}

static void a_map_that_is_asked_for_takes_every_record(void)
{
	CHECK(strncmp(mapped("mcp-redaction", &cef, "{'level':'info'}"),
		      "mcp-redaction|2|", 16) == 0);
	CHECK(is(mapped_by("{'name':'m','match':{'has':'a'},'cef':{}}", &cef,
			   "{'b':1}"),
		 "m|2|-|-|-|-|-|b=1"));
}

static void a_byte_order_mark_before_a_map_is_ignored(void)
{
	CHECK(is(mapped_by("\xef\xbb\xbf{'name':'m','cef':{}}", &cef, "{}"),
		 "m|2|-|-|-|-|-|"));
	CHECK(is(error_of("\xef\xbb\xbf{'nam':'m'}"),
		 "line 1, column 2: unknown key 'nam' (did you mean "
		 "'name'?)"));
}

static void a_map_without_a_section_has_that_of_the_generic_map(void)
{
	CHECK(is(mapped_by("{'name':'m','time':'t','severity':9,"
			   "'leef':{'vendor':{'const':'V'}}}",
			   &cef, "{'t':1759963500,'user':'bob','z':1}"),
		 "m|9|siem-tools|generic|1.0|event|Event|rt=1759963500000 "
		 "suser=bob GenericZ=1"));
}

static void what_is_not_json_is_said_by_line_and_column(void)
{
	CHECK(strncmp(error_of("{\n  'name' 'm'\n}"), "line 2, column 12: ",
		      19) == 0);
	CHECK(is(error_of("[1]"), "line 1, column 1: expected an object"));
	CHECK(strncmp(error_of("{'name':'a','name':'b'}"),
		      "line 1, column ", 15) == 0);
}

static void an_unknown_key_is_named_with_its_place_and_the_nearest(void)
{
	CHECK(is(error_of("{\n  'name': 'm',\n  'severty': 5\n}"),
		 "line 3, column 3: unknown key 'severty' (did you mean "
		 "'severity'?)"));
	CHECK(is(error_of("{'ceff':{}}"),
		 "line 1, column 2: unknown key 'ceff' (did you mean "
		 "'cef'?)"));
	CHECK(is(error_of("{'cef':{'fields':[\n"
			  "{'key':'a','from':'b'},\n"
			  "{'key':'a','form':'b'}]}}"),
		 "line 3, column 12: unknown key 'form' (did you mean "
		 "'from'?)"));
	CHECK(is(error_of("{'cef':{'vender':'a'}}"),
		 "line 1, column 9: unknown key 'vender' (did you mean "
		 "'vendor'?)"));
	CHECK(is(error_of("{'cef':{'rest':{'prefx':'a'}}}"),
		 "line 1, column 17: unknown key 'prefx' (did you mean "
		 "'prefix'?)"));
	CHECK(is(error_from("{'table':{'a':1},'of':'b','els':'c'}"),
		 "line 1, column 63: unknown key 'els' (did you mean "
		 "'else'?)"));
	CHECK(is(error_of("{'severity':{'base':1,'atleast':[]}}"),
		 "line 1, column 23: unknown key 'atleast' (did you mean "
		 "'at_least'?)"));
	CHECK(is(error_of("{'\\u0061':1}"),
		 "line 1, column 2: unknown key 'a'"));
}

static void the_sections_of_other_formats_are_not_looked_into(void)
{
	CHECK(is(mapped_by("{'name':'m','leef':{'nonsense':1},'cef':{}}",
			   &cef, "{}"),
		 "m|2|-|-|-|-|-|"));
}

static void what_is_of_the_wrong_kind_is_named_by_its_place(void)
{
	CHECK(is(error_of("{'name':7}"),
		 "line 1, column 9: expected a string"));
	CHECK(is(error_of("{'description':[]}"),
		 "line 1, column 16: expected a string"));
	CHECK(is(error_of("{'define':[]}"),
		 "line 1, column 11: expected an object"));
	CHECK(is(error_of("{'match':'a'}"),
		 "line 1, column 10: expected a condition"));
	CHECK(is(error_of("{'cef':[]}"),
		 "line 1, column 8: expected an object"));
	CHECK(is(error_of("{'cef':{'fields':{}}}"),
		 "line 1, column 18: expected a list"));
	CHECK(is(error_of("{'cef':{'rest':{'all':1}}}"),
		 "line 1, column 23: expected true or false"));
	CHECK(is(error_of("{'cef':{'rest':{'leave_out':'a'}}}"),
		 "line 1, column 29: expected a list"));
	CHECK(is(error_of("{'cef':{'rest':{'leave_out':[1]}}}"),
		 "line 1, column 30: expected a path"));
}

static void a_row_has_a_key_and_says_where_its_value_is_from(void)
{
	CHECK(is(error_of("{'cef':{'fields':[ {'from':'a'}]}}"),
		 "line 1, column 20: 'key' is missing"));
	CHECK(is(error_of("{'cef':{'fields':[{'key':'a'}]}}"),
		 "line 1, column 19: 'from' is missing"));
	CHECK(is(error_of("{'cef':{'fields':[{'key':'a','from':'b',"
			  "'else':{}}]}}"),
		 "line 1, column 48: 'key' is missing"));
	CHECK(is(error_of("{'cef':{'fields':[{'key':'','from':'b'}]}}"),
		 "line 1, column 26: expected a key"));
}

static void a_row_does_not_put_the_label_of_another(void)
{
	CHECK(is(error_of("{'cef':{'fields':[{'key':'cs1','label':'l',"
			  "'from':'a'},{'key':'cs1Label','from':'b'}]}}"),
		 "line 1, column 56: 'cs1Label' comes with the label of "
		 "another row"));
	CHECK(is(error_of("{'cef':{'fields':[{'key':'cs1Label','from':'b'},"
			  "{'key':'act','from':'a','else':{'key':'cs1',"
			  "'label':'l'}}]}}"),
		 "line 1, column 19: 'cs1Label' comes with the label of "
		 "another row"));
	CHECK(strstr(mapped_by("{'cef':{'fields':[{'key':'cs1','from':'a'},"
			       "{'key':'cs1Label','from':'b'}]}}", &cef,
			       "{'a':1,'b':2}"),
		     "|cs1=1 cs1Label=2") != NULL);
}

static void a_key_is_one_that_the_format_can_write(void)
{
	CHECK(is(error_of("{'cef':{'fields':[{'key':'a_b','from':'b'}]}}"),
		 "line 1, column 26: 'a_b' has a byte that keys of cef "
		 "cannot have"));
	CHECK(is(error_of("{'cef':{'fields':[{'key':'agt','from':'b'}]}}"),
		 "line 1, column 26: 'agt' is not for maps to write"));
	CHECK(is(error_of("{'cef':{'rest':{'prefix':'a b'}}}"),
		 "line 1, column 26: 'a b' has a byte that keys of cef "
		 "cannot have"));
	CHECK(is(mapped_by("{'rfc5424':{'fields':[{'key':"
			   "'a23456789012345678901234567890123',"
			   "'from':'b'}]}}", &rfc5424, "{}"),
		 "line 1, column 30: a key of more than 32 bytes"));
}

static void a_type_is_one_that_there_is(void)
{
	CHECK(is(error_of("{'cef':{'fields':[{'key':'a','from':'b',"
			  "'type':'int46'}]}}"),
		 "line 1, column 48: unknown type 'int46' (did you mean "
		 "'int64'?)"));
	CHECK(is(error_from("{'if':{'of':'a','fits':'tex'},'then':1}"),
		 "line 1, column 60: unknown type 'tex' (did you mean "
		 "'text'?)"));
}

static void an_expression_has_one_of_the_known_forms(void)
{
	CHECK(is(error_from("{}"), "line 1, column 37: an empty object"));
	CHECK(is(error_from("null"),
		 "line 1, column 37: expected a string, an integer, true or "
		 "false"));
	CHECK(is(error_from("1.5"),
		 "line 1, column 37: expected a string, an integer, true or "
		 "false"));
	CHECK(is(error_from("[]"),
		 "line 1, column 37: expected 1 to 256 alternatives"));
	CHECK(is(error_from("{'tabel':1}"),
		 "line 1, column 37: 'tabel' begins no expression (did you "
		 "mean 'table'?)"));
	CHECK(is(error_from("{'table':{},'of':'a'}"),
		 "line 1, column 46: expected an object that is not empty"));
	CHECK(is(error_from("{'table':{'a':1}}"),
		 "line 1, column 37: 'of' is missing"));
	CHECK(is(error_from("{'table':{'a':1,'A':2},'of':'a',"
			    "'ignore_case':true}"),
		 "line 1, column 53: 'a' is there twice"));
	CHECK(is(error_from("{'if':{'has':'a'}}"),
		 "line 1, column 37: 'then' is missing"));
	CHECK(is(error_from("'a..b'"),
		 "line 1, column 37: a path with an empty name"));
	CHECK(is(error_from("{'text':'{a'}"),
		 "line 1, column 45: a brace without its other half (write "
		 "it twice where it is meant as it stands)"));
}

static void a_condition_has_one_of_the_known_forms(void)
{
	CHECK(is(error_from("{'if':{'hass':'a'},'then':1}"),
		 "line 1, column 43: 'hass' begins no condition (did you mean "
		 "'has'?)"));
	CHECK(is(error_from("{'if':{'of':'a'},'then':1}"),
		 "line 1, column 43: 'of' without a test (is, in, starts, "
		 "ends, longer, type, fits)"));
	CHECK(is(error_from("{'if':{'of':'a','is':1,'in':[2]},'then':1}"),
		 "line 1, column 60: a second test of the same value: use "
		 "'all'"));
	CHECK(is(error_from("{'if':{'of':'a','longer':-1},'then':1}"),
		 "line 1, column 62: expected a number of bytes"));
	CHECK(is(error_from("{'if':{'all':[]},'then':1}"),
		 "line 1, column 50: expected a list of 1 to 256 conditions"));
	CHECK(is(error_from("{'if':{'some':'a'},'then':1}"),
		 "line 1, column 43: 'where' is missing"));
}

static void a_name_is_defined_before_it_is_used(void)
{
	CHECK(is(error_of("{'define':{'caller':'a'},'cef':{'fields':"
			  "[{'key':'x','from':'$caler'}]}}"),
		 "line 1, column 61: $caler is not defined (did you mean "
		 "$caller?)"));
	CHECK(is(error_of("{'define':{'a':'$b','b':'c'}}"),
		 "line 1, column 16: $b is not defined"));
	CHECK(is(error_of("{'define':{'a':'$a'}}"),
		 "line 1, column 16: $a is not defined"));
	CHECK(is(error_of("{'define':{'time':'a'}}"),
		 "line 1, column 12: $time is defined already"));
	CHECK(is(error_of("{'define':{'a b':'c'}}"),
		 "line 1, column 12: a name is made of letters, digits, _ "
		 "and -"));
	CHECK(is(error_from("'$element'"),
		 "line 1, column 37: $element outside of 'item' and "
		 "'where'"));
}

static void severity_rules_are_checked(void)
{
	CHECK(is(error_of("{'severity':{'at_least':[{'level':5}]}}"),
		 "line 1, column 26: 'if' or 'score' is missing"));
	CHECK(is(error_of("{'severity':{'at_least':[{'if':{'has':'a'}}]}}"),
		 "line 1, column 26: 'level' is missing"));
	CHECK(is(error_of("{'severity':{'at_least':[{'if':{'has':'a'},"
			  "'level':11}]}}"),
		 "line 1, column 52: expected a number from 1 to 10"));
	CHECK(is(error_of("{'severity':{'at_least':[{'score':'a'}]}}"),
		 "line 1, column 26: 'out_of' is missing"));
}

static void a_map_cannot_be_nested_without_end(void)
{
	char from[512] = "";
	size_t len = 0;

	for (int i = 0; i < 70; i++)
		from[len++] = '[';
	from[len++] = '1';
	for (int i = 0; i < 70; i++)
		from[len++] = ']';
	from[len] = '\0';
	CHECK(strstr(error_from(from), "nested deeper than 64 levels") != NULL);
	CHECK(strstr(error_of("{'define':{'a':'x','b':['$a','$a'],"
			      "'c':['$b','$b'],'d':['$c','$c'],"
			      "'e':['$d','$d'],'f':['$e','$e'],"
			      "'g':['$f','$f'],'h':['$g','$g'],"
			      "'i':['$h','$h'],'j':['$i','$i']}}"),
		     "reads more than 256 members") != NULL);
}

static void every_builtin_map_has_a_section_for_every_format_it_knows(void)
{
	const struct map_shape *const shapes[] = { &cef, &leef, &rfc5424 };

	for (size_t i = 0; i < map_builtin_count; i++)
		for (size_t j = 0; j < 3; j++) {
			char section[16];

			snprintf(section, sizeof(section), "\"%s\": {",
				 shapes[j]->section);
			CHECK(strstr(map_builtins[i].text, section) != NULL);
		}
}

int main(void)
{
	RUN(a_map_is_found_by_its_name);
	RUN(a_file_has_a_slash_or_a_dot);
	RUN(a_map_that_is_asked_for_takes_every_record);
	RUN(a_byte_order_mark_before_a_map_is_ignored);
	RUN(a_map_without_a_section_has_that_of_the_generic_map);
	RUN(what_is_not_json_is_said_by_line_and_column);
	RUN(an_unknown_key_is_named_with_its_place_and_the_nearest);
	RUN(the_sections_of_other_formats_are_not_looked_into);
	RUN(what_is_of_the_wrong_kind_is_named_by_its_place);
	RUN(a_row_has_a_key_and_says_where_its_value_is_from);
	RUN(a_row_does_not_put_the_label_of_another);
	RUN(a_key_is_one_that_the_format_can_write);
	RUN(a_type_is_one_that_there_is);
	RUN(an_expression_has_one_of_the_known_forms);
	RUN(a_condition_has_one_of_the_known_forms);
	RUN(a_name_is_defined_before_it_is_used);
	RUN(severity_rules_are_checked);
	RUN(a_map_cannot_be_nested_without_end);
	RUN(every_builtin_map_has_a_section_for_every_format_it_knows);
	return check_done();
}
