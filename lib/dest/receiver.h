/*
 * What the destinations have in common that take lines by UDP, TCP, TLS or
 * RELP, with a syslog header in front: settings, addresses, headers, framing,
 * sizes. How they differ is data, a struct receiver in the file of each kind.
 *
 * Framing is that of RFC 6587 and RFC 5425: octet counting ("46 <34>1 ..."),
 * or an LF behind each line, or a datagram for each (RFC 5426).
 */
#ifndef SIEM_DEST_RECEIVER_H
#define SIEM_DEST_RECEIVER_H

#include "core/arena.h"
#include "core/attr.h"
#include "core/err.h"
#include "dest/dest.h"
#include "dest/setting.h"

#include <stdbool.h>
#include <stddef.h>

/* The numbers of the settings in the table of each kind. */
enum {
	RECEIVER_HOST,
	RECEIVER_PORT,
	RECEIVER_TRANSPORT,
	RECEIVER_FRAMING,
	RECEIVER_HEADER,
	RECEIVER_FACILITY,
	RECEIVER_SEVERITY,
	RECEIVER_HOSTNAME,
	RECEIVER_MAX_LINE,
	RECEIVER_CONNECT_TIMEOUT,
	RECEIVER_TIMEOUT,
	RECEIVER_SETTLE,
	RECEIVER_TLS,
	RECEIVER_SETTINGS = RECEIVER_TLS + TLS_SETTINGS,

	// of a kind that RELP is spoken with as well
	RECEIVER_WINDOW = RECEIVER_SETTINGS,
	RECEIVER_ANSWER_TIMEOUT,
	RECEIVER_REBIND_AFTER,
	RECEIVER_RELP_SETTINGS,
};

/*
 * The rows of that table: the prefix of their variables, what the kind uses
 * when it is not told, and what it calls the name that a header carries.
 */
#define RECEIVER_ROWS(env, transport, transports, sizes, hostname,           \
		      hostname_env)                                           \
	[RECEIVER_HOST] = { "host", env "_HOST", NULL,                       \
			    "name or address of the receiver", false },      \
	[RECEIVER_PORT] = { "port", env "_PORT", NULL,                       \
			    "its port [514; by TLS 6514]", false },          \
	[RECEIVER_TRANSPORT] = { "transport", env "_TRANSPORT", transport,   \
				 transports, false },                        \
	[RECEIVER_FRAMING] = { "framing", env "_FRAMING", "auto",            \
			       "octet-counting, lf, or auto: what suits it", \
			       false },                                      \
	[RECEIVER_HEADER] = { "header", env "_HEADER", "auto",               \
			      "for lines without: 3164, 5424, none or auto", \
			      false },                                       \
	[RECEIVER_FACILITY] = { "facility", env "_FACILITY", "local0",       \
				"of such a header, a name or 0 to 23",       \
				false },                                     \
	[RECEIVER_SEVERITY] = { "severity", env "_SEVERITY", "info",         \
				"of such a header, a name or 0 to 7",        \
				false },                                     \
	[RECEIVER_HOSTNAME] = { hostname, env hostname_env, NULL,            \
				"host of such a header [this host]", false }, \
	[RECEIVER_MAX_LINE] = { "max_line", env "_MAX_LINE", NULL,           \
				"bytes of a line, header included; 0: any [" \
				sizes "]", false },                          \
	[RECEIVER_CONNECT_TIMEOUT] = { "connect_timeout",                    \
				       env "_CONNECT_TIMEOUT", "10",         \
				       "seconds, for each address", false }, \
	[RECEIVER_TIMEOUT] = { "timeout", env "_TIMEOUT", "30",              \
			       "seconds a peer may not take what was sent",  \
			       false },                                      \
	[RECEIVER_SETTLE] = { "settle", env "_SETTLE", "1",                  \
			      "seconds without a failure that make it taken", \
			      false },                                       \
	SETTING_TLS_ROWS(RECEIVER_TLS, env)

/* What follows them in the table of a kind that RELP is spoken with. */
#define RECEIVER_RELP_ROWS(env)                                              \
	[RECEIVER_WINDOW] = { "window", env "_WINDOW", "128",                \
			      "RELP: messages under way without an answer",  \
			      false },                                       \
	[RECEIVER_ANSWER_TIMEOUT] = { "answer_timeout",                      \
				      env "_ANSWER_TIMEOUT", "90",           \
				      "RELP: seconds to wait for an answer", \
				      false },                               \
	[RECEIVER_REBIND_AFTER] = { "rebind_after", env "_REBIND_AFTER",     \
				    "900000000",                             \
				    "RELP: messages of one connection",      \
				    false }

/* How a kind of receiver differs from the others. */
struct receiver {
	const char *name; // for people, "QRadar"
	// by UDP, TCP and TLS:
	size_t max_line[3];   // bytes; 0: no limit
	bool counts[3];       // octet counting rather than LF
	bool always_3164;     // the header auto means, whatever the line is;
			      // else what suits the format of the line
	bool takes_no_ipv6_host; // in that header
	bool takes_names_only;   // there, of letters, digits, '.', '-' and '_'
	const char *rfc_ports; // "601|5425": where octet counting and RFC 5424
			      // are expected instead; NULL: nowhere
	size_t relp_max_line; // bytes by RELP; 0: it does not speak that, and
			      // its table has no RECEIVER_RELP_ROWS
};

/*
 * dest_type.address: "host", "host:port", "[::1]:514", "tls://host:port"; and
 * of a kind that speaks RELP, "relp://host:port", "relp+tls://host:port".
 */
int receiver_address(const char *address, const char **values,
		     struct arena *storage, struct err *e) MUST_CHECK;
int receiver_address_relp(const char *address, const char **values,
			  struct arena *storage, struct err *e) MUST_CHECK;

/*
 * dest_type.formats of those that read any syslog, and CEF and LEEF in it, and
 * whose table calls the host "hostname".
 */
extern const char receiver_formats[];

/* dest_type.plan, for a table that RECEIVER_ROWS made. */
int receiver_plan(const struct receiver *receiver,
		  const struct settings *settings, struct dest_plan *plan,
		  struct err *e) MUST_CHECK;

/* dest_stream.frame of those that take lines as they are: an LF behind. */
int receiver_frame_lf(const void *config, struct dest_link *link,
		      const struct dest_record *record, struct buf *out,
		      struct err *e) MUST_CHECK;

#endif
