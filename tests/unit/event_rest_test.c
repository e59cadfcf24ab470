/*
 * The rest: the names of members that no row uses, and that none is lost.
 */
#include "mapping.h"

#include "check.h"

#include <time.h>

/* The fields that a section of such text makes of a record. */
static const char *fields_by(const struct map_shape *shape, const char *section,
			     const char *record)
{
	char map[1024];
	const char *line;

	snprintf(map, sizeof(map), "{'name':'m','time':'t','%s':{%s}}",
		 shape->section, section);
	line = mapped_by(map, shape, record);
	return strncmp(line, "m|", 2) == 0 ? strrchr(line, '|') + 1 : line;
}

static const char *camel(const char *record)
{
	return fields_by(&leef, "'fields':[{'key':'usrName','from':'user'}]",
			 record);
}

static const char *dotted(const char *record)
{
	return fields_by(&rfc5424, "", record);
}

static const char *given(const char *record)
{
	return fields_by(&cef,
			 "'fields':[{'key':'cs1','label':'l','from':'one'}],"
			 "'rest':{'given':true}", record);
}

static void names_are_the_path_in_camel_case(void)
{
	CHECK(is(camel("{'a':1,'b_c':2,'d':{'e-f':{'g':3}}}"),
		 "a=1 bC=2 dEFG=3"));
	CHECK(is(camel("{'Name':1,'URL':2,'x':{'ID':3,'y':4}}"),
		 "Name=1 URL=2 xID=3 xY=4"));
	CHECK(is(camel("{'_id':1,'__a__b__':2,'7':3}"), "id=1 aB=2 7=3"));
}

static void a_prefix_begins_every_name(void)
{
	CHECK(is(fields_by(&cef, "'rest':{'prefix':'AcmeAudit'}",
			   "{'a':1,'b_c':{'d':2}}"),
		 "AcmeAuditA=1 AcmeAuditBCD=2"));
}

static void escapes_in_names_are_decoded(void)
{
	CHECK(is(camel("{'\\u0061\\u0062':1}"), "ab=1"));
	CHECK(is(dotted("{'a\\tb':1,'\\u00e9':2}"), "a_b=1 _=2"));
}

static void a_name_of_which_nothing_is_left_is_member(void)
{
	CHECK(is(camel("{'':1}"), "member=1"));
	CHECK(is(camel("{'\u65e5\u672c':1,'!':2}"), "member=1 member2=2"));
	CHECK(is(fields_by(&cef, "'rest':{'prefix':'Acme'}", "{'-':1}"),
		 "AcmeMember=1"));
	CHECK(is(given("{'!':1}"), "member=1"));
}

static void columns_are_words_with_capitals_behind_a_letter(void)
{
	const char *given_names = "'rest':{'given':true}";

	CHECK(is(fields_by(&table, "", "{'a':1,'b_c':{'d':2},'2fa':3,'_':4}"),
		 "A=1 BCD=2 Member2fa=3 Member=4"));
	CHECK(is(fields_by(&table, "", "{'userId':1,'user_id':2,'UserID':3}"),
		 "UserId=1 UserId2=2 UserID=3"));
	CHECK(is(fields_by(&table, "", "{'a_name_that_is_too_long':1}"),
		 "ANameThatIsTooLo=1"));
	CHECK(is(fields_by(&table, given_names, "{'a_b':1,'_c':2,'7':3}"),
		 "a_b=1 Member_c=2 Member7=3"));
}

static void a_column_of_the_map_begins_with_a_letter(void)
{
	CHECK(is(fields_by(&table, "'fields':[{'key':'A_b2','from':'a'}]",
			   "{'a':1}"),
		 "A_b2=1"));
	CHECK(strstr(fields_by(&table, "'fields':[{'key':'_a','from':'a'}]",
			       "{'a':1}"),
		     "does not begin with a letter") != NULL);
	CHECK(strstr(fields_by(&table, "'rest':{'prefix':'2'}", "{'a':1}"),
		     "does not begin with a letter") != NULL);
}

static void names_that_would_be_equal_are_numbered(void)
{
	CHECK(is(camel("{'a b':1,'a_b':2,'a':{'b':3}}"), "aB=1 aB2=2 aB3=3"));
	CHECK(is(camel("{'a b':1,'a_b2':2,'aB':3,'a-b':4}"),
		 "aB=1 aB2=2 aB3=3 aB4=4"));
}

