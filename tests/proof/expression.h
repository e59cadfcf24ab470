/*
 * The expressions and conditions of maps, evaluated a second time and from
 * siem-map(5): a map is read as it was written, the record as a tree, and
 * nothing of lib/event has a part in it. Only what a time is is asked of
 * core/timestamp.h, which has tests of its own.
 */
#ifndef SIEM_TESTS_PROOF_EXPRESSION_H
#define SIEM_TESTS_PROOF_EXPRESSION_H

#include "tree.h"

#include "core/timestamp.h"
#include "event/shape.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <math.h>
#include <strings.h>

enum {
	MAPPING_MOST = 64 << 20, // bytes of a record and what is made of it
	MAPPING_ATTRIBUTES = 16,
	MAPPING_NUMBER = 64, // no sum has a number of more bytes
};

/* What a value has to fit. */
enum kind {
	KIND_TEXT,
	KIND_INT32,
	KIND_INT64,
	KIND_DOUBLE,
	KIND_PORT,
	KIND_TIME,
	KIND_IPV4,
	KIND_IPV6,
	KIND_IP,
	KIND_MAC,
	KIND_BOOL,
	KIND_LIST,
	KIND_JSON,
	KIND_LEVEL, // 1 to 10
	KIND_OWN,   // of the format alone: nothing fits
};

struct wanted_value {
	enum value_type type; // VALUE_NONE: there is none
	struct slice text;    // of an array or object its compact JSON
	struct tree *tree;    // of an array or object, and of a member
};

struct wanted_field {
	struct slice key, label;
	enum kind kind;
	struct wanted_value value;
};

/* How a format treats members that no row names, and what its header says. */
struct mapping;

struct mapping_style {
	const char *section;
	const char *attributes[6];
	const char *own; // goes before all keys of the rest
	enum mapping_names {
		NAMES_LABEL,  // the path, with _ for what is no letter or digit
		NAMES_OWN,    // of the record's own members
		NAMES_DOTS,   // the path, joined by dots
		NAMES_COLUMN, // the path in words, each with a capital
		NAMES_CAMEL,  // the same, but for the first word
		NAMES_PATH,   // joined by dots, printable ASCII
		NAMES_NONE,   // there are no fields
	} names;
	size_t longest; // bytes of a key of the rest; 0: no limit
	bool has_time, has_severity, is_given, is_all, drops_empty;
	bool folds; // keys that differ in capitals only are the same
	const char *const *aside;  // names that are the format's own: what has
				   // one has event_ before it
	const char *const *others; // the same, in any case of letters: a number
				   // goes behind it
	const char *kinds;         // of its keys but texts: "key=kind key=..."

	/* NULL, or: does a document say what that attribute says? */
	bool (*shows)(const struct mapping *m, size_t attribute);
};

struct mapping {
	struct arena arena;
	const struct mapping_style *style;

	/* The dictionary of a format whose kinds the style does not say. */
	const struct field_rule *(*find_rule)(struct slice key);
	const struct field_rule *(*find_like)(struct slice key);

	json_t *map, *section, *rest;
	bool keeps_all; // of the members, the used ones too

	struct slice line;
	struct tree *record;
	struct tree *element; // that a join has come to

	/* What has been read on the way; then, what has been put. */
	struct tree **uses;
	size_t use_count, use_cap;

	bool has_time, has_severity, is_emergency;
	struct timestamp time;
	struct wanted_value time_value;
	struct tree *time_uses[64], *severity_uses[64];
	size_t time_use_count, severity_use_count;
	int severity;

	struct wanted_value attributes[MAPPING_ATTRIBUTES];
	struct wanted_field *fields;
	size_t count, cap, rows;
};

static inline struct wanted_value mapping_eval(struct mapping *m, json_t *e);
static inline bool mapping_holds(struct mapping *m, json_t *condition);

static const struct wanted_value mapping_none = { .type = VALUE_NONE };

