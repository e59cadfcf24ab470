/*
 * Does a file hold what was read of another? By the fingerprints of a position
 * (stream/position.h), wherever that was read.
 */
#ifndef SIEM_TAIL_COPY_H
#define SIEM_TAIL_COPY_H

#include <stdbool.h>

struct entry;
struct look;
struct position;
struct source;

/* Is all of it read? Of a packed file, as far as its trailer tells. */
bool copy_is_read(const struct source *s, const struct position *at);

/* Does the file hold what was read before? */
bool copy_holds(struct look *l, struct source *s, const struct position *at);

/* Does it hold nothing? Of a packed file: and is not only being packed. */
bool copy_is_empty(struct look *l, const struct source *s);

/* Is it, or may it become, a copy of one that is known? */
bool copy_is(struct look *l, const struct entry *entry, struct source *s);

#endif
