/*
 * What a document has to say of an event, leaf by leaf and nothing else: for
 * the formats whose objects have objects in them. It is worked out from what
 * the map makes of the record (mapping.h) and from the descriptions of the
 * formats, in siem-fmt(1), and of the schemas. The types of keys are stated
 * here anew, for those that maps have in the proof.
 */
#ifndef SIEM_TESTS_PROOF_DOCUMENT_H
#define SIEM_TESTS_PROOF_DOCUMENT_H

#include "mapping.h"

enum {
	DOCUMENT_DEPTH = 16, // levels of what a member holds
	DOCUMENT_MEMBERS = 256,
};

/* What else than the event a document depends on. */
struct document {
	struct mapping *m;
	const char *map; // its name
	const char *host;
	struct timestamp now; // of an event that has no time
	size_t count;         // of its fields, in their order
	size_t longest;       // bytes of a text; 0: no limit
};

/* leaves */

static inline struct arena *document_arena(const struct document *d)
{
	return &d->m->arena;
}

static inline struct tree *document_string(const struct document *d,
					   struct slice text)
{
	return tree_new(document_arena(d), VALUE_STRING,
			tree_keep(document_arena(d), text));
}

/* A number, or a word, from its text. */
static inline struct tree *document_bare(const struct document *d,
					 struct slice text)
{
	struct tree *t = tree_read(document_arena(d),
				   tree_keep(document_arena(d), text));

	if (t == NULL)
		abort();
	return t;
}

static inline struct tree *document_integer(const struct document *d,
					    long long n)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", n);
	return document_bare(d, slice_of(text));
}

static inline struct tree *document_new(const struct document *d,
					enum value_type type)
{
	return tree_new(document_arena(d), type, (struct slice){ 0 });
}

/* Add a member, and return it. */
static inline struct tree *document_add(const struct document *d,
					struct tree *object, struct slice name,
					struct tree *value)
{
	value->name = tree_keep(document_arena(d), name);
	tree_add(object, value);
	return value;
}

static inline struct tree *document_put_text(const struct document *d,
					     struct tree *object,
					     const char *name,
					     struct slice text)
{
	return document_add(d, object, slice_of(name),
			    document_string(d, text));
}

/* The object of that name, which is made where there is none. */
static inline struct tree *document_open(const struct document *d,
					 struct tree *object, struct slice name)
{
	struct tree *found = tree_member(object, name);

	return found != NULL ? found
			     : document_add(d, object, name,
					    document_new(d, VALUE_OBJECT));
}

/* Put a value where a path says: "event.action". */
static inline void document_put(const struct document *d, struct tree *root,
				struct slice path, struct tree *value)
{
	const char *dot;

	while ((dot = memchr(path.data, '.', path.len)) != NULL) {
		size_t len = (size_t)(dot - path.data);

		root = document_open(d, root, (struct slice){ path.data, len });
		path = slice_from(path, len + 1);
	}
	document_add(d, root, path, value);
}

/* Is there anything at, or below, a path? */
static inline bool document_has(const struct tree *t, const char *path)
{
	while (t != NULL && *path != '\0') {
		size_t len = strcspn(path, ".");

		t = tree_member(t, (struct slice){ path, len });
		path += len + (path[len] == '.');
	}
	return t != NULL;
}

/* Can every reader hold that number? */
static inline bool document_is_storable(struct slice number)
{
	char *text;
	double n;

	if (memchr(number.data, '.', number.len) == NULL &&
	    memchr(number.data, 'e', number.len) == NULL &&
	    memchr(number.data, 'E', number.len) == NULL)
		return mapping_fits_text(KIND_INT64, number);
	text = strndup(number.data, number.len);
	if (text == NULL)
		abort();
	n = strtod(text, NULL);
	free(text);
	return isfinite(n);
}

/* Do all readers read the same of a value? */
static inline bool document_is_sound(const struct tree *t)
{
	if (t->type == VALUE_NUMBER)
		return document_is_storable(t->text);
	for (const struct tree *part = t->first; part != NULL;
	     part = part->next)
		if (part->again || !document_is_sound(part) ||
		    (part->name.len > 0 &&
		     memchr(part->name.data, '\0', part->name.len) != NULL))
			return false;
	return true;
}