static inline struct wanted_value
mapping_text(struct mapping *m, enum value_type type, struct slice text)
{
	return (struct wanted_value){ .type = type,
				      .text = tree_keep(&m->arena, text) };
}

static inline struct slice mapping_string(json_t *string)
{
	return (struct slice){ json_string_value(string),
			       json_string_length(string) };
}

/* Append what is made in a buffer, which is freed. */
static inline struct slice mapping_made(struct mapping *m, struct buf *made)
{
	struct slice text = tree_keep(&m->arena, buf_slice(made));

	if (buf_status(made) != 0)
		abort();
	buf_free(made);
	return text;
}

/* uses */

static inline void mapping_use(struct mapping *m, struct tree *t)
{
	if (m->use_count == m->use_cap) {
		m->use_cap = m->use_cap != 0 ? 2 * m->use_cap : 64;
		m->uses = realloc(m->uses, m->use_cap * sizeof(*m->uses));
		if (m->uses == NULL)
			abort();
	}
	m->uses[m->use_count++] = t;
}

static inline void mapping_mark(struct tree *t)
{
	t->used = true;
	for (struct tree *part = t->first; part != NULL; part = part->next)
		mapping_mark(part);
}

/* What has been read has been put somewhere, or in vain. */
static inline void mapping_put_uses(struct mapping *m, bool is_put)
{
	for (size_t i = 0; i < m->use_count && is_put; i++)
		mapping_mark(m->uses[i]);
	m->use_count = 0;
}

/* values */

static inline struct wanted_value mapping_of(struct mapping *m, struct tree *t)
{
	if (t == NULL || t->type == VALUE_NULL)
		return mapping_none;
	mapping_use(m, t);
	return (struct wanted_value){ .type = t->type,
				      .text = tree_text(&m->arena, t),
				      .tree = t };
}

static inline struct tree *mapping_find(const struct mapping *m,
					const char *path)
{
	struct tree *at = m->element != NULL ? m->element : m->record;
	char name[512];

	while (at != NULL) {
		size_t n = 0;

		for (; *path != '\0' && *path != '.'; path++) {
			path += *path == '\\';
			name[n++] = *path;
		}
		at = tree_member(at, (struct slice){ name, n });
		if (*path++ == '\0')
			return at;
	}
	return NULL;
}

static inline struct wanted_value mapping_number(struct mapping *m, int n)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", n);
	return mapping_text(m, VALUE_NUMBER, slice_of(text));
}

static inline int mapping_syslog(const struct mapping *m)
{
	static const int numbers[] = { 7, 6, 6, 5, 4, 4, 4, 3, 3, 2, 1 };

	return m->is_emergency ? 0 : numbers[m->severity];
}

static inline struct wanted_value mapping_named(struct mapping *m,
						const char *name)
{
	bool is_syslog = strcmp(name, "syslog") == 0;

	if (strcmp(name, "time") == 0) {
		for (size_t i = 0; i < m->time_use_count; i++)
			mapping_use(m, m->time_uses[i]);
		return m->time_value;
	}
	if (is_syslog || strcmp(name, "severity") == 0) {
		if (!m->has_severity)
			return mapping_none; // it is being made
		for (size_t i = 0; i < m->severity_use_count; i++)
			mapping_use(m, m->severity_uses[i]);
		return mapping_number(m, is_syslog ? mapping_syslog(m)
						   : m->severity);
	}
	if (strcmp(name, "record") == 0)
		return mapping_text(m, VALUE_STRING, m->line);
	if (strcmp(name, "element") == 0)
		return mapping_of(m, m->element);
	return mapping_eval(
		m, json_object_get(json_object_get(m->map, "define"), name));
}

/* A path, or a name behind a dollar sign. */
static inline struct wanted_value mapping_word(struct mapping *m,
					       const char *word)
{
	return word[0] == '$' ? mapping_named(m, word + 1)
			      : mapping_of(m, mapping_find(m, word));
}

