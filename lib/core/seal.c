#include "core/seal.h"

#include "core/msg.h"

#include <errno.h>
#include <seccomp.h>
#include <string.h>

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

/* All that is left: bytes in and out, memory, time, signals, the end. */
static const int allowed[] = {
	SCMP_SYS(read),		 SCMP_SYS(readv),
	SCMP_SYS(pread64),	 SCMP_SYS(write),
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
};

static int fail(struct err *e, const char *what, int error)
{
	errno = -error;
	return err_sys(e, "seccomp: %s", what);
}

int seal_filter(struct err *e)
{
	if (SANITIZED)
		return 0;

	int rc = -1;
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (filter == NULL)
		return err_set(e, ERR_SYSTEM, "seccomp: no filter");
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		int error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i],
					     0);
		if (error < 0) {
			fail(e, "rule", error);
			goto out;
		}
	}

	int error = seccomp_load(filter);
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
