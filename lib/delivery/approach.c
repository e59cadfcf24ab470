#include "delivery/approach.h"

#include "core/buf.h"
#include "core/clock.h"
#include "net/address.h"
#include "net/probe.h"

#include <stdlib.h>
#include <string.h>

enum {
	LISTEN_MS = 500,   // in which a server refuses what it does not like
	EXPIRES_DAYS = 14, // before which a certificate is worth a warning
};

int approach_resolve(const char *host, const char *port, int socktype,
		     struct findings *f)
{
	struct buf text = BUF_INIT(1024);
	struct address_list list;
	struct err e;

	if (address_resolve(host, port, socktype, &list, &e) < 0) {
		findings_failed(f, "name", &e);
		return -1;
	}
	for (size_t i = 0; i < list.count; i++) {
		char one[ADDRESS_MAX];

		buf_printf(&text, "%s%s", i > 0 ? ", " : "",
			   address_host(&list.items[i], one));
	}
	if (strcmp(buf_str(&text), host) == 0)
		findings_put(f, "name", FINDING_GOOD, "%s, an address", host);
	else
		findings_put(f, "name", FINDING_GOOD, "%s is %s", host,
			     buf_str(&text));
	address_list_free(&list);
	buf_free(&text);
	return 0;
}

static void report_certificate(const struct tls_certificate *c, bool is_leaf,
			       struct findings *f)
{
	const char *step = is_leaf ? "certificate" : "authority";
	const bool is_late = c->days_left < EXPIRES_DAYS;

	findings_put(f, step, is_late ? FINDING_WARNING : FINDING_GOOD,
		     "\"%s\"%s%s, signed by \"%s\", until %s: %d days%s",
		     c->subject, is_leaf ? " for " : "",
		     is_leaf ? c->hosts : "", c->issuer, c->until, c->days_left,
		     is_late ? ": have it renewed" : "");
	if (is_leaf)
		findings_put(f, "key", FINDING_GOOD, "%s", c->pin);
}

static int check_tls(const struct approach *a, struct probe *p,
		     struct tls_context *context, struct findings *f)
{
	struct tls_certificate c;
	struct err e;

	if (probe_secure(p, context, a->timeout_ms, &e) < 0)
		return findings_failed(f, "TLS", &e);
	if (a->tls->insecure)
		findings_put(f, "TLS", FINDING_WARNING,
			     "%s, %s, but insecure: nobody verifies who the "
			     "other side is",
			     tls_version(p->tls), tls_cipher(p->tls));
	else
		findings_put(f, "TLS", FINDING_GOOD, "%s, %s, verified for %s",
			     tls_version(p->tls), tls_cipher(p->tls),
			     a->tls->server_name != NULL ? a->tls->server_name
							 : a->host);
	if (tls_cert_was_asked(p->tls) && a->tls->cert_file == NULL)
		findings_put(f, "identity", FINDING_WARNING,
			     "the server asks for a client certificate, and "
			     "there is none to show: where it has to be, set "
			     "cert_file and key_file");
	for (size_t i = 0; tls_certificate(p->tls, i, &c); i++)
		report_certificate(&c, i == 0, f);
	return 0;
}

static int check_route(const struct approach *a, struct probe *p,
		       struct findings *f)
{
	const int64_t began_ns = clock_ns();
	struct err e;

	if (probe_connect(p, a->host, a->port, a->timeout_ms, &e) < 0)
		return findings_failed(f, "route", &e);
	findings_put(f, "route", FINDING_GOOD, "%s, connected in %.1f ms",
		     conn_name(p->conn),
		     (double)(clock_ns() - began_ns) / NS_PER_MS);
	return 0;
}

int approach_check(const struct approach *a, struct findings *f)
{
	struct probe p = PROBE_NONE;
	struct tls_context *context = NULL;
	struct err e;
	int rc = -1;

	if (approach_resolve(a->host, a->port, SOCK_STREAM, f) < 0 ||
	    check_route(a, &p, f) < 0)
		goto out;
	if (a->tls != NULL) {
		context = tls_client(a->tls, &e);
		if (context == NULL) {
			findings_failed(f, "TLS", &e);
			goto out;
		}
		if (check_tls(a, &p, context, f) < 0)
			goto out;
	}
	if (a->listens && probe_listen(&p, LISTEN_MS, &e) < 0) {
		findings_failed(f, "connection", &e);
		goto out;
	}
	rc = 0;
out:
	probe_close(&p);
	tls_context_free(context);
	return rc;
}
