#include "claims.h"

#include "core/msg.h"
#include "entry.h"
#include "stream/control.h"
#include "stream/position.h"
#include "stream/spool.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { RECEIPT_MAX = 16 << 20 }; // bytes of one receipt

/* A file as the receipts name it. */
struct claims_source {
	char *name;
	struct position longest; // with the most of how it begins
	uint64_t run;            // that mentioned it last
	bool known;              // longest is
	bool placed;             // it is a spool, and its offsets are places
	uint64_t digests;        // of its ranges
};

/* The number of the segment of a spool that a source is; 0: it is none. */
static uint64_t segment_of(const struct input *source)
{
	const char *slash = strrchr(source->name, '/');
	const char *name = slash != NULL ? slash + 1 : source->name;
	char log_name[SPOOL_NAME_MAX];
	uint64_t number = strtoull(name, NULL, 10);

	spool_log_name(number, log_name);
	return strcmp(name, log_name) == 0 ? number : 0;
}

int claims_open(struct claims *c, struct input *sources, size_t count,
		struct proof *proof, struct sorter *findings, struct err *e)
{
	c->proof = proof;
	c->findings = findings;
	if (chain_open(&c->chain, e) < 0)
		return -1;
	c->heads = BUF_INIT(SIZE_MAX / 4);
	c->head_lens = calloc(count, sizeof(*c->head_lens));
	if (c->head_lens == NULL)
		return err_sys(e, "receipts");
	c->sources = sources;
	c->source_count = count;
	c->known = true;
	for (size_t i = 0, last = 0; i < count; i++) {
		uint64_t number = segment_of(&sources[i]);

		// In their order they are one file to their reader.
		c->spooled = number > last && (c->spooled || i == 0);
		last = number;
	}
	for (size_t i = 0; i < count; i++) {
		static const char nothing[POSITION_HEAD];
		size_t start = c->heads.len;

		if (input_head(&sources[i], POSITION_HEAD, &c->heads, e) < 0)
			return -1;
		c->head_lens[i] = c->heads.len - start;
		buf_put(&c->heads, nothing, POSITION_HEAD - c->head_lens[i]);
	}
	if (buf_status(&c->heads) != 0)
		return err_set(e, ERR_SYSTEM, "receipts: out of memory");
	return 0;
}

static bool fits(const struct claims *c, size_t file, const struct position *p)
{
	return position_fits_head(
		p, (struct slice){ c->heads.data + file * POSITION_HEAD,
				   c->head_lens[file] });
}

/* A file as the receipts name it; NULL: out of memory. */
static struct claims_source *add_source(struct claims *c, const char *name)
{
	if (c->seen_count == c->seen_cap) {
		size_t cap = c->seen_cap != 0 ? 2 * c->seen_cap : 16;
		struct claims_source *seen =
			realloc(c->seen, cap * sizeof(*seen));

		if (seen == NULL)
			return NULL;
		c->seen = seen;
		c->seen_cap = cap;
	}

	struct claims_source *s = &c->seen[c->seen_count];
	*s = (struct claims_source){ .name = strdup(name) };
	if (s->name == NULL)
		return NULL;
	c->seen_count++;
	return s;
}

/* The latest of that name. */
static struct claims_source *find_source(struct claims *c, const char *name)
{
	for (size_t i = c->seen_count; i-- > 0;)
		if (strcmp(c->seen[i].name, name) == 0)
			return &c->seen[i];
	return add_source(c, name);
}

/* Does a file that began like a begin otherwise by now? It was truncated. */
static bool begins_anew(const struct position *a, const struct position *b)
{
	return b->head_len < a->head_len ||
	       (b->head_len == a->head_len && b->head_hash != a->head_hash);
}

static bool read_position(json_t *range, const char *member, struct position *p)
{
	const char *text = json_string_value(json_object_get(range, member));
	struct err e;

	return text != NULL && position_parse(slice_of(text), p, &e) == 0;
}

static uint64_t number_of(json_t *receipt, const char *member)
{
	json_int_t n = json_integer_value(json_object_get(receipt, member));

	return n > 0 ? (uint64_t)n : 0;
}

