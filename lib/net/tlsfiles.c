#include "net/tlsfiles.h"

#include "core/buf.h"
#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MAX = 64 << 20 }; // lists of what was revoked can be large

static int wrong_file(const char *setting, const char *path, const char *what,
		      struct err *e)
{
	ERR_clear_error();
	return err_set(e, ERR_USAGE, "%s %s: %s", setting, path, what);
}

static int no_memory(struct err *e)
{
	ERR_clear_error();
	return err_set(e, ERR_SYSTEM, "TLS: %s", strerror(ENOMEM));
}

/* A file's text, to be read from memory; close_text() releases both. */
static BIO *open_text(const char *setting, const char *path, struct buf *text,
		      struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	BIO *bio = NULL;

	ERR_clear_error();
	*text = BUF_INIT(FILE_MAX);
	if (fd < 0 || file_read_all(fd, text) < 0)
		wrong_file(setting, path, strerror(errno), e);
	else if ((bio = BIO_new_mem_buf(buf_str(text), (int)text->len)) == NULL)
		no_memory(e);
	if (fd >= 0)
		close(fd);
	if (bio == NULL)
		buf_free(text);
	return bio;
}

static void close_text(BIO *bio, struct buf *text)
{
	BIO_free(bio);
	if (text->data != NULL)
		explicit_bzero(text->data, text->len); // it may be a key
	buf_free(text);
}

/* Was the last thing that was looked for the end of the file? Else there is
   something of it, and that is damaged. */
static bool is_at_end(void)
{
	unsigned long code = ERR_peek_last_error();

	return ERR_GET_LIB(code) == ERR_LIB_PEM &&
	       ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
}

/* In place of a question on the terminal. */
struct passphrase {
	const char *text; // NULL: there is none
	bool was_asked;
};

static int answer_passphrase(char *out, int size, int writing, void *context)
{
	struct passphrase *p = context;

	(void)writing;
	p->was_asked = true;
	if (p->text == NULL || strlen(p->text) > (size_t)size)
		return -1;
	memcpy(out, p->text, strlen(p->text));
	return (int)strlen(p->text);
}

