/*
 * siem-verify: did everything arrive, once, and as it was?
 *
 * main() reads the command line and picks the exit status; verify() is the
 * work, step by step. verify.h says which file has what.
 */
#include "verify.h"

#include "core/file.h"
#include "core/msg.h"
#include "core/quit.h"
#include "core/seal.h"
#include "neighbour.h"
#include "through.h"

#include <stdlib.h>
#include <string.h>

#define MIB ((size_t)1 << 20)

enum { SORTERS = 6 }; // two of them of the proof

static const struct opt options[] = {
	OPT_LIST(0, "source", sources, "FILE", "what was to be shipped"),
	OPT_LIST(0, "receipts", receipts, "FILE",
		 "what siem-send --receipts wrote"),
	OPT_STRING(0, "through", through, "COMMAND",
		   "what made of the sources what was sent"),
	OPT_LIST(0, "arrived", arrived, "FILE", "what has arrived"),
	OPT_STRING(0, "field", field, "PATH",
		   "the member of arrivals that holds the record"),
	OPT_STRING(0, "format", format, "NAME",
		   "of arrivals: mock, json, lines [auto]"),
	OPT_FLAG(0, "acknowledged", acknowledged,
		 "expect only what was acknowledged"),
	OPT_FLAG(0, "stamp", stamp, "they were stamped by siem-tail --stamp"),
	OPT_FLAG(0, "strict", strict, "let no repeat pass, predicted or not"),
	OPT_SIZE(0, "window", window, "SIZE", 0,
		 "what may be repeated after a restart [64MB]"),
	OPT_FLAG(0, "json", json, "write the counts as JSON, and no list"),
	OPT_SIZE(0, "memory", memory, "SIZE", 0, "memory to sort in [64MB]"),
	OPT_SIZE(0, "max-record", max_record, "BYTES", 1024 * MIB,
		 "records that are longer were rejected [1MB]"),
	OPT_COMMON_ROWS,
	OPT_END,
};

static const struct cli cli = {
	.name = "siem-verify",
	.operands = "[SOURCE...]",
	.summary = "Prove that nothing was lost, repeated or altered.",
	.options = options,
};

static size_t count_standard(const struct opt_list *names)
{
	size_t count = 0;

	for (size_t i = 0; i < names->count; i++)
		count += strcmp(names->items[i], "-") == 0;
	return count;
}

static int check(const struct config *c, size_t sources, struct err *e)
{
	if (sources == 0)
		return err_set(e, ERR_USAGE,
			       "no source: give the logs as --source FILE");
	if (c->arrived.count == 0)
		return err_set(e, ERR_USAGE,
			       "nothing to compare with: give what arrived as "
			       "--arrived FILE");
	if (c->acknowledged && c->receipts.count == 0)
		return err_set(e, ERR_USAGE,
			       "option --acknowledged needs --receipts");
	if (!arrive_knows(c->format))
		return err_set(e, ERR_USAGE,
			       "option --format: %s is none of auto, mock, "
			       "json, lines",
			       c->format);
	if (count_standard(&c->sources) + count_standard(&c->arrived) +
		    count_standard(&c->receipts) >
	    1)
		return err_set(e, ERR_USAGE,
			       "standard input can be only one of the files");
	if (sources > PLACE_FILES || c->arrived.count > PLACE_FILES ||
	    c->receipts.count > PLACE_FILES)
		return err_set(e, ERR_USAGE, "more than %d files", PLACE_FILES);
	return 0;
}

/* Is the file behind the first count of them one of these? */
static bool is_there(const struct input *inputs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (inputs[i].dev == inputs[count].dev &&
		    inputs[i].ino == inputs[count].ino)
			return true;
	return false;
}

static int open_inputs(struct input **inputs, size_t *opened,
		       const struct opt_list *names, char *const more[],
		       size_t more_count, struct err *e)
{
	size_t count = names->count + more_count;

	*inputs = calloc(count + 1, sizeof(**inputs));
	if (*inputs == NULL)
		return err_sys(e, "files");
	for (size_t i = 0; i < count; i++) {
		const char *name = i < names->count ? names->items[i]
						    : more[i - names->count];

		if (input_open(&(*inputs)[*opened], name, e) < 0)
			return -1;
		if (is_there(*inputs, *opened)) {
			msg_warn("%s: is among the files already, and is read "
				 "once",
				 name);
			input_close(&(*inputs)[*opened]);
		} else {
			++*opened;
		}
	}
	return 0;
}

static int check_sources(const struct verify *v, struct err *e)
{
	for (size_t i = 0; i < v->source_count; i++)
		if (input_is_checkpoint(&v->sources[i]))
			return err_set(e, ERR_USAGE,
				       "%s is a checkpoint, and no source: "
				       "name the logs alone",
				       v->sources[i].name);
	return 0;
}

