#include "assertion.h"

#include "core/base64.h"
#include "core/buf.h"

#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { PART_MAX = 16 << 10 };

/* A part of a token as bytes (RFC 4648 section 5, without padding). */
static bool decode(struct slice part, struct buf *out)
{
	struct buf text = BUF_INIT(PART_MAX);
	bool good;

	for (size_t i = 0; i < part.len; i++) {
		char c = part.data[i];

		buf_putc(&text, (char)(c == '-' ? '+' : c == '_' ? '/' : c));
	}
	while (text.len % 4 != 0 && buf_status(&text) == 0)
		buf_putc(&text, '=');
	good = buf_status(&text) == 0 && base64_read(buf_slice(&text), out);
	buf_free(&text);
	return good;
}

static X509 *read_certificate(const char *path)
{
	FILE *file = fopen(path, "re");
	X509 *certificate;

	if (file == NULL)
		return NULL;
	certificate = PEM_read_X509(file, NULL, NULL, NULL);
	fclose(file);
	return certificate;
}

static bool is_signed(X509 *certificate, struct slice text, struct slice mac)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good = context != NULL &&
		    EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL,
					 X509_get0_pubkey(certificate)) == 1 &&
		    EVP_DigestVerify(context, (const unsigned char *)mac.data,
				     mac.len, (const unsigned char *)text.data,
				     text.len) == 1;

	EVP_MD_CTX_free(context);
	return good;
}

static bool is_text(const json_t *root, const char *key, struct slice want)
{
	const json_t *value = json_object_get(root, key);
	struct slice text = { json_string_value(value),
			      json_string_length(value) };

	return text.data != NULL && slice_is(text, want);
}

/* Is it said by the client, to this endpoint, and at this time? */
static bool is_claim(struct slice json, struct slice client,
		     const char *endpoint, int64_t now_sec)
{
	json_t *root = json_loadb(json.data, json.len, 0, NULL);
	const char *audience = json_string_value(json_object_get(root, "aud"));
	const size_t tail = strlen(endpoint);
	const size_t n = audience != NULL ? strlen(audience) : 0;
	bool good =
		is_text(root, "iss", client) && is_text(root, "sub", client) &&
		n > tail && strcmp(audience + n - tail, endpoint) == 0 &&
		json_is_string(json_object_get(root, "jti")) &&
		json_integer_value(json_object_get(root, "nbf")) <= now_sec &&
		json_integer_value(json_object_get(root, "exp")) > now_sec;

	json_decref(root);
	return good;
}

/* Is it RS256, by a certificate with this fingerprint? */
static bool is_header(struct slice json, X509 *certificate)
{
	json_t *root = json_loadb(json.data, json.len, 0, NULL);
	const char *print = json_string_value(json_object_get(root, "x5t"));
	unsigned char right[EVP_MAX_MD_SIZE];
	struct buf shown = BUF_INIT(PART_MAX);
	unsigned len = 0;
	bool good = is_text(root, "alg", SLICE("RS256")) && print != NULL &&
		    decode(slice_of(print), &shown) &&
		    X509_digest(certificate, EVP_sha1(), right, &len) == 1 &&
		    slice_is(buf_slice(&shown),
			     (struct slice){ (const char *)right, len });

	buf_free(&shown);
	json_decref(root);
	return good;
}

bool assertion_is_good(struct slice assertion, struct slice client,
		       const char *certificate, const char *endpoint,
		       int64_t now_sec)
{
	struct buf header = BUF_INIT(PART_MAX), claims = BUF_INIT(PART_MAX),
		   mac = BUF_INIT(PART_MAX);
	X509 *known = read_certificate(certificate);
	struct slice rest = assertion;
	struct slice first = slice_take_until(&rest, '.');
	struct slice second = slice_take_until(&rest, '.');
	const struct slice text = { assertion.data,
				    first.len + 1 + second.len };
	bool good = known != NULL && second.len > 0 && decode(first, &header) &&
		    decode(second, &claims) && decode(rest, &mac) &&
		    is_header(buf_slice(&header), known) &&
		    is_signed(known, text, buf_slice(&mac)) &&
		    is_claim(buf_slice(&claims), client, endpoint, now_sec);

	X509_free(known);
	buf_free(&mac);
	buf_free(&claims);
	buf_free(&header);
	return good;
}
