#include "delivery/curl.h"

#include "config/secret.h"
#include "core/base64.h"
#include "core/utf8.h"
#include "net/proxy.h"
#include "net/tlspins.h"
#include "net/url.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	WORD_BYTES = 100000, // that a command line has room for
	SIGNATURE_MAX = 64 << 10,
	WORD_MAX = 4096,
};

/* How a body gets into the command. */
enum body {
	BODY_NONE,
	BODY_WORD, // as an argument
	BODY_PIPE, // from another command
	BODY_FILE, // it is signed as well
};

const char *curl_method(const struct request *request)
{
	return request->method != NULL ? request->method : "POST";
}

bool curl_next_header(struct slice *left, struct slice *line)
{
	if (left->len == 0)
		return false;
	*line = slice_take_until(left, '\r');
	(void)slice_take(left, SLICE("\n"));
	return true;
}

bool curl_is_authorization(struct slice line, struct slice *value)
{
	static const char name[] = "Authorization: ";
	const size_t len = sizeof(name) - 1;

	if (line.len < len || strncasecmp(line.data, name, len) != 0)
		return false;
	*value = slice_from(line, len);
	return true;
}

/* Does it survive as a word, and can be read? */
static bool is_wordy(struct slice text)
{
	if (text.len > WORD_BYTES || utf8_valid(text) != text.len)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		const unsigned char c = (unsigned char)text.data[i];

		if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f)
			return false;
	}
	return text.len == 0 || text.data[0] != '@';
}

static enum body body_of(const struct request *request, bool is_signed)
{
	if (request->body.len == 0)
		return BODY_NONE;
	if (is_signed)
		return BODY_FILE;
	return is_wordy(buf_slice(&request->body)) ? BODY_WORD : BODY_PIPE;
}

/*
 * A user and a password, or what else there is to get in by. What nobody knows
 * where it comes from is not shown.
 */
static void put_authorization(struct buf *out, const struct mask *mask,
			      struct slice line, struct slice value)
{
	struct buf pair = BUF_INIT(SIGNATURE_MAX);
	struct slice rest = value;
	const struct slice scheme = slice_take_until(&rest, ' ');

	if (scheme.len == 5 && strncasecmp(scheme.data, "Basic", 5) == 0 &&
	    base64_read(rest, &pair) && mask_is_in(mask, buf_slice(&pair))) {
		buf_puts(out, " -u ");
		mask_put_word(mask, buf_slice(&pair), out);
	} else {
		buf_puts(out, " -H ");
		if (mask_is_in(mask, value))
			mask_put_word(mask, line, out);
		else
			buf_printf(out, "'Authorization: %.*s ***'",
				   (int)scheme.len, scheme.data);
	}
	if (pair.len > 0)
		explicit_bzero(pair.data, pair.len);
	buf_free(&pair);
}

static void put_headers(struct buf *out, const struct mask *mask,
			const struct request *request)
{
	struct slice left = buf_slice(&request->headers);
	struct slice line, value;
	bool has_type = false;

	while (curl_next_header(&left, &line)) {
		has_type |= line.len >= 13 &&
			    strncasecmp(line.data, "Content-Type:", 13) == 0;
		if (curl_is_authorization(line, &value)) {
			put_authorization(out, mask, line, value);
			continue;
		}
		buf_puts(out, " -H ");
		mask_put_word(mask, line, out);
	}
	if (!has_type && request->body.len > 0)
		buf_puts(out, " -H 'Content-Type:'");
}

static void put_option(struct buf *out, const struct mask *mask,
		       const char *option, const char *value)
{
	if (value == NULL)
		return;
	buf_printf(out, " %s ", option);
	mask_put_word(mask, slice_of(value), out);
}

/* Pins as curl(1) has them: with semicolons between. */
static void put_pins(struct buf *out, const char *pins)
{
	const char *divider = " --pinnedpubkey '";
	struct slice pin;

	if (pins == NULL)
		return;
	while (tls_pins_next(&pins, &pin)) {
		buf_puts(out, divider);
		buf_put_slice(out, pin);
		divider = ";";
	}
	buf_putc(out, '\'');
}

