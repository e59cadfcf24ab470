/*
 * Tokens of OAuth 2.0 that a program gets for itself: client credentials
 * (RFC 6749 section 4.4), and the answers of all that give out such tokens.
 */
#ifndef SIEM_DEST_OAUTH_H
#define SIEM_DEST_OAUTH_H

#include "core/attr.h"
#include "core/err.h"
#include "dest/dest.h"

/* Who wants a token, and where from. */
struct oauth_client {
	const char *url; // the token endpoint
	const char *id;
	const char *secret;    // or, in its place,
	const char *assertion; // signed with a key of ours (RFC 7523)
	const char *scope; // NULL: none is asked for
};

/*
 * The request for a token, the secret in its body (section 2.3.1), or what
 * proves who we are in its place (RFC 7523 section 2.2). It goes elsewhere than
 * to the destination.
 */
int oauth_ask(const struct oauth_client *client, struct request *request,
	      struct err *e) MUST_CHECK;

/*
 * What was answered (sections 5.1 and 5.2), with times as strings where
 * somebody writes them so, and as the second at which the token ends
 * (expires_on) where nothing else is said; less than a second is nothing said.
 * DELIVERED: the token is in the session, with the time when it ends, and when
 * another one is to be fetched:
 * five minutes before, or at half of a short life. Else e says what is wrong:
 * HOLD, with ERR_DENIED, what trying again will not change; RETRY.
 */
enum verdict oauth_answered(struct dest_session *session,
			    const struct answer *answer, struct err *e);

#endif
