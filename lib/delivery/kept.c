#include "delivery/kept.h"

#include "core/file.h"
#include "stream/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

/* What to do about what the system has said. */
static const char *remedy(int errnum)
{
	switch (errnum) {
	case ENOENT:
		return ": make its folder";
	case EACCES:
	case EPERM:
		return ": let the user who runs this write there";
	case EROFS:
		return ": choose another place";
	case ENOSPC:
	case EDQUOT:
		return ": make room, or all that is to be kept has to wait";
	default:
		return "";
	}
}

static bool failed(struct findings *f, const char *step, const struct err *e,
		   const char *what_to_do)
{
	findings_put(f, step, FINDING_FAILED, "%s%s", e->text, what_to_do);
	return false;
}

/* Can something be written beside it? */
static bool check_folder(struct findings *f, const char *step, const char *path)
{
	struct err e;

	return file_check_parent(path, &e) == 0 ||
	       failed(f, step, &e, remedy(errno));
}

static void is_good(struct findings *f, const char *step, const char *path,
		    bool is_there)
{
	findings_put(f, step, FINDING_GOOD, "%s%s", path,
		     is_there ? "" : ", which is not there yet");
}

void kept_check_checkpoint(struct findings *f, const char *path)
{
	struct checkpoint *c;
	struct err e;
	const int found = checkpoint_load(path, &c, &e);

	if (found < 0) {
		failed(f, "checkpoint", &e,
		       e.kind == ERR_USAGE ? "" : remedy(errno));
		return;
	}
	if (found > 0)
		checkpoint_free(c);
	if (check_folder(f, "checkpoint", path))
		is_good(f, "checkpoint", path, found > 0);
}

/* 1: it is there, and can be appended to; 0: it is not there; -1: neither, and
   that was said. */
static int look(struct findings *f, const char *step, const char *path)
{
	// Not to be held up by a FIFO.
	const int fd = open(path, O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	bool is_regular;
	struct err e;

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0) {
		err_sys(&e, "%s", path);
		failed(f, step, &e, remedy(errno));
		return -1;
	}
	is_regular = file_is_regular(fd);
	close(fd);
	if (is_regular)
		return 1;
	findings_put(f, step, FINDING_FAILED,
		     "%s: not a regular file: give another name", path);
	return -1;
}

static void check_journal(struct findings *f, const char *step,
			  const char *path, const char *beside)
{
	char name[PATH_MAX];
	const int found = look(f, step, path);

	snprintf(name, sizeof(name), "%s%s", path, beside);
	if (found >= 0 && look(f, step, name) >= 0 &&
	    check_folder(f, step, path))
		is_good(f, step, path, found > 0);
}

void kept_check_letters(struct findings *f, const char *path)
{
	check_journal(f, "dead letters", path, ".why");
}

void kept_check_receipts(struct findings *f, const char *path)
{
	check_journal(f, "receipts", path, "");
}
