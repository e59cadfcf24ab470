#include "delivery/findings.h"

#include "core/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

enum { LINE_MAX_BYTES = 4096 };

static int lost; // errno of the first line that could not be written, or 0

/* What others have said must not look like something of ours. */
static void print_visible(const char *text)
{
	struct buf line = BUF_INIT(4 * LINE_MAX_BYTES);

	msg_put_visible(&line, slice_of(text));
	printf("%s\n", buf_str(&line));
	buf_free(&line);
	// So that a person sees what is being waited for.
	if (fflush(stdout) != 0 && lost == 0)
		lost = errno;
}

void findings_about(const char *fmt, ...)
{
	char text[LINE_MAX_BYTES];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	print_visible(text);
}

void findings_put(struct findings *f, const char *step, enum finding finding,
		  const char *fmt, ...)
{
	static const struct {
		const char *word;
		enum exit_status status;
	} rows[] = {
		[FINDING_GOOD] = { "ok", STATUS_DONE },
		[FINDING_SKIPPED] = { "skipped", STATUS_DONE },
		[FINDING_WARNING] = { "warning", STATUS_DONE },
		[FINDING_FAILED] = { "FAILED", STATUS_UNDELIVERED },
		[FINDING_REFUSED] = { "FAILED", STATUS_DENIED },
	};
	char text[LINE_MAX_BYTES];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	printf("  %-15s  %-7s  ", step, rows[finding].word);
	print_visible(text);
	if (rows[finding].status > f->status)
		f->status = rows[finding].status;
}

int findings_failed(struct findings *f, const char *step, const struct err *e)
{
	const bool refused = e->kind == ERR_DENIED || e->kind == ERR_USAGE;

	findings_put(f, step, refused ? FINDING_REFUSED : FINDING_FAILED, "%s",
		     e->text);
	return -1;
}

int findings_end(const struct findings *f, struct err *e)
{
	if (lost == 0)
		return (int)f->status;
	errno = lost;
	return err_sys(e, "standard output");
}
