/*
 * sentinel by logs_ingestion: the Logs Ingestion API of Azure Monitor, which
 * takes a JSON array for a stream of a data collection rule, and a token of
 * Microsoft Entra.
 *
 * plan() reads who we are and where to; judge() is the way back.
 */
#include "dest/answer.h"
#include "dest/azure.h"
#include "dest/jwt.h"
#include "dest/oauth.h"
#include "dest/setting.h"

#include "core/file.h"
#include "core/shell.h"
#include "net/url.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ENDPOINT,
	RULE_ID,
	STREAM,
	CLOUD,
	AUTH_METHOD,
	TENANT_ID,
	CLIENT_ID,
	CLIENT_SECRET,
	CERTIFICATE_FILE,
	AUTHORITY,
	SCOPE,
	IDENTITY_ENDPOINT,
	IDENTITY_HEADER,
	LIMITS,
	TLS = LIMITS + LIMITS_SETTINGS,
	SETTINGS = TLS + TLS_SETTINGS,
};

static const struct dest_setting table[SETTINGS + 1] = {
	[ENDPOINT] = { "endpoint", "SENTINEL_ENDPOINT", NULL,
		       "of the rule or the data collection endpoint", false },
	[RULE_ID] = { "rule_id", "SENTINEL_RULE_ID", NULL,
		      "immutable id of the data collection rule", false },
	[STREAM] = { "stream", "SENTINEL_STREAM", NULL,
		     "stream of that rule, as in Custom-Acme_CL", false },
	[CLOUD] = { "cloud", "SENTINEL_CLOUD", "public",
		    "public, usgov or china", false },
	[AUTH_METHOD] = { "auth_method", "SENTINEL_AUTH_METHOD",
			  "service_principal",
			  "service_principal or managed_identity",
			  .place = "/auth.method|auth_method" },
	[TENANT_ID] = { "tenant_id", "AZURE_TENANT_ID", NULL,
			"tenant of Microsoft Entra",
			.place = "/auth.tenant_id|tenant_id" },
	[CLIENT_ID] = { "client_id", "AZURE_CLIENT_ID", NULL,
			"application, or identity where there are several",
			.place = "/auth.client_id|client_id" },
	[CLIENT_SECRET] = { "client_secret", "AZURE_CLIENT_SECRET", NULL,
			    "secret of the application", true,
			    .place = "/auth.client_secret|client_secret" },
	[CERTIFICATE_FILE] = { "certificate_file",
			       "AZURE_CLIENT_CERTIFICATE_PATH", NULL,
			       "its certificate and key, in place of that",
			       .place = "/auth.certificate_file|"
					"certificate_file" },
	[AUTHORITY] = { "authority", "AZURE_AUTHORITY_HOST", NULL,
			"where to sign in [by cloud]", false },
	[SCOPE] = { "scope", "SENTINEL_SCOPE", NULL,
		    "what a token is for [by cloud]", false },
	[IDENTITY_ENDPOINT] = { "identity_endpoint", "IDENTITY_ENDPOINT", NULL,
				"of a managed identity "
				"[http://169.254.169.254]",
				false },
	[IDENTITY_HEADER] = { "identity_header", "IDENTITY_HEADER", NULL,
			      "what App Service asks for there", true },
	SETTING_LIMITS_ROWS(LIMITS, "SENTINEL", "1000000"),
	SETTING_TLS_ROWS(TLS, "SENTINEL"),
};

static const char *const cloud_words[] = { "public", "usgov", "china", NULL };
static const struct cloud {
	const char *authority, *scope;
} clouds[] = {
	{ "https://login.microsoftonline.com",
	  "https://monitor.azure.com/.default" },
	{ "https://login.microsoftonline.us",
	  "https://monitor.azure.us/.default" },
	{ "https://login.partner.microsoftonline.cn",
	  "https://monitor.azure.cn/.default" },
};

static const struct azure_columns columns = { "TimeGenerated", "RawData" };

enum {
	REQUEST_MAX = 1048576, // bytes, as the service says with 413
	URL_MAX = 16 << 10,
	PEM_MAX = 256 << 10,
};

