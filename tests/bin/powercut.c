/*
 * powercut: what a disk may hold after the power was cut.
 *
 *     powercut RECORD
 *     powercut RECORD BASE CUT STATE SEED OUT
 *
 * RECORD is what shim.so wrote of the operations on files below a folder that
 * had begun as BASE. The first form prints how many there are. The second turns
 * OUT, a copy of BASE, into what may be found when only the first CUT of them
 * had happened. What was synced by then is there; of the rest, by STATE:
 *
 *     kept        everything: the process was killed, the power stayed
 *     lost        nothing
 *     data-lost   names, but no bytes: a file is as it was at its last sync
 *     names-lost  bytes, but no names: a file that was made or renamed since
 *                 the last sync of its folder is where it was before
 *     mixed       of each file the first so many bytes that were written, of
 *                 each folder the first so many changes, each by chance (SEED)
 *     reordered   the same of files, and of each folder any of the changes,
 *                 whichever came first
 *
 * A sync covers what came before it began, and counts once it has returned. A
 * rename is there or not, never half.
 */
#include "core/buf.h"
#include "core/err.h"
#include "core/file.h"
#include "core/msg.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum state { KEPT, LOST, DATA_LOST, NAMES_LOST, MIXED, REORDERED, STATE_COUNT };

static const char *const state_names[] = {
	"kept", "lost", "data-lost", "names-lost", "mixed", "reordered",
};

/* A line of the record. */
struct op {
	char kind;
	int pid, fd;
	int64_t offset;
	char path[PATH_MAX];
	struct slice bytes;
};

/* A change of a file, or of the names in a folder. */
struct change {
	char kind; // as in the record; 'O': a name was made
	bool safe; // a sync covers it, or it stayed without
	bool settled;
	size_t at; // when: the number of the operation
	size_t file;
	int64_t offset;
	struct slice bytes;
	const char *from; // of a rename; else NULL
	const char *path; // of names; else empty
};

struct handle {
	int pid, fd;
	size_t file;      // NO_FILE: of a folder
	char *folder;     // of a folder
	size_t synced_at; // when the sync began that is going on
};

struct name {
	char *path;
	size_t file; // NO_FILE: it is gone
};

enum { MANY = 1 << 16 };
#define NO_FILE SIZE_MAX

struct disk {
	const char *base;
	struct buf *files; // as they were in base
	size_t file_count;
	struct change *changes;
	size_t change_count;
	struct handle *handles;
	size_t handle_count;
	struct name *names; // as the processes saw them
	size_t name_count;
};

static NORETURN void die(const char *what)
{
	struct err e;

	err_set(&e, ERR_USAGE, "%s", what);
	exit(msg_exit(&e));
}

static char *copy_of(const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		die("out of memory");
	return copy;
}

/* The folder of a path, which is in there itself. */
static struct slice folder_of(const char *path)
{
	assert(path != NULL);

	const char *slash = strrchr(path, '/');
	return slash != NULL ? (struct slice){ path, (size_t)(slash - path) }
			     : SLICE(".");
}

/* The next operation. False: the record ends here. */
static bool next_op(struct slice *record, struct op *op)
{
	const char *lf = memchr(record->data, '\n', record->len);
	size_t len = 0;
	int used = 0;

	if (lf == NULL)
		return false;
	if (sscanf(record->data, "%c %d %d %" SCNd64 " %zu %n", &op->kind,
		   &op->pid, &op->fd, &op->offset, &len, &used) < 5 ||
	    used == 0)
		die("the record is damaged");
	size_t name_len = (size_t)(lf - record->data) - (size_t)used;
	if (name_len >= sizeof(op->path) ||
	    (size_t)(lf - record->data) + 1 + len + 1 > record->len)
		die("the record is damaged");
	memcpy(op->path, record->data + used, name_len);
	op->path[name_len] = '\0';
	*record = slice_from(*record, (size_t)(lf - record->data) + 1);
	op->bytes = slice_take_n(record, len);
	*record = slice_from(*record, 1);
	return true;
}

