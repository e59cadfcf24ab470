/*
 * ecs: documents in the terms of the Elastic Common Schema. Members that no
 * row of the map names are labels, as text: what they would be in an index is
 * not for each record to decide.
 */
#include "format/format.h"

#include "format/columns.h"
#include "format/ecskeys.h"
#include "format/nested.h"
#include "stream/identity.h"

#define VERSION "9.3.0"
#define LABELS "labels."

static const char *const attributes[] = { NULL };

#define KEY_RULE(key, type) { key, FIELD_##type, 0 },
#define RESERVED_RULE(key) { key, FIELD_RESERVED, 0 },

static const struct field_rule rules[] = { ECS_KEYS(KEY_RULE, RESERVED_RULE) };

enum { RULES = sizeof(rules) / sizeof(rules[0]) };

static const struct field_rule *find_rule(struct slice key)
{
	if (slice_has_prefix(key, SLICE(LABELS)))
		return NULL;
	return nested_find_rule(rules, RULES, key);
}

/* There is no lead for times, whose values take more than copying. */
static void put_lead(struct buf *out, struct slice key, struct slice label,
		     enum field_type type)
{
	(void)label;
	if (type != FIELD_TIME_MS)
		nested_put_lead(out, key, !nested_is_bare(type));
}

static const struct map_shape shape = {
	.section = "ecs",
	.attributes = attributes,
	.rest_names = REST_LABEL,
	.first_key = "ecs.version",
	.rest_object = LABELS,
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
 * Begin the document, with the identity of the record where siem-tail has put
 * one first. In any other place it would be the event's own word.
 */
static char *put_start(struct line *l, char *at, struct slice record)
{
	struct slice id = identity_of(record);

	if (at == NULL || id.len == 0)
		return at != NULL ? line_put_text(l, at, SLICE("{")) : NULL;
	at = line_put_text(l, at, SLICE("{\"siem_id\":\""));
	if (at != NULL)
		at = line_put_text(l, at, id);
	return at != NULL ? line_put_text(l, at, SLICE("\",")) : NULL;
}

static int write_event(const struct event *event, struct mapper *text,
		       const struct format_options *options, struct buf *out,
		       struct format_counts *counts, struct err *e)
{
	struct nested n = {
		.line = line_begin(event, text, options, out, counts),
		.put_rest = nested_put_label,
		.key = SLICE("ecs.version"),
		.depth = 1,
	};
	char time[TIMESTAMP_MAX];
	size_t len = columns_time(&n.line, time);
	char *at = put_start(&n.line, line_at(&n.line), event->record);

	if (at != NULL)
		at = columns_put_plain(&n.line, at, SLICE("\"@timestamp\":\""),
				       (struct slice){ time, len });
	if (at != NULL)
		at = line_put_text(
			&n.line, at,
			SLICE(",\"ecs\":{\"version\":\"" VERSION "\""));
	line_put_at(&n.line, at);
	nested_put_fields(&n);
	return line_end(&n.line, e);
}

const struct format format_ecs = {
	.name = "ecs",
	.summary = "Elastic Common Schema " VERSION,
	.variants = NULL,
	.syslog = NULL,
	.is_body = true,
	.shape = shape_of,
	.write = write_event,
};
