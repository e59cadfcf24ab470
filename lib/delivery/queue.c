#include "delivery/queue.h"

#include <assert.h>
#include <errno.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

enum {
	CHUNK_MOST = 256 << 10,
	CHUNK_LEAST = 16 << 10,
	SPARE_MOST = 16, // chunks kept for the next time
	ITEM = sizeof(struct queue_item),
};

_Static_assert(ITEM == 64, "an item is a line of the cache");

/* Bytes of records fill it from the start, and their items from the end. */
struct queue_chunk {
	struct queue_chunk *next;
	size_t cap;    // bytes of data, a multiple of ITEM
	size_t filled; // of those, with bytes of records
	size_t count;  // of items
	alignas(ITEM) char data[];
};

static struct queue_item *item_of(struct queue_chunk *chunk, size_t i)
{
	return (struct queue_item *)(void *)(chunk->data + chunk->cap) - 1 - i;
}

/* For len bytes and the LF behind them. */
static bool has_room(const struct queue_chunk *chunk, size_t len)
{
	return chunk->cap - chunk->filled - chunk->count * ITEM > ITEM + len;
}

/* A chunk is a small part of what may be held, but large enough to be cheap. */
static size_t chunk_size(const struct queue *q)
{
	size_t part = q->max / 16;

	return part < CHUNK_LEAST  ? CHUNK_LEAST
	       : part > CHUNK_MOST ? CHUNK_MOST
				   : part / ITEM * ITEM;
}

static bool is_empty(const struct queue *q)
{
	return q->tail == NULL || q->tail->count == 0;
}

/* Keep a few chunks of the usual size: fresh memory has to be cleared. */
static void release(struct queue *q, struct queue_chunk *chunk)
{
	q->held -= chunk->cap;
	if (q->spare_count == SPARE_MOST || chunk->cap != chunk_size(q)) {
		free(chunk);
		return;
	}
	chunk->next = q->spare;
	q->spare = chunk;
	q->spare_count++;
}

/* The last chunk is empty: let go of it. */
static void release_tail(struct queue *q)
{
	if (q->tail != NULL)
		release(q, q->tail);
	q->tail = NULL;
	q->front = q->next = (struct queue_place){ NULL, 0 };
}

static struct queue_chunk *new_chunk(struct queue *q, size_t cap)
{
	struct queue_chunk *chunk = q->spare;

	if (chunk != NULL && chunk->cap == cap) {
		q->spare = chunk->next;
		q->spare_count--;
	} else {
		chunk = aligned_alloc(ITEM, sizeof(*chunk) + cap);
	}
	if (chunk != NULL)
		*chunk = (struct queue_chunk){ .cap = cap };
	return chunk;
}

/* How many bytes may be added to those that are held. */
static size_t room_in(const struct queue *q)
{
	const struct queue_claim *c = &q->claimed;
	size_t elsewhere = c->used > c->reserved ? c->used : c->reserved;
	size_t taken = q->held + elsewhere;

	return taken < q->max ? q->max - taken : 0;
}

/* A chunk with room for a record of len bytes, behind the last. */
static bool add_chunk(struct queue *q, size_t len)
{
	size_t need = ITEM + (len + ITEM) / ITEM * ITEM;
	size_t cap = chunk_size(q);

	if (need > cap)
		cap = need;
	if (is_empty(q)) {
		release_tail(q);
	} else if (cap > room_in(q)) {
		errno = ENOBUFS;
		return false;
	}

	struct queue_chunk *chunk = new_chunk(q, cap);
	if (chunk == NULL)
		return false;
	q->held += cap;
	if (q->tail != NULL)
		q->tail->next = chunk;
	else
		q->front = q->next = (struct queue_place){ chunk, 0 };
	q->tail = chunk;
	return true;
}

struct queue_item *queue_add(struct queue *q, enum queue_kind kind,
			     struct slice bytes)
{
	assert(bytes.len <= UINT32_MAX - 2 * ITEM);
	if ((q->tail == NULL || !has_room(q->tail, bytes.len)) &&
	    !add_chunk(q, bytes.len))
		return NULL;

