#include "stream/reject.h"

#include "core/buf.h"
#include "core/timestamp.h"
#include "json/write.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>

enum {
	HOLD_MOST = 1 << 20, // bytes that are written, but not durable
	WHY_MAX = 2 << 20,   // of a line about a record; what a reason takes is
			     // bounded by a control line's, six times escaped
};

int reject_open(struct reject_file *f, const char *path, struct err *e)
{
	char why_path[PATH_MAX];

	*f = REJECT_NONE;
	if (snprintf(why_path, sizeof(why_path), "%s.why", path) >=
	    (int)sizeof(why_path))
		return err_set(e, ERR_USAGE, "name too long: %s", path);

	if (journal_open(&f->records, path, e) < 0)
		return -1;
	if (journal_open(&f->whys, why_path, e) < 0) {
		journal_close(&f->records);
		return -1;
	}
	f->path = path;
	return 0;
}

void reject_follow(struct reject_file *f)
{
	journal_follow(&f->records);
	journal_follow(&f->whys);
}

/* About the record of that length which was put last. */
static int put_why(struct reject_file *f, uint64_t length,
		   const struct reject_why *why, struct err *e)
{
	struct timestamp now = timestamp_now();
	char when[TIMESTAMP_MAX];
	struct buf line = BUF_INIT(WHY_MAX);
	int rc;

	timestamp_rfc5424(&now, when);
	buf_printf(&line, "{\"time\":\"%s\",\"offset\":%llu,\"length\":%llu",
		   when,
		   (unsigned long long)(journal_len(&f->records) - 1 - length),
		   (unsigned long long)length);
	if (why->source != NULL) {
		buf_puts(&line, ",\"source\":");
		json_put_string(&line, slice_of(why->source));
	}
	if (why->line != 0)
		buf_printf(&line, ",\"line\":%llu",
			   (unsigned long long)why->line);
	if (why->column != 0)
		buf_printf(&line, ",\"column\":%zu", why->column);
	buf_puts(&line, ",\"reason\":");
	json_put_string(&line, why->reason);
	buf_puts(&line, "}\n");
	if (buf_status(&line) != 0) {
		errno = buf_status(&line);
		rc = err_sys(e, "%s.why", f->path);
	} else {
		rc = journal_put(&f->whys, buf_slice(&line), e);
	}
	buf_free(&line);
	return rc;
}

int reject_put_piece(struct reject_file *f, struct slice piece,
		     const struct reject_why *why, struct err *e)
{
	uint64_t end = journal_len(&f->records);

	if (journal_put(&f->records, piece, e) < 0)
		return -1;
	if (why == NULL) {
		f->part += piece.len;
		return 0;
	}
	if (journal_put(&f->records, SLICE("\n"), e) < 0 ||
	    put_why(f, f->part + piece.len, why, e) < 0) {
		journal_cut(&f->records, end);
		return -1;
	}
	f->part = 0;
	return 0;
}

int reject_put(struct reject_file *f, struct slice record,
	       const struct reject_why *why, struct err *e)
{
	return reject_put_piece(f, record, why, e);
}

bool reject_is_dirty(const struct reject_file *f)
{
	return reject_held(f) > 0;
}

size_t reject_held(const struct reject_file *f)
{
	return journal_held(&f->records) + journal_held(&f->whys);
}

int reject_write(struct reject_file *f, struct err *e)
{
	if (reject_held(f) >= HOLD_MOST)
		return reject_sync(f, e);
	if (journal_write(&f->records, e) < 0)
		return -1;
	return journal_write(&f->whys, e);
}

int reject_sync(struct reject_file *f, struct err *e)
{
	if (journal_sync(&f->records, e) < 0)
		return -1;
	return journal_sync(&f->whys, e);
}

int reject_close(struct reject_file *f, struct err *e)
{
	if (f->path == NULL)
		return 0;
	// A record whose last piece never came is none.
	journal_cut(&f->records, journal_len(&f->records) - f->part);
	int rc = reject_sync(f, e);
	journal_close(&f->records);
	journal_close(&f->whys);
	*f = REJECT_NONE;
	return rc;
}