/* The digest of some records, where the object has one. */
static bool read_digest(json_t *object, struct proof_range *range)
{
	for (size_t i = 0; i < CHECKSUM_KINDS; i++) {
		enum checksum_kind kind = (enum checksum_kind)i;
		const char *hex = json_string_value(
			json_object_get(object, checksum_name(kind)));

		if (hex == NULL)
			continue;
		range->kind = kind;
		return checksum_read(hex, kind, range->sum);
	}
	return false;
}

/*
 * Which records they were that came from a range. Earlier versions tell that
 * only where there is one range.
 */
static int take_digest(struct claims *c, json_t *receipt, json_t *range,
		       struct proof_range *proof, struct err *e)
{
	const char *sink =
		json_string_value(json_object_get(receipt, "destination"));
	bool known = read_digest(range, proof);

	proof->records = number_of(range, "records");
	if (json_object_get(range, "records") == NULL) {
		proof->records = number_of(receipt, "delivered");
		// Of those that were delivered.
		proof->partial = true;
		known = json_array_size(json_object_get(receipt, "ranges")) ==
				1 &&
			read_digest(receipt, proof);
	}
	if (proof->records == 0)
		return 0;
	// The command may stand before the spool, or behind it.
	if (c->through && sink != NULL && strcmp(sink, "spool") == 0)
		known = false;
	c->unchecked += !known;
	c->seen[proof->source].digests += known;
	return known ? proof_add(c->proof, proof, e) : 0;
}

/*
 * What a receipt says of the stretch from one offset, or place, to another;
 * where it begins a run, also of those up to under_way.
 */
static int take_stretch(struct claims *c, json_t *receipt, json_t *range,
			const struct proof_range *p, uint64_t under_way,
			struct err *e)
{
	struct span span = { .source = p->source,
			     .from = p->from,
			     .to = p->to };
	struct span begun = { .source = p->source,
			      .from = p->from,
			      .to = under_way };
	struct proof_range proof = *p;

	if (spans_add(&c->acknowledged, span, e) < 0 ||
	    spans_add(&c->predicted, begun, e) < 0 ||
	    (number_of(receipt, "retried") > 0 &&
	     spans_add(&c->predicted, span, e) < 0) ||
	    take_digest(c, receipt, range, &proof, e) < 0)
		return -1;
	span.count =
		number_of(receipt, "rejected") + number_of(receipt, "given_up");
	span.receipt = chain_last(&c->chain);
	return span.count > 0 ? spans_add(&c->set_aside, span, e) : 0;
}

/* The source with that number is a segment, and the one that is asked for. */
static bool is_segment(const struct claims *c, size_t file, uint64_t number)
{
	return file < c->source_count &&
	       segment_of(&c->sources[file]) == number;
}

/*
 * Where a reader of a spool stood, whose segments are sources, one after the
 * other. A segment that is not there was left behind.
 */
static uint64_t place_in_spool(const struct claims *c, struct spool_position p)
{
	for (size_t i = 0; i < c->source_count; i++) {
		uint64_t number = segment_of(&c->sources[i]);

		if (number > 0 && number >= p.segment)
			return place_of(i, number == p.segment ? p.offset : 0);
	}
	return place_of(c->source_count, 0);
}

/* Are all segments there, from one that was read in to another? */
static bool has_segments(const struct claims *c, struct spool_position from,
			 struct spool_position to)
{
	uint64_t first = from.segment > 0 ? from.segment : 1;
	size_t file = (size_t)place_file(place_in_spool(c, from));

	for (uint64_t number = first; number <= to.segment; number++, file++)
		if (!is_segment(c, file, number))
			return false;
	return true;
}

/* So many bytes further, through the files that follow. */
static uint64_t place_behind(const struct claims *c, uint64_t place, uint64_t n)
{
	uint64_t file = place_file(place);
	uint64_t offset = place_offset(place);

	while (file < c->source_count && offset + n > c->sources[file].size) {
		n -= offset < c->sources[file].size
			     ? c->sources[file].size - offset
			     : 0;
		offset = 0;
		file++;
	}
	return place_of(file, offset + n);
}

/*
 * The source of a range, and whether a run of the sink begins with it. NULL
 * with e filled: out of memory.
 */
