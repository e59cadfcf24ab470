#include "event/minimise.h"

#include "core/buf.h"
#include "core/hmac.h"
#include "event/path.h"
#include "json/paths.h"
#include "json/scan.h"
#include "json/walk.h"
#include "json/write.h"
#include "stream/identity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What is known of a path, by its slot. WAY: there is one to keep below it. */
enum {
	DROP = 1 << MINIMISE_DROP,
	KEEP = 1 << MINIMISE_KEEP,
	HASH = 1 << MINIMISE_HASH,
	WAY = 1 << 3,
};

enum {
	NOWHERE = UINT16_MAX, // a member that is on no path; the record is on 0
	HEX_LEN = 2 * HMAC_BYTES,
};

static const size_t kept_memory = (size_t)64 << 10;

struct minimiser {
	struct paths *paths;
	uint8_t *known; // of each slot
	size_t known_count;
	bool keeps, hashes, drops; // there is such a rule
	struct slice key;
	struct redactor *redactor;
	struct minimise_counts counts;

	struct buf left;  // of the record
	struct buf text;  // of a value, decoded
	struct buf name;  // of a member, decoded
	struct buf found; // either of them, redacted
};

/* A record on its way. */
struct pass {
	struct minimiser *m;
	struct walk walk;
	const char *stamp; // the member that is the identity, or NULL
	const char *from;  // what of the record has not been copied
	bool changed;
	bool redacts;
	unsigned names; // that were redacted so far
	int rc;         // -1: e is filled
	struct err *e;
};

/* What holds where a value stands. */
struct spot {
	uint16_t node;
	bool stays; // whatever no rule says anything of
	bool hashed;
	bool escaped;      // there are escapes in the name
	struct slice name; // of the member, as it stands in the record
	size_t depth;
};

struct minimiser *minimiser_new(size_t max)
{
	struct minimiser *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->left = BUF_INIT(max);
	m->text = BUF_INIT(max);
	m->name = BUF_INIT(max);
	m->found = BUF_INIT(max);
	m->paths = paths_new();
	if (m->paths == NULL) {
		free(m);
		return NULL;
	}
	return m;
}

void minimiser_free(struct minimiser *m)
{
	if (m == NULL)
		return;
	paths_free(m->paths);
	free(m->known);
	buf_free(&m->left);
	buf_free(&m->text);
	buf_free(&m->name);
	buf_free(&m->found);
	free(m);
}

void minimiser_set_key(struct minimiser *m, struct slice key)
{
	m->key = key;
}

void minimiser_set_redactor(struct minimiser *m, struct redactor *redactor)
{
	m->redactor = redactor;
}

bool minimiser_is_idle(const struct minimiser *m)
{
	return !m->drops && !m->keeps && !m->hashes && m->redactor == NULL;
}

bool minimiser_needs_key(const struct minimiser *m)
{
	return m->hashes && m->key.len == 0;
}

struct minimise_counts minimiser_counts(const struct minimiser *m)
{
	return m->counts;
}

/* Say more of the path that these names make. */
static int know(struct minimiser *m, const struct slice *names, size_t count,
		unsigned what, struct err *e)
{
	uint16_t slot = paths_add(m->paths, names, count);

	if (slot == 0 || slot == NOWHERE)
		return err_set(e, ERR_SYSTEM,
			       "out of memory, or too many paths");
	if (slot >= m->known_count) {
		size_t more = paths_count(m->paths);
		uint8_t *known = realloc(m->known, more);

		if (known == NULL)
			return err_set(e, ERR_SYSTEM, "out of memory");
		memset(known + m->known_count, 0, more - m->known_count);
		m->known = known;
		m->known_count = more;
	}
	m->known[slot] |= (uint8_t)what;
	// What is kept may be a pseudonym; what is dropped is neither.
	if ((m->known[slot] & DROP) != 0 &&
	    (m->known[slot] & (KEEP | HASH)) != 0)
		return err_set(e, ERR_USAGE, "it is to be dropped and to be %s",
			       (m->known[slot] & KEEP) != 0 ? "kept"
							    : "hashed");
	return 0;
}

