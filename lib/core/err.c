#include "core/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

PRINTF_LIKE(4, 0)
static int fill(struct err *e, enum err_kind kind, size_t column,
		const char *fmt, va_list args)
{
	e->kind = kind;
	e->column = column;
	vsnprintf(e->text, sizeof(e->text), fmt, args);
	return -1;
}

int err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fill(e, kind, 0, fmt, args);
	va_end(args);
	return -1;
}

int err_data(struct err *e, size_t column, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fill(e, ERR_DATA, column, fmt, args);
	va_end(args);
	return -1;
}

int err_sys(struct err *e, const char *fmt, ...)
{
	int saved = errno;
	va_list args;

	va_start(args, fmt);
	fill(e, saved == EPIPE ? ERR_PIPE : ERR_SYSTEM, 0, fmt, args);
	va_end(args);

	size_t len = strlen(e->text);
	snprintf(e->text + len, sizeof(e->text) - len, ": %s",
		 strerror(saved));
	errno = saved;
	return -1;
}

int err_prefix(struct err *e, const char *fmt, ...)
{
	struct err before = *e;
	va_list args;

	va_start(args, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, args);
	va_end(args);

	size_t len = strlen(e->text);
	snprintf(e->text + len, sizeof(e->text) - len, ": %s", before.text);
	return -1;
}