static struct name *find_name(struct disk *d, const char *path)
{
	for (size_t i = 0; i < d->name_count; i++) {
		assert(d->names[i].path != NULL);
		if (strcmp(d->names[i].path, path) == 0)
			return &d->names[i];
	}
	return NULL;
}

static void set_name(struct disk *d, const char *path, size_t file)
{
	struct name *n = find_name(d, path);

	if (n == NULL) {
		if (d->name_count == MANY)
			die("too many names");
		n = &d->names[d->name_count++];
		n->path = copy_of(path);
	}
	n->file = file;
}

static size_t new_file(struct disk *d)
{
	if (d->file_count == MANY)
		die("too many files");
	d->files[d->file_count] = BUF_INIT(SIZE_MAX / 4);
	return d->file_count++;
}

static struct change *add_change(struct disk *d, const struct op *op, size_t at,
				 size_t file)
{
	if (d->change_count == MANY)
		die("too many changes");
	struct change *c = &d->changes[d->change_count++];
	*c = (struct change){
		.kind = op->kind,
		.at = at,
		.file = file,
		.offset = op->offset,
		.bytes = op->bytes,
		.path = "",
	};
	return c;
}

/* The file that has a name, which may be one of the base; or NO_FILE. */
static size_t look_up(struct disk *d, const char *path)
{
	const struct name *n = find_name(d, path);
	const struct op before = { .kind = 'O' };
	char whole[2 * PATH_MAX];
	struct stat st;
	struct err e;

	if (n != NULL)
		return n->file;
	snprintf(whole, sizeof(whole), "%s/%s", d->base, path);
	if (stat(whole, &st) < 0 || !S_ISREG(st.st_mode))
		return NO_FILE;

	size_t file = new_file(d);
	if (file_read(whole, &d->files[file], &e) < 0)
		die(e.text);
	set_name(d, path, file);
	struct change *c = add_change(d, &before, 0, file);
	c->path = copy_of(path);
	c->safe = true;
	return file;
}

static struct handle *find_handle(struct disk *d, const struct op *op)
{
	for (size_t i = 0; i < d->handle_count; i++)
		if (d->handles[i].pid == op->pid && d->handles[i].fd == op->fd)
			return &d->handles[i];
	return NULL;
}

static void open_file(struct disk *d, const struct op *op, size_t at)
{
	struct handle *h = find_handle(d, op);
	int flags = (int)op->offset;

	if (h == NULL && d->handle_count == MANY)
		die("too many descriptors");
	if (h == NULL)
		h = &d->handles[d->handle_count++];
	*h = (struct handle){ .pid = op->pid, .fd = op->fd, .file = NO_FILE };
	if ((flags & O_DIRECTORY) != 0) {
		h->folder = copy_of(op->path);
		return;
	}

	h->file = look_up(d, op->path);
	if (h->file == NO_FILE && (flags & O_CREAT) != 0) {
		h->file = new_file(d);
		set_name(d, op->path, h->file);
		add_change(d, op, at, h->file)->path = copy_of(op->path);
	} else if (h->file != NO_FILE && (flags & O_TRUNC) != 0) {
		struct op cut = *op;

		cut.kind = 'T';
		cut.offset = 0;
		add_change(d, &cut, at, h->file);
	}
}

static bool is_of_names(const struct change *c)
{
	return c->kind != 'W' && c->kind != 'T';
}

/* What had changed when the sync of this handle began is safe. */
static void make_safe(struct disk *d, const struct handle *h)
{
	for (size_t i = 0; i < d->change_count; i++) {
		struct change *c = &d->changes[i];

		if (c->at >= h->synced_at)
			continue;
		if (h->folder == NULL)
			c->safe |= !is_of_names(c) && c->file == h->file;
		else
			c->safe |=
				is_of_names(c) && slice_is(folder_of(c->path),
							   slice_of(h->folder));
	}
}

static void rename_file(struct disk *d, const struct op *op, size_t at)
{
	char to[PATH_MAX];
	size_t file = look_up(d, op->path);

	snprintf(to, sizeof(to), "%.*s", (int)op->bytes.len, op->bytes.data);
	struct change *c = add_change(d, op, at, file);
	c->from = copy_of(op->path);
	c->path = copy_of(to);
	set_name(d, op->path, NO_FILE);
	set_name(d, to, file);
}

