/* Files and standard output as destinations. */
#include "net/output.h"

#include "check.h"
#include "core/buf.h"
#include "core/file.h"
#include "core/slice.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[] = "siem-output.XXXXXX";

/* Start from a file that holds text. */
static void given(const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static bool holds(const char *text)
{
	char got[64] = "";
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, got, sizeof(got) - 1);

	close(fd);
	return n == (ssize_t)strlen(text) && strcmp(got, text) == 0;
}

static void a_file_is_appended_to_and_counts_once_it_is_synced(void)
{
	struct output o = OUTPUT_NONE;
	struct err e = { 0 };

	given("one\n");
	CHECK(output_open(&o, path, NULL, &e) == 0);
	CHECK(output_write(&o, "two\n", 4, &e) == 4);
	CHECK(holds("one\ntwo\n"));
	CHECK(output_acked(&o) == 0);
	CHECK(output_sync(&o, &e) == 0);
	CHECK(output_acked(&o) == 4);
	output_close(&o);
}

static void a_file_that_is_moved_away_is_made_again(void)
{
	static const char moved[] = "moved-output";
	struct output o = OUTPUT_NONE;
	struct err e = { 0 };

	given("one\n");
	CHECK(output_open(&o, path, NULL, &e) == 0);
	CHECK(output_write(&o, "2a\n", 3, &e) == 3);
	CHECK(rename(path, moved) == 0);
	// What was written belongs with that file, and is durable there.
	CHECK(output_write(&o, "2b", 2, &e) == 2);
	CHECK(output_sync(&o, &e) == 0 && output_acked(&o) == 5);
	// A line is not divided.
	CHECK(output_write(&o, "c\n", 2, &e) == 2);
	CHECK(output_sync(&o, &e) == 0 && output_acked(&o) == 7);
	CHECK(output_write(&o, "3\n", 2, &e) == 2);
	CHECK(holds("3\n"));
	CHECK(output_sync(&o, &e) == 0 && output_acked(&o) == 9);
	CHECK(rename(moved, path) == 0);
	CHECK(holds("one\n2a\n2bc\n"));
	output_close(&o);
}

static void what_was_not_synced_when_it_was_removed_may_be_lost(void)
{
	struct output o = OUTPUT_NONE;
	struct err e = { 0 };

	given("one\n");
	CHECK(output_open(&o, path, NULL, &e) == 0);
	CHECK(output_write(&o, "two\n", 4, &e) == 4);
	CHECK(unlink(path) == 0);
	CHECK(output_sync(&o, &e) == -1 && e.kind == ERR_TEMPORARY);
	CHECK(output_acked(&o) == 0);
	output_close(&o);
	CHECK(output_open(&o, path, NULL, &e) == 0);
	CHECK(output_write(&o, "two\n", 4, &e) == 4);
	CHECK(output_sync(&o, &e) == 0 && output_acked(&o) == 4);
	CHECK(unlink(path) == 0);
	CHECK(output_write(&o, "3\n", 2, &e) == 2);
	CHECK(holds("3\n"));
	output_close(&o);
}

static void a_line_that_was_torn_off_is_ended_before_the_next(void)
{
	struct output o = OUTPUT_NONE;
	struct err e = { 0 };

	given("one\ntw");
	CHECK(output_open(&o, path, NULL, &e) == 0);
	CHECK(holds("one\ntw"));
	CHECK(output_write(&o, "two\n", 4, &e) == 4);
	CHECK(output_write(&o, "3\n", 2, &e) == 2);
	CHECK(holds("one\ntw\ntwo\n3\n"));
	CHECK(output_sync(&o, &e) == 0);
	CHECK(output_acked(&o) == 6);
	output_close(&o);
}

static void a_new_file_is_not_for_everybody(void)
{
	struct output o = OUTPUT_NONE;
	struct err e = { 0 };
	struct stat st;

	unlink(path);
	mode_t mask = umask(0);
	CHECK(output_open(&o, path, NULL, &e) == 0);
	umask(mask);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0640);
	output_close(&o);
}

