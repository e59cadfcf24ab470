/* The scanner: what it accepts, what it says of the rest, what it finds. */
#include "json/scan.h"

#include "check.h"

#include <stdint.h>
#include <stdlib.h>

static struct err e;
static struct scan s;
static struct paths *paths;

/*
 * Scan a copy that ends where the text ends, so that a sanitizer notices when
 * the scanner reads on. The members are valid until the next call.
 */
static bool scan(struct slice text)
{
	static char *copy;

	free(copy);
	copy = malloc(text.len + (text.len == 0));
	if (copy == NULL)
		abort();
	memcpy(copy, text.data, text.len);
	e = (struct err){ 0 };
	return scan_record(&s, paths, (struct slice){ copy, text.len }, &e) ==
	       0;
}

static bool accepts(const char *text)
{
	return scan(slice_of(text));
}

static bool refuses_slice(struct slice text, size_t column, const char *why)
{
	if (scan(text))
		return false;
	if (e.kind == ERR_DATA && e.column == column &&
	    strcmp(e.text, why) == 0)
		return true;
	printf("# column %zu: %s\n", e.column, e.text);
	return false;
}

static bool refuses(const char *text, size_t column, const char *why)
{
	return refuses_slice(slice_of(text), column, why);
}

static struct slice text_of(struct value v)
{
	return value_slice(v);
}

static bool member_is(size_t i, const char *key, enum value_type type,
		      const char *value)
{
	return i < s.count && slice_is(s.members[i].key, slice_of(key)) &&
	       s.members[i].value.type == type &&
	       slice_is(text_of(s.members[i].value), slice_of(value));
}

static bool slot_is(uint16_t slot, const char *value)
{
	return slice_is(text_of(scan_value(&s, slot)), slice_of(value));
}

/* The slot of a path written with dots. */
static uint16_t slot_of(const char *dotted)
{
	struct slice names[16];
	size_t count = 0;

	for (const char *p = dotted;; p++) {
		size_t len = strcspn(p, ".");

		names[count++] = (struct slice){ p, len };
		p += len;
		if (*p == '\0')
			break;
	}
	return paths_add(paths, names, count);
}

static void an_object_is_accepted_with_white_space_anywhere(void)
{
	CHECK(accepts("{}"));
	CHECK(accepts(" \t\r\n{ \t\r\n} \t\r\n"));
	CHECK(accepts("{ \"a\" : [ 1 , { \"b\" : [ ] } , { } ] , \"c\" : 2 }"));
	CHECK(s.count == 2);
}

static void every_kind_of_value_is_told(void)
{
	CHECK(accepts("{\"a\":null,\"b\":false,\"c\":true,\"d\":-1.5e+2,"
		      "\"e\":\"x\",\"f\":[1,{}],\"g\":{\"h\":{}}}"));
	CHECK(s.count == 8);
	CHECK(member_is(0, "a", VALUE_NULL, "null"));
	CHECK(member_is(1, "b", VALUE_FALSE, "false"));
	CHECK(member_is(2, "c", VALUE_TRUE, "true"));
	CHECK(member_is(3, "d", VALUE_NUMBER, "-1.5e+2"));
	CHECK(member_is(4, "e", VALUE_STRING, "x"));
	CHECK(member_is(5, "f", VALUE_ARRAY, "[1,{}]"));
	CHECK(member_is(6, "g", VALUE_OBJECT, "{\"h\":{}}"));
	CHECK(member_is(7, "h", VALUE_OBJECT, "{}"));
}

static void members_know_their_parent_and_what_follows_their_subtree(void)
{
	CHECK(accepts("{\"a\":{\"b\":{\"c\":1},\"d\":[{\"no\":1}]},\"e\":{}}"));
	CHECK(s.count == 5);
	CHECK(s.members[0].parent == SCAN_ROOT && s.members[0].next == 4);
	CHECK(s.members[1].parent == 0 && s.members[1].next == 3);
	CHECK(s.members[2].parent == 1 && s.members[2].next == 3);
	CHECK(s.members[3].parent == 0 && s.members[3].next == 4);
	CHECK(s.members[4].parent == SCAN_ROOT && s.members[4].next == 5);
}