int minimiser_add(struct minimiser *m, enum minimise_rule rule,
		  const char *path, struct err *e)
{
	struct slice names[PATH_NAMES];
	char *text = malloc(strlen(path) + 1);
	const char *why;
	int count;
	int rc = 0;

	if (text == NULL)
		return err_set(e, ERR_SYSTEM, "out of memory");
	count = path_split(slice_of(path), text, names, &why);
	if (count < 0)
		rc = err_set(e, ERR_USAGE, "%s", why);
	for (int i = 1; rc == 0 && rule == MINIMISE_KEEP && i < count; i++)
		rc = know(m, names, (size_t)i, WAY, e);
	if (rc == 0)
		rc = know(m, names, (size_t)count, 1u << rule, e);
	free(text);
	m->drops |= rule == MINIMISE_DROP;
	m->keeps |= rule == MINIMISE_KEEP;
	m->hashes |= rule == MINIMISE_HASH;
	return rc;
}

static int fail(struct pass *p, enum err_kind kind, const char *why)
{
	if (p->rc == 0)
		p->rc = err_set(p->e, kind, "%s", why);
	return -1;
}

/* The record is no JSON, which scanning it would have told. */
static const char *refuse(struct pass *p, const char *at)
{
	fail(p, ERR_DATA, p->walk.failure);
	return at;
}

/* The text from at to end gives way to what the caller appends behind it. */
static struct buf *replace(struct pass *p, const char *at, const char *end)
{
	struct buf *left = &p->m->left;

	buf_put(left, p->from, (size_t)(at - p->from));
	p->from = end;
	p->changed = true;
	return left;
}

static struct slice decode(struct pass *p, struct slice text, bool escaped,
			   struct buf *to)
{
	if (!escaped)
		return text;
	buf_clear(to);
	scan_decode(text, to);
	if (buf_status(to) != 0)
		fail(p, ERR_SYSTEM, "out of memory for a string");
	return buf_slice(to);
}

/* The pseudonym of a text, between quotes. */
static void put_pseudonym(struct pass *p, struct slice text, struct buf *left)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char mac[HMAC_BYTES];
	char hex[HEX_LEN + 2];

	if (!hmac_sha256(p->m->key, text, mac)) {
		fail(p, ERR_SYSTEM, "out of memory for a pseudonym");
		return;
	}
	hex[0] = hex[HEX_LEN + 1] = '"';
	for (size_t i = 0; i < HMAC_BYTES; i++) {
		hex[1 + 2 * i] = digits[mac[i] >> 4];
		hex[2 + 2 * i] = digits[mac[i] & 15];
	}
	buf_put(left, hex, sizeof(hex));
	p->m->counts.hashed++;
}

/* What was looked for in a text: is there something else to write for it? */
static bool is_found(struct pass *p, int found)
{
	int error = buf_status(&p->m->found);

	if (found < 0)
		p->rc = -1;
	else if (error != 0)
		fail(p, error == ENOMEM ? ERR_SYSTEM : ERR_DATA,
		     "too long once it is redacted");
	return found > 0 && p->rc == 0;
}

/* Can there be a find in a name or a value, as it stands in the record? */
static bool may_match(const struct pass *p, struct slice text, bool escaped)
{
	return escaped || redact_may_match_in(p->m->redactor, text);
}

/* Can a value of this member be a find, or have one? */
static bool may_be_found(const struct pass *p, const struct spot *s,
			 const struct value *v)
{
	return p->redacts &&
	       (v->type == VALUE_STRING || v->type == VALUE_NUMBER) &&
	       (may_match(p, s->name, s->escaped) ||
		may_match(p, value_slice(*v), (v->flags & VALUE_ESCAPED) != 0));
}

