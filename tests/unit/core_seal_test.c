/* What a sealed process can still do, and what it cannot. */
#include "core/seal.h"

#include "check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/landlock.h>
#include <linux/sockios.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

enum { SEALED = 100 };

/* What happens to probe in a process that sealed itself like this. */
static int sealed_by(int (*seal)(struct err *e), int (*probe)(void))
{
	struct err e = { 0 };
	int status;
	pid_t child = fork();

	if (child == 0) {
		if (seal(&e) < 0)
			_exit(99);
		_exit(probe());
	}
	if (child < 0 || waitpid(child, &status, 0) < 0 || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
}

static int sealed(int (*probe)(void))
{
	return sealed_by(seal_filter, probe);
}

static int open_a_file(void)
{
	return open("/dev/null", O_RDONLY) < 0 && errno == EPERM ? SEALED : 0;
}

static int make_a_socket(void)
{
	return socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == EPERM ? SEALED :
									0;
}

static int run_a_program(void)
{
	execl("/bin/true", "true", (char *)NULL);
	return errno == EPERM ? SEALED : 0;
}

static int open_to_write(void)
{
	return open("/dev/null", O_WRONLY) < 0 && errno == EPERM &&
			       open("/dev/null", O_RDWR) < 0 &&
			       errno == EPERM &&
			       open("/dev/null", O_RDONLY | O_TRUNC) < 0 &&
			       errno == EPERM ?
		       SEALED :
		       0;
}

static int read_and_watch(void)
{
	DIR *dir = opendir("/");
	struct stat st;

	return dir != NULL && readdir(dir) != NULL &&
			       stat("/dev/null", &st) == 0 &&
			       open("/dev/null", O_RDONLY) >= 0 &&
			       (inotify_add_watch(-1, "/", IN_CREATE) >= 0 ||
				errno == EBADF) ?
		       SEALED :
		       0;
}

/* Of a sink: beside this file, in a folder of its own, it may write. */
static const char allowed[] = "allowed";

static int seal_beside(struct err *e)
{
	const char *const paths[] = { NULL, allowed };

	return seal_sink(paths, 2, e);
}

static int talk_and_read(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	int null = open("/dev/null", O_RDONLY);

	return fd >= 0 && null >= 0 && close(fd) == 0 && close(null) == 0 ?
		       SEALED :
		       0;
}

static int wait_for_callers(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	return listen(fd, 1) < 0 && errno == EPERM ? SEALED : 0;
}

static int change_rights(void)
{
	return chmod(allowed, 0777) < 0 && errno == EPERM ? SEALED : 0;
}

/* What libseccomp has no name for is not there, as on an older kernel. */
static int change_rights_by_newer_calls(void)
{
	enum { FCHMODAT2 = 452, SETXATTRAT = 463, UNHEARD_OF = 900 };

	return syscall(FCHMODAT2, AT_FDCWD, allowed, 0777, 0) < 0 &&
			       errno == ENOSYS &&
			       syscall(SETXATTRAT, AT_FDCWD, allowed, 0,
				       "user.x", NULL, 0) < 0 &&
			       errno == ENOSYS && syscall(UNHEARD_OF) < 0 &&
			       errno == ENOSYS
		       ? SEALED
		       : 0;
}

static int change_attributes(void)
{
	const struct timespec times[2] = { { 0 } };
	int fd = open(allowed, O_RDONLY);
	int flags = 0;

	return fd >= 0 && ioctl(fd, FS_IOC_SETFLAGS, &flags) < 0 &&
			       errno == EPERM &&
			       setxattr(allowed, "user.x", "", 0, 0) < 0 &&
			       errno == EPERM &&
			       utimensat(AT_FDCWD, allowed, times, 0) < 0 &&
			       errno == EPERM
		       ? SEALED
		       : 0;
}

static int start_a_process(void)
{
	const pid_t child = fork();

	if (child == 0)
		_exit(0);
	// clone3 would hide what is asked for, so libraries are told to use
	// the other one.
	return child < 0 && errno == EPERM &&
			       syscall(SYS_clone3, NULL, 0) < 0 &&
			       errno == ENOSYS
		       ? SEALED
		       : 0;
}

static void *say_so(void *said)
{
	*(bool *)said = true;
	return NULL;
}

static int start_a_thread(void)
{
	bool said = false;
	pthread_t thread;

	return pthread_create(&thread, NULL, say_so, &said) == 0 &&
			       pthread_join(thread, NULL) == 0 && said
		       ? SEALED
		       : 0;
}

/* All that leads from a process to another one, this one's parent. */
static int touch_others(void)
{
	const pid_t other = getppid();
	const struct rlimit limit = { 1, 1 };
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) < 0)
		return 0;
	return kill(other, 0) < 0 && errno == EPERM &&
			       syscall(SYS_tgkill, other, other, 0) < 0 &&
			       errno == EPERM &&
			       fcntl(ends[0], F_SETOWN, other) < 0 &&
			       errno == EPERM &&
			       ioctl(ends[0], FIOSETOWN, &other) < 0 &&
			       errno == EPERM &&
			       prlimit(other, RLIMIT_CORE, &limit, NULL) < 0 &&
			       errno == EPERM
		       ? SEALED
		       : 0;
}

