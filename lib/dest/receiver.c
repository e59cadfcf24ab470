#include "dest/receiver.h"

#include "core/buf.h"
#include "core/timestamp.h"
#include "dest/relp.h"
#include "format/sniff.h"
#include "format/syslog.h"
#include "net/address.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { UDP, TCP, TLS }; // as enum transport, and the words below
_Static_assert((int)TRANSPORT_UDP == UDP && (int)TRANSPORT_TCP == TCP &&
		       (int)TRANSPORT_TLS == TLS,
	       "the words are in the order of enum transport");

/* Also by the names that QRadar's transports go by. */
#define TRANSPORT_WORDS \
	"udp", "tcp", "tls", "syslog_udp", "syslog_tcp", "syslog_tls"
static const char *const transport_words[] = { TRANSPORT_WORDS, NULL };
static const char *const relp_words[] = { TRANSPORT_WORDS, "relp", "relp+tls",
					  NULL };
enum { RELP_TCP = 6, RELP_TLS }; // of relp_words

enum frames {
	FRAMES_AUTO,
	FRAMES_COUNTED,
	FRAMES_LINES,
	FRAMES_DATAGRAMS,
	FRAMES_RELP,
};
static const char *const framing_words[] = { "auto", "octet-counting", "lf",
					     NULL };

enum add { ADD_AUTO, ADD_3164, ADD_5424, ADD_NOTHING };

#define HEADER " --facility {facility} --severity {severity} --host {hostname}"

const char receiver_formats[] =
	"cef=--cef --syslog" HEADER "|leef=--leef --syslog" HEADER
	"|json=--json --syslog" HEADER "|syslog=--rfc5424" HEADER
	"|rfc5424=--rfc5424" HEADER "|rfc3164=--rfc3164" HEADER;

static const char *const header_words[] = { "auto", "3164", "5424", "none",
					    NULL };

/* RFC 768, less the headers of IPv4. */
static const size_t datagram_max = 65507;

struct config {
	const struct receiver *receiver;
	struct dest_route route;
	enum frames frames;
	enum add add; // as a header, to lines without
	int facility, severity;
	size_t max_line; // 0: no limit
	struct relp_options relp;
	char hostname[256];
};

/* Set a value to a part of an address, unless that is missing. */
static int set_part(const char **value, struct slice part,
		    struct arena *storage, struct err *e)
{
	if (part.len > 0)
		*value = setting_copy(storage, part, e);
	return *value != NULL || part.len == 0 ? 0 : -1;
}

/* An address whose scheme, if it has one, is one of these, as said. */
static int read_address(const char *address, const char *const *schemes,
			const char *said, const char **values,
			struct arena *storage, struct err *e)
{
	struct address_parts parts;

	if (address_split(address, &parts, e) < 0)
		return -1;
	if (parts.scheme.len > 0) {
		const char *scheme = setting_copy(storage, parts.scheme, e);

		if (scheme == NULL)
			return -1;
		for (size_t i = 0; schemes[i] != NULL; i++)
			if (strcmp(scheme, schemes[i]) == 0)
				values[RECEIVER_TRANSPORT] = scheme;
		if (values[RECEIVER_TRANSPORT] != scheme)
			return err_set(e, ERR_USAGE, "%s: it takes %s", address,
				       said);
	}
	if (set_part(values + RECEIVER_HOST, parts.host, storage, e) < 0)
		return -1;
	return set_part(values + RECEIVER_PORT, parts.port, storage, e);
}

int receiver_address(const char *address, const char **values,
		     struct arena *storage, struct err *e)
{
	static const char *const schemes[] = { "udp", "tcp", "tls", NULL };

	return read_address(address, schemes, "udp://, tcp:// and tls://",
			    values, storage, e);
}

int receiver_address_relp(const char *address, const char **values,
			  struct arena *storage, struct err *e)
{
	static const char *const schemes[] = { "udp",  "tcp",      "tls",
					       "relp", "relp+tls", NULL };

	return read_address(address, schemes,
			    "udp://, tcp://, tls://, relp:// and relp+tls://",
			    values, storage, e);
}

/* What is said about TLS must not be passed over where there is none. */
static int refuse_tls_settings(const struct settings *s, const char *transport,
			       struct err *e)
{
	for (size_t i = RECEIVER_TLS; i < RECEIVER_TLS + TLS_SETTINGS; i++)
		if (s->values[i] != NULL && s->table[i].value == NULL)
			return err_set(e, ERR_USAGE,
				       "%s is for TLS: the transport would be "
				       "%s",
				       s->table[i].key, transport);
	return 0;
}

