/*
 * relp: syslog messages, each of which is confirmed once it has been printed.
 *
 * It is as strict as librelp: a frame that is none, or out of turn, ends the
 * connection without a word.
 */
#include "format/relp.h"

#include "peers.h"

enum { BLOCK = 64 << 10 };

/* The server's side of a session. */
struct session {
	struct mock *mock;
	size_t max;    // bytes of a message
	struct buf in; // frames,
	size_t used;   // of which so many bytes are done
	uint32_t next; // the number that must come
	uint32_t txnr; // of the message that was given
	bool open, over;
	enum answer_fault fault; // what becomes of its answer
	struct buf late;         // answers that are held back
};

static void begin(void *state, struct mock *m)
{
	struct session *s = state;

	s->mock = m;
	s->max = m->config->max_message;
	s->in = BUF_INIT(s->max + 2 * (size_t)BLOCK);
	s->late = BUF_INIT((size_t)1 << 20);
	s->next = 1;
}

static void end(void *state)
{
	struct session *s = state;

	buf_free(&s->in);
	buf_free(&s->late);
}

static char *room(void *state, size_t *size)
{
	struct session *s = state;

	buf_drop(&s->in, s->used);
	s->used = 0;
	*size = BLOCK;
	return buf_room(&s->in, BLOCK);
}

static void grown(void *state, size_t n)
{
	struct session *s = state;

	buf_grown(&s->in, n);
}

static size_t left(const void *state)
{
	const struct session *s = state;

	return s->over ? 0 : s->in.len - s->used;
}

static void say(struct buf *out, uint32_t txnr, struct slice text)
{
	relp_put(out, txnr, "rsp", text);
}

/* The first command of a session. */
static void open_session(struct session *s, const struct relp_frame *f,
			 struct buf *out)
{
	s->open = relp_lists(relp_offer(f->data, SLICE("commands")),
			     SLICE("syslog"));
	s->over = !s->open;
	say(out, f->txnr,
	    s->open ? SLICE("200 OK\nrelp_version=0\n"
			    "relp_software=siem-mock\ncommands=syslog")
		    : SLICE("500 required command not supported by client"));
}

/* Everything was sent: nothing is held back any longer. */
static void idle(void *state, struct buf *out)
{
	struct session *s = state;

	buf_put_slice(out, buf_slice(&s->late));
	buf_clear(&s->late);
}

static void close_session(struct session *s, uint32_t txnr, struct buf *out)
{
	idle(s, out);
	say(out, txnr, SLICE(""));
	relp_put(out, 0, "serverclose", SLICE(""));
	s->over = true;
}

/* A frame that is whole. 1: it brings a message; 0: it does not; -1. */
static int take(struct session *s, const struct relp_frame *f,
		struct message_in *message, struct buf *out, struct err *e)
{
	bool is_open = slice_is(f->command, SLICE("open"));

	if (f->txnr != s->next)
		return err_set(e, ERR_DATA, "number %u where %u must come",
			       f->txnr, s->next);
	s->next++;
	if (is_open != !s->open)
		return err_set(e, ERR_DATA, "\"%.*s\" out of turn",
			       (int)f->command.len, f->command.data);
	if (is_open) {
		open_session(s, f, out);
		return 0;
	}
	if (slice_is(f->command, SLICE("close"))) {
		close_session(s, f->txnr, out);
		return 0;
	}
	if (!slice_is(f->command, SLICE("syslog")))
		return err_set(e, ERR_DATA, "unknown command \"%.*s\"",
			       (int)f->command.len, f->command.data);
	s->fault = fault_of_answer(&s->mock->faults, f->data);
	if (s->fault == ANSWER_REFUSE) {
		say(out, f->txnr, SLICE("500 refused on purpose"));
		return 0;
	}
	s->txnr = f->txnr;
	*message = (struct message_in){ f->data, "relp", false };
	return 1;
}

static int next(void *state, struct message_in *message, struct buf *out,
		struct err *e)
{
	struct session *s = state;
	struct relp_frame f;
	const char *why;
	int got = 0;

	while (got == 0 && !s->over) {
		struct slice rest = slice_from(buf_slice(&s->in), s->used);
		enum relp_got parsed = relp_parse(rest, s->max, &f, &why);

		if (parsed == RELP_MORE)
			break;
		if (parsed == RELP_BROKEN)
			return err_set(e, ERR_DATA, "no RELP: %s", why);
		s->used += f.len;
		got = take(s, &f, message, out, e);
	}
	if (s->over)
		s->used = s->in.len;
	return got;
}

/* Half of an answer, and no more. */
static void say_half(struct buf *out, uint32_t txnr)
{
	size_t before = out->len;

	say(out, txnr, SLICE("200 OK"));
	buf_cut(out, before + (out->len - before) / 2);
}

static enum fault taken(void *state, struct buf *out)
{
	struct session *s = state;
	const struct slice good = SLICE("200 OK");

	switch (s->fault) {
	case ANSWER_FINE:
	case ANSWER_REFUSE:
		say(out, s->txnr, good);
		return FAULT_NONE;
	case ANSWER_LOST:
		return FAULT_RESET;
	case ANSWER_MUTE:
		return FAULT_NONE;
	case ANSWER_HALF:
		say_half(out, s->txnr);
		s->over = true;
		return FAULT_CLOSE;
	case ANSWER_GARBAGE:
		buf_puts(out, "\x80rubbish\r\n");
		return FAULT_NONE;
	case ANSWER_LAST:
		say(out, s->txnr, good);
		relp_put(out, 0, "serverclose", SLICE(""));
		s->over = true;
		return FAULT_CLOSE;
	case ANSWER_LATE:
		say(&s->late, s->txnr, good);
		// As late as there is room for.
		if (s->late.len > s->late.max / 2)
			idle(state, out);
		return FAULT_NONE;
	}
	return FAULT_NONE;
}

static const struct talk talk = {
	.size = sizeof(struct session),
	.begin = begin,
	.end = end,
	.room = room,
	.grown = grown,
	.next = next,
	.left = left,
	.taken = taken,
	.idle = idle,
};

static int serve(struct mock *m, struct err *e)
{
	return peers_serve(m, &talk, e);
}

static const char *const addresses[] = { "tcp://127.0.0.1:2514", NULL };
static const char *const tls_addresses[] = { "tls://127.0.0.1:2514", NULL };

const struct mock_kind mock_relp = {
	.name = "relp",
	.summary = "syslog with acknowledgements, by TCP and TLS",
	.addresses = addresses,
	.tls_addresses = tls_addresses,
	.answers = true,
	.serve = serve,
};
