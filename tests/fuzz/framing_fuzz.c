/*
 * Any bytes from a syslog sender, in pieces of any size: the same messages
 * come out however they came in, none beyond the limit, no more than there
 * are.
 */
#include "format/framing.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static uint64_t mix(uint64_t sum, unsigned value)
{
	return (sum ^ value) * UINT64_C(1099511628211);
}

/* A digest of the messages in bytes that come chunk by chunk. */
static uint64_t digest(const uint8_t *bytes, size_t n, size_t chunk)
{
	enum { LIMIT = 40 };
	struct deframer d = DEFRAMER_INIT(LIMIT);
	struct frame frame;
	uint64_t sum = UINT64_C(1469598103934665603);
	size_t given = 0;

	for (size_t sent = 0; sent < n;) {
		size_t some = n - sent < chunk ? n - sent : chunk;
		size_t size;
		char *room = deframer_room(&d, &size);

		if (room == NULL || some > size)
			abort();
		memcpy(room, bytes + sent, some);
		deframer_grown(&d, some);
		sent += some;
		while (deframer_next(&d, &frame)) {
			given += frame.text.len;
			if (frame.text.len > LIMIT || given > n)
				abort();
			for (size_t i = 0; i < frame.text.len; i++)
				sum = mix(sum, (uint8_t)frame.text.data[i]);
			sum = mix(sum, 256 + 2 * (unsigned)frame.framing +
					       frame.cut);
		}
		// More than a message, its count and a CR is never kept.
		if (deframer_left(&d) > LIMIT + 12)
			abort();
	}
	sum = mix(sum, (unsigned)deframer_left(&d));
	deframer_free(&d);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	if (n > 4096)
		return 0;
	if (digest(bytes, n, 4096) != digest(bytes, n, 7) ||
	    digest(bytes, n, 4096) != digest(bytes, n, 1))
		abort();
	return 0;
}
