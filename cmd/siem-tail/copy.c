#include "copy.h"

#include "folder.h"
#include "lineage.h"
#include "moved.h"
#include "tail.h"

#include <string.h>

bool copy_is_read(const struct source *s, const struct position *at)
{
	uint64_t size;
	struct err e;

	if (place_content(s, &size, &e) < 0)
		return false;
	if (s->unpack == NULL)
		return size == at->offset;
	// Noted, that is, without a look at its end.
	return at->tail_len == 0 && at->offset > 0
		       ? true
		       : size == (uint32_t)at->offset;
}

bool copy_holds(struct look *l, struct source *s, const struct position *at)
{
	char head[POSITION_HEAD];
	struct err e;
	ssize_t got = place_head(s, head, &e);

	if (got < 0 ||
	    !position_fits_head(at, (struct slice){ head, (size_t)got }))
		return false;
	// With its inode and its size, nothing more needs to be unpacked.
	if (s->unpack != NULL && copy_is_read(s, at) &&
	    (at->tail_len == 0 ||
	     ((uint64_t)s->dev == at->dev && (uint64_t)s->ino == at->ino)))
		return true;
	return place_resume(s, at, l->t->scratch, &e) == 1;
}

/* Do both hold the same up to size? Told from the start and the end of that. */
static bool are_alike(const struct source *a, const struct source *b,
		      uint64_t size)
{
	struct position pa;
	struct position pb;
	struct err e;

	return place_fingerprint(a, size, &pa, &e) == 0 &&
	       place_fingerprint(b, size, &pb, &e) == 0 &&
	       pa.head_len == pb.head_len && pa.head_hash == pb.head_hash &&
	       pa.tail_len == pb.tail_len && pa.tail_hash == pb.tail_hash;
}

/* Is a compressed file there to its end? */
static bool is_whole(struct look *l, const struct source *s)
{
	struct unpack *u = unpack_open(s->fd);
	struct err e;
	ssize_t got = 1;

	while (u != NULL && got > 0)
		got = unpack_read(u, l->t->scratch, SOURCE_CHUNK, &e);
	bool whole = u != NULL && got == 0 && unpack_is_whole(u);
	unpack_close(u);
	return whole;
}

bool copy_is_empty(struct look *l, const struct source *s)
{
	char bytes[POSITION_HEAD];
	struct err e;

	// In this order: what is not there yet may come in between.
	return (s->unpack == NULL || is_whole(l, s)) &&
	       place_head(s, bytes, &e) == 0;
}

/* Does its name come from rotation? */
static bool is_rotated_name(const struct entry *entry)
{
	return !entry->named || entry->log != NULL;
}

/* Has the known file a name still that rotation gave it? */
static bool is_rotated(const struct look *l, const struct known *k)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->items[i].known == k)
			return is_rotated_name(&l->items[i]);
	return false;
}

/* Does a compressed file hold what is there of one that is being read? */
static bool is_packed_from(struct look *l, struct source *s, struct slice head,
			   const struct known *k)
{
	const struct source *read = &k->file->source;
	char bytes[POSITION_HEAD];
	struct position all;
	uint64_t size;
	uint64_t other;
	struct err e;
	ssize_t got = place_head(read, bytes, &e);

	if (got < (ssize_t)head.len || memcmp(bytes, head.data, head.len) != 0)
		return false;
	if (place_content(s, &size, &e) < 0 ||
	    place_content(read, &other, &e) < 0)
		return false;
	// Else it is one of what was there before more was written, if any.
	if (size == (uint32_t)other)
		return true;
	// What is being packed stays until that is done, and takes its time.
	if (is_rotated(l, k) || !is_whole(l, s)) {
		l->t->history.again = true;
		return true;
	}
	return size < other && place_fingerprint(read, size, &all, &e) == 0 &&
	       place_resume(s, &all, l->t->scratch, &e) == 1;
}

/* Is the file a copy of one that is being read? */
static bool is_copy_of_open(struct look *l, struct source *s, struct slice head,
			    const struct known *k)
{
	const struct source *read = &k->file->source;
	struct position now;
	uint64_t size;
	uint64_t other;
	struct err e;

	if (read->unpack != NULL)
		return k->at.head_len == POSITION_HEAD &&
		       position_fits_head(&k->at, head);
	// Copied and truncated: when that is seen, the copy will be searched.
	if (k->at.offset > 0 && position_fits_head(&k->at, head) &&
	    (place_fingerprint(read, k->at.offset, &now, &e) < 0 ||
	     now.head_hash != k->at.head_hash ||
	     now.tail_hash != k->at.tail_hash)) {
		l->t->history.again = true;
		return true;
	}
	if (s->unpack != NULL)
		return is_packed_from(l, s, head, k);
	if (place_content(s, &size, &e) < 0 ||
	    place_content(read, &other, &e) < 0)
		return false;
	size = size < other ? size : other;
	return size > 0 && are_alike(s, read, size);
}

