/*
 * A mapper makes events of records. It holds the memory of all that this takes
 * and uses it again for every record: nothing is allocated for an ordinary one.
 */
#ifndef SIEM_EVENT_MAPPER_H
#define SIEM_EVENT_MAPPER_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "event/event.h"
#include "event/explain.h"
#include "event/map.h"
#include "event/select.h"

#include <stdbool.h>
#include <stddef.h>

struct mapper;

/*
 * What the event of a record and its line may take together, so that memory
 * is bounded for both: a record that needs more is refused.
 */
static inline size_t event_allowance(size_t max_record)
{
	return 2 * max_record + max_record / 4 + ((size_t)64 << 10);
}

/*
 * max_record bounds what one record may take. The maps are borrowed. NULL out
 * of memory.
 */
struct mapper *mapper_new(const struct maps *maps,
			  const struct map_shape *shape,
			  size_t max_record) MUST_CHECK;
void mapper_free(struct mapper *m);

/*
 * Of records that selection leaves out, events say only that (event.h). It is
 * borrowed.
 */
void mapper_select(struct mapper *m, const struct select *selection);

/*
 * Scan and map one record. The event, and all it points to, is valid until
 * the next call and borrows from record. Bytes that are not UTF-8 are repaired
 * first and a byte order mark is dropped (event->record says what was read).
 * -1: ERR_DATA with a column, of the record as it was repaired, or ERR_SYSTEM.
 */
int mapper_read(struct mapper *m, struct slice record, struct event *event,
		struct err *e) MUST_CHECK;

/*
 * For tests: whether records are mapped as others like them were (recipe.h),
 * of which nothing else can be seen; and how many were.
 */
enum mapper_recipes {
	MAPPER_LEARNS,  // they are, and the first of its kind is learned from
	MAPPER_FOLLOWS, // as others were so far
	MAPPER_APPLIES, // each by itself
};

void mapper_use(struct mapper *m, enum mapper_recipes use);
size_t mapper_followed(const struct mapper *m);

/*
 * The text of a value: strings decoded, containers as compact JSON, everything
 * else as it stands. Valid until the next call, for which its memory is used
 * again; that of attributes, which are decoded already, as long as the event.
 * False out of memory.
 */
bool mapper_text(struct mapper *m, struct value v,
		 struct slice *text) MUST_CHECK;

/*
 * May an array or object stand among what others read (sound.h)? text is that
 * of mapper_text().
 */
bool mapper_is_sound(struct mapper *m, struct slice text) MUST_CHECK;

/*
 * Where each member of the last record went, as lines of text for a person
 * (siem-fmt --explain). losses, of the line that was made of it, may be NULL.
 */
void mapper_explain(struct mapper *m, const struct event *event,
		    const struct explain_losses *losses, struct buf *out);

#endif
