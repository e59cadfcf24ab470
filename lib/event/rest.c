#include "event/rest.h"

#include "core/utf8.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	SMALLEST_TABLE = 32,   // names, a power of two
	FIRST_SUFFIX = 2,      // of the second key that would be the same
	LONGEST_CHARACTER = 4, // of UTF-8, in bytes
};

/* Whose the names are while keys are made; before, a member's number. */
enum { OF_KEYS, OF_STEMS };

/* A name that has been seen. */
struct name {
	const char *data; // NULL: free
	uint32_t len;
	uint32_t owner;  // whose it is; the same name can be there for others
	uint32_t member; // the last member to have it
	uint32_t suffix; // the next to try for a key that is like it
	bool taken;      // a field has it as its key
};

/* The collecting of one record. */
struct task {
	struct rest_work *work;
	struct eval *eval;
	const struct map_shape *shape;
	const struct rest *rest;
	struct fields *fields;
	struct trace *trace;
	size_t rows; // fields that rows have put
};

bool fields_reserve(struct fields *f, size_t n)
{
	if (LIKELY(n <= f->cap - f->count))
		return true;

	size_t cap = f->cap != 0 ? f->cap : 64;
	while (cap - f->count < n)
		cap *= 2;
	struct field *list = realloc(f->list, cap * sizeof(*list));
	if (list == NULL)
		return false;
	f->list = list;
	f->cap = cap;
	return true;
}

void fields_free(struct fields *f)
{
	free(f->list);
	*f = (struct fields){ 0 };
}

void rest_work_free(struct rest_work *w)
{
	free(w->names);
	buf_free(&w->key);
}

static bool no_memory(struct task *t)
{
	t->eval->out_of_memory = true;
	return false;
}

/*
 * Names come from whoever writes records, who must not be able to choose such
 * that all fall on one place of the table: each step multiplies by what only
 * this process knows.
 */
static uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static size_t hash(const struct rest_work *w, struct slice name, uint32_t owner)
{
	uint64_t h =
		mix(w->seed ^ name.len, UINT64_C(0x9e3779b97f4a7c15) ^ owner);
	uint64_t word;

	for (; name.len >= sizeof(word);
	     name = slice_from(name, sizeof(word))) {
		memcpy(&word, name.data, sizeof(word));
		h = mix(h ^ word, w->seed | 1);
	}
	word = 0;
	if (name.len > 0)
		memcpy(&word, name.data, name.len);
	return (size_t)mix(h ^ word, w->seed | 1);
}

/* The place of a name in the table, which has it or is free. */
static struct name *place_of(const struct rest_work *w, struct slice name,
			     uint32_t owner)
{
	size_t i = hash(w, name, owner) & (w->size - 1);

	for (;; i = (i + 1) & (w->size - 1)) {
		struct name *n = &w->names[i];

		if (n->data == NULL ||
		    (n->len == name.len && n->owner == owner &&
		     memcmp(n->data, name.data, name.len) == 0))
			return n;
	}
}

/* Make the table empty. */
static bool begin_names(struct rest_work *w)
{
	if (w->names == NULL) {
		w->names = malloc(SMALLEST_TABLE * sizeof(*w->names));
		if (w->names == NULL)
			return false;
		w->cap = SMALLEST_TABLE;
	}
	w->size = SMALLEST_TABLE;
	w->count = 0;
	memset(w->names, 0, w->size * sizeof(*w->names));
	return true;
}

/* Let the table be twice as large. */
static bool grow_names(struct rest_work *w)
{
	struct name *old = w->names;
	size_t old_size = w->size;

	w->names = calloc(2 * old_size, sizeof(*w->names));
	if (w->names == NULL) {
		w->names = old;
		return false;
	}
	w->size = w->cap = 2 * old_size;
	for (size_t i = 0; i < old_size; i++)
		if (old[i].data != NULL)
			*place_of(w, (struct slice){ old[i].data, old[i].len },
				  old[i].owner) = old[i];
	free(old);
	return true;
}

/*
 * Find a name, or enter it; its bytes are borrowed. The result is valid until
 * the next call; NULL out of memory.
 */
static struct name *enter(struct rest_work *w, struct slice name,
			  uint32_t owner)
{
	struct name *n = place_of(w, name, owner);

	if (n->data != NULL)
		return n;
	if (2 * (w->count + 1) > w->size) {
		if (!grow_names(w))
			return NULL;
		n = place_of(w, name, owner);
	}
	*n = (struct name){ .data = name.data,
			    .len = (uint32_t)name.len,
			    .owner = owner,
			    .suffix = FIRST_SUFFIX };
	w->count++;
	return n;
}

/* The name of a member, decoded; the next call may overwrite it. */
static struct slice name_of(struct eval *v, const struct member *m)
{
	struct value key = value_text(m->key);

	if (LIKELY(!m->key_escaped))
		return m->key;
	key.flags = VALUE_ESCAPED;
	return eval_text(v, key, &v->one);
}

