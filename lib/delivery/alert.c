#include "delivery/alert.h"

#include "core/msg.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { VARIABLES = 5, VARIABLE_MAX = 600 };

extern char **environ;

/* The child's environment is ours and these; out has room for them. */
static char **environment(char vars[VARIABLES][VARIABLE_MAX])
{
	size_t count = 0;
	size_t kept = 0;

	while (environ[count] != NULL)
		count++;
	char **out = calloc(count + VARIABLES + 1, sizeof(*out));
	if (out == NULL)
		return NULL;
	for (size_t i = 0; i < VARIABLES; i++)
		out[kept++] = vars[i];
	for (size_t i = 0; i < count; i++) {
		bool ours = false;

		for (size_t n = 0; n < VARIABLES; n++)
			ours |= strncmp(environ[i], vars[n],
					strcspn(vars[n], "=") + 1) == 0;
		if (!ours)
			out[kept++] = environ[i];
	}
	return out;
}

/* Start the command with all signals as they are by default. */
static int spawn(struct alert *a, const char *event, char **env)
{
	char *argv[] = { (char *)"sh",        (char *)"-c",  (char *)a->command,
			 (char *)"siem-send", (char *)event, NULL };
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
	posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
	posix_spawnattr_setsigmask(&how, &none);
	posix_spawnattr_setsigdefault(&how, &all);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK |
					       POSIX_SPAWN_SETSIGDEF);
	int error = posix_spawn(&a->child, "/bin/sh", &files, &how, argv, env);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&how);
	return error;
}

/* Run the command for what is the case now. */
static void tell(struct alert *a, int64_t now_ms, uint64_t held)
{
	const char *event = a->raised ? "raised" : "cleared";
	char vars[VARIABLES][VARIABLE_MAX];
	char **env;
	int error;

	a->told = a->raised;
	snprintf(vars[0], VARIABLE_MAX, "SIEM_ALERT=%s", event);
	snprintf(vars[1], VARIABLE_MAX, "SIEM_DESTINATION=%s", a->who);
	snprintf(vars[2], VARIABLE_MAX, "SIEM_REASON=%s", a->reason);
	snprintf(vars[3], VARIABLE_MAX, "SIEM_SECONDS=%lld",
		 (long long)(now_ms - a->since_ms) / 1000);
	snprintf(vars[4], VARIABLE_MAX, "SIEM_WAITING=%llu",
		 (unsigned long long)held);
	env = environment(vars);
	error = env != NULL ? spawn(a, event, env) : ENOMEM;
	free(env);
	if (error != 0) {
		a->child = 0;
		msg_error("--on-failure: %s", strerror(error));
		return;
	}
	a->child_fd = (int)syscall(SYS_pidfd_open, a->child, 0);
	if (a->child_fd >= 0)
		fcntl(a->child_fd, F_SETFD, FD_CLOEXEC);
}

/* The command may have ended. */
static void reap(struct alert *a)
{
	int status;

	if (a->child == 0 || waitpid(a->child, &status, WNOHANG) != a->child)
		return;
	if (WIFSIGNALED(status))
		msg_warn("--on-failure: ended by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		msg_warn("--on-failure: ended with status %d",
			 WEXITSTATUS(status));
	a->child = 0;
	if (a->child_fd >= 0)
		close(a->child_fd);
	a->child_fd = -1;
}

void alert_failed(struct alert *a, const struct err *why)
{
	snprintf(a->reason, sizeof(a->reason), "%s", why->text);
}

void alert_step(struct alert *a, int64_t now_ms, uint64_t held,
		uint64_t settled)
{
	if (a->after_ms == 0)
		return;
	reap(a);
	// While it was idle nobody has looked at the clock.
	if (a->idle || a->since_ms == 0)
		a->since_ms = now_ms;
	a->idle = held == 0;
	if (!a->raised && held > 0 && settled == a->settled &&
	    now_ms - a->since_ms >= a->after_ms) {
		a->raised = true;
		msg_error("SIEM shipping failed: %s: nothing delivered for "
			  "%lld s (records waiting: %llu)%s%s",
			  a->who, (long long)(now_ms - a->since_ms) / 1000,
			  (unsigned long long)held,
			  a->reason[0] != '\0' ? ": " : "", a->reason);
	}
	if (a->raised && settled != a->settled) {
		a->raised = false;
		msg_warn("%s: delivers again, after %lld s", a->who,
			 (long long)(now_ms - a->since_ms) / 1000);
	}
	if (a->command != NULL && a->raised != a->told && a->child == 0)
		tell(a, now_ms, held);
	if (settled != a->settled) {
		a->since_ms = now_ms;
		a->settled = settled;
	}
}

int alert_wait(const struct alert *a, int64_t now_ms, uint64_t held, int *fd)
{
	int64_t left = a->since_ms + a->after_ms - now_ms;

	*fd = a->child != 0 ? a->child_fd : -1;
	if (a->after_ms == 0 || a->raised || held == 0)
		return -1;
	return left > 0 ? (int)left : 0;
}

void alert_close(struct alert *a)
{
	reap(a);
	if (a->child_fd >= 0)
		close(a->child_fd);
	a->child_fd = -1;
}
