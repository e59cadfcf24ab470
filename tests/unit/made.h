/*
 * Events made by hand, and what a format writes of them.
 */
#ifndef SIEM_TESTS_UNIT_MADE_H
#define SIEM_TESTS_UNIT_MADE_H

#include "format/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MADE_FIELDS = 8 };

struct made {
	struct event event;
	struct field fields[MADE_FIELDS];
	struct format_options options;
	struct format_counts counts;
	struct buf out;
	struct err e;
	int rc;
};

static inline struct value made_value(const char *text)
{
	struct value none = { 0 };

	return text == NULL ? none : value_text(slice_of(text));
}

/* 2025-10-08T22:45:00Z, severity 5, no attributes and no fields. */
static inline void made_init(struct made *m)
{
	*m = (struct made){
		.event = { .has_time = true,
			   .time = { .sec = 1759963500, .zulu = true },
			   .severity = 5,
			   .record = SLICE("{\"a\":1}") },
		.options = { .host = "h1", .facility = 16, .severity = 6,
			     .variant = "" },
		.out = BUF_INIT(1 << 20),
	};
	m->event.fields = m->fields;
}

static inline void made_attribute(struct made *m, size_t place,
				  const char *text)
{
	m->event.attributes[place] = made_value(text);
}

/* The last field is the one that label and max may be set of. */
static inline struct field *made_field(struct made *m, const char *key,
				       struct value value)
{
	struct field *f = &m->fields[m->event.count++];

	if (m->event.count > MADE_FIELDS)
		abort();
	*f = (struct field){ .key = slice_of(key), .value = value };
	return f;
}

static inline struct field *made_text(struct made *m, const char *key,
				      const char *text)
{
	return made_field(m, key, made_value(text));
}

/* Is this what the format writes? Forgets the event. */
static inline bool made_is(struct made *m, const char *format, const char *want)
{
	m->rc = format_find(format)->write(&m->event, NULL, &m->options,
					   &m->out, &m->counts, &m->e);

	bool is = m->rc == 0 && slice_is(buf_slice(&m->out), slice_of(want));
	if (!is)
		printf("# want %s\n# have %s\n", want, buf_str(&m->out));
	buf_free(&m->out);
	return is;
}

/* Is it refused, with these words in the reason? */
static inline bool made_fails(struct made *m, const char *format,
			      const char *why)
{
	m->rc = format_find(format)->write(&m->event, NULL, &m->options,
					   &m->out, &m->counts, &m->e);

	bool fails = m->rc < 0 && m->e.kind == ERR_DATA &&
		     strstr(m->e.text, why) != NULL;
	buf_free(&m->out);
	return fails;
}

#endif
