#include "gaps.h"

#include "core/clock.h"
#include "core/msg.h"
#include "tail.h"

#include <inttypes.h>
#include <string.h>

static const int64_t apart_ns = NS_PER_SEC;

void gaps_count(struct tail *t, uint64_t bytes)
{
	t->report.gaps++;
	t->report.lost += bytes;
	if (t->status < STATUS_REJECTS)
		t->status = STATUS_REJECTS;
}

/* The first of those that will be said together. */
static void note_path(struct gaps *gaps, struct slice path)
{
	if (gaps->deleted > 0 || gaps->unseen > 0)
		return;
	if (path.len >= sizeof(gaps->path))
		path.len = sizeof(gaps->path) - 1;
	memcpy(gaps->path, path.data, path.len);
	gaps->path[path.len] = '\0';
}

void gaps_note_deleted(struct tail *t, struct slice path, uint64_t bytes)
{
	note_path(&t->gaps, path);
	t->gaps.deleted++;
	t->gaps.bytes += bytes;
	gaps_count(t, bytes);
	names_look_by(t, t->gaps.told_ns + apart_ns);
}

void gaps_note_unseen(struct tail *t, const char *path, uint64_t count)
{
	note_path(&t->gaps, slice_of(path));
	t->gaps.unseen += count;
	for (uint64_t i = 0; i < count; i++)
		gaps_count(t, 0);
}

void gaps_tell(struct tail *t, bool now)
{
	struct gaps *gaps = &t->gaps;
	int64_t now_ns = clock_ns();

	if (!now && now_ns < gaps->told_ns + apart_ns)
		return;
	if (gaps->deleted > 0)
		msg_error("%s: %" PRIu64 " generation%s deleted before %s read "
			  "to %s end: %" PRIu64 " bytes are lost",
			  gaps->path, gaps->deleted,
			  gaps->deleted == 1 ? " was" : "s were",
			  gaps->deleted == 1 ? "it was" : "they were",
			  gaps->deleted == 1 ? "its" : "their", gaps->bytes);
	if (gaps->unseen > 0)
		msg_error("%s: %" PRIu64 " generation%s came and went between "
			  "two looks: what %s held is lost, and how much that "
			  "is nobody knows",
			  gaps->path, gaps->unseen,
			  gaps->unseen == 1 ? "" : "s",
			  gaps->unseen == 1 ? "it" : "they");
	if (gaps->deleted > 0 || gaps->unseen > 0)
		gaps->told_ns = now_ns;
	gaps->deleted = gaps->bytes = gaps->unseen = 0;
}
