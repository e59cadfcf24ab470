/* Any line: what the sniffer says of it lies within it. */
#include "format/sniff.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct slice line = { (const char *)bytes, n };
	struct sniff s = sniff_line(line);
	struct timestamp time = { 0 };

	// The body is the end of the line, and all of it without a header.
	if (s.body.len > n || (n > 0 && s.body.data + s.body.len !=
						line.data + n))
		abort();
	if (s.header == HEADER_NONE && n - s.body.len != 0 &&
	    n - s.body.len != 3)
		abort();
	if (sniff_time(line, &s, &time) && time.nsec > 999999999)
		abort();
	return 0;
}
