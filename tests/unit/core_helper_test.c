#include "core/helper.h"

#include "check.h"

#include <errno.h>
#include <poll.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void until_the_end(int fd, const void *context)
{
	char byte;

	(void)context;
	alarm(60); // nor shall it stay behind then
	while (read(fd, &byte, 1) > 0)
		;
}

/* 0: a helper of this process ends when it is left. */
static int start_and_leave(void)
{
	struct helper h;
	struct err e;

	alarm(30); // or it never does
	if (helper_start(&h, "test", -1, until_the_end, NULL, &e) < 0)
		return 1;
	helper_leave(&h);
	return waitpid(h.pid, NULL, 0) != h.pid;
}

static void when_it_is_left_it_ends(void)
{
	int status;
	pid_t child = fork();

	if (child == 0)
		_exit(start_and_leave());
	CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static void it_ends_where_the_kernel_cannot_close_ranges(void)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

		if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS),
				     SCMP_SYS(close_range), 0) < 0 ||
		    seccomp_load(filter) < 0)
			_exit(99);
		_exit(start_and_leave());
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static void say_who_may_look(int fd, const void *context)
{
	char answer = (char)('0' + prctl(PR_GET_DUMPABLE));

	if (write(fd, &answer, 1) == 1)
		until_the_end(fd, context);
}

static void what_started_it_cannot_look_into_it(void)
{
	struct pollfd said = { .events = POLLIN };
	struct helper h;
	struct err e;
	char answer = '?';

	CHECK(helper_start(&h, "test", -1, say_who_may_look, NULL, &e) == 0);
	said.fd = h.fd;
	CHECK(poll(&said, 1, 60000) == 1);
	CHECK(read(h.fd, &answer, 1) == 1);
	CHECK(answer == '0');
	helper_leave(&h);
	CHECK(waitpid(h.pid, NULL, 0) == h.pid);
}

int main(void)
{
	RUN(when_it_is_left_it_ends);
	RUN(it_ends_where_the_kernel_cannot_close_ranges);
	RUN(what_started_it_cannot_look_into_it);
	return check_done();
}
