#include "azurekey.h"

#include "core/base64.h"
#include "core/buf.h"
#include "core/hmac.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum { TEXT_MAX = 16 << 10, CLOCK_SEC = 900 };

bool azurekey_is_asked_for(const struct opt_list *tokens, struct slice form)
{
	for (size_t i = 0; i < tokens->count; i++) {
		struct slice rest = slice_of(tokens->items[i]);

		if (slice_is(slice_take_until(&rest, '='), form))
			return true;
	}
	return false;
}

struct slice azurekey_find(const struct opt_list *tokens, struct slice form,
			   struct slice name)
{
	for (size_t i = 0; i < tokens->count; i++) {
		struct slice rest = slice_of(tokens->items[i]);

		if (slice_is(slice_take_until(&rest, '='), form) &&
		    slice_is(slice_take_until(&rest, ':'), name))
			return rest;
	}
	return (struct slice){ 0 };
}

/* Is mac, in Base64, what the key makes of text? */
static bool is_signed(struct slice key, const struct buf *text,
		      struct slice mac)
{
	unsigned char right[HMAC_BYTES];
	struct buf base64 = BUF_INIT(128);
	bool same = buf_status(text) == 0 &&
		    hmac_sha256(key, buf_slice(text), right);

	base64_put(&base64, (struct slice){ (char *)right, sizeof(right) });
	same = same && slice_is(buf_slice(&base64), mac);
	buf_free(&base64);
	return same;
}

/* "Mon, 02 Nov 2026 10:20:30 GMT", at most a quarter of an hour from now. */
static bool is_now(const char *date, int64_t now_sec)
{
	struct tm t = { 0 };
	const char *end = strptime(date, "%a, %d %b %Y %H:%M:%S GMT", &t);

	return end != NULL && *end == '\0' &&
	       labs((long)(timegm(&t) - now_sec)) <= CLOCK_SEC;
}

const char *azurekey_shared_key(const struct opt_list *tokens,
				const struct http_request *r)
{
	const char *header = http_header(r, "Authorization");
	const char *date = http_header(r, "x-ms-date");
	const char *type = http_header(r, "Content-Type");
	struct buf key = BUF_INIT(TEXT_MAX), text = BUF_INIT(TEXT_MAX);
	const char *why = NULL;
	struct slice mac, workspace;

	if (header == NULL || strncmp(header, "SharedKey ", 10) != 0)
		return "An invalid scheme was specified in the Authorization "
		       "header";
	if (date == NULL || !is_now(date, r->now_sec))
		return "The x-ms-date is missing, or too far from now";
	mac = slice_of(header + 10);
	workspace = slice_take_until(&mac, ':');
	if (!azurekey_is_asked_for(tokens, SLICE("shared_key")))
		return NULL;
	buf_printf(&text, "POST\n%zu\n%s\nx-ms-date:%s\n%s", r->body.len,
		   type != NULL ? type : "", date, r->path);
	if (!base64_read(azurekey_find(tokens, SLICE("shared_key"), workspace),
			 &key) ||
	    key.len == 0 || !is_signed(buf_slice(&key), &text, mac))
		why = "An invalid signature was specified in the Authorization "
		      "header";
	buf_free(&key);
	buf_free(&text);
	return why;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What a shared access signature says: as it stands, and as it is meant. */
enum { CLAIM_URI, CLAIM_MAC, CLAIM_UNTIL, CLAIM_NAME, CLAIM_PARTS };
static const char *const part_names[] = { "sr", "sig", "se", "skn" };

struct claim {
	struct part {
		struct buf raw, plain;
	} parts[CLAIM_PARTS];
};

static void put_plain(struct buf *out, struct slice raw)
{
	for (size_t i = 0; i < raw.len; i++) {
		bool coded = raw.data[i] == '%' && i + 2 < raw.len;
		int high = coded ? hex_digit(raw.data[i + 1]) : -1;
		int low = coded ? hex_digit(raw.data[i + 2]) : -1;

		if (high >= 0 && low >= 0) {
			buf_putc(out, (char)(high * 16 + low));
			i += 2;
		} else {
			buf_putc(out, raw.data[i]);
		}
	}
}

/* Take "sr=...&sig=...&se=...&skn=..." apart; false: something is missing. */
static bool read_claim(struct claim *c, struct slice token)
{
	while (token.len > 0) {
		struct slice value = slice_take_until(&token, '&');
		struct slice name = slice_take_until(&value, '=');

		for (size_t i = 0; i < CLAIM_PARTS; i++) {
			struct part *p = &c->parts[i];

			if (!slice_is(name, slice_of(part_names[i])))
				continue;
			buf_clear(&p->raw);
			buf_clear(&p->plain);
			buf_put_slice(&p->raw, value);
			put_plain(&p->plain, value);
		}
	}
	for (size_t i = 0; i < CLAIM_PARTS; i++)
		if (c->parts[i].raw.len == 0)
			return false;
	return true;
}

static const char *judge_claim(const struct opt_list *tokens,
			       const struct http_request *r, struct claim *c)
{
	const char *host = http_header(r, "Host");
	struct buf text = BUF_INIT(TEXT_MAX), here = BUF_INIT(TEXT_MAX);
	struct slice key = azurekey_find(
		tokens, SLICE("sas"), buf_slice(&c->parts[CLAIM_NAME].plain));
	long long until =
		strtoll(buf_str(&c->parts[CLAIM_UNTIL].plain), NULL, 10);
	const char *why = NULL;

	buf_printf(&text, "%s\n%s", buf_str(&c->parts[CLAIM_URI].raw),
		   buf_str(&c->parts[CLAIM_UNTIL].raw));
	buf_printf(&here, "%s://%s%s", r->transport, host != NULL ? host : "",
		   r->path);
	if (!slice_has_prefix(buf_slice(&here),
			      buf_slice(&c->parts[CLAIM_URI].plain)))
		why = "The token is for another resource";
	else if (until <= r->now_sec)
		why = "ExpiredToken";
	else if (azurekey_is_asked_for(tokens, SLICE("sas")) &&
		 (key.len == 0 ||
		  !is_signed(key, &text,
			     buf_slice(&c->parts[CLAIM_MAC].plain))))
		why = "InvalidSignature: The token has an invalid signature";
	buf_free(&text);
	buf_free(&here);
	return why;
}

const char *azurekey_sas(const struct opt_list *tokens,
			 const struct http_request *r)
{
	static const char scheme[] = "SharedAccessSignature ";
	const char *header = http_header(r, "Authorization");
	const char *why = "MalformedToken";
	struct claim c;

	if (header == NULL ||
	    strncasecmp(header, scheme, sizeof(scheme) - 1) != 0)
		return "MissingToken: The authorization header was not found";
	for (size_t i = 0; i < CLAIM_PARTS; i++)
		c.parts[i] =
			(struct part){ BUF_INIT(TEXT_MAX), BUF_INIT(TEXT_MAX) };
	if (read_claim(&c, slice_of(header + sizeof(scheme) - 1)))
		why = judge_claim(tokens, r, &c);
	for (size_t i = 0; i < CLAIM_PARTS; i++) {
		buf_free(&c.parts[i].raw);
		buf_free(&c.parts[i].plain);
	}
	return why;
}