static void only_an_object_is_a_record(void)
{
	CHECK(refuses("", 1, "cut off"));
	CHECK(refuses("  ", 3, "cut off"));
	CHECK(refuses("[1]", 1, "an array, not an object"));
	CHECK(refuses(" \"a\"", 2, "a string, not an object"));
	CHECK(refuses("-1", 1, "a number, not an object"));
	CHECK(refuses("7", 1, "a number, not an object"));
	CHECK(refuses("null", 1, "a word, not an object"));
	CHECK(refuses("hello", 1, "not a JSON object"));
	CHECK(refuses("{}{}", 3, "more text behind the object"));
	CHECK(refuses("{} x", 4, "more text behind the object"));
	CHECK(refuses_slice(SLICE("{}\0"), 3, "more text behind the object"));
}

static void what_is_missing_is_named_with_its_column(void)
{
	CHECK(refuses("{a:1}", 2, "expected a member name"));
	CHECK(refuses("{1:1}", 2, "expected a member name"));
	CHECK(refuses("{,}", 2, "expected a member name"));
	CHECK(refuses("{\"a\":1,}", 8, "expected a member name"));
	CHECK(refuses("{\"a\" 1}", 6, "expected a colon"));
	CHECK(refuses("{\"a\"}", 5, "expected a colon"));
	CHECK(refuses("{\"a\":}", 6, "expected a value"));
	CHECK(refuses("{\"a\":nul}", 9, "expected true, false or null"));
	CHECK(refuses("{\"a\":[nope]}", 8, "expected true, false or null"));
	CHECK(refuses("{\"a\":True}", 6, "expected a value"));
	CHECK(refuses("{\"a\":'x'}", 6, "expected a value"));
	CHECK(refuses("{\"a\":1 \"b\":2}", 8,
		      "expected a comma or a closing brace"));
	CHECK(refuses("{\"a\":1]", 7, "expected a comma or a closing brace"));
	CHECK(refuses("{\"a\":1{", 7, "expected a comma or a closing brace"));
	CHECK(refuses("{\"a\":{}{}}", 8,
		      "expected a comma or a closing brace"));
	CHECK(refuses("{\"a\":[1 2]}", 9,
		      "expected a comma or a closing bracket"));
	CHECK(refuses("{\"a\":[1}", 8,
		      "expected a comma or a closing bracket"));
	CHECK(refuses("{\"a\":[1,]}", 9, "expected a value"));
	CHECK(refuses("{\"a\":[,1]}", 7, "expected a value"));
	CHECK(refuses("{\"a\":[{]}", 8, "expected a member name"));
	CHECK(refuses("{\"a\":[{\"b\":1,}]}", 14, "expected a member name"));
	CHECK(refuses("{\"a\":[{\"b\",1}]}", 11, "expected a colon"));
}

static void every_beginning_of_a_record_is_cut_off_or_unterminated(void)
{
	struct slice whole = SLICE(
		"{\"a\":[null,-1.5e+7,{\"b\":\"\\u0041\\n\"},[]],\"c\":{\"d\":"
		"true,\"e\":\"a string of more than sixteen bytes\"}}");

	for (size_t len = 0; len < whole.len; len++) {
		CHECK(!scan((struct slice){ whole.data, len }));
		CHECK(strcmp(e.text, "cut off") == 0
			      ? e.column == len + 1
			      : strcmp(e.text, "unterminated string") == 0);
	}
	CHECK(scan(whole));
}

