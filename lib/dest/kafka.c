/*
 * kafka: a topic of Apache Kafka, or of what speaks like it, as Azure Event
 * Hubs does.
 *
 * Here are the settings and what they are for librdkafka, which does the rest
 * (dest/rdkafka.h).
 */
#include "core/buf.h"
#include "dest/dest.h"
#include "dest/rdkafka.h"
#include "dest/sas.h"
#include "dest/setting.h"
#include "json/peek.h"
#include "net/address.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	BROKERS,
	TOPIC,
	KEY,
	ACKS,
	COMPRESSION,
	LINGER,
	MESSAGE_MAX_BYTES,
	TIMEOUT,
	CLIENT_ID,
	SECURITY_PROTOCOL,
	SASL_MECHANISM,
	USERNAME,
	PASSWORD,
	CONNECTION_STRING,
	TLS,
	SETTINGS = TLS + TLS_SETTINGS,
};

static const struct dest_setting table[SETTINGS + 1] = {
	[BROKERS] = { "brokers", "KAFKA_BROKERS", NULL,
		      "some of them, as in kafka1:9092,kafka2:9092",
		      .list = ',' },
	[TOPIC] = { "topic", "KAFKA_TOPIC", NULL, "where records go", false },
	[KEY] = { "key", "KAFKA_KEY", "host",
		  "host, none, or a member, as in user.id: what keeps order",
		  false },
	[ACKS] = { "acks", "KAFKA_ACKS", "all",
		   "all, or 1: the leader alone, which may lose records",
		   false },
	[COMPRESSION] = { "compression", "KAFKA_COMPRESSION", "none",
			  "none, gzip, snappy, lz4 or zstd", false },
	[LINGER] = { "linger", "KAFKA_LINGER", "0.005",
		     "seconds that a record waits for others", false },
	[MESSAGE_MAX_BYTES] = { "message_max_bytes", "KAFKA_MESSAGE_MAX_BYTES",
				"1000000",
				"of a request; as that of the brokers", false },
	[TIMEOUT] = { "timeout", "KAFKA_TIMEOUT", "30",
		      "seconds for an acknowledgement", false },
	[CLIENT_ID] = { "client_id", "KAFKA_CLIENT_ID", "siem-tools",
			"what the brokers call us", false },
	[SECURITY_PROTOCOL] = { "security_protocol", "KAFKA_SECURITY_PROTOCOL",
				NULL,
				"plaintext, ssl, sasl_plaintext, sasl_ssl "
				"[by the others]",
				false },
	[SASL_MECHANISM] = { "sasl_mechanism", "KAFKA_SASL_MECHANISM", "PLAIN",
			     "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512", false },
	[USERNAME] = { "username", "KAFKA_USERNAME", NULL, "of SASL", false },
	[PASSWORD] = { "password", "KAFKA_PASSWORD", NULL, "of SASL", true },
	[CONNECTION_STRING] = { "connection_string", "KAFKA_CONNECTION_STRING",
				NULL,
				"of Azure Event Hubs, in place of brokers, "
				"username and password",
				true },
	SETTING_TLS_ROWS(TLS, "KAFKA"),
};

enum protocol {
	PROTOCOL_PLAINTEXT,
	PROTOCOL_SSL,
	PROTOCOL_SASL_PLAINTEXT,
	PROTOCOL_SASL_SSL,
};

/* Whom to talk to, and as whom. */
struct reach {
	const char *brokers, *topic;
	const char *username, *password; // NULL: none
	unsigned protocol;
	bool insecure;
};

struct config {
	struct rdkafka_terms terms; // first
	struct slice host;          // the key of all records
	struct slice member;        // the path of the key of each
	struct arena storage;
};

/* "broker:9092,broker:9092/topic", as in a URL or without its slashes. */
static int address(const char *address, const char **values,
		   struct arena *storage, struct err *e)
{
	const char *brokers =
		strncmp(address, "//", 2) == 0 ? address + 2 : address;
	const char *slash = strchr(brokers, '/');
	size_t len =
		slash != NULL ? (size_t)(slash - brokers) : strlen(brokers);

