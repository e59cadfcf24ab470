#include "stream/control.h"

#include <string.h>

static const struct slice header_prefix = { "\x10H siem/", 8 };

/* Take the text before the next space off the front; the rest is after it. */
static struct slice next_word(struct slice *rest)
{
	const char *space =
		rest->len > 0 ? memchr(rest->data, ' ', rest->len) : NULL;
	size_t len = space != NULL ? (size_t)(space - rest->data) : rest->len;
	struct slice word = { rest->data, len };

	*rest = slice_from(*rest, len + (space != NULL));
	return word;
}

static int malformed(struct err *e, const char *what)
{
	return err_set(e, ERR_SYSTEM,
		       "the marked stream is damaged: malformed %s line", what);
}

static int parse_header(struct slice rest, struct control *c, struct err *e)
{
	struct slice version = next_word(&rest);

	if (!slice_is(version, SLICE("siem/1")))
		return err_set(e, ERR_SYSTEM,
			       "the marked stream is of version %.*s, "
			       "this program knows siem/1",
			       (int)version.len, version.data);
	c->id = next_word(&rest);
	c->flushes = slice_is(rest, SLICE("F"));
	if (c->id.len == 0 || (rest.len > 0 && !c->flushes))
		return malformed(e, "H");
	return 0;
}

static int parse_mark(struct slice rest, struct control *c, struct err *e)
{
	c->source = next_word(&rest);
	c->position = rest;
	if (!slice_is_word(c->source) || !slice_is_word(c->position))
		return malformed(e, "M");
	return 0;
}

static int parse_end(struct slice rest, struct control *c, struct err *e)
{
	if (rest.len != 1 || rest.data[0] < '0' || rest.data[0] > '4')
		return malformed(e, "E");
	c->status = rest.data[0] - '0';
	return 0;
}

int control_parse(struct slice line, struct control *c, struct err *e)
{
	*c = (struct control){ .kind = CONTROL_OTHER };
	if (line.len < 2)
		return malformed(e, "control");

	char letter = line.data[1];
	struct slice rest = slice_from(line, 2);
	if (rest.len > 0 && rest.data[0] != ' ')
		return malformed(e, "control");
	rest = slice_from(rest, rest.len > 0);

	switch (letter) {
	case 'H':
		c->kind = CONTROL_HEADER;
		return parse_header(rest, c, e);
	case 'M':
		c->kind = CONTROL_MARK;
		return parse_mark(rest, c, e);
	case 'R':
		c->kind = CONTROL_REJECT;
		c->reason = next_word(&rest);
		c->record = rest;
		return 0;
	case 'F':
		c->kind = CONTROL_FLUSH;
		return 0;
	case 'E':
		c->kind = CONTROL_END;
		return parse_end(rest, c, e);
	default:
		return 0; // of a later version: passed on
	}
}

bool control_is_header(struct slice line)
{
	return slice_has_prefix(line, header_prefix);
}

void control_put_header(struct buf *out, struct slice id, bool flushes)
{
	buf_puts(out, "\x10H siem/1 ");
	buf_put_slice(out, id);
	if (flushes)
		buf_puts(out, " F");
	buf_putc(out, '\n');
}

void control_put_mark(struct buf *out, struct slice source,
		      struct slice position)
{
	buf_puts(out, "\x10M ");
	control_encode(out, source);
	buf_putc(out, ' ');
	buf_put_slice(out, position);
	buf_putc(out, '\n');
}

void control_put_reject(struct buf *out, struct slice reason,
			struct slice record)
{
	buf_puts(out, "\x10R ");
	control_encode(out, reason);
	buf_putc(out, ' ');
	buf_put_slice(out, record);
	buf_putc(out, '\n');
}

void control_put_flush(struct buf *out)
{
	buf_puts(out, "\x10" "F\n");
}

void control_put_end(struct buf *out, int status)
{
	buf_puts(out, "\x10" "E ");
	buf_putc(out, (char)('0' + status));
	buf_putc(out, '\n');
}

/* Is it one that a source or a reason can have as it is? */
static bool is_plain(char c)
{
	return c > ' ' && c <= '~' && c != '%';
}

void control_encode(struct buf *out, struct slice text)
{
	static const char hex[] = "0123456789ABCDEF";

	while (text.len > 0) {
		size_t plain = 0;

		while (plain < text.len && is_plain(text.data[plain]))
			plain++;
		buf_put_slice(out, slice_take_n(&text, plain));
		if (text.len == 0)
			break;
		unsigned char c = (unsigned char)text.data[0];
		buf_put(out, (char[]){ '%', hex[c >> 4], hex[c & 15] }, 3);
		text = slice_from(text, 1);
	}
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

void control_decode(struct buf *out, struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		int high = -1;
		int low = -1;

		if (text.data[i] == '%' && text.len - i > 2) {
			high = hex_digit(text.data[i + 1]);
			low = hex_digit(text.data[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			buf_putc(out, (char)(high << 4 | low));
			i += 2;
		} else {
			buf_putc(out, text.data[i]);
		}
	}
}
