/*
 * Where things are on the network: names resolved, addresses written out,
 * sockets that listen.
 */
#ifndef SIEM_NET_ADDRESS_H
#define SIEM_NET_ADDRESS_H

#include "core/attr.h"
#include "core/err.h"
#include "core/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

struct address {
	struct sockaddr_storage sa;
	socklen_t len;
};

/*
 * The parts of "SCHEME://HOST:PORT", of which any may be missing: a bare host,
 * "[::1]:514", ":514". Slices borrow from the text; a missing part is empty.
 */
struct address_parts {
	struct slice scheme, host, port;
};

/*
 * Take text apart; a final '/' is passed over. ERR_USAGE: it is no such thing,
 * or its port is neither a number to 65535 nor a service name.
 */
int address_split(const char *text, struct address_parts *parts,
		  struct err *e) MUST_CHECK;

/* Is it an IPv6 address, in brackets or without? */
bool address_is_ipv6(const char *text);

/* Is it a name or address of this machine, which no network comes between? IPv6
   in its brackets. */
bool address_is_loopback(const char *host);

/* Every address of a name, in the order to try them; the caller frees. */
struct address_list {
	struct address *items;
	size_t count; // at least 1
};

/*
 * Refuse a port to connect to that is 0, or names no service: ERR_USAGE.
 * socktype is SOCK_STREAM or SOCK_DGRAM.
 */
int address_check_port(const char *port, int socktype,
		       struct err *e) MUST_CHECK;

/*
 * Ask for the addresses of a name, which may take as long as the resolver
 * does; localhost always has some. ERR_TEMPORARY; ERR_USAGE where port names no
 * service.
 */
int address_resolve(const char *host, const char *port, int socktype,
		    struct address_list *list, struct err *e) MUST_CHECK;
void address_list_free(struct address_list *list);

enum { ADDRESS_MAX = 80 }; // what the texts below need, with their NUL

/* "192.0.2.7", "2001:db8::7"; out is what they return. */
const char *address_host(const struct address *a, char out[ADDRESS_MAX]);
/* "192.0.2.7:514", "[2001:db8::7]:514" */
const char *address_text(const struct address *a, char out[ADDRESS_MAX]);

/*
 * A non-blocking socket bound to an address, which listens if it is
 * SOCK_STREAM; -1 with e filled. Port 0 lets the kernel choose.
 */
int address_listen(const struct address *a, int socktype,
		   struct err *e) MUST_CHECK;

/* The address a socket is bound to, and that of its peer. */
struct address address_of(int fd);
struct address address_of_peer(int fd);

#endif
