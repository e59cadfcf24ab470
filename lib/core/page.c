#include "core/page.h"

#include "core/utf8.h"

#include <inttypes.h>
#include <stdio.h>

static void put_type(struct page *p, const char *name, const char *help,
		     const char *type)
{
	buf_printf(&p->text, "# HELP %s_%s %s\n# TYPE %s_%s %s\n", p->prefix,
		   name, help, p->prefix, name, type);
}

/* A label's value: UTF-8, with what ends a value or a line escaped. */
static void put_value(struct buf *out, struct slice value)
{
	while (value.len > 0) {
		size_t good = utf8_valid(value);

		for (size_t i = 0; i < good; i++) {
			char c = value.data[i];

			if (c == '\\' || c == '"' || c == '\n')
				buf_putc(out, '\\');
			buf_putc(out, (char)(c == '\n' ? 'n' : c));
		}
		value = slice_from(value, good);
		if (value.len > 0) {
			buf_puts(out, "\xef\xbf\xbd"); // U+FFFD
			value = slice_from(value, 1);
		}
	}
}

/* "PREFIX_NAMESUFFIX{feed="...",label="..." */
static void put_sample(struct page *p, const char *name, const char *suffix,
		       const char *label, struct slice of)
{
	buf_printf(&p->text, "%s_%s%s{feed=\"", p->prefix, name, suffix);
	put_value(&p->text, p->feed);
	if (label != NULL) {
		buf_printf(&p->text, "\",%s=\"", label);
		put_value(&p->text, of);
	}
	buf_puts(&p->text, "\"} ");
}

void page_counter(struct page *p, const char *name, const char *help,
		  uint64_t value)
{
	put_type(p, name, help, "counter");
	put_sample(p, name, "", NULL, SLICE(""));
	buf_printf(&p->text, "%" PRIu64 "\n", value);
}

void page_gauge(struct page *p, const char *name, const char *help,
		double value)
{
	put_type(p, name, help, "gauge");
	put_sample(p, name, "", NULL, SLICE(""));
	buf_printf(&p->text, "%.15g\n", value);
}

void page_counters(struct page *p, const char *name, const char *help)
{
	put_type(p, name, help, "counter");
}

void page_gauges(struct page *p, const char *name, const char *help)
{
	put_type(p, name, help, "gauge");
}

void page_part(struct page *p, const char *name, const char *label,
	       struct slice of, double value)
{
	put_sample(p, name, "", label, of);
	buf_printf(&p->text, "%.15g\n", value);
}

void page_histogram(struct page *p, const char *name, const char *help,
		    const struct histogram *h)
{
	char end[32];
	uint64_t count = 0;

	put_type(p, name, help, "histogram");
	for (size_t i = 0; i <= HISTOGRAM_ENDS; i++) {
		count += h->counts[i];
		if (i < HISTOGRAM_ENDS)
			snprintf(end, sizeof(end), "%g",
				 (double)histogram_end_ns(i) / 1e9);
		else
			snprintf(end, sizeof(end), "+Inf");
		put_sample(p, name, "_bucket", "le", slice_of(end));
		buf_printf(&p->text, "%" PRIu64 "\n", count);
	}
	put_sample(p, name, "_sum", NULL, SLICE(""));
	buf_printf(&p->text, "%.9f\n", (double)h->sum_ns / 1e9);
	put_sample(p, name, "_count", NULL, SLICE(""));
	buf_printf(&p->text, "%" PRIu64 "\n", count);
}

void page_free(struct page *p)
{
	buf_free(&p->text);
}
