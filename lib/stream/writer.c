#include "stream/writer.h"

#include "core/file.h"
#include "stream/control.h"

#include <errno.h>
#include <string.h>

enum { KEEP = 512 << 10 }; // memory kept once a giant line is gone

static int write_if_full(struct writer *w, struct err *e)
{
	w->line = w->out.len;
	return w->out.len >= WRITER_BLOCK ? writer_flush(w, e) : 0;
}

/* Double the DLE that the line begins with. */
static void double_dle(struct writer *w)
{
	buf_putc(&w->out, DLE);
	memmove(w->out.data + w->line + 1, w->out.data + w->line,
		w->out.len - w->line - 1);
	w->out.data[w->line] = DLE;
}

int writer_end_line(struct writer *w, struct err *e)
{
	if (w->marked && w->out.len > w->line && w->out.data[w->line] == DLE &&
	    buf_status(&w->out) == 0)
		double_dle(w);
	buf_putc(&w->out, '\n');

	int failed = buf_status(&w->out);
	if (failed != 0) {
		writer_cancel_line(w);
		if (failed == EMSGSIZE)
			return err_set(e, ERR_DATA,
				       "becomes a line of more than %zu bytes",
				       w->out.max);
		return err_set(e, ERR_SYSTEM, "write: %s", strerror(failed));
	}
	return write_if_full(w, e);
}

void writer_cancel_line(struct writer *w)
{
	buf_cut(&w->out, w->line);
}

int writer_end_control(struct writer *w, struct err *e)
{
	int failed = buf_status(&w->out);

	if (failed != 0) {
		writer_cancel_line(w);
		return err_set(e, ERR_SYSTEM, "write: %s", strerror(failed));
	}
	return write_if_full(w, e);
}

int writer_flush(struct writer *w, struct err *e)
{
	// A line that is being made waits for its end.
	if (w->line > 0 && file_write_all(w->fd, w->out.data, w->line) < 0)
		return err_sys(e, "write");
	buf_drop(&w->out, w->line);
	w->line = 0;
	if (w->out.len == 0)
		buf_trim(&w->out, KEEP);
	return 0;
}

void writer_free(struct writer *w)
{
	buf_free(&w->out);
}