static void a_name_of_the_formats_own_is_not_taken(void)
{
	CHECK(is(camel("{'role':1,'dev_time':2,'devTime':3}"),
		 "role2=1 devTime2=2 devTime3=3"));
	CHECK(is(fields_by(&cef, "'rest':{'prefix':'a'}",
			   "{'ct':1,'gt':2,'it':3}"),
		 "aCt2=1 aGt2=2 aIt=3"));
	CHECK(is(fields_by(&cef, "", "{'act':1,'agt':2,'cs1Label':3}"),
		 "act2=1 agt2=2 cs1Label2=3"));
}

static void a_name_that_a_row_has_put_is_not_taken(void)
{
	CHECK(is(fields_by(&cef, "'fields':[{'key':'myKey','from':'x'}]",
			   "{'my_key':1,'x':2}"), "myKey=2 myKey2=1"));
	CHECK(is(fields_by(&cef, "'fields':[{'key':'myKey','from':'x'}]",
			   "{'my_key':1}"), "myKey=1"));
	CHECK(is(fields_by(&cef, "'fields':[{'key':'my','label':'l',"
				 "'from':'x'}]", "{'myLabel':1,'x':2}"),
		 "myLabel=l my=2 myLabel2=1"));
}

/* To some receivers of CEF, and of nothing else. */
static void a_name_of_other_capitals_is_the_same(void)
{
	const char *rows = "'fields':[{'key':'myKey','from':'x'},"
			   "{'key':'cs1','label':'l','from':{'if':{'has':"
			   "['mYkEY','AcT','foo','FoO']},'then':'x'}}]";

	CHECK(is(fields_by(&cef, "", "{'Act':1,'sRC':2,'cs1LABEL':3}"),
		 "Act2=1 sRC2=2 cs1LABEL2=3"));
	CHECK(is(fields_by(&cef, "", "{'foo':1,'Foo':2,'fOO2':3,'x':4}"),
		 "foo=1 Foo2=2 fOO22=3 x=4"));
	CHECK(is(fields_by(&cef, "", "{'ACT':1,'ACT2':2,'act':3}"),
		 "ACT2=1 ACT22=2 act3=3"));
	CHECK(is(fields_by(&cef, rows, "{'MYkey':1,'cs1LABEL':2,'x':4}"),
		 "myKey=4 MYkey2=1 cs1LABEL2=2"));
	CHECK(is(fields_by(&cef, rows, "{'mYkEY':1,'AcT':2,'x':4}"),
		 "myKey=4 cs1Label=l cs1=4 mYkEY2=1 AcT2=2"));
	CHECK(is(fields_by(&cef, rows, "{'FoO':1,'foo':2,'fOO':3}"),
		 "FoO=1 foo2=2 fOO3=3"));
	CHECK(is(given("{'MSG':1,'msg':2}"), "MSG2=1 msg=2"));
	CHECK(is(given("{'msg':1,'MSG':2}"), "msg=1 MSG2=2"));
	CHECK(is(camel("{'Foo':1,'foo':2,'ROLE':3}"), "Foo=1 foo=2 ROLE=3"));
}

static void a_path_that_the_map_knows_gets_no_other_names(void)
{
	const char *rows = "'fields':[{'key':'myKey','from':{'if':{'has':"
			   "['my_key','role','a.b','aB','z']},"
			   "'then':{'const':'x'}}}]";

	CHECK(is(fields_by(&leef, rows, "{'my_key':1}"), "myKey=x myKey2=1"));
	CHECK(is(fields_by(&leef, rows, "{'role':2}"), "myKey=x role2=2"));
	CHECK(is(fields_by(&leef, rows, "{'a':{'b':1},'aB':2,'z':3}"),
		 "myKey=x aB=1 aB2=2 z=3"));
	CHECK(is(fields_by(&leef, rows, "{'z':1,'a_b':2,'z!':3,'a':{'b':4}}"),
		 "myKey=x z=1 aB=2 z2=3 aB2=4"));
}

static void dotted_names_are_the_path_as_far_as_it_is_allowed(void)
{
	CHECK(is(dotted("{'a':{'b':1},'c d':2,'e=f]':{'\\\"':3}}"),
		 "a.b=1 c_d=2 e_f_._=3"));
	CHECK(is(dotted("{'caf\u00e9 \u65e5':1,'.':2}"), "caf___=1 .=2"));
	CHECK(is(dotted("{'':1}"), "member=1"));
}

