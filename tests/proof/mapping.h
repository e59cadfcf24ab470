/*
 * What a map makes of a record (siem-map(5)), worked out a second time: its
 * time, its severity, the fields of its rows, and what becomes of the rest.
 */
#ifndef SIEM_TESTS_PROOF_MAPPING_H
#define SIEM_TESTS_PROOF_MAPPING_H

#include "expression.h"

/* time and severity */

static inline size_t mapping_keep_uses(struct mapping *m, struct tree *kept[64])
{
	size_t n = m->use_count < 64 ? m->use_count : 64;

	for (size_t i = 0; i < n; i++)
		kept[i] = m->uses[i];
	m->use_count = 0;
	return n;
}

/* An expression, or each of a list of them. */
static inline json_t *mapping_nth(json_t *e, size_t i)
{
	if (json_is_array(e))
		return json_array_get(e, i);
	return i == 0 ? e : NULL;
}

static inline void mapping_take_time(struct mapping *m)
{
	json_t *e, *times = json_object_get(m->map, "time");

	m->has_time = false;
	m->time_value = mapping_none;
	for (size_t i = 0; (e = mapping_nth(times, i)) != NULL; i++) {
		size_t before = m->use_count;
		struct wanted_value v = mapping_eval(m, e);

		if (!m->has_time) {
			m->has_time = mapping_read_time(&v, &m->time);
			if (m->has_time)
				m->time_value = v;
			else
				m->use_count = 0;
		} else if (v.type == VALUE_NONE ||
			   !slice_is(v.text, m->time_value.text)) {
			m->use_count = before;
		}
	}
	m->time_use_count = mapping_keep_uses(m, m->time_uses);
}

/* A number on a scale from 0 to out_of, as one from 0 to 10. */
static inline bool mapping_scale(const struct wanted_value *v, int out_of,
				 int *level)
{
	char copy[512] = "";
	double n;

	if (v->text.len >= sizeof(copy) ||
	    !(v->type == VALUE_NUMBER ||
	      (v->type == VALUE_STRING && mapping_is_double(v->text))))
		return false;
	memcpy(copy, v->text.data, v->text.len);
	n = strtod(copy, NULL) * 10 / out_of;
	n = n < 0 ? 0 : n > 10 ? 10 : n;
	*level = (int)floor(n + 0.5);
	return true;
}

static inline void mapping_take_base(struct mapping *m, json_t *base)
{
	json_t *e;

	m->severity = 2;
	m->is_emergency = false;
	m->severity_use_count = 0;
	for (size_t i = 0; (e = mapping_nth(base, i)) != NULL; i++) {
		struct wanted_value v = mapping_eval(m, e);
		bool found;

		m->is_emergency = v.type == VALUE_STRING &&
				  slice_is(v.text, SLICE("emergency"));
		if (m->is_emergency)
			m->severity = 10;
		found = m->is_emergency || mapping_scale(&v, 10, &m->severity);
		// What says more than the severity does is kept.
		if (found &&
		    (m->is_emergency ||
		     slice_is(v.text, mapping_number(m, m->severity).text)))
			m->severity_use_count =
				mapping_keep_uses(m, m->severity_uses);
		m->use_count = 0;
		if (found)
			return;
	}
}

static inline void mapping_take_severity(struct mapping *m)
{
	json_t *severity = json_object_get(m->map, "severity");
	json_t *rules = json_object_get(severity, "at_least");
	json_t *base = json_object_get(severity, "base");
	json_t *rule;
	size_t i;

	m->has_severity = false;
	mapping_take_base(m, base == NULL && rules == NULL ? severity : base);
	json_array_foreach(rules, i, rule)
	{
		json_t *score = json_object_get(rule, "score");
		const char *word = score != NULL ? "out_of" : "level";
		int n = (int)json_integer_value(json_object_get(rule, word));
		int level = 0;

		if (score != NULL) {
			struct wanted_value v = mapping_eval(m, score);

			if (!mapping_scale(&v, n, &level))
				level = 0;
		} else if (mapping_holds(m, json_object_get(rule, "if"))) {
			level = n;
		}
		m->use_count = 0;
		if (level > m->severity)
			m->severity = level;
	}
	m->has_severity = true;
}

