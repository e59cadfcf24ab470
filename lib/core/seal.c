#include "core/seal.h"

#include "core/confine.h"
#include "core/msg.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

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
	SCMP_SYS(read),         SCMP_SYS(readv),
	SCMP_SYS(pread64),      SCMP_SYS(pwrite64),
	SCMP_SYS(write),        SCMP_SYS(writev),
	SCMP_SYS(lseek),        SCMP_SYS(close),
	SCMP_SYS(dup2),         SCMP_SYS(dup3),
	SCMP_SYS(fsync),        SCMP_SYS(fdatasync),
	SCMP_SYS(ftruncate),    SCMP_SYS(fstat),
	SCMP_SYS(newfstatat),   SCMP_SYS(poll),
	SCMP_SYS(ppoll),        SCMP_SYS(brk),
	SCMP_SYS(mmap),         SCMP_SYS(munmap),
	SCMP_SYS(mremap),       SCMP_SYS(madvise),
	SCMP_SYS(futex),        SCMP_SYS(clock_gettime),
	SCMP_SYS(gettimeofday), SCMP_SYS(setitimer),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall),
	SCMP_SYS(getpid),       SCMP_SYS(gettid),
	SCMP_SYS(exit),         SCMP_SYS(exit_group),
	SCMP_SYS(wait4), // for a helper that was started before
};

/* And to a source: to find what it reads, and to see it change. */
static const int finding[] = {
	SCMP_SYS(stat),		    SCMP_SYS(lstat),
	SCMP_SYS(readlink),	    SCMP_SYS(readlinkat),
	SCMP_SYS(getcwd),	    SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2),	    SCMP_SYS(statx),
	SCMP_SYS(fstatfs),	    SCMP_SYS(getdents64),
	SCMP_SYS(inotify_add_watch), SCMP_SYS(inotify_rm_watch),
	SCMP_SYS(sendto),
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
	SCMP_SYS(fork),		    SCMP_SYS(vfork),
	SCMP_SYS(ptrace),	    SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev), SCMP_SYS(pidfd_getfd),
	SCMP_SYS(process_madvise),  SCMP_SYS(process_mrelease),
	SCMP_SYS(migrate_pages),    SCMP_SYS(move_pages),
	SCMP_SYS(kcmp),		    SCMP_SYS(perf_event_open),
	SCMP_SYS(kill),		    SCMP_SYS(pidfd_send_signal),
	SCMP_SYS(rt_sigqueueinfo),  SCMP_SYS(rt_tgsigqueueinfo),
	SCMP_SYS(setpriority),	    SCMP_SYS(ioprio_set),
	SCMP_SYS(shmget),	    SCMP_SYS(shmat),
	SCMP_SYS(shmctl),	    SCMP_SYS(semget),
	SCMP_SYS(semop),	    SCMP_SYS(semtimedop),
	SCMP_SYS(semctl),	    SCMP_SYS(msgget),
	SCMP_SYS(msgsnd),	    SCMP_SYS(msgrcv),
	SCMP_SYS(msgctl),	    SCMP_SYS(mq_open),
	SCMP_SYS(mq_unlink),
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
	SCMP_SYS(utime),	    SCMP_SYS(utimes),
	SCMP_SYS(futimesat),	    SCMP_SYS(utimensat),
	SCMP_SYS(open_by_handle_at), SCMP_SYS(fanotify_init),
	SCMP_SYS(quotactl),	    SCMP_SYS(quotactl_fd),
	// and what it does, for where there is none
	SCMP_SYS(mkdir),	    SCMP_SYS(mkdirat),
	SCMP_SYS(mknod),	    SCMP_SYS(mknodat),
	SCMP_SYS(symlink),	    SCMP_SYS(symlinkat),
	SCMP_SYS(rmdir),
	// who and where it is
	SCMP_SYS(setuid),	    SCMP_SYS(setgid),
	SCMP_SYS(setreuid),	    SCMP_SYS(setregid),
	SCMP_SYS(setresuid),	    SCMP_SYS(setresgid),
	SCMP_SYS(setfsuid),	    SCMP_SYS(setfsgid),
	SCMP_SYS(setgroups),	    SCMP_SYS(capset),
	SCMP_SYS(unshare),	    SCMP_SYS(setns),
	SCMP_SYS(chroot),	    SCMP_SYS(pivot_root),
	SCMP_SYS(mount),	    SCMP_SYS(umount2),
	SCMP_SYS(fsopen),	    SCMP_SYS(fspick),
	SCMP_SYS(fsconfig),	    SCMP_SYS(fsmount),
	SCMP_SYS(open_tree),	    SCMP_SYS(move_mount),
	SCMP_SYS(mount_setattr),
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
	SCMP_SYS(syslog),	    SCMP_SYS(vhangup),
	SCMP_SYS(ioperm),	    SCMP_SYS(iopl),
	SCMP_SYS(personality),	    SCMP_SYS(add_key),
	SCMP_SYS(request_key),	    SCMP_SYS(keyctl),
};

/*
 * What a filter cannot look into, as its arguments are somewhere in memory.
 * Libraries then do as on an older kernel, by calls that say what they want.
 */
static const int opaque[] = { SCMP_SYS(clone3), SCMP_SYS(openat2) };

/* The kernel looks at no more of an argument that is an int. */
#define LOW 0xffffffffU

#define CUT (O_TRUNC | O_ACCMODE)

