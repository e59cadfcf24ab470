#include "core/metrics.h"

#include "core/clock.h"
#include "core/file.h"
#include "core/msg.h"
#include "core/quit.h"
#include "core/timestamp.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EVERY_SEC = 10, LAST_MS = 2000 };

/* Where the file is: what the helper knows. */
struct place {
	int dirfd;
	const char *path; // as messages call it
	const char *name; // in the folder
	char tmp[NAME_MAX + 1];
};

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* "qradar-send" of "/var/lib/metrics/qradar-send.prom" */
static struct slice feed_of(const char *path)
{
	struct slice feed = slice_of(name_of(path));
	const struct slice suffix = SLICE(".prom");

	if (feed.len > suffix.len &&
	    slice_is(slice_from(feed, feed.len - suffix.len), suffix))
		feed.len -= suffix.len;
	return feed;
}

static int fail_name(const char *path, struct err *e)
{
	return err_set(e, ERR_USAGE, "option --metrics: %s is no file name",
		       path);
}

/* What is at the place already must be metrics, or nothing. */
static int check_old(const struct place *p, struct err *e)
{
	static const char first[] = "# HELP siem_";
	char start[sizeof(first) - 1];
	struct stat st;
	int fd;

	if (fstatat(p->dirfd, p->name, &st, 0) < 0)
		return errno == ENOENT ? 0 : err_sys(e, "%s", p->path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_USAGE,
			       "option --metrics: %s is not a regular file",
			       p->path);
	if (st.st_size == 0)
		return 0;
	fd = openat(p->dirfd, p->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_sys(e, "%s", p->path);
	ssize_t n = read(fd, start, sizeof(start));
	close(fd);
	if (n == sizeof(start) && memcmp(start, first, sizeof(start)) == 0)
		return 0;
	return err_set(
		e, ERR_USAGE,
		"option --metrics: %s is there and holds something else: "
		"give another name",
		p->path);
}

static int find_place(struct place *p, const char *path, struct err *e)
{
	char dir[PATH_MAX];
	size_t len = (size_t)(name_of(path) - path);

	*p = (struct place){ .path = path, .name = name_of(path) };
	if (p->name[0] == '\0' || len >= sizeof(dir) ||
	    snprintf(p->tmp, sizeof(p->tmp), ".%s.tmp", p->name) >=
		    (int)sizeof(p->tmp))
		return fail_name(path, e);
	snprintf(dir, sizeof(dir), "%.*s", len > 0 ? (int)len : 1,
		 len > 0 ? path : ".");
	p->dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return p->dirfd >= 0 ? 0 : err_sys(e, "option --metrics: %s", dir);
}

/* Others are to read it: the umask says who. */
static int replace(const struct place *p, const void *text, size_t n,
		   struct err *e)
{
	int fd = openat(p->dirfd, p->tmp,
			O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
			0644);
	int rc = -1;

	if (fd < 0)
		return err_sys(e, "%s", p->path);
	if (file_write_all(fd, text, n) < 0 ||
	    renameat(p->dirfd, p->tmp, p->dirfd, p->name) < 0) {
		err_sys(e, "%s", p->path);
		int error = errno;
		unlinkat(p->dirfd, p->tmp, 0);
		errno = error;
	} else {
		rc = 0;
	}
	close(fd);
	return rc;
}

/* The helper: replace the file by each page, until the tool is gone. */
static void write_pages(int fd, const void *context)
{
	static char text[PAGE_MAX];
	const struct place *p = context;
	bool failed = false;
	struct err e;
	ssize_t n;

	while ((n = read(fd, text, sizeof(text))) > 0) {
		int rc = replace(p, text, (size_t)n, &e);

		if (rc < 0 && !failed)
			msg_warn("metrics: %s", e.text);
		failed = rc < 0;
		if (write(fd, "", 1) != 1)
			break;
	}
}

/* siem_send_...: what a name may not have becomes '_'. */
static void make_prefix(struct metrics *m)
{
	snprintf(m->prefix, sizeof(m->prefix), "%s", msg_name());
	for (char *c = m->prefix; *c != '\0'; c++)
		if (*c == '-')
			*c = '_';
}

static void make_page(const struct metrics *m, struct page *page, bool running)
{
	*page = PAGE_INIT(m->prefix, feed_of(m->path));
	page_gauge(page, "running", "1 while it runs, 0 once it has ended.",
		   running);
	page_gauge(page, "start_time_seconds",
		   "When it was started, in seconds since 1970.", m->began);
	m->collect(page, m->context);
}

static double seconds_now(void)
{
	struct timestamp now = timestamp_now();

	return (double)now.sec + (double)now.nsec / 1e9;
}

/* The first page, which a full disk may put off: the helper tries again. */
static int begin_file(const struct place *p, const struct page *page,
		      struct err *e)
{
	if (replace(p, page->text.data, page->text.len, e) == 0)
		return 0;
	return errno == ENOSPC || errno == EDQUOT ? 0 : -1;
}

int metrics_open(struct metrics *m, const char *path,
		 void (*collect)(struct page *page, const void *context),
		 const void *context, struct err *e)
{
	struct place place;
	struct page page;
	int rc = -1;

	*m = METRICS_NONE;
	m->collect = collect;
	m->context = context;
	if (path == NULL)
		return 0;
	if (find_place(&place, path, e) < 0)
		return -1;
	m->path = path;
	m->began = seconds_now();
	make_prefix(m);
	make_page(m, &page, true);
	if (check_old(&place, e) == 0 && begin_file(&place, &page, e) == 0 &&
	    helper_start(&m->helper, "siem-metrics", place.dirfd, write_pages,
			 &place, e) == 0)
		rc = quit_tick_every(EVERY_SEC, e);
	page_free(&page);
	close(place.dirfd);
	return rc;
}

static void lose_helper(struct metrics *m)
{
	msg_warn("metrics: %s: its helper is gone, and it is written no more",
		 m->path);
	helper_leave(&m->helper);
}

/* What the helper has confirmed meanwhile. */
static void take_answers(struct metrics *m)
{
	char answer;
	ssize_t n;

	while (m->waiting > 0 && (n = read(m->helper.fd, &answer, 1)) >= 0) {
		if (n == 0) {
			lose_helper(m);
			return;
		}
		m->waiting--;
	}
}

static void send_page(struct metrics *m, bool running)
{
	struct page page;

	if (m->helper.fd < 0)
		return;
	take_answers(m);
	make_page(m, &page, running);
	// Where it is busy still, the next page will do.
	if (m->helper.fd >= 0 && buf_status(&page.text) == 0) {
		if (write(m->helper.fd, page.text.data, page.text.len) >= 0)
			m->waiting++;
		else if (errno != EAGAIN && errno != EINTR)
			lose_helper(m);
	}
	page_free(&page);
}

bool metrics_step(struct metrics *m)
{
	bool asked = quit_wants_stats();

	// Always, so that the tick is not one of an hour ago.
	if ((quit_has_ticked() || asked) && m != NULL)
		send_page(m, true);
	return asked;
}

void metrics_close(struct metrics *m)
{
	int64_t until_ns = clock_ns() + LAST_MS * (int64_t)NS_PER_MS;

	send_page(m, false);
	while (m->helper.fd >= 0 && m->waiting > 0) {
		struct pollfd answer = { .fd = m->helper.fd, .events = POLLIN };
		int64_t left_ns = until_ns - clock_ns();

		if (left_ns <= 0)
			break;
		// Interrupted by a signal, it looks at the clock again.
		(void)!poll(&answer, 1, (int)(left_ns / NS_PER_MS) + 1);
		take_answers(m);
	}
	if (m->helper.fd < 0)
		return;
	helper_leave(&m->helper);
	// One that has nothing more to do ends at once; one that hangs may not.
	if (m->waiting == 0)
		(void)!waitpid(m->helper.pid, NULL, 0);
}
