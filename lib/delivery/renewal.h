/*
 * Secrets that are renewed while their destination is in use.
 */
#ifndef SIEM_DELIVERY_RENEWAL_H
#define SIEM_DELIVERY_RENEWAL_H

#include "dest/dest.h"

#include <stdbool.h>

/*
 * Read them again. True: one is another, and so is the plan; the config of the
 * plan before is gone. That, and what cannot be read, is said.
 */
bool renewal_take(struct dest *dest);

#endif
