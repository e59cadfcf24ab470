#include "format/relp.h"

#include <string.h>

enum { DIGITS_MAX = 9, LETTERS_MAX = 32 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Take bytes of a kind off the front, at most so many; true: there is more. */
static bool take(struct slice *rest, bool (*is)(char), size_t most,
		 struct slice *taken)
{
	size_t n = 0;

	while (n < rest->len && n < most && is(rest->data[n]))
		n++;
	*taken = slice_take_n(rest, n);
	return rest->len > 0;
}

static uint32_t number_of(struct slice digits)
{
	uint32_t n = 0;

	for (size_t i = 0; i < digits.len; i++)
		n = n * 10 + (uint32_t)(digits.data[i] - '0');
	return n;
}

static enum relp_got broken(const char **why, const char *text)
{
	*why = text;
	return RELP_BROKEN;
}

enum relp_got relp_parse(struct slice bytes, size_t max_data,
			 struct relp_frame *frame, const char **why)
{
	struct slice rest = bytes;
	struct slice txnr, length;

	if (!take(&rest, is_digit, DIGITS_MAX, &txnr))
		return RELP_MORE;
	if (txnr.len == 0 || !slice_take(&rest, SLICE(" ")))
		return broken(why, "it begins with no transaction number");
	if (!take(&rest, is_letter, LETTERS_MAX, &frame->command))
		return RELP_MORE;
	if (frame->command.len == 0 || !slice_take(&rest, SLICE(" ")))
		return broken(why, "no command follows its number");
	if (!take(&rest, is_digit, DIGITS_MAX, &length))
		return RELP_MORE;
	if (length.len == 0)
		return broken(why, "its command is followed by no length");

	size_t n = number_of(length);
	if (n > max_data)
		return broken(why, "it is too long");
	if (n > 0 && !slice_take(&rest, SLICE(" ")))
		return broken(why, "no space follows its length");
	if (rest.len < n + 1)
		return RELP_MORE;
	frame->txnr = number_of(txnr);
	frame->data = slice_take_n(&rest, n);
	if (!slice_take(&rest, SLICE("\n")))
		return broken(why, "no line feed stands at its end");
	frame->len = bytes.len - rest.len;
	return RELP_FRAME;
}

void relp_put_head(struct buf *out, uint32_t txnr, const char *command,
		   size_t data_len)
{
	buf_put_int(out, txnr);
	buf_putc(out, ' ');
	buf_puts(out, command);
	buf_putc(out, ' ');
	buf_put_int(out, (int64_t)data_len);
	if (data_len > 0)
		buf_putc(out, ' ');
}

void relp_put(struct buf *out, uint32_t txnr, const char *command,
	      struct slice data)
{
	relp_put_head(out, txnr, command, data.len);
	buf_put_slice(out, data);
	buf_putc(out, '\n');
}

/* Take what stands before the divider off the front, and the divider. */
static struct slice take_part(struct slice *rest, char divider)
{
	const char *end =
		rest->len > 0 ? memchr(rest->data, divider, rest->len) : NULL;
	struct slice part = slice_take_n(
		rest, end != NULL ? (size_t)(end - rest->data) : rest->len);

	if (end != NULL)
		*rest = slice_from(*rest, 1);
	return part;
}

struct slice relp_offer(struct slice lines, struct slice name)
{
	while (lines.len > 0) {
		struct slice value = take_part(&lines, '\n');
		struct slice found = take_part(&value, '=');

		if (slice_is(found, name))
			return value;
	}
	return (struct slice){ NULL, 0 };
}

bool relp_lists(struct slice list, struct slice word)
{
	while (list.len > 0)
		if (slice_is(take_part(&list, ','), word))
			return true;
	return false;
}
