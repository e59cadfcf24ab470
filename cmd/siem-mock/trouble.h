/*
 * Trouble that a request meets on purpose, whichever SIEM it was for, and the
 * pages that others say in its place.
 */
#ifndef SIEM_MOCK_TROUBLE_H
#define SIEM_MOCK_TROUBLE_H

#include "fault.h"
#include "http.h"
#include "mock.h"

#include <stdbool.h>

/* Answer with what the real one says with this status: 401, 403, 404, 413,
   429, 500, 502 or 503. */
typedef void trouble_say_fn(struct http_answer *a, unsigned status);

/*
 * Faults that keep a request from being looked at. True: it is answered.
 */
bool trouble_before(struct mock *m, enum request_fault fault,
		    trouble_say_fn *say, struct http_answer *a);

/* What was taken is answered; the fault may spoil that. */
void trouble_after(enum request_fault fault, struct http_answer *a);

/* A page, as what stands before a SIEM answers. */
void trouble_page(struct http_answer *a, unsigned status, const char *text);

#endif