/* A value as it is, or its text where it cannot stand so. */
static inline struct tree *document_as_is(const struct document *d,
					  const struct wanted_value *v)
{
	if (v->type == VALUE_STRING)
		return document_string(d, v->text);
	if (v->tree == NULL)
		return document_bare(d, v->text);
	return document_is_sound(v->tree) ? document_bare(d, v->tree->text)
					  : document_string(d, v->text);
}

/* A value as a tree, which a constant has not. */
static inline struct tree *document_tree(const struct document *d,
					 const struct wanted_value *v)
{
	if (v->tree != NULL)
		return v->tree;
	return v->type == VALUE_STRING ? document_string(d, v->text)
				       : document_bare(d, v->text);
}

static inline struct tree *document_time(const struct document *d,
					 const struct timestamp *t)
{
	struct buf text = BUF_INIT(64);
	struct tree *made;

	expect_time(&text, t, true, t->digits < 6 ? t->digits : 6, 0);
	buf_putc(&text, 'Z');
	made = document_string(d, buf_slice(&text));
	buf_free(&text);
	return made;
}

/* A time in milliseconds, with all three digits of them. */
static inline struct tree *document_time_of_ms(const struct document *d,
					       struct slice text)
{
	long long ms = strtoll(text.data, NULL, 10);
	struct timestamp t = { .digits = 3 };

	t.sec = ms / 1000 - (ms % 1000 < 0);
	t.nsec = (uint32_t)(ms - t.sec * 1000) * 1000000;
	return document_time(d, &t);
}

static inline struct tree *document_field(const struct document *d,
					  const struct wanted_field *f,
					  bool ms_are_text)
{
	switch (f->kind) {
	case KIND_INT32:
	case KIND_INT64:
	case KIND_DOUBLE:
	case KIND_PORT:
	case KIND_BOOL:
		return document_bare(d, f->value.text);
	case KIND_TIME:
		return ms_are_text ? document_time_of_ms(d, f->value.text)
				   : document_bare(d, f->value.text);
	case KIND_LIST:
	case KIND_JSON:
		return document_as_is(d, &f->value);
	case KIND_TEXT:
	case KIND_IPV4:
	case KIND_IPV6:
	case KIND_IP:
	case KIND_MAC:
	case KIND_LEVEL:
	case KIND_OWN:
		break;
	}
	return document_string(d, f->value.text);
}

static inline void document_put_rows(const struct document *d,
				     struct tree *root, bool ms_are_text)
{
	for (size_t i = 0; i < d->m->rows && i < d->count; i++)
		document_put(d, root, d->m->fields[i].key,
			     document_field(d, &d->m->fields[i], ms_are_text));
}

static inline struct slice document_attribute(const struct document *d,
					      size_t number,
					      struct slice otherwise)
{
	struct slice text = d->m->attributes[number].text;

	return d->m->attributes[number].type != VALUE_NONE && text.len > 0
		       ? text
		       : otherwise;
}

static inline const struct timestamp *document_now(const struct document *d)
{
	return d->m->has_time ? &d->m->time : &d->now;
}

/* sentinel: formats.md 4.2 */

static const char *const document_azure_own[] = {
	"id",
	"RawData",
	"resource",
	"resourceid",
	"resourcename",
	"tenant",
	"resourcetype",
	"TimeGenerated",
	"subscriptionid",
	"TenantId",
	"Title",
	"Type",
	"UniqueId",
	NULL,
};

static const struct mapping_style style_sentinel = {
	.section = "sentinel",
	.own = "",
	.names = NAMES_COLUMN,
	.longest = 45,
	.has_time = true,
	.others = document_azure_own,
	.kinds = "",
};

/* A member that no row names: a number, true and false stay what they are. */
static inline struct tree *document_column(const struct document *d,
					   const struct wanted_value *v)
{
	struct slice text = v->text;

	if (v->type == VALUE_TRUE || v->type == VALUE_FALSE ||
	    (v->type == VALUE_NUMBER && document_is_storable(text)))
		return document_bare(d, text);
	return document_string(d, d->longest != 0 ? expect_cut(text, d->longest)
						  : text);
}

