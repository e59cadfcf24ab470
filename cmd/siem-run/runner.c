#include "runner.h"

#include "config/secret.h"
#include "core/clock.h"
#include "core/msg.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	MS_PER_SEC = 1000,
	LOOK_MS = 100,          // between two looks whether a lock is free
	AFTER_GRACE_MS = 10000, // and then a stage that is there is killed
};

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGCHLD };
enum { SIGNALS = sizeof(signals) / sizeof(signals[0]) };

struct process {
	pid_t pid;   // 0: it is not there any more
	int status;  // as the shell has it, once it is gone
	bool is_cut; // it was told to end, as nobody reads what it writes
};

struct runner {
	const struct pipeline *pipeline;
	struct process processes[PIPELINE_STAGES];
	int lock;         // of the pipeline, which the stages have, too; or -1
	sigset_t signals; // that are waited for
	bool is_asked;    // all were told to end
	int64_t grace_ms;
	int64_t deadline_ms; // when all that is left is killed; 0: never
};

static int64_t now_ms(void)
{
	return clock_ns() / NS_PER_MS;
}

static void fill(sigset_t *set)
{
	sigemptyset(set);
	for (size_t i = 0; i < SIGNALS; i++)
		sigaddset(set, signals[i]);
}

int runner_hold_signals(struct err *e)
{
	// Where whoever started us ignores it, nobody could be waited for.
	const struct sigaction plain = { .sa_handler = SIG_DFL };
	sigset_t set;

	fill(&set);
	if (sigaction(SIGCHLD, &plain, NULL) < 0 ||
	    sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return err_sys(e, "signals");
	return 0;
}

/* The next signal, or 0: none came before that time. */
static int next_signal(const struct runner *r, int64_t until_ms,
		       siginfo_t *info)
{
	int64_t left = until_ms - now_ms();
	struct timespec wait;
	int sig;

	if (left < 0)
		left = 0;
	wait.tv_sec = (time_t)(left / 1000);
	wait.tv_nsec = (long)(left % 1000) * 1000000;
	sig = until_ms > 0 ? sigtimedwait(&r->signals, info, &wait)
			   : sigwaitinfo(&r->signals, info);
	return sig < 0 ? 0 : sig;
}

static bool asks_to_end(int sig)
{
	return sig == SIGTERM || sig == SIGINT || sig == SIGHUP;
}

/* The words of a stage, for exec; to be freed. */
static char **argv_of(const struct stage *stage)
{
	const char *word = NULL;
	size_t count = 0;
	char **argv;

	while ((word = stage_next(stage, word)) != NULL)
		count++;
	argv = calloc(count + 1, sizeof(*argv));
	for (size_t i = 0; argv != NULL && i < count; i++)
		argv[i] = (char *)(word = stage_next(stage, word));
	return argv;
}

/* Nobody is to read from the environment of others what is a secret. */
static void forget_secrets(const struct pipeline *p)
{
	const char *name = p->secrets.data;
	const char *end = name + p->secrets.len;

	for (; name < end; name += strlen(name) + 1)
		secret_forget_variable(name);
}

/*
 * In the child. Signals that ask for an end stay blocked: what is on its way
 * comes when the tool is ready for it, see quit_setup().
 */
static NORETURN void become(const struct stage *stage, pid_t parent, int in,
			    int out)
{
	char **argv = argv_of(stage);
	sigset_t late;

	sigemptyset(&late);
	sigaddset(&late, SIGTERM);
	sigaddset(&late, SIGINT);
	sigaddset(&late, SIGUSR1);
	if (argv != NULL && argv[0] != NULL &&
	    prctl(PR_SET_PDEATHSIG, SIGTERM) == 0) {
		// A parent that is gone by now has sent no signal.
		if (getppid() != parent)
			_exit(STATUS_UNDELIVERED);
		if (dup2(in, STDIN_FILENO) >= 0 &&
		    dup2(out, STDOUT_FILENO) >= 0 &&
		    sigprocmask(SIG_SETMASK, &late, NULL) == 0)
			execvp(argv[0], argv);
	}
	msg_error("%s: %s", stage->tool, strerror(errno));
	_exit(STATUS_UNDELIVERED);
}

/* Start a stage that reads in, which is closed here. Returns what the next one
   reads; -1 with e filled. */
static int start(struct runner *r, size_t i, int in, struct err *e)
{
	const struct stage *stage = &r->pipeline->stages[i];
	const bool is_last = i + 1 == r->pipeline->count;
	int ends[2] = { -1, STDOUT_FILENO };
	const pid_t parent = getpid();
	pid_t pid = -1;

	if (is_last || pipe2(ends, O_CLOEXEC) == 0)
		pid = fork();
	if (pid == 0 && !stage->has_secrets)
		forget_secrets(r->pipeline);
	if (pid == 0)
		become(stage, parent, in, ends[1]);
	if (pid < 0)
		err_sys(e, "%s", stage->tool);
	else
		r->processes[i].pid = pid;
	if (in != STDIN_FILENO)
		close(in);
	if (ends[1] != STDOUT_FILENO)
		close(ends[1]);
	if (pid < 0 && ends[0] >= 0)
		close(ends[0]);
	return pid < 0 ? -1 : is_last ? STDIN_FILENO : ends[0];
}

static void tell(const struct runner *r, size_t count, int sig)
{
	for (size_t i = 0; i < count; i++)
		if (r->processes[i].pid > 0)
			kill(r->processes[i].pid, sig);
}

static void set_deadline(struct runner *r)
{
	if (r->deadline_ms == 0)
		r->deadline_ms = now_ms() + r->grace_ms + AFTER_GRACE_MS;
}

/* What is before it writes for nobody now. */
static void cut_before(struct runner *r, size_t i)
{
	bool is_any = false;

	for (size_t j = 0; j < i; j++)
		if (r->processes[j].pid > 0 && !r->processes[j].is_cut) {
			r->processes[j].is_cut = is_any = true;
			// A second time would have it end at once.
			if (!r->is_asked)
				kill(r->processes[j].pid, SIGTERM);
		}
	if (is_any)
		set_deadline(r);
}

/* How a stage has ended, as a status; what did not say so itself is said. */
static int judge(const struct runner *r, size_t i, int how)
{
	const char *tool = r->pipeline->stages[i].tool;
	const int sig = WIFSIGNALED(how) ? WTERMSIG(how) : 0;
	const int status = sig == 0 ? WEXITSTATUS(how) : 0;

	if (sig == 0 && status <= STATUS_DENIED)
		return status;
	if (sig == 0) {
		msg_error("SIEM shipping failed: %s: %s has ended with status "
			  "%d, which is none of its own",
			  r->pipeline->name, tool, status);
		return STATUS_UNDELIVERED;
	}
	// Its reader has gone, which is no news.
	if (sig != SIGPIPE)
		msg_error("SIEM shipping failed: %s: %s was ended by signal %d "
			  "(%s)",
			  r->pipeline->name, tool, sig, strsignal(sig));
	return STATUS_UNDELIVERED;
}

static void reap(struct runner *r)
{
	pid_t pid;
	int how;

	// There may be children of others, whose parents are gone.
	while ((pid = waitpid(-1, &how, WNOHANG)) > 0)
		for (size_t i = 0; i < r->pipeline->count; i++) {
			struct process *p = &r->processes[i];

			if (p->pid != pid)
				continue;
			p->status = judge(r, i, how);
			p->pid = 0;
			p->is_cut |=
				WIFSIGNALED(how) && WTERMSIG(how) == SIGPIPE;
			msg_info("%s: %s has ended with status %d",
				 r->pipeline->name, r->pipeline->stages[i].tool,
				 p->status);
		}
	for (size_t i = 0; i < r->pipeline->count; i++)
		if (r->processes[i].pid == 0)
			cut_before(r, i);
}

static bool is_any_left(const struct runner *r)
{
	for (size_t i = 0; i < r->pipeline->count; i++)
		if (r->processes[i].pid > 0)
			return true;
	return false;
}

static void take(struct runner *r, int sig, const siginfo_t *info)
{
	if (sig == SIGCHLD || sig == 0)
		return;
	// What the terminal sends, every stage has got from it.
	if (info->si_code != SI_KERNEL)
		tell(r, r->pipeline->count, sig);
	if (asks_to_end(sig)) {
		r->is_asked = true;
		set_deadline(r);
	}
}

static void wait_for_all(struct runner *r)
{
	siginfo_t info;

	for (reap(r); is_any_left(r); reap(r)) {
		take(r, next_signal(r, r->deadline_ms, &info), &info);
		if (r->deadline_ms > 0 && now_ms() >= r->deadline_ms) {
			tell(r, r->pipeline->count, SIGKILL);
			// What is in the kernel dies when it comes out of it.
			r->deadline_ms += MS_PER_SEC;
		}
	}
}

/* Has it nothing to say but that one before it would not begin? */
static bool has_followed(const struct runner *r, size_t i)
{
	if (r->processes[i].status != STATUS_UNDELIVERED)
		return false;
	for (size_t j = 0; j < i; j++)
		if (r->processes[j].status == STATUS_USAGE)
			return true;
	return false;
}

/* The worst, but for what follows from another. */
static int status_of(const struct runner *r)
{
	int worst = STATUS_DONE, worst_cut = STATUS_DONE;

	for (size_t i = 0; i < r->pipeline->count; i++) {
		const struct process *p = &r->processes[i];
		int *to = p->is_cut ? &worst_cut : &worst;

		if (p->status > *to && !has_followed(r, i))
			*to = p->status;
	}
	return worst > STATUS_DONE ? worst : worst_cut;
}

/*
 * Have the lock of the pipeline, which stages inherit: it is free once the last
 * of them has ended. 1: it is ours, or there is none to have; 0: an earlier run
 * has it; -1 with e filled.
 */
static int take_lock(struct runner *r, struct err *e)
{
	const char *name = r->pipeline->lock;

	if (name == NULL)
		return 1;
	if (r->lock < 0)
		r->lock = open(name, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
	if (r->lock >= 0 && flock(r->lock, LOCK_EX | LOCK_NB) == 0)
		return 1;
	return r->lock >= 0 && errno == EWOULDBLOCK ? 0
						    : err_sys(e, "%s", name);
}

/*
 * The stages of an earlier run may be on their way to their end. 1: start; 0: a
 * signal came first; -1 with e filled.
 */
static int wait_for_earlier(struct runner *r, struct err *e)
{
	const int64_t until = now_ms() + r->grace_ms + AFTER_GRACE_MS;
	bool is_said = false;
	siginfo_t info;
	int rc;

	while ((rc = take_lock(r, e)) == 0 && now_ms() < until) {
		if (!is_said)
			msg_warn("%s: waiting for an earlier run to end",
				 r->pipeline->name);
		is_said = true;
		if (asks_to_end(next_signal(r, now_ms() + LOOK_MS, &info)))
			return 0;
	}
	// Who is there after all that time is for the sink to say.
	return rc < 0 ? -1 : 1;
}

static int run_stages(struct runner *r, struct err *e)
{
	const size_t count = r->pipeline->count;
	int in = STDIN_FILENO;

	for (size_t i = 0; i < count && in >= 0; i++)
		in = start(r, i, in, e);
	forget_secrets(r->pipeline);
	if (in < 0) {
		// Nothing was delivered yet that could be half.
		tell(r, count, SIGTERM);
		set_deadline(r);
	}
	wait_for_all(r);
	return in < 0 ? -1 : status_of(r);
}

int runner_run(const struct pipeline *p, size_t grace_sec, bool *is_asked,
	       struct err *e)
{
	struct runner r = { .pipeline = p,
			    .lock = -1,
			    .grace_ms = (int64_t)grace_sec * MS_PER_SEC };
	int rc;

	fill(&r.signals);
	rc = wait_for_earlier(&r, e);
	if (rc > 0)
		rc = run_stages(&r, e);
	if (r.lock >= 0)
		close(r.lock);
	if (is_asked != NULL)
		*is_asked |= r.is_asked;
	return rc;
}