	if (len > 0)
		values[BROKERS] = setting_copy(
			storage, (struct slice){ brokers, len }, e);
	if (len > 0 && values[BROKERS] == NULL)
		return -1;
	if (slash != NULL)
		values[TOPIC] = setting_copy(storage, slice_of(slash + 1), e);
	return slash == NULL || values[TOPIC] != NULL ? 0 : -1;
}

/* Properties. */

static void add(struct rdkafka_properties *list, const char *name,
		const char *value)
{
	assert(list->count < RDKAFKA_PROPERTIES);
	if (value != NULL)
		list->items[list->count++] =
			(struct rdkafka_property){ name, value };
}

static int add_number(struct config *c, struct rdkafka_properties *list,
		      const char *name, size_t value, struct err *e)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%zu", value);
	const char *text = setting_copy(&c->storage, slice_of(digits), e);
	add(list, name, text);
	return text != NULL ? 0 : -1;
}

/* The rules of Kafka for the name of a topic. */
static int plan_topic(struct config *c, const struct settings *s,
		      const struct reach *r, struct err *e)
{
	enum { LONGEST = 249 };
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";
	const char *topic = r->topic;

	if (topic == NULL && setting_text(s, TOPIC, &topic, e) < 0)
		return -1;
	if (strlen(topic) > LONGEST || topic[strspn(topic, allowed)] != '\0')
		return err_set(e, ERR_USAGE,
			       "topic: %s is no name of a topic: letters, "
			       "digits, dots, dashes, 249 at most",
			       topic);
	c->terms.topic = topic;
	return 0;
}

/* Is each of them one, and on this host? */
static int check_brokers(const char *brokers, bool *are_here, struct err *e)
{
	char one[300], host[300];

	*are_here = true;
	for (const char *p = brokers;; p++) {
		struct address_parts parts;
		size_t len = strcspn(p, ",");

		if (len == 0 || len >= sizeof(one))
			return err_set(e, ERR_USAGE,
				       "brokers: %s is no list of HOST:PORT",
				       brokers);
		snprintf(one, sizeof(one), "%.*s", (int)len, p);
		if (address_split(one, &parts, e) < 0)
			return err_prefix(e, "brokers");
		if (parts.scheme.len > 0 || parts.host.len == 0)
			return err_set(e, ERR_USAGE,
				       "brokers: %s is not of the form "
				       "HOST:PORT",
				       one);
		snprintf(host, sizeof(host), "%.*s", (int)parts.host.len,
			 parts.host.data);
		*are_here &= address_is_loopback(host);
		p += len;
		if (*p == '\0')
			return 0;
	}
}

/* What was asked for, else what the other settings make sense with. */
static int plan_protocol(struct reach *r, const struct settings *s,
			 struct err *e)
{
	static const char *const words[] = { "plaintext", "ssl",
					     "sasl_plaintext", "sasl_ssl",
					     NULL };
	const char *const *tls = s->values + TLS;

	r->protocol = r->username != NULL ? PROTOCOL_SASL_SSL
		      : tls[TLS_CA_FILE] != NULL || tls[TLS_CERT_FILE] != NULL
			      ? PROTOCOL_SSL
			      : PROTOCOL_PLAINTEXT;
	return s->values[SECURITY_PROTOCOL] == NULL
		       ? 0
		       : setting_choice(s, SECURITY_PROTOCOL, words,
					&r->protocol, e);
}

