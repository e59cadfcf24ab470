/*
 * Every class there is.
 */
#ifndef SIEM_REDACT_CLASSES_H
#define SIEM_REDACT_CLASSES_H

#include "redact/class.h"

/* In the order in which --list shows them; NULL behind the last. Where finds
   are equally long, the first counts. */
extern const struct class *const classes[];

/* The index of the class of that name, or of NULL. */
size_t classes_find(struct slice name);

#endif
