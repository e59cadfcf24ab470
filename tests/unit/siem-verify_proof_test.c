/* Proof: which ranges of receipts are about what the sources hold. */
#include "../../cmd/siem-verify/proof.h"

#include "../../cmd/siem-verify/entry.h"
#include "core/buf.h"

#include "check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const size_t files[] = { 0, 1, FILE_NONE, 0 };

/* What was told, as "from-to same 3, ..." */
static struct buf told = { .max = 1 << 20 };

static int tell(void *context, const struct proof_range *range,
		enum proof_verdict verdict, uint64_t records, struct err *e)
{
	static const char *const words[] = {
		[PROOF_SAME] = "same",
		[PROOF_OTHER] = "other",
		[PROOF_UNKNOWN] = "unknown",
	};

	(void)context;
	(void)e;
	buf_printf(&told, "%s%" PRIu64 "-%" PRIu64 " %s %" PRIu64,
		   told.len > 0 ? ", " : "", place_offset(range->from),
		   place_offset(range->to), words[verdict], records);
	return 0;
}

static bool has_told(const char *text)
{
	bool same = slice_is(buf_slice(&told), slice_of(text));

	if (!same)
		printf("# %s\n", buf_str(&told));
	buf_clear(&told);
	return same;
}

static struct proof start(void)
{
	struct proof p;
	struct err e;

	if (proof_open(&p, 1 << 16, tell, NULL, &e) < 0)
		abort();
	return p;
}

/* A range of a source, about these lines. */
static struct proof_range range(size_t source, uint64_t from, uint64_t to,
				uint64_t records, const char *lines)
{
	struct proof_range r = { .source = source,
				 .from = from,
				 .to = to,
				 .records = records,
				 .kind = CHECKSUM_SHA256 };
	struct checksum c;
	struct err e;

	if (checksum_open(&c, r.kind, &e) < 0)
		abort();
	checksum_add(&c, slice_of(lines));
	checksum_finish(&c, r.sum);
	checksum_close(&c);
	return r;
}

static void add(struct proof *p, struct proof_range r)
{
	struct err e;

	if (proof_add(p, &r, &e) < 0)
		abort();
}

static void begin(struct proof *p)
{
	struct err e;

	if (proof_start(p, files, &e) < 0)
		abort();
}

static void record(struct proof *p, uint64_t place, const char *text)
{
	struct err e;

	if (proof_follow(p, place, slice_of(text), 1, &e) < 0)
		abort();
}

/* A file of the lines "a", "b", "c", "d", "e", "f". */
static void six_records(struct proof *p, size_t file)
{
	static const char *const lines[] = { "a", "b", "c", "d", "e", "f" };

	for (size_t i = 0; i < 6; i++)
		record(p, place_of(file, 2 * i), lines[i]);
}

static void end(struct proof *p)
{
	struct err e;

	if (proof_finish(p, &e) < 0)
		abort();
}

static void the_same_records_are_proven(void)
{
	struct proof p = start();

	add(&p, range(0, 4, 8, 2, "c\nd\n"));
	add(&p, range(0, 0, 4, 2, "a\nb\n"));
	begin(&p);
	CHECK(proof_is_wanted(&p));
	six_records(&p, 0);
	CHECK(!proof_is_wanted(&p));
	end(&p);
	CHECK(has_told("0-4 same 2, 4-8 same 2"));
	CHECK(p.proven == 4);
	proof_close(&p);
}

static void other_records_are_told_with_their_number(void)
{
	struct proof p = start();

	add(&p, range(0, 0, 4, 2, "b\na\n"));            // in another order
	add(&p, range(0, 4, 8, 2, "c\nD\n"));            // another record
	add(&p, range(0, 8, 12, 3, "e\nf\ng\n"));        // one is gone
	add(&p, range(0, 12, 99, 1, "h\n"));             // all are
	add(&p, range(0, 0, 12, 6, "a\nb\nc\nd\ne\nf")); // without its end
	begin(&p);
	six_records(&p, 0);
	end(&p);
	CHECK(has_told("0-4 other 2, 4-8 other 2, 8-12 other 2, "
		       "0-12 other 6, 12-99 other 0"));
	CHECK(p.proven == 0);
	proof_close(&p);
}

