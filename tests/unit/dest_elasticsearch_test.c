/* What elasticsearch makes of its settings, and the requests it sends. */
#include "carried.h"

#define QUERY                                                    \
	"?filter_path=errors,items.*.status,items.*.error.type," \
	"items.*.error.reason"

/* The request that carries this line, or "! " and why there is none. */
static const char *request_of(const char *spec, const char *const *options,
			      const char *line)
{
	return carries(spec, options != NULL ? options : NOTHING, LIST(line));
}

#define FAILS(spec, options, want)                    \
	CHECK(strcmp(request_of(spec, options, "{}"), \
		     "! elasticsearch: " want) == 0)

/* The value of the header Authorization, or nothing. */
static const char *authorization(void)
{
	static char value[300];
	const char *got = request_of("elasticsearch:h", NULL, "{}");
	const char *at = strstr(got, "\nAuthorization: ");

	if (at == NULL)
		return "";
	snprintf(value, sizeof(value), "%.*s", (int)strcspn(at + 16, "~"),
		 at + 16);
	return value;
}

static void forget_credentials(void)
{
	unsetenv("ELASTICSEARCH_API_KEY");
	unsetenv("ELASTICSEARCH_USER");
	unsetenv("ELASTICSEARCH_PASSWORD");
	unsetenv("ELASTICSEARCH_TOKEN");
}

static void a_request_comes_out_byte_for_byte(void)
{
	setenv("ELASTICSEARCH_API_KEY",
	       "VuaCfGcBCdbkQm-e5aOx:ui2lp2axTNmsyakw9tvNnw", 1);
	CARRIES("elasticsearch:https://es.example.com:9200",
		LIST("index=audit"),
		"{\"siem_id\":\"5f0c9ad21b3e4d6f8091a2b3c4d5e6f7\","
		"\"@timestamp\":\"2026-11-02T10:20:29.123Z\"}",
		"POST https://es.example.com:9200/_bulk" QUERY "\n"
		"Content-Type: application/x-ndjson~\n"
		"Authorization: ApiKey VnVhQ2ZHY0JDZGJrUW0tZTVhT3g6dWkybHAyYXhU"
		"Tm1zeWFrdzl0dk5udw==~\n\n"
		"{\"create\":{\"_index\":\"audit-2026.11.02\",\"_id\":"
		"\"5f0c9ad21b3e4d6f8091a2b3c4d5e6f7\"}}\n"
		"{\"siem_id\":\"5f0c9ad21b3e4d6f8091a2b3c4d5e6f7\","
		"\"@timestamp\":\"2026-11-02T10:20:29.123Z\"}\n");
	forget_credentials();
	CARRIES("elasticsearch:h", LIST("data_stream=true", "id=a\\.b.c"),
		"{\"ts\":1,\"a.b\":{\"c\":7}}",
		"POST https://h:9200/_bulk" QUERY "\n"
		"Content-Type: application/x-ndjson~\n\n"
		"{\"create\":{\"_index\":\"mcp-audit\",\"_id\":\"7\"}}\n"
		"{\"@timestamp\":\"1970-01-01T00:00:01Z\","
		"\"ts\":1,\"a.b\":{\"c\":7}}\n");
}

static void each_credential_has_its_scheme(void)
{
	CHECK(strcmp(authorization(), "") == 0);
	setenv("ELASTICSEARCH_API_KEY",
	       "VnVhQ2ZHY0JDZGJrUW0tZTVhT3g6dWkybHAyYXhUTm1zeWFrdzl0dk5udw==",
	       1);
	CHECK(strcmp(authorization(),
		     "ApiKey VnVhQ2ZHY0JDZGJrUW0tZTVhT3g6dWkybHAyYXhUTm1zeWFr"
		     "dzl0dk5udw==") == 0);
	forget_credentials();
	setenv("ELASTICSEARCH_USER", "elastic", 1);
	setenv("ELASTICSEARCH_PASSWORD", "changeme", 1);
	CHECK(strcmp(authorization(), "Basic ZWxhc3RpYzpjaGFuZ2VtZQ==") == 0);
	forget_credentials();
	setenv("ELASTICSEARCH_TOKEN", "AAEAAWVsYXN0aWM", 1);
	CHECK(strcmp(authorization(), "Bearer AAEAAWVsYXN0aWM") == 0);
	forget_credentials();
}

