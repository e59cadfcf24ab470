#include "dest/rdkafka.h"

#if SIEM_RDKAFKA

#include "core/clock.h"
#include "core/msg.h"
#include "dest/librdkafka.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct producer {
	const struct rdkafka_terms *terms;
	rd_kafka_t *handle;
	rd_kafka_topic_t *topic;
	rd_kafka_queue_t *events;
	int fd; // readable when there are some
	struct rdkafka_health health;
	bool is_proven;   // something has been delivered
	int64_t asked_ns; // about the topic, or when it was opened

	// of the poll() that is under way
	dest_ack_fn *ack;
	void *context;
};

static int set(rd_kafka_conf_t *conf, const struct rdkafka_properties *list,
	       struct err *e)
{
	char why[256];

	for (size_t i = 0; i < list->count; i++) {
		const struct rdkafka_property *p = &list->items[i];

		if (rdk.conf_set(conf, p->name, p->value, why, sizeof(why)) !=
		    RD_KAFKA_CONF_OK)
			return err_set(e, ERR_USAGE, "librdkafka: %s", why);
	}
	return 0;
}

rd_kafka_conf_t *rdkafka_conf(const struct rdkafka_properties *properties,
			      struct err *e)
{
	rd_kafka_conf_t *conf;

	if (librdkafka_load(e) < 0)
		return NULL;
	conf = rdk.conf_new();
	if (set(conf, properties, e) == 0)
		return conf;
	rdk.conf_destroy(conf);
	return NULL;
}

static rd_kafka_conf_t *producer_conf(const struct rdkafka_terms *terms,
				      struct err *e)
{
	rd_kafka_conf_t *conf = rdkafka_conf(&terms->both, e);

	if (conf == NULL || set(conf, &terms->producer, e) == 0)
		return conf;
	rdk.conf_destroy(conf);
	return NULL;
}

int rdkafka_check(const struct rdkafka_terms *terms, struct err *e)
{
	rd_kafka_conf_t *conf = producer_conf(terms, e);

	if (conf == NULL)
		return -1;
	rdk.conf_destroy(conf);
	return 0;
}

/* Only what speaks of the record itself rejects it. */
enum verdict rdkafka_verdict(int error)
{
	switch (error) {
	case RD_KAFKA_RESP_ERR_NO_ERROR:
		return VERDICT_DELIVERED;
	// Of a batch of several they are told of each.
	case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
	case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
	case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
	case RD_KAFKA_RESP_ERR_INVALID_RECORD:
		return VERDICT_SPLIT;
	case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
	case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
	case RD_KAFKA_RESP_ERR__AUTHENTICATION:
	case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
	case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
	case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
	case RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS:
	case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
	case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
	case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
	case RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE:
	case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_SECURITY_DISABLED:
	case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
		return VERDICT_HOLD;
	default:
		return VERDICT_RETRY;
	}
}

/* The alert of TLS by which a broker has ended a connection, or -1. */
static int alert_of(const char *reason)
{
	static const char words[] = "SSL alert number ";
	const char *at = strstr(reason, words);

	return at != NULL ? atoi(at + sizeof(words) - 1) : -1;
}

/*
 * Does TLS fail in a way that it will fail again on the next connection? Ours,
 * because nobody vouches for the certificate of the broker; or theirs.
 */
static bool is_refusal_of_tls(int error, const char *reason)
{
	enum { INTERNAL_ERROR = 80, USER_CANCELLED = 90 }; // RFC 8446
	const int alert = alert_of(reason);

	if (alert >= 0)
		return alert != INTERNAL_ERROR && alert != USER_CANCELLED;
	return error == RD_KAFKA_RESP_ERR__SSL &&
	       strstr(reason, "certificate") != NULL;
}

void rdkafka_note(struct rdkafka_health *h, int error, const char *reason)
{
	enum { CERTIFICATE_REQUIRED = 116 };
	const bool refused = rdkafka_verdict(error) == VERDICT_HOLD ||
			     is_refusal_of_tls(error, reason);
	const bool is_asked_for = alert_of(reason) == CERTIFICATE_REQUIRED;

	h->is_broken |= error == RD_KAFKA_RESP_ERR__FATAL;
	if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
		h->is_down = true;
	// That they are all down says less than what was wrong with the last.
	if (h->last.kind == ERR_NONE ||
	    (h->last.kind != ERR_DENIED &&
	     error != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) ||
	    refused)
		err_set(&h->last, refused ? ERR_DENIED : ERR_TEMPORARY, "%s%s",
			is_asked_for ? "set cert_file and key_file: " : "",
			reason);
}

/* What librdkafka calls, all of it from within rdk.poll(). */

