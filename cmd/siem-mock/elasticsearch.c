/*
 * elasticsearch: _bulk of Elasticsearch, as OpenSearch has it too, and what
 * its clients ask before.
 *
 * answer() finds the endpoint, take_bulk() is what happens to documents. What
 * is in a request is read in actions.c, what is there already is in store.c,
 * and who may come in is said by keys.c.
 */
#include "actions.h"
#include "body.h"
#include "core/timestamp.h"
#include "http.h"
#include "json/walk.h"
#include "json/write.h"
#include "keys.h"
#include "mock.h"
#include "record.h"
#include "store.h"
#include "trouble.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

struct elastic {
	struct mock *mock;
	struct tokens tokens;
	struct store store;
	uint64_t requests; // with documents, so far
	struct buf plain;  // the body of a request that came compressed
};

/* What a client asks for of an answer, and NULL for all. */
static bool is_wanted(const char *filter, const char *path)
{
	struct slice rest = slice_of(filter != NULL ? filter : path);
	struct slice whole = slice_of(path);

	while (rest.len > 0) {
		struct slice one = slice_take_until(&rest, ',');

		if (slice_is(one, whole) ||
		    (slice_has_prefix(whole, one) && path[one.len] == '.'))
			return true;
	}
	return false;
}

/* The members of an item that are wanted. */
struct wanted {
	bool took, errors, where, result, status, type, reason;
};

static struct wanted wanted_of(const char *filter)
{
	return (struct wanted){
		.took = is_wanted(filter, "took"),
		.errors = is_wanted(filter, "errors"),
		.where = is_wanted(filter, "items.*._id"),
		.result = is_wanted(filter, "items.*.result"),
		.status = is_wanted(filter, "items.*.status"),
		.type = is_wanted(filter, "items.*.error.type"),
		.reason = is_wanted(filter, "items.*.error.reason"),
	};
}

/* A refusal of the whole request. */
static void refuse(struct http_answer *a, unsigned status, const char *type,
		   const char *reason)
{
	a->status = status;
	buf_printf(&a->body,
		   "{\"error\":{\"root_cause\":[{\"type\":\"%s\",\"reason\":"
		   "\"%s\"}],\"type\":\"%s\",\"reason\":\"%s\"},\"status\":%u}",
		   type, reason, type, reason, status);
}

static void say(struct http_answer *a, unsigned status)
{
	switch (status) {
	case 401:
		refuse(a, 401, "security_exception",
		       "missing authentication credentials for REST request "
		       "[/_bulk]");
		break;
	case 403:
		refuse(a, 403, "security_exception",
		       "action [indices:data/write/bulk] is unauthorized");
		break;
	case 404:
		refuse(a, 404, "index_not_found_exception", "no such index");
		break;
	case 413:
		a->status = status; // and no body
		break;
	case 429:
		refuse(a, 429, "es_rejected_execution_exception",
		       "rejected execution of coordinating operation");
		break;
	case 500:
		refuse(a, 500, "exception", "an internal error");
		break;
	case 503:
		refuse(a, 503, "cluster_block_exception",
		       "blocked by: [SERVICE_UNAVAILABLE/2/no master];");
		break;
	default:
		trouble_page(a, status, "Bad Gateway");
		break;
	}
}

/* What became of a document. */
struct result {
	unsigned status;
	const char *type; // of an error, or NULL
	const char *reason;
};

/* A comma, but where an object or an array begins. */
static void put_comma(struct buf *out)
{
	if (out->len > 0 && strchr("{[", out->data[out->len - 1]) == NULL)
		buf_putc(out, ',');
}

static void put_text(struct buf *out, const char *name, struct slice inside)
{
	put_comma(out);
	buf_printf(out, "\"%s\":\"", name);
	buf_put_slice(out, inside);
	buf_putc(out, '"');
}

static void put_error(const struct result *r, const struct wanted *w,
		      struct buf *out)
{
	put_comma(out);
	buf_puts(out, "\"error\":{");
	if (w->type)
		put_text(out, "type", slice_of(r->type));
	if (w->reason)
		put_text(out, "reason", slice_of(r->reason));
	buf_putc(out, '}');
}

/* One of the documents of a request. */
struct document {
	struct slice action; // its name
	struct slice index, id;
	struct slice text;
};

