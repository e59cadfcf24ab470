#include "core/msg.h"

#include "core/buf.h"
#include "core/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static const char *tool_name = "siem";
static enum msg_level current_level = MSG_NORMAL;

static const enum exit_status status_of[] = {
	[ERR_NONE] = STATUS_DONE,
	[ERR_USAGE] = STATUS_USAGE,
	[ERR_DATA] = STATUS_REJECTS,
	[ERR_TEMPORARY] = STATUS_UNDELIVERED,
	[ERR_DENIED] = STATUS_DENIED,
	[ERR_SYSTEM] = STATUS_UNDELIVERED,
	[ERR_PIPE] = STATUS_UNDELIVERED,
};

/*
 * Whatever is opened next would take the place of a standard stream that is
 * closed. So that is held by something that cannot be read, or not written.
 */
static void hold_standard_places(void)
{
	static const int opposite[] = { O_WRONLY, O_RDONLY, O_RDONLY };

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			(void)open("/dev/null", opposite[fd]);
}

void msg_init(const char *name)
{
	tool_name = name;
	hold_standard_places();
}

void msg_set_level(enum msg_level level)
{
	current_level = level;
}

const char *msg_name(void)
{
	return tool_name;
}

void msg_put_visible(struct buf *out, struct slice text)
{
	while (text.len > 0) {
		size_t good = utf8_valid(text);
		size_t i = 0;

		while (i < good && (unsigned char)text.data[i] >= 0x20 &&
		       text.data[i] != 0x7f &&
		       // U+0080 to U+009F, which terminals act on as well
		       !((unsigned char)text.data[i] == 0xc2 &&
			 (unsigned char)text.data[i + 1] < 0xa0))
			i++;
		buf_put(out, text.data, i);
		text = slice_from(text, i);
		if (text.len > 0) {
			buf_printf(out, "\\x%02x", (unsigned char)text.data[0]);
			text = slice_from(text, 1);
		}
	}
}

PRINTF_LIKE(2, 0)
static void say(enum msg_level level, const char *fmt, va_list args)
{
	if (level > current_level)
		return;

	char text[1024];
	char space[4 * sizeof(text) + 64];
	struct buf line = { .data = space, .cap = sizeof(space),
			    .max = sizeof(space) - 1 };

	int n = vsnprintf(text, sizeof(text), fmt, args);
	if (n < 0)
		return;
	size_t len = (size_t)n < sizeof(text) ? (size_t)n : sizeof(text) - 1;
	buf_printf(&line, "%.48s: ", tool_name);
	msg_put_visible(&line, (struct slice){ text, len });
	buf_putc(&line, '\n');
	// In one write, so that the messages of a pipeline do not mix.
	ssize_t ignored = write(STDERR_FILENO, line.data, line.len);
	(void)ignored;
}

void msg_error(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(MSG_QUIET, fmt, args);
	va_end(args);
}

void msg_warn(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(MSG_NORMAL, fmt, args);
	va_end(args);
}

void msg_info(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(MSG_VERBOSE, fmt, args);
	va_end(args);
}

enum exit_status msg_status(enum err_kind kind)
{
	return status_of[kind];
}

int msg_exit(const struct err *e)
{
	if (e->kind == ERR_PIPE) {
		// As a program that does not ignore SIGPIPE ends: in silence.
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	msg_error("%s", e->text);
	return (int)msg_status(e->kind);
}
