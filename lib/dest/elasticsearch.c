/*
 * elasticsearch: the _bulk of Elasticsearch and OpenSearch.
 *
 * Here are the settings and the requests; what a record becomes is
 * document.c's, and what an answer means bulk.c's.
 */
#include "core/base64.h"
#include "core/utf8.h"
#include "dest/bulk.h"
#include "dest/dest.h"
#include "dest/document.h"
#include "dest/setting.h"
#include "event/path.h"
#include "json/write.h"

#include <stdlib.h>
#include <string.h>

enum {
	URL,
	CLOUD_ID,
	API_KEY,
	USER,
	PASSWORD,
	TOKEN,
	INDEX,
	DAILY,
	DATA_STREAM,
	ID,
	LIMITS,
	TLS = LIMITS + LIMITS_SETTINGS,
	SETTINGS = TLS + TLS_SETTINGS,
};

static const struct dest_setting table[SETTINGS + 1] = {
	[URL] = { "url", "ELASTICSEARCH_URL", NULL,
		  "as in https://elasticsearch.example.com:9200", false },
	[CLOUD_ID] = { "cloud_id", "ELASTICSEARCH_CLOUD_ID", NULL,
		       "of a deployment in Elastic Cloud, in place of url",
		       false },
	[API_KEY] = { "api_key", "ELASTICSEARCH_API_KEY", NULL,
		      "ID:KEY, or the encoded form of it", true },
	[USER] = { "user", "ELASTICSEARCH_USER", NULL,
		   "in place of an API key, with password", false },
	[PASSWORD] = { "password", "ELASTICSEARCH_PASSWORD", NULL,
		       "of the user", true },
	[TOKEN] = { "token", "ELASTICSEARCH_TOKEN", NULL,
		    "a bearer token, in place of both", true },
	[INDEX] = { "index", "ELASTICSEARCH_INDEX", "mcp-audit",
		    "where events go", false },
	[DAILY] = { "daily", "ELASTICSEARCH_DAILY", NULL,
		    "an index for each day [true; false with data_stream]",
		    false },
	[DATA_STREAM] = { "data_stream", "ELASTICSEARCH_DATA_STREAM", "false",
			  "index names a data stream", false },
	[ID] = { "id", "ELASTICSEARCH_ID", NULL,
		 "path of the member that is the _id [siem_id]", false },
	SETTING_LIMITS_ROWS(LIMITS, "ELASTICSEARCH", "1000000"),
	SETTING_TLS_ROWS(TLS, "ELASTICSEARCH"),
};

struct config {
	char *base;               // "https://elasticsearch.example.com:9200"
	struct buf authorization; // the header's value; empty: there is none
	struct buf index;         // as it stands in JSON, with its quotes
	char *names;              // of the path, one behind the other
	struct slice path[PATH_NAMES];
	struct document_terms terms;
};

static int address(const char *address, const char **values,
		   struct arena *storage, struct err *e)
{
	return setting_address_url(address, ":9200", &values[URL], storage, e);
}

static int wrong_cloud_id(struct err *e)
{
	return err_set(e, ERR_USAGE,
		       "cloud_id: not of the form NAME:BASE64, as Elastic "
		       "Cloud shows it");
}

/* "HOST[:PORT]$ID[:PORT][$...]" to "https://ID.HOST:PORT". */
static bool put_cloud_url(struct slice id, struct buf *url)
{
	struct slice host = slice_take_until(&id, '$');
	struct slice cluster = slice_take_until(&id, '$');
	struct slice port = host;
	struct slice own_port = cluster;

	host = slice_take_until(&port, ':');
	cluster = slice_take_until(&own_port, ':');
	if (own_port.len > 0)
		port = own_port;
	if (port.len == 0)
		port = SLICE("443");
	if (host.len == 0 || cluster.len == 0)
		return false;
	buf_printf(url, "https://%.*s.%.*s:%.*s", (int)cluster.len,
		   cluster.data, (int)host.len, host.data, (int)port.len,
		   port.data);
	return true;
}

