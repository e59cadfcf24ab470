#include "delivery/alert.h"

#include "core/msg.h"
#include "core/shell.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The variables of the command: whether it is raised, and the values. */
static const char *const names[] = {
	"SIEM_ALERT",   "SIEM_DESTINATION", "SIEM_REASON",
	"SIEM_SECONDS", "SIEM_WAITING",
};

enum { VARIABLES = ALERT_VALUES + 1, VARIABLE_MAX = ALERT_VALUE_MAX + 20 };

_Static_assert(sizeof(names) / sizeof(names[0]) == VARIABLES, "named all");

/* What it answers, once the command has ended. */
struct result {
	int error;  // why it could not be run: errno, or 0
	int status; // of waitpid()
};

extern char **environ;

static bool is_ours(const char *variable)
{
	size_t len = strcspn(variable, "=");

	for (size_t i = 0; i < VARIABLES; i++)
		if (strlen(names[i]) == len &&
		    memcmp(names[i], variable, len) == 0)
			return true;
	return false;
}

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
	for (size_t i = 0; i < count; i++)
		if (!is_ours(environ[i]))
			out[kept++] = environ[i];
	return out;
}

/*
 * Who asks may have been taken over by what it was sent: only values are taken
 * from it, and no name, as that of a library to load would be.
 */
static int start(const char *command, const struct alert_order *order,
		 pid_t *pid)
{
	const char *event = order->raised != 0 ? "raised" : "cleared";
	char vars[VARIABLES][VARIABLE_MAX];
	int error = ENOMEM;

	snprintf(vars[0], VARIABLE_MAX, "%s=%s", names[0], event);
	for (size_t i = 0; i < ALERT_VALUES; i++)
		snprintf(vars[i + 1], VARIABLE_MAX, "%s=%.*s", names[i + 1],
			 ALERT_VALUE_MAX, order->values[i]);

	char **env = environment(vars);
	if (env != NULL)
		error = shell_start(command, "siem-send", event, STDERR_FILENO,
				    env, pid);
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
	struct alert_order order;

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
	struct alert_order order = { .raised = a->raised };

	snprintf(order.values[0], ALERT_VALUE_MAX, "%s", a->who);
	snprintf(order.values[1], ALERT_VALUE_MAX, "%s", a->reason);
	snprintf(order.values[2], ALERT_VALUE_MAX, "%lld",
		 (long long)(now_ms - a->since_ms) / 1000);
	snprintf(order.values[3], ALERT_VALUE_MAX, "%llu",
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
