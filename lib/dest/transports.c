/*
 * The SIEMs that are reached in several ways, and the kinds that these are.
 *
 * To add a way, define dest_NAME in a file of its own, as any kind, and put
 * its row here.
 */
#include "dest/dest.h"

#include <stddef.h>

extern const struct dest_type dest_splunk_hec, dest_sc4s, dest_file;
extern const struct dest_type dest_sentinel_ingestion, dest_sentinel_collector,
	dest_sentinel_hubs, dest_sentinel_agent;
extern const struct dest_type dest_qradar_syslog, dest_qradar_http,
	dest_qradar_rest;

static const struct dest_transport splunk[] = {
	{ .name = "hec", .type = &dest_splunk_hec },
	{ .name = "sc4s", .type = &dest_sc4s },
	{ .name = "file", .type = &dest_file },
	{ .name = NULL },
};

const struct dest_type dest_splunk = {
	.name = "splunk",
	.summary = "Splunk: HTTP Event Collector, SC4S, or a file",
	.transports = splunk,
	.transport_env = "SPLUNK_TRANSPORT",
};

static const struct dest_transport sentinel[] = {
	{ .name = "logs_ingestion", .type = &dest_sentinel_ingestion },
	{ .name = "data_collector_api", .type = &dest_sentinel_collector },
	{ .name = "event_hubs", .type = &dest_sentinel_hubs },
	{ .name = "log_analytics_agent", .type = &dest_sentinel_agent },
	{ .name = NULL },
};

const struct dest_type dest_sentinel = {
	.name = "sentinel",
	.aliases = "azure_sentinel",
	.summary = "Microsoft Sentinel: Logs Ingestion API and other ways",
	.transports = sentinel,
	.transport_env = "SENTINEL_TRANSPORT",
	.preparation = "schema.table_name|schema.custom_fields[]",
};

static const struct dest_transport qradar[] = {
	{ .name = "syslog_tls",
	  .aliases = "tls",
	  .type = &dest_qradar_syslog,
	  .is_told = true,
	  .section = "syslog" },
	{ .name = "syslog_tcp",
	  .aliases = "tcp",
	  .type = &dest_qradar_syslog,
	  .is_told = true,
	  .section = "syslog" },
	{ .name = "syslog_udp",
	  .aliases = "udp",
	  .type = &dest_qradar_syslog,
	  .is_told = true,
	  .section = "syslog" },
	{ .name = "http_receiver", .type = &dest_qradar_http },
	{ .name = "rest_api", .type = &dest_qradar_rest },
	{ .name = NULL },
};

const struct dest_type dest_qradar = {
	.name = "qradar",
	.summary = "IBM QRadar: syslog, HTTP Receiver, or an app's endpoint",
	.preparation = "dsm.device_type|dsm.event_category",
	.transports = qradar,
	.transport_env = "QRADAR_TRANSPORT",
};
