#include "dest/relp.h"

#include "format/relp.h"

#include <stdio.h>
#include <string.h>

enum {
	OPEN_TXNR = 1,
	FIRST_TXNR = 2,         // of a message
	ANSWER_MAX = 128 << 10, // bytes of data in an answer
	QUOTED_MAX = 80,        // of those, in what is said about it
	STATUS_DIGITS = 3,
};

/* What an answer says: "200 OK", and more in the lines behind that. */
struct answer_text {
	bool is_good;
	struct slice first;
	struct slice lines;
};

static uint32_t next_txnr(const struct dest_link *link)
{
	return (uint32_t)(link->frames + FIRST_TXNR);
}

void relp_open(const struct relp_options *options, struct dest_link *link,
	       struct buf *out)
{
	link->window = options->window;
	link->answer_ms = options->answer_ms;
	// The protocol is in its version 0, whatever its text says.
	relp_put(out, OPEN_TXNR, "open",
		 SLICE("relp_version=0\nrelp_software=siem-send\n"
		       "commands=syslog"));
}

void relp_put_message_head(const struct relp_options *options,
			   struct dest_link *link, size_t len, struct buf *out)
{
	relp_put_head(out, next_txnr(link), "syslog", len);
	link->spent = link->frames + 1 >= options->rebind_after;
}

static struct answer_text answer_text_of(struct slice data)
{
	static const struct slice good = SLICE("200");
	struct answer_text a = { .first = data };
	const char *lf =
		data.len > 0 ? memchr(data.data, '\n', data.len) : NULL;

	if (lf != NULL) {
		a.first.len = (size_t)(lf - data.data);
		a.lines = slice_from(data, a.first.len + 1);
	}
	a.is_good = slice_has_prefix(a.first, good) &&
		    (a.first.len == STATUS_DIGITS ||
		     a.first.data[STATUS_DIGITS] == ' ');
	return a;
}

/* As much of an answer as a message should quote. */
static int quoted_len(struct slice text)
{
	return text.len < QUOTED_MAX ? (int)text.len : QUOTED_MAX;
}

/* Is it a version that we do not know? */
static bool is_newer(struct slice version)
{
	for (size_t i = 0; i < version.len; i++)
		if (version.data[i] != '0')
			return true;
	return false;
}

/* The answer to "open". What it lacks, waiting does not bring. */
static int opened(struct dest_link *link, const struct answer_text *a,
		  struct err *e)
{
	struct slice version = relp_offer(a->lines, SLICE("relp_version"));
	struct slice commands = relp_offer(a->lines, SLICE("commands"));

	if (!a->is_good)
		return err_set(e, ERR_DENIED,
			       "the RELP session is refused: \"%.*s\"",
			       quoted_len(a->first), a->first.data);
	if (is_newer(version))
		return err_set(e, ERR_DENIED,
			       "it speaks version \"%.*s\" of RELP, and we "
			       "version 0",
			       quoted_len(version), version.data);
	if (!relp_lists(commands, SLICE("syslog")))
		return err_set(e, ERR_DENIED,
			       "it takes no syslog by RELP, only \"%.*s\"",
			       quoted_len(commands),
			       commands.len > 0 ? commands.data : "");
	link->ready = true;
	return 0;
}

/* The answer to a message. */
static void answered(uint64_t number, const struct answer_text *a,
		     dest_ack_fn *ack, void *context)
{
	char reason[QUOTED_MAX + 40];

	if (a->is_good) {
		ack(context, number, VERDICT_DELIVERED, NULL);
		return;
	}
	snprintf(reason, sizeof(reason), "refused by RELP: \"%.*s\"",
		 quoted_len(a->first), a->first.len > 0 ? a->first.data : "");
	ack(context, number, VERDICT_SPLIT, reason);
}

/* One frame from the other side. */
static int take(struct dest_link *link, const struct relp_frame *f,
		dest_ack_fn *ack, void *context, struct err *e)
{
	struct answer_text a = answer_text_of(f->data);

	if (f->txnr == 0) {
		// A hint; those we do not know may be passed over.
		link->ended |= slice_is(f->command, SLICE("serverclose"));
		return 0;
	}
	if (!slice_is(f->command, SLICE("rsp")))
		return err_set(e, ERR_TEMPORARY,
			       "it breaks RELP: \"%.*s\" is no answer",
			       (int)f->command.len, f->command.data);
	if (!link->ready) {
		if (f->txnr == OPEN_TXNR)
			return opened(link, &a, e);
		return err_set(e, ERR_TEMPORARY,
			       "it breaks RELP: an answer to %u, and only %d "
			       "was asked",
			       f->txnr, OPEN_TXNR);
	}
	// The answer to "close" has nothing to say.
	if (f->txnr == next_txnr(link))
		link->ended = true;
	else
		answered((uint64_t)f->txnr - FIRST_TXNR, &a, ack, context);
	return 0;
}

ssize_t relp_receive(const void *config, struct dest_link *link,
		     struct slice bytes, struct buf *out, dest_ack_fn *ack,
		     void *context, struct err *e)
{
	struct slice rest = bytes;
	struct relp_frame f;
	const char *why;

	(void)config;
	(void)out;
	while (!link->ended) {
		enum relp_got got = relp_parse(rest, ANSWER_MAX, &f, &why);

		if (got == RELP_BROKEN)
			return err_set(e, ERR_TEMPORARY,
				       "it breaks RELP: \"%.*s\": %s",
				       quoted_len(rest), rest.data, why);
		if (got == RELP_MORE)
			break;
		if (take(link, &f, ack, context, e) < 0)
			return -1;
		rest = slice_from(rest, f.len);
	}
	// Behind the end of a session nothing has a meaning.
	return (ssize_t)(link->ended ? bytes.len : bytes.len - rest.len);
}

void relp_goodbye(const void *config, struct dest_link *link, struct buf *out)
{
	(void)config;
	relp_put(out, next_txnr(link), "close", SLICE(""));
}
