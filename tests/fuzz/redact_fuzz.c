/*
 * Any text, redacted: the result is the text with some of it replaced, and
 * redacting it once more changes nothing; and what is found in a string of a
 * record, the record was said to be able to have.
 *
 * The first byte chooses the classes, and whether a line before the text is the
 * name of its member.
 */
#include "core/utf8.h"
#include "json/write.h"
#include "redact/redact.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static const struct redact_pattern patterns[] = {
	{ "badge", "\\bB-[0-9]{2,4}(?!x)" },
};

/* Is out what text becomes when some of it is replaced? */
static bool is_redacted(struct slice text, struct slice out)
{
	static const char marker[] = "[REDACTED:";
	size_t at = 0;

	while (out.len > 0) {
		const char *p =
			memmem(out.data, out.len, marker, sizeof(marker) - 1);
		size_t len = p == NULL ? out.len : (size_t)(p - out.data);

		// What is between two finds stands in the text, in that order.
		const char *q = len == 0 ? text.data + at
					 : memmem(text.data + at, text.len - at,
						  out.data, len);
		if (q == NULL)
			return false;
		at = (size_t)(q - text.data) + len;
		out = slice_from(out, len);
		if (p != NULL)
			slice_take_until(&out, ']');
	}
	return true;
}

static void check_twice(struct redactor *r, struct slice name,
			struct slice once)
{
	struct buf twice = BUF_INIT(1 << 24);
	struct err e = { 0 };

	if (redact_member(r, name, once, &twice, &e) != 0)
		abort();
	buf_free(&twice);
}

/* Append a JSON string. Returns where what is between its quotes begins. */
static size_t put_string(struct buf *line, struct slice text)
{
	size_t from = line->len + 1;

	json_put_string(line, text);
	if (buf_status(line) != 0)
		abort();
	return from;
}

/* Was a find announced for the string that begins there? */
static bool is_announced(const struct redactor *r, const struct buf *line,
			 size_t from)
{
	struct slice rest = slice_from(buf_slice(line), from);
	struct slice text = slice_take_until(&rest, '"');

	// Only those without escapes are asked of.
	return memchr(text.data, '\\', text.len) != NULL ||
	       redact_may_match_in(r, text);
}

/* A find in the value of a member, or at the end of an array that it is, is
   announced: for the record, and for its name or for itself. */
static void check_record(struct redactor *r, struct slice name,
			 struct slice text, const char *open, const char *close)
{
	struct buf line = BUF_INIT(1 << 24);

	buf_puts(&line, "{\"a b\":\"a@b\",");
	size_t n = put_string(&line, name.len > 0 ? name : SLICE("x"));
	buf_puts(&line, open);
	size_t t = put_string(&line, text);
	buf_puts(&line, close);
	if (!redact_may_match(r, buf_slice(&line)) ||
	    !(is_announced(r, &line, n) || is_announced(r, &line, t)))
		abort();
	buf_free(&line);
}

static void check_text(struct redactor *r, struct slice name, struct slice text)
{
	struct buf out = BUF_INIT(1 << 24);
	struct err e = { 0 };
	int rc = redact_member(r, name, text, &out, &e);

	if (rc < 0 && e.kind != ERR_DATA)
		abort();
	if (rc <= 0 && out.len != 0)
		abort();
	if (rc > 0) {
		if (!is_redacted(text, buf_slice(&out)))
			abort();
		check_twice(r, name, buf_slice(&out));
		if (utf8_valid(text) == text.len &&
		    utf8_valid(name) == name.len) {
			check_record(r, name, text, ":", "}");
			check_record(r, name, text, ": [1, [\"b\"], ", "]}");
		}
	}
	buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	static struct redactor *all, *own;
	struct err e = { 0 };

	if (all == NULL)
		all = redactor_new("all", NULL, 0, &e);
	if (own == NULL)
		own = redactor_new("email,card,ip", patterns, 1, &e);
	if (all == NULL || own == NULL)
		abort();
	if (n == 0)
		return 0;

	struct slice text = { (const char *)bytes + 1, n - 1 };
	struct slice name = { 0 };
	if (bytes[0] & 1)
		name = slice_take_until(&text, '\n');
	check_text(bytes[0] & 2 ? own : all, name, text);
	return 0;
}
