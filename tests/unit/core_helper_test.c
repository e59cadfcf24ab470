#include "core/helper.h"

#include "check.h"

#include <errno.h>
#include <seccomp.h>
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

int main(void)
{
	RUN(when_it_is_left_it_ends);
	RUN(it_ends_where_the_kernel_cannot_close_ranges);
	return check_done();
}
