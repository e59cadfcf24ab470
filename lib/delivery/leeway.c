#include "delivery/leeway.h"

/*
 * Growing by what settles doubles the leeway each time that all of it has
 * settled; shrinking is twice as fast, for each step of it costs a connection.
 */
enum { SHRINK = 4 };

void leeway_shrink(struct leeway *l, uint64_t written)
{
	uint64_t least = written < l->bytes ? written : l->bytes;

	if (written > 0)
		l->bytes = least / SHRINK;
}

void leeway_grow(struct leeway *l, uint64_t settled)
{
	if (settled < UINT64_MAX - l->bytes)
		l->bytes += settled;
	else
		l->bytes = UINT64_MAX;
}