static inline struct tree *document_sentinel(const struct document *d)
{
	struct tree *root = document_new(d, VALUE_OBJECT);

	document_add(d, root, SLICE("TimeGenerated"),
		     document_time(d, document_now(d)));
	for (size_t i = 0; i < d->count; i++) {
		struct wanted_field f = d->m->fields[i];

		// A column holds no array or object: they are their text.
		if (f.kind == KIND_LIST || f.kind == KIND_JSON)
			f.kind = KIND_TEXT;
		if (f.kind == KIND_TEXT && d->longest != 0)
			f.value.text = expect_cut(f.value.text, d->longest);
		document_add(d, root, f.key,
			     i < d->m->rows ? document_field(d, &f, true)
					    : document_column(d, &f.value));
	}
	return root;
}

/* ecs: formats.md 5.2 */

static const struct mapping_style style_ecs = {
	.section = "ecs",
	.own = "labels.",
	.names = NAMES_LABEL,
	.has_time = true,
	.kinds = "event.category=list event.type=list event.severity=int64 "
		 "event.risk_score=double event.duration=int64 "
		 "event.sequence=int64 event.created=time event.start=time "
		 "event.end=time log.syslog.severity.code=int64 "
		 "log.syslog.priority=int64 related.user=list tags=list "
		 "source.ip=ip destination.ip=ip source.port=port "
		 "destination.port=port source.bytes=int64 "
		 "destination.bytes=int64 process.pid=int64 user.roles=list "
		 "http.request.body.bytes=int64 "
		 "http.response.status_code=int64",
};

/* Take a token off the begin of a line, and the blanks before it. */
static inline bool document_take(struct slice *line, const char *token)
{
	while (line->len > 0 && line->data[0] != '\0' &&
	       strchr(" \t\r\n", line->data[0]) != NULL)
		*line = slice_from(*line, 1);
	return slice_take(line, slice_of(token));
}

/* The name of an event, where siem-tail has put it before all others. */
static inline struct slice document_siem_id(struct slice line)
{
	struct slice id = { 0 };
	size_t n = 0;

	if (!document_take(&line, "{") ||
	    !document_take(&line, "\"siem_id\"") ||
	    !document_take(&line, ":") || !document_take(&line, "\""))
		return id;
	while (n < line.len && line.data[n] != '\0' &&
	       strchr("0123456789abcdef", line.data[n]) != NULL)
		n++;
	if (n == 32 && slice_has_prefix(slice_from(line, n), SLICE("\"")))
		id = (struct slice){ line.data, n };
	return id;
}

static inline struct tree *document_ecs(const struct document *d)
{
	struct tree *root = document_new(d, VALUE_OBJECT);
	struct slice id = document_siem_id(d->m->line);

	if (id.len > 0)
		document_put_text(d, root, "siem_id", id);
	document_add(d, root, SLICE("@timestamp"),
		     document_time(d, document_now(d)));
	document_put(d, root, SLICE("ecs.version"),
		     document_string(d, SLICE("9.3.0")));
	document_put_rows(d, root, true);
	for (size_t i = d->m->rows; i < d->count; i++)
		document_put(d, root, d->m->fields[i].key,
			     document_string(d, d->m->fields[i].value.text));
	return root;
}

/* ocsf: formats.md 5.4, the severity 6.1 */

#define DOCUMENT_OCSF_KINDS                                               \
	"action_id=int32 disposition_id=int32 status_id=int32 "           \
	"risk_score=int32 is_alert=bool duration=int64 "                  \
	"metadata.labels=list metadata.profiles=list "                    \
	"src_endpoint.ip=ip dst_endpoint.ip=ip src_endpoint.port=port "   \
	"dst_endpoint.port=port http_request.length=int32 "               \
	"api.response.code=int32 finding_info.types=list resources=json " \
	"observables=json evidences=json"

