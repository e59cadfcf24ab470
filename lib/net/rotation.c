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

int rotation_move(const char *path, struct err *e)
{
	const struct timestamp now = timestamp_now();
	const int64_t now_ms = now.sec * 1000 + now.nsec / 1000000;
	char to[PATH_MAX];
	char time[40];

	for (int i = 0; i < TRIES; i++) {
		if (put_time(time, sizeof(time), now_ms + i) < 0 ||
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

/* How many there are in the folder, and which is the oldest. */
static size_t count_moved(DIR *folder, const char *base,
			  char oldest[NAME_MAX + 1])
{
	const struct dirent *entry;
	size_t count = 0;

	rewinddir(folder);
	while ((entry = readdir(folder)) != NULL) {
		if (!is_moved(entry->d_name, base))
			continue;
		if (count++ == 0 || strcmp(entry->d_name, oldest) < 0)
			snprintf(oldest, NAME_MAX + 1, "%s", entry->d_name);
	}
	return count;
}

int rotation_trim(const char *path, size_t keep, struct err *e)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash != NULL ? slash + 1 : path;
	char where[PATH_MAX] = ".";
	char oldest[NAME_MAX + 1] = "";
	DIR *folder;
	int rc = 0;

	if (slash != NULL)
		snprintf(where, sizeof(where), "%.*s", (int)(slash - path) + 1,
			 path);
	folder = opendir(where);
	if (folder == NULL)
		return err_sys(e, "%s", where);
	while (rc == 0 && count_moved(folder, base, oldest) > keep)
		if (unlinkat(dirfd(folder), oldest, 0) < 0)
			rc = err_sys(e, "%s: to remove it", oldest);
	closedir(folder);
	return rc;
}
