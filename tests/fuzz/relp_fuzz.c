/*
 * Any bytes from a RELP server, in pieces of any size: the same is told about
 * the same frames however they came in, and never more is used than there is.
 */
#include "dest/relp.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static uint64_t mix(uint64_t sum, uint64_t value)
{
	return (sum ^ value) * UINT64_C(1099511628211);
}

static void on_ack(void *context, uint64_t number, enum verdict verdict,
		   const char *reason)
{
	uint64_t *sum = context;

	if ((verdict == VERDICT_DELIVERED) != (reason == NULL))
		abort();
	*sum = mix(mix(*sum, number), (uint64_t)verdict);
	for (; reason != NULL && *reason != '\0'; reason++)
		*sum = mix(*sum, (uint8_t)*reason);
}

/* A digest of what is told about bytes that come chunk by chunk. */
static uint64_t digest(const char *bytes, size_t n, size_t chunk)
{
	struct dest_link link = { .frames = 5 };
	struct buf out = BUF_INIT(1000);
	uint64_t sum = UINT64_C(1469598103934665603);
	size_t used = 0;
	bool broken = false;
	struct err e;

	for (size_t come = 0; come < n && !broken && !link.ended;) {
		come += n - come < chunk ? n - come : chunk;
		ssize_t some = relp_receive(
			NULL, &link,
			(struct slice){ bytes + used, come - used }, &out,
			on_ack, &sum, &e);

		broken = some < 0;
		if (some > 0)
			used += (size_t)some;
		if (used > come || out.len > 0)
			abort();
	}
	buf_free(&out);
	return mix(sum, (uint64_t)(broken + 2 * link.ready + 4 * link.ended));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const char *text = (const char *)bytes;

	if (n > 4096)
		return 0;
	if (digest(text, n, 4096) != digest(text, n, 7) ||
	    digest(text, n, 4096) != digest(text, n, 1))
		abort();
	return 0;
}
