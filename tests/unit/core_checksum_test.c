/* Checksums: of known bytes the known ones, in whatever pieces they come. */
#include "core/checksum.h"

#include "core/buf.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

static bool is_sum(struct checksum *c, const char *hex)
{
	struct buf out = BUF_INIT(2 * CHECKSUM_MAX + 1);

	checksum_put(c, &out);
	bool same = slice_is(buf_slice(&out), slice_of(hex));
	if (!same)
		printf("# %s\n", buf_str(&out));
	buf_free(&out);
	return same;
}

static struct checksum start(enum checksum_kind kind)
{
	struct checksum c;
	struct err e;

	if (checksum_open(&c, kind, &e) < 0)
		abort();
	return c;
}

static void sums_are_those_of_other_programs(void)
{
	// xxh128sum(1) and sha256sum(1) print these.
	static const char *const sums[][2] = {
		[CHECKSUM_XXH128] = { "99aa06d3014798d86001c324468d497f",
				      "06b05ab6733a618578af5f94892f3950" },
		[CHECKSUM_SHA256] = { "e3b0c44298fc1c149afbf4c8996fb924"
				      "27ae41e4649b934ca495991b7852b855",
				      "ba7816bf8f01cfea414140de5dae2223"
				      "b00361a396177a9cb410ff61f20015ad" },
	};

	for (size_t kind = 0; kind < CHECKSUM_KINDS; kind++) {
		struct checksum c = start((enum checksum_kind)kind);

		CHECK(is_sum(&c, sums[kind][0]));
		checksum_add(&c, SLICE("abc"));
		CHECK(is_sum(&c, sums[kind][1]));
		// It has begun again.
		CHECK(is_sum(&c, sums[kind][0]));
		checksum_add(&c, SLICE("forgotten"));
		checksum_start(&c);
		checksum_add(&c, SLICE("abc"));
		CHECK(is_sum(&c, sums[kind][1]));
		checksum_close(&c);
	}
}

static void pieces_of_any_length_make_the_same_sum(void)
{
	char text[3000];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)(i * i % 251);
	for (size_t kind = 0; kind < CHECKSUM_KINDS; kind++) {
		struct checksum c = start((enum checksum_kind)kind);
		unsigned char whole[CHECKSUM_MAX] = { 0 };
		unsigned char pieces[CHECKSUM_MAX] = { 0 };

		checksum_add(&c, (struct slice){ text, sizeof(text) });
		checksum_finish(&c, whole);
		for (size_t at = 0, n = 0; at < sizeof(text); at += n, n++) {
			if (n > sizeof(text) - at)
				n = sizeof(text) - at;
			checksum_add(&c, (struct slice){ text + at, n });
		}
		checksum_finish(&c, pieces);
		CHECK(memcmp(whole, pieces, sizeof(whole)) == 0);
		checksum_close(&c);
	}
}

static void kinds_are_known_by_name(void)
{
	enum checksum_kind kind;
	struct err e;

	for (size_t i = 0; i < CHECKSUM_KINDS; i++) {
		CHECK(checksum_parse(checksum_name((enum checksum_kind)i),
				     &kind, &e) == 0);
		CHECK((size_t)kind == i);
	}
	CHECK(checksum_parse("md5", &kind, &e) == -1 && e.kind == ERR_USAGE);
}

static void a_sum_is_read_as_it_was_written(void)
{
	struct checksum c = start(CHECKSUM_XXH128);
	struct buf hex = BUF_INIT(100);
	unsigned char sum[CHECKSUM_MAX], read[CHECKSUM_MAX];

	checksum_add(&c, SLICE("abc"));
	checksum_finish(&c, sum);
	checksum_add(&c, SLICE("abc"));
	checksum_put(&c, &hex);
	CHECK(checksum_read(buf_str(&hex), CHECKSUM_XXH128, read));
	CHECK(memcmp(sum, read, hex.len / 2) == 0);
	CHECK(!checksum_read(buf_str(&hex), CHECKSUM_SHA256, read));
	hex.data[3] = 'G';
	CHECK(!checksum_read(buf_str(&hex), CHECKSUM_XXH128, read));
	CHECK(!checksum_read("", CHECKSUM_XXH128, read));
	buf_free(&hex);
	checksum_close(&c);
}

static void what_was_never_open_can_be_closed(void)
{
	struct checksum c = { .kind = CHECKSUM_XXH128 };

	checksum_close(&c);
	checksum_close(&c);
	CHECK(c.xxh128 == NULL && c.sha256 == NULL);
}

int main(void)
{
	RUN(sums_are_those_of_other_programs);
	RUN(pieces_of_any_length_make_the_same_sum);
	RUN(kinds_are_known_by_name);
	RUN(a_sum_is_read_as_it_was_written);
	RUN(what_was_never_open_can_be_closed);
	return check_done();
}
