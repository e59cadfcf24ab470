#include "standing.h"

#include "core/msg.h"
#include "stream/checkpoint.h"
#include "stream/spool.h"
#include "tail.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *name_in(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

bool standing_home(const char *checkpoint, char folder[PATH_MAX])
{
	size_t len = (size_t)(name_in(checkpoint) - checkpoint);

	if (len >= PATH_MAX)
		return false;
	memcpy(folder, checkpoint, len);
	// Without the slash at its end, unless it is all there is.
	folder[len > 1 ? len - 1 : len] = '\0';
	if (len == 0)
		memcpy(folder, ".", sizeof("."));
	return spool_is(folder);
}

static bool ends_with(const char *name, struct slice end)
{
	struct slice text = slice_of(name);

	return text.len >= end.len &&
	       slice_is(slice_from(text, text.len - end.len), end);
}

static bool is_at_home(const char *path, const char *dir)
{
	const char *name = name_in(path);
	char folder[PATH_MAX];
	struct stat a, b;

	(void)standing_home(path, folder);
	return name[0] != '.' && ends_with(name, SLICE(".checkpoint")) &&
	       stat(folder, &a) == 0 && stat(dir, &b) == 0 &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

bool standing_may_come(const char *path, const char *dir)
{
	DIR *listing = is_at_home(path, dir) ? opendir(dir) : NULL;
	const struct dirent *item;
	bool may = listing != NULL;

	while (may && (item = readdir(listing)) != NULL)
		may = item->d_name[0] == '.' ||
		      strcmp(item->d_name, SPOOL_ID_NAME) == 0 ||
		      ends_with(item->d_name, SLICE(".checkpoint")) ||
		      ends_with(item->d_name, SLICE(".checkpoint.lock"));
	if (listing != NULL)
		closedir(listing);
	return may;
}

/* Where the checkpoint says that it was; at is as it is where it says nothing.
 */
static int take_position(const struct spool *spool, const struct checkpoint *c,
			 const char *path, struct spool_position *at,
			 struct err *e)
{
	char source[SPOOL_SOURCE_MAX];

	spool_source(spool, source);
	struct slice text = checkpoint_get(c, slice_of(source));

	if (text.data == NULL && checkpoint_count(c) > 0)
		return err_set(e, ERR_USAGE,
			       "%s is the checkpoint of something else: give "
			       "each reader of a spool one of its own",
			       path);
	if (text.data != NULL && !spool_parse_position(text, at))
		return err_set(e, ERR_USAGE,
			       "%s: \"%.*s\" is no position in a spool", path,
			       (int)text.len, text.data);
	return 0;
}

int standing_load(const struct spool *spool, const char *path,
		  struct spool_position *at, struct err *e)
{
	struct checkpoint *c = NULL;
	int rc = checkpoint_load(path, &c, e);

	if (rc > 0 && take_position(spool, c, path, at, e) < 0)
		rc = -1;
	checkpoint_free(c);
	return rc;
}

int standing_open(struct history *h, const char *path, const char *dir,
		  struct err *e)
{
	struct checkpoint *c = NULL;
	int rc = -1;

	if (!is_at_home(path, dir))
		return err_set(e, ERR_USAGE,
			       "-c %s: the reader of a spool has its "
			       "checkpoint there, for the spool to know what "
			       "was read: -c %s/NAME.checkpoint",
			       path, dir);
	int found = checkpoint_load(path, &c, e);
	if (found < 0)
		goto out;
	if (found == 0 &&
	    (checkpoint_new(path, &c, e) < 0 || checkpoint_create(c, e) < 0))
		goto out;
	h->path = path;
	memcpy(h->id, checkpoint_id(c).data, CHECKPOINT_ID_LEN);
	rc = 0;
out:
	checkpoint_free(c);
	return rc;
}

static int print(struct tail *t, const struct spool *s,
		 struct spool_position at, struct err *e)
{
	uint64_t *numbers = NULL;
	uint64_t bytes = 0, lines = 0;
	size_t count = 0;
	int rc = spool_list(s, &numbers, &count, e);

	for (size_t i = 0; i < count && rc == 0; i++) {
		struct spool_belief believed;
		uint64_t from = numbers[i] == at.segment ? at.offset : 0;
		uint64_t rest = 0;

		if (numbers[i] < at.segment)
			continue;
		rc = spool_believe(s, numbers[i], &believed, e) < 0 ? -1 : 0;
		if (rc < 0 || believed.len <= from)
			continue;
		bytes += believed.len - from;
		if (from == 0)
			rest = believed.records;
		else
			rc = spool_count_lines(s, numbers[i], from,
					       believed.len, &rest, e);
		lines += rest;
	}
	free(numbers);
	if (rc < 0)
		return -1;
	printf("%s: at byte %" PRIu64 " of segment %" PRIu64 ", %" PRIu64
	       " bytes and %" PRIu64 " lines behind\n",
	       s->path, at.offset, at.segment, bytes, lines);
	if (bytes > 0)
		t->status = STATUS_REJECTS;
	return fflush(stdout) == 0 ? 0 : err_sys(e, "standard output");
}

int standing_print(struct tail *t, const char *dir, struct err *e)
{
	struct spool spool = SPOOL_NONE;
	struct spool_position at = { 0 };
	int rc = -1;

	if (spool_open(&spool, dir, e) < 0)
		return -1;
	int found = standing_load(&spool, t->cfg->checkpoint, &at, e);
	if (found == 0)
		err_set(e, ERR_USAGE, "%s: there is no checkpoint",
			t->cfg->checkpoint);
	if (found > 0)
		rc = print(t, &spool, at, e);
	spool_close(&spool);
	return rc;
}
