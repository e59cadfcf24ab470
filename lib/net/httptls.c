#include "net/httptls.h"

#include "net/tlswords.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

static struct tls_side side_of(const struct http_tls *t)
{
	return (struct tls_side){
		.ca_file = t->options.ca_file,
		.cert_file = t->options.cert_file,
		.peer_name = t->host,
		.cert_was_asked = t->was_asked,
	};
}

static struct http_tls *state_of(const SSL *ssl)
{
	return SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
}

/* A certificate is not good: say why, and go no further. */
static int on_verify(int ok, X509_STORE_CTX *store)
{
	const SSL *ssl = X509_STORE_CTX_get_ex_data(
		store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct http_tls *t = state_of(ssl);

	if (ok == 0) {
		struct tls_side side = side_of(t);
		tls_say_untrusted(store, &side, &t->why);
	}
	return ok;
}

static int on_certificate_asked(SSL *ssl, void *arg)
{
	struct http_tls *t = arg;

	(void)ssl;
	t->was_asked = true;
	return 1;
}

/* An alert that ends the connection. */
static void on_info(const SSL *ssl, int where, int value)
{
	struct http_tls *t = state_of(ssl);

	if (where != SSL_CB_READ_ALERT || value >> 8 != SSL3_AL_FATAL)
		return;
	struct tls_side side = side_of(t);
	tls_say_alert(value & 0xff, &side, &t->why);
}

CURLcode http_tls_setup(CURL *curl, void *ctx, void *state)
{
	struct http_tls *t = state;
	X509_VERIFY_PARAM *param = SSL_CTX_get0_param(ctx);
	unsigned char binary[16];
	int named;

	(void)curl;
	SSL_CTX_set_app_data(ctx, t);
	SSL_CTX_set_options(ctx,
			    SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_cert_cb(ctx, on_certificate_asked, t);
	SSL_CTX_set_info_callback(ctx, on_info);
	if (t->options.insecure)
		return CURLE_OK;
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, on_verify);
	if (inet_pton(AF_INET, t->host, binary) == 1 ||
	    inet_pton(AF_INET6, t->host, binary) == 1) {
		named = X509_VERIFY_PARAM_set1_ip_asc(param, t->host);
	} else {
		X509_VERIFY_PARAM_set_hostflags(
			param, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
				       X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
		named = X509_VERIFY_PARAM_set1_host(param, t->host, 0);
	}
	return named == 1 ? CURLE_OK : CURLE_OUT_OF_MEMORY;
}

/* Is the failure one of TLS? Then say what it was. */
static bool say_tls(CURLcode code, const char *detail, struct http_tls *t,
		    struct err *e)
{
	struct tls_side side = side_of(t);
	const char *number = strstr(detail, "error:");

	if (t->why.kind != ERR_NONE) {
		*e = t->why;
		t->why = (struct err){ 0 };
		return true;
	}
	if (code != CURLE_SSL_CONNECT_ERROR) {
		// An end may be all that a server says to a certificate.
		if (t->was_asked && !t->works)
			tls_say_hung_up("closed", &side, e);
		return t->was_asked && !t->works;
	}
	// libcurl quotes the code of OpenSSL in hexadecimal digits.
	if (number != NULL)
		tls_say_error(strtoul(number + 6, NULL, 16), &side, e);
	else
		tls_say_hung_up("closed during the TLS handshake", &side, e);
	return true;
}

int http_say_failed(CURLcode code, const char *detail, int os_error,
		    const char *origin, struct http_tls *tls, struct err *e)
{
	const char *why = detail[0] != '\0' ? detail : curl_easy_strerror(code);
	enum err_kind kind = ERR_TEMPORARY;

	switch (code) {
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_GOT_NOTHING:
		if (say_tls(code, detail, tls, e))
			return err_prefix(e, "connect %s", origin);
		if (code == CURLE_PEER_FAILED_VERIFICATION)
			kind = ERR_DENIED;
		if (code == CURLE_GOT_NOTHING)
			why = "closed the connection without an answer";
		if (os_error != 0)
			why = strerror(os_error);
		break;
	case CURLE_COULDNT_CONNECT:
		if (os_error != 0)
			why = strerror(os_error);
		return err_set(e, kind, "connect %s: %s", origin, why);
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
		kind = ERR_DENIED;
		break;
	case CURLE_PARTIAL_FILE:
		why = "closed the connection in the middle of its answer";
		break;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
		why = "what answers does not speak HTTP/1";
		break;
	case CURLE_URL_MALFORMAT:
		kind = ERR_USAGE;
		break;
	default:
		break;
	}
	return err_set(e, kind, "%s: %s", origin, why);
}
