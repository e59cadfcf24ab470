/* What kafka makes of its settings, of records and of answers. */
#include "dest/rdkafka.h"
#include "dest/opening.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

#if SIEM_RDKAFKA

#include <librdkafka/rdkafka.h>

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define HUBS                                             \
	"Endpoint=sb://contoso.servicebus.windows.net/;" \
	"SharedAccessKeyName=send;SharedAccessKey=c2VjcmV0;EntityPath=audit"

static bool open_kafka(struct dest *d, const char *spec,
		       const char *const *options, struct err *e)
{
	size_t n = 0;

	while (options != NULL && options[n] != NULL)
		n++;
	return dest_open(d, spec, options, n, e) == 0;
}

/* A property that is told to librdkafka, "" if it is not; "! " and why it is
   no destination. */
static const char *property(const char *spec, const char *const *options,
			    const char *name)
{
	static char text[600];
	struct dest d;
	struct err e;

	text[0] = '\0';
	if (!open_kafka(&d, spec, options, &e)) {
		snprintf(text, sizeof(text), "! %s", e.text);
		return text;
	}
	const struct rdkafka_terms *terms = d.plan.config;
	const struct rdkafka_properties *lists[] = { &terms->both,
						     &terms->producer };
	for (size_t i = 0; i < 2; i++)
		for (size_t j = 0; j < lists[i]->count; j++)
			if (strcmp(lists[i]->items[j].name, name) == 0)
				snprintf(text, sizeof(text), "%s",
					 lists[i]->items[j].value);
	if (strcmp(name, "topic") == 0)
		snprintf(text, sizeof(text), "%s", terms->topic);
	dest_close(&d);
	return text;
}

static bool is(const char *spec, const char *const *options, const char *name,
	       const char *want)
{
	const char *got = property(spec, options, name);

	if (strcmp(got, want) != 0)
		printf("# %s: %s\n", name, got);
	return strcmp(got, want) == 0;
}

static bool fails(const char *spec, const char *const *options,
		  const char *beginning)
{
	const char *got = property(spec, options, "");

	if (strncmp(got, "! ", 2) != 0 ||
	    strncmp(got + 2, beginning, strlen(beginning)) != 0)
		printf("# %s\n", got);
	return strncmp(got, "! ", 2) == 0 &&
	       strncmp(got + 2, beginning, strlen(beginning)) == 0;
}

static void an_address_is_brokers_and_a_topic(void)
{
	CHECK(is("kafka:k1/audit", NULL, "bootstrap.servers", "k1"));
	CHECK(is("kafka:k1:9092,k2:9093/audit", NULL, "bootstrap.servers",
		 "k1:9092,k2:9093"));
	CHECK(is("kafka://k1:9092/audit.log", NULL, "topic", "audit.log"));
	CHECK(is("kafka:[::1]:9092/a", NULL, "bootstrap.servers",
		 "[::1]:9092"));
	CHECK(is("kafka:k1", LIST("topic=audit"), "topic", "audit"));
}

static void what_is_no_address_is_refused_by_its_key(void)
{
	CHECK(fails("kafka:k1", NULL, "kafka: topic is missing"));
	CHECK(fails("kafka:/audit", NULL, "kafka: brokers is missing"));
	CHECK(fails("kafka:k1,/audit", NULL, "kafka: brokers: "));
	CHECK(fails("kafka:k1:99999/audit", NULL, "kafka: brokers: "));
	CHECK(fails("kafka:k1/au dit", NULL, "kafka: topic: "));
	CHECK(fails("kafka:k1/a", LIST("acks=0"), "kafka: acks: "));
	CHECK(fails("kafka:k1/a", LIST("key=a..b"), "kafka: key: "));
	CHECK(fails("kafka:k1/a", LIST("message_max_bytes=1"),
		    "kafka: message_max_bytes: "));
	CHECK(fails("kafka:k1/a", LIST("linger=1000"), "kafka: linger: "));
}

static void it_is_idempotent_and_gives_up_nothing_by_itself(void)
{
	CHECK(is("kafka:k1/a", NULL, "enable.idempotence", "true"));
	CHECK(is("kafka:k1/a", NULL, "acks", "all"));
	CHECK(is("kafka:k1/a", NULL, "message.timeout.ms", "0"));
	CHECK(is("kafka:k1/a", LIST("acks=1"), "enable.idempotence", "false"));
}

