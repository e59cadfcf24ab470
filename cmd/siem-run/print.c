#include "print.h"

#include "core/shell.h"

#include <stdio.h>
#include <string.h>

enum { LINES_MAX = 4 * PIPELINE_STAGES * PIPELINE_WORDS };

/* Does it stand for itself? The first of a line is a path, or has no "=". */
static bool is_plain(const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-./:,@%+=";

	return word[0] != '\0' && strspn(word, plain) == strlen(word);
}

static void put_word(struct buf *out, const char *word)
{
	if (is_plain(word))
		buf_puts(out, word);
	else
		shell_put_word(out, word);
}

void print_stage(struct buf *out, const struct stage *stage)
{
	const char *word = NULL;
	bool is_first = true;

	while ((word = stage_next(stage, word)) != NULL) {
		if (!is_first)
			buf_putc(out, ' ');
		put_word(out, word);
		is_first = false;
	}
}

static int write_out(struct buf *lines, struct err *e)
{
	if (buf_status(lines) != 0)
		return err_sys(e, "standard output");
	if (fwrite(lines->data, 1, lines->len, stdout) < lines->len ||
	    fflush(stdout) != 0)
		return err_sys(e, "standard output");
	return 0;
}

static int put(const char *lines, struct err *e)
{
	if (fputs(lines, stdout) < 0 || fflush(stdout) != 0)
		return err_sys(e, "standard output");
	return 0;
}

int print_pipeline(const struct pipeline *p, bool is_one_of_several,
		   struct err *e)
{
	struct buf lines = BUF_INIT(LINES_MAX);
	int rc;

	buf_printf(&lines, "# %s\n", p->name);
	for (size_t i = 0; i < p->count; i++) {
		buf_puts(&lines, i == 0 ? "" : " |\n  ");
		print_stage(&lines, &p->stages[i]);
	}
	buf_puts(&lines, is_one_of_several ? " &\npids=\"$pids $!\"\n" : "\n");
	rc = write_out(&lines, e);
	buf_free(&lines);
	return rc;
}

int print_folder(const char *path, struct err *e)
{
	struct buf line = BUF_INIT(LINES_MAX);
	int rc;

	buf_puts(&line, "mkdir -p -m 700 ");
	buf_puts(&line, path[0] == '-' ? "-- " : "");
	put_word(&line, path);
	buf_putc(&line, '\n');
	rc = write_out(&line, e);
	buf_free(&line);
	return rc;
}

int print_begin(struct err *e)
{
	return put("pids=\n", e);
}

int print_wait(struct err *e)
{
	// In parentheses, so that a shell it is pasted into does not end.
	return put("worst=0\n"
		   "for pid in $pids; do\n"
		   "  status=0\n"
		   "  wait \"$pid\" || status=$?\n"
		   "  [ \"$status\" -le \"$worst\" ] || worst=$status\n"
		   "done\n"
		   "(exit \"$worst\")\n",
		   e);
}
