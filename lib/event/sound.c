#include "event/sound.h"

#include "event/field.h"
#include "json/scan.h"
#include "json/walk.h"

#include <assert.h>
#include <string.h>

/* The walk over a text, token by token. */
struct sounding {
	struct walk walk;
	struct names *names;
	uint32_t owners[SCAN_DEPTH]; // of the names in what is open: the number
	size_t depth;                // of an object, or 0, an array
	uint32_t objects;
};

/* Open an array or object, number 0 or its own. False: too many are open. */
static bool open_container(struct sounding *s, uint32_t number)
{
	if (s->depth == SCAN_DEPTH)
		return false;
	s->owners[s->depth++] = number;
	return true;
}

/*
 * Each of the following takes the place where something begins, and returns
 * what follows it; NULL where it is not sound.
 */

/* A name and its colon. As it stands there is the only way to write it. */
static const char *enter_name(struct sounding *s, const char *p)
{
	const struct slice nul = SLICE("\\u0000");
	bool escaped;
	const char *end = walk_string(&s->walk, p + 1, &escaped);
	struct slice text = { p + 1, (size_t)(end - p - 1) };
	struct name *name;

	if (escaped && memmem(text.data, text.len, nul.data, nul.len) != NULL)
		return NULL;
	name = names_enter(s->names, text, s->owners[s->depth - 1]);
	if (name == NULL || name->taken)
		return NULL;
	name->taken = true;
	return end + strlen("\":");
}

/* A number, true, false or null. */
static const char *skip_word(const char *p)
{
	struct slice word = { p, strcspn(p, ",]}") };
	bool is_number = *p == '-' || (*p >= '0' && *p <= '9');

	return is_number && !field_is_storable(word) ? NULL : p + word.len;
}

static const char *skip_token(struct sounding *s, const char *p)
{
	bool escaped;

	// The text is an array or object: all but its first is in one.
	assert(s->depth > 0 || *p == '{' || *p == '[');
	switch (*p) {
	case '{':
		if (!open_container(s, ++s->objects))
			return NULL;
		return p[1] == '"' ? enter_name(s, p + 1) : p + 1;
	case '[':
		return open_container(s, 0) ? p + 1 : NULL;
	case '}':
	case ']':
		s->depth--;
		return p + 1;
	case ',':
		return s->owners[s->depth - 1] != 0 ? enter_name(s, p + 1)
						    : p + 1;
	case '"':
		return walk_string(&s->walk, p + 1, &escaped) + 1;
	default:
		return skip_word(p);
	}
}

bool sound_is(struct names *names, struct slice text)
{
	struct sounding s;
	const char *p = text.data;

	s.names = names;
	s.depth = 0;
	s.objects = 0;
	walk_start(&s.walk, text);
	if (!names_begin(names))
		return false;
	do
		p = skip_token(&s, p);
	while (p != NULL && s.depth > 0);
	return p != NULL;
}
