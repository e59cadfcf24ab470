/* syslog: any receiver of RFC 5424 and RFC 3164, by UDP, TCP, TLS or RELP. */
#include "dest/receiver.h"

static const struct dest_setting table[RECEIVER_RELP_SETTINGS + 1] = {
	RECEIVER_ROWS("SYSLOG", "udp", "udp, tcp, tls, relp or relp+tls",
		      "UDP 65507, RELP 131072", "hostname", "_HOSTNAME"),
	RECEIVER_RELP_ROWS("SYSLOG"),
};

static const struct receiver receiver = {
	.name = "the receiver",
	.max_line = { [TRANSPORT_UDP] = 65507 },
	.counts = { [TRANSPORT_TLS] = true }, // RFC 5425 section 4.3
	.relp_max_line = 131072, // beyond that librelp breaks the connection
};

static int plan(const char *const *values, struct dest_plan *plan,
		struct err *e)
{
	return receiver_plan(&receiver, &(struct settings){ table, values },
			     plan, e);
}

const struct dest_type dest_syslog = {
	.name = "syslog",
	.summary = "syslog by UDP, TCP, TLS or RELP",
	.formats = receiver_formats,
	.settings = table,
	.address = receiver_address_relp,
	.plan = plan,
};