static inline struct wanted_value mapping_const(struct mapping *m, json_t *c)
{
	char number[32];

	if (json_is_string(c))
		return mapping_text(m, VALUE_STRING, mapping_string(c));
	if (json_is_boolean(c))
		return mapping_text(
			m, json_is_true(c) ? VALUE_TRUE : VALUE_FALSE,
			slice_of(json_is_true(c) ? "true" : "false"));
	snprintf(number, sizeof(number), "%lld",
		 (long long)json_integer_value(c));
	return mapping_text(m, VALUE_NUMBER, slice_of(number));
}

/* The first that has a value; those behind it that say the same are used. */
static inline struct wanted_value mapping_first(struct mapping *m, json_t *list)
{
	struct wanted_value first = mapping_none;
	json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		size_t before = m->use_count;
		struct wanted_value v;

		// What of an element is said is enough, once.
		if (first.type != VALUE_NONE && m->element != NULL)
			break;
		v = mapping_eval(m, one);
		if (first.type == VALUE_NONE)
			first = v;
		else if (v.type == VALUE_NONE || !slice_is(v.text, first.text))
			m->use_count = before;
	}
	return first;
}

static inline struct wanted_value mapping_template(struct mapping *m,
						   const char *text)
{
	struct buf made = BUF_INIT(MAPPING_MOST);
	size_t before = m->use_count;
	char word[512];

	while (*text != '\0') {
		struct wanted_value v;
		size_t n = 0;

		if ((*text == '{' || *text == '}') && text[1] == *text) {
			buf_putc(&made, *text);
			text += 2;
			continue;
		}
		if (*text != '{') {
			buf_putc(&made, *text++);
			continue;
		}
		for (text++; *text != '}'; text++)
			word[n++] = *text;
		word[n] = '\0';
		text++;
		v = mapping_word(m, word);
		if (v.type == VALUE_NONE || v.text.len == 0) {
			m->use_count = before;
			buf_free(&made);
			return mapping_none;
		}
		buf_put_slice(&made, v.text);
	}
	if (made.len == 0) {
		buf_free(&made);
		return mapping_none;
	}
	return (struct wanted_value){ .type = VALUE_STRING,
				      .text = mapping_made(m, &made) };
}

static inline bool mapping_is_scalar(const struct wanted_value *v)
{
	return v->type > VALUE_NULL && v->type < VALUE_ARRAY;
}

static inline struct wanted_value mapping_table(struct mapping *m, json_t *e)
{
	const bool ignore_case =
		json_is_true(json_object_get(e, "ignore_case"));
	json_t *table = json_object_get(e, "table");
	size_t before = m->use_count;
	struct wanted_value of = mapping_eval(m, json_object_get(e, "of"));
	const char *name;
	json_t *value;

	json_object_foreach(table, name, value)
	{
		size_t len = strlen(name);

		if (mapping_is_scalar(&of) && of.text.len == len &&
		    (ignore_case && len > 0
			     ? strncasecmp(name, of.text.data, len) == 0
			     : slice_is(of.text, slice_of(name))))
			return mapping_const(m, value);
	}
	m->use_count = before;
	return mapping_eval(m, json_object_get(e, "else"));
}

/* Has all of an element been read, but for what is null? */
static inline bool mapping_is_read(const struct mapping *m,
				   const struct tree *t, size_t from)
{
	for (size_t i = from; i < m->use_count; i++)
		if (m->uses[i] == t)
			return true;
	if (t->type != VALUE_OBJECT || t->first == NULL)
		return false;
	for (const struct tree *part = t->first; part != NULL;
	     part = part->next)
		if (part->type != VALUE_NULL && !mapping_is_read(m, part, from))
			return false;
	return true;
}