/* A value that holds no other, from at to end. */
static void pass_scalar(struct pass *p, const struct spot *s, const char *at,
			const char *end, const struct value *v)
{
	if (v->type == VALUE_NULL || (!s->hashed && !may_be_found(p, s, v)))
		return;

	struct slice text =
		decode(p, value_slice(*v), (v->flags & VALUE_ESCAPED) != 0,
		       &p->m->text);
	if (s->hashed) {
		put_pseudonym(p, text, replace(p, at, end));
		return;
	}
	struct slice name = decode(p, s->name, s->escaped, &p->m->name);
	buf_clear(&p->m->found);
	if (p->rc == 0 && is_found(p, redact_member(p->m->redactor, name, text,
						    &p->m->found, p->e)))
		json_put_string(replace(p, at, end), buf_slice(&p->m->found));
}

/*
 * The name of a member. Two that are redacted to the same would be one member,
 * so from the second on they are numbered.
 */
static void pass_name(struct pass *p, const struct spot *s)
{
	struct slice name = s->name;
	struct buf *found = &p->m->found;

	if (!p->redacts || !may_match(p, name, s->escaped))
		return;
	buf_clear(found);
	name = decode(p, name, s->escaped, &p->m->name);
	if (p->rc < 0 ||
	    !is_found(p, redact_text(p->m->redactor, name, found, p->e)))
		return;
	if (++p->names > 1)
		buf_printf(found, " %u", p->names);
	json_put_string(
		replace(p, s->name.data - 1, s->name.data + s->name.len + 1),
		buf_slice(found));
}

/* What is known of the member of an object. */
static unsigned enter(struct pass *p, const struct spot *s, struct slice name,
		      bool escaped, struct spot *inner)
{
	const struct minimiser *m = p->m;
	unsigned known = 0;

	*inner = *s;
	inner->name = name;
	inner->escaped = escaped;
	inner->depth = s->depth + 1;
	if (s->node == NOWHERE)
		return 0;
	if (escaped) {
		name = decode(p, name, true, &p->m->name);
		inner->node = paths_child(m->paths, s->node, name,
					  name.data + name.len);
	} else {
		inner->node = paths_child(m->paths, s->node, name, p->walk.end);
	}
	if (inner->node == 0)
		inner->node = NOWHERE;
	else
		known = m->known[inner->node];
	if ((known & KEEP) != 0)
		inner->stays = true;
	if ((known & HASH) != 0)
		inner->hashed = true;
	return known;
}

static const char *pass_value(struct pass *p, const char *at,
			      const struct spot *s);

static bool is_container(const char *value)
{
	return *value == '{' || *value == '[';
}

/* Does a member whose value begins at value go on? */
static bool goes_on(const struct spot *inner, unsigned known, const char *value)
{
	if ((known & DROP) != 0)
		return false;
	// On the way to what is kept there are only objects and arrays.
	return inner->stays || ((known & WAY) != 0 && is_container(value));
}

/* Leave a member or an element out, with all from where what stands before it
   ended. */
static void leave_out(struct pass *p, const char *before, const char *end)
{
	replace(p, before, end);
	p->m->counts.dropped++;
}

/* It goes on: the first to do so without the comma before it. */
static void go_on(struct pass *p, const char *at, const char *before,
		  bool *first)
{
	if (*first && p->from == before)
		p->from = at;
	*first = false;
}

/* Where the next member or element begins, or the bracket that closes. */
static const char *pass_comma(struct pass *p, const char *end)
{
	const char *at = walk_space(&p->walk, end);

	return *at == ',' ? walk_space(&p->walk, at + 1) : at;
}

/* What follows a value in which nothing is to be done. */
static const char *skip(struct pass *p, const char *at, size_t depth)
{
	struct value v;
	const char *end = walk_value(&p->walk, at, depth, &v);

	return end != NULL ? end : refuse(p, at);
}

/* A member, at its name; returns what follows it. before: where what stands
   before it ended; first: nothing of that goes on. */