static void link_file(struct disk *d, const struct op *op, size_t at)
{
	char to[PATH_MAX];
	size_t file = look_up(d, op->path);

	snprintf(to, sizeof(to), "%.*s", (int)op->bytes.len, op->bytes.data);
	add_change(d, op, at, file)->path = copy_of(to);
	set_name(d, to, file);
}

static void apply(struct disk *d, const struct op *op, size_t at)
{
	struct handle *h = find_handle(d, op);
	bool of_file = h != NULL && h->file != NO_FILE;

	switch (op->kind) {
	case 'O':
		open_file(d, op, at);
		break;
	case 'C':
		if (h != NULL)
			*h = d->handles[--d->handle_count];
		break;
	case 'W':
	case 'T':
		if (!of_file)
			die("a write to what was not opened");
		add_change(d, op, at, h->file);
		break;
	case 'S':
		if (h != NULL)
			h->synced_at = at;
		break;
	case 's':
		if (h != NULL)
			make_safe(d, h);
		break;
	case 'R':
		rename_file(d, op, at);
		break;
	case 'L':
		link_file(d, op, at);
		break;
	case 'U':
		look_up(d, op->path);
		set_name(d, op->path, NO_FILE);
		add_change(d, op, at, NO_FILE)->path = copy_of(op->path);
		break;
	case 'M':
		add_change(d, op, at, NO_FILE)->path = copy_of(op->path);
		break;
	default:
		die("the record is damaged");
	}
}

/* A number below n, by chance; the same for the same seed. */
static uint64_t chance(uint64_t *seed, uint64_t n)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed % n;
}

/* Bytes of what was written to a file and is not safe. */
static uint64_t unsafe_bytes(const struct disk *d, size_t file)
{
	uint64_t n = 0;

	for (size_t i = 0; i < d->change_count; i++) {
		const struct change *c = &d->changes[i];

		if (!is_of_names(c) && c->file == file && !c->safe)
			n += c->kind == 'W' ? c->bytes.len : 1;
	}
	return n;
}

static void write_at(struct buf *file, size_t offset, struct slice bytes)
{
	while (file->len < offset)
		buf_putc(file, '\0');
	size_t over = file->len - offset;

	if (over > bytes.len)
		over = bytes.len;
	if (over > 0)
		memcpy(file->data + offset, bytes.data, over);
	buf_put(file, bytes.data + over, bytes.len - over);
}

/* Make a file what is left of it, budget being what stays of what was unsafe.
 */
static void settle_file(struct disk *d, size_t file, uint64_t budget)
{
	struct buf *out = &d->files[file];

	for (size_t i = 0; i < d->change_count; i++) {
		const struct change *c = &d->changes[i];
		struct slice bytes = c->bytes;

		if (is_of_names(c) || c->file != file)
			continue;
		uint64_t cost = c->kind == 'W' ? bytes.len : 1;
		if (!c->safe) {
			if (cost > budget && c->kind == 'T')
				return;
			if (cost > budget)
				bytes.len = (size_t)budget;
			budget -= cost < budget ? cost : budget;
		}
		if (c->kind == 'W')
			write_at(out, (size_t)c->offset, bytes);
		else if ((size_t)c->offset <= out->len)
			buf_cut(out, (size_t)c->offset);
		if (!c->safe && bytes.len < c->bytes.len)
			return;
	}
}

/*
 * Say which changes of names are found: of each folder the first so many, or
 * any.
 */
static void settle_folder(struct disk *d, size_t first, enum state state,
			  uint64_t *seed)
{
	struct slice folder = folder_of(d->changes[first].path);
	size_t open = 0;

	for (int round = 0; round < 2; round++) {
		size_t kept = state == LOST || state == NAMES_LOST ? 0
			      : state == MIXED ? (size_t)chance(seed, open + 1)
					       : open;

		for (size_t i = first; i < d->change_count; i++) {
			struct change *c = &d->changes[i];

			if (!is_of_names(c) || c->safe || c->settled ||
			    !slice_is(folder_of(c->path), folder))
				continue;
			if (round == 0) {
				open++;
				continue;
			}
			c->settled = true;
			c->safe = state == REORDERED ? chance(seed, 2) > 0
						     : kept > 0;
			kept -= kept > 0;
		}
	}
}

