/*
 * Keys that are paths: what maps may say so that no object is opened twice.
 */
#include "event/nesting.h"
#include "mapping.h"

#include "check.h"

/* What a map whose rows have these keys makes of a record; or why it may not
   have them. */
static const char *keys_are(const struct map_shape *shape, const char *keys)
{
	static char fields[2048];
	char map[4096];
	struct buf rows = BUF_INIT(sizeof(fields));
	struct slice rest = slice_of(keys);

	while (rest.len > 0) {
		struct slice key = slice_take_until(&rest, ' ');

		buf_printf(&rows, "%s{'key':'%.*s','from':1}",
			   rows.len > 0 ? "," : "", (int)key.len, key.data);
	}
	snprintf(map, sizeof(map), "{'name':'m','%s':{'fields':[\n%s]}}",
		 shape->section, buf_str(&rows));
	buf_free(&rows);

	const char *line = mapped_by(map, shape, "{}");
	const char *column = strstr(line, "column ");
	return column != NULL ? column : strrchr(line, '|') + 1;
}

static void rows_of_an_object_stand_together(void)
{
	CHECK(is(keys_are(&labelled, "a.x a.y.z b"), "a.x=1 a.y.z=1 b=1"));
	CHECK(is(keys_are(&labelled, "a.x b a.y"),
		 "column 52: 'a.y' stands apart from the other rows of its "
		 "object"));
	CHECK(is(keys_are(&labelled, "a.b.x a.c a.b.y"),
		 "column 56: 'a.b.y' stands apart from the other rows of its "
		 "object"));
	CHECK(is(keys_are(&labelled, "x doc.y"),
		 "column 29: 'doc.y' stands apart from the other rows of its "
		 "object"));
	CHECK(is(keys_are(&labelled, "doc.y x"), "doc.y=1 x=1"));
}

static void a_key_is_an_object_or_a_value(void)
{
	CHECK(is(keys_are(&labelled, "a a.b"),
		 "column 29: 'a.b' is an object in one row and a value in "
		 "another"));
	CHECK(is(keys_are(&labelled, "a.b.c a.b"),
		 "column 33: 'a.b' is an object in one row and a value in "
		 "another"));
	CHECK(is(keys_are(&labelled, "doc"),
		 "column 8: 'doc' is an object in one row and a value in "
		 "another"));
	CHECK(is(keys_are(&labelled, "ab a.b"), "ab=1 a.b=1"));
}

static void the_object_of_the_rest_is_the_last(void)
{
	CHECK(is(keys_are(&labelled, "a labels.x labels.y"),
		 "a=1 labels.x=1 labels.y=1"));
	CHECK(is(keys_are(&labelled, "labels.x a"),
		 "column 36: 'a' stands behind the object of the members that "
		 "no row names, which is the last"));
	CHECK(is(keys_are(&labelled, "labels.x.y"),
		 "column 8: 'labels.x.y' is an object where only values may "
		 "be"));
	CHECK(is(keys_are(&unmapped, "rest.x"),
		 "column 8: 'rest.x' is for members that no row names"));
}

static void every_name_of_a_path_is_there(void)
{
	CHECK(is(keys_are(&labelled, "a..b"),
		 "column 8: a name is missing before a dot"));
	CHECK(is(keys_are(&labelled, ".a"),
		 "column 8: a name is missing before a dot"));
	CHECK(is(keys_are(&labelled, "a."),
		 "column 8: a name is missing at the end of a key"));
	CHECK(is(keys_are(&labelled, "a.b.c.d.e.f.g.h.i"),
		 "a.b.c.d.e.f.g.h.i=1"));
	CHECK(is(keys_are(&labelled, "a.b.c.d.e.f.g.h.i.j"),
		 "column 8: a key of more than 9 names"));
	CHECK(is(keys_are(&labelled, "a/b"),
		 "column 8: 'a/b' has a byte that keys of ecs cannot have"));
}

static bool shares(const char *a, const char *b, size_t len, size_t depth)
{
	struct nesting_shared s = nesting_shared(slice_of(a), slice_of(b));
	struct nesting_shared same = nesting_shared(slice_of(b), slice_of(a));

	return s.len == len && s.depth == depth && same.len == len &&
	       same.depth == depth;
}

static void keys_share_the_objects_that_both_are_in(void)
{
	CHECK(shares("a.b", "a.c", 2, 1));
	CHECK(shares("a.b", "ab.c", 0, 0));
	CHECK(shares("a.b.c", "a.b.d", 4, 2));
	CHECK(shares("a.b.c", "a.bc", 2, 1));
	CHECK(shares("a", "a", 0, 0));
	CHECK(shares("a.b", "a.b", 2, 1));
	CHECK(shares("log.syslog.severity.code", "log.syslog.severity.name", 20,
		     3));
	CHECK(shares("abcdefghijklmno.x", "abcdefghijklmno.y", 16, 1));
	CHECK(shares("abcdefghijklmnop.x", "abcdefghijklmnop.y", 17, 1));
	CHECK(shares("abcdefghijklmnop", "abcdefghijklmnop.y", 0, 0));
}

int main(void)
{
	RUN(rows_of_an_object_stand_together);
	RUN(a_key_is_an_object_or_a_value);
	RUN(the_object_of_the_rest_is_the_last);
	RUN(every_name_of_a_path_is_there);
	RUN(keys_share_the_objects_that_both_are_in);
	return check_done();
}
