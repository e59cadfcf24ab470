#include "delivery/curl.h"

#include "core/base64.h"
#include "core/utf8.h"
#include "net/url.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>

enum {
	WORD_BYTES = 100000, // that a command line has room for
	SIGNATURE_MAX = 64 << 10,
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

static void put_tls(struct buf *out, const struct mask *mask,
		    const struct tls_options *tls, bool elsewhere)
{
	put_option(out, mask, "--cacert", tls->ca_file);
	if (tls->insecure)
		buf_puts(out, " --insecure");
	if (tls->min_version != NULL && strcmp(tls->min_version, "1.3") == 0)
		buf_puts(out, " --tlsv1.3");
	if (elsewhere)
		return;
	put_option(out, mask, "--cert", tls->cert_file);
	put_option(out, mask, "--key", tls->key_file);
}

/* The URL; and with a name of its own for TLS, the way to where that is. */
static int put_url(struct buf *out, const struct mask *mask,
		   const char *server_name, const char *url, struct err *e)
{
	char *led = NULL;
	struct url u;

	if (server_name != NULL && strncmp(url, "https://", 8) == 0) {
		if (url_split(url, &u, e) < 0)
			return -1;
		buf_printf(out, " -H 'Host: %s:%s' --connect-to '%s:%s:%s:%s'",
			   u.host, u.port, server_name, u.port, u.host, u.port);
		url_free(&u);
		led = url_at_host(url, server_name);
		if (led == NULL)
			return err_set(e, ERR_SYSTEM, "out of memory");
	}
	buf_putc(out, ' ');
	mask_put_word(mask, slice_of(led != NULL ? led : url), out);
	curl_free(led);
	return 0;
}

static int put_command(struct buf *out, const struct mask *mask,
		       const struct tls_options *tls, struct request *request,
		       enum body body, enum curl_use use, struct err *e)
{
	const bool elsewhere = request->elsewhere;

	buf_printf(out, "curl %s-X %s", use == CURL_FETCH ? "-sS " : "",
		   curl_method(request));
	if (strncmp(buf_str(&request->url), "https://", 8) == 0)
		put_tls(out, mask, tls, elsewhere);
	put_headers(out, mask, request);
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
	return put_url(out, mask, elsewhere ? NULL : tls->server_name,
		       buf_str(&request->url), e);
}

/* What a kind says of its signature: the text, and commands that make it. */
struct signature {
	struct buf text, shell;
	bool in_body; // where it is no signature of the body
};

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
		   const struct tls_options *tls, struct request *request,
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
	if (put_command(out, mask, tls, request, body, use, e) < 0)
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
		rc = put_all(out, mask, &dest->plan.tls, request, use, &s, e);
	mask->count = known;
	buf_free(&s.text);
	buf_free(&s.shell);
	return rc;
}
