/*
 * Any bytes as a stream, read in blocks of any size: the reader gives the same
 * lines however they come, and never more than there are.
 */
#include "stream/reader.h"

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static uint64_t mix(uint64_t sum, uint8_t byte)
{
	return (sum ^ byte) * UINT64_C(1099511628211);
}

/*
 * A digest of all that the reader gives of bytes that come chunk by chunk,
 * pieces joined; 0 where the stream was cut off or broke the contract.
 */
static uint64_t digest(const uint8_t *bytes, size_t n, size_t chunk)
{
	enum { LIMIT = 40 };
	int fds[2];
	struct reader_line line;
	struct err e;
	enum reader_got got;
	size_t sent = 0;
	size_t given = 0;
	uint64_t sum = UINT64_C(1469598103934665603);
	bool open = true;

	if (pipe(fds) < 0)
		abort();
	struct reader r = READER_INIT(fds[0], LIMIT);
	while ((got = reader_next(&r, &line, &e)) != READER_EOF &&
	       got != READER_FAILED) {
		if (got == READER_MORE) {
			size_t some = n - sent < chunk ? n - sent : chunk;

			if (some > 0 &&
			    write(fds[1], bytes + sent, some) != (ssize_t)some)
				abort();
			sent += some;
			if (some == 0 && open) {
				close(fds[1]);
				open = false;
			}
			if (reader_fill(&r, &e) < 0)
				abort();
			continue;
		}
		given += line.raw.len;
		if (given > n ||
		    (got == READER_RECORD && line.text.len > LIMIT))
			abort();
		for (size_t i = 0; i < line.raw.len; i++) {
			if (line.raw.data[i] == '\n')
				abort();
			sum = mix(sum, (uint8_t)line.raw.data[i]);
		}
		if (got != READER_PIECE || line.last)
			sum = mix(sum, '\n');
	}
	if (got == READER_FAILED || r.cut_off)
		sum = 0;
	if (open)
		close(fds[1]);
	close(fds[0]);
	reader_free(&r);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	if (n > 4096)
		return 0;
	if (digest(bytes, n, 4096) != digest(bytes, n, 7))
		abort();
	return 0;
}
