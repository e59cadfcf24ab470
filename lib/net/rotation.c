#include "net/rotation.h"

#include "core/buf.h"
#include "core/timestamp.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Digits are 0; so the names of one file sort by their times. */
static const char pattern[] = "00000000T000000.000Z";

enum { TRIES = 1000 };

static int put_time(char text[], size_t size, int64_t ms)
{
	const time_t sec = (time_t)(ms / 1000);
	struct tm t;

	if (gmtime_r(&sec, &t) == NULL ||
	    strftime(text, size, "%Y%m%dT%H%M%S", &t) == 0)
		return -1;
	snprintf(text + strlen(text), size - strlen(text), ".%03dZ",
		 (int)(ms % 1000));
	return 0;
}

/* Is it one that was moved away from base? */
static bool is_moved(const char *name, const char *base)
{
	size_t n = strlen(base);

	if (strncmp(name, base, n) != 0 || name[n] != '.')
		return false;
	name += n + 1;
	if (strlen(name) != sizeof(pattern) - 1)
		return false;
	for (size_t i = 0; name[i] != '\0'; i++) {
		bool is_digit = name[i] >= '0' && name[i] <= '9';

		if (pattern[i] == '0' ? !is_digit : name[i] != pattern[i])
			return false;
	}
	return true;
}

/* Those that are there, and the names of the first and the last of them. */
struct moved {
	size_t count;
	char oldest[NAME_MAX + 1];
	char newest[NAME_MAX + 1];
};

static void look(DIR *folder, const char *base, struct moved *m)
{
	const struct dirent *entry;

	*m = (struct moved){ 0 };
	rewinddir(folder);
	while ((entry = readdir(folder)) != NULL) {
		const char *name = entry->d_name;

		if (!is_moved(name, base))
			continue;
		if (m->count == 0 || strcmp(name, m->oldest) < 0)
			snprintf(m->oldest, sizeof(m->oldest), "%s", name);
		if (m->count == 0 || strcmp(name, m->newest) > 0)
			snprintf(m->newest, sizeof(m->newest), "%s", name);
		m->count++;
	}
}

/* The folder of path; *base is its name there. */
static DIR *open_folder(const char *path, const char **base)
{
	const char *slash = strrchr(path, '/');
	char where[PATH_MAX] = ".";

	*base = slash != NULL ? slash + 1 : path;
	if (slash != NULL)
		snprintf(where, sizeof(where), "%.*s", (int)(slash - path) + 1,
			 path);
	return opendir(where);
}

/* When the one of that name was moved, by it. */
static int64_t ms_of(const char *name, const char *base)
{
	struct tm t = { 0 };
	int ms = 0;

	if (sscanf(name + strlen(base), ".%4d%2d%2dT%2d%2d%2d.%3dZ", &t.tm_year,
		   &t.tm_mon, &t.tm_mday, &t.tm_hour, &t.tm_min, &t.tm_sec,
		   &ms) != 7)
		return 0;
	t.tm_year -= 1900;
	t.tm_mon -= 1;
	return (int64_t)timegm(&t) * 1000 + ms;
}

/*
 * The time that the next is named by: now, or right behind the last that is
 * there. A clock that was set back, or two in a millisecond, are not to give it
 * the name of one that is older than it is.
 */
static int64_t time_of_next(const char *path)
{
	const struct timestamp now = timestamp_now();
	const int64_t now_ms = now.sec * 1000 + now.nsec / 1000000;
	struct moved there;
	const char *base;
	DIR *folder = open_folder(path, &base);
	int64_t last_ms;

	// It may be a folder that is written to, but not listed.
	if (folder == NULL)
		return now_ms;
	look(folder, base, &there);
	closedir(folder);
	last_ms = there.count > 0 ? ms_of(there.newest, base) : 0;
	return last_ms >= now_ms ? last_ms + 1 : now_ms;
}

int rotation_move(const char *path, struct err *e)
{
	const int64_t next_ms = time_of_next(path);
	char to[PATH_MAX];
	char time[40];

	for (int i = 0; i < TRIES; i++) {
		if (put_time(time, sizeof(time), next_ms + i) < 0 ||
		    snprintf(to, sizeof(to), "%s.%s", path, time) >=
			    (int)sizeof(to)) {
			errno = ENAMETOOLONG;
			break;
		}
		if (renameat2(AT_FDCWD, path, AT_FDCWD, to, RENAME_NOREPLACE) ==
		    0)
			return 0;
		if (errno != EEXIST)
			break;
	}
	return err_sys(e, "%s: to move it away", path);
}

int rotation_trim(const char *path, size_t keep, struct err *e)
{
	struct moved there;
	const char *base;
	DIR *folder = open_folder(path, &base);
	int rc = 0;

	if (folder == NULL)
		return err_sys(e, "%s: its folder", path);
	for (look(folder, base, &there); rc == 0 && there.count > keep;
	     look(folder, base, &there))
		if (unlinkat(dirfd(folder), there.oldest, 0) < 0)
			rc = err_sys(e, "%s: to remove it", there.oldest);
	closedir(folder);
	return rc;
}
