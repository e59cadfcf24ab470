#include "delivery/outage.h"

#include "core/msg.h"

#include <string.h>

/* A cause that changes all the time is told as often as this. */
static const int64_t repeat_ms = 30000;

/* Is why worth a message of its own, after what was said before? */
static bool is_news(const struct outage *o, int64_t now_ms,
		    const struct err *why)
{
	if (!o->on || o->said.kind != why->kind)
		return true;
	return strcmp(o->said.text, why->text) != 0 &&
	       now_ms - o->said_ms >= repeat_ms;
}

void outage_failed(struct outage *o, int64_t now_ms, const struct err *why,
		   uint64_t waiting)
{
	bool news = is_news(o, now_ms, why);

	if (!o->on)
		o->since_ms = now_ms;
	o->tries = o->on ? o->tries + 1 : 1;
	o->on = true;
	if (!news) {
		msg_info("%s: %s", o->who, why->text);
		return;
	}
	msg_error("SIEM shipping failed: %s: %s; trying again "
		  "(records waiting: %llu)",
		  o->who, why->text, (unsigned long long)waiting);
	o->said = *why;
	o->said_ms = now_ms;
}

void outage_over(struct outage *o, int64_t now_ms)
{
	if (!o->on)
		return;
	o->on = false;
	msg_warn("%s: works again after %.1f s (failed tries: %u)", o->who,
		 (double)(now_ms - o->since_ms) / 1000, o->tries);
}

void outage_final(struct outage *o, const struct err *why)
{
	msg_error("SIEM shipping failed: %s: %s", o->who, why->text);
}
