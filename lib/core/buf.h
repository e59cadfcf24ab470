/*
 * A growable byte buffer with a ceiling.
 *
 * Errors are sticky, as in stdio: after the first failure every append does
 * nothing, so a long run of appends needs one check at the end.
 *
 *     struct buf b = BUF_INIT(MAX_RECORD);
 *
 *     buf_puts(&b, "host=");
 *     buf_put(&b, host, host_len);
 *     if (buf_status(&b) != 0)
 *             ...
 *     buf_free(&b);
 */
#ifndef SIEM_CORE_BUF_H
#define SIEM_CORE_BUF_H

#include "core/attr.h"
#include "core/slice.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char *data; // len bytes of any value; NULL at first
	size_t len; // bytes in use
	size_t cap; // bytes allocated
	size_t max; // what len may grow to
	int error;  // 0, ENOMEM, or EMSGSIZE once an append would pass max
};

#define BUF_INIT(limit) ((struct buf){ .max = (limit) })

/* Append bytes. On failure the contents stay as they were. */
void buf_put(struct buf *b, const void *bytes, size_t n);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_put_slice(struct buf *b, struct slice s);
void buf_put_int(struct buf *b, int64_t n);
void buf_put_uint(struct buf *b, uint64_t n);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

/*
 * Make room for n more bytes and return where they go, or NULL after a
 * failure. What is written there counts once buf_grown() says how much.
 */
static inline char *buf_room(struct buf *b, size_t n) MUST_CHECK;
static inline void buf_grown(struct buf *b, size_t n);

/* The contents as a C string, never NULL. Valid until the next append. */
const char *buf_str(struct buf *b);
struct slice buf_slice(const struct buf *b);

/* 0 if every append since the last buf_clear() worked, or the first errno. */
int buf_status(const struct buf *b) MUST_CHECK;

/* Forget the contents and any error; keep the memory for the next record. */
void buf_clear(struct buf *b);

/* Forget all but the first n bytes, n <= len, and any error. */
void buf_cut(struct buf *b, size_t n);

/* Forget the first n bytes, n <= len, and move the rest to the front. */
void buf_drop(struct buf *b, size_t n);

/* Give memory beyond cap back to the system where it is not in use. */
void buf_trim(struct buf *b, size_t cap);

/* Release the memory. Harmless on a buffer that never held anything. */
void buf_free(struct buf *b);

/* As buf_room(), which is the part of it that runs for every field. */
char *buf_room_slowly(struct buf *b, size_t n) MUST_CHECK;

static inline char *buf_room(struct buf *b, size_t n)
{
	if (LIKELY(b->error == 0 && n < b->cap - b->len &&
		   n <= b->max - b->len))
		return b->data + b->len;
	return buf_room_slowly(b, n);
}

static inline void buf_grown(struct buf *b, size_t n)
{
	assert(n < b->cap - b->len);
	b->len += n;
}

#endif
