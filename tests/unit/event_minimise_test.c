/*
 * Minimisation: what is dropped, kept and hashed, in whatever shape it comes.
 */
#include "event/minimise.h"

#include "core/buf.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

enum { MAX_RECORD = 1 << 20 };

/* A rule is "-PATH" to drop, "+PATH" to keep, "#PATH" to hash. */
static int add(struct minimiser *m, const char *rule, struct err *e)
{
	return minimiser_add(m,
			     rule[0] == '-'   ? MINIMISE_DROP
			     : rule[0] == '+' ? MINIMISE_KEEP
					      : MINIMISE_HASH,
			     rule + 1, e);
}

static struct minimiser *made(const char *const *rules)
{
	struct minimiser *m = minimiser_new(MAX_RECORD);
	struct err e;

	for (; *rules != NULL; rules++)
		if (add(m, *rules, &e) < 0)
			abort();
	minimiser_set_key(m, SLICE("0123456789abcdef"));
	return m;
}

/* What is left of a record, which stands where nothing behind it may be read;
   a word for what becomes of nothing. To be freed. */
static char *left_of(struct minimiser *m, const char *record)
{
	size_t len = strlen(record);
	char *exact = malloc(len);
	char *text;
	struct slice left;
	struct err e;
	int rc;

	memcpy(exact, record, len);
	rc = minimiser_apply(m, (struct slice){ exact, len }, &left, &e);
	text = rc > 0 ? strndup(left.data, left.len)
		      : strdup(rc == 0 ? "as it was" : e.text);
	free(exact);
	return text;
}

#define LEAVES(want, record, ...) \
	CHECK(leaves(want, record, (const char *const[]){ __VA_ARGS__, NULL }))

static bool leaves(const char *want, const char *record,
		   const char *const *rules)
{
	struct minimiser *m = made(rules);
	char *text = left_of(m, record);
	bool same = strcmp(text, want) == 0;

	if (!same)
		printf("# %s\n", text);
	free(text);
	minimiser_free(m);
	return same;
}

static void a_member_that_is_dropped_takes_one_comma_along(void)
{
	LEAVES("{\"b\":2,\"c\":3}", "{\"a\":1,\"b\":2,\"c\":3}", "-a");
	LEAVES("{\"a\":1,\"c\":3}", "{\"a\":1,\"b\":2,\"c\":3}", "-b");
	LEAVES("{\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2,\"c\":3}", "-c");
	LEAVES("{\"c\":3}", "{\"a\":1,\"b\":2,\"c\":3}", "-a", "-b");
	LEAVES("{\"b\":2}", "{\"a\":1,\"b\":2,\"c\":3}", "-a", "-c");
	LEAVES("{}", "{\"a\":1,\"b\":2}", "-a", "-b");
	LEAVES("{\"c\" : 3 }", "{ \"a\" : 1 , \"c\" : 3 }", "-a");
	LEAVES("as it was", "{\"a\":1}", "-b");
	LEAVES("as it was", "{}", "-b");
}

static void paths_go_down_and_through_arrays(void)
{
	LEAVES("{\"a\":{\"c\":2},\"b\":3}", "{\"a\":{\"b\":1,\"c\":2},\"b\":3}",
	       "-a.b");
	LEAVES("{\"a\":[{\"c\":2},5,{},[{\"c\":1}]]}",
	       "{\"a\":[{\"b\":1,\"c\":2},5,{\"b\":[]},[{\"b\":{},\"c\":1}]]}",
	       "-a.b");
	LEAVES("{\"a\":{}}", "{\"a\":{\"b.c\":1}}", "-a.b\\.c");
	LEAVES("as it was", "{\"a\":1,\"b\":{\"a\":{\"b\":1}}}", "-a.b");
}

static void every_member_of_that_name_goes_however_it_is_written(void)
{
	LEAVES("{\"b\":1}", "{\"a\":1,\"b\":1,\"a\":2}", "-a");
	LEAVES("{\"b\":1}", "{\"\\u0061\":1,\"b\":1,\"a\":2}", "-a");
	LEAVES("{\"b\":1}", "{\"\\u0061\\u0062c defghijklmnopqrst\":1,\"b\":1}",
	       "-abc defghijklmnopqrst");
}