static void write_file(const char *path, struct slice bytes)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	// Its folder may not be there any more.
	if (fd < 0 && errno == ENOENT)
		return;
	if (fd < 0 || file_write_all(fd, bytes.data, bytes.len) < 0 ||
	    close(fd) < 0)
		die(path);
}

/* Make the current folder what is found. */
static void write_disk(struct disk *d)
{
	d->name_count = 0;
	for (size_t i = 0; i < d->change_count; i++) {
		const struct change *c = &d->changes[i];

		if (!is_of_names(c) || !c->safe)
			continue;
		if (c->kind == 'M') {
			if (mkdir(c->path, 0700) < 0 && errno != EEXIST)
				die(c->path);
			continue;
		}
		if (c->from != NULL)
			set_name(d, c->from, NO_FILE);
		set_name(d, c->path, c->file);
	}
	for (size_t i = 0; i < d->name_count; i++) {
		const struct name *n = &d->names[i];

		if (n->file != NO_FILE)
			write_file(n->path, buf_slice(&d->files[n->file]));
		else if (unlink(n->path) < 0 && errno != ENOENT)
			die(n->path);
	}
}

static void cut_power(struct disk *d, enum state state, uint64_t seed)
{
	// A seed of 0 would stay 0.
	uint64_t random = (seed + 1) * 0x9e3779b97f4a7c15;

	for (size_t file = 0; file < d->file_count; file++) {
		uint64_t unsafe = unsafe_bytes(d, file);

		if (state == LOST || state == DATA_LOST)
			unsafe = 0;
		else if (state == MIXED || state == REORDERED)
			unsafe = chance(&random, unsafe + 1);
		settle_file(d, file, unsafe);
	}
	for (size_t i = 0; i < d->change_count; i++)
		if (is_of_names(&d->changes[i]) && !d->changes[i].safe)
			settle_folder(d, i, state, &random);
	write_disk(d);
}

static enum state state_of(const char *name)
{
	enum state state = KEPT;

	while (state < STATE_COUNT && strcmp(state_names[state], name) != 0)
		state++;
	if (state == STATE_COUNT)
		die("STATE is kept, lost, data-lost, names-lost, mixed or "
		    "reordered");
	return state;
}

/* Apply the first operations, as many as there are at most; returns how many.
 */
static size_t replay(struct disk *d, struct slice record, size_t most)
{
	static struct op op;
	size_t count = 0;

	while (count < most && next_op(&record, &op)) {
		count++;
		if (d->changes != NULL)
			apply(d, &op, count);
	}
	return count;
}

int main(int argc, char *argv[])
{
	static struct disk d;
	struct buf record = BUF_INIT(SIZE_MAX / 4);
	struct err e = { 0 };

	msg_init("powercut");
	if (argc != 2 && argc != 7)
		die("usage: powercut RECORD [BASE CUT STATE SEED OUT]");
	if (file_read(argv[1], &record, &e) < 0)
		return msg_exit(&e);
	if (argc == 2) {
		printf("%zu\n", replay(&d, buf_slice(&record), SIZE_MAX));
		return STATUS_DONE;
	}

	d.base = argv[2];
	d.files = calloc(MANY, sizeof(*d.files));
	d.changes = calloc(MANY, sizeof(*d.changes));
	d.handles = calloc(MANY, sizeof(*d.handles));
	d.names = calloc(MANY, sizeof(*d.names));
	if (d.files == NULL || d.changes == NULL || d.handles == NULL ||
	    d.names == NULL)
		die("out of memory");
	replay(&d, buf_slice(&record), strtoull(argv[3], NULL, 10));
	if (chdir(argv[6]) < 0)
		die(argv[6]);
	cut_power(&d, state_of(argv[4]), strtoull(argv[5], NULL, 10));
	return STATUS_DONE;
}
