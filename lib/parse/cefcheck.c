#include "parse/cefcheck.h"

enum { HEADER_PIPES };

const struct rule cefcheck_rules[] = {
	[HEADER_PIPES] = { "cef-header-pipes", "CEF 27, Header",
			   "seven fields, and a pipe behind each of them" },
	{ .name = NULL },
};

/* An empty part of the record, where something is missing. */
static struct slice at(struct slice text)
{
	return (struct slice){ text.data, 0 };
}

int cefcheck_refuse(struct reading *r, const struct cefline *c, struct err *e)
{
	struct slice last = c->fields[c->count - 1];

	return parse_refuse(r, &cefcheck_rules[HEADER_PIPES],
			    at(slice_from(last, last.len)), e,
			    "the header has %zu of its 7 fields "
			    "(CEF:version|vendor|product|device version|event "
			    "class id|name|severity|, a pipe behind each)",
			    c->count);
}

void cefcheck_event(struct reading *r, const struct cefline *c)
{
	if (!c->closed)
		parse_depart(r, &cefcheck_rules[HEADER_PIPES],
			     at(slice_from(c->fields[CEF_SEVERITY],
					   c->fields[CEF_SEVERITY].len)),
			     "a pipe is missing behind the severity: most "
			     "receivers read seven fields that a pipe ends");
}
