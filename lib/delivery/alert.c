#include "delivery/alert.h"

#include "core/msg.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { VARIABLES = 5, VARIABLE_MAX = 600 };

/* What the helper is asked to run the command with. */
struct order {
	char vars[VARIABLES][VARIABLE_MAX]; // "NAME=value", SIEM_ALERT first
};

/* What it answers, once the command has ended. */
struct result {
	int error;  // why it could not be run: errno, or 0
	int status; // of waitpid()
};

extern char **environ;

/* The environment of the command is ours and these; the caller frees it. */
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

/* Start the command with all signals as they are by default. 0, or an errno. */
static int spawn(const char *command, const char *event, char **env, pid_t *pid)
{
	char *argv[] = { (char *)"sh",        (char *)"-c",  (char *)command,
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
	int error = posix_spawn(pid, "/bin/sh", &files, &how, argv, env);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&how);
	return error;
}

static int start(const char *command, struct order *order, pid_t *pid)
{
	char **env = environment(order->vars);
	int error = ENOMEM;

	if (env != NULL)
		error = spawn(command, strchr(order->vars[0], '=') + 1, env,
			      pid);
	free(env);
	return error;
}

/* Wait for the command, but no longer than the tool is there. */
static int wait_for(pid_t pid, int tool_fd, int *status)
{
	struct pollfd fds[] = {
		{ .fd = tool_fd, .events = POLLIN },
		{ .fd = (int)syscall(SYS_pidfd_open, pid, 0),
		  .events = POLLIN },
	};

	// Without a descriptor of it, it is looked at every so often.
	int each_ms = fds[1].fd < 0 ? 100 : -1;
	pid_t ended;

	do {
		ended = poll(fds, 2, each_ms) < 0 || fds[0].revents != 0
				? -1
				: waitpid(pid, status, WNOHANG);
	} while (ended == 0);
	if (fds[1].fd >= 0)
		close(fds[1].fd);
	return ended < 0 ? -1 : 0;
}

/* The helper: run the command each time that it is asked to. */
static void run_commands(int fd, const void *context)
{
	const char *command = context;
	struct order order;

	while (read(fd, &order, sizeof(order)) == sizeof(order)) {
		struct result result = { 0 };
		pid_t pid = 0;

		result.error = start(command, &order, &pid);
		if ((result.error == 0 &&
		     wait_for(pid, fd, &result.status) < 0) ||
		    write(fd, &result, sizeof(result)) != sizeof(result))
			break;
	}
}

int alert_open(struct alert *a, struct err *e)
{
	if (a->command == NULL || a->after_ms == 0)
		return 0;
	return helper_start(&a->helper, "siem-alert", -1, run_commands,
			    a->command, e);
}

/* The command may have ended. */
static void take_result(struct alert *a)
{
	struct result r;
	ssize_t n = a->asked ? read(a->helper.fd, &r, sizeof(r)) : -1;

	if (n < 0)
		return;
	a->asked = false;
	if (n != sizeof(r)) {
		msg_warn("--on-failure: its helper is gone, and the command is "
			 "run no more");
		helper_leave(&a->helper);
	} else if (r.error != 0) {
		msg_error("--on-failure: %s", strerror(r.error));
	} else if (WIFSIGNALED(r.status)) {
		msg_warn("--on-failure: ended by signal %d",
			 WTERMSIG(r.status));
	} else if (WEXITSTATUS(r.status) != 0) {
		msg_warn("--on-failure: ended with status %d",
			 WEXITSTATUS(r.status));
	}
}

/* Ask for the command to be run, for what is the case now. */
static void ask(struct alert *a, int64_t now_ms, uint64_t held)
{
	struct order order = { 0 };

	snprintf(order.vars[0], VARIABLE_MAX, "SIEM_ALERT=%s",
		 a->raised ? "raised" : "cleared");
	snprintf(order.vars[1], VARIABLE_MAX, "SIEM_DESTINATION=%s", a->who);
	snprintf(order.vars[2], VARIABLE_MAX, "SIEM_REASON=%s", a->reason);
	snprintf(order.vars[3], VARIABLE_MAX, "SIEM_SECONDS=%lld",
		 (long long)(now_ms - a->since_ms) / 1000);
	snprintf(order.vars[4], VARIABLE_MAX, "SIEM_WAITING=%llu",
		 (unsigned long long)held);
	// That a helper is gone is told when its answer is read.
	(void)!write(a->helper.fd, &order, sizeof(order));
	a->asked = true;
	a->told = a->raised;
}

void alert_failed(struct alert *a, const struct err *why)
{
	snprintf(a->reason, sizeof(a->reason), "%s", why->text);
}

void alert_unconfirmed(struct alert *a, int64_t since_ms)
{
	a->unconfirmed_ms = since_ms;
}

static void raise_it(struct alert *a, int64_t now_ms, uint64_t held)
{
	a->raised = true;
	if (a->unconfirmed_ms > 0)
		snprintf(a->reason, sizeof(a->reason),
			 "accepted, but not acknowledged for %lld s",
			 (long long)(now_ms - a->unconfirmed_ms) / 1000);
	msg_error("SIEM shipping failed: %s: nothing delivered for %lld s "
		  "(records waiting: %llu)%s%s",
		  a->who, (long long)(now_ms - a->since_ms) / 1000,
		  (unsigned long long)held, a->reason[0] != '\0' ? ": " : "",
		  a->reason);
}

void alert_step(struct alert *a, int64_t now_ms, uint64_t held,
		uint64_t settled)
{
	if (a->after_ms == 0)
		return;
	take_result(a);
	// While it was idle nobody has looked at the clock.
	if (a->idle || a->since_ms == 0)
		a->since_ms = now_ms;
	a->idle = held == 0;
	if (!a->raised && held > 0 && settled == a->settled &&
	    now_ms - a->since_ms >= a->after_ms)
		raise_it(a, now_ms, held);
	if (a->raised && settled != a->settled) {
		a->raised = false;
		msg_warn("%s: delivers again, after %lld s", a->who,
			 (long long)(now_ms - a->since_ms) / 1000);
	}
	if (a->helper.fd >= 0 && a->raised != a->told && !a->asked)
		ask(a, now_ms, held);
	if (settled != a->settled) {
		a->since_ms = now_ms;
		a->settled = settled;
	}
}

int alert_wait(const struct alert *a, int64_t now_ms, uint64_t held, int *fd)
{
	int64_t left = a->since_ms + a->after_ms - now_ms;

	*fd = a->asked ? a->helper.fd : -1;
	if (a->after_ms == 0 || a->raised || held == 0)
		return -1;
	return left > 0 ? (int)left : 0;
}

void alert_close(struct alert *a)
{
	take_result(a);
	helper_leave(&a->helper);
}
