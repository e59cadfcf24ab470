/* Assertions that are signed by the key of a certificate. */
#include "dest/jwt.h"

#include "check.h"
#include "core/base64.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

/* A key and a certificate for it, in PEM form. */
struct made {
	EVP_PKEY *key;
	X509 *certificate;
	struct buf key_pem, certificate_pem;
};

static void take_text(BIO *bio, struct buf *out)
{
	char *text;
	long n = BIO_get_mem_data(bio, &text);

	buf_put(out, text, (size_t)n);
	BIO_free(bio);
}

static struct made make(EVP_PKEY *key)
{
	struct made m = { .key = key,
			  .certificate = X509_new(),
			  .key_pem = BUF_INIT(1 << 16),
			  .certificate_pem = BUF_INIT(1 << 16) };
	BIO *bio;

	X509_set_version(m.certificate, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(m.certificate), 7);
	X509_gmtime_adj(X509_getm_notBefore(m.certificate), 0);
	X509_gmtime_adj(X509_getm_notAfter(m.certificate), 1000);
	X509_set_pubkey(m.certificate, key);
	X509_sign(m.certificate, key, EVP_sha256());
	bio = BIO_new(BIO_s_mem());
	PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
	take_text(bio, &m.key_pem);
	bio = BIO_new(BIO_s_mem());
	PEM_write_bio_X509(bio, m.certificate);
	take_text(bio, &m.certificate_pem);
	return m;
}

static void made_free(struct made *m)
{
	EVP_PKEY_free(m->key);
	X509_free(m->certificate);
	buf_free(&m->key_pem);
	buf_free(&m->certificate_pem);
}

/* The two texts, one behind the other, for buf_free(). */
static struct buf both(const struct buf *a, const struct buf *b)
{
	struct buf all = BUF_INIT(1 << 17);

	buf_put_slice(&all, buf_slice(a));
	buf_put_slice(&all, buf_slice(b));
	return all;
}

/* What a part of a token stands for. */
static struct buf decoded(struct slice part)
{
	struct buf text = BUF_INIT(1 << 16), bytes = BUF_INIT(1 << 16);

	buf_put_slice(&text, part);
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '-')
			text.data[i] = '+';
		if (text.data[i] == '_')
			text.data[i] = '/';
	}
	while (text.len % 4 != 0)
		buf_putc(&text, '=');
	CHECK(base64_read(buf_slice(&text), &bytes));
	buf_free(&text);
	return bytes;
}

static bool verifies(EVP_PKEY *key, struct slice text, struct slice mac)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool good = EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL,
					 key) == 1 &&
		    EVP_DigestVerify(context, (const unsigned char *)mac.data,
				     mac.len, (const unsigned char *)text.data,
				     text.len) == 1;

	EVP_MD_CTX_free(context);
	return good;
}

static void an_assertion_says_who_and_is_signed(void)
{
	static const struct jwt_claims claims = {
		.audience = "https://login.example.com/t/oauth2/v2.0/token",
		.client = "app \"1\"",
		.id = "11111111-2222-4333-8444-555555555555-7",
		.now_sec = 1793614829,
	};
	struct made m = make(EVP_RSA_gen(2048));
	struct buf pem = both(&m.key_pem, &m.certificate_pem);
	struct buf token = BUF_INIT(1 << 16);
	struct err e = { 0 };
	struct jwt_signer *s = jwt_signer_new(buf_slice(&pem), &e);

	CHECK(s != NULL);
	if (s == NULL)
		return;
	CHECK(jwt_put_assertion(s, &claims, &token, &e) == 0);

	struct slice rest = buf_slice(&token);
	struct slice header = slice_take_until(&rest, '.');
	struct slice body = slice_take_until(&rest, '.');
	struct slice whole = { token.data, header.len + 1 + body.len };
	struct buf text = decoded(header), said = decoded(body),
		   mac = decoded(rest);
	unsigned char print[EVP_MAX_MD_SIZE];
	unsigned len;

	CHECK(strncmp(buf_str(&text),
		      "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"x5t\":\"",
		      34) == 0);
	CHECK(X509_digest(m.certificate, EVP_sha1(), print, &len) == 1);
	struct buf shown =
		decoded((struct slice){ text.data + 34, text.len - 36 });
	CHECK(slice_is(buf_slice(&shown),
		       (struct slice){ (char *)print, len }));
	CHECK(strcmp(buf_str(&said),
		     "{\"aud\":\"https://login.example.com/t/oauth2/v2.0/token"
		     "\",\"iss\":\"app \\\"1\\\"\",\"sub\":\"app \\\"1\\\"\","
		     "\"jti\":\"11111111-2222-4333-8444-555555555555-7\","
		     "\"iat\":1793614829,\"nbf\":1793614829,"
		     "\"exp\":1793615429}") == 0);
	CHECK(verifies(m.key, whole, buf_slice(&mac)));
	whole.len--;
	CHECK(!verifies(m.key, whole, buf_slice(&mac)));

	buf_free(&shown);
	buf_free(&text);
	buf_free(&said);
	buf_free(&mac);
	buf_free(&token);
	buf_free(&pem);
	jwt_signer_free(s);
	made_free(&m);
}

static bool is_refused(struct slice pem, const char *why)
{
	struct err e = { 0 };
	struct jwt_signer *s = jwt_signer_new(pem, &e);

	jwt_signer_free(s);
	return s == NULL && e.kind == ERR_USAGE && strstr(e.text, why) != NULL;
}

static void files_of_no_use_are_refused_with_the_reason(void)
{
	struct made a = make(EVP_RSA_gen(2048));
	struct made b = make(EVP_EC_gen("P-256"));
	struct buf crossed = both(&a.certificate_pem, &b.key_pem);
	struct buf curve = both(&b.certificate_pem, &b.key_pem);
	struct buf other;
	struct made c = make(EVP_RSA_gen(2048));

	other = both(&a.certificate_pem, &c.key_pem);
	CHECK(is_refused(SLICE(""), "no certificate"));
	CHECK(is_refused(SLICE("-----BEGIN CERTIFICATE-----\nAAAA\n"),
			 "no certificate"));
	CHECK(is_refused(buf_slice(&a.key_pem), "no certificate"));
	CHECK(is_refused(buf_slice(&a.certificate_pem), "no private key"));
	CHECK(is_refused(buf_slice(&crossed), "not of RSA"));
	CHECK(is_refused(buf_slice(&curve), "not of RSA"));
	CHECK(is_refused(buf_slice(&other), "not that of the certificate"));
	buf_free(&crossed);
	buf_free(&curve);
	buf_free(&other);
	made_free(&a);
	made_free(&b);
	made_free(&c);
}

int main(void)
{
	RUN(an_assertion_says_who_and_is_signed);
	RUN(files_of_no_use_are_refused_with_the_reason);
	return check_done();
}