static struct claims_source *take_source(struct claims *c, const char *name,
					 bool *begins, struct err *e)
{
	struct claims_source *s = find_source(c, name);

	if (s == NULL) {
		err_sys(e, "receipts");
		return NULL;
	}
	*begins = s->run != c->run;
	s->run = c->run;
	return s;
}

/* The reader of a spool speaks of places in its segments. */
static int take_spool_range(struct claims *c, json_t *receipt, json_t *range,
			    struct proof_range *p, struct err *e)
{
	const char *name = json_string_value(json_object_get(range, "source"));
	const char *begin = json_string_value(json_object_get(range, "from"));
	const char *end = json_string_value(json_object_get(range, "to"));
	struct spool_position from = { 0 };
	struct spool_position to;
	bool begins;

	if (!spool_parse_position(slice_of(end), &to))
		return err_set(e, ERR_DATA, "a position that is none: %s", end);
	// What is new begins with no position at all.
	if (begin == NULL || !spool_parse_position(slice_of(begin), &from))
		from = (struct spool_position){ 0 };
	if (!c->spooled)
		return 0;

	struct claims_source *s = take_source(c, name, &begins, e);
	if (s == NULL)
		return -1;
	s->placed = true;
	p->source = (size_t)(s - c->seen);
	p->from = place_in_spool(c, from);
	p->to = place_in_spool(c, to);
	p->partial = !has_segments(c, from, to);
	return take_stretch(
		c, receipt, range, p,
		begins ? place_behind(c, p->from, c->window) : p->from, e);
}

static int take_range(struct claims *c, json_t *receipt, json_t *range,
		      uint64_t place, struct err *e)
{
	const char *name = json_string_value(json_object_get(range, "source"));
	const char *end = json_string_value(json_object_get(range, "to"));
	struct proof_range p = { .receipt = place };
	struct position from, to;
	bool begins;

	if (name == NULL || end == NULL)
		return err_set(e, ERR_DATA, "a range that is none");
	if (strcmp(end, "-") == 0) // the file is gone, and nothing of it came
		return 0;
	if (strncmp(name, "spool:", 6) == 0)
		return take_spool_range(c, receipt, range, &p, e);
	if (!read_position(range, "to", &to))
		return err_set(e, ERR_DATA, "a position that is none: %s", end);
	// What is new begins with no position at all.
	if (!read_position(range, "from", &from))
		from = (struct position){ 0 };

	struct claims_source *s = take_source(c, name, &begins, e);
	if (s == NULL)
		return -1;
	if (s->known && begins_anew(&s->longest, &to)) {
		s = add_source(c, name);
		if (s == NULL)
			return err_sys(e, "receipts");
		s->run = c->run;
	}
	s->longest = to;
	s->known = true;
	p.source = (size_t)(s - c->seen);
	p.from = from.offset;
	p.to = to.offset;
	return take_stretch(c, receipt, range, &p,
			    begins ? p.from + c->window : p.from, e);
}

/* A line that is not behind the one that it stands behind. */
static int is_broken(struct claims *c, uint64_t place, bool elsewhere,
		     struct err *e)
{
	struct entry finding = {
		.key = { FINDING_BROKEN },
		.place = place,
		.other = { elsewhere },
	};

	c->broken++;
	return sorter_add(c->findings, &finding, e);
}

static int take_ranges(struct claims *c, json_t *receipt, uint64_t place,
		       struct err *e)
{
	json_t *ranges = json_object_get(receipt, "ranges");

	// Each run of a sink counts its records from 1 again; 0: there are
	// none.
	uint64_t first = number_of(receipt, "first");
	if (first > 0) {
		if (first <= c->last)
			c->run++;
		c->last = number_of(receipt, "last");
	}
	for (size_t i = 0; i < json_array_size(ranges); i++)
		if (take_range(c, receipt, json_array_get(ranges, i), place,
			       e) < 0)
			return -1;
	return 0;
}

