#include "delivery/attempt.h"

#include "core/msg.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Does text hold the value of a secret setting? */
static bool holds_secret(const struct dest *dest, struct slice text)
{
	const struct dest_setting *rows = dest->type->settings;

	for (size_t i = 0; rows[i].key != NULL; i++)
		if (rows[i].secret && dest->values[i] != NULL &&
		    dest->values[i][0] != '\0' && text.len > 0 &&
		    memmem(text.data, text.len, dest->values[i],
			   strlen(dest->values[i])) != NULL)
			return true;
	return false;
}

void attempt_credential(const struct dest *dest, const struct request *request,
			char *out, size_t size)
{
	static const char authorization[] = "Authorization";
	struct slice left = buf_slice(&request->headers);

	snprintf(out, size, "none");
	while (left.len > 0) {
		struct slice value = slice_take_until(&left, '\n');
		struct slice name = slice_take_until(&value, ':');

		value = slice_trim(value);
		if (name.len == sizeof(authorization) - 1 &&
		    strncasecmp(name.data, authorization, name.len) == 0) {
			name = slice_take_until(&value, ' ');
			// Without a scheme, it may be the secret itself.
			if (value.len == 0)
				name = slice_of(authorization);
		} else if (!holds_secret(dest, value)) {
			continue;
		}
		snprintf(out, size, "%.*s",
			 (int)(name.len < size ? name.len : size - 1),
			 name.data);
		return;
	}
}

/* "connected to https://siem.example.com:8088: TLSv1.3 ...: answers 200" */
static void tell(const struct dest *dest, const struct http_result *r,
		 const char *what, const char *outcome)
{
	msg_info("%s: connected to %s%s%s: %s%s%s: %s", dest->type->name,
		 r->origin, r->proxy != NULL ? " by the proxy " : "",
		 r->proxy != NULL ? r->proxy : "",
		 r->facts[0] != '\0' ? r->facts : "no TLS", "; ", what,
		 outcome);
}

void attempt_tell(const struct dest *dest, const struct request *request,
		  const struct http_result *r)
{
	char kind[40], what[60], outcome[32] = "no answer";

	if (r->connects == 0 || (r->status == 0 && r->sends == 0))
		return; // nothing was attempted, or it failed before that
	attempt_credential(dest, request, kind, sizeof(kind));
	snprintf(what, sizeof(what), "credential %s", kind);
	if (r->status != 0)
		snprintf(outcome, sizeof(outcome), "answers %d", r->status);
	tell(dest, r, what, outcome);
}

void attempt_tell_token(const struct dest *dest, const struct http_result *r,
			const struct err *why)
{
	if (r->connects > 0 && r->sends > 0)
		tell(dest, r, "asked for a token",
		     why == NULL ? "granted" : why->text);
	else if (why == NULL)
		msg_info("%s: token of %s: granted", dest->type->name,
			 r->origin);
}
