/* rfc5424: syslog as RFC 5424 has it, plain or with structured data. */
#include "format/format.h"

#include "format/escape.h"
#include "format/line.h"

enum { APP, PROCID, MSGID, MSG, SDID };

static const char *const attributes[] = {
	[APP] = "app", [PROCID] = "procid", [MSGID] = "msgid",
	[MSG] = "msg", [SDID] = "sdid",	    NULL,
};

enum { SD_NAME_MAX = 32 }; // of SD-ID and PARAM-NAME, section 6.3

/*
 * Of a PARAM-VALUE, section 6.3.3. Control bytes are written as text, whose
 * backslash is then escaped like any other.
 */
static const struct escape param = {
	.rows = {
		ESCAPE_CONTROLS("\\\\"),
		['\t'] = ESCAPE_ROW("\\\\t"),
		['\n'] = ESCAPE_ROW("\\\\n"),
		['\r'] = ESCAPE_ROW("\\\\r"),
		['"'] = ESCAPE_ROW("\\\""),
		['\\'] = ESCAPE_ROW("\\\\"),
		[']'] = ESCAPE_ROW("\\]"),
	},
	.printable = "\"\\]",
};

/* Of MSG, where nothing else needs it. */
static const struct escape message = {
	.rows = {
		ESCAPE_CONTROLS("\\"),
		['\t'] = ESCAPE_ROW("\\t"),
		['\n'] = ESCAPE_ROW("\\n"),
		['\r'] = ESCAPE_ROW("\\r"),
	},
	.printable = "\x7f\x7f\x7f",
};

static const struct map_shape plain_shape = {
	.section = "rfc5424",
	.attributes = attributes,
	.written = 1, // the others are nil values
	.rest_names = REST_NONE,
	.has_time = true,
};

static const struct map_shape sd_shape = {
	.section = "rfc5424",
	.attributes = attributes,
	.rest_names = REST_PATH,
	.key_max = SD_NAME_MAX,
	.has_time = true,
};

static bool is_sd(const char *variant)
{
	return strcmp(variant, "sd") == 0;
}

static const struct map_shape *shape_of(const char *variant)
{
	return is_sd(variant) ? &sd_shape : &plain_shape;
}

/* Is it "name@number", as an SD-ID is that the IANA has not registered? */
static bool is_private(struct slice id)
{
	struct slice name = slice_take_until(&id, '@');

	for (size_t i = 0; i < id.len; i++)
		if ((id.data[i] < '0' || id.data[i] > '9') && id.data[i] != '.')
			return false;
	return name.len > 0 && id.len > 0;
}

/*
 * Section 6.3.2: no space, quote, bracket or equals sign. What is not private
 * becomes so: a registered one has parameters of its own.
 */
static void put_sdid(struct line *l, struct slice id)
{
	static const struct slice number = SLICE("@32473");
	size_t max = SD_NAME_MAX;
	bool add = !is_private(id) || id.len > max;
	char *at = buf_room(l->out, SD_NAME_MAX);

	if (id.len == 0)
		id = SLICE("audit");
	if (add)
		max -= number.len;
	if (id.len > max)
		id = line_cut(l, SLICE("SD-ID"), id, max);
	if (at == NULL)
		return;
	for (size_t i = 0; i < id.len; i++) {
		char c = id.data[i];

		at[i] = '_';
		if (c > 32 && c < 127 &&
		    memchr("=]\"@", c, add ? 4 : 3) == NULL)
			at[i] = c;
	}
	buf_grown(l->out, id.len);
	if (add)
		buf_put_slice(l->out, number);
}

IN_LINE char *put_param(struct line *l, char *at, const struct field *f)
{
	struct slice text = line_fit(l, f->key, line_text(l, &f->value), f->max);

	return line_put_pair(l, at, ' ', f->key, SLICE(""), SLICE("\""), text,
			     &param);
}

/* Does it begin like an element, "[name@", which some readers look for? */
static bool is_like_element(struct slice msg)
{
	size_t n = msg.len < 1 + SD_NAME_MAX ? msg.len : 1 + SD_NAME_MAX;

	return slice_has_prefix(msg, SLICE("[")) &&
	       memchr(msg.data, '@', n) != NULL;
}

