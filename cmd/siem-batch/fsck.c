#include "fsck.h"

#include "core/buf.h"
#include "core/msg.h"
#include "stream/checkpoint.h"
#include "stream/segments.h"
#include "stream/spool.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct fsck {
	const struct spool *spool;
	const char *untouched; // why nothing is cut off, or NULL
	bool damaged;
	uint64_t records, bytes; // of all segments
};

/* Have all readers left it behind? What lacks a file is being freed then. */
static bool is_read(const struct fsck *f, uint64_t number)
{
	return number < spool_slowest(f->spool).segment;
}

/* Compare what is durable with its checksums, one by one. */
static int check_entries(struct fsck *f, uint64_t number,
			 const struct spool_belief *believed, struct err *e)
{
	struct spool_side side;
	struct spool_entry entry;
	int log = spool_open_log(f->spool, number);
	int rc = spool_side_open(&side, f->spool, number, e);
	uint64_t size = log >= 0 ? (uint64_t)lseek(log, 0, SEEK_END) : 0;
	bool fits;

	while (rc > 0 && log >= 0 &&
	       (rc = spool_side_next(&side, &entry, e)) > 0) {
		if (entry.kind != 'w' || entry.offset > believed->len ||
		    entry.len > believed->len - entry.offset ||
		    entry.offset + entry.len > size)
			continue;
		if (spool_check(log, &entry, &fits, e) < 0)
			rc = -1;
		else if (!fits) {
			printf("    bytes %" PRIu64 " to %" PRIu64
			       " do not agree with their checksum\n",
			       entry.offset, entry.offset + entry.len);
			f->damaged = true;
		}
	}
	spool_side_close(&side);
	if (log >= 0)
		close(log);
	return rc < 0 ? -1 : 0;
}

/* Is all there, as far as names and sizes tell? */
static void check_files(struct fsck *f, uint64_t number,
			const struct spool_belief *believed)
{
	int log = spool_open_log(f->spool, number);
	char name[SPOOL_NAME_MAX];
	struct stat st;

	spool_side_name(number, name);
	if (believed->broken) {
		printf("    %s is damaged behind byte %" PRIu64
		       ": what was acknowledged behind it is not known, and "
		       "its segment is left as it is\n",
		       name, believed->good);
		f->damaged = true;
	}
	spool_log_name(number, name);
	if (log < 0 && believed->len > 0) {
		bool freed = errno == ENOENT && is_read(f, number);

		printf("    %s: %s\n", name,
		       freed ? "it is being freed" : strerror(errno));
		f->damaged |= !freed;
	} else if (log >= 0 && fstat(log, &st) == 0 &&
		   (uint64_t)st.st_size < believed->len) {
		printf("    %s has only %" PRIu64 " bytes of them\n", name,
		       (uint64_t)st.st_size);
		f->damaged = true;
	}
	if (log >= 0)
		close(log);
}

static int show_segment(struct fsck *f, uint64_t number, bool newest,
			struct err *e)
{
	struct spool_belief believed;
	char name[SPOOL_NAME_MAX];
	int found = spool_believe(f->spool, number, &believed, e);

	if (found <= 0) // freed meanwhile
		return found;
	believed.broken |= believed.untold && !newest;
	spool_log_name(number, name);
	printf("%s: %" PRIu64 " records, %" PRIu64 " bytes, %s\n", name,
	       believed.records, believed.len,
	       believed.broken  ? "damaged"
	       : believed.ended ? "closed"
				: "open");
	check_files(f, number, &believed);
	f->records += believed.records;
	f->bytes += believed.len;
	return check_entries(f, number, &believed, e);
}

/* Look for files of records of which the side file is missing. */
static int check_logs(struct fsck *f, const uint64_t *numbers, size_t count,
		      struct err *e)
{
	uint64_t *logs = NULL;
	size_t log_count = 0;
	size_t next = 0;
	int rc = spool_list_logs(f->spool, &logs, &log_count, e);

	// Behind the last is what a crash left that was to become the next.
	for (size_t i = 0; i < log_count && next < count; i++) {
		char name[SPOOL_NAME_MAX];

		while (next < count && numbers[next] < logs[i])
			next++;
		if (next == count || numbers[next] == logs[i] ||
		    is_read(f, logs[i]))
			continue;
		spool_side_name(logs[i], name);
		printf("%s: it is not there, but its segment is\n", name);
		f->damaged = true;
	}
	free(logs);
	return rc;
}

