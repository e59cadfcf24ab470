/*
 * What a CEF event is to be, and whether it is.
 */
#ifndef SIEM_PARSE_CEFCHECK_H
#define SIEM_PARSE_CEFCHECK_H

#include "parse/cefline.h"
#include "parse/parse.h"

extern const struct rule cef_rules[];

/* Tell of the departures of an event that could be read. */
void cefcheck_event(struct reading *r, const struct cefline *c);

/* Refuse one whose header is not all there; fills e and returns -1. */
int cefcheck_refuse(struct reading *r, const struct cefline *c, struct err *e);

#endif