/* Is anything in it that would mean something in a URL, or is no text? */
static bool has_odd_bytes(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (strchr("#@?/\\", s.data[i]) != NULL)
			return true;
	return !slice_is_word(s);
}

/* What stands behind the last colon of a cloud id says where the cluster is. */
static int plan_cloud(struct config *c, const struct settings *s, struct err *e)
{
	const char *text = s->values[CLOUD_ID];
	const char *colon = strrchr(text, ':');
	struct buf id = BUF_INIT(1 << 12);
	struct buf url = BUF_INIT(1 << 12);
	int rc;

	if (base64_read(slice_of(colon != NULL ? colon + 1 : text), &id) &&
	    !has_odd_bytes(buf_slice(&id)) &&
	    put_cloud_url(buf_slice(&id), &url) && buf_status(&url) == 0) {
		c->base = strdup(buf_str(&url));
		rc = c->base != NULL ? 0 : err_sys(e, "cloud_id");
	} else {
		rc = wrong_cloud_id(e);
	}
	buf_free(&id);
	buf_free(&url);
	return rc;
}

static int plan_url(struct config *c, const struct settings *s, bool insecure,
		    struct err *e)
{
	static const char *const ends[] = { "/_bulk", NULL };

	if (s->values[CLOUD_ID] == NULL)
		return setting_base_url(s, URL, ends, c->authorization.len > 0,
					insecure, &c->base, e);
	if (s->values[URL] != NULL)
		return err_set(e, ERR_USAGE,
			       "url and cloud_id exclude each other: each says "
			       "where the cluster is");
	return plan_cloud(c, s, e);
}

/* "Basic BASE64" of user and password (RFC 7617). */
static int put_user(struct config *c, const struct settings *s, struct err *e)
{
	const char *user = s->values[USER];
	const char *password = s->values[PASSWORD];
	struct buf both = BUF_INIT(1 << 15);

	if (user == NULL || password == NULL)
		return err_set(e, ERR_USAGE, "%s needs %s (%s)",
			       user != NULL ? "user" : "password",
			       user != NULL ? "password" : "user",
			       s->table[user != NULL ? PASSWORD : USER].env);
	if (strchr(user, ':') != NULL)
		return err_set(e, ERR_USAGE,
			       "user: %s: no name has a colon in it", user);
	buf_printf(&both, "%s:%s", user, password);
	buf_puts(&c->authorization, "Basic ");
	base64_put(&c->authorization, buf_slice(&both));

	int rc = buf_status(&both);
	if (both.data != NULL)
		explicit_bzero(both.data, both.len);
	buf_free(&both);
	return rc == 0 ? 0 : err_set(e, ERR_USAGE, "user: too long");
}

/* One of three ways to say who we are, or none. */
static int plan_authorization(struct config *c, const struct settings *s,
			      struct err *e)
{
	const char *api_key = s->values[API_KEY];
	const char *token = s->values[TOKEN];
	bool has_user = s->values[USER] != NULL || s->values[PASSWORD] != NULL;

	if ((api_key != NULL) + (token != NULL) + has_user > 1)
		return err_set(e, ERR_USAGE,
			       "%s and %s exclude each other: each says who "
			       "we are",
			       api_key != NULL ? "api_key" : "user",
			       token != NULL ? "token" : "user");
	if (setting_word(s, API_KEY, e) < 0 || setting_word(s, TOKEN, e) < 0 ||
	    (has_user && put_user(c, s, e) < 0))
		return -1;
	if (token != NULL)
		buf_printf(&c->authorization, "Bearer %s", token);
	if (api_key != NULL)
		buf_puts(&c->authorization, "ApiKey ");
	if (api_key != NULL && strchr(api_key, ':') != NULL)
		base64_put(&c->authorization, slice_of(api_key));
	else if (api_key != NULL)
		buf_puts(&c->authorization, api_key);
	return buf_status(&c->authorization) == 0
		       ? 0
		       : err_set(e, ERR_USAGE, "credentials: too long");
}

