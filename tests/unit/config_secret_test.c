/* Where secrets come from, and what is said when they cannot be had. */
#include "config/secret.h"

#include "check.h"
#include "folder.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The secret, or why there is none, after "! ". */
static const char *secret(const char *text)
{
	static char result[1024];
	struct secret s;
	struct err e = { 0 };

	if (secret_open(&s, text, &e) < 0)
		snprintf(result, sizeof(result), "! %s", e.text);
	else
		snprintf(result, sizeof(result), "%s", s.value);
	secret_close(&s);
	return result;
}

#define SECRET(text, want) CHECK(strcmp(secret(text), want) == 0)

static void write_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK(fd >= 0 && fchmod(fd, mode) == 0);
	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

static void what_names_nothing_is_the_secret_itself(void)
{
	SECRET("12345", "12345");
	SECRET("envy:X", "envy:X");
	CHECK(!secret_is_named("envy:X") && !secret_is_named(""));
	CHECK(secret_is_named("env:X") && secret_is_named("file:x") &&
	      secret_is_named("cred:x") && secret_is_named("cmd:x"));
}

static void a_form_by_itself_lacks_the_name(void)
{
	SECRET("env:", "! env: a name has to follow, as in env:NAME");
	SECRET("cred:", "! cred: a name has to follow, as in cred:NAME");
	SECRET("file:", "! file: a path has to follow, as in file:PATH");
}

static void a_variable_gives_its_value(void)
{
	setenv("SOME_SECRET", "s3cret", 1);
	SECRET("env:SOME_SECRET", "s3cret");
	unsetenv("SOME_SECRET");
	SECRET("env:SOME_SECRET",
	       "! env:SOME_SECRET: there is no such variable");
}

static void a_file_gives_what_is_in_it_but_for_one_lf(void)
{
	write_file("token", "s3cret\n", 0600);
	SECRET("file:token", "s3cret");
	write_file("token", "a\nb\n\n", 0400);
	SECRET("file:token", "a\nb\n");
	unlink("token");
	SECRET("file:token", "! file:token: No such file or directory");
	write_file("token", "\n", 0600);
	SECRET("file:token", "! file:token: there is nothing in it");
}

static void a_file_that_others_can_read_is_refused(void)
{
	write_file("token", "s3cret\n", 0640);
	SECRET("file:token",
	       "! file:token: others can read it (mode 0640): chmod 600 "
	       "token, and think of it as known");
	chmod("token", 0604);
	CHECK(secret("file:token")[0] == '!');
	chmod("token", 0600);
	SECRET("file:token", "s3cret");
}