enum { OCSF_ACTIVITY, OCSF_ACTIVITY_NAME, OCSF_PRODUCT };

static const struct document_class {
	long long uid;
	const char *const *activities; // whose number is not 99
	size_t known;
} document_api = {
	.uid = 6003,
	.activities = (const char *const[]){ "Unknown", "Create", "Read",
					     "Update", "Delete" },
	.known = 5,
}, document_finding = {
	.uid = 2004,
	.activities = (const char *const[]){ "Unknown", "Create", "Update",
					     "Close" },
	.known = 4,
};

static inline const struct document_class *
document_class_of(const struct mapping *m)
{
	return strcmp(m->style->section, "ocsf") == 0 ? &document_api
						      : &document_finding;
}

/* Its number. */
static inline int document_activity(const struct mapping *m)
{
	const struct document_class *c = document_class_of(m);
	struct slice text = m->attributes[OCSF_ACTIVITY].text;

	if (m->attributes[OCSF_ACTIVITY].type == VALUE_NONE || text.len == 0)
		return 0;
	for (int i = 0; i < (int)c->known && text.len == 1; i++)
		if (text.data[0] == '0' + i)
			return i;
	return 99;
}

/* Another activity is 99, whatever the map says, and has a name of its own. */
static inline bool document_shows(const struct mapping *m, size_t attribute)
{
	const struct wanted_value *v = &m->attributes[attribute];
	int activity = document_activity(m);

	if (v->type == VALUE_NONE || v->text.len == 0)
		return false;
	if (attribute == OCSF_ACTIVITY)
		return activity != 99 || slice_is(v->text, SLICE("99"));
	return attribute != OCSF_ACTIVITY_NAME || activity == 99;
}

static const struct mapping_style style_ocsf = {
	.section = "ocsf",
	.attributes = { "activity", "activity_name", "product" },
	.own = "unmapped.",
	.names = NAMES_OWN,
	.has_time = true,
	.has_severity = true,
	.kinds = DOCUMENT_OCSF_KINDS,
	.shows = document_shows,
};

static const struct mapping_style style_finding = {
	.section = "ocsf_finding",
	.attributes = { "activity", "activity_name", "product" },
	.own = "unmapped.",
	.names = NAMES_OWN,
	.has_time = true,
	.has_severity = true,
	.kinds = DOCUMENT_OCSF_KINDS,
	.shows = document_shows,
};

static inline int document_severity_id(const struct mapping *m)
{
	static const int ids[] = { 1, 1, 1, 2, 3, 3, 3, 4, 4, 5, 5 };

	return m->is_emergency ? 6 : ids[m->severity];
}

static inline void document_put_class(const struct document *d,
				      struct tree *root)
{
	const struct document_class *c = document_class_of(d->m);
	const int activity = document_activity(d->m);

	document_add(d, root, SLICE("activity_id"),
		     document_integer(d, activity));
	document_put_text(d, root, "activity_name",
			  activity == 99
				  ? document_attribute(d, OCSF_ACTIVITY_NAME,
						       SLICE("Other"))
				  : slice_of(c->activities[activity]));
	document_add(d, root, SLICE("class_uid"), document_integer(d, c->uid));
	document_add(d, root, SLICE("category_uid"),
		     document_integer(d, c->uid / 1000));
	document_add(d, root, SLICE("type_uid"),
		     document_integer(d, c->uid * 100 + activity));
}

/* What there has to be, as unknown where neither record nor map says it. */
static inline void document_need(const struct document *d, struct tree *root,
				 const char *path, const char *const *any)
{
	for (; *any != NULL; any++)
		if (document_has(root, *any))
			return;
	document_put(d, root, slice_of(path),
		     document_string(d, SLICE("unknown")));
}

