/*
 * The SIEMs that are reached in several ways, and the kinds that these are.
 *
 * To add a way, define dest_NAME in a file of its own, as any kind, and put
 * its row here.
 */
#include "dest/dest.h"

#include <stddef.h>

extern const struct dest_type dest_splunk_hec, dest_sc4s, dest_file;

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
