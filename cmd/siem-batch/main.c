/*
 * siem-batch: lines in batches.
 *
 * main() reads the command line and picks the work; batch.h says which file
 * has what.
 */
#include "batch.h"
#include "filter.h"
#include "runs.h"

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
		   "what the command rejects [CHECKPOINT.dead]"),
	OPT_SIZE(0, "max", max, "SIZE", 0,
		 "hold so much while the reader is slow [64MB]"),
	OPT_SIZE(0, "max-record", max_record, "SIZE", 1024 * MIB,
		 "keep longer records from the command [1MB]"),
	OPT_STRING(0, "overflow", overflow, "HOW",
		   "then block, drop-oldest or drop-newest"),
	OPT_RATE(0, "rate", rate, "RATE", "at most 1000/s records, or 5MB/s"),
	OPT_COUNT(0, "retries", retries, "N", UINT32_MAX - 1,
		  "give a record up after so many [for ever]"),
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
	.summary = "Group lines into batches; run COMMAND once for each.",
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

/* Each way to use it has options of its own. */
static int check(struct config *cfg, bool command, struct err *e)
{
	if (cfg->max == 0)
		return err_set(e, ERR_USAGE, "option --max: 0 holds nothing");
	if (!command && (cfg->checkpoint != NULL || cfg->dead_letter != NULL))
		return err_set(e, ERR_USAGE,
			       "option --%s: only with a command to deliver to",
			       cfg->checkpoint != NULL ? "checkpoint"
						       : "dead-letter");
	if (command && (cfg->overflow != NULL || cfg->rate.per_sec > 0))
		return err_set(e, ERR_USAGE,
			       "option --%s: not with a command; put another "
			       "siem-batch before this one",
			       cfg->overflow != NULL ? "overflow" : "rate");
	return check_overflow(cfg, e);
}

int main(int argc, char *argv[])
{
	struct config cfg = {
		.common = OPT_COMMON_DEFAULTS,
		.count = 100,
		.wait_ms = 5000,
		.max = 64 * MIB,
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
	    quit_setup((unsigned)cfg.common.grace_sec, QUIT_TELL_LATE, &e) == 0)
		status = command[0] != NULL ? runs_all(&cfg, command, &e)
					    : filter_run(&cfg, &e);
	return status < 0 ? msg_exit(&e) : status;
}
