/*
 * A look at the members of an object in a line that nobody has validated.
 *
 * Whatever is there is walked over without reading beyond it; what makes no
 * sense ends the walk. For those who only want to know what a line may be:
 * scan.h is for those who rely on it.
 */
#ifndef SIEM_JSON_PEEK_H
#define SIEM_JSON_PEEK_H

#include "core/slice.h"

#include <stdbool.h>

/* Does s begin with an object, and if so, where is its inside? */
bool peek_object(struct slice s, struct slice *inside);

/*
 * Take the next member off an inside. The key is as it stands between its
 * quotes, the value as it stands. False at the end.
 */
bool peek_member(struct slice *rest, struct slice *key, struct slice *value);

#endif
