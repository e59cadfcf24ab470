#include "keys.h"

#include "core/base64.h"
#include "core/buf.h"

#include <strings.h>

static bool is_secret(struct slice secret, struct slice shown,
		      struct slice decoded)
{
	return slice_is(secret, shown) ||
	       (decoded.len > 0 && slice_is(secret, decoded)) ||
	       slice_is(secret, SLICE("*"));
}

static const struct token *find(const struct tokens *t, struct slice scheme,
				struct slice shown, struct slice decoded)
{
	for (size_t i = 0; i < t->count; i++) {
		struct slice secret = t->items[i].name;

		if (is_secret(secret, shown, decoded) ||
		    (slice_take(&secret, scheme) &&
		     slice_take(&secret, SLICE(" ")) &&
		     is_secret(secret, shown, decoded)))
			return &t->items[i];
	}
	return NULL;
}

const struct token *keys_find(const struct tokens *t,
			      const struct http_request *r, const char **why)
{
	static const char *const schemes[] = { "ApiKey", "Basic", "Bearer" };
	const char *header = http_header(r, "Authorization");
	struct slice shown = slice_of(header != NULL ? header : "");
	struct slice scheme = slice_take_until(&shown, ' ');
	struct buf plain = BUF_INIT(1 << 16);
	const struct token *token = NULL;

	*why = header != NULL
		       ? "unable to authenticate with provided credentials and "
			 "anonymous access is not allowed for this request"
		       : "missing authentication credentials for REST request "
			 "[/_bulk]";
	if (t->count == 1 && slice_is(t->items[0].name, SLICE("*")))
		return &t->items[0];
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		if (strlen(schemes[i]) != scheme.len ||
		    strncasecmp(schemes[i], scheme.data, scheme.len) != 0)
			continue;
		// Of Bearer, what it bears; of the others, what that means.
		if (i < 2 && (!base64_read(shown, &plain) ||
			      memchr(buf_str(&plain), ':', plain.len) == NULL))
			continue;
		token = find(t, slice_of(schemes[i]), shown, buf_slice(&plain));
	}
	if (token != NULL && token->disabled)
		token = NULL;
	buf_free(&plain);
	return token;
}

bool keys_may_write(const struct token *t, struct slice index)
{
	struct slice rest = t->indexes;

	if (rest.len == 0)
		return true;
	while (rest.len > 0) {
		struct slice name = slice_take_until(&rest, '|');
		bool any_end = name.len > 0 && name.data[name.len - 1] == '*';

		if (any_end)
			name.len--;
		if (any_end ? slice_has_prefix(index, name)
			    : slice_is(index, name))
			return true;
	}
	return false;
}
