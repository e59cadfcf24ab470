#include "trouble.h"

static const struct status {
	enum request_fault fault;
	unsigned status;
} statuses[] = {
	{ REQUEST_401, 401 }, { REQUEST_403, 403 }, { REQUEST_404, 404 },
	{ REQUEST_413, 413 }, { REQUEST_429, 429 }, { REQUEST_500, 500 },
	{ REQUEST_502, 502 }, { REQUEST_503, 503 },
};

/* The status to answer with, or 0. */
static unsigned status_of(enum request_fault fault)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i].fault == fault)
			return statuses[i].status;
	return 0;
}

/* A web page where an answer was expected, or not even that. */
static void put_garbage(struct mock *m, struct http_answer *a)
{
	if (fault_pick(&m->faults, 2) == 0) {
		trouble_page(a, 200, "Please sign in to use this network");
		return;
	}
	buf_puts(&a->body, "\x15\x03\x01 this is no HTTP\r\n\r\n");
	a->ending = HTTP_BYTES;
}

bool trouble_before(struct mock *m, enum request_fault fault,
		    trouble_say_fn *say, struct http_answer *a)
{
	const unsigned status = status_of(fault);

	if (status != 0) {
		say(a, status);
		if (status == 429 || status == 503) {
			a->retry_after_sec = m->faults.retry_after_sec;
			a->retry_date_sec = m->faults.retry_date_sec;
		}
		return true;
	}
	if (fault == REQUEST_STALL)
		a->ending = HTTP_STALL;
	else if (fault == REQUEST_RESET)
		a->ending = HTTP_RESET;
	else if (fault == REQUEST_CLOSE)
		a->ending = HTTP_CLOSE;
	else if (fault == REQUEST_GARBAGE)
		put_garbage(m, a);
	else
		return false;
	return true;
}

void trouble_after(enum request_fault fault, struct http_answer *a)
{
	if (fault == REQUEST_LOST)
		a->ending = HTTP_RESET;
	else if (fault == REQUEST_HALF)
		a->ending = HTTP_HALF;
	else if (fault == REQUEST_HUGE)
		a->ending = HTTP_HUGE;
}

void trouble_page(struct http_answer *a, unsigned status, const char *text)
{
	a->status = status;
	a->type = "text/html; charset=UTF-8";
	buf_printf(&a->body,
		   "<!doctype html><html><head><title>%u %s</title></head>"
		   "<body><h1>%s</h1></body></html>\r\n",
		   status, text, text);
}
