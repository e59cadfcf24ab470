#include "collect.h"

#include "tail.h"

/* What is in the files that are open, as far as is known, and not sent. */
static uint64_t lag_of(const struct tail *t)
{
	uint64_t lag = 0;

	for (const struct file *f = t->files.first; f != NULL;
	     f = files_next(f))
		if (f->source.unpack == NULL &&
		    f->source.size > f->source.position)
			lag += f->source.size - f->source.position;
	return lag;
}

void collect(struct page *page, const void *tail)
{
	const struct tail *t = tail;
	const struct report *r = &t->report;

	page_counter(page, "lines_written_total", "Lines written.", r->lines);
	page_counter(page, "written_bytes_total", "Bytes of them.", r->bytes);
	page_counter(page, "files_total", "Files that were opened.", r->files);
	page_counter(page, "rotations_total",
		     "Names that went on to another file.", r->rotations);
	page_counter(page, "truncations_total",
		     "Files that were truncated and begun again.",
		     r->truncations);
	page_counter(page, "lost_bytes_total",
		     "Bytes that were gone before they were read.", r->lost);
	page_counter(page, "gaps_total",
		     "Files gone or changed before they were read.", r->gaps);
	page_gauge(page, "lag_bytes",
		   "Bytes in the open files that are not written yet.",
		   (double)lag_of(t));
}
