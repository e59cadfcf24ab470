/* What may be sent where, before anything is sent. */
#include "net/url.h"

#include "check.h"

#include <string.h>

static bool may(const char *url, bool is_secret, bool insecure)
{
	struct err e = { 0 };

	if (url_check(url, is_secret, insecure, &e) == 0)
		return true;
	CHECK(e.kind == ERR_USAGE);
	CHECK(strstr(e.text, "geheim") == NULL);
	return false;
}

static void a_secret_goes_over_tls(void)
{
	CHECK(may("https://siem.example.com:8088", true, false));
	CHECK(!may("http://siem.example.com:8088", true, false));
	CHECK(!may("http://10.0.0.1", true, false));
}

static void a_secret_goes_plainly_within_this_machine(void)
{
	CHECK(may("http://localhost:8088/x", true, false));
	CHECK(may("http://127.0.0.1:8088", true, false));
	CHECK(may("http://127.1.2.3", true, false));
	CHECK(may("http://[::1]:8088", true, false));
	CHECK(may("http://here.localhost", true, false));
	CHECK(!may("http://127.0.0.1.example.com", true, false));
	CHECK(!may("http://localhost.example.com", true, false));
	CHECK(!may("http://notlocalhost", true, false));
}

static void a_secret_goes_plainly_where_that_was_said(void)
{
	CHECK(may("http://siem.example.com:8088", true, true));
}

static void what_is_no_secret_goes_anywhere(void)
{
	CHECK(may("http://siem.example.com:8088", false, false));
}

static void a_url_is_one_of_http_without_a_password(void)
{
	CHECK(!may("ftp://siem.example.com", false, false));
	CHECK(!may("siem.example.com:8088", false, false));
	CHECK(!may("https://", false, false));
	CHECK(!may("https://me:geheim@siem.example.com", false, false));
	CHECK(!may("https://geheim@siem.example.com", false, false));
}

int main(void)
{
	RUN(a_secret_goes_over_tls);
	RUN(a_secret_goes_plainly_within_this_machine);
	RUN(a_secret_goes_plainly_where_that_was_said);
	RUN(what_is_no_secret_goes_anywhere);
	RUN(a_url_is_one_of_http_without_a_password);
	return check_done();
}
