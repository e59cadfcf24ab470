/* Positions in a spool, and the lines of its side files. */
#include "stream/spool.h"

#include "check.h"
#include "folder.h"
#include "stream/checkpoint.h"

#include <dirent.h>
#include <dlfcn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool parses(const char *text, uint64_t segment, uint64_t offset)
{
	struct spool_position p;

	return spool_parse_position(slice_of(text), &p) &&
	       p.segment == segment && p.offset == offset;
}

static void a_position_is_read_as_it_was_written(void)
{
	struct buf out = BUF_INIT(64);

	spool_put_position(&out, (struct spool_position){ 12, 4711 });
	CHECK(slice_is(buf_slice(&out), SLICE("12,4711")));
	CHECK(parses("12,4711", 12, 4711));
	buf_free(&out);
}

static void what_is_no_position_is_none(void)
{
	struct spool_position p;

	CHECK(!spool_parse_position(SLICE(""), &p));
	CHECK(!spool_parse_position(SLICE("12"), &p));
	CHECK(!spool_parse_position(SLICE("12,"), &p));
	CHECK(!spool_parse_position(SLICE(",1"), &p));
	CHECK(!spool_parse_position(SLICE("1,2,3"), &p));
	CHECK(!spool_parse_position(SLICE("-1,2"), &p));
}

static struct spool_side side_of(const char *text)
{
	struct spool_side side = { .fd = memfd_create("side", 0),
				   .in = BUF_INIT(8192) };
	struct slice bytes = slice_of(text);

	CHECK(write(side.fd, bytes.data, bytes.len) == (ssize_t)bytes.len);
	return side;
}

/* Ten bytes that are being written, and are durable then. */
#define WRITTEN SPOOL_SIDE_HEADER "w 0 10 5 00000000000000ff\n"
#define DURABLE WRITTEN "d 10 5\n"

static void the_last_word_on_what_is_durable_holds(void)
{
	struct spool_side side = side_of(DURABLE "w 10 4 2 0123456789abcdef\n");
	struct spool_entry entry;
	struct err e;

	CHECK(spool_side_next(&side, &entry, &e) == 1);
	CHECK(entry.kind == 'w' && entry.len == 10 && entry.checksum == 0xff);
	CHECK(spool_side_update(&side, &e) == 0);
	CHECK(side.durable == 10 && side.records == 5 && !side.ended);
	spool_side_close(&side);
}

static void what_comes_later_is_read_later(void)
{
	struct spool_side side =
		side_of(DURABLE "w 10 10 4 0123456789abcdef\nd 2");
	struct err e;

	CHECK(spool_side_update(&side, &e) == 0);
	CHECK(side.durable == 10);
	CHECK(write(side.fd, "0 9\ne 20 9\n", 11) == 11);
	CHECK(spool_side_update(&side, &e) == 0);
	CHECK(side.durable == 20 && side.records == 9 && side.ended);
	spool_side_close(&side);
}

static void behind_what_is_damaged_nothing_is_believed(void)
{
	static const char *const texts[] = {
		DURABLE "d 20\nd 30 7\n",
		DURABLE "x\nd 30 7\n",
		DURABLE "w 0 1 1 xyz\nd 30 7\n",
		DURABLE "\nd 30 7\n",
		DURABLE "d 5 2\n",
		DURABLE "d 30 7\n",
		DURABLE "e 30 7\n",
	};
	struct err e;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct spool_side side = side_of(texts[i]);

		CHECK(spool_side_update(&side, &e) == 0);
		CHECK(side.damaged && side.durable == 10);
		CHECK(side.good == sizeof(DURABLE) - 1);
		spool_side_close(&side);
	}
}

static void what_is_durable_is_what_was_written_and_no_less(void)
{
	static const char *const texts[] = {
		DURABLE "w 0 5 2 0123456789abcdef\nd 5 2\n",
		DURABLE "w 10 10 5 0123456789abcdef\nd 15 7\n",
		DURABLE "w 10 10 5 0123456789abcdef0\nd 20 10\n",
		DURABLE "e 10 5\nw 10 10 5 0123456789abcdef\nd 20 10\n",
	};
	struct err e;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct spool_side side = side_of(texts[i]);

		CHECK(spool_side_update(&side, &e) == 0);
		CHECK(side.damaged && side.durable == 10 && side.records == 5);
		spool_side_close(&side);
	}
}

static void another_header_is_of_another_version(void)
{
	struct spool_side side = side_of("siem-segment/2\nd 10 5\n");
	struct err e;

	CHECK(spool_side_update(&side, &e) == 0);
	CHECK(side.damaged && side.durable == 0 && side.good == 0);
	spool_side_close(&side);
}

static void an_entry_is_read_as_it_was_written(void)
{
	const struct spool_entry entry = { .kind = 'w',
					   .offset = 7,
					   .len = 8,
					   .records = 9,
					   .checksum = 0xfedcba9876543210 };
	struct buf out = BUF_INIT(256);

	spool_put_entry(&out, &entry);
	CHECK(slice_is(buf_slice(&out), SLICE("w 7 8 9 fedcba9876543210\n")));
	buf_free(&out);
}

/* In place of the one that there is: the inodes of what was synced. */
static ino_t synced[16];
static size_t sync_count;

