#include "core/seal.h"

#include "core/msg.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __SANITIZE_ADDRESS__
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What is left to all: bytes in and out, memory, time, signals, the end. */
static const int working[] = {
	SCMP_SYS(read),		 SCMP_SYS(readv),
	SCMP_SYS(pread64),	 SCMP_SYS(pwrite64),
	SCMP_SYS(write),
	SCMP_SYS(writev),	 SCMP_SYS(lseek),
	SCMP_SYS(close),	 SCMP_SYS(fsync),
	SCMP_SYS(fdatasync),	 SCMP_SYS(ftruncate),
	SCMP_SYS(fstat),	 SCMP_SYS(newfstatat),
	SCMP_SYS(poll),		 SCMP_SYS(ppoll),
	SCMP_SYS(brk),		 SCMP_SYS(mmap),
	SCMP_SYS(munmap),	 SCMP_SYS(mremap),
	SCMP_SYS(madvise),	 SCMP_SYS(futex),
	SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),
	SCMP_SYS(setitimer),	 SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(restart_syscall), SCMP_SYS(getpid),
	SCMP_SYS(gettid),	 SCMP_SYS(tgkill),
	SCMP_SYS(exit),		 SCMP_SYS(exit_group),
	SCMP_SYS(wait4), // for a helper that was started before
};

/* And to a source: to find what it reads, and to see it change. */
static const int finding[] = {
	SCMP_SYS(stat),		    SCMP_SYS(lstat),
	SCMP_SYS(readlink),	    SCMP_SYS(getcwd),
	SCMP_SYS(faccessat),	    SCMP_SYS(faccessat2),
	SCMP_SYS(statx),	    SCMP_SYS(fstatfs),
	SCMP_SYS(getdents64),	    SCMP_SYS(inotify_add_watch),
	SCMP_SYS(inotify_rm_watch), SCMP_SYS(sendto),
};

static int fail(struct err *e, const char *what, int error)
{
	errno = -error;
	return err_sys(e, "seccomp: %s", what);
}

static int allow(scmp_filter_ctx filter, const int *calls, size_t count)
{
	int error = 0;

	for (size_t i = 0; i < count && error == 0; i++)
		error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
	return error;
}

/* The flags of open(2) must not ask for more than to read what is there. */
static int allow_reading(scmp_filter_ctx filter)
{
	const scmp_datum_t more = O_ACCMODE | O_CREAT | O_TRUNC;
	int error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(open), 1,
				     SCMP_A1(SCMP_CMP_MASKED_EQ, more, 0));

	if (error == 0)
		error = seccomp_rule_add(filter, SCMP_ACT_ALLOW,
					 SCMP_SYS(openat), 1,
					 SCMP_A2(SCMP_CMP_MASKED_EQ, more, 0));
	return error;
}

static int seal(bool may_read, struct err *e)
{
	if (SANITIZED)
		return 0;

	int rc = -1;
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (filter == NULL)
		return err_set(e, ERR_SYSTEM, "seccomp: no filter");

	int error = allow(filter, working, COUNT(working));
	if (error == 0 && may_read)
		error = allow(filter, finding, COUNT(finding));
	if (error == 0 && may_read)
		error = allow_reading(filter);
	if (error < 0) {
		fail(e, "rule", error);
		goto out;
	}

	error = seccomp_load(filter);
	if (error == -EINVAL || error == -ENOSYS)
		msg_warn("this kernel has no seccomp: %s",
			 "working without the seal");
	else if (error < 0) {
		fail(e, "load", error);
		goto out;
	}
	rc = 0;
out:
	seccomp_release(filter);
	return rc;
}

int seal_filter(struct err *e)
{
	return seal(false, e);
}

int seal_source(struct err *e)
{
	return seal(true, e);
}