/* What became of it, as far as that is wanted; else it is left out. */
static void put_item(const struct document *d, const struct result *r,
		     const struct wanted *w, struct buf *out)
{
	const bool has_error = r->type != NULL && (w->type || w->reason);

	if (!has_error && !w->where && !w->result && !w->status)
		return;
	put_comma(out);
	buf_printf(out, "{\"%.*s\":{", (int)d->action.len, d->action.data);
	if (w->where) {
		put_text(out, "_index", d->index);
		put_text(out, "_id", d->id);
	}
	if (w->result && r->type == NULL) {
		put_text(out, "result", SLICE("created"));
		buf_puts(out, ",\"_version\":1,\"_shards\":{\"total\":2,"
			      "\"successful\":1,\"failed\":0},\"_seq_no\":0,"
			      "\"_primary_term\":1");
	}
	if (w->status) {
		put_comma(out);
		buf_printf(out, "\"status\":%u", r->status);
	}
	if (has_error)
		put_error(r, w, out);
	buf_puts(out, "}}");
}

static bool has_capitals(struct slice name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.data[i] >= 'A' && name.data[i] <= 'Z')
			return true;
	return false;
}

/* What is wrong with it, or type NULL. */
static struct result examine(struct elastic *s, const struct token *token,
			     const struct document *d, bool is_refused)
{
	if (d->index.len == 0)
		return (struct result){ 400, "illegal_argument_exception",
					"index is missing" };
	if (has_capitals(d->index))
		return (struct result){ 400, "invalid_index_name_exception",
					"Invalid index name, must be "
					"lowercase" };
	if (!keys_may_write(token, d->index))
		return (struct result){ 403, "security_exception",
					"action [indices:data/write/bulk[s]] "
					"is unauthorized on this index" };
	if (!walk_is_object(slice_trim(d->text)) || is_refused)
		return (struct result){ 400, "mapper_parsing_exception",
					"failed to parse" };
	switch (fault_of_item(&s->mock->faults, d->text)) {
	case ITEM_FINE:
		break;
	case ITEM_POISON:
		return (struct result){ 400, "mapper_parsing_exception",
					"failed to parse field [n] of type "
					"[long]" };
	case ITEM_BUSY:
		return (struct result){ 429, "es_rejected_execution_exception",
					"rejected execution of primary "
					"operation" };
	}
	return (struct result){ 201, NULL, NULL };
}

/* A document that is in the index now: print it. */
static int print(struct elastic *s, const struct http_request *r,
		 const struct document *d, struct err *e)
{
	struct buf *out = &s->mock->out.out;
	struct timestamp now = timestamp_now();
	char time[TIMESTAMP_MAX];

	timestamp_rfc5424(&now, time);
	buf_printf(out,
		   "{\"received\":\"%s\",\"transport\":\"%s\",\"peer\":\"%s\","
		   "\"request\":%" PRIu64,
		   time, r->transport, r->peer, s->requests);
	put_text(out, "index", d->index);
	put_text(out, "id", d->id);
	buf_puts(out, ",\"event\":");
	record_put_json(out, d->text);
	buf_puts(out, ",\"raw\":");
	json_put_string(out, d->text);
	buf_putc(out, '}');
	s->mock->counts.messages++;
	s->mock->counts.bytes += d->text.len;
	return writer_end_line(&s->mock->out, e);
}

/* Put it into the index, unless it is there or is refused. */
static int take_document(struct elastic *s, const struct http_request *r,
			 const struct token *token, const struct document *d,
			 bool is_refused, struct result *result, struct err *e)
{
	int added;

	*result = examine(s, token, d, is_refused);
	if (result->type != NULL)
		return 0;
	added = store_add(&s->store, d->index, d->id);
	if (added < 0)
		return err_sys(e, "index");
	if (added == 0 && slice_is(d->action, SLICE("create"))) {
		*result = (struct result){
			409, "version_conflict_engine_exception",
			"version conflict, document already exists "
			"(current version [1])"
		};
		return 0;
	}
	if (added == 0)
		result->status = 200;
	return print(s, r, d, e);
}

