#include "report.h"

#include "core/msg.h"

#include <stdlib.h>

enum { QUOTED = 60 }; // the most bytes of a record that a message shows

static size_t count_rules(const struct rule *rules)
{
	size_t n = 0;

	while (rules[n].name != NULL)
		n++;
	return n;
}

static void add_rules(struct report *r, const struct rule *rules)
{
	for (; rules->name != NULL; rules++)
		r->counts[r->rules++].rule = rules;
}

int report_init(struct report *r, struct stream *s, bool advice, struct err *e)
{
	size_t count = 1 + count_rules(record_rules);

	*r = (struct report){ .stream = s,
			      .advice = advice,
			      .quote = BUF_INIT(8 * QUOTED) };
	for (size_t i = 0; i < dialect_count; i++)
		count += count_rules(dialects[i]->rules);
	r->counts = calloc(count, sizeof(*r->counts));
	if (r->counts == NULL)
		return err_sys(e, "counts");
	add_rules(r, record_rules);
	for (size_t i = 0; i < dialect_count; i++)
		add_rules(r, dialects[i]->rules);
	return 0;
}

static void count_departure(struct report *r, const struct rule *rule)
{
	struct stream *s = r->stream;

	for (size_t i = 0; i < r->rules; i++)
		if (r->counts[i].rule == rule)
			r->counts[i].count++;
	if (rule->advice)
		return;
	r->departures++;
	r->departed += r->last != s->read;
	r->last = s->read;
	if (s->status < STATUS_REJECTS)
		s->status = STATUS_REJECTS;
}

/* Of bytes, what a message can show of them, in quotes. */
static const char *quote(struct report *r, struct slice bytes)
{
	struct slice shown = { bytes.data,
			       bytes.len < QUOTED ? bytes.len : QUOTED };

	buf_clear(&r->quote);
	if (bytes.len == 0)
		return "";
	buf_puts(&r->quote, ": \"");
	msg_put_visible(&r->quote, shown);
	buf_puts(&r->quote, shown.len < bytes.len ? "\"..." : "\"");
	return buf_str(&r->quote);
}

void report_departure(void *who, const struct departure *d)
{
	struct report *r = who;
	const struct stream *s = r->stream;

	if (d->rule->advice && !r->advice)
		return;
	count_departure(r, d->rule);
	if (d->refused) // the stream says why
		return;
	msg_warn("%s%sline %llu: column %zu: %s%s: %s%s",
		 s->name != NULL ? s->name : "", s->name != NULL ? ": " : "",
		 (unsigned long long)s->in.records, d->column, d->rule->name,
		 d->rule->advice ? " (advice)" : "", d->message,
		 quote(r, d->bytes));
}

void report_stats(const struct stream *s, void *context)
{
	const struct report *r = context;

	for (size_t i = 0; i < r->rules; i++)
		if (r->counts[i].count > 0)
			msg_error("%8llu %s",
				  (unsigned long long)r->counts[i].count,
				  r->counts[i].rule->name);
	msg_error("%llu records read (%llu bytes), %llu written, %llu "
		  "rejected; %llu departures in %llu records",
		  (unsigned long long)s->read,
		  (unsigned long long)stream_bytes(r->stream),
		  (unsigned long long)s->written,
		  (unsigned long long)s->rejected,
		  (unsigned long long)r->departures,
		  (unsigned long long)r->departed);
}

void report_collect(struct page *page, const void *report)
{
	const struct report *r = report;
	const struct stream *s = r->stream;

	page_counter(page, "records_read_total",
		     "Records read, blank lines left out.", s->read);
	page_counter(page, "read_bytes_total", "Bytes of the lines read.",
		     stream_bytes(r->stream));
	page_counter(page, "records_written_total", "Lines written.",
		     s->written);
	page_counter(page, "records_rejected_total",
		     "Records that could not be read.", s->rejected);
	page_counter(page, "departures_total",
		     "Departures from the specifications (--strict).",
		     r->departures);
	page_counter(page, "records_departed_total", "Records that had any.",
		     r->departed);
}

void report_free(struct report *r)
{
	buf_free(&r->quote);
	free(r->counts);
}
