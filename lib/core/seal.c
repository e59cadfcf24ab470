#include "core/seal.h"

#include "core/confine.h"
#include "core/msg.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
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

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What is left to all: bytes in and out, memory, time, signals, the end. */
static const int working[] = {
	SCMP_SYS(read),		 SCMP_SYS(readv),
	SCMP_SYS(pread64),	 SCMP_SYS(pwrite64),
	SCMP_SYS(write),
	SCMP_SYS(writev),	 SCMP_SYS(lseek),
	SCMP_SYS(close),	 SCMP_SYS(dup2),
	SCMP_SYS(dup3),		 SCMP_SYS(fsync),
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

static int fail(struct err *e, int error)
{
	errno = -error;
	return err_sys(e, "seccomp: rule");
}

static int add(scmp_filter_ctx filter, uint32_t action, const int *calls,
	       size_t count)
{
	int error = 0;

	for (size_t i = 0; i < count && error == 0; i++)
		error = seccomp_rule_add(filter, action, calls[i], 0);
	return error;
}

/*
 * What a sink has no use for. Which calls it does need is decided by the
 * libraries that resolve names and speak TLS and HTTP, and by the modules that
 * a system adds to them, so it cannot be said the other way round.
 */
static const int forbidden[] = {
	// other programs and processes
	SCMP_SYS(execve),	    SCMP_SYS(execveat),
	SCMP_SYS(ptrace),	    SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev), SCMP_SYS(pidfd_getfd),
	SCMP_SYS(kill),		    SCMP_SYS(tkill),
	SCMP_SYS(pidfd_send_signal), SCMP_SYS(rt_sigqueueinfo),
	SCMP_SYS(rt_tgsigqueueinfo), SCMP_SYS(perf_event_open),
	// callers: none comes where nobody listens (what hands out the kernel's
	// ciphers, AF_ALG, does so by accept)
	SCMP_SYS(listen),
	// files: what Landlock does not see
	SCMP_SYS(truncate),	    SCMP_SYS(chmod),
	SCMP_SYS(fchmod),	    SCMP_SYS(fchmodat),
	SCMP_SYS(chown),	    SCMP_SYS(lchown),
	SCMP_SYS(fchown),	    SCMP_SYS(fchownat),
	SCMP_SYS(setxattr),	    SCMP_SYS(lsetxattr),
	SCMP_SYS(fsetxattr),	    SCMP_SYS(removexattr),
	SCMP_SYS(lremovexattr),	    SCMP_SYS(fremovexattr),
	SCMP_SYS(open_by_handle_at),
	// who and where it is
	SCMP_SYS(setuid),	    SCMP_SYS(setgid),
	SCMP_SYS(setreuid),	    SCMP_SYS(setregid),
	SCMP_SYS(setresuid),	    SCMP_SYS(setresgid),
	SCMP_SYS(setfsuid),	    SCMP_SYS(setfsgid),
	SCMP_SYS(setgroups),	    SCMP_SYS(capset),
	SCMP_SYS(unshare),	    SCMP_SYS(setns),
	SCMP_SYS(chroot),	    SCMP_SYS(pivot_root),
	SCMP_SYS(mount),	    SCMP_SYS(umount2),
	// the machine, and what goes round a seal
	SCMP_SYS(bpf),		    SCMP_SYS(userfaultfd),
	SCMP_SYS(io_uring_setup),   SCMP_SYS(io_uring_enter),
	SCMP_SYS(io_uring_register), SCMP_SYS(init_module),
	SCMP_SYS(finit_module),	    SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load),	    SCMP_SYS(kexec_file_load),
	SCMP_SYS(reboot),	    SCMP_SYS(swapon),
	SCMP_SYS(swapoff),	    SCMP_SYS(acct),
	SCMP_SYS(settimeofday),	    SCMP_SYS(clock_settime),
	SCMP_SYS(adjtimex),	    SCMP_SYS(clock_adjtime),
	SCMP_SYS(sethostname),	    SCMP_SYS(setdomainname),
	SCMP_SYS(personality),	    SCMP_SYS(add_key),
	SCMP_SYS(request_key),	    SCMP_SYS(keyctl),
};

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

/*
 * A filter is in force from now on, for good. A kernel that has none, or what
 * the process runs in and forbids it, must not end the work.
 */
static void load(scmp_filter_ctx filter)
{
	// Else all that a kernel may say is ECANCELED.
	(void)seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC, 1);

	int error = seccomp_load(filter);
	if (error < 0)
		msg_warn("seccomp: %s: working without the seal",
			 strerror(-error));
}

static int no_filter(struct err *e)
{
	return err_set(e, ERR_SYSTEM, "seccomp: no filter");
}

static int seal(bool may_read, struct err *e)
{
	if (SANITIZED)
		return 0;

	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (filter == NULL)
		return no_filter(e);

	int error = add(filter, SCMP_ACT_ALLOW, working, COUNT(working));
	if (error == 0 && may_read)
		error = add(filter, SCMP_ACT_ALLOW, finding, COUNT(finding));
	if (error == 0 && may_read)
		error = allow_reading(filter);
	if (error == 0)
		load(filter);
	seccomp_release(filter);
	return error < 0 ? fail(e, error) : 0;
}

int seal_filter(struct err *e)
{
	return seal(false, e);
}

int seal_source(struct err *e)
{
	return seal(true, e);
}

int seal_sink(const char *const paths[], size_t count, struct err *e)
{
	if (SANITIZED)
		return 0;
	confine_writing(paths, count);

	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	if (filter == NULL)
		return no_filter(e);

	int error = add(filter, SCMP_ACT_ERRNO(EPERM), forbidden,
			COUNT(forbidden));
	if (error == 0)
		load(filter);
	seccomp_release(filter);
	return error < 0 ? fail(e, error) : 0;
}
