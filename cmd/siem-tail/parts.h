/*
 * The partitions of a topic: where each stands, in the group of consumers, in
 * the checkpoint, and in what was sent.
 *
 * In the checkpoint a partition is the source "kafka:CLUSTER/TOPIC/NUMBER", and
 * its position the offset of the record that is next.
 */
#ifndef SIEM_TAIL_PARTS_H
#define SIEM_TAIL_PARTS_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OFFSET_NONE = -1 };

struct part {
	int32_t number;
	bool is_ours; // given to us by the group
	bool at_end;  // of what there is so far
	// each the offset of a record that is next, or OFFSET_NONE
	int64_t begun;     // where reading it began
	int64_t next;      // behind what was sent
	int64_t group;     // as the group has it
	int64_t confirmed; // as the checkpoint has it
};

struct parts {
	struct part *items;
	size_t count, cap;
	char source[512]; // "kafka:CLUSTER/TOPIC/"
};

/* What partitions of it are called; cluster may be NULL: not known. */
int parts_name(struct parts *p, const char *cluster, const char *topic,
	       struct err *e) MUST_CHECK;

/* The one of that number, which is new where there was none. NULL: memory. */
struct part *parts_get(struct parts *p, int32_t number) MUST_CHECK;

/*
 * Read what the checkpoint at path confirms. ERR_USAGE: it is that of something
 * else.
 */
int parts_confirm(struct parts *p, const char *path, struct err *e) MUST_CHECK;

/* Where to begin with one that was just given to us. */
int64_t part_start(const struct part *part);

/* Is there something that is confirmed, and that the group does not know? */
bool part_is_ahead(const struct part *part);

/* Is all that was sent of those that are ours confirmed? */
bool parts_are_confirmed(const struct parts *p);

/* Append the mark for where a partition stands, or that it is gone. */
void parts_put_mark(const struct parts *p, const struct part *part, bool gone,
		    struct buf *out);

void parts_free(struct parts *p);

#endif