static void credentials_exclude_each_other(void)
{
	static const char excluded[] = " exclude each other: each says who "
				       "we are";
	static const struct {
		const char *first, *second, *names;
	} rows[] = {
		{ "API_KEY", "TOKEN", "api_key and token" },
		{ "API_KEY", "USER", "api_key and user" },
		{ "API_KEY", "PASSWORD", "api_key and user" },
		{ "USER", "TOKEN", "user and token" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char name[60], want[200];

		snprintf(name, sizeof(name), "ELASTICSEARCH_%s", rows[i].first);
		setenv(name, "x", 1);
		snprintf(name, sizeof(name), "ELASTICSEARCH_%s",
			 rows[i].second);
		setenv(name, "x", 1);
		snprintf(want, sizeof(want), "! elasticsearch: %s%s",
			 rows[i].names, excluded);
		CHECK(strcmp(request_of("elasticsearch:h", NULL, "{}"), want) ==
		      0);
		forget_credentials();
	}
}

static void credentials_that_no_header_carries_are_refused(void)
{
	setenv("ELASTICSEARCH_TOKEN", "a\r\nb", 1);
	FAILS("elasticsearch:h", NULL,
	      "token: there is a blank in it, or what no header can carry");
	forget_credentials();
	setenv("ELASTICSEARCH_API_KEY", "id: key", 1);
	FAILS("elasticsearch:h", NULL,
	      "api_key: there is a blank in it, or what no header can carry");
	forget_credentials();
	setenv("ELASTICSEARCH_PASSWORD", "x", 1);
	FAILS("elasticsearch:h", NULL,
	      "password needs user "
	      "(ELASTICSEARCH_USER)");
	FAILS("elasticsearch:h", LIST("user=a:b"),
	      "user: a:b: no name has a colon in it");
	forget_credentials();
	FAILS("elasticsearch:h", LIST("user=a"),
	      "user needs password (ELASTICSEARCH_PASSWORD)");
}

static void a_credential_does_not_travel_where_it_can_be_read(void)
{
	CHECK(strncmp(request_of("elasticsearch:http://h:9200", NULL, "{}"),
		      "POST http://h:9200/_bulk", 24) == 0);
	setenv("ELASTICSEARCH_TOKEN", "x", 1);
	CHECK(strncmp(request_of("elasticsearch:http://h:9200", NULL, "{}"),
		      "! elasticsearch: url: http:// ", 30) == 0);
	CHECK(strncmp(request_of("elasticsearch:http://h:9200",
				 LIST("insecure=true"), "{}"),
		      "POST http://h:9200/_bulk", 24) == 0);
	forget_credentials();
}

/* Does the request go there? */
static bool goes_to(const char *spec, const char *const *options,
		    const char *url)
{
	const char *got = request_of(spec, options, "{}");
	size_t n = strlen(url);

	return strncmp(got, "POST ", 5) == 0 && strncmp(got + 5, url, n) == 0 &&
	       strncmp(got + 5 + n, "/_bulk?", 7) == 0;
}

static void an_address_may_leave_out_what_is_usual(void)
{
	CHECK(goes_to("elasticsearch:h", NULL, "https://h:9200"));
	CHECK(goes_to("elk:h:443", NULL, "https://h:443"));
	CHECK(goes_to("opensearch:[::1]", NULL, "https://[::1]:9200"));
	CHECK(goes_to("elasticsearch:https://h/", NULL, "https://h"));
	CHECK(goes_to("elasticsearch:https://h/es/_bulk/", NULL,
		      "https://h/es"));
	FAILS("elasticsearch:https://h/_bulk?refresh=true", NULL,
	      "url: https://h/_bulk?refresh=true: a query is of no use there");
	FAILS("elasticsearch", NULL,
	      "url is missing (-o url=..., or ELASTICSEARCH_URL)");
}

/* The comments say what the base64 stands for. */
static void a_cloud_id_says_where_the_cluster_is(void)
{
	CHECK(goes_to("elasticsearch",
		      LIST("cloud_id=prod-siem:ZXUtd2VzdC0xLmF3cy5mb3VuZC5pbzo"
			   "0NDMkYWMzMWViYjkwMjQxNzczMTU3MDQzYzM0ZmQyNmZkNDYka"
			   "2liMA=="),
		      "https://ac31ebb90241773157043c34fd26fd46.eu-west-1.aws."
		      "found.io:443"));
	// h.io$es
	CHECK(goes_to("elasticsearch", LIST("cloud_id=a:aC5pbyRlcw=="),
		      "https://es.h.io:443"));
	// h.io:9243$es:1$kb
	CHECK(goes_to("elasticsearch",
		      LIST("cloud_id=a:b:aC5pbzo5MjQzJGVzOjEka2I="),
		      "https://es.h.io:1"));
}

static void what_is_no_cloud_id_is_refused(void)
{
	static const char *const wrong[] = {
		"cloud_id=a:aC5pbw==",         // h.io
		"cloud_id=a:aC5pbyQ=",         // h.io$
		"cloud_id=a:JGVz",             // $es
		"cloud_id=a:aC5pby94JGVz",     // h.io/x$es
		"cloud_id=a:aC5pbyNAPyRlcw==", // h.io#@?$es
		"cloud_id=a:***",
		"cloud_id=a:",
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		FAILS("elasticsearch", LIST(wrong[i]),
		      "cloud_id: not of the form NAME:BASE64, as Elastic "
		      "Cloud shows it");
	FAILS("elasticsearch:h", LIST("cloud_id=a:aC5pbyRlcw=="),
	      "url and cloud_id exclude each other: each says where the "
	      "cluster is");
}

static void names_that_no_index_has_are_refused(void)
{
	static const struct {
		const char *name, *why;
	} rows[] = {
		{ "Audit", "it has capitals in it" },
		{ "-a", "it begins with -, _ or +" },
		{ "_a", "it begins with -, _ or +" },
		{ "+a", "it begins with -, _ or +" },
		{ ".", "it is only dots" },
		{ "..", "it is only dots" },
		{ "a b", "it has a blank in it, or one of "
			 "\\ / * ? \" < > | , # :" },
		{ "a,b", "it has a blank in it, or one of "
			 "\\ / * ? \" < > | , # :" },
		{ "a\xff", "it is not UTF-8" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char option[60], want[200];

		snprintf(option, sizeof(option), "index=%s", rows[i].name);
		snprintf(want, sizeof(want),
			 "! elasticsearch: index: %s: no index is called so: "
			 "%s",
			 rows[i].name, rows[i].why);
		CHECK(strcmp(request_of("elasticsearch:h", LIST(option), "{}"),
			     want) == 0);
	}
}

static void a_name_has_room_for_its_day(void)
{
	char option[300] = "index=";
	const size_t start = strlen(option);

	memset(option + start, 'a', 255);
	option[start + 244] = '\0';
	CHECK(strncmp(request_of("elasticsearch:h", LIST(option), "{}"),
		      "POST ", 5) == 0);
	option[start + 244] = 'a';
	option[start + 245] = '\0';
	CHECK(strstr(request_of("elasticsearch:h", LIST(option), "{}"),
		     "longer than 255 bytes") != NULL);
	option[start + 245] = 'a';
	option[start + 255] = '\0';
	CHECK(strncmp(request_of("elasticsearch:h", LIST(option, "daily=false"),
				 "{}"),
		      "POST ", 5) == 0);
}

static void a_data_stream_has_no_days(void)
{
	FAILS("elasticsearch:h", LIST("data_stream=true", "daily=true"),
	      "daily and data_stream exclude each other: a data stream has "
	      "indices of its own");
	CHECK(strstr(request_of("elasticsearch:h",
				LIST("data_stream=true", "daily=false"), "{}"),
		     "\"mcp-audit\"") != NULL);
	CHECK(strstr(request_of("elasticsearch:h", LIST("daily=false"), "{}"),
		     "\"mcp-audit\"") != NULL);
	FAILS("elasticsearch:h", LIST("daily=perhaps"),
	      "daily: perhaps is neither true nor false");
	CHECK(strncmp(request_of("elasticsearch:h", LIST("id=a..b"), "{}"),
		      "! elasticsearch: id: a..b: ", 27) == 0);
}

static void limits_are_those_of_the_manual(void)
{
	struct dest d;
	struct err e;

	CHECK(dest_open(&d, "elasticsearch:h", NULL, 0, &e) == 0);
	CHECK(d.plan.limits.best_bytes == 1000000);
	CHECK(d.plan.limits.best_count == 0);
	CHECK(d.plan.limits.timeout_ms == 30000);
	CHECK(d.plan.limits.answer_bytes == 16 << 20);
	dest_close(&d);
}

static void a_check_asks_for_what_changes_nothing(void)
{
	static const char *const wants[] = {
		"https://h:9200/",
		"https://h:9200/_cluster/health?filter_path=status,timed_out",
		"https://h:9200/_security/_authenticate",
		"https://h:9200/_security/user/_has_privileges",
	};
	static const char question[] =
		"{\"index\":[{\"names\":[\"mcp-audit-1970.01.01\"],"
		"\"privileges\":[\"create_doc\",\"auto_configure\"]}]}";
	const struct dest_session session = { .now_ms = 1 };
	struct dest d;
	struct err e;

	setenv("ELASTICSEARCH_TOKEN", "x", 1);
	CHECK(dest_open(&d, "elasticsearch:h", NULL, 0, &e) == 0);
	for (unsigned i = 0; i < 4; i++) {
		struct request r = { .url = BUF_INIT(1 << 16),
				     .headers = BUF_INIT(1 << 16),
				     .body = BUF_INIT(1 << 16) };

		CHECK(d.plan.request->steps[i] != NULL);
		CHECK(d.plan.request->check(d.plan.config, &session, i, &r,
					    &e) == 0);
		CHECK(strcmp(r.method, i == 3 ? "POST" : "GET") == 0);
		CHECK(strcmp(buf_str(&r.url), wants[i]) == 0);
		CHECK(strstr(buf_str(&r.headers),
			     "Authorization: Bearer x\r\n") != NULL);
		CHECK(strcmp(buf_str(&r.body), i == 3 ? question : "") == 0);
		buf_free(&r.url);
		buf_free(&r.headers);
		buf_free(&r.body);
	}
	CHECK(d.plan.request->steps[4] == NULL);
	dest_close(&d);
	forget_credentials();
}

static void nobody_is_asked_about_no_credentials(void)
{
	const struct dest_session session = { .now_ms = 1 };
	struct request r = { .url = BUF_INIT(1 << 16) };
	struct dest d;
	struct err e;

	CHECK(dest_open(&d, "elasticsearch:h", NULL, 0, &e) == 0);
	CHECK(d.plan.request->check(d.plan.config, &session, 2, &r, &e) == 1);
	dest_close(&d);
}

static void answers_are_judged_as_those_of_bulk(void)
{
	static const struct judged rows[] = {
		{ 200, "",
		  "{\"errors\":false,\"items\":[{\"create\":{"
		  "\"status\":201}}]}",
		  1, VERDICT_DELIVERED, 0, NULL },
		{ 429, "", "", 2, VERDICT_RETRY, 7000, NULL },
		{ 401, "", "", 2, VERDICT_HOLD, 0, "not allowed" },
	};
	struct dest d;
	struct err e;

	CHECK(dest_open(&d, "elasticsearch:h", NULL, 0, &e) == 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		CHECK(is_judged(&d, &rows[i], 7000));
	dest_close(&d);
}

int main(void)
{
	unsetenv("ELASTICSEARCH_URL");
	forget_credentials();
	RUN(a_request_comes_out_byte_for_byte);
	RUN(each_credential_has_its_scheme);
	RUN(credentials_exclude_each_other);
	RUN(credentials_that_no_header_carries_are_refused);
	RUN(a_credential_does_not_travel_where_it_can_be_read);
	RUN(an_address_may_leave_out_what_is_usual);
	RUN(a_cloud_id_says_where_the_cluster_is);
	RUN(what_is_no_cloud_id_is_refused);
	RUN(names_that_no_index_has_are_refused);
	RUN(a_name_has_room_for_its_day);
	RUN(a_data_stream_has_no_days);
	RUN(limits_are_those_of_the_manual);
	RUN(a_check_asks_for_what_changes_nothing);
	RUN(nobody_is_asked_about_no_credentials);
	RUN(answers_are_judged_as_those_of_bulk);
	return check_done();
}