/* Copy a name to memory that lasts as long as the event. */
static bool keep(struct eval *v, struct slice *name)
{
	struct value kept = eval_keep(v, *name);

	*name = value_slice(kept);
	return kept.type != VALUE_NONE;
}

/* Of members that no path names, the scan left it to us to find the last. */
static bool supersede(struct task *t)
{
	struct scan *s = t->eval->scan;

	if (!begin_names(t->work))
		return no_memory(t);
	for (uint32_t i = 0; i < s->count; i++) {
		struct slice name;

		if (s->members[i].slot != SCAN_NO_SLOT)
			continue;
		name = name_of(t->eval, &s->members[i]);
		if (s->members[i].key_escaped && !keep(t->eval, &name))
			return false;

		struct name *n = enter(t->work, name, s->members[i].parent);
		if (n == NULL)
			return no_memory(t);
		if (n->taken)
			s->members[n->member].superseded = true;
		n->taken = true;
		n->member = i;
	}
	return true;
}

static char upper(char c)
{
	if (c >= 'a' && c <= 'z')
		return (char)(c - 'a' + 'A');
	return c;
}

/*
 * Each of these writes what a key takes of a name to p, which has room for as
 * many bytes, and returns what follows.
 */

/* Words in camel case; the first of the key stays as it is. */
static char *put_camel(char *p, struct slice name, bool first)
{
	bool begins = !first;

	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];

		if (!map_allows(REST_CAMEL, c)) {
			begins = !first;
			continue;
		}
		if (begins)
			c = upper(c);
		*p++ = c;
		begins = first = false;
	}
	return p;
}

/* The bytes that keys may have. */
static char *put_allowed(char *p, struct slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if (map_allows(REST_CAMEL, name.data[i]))
			*p++ = name.data[i];
	return p;
}

/* All of it, each character that keys may not have becoming one _. */
static char *put_replaced(char *p, struct slice name)
{
	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.data[i];

		if (map_allows(REST_PATH, name.data[i]))
			*p++ = name.data[i];
		else if (c < 0x80 || c >= 0xc0) // not within a character
			*p++ = '_';
	}
	return p;
}

/* What of a name can become part of a key: each character is a byte there. */
static struct slice useful(const struct task *t, struct slice name)
{
	size_t most = t->shape->key_max * LONGEST_CHARACTER;

	if (most != 0 && name.len > most)
		name.len = most;
	return name;
}

/* Append a name to the key that is being made. */
static void put_name(struct task *t, struct slice name)
{
	struct buf *key = &t->work->key;
	bool first = key->len == t->rest->prefix.len;
	char *start = buf_room(key, name.len + 1);
	char *p = start;

	if (start == NULL)
		return;
	if (t->shape->rest_names == REST_PATH) {
		if (!first)
			*p++ = '.';
		p = put_replaced(p, name);
	} else if (t->rest->given) {
		p = put_allowed(p, name);
	} else {
		p = put_camel(p, name, key->len == 0);
	}
	buf_grown(key, (size_t)(p - start));
}

/* Make the key of a member from its path: t->work->key. */
static bool make_key(struct task *t, uint32_t member)
{
	const struct member *members = t->eval->scan->members;
	const struct slice nameless = SLICE("member");
	struct buf *key = &t->work->key;
	size_t most = t->shape->key_max != 0 ? t->shape->key_max : SIZE_MAX;
	uint32_t path[SCAN_DEPTH];
	size_t depth = 0;

	for (; member != SCAN_ROOT; member = members[member].parent)
		path[depth++] = member;
	buf_clear(key);
	buf_put_slice(key, t->rest->prefix);
	while (depth > 0 && key->len < most) {
		const struct member *m = &members[path[--depth]];

		put_name(t, useful(t, name_of(t->eval, m)));
	}
	if (key->len == t->rest->prefix.len)
		put_name(t, nameless);
	if (buf_status(key) != 0) {
		eval_give_up(t->eval, buf_status(key));
		return false;
	}
	if (key->len > most)
		buf_cut(key, most);
	return !t->eval->too_large && !t->eval->out_of_memory;
}

/* Has a row put a field of that key, or one whose label has it? */
static bool is_of_row(const struct task *t, struct slice key)
{
	const struct slice label = SLICE("Label");

	for (size_t i = 0; i < t->rows; i++) {
		const struct field *f = &t->fields->list[i];

		if (slice_is(f->key, key))
			return true;
		if (f->label.len > 0 && key.len == f->key.len + label.len &&
		    slice_has_prefix(key, f->key) &&
		    slice_is(slice_from(key, f->key.len), label))
			return true;
	}
	return false;
}

/*
 * Try a key. *max is set where it is one of the format's own, which only a map
 * that gives its members such names may take, and only with a value that fits.
 */
static bool may_take(struct task *t, struct slice key, bool own,
		     struct value *value, uint32_t *max)
{
	const struct field_rule *rule =
		t->shape->find_rule != NULL ? t->shape->find_rule(key) : NULL;

