#include "body.h"

#include <stdbool.h>
#include <strings.h>
#include <zlib.h>

enum { BLOCK = 64 << 10 }; // that is unpacked at a time

/*
 * Append what a gzip body (RFC 1952) holds to out, whose ceiling bounds it.
 * False where it is none; out->error where it holds more.
 */
static bool gunzip(struct slice body, struct buf *out)
{
	enum { GZIP = 16 + MAX_WBITS };
	z_stream z = { 0 };
	int rc = Z_OK;

	if (inflateInit2(&z, GZIP) != Z_OK)
		return false;
	z.next_in = (Bytef *)(uintptr_t)body.data;
	z.avail_in = (uInt)body.len;
	while (rc == Z_OK) {
		char *room = buf_room(out, BLOCK);

		if (room == NULL)
			break;
		z.next_out = (Bytef *)room;
		z.avail_out = BLOCK;
		rc = inflate(&z, Z_NO_FLUSH);
		buf_grown(out, BLOCK - z.avail_out);
	}
	inflateEnd(&z);
	return rc == Z_STREAM_END && z.avail_in == 0;
}

enum body_state body_read(const struct http_request *r, size_t max,
			  struct buf *plain, struct slice *body)
{
	const char *encoding = http_header(r, "Content-Encoding");

	*body = r->body;
	if (r->too_large)
		return BODY_TOO_LARGE;
	if (encoding == NULL || strcasecmp(encoding, "identity") == 0)
		return r->body.len > max ? BODY_TOO_LARGE : BODY_FINE;
	if (strcasecmp(encoding, "gzip") != 0)
		return BODY_UNKNOWN;
	buf_clear(plain);
	plain->max = max + BLOCK; // a block of room is always asked for
	bool good = gunzip(r->body, plain);
	*body = buf_slice(plain);
	if (plain->error != 0 || plain->len > max)
		return BODY_TOO_LARGE;
	return good ? BODY_FINE : BODY_BROKEN;
}