/* Of RELP, whether that is the transport or not. */
static int read_relp(struct config *c, const struct settings *s, struct err *e)
{
	size_t window = 128;
	size_t rebind_after = RELP_MESSAGES_MAX;

	if (setting_count(s, RECEIVER_WINDOW, 1, RELP_MESSAGES_MAX, &window,
			  e) < 0 ||
	    setting_count(s, RECEIVER_REBIND_AFTER, 1, RELP_MESSAGES_MAX,
			  &rebind_after, e) < 0 ||
	    setting_seconds(s, RECEIVER_ANSWER_TIMEOUT, &c->relp.answer_ms, e) <
		    0)
		return -1;
	c->relp.window = (unsigned)window;
	c->relp.rebind_after = rebind_after;
	return 0;
}

/* A number or a service, whose name is looked up when it is needed. */
static int read_port(struct config *c, const struct settings *s, struct err *e)
{
	const char *port = s->values[RECEIVER_PORT];
	size_t number;

	c->route.target.port = port;
	return port == NULL || strspn(port, "+-0123456789") != strlen(port)
		       ? 0
		       : setting_count(s, RECEIVER_PORT, 1, UINT16_MAX, &number,
				       e);
}

static int plan_relp(struct config *c, const struct settings *s, struct err *e)
{
	if (c->route.target.transport != TRANSPORT_TLS &&
	    refuse_tls_settings(s, "relp+tls", e) < 0)
		return -1;
	if (c->route.target.port == NULL)
		return err_set(e, ERR_USAGE,
			       "port is missing: RELP has none of its own, and "
			       "rsyslog's examples have 2514 and 20514");
	c->frames = FRAMES_RELP;
	return 0;
}

static int plan_target(struct config *c, const struct settings *s,
		       struct err *e)
{
	const char *const *words =
		c->receiver->relp_max_line > 0 ? relp_words : transport_words;
	struct conn_target *target = &c->route.target;
	unsigned transport;

	if (setting_text(s, RECEIVER_HOST, &target->host, e) < 0 ||
	    setting_choice(s, RECEIVER_TRANSPORT, words, &transport, e) < 0 ||
	    setting_seconds(s, RECEIVER_CONNECT_TIMEOUT,
			    &target->connect_timeout_ms, e) < 0 ||
	    setting_seconds(s, RECEIVER_TIMEOUT, &target->idle_timeout_ms, e) <
		    0 ||
	    setting_seconds(s, RECEIVER_SETTLE, &c->route.settle_ms, e) < 0 ||
	    read_port(c, s, e) < 0 ||
	    (c->receiver->relp_max_line > 0 && read_relp(c, s, e) < 0) ||
	    setting_tls(s, RECEIVER_TLS, &c->route.tls, e) < 0)
		return -1;
	if (transport >= RELP_TCP) {
		target->transport =
			transport == RELP_TLS ? TRANSPORT_TLS : TRANSPORT_TCP;
		return plan_relp(c, s, e);
	}
	target->transport = (enum transport)(transport % (TLS + 1));
	if (target->transport != TRANSPORT_TLS &&
	    refuse_tls_settings(s, "tls", e) < 0)
		return -1;
	if (target->port == NULL)
		target->port =
			target->transport == TRANSPORT_TLS ? "6514" : "514";
	return 0;
}

/* How lines are framed and how long they may be; needs the target. */
static int plan_framing(struct config *c, const struct settings *s,
			struct err *e)
{
	enum transport transport = c->route.target.transport;
	unsigned framing;
	bool counts =
		c->receiver->counts[transport] ||
		setting_is_in(c->route.target.port, c->receiver->rfc_ports);

	c->max_line = c->frames == FRAMES_RELP
			      ? c->receiver->relp_max_line
			      : c->receiver->max_line[transport];
	if (setting_choice(s, RECEIVER_FRAMING, framing_words, &framing, e) <
		    0 ||
	    setting_size(s, RECEIVER_MAX_LINE, &c->max_line, e) < 0)
		return -1;
	if (c->frames == FRAMES_RELP)
		return framing == FRAMES_AUTO
			       ? 0
			       : err_set(e, ERR_USAGE,
					 "framing: RELP has its own");
	c->frames = (enum frames)framing;
	if (transport == TRANSPORT_UDP) {
		if (framing != FRAMES_AUTO)
			return err_set(e, ERR_USAGE,
				       "framing: a datagram needs none");
		c->frames = FRAMES_DATAGRAMS;
		if (c->max_line == 0 || c->max_line > datagram_max)
			c->max_line = datagram_max;
	} else if (framing == FRAMES_AUTO) {
		c->frames = counts ? FRAMES_COUNTED : FRAMES_LINES;
	}
	return 0;
}