/* Segments are only ever dropped before the oldest. */
static void check_gap(struct fsck *f, uint64_t before, uint64_t number)
{
	char name[SPOOL_NAME_MAX];

	for (before++; before < number; before++) {
		int log = spool_open_log(f->spool, before);

		if (log >= 0) // which is told by itself
			close(log);
		if (log >= 0 || is_read(f, before))
			continue;
		spool_log_name(before, name);
		printf("%s: it is not there; readers that are not behind it "
		       "count its records as dropped\n",
		       name);
		f->damaged = true;
	}
}

/* Nothing is freed while it is not known where a reader is. */
static int check_reader(struct fsck *f, const char *name, struct err *e)
{
	struct buf path = BUF_INIT(SIZE_MAX / 4);
	struct buf text = BUF_INIT(SIZE_MAX / 4);
	struct checkpoint *c = NULL;
	struct err why;

	buf_printf(&path, "%s/%s", f->spool->path, name);
	if (checkpoint_load(buf_str(&path), &c, &why) < 0) {
		msg_put_visible(&text, slice_of(why.text));
		printf("%s\n", buf_str(&text));
		f->damaged = true;
	}
	int rc = buf_status(&path) != 0
			 ? err_set(e, ERR_SYSTEM, "out of memory")
			 : 0;
	checkpoint_free(c);
	buf_free(&text);
	buf_free(&path);
	return rc;
}

static int check_readers(struct fsck *f, struct err *e)
{
	DIR *listing = opendir(f->spool->path);
	const struct dirent *entry;
	int rc = 0;

	if (listing == NULL)
		return err_sys(e, "%s", f->spool->path);
	while (rc == 0 && (entry = readdir(listing)) != NULL)
		if (spool_is_reader(entry->d_name))
			rc = check_reader(f, entry->d_name, e);
	closedir(listing);
	return rc;
}

static int show_all(struct fsck *f, struct err *e)
{
	uint64_t *numbers = NULL;
	size_t count = 0;
	int rc = spool_list(f->spool, &numbers, &count, e);

	printf("spool:%s", f->spool->id);
	if (f->untouched != NULL)
		printf(", %s: nothing is cut off", f->untouched);
	printf("\n");
	for (size_t i = 0; i < count && rc == 0; i++) {
		if (i > 0)
			check_gap(f, numbers[i - 1], numbers[i]);
		rc = show_segment(f, numbers[i], i + 1 == count, e);
	}
	if (rc == 0)
		rc = check_logs(f, numbers, count, e);
	free(numbers);
	if (rc < 0 || check_readers(f, e) < 0)
		return -1;

	struct spool_position p = spool_slowest(f->spool);
	printf("%zu segments, %" PRIu64 " records, %" PRIu64 " bytes; ", count,
	       f->records, f->bytes);
	if (p.segment == 0)
		printf("no reader has read of it, or not all have\n");
	else
		printf("the slowest reader is at byte %" PRIu64
		       " of segment %" PRIu64 "\n",
		       p.offset, p.segment);
	if (f->damaged)
		printf("damaged: put back what is missing from a copy; or "
		       "deliver by hand what a segment still holds, and remove "
		       "both of its files\n");
	return fflush(stdout) == 0 ? 0 : err_sys(e, "standard output");
}

int fsck_run(const char *path, struct err *e)
{
	struct spool spool = SPOOL_NONE;
	struct segments writer = { .spool = SPOOL_NONE, .log = -1, .side = -1 };
	struct fsck f = { .spool = &spool };
	struct err why;
	int rc = -1;

	if (spool_open(&spool, path, e) < 0)
		return -1;
	// Whoever may write may also mend.
	if (segments_open(&writer, path, UINT64_MAX, UINT64_MAX, &why) < 0)
		f.untouched = why.kind == ERR_USAGE ? "in use" : why.text;
	else if (segments_recover(&writer, e) < 0)
		goto out;
	if (writer.torn > 0)
		printf("cut off %" PRIu64 " bytes at the end of segment "
		       "%" PRIu64 ", which a crash has torn; they were never "
		       "acknowledged\n",
		       writer.torn, writer.torn_in);
	rc = show_all(&f, e);
out:
	if (f.untouched == NULL)
		segments_close(&writer);
	spool_close(&spool);
	return rc < 0 ? -1 : f.damaged ? STATUS_REJECTS : STATUS_DONE;
}
