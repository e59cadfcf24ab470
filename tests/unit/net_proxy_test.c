/* Which requests go by a proxy. */
#include "net/proxy.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

static void a_name_stands_for_what_is_below_it(void)
{
	CHECK(proxy_list_has("example.com", "example.com"));
	CHECK(proxy_list_has("example.com", "Siem.Example.com"));
	CHECK(proxy_list_has(".example.com", "siem.example.com."));
	CHECK(proxy_list_has("a.net, example.com.", "siem.example.com"));
	CHECK(!proxy_list_has("example.com", "badexample.com"));
	CHECK(!proxy_list_has("siem.example.com", "example.com"));
	CHECK(!proxy_list_has("", "example.com"));
	CHECK(!proxy_list_has(" , .", "example.com"));
	CHECK(proxy_list_has("*", "example.com"));
}

static void a_network_stands_for_its_addresses(void)
{
	CHECK(proxy_list_has("192.0.2.7", "192.0.2.7"));
	CHECK(proxy_list_has("10.0.0.0/8 192.0.2.0/29", "192.0.2.7"));
	CHECK(!proxy_list_has("192.0.2.0/29", "192.0.2.8"));
	CHECK(proxy_list_has("0.0.0.0/0", "192.0.2.8"));
	CHECK(!proxy_list_has("192.0.2.0/33", "192.0.2.0"));
	CHECK(!proxy_list_has("192.0.2.0/x", "192.0.2.0"));
	CHECK(proxy_list_has("2001:db8::/32", "[2001:db8::7]"));
	CHECK(!proxy_list_has("2001:db8::/32", "192.0.2.7"));
	CHECK(!proxy_list_has("0.2.7", "192.0.2.7"));
}

static void the_environment_is_for_https_and_a_setting_for_all_but_others(void)
{
	const struct proxy_options set = { .url = "http://p.example.com:3128" };
	const struct proxy_options none = { .url = "none" };
	const struct proxy_options any = { 0 };
	struct err e = { 0 };
	struct proxy p;

	setenv("all_proxy", "http://me:secret@q.example.com:8080", 1);
	setenv("no_proxy", "near.example.com", 1);
	CHECK(proxy_open(&p, &any, &e) == 0);
	CHECK(strcmp(p.name, "http://q.example.com:8080") == 0);
	CHECK(proxy_is_for(&p, "far.example.com", true, false));
	CHECK(proxy_is_for(&p, "far.example.com", true, true));
	CHECK(!proxy_is_for(&p, "far.example.com", false, false));
	CHECK(!proxy_is_for(&p, "near.example.com", true, false));
	proxy_close(&p);

	CHECK(proxy_open(&p, &set, &e) == 0);
	CHECK(proxy_is_for(&p, "near.example.com", true, false));
	CHECK(proxy_is_for(&p, "far.example.com", false, false));
	CHECK(!proxy_is_for(&p, "169.254.169.254", false, true));
	proxy_close(&p);

	CHECK(proxy_open(&p, &none, &e) == 0);
	CHECK(!proxy_is_for(&p, "far.example.com", true, false));
	proxy_close(&p);
}

static void what_is_no_proxy_is_refused_and_not_quoted(void)
{
	const struct proxy_options any = { 0 };
	struct err e = { 0 };
	struct proxy p;

	CHECK(proxy_check("none", &e) == 0);
	CHECK(proxy_check("p.example.com:3128", &e) == 0);
	CHECK(proxy_check("socks5h://p.example.com:1080", &e) == 0);
	CHECK(proxy_check("https://p.example.com", &e) < 0);
	CHECK(proxy_check("ftp://p.example.com", &e) < 0);
	CHECK(proxy_check("http://", &e) < 0);
	CHECK(proxy_check("", &e) < 0);
	CHECK(proxy_check("http://me:secret@p.example.com:1", &e) < 0);
	CHECK(strstr(e.text, "secret") == NULL);
	setenv("https_proxy", "https://me:secret@p.example.com:1", 1);
	CHECK(proxy_open(&p, &any, &e) < 0 && e.kind == ERR_USAGE);
	CHECK(strncmp(e.text, "https_proxy: ", 13) == 0);
	CHECK(strstr(e.text, "secret") == NULL);
}

int main(void)
{
	RUN(a_name_stands_for_what_is_below_it);
	RUN(a_network_stands_for_its_addresses);
	RUN(the_environment_is_for_https_and_a_setting_for_all_but_others);
	RUN(what_is_no_proxy_is_refused_and_not_quoted);
	return check_done();
}
