/* What a sealed process can still do, and what it cannot. */
#include "core/seal.h"

#include "check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <poll.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
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
			       mkdir("new", 0700) < 0 && errno == EACCES ?
		       SEALED :
		       0;
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

static void a_sealed_sink_writes_nowhere_else(void)
{
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
	if (is_sealable())
		RUN(a_sealed_sink_starts_nothing_and_is_called_by_nobody);
	if (is_sealable() && has_landlock())
		RUN(a_sealed_sink_writes_nowhere_else);
	if (is_sealable())
		RUN(a_sealed_source_reads_and_writes_no_file);
	RUN(a_sealed_source_finds_and_reads_files);
	RUN(where_a_seal_is_refused_the_work_goes_on);
	if (is_sealable())
		RUN(a_sealed_process_opens_nothing);
	RUN(a_sealed_process_works_on);
	return check_done();
}
