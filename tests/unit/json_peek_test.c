/* A look at members: where they end, wherever they stand. */
#include "json/peek.h"

#include "check.h"

#include <stdlib.h>

/* What the members of an object look like, of a text that ends where it does.
 */
struct look {
	size_t members;
	struct slice first, last; // values
};

static struct look look_at(struct slice text)
{
	static char *copy;
	struct slice rest, key, value;
	struct look l = { 0 };

	free(copy);
	copy = malloc(text.len + (text.len == 0));
	if (copy == NULL)
		abort();
	memcpy(copy, text.data, text.len);
	if (!peek_object((struct slice){ copy, text.len }, &rest))
		return l;
	for (; peek_member(&rest, &key, &value); l.members++) {
		if (l.members == 0)
			l.first = value;
		l.last = value;
	}
	return l;
}

static void takes_members_of_every_kind(void)
{
	struct look l = look_at(SLICE(
		" {\"a\" : -1.5 , \"b\":\"x\\\"y\" ,\"c\":[1,{}],\"d\":{}}"));

	CHECK(l.members == 4);
	CHECK(slice_is(l.first, SLICE("-1.5")));
	CHECK(slice_is(l.last, SLICE("{}")));
	CHECK(look_at(SLICE("[1]")).members == 0);
	CHECK(look_at(SLICE("")).members == 0);
	CHECK(look_at(SLICE("{}")).members == 0);
}

/* Every place of a value among blocks of any size up to 64. */
static void finds_the_end_of_a_value_wherever_it_stands(void)
{
	static const char *const values[] = {
		"[]",
		"{\"a\":[1,2,{\"b\":\"]}\"}],\"c\":{}}",
		"[\"\\\\\",\"\\\"]\",\"\\\\\\\"\",\"{[\"]",
		"[\"\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\\"]\"]",
		"\"a \\\"quoted\\\" word, and a bracket ] and \\\\\"",
	};
	enum { PLACES = 150 };

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		for (int before = 0; before < PLACES; before++) {
			char text[3 * PLACES + 100];
			struct slice value = slice_of(values[i]);
			int n = snprintf(text, sizeof(text),
					 "{\"x\":[%*s\"%*s\",%s],\"y\":%s,"
					 "\"z\":%*d}",
					 before / 2, "", before, "", values[i],
					 values[i], before, 7);
			struct look l =
				look_at((struct slice){ text, (size_t)n });

			CHECK(l.members == 3);
			CHECK(l.first.len ==
			      value.len + (size_t)(before / 2 + before) + 5);
			CHECK(slice_is(l.last, SLICE("7")));
		}
	}
}

static void stops_where_a_value_does_not_end(void)
{
	static const struct slice whole =
		SLICE("{\"a\":[\"text that is longer than one block, with \\\" "
		      "and \\\\ in it, and [brackets\",{\"b\":[0,1]}]}");
	static const size_t value_end = 1;

	for (size_t n = 0; n < whole.len - value_end; n++)
		CHECK(look_at((struct slice){ whole.data, n }).members == 0);
	CHECK(look_at((struct slice){ whole.data, whole.len - value_end })
		      .members == 1);
	CHECK(look_at(SLICE("{\"a\":\"\\")).members == 0);
	CHECK(look_at(SLICE("{\"a\":[\"\\")).members == 0);
}

int main(void)
{
	RUN(takes_members_of_every_kind);
	RUN(finds_the_end_of_a_value_wherever_it_stands);
	RUN(stops_where_a_value_does_not_end);
	return check_done();
}
