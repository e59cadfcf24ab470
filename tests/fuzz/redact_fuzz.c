/*
 * Any text, redacted: the result is the text with some of it replaced, and
 * redacting it once more changes nothing; and what is found in a string of a
 * record, the record was said to be able to have.
 *
 * The first byte chooses the classes, and whether a line before the text is the
 * name of its member.
 */
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

/* A string without escapes, as the only member of a record. */
static void check_record(struct redactor *r, struct slice name,
			 struct slice text)
{
	struct buf line = BUF_INIT(1 << 24);

	buf_puts(&line, "{\"");
	buf_put_slice(&line, name.len > 0 ? name : SLICE("x"));
	buf_puts(&line, "\":\"");
	buf_put_slice(&line, text);
	buf_puts(&line, "\",\"y\":\"a@b\"}");
	if (buf_status(&line) != 0 || !redact_may_match(r, buf_slice(&line)))
		abort();
	buf_free(&line);
}

static bool needs_escapes(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.data[i] < ' ' || s.data[i] == '"' ||
		    s.data[i] == '\\')
			return true;
	return false;
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
		if (!needs_escapes(text) && !needs_escapes(name))
			check_record(r, name, text);
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
