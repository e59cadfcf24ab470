#include "verify.h"

#include "stream/identity.h"
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

/* What the stamps of a file begin with: its first line, hashed. */
static int seed_stamps(struct verify *v, size_t file,
		       const struct input_line *line, struct err *e)
{
	struct stamper *s = &v->stamper;

	if (line->too_long)
		return err_set(e, ERR_USAGE,
			       "%s: option --stamp: the first line is longer "
			       "than --max-record",
			       v->sources[file].name);
	if (EVP_DigestInit_ex(s->seed, EVP_sha256(), NULL) != 1 ||
	    EVP_DigestUpdate(s->seed, line->raw.data, line->raw.len) != 1 ||
	    EVP_DigestUpdate(s->seed, "\n", 1) != 1)
		return err_set(e, ERR_SYSTEM, "SHA-256 failed");
	return 0;
}

/* The record as siem-tail --stamp sends it. */
static int stamp(struct verify *v, const struct input_line *line,
		 struct slice *record, struct err *e)
{
	struct stamper *s = &v->stamper;

	if (line->too_long || line->raw.len > IDENTITY_LINE)
		return 0;
	buf_clear(&s->out);
	if (identity_put(&s->out, s->hash, s->seed, line->raw, line->offset,
			 e) < 0)
		return -1;
	*record = buf_slice(&s->out);
	if (record->len > 0 && record->data[record->len - 1] == '\r')
		record->len--;
	return buf_status(&s->out) == 0
		       ? 0
		       : err_set(e, ERR_SYSTEM, "out of memory");
}

int expect_next(struct verify *v, size_t file, struct input_line *line,
		struct slice *record, struct err *e)
{
	int got;

	do {
		got = input_next(&v->sources[file], v->config->max_record, line,
				 e);
		if (got > 0 && v->config->stamp && line->offset == 0 &&
		    seed_stamps(v, file, line, e) < 0)
			return -1;
	} while (got > 0 && !line->too_long && reader_is_blank(line->text));
	if (got <= 0)
		return got;
	*record = line->text;
	return v->config->stamp && stamp(v, line, record, e) < 0 ? -1 : 1;
}

int stamper_open(struct stamper *s, struct err *e)
{
	*s = (struct stamper){
		.seed = EVP_MD_CTX_new(),
		.hash = EVP_MD_CTX_new(),
		.out = BUF_INIT(SIZE_MAX / 4),
	};
	if (s->seed == NULL || s->hash == NULL ||
	    EVP_DigestInit_ex(s->seed, EVP_sha256(), NULL) != 1)
		return err_set(e, ERR_SYSTEM, "SHA-256: cannot be set up");
	return 0;
}

void stamper_close(struct stamper *s)
{
	EVP_MD_CTX_free(s->seed);
	EVP_MD_CTX_free(s->hash);
	buf_free(&s->out);
}

static uint32_t short_len(uint64_t len)
{
	return len < UINT32_MAX ? (uint32_t)len : UINT32_MAX;
}

int expect_told(void *context, const struct proof_range *range,
		enum proof_verdict verdict, uint64_t records, struct err *e)
{
	struct verify *v = context;
	struct entry finding = {
		.key = { FINDING_DIFFERS },
		.place = range->from,
		.len = place_file(range->from) == place_file(range->to)
			       ? short_len(range->to - range->from)
			       : 0,
		.other = { records, range->records },
		.id = range->receipt,
	};

	switch (verdict) {
	case PROOF_SAME:
		return 0;
	case PROOF_OTHER:
		v->counts.differing++;
		return sorter_add(&v->findings, &finding, e);
	case PROOF_UNKNOWN:
		v->counts.unchecked++;
		return 0;
	}
	return 0;
}

static int expect_line(struct verify *v, size_t file,
		       const struct input_line *line, struct slice record,
		       struct err *e)
{
	struct entry entry = {
		.place = place_of(file, line->offset),
		.len = short_len(line->len),
		.flags = line->ended ? 0 : ENTRY_OPTIONAL,
	};

	v->counts.read++;
	if (heed_signals(v, e) < 0)
		return -1;
	if (!line->too_long) {
		if (proof_follow(&v->proof, entry.place, record, 1, e) < 0)
			return -1;
		return expect_record(v, record, &entry, e);
	}
	v->counts.rejected++;
	(void)claims_set_aside(&v->claims, entry.place);
	return 0;
}

/* The records of a source are what is sent. */
static int expect_source(struct verify *v, size_t file, struct err *e)
{
	struct input_line line;
	struct slice record;
	int got;

	while ((got = expect_next(v, file, &line, &record, e)) > 0)
		if (expect_line(v, file, &line, record, e) < 0)
			return -1;
	input_close(&v->sources[file]);
	return got;
}

static int expect_sources(struct verify *v, struct err *e)
{
	for (size_t i = 0; i < v->source_count; i++)
		if (expect_source(v, i, e) < 0)
			return -1;
	return 0;
}

int expect(struct verify *v, struct err *e)
{
	int rc = v->through != NULL ? through_read(v->through, v, e)
				    : expect_sources(v, e);

	return rc < 0 || !v->claims.known ? rc : proof_finish(&v->proof, e);
}
