#include "json/layout.h"

#include "core/short.h"

#include <stdlib.h>
#include <string.h>

enum {
	BLOCK = 16,
	LINE = 64,     // of the cache, on most machines
	FRAME = 512,   // bytes of a piece of frame, at most
	SIBLINGS = 16, // what may stand in one place
	// After so many records in a row that were not followed, only one in
	// SELDOM is tried.
	PATIENCE = 64,
	SELDOM = 16,
};

/* What is behind a piece of frame: a bit each, as in gaps_at. */
enum gap {
	GAP_NONE = 0, // the record has ended
	GAP_TEXT = 1, // behind its opening quote, which is in the frame
	GAP_NUMBER = 2,
	GAP_ARRAY = 4,
};

/* Which of them may begin with a byte: a text that is empty is no gap. */
static const uint8_t gaps_at[256] = {
	[0 ... '"' - 1] = GAP_TEXT,
	['"' + 1 ... '-' - 1] = GAP_TEXT,
	['-'] = GAP_TEXT | GAP_NUMBER,
	['-' + 1 ... '0' - 1] = GAP_TEXT,
	['0' ... '9'] = GAP_TEXT | GAP_NUMBER,
	['9' + 1 ... '[' - 1] = GAP_TEXT,
	['['] = GAP_TEXT | GAP_ARRAY,
	['[' + 1 ... 255] = GAP_TEXT,
};

/* A member that begins in a piece, and is in it unless its value is the gap. */
struct beginning {
	struct member member;
	uint32_t key, value; // where both stand in the piece
	uint16_t number;     // one more than its index
};

/* An object that ends in a piece. */
struct ending {
	uint32_t member;
	uint32_t next;  // as in struct member
	uint32_t place; // behind its brace
	bool loose;     // white space in the piece makes it VALUE_LOOSE
};

/*
 * In the order in which it is looked at: mostly no further than the member,
 * which ends with the second line of the cache.
 */
struct layout_node {
	struct layout_node *first, *sibling; // what may follow it, or be there
					     // in its place
	uint32_t compare[2];     // a bit for each byte of the piece's blocks
	uint16_t len;            // of the piece
	uint16_t depth;          // objects open around the gap
	uint8_t gap;             // enum gap
	bool has_more;           // something of what comes behind the member
	char piece[2 * BLOCK];   // up to there
	struct beginning member; // whose value is the gap

	const struct beginning *others; // members that begin before that one
	const struct ending *endings;
	uint32_t other_count, ending_count;
	uint32_t blank;              // behind the last white space, or 0
	const struct layout *layout; // of GAP_NONE
	const char *text;            // the whole piece
};

/* Do these bytes agree wherever compare has a bit? */
IN_LINE bool blocks_agree(const char *p, const char *piece, uint32_t compare)
{
#ifdef __SSE2__
	__m128i equal = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)p),
				       _mm_loadu_si128((const __m128i *)piece));

	return ((uint32_t)_mm_movemask_epi8(equal) & compare) == compare;
#else
	size_t len = 0;

	while (compare >> len != 0)
		len++;
	return memcmp(p, piece, len) == 0;
#endif
}

/* The same as piece_is_at() for long pieces, and near the end of a record. */
static NEVER_INLINE bool piece_is_at_slowly(const struct layout_node *n,
					    const char *p, const char *end)
{
	// The piece is at hand, the text not yet.
	const char *text = n->len <= sizeof(n->piece) ? n->piece : n->text;

	return n->len <= (size_t)(end - p) &&
	       short_is((struct slice){ p, n->len },
			(struct slice){ text, n->len });
}

/* Does the piece of a node stand at p? */
IN_LINE bool piece_is_at(const struct layout_node *n, const char *p,
			 const struct walk *w)
{
	if (UNLIKELY(p > w->last_block))
		return piece_is_at_slowly(n, p, w->end);
	if (!blocks_agree(p, n->piece, n->compare[0]))
		return false;
	if (LIKELY(n->compare[1] == 0))
		return true;
	if (UNLIKELY(n->len > 2 * BLOCK || p + BLOCK > w->last_block))
		return piece_is_at_slowly(n, p, w->end);
	return blocks_agree(p + BLOCK, n->piece + BLOCK, n->compare[1]);
}

