/*
 * Reading a topic of Kafka, as a member of a group of consumers: the partitions
 * that the group gives to this one, each a source of its own.
 *
 * It begins at the offsets of the group, or at those of the checkpoint where
 * they are further, or the group has none. What the checkpoint acknowledges is
 * committed to the group.
 */
#ifndef SIEM_TAIL_KAFKA_H
#define SIEM_TAIL_KAFKA_H

#include "core/attr.h"
#include "core/err.h"

#include <stdbool.h>

struct config;
struct tail;

/* Is this what the operands ask for? */
bool kafka_is(char *const operands[], int count);

/* Refuse what makes no sense with a topic, and a topic among other operands. */
int kafka_check(const struct config *cfg, char *const operands[], int count,
		struct err *e) MUST_CHECK;

/*
 * Read it until its end (--once) or a signal asks to end. -1 with e filled:
 * ERR_USAGE where the checkpoint is that of something else.
 */
int kafka_run(struct tail *t, const char *url, struct err *e) MUST_CHECK;

#endif
