#include "core/msg.h"

#include "core/buf.h"
#include "core/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
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

/*
 * Does a character begin a text, of UTF-8, that a terminal acts on, or that has
 * no looks of its own but changes those of others?
 */
static bool is_unseen(struct slice text)
{
	static const struct {
		const char *first, *last;
	} ranges[] = {
		{ "\xc2\x80", "\xc2\x9f" },         // U+0080: controls
		{ "\xd8\x9c", "\xd8\x9c" },         // U+061C: direction
		{ "\xe2\x80\x8b", "\xe2\x80\x8b" }, // U+200B: a space
		{ "\xe2\x80\x8e", "\xe2\x80\x8f" }, // U+200E: direction
		{ "\xe2\x80\xa8", "\xe2\x80\xae" }, // U+2028: lines, direction
		{ "\xe2\x81\xa6", "\xe2\x81\xa9" }, // U+2066: direction
		{ "\xef\xbb\xbf", "\xef\xbb\xbf" }, // U+FEFF: byte order
		{ "\xf3\xa0\x80\x80", "\xf3\xa0\x81\xbf" }, // U+E0000: tags
	};
	unsigned char c = (unsigned char)text.data[0];

	if (c < 0x80)
		return c < 0x20 || c == 0x7f;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		size_t n = strlen(ranges[i].first);

		if (text.len >= n &&
		    memcmp(text.data, ranges[i].first, n) >= 0 &&
		    memcmp(text.data, ranges[i].last, n) <= 0)
			return true;
	}
	return false;
}

void msg_put_visible(struct buf *out, struct slice text)
{
	while (text.len > 0) {
		size_t good = utf8_valid(text);
		size_t i = 0;

		while (i < good && !is_unseen(slice_from(text, i)))
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
