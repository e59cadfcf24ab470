/* What is packed is the same when it is unpacked, and takes less. */
#include "net/gzip.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Does packed hold want, and nothing else? */
static bool holds(const struct buf *packed, struct slice want)
{
	char *got = malloc(want.len + 1);
	z_stream z = { .next_in = (Bytef *)packed->data,
		       .avail_in = (uInt)packed->len,
		       .next_out = (Bytef *)got,
		       .avail_out = (uInt)want.len + 1 };

	CHECK(inflateInit2(&z, MAX_WBITS + 16) == Z_OK);
	bool ok = inflate(&z, Z_FINISH) == Z_STREAM_END && z.avail_in == 0 &&
		  z.total_out == want.len &&
		  (want.len == 0 || memcmp(got, want.data, want.len) == 0);
	inflateEnd(&z);
	free(got);
	return ok;
}

/* Events that repeat themselves, as they do. */
static void fill(struct buf *b, size_t bytes)
{
	for (unsigned i = 0; b->len < bytes; i++)
		buf_printf(b, "{\"event\":\"login\",\"user\":%u}\n", i);
}

static void what_is_packed_can_be_unpacked(void)
{
	struct gzip *g = gzip_new();
	struct buf packed = BUF_INIT(1 << 24);
	struct buf text = BUF_INIT(1 << 24);

	CHECK(gzip_pack(g, SLICE(""), &packed) && holds(&packed, SLICE("")));
	CHECK(gzip_pack(g, SLICE("x"), &packed) && holds(&packed, SLICE("x")));
	fill(&text, 1000000);
	CHECK(gzip_pack(g, buf_slice(&text), &packed));
	CHECK(holds(&packed, buf_slice(&text)));
	CHECK(packed.len < text.len / 4);
	gzip_free(g);
	buf_free(&text);
	buf_free(&packed);
}

static void no_more_memory_is_kept_than_it_takes(void)
{
	struct gzip *g = gzip_new();
	struct buf packed = BUF_INIT(1 << 24);
	struct buf text = BUF_INIT(1 << 24);

	fill(&text, 1000000);
	CHECK(gzip_pack(g, buf_slice(&text), &packed));
	CHECK(packed.cap <= packed.len + 1);
	gzip_free(g);
	buf_free(&text);
	buf_free(&packed);
}

static void what_does_not_fit_is_not_packed(void)
{
	struct gzip *g = gzip_new();
	struct buf packed = BUF_INIT(10);

	CHECK(!gzip_pack(g, SLICE("more than there is room for"), &packed));
	gzip_free(g);
	buf_free(&packed);
}

int main(void)
{
	RUN(what_is_packed_can_be_unpacked);
	RUN(no_more_memory_is_kept_than_it_takes);
	RUN(what_does_not_fit_is_not_packed);
	return check_done();
}
