#include "core/short.h"

#include "check.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static const char text[] = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEF";

static void texts_of_every_length_are_copied(void)
{
	char out[64];

	for (size_t n = 0; n < sizeof(text); n++) {
		memset(out, '.', sizeof(out));
		char *end = short_copy(out, (struct slice){ text, n });

		CHECK(end == out + n && memcmp(out, text, n) == 0);
		CHECK(out[n + SHORT_SLACK] == '.');
	}
	CHECK(short_copy(out, (struct slice){ NULL, 0 }) == out);
}

static void texts_of_every_length_are_compared_to_their_end(void)
{
	char copy[sizeof(text)];

	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		struct slice a = { text, n };
		struct slice b = { copy, n };

		memcpy(copy, text, sizeof(text));
		copy[n] = '?'; // behind the end
		CHECK(short_is(a, b));
		CHECK(!short_is(a, (struct slice){ copy, n + 1 }));
		if (n > 0)
			copy[n - 1] = '?';
		CHECK(n == 0 || !short_is(a, b));
	}
	CHECK(short_is((struct slice){ NULL, 0 }, (struct slice){ NULL, 0 }));
}

static void what_ends_where_memory_ends_is_read_no_further(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char out[64];

	if (map == MAP_FAILED || mprotect(map + page, page, PROT_NONE) < 0)
		abort();
	for (size_t n = 1; n < sizeof(text); n++) {
		struct slice last = { map + page - n, n };

		memcpy(map + page - n, text, n);
		CHECK(short_is(last, (struct slice){ text, n }));
		CHECK(short_copy(out, last) == out + n);
		CHECK(memcmp(out, text, n) == 0);
	}
	munmap(map, 2 * page);
}

int main(void)
{
	RUN(texts_of_every_length_are_copied);
	RUN(texts_of_every_length_are_compared_to_their_end);
	RUN(what_ends_where_memory_ends_is_read_no_further);
	return check_done();
}