int fsync(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0)
		synced[sync_count++ % 16] = st.st_ino;
	return 0;
}

static bool was_synced(const char *path)
{
	struct stat st;
	bool found = false;

	CHECK(stat(path, &st) == 0);
	for (size_t i = 0; i < sync_count && i < 16; i++)
		found |= synced[i] == st.st_ino;
	return found;
}

static void a_spool_that_is_made_is_there_for_good(void)
{
	struct spool s;
	struct err e;

	folder_enter();
	sync_count = 0;
	CHECK(spool_create(&s, "new", &e) == 0);
	CHECK(was_synced("."));
	CHECK(was_synced("new"));
	CHECK(was_synced("new/" SPOOL_ID_NAME));
	spool_close(&s);
	CHECK(spool_open(&s, "new", &e) == 0);
	spool_close(&s);
	CHECK(unlink("new/" SPOOL_ID_NAME) == 0 && rmdir("new") == 0);
}

/* In place of the one that there is: it passes over a name, for once. */
static const char *overlooked;

struct dirent *readdir(DIR *listing)
{
	struct dirent *(*real)(DIR *);
	struct dirent *entry;

	*(void **)&real = dlsym(RTLD_NEXT, "readdir");
	entry = real(listing);
	if (entry == NULL || overlooked == NULL ||
	    strcmp(entry->d_name, overlooked) != 0)
		return entry;
	overlooked = NULL;
	return real(listing);
}

/* A reader of the spool that has come so far. */
static void put_reader(const struct spool *s, const char *path,
		       const char *position)
{
	char source[SPOOL_SOURCE_MAX];
	struct checkpoint *c = NULL;
	struct err e;

	spool_source(s, source);
	CHECK(checkpoint_new(path, &c, &e) == 0);
	CHECK(checkpoint_set(c, slice_of(source), slice_of(position), &e) == 0);
	CHECK(checkpoint_create(c, &e) == 0);
	checkpoint_free(c);
}

static bool stands_at(struct spool_position p, uint64_t segment,
		      uint64_t offset)
{
	return p.segment == segment && p.offset == offset;
}

static void the_first_and_the_last_of_the_readers_count(void)
{
	struct spool s;
	struct err e;
	uint64_t begun;

	folder_enter();
	CHECK(spool_create(&s, "s", &e) == 0);
	CHECK(stands_at(spool_slowest(&s), 0, 0));
	CHECK(spool_find_begun(&s, &begun, &e) == 0 && begun == 0);
	put_reader(&s, "s/b.checkpoint", "3,0");
	CHECK(stands_at(spool_slowest(&s), 3, 0));
	CHECK(spool_find_begun(&s, &begun, &e) == 0 && begun == 2);
	put_reader(&s, "s/a.checkpoint", "3,7");
	put_reader(&s, "s/c.checkpoint", "2,9");
	put_reader(&s, "s/.d.checkpoint", "1,1");
	put_reader(&s, "s/e.checkpoint.tmp", "9,1");
	CHECK(stands_at(spool_slowest(&s), 2, 9));
	CHECK(spool_find_begun(&s, &begun, &e) == 0 && begun == 3);

	// One that is being replaced may not be in the list (readdir(3)).
	overlooked = "c.checkpoint";
	CHECK(stands_at(spool_slowest(&s), 2, 9));
	CHECK(overlooked == NULL);
	overlooked = "a.checkpoint";
	CHECK(spool_find_begun(&s, &begun, &e) == 0 && begun == 3);
	CHECK(overlooked == NULL);
	spool_close(&s);
}

static void a_segment_is_known_by_its_own_names_only(void)
{
	static const char *const others[] = {
		"s/1.sum", "s/0000000000001.sum", "s/000000000000.sum",
		"s/000000000001.sum~", "s/x000000000001.sum", "s/.sum",
	};
	uint64_t *numbers = NULL;
	size_t count = 0;
	struct spool s;
	struct err e;

	folder_enter();
	CHECK(spool_create(&s, "s", &e) == 0);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		fclose(fopen(others[i], "w"));
	CHECK(spool_list(&s, &numbers, &count, &e) == 0 && count == 0);
	free(numbers);
	fclose(fopen("s/1000000000000.sum", "w"));
	fclose(fopen("s/000000000009.sum", "w"));
	CHECK(spool_list(&s, &numbers, &count, &e) == 0 && count == 2);
	CHECK(numbers[0] == 9 && numbers[1] == 1000000000000);
	free(numbers);
	spool_close(&s);
}

int main(void)
{
	RUN(a_position_is_read_as_it_was_written);
	RUN(what_is_no_position_is_none);
	RUN(the_last_word_on_what_is_durable_holds);
	RUN(what_comes_later_is_read_later);
	RUN(behind_what_is_damaged_nothing_is_believed);
	RUN(what_is_durable_is_what_was_written_and_no_less);
	RUN(another_header_is_of_another_version);
	RUN(an_entry_is_read_as_it_was_written);
	RUN(a_spool_that_is_made_is_there_for_good);
	RUN(the_first_and_the_last_of_the_readers_count);
	RUN(a_segment_is_known_by_its_own_names_only);
	return check_done();
}
