/* What is one JSON object, and what only looks like one. */
#include "json/walk.h"

#include "check.h"

static void an_object_is_one(void)
{
	CHECK(walk_is_object(SLICE("{}")));
	CHECK(walk_is_object(SLICE("{\"a\":{\"b\":[1,\"}\"]}, \"c\" : null}")));
}

static void what_is_more_or_less_than_an_object_is_none(void)
{
	static const char *const texts[] = {
		"",
		"{",
		"}",
		"[]",
		"null",
		"{\"a\":1}}",
		"{\"a\":1} {\"b\":2}",
		"{\"a\":1},{\"b\":2}",
		"{\"a\":1}{\"b\":2}",
		" {}",
		"{} ",
		"{\"a\":1,}",
		"{\"a\":\"\xff\"}",
		"{\"a\":01}",
		"{\"a\"}",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		CHECK(!walk_is_object(slice_of(texts[i])));
	CHECK(!walk_is_object((struct slice){ 0 }));
}

int main(void)
{
	RUN(an_object_is_one);
	RUN(what_is_more_or_less_than_an_object_is_none);
	return check_done();
}
