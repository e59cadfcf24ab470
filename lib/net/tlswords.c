#include "net/tlswords.h"

#include "core/buf.h"
#include "net/tlspins.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/tls1.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *peer(const struct tls_side *side)
{
	return side->is_server ? "the client" : "the server";
}

/* The other side wants a certificate of ours, and there is none. */
static bool lacks_certificate(const struct tls_side *side)
{
	return !side->is_server && side->cert_was_asked &&
	       side->cert_file == NULL;
}

/* "2026-10-01" */
static const char *day_of(const ASN1_TIME *t, char out[16])
{
	struct tm tm;

	if (ASN1_TIME_to_tm(t, &tm) != 1 ||
	    strftime(out, 16, "%Y-%m-%d", &tm) == 0)
		snprintf(out, 16, "unknown");
	return out;
}

/* Who it is: its common name, else its organisation. */
static const char *common_name(const X509_NAME *name, char out[80])
{
	if (X509_NAME_get_text_by_NID(name, NID_commonName, out, 80) < 0 &&
	    X509_NAME_get_text_by_NID(name, NID_organizationName, out, 80) < 0)
		snprintf(out, 80, "without a name");
	return out;
}

/* Append the name or address that an entry of subjectAltName holds. */
static bool put_name(struct buf *out, const GENERAL_NAME *name)
{
	char text[INET6_ADDRSTRLEN];
	int type;
	const ASN1_STRING *value = GENERAL_NAME_get0_value(name, &type);

	if (type != GEN_DNS && type != GEN_IPADD)
		return false;
	if (out->len > 0)
		buf_puts(out, ", ");

	const unsigned char *bytes = ASN1_STRING_get0_data(value);
	int len = ASN1_STRING_length(value);
	if (type == GEN_DNS)
		buf_put(out, bytes, (size_t)len);
	else if ((len == 4 || len == 16) &&
		 inet_ntop(len == 4 ? AF_INET : AF_INET6, bytes, text,
			   sizeof(text)) != NULL)
		buf_puts(out, text);
	return true;
}

/* The first names of a certificate, whole ones, as far as there is room. */
static int list_names(X509 *cert, struct buf *names)
{
	enum { SHOWN = 4 };
	GENERAL_NAMES *alt =
		X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	int shown = 0;

	for (int i = 0; i < sk_GENERAL_NAME_num(alt); i++) {
		size_t before = names->len;

		if (shown < SHOWN &&
		    put_name(names, sk_GENERAL_NAME_value(alt, i)))
			shown++;
		if (buf_status(names) != 0)
			buf_cut(names, before);
	}
	GENERAL_NAMES_free(alt);
	return shown;
}

/* "certificate is for a.example.com, b.example.com, not for c.example.com" */
static int say_wrong_name(X509 *cert, const struct tls_side *side,
			  struct err *e)
{
	char space[200], cn[80];
	struct buf names = { .data = space,
			     .cap = sizeof(space),
			     .max = sizeof(space) - 1 };

	if (list_names(cert, &names) == 0)
		return err_set(e, ERR_DENIED,
			       "certificate names no host, and %s was wanted "
			       "(the CN, %s, does not count)",
			       side->peer_name,
			       common_name(X509_get_subject_name(cert), cn));
	return err_set(e, ERR_DENIED, "certificate is for %.*s, not for %s",
		       (int)names.len, names.data, side->peer_name);
}

void tls_read_certificate(X509 *cert, struct tls_certificate *out)
{
	struct buf names = { .data = out->hosts,
			     .cap = sizeof(out->hosts),
			     .max = sizeof(out->hosts) - 1 };
	int seconds;

	*out = (struct tls_certificate){ 0 };
	common_name(X509_get_subject_name(cert), out->subject);
	common_name(X509_get_issuer_name(cert), out->issuer);
	(void)list_names(cert, &names);
	out->hosts[names.len] = '\0';
	day_of(X509_get0_notAfter(cert), out->until);
	(void)ASN1_TIME_diff(&out->days_left, &seconds, NULL,
			     X509_get0_notAfter(cert));
	tls_pin_of(cert, out->pin);
}