static void numbers_are_those_of_the_grammar(void)
{
	static const char *const good[] = {
		"0",     "-0",   "10",   "0.0",    "1.50",
		"1e400", "1E+2", "0e-0", "-0.1e1", "9007199254740993"
	};
	char text[64];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		snprintf(text, sizeof(text), "{\"a\":%s}", good[i]);
		CHECK(accepts(text));
		CHECK(member_is(0, "a", VALUE_NUMBER, good[i]));
	}
	CHECK(refuses("{\"a\":01}", 6, "a number with a leading zero"));
	CHECK(refuses("{\"a\":-00}", 7, "a number with a leading zero"));
	CHECK(refuses("{\"a\":-}", 7, "expected a digit"));
	CHECK(refuses("{\"a\":-a}", 7, "expected a digit"));
	CHECK(refuses("{\"a\":1.}", 8, "expected a digit"));
	CHECK(refuses("{\"a\":1.e1}", 8, "expected a digit"));
	CHECK(refuses("{\"a\":1e}", 8, "expected a digit"));
	CHECK(refuses("{\"a\":1e+}", 9, "expected a digit"));
	CHECK(refuses("{\"a\":+1}", 6, "expected a value"));
	CHECK(refuses("{\"a\":.5}", 6, "expected a value"));
	CHECK(refuses("{\"a\":0x1}", 7, "expected a comma or a closing brace"));
	CHECK(refuses("{\"a\":1.5.5}", 9,
		      "expected a comma or a closing brace"));
	CHECK(refuses("{\"a\":NaN}", 6, "expected a value"));
}

static void escapes_are_those_of_the_grammar(void)
{
	CHECK(accepts(
		"{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\ude00\"}"));
	CHECK(s.members[0].value.flags == VALUE_ESCAPED);
	CHECK(accepts("{\"a\":\"\\ud800\"}"));
	CHECK(accepts("{\"a\":\"\\u0000\"}"));
	CHECK(refuses("{\"a\":\"\\a\"}", 8, "no such escape"));
	CHECK(refuses("{\"a\":\"\\U0041\"}", 8, "no such escape"));
	CHECK(refuses("{\"a\":\"\\u004\"}", 12, "expected four hex digits"));
	CHECK(refuses("{\"a\":\"\\u00g0\"}", 11, "expected four hex digits"));
	CHECK(refuses_slice(SLICE("{\"a\":\"\\\0\"}"), 8, "no such escape"));
}

static void control_characters_are_refused_wherever_they_stand(void)
{
	char text[] = "{\"a\":\"0123456789abcdef0123456789abcdef\"}";

	for (size_t i = 6; i < 38; i++)
		for (int c = 0; c < 0x20; c++) {
			char saved = text[i];

			text[i] = (char)c;
			CHECK(refuses_slice(
				(struct slice){ text, sizeof(text) - 1 }, i + 1,
				"control character in a string"));
			text[i] = saved;
		}
	CHECK(accepts("{\"a\":\"\x7f\"}"));
	CHECK(refuses("{\"a\tb\":1}", 4, "control character in a string"));
}

static void strings_are_utf8_and_the_caller_is_told_when_they_are_not(void)
{
	CHECK(accepts("{\"a\":\"caf\xc3\xa9 \xf0\x9f\x98\x80 \xed\x9f\xbf\"}"));
	CHECK(!s.bad_utf8);
	CHECK(refuses("{\"a\":\"\xc3\x28\"}", 7, "not UTF-8"));
	CHECK(s.bad_utf8);
	CHECK(refuses("{\"a\":\"0123456789abcdef\xed\xa0\x80\"}", 23,
		      "not UTF-8"));
	CHECK(refuses("{\"a\":\"\xc0\x80\"}", 7, "not UTF-8"));
	CHECK(refuses("{\"a\":\"\xf4\x90\x80\x80\"}", 7, "not UTF-8"));
	CHECK(refuses("{\"a\":\"\\n\xf0\x9f\x98\"}", 9, "not UTF-8"));
	CHECK(refuses("{\"\xff\":1}", 3, "not UTF-8"));
	CHECK(s.bad_utf8);
	CHECK(refuses("{\"a\":[\"\xff\"]}", 8, "not UTF-8"));
	CHECK(refuses("{\"a\":\"\xff", 6, "unterminated string"));
	CHECK(!s.bad_utf8);
	CHECK(refuses("{\xff}", 2, "expected a member name"));
	CHECK(!s.bad_utf8);
}

