#include "event/severity.h"

#include <stdlib.h>

/* A number of 0 to out_of as one of 0 to 10: clamped, and rounded half up. */
static bool scale(struct slice text, double out_of, int *level)
{
	char copy[512];

	if (text.len == 1 && out_of == PLAN_SEVERITY_MOST) {
		*level = text.data[0] - '0';
		return true;
	}
	if (text.len >= sizeof(copy))
		return false;
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';

	double n = strtod(copy, NULL) * PLAN_SEVERITY_MOST / out_of;
	if (n > PLAN_SEVERITY_MOST)
		n = PLAN_SEVERITY_MOST;
	*level = n > 0 ? (int)(n + 0.5) : 0;
	return true;
}

/* The text of a value that is a number, or a string that could be one. */
static bool number_of(struct eval *v, struct value value, struct slice *text)
{
	if (value.type != VALUE_NUMBER && value.type != VALUE_STRING)
		return false;
	*text = eval_text(v, value, &v->one);
	return value.type == VALUE_NUMBER || field_fits(FIELD_DOUBLE, *text);
}

/*
 * Read a value as a severity. *exact: it says no more than the severity does.
 */
static bool severity_of(struct eval *v, struct value value, struct event *event,
			bool *exact)
{
	struct slice text = { 0 };

	if (LIKELY(value.type >= VALUE_NUMBER && value.len == 1 &&
		   value.data[0] >= '0' && value.data[0] <= '9')) {
		event->severity = value.data[0] - '0';
		event->emergency = false;
		return *exact = true;
	}

	bool number = number_of(v, value, &text);

	event->emergency = slice_is(text, SLICE("emergency"));
	*exact = event->emergency || text.len == 1 ||
		 slice_is(text, SLICE("10"));
	if (event->emergency)
		event->severity = PLAN_SEVERITY_MOST;
	return event->emergency ||
	       (number && scale(text, PLAN_SEVERITY_MOST, &event->severity));
}

void severity_raise(struct eval *v, const struct raise *raise,
		    struct event *event)
{
	struct slice text;
	int level = 0;

	if (raise->cond != PROGRAM_NONE) {
		if ((int)raise->level > event->severity &&
		    eval_cond(v, raise->cond))
			event->severity = (int)raise->level;
		return;
	}
	if (number_of(v, eval_expr(v, raise->score), &text) &&
	    scale(text, raise->level, &level) && level > event->severity)
		event->severity = level;
	eval_forget(v, 0);
}

void severity_read_base(struct eval *v, const struct plan *plan,
			struct event *event)
{
	bool found = false;
	bool exact = false;

	for (size_t i = 0; i < plan->level_count && !found; i++) {
		struct value value = eval_expr(v, plan->levels[i]);

		eval_decided_by(v, value);
		found = severity_of(v, value, event, &exact);
		if (found && exact)
			eval_keep_origin(v, &v->severity_origin);
		eval_forget(v, 0);
	}
	if (!found) {
		event->severity = PLAN_SEVERITY;
		event->emergency = false;
	}
}

void severity_end(struct eval *v, const struct event *event)
{
	static const struct slice texts[] = {
		{ "0", 1 }, { "1", 1 }, { "2", 1 },  { "3", 1 },
		{ "4", 1 }, { "5", 1 }, { "6", 1 },  { "7", 1 },
		{ "8", 1 }, { "9", 1 }, { "10", 2 },
	};

	v->severity = value_text(texts[event->severity]);
	v->severity.type = VALUE_NUMBER;
	v->syslog = value_text(texts[event_syslog_severity(event)]);
	v->syslog.type = VALUE_NUMBER;
}

void severity_read(struct eval *v, const struct plan *plan, struct event *event)
{
	severity_read_base(v, plan, event);
	for (size_t i = 0; i < plan->raise_count; i++)
		severity_raise(v, &plan->raises[i], event);
	severity_end(v, event);
}
