#include "report.h"

#include "core/buf.h"
#include "core/clock.h"
#include "core/msg.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PROGRESS_MS = 500 };

void report_open(struct report *r, bool stats, bool progress)
{
	*r = (struct report){ .began_ns = clock_ns() };
	r->progress = progress && isatty(STDERR_FILENO);
	r->count_lines = stats || r->progress;
	r->shown_ns = r->began_ns;
}

void report_note(struct report *r, struct slice bytes)
{
	r->bytes += bytes.len;
	if (!r->count_lines)
		return;

	const char *end = bytes.data + bytes.len;
	for (const char *p = bytes.data;
	     p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++)
		r->lines++;
}

/* "12.3 MB": three digits and a unit. */
static void put_size(struct buf *out, double bytes)
{
	static const char *const units[] = { "B", "KB", "MB", "GB", "TB" };
	size_t unit = 0;

	while (bytes >= 999.5 && unit < 4) {
		bytes /= 1024;
		unit++;
	}
	buf_printf(out, "%.*f %s", unit > 0 && bytes < 99.95 ? 1 : 0, bytes,
		   units[unit]);
}

void report_progress(struct report *r, int64_t now_ns)
{
	int64_t passed_ns = now_ns - r->shown_ns;

	if (!r->progress || passed_ns < PROGRESS_MS * (int64_t)NS_PER_MS)
		return;

	char space[200];
	struct buf line = { .data = space,
			    .cap = sizeof(space),
			    .max = sizeof(space) - 1 };
	double seconds = (double)passed_ns / NS_PER_SEC;

	buf_puts(&line, "\r");
	put_size(&line, (double)r->bytes);
	if (r->expected > 0) {
		buf_puts(&line, " of ");
		put_size(&line, (double)r->expected);
	}
	buf_printf(&line, ", %" PRIu64 " lines, ", r->lines);
	put_size(&line, (double)(r->bytes - r->shown_bytes) / seconds);
	buf_printf(&line, "/s, %.0f lines/s\033[K",
		   (double)(r->lines - r->shown_lines) / seconds);
	ssize_t ignored = write(STDERR_FILENO, line.data, line.len);
	(void)ignored;
	r->shown_ns = now_ns;
	r->shown_bytes = r->bytes;
	r->shown_lines = r->lines;
}

void report_close(struct report *r)
{
	if (r->progress && r->shown_ns != r->began_ns)
		fputc('\n', stderr);
	r->progress = false;
}

void report_stats(const struct report *r)
{
	char lines[32] = "";
	char gaps[64] = "";

	if (r->count_lines)
		snprintf(lines, sizeof(lines), "%" PRIu64 " lines, ", r->lines);
	if (r->gaps > 0)
		snprintf(gaps, sizeof(gaps),
			 ", %" PRIu64 " files gone or changed unread", r->gaps);
	msg_error("%s%" PRIu64 " bytes written, from %" PRIu64
		  " files; %" PRIu64 " rotations, %" PRIu64
		  " truncations (%" PRIu64 " bytes lost)%s",
		  lines, r->bytes, r->files, r->rotations, r->truncations,
		  r->lost, gaps);
}