#ifdef __s390__
enum { CLONE_FLAGS = 1 };
#else
enum { CLONE_FLAGS = 0 };
#endif

/* What a sink may do in one way, and not in another. */
static const struct {
	int call;
	unsigned arg;
	scmp_datum_t mask, bits; // forbidden where arg & mask is bits
} conditions[] = {
	// a process, and not a thread of this one
	{ SCMP_SYS(clone), CLONE_FLAGS, CLONE_THREAD, 0 },
	// signals by what comes in
	{ SCMP_SYS(fcntl), 1, LOW, F_SETOWN },
	{ SCMP_SYS(fcntl), 1, LOW, F_SETOWN_EX },
	{ SCMP_SYS(ioctl), 1, LOW, FIOSETOWN },
	{ SCMP_SYS(ioctl), 1, LOW, SIOCSPGRP },
	// what a shell would take for typed
	{ SCMP_SYS(ioctl), 1, LOW, TIOCSTI },
	{ SCMP_SYS(ioctl), 1, LOW, TIOCLINUX },
	{ SCMP_SYS(ioctl), 1, LOW, TIOCSETD },
	// the attributes of files
	{ SCMP_SYS(ioctl), 1, LOW, FS_IOC_SETFLAGS },
	{ SCMP_SYS(ioctl), 1, LOW, FS_IOC_FSSETXATTR },
	// to empty a file that is only read: Landlock sees it from Linux 6.2 on
	{ SCMP_SYS(open), 1, CUT, O_TRUNC },
	{ SCMP_SYS(open), 1, CUT, CUT },
	{ SCMP_SYS(openat), 2, CUT, O_TRUNC },
	{ SCMP_SYS(openat), 2, CUT, CUT },
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

/* Signals to itself, as of abort(), are all that it sends. */
static int allow_signals(scmp_filter_ctx filter)
{
	return seccomp_rule_add(
		filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
		SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
}

static void unsealed(int error)
{
	msg_warn("seccomp: %s: working without the seal", strerror(error));
}

/*
 * A filter is in force from now on, for good. A kernel that has none, or what
 * the process runs in and forbids it, must not end the work.
 */
static bool load(scmp_filter_ctx filter)
{
	// Else all that a kernel may say is ECANCELED.
	(void)seccomp_attr_set(filter, SCMP_FLTATR_API_SYSRAWRC, 1);

	int error = seccomp_load(filter);
	if (error < 0)
		unsealed(-error);
	return error == 0;
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
		error = allow_signals(filter);
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

/* Forbid a call that is not about this process. */
static int unless_of(scmp_filter_ctx filter, int call, pid_t pid)
{
	return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 1,
				SCMP_A0(SCMP_CMP_NE, (scmp_datum_t)pid, 0));
}

/* Forbid all that was named; the rest is left. */
static int forbid(scmp_filter_ctx filter)
{
	int error =
		add(filter, SCMP_ACT_ERRNO(EPERM), forbidden, COUNT(forbidden));

	if (error == 0)
		error = add(filter, SCMP_ACT_ERRNO(ENOSYS), opaque,
			    COUNT(opaque));
	if (error == 0)
		error = unless_of(filter, SCMP_SYS(tgkill), getpid());
	if (error == 0) // by which some libraries raise a signal
		error = unless_of(filter, SCMP_SYS(tkill), getpid());
	if (error == 0)
		error = unless_of(filter, SCMP_SYS(prlimit64), 0);
	for (size_t i = 0; i < COUNT(conditions) && error == 0; i++)
		error = seccomp_rule_add(
			filter, SCMP_ACT_ERRNO(EPERM), conditions[i].call, 1,
			SCMP_CMP(conditions[i].arg, SCMP_CMP_MASKED_EQ,
				 conditions[i].mask, conditions[i].bits));
	return error;
}

/*
 * What kernels have learnt since Linux 6.1 nobody has judged here, and it may
 * have no name in libseccomp: as for a library it is an older kernel. New calls
 * have the same distances on all machines.
 */
static void forbid_newer(void)
{
	enum { LAST = SYS_landlock_create_ruleset + 6 };
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, LAST, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog filter = { COUNT(code), code };

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0)
		unsealed(errno);
}

/*
 * Root keeps what makes files accessible, as those of others may have to be
 * read and written; what gives power over the system goes.
 */
static void drop_capabilities(void)
{
	static const uint32_t kept =
		1U << CAP_DAC_OVERRIDE | 1U << CAP_DAC_READ_SEARCH |
		1U << CAP_FOWNER | 1U << CAP_SYS_RESOURCE; // reserved blocks
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &head, sets) < 0)
		return;
	for (size_t i = 0; i < COUNT(sets); i++) {
		uint32_t most = i == 0 ? kept : 0;

		sets[i].effective &= most;
		sets[i].permitted &= most;
		sets[i].inheritable = 0;
	}
	if (syscall(SYS_capset, &head, sets) < 0)
		msg_warn("capabilities: %s: keeping them", strerror(errno));
}

int seal_sink(const char *const paths[], size_t count, struct err *e)
{
	if (SANITIZED)
		return 0;
	confine_writing(paths, count);
	drop_capabilities();

	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	if (filter == NULL)
		return no_filter(e);

	int error = forbid(filter);
	if (error == 0 && load(filter))
		forbid_newer();
	seccomp_release(filter);
	return error < 0 ? fail(e, error) : 0;
}
