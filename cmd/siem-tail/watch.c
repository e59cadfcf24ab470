#include "watch.h"

#include "core/msg.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

enum {
	FILE_EVENTS = IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF,
	FOLDER_GONE = IN_DELETE_SELF | IN_MOVE_SELF,
	FOLDER_CAME = IN_CREATE | IN_MOVED_TO | IN_ATTRIB,
	FOLDER_EVENTS = FOLDER_CAME | IN_MOVED_FROM | IN_DELETE | FOLDER_GONE |
			IN_ONLYDIR,
	EVENT_MOST = sizeof(struct inotify_event) + NAME_MAX + 1, // bytes
};

struct watched {
	int wd;
	void *file; // NULL: a folder
};

void watch_open(struct watch *w)
{
	*w = WATCH_NONE;
	w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (w->fd < 0)
		msg_warn("inotify: %s; looking at the files every so often",
			 strerror(errno));
}

void watch_close(struct watch *w)
{
	if (w->fd >= 0)
		close(w->fd);
	free(w->items);
	*w = WATCH_NONE;
}

/* The place of wd among the items, or where it belongs. */
static size_t place_of(const struct watch *w, int wd)
{
	size_t low = 0;
	size_t high = w->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (w->items[middle].wd < wd)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct watched *find(const struct watch *w, int wd)
{
	size_t i = place_of(w, wd);

	return i < w->count && w->items[i].wd == wd ? &w->items[i] : NULL;
}

static void forget(struct watch *w, int wd)
{
	struct watched *item = find(w, wd);

	if (item == NULL)
		return;
	memmove(item, item + 1,
		(size_t)(w->items + --w->count - item) * sizeof(*item));
}

static bool note(struct watch *w, int wd, void *file)
{
	size_t i = place_of(w, wd);

	if (i < w->count && w->items[i].wd == wd) {
		w->items[i].file = file;
		return true;
	}
	if (w->count == w->cap) {
		size_t cap = w->cap != 0 ? 2 * w->cap : 16;
		struct watched *items = realloc(w->items, cap * sizeof(*items));

		if (items == NULL)
			return false;
		w->items = items;
		w->cap = cap;
	}
	memmove(&w->items[i + 1], &w->items[i],
		(w->count++ - i) * sizeof(*w->items));
	w->items[i] = (struct watched){ .wd = wd, .file = file };
	return true;
}

/*
 * Does the kernel see what is done to files of this kind of file system? Not
 * where others can write them without it: networks, and what lies behind FUSE.
 */
static bool kernel_sees(uint32_t type)
{
	static const uint32_t elsewhere[] = {
		0x6969,     // NFS
		0x517b,     // SMB
		0xff534d42, // CIFS
		0xfe534d42, // SMB2
		0x65735546, // FUSE
		0x01021997, // 9P
		0x00c36400, // Ceph
		0x5346414f, // AFS
		0x6b414653, // kAFS
		0x73757245, // Coda
		0x0bd00bd0, // Lustre
		0x01161970, // GFS2
		0x7461636f, // OCFS2
		0x47504653, // GPFS
		0xaad7aaea, // PanFS
		0x786f4256, // VirtualBox
		0xbacbacbc, // VMware
	};

	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		if (type == elsewhere[i])
			return false;
	return true;
}

/* The same of the one that fd is on, asked once: it may be far away. */
static bool is_seen(struct watch *w, int fd)
{
	struct stat st;
	struct statfs fs;

	if (fstat(fd, &st) < 0)
		return false;
	for (size_t i = 0; i < WATCH_DEVICES && i < w->devices_asked; i++)
		if (w->devices[i].dev == st.st_dev)
			return w->devices[i].sees;
	if (fstatfs(fd, &fs) < 0)
		return false;

	size_t i = w->devices_asked++ % WATCH_DEVICES;
	w->devices[i].dev = st.st_dev;
	w->devices[i].sees = kernel_sees((uint32_t)fs.f_type);
	return w->devices[i].sees;
}

static int add(struct watch *w, int fd, uint32_t events, void *file)
{
	char path[64];

	if (w->fd < 0 || !is_seen(w, fd))
		return -1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	int wd = inotify_add_watch(w->fd, path, events);
	if (wd < 0 && errno == ENOSPC && !w->told_limit) {
		msg_warn("inotify: no watch left (fs.inotify.max_user_watches)"
			 "; looking at the files every so often");
		w->told_limit = true;
	}
	if (wd >= 0 && !note(w, wd, file)) {
		inotify_rm_watch(w->fd, wd);
		wd = -1;
	}
	return wd;
}

int watch_folder(struct watch *w, const char *path)
{
	if (w->fd < 0)
		return -1;

	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	int wd = add(w, fd, FOLDER_EVENTS, NULL);
	close(fd);
	return wd;
}

int watch_file(struct watch *w, int fd, void *file)
{
	return add(w, fd, FILE_EVENTS, file);
}

void watch_drop(struct watch *w, int wd)
{
	if (wd < 0)
		return;
	forget(w, wd);
	inotify_rm_watch(w->fd, wd);
}

/* Say what it means, or false where it means nothing any more. */
static bool translate(struct watch *w, const struct inotify_event *raw,
		      struct watch_event *event)
{
	const struct watched *item = find(w, raw->wd);

	*event = (struct watch_event){ .wd = raw->wd };
	if ((raw->mask & IN_Q_OVERFLOW) != 0)
		return true;
	if (item == NULL)
		return false;
	if (item->file != NULL) {
		event->file = item->file;
		event->renamed = (raw->mask & ~(uint32_t)IN_MODIFY) != 0;
	} else if ((raw->mask & (FOLDER_GONE | IN_IGNORED)) != 0) {
		// What is at its path now is for the next look to find.
		watch_drop(w, raw->wd);
	} else if (raw->len > 0) {
		event->name = raw->name;
		event->came = (raw->mask & FOLDER_CAME) != 0;
		event->made = (raw->mask & IN_CREATE) != 0;
	}
	return true;
}

/* Read what events there are. False: none yet. */
static bool read_more(struct watch *w)
{
	bool was_all = w->was_all;
	ssize_t n = -1;

	w->was_all = false;
	if (w->fd >= 0 && !was_all)
		n = read(w->fd, w->events, sizeof(w->events));
	if (n <= 0)
		return false;
	w->next = 0;
	w->len = (size_t)n;
	// Where there was room for another one, another one there was not.
	w->was_all = w->len + EVENT_MOST <= sizeof(w->events);
	return true;
}

bool watch_next(struct watch *w, struct watch_event *event)
{
	for (;;) {
		if (w->next == w->len && !read_more(w))
			return false;

		const struct inotify_event *raw =
			(const void *)(w->events + w->next);
		w->next += sizeof(*raw) + raw->len;
		if (translate(w, raw, event))
			return true;
	}
}
