#include "net/httptls.h"

#include "net/tlswords.h"

#include <stdlib.h>
#include <string.h>

int http_tls_open(struct http_tls *t, const struct tls_options *options,
		  struct err *e)
{
	*t = (struct http_tls){ .options = *options };
	t->guard.options = &t->options;
	t->identity = tls_identity_new(options, e);
	return t->identity != NULL ? 0 : -1;
}

void http_tls_set(struct http_tls *t, const struct tls_options *options)
{
	t->options = *options;
	tls_identity_set(t->identity, options);
}

void http_tls_close(struct http_tls *t)
{
	tls_identity_free(t->identity);
	t->identity = NULL;
}

/* Of each new connection, before its handshake. */
static CURLcode prepare(CURL *curl, void *ctx, void *state)
{
	struct http_tls *t = state;
	struct err e;

	(void)curl;
	if (tls_identity_apply(t->identity, ctx, &e) < 0) {
		t->guard.refused = e;
		return CURLE_SSL_CERTPROBLEM;
	}
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	return tls_guard_context(ctx, &t->guard) ? CURLE_OK
						 : CURLE_OUT_OF_MEMORY;
}

bool http_tls_use(struct http_tls *t, CURL *c)
{
	const bool is_13 = t->options.min_version != NULL &&
			   strcmp(t->options.min_version, "1.3") == 0;
	const long version =
		is_13 ? CURL_SSLVERSION_TLSv1_3 : CURL_SSLVERSION_TLSv1_2;
	const long verify = !t->options.insecure;

	// What libcurl would trust by itself is not asked: those of identity
	// are all. A session of before would not be verified anew.
	return curl_easy_setopt(c, CURLOPT_SSLVERSION, version) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, verify) ==
		       CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, verify * 2) ==
		       CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_CAINFO, NULL) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_CAPATH, NULL) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_CA_CACHE_TIMEOUT, 0L) == CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_SSL_SESSIONID_CACHE, 0L) ==
		       CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_SSL_CTX_FUNCTION, prepare) ==
		       CURLE_OK &&
	       curl_easy_setopt(c, CURLOPT_SSL_CTX_DATA, t) == CURLE_OK;
}

/* Is the failure one of TLS? Then say what it was. */
static bool say_tls(const struct http_failure *f, struct http_tls *t,
		    struct err *e)
{
	struct tls_side side = tls_guard_side(&t->guard);
	const char *number = strstr(f->detail, "error:");

	side.plain = "http";
	if (t->guard.refused.kind != ERR_NONE) {
		*e = t->guard.refused;
		t->guard.refused = (struct err){ 0 };
		return true;
	}
	if (f->code != CURLE_SSL_CONNECT_ERROR) {
		const bool may_be = t->guard.cert_was_asked && !t->works;

		// An end may be all that a server says to a certificate.
		if (may_be)
			tls_say_hung_up("closed", &side, e);
		return may_be;
	}
	// libcurl quotes the code of OpenSSL in hexadecimal digits.
	if (number != NULL)
		tls_say_error(strtoul(number + 6, NULL, 16), &side, e);
	else
		tls_say_hung_up("closed during the TLS handshake", &side, e);
	return true;
}

/* Did it fail at the proxy, before the server could be met? Then say so. */
static bool say_proxy(const struct http_failure *f, const char *why,
		      struct err *e)
{
	if (f->proxy_status >= 300) {
		const bool denied =
			f->proxy_status == 403 || f->proxy_status == 407;

		err_set(e, denied ? ERR_DENIED : ERR_TEMPORARY,
			"%s: the proxy %s answers %d%s", f->origin, f->proxy,
			f->proxy_status,
			f->proxy_status == 407
				? ": set proxy_user and proxy_password"
			: denied ? ": does it allow this host and port?"
				 : "");
		return true;
	}
	switch (f->code) {
	case CURLE_COULDNT_RESOLVE_PROXY:
	case CURLE_COULDNT_CONNECT:
	case CURLE_PROXY:
		err_set(e, ERR_TEMPORARY, "connect to the proxy %s, for %s: %s",
			f->proxy, f->origin, why);
		return true;
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_WEIRD_SERVER_REPLY:
		break;
	default:
		return false;
	}
	// By HTTP a proxy has to say that it has let us through.
	if (f->was_sent || f->proxy_status != 0 ||
	    strncmp(f->proxy, "http://", 7) != 0)
		return false;
	err_set(e, ERR_TEMPORARY, "%s: no way through the proxy %s: %s",
		f->origin, f->proxy, why);
	return true;
}

bool http_wants_tls(int status, struct slice body)
{
	static const char *const words[] = {
		"plain HTTP request was sent to HTTPS port",         // nginx
		"HTTP request to an HTTPS server",                   // Go
		"speaking plain HTTP to an SSL-enabled server port", // Apache
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (status == 400 && body.len > 0 &&
		    memmem(body.data, body.len, words[i], strlen(words[i])) !=
			    NULL)
			return true;
	return false;
}

static bool is_plain(const struct http_failure *f)
{
	return strncmp(f->origin, "http://", 7) == 0;
}

int http_say_failed(const struct http_failure *f, struct http_tls *tls,
		    struct err *e)
{
	const char *why =
		f->detail[0] != '\0' ? f->detail : curl_easy_strerror(f->code);
	enum err_kind kind = ERR_TEMPORARY;

	if (f->os_error != 0 &&
	    (f->code == CURLE_COULDNT_CONNECT || f->code == CURLE_SEND_ERROR ||
	     f->code == CURLE_RECV_ERROR))
		why = strerror(f->os_error);
	if (f->proxy != NULL && say_proxy(f, why, e))
		return -1;
	switch (f->code) {
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
	case CURLE_GOT_NOTHING:
		if (!is_plain(f) && say_tls(f, tls, e))
			return err_prefix(e, "connect %s", f->origin);
		if (f->code == CURLE_PEER_FAILED_VERIFICATION ||
		    f->code == CURLE_SSL_CERTPROBLEM)
			kind = ERR_DENIED;
		if (f->code == CURLE_GOT_NOTHING)
			why = is_plain(f) ? "closed the connection without an "
					    "answer: does it speak TLS? Then "
					    "it is https://"
					  : "closed the connection without an "
					    "answer";
		break;
	case CURLE_COULDNT_CONNECT:
		return err_set(e, kind, "connect %s: %s", f->origin, why);
	case CURLE_PARTIAL_FILE:
		why = "closed the connection in the middle of its answer";
		break;
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_WEIRD_SERVER_REPLY:
		why = is_plain(f) ? "what answers does not speak HTTP/1: does "
				    "it speak TLS? Then it is https://"
				  : "what answers does not speak HTTP/1";
		break;
	case CURLE_URL_MALFORMAT:
		kind = ERR_USAGE;
		break;
	default:
		break;
	}
	return err_set(e, kind, "%s: %s", f->origin, why);
}