static void a_full_disk_passes_but_a_missing_folder_does_not(void)
{
	struct output o = OUTPUT_NONE;
	struct err e = { 0 };

	CHECK(output_open(&o, "/dev/full", NULL, &e) == 0);
	CHECK(output_write(&o, "x\n", 2, &e) == -1);
	CHECK(e.kind == ERR_TEMPORARY);
	CHECK(strcmp(e.text, "/dev/full: No space left on device") == 0);
	output_close(&o);
	CHECK(output_open(&o, "/nonexistent/file", NULL, &e) == -1);
	CHECK(e.kind == ERR_SYSTEM);
	CHECK(o.fd == -1);
}

static void a_named_pipe_needs_a_reader_and_may_lose_it(void)
{
	struct output o = OUTPUT_NONE;
	struct err e = { 0 };

	unlink(path);
	CHECK(mkfifo(path, 0600) == 0);
	CHECK(output_open(&o, path, NULL, &e) == -1);
	CHECK(e.kind == ERR_TEMPORARY);

	int reader = open(path, O_RDONLY | O_NONBLOCK);
	CHECK(output_open(&o, path, NULL, &e) == 0);
	CHECK(output_write(&o, "x\n", 2, &e) == 2);
	CHECK(output_acked(&o) == 2);
	CHECK(output_check(&o, &e) == 0);
	close(reader);
	CHECK(output_check(&o, &e) == -1 && e.kind == ERR_TEMPORARY);
	CHECK(output_write(&o, "x\n", 2, &e) == -1);
	CHECK(e.kind == ERR_TEMPORARY);
	output_close(&o);
	unlink(path);
}

/* Run body with standard output as one end of a pipe. */
static void with_stdout_piped(void (*body)(int reader))
{
	int ends[2];
	int kept = dup(STDOUT_FILENO);

	fflush(stdout);
	CHECK(pipe(ends) == 0);
	dup2(ends[1], STDOUT_FILENO);
	close(ends[1]);
	body(ends[0]);
	dup2(kept, STDOUT_FILENO);
	close(kept);
}

static ssize_t wrote_until_full, read_back;
static struct err at_full, at_gone;

static void fill_then_leave(int reader)
{
	static char block[1 << 20];
	struct output o = OUTPUT_NONE;

	if (output_open(&o, NULL, NULL, &at_full) < 0)
		return;
	wrote_until_full = output_write(&o, block, sizeof(block), &at_full);
	wrote_until_full += output_write(&o, block, sizeof(block), &at_full);
	read_back = read(reader, block, sizeof(block));
	close(reader);
	if (output_check(&o, &at_gone) == 0 ||
	    output_write(&o, "x", 1, &at_gone) >= 0)
		at_gone.kind = ERR_NONE;
	output_close(&o);
}

static void a_full_pipe_does_not_block_and_a_closed_one_is_noticed(void)
{
	with_stdout_piped(fill_then_leave);
	CHECK(wrote_until_full == 65536);
	CHECK(read_back == 65536);
	CHECK(at_full.kind == ERR_NONE);
	CHECK(at_gone.kind == ERR_PIPE);
}

/* How many files there are of the name, the one at it included. */
static size_t count_files(glob_t *found)
{
	char pattern[64];

	snprintf(pattern, sizeof(pattern), "%s*", path);
	return glob(pattern, 0, NULL, found) == 0 ? found->gl_pathc : 0;
}

static void remove_files(void)
{
	glob_t found;

	for (size_t i = count_files(&found); i > 0; i--)
		unlink(found.gl_pathv[i - 1]);
	globfree(&found);
}

static bool file_holds(const char *name, const char *text)
{
	struct buf got = BUF_INIT(1 << 20);
	struct err e = { 0 };
	bool same = file_read(name, &got, &e) == 0 &&
		    slice_is(buf_slice(&got), slice_of(text));

	buf_free(&got);
	return same;
}

