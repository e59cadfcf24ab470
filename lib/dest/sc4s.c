/*
 * sc4s: Splunk Connect for Syslog.
 *
 * Its ports 514 and 6514 take one event per LF and do not know octet counting;
 * 601 and 5425 expect it, and RFC 5424.
 */
#include "dest/receiver.h"

static const struct dest_setting table[RECEIVER_SETTINGS + 1] = {
	RECEIVER_ROWS("SC4S", "tls", "udp, tcp or tls",
		      "65536", "hostname", "_HOSTNAME"),
};

static const struct receiver receiver = {
	.name = "SC4S",
	.max_line = { [TRANSPORT_UDP] = 65507,
		      [TRANSPORT_TCP] = 65536,
		      [TRANSPORT_TLS] = 65536 },
	.takes_names_only = true, // the rest is its message
	.rfc_ports = "601|5425",
};

static int plan(const char *const *values, struct dest_plan *plan,
		struct err *e)
{
	return receiver_plan(&receiver, &(struct settings){ table, values },
			     plan, e);
}

const struct dest_type dest_sc4s = {
	.name = "sc4s",
	.summary = "Splunk Connect for Syslog, by TLS, TCP or UDP",
	.formats = receiver_formats,
	.settings = table,
	.address = receiver_address,
	.plan = plan,
};