/* fields */

/* Are two keys the same to those who read the format? */
static inline bool mapping_is_same(const struct mapping *m, struct slice a,
				   struct slice b)
{
	return a.len == b.len &&
	       (m->style->folds ? strncasecmp(a.data, b.data, a.len) == 0
				: slice_is(a, b));
}

static inline bool mapping_has_key(const struct mapping *m, struct slice key)
{
	for (size_t i = 0; i < m->count; i++)
		if (mapping_is_same(m, m->fields[i].key, key))
			return true;
	return false;
}

static inline struct wanted_field *mapping_add_field(struct mapping *m,
						     struct slice key,
						     enum kind kind,
						     struct wanted_value v)
{
	if (m->count == m->cap) {
		m->cap = m->cap != 0 ? 2 * m->cap : 64;
		m->fields = realloc(m->fields, m->cap * sizeof(*m->fields));
		if (m->fields == NULL)
			abort();
	}
	m->fields[m->count++] =
		(struct wanted_field){ .key = key, .kind = kind, .value = v };
	return &m->fields[m->count - 1];
}

/* The kind of what a dictionary says of a key. */
static inline enum kind mapping_kind_in(const struct field_rule *rule)
{
	static const enum kind kinds[] = {
		[FIELD_TEXT] = KIND_TEXT,    [FIELD_INT32] = KIND_INT32,
		[FIELD_INT64] = KIND_INT64,  [FIELD_DOUBLE] = KIND_DOUBLE,
		[FIELD_PORT] = KIND_PORT,    [FIELD_TIME_MS] = KIND_TIME,
		[FIELD_IPV4] = KIND_IPV4,    [FIELD_IPV6] = KIND_IPV6,
		[FIELD_IP] = KIND_IP,        [FIELD_MAC] = KIND_MAC,
		[FIELD_BOOL] = KIND_BOOL,    [FIELD_LIST] = KIND_LIST,
		[FIELD_JSON] = KIND_JSON,    [FIELD_LEVEL] = KIND_LEVEL,
		[FIELD_RESERVED] = KIND_OWN,
	};

	return rule != NULL ? kinds[rule->type] : KIND_TEXT;
}

/* The kind of a key, by what the format says of it. */
static inline enum kind mapping_kind(const struct mapping *m, struct slice key)
{
	const char *kinds = m->style->kinds;
	const char *at = kinds;

	if (m->find_rule != NULL)
		return mapping_kind_in(m->find_rule(key));
	while (kinds != NULL &&
	       (at = memmem(at, strlen(at), key.data, key.len)) != NULL) {
		bool begins = at == kinds || at[-1] == ' ';

		at += key.len;
		if (begins && *at == '=')
			return mapping_kind_of(
				(struct slice){ at + 1, strcspn(at + 1, " ") });
	}
	return KIND_TEXT;
}

static inline void mapping_put_row(struct mapping *m, json_t *row)
{
	struct wanted_value v = mapping_eval(m, json_object_get(row, "from"));
	bool is_put = false;

	for (json_t *target = row; target != NULL && !is_put &&
				   v.type != VALUE_NONE && v.text.len > 0;
	     target = json_object_get(target, "else")) {
		struct slice key =
			mapping_string(json_object_get(target, "key"));
		json_t *type = json_object_get(target, "type");
		enum kind kind = type != NULL
					 ? mapping_kind_of(mapping_string(type))
					 : mapping_kind(m, key);
		struct wanted_value fitting = v;

		is_put = !mapping_has_key(m, key) &&
			 mapping_fit(m, kind, &fitting);
		if (is_put)
			mapping_add_field(m, key, kind, fitting)->label =
				mapping_string(
					json_object_get(target, "label"));
	}
	mapping_put_uses(m, is_put && !m->keeps_all);
}