/* Append what a join makes of an element; false: something was left out. */
static inline bool mapping_join_one(struct mapping *m, json_t *e,
				    struct tree *element, struct buf *out,
				    size_t *count)
{
	json_t *by = json_object_get(e, "by");
	json_t *item = json_object_get(e, "item");
	struct tree *outer = m->element;
	size_t before = m->use_count;
	struct wanted_value v;

	m->element = element;
	v = item != NULL ? mapping_eval(m, item) : mapping_of(m, element);
	m->element = outer;
	bool is_read =
		v.type != VALUE_NONE && mapping_is_read(m, element, before);
	m->use_count = before;
	if (v.type == VALUE_NONE)
		return false;
	if ((*count)++ > 0)
		buf_put_slice(out,
			      by != NULL ? mapping_string(by) : SLICE(","));
	buf_put_slice(out, v.text);
	return is_read;
}

static inline struct wanted_value mapping_join(struct mapping *m, json_t *e)
{
	struct buf made = BUF_INIT(MAPPING_MOST);
	size_t before = m->use_count;
	size_t count = 0;
	struct wanted_value of = mapping_eval(m, json_object_get(e, "join"));
	struct tree lone = { .type = of.type, .text = of.text };
	struct tree *element = of.tree != NULL ? of.tree : &lone;
	bool is_array = of.type == VALUE_ARRAY;
	bool complete = true;

	for (element = is_array ? element->first : element;
	     element != NULL && of.type != VALUE_NONE;
	     element = is_array ? element->next : NULL)
		if (element->type != VALUE_NULL)
			complete &=
				mapping_join_one(m, e, element, &made, &count);
	if (made.len == 0 || !complete)
		m->use_count = before;
	if (made.len == 0) {
		buf_free(&made);
		return mapping_none;
	}
	return (struct wanted_value){ .type = VALUE_STRING,
				      .text = mapping_made(m, &made) };
}

static inline bool mapping_fits_text(enum kind kind, struct slice text);

/* A number in the making: whole as long as it can be. */
struct mapping_sum {
	bool whole;
	int64_t integer;
	double real;
};

static inline bool mapping_add(struct mapping_sum *sum, struct slice number)
{
	char text[MAPPING_NUMBER] = "";

	if (number.len == 0 || number.len >= sizeof(text))
		return false;
	memcpy(text, number.data, number.len);
	sum->whole = sum->whole && mapping_fits_text(KIND_INT64, number) &&
		     !__builtin_add_overflow(sum->integer,
					     (int64_t)strtoll(text, NULL, 10),
					     &sum->integer);
	sum->real += strtod(text, NULL);
	return isfinite(sum->real);
}

/* The shortest text that reads as the same number. */
static inline struct wanted_value mapping_summed(struct mapping *m,
						 const struct mapping_sum *sum)
{
	char text[64];

	if (!isfinite(sum->real))
		return mapping_none;
	if (sum->whole)
		snprintf(text, sizeof(text), "%lld", (long long)sum->integer);
	for (int digits = 15; !sum->whole && digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, sum->real);
		if (strtod(text, NULL) == sum->real)
			break;
	}
	return mapping_text(m, VALUE_NUMBER, slice_of(text));
}

static inline struct wanted_value mapping_add_up(struct mapping *m, json_t *e)
{
	size_t before = m->use_count;
	struct wanted_value of = mapping_eval(m, json_object_get(e, "sum"));
	struct mapping_sum sum = { .whole = true };
	bool good = of.type >= VALUE_ARRAY;
	size_t count = 0;

	if (of.type == VALUE_NUMBER)
		return of;
	for (struct tree *part = good ? of.tree->first : NULL;
	     part != NULL && good; part = part->next) {
		if (part->type == VALUE_NULL)
			continue;
		good = part->type == VALUE_NUMBER &&
		       mapping_add(&sum, part->text);
		count++;
	}
	if (good && count > 0)
		return mapping_summed(m, &sum);
	m->use_count = before;
	return mapping_none;
}

