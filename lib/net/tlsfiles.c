#include "net/tlsfiles.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int wrong_file(const char *setting, const char *path, const char *what,
		      struct err *e)
{
	ERR_clear_error();
	return err_set(e, ERR_USAGE, "%s %s: %s", setting, path, what);
}

/* OpenSSL could not make sense of a file: what is missing, or its reason. */
static int wrong_pem(const char *setting, const char *path, const char *missing,
		     struct err *e)
{
	unsigned long code = ERR_peek_error();
	const char *reason = ERR_reason_error_string(code);

	// Other parts of it only say that they could not decode something.
	if (reason == NULL || ERR_GET_LIB(code) != ERR_LIB_SSL)
		reason = missing;
	return wrong_file(setting, path, reason, e);
}

static int check_readable(const char *setting, const char *path, struct err *e)
{
	char byte;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, &byte, 1) < 0) {
		wrong_file(setting, path, strerror(errno), e);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	close(fd);
	return 0;
}

/* In place of a question on the terminal. */
static int no_passphrase(char *out, int size, int writing, void *asked)
{
	(void)out;
	(void)size;
	(void)writing;
	if (asked != NULL)
		*(bool *)asked = true;
	return -1;
}

int tls_load_own(SSL_CTX *ctx, const char *cert_file, const char *key_file,
		 struct err *e)
{
	const char *key_setting = key_file != NULL ? "key_file" : "cert_file";
	bool encrypted = false;
	char what[300];

	if (key_file == NULL)
		key_file = cert_file;
	if (check_readable("cert_file", cert_file, e) < 0 ||
	    check_readable(key_setting, key_file, e) < 0)
		return -1;

	SSL_CTX_set_default_passwd_cb(ctx, no_passphrase);
	if (SSL_CTX_use_certificate_chain_file(ctx, cert_file) != 1)
		return wrong_pem("cert_file", cert_file,
				 "holds no certificate in PEM form", e);
	SSL_CTX_set_default_passwd_cb_userdata(ctx, &encrypted);
	int loaded =
		SSL_CTX_use_PrivateKey_file(ctx, key_file, SSL_FILETYPE_PEM);
	SSL_CTX_set_default_passwd_cb_userdata(ctx, NULL);
	if (loaded == 1 && SSL_CTX_check_private_key(ctx) == 1)
		return 0;
	if (encrypted)
		return wrong_file(key_setting, key_file,
				  "the key is encrypted, and nobody is here "
				  "to be asked for its passphrase",
				  e);
	if (ERR_GET_REASON(ERR_peek_last_error()) ==
	    X509_R_KEY_VALUES_MISMATCH) {
		snprintf(what, sizeof(what),
			 "the key does not belong to the certificate in %s",
			 cert_file);
		return wrong_file(key_setting, key_file, what, e);
	}
	return wrong_pem(key_setting, key_file, "holds no key in PEM form", e);
}

int tls_load_authorities(SSL_CTX *ctx, const char *setting, const char *path,
			 struct err *e)
{
	if (path == NULL) {
		if (SSL_CTX_set_default_verify_paths(ctx) == 1)
			return 0;
		return err_set(e, ERR_SYSTEM, "the system's certificates: %s",
			       ERR_reason_error_string(ERR_get_error()));
	}
	if (check_readable(setting, path, e) < 0)
		return -1;
	if (SSL_CTX_load_verify_file(ctx, path) != 1)
		return wrong_pem(setting, path,
				 "holds no certificate in PEM form", e);
	// Whatever stands in the file is trusted, be it an authority or not.
	X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ctx),
				    X509_V_FLAG_PARTIAL_CHAIN);
	return 0;
}