/* The chain leads to no authority that is trusted. */
static int say_unknown_issuer(X509 *cert, int error,
			      const struct tls_side *side, struct err *e)
{
	const char *why = X509_verify_cert_error_string(error);
	char issuer[80];

	common_name(X509_get_issuer_name(cert), issuer);
	if (side->ca_file != NULL)
		return err_set(e, ERR_DENIED,
			       "certificate is not signed by an authority in "
			       "%s but by \"%s\" (%s)",
			       side->ca_file, issuer, why);
	return err_set(e, ERR_DENIED,
		       "certificate is signed by \"%s\", which this system "
		       "does not trust (%s): set ca_file",
		       issuer, why);
}

static int say_self_signed(const struct tls_side *side, struct err *e)
{
	if (side->ca_file != NULL)
		return err_set(e, ERR_DENIED,
			       "certificate is self-signed, and not the one "
			       "in %s",
			       side->ca_file);
	return err_set(e, ERR_DENIED,
		       "certificate is self-signed: to trust it, set ca_file "
		       "to a copy of it");
}

/* "CN=siem.example.com,O=Example", as RFC 4514 has it */
static void put_subject(struct buf *out, const X509_NAME *name)
{
	char *text;
	BIO *bio = BIO_new(BIO_s_mem());

	if (bio != NULL &&
	    X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) >= 0) {
		long len = BIO_get_mem_data(bio, &text);
		buf_put(out, text, len < 160 ? (size_t)len : 160);
	}
	BIO_free(bio);
}

void tls_describe(const struct tls_handshake *h, char *out, size_t size)
{
	struct buf text = BUF_INIT(size - 1);
	char day[16];

	buf_printf(&text, "%s, %s", h->version, h->cipher);
	if (h->theirs != NULL) {
		buf_puts(&text, ", server certificate ");
		put_subject(&text, X509_get_subject_name(h->theirs));
		buf_puts(&text, " issued by ");
		put_subject(&text, X509_get_issuer_name(h->theirs));
		buf_printf(&text, " (notAfter %s), %s%s",
			   day_of(X509_get0_notAfter(h->theirs), day),
			   h->verified ? "verified" : "not verified",
			   h->pinned ? ", its key is pinned" : "");
	}
	if (h->ours != NULL) {
		buf_puts(&text, ", as ");
		put_subject(&text, X509_get_subject_name(h->ours));
	} else {
		buf_puts(&text, h->cert_was_asked
					? ", without the client certificate it "
					  "asked for"
					: ", no client certificate asked for");
	}
	snprintf(out, size, "%s", buf_str(&text));
	buf_free(&text);
}

int tls_say_not_pinned(X509 *cert, const char *pin, const struct tls_side *side,
		       struct err *e)
{
	char name[80];

	return err_set(e, ERR_DENIED,
		       "the key of %s, \"%s\", is %s, and none of pinned_keys: "
		       "if it was renewed, add that",
		       side->peer_name,
		       common_name(X509_get_subject_name(cert), name), pin);
}

