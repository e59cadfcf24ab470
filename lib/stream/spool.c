#include "stream/spool.h"

#include "core/digest.h"
#include "core/file.h"
#include "stream/checkpoint.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	ENTRY_MAX = 128,   // bytes of a line of a side file
	READ_BLOCK = 4096, // of a side file
	NAME_DIGITS = 12,
};

static const char id_name[] = SPOOL_ID_NAME;
static const char id_prefix[] = "siem-spool/1 ";
static const char side_header[] = SPOOL_SIDE_HEADER;

bool spool_is(const char *path)
{
	char name[PATH_MAX];
	struct stat st;

	return snprintf(name, sizeof(name), "%s/%s", path, id_name) <
		       (int)sizeof(name) &&
	       stat(name, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0;
}

/* Read the id, which is what there is in the file. 0: the file is empty. */
static int read_id(struct spool *s, struct err *e)
{
	char text[sizeof(id_prefix) + SPOOL_ID_LEN];
	ssize_t n = pread(s->id_fd, text, sizeof(text), 0);

	if (n < 0)
		return err_sys(e, "%s/%s", s->path, id_name);
	if (n == 0)
		return 0;
	if (n != (ssize_t)sizeof(text) ||
	    memcmp(text, id_prefix, sizeof(id_prefix) - 1) != 0 ||
	    text[n - 1] != '\n' ||
	    strspn(text + sizeof(id_prefix) - 1, "0123456789abcdef") !=
		    SPOOL_ID_LEN)
		return err_set(e, ERR_USAGE,
			       "%s/%s is damaged, or of a later version",
			       s->path, id_name);
	memcpy(s->id, text + sizeof(id_prefix) - 1, SPOOL_ID_LEN);
	s->id[SPOOL_ID_LEN] = '\0';
	return 1;
}

int spool_open(struct spool *s, const char *path, struct err *e)
{
	*s = SPOOL_NONE;
	s->path = path;
	s->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir >= 0)
		s->id_fd = openat(s->dir, id_name, O_RDONLY | O_CLOEXEC);
	if (s->id_fd < 0 && (s->dir < 0 || errno != ENOENT)) {
		err_sys(e, "%s", path);
		goto fail;
	}
	if (s->id_fd < 0) {
		err_set(e, ERR_USAGE, "%s is no spool: there is no %s in it",
			path, id_name);
		goto fail;
	}
	int found = read_id(s, e);
	if (found > 0)
		return 0;
	if (found == 0)
		err_set(e, ERR_USAGE, "%s is no spool yet: %s is empty", path,
			id_name);
fail:
	spool_close(s);
	return -1;
}

/* The name of a segment's file. */
static void put_name(uint64_t number, const char *suffix,
		     char name[SPOOL_NAME_MAX])
{
	snprintf(name, SPOOL_NAME_MAX, "%0*" PRIu64 "%s", NAME_DIGITS, number,
		 suffix);
}

/* Take a decimal number off the front of a text. */
static bool take_number(struct slice *text, uint64_t *number)
{
	size_t digits = 0;

	*number = 0;
	while (digits < text->len && digits < 19 && text->data[digits] >= '0' &&
	       text->data[digits] <= '9')
		*number = *number * 10 + (uint64_t)(text->data[digits++] - '0');
	*text = slice_from(*text, digits);
	return digits > 0;
}