static void dotted_names_are_cut_to_what_the_format_allows(void)
{
	CHECK(is(dotted("{'a2345678901234567890123456789012345':1}"),
		 "a2345678901234567890123456789012=1"));
}

static void a_number_fits_behind_a_name_that_was_cut(void)
{
	CHECK(is(dotted("{'a234567890123456789012345678901x3':1,"
			"'a234567890123456789012345678901x4':2,"
			"'a234567890123456789012345678901x5':3}"),
		 "a234567890123456789012345678901x=1 "
		 "a2345678901234567890123456789012=2 "
		 "a2345678901234567890123456789013=3"));
}

static const char *labels(const char *record)
{
	return fields_by(&labelled,
			 "'fields':[{'key':'user.name',"
			 "'from':'user'}]",
			 record);
}

static const char *kept_whole(const char *record)
{
	return fields_by(&unmapped,
			 "'fields':[{'key':'user.name','from':'u.n'},"
			 "{'key':'event.sequence','from':'o.s'}]",
			 record);
}

static void labels_are_flat_whatever_the_names(void)
{
	CHECK(is(labels("{'user':1,'a':{'b':2,'c-d':[3]},'e.f':4}"),
		 "user.name=1 labels.a_b=2 labels.a_c-d=[3] labels.e_f=4"));
	CHECK(is(labels("{'@timestamp':1,'a b':2,'\\u00e4\\u20ac':3,'':4}"),
		 "labels.@timestamp=1 labels.a_b=2 labels.__=3 "
		 "labels.member=4"));
	CHECK(is(labels("{'a_b':1,'a':{'b':2},'a.b':3}"),
		 "labels.a_b=1 labels.a_b2=2 labels.a_b3=3"));
	CHECK(is(labels("{'user':{'name':1},'labels':{'x':2}}"),
		 "user.name={'name':1} labels.labels_x=2"));
	CHECK(is(fields_by(&labelled, "'rest':{'prefix':'acme_'}", "{'a':1}"),
		 "labels.acme_a=1"));
}

static void a_label_of_the_map_is_not_taken(void)
{
	CHECK(is(fields_by(&labelled,
			   "'fields':[{'key':'labels.a_b',"
			   "'from':'x'}]",
			   "{'x':1,'a':{'b':2}}"),
		 "labels.a_b=1 labels.a_b2=2"));
}

static void objects_are_kept_whole_if_any_of_them_is_left(void)
{
	CHECK(is(kept_whole("{'u':{'n':'x'},'o':{'s':1}}"),
		 "user.name=x event.sequence=1"));
	CHECK(is(kept_whole("{'u':{'n':'x','m':null},'z':{}}"),
		 "user.name=x rest.z={}"));
	CHECK(is(kept_whole("{'u':{'n':'x','d':{'e':1}},'z':'y'}"),
		 "user.name=x rest.u={'n':'x','d':{'e':1}} rest.z=y"));
	CHECK(is(kept_whole("{'u':{'n':'x','d':{}}}"),
		 "user.name=x rest.u={'n':'x','d':{}}"));
	CHECK(is(kept_whole("{'o':{'s':'text'}}"), "rest.o={'s':'text'}"));
}

static void what_is_kept_whole_keeps_its_name(void)
{
	CHECK(is(kept_whole("{'a.b':1,'user.name':2,'':3,'c d\\t':4}"),
		 "rest.a.b=1 rest.user.name=2 rest.=3 rest.c d\t=4"));
	CHECK(is(kept_whole("{'a':1,'b':2,'a':3}"), "rest.b=2 rest.a=3"));
	CHECK(is(kept_whole("{'a\\u0000':1,'a\\ufffd':2}"),
		 "rest.a\xef\xbf\xbd=1 rest.a\xef\xbf\xbd"
		 "2=2"));
}

static void names_of_such_a_rest_are_not_for_maps(void)
{
	CHECK(is(fields_by(&unmapped, "'rest':{'prefix':'x'}", "{}"),
		 "line 1, column 40: members keep their names in ocsf"));
	CHECK(is(fields_by(&labelled, "'rest':{'given':true}", "{}"),
		 "line 1, column 39: members of ecs have a place of their "
		 "own"));
	CHECK(is(fields_by(&labelled, "'rest':{'prefix':'x.'}", "{}"),
		 "line 1, column 48: a name is missing at the end of a key"));
}