static void without_more_words_it_is_plain(void)
{
	CHECK(is("kafka:k1/a", NULL, "security.protocol", "plaintext"));
	CHECK(is("kafka:k1/a", LIST("ca_file=/ca.pem"), "security.protocol",
		 "ssl"));
	CHECK(is("kafka:k1/a", LIST("ca_file=/ca.pem"), "ssl.ca.location",
		 "/ca.pem"));
	CHECK(is("kafka:k1/a", LIST("cert_file=/us.pem"), "ssl.key.location",
		 "/us.pem"));
	CHECK(is("kafka:k1/a", LIST("security_protocol=ssl"),
		 "enable.ssl.certificate.verification", "true"));
	CHECK(is("kafka:k1/a", LIST("security_protocol=ssl", "insecure=true"),
		 "enable.ssl.certificate.verification", "false"));
	CHECK(is("kafka:k1/a", LIST("security_protocol=ssl"),
		 "ssl.endpoint.identification.algorithm", "https"));
}

static void a_password_goes_over_tls_or_stays_here(void)
{
	setenv("KAFKA_PASSWORD", "secret", 1);
	CHECK(is("kafka:k1/a", LIST("username=us"), "security.protocol",
		 "sasl_ssl"));
	CHECK(is("kafka:k1/a", LIST("username=us"), "sasl.password", "secret"));
	CHECK(fails("kafka:k1/a",
		    LIST("username=us", "security_protocol=sasl_plaintext"),
		    "kafka: security_protocol: "));
	CHECK(fails("kafka:k1/a",
		    LIST("username=us", "security_protocol=plaintext"),
		    "kafka: security_protocol: "));
	CHECK(is("kafka:127.0.0.1:9092/a",
		 LIST("username=us", "security_protocol=sasl_plaintext"),
		 "sasl.username", "us"));
	CHECK(is("kafka:k1/a",
		 LIST("username=us", "security_protocol=sasl_plaintext",
		      "insecure=true"),
		 "sasl.mechanism", "PLAIN"));
	unsetenv("KAFKA_PASSWORD");
	CHECK(fails("kafka:k1/a", LIST("username=us"),
		    "kafka: password is missing (KAFKA_PASSWORD)"));
}

static void a_connection_string_says_all_there_is_to_say(void)
{
	setenv("KAFKA_CONNECTION_STRING", HUBS, 1);
	CHECK(is("kafka", NULL, "bootstrap.servers",
		 "contoso.servicebus.windows.net:9093"));
	CHECK(is("kafka", NULL, "topic", "audit"));
	CHECK(is("kafka", NULL, "security.protocol", "sasl_ssl"));
	CHECK(is("kafka", NULL, "sasl.mechanism", "PLAIN"));
	CHECK(is("kafka", NULL, "sasl.username", "$ConnectionString"));
	CHECK(is("kafka", NULL, "sasl.password", HUBS));
	CHECK(is("kafka", NULL, "message.max.bytes", "1000000"));
	CHECK(is("kafka", LIST("topic=other"), "topic", "other"));
	setenv("KAFKA_CONNECTION_STRING", "Endpoint=nowhere", 1);
	CHECK(fails("kafka", NULL, "kafka: connection_string: "));
	unsetenv("KAFKA_CONNECTION_STRING");
}

/* The key of a record, "-" where it has none. */
static const char *key(const char *path, const char *line)
{
	static char text[100];
	const struct dest_record record = { slice_of(line), 0 };
	char option[100];
	struct dest d;
	struct err e;

	snprintf(option, sizeof(option), "key=%s", path);
	if (!open_kafka(&d, "kafka:k1/a", LIST(option), &e))
		return e.text[0] != '\0' ? "!" : "";
	const struct rdkafka_terms *terms = d.plan.config;
	const struct slice got = terms->key(terms, &record);
	snprintf(text, sizeof(text), "%.*s", (int)got.len,
		 got.data != NULL ? got.data : "");
	dest_close(&d);
	return got.data == NULL ? "-" : text;
}

static void a_key_is_what_the_member_holds(void)
{
	CHECK(strcmp(key("none", "{\"a\":1}"), "-") == 0);
	CHECK(strcmp(key("a", "{\"a\":\"x\"}"), "x") == 0);
	CHECK(strcmp(key("a", "{\"b\":2,\"a\":17}"), "17") == 0);
	CHECK(strcmp(key("user.id", "{\"user\":{\"id\":\"u 1\"}}"), "u 1") ==
	      0);
	CHECK(strcmp(key("user.id", "{\"user\":3}"), "-") == 0);
	CHECK(strcmp(key("a", "{\"a\":null}"), "-") == 0);
	CHECK(strcmp(key("a", "CEF:0|a|b"), "-") == 0);
	CHECK(strcmp(key("a", "{\"a\":\"cut"), "-") == 0);
	CHECK(strlen(key("host", "{}")) > 0);
}

