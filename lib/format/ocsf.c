/*
 * ocsf: events in the terms of the Open Cybersecurity Schema Framework: API
 * Activity, or Detection Finding. Members that no row of the map names stand
 * under "unmapped" as they are.
 */
#include "format/format.h"

#include "format/columns.h"
#include "format/nested.h"
#include "format/ocsfkeys.h"

#define VERSION "1.6.0"
#define PRODUCT_KEY "metadata.product.name" // the last before the rows
#define UNMAPPED "unmapped."
#define UNKNOWN "unknown" // where something has to be said, and is not

enum { ACTIVITY, ACTIVITY_NAME, PRODUCT };

static const char *const attributes[] = {
	[ACTIVITY] = "activity",
	[ACTIVITY_NAME] = "activity_name",
	[PRODUCT] = "product",
	NULL,
};

#define KEY_RULE(key, type) { key, FIELD_##type, 0 },
#define RESERVED_RULE(key) { key, FIELD_RESERVED, 0 },

static const struct field_rule rules[] = { OCSF_KEYS(KEY_RULE, RESERVED_RULE) };

enum { RULES = sizeof(rules) / sizeof(rules[0]) };

static const struct field_rule *find_rule(struct slice key)
{
	if (slice_has_prefix(key, SLICE(UNMAPPED)))
		return NULL;
	return nested_find_rule(rules, RULES, key);
}

static void put_lead(struct buf *out, struct slice key, struct slice label,
		     enum field_type type)
{
	(void)label;
	nested_put_lead(out, key,
			!nested_is_bare(type) && type != FIELD_TIME_MS);
}

enum { ACTIVITIES = 6 };

/* An event class. */
struct class
{
	const char *head; // up to the first digits of type_uid
	struct activity {
		const char *id;
		const char *name;
	} activities[ACTIVITIES]; // the first is that of which nothing is
				  // known, the last is any other
	size_t count;
	const struct nested_need *needs;
	size_t need_count;
};

/* What an object has to have one of. */
static const char *const uid[] = { "uid", NULL };
static const char *const operation[] = { "operation", NULL };
static const char *const policy[] = { "name", "type", "uid", NULL };
static const char *const endpoint[] = { "ip",           "uid",      "name",
					"hostname",     "svc_name", "domain",
					"instance_uid", NULL };

#define NEED(object, any, always, name)                                 \
	{                                                               \
		SLICE(object), any, always, SLICE(name), SLICE(UNKNOWN) \
	}

static const struct nested_need api_needs[] = {
	NEED("actor.", NULL, true, "actor.app_name"),
	NEED("api.", operation, true, "api.operation"),
	NEED("api.request.", uid, false, "api.request.uid"),
	NEED("src_endpoint.", endpoint, true, "src_endpoint.svc_name"),
	NEED("dst_endpoint.", endpoint, false, "dst_endpoint.svc_name"),
	NEED("policy.", policy, false, "policy.name"),
};

static const struct nested_need finding_needs[] = {
	NEED("finding_info.", uid, true, "finding_info.uid"),
	NEED("policy.", policy, false, "policy.name"),
};

static const struct class api_activity = {
	.head = ",\"category_uid\":6,\"class_uid\":6003,\"type_uid\":6003",
	.activities = { { "0", "Unknown" },
			{ "1", "Create" },
			{ "2", "Read" },
			{ "3", "Update" },
			{ "4", "Delete" },
			{ "99", "Other" } },
	.count = 6,
	.needs = api_needs,
	.need_count = sizeof(api_needs) / sizeof(api_needs[0]),
};

static const struct class detection_finding = {
	.head = ",\"category_uid\":2,\"class_uid\":2004,\"type_uid\":2004",
	.activities = { { "0", "Unknown" },
			{ "1", "Create" },
			{ "2", "Update" },
			{ "3", "Close" },
			{ "99", "Other" } },
	.count = 5,
	.needs = finding_needs,
	.need_count = sizeof(finding_needs) / sizeof(finding_needs[0]),
};

static struct slice text_of(const struct value *values, size_t number,
			    const char *otherwise)
{
	struct slice text = value_slice(values[number]);

	return value_is_missing(values[number]) || text.len == 0
		       ? slice_of(otherwise)
		       : text;
}

/* The activity that the map says, by its number. */
static const struct activity *activity_of(const struct class *class,
					  const struct value *values)
{
	const struct activity *other = &class->activities[class->count - 1];
	struct slice id = text_of(values, ACTIVITY, "0");

	for (size_t i = 0; i < class->count; i++)
		if (slice_is(id, slice_of(class->activities[i].id)))
			return &class->activities[i];
	return other;
}

