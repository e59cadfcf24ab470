#include "net/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* A port number to 65535, or what may be the name of a service. */
static bool is_port(struct slice port)
{
	unsigned number = 0;
	bool digits = true;

	if (port.len == 0 || port.len > 32 || port.data[0] == '-')
		return false;
	for (size_t i = 0; i < port.len; i++) {
		char c = port.data[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (c >= '0' && c <= '9')
			number = number > 65535
					 ? number
					 : 10 * number + (unsigned)(c - '0');
		else if (letter || c == '-' || c == '_')
			digits = false;
		else
			return false;
	}
	return !digits || number <= 65535;
}

static bool is_host(struct slice host)
{
	for (size_t i = 0; i < host.len; i++)
		if (host.data[i] <= ' ' || host.data[i] == 0x7f ||
		    strchr("/[]@?#\\\"'", host.data[i]) != NULL)
			return false;
	return true;
}

bool address_is_ipv6(const char *text)
{
	char bare[INET6_ADDRSTRLEN];
	struct in6_addr ignored;
	size_t len = strlen(text);
	bool bracketed = len > 2 && text[0] == '[' && text[len - 1] == ']';
	int n = snprintf(bare, sizeof(bare), "%.*s",
			 (int)(bracketed ? len - 2 : len), text + bracketed);

	return n < (int)sizeof(bare) &&
	       inet_pton(AF_INET6, bare, &ignored) == 1;
}

bool address_is_loopback(const char *host)
{
	size_t len = strlen(host);

	return strcmp(host, "localhost") == 0 ||
	       (len > 10 && strcmp(host + len - 10, ".localhost") == 0) ||
	       strcmp(host, "[::1]") == 0 ||
	       (strncmp(host, "127.", 4) == 0 &&
		strspn(host, "0123456789.") == len);
}

int address_split(const char *text, struct address_parts *parts, struct err *e)
{
	struct slice rest = slice_of(text);
	struct slice host, port = { 0 };
	const char *mark = strstr(text, "://");

	*parts = (struct address_parts){ 0 };
	if (mark != NULL) {
		parts->scheme = (struct slice){ text, (size_t)(mark - text) };
		rest = slice_from(rest, parts->scheme.len + 3);
	}
	if (rest.len > 0 && rest.data[rest.len - 1] == '/')
		rest.len--;

	bool bracketed = rest.len > 0 && rest.data[0] == '[';
	const char *end = bracketed ? memchr(rest.data, ']', rest.len)
				    : memchr(rest.data, ':', rest.len);
	if (bracketed && end == NULL)
		goto wrong;
	if (bracketed) {
		host = (struct slice){ rest.data + 1,
				       (size_t)(end - rest.data) - 1 };
		rest = slice_from(rest, host.len + 2);
	} else {
		host = (struct slice){ rest.data, rest.len };
		// More than one colon: an IPv6 address, which has no port.
		if (end != NULL &&
		    memchr(end + 1, ':',
			   rest.len - 1 - (size_t)(end - rest.data)) == NULL)
			host.len = (size_t)(end - rest.data);
		rest = slice_from(rest, host.len);
	}
	if (rest.len > 0) {
		port = slice_from(rest, 1);
		if (rest.data[0] != ':' || !is_port(port))
			goto wrong;
	}
	if (!is_host(host) || (host.len == 0 && port.len == 0))
		goto wrong;
	parts->host = host;
	parts->port = port;
	return 0;
wrong:
	return err_set(e, ERR_USAGE,
		       "%s is no address, as in siem.example.com:514, "
		       "[2001:db8::7]:514 or tcp://127.0.0.1:514",
		       text);
}

static int no_service(const char *port, struct err *e)
{
	return err_set(e, ERR_USAGE, "port %s: no such service", port);
}

int address_check_port(const char *port, int socktype, struct err *e)
{
	const struct addrinfo hints = { .ai_socktype = socktype };
	struct addrinfo *found = NULL;
	// Without a host nobody else is asked.
	int failed = getaddrinfo(NULL, port, &hints, &found);

	if (failed == 0)
		freeaddrinfo(found);
	// A number that is too large is taken for another one.
	if (failed == EAI_SERVICE || !is_port(slice_of(port)) ||
	    port[strspn(port, "0")] == '\0')
		return no_service(port, e);
	return 0;
}

int address_resolve(const char *host, const char *port, int socktype,
		    struct address_list *list, struct err *e)
{
	struct addrinfo hints = { .ai_socktype = socktype };
	struct addrinfo *found = NULL;
	size_t count = 1;

	int failed = getaddrinfo(host, port, &hints, &found);
	// This machine, also where no file and no server says so (RFC 6761).
	if (failed != 0 && strcasecmp(host, "localhost") == 0)
		failed = getaddrinfo(NULL, port, &hints, &found);
	if (failed == 0 && found == NULL)
		failed = EAI_NONAME;
	if (failed == EAI_SYSTEM)
		return err_set(e, ERR_TEMPORARY, "resolve %s: %s", host,
			       strerror(errno));
	if (failed == EAI_SERVICE)
		return no_service(port, e);
	if (failed != 0)
		return err_set(e, ERR_TEMPORARY, "resolve %s: %s", host,
			       gai_strerror(failed));

	for (struct addrinfo *a = found->ai_next; a != NULL; a = a->ai_next)
		count++;
	list->items = calloc(count, sizeof(*list->items));
	list->count = 0;
	if (list->items == NULL) {
		freeaddrinfo(found);
		return err_sys(e, "resolve %s", host);
	}
	for (struct addrinfo *a = found; a != NULL; a = a->ai_next) {
		struct address *item = &list->items[list->count++];

		memcpy(&item->sa, a->ai_addr, a->ai_addrlen);
		item->len = a->ai_addrlen;
	}
	freeaddrinfo(found);
	return 0;
}

void address_list_free(struct address_list *list)
{
	free(list->items);
	*list = (struct address_list){ 0 };
}

const char *address_host(const struct address *a, char out[ADDRESS_MAX])
{
	if (getnameinfo((const struct sockaddr *)&a->sa, a->len, out,
			ADDRESS_MAX, NULL, 0, NI_NUMERICHOST) != 0)
		snprintf(out, ADDRESS_MAX, "?");
	return out;
}

const char *address_text(const struct address *a, char out[ADDRESS_MAX])
{
	char host[ADDRESS_MAX - 10], port[8];

	if (getnameinfo((const struct sockaddr *)&a->sa, a->len, host,
			sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		snprintf(out, ADDRESS_MAX, "?");
	else
		snprintf(out, ADDRESS_MAX,
			 strchr(host, ':') != NULL ? "[%s]:%s" : "%s:%s", host,
			 port);
	return out;
}

int address_listen(const struct address *a, int socktype, struct err *e)
{
	char text[ADDRESS_MAX];
	const int on = 1;
	const int room = 8 << 20;
	int fd = socket(a->sa.ss_family,
			socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return err_sys(e, "socket");
	// So that a server can start again where the last one just ended.
	if (socktype == SOCK_STREAM)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	// What finds no room here is lost; the system gives what it may.
	else if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room,
			    sizeof(room)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (bind(fd, (const struct sockaddr *)&a->sa, a->len) < 0 ||
	    (socktype == SOCK_STREAM && listen(fd, SOMAXCONN) < 0)) {
		err_sys(e, "listen on %s", address_text(a, text));
		close(fd);
		return -1;
	}
	return fd;
}

struct address address_of(int fd)
{
	struct address a = { .len = sizeof(a.sa) };

	if (getsockname(fd, (struct sockaddr *)&a.sa, &a.len) < 0)
		a.len = 0;
	return a;
}

struct address address_of_peer(int fd)
{
	struct address a = { .len = sizeof(a.sa) };

	if (getpeername(fd, (struct sockaddr *)&a.sa, &a.len) < 0)
		a.len = 0;
	return a;
}