/* the rest */

static inline bool mapping_flag(const struct mapping *m, const char *name,
				bool otherwise)
{
	json_t *flag = json_object_get(m->rest, name);

	return flag != NULL ? json_is_true(flag) : otherwise;
}

/*
 * Append a name in words, of which each begins with a capital; the first of a
 * key need not.
 */
static inline void mapping_put_words(struct buf *key, struct slice name,
				     bool is_first)
{
	bool begins = !is_first;

	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];
		bool is_small = c >= 'a' && c <= 'z';

		if (!is_small && !(c >= 'A' && c <= 'Z') &&
		    !(c >= '0' && c <= '9')) {
			begins = !is_first;
			continue;
		}
		buf_putc(key, (char)(begins && is_small ? c - 32 : c));
		begins = is_first = false;
	}
}

/* The bytes of a name that a key may have. */
static inline void mapping_put_given(struct buf *key, struct slice name,
				     bool is_column)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];

		if ((c >= '0' && c <= '9') || (c == '_' && is_column) ||
		    ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'))
			buf_putc(key, c);
	}
}

/* Append a name as it is in a key. */
static inline void mapping_put_name(const struct mapping *m, struct buf *key,
				    struct slice name)
{
	const bool is_column = m->style->names == NAMES_COLUMN;

	// Of a long name no more is looked at: a character has four bytes.
	if (m->style->longest != 0 && name.len > 4 * m->style->longest)
		name.len = 4 * m->style->longest;
	if (is_column || m->style->names == NAMES_CAMEL) {
		if (mapping_flag(m, "given", m->style->is_given))
			mapping_put_given(key, name, is_column);
		else
			mapping_put_words(key, name,
					  key->len == 0 && !is_column);
		return;
	}
	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.data[i];
		bool is_word = (c >= '0' && c <= '9') ||
			       ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
			       c == '_' || c == '-' || c == '@';

		switch (m->style->names) {
		case NAMES_LABEL:
			if (is_word)
				buf_putc(key, (char)c);
			else if ((c & 0xc0) != 0x80) // one for a character
				buf_putc(key, '_');
			break;
		case NAMES_OWN:
			if (c == '\0')
				expect_character(key, 0xfffd);
			else
				buf_putc(key, (char)c);
			break;
		case NAMES_DOTS:
			buf_putc(key, c < ' ' || c == 0x7f ? '_' : (char)c);
			break;
		case NAMES_PATH:
			if (c > ' ' && c < 0x7f && strchr("=]\":", c) == NULL)
				buf_putc(key, (char)c);
			else if ((c & 0xc0) != 0x80)
				buf_putc(key, '_');
			break;
		case NAMES_COLUMN:
		case NAMES_CAMEL:
		case NAMES_NONE:
			break;
		}
	}
}

static inline void mapping_put_path(const struct mapping *m, struct buf *key,
				    size_t start, const struct tree *t)
{
	if (t->parent == NULL)
		return;
	mapping_put_path(m, key, start, t->parent);
	if (key->len > start && m->style->names != NAMES_COLUMN &&
	    m->style->names != NAMES_CAMEL)
		buf_putc(key, m->style->names == NAMES_LABEL ? '_' : '.');
	mapping_put_name(m, key, t->name);
}

/* Is a key, up to its first dot, a name of the format's own? */
static inline bool mapping_is_own(const struct mapping *m, struct slice key)
{
	const char *dot = memchr(key.data, '.', key.len);
	const char *const *own = m->style->aside;

	if (dot != NULL)
		key.len = (size_t)(dot - key.data);
	for (; own != NULL && *own != NULL; own++)
		if (slice_is(key, slice_of(*own)))
			return true;
	return false;
}

