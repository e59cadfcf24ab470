/* Any side file: what is believed of it lies within what it says. */
#include "stream/spool.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct spool_side side = { .fd = memfd_create("side", 0),
				   .in = BUF_INIT(8192) };
	struct spool_entry entry;
	struct spool_position p;
	struct err e;
	uint64_t good = 0;
	int rc;

	if (side.fd < 0 || write(side.fd, bytes, n) != (ssize_t)n)
		abort();
	while ((rc = spool_side_next(&side, &entry, &e)) > 0) {
		struct buf line = BUF_INIT(256);

		// Each entry is whole lines, and can be written as it was.
		if (side.good <= good || side.good > n ||
		    (entry.kind != 'w' && side.durable != entry.len))
			abort();
		good = side.good;
		spool_put_entry(&line, &entry);
		if (buf_status(&line) != 0)
			abort();
		buf_free(&line);
	}
	if (rc < 0 || (good > 0 && bytes[good - 1] != '\n'))
		abort();
	spool_side_close(&side);
	(void)spool_parse_position((struct slice){ (const char *)bytes, n },
				   &p);
	return 0;
}
