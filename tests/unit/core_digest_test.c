/* The first bits of SHA-256. */
#include "core/digest.h"

#include "check.h"

#include <stddef.h>

static void it_is_that_of_the_standard(void)
{
	// FIPS 180-2, appendix B.1 and B.2.
	CHECK(digest_of(SLICE("abc")) == 0xba7816bf8f01cfea);
	CHECK(digest_of(SLICE("abcdbcdecdefdefgefghfghighijhijkijkljklmklmn"
			      "lmnomnopnopq")) == 0x248d6a61d20638b8);
}

static void nothing_has_one_too(void)
{
	CHECK(digest_of(SLICE("")) == 0xe3b0c44298fc1c14);
	CHECK(digest_of((struct slice){ NULL, 0 }) == 0xe3b0c44298fc1c14);
}

int main(void)
{
	RUN(it_is_that_of_the_standard);
	RUN(nothing_has_one_too);
	return check_done();
}
