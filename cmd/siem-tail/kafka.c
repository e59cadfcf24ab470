#include "kafka.h"

#include "tail.h"

#include <string.h>

static const char scheme[] = "kafka://";

static bool is_topic(const char *operand)
{
	return strncmp(operand, scheme, sizeof(scheme) - 1) == 0;
}

bool kafka_is(char *const operands[], int count)
{
	return count == 1 && is_topic(operands[0]);
}

/* The options that are not for it. */
static int check_options(const struct config *cfg, struct err *e)
{
	if (cfg->group == NULL || cfg->group[0] == '\0')
		return err_set(e, ERR_USAGE,
			       "a topic needs --group, the name of the "
			       "consumers that share its partitions");
	if (cfg->last_lines != SIZE_MAX)
		return err_set(e, ERR_USAGE, "option --lines: not of a topic");
	if (cfg->stamp)
		return err_set(e, ERR_USAGE,
			       "option --stamp: not of a topic: put it where "
			       "the records come from");
	if (cfg->status)
		return err_set(e, ERR_USAGE,
			       "option --status: not of a topic: Kafka itself "
			       "knows how far behind the group is");
	return 0;
}

int kafka_check(const struct config *cfg, char *const operands[], int count,
		struct err *e)
{
	for (int i = 0; count > 1 && i < count; i++)
		if (is_topic(operands[i]))
			return err_set(e, ERR_USAGE,
				       "%s needs a siem-tail of its own",
				       operands[i]);
	if (kafka_is(operands, count))
		return check_options(cfg, e);
	if (cfg->group != NULL)
		return err_set(e, ERR_USAGE,
			       "option --group: only of kafka://BROKER/TOPIC");
	return 0;
}

#if SIEM_RDKAFKA

#include "config/secret.h"
#include "core/clock.h"
#include "core/msg.h"
#include "core/quit.h"
#include "core/seal.h"
#include "dest/librdkafka.h"
#include "dest/rdkafka.h"
#include "follow.h"
#include "parts.h"
#include "send.h"
#include "stream/checkpoint.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

extern const struct dest_type dest_kafka; // how to reach a topic

enum {
	GATHER_MS = 2,     // after a write, for more to come with what comes
	TEND_MS = 1000,    // between commits to the group
	ANSWER_MS = 10000, // of the group, when it is asked
	CONFIRM_MS = 5000, // at the end, for the checkpoint to confirm all
	LOOK_MS = 20,      // meanwhile
};

struct topic {
	struct tail *tail;
	struct arena storage; // of values
	const char **values;
	struct secret *secrets;
	struct dest_plan plan;
	rd_kafka_t *handle;
	rd_kafka_queue_t *events;
	int fd; // readable when there are some
	struct parts parts;
	struct rdkafka_health health;
	bool was_given; // partitions, or that there are none for us
	bool has_read;
	bool failed;  // which has been said
	bool is_over; // nothing can be sent any more
	bool is_lost; // for why says what is wrong
	struct err why;
	size_t len;      // of the lines that wait in the block,
	int32_t of;      // and the partition they are of
	int64_t down_ns; // since when no broker is there; 0: there is one
	int64_t tended_ns;
};

/* Settings: those of the destination, from the environment. */

static const struct dest_setting *rows(void)
{
	return dest_kafka.settings;
}

/* Nobody is to read from our environment what is a secret. */
static void forget_variables(struct topic *k)
{
	for (size_t i = 0; rows()[i].key != NULL; i++)
		if (rows()[i].secret) {
			secret_forget_variable(rows()[i].env);
			secret_forget_source(&k->secrets[i]);
		}
}

static int read_settings(struct topic *k, const char *url, struct err *e)
{
	size_t count = 0;

	while (rows()[count].key != NULL)
		count++;
	k->values = calloc(count + 1, sizeof(*k->values));
	k->secrets = calloc(count + 1, sizeof(*k->secrets));
	if (k->values == NULL || k->secrets == NULL)
		return err_sys(e, "settings");
	for (size_t i = 0; i < count; i++)
		k->secrets[i] = SECRET_NONE;
	for (size_t i = 0; i < count; i++) {
		const char *value = getenv(rows()[i].env);

		if (value == NULL || value[0] == '\0')
			value = rows()[i].value;
		if (rows()[i].secret && value != NULL) {
			if (secret_open(&k->secrets[i], value, e) < 0)
				return err_prefix(e, "%s", rows()[i].key);
			value = k->secrets[i].value;
		}
		k->values[i] = value;
	}
	if (dest_kafka.address(url + sizeof(scheme) - 1, k->values, &k->storage,
			       e) < 0 ||
	    dest_kafka.plan(k->values, &k->plan, e) < 0)
		return err_prefix(e, "kafka");
	forget_variables(k);
	if (k->plan.tls.insecure)
		msg_warn("kafka: insecure: nobody verifies who the other side "
			 "is");
	return 0;
}

