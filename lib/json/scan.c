#include "json/scan.h"

#include "core/utf8.h"
#include "json/write.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum {
	MOST_PATHS = 65535,
	NO_NODE = UINT32_MAX, // an object that no path leads to
};

static const size_t longest_record = (size_t)1 << 30;

/*
 * The paths form a tree: node 0 is the record, and the number of any other is
 * the slot of its path. One hash table holds all edges.
 */
struct node {
	char *name;
	size_t len;
	uint16_t first_child, next_sibling; // 0: none
};

/* Enough of a name to tell it from all of up to 16 bytes. */
struct print {
	uint64_t head, tail; // the first and the last eight bytes
	uint32_t len;
};

struct edge {
	struct print print;
	uint16_t parent;
	uint16_t node; // 0: no edge here
};

struct paths {
	struct node *nodes;
	size_t count, cap;
	struct edge *edges; // 1 << bits of them, at least half of them free
	unsigned bits;
};

static uint64_t load_eight(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

/* What follows the name up to end may be read. */
static inline struct print print_of(struct slice name, const char *end)
{
	struct print f = { .len = (uint32_t)name.len };

	if (name.len >= 8) {
		f.head = load_eight(name.data);
		f.tail = load_eight(name.data + name.len - 8);
	} else if (LIKELY(end - name.data >= 8)) {
		f.head = load_eight(name.data) &
			 ((UINT64_C(1) << 8 * name.len) - 1);
	} else if (name.len > 0) {
		char padded[8] = { 0 };

		memcpy(padded, name.data, name.len);
		f.head = load_eight(padded);
	}
	return f;
}

static inline size_t hash(const struct print *f, uint32_t parent, unsigned bits)
{
	uint64_t h = f->head ^ (f->tail << 31 | f->tail >> 33) ^
		     ((uint64_t)parent << 48 | f->len);

	h ^= h >> 32;
	return (size_t)(h * UINT64_C(0x9e3779b97f4a7c15) >> (64 - bits));
}

static inline uint16_t find_child(const struct paths *p, uint32_t parent,
				  struct slice name, const char *end)
{
	struct print f = print_of(name, end);
	size_t mask = ((size_t)1 << p->bits) - 1;

	for (size_t i = hash(&f, parent, p->bits);; i = (i + 1) & mask) {
		const struct edge *edge = &p->edges[i];

		if (edge->node == 0)
			return 0;
		if (edge->print.head == f.head && edge->print.tail == f.tail &&
		    edge->print.len == f.len && edge->parent == parent &&
		    (f.len <= 16 || memcmp(p->nodes[edge->node].name, name.data,
					   name.len) == 0))
			return edge->node;
	}
}

/* The same for a name with escapes in it. */
static uint16_t find_escaped(const struct paths *p, uint32_t parent,
			     struct slice name)
{
	uint16_t i = p->nodes[parent].first_child;

	while (i != 0) {
		const struct node *n = &p->nodes[i];

		if (scan_is(name, true, (struct slice){ n->name, n->len }))
			break;
		i = n->next_sibling;
	}
	return i;
}

static void put_edge(struct paths *p, uint16_t parent, uint16_t node)
{
	const struct node *n = &p->nodes[node];
	struct edge edge = {
		.print = print_of((struct slice){ n->name, n->len },
				  n->name + n->len),
		.parent = parent,
		.node = node,
	};
	size_t mask = ((size_t)1 << p->bits) - 1;
	size_t i = hash(&edge.print, parent, p->bits);

	while (p->edges[i].node != 0)
		i = (i + 1) & mask;
	p->edges[i] = edge;
}

/* Make room for one more node and its edge. */
static bool grow_paths(struct paths *p)
{
	if (p->count < p->cap)
		return true;

	size_t cap = p->cap * 2;
	struct node *nodes = realloc(p->nodes, cap * sizeof(*nodes));
	if (nodes == NULL)
		return false;
	p->nodes = nodes;

	struct edge *old = p->edges;
	size_t old_count = (size_t)1 << p->bits;
	struct edge *edges = calloc(2 * old_count, sizeof(*edges));
	if (edges == NULL)
		return false;
	p->edges = edges;
	p->bits++;
	p->cap = cap;
	for (size_t i = 0; i < old_count; i++)
		if (old[i].node != 0)
			put_edge(p, old[i].parent, old[i].node);
	free(old);
	return true;
}

static uint16_t add_child(struct paths *p, uint16_t parent, struct slice name)
{
	if (p->count > MOST_PATHS || !grow_paths(p))
		return 0;

	char *copy = malloc(name.len + 1);
	if (copy == NULL)
		return 0;
	if (name.len > 0)
		memcpy(copy, name.data, name.len);
	copy[name.len] = '\0';

	uint16_t node = (uint16_t)p->count++;
	p->nodes[node] = (struct node){
		.name = copy,
		.len = name.len,
		.next_sibling = p->nodes[parent].first_child,
	};
	p->nodes[parent].first_child = node;
	put_edge(p, parent, node);
	return node;
}

struct paths *paths_new(void)
{
	struct paths *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->cap = 16;
	p->bits = 6;
	p->nodes = calloc(p->cap, sizeof(*p->nodes));
	p->edges = calloc((size_t)1 << p->bits, sizeof(*p->edges));
	if (p->nodes == NULL || p->edges == NULL) {
		paths_free(p);
		return NULL;
	}
	p->count = 1;
	return p;
}

void paths_free(struct paths *p)
{
	if (p == NULL)
		return;
	for (size_t i = 1; i < p->count; i++)
		free(p->nodes[i].name);
	free(p->nodes);
	free(p->edges);
	free(p);
}

uint16_t paths_add(struct paths *p, const struct slice *names, size_t count)
{
	uint16_t node = 0;

	assert(count > 0);
	for (size_t i = 0; i < count; i++) {
		const char *end = names[i].data + names[i].len;
		uint16_t child = find_child(p, node, names[i], end);

		if (child == 0)
			child = add_child(p, node, names[i]);
		if (child == 0)
			return 0;
		node = child;
	}
	return node;
}

size_t paths_count(const struct paths *p)
{
	return p->count;
}

static const char too_deep[] = "nested deeper than 512 levels";

/* A walk over JSON text. */
struct walk {
	const char *start, *end;
	const char *loose;   // the last place that is not compact; start: none
	bool escaped;        // the last string has escapes
	bool bad_utf8;       // it failed because of that
	const char *failure; // why and where it failed
	const char *at;
};

static struct walk walk_over(struct slice text)
{
	return (struct walk){
		.start = text.data,
		.end = text.data + text.len,
		.loose = text.data,
	};
}

/* The byte at p, or 0, which nothing in JSON begins with. */
static inline char peek(const struct walk *w, const char *p)
{
	return LIKELY(p < w->end) ? *p : '\0';
}

static const char *fail(struct walk *w, const char *at, const char *why)
{
	w->failure = at < w->end ? why : "cut off";
	w->at = at;
	return NULL;
}

static const char *skip_space(struct walk *w, const char *p)
{
	const char *begin = p;

	while (p < w->end &&
	       (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
		p++;
	if (p > begin)
		w->loose = p - 1;
	return p;
}

/* The first byte at or behind p that is no white space. */
static inline const char *space(struct walk *w, const char *p)
{
	return LIKELY(p < w->end && *p > ' ') ? p : skip_space(w, p);
}

/*
 * The first byte at or behind p that a string does not hold as it stands: a
 * quote, a backslash or a control character. *high is set where a byte before
 * it is not ASCII.
 */
#ifdef __SSE2__
static inline unsigned mask_of(__m128i block, unsigned *high)
{
	__m128i quote = _mm_cmpeq_epi8(block, _mm_set1_epi8('"'));
	__m128i backslash = _mm_cmpeq_epi8(block, _mm_set1_epi8('\\'));
	__m128i control = _mm_cmpeq_epi8(
		_mm_min_epu8(block, _mm_set1_epi8(0x1f)), block);

	*high = (unsigned)_mm_movemask_epi8(block);
	return (unsigned)_mm_movemask_epi8(
		_mm_or_si128(_mm_or_si128(quote, backslash), control));
}

static inline const char *find_special(const struct walk *w, const char *p,
				       bool *high)
{
	unsigned high_bits, bits;

	while (LIKELY(w->end - p >= 16)) {
		bits = mask_of(_mm_loadu_si128((const __m128i *)p),
			       &high_bits);
		if (bits != 0) {
			*high |= (high_bits & (bits ^ (bits - 1))) != 0;
			return p + __builtin_ctz(bits);
		}
		*high |= high_bits != 0;
		p += 16;
	}
	if (w->end - w->start >= 16) {
		// The last 16 bytes, some of which are behind us.
		unsigned behind = (unsigned)(16 - (w->end - p));

		bits = mask_of(_mm_loadu_si128((const __m128i *)(w->end - 16)),
			       &high_bits) >> behind;
		high_bits >>= behind;
		*high |= (high_bits & (bits ^ (bits - 1))) != 0;
		return bits != 0 ? p + __builtin_ctz(bits) : w->end;
	}
	while (p < w->end && (unsigned char)*p >= 0x20 && *p != '"' &&
	       *p != '\\')
		*high |= (unsigned char)*p++ >= 0x80;
	return p;
}
#else
static inline const char *find_special(const struct walk *w, const char *p,
				       bool *high)
{
	while (p < w->end && (unsigned char)*p >= 0x20 && *p != '"' &&
	       *p != '\\')
		*high |= (unsigned char)*p++ >= 0x80;
	return p;
}
#endif

/* The value of a hexadecimal digit, or -1. */
static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Four hexadecimal digits at p, of which there are that many. */
static uint32_t hex_four(const char *p)
{
	uint32_t unit = 0;

	for (int i = 0; i < 4; i++)
		unit = unit << 4 | (uint32_t)hex_digit(p[i]);
	return unit;
}

/* Is \uXXXX, whose digits these are, how formats write that character? */
static bool is_shortest(const char *digits)
{
	uint32_t unit = hex_four(digits);

	return unit < 0x20 && memchr("\b\t\n\f\r", (int)unit, 5) == NULL &&
	       !(digits[3] >= 'A' && digits[3] <= 'F');
}

/* Validate the escape whose backslash is at p; returns what follows it. */
static const char *skip_escape(struct walk *w, const char *p)
{
	char c = peek(w, p + 1);

	if (c == '/')
		w->loose = p;
	if (c != '\0' && strchr("\"\\/bfnrt", c) != NULL)
		return p + 2;
	if (c != 'u')
		return fail(w, p + 1, "no such escape");
	for (int i = 2; i < 6; i++)
		if (hex_digit(peek(w, p + i)) < 0)
			return fail(w, p + i, "expected four hex digits");
	if (!is_shortest(p + 2))
		w->loose = p;
	return p + 6;
}

/* The closing quote of the string that begins at begin, from p onwards. */
static const char *find_quote(struct walk *w, const char *begin, const char *p,
			      bool high)
{
	while (p < w->end && *p == '\\') {
		w->escaped = true;
		p = skip_escape(w, p);
		if (p == NULL)
			return NULL;
		p = find_special(w, p, &high);
	}
	if (p == w->end)
		return fail(w, begin - 1, "unterminated string");
	if (*p != '"')
		return fail(w, p, "control character in a string");
	if (!high)
		return p;

	size_t len = (size_t)(p - begin);
	size_t good = utf8_valid((struct slice){ begin, len });
	if (good < len) {
		w->bad_utf8 = true;
		return fail(w, begin + good, "not UTF-8");
	}
	return p;
}

/*
 * Validate the string whose opening quote is before begin; returns its closing
 * quote. w->escaped says what it holds.
 */
static inline const char *skip_string(struct walk *w, const char *begin)
{
	bool high = false;
	const char *p = find_special(w, begin, &high);

	w->escaped = false;
	if (LIKELY(p < w->end && *p == '"' && !high))
		return p;
	return find_quote(w, begin, p, high);
}

static inline bool is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

static inline const char *skip_digits(struct walk *w, const char *p)
{
	if (!is_digit(peek(w, p)))
		return fail(w, p, "expected a digit");
	do
		p++;
	while (is_digit(peek(w, p)));
	return p;
}

/* RFC 8259 section 6. */
static const char *skip_number(struct walk *w, const char *p)
{
	if (*p == '-')
		p++;
	if (peek(w, p) == '0' && is_digit(peek(w, p + 1)))
		return fail(w, p, "a number with a leading zero");
	p = skip_digits(w, p);
	if (p != NULL && peek(w, p) == '.')
		p = skip_digits(w, p + 1);
	if (p != NULL && (peek(w, p) | 0x20) == 'e') {
		p++;
		if (peek(w, p) == '+' || peek(w, p) == '-')
			p++;
		p = skip_digits(w, p);
	}
	return p;
}

static const char *skip_word(struct walk *w, const char *p, const char *word)
{
	const char *begin = p;

	for (; *word != '\0'; word++, p++)
		if (peek(w, p) != *word)
			return fail(w, p < w->end ? begin : p,
				    "expected a value");
	return p;
}

/* Validate what is neither an array nor an object, and say what it is. */
static inline const char *skip_scalar(struct walk *w, const char *p,
				      struct value *v)
{
	const char *begin = p;
	char c = peek(w, p);

	*v = (struct value){ .data = begin };
	if (c == '"') {
		p = skip_string(w, begin + 1);
		v->type = VALUE_STRING;
		v->flags = w->escaped ? VALUE_ESCAPED : 0;
		v->data++;
		v->len = (uint32_t)(p - v->data);
		return p != NULL ? p + 1 : NULL;
	}
	if (is_digit(c) || c == '-') {
		v->type = VALUE_NUMBER;
		p = skip_number(w, p);
	} else if (c == 't') {
		v->type = VALUE_TRUE;
		p = skip_word(w, p, "true");
	} else if (c == 'f') {
		v->type = VALUE_FALSE;
		p = skip_word(w, p, "false");
	} else if (c == 'n') {
		v->type = VALUE_NULL;
		p = skip_word(w, p, "null");
	} else {
		return fail(w, p, "expected a value");
	}
	v->len = (uint32_t)(p - v->data);
	return p;
}

/* Validate a member's name and colon; returns where its value begins. */
static inline const char *skip_name(struct walk *w, const char *p,
				    struct slice *name)
{
	if (UNLIKELY(peek(w, p) != '"'))
		return fail(w, p, "expected a member name");
	name->data = p + 1;
	p = skip_string(w, p + 1);
	if (UNLIKELY(p == NULL))
		return NULL;
	name->len = (size_t)(p - name->data);
	p = space(w, p + 1);
	if (UNLIKELY(peek(w, p) != ':'))
		return fail(w, p, "expected a colon");
	return space(w, p + 1);
}

static const char *fail_between(struct walk *w, const char *p, char closing)
{
	return fail(w, p,
		    closing == '}' ? "expected a comma or a closing brace" :
				     "expected a comma or a closing bracket");
}

/*
 * Validate the array or object at p, depth levels being open around it;
 * returns what follows it.
 */
static const char *skip_container(struct walk *w, const char *p, size_t depth)
{
	char closing[SCAN_DEPTH]; // of those that are open here
	size_t open = 0;
	struct slice name;
	struct value v;

	while (p != NULL) {
		char c = peek(w, p);

		if (c == '[' || c == '{') {
			if (depth + open == SCAN_DEPTH)
				return fail(w, p, too_deep);
			closing[open++] = c == '[' ? ']' : '}';
			p = space(w, p + 1);
			if (peek(w, p) != closing[open - 1]) {
				if (c == '{')
					p = skip_name(w, p, &name);
				continue;
			}
		} else {
			p = skip_scalar(w, p, &v);
			if (p == NULL)
				return NULL;
			p = space(w, p);
		}

		assert(open > 0); // p was at a bracket
		while (peek(w, p) == closing[open - 1]) {
			if (--open == 0)
				return p + 1;
			p = space(w, p + 1);
		}
		if (peek(w, p) != ',')
			return fail_between(w, p, closing[open - 1]);
		p = space(w, p + 1);
		if (closing[open - 1] == '}')
			p = skip_name(w, p, &name);
	}
	return NULL;
}

/* The value that ends before end is a container: say so. */
static inline void set_container(const struct walk *w, struct value *v,
				 enum value_type type, const char *end)
{
	v->len = (uint32_t)(end - v->data);
	v->type = (uint8_t)type;
	v->flags = w->loose > v->data ? VALUE_LOOSE : 0;
}

/* Validate the value at p, depth levels being open around it. */
static inline const char *skip_value(struct walk *w, const char *p,
				     size_t depth, struct value *v)
{
	char c = peek(w, p);

	if (c != '[' && c != '{')
		return skip_scalar(w, p, v);
	*v = (struct value){ .data = p };
	p = skip_container(w, p, depth);
	if (p != NULL)
		set_container(w, v, c == '[' ? VALUE_ARRAY : VALUE_OBJECT, p);
	return p;
}

/* An object of the record that is open. */
struct level {
	uint32_t member; // whose value it is
	uint32_t node;   // its path, or NO_NODE
};

/* The scan of one record. */
struct task {
	struct walk walk;
	struct scan *scan;
	const struct paths *paths;
	struct level levels[SCAN_DEPTH];
	size_t depth;
	bool out_of_memory;
};

static struct member *add_member_slowly(struct task *t, const char *p)
{
	struct scan *s = t->scan;

	if (s->count == SCAN_MEMBERS) {
		fail(&t->walk, p, "more than 65536 members");
		return NULL;
	}

	size_t cap = s->cap != 0 ? 2 * s->cap : 64;
	struct member *members = realloc(s->members, cap * sizeof(*members));
	if (members == NULL) {
		t->out_of_memory = true;
		return NULL;
	}
	s->members = members;
	s->cap = cap;
	return &s->members[s->count++];
}

static inline struct member *add_member(struct task *t, const char *p)
{
	struct scan *s = t->scan;

	if (UNLIKELY(s->count == s->cap))
		return add_member_slowly(t, p);
	return &s->members[s->count++];
}

/* The last member wins: forget the one before it, and what is in it. */
static void supersede(struct scan *s, uint32_t before)
{
	s->members[before].superseded = true;
	for (uint32_t i = before; i < s->members[before].next; i++)
		s->by_slot[s->members[i].slot] = 0;
}

/* Enter a member whose name stands where a path may lead. */
static inline void set_slot(struct task *t, struct member *m, uint32_t node)
{
	struct scan *s = t->scan;

	m->slot = LIKELY(!m->key_escaped) ?
			  find_child(t->paths, node, m->key, t->walk.end) :
			  find_escaped(t->paths, node, m->key);
	if (m->slot == SCAN_NO_SLOT)
		return;
	if (UNLIKELY(s->by_slot[m->slot] != 0))
		supersede(s, s->by_slot[m->slot] - 1);
	s->by_slot[m->slot] = (uint32_t)(m - s->members) + 1;
}

/*
 * Scan the member at p up to the end of its value; that of an object is left
 * to the caller (type VALUE_NONE). Returns what follows, or the object's brace.
 */
static inline const char *scan_one(struct task *t, const char *p)
{
	struct walk *w = &t->walk;
	const struct level *level = &t->levels[t->depth - 1];
	struct member *m = add_member(t, p);

	if (UNLIKELY(m == NULL))
		return NULL;
	*m = (struct member){
		.parent = level->member,
		.next = (uint32_t)t->scan->count,
	};
	p = skip_name(w, p, &m->key);
	if (UNLIKELY(p == NULL))
		return NULL;
	m->key_escaped = w->escaped;
	if (level->node != NO_NODE)
		set_slot(t, m, level->node);

	if (peek(w, p) == '{') {
		m->value.data = p;
		return p;
	}
	return skip_value(w, p, t->depth, &m->value);
}

/* Open the object at p, the value of the last member; false: too deep. */
static bool open_object(struct task *t, const char *p)
{
	const struct scan *s = t->scan;
	struct level *level = &t->levels[t->depth];

	if (t->depth == SCAN_DEPTH) {
		fail(&t->walk, p, too_deep);
		return false;
	}
	t->depth++;
	*level = (struct level){ SCAN_ROOT, 0 };
	if (s->count > 0) {
		uint16_t slot = s->members[s->count - 1].slot;

		level->member = (uint32_t)s->count - 1;
		level->node = slot != SCAN_NO_SLOT ? slot : NO_NODE;
	}
	return true;
}

/* Close the innermost object, which ends before end. */
static void close_object(struct task *t, const char *end)
{
	const struct level *level = &t->levels[--t->depth];

	if (level->member == SCAN_ROOT)
		return;

	struct member *m = &t->scan->members[level->member];
	set_container(&t->walk, &m->value, VALUE_OBJECT, end);
	m->next = (uint32_t)t->scan->count;
}

/* Is the value of the last member an object that has not been opened yet? */
static inline bool object_follows(const struct task *t)
{
	const struct scan *s = t->scan;

	return s->members[s->count - 1].value.type == VALUE_NONE;
}

/* Scan the record, whose brace is at p; returns what follows it. */
static const char *scan_object(struct task *t, const char *p)
{
	struct walk *w = &t->walk;
	bool opens = true;

	while (p != NULL) {
		if (opens) {
			if (!open_object(t, p))
				return NULL;
			p = space(w, p + 1);
		} else {
			p = space(w, p);
		}

		bool first = opens && peek(w, p) != '}';
		while (peek(w, p) == '}') {
			close_object(t, ++p);
			if (t->depth == 0)
				return p;
			p = space(w, p);
		}
		if (!first) {
			if (UNLIKELY(peek(w, p) != ','))
				return fail_between(w, p, '}');
			p = space(w, p + 1);
		}
		p = scan_one(t, p);
		opens = p != NULL && object_follows(t);
	}
	return NULL;
}

/* What is wrong with a record that does not begin with a brace. */
static const char *not_an_object(char c)
{
	switch (c) {
	case '[':
		return "an array, not an object";
	case '"':
		return "a string, not an object";
	case 't':
	case 'f':
	case 'n':
		return "a word, not an object";
	default:
		return is_digit(c) || c == '-' ? "a number, not an object" :
						 "not a JSON object";
	}
}

static const char *scan_text(struct task *t)
{
	struct walk *w = &t->walk;
	const char *p = space(w, w->start);

	if (peek(w, p) != '{')
		return fail(w, p, not_an_object(peek(w, p)));
	p = scan_object(t, p);
	if (p != NULL)
		p = space(w, p);
	if (p != NULL && p < w->end)
		return fail(w, p, "more text behind the object");
	return p;
}

/* Make s empty, with a place for every slot. */
static bool prepare(struct scan *s, const struct paths *paths)
{
	if (s->slots != paths->count) {
		uint32_t *by_slot = realloc(
			s->by_slot, paths->count * sizeof(*s->by_slot));

		if (by_slot == NULL)
			return false;
		s->by_slot = by_slot;
		s->slots = paths->count;
	}
	memset(s->by_slot, 0, s->slots * sizeof(*s->by_slot));
	s->count = 0;
	s->bad_utf8 = false;
	return true;
}

int scan_record(struct scan *s, const struct paths *paths, struct slice record,
		struct err *e)
{
	struct task t;

	t.scan = s;
	t.paths = paths;
	t.walk = walk_over(record);
	t.depth = 0;
	t.out_of_memory = false;
	if (record.len > longest_record)
		return err_data(e, longest_record + 1, "longer than 1 GiB");
	if (!prepare(s, paths))
		return err_sys(e, "scan");
	if (scan_text(&t) != NULL)
		return 0;
	if (t.out_of_memory)
		return err_sys(e, "scan");
	s->bad_utf8 = t.walk.bad_utf8;
	return err_data(e, (size_t)(t.walk.at - t.walk.start) + 1, "%s",
			t.walk.failure);
}

void scan_free(struct scan *s)
{
	free(s->members);
	free(s->by_slot);
	*s = SCAN_INIT;
}

bool scan_next(struct slice *rest, struct value *key, struct value *value)
{
	struct walk w = walk_over(*rest);
	struct slice name;
	const char *p;

	// What is left begins with the opening bracket or a comma, and ends
	// with the closing bracket; nothing is left when that is alone.
	if (rest->len < 2)
		return false;
	p = space(&w, w.start + 1);
	if (p + 1 == w.end) {
		*rest = slice_from(*rest, rest->len - 1);
		return false;
	}
	if (w.end[-1] == '}') {
		p = skip_name(&w, p, &name);
		assert(p != NULL);
		if (key != NULL) {
			*key = value_text(name);
			key->flags = w.escaped ? VALUE_ESCAPED : 0;
		}
	}
	p = skip_value(&w, p, 0, value);
	assert(p != NULL);
	p = space(&w, p);
	*rest = slice_from(*rest, (size_t)(p - w.start));
	return true;
}

struct value scan_member(struct value object, struct slice name)
{
	struct value found = { 0 };
	struct value key = { 0 };
	struct value value;

	if (object.type != VALUE_OBJECT)
		return found;

	struct slice rest = value_slice(object);
	while (scan_next(&rest, &key, &value))
		if (scan_is(value_slice(key), (key.flags & VALUE_ESCAPED) != 0,
			    name))
			found = value;
	return found;
}

/*
 * The character that the escape at *p stands for, U+FFFD for a lone surrogate;
 * *p moves behind it.
 */
static uint32_t take_escape(const char **p, const char *end)
{
	static const char letters[] = "bfnrt";
	static const char meanings[] = "\b\f\n\r\t";
	char c = (*p)[1];

	if (c != 'u') {
		const char *letter = strchr(letters, c);

		*p += 2;
		return (unsigned char)(letter != NULL ?
					       meanings[letter - letters] :
					       c);
	}

	uint32_t unit = hex_four(*p + 2);
	*p += 6;
	if (unit < 0xd800 || unit > 0xdfff)
		return unit;
	if (unit < 0xdc00 && end - *p >= 6 && (*p)[0] == '\\' &&
	    (*p)[1] == 'u') {
		uint32_t low = hex_four(*p + 2);

		if (low >= 0xdc00 && low <= 0xdfff) {
			*p += 6;
			return 0x10000 + ((unit - 0xd800) << 10) +
			       (low - 0xdc00);
		}
	}
	return 0xfffd;
}

void scan_decode(struct slice string, struct buf *out)
{
	const char *p = string.data;
	const char *end = p + string.len;

	while (p < end) {
		const char *stop = memchr(p, '\\', (size_t)(end - p));
		char bytes[4];

		if (stop == NULL)
			stop = end;
		buf_put(out, p, (size_t)(stop - p));
		p = stop;
		if (p < end)
			buf_put(out, bytes,
				utf8_encode(take_escape(&p, end), bytes));
	}
}

bool scan_is(struct slice string, bool escaped, struct slice text)
{
	const char *p = string.data;
	const char *end = p + string.len;

	if (!escaped)
		return slice_is(string, text);
	while (p < end) {
		char bytes[4] = { *p };
		size_t n = 1;

		if (*p == '\\')
			n = utf8_encode(take_escape(&p, end), bytes);
		else
			p++;
		if (text.len < n || memcmp(text.data, bytes, n) != 0)
			return false;
		text = slice_from(text, n);
	}
	return text.len == 0;
}

/* Append a character of a string in the shortest form that JSON allows. */
static void put_shortest(struct buf *out, uint32_t scalar)
{
	char bytes[4];

	if (scalar < 0x20 || scalar == '"' || scalar == '\\')
		json_put_escape(out, (char)scalar);
	else
		buf_put(out, bytes, utf8_encode(scalar, bytes));
}

void scan_compact(struct value container, struct buf *out)
{
	const char *p = container.data;
	const char *end = p + container.len;
	const char *from = p; // what is not written yet
	bool in_string = false;

	if ((container.flags & VALUE_LOOSE) == 0)
		p = end;
	while (p < end) {
		bool blank = *p == ' ' || *p == '\t' || *p == '\n' ||
			     *p == '\r';

		if (in_string && *p == '\\') {
			buf_put(out, from, (size_t)(p - from));
			put_shortest(out, take_escape(&p, end));
			from = p;
		} else if (!in_string && blank) {
			buf_put(out, from, (size_t)(p - from));
			from = ++p;
		} else {
			in_string ^= *p++ == '"';
		}
	}
	buf_put(out, from, (size_t)(p - from));
}