/* What a connection string of Event Hubs says in one. */
static int plan_event_hubs(struct config *c, struct reach *r,
			   const char *connection, struct err *e)
{
	char brokers[300];
	struct sas sas;

	if (sas_parse(slice_of(connection), &sas, e) < 0)
		return err_prefix(e, "connection_string");
	if (sas.signature.len > 0)
		return err_set(e, ERR_USAGE,
			       "connection_string: Event Hubs takes no "
			       "SharedAccessSignature by Kafka: give it the "
			       "SharedAccessKeyName and SharedAccessKey");
	if (r->brokers == NULL) {
		snprintf(brokers, sizeof(brokers), "%.*s%s", (int)sas.host.len,
			 sas.host.data,
			 memchr(sas.host.data, ':', sas.host.len) == NULL
				 ? ":9093"
				 : "");
		r->brokers = setting_copy(&c->storage, slice_of(brokers), e);
		if (r->brokers == NULL)
			return -1;
	}
	if (r->topic == NULL && sas.hub.len > 0) {
		r->topic = setting_copy(&c->storage, sas.hub, e);
		if (r->topic == NULL)
			return -1;
	}
	r->username = "$ConnectionString";
	r->password = connection;
	return 0;
}

static int plan_reach(struct config *c, const struct settings *s,
		      struct reach *r, struct err *e)
{
	const char *const *values = s->values;

	*r = (struct reach){ .brokers = values[BROKERS],
			     .topic = values[TOPIC],
			     .username = values[USERNAME],
			     .password = values[PASSWORD] };
	if (values[CONNECTION_STRING] != NULL &&
	    plan_event_hubs(c, r, values[CONNECTION_STRING], e) < 0)
		return -1;
	if (r->brokers == NULL && setting_text(s, BROKERS, &r->brokers, e) < 0)
		return -1;
	return plan_protocol(r, s, e);
}

static int plan_sasl(struct config *c, const struct settings *s,
		     const struct reach *r, struct err *e)
{
	static const char *const mechanisms[] = { "PLAIN", "SCRAM-SHA-256",
						  "SCRAM-SHA-512", NULL };
	struct rdkafka_properties *both = &c->terms.both;
	unsigned mechanism;
	bool are_here;

	if (check_brokers(r->brokers, &are_here, e) < 0)
		return -1;
	if (r->protocol < PROTOCOL_SASL_PLAINTEXT) {
		if (r->username == NULL)
			return 0;
		return err_set(e, ERR_USAGE,
			       "security_protocol: username needs sasl_ssl");
	}
	if (setting_choice(s, SASL_MECHANISM, mechanisms, &mechanism, e) < 0)
		return -1;
	if (r->username == NULL)
		return err_set(e, ERR_USAGE,
			       "username is missing (-o username=..., or "
			       "KAFKA_USERNAME)");
	if (r->password == NULL)
		return err_set(e, ERR_USAGE,
			       "password is missing (KAFKA_PASSWORD)");
	if (r->protocol == PROTOCOL_SASL_PLAINTEXT && !are_here && !r->insecure)
		return err_set(e, ERR_USAGE,
			       "security_protocol: sasl_plaintext would show "
			       "the password to anybody on the way: use "
			       "sasl_ssl, or set insecure=true");
	add(both, "sasl.mechanism", mechanisms[mechanism]);
	add(both, "sasl.username", r->username);
	add(both, "sasl.password", r->password);
	return 0;
}

static int plan_tls(struct config *c, const struct settings *s,
		    unsigned protocol, struct tls_options *tls, struct err *e)
{
	struct rdkafka_properties *both = &c->terms.both;

	if (setting_tls(s, TLS, tls, e) < 0)
		return -1;
	if (protocol != PROTOCOL_SSL && protocol != PROTOCOL_SASL_SSL) {
		if (tls->ca_file == NULL && tls->cert_file == NULL &&
		    tls->crl_file == NULL && tls->pinned_keys == NULL)
			return 0;
		return err_set(e, ERR_USAGE,
			       "security_protocol: settings of TLS need ssl or "
			       "sasl_ssl");
	}
	if (tls->pinned_keys != NULL)
		return err_set(e, ERR_USAGE,
			       "pinned_keys: each broker has a key of its own, "
			       "and librdkafka pins none");
	if (tls->server_name != NULL)
		return err_set(e, ERR_USAGE,
			       "server_name: each broker has to have its own "
			       "name in its certificate");
	if (strcmp(tls->min_version, "1.2") != 0)
		return err_set(e, ERR_USAGE,
			       "min_version: librdkafka takes what OpenSSL is "
			       "set up for (MinProtocol in openssl.cnf)");
	add(both, "ssl.ca.location", tls->ca_file);
	add(both, "ssl.certificate.location", tls->cert_file);
	add(both, "ssl.key.location",
	    tls->key_file != NULL ? tls->key_file : tls->cert_file);
	add(both, "ssl.key.password", tls->key_password);
	add(both, "ssl.crl.location", tls->crl_file);
	add(both, "enable.ssl.certificate.verification",
	    tls->insecure ? "false" : "true");
	add(both, "ssl.endpoint.identification.algorithm",
	    tls->insecure ? "none" : "https");
	return 0;
}

