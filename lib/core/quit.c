#include "core/quit.h"

#include "core/msg.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t asked, late, stats, ticked;
static struct timespec asked_at;
static struct timeval grace;
static enum quit_when_late policy;
static int wake[2] = { -1, -1 };
static int nothing = -1; // to be read in place of a terminal

/* From a signal handler: nothing here but what POSIX allows in one. */
static NORETURN void end_now(const char *why)
{
	char line[160] = "";
	size_t len = 0;

	const char *parts[] = { msg_name(), ": ", why, "\n" };
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		for (const char *p = parts[i]; *p != '\0' &&
					       len < sizeof(line); p++)
			line[len++] = *p;
	ssize_t ignored = write(STDERR_FILENO, line, len);
	(void)ignored;
	_exit(STATUS_UNDELIVERED);
}

static void wake_up(void)
{
	ssize_t ignored = write(wake[1], "", 1);
	(void)ignored;
}

static void on_end(int sig)
{
	int saved = errno;
	struct timespec now;

	(void)sig;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!asked) {
		asked_at = now;
		asked = 1;
		// Whoever waits for the terminal is woken, and finds its end.
		if (nothing >= 0)
			dup2(nothing, STDIN_FILENO);
		struct itimerval timer = { .it_value = grace };
		setitimer(ITIMER_REAL, &timer, NULL);
	} else if ((now.tv_sec - asked_at.tv_sec) * 1000 +
			   (now.tv_nsec - asked_at.tv_nsec) / 1000000 >=
		   1000) {
		end_now("ended by a second signal");
	}
	wake_up();
	errno = saved;
}

static void on_late(int sig)
{
	int saved = errno;

	(void)sig;
	if (policy == QUIT_EXIT_LATE)
		end_now("cut short: not through within --grace seconds");
	late = 1;
	wake_up();
	errno = saved;
}

static void on_stats(int sig)
{
	int saved = errno;

	(void)sig;
	stats = 1;
	wake_up();
	errno = saved;
}

static void on_tick(int sig)
{
	int saved = errno;

	(void)sig;
	ticked = 1;
	wake_up();
	errno = saved;
}

int quit_setup(unsigned grace_sec, enum quit_when_late when_late, struct err *e)
{
	static const struct {
		int sig;
		void (*handler)(int);
	} table[] = {
		{ SIGINT, on_end },
		{ SIGTERM, on_end },
		{ SIGALRM, on_late },
		{ SIGUSR1, on_stats },
		{ SIGPIPE, SIG_IGN },
		{ SIGXFSZ, SIG_IGN },
		// Where whoever started us ignores it, nobody could be waited
		// for.
		{ SIGCHLD, SIG_DFL },
	};

	sigset_t ready;

	sigemptyset(&ready);
	policy = when_late;
	// A timer of nothing would never go off.
	grace.tv_sec = (time_t)grace_sec;
	grace.tv_usec = grace_sec == 0 ? 1 : 0;
	if (pipe2(wake, O_NONBLOCK | O_CLOEXEC) < 0)
		return err_sys(e, "pipe");
	if (isatty(STDIN_FILENO))
		nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct sigaction action = { .sa_handler = table[i].handler };

		// Without SA_RESTART: a wait is to notice.
		sigemptyset(&action.sa_mask);
		if (sigaction(table[i].sig, &action, NULL) < 0)
			return err_sys(e, "sigaction");
		sigaddset(&ready, table[i].sig);
	}
	return sigprocmask(SIG_UNBLOCK, &ready, NULL) == 0
		       ? 0
		       : err_sys(e, "sigprocmask");
}

bool quit_asked(void)
{
	return asked != 0;
}

bool quit_late(void)
{
	return late != 0;
}

bool quit_wants_stats(void)
{
	bool wants = stats != 0;

	stats = 0;
	return wants;
}

int quit_tick_every(unsigned seconds, struct err *e)
{
	// Calls that wait for nothing but their own end need not know of it.
	struct sigaction action = { .sa_handler = on_tick,
				    .sa_flags = SA_RESTART };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
				  .sigev_signo = SIGRTMIN };
	struct itimerspec every = {
		.it_value.tv_sec = (time_t)seconds,
		.it_interval.tv_sec = (time_t)seconds,
	};
	timer_t timer;

	sigemptyset(&action.sa_mask);
	if (sigaction(SIGRTMIN, &action, NULL) < 0 ||
	    timer_create(CLOCK_MONOTONIC, &event, &timer) < 0 ||
	    timer_settime(timer, 0, &every, NULL) < 0)
		return err_sys(e, "timer");
	return 0;
}

bool quit_has_ticked(void)
{
	bool has = ticked != 0;

	ticked = 0;
	return has;
}

int quit_fd(void)
{
	return wake[0];
}

void quit_clear(void)
{
	char drain[64];

	while (read(wake[0], drain, sizeof(drain)) > 0)
		;
}
