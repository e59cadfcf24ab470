#include "names.h"

#include "core/clock.h"
#include "core/msg.h"
#include "core/slice.h"
#include "expand.h"
#include "name.h"
#include "sibling.h"
#include "tail.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* However much comes and goes in a folder, looks are so far apart. */
enum { LOOK_APART_MS = 20 };

void names_look_by(struct tail *t, int64_t ns)
{
	if (t->look_ns > ns)
		t->look_ns = ns;
}

void names_look_soon(struct tail *t)
{
	names_look_by(t, t->looked_ns + LOOK_APART_MS * (int64_t)NS_PER_MS);
}

static size_t place_of(const struct names *n, const char *path)
{
	size_t low = 0;
	size_t high = n->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(n->items[middle]->path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The name with this path, made if need be; NULL: out of memory. */
static struct name *get(struct names *n, const char *path)
{
	size_t i = place_of(n, path);

	if (i < n->count && strcmp(n->items[i]->path, path) == 0)
		return n->items[i];
	if (n->count == n->cap) {
		size_t cap = n->cap != 0 ? 2 * n->cap : 16;
		struct name **items = realloc(n->items, cap * sizeof(*items));

		if (items == NULL)
			return NULL;
		n->items = items;
		n->cap = cap;
	}

	struct name *name = name_new(path);
	if (name == NULL)
		return NULL;
	memmove(&n->items[i + 1], &n->items[i],
		(n->count++ - i) * sizeof(struct name *));
	n->items[i] = name;
	return name;
}

/*
 * Before the files of a folder are opened for the first time, what was read
 * there in earlier runs comes first.
 */
static int look_back_first(struct tail *t, const char *folder)
{
	struct err e;

	if (t->history.path == NULL || t->looked_ns != 0)
		return 0;
	return history_look(t, folder, &e);
}

/* And what is behind a link, before that is opened. */
static int look_behind_first(struct tail *t, const char *path)
{
	struct err e;

	if (t->history.path == NULL || t->looked_ns != 0)
		return 0;
	return history_look_behind(t, path, &e);
}

/* Watch the folder the name is in. */
static int watch_parent(struct tail *t, struct name *name)
{
	struct names *n = &t->names;
	char *folder = expand_parent(name->path);

	if (folder == NULL)
		return -1;
	if (n->folder == NULL || strcmp(n->folder, folder) != 0) {
		free(n->folder);
		n->folder = folder;
		n->folder_wd = watch_folder(&t->watch, folder);
		if (name->given && look_back_first(t, folder) < 0)
			return -1;
	} else {
		free(folder);
	}
	name->folder_wd = n->folder_wd;
	// Where a link points to may change in a folder that nobody watches.
	if (name->folder_wd < 0 || expand_has_link(name->path))
		n->blind = true;
	return 0;
}

static int look_at_path(struct tail *t, const char *path, bool given)
{
	struct name *name;

	if (!given && history_is_ours(&t->history, path))
		return 0;
	name = get(&t->names, path);
	if (name == NULL)
		return -1;
	name->given |= given;
	// In this order: what comes in between is an event.
	if (watch_parent(t, name) < 0 || look_behind_first(t, path) < 0)
		return -1;
	name_look(t, name);
	return 0;
}

/* Watch the folders where something may come that an operand stands for. */
static int watch_folders(struct tail *t, const char *operand,
			 enum operand_kind kind)
{
	struct names *n = &t->names;
	struct paths folders = { 0 };
	int rc = -1;

	if (expand_folders(operand, kind, &folders) < 0)
		goto out;
	for (size_t i = 0; i < folders.count; i++) {
		int wd = watch_folder(&t->watch, folders.items[i].path);

		if (look_back_first(t, folders.items[i].path) < 0)
			goto out;
		if (wd < 0) {
			n->blind = true;
			continue;
		}
		if (n->open_count == n->open_cap) {
			size_t cap = n->open_cap != 0 ? 2 * n->open_cap : 8;
			int *wds = realloc(n->open_folders, cap * sizeof(*wds));

			if (wds == NULL)
				goto out;
			n->open_folders = wds;
			n->open_cap = cap;
		}
		n->open_folders[n->open_count++] = wd;
	}
	rc = 0;
out:
	paths_free(&folders);
	return rc;
}

/* The same where an operand stands for any number of files. */
static int look_at_many(struct tail *t, const char *operand,
			enum operand_kind kind)
{
	struct paths found = { 0 };
	struct name *name;
	int rc = -1;

	if (watch_folders(t, operand, kind) < 0)
		goto out;
	if (expand_files(operand, kind, &found) < 0) {
		name = get(&t->names, operand);
		if (name == NULL)
			goto out;
		name->given = true;
		name->look = t->names.looks;
		name_trouble(t, name, errno);
	}
	for (size_t i = 0; i < found.count; i++)
		if (look_at_path(t, found.items[i].path, false) < 0)
			goto out;
	if (found.count == 0 && kind == OPERAND_PATTERN && t->looked_ns == 0) {
		if (t->cfg->once) {
			msg_error("%s: no file matches", operand);
			t->status = STATUS_UNDELIVERED;
		} else {
			msg_warn("%s: waiting for a file that matches",
				 operand);
		}
	}
	rc = 0;
out:
	paths_free(&found);
	return rc;
}

/*
 * Forget the names that no operand stands for any more, but not before the
 * file they meant: should they come again, it goes before the next.
 */
static void sweep(struct tail *t)
{
	struct names *n = &t->names;
	size_t kept = 0;

	for (size_t i = 0; i < n->count; i++) {
		struct name *name = n->items[i];

		if (name->look != n->looks)
			name_lose(t, name);
		if (name->look == n->looks || name->previous != NULL)
			n->items[kept++] = name;
		else
			name_free(name);
	}
	n->count = kept;
}

/* Does an operand stand for whatever comes, so that something may be moved? */
static bool take_in_any(const struct names *n)
{
	for (size_t i = 0; i < n->operand_count; i++)
		if (n->kinds[i] != OPERAND_NAME)
			return true;
	return n->remembered;
}

int names_look(struct tail *t, struct err *e)
{
	struct names *n = &t->names;

	n->looks++;
	n->blind = false;
	n->open_count = 0;
	free(n->folder);
	n->folder = NULL;
	for (size_t i = 0; i < n->operand_count; i++)
		n->kinds[i] = expand_kind(n->operands[i]);
	for (size_t i = 0; i < n->operand_count; i++) {
		const char *operand = n->operands[i];
		enum operand_kind kind = n->kinds[i];
		int rc = kind == OPERAND_NAME ? look_at_path(t, operand, true)
					      : look_at_many(t, operand, kind);

		if (rc < 0)
			return err_set(e, ERR_SYSTEM, "%s: %s", operand,
				       strerror(ENOMEM));
	}
	sweep(t);
	// By now it is known which logs what was in other folders is of.
	if (t->history.path != NULL && t->looked_ns == 0 &&
	    n->operand_count > 1 && take_in_any(n))
		t->history.again = true;
	return 0;
}

static int by_path(const void *one, const void *other)
{
	const struct path *a = one;
	const struct path *b = other;

	return strcmp(a->path, b->path);
}

int names_folders(const struct names *names, struct paths *out)
{
	size_t kept = 0;
	int rc = 0;

	for (size_t i = 0; i < names->operand_count && rc == 0; i++)
		rc = expand_folders(names->operands[i], names->kinds[i], out);
	if (out->count == 0)
		return rc;
	qsort(out->items, out->count, sizeof(*out->items), by_path);
	for (size_t i = 1; i < out->count; i++) {
		if (by_path(&out->items[kept], &out->items[i]) != 0)
			out->items[++kept] = out->items[i];
		else
			free(out->items[i].path);
	}
	out->count = kept + 1;
	return rc;
}

/* Look at all folders, or but one only at those that have changed. */
static int look_at_folders(struct tail *t, const char *but, struct err *e)
{
	struct paths folders = { 0 };
	int rc = names_folders(&t->names, &folders);

	if (rc < 0)
		rc = err_sys(e, "operands");
	for (size_t i = 0; i < folders.count && rc == 0; i++) {
		const char *folder = folders.items[i].path;

		if (but == NULL || (strcmp(folder, but) != 0 &&
				    history_has_changed(&t->history, folder)))
			rc = history_look(t, folder, e);
	}
	paths_free(&folders);
	return rc;
}

int names_look_back(struct tail *t, struct err *e)
{
	t->history.again = false;
	t->history.moving = false;
	t->history.waiting = false;
	int rc = look_at_folders(t, NULL, e);

	for (size_t i = 0; i < t->names.count && rc == 0; i++)
		rc = history_look_behind(t, t->names.items[i]->path, e);
	return rc;
}

int names_look_afar(struct tail *t, const char *folder, struct err *e)
{
	return take_in_any(&t->names) ? look_at_folders(t, folder, e) : 0;
}

/* Does an operand that is a name mean this file? */
static bool is_operand(const char *operand, const char *folder,
		       const char **base)
{
	char *parent = expand_parent(operand);
	const char *slash = strrchr(operand, '/');
	bool same = parent != NULL && strcmp(parent, folder) == 0;

	*base = slash != NULL ? slash + 1 : operand;
	free(parent);
	return same;
}

/* Is name in folder one of the files that a pattern stands for? */
static bool matches(const char *pattern, const char *folder, const char *name)
{
	enum { FLAGS = FNM_PATHNAME | FNM_PERIOD };
	char *path = expand_join(folder, name);
	bool is = path != NULL && fnmatch(pattern, path, FLAGS) == 0;

	free(path);
	return is ||
	       (strcmp(folder, ".") == 0 && fnmatch(pattern, name, FLAGS) == 0);
}

/* Does one operand stand for it? */
static bool stands_for(const struct names *names, size_t i, const char *folder,
		       const char *name)
{
	const char *operand = names->operands[i];
	const char *base;

	if (names->kinds[i] == OPERAND_NAME)
		return is_operand(operand, folder, &base) &&
		       strcmp(base, name) == 0;
	return !expand_is_compressed(name) && name[0] != '.' &&
	       (names->kinds[i] == OPERAND_FOLDER
			? strcmp(operand, folder) == 0
			: matches(operand, folder, name));
}

bool names_have(const struct names *names, const char *folder, const char *name)
{
	for (size_t i = 0; i < names->operand_count; i++)
		if (stands_for(names, i, folder, name))
			return true;
	return false;
}

bool names_take_in(const struct names *names, const char *folder,
		   const char *name)
{
	char plain[NAME_MAX + 1];
	size_t len = strlen(name);

	if (names->remembered)
		return true;
	if (sibling_is_packed(name))
		len -= strlen(".gz");
	if (len >= sizeof(plain))
		return false;
	memcpy(plain, name, len);
	plain[len] = '\0';
	for (size_t i = 0; i < names->operand_count; i++)
		if (names->kinds[i] != OPERAND_NAME &&
		    stands_for(names, i, folder, plain))
			return true;
	return false;
}

static const char *end_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

bool names_rotate(const struct names *names, const char *one, const char *other)
{
	for (size_t i = 0; i < names->operand_count; i++) {
		const char *base = end_of(names->operands[i]);

		if (names->kinds[i] == OPERAND_NAME &&
		    (strcmp(base, one) == 0 || sibling_is(base, one)) &&
		    sibling_is(base, other))
			return true;
	}
	return false;
}

static bool is_within(const struct name *name, const char *folder)
{
	struct slice path = { name->path, (size_t)(name->base - name->path) };

	if (path.len == 0)
		return strcmp(folder, ".") == 0;
	if (path.len > 1)
		path.len--; // without its slash
	return slice_is(path, slice_of(folder));
}

int names_add_bases(const struct names *names, const char *folder,
		    struct bases *b)
{
	bool any = take_in_any(names);
	int rc = 0;

	for (size_t i = 0; any && i < names->count && rc == 0; i++)
		if (!is_within(names->items[i], folder))
			rc = bases_add(
				b,
				(struct base){
					.name = slice_of(names->items[i]->base),
					.path = slice_of(
						names->items[i]->path) });
	for (size_t i = 0; i < names->operand_count && rc == 0; i++) {
		const char *operand = names->operands[i];
		const char *base;
		bool here;

		if (names->kinds[i] != OPERAND_NAME)
			continue;
		here = is_operand(operand, folder, &base);
		if (here || any)
			rc = bases_add(
				b,
				(struct base){ .name = slice_of(base),
					       .path = slice_of(
						       here ? "" : operand) });
	}
	return rc;
}

const char *names_log_of(const struct names *names, const char *folder,
			 const char *name)
{
	const char *base;

	for (size_t i = 0; i < names->operand_count; i++)
		if (names->kinds[i] == OPERAND_NAME &&
		    is_operand(names->operands[i], folder, &base) &&
		    (strcmp(base, name) == 0 || sibling_is(base, name)))
			return base;
	return NULL;
}

const char *names_link(const struct names *names, size_t operand,
		       struct stat *st)
{
	const char *path = names->operands[operand];
	const char *slash = strrchr(path, '/');
	struct stat own;

	if (names->kinds[operand] != OPERAND_NAME || lstat(path, &own) < 0 ||
	    (!S_ISLNK(own.st_mode) && own.st_nlink == 1) ||
	    stat(path, st) < 0 || !S_ISREG(st->st_mode))
		return NULL;
	return slash != NULL ? slash + 1 : path;
}

/* Is a folder that one, or below it? */
static bool is_below(const char *folder, const char *top)
{
	size_t len = strcmp(top, "/") == 0 ? 0 : strlen(top);

	return strncmp(folder, top, len) == 0 &&
	       (folder[len] == '/' || folder[len] == '\0');
}

/* The folder whose files, or files below it, an operand stands for. */
static char *folder_of(const char *operand, enum operand_kind kind)
{
	char *fixed = strndup(operand, strcspn(operand, "*?["));
	char *folder = NULL;
	char *absolute = NULL;

	if (fixed != NULL)
		folder = kind == OPERAND_PATTERN ? expand_parent(fixed)
			 : kind == OPERAND_NAME  ? expand_parent(operand)
						 : strdup(operand);
	if (folder != NULL)
		absolute = expand_absolute(folder);
	free(folder);
	free(fixed);
	return absolute;
}

static bool covers(const char *operand, enum operand_kind kind,
		   const char *folder)
{
	char *its = folder_of(operand, kind);
	char *self = expand_absolute(operand);
	// Without memory nothing can be told.
	bool covers = its == NULL || self == NULL;

	if (!covers)
		covers = kind == OPERAND_PATTERN
				 ? is_below(folder, its)
				 // What is not there may be a folder as well.
				 : strcmp(folder, its) == 0 ||
					   strcmp(folder, self) == 0;
	free(self);
	free(its);
	return covers;
}

bool names_cover(const struct names *names, const char *folder)
{
	for (size_t i = 0; i < names->operand_count; i++)
		if (covers(names->operands[i], names->kinds[i], folder))
			return true;
	return false;
}

static bool is_open_folder(const struct names *n, int wd)
{
	for (size_t i = 0; i < n->open_count; i++)
		if (n->open_folders[i] == wd)
			return true;
	return false;
}

/* A name came: is it that of a new file, as far as can be seen? */
static bool is_new_file(const struct name *name)
{
	struct stat st;

	// One that is gone already was one, as most are.
	return lstat(name->path, &st) < 0 ||
	       (S_ISREG(st.st_mode) && st.st_nlink == 1);
}

void names_meet(struct tail *t, const char *folder, const char *name,
		struct timespec born)
{
	struct names *n = &t->names;

	for (size_t i = 0; i < n->count; i++) {
		struct name *one = n->items[i];
		char *parent = strcmp(one->base, name) == 0 ||
					       sibling_is(one->base, name)
				       ? expand_parent(one->path)
				       : NULL;
		bool same = parent != NULL && strcmp(parent, folder) == 0;

		free(parent);
		if (same) {
			name_meet(t, one, born);
			return;
		}
	}
}

/* The name with this path, which is absolute; NULL: there is none. */
static struct name *find_absolute(const struct names *n, const char *path)
{
	const char *base = end_of(path);

	for (size_t i = 0; i < n->count; i++) {
		struct name *one = n->items[i];
		char *its = strcmp(one->base, base) == 0
				    ? history_absolute(one->path)
				    : NULL;
		bool same = its != NULL && strcmp(its, path) == 0;

		free(its);
		if (same)
			return one;
	}
	return NULL;
}

void names_meet_moved(struct tail *t, const char *log, struct timespec born)
{
	struct name *name = find_absolute(&t->names, log);

	if (name != NULL)
		name_meet(t, name, born);
}

const struct file *names_live(const struct names *names, const char *path)
{
	const struct name *name = find_absolute(names, path);

	return name != NULL ? name->live : NULL;
}

/* Are two names those of one log, as far as files made and met are counted? */
static bool are_counted_together(const struct name *a, const struct name *b)
{
	return a->folder_wd == b->folder_wd &&
	       (strcmp(a->base, b->base) == 0 || (!a->given && !b->given));
}

void names_tell_unseen(struct tail *t)
{
	struct names *n = &t->names;

	for (size_t i = 0; i < n->count; i++) {
		struct name *name = n->items[i];
		size_t made = 0;
		size_t met = 0;

		if (name->made <= name->met || !name_is_clear(name))
			continue;
		// In a folder of logs, a file may have come by one name and
		// have been found by another.
		for (size_t j = 0; j < n->count; j++)
			if (are_counted_together(name, n->items[j])) {
				made += n->items[j]->made;
				met += n->items[j]->met;
				n->items[j]->made = n->items[j]->met = 0;
			}
		if (made > met)
			gaps_note_unseen(t, name->path, made - met);
	}
	for (size_t i = 0; i < n->count; i++)
		if (name_is_clear(n->items[i]))
			name_settle(n->items[i]);
}

void names_event(struct tail *t, const struct watch_event *event)
{
	struct names *n = &t->names;
	bool known = false;

	if (event->file == NULL && event->name == NULL) {
		names_look_soon(t);
		return;
	}
	for (size_t i = 0; i < n->count; i++) {
		struct name *name = n->items[i];

		if (event->file != NULL
			    ? event->renamed && name->live == event->file
			    : name->folder_wd == event->wd &&
				      strcmp(name->base, event->name) == 0) {
			// Once, however many operands mean it.
			if (event->made && !known && is_new_file(name))
				name->made++;
			name_look(t, name);
			if (name->made > name->met)
				names_look_soon(t);
			known = true;
		}
	}
	if (event->file != NULL || known || !event->came ||
	    !is_open_folder(n, event->wd))
		return;
	// Nothing that is followed by its name, but it may be what was.
	if (sibling_is_packed(event->name))
		t->history.again = true;
	names_look_soon(t);
}

void names_forget_file(struct names *names, const struct file *f)
{
	for (size_t i = 0; i < names->count; i++)
		if (names->items[i]->previous == f)
			names->items[i]->previous = NULL;
}

static int check_operand(const char *operand, struct err *e)
{
	struct stat st;

	if (operand[0] == '\0')
		return err_set(e, ERR_USAGE, "an operand is empty");
	if (strcmp(operand, "-") == 0)
		return err_set(e, ERR_USAGE,
			       "-: standard input is a stream, and needs no "
			       "siem-tail; a file of that name is ./-");
	if (stat(operand, &st) == 0 && !S_ISREG(st.st_mode) &&
	    !S_ISDIR(st.st_mode))
		return err_set(e, ERR_USAGE,
			       "%s: neither a file nor a folder; what is a "
			       "stream needs no siem-tail",
			       operand);
	return 0;
}

int names_open(struct names *names, char *const operands[], size_t count,
	       struct err *e)
{
	clock_gettime(CLOCK_REALTIME_COARSE, &names->began);
	names->operands = calloc(count, sizeof(*names->operands));
	names->kinds = calloc(count, sizeof(*names->kinds));
	if (names->operands == NULL || names->kinds == NULL)
		return err_sys(e, "operands");
	for (size_t i = 0; i < count; i++) {
		char *operand = strdup(operands[i]);

		if (operand == NULL)
			return err_sys(e, "operands");
		names->operands[names->operand_count++] = operand;
		for (size_t len = strlen(operand);
		     len > 1 && operand[len - 1] == '/'; len--)
			operand[len - 1] = '\0';
		if (check_operand(operand, e) < 0)
			return -1;
	}
	return 0;
}

void names_close(struct names *names)
{
	for (size_t i = 0; i < names->operand_count; i++)
		free(names->operands[i]);
	for (size_t i = 0; i < names->count; i++)
		name_free(names->items[i]);
	free(names->operands);
	free(names->kinds);
	free(names->items);
	free(names->open_folders);
	free(names->folder);
	*names = (struct names){ 0 };
}