/*
 * Is the gap of a node at p? A text begins with anything but its closing
 * quote: what is empty is part of the frame.
 */
IN_LINE bool gap_is_at(const struct layout_node *n, const char *p,
		       const char *end)
{
	if (UNLIKELY(p == end))
		return n->gap == GAP_NONE;
	return (gaps_at[(unsigned char)*p] & n->gap) != 0;
}

/* The first of these siblings that goes on at p, or NULL. */
IN_LINE const struct layout_node *choose(const struct layout_node *n,
					 const char *p, const struct walk *w)
{
	while (n != NULL &&
	       (!piece_is_at(n, p, w) || !gap_is_at(n, p + n->len, w->end)))
		n = n->sibling;
	return n;
}

/* A member begins in the piece at p: put it at m, and enter it in by_slot. */
IN_LINE void begin_member(const struct beginning *b, const char *p,
			  struct member *m, uint16_t *by_slot)
{
	*m = b->member;
	m->key.data = p + b->key;
	m->value.data = p + b->value;
	by_slot[b->member.slot] = b->number;
}

/* An object ends in the piece at p. */
IN_LINE void end_object(const struct ending *ending, const struct walk *w,
			const char *p, struct member *m)
{
	walk_close(w, &m->value, p + ending->place);
	m->value.flags |= ending->loose ? VALUE_LOOSE : 0;
	m->next = ending->next;
}

/* What else a node may have; m is behind the members so far. */
IN_LINE struct member *put_more(const struct layout_node *n, struct walk *w,
				const char *p, struct member *members,
				struct member *m, uint16_t *by_slot)
{
	for (uint32_t i = 0; i < n->other_count; i++)
		begin_member(&n->others[i], p, m++, by_slot);
	for (uint32_t i = 0; i < n->ending_count; i++)
		end_object(&n->endings[i], w, p,
			   &members[n->endings[i].member]);
	if (UNLIKELY(n->blank != 0))
		w->loose = p + n->blank - 1;
	return m;
}

/* Skip what is in a gap, the value of a member. */
IN_LINE const char *fill_gap(const struct layout_node *n, struct walk *w,
			     const char *p, struct value *v)
{
	const char *begin = p;
	bool escaped;

	if (LIKELY(n->gap == GAP_TEXT)) {
		p = walk_string(w, p, &escaped);
		v->flags = escaped ? VALUE_ESCAPED : 0;
	} else if (n->gap == GAP_NUMBER) {
		p = walk_number(w, p);
	} else {
		p = walk_container(w, p, n->depth);
		if (LIKELY(p != NULL))
			walk_close(w, v, p);
		return p;
	}
	v->len = (uint32_t)(p - begin);
	return p;
}

/* Follow the tree from its first nodes on. */
static NEVER_INLINE const struct layout *
follow_tree(const struct layout_node *n, struct walk *w, struct member *members,
	    uint16_t *by_slot)
{
	struct member *m = members;
	const char *p = w->start;

	while ((n = choose(n, p, w)) != NULL) {
		if (n->has_more)
			m = put_more(n, w, p, members, m, by_slot);
		if (n->gap == GAP_NONE)
			break;
		begin_member(&n->member, p, m, by_slot);
		p = fill_gap(n, w, p + n->len, &m->value);
		if (UNLIKELY(p == NULL))
			return NULL;
		m++;
		n = n->first;
	}
	by_slot[SCAN_NO_SLOT] = 0;
	return n != NULL ? n->layout : NULL;
}

const struct layout *layouts_follow(struct layouts *l, struct walk *w,
				    struct member *members, uint16_t *by_slot)
{
	if (l->credit < LAYOUT_CREDIT)
		l->credit++;
	if (l->missed++ >= PATIENCE && l->missed % SELDOM != 0)
		return NULL;

	const struct layout *layout =
		follow_tree(l->first, w, members, by_slot);
	if (layout != NULL)
		l->missed = 0;
	return layout;
}

