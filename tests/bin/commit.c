/*
 * The smallest sink with a checkpoint: writes the records of a marked stream
 * to standard output and, behind them, its marks to the checkpoint.
 *
 * commit FILE [MARKS]: after so many marks it ends, as if it had been killed.
 */
#include "core/file.h"
#include "core/msg.h"
#include "stream/checkpoint.h"
#include "stream/reader.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int put(struct slice text, bool whole, struct err *e)
{
	if (file_write_all(STDOUT_FILENO, text.data, text.len) < 0 ||
	    (whole && file_write_all(STDOUT_FILENO, "\n", 1) < 0))
		return err_sys(e, "write");
	return 0;
}

/* 1: go on; 0: the end; -1 with e filled. */
static int handle(struct reader *r, struct checkpoint *c, long *marks,
		  struct err *e)
{
	struct reader_line line;
	const struct control *control = &line.control;

	switch (reader_next(r, &line, e)) {
	case READER_MORE:
		return reader_fill(r, e) < 0 ? -1 : 1;
	case READER_RECORD:
		return put(line.raw, true, e) < 0 ? -1 : 1;
	case READER_PIECE:
		return put(line.raw, line.last, e) < 0 ? -1 : 1;
	case READER_EOF:
		return r->cut_off ? err_set(e, ERR_SYSTEM, "cut off") : 0;
	case READER_FAILED:
		return -1;
	case READER_CONTROL:
		break;
	}
	if (control->kind == CONTROL_HEADER &&
	    !slice_is(control->id, checkpoint_id(c)))
		return err_set(e, ERR_USAGE, "the header has another id");
	if (control->kind != CONTROL_MARK)
		return 1;
	if (checkpoint_set(c, control->source, control->position, e) < 0 ||
	    checkpoint_save(c, e) < 0)
		return -1;
	return --*marks == 0 ? err_set(e, ERR_SYSTEM, "killed") : 1;
}

int main(int argc, char *argv[])
{
	struct reader r = READER_INIT(STDIN_FILENO, 1 << 20);
	struct checkpoint *c = NULL;
	struct err e = { 0 };
	long marks = argc > 2 ? strtol(argv[2], NULL, 10) : 0;
	int rc = 1;

	msg_init("commit");
	// The source makes the file before it writes the first line.
	while (rc > 0 && !reader_holds(&r) && !r.eof)
		rc = reader_fill(&r, &e) < 0 ? -1 : 1;
	if (rc > 0)
		rc = argc < 2 ? err_set(&e, ERR_USAGE, "which checkpoint?")
			      : checkpoint_load(argv[1], &c, &e);
	if (rc == 0)
		rc = err_set(&e, ERR_USAGE, "there is no checkpoint");
	while (rc > 0)
		rc = handle(&r, c, &marks, &e);
	checkpoint_free(c);
	reader_free(&r);
	return rc < 0 ? msg_exit(&e) : STATUS_DONE;
}
