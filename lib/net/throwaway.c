#include "net/throwaway.h"

#include "core/file.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdint.h>
#include <stdio.h>

const char *const throwaway_files[] = {
	"ca.pem", "server.pem", "server.key", "client.pem", "client.key", NULL,
};

enum { DAY = 24 * 60 * 60 };

struct issued {
	EVP_PKEY *key;
	X509 *cert;
};

static void issued_free(struct issued *i)
{
	EVP_PKEY_free(i->key);
	X509_free(i->cert);
}

static bool add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
	X509_EXTENSION *ext = X509V3_EXT_nconf_nid(NULL, &ctx, nid, value);
	if (ext == NULL)
		return false;

	bool added = X509_add_ext(cert, ext, -1) == 1;
	X509_EXTENSION_free(ext);
	return added;
}

static bool name_it(X509 *cert, const char *name)
{
	X509_NAME *subject = X509_get_subject_name(cert);
	uint64_t serial;

	return RAND_bytes((unsigned char *)&serial, sizeof(serial)) == 1 &&
	       ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert),
				       serial >> 1) == 1 &&
	       X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_ASC,
					  (const unsigned char *)"siem-mock",
					  -1, -1, 0) == 1 &&
	       X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
					  (const unsigned char *)name, -1, -1,
					  0) == 1;
}

/*
 * Make a key and a certificate for it, signed by issuer, or by itself where
 * that is NULL: an authority. days_left may be negative.
 */
static bool issue(struct issued *out, const struct issued *issuer,
		  const char *name, const char *use, const char *alt_names,
		  long days_left)
{
	out->key = EVP_EC_gen("P-256");
	out->cert = X509_new();
	if (out->key == NULL || out->cert == NULL)
		return false;

	const struct issued *by = issuer != NULL ? issuer : out;
	X509 *cert = out->cert;
	return X509_set_version(cert, X509_VERSION_3) == 1 &&
	       name_it(cert, name) &&
	       X509_set_issuer_name(cert, X509_get_subject_name(by->cert)) ==
		       1 &&
	       X509_gmtime_adj(X509_getm_notBefore(cert), -60L * DAY) != NULL &&
	       X509_gmtime_adj(X509_getm_notAfter(cert), days_left * DAY) !=
		       NULL &&
	       X509_set_pubkey(cert, out->key) == 1 &&
	       add_extension(cert, by->cert, NID_basic_constraints,
			     issuer == NULL ? "critical,CA:TRUE"
					    : "critical,CA:FALSE") &&
	       add_extension(cert, by->cert, NID_key_usage,
			     issuer == NULL ? "critical,keyCertSign,cRLSign"
					    : "critical,digitalSignature") &&
	       add_extension(cert, by->cert, NID_subject_key_identifier,
			     "hash") &&
	       add_extension(cert, by->cert, NID_authority_key_identifier,
			     "keyid:always") &&
	       (use == NULL ||
		add_extension(cert, by->cert, NID_ext_key_usage, use)) &&
	       (alt_names == NULL ||
		add_extension(cert, by->cert, NID_subject_alt_name,
			      alt_names)) &&
	       X509_sign(cert, by->key, EVP_sha256()) > 0;
}

static int openssl_failed(struct err *e)
{
	const char *why = ERR_reason_error_string(ERR_get_error());

	ERR_clear_error();
	return err_set(e, ERR_SYSTEM, "throw-away certificates: %s",
		       why != NULL ? why : "failed");
}

/* Write a certificate or, where that is NULL, a key. */
static int save(const char *dir, const char *name, X509 *cert, EVP_PKEY *key,
		struct err *e)
{
	int rc = -1;
	char *text;
	BIO *out = BIO_new(BIO_s_mem());

	if (out == NULL ||
	    (cert != NULL ? PEM_write_bio_X509(out, cert)
			  : PEM_write_bio_PrivateKey(out, key, NULL, NULL, 0,
						     NULL, NULL)) != 1) {
		openssl_failed(e);
		goto out;
	}
	long len = BIO_get_mem_data(out, &text);
	rc = file_replace(dir, name, text, (size_t)len, e);
out:
	BIO_free(out);
	return rc;
}

/* The subjectAltName of the server. */
static int name_server(const char *name, char *out, size_t size, struct err *e)
{
	unsigned char binary[16];
	int n;

	if (name == NULL)
		n = snprintf(out, size, "DNS:localhost,IP:127.0.0.1,IP:::1");
	else if (inet_pton(AF_INET, name, binary) == 1 ||
		 inet_pton(AF_INET6, name, binary) == 1)
		n = snprintf(out, size, "IP:%s", name);
	else
		n = snprintf(out, size, "DNS:%s", name);
	if (n >= (int)size)
		return err_set(e, ERR_USAGE, "name too long: %s", name);
	return 0;
}

int throwaway_make(const char *dir, const struct throwaway_options *options,
		   struct err *e)
{
	struct issued ca = { 0 }, server = { 0 }, client = { 0 };
	char names[300];
	int rc = -1;

	if (name_server(options->name, names, sizeof(names), e) < 0)
		return -1;
	if (!issue(&ca, NULL, "throw-away authority", NULL, NULL, 30) ||
	    !issue(&server, &ca, "throw-away server", "serverAuth", names,
		   options->expired ? -1 : 30) ||
	    !issue(&client, &ca, "throw-away client", "clientAuth", NULL, 30)) {
		openssl_failed(e);
		goto out;
	}
	if (save(dir, "ca.pem", ca.cert, NULL, e) < 0 ||
	    save(dir, "server.pem", server.cert, NULL, e) < 0 ||
	    save(dir, "server.key", NULL, server.key, e) < 0 ||
	    save(dir, "client.pem", client.cert, NULL, e) < 0 ||
	    save(dir, "client.key", NULL, client.key, e) < 0)
		goto out;
	rc = 0;
out:
	issued_free(&client);
	issued_free(&server);
	issued_free(&ca);
	return rc;
}