static inline struct wanted_value mapping_times(struct mapping *m, json_t *e)
{
	const int64_t by = json_integer_value(json_object_get(e, "by"));
	size_t before = m->use_count;
	struct wanted_value of =
		mapping_eval(m, json_object_get(e, "multiply"));
	struct wanted_value made = mapping_none;
	struct mapping_sum sum = { .whole = true };

	if ((of.type == VALUE_NUMBER || of.type == VALUE_STRING) &&
	    mapping_fits_text(KIND_DOUBLE, of.text) &&
	    mapping_add(&sum, of.text)) {
		sum.whole = sum.whole && !__builtin_mul_overflow(
						 sum.integer, by, &sum.integer);
		sum.real *= (double)by;
		made = mapping_summed(m, &sum);
	}
	if (made.type == VALUE_NONE)
		m->use_count = before;
	return made;
}

/* An array or object of expressions: of those that say something. */
static inline struct wanted_value mapping_container(struct mapping *m,
						    json_t *parts)
{
	const bool is_object = json_is_object(parts);
	struct buf made = BUF_INIT(MAPPING_MOST);
	json_t *part;
	size_t count = 0;
	size_t i;
	void *at = json_object_iter(parts);

	buf_putc(&made, is_object ? '{' : '[');
	for (i = 0; is_object ? at != NULL : i < json_array_size(parts); i++) {
		size_t before = m->use_count;
		struct wanted_value v;

		part = is_object ? json_object_iter_value(at)
				 : json_array_get(parts, i);
		v = mapping_eval(m, part);
		if (v.type == VALUE_NONE || v.text.len == 0) {
			m->use_count = before;
		} else {
			if (count++ > 0)
				buf_putc(&made, ',');
			if (is_object) {
				expect_string(
					&made,
					slice_of(json_object_iter_key(at)));
				buf_putc(&made, ':');
			}
			if (v.type == VALUE_STRING)
				expect_string(&made, v.text);
			else
				buf_put_slice(&made, v.text);
		}
		if (is_object)
			at = json_object_iter_next(parts, at);
	}
	buf_putc(&made, is_object ? '}' : ']');

	struct slice text = mapping_made(m, &made);
	if (count == 0)
		return mapping_none;
	struct wanted_value v = {
		.type = is_object ? VALUE_OBJECT : VALUE_ARRAY,
		.text = text,
		.tree = tree_read(&m->arena, text),
	};
	tree_note_again(v.tree);
	return v;
}

static inline struct wanted_value mapping_eval(struct mapping *m, json_t *e)
{
	json_t *part;

	if (e == NULL)
		return mapping_none;
	if (json_is_string(e))
		return mapping_word(m, json_string_value(e));
	if (json_is_array(e))
		return mapping_first(m, e);
	if (!json_is_object(e))
		return mapping_const(m, e);
	if ((part = json_object_get(e, "const")) != NULL)
		return mapping_const(m, part);
	if ((part = json_object_get(e, "text")) != NULL)
		return mapping_template(m, json_string_value(part));
	if ((part = json_object_get(e, "list")) != NULL ||
	    (part = json_object_get(e, "object")) != NULL)
		return mapping_container(m, part);
	if (json_object_get(e, "table") != NULL)
		return mapping_table(m, e);
	if (json_object_get(e, "join") != NULL)
		return mapping_join(m, e);
	if (json_object_get(e, "sum") != NULL)
		return mapping_add_up(m, e);
	if (json_object_get(e, "multiply") != NULL)
		return mapping_times(m, e);
	if ((part = json_object_get(e, "if")) == NULL)
		abort();
	return mapping_eval(
		m,
		json_object_get(e, mapping_holds(m, part) ? "then" : "else"));
}

/* types */

static inline bool mapping_is_integer(struct slice text, int64_t least,
				      int64_t most)
{
	char copy[32] = "";
	char again[32];
	long long n;

	if (text.len == 0 || text.len >= sizeof(copy))
		return false;
	memcpy(copy, text.data, text.len);
	n = strtoll(copy, NULL, 10); // too large: that is not what it says
	snprintf(again, sizeof(again), "%lld", n);
	// Zero may have a sign, which says nothing.
	return slice_is(text, slice_of(again))
		       ? n >= least && n <= most
		       : least < 0 && slice_is(text, SLICE("-0"));
}

