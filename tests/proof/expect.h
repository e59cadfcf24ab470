/*
 * What of an event a reader of its line is to find: the normalisation that the
 * formats promise, written a second time and from their description, so that
 * an error of the formatters is not repeated here. Nothing of lib/format is
 * called, and no flag of a value is believed but that it is escaped.
 */
#ifndef SIEM_TESTS_PROOF_EXPECT_H
#define SIEM_TESTS_PROOF_EXPECT_H

#include "core/buf.h"
#include "event/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What becomes of the characters of a text. */
enum expect_style {
	EXPECT_CEF_HEADER,
	EXPECT_CEF_VALUE,
	EXPECT_LEEF_HEADER,
	EXPECT_LEEF_VALUE,
	EXPECT_SYSLOG, // of a parameter, a pair and a message
	EXPECT_JSON,   // nothing
};

static inline unsigned expect_hex(const char *s)
{
	char digits[5] = { s[0], s[1], s[2], s[3], '\0' };

	return (unsigned)strtoul(digits, NULL, 16);
}

static inline void expect_character(struct buf *out, unsigned u)
{
	char bytes[4];
	size_t n = 0;

	if (u < 0x80) {
		bytes[n++] = (char)u;
	} else if (u < 0x800) {
		bytes[n++] = (char)(0xc0 | u >> 6);
		bytes[n++] = (char)(0x80 | (u & 0x3f));
	} else if (u < 0x10000) {
		bytes[n++] = (char)(0xe0 | u >> 12);
		bytes[n++] = (char)(0x80 | (u >> 6 & 0x3f));
		bytes[n++] = (char)(0x80 | (u & 0x3f));
	} else {
		bytes[n++] = (char)(0xf0 | u >> 18);
		bytes[n++] = (char)(0x80 | (u >> 12 & 0x3f));
		bytes[n++] = (char)(0x80 | (u >> 6 & 0x3f));
		bytes[n++] = (char)(0x80 | (u & 0x3f));
	}
	buf_put(out, bytes, n);
}

/*
 * The bytes of the character that a text begins with, or, of what is none,
 * those that could begin one (Unicode, table 3-7).
 */
static inline size_t expect_utf8(struct slice text, bool *good)
{
	const unsigned char *s = (const unsigned char *)text.data;
	size_t len = s[0] < 0x80                  ? 1
		     : s[0] < 0xc2 || s[0] > 0xf4 ? 0
		     : s[0] < 0xe0                ? 2
		     : s[0] < 0xf0                ? 3
						  : 4;
	unsigned least = s[0] == 0xe0 ? 0xa0 : s[0] == 0xf0 ? 0x90 : 0x80;
	unsigned most = s[0] == 0xed ? 0x9f : s[0] == 0xf4 ? 0x8f : 0xbf;
	size_t n = 1;

	for (; n < len && n < text.len && s[n] >= least && s[n] <= most; n++) {
		least = 0x80;
		most = 0xbf;
	}
	*good = n == len;
	return n;
}

/* Append a record as it is read: as UTF-8. */
static inline void expect_repaired(struct buf *out, struct slice text)
{
	while (text.len > 0) {
		bool good;
		struct slice part =
			slice_take_n(&text, expect_utf8(text, &good));

		if (good)
			buf_put_slice(out, part);
		else
			expect_character(out, 0xfffd);
	}
}

/*
 * The character of the escape whose backslash is at s, which is in a valid
 * string; a surrogate without its other half is U+FFFD. Returns what follows.
 */
static inline const char *expect_escape(struct buf *out, const char *s,
					const char *end)
{
	static const char letters[] = "b\bf\fn\nr\rt\t";
	const char *letter = strchr(letters, s[1]);
	unsigned u, low = 0;

	if (s[1] != 'u') {
		buf_putc(out, letter != NULL ? letter[1] : s[1]);
		return s + 2;
	}
	u = expect_hex(s + 2);
	s += 6;
	if (u < 0xd800 || u > 0xdfff) {
		expect_character(out, u);
		return s;
	}
	if (u < 0xdc00 && end - s >= 6 && s[0] == '\\' && s[1] == 'u')
		low = expect_hex(s + 2);
	if (low < 0xdc00 || low > 0xdfff) {
		expect_character(out, 0xfffd);
		return s;
	}
	expect_character(out, 0x10000 + ((u & 0x3ff) << 10) + (low & 0x3ff));
	return s + 6;
}

/* Append what stands between the quotes of a valid string, decoded. */
static inline void expect_decoded(struct buf *out, struct slice string)
{
	const char *s = string.data;
	const char *end = s + string.len;

	while (s < end) {
		const char *stop = memchr(s, '\\', (size_t)(end - s));

		if (stop == NULL)
			stop = end;
		buf_put(out, s, (size_t)(stop - s));
		s = stop < end ? expect_escape(out, stop, end) : end;
	}
}

/* Append text as JSON with the shortest escapes there are. */
static inline void expect_string(struct buf *out, struct slice text)
{
	static const char named[] = "\"\\\b\f\n\r\t";
	static const char names[] = "\"\\bfnrt";
	size_t run = 0;

	buf_putc(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];

		if (c >= 0x20 && c != '"' && c != '\\')
			continue;

		const char *at = c != 0 ? strchr(named, c) : NULL;
		buf_put_slice(out, (struct slice){ text.data + run, i - run });
		run = i + 1;
		if (at != NULL) {
			buf_putc(out, '\\');
			buf_putc(out, names[at - named]);
		} else {
			buf_printf(out, "\\u%04x", c);
		}
	}
	if (text.len > run)
		buf_put_slice(out, slice_from(text, run));
	buf_putc(out, '"');
}

