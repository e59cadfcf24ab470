/* Files and standard output as destinations. */
#include "net/output.h"

#include "check.h"

#include <errno.h>
#include <fcntl.h>
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
	CHECK(output_open(&o, path, &e) == 0);
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
	CHECK(output_open(&o, path, &e) == 0);
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
	CHECK(output_open(&o, path, &e) == 0);
	CHECK(output_write(&o, "two\n", 4, &e) == 4);
	CHECK(unlink(path) == 0);
	CHECK(output_sync(&o, &e) == -1 && e.kind == ERR_TEMPORARY);
	CHECK(output_acked(&o) == 0);
	output_close(&o);
	CHECK(output_open(&o, path, &e) == 0);
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
	CHECK(output_open(&o, path, &e) == 0);
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
	CHECK(output_open(&o, path, &e) == 0);
	umask(mask);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0640);
	output_close(&o);
}

static void a_full_disk_passes_but_a_missing_folder_does_not(void)
{
	struct output o = OUTPUT_NONE;
	struct err e = { 0 };

	CHECK(output_open(&o, "/dev/full", &e) == 0);
	CHECK(output_write(&o, "x\n", 2, &e) == -1);
	CHECK(e.kind == ERR_TEMPORARY);
	CHECK(strcmp(e.text, "/dev/full: No space left on device") == 0);
	output_close(&o);
	CHECK(output_open(&o, "/nonexistent/file", &e) == -1);
	CHECK(e.kind == ERR_SYSTEM);
	CHECK(o.fd == -1);
}

static void a_named_pipe_needs_a_reader_and_may_lose_it(void)
{
	struct output o = OUTPUT_NONE;
	struct err e = { 0 };

	unlink(path);
	CHECK(mkfifo(path, 0600) == 0);
	CHECK(output_open(&o, path, &e) == -1);
	CHECK(e.kind == ERR_TEMPORARY);

	int reader = open(path, O_RDONLY | O_NONBLOCK);
	CHECK(output_open(&o, path, &e) == 0);
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

	if (output_open(&o, NULL, &at_full) < 0)
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
	RUN(a_new_file_is_not_for_everybody);
	RUN(a_full_disk_passes_but_a_missing_folder_does_not);
	RUN(a_named_pipe_needs_a_reader_and_may_lose_it);
	RUN(a_full_pipe_does_not_block_and_a_closed_one_is_noticed);
	unlink(path);
	return check_done();
}
