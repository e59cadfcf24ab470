/*
 * Which of the words that would have been right is closest to the one given.
 */
#ifndef SIEM_CORE_NEAREST_H
#define SIEM_CORE_NEAREST_H

#include <stddef.h>

/*
 * Fed one candidate after the other; best is the closest so far, or NULL
 * where none is close enough to be what was meant. Borrows what it is given.
 */
struct nearest {
	const char *word; // what was given
	const char *best;
	size_t distance;
};

#define NEAREST_INIT(w) ((struct nearest){ .word = (w) })

void nearest_try(struct nearest *n, const char *candidate);

#endif
