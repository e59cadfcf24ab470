#include "format/sniff.h"

#include "format/date.h"
#include "json/peek.h"

#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool take_bom(struct slice *s)
{
	return slice_take(s, SLICE("\xef\xbb\xbf"));
}

/* Words end in an empty one. */
static bool is_one_of(struct slice word, const struct slice *words)
{
	for (; words->len > 0; words++)
		if (slice_is(word, *words))
			return true;
	return false;
}

bool sniff_is_of_envelope(struct slice name)
{
	static const struct slice names[] = {
		SLICE("event"),      SLICE("time"),  SLICE("host"),
		SLICE("source"),     SLICE("index"), SLICE("fields"),
		SLICE("sourcetype"), SLICE(""),
	};

	return is_one_of(name, names);
}

/*
 * Is it an envelope of Splunk's HTTP Event Collector? It has an event, and
 * nothing that an envelope does not have.
 */
static bool is_hec(struct slice inside)
{
	struct slice key, value;
	bool has_event = false;

	while (peek_member(&inside, &key, &value)) {
		if (!sniff_is_of_envelope(key))
			return false;
		has_event |= slice_is(key, SLICE("event"));
	}
	return has_event;
}

static enum line_format format_of(struct slice body)
{
	struct slice s = body;
	struct slice inside;

	if (slice_take(&s, SLICE("CEF:")) && s.len > 0 && is_digit(s.data[0]))
		return LINE_CEF;
	s = body;
	if (slice_take(&s, SLICE("LEEF:")) && s.len > 0 && is_digit(s.data[0]))
		return LINE_LEEF;
	if (!peek_object(body, &inside))
		return LINE_TEXT;
	return is_hec(inside) ? LINE_HEC : LINE_JSON;
}

/* "<PRI>", 0 to 191. */
static bool take_priority(struct slice *s)
{
	struct slice rest = *s;
	int n = 0;
	size_t digits = 0;

	if (!slice_take(&rest, SLICE("<")))
		return false;
	for (; digits < rest.len && digits < 3 && is_digit(rest.data[digits]);
	     digits++)
		n = 10 * n + (rest.data[digits] - '0');
	rest = slice_from(rest, digits);
	if (digits == 0 || n > 191 || !slice_take(&rest, SLICE(">")))
		return false;
	*s = rest;
	return true;
}

/* "[id name="value"]..." or "-" (RFC 5424 section 6.3). */
static bool take_structured_data(struct slice *s)
{
	if (slice_take(s, SLICE("-")))
		return true;

	size_t i = 0;
	bool quoted = false;
	bool open = false;

	for (; i < s->len && (open || s->data[i] == '['); i++) {
		char c = s->data[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted)
			open = c != ']';
	}
	if (i == 0 || i > s->len || open)
		return false;
	*s = slice_from(*s, i);
	return true;
}

/*
 * RFC 5424 behind its PRI, or the short form of it that QRadar takes: what is
 * left is MSG.
 */
static bool take_5424(struct slice *s, struct timestamp *time, bool *has_time)
{
	struct slice rest = *s;
	struct slice word;

	if (!slice_take(&rest, SLICE("1 ")) || !slice_take_word(&rest, &word))
		return false;
	*has_time = timestamp_parse(word, time);
	if (!*has_time && !slice_is(word, SLICE("-")))
		return false;
	if (!slice_take_word(&rest, &word)) // HOSTNAME
		return false;
	if (format_of(rest) == LINE_TEXT) {
		for (int i = 0; i < 3; i++) // APP-NAME, PROCID, MSGID
			if (!slice_take_word(&rest, &word))
				return false;
		if (!take_structured_data(&rest) ||
		    (rest.len > 0 && !slice_take(&rest, SLICE(" "))))
			return false;
	}
	*s = rest;
	return true;
}

/* The rest of an RFC 3164 header behind its date: a host, unless it is gone. */
static void take_host(struct slice *s)
{
	struct slice word;

	if (format_of(*s) == LINE_TEXT)
		(void)slice_take_word(s, &word);
}

/* "Mmm dd hh:mm:ss HOST ", or as many send it, with an RFC 3339 time. */
static bool take_3164(struct slice *s, struct date *d)
{
	struct slice rest = *s;

	if (!date_take(&rest, d) || !slice_take(&rest, SLICE(" ")))
		return false;
	take_host(&rest);
	*s = rest;
	return true;
}

