/* RFC 3164, with the record or with its members as pairs. */
#include "made.h"

#include "check.h"

enum { TAG };

static void begin(struct made *m)
{
	made_init(m);
	m->options.variant = "kv";
	made_attribute(m, TAG, "app");
}

static void plain_carries_the_record_behind_the_tag(void)
{
	struct made m;

	begin(&m);
	m.options.variant = "plain";
	CHECK(made_is(&m, "rfc3164",
		      "<134>Oct  8 22:45:00 h1 app: {\"a\":1}"));
}

static void a_tag_is_a_word_of_32_bytes(void)
{
	struct made m;

	begin(&m);
	m.options.variant = "plain";
	made_attribute(&m, TAG, "my app/x:[1]_.-");
	CHECK(made_is(&m, "rfc3164",
		      "<134>Oct  8 22:45:00 h1 my_app_x__1__.-: {\"a\":1}"));
	begin(&m);
	m.options.variant = "plain";
	made_attribute(&m, TAG, "0123456789012345678901234567890123456789");
	CHECK(made_is(&m, "rfc3164",
		      "<134>Oct  8 22:45:00 h1 "
		      "01234567890123456789012345678901: {\"a\":1}"));
	CHECK(m.counts.cut == 1);
}

static void a_line_without_a_tag_bears_the_name_of_the_tool(void)
{
	struct made m;

	made_init(&m);
	m.options.variant = "plain";
	CHECK(made_is(&m, "rfc3164",
		      "<134>Oct  8 22:45:00 h1 siem-fmt: {\"a\":1}"));
}

static void values_are_quoted_only_where_they_have_to_be(void)
{
	struct made m;

	begin(&m);
	made_text(&m, "a.b", "x/y:z");
	made_text(&m, "b", "two words");
	made_text(&m, "c", "");
	made_text(&m, "d", "k=v");
	made_text(&m, "e", "caf\xc3\xa9");
	CHECK(made_is(&m, "rfc3164",
		      "<134>Oct  8 22:45:00 h1 app: a.b=x/y:z b=\"two words\" "
		      "c=\"\" d=\"k=v\" e=caf\xc3\xa9"));
}

static void inside_quotes_what_could_end_them_is_escaped(void)
{
	struct made m;

	begin(&m);
	made_text(&m, "a", "say \"hi\"");
	made_text(&m, "b", "C:\\x");
	made_text(&m, "c", "l1\r\nl2\tx\x01\x7f");
	CHECK(made_is(&m, "rfc3164",
		      "<134>Oct  8 22:45:00 h1 app: a=\"say \\\"hi\\\"\" "
		      "b=\"C:\\\\x\" c=\"l1\\r\\nl2\\tx\\u0001\\u007f\""));
}

static void max_line_leaves_out_whole_trailing_pairs(void)
{
	struct made m;

	begin(&m);
	m.options.max_line = sizeof("<134>Oct  8 22:45:00 h1 app: a=1") - 1;
	made_text(&m, "a", "1");
	made_text(&m, "b", "2");
	CHECK(made_is(&m, "rfc3164", "<134>Oct  8 22:45:00 h1 app: a=1"));
	CHECK(m.counts.left_out == 1);
}

int main(void)
{
	RUN(plain_carries_the_record_behind_the_tag);
	RUN(a_tag_is_a_word_of_32_bytes);
	RUN(a_line_without_a_tag_bears_the_name_of_the_tool);
	RUN(values_are_quoted_only_where_they_have_to_be);
	RUN(inside_quotes_what_could_end_them_is_escaped);
	RUN(max_line_leaves_out_whole_trailing_pairs);
	return check_done();
}
