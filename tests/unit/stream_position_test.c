#include "stream/position.h"

#include "check.h"

#include <string.h>

static const char text[] = "1234567,2049,131,1024,0123456789abcdef,64,"
			   "fedcba9876543210";

static bool parses(const char *s)
{
	struct position p;
	struct err e;

	return position_parse(slice_of(s), &p, &e) == 0;
}

static void a_position_is_read_and_written_alike(void)
{
	struct position p = { 0 };
	struct buf out = BUF_INIT(POSITION_MAX);
	struct err e;

	CHECK(position_parse(slice_of(text), &p, &e) == 0);
	CHECK(p.offset == 1234567 && p.dev == 2049 && p.ino == 131);
	CHECK(p.head_len == 1024 && p.head_hash == 0x0123456789abcdef);
	CHECK(p.tail_len == 64 && p.tail_hash == 0xfedcba9876543210);
	position_put(&out, &p);
	CHECK(slice_is(buf_slice(&out), slice_of(text)));
	buf_free(&out);
}

static void the_longest_position_fits(void)
{
	struct position p = { UINT64_MAX,    UINT64_MAX, UINT64_MAX,
			      POSITION_HEAD, UINT64_MAX, POSITION_TAIL,
			      UINT64_MAX };
	struct position again = { 0 };
	struct buf out = BUF_INIT(POSITION_MAX);
	struct err e;

	position_put(&out, &p);
	CHECK(buf_status(&out) == 0);
	CHECK(position_parse(buf_slice(&out), &again, &e) == 0);
	CHECK(memcmp(&p, &again, sizeof(p)) == 0);
	buf_free(&out);
}

static void what_is_no_position_is_refused(void)
{
	CHECK(parses("0,0,0,0,0123456789abcdef,0,0123456789abcdef"));
	CHECK(!parses(""));
	CHECK(!parses("-"));
	CHECK(!parses("1,2,3"));
	CHECK(!parses("0,0,0,0,0123456789abcdef,0,0123456789abcdef,"));
	CHECK(!parses("0,0,0,0,0123456789abcdef,0,0123456789abcdef,0"));
	CHECK(!parses("00,0,0,0,0123456789abcdef,0,0123456789abcdef"));
	CHECK(!parses("-1,0,0,0,0123456789abcdef,0,0123456789abcdef"));
	CHECK(!parses("0,0,0,0,0123456789ABCDEF,0,0123456789abcdef"));
	CHECK(!parses("0,0,0,0,123456789abcdef,0,0123456789abcdef"));
	CHECK(!parses("18446744073709551616,0,0,0,0123456789abcdef,0,"
		      "0123456789abcdef"));
	CHECK(!parses("99,0,0,1025,0123456789abcdef,0,0123456789abcdef"));
	CHECK(!parses("99,0,0,0,0123456789abcdef,65,0123456789abcdef"));
	CHECK(!parses("9,0,0,0,0123456789abcdef,10,0123456789abcdef"));
}

static void every_cut_of_a_position_is_refused(void)
{
	struct position p;
	struct err e;

	for (size_t n = 0; n < sizeof(text) - 1; n++)
		CHECK(position_parse((struct slice){ text, n }, &p, &e) < 0);
}

/* A file of lines, and the position after its first n bytes. */
static char file[5000];

static struct position after(size_t n, size_t step)
{
	struct trail t = TRAIL_START;
	struct position p = { 0 };

	for (size_t i = 0; i < sizeof(file); i++)
		file[i] = (char)(i * i % 251);
	for (size_t at = 0; at < n;) {
		size_t some = n - at < step ? n - at : step;

		trail_follow(&t, (struct slice){ file + at, some });
		trail_position(&t, &p);
		at += some;
	}
	trail_position(&t, &p);
	return p;
}

static void fingerprints_do_not_depend_on_how_a_file_was_read(void)
{
	static const size_t sizes[] = { 0,  1,    40,   63,   64,
					65, 1023, 1024, 1025, 5000 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct position whole = after(sizes[i], sizeof(file));
		struct position bytes = after(sizes[i], 1);
		struct position some = after(sizes[i], 61);

		CHECK(memcmp(&whole, &bytes, sizeof(whole)) == 0);
		CHECK(memcmp(&whole, &some, sizeof(whole)) == 0);
	}
}

static void the_fingerprint_of_the_head_grows_with_the_file(void)
{
	struct slice head = { file, POSITION_HEAD };
	struct position p = after(40, 10);

	CHECK(p.head_len == 40 && p.tail_len == 40);
	CHECK(position_fits_head(&p, head));
	p = after(2000, 100);
	CHECK(p.head_len == POSITION_HEAD && p.tail_len == POSITION_TAIL);
	CHECK(position_fits_head(&p, head));
	CHECK(position_fits_tail(&p, (struct slice){ file + 2000 - 64, 64 }));
	CHECK(position_fits_tail(&p, (struct slice){ file, 2000 }));
}

static void another_file_does_not_fit(void)
{
	struct position p = after(2000, 100);
	struct slice head = { file, POSITION_HEAD };

	CHECK(!position_fits_head(&p, (struct slice){ file, 1023 }));
	CHECK(!position_fits_tail(&p, (struct slice){ file + 1937, 63 }));
	CHECK(!position_fits_tail(&p, (struct slice){ file, 1999 }));
	file[500] ^= 1;
	CHECK(!position_fits_head(&p, head));
	file[500] ^= 1;
	file[1990] ^= 1;
	CHECK(!position_fits_tail(&p, (struct slice){ file, 2000 }));
}

static void a_trail_goes_on_where_it_ended(void)
{
	static const size_t offsets[] = { 0, 40, 64, 1000, 1024, 3000 };

	for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
		size_t from = offsets[i];
		size_t tail = from < POSITION_TAIL ? from : POSITION_TAIL;
		struct position want = after(5000, 5000);
		struct position got = { 0 };
		struct trail t;

		trail_resume(&t, from, (struct slice){ file, 2000 },
			     (struct slice){ file + from - tail, tail });
		trail_follow(&t, (struct slice){ file + from, 5000 - from });
		trail_position(&t, &got);
		CHECK(memcmp(&want, &got, sizeof(want)) == 0);
	}
}

int main(void)
{
	RUN(a_position_is_read_and_written_alike);
	RUN(the_longest_position_fits);
	RUN(what_is_no_position_is_refused);
	RUN(every_cut_of_a_position_is_refused);
	RUN(fingerprints_do_not_depend_on_how_a_file_was_read);
	RUN(the_fingerprint_of_the_head_grows_with_the_file);
	RUN(another_file_does_not_fit);
	RUN(a_trail_goes_on_where_it_ended);
	return check_done();
}
