#include "net/url.h"

#include "net/address.h"

#include <curl/curl.h>
#include <string.h>

/* What of a URL, or NULL. */
static char *part_of(CURLU *parts, CURLUPart what, unsigned flags)
{
	char *text = NULL;

	return curl_url_get(parts, what, &text, flags) == CURLUE_OK ? text
								    : NULL;
}

static bool has_part(CURLU *parts, CURLUPart what)
{
	char *text = part_of(parts, what, 0);

	curl_free(text);
	return text != NULL;
}

static bool is_plain(const char *url)
{
	return strncmp(url, "http://", 7) == 0;
}

/* Parse a URL that has a scheme we speak, or NULL with e filled. */
static CURLU *parse(const char *url, struct err *e)
{
	CURLU *parts = curl_url();

	if (parts == NULL) {
		err_set(e, ERR_SYSTEM, "out of memory");
		return NULL;
	}
	if ((!is_plain(url) && strncmp(url, "https://", 8) != 0) ||
	    curl_url_set(parts, CURLUPART_URL, url, 0) != CURLUE_OK) {
		err_set(e, ERR_USAGE,
			"not a URL of the form https://HOST:PORT");
		curl_url_cleanup(parts);
		return NULL;
	}
	return parts;
}

int url_check(const char *url, bool is_secret, bool insecure, struct err *e)
{
	CURLU *parts = parse(url, e);
	int rc = 0;

	if (parts == NULL)
		return -1;
	char *host = part_of(parts, CURLUPART_HOST, 0);
	if (has_part(parts, CURLUPART_USER) ||
	    has_part(parts, CURLUPART_PASSWORD))
		rc = err_set(e, ERR_USAGE,
			     "the URL has a user or password in it: they have "
			     "settings of their own");
	else if (is_plain(url) && is_secret && !insecure &&
		 (host == NULL || !address_is_loopback(host)))
		rc = err_set(e, ERR_USAGE,
			     "http:// would show the credential to anybody on "
			     "the way: use https://, or set insecure=true");
	curl_free(host);
	curl_url_cleanup(parts);
	return rc;
}

int url_split(const char *url, struct url *u, struct err *e)
{
	CURLU *parts = parse(url, e);

	if (parts == NULL)
		return -1;
	*u = (struct url){
		.scheme = part_of(parts, CURLUPART_SCHEME, 0),
		.host = part_of(parts, CURLUPART_HOST, 0),
		.port = part_of(parts, CURLUPART_PORT, CURLU_DEFAULT_PORT),
	};
	curl_url_cleanup(parts);
	if (u->scheme != NULL && u->host != NULL && u->port != NULL)
		return 0;
	url_free(u);
	return err_set(e, ERR_SYSTEM, "out of memory");
}

void url_free(struct url *u)
{
	curl_free(u->scheme);
	curl_free(u->host);
	curl_free(u->port);
	*u = (struct url){ 0 };
}

char *url_at_host(const char *url, const char *host)
{
	CURLU *parts = curl_url();
	char *whole = NULL;

	if (parts != NULL &&
	    curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_set(parts, CURLUPART_HOST, host, 0) == CURLUE_OK)
		whole = part_of(parts, CURLUPART_URL, 0);
	curl_url_cleanup(parts);
	return whole;
}
