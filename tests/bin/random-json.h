/*
 * Random documents: JSON of every kind, and what is nearly JSON. The same seed
 * makes the same document.
 */
#ifndef SIEM_TESTS_BIN_RANDOM_JSON_H
#define SIEM_TESTS_BIN_RANDOM_JSON_H

#include "core/buf.h"
#include "core/utf8.h"
#include "json/scan.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct random {
	uint64_t state;
};

static uint64_t random_next(struct random *r)
{
	// splitmix64: any state is as good as another.
	uint64_t z = r->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* 0 to n - 1. */
static size_t random_below(struct random *r, size_t n)
{
	return (size_t)(random_next(r) % n);
}

/* True once in n times. */
static bool random_once_in(struct random *r, size_t n)
{
	return random_below(r, n) == 0;
}

/* Small numbers often, some of up to most. */
static size_t random_size(struct random *r, size_t most)
{
	return random_below(r, 1 + random_below(r, most + 1));
}

/* One of a list of strings that NULL ends. */
static const char *random_pick(struct random *r, const char *const *list)
{
	size_t count = 0;

	while (list[count] != NULL)
		count++;
	return list[random_below(r, count)];
}

/* White space once in so many times, or never where that is 0. */
static void put_space(struct random *r, size_t space, struct buf *out)
{
	while (space > 0 && random_once_in(r, space))
		buf_putc(out, " \t\r\n"[random_below(r, 4)]);
}

static void put_digits(struct random *r, size_t count, struct buf *out)
{
	while (count-- > 0)
		buf_putc(out, (char)('0' + random_below(r, 10)));
}

static void put_number(struct random *r, struct buf *out)
{
	static const char *const numbers[] = { "0",
					       "-0",
					       "0.0",
					       "-0.0e-0",
					       "1e5",
					       "1E+05",
					       "0e999",
					       "1.50",
					       "9007199254740993",
					       "9223372036854775807",
					       "9223372036854775808",
					       "-9223372036854775808",
					       "-9223372036854775809",
					       "1e400",
					       "-1e999",
					       "1e-400",
					       "123456789012345678901234567890",
					       "0.1",
					       "2.5e-3",
					       NULL };
	static const char *const nearly[] = {
		"-",         "01",    "-01", "1.",   "1.e1",  "1e",
		"1e+",       ".5",    "+1",  "0x10", "1_000", "NaN",
		"-Infinity", "1.5.5", "00",  "1-1",  NULL
	};

	if (random_once_in(r, 4)) {
		buf_puts(out, random_pick(r, numbers));
		return;
	}
	if (random_once_in(r, 300)) {
		buf_puts(out, random_pick(r, nearly));
		return;
	}
	if (random_once_in(r, 4))
		buf_putc(out, '-');
	buf_putc(out, (char)('1' + random_below(r, 9)));
	put_digits(r, random_size(r, 22), out);
	if (random_once_in(r, 3)) {
		buf_putc(out, '.');
		put_digits(r, 1 + random_size(r, 20), out);
	}
	if (random_once_in(r, 5)) {
		buf_putc(out, "eE"[random_below(r, 2)]);
		if (random_once_in(r, 2))
			buf_putc(out, "+-"[random_below(r, 2)]);
		put_digits(r, 1 + random_size(r, 3), out);
	}
}

/* A character, as UTF-8. */
static void put_scalar(struct random *r, struct buf *out)
{
	static const uint32_t edges[] = { 0x7f,   0x80,   0x7ff,   0x800,
					  0xd7ff, 0xe000, 0xfeff,  0xfffd,
					  0xffff, 0x2028, 0x10000, 0x10ffff };
	uint32_t scalar = edges[random_below(r, 12)];
	char bytes[4];

	if (random_once_in(r, 2))
		scalar = (uint32_t)random_below(r, 0xd800 - 0x80) + 0x80;
	buf_put(out, bytes, utf8_encode(scalar, bytes));
}

static void put_unit(struct random *r, uint32_t unit, struct buf *out)
{
	buf_printf(out, random_once_in(r, 2) ? "\\u%04x" : "\\u%04X", unit);
}

static void put_escape(struct random *r, struct buf *out)
{
	static const char *const nearly[] = {
		"\\",      "\\x41", "\\u", "\\u12",      "\\u12g4", "\\U0041",
		"\\u 123", "\\'",   "\\0", "\\ud83d\\u", NULL
	};
	uint32_t high = 0xd800 + (uint32_t)random_below(r, 0x400);
	uint32_t low = 0xdc00 + (uint32_t)random_below(r, 0x400);

	switch (random_below(r, 12)) {
	case 0:
		put_unit(r, (uint32_t)random_below(r, 0x30), out);
		break;
	case 1:
		put_unit(r, (uint32_t)random_below(r, 0xd800), out);
		break;
	case 2:
		put_unit(r, high, out);
		put_unit(r, low, out);
		break;
	case 3:
		if (random_once_in(r, 4)) // alone, or so it may turn out
			put_unit(r, random_once_in(r, 2) ? high : low, out);
		break;
	case 4:
		if (random_once_in(r, 50))
			buf_puts(out, random_pick(r, nearly));
		break;
	case 5:
		if (random_once_in(r, 8))
			put_unit(r, 0, out);
		break;
	default:
		buf_putc(out, '\\');
		buf_putc(out, "\"\\/bfnrt"[random_below(r, 8)]);
		break;
	}
}

/* Bytes that no string can hold. */
static void put_bad_bytes(struct random *r, struct buf *out)
{
	static const char *const bad[] = { "\x80",
					   "\xbf",
					   "\xc0\x80",
					   "\xc1\xbf",
					   "\xc3",
					   "\xc3(",
					   "\xe0\x80\x80",
					   "\xe2\x82",
					   "\xed\xa0\x80",
					   "\xed\xbf\xbf",
					   "\xf0\x80\x80\x80",
					   "\xf0\x9f\x98",
					   "\xf4\x90\x80\x80",
					   "\xf5\x80\x80\x80",
					   "\xfe",
					   "\xff",
					   "\x01",
					   "\x1f",
					   "\t",
					   "\n",
					   "\x1b",
					   NULL };

	if (random_once_in(r, 20))
		buf_putc(out, '\0');
	else
		buf_puts(out, random_pick(r, bad));
}

/* What stands in a string. */
static void put_text(struct random *r, struct buf *out)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz 0123456789"
				       "=|,:;[]{}()/<>%&#'+-_.~";
	size_t pieces = random_size(r, 6);

	while (pieces-- > 0) {
		size_t kind = random_below(r, 40);

		if (kind < 24)
			for (size_t n = random_size(r, 40); n > 0; n--)
				buf_putc(out,
					 alphabet[random_below(
						 r, sizeof(alphabet) - 1)]);
		else if (kind < 32)
			put_escape(r, out);
		else if (kind < 39)
			put_scalar(r, out);
		else if (random_once_in(r, 8))
			put_bad_bytes(r, out);
	}
}