/* A record with that many levels: odd ones objects, the others arrays. */
static const char *nested(size_t levels)
{
	static struct buf b = BUF_INIT(16 << 20);

	buf_clear(&b);
	for (size_t i = 0; i < levels; i++)
		buf_puts(&b, i % 2 == 0 ? "{\"a\":" : "[");
	buf_puts(&b, "1");
	for (size_t i = levels; i-- > 0;)
		buf_puts(&b, i % 2 == 0 ? "}" : "]");
	return buf_str(&b);
}

/* The same, of objects alone. */
static const char *nested_objects(size_t levels)
{
	static struct buf b = BUF_INIT(16 << 20);

	buf_clear(&b);
	for (size_t i = 0; i < levels; i++)
		buf_puts(&b, "{\"a\":");
	buf_puts(&b, "1");
	for (size_t i = 0; i < levels; i++)
		buf_puts(&b, "}");
	return buf_str(&b);
}

static void five_hundred_and_twelve_levels_are_accepted_and_no_more(void)
{
	CHECK(accepts(nested(512)));
	CHECK(refuses(nested(513), 5 * 256 + 256 + 1,
		      "nested deeper than 512 levels"));
	CHECK(!accepts(nested(100000)));
	CHECK(accepts(nested_objects(512)));
	CHECK(s.count == 512);
	CHECK(refuses(nested_objects(513), 5 * 512 + 1,
		      "nested deeper than 512 levels"));
	CHECK(!accepts(nested_objects(100000)));
}

static void a_record_may_have_12288_members_and_no_more(void)
{
	struct buf b = BUF_INIT(16 << 20);

	buf_puts(&b, "{");
	for (int i = 0; i < 12288; i++)
		buf_printf(&b, "\"%d\":[{\"not\":\"counted\"}],", i);
	b.len--;
	size_t len = b.len;
	buf_puts(&b, "}");
	CHECK(accepts(buf_str(&b)));
	CHECK(s.count == 12288);
	buf_cut(&b, len);
	buf_puts(&b, ",\"a\":1}");
	CHECK(refuses(buf_str(&b), len + 2, "more than 12288 members"));
	buf_free(&b);
}

static void members_are_found_by_path(void)
{
	uint16_t action = slot_of("action");
	uint16_t client = slot_of("client.id");
	uint16_t deep = slot_of("decision.rules.first.name");
	uint16_t long_name = slot_of("a_name_of_more_than_16_bytes");

	CHECK(action != 0 && client != 0 && deep != 0 && long_name != 0);
	CHECK(slot_of("action") == action);
	CHECK(paths_count(paths) > deep);

	CHECK(accepts(
		"{\"id\":0,\"action\":\"x\",\"client\":{\"id\":7,\"action\":"
		"9},\"decision\":{\"rules\":{\"first\":{\"name\":true}}},"
		"\"a_name_of_more_than_16_bytes\":1,"
		"\"a_name_of_Xore_than_16_bytes\":2,\"actio\":3}"));
	CHECK(slot_is(action, "x"));
	CHECK(slot_is(client, "7"));
	CHECK(slot_is(deep, "true"));
	CHECK(slot_is(slot_of("decision.rules"),
		      "{\"first\":{\"name\":true}}"));
	CHECK(slot_is(long_name, "1"));

	CHECK(accepts("{\"client\":\"no object\"}"));
	CHECK(slot_is(slot_of("client"), "no object"));
	CHECK(scan_value(&s, client).type == VALUE_NONE);
	CHECK(scan_value(&s, action).type == VALUE_NONE);
}

static void names_of_every_length_are_told_apart(void)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzabcdefghijkl";
	struct paths *many = paths_new();
	struct buf b = BUF_INIT(16 << 20);
	uint16_t slots[33];

	CHECK(many != NULL);
	for (size_t len = 0; len <= 32; len++) {
		struct slice name = { letters, len };

		slots[len] = paths_add(many, &name, 1);
		CHECK(slots[len] == len + 1);
	}
	for (size_t len = 0; len <= 32; len++) {
		buf_clear(&b);
		buf_printf(&b, "{\"%.*s\":1}", (int)len, letters);
		CHECK(scan_record(&s, many, buf_slice(&b), &e) == 0);
		for (size_t other = 0; other <= 32; other++)
			CHECK((s.by_slot[slots[other]] != 0) == (other == len));
	}
	buf_free(&b);
	paths_free(many);
}

