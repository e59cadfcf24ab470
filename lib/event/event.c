#include "event/event.h"

#include "core/utf8.h"
#include "event/eval.h"
#include "event/explain.h"
#include "event/plan.h"
#include "event/rest.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

_Static_assert((int)EVENT_ATTRIBUTES == (int)PLAN_ATTRIBUTES,
	       "an event has room for the attributes of a plan");

static const size_t kept_text = (size_t)64 << 10;
static const size_t most_kept = (size_t)64 << 20;

struct mapper {
	const struct maps *maps;
	const struct plan *plan; // of the last record
	struct slice record;
	size_t max_record;

	struct scan scan;
	struct arena arena;
	struct eval eval;
	struct fields fields;
	struct rest_work rest;
	struct rest_key *keys; // for every slot, plan after plan
	struct arena kept;     // what they point to
	struct buf repaired, text;

	bool tracing;
	struct trace trace;
};

/* The keys of the rest by slot, as a plan has them. */
static struct rest_key *keys_of(const struct mapper *m, const struct plan *plan)
{
	size_t number = (size_t)(plan - m->maps->plans);

	return m->keys + number * m->maps->program.slot_list.count;
}

static bool make_keys(struct mapper *m)
{
	const struct maps *maps = m->maps;
	bool made = true;

	if (maps->shape->rest_names == REST_NONE)
		return true;
	m->keys = calloc(maps->count * maps->program.slot_list.count,
			 sizeof(*m->keys));
	if (m->keys == NULL)
		return false;
	for (size_t i = 0; i < maps->count && made; i++)
		made = rest_make_keys(&m->rest, &maps->program, maps->shape,
				      &maps->plans[i], &m->kept,
				      keys_of(m, &maps->plans[i]));
	return made;
}

struct mapper *mapper_new(const struct maps *maps,
			  const struct map_shape *shape, size_t max_record)
{
	struct mapper *m = calloc(1, sizeof(*m));
	// What is made of a record may be larger than it, within reason.
	size_t most = event_allowance(max_record);
	uint64_t seed;

	assert(shape == maps->shape);
	if (m == NULL)
		return NULL;
	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed))
		seed = (uint64_t)(uintptr_t)m;
	m->maps = maps;
	m->max_record = max_record;
	m->scan = SCAN_INIT;
	m->arena = ARENA_INIT(most);
	m->eval = EVAL_INIT(most);
	m->eval.program = &maps->program;
	m->eval.scan = &m->scan;
	m->eval.arena = &m->arena;
	m->rest = REST_WORK_INIT(most, seed);
	m->repaired = BUF_INIT(max_record);
	m->text = BUF_INIT(most);
	m->kept = ARENA_INIT(most_kept);
	if (!make_keys(m)) {
		mapper_free(m);
		return NULL;
	}
	return m;
}

void mapper_free(struct mapper *m)
{
	if (m == NULL)
		return;
	scan_free(&m->scan);
	arena_free(&m->arena);
	eval_free(&m->eval);
	fields_free(&m->fields);
	rest_work_free(&m->rest);
	free(m->keys);
	arena_free(&m->kept);
	buf_free(&m->repaired);
	buf_free(&m->text);
	trace_free(&m->trace);
	free(m);
}

/* Note for mapper_explain() that what was read has gone to that place. */
static void trace(struct mapper *m, enum trace_kind kind, struct slice name)
{
	for (size_t i = 0; i < m->eval.read_count; i++)
		if (!trace_add(&m->trace, m->eval.read[i], kind, name))
			m->eval.out_of_memory = true;
}

/* What was read has gone to that place. */
static inline void commit(struct mapper *m, enum trace_kind kind,
			  struct slice name)
{
	if (UNLIKELY(m->tracing))
		trace(m, kind, name);
	if (m->plan->rest.all)
		eval_forget(&m->eval, 0);
	else
		eval_commit(&m->eval);
}

static const struct plan *choose_plan(struct mapper *m)
{
	const struct plan *plan = m->maps->plans;
	const struct plan *last = plan + m->maps->count - 1;

	while (plan < last && plan->match != PROGRAM_NONE &&
	       !eval_cond(&m->eval, plan->match))
		plan++;
	return plan;
}

/* Times from number i on that say the same as the one that was read. */
static void read_same_times(struct mapper *m, size_t i)
{
	struct eval *v = &m->eval;

	for (; i < m->plan->time_count && v->read_count < PROGRAM_NAMED; i++) {
		size_t before = v->read_count;

		eval_claim(v, v->time, eval_expr(v, m->plan->times[i]), before);
	}
}

