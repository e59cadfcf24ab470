#include "net/proxy.h"

#include "core/slice.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char form[] =
	"not of the form http://HOST:PORT or socks5h://HOST:PORT";

/* An address, 4 or 16 bytes of it. */
struct ip {
	unsigned char bytes[16];
	unsigned len;
};

static bool read_ip(const char *text, struct ip *ip)
{
	ip->len = inet_pton(AF_INET, text, ip->bytes) == 1    ? 4
		  : inet_pton(AF_INET6, text, ip->bytes) == 1 ? 16
							      : 0;
	return ip->len > 0;
}

/* Is the address in "192.0.2.0/24", or the same? */
static bool is_in_net(const struct ip *ip, const char *net)
{
	char text[64];
	const size_t len = strcspn(net, "/");
	struct ip base;

	if (len >= sizeof(text))
		return false;
	memcpy(text, net, len);
	text[len] = '\0';
	if (!read_ip(text, &base) || base.len != ip->len)
		return false;

	unsigned bits = 8 * ip->len;
	if (net[len] == '/') {
		char *end;
		unsigned long n = strtoul(net + len + 1, &end, 10);

		if (end == net + len + 1 || *end != '\0' || n > bits)
			return false;
		bits = (unsigned)n;
	}
	const unsigned whole = bits / 8;
	const unsigned mask = 0xff00U >> bits % 8 & 0xffU;
	return memcmp(ip->bytes, base.bytes, whole) == 0 &&
	       (mask == 0 ||
		((ip->bytes[whole] ^ base.bytes[whole]) & mask) == 0);
}

/* Is the name the domain, or in it? */
static bool is_in_domain(struct slice name, const char *domain)
{
	struct slice d = { domain, strlen(domain) };

	if (d.len > 0 && d.data[0] == '.')
		d = slice_from(d, 1);
	if (d.len > 0 && d.data[d.len - 1] == '.')
		d.len--;
	if (d.len == 0 || d.len > name.len ||
	    strncasecmp(name.data + name.len - d.len, d.data, d.len) != 0)
		return false;
	return d.len == name.len || name.data[name.len - d.len - 1] == '.';
}

bool proxy_list_has(const char *list, const char *host)
{
	char bare[300], entry[300];
	struct ip ip;

	snprintf(bare, sizeof(bare), "%s", host + (host[0] == '['));
	bare[strcspn(bare, "]")] = '\0';
	struct slice name = { bare, strlen(bare) };
	if (name.len > 0 && bare[name.len - 1] == '.')
		name.len--;
	const bool is_ip = read_ip(bare, &ip);

	while (*(list += strspn(list, ", \t")) != '\0') {
		size_t len = strcspn(list, ", \t");

		if (len < sizeof(entry)) {
			memcpy(entry, list, len);
			entry[len] = '\0';
			if (strcmp(entry, "*") == 0 ||
			    (is_ip ? is_in_net(&ip, entry)
				   : is_in_domain(name, entry)))
				return true;
		}
		list += len;
	}
	return false;
}

/* What of a URL it may be; in memory of libcurl, or NULL. */
static char *part_of(CURLU *parts, CURLUPart what)
{
	char *text = NULL;

	return curl_url_get(parts, what, &text, 0) == CURLUE_OK ? text : NULL;
}

/* Is this a scheme that a proxy may be spoken to by? */
static int check_scheme(const char *scheme, struct err *e)
{
	if (strcmp(scheme, "http") == 0 || strcmp(scheme, "socks5") == 0 ||
	    strcmp(scheme, "socks5h") == 0)
		return 0;
	if (strcmp(scheme, "https") != 0)
		return err_set(e, ERR_USAGE, "%s", form);
	return err_set(e, ERR_USAGE,
		       "TLS to a proxy is not spoken (inside of what it "
		       "forwards it is): http://HOST:PORT");
}

/* Take the URL of a proxy apart: how messages call it, is there a user? */
static int read_url(const char *url, char name[PROXY_NAME_MAX], bool *has_user,
		    struct err *e)
{
	char *scheme = NULL, *host = NULL, *port = NULL, *user = NULL;
	CURLU *parts = curl_url();
	int rc = -1;

	*has_user = false;
	if (parts == NULL)
		return err_set(e, ERR_SYSTEM, "proxy: %s", strerror(ENOMEM));
	if (curl_url_set(parts, CURLUPART_URL, url,
			 CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME) ==
	    CURLUE_OK) {
		scheme = part_of(parts, CURLUPART_SCHEME);
		host = part_of(parts, CURLUPART_HOST);
		port = part_of(parts, CURLUPART_PORT);
		user = part_of(parts, CURLUPART_USER);
	}
	// Without "://" it is a proxy for HTTP, whatever libcurl guesses.
	const char *is = strstr(url, "://") != NULL ? scheme : "http";
	if (host == NULL || is == NULL) {
		err_set(e, ERR_USAGE, "%s", form);
	} else if (check_scheme(is, e) == 0) {
		// That is the port libcurl takes where there is none.
		snprintf(name, PROXY_NAME_MAX, "%s://%s:%s", is, host,
			 port != NULL ? port : "1080");
		*has_user = user != NULL;
		rc = 0;
	}
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_free(user);
	curl_url_cleanup(parts);
	return rc;
}

int proxy_check(const char *url, struct err *e)
{
	char name[PROXY_NAME_MAX];
	bool has_user;

	if (strcmp(url, "none") == 0)
		return 0;
	if (read_url(url, name, &has_user, e) < 0)
		return -1;
	if (has_user)
		return err_set(e, ERR_USAGE,
			       "there is a user or password in it: they are "
			       "for proxy_user and proxy_password");
	return 0;
}

/* The first of these variables that holds something. */
static const char *variable(const char *const *names, const char **which)
{
	for (; *names != NULL; names++) {
		const char *value = getenv(*names);

		if (value != NULL && value[0] != '\0') {
			*which = *names;
			return value;
		}
	}
	return NULL;
}

int proxy_open(struct proxy *p, const struct proxy_options *o, struct err *e)
{
	static const char *const names[] = { "https_proxy", "HTTPS_PROXY",
					     "all_proxy", "ALL_PROXY", NULL };
	static const char *const exceptions[] = { "no_proxy", "NO_PROXY",
						  NULL };
	const char *url = o->url;
	const char *which = "proxy";
	bool has_user;

	*p = (struct proxy){ .is_set = url != NULL };
	if (url == NULL) {
		url = variable(names, &which);
		p->but_for = variable(exceptions, &(const char *){ NULL });
	}
	if (url == NULL || strcmp(url, "none") == 0)
		return 0;
	if (read_url(url, p->name, &has_user, e) < 0)
		return err_prefix(e, "%s", which);
	p->url = strdup(url);
	return p->url != NULL ? 0 : err_sys(e, "proxy");
}

bool proxy_is_for(const struct proxy *p, const char *host, bool is_tls,
		  bool elsewhere)
{
	if (p->url == NULL || (!is_tls && (!p->is_set || elsewhere)))
		return false;
	return p->but_for == NULL || !proxy_list_has(p->but_for, host);
}

void proxy_close(struct proxy *p)
{
	if (p->url != NULL)
		explicit_bzero(p->url, strlen(p->url));
	free(p->url);
	*p = (struct proxy){ 0 };
}