/* Is a key that of the label of a row? */
static inline bool mapping_is_label(const struct mapping *m, struct slice key)
{
	const struct slice end = SLICE("Label");

	for (size_t i = 0; i < m->rows; i++) {
		const struct wanted_field *f = &m->fields[i];

		if (f->label.len > 0 && key.len == f->key.len + end.len &&
		    mapping_is_same(m, (struct slice){ key.data, f->key.len },
				    f->key) &&
		    mapping_is_same(m, slice_from(key, f->key.len), end))
			return true;
	}
	return false;
}

/*
 * Is a key taken, or nobody's to take? Where names are given, the first that
 * is tried may be one of the format's own, if the value fits.
 */
static inline bool mapping_is_taken(struct mapping *m, struct slice key,
				    bool is_first, struct wanted_value *v)
{
	const char *const *other = m->style->others;
	const struct field_rule *rule =
		m->find_rule != NULL ? m->find_rule(key) : NULL;

	for (; other != NULL && *other != NULL; other++)
		if (strlen(*other) == key.len &&
		    strncasecmp(*other, key.data, key.len) == 0)
			return true;
	if (mapping_has_key(m, key) || mapping_is_label(m, key))
		return true;
	if (rule == NULL && m->find_like != NULL && m->find_like(key) != NULL)
		return true;
	return rule != NULL &&
	       (!is_first || !mapping_flag(m, "given", m->style->is_given) ||
		!mapping_fit(m, mapping_kind_in(rule), v));
}

/* Put text before a key. */
static inline void mapping_put_before(struct buf *key, const char *text)
{
	struct buf made = BUF_INIT(MAPPING_MOST);

	buf_puts(&made, text);
	buf_put_slice(&made, buf_slice(key));
	buf_free(key);
	*key = made;
}

/* Append what a path makes of a key, which begins with what is there. */
static inline void mapping_put_key(const struct mapping *m, struct buf *key,
				   const struct tree *t)
{
	const size_t start = key->len;

	if (m->style->names == NAMES_OWN) {
		mapping_put_name(m, key, t->name);
		return;
	}
	mapping_put_path(m, key, start, t);
	if (key->len == start)
		mapping_put_name(m, key, SLICE("member")); // it has to be one
	if (m->style->names == NAMES_COLUMN && start == 0 &&
	    ((key->data[0] | 0x20) < 'a' || (key->data[0] | 0x20) > 'z'))
		mapping_put_before(key, "Member"); // a letter is the first
}

/* The key of a member of the rest, whose value is as it fits then. */
static inline struct slice mapping_key(struct mapping *m, const struct tree *t,
				       struct wanted_value *v)
{
	struct slice prefix =
		mapping_string(json_object_get(m->rest, "prefix"));
	const size_t longest = m->style->longest;
	struct buf key = BUF_INIT(MAPPING_MOST);
	char number[24];
	size_t base;

	if (m->style->own != NULL)
		buf_puts(&key, m->style->own);
	if (prefix.len > 0)
		buf_put_slice(&key, prefix);
	mapping_put_key(m, &key, t);
	if (longest != 0 && key.len > longest)
		buf_cut(&key, longest);
	if (mapping_is_own(m, buf_slice(&key)))
		mapping_put_before(&key, "event_");
	base = key.len;
	for (size_t n = 2; mapping_is_taken(m, buf_slice(&key), n == 2, v);
	     n++) {
		size_t len = (size_t)snprintf(number, sizeof(number), "%zu", n);

		if (longest != 0 && base + len > longest)
			base = longest - len;
		buf_cut(&key, base);
		buf_puts(&key, number);
	}
	return mapping_made(m, &key);
}

/* Is anything left of a member? */
static inline bool mapping_is_left(const struct tree *t)
{
	if (t->used || t->again || t->type == VALUE_NULL)
		return false;
	if (t->type != VALUE_OBJECT || t->first == NULL)
		return true;
	for (const struct tree *part = t->first; part != NULL;
	     part = part->next)
		if (mapping_is_left(part))
			return true;
	return false;
}

