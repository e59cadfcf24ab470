#include "core/shell.h"

#include "core/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

void shell_put_word(struct buf *out, const char *text)
{
	buf_putc(out, '\'');
	for (; *text != '\0'; text++)
		if (*text == '\'')
			buf_puts(out, "'\\''");
		else
			buf_putc(out, *text);
	buf_putc(out, '\'');
}

int shell_start(const char *command, const char *name, const char *word,
		int out, char **env, pid_t *pid)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)command,
			 (char *)name, (char *)word, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	if (posix_spawn_file_actions_init(&files) != 0)
		return ENOMEM;
	if (posix_spawnattr_init(&how) != 0) {
		posix_spawn_file_actions_destroy(&files);
		return ENOMEM;
	}
	posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null",
					 O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	posix_spawnattr_setsigmask(&how, &none);
	posix_spawnattr_setsigdefault(&how, &all);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK |
					       POSIX_SPAWN_SETSIGDEF);
	int error = posix_spawn(pid, "/bin/sh", &files, &how, argv, env);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&how);
	return error;
}

/* Is there something at fd before the time is over? */
static bool comes_in_time(int fd, int64_t deadline_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int64_t left;

	do {
		left = deadline_ms - clock_ns() / NS_PER_MS;
		if (left <= 0)
			return false;
	} while (poll(&p, 1, (int)left) < 0 && errno == EINTR);
	return p.revents != 0;
}

/* All that a command writes. False: the time was over before its end. */
static bool read_output(int fd, int64_t deadline_ms, struct buf *out)
{
	char part[4096];
	ssize_t n = 1;

	while (n > 0 && comes_in_time(fd, deadline_ms)) {
		n = read(fd, part, sizeof(part));
		if (n > 0)
			buf_put(out, part, (size_t)n);
	}
	explicit_bzero(part, sizeof(part));
	return n <= 0;
}

/* Let a command come to its end, at the latest when the time is over. */
static int wait_for(pid_t pid, bool was_read, int64_t deadline_ms)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	int status = -1;

	if (!was_read || (fd >= 0 && !comes_in_time(fd, deadline_ms)))
		kill(pid, SIGKILL);
	if (fd >= 0)
		close(fd);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

/* What became of it, and of what it wrote. */
static int judge(int status, bool was_read, unsigned timeout_ms,
		 const struct buf *out, struct err *e)
{
	if (status == 0 && buf_status(out) == EMSGSIZE)
		return err_set(e, ERR_USAGE, "it writes more than %zu KiB",
			       out->max >> 10);
	if (status == 0 && buf_status(out) != 0)
		return err_set(e, ERR_SYSTEM, "out of memory");
	if (status == 0)
		return 0;
	if (WIFSIGNALED(status) && !was_read)
		return err_set(e, ERR_USAGE,
			       "it was ended by signal %d, as it took longer "
			       "than %u s",
			       WTERMSIG(status), timeout_ms / 1000);
	if (WIFSIGNALED(status))
		return err_set(e, ERR_USAGE, "it was ended by signal %d",
			       WTERMSIG(status));
	return err_set(e, ERR_USAGE, "it ended with status %d",
		       WEXITSTATUS(status));
}

int shell_read(const char *command, unsigned timeout_ms, struct buf *out,
	       struct err *e)
{
	const int64_t deadline_ms = clock_ns() / NS_PER_MS + timeout_ms;
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_set(e, ERR_USAGE, "%s", strerror(errno));
	int error = shell_start(command, NULL, NULL, ends[1], environ, &pid);
	close(ends[1]);
	if (error != 0) {
		close(ends[0]);
		return err_set(e, ERR_USAGE, "%s", strerror(error));
	}
	bool was_read = read_output(ends[0], deadline_ms, out);
	int status = wait_for(pid, was_read, deadline_ms);
	close(ends[0]);
	return judge(status, was_read, timeout_ms, out, e);
}