static int take_receipt(struct claims *c, const struct input_line *line,
			uint64_t place, struct err *e)
{
	json_error_t why;
	json_t *receipt = json_loadb(line->text.data, line->text.len, 0, &why);
	json_t *previous = json_object_get(receipt, "previous");
	int rc = -1;

	if (!json_is_object(receipt) ||
	    !json_is_array(json_object_get(receipt, "ranges")))
		err_set(e, ERR_DATA, "this is no receipt");
	else if (chain_follow(&c->chain, line->raw,
			      json_string_value(previous)) ||
		 is_broken(c, place, false, e) == 0)
		rc = take_ranges(c, receipt, place, e);
	json_decref(receipt);
	return rc;
}

int claims_read(struct claims *c, struct input *receipts, size_t file,
		struct err *e)
{
	struct input_line line;
	uint64_t number = 0;
	int got;

	c->run++;
	c->last = 0;
	if (chain_start(&c->chain, e) < 0)
		return -1;
	while ((got = input_next(receipts, RECEIPT_MAX, &line, e)) > 0) {
		number++;
		if (!line.ended) { // by a crash, and not cut by a new run yet
			msg_warn("%s: line %llu has no end, and says nothing: "
				 "torn by a crash, cut off or being written",
				 receipts->name, (unsigned long long)number);
			continue;
		}
		if (take_receipt(c, &line, place_of(file, number), e) < 0) {
			// It is no record that is wrong.
			if (e->kind == ERR_DATA)
				e->kind = ERR_SYSTEM;
			return err_prefix(e, "%s: line %llu", receipts->name,
					  (unsigned long long)number);
		}
	}
	return got;
}

/* The name of a file without its folders. */
static struct slice base_of(const char *path, size_t len)
{
	const char *slash = memrchr(path, '/', len);

	return slash == NULL
		       ? (struct slice){ path, len }
		       : (struct slice){ slash + 1,
					 (size_t)(path + len - slash) - 1 };
}

/* The name that a file had when it was first read, without its number. */
static void put_base(struct buf *out, const char *name, uint64_t *number)
{
	const char *hash = strrchr(name, '#');
	struct slice base = base_of(name, hash != NULL ? (size_t)(hash - name)
						       : strlen(name));

	*number = hash != NULL ? strtoull(hash + 1, NULL, 10) : 0;
	control_decode(out, base);
}

enum bearing {
	BEARS_NONE,
	BEARS_SUFFIX, // the name, and more behind it: it was rotated
	BEARS_NAME,   // compressed or not
};

/* Does a source bear that name? */
static enum bearing bears(const struct input *source, struct slice base)
{
	struct slice own = base_of(source->name, strlen(source->name));

	if (base.len == 0 || !slice_take(&own, base))
		return BEARS_NONE;
	return own.len == 0 || slice_is(own, SLICE(".gz")) ? BEARS_NAME
							   : BEARS_SUFFIX;
}

/*
 * The source that begins as a file did: the very file, else one that has its
 * name, else any.
 */
static size_t find_file(const struct claims *c, const struct claims_source *s)
{
	const struct position *p = &s->longest;
	struct buf base = BUF_INIT(SIZE_MAX / 4);
	enum bearing best = BEARS_NONE;
	size_t found = FILE_NONE;
	uint64_t number;

	put_base(&base, s->name, &number);
	for (size_t i = 0; i < c->source_count; i++) {
		const struct input *in = &c->sources[i];
		enum bearing now = bears(in, buf_slice(&base));

		if (!fits(c, i, p))
			continue;
		if (in->ino == p->ino && in->dev == p->dev) {
			found = i;
			break;
		}
		if (found == FILE_NONE || now > best) {
			found = i;
			best = now;
		}
	}
	buf_free(&base);
	return found;
}

/*
 * What the receipts have last of a file with that name is under it, unless a
 * file was found that begins so. What they had before was rotated away: a
 * source that was made of it by renaming is the same file.
 */
static bool should_be(const struct claims *c, size_t seen, size_t source,
		      struct slice base, bool is_last)
{
	const struct position *p = &c->seen[seen].longest;
	const struct input *in = &c->sources[source];

	switch (bears(in, base)) {
	case BEARS_NONE:
		return false;
	case BEARS_NAME:
		return is_last;
	case BEARS_SUFFIX:
		return in->size > 0 && in->ino == p->ino && in->dev == p->dev;
	}
	return false;
}

