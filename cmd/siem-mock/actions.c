#include "actions.h"

#include "json/scan.h"
#include "json/walk.h"

#include <stdarg.h>
#include <stdio.h>

enum { ID_MAX = 512 };

void actions_start(struct actions *a, struct slice body)
{
	*a = (struct actions){ .rest = body };
}

PRINTF_LIKE(3, 4)
static int wrong(struct actions *a, const char *type, const char *fmt, ...)
{
	va_list args;

	a->type = type;
	va_start(args, fmt);
	vsnprintf(a->why, sizeof(a->why), fmt, args);
	va_end(args);
	return -1;
}

static int malformed(struct actions *a, const char *what)
{
	return wrong(a, "illegal_argument_exception",
		     "Malformed action/metadata line [%zu], expected %s",
		     a->line, what);
}

/* 1: a whole line; 0: there is nothing left; -1: its end is missing. */
static int next_line(struct actions *a, struct slice *line)
{
	const char *end = a->rest.len == 0
				  ? NULL
				  : memchr(a->rest.data, '\n', a->rest.len);

	if (a->rest.len == 0)
		return 0;
	if (end == NULL)
		return wrong(a, "illegal_argument_exception",
			     "The bulk request must be terminated by a newline "
			     "[\\\\n]");
	*line = slice_take_n(&a->rest, (size_t)(end - a->rest.data));
	a->rest = slice_from(a->rest, 1);
	if (line->len > 0 && line->data[line->len - 1] == '\r')
		line->len--;
	a->line++;
	return 1;
}

/* What an action says besides its name. */
static int read_details(struct actions *a, struct action *action,
			struct value details)
{
	struct slice rest = value_slice(details);
	struct value key = { 0 };
	struct value v;

	while (scan_next(&rest, &key, &v)) {
		struct slice name = value_slice(key);

		if (v.type != VALUE_STRING)
			return malformed(a, "a simple value for the field");
		if (slice_is(name, SLICE("_index")))
			action->index = value_slice(v);
		else if (slice_is(name, SLICE("_id")))
			action->id = value_slice(v);
		else
			return wrong(a, "illegal_argument_exception",
				     "Action/metadata line [%zu] contains an "
				     "unknown parameter",
				     a->line);
		if (v.len == 0)
			return wrong(a, "action_request_validation_exception",
				     "Validation Failed: 1: if _id is "
				     "specified it must not be empty;");
	}
	if (action->id.len > ID_MAX)
		return wrong(a, "action_request_validation_exception",
			     "Validation Failed: 1: id is too long, must be "
			     "no longer than 512 bytes but was: %zu;",
			     action->id.len);
	return 1;
}

static int read_action(struct actions *a, struct slice line,
		       struct action *action)
{
	struct value name = { 0 };
	struct value details, another;

	line = slice_trim(line);
	if (!walk_is_object(line))
		return malformed(a, "START_OBJECT");
	if (!scan_next(&line, &name, &details) ||
	    scan_next(&line, &another, &another))
		return malformed(a, "FIELD_NAME");
	*action = (struct action){ .name = value_slice(name) };
	if (!slice_is(action->name, SLICE("create")) &&
	    !slice_is(action->name, SLICE("index")))
		return malformed(a, "one of [create, index] here");
	if (details.type != VALUE_OBJECT)
		return malformed(a, "START_OBJECT");
	return read_details(a, action, details);
}

int actions_next(struct actions *a, struct action *action)
{
	struct slice line = { 0 };
	int got;

	do // blank lines between actions are none
		got = next_line(a, &line);
	while (got > 0 && line.len == 0);
	if (got > 0)
		got = read_action(a, line, action);
	if (got <= 0)
		return got;
	got = next_line(a, &action->document);
	if (got == 0)
		return wrong(a, "illegal_argument_exception",
			     "The bulk request must be terminated by a newline "
			     "[\\\\n]");
	return got;
}
