#include "neighbour.h"

#include <stdlib.h>

#define NOWHERE UINT64_MAX

/* Altered arrivals with nothing between them. */
struct run {
	size_t first, last; // those that are not accounted for yet
	uint64_t from, to;  // what lies between the records around them
	bool done;
};

struct neighbours {
	struct neighbour *items; // by place
	size_t count, cap;
	struct neighbour **by_id;
	struct run *runs; // by from
	size_t run_count;
	struct run **by_to;
	struct run *active; // the run whose last claim ended at active_from
	uint64_t active_from;
};

struct neighbours *neighbours_new(void)
{
	return calloc(1, sizeof(struct neighbours));
}

void neighbours_free(struct neighbours *n)
{
	if (n == NULL)
		return;
	free(n->items);
	free(n->by_id);
	free(n->runs);
	free(n->by_to);
	free(n);
}

int neighbours_add(struct neighbours *n, const struct entry *arrival,
		   struct err *e)
{
	if (n->count == NEIGHBOURS_MAX)
		return 0;
	if (n->count == n->cap) {
		size_t cap = n->cap != 0 ? 2 * n->cap : 64;
		struct neighbour *items =
			realloc(n->items, cap * sizeof(*items));

		if (items == NULL)
			return err_sys(e, "altered records");
		n->items = items;
		n->cap = cap;
	}
	n->items[n->count++] = (struct neighbour){
		.place = arrival->place,
		.id = arrival->id,
		.before = NOWHERE,
		.after = NOWHERE,
		.from = NOWHERE,
		.to = NOWHERE,
	};
	return 0;
}

static int order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int by_place(const void *a, const void *b)
{
	return order(((const struct neighbour *)a)->place,
		     ((const struct neighbour *)b)->place);
}

static int by_id(const void *a, const void *b)
{
	return order((*(struct neighbour *const *)a)->id,
		     (*(struct neighbour *const *)b)->id);
}

static int by_from(const void *a, const void *b)
{
	return order(((const struct run *)a)->from,
		     ((const struct run *)b)->from);
}

static int by_to(const void *a, const void *b)
{
	return order((*(struct run *const *)a)->to,
		     (*(struct run *const *)b)->to);
}

void neighbours_sort(struct neighbours *n)
{
	if (n->count > 0)
		qsort(n->items, n->count, sizeof(*n->items), by_place);
}

/* How many of them stand before a place. */
static size_t count_before(const struct neighbours *n, uint64_t place)
{
	size_t low = 0;
	size_t high = n->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (n->items[middle].place < place)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void neighbours_match(struct neighbours *n, const struct entry *record,
		      const struct entry *arrival)
{
	size_t i = count_before(n, arrival->place);
	uint64_t file = place_file(arrival->place);

	if (i < n->count && place_file(n->items[i].place) == file) {
		struct neighbour *next = &n->items[i];

		if (next->before == NOWHERE || next->before < arrival->place) {
			next->before = arrival->place;
			next->from = record->place + record->len;
		}
	}
	if (i > 0 && place_file(n->items[i - 1].place) == file) {
		struct neighbour *last = &n->items[i - 1];

		if (last->after == NOWHERE || last->after > arrival->place) {
			last->after = arrival->place;
			last->to = record->place;
		}
	}
}

static bool continues_run(const struct neighbours *n, size_t i)
{
	return i > 0 && n->items[i].before == NOWHERE &&
	       place_file(n->items[i].place) ==
		       place_file(n->items[i - 1].place);
}

int neighbours_finish(struct neighbours *n, struct err *e)
{
	n->by_id = calloc(n->count + 1, sizeof(struct neighbour *));
	n->runs = calloc(n->count + 1, sizeof(*n->runs));
	n->by_to = calloc(n->count + 1, sizeof(struct run *));
	if (n->by_id == NULL || n->runs == NULL || n->by_to == NULL)
		return err_sys(e, "altered records");

	for (size_t i = 0; i < n->count; i++) {
		struct neighbour *item = &n->items[i];

		n->by_id[i] = item;
		if (!continues_run(n, i)) {
			// What came first of all was where all begins.
			n->runs[n->run_count++] = (struct run){
				.first = i,
				.from = item->before == NOWHERE ? 0
								: item->from,
			};
		}
		n->runs[n->run_count - 1].last = i;
		n->runs[n->run_count - 1].to = item->to;
	}
	qsort(n->by_id, n->count, sizeof(struct neighbour *), by_id);
	qsort(n->runs, n->run_count, sizeof(*n->runs), by_from);
	for (size_t i = 0; i < n->run_count; i++)
		n->by_to[i] = &n->runs[i];
	qsort(n->by_to, n->run_count, sizeof(struct run *), by_to);
	return 0;
}

static void claim(struct neighbour *item, enum neighbour_how how,
		  const struct entry *lost)
{
	item->how = how;
	item->source = lost->place;
	item->source_len = lost->len;
}

static bool claim_by_id(struct neighbours *n, const struct entry *lost)
{
	size_t low = 0;
	size_t high = n->count;

	if (lost->id == 0)
		return false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (n->by_id[middle]->id < lost->id)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < n->count && n->by_id[low]->id == lost->id; low++)
		if (n->by_id[low]->how == NEIGHBOUR_UNKNOWN) {
			claim(n->by_id[low], NEIGHBOUR_BY_ID, lost);
			return true;
		}
	return false;
}

/* Pass over those at both ends of a run that are accounted for. */
static bool has_left(struct neighbours *n, struct run *run)
{
	while (!run->done && n->items[run->first].how != NEIGHBOUR_UNKNOWN) {
		run->done = run->first == run->last;
		run->first++;
	}
	while (!run->done && n->items[run->last].how != NEIGHBOUR_UNKNOWN)
		run->last--;
	return !run->done;
}

static bool claim_first(struct neighbours *n, struct run *run,
			const struct entry *lost)
{
	if (!has_left(n, run))
		return false;
	claim(&n->items[run->first], NEIGHBOUR_BY_ORDER, lost);
	n->active = run;
	n->active_from = lost->place + lost->len;
	return true;
}

/* It is the record behind the one that arrived before them. */
static bool claim_from(struct neighbours *n, const struct entry *lost)
{
	size_t low = 0;
	size_t high = n->run_count;

	if (n->active != NULL && n->active_from == lost->place &&
	    claim_first(n, n->active, lost))
		return true;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (n->runs[middle].from < lost->place)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < n->run_count && n->runs[low].from == lost->place; low++)
		if (claim_first(n, &n->runs[low], lost))
			return true;
	return false;
}

/* It is the record before the one that arrived after them. */
static bool claim_to(struct neighbours *n, const struct entry *lost)
{
	uint64_t end = lost->place + lost->len;
	size_t low = 0;
	size_t high = n->run_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (n->by_to[middle]->to < end)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < n->run_count && n->by_to[low]->to == end; low++)
		if (has_left(n, n->by_to[low])) {
			claim(&n->items[n->by_to[low]->last],
			      NEIGHBOUR_BY_ORDER, lost);
			return true;
		}
	return false;
}

bool neighbours_claim(struct neighbours *n, const struct entry *lost)
{
	return claim_by_id(n, lost) || claim_from(n, lost) || claim_to(n, lost);
}

const struct neighbour *neighbours_find(const struct neighbours *n,
					uint64_t place)
{
	size_t i = count_before(n, place);

	return i < n->count && n->items[i].place == place ? &n->items[i] : NULL;
}