static const struct rdkafka_terms *terms_of(const struct topic *k)
{
	return k->plan.config;
}

/* Sending. */

/* It cannot go on, and why says so. */
static void lose(struct topic *k, const struct err *why)
{
	if (!k->is_lost)
		k->why = *why;
	k->is_lost = true;
}

/* Append the mark for a partition behind so many bytes of the block. */
static int put_mark(const struct topic *k, const struct part *part, bool gone,
		    size_t behind, size_t *len, struct err *e)
{
	struct buf out = { .data = k->tail->block + behind,
			   .cap = SEND_ROOM,
			   .max = SEND_ROOM - 1 };

	*len = 0;
	if (k->tail->history.path == NULL)
		return 0;
	parts_put_mark(&k->parts, part, gone, &out);
	if (buf_status(&out) != 0)
		return err_set(e, ERR_SYSTEM, "mark too long");
	*len = out.len;
	return 0;
}

/* Send what waits in the block, and the mark behind it. */
static int flush(struct topic *k, struct err *e)
{
	const struct slice lines = { k->tail->block, k->len };
	size_t mark;

	if (k->len == 0)
		return 0;
	k->len = 0;
	const struct part *part = parts_get(&k->parts, k->of);
	return put_mark(k, part, false, lines.len, &mark, e) < 0
		       ? -1
		       : send_lines(k->tail, lines, mark, e);
}

/* Until so many lines, or bytes of them, may go. */
static int keep_rate(struct topic *k, size_t len, struct err *e)
{
	struct tail *t = k->tail;

	if (t->limit.rate.per_sec == 0)
		return 0;
	while (!quit_asked() && rate_allowed(&t->limit, clock_ns()) == 0)
		if (follow_wait(t, 0, clock_ns() + rate_wait_ns(&t->limit), e) <
		    0)
			return -1;
	rate_spend(&t->limit, t->limit.rate.in_bytes ? len : 1);
	return 0;
}

/* A record goes into the block, or, where it is too large, past it. */
static int send_record(struct topic *k, struct part *part, struct slice record,
		       int64_t offset, struct err *e)
{
	char *block = k->tail->block;
	const bool has_end =
		record.len > 0 && record.data[record.len - 1] == '\n';

	if ((k->of != part->number || k->len + record.len >= SOURCE_BLOCK) &&
	    flush(k, e) < 0)
		return -1;
	if (keep_rate(k, record.len + !has_end, e) < 0)
		return -1;
	if (has_end)
		record.len--;
	if (record.len >= SOURCE_BLOCK) {
		if (send_lines(k->tail, record, 0, e) < 0)
			return -1;
	} else if (record.len > 0) {
		memcpy(block + k->len, record.data, record.len);
		k->len += record.len;
	}
	block[k->len++] = '\n';
	k->of = part->number;
	part->next = offset + 1;
	return k->tail->limit.rate.per_sec > 0 ? flush(k, e) : 0;
}

/* The group. */

/* Tell the group what the checkpoint confirms. */
static int commit(struct topic *k, bool wait, struct err *e)
{
	rd_kafka_topic_partition_list_t *list;

	if (k->tail->history.path == NULL || !k->was_given)
		return 0;
	if (parts_confirm(&k->parts, k->tail->history.path, e) < 0)
		return -1;
	list = rdk.topic_partition_list_new(1);
	for (size_t i = 0; i < k->parts.count; i++) {
		struct part *part = &k->parts.items[i];

		if (!part_is_ahead(part))
			continue;
		rdk.topic_partition_list_add(list, terms_of(k)->topic,
					     part->number)
			->offset = part->confirmed;
		part->group = part->confirmed;
	}
	// What comes to nothing here is repeated once: the checkpoint has it.
	if (list->cnt > 0)
		(void)rdk.commit(k->handle, list, !wait);
	rdk.topic_partition_list_destroy(list);
	return 0;
}

