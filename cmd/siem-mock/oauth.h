/*
 * Tokens of OAuth 2.0, where --client says who gets them: the endpoint that
 * gives them out, and the look at those that come back.
 *
 * A POST to any path that ends in "/token" asks with client credentials (RFC
 * 6749 section 4.4), and is answered in the words of Microsoft's, which are
 * those of section 5.2 and more. A GET of Azure's instance metadata service
 * asks for a machine, without a secret.
 */
#ifndef SIEM_MOCK_OAUTH_H
#define SIEM_MOCK_OAUTH_H

#include "http.h"
#include "mock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct oauth {
	struct mock *mock;
	struct issued *tokens; // given out so far, the oldest first
	size_t count, cap;
};

/*
 * Is it a question for a token, or one that needs a token and has none that is
 * good? Then it is answered. One that is let in has request->has_token, but
 * where it shows no token of this sort and --token lets others in.
 */
bool oauth_answers(struct oauth *o, struct http_request *request,
		   struct http_answer *a);

void oauth_free(struct oauth *o);

#endif
