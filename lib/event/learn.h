/*
 * Learning a recipe: a map is applied to a record, and what was done is noted
 * instead of what came of it.
 */
#ifndef SIEM_EVENT_LEARN_H
#define SIEM_EVENT_LEARN_H

#include "event/apply.h"
#include "event/recipe.h"

/*
 * Learn from the record that w has begun with, which is to be begun again
 * afterwards. NULL where nothing could be learned.
 */
const struct recipe *learn(struct recipes *r, struct work *w);

#endif