static void only_what_is_kept_stays(void)
{
	LEAVES("{\"b\":2}", "{\"a\":1,\"b\":2,\"c\":3}", "+b");
	LEAVES("{\"a\":{\"b\":{\"x\":[1]}},\"c\":3}",
	       "{\"z\":0,\"a\":{\"y\":0,\"b\":{\"x\":[1]}},\"c\":3,\"d\":{}}",
	       "+a.b", "+c");
	LEAVES("{\"a\":[{\"b\":1},{}]}",
	       "{\"a\":[{\"b\":1,\"c\":2},{\"c\":3}]}", "+a.b");
	LEAVES("{\"b\":{}}", "{\"a\":5,\"b\":{}}", "+a.b", "+b");
	LEAVES("{\"a\":{\"c\":2}}", "{\"a\":{\"b\":1,\"c\":2},\"d\":1}", "+a",
	       "-a.b");
}

static void an_array_on_the_way_lets_nothing_else_through(void)
{
	// Its elements are on the way, and a text is not what is to be kept.
	LEAVES("{\"a\":[{\"b\":1}]}", "{\"a\":[{\"b\":1},\"secret\",7]}",
	       "+a.b");
}

#define ID "\"siem_id\":\"5f0c9ad21b3e4d6f8091a2b3c4d5e6f7\""

static void the_identity_of_a_record_stays_where_it_is_the_first(void)
{
	LEAVES("{" ID ",\"b\":1}", "{" ID ",\"a\":2,\"b\":1}", "+b");
	LEAVES("{" ID "}", "{" ID ",\"a\":2}", "+b");
	LEAVES("{\"b\":1}", "{\"a\":2," ID ",\"b\":1}", "+b");
	LEAVES("{\"b\":1}", "{" ID ",\"b\":1}", "-siem_id");
	LEAVES("{\"c\":{\"b\":1}}", "{\"c\":{" ID ",\"b\":1}}", "+c.b");
}

static void what_is_no_identity_but_has_its_name_is_like_any_other_member(void)
{
	LEAVES("{\"b\":1}", "{\"siem_id\":\"anna\",\"b\":1}", "+b");
	LEAVES("{\"b\":1}", "{\"siem_id\":{\"a\":1},\"b\":1}", "+b");
	LEAVES("{\"b\":1}",
	       "{\"siem_id\":\"5F0C9AD21B3E4D6F8091A2B3C4D5E6F7\",\"b\":1}",
	       "+b");
	LEAVES("{\"b\":1}",
	       "{\"siem_id\":\"5f0c9ad21b3e4d6f8091a2b3c4d5e6f70\",\"b\":1}",
	       "+b");
}

#define ALICE \
	"\"fdbf8b1cacd3d578e062d0e41104357d06aa63eca39f80b6fd7c83afedf1d44a\""
#define FIVE \
	"\"b03482c855bd539b42aac2ac9979c9ae6dce91f08ab006a12f9436a6f8b3850b\""
#define QUOTE \
	"\"5a6ec356d151e3bf383b2ca6f10758c7f034f331ab3013fa6627f85b2178b170\""

/* As "openssl dgst -sha256 -hmac 0123456789abcdef" has them. */
static void a_pseudonym_is_the_mac_of_the_text(void)
{
	LEAVES("{\"u\":" ALICE ",\"v\":\"alice\"}",
	       "{\"u\":\"alice\",\"v\":\"alice\"}", "#u");
	LEAVES("{\"u\":" ALICE "}", "{\"u\":\"\\u0061lice\"}", "#u");
	LEAVES("{\"u\":" QUOTE "}", "{\"u\":\"a\\\"b\"}", "#u");
	LEAVES("{\"u\":" FIVE ",\"v\":" FIVE "}", "{\"u\":5,\"v\":\"5\"}", "#u",
	       "#v");
	// An identity that is to be one stays, as one.
	LEAVES("{\"siem_id\":"
	       "\"3946f9b8747f520f291f01988363a0eda267bed9013b7a1b13d23b4908125"
	       "5c4\"}",
	       "{" ID ",\"u\":1}", "#siem_id", "+v");
}

static void all_values_within_a_member_become_pseudonyms(void)
{
	LEAVES("{\"u\":{\"a\":" ALICE ",\"b\":[" FIVE ",null,[" ALICE "]]}}",
	       "{\"u\":{\"a\":\"alice\",\"b\":[5,null,[\"alice\"]]}}", "#u");
	LEAVES("as it was", "{\"u\":null,\"v\":[]}", "#u", "#v");
	LEAVES("{\"u\":{\"b\":" FIVE "}}", "{\"u\":{\"a\":1,\"b\":5},\"c\":1}",
	       "+u", "#u", "-u.a");
}