static inline void mapping_put_rest(struct mapping *m, struct tree *object,
				    bool opens)
{
	for (struct tree *t = object->first; t != NULL; t = t->next) {
		if (t->used || t->again || t->type == VALUE_NULL ||
		    (m->style->drops_empty && t->type == VALUE_STRING &&
		     t->text.len == 0))
			continue;
		if (opens && t->type == VALUE_OBJECT && t->first != NULL) {
			mapping_put_rest(m, t, opens);
		} else if (m->style->names != NAMES_OWN || mapping_is_left(t)) {
			struct wanted_value v = mapping_of(m, t);
			struct slice key = mapping_key(m, t, &v);

			mapping_add_field(m, key, KIND_TEXT, v);
		}
	}
}

/* The map, as a whole */

static inline void mapping_free(struct mapping *m)
{
	arena_free(&m->arena);
	free(m->uses);
	free(m->fields);
}

static inline void mapping_put_attributes(struct mapping *m)
{
	for (size_t i = 0; m->style->attributes[i] != NULL; i++) {
		m->attributes[i] = mapping_eval(
			m,
			json_object_get(m->section, m->style->attributes[i]));
		mapping_put_uses(m, !m->keeps_all &&
					    m->attributes[i].text.len > 0 &&
					    (m->style->shows == NULL ||
					     m->style->shows(m, i)));
	}
}

static inline void mapping_leave_out(struct mapping *m)
{
	json_t *list = json_object_get(m->rest, "leave_out");
	json_t *path;
	size_t i;

	json_array_foreach(list, i, path)
	{
		struct tree *t = mapping_find(m, json_string_value(path));

		if (t != NULL)
			mapping_mark(t);
	}
}

/* Read a record; false: it is no object. */
static inline bool mapping_read(struct mapping *m, struct slice line)
{
	m->arena.max = MAPPING_MOST;
	arena_clear(&m->arena);
	m->line = line;
	m->record = tree_read(&m->arena, line);
	m->element = NULL;
	m->use_count = 0;
	m->count = 0;
	if (m->record == NULL || m->record->type != VALUE_OBJECT)
		return false;
	tree_note_again(m->record);
	return true;
}

/* Does the map take the record that has been read? */
static inline bool mapping_matches(struct mapping *m, json_t *map)
{
	json_t *match = json_object_get(map, "match");

	m->map = map;
	m->has_severity = false;
	return match == NULL || mapping_holds(m, match);
}

/*
 * What a map makes of the record that has been read, by a section that is its
 * own or that of another map, whose definitions it has then.
 */
static inline void mapping_apply(struct mapping *m, json_t *map, json_t *owner,
				 const struct mapping_style *style,
				 const struct map_shape *shape)
{
	json_t *row;
	size_t i;

	m->map = map;
	m->style = style;
	m->find_rule = shape != NULL ? shape->find_rule : NULL;
	m->find_like = style->folds && shape != NULL ? shape->find_like : NULL;
	m->has_severity = false;
	mapping_take_time(m);
	mapping_take_severity(m);
	m->map = owner;
	m->section = json_object_get(owner, style->section);
	m->rest = json_object_get(m->section, "rest");
	m->keeps_all = mapping_flag(m, "all", style->is_all);
	for (i = 0; i < m->time_use_count && style->has_time; i++)
		mapping_mark(m->time_uses[i]);
	for (i = 0; i < m->severity_use_count && style->has_severity; i++)
		if (!m->keeps_all)
			mapping_mark(m->severity_uses[i]);
	mapping_put_attributes(m);
	m->rows = 0;
	json_array_foreach(json_object_get(m->section, "fields"), i, row)
	{
		if (style->names != NAMES_NONE)
			mapping_put_row(m, row);
	}
	m->rows = m->count;
	if (style->names == NAMES_NONE)
		return;
	mapping_leave_out(m);
	mapping_put_rest(m, m->record,
			 style->names != NAMES_OWN &&
				 !mapping_flag(m, "given", style->is_given));
	m->use_count = 0;
}

#endif
