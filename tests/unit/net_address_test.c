/* Addresses: taken apart, written out, listened on. */
#include "net/address.h"

#include "check.h"

#include <string.h>
#include <unistd.h>

static bool splits(const char *text, const char *scheme, const char *host,
		   const char *port)
{
	struct address_parts parts;
	struct err e = { 0 };

	return address_split(text, &parts, &e) == 0 &&
	       slice_is(parts.scheme, slice_of(scheme)) &&
	       slice_is(parts.host, slice_of(host)) &&
	       slice_is(parts.port, slice_of(port));
}

static bool refuses(const char *text)
{
	struct address_parts parts;
	struct err e = { 0 };

	return address_split(text, &parts, &e) < 0 && e.kind == ERR_USAGE &&
	       strstr(e.text, text) != NULL;
}

static void an_address_is_taken_apart(void)
{
	CHECK(splits("siem.example.com", "", "siem.example.com", ""));
	CHECK(splits("siem.example.com:514", "", "siem.example.com", "514"));
	CHECK(splits("tls://siem.example.com", "tls", "siem.example.com", ""));
	CHECK(splits("udp://192.0.2.7:514/", "udp", "192.0.2.7", "514"));
	CHECK(splits("log:syslog-tls", "", "log", "syslog-tls"));
	CHECK(splits(":514", "", "", "514"));
}

static void an_ipv6_address_with_a_port_stands_in_brackets(void)
{
	CHECK(splits("[2001:db8::7]:514", "", "2001:db8::7", "514"));
	CHECK(splits("tcp://[::1]", "tcp", "::1", ""));
	CHECK(splits("::1", "", "::1", ""));
	CHECK(splits("2001:db8::7", "", "2001:db8::7", ""));
}

static void what_is_no_address_is_refused_and_quoted(void)
{
	CHECK(refuses("host:65536"));
	CHECK(refuses("host:"));
	CHECK(refuses("host:5 14"));
	CHECK(refuses("host:-1"));
	CHECK(refuses("[::1"));
	CHECK(refuses("[::1]514"));
	CHECK(refuses("tcp://"));
	CHECK(refuses("tcp://host/path"));
	CHECK(refuses("user@host"));
	CHECK(refuses("two words"));
	CHECK(refuses(""));
}

static void the_kernel_chooses_a_port_and_the_socket_tells_it(void)
{
	struct address_list list = { 0 };
	struct err e = { 0 };
	char text[ADDRESS_MAX], host[ADDRESS_MAX];

	CHECK(address_resolve("127.0.0.1", "0", SOCK_STREAM, &list, &e) == 0);
	CHECK(list.count == 1);
	int fd = address_listen(&list.items[0], SOCK_STREAM, &e);
	CHECK(fd >= 0);

	struct address a = address_of(fd);
	CHECK(strcmp(address_host(&a, host), "127.0.0.1") == 0);
	CHECK(strncmp(address_text(&a, text), "127.0.0.1:", 10) == 0);
	CHECK(strcmp(text, "127.0.0.1:0") != 0);
	close(fd);
	address_list_free(&list);
}

static void an_ipv6_address_is_written_with_brackets(void)
{
	struct address_list list = { 0 };
	struct err e = { 0 };
	char text[ADDRESS_MAX];

	CHECK(address_resolve("::1", "514", SOCK_DGRAM, &list, &e) == 0);
	CHECK(strcmp(address_text(&list.items[0], text), "[::1]:514") == 0);
	address_list_free(&list);
}

static void an_unknown_name_may_be_known_later_but_no_service(void)
{
	struct address_list list = { 0 };
	struct err e = { 0 };

	CHECK(address_resolve("nowhere.invalid", "1", SOCK_STREAM, &list, &e) <
	      0);
	CHECK(e.kind == ERR_TEMPORARY);
	CHECK(strncmp(e.text, "resolve nowhere.invalid: ", 25) == 0);
	CHECK(address_resolve("127.0.0.1", "nosuch-service", SOCK_STREAM, &list,
			      &e) < 0);
	CHECK(e.kind == ERR_USAGE);
}

int main(void)
{
	RUN(an_address_is_taken_apart);
	RUN(an_ipv6_address_with_a_port_stands_in_brackets);
	RUN(what_is_no_address_is_refused_and_quoted);
	RUN(the_kernel_chooses_a_port_and_the_socket_tells_it);
	RUN(an_ipv6_address_is_written_with_brackets);
	RUN(an_unknown_name_may_be_known_later_but_no_service);
	return check_done();
}
