#include "dest/azure.h"

#include "core/timestamp.h"
#include "dest/answer.h"
#include "dest/record.h"
#include "format/sniff.h"
#include "json/walk.h"
#include "json/write.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

const char azure_foreign[] = "success, but not in the words of Azure: is there "
			     "a proxy in between?";

/* In UTC, whatever its zone was. */
static void put_time(const struct dest_record *record, const struct sniff *s,
		     struct buf *out)
{
	struct timestamp t = record_time(record, s);
	char text[TIMESTAMP_MAX];

	t.offset_min = 0;
	t.zulu = true;
	buf_put(out, text, timestamp_rfc5424(&t, text));
}

void azure_put_row(const struct dest_record *record,
		   const struct azure_columns *columns, struct buf *out)
{
	const struct slice line = record->bytes;
	const struct sniff s = sniff_line(line);
	const struct slice object = slice_trim(s.body);

	if (s.header == HEADER_NONE && walk_is_object(object)) {
		buf_put_slice(out, object);
		return;
	}
	buf_putc(out, '{');
	json_put_string(out, slice_of(columns->time));
	buf_puts(out, ":\"");
	put_time(record, &s, out);
	buf_puts(out, "\",");
	json_put_string(out, slice_of(columns->text));
	buf_putc(out, ':');
	json_put_string(out, line);
	buf_putc(out, '}');
}

size_t azure_begin_element(size_t index, struct buf *body)
{
	buf_putc(body, index == 0 ? '[' : ',');
	return body->len;
}

int azure_end_element(size_t start, size_t most, const struct buf *body,
		      struct err *e)
{
	const size_t brackets = 2;

	if (buf_status(body) == 0 && body->len - start + brackets > most)
		return err_set(e, ERR_DATA,
			       "too large: a request takes %zu bytes", most);
	return record_status(body, e);
}

int azure_limits(const struct settings *s, size_t first,
		 struct dest_limits *limits, struct err *e)
{
	if (setting_limits(s, first, limits, e) < 0)
		return -1;
	if (limits->gzip)
		return err_set(e, ERR_USAGE,
			       "gzip: compressed requests are not taken by "
			       "this transport");
	return 0;
}

static const char *keep(struct dest_session *session, const char *text)
{
	return text != NULL && *text != '\0' ? answer_words(session, "%s", text)
					     : NULL;
}

/* What stands between <name> and the next bracket. */
static const char *keep_element(struct dest_session *session, struct slice xml,
				const char *name)
{
	const size_t len = strlen(name);
	const char *at =
		len < xml.len ? memmem(xml.data, xml.len, name, len) : NULL;

	if (at == NULL)
		return NULL;
	struct slice rest = slice_from(xml, (size_t)(at - xml.data) + len);
	struct slice text = slice_take_until(&rest, '<');
	return text.len > 0 ? answer_words(session, "%.*s",
					   text.len < ANSWER_WORDS_MAX
						   ? (int)text.len
						   : ANSWER_WORDS_MAX,
					   text.data)
			    : NULL;
}

struct azure_said azure_read(struct dest_session *session,
			     const struct answer *answer)
{
	const struct slice body = slice_trim(answer->body);
	struct azure_said said = { 0 };

	if (slice_has_prefix(body, SLICE("<Error>"))) {
		said.code = keep_element(session, body, "<Code>");
		said.text = keep_element(session, body, "<Detail>");
		return said;
	}

	json_t *root = json_loadb(body.data, body.len, 0, NULL);
	json_t *error = json_object_get(root, "error");
	const char *code = json_string_value(json_object_get(error, "code"));
	const char *text = json_string_value(json_object_get(error, "message"));

	if (code == NULL)
		code = json_string_value(json_object_get(root, "Error"));
	if (text == NULL)
		text = json_string_value(json_object_get(root, "Message"));
	said.code = keep(session, code);
	said.text = keep(session, text);
	json_decref(root);
	return said;
}

static bool is_refusal(int status)
{
	return status >= 400 && status < 500 && status != 408 &&
	       status != 425 && status != 429;
}

const char *azure_reason(struct dest_session *session, int status,
			 const char *ours, const struct azure_said *said)
{
	const char *parts[] = { ours, said->code, said->text };
	const char *all = NULL;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (all == NULL)
			all = parts[i];
		else if (parts[i] != NULL)
			all = answer_words(session, "%s: %s", all, parts[i]);
	return all != NULL || !is_refusal(status)
		       ? all
		       : "refused, but not in the words of Azure: is there a "
			 "proxy in between?";
}
