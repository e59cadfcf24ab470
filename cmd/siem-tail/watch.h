/*
 * What changes, as soon as it does: inotify(7) where it sees, and word of
 * where it does not.
 *
 * Folders are watched for names that come and go, files for growth, through
 * their descriptor, so that a file stays watched when it is renamed.
 */
#ifndef SIEM_TAIL_WATCH_H
#define SIEM_TAIL_WATCH_H

#include "core/attr.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/inotify.h>
#include <sys/types.h>

enum { WATCH_EVENTS = 4096, WATCH_DEVICES = 8 };

struct watched;

struct watch {
	int fd; // readable when something changed; -1: nothing is watched

	// private
	bool told_limit;
	struct watched *items; // by wd
	size_t count, cap;
	struct {
		dev_t dev;
		bool sees;
	} devices[WATCH_DEVICES]; // those last asked about
	size_t devices_asked;
	size_t next, len; // what is left of events
	bool was_all;     // nothing came behind them when they were read
	alignas(struct inotify_event) char events[WATCH_EVENTS];
};

#define WATCH_NONE ((struct watch){ .fd = -1 })

struct watch_event {
	int wd;
	void *file;       // the one that changed; NULL: a folder
	bool renamed;     // the file may have another name now, or another mode
	const char *name; // what came, went or changed in it; NULL: all of it
	bool came;        // that name is there now
	bool made;        // and it is a new file
};

/* Where there is no inotify to be had, nothing can be watched. */
void watch_open(struct watch *w);

/*
 * Watch the folder at path, as it is found now, and return its wd, the same as
 * before where it is the same folder; -1: it cannot be watched.
 */
int watch_folder(struct watch *w, const char *path);

/* Watch an open file, which events will name; -1: it cannot be watched. */
int watch_file(struct watch *w, int fd, void *file);
void watch_drop(struct watch *w, int wd);

/*
 * The next event, without waiting; false: none yet. After an overflow, one
 * that says that all of every folder and file may have changed: wd is -1.
 */
bool watch_next(struct watch *w, struct watch_event *event) MUST_CHECK;

void watch_close(struct watch *w);

#endif
