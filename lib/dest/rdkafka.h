/*
 * librdkafka: what a destination and a source of Kafka share, and records on
 * their way into a topic.
 *
 * Where this was built without it, nothing here works, and says so.
 */
#ifndef SIEM_DEST_RDKAFKA_H
#define SIEM_DEST_RDKAFKA_H

#include "core/attr.h"
#include "core/err.h"
#include "core/slice.h"
#include "dest/dest.h"

#include <stdbool.h>
#include <stddef.h>

enum { RDKAFKA_PROPERTIES = 24 };

/* A property of librdkafka's, by its name there. */
struct rdkafka_property {
	const char *name, *value;
};

struct rdkafka_properties {
	struct rdkafka_property items[RDKAFKA_PROPERTIES];
	size_t count;
};

/* How to reach a topic. The config of a plan begins with it. */
struct rdkafka_terms {
	const char *topic;
	struct rdkafka_properties both; // of producers and consumers
	struct rdkafka_properties producer;

	/* The key of a record, borrowed from it or from terms; data is NULL
	   where it has none. */
	struct slice (*key)(const struct rdkafka_terms *terms,
			    const struct dest_record *record);
};

/*
 * Can it be used, and does it take these properties? ERR_USAGE: it is not
 * there, or what is wrong with one of them.
 */
int rdkafka_check(const struct rdkafka_terms *terms, struct err *e) MUST_CHECK;

/* Its own type of a configuration, for rd_kafka_new(). */
struct rd_kafka_conf_s;

/* One with these properties, or NULL with e filled. */
struct rd_kafka_conf_s *
rdkafka_conf(const struct rdkafka_properties *properties,
	     struct err *e) MUST_CHECK;

/* What an error of librdkafka's, an rd_kafka_resp_err_t, means for a record. */
enum verdict rdkafka_verdict(int error);

/*
 * What is known of the brokers from what librdkafka says by itself: which of
 * them fail, and why.
 */
struct rdkafka_health {
	bool is_down;    // all of them, since somebody was heard last
	bool is_broken;  // it is of no more use
	struct err last; // what was wrong last; ERR_NONE: nothing
};

/* An error_cb with that code and reason has come. */
void rdkafka_note(struct rdkafka_health *h, int error, const char *reason);

/* Its config is a struct rdkafka_terms. */
extern const struct dest_producer rdkafka_producer;

#endif
