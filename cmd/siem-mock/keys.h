/*
 * Who may come in to Elasticsearch, and write to which index: the tokens, as
 * --token describes them.
 */
#ifndef SIEM_MOCK_KEYS_H
#define SIEM_MOCK_KEYS_H

#include "access.h"
#include "core/slice.h"
#include "http.h"

#include <stdbool.h>

/*
 * By the header Authorization: ApiKey, Basic or Bearer. The name of a token is
 * "SCHEME SECRET", or the secret for any scheme: ID:KEY or its encoded form,
 * USER:PASSWORD, or what a bearer bears. NULL, with *why in words: nobody.
 */
const struct token *keys_find(const struct tokens *t,
			      const struct http_request *r, const char **why);

/* A * at the end of a name is any end. */
bool keys_may_write(const struct token *t, struct slice index);

#endif