static void a_file_that_is_full_is_moved_away_between_two_lines(void)
{
	const struct rotation rotation = { .size = 8 };
	struct output o = OUTPUT_NONE;
	struct err e = { 0 };
	glob_t found;

	remove_files();
	CHECK(output_open(&o, path, &rotation, &e) == 0);
	CHECK(output_write(&o, "one\ntwo\n3\n", 10, &e) == 8);
	CHECK(count_files(&found) == 1);
	globfree(&found);
	CHECK(output_write(&o, "3\n", 2, &e) == 2);
	// All before it is durable.
	CHECK(output_acked(&o) == 8);
	// A line that is too long by itself has a file to itself.
	CHECK(output_write(&o, "four four four\n5\n", 17, &e) == 15);
	CHECK(output_acked(&o) == 10);
	CHECK(output_write(&o, "5\n", 2, &e) == 2);
	CHECK(output_sync(&o, &e) == 0 && output_acked(&o) == 27);
	output_close(&o);
	CHECK(count_files(&found) == 4);
	CHECK(file_holds(found.gl_pathv[0], "5\n"));
	CHECK(file_holds(found.gl_pathv[1], "one\ntwo\n"));
	CHECK(file_holds(found.gl_pathv[2], "3\n"));
	CHECK(file_holds(found.gl_pathv[3], "four four four\n"));
	globfree(&found);
	remove_files();
}

static void a_line_that_has_begun_ends_in_its_file(void)
{
	const struct rotation rotation = { .size = 8 };
	struct output o = OUTPUT_NONE;
	struct err e = { 0 };
	glob_t found;

	given("one\n");
	CHECK(output_open(&o, path, &rotation, &e) == 0);
	CHECK(output_write(&o, "tw", 2, &e) == 2);
	CHECK(output_write(&o, "o two\n3\n", 8, &e) == 6);
	CHECK(holds("one\ntwo two\n"));
	CHECK(output_write(&o, "3\n", 2, &e) == 2);
	CHECK(holds("3\n"));
	output_close(&o);
	CHECK(count_files(&found) == 2);
	globfree(&found);
	remove_files();
}

static void only_the_newest_of_the_moved_are_kept(void)
{
	const struct rotation rotation = { .size = 2, .keep = 2 };
	struct output o = OUTPUT_NONE;
	struct err e = { 0 };
	char other[80];
	glob_t found;

	remove_files();
	snprintf(other, sizeof(other), "%s.20260101T000000.000Z.gz", path);
	close(open(other, O_WRONLY | O_CREAT, 0600));
	CHECK(output_open(&o, path, &rotation, &e) == 0);
	for (char line[] = "1\n"; line[0] <= '9'; line[0]++)
		CHECK(output_write(&o, line, 2, &e) == 2);
	output_close(&o);
	CHECK(count_files(&found) == 4);
	CHECK(file_holds(found.gl_pathv[0], "9\n"));
	CHECK(strcmp(found.gl_pathv[1], other) == 0);
	CHECK(file_holds(found.gl_pathv[2], "7\n"));
	CHECK(file_holds(found.gl_pathv[3], "8\n"));
	globfree(&found);
	remove_files();
}

static void what_cannot_be_moved_away_grows_on(void)
{
	const struct rotation rotation = { .size = 2 };
	struct output o = OUTPUT_NONE;
	struct err e = { 0 };
	char name[300];

	// With what is put behind it, it is too long for a name.
	memset(name, 'x', 250);
	name[250] = '\0';
	CHECK(output_open(&o, name, &rotation, &e) == 0);
	CHECK(output_write(&o, "1\n", 2, &e) == 2);
	CHECK(output_write(&o, "2\n", 2, &e) == 2);
	CHECK(file_holds(name, "1\n2\n"));
	output_close(&o);
	unlink(name);
}

int main(void)
{
	const char *dir = getenv("TMPDIR");

	signal(SIGPIPE, SIG_IGN);
	if (chdir(dir != NULL ? dir : "/tmp") < 0)
		return 1;
	close(mkstemp(path));
	RUN(a_file_is_appended_to_and_counts_once_it_is_synced);
	RUN(a_file_that_is_moved_away_is_made_again);
	RUN(what_was_not_synced_when_it_was_removed_may_be_lost);
	RUN(a_line_that_was_torn_off_is_ended_before_the_next);
	RUN(a_file_that_is_full_is_moved_away_between_two_lines);
	RUN(a_line_that_has_begun_ends_in_its_file);
	RUN(only_the_newest_of_the_moved_are_kept);
	RUN(what_cannot_be_moved_away_grows_on);
	RUN(a_new_file_is_not_for_everybody);
	RUN(a_full_disk_passes_but_a_missing_folder_does_not);
	RUN(a_named_pipe_needs_a_reader_and_may_lose_it);
	RUN(a_full_pipe_does_not_block_and_a_closed_one_is_noticed);
	unlink(path);
	return check_done();
}