static int plan_connection(struct config *c, const struct settings *s,
			   struct reach *r, struct tls_options *tls,
			   struct err *e)
{
	static const char *const protocols[] = { "plaintext", "ssl",
						 "sasl_plaintext", "sasl_ssl" };
	struct rdkafka_properties *both = &c->terms.both;

	add(both, "bootstrap.servers", r->brokers);
	add(both, "client.id", s->values[CLIENT_ID]);
	add(both, "security.protocol", protocols[r->protocol]);
	if (plan_tls(c, s, r->protocol, tls, e) < 0)
		return -1;
	r->insecure = tls->insecure;
	if (plan_sasl(c, s, r, e) < 0)
		return -1;
	// What lies between cuts connections that are idle, and says nothing.
	add(both, "socket.keepalive.enable", "true");
	add(both, "metadata.max.age.ms", "180000");
	add(both, "connections.max.idle.ms", "180000");
	add(both, "reconnect.backoff.max.ms", "5000");
	// Its words come along with its events, and not to standard error.
	add(both, "log.queue", "true");
	return 0;
}

static int plan_producer(struct config *c, const struct settings *s,
			 struct dest_plan *plan, struct err *e)
{
	static const char *const acks[] = { "all", "-1", "1", NULL };
	static const char *const packings[] = { "none", "gzip", "snappy",
						"lz4",  "zstd", NULL };
	struct rdkafka_properties *list = &c->terms.producer;
	size_t most = 1000000;
	unsigned ack, packing, linger_ms;

	if (setting_choice(s, ACKS, acks, &ack, e) < 0 ||
	    setting_choice(s, COMPRESSION, packings, &packing, e) < 0 ||
	    setting_seconds(s, LINGER, &linger_ms, e) < 0 ||
	    setting_seconds(s, TIMEOUT, &plan->limits.timeout_ms, e) < 0 ||
	    setting_size(s, MESSAGE_MAX_BYTES, &most, e) < 0)
		return -1;
	if (linger_ms > 900000)
		return err_set(e, ERR_USAGE, "linger: more than 900 seconds");
	if (most < 1000 || most > 1000000000)
		return err_set(e, ERR_USAGE,
			       "message_max_bytes: %zu is not from 1000 to "
			       "1000000000",
			       most);
	if (strcmp(acks[ack], "1") == 0)
		plan->warning = "acks=1: what only the leader has is lost "
				"with it, and may come twice";
	add(list, "acks", strcmp(acks[ack], "1") == 0 ? "1" : "all");
	add(list, "enable.idempotence",
	    strcmp(acks[ack], "1") == 0 ? "false" : "true");
	add(list, "compression.type", packings[packing]);
	// Event Hubs wants more than the usual 30 s.
	add(list, "request.timeout.ms", "60000");
	// For how long it tries is for the engine to say, and how much it has.
	add(list, "message.timeout.ms", "0");
	add(list, "queue.buffering.max.messages", "1000000");
	add(list, "queue.buffering.max.kbytes", "262144");
	// A topic that was made just now is not known to all brokers at once.
	add(list, "topic.metadata.propagation.max.ms", "10000");
	// As the clients in Java have it.
	add(list, "partitioner", "murmur2_random");
	return add_number(c, list, "linger.ms", linger_ms, e) < 0 ||
			       add_number(c, list, "message.max.bytes", most,
					  e) < 0
		       ? -1
		       : 0;
}