/* The documents of a request, which are well-formed, one by one. */
static int take_documents(struct elastic *s, const struct http_request *r,
			  const struct token *token, struct slice body,
			  size_t refused, struct http_answer *a, struct err *e)
{
	const struct wanted wanted = wanted_of(http_query(r, "filter_path"));
	struct slice path = slice_from(slice_of(r->path), 1);
	struct slice usual = slice_take_until(&path, '/');
	struct buf items = BUF_INIT((size_t)64 << 20);
	struct actions actions;
	struct action action;
	bool errors = false;
	char made_up[STORE_ID_MAX];
	int rc = 0;

	actions_start(&actions, body);
	for (size_t i = 0; rc == 0 && actions_next(&actions, &action) > 0;
	     i++) {
		struct document d = { action.name, action.index, action.id,
				      action.document };
		struct result result;

		if (d.index.len == 0 && path.len > 0)
			d.index = usual;
		if (d.id.len == 0) {
			store_make_id(&s->store, made_up);
			d.id = slice_of(made_up);
		}
		rc = take_document(s, r, token, &d, i == refused, &result, e);
		if (rc == 0) {
			errors |= result.type != NULL;
			put_item(&d, &result, &wanted, &items);
		}
	}
	buf_putc(&a->body, '{');
	if (wanted.took)
		buf_puts(&a->body, "\"took\":1");
	if (wanted.errors) {
		put_comma(&a->body);
		buf_printf(&a->body, "\"errors\":%s",
			   errors ? "true" : "false");
	}
	if (items.len > 0) {
		put_comma(&a->body);
		buf_puts(&a->body, "\"items\":[");
		buf_put_slice(&a->body, buf_slice(&items));
		buf_putc(&a->body, ']');
	}
	buf_putc(&a->body, '}');
	buf_free(&items);
	return rc;
}

/* The body, if it is one that may be looked at; else it is answered. */
static bool read_body(struct elastic *s, const struct http_request *r,
		      struct slice *body, struct http_answer *a)
{
	const char *type = http_header(r, "Content-Type");

	if (type == NULL ||
	    (strncasecmp(type, "application/x-ndjson", 20) != 0 &&
	     strncasecmp(type, "application/json", 16) != 0)) {
		a->status = 406;
		buf_puts(&a->body, "{\"error\":\"Content-Type header is not "
				   "supported\",\"status\":406}");
		return false;
	}
	switch (body_read(r, http_max_content(s->mock), &s->plain, body)) {
	case BODY_FINE:
		return true;
	case BODY_TOO_LARGE:
		say(a, 413);
		break;
	case BODY_UNKNOWN:
		refuse(a, 415, "illegal_argument_exception",
		       "unknown Content-Encoding");
		break;
	case BODY_BROKEN:
		refuse(a, 400, "illegal_argument_exception",
		       "Not in GZIP format");
		break;
	}
	return false;
}

/* Is it well-formed throughout? Then how many documents there are. */
static bool count_documents(struct slice body, size_t *count,
			    struct http_answer *a)
{
	struct actions actions;
	struct action action;
	int got;

	*count = 0;
	actions_start(&actions, body);
	while ((got = actions_next(&actions, &action)) > 0)
		++*count;
	if (got < 0)
		refuse(a, 400, actions.type, actions.why);
	else if (*count == 0)
		refuse(a, 400, "parse_exception", "request body is required");
	return got == 0 && *count > 0;
}

/* Who asks? NULL: nobody that we know, and it is answered. */
static const struct token *
let_in(struct elastic *s, const struct http_request *r, struct http_answer *a)
{
	const char *why;
	const struct token *token = keys_find(&s->tokens, r, &why);

	if (token == NULL) {
		refuse(a, 401, "security_exception", why);
		http_put_field(a, "WWW-Authenticate",
			       "Basic realm=\"security\", ApiKey");
	}
	return token;
}

static int take_bulk(struct elastic *s, const struct http_request *r,
		     struct http_answer *a, struct err *e)
{
	struct fault_plan *faults = &s->mock->faults;
	enum request_fault fault =
		fault_of_request(faults, r->number, ++s->requests);
	const struct token *token;
	struct slice body;
	size_t count, refused;

	if (trouble_before(s->mock, fault, say, a))
		return 0;
	token = let_in(s, r, a);
	if (token == NULL || !read_body(s, r, &body, a) ||
	    !count_documents(body, &count, a))
		return 0;
	refused = fault == REQUEST_PARTIAL ? (size_t)fault_pick(faults, count)
					   : count;
	if (take_documents(s, r, token, body, refused, a, e) < 0)
		return -1;
	trouble_after(fault, a);
	return record_flush(s->mock, e);
}

static int tell_version(struct elastic *s, const struct http_request *r,
			struct http_answer *a, struct err *e)
{
	(void)e;
	if (let_in(s, r, a) != NULL)
		buf_puts(&a->body, "{\"name\":\"siem-mock\",\"cluster_name\":"
				   "\"siem-mock\","
				   "\"version\":{\"number\":\"8.15.0\"},"
				   "\"tagline\":\"You Know, for Search\"}");
	return 0;
}

static int tell_health(struct elastic *s, const struct http_request *r,
		       struct http_answer *a, struct err *e)
{
	(void)e;
	if (let_in(s, r, a) != NULL)
		buf_puts(&a->body,
			 "{\"status\":\"green\",\"timed_out\":false}");
	return 0;
}