static inline void document_put_needs(const struct document *d,
				      struct tree *root, bool is_finding)
{
	static const char *const actor[] = { "actor", NULL };
	static const char *const operation[] = { "api.operation", NULL };
	static const char *const source[] = {
		"src_endpoint.ip",           "src_endpoint.uid",
		"src_endpoint.name",         "src_endpoint.hostname",
		"src_endpoint.svc_name",     "src_endpoint.domain",
		"src_endpoint.instance_uid", NULL
	};
	static const char *const target[] = {
		"dst_endpoint.ip",           "dst_endpoint.uid",
		"dst_endpoint.name",         "dst_endpoint.hostname",
		"dst_endpoint.svc_name",     "dst_endpoint.domain",
		"dst_endpoint.instance_uid", NULL
	};
	static const char *const uid[] = { "api.request.uid", NULL };
	static const char *const finding[] = { "finding_info.uid", NULL };
	static const char *const policy[] = { "policy.name", "policy.type",
					      "policy.uid", NULL };

	if (is_finding) {
		document_need(d, root, "finding_info.uid", finding);
	} else {
		document_need(d, root, "actor.app_name", actor);
		document_need(d, root, "api.operation", operation);
		document_need(d, root, "src_endpoint.svc_name", source);
		if (document_has(root, "dst_endpoint"))
			document_need(d, root, "dst_endpoint.svc_name", target);
		if (document_has(root, "api.request"))
			document_need(d, root, "api.request.uid", uid);
	}
	if (document_has(root, "policy"))
		document_need(d, root, "policy.name", policy);
}

static inline struct tree *document_ocsf(const struct document *d)
{
	const bool is_finding = d->m->style == &style_finding;
	const struct slice own = SLICE("unmapped");
	struct tree *root = document_new(d, VALUE_OBJECT);
	struct tree *unmapped;

	document_put_class(d, root);
	document_add(
		d, root, SLICE("time"),
		document_integer(d, mapping_milliseconds(document_now(d))));
	document_add(d, root, SLICE("severity_id"),
		     document_integer(d, document_severity_id(d->m)));
	document_put(d, root, SLICE("metadata.version"),
		     document_string(d, SLICE("1.6.0")));
	document_put(d, root, SLICE("metadata.product.name"),
		     document_string(d, document_attribute(d, OCSF_PRODUCT,
							   SLICE("unknown"))));
	document_put_rows(d, root, false);
	document_put_needs(d, root, is_finding);
	for (size_t i = d->m->rows; i < d->count; i++) {
		const struct wanted_field *f = &d->m->fields[i];

		unmapped = document_open(d, root, own);
		document_add(d, unmapped, slice_from(f->key, own.len + 1),
			     document_as_is(d, &f->value));
	}
	return root;
}

/* datadog: formats.md 5.3 */

static const char *const document_datadog_own[] = {
	"ddsource",   "ddtags",     "host",      "hostname",  "service",
	"status",     "severity",   "level",     "date",      "timestamp",
	"@timestamp", "_timestamp", "Timestamp", "eventTime", "published_date",
	"message",    "syslog",     "dd",        NULL,
};

static const struct mapping_style style_datadog = {
	.section = "datadog",
	.attributes = { "source", "service", "tags", "message" },
	.own = "",
	.names = NAMES_DOTS,
	.is_given = true,
	.is_all = true,
	.aside = document_datadog_own,
	.kinds = "",
};

static inline const char *document_status(const struct mapping *m)
{
	static const char *const words[] = { "emerg", "alert",   "critical",
					     "error", "warning", "notice",
					     "info",  "debug" };

	return words[mapping_syslog(m)];
}

/* Of a value that holds others: too deep, or too much, to be that. */
static inline bool document_is_text(const struct tree *t, size_t depth)
{
	return tree_is_container(t) &&
	       (depth == DOCUMENT_DEPTH ||
		(t->type == VALUE_OBJECT && tree_count(t) > DOCUMENT_MEMBERS));
}

/* A value of a record as JSON; depth arrays and objects are around it. */
static inline struct tree *document_json(const struct document *d,
					 const struct tree *t, size_t depth)
{
	struct tree *made;

	if (t->type == VALUE_STRING || document_is_text(t, depth) ||
	    (t->type == VALUE_NUMBER && !document_is_storable(t->text)))
		return document_string(d, tree_text(document_arena(d), t));
	if (!tree_is_container(t))
		return tree_new(document_arena(d), t->type, t->text);
	made = document_new(d, t->type);
	for (const struct tree *part = t->first; part != NULL;
	     part = part->next)
		if (!part->again)
			document_add(d, made, part->name,
				     document_json(d, part, depth + 1));
	return made;
}

