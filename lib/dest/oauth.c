#include "dest/oauth.h"

#include "net/url.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum {
	REFRESH_MS = 300000,   // before a token ends
	LIFE_MS = 3600000,     // of one of which nothing is said
	LIFE_LEAST_MS = 1000,  // less is no life: another would be asked for
			       // at once, again and again
	LIFE_MAX_MS = 86400000 // that is believed
};

#define JWT_BEARER "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

int oauth_ask(const struct oauth_client *client, struct request *request,
	      struct err *e)
{
	const char *const fields[][2] = {
		{ "grant_type", "client_credentials" },
		{ "client_id", client->id },
		{ "client_secret", client->secret },
		{ "scope", client->scope },
		{ "client_assertion_type",
		  client->assertion != NULL ? JWT_BEARER : NULL },
		{ "client_assertion", client->assertion },
	};
	struct buf *body = &request->body;

	request->method = "POST";
	request->elsewhere = true;
	buf_puts(&request->url, client->url);
	buf_puts(&request->headers,
		 "Content-Type: application/x-www-form-urlencoded\r\n");
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (fields[i][1] == NULL)
			continue;
		buf_printf(body, "%s%s=", i > 0 ? "&" : "", fields[i][0]);
		url_put_escaped(body, slice_of(fields[i][1]));
	}
	return buf_status(&request->url) == 0 && buf_status(body) == 0
		       ? 0
		       : err_set(e, ERR_USAGE, "token: request too long");
}

/* Seconds, as a number or as its digits; -1: it is neither. */
static double seconds_of(const json_t *value)
{
	const char *digits = json_string_value(value);

	if (json_is_number(value))
		return json_number_value(value);
	if (digits != NULL && *digits >= '0' && *digits <= '9')
		return strtod(digits, NULL);
	return -1;
}

/* How long a token is good, in milliseconds. */
static int64_t life_of(const struct dest_session *session, const json_t *root)
{
	double ms = seconds_of(json_object_get(root, "expires_in")) * 1000;

	if (!(ms >= LIFE_LEAST_MS)) {
		ms = seconds_of(json_object_get(root, "expires_on")) * 1000;
		ms = ms >= 0 ? ms - (double)session->now_ms : ms;
	}
	if (!(ms >= LIFE_LEAST_MS))
		return LIFE_MS;
	return ms < LIFE_MAX_MS ? (int64_t)ms : LIFE_MAX_MS;
}

static enum verdict take_token(struct dest_session *session, const json_t *root,
			       struct err *e)
{
	const char *token =
		json_string_value(json_object_get(root, "access_token"));
	int64_t life_ms = life_of(session, root);

	if (token == NULL || !slice_is_word(slice_of(token))) {
		err_set(e, ERR_TEMPORARY,
			"token: the answer has no access_token");
		return VERDICT_RETRY;
	}
	buf_clear(&session->token);
	buf_puts(&session->token, token);
	if (buf_status(&session->token) != 0) {
		buf_clear(&session->token);
		err_set(e, ERR_TEMPORARY, "token: too long");
		return VERDICT_RETRY;
	}
	session->token_expires_ms = session->now_ms + life_ms;
	session->token_refresh_ms =
		session->token_expires_ms -
		(life_ms > 2 * REFRESH_MS ? REFRESH_MS : life_ms / 2);
	return VERDICT_DELIVERED;
}

/* The words of whoever refuses, in one line. */
static void refused(enum err_kind kind, const struct answer *answer,
		    const json_t *root, struct err *e)
{
	const char *error = json_string_value(json_object_get(root, "error"));
	const char *more =
		json_string_value(json_object_get(root, "error_description"));

	err_set(e, kind, "token: status %d%s%s%s%.*s", answer->status,
		error != NULL ? ", " : "", error != NULL ? error : "",
		more != NULL ? ": " : "",
		more != NULL ? (int)strcspn(more, "\r\n") : 0,
		more != NULL ? more : "");
}

/* Will the same question get the same answer, whenever it is asked? */
static bool is_final(int status)
{
	return status >= 300 && status < 500 && status != 408 &&
	       status != 425 && status != 429;
}

enum verdict oauth_answered(struct dest_session *session,
			    const struct answer *answer, struct err *e)
{
	json_t *root = json_loadb(answer->body.data, answer->body.len, 0, NULL);
	enum verdict verdict = VERDICT_RETRY;

	if (answer->status == 200) {
		verdict = take_token(session, root, e);
	} else if (is_final(answer->status)) {
		refused(ERR_DENIED, answer, root, e);
		verdict = VERDICT_HOLD;
	} else {
		refused(ERR_TEMPORARY, answer, root, e);
	}
	json_decref(root);
	return verdict;
}
