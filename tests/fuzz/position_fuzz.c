/*
 * Any text from a checkpoint: what is taken for a position is written back
 * byte for byte.
 */
#include "stream/position.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct slice text = { (const char *)bytes, n };
	struct buf out = BUF_INIT(POSITION_MAX);
	struct position p;
	struct err e;

	if (position_parse(text, &p, &e) < 0) {
		if (e.kind != ERR_DATA)
			abort();
		return 0;
	}
	position_put(&out, &p);
	if (buf_status(&out) != 0 || !slice_is(buf_slice(&out), text))
		abort();
	buf_free(&out);
	return 0;
}