static void records_in_several_ranges_are_proven_once(void)
{
	struct proof p = start();

	add(&p, range(0, 0, 6, 3, "a\nb\nc\n"));
	add(&p, range(0, 2, 8, 3, "b\nc\nd\n"));
	add(&p, range(0, 2, 10, 4, "b\nc\nx\ne\n"));
	add(&p, range(0, 4, 6, 1, "c\n"));
	add(&p, range(0, 10, 12, 1, "f\n"));
	begin(&p);
	six_records(&p, 0);
	end(&p);
	CHECK(p.proven == 5);
	buf_clear(&told);
	proof_close(&p);
}

static void a_range_around_proven_ones_adds_the_rest(void)
{
	struct proof p = start();

	add(&p, range(0, 0, 12, 6, "a\nb\nc\nd\ne\nf\n"));
	add(&p, range(0, 2, 4, 1, "b\n"));
	add(&p, range(0, 6, 8, 1, "d\n"));
	begin(&p);
	six_records(&p, 0);
	CHECK(p.proven == 2);
	end(&p);
	CHECK(p.proven == 6);
	CHECK(has_told("2-4 same 1, 6-8 same 1, 0-12 same 6"));
	proof_close(&p);
}

static void ranges_are_of_the_file_that_their_source_is(void)
{
	struct proof p = start();

	add(&p, range(2, 0, 12, 6, "of no file"));
	add(&p, range(1, 0, 4, 2, "a\nb\n"));
	add(&p, range(3, 8, 12, 2, "e\nf\n"));
	begin(&p);
	six_records(&p, 0);
	six_records(&p, 1);
	end(&p);
	CHECK(has_told("8-12 same 2, 0-4 same 2"));
	CHECK(p.proven == 4);
	proof_close(&p);
}

static void a_record_can_become_no_line_or_several(void)
{
	struct proof p = start();
	struct err e;

	add(&p, range(0, 0, 6, 3, "x\ny\nz\n"));
	begin(&p);
	if (proof_follow(&p, 0, SLICE(""), 0, &e) < 0 ||
	    proof_follow(&p, 2, SLICE("x\ny"), 2, &e) < 0 ||
	    proof_follow(&p, 4, SLICE("z"), 1, &e) < 0)
		abort();
	end(&p);
	CHECK(has_told("0-6 same 3") && p.proven == 3);
	proof_close(&p);
}

static void of_some_that_may_not_be_here_nobody_can_tell(void)
{
	struct proof p = start();
	struct proof_range r = range(0, 0, 8, 3, "a\nb\nd\n");

	r.partial = true;
	add(&p, r);
	r = range(0, 8, 12, 2, "e\nX\n");
	r.partial = true;
	add(&p, r);
	begin(&p);
	six_records(&p, 0);
	end(&p);
	CHECK(has_told("0-8 unknown 4, 8-12 other 2"));
	proof_close(&p);
}

static void ranges_without_number_are_compared_in_little_memory(void)
{
	enum { COUNT = 20000 };
	struct proof p = start();
	const struct proof_range like = range(0, 0, 0, 1, "a\n");

	for (uint64_t i = COUNT; i-- > 0;) {
		struct proof_range r = like;

		r.from = 2 * i;
		r.to = 2 * i + 2;
		add(&p, r);
	}
	begin(&p);
	for (uint64_t i = 0; i < COUNT / 2; i++)
		record(&p, 2 * i, "a");
	CHECK(p.cap < 10 && p.part_cap < 20);
	// The source is cut off here.
	end(&p);
	CHECK(p.proven == COUNT / 2 && p.cap < 10);
	buf_clear(&told);
	proof_close(&p);
}

int main(void)
{
	RUN(the_same_records_are_proven);
	RUN(other_records_are_told_with_their_number);
	RUN(records_in_several_ranges_are_proven_once);
	RUN(a_range_around_proven_ones_adds_the_rest);
	RUN(ranges_are_of_the_file_that_their_source_is);
	RUN(a_record_can_become_no_line_or_several);
	RUN(of_some_that_may_not_be_here_nobody_can_tell);
	RUN(ranges_without_number_are_compared_in_little_memory);
	buf_free(&told);
	return check_done();
}
