#include "history.h"

#include "core/buf.h"
#include "core/digest.h"
#include "core/file.h"
#include "core/msg.h"
#include "expand.h"
#include "tail.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

int history_open(struct history *h, const char *path, struct err *e)
{
	struct checkpoint *c = NULL;
	int got = checkpoint_load(path, &c, e);

	if (got < 0)
		return -1;
	h->path = path;
	h->first = got == 0;
	if (h->first)
		return 0;
	memcpy(h->id, checkpoint_id(c).data, CHECKPOINT_ID_LEN);
	for (size_t i = 0; got > 0 && i < checkpoint_count(c); i++) {
		struct checkpoint_entry entry = checkpoint_at(c, i);

		if (known_load(&h->known, entry.source, entry.position, e) < 0)
			got = err_prefix(e, "%s", path);
	}
	checkpoint_free(c);
	return got < 0 ? -1 : 0;
}

/* Note where a file stands; text is to work in. */
static int note(struct checkpoint *c, const struct known *k, struct buf *text,
		struct err *e)
{
	buf_clear(text);
	known_put_source(text, k);
	size_t source_len = text->len;
	position_put(text, &k->at);
	if (buf_status(text) != 0)
		return err_set(e, ERR_SYSTEM, "%s: its name is too long",
			       k->source);
	return checkpoint_set(c, (struct slice){ text->data, source_len },
			      slice_from(buf_slice(text), source_len), e);
}

int history_create(struct history *h, struct err *e)
{
	struct buf text = BUF_INIT(SEND_ROOM);
	struct checkpoint *c = NULL;
	int rc = -1;

	if (checkpoint_new(h->path, &c, e) < 0)
		goto out;
	for (size_t i = 0; i < h->known.count; i++) {
		if (note(c, h->known.items[i], &text, e) < 0)
			goto out;
		h->known.items[i]->told = true;
		h->known.items[i]->untold = false;
	}
	if (checkpoint_create(c, e) < 0)
		goto out;
	memcpy(h->id, checkpoint_id(c).data, CHECKPOINT_ID_LEN);
	h->first = false;
	rc = 0;
out:
	checkpoint_free(c);
	buf_free(&text);
	return rc;
}

struct known *history_resume(struct tail *t, struct source *s, const char *path)
{
	struct known_all *all = &t->history.known;
	struct known *best = NULL;
	struct err e;

	for (size_t i = 0; i < all->count; i++) {
		struct known *k = all->items[i];

		if (k->gone || k->file != NULL ||
		    k->at.dev != (uint64_t)s->dev ||
		    k->at.ino != (uint64_t)s->ino ||
		    !source_same_birth(k->born, s->born) ||
		    (best != NULL && best->at.offset >= k->at.offset))
			continue;
		if (place_resume(s, &k->at, t->scratch, &e) == 1)
			best = k;
	}
	if (best != NULL && (s->position == best->at.offset ||
			     place_resume(s, &best->at, t->scratch, &e) == 1)) {
		best->born = s->born;
		return best;
	}

	struct known *k = known_add(all, path);
	if (k == NULL)
		return NULL;
	k->at.dev = (uint64_t)s->dev;
	k->at.ino = (uint64_t)s->ino;
	k->born = s->born;
	return k;
}

char *history_absolute(const char *path)
{
	char *parent = expand_parent(path);
	char *folder = parent != NULL ? realpath(parent, NULL) : NULL;
	const char *slash = strrchr(path, '/');
	char *absolute = NULL;

	if (parent != NULL)
		absolute = expand_join(folder != NULL ? folder : parent,
				       slash != NULL ? slash + 1 : path);

	free(folder);
	free(parent);
	return absolute;
}

void history_leave(struct history *h, struct known *k, const struct source *s)
{
	char bytes[POSITION_HEAD];
	struct err e;

	// Where nothing was read, its start is all there is to know it by.
	ssize_t got = k->at.offset == 0 ? place_head(s, bytes, &e) : 0;
	if (got > 0) {
		k->at.head_len = (uint64_t)got;
		k->at.head_hash =
			digest_of((struct slice){ bytes, (size_t)got });
	}
	k->found = true;
	k->checked = true;
	k->checked_size = s->unpack != NULL ? s->packed_size : s->size;
	k->checked_time = s->changed;
	k->packed = s->unpack != NULL;
	h->waiting = true;
}

void history_close(struct file *f, bool finished)
{
	if (f->known == NULL)
		return;
	f->known->file = NULL;
	f->known->finished = finished;
	f->known = NULL;
}

bool history_is_ours(const struct history *h, const char *path)
{
	bool ours = false;

	if (h->path == NULL)
		return false;
	char *a = history_absolute(h->path);
	char *b = history_absolute(path);
	if (a != NULL && b != NULL) {
		struct slice rest = slice_of(b);

		ours = slice_take(&rest, slice_of(a)) &&
		       (rest.len == 0 || rest.data[0] == '.');
	}
	free(a);
	free(b);
	return ours;
}

void history_free(struct history *h)
{
	known_free(&h->known);
	free(h->visits);
	h->visits = NULL;
}