static void read_time(struct mapper *m, struct event *event)
{
	struct eval *v = &m->eval;

	event->has_time = false;
	for (size_t i = 0; i < m->plan->time_count && !event->has_time; i++) {
		struct value value = eval_expr(v, m->plan->times[i]);

		event->has_time = eval_time(v, value, &v->timestamp);
		if (event->has_time) {
			v->time = value;
			read_same_times(m, i + 1);
			eval_keep_origin(v, &v->time_origin);
		}
		eval_forget(v, 0);
	}
	event->time = event->has_time ? v->timestamp : timestamp_now();
}

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
static bool level_of(struct eval *v, struct value value, struct event *event,
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

static void raise_severity(struct eval *v, const struct raise *raise,
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

static void read_severity(struct mapper *m, struct event *event)
{
	static const struct slice texts[] = {
		{ "0", 1 }, { "1", 1 }, { "2", 1 },  { "3", 1 },
		{ "4", 1 }, { "5", 1 }, { "6", 1 },  { "7", 1 },
		{ "8", 1 }, { "9", 1 }, { "10", 2 },
	};
	const struct plan *plan = m->plan;
	struct eval *v = &m->eval;
	bool found = false;
	bool exact = false;

	for (size_t i = 0; i < plan->level_count && !found; i++) {
		struct value value = eval_expr(v, plan->levels[i]);

		found = level_of(v, value, event, &exact);
		if (found && exact)
			eval_keep_origin(v, &v->severity_origin);
		eval_forget(v, 0);
	}
	if (!found) {
		event->severity = PLAN_SEVERITY;
		event->emergency = false;
	}
	for (size_t i = 0; i < plan->raise_count; i++)
		raise_severity(v, &plan->raises[i], event);
	v->severity = value_text(texts[event->severity]);
}

/* Mark what the format's own header says of every event. */
static void use_header(struct mapper *m)
{
	struct eval *v = &m->eval;

	// Time first, and in full: with rest.all it is not said again.
	if (m->maps->shape->has_time && v->time.type != VALUE_NONE) {
		eval_read(v, &v->time_origin);
		if (UNLIKELY(m->tracing))
			trace(m, TRACE_TIME, SLICE(""));
		eval_commit(v);
	}
	if (m->maps->shape->has_severity) {
		eval_read(v, &v->severity_origin);
		commit(m, TRACE_SEVERITY, SLICE(""));
	}
}

static void put_attributes(struct mapper *m, struct event *event)
{
	const struct map_shape *shape = m->maps->shape;
	const char *const *names = shape->attributes;
	size_t written = shape->written != 0 ? shape->written : SIZE_MAX;

	for (size_t i = 0; names[i] != NULL; i++) {
		struct value value = { .type = VALUE_NONE };

		if (i < written && m->plan->attributes[i] != PROGRAM_NONE)
			value = eval_expr(&m->eval, m->plan->attributes[i]);
		event->attributes[i] = eval_plain(&m->eval, value);
		if (m->eval.read_count > 0)
			commit(m, TRACE_ATTRIBUTE, slice_of(names[i]));
	}
}

/* Has a row before put a field of that key? */
static bool is_taken(const struct fields *f, struct slice key)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->list[i].key.data == key.data)
			return true;
	return false;
}

IN_LINE void set_field(struct field *f, const struct target *t,
		       struct value value)
{
	f->key = t->key;
	f->label = t->label;
	f->lead = t->lead;
	f->value = value;
	f->max = t->max;
}

static void put_row(struct mapper *m, const struct row *row)
{
	struct value value = eval_expr(&m->eval, row->expr);
	struct fields *f = &m->fields;

	if (value.type == VALUE_NONE)
		return;
	for (size_t i = 0; i < row->target_count && value.len > 0; i++) {
		const struct target *t = &row->targets[i];

		if ((t->shared && is_taken(f, t->key)) ||
		    !eval_fit(&m->eval, t->type, &value))
			continue;
		set_field(&f->list[f->count++], t, value);
		commit(m, TRACE_FIELD, t->key);
		return;
	}
	eval_forget(&m->eval, 0);
}

/*
 * The same for a row that needs a member, which is plain or has no value.
 * False: it takes a closer look.
 */
IN_LINE bool put_plain_row(struct mapper *m, const struct row *row)
{
	const struct scan *s = &m->scan;
	uint32_t i = s->by_slot[row->slot];
	uint32_t other = s->by_slot[row->other];

	if ((i | other) == 0)
		return true;
	if (!row->is_plain || (i != 0 && other != 0))
		return false;

	struct member *member = &s->members[(i | other) - 1];
	if (member->value.type != VALUE_NULL && member->value.len != 0) {
		set_field(&m->fields.list[m->fields.count++], row->targets,
			  member->value);
		member->used |= !m->plan->rest.all;
	}
	return true;
}

static void put_rows(struct mapper *m)
{
	const struct row *row = m->plan->rows;

	for (size_t left = m->plan->row_count; left > 0; left--, row++)
		if (UNLIKELY(m->tracing) || row->slot == SCAN_NO_SLOT ||
		    !put_plain_row(m, row))
			put_row(m, row);
}