/* What the lists of crl_file say, or should. */
static int say_list(X509_STORE_CTX *store, const char *whose,
		    const struct tls_side *side, struct err *e)
{
	const X509_CRL *list = X509_STORE_CTX_get0_current_crl(store);
	const int error = X509_STORE_CTX_get_error(store);
	char issuer[80] = "", day[16] = "";

	if (list != NULL)
		common_name(X509_CRL_get_issuer(list), issuer);
	switch (error) {
	case X509_V_ERR_CERT_REVOKED:
		return err_set(e, ERR_DENIED,
			       "%s has been revoked by \"%s\" (crl_file %s)",
			       whose, issuer, side->crl_file);
	case X509_V_ERR_CRL_HAS_EXPIRED:
		if (list != NULL)
			day_of(X509_CRL_get0_nextUpdate(list), day);
		return err_set(e, ERR_DENIED,
			       "the list of \"%s\" in crl_file %s has expired "
			       "(nextUpdate %s): renew it",
			       issuer, side->crl_file, day);
	case X509_V_ERR_UNABLE_TO_GET_CRL:
		common_name(X509_get_issuer_name(
				    X509_STORE_CTX_get_current_cert(store)),
			    issuer);
		return err_set(e, ERR_DENIED,
			       "crl_file %s has no list of \"%s\", who issued "
			       "the certificate",
			       side->crl_file, issuer);
	default:
		return err_set(e, ERR_DENIED,
			       "the list of \"%s\" in crl_file "
			       "%s is not accepted: %s",
			       issuer, side->crl_file,
			       X509_verify_cert_error_string(error));
	}
}

int tls_say_untrusted(X509_STORE_CTX *store, const struct tls_side *side,
		      struct err *e)
{
	X509 *cert = X509_STORE_CTX_get_current_cert(store);
	int error = X509_STORE_CTX_get_error(store);
	char day[16], name[80];
	char whose[120] = "certificate";

	if (cert == NULL)
		return err_set(e, ERR_DENIED, "certificate: %s",
			       X509_verify_cert_error_string(error));
	if (X509_STORE_CTX_get_error_depth(store) > 0)
		snprintf(whose, sizeof(whose),
			 "certificate of the authority \"%s\"",
			 common_name(X509_get_subject_name(cert), name));

	switch (error) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return err_set(e, ERR_DENIED, "%s has expired (notAfter %s)",
			       whose, day_of(X509_get0_notAfter(cert), day));
	case X509_V_ERR_CERT_NOT_YET_VALID:
		return err_set(e, ERR_DENIED,
			       "%s is not valid before %s: is the clock here "
			       "right?",
			       whose, day_of(X509_get0_notBefore(cert), day));
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		return say_wrong_name(cert, side, e);
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
		return say_self_signed(side, e);
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_CERT_SIGNATURE_FAILURE:
		return say_unknown_issuer(cert, error, side, e);
	case X509_V_ERR_INVALID_PURPOSE:
		return err_set(e, ERR_DENIED,
			       "%s may not be used by %s (extended key usage)",
			       whose, side->is_server ? "clients" : "servers");
	case X509_V_ERR_CERT_REVOKED:
	case X509_V_ERR_UNABLE_TO_GET_CRL:
	case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
	case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
	case X509_V_ERR_CRL_SIGNATURE_FAILURE:
	case X509_V_ERR_CRL_NOT_YET_VALID:
	case X509_V_ERR_CRL_HAS_EXPIRED:
	case X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD:
	case X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD:
		return say_list(store, whose, side, e);
	default:
		return err_set(e, ERR_DENIED, "%s is not accepted: %s", whose,
			       X509_verify_cert_error_string(error));
	}
}

/* What a server says of the certificate it was shown, or NULL. */
static const char *fault_of_ours(int alert)
{
	switch (alert) {
	case SSL_AD_BAD_CERTIFICATE:
		return "it is bad";
	case SSL_AD_UNSUPPORTED_CERTIFICATE:
		return "of a kind it cannot use";
	case SSL_AD_CERTIFICATE_REVOKED:
		return "it is revoked";
	case SSL_AD_CERTIFICATE_EXPIRED:
		return "it has expired";
	case SSL_AD_CERTIFICATE_UNKNOWN:
		return "it does not say why";
	case SSL_AD_UNKNOWN_CA:
		return "it does not know its authority";
	case SSL_AD_ACCESS_DENIED:
		return "access denied";
	case SSL_AD_DECRYPT_ERROR:
		return "its signature does not fit";
	default:
		return NULL;
	}
}

