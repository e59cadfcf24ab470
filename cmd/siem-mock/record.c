#include "record.h"

#include "core/timestamp.h"
#include "json/write.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void record_put_json(struct buf *out, struct slice json)
{
	size_t begin = out->len;

	buf_put_slice(out, json);
	for (char *p = out->data + begin;
	     (p = memchr(p, '\n', (size_t)(out->data + out->len - p))) != NULL;
	     p++)
		*p = ' ';
}

int record_print(struct mock *m, const struct record_origin *from,
		 struct slice text, bool is_json, struct err *e)
{
	const char *type = http_header(from->request, "Content-Type");
	struct timestamp now = timestamp_now();
	struct buf *out = &m->out.out;
	char time[TIMESTAMP_MAX];

	timestamp_rfc5424(&now, time);
	buf_printf(out,
		   "{\"received\":\"%s\",\"transport\":\"%s\",\"peer\":\"%s\","
		   "\"request\":%" PRIu64 ",\"method\":\"%s\",\"path\":",
		   time, from->request->transport, from->request->peer,
		   from->number, from->request->method);
	json_put_string(out, slice_of(from->request->path));
	if (type != NULL) {
		buf_puts(out, ",\"content_type\":");
		json_put_string(out, slice_of(type));
	}
	if (is_json) {
		buf_puts(out, ",\"event\":");
		record_put_json(out, text);
	}
	buf_puts(out, ",\"raw\":");
	json_put_string(out, text);
	buf_putc(out, '}');
	m->counts.messages++;
	m->counts.bytes += text.len;
	return writer_end_line(&m->out, e);
}

int record_flush(struct mock *m, struct err *e)
{
	return writer_flush(&m->out, e);
}

bool record_may_come(const struct mock *m, const struct http_request *r)
{
	const struct opt_list *tokens = &m->config->tokens;

	if (tokens->count == 0 || r->has_token)
		return true;
	for (size_t i = 0; i < tokens->count; i++) {
		const char *text = tokens->items[i];
		size_t n = strcspn(text, ":");
		const char *value = text + n + strspn(text + n, ": ");
		const char *shown;
		char name[80];

		snprintf(name, sizeof(name), "%.*s", (int)n, text);
		shown = http_header(r, name);
		if (shown != NULL && strcmp(shown, value) == 0)
			return true;
	}
	return false;
}
