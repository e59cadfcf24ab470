/*
 * Usage: prove-formats [--records] [--vectors DIR] COUNT SEED [FORMAT...]
 *
 * Prove that no output can be forged: COUNT hostile records go through every
 * format (or those that are named), by the built-in maps and by random ones;
 * each line is read back strictly, and has to give exactly what the event of
 * the record holds. Prints a line for each format, or what is wrong, and fails
 * then. Record N is what "prove-formats 1 SEED+N" begins with; --records only
 * prints them, which are valid.
 *
 * What is read back is what was mapped, but for what the formats' own rules
 * make of it (proof/expect.h), and for these departures. Of documents what was
 * mapped is worked out from the record and the map a second time (mapping.h,
 * document.h), down to the types of their leaves.
 *
 * - A field of a header is empty where the event has nothing for it.
 * - A value that is not cut on request may be longer than it should be.
 * - A packet of RFC 3164 without a limit may have more than 1024 bytes.
 * - A name that is in a record twice is so in a line that ends in the record.
 * - Milliseconds of early 1970 look as if they were seconds.
 * - Random maps do not know which fields have to go together, and in which
 *   range; and where they say of a key of the format's that it has another
 *   type, a reader finds that.
 */
#include "../proof/hostile-map.h"
#include "../proof/readback.h"

#include "core/msg.h"
#include "core/opt.h"
#include "json/walk.h"

enum {
	MAX_RECORD = 1 << 20,
	MAP_LIFE = 256, // records
	SLACK = 256,    // bytes that a format may be short of max_line
};

struct config {
	bool records;
	const char *vectors;
};

static const struct opt options[] = {
	OPT_FLAG(0, "records", records, "print the records, and prove nothing"),
	OPT_STRING(0, "vectors", vectors, "DIR",
		   "where hostile.txt is [tests/vectors]"),
	OPT_END,
};

static const struct cli cli = {
	.name = "prove-formats",
	.operands = "COUNT SEED [FORMAT...]",
	.summary = "Prove that no output of siem-fmt can be forged.",
	.options = options,
};

/* What is proven of a way to write. */
struct proof {
	const struct way *way;
	const struct format *format;
	const struct map_shape *shape;
	struct maps *builtin, *made;
	struct mapper *by_builtin, *by_made;
	char *map; // text of the one that was made
	json_t *map_json;
	size_t events, refused, fields;
};

struct prover {
	struct hostile hostile;
	struct hostile_words words;
	struct proof proofs[WAYS];
	struct readback readback;
	struct buf record, line, other;
	unsigned long long seed; // of the record
};

static struct mapper *mapper_of(const struct maps *maps,
				const struct map_shape *shape)
{
	struct mapper *m = mapper_new(maps, shape, MAX_RECORD);

	if (m == NULL)
		abort();
	return m;
}

static void proof_begin(struct proof *p, const struct way *way)
{
	struct err e;

	*p = (struct proof){ .way = way, .format = format_find(way->format) };
	p->shape = p->format->shape(way->variant);
	p->builtin = maps_load("auto", p->shape, &e);
	if (p->builtin == NULL)
		abort();
	p->by_builtin = mapper_of(p->builtin, p->shape);
}

static void drop_made(struct proof *p)
{
	mapper_free(p->by_made);
	if (p->made != NULL)
		maps_free(p->made);
	free(p->map);
	json_decref(p->map_json);
	p->by_made = NULL;
	p->made = NULL;
	p->map = NULL;
	p->map_json = NULL;
}

static void proof_end(struct proof *p)
{
	drop_made(p);
	mapper_free(p->by_builtin);
	maps_free(p->builtin);
}

