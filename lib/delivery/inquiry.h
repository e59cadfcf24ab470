/*
 * A destination of the request shape, for --check: the way to each place that
 * its requests go to, and then these, one by one.
 */
#ifndef SIEM_DELIVERY_INQUIRY_H
#define SIEM_DELIVERY_INQUIRY_H

#include "delivery/findings.h"
#include "dest/dest.h"

/* -1: no record would get there, which has been said. */
int inquiry_make(const struct dest *dest, struct findings *f);

#endif