static void put_tls(struct buf *out, const struct mask *mask,
		    const struct tls_options *tls)
{
	put_option(out, mask, "--cacert", tls->ca_file);
	put_option(out, mask, "--crlfile", tls->crl_file);
	put_pins(out, tls->pinned_keys);
	if (tls->insecure)
		buf_puts(out, " --insecure");
	if (tls->min_version != NULL && strcmp(tls->min_version, "1.3") == 0)
		buf_puts(out, " --tlsv1.3");
	put_option(out, mask, "--cert", tls->cert_file);
	put_option(out, mask, "--key", tls->key_file);
	put_option(out, mask, "--pass", tls->key_password);
}

/* Do the variables name a proxy by which curl(1) goes, and we do not? */
static bool has_plain_proxy(void)
{
	static const char *const names[] = { "http_proxy", "all_proxy",
					     "ALL_PROXY" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = getenv(names[i]);

		if (value != NULL && value[0] != '\0')
			return true;
	}
	return false;
}

/*
 * The proxy that was set, which no_proxy does not speak of. That of the
 * variables curl(1) finds by itself.
 */
static void put_proxy(struct buf *out, const struct mask *mask,
		      const struct proxy_options *o, const struct proxy *p,
		      const struct url *u, bool elsewhere)
{
	const bool is_tls = strcmp(u->scheme, "https") == 0;
	struct buf user = BUF_INIT(SIGNATURE_MAX);

	if (!proxy_is_for(p, u->host, is_tls, elsewhere)) {
		if (p->is_set || (!is_tls && has_plain_proxy()))
			buf_puts(out, " --noproxy '*'");
		return;
	}
	if (p->is_set) {
		put_option(out, mask, "--proxy", p->url);
		buf_puts(out, is_tls ? " --noproxy ''"
				     : " --noproxy '' --proxytunnel");
	}
	if (o->user != NULL) {
		buf_printf(&user, "%s:%s", o->user,
			   o->password != NULL ? o->password : "");
		put_option(out, mask, "--proxy-user", buf_str(&user));
	}
	if (user.len > 0)
		explicit_bzero(user.data, user.len);
	buf_free(&user);
}

/* The URL; and with a name of its own for TLS, the way to where that is. */
static int put_url(struct buf *out, const struct mask *mask,
		   const char *server_name, const char *url,
		   const struct url *u, struct err *e)
{
	char *led = NULL;

	if (server_name != NULL && strcmp(u->scheme, "https") == 0) {
		buf_printf(out, " -H 'Host: %s:%s' --connect-to '%s:%s:%s:%s'",
			   u->host, u->port, server_name, u->port, u->host,
			   u->port);
		led = url_at_host(url, server_name);
		if (led == NULL)
			return err_set(e, ERR_SYSTEM, "out of memory");
	}
	buf_putc(out, ' ');
	mask_put_word(mask, slice_of(led != NULL ? led : url), out);
	curl_free(led);
	return 0;
}

/* The way there: TLS, and a proxy. */
static int put_way(struct buf *out, const struct mask *mask,
		   const struct dest_plan *plan, const struct url *u,
		   bool elsewhere, struct err *e)
{
	const struct proxy_options *o = &plan->limits.proxy;
	const struct tls_options others = tls_options_elsewhere(&plan->tls);
	struct proxy p;

	if (proxy_open(&p, o, e) < 0)
		return -1;
	if (strcmp(u->scheme, "https") == 0)
		put_tls(out, mask, elsewhere ? &others : &plan->tls);
	put_proxy(out, mask, o, &p, u, elsewhere);
	proxy_close(&p);
	return 0;
}

static void put_body(struct buf *out, const struct mask *mask,
		     const struct request *request, enum body body)
{
	switch (body) {
	case BODY_NONE:
		break;
	case BODY_WORD:
		buf_puts(out, " --data-binary ");
		mask_put_word(mask, buf_slice(&request->body), out);
		break;
	case BODY_PIPE:
		buf_puts(out, " --data-binary @-");
		break;
	case BODY_FILE:
		buf_puts(out, " --data-binary \"@$BODY\"");
		break;
	}
}

static int put_command(struct buf *out, const struct mask *mask,
		       const struct dest_plan *plan, struct request *request,
		       enum body body, enum curl_use use, struct err *e)
{
	const bool elsewhere = request->elsewhere;
	const char *url = buf_str(&request->url);
	struct url u;
	int rc;

