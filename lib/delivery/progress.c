#include "delivery/progress.h"

#include "core/clock.h"
#include "core/msg.h"

#include <string.h>

static const int64_t often_ms = 100;
static const int64_t seldom_ms = 1000; // where the disk is slow
static const int64_t again_ms = 1000; // after it has failed
static const int64_t complain_every_ms = 30000;

void progress_record(struct progress *p, const struct queue_item *item,
		     const char *destination, const char *acknowledgement,
		     int64_t now_ns)
{
	if (p->receipts != NULL)
		receipts_add(p->receipts, item, destination, acknowledgement,
			     now_ns);
}

void progress_keep(struct progress *p)
{
	if (p->receipts != NULL)
		receipts_keep(p->receipts);
}

void progress_mark(struct progress *p, const struct queue_item *mark)
{
	const struct engine_commits *commits = p->commits;
	struct slice position = queue_bytes(mark);
	struct slice source;

	if (commits == NULL || !slice_take_word(&position, &source))
		return;
	if (p->receipts != NULL) {
		receipts_reject(p->receipts, mark->number - p->early);
		p->early = mark->number;
		receipts_mark(p->receipts, source,
			      commits->last(commits->context, source),
			      position);
	}
	commits->passed(commits->context, source, position);
	p->passed = true;
}

/* In a stream that has no marks, or whose marks nobody keeps. */
static void note_early(struct progress *p)
{
	if (p->receipts == NULL || p->commits != NULL)
		return;
	receipts_reject(p->receipts, p->ledger->early - p->early);
	p->early = p->ledger->early;
}

bool progress_is_pending(const struct progress *p)
{
	if (ledger_is_dirty(p->ledger))
		return true;
	return p->passed ||
	       (p->receipts != NULL && receipts_is_dirty(p->receipts));
}

int progress_wait_ms(const struct progress *p, int64_t now_ms)
{
	if (!progress_is_pending(p))
		return -1;
	return p->due_ms > now_ms ? (int)(p->due_ms - now_ms) : 0;
}

/* What is delivered is not forgotten, but would be sent again after a crash. */
static void complain(struct progress *p, int64_t now_ms, bool last,
		     const struct err *why)
{
	bool news = !p->fails || now_ms - p->complained_ms >= complain_every_ms;

	p->fails = true;
	if (last)
		msg_error("%s", why->text);
	else if (news)
		msg_error("%s; trying again", why->text);
	if (news)
		p->complained_ms = now_ms;
}

int64_t progress_pause_ms(int64_t took_ns)
{
	int64_t ms = 100 * took_ns / NS_PER_MS;

	return ms < often_ms ? often_ms : ms > seldom_ms ? seldom_ms : ms;
}

/* All that is pending, in its order. */
static int make_durable(struct progress *p, struct err *e)
{
	const struct engine_commits *commits = p->commits;

	if (ledger_sync(p->ledger, e) < 0)
		return -1;
	if (p->receipts != NULL && receipts_sync(p->receipts, e) < 0)
		return -1;
	if (p->passed && commits->commit(commits->context, e) < 0)
		return -1;
	p->passed = false;
	return 0;
}

void progress_step(struct progress *p, int64_t now_ms, enum progress_when when)
{
	int64_t began_ns;
	struct err e;
	bool at_once = when == PROGRESS_LAST ||
		       (when == PROGRESS_DRAINED && !p->fails);

	note_early(p);
	if (!progress_is_pending(p) || (now_ms < p->due_ms && !at_once))
		return;
	began_ns = clock_ns();
	if (make_durable(p, &e) < 0) {
		complain(p, now_ms, when == PROGRESS_LAST, &e);
		p->due_ms = now_ms + again_ms;
		return;
	}
	p->due_ms = now_ms + progress_pause_ms(clock_ns() - began_ns);
	if (p->fails)
		msg_warn("what was held back could be written");
	p->fails = false;
}
