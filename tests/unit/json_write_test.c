/* JSON strings: what has to be escaped, and how. */
#include "json/write.h"

#include "check.h"

static bool is_written(struct slice text, const char *want)
{
	struct buf out = BUF_INIT(1000);

	json_put_string(&out, text);
	bool ok = strcmp(buf_str(&out), want) == 0;
	if (!ok)
		printf("# %s, not %s\n", buf_str(&out), want);
	buf_free(&out);
	return ok;
}

static void text_stands_between_quotes_as_it_is(void)
{
	CHECK(is_written(SLICE(""), "\"\""));
	CHECK(is_written((struct slice){ 0 }, "\"\""));
	CHECK(is_written(SLICE("a/b 'c' <d> \x7f"), "\"a/b 'c' <d> \x7f\""));
	CHECK(is_written(SLICE("caf\xc3\xa9 \xf0\x9f\x98\x80"),
			 "\"caf\xc3\xa9 \xf0\x9f\x98\x80\""));
}

static void what_must_be_escaped_is_escaped_in_the_shortest_way(void)
{
	CHECK(is_written(SLICE("\"\\"), "\"\\\"\\\\\""));
	CHECK(is_written(SLICE("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\""));
	CHECK(is_written(SLICE("\0\x01\x07\x0b\x0e\x1f"),
			 "\"\\u0000\\u0001\\u0007\\u000b\\u000e\\u001f\""));
	CHECK(is_written(SLICE("\n\n"), "\"\\n\\n\""));
}

static void what_is_not_utf8_is_replaced(void)
{
	CHECK(is_written(SLICE("a\xc3\"\xff"),
			 "\"a\xef\xbf\xbd\\\"\xef\xbf\xbd\""));
}

/* One byte at a time, as the definition has it. */
static void put_slowly(struct buf *out, unsigned char c)
{
	if (c == '"' || c == '\\' || c < 0x20)
		json_put_escape(out, (char)c);
	else if (c < 0x80)
		buf_putc(out, (char)c);
	else
		buf_puts(out, "\xef\xbf\xbd");
}

static void every_byte_is_written_the_same_wherever_it_stands(void)
{
	// Among letters, and behind another that has to be escaped.
	static const char around[][21] = { "abcdefghijklmnopqrst",
					   "\"bcdefgh\\jklmnop\x01rst" };
	struct buf want = BUF_INIT(1000);

	for (size_t k = 0; k < 2; k++)
		for (unsigned c = 0; c < 256; c++)
			for (size_t at = 0; at < 20; at++) {
				char text[21];

				memcpy(text, around[k], sizeof(text));
				text[at] = (char)c;
				buf_clear(&want);
				buf_putc(&want, '"');
				for (size_t i = 0; i < 20; i++)
					put_slowly(&want,
						   (unsigned char)text[i]);
				buf_putc(&want, '"');
				CHECK(is_written((struct slice){ text, 20 },
						 buf_str(&want)));
			}
	buf_free(&want);
}

static void a_buffer_that_is_full_says_so(void)
{
	struct buf out = BUF_INIT(6);

	json_put_string(&out, SLICE("abcdef"));
	CHECK(buf_status(&out) != 0);
	buf_free(&out);
}

int main(void)
{
	RUN(text_stands_between_quotes_as_it_is);
	RUN(what_must_be_escaped_is_escaped_in_the_shortest_way);
	RUN(what_is_not_utf8_is_replaced);
	RUN(every_byte_is_written_the_same_wherever_it_stands);
	RUN(a_buffer_that_is_full_says_so);
	return check_done();
}