static int touch_itself(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_CORE, &limit) == 0 && raise(0) == 0 &&
			       signal(SIGUSR1, SIG_IGN) != SIG_ERR &&
			       raise(SIGUSR1) == 0
		       ? SEALED
		       : 0;
}

static int signal_others(void)
{
	const pid_t other = getppid();

	return syscall(SYS_tgkill, other, other, 0) < 0 && errno == EPERM &&
			       raise(0) == 0
		       ? SEALED
		       : 0;
}

static int share_memory(void)
{
	return shmget(IPC_PRIVATE, 1, 0600) < 0 && errno == EPERM &&
			       shmctl(0, IPC_RMID, NULL) < 0 &&
			       errno == EPERM &&
			       mq_open("/siem-test", O_RDONLY) < 0 &&
			       errno == EPERM
		       ? SEALED
		       : 0;
}

/* The kernel looks at the lower half of the number, and so must the seal. */
static int type_at_the_terminal(void)
{
	const unsigned long wide = 1UL << 32 | TIOCSTI;

	return ioctl(-1, TIOCSTI, "x") < 0 && errno == EPERM &&
			       syscall(SYS_ioctl, -1, wide, "x") < 0 &&
			       errno == EPERM && !isatty(-1) && errno == EBADF
		       ? SEALED
		       : 0;
}

static int mount_anew(void)
{
	static const int calls[] = { SYS_mount, SYS_fsopen, SYS_open_tree,
				     SYS_move_mount, SYS_unshare };

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (syscall(calls[i], NULL, NULL, NULL, 0, NULL) == 0 ||
		    errno != EPERM)
			return 0;
	return SEALED;
}

/* To cut a file short it need not be open for writing. */
static int cut_elsewhere(void)
{
	static const int flags[] = { O_TRUNC | O_RDONLY, O_TRUNC | O_ACCMODE };

	for (size_t i = 0; i < 2; i++)
		if (open("/dev/null", flags[i]) >= 0 ||
		    (errno != EPERM && errno != EACCES) ||
		    syscall(SYS_open, "/dev/null", flags[i]) >= 0 ||
		    (errno != EPERM && errno != EACCES))
			return 0;
	return syscall(SYS_openat2, AT_FDCWD, "/dev/null", NULL, 0) < 0 &&
			       errno == ENOSYS
		       ? SEALED
		       : 0;
}

static int look_into_others(void)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/mem", (int)getppid());
	if (open(path, O_RDONLY) >= 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/environ", (int)getppid());
	return open(path, O_RDONLY) < 0 &&
			       open("/proc/self/environ", O_RDONLY) >= 0
		       ? SEALED
		       : 0;
}

/* Of root only what makes files accessible stays. */
static int use_capabilities(void)
{
	const char *what = "CapPrm:\t";
	char status[4096];
	int fd = open("/proc/self/status", O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, status, sizeof(status) - 1);
	char *at;

	if (n < 0)
		return 0;
	status[n] = '\0';
	at = strstr(status, what);
	return at != NULL && (strtoull(at + strlen(what), NULL, 16) &
			      ~(1ULL << CAP_DAC_OVERRIDE |
				1ULL << CAP_DAC_READ_SEARCH |
				1ULL << CAP_FOWNER |
				1ULL << CAP_SYS_RESOURCE)) == 0
		       ? SEALED
		       : 0;
}