/* Names that paths name, other ways to write them, and others. */
static void put_name(struct random *r, struct buf *out)
{
	static const char *const names[] = {
		"a",
		"b",
		"c",
		"",
		"time",
		"action",
		"\\u0061ction",
		"caf\xc3\xa9",
		"caf\\u00e9",
		"caf\\u00C9",
		"a\\\"b",
		"a\\u0022b",
		"sixteen bytes ok",
		"seventeen bytes!!",
		"fourteen bytes",
		"a name of thirty-one bytes, ok!",
		"a name of thirty bytes, is it?",
		"a name of more than thirty-two bytes",
		"\\u0000",
		"acti",
		"actions",
		NULL
	};

	if (random_once_in(r, 6))
		put_text(r, out);
	else if (random_once_in(r, 500))
		buf_puts(out, "a\"b");
	else
		buf_puts(out, random_pick(r, names));
}

static void put_value(struct random *r, size_t space, size_t depth,
		      struct buf *out);

static void put_object(struct random *r, size_t space, size_t depth,
		       struct buf *out)
{
	size_t count = random_size(r, depth == 0 ? 12 : 5);

	buf_putc(out, '{');
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_putc(out, ',');
		put_space(r, space, out);
		buf_putc(out, '"');
		put_name(r, out);
		buf_putc(out, '"');
		put_space(r, space, out);
		buf_putc(out, ':');
		put_value(r, space, depth + 1, out);
	}
	put_space(r, space, out);
	buf_putc(out, '}');
}

static void put_array(struct random *r, size_t space, size_t depth,
		      struct buf *out)
{
	size_t count = random_size(r, 5);

	buf_putc(out, '[');
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_putc(out, ',');
		put_value(r, space, depth + 1, out);
	}
	put_space(r, space, out);
	buf_putc(out, ']');
}

