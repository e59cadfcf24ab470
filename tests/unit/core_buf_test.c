/* The byte buffer: its ceiling, its errors, its numbers. */
#include "core/buf.h"

#include "check.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

static void an_append_beyond_the_ceiling_fails_and_changes_nothing(void)
{
	struct buf b = BUF_INIT(4);

	buf_puts(&b, "abc");
	buf_puts(&b, "de");
	CHECK(buf_status(&b) == EMSGSIZE);
	CHECK(slice_is(buf_slice(&b), SLICE("abc")));
	buf_free(&b);
}

static void an_error_sticks_until_the_buffer_is_cleared(void)
{
	struct buf b = BUF_INIT(2);

	buf_puts(&b, "abc");
	buf_puts(&b, "a");
	CHECK(b.len == 0 && buf_status(&b) == EMSGSIZE);
	buf_clear(&b);
	buf_puts(&b, "a");
	CHECK(buf_status(&b) == 0 && b.len == 1);
	buf_free(&b);
}

static void every_integer_is_written_exactly(void)
{
	struct buf b = BUF_INIT(100);

	buf_put_int(&b, INT64_MIN);
	buf_putc(&b, ' ');
	buf_put_int(&b, 0);
	buf_putc(&b, ' ');
	buf_put_int(&b, INT64_MAX);
	CHECK(strcmp(buf_str(&b),
		     "-9223372036854775808 0 9223372036854775807") == 0);
	buf_free(&b);
}

static void what_is_dropped_goes_from_the_front(void)
{
	struct buf b = BUF_INIT(100);

	buf_printf(&b, "%s-%d", "abc", 7);
	buf_drop(&b, 2);
	CHECK(strcmp(buf_str(&b), "c-7") == 0);
	buf_free(&b);
}

int main(void)
{
	RUN(an_append_beyond_the_ceiling_fails_and_changes_nothing);
	RUN(an_error_sticks_until_the_buffer_is_cleared);
	RUN(every_integer_is_written_exactly);
	RUN(what_is_dropped_goes_from_the_front);
	return check_done();
}