/* How a token is asked for. */
enum proof {
	PROOF_SECRET,
	PROOF_CERTIFICATE,
	PROOF_IDENTITY, // of the machine that we run on
};

struct config {
	struct buf url;
	enum proof proof;
	const char *scope;
	struct buf token_url;
	const char *client_id, *client_secret;
	const char *certificate_file;
	struct jwt_signer *signer;   // by what is in it
	const char *identity_header; // NULL: not App Service
};

static int address(const char *address, const char **values,
		   struct arena *storage, struct err *e)
{
	return setting_address_url(address, "", &values[ENDPOINT], storage, e);
}

static const char *const no_ends[] = { NULL };

static int plan_url(struct config *c, const struct settings *s, bool insecure,
		    struct err *e)
{
	const char *rule, *stream;
	char *base = NULL;
	int rc = -1;

	if (setting_base_url(s, ENDPOINT, no_ends, true, insecure, &base, e) <
		    0 ||
	    setting_text(s, RULE_ID, &rule, e) < 0 ||
	    setting_text(s, STREAM, &stream, e) < 0)
		goto out;
	buf_printf(&c->url, "%s/dataCollectionRules/", base);
	url_put_escaped(&c->url, slice_of(rule));
	buf_puts(&c->url, "/streams/");
	url_put_escaped(&c->url, slice_of(stream));
	buf_puts(&c->url, "?api-version=2023-01-01");
	rc = buf_status(&c->url) == 0
		     ? 0
		     : err_set(e, ERR_USAGE, "endpoint: too long");
out:
	free(base);
	return rc;
}

/* Is it an address that no router passes on (RFC 3927)? */
static bool is_link_local(const char *host)
{
	return strncmp(host, "169.254.", 8) == 0 &&
	       strspn(host, "0123456789.") == strlen(host);
}

/* The machine's own service speaks HTTP without TLS, and nobody else may. */
static int check_identity_url(const char *url, bool insecure, struct err *e)
{
	struct url parts;
	bool is_near;

	if (url_split(url, &parts, e) < 0)
		return -1;
	is_near = is_link_local(parts.host);
	url_free(&parts);
	return url_check(url, !is_near, insecure, e);
}

static bool ends_in(struct slice s, struct slice end)
{
	return s.len >= end.len &&
	       slice_is(slice_from(s, s.len - end.len), end);
}

static int plan_identity(struct config *c, const struct settings *s,
			 bool insecure, struct err *e)
{
	static const char imds[] =
		"http://169.254.169.254/metadata/identity/oauth2/token";
	const char *url = s->values[IDENTITY_ENDPOINT];
	struct slice resource = slice_of(c->scope);

	if (url == NULL)
		url = imds;
	if (check_identity_url(url, insecure, e) < 0)
		return err_prefix(e, "identity_endpoint");
	c->identity_header = s->values[IDENTITY_HEADER];
	if (setting_word(s, IDENTITY_HEADER, e) < 0)
		return -1;
	if (ends_in(resource, SLICE("/.default")))
		resource.len -= strlen("/.default");
	buf_printf(&c->token_url, "%s%cresource=", url,
		   strchr(url, '?') != NULL ? '&' : '?');
	url_put_escaped(&c->token_url, resource);
	buf_printf(&c->token_url, "&api-version=%s",
		   c->identity_header != NULL ? "2019-08-01" : "2018-02-01");
	if (c->client_id != NULL) {
		buf_puts(&c->token_url, "&client_id=");
		url_put_escaped(&c->token_url, slice_of(c->client_id));
	}
	return 0;
}

static int read_certificate(struct config *c, const char *path, struct err *e)
{
	struct buf pem = BUF_INIT(PEM_MAX);

	c->certificate_file = path;
	if (file_read(path, &pem, e) == 0) {
		c->signer = jwt_signer_new(buf_slice(&pem), e);
		if (c->signer == NULL)
			err_prefix(e, "%s", path);
	} else {
		e->kind = ERR_USAGE;
	}
	if (pem.data != NULL)
		explicit_bzero(pem.data, pem.cap);
	buf_free(&pem);
	return c->signer != NULL ? 0 : err_prefix(e, "certificate_file");
}