static void there_may_be_65535_paths_and_no_more(void)
{
	struct paths *many = paths_new();
	char name[16];

	CHECK(many != NULL);
	for (int i = 1; i <= 65535; i++) {
		snprintf(name, sizeof(name), "%d", i);
		struct slice path[] = { slice_of(name) };
		CHECK(paths_add(many, path, 1) == i);
	}
	CHECK(paths_add(many, &SLICE("one more"), 1) == 0);
	CHECK(paths_add(many, &SLICE("777"), 1) == 777);
	CHECK(paths_count(many) == 65536);
	CHECK(scan_record(&s, many, SLICE("{\"65535\":1,\"0\":2}"), &e) == 0);
	CHECK(slot_is(65535, "1"));
	paths_free(many);
}

static void a_name_with_escapes_is_the_name_it_stands_for(void)
{
	uint16_t action = slot_of("action");
	uint16_t accent = slot_of("caf\xc3\xa9");

	CHECK(accepts("{\"\\u0061ction\":1,\"caf\\u00e9\":2}"));
	CHECK(slot_is(action, "1") && s.members[0].key_escaped);
	CHECK(slot_is(accent, "2"));
	CHECK(accepts("{\"action\":1,\"acti\\u006fn\":2,\"\\u0061ctio\":3}"));
	CHECK(slot_is(action, "2"));
	CHECK(s.members[0].superseded && !s.members[1].superseded);
}

static void a_long_name_may_have_escapes_as_well(void)
{
	struct buf name = BUF_INIT(1000);
	struct buf text = BUF_INIT(2000);

	for (size_t len = 250; len < 260; len++) {
		buf_clear(&name);
		buf_clear(&text);
		for (size_t i = 0; i < len; i++)
			buf_putc(&name, (char)('a' + i % 26));
		buf_printf(&text, "{\"\\u0061%s\":1}", buf_str(&name) + 1);
		uint16_t slot = slot_of(buf_str(&name));
		CHECK(accepts(buf_str(&text)) && slot_is(slot, "1"));
		text.data[text.len - 5]++;
		CHECK(accepts(buf_str(&text)));
		CHECK(scan_value(&s, slot).type == VALUE_NONE);
	}
	buf_free(&text);
	buf_free(&name);
}

static void a_name_that_is_expected_is_no_more_trusted_than_another(void)
{
	uint16_t quote = slot_of("a\"b"), bell = slot_of("a\ab");
	uint16_t long_name = slot_of("a_name_of_exactly_thirty_bytes");

	for (int i = 0; i < 3; i++) {
		CHECK(accepts("{\"a\\\"b\":1,\"a\\u0007b\":2,\"padding\":0}"));
		CHECK(slot_is(quote, "1") && slot_is(bell, "2"));
		CHECK(refuses("{\"a\"b\":1,\"padding\":\"\"}", 5,
			      "expected a colon"));
		CHECK(refuses("{\"a\\\"b\":1,\"a\ab\":2,\"padding\":0}", 13,
			      "control character in a string"));
		CHECK(accepts("{\"a_name_of_exactly_thirty_bytes\":1}"));
		CHECK(slot_is(long_name, "1"));
		CHECK(accepts("{\"a_name_of_exactly_thirty_byteX\":1}"));
		CHECK(scan_value(&s, long_name).type == VALUE_NONE);
		CHECK(accepts("{\"a_name_of_exactly_thirty_bytes_\":1}"));
		CHECK(scan_value(&s, long_name).type == VALUE_NONE);
	}
}