static void only_what_speaks_of_a_record_rejects_it(void)
{
	static const struct {
		int error;
		enum verdict want;
	} cases[] = {
		{ RD_KAFKA_RESP_ERR_NO_ERROR, VERDICT_DELIVERED },
		{ RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, VERDICT_SPLIT },
		{ RD_KAFKA_RESP_ERR_INVALID_RECORD, VERDICT_SPLIT },
		{ RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, VERDICT_HOLD },
		{ RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, VERDICT_HOLD },
		{ RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, VERDICT_HOLD },
		{ RD_KAFKA_RESP_ERR__AUTHENTICATION, VERDICT_HOLD },
		{ RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, VERDICT_RETRY },
		{ RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, VERDICT_RETRY },
		{ RD_KAFKA_RESP_ERR__TRANSPORT, VERDICT_RETRY },
		{ 9999, VERDICT_RETRY },
		{ -9999, VERDICT_RETRY },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		CHECK(rdkafka_verdict(cases[i].error) == cases[i].want);
}

static void no_error_at_all_costs_a_record(void)
{
	for (int error = -1000; error < 1000; error++)
		CHECK(rdkafka_verdict(error) != VERDICT_REJECT);
}

static void one_broker_less_is_no_failure(void)
{
	struct rdkafka_health h = { 0 };

	rdkafka_note(&h, RD_KAFKA_RESP_ERR__TRANSPORT, "k1: refused");
	CHECK(!h.is_down && !h.is_broken);
	rdkafka_note(&h, RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, "2/2 are down");
	CHECK(h.is_down && h.last.kind == ERR_TEMPORARY);
	CHECK(strcmp(h.last.text, "k1: refused") == 0);
	rdkafka_note(&h, RD_KAFKA_RESP_ERR__FATAL, "fenced");
	CHECK(h.is_broken);
}

static void who_does_not_let_us_in_is_named_first(void)
{
	struct rdkafka_health h = { 0 };

	rdkafka_note(&h, RD_KAFKA_RESP_ERR__AUTHENTICATION, "wrong password");
	rdkafka_note(&h, RD_KAFKA_RESP_ERR__TRANSPORT, "disconnected");
	CHECK(h.last.kind == ERR_DENIED);
	CHECK(strcmp(h.last.text, "wrong password") == 0);

	struct rdkafka_health tls = { 0 };
	rdkafka_note(&tls, RD_KAFKA_RESP_ERR__SSL, "certificate verify failed");
	CHECK(tls.last.kind == ERR_DENIED);
}

static void an_alert_of_tls_is_a_refusal_but_for_trouble_of_theirs(void)
{
	static const struct {
		const char *reason;
		enum err_kind want;
		const char *text;
	} rows[] = {
		{ "k1: Receive failed: tlsv13 alert certificate required: SSL "
		  "alert number 116 (after 6ms)",
		  ERR_DENIED, "set cert_file and key_file: k1: Receive" },
		{ "k1: SSL handshake failed: unknown ca: SSL alert number 48",
		  ERR_DENIED, "k1: SSL" },
		{ "k1: SSL alert number 80", ERR_TEMPORARY, "k1: SSL" },
		{ "k1: SSL alert number 90", ERR_TEMPORARY, "k1: SSL" },
		{ "k1: Receive failed: unexpected eof", ERR_TEMPORARY, "k1" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rdkafka_health h = { 0 };

		rdkafka_note(&h, RD_KAFKA_RESP_ERR__TRANSPORT, rows[i].reason);
		CHECK(h.last.kind == rows[i].want);
		CHECK(strncmp(h.last.text, rows[i].text,
			      strlen(rows[i].text)) == 0);
	}
}

int main(void)
{
	RUN(an_address_is_brokers_and_a_topic);
	RUN(what_is_no_address_is_refused_by_its_key);
	RUN(it_is_idempotent_and_gives_up_nothing_by_itself);
	RUN(without_more_words_it_is_plain);
	RUN(a_password_goes_over_tls_or_stays_here);
	RUN(a_connection_string_says_all_there_is_to_say);
	RUN(a_key_is_what_the_member_holds);
	RUN(only_what_speaks_of_a_record_rejects_it);
	RUN(no_error_at_all_costs_a_record);
	RUN(one_broker_less_is_no_failure);
	RUN(who_does_not_let_us_in_is_named_first);
	RUN(an_alert_of_tls_is_a_refusal_but_for_trouble_of_theirs);
	return check_done();
}

#else

static void without_librdkafka_it_says_so(void)
{
	struct dest d;
	struct err e;

	CHECK(dest_open(&d, "kafka:k1/audit", NULL, 0, &e) < 0);
	CHECK(e.kind == ERR_USAGE && strstr(e.text, "librdkafka") != NULL);
}

int main(void)
{
	RUN(without_librdkafka_it_says_so);
	return check_done();
}

#endif