/* Our certificate, and those behind it. */
static int read_chain(const char *path, struct tls_own *own, struct err *e)
{
	struct buf text;
	BIO *bio = open_text("cert_file", path, &text, e);
	X509 *next;
	int rc = -1;

	if (bio == NULL)
		return -1;
	own->cert = PEM_read_bio_X509_AUX(bio, NULL, NULL, NULL);
	own->chain = sk_X509_new_null();
	if (own->cert == NULL) {
		wrong_file("cert_file", path,
			   is_at_end() ? "holds no certificate in PEM form"
				       : "its certificate is damaged",
			   e);
		goto out;
	}
	while ((next = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL)
		if (own->chain == NULL || sk_X509_push(own->chain, next) == 0) {
			X509_free(next);
			no_memory(e);
			goto out;
		}
	rc = is_at_end() ? 0
			 : wrong_file("cert_file", path,
				      "a certificate in it is damaged", e);
out:
	close_text(bio, &text);
	return rc;
}

/* The key to it. */
static int read_key(const char *setting, const char *path, const char *password,
		    struct tls_own *own, struct err *e)
{
	struct passphrase passphrase = { .text = password };
	struct buf text;
	BIO *bio = open_text(setting, path, &text, e);
	const char *why = "holds no key in PEM form";

	if (bio == NULL)
		return -1;
	own->key = PEM_read_bio_PrivateKey(bio, NULL, answer_passphrase,
					   &passphrase);
	if (own->key == NULL && passphrase.was_asked)
		why = password == NULL
			      ? "the key is encrypted: set key_password"
			      : "key_password does not open the key";
	else if (own->key == NULL && strstr(buf_str(&text), "PRIVATE KEY"))
		why = "the key in it is damaged";
	close_text(bio, &text);
	return own->key != NULL ? 0 : wrong_file(setting, path, why, e);
}

int tls_use_own(SSL_CTX *ctx, const char *cert_file, const struct tls_own *own,
		struct err *e)
{
	const char *reason;

	ERR_clear_error();
	if (SSL_CTX_use_cert_and_key(ctx, own->cert, own->key, own->chain, 1) ==
	    1)
		return 0;
	reason = ERR_reason_error_string(ERR_peek_error());
	return wrong_file("cert_file", cert_file,
			  reason != NULL ? reason : "is of no use", e);
}

/* Can they be used, and with each other? */
static int check_own(const struct tls_options *o, const struct tls_own *own,
		     struct err *e)
{
	SSL_CTX *scratch;
	char what[300];
	int rc;

	if (X509_check_private_key(own->cert, own->key) != 1) {
		snprintf(what, sizeof(what),
			 "the key does not belong to the certificate in %s",
			 o->cert_file);
		return o->key_file != NULL
			       ? wrong_file("key_file", o->key_file, what, e)
			       : wrong_file("cert_file", o->cert_file, what, e);
	}
	scratch = SSL_CTX_new(TLS_method());
	if (scratch == NULL)
		return no_memory(e);
	rc = tls_use_own(scratch, o->cert_file, own, e);
	SSL_CTX_free(scratch);
	return rc;
}

int tls_read_own(const struct tls_options *o, struct tls_own *own,
		 struct err *e)
{
	const char *setting = o->key_file != NULL ? "key_file" : "cert_file";
	const char *key_file = o->key_file != NULL ? o->key_file : o->cert_file;

	*own = (struct tls_own){ 0 };
	if (read_chain(o->cert_file, own, e) < 0 ||
	    read_key(setting, key_file, o->key_password, own, e) < 0 ||
	    check_own(o, own, e) < 0) {
		tls_own_free(own);
		return -1;
	}
	return 0;
}

void tls_own_free(struct tls_own *own)
{
	X509_free(own->cert);
	sk_X509_pop_free(own->chain, X509_free);
	EVP_PKEY_free(own->key);
	*own = (struct tls_own){ 0 };
}

/* Add the certificates of a file. */
static int add_authorities(X509_STORE *store, const char *setting,
			   const char *path, struct err *e)
{
	const char *why = "holds no certificate in PEM form";
	struct buf text;
	BIO *bio = open_text(setting, path, &text, e);
	size_t count = 0;
	X509 *cert;

	if (bio == NULL)
		return -1;
	while ((cert = PEM_read_bio_X509_AUX(bio, NULL, NULL, NULL)) != NULL) {
		count += X509_STORE_add_cert(store, cert) == 1;
		X509_free(cert);
	}
	if (!is_at_end()) {
		why = "a certificate in it is damaged";
		count = 0;
	}
	close_text(bio, &text);
	// Whatever stands in the file is trusted, be it an authority or not.
	X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
	return count > 0 ? 0 : wrong_file(setting, path, why, e);
}

/* Add the lists of a file, by which the whole chain is checked. */
static int add_revocations(X509_STORE *store, const char *path, struct err *e)
{
	const char *why = "holds no list of revoked certificates in PEM form";
	struct buf text;
	BIO *bio = open_text("crl_file", path, &text, e);
	size_t count = 0;
	X509_CRL *list;

	if (bio == NULL)
		return -1;
	while ((list = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL)) != NULL) {
		count += X509_STORE_add_crl(store, list) == 1;
		X509_CRL_free(list);
	}
	if (!is_at_end()) {
		why = "a list in it is damaged";
		count = 0;
	}
	close_text(bio, &text);
	X509_STORE_set_flags(store,
			     X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL);
	return count > 0 ? 0 : wrong_file("crl_file", path, why, e);
}

static int fill(X509_STORE *store, const char *setting, const char *ca_file,
		const char *crl_file, struct err *e)
{
	if (ca_file != NULL && add_authorities(store, setting, ca_file, e) < 0)
		return -1;
	if (ca_file == NULL && X509_STORE_set_default_paths(store) != 1)
		return err_set(e, ERR_SYSTEM, "the system's certificates: %s",
			       ERR_reason_error_string(ERR_get_error()));
	return crl_file != NULL ? add_revocations(store, crl_file, e) : 0;
}

X509_STORE *tls_read_trust(const char *setting, const char *ca_file,
			   const char *crl_file, struct err *e)
{
	X509_STORE *store = X509_STORE_new();

	if (store == NULL) {
		no_memory(e);
		return NULL;
	}
	if (fill(store, setting, ca_file, crl_file, e) < 0) {
		X509_STORE_free(store);
		return NULL;
	}
	ERR_clear_error();
	return store;
}

int tls_use_trust(SSL_CTX *ctx, X509_STORE *trust, struct err *e)
{
	if (SSL_CTX_set1_verify_cert_store(ctx, trust) == 1 &&
	    SSL_CTX_set1_chain_cert_store(ctx, trust) == 1)
		return 0;
	return no_memory(e);
}
