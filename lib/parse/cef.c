/* cef: ArcSight Common Event Format, CEF:0 and CEF:1. */
#include "parse/parse.h"

#include "json/write.h"
#include "parse/cefcheck.h"
#include "parse/cefline.h"

#include <string.h>

/* What the specification calls the fields of the header. */
static const char *const names[] = {
	[CEF_VENDOR] = "device_vendor",
	[CEF_PRODUCT] = "device_product",
	[CEF_PRODUCT_VERSION] = "device_version",
	[CEF_CLASS] = "device_event_class_id",
	[CEF_NAME] = "name",
	[CEF_SEVERITY] = "severity",
};

/* Put a string that is decoded first where it has a backslash. */
static void put_decoded(struct reading *r, struct slice text,
			void (*decode)(struct slice text, struct buf *out))
{
	if (text.len > 0 && memchr(text.data, '\\', text.len) != NULL) {
		buf_clear(&r->scratch);
		decode(text, &r->scratch);
		text = buf_slice(&r->scratch);
	}
	json_put_string(r->out, text);
}

static void put_value(struct reading *r, struct slice value)
{
	put_decoded(r, value, cefline_decode_value);
}

/* A number where it is one as JSON writes it, else what stands there. */
static void put_version(struct reading *r, struct slice version)
{
	parse_member(r, "version");
	if (version.len == 1 && version.data[0] >= '0' &&
	    version.data[0] <= '9')
		buf_put_slice(r->out, version);
	else
		json_put_string(r->out, version);
}

static int read_event(struct reading *r, struct slice text, struct slice *rest,
		      struct err *e)
{
	struct cefline c;

	if (!cefline_split(text, &c, &r->pairs))
		return err_set(e, ERR_SYSTEM, "out of memory");
	if (c.count < CEF_FIELDS)
		return cefcheck_refuse(r, &c, e);
	*rest = slice_from(text, text.len);

	parse_member(r, "cef");
	buf_putc(r->out, '{');
	put_version(r, c.fields[CEF_VERSION]);
	for (size_t i = CEF_VENDOR; i < CEF_FIELDS; i++) {
		parse_member(r, names[i]);
		put_decoded(r, c.fields[i], cefline_decode_field);
	}
	parse_member(r, "extension");
	buf_putc(r->out, '{');
	parse_pairs(r, put_value);
	buf_putc(r->out, '}');
	if (c.loose.len > 0)
		parse_member_string(r, "text", c.loose);
	buf_putc(r->out, '}');
	if (r->depart != NULL)
		cefcheck_event(r, &c);
	return 0;
}

const struct dialect dialect_cef = {
	.name = "cef",
	.summary = "ArcSight Common Event Format, 0 and 1",
	.rules = cef_rules,
	.is_anywhere = true,
	.is_it = cefline_is_it,
	.read = read_event,
};
