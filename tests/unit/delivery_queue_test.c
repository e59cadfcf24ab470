/* The queue: order, states, bounds, and random use against a plain model. */
#include "delivery/queue.h"

#include "check.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MIB = 1 << 20 };

static void items_leave_in_the_order_they_came(void)
{
	struct queue q = QUEUE_INIT(MIB);

	CHECK(queue_add(&q, QUEUE_RECORD, SLICE("a")) != NULL);
	CHECK(queue_add(&q, QUEUE_RECORD, SLICE("bc")) != NULL);
	struct queue_item *a = queue_take(&q);
	struct queue_item *bc = queue_take(&q);
	CHECK(queue_take(&q) == NULL);
	CHECK(slice_is(queue_bytes(a), SLICE("a")));
	CHECK(slice_is(queue_bytes(bc), SLICE("bc")));

	queue_settle(&q, bc, FATE_DELIVERED);
	CHECK(queue_front(&q) == a && a->state == QUEUE_SENT);
	queue_settle(&q, a, FATE_DELIVERED);
	queue_drop(&q);
	CHECK(queue_front(&q) == bc && bc->state == QUEUE_DONE);
	queue_drop(&q);
	CHECK(queue_front(&q) == NULL);
	queue_free(&q);
}

static void what_is_put_back_is_taken_again_in_its_place(void)
{
	struct queue q = QUEUE_INIT(MIB);

	(void)!queue_add(&q, QUEUE_RECORD, SLICE("1"));
	(void)!queue_add(&q, QUEUE_RECORD, SLICE("2"));
	(void)!queue_add(&q, QUEUE_RECORD, SLICE("3"));
	struct queue_item *first = queue_take(&q);
	struct queue_item *second = queue_take(&q);
	queue_put_back(&q, first);
	CHECK(q.waiting == 2 && q.open == 3);
	CHECK(queue_take(&q) == first);
	struct queue_item *third = queue_take(&q);
	CHECK(third != second && slice_is(queue_bytes(third), SLICE("3")));
	queue_free(&q);
}

static void a_mark_is_never_taken_but_leaves_in_its_place(void)
{
	struct queue q = QUEUE_INIT(MIB);

	(void)!queue_add(&q, QUEUE_RECORD, SLICE("1"));
	(void)!queue_add(&q, QUEUE_MARK, SLICE("log 7"));
	struct queue_item *record = queue_take(&q);
	CHECK(queue_take(&q) == NULL);
	CHECK(queue_front(&q) == record);
	queue_settle(&q, record, FATE_DELIVERED);
	queue_drop(&q);
	CHECK(queue_front(&q)->kind == QUEUE_MARK);
	CHECK(queue_front(&q)->state == QUEUE_DONE);
	queue_free(&q);
}

static void items_lie_together_apart_from_their_bytes(void)
{
	struct queue q = QUEUE_INIT(MIB);
	const char *bytes = "one record and another";
	struct slice first = { bytes, 10 };
	struct slice second = slice_from(slice_of(bytes), 11);
	struct queue_item *a = queue_add(&q, QUEUE_RECORD, first);
	struct queue_item *b = queue_add(&q, QUEUE_RECORD, second);

	// Two lines of a cache, and nothing between them.
	CHECK((uintptr_t)a % 64 == 0);
	CHECK((uintptr_t)a - (uintptr_t)b == 64);
	CHECK(slice_is(queue_bytes(a), first));
	CHECK(slice_is(queue_bytes(b), second));
	queue_free(&q);
}

static void a_full_queue_takes_nothing_until_something_leaves(void)
{
	struct queue q = QUEUE_INIT(MIB);
	char record[1000] = "";
	size_t count = 0;

	while (queue_add(&q, QUEUE_RECORD,
			 (struct slice){ record, sizeof(record) }) != NULL)
		count++;
	CHECK(errno == ENOBUFS);
	CHECK(q.held <= MIB);
	CHECK(count > 900);

	while (queue_take(&q) != NULL)
		;
	for (size_t i = 0; i < count / 4; i++) {
		queue_settle(&q, queue_front(&q), FATE_DELIVERED);
		queue_drop(&q);
	}
	CHECK(queue_add(&q, QUEUE_RECORD, SLICE("x")) != NULL);
	queue_free(&q);
}

/* How many records of a kilobyte go in. */
static size_t fill(struct queue *q)
{
	char record[1000] = "";
	size_t count = 0;

	while (queue_add(q, QUEUE_RECORD,
			 (struct slice){ record, sizeof(record) }) != NULL)
		count++;
	return count;
}

static void what_is_claimed_elsewhere_stays_free(void)
{
	struct queue q = QUEUE_INIT(MIB);
	struct queue_claim a = { 0 }, b = { 0 };

	queue_claim(&q, &a, 0, MIB / 4);
	queue_claim(&q, &b, 0, MIB / 4);
	size_t count = fill(&q);
	CHECK(count > 400 && count < 500);
	CHECK(queue_memory(&q) <= MIB / 2);

	// Within what was reserved, use makes no difference.
	queue_claim(&q, &a, MIB / 4, MIB / 4);
	CHECK(queue_memory(&q) > MIB / 2 && queue_memory(&q) <= 3 * MIB / 4);
	CHECK(fill(&q) == 0);
	queue_claim(&q, &a, 0, 0);
	CHECK(fill(&q) > 200);
	queue_claim(&q, &b, 0, 0);
	CHECK(fill(&q) > 200);
	queue_free(&q);
}