/* Keys. */

static struct slice no_key(const struct rdkafka_terms *terms,
			   const struct dest_record *record)
{
	(void)terms;
	(void)record;
	return (struct slice){ NULL, 0 };
}

static struct slice host_key(const struct rdkafka_terms *terms,
			     const struct dest_record *record)
{
	(void)record;
	return ((const struct config *)(const void *)terms)->host;
}

/* The value of a member of an object, by its name. */
static bool find_member(struct slice object, struct slice name,
			struct slice *value)
{
	struct slice inside, key;

	if (!peek_object(object, &inside))
		return false;
	while (peek_member(&inside, &key, value))
		if (slice_is(key, name))
			return true;
	return false;
}

/* The value as it stands, without the quotes of a string. */
static struct slice member_key(const struct rdkafka_terms *terms,
			       const struct dest_record *record)
{
	const struct config *c = (const struct config *)(const void *)terms;
	struct slice value = record->bytes;
	struct slice path = c->member;

	while (path.len > 0) {
		const char *dot = memchr(path.data, '.', path.len);
		size_t len = dot != NULL ? (size_t)(dot - path.data) : path.len;

		if (!find_member(value, (struct slice){ path.data, len },
				 &value))
			return no_key(terms, record);
		path = slice_from(path, dot != NULL ? len + 1 : len);
	}
	if (slice_is(value, SLICE("null")))
		return no_key(terms, record);
	if (value.len >= 2 && value.data[0] == '"')
		return (struct slice){ value.data + 1, value.len - 2 };
	return value;
}

static int plan_key(struct config *c, const struct settings *s, struct err *e)
{
	char here[256] = "";
	const char *key;

	if (setting_text(s, KEY, &key, e) < 0)
		return -1;
	if (strcmp(key, "none") == 0) {
		c->terms.key = no_key;
		return 0;
	}
	if (strcmp(key, "host") != 0) {
		if (key[0] == '.' || key[strlen(key) - 1] == '.' ||
		    strstr(key, "..") != NULL)
			return err_set(e, ERR_USAGE,
				       "key: %s is no path, as in user.id",
				       key);
		c->terms.key = member_key;
		c->member = slice_of(key);
		return 0;
	}
	if (gethostname(here, sizeof(here) - 1) < 0)
		return err_sys(e, "gethostname");
	const char *copy = setting_copy(&c->storage, slice_of(here), e);
	if (copy == NULL)
		return -1;
	c->terms.key = host_key;
	c->host = slice_of(copy);
	return 0;
}

static void release(void *config)
{
	struct config *c = config;

	arena_free(&c->storage);
	free(c);
}

static int plan(const char *const *values, struct dest_plan *plan,
		struct err *e)
{
	const struct settings s = { table, values };
	struct config *c = calloc(1, sizeof(*c));
	struct reach reach;

	if (c == NULL)
		return err_sys(e, "settings");
	c->storage = ARENA_INIT(4096);
	*plan = (struct dest_plan){ .producer = &rdkafka_producer,
				    .config = c,
				    .release = release };
	if (plan_reach(c, &s, &reach, e) < 0 ||
	    plan_connection(c, &s, &reach, &plan->tls, e) < 0 ||
	    plan_topic(c, &s, &reach, e) < 0 ||
	    plan_producer(c, &s, plan, e) < 0 || plan_key(c, &s, e) < 0)
		return -1;
	return rdkafka_check(&c->terms, e);
}

const struct dest_type dest_kafka = {
	.name = "kafka",
	.summary = "a topic of Apache Kafka, or of Azure Event Hubs",
	.formats = DEST_FORMATS_ANY,
	.settings = table,
	.address = address,
	.plan = plan,
};