static int tell_who(struct elastic *s, const struct http_request *r,
		    struct http_answer *a, struct err *e)
{
	(void)e;
	if (let_in(s, r, a) != NULL)
		buf_puts(&a->body, "{\"username\":\"elastic\",\"enabled\":true,"
				   "\"authentication_type\":\"realm\"}");
	return 0;
}

/* About the first index that is asked about. */
static int tell_privileges(struct elastic *s, const struct http_request *r,
			   struct http_answer *a, struct err *e)
{
	const struct token *token = let_in(s, r, a);
	json_t *root, *name;
	const char *may;

	(void)e;
	if (token == NULL)
		return 0;
	root = json_loadb(r->body.data, r->body.len, 0, NULL);
	name = json_array_get(
		json_object_get(
			json_array_get(json_object_get(root, "index"), 0),
			"names"),
		0);
	if (json_is_string(name)) {
		const struct slice index = slice_of(json_string_value(name));

		may = keys_may_write(token, index) ? "true" : "false";
		buf_printf(&a->body,
			   "{\"username\":\"elastic\",\"has_all_requested\":"
			   "%s,\"cluster\":{},\"index\":{",
			   may);
		json_put_string(&a->body, index);
		buf_printf(&a->body,
			   ":{\"create_doc\":%s,\"auto_configure\":%s}},"
			   "\"application\":{}}",
			   may, may);
	} else {
		refuse(a, 400, "parse_exception", "no index is asked about");
	}
	json_decref(root);
	return 0;
}

static const struct endpoint {
	const char *path;
	const char *methods; // divided by blanks
	int (*serve)(struct elastic *s, const struct http_request *r,
		     struct http_answer *a, struct err *e);
} endpoints[] = {
	{ "/_bulk", "POST PUT", take_bulk },
	{ "/", "GET HEAD", tell_version },
	{ "/_cluster/health", "GET", tell_health },
	{ "/_security/_authenticate", "GET", tell_who },
	{ "/_security/user/_has_privileges", "GET POST", tell_privileges },
};

/* /_bulk is there for each index as well, as /INDEX/_bulk. */
static const char *path_of(const struct http_request *r)
{
	struct slice rest = slice_from(slice_of(r->path), 1);
	struct slice index = slice_take_until(&rest, '/');

	return index.len > 0 && slice_is(rest, SLICE("_bulk"))
		       ? r->path + 1 + index.len
		       : r->path;
}

static bool has_method(const struct endpoint *p, const char *method)
{
	struct slice rest = slice_of(p->methods);

	while (rest.len > 0)
		if (slice_is(slice_take_until(&rest, ' '), slice_of(method)))
			return true;
	return false;
}

static int answer(void *context, const struct http_request *r,
		  struct http_answer *a, struct err *e)
{
	http_put_field(a, "X-elastic-product", "Elasticsearch");
	for (size_t i = 0; i < sizeof(endpoints) / sizeof(endpoints[0]); i++) {
		const struct endpoint *p = &endpoints[i];

		if (strcmp(path_of(r), p->path) != 0)
			continue;
		if (has_method(p, r->method))
			return p->serve(context, r, a, e);
		a->status = 405;
		http_put_field(a, "Allow", "%s", p->methods);
		buf_puts(
			&a->body,
			"{\"error\":\"Incorrect HTTP method\",\"status\":405}");
		return 0;
	}
	a->status = 400;
	buf_puts(&a->body, "{\"error\":\"no handler found for uri\"}");
	return 0;
}

static int serve(struct mock *m, struct err *e)
{
	struct elastic s = { .mock = m };
	int rc = tokens_read(&s.tokens, &m->config->tokens, e);

	if (rc == 0 && m->config->earlier != NULL)
		rc = store_recall(&s.store, m->config->earlier, e);
	if (rc == 0)
		rc = http_serve(m, answer, &s, e);
	tokens_free(&s.tokens);
	store_free(&s.store);
	buf_free(&s.plain);
	return rc;
}

static const char *const addresses[] = { "http://127.0.0.1:9200", NULL };
static const char *const tls_addresses[] = { "https://127.0.0.1:9200", NULL };

const struct mock_kind mock_elasticsearch = {
	.name = "elasticsearch",
	.summary = "_bulk, with an index that keeps what is in it",
	.addresses = addresses,
	.tls_addresses = tls_addresses,
	.is_http = true,
	.by_feature = true,
	.by_item = true,
	.serve = serve,
};
