#include "dest/jwt.h"

#include "core/base64.h"
#include "json/write.h"

#include <inttypes.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdlib.h>

enum { LIFE_SEC = 600, TEXT_MAX = 64 << 10 };

struct jwt_signer {
	EVP_PKEY *key;
	unsigned char fingerprint[EVP_MAX_MD_SIZE]; // of the certificate
	unsigned fingerprint_len;
};

/* No passphrase is asked for at a terminal. */
static int no_passphrase(char *out, int size, int writing, void *context)
{
	(void)out;
	(void)size;
	(void)writing;
	(void)context;
	return -1;
}

static X509 *read_certificate(struct slice pem)
{
	BIO *in = BIO_new_mem_buf(pem.data, (int)pem.len);
	X509 *certificate =
		in != NULL ? PEM_read_bio_X509(in, NULL, no_passphrase, NULL)
			   : NULL;

	BIO_free(in);
	return certificate;
}

static EVP_PKEY *read_key(struct slice pem)
{
	BIO *in = BIO_new_mem_buf(pem.data, (int)pem.len);
	EVP_PKEY *key =
		in != NULL
			? PEM_read_bio_PrivateKey(in, NULL, no_passphrase, NULL)
			: NULL;

	BIO_free(in);
	return key;
}

/* Why they are of no use, or NULL. */
static const char *fault_of(X509 *certificate, EVP_PKEY *key)
{
	if (certificate == NULL)
		return "there is no certificate in it, in PEM form";
	if (key == NULL)
		return "there is no private key in it, in PEM form and without "
		       "a passphrase";
	if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
		return "the key is not of RSA";
	if (X509_check_private_key(certificate, key) != 1)
		return "the key is not that of the certificate";
	return NULL;
}

struct jwt_signer *jwt_signer_new(struct slice pem, struct err *e)
{
	struct jwt_signer *s = calloc(1, sizeof(*s));
	X509 *certificate = read_certificate(pem);
	EVP_PKEY *key = read_key(pem);
	const char *fault = fault_of(certificate, key);

	if (s == NULL) {
		err_sys(e, "certificate");
	} else if (fault != NULL) {
		err_set(e, ERR_USAGE, "%s", fault);
	} else if (X509_digest(certificate, EVP_sha1(), s->fingerprint,
			       &s->fingerprint_len) != 1) {
		err_set(e, ERR_SYSTEM, "certificate: no fingerprint");
	} else {
		s->key = key;
		key = NULL;
	}
	X509_free(certificate);
	EVP_PKEY_free(key);
	ERR_clear_error();
	if (s != NULL && s->key != NULL)
		return s;
	free(s);
	return NULL;
}

void jwt_signer_free(struct jwt_signer *s)
{
	if (s == NULL)
		return;
	EVP_PKEY_free(s->key);
	free(s);
}

/* Base64 for URLs (RFC 4648 section 5), without padding. */
static void put_url_base64(struct buf *out, struct slice bytes)
{
	size_t start = out->len;

	base64_put(out, bytes);
	for (size_t i = start; i < out->len; i++)
		if (out->data[i] == '+')
			out->data[i] = '-';
		else if (out->data[i] == '/')
			out->data[i] = '_';
	while (out->len > start && out->data[out->len - 1] == '=')
		buf_cut(out, out->len - 1);
}

static void put_header(const struct jwt_signer *s, struct buf *json)
{
	buf_puts(json, "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"x5t\":\"");
	put_url_base64(json, (struct slice){ (const char *)s->fingerprint,
					     s->fingerprint_len });
	buf_puts(json, "\"}");
}

static void put_claims(const struct jwt_claims *c, struct buf *json)
{
	buf_puts(json, "{\"aud\":");
	json_put_string(json, slice_of(c->audience));
	buf_puts(json, ",\"iss\":");
	json_put_string(json, slice_of(c->client));
	buf_puts(json, ",\"sub\":");
	json_put_string(json, slice_of(c->client));
	buf_puts(json, ",\"jti\":");
	json_put_string(json, slice_of(c->id));
	buf_printf(json,
		   ",\"iat\":%" PRId64 ",\"nbf\":%" PRId64 ",\"exp\":%" PRId64
		   "}",
		   c->now_sec, c->now_sec, c->now_sec + LIFE_SEC);
}

static int sign(const struct jwt_signer *s, struct slice text, struct buf *mac)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t len = (size_t)EVP_PKEY_get_size(s->key);
	char *room = buf_room(mac, len);
	int rc = -1;

	if (context != NULL && room != NULL &&
	    EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, s->key) ==
		    1 &&
	    EVP_DigestSign(context, (unsigned char *)room, &len,
			   (const unsigned char *)text.data, text.len) == 1) {
		buf_grown(mac, len);
		rc = 0;
	}
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return rc;
}

int jwt_put_assertion(const struct jwt_signer *s,
		      const struct jwt_claims *claims, struct buf *out,
		      struct err *e)
{
	struct buf json = BUF_INIT(TEXT_MAX);
	struct buf text = BUF_INIT(TEXT_MAX);
	struct buf mac = BUF_INIT(TEXT_MAX);
	int rc = -1;

	put_header(s, &json);
	put_url_base64(&text, buf_slice(&json));
	buf_putc(&text, '.');
	buf_clear(&json);
	put_claims(claims, &json);
	put_url_base64(&text, buf_slice(&json));
	if (buf_status(&json) != 0 || buf_status(&text) != 0) {
		err_set(e, ERR_USAGE, "assertion: too long");
	} else if (sign(s, buf_slice(&text), &mac) < 0) {
		err_set(e, ERR_SYSTEM, "assertion: it cannot be signed");
	} else {
		buf_put_slice(out, buf_slice(&text));
		buf_putc(out, '.');
		put_url_base64(out, buf_slice(&mac));
		rc = 0;
	}
	buf_free(&mac);
	buf_free(&text);
	buf_free(&json);
	return rc;
}
