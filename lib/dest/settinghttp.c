/*
 * Settings of what is reached by requests, apart from the others: only there
 * libcurl is needed.
 */
#include "dest/setting.h"

#include "net/address.h"
#include "net/proxy.h"
#include "net/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int set_proxy(const struct settings *s, size_t first,
		     struct proxy_options *proxy, struct err *e)
{
	*proxy = (struct proxy_options){
		.url = s->values[first + LIMITS_PROXY],
		.user = s->values[first + LIMITS_PROXY_USER],
		.password = s->values[first + LIMITS_PROXY_PASSWORD],
	};
	if (proxy->url != NULL && proxy_check(proxy->url, e) < 0)
		return err_prefix(e, "%s", s->table[first + LIMITS_PROXY].key);
	if (proxy->password != NULL && proxy->user == NULL)
		return err_set(e, ERR_USAGE, "proxy_password needs proxy_user");
	return 0;
}

int setting_limits(const struct settings *s, size_t first,
		   struct dest_limits *limits, struct err *e)
{
	enum { WORTH_WAITING_FOR = 100 };
	bool batches = true;
	size_t in_flight = 1;

	*limits = (struct dest_limits){ 0 };
	if (setting_bool(s, first + LIMITS_BATCH_MODE, &batches, e) < 0 ||
	    setting_count(s, first + LIMITS_BATCH_SIZE, 1, 1000000,
			  &limits->best_count, e) < 0 ||
	    setting_size(s, first + LIMITS_BATCH_BYTES, &limits->best_bytes,
			 e) < 0 ||
	    setting_seconds(s, first + LIMITS_FLUSH_INTERVAL, &limits->flush_ms,
			    e) < 0 ||
	    setting_count(s, first + LIMITS_IN_FLIGHT, 1, 64, &in_flight, e) <
		    0 ||
	    setting_bool(s, first + LIMITS_GZIP, &limits->gzip, e) < 0 ||
	    setting_seconds(s, first + LIMITS_CONNECT_TIMEOUT,
			    &limits->connect_ms, e) < 0 ||
	    setting_seconds(s, first + LIMITS_TIMEOUT, &limits->timeout_ms, e) <
		    0 ||
	    set_proxy(s, first, &limits->proxy, e) < 0)
		return -1;
	limits->in_flight = (unsigned)in_flight;
	if (!batches)
		limits->best_count = 1;
	else if (limits->flush_ms > 0 && limits->best_count == 0)
		limits->best_count = WORTH_WAITING_FOR;
	return 0;
}

int setting_address_url(const char *address, const char *port,
			const char **url, struct arena *storage, struct err *e)
{
	struct address_parts parts;
	char *text;
	size_t size;

	if (strstr(address, "://") != NULL) {
		*url = setting_copy(storage, slice_of(address), e);
		return *url != NULL ? 0 : -1;
	}
	if (address_split(address, &parts, e) < 0)
		return -1;
	size = sizeof("https://") + strlen(address) + strlen(port);
	text = arena_take(storage, size);
	if (text == NULL)
		return err_sys(e, "address");
	snprintf(text, size, "https://%s%s", address,
		 parts.port.len == 0 ? port : "");
	*url = text;
	return 0;
}

/* Take slashes off, and then end, where there is something before it. */
static void cut_end(char *url, const char *end)
{
	size_t n = strlen(url);
	size_t len = strlen(end);

	while (n > 0 && url[n - 1] == '/')
		url[--n] = '\0';
	if (n > len && strcmp(url + n - len, end) == 0)
		url[n - len] = '\0';
}

int setting_base_url(const struct settings *s, size_t i,
		     const char *const *ends, bool is_secret, bool insecure,
		     char **base, struct err *e)
{
	const char *key = s->table[i].key;
	const char *url = "";

	if (setting_text(s, i, &url, e) < 0)
		return -1;
	if (strpbrk(url, "?#") != NULL)
		return err_set(e, ERR_USAGE,
			       "%s: %s: a query is of no use there", key, url);
	*base = strdup(url);
	if (*base == NULL)
		return err_sys(e, "%s", key);
	for (; *ends != NULL; ends++)
		cut_end(*base, *ends);
	cut_end(*base, "/");
	if (url_check(*base, is_secret, insecure, e) < 0)
		return err_prefix(e, "%s", key);
	return 0;
}