/* Where the group has them; it has to say so, of all of them. */
static int ask_group(struct topic *k, rd_kafka_topic_partition_list_t *list,
		     struct err *e)
{
	rd_kafka_resp_err_t error = rdk.committed(k->handle, list, ANSWER_MS);

	for (int i = 0; error == 0 && i < list->cnt; i++)
		error = list->elems[i].err;
	if (error == 0)
		return 0;
	// To begin anew would be to send all of it again.
	return err_set(e,
		       rdkafka_verdict(error) == VERDICT_HOLD ? ERR_DENIED
							      : ERR_TEMPORARY,
		       "kafka: where the group %s stands: %s",
		       k->tail->cfg->group, rdk.err2str(error));
}

/* Begin with partitions where the group, or the checkpoint, has left them. */
static int choose_starts(struct topic *k, rd_kafka_topic_partition_list_t *list,
			 struct err *e)
{
	char *cluster = rdk.clusterid(k->handle, ANSWER_MS);
	int rc = parts_name(&k->parts, cluster, terms_of(k)->topic, e);

	if (cluster != NULL)
		rdk.mem_free(k->handle, cluster);
	if (rc < 0 ||
	    (k->tail->history.path != NULL &&
	     parts_confirm(&k->parts, k->tail->history.path, e) < 0) ||
	    ask_group(k, list, e) < 0)
		return -1;
	for (int i = 0; i < list->cnt; i++) {
		rd_kafka_topic_partition_t *at = &list->elems[i];
		struct part *part = parts_get(&k->parts, at->partition);

		if (part == NULL)
			return err_set(e, ERR_SYSTEM, "out of memory");
		part->is_ours = true;
		part->at_end = false;
		part->next = OFFSET_NONE;
		part->group = at->offset >= 0 ? at->offset : OFFSET_NONE;
		part->begun = part_start(part);
		// What nobody has an offset of is read from its beginning.
		at->offset = part->begun != OFFSET_NONE
				     ? part->begun
				     : RD_KAFKA_OFFSET_INVALID;
		k->tail->report.files++;
	}
	return 0;
}

/* What is taken from us is brought to its end here, and forgotten. */
static int let_go(struct topic *k, const rd_kafka_topic_partition_list_t *list,
		  struct err *e)
{
	if (flush(k, e) < 0)
		return -1;
	if (!rdk.assignment_lost(k->handle) && commit(k, true, e) < 0)
		return -1;
	for (int i = 0; i < list->cnt; i++) {
		struct part *part =
			parts_get(&k->parts, list->elems[i].partition);
		size_t mark;

		if (part == NULL || !part->is_ours)
			continue;
		part->is_ours = false;
		if (part->next == OFFSET_NONE && part->confirmed == OFFSET_NONE)
			continue;
		if (put_mark(k, part, true, 0, &mark, e) < 0 ||
		    send_lines(k->tail, (struct slice){ k->tail->block, 0 },
			       mark, e) < 0)
			return -1;
	}
	return 0;
}

static void assign(rd_kafka_t *handle, bool is_given,
		   rd_kafka_topic_partition_list_t *list)
{
	const bool by_and_by =
		strcmp(rdk.rebalance_protocol(handle), "COOPERATIVE") == 0;
	rd_kafka_error_t *error = NULL;

	if (!by_and_by)
		rdk.assign(handle, is_given ? list : NULL);
	else if (is_given)
		error = rdk.incremental_assign(handle, list);
	else
		error = rdk.incremental_unassign(handle, list);
	if (error != NULL)
		rdk.error_destroy(error);
}

/* What librdkafka calls, all of it from within rdk.consumer_poll(). */

static void on_rebalance(rd_kafka_t *handle, rd_kafka_resp_err_t what,
			 rd_kafka_topic_partition_list_t *list, void *context)
{
	const bool is_given = what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
	struct topic *k = context;
	struct err e;
	int rc = 0;

	msg_info("kafka: partitions %s: %d", is_given ? "given" : "taken away",
		 list->cnt);
	k->was_given |= is_given;
	if (is_given)
		rc = choose_starts(k, list, &e);
	else if (!k->is_over)
		rc = let_go(k, list, &e);
	if (rc < 0)
		lose(k, &e);
	assign(handle, is_given && rc == 0, list);
}