static inline struct tree *document_datadog(const struct document *d)
{
	enum { SOURCE, SERVICE, TAGS, MESSAGE };
	struct tree *root = document_new(d, VALUE_OBJECT);
	struct slice source = document_attribute(d, SOURCE, slice_of(d->map));
	struct slice tags = document_attribute(d, TAGS, SLICE(""));
	struct slice message = document_attribute(d, MESSAGE, source);
	struct slice seen = slice_trim(message);
	struct buf text = BUF_INIT(MAPPING_MOST);

	document_put_text(d, root, "ddsource", source);
	if (tags.len > 0)
		document_put_text(d, root, "ddtags", tags);
	document_put_text(d, root, "hostname", slice_of(d->host));
	document_put_text(d, root, "service",
			  document_attribute(d, SERVICE, source));
	document_put_text(d, root, "status", slice_of(document_status(d->m)));
	document_add(
		d, root, SLICE("date"),
		document_integer(d, mapping_milliseconds(document_now(d))));
	// It is text, and to nobody JSON.
	if (seen.len > 0 && (seen.data[0] == '{' || seen.data[0] == '['))
		buf_puts(&text, "message: ");
	buf_put_slice(&text, message);
	document_put_text(d, root, "message", buf_slice(&text));
	buf_free(&text);
	for (size_t i = 0; i < d->count; i++)
		document_add(
			d, root, d->m->fields[i].key,
			document_json(d,
				      document_tree(d, &d->m->fields[i].value),
				      0));
	return root;
}

/* otlp: formats.md 5.5 */

static const struct mapping_style style_otlp = {
	.section = "otlp",
	.attributes = { "service", "level", "name", "body" },
	.own = "",
	.names = NAMES_DOTS,
	.is_all = true,
	.kinds = "",
};

/* A number as its digits, without zeros around them, and their exponent. */
static inline void document_digits(const char *number, char digits[64],
				   long *exponent)
{
	bool is_fraction = false;
	size_t n = 0;

	*exponent = 0;
	for (; *number != '\0' && (*number | 0x20) != 'e'; number++) {
		if (*number == '.')
			is_fraction = true;
		if (*number < '0' || *number > '9')
			continue;
		if (n > 0 || *number != '0')
			digits[n++] = *number;
		*exponent -= is_fraction;
	}
	if (*number != '\0')
		*exponent += strtol(number + 1, NULL, 10);
	for (; n > 0 && digits[n - 1] == '0'; n--)
		++*exponent;
	if (n == 0)
		*exponent = 0;
	digits[n] = '\0';
}

/* Does a double give back all digits of a number? */
static inline bool document_is_exact(struct slice number)
{
	char text[41] = "";
	char digits[64], same[64], again[64];
	long exponent, same_exponent;

	if (number.len >= sizeof(text))
		return false; // longer than any that would
	memcpy(text, number.data, number.len);
	document_digits(text, digits, &exponent);
	if (digits[0] == '\0')
		return true;
	snprintf(again, sizeof(again), "%.*e", (int)strlen(digits) - 1,
		 strtod(text, NULL));
	document_digits(again, same, &same_exponent);
	return strcmp(digits, same) == 0 && exponent == same_exponent;
}

static inline struct tree *document_any_of(const struct document *d,
					   const char *type, struct tree *value)
{
	struct tree *any = document_new(d, VALUE_OBJECT);

	document_add(d, any, slice_of(type), value);
	return any;
}

static inline struct tree *document_any(const struct document *d,
					const struct tree *t, size_t depth);

static inline struct tree *document_any_text(const struct document *d,
					     struct slice text)
{
	return document_any_of(d, "stringValue", document_string(d, text));
}

static inline struct tree *document_pair(const struct document *d,
					 struct slice key, struct tree *value)
{
	struct tree *pair = document_new(d, VALUE_OBJECT);

