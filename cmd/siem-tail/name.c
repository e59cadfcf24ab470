#include "name.h"

#include "core/clock.h"
#include "core/msg.h"
#include "lineage.h"
#include "sibling.h"
#include "tail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A name may be missing for so long on its way to the next file. */
static const int64_t RENAMING_MS = 1000;

/* Why a name cannot be read, beside what errno has numbers for. */
enum { TROUBLE_NONE = 0, TROUBLE_KIND = -1, TROUBLE_OUTPUT = -2 };

struct name *name_new(const char *path)
{
	struct name *name = calloc(1, sizeof(*name));

	if (name == NULL)
		return NULL;
	name->path = strdup(path);
	if (name->path == NULL) {
		free(name);
		return NULL;
	}
	const char *slash = strrchr(name->path, '/');
	name->base = slash != NULL ? slash + 1 : name->path;
	return name;
}

void name_free(struct name *name)
{
	free(name->path);
	free(name);
}

static const char *trouble_text(int trouble)
{
	if (trouble == TROUBLE_KIND)
		return "not a regular file";
	if (trouble == TROUBLE_OUTPUT)
		return "is where standard output goes; not read";
	return strerror(trouble);
}

static bool is_missing(int trouble)
{
	return trouble == ENOENT || trouble == ENOTDIR;
}

/* Say what is wrong with a name, unless that was the last thing said. */
static void tell_trouble(struct tail *t, struct name *name, int trouble)
{
	if (name->trouble == trouble)
		return;
	name->trouble = trouble;
	if (t->cfg->once) {
		msg_error("%s: %s", name->path, trouble_text(trouble));
		t->status = STATUS_UNDELIVERED;
	} else if (!is_missing(trouble)) {
		msg_warn("%s: %s; waiting for that to change", name->path,
			 trouble_text(trouble));
	} else if (name->previous != NULL) {
		msg_warn("%s: gone; waiting for it to appear again",
			 name->path);
	} else {
		msg_warn("%s: waiting for it to appear", name->path);
	}
}

bool name_is_clear(const struct name *name)
{
	return name->live != NULL && name->trouble == TROUBLE_NONE;
}

/* Was it surely made since this was started? */
static bool is_young(const struct tail *t, struct timespec born)
{
	struct timespec began = t->names.began;

	return born.tv_sec != began.tv_sec ? born.tv_sec > began.tv_sec
					   : born.tv_nsec >= began.tv_nsec;
}

void name_meet(const struct tail *t, struct name *name, struct timespec born)
{
	// Of those that are there at the start no folder tells.
	if (t->looked_ns != 0 || is_young(t, born))
		name->met++;
}

void name_settle(struct name *name)
{
	bool quiet = name->made == 0 && name->met == name->surplus;

	name->met -= name->made < name->met ? name->made : name->met;
	name->made = 0;
	// The folder tells soon; what it never tells was renamed from
	// elsewhere.
	if (quiet)
		name->met = 0;
	name->surplus = name->met;
}

void name_lose(struct tail *t, struct name *name)
{
	struct file *f = name->live;

	if (f == NULL)
		return;
	name->live = NULL;
	name->previous = f;
	if (--f->names > 0)
		return;
	f->active_ns = clock_ns();
	files_queue(&t->files, f);
	msg_info("%s: rotated away", name->path);
}

void name_trouble(struct tail *t, struct name *name, int trouble)
{
	int64_t now_ns = clock_ns();

	// Other troubles hide what the name means; it may still be the same.
	if (is_missing(trouble) && name->live != NULL) {
		name_lose(t, name);
		name->missing_ns = now_ns;
	}
	if (is_missing(trouble) && (!name->given || t->names.remembered))
		return;

	int64_t patient_ns = name->missing_ns + RENAMING_MS * NS_PER_MS;
	if (is_missing(trouble) && name->previous != NULL &&
	    now_ns < patient_ns) {
		names_look_by(t, patient_ns);
		return;
	}
	tell_trouble(t, name, trouble);
}

/*
 * What the checkpoint says of a file that is being opened, and after which
 * other its turn comes. -1: no memory.
 */
static int look_back(struct tail *t, struct name *name, struct source *source,
		     struct known **known, struct file **after)
{
	struct err e;
	int rc = -1;