/* Mark the members that the map does not want. */
static void leave_out(struct mapper *m)
{
	const struct rest *rest = &m->plan->rest;

	for (size_t i = 0; i < rest->leave_out_count; i++) {
		uint32_t member = m->scan.by_slot[rest->leave_out[i]];

		if (member == 0)
			continue;
		m->eval.read[m->eval.read_count++] = member - 1;
		if (UNLIKELY(m->tracing))
			trace(m, TRACE_LEFT_OUT, SLICE(""));
		eval_commit(&m->eval);
	}
}

static bool put_fields(struct mapper *m, struct event *event)
{
	const struct map_shape *shape = m->maps->shape;
	struct fields *f = &m->fields;

	if (!fields_reserve(f, m->plan->row_count)) {
		m->eval.out_of_memory = true;
		return false;
	}
	put_rows(m);
	leave_out(m);
	event->rest = f->count;
	return rest_collect(&m->rest, &m->eval, shape, &m->plan->rest,
			    keys_of(m, m->plan), f,
			    m->tracing ? &m->trace : NULL);
}

/* Map the record that has been scanned. */
static int map_record(struct mapper *m, struct event *event, struct err *e)
{
	struct eval *v = &m->eval;

	arena_clear(&m->arena);
	eval_begin(v);
	m->fields.count = 0;
	m->plan = choose_plan(m);
	event->record = m->record;
	event->map = m->plan->name;
	read_time(m, event);
	read_severity(m, event);
	use_header(m);
	put_attributes(m, event);
	event->rest = 0;
	if (m->maps->shape->rest_names != REST_NONE)
		(void)put_fields(m, event); // v says whether it failed
	event->fields = m->fields.list;
	event->count = m->fields.count;
	event->taken = m->arena.taken;
	if (m->record.data == m->repaired.data)
		event->taken += m->record.len;
	if (v->out_of_memory)
		return err_set(e, ERR_SYSTEM, "out of memory for a record");
	if (v->too_large)
		return err_data(e, 1,
				"its fields would take more than %zu "
				"bytes",
				m->arena.max);
	return 0;
}

/* Scan the record, after the repairs that it needs. */
static int scan(struct mapper *m, struct slice record, struct err *e)
{
	const struct slice mark = SLICE("\xef\xbb\xbf");
	size_t dropped = slice_has_prefix(record, mark) ? mark.len : 0;

	m->record = slice_from(record, dropped);
	int rc = scan_record(&m->scan, m->maps->program.paths, m->record, e);
	if (rc < 0 && m->scan.bad_utf8) {
		buf_trim(&m->repaired, kept_text);
		buf_clear(&m->repaired);
		utf8_repair(m->record, &m->repaired);
		if (buf_status(&m->repaired) == ENOMEM)
			return err_set(e, ERR_SYSTEM,
				       "out of memory for a record");
		if (buf_status(&m->repaired) != 0)
			return err_data(e, e->column + dropped,
					"not UTF-8, and repaired longer than "
					"%zu bytes",
					m->max_record);
		m->record = buf_slice(&m->repaired);
		rc = scan_record(&m->scan, m->maps->program.paths, m->record,
				 e);
	}
	if (rc < 0 && e->column != 0)
		e->column += dropped;
	return rc;
}

int mapper_read(struct mapper *m, struct slice record, struct event *event,
		struct err *e)
{
	if (scan(m, record, e) < 0)
		return -1;
	return map_record(m, event, e);
}

bool mapper_text(struct mapper *m, struct value v, struct slice *text)
{
	buf_trim(&m->text, kept_text);
	buf_clear(&m->text);
	*text = value_slice(v);
	if (v.type == VALUE_STRING && (v.flags & VALUE_ESCAPED) != 0)
		scan_decode(*text, &m->text);
	else if ((v.flags & VALUE_LOOSE) != 0)
		scan_compact(v, &m->text);
	else
		return true;
	*text = buf_slice(&m->text);
	return buf_status(&m->text) == 0;
}

void mapper_explain(struct mapper *m, const struct event *event,
		    struct buf *out)
{
	struct event again;
	struct err e;

	m->trace.count = 0;
	m->tracing = true;
	for (size_t i = 0; i < m->scan.count; i++)
		m->scan.members[i].used = false;
	if (map_record(m, &again, &e) == 0) {
		buf_printf(out, "map %s, severity %d, %s\n", event->map,
			   event->severity,
			   event->has_time ? "time from the record"
					   : "no time, so now");
		explain_members(&m->trace, &m->scan, m->maps->shape, out);
	}
	m->tracing = false;
}

int event_syslog_severity(const struct event *event)
{
	static const int severities[PLAN_SEVERITY_MOST + 1] = {
		7, 6, 6, 5, 4, 4, 4, 3, 3, 2, 1,
	};

	return event->emergency ? 0 : severities[event->severity];
}