/*
 * Is it the start of one that was read, and not yet copied to where that was?
 * It is compared with that one itself, which is truncated only behind it.
 */
static bool is_part_of_read(struct look *l, const struct source *s,
			    const struct known *k)
{
	struct source read;
	uint64_t size;
	struct err e;
	size_t i = 0;

	if (place_content(s, &size, &e) < 0 || size >= k->at.offset)
		return false;
	while (i < l->count && l->items[i].known != k)
		i++;
	if (i == l->count || !folder_open(l, &l->items[i], &read))
		return false;
	bool is = read.unpack == NULL && are_alike(s, &read, size);
	source_close(&read);
	return is;
}

/* Is it a copy of one that was read and is still there? */
static bool is_copy_of_read(struct look *l, struct source *s, struct slice head,
			    const struct known *k)
{
	if (k->at.offset == 0 || !position_fits_head(&k->at, head))
		return false;
	if (copy_is_read(s, &k->at))
		return true;
	if (s->unpack == NULL)
		return k->at.head_len == POSITION_HEAD &&
		       (copy_holds(l, s, &k->at) || is_part_of_read(l, s, k));

	// Being packed just now? Then it is to be looked at again.
	if (is_whole(l, s))
		return copy_is_read(s, &k->at); // if it has its end only by now
	l->t->history.again = true;
	return true;
}

static bool is_before(struct timespec one, struct timespec other)
{
	return one.tv_sec != other.tv_sec ? one.tv_sec < other.tv_sec
					  : one.tv_nsec < other.tv_nsec;
}

/* Is one name the other with something behind it? */
static bool is_longer(const char *name, const char *other)
{
	return strncmp(name, other, strlen(other)) == 0;
}

/* Was it written before the known file was made, which is no copy itself? */
static bool is_earlier(const struct entry *entry, const struct known *k)
{
	struct timespec written =
		k->file != NULL ? k->file->source.changed : k->checked_time;

	// A copy may have the times of what it was made of.
	return is_before(entry->changed, k->born) &&
	       (written.tv_sec == 0 || !is_before(written, k->born));
}

/*
 * Do they hold the same and are two generations nevertheless, as of a log
 * without times? One that was written before the other was made; or both were
 * rotated away, and neither is named after the other as what is made of it is.
 */
static bool are_generations(const struct look *l, const struct entry *entry,
			    const struct known *k)
{
	if (is_earlier(entry, k))
		return true;
	for (size_t i = 0; i < l->count; i++) {
		const struct entry *other = &l->items[i];

		if (other->known == k)
			return is_rotated_name(other) &&
			       !is_longer(entry->name, other->name) &&
			       !is_longer(other->name, entry->name);
	}
	return false;
}

/* May it be a copy of the known file, by where both are? */
static bool is_near(const struct look *l, const struct entry *entry,
		    const struct known *k)
{
	if (k->found && lineage_is_here(l, k))
		return true;
	// The file of another folder is there, or was moved here as well.
	return !k->gone && entry->log != NULL &&
	       lineage_may_be_of(k, entry->log);
}

bool copy_is(struct look *l, const struct entry *entry, struct source *s)
{
	const struct known_all *all = &l->t->history.known;
	char bytes[POSITION_HEAD];
	struct err e;
	ssize_t got = place_head(s, bytes, &e);
	struct slice head = { bytes, got < 0 ? 0 : (size_t)got };

	// So little may be the beginning of anything that is being copied.
	if (got == 0 || (s->unpack != NULL && got > 0 && got < POSITION_HEAD &&
			 !is_whole(l, s))) {
		l->t->history.again = true;
		return true;
	}
	for (size_t i = 0; i < all->count; i++) {
		const struct known *k = all->items[i];

		if (!is_near(l, entry, k) || are_generations(l, entry, k))
			continue;
		if ((k->file != NULL ? is_copy_of_open(l, s, head, k)
				     : is_copy_of_read(l, s, head, k)) &&
		    (k->found || moved_is_afar(l, k)))
			return true;
	}
	return false;
}
