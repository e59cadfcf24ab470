#include "event/mapper.h"

#include "core/utf8.h"
#include "event/apply.h"
#include "event/follow.h"
#include "event/learn.h"
#include "event/sound.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

_Static_assert((int)EVENT_ATTRIBUTES == (int)PLAN_ATTRIBUTES,
	       "an event has room for the attributes of a plan");

static const size_t kept_text = (size_t)64 << 10;

/*
 * So little that an event takes is not counted, or a record could be refused
 * by itself and not by its recipe, which makes less of what is small: what it
 * says anew, what it knows and the keys of its rest take RECIPE_TAKEN each.
 */
static const size_t not_counted = (size_t)8 * RECIPE_TAKEN;

struct mapper {
	struct work work;
	struct recipes recipes;
	enum mapper_recipes use;
	size_t followed;
	size_t max_record;
	struct slice record;
	struct buf repaired, text;
};

struct mapper *mapper_new(const struct maps *maps,
			  const struct map_shape *shape, size_t max_record)
{
	struct mapper *m = calloc(1, sizeof(*m));
	// What is made of a record may be larger than it, within reason.
	size_t most = event_allowance(max_record);

	assert(shape == maps->shape);
	if (m == NULL)
		return NULL;
	m->max_record = max_record;
	m->repaired = BUF_INIT(max_record);
	m->text = BUF_INIT(most);
	if (!apply_init(&m->work, maps, most) ||
	    !recipes_init(&m->recipes, m->work.rest.names.seed)) {
		mapper_free(m);
		return NULL;
	}
	return m;
}

void mapper_free(struct mapper *m)
{
	if (m == NULL)
		return;
	apply_free(&m->work);
	recipes_free(&m->recipes);
	buf_free(&m->repaired);
	buf_free(&m->text);
	free(m);
}

void mapper_select(struct mapper *m, const struct select *selection)
{
	m->work.select = selection;
}

void mapper_use(struct mapper *m, enum mapper_recipes use)
{
	m->use = use;
	m->work.scan.parses = use == MAPPER_APPLIES;
}

size_t mapper_followed(const struct mapper *m)
{
	return m->followed;
}

/* Make the event by a recipe; false where that cannot be. */
static bool map_by_recipe(struct mapper *m, struct event *event)
{
	struct work *w = &m->work;
	const struct recipe *recipe;

	if (m->use == MAPPER_APPLIES)
		return false;
	recipe = recipes_find(&m->recipes, &w->scan);
	if (UNLIKELY(recipe == NULL)) {
		if (m->use != MAPPER_LEARNS ||
		    !recipes_may_learn(&m->recipes, &w->scan))
			return false;
		recipe = learn(&m->recipes, w);
		apply_begin_again(w);
	}
	if (recipe == NULL)
		return false;
	if (UNLIKELY(!follow(w, recipe, event))) {
		apply_begin_again(w);
		return false;
	}
	m->followed++;
	return true;
}

/* Map the record that has been scanned. */
static int map_record(struct mapper *m, struct event *event, struct err *e)
{
	struct work *w = &m->work;

	w->eval.record = m->record;
	apply_begin(w);
	event->record = m->record;
	event->selected = true;
	if (UNLIKELY(w->select != NULL)) {
		event->selected = select_takes(w->select, &w->eval);
		if (!event->selected)
			return 0;
	}
	if (!map_by_recipe(m, event))
		apply_map(w, event);
	event->fields = w->fields.list;
	event->count = w->fields.count;
	event->taken = w->arena.taken > not_counted ?
			       w->arena.taken - not_counted : 0;
	if (m->record.data == m->repaired.data)
		event->taken += m->record.len;
	if (w->eval.out_of_memory)
		return err_set(e, ERR_SYSTEM, "out of memory for a record");
	if (w->eval.too_large)
		return err_data(e, 1,
				"its fields would take more than %zu "
				"bytes",
				w->arena.max);
	return 0;
}

/* Scan the record, after the repairs that it needs. */
static int scan(struct mapper *m, struct slice record, struct err *e)
{
	const struct slice mark = SLICE("\xef\xbb\xbf");
	size_t dropped = slice_has_prefix(record, mark) ? mark.len : 0;

	m->record = slice_from(record, dropped);
	int rc = scan_record(&m->work.scan, m->work.maps->program.paths,
			     m->record, e);
	if (rc < 0 && m->work.scan.bad_utf8) {
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
		rc = scan_record(&m->work.scan, m->work.maps->program.paths,
				 m->record, e);
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

bool mapper_is_sound(struct mapper *m, struct slice text)
{
	return sound_is(&m->work.rest.names, text);
}

void mapper_explain(struct mapper *m, const struct event *event,
		    const struct explain_losses *losses, struct buf *out)
{
	struct work *w = &m->work;
	struct event again = { .selected = true };
	char time[TIMESTAMP_MAX] = "none, so now";

	if (event->has_time)
		timestamp_rfc5424(&event->time, time);
	w->trace.count = 0;
	w->tracing = true;
	apply_begin_again(w);
	apply_map(w, &again);
	if (!w->eval.out_of_memory && !w->eval.too_large) {
		buf_printf(out, "map %s, severity %d, time %s\n", event->map,
			   event->severity, time);
		explain_members(&w->trace, &w->scan, w->maps->shape, losses,
				out);
	}
	w->tracing = false;
}