	document_put_text(d, pair, "key", key);
	document_add(d, pair, SLICE("value"), value);
	return pair;
}

static inline struct tree *
document_any_parts(const struct document *d, const struct tree *t, size_t depth)
{
	const bool is_object = t->type == VALUE_OBJECT;
	struct tree *list = document_new(d, VALUE_OBJECT);
	struct tree *values = document_add(d, list, SLICE("values"),
					   document_new(d, VALUE_ARRAY));

	for (const struct tree *part = t->first; part != NULL;
	     part = part->next) {
		struct tree *any;

		if (part->again)
			continue;
		any = document_any(d, part, depth + 1);
		tree_add(values,
			 is_object ? document_pair(d, part->name, any) : any);
	}
	return document_any_of(d, is_object ? "kvlistValue" : "arrayValue",
			       list);
}

static inline struct tree *document_any(const struct document *d,
					const struct tree *t, size_t depth)
{
	if (t->type == VALUE_NULL)
		return document_new(d, VALUE_OBJECT);
	if (t->type == VALUE_TRUE || t->type == VALUE_FALSE)
		return document_any_of(d, "boolValue",
				       document_bare(d, t->text));
	if (t->type == VALUE_STRING || document_is_text(t, depth))
		return document_any_text(d, tree_text(document_arena(d), t));
	if (t->type != VALUE_NUMBER)
		return document_any_parts(d, t, depth);
	if (mapping_fits_text(KIND_INT64, t->text) &&
	    !slice_is(t->text, SLICE("-0")))
		return document_any_of(d, "intValue",
				       document_string(d, t->text));
	if (document_is_exact(t->text))
		return document_any_of(d, "doubleValue",
				       document_bare(d, t->text));
	return document_any_text(d, t->text);
}

/* The only element of an array under a name: an object. */
static inline struct tree *document_only(const struct document *d,
					 struct tree *object, const char *name)
{
	struct tree *array = document_add(d, object, slice_of(name),
					  document_new(d, VALUE_ARRAY));
	struct tree *only = document_new(d, VALUE_OBJECT);

	tree_add(array, only);
	return only;
}

/* Nanoseconds since 1970, as text; 0: that cannot be said. */
static inline void document_nanoseconds(const struct timestamp *t,
					char text[32])
{
	unsigned __int128 n = 0;

	if (t->sec >= 0)
		n = (unsigned __int128)t->sec * 1000000000 + t->nsec;
	// After July 2554, what 64 bits hold of the last second is not said.
	if (n / 1000000000 >= UINT64_MAX / 1000000000)
		n = 0;
	snprintf(text, 32, "%llu", (unsigned long long)n);
}

static inline void document_put_log(const struct document *d, struct tree *log)
{
	enum { SERVICE, LEVEL, NAME, BODY };
	static const int numbers[] = { 21, 19, 18, 17, 13, 10, 9, 5 };
	struct slice name = document_attribute(d, NAME, SLICE(""));
	struct slice body = document_attribute(d, BODY, SLICE(""));
	char time[32] = "0";
	char observed[32];

	if (d->m->has_time)
		document_nanoseconds(&d->m->time, time);
	document_nanoseconds(strcmp(time, "0") != 0 ? &d->m->time : &d->now,
			     observed);
	document_put_text(d, log, "timeUnixNano", slice_of(time));
	document_put_text(d, log, "observedTimeUnixNano", slice_of(observed));
	document_add(d, log, SLICE("severityNumber"),
		     document_integer(d, numbers[mapping_syslog(d->m)]));
	document_put_text(
		d, log, "severityText",
		document_attribute(d, LEVEL, slice_of(document_status(d->m))));
	if (body.len > 0)
		document_add(d, log, SLICE("body"), document_any_text(d, body));
	if (name.len > 0)
		document_put_text(d, log, "eventName", name);
}

