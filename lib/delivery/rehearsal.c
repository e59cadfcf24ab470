#include "delivery/rehearsal.h"

#include <string.h>
#include <strings.h>

static const char mask[] = "***";

/* How much of text, from its beginning, is a secret of dest? */
static size_t secret_at(const struct dest *dest, struct slice text)
{
	const struct dest_setting *rows = dest->type->settings;

	for (size_t i = 0; rows[i].key != NULL; i++) {
		size_t len = rows[i].secret && dest->values[i] != NULL
				     ? strlen(dest->values[i])
				     : 0;

		if (len > 0 && len <= text.len &&
		    memcmp(text.data, dest->values[i], len) == 0)
			return len;
	}
	return 0;
}

/* A byte inside the single quotes of a shell, or anywhere else. */
static void put_byte(struct buf *out, char c, bool quoted)
{
	if (quoted && c == '\'')
		buf_puts(out, "'\\''");
	else
		buf_putc(out, c);
}

static void put_masked(struct buf *out, const struct dest *dest,
		       struct slice text, bool quoted)
{
	for (size_t i = 0; i < text.len;) {
		size_t secret = secret_at(dest, slice_from(text, i));

		if (secret > 0)
			buf_puts(out, mask);
		else
			put_byte(out, text.data[i], quoted);
		i += secret > 0 ? secret : 1;
	}
}

/* One "Name: value". */
static void put_header(struct buf *out, const struct dest *dest,
		       struct slice line, bool quoted)
{
	static const char name[] = "Authorization: ";
	size_t len = sizeof(name) - 1;

	if (line.len < len || strncasecmp(line.data, name, len) != 0) {
		put_masked(out, dest, line, quoted);
		return;
	}
	const char *blank = memchr(line.data + len, ' ', line.len - len);
	size_t shown = blank != NULL ? (size_t)(blank - line.data) + 1 : len;
	put_masked(out, dest, (struct slice){ line.data, shown }, quoted);
	buf_puts(out, mask);
}

/* The next "Name: value\r\n" of left; false after the last. */
static bool next_header(struct slice *left, struct slice *line)
{
	const char *end = memchr(left->data, '\r', left->len);
	size_t len = end != NULL ? (size_t)(end - left->data) : left->len;

	if (left->len == 0)
		return false;
	*line = (struct slice){ left->data, len };
	*left = slice_from(*left, len + 2 < left->len ? len + 2 : left->len);
	return true;
}

static void put_as_curl(struct buf *out, const struct dest *dest,
			const struct request *request)
{
	struct slice left = buf_slice(&request->headers);
	struct slice line;

	buf_printf(out, "curl -X %s", request->method);
	while (next_header(&left, &line)) {
		buf_puts(out, " -H '");
		put_header(out, dest, line, true);
		buf_putc(out, '\'');
	}
	if (request->body.len > 0) {
		buf_puts(out, " --data-binary '");
		put_masked(out, dest, buf_slice(&request->body), true);
		buf_putc(out, '\'');
	}
	buf_puts(out, " '");
	put_masked(out, dest, buf_slice(&request->url), true);
	buf_puts(out, "'\n");
}

/* The path and query of a URL, and the host before it. */
static struct slice split_url(struct slice url, struct slice *host)
{
	const char *at = memchr(url.data, ':', url.len);
	size_t start = at != NULL ? (size_t)(at - url.data) + 3 : 0;
	const char *slash =
		start < url.len ? memchr(url.data + start, '/', url.len - start)
				: NULL;
	size_t end = slash != NULL ? (size_t)(slash - url.data) : url.len;

	*host = (struct slice){ url.data + start, end - start };
	return slash != NULL ? slice_from(url, end) : SLICE("/");
}

void rehearsal_put(struct buf *out, const struct dest *dest,
		   const struct request *request, bool as_curl)
{
	struct slice left = buf_slice(&request->headers);
	struct slice host, line;

	if (as_curl) {
		put_as_curl(out, dest, request);
		return;
	}
	buf_printf(out, "%s ", request->method);
	put_masked(out, dest, split_url(buf_slice(&request->url), &host),
		   false);
	buf_puts(out, " HTTP/1.1\r\nHost: ");
	buf_put_slice(out, host);
	buf_puts(out, "\r\nUser-Agent: siem-send/" SIEM_VERSION
		      "\r\nAccept: */*\r\n");
	while (next_header(&left, &line)) {
		put_header(out, dest, line, false);
		buf_puts(out, "\r\n");
	}
	buf_printf(out, "Content-Length: %zu\r\n\r\n", request->body.len);
	put_masked(out, dest, buf_slice(&request->body), false);
	buf_puts(out, "\n\n");
}
