/*
 * What is asked beside the batches, one thing at a time: for a token, and what
 * became of the tickets that were given out.
 */
#ifndef SIEM_DELIVERY_ASIDE_H
#define SIEM_DELIVERY_ASIDE_H

#include "delivery/dispatch.h"
#include "delivery/errand.h"
#include "delivery/session.h"
#include "net/http.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct aside {
	struct errand errand;
	struct session *session;
	struct dispatch *dispatch; // who is told what became of it
	struct http *http;
	int64_t refresh_ms; // before which no token is fetched that is not
			    // needed yet
};

void aside_init(struct aside *a, struct session *session,
		struct dispatch *dispatch);

/* Is something asked that has not been answered? */
static inline bool aside_is_busy(const struct aside *a)
{
	return a->errand.use != ERRAND_NONE;
}

/* Can nothing be sent before there is a token? */
bool aside_lacks_token(const struct aside *a);

/* Fetch a token; fetch another before that ends which there is; ask about
   tickets, where it is time to. All only where nothing else is asked. */
void aside_fetch_token(struct aside *a, int64_t now_ms);
void aside_refresh_token(struct aside *a, int64_t now_ms);
void aside_ask(struct aside *a, int64_t now_ms);

/* It was answered, or failed, which ends it. */
void aside_answered(struct aside *a, const struct http_result *r,
		    int64_t now_ms);

/* When there is something to do about tickets; INT64_MAX: never. */
int64_t aside_due_ms(const struct aside *a);

/* Ask no more. */
void aside_stop(struct aside *a);

void aside_free(struct aside *a);

#endif