static void objects_are_flattened_and_arrays_are_not(void)
{
	CHECK(is(camel("{'a':{'b':{'c':1,'d':[{'e':2}]},'f':{}},'g':[]}"),
		 "aBC=1 aBD=[{'e':2}] aF={} g=[]"));
}

static void null_members_are_left_out(void)
{
	CHECK(is(camel("{'a':null,'b':{'c':null,'d':1},'e':{'f':null}}"),
		 "bD=1"));
}

static void what_a_row_used_is_not_there_again(void)
{
	CHECK(is(fields_by(&cef, "'fields':[{'key':'x','from':'a.b'},"
				 "{'key':'y','from':'c'}]",
			   "{'a':{'b':1,'d':2},'c':{'e':3}}"),
		 "x=1 y={'e':3} aD=2"));
}

static void a_map_may_want_all_members_again(void)
{
	CHECK(is(fields_by(&cef, "'fields':[{'key':'x','from':'a'}],"
				 "'rest':{'all':true}", "{'a':1,'b':2}"),
		 "x=1 a=1 b=2"));
	CHECK(is(fields_by(&rfc5424, "'msgid':'a','rest':{'all':true}",
			   "{'a':1,'t':'2025-10-08T22:45:00Z'}"), "a=1"));
	CHECK(is(fields_by(&rfc5424, "'rest':{'all':true}",
			   "{'a':1,'t':'yesterday'}"), "a=1 t=yesterday"));
}

static void a_map_may_leave_members_out(void)
{
	CHECK(is(fields_by(&cef, "'rest':{'leave_out':['b','c.d']}",
			   "{'a':1,'b':{'x':2},'c':{'d':3,'e':4}}"),
		 "a=1 cE=4"));
}

static void given_names_may_be_the_formats_own(void)
{
	CHECK(is(given("{'msg':'m','user.name':'bob','a b':1,'k_v':2}"),
		 "msg=m username=bob ab=1 kv=2"));
	CHECK(is(given("{'cs2':{'p':[1, 2]}}"), "cs2={'p':[1,2]}"));
	CHECK(is(given("{'end':'2025-10-08T22:45:00Z'}"),
		 "end=1759963500000"));
}

static void a_given_name_does_not_get_what_does_not_fit_it(void)
{
	CHECK(is(given("{'cn1':'x','src':'::1','end':'now','agt':'y'}"),
		 "cn12=x src2=::1 end2=now agt2=y"));
	CHECK(is(given("{'one':1,'cs1':2}"), "cs1Label=l cs1=1 cs12=2"));
}

static void the_last_of_equal_names_counts_whoever_names_them(void)
{
	CHECK(is(camel("{'a':1,'b':2,'a':3}"), "b=2 a=3"));
	CHECK(is(camel("{'a':{'b':1,'b':2},'c':{'b':3}}"), "aB=2 cB=3"));
	CHECK(is(camel("{'a':{'b':1},'a':{'c':2}}"), "aC=2"));
	CHECK(is(camel("{'a':{'b':1},'a':4}"), "a=4"));
	CHECK(is(camel("{'a':1,'\\u0061':2,'x':3}"), "a=2 x=3"));
	CHECK(is(camel("{'user':1,'user':2}"), "usrName=2"));
}

/* A record of 10,000 members, whose names are four of these bytes each. */
static char *wide_record(const char digits[11])
{
	char *record = malloc(10000 * 10 + 2);
	char *p = record;

	if (record == NULL)
		abort();
	for (int i = 0; i < 10000; i++) {
		*p++ = i == 0 ? '{' : ',';
		*p++ = '\'';
		for (int n = 1000; n > 0; n /= 10)
			*p++ = digits[i / n % 10];
		memcpy(p, "':1", 3);
		p += 3;
	}
	memcpy(p, "}", 2);
	return record;
}

static void ten_thousand_names_are_kept_apart(void)
{
	char *record = wide_record("abcdefghij");
	const char *line = camel(record);

	CHECK(strncmp(line, "aaaa=1 aaab=1 ", 14) == 0);
	CHECK(strcmp(line + strlen(line) - 14, " jjji=1 jjjj=1") == 0);
	free(record);
}

static void ten_thousand_equal_names_are_one(void)
{
	char *record = wide_record("aaaaaaaaaa");

	CHECK(is(camel(record), "aaaa=1"));
	free(record);
}

static void ten_thousand_names_that_would_be_equal_are_numbered(void)
{
	char *record = wide_record("!#$%&*+-/;");
	const char *line = camel(record);

	CHECK(strncmp(line, "member=1 member2=1 ", 19) == 0);
	CHECK(strcmp(line + strlen(line) - 14, " member10000=1") == 0);
	free(record);
}

