/*
 * What a LEEF event is to be, and whether it is.
 */
#ifndef SIEM_PARSE_LEEFCHECK_H
#define SIEM_PARSE_LEEFCHECK_H

#include "parse/leefline.h"
#include "parse/parse.h"

extern const struct rule leef_rules[];

/*
 * Tell of the departures of an event that could be read, whose attributes are
 * in r->pairs.
 */
void leefcheck_event(struct reading *r, const struct leefline *l);

/* Refuse one whose header is not all there; fills e and returns -1. */
int leefcheck_refuse(struct reading *r, const struct leefline *l,
		     struct err *e);

#endif
