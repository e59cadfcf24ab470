#include "delivery/batch.h"

#include <assert.h>
#include <stdlib.h>

struct batch *batch_new(struct queue *queue)
{
	struct batch *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->queue = queue;
	queue_charge(queue, sizeof(*b));
	return b;
}

void batch_free(struct batch *b)
{
	if (b == NULL)
		return;
	queue_discharge(b->queue, sizeof(*b) + b->cap * sizeof(*b->items));
	free(b->items);
	free(b);
}

static bool has_room(struct batch *b)
{
	size_t cap = b->cap > 0 ? 2 * b->cap : 64;
	struct queue_item **items;

	if (b->count < b->cap)
		return true;
	items = realloc(b->items, cap * sizeof(*items));
	if (items == NULL)
		return false;
	queue_charge(b->queue, (cap - b->cap) * sizeof(*items));
	b->items = items;
	b->cap = cap;
	return true;
}

bool batch_append(struct batch *b, struct queue_item *item)
{
	if (!has_room(b))
		return false;
	b->items[b->count++] = item;
	return true;
}

/* It can never be sent: set it aside. */
static void reject(const struct batch_source *from, struct queue_item *item,
		   const char *why)
{
	ledger_reject(from->ledger, queue_bytes(item), item->line, why);
	queue_settle(from->queue, item, FATE_REJECTED);
}

/* Is there no room for more in a body of so many bytes? */
static bool is_full(const struct batch *b, const struct batch_limits *limits,
		    size_t bytes)
{
	return (limits->count > 0 && b->count >= limits->count) ||
	       (limits->bytes > 0 && bytes >= limits->bytes);
}

/* Take the item that is next in the queue. 1: it is too much for this batch. */
static int take(struct batch *b, const struct batch_source *from,
		struct queue_item *item, struct buf *body, struct err *e)
{
	size_t before = body->len;
	int rc = from->add(from->context, item, b->count, body, e);

	if (rc == 0 && (buf_status(body) != 0 || !has_room(b)))
		rc = err_set(e, ERR_TEMPORARY, "out of memory");
	if (rc < 0) {
		buf_cut(body, before);
		if (e->kind != ERR_DATA)
			return -1;
		(void)!queue_take(from->queue);
		reject(from, item, e->text);
		return 0;
	}
	if (b->count > 0 && from->limits.bytes > 0 &&
	    body->len > from->limits.bytes) {
		buf_cut(body, before);
		return 1;
	}
	(void)!queue_take(from->queue);
	item->owner = from->owner;
	b->items[b->count++] = item;
	return 0;
}

int batch_fill(struct batch *b, const struct batch_source *from,
	       struct buf *body, int64_t now_ms, struct err *e)
{
	struct queue_item *item;

	while (!b->closed && (item = queue_peek(from->queue)) != NULL) {
		if (item->kind == QUEUE_FLUSH) {
			(void)!queue_take(from->queue);
			queue_settle(from->queue, item, FATE_NONE);
			b->closed = b->count > 0;
			continue;
		}
		int rc = take(b, from, item, body, e);
		if (rc < 0)
			return -1;
		if (b->count == 1)
			b->opened_ms = now_ms;
		b->closed = rc > 0 || is_full(b, &from->limits, body->len);
	}
	return 0;
}

int batch_rebuild(struct batch *b, const struct batch_source *from,
		  struct buf *body, struct err *e)
{
	size_t kept = 0;

	for (size_t i = 0; i < b->count; i++) {
		struct queue_item *item = b->items[i];
		size_t before = body->len;
		int rc = from->add(from->context, item, kept, body, e);

		if (rc == 0 && buf_status(body) != 0)
			rc = err_set(e, ERR_TEMPORARY, "out of memory");
		if (rc < 0 && e->kind != ERR_DATA) {
			// What is between kept and i has been rejected.
			while (i < b->count)
				b->items[kept++] = b->items[i++];
			b->count = kept;
			return -1;
		}
		if (rc < 0) {
			buf_cut(body, before);
			reject(from, item, e->text);
			continue;
		}
		b->items[kept++] = item;
	}
	b->count = kept;
	return 0;
}

void batch_deliver(struct batch *b, const struct batch_source *from)
{
	for (size_t i = 0; i < b->count; i++) {
		ledger_deliver(from->ledger, queue_bytes(b->items[i]),
			       b->items[i]->read_ns);
		queue_settle(from->queue, b->items[i], FATE_DELIVERED);
	}
	b->count = 0;
}

void batch_put_back(struct batch *b, const struct batch_source *from)
{
	for (size_t i = 0; i < b->count; i++)
		queue_put_back(from->queue, b->items[i]);
	b->count = 0;
}

void batch_note_sent(const struct batch *b)
{
	for (size_t i = 0; i < b->count; i++)
		b->items[i]->sent_before = true;
}

void batch_count_try(const struct batch *b)
{
	for (size_t i = 0; i < b->count; i++)
		b->items[i]->tries++;
}

void batch_list_push(struct batch_list *l, struct batch *b)
{
	b->next = l->first;
	l->first = b;
	if (l->last == NULL)
		l->last = b;
	l->count++;
}

void batch_list_append(struct batch_list *l, struct batch *b)
{
	b->next = NULL;
	if (l->last != NULL)
		l->last->next = b;
	else
		l->first = b;
	l->last = b;
	l->count++;
}

void batch_list_remove(struct batch_list *l, struct batch *b)
{
	struct batch *before = NULL;
	struct batch **p = &l->first;

	while (*p != b) {
		assert(*p != NULL);
		before = *p;
		p = &before->next;
	}
	*p = b->next;
	if (l->last == b)
		l->last = before;
	b->next = NULL;
	l->count--;
}

struct batch *batch_list_take(struct batch_list *l)
{
	struct batch *b = l->first;

	if (b != NULL)
		batch_list_remove(l, b);
	return b;
}

void batch_list_put_back(struct batch_list *l, const struct batch_source *from)
{
	struct batch *b;

	while ((b = batch_list_take(l)) != NULL) {
		batch_put_back(b, from);
		batch_free(b);
	}
}

void batch_list_free(struct batch_list *l)
{
	struct batch *b;

	while ((b = batch_list_take(l)) != NULL)
		batch_free(b);
}
