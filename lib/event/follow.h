/*
 * Following a recipe.
 */
#ifndef SIEM_EVENT_FOLLOW_H
#define SIEM_EVENT_FOLLOW_H

#include "core/attr.h"
#include "event/apply.h"
#include "event/recipe.h"

#include <stdbool.h>

/*
 * As apply_map(), by the recipe that was found for the record. False where it
 * cannot be followed to the end: begin again and apply the map.
 */
bool follow(struct work *w, const struct recipe *recipe,
	    struct event *event) MUST_CHECK;

#endif
