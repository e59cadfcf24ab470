/*
 * The proxy that HTTP requests go through, where there is one: the one that was
 * set; else, for https:// alone, that of the usual variables (https_proxy,
 * HTTPS_PROXY, all_proxy, ALL_PROXY), less the hosts of no_proxy or NO_PROXY.
 * They mean what they mean to curl(1). It is asked for a tunnel (CONNECT), so
 * that TLS goes to the server itself.
 */
#ifndef SIEM_NET_PROXY_H
#define SIEM_NET_PROXY_H

#include "core/attr.h"
#include "core/err.h"

#include <stdbool.h>

struct proxy_options {
	const char *url; // NULL: as the environment says; "none": none
	const char *user, *password; // NULL: none
};

enum { PROXY_NAME_MAX = 300 };

struct proxy {
	char *url;           // for libcurl, may hold a password; NULL: none
	char name[PROXY_NAME_MAX]; // "http://proxy.example.com:3128"
	bool is_set;         // not by the environment
	const char *but_for; // hosts, as no_proxy has them; NULL: none
};

/*
 * Is it the URL of a proxy that can be used, or "none"? ERR_USAGE, which quotes
 * none of it: there may be a password in it.
 */
int proxy_check(const char *url, struct err *e) MUST_CHECK;

/* Find out. ERR_USAGE: a variable makes no sense; ERR_SYSTEM. */
int proxy_open(struct proxy *p, const struct proxy_options *options,
	       struct err *e) MUST_CHECK;

/*
 * Is it for requests to this host, an address of IPv6 in its brackets?
 * elsewhere: it is not the destination, so that in the clear it is a service of
 * this machine (metadata of a cloud), which no proxy can reach.
 */
bool proxy_is_for(const struct proxy *p, const char *host, bool is_tls,
		  bool elsewhere);

/* Does a list as in no_proxy hold this host? */
bool proxy_list_has(const char *list, const char *host);

void proxy_close(struct proxy *p);

#endif