/* Make another map; of those that are refused, the next is tried. */
static void make_map(struct prover *v, struct proof *p)
{
	struct random r = { .state = v->seed / MAP_LIFE };
	struct err e;

	drop_made(p);
	random_next(&r);
	do {
		free(p->map);
		p->map = hostile_map(&v->words, &r, p->shape);
		p->made = hostile_load(p->map, p->shape, &e);
	} while (p->made == NULL);
	p->by_made = mapper_of(p->made, p->shape);
	p->map_json = json_loads(p->map, 0, NULL);
}

static void fail(struct prover *v, const struct proof *p,
		 const struct mapper *mapper, const char *what)
{
	struct readback *r = &v->readback;

	printf("prove-formats 1 %llu %s: %s%s%s: %s\n%srecord: %.*s\n"
	       "line:   %.*s\nread:   %s\nwanted: %s\n",
	       v->seed, p->way->format, p->way->variant,
	       p->way->syslog != NULL ? " --syslog=" : "",
	       p->way->syslog != NULL ? p->way->syslog : "", what,
	       buf_str(&r->departures), (int)v->record.len, v->record.data,
	       (int)v->line.len, v->line.data, buf_str(&r->got),
	       buf_str(&r->want));
	if (mapper == p->by_made)
		printf("map:    %s\n", p->map);
}

/*
 * Was more left out than max_line asks for? Then one field more would have had
 * room.
 */
static bool is_too_short(struct prover *v, const struct proof *p,
			 struct mapper *mapper,
			 const struct format_options *how,
			 const struct event *event, size_t left_out)
{
	struct format_options freely = *how;
	struct format_counts counts = { 0 };
	struct event more = v->readback.shown;
	struct err e = { 0 };

	if (left_out == 0)
		return false;
	freely.max_line = 0;
	more.count++;
	more.rest = event->rest < more.count ? event->rest : more.count;
	buf_clear(&v->other);
	return p->format->write(&more, mapper, &freely, &v->other, &counts,
				&e) == 0 &&
	       v->other.len + (p->way->read == read_ocsf ? SLACK : 0) <=
		       how->max_line;
}

/* True: the line of the record says what the record does, or there is none. */
static bool prove_line(struct prover *v, struct proof *p, struct mapper *mapper,
		       const struct format_options *how)
{
	struct format_counts counts = { 0 };
	struct event event;
	struct err e = { 0 };
	const char *what;

	buf_clear(&v->line);
	if (mapper_read(mapper, buf_slice(&v->record), &event, &e) < 0 ||
	    p->format->write(&event, mapper, how, &v->line, &counts, &e) < 0) {
		p->refused++;
		return e.kind == ERR_DATA;
	}
	v->readback.is_builtin = mapper == p->by_builtin;
	v->readback.map = mapper == p->by_made ? p->map_json : NULL;
	v->readback.left_out = counts.left_out;
	what = readback_check(&v->readback, p->way, &event, how,
			      buf_slice(&v->line));
	// All ways read it in the same manner.
	if (p == v->proofs &&
	    !readback_is_record(&v->readback, &event, buf_slice(&v->record)))
		what = "its record is another";
	if (what == NULL &&
	    is_too_short(v, p, mapper, how, &event, counts.left_out))
		what = "a field was left out that had room";
	if (what != NULL)
		fail(v, p, mapper, what);
	p->events++;
	p->fields = v->readback.fields;
	return what == NULL;
}

static bool prove(struct prover *v, struct proof *p, struct random *r)
{
	struct format_options how = {
		.variant = p->way->variant,
		.host = "h1",
		.facility = 16 + (int)random_below(r, 8),
		.severity = random_once_in(r, 4) ? FORMAT_SEVERITY_AUTO : 6,
		.syslog = p->way->syslog,
		.no_limits = random_once_in(r, 8),
	};
	bool by_made = random_once_in(r, 2);

	if (random_once_in(r, 8))
		how.max_line =
			1 + random_below(r, random_once_in(r, 2) ? 600 : 3000);
	size_t before = v->readback.fields;

	if (p->by_made == NULL || v->seed % MAP_LIFE == 0)
		make_map(v, p);
	v->readback.fields = p->fields;
	bool good =
		prove_line(v, p, by_made ? p->by_made : p->by_builtin, &how);
	v->readback.fields = before;
	return good;
}