static void on_report(rd_kafka_t *handle, const rd_kafka_message_t *m,
		      void *context)
{
	struct producer *p = context;
	const enum verdict verdict = rdkafka_verdict(m->err);
	char reason[256];

	(void)handle;
	snprintf(reason, sizeof(reason), "topic %s: %s", p->terms->topic,
		 rdk.err2str(m->err));
	if (verdict == VERDICT_DELIVERED) {
		p->health = (struct rdkafka_health){ 0 };
		p->is_proven = true;
	}
	p->ack(p->context, (uintptr_t)m->_private, verdict, reason);
}

static void on_error(rd_kafka_t *handle, int error, const char *reason,
		     void *context)
{
	struct producer *p = context;

	(void)handle;
	rdkafka_note(&p->health, error, reason);
}

static void on_log(const rd_kafka_t *handle, int level, const char *what,
		   const char *text)
{
	(void)handle;
	(void)level;
	msg_info("librdkafka: %s: %s", what, text);
}

static void close_producer(struct producer *p)
{
	if (p->events != NULL)
		rdk.queue_destroy(p->events);
	if (p->topic != NULL)
		rdk.topic_destroy(p->topic);
	if (p->handle != NULL) {
		rdk.purge(p->handle,
			  RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
		rdk.destroy(p->handle);
	}
	if (p->fd >= 0)
		close(p->fd);
	free(p);
}

static int start(struct producer *p, struct err *e)
{
	static const uint64_t one = 1;
	char why[256];
	rd_kafka_conf_t *conf = producer_conf(p->terms, e);

	if (conf == NULL)
		return -1;
	rdk.conf_set_opaque(conf, p);
	rdk.conf_set_dr_msg_cb(conf, on_report);
	rdk.conf_set_error_cb(conf, on_error);
	rdk.conf_set_log_cb(conf, on_log);
	p->handle = rdk.new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
	if (p->handle == NULL) {
		rdk.conf_destroy(conf);
		// Files are read there, which may be mended.
		return err_set(e, ERR_DENIED, "librdkafka: %s", why);
	}
	rdk.set_log_queue(p->handle, NULL);
	p->topic = rdk.topic_new(p->handle, p->terms->topic, NULL);
	if (p->topic == NULL)
		return err_set(e, ERR_DENIED, "topic %s: %s", p->terms->topic,
			       rdk.err2str(rdk.last_error()));
	p->events = rdk.queue_get_main(p->handle);
	rdk.queue_io_event_enable(p->events, p->fd, &one, sizeof(one));
	return 0;
}

static struct producer *open_producer(const void *config, struct err *e)
{
	struct producer *p = malloc(sizeof(*p));

	if (p == NULL) {
		err_set(e, ERR_TEMPORARY, "out of memory");
		return NULL;
	}
	*p = (struct producer){
		.terms = config,
		.asked_ns = clock_ns(),
		// What comes before it is told of events does not tell it.
		.fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK),
	};
	if (p->fd < 0) {
		err_sys(e, "eventfd");
		e->kind = ERR_TEMPORARY;
	} else if (start(p, e) == 0) {
		return p;
	}
	close_producer(p);
	return NULL;
}

static int too_large(const struct dest_record *record, struct err *e)
{
	return err_set(e, ERR_DATA,
		       "%zu bytes are more than message_max_bytes allows",
		       record->bytes.len);
}

static int produce(struct producer *p, const struct dest_record *record,
		   uint64_t tag, struct err *e)
{
	const struct slice key = p->terms->key(p->terms, record);

	if (rdk.produce(p->topic, RD_KAFKA_PARTITION_UA, RD_KAFKA_MSG_F_COPY,
			(void *)record->bytes.data, record->bytes.len, key.data,
			key.len, (void *)(uintptr_t)tag) == 0)
		return 1;

	const rd_kafka_resp_err_t error = rdk.last_error();
	switch (rdkafka_verdict(error)) {
	case VERDICT_SPLIT:
		return too_large(record, e);
	case VERDICT_HOLD:
		return err_set(e, ERR_DENIED, "topic %s: %s", p->terms->topic,
			       rdk.err2str(error));
	case VERDICT_DELIVERED:
	case VERDICT_PENDING:
	case VERDICT_RETRY:
	case VERDICT_REJECT:
		break;
	}
	if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL)
		return 0;
	return err_set(e, ERR_TEMPORARY, "%s", rdk.err2str(error));
}

static int show(const void *config, const struct dest_record *record,
		struct buf *out, struct err *e)
{
	const struct rdkafka_terms *terms = config;

