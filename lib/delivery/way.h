/*
 * The way to a destination, by its shape.
 */
#ifndef SIEM_DELIVERY_WAY_H
#define SIEM_DELIVERY_WAY_H

#include "delivery/carrier.h"
#include "dest/dest.h"

/* dest is borrowed for as long as the way, and what is opened by it, lives. */
struct carrier_way way_to(struct dest *dest);

/* The path of the file that is appended to, or NULL where it is none. */
const char *way_file(const struct dest *dest);

#endif
