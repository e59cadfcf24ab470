/* message: what stands behind a syslog header and is nothing else we know. */
#include "parse/parse.h"

static const struct rule rules[] = { { .name = NULL } };

/* It is what is left, and not what is looked for. */
static bool is_it(struct slice text)
{
	(void)text;
	return false;
}

static int read_text(struct reading *r, struct slice text, struct slice *rest,
		     struct err *e)
{
	(void)e;
	parse_member_string(r, "message", text);
	*rest = slice_from(text, text.len);
	return 0;
}

const struct dialect dialect_message = {
	.name = "message",
	.summary = "text, behind a syslog header",
	.rules = rules,
	.is_it = is_it,
	.read = read_text,
};
