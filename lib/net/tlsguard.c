#include "net/tlsguard.h"

#include "net/tlspins.h"

#include <arpa/inet.h>
#include <openssl/crypto.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

/* Where a connection keeps its guard. */
static int guard_index;
static CRYPTO_ONCE index_once = CRYPTO_ONCE_STATIC_INIT;

static void make_index(void)
{
	guard_index = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
}

static struct tls_guard *guard_of(const SSL *ssl)
{
	struct tls_guard *g = SSL_get_ex_data(ssl, guard_index);

	return g != NULL ? g : SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
}

void tls_guard_set_host(struct tls_guard *g, const char *host)
{
	size_t len;

	snprintf(g->host, sizeof(g->host), "%s", host + (host[0] == '['));
	if (host[0] == '[')
		g->host[strcspn(g->host, "]")] = '\0';
	// A final dot says that a name is whole; certificates do without.
	len = strlen(g->host);
	if (len > 0 && g->host[len - 1] == '.')
		g->host[len - 1] = '\0';
}

struct tls_side tls_guard_side(const struct tls_guard *g)
{
	if (g->is_server)
		return (struct tls_side){ .is_server = true,
					  .ca_file = g->client_ca };
	return (struct tls_side){
		.ca_file = g->options->ca_file,
		.crl_file = g->options->crl_file,
		.cert_file = g->options->cert_file,
		.peer_name = g->host,
		.cert_was_asked = g->cert_was_asked,
	};
}

static SSL *connection_of(X509_STORE_CTX *store)
{
	return X509_STORE_CTX_get_ex_data(store,
					  SSL_get_ex_data_X509_STORE_CTX_idx());
}

/*
 * Need nobody say whether this certificate was revoked? Lists are checked for
 * as much of the chain as they cover, and for the certificate itself in any
 * case, but for one that is its own authority: it is trusted by its name.
 */
static bool needs_no_list(X509_STORE_CTX *store)
{
	X509 *cert = X509_STORE_CTX_get_current_cert(store);

	return X509_STORE_CTX_get_error(store) ==
		       X509_V_ERR_UNABLE_TO_GET_CRL &&
	       (X509_STORE_CTX_get_error_depth(store) > 0 ||
		X509_check_issued(cert, cert) == X509_V_OK);
}

/* A certificate is not good: say why, and go no further. */
static int on_verify(int ok, X509_STORE_CTX *store)
{
	struct tls_guard *g = guard_of(connection_of(store));

	if (ok != 0)
		return ok;
	if (needs_no_list(store)) {
		X509_STORE_CTX_set_error(store, X509_V_OK);
		return 1;
	}
	struct tls_side side = tls_guard_side(g);
	tls_say_untrusted(store, &side, &g->refused);
	return 0;
}

/* Is the key one of those that were pinned? */
static bool has_pinned_key(struct tls_guard *g, X509_STORE_CTX *store)
{
	X509 *cert = X509_STORE_CTX_get0_cert(store);
	char pin[TLS_PIN_SIZE];

	tls_pin_of(cert, pin);
	if (tls_pins_have(g->options->pinned_keys, pin))
		return true;
	struct tls_side side = tls_guard_side(g);
	tls_say_not_pinned(cert, pin, &side, &g->refused);
	X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
	return false;
}

/* The other side has shown its certificates: go on? */
static int on_certificates(X509_STORE_CTX *store, void *unused)
{
	struct tls_guard *g = guard_of(connection_of(store));
	const struct tls_options *o = g->options;

	(void)unused;
	if (!g->is_server && o->insecure)
		X509_STORE_CTX_set_error(store, X509_V_OK);
	else if (X509_verify_cert(store) != 1)
		return 0;
	return g->is_server || o->pinned_keys == NULL ||
	       has_pinned_key(g, store);
}

static int on_certificate_asked(SSL *ssl, void *unused)
{
	struct tls_guard *g = guard_of(ssl);

	(void)unused;
	g->cert_was_asked = !g->is_server;
	return 1;
}

/* The handshake is done: remember with whom, as whom, and how. */
static void take_facts(const SSL *ssl, struct tls_guard *g)
{
	X509 *theirs = SSL_get0_peer_certificate(ssl);
	X509 *ours = g->cert_was_asked ? SSL_get_certificate(ssl) : NULL;
	const struct tls_options *o = g->options;
	const struct tls_handshake h = {
		.version = SSL_get_version(ssl),
		.cipher = SSL_get_cipher_name(ssl),
		.theirs = theirs,
		.ours = ours,
		.cert_was_asked = g->cert_was_asked,
		.verified = !o->insecure,
		.pinned = o->pinned_keys != NULL,
	};

	tls_describe(&h, g->facts, sizeof(g->facts));
}

/* Of each step of a handshake, and of alerts. */
static void on_info(const SSL *ssl, int where, int value)
{
	struct tls_guard *g = guard_of(ssl);

	if (g->is_server)
		return;
	// With TLS 1.3 it is done once more with each ticket that comes.
	if (where == SSL_CB_HANDSHAKE_DONE)
		take_facts(ssl, g);
	if (where == SSL_CB_READ_ALERT && value >> 8 == SSL3_AL_FATAL) {
		struct tls_side side = tls_guard_side(g);
		tls_say_alert(value & 0xff, &side, &g->refused);
	}
}

/* What has to stand in the certificate. */
static bool expect(X509_VERIFY_PARAM *param, const struct tls_guard *g,
		   bool *is_name)
{
	unsigned char binary[16];

	*is_name = inet_pton(AF_INET, g->host, binary) != 1 &&
		   inet_pton(AF_INET6, g->host, binary) != 1;
	if (!*is_name)
		return X509_VERIFY_PARAM_set1_ip_asc(param, g->host) == 1;
	X509_VERIFY_PARAM_set_hostflags(
		param, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT |
			       X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return X509_VERIFY_PARAM_set1_host(param, g->host, 0) == 1;
}

bool tls_guard_context(SSL_CTX *ctx, struct tls_guard *g)
{
	bool is_name;

	if (CRYPTO_THREAD_run_once(&index_once, make_index) != 1 ||
	    guard_index < 0)
		return false;
	SSL_CTX_set_app_data(ctx, g);
	SSL_CTX_set_options(ctx,
			    SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_cert_verify_callback(ctx, on_certificates, NULL);
	SSL_CTX_set_verify(ctx, SSL_CTX_get_verify_mode(ctx), on_verify);
	SSL_CTX_set_cert_cb(ctx, on_certificate_asked, NULL);
	SSL_CTX_set_info_callback(ctx, on_info);
	return g == NULL || expect(SSL_CTX_get0_param(ctx), g, &is_name);
}

bool tls_guard_connection(SSL *ssl, struct tls_guard *g)
{
	bool is_name;

	SSL_set_verify(ssl, SSL_get_verify_mode(ssl), on_verify);
	if (SSL_set_ex_data(ssl, guard_index, g) != 1)
		return false;
	if (g->is_server)
		return true;
	return expect(SSL_get0_param(ssl), g, &is_name) &&
	       (!is_name || SSL_set_tlsext_host_name(ssl, g->host) == 1);
}