	(void)e;
	buf_printf(out, "%s\t", terms->topic);
	buf_put_slice(out, terms->key(terms, record));
	buf_putc(out, '\t');
	buf_put_slice(out, record->bytes);
	buf_putc(out, '\n');
	return 0;
}

static int fd_of(const struct producer *p)
{
	return p->fd;
}

/*
 * Is the topic one that we may write to? That we may not even know of it
 * librdkafka does not tell, but waits for ever. The answer comes at once where
 * a broker is up, and where none is there is no need to ask.
 */
static void ask_about_topic(struct producer *p)
{
	enum { EVERY_NS = 1000000000, PATIENCE_MS = 500 };
	const struct rd_kafka_metadata *told;
	const int64_t now_ns = clock_ns();

	if (p->is_proven || p->health.is_down ||
	    now_ns - p->asked_ns < EVERY_NS || rdk.outq_len(p->handle) == 0)
		return;
	p->asked_ns = now_ns;
	if (rdk.metadata(p->handle, 0, p->topic, &told, PATIENCE_MS) !=
	    RD_KAFKA_RESP_ERR_NO_ERROR)
		return;
	if (told->topic_cnt == 1 &&
	    rdkafka_verdict(told->topics[0].err) == VERDICT_HOLD)
		err_set(&p->health.last, ERR_DENIED, "topic %s: %s",
			p->terms->topic, rdk.err2str(told->topics[0].err));
	rdk.metadata_destroy(told);
}

static enum producer_state poll_it(struct producer *p, dest_ack_fn *ack,
				   void *context, struct err *e)
{
	uint64_t count;

	// What comes after this makes it readable again.
	(void)!read(p->fd, &count, sizeof(count));
	p->ack = ack;
	p->context = context;
	rdk.poll(p->handle, 0);
	ask_about_topic(p);
	if (p->health.is_broken) {
		char why[256] = "";

		rdk.fatal_error(p->handle, why, sizeof(why));
		err_set(e, ERR_TEMPORARY, "%s", why);
		return PRODUCER_BROKEN;
	}
	if (!p->health.is_down && p->health.last.kind != ERR_DENIED)
		return PRODUCER_WORKS;
	*e = p->health.last;
	return PRODUCER_STRUGGLES;
}

/* What the brokers said when they were asked about the topic. */
/* What to do where a topic is not to be had. */
static const char *remedy_of(rd_kafka_resp_err_t error)
{
	switch (error) {
	case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
	case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
		return ": create it, or check topic";
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
		return ": have us given the right to write to it";
	default:
		return "";
	}
}

static enum verdict found(struct producer *p, rd_kafka_resp_err_t error,
			  const struct rd_kafka_metadata *told,
			  struct err *finding)
{
	if (error == RD_KAFKA_RESP_ERR_NO_ERROR && told->topic_cnt != 1)
		error = RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
	if (error == RD_KAFKA_RESP_ERR_NO_ERROR)
		error = told->topics[0].err;
	if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
		err_set(finding, ERR_NONE,
			"topic %s: it is there (partitions: %d, brokers: %d)",
			p->terms->topic, told->topics[0].partition_cnt,
			told->broker_cnt);
		return VERDICT_DELIVERED;
	}
	if (p->health.last.kind != ERR_NONE)
		*finding = p->health.last;
	else
		err_set(finding, ERR_TEMPORARY, "topic %s: %s%s",
			p->terms->topic, rdk.err2str(error), remedy_of(error));
	return finding->kind == ERR_DENIED ? VERDICT_HOLD
					   : rdkafka_verdict(error);
}

static enum verdict check(const void *config, int timeout_ms,
			  struct err *finding)
{
	const struct rd_kafka_metadata *told = NULL;
	struct producer *p = open_producer(config, finding);
	enum verdict verdict;

	if (p == NULL)
		return finding->kind == ERR_DENIED ? VERDICT_HOLD
						   : VERDICT_RETRY;
	const rd_kafka_resp_err_t error =
		rdk.metadata(p->handle, 0, p->topic, &told, timeout_ms);
	rdk.poll(p->handle, 0);
	verdict = found(p, error, told, finding);
	if (told != NULL)
		rdk.metadata_destroy(told);
	close_producer(p);
	return verdict;
}

const struct dest_producer rdkafka_producer = {
	.open = open_producer,
	.produce = produce,
	.fd = fd_of,
	.poll = poll_it,
	.close = close_producer,
	.show = show,
	.check = check,
};

#else

int rdkafka_check(const struct rdkafka_terms *terms, struct err *e)
{
	(void)terms;
	return err_set(e, ERR_USAGE,
		       "this program was built without librdkafka");
}

const struct dest_producer rdkafka_producer = { 0 };

#endif