static const char *pass_member(struct pass *p, const char *at,
			       const struct spot *s, const char *before,
			       bool *first)
{
	struct slice name = { 0 };
	struct spot inner;
	bool escaped = false;
	const char *value = walk_name(&p->walk, at, &name, &escaped);
	const char *end;

	if (value == NULL)
		return refuse(p, at);

	unsigned known = enter(p, s, name, escaped, &inner);
	bool is_identity = at == p->stamp && (known & DROP) == 0;
	if (p->rc < 0)
		return at;
	if (!is_identity && !goes_on(&inner, known, value)) {
		end = skip(p, value, s->depth);
		leave_out(p, before, end);
		return end;
	}
	go_on(p, at, before, first);
	if (is_identity && !inner.hashed)
		return skip(p, value, s->depth);
	pass_name(p, &inner);
	return p->rc < 0 ? at : pass_value(p, value, &inner);
}

static const char *pass_object(struct pass *p, const char *at,
			       const struct spot *s)
{
	const char *end = at + 1;
	bool first = true;

	at = walk_space(&p->walk, end);
	while (*at != '}') {
		end = pass_member(p, at, s, end, &first);
		if (p->rc < 0)
			return end;
		at = pass_comma(p, end);
	}
	return at + 1;
}

/* Each element stands where the array does. */
static const char *pass_array(struct pass *p, const char *at,
			      const struct spot *s)
{
	struct spot inner = *s;
	const char *end = at + 1;
	bool first = true;

	inner.depth++;
	at = walk_space(&p->walk, end);
	while (*at != ']') {
		const char *before = end;

		if (!s->stays && !is_container(at)) {
			end = skip(p, at, s->depth);
			leave_out(p, before, end);
		} else {
			go_on(p, at, before, &first);
			end = pass_value(p, at, &inner);
		}
		if (p->rc < 0)
			return end;
		at = pass_comma(p, end);
	}
	return at + 1;
}

/* A value, at its first byte; returns what follows it. The record is valid. */
static const char *pass_value(struct pass *p, const char *at,
			      const struct spot *s)
{
	const char *end;
	struct value v = { 0 };

	if (*at == '{')
		return pass_object(p, at, s);
	if (*at == '[')
		return pass_array(p, at, s);
	end = walk_scalar(&p->walk, at, &v);
	if (end == NULL)
		return refuse(p, at);
	pass_scalar(p, s, at, end, &v);
	return end;
}

static int end_pass(struct pass *p, struct slice record, struct slice *left)
{
	struct minimiser *m = p->m;

	if (p->rc < 0)
		return -1;
	if (!p->changed)
		return 0;
	buf_put(&m->left, p->from,
		(size_t)(record.data + record.len - p->from));
	if (buf_status(&m->left) == ENOMEM)
		return fail(p, ERR_SYSTEM, "out of memory for a record");
	if (buf_status(&m->left) != 0)
		return fail(p, ERR_DATA, "too long once it is minimised");
	*left = buf_slice(&m->left);
	return 1;
}

int minimiser_apply(struct minimiser *m, struct slice record,
		    struct slice *left, struct err *e)
{
	struct pass p = { .m = m, .from = record.data, .e = e };
	const struct spot root = { .stays = !m->keeps, .depth = 1 };

	p.redacts =
		m->redactor != NULL && redact_may_match(m->redactor, record);
	if (!p.redacts && !m->drops && !m->keeps && !m->hashes)
		return 0;
	buf_trim(&m->left, kept_memory);
	buf_trim(&m->text, kept_memory);
	buf_trim(&m->name, kept_memory);
	buf_trim(&m->found, kept_memory);
	buf_clear(&m->left);
	walk_start(&p.walk, record);
	const char *at = walk_space(&p.walk, record.data);
	if (identity_of(record).len > 0)
		p.stamp = walk_space(&p.walk, at + 1);
	pass_object(&p, at, &root);
	return end_pass(&p, record, left);
}