static inline struct tree *document_otlp(const struct document *d)
{
	struct tree *root = document_new(d, VALUE_OBJECT);
	struct tree *request = document_only(d, root, "resourceLogs");
	struct tree *resource = document_open(d, request, SLICE("resource"));
	struct tree *scopes = document_only(d, request, "scopeLogs");
	struct tree *scope = document_open(d, scopes, SLICE("scope"));
	struct tree *log = document_only(d, scopes, "logRecords");
	struct tree *list = document_add(d, resource, SLICE("attributes"),
					 document_new(d, VALUE_ARRAY));
	struct slice service = document_attribute(d, 0, slice_of(d->map));

	tree_add(list, document_pair(d, SLICE("service.name"),
				     document_any_text(d, service)));
	tree_add(list, document_pair(d, SLICE("host.name"),
				     document_any_text(d, slice_of(d->host))));
	document_put_text(d, scope, "name", SLICE("siem-fmt"));
	document_put_text(d, scope, "version", SLICE(SIEM_VERSION));
	document_put_log(d, log);
	list = document_add(d, log, SLICE("attributes"),
			    document_new(d, VALUE_ARRAY));
	for (size_t i = 0; i < d->count; i++)
		tree_add(
			list,
			document_pair(
				d, d->m->fields[i].key,
				document_any(d,
					     document_tree(
						     d, &d->m->fields[i].value),
					     0)));
	if (d->count < d->m->count)
		document_add(d, log, SLICE("droppedAttributesCount"),
			     document_integer(
				     d, (long long)(d->m->count - d->count)));
	return root;
}

/* Two documents */

static inline bool document_put_fault(struct buf *fault, const char *what,
				      struct slice name)
{
	buf_puts(fault, what);
	buf_puts(fault, " \"");
	buf_put_slice(fault, name);
	buf_puts(fault, "\"");
	return false;
}

static inline bool document_same(const struct tree *got,
				 const struct tree *want, struct buf *fault,
				 size_t *leaves);

static inline bool document_same_members(const struct tree *got,
					 const struct tree *want,
					 struct buf *fault, size_t *leaves)
{
	for (const struct tree *t = got->first; t != NULL; t = t->next) {
		const struct tree *other = tree_member(want, t->name);

		if (tree_member(got, t->name) != t)
			return document_put_fault(fault, "twice:", t->name);
		if (other == NULL)
			return document_put_fault(fault, "too much:", t->name);
		if (!document_same(t, other, fault, leaves))
			return document_put_fault(fault, " in", t->name);
	}
	for (const struct tree *t = want->first; t != NULL; t = t->next)
		if (tree_member(got, t->name) == NULL)
			return document_put_fault(fault, "missing:", t->name);
	return true;
}

/* Do they say the same? Objects have no order. */
static inline bool document_same(const struct tree *got,
				 const struct tree *want, struct buf *fault,
				 size_t *leaves)
{
	const struct tree *a = got->first;
	const struct tree *b = want->first;

	if (got->type != want->type)
		return document_put_fault(fault, "not the same type",
					  want->text);
	if (got->type == VALUE_OBJECT)
		return document_same_members(got, want, fault, leaves);
	if (got->type == VALUE_ARRAY) {
		for (; a != NULL && b != NULL; a = a->next, b = b->next)
			if (!document_same(a, b, fault, leaves))
				return false;
		return a == b ||
		       document_put_fault(fault, "elements", SLICE(""));
	}
	++*leaves;
	return slice_is(got->text, want->text) ||
	       document_put_fault(fault, "not", want->text);
}

/* Append a document as JSON. */
static inline void document_write(const struct tree *t, struct buf *out)
{
	if (!tree_is_container(t)) {
		if (t->type == VALUE_STRING)
			expect_string(out, t->text);
		else
			buf_put_slice(out, t->text);
		return;
	}
	buf_putc(out, t->type == VALUE_OBJECT ? '{' : '[');
	for (const struct tree *part = t->first; part != NULL;
	     part = part->next) {
		if (part != t->first)
			buf_putc(out, ',');
		if (t->type == VALUE_OBJECT) {
			expect_string(out, part->name);
			buf_putc(out, ':');
		}
		document_write(part, out);
	}
	buf_putc(out, t->type == VALUE_OBJECT ? '}' : ']');
}

#endif