static inline bool mapping_is_address(struct slice text, int family)
{
	struct in6_addr address;
	char copy[64] = "";

	if (text.len == 0 || text.len >= INET6_ADDRSTRLEN ||
	    memchr(text.data, '\0', text.len) != NULL)
		return false;
	memcpy(copy, text.data, text.len);
	return inet_pton(family, copy, &address) == 1;
}

static inline bool mapping_is_mac(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (i % 3 == 2 ? text.data[i] != ':'
			       : !tree_is_hex(text.data[i]))
			return false;
	return text.len == 17;
}

static inline bool mapping_is_double(struct slice text)
{
	char copy[512] = "";

	if (text.len == 0 || text.len >= sizeof(copy) ||
	    tree_number(text) != text.len)
		return false;
	memcpy(copy, text.data, text.len);
	return isfinite(strtod(copy, NULL));
}

static inline bool mapping_fits_text(enum kind kind, struct slice text)
{
	switch (kind) {
	case KIND_INT32:
		return mapping_is_integer(text, INT32_MIN, INT32_MAX);
	case KIND_INT64:
		return mapping_is_integer(text, INT64_MIN, INT64_MAX);
	case KIND_PORT:
		return mapping_is_integer(text, 0, 65535);
	case KIND_DOUBLE:
		return mapping_is_double(text);
	case KIND_IPV4:
		return mapping_is_address(text, AF_INET);
	case KIND_IPV6:
		return mapping_is_address(text, AF_INET6);
	case KIND_IP:
		return mapping_is_address(text, AF_INET) ||
		       mapping_is_address(text, AF_INET6);
	case KIND_MAC:
		return mapping_is_mac(text);
	case KIND_BOOL:
		return slice_is(text, SLICE("true")) ||
		       slice_is(text, SLICE("false"));
	case KIND_LEVEL:
		return mapping_is_integer(text, 1, 10);
	case KIND_TEXT:
		return true;
	case KIND_TIME:
	case KIND_LIST:
	case KIND_JSON:
	case KIND_OWN:
		break;
	}
	return false;
}

static inline bool mapping_read_time(const struct wanted_value *v,
				     struct timestamp *t)
{
	return (v->type == VALUE_STRING && timestamp_parse(v->text, t)) ||
	       ((v->type == VALUE_STRING || v->type == VALUE_NUMBER) &&
		timestamp_parse_epoch(v->text, t));
}

static inline long long mapping_milliseconds(const struct timestamp *t)
{
	return (long long)t->sec * 1000 + t->nsec / 1000000;
}

/* One value becomes the only string of a list. */
static inline bool mapping_fit_list(struct mapping *m, struct wanted_value *v)
{
	struct buf made = BUF_INIT(MAPPING_MOST);

	if (v->type == VALUE_OBJECT)
		return false;
	if (v->type == VALUE_ARRAY) {
		for (struct tree *t = v->tree->first; t != NULL; t = t->next)
			if (t->type != VALUE_STRING)
				return false;
		return true;
	}
	buf_putc(&made, '[');
	expect_string(&made, v->text);
	buf_putc(&made, ']');
	v->type = VALUE_ARRAY;
	v->text = mapping_made(m, &made);
	v->tree = tree_read(&m->arena, v->text);
	return true;
}

/* Does a value fit? It is then as it is put. */
static inline bool mapping_fit(struct mapping *m, enum kind kind,
			       struct wanted_value *v)
{
	struct timestamp t;
	char ms[32];

	if (kind == KIND_TEXT)
		return true;
	if (kind == KIND_LIST)
		return mapping_fit_list(m, v);
	if (kind == KIND_JSON || v->type >= VALUE_ARRAY)
		return kind == KIND_JSON && v->type >= VALUE_ARRAY;
	if (kind != KIND_TIME)
		return mapping_fits_text(kind, v->text);
	if (!mapping_read_time(v, &t))
		return false;
	snprintf(ms, sizeof(ms), "%lld", mapping_milliseconds(&t));
	*v = mapping_text(m, VALUE_NUMBER, slice_of(ms));
	return true;
}

