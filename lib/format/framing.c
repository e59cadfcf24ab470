#include "format/framing.h"

#include <string.h>

char *deframer_room(struct deframer *d, size_t *size)
{
	buf_drop(&d->in, d->start);
	d->start = 0;
	*size = DEFRAMER_BLOCK;
	return buf_room(&d->in, DEFRAMER_BLOCK);
}

void deframer_grown(struct deframer *d, size_t n)
{
	buf_grown(&d->in, n);
}

static struct slice rest_of(const struct deframer *d)
{
	return slice_from(buf_slice(&d->in), d->start);
}

/* Go past what has been dealt with. */
static void advance(struct deframer *d, size_t n)
{
	d->start += n;
	d->seen = 0;
}

/* The first LF or NUL at or behind from, or NULL. */
static const char *find_trailer(struct slice s, size_t from)
{
	struct slice rest = slice_from(s, from);

	if (rest.len == 0)
		return NULL;
	const char *lf = memchr(rest.data, '\n', rest.len);
	size_t before = lf != NULL ? (size_t)(lf - rest.data) : rest.len;
	const char *nul = memchr(rest.data, '\0', before);
	return nul != NULL ? nul : lf;
}

enum count {
	COUNT_NONE, // the frame is a line
	COUNT_PART, // more bytes are needed to tell
	COUNT_OCTETS,
};

/* Read "MSG-LEN SP": its value, and how long it is itself. */
static enum count read_count(const struct deframer *d, struct slice s,
			     size_t *octets, size_t *width)
{
	enum { DIGITS = 10 };
	size_t n = 0;
	size_t i = 0;

	if (s.data[0] < '1' || s.data[0] > '9')
		return COUNT_NONE;
	for (; i < s.len && s.data[i] >= '0' && s.data[i] <= '9'; i++) {
		if (i == DIGITS)
			return COUNT_NONE;
		n = 10 * n + (size_t)(s.data[i] - '0');
	}
	if (n > d->max)
		return COUNT_NONE;
	if (i == s.len)
		return COUNT_PART;
	*octets = n;
	*width = i + 1;
	return s.data[i] == ' ' ? COUNT_OCTETS : COUNT_NONE;
}

/* Leave out what is left of a line that was cut. False: its end is to come. */
static bool skip_line(struct deframer *d)
{
	struct slice rest = rest_of(d);
	const char *end = find_trailer(rest, 0);
	size_t n = end != NULL ? (size_t)(end - rest.data) : rest.len;

	d->left_out += n;
	advance(d, n + (end != NULL));
	d->skipping = end == NULL;
	return end != NULL;
}

/* A frame that ends with a trailer. False: it is to come. */
static bool next_line(struct deframer *d, struct slice rest,
		      struct frame *frame)
{
	const char *end = find_trailer(rest, d->seen);

	if (end == NULL) {
		d->seen = rest.len;
		// One more byte may be the CR of a CR LF.
		if (rest.len <= d->max + 1)
			return false;
	}

	struct slice text = rest;
	if (end != NULL) {
		text.len = (size_t)(end - rest.data);
		advance(d, text.len + 1);
		if (text.len > 0 && *end == '\n' &&
		    text.data[text.len - 1] == '\r')
			text.len--;
	} else {
		advance(d, rest.len);
		d->skipping = true;
	}

	frame->framing = FRAMING_LINE;
	frame->cut = text.len > d->max;
	if (frame->cut) {
		d->left_out += text.len - d->max;
		text.len = d->max;
	}
	frame->text = text;
	return true;
}

bool deframer_next(struct deframer *d, struct frame *frame)
{
	size_t octets, width;

	for (;;) {
		if (d->skipping && !skip_line(d))
			return false;

		struct slice rest = rest_of(d);
		if (rest.len == 0)
			return false;
		switch (read_count(d, rest, &octets, &width)) {
		case COUNT_PART:
			return false;
		case COUNT_OCTETS:
			if (rest.len - width < octets)
				return false;
			*frame = (struct frame){
				.text = { rest.data + width, octets },
				.framing = FRAMING_OCTETS,
			};
			advance(d, width + octets);
			return true;
		case COUNT_NONE:
			if (!next_line(d, rest, frame))
				return false;
			if (frame->text.len == 0)
				continue;
			d->bad_counts +=
				rest.data[0] >= '1' && rest.data[0] <= '9';
			return true;
		}
	}
}

size_t deframer_left(const struct deframer *d)
{
	return d->skipping ? 0 : rest_of(d).len;
}

void deframer_free(struct deframer *d)
{
	buf_free(&d->in);
}