	struct queue_chunk *chunk = q->tail;
	struct queue_item *item = item_of(chunk, chunk->count++);
	char *room = chunk->data + chunk->filled;
	*item = (struct queue_item){
		.kind = kind,
		.state = kind == QUEUE_MARK ? QUEUE_DONE : QUEUE_WAITING,
		.len = (uint32_t)bytes.len,
		.back = (uint32_t)((char *)item - room),
		.born = q->epoch,
	};
	if (bytes.len > 0)
		memcpy(room, bytes.data, bytes.len);
	room[bytes.len] = '\n';
	chunk->filled += bytes.len + 1;
	if (kind == QUEUE_RECORD) {
		q->open++;
		q->waiting++;
	}
	return item;
}

/* The item at a place, which moves on to the next chunk where it has to. */
static struct queue_item *item_at(struct queue_place *place)
{
	while (place->chunk != NULL && place->at == place->chunk->count &&
	       place->chunk->next != NULL)
		*place = (struct queue_place){ place->chunk->next, 0 };
	if (place->chunk == NULL || place->at == place->chunk->count)
		return NULL;
	return item_of(place->chunk, place->at);
}

struct queue_item *queue_front(struct queue *q)
{
	return item_at(&q->front);
}

void queue_drop(struct queue *q)
{
	struct queue_item *item = item_at(&q->front);
	struct queue_chunk *chunk = q->front.chunk;
	bool behind = q->next.chunk == chunk && q->next.at <= q->front.at;

	assert(item != NULL && item->state == QUEUE_DONE);
	q->front.at++;
	if (behind)
		q->next = q->front;
	if (q->front.at < chunk->count)
		return;
	if (chunk->next != NULL) {
		q->front = (struct queue_place){ chunk->next, 0 };
		if (q->next.chunk == chunk)
			q->next = q->front;
		release(q, chunk);
	} else {
		// Empty: begin again at the start of the chunk.
		chunk->filled = chunk->count = 0;
		q->front = q->next = (struct queue_place){ chunk, 0 };
	}
}

bool queue_drops_memory(const struct queue *q)
{
	return q->front.at + 1 == q->front.chunk->count;
}

static void enter(struct queue *q, struct queue_item *item,
		  enum queue_state state)
{
	if (item->kind == QUEUE_RECORD) {
		q->waiting -= item->state == QUEUE_WAITING;
		q->waiting += state == QUEUE_WAITING;
		q->open -= state == QUEUE_DONE;
	}
	item->state = state;
}

struct queue_item *queue_peek(struct queue *q)
{
	struct queue_item *item;

	while ((item = item_at(&q->next)) != NULL &&
	       item->state != QUEUE_WAITING)
		q->next.at++;
	return item;
}

struct queue_item *queue_take(struct queue *q)
{
	struct queue_item *item = queue_peek(q);

	if (item == NULL)
		return NULL;
	q->next.at++;
	enter(q, item, QUEUE_SENT);
	if (item->sent_ns == 0)
		item->sent_ns = q->now_ns;
	return item;
}

void queue_charge(struct queue *q, size_t bytes)
{
	q->held += bytes;
}

void queue_discharge(struct queue *q, size_t bytes)
{
	assert(q->held >= bytes);
	q->held -= bytes;
}

void queue_claim(struct queue *q, struct queue_claim *claim, size_t used,
		 size_t reserved)
{
	q->claimed.used += used - claim->used;
	q->claimed.reserved += reserved - claim->reserved;
	*claim = (struct queue_claim){ used, reserved };
}

void queue_put_back(struct queue *q, struct queue_item *item)
{
	assert(item->state == QUEUE_SENT);
	enter(q, item, QUEUE_WAITING);
	// Where it stands is not known, but it is not before the first.
	q->next = q->front;
}

void queue_settle(struct queue *q, struct queue_item *item,
		  enum queue_fate fate)
{
	assert(item->state != QUEUE_DONE);
	item->fate = fate;
	enter(q, item, QUEUE_DONE);
}

struct queue_place queue_begin(const struct queue *q)
{
	return q->front;
}

struct queue_item *queue_each(struct queue_place *place)
{
	struct queue_item *item = item_at(place);

	if (item != NULL)
		place->at++;
	return item;
}

static void free_chunks(struct queue_chunk *chunk)
{
	while (chunk != NULL) {
		struct queue_chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
}

void queue_free(struct queue *q)
{
	free_chunks(q->front.chunk);
	free_chunks(q->spare);
	*q = QUEUE_INIT(q->max);
}
