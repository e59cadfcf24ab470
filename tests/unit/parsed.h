/*
 * What a dialect makes of a text, for the tests of dialects: its member, what
 * is left of the text, and the rules that were departed from, each behind its
 * column.
 */
#ifndef SIEM_TESTS_UNIT_PARSED_H
#define SIEM_TESTS_UNIT_PARSED_H

#include "check.h"

#include "parse/parse.h"

#include <stdlib.h>
#include <string.h>

struct parsed {
	struct reading reading;
	struct buf out;
	struct buf rules; // "1 rfc5424-version, 7 ..."
	struct slice rest;
};

static inline void parsed_depart(void *who, const struct departure *d)
{
	struct parsed *p = who;
	struct slice record = p->reading.record;

	// What is told is a part of the record, and in one.
	if (d->column == 0 || d->column - 1 + d->bytes.len > record.len)
		abort();
	buf_printf(&p->rules, "%s%zu %s", p->rules.len > 0 ? ", " : "",
		   d->column, d->rule->name);
}

/* Let the dialect read text; whether anybody asks for departures is strict. */
static inline void parse(struct parsed *p, const struct dialect *dialect,
			 struct slice text, bool strict)
{
	struct err e;

	*p = (struct parsed){
		.reading = READING_INIT(64 << 10),
		.out = BUF_INIT(64 << 10),
		.rules = BUF_INIT(64 << 10),
	};
	p->reading.record = text;
	p->reading.out = &p->out;
	if (strict) {
		p->reading.depart = parsed_depart;
		p->reading.who = p;
	}
	if (!dialect->is_it(text) ||
	    dialect->read(&p->reading, text, &p->rest, &e) < 0)
		abort();
}

static inline void parsed_free(struct parsed *p)
{
	reading_free(&p->reading);
	buf_free(&p->out);
	buf_free(&p->rules);
}

/* Is this what became of text, in quotes, and this what is left of it? */
static inline bool reads(const struct dialect *dialect, struct slice text,
			 const char *member, const char *rest)
{
	struct parsed p;

	parse(&p, dialect, text, false);
	bool good = slice_is(buf_slice(&p.out), slice_of(member)) &&
		    slice_is(p.rest, slice_of(rest));
	if (!good)
		printf("# %s | %.*s\n", buf_str(&p.out), (int)p.rest.len,
		       p.rest.data);
	parsed_free(&p);
	return good;
}

/* Are these the rules that it departs from, in the order of the telling? */
static inline bool departs(const struct dialect *dialect, struct slice text,
			   const char *rules)
{
	struct parsed p;

	parse(&p, dialect, text, true);
	bool good = slice_is(buf_slice(&p.rules), slice_of(rules));
	if (!good)
		printf("# %s\n", buf_str(&p.rules));
	parsed_free(&p);
	return good;
}

#endif