	if (t->history.path == NULL)
		return 0;
	char *folder = expand_parent(name->path);
	if (folder == NULL)
		return -1;
	// Generations may have come and gone since the name was looked at.
	if (t->looked_ns != 0) {
		t->history.again = true;
		if (history_look(t, folder, &e) < 0 ||
		    names_look_afar(t, folder, &e) < 0 ||
		    history_look_behind(t, name->path, &e) < 0)
			goto out;
		if (!held_has_room(t))
			names_look_soon(t);
	}
	struct file *before = lineage_last(t, folder, name->base);
	if (before != NULL)
		*after = before;
	if (files_find(&t->files, source->dev, source->ino) == NULL) {
		char *path = history_absolute(source->path);

		*known = path != NULL ? history_resume(t, source, path) : NULL;
		free(path);
		if (*known == NULL)
			goto out;
	}
	rc = 0;
out:
	free(folder);
	return rc;
}

/* Where to begin in a file that was not read before: -1 with errno set. */
static int begin_at(struct tail *t, struct source *source, struct known *known)
{
	struct err e;

	// Files that come later are read whole.
	if (t->looked_ns != 0 || t->cfg->last_lines == SIZE_MAX ||
	    (known != NULL && !t->history.first))
		return 0;
	if (place_last_lines(source, t->cfg->last_lines, t->cfg->once,
			     t->scratch, &e) < 0)
		return -1;
	return known == NULL ? 0
			     : place_position(source, source->position,
					      SLICE(""), &known->at, &e);
}

/* A file that has not been seen before. NULL: not to be read, which is said. */
static struct file *open_file(struct tail *t, struct name *name)
{
	struct source source;
	struct err e;

	if (source_open(&source, name->path, &e) < 0) {
		name_trouble(t, name, errno == 0 ? TROUBLE_KIND : errno);
		return NULL;
	}
	if ((sibling_is_packed(name->base) || source_looks_packed(&source)) &&
	    source_unpack(&source, &e) < 0) {
		source_close(&source);
		name_trouble(t, name, ENOMEM);
		return NULL;
	}
	if (t->out.regular && t->out.dev == source.dev &&
	    t->out.ino == source.ino) {
		source_close(&source);
		name_trouble(t, name, TROUBLE_OUTPUT);
		return NULL;
	}

	struct file *f = files_find(&t->files, source.dev, source.ino);
	struct file *after = name->live != NULL ? name->live : name->previous;
	struct known *known = NULL;
	int had = f == NULL ? look_back(t, name, &source, &known, &after) : 0;

	// It may have been found there, under another name by now.
	if (f == NULL && had == 0)
		f = files_find(&t->files, source.dev, source.ino);
	if (f != NULL || had < 0) {
		source_close(&source);
		if (f == NULL)
			name_trouble(t, name, ENOMEM);
		return f;
	}
	if (begin_at(t, &source, known) < 0) {
		source_close(&source);
		name_trouble(t, name, errno);
		return NULL;
	}
	f = files_add(&t->files, &source, after);
	if (f == NULL) {
		name_trouble(t, name, ENOMEM);
		return NULL;
	}
	// What came in it last is before this one.
	if (f->after != NULL)
		files_queue(&t->files, f->after);
	// One that could not be opened then was found before.
	if (known == NULL || !known->missed)
		name_meet(t, name, f->source.born);
	f->known = known;
	if (known != NULL) {
		known->file = f;
		known->missed = false;
	}
	f->wd = watch_file(&t->watch, f->source.fd, f);
	t->report.files++;
	if (t->cfg->once && f->source.unpack == NULL)
		t->report.expected += f->source.size - f->source.position;
	return f;
}

/* From now on the name means f. */
static void take_file(struct tail *t, struct name *name, struct file *f)
{
	bool replaced = (name->live != NULL || name->previous != NULL) &&
			name->previous != f;

	name_lose(t, name);
	name->live = f;
	f->names++;
	f->ending = false;
	f->active_ns = clock_ns();
	files_queue(&t->files, f);
	t->report.rotations += replaced;
	if (t->looked_ns != 0)
		msg_info("%s: %s", name->path,
			 replaced ? "a new file" : "has appeared");
}

void name_look(struct tail *t, struct name *name)
{
	struct file *live = name->live;
	struct stat st;

	name->look = t->names.looks;
	if (stat(name->path, &st) < 0) {
		name_trouble(t, name, errno);
		return;
	}
	if (S_ISDIR(st.st_mode) && name->given) {
		// It appeared as a folder: what is in it is for the next look.
		names_look_soon(t);
		return;
	}
	if (!S_ISREG(st.st_mode)) {
		name_trouble(t, name, TROUBLE_KIND);
		return;
	}
	if (live == NULL || live->source.dev != st.st_dev ||
	    live->source.ino != st.st_ino) {
		struct file *f = files_find(&t->files, st.st_dev, st.st_ino);

		if (f == NULL)
			f = open_file(t, name);
		if (f == NULL)
			return;
		take_file(t, name, f);
	}
	name->trouble = TROUBLE_NONE;
}
