/* Escaping: one pass over any bytes, whatever their length and place. */
#include "format/escape.h"

#include "check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { PAGE = 4096 };

static const struct escape some = {
	.rows = {
		ESCAPE_CONTROLS("\\\\"),
		['\n'] = ESCAPE_ROW("\\n"),
		['\r'] = ESCAPE_ROW("\\r"),
		['\\'] = ESCAPE_ROW("\\\\"),
		['='] = ESCAPE_ROW("\\="),
	},
	.printable = "\\==",
};

static const struct escape folding = {
	.rows = {
		['\n'] = ESCAPE_ROW(" "),
		['\r'] = ESCAPE_ROW(" "),
	},
	.printable = "\x7f\x7f\x7f",
	.folds_crlf = true,
};

/* The same as escape_put(), in the way that is meant for short text. */
static void put_quickly(struct buf *out, struct slice text,
			const struct escape *how)
{
	char *at = buf_room(out, escape_room(text.len));

	if (at == NULL)
		abort();
	buf_grown(out, (size_t)(escape_quickly(at, text.data, text.len, how) -
				at));
}

/* Is text escaped to want? The text ends where its page of memory does. */
static bool becomes(const struct escape *how, struct slice text,
		    struct slice want)
{
	static char *end; // of a page, behind which nothing can be read
	struct buf out = BUF_INIT(1 << 20);

	if (end == NULL) {
		char *pages = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (pages == MAP_FAILED || mprotect(pages + 2 * PAGE, PAGE,
						    PROT_NONE) < 0)
			abort();
		end = pages + 2 * PAGE;
	}
	struct slice copy = { end - text.len, text.len };
	if (text.len > 0)
		memcpy(end - text.len, text.data, text.len);

	escape_put(&out, copy, how);
	bool is = buf_status(&out) == 0 && slice_is(buf_slice(&out), want);
	buf_clear(&out);
	put_quickly(&out, copy, how);
	is = is && slice_is(buf_slice(&out), want);
	buf_clear(&out);
	put_quickly(&out, text, how);
	is = is && slice_is(buf_slice(&out), want);
	buf_free(&out);
	return is;
}

static void what_has_no_row_is_copied(void)
{
	CHECK(becomes(&some, SLICE(""), SLICE("")));
	CHECK(becomes(&some, SLICE("a|b \t\"]"), SLICE("a|b \t\"]")));
	CHECK(becomes(&some, SLICE("caf\xc3\xa9 \xe6\x97\xa5\xc2\x85"),
		      SLICE("caf\xc3\xa9 \xe6\x97\xa5\xc2\x85")));
}

static void what_has_a_row_is_replaced_once(void)
{
	CHECK(becomes(&some, SLICE("\\="), SLICE("\\\\\\=")));
	CHECK(becomes(&some, SLICE("l1\r\nl2"), SLICE("l1\\r\\nl2")));
	CHECK(becomes(&some, SLICE("a\0b\x1b\x7f"),
		      SLICE("a\\\\u0000b\\\\u001b\\\\u007f")));
}

static void cr_lf_can_count_as_one(void)
{
	CHECK(becomes(&folding, SLICE("a\r\nb"), SLICE("a b")));
	CHECK(becomes(&folding, SLICE("a\n\rb\r"), SLICE("a  b ")));
}

/* The same, a byte at a time. */
static void reference(struct buf *out, struct slice text,
		      const struct escape *how)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];

		if (how->folds_crlf && c == '\r' && i + 1 < text.len &&
		    text.data[i + 1] == '\n')
			continue;
		if (c < 128 && how->rows[c].len != 0)
			buf_put(out, how->rows[c].text, how->rows[c].len);
		else
			buf_putc(out, (char)c);
	}
}

static void every_length_and_place_gives_the_same_as_byte_by_byte(void)
{
	static const char bytes[] = "\\=\n\r\0\x7f\t\x80|abcdefghijklmnopqrstuv";
	unsigned seed = 1;

	for (size_t n = 0; n < 5000; n += n < 80 ? 1 : 241) {
		for (int round = 0; round < 40; round++) {
			struct buf text = BUF_INIT(1 << 20);
			struct buf want = BUF_INIT(1 << 20);
			const struct escape *how = round % 2 ? &some : &folding;
			// From nearly all special to nearly none.
			unsigned rare = (unsigned)round / 2 * 8 + 1;

			for (size_t i = 0; i < n; i++) {
				seed = seed * 1103515245 + 12345;
				unsigned r = seed >> 16;
				char c = 'x';
				if (r % rare == 0)
					c = bytes[r / rare % 30];
				buf_putc(&text, c);
			}
			reference(&want, buf_slice(&text), how);
			CHECK(becomes(how, buf_slice(&text),
				      buf_slice(&want)));
			buf_free(&text);
			buf_free(&want);
		}
	}
}

static void a_full_buffer_says_so(void)
{
	struct buf out = BUF_INIT(10);

	escape_put(&out, SLICE("0123456789abcdef"), &some);
	CHECK(buf_status(&out) == EMSGSIZE);
	buf_free(&out);
}

int main(void)
{
	RUN(what_has_no_row_is_copied);
	RUN(what_has_a_row_is_replaced_once);
	RUN(cr_lf_can_count_as_one);
	RUN(every_length_and_place_gives_the_same_as_byte_by_byte);
	RUN(a_full_buffer_says_so);
	return check_done();
}