/*
 * The byte by which a reader of MSG takes a text for CEF, LEEF or JSON, to
 * which whoever wrote the text would have added members; or its end.
 */
static size_t find_event_sign(struct slice msg)
{
	struct slice rest = msg;

	if (slice_take(&rest, SLICE("CEF:")) ||
	    slice_take(&rest, SLICE("LEEF:")))
		return msg.len - rest.len - 1;
	while (slice_take(&rest, SLICE(" ")))
		;
	size_t at = msg.len - rest.len;
	if (!slice_take(&rest, SLICE("{")))
		return msg.len;
	while (slice_take(&rest, SLICE(" ")))
		;
	if (rest.len == 0 || (rest.data[0] != '"' && rest.data[0] != '}'))
		return msg.len;
	return at;
}

/*
 * Section 6.4 wants a byte order mark before UTF-8. Those who read JSON out of
 * MSG choke on it, and pure ASCII needs none, unless some reader could take it
 * for one more element, which whoever wrote the text has forged.
 */
static bool wants_bom(struct slice msg, bool is_like_event)
{
	if (slice_has_prefix(msg, SLICE("{")) && !is_like_event)
		return false;
	for (size_t i = 0; i < msg.len; i++)
		if ((unsigned char)msg.data[i] >= 0x80)
			return true;
	return is_like_element(msg);
}

/* A text is no event, however it begins; an object is what it is. */
static void put_msg(struct line *l, struct slice msg)
{
	bool is_text = l->event->attributes[MSG].type != VALUE_OBJECT;
	size_t sign = is_text ? find_event_sign(msg) : msg.len;
	bool is_like_event = sign < msg.len;

	if (msg.len == 0)
		return;
	buf_putc(l->out, ' ');
	if (wants_bom(msg, is_like_event))
		buf_put(l->out, "\xef\xbb\xbf", 3);
	escape_put(l->out, slice_take_n(&msg, sign), &message);
	if (is_like_event) {
		buf_puts(l->out, msg.data[0] == '{' ? "\\u007b" : "\\u003a");
		escape_put(l->out, slice_from(msg, 1), &message);
	}
}

/* How many bytes put_msg() will append; only --max-line asks. */
static size_t measure_msg(struct line *l, struct slice msg)
{
	size_t before = l->out->len;

	if (l->options->max_line == 0)
		return 0;
	put_msg(l, msg);
	size_t len = l->out->len - before;
	if (buf_status(l->out) == 0)
		buf_cut(l->out, before);
	return len;
}

/* One element of all fields; the nil value where there is none. */
static void put_sd(struct line *l, struct slice msg)
{
	size_t tail = 1 + measure_msg(l, msg); // and the bracket

	if (l->event->count == 0) {
		buf_putc(l->out, '-');
	} else {
		buf_putc(l->out, '[');
		put_sdid(l, line_attribute(l, SDID));
		l->begun = true;
		line_put_fields(l, tail, put_param);
		buf_putc(l->out, ']');
	}
	put_msg(l, msg);
}

static int write_event(const struct event *event, struct mapper *text,
		       const struct format_options *options, struct buf *out,
		       struct format_counts *counts, struct err *e)
{
	struct line l = line_begin(event, text, options, out, counts);
	struct slice app = line_attribute(&l, APP);

	if (is_sd(options->variant)) {
		line_put_5424(&l, app, line_attribute(&l, PROCID),
			      line_attribute(&l, MSGID));
		put_sd(&l, line_attribute(&l, MSG));
	} else {
		line_put_5424(&l, app, SLICE(""), SLICE(""));
		buf_put(out, "- ", 2);
		buf_put_slice(out, event->record);
	}
	return line_end(&l, e);
}

const struct format format_rfc5424 = {
	.name = "rfc5424",
	.summary = "syslog (RFC 5424), record or members",
	.variants = "plain|sd",
	.syslog = NULL,
	.shape = shape_of,
	.write = write_event,
};
