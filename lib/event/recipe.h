/*
 * Recipes: what applying a map came to, remembered for records like it.
 *
 * The records of a log come in few shapes: the same members with values of the
 * same types, in the same order. Most of what a map does depends on that and
 * on the text of a few members only, those that its conditions and tables ask
 * for (action, event_type, severity). When a record is the first of its kind,
 * learn.h applies the map and notes what was done and what it depended on;
 * follow.h does the same for the next such record without asking anything.
 *
 * Why that is right. A recipe is found only for a record that has, compared
 * byte for byte and not by hash alone,
 *  - the shape: slots, depths, types and emptiness of all members, in order,
 *    and the names of those that no path names; no name with escapes, and none
 *    twice in an object;
 *  - in each guard, without escapes, the text that it had.
 * Whatever else had a say while it was learned (other texts, elements of
 * arrays, whether a value fits a type) is not in the recipe: for that row,
 * attribute, raise, base or time it says to evaluate it again.
 *
 * What bounds it: the memory for recipes is one block; when it is used up all
 * are forgotten. Learning is paid for by records that came in between, so that
 * a log without two records alike costs little more than it would without
 * recipes. Hashes are seeded, and no place of the tables holds many entries.
 */
#ifndef SIEM_EVENT_RECIPE_H
#define SIEM_EVENT_RECIPE_H

#include "core/attr.h"
#include "core/slice.h"
#include "event/eval.h"
#include "event/plan.h"
#include "json/scan.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	RECIPE_MEMBERS = 128, // of a record that has one, at most
	RECIPE_UNNAMED = 16,  // of these no path names
	RECIPE_MEMORY = 384 << 10,
	// What the values of an event may take that a recipe makes, beside
	// the record. So little of it is not counted as taken (event.h).
	RECIPE_TAKEN = 4 << 10,
};

enum step_kind {
	STEP_MEMBER, // the member goes to the target as it is
	STEP_CONST,  // a constant does
	STEP_TIME,   // the time of the event does, in milliseconds
	STEP_TYPED,  // the member is the value of the row
	STEP_ROW,    // the row has to be evaluated
};

struct step {
	uint16_t kind; // enum step_kind
	uint16_t member;
	uint32_t place; // bytes before the value among members or constants
	union {
		const struct target *target;
		const struct row *row; // of the last two kinds
	};
};

/* An attribute whose value is that of a member, or has to be evaluated. */
struct step_attribute {
	uint32_t number;
	uint32_t member; // SCAN_ROOT: evaluate it
};

/*
 * A member that belongs to the rest unless something that was evaluated has
 * used it; shown, mostly the same, is the one that is put. Without a key it is
 * an object; where that has been used, go on with entry number skip, and where
 * skip is 0, its key depends on too much. With a key, go on with skip once
 * shown has been put, unless skip is 0.
 */
struct step_left {
	uint32_t member, shown, skip;
	struct slice key;
};

enum recipe_time {
	RECIPE_NO_TIME,
	RECIPE_TIME,        // of time_member, which has to be one
	RECIPE_TIME_VARIES, // evaluate it
};

struct recipe_group;

struct recipe {
	// private: where it is found
	const struct recipe *next;
	const struct recipe_group *group;
	uint64_t hash;
	const struct slice *guards; // texts

	const struct plan *plan;
	enum recipe_time time;
	uint32_t time_member;
	bool base_varies; // evaluate the base of the severity, or it is this:
	bool emergency;
	int severity;
	struct origin time_origin, severity_origin;
	const uint32_t *raises; // those of the plan to be evaluated
	size_t raise_count;

	const struct value *attributes; // those that are constant or none
	size_t attribute_count;
	const struct step_attribute *other_attributes;
	size_t other_attribute_count;
	struct slice head; // as in struct event
	const struct step *steps; // the rows that may put a field
	size_t step_count;
	const struct value *constants; // that steps put
	size_t constant_count;

	const struct step_left *left;
	size_t left_count;
	const uint32_t *used; // members that the steps use surely; marked only
			      // where the rest has to be collected after all
	size_t used_count;
};

/* All recipes of a mapper. */
struct recipes {
	// private
	char *memory;
	size_t taken;
	struct recipe_shape **shapes; // hash tables
	const struct recipe **table;
	struct recipe_layout *layouts; // of records; what shape they have
	uint64_t seed, other_seed;
	size_t credit; // for what is learned
	size_t cost;   // of the next
	uint64_t random;
};

/* False out of memory; free it all the same. */
bool recipes_init(struct recipes *r, uint64_t seed) MUST_CHECK;
void recipes_free(struct recipes *r);

/* That of a record, or NULL. Valid until something is kept or entered. */
const struct recipe *recipes_find(struct recipes *r, const struct scan *s);

/* May a recipe be learned for this record, and is it time to? Then this one is
   about to be. */
bool recipes_may_learn(struct recipes *r, const struct scan *s);

/*
 * Enter a recipe, which is copied, for records like this one. NULL where there
 * is no place for it.
 */
const struct recipe *recipe_enter(struct recipes *r, const struct scan *s,
				  const struct watch *watch,
				  const struct recipe *recipe);

/*
 * Copy n bytes to where recipes are, with SHORT_SLACK bytes behind them. NULL
 * where memory is used up: then no recipe is left.
 */
void *recipes_keep(struct recipes *r, const void *bytes, size_t n);

#endif
