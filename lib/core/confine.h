/*
 * Where a process may change files, by Landlock.
 *
 * It is a part of sealing, and on its own no seal: see core/seal.h.
 */
#ifndef SIEM_CORE_CONFINE_H
#define SIEM_CORE_CONFINE_H

#include <stddef.h>

/*
 * From here on this thread, and those it starts, make, write, cut, rename and
 * remove files only where paths says: in a folder, or in that of a file (NULL:
 * none); folders, links and devices nowhere.
 *
 * A kernel that does not know Landlock, or refuses it, is no failure: a message
 * says so.
 */
void confine_writing(const char *const paths[], size_t count);

#endif