static int open_sorters(struct verify *v, struct err *e)
{
	// Each needs as much again while it sorts.
	size_t memory = v->config->memory / (2 * SORTERS);

	if (sorter_open(&v->expected, memory, e) < 0 ||
	    sorter_open(&v->arrivals, memory, e) < 0 ||
	    sorter_open(&v->leftover, memory, e) < 0)
		return -1;
	if (v->config->receipts.count > 0 &&
	    proof_open(&v->proof, memory, expect_told, v, e) < 0)
		return -1;
	return sorter_open(&v->findings, memory, e);
}

static int read_receipts(struct verify *v, struct err *e)
{
	if (v->receipt_count == 0)
		return 0;
	if (claims_open(&v->claims, v->sources, v->source_count, &v->proof,
			&v->findings, e) < 0)
		return -1;
	for (size_t i = 0; i < v->receipt_count; i++) {
		if (claims_read(&v->claims, &v->receipts[i], i, e) < 0)
			return -1;
		input_close(&v->receipts[i]);
	}
	return claims_finish(&v->claims, e);
}

/* Everything that has to be opened; then the work on what others wrote. */
static int verify(struct verify *v, char *const more[], size_t more_count,
		  struct err *e)
{
	const struct config *c = v->config;
	bool later = c->through == NULL;

	file_allow_many();
	// In this order, and read as far as they are now: while all of them
	// grow, what is in one of them is in the next as well.
	if (open_inputs(&v->receipts, &v->receipt_count, &c->receipts, NULL, 0,
			e) < 0 ||
	    open_inputs(&v->arrived, &v->arrived_count, &c->arrived, NULL, 0,
			e) < 0 ||
	    open_inputs(&v->sources, &v->source_count, &c->sources, more,
			more_count, e) < 0 ||
	    check_sources(v, e) < 0 || open_sorters(v, e) < 0 ||
	    digest_open(&v->digester, e) < 0 ||
	    (c->stamp && stamper_open(&v->stamper, e) < 0) ||
	    quit_setup((unsigned)c->common.grace_sec, QUIT_EXIT_LATE, e) < 0)
		return -1;
	if (metrics_open(&v->metrics, c->common.metrics, report_collect, v, e) <
	    0)
		return -1;
	// The receipts are read first: they need the start of each source,
	// which the command's feeder is to find unread.
	if (!later && (read_receipts(v, e) < 0 || through_start(v, e) < 0))
		return -1;
	if (seal_filter(e) < 0 || (later && read_receipts(v, e) < 0) ||
	    expect(v, e) < 0 || arrive(v, e) < 0 || compare(v, e) < 0)
		return -1;

	int rc = report(v, e);
	if (c->common.stats)
		report_stats(v);
	return rc;
}

static void close_inputs(struct input *inputs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		input_close(&inputs[i]);
	free(inputs);
}

static void verify_close(struct verify *v)
{
	metrics_close(&v->metrics);
	close_inputs(v->sources, v->source_count);
	close_inputs(v->arrived, v->arrived_count);
	close_inputs(v->receipts, v->receipt_count);
	sorter_free(&v->expected);
	sorter_free(&v->arrivals);
	sorter_free(&v->leftover);
	sorter_free(&v->findings);
	digest_close(&v->digester);
	stamper_close(&v->stamper);
	claims_free(&v->claims);
	proof_close(&v->proof);
	through_free(v->through);
	neighbours_free(v->neighbours);
}

static int verdict(const struct verify *v)
{
	const struct counts *c = &v->counts;
	uint64_t repeated =
		v->config->strict ? c->repeated : c->repeated - c->predicted;

	return c->lost + c->altered + repeated + c->differing +
				       v->claims.renewed + v->claims.broken >
			       0
		       ? STATUS_REJECTS
		       : STATUS_DONE;
}

int main(int argc, char *argv[])
{
	struct config cfg = {
		.common = OPT_COMMON_DEFAULTS,
		.format = "auto",
		.memory = 64 * MIB,
		.max_record = 1 * MIB,
		.window = 64 * MIB,
	};
	struct verify v = { .config = &cfg, .metrics = METRICS_NONE };
	struct err e = { 0 };
	int status;

	msg_init("siem-verify");
	int first = opt_parse(&cli, argc, argv, &cfg, &e);
	if (first == 0)
		return STATUS_DONE;
	size_t more = first > 0 ? (size_t)(argc - first) : 0;
	if (first < 0 || check(&cfg, cfg.sources.count + more, &e) < 0) {
		status = msg_exit(&e);
		goto out;
	}
	opt_apply_common(&cfg.common);

	v.expected = v.arrivals = v.leftover = v.findings = SORTER_NONE;
	v.proof = PROOF_NONE;
	v.claims.window = cfg.window;
	v.claims.through = cfg.through != NULL;
	if (verify(&v, argv + first, more, &e) < 0)
		status = msg_exit(&e);
	else
		status = verdict(&v);
	verify_close(&v);
out:
	free(cfg.sources.items);
	free(cfg.receipts.items);
	free(cfg.arrived.items);
	return status;
}
