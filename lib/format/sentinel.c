/*
 * sentinel: rows of a custom table of Microsoft Sentinel. A map names the
 * columns; members that it does not name have columns of their own.
 */
#include "format/format.h"

#include "format/columns.h"

#include <strings.h>

static const char *const attributes[] = { NULL };

/* Azure keeps these for itself, in whatever case; the first column is ours. */
static const struct field_rule reserved[] = {
	{ "id", FIELD_RESERVED, 0 },
	{ "RawData", FIELD_RESERVED, 0 },
	{ "resource", FIELD_RESERVED, 0 },
	{ "resourceid", FIELD_RESERVED, 0 },
	{ "resourcename", FIELD_RESERVED, 0 },
	{ "resourcetype", FIELD_RESERVED, 0 },
	{ "subscriptionid", FIELD_RESERVED, 0 },
	{ "tenant", FIELD_RESERVED, 0 },
	{ "TenantId", FIELD_RESERVED, 0 },
	{ "TimeGenerated", FIELD_RESERVED, 0 },
	{ "Title", FIELD_RESERVED, 0 },
	{ "Type", FIELD_RESERVED, 0 },
	{ "UniqueId", FIELD_RESERVED, 0 },
};

static const struct field_rule *find_rule(struct slice key)
{
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (key.len == strlen(reserved[i].key) &&
		    strncasecmp(key.data, reserved[i].key, key.len) == 0)
			return &reserved[i];
	return NULL;
}

/* Does a value of that type stand in JSON as it is? */
static bool is_bare(enum field_type type)
{
	return type == FIELD_INT32 || type == FIELD_INT64 ||
	       type == FIELD_DOUBLE || type == FIELD_PORT || type == FIELD_BOOL;
}

/* There is no lead for times, whose values take more than copying. */
static void put_lead(struct buf *out, struct slice key, struct slice label,
		     enum field_type type)
{
	(void)label;
	if (type != FIELD_TIME_MS)
		columns_put_lead(out, key.data, key.len, !is_bare(type));
}

static const struct map_shape shape = {
	.section = "sentinel",
	.attributes = attributes,
	.rest_names = REST_COLUMN,
	.key_max = COLUMNS_NAME,
	.has_time = true,
	.find_rule = find_rule,
	.put_lead = put_lead,
};

static const struct map_shape *shape_of(const char *variant)
{
	(void)variant;
	return &shape;
}

/*
 * Members that no row names keep their types, so that a column has the type of
 * its member: numbers, true and false. All others are strings.
 */
static bool keeps_type(const struct value *v)
{
	return v->type == VALUE_TRUE || v->type == VALUE_FALSE ||
	       (v->type == VALUE_NUMBER && field_is_storable(value_slice(*v)));
}

static NEVER_INLINE char *put_other(struct line *l, char *at,
				    const struct field *f)
{
	struct slice text = columns_text(l, f);

	if ((size_t)(f - l->event->fields) < l->event->rest)
		return columns_put_time(l, at, f->key, text);
	return columns_put_named(l, at, f->key, text, !keeps_type(&f->value));
}

IN_LINE char *put_field(struct line *l, char *at, const struct field *f)
{
	if (f->lead.len == 0)
		return put_other(l, at, f);
	return columns_put(l, at, f->lead, columns_text(l, f));
}

static int write_event(const struct event *event, struct mapper *text,
		       const struct format_options *options, struct buf *out,
		       struct format_counts *counts, struct err *e)
{
	struct line l = line_begin(event, text, options, out, counts);

	char time[TIMESTAMP_MAX];
	size_t len = columns_time(&l, time);

	char *at = line_at(&l);
	if (at != NULL)
		at = columns_put_plain(&l, at, SLICE("{\"TimeGenerated\":\""),
				       (struct slice){ time, len });
	line_put_at(&l, at);
	line_put_fields(&l, 1, put_field);
	buf_putc(out, '}');
	return line_end(&l, e);
}

const struct format format_sentinel = {
	.name = "sentinel",
	.summary = "a flat table of Microsoft Sentinel",
	.variants = NULL,
	.syslog = NULL,
	.is_body = true,
	.shape = shape_of,
	.write = write_event,
};
