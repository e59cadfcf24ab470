/* syslog: any receiver of RFC 5424 and RFC 3164, by UDP, TCP or TLS. */
#include "dest/receiver.h"

static const struct dest_setting table[RECEIVER_SETTINGS + 1] = {
	RECEIVER_ROWS("SYSLOG", "udp", "UDP 65507", "hostname", "_HOSTNAME"),
};

static const struct receiver receiver = {
	.name = "the receiver",
	.max_line = { [TRANSPORT_UDP] = 65507 },
	.counts = { [TRANSPORT_TLS] = true }, // RFC 5425 section 4.3
};

static int plan(const char *const *values, struct dest_plan *plan,
		struct err *e)
{
	return receiver_plan(&receiver, &(struct settings){ table, values },
			     plan, e);
}

const struct dest_type dest_syslog = {
	.name = "syslog",
	.summary = "syslog by UDP, TCP or TLS",
	.settings = table,
	.address = receiver_address,
	.plan = plan,
};