static void put_value(struct random *r, size_t space, size_t depth,
		      struct buf *out)
{
	static const char *const words[] = { "true", "false", "null", NULL };
	static const char *const nearly[] = { "True", "nul",   "nulll",
					      "tru",  "fals3", "undefined",
					      NULL };

	put_space(r, space, out);
	switch (random_below(r, depth < 6 ? 10 : 7)) {
	case 0:
	case 1:
		put_number(r, out);
		break;
	case 2:
		buf_puts(out, random_pick(r, random_once_in(r, 200) ? nearly
								    : words));
		break;
	case 7:
		put_array(r, space, depth, out);
		break;
	case 8:
	case 9:
		put_object(r, space, depth, out);
		break;
	default:
		buf_putc(out, '"');
		put_text(r, out);
		buf_putc(out, '"');
		break;
	}
	put_space(r, space, out);
}

/* Arrays and objects within one another, around the limit or well beyond. */
static void put_deep(struct random *r, struct buf *out)
{
	static const char *const opening[] = { "[", "{\"a\":", "[1,",
					       "{\"b\":{},\"a\":", NULL };
	char closing[2200];
	size_t depth = random_once_in(r, 4)
			       ? random_below(r, sizeof(closing))
			       : SCAN_DEPTH - 7 + random_below(r, 15);

	buf_puts(out, "{\"a\":");
	for (size_t i = 0; i < depth; i++) {
		const char *open = random_pick(r, opening);

		buf_puts(out, open);
		closing[i] = open[0] == '[' ? ']' : '}';
	}
	put_value(r, 0, 6, out);
	while (depth-- > 0)
		buf_putc(out, closing[depth]);
	buf_putc(out, '}');
}

static void put_many_members(struct random *r, struct buf *out)
{
	size_t count = SCAN_MEMBERS - 6 + random_below(r, 12);

	buf_putc(out, '{');
	for (size_t i = 0; i < count; i++)
		buf_printf(out, "%s\"%zu\":%zu", i > 0 ? "," : "", i, i);
	buf_putc(out, '}');
}

/* Replace len bytes at some place by others. */
static void splice(struct buf *b, size_t at, size_t len, struct slice by)
{
	struct buf rest = BUF_INIT(b->max);

	buf_put(&rest, b->data + at + len, b->len - at - len);
	buf_cut(b, at);
	buf_put_slice(b, by);
	buf_put_slice(b, buf_slice(&rest));
	buf_free(&rest);
}

/* Change a document a little, so that it mostly is none any more. */
static void mutate(struct random *r, struct buf *b)
{
	static const char tokens[] = "{}[]\",:\\ \t\n0129-+.eEtfnu/\x7f";
	char byte = tokens[random_below(r, sizeof(tokens))]; // or its NUL
	size_t at = random_below(r, b->len + 1);
	size_t len = random_size(r, b->len - at);
	size_t from = random_below(r, b->len + 1);
	char copy[64];

	switch (random_below(r, 7)) {
	case 0: // another byte
		if (at < b->len)
			b->data[at] = byte;
		break;
	case 1: // one more
		splice(b, at, 0, (struct slice){ &byte, 1 });
		break;
	case 2: // one less
		if (at < b->len)
			splice(b, at, 1, (struct slice){ NULL, 0 });
		break;
	case 3: // any byte
		if (at < b->len)
			b->data[at] = (char)random_below(r, 256);
		break;
	case 4: // cut off
		buf_cut(b, at);
		break;
	case 5: // a piece is missing
		splice(b, at, len, (struct slice){ NULL, 0 });
		break;
	default: // a piece of it comes twice
		len = b->len - from < sizeof(copy) ? b->len - from
						   : sizeof(copy);
		memcpy(copy, b->data + from, len);
		splice(b, at, 0,
		       (struct slice){ copy, random_below(r, len + 1) });
		break;
	}
}

/* Append a document to out, which is empty. */
static inline void random_document(struct random *r, struct buf *out)
{
	// None, much, or here and there a little.
	static const size_t spaces[] = { 0, 0, 0, 3, 40, 40 };
	size_t space = spaces[random_below(r, 6)];

	if (random_once_in(r, 20000))
		put_many_members(r, out);
	else if (random_once_in(r, 300))
		put_deep(r, out);
	else if (random_once_in(r, 10))
		put_value(r, space, 0, out);
	else
		put_object(r, space, 0, out);
	if (random_once_in(r, 10))
		put_space(r, 2, out);
	if (random_once_in(r, 2))
		for (size_t n = random_below(r, 4); n > 0; n--)
			mutate(r, out);
}

#endif
