#include "delivery/failover.h"

#include "core/msg.h"

int failover_open(struct failover *f, const struct carrier_way *ways,
		  size_t count, const struct carrier_load *load, struct err *e)
{
	*f = (struct failover){ 0 };
	if (count > FAILOVER_MAX)
		return err_set(e, ERR_USAGE, "more than %d destinations",
			       FAILOVER_MAX);
	for (size_t i = 0; i < count; i++) {
		struct carrier_load share = *load;
		struct failover_place *p = &f->places[i];

		share.owner = (uint8_t)i;
		p->name = p->outage.who = ways[i].name;
		p->acknowledgement = ways[i].acknowledgement;
		p->carrier = ways[i].open(ways[i].target, &share, e);
		if (p->carrier == NULL)
			return err_prefix(e, "%s", ways[i].name);
		f->count++;
		carrier_pull(p->carrier, i == 0 ? PULL_ALL : PULL_NOTHING);
	}
	return 0;
}

int failover_step(struct failover *f, size_t i, int64_t now_ms, short revents,
		  struct err *e)
{
	struct failover_place *p = &f->places[i];

	if (carrier_step(p->carrier, now_ms, revents, e) < 0) {
		p->failed = e->kind;
		p->tried |= p->carrier->tried_all || e->kind != ERR_TEMPORARY;
		p->carrier->tried_all = false;
		breaker_failed(&p->breaker, e->kind != ERR_TEMPORARY);
		return -1;
	}
	if (carrier_is_well(p->carrier, now_ms)) {
		p->failed = ERR_NONE;
		breaker_reset(&p->breaker);
		outage_over(&p->outage, now_ms);
	}
	return 0;
}

/* The first that works; where none does, the first of all. */
static size_t best(const struct failover *f)
{
	for (size_t i = 0; i < f->count; i++)
		if (!breaker_is_open(&f->places[i].breaker))
			return i;
	return 0;
}

void failover_choose(struct failover *f)
{
	size_t active = best(f);
	bool none = breaker_is_open(&f->places[active].breaker);

	if (active > f->active)
		msg_warn("failing over from %s to %s",
			 f->places[f->active].name, f->places[active].name);
	else if (active < f->active && !none)
		msg_warn("back from %s to %s", f->places[f->active].name,
			 f->places[active].name);
	f->active = active;
	for (size_t i = 0; i < f->count; i++)
		carrier_pull(f->places[i].carrier, i == active ? PULL_ALL
						   : i < active || none
							   ? PULL_PROBE
							   : PULL_NOTHING);
}

bool failover_tried_all(struct failover *f)
{
	for (size_t i = 0; i < f->count; i++)
		if (!f->places[i].tried)
			return false;
	for (size_t i = 0; i < f->count; i++)
		f->places[i].tried = false;
	return true;
}

bool failover_accepted(const struct failover *f)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->places[i].carrier->accepted)
			return true;
	return false;
}

bool failover_all_refuse(const struct failover *f)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->places[i].failed == ERR_NONE ||
		    f->places[i].failed == ERR_TEMPORARY)
			return false;
	return true;
}

void failover_wait(const struct failover *f, int64_t now_ms,
		   struct pollfd fds[FAILOVER_MAX], int *timeout_ms)
{
	for (size_t i = 0; i < f->count; i++) {
		int wait_ms;

		carrier_wait(f->places[i].carrier, now_ms, &fds[i], &wait_ms);
		// One that is done waits for the others.
		if (wait_ms >= 0 && !carrier_is_done(f->places[i].carrier) &&
		    (*timeout_ms < 0 || wait_ms < *timeout_ms))
			*timeout_ms = wait_ms;
	}
	if (failover_is_done(f))
		*timeout_ms = 0;
}

void failover_finish(struct failover *f)
{
	for (size_t i = 0; i < f->count; i++)
		carrier_finish(f->places[i].carrier);
}

bool failover_is_done(const struct failover *f)
{
	for (size_t i = 0; i < f->count; i++)
		if (!carrier_is_done(f->places[i].carrier))
			return false;
	return true;
}

void failover_close(struct failover *f)
{
	for (size_t i = 0; i < f->count; i++)
		carrier_close(f->places[i].carrier);
	*f = (struct failover){ 0 };
}