static inline enum kind mapping_kind_of(struct slice word)
{
	static const char *const words[] = {
		"text", "int32", "int64", "double", "port", "time", "ipv4",
		"ipv6", "ip",    "mac",   "bool",   "list", "json",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (slice_is(word, slice_of(words[i])))
			return (enum kind)i;
	abort();
}

/* conditions */

static inline bool mapping_is_one_of(struct mapping *m, struct slice text,
				     json_t *list)
{
	json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		if (slice_is(text, mapping_const(m, one).text))
			return true;
	}
	return false;
}

static inline bool mapping_is_type(const struct wanted_value *v,
				   const char *type)
{
	static const char *const types[] = {
		[VALUE_FALSE] = "bool",    [VALUE_TRUE] = "bool",
		[VALUE_NUMBER] = "number", [VALUE_STRING] = "string",
		[VALUE_ARRAY] = "array",   [VALUE_OBJECT] = "object",
	};

	return strcmp(types[v->type], type) == 0;
}

static inline bool mapping_tests(struct mapping *m, json_t *c,
				 struct wanted_value v)
{
	struct slice text = v.text;
	struct slice part;
	json_t *with;

	if (v.type == VALUE_NONE)
		return false;
	if ((with = json_object_get(c, "is")) != NULL)
		return slice_is(text, mapping_const(m, with).text);
	if ((with = json_object_get(c, "in")) != NULL)
		return mapping_is_one_of(m, text, with);
	if ((with = json_object_get(c, "starts")) != NULL)
		return slice_has_prefix(text, mapping_const(m, with).text);
	if ((with = json_object_get(c, "longer")) != NULL)
		return (json_int_t)text.len > json_integer_value(with);
	if ((with = json_object_get(c, "type")) != NULL)
		return mapping_is_type(&v, json_string_value(with));
	if ((with = json_object_get(c, "fits")) != NULL)
		return mapping_fit(m, mapping_kind_of(mapping_string(with)),
				   &v);
	part = mapping_const(m, json_object_get(c, "ends")).text;
	return text.len >= part.len &&
	       slice_is(slice_from(text, text.len - part.len), part);
}

static inline bool mapping_some(struct mapping *m, json_t *c)
{
	struct wanted_value of = mapping_eval(m, json_object_get(c, "some"));
	struct tree lone = { .type = of.type, .text = of.text };
	struct tree *outer = m->element;
	struct tree *t = of.tree != NULL ? of.tree : &lone;
	bool is_array = of.type == VALUE_ARRAY;
	bool found = false;

	for (t = is_array ? t->first : t;
	     t != NULL && !found && of.type != VALUE_NONE;
	     t = is_array ? t->next : NULL) {
		if (t->type == VALUE_NULL)
			continue;
		m->element = t;
		found = mapping_holds(m, json_object_get(c, "where"));
		m->element = outer;
	}
	return found;
}

/* Conditions use nothing. */
static inline bool mapping_holds(struct mapping *m, json_t *c)
{
	size_t before = m->use_count;
	bool holds = false;
	json_t *part, *one;
	size_t i;

	if ((part = json_object_get(c, "not")) != NULL) {
		holds = !mapping_holds(m, part);
	} else if ((part = json_object_get(c, "has")) != NULL) {
		holds = mapping_eval(m, part).type != VALUE_NONE;
	} else if (json_object_get(c, "some") != NULL) {
		holds = mapping_some(m, c);
	} else if ((part = json_object_get(c, "all")) != NULL) {
		holds = true;
		json_array_foreach(part, i, one)
		{
			holds = holds && mapping_holds(m, one);
		}
	} else if ((part = json_object_get(c, "any")) != NULL) {
		json_array_foreach(part, i, one)
		{
			holds = holds || mapping_holds(m, one);
		}
	} else {
		holds = mapping_tests(
			m, c, mapping_eval(m, json_object_get(c, "of")));
	}
	m->use_count = before;
	return holds;
}

#endif
