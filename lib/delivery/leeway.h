/*
 * How many bytes may be under way to a receiver.
 *
 * Where it confirms none of them they settle some time after they arrived, and
 * where it does, a reset destroys what it said last: a receiver that breaks
 * every connection sooner would be sent the same ones for ever. After a
 * connection that broke with nothing settled the next one may therefore have
 * fewer bytes under way, down to a single record, and has to wait for them to
 * settle; as they do, it may have more again. Pure.
 */
#ifndef SIEM_DELIVERY_LEEWAY_H
#define SIEM_DELIVERY_LEEWAY_H

#include <stdint.h>

struct leeway {
	uint64_t bytes; // that may be under way; one record may in any case
};

#define LEEWAY_INIT ((struct leeway){ .bytes = UINT64_MAX })

/* A connection broke after so many bytes, of which none had settled. */
void leeway_shrink(struct leeway *l, uint64_t written);

/* So many bytes have settled. */
void leeway_grow(struct leeway *l, uint64_t settled);

#endif
