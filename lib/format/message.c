#include "format/message.h"

#include "format/date.h"

#include <stdbool.h>

/* The number in "<PRI>", which is taken off the front, or -1. */
static int take_priority(struct slice *s)
{
	int n = 0;
	size_t i = 1;

	if (s->len == 0 || s->data[0] != '<')
		return -1;
	for (; i < s->len && i < 4 && s->data[i] >= '0' && s->data[i] <= '9';
	     i++)
		n = 10 * n + (s->data[i] - '0');
	if (i == 1 || n > 191 || i == s->len || s->data[i] != '>')
		return -1;
	*s = slice_from(*s, i + 1);
	return n;
}

/* The next word of a header, empty if it is "-" or missing. */
static struct slice word_of(struct slice *head)
{
	struct slice word;

	if (!slice_take_word(head, &word) || slice_is(word, SLICE("-")))
		return (struct slice){ 0 };
	return word;
}

/* "1 TIMESTAMP HOST APP PROCID MSGID DATA ", the last four of which QRadar
   does without. */
static void read_5424(struct message *m, struct slice head)
{
	static const char bom[] = "\xef\xbb\xbf";

	(void)slice_take(&head, SLICE("1 "));
	m->timestamp = word_of(&head);
	m->host = word_of(&head);
	m->app = word_of(&head);
	m->procid = word_of(&head);
	m->msgid = word_of(&head);
	if (head.len >= 3 && memcmp(head.data + head.len - 3, bom, 3) == 0)
		head.len -= 3;
	if (head.len > 0 && head.data[head.len - 1] == ' ')
		head.len--;
	if (head.len > 0 && head.data[0] == '[')
		m->data = head;
}

/* The time, "Oct  8 22:45:00" or as RFC 3339 has it, off the front. */
static struct slice take_time(struct slice *head)
{
	struct slice before = *head;
	struct date date;

	if (!date_take(head, &date))
		return word_of(head);
	before.len -= head->len;
	(void)slice_take(head, SLICE(" "));
	return before;
}

/*
 * "TAG: " or "TAG[PID]: " off the front. The space is what tells a tag from
 * text like "CEF:0|".
 */
static void take_tag(struct message *m, struct slice *s)
{
	enum { TAG_MAX = 64 };
	struct slice pid = { 0 };
	size_t n = 0;

	while (n < s->len && n < TAG_MAX && s->data[n] > ' ' &&
	       s->data[n] != ':' && s->data[n] != '[')
		n++;
	struct slice tag = { s->data, n };
	struct slice rest = slice_from(*s, n);
	if (n > 0 && slice_take(&rest, SLICE("["))) {
		const char *end = memchr(rest.data, ']', rest.len);
		if (end == NULL)
			return;
		pid = slice_take_n(&rest, (size_t)(end - rest.data));
		(void)slice_take(&rest, SLICE("]"));
	}
	if (n == 0 || !slice_take(&rest, SLICE(":")) ||
	    (rest.len > 0 && !slice_take(&rest, SLICE(" "))))
		return;
	m->app = tag;
	m->procid = pid;
	*s = rest;
}

static void read_3164(struct message *m, struct slice head, struct slice line)
{
	m->timestamp = take_time(&head);
	m->host = word_of(&head);

	// A tag is part of the head where something known follows it.
	struct slice rest = slice_from(line, (size_t)(head.data - line.data));
	take_tag(m, &rest);
	if (m->format == LINE_TEXT)
		m->text = rest;
}

struct message message_parse(struct slice line)
{
	struct sniff s = sniff_line(line);
	struct message m = {
		.header = s.header,
		.format = s.format,
		.text = s.body,
	};
	struct slice rest = line;

	m.priority = take_priority(&rest);
	if (line.len == 0 || (s.header == HEADER_NONE && m.priority < 0))
		return m;

	struct slice head = { rest.data, (size_t)(s.body.data - rest.data) };
	switch (s.header) {
	case HEADER_NONE:
		// What the sniffer sees here is text that begins with a PRI.
		s = sniff_line(rest);
		m.format = s.format;
		m.text = s.body;
		break;
	case HEADER_5424:
		read_5424(&m, head);
		break;
	case HEADER_3164:
	case HEADER_BARE:
		read_3164(&m, head, line);
		break;
	}
	return m;
}