static void a_very_long_name_is_kept(void)
{
	static char record[61 * 1024 + 16];
	size_t len = 60 * 1024;

	record[0] = '{';
	record[1] = '\'';
	memset(record + 2, 'k', len);
	memcpy(record + 2 + len, "':1}", sizeof("':1}"));
	CHECK(strlen(camel(record)) == len + 2);
	CHECK(is(dotted(record), "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk=1"));
}

/*
 * The seconds of processor time it takes to name the members of a record;
 * *fields is what became of it.
 */
static double seconds_for(struct buf *record, const char **fields)
{
	clock_t begin = clock();

	*fields = dotted(buf_str(record));
	buf_free(record);
	return (double)(clock() - begin) / CLOCKS_PER_SEC;
}

static void names_that_are_cut_to_be_nearly_equal_cost_little(void)
{
	struct buf record = BUF_INIT(MAX_RECORD);
	const char *fields;

	// Pairs of names that are equal once cut, while no two pairs are.
	for (int i = 0; i < 6000; i++)
		buf_printf(&record, "%c'%028d%04d':1,'%028d%04dz':2",
			   i == 0 ? '{' : ',', 0, i, 0, i);
	buf_putc(&record, '}');
	CHECK(seconds_for(&record, &fields) < 2);
	CHECK(strstr(fields, " 00000000000000000000000000001234=1 ") != NULL);
	CHECK(strstr(fields, " 0000000000000000000000000001") != NULL);
}

static void long_names_far_in_cost_no_more_than_is_taken_of_them(void)
{
	enum { DEEP = 300, WIDE = 10000 };
	struct buf record = BUF_INIT(MAX_RECORD);
	const char *fields;

	for (int i = 0; i < DEEP; i++)
		buf_printf(&record, "{'%02000d':", i);
	for (int i = 0; i < WIDE; i++)
		buf_printf(&record, "%c'%d':1", i == 0 ? '{' : ',', i);
	for (int i = 0; i <= DEEP; i++)
		buf_putc(&record, '}');
	CHECK(seconds_for(&record, &fields) < 2);
	CHECK(strstr(fields, " 00000000000000000000000000010000=1") != NULL);
}

int main(void)
{
	RUN(names_are_the_path_in_camel_case);
	RUN(a_prefix_begins_every_name);
	RUN(escapes_in_names_are_decoded);
	RUN(a_name_of_which_nothing_is_left_is_member);
	RUN(columns_are_words_with_capitals_behind_a_letter);
	RUN(a_column_of_the_map_begins_with_a_letter);
	RUN(names_that_would_be_equal_are_numbered);
	RUN(a_name_of_the_formats_own_is_not_taken);
	RUN(a_name_that_a_row_has_put_is_not_taken);
	RUN(a_name_of_other_capitals_is_the_same);
	RUN(a_path_that_the_map_knows_gets_no_other_names);
	RUN(dotted_names_are_the_path_as_far_as_it_is_allowed);
	RUN(dotted_names_are_cut_to_what_the_format_allows);
	RUN(a_number_fits_behind_a_name_that_was_cut);
	RUN(labels_are_flat_whatever_the_names);
	RUN(a_label_of_the_map_is_not_taken);
	RUN(objects_are_kept_whole_if_any_of_them_is_left);
	RUN(what_is_kept_whole_keeps_its_name);
	RUN(names_of_such_a_rest_are_not_for_maps);
	RUN(objects_are_flattened_and_arrays_are_not);
	RUN(null_members_are_left_out);
	RUN(what_a_row_used_is_not_there_again);
	RUN(a_map_may_want_all_members_again);
	RUN(a_map_may_leave_members_out);
	RUN(given_names_may_be_the_formats_own);
	RUN(a_given_name_does_not_get_what_does_not_fit_it);
	RUN(the_last_of_equal_names_counts_whoever_names_them);
	RUN(ten_thousand_names_are_kept_apart);
	RUN(ten_thousand_equal_names_are_one);
	RUN(ten_thousand_names_that_would_be_equal_are_numbered);
	RUN(a_very_long_name_is_kept);
	RUN(names_that_are_cut_to_be_nearly_equal_cost_little);
	RUN(long_names_far_in_cost_no_more_than_is_taken_of_them);
	return check_done();
}
