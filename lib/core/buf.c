#include "core/buf.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Make room for n more bytes and a NUL, or remember why there is none. */
static bool reserve(struct buf *b, size_t n)
{
	assert(b->max < SIZE_MAX / 2);

	if (b->error != 0)
		return false;
	if (n > b->max - b->len) {
		b->error = EMSGSIZE;
		return false;
	}

	size_t need = b->len + n + 1;
	if (need <= b->cap)
		return true;

	// Doubling cannot overflow: need is at most half of SIZE_MAX.
	size_t cap = b->cap != 0 ? b->cap : 64;
	while (cap < need)
		cap *= 2;

	char *data = realloc(b->data, cap);
	if (data == NULL) {
		b->error = ENOMEM;
		return false;
	}
	b->data = data;
	b->cap = cap;
	return true;
}

void buf_put(struct buf *b, const void *bytes, size_t n)
{
	if (!reserve(b, n))
		return;
	if (n != 0)
		memcpy(b->data + b->len, bytes, n);
	b->len += n;
}

void buf_puts(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void buf_putc(struct buf *b, char c)
{
	char *room = buf_room(b, 1);

	if (room != NULL) {
		*room = c;
		b->len++;
	}
}

void buf_put_slice(struct buf *b, struct slice s)
{
	buf_put(b, s.data, s.len);
}

void buf_put_uint(struct buf *b, uint64_t n)
{
	char digits[24];
	char *p = digits + sizeof(digits);

	do
		*--p = (char)('0' + n % 10);
	while ((n /= 10) != 0);
	buf_put(b, p, (size_t)(digits + sizeof(digits) - p));
}

void buf_put_int(struct buf *b, int64_t n)
{
	if (n < 0)
		buf_putc(b, '-');
	buf_put_uint(b, n < 0 ? -(uint64_t)n : (uint64_t)n);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	int n = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (n < 0 || !reserve(b, (size_t)n))
		return;

	va_start(args, fmt);
	vsnprintf(b->data + b->len, (size_t)n + 1, fmt, args);
	va_end(args);
	b->len += (size_t)n;
}

char *buf_room_slowly(struct buf *b, size_t n)
{
	return reserve(b, n) ? b->data + b->len : NULL;
}

const char *buf_str(struct buf *b)
{
	if (b->data == NULL)
		return "";
	b->data[b->len] = '\0';
	return b->data;
}

struct slice buf_slice(const struct buf *b)
{
	return (struct slice){ b->data, b->len };
}

int buf_status(const struct buf *b)
{
	return b->error;
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->error = 0;
}

void buf_cut(struct buf *b, size_t n)
{
	assert(n <= b->len);
	b->len = n;
	b->error = 0;
}

void buf_drop(struct buf *b, size_t n)
{
	assert(n <= b->len);
	if (n == 0)
		return;
	memmove(b->data, b->data + n, b->len - n);
	b->len -= n;
}

void buf_trim(struct buf *b, size_t cap)
{
	if (b->cap <= cap || b->len >= cap)
		return;

	char *data = realloc(b->data, cap);
	if (data != NULL) {
		b->data = data;
		b->cap = cap;
	}
}

void buf_free(struct buf *b)
{
	free(b->data);
	*b = BUF_INIT(b->max);
}