/*
 * Why no index can have this name, or NULL: as Elasticsearch has it, but for
 * capitals beyond ASCII.
 */
static const char *why_no_index(const char *name, size_t max)
{
	static const char forbidden[] = "\\/*?\"<>| ,#:";

	if (strchr("-_+", name[0]) != NULL)
		return "it begins with -, _ or +";
	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return "it is only dots";
	if (strlen(name) > max)
		return "it is longer than 255 bytes";
	for (const char *p = name; *p != '\0'; p++) {
		if (*p >= 'A' && *p <= 'Z')
			return "it has capitals in it";
		if (strchr(forbidden, *p) != NULL || (unsigned char)*p < ' ' ||
		    *p == 0x7f)
			return "it has a blank in it, or one of "
			       "\\ / * ? \" < > | , # :";
	}
	return utf8_valid(slice_of(name)) == strlen(name) ? NULL
							  : "it is not UTF-8";
}

static int plan_index(struct config *c, const struct settings *s, struct err *e)
{
	static const size_t most = 255;
	static const size_t day = sizeof("-2025.10.08") - 1;
	bool is_stream = false;
	const char *name, *why;

	if (setting_bool(s, DATA_STREAM, &is_stream, e) < 0 ||
	    setting_text(s, INDEX, &name, e) < 0)
		return -1;
	c->terms.daily = !is_stream;
	if (s->values[DAILY] != NULL &&
	    setting_bool(s, DAILY, &c->terms.daily, e) < 0)
		return -1;
	if (is_stream && c->terms.daily)
		return err_set(e, ERR_USAGE,
			       "daily and data_stream exclude each other: a "
			       "data stream has indices of its own");
	why = why_no_index(name, c->terms.daily ? most - day : most);
	if (why != NULL)
		return err_set(e, ERR_USAGE,
			       "index: %s: no index is called so: %s", name,
			       why);
	json_put_string(&c->index, slice_of(name));
	if (buf_status(&c->index) != 0)
		return err_sys(e, "index");
	c->terms.index = (struct slice){ c->index.data + 1, c->index.len - 2 };
	return 0;
}

static int plan_id(struct config *c, const struct settings *s, struct err *e)
{
	const char *path = s->values[ID];
	const char *why;

	if (path == NULL)
		return 0;
	c->names = malloc(strlen(path) + 1);
	if (c->names == NULL)
		return err_sys(e, "id");
	int n = path_split(slice_of(path), c->names, c->path, &why);
	if (n < 0)
		return err_set(e, ERR_USAGE, "id: %s: %s", path, why);
	c->terms.id_path = c->path;
	c->terms.id_names = (size_t)n;
	return 0;
}

static int add(const void *config, const struct dest_session *session,
	       const struct dest_record *record, size_t index, struct buf *body,
	       struct err *e)
{
	const struct config *c = config;

	(void)session;
	(void)index;
	return document_put(&c->terms, record, body, e);
}

/* What all requests have in common. */
static int put_request(const struct config *c, const char *method,
		       const char *path, struct request *r, struct err *e)
{
	r->method = method;
	buf_printf(&r->url, "%s%s", c->base, path);
	if (c->authorization.len > 0) {
		buf_puts(&r->headers, "Authorization: ");
		buf_put_slice(&r->headers, buf_slice(&c->authorization));
		buf_puts(&r->headers, "\r\n");
	}
	return buf_status(&r->url) == 0 && buf_status(&r->headers) == 0
		       ? 0
		       : err_set(e, ERR_USAGE, "request: too long");
}

static int finish(const void *config, const struct dest_session *session,
		  struct request *r, struct err *e)
{
	(void)session;
	buf_puts(&r->headers, "Content-Type: application/x-ndjson\r\n");
	return put_request(config, "POST", "/_bulk?" BULK_QUERY, r, e);
}

