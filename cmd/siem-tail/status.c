#include "status.h"

#include "core/buf.h"
#include "core/file.h"
#include "core/msg.h"
#include "sibling.h"
#include "tail.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Two files of the same folder, and the second is named after the first. */
static bool is_earlier(const char *log, const char *path)
{
	const char *base = strrchr(log, '/') + 1;
	const char *other = strrchr(path, '/') + 1;

	return base - log == other - path &&
	       strncmp(log, path, (size_t)(base - log)) == 0 &&
	       sibling_is(base, other);
}

/* Is this path of another file's earlier generation, or in the list already? */
static bool is_told(char *const *paths, size_t count, size_t i)
{
	for (size_t j = 0; j < count; j++)
		if (is_earlier(paths[j], paths[i]) ||
		    (j < i && strcmp(paths[j], paths[i]) == 0))
			return true;
	return false;
}

char **status_logs(const struct history *h, size_t *count)
{
	size_t all = h->known.count;
	char **paths = calloc(2 * all + 1, sizeof(*paths));

	*count = 0;
	if (paths == NULL)
		return NULL;
	// The generation is cut off; nothing reads it any more.
	for (size_t i = 0; i < all; i++) {
		paths[all + i] = h->known.items[i]->source;
		paths[all + i][h->known.items[i]->path_len] = '\0';
	}
	for (size_t i = 0; i < all; i++)
		if (!is_told(paths + all, all, i))
			paths[(*count)++] = paths[all + i];
	return paths;
}

struct behind {
	uint64_t bytes, lines;
};

/* Count what is left to be read of a file. */
static int measure(struct tail *t, struct file *f, struct behind *behind,
		   struct err *e)
{
	struct source *s = &f->source;

	for (;;) {
		struct chunk chunk;
		enum source_got got = source_read(s, t->block, &chunk, e);

		if (got == SOURCE_FAILED)
			return -1;
		if (got != SOURCE_LINES && got != SOURCE_PIECE)
			break;
		behind->bytes += chunk.bytes.len;
		for (const char *p = chunk.bytes.data;
		     (p = memchr(p, '\n',
				 chunk.bytes.len -
					 (size_t)(p - chunk.bytes.data))) !=
		     NULL;
		     p++)
			behind->lines++;
	}
	// What is there of a line without its end.
	behind->bytes += s->seen;
	return 0;
}

static void print_line(const char *path, uint64_t from,
		       const struct behind *behind)
{
	struct buf name = BUF_INIT(SIZE_MAX / 4);

	msg_put_visible(&name, slice_of(path));
	printf("%s: at %" PRIu64 " of %" PRIu64 " bytes, %" PRIu64
	       " bytes and %" PRIu64 " lines behind\n",
	       buf_str(&name), from, from + behind->bytes, behind->bytes,
	       behind->lines);
	buf_free(&name);
}

int status_print(struct tail *t, struct err *e)
{
	struct behind all = { 0 };

	for (struct file *f = t->files.first; f != NULL; f = files_next(f)) {
		struct behind behind = { 0 };
		uint64_t from = f->source.position;

		if (measure(t, f, &behind, e) < 0) {
			msg_error("%s", e->text);
			t->status = STATUS_UNDELIVERED;
			continue;
		}
		print_line(f->source.path, from, &behind);
		all.bytes += behind.bytes;
		all.lines += behind.lines;
	}
	printf("all: %" PRIu64 " bytes and %" PRIu64 " lines behind\n",
	       all.bytes, all.lines);
	if (fflush(stdout) != 0)
		return err_sys(e, "standard output");
	if (t->status == STATUS_DONE && (all.bytes > 0 || t->report.gaps > 0))
		t->status = STATUS_REJECTS;
	return 0;
}

int status_reset(const char *path, struct err *e)
{
	char *target = realpath(path, NULL);
	int lock = -1;
	int rc = -1;

	if (target == NULL && errno == ENOENT)
		return err_set(e, ERR_USAGE, "%s: there is no checkpoint",
			       path);
	if (target == NULL)
		return err_sys(e, "%s", path);
	if (checkpoint_check(path, e) < 0)
		goto out;
	lock = checkpoint_lock(path, e);
	if (lock < 0)
		goto out;
	if (unlink(target) < 0) {
		err_sys(e, "%s", path);
		goto out;
	}
	rc = file_sync_parent(target, e);
	msg_info("%s: forgotten; the next start makes another", path);
out:
	if (lock >= 0)
		close(lock);
	free(target);
	return rc;
}
