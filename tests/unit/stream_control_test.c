/* Control lines, to text and back. */
#include "stream/control.h"

#include "check.h"

/* The text of out without its LF, or of all of it where that is missing. */
static struct slice line_of(struct buf *out)
{
	struct slice s = buf_slice(out);

	if (s.len > 0 && s.data[s.len - 1] == '\n')
		s.len--;
	return s;
}

static void a_mark_comes_back_as_it_was_put(void)
{
	struct buf out = BUF_INIT(1000);
	struct buf name = BUF_INIT(1000);
	struct control c;
	struct err e;

	control_put_mark(&out, SLICE("a b%\xff\n#7"), SLICE("12,34"));
	CHECK(control_parse(line_of(&out), &c, &e) == 0);
	CHECK(c.kind == CONTROL_MARK);
	CHECK(slice_is(c.source, SLICE("a%20b%25%FF%0A#7")));
	CHECK(slice_is(c.position, SLICE("12,34")));
	control_decode(&name, c.source);
	CHECK(slice_is(buf_slice(&name), SLICE("a b%\xff\n#7")));
	buf_free(&out);
	buf_free(&name);
}

static void a_reject_keeps_its_record_to_the_byte(void)
{
	struct buf out = BUF_INIT(1000);
	struct control c;
	struct err e;

	control_put_reject(&out, SLICE("line 1: no"), SLICE("\x10 a  b\r"));
	CHECK(control_parse(line_of(&out), &c, &e) == 0);
	CHECK(c.kind == CONTROL_REJECT);
	CHECK(slice_is(c.record, SLICE("\x10 a  b\r")));
	buf_free(&out);
}

static void headers_and_ends_carry_what_they_say(void)
{
	struct buf out = BUF_INIT(1000);
	struct control c;
	struct err e;

	control_put_header(&out, SLICE("k7"), true);
	CHECK(control_is_header(line_of(&out)));
	CHECK(control_parse(line_of(&out), &c, &e) == 0);
	CHECK(c.kind == CONTROL_HEADER && c.flushes);
	CHECK(slice_is(c.id, SLICE("k7")));
	buf_clear(&out);
	control_put_end(&out, 3);
	CHECK(control_parse(line_of(&out), &c, &e) == 0);
	CHECK(c.kind == CONTROL_END && c.status == 3);
	buf_clear(&out);
	control_put_flush(&out);
	CHECK(control_parse(line_of(&out), &c, &e) == 0);
	CHECK(c.kind == CONTROL_FLUSH);
	buf_free(&out);
}

static void percent_signs_that_encode_nothing_stay(void)
{
	struct buf out = BUF_INIT(1000);

	control_decode(&out, SLICE("100%, %2, %zz, %41"));
	CHECK(slice_is(buf_slice(&out), SLICE("100%, %2, %zz, A")));
	buf_free(&out);
}

static void a_letter_we_do_not_know_is_of_a_later_version(void)
{
	struct control c;
	struct err e;

	CHECK(control_parse(SLICE("\x10Z 1 2"), &c, &e) == 0);
	CHECK(c.kind == CONTROL_OTHER);
}

int main(void)
{
	RUN(a_mark_comes_back_as_it_was_put);
	RUN(a_reject_keeps_its_record_to_the_byte);
	RUN(headers_and_ends_carry_what_they_say);
	RUN(percent_signs_that_encode_nothing_stay);
	RUN(a_letter_we_do_not_know_is_of_a_later_version);
	return check_done();
}