	if (url_split(url, &u, e) < 0)
		return -1;
	buf_printf(out, "curl %s-X %s", use == CURL_FETCH ? "-sS " : "",
		   curl_method(request));
	rc = put_way(out, mask, plan, &u, elsewhere, e);
	put_headers(out, mask, request);
	put_body(out, mask, request, body);
	if (rc == 0)
		rc = put_url(out, mask,
			     elsewhere ? NULL : plan->tls.server_name, url, &u,
			     e);
	url_free(&u);
	return rc;
}

/* What a kind says of its signature: the text, and commands that make it. */
struct signature {
	struct buf text, shell;
	bool in_body; // where it is no signature of the body
};

/*
 * The variables of secrets that come from elsewhere, for commands that work
 * with them.
 */
static void put_variables(struct buf *out, const struct dest *dest,
			  struct buf *shell)
{
	const struct dest_setting *rows = dest->type->settings;
	struct buf own = BUF_INIT(WORD_MAX);
	struct buf word = BUF_INIT(WORD_MAX);

	for (size_t i = 0; rows[i].key != NULL; i++) {
		if (!rows[i].secret || dest->values[i] == NULL)
			continue;
		buf_clear(&own);
		buf_clear(&word);
		buf_printf(&own, "$%s", rows[i].env);
		secret_put_word(&dest->secrets[i], rows[i].env, &word);
		if (strstr(buf_str(shell), buf_str(&own)) != NULL &&
		    !slice_is(buf_slice(&own), buf_slice(&word)))
			buf_printf(out, "%s=\"%s\"\n", rows[i].env,
				   buf_str(&word));
	}
	buf_free(&own);
	buf_free(&word);
}

static void put_lines(struct buf *out, const struct buf *shell)
{
	buf_put_slice(out, buf_slice(shell));
	if (shell->len > 0 && shell->data[shell->len - 1] != '\n')
		buf_putc(out, '\n');
}

/* What has to be there before: the body and its signature, or the body that a
   signature of something else stands in. */
static void put_before(struct buf *out, const struct mask *mask,
		       const struct request *request, enum body body,
		       const struct signature *s)
{
	if (s->in_body)
		put_lines(out, &s->shell);
	if (body == BODY_FILE) {
		buf_puts(out, "BODY=$(mktemp)\n");
		mask_put_printing(mask, buf_slice(&request->body), out);
		buf_puts(out, " >\"$BODY\"\n");
	}
	if (!s->in_body)
		put_lines(out, &s->shell);
}

static int put_all(struct buf *out, const struct mask *mask,
		   const struct dest_plan *plan, struct request *request,
		   enum curl_use use, const struct signature *s, struct err *e)
{
	const enum body body =
		body_of(request, s->shell.len > 0 && !s->in_body);

	put_before(out, mask, request, body, s);
	buf_puts(out, use == CURL_FETCH ? "TOKEN=$(" : "");
	if (body == BODY_PIPE) {
		mask_put_printing(mask, buf_slice(&request->body), out);
		buf_puts(out, " | ");
	}
	if (put_command(out, mask, plan, request, body, use, e) < 0)
		return -1;
	buf_puts(out, use == CURL_FETCH ? " | jq -r .access_token)\n" : "\n");
	if (body == BODY_FILE)
		buf_puts(out, "rm -f \"$BODY\"\n");
	return 0;
}

int curl_put_request(struct buf *out, struct mask *mask,
		     const struct dest *dest, const struct dest_session *state,
		     struct request *request, enum curl_use use, struct err *e)
{
	const struct dest_request *kind = dest->plan.request;
	const size_t known = mask->count;
	struct signature s = { .text = BUF_INIT(SIGNATURE_MAX),
			       .shell = BUF_INIT(SIGNATURE_MAX) };
	int rc = 0;

	if (kind->signature != NULL)
		rc = kind->signature(dest->plan.config, state, request, &s.text,
				     &s.shell, e);
	s.in_body = s.text.len > 0 && request->body.len > 0 &&
		    memmem(request->body.data, request->body.len, s.text.data,
			   s.text.len) != NULL;
	if (rc == 0)
		rc = mask_add(mask, buf_slice(&s.text), "$SIGNATURE", e);
	if (rc == 0)
		put_variables(out, dest, &s.shell);
	if (rc == 0)
		rc = put_all(out, mask, &dest->plan, request, use, &s, e);
	mask->count = known;
	buf_free(&s.text);
	buf_free(&s.shell);
	return rc;
}
