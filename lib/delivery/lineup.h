/*
 * The batches that are to go, each with its turn: one that grows with what
 * comes from the queue, and those that wait for another try.
 */
#ifndef SIEM_DELIVERY_LINEUP_H
#define SIEM_DELIVERY_LINEUP_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "delivery/batch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lineup {
	struct batch_source source;
	unsigned flush_ms;  // for which a batch may grow; 0: it goes at once
	unsigned in_flight; // batches at a time; 1: they go in their order
	bool no_more;       // nothing will come that a batch could grow by

	struct batch *open;        // that grows
	struct buf body;           // its body
	struct batch_list waiting; // for another try
};

/* Bodies may have that many bytes; what is 0 may be set at any time. */
#define LINEUP_INIT(bytes) ((struct lineup){ .body = BUF_INIT(bytes) })

/* It goes again, not before due_ms, and before what waits already. */
void lineup_put_off(struct lineup *l, struct batch *b, int64_t due_ms);

/* The same for all of a list, in their order. */
void lineup_put_off_all(struct lineup *l, struct batch_list *list,
			int64_t due_ms);

/* May one be made besides those that wait? */
bool lineup_may_open(const struct lineup *l);

/* Let the open one grow; -1 with e filled, as batch_fill() does. */
int lineup_grow(struct lineup *l, int64_t now_ms, struct err *e) MUST_CHECK;

/*
 * Hand over the batch that is to go now, with its body, or NULL where there is
 * none. -1 with e filled: it could not be made, and waits.
 */
int lineup_next(struct lineup *l, int64_t now_ms, struct buf *body,
		struct batch **b, struct err *e) MUST_CHECK;

/* When the next one is to go; INT64_MAX: there is none. */
int64_t lineup_due_ms(const struct lineup *l);

/* Put everything back into the queue; free what is left. */
void lineup_put_back(struct lineup *l);
void lineup_free(struct lineup *l);

#endif