static void a_member_is_found_in_its_object_whatever_came_before(void)
{
	uint16_t one = slot_of("one.x"), two = slot_of("two.x");

	CHECK(accepts("{\"one\":{\"x\":1},\"two\":{\"x\":2},\"end\":0}"));
	CHECK(accepts("{\"one\":{\"x\":1},\"two\":{\"x\":2},\"end\":0}"));
	CHECK(slot_is(one, "1") && slot_is(two, "2"));
	CHECK(accepts(
		"{\"two\":{\"x\":2},\"x\":3,\"one\":{\"x\":1},\"end\":0}"));
	CHECK(slot_is(one, "1") && slot_is(two, "2"));
	CHECK(accepts(
		"{\"no\":{\"x\":2},\"one\":{\"no\":0,\"x\":1},\"end\":0}"));
	CHECK(slot_is(one, "1") && scan_value(&s, two).type == VALUE_NONE);
	CHECK(accepts("{\"one\":{},\"x\":{\"x\":1},\"two\":[{\"x\":1}]}"));
	CHECK(scan_value(&s, one).type == VALUE_NONE);
	CHECK(scan_value(&s, two).type == VALUE_NONE);
}

static void the_last_of_equal_members_wins(void)
{
	uint16_t a = slot_of("dup.a"), b = slot_of("dup.b");

	CHECK(accepts("{\"dup\":{\"a\":1,\"b\":2,\"a\":3},\"x\":0}"));
	CHECK(slot_is(a, "3") && slot_is(b, "2"));
	CHECK(s.members[1].superseded && !s.members[3].superseded);

	CHECK(accepts("{\"dup\":{\"a\":1,\"b\":2},\"x\":0,\"dup\":{\"a\":3}}"));
	CHECK(s.members[0].superseded && !s.members[4].superseded);
	CHECK(slot_is(a, "3"));
	CHECK(scan_value(&s, b).type == VALUE_NONE);

	CHECK(accepts("{\"dup\":{\"a\":1},\"dup\":null}"));
	CHECK(slot_is(slot_of("dup"), "null"));
	CHECK(scan_value(&s, a).type == VALUE_NONE);

	CHECK(accepts("{\"y\":{\"dup\":1},\"dup\":2,\"y\":{\"dup\":3}}"));
	CHECK(slot_is(slot_of("dup"), "2"));
}

static bool is_loose(const char *value)
{
	char text[128];

	snprintf(text, sizeof(text), "{ \"k\" : %s , \"l\" : \"\\/\" }", value);
	CHECK(accepts(text));
	return (s.members[0].value.flags & VALUE_LOOSE) != 0;
}

static void containers_that_are_not_compact_are_marked(void)
{
	CHECK(!is_loose("{}") && !is_loose("[]") && !is_loose("[1,\"a b\"]"));
	CHECK(!is_loose(
		"{\"a\":[{\"b\":\"\\\"\\\\\\b\\f\\n\\r\\t\\u001f\\u0000\"}]}"));
	CHECK(is_loose("{ }") && is_loose("[ ]"));
	CHECK(is_loose("[1, 2]") && is_loose("[1\t]") && is_loose("[\n1]"));
	CHECK(is_loose("{\"a\" :1}") && is_loose("{\"a\":{\"b\": 1}}"));
	CHECK(is_loose("[{\"a\":{\"b\":1 }}]"));
	CHECK(is_loose("[\"\\/\"]") && is_loose("[\"\\u0041\"]"));
	CHECK(is_loose("{\"\\u0041\":1}") && is_loose("[\"\\u001F\"]"));
	CHECK(is_loose("[\"\\u000a\"]") && is_loose("[\"\\u007f\"]"));
	CHECK(is_loose("[\"\\ud800\"]"));

	CHECK(accepts("{\"a\":{\"b\":{ },\"c\":{}}}"));
	CHECK((s.members[0].value.flags & VALUE_LOOSE) != 0);
	CHECK((s.members[1].value.flags & VALUE_LOOSE) != 0);
	CHECK((s.members[2].value.flags & VALUE_LOOSE) == 0);
}

/* What scan_compact() makes of a value. */
static bool compacts(const char *value, const char *compact)
{
	struct buf out = BUF_INIT(1000);
	char text[128];

	snprintf(text, sizeof(text), "{\"k\":%s}", value);
	CHECK(accepts(text));
	scan_compact(s.members[0].value, &out);
	bool ok = strcmp(buf_str(&out), compact) == 0;
	if (!ok)
		printf("# %s\n", buf_str(&out));
	buf_free(&out);
	return ok;
}