static void judge(const void *config, struct dest_session *session,
		  const struct answer *answer, struct judgement *judgements,
		  size_t count)
{
	(void)config;
	bulk_judge(session, answer, judgements, count);
}

/* Of --check. */
static const char *const steps[] = {
	[BULK_VERSION] = "version",
	[BULK_HEALTH] = "health",
	[BULK_CREDENTIALS] = "credentials",
	[BULK_PERMISSION] = "permission",
	NULL,
};

/* May we write to the index of today, and create it? */
static int put_question(const struct config *c,
			const struct dest_session *session, const char *path,
			struct request *r, struct err *e)
{
	buf_puts(&r->headers, "Content-Type: application/json\r\n");
	buf_puts(&r->body, "{\"index\":[{\"names\":[\"");
	document_put_index(&c->terms,
			   &(struct timestamp){ .sec = session->now_ms / 1000,
						.zulu = true },
			   &r->body);
	buf_puts(&r->body, "\"],\"privileges\":[\"create_doc\","
			   "\"auto_configure\"]}]}");
	return put_request(c, "POST", path, r, e);
}

static int check(const void *config, const struct dest_session *session,
		 unsigned step, struct request *r, struct err *e)
{
	static const char *const paths[] = {
		[BULK_VERSION] = "/",
		[BULK_HEALTH] = "/_cluster/health?filter_path=status,timed_out",
		[BULK_CREDENTIALS] = "/_security/_authenticate",
		[BULK_PERMISSION] = "/_security/user/_has_privileges",
	};
	const struct config *c = config;
	const bool is_about_us =
		step == BULK_CREDENTIALS || step == BULK_PERMISSION;

	if (is_about_us && c->authorization.len == 0)
		return 1;
	if (step == BULK_PERMISSION)
		return put_question(c, session, paths[step], r, e);
	return put_request(c, "GET", paths[step], r, e);
}

static enum verdict checked(const void *config, struct dest_session *session,
			    unsigned step, const struct answer *answer,
			    struct err *finding)
{
	(void)config;
	return bulk_checked(session, (enum bulk_step)step, answer, finding);
}

static const struct dest_request request = {
	.add = add,
	.finish = finish,
	.judge = judge,
	.steps = steps,
	.check = check,
	.checked = checked,
};

static void release(void *config)
{
	struct config *c = config;

	if (c->authorization.data != NULL)
		explicit_bzero(c->authorization.data, c->authorization.len);
	buf_free(&c->authorization);
	buf_free(&c->index);
	free(c->names);
	free(c->base);
	free(c);
}

static int plan(const char *const *values, struct dest_plan *plan,
		struct err *e)
{
	const struct settings s = { table, values };
	struct config *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return err_sys(e, "settings");
	c->authorization = BUF_INIT(1 << 16);
	c->index = BUF_INIT(1 << 12);
	*plan = (struct dest_plan){ .request = &request,
				    .config = c,
				    .release = release };
	if (setting_tls(&s, TLS, &plan->tls, e) < 0 ||
	    setting_limits(&s, LIMITS, &plan->limits, e) < 0 ||
	    plan_authorization(c, &s, e) < 0 ||
	    plan_url(c, &s, plan->tls.insecure, e) < 0 ||
	    plan_index(c, &s, e) < 0 || plan_id(c, &s, e) < 0)
		return -1;
	plan->limits.answer_bytes = BULK_ANSWER_BYTES;
	return 0;
}

const struct dest_type dest_elasticsearch = {
	.name = "elasticsearch",
	.aliases = "elk|opensearch",
	.summary = "Elasticsearch or OpenSearch, by _bulk",
	.formats = "json=--json|ecs=--ecs|cef=--cef|leef=--leef|"
		   "syslog=--rfc5424",
	.identity = "id",
	.settings = table,
	.address = address,
	.plan = plan,
};
