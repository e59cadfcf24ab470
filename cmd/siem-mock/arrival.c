#include "arrival.h"

#include "core/timestamp.h"
#include "format/message.h"
#include "json/write.h"

static void put_text(struct buf *out, const char *key, struct slice value)
{
	if (value.len == 0)
		return;
	buf_printf(out, ",\"%s\":", key);
	json_put_string(out, value);
}

void arrival_put(struct buf *out, struct slice raw, const struct origin *from)
{
	static const char *const headers[] = {
		[HEADER_NONE] = "none",
		[HEADER_3164] = "rfc3164",
		[HEADER_5424] = "rfc5424",
		[HEADER_BARE] = "rfc3164",
	};
	struct message m = message_parse(raw);
	struct timestamp now = timestamp_now();
	char time[TIMESTAMP_MAX];

	timestamp_rfc5424(&now, time);
	buf_printf(out,
		   "{\"received\":\"%s\",\"transport\":\"%s\",\"peer\":\"%s\","
		   "\"framing\":\"%s\",\"header\":\"%s\"",
		   time, from->transport, from->peer, from->framing,
		   headers[m.header]);
	if (m.priority >= 0)
		buf_printf(out, ",\"pri\":%d,\"facility\":%d,\"severity\":%d",
			   m.priority, m.priority / 8, m.priority % 8);
	put_text(out, "timestamp", m.timestamp);
	put_text(out, "host", m.host);
	put_text(out, "app", m.app);
	put_text(out, "procid", m.procid);
	put_text(out, "msgid", m.msgid);
	put_text(out, "structured_data", m.data);
	if (from->cut)
		buf_puts(out, ",\"cut\":true");
	buf_puts(out, ",\"message\":");
	json_put_string(out, m.text);
	buf_puts(out, ",\"raw\":");
	json_put_string(out, raw);
	buf_putc(out, '}');
}
