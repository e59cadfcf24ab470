/*
 * The functions of librdkafka, loaded when Kafka is first used: with them come
 * some forty libraries, which nobody else is to wait for, nor to hold in
 * memory. rdk.new() is rd_kafka_new(), and so on.
 */
#ifndef SIEM_DEST_LIBRDKAFKA_H
#define SIEM_DEST_LIBRDKAFKA_H

#if SIEM_RDKAFKA

#include "core/attr.h"
#include "core/err.h"

#include <librdkafka/rdkafka.h>

#define LIBRDKAFKA_FUNCTIONS(X)         \
	X(assign)                       \
	X(assignment_lost)              \
	X(clusterid)                    \
	X(commit)                       \
	X(committed)                    \
	X(conf_destroy)                 \
	X(conf_new)                     \
	X(conf_set)                     \
	X(conf_set_dr_msg_cb)           \
	X(conf_set_error_cb)            \
	X(conf_set_log_cb)              \
	X(conf_set_opaque)              \
	X(conf_set_rebalance_cb)        \
	X(consumer_close)               \
	X(consumer_poll)                \
	X(destroy)                      \
	X(err2str)                      \
	X(error_destroy)                \
	X(fatal_error)                  \
	X(get_watermark_offsets)        \
	X(incremental_assign)           \
	X(incremental_unassign)         \
	X(last_error)                   \
	X(mem_free)                     \
	X(message_destroy)              \
	X(message_errstr)               \
	X(metadata)                     \
	X(metadata_destroy)             \
	X(new)                          \
	X(outq_len)                     \
	X(poll)                         \
	X(poll_set_consumer)            \
	X(produce)                      \
	X(purge)                        \
	X(queue_destroy)                \
	X(queue_get_consumer)           \
	X(queue_get_main)               \
	X(queue_io_event_enable)        \
	X(rebalance_protocol)           \
	X(set_log_queue)                \
	X(subscribe)                    \
	X(topic_destroy)                \
	X(topic_new)                    \
	X(topic_partition_list_add)     \
	X(topic_partition_list_destroy) \
	X(topic_partition_list_new)     \
	X(version)

struct librdkafka {
#define LIBRDKAFKA_MEMBER(name) __typeof__(rd_kafka_##name) *name;
	LIBRDKAFKA_FUNCTIONS(LIBRDKAFKA_MEMBER)
#undef LIBRDKAFKA_MEMBER
};

/* Of use once librdkafka_load() has returned 0. */
extern struct librdkafka rdk;

/*
 * Load it, where that has not been done: before the process is sealed.
 * ERR_USAGE where it is not there, or is too old. It stays until the process
 * ends.
 */
int librdkafka_load(struct err *e) MUST_CHECK;

#endif

#endif
