#include "core/helper.h"

#include "core/msg.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SOUGHT_MOST = 1 << 16 }; // what is open has lower numbers

/* Also where the kernel has no close_range(), or a container forbids it. */
static void close_all(unsigned first, unsigned last)
{
	if (close_range(first, last, 0) == 0)
		return;
	for (unsigned fd = first; fd <= last && fd < SOUGHT_MOST; fd++)
		close((int)fd);
}

/* Of all that is open, keep standard error and these. */
static void keep_only(int a, int b)
{
	int low = a < b ? a : b;
	int high = a < b ? b : a;

	close_all(0, STDERR_FILENO - 1);
	if (low > STDERR_FILENO + 1)
		close_all(STDERR_FILENO + 1, (unsigned)low - 1);
	if (high > low + 1)
		close_all((unsigned)low + 1, (unsigned)high - 1);
	close_all((unsigned)high + 1, UINT_MAX);
}

static void set_signals(void)
{
	static const int signals[] = { SIGINT,  SIGTERM, SIGHUP,
				       SIGUSR1, SIGUSR2, SIGPIPE };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		signal(signals[i], SIG_IGN);
	// Where it is ignored nobody learns how a child has ended.
	signal(SIGCHLD, SIG_DFL);
}

int helper_start(struct helper *h, const char *name, int keep_fd,
		 void (*work)(int fd, const void *context), const void *context,
		 struct err *e)
{
	int ends[2];

	*h = HELPER_NONE;
	// A message comes whole.
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return err_sys(e, "%s", name);

	pid_t pid = fork();
	if (pid == 0) {
		set_signals();
		prctl(PR_SET_NAME, name);
		// It is not sealed, so who is must not get into its memory.
		prctl(PR_SET_DUMPABLE, 0);
		keep_only(ends[1], keep_fd >= 0 ? keep_fd : ends[1]);
		work(ends[1], context);
		_exit(STATUS_DONE);
	}
	close(ends[1]);
	if (pid < 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0) {
		err_sys(e, "%s", name);
		close(ends[0]);
		return -1;
	}
	*h = (struct helper){ .fd = ends[0], .pid = pid };
	return 0;
}

void helper_leave(struct helper *h)
{
	if (h->fd >= 0)
		close(h->fd);
	h->fd = -1;
}
