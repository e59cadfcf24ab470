#include "net/tlscontext.h"

#include "net/tlsfiles.h"
#include "net/tlsguard.h"
#include "net/tlsidentity.h"
#include "net/tlssocket.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

static struct tls_context *make(const SSL_METHOD *method, struct err *e)
{
	struct tls_context *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		err_sys(e, "TLS");
		return NULL;
	}
	t->ctx = SSL_CTX_new(method);
	t->method = tls_socket_method();
	if (t->ctx == NULL || t->method == NULL) {
		err_set(e, ERR_SYSTEM, "TLS: %s",
			ERR_reason_error_string(ERR_get_error()));
		tls_context_free(t);
		return NULL;
	}
	SSL_CTX_set_min_proto_version(t->ctx, TLS1_2_VERSION);
	SSL_CTX_set_mode(t->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE |
					 SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
					 SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(t->ctx, SSL_SESS_CACHE_OFF);
	return t;
}

static int set_min_version(SSL_CTX *ctx, const char *version, struct err *e)
{
	if (version == NULL || strcmp(version, "1.2") == 0)
		return 0;
	if (strcmp(version, "1.3") != 0)
		return err_set(e, ERR_USAGE,
			       "TLS version %s is neither 1.2 nor 1.3",
			       version);
	SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION);
	return 0;
}

static int guard(struct tls_context *t, struct err *e)
{
	return tls_guard_context(t->ctx, NULL)
		       ? 0
		       : err_set(e, ERR_SYSTEM, "TLS: %s", strerror(ENOMEM));
}

static int configure_client(struct tls_context *t, struct err *e)
{
	const struct tls_options *o = &t->options;

	if (set_min_version(t->ctx, o->min_version, e) < 0)
		return -1;
	t->identity = tls_identity_new(o, e);
	if (t->identity == NULL)
		return -1;
	SSL_CTX_set_verify(t->ctx, SSL_VERIFY_PEER, NULL);
	return guard(t, e);
}

struct tls_context *tls_client(const struct tls_options *options, struct err *e)
{
	struct tls_context *t = make(TLS_client_method(), e);

	if (t == NULL)
		return NULL;
	t->options = *options;
	if (configure_client(t, e) < 0) {
		tls_context_free(t);
		return NULL;
	}
	return t;
}

void tls_client_set(struct tls_context *t, const struct tls_options *options)
{
	t->options = *options;
	tls_identity_set(t->identity, options);
}

/* Clients have to have a certificate of these authorities. */
static int demand(struct tls_context *t, const char *client_ca, struct err *e)
{
	X509_STORE *trust = tls_read_trust("client CA", client_ca, NULL, e);
	int rc = trust != NULL ? tls_use_trust(t->ctx, trust, e) : -1;

	X509_STORE_free(trust);
	if (rc < 0)
		return -1;
	SSL_CTX_set_client_CA_list(t->ctx, SSL_load_client_CA_file(client_ca));
	SSL_CTX_set_verify(t->ctx,
			   SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
			   NULL);
	return 0;
}

static int configure_server(struct tls_context *t,
			    const struct tls_server_options *o, struct err *e)
{
	const struct tls_options files = { .cert_file = o->cert_file,
					   .key_file = o->key_file };
	struct tls_own own;

	if (tls_read_own(&files, &own, e) < 0)
		return -1;
	int rc = tls_use_own(t->ctx, o->cert_file, &own, e);
	tls_own_free(&own);
	if (rc < 0)
		return -1;
	SSL_CTX_set_num_tickets(t->ctx, 0);
	SSL_CTX_set_options(t->ctx, SSL_OP_NO_TICKET);
	if (o->client_ca != NULL && demand(t, o->client_ca, e) < 0)
		return -1;
	return guard(t, e);
}

struct tls_context *tls_server(const struct tls_server_options *options,
			       struct err *e)
{
	struct tls_context *t = make(TLS_server_method(), e);

	if (t == NULL)
		return NULL;
	t->is_server = true;
	if (options->client_ca != NULL &&
	    (t->client_ca = strdup(options->client_ca)) == NULL) {
		err_sys(e, "TLS");
		tls_context_free(t);
		return NULL;
	}
	if (configure_server(t, options, e) < 0) {
		tls_context_free(t);
		return NULL;
	}
	return t;
}

void tls_context_free(struct tls_context *t)
{
	if (t == NULL)
		return;
	SSL_CTX_free(t->ctx);
	tls_identity_free(t->identity);
	BIO_meth_free(t->method);
	free(t->client_ca);
	free(t);
}
