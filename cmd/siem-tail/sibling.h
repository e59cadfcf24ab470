/*
 * The names that rotated logs get: what says that a file is an earlier
 * generation of another, where only names can tell.
 */
#ifndef SIEM_TAIL_SIBLING_H
#define SIEM_TAIL_SIBLING_H

#include <stdbool.h>

/*
 * Is name that of a rotated audit.jsonl, say? audit.jsonl.1, audit.jsonl.old,
 * audit.jsonl-20261121, audit-2026-11-21.jsonl, audit.3.jsonl,
 * 20261121-audit.jsonl; and each of these, audit.jsonl too, with .gz behind it.
 */
bool sibling_is(const char *base, const char *name);

/* Is it named as a .gz file? */
bool sibling_is_packed(const char *name);

/*
 * Which of two siblings that changed at the same time is older? Negative: one.
 * Small numbers count up as files grow older, dates as they grow younger.
 */
int sibling_compare(const char *one, const char *other);

/*
 * Do three names differ in nothing but numbers, and is one between the others
 * by these: app-2026-11-22.log.gz between app-2026-11-21.log and
 * app-2026-11-23.log? Or is it at least before the last, where from is NULL.
 */
bool sibling_is_between(const char *from, const char *name, const char *to);

#endif