/* Where the tokens of the tenant are. */
static int put_token_url(struct config *c, const struct settings *s,
			 const struct cloud *cloud, const char *tenant,
			 bool insecure, struct err *e)
{
	char *base = NULL;
	int rc = 0;

	if (s->values[AUTHORITY] == NULL)
		buf_puts(&c->token_url, cloud->authority);
	else if (setting_base_url(s, AUTHORITY, no_ends, true, insecure, &base,
				  e) == 0)
		buf_puts(&c->token_url, base);
	else
		rc = -1;
	free(base);
	buf_putc(&c->token_url, '/');
	url_put_escaped(&c->token_url, slice_of(tenant));
	buf_puts(&c->token_url, "/oauth2/v2.0/token");
	return rc;
}

static int plan_principal(struct config *c, const struct settings *s,
			  const struct cloud *cloud, bool insecure,
			  struct err *e)
{
	const char *tenant, *id;

	if (setting_text(s, TENANT_ID, &tenant, e) < 0 ||
	    setting_text(s, CLIENT_ID, &id, e) < 0 ||
	    put_token_url(c, s, cloud, tenant, insecure, e) < 0)
		return -1;
	return c->proof == PROOF_CERTIFICATE
		       ? read_certificate(c, s->values[CERTIFICATE_FILE], e)
		       : setting_text(s, CLIENT_SECRET, &c->client_secret, e);
}

static int plan_auth(struct config *c, const struct settings *s, bool insecure,
		     struct err *e)
{
	static const char *const methods[] = { "service_principal",
					       "managed_identity", NULL };
	const char *const *values = s->values;
	unsigned cloud, method;
	int rc;

	if (setting_choice(s, CLOUD, cloud_words, &cloud, e) < 0 ||
	    setting_choice(s, AUTH_METHOD, methods, &method, e) < 0)
		return -1;
	c->scope = values[SCOPE] != NULL ? values[SCOPE] : clouds[cloud].scope;
	c->client_id = values[CLIENT_ID];
	if (method == 1)
		c->proof = PROOF_IDENTITY;
	else if (values[CERTIFICATE_FILE] != NULL)
		c->proof = PROOF_CERTIFICATE;
	rc = c->proof == PROOF_IDENTITY
		     ? plan_identity(c, s, insecure, e)
		     : plan_principal(c, s, &clouds[cloud], insecure, e);
	if (rc == 0 && buf_status(&c->token_url) != 0)
		rc = err_set(e, ERR_USAGE, "authority: too long");
	return rc;
}

static int add(const void *config, const struct dest_session *session,
	       const struct dest_record *record, size_t index, struct buf *body,
	       struct err *e)
{
	size_t start = azure_begin_element(index, body);

	(void)config;
	(void)session;
	azure_put_row(record, &columns, body);
	return azure_end_element(start, REQUEST_MAX, body, e);
}

static int put_request(const struct config *c,
		       const struct dest_session *session, struct request *r,
		       struct err *e)
{
	r->method = "POST";
	buf_put_slice(&r->url, buf_slice(&c->url));
	buf_puts(&r->headers, "Authorization: Bearer ");
	buf_put_slice(&r->headers, buf_slice(&session->token));
	buf_puts(&r->headers, "\r\nContent-Type: application/json\r\n");
	return buf_status(&r->url) == 0 && buf_status(&r->headers) == 0
		       ? 0
		       : err_set(e, ERR_USAGE, "request: too long");
}

static int finish(const void *config, const struct dest_session *session,
		  struct request *r, struct err *e)
{
	buf_putc(&r->body, ']');
	if (buf_status(&r->body) != 0)
		return err_set(e, ERR_SYSTEM, "request: out of memory");
	return put_request(config, session, r, e);
}

static const char hint_of_denied[] =
	"the rule is not for us: give the application the role Monitoring "
	"Metrics Publisher on it, which may take half an hour to be so";

