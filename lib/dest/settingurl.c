/*
 * Settings that are URLs, apart from the others: only who has some needs
 * libcurl.
 */
#include "dest/setting.h"

#include "net/address.h"
#include "net/url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
