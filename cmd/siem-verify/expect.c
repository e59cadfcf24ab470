#include "verify.h"

#include "core/buf.h"
#include "stream/reader.h"
#include "through.h"

int expect_record(struct verify *v, struct slice record, struct entry *entry,
		  struct err *e)
{
	if (digest_expected(&v->digester, record, entry, e) < 0)
		return -1;
	if ((entry->flags & ENTRY_WHOLE) != 0)
		v->whole = true;
	v->counts.expected++;
	return sorter_add(&v->expected, entry, e);
}

static uint32_t short_len(uint64_t len)
{
	return len < UINT32_MAX ? (uint32_t)len : UINT32_MAX;
}

static int expect_line(struct verify *v, size_t file,
		       const struct input_line *line, struct err *e)
{
	struct entry entry = {
		.place = place_of(file, line->offset),
		.len = short_len(line->len),
		.flags = line->ended ? 0 : ENTRY_OPTIONAL,
	};

	v->counts.read++;
	if (heed_signals(v, e) < 0)
		return -1;
	if (!line->too_long)
		return expect_record(v, line->text, &entry, e);
	v->counts.rejected++;
	(void)claims_set_aside(&v->claims, entry.place);
	return 0;
}

/* The records of a source are what is sent. */
static int expect_source(struct verify *v, size_t file, struct err *e)
{
	struct input_line line;
	int got;

	while ((got = input_next(&v->sources[file], v->config->max_record,
				 &line, e)) > 0)
		if (line.too_long || !reader_is_blank(line.text))
			if (expect_line(v, file, &line, e) < 0)
				return -1;
	input_close(&v->sources[file]);
	return got;
}

int expect(struct verify *v, struct err *e)
{
	if (v->through != NULL)
		return through_read(v->through, v, e);
	for (size_t i = 0; i < v->source_count; i++)
		if (expect_source(v, i, e) < 0)
			return -1;
	return 0;
}