int tls_say_alert(int alert, const struct tls_side *side, struct err *e)
{
	const char *name = SSL_alert_desc_string_long(alert);
	const char *fault = fault_of_ours(alert);

	if (side->is_server)
		return err_set(e, ERR_DENIED,
			       "the client refuses: TLS alert \"%s\"", name);
	if (alert == SSL_AD_CERTIFICATE_REQUIRED ||
	    (lacks_certificate(side) &&
	     (fault != NULL || alert == SSL_AD_HANDSHAKE_FAILURE)))
		return err_set(e, ERR_DENIED,
			       "the server requires a client certificate: set "
			       "cert_file and key_file");
	if (fault != NULL && side->cert_file != NULL)
		return err_set(e, ERR_DENIED,
			       "the server does not accept the certificate in "
			       "%s: %s (TLS alert \"%s\")",
			       side->cert_file, fault, name);
	switch (alert) {
	case SSL_AD_HANDSHAKE_FAILURE:
		return err_set(e, ERR_DENIED,
			       "the server refuses the handshake: no cipher "
			       "or no kind of certificate in common (TLS "
			       "alert \"%s\")",
			       name);
	case SSL_AD_PROTOCOL_VERSION:
	case SSL_AD_INSUFFICIENT_SECURITY:
		return err_set(e, ERR_DENIED,
			       "the server speaks no version of TLS that is "
			       "allowed here (TLS alert \"%s\")",
			       name);
	case SSL_AD_UNRECOGNIZED_NAME:
		return err_set(e, ERR_DENIED,
			       "the server does not know the name %s: set "
			       "server_name",
			       side->peer_name);
	case SSL_AD_INTERNAL_ERROR:
	case SSL_AD_USER_CANCELLED:
		return err_set(e, ERR_TEMPORARY, "TLS alert \"%s\"", name);
	default:
		return err_set(e, ERR_DENIED,
			       "the server refuses: TLS alert \"%s\"", name);
	}
}

int tls_say_error(unsigned long code, const struct tls_side *side,
		  struct err *e)
{
	const char *reason = ERR_reason_error_string(code);
	const char *plain = side->plain;

	if (ERR_GET_LIB(code) == ERR_LIB_SSL) {
		switch (ERR_GET_REASON(code)) {
		case SSL_R_WRONG_VERSION_NUMBER:
		case SSL_R_HTTP_REQUEST:
		case SSL_R_HTTPS_PROXY_REQUEST:
		case SSL_R_PACKET_LENGTH_TOO_LONG:
			return err_set(e, ERR_DENIED,
				       "%s does not speak TLS here (%s)%s%s%s",
				       peer(side), reason,
				       plain != NULL ? ": without it, that is "
						     : "",
				       plain != NULL ? plain : "",
				       plain != NULL ? "://" : "");
		case SSL_R_UNSUPPORTED_PROTOCOL:
		case SSL_R_VERSION_TOO_LOW:
			return err_set(e, ERR_DENIED,
				       "%s speaks no version of TLS that is "
				       "allowed here",
				       peer(side));
		case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
			return err_set(e, ERR_DENIED, "%s sent no certificate",
				       peer(side));
		default:
			break;
		}
	}
	return err_set(e, ERR_TEMPORARY, "TLS: %s",
		       reason != NULL ? reason : "failed");
}

int tls_say_hung_up(const char *how, const struct tls_side *side, struct err *e)
{
	if (side->is_server || !side->cert_was_asked)
		return err_set(e, ERR_TEMPORARY, "%s", how);
	if (side->cert_file == NULL)
		return err_set(e, ERR_TEMPORARY,
			       "%s; the server asked for a client certificate "
			       "and got none: if it needs one, set cert_file "
			       "and key_file",
			       how);
	return err_set(e, ERR_TEMPORARY,
		       "%s right after the handshake: does the server accept "
		       "the certificate in %s?",
		       how, side->cert_file);
}