static void more_than_all_may_be_claimed(void)
{
	struct queue q = QUEUE_INIT(MIB);
	struct queue_claim a = { 0 };

	CHECK(queue_add(&q, QUEUE_RECORD, SLICE("x")) != NULL);
	queue_claim(&q, &a, 5 * MIB, 0);
	fill(&q);
	CHECK(q.held < MIB / 4);
	queue_claim(&q, &a, 0, 0);
	CHECK(fill(&q) > 700);
	queue_free(&q);
}

static void an_empty_queue_takes_a_record_of_any_size(void)
{
	struct queue q = QUEUE_INIT(1);
	char *giant = calloc(3, MIB);

	CHECK(queue_add(&q, QUEUE_RECORD, (struct slice){ giant, 3 * MIB }) !=
	      NULL);
	CHECK(queue_add(&q, QUEUE_RECORD, SLICE("x")) == NULL);
	(void)!queue_take(&q);
	queue_settle(&q, queue_front(&q), FATE_DELIVERED);
	queue_drop(&q);
	CHECK(queue_add(&q, QUEUE_RECORD, SLICE("x")) != NULL);
	queue_free(&q);
	free(giant);
}

/* The same number on every machine. */
static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

enum { MODEL_MAX = 5000 };

/* What the queue should hold: numbers that each item carries as its line. */
struct model {
	struct {
		struct queue_item *item;
		enum queue_state state;
		size_t len;
	} items[MODEL_MAX];
	size_t first, last;
};

static void add_random(struct queue *q, struct model *m, uint32_t *random)
{
	static char bytes[100000];
	size_t len = next_random(random) % 50 == 0
			     ? next_random(random) % sizeof(bytes)
			     : next_random(random) % 300;

	if (m->last == MODEL_MAX)
		return;
	memset(bytes, (int)(m->last % 251), len);
	struct queue_item *item =
		queue_add(q, QUEUE_RECORD, (struct slice){ bytes, len });
	if (item == NULL) {
		CHECK(errno == ENOBUFS && m->first < m->last);
		return;
	}
	item->line = m->last;
	m->items[m->last].item = item;
	m->items[m->last].state = QUEUE_WAITING;
	m->items[m->last++].len = len;
}

static void take_one(struct queue *q, struct model *m)
{
	size_t i = m->first;

	while (i < m->last && m->items[i].state != QUEUE_WAITING)
		i++;
	struct queue_item *item = queue_take(q);
	CHECK(item == (i < m->last ? m->items[i].item : NULL));
	if (item == NULL)
		return;
	CHECK(item->line == i && item->len == m->items[i].len);
	struct slice bytes = queue_bytes(item);
	for (size_t at = 0; at < bytes.len; at++)
		CHECK((unsigned char)bytes.data[at] == i % 251);
	m->items[i].state = QUEUE_SENT;
}

static void change_one(struct queue *q, struct model *m, uint32_t *random)
{
	if (m->first == m->last)
		return;

	size_t i = m->first + next_random(random) % (m->last - m->first);
	if (m->items[i].state != QUEUE_SENT)
		return;
	if (next_random(random) % 4 == 0) {
		queue_put_back(q, m->items[i].item);
		m->items[i].state = QUEUE_WAITING;
	} else {
		queue_settle(q, m->items[i].item, FATE_DELIVERED);
		m->items[i].state = QUEUE_DONE;
	}
}

static void drop_done(struct queue *q, struct model *m)
{
	while (m->first < m->last && m->items[m->first].state == QUEUE_DONE) {
		CHECK(queue_front(q) == m->items[m->first].item);
		queue_drop(q);
		m->first++;
	}
	CHECK(queue_front(q) ==
	      (m->first < m->last ? m->items[m->first].item : NULL));
}

static void compare(struct queue *q, const struct model *m)
{
	struct queue_place place = queue_begin(q);
	uint64_t open = 0;
	uint64_t waiting = 0;

	for (size_t i = m->first; i < m->last; i++) {
		CHECK(queue_each(&place) == m->items[i].item);
		CHECK(m->items[i].item->state == m->items[i].state);
		open += m->items[i].state != QUEUE_DONE;
		waiting += m->items[i].state == QUEUE_WAITING;
	}
	CHECK(queue_each(&place) == NULL);
	CHECK(q->open == open && q->waiting == waiting);
}

static void random_use_agrees_with_a_model(void)
{
	static struct model m;

	for (uint32_t seed = 1; seed <= 20; seed++) {
		struct queue q = QUEUE_INIT(seed * 40000);
		uint32_t random = seed;

		m = (struct model){ .first = 0 };
		for (int step = 0; step < 20000; step++) {
			switch (next_random(&random) % 8) {
			case 0:
			case 1:
			case 2:
				add_random(&q, &m, &random);
				break;
			case 3:
			case 4:
				take_one(&q, &m);
				break;
			case 5:
				drop_done(&q, &m);
				break;
			default:
				change_one(&q, &m, &random);
			}
			if (step % 1000 == 0)
				compare(&q, &m);
		}
		compare(&q, &m);
		queue_free(&q);
	}
}

int main(void)
{
	RUN(items_leave_in_the_order_they_came);
	RUN(what_is_put_back_is_taken_again_in_its_place);
	RUN(a_mark_is_never_taken_but_leaves_in_its_place);
	RUN(items_lie_together_apart_from_their_bytes);
	RUN(a_full_queue_takes_nothing_until_something_leaves);
	RUN(what_is_claimed_elsewhere_stays_free);
	RUN(more_than_all_may_be_claimed);
	RUN(an_empty_queue_takes_a_record_of_any_size);
	RUN(random_use_agrees_with_a_model);
	return check_done();
}