static int replace_what_is_allowed(void)
{
	int fd = open("new", O_WRONLY | O_CREAT | O_EXCL, 0600);

	return fd >= 0 && write(fd, "x", 1) == 1 &&
			       rename("new", allowed) == 0 &&
			       open(allowed, O_WRONLY | O_TRUNC) >= 0 &&
			       link(allowed, "other") == 0 &&
			       unlink("other") == 0 ?
		       SEALED :
		       0;
}

static int write_elsewhere(void)
{
	return open("/dev/null", O_WRONLY) < 0 && errno == EACCES &&
			       open("../new", O_WRONLY | O_CREAT, 0600) < 0 &&
			       errno == EACCES &&
			       rename(allowed, "../new") < 0 &&
			       mkdir("new", 0700) < 0 && errno == EPERM
		       ? SEALED
		       : 0;
}

static int work_on(void)
{
	int ok = 0;
	char *memory = malloc((size_t)10 << 20);
	struct pollfd fd = { .fd = STDOUT_FILENO, .events = POLLOUT };

	if (memory != NULL && poll(&fd, 1, 0) >= 0 &&
	    write(STDOUT_FILENO, memory, 0) == 0)
		ok = SEALED;
	free(memory);
	return ok;
}

#ifdef __SANITIZE_ADDRESS__
static bool is_sealable(void)
{
	return false; // the sanitizers need what the seal forbids
}
#else
static bool is_sealable(void)
{
	return true;
}
#endif

static void a_sealed_process_opens_nothing(void)
{
	CHECK(sealed(open_a_file) == SEALED);
	CHECK(sealed(make_a_socket) == SEALED);
	CHECK(sealed(run_a_program) == SEALED);
}

static void a_sealed_process_works_on(void)
{
	CHECK(sealed(work_on) == SEALED);
}

static void a_sealed_source_reads_and_writes_no_file(void)
{
	CHECK(sealed_by(seal_source, open_to_write) == SEALED);
	CHECK(sealed_by(seal_source, make_a_socket) == SEALED);
	CHECK(sealed_by(seal_source, run_a_program) == SEALED);
}

static void a_sealed_source_finds_and_reads_files(void)
{
	CHECK(sealed_by(seal_source, read_and_watch) == SEALED);
	CHECK(sealed_by(seal_source, work_on) == SEALED);
}

/* What the process runs in (a container, a unit) forbids these calls. */
static void forbid(const int *calls, size_t count, uint32_t error)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int rc = 0;

	for (size_t i = 0; i < count && rc == 0; i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(error), calls[i],
				      0);
	if (filter == NULL || rc < 0 || seccomp_load(filter) < 0)
		_exit(98);
	seccomp_release(filter);
}

static int seal_without_seccomp(struct err *e)
{
	static const int calls[] = { SCMP_SYS(seccomp) };

	forbid(calls, 1, EINVAL);
	return seal_filter(e);
}

static int seal_where_all_is_refused(struct err *e)
{
	static const int calls[] = { SCMP_SYS(seccomp), SCMP_SYS(prctl),
				     SCMP_SYS(landlock_restrict_self) };

	forbid(calls, 3, EPERM);
	return seal_beside(e);
}

static int seal_where_rules_are_refused(struct err *e)
{
	static const int calls[] = { SCMP_SYS(landlock_add_rule) };

	forbid(calls, 1, EPERM);
	return seal_beside(e);
}

static int seal_without_rulesets(struct err *e)
{
	static const int calls[] = { SCMP_SYS(landlock_create_ruleset) };

	forbid(calls, 1, EPERM);
	if (dup2(open("said", O_RDWR | O_CREAT | O_TRUNC, 0600),
		 STDERR_FILENO) < 0)
		_exit(98);
	return seal_beside(e);
}

static int find_it_said(void)
{
	static const char what[] = "landlock: Operation not permitted";
	char said[200] = "";

	return pread(STDERR_FILENO, said, sizeof(said) - 1, 0) > 0 &&
			       strstr(said, what) != NULL
		       ? SEALED
		       : 0;
}

static void that_it_is_refused_is_said(void)
{
	CHECK(sealed_by(seal_without_rulesets, find_it_said) == SEALED);
}