static void on_error(rd_kafka_t *handle, int error, const char *reason,
		     void *context)
{
	struct topic *k = context;

	(void)handle;
	rdkafka_note(&k->health, error, reason);
}

static void on_log(const rd_kafka_t *handle, int level, const char *what,
		   const char *text)
{
	(void)handle;
	(void)level;
	msg_info("librdkafka: %s: %s", what, text);
}

/* Reading. */

/* Was something gone before it was read? */
static void check_gap(struct topic *k, struct part *part, int64_t offset)
{
	const int64_t awaited =
		part->next != OFFSET_NONE ? part->next : part->begun;
	int64_t low = 0, high = 0;

	if (awaited == OFFSET_NONE || offset == awaited)
		return;
	rdk.get_watermark_offsets(k->handle, terms_of(k)->topic, part->number,
				  &low, &high);
	// Offsets that are missing within a topic are nobody's records.
	if (offset > awaited && low <= awaited)
		return;
	msg_warn("%s%" PRId32 ": the next record was at offset %" PRId64
		 ", and is not there any more: going on at %" PRId64,
		 k->parts.source, part->number, awaited, offset);
	k->tail->report.gaps++;
	if (k->tail->status < STATUS_REJECTS)
		k->tail->status = STATUS_REJECTS;
}

/* A broker has answered. */
static void is_heard(struct topic *k)
{
	k->health = (struct rdkafka_health){ 0 };
	k->failed = false;
	k->down_ns = 0;
}

/* A message, or what there is instead of one. */
static int take(struct topic *k, const rd_kafka_message_t *m, struct err *e)
{
	struct part *part;

	if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
		part = parts_get(&k->parts, m->partition);
		if (part != NULL)
			part->at_end = true;
		is_heard(k);
		return 0;
	}
	if (m->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
		rdkafka_note(&k->health, m->err, rdk.message_errstr(m));
		k->health.is_down |= m->rkt == NULL || m->partition < 0;
		return 0;
	}
	part = parts_get(&k->parts, m->partition);
	if (part == NULL)
		return err_set(e, ERR_SYSTEM, "out of memory");
	check_gap(k, part, m->offset);
	is_heard(k);
	k->has_read = true;
	part->at_end = false;
	// A tombstone says that there is no record.
	if (m->payload == NULL) {
		part->next = m->offset + 1;
		return 0;
	}
	return send_record(k, part, (struct slice){ m->payload, m->len },
			   m->offset, e);
}

/* Is all read that there was? */
static bool is_at_end(const struct topic *k)
{
	for (size_t i = 0; i < k->parts.count; i++)
		if (k->parts.items[i].is_ours && !k->parts.items[i].at_end)
			return false;
	return k->was_given;
}

/*
 * Whether the brokers are well. -1 with e filled: they do not let us in, or, as
 * far as --once goes, cannot be reached.
 */
static int look_at_health(struct topic *k, struct err *e)
{
	const struct rdkafka_health *h = &k->health;
	const bool is_refused = h->last.kind == ERR_DENIED;

	if (h->is_broken || (is_refused && !k->has_read)) {
		*e = h->last;
		return err_prefix(e, "kafka");
	}
	if (!h->is_down && !is_refused)
		return 0;
	if (k->down_ns == 0)
		k->down_ns = clock_ns();
	if (k->tail->cfg->once &&
	    clock_ns() - k->down_ns >
		    (int64_t)k->plan.limits.timeout_ms * NS_PER_MS) {
		*e = h->last;
		return err_prefix(e, "kafka");
	}
	if (!k->failed)
		msg_warn("kafka: %s; trying again", h->last.text);
	k->failed = true;
	return 0;
}

/* What is due every now and then. */
static int tend(struct topic *k, struct err *e)
{
	const int64_t now_ns = clock_ns();

	if (k->is_lost) {
		*e = k->why;
		return -1;
	}
	if (metrics_step(&k->tail->metrics))
		report_stats(&k->tail->report);
	report_progress(&k->tail->report, now_ns);
	if (now_ns - k->tended_ns < TEND_MS * (int64_t)NS_PER_MS)
		return 0;
	k->tended_ns = now_ns;
	return look_at_health(k, e) < 0 ? -1 : commit(k, false, e);
}

