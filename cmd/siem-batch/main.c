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
	OPT_STRING(0, "receipts-digest", digest, "NAME",
		   "xxh128, or sha256 against forgery [xxh128]"),
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

/* The ways to use it, as bits. */
enum use { FILTER = 1, COMMAND = 2, SPOOL = 4, FSCK = 8 };

/* Each way has options of its own. */
static int check_options(const struct config *cfg, enum use use, struct err *e)
{
	static const char sinks[] = "only with a command or a spool";
	static const char batches[] = "a spool has no batches";
	const struct {
		const char *name;
		bool given;
		int uses;
		const char *otherwise;
	} rows[] = {
		{ "bytes", cfg->bytes != SIZE_MAX, FILTER | COMMAND, batches },
		{ "checkpoint", cfg->checkpoint != NULL, COMMAND | SPOOL,
		  sinks },
		{ "count", cfg->count != SIZE_MAX, FILTER | COMMAND, batches },
		{ "dead-letter", cfg->dead_letter != NULL, COMMAND | SPOOL,
		  sinks },
		{ "max", cfg->max != SIZE_MAX, FILTER | COMMAND | SPOOL, "" },
		{ "max-record", cfg->max_record != SIZE_MAX, COMMAND | SPOOL,
		  sinks },
		{ "overflow", cfg->overflow != NULL, FILTER | SPOOL,
		  "not with a command; put another siem-batch before this "
		  "one" },
		{ "rate", cfg->rate.per_sec > 0, FILTER,
		  "not with a command or a spool; put another siem-batch "
		  "before this one" },
		{ "receipts", cfg->receipts != NULL, COMMAND | SPOOL, sinks },
		{ "receipts-digest", cfg->digest != NULL,
		  cfg->receipts != NULL ? COMMAND | SPOOL : 0,
		  "only with --receipts" },
		{ "retries", cfg->retries != SIZE_MAX, COMMAND,
		  "only with a command" },
		{ "segment", cfg->segment != SIZE_MAX, SPOOL,
		  "only with a spool" },
		{ "time", cfg->wait_ms != SIZE_MAX, FILTER | COMMAND, batches },
		{ "timeout", cfg->timeout_ms != SIZE_MAX, COMMAND,
		  "only with a command" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!rows[i].given || (rows[i].uses & (int)use) != 0)
			continue;
		if (use == FSCK)
			return err_set(e, ERR_USAGE,
				       "option --fsck goes alone");
		return err_set(e, ERR_USAGE, "option --%s: %s", rows[i].name,
			       rows[i].otherwise);
	}
	return 0;
}

/* Who expects a filter of files would have one of them run. */
static int check_command(char *const argv[], int first, struct err *e)
{
	if (argv[first] != NULL && strcmp(argv[first - 1], "--") != 0)
		return err_set(e, ERR_USAGE,
			       "%s: a command stands behind --, and files are "
			       "not read by name",
			       argv[first]);
	return 0;
}

static int check(struct config *cfg, bool command, struct err *e)
{
	enum use use = cfg->fsck != NULL    ? FSCK
		       : cfg->spool != NULL ? SPOOL
		       : command            ? COMMAND
					    : FILTER;

	if (use == FSCK && (command || cfg->spool != NULL))
		return err_set(e, ERR_USAGE, "option --fsck goes alone");
	if (command && cfg->spool != NULL)
		return err_set(e, ERR_USAGE,
			       "a command or a --spool, not both: a spool is "
			       "read by siem-tail");
	if (cfg->max == 0 || cfg->segment == 0)
		return err_set(e, ERR_USAGE, "option --%s: 0 holds nothing",
			       cfg->max == 0 ? "max" : "segment");
	if (cfg->digest != NULL &&
	    checksum_parse(cfg->digest, &cfg->digests, e) < 0)
		return err_prefix(e, "option --receipts-digest");
	if (check_options(cfg, use, e) < 0 || check_overflow(cfg, e) < 0)
		return -1;
	if (cfg->spool != NULL && cfg->when_full == HOLD_DROP_NEWEST)
		return err_set(e, ERR_USAGE,
			       "option --overflow: a spool drops the oldest, "
			       "or blocks");
	return 0;
}

/* What was not said depends on what is done. */
static void set_defaults(struct config *cfg)
{
	if (cfg->bytes == SIZE_MAX)
		cfg->bytes = 0;
	if (cfg->count == SIZE_MAX)
		cfg->count = 100;
	if (cfg->wait_ms == SIZE_MAX)
		cfg->wait_ms = 5000;
	if (cfg->timeout_ms == SIZE_MAX)
		cfg->timeout_ms = (size_t)600 * 1000;
	if (cfg->max_record == SIZE_MAX)
		cfg->max_record = 1 * MIB;
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
		.count = SIZE_MAX,
		.bytes = SIZE_MAX,
		.wait_ms = SIZE_MAX,
		.max = SIZE_MAX,
		.segment = SIZE_MAX,
		.max_record = SIZE_MAX,
		.retries = SIZE_MAX,
		.timeout_ms = SIZE_MAX,
	};
	struct err e = { 0 };
	int status = -1;

	msg_init(cli.name);
	int first = opt_parse(&cli, argc, argv, &cfg, &e);
	if (first == 0)
		return STATUS_DONE;
	if (first < 0 || check_command(argv, first, &e) < 0)
		return msg_exit(&e);
	opt_apply_common(&cfg.common);

	char **command = argv + first;
	if (check(&cfg, command[0] != NULL, &e) == 0 &&
	    quit_setup((unsigned)cfg.common.grace_sec, QUIT_TELL_LATE, &e) ==
		    0) {
		set_defaults(&cfg);
		status = run(&cfg, command, &e);
	}
	return status < 0 ? msg_exit(&e) : status;
}