static void compact_json_keeps_order_and_numbers_and_drops_the_rest(void)
{
	CHECK(compacts("[1, 2 ,\t1.50e+0]", "[1,2,1.50e+0]"));
	CHECK(compacts("{ \"b c\" : 1 , \"a\":\" x \" }",
		       "{\"b c\":1,\"a\":\" x \"}"));
	CHECK(compacts("[\"\\/\\u0041\\u00E9\\ud83d\\ude00\\ud800\"]",
		       "[\"/A\xc3\xa9\xf0\x9f\x98\x80\xef\xbf\xbd\"]"));
	CHECK(compacts("[\"\\u0022\\u005c\\u000A\\u001F\\u0000\\u007f\"]",
		       "[\"\\\"\\\\\\n\\u001f\\u0000\x7f\"]"));
	CHECK(compacts("{\"\\u0022\": [ ] }", "{\"\\\"\":[]}"));
	CHECK(compacts("[\"\\\\\", \"\\\"\" ]", "[\"\\\\\",\"\\\"\"]"));
	CHECK(compacts("[{},[],null]", "[{},[],null]"));
}

static void an_array_is_walked_element_by_element(void)
{
	struct value v;

	CHECK(accepts(
		"{\"k\":[ 1 ,\"a,]\", [2, 3],{\"x\":1 } ,[]] , \"l\":[ ]}"));
	struct slice rest = value_slice(s.members[0].value);
	CHECK(scan_next(&rest, NULL, &v) && slice_is(text_of(v), SLICE("1")));
	CHECK(scan_next(&rest, NULL, &v) && slice_is(text_of(v), SLICE("a,]")));
	CHECK(scan_next(&rest, NULL, &v) &&
	      slice_is(text_of(v), SLICE("[2, 3]")));
	CHECK(v.type == VALUE_ARRAY && v.flags == VALUE_LOOSE);
	CHECK(scan_next(&rest, NULL, &v) && v.type == VALUE_OBJECT);
	CHECK(scan_next(&rest, NULL, &v) && slice_is(text_of(v), SLICE("[]")));
	CHECK(v.flags == 0);
	CHECK(!scan_next(&rest, NULL, &v));
	CHECK(!scan_next(&rest, NULL, &v));

	rest = value_slice(s.members[1].value);
	CHECK(!scan_next(&rest, NULL, &v));
	CHECK(!scan_next(&rest, NULL, &v));
}

static void an_object_is_walked_member_by_member(void)
{
	struct value k, v;

	CHECK(accepts("{\"k\":{\"a\":1, \"\\n\" : {\"b\":[]} ,\"\":\"}\"}}"));
	struct slice rest = value_slice(s.members[0].value);
	CHECK(scan_next(&rest, &k, &v) && slice_is(text_of(k), SLICE("a")));
	CHECK(k.flags == 0 && slice_is(text_of(v), SLICE("1")));
	CHECK(scan_next(&rest, &k, &v) && slice_is(text_of(k), SLICE("\\n")));
	CHECK(k.flags == VALUE_ESCAPED && v.type == VALUE_OBJECT);
	CHECK(scan_next(&rest, &k, &v) && slice_is(text_of(k), SLICE("")));
	CHECK(slice_is(text_of(v), SLICE("}")));
	CHECK(!scan_next(&rest, &k, &v));
}

static void a_member_of_an_element_is_found_and_the_last_one_wins(void)
{
	CHECK(accepts(
		"{\"k\":{\"a\":1,\"b\":{\"a\":0},\"\\u0061\":2},\"l\":[]}"));
	struct value object = s.members[0].value;

	CHECK(slice_is(text_of(scan_member(object, SLICE("a"))), SLICE("2")));
	CHECK(scan_member(object, SLICE("b")).type == VALUE_OBJECT);
	CHECK(scan_member(object, SLICE("c")).type == VALUE_NONE);
	CHECK(scan_member(s.members[4].value, SLICE("a")).type == VALUE_NONE);
	CHECK(scan_member((struct value){ 0 }, SLICE("a")).type == VALUE_NONE);
}