static void a_file_with_a_nul_byte_or_too_long_is_refused(void)
{
	int fd = open("long", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK(write(fd, "a\0b", 3) == 3);
	SECRET("file:long", "! file:long: there is a NUL byte in it");
	CHECK(ftruncate(fd, SECRET_MAX + 1) == 0);
	SECRET("file:long", "! file:long: longer than 64 KiB");
	close(fd);
}

static void what_is_no_regular_file_is_refused_at_once(void)
{
	char text[40], want[80];
	int ends[2];

	// Nobody writes to it: it would be waited for, for ever.
	CHECK(mkfifo("fifo", 0600) == 0);
	SECRET("file:fifo", "! file:fifo: not a regular file");
	CHECK(mkdir("folder", 0777) == 0 && chmod("folder", 0777) == 0);
	SECRET("file:folder", "! file:folder: not a regular file");
	SECRET("file:/dev/zero", "! file:/dev/zero: not a regular file");

	CHECK(pipe(ends) == 0 && write(ends[1], "s3cret\n", 7) == 7);
	snprintf(text, sizeof(text), "file:/dev/fd/%d", ends[0]);
	snprintf(want, sizeof(want), "! %s: not a regular file", text);
	SECRET(text, want);
	close(ends[0]);
	close(ends[1]);
}

static void a_file_that_becomes_a_pipe_is_not_waited_for(void)
{
	struct secret s;
	struct err e = { 0 };

	write_file("turned", "s3cret\n", 0600);
	CHECK(secret_open(&s, "file:turned", &e) == 0);
	CHECK(unlink("turned") == 0 && mkfifo("turned", 0600) == 0);
	CHECK(secret_again(&s, &e) < 0 && strcmp(s.value, "s3cret") == 0);
	CHECK(strcmp(e.text, "file:turned: not a regular file") == 0);
	secret_close(&s);
}

static void a_credential_stands_in_the_folder_of_systemd(void)
{
	unsetenv("CREDENTIALS_DIRECTORY");
	SECRET("cred:hec",
	       "! cred:hec: there is no $CREDENTIALS_DIRECTORY: the unit needs "
	       "LoadCredential=hec:FILE");
	CHECK(mkdir("credentials", 0700) == 0);
	setenv("CREDENTIALS_DIRECTORY", "credentials", 1);
	// As it is where the right to read it is in an ACL.
	write_file("credentials/hec", "s3cret", 0440);
	SECRET("cred:hec", "s3cret");
	SECRET("cred:../token", "! cred:../token: that is no name");
	unsetenv("CREDENTIALS_DIRECTORY");
}

static void a_command_gives_its_first_line(void)
{
	SECRET("cmd:printf 'one\\ntwo\\n'", "one");
	SECRET("cmd:printf one", "one");
	SECRET("cmd:exit 3", "! cmd: it ended with status 3");
	SECRET("cmd:echo s3cret; exit 3", "! cmd: it ended with status 3");
	SECRET("cmd:kill -9 $$", "! cmd: it was ended by signal 9");
	SECRET("cmd:true", "! cmd: there is nothing in it");
	SECRET("cmd:head -c 70000 /dev/zero",
	       "! cmd: it writes more than 64 KiB");
}

static void a_file_is_read_again_and_only_a_change_is_told(void)
{
	struct secret s;
	struct err e = { 0 };

	write_file("token", "old\n", 0600);
	CHECK(secret_open(&s, "file:token", &e) == 0);
	CHECK(secret_again(&s, &e) == 0 && s.fresh == NULL);

	write_file("token", "new\n", 0600);
	CHECK(secret_again(&s, &e) == 1 && strcmp(s.fresh, "new") == 0);
	secret_settle(&s, false);
	CHECK(strcmp(s.value, "old") == 0 && s.fresh == NULL);
	CHECK(secret_again(&s, &e) == 1);
	secret_settle(&s, true);
	CHECK(strcmp(s.value, "new") == 0 && s.fresh == NULL);

	unlink("token");
	CHECK(secret_again(&s, &e) < 0 && strcmp(s.value, "new") == 0);
	secret_close(&s);
}

/* What a command says when it is asked again. */
static int ask_again(struct secret *s, struct err *e)
{
	struct pollfd p = { .fd = s->helper.fd, .events = POLLIN };

	secret_ask(s);
	CHECK(poll(&p, 1, 60000) == 1);
	return secret_again(s, e);
}

static void a_command_is_run_again_by_a_helper(void)
{
	struct secret s;
	struct err e = { 0 };

	write_file("said", "old\n", 0600);
	CHECK(secret_open(&s, "cmd:cat said", &e) == 0);
	CHECK(secret_again(&s, &e) == 0); // nobody has asked
	CHECK(ask_again(&s, &e) == 0);
	write_file("said", "new\n", 0600);
	CHECK(ask_again(&s, &e) == 1 && strcmp(s.fresh, "new") == 0);
	unlink("said");
	CHECK(ask_again(&s, &e) < 0);
	CHECK(strcmp(e.text, "cmd: it ended with status 1") == 0);
	CHECK(strcmp(s.value, "old") == 0);
	secret_close(&s);
}

static void a_variable_that_is_forgotten_is_wiped(void)
{
	static char text[] = "SOME_SECRET=s3cret";
	struct secret s;
	struct err e = { 0 };

	putenv(text);
	CHECK(secret_open(&s, "env:SOME_SECRET", &e) == 0);
	secret_forget_source(&s);
	CHECK(getenv("SOME_SECRET") == NULL);
	CHECK(strcmp(text, "SOME_SECRET=") == 0);
	CHECK(strcmp(s.value, "s3cret") == 0);
	CHECK(secret_again(&s, &e) == 0);
	secret_close(&s);
}

int main(void)
{
	folder_enter();
	RUN(what_names_nothing_is_the_secret_itself);
	RUN(a_form_by_itself_lacks_the_name);
	RUN(a_variable_gives_its_value);
	RUN(a_file_gives_what_is_in_it_but_for_one_lf);
	RUN(a_file_that_others_can_read_is_refused);
	RUN(a_file_with_a_nul_byte_or_too_long_is_refused);
	RUN(what_is_no_regular_file_is_refused_at_once);
	RUN(a_credential_stands_in_the_folder_of_systemd);
	RUN(a_command_gives_its_first_line);
	RUN(a_file_is_read_again_and_only_a_change_is_told);
	RUN(a_file_that_becomes_a_pipe_is_not_waited_for);
	RUN(a_command_is_run_again_by_a_helper);
	RUN(a_variable_that_is_forgotten_is_wiped);
	return check_done();
}
