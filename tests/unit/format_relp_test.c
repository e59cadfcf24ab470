/* RELP frames, read and written. */
#include "format/relp.h"

#include "check.h"

#include <string.h>

enum { MAX = 100 };

static enum relp_got parse(const char *text, struct relp_frame *f)
{
	const char *why = NULL;
	enum relp_got got = relp_parse(slice_of(text), MAX, f, &why);

	CHECK((got == RELP_BROKEN) == (why != NULL));
	return got;
}

static bool is_frame(const char *text, uint32_t txnr, const char *command,
		     const char *data, size_t len)
{
	struct relp_frame f;

	return parse(text, &f) == RELP_FRAME && f.txnr == txnr &&
	       slice_is(f.command, slice_of(command)) &&
	       slice_is(f.data, slice_of(data)) && f.len == len;
}

static void a_frame_is_taken_apart(void)
{
	CHECK(is_frame("2 rsp 6 200 OK\n", 2, "rsp", "200 OK", 15));
	CHECK(is_frame("0 serverclose 0\n3 rsp", 0, "serverclose", "", 16));
	CHECK(is_frame("999999999 syslog 3 a\nb\nx", 999999999, "syslog",
		       "a\nb", 23));
}

static void half_a_frame_is_no_frame_yet(void)
{
	static const char whole[] = "12 rsp 6 200 OK\n";
	const char *why;
	struct relp_frame f;

	for (size_t n = 0; n + 1 < sizeof(whole) - 1; n++)
		CHECK(relp_parse((struct slice){ whole, n }, MAX, &f, &why) ==
		      RELP_MORE);
}

static void what_is_no_frame_is_refused_as_soon_as_that_is_seen(void)
{
	static const char *const broken[] = {
		"x",
		" 1 rsp 0\n",
		"1234567890 rsp 0\n",
		"1x",
		"1  rsp 0\n",
		"1 r-",
		"1 abcdefghijklmnopqrstuvwxyzabcdefg 0\n",
		"1 rsp x",
		"1 rsp \n",
		"1 rsp 1234567890",
		"1 rsp 101 ",
		"1 rsp 3\n",
		"1 rsp 0 \n",
		"1 rsp 2 abc",
		"\n",
	};
	struct relp_frame f;

	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		CHECK(parse(broken[i], &f) == RELP_BROKEN);
}

static bool writes(uint32_t txnr, const char *command, const char *data,
		   const char *want)
{
	struct buf out = BUF_INIT(1000);

	relp_put(&out, txnr, command, slice_of(data));
	bool is = slice_is(buf_slice(&out), slice_of(want));
	buf_free(&out);
	return is;
}

static void a_frame_without_data_has_no_space_behind_its_length(void)
{
	CHECK(writes(3, "close", "", "3 close 0\n"));
	CHECK(writes(2, "syslog", "<13>a", "2 syslog 5 <13>a\n"));
}

static void offers_are_found_by_their_names(void)
{
	struct slice lines = SLICE("relp_version=0\nx\ncommands=syslog,foo");

	CHECK(slice_is(relp_offer(lines, SLICE("relp_version")), SLICE("0")));
	CHECK(slice_is(relp_offer(lines, SLICE("commands")),
		       SLICE("syslog,foo")));
	CHECK(relp_offer(lines, SLICE("version")).data == NULL);
}

static void a_word_of_a_list_is_a_whole_one(void)
{
	CHECK(relp_lists(SLICE("syslog"), SLICE("syslog")));
	CHECK(relp_lists(SLICE("a,syslog,b"), SLICE("syslog")));
	CHECK(!relp_lists(SLICE("syslogx,xsyslog"), SLICE("syslog")));
	CHECK(!relp_lists(SLICE(""), SLICE("syslog")));
}

int main(void)
{
	RUN(a_frame_is_taken_apart);
	RUN(half_a_frame_is_no_frame_yet);
	RUN(what_is_no_frame_is_refused_as_soon_as_that_is_seen);
	RUN(a_frame_without_data_has_no_space_behind_its_length);
	RUN(offers_are_found_by_their_names);
	RUN(a_word_of_a_list_is_a_whole_one);
	return check_done();
}
