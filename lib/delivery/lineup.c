#include "delivery/lineup.h"

void lineup_put_off(struct lineup *l, struct batch *b, int64_t due_ms)
{
	b->due_ms = due_ms;
	b->closed = true;
	batch_list_push(&l->waiting, b);
}

void lineup_put_off_all(struct lineup *l, struct batch_list *list,
			int64_t due_ms)
{
	struct batch_list turned = { 0 };
	struct batch *b;

	while ((b = batch_list_take(list)) != NULL)
		batch_list_push(&turned, b);
	while ((b = batch_list_take(&turned)) != NULL)
		lineup_put_off(l, b, due_ms);
}

bool lineup_may_open(const struct lineup *l)
{
	return l->waiting.count == 0 ||
	       (l->in_flight > 1 && l->waiting.count < l->in_flight);
}

int lineup_grow(struct lineup *l, int64_t now_ms, struct err *e)
{
	if (l->open == NULL)
		l->open = batch_new(l->source.queue);
	if (l->open == NULL)
		return err_set(e, ERR_TEMPORARY, "out of memory");
	return batch_fill(l->open, &l->source, &l->body, now_ms, e);
}

/* One that was tried before and may be tried again. */
static struct batch *take_waiting(struct lineup *l, int64_t now_ms)
{
	for (struct batch *b = l->waiting.first; b != NULL; b = b->next) {
		if (b->due_ms <= now_ms) {
			batch_list_remove(&l->waiting, b);
			return b;
		}
		if (l->in_flight == 1)
			break; // in their order
	}
	return NULL;
}

/* Is the batch that grows to go? */
static bool is_ripe(const struct lineup *l, int64_t now_ms)
{
	return l->open != NULL && l->open->count > 0 &&
	       (l->open->closed || l->no_more || l->flush_ms == 0 ||
		now_ms - l->open->opened_ms >= l->flush_ms);
}

int lineup_next(struct lineup *l, int64_t now_ms, struct buf *body,
		struct batch **b, struct err *e)
{
	buf_clear(body);
	while ((*b = take_waiting(l, now_ms)) != NULL) {
		if (batch_rebuild(*b, &l->source, body, e) < 0) {
			lineup_put_off(l, *b,
				       now_ms + backoff_pause(&(*b)->backoff));
			return -1;
		}
		if ((*b)->count > 0)
			return 0;
		batch_free(*b);
	}
	if (!lineup_may_open(l))
		return 0;
	if (lineup_grow(l, now_ms, e) < 0)
		return -1;
	if (!is_ripe(l, now_ms))
		return 0;
	*b = l->open;
	l->open = NULL;

	struct buf spare = *body;
	*body = l->body;
	l->body = spare;
	return 0;
}

int64_t lineup_due_ms(const struct lineup *l)
{
	const struct batch *b = l->waiting.first;
	int64_t due_ms = b != NULL ? b->due_ms : INT64_MAX;

	for (; b != NULL && l->in_flight > 1; b = b->next)
		if (b->due_ms < due_ms)
			due_ms = b->due_ms;
	if (l->open != NULL && l->open->count > 0 &&
	    l->open->opened_ms + l->flush_ms < due_ms)
		due_ms = l->open->opened_ms + l->flush_ms;
	return due_ms;
}

void lineup_put_back(struct lineup *l)
{
	if (l->open != NULL)
		batch_put_back(l->open, &l->source);
	batch_free(l->open);
	l->open = NULL;
	buf_clear(&l->body);
	batch_list_put_back(&l->waiting, &l->source);
}

void lineup_free(struct lineup *l)
{
	batch_free(l->open);
	batch_list_free(&l->waiting);
	buf_free(&l->body);
}