/* The number of the segment whose file of this suffix has this name, or 0. */
static uint64_t number_of(const char *name, const char *suffix)
{
	struct slice text = slice_of(name);
	char own[SPOOL_NAME_MAX];
	uint64_t number;

	if (!take_number(&text, &number))
		return 0;
	// Another name for it, as in "1.log", is somebody else's.
	put_name(number, suffix, own);
	return strcmp(name, own) == 0 ? number : 0;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a;
	uint64_t y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The numbers of the files with this suffix, in order. */
static int list(const struct spool *s, const char *suffix, uint64_t **numbers,
		size_t *count, struct err *e)
{
	DIR *listing = opendir(s->path);
	struct buf found = BUF_INIT(SIZE_MAX / 4);
	const struct dirent *entry;

	if (listing == NULL)
		return err_sys(e, "%s", s->path);
	while ((entry = readdir(listing)) != NULL) {
		uint64_t number = number_of(entry->d_name, suffix);

		if (number > 0)
			buf_put(&found, &number, sizeof(number));
	}
	closedir(listing);
	if (buf_status(&found) != 0) {
		buf_free(&found);
		return err_set(e, ERR_SYSTEM, "%s: %s", s->path,
			       strerror(ENOMEM));
	}
	*numbers = (uint64_t *)(void *)found.data;
	*count = found.len / sizeof(uint64_t);
	if (*count > 0)
		qsort(*numbers, *count, sizeof(uint64_t), by_number);
	return 0;
}

int spool_list(const struct spool *s, uint64_t **numbers, size_t *count,
	       struct err *e)
{
	return list(s, ".sum", numbers, count, e);
}

int spool_list_logs(const struct spool *s, uint64_t **numbers, size_t *count,
		    struct err *e)
{
	return list(s, ".log", numbers, count, e);
}

bool spool_was(const char *path)
{
	DIR *listing = opendir(path);
	const struct dirent *entry;
	bool was = false;

	if (listing == NULL)
		return false;
	while (!was && (entry = readdir(listing)) != NULL)
		was = number_of(entry->d_name, ".sum") > 0;
	closedir(listing);
	return was && !spool_is(path);
}

/* What may be there before the spool: readers' checkpoints, hidden files. */
static bool may_be_there(const struct spool *s, const char *name)
{
	struct stat st;

	return name[0] == '.' || strcmp(name, id_name) == 0 ||
	       strstr(name, ".checkpoint") != NULL ||
	       fstatat(s->dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	       !S_ISREG(st.st_mode);
}

/* Nor is a folder of other files one for a spool: --spool . is a slip. */
static int check_empty(const struct spool *s, struct err *e)
{
	DIR *listing = opendir(s->path);
	const struct dirent *entry;
	int rc = 0;

	if (listing == NULL)
		return err_sys(e, "%s", s->path);
	while (rc == 0 && (entry = readdir(listing)) != NULL)
		if (!may_be_there(s, entry->d_name)) {
			(void)!unlinkat(s->dir, id_name, 0); // which is empty
			rc = err_set(e, ERR_USAGE,
				     "%s holds other files (%s): a spool needs "
				     "a folder of its own",
				     s->path, entry->d_name);
		}
	closedir(listing);
	return rc;
}

/* A folder without an id that has segments has lost it, or is not ours. */
static int check_unused(const struct spool *s, struct err *e)
{
	uint64_t *logs = NULL;
	uint64_t *sides = NULL;
	size_t log_count = 0;
	size_t side_count = 0;
	int rc = -1;

	if (spool_list_logs(s, &logs, &log_count, e) == 0 &&
	    spool_list(s, &sides, &side_count, e) == 0)
		rc = 0;
	if (rc == 0 && log_count + side_count > 0) {
		(void)!unlinkat(s->dir, id_name, 0); // which is empty
		rc = err_set(e, ERR_USAGE,
			     "%s is no spool, but holds segments: it lost its "
			     "%s, or they are somebody else's",
			     s->path, id_name);
	}
	free(logs);
	free(sides);
	return rc;
}

/* Give a new spool its id, durably. */
static int write_id(struct spool *s, struct err *e)
{
	unsigned char random[SPOOL_ID_LEN / 2];
	char text[sizeof(id_prefix) + SPOOL_ID_LEN + 1];

	if (RAND_bytes(random, sizeof(random)) != 1)
		return err_set(e, ERR_SYSTEM, "no random numbers");
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(s->id + 2 * i, 3, "%02x", random[i]);
	int n = snprintf(text, sizeof(text), "%s%s\n", id_prefix, s->id);
	if (pwrite(s->id_fd, text, (size_t)n, 0) != n || fsync(s->id_fd) < 0 ||
	    fsync(s->dir) < 0) {
		err_sys(e, "%s/%s", s->path, id_name);
		// Half an id is none.
		(void)!ftruncate(s->id_fd, 0);
		return -1;
	}
	return 0;
}

/*
 * The folder itself, before there is an id: a run that was killed may have made
 * it. Who made it by hand may not let us read the one it is in.
 */
static int sync_name(const struct spool *s, bool made, struct err *e)
{
	return file_sync_parent(s->path, e) == 0 || (!made && errno == EACCES)
		       ? 0
		       : -1;
}

int spool_create(struct spool *s, const char *path, struct err *e)
{
	*s = SPOOL_NONE;
	s->path = path;
	bool made = mkdir(path, 0700) == 0;
	if (!made && errno != EEXIST)
		return err_sys(e, "%s", path);
	s->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir >= 0)
		s->id_fd =
			openat(s->dir, id_name,
			       O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->id_fd < 0) {
		err_sys(e, "%s", path);
		goto fail;
	}
	if (flock(s->id_fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno == EWOULDBLOCK)
			err_set(e, ERR_USAGE,
				"%s: in use by another siem-batch: each needs "
				"a spool of its own",
				path);
		else
			err_sys(e, "%s/%s", path, id_name);
		goto fail;
	}
	int found = read_id(s, e);
	if (found > 0 ||
	    (found == 0 && check_unused(s, e) == 0 && check_empty(s, e) == 0 &&
	     sync_name(s, made, e) == 0 && write_id(s, e) == 0))
		return 0;
fail:
	spool_close(s);
	return -1;
}

void spool_close(struct spool *s)
{
	if (s->id_fd >= 0)
		close(s->id_fd);
	if (s->dir >= 0)
		close(s->dir);
	*s = SPOOL_NONE;
}

void spool_source(const struct spool *s, char source[SPOOL_SOURCE_MAX])
{
	snprintf(source, SPOOL_SOURCE_MAX, "spool:%s", s->id);
}

bool spool_parse_position(struct slice text, struct spool_position *p)
{
	return take_number(&text, &p->segment) &&
	       slice_take(&text, SLICE(",")) &&
	       take_number(&text, &p->offset) && text.len == 0;
}

void spool_put_position(struct buf *out, struct spool_position p)
{
	buf_printf(out, "%" PRIu64 ",%" PRIu64, p.segment, p.offset);
}

void spool_log_name(uint64_t number, char name[SPOOL_NAME_MAX])
{
	put_name(number, ".log", name);
}

void spool_side_name(uint64_t number, char name[SPOOL_NAME_MAX])
{
	put_name(number, ".sum", name);
}

/*
 * Where the reader with this checkpoint stands; before the first segment where
 * that is damaged, or says nothing. -1: it could not be read.
 */
static int position_of(const struct spool *s, const char *name,
		       struct spool_position *p, struct err *e)
{
	struct checkpoint *c = NULL;
	char source[SPOOL_SOURCE_MAX];
	char path[PATH_MAX];

	*p = (struct spool_position){ 0 };
	if (snprintf(path, sizeof(path), "%s/%s", s->path, name) >=
	    (int)sizeof(path))
		return err_set(e, ERR_SYSTEM, "name too long: %s", path);
	int found = checkpoint_load(path, &c, e);
	if (found < 0 && e->kind != ERR_USAGE)
		return -1;
	if (found > 0) {
		spool_source(s, source);
		struct slice text = checkpoint_get(c, slice_of(source));

		if (text.data == NULL || !spool_parse_position(text, p))
			*p = (struct spool_position){ 0 };
	}
	checkpoint_free(c);
	return 0;
}

bool spool_is_reader(const char *name)
{
	static const char suffix[] = ".checkpoint";
	size_t len = strlen(name);

	return name[0] != '.' && len >= sizeof(suffix) &&
	       strcmp(name + len - (sizeof(suffix) - 1), suffix) == 0;
}

/* Where the first and the last of the readers stand. */
struct readers {
	struct spool_position slowest;
	struct spool_position furthest;
};

static bool is_behind(struct spool_position a, struct spool_position b)
{
	return a.segment < b.segment ||
	       (a.segment == b.segment && a.offset < b.offset);
}

static int add_readers(const struct spool *s, struct readers *r, struct err *e)
{
	DIR *listing = opendir(s->path);
	const struct dirent *entry;
	struct spool_position p;
	int rc = 0;

	if (listing == NULL)
		return err_sys(e, "%s", s->path);
	while (rc == 0 && (entry = readdir(listing)) != NULL) {
		if (!spool_is_reader(entry->d_name))
			continue;
		rc = position_of(s, entry->d_name, &p, e);
		if (is_behind(p, r->slowest))
			r->slowest = p;
		if (is_behind(r->furthest, p))
			r->furthest = p;
	}
	closedir(listing);
	return rc;
}

/*
 * A file that is replaced while its folder is read may be seen under neither
 * of its names (readdir(3)), which would free what its reader wants: so the
 * folder is read twice.
 */
static int find_readers(const struct spool *s, struct readers *r, struct err *e)
{
	*r = (struct readers){ .slowest.segment = UINT64_MAX };
	for (int times = 0; times < 2; times++)
		if (add_readers(s, r, e) < 0)
			return -1;
	return 0;
}

struct spool_position spool_slowest(const struct spool *s)
{
	struct readers r;
	struct err ignored;

	if (find_readers(s, &r, &ignored) < 0 ||
	    r.slowest.segment == UINT64_MAX) // there is no reader
		return (struct spool_position){ 0 };
	return r.slowest;
}

int spool_find_begun(const struct spool *s, uint64_t *number, struct err *e)
{
	struct readers r;

	if (find_readers(s, &r, e) < 0)
		return -1;
	*number = r.furthest.segment;
	if (*number > 0 && r.furthest.offset == 0)
		--*number;
	return 0;
}

int spool_side_open(struct spool_side *side, const struct spool *s,
		    uint64_t number, struct err *e)
{
	char name[SPOOL_NAME_MAX];

	*side = (struct spool_side){ .in = BUF_INIT(READ_BLOCK + ENTRY_MAX) };
	spool_side_name(number, name);
	side->fd = openat(s->dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (side->fd < 0 && errno == ENOENT)
		return 0;
	if (side->fd < 0)
		return err_sys(e, "%s/%s", s->path, name);
	return 1;
}

/* Take a space and a number off the front of a text. */
static bool take_field(struct slice *text, uint64_t *number)
{
	return slice_take(text, SLICE(" ")) && take_number(text, number);
}

static bool parse_entry(struct slice text, struct spool_entry *entry)
{
	*entry = (struct spool_entry){ 0 };
	if (text.len == 0)
		return false;
	entry->kind = text.data[0];
	text = slice_from(text, 1);
	if (entry->kind == 'd' || entry->kind == 'e')
		return take_field(&text, &entry->len) &&
		       take_field(&text, &entry->records) && text.len == 0;
	if (entry->kind != 'w' || !take_field(&text, &entry->offset) ||
	    !take_field(&text, &entry->len) ||
	    !take_field(&text, &entry->records) ||
	    !slice_take(&text, SLICE(" ")) || text.len != 16)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		static const char digits[] = "0123456789abcdef";
		const char *digit = memchr(digits, text.data[i], 16);

		if (digit == NULL)
			return false;
		entry->checksum =
			entry->checksum << 4 | (uint64_t)(digit - digits);
	}
	return true;
}

void spool_put_entry(struct buf *out, const struct spool_entry *entry)
{
	if (entry->kind == 'w')
		buf_printf(out,
			   "w %" PRIu64 " %" PRIu64 " %" PRIu64 " %016" PRIx64
			   "\n",
			   entry->offset, entry->len, entry->records,
			   entry->checksum);
	else
		buf_printf(out, "%c %" PRIu64 " %" PRIu64 "\n", entry->kind,
			   entry->len, entry->records);
}

/* Read on. 1: something came; 0: nothing. */
static int read_side(struct spool_side *side, struct err *e)
{
	char *room = buf_room(&side->in, READ_BLOCK);
	ssize_t n = room == NULL ? 0
				 : pread(side->fd, room, READ_BLOCK,
					 (off_t)side->read);

	if (room == NULL) {
		side->damaged = true; // no line is so long
		return 0;
	}
	if (n < 0)
		return err_sys(e, "side file");
	buf_grown(&side->in, (size_t)n);
	side->read += (uint64_t)n;
	return n > 0;
}

/* A line without its LF: is it as it should be? */
static bool take_entry(struct spool_side *side, struct slice line,
		       struct spool_entry *entry)
{
	struct slice header = { side_header, sizeof(side_header) - 2 };

	if (side->good == 0) {
		*entry = (struct spool_entry){ .kind = 'h' };
		return slice_is(line, header);
	}
	if (side->ended || !parse_entry(line, entry))
		return false;
	if (entry->kind == 'w') {
		side->noted = entry->offset + entry->len;
		return true;
	}
	// What is durable was written, and stays so.
	if (entry->len < side->durable || entry->len > side->noted ||
	    (entry->kind == 'd' && entry->len != side->noted)) {
		side->broken = true;
		return false;
	}
	side->durable = entry->len;
	side->records = entry->records;
	side->ended = entry->kind == 'e';
	return true;
}

int spool_side_next(struct spool_side *side, struct spool_entry *entry,
		    struct err *e)
{
	while (!side->damaged) {
		struct slice in = buf_slice(&side->in);
		const char *lf =
			in.len == 0 ? NULL : memchr(in.data, '\n', in.len);

		if (lf == NULL) {
			int rc = read_side(side, e);
			if (rc <= 0)
				return rc;
			continue;
		}
		in.len = (size_t)(lf - in.data);
		if (!take_entry(side, in, entry)) {
			side->damaged = true;
			return 0;
		}
		side->good += in.len + 1;
		buf_drop(&side->in, in.len + 1);
		if (entry->kind != 'h')
			return 1;
	}
	return 0;
}

/* Is there anything behind the nonsense that was written after a sync? */
static int look_behind(struct spool_side *side, struct err *e)
{
	struct spool_entry entry;
	int rc = 1;

	while (!side->broken && rc > 0) {
		struct slice in = buf_slice(&side->in);
		const char *lf =
			in.len == 0 ? NULL : memchr(in.data, '\n', in.len);
		size_t len = lf == NULL ? in.len : (size_t)(lf - in.data);

		if (lf != NULL) {
			side->broken =
				parse_entry((struct slice){ in.data, len },
					    &entry) &&
				entry.kind != 'w';
			buf_drop(&side->in, len + 1);
			continue;
		}
		if (len > ENTRY_MAX) // no line is so long
			buf_drop(&side->in, len);
		rc = read_side(side, e);
	}
	return rc < 0 ? -1 : 0;
}

int spool_side_update(struct spool_side *side, struct err *e)
{
	struct spool_entry entry;
	int rc;

	while ((rc = spool_side_next(side, &entry, e)) > 0)
		;
	return rc;
}

void spool_side_close(struct spool_side *side)
{
	if (side->fd >= 0)
		close(side->fd);
	buf_free(&side->in);
	side->fd = -1;
}

int spool_check(int log, const struct spool_entry *entry, bool *fits,
		struct err *e)
{
	struct stat st;

	*fits = false;
	if (fstat(log, &st) < 0)
		return err_sys(e, "segment");
	if (entry->offset > (uint64_t)st.st_size ||
	    entry->len > (uint64_t)st.st_size - entry->offset)
		return 0;

	char *bytes = malloc(entry->len + 1);
	size_t got = 0;
	if (bytes == NULL)
		return err_sys(e, "segment");
	while (got < entry->len) {
		ssize_t n = pread(log, bytes + got, entry->len - got,
				  (off_t)(entry->offset + got));
		if (n < 0 && errno == EINTR)
			continue;
		// What cannot be read now may be as it should be.
		if (n < 0) {
			err_sys(e, "segment");
			free(bytes);
			return -1;
		}
		if (n == 0)
			break;
		got += (size_t)n;
	}
	*fits = got == entry->len &&
		digest_of((struct slice){ bytes, got }) == entry->checksum;
	free(bytes);
	return 0;
}

int spool_open_log(const struct spool *s, uint64_t number)
{
	char name[SPOOL_NAME_MAX];

	spool_log_name(number, name);
	return openat(s->dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
}

int spool_count_lines(const struct spool *s, uint64_t number, uint64_t from,
		      uint64_t to, uint64_t *lines, struct err *e)
{
	char block[16 << 10];
	int log = spool_open_log(s, number);
	ssize_t n = log < 0 ? -1 : 1;

	*lines = 0;
	while (n > 0 && from < to) {
		size_t most = to - from < sizeof(block) ? (size_t)(to - from)
							: sizeof(block);

		n = pread(log, block, most, (off_t)from);
		for (ssize_t i = 0; i < n; i++)
			*lines += block[i] == '\n';
		from += n > 0 ? (uint64_t)n : 0;
	}
	if (n < 0)
		err_sys(e, "%s: segment %" PRIu64, s->path, number);
	if (log >= 0)
		close(log);
	return n < 0 ? -1 : 0;
}

/* Follow the entries behind what is durable, for as long as they fit. */
static int believe_rest(struct spool_side *side, int log,
			struct spool_belief *belief, struct err *e)
{
	struct spool_entry entry;
	bool fits;
	int rc;

	while ((rc = spool_side_next(side, &entry, e)) > 0) {
		if (entry.kind != 'w' || entry.offset != belief->len)
			continue;
		if (spool_check(log, &entry, &fits, e) < 0)
			return -1;
		if (!fits)
			break;
		belief->len += entry.len;
		belief->records += entry.records;
	}
	return rc < 0 ? -1 : 0;
}

int spool_believe(const struct spool *s, uint64_t number,
		  struct spool_belief *belief, struct err *e)
{
	struct spool_side side;
	struct stat st;
	int log = -1;
	int rc = spool_side_open(&side, s, number, e);

	*belief = (struct spool_belief){ 0 };
	if (rc <= 0)
		return rc;
	rc = -1;
	if (spool_side_update(&side, e) < 0 ||
	    (side.damaged && look_behind(&side, e) < 0))
		goto out;
	*belief = (struct spool_belief){ .len = side.durable,
					 .records = side.records,
					 .good = side.good,
					 .ended = side.ended,
					 .broken = side.broken };
	rc = 1;
	if (side.ended || side.broken)
		goto out;
	spool_side_close(&side);
	rc = spool_side_open(&side, s, number, e);
	log = spool_open_log(s, number);
	if (rc <= 0 || (log < 0 && errno == ENOENT))
		goto out;
	if (log < 0)
		rc = err_sys(e, "%s", s->path);
	else if (believe_rest(&side, log, belief, e) < 0)
		rc = -1;
	else
		belief->untold = side.noted == 0 && fstat(log, &st) == 0 &&
				 st.st_size > 0;
out:
	spool_side_close(&side);
	if (log >= 0)
		close(log);
	return rc;
}