/* Is no later file of the receipts called so? */
static bool is_last_of(const struct claims *c, size_t seen, struct slice base,
		       uint64_t number)
{
	struct buf other = BUF_INIT(SIZE_MAX / 4);
	bool last = true;

	for (size_t i = 0; i < c->seen_count && last; i++) {
		uint64_t its;

		buf_clear(&other);
		put_base(&other, c->seen[i].name, &its);
		last = !slice_is(buf_slice(&other), base) || its < number ||
		       (its == number && i <= seen);
	}
	buf_free(&other);
	return last;
}

/*
 * The source that should begin as the receipts say, for it has the name, and
 * does not: of those that are not found to be another file of theirs.
 */
static size_t find_renewed(const struct claims *c, size_t seen,
			   const bool *taken)
{
	struct buf base = BUF_INIT(SIZE_MAX / 4);
	uint64_t number;
	size_t found = FILE_NONE;

	put_base(&base, c->seen[seen].name, &number);
	bool is_last = is_last_of(c, seen, buf_slice(&base), number);
	for (size_t i = 0; i < c->source_count && found == FILE_NONE; i++)
		if (!taken[i] &&
		    should_be(c, seen, i, buf_slice(&base), is_last))
			found = i;
	buf_free(&base);
	return found;
}

static int add_renewed(struct claims *c, size_t seen, size_t file,
		       struct err *e)
{
	const struct position *p = &c->seen[seen].longest;
	struct entry finding = {
		.key = { FINDING_RENEWED },
		.place = place_of(file, 0),
		.len = (uint32_t)p->head_len,
		.id = seen,
	};

	c->renewed++;
	return sorter_add(c->findings, &finding, e);
}

/* Which files they are, as place_in() takes them; taken: those that are. */
static int identify(struct claims *c, size_t *files, bool *taken, struct err *e)
{
	for (size_t i = 0; i < c->seen_count; i++) {
		files[i] = c->seen[i].placed ? FILE_PLACED
					     : find_file(c, &c->seen[i]);
		if (files[i] < c->source_count)
			taken[files[i]] = true;
	}
	for (size_t i = 0; i < c->seen_count; i++) {
		if (files[i] != FILE_NONE)
			continue;
		files[i] = find_renewed(c, i, taken);
		if (files[i] != FILE_NONE) {
			taken[files[i]] = true;
			if (add_renewed(c, i, files[i], e) < 0)
				return -1;
			continue;
		}
		c->unchecked += c->seen[i].digests;
		msg_warn("receipts: %s is none of the sources",
			 c->seen[i].name);
	}
	return 0;
}

int claims_finish(struct claims *c, struct err *e)
{
	size_t *files = calloc(c->seen_count + 1, sizeof(*files));
	bool *taken = calloc(c->source_count, sizeof(*taken));
	int rc = -1;

	if (files == NULL || taken == NULL) {
		err_sys(e, "receipts");
		goto out;
	}
	for (size_t i = 0; i < c->chain.count; i++)
		if (!chain_is_whole(&c->chain, i) &&
		    is_broken(c, place_of(i, 1), true, e) < 0)
			goto out;
	if (identify(c, files, taken, e) < 0)
		goto out;
	spans_place(&c->acknowledged, files);
	spans_place(&c->predicted, files);
	spans_place(&c->set_aside, files);
	rc = proof_start(c->proof, files, e);
out:
	free(taken);
	free(files);
	return rc;
}

const char *claims_name(const struct claims *c, uint64_t number)
{
	return c->seen[number].name;
}

bool claims_acknowledged(const struct claims *c, uint64_t place)
{
	return spans_find(&c->acknowledged, place) != NULL;
}

bool claims_predicted(const struct claims *c, uint64_t place)
{
	return spans_find(&c->predicted, place) != NULL;
}

bool claims_set_aside(struct claims *c, uint64_t place)
{
	return spans_take(&c->set_aside, place) != NULL;
}

void claims_free(struct claims *c)
{
	for (size_t i = 0; i < c->seen_count; i++)
		free(c->seen[i].name);
	free(c->seen);
	chain_close(&c->chain);
	spans_free(&c->acknowledged);
	spans_free(&c->predicted);
	spans_free(&c->set_aside);
	free(c->head_lens);
	buf_free(&c->heads);
}