static bool take_iso_header(struct slice *s, struct timestamp *time)
{
	struct slice rest = *s;
	struct slice word;

	if (!slice_take_word(&rest, &word) || word.len < 19 ||
	    !timestamp_parse(word, time))
		return false;
	take_host(&rest);
	*s = rest;
	return true;
}

/*
 * Step over "TAG: " or "TAG[PID]: " where something we know follows; other
 * text keeps its tag.
 */
static void skip_tag(struct slice *body)
{
	enum { TAG_MAX = 64 };
	size_t n = 0;

	while (n < body->len && n < TAG_MAX && body->data[n] != ':' &&
	       body->data[n] != ' ')
		n++;
	if (n == 0 || n >= body->len || body->data[n] != ':')
		return;

	struct slice rest = slice_from(*body, n + 1);
	while (slice_take(&rest, SLICE(" ")))
		;
	if (format_of(rest) != LINE_TEXT)
		*body = rest;
}

/* What the header says: its kind, its time, and where the body begins. */
struct header {
	enum line_header kind;
	bool has_time;
	struct timestamp time; // where it has one in full
	bool has_date;
	struct date date;
	struct slice body;
};

static struct header header_of(struct slice line)
{
	struct header h = { .kind = HEADER_NONE, .body = line };
	struct slice rest = line;

	if (!take_priority(&rest)) {
		h.has_date = take_3164(&rest, &h.date);
		h.kind = h.has_date ? HEADER_BARE : HEADER_NONE;
	} else if (take_5424(&rest, &h.time, &h.has_time)) {
		h.kind = HEADER_5424;
	} else {
		h.has_date = take_3164(&rest, &h.date);
		h.has_time = !h.has_date && take_iso_header(&rest, &h.time);
		if (h.has_date || h.has_time)
			h.kind = HEADER_3164;
	}
	if (h.kind != HEADER_NONE)
		h.body = rest;
	take_bom(&h.body);
	if (h.kind != HEADER_NONE && h.kind != HEADER_5424 &&
	    format_of(h.body) == LINE_TEXT)
		skip_tag(&h.body);
	return h;
}

struct sniff sniff_line(struct slice line)
{
	struct header h = header_of(line);

	return (struct sniff){
		.header = h.kind,
		.format = format_of(h.body),
		.body = h.body,
	};
}

static bool is_number(struct slice s)
{
	size_t i = s.len > 0 && s.data[0] == '-';
	size_t dots = 0;

	if (i == s.len)
		return false;
	for (; i < s.len; i++) {
		dots += s.data[i] == '.';
		if (s.data[i] != '.' && !is_digit(s.data[i]))
			return false;
	}
	return dots <= 1;
}

/* A JSON value as it stands: a string or a number. */
static bool time_of_value(struct slice value, struct timestamp *time)
{
	if (value.len >= 2 && value.data[0] == '"')
		value = (struct slice){ value.data + 1, value.len - 2 };
	return is_number(value) ? timestamp_parse_epoch(value, time) :
				  timestamp_parse(value, time);
}

/* The names that a time goes by, as in the map "generic". */
static const struct slice time_names[] = {
	SLICE("timestamp"),
	SLICE("@timestamp"),
	SLICE("ts"),
	SLICE("time"),
	SLICE("event_time"),
	SLICE("eventTime"),
	SLICE("event_timestamp"),
	SLICE("datetime"),
	SLICE("date"),
	SLICE("created_at"),
	SLICE("createdAt"),
	SLICE("created"),
	SLICE("occurred_at"),
	SLICE("logged_at"),
	SLICE(""),
};

static bool time_of_object(struct slice object, struct timestamp *time)
{
	struct slice rest, key, value;

	if (!peek_object(object, &rest))
		return false;
	while (peek_member(&rest, &key, &value))
		if (is_one_of(key, time_names) && time_of_value(value, time))
			return true;
	return false;
}

/* An envelope's own time, else that of the event in it. */
static bool time_of_hec(struct slice object, struct timestamp *time)
{
	struct slice rest, key, value;
	struct slice event = SLICE("");

	if (!peek_object(object, &rest))
		return false;
	while (peek_member(&rest, &key, &value)) {
		if (slice_is(key, SLICE("time")) && time_of_value(value, time))
			return true;
		if (slice_is(key, SLICE("event")))
			event = value;
	}
	return time_of_object(event, time);
}