/* Until something happens. -1 with e filled; ERR_PIPE: the reader has gone. */
static int wait_for_more(struct topic *k, struct err *e)
{
	struct tail *t = k->tail;
	const int64_t gathered_ns =
		t->out.wrote_ns + GATHER_MS * (int64_t)NS_PER_MS;
	uint64_t count;

	if (clock_ns() < gathered_ns)
		return follow_wait(t, 0, gathered_ns, e);
	if (flush(k, e) < 0)
		return -1;
	struct pollfd fds[] = {
		{ .fd = t->out.fd },
		{ .fd = quit_fd(), .events = POLLIN },
		{ .fd = k->fd, .events = POLLIN },
	};
	if (poll(fds, 3, TEND_MS) < 0 && errno != EINTR)
		return err_sys(e, "poll");
	// What comes after this makes it readable again.
	(void)!read(k->fd, &count, sizeof(count));
	// It also sees to signals, and to a reader that has gone.
	return follow_wait(t, 0, 0, e);
}

static int read_all(struct topic *k, struct err *e)
{
	while (!quit_asked()) {
		rd_kafka_message_t *m = rdk.consumer_poll(k->handle, 0);
		int rc = m != NULL ? take(k, m, e) : 0;

		if (m != NULL)
			rdk.message_destroy(m);
		if (rc < 0 || tend(k, e) < 0)
			return -1;
		if (m == NULL && k->tail->cfg->once && is_at_end(k))
			break;
		if (m == NULL && wait_for_more(k, e) < 0)
			return -1;
	}
	return flush(k, e);
}

/*
 * All is sent, and whoever reads it may end. What the checkpoint confirms
 * meanwhile the group is to know before the partitions go to others.
 */
static int await_confirmation(struct topic *k, struct err *e)
{
	const int64_t until_ns = clock_ns() + CONFIRM_MS * (int64_t)NS_PER_MS;

	k->is_over = true;
	outlet_close(&k->tail->out);
	close(STDOUT_FILENO);
	if (k->tail->history.path == NULL || !k->was_given)
		return 0;
	do {
		poll(NULL, 0, LOOK_MS);
		if (parts_confirm(&k->parts, k->tail->history.path, e) < 0)
			return -1;
	} while (!parts_are_confirmed(&k->parts) && clock_ns() < until_ns);
	return commit(k, true, e);
}

/* Beginning and end. */

/* The checkpoint is there from now on: for its id. */
static int open_checkpoint(struct history *h, const char *path, struct err *e)
{
	struct checkpoint *c = NULL;
	int rc = checkpoint_load(path, &c, e);

	if (rc == 0)
		rc = checkpoint_new(path, &c, e) < 0 ||
				     checkpoint_create(c, e) < 0
			     ? -1
			     : 0;
	if (rc >= 0) {
		h->path = path;
		memcpy(h->id, checkpoint_id(c).data, CHECKPOINT_ID_LEN);
	}
	checkpoint_free(c);
	return rc < 0 ? -1 : 0;
}

static int set(rd_kafka_conf_t *conf, const char *name, const char *value,
	       struct err *e)
{
	char why[256];

	if (rdk.conf_set(conf, name, value, why, sizeof(why)) ==
	    RD_KAFKA_CONF_OK)
		return 0;
	return err_set(e, ERR_USAGE, "kafka: %s", why);
}

