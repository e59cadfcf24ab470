/* Journals: nothing that was put is missing, whatever the disk does. */
#include "stream/journal.h"

#include "core/file.h"

#include "check.h"
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void write_file(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || file_write_all(fd, text, strlen(text)) < 0)
		abort();
	close(fd);
}

static bool is(const char *name, const char *text)
{
	struct buf contents = BUF_INIT(1 << 20);
	struct err e;
	bool same = file_read(name, &contents, &e) == 0 &&
		    slice_is(buf_slice(&contents), slice_of(text));

	if (!same)
		printf("# %s: %s\n", name, buf_str(&contents));
	buf_free(&contents);
	return same;
}

/* In place of those that there are. */
static bool sync_fails;
static unsigned folders_synced;

int fdatasync(int fd)
{
	(void)fd;
	errno = EIO;
	return sync_fails ? -1 : 0;
}

int fsync(int fd)
{
	struct stat st;

	folders_synced += fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
	return fdatasync(fd);
}

static void what_is_put_is_appended(void)
{
	struct journal j = JOURNAL_NONE;
	struct err e;

	write_file("a", "one\n");
	CHECK(journal_open(&j, "a", &e) == 0);
	CHECK(journal_len(&j) == 4 && !journal_is_dirty(&j));
	CHECK(journal_put(&j, SLICE("two\n"), &e) == 0);
	CHECK(journal_len(&j) == 8 && journal_is_dirty(&j));
	CHECK(is("a", "one\n"));
	CHECK(journal_write(&j, &e) == 0);
	CHECK(is("a", "one\ntwo\n") && journal_is_dirty(&j));
	CHECK(journal_sync(&j, &e) == 0 && !journal_is_dirty(&j));
	CHECK(journal_put(&j, SLICE("three\n"), &e) == 0);
	CHECK(journal_sync(&j, &e) == 0 && journal_len(&j) == 14);
	journal_close(&j);
	CHECK(is("a", "one\ntwo\nthree\n"));
}

static void a_torn_line_is_cut_off_at_the_start(void)
{
	struct journal j = JOURNAL_NONE;
	char text[10000];
	struct err e;

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	for (size_t lf = 0; lf < sizeof(text) - 1; lf += 1237) {
		text[lf] = '\n';
		write_file("b", text);
		text[lf] = 'x';
		CHECK(journal_open(&j, "b", &e) == 0);
		CHECK(journal_len(&j) == lf + 1);
		journal_close(&j);
	}
	write_file("b", "half");
	CHECK(journal_open(&j, "b", &e) == 0 && journal_len(&j) == 0);
	journal_close(&j);
	CHECK(is("b", ""));
}

static void one_process_at_a_time_has_it(void)
{
	struct journal j = JOURNAL_NONE;
	struct journal other = JOURNAL_NONE;
	struct err e = { 0 };

	CHECK(journal_open(&j, "c", &e) == 0);
	CHECK(journal_open(&other, "c", &e) == -1 && e.kind == ERR_USAGE);
	CHECK(!journal_is_open(&other));
	journal_close(&j);
	CHECK(journal_open(&other, "c", &e) == 0);
	journal_close(&other);
	CHECK(journal_open(&j, ".", &e) == -1);
	CHECK(mkfifo("fifo", 0600) == 0);
	CHECK(journal_open(&j, "fifo", &e) == -1);
}

static void what_did_not_fit_is_written_once_there_is_room(void)
{
	for (rlim_t room = 4; room < 15; room++) {
		struct journal j = JOURNAL_NONE;
		struct err e = { 0 };

		write_file("d", "one\n");
		CHECK(journal_open(&j, "d", &e) == 0);
		CHECK(journal_put(&j, SLICE("two\n"), &e) == 0);
		folder_limit(room);
		int early = journal_sync(&j, &e);
		CHECK(journal_put(&j, SLICE("three\nfour\n"), &e) == 0);
		CHECK(journal_sync(&j, &e) == -1 && e.kind == ERR_SYSTEM);
		CHECK(journal_sync(&j, &e) == -1);
		CHECK(strstr(e.text, "d: File too large") != NULL);
		folder_limit(0);
		CHECK(journal_is_dirty(&j) && (early == 0) == (room >= 8));
		CHECK(journal_sync(&j, &e) == 0);
		CHECK(is("d", "one\ntwo\nthree\nfour\n"));
		journal_close(&j);
	}
}