/*
 * What is behind count pipes, or nothing. CEF may escape a pipe with a
 * backslash, LEEF has no escapes.
 */
static struct slice behind_pipes(struct slice s, size_t count, bool escapes)
{
	for (size_t i = 0; i < s.len; i++) {
		if (escapes && s.data[i] == '\\')
			i++;
		else if (s.data[i] == '|' && --count == 0)
			return slice_from(s, i + 1);
	}
	return SLICE("");
}

/* The value of key, up to the end of the text; divided by what comes before. */
static bool find_pair(struct slice pairs, struct slice key, char divider,
		      struct slice *value)
{
	for (size_t i = 0; i + key.len < pairs.len; i++) {
		struct slice here = slice_from(pairs, i);

		if ((i > 0 && pairs.data[i - 1] != divider) ||
		    !slice_take(&here, key) || !slice_take(&here, SLICE("=")))
			continue;
		*value = here;
		return true;
	}
	return false;
}

/* A time at the start of a value: since the epoch, as a date, or RFC 3339. */
static bool time_of_text(struct slice text, struct timestamp *time)
{
	struct slice rest = text;
	struct slice word;
	struct date d;

	if (date_take(&rest, &d))
		return date_take_zone(&rest, &d) && date_time(&d, time);
	return slice_take_word(&rest, &word) && time_of_value(word, time);
}

static bool time_of_cef(struct slice body, struct timestamp *time)
{
	static const char *const keys[] = { "rt", "end", "start" };
	struct slice pairs = behind_pipes(body, 7, true);
	struct slice value;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (find_pair(pairs, slice_of(keys[i]), ' ', &value) &&
		    time_of_text(value, time))
			return true;
	return false;
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What the delimiter field of LEEF 2.0 means; -1: it is no such field. */
static int delimiter_of(struct slice field)
{
	int n = 0;

	if (field.len == 0)
		return '\t';
	if (field.len == 1)
		return (unsigned char)field.data[0];
	slice_take(&field, SLICE("0"));
	if (!slice_take(&field, SLICE("x")) || field.len == 0 || field.len > 4)
		return -1;
	for (size_t i = 0; i < field.len; i++) {
		int digit = hex_digit(field.data[i]);

		if (digit < 0)
			return -1;
		n = 16 * n + digit;
	}
	return n <= 0xff ? n : -1;
}

static bool time_of_leef(struct slice body, struct timestamp *time)
{
	struct slice pairs = behind_pipes(body, 5, false);
	char divider = '\t';
	struct slice value;

	if (!slice_has_prefix(body, SLICE("LEEF:1"))) {
		const char *pipe = pairs.len == 0 ?
					   NULL :
					   memchr(pairs.data, '|', pairs.len);
		size_t n = pipe == NULL ? 0 : (size_t)(pipe - pairs.data);
		int d = pipe == NULL ?
				-1 :
				delimiter_of((struct slice){ pairs.data, n });

		if (d >= 0) {
			divider = (char)d;
			pairs = slice_from(pairs, n + 1);
		}
	}
	if (!find_pair(pairs, SLICE("devTime"), divider, &value))
		return false;

	const char *end = value.len == 0 ?
				  NULL :
				  memchr(value.data, divider, value.len);
	if (end != NULL)
		value.len = (size_t)(end - value.data);
	return time_of_text(value, time);
}

static bool time_of_body(const struct sniff *s, struct timestamp *time)
{
	switch (s->format) {
	case LINE_TEXT:
		return false;
	case LINE_JSON:
		return time_of_object(s->body, time);
	case LINE_HEC:
		return time_of_hec(s->body, time);
	case LINE_CEF:
		return time_of_cef(s->body, time);
	case LINE_LEEF:
		return time_of_leef(s->body, time);
	}
	return false;
}

bool sniff_time(struct slice line, const struct sniff *s,
		struct timestamp *time)
{
	if (time_of_body(s, time))
		return true;

	struct header h = header_of(line);
	if (h.has_date)
		return date_time(&h.date, time);
	if (h.has_time)
		*time = h.time;
	return h.has_time;
}
