/*
 * qradar: IBM QRadar's syslog log sources.
 *
 * QRadar tells sources apart by the host of an RFC 3164 header, and takes one
 * event per LF. What is longer than it is set to accept becomes two events, of
 * which the second cannot be parsed.
 */
#include "dest/receiver.h"

static const struct dest_setting table[RECEIVER_SETTINGS + 1] = {
	RECEIVER_ROWS("QRADAR", "tls", "udp, tcp or tls",
		      "UDP 1024, TCP 4096, TLS 8192", "log_source_identifier",
		      "_LOG_SOURCE_IDENTIFIER"),
	[RECEIVER_HOSTNAME].place =
		"/dsm.log_source_identifier|log_source_identifier",
};

static const struct receiver receiver = {
	.name = "QRadar",
	.max_line = { [TRANSPORT_UDP] = 1024,
		      [TRANSPORT_TCP] = 4096,
		      [TRANSPORT_TLS] = 8192 },
	.always_3164 = true,
	.takes_no_ipv6_host = true,
};

static int plan(const char *const *values, struct dest_plan *plan,
		struct err *e)
{
	return receiver_plan(&receiver, &(struct settings){ table, values },
			     plan, e);
}

#define HEADER                                         \
	" --facility {facility} --severity {severity}" \
	" --host {log_source_identifier}"

const struct dest_type dest_qradar_syslog = {
	.name = "qradar",
	.summary = "IBM QRadar, as syslog by TLS, TCP or UDP",
	.formats = "leef=--leef --syslog" HEADER "|cef=--cef --syslog" HEADER
		   "|json=--json --syslog=3164" HEADER,
	.settings = table,
	.address = receiver_address,
	.plan = plan,
};