static int unknown_word(const struct settings *s, size_t i, const char *near,
			struct err *e)
{
	const char *key = s->table[i].key;

	if (near != NULL)
		return err_set(e, ERR_USAGE,
			       "%s: unknown: %s (did you mean %s?)", key,
			       s->values[i], near);
	return err_set(e, ERR_USAGE, "%s: unknown: %s", key, s->values[i]);
}

/* The host that a header names. */
static int plan_hostname(struct config *c, const struct settings *s,
			 struct err *e)
{
	const char *key = s->table[RECEIVER_HOSTNAME].key;
	const char *name = s->values[RECEIVER_HOSTNAME];

	if (name == NULL)
		return gethostname(c->hostname, sizeof(c->hostname) - 1) < 0
			       ? err_sys(e, "gethostname")
			       : 0;
	if (strlen(name) >= sizeof(c->hostname))
		return err_set(e, ERR_USAGE, "%s: longer than 255 bytes", key);
	if (!syslog_is_host(name))
		return err_set(e, ERR_USAGE,
			       "%s: %s is no name: only printable ASCII, "
			       "without spaces",
			       key, name);
	if (c->receiver->takes_names_only &&
	    name[strspn(name, "abcdefghijklmnopqrstuvwxyz"
			      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_")] !=
		    '\0')
		return err_set(e, ERR_USAGE,
			       "%s: %s: %s knows a host by letters, digits, "
			       "'.', '-' and '_' only",
			       key, name, c->receiver->name);
	if (c->receiver->takes_no_ipv6_host && address_is_ipv6(name))
		return err_set(e, ERR_USAGE,
			       "%s: %s is an IPv6 address, by which %s knows "
			       "no source: give it a name there and here",
			       key, name, c->receiver->name);
	memcpy(c->hostname, name, strlen(name) + 1);
	return 0;
}

/* What a header says that a line lacks; needs the target. */
static int plan_header(struct config *c, const struct settings *s,
		       struct err *e)
{
	const char *const *values = s->values;
	unsigned header;

	if (setting_choice(s, RECEIVER_HEADER, header_words, &header, e) < 0)
		return -1;
	c->add = (enum add)header;
	if (header == ADD_AUTO && c->receiver->always_3164)
		c->add = ADD_3164;
	if (header == ADD_AUTO &&
	    setting_is_in(c->route.target.port, c->receiver->rfc_ports))
		c->add = ADD_5424;

	const char *facility = values[RECEIVER_FACILITY];
	const char *severity = values[RECEIVER_SEVERITY];
	c->facility = facility != NULL ? syslog_facility(facility) : 16;
	c->severity = severity != NULL ? syslog_severity(severity) : 6;
	if (c->facility < 0)
		return unknown_word(s, RECEIVER_FACILITY,
				    syslog_nearest_facility(facility), e);
	if (c->severity < 0)
		return unknown_word(s, RECEIVER_SEVERITY,
				    syslog_nearest_severity(severity), e);

	return plan_hostname(c, s, e);
}

static void route(const void *config, struct dest_route *route)
{
	const struct config *c = config;

	*route = c->route;
}

/* What goes in front of a line that the sniffer has looked at. */
static enum dest_header_form form_of(const struct config *c, struct sniff line)
{
	bool leef = line.format == LINE_LEEF;
	bool fits_3164 = leef || line.format == LINE_CEF;

	if (c->add == ADD_NOTHING || line.header == HEADER_3164 ||
	    line.header == HEADER_5424)
		return DEST_HEADER_NONE;
	if (line.header == HEADER_BARE)
		return DEST_HEADER_PRIORITY;
	if (c->add == ADD_3164 || (c->add == ADD_AUTO && fits_3164))
		return DEST_HEADER_3164;
	return leef ? DEST_HEADER_SHORT : DEST_HEADER_5424;
}

static void put_header(const struct config *c, enum dest_header_form form,
		       int64_t read_ns, struct buf *out)
{
	const struct slice host = slice_of(c->hostname);
	const struct slice nil = SLICE("");
	struct timestamp time = {
		.sec = read_ns / 1000000000,
		.nsec = (uint32_t)(read_ns % 1000000000),
		.digits = 3, // QRadar takes no other number of them
		.zulu = true,
	};

	switch (form) {
	case DEST_HEADER_NONE:
		break;
	case DEST_HEADER_PRIORITY:
		// It is all that the line lacks.
		buf_printf(out, "<%d>", c->facility * 8 + c->severity);
		break;
	case DEST_HEADER_3164:
		syslog_put_3164(out, c->facility, c->severity, &time, host);
		break;
	case DEST_HEADER_SHORT:
		syslog_put_short(out, c->facility, c->severity, &time, host);
		break;
	case DEST_HEADER_5424:
		syslog_put_5424(out, c->facility, c->severity, &time, host, nil,
				nil, nil);
		buf_puts(out, "- ");
		break;
	}
}

/* The header of a record: that of the last, where it was read with it. */
static struct slice header_of(const struct config *c, struct dest_link *link,
			      const struct dest_record *record)
{
	enum dest_header_form form = form_of(c, sniff_line(record->bytes));
	struct dest_header *h = &link->header;

	if (form != h->form || record->read_ns != h->read_ns) {
		struct buf text = { .data = h->text,
				    .cap = sizeof(h->text),
				    .max = sizeof(h->text) - 1 };

		put_header(c, form, record->read_ns, &text);
		h->form = form;
		h->read_ns = record->read_ns;
		h->len = text.len;
	}
	return (struct slice){ h->text, h->len };
}

static int too_long(const struct config *c, size_t header, size_t len,
		    struct err *e)
{
	static const char *const by[] = { "UDP", "TCP", "TLS" };
	size_t room = c->max_line > header ? c->max_line - header : 0;

	return err_set(e, ERR_DATA,
		       "%zu bytes, more than the %zu that %s is taken to "
		       "accept by %s (-o max_line); siem-fmt --max-line %zu "
		       "makes it shorter",
		       header + len, c->max_line, c->receiver->name,
		       c->frames == FRAMES_RELP ? "RELP"
						: by[c->route.target.transport],
		       room);
}

static int frame(const void *config, struct dest_link *link,
		 const struct dest_record *record, struct buf *out,
		 struct err *e)
{
	const struct config *c = config;
	struct slice header = header_of(c, link, record);
	size_t len = record->bytes.len;

	if (c->max_line != 0 && len + header.len > c->max_line)
		return too_long(c, header.len, len, e);

	if (c->frames == FRAMES_COUNTED) {
		buf_put_int(out, (int64_t)(header.len + len));
		buf_putc(out, ' ');
	} else if (c->frames == FRAMES_RELP) {
		relp_put_message_head(&c->relp, link, header.len + len, out);
	}
	buf_put_slice(out, header);
	buf_put(out, record->bytes.data, len);
	if (c->frames == FRAMES_LINES || c->frames == FRAMES_RELP)
		buf_putc(out, '\n');
	return 0;
}

static int open_relp(const void *config, struct dest_link *link,
		     struct buf *out, struct err *e)
{
	const struct config *c = config;

	(void)e;
	relp_open(&c->relp, link, out);
	return 0;
}

static const struct dest_stream stream = { .route = route, .frame = frame };
static const struct dest_stream relp_stream = {
	.route = route,
	.frame = frame,
	.open = open_relp,
	.receive = relp_receive,
	.goodbye = relp_goodbye,
};

int receiver_plan(const struct receiver *receiver,
		  const struct settings *settings, struct dest_plan *plan,
		  struct err *e)
{
	struct config *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return err_sys(e, "settings");
	c->receiver = receiver;
	*plan = (struct dest_plan){ .config = c, .release = free };
	if (plan_target(c, settings, e) < 0 ||
	    plan_framing(c, settings, e) < 0 || plan_header(c, settings, e) < 0)
		return -1;
	plan->stream = c->frames == FRAMES_RELP ? &relp_stream : &stream;
	return 0;
}

int receiver_frame_lf(const void *config, struct dest_link *link,
		      const struct dest_record *record, struct buf *out,
		      struct err *e)
{
	(void)config;
	(void)link;
	(void)e;
	buf_put_slice(out, record->bytes);
	buf_putc(out, '\n');
	return 0;
}
