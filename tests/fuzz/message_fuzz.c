/* Any line as a syslog message: every part of it lies within the line. */
#include "format/message.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void check_within(struct slice part, struct slice line)
{
	uintptr_t part_begin = (uintptr_t)part.data;
	uintptr_t line_begin = (uintptr_t)line.data;

	if (part.len == 0)
		return;
	if (part_begin < line_begin || part.len > line.len ||
	    part_begin - line_begin > line.len - part.len)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct slice line = { (const char *)bytes, n };
	struct message m = message_parse(line);
	const struct slice parts[] = { m.timestamp, m.host, m.app, m.procid,
				       m.msgid,     m.data, m.text };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		check_within(parts[i], line);
	if (m.priority < -1 || m.priority > 191)
		abort();
	return 0;
}