/* What follows from the attributes, up to the name of the product. */
static void put_class(struct buf *out, const struct class *class,
		      const struct value *values)
{
	const struct activity *activity = activity_of(class, values);
	bool is_other = activity == &class->activities[class->count - 1];

	buf_puts(out, class->head);
	buf_puts(out, is_other ? "" : "0");
	buf_puts(out, activity->id);
	buf_puts(out, ",\"activity_id\":");
	buf_puts(out, activity->id);
	columns_put_string(
		out, "activity_name",
		is_other ? text_of(values, ACTIVITY_NAME, activity->name)
			 : slice_of(activity->name));
	buf_puts(out, ",\"metadata\":{\"version\":\"" VERSION
		      "\",\"product\":{\"name\":\"");
	escape_put(out, text_of(values, PRODUCT, UNKNOWN), &columns_string);
	buf_putc(out, '"');
}

/* Does the event say what the map says of its activity, and not that it is
   another one? */
static bool shows(const struct class *class, const struct value *values,
		  size_t number)
{
	const struct activity *activity = activity_of(class, values);

	if (number == ACTIVITY)
		return slice_is(value_slice(values[number]),
				slice_of(activity->id));
	return number != ACTIVITY_NAME ||
	       activity == &class->activities[class->count - 1];
}

static bool api_shows(const struct value *values, size_t number)
{
	return shows(&api_activity, values, number);
}

static bool finding_shows(const struct value *values, size_t number)
{
	return shows(&detection_finding, values, number);
}

static bool put_api_head(struct buf *out, const struct value *values)
{
	put_class(out, &api_activity, values);
	return true;
}

static bool put_finding_head(struct buf *out, const struct value *values)
{
	put_class(out, &detection_finding, values);
	return true;
}

static const struct map_shape api_shape = {
	.section = "ocsf",
	.attributes = attributes,
	.shows = api_shows,
	.rest_names = REST_WHOLE,
	.first_key = PRODUCT_KEY,
	.rest_object = UNMAPPED,
	.has_time = true,
	.has_severity = true,
	.find_rule = find_rule,
	.put_lead = put_lead,
	.put_head = put_api_head,
};

static const struct map_shape finding_shape = {
	.section = "ocsf_finding",
	.attributes = attributes,
	.shows = finding_shows,
	.rest_names = REST_WHOLE,
	.first_key = PRODUCT_KEY,
	.rest_object = UNMAPPED,
	.has_time = true,
	.has_severity = true,
	.find_rule = find_rule,
	.put_lead = put_lead,
	.put_head = put_finding_head,
};

static bool is_finding(const char *variant)
{
	return variant != NULL && strcmp(variant, "finding") == 0;
}

static const struct map_shape *shape_of(const char *variant)
{
	return is_finding(variant) ? &finding_shape : &api_shape;
}

/* The severity_id of an event. */
static char severity_of(const struct event *event)
{
	static const char ids[] = "111233344556";

	return ids[event->emergency ? strlen(ids) - 1
				    : (size_t)event->severity];
}

/* {"time":1759963500000,"severity_id":3 */
static void put_start(struct buf *out, const struct event *event)
{
	char time[TIMESTAMP_MAX];

	buf_puts(out, "{\"time\":");
	buf_put(out, time, timestamp_epoch_ms(&event->time, time));
	buf_puts(out, ",\"severity_id\":");
	buf_putc(out, severity_of(event));
}

static int write_event(const struct event *event, struct mapper *text,
		       const struct format_options *options, struct buf *out,
		       struct format_counts *counts, struct err *e)
{
	const struct class *class = is_finding(options->variant)
					    ? &detection_finding
					    : &api_activity;
	struct nested n = {
		.line = line_begin(event, text, options, out, counts),
		.needs = class->needs,
		.need_count = class->need_count,
		.put_rest = nested_put_member,
		.key = SLICE(PRODUCT_KEY),
		.depth = 2,
	};

	put_start(out, event);
	if (event->head.len > 0)
		buf_put_slice(out, event->head);
	else
		put_class(out, class, event->attributes);
	nested_put_fields(&n);
	return line_end(&n.line, e);
}

const struct format format_ocsf = {
	.name = "ocsf",
	.summary = "OCSF " VERSION ": API Activity or Detection Finding",
	.variants = "api|finding",
	.syslog = NULL,
	.is_body = true,
	.shape = shape_of,
	.write = write_event,
};
