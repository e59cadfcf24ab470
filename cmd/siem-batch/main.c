/*
 * siem-batch: lines in batches.
 *
 * main() reads the command line and picks the work; batch.h says which file
 * has what.
 */
#include "batch.h"
#include "filter.h"

#include "core/err.h"
#include "core/msg.h"
#include "core/quit.h"

#include <string.h>

#define MIB ((size_t)1 << 20)

static const struct opt options[] = {
	OPT_SIZE('b', "bytes", bytes, "SIZE", 0,
		 "end a batch before it is larger [any size]"),
	OPT_COUNT('n', "count", count, "N", 0,
		  "end a batch of so many records [100]"),
	OPT_SIZE(0, "max", max, "SIZE", 0,
		 "hold so much while the reader is slow [64MB]"),
	OPT_STRING(0, "overflow", overflow, "HOW",
		   "then block, drop-oldest or drop-newest"),
	OPT_RATE(0, "rate", rate, "RATE", "at most 1000/s records, or 5MB/s"),
	OPT_MS('t', "time", wait_ms, "SECONDS", (size_t)86400 * 1000,
	       "end a batch so long after its first record [5]"),
	OPT_COMMON_ROWS,
	OPT_END,
};

static const struct cli cli = {
	.name = "siem-batch",
	.operands = "",
	.summary = "Pass lines on with the ends of batches between them.",
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

static int check(struct config *cfg, char *const operands[], struct err *e)
{
	if (operands[0] != NULL)
		return err_set(e, ERR_USAGE, "%s: it reads standard input only",
			       operands[0]);
	if (cfg->max == 0)
		return err_set(e, ERR_USAGE, "option --max: 0 holds nothing");
	return check_overflow(cfg, e);
}

int main(int argc, char *argv[])
{
	struct config cfg = {
		.common = OPT_COMMON_DEFAULTS,
		.count = 100,
		.wait_ms = 5000,
		.max = 64 * MIB,
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
	if (check(&cfg, argv + first, &e) == 0 &&
	    quit_setup((unsigned)cfg.common.grace_sec, QUIT_TELL_LATE, &e) == 0)
		status = filter_run(&cfg, &e);
	return status < 0 ? msg_exit(&e) : status;
}