static void what_is_left_is_bounded(void)
{
	struct minimiser *m = minimiser_new(64);
	struct slice left;
	struct err e = { 0 };

	CHECK(minimiser_add(m, MINIMISE_HASH, "u", &e) == 0);
	minimiser_set_key(m, SLICE("k"));
	CHECK(minimiser_apply(m, SLICE("{\"u\":1}"), &left, &e) < 0);
	CHECK(e.kind == ERR_DATA &&
	      strcmp(e.text, "too long once it is minimised") == 0);
	// And the next one is none the worse for it.
	CHECK(minimiser_apply(m, SLICE("{\"v\":1}"), &left, &e) == 0);
	minimiser_free(m);
}

static void what_is_nested_deeply_is_reached(void)
{
	enum { DEPTH = 510 };
	struct buf record = BUF_INIT(MAX_RECORD);
	struct minimiser *m = made((const char *const[]){ "-a.b", NULL });
	char *text;

	buf_puts(&record, "{\"a\":");
	for (size_t i = 0; i < DEPTH; i++)
		buf_putc(&record, '[');
	buf_puts(&record, "{\"b\":1}");
	for (size_t i = 0; i < DEPTH; i++)
		buf_putc(&record, ']');
	buf_putc(&record, '}');
	text = left_of(m, buf_str(&record));
	CHECK(strlen(text) == record.len - strlen("\"b\":1"));
	free(text);
	minimiser_free(m);
	buf_free(&record);
}

static void what_is_no_record_is_refused_and_not_let_through(void)
{
	LEAVES("expected a value", "{\"a\":1,\"b\":[}", "-a");
	LEAVES("expected a value", "{\"a\":1,\"b\":?}", "-c");
}

static void rules_that_contradict_each_other_are_refused(void)
{
	static const struct {
		const char *first, *then, *why;
	} rows[] = {
		{ "-a.b", "+a.b", "it is to be dropped and to be kept" },
		{ "+a", "-a", "it is to be dropped and to be kept" },
		{ "#a", "-a", "it is to be dropped and to be hashed" },
	};
	struct err e;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct minimiser *m = minimiser_new(MAX_RECORD);

		CHECK(add(m, rows[i].first, &e) == 0);
		CHECK(add(m, rows[i].then, &e) < 0);
		CHECK(e.kind == ERR_USAGE && strcmp(e.text, rows[i].why) == 0);
		minimiser_free(m);
	}
	struct minimiser *m = minimiser_new(MAX_RECORD);
	CHECK(add(m, "-a..b", &e) < 0 && e.kind == ERR_USAGE);
	minimiser_free(m);
}

static void it_says_what_it_has_done(void)
{
	struct minimiser *m = made((const char *const[]){ "-a", "#u", NULL });
	struct minimise_counts counts;

	CHECK(!minimiser_is_idle(m) && !minimiser_needs_key(m));
	free(left_of(m, "{\"a\":1,\"a\":2,\"u\":[1,2,3]}"));
	free(left_of(m, "{\"a\":1}"));
	counts = minimiser_counts(m);
	CHECK(counts.dropped == 3 && counts.hashed == 3);
	minimiser_free(m);
	m = minimiser_new(MAX_RECORD);
	CHECK(minimiser_is_idle(m));
	minimiser_free(m);
}

int main(void)
{
	RUN(a_member_that_is_dropped_takes_one_comma_along);
	RUN(paths_go_down_and_through_arrays);
	RUN(every_member_of_that_name_goes_however_it_is_written);
	RUN(only_what_is_kept_stays);
	RUN(an_array_on_the_way_lets_nothing_else_through);
	RUN(the_identity_of_a_record_stays_where_it_is_the_first);
	RUN(what_is_no_identity_but_has_its_name_is_like_any_other_member);
	RUN(a_pseudonym_is_the_mac_of_the_text);
	RUN(all_values_within_a_member_become_pseudonyms);
	RUN(what_is_left_is_bounded);
	RUN(what_is_nested_deeply_is_reached);
	RUN(what_is_no_record_is_refused_and_not_let_through);
	RUN(rules_that_contradict_each_other_are_refused);
	RUN(it_says_what_it_has_done);
	return check_done();
}
