#include "parse/counted.h"

#include "parse/head.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What a number at the start of some bytes is. */
enum number {
	NUMBER_NONE,  // or none that counts
	NUMBER_MAYBE, // too few bytes are there to tell
	NUMBER_COUNT,
};

/* Does what is sent to SIEMs begin here? */
static enum number begins_message(struct slice s)
{
	static const struct slice starts[] = { SLICE("<"), SLICE("{"),
					       SLICE("CEF:"), SLICE("LEEF:") };
	enum number found = NUMBER_NONE;

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		if (slice_has_prefix(s, starts[i]))
			return NUMBER_COUNT;
		if (slice_has_prefix(starts[i], s))
			found = NUMBER_MAYBE;
	}
	return found;
}

/* Is it "MSG-LEN SP" and a message? Its value, and how long it is itself. */
static enum number read_count(struct slice s, size_t *octets, size_t *width)
{
	enum { DIGITS = 10 };
	size_t n = 0;
	size_t i = 0;

	while (i < s.len && i < DIGITS && is_digit(s.data[i]))
		n = 10 * n + (size_t)(s.data[i++] - '0');
	if (s.len > 0 && (i == 0 || s.data[0] == '0'))
		return NUMBER_NONE;
	if (i == s.len)
		return NUMBER_MAYBE;
	if (s.data[i] != ' ')
		return NUMBER_NONE;
	*octets = n;
	*width = i + 1;
	return begins_message(slice_from(s, *width));
}

static bool begins_count(struct slice s)
{
	size_t octets, width;

	return read_count(s, &octets, &width) == NUMBER_COUNT;
}

/* The LF, or CR LF, at the start of s. */
static size_t line_end_width(struct slice s)
{
	if (slice_has_prefix(s, SLICE("\r\n")))
		return 2;
	return slice_has_prefix(s, SLICE("\n"));
}

/* Can a record have ended before s? */
static bool follows_record(struct slice s)
{
	size_t octets, width;

	return s.len == 0 || line_end_width(s) > 0 ||
	       begins_message(s) != NUMBER_NONE ||
	       read_count(s, &octets, &width) != NUMBER_NONE;
}

/* Where a message ends whose count, of that width, is wrong; 0: not in s. */
static size_t find_end(struct slice s, size_t width)
{
	for (size_t i = width; i < s.len; i++) {
		if (s.data[i] == '\n')
			return i + 1;
		if (is_digit(s.data[i]) && !is_digit(s.data[i - 1]) &&
		    begins_count(slice_from(s, i)))
			return i;
	}
	return 0;
}

enum reader_end counted_measure(struct slice bytes, size_t max_record,
				enum reader_outlook outlook, size_t *len)
{
	size_t octets, width;

	switch (read_count(bytes, &octets, &width)) {
	case NUMBER_NONE:
		return READER_END_LINE;
	case NUMBER_MAYBE:
		return outlook == READER_NO_MORE ? READER_END_LINE
						 : READER_END_MORE;
	case NUMBER_COUNT:
		break;
	}
	if (octets > max_record)
		return READER_END_LINE;

	size_t left = bytes.len - width;
	if (outlook != READER_NO_MORE &&
	    (left < octets ||
	     (left == octets && outlook == READER_SURELY_MORE)))
		return READER_END_MORE;

	*len = width + octets;
	if (left >= octets && follows_record(slice_from(bytes, *len))) {
		*len += line_end_width(slice_from(bytes, *len));
		return READER_END_KNOWN;
	}
	*len = find_end(bytes, width);
	if (*len == 0 && outlook != READER_NO_MORE)
		return left > max_record ? READER_END_LINE : READER_END_MORE;
	if (*len == 0)
		*len = bytes.len;
	return *len - width > max_record ? READER_END_LINE : READER_END_KNOWN;
}

/* How many characters there are, if it is UTF-8. */
static size_t count_characters(struct slice s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += ((unsigned char)s.data[i] & 0xc0) != 0x80;
	return n;
}

static void tell_wrong_count(struct reading *r, const struct rule *rules,
			     struct slice count, size_t octets,
			     struct slice text)
{
	parse_depart(r, &rules[COUNTED_LENGTH], count,
		     "the count says %zu bytes, and the message has %zu%s: "
		     "receivers take parts of two messages for one",
		     octets, text.len,
		     count_characters(text) == octets
			     ? " (characters have been counted)"
			     : "");
}

/* The LF, or CR LF, at the end of s. */
static struct slice line_end_of(struct slice s)
{
	size_t n = s.len > 0 && s.data[s.len - 1] == '\n';

	n += n > 0 && s.len > 1 && s.data[s.len - 2] == '\r';
	return slice_from(s, s.len - n);
}

void counted_read(struct reading *r, const struct rule *rules,
		  struct slice *text)
{
	struct slice count = *text;
	size_t octets, width;

	if (read_count(*text, &octets, &width) != NUMBER_COUNT)
		return;
	count.len = width - 1;
	*text = slice_from(*text, width);

	struct slice end = line_end_of(*text);
	bool ends_late = text->len - end.len == octets && end.len > 0;
	if (text->len != octets)
		text->len -= end.len;
	if (text->len != octets)
		tell_wrong_count(r, rules, count, octets, *text);
	if (head_priority_width(*text) == 0)
		parse_depart(r, &rules[COUNTED_PRI],
			     (struct slice){ text->data, 0 },
			     "a counted message begins with a priority, like "
			     "<134>: without, receivers take it for a line or "
			     "drop it");
	if (ends_late)
		parse_depart(r, &rules[COUNTED_LF], end,
			     "a line feed follows a message that is counted: "
			     "receivers take it for the start of the next "
			     "one");
}
