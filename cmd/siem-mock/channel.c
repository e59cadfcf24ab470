#include "channel.h"

#include "mock.h"

#include <stdlib.h>
#include <string.h>

enum { ACKS_MAX = 1000000 }; // of a channel

struct channel *channel_find(struct channel **list, const char *id)
{
	struct channel *c = *list;

	while (c != NULL && strcmp(c->id, id) != 0)
		c = c->next;
	if (c != NULL)
		return c;
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->id = strdup(id);
	if (c->id == NULL) {
		free(c);
		return NULL;
	}
	c->next = *list;
	*list = c;
	return c;
}

bool channel_is_full(const struct channel *c)
{
	return c->count >= ACKS_MAX;
}

int channel_add(struct channel *c, struct fault_plan *plan, uint64_t *number)
{
	if (c->count == c->cap) {
		size_t cap = c->cap != 0 ? 2 * c->cap : 64;
		struct ack *acks = realloc(c->acks, cap * sizeof(*acks));

		if (acks == NULL)
			return -1;
		c->acks = acks;
		c->cap = cap;
	}
	*number = c->first + c->count;
	c->acks[c->count++] = (struct ack){
		.never = fault_happens(plan, &plan->ack_never),
		.denials = plan->ack_false,
		.due_ms = mock_now_ms() + (int64_t)plan->ack_late_ms,
	};
	return 0;
}

/* Forget those at the front that have been told. */
static void drop_told(struct channel *c)
{
	size_t n = 0;

	while (n < c->count && c->acks[n].told)
		n++;
	// Rarely, for what is left is moved.
	if (n < c->count && n < 4096)
		return;
	memmove(c->acks, c->acks + n, (c->count - n) * sizeof(*c->acks));
	c->first += n;
	c->count -= n;
}

bool channel_ask(struct channel *c, uint64_t number)
{
	if (number < c->first || number - c->first >= c->count)
		return false;

	struct ack *a = &c->acks[number - c->first];
	if (a->told || a->never || mock_now_ms() < a->due_ms)
		return false;
	if (a->denials > 0) {
		a->denials--;
		return false;
	}
	a->told = true;
	drop_told(c);
	return true;
}

void channels_free(struct channel *list)
{
	while (list != NULL) {
		struct channel *c = list;

		list = c->next;
		free(c->acks);
		free(c->id);
		free(c);
	}
}
