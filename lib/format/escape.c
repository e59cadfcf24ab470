#include "format/escape.h"

/* The length of what is before the first byte that is touched; copies it. */
static inline size_t copy_run(char *at, const char *s, size_t n,
			      const struct escape *how)
{
	size_t done = 0;

#ifdef __SSE2__
	for (; n - done >= 16; done += 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(s + done));
		unsigned mask = escape_mask(v, how);

		_mm_storeu_si128((__m128i *)(at + done), v);
		if (mask != 0)
			return done + (size_t)__builtin_ctz(mask);
	}
#endif
	for (; done < n; done++) {
		unsigned char c = (unsigned char)s[done];

		if (c < 128 && how->rows[c].len != 0)
			break;
		at[done] = s[done];
	}
	return done;
}

/* The n bytes at s are a part of a text that ends at end. */
static char *escape_part(char *at, const char *s, size_t n, const char *end,
			 const struct escape *how)
{
	const char *stop = s + n;

	for (;;) {
		size_t run = copy_run(at, s, (size_t)(stop - s), how);

		at += run;
		s += run;
		if (s == stop)
			return at;

		const struct escape_row *row = &how->rows[(unsigned char)*s];

		if (row->len == 0) {
			*at++ = *s; // a control byte that is allowed
		} else if (*s != '\r' || !how->folds_crlf || end - s < 2 ||
			   s[1] != '\n') {
			memcpy(at, row, sizeof(*row));
			at += row->len;
		}
		s++;
	}
}

char *escape_slowly(char *at, const char *s, size_t n,
		    const struct escape *how)
{
	return escape_part(at, s, n, s + n, how);
}

void escape_put(struct buf *out, struct slice text, const struct escape *how)
{
	if (text.len == 0)
		return;

	const char *end = text.data + text.len;
	for (const char *s = text.data; s < end;) {
		size_t n = (size_t)(end - s);

		if (n > ESCAPE_SHORT)
			n = ESCAPE_SHORT;
		char *at = buf_room(out, escape_room(n));
		if (UNLIKELY(at == NULL))
			return;
		buf_grown(out, (size_t)(escape_part(at, s, n, end, how) - at));
		s += n;
	}
}