/* Append a valid array or object without white space, its strings anew. */
static inline void expect_compact(struct buf *out, struct slice json)
{
	struct buf text = BUF_INIT(json.len + 1);

	for (size_t i = 0; i < json.len; i++) {
		size_t start = i + 1;

		if (strchr(" \t\r\n", json.data[i]) != NULL)
			continue;
		if (json.data[i] != '"') {
			buf_putc(out, json.data[i]);
			continue;
		}
		for (i++; json.data[i] != '"'; i++)
			i += json.data[i] == '\\';
		buf_clear(&text);
		expect_decoded(&text,
			       (struct slice){ json.data + start, i - start });
		expect_string(out, buf_slice(&text));
	}
	buf_free(&text);
}

/* Append the text of a value; a missing one has none. */
static inline void expect_text(struct buf *out, struct value v)
{
	switch ((enum value_type)v.type) {
	case VALUE_NONE:
	case VALUE_NULL:
		break;
	case VALUE_STRING:
		if ((v.flags & VALUE_ESCAPED) != 0)
			expect_decoded(out, value_slice(v));
		else
			buf_put_slice(out, value_slice(v));
		break;
	case VALUE_ARRAY:
	case VALUE_OBJECT:
		expect_compact(out, value_slice(v));
		break;
	case VALUE_FALSE:
	case VALUE_TRUE:
	case VALUE_NUMBER:
		buf_put_slice(out, value_slice(v));
		break;
	}
}

/* Cut to max bytes, and not within a character. */
static inline struct slice expect_cut(struct slice text, size_t max)
{
	if (text.len <= max)
		return text;
	while (max > 0 && ((unsigned char)text.data[max] & 0xc0) == 0x80)
		max--;
	return (struct slice){ text.data, max };
}

/* Without spaces at its end, and in a header without backslashes. */
static inline struct slice expect_trim_end(struct slice text, bool of_header)
{
	while (text.len > 0 && (text.data[text.len - 1] == ' ' ||
				(text.data[text.len - 1] == '\\' && of_header)))
		text.len--;
	return text;
}

/* What a control character becomes; NULL: what all become that have no name. */
static inline const char *expect_control(unsigned char c,
					 enum expect_style style)
{
	bool of_header =
		style == EXPECT_CEF_HEADER || style == EXPECT_LEEF_HEADER;

	if (c != '\t' && c != '\n' && c != '\r')
		return NULL;
	if (of_header || (c == '\t' && style == EXPECT_LEEF_VALUE))
		return " ";
	if (style == EXPECT_CEF_VALUE)
		return c == '\t' ? "\t" : c == '\n' ? "\n" : "\r";
	return c == '\t' ? "\\t" : c == '\n' ? "\\n" : "\\r";
}

/* Append what a reader finds of a text. */
static inline void expect_clean(struct buf *out, struct slice text,
				enum expect_style style)
{
	bool of_header =
		style == EXPECT_CEF_HEADER || style == EXPECT_LEEF_HEADER;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];
		const char *other;

		if (style == EXPECT_JSON || (c >= 0x20 && c != 0x7f)) {
			bool is_pipe = c == '|' && style == EXPECT_LEEF_HEADER;

			buf_putc(out, is_pipe ? '_' : (char)c);
			continue;
		}
		if (of_header && c == '\r' && i + 1 < text.len &&
		    text.data[i + 1] == '\n')
			continue; // both become one space
		other = expect_control(c, style);
		if (other != NULL)
			buf_puts(out, other);
		else
			buf_printf(out, "\\u%04x", c);
	}
}

/*
 * Cut to what becomes of no more than max bytes, 0 being no limit. CR and LF
 * count each, though a header has one space for both.
 */
static inline struct slice expect_limit(struct slice text, size_t max,
					enum expect_style style)
{
	struct buf clean = BUF_INIT(16);
	size_t kept = 0, len = 0;

	for (; max != 0 && kept < text.len; kept++) {
		buf_clear(&clean);
		expect_clean(&clean, (struct slice){ text.data + kept, 1 },
			     style);
		len += clean.len;
		if (len > max)
			break;
	}
	buf_free(&clean);
	return max == 0 || kept == text.len ? text : expect_cut(text, kept);
}

/* CEF: without spaces around it, then cut, then without those at its end. */
static inline struct slice expect_fit(struct slice text, size_t max,
				      enum expect_style style)
{
	bool of_header = style == EXPECT_CEF_HEADER;

	while (text.len > 0 && text.data[0] == ' ')
		text = slice_from(text, 1);
	text = expect_trim_end(text, of_header);
	return expect_trim_end(expect_limit(text, max, style), of_header);
}

/* The severity of syslog. */
static inline int expect_severity(const struct event *event)
{
	static const char severities[] = "76654443321";

	return event->emergency ? 0 : severities[event->severity] - '0';
}

/* "Oct  8 22:45:00", or as RFC 3339 with so many digits and that zone. */
static inline void expect_time(struct buf *out, const struct timestamp *t,
			       bool is_5424, unsigned digits, int zone)
{
	// Neither can write a leap second: it is the second before.
	time_t sec = (time_t)(t->sec - t->leap + zone * 60);
	char text[64], fraction[16];
	struct tm tm;

	gmtime_r(&sec, &tm);
	if (!is_5424) {
		strftime(text, sizeof(text), "%b %e %H:%M:%S", &tm);
		buf_puts(out, text);
		return;
	}
	buf_printf(out, "%04d", tm.tm_year + 1900);
	strftime(text, sizeof(text), "-%m-%dT%H:%M:%S", &tm);
	buf_puts(out, text);
	snprintf(fraction, sizeof(fraction), "%09u", (unsigned)t->nsec);
	if (digits > 0)
		buf_printf(out, ".%.*s", (int)digits, fraction);
}

#endif
