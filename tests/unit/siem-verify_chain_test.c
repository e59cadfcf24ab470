/* The chain of receipts: which lines are behind the one before them. */
#include "../../cmd/siem-verify/chain.h"

#include "core/buf.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

/* The sum of a line, as the one behind it has it; three can be in use. */
static const char *sum_of(const char *line)
{
	static char sums[3][CHAIN_SUM + 1];
	static unsigned next;
	char *text = sums[next++ % 3];
	struct checksum c;
	struct buf hex = BUF_INIT(CHAIN_SUM);
	struct err e;

	if (checksum_open(&c, CHECKSUM_SHA256, &e) < 0)
		abort();
	checksum_add(&c, slice_of(line));
	checksum_add(&c, SLICE("\n"));
	checksum_put(&c, &hex);
	memcpy(text, hex.data, CHAIN_SUM);
	checksum_close(&c);
	buf_free(&hex);
	return text;
}

static struct chain start(void)
{
	struct chain c;
	struct err e;

	if (chain_open(&c, &e) < 0 || chain_start(&c, &e) < 0)
		abort();
	return c;
}

static void next_file(struct chain *c)
{
	struct err e;

	if (chain_start(c, &e) < 0)
		abort();
}

static void lines_in_their_order_are_a_chain(void)
{
	struct chain c = start();

	CHECK(chain_follow(&c, SLICE("one"), "-"));
	CHECK(chain_follow(&c, SLICE("two"), sum_of("one")));
	CHECK(chain_follow(&c, SLICE("three"), sum_of("two")));
	CHECK(chain_is_whole(&c, 0));
	chain_close(&c);
}

static void a_line_behind_another_is_told(void)
{
	struct chain c = start();

	CHECK(chain_follow(&c, SLICE("one"), "-"));
	CHECK(!chain_follow(&c, SLICE("three"), sum_of("two")));
	// And the chain goes on from there.
	CHECK(chain_follow(&c, SLICE("four"), sum_of("three")));
	CHECK(!chain_follow(&c, SLICE("five"), "-"));
	CHECK(!chain_follow(&c, SLICE("six"), ""));
	CHECK(!chain_follow(&c, SLICE("seven"), NULL));
	chain_close(&c);
}

static void earlier_versions_say_nothing_and_come_first(void)
{
	struct chain c = start();

	CHECK(chain_follow(&c, SLICE("one"), NULL));
	CHECK(chain_follow(&c, SLICE("two"), NULL));
	CHECK(chain_follow(&c, SLICE("three"), sum_of("two")));
	CHECK(!chain_follow(&c, SLICE("four"), NULL));
	// In another file they may come again.
	next_file(&c);
	CHECK(chain_follow(&c, SLICE("one"), NULL));
	CHECK(chain_is_whole(&c, 1));
	chain_close(&c);
}

static void a_file_begins_where_another_ends(void)
{
	struct chain c = start();

	CHECK(chain_follow(&c, SLICE("three"), sum_of("two")));
	CHECK(!chain_is_whole(&c, 0));
	next_file(&c); // without a line
	next_file(&c);
	CHECK(chain_follow(&c, SLICE("one"), "-"));
	CHECK(!chain_is_whole(&c, 0));
	CHECK(chain_follow(&c, SLICE("two"), sum_of("one")));
	CHECK(chain_is_whole(&c, 0) && chain_is_whole(&c, 1) &&
	      chain_is_whole(&c, 2));
	chain_close(&c);
}

static void what_is_no_sum_is_told_in_the_first_line_too(void)
{
	struct chain c = start();

	CHECK(!chain_follow(&c, SLICE("one"), "none"));
	chain_close(&c);
}

int main(void)
{
	RUN(lines_in_their_order_are_a_chain);
	RUN(a_line_behind_another_is_told);
	RUN(earlier_versions_say_nothing_and_come_first);
	RUN(a_file_begins_where_another_ends);
	RUN(what_is_no_sum_is_told_in_the_first_line_too);
	return check_done();
}
