#include "delivery/session.h"

#include "core/clock.h"
#include "core/timestamp.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

enum { TOKEN_MAX = 64 << 10, WORDS_MAX = 1 << 20 };

/* A random UUID, version 4. */
static void name_channel(char out[40])
{
	unsigned char r[16] = { 0 };

	// Without an entropy source it is a poor name, and yet a name.
	(void)!getrandom(r, sizeof(r), GRND_NONBLOCK);
	r[6] = (unsigned char)((r[6] & 0x0f) | 0x40);
	r[8] = (unsigned char)((r[8] & 0x3f) | 0x80);
	snprintf(out, 40,
		 "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
		 "%02x%02x%02x%02x%02x%02x",
		 r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9],
		 r[10], r[11], r[12], r[13], r[14], r[15]);
}

void session_init(struct session *s, const struct dest *dest)
{
	*s = (struct session){ .dest = dest,
			       .kind = dest->plan.request,
			       .config = dest->plan.config };
	name_channel(s->state.channel);
	s->state.token = BUF_INIT(TOKEN_MAX);
	s->state.words = ARENA_INIT(WORDS_MAX);
}

void session_renew(struct session *s)
{
	name_channel(s->state.channel);
}

void session_replan(struct session *s)
{
	s->kind = s->dest->plan.request;
	s->config = s->dest->plan.config;
	buf_clear(&s->state.token);
}

void session_set_clock(struct session *s)
{
	struct timestamp now = timestamp_now();

	s->state.now_ms = now.sec * 1000 + now.nsec / NS_PER_MS;
}

/* The batch_add_fn of all sources. */
static int add(void *context, const struct queue_item *item, size_t index,
	       struct buf *body, struct err *e)
{
	struct session *s = context;
	const struct dest_record record = { queue_bytes(item), item->read_ns };

	return s->kind->add(s->config, &s->state, &record, index, body, e);
}

struct batch_source session_source(struct session *s,
				   const struct carrier_load *load,
				   const struct dest_limits *limits)
{
	return (struct batch_source){
		.queue = load->queue,
		.ledger = load->ledger,
		.owner = load->owner,
		.limits = { .bytes = limits->best_bytes,
			    .count = limits->best_count },
		.add = add,
		.context = s,
	};
}

/* Judgements of which nobody has said anything yet, or NULL. */
static struct judgement *blank_judgements(struct session *s, size_t count,
					  enum verdict verdict)
{
	if (count > s->judgement_cap) {
		struct judgement *more =
			realloc(s->judgements, count * sizeof(*more));

		if (more == NULL)
			return NULL;
		s->judgements = more;
		s->judgement_cap = count;
	}
	for (size_t i = 0; i < count; i++)
		s->judgements[i] = (struct judgement){
			.verdict = verdict,
			.wait_ms = WAIT_BACKOFF,
			.reason = "an answer that nobody understands",
		};
	arena_clear(&s->state.words);
	return s->judgements;
}

enum verdict session_fetched(struct session *s, const struct answer *answer,
			     struct err *e)
{
	enum verdict verdict =
		s->kind->fetched(s->config, &s->state, answer, e);

	if (verdict == VERDICT_DELIVERED) {
		s->tokens++;
		s->state.token_works = false;
	}
	return verdict;
}

const struct judgement *session_judge(struct session *s,
				      const struct answer *answer,
				      unsigned tokens, size_t count)
{
	struct judgement *j = blank_judgements(s, count, VERDICT_RETRY);

	if (j == NULL)
		return NULL;
	s->state.token_is_past = tokens != s->tokens;
	s->kind->judge(s->config, &s->state, answer, j, count);
	if (answer->status != 401 && !s->state.token_is_past)
		s->state.token_works = true;
	return j;
}

const struct judgement *session_told(struct session *s,
				     const struct answer *answer,
				     const uint64_t *tickets, size_t count)
{
	struct judgement *j = blank_judgements(s, count, VERDICT_PENDING);

	if (j != NULL)
		s->kind->told(s->config, &s->state, answer, tickets, j, count);
	return j;
}

enum verdict session_checked(struct session *s, unsigned step,
			     const struct answer *answer, struct err *finding)
{
	arena_clear(&s->state.words);
	return s->kind->checked(s->config, &s->state, step, answer, finding);
}

void session_free(struct session *s)
{
	buf_free(&s->state.token);
	arena_free(&s->state.words);
	free(s->judgements);
}
