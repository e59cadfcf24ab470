/* syslog: messages over UDP, TCP and TLS, in either framing. */
#include "peers.h"

#include "format/framing.h"
#include "net/address.h"

#include <sys/socket.h>

enum {
	DATAGRAMS = 256, // of a socket, before others have their turn
	DATAGRAM_MAX = 65536,
};

static int take_datagrams(struct mock *m, const struct listener *l,
			  struct err *e)
{
	static char bytes[DATAGRAM_MAX];
	size_t max = m->config->max_message;

	for (int i = 0; i < DATAGRAMS; i++) {
		struct address a = { .len = sizeof(a.sa) };
		char peer[ADDRESS_MAX];
		ssize_t n = recvfrom(l->fd, bytes, sizeof(bytes), 0,
				     (struct sockaddr *)&a.sa, &a.len);

		if (n < 0)
			return 0; // none is left
		struct slice raw = { bytes, (size_t)n };
		// Some senders end a datagram as if it were a line.
		if (raw.len > 0 && raw.data[raw.len - 1] == '\n')
			raw.len--;
		struct message_in message = { raw, "datagram", raw.len > max };
		if (message.cut)
			message.text.len = max;
		if (raw.len > 0 && peers_take(m, &message, "udp",
					      address_text(&a, peer), e) < 0)
			return -1;
	}
	return 0;
}

static void begin(void *state, struct mock *m)
{
	struct deframer *d = state;

	*d = DEFRAMER_INIT(m->config->max_message);
}

static void end(void *state)
{
	deframer_free(state);
}

static char *room(void *state, size_t *size)
{
	return deframer_room(state, size);
}

static void grown(void *state, size_t n)
{
	deframer_grown(state, n);
}

static int next(void *state, struct message_in *message, struct buf *out,
		struct err *e)
{
	static const char *const framings[] = {
		[FRAMING_OCTETS] = "octet-counting",
		[FRAMING_LINE] = "lf",
	};
	struct frame frame;

	(void)out;
	(void)e;
	if (!deframer_next(state, &frame))
		return 0;
	*message = (struct message_in){ frame.text, framings[frame.framing],
					frame.cut };
	return 1;
}

static size_t left(const void *state)
{
	return deframer_left(state);
}

static const struct talk talk = {
	.size = sizeof(struct deframer),
	.begin = begin,
	.end = end,
	.room = room,
	.grown = grown,
	.next = next,
	.left = left,
	.datagrams = take_datagrams,
};

static int serve(struct mock *m, struct err *e)
{
	return peers_serve(m, &talk, e);
}

static const char *const addresses[] = { "tcp://127.0.0.1:5514",
					 "udp://127.0.0.1:5514", NULL };
static const char *const tls_addresses[] = { "tls://127.0.0.1:6514", NULL };

const struct mock_kind mock_syslog = {
	.name = "syslog",
	.summary = "UDP, TCP and TLS, octet counting or lines",
	.addresses = addresses,
	.tls_addresses = tls_addresses,
	.takes_datagrams = true,
	.serve = serve,
};