static void what_is_cut_is_gone_from_the_file_as_well(void)
{
	struct journal j = JOURNAL_NONE;
	struct err e;

	write_file("e", "");
	CHECK(journal_open(&j, "e", &e) == 0);
	CHECK(journal_put(&j, SLICE("one\n"), &e) == 0);
	CHECK(journal_sync(&j, &e) == 0);
	CHECK(journal_put(&j, SLICE("two\nhalf"), &e) == 0);
	CHECK(journal_write(&j, &e) == 0);
	journal_cut(&j, 8);
	CHECK(is("e", "one\ntwo\n") && journal_len(&j) == 8);
	CHECK(journal_put(&j, SLICE("2\n"), &e) == 0);
	CHECK(journal_sync(&j, &e) == 0);
	journal_cut(&j, 20);
	CHECK(is("e", "one\ntwo\n2\n"));
	journal_cut(&j, 4);
	CHECK(journal_len(&j) == 4 && !journal_is_dirty(&j));
	CHECK(journal_put(&j, SLICE("3\n"), &e) == 0);
	CHECK(journal_sync(&j, &e) == 0);
	journal_close(&j);
	CHECK(is("e", "one\n3\n"));
}

static void a_file_that_was_emptied_goes_on_at_its_start(void)
{
	struct journal j = JOURNAL_NONE;
	struct err e;

	write_file("f", "one\n");
	CHECK(journal_open(&j, "f", &e) == 0);
	CHECK(journal_put(&j, SLICE("two\n"), &e) == 0);
	CHECK(journal_write(&j, &e) == 0);
	CHECK(truncate("f", 0) == 0);
	CHECK(journal_put(&j, SLICE("three\n"), &e) == 0);
	CHECK(journal_sync(&j, &e) == 0);
	journal_close(&j);
	CHECK(is("f", "two\nthree\n"));
}

static void what_a_sync_that_failed_was_for_is_written_again(void)
{
	struct journal j = JOURNAL_NONE;
	struct err e;

	write_file("failing", "one\n");
	CHECK(journal_open(&j, "failing", &e) == 0);
	CHECK(journal_put(&j, SLICE("two\n"), &e) == 0);
	sync_fails = true;
	CHECK(journal_sync(&j, &e) == -1 && journal_is_dirty(&j));
	sync_fails = false;
	// The pages that could not be written are as good as gone: of them the
	// next sync says nothing.
	write_file("failing", "one\n----");
	CHECK(journal_sync(&j, &e) == 0 && !journal_is_dirty(&j));
	CHECK(is("failing", "one\ntwo\n"));
	journal_close(&j);
}

static void a_file_that_is_made_is_in_its_folder_for_good(void)
{
	struct journal j = JOURNAL_NONE;
	struct err e;

	folders_synced = 0;
	CHECK(journal_open(&j, "made", &e) == 0 && folders_synced == 1);
	journal_close(&j);
	sync_fails = true;
	CHECK(journal_open(&j, "made too", &e) == -1);
	sync_fails = false;
}

static void what_is_closed_unsynced_leaves_no_half_of_a_line(void)
{
	struct journal j;
	struct err e;

	CHECK(journal_open(&j, "half", &e) == 0);
	CHECK(journal_put(&j, SLICE("one\ntw"), &e) == 0);
	CHECK(journal_write(&j, &e) == 0);
	CHECK(is("half", "one\ntw"));
	journal_close(&j);
	CHECK(is("half", "one\n"));
}