/* n bytes, all zero; align is a power of two, 8 at least. */
static void *take(struct layouts *l, size_t n, size_t align)
{
	size_t from = (l->taken + align - 1) & ~(align - 1);

	if (from > LAYOUT_MEMORY || n > LAYOUT_MEMORY - from)
		return NULL;
	l->taken = from + n;
	return memset(l->memory + from, 0, n);
}

/* A record that is being learned, piece by piece. */
struct lesson {
	const struct layout *layout;
	const struct member *members; // of the record
	struct slice piece;
	enum gap gap;
	size_t first, count; // members that begin in it
	bool in_text;        // the piece begins with the quote that ends a text
};

/* The last white space of a piece before end that is not in a name. */
static const char *last_blank(const struct lesson *t, const char *end)
{
	const char *blank = NULL;
	bool in_text = t->in_text;

	for (const char *p = t->piece.data; p < end; p++) {
		if (*p == '"')
			in_text = !in_text;
		else if (!in_text && walk_is_space(*p))
			blank = p;
	}
	return blank;
}

static const char *end_of(const struct lesson *t)
{
	return t->piece.data + t->piece.len;
}

/* Does an object end in the piece? */
static bool ends_here(const struct lesson *t, struct value value)
{
	const char *end = value.data + value.len;

	return value.type == VALUE_OBJECT && end > t->piece.data &&
	       end <= end_of(t);
}

/* What a member that begins in the piece will be like. */
static struct beginning beginning_of(const struct lesson *t, size_t i)
{
	struct beginning b = {
		.member = t->members[i],
		.key = (uint32_t)(t->members[i].key.data - t->piece.data),
		.value = (uint32_t)(t->members[i].value.data - t->piece.data),
		.number = (uint16_t)(i + 1),
	};

	b.member.used = false;
	return b;
}

static bool put_others(struct layouts *l, const struct lesson *t,
		       struct layout_node *n)
{
	size_t count = t->gap == GAP_NONE ? t->count : t->count - 1;
	struct beginning *b = take(l, count * sizeof(*b), 8);

	if (b == NULL)
		return false;
	n->others = b;
	n->other_count = (uint32_t)count;
	for (size_t i = 0; i < count; i++)
		b[i] = beginning_of(t, t->first + i);
	return true;
}

static bool put_endings(struct layouts *l, const struct lesson *t,
			struct layout_node *n)
{
	size_t count = 0;

	for (size_t i = 0; i < t->layout->count; i++)
		count += ends_here(t, t->members[i].value);

	struct ending *ending = take(l, count * sizeof(*ending), 8);
	if (ending == NULL)
		return false;
	n->endings = ending;
	n->ending_count = (uint32_t)count;
	for (size_t i = 0; i < t->layout->count; i++) {
		const struct member *m = &t->members[i];
		const char *end = m->value.data + m->value.len;

		if (!ends_here(t, m->value))
			continue;
		const char *blank = last_blank(t, end);
		*ending++ = (struct ending){
			.member = (uint32_t)i,
			.next = m->next,
			.place = (uint32_t)(end - t->piece.data),
			.loose = blank != NULL && blank > m->value.data,
		};
	}
	return true;
}

static bool put_layout(struct layouts *l, const struct lesson *t,
		       struct layout_node *n)
{
	size_t size = t->layout->count * sizeof(*t->layout->shape);
	struct layout *layout = take(l, sizeof(*layout), 8);
	uint32_t *shape = take(l, size, 8);

	if (layout == NULL || shape == NULL)
		return false;
	if (size > 0)
		memcpy(shape, t->layout->shape, size);
	*layout = *t->layout;
	layout->number = ++l->learned;
	layout->shape = shape;
	n->layout = layout;
	return true;
}

/* A bit for each of len bytes of a block. */
static uint32_t bits(size_t len)
{
	return len < BLOCK ? (1U << len) - 1 : 0xffff;
}

/* The piece itself, and what is compared of it. */
static bool put_piece(struct layouts *l, const struct lesson *t,
		      struct layout_node *n)
{
	size_t len = t->piece.len;
	char *text = n->piece;