static void where_a_seal_is_refused_the_work_goes_on(void)
{
	CHECK(sealed_by(seal_without_seccomp, work_on) == SEALED);
	CHECK(sealed_by(seal_where_all_is_refused, work_on) == SEALED);
	CHECK(sealed_by(seal_where_rules_are_refused,
			replace_what_is_allowed) == SEALED);
}

static bool has_landlock(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0,
		       LANDLOCK_CREATE_RULESET_VERSION) >= 1;
}

static void a_sealed_sink_talks_and_reads_and_writes_where_it_may(void)
{
	CHECK(sealed_by(seal_beside, talk_and_read) == SEALED);
	CHECK(sealed_by(seal_beside, work_on) == SEALED);
	CHECK(sealed_by(seal_beside, replace_what_is_allowed) == SEALED);
}

static void a_sealed_sink_starts_nothing_and_is_called_by_nobody(void)
{
	CHECK(sealed_by(seal_beside, run_a_program) == SEALED);
	CHECK(sealed_by(seal_beside, wait_for_callers) == SEALED);
	CHECK(sealed_by(seal_beside, change_rights) == SEALED);
}

static void a_sealed_sink_changes_no_rights_in_any_way(void)
{
	CHECK(sealed_by(seal_beside, change_rights_by_newer_calls) == SEALED);
	CHECK(sealed_by(seal_beside, change_attributes) == SEALED);
	CHECK(sealed_by(seal_beside, use_capabilities) == SEALED);
	CHECK(sealed_by(seal_beside, mount_anew) == SEALED);
}

static void a_sealed_sink_leaves_other_processes_alone(void)
{
	CHECK(sealed_by(seal_beside, start_a_process) == SEALED);
	CHECK(sealed_by(seal_beside, touch_others) == SEALED);
	CHECK(sealed_by(seal_beside, share_memory) == SEALED);
	CHECK(sealed_by(seal_beside, type_at_the_terminal) == SEALED);
}

static void a_sealed_sink_has_threads_and_signals_of_its_own(void)
{
	CHECK(sealed_by(seal_beside, start_a_thread) == SEALED);
	CHECK(sealed_by(seal_beside, touch_itself) == SEALED);
}

static void all_that_is_sealed_sends_signals_to_itself_only(void)
{
	CHECK(sealed_by(seal_filter, signal_others) == SEALED);
	CHECK(sealed_by(seal_source, signal_others) == SEALED);
}

static void a_sealed_sink_empties_no_file_by_reading_it(void)
{
	CHECK(sealed_by(seal_beside, cut_elsewhere) == SEALED);
}

static void a_sealed_sink_writes_nowhere_else(void)
{
	CHECK(sealed_by(seal_beside, look_into_others) == SEALED);
	CHECK(sealed_by(seal_beside, write_elsewhere) == SEALED);
}

int main(void)
{
	const char *base = getenv("TMPDIR");
	char dir[] = "seal.XXXXXX";

	if (chdir(base != NULL ? base : "/tmp") < 0 || mkdtemp(dir) == NULL ||
	    chdir(dir) < 0 || close(open(allowed, O_CREAT, 0600)) < 0)
		abort();
	RUN(a_sealed_sink_talks_and_reads_and_writes_where_it_may);
	RUN(a_sealed_sink_has_threads_and_signals_of_its_own);
	if (is_sealable()) {
		RUN(a_sealed_sink_starts_nothing_and_is_called_by_nobody);
		RUN(a_sealed_sink_changes_no_rights_in_any_way);
		RUN(a_sealed_sink_leaves_other_processes_alone);
		RUN(a_sealed_sink_empties_no_file_by_reading_it);
		RUN(all_that_is_sealed_sends_signals_to_itself_only);
	}
	if (is_sealable() && has_landlock())
		RUN(a_sealed_sink_writes_nowhere_else);
	if (is_sealable())
		RUN(a_sealed_source_reads_and_writes_no_file);
	RUN(a_sealed_source_finds_and_reads_files);
	RUN(where_a_seal_is_refused_the_work_goes_on);
	if (is_sealable())
		RUN(that_it_is_refused_is_said);
	if (is_sealable())
		RUN(a_sealed_process_opens_nothing);
	RUN(a_sealed_process_works_on);
	return check_done();
}
