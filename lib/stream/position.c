#include "stream/position.h"

#include "core/digest.h"

#include <string.h>

static const char hex[] = "0123456789abcdef";

/* Take the text before the next comma, or the last of it, off the front. */
static bool take_field(struct slice *rest, struct slice *field)
{
	const char *comma =
		rest->len > 0 ? memchr(rest->data, ',', rest->len) : NULL;
	size_t len = comma != NULL ? (size_t)(comma - rest->data) : rest->len;

	*field = slice_take_n(rest, len);
	if (comma != NULL)
		*rest = slice_from(*rest, 1);
	return field->len > 0;
}

/* A decimal number without leading zeros, so that there is one way only. */
static bool take_number(struct slice *rest, uint64_t *number)
{
	struct slice field;

	if (!take_field(rest, &field) ||
	    (field.len > 1 && field.data[0] == '0'))
		return false;
	*number = 0;
	for (size_t i = 0; i < field.len; i++) {
		unsigned digit = (unsigned char)field.data[i] - (unsigned)'0';

		if (digit > 9 || __builtin_mul_overflow(*number, 10, number) ||
		    __builtin_add_overflow(*number, digit, number))
			return false;
	}
	return true;
}

static bool take_hash(struct slice *rest, uint64_t *hash)
{
	struct slice field;

	if (!take_field(rest, &field) || field.len != 16)
		return false;
	*hash = 0;
	for (size_t i = 0; i < field.len; i++) {
		const char *digit = memchr(hex, field.data[i], 16);

		if (digit == NULL)
			return false;
		*hash = *hash << 4 | (uint64_t)(digit - hex);
	}
	return true;
}

int position_parse(struct slice text, struct position *p, struct err *e)
{
	struct position read;
	struct slice rest = text;

	// A comma at the end would leave an empty rest behind it, unseen.
	if (text.len == 0 || text.data[text.len - 1] == ',' ||
	    !take_number(&rest, &read.offset) ||
	    !take_number(&rest, &read.dev) || !take_number(&rest, &read.ino) ||
	    !take_number(&rest, &read.head_len) ||
	    !take_hash(&rest, &read.head_hash) ||
	    !take_number(&rest, &read.tail_len) ||
	    !take_hash(&rest, &read.tail_hash) || rest.len > 0 ||
	    read.head_len > POSITION_HEAD || read.tail_len > POSITION_TAIL ||
	    read.tail_len > read.offset)
		return err_set(e, ERR_DATA, "not a position of siem-tail: %.*s",
			       (int)(text.len < 200 ? text.len : 200),
			       text.len > 0 ? text.data : "");
	*p = read;
	return 0;
}

static void put_number(struct buf *out, uint64_t number)
{
	buf_put_uint(out, number);
	buf_putc(out, ',');
}

static void put_hash(struct buf *out, uint64_t hash)
{
	char digits[16];

	for (size_t i = sizeof(digits); i > 0; hash >>= 4)
		digits[--i] = hex[hash & 15];
	buf_put(out, digits, sizeof(digits));
}

void position_put(struct buf *out, const struct position *p)
{
	put_number(out, p->offset);
	put_number(out, p->dev);
	put_number(out, p->ino);
	put_number(out, p->head_len);
	put_hash(out, p->head_hash);
	buf_putc(out, ',');
	put_number(out, p->tail_len);
	put_hash(out, p->tail_hash);
}

bool position_fits_head(const struct position *p, struct slice head)
{
	return head.len >= p->head_len &&
	       digest_of((struct slice){
		       head.data, (size_t)p->head_len }) == p->head_hash;
}

bool position_fits_tail(const struct position *p, struct slice tail)
{
	return tail.len >= p->tail_len &&
	       digest_of(slice_from(
		       tail, tail.len - (size_t)p->tail_len)) == p->tail_hash;
}

/* The last bytes of tail and what follows it. */
static void follow_tail(struct trail *t, struct slice bytes)
{
	if (bytes.len >= POSITION_TAIL) {
		memcpy(t->tail, bytes.data + bytes.len - POSITION_TAIL,
		       POSITION_TAIL);
		t->tail_len = POSITION_TAIL;
		return;
	}

	size_t keep = POSITION_TAIL - bytes.len;
	if (keep > t->tail_len)
		keep = t->tail_len;
	memmove(t->tail, t->tail + t->tail_len - keep, keep);
	if (bytes.len > 0)
		memcpy(t->tail + keep, bytes.data, bytes.len);
	t->tail_len = keep + bytes.len;
}

void trail_follow(struct trail *t, struct slice bytes)
{
	size_t more = POSITION_HEAD - t->head_len;

	if (t->head_len == t->offset && more > 0 && bytes.len > 0) {
		if (more > bytes.len)
			more = bytes.len;
		memcpy(t->head + t->head_len, bytes.data, more);
		t->head_len += more;
	}
	follow_tail(t, bytes);
	t->offset += bytes.len;
}

void trail_resume(struct trail *t, uint64_t offset, struct slice head,
		  struct slice tail)
{
	*t = TRAIL_START;
	if (head.len > POSITION_HEAD)
		head.len = POSITION_HEAD;
	if (head.len > offset)
		head.len = (size_t)offset;
	if (head.len > 0)
		memcpy(t->head, head.data, head.len);
	t->head_len = head.len;
	follow_tail(t, tail);
	t->offset = offset;
}

void trail_position(struct trail *t, struct position *p)
{
	if (t->hashed != t->head_len || t->hashed == 0) {
		t->head_hash =
			digest_of((struct slice){ t->head, t->head_len });
		t->hashed = t->head_len;
	}
	p->offset = t->offset;
	p->head_len = t->head_len;
	p->head_hash = t->head_hash;
	p->tail_len = t->tail_len;
	p->tail_hash = digest_of((struct slice){ t->tail, t->tail_len });
}