static void make_record(struct prover *v, struct random *r)
{
	// Neighbours have little in common then.
	*r = (struct random){ .state = v->seed };
	random_next(r);
	r->state = random_next(r);
	buf_clear(&v->record);
	hostile_record(&v->hostile, r, &v->record);
	if (buf_status(&v->record) != 0)
		abort();
}

static int print_records(struct prover *v, unsigned long long count)
{
	struct random r;

	while (count > 0) {
		make_record(v, &r);
		v->seed++;
		if (utf8_valid(buf_slice(&v->record)) != v->record.len ||
		    !walk_is_object(buf_slice(&v->record)))
			continue;
		printf("%.*s\n", (int)v->record.len, v->record.data);
		count--;
	}
	return 0;
}

static bool is_wanted(const struct way *way, char *names[], int count)
{
	for (int i = 0; i < count; i++)
		if (strcmp(way->format, names[i]) == 0)
			return true;
	return count == 0;
}

static void print_proof(const struct proof *p)
{
	printf("%-8s %-6s %-14s %8zu events, %9zu fields compared, "
	       "0 findings\n",
	       p->way->format, p->way->variant,
	       p->way->syslog == NULL                ? ""
	       : strcmp(p->way->syslog, "3164") == 0 ? "--syslog=3164"
						     : "--syslog=5424",
	       p->events, p->fields);
}

static int prove_all(struct prover *v, unsigned long long count, char *names[],
		     int name_count)
{
	size_t proofs = 0;
	int rc = 0;

	for (size_t i = 0; i < WAYS; i++)
		if (is_wanted(&ways[i], names, name_count))
			proof_begin(&v->proofs[proofs++], &ways[i]);
	for (; count > 0 && rc == 0; count--, v->seed++) {
		struct random r;

		make_record(v, &r);
		for (size_t i = 0; i < proofs && rc == 0; i++)
			rc = prove(v, &v->proofs[i], &r) ? 0 : 1;
	}
	for (size_t i = 0; i < proofs; i++) {
		if (rc == 0)
			print_proof(&v->proofs[i]);
		proof_end(&v->proofs[i]);
	}
	return proofs > 0 ? rc : 2;
}

/* All that is asked for, with what it takes; the status. */
static int run(struct prover *v, const struct config *c, char *words[],
	       int count)
{
	unsigned long long records = strtoull(words[0], NULL, 10);
	int rc;

	v->seed = strtoull(words[1], NULL, 10);
	v->words = hostile_words_of(&v->hostile);
	readback_init(&v->readback);
	rc = c->records ? print_records(v, records)
			: prove_all(v, records, words + 2, count - 2);
	readback_free(&v->readback);
	json_decref(v->words.keys);
	return rc;
}

int main(int argc, char *argv[])
{
	struct config c = { .vectors = "tests/vectors" };
	struct prover v = { .record = BUF_INIT(MAX_RECORD),
			    .line = BUF_INIT(READBACK_MOST),
			    .other = BUF_INIT(READBACK_MOST) };
	struct err e = { 0 };
	int rc = 2;

	int first = opt_parse(&cli, argc, argv, &c, &e);
	if (first == 0)
		return 0;
	if (first < 0)
		return msg_exit(&e);
	if (argc - first < 2)
		fprintf(stderr, "prove-formats: COUNT and SEED are missing\n");
	else if (!hostile_init(&v.hostile, c.vectors))
		fprintf(stderr, "prove-formats: %s: not all there\n",
			c.vectors);
	else
		rc = run(&v, &c, argv + first, argc - first);
	hostile_free(&v.hostile);
	buf_free(&v.record);
	buf_free(&v.line);
	buf_free(&v.other);
	return rc;
}