/* Is it the set-up that is wrong, whatever the records? */
static bool is_of_setup(const char *code)
{
	static const char *const words[] = { "Stream",   "Dcr",
					     "Rule",     "Version",
					     "Endpoint", "ContentType" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (code != NULL && strcasestr(code, words[i]) != NULL)
			return true;
	return false;
}

/*
 * A request as it has to be was refused. What is alone is to blame only where
 * Azure says so, and has taken others.
 */
static enum verdict judge_bad_request(const struct dest_session *session,
				      const struct azure_said *said,
				      size_t count)
{
	if (is_of_setup(said->code))
		return VERDICT_HOLD;
	if (count > 1)
		return VERDICT_SPLIT;
	if (said->code == NULL)
		return VERDICT_RETRY;
	return session->accepted ? VERDICT_REJECT : VERDICT_HOLD;
}

static const char *hint_of(int status, enum verdict verdict)
{
	if (status == 403)
		return hint_of_denied;
	if (status == 404)
		return "no such rule or stream there: check endpoint, rule_id "
		       "and stream";
	if (status == 413)
		return "too large: siem-fmt --max-line makes lines that fit";
	if (status >= 200 && status < 300)
		return azure_foreign;
	return verdict == VERDICT_HOLD && status != 401
		       ? "check endpoint, rule_id and stream"
		       : NULL;
}

static void judge(const void *config, struct dest_session *session,
		  const struct answer *answer, struct judgement *judgements,
		  size_t count)
{
	struct azure_said said = { 0 };
	struct judgement j;

	(void)config;
	if (answer->status == 204) {
		session->accepted = true;
		answer_judge_all(
			judgements, count,
			(struct judgement){ .verdict = VERDICT_DELIVERED });
		return;
	}
	said = azure_read(session, answer);
	j = answer->status == 401 ? answer_unauthorized(session)
				  : answer_by_status(answer, session, count);
	if (answer->status == 400)
		j.verdict = judge_bad_request(session, &said, count);
	if (j.verdict == VERDICT_DELIVERED)
		j = (struct judgement){ .verdict = VERDICT_RETRY,
					.wait_ms = WAIT_BACKOFF };
	if (j.reason == NULL)
		j.reason = hint_of(answer->status, j.verdict);
	j.reason = azure_reason(session, answer->status, j.reason, &said);
	answer_judge_all(judgements, count, j);
}

/* Ask with what the key of our certificate signs. */
static int ask_signed(const struct config *c,
		      const struct dest_session *session,
		      struct oauth_client *client, struct request *r,
		      struct err *e)
{
	struct buf assertion = BUF_INIT(64 << 10);
	char id[80];
	int rc;

	snprintf(id, sizeof(id), "%s-%" PRId64, session->channel,
		 session->now_ms);
	rc = jwt_put_assertion(
		c->signer,
		&(struct jwt_claims){ .audience = client->url,
				      .client = client->id,
				      .id = id,
				      .now_sec = session->now_ms / 1000 },
		&assertion, e);
	client->assertion = buf_str(&assertion);
	if (rc == 0)
		rc = oauth_ask(client, r, e);
	buf_free(&assertion);
	return rc;
}

/* Ask the machine, which knows who we are. */
static int ask_identity(const struct config *c, struct request *r,
			struct err *e)
{
	r->method = "GET";
	r->elsewhere = true;
	buf_put_slice(&r->url, buf_slice(&c->token_url));
	if (c->identity_header != NULL)
		buf_printf(&r->headers, "X-IDENTITY-HEADER: %s\r\n",
			   c->identity_header);
	else
		buf_puts(&r->headers, "Metadata: true\r\n");
	return buf_status(&r->url) == 0 && buf_status(&r->headers) == 0
		       ? 0
		       : err_set(e, ERR_USAGE, "token: request too long");
}

static int fetch(const void *config, const struct dest_session *session,
		 struct request *r, struct err *e)
{
	const struct config *c = config;
	struct buf url = c->token_url;
	struct oauth_client client = { .url = buf_str(&url),
				       .id = c->client_id,
				       .secret = c->client_secret,
				       .scope = c->scope };

	switch (c->proof) {
	case PROOF_SECRET:
		break;
	case PROOF_CERTIFICATE:
		return ask_signed(c, session, &client, r, e);
	case PROOF_IDENTITY:
		return ask_identity(c, r, e);
	}
	return oauth_ask(&client, r, e);
}

static enum verdict fetched(const void *config, struct dest_session *session,
			    const struct answer *answer, struct err *e)
{
	const struct config *c = config;
	enum verdict verdict = oauth_answered(session, answer, e);

	// The service of the machine is not up yet, or is being updated.
	if (c->proof == PROOF_IDENTITY &&
	    (answer->status == 404 || answer->status == 410)) {
		e->kind = ERR_TEMPORARY;
		verdict = VERDICT_RETRY;
	}
	return verdict;
}

/* Of --check. An array without elements changes nothing. */
static const char *const steps[] = { "permission", NULL };

static int check(const void *config, const struct dest_session *session,
		 unsigned step, struct request *r, struct err *e)
{
	(void)step;
	buf_puts(&r->body, "[]");
	return put_request(config, session, r, e);
}

static enum verdict checked(const void *config, struct dest_session *session,
			    unsigned step, const struct answer *answer,
			    struct err *finding)
{
	const struct azure_said said = azure_read(session, answer);
	struct judgement j;

	(void)step;
	// Who may not come in is not told that there is nothing in it.
	if (answer->status == 204 ||
	    (answer->status == 400 && said.code != NULL &&
	     !is_of_setup(said.code))) {
		err_set(finding, ERR_NONE,
			"the rule and its stream take what "
			"we send");
		return VERDICT_DELIVERED;
	}
	judge(config, session, answer, &j, 1);
	return answer_found(answer, &j, finding);
}

/* An assertion ends in what our key has signed of it. */
static int signature(const void *config, const struct dest_session *session,
		     const struct request *r, struct buf *text,
		     struct buf *shell, struct err *e)
{
	const struct config *c = config;
	struct slice body = buf_slice(&r->body);
	const char *at;
	struct slice assertion, rest;

	(void)session;
	(void)e;
	if (!r->elsewhere || body.len == 0)
		return 0;
	at = memmem(body.data, body.len, "client_assertion=", 17);
	if (at == NULL)
		return 0;
	assertion = slice_from(body, (size_t)(at - body.data) + 17);
	rest = assertion;
	(void)slice_take_until(&rest, '.');
	(void)slice_take_until(&rest, '.');
	buf_put_slice(text, rest);
	buf_printf(
		shell,
		"SIGNATURE=$(printf %%s '%.*s' | openssl dgst -sha256 -sign ",
		(int)(assertion.len - rest.len - 1), assertion.data);
	shell_put_word(shell, c->certificate_file);
	buf_puts(shell, " -binary | base64 | tr -d '=\\n' | tr +/ -_)\n");
	return 0;
}

static const struct dest_request request = {
	.add = add,
	.finish = finish,
	.judge = judge,
	.fetch = fetch,
	.fetched = fetched,
	.steps = steps,
	.check = check,
	.checked = checked,
	.signature = signature,
};

static void release(void *config)
{
	struct config *c = config;

	jwt_signer_free(c->signer);
	buf_free(&c->token_url);
	buf_free(&c->url);
	free(c);
}

static int plan(const char *const *values, struct dest_plan *plan,
		struct err *e)
{
	const struct settings s = { table, values };
	struct config *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return err_sys(e, "settings");
	c->url = BUF_INIT(URL_MAX);
	c->token_url = BUF_INIT(URL_MAX);
	*plan = (struct dest_plan){ .request = &request,
				    .config = c,
				    .release = release };
	if (setting_tls(&s, TLS, &plan->tls, e) < 0 ||
	    setting_limits(&s, LIMITS, &plan->limits, e) < 0 ||
	    plan_url(c, &s, plan->tls.insecure, e) < 0 ||
	    plan_auth(c, &s, plan->tls.insecure, e) < 0)
		return -1;
	plan->reads = c->certificate_file;
	return 0;
}

const struct dest_type dest_sentinel_ingestion = {
	.name = "sentinel",
	.summary = "Microsoft Sentinel, by the Logs Ingestion API",
	.formats = AZURE_FORMATS,
	.settings = table,
	.address = address,
	.plan = plan,
};
