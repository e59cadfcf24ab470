#include "parse/head.h"

#include "format/syslog.h"
#include "json/walk.h"
#include "parse/checks.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

struct head head_begin(struct reading *r, const struct rule *rules,
		       struct slice text)
{
	struct head h = { .r = r, .rules = rules, .rest = text };

	parse_member(r, "syslog");
	buf_putc(r->out, '{');
	return h;
}

struct slice head_end(struct head *h)
{
	buf_putc(h->r->out, '}');
	return h->rest;
}

size_t head_priority_width(struct slice text)
{
	enum { DIGITS = 9 };
	size_t i = 1;

	if (text.len == 0 || text.data[0] != '<')
		return 0;
	while (i < text.len && i <= DIGITS && is_digit(text.data[i]))
		i++;
	return i < text.len && text.data[i] == '>' ? i + 1 : 0;
}

static void put_priority(struct head *h, int n)
{
	parse_member(h->r, "priority");
	buf_put_int(h->r->out, n);
	if (n > 191)
		return;
	parse_member_string(h->r, "facility",
			    slice_of(syslog_facility_name(n / 8)));
	parse_member_string(h->r, "severity",
			    slice_of(syslog_severity_name(n % 8)));
}

bool head_take_priority(struct head *h)
{
	size_t width = head_priority_width(h->rest);

	if (width == 0)
		return false;

	struct slice pri = slice_take_n(&h->rest, width);
	struct slice digits = { pri.data + 1, pri.len - 2 };
	int n = 0;

	for (size_t i = 0; i < digits.len; i++)
		n = 10 * n + (digits.data[i] - '0');
	if (digits.len > 0)
		put_priority(h, n);

	if (digits.len == 0)
		parse_depart(h->r, &h->rules[HEAD_PRI_FORM], pri,
			     "there is no number in <>: receivers assume one, "
			     "mostly <13>, user.notice");
	else if (digits.len > 1 && digits.data[0] == '0')
		parse_depart(h->r, &h->rules[HEAD_PRI_FORM], pri,
			     "the priority has a leading zero: write <%d>", n);
	if (n > 191)
		parse_depart(h->r, &h->rules[HEAD_PRI_RANGE], pri,
			     "there is no priority %d: it is 8 * facility + "
			     "severity, 191 (local7.debug) at most",
			     n);
	return true;
}

enum head_content head_content(struct slice text)
{
	if (slice_has_prefix(text, SLICE("CEF:")) ||
	    slice_has_prefix(text, SLICE("LEEF:")))
		return HEAD_EVENT;
	while (text.len > 0 && slice_is_blank(text.data[0]))
		text = slice_from(text, 1);
	return slice_has_prefix(text, SLICE("{")) ? HEAD_JSON : HEAD_TEXT;
}

static bool is_printable(char c)
{
	return c > ' ' && c <= '~';
}

struct slice head_unprintable(struct slice text)
{
	size_t begin = 0;

	while (begin < text.len && is_printable(text.data[begin]))
		begin++;
	size_t end = begin;
	while (end < text.len && !is_printable(text.data[end]))
		end++;
	return (struct slice){ text.data + begin, end - begin };
}

/* Does text begin like shape, in which 0 is any digit? */
static bool is_like(struct slice text, struct slice shape)
{
	if (text.len < shape.len)
		return false;
	for (size_t i = 0; i < shape.len; i++)
		if (shape.data[i] == '0' ? !is_digit(text.data[i])
					 : text.data[i] != shape.data[i])
			return false;
	return true;
}

bool head_is_clock(struct slice text)
{
	return is_like(text, SLICE("00:00:00"));
}

bool head_is_date(struct slice text)
{
	return is_like(text, SLICE("0000-00-00"));
}

static const char *effect_of(char c)
{
	switch (c) {
	case '\0':
		return "NUL: many programs take the message to end here";
	case '\n':
		return "a line feed: who reads line by line sees two events, "
		       "and the second can be forged";
	case '\r':
		return "a carriage return: to some receivers, the message "
		       "ends here";
	case '\t':
		return "a TAB: rsyslog makes #011 of it";
	case '\033':
		return "ESC: it speaks to the terminal of who reads the log";
	default:
		return "a control character: receivers rewrite or drop it";
	}
}

static void check_controls(const struct head *h, bool is_json)
{
	for (size_t i = 0; i < h->rest.len; i++) {
		struct slice here = { h->rest.data + i, 1 };
		unsigned char c = (unsigned char)*here.data;

		// JSON may have blanks between its tokens, and nothing else.
		if (c >= ' ' || (is_json && c != '\n'))
			continue;
		parse_depart(h->r, &h->rules[HEAD_CONTROL], here,
			     "%s; write it as text, like \\n",
			     effect_of(*here.data));
		return; // one is enough
	}
}

bool head_take_mark(struct head *h, bool before_text)
{
	struct slice mark = h->rest;
	struct slice rest = h->rest;

	if (!slice_take(&rest, SLICE("\xef\xbb\xbf")) ||
	    (!before_text && head_content(rest) == HEAD_TEXT))
		return false;
	mark.len -= rest.len;
	h->rest = rest;
	if (slice_has_prefix(rest, SLICE("{")))
		parse_depart(h->r, &h->rules[HEAD_BOM], mark,
			     "a byte order mark (EF BB BF) stands before the "
			     "JSON object, where receivers look for {");
	return true;
}

void head_check_message(const struct head *h)
{
	if (h->r->depart == NULL || head_content(h->rest) == HEAD_EVENT)
		return;
	bool is_json = walk_is_object(slice_trim(h->rest));

	// What is wrong with JSON is said where that is read.
	if (!is_json)
		checks_utf8(h->r, &h->rules[HEAD_UTF8], h->rest);
	check_controls(h, is_json);
}
