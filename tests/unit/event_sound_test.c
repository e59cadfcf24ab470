/* JSON that says the same to everybody, and JSON that does not. */
#include "core/buf.h"
#include "event/sound.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

static bool is_sound(const char *text)
{
	struct names names = { .seed = 1 };
	bool sound = sound_is(&names, slice_of(text));

	names_free(&names);
	return sound;
}

static void a_name_is_there_once_in_an_object(void)
{
	CHECK(is_sound("{\"a\":1,\"b\":2}"));
	CHECK(is_sound("{\"a\":{\"a\":{}},\"b\":[{\"a\":1},{\"a\":2}]}"));
	CHECK(is_sound("[{\"a\":\"x\"},[],{\"a\":\"}\"}]"));
	CHECK(!is_sound("{\"a\":1,\"a\":2}"));
	CHECK(!is_sound("{\"a\":{\"b\":1},\"a\":2}"));
	CHECK(!is_sound("[1,{\"x\":{\"a\":1,\"c\":[],\"a\":1}}]"));
	CHECK(!is_sound("{\"\":1,\"\":2}"));
	CHECK(!is_sound("{\"a\\\"\":1,\"a\\\"\":2}"));
}

static void what_stands_in_strings_is_no_name(void)
{
	CHECK(is_sound("{\"a\":\"b\",\"c\":\"b\"}"));
	CHECK(is_sound("[\"a\",\"a\",\"{\\\"a\\\":1,\\\"a\\\":2}\"]"));
	CHECK(is_sound("{\"a\":\"\\u0000\",\"b\":\"\"}"));
}

static void a_name_has_no_nul(void)
{
	CHECK(!is_sound("{\"a\\u0000\":1}"));
	CHECK(is_sound("{\"a\\u0001\":1}"));
}

static void numbers_are_no_larger_than_readers_hold(void)
{
	CHECK(is_sound("[0,-1,1.5,1e300,9223372036854775807,true,null]"));
	CHECK(!is_sound("[9223372036854775808]"));
	CHECK(!is_sound("{\"a\":{\"b\":-1e999}}"));
	CHECK(is_sound("[0.12345678901234567890]"));
}

static void what_is_nested_too_deep_is_not(void)
{
	char deep[2 * 600 + 1] = "";

	memset(deep, '[', 512);
	memset(deep + 512, ']', 512);
	CHECK(is_sound(deep));
	memset(deep, '[', 513);
	memset(deep + 513, ']', 513);
	CHECK(!is_sound(deep));
}

static void many_names_are_kept_apart(void)
{
	struct buf text = BUF_INIT(1 << 20);

	for (int i = 0; i < 5000; i++)
		buf_printf(&text, "%c\"n%d\":%d", i == 0 ? '{' : ',', i, i);
	buf_putc(&text, '}');
	CHECK(is_sound(buf_str(&text)));
	buf_cut(&text, text.len - 1);
	buf_puts(&text, ",\"n77\":0}");
	CHECK(!is_sound(buf_str(&text)));
	buf_free(&text);
}

int main(void)
{
	RUN(a_name_is_there_once_in_an_object);
	RUN(what_stands_in_strings_is_no_name);
	RUN(a_name_has_no_nul);
	RUN(numbers_are_no_larger_than_readers_hold);
	RUN(what_is_nested_too_deep_is_not);
	RUN(many_names_are_kept_apart);
	return check_done();
}