static bool decodes(const char *string, struct slice text)
{
	struct buf out = BUF_INIT(1000);

	scan_decode(slice_of(string), &out);
	bool ok = slice_is(buf_slice(&out), text) &&
		  scan_is(slice_of(string), true, text);
	buf_free(&out);
	return ok;
}

static void escapes_are_decoded_and_lone_surrogates_replaced(void)
{
	CHECK(decodes("", SLICE("")));
	CHECK(decodes("plain", SLICE("plain")));
	CHECK(decodes("\\\"\\\\\\/\\b\\f\\n\\r\\t", SLICE("\"\\/\b\f\n\r\t")));
	CHECK(decodes("a\\u0000b", SLICE("a\0b")));
	CHECK(decodes("\\u00e9\\u65E5", SLICE("\xc3\xa9\xe6\x97\xa5")));
	CHECK(decodes("\\ud83d\\ude00", SLICE("\xf0\x9f\x98\x80")));
	CHECK(decodes("\\udbff\\udfff", SLICE("\xf4\x8f\xbf\xbf")));
	CHECK(decodes("\\ud83d", SLICE("\xef\xbf\xbd")));
	CHECK(decodes("\\ude00\\ud83d", SLICE("\xef\xbf\xbd\xef\xbf\xbd")));
	CHECK(decodes("\\ud83d\\u0041", SLICE("\xef\xbf\xbd"
					      "A")));
	CHECK(decodes("\\ud83d\\n", SLICE("\xef\xbf\xbd\n")));
	CHECK(decodes("\\ud83dx", SLICE("\xef\xbf\xbdx")));
}

static void a_string_is_compared_as_what_it_stands_for(void)
{
	CHECK(scan_is(SLICE("abc"), false, SLICE("abc")));
	CHECK(!scan_is(SLICE("abc"), false, SLICE("abd")));
	CHECK(!scan_is(SLICE("a\\u0062c"), true, SLICE("ab")));
	CHECK(!scan_is(SLICE("a\\u0062"), true, SLICE("abc")));
	CHECK(!scan_is(SLICE("\\u00e9"), true, SLICE("\xc3")));
	CHECK(!scan_is(SLICE("\\u00e9"), true, SLICE("\xc3\xa8")));
}

int main(void)
{
	paths = paths_new();
	if (paths == NULL)
		return 1;
	RUN(an_object_is_accepted_with_white_space_anywhere);
	RUN(every_kind_of_value_is_told);
	RUN(members_know_their_parent_and_what_follows_their_subtree);
	RUN(only_an_object_is_a_record);
	RUN(what_is_missing_is_named_with_its_column);
	RUN(every_beginning_of_a_record_is_cut_off_or_unterminated);
	RUN(numbers_are_those_of_the_grammar);
	RUN(escapes_are_those_of_the_grammar);
	RUN(control_characters_are_refused_wherever_they_stand);
	RUN(strings_are_utf8_and_the_caller_is_told_when_they_are_not);
	RUN(five_hundred_and_twelve_levels_are_accepted_and_no_more);
	RUN(a_record_may_have_12288_members_and_no_more);
	RUN(members_are_found_by_path);
	RUN(names_of_every_length_are_told_apart);
	RUN(there_may_be_65535_paths_and_no_more);
	RUN(a_name_with_escapes_is_the_name_it_stands_for);
	RUN(a_long_name_may_have_escapes_as_well);
	RUN(a_name_that_is_expected_is_no_more_trusted_than_another);
	RUN(a_member_is_found_in_its_object_whatever_came_before);
	RUN(the_last_of_equal_members_wins);
	RUN(containers_that_are_not_compact_are_marked);
	RUN(compact_json_keeps_order_and_numbers_and_drops_the_rest);
	RUN(an_array_is_walked_element_by_element);
	RUN(an_object_is_walked_member_by_member);
	RUN(a_member_of_an_element_is_found_and_the_last_one_wins);
	RUN(escapes_are_decoded_and_lone_surrogates_replaced);
	RUN(a_string_is_compared_as_what_it_stands_for);
	scan_free(&s);
	paths_free(paths);
	return check_done();
}
