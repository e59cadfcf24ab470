#include "dest/registry.h"

#include "core/nearest.h"
#include "dest/setting.h"

#include <stdio.h>
#include <string.h>

/*
 * To add a kind, define dest_NAME in lib/dest/NAME.c and put its row here.
 */
#define KINDS(X)    \
	X(splunk)   \
	X(sc4s)     \
	X(qradar)   \
	X(sentinel) \
	X(datadog)  \
	X(elasticsearch) \
	X(http)     \
	X(syslog)   \
	X(kafka)    \
	X(file)     \
	X(stdout)

#define DECLARE(name) extern const struct dest_type dest_##name;
#define ROW(name) &dest_##name,

KINDS(DECLARE)

const struct dest_type *const dest_types[] = { KINDS(ROW) };
const size_t dest_type_count = sizeof(dest_types) / sizeof(dest_types[0]);

/* Try each of some words, divided by '|'; the best stays in room. */
static void try_words(struct nearest *near, const char *words,
		      char room[static 64])
{
	char word[64];

	while (words != NULL) {
		const size_t n = strcspn(words, "|");

		snprintf(word, sizeof(word), "%.*s", (int)n, words);
		nearest_try(near, word);
		if (near->best == word)
			near->best = memcpy(room, word, sizeof(word));
		words = words[n] == '|' ? words + n + 1 : NULL;
	}
}

const char *dest_nearest(const char *word, char room[static 64])
{
	struct nearest near = NEAREST_INIT(word);

	for (size_t i = 0; i < dest_type_count; i++) {
		try_words(&near, dest_types[i]->name, room);
		try_words(&near, dest_types[i]->aliases, room);
	}
	return near.best;
}

const struct dest_type *dest_find(const char *name, struct err *e)
{
	const char *near;
	char room[64];

	for (size_t i = 0; i < dest_type_count; i++)
		if (strcmp(dest_types[i]->name, name) == 0 ||
		    setting_is_in(name, dest_types[i]->aliases))
			return dest_types[i];
	near = dest_nearest(name, room);
	if (near != NULL)
		err_set(e, ERR_USAGE,
			"unknown kind of destination: %s (did you mean %s?)",
			name, near);
	else
		err_set(e, ERR_USAGE,
			"unknown kind of destination: %s (see --list)", name);
	return NULL;
}

static bool is_called(const struct dest_transport *t, const char *word)
{
	return strcmp(t->name, word) == 0 || setting_is_in(word, t->aliases);
}

const struct dest_transport *dest_find_transport(const struct dest_type *type,
						 const char *word,
						 struct err *e)
{
	struct nearest near = NEAREST_INIT(word);

	for (const struct dest_transport *t = type->transports; t->name; t++) {
		if (is_called(t, word))
			return t;
		nearest_try(&near, t->name);
	}
	if (near.best != NULL)
		err_set(e, ERR_USAGE,
			"%s: transport: unknown: %s (did you mean %s?)",
			type->name, word, near.best);
	else
		err_set(e, ERR_USAGE,
			"%s: transport: unknown: %s (see --settings %s)",
			type->name, word, type->name);
	return NULL;
}

size_t dest_count_settings(const struct dest_type *type)
{
	size_t n = 0;

	while (type->settings[n].key != NULL)
		n++;
	return n;
}

int dest_fault(const struct dest_type *type, const char *text)
{
	const struct dest_setting *rows = type->settings;
	const size_t len = strcspn(text, ":, =");

	for (int i = 0; rows[i].key != NULL; i++)
		if (strlen(rows[i].key) == len &&
		    memcmp(rows[i].key, text, len) == 0)
			return i;
	return DEST_NO_SETTING;
}
