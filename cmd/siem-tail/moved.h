/*
 * What rotation moved into another folder that is followed, as it is or packed.
 */
#ifndef SIEM_TAIL_MOVED_H
#define SIEM_TAIL_MOVED_H

#include <stdbool.h>

struct entry;
struct known;
struct look;

/*
 * A look so patient waits for folders to be quiet, so many times; another does
 * not.
 */
enum { MOVED_PAUSE_MS = 5, MOVED_TRIES = 40 };

/*
 * Is a file that is not in this folder any more in another one, or another
 * there that holds what was read of it? Then it is found, and the next look
 * there goes on with it. Where it cannot be told yet: it is.
 */
bool moved_away(const struct look *l, struct known *k, bool patient);

/* Is the file itself in another folder? */
bool moved_is_afar(const struct look *l, const struct known *k);

/*
 * What was read in another folder, and is nowhere any more, that this file
 * holds. NULL: nothing.
 */
struct known *moved_here(struct look *l, struct entry *entry);

/* The folder was looked at. */
void moved_note_visit(const struct look *l);

#endif
