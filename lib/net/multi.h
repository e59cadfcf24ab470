/*
 * The transfers of libcurl, polled for by one descriptor.
 *
 * libcurl says which sockets it waits for, and how long; here that becomes an
 * epoll set and a time.
 */
#ifndef SIEM_NET_MULTI_H
#define SIEM_NET_MULTI_H

#include "core/attr.h"
#include "core/err.h"

#include <curl/curl.h>
#include <stdint.h>

struct multi {
	CURLM *handle;
	int epoll_fd;   // readable when there is something to do
	int64_t due_ms; // when libcurl wants to be called; -1: never
};

/* It stays where it is until it is closed; -1 with e filled: nothing is open.
 */
int multi_open(struct multi *m, struct err *e) MUST_CHECK;

/* Do what can be done without waiting. */
void multi_step(struct multi *m, int64_t now_ms);

/* How long there is nothing to do unless something happens; -1: for ever. */
int multi_timeout_ms(const struct multi *m, int64_t now_ms);

void multi_close(struct multi *m);

#endif
