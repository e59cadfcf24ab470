/*
 * siem-parse: what SIEMs are sent in, one JSON object per record out.
 *
 * main() reads the command line, opens what is needed, gives up the rest and
 * runs; read_record() is the work. How a record is read is in lib/parse; what is
 * said of the run is in report.c.
 */
#include "report.h"

#include "core/metrics.h"
#include "core/msg.h"
#include "core/opt.h"
#include "core/quit.h"
#include "core/seal.h"
#include "parse/counted.h"
#include "parse/registry.h"
#include "stream/inputs.h"

#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)

struct config {
	bool strict, advice, list;
	size_t max_record;
	const char *reject;
	struct opt_common common;
};

static const struct opt options[] = {
	OPT_FLAG(0, "advice", advice,
		 "with --strict: and what some receivers misread"),
	OPT_FLAG('l', "list", list, "list the dialects and the rules, and exit"),
	OPT_SIZE(0, "max-record", max_record, "BYTES", 1024 * MIB,
		 "reject records that are longer [1MB]"),
	OPT_STRING('r', "reject", reject, "FILE",
		   "append records that cannot be read to FILE"),
	OPT_FLAG('s', "strict", strict,
		 "report every departure from a specification"),
	OPT_COMMON_ROWS,
	OPT_END,
};

static const struct cli cli = {
	.name = "siem-parse",
	.operands = "[FILE...]",
	.summary = "Turn CEF, LEEF and syslog back into JSON lines.",
	.options = options,
};

struct job {
	const struct config *config;
	struct reading reading;
	struct inputs inputs;
	struct stream stream;
	struct report report;
	struct metrics metrics;
};

/* A byte becomes six at most, U+FFFD or \u00xx, besides what is put around. */
static size_t allowance(size_t max_record)
{
	return 8 * max_record + MIB;
}

static void init_job(struct job *j)
{
	size_t max = j->config->max_record;

	j->stream = STREAM_INIT(STDIN_FILENO, STDOUT_FILENO, max,
				allowance(max));
	j->stream.in.measure = counted_measure;
	j->stream.print_stats = report_stats;
	j->stream.context = &j->report;
	j->stream.metrics = &j->metrics;
	j->reading = READING_INIT(max);
	j->reading.out = &j->stream.out.out;
	if (j->config->strict) {
		j->reading.depart = report_departure;
		j->reading.who = &j->report;
		j->stream.tells_all = true;
	}
}

/* Everything that is needed later. */
static int open_job(struct job *j, char *names[], size_t count, struct err *e)
{
	const struct config *c = j->config;

	// Opening the --reject file cuts a torn last line: first make sure that
	// it is none of the inputs.
	if (report_init(&j->report, &j->stream, c->advice, e) < 0 ||
	    inputs_open(&j->inputs, names, count, e) < 0 ||
	    inputs_check(&j->inputs, c->reject, e) < 0 ||
	    (c->reject != NULL &&
	     reject_open(&j->stream.reject, c->reject, e) < 0))
		return -1;
	if (j->inputs.failed)
		j->stream.status = STATUS_UNDELIVERED;
	if (quit_setup((unsigned)c->common.grace_sec, QUIT_EXIT_LATE, e) < 0)
		return -1;
	return metrics_open(&j->metrics, c->common.metrics, report_collect,
			    &j->report, e);
}

static void close_job(struct job *j)
{
	inputs_close(&j->inputs);
	stream_free(&j->stream);
	reading_free(&j->reading);
	report_free(&j->report);
}

/* Append what a record is in JSON, as inputs_filter() asks for it. */
static int read_record(void *job, struct slice record, struct err *why)
{
	struct job *j = job;

	return parse_record(&j->reading, record, why) == 0 ? 1 : -1;
}

static void list_rules(const struct rule *rules)
{
	for (; rules->name != NULL; rules++)
		printf("  %-24s %s%s (%s)\n", rules->name, rules->summary,
		       rules->advice ? " - advice" : "", rules->source);
}

static int list(struct err *e)
{
	printf("record: what is read at all\n");
	list_rules(record_rules);
	for (size_t i = 0; i < dialect_count; i++) {
		printf("%s: %s\n", dialects[i]->name, dialects[i]->summary);
		list_rules(dialects[i]->rules);
	}
	return fflush(stdout) == 0 ? 0 : err_sys(e, "standard output");
}

/* The work, and what is said of it, however it ended. */
static int run(struct job *j, struct err *e)
{
	int rc = inputs_filter(&j->inputs, &j->stream, read_record, j, e);

	if (j->config->common.stats)
		report_stats(&j->stream, &j->report);
	return rc;
}

int main(int argc, char *argv[])
{
	struct config c = { .max_record = 1 * MIB,
			    .common = OPT_COMMON_DEFAULTS };
	struct job j = { .config = &c, .metrics = METRICS_NONE };
	struct err e = { 0 };

	msg_init("siem-parse");
	// What a giant record needed goes back to the system, and is not kept
	// for the next one (mallopt(3) says why it otherwise would).
	mallopt(M_MMAP_THRESHOLD, 64 << 10);
	int first = opt_parse(&cli, argc, argv, &c, &e);
	if (first == 0)
		return STATUS_DONE;
	if (first < 0)
		return msg_exit(&e);
	opt_apply_common(&c.common);
	if (c.list)
		return list(&e) < 0 ? msg_exit(&e) : STATUS_DONE;
	if (c.advice && !c.strict)
		msg_warn("option --advice changes nothing: without --strict, "
			 "nothing is reported");

	int rc = -1;
	init_job(&j);
	if (open_job(&j, argv + first, (size_t)(argc - first), &e) == 0 &&
	    seal_filter(&e) == 0)
		rc = run(&j, &e);
	metrics_close(&j.metrics);
	int status = rc < 0 ? msg_exit(&e) : j.stream.status;
	close_job(&j);
	return status;
}
