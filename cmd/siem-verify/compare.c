#include "verify.h"

#include "neighbour.h"

enum { PLACES_MAX = 64 }; // of equal records, that are asked for predictions

/*
 * Both sides in order, side by side. First what is compared with its header;
 * then the rest, to which come the arrivals that found no such record: the
 * header may have been added to a record that had none.
 */
struct join {
	struct verify *v;
	bool again;      // all is found out: only the matches are looked at
	bool with_added; // the second part has begun
	struct entry expected, arrival, added; // the next of each
	int have_expected, have_arrival, have_added;
};

/* Equal records of the sources, as far as they have arrived. */
struct group {
	struct entry like;
	struct entry items[PLACES_MAX];
	size_t count;
	struct entry later; // of those for which there is no room, one that
	bool have_later;    // may be repeated
};

static int next_expected(struct join *j, struct err *e)
{
	j->have_expected = sorter_next(&j->v->expected, &j->expected, e);
	return j->have_expected;
}

/* The next arrival is the lesser of the two. */
static struct entry *front(struct join *j)
{
	if (j->have_added <= 0)
		return j->have_arrival > 0 ? &j->arrival : NULL;
	if (j->have_arrival <= 0)
		return &j->added;
	return entry_order(&j->added, &j->arrival) < 0 ? &j->added
						       : &j->arrival;
}

static int next_arrival(struct join *j, struct err *e)
{
	if (front(j) == &j->added) {
		j->have_added = sorter_next(&j->v->leftover, &j->added, e);
		return j->have_added;
	}
	j->have_arrival = sorter_next(&j->v->arrivals, &j->arrival, e);
	return j->have_arrival;
}

static int start(struct join *j, struct err *e)
{
	struct verify *v = j->v;

	if (sorter_start(&v->expected, e) < 0 ||
	    sorter_start(&v->arrivals, e) < 0 || next_expected(j, e) < 0)
		return -1;
	j->have_arrival = sorter_next(&v->arrivals, &j->arrival, e);
	return j->have_arrival < 0 ? -1 : 0;
}

static bool in_first_part(const struct join *j)
{
	return (j->have_expected > 0 &&
		(j->expected.flags & ENTRY_WHOLE) != 0) ||
	       (j->have_arrival > 0 && (j->arrival.flags & ENTRY_WHOLE) != 0);
}

static int start_second_part(struct join *j, struct err *e)
{
	j->with_added = true;
	if (sorter_start(&j->v->leftover, e) < 0)
		return -1;
	j->have_added = sorter_next(&j->v->leftover, &j->added, e);
	return j->have_added < 0 ? -1 : 0;
}

static int found(struct join *j, enum finding what, const struct entry *entry,
		 struct err *e)
{
	struct entry finding = *entry;

	if (j->again)
		return 0;
	finding.key[0] = what;
	finding.key[1] = 0;
	finding.flags &= ENTRY_PREDICTED;
	return sorter_add(&j->v->findings, &finding, e);
}

static int is_missing(struct join *j, const struct entry *record, struct err *e)
{
	if (j->again)
		return 0;
	if ((record->flags & ENTRY_OPTIONAL) != 0) {
		j->v->counts.unfinished++;
		return 0;
	}
	return found(j, FINDING_LOST, record, e);
}

/* An arrival that is like no record. */
static int is_strange(struct join *j, const struct entry *arrival,
		      struct err *e)
{
	struct verify *v = j->v;
	struct entry rest = *arrival;

	if (j->again)
		return 0;
	if ((arrival->flags & ENTRY_WHOLE) != 0) {
		rest.flags &= ~(uint32_t)ENTRY_WHOLE;
		rest.key[0] = arrival->other[0];
		rest.key[1] = arrival->other[1];
		return sorter_add(&v->leftover, &rest, e);
	}
	if (neighbours_add(v->neighbours, arrival, e) < 0)
		return -1;
	return found(j, FINDING_ALTERED, arrival, e);
}

/* One more than there are records. Which one of equals it is, nobody knows. */
static int is_repeat(struct join *j, const struct group *group, struct err *e)
{
	struct verify *v = j->v;
	struct entry record = group->items[0];
	bool predicted = group->have_later;

	if (j->again)
		return 0;
	v->counts.repeated++;
	if (predicted)
		record = group->later;
	for (size_t i = 0; i < group->count && !predicted; i++)
		if (claims_predicted(&v->claims, group->items[i].place)) {
			record = group->items[i];
			predicted = true;
		}
	if (predicted) {
		record.flags |= ENTRY_PREDICTED;
		v->counts.predicted++;
	}
	return found(j, FINDING_REPEATED, &record, e);
}

static bool is_like(const struct group *group, int have,
		    const struct entry *entry)
{
	return have > 0 && entry_order_keys(&group->like, entry) == 0;
}

static void add_item(const struct join *j, struct group *group)
{
	if (group->count < PLACES_MAX) {
		group->items[group->count++] = j->expected;
	} else if (!group->have_later && !j->again &&
		   claims_predicted(&j->v->claims, j->expected.place)) {
		group->later = j->expected;
		group->have_later = true;
	}
}

/* Records and arrivals that are all equal. */
static int take_group(struct join *j, struct err *e)
{
	struct group group = { .like = j->expected };
	struct entry *arrival;

	while (is_like(&group, j->have_expected, &j->expected) &&
	       (arrival = front(j)) != NULL && is_like(&group, 1, arrival)) {
		add_item(j, &group);
		if (j->again)
			neighbours_match(j->v->neighbours, &j->expected,
					 arrival);
		if (next_expected(j, e) < 0 || next_arrival(j, e) < 0)
			return -1;
	}
	while (is_like(&group, j->have_expected, &j->expected))
		if (is_missing(j, &j->expected, e) < 0 ||
		    next_expected(j, e) < 0)
			return -1;
	while ((arrival = front(j)) != NULL && is_like(&group, 1, arrival))
		if (is_repeat(j, &group, e) < 0 || next_arrival(j, e) < 0)
			return -1;
	return 0;
}

static int join(struct join *j, struct err *e)
{
	if (start(j, e) < 0)
		return -1;
	for (;;) {
		if (!j->with_added && !in_first_part(j) &&
		    start_second_part(j, e) < 0)
			return -1;

		const struct entry *arrival = front(j);
		int order = j->have_expected <= 0 ? 1
			    : arrival == NULL
				    ? -1
				    : entry_order_keys(&j->expected, arrival);
		if (order > 0 && arrival == NULL)
			return 0;
		if (order == 0) {
			if (take_group(j, e) < 0)
				return -1;
		} else if (order < 0) {
			if (is_missing(j, &j->expected, e) < 0 ||
			    next_expected(j, e) < 0)
				return -1;
		} else if (is_strange(j, arrival, e) < 0 ||
			   next_arrival(j, e) < 0) {
			return -1;
		}
	}
}

/* Look for what was altered: only worth it where something is missing too. */
static int find_neighbours(struct verify *v, struct err *e)
{
	struct join again = { .v = v, .again = true };

	neighbours_sort(v->neighbours);
	if (join(&again, e) < 0)
		return -1;
	return neighbours_finish(v->neighbours, e);
}

int compare(struct verify *v, struct err *e)
{
	struct join once = { .v = v };

	v->neighbours = neighbours_new();
	if (v->neighbours == NULL)
		return err_sys(e, "altered records");
	if (join(&once, e) < 0)
		return -1;
	return v->findings.count > 0 ? find_neighbours(v, e) : 0;
}
