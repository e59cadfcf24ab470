/* What a sealed process can still do, and what it cannot. */
#include "core/seal.h"

#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SEALED = 100 };

/* What happens to probe in a process that sealed itself. */
static int sealed(int (*probe)(void))
{
	struct err e = { 0 };
	int status;
	pid_t child = fork();

	if (child == 0) {
		if (seal_filter(&e) < 0)
			_exit(99);
		_exit(probe());
	}
	if (child < 0 || waitpid(child, &status, 0) < 0 || !WIFEXITED(status))
		return -1;
	return WEXITSTATUS(status);
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

int main(void)
{
	if (is_sealable())
		RUN(a_sealed_process_opens_nothing);
	RUN(a_sealed_process_works_on);
	return check_done();
}
