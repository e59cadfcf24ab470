/* Digests of records: equal where nothing differs but what senders may add. */
#include "../../cmd/siem-verify/digest.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

static struct digester digester;

static struct entry expected(const char *record)
{
	struct entry entry = { 0 };
	struct err e;

	if (digest_expected(&digester, slice_of(record), &entry, &e) < 0)
		abort();
	return entry;
}

static struct entry arrived(const char *record)
{
	struct entry entry = { 0 };
	struct err e;

	if (digest_arrived(&digester, slice_of(record), true, &entry, &e) < 0)
		abort();
	return entry;
}

static bool same(const uint64_t a[2], const uint64_t b[2])
{
	return a[0] == b[0] && a[1] == b[1];
}

/* Is what arrived that record? */
static bool is(const char *record, const char *arrival)
{
	const struct entry a = expected(record);
	const struct entry b = arrived(arrival);

	if ((a.flags & ENTRY_WHOLE) == (b.flags & ENTRY_WHOLE))
		return same(a.key, b.key);
	// The header may have been added on the way.
	return (b.flags & ENTRY_WHOLE) != 0 && same(a.key, b.other);
}

static void a_record_is_what_it_is(void)
{
	CHECK(is("{\"a\":1}", "{\"a\":1}"));
	CHECK(!is("{\"a\":1}", "{\"a\":2}"));
	CHECK(!is("{\"a\":1}", "{\"a\":1} "));
	CHECK(is("", ""));
}

static void a_header_that_was_added_does_not_count(void)
{
	CHECK(is("CEF:0|a|b|1|c|d|3|",
		 "<134>Oct  8 22:45:00 h1 CEF:0|a|b|1|c|d|3|"));
	CHECK(is("{\"a\":1}",
		 "<134>1 2025-10-08T22:45:00.123Z h1 - - - - {\"a\":1}"));
	CHECK(!is("{\"a\":1}",
		  "<134>1 2025-10-08T22:45:00.123Z h1 - - - - {\"a\":2}"));
}

static void a_header_of_its_own_counts(void)
{
	static const char record[] =
		"<134>1 2025-10-08T22:45:00Z h1 a - - [x y=\"1\"]";

	CHECK((expected(record).flags & ENTRY_WHOLE) != 0);
	CHECK(is(record, record));
	CHECK(!is(record, "<134>1 2025-10-08T22:45:00Z h2 a - - [x y=\"1\"]"));
}

static void repairs_do_not_count(void)
{
	CHECK(is("a\xff", "a\xef\xbf\xbd"));
	CHECK(is("a", "\xef\xbb\xbf"
		      "a"));
}

static void of_an_envelope_the_event_counts(void)
{
	CHECK(is("{\"time\":1,\"event\":{\"a\":1}}", "{\"a\":1}"));
	CHECK(is("{\"time\":1,\"event\":\"x\\\"y\"}", "x\"y"));
	CHECK(!is("{\"time\":1,\"event\":{\"a\":1}}", "{\"a\":2}"));
}

static void an_id_counts_only_where_it_comes_first(void)
{
	CHECK(expected("{\"siem_id\":\"0123456789abcdef0123456789abcdef\","
		       "\"a\":1}")
		      .id == 0x0123456789abcdef);
	CHECK(expected("{\"a\":1,"
		       "\"siem_id\":\"0123456789abcdef0123456789abcdef\"}")
		      .id == 0);
	CHECK(expected("{\"siem_id\":\"0123\"}").id == 0);
	CHECK(expected("{\"siem_id\":\"0123456789ABCDEF0123456789ABCDEF\"}")
		      .id == 0);
}

int main(void)
{
	struct err e;

	if (digest_open(&digester, &e) < 0)
		abort();
	RUN(a_record_is_what_it_is);
	RUN(a_header_that_was_added_does_not_count);
	RUN(a_header_of_its_own_counts);
	RUN(repairs_do_not_count);
	RUN(of_an_envelope_the_event_counts);
	RUN(an_id_counts_only_where_it_comes_first);
	digest_close(&digester);
	return check_done();
}