	if (is_of_row(t, key))
		return false;
	*max = 0;
	if (rule == NULL)
		return true;
	*max = rule->max;
	return own && t->rest->given && eval_fit(t->eval, rule->type, value);
}

/*
 * The name that counts the suffixes of so many digits: that of the key, or,
 * where the key must be cut to make room, of what is left of it. Keys that are
 * cut to the same share a counter, or each would try all that the others have.
 */
static struct name *counter_of(struct task *t, struct slice base, size_t digits)
{
	size_t most = t->shape->key_max;

	if (most == 0 || base.len + digits <= most)
		return enter(t->work, base, OF_KEYS);
	base.len = most - digits;
	return enter(t->work, base, OF_STEMS);
}

/* The next number to try behind a key; 0 out of memory. */
static uint32_t next_suffix(struct task *t, struct slice base)
{
	uint32_t least = FIRST_SUFFIX;
	uint32_t end = 10;

	for (size_t digits = 1;; digits++) {
		struct name *n = counter_of(t, base, digits);

		if (n == NULL)
			return 0;
		if (n->suffix < least)
			n->suffix = least;
		if (n->suffix < end)
			return n->suffix++;
		least = end;
		end *= 10;
	}
}

/* Make of base the key that has that number behind it. */
static void make_numbered(struct task *t, struct slice base, uint32_t number)
{
	struct buf *made = &t->work->key;
	size_t most = t->shape->key_max;
	char digits[12];
	size_t len = (size_t)snprintf(digits, sizeof(digits), "%u", number);

	buf_cut(made, most != 0 && base.len + len > most ? most - len
							 : base.len);
	buf_put(made, digits, len);
}

/*
 * Find a key that is free, like the one that has been made, and take it: the
 * same with 2, 3, ... behind it where that is not free itself.
 */
static bool take_key(struct task *t, struct value *value, struct slice *key,
		     uint32_t *max)
{
	struct buf *made = &t->work->key;
	struct name *n;

	*key = buf_slice(made);
	if (!keep(t->eval, key))
		return false;
	n = enter(t->work, *key, OF_KEYS);
	if (n == NULL)
		return no_memory(t);
	if (!n->taken && may_take(t, *key, true, value, max))
		return n->taken = true;

	const struct slice base = *key;
	do {
		uint32_t number = next_suffix(t, base);

		if (number == 0)
			return no_memory(t);
		make_numbered(t, base, number);
		*key = buf_slice(made);
	} while (place_of(t->work, *key, OF_KEYS)->taken ||
		 !may_take(t, *key, false, value, max));
	if (!keep(t->eval, key))
		return false;
	n = enter(t->work, *key, OF_KEYS);
	if (n == NULL)
		return no_memory(t);
	return n->taken = true;
}

/* Append the field of a member. */
static bool put_member(struct task *t, uint32_t i)
{
	struct field f = { .value = t->eval->scan->members[i].value };

	if (t->fields->count == t->rows && !begin_names(t->work))
		return no_memory(t);
	if (!make_key(t, i) || !take_key(t, &f.value, &f.key, &f.max))
		return false;
	if (!fields_reserve(t->fields, 1))
		return no_memory(t);
	t->fields->list[t->fields->count++] = f;
	if (t->trace != NULL && !trace_add(t->trace, i, TRACE_REST, f.key))
		return no_memory(t);
	return true;
}

/* Is it an object that its members stand for? */
static bool is_opened(const struct task *t, const struct member *m, uint32_t i)
{
	return m->value.type == VALUE_OBJECT && m->next > i + 1 &&
	       !t->rest->given;
}

bool rest_collect(struct rest_work *w, struct eval *v,
		  const struct map_shape *shape, const struct rest *rest,
		  struct fields *fields, struct trace *trace)
{
	struct task t = { .work = w,
			  .eval = v,
			  .shape = shape,
			  .rest = rest,
			  .fields = fields,
			  .trace = trace,
			  .rows = fields->count };
	const struct member *members = v->scan->members;
	size_t traced = trace != NULL ? trace->count : 0;
	size_t unnamed = 0;

	for (uint32_t i = 0; i < v->scan->count;) {
		const struct member *m = &members[i];

		if (m->used || m->superseded || m->value.type == VALUE_NULL ||
		    (m->value.len == 0 && shape->drops_empty)) {
			i = m->next;
			continue;
		}
		// Two that no path names may have the same name.
		if (m->slot == SCAN_NO_SLOT && ++unnamed == 2) {
			if (!supersede(&t))
				return false;
			fields->count = t.rows;
			if (trace != NULL)
				trace->count = traced;
			i = 0;
			continue;
		}
		if (is_opened(&t, m, i)) {
			i++;
			continue;
		}
		if (!put_member(&t, i))
			return false;
		i = m->next;
	}
	return !v->too_large && !v->out_of_memory;
}