static void put(struct journal *j, const char *line)
{
	struct err e;

	CHECK(journal_put(j, slice_of(line), &e) == 0);
}

static void who_follows_the_name_goes_on_in_another_file(void)
{
	struct journal j = JOURNAL_NONE;
	struct err e;

	CHECK(journal_open(&j, "moving", &e) == 0);
	journal_follow(&j);
	put(&j, "one\n");
	CHECK(journal_sync(&j, &e) == 0);
	put(&j, "two\n");
	CHECK(journal_write(&j, &e) == 0);
	CHECK(rename("moving", "moved") == 0);
	// What is durable stays, and nothing is there twice.
	put(&j, "three\n");
	CHECK(journal_sync(&j, &e) == 0);
	CHECK(is("moved", "one\n") && is("moving", "two\nthree\n"));
	CHECK(journal_len(&j) == 10);
	// Another file may have the name.
	CHECK(rename("moving", "moved") == 0);
	write_file("moving", "other\ntorn");
	put(&j, "four\n");
	CHECK(journal_sync(&j, &e) == 0);
	CHECK(is("moving", "other\nfour\n"));
	journal_close(&j);
}

static void what_was_not_durable_when_it_was_removed_is_written_again(void)
{
	struct journal j = JOURNAL_NONE;
	struct err e;

	CHECK(journal_open(&j, "removed", &e) == 0);
	journal_follow(&j);
	put(&j, "one\n");
	CHECK(journal_write(&j, &e) == 0);
	CHECK(unlink("removed") == 0);
	CHECK(journal_sync(&j, &e) == -1 && journal_is_dirty(&j));
	CHECK(journal_sync(&j, &e) == 0 && is("removed", "one\n"));
	CHECK(unlink("removed") == 0);
	put(&j, "two\n");
	CHECK(journal_sync(&j, &e) == 0 && is("removed", "two\n"));
	journal_close(&j);
}

static void a_line_is_not_divided_between_two_files(void)
{
	struct journal j = JOURNAL_NONE;
	struct err e;

	CHECK(journal_open(&j, "within", &e) == 0);
	journal_follow(&j);
	put(&j, "be");
	CHECK(journal_sync(&j, &e) == 0);
	CHECK(rename("within", "moved") == 0);
	put(&j, "gun\n");
	CHECK(journal_sync(&j, &e) == 0 && is("moved", "begun\n"));
	put(&j, "next\n");
	CHECK(journal_sync(&j, &e) == 0 && is("within", "next\n"));
	journal_close(&j);
}

static void who_does_not_follow_keeps_to_the_file(void)
{
	struct journal j = JOURNAL_NONE;
	struct err e;

	CHECK(journal_open(&j, "kept", &e) == 0);
	CHECK(rename("kept", "moved") == 0);
	put(&j, "one\n");
	CHECK(journal_sync(&j, &e) == 0 && is("moved", "one\n"));
	CHECK(access("kept", F_OK) < 0);
	journal_close(&j);
}

int main(void)
{
	folder_enter();
	RUN(what_is_put_is_appended);
	RUN(a_torn_line_is_cut_off_at_the_start);
	RUN(one_process_at_a_time_has_it);
	RUN(what_did_not_fit_is_written_once_there_is_room);
	RUN(what_is_cut_is_gone_from_the_file_as_well);
	RUN(a_file_that_was_emptied_goes_on_at_its_start);
	RUN(what_a_sync_that_failed_was_for_is_written_again);
	RUN(what_is_closed_unsynced_leaves_no_half_of_a_line);
	RUN(a_file_that_is_made_is_in_its_folder_for_good);
	RUN(who_follows_the_name_goes_on_in_another_file);
	RUN(what_was_not_durable_when_it_was_removed_is_written_again);
	RUN(a_line_is_not_divided_between_two_files);
	RUN(who_does_not_follow_keeps_to_the_file);
	return check_done();
}
