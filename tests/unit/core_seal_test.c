/* What a sealed process can still do, and what it cannot. */
#include "core/seal.h"

#include "check.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
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

int main(void)
{
	if (is_sealable())
		RUN(a_sealed_source_reads_and_writes_no_file);
	RUN(a_sealed_source_finds_and_reads_files);
	if (is_sealable())
		RUN(a_sealed_process_opens_nothing);
	RUN(a_sealed_process_works_on);
	return check_done();
}
