/*
 * Usage: kafka-cluster [BROKERS [DEBUG]]
 *
 * A cluster of Kafka to test with, that of librdkafka, which keeps all in
 * memory. Writes the addresses of its brokers in a line, then reads commands,
 * and answers each with "ok" or what is wrong, until its input ends:
 *
 *	topic NAME PARTITIONS    make a topic
 *	down BROKER, up BROKER   from 1: it goes away, it comes back
 *	slow BROKER MS           to answer
 *	refuse NAME ERROR        a topic, with an error of the protocol; 0: no
 *				 more
 *	answer API ERROR COUNT   as many requests of that number in the protocol
 *
 * Topics that nobody has made are made when somebody asks for them. With DEBUG,
 * as in "mock", what librdkafka says of that is on standard error. Without
 * BROKERS it only says whether there can be a cluster: "yes" or "no".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if SIEM_RDKAFKA

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

static rd_kafka_resp_err_t push_errors(rd_kafka_mock_cluster_t *c, int api,
				       int error, int count)
{
	for (int i = 0; i < count; i++)
		rd_kafka_mock_push_request_errors(c, (int16_t)api, 1, error);
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t refuse(rd_kafka_mock_cluster_t *c, const char *topic,
				  int error)
{
	rd_kafka_mock_topic_set_error(c, topic, error);
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static rd_kafka_resp_err_t obey(rd_kafka_mock_cluster_t *c, const char *line)
{
	char name[256];
	int a = 0, b = 0, count = 0;

	if (sscanf(line, "topic %255s %d", name, &a) == 2)
		return rd_kafka_mock_topic_create(c, name, a, 1);
	if (sscanf(line, "down %d", &a) == 1)
		return rd_kafka_mock_broker_set_down(c, a);
	if (sscanf(line, "up %d", &a) == 1)
		return rd_kafka_mock_broker_set_up(c, a);
	if (sscanf(line, "slow %d %d", &a, &b) == 2)
		return rd_kafka_mock_broker_set_rtt(c, a, b);
	if (sscanf(line, "refuse %255s %d", name, &a) == 2)
		return refuse(c, name, a);
	if (sscanf(line, "answer %d %d %d", &a, &b, &count) == 3)
		return push_errors(c, a, b, count);
	return RD_KAFKA_RESP_ERR_INVALID_REQUEST;
}

int main(int argc, char *argv[])
{
	char line[512], why[256];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_mock_cluster_t *cluster;
	rd_kafka_t *handle;

	if (argc > 2 && rd_kafka_conf_set(conf, "debug", argv[2], why,
					  sizeof(why)) != RD_KAFKA_CONF_OK)
		return 2;
	handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
	if (handle == NULL)
		return 2;
	if (argc < 2) {
		puts("yes");
		rd_kafka_destroy(handle);
		return 0;
	}
	cluster = rd_kafka_mock_cluster_new(handle, atoi(argv[1]));
	if (cluster == NULL)
		return 2;
	puts(rd_kafka_mock_cluster_bootstraps(cluster));
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		rd_kafka_resp_err_t error = obey(cluster, line);

		puts(error == RD_KAFKA_RESP_ERR_NO_ERROR
			     ? "ok"
			     : rd_kafka_err2str(error));
		fflush(stdout);
	}
	rd_kafka_mock_cluster_destroy(cluster);
	rd_kafka_destroy(handle);
	return 0;
}

#else

int main(void)
{
	puts("no");
	return 0;
}

#endif
