#include "access.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* "TOKEN[,ack][,disabled][,query][,index=A|B][,cookie=NAME]" */
int token_parse(struct token *t, const char *spec, struct err *e)
{
	struct slice rest = slice_of(spec);

	*t = (struct token){ .name = slice_take_until(&rest, ',') };
	while (rest.len > 0) {
		struct slice word = slice_take_until(&rest, ',');

		if (slice_is(word, SLICE("ack")))
			t->ack = true;
		else if (slice_is(word, SLICE("disabled")))
			t->disabled = true;
		else if (slice_is(word, SLICE("query")))
			t->query = true;
		else if (slice_take(&word, SLICE("index=")))
			t->indexes = word;
		else if (slice_take(&word, SLICE("cookie=")))
			t->cookie = word;
		else
			return err_set(e, ERR_USAGE,
				       "option --token: %.*s is none of ack, "
				       "disabled, query, index=NAME|NAME, "
				       "cookie=NAME",
				       (int)word.len, word.data);
	}
	return 0;
}

int tokens_read(struct tokens *t, const struct opt_list *specs, struct err *e)
{
	size_t n = specs->count > 0 ? specs->count : 1;

	t->items = calloc(n, sizeof(*t->items));
	if (t->items == NULL)
		return err_sys(e, "tokens");
	t->count = n;
	if (specs->count == 0)
		return token_parse(&t->items[0], "*", e);
	for (size_t i = 0; i < n; i++)
		if (token_parse(&t->items[i], specs->items[i], e) < 0)
			return -1;
	return 0;
}

void tokens_free(struct tokens *t)
{
	free(t->items);
}

static const struct token *find_token(const struct tokens *t, struct slice name)
{
	for (size_t i = 0; i < t->count; i++)
		if (slice_is(t->items[i].name, name) ||
		    slice_is(t->items[i].name, SLICE("*")))
			return &t->items[i];
	return NULL;
}

/* The password of "Basic BASE64", decoded to out; false where it is none. */
static bool basic_password(const char *base64, char out[], size_t max,
			   struct slice *password)
{
	size_t n = strlen(base64);
	const char *colon;

	// Blanks around it would be left out, and it be shorter than it seems.
	if (n == 0 || n % 4 != 0 || n / 4 * 3 > max ||
	    EVP_DecodeBlock((unsigned char *)out, (const unsigned char *)base64,
			    (int)n) != (int)(n / 4 * 3))
		return false;
	n = n / 4 * 3 - (base64[n - 1] == '=') - (base64[n - 2] == '=');
	colon = memchr(out, ':', n);
	if (colon == NULL)
		return false;
	*password = (struct slice){ colon + 1, n - (size_t)(colon + 1 - out) };
	return true;
}

enum code access_token(const struct tokens *t, const struct http_request *r,
		       const struct token **token)
{
	const char *query = http_query(r, "token");
	const char *header = http_header(r, "Authorization");
	char decoded[512];
	struct slice name;

	if (query != NULL)
		name = slice_of(query);
	else if (header == NULL)
		return CODE_TOKEN_REQUIRED;
	else if (strncasecmp(header, "Splunk ", 7) == 0)
		name = slice_of(header + 7);
	else if (strncasecmp(header, "Basic ", 6) != 0 ||
		 !basic_password(header + 6, decoded, sizeof(decoded), &name))
		return CODE_INVALID_AUTHORIZATION;

	*token = find_token(t, name);
	if (query != NULL && (*token == NULL || !(*token)->query))
		return CODE_QUERY_AUTHORIZATION;
	if (*token == NULL)
		return CODE_INVALID_TOKEN;
	return (*token)->disabled ? CODE_TOKEN_DISABLED : CODE_SUCCESS;
}

/* 8-4-4-4-12 hexadecimal digits */
static bool is_guid(const char *s)
{
	static const size_t groups[] = { 8, 4, 4, 4, 12 };

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (i > 0 && *s++ != '-')
			return false;
		if (strspn(s, "0123456789abcdefABCDEF") < groups[i])
			return false;
		s += groups[i];
	}
	return *s == '\0';
}

enum code access_channel(const struct http_request *r, bool required,
			 const char **channel)
{
	*channel = http_header(r, "X-Splunk-Request-Channel");
	if (*channel == NULL)
		*channel = http_query(r, "channel");
	if (*channel == NULL)
		return required ? CODE_CHANNEL_MISSING : CODE_SUCCESS;
	return is_guid(*channel) ? CODE_SUCCESS : CODE_CHANNEL_INVALID;
}

bool access_to_index(const struct token *t, struct slice index)
{
	struct slice rest = t->indexes;

	if (index.len == 0 || rest.len == 0)
		return true;
	while (rest.len > 0)
		if (slice_is(slice_take_until(&rest, '|'), index))
			return true;
	return false;
}
