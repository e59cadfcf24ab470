#include "redact/own.h"

#include "core/clock.h"
#include "core/utf8.h"

#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum {
	STEPS = 1000000, // of one match, as PCRE2 counts them
	HEAP_KIB = 8192,
	STACK_MIN = 32 * 1024, // of compiled code
	STACK_MAX = 1024 * 1024,
	// PCRE2 does not count how often a simple repeat, tried from each byte,
	// passes the same bytes: so many of them, and the clock is asked.
	BYTES = 1 << 28,
	TEXT_SEC = 2,
};

struct own {
	pcre2_code **codes; // count of them
	char **names;
	size_t count;
	pcre2_match_data *match; // of one pair: where the match is
	pcre2_match_context *limits;
	pcre2_jit_stack *stack;
};

struct own *own_new(struct err *e)
{
	struct own *o = calloc(1, sizeof(*o));

	if (o == NULL)
		goto fail;
	o->match = pcre2_match_data_create(1, NULL);
	o->limits = pcre2_match_context_create(NULL);
	o->stack = pcre2_jit_stack_create(STACK_MIN, STACK_MAX, NULL);
	if (o->match == NULL || o->limits == NULL)
		goto fail;
	pcre2_set_match_limit(o->limits, STEPS);
	pcre2_set_depth_limit(o->limits, STEPS);
	pcre2_set_heap_limit(o->limits, HEAP_KIB);
	// Where there is no stack, there is no compiled code to need one.
	if (o->stack != NULL)
		pcre2_jit_stack_assign(o->limits, NULL, o->stack);
	return o;
fail:
	err_sys(e, "patterns");
	own_free(o);
	return NULL;
}

void own_free(struct own *o)
{
	if (o == NULL)
		return;
	for (size_t i = 0; i < o->count; i++) {
		pcre2_code_free(o->codes[i]);
		free(o->names[i]);
	}
	free(o->codes);
	free(o->names);
	pcre2_jit_stack_free(o->stack);
	pcre2_match_context_free(o->limits);
	pcre2_match_data_free(o->match);
	free(o);
}

/* Make room for one more. */
static bool grow(struct own *o)
{
	pcre2_code **codes =
		realloc(o->codes, (o->count + 1) * sizeof(pcre2_code *));
	if (codes == NULL)
		return false;
	o->codes = codes;
	char **names = realloc(o->names, (o->count + 1) * sizeof(char *));
	if (names == NULL)
		return false;
	o->names = names;
	return true;
}

int own_add(struct own *o, const char *name, const char *pattern, struct err *e)
{
	const uint32_t options =
		PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT;
	int code;
	size_t offset;

	// As from a variable that is not set: it would find nothing.
	if (pattern[0] == '\0')
		return err_set(e, ERR_USAGE, "pattern %s is empty", name);
	if (!grow(o))
		return err_sys(e, "pattern %s", name);
	o->codes[o->count] =
		pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
			      options, &code, &offset, NULL);
	if (o->codes[o->count] == NULL) {
		char why[128] = "";

		pcre2_get_error_message(code, (PCRE2_UCHAR *)why, sizeof(why));
		return err_set(e, ERR_USAGE, "pattern %s: character %zu: %s",
			       name, offset + 1, why);
	}
	// Without it, where the system allows no compiled code, it is slower.
	if (o->stack != NULL)
		(void)pcre2_jit_compile(o->codes[o->count], PCRE2_JIT_COMPLETE);
	o->names[o->count] = strdup(name);
	if (o->names[o->count] == NULL) {
		pcre2_code_free(o->codes[o->count]);
		return err_sys(e, "pattern %s", name);
	}
	o->count++;
	return 0;
}

/*
 * Match once, beginning at from and before from + window. Returns 1 with
 * *found, 0 where there is none, or -1.
 */
static int match_once(struct own *o, size_t i, struct slice text, size_t from,
		      size_t window, struct span *found, struct err *e)
{
	pcre2_set_offset_limit(o->limits, from + window - 1);
	int rc = pcre2_match(o->codes[i], (PCRE2_SPTR)text.data, text.len, from,
			     PCRE2_NO_UTF_CHECK, o->match, o->limits);
	if (rc == PCRE2_ERROR_NOMATCH)
		return 0;
	if (rc < 0) {
		char why[128] = "";

		pcre2_get_error_message(rc, (PCRE2_UCHAR *)why, sizeof(why));
		return err_set(e, ERR_DATA, "pattern %s: %s", o->names[i], why);
	}
	const size_t *pair = pcre2_get_ovector_pointer(o->match);
	*found = (struct span){ pair[0], pair[1] };
	return 1;
}

/* The first byte of the character behind the one at i. */
static size_t next_char(struct slice text, size_t i)
{
	for (i++; i < text.len && (text.data[i] & 0xc0) == 0x80; i++)
		continue;
	return i;
}

int own_match(struct own *o, size_t i, struct slice text,
	      int (*take)(void *who, size_t i, struct span found,
			  struct err *e),
	      void *who, struct err *e)
{
	size_t window = BYTES / (text.len + 1) + 1;
	int64_t started = clock_ns();
	struct span found = { 0 };
	int rc;

	if (utf8_valid(text) < text.len)
		return err_set(e, ERR_DATA, "pattern %s: not UTF-8",
			       o->names[i]);
	for (size_t from = 0; from < text.len;) {
		rc = match_once(o, i, text, from, window, &found, e);
		if (rc < 0)
			return -1;
		if (clock_ns() - started > (int64_t)TEXT_SEC * NS_PER_SEC)
			return err_set(e, ERR_DATA, "pattern %s takes too long",
				       o->names[i]);
		if (rc == 0)
			found.to = from + window;
		else if (found.from >= from && found.to > found.from &&
			 take(who, i, found, e) < 0)
			return -1;
		// The next begins behind it, and where it was empty, behind the
		// character that it stood before.
		from = found.to > from ? found.to : next_char(text, from);
		while (from < text.len && (text.data[from] & 0xc0) == 0x80)
			from++;
	}
	return 0;
}
