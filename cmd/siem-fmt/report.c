#include "report.h"

#include "core/msg.h"

enum { TOLD = 5 }; // losses that are told one by one

static void tell(void *who, enum format_loss loss, struct slice key,
		 size_t kept, size_t of)
{
	struct report *r = who;
	const struct stream *s = r->stream;

	if (r->losses != NULL)
		explain_note(r->losses, key, loss == FORMAT_LEFT_OUT, kept, of);
	if (r->told++ >= TOLD)
		return;

	const char *name = s->name != NULL ? s->name : "";
	const char *colon = s->name != NULL ? ": " : "";
	unsigned long long line = (unsigned long long)s->in.records;
	int len = key.len < 64 ? (int)key.len : 64;

	switch (loss) {
	case FORMAT_CUT:
		msg_warn("%s%sline %llu: %.*s cut to %zu of %zu bytes", name,
			 colon, line, len, key.data, kept, of);
		break;
	case FORMAT_LEFT_OUT:
		msg_warn("%s%sline %llu: %.*s left out, to keep to --max-line",
			 name, colon, line, len, key.data);
		break;
	}
}

void report_init(struct report *r, const struct stream *s)
{
	*r = (struct report){
		.stream = s,
		.counts = { .tell = tell, .who = r },
	};
}

void report_losses(const struct report *r)
{
	if (r->told > TOLD)
		msg_warn("%llu values cut and %llu fields left out in all",
			 (unsigned long long)r->counts.cut,
			 (unsigned long long)r->counts.left_out);
}

/* ", 3 not selected", where there can be such. */
static void put_selection(const struct report *r, struct buf *out)
{
	if (r->selects)
		buf_printf(out, ", %llu not selected",
			   (unsigned long long)r->not_selected);
	if (r->by_time)
		buf_printf(out, ", %llu kept that have no time",
			   (unsigned long long)r->untimed);
}

/* ", 3 members dropped, 2 values hashed", "; redacted: 5 email, 1 card". */
static void put_privacy(const struct report *r, struct buf *out)
{
	const struct privacy *p = r->privacy;
	const char *before = "; redacted: ";
	struct minimise_counts counts;

	if (p->minimiser == NULL)
		return;
	counts = minimiser_counts(p->minimiser);
	buf_printf(out, "; %llu members dropped, %llu values hashed",
		   (unsigned long long)counts.dropped,
		   (unsigned long long)counts.hashed);
	for (size_t i = 0;
	     p->redactor != NULL && i < redactor_count(p->redactor); i++) {
		uint64_t found = redactor_found(p->redactor, i);

		if (found == 0)
			continue;
		buf_printf(out, "%s%llu %s", before, (unsigned long long)found,
			   redactor_name(p->redactor, i));
		before = ", ";
	}
}

void report_stats(const struct stream *s, void *context)
{
	const struct report *r = context;
	unsigned long long bytes = stream_bytes(r->stream);
	struct buf selection = BUF_INIT(128);
	struct buf privacy = BUF_INIT(8 << 10);

	put_selection(r, &selection);
	put_privacy(r, &privacy);
	msg_error("%llu records read (%llu bytes), %llu written, "
		  "%llu rejected%s; %llu values cut, %llu fields left out%s",
		  (unsigned long long)s->read, bytes,
		  (unsigned long long)s->written,
		  (unsigned long long)s->rejected, buf_str(&selection),
		  (unsigned long long)r->counts.cut,
		  (unsigned long long)r->counts.left_out, buf_str(&privacy));
	buf_free(&privacy);
	buf_free(&selection);
}

static void collect_privacy(struct page *page, const struct privacy *p)
{
	static const char name[] = "redacted_total";
	struct minimise_counts counts = { 0 };

	if (p->minimiser != NULL)
		counts = minimiser_counts(p->minimiser);
	page_counter(page, "members_dropped_total",
		     "Members left out by --drop and --keep.", counts.dropped);
	page_counter(page, "values_hashed_total",
		     "Values of which --hash made pseudonyms.", counts.hashed);
	page_counters(page, name, "Finds of --redact, by class.");
	for (size_t i = 0;
	     p->redactor != NULL && i < redactor_count(p->redactor); i++)
		page_part(page, name, "class",
			  slice_of(redactor_name(p->redactor, i)),
			  (double)redactor_found(p->redactor, i));
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
		     "Records that could not be formatted.", s->rejected);
	page_counter(page, "records_not_selected_total",
		     "Records that were not asked for.", r->not_selected);
	page_counter(page, "records_untimed_total",
		     "Records written though --since or --until could not "
		     "judge them, for want of a time.",
		     r->untimed);
	page_counter(page, "values_cut_total",
		     "Values cut to what their field allows.", r->counts.cut);
	page_counter(page, "fields_left_out_total",
		     "Fields left out to keep to --max-line.",
		     r->counts.left_out);
	collect_privacy(page, r->privacy);
}
