/*
 * siem-batch: lines in batches.
 *
 * main() reads the command line and picks the work; batch.h says which file
 * has what.
 */
#include "batch.h"
#include "filter.h"
#include "fsck.h"
#include "sink.h"

#include "core/err.h"
#include "core/msg.h"
#include "core/quit.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define MIB ((size_t)1 << 20)

static const struct opt options[] = {
	OPT_SIZE('b', "bytes", bytes, "SIZE", 0,
		 "end a batch before it is larger [any size]"),
	OPT_STRING('c', "checkpoint", checkpoint, "FILE",
		   "write here what is delivered, for the source"),
	OPT_COUNT('n', "count", count, "N", 0,
		  "end a batch of so many records [100]"),
	OPT_STRING(0, "dead-letter", dead_letter, "FILE",
		   "what cannot be delivered [CHECKPOINT.dead]"),
	OPT_STRING(0, "fsck", fsck, "DIR", "check and explain a spool"),
	OPT_SIZE(0, "max", max, "SIZE", 0,
		 "hold so much [64MB; in a spool 1GB]"),
	OPT_SIZE(0, "max-record", max_record, "SIZE", 1024 * MIB,
		 "of a sink: set longer records aside [1MB]"),
	OPT_STRING(0, "overflow", overflow, "HOW",
		   "then block, drop-oldest or drop-newest"),
	OPT_RATE(0, "rate", rate, "RATE", "at most 1000/s records, or 5MB/s"),
	OPT_STRING(0, "receipts", receipts, "FILE",
		   "append evidence of what was delivered"),
	OPT_COUNT(0, "retries", retries, "N", UINT32_MAX - 1,
		  "give a record up after so many [for ever]"),
	OPT_SIZE(0, "segment", segment, "SIZE", 0,
		 "begin a new file of the spool at SIZE [64MB]"),
	OPT_STRING(0, "spool", spool, "DIR", "keep the records on disk in DIR"),
	OPT_MS('t', "time", wait_ms, "SECONDS", (size_t)86400 * 1000,
	       "end a batch so long after its first record [5]"),
	OPT_MS(0, "timeout", timeout_ms, "SECONDS", (size_t)86400 * 1000,
	       "end a run of the command after so long [600]"),
	OPT_COMMON_ROWS,
	OPT_END,
};

static const struct cli cli = {
	.name = "siem-batch",
	.operands = "[-- COMMAND [ARG...]]",
	.summary = "Group lines into batches; run COMMAND once for each; or "
		   "keep lines on disk.",
	.options = options,
};

static int check_overflow(struct config *cfg, struct err *e)
{
	static const char *const names[] = {
		[HOLD_BLOCK] = "block",
		[HOLD_DROP_OLDEST] = "drop-oldest",
		[HOLD_DROP_NEWEST] = "drop-newest",
	};

	if (cfg->overflow == NULL)
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(cfg->overflow, names[i]) == 0) {
			cfg->when_full = (enum hold_overflow)i;
			return 0;
		}
	return err_set(e, ERR_USAGE,
		       "option --overflow: %s: not block, drop-oldest or "
		       "drop-newest",
		       cfg->overflow);
}

static int only_with(const char *option, const char *what, struct err *e)
{
	return err_set(e, ERR_USAGE, "option --%s: only with %s", option, what);
}

/* Each way to use it has options of its own. */
static int check(struct config *cfg, bool command, struct err *e)
{
	bool sink = command || cfg->spool != NULL;

	if (command && cfg->spool != NULL)
		return err_set(e, ERR_USAGE,
			       "a command or a --spool, not both: a spool is "
			       "read by siem-tail");
	if (cfg->max == 0 || cfg->segment == 0)
		return err_set(e, ERR_USAGE, "option --%s: 0 holds nothing",
			       cfg->max == 0 ? "max" : "segment");
	if (!sink && cfg->checkpoint != NULL)
		return only_with("checkpoint", "a command or a spool", e);
	if (!sink && cfg->dead_letter != NULL)
		return only_with("dead-letter", "a command or a spool", e);
	if (!sink && cfg->receipts != NULL)
		return only_with("receipts", "a command or a spool", e);
	if (cfg->spool == NULL && cfg->segment != SIZE_MAX)
		return only_with("segment", "a spool", e);
	if (command && cfg->overflow != NULL)
		return err_set(e, ERR_USAGE,
			       "option --overflow: not with a command; put "
			       "another siem-batch before this one");
	if (sink && cfg->rate.per_sec > 0)
		return err_set(e, ERR_USAGE,
			       "option --rate: not with a command or a spool; "
			       "put another siem-batch before this one");
	if (check_overflow(cfg, e) < 0)
		return -1;
	if (cfg->spool != NULL && cfg->when_full == HOLD_DROP_NEWEST)
		return err_set(e, ERR_USAGE,
			       "option --overflow: a spool drops the oldest, "
			       "or blocks");
	return 0;
}

/* What was not said depends on what is done. */
static void set_sizes(struct config *cfg)
{
	if (cfg->max == SIZE_MAX)
		cfg->max = cfg->spool != NULL ? 1024 * MIB : 64 * MIB;
	if (cfg->segment == SIZE_MAX)
		cfg->segment = 64 * MIB;
	// So that dropping one leaves most of what there is.
	if (cfg->segment > cfg->max / 4)
		cfg->segment = cfg->max / 4 + 1;
}

static int run(const struct config *cfg, char **command, struct err *e)
{
	if (cfg->fsck != NULL)
		return fsck_run(cfg->fsck, e);
	if (cfg->spool != NULL)
		return sink_run_spool(cfg, e);
	return command[0] != NULL ? sink_run_command(cfg, command, e)
				  : filter_run(cfg, e);
}

int main(int argc, char *argv[])
{
	struct config cfg = {
		.common = OPT_COMMON_DEFAULTS,
		.count = 100,
		.wait_ms = 5000,
		.max = SIZE_MAX,
		.segment = SIZE_MAX,
		.max_record = 1 * MIB,
		.retries = SIZE_MAX,
		.timeout_ms = (size_t)600 * 1000,
	};
	struct err e = { 0 };
	int status = -1;

	msg_init(cli.name);
	int first = opt_parse(&cli, argc, argv, &cfg, &e);
	if (first == 0)
		return STATUS_DONE;
	if (first < 0)
		return msg_exit(&e);
	opt_apply_common(&cfg.common);

	char **command = argv + first;
	if (check(&cfg, command[0] != NULL, &e) == 0 &&
	    quit_setup((unsigned)cfg.common.grace_sec, QUIT_TELL_LATE, &e) ==
		    0) {
		set_sizes(&cfg);
		status = run(&cfg, command, &e);
	}
	return status < 0 ? msg_exit(&e) : status;
}