static rd_kafka_conf_t *consumer_conf(struct topic *k, struct err *e)
{
	static const struct rdkafka_property own[] = {
		{ "enable.auto.commit", "false" },
		{ "enable.auto.offset.store", "false" },
		{ "auto.offset.reset", "earliest" },
		{ "enable.partition.eof", "true" },
		// Only what goes to another is taken away.
		{ "partition.assignment.strategy", "cooperative-sticky" },
		// One that was killed is missed so soon;
		{ "session.timeout.ms", "10000" },
		// one whose reader is slow is not to be taken for dead.
		{ "max.poll.interval.ms", "86400000" },
		// What is fetched ahead is memory.
		{ "queued.max.messages.kbytes", "4096" },
		{ "fetch.wait.max.ms", "100" },
	};
	rd_kafka_conf_t *conf = rdkafka_conf(&terms_of(k)->both, e);

	if (conf == NULL)
		return NULL;
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (set(conf, own[i].name, own[i].value, e) < 0)
			goto fail;
	if (set(conf, "group.id", k->tail->cfg->group, e) < 0)
		goto fail;
	rdk.conf_set_opaque(conf, k);
	rdk.conf_set_rebalance_cb(conf, on_rebalance);
	rdk.conf_set_error_cb(conf, on_error);
	rdk.conf_set_log_cb(conf, on_log);
	return conf;
fail:
	rdk.conf_destroy(conf);
	return NULL;
}

static int subscribe(struct topic *k, struct err *e)
{
	rd_kafka_topic_partition_list_t *list = rdk.topic_partition_list_new(1);
	rd_kafka_resp_err_t error;

	rdk.topic_partition_list_add(list, terms_of(k)->topic,
				     RD_KAFKA_PARTITION_UA);
	error = rdk.subscribe(k->handle, list);
	rdk.topic_partition_list_destroy(list);
	return error == RD_KAFKA_RESP_ERR_NO_ERROR
		       ? 0
		       : err_set(e, ERR_DENIED, "kafka: %s",
				 rdk.err2str(error));
}

/* Threads are started here, which are sealed as we are. */
static int join(struct topic *k, struct err *e)
{
	static const uint64_t one = 1;
	char why[256];
	rd_kafka_conf_t *conf = consumer_conf(k, e);

	if (conf == NULL)
		return -1;
	k->handle = rdk.new(RD_KAFKA_CONSUMER, conf, why, sizeof(why));
	if (k->handle == NULL) {
		rdk.conf_destroy(conf);
		return err_set(e, ERR_DENIED, "kafka: %s", why);
	}
	rdk.set_log_queue(k->handle, NULL);
	rdk.poll_set_consumer(k->handle);
	k->events = rdk.queue_get_consumer(k->handle);
	k->fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
	if (k->fd < 0)
		return err_sys(e, "eventfd");
	rdk.queue_io_event_enable(k->events, k->fd, &one, sizeof(one));
	return subscribe(k, e);
}

static int begin(struct topic *k, const char *url, struct err *e)
{
	const struct config *cfg = k->tail->cfg;

	if (read_settings(k, url, e) < 0 ||
	    (cfg->checkpoint != NULL &&
	     open_checkpoint(&k->tail->history, cfg->checkpoint, e) < 0) ||
	    seal_sink(NULL, 0, e) < 0)
		return -1;
	return join(k, e);
}

/*
 * Before 2.3.0, librdkafka aborts when a consumer is freed that has asked the
 * group for partitions, and was not answered yet. This one then goes with the
 * process, which is about to end.
 */
static bool may_free(const struct topic *k)
{
	return k->was_given || rdk.version() >= 0x02030000;
}

static void leave(struct topic *k)
{
	k->is_over = true;
	if (k->events != NULL)
		rdk.queue_destroy(k->events);
	if (k->handle != NULL) {
		rdk.consumer_close(k->handle);
		if (may_free(k))
			rdk.destroy(k->handle);
	}
	if (k->fd >= 0)
		close(k->fd);
	parts_free(&k->parts);
	dest_plan_release(&k->plan);
	for (size_t i = 0; k->secrets != NULL && rows()[i].key != NULL; i++)
		secret_close(&k->secrets[i]);
	free(k->secrets);
	free(k->values);
	arena_free(&k->storage);
}

int kafka_run(struct tail *t, const char *url, struct err *e)
{
	struct topic k = { .tail = t,
			   .storage = ARENA_INIT((size_t)1 << 20),
			   .fd = -1 };
	int rc = -1;

	if (begin(&k, url, e) == 0 && send_header(t, e) == 0 &&
	    read_all(&k, e) == 0 && send_end(t, e) == 0)
		rc = await_confirmation(&k, e);
	leave(&k);
	return rc;
}

#else

int kafka_run(struct tail *t, const char *url, struct err *e)
{
	(void)t;
	return err_set(e, ERR_USAGE,
		       "%s: this siem-tail was built without librdkafka", url);
}

#endif