	if (len > sizeof(n->piece))
		text = take(l, len, 8);
	if (text == NULL)
		return false;
	memcpy(text, t->piece.data, len);
	if (text != n->piece)
		memcpy(n->piece, text, sizeof(n->piece));
	n->text = text;
	n->len = (uint16_t)len;
	n->compare[0] = bits(len);
	n->compare[1] = len > BLOCK ? bits(len - BLOCK) : 0;

	const char *blank = last_blank(t, end_of(t));
	if (blank != NULL)
		n->blank = (uint32_t)(blank - t->piece.data) + 1;
	return true;
}

static struct layout_node *new_node(struct layouts *l, const struct lesson *t)
{
	struct layout_node *n = take(l, sizeof(*n), LINE);

	if (n == NULL || !put_others(l, t, n) || !put_endings(l, t, n) ||
	    !put_piece(l, t, n))
		return NULL;
	n->gap = (uint8_t)t->gap;
	n->has_more = n->other_count + n->ending_count + n->blank > 0;
	if (t->gap == GAP_NONE)
		return put_layout(l, t, n) ? n : NULL;

	size_t last = t->first + t->count - 1;
	n->member = beginning_of(t, last);
	n->depth = (uint16_t)(scan_shape_depth(t->layout->shape[last]) + 1);
	return n;
}

/* The node of a piece, a new one unless it is there. NULL: no place. */
static struct layout_node *enter(struct layouts *l, const struct lesson *t,
				 struct layout_node **place)
{
	size_t siblings = 0;

	for (; *place != NULL; place = &(*place)->sibling, siblings++)
		if ((*place)->gap == t->gap &&
		    slice_is((struct slice){ (*place)->text, (*place)->len },
			     t->piece))
			return *place;
	return *place = siblings < SIBLINGS ? new_node(l, t) : NULL;
}

/* Is a value in a gap, and not in the frame? */
static bool is_in_gap(struct value value)
{
	return value.type == VALUE_NUMBER || value.type == VALUE_ARRAY ||
	       (value.type == VALUE_STRING && value.len > 0);
}

static enum gap gap_of(struct value value)
{
	if (value.type == VALUE_STRING)
		return GAP_TEXT;
	return value.type == VALUE_NUMBER ? GAP_NUMBER : GAP_ARRAY;
}

/* Take the next piece of a record that ends at end. */
static void next_piece(struct lesson *t, const char *end)
{
	size_t i = t->first += t->count;

	while (i < t->layout->count && !is_in_gap(t->members[i].value))
		i++;
	t->gap = GAP_NONE;
	if (i < t->layout->count) {
		t->gap = gap_of(t->members[i].value);
		end = t->members[i].value.data;
		i++;
	}
	t->piece.len = (size_t)(end - t->piece.data);
	t->count = i - t->first;
}

/* Move behind the gap that the piece is followed by. */
static void skip_gap(struct lesson *t)
{
	struct value value = t->members[t->first + t->count - 1].value;

	t->piece.data = value.data + value.len;
	t->in_text = t->gap == GAP_TEXT;
}

void layouts_learn(struct layouts *l, struct slice record,
		   const struct layout *layout, const struct member *members)
{
	struct lesson t = { .layout = layout,
			    .members = members,
			    .piece = { record.data, 0 } };
	struct layout_node **place = &l->first;

	if (l->credit < LAYOUT_COST || layout->count > LAYOUT_MEMBERS)
		return;
	l->credit -= LAYOUT_COST;
	if (l->memory == NULL)
		l->memory = aligned_alloc(LINE, LAYOUT_MEMORY);
	if (l->memory == NULL)
		return;
	for (;;) {
		next_piece(&t, record.data + record.len);
		if (t.piece.len > FRAME)
			return;
		struct layout_node *n = enter(l, &t, place);
		if (n == NULL) {
			layouts_forget(l);
			return;
		}
		if (t.gap == GAP_NONE)
			return;
		skip_gap(&t);
		place = &n->first;
	}
}

void layouts_forget(struct layouts *l)
{
	l->first = NULL;
	l->taken = 0;
}

void layouts_free(struct layouts *l)
{
	free(l->memory);
	*l = LAYOUTS_INIT;
}
