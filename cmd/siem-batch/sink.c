#include "sink.h"

#include "core/file.h"
#include "core/metrics.h"
#include "core/msg.h"
#include "core/seal.h"
#include "delivery/command.h"
#include "delivery/commits.h"
#include "delivery/engine.h"
#include "delivery/receipts.h"
#include "delivery/spooler.h"
#include "stream/reader.h"

#include <limits.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)

enum { BYTES_MOST = 8 << 20 }; // of a batch, unless --bytes says otherwise

/* Where records are set aside: as told, else beside the checkpoint. */
static const char *dead_letter(const struct config *cfg, struct buf *name)
{
	if (cfg->dead_letter != NULL || cfg->checkpoint == NULL)
		return cfg->dead_letter;
	buf_printf(name, "%s.dead", cfg->checkpoint);
	return buf_str(name);
}

struct sink {
	struct engine *engine;   // once there is one
	const uint64_t *dropped; // from a spool; NULL: there is none
};

static void collect(struct page *page, const void *context)
{
	const struct sink *sink = context;

	if (sink->engine != NULL)
		engine_collect(sink->engine, page);
	if (sink->dropped != NULL)
		page_counter(page, "spool_records_dropped_total",
			     "Records dropped from the spool unread.",
			     *sink->dropped);
}

/* A command is not for us to bind: it does what it likes. */
static int seal(const struct config *cfg, const char *letters, struct err *e)
{
	const char *const paths[] = { cfg->spool, cfg->checkpoint, letters };

	return cfg->spool != NULL ? seal_sink(paths, 3, e) : 0;
}

static int deliver(const struct config *cfg, const struct carrier_way *way,
		   struct engine_options how, const uint64_t *dropped,
		   struct err *e)
{
	struct sink sink = { .dropped = dropped };
	struct metrics metrics = METRICS_NONE;
	int status = -1;

	how.metrics = &metrics;
	if (metrics_open(&metrics, cfg->common.metrics, collect, &sink, e) == 0)
		sink.engine = engine_open(way, 1, &how, e);
	if (sink.engine != NULL && seal(cfg, how.dead_letter, e) == 0) {
		status = engine_run(sink.engine);
		if (cfg->common.stats)
			engine_print_counts(sink.engine);
	}
	metrics_close(&metrics);
	engine_close(sink.engine);
	return status;
}

/* What is written must not be anything else of it as well. */
static int check_files(const struct config *cfg, const char *letters,
		       struct err *e)
{
	const char *const paths[] = { cfg->checkpoint, letters, cfg->receipts };

	for (size_t i = 0; i < 3; i++)
		for (size_t j = 0; j < i; j++)
			if (paths[i] != NULL && paths[j] != NULL &&
			    file_is_one(paths[i], paths[j]))
				return err_set(e, ERR_USAGE,
					       "%s: checkpoint, dead letters "
					       "and receipts need names of "
					       "their own",
					       paths[i]);
	return 0;
}

static int run(const struct config *cfg, const struct carrier_way *way,
	       size_t memory, const uint64_t *dropped, struct err *e)
{
	struct buf letters = BUF_INIT(PATH_MAX);
	struct commits commits = COMMITS_NONE;
	const struct engine_commits hooks = commits_hooks(&commits);
	struct reader in = READER_INIT(STDIN_FILENO, cfg->max_record);
	struct engine_options how = {
		.in_fd = STDIN_FILENO,
		.begun = &in,
		.max_record = cfg->max_record,
		.memory = memory,
		.bounded_retries = cfg->retries != SIZE_MAX,
		.retries = (uint32_t)cfg->retries,
		.dead_letter = dead_letter(cfg, &letters),
	};
	int status = -1;

	if (check_files(cfg, how.dead_letter, e) < 0)
		goto out;
	if (cfg->checkpoint != NULL) {
		if (commits_open(&commits, cfg->checkpoint, &in, e) < 0)
			goto out;
		how.commits = &hooks;
	}
	if (cfg->receipts != NULL) {
		how.receipts = receipts_open(
			cfg->receipts, commits_id(&commits), cfg->digests, e);
		if (how.receipts == NULL)
			goto out;
	}
	status = deliver(cfg, way, how, dropped, e);
out:
	receipts_close(how.receipts);
	commits_close(&commits);
	reader_free(&in);
	buf_free(&letters);
	return status;
}

int sink_run_command(const struct config *cfg, char *const command[],
		     struct err *e)
{
	struct command_target target = {
		.argv = command,
		.limits = { .bytes = cfg->bytes > 0 ? cfg->bytes : BYTES_MOST,
			    .count = cfg->count },
		.wait_ms = cfg->wait_ms,
		.timeout_ms = cfg->timeout_ms,
	};
	const struct carrier_way way = { .name = command[0],
					 .acknowledgement = "exit",
					 .open = command_open,
					 .target = &target };

	return run(cfg, &way, cfg->max, NULL, e);
}

int sink_run_spool(const struct config *cfg, struct err *e)
{
	struct spooler_target target = {
		.path = cfg->spool,
		.max = cfg->max,
		.segment = cfg->segment,
		.overflow = cfg->overflow == NULL ? SPOOLER_BY_INPUT
			    : cfg->when_full == HOLD_BLOCK
				    ? SPOOLER_BLOCK
				    : SPOOLER_DROP_OLDEST,
	};
	const struct carrier_way way = { .name = "spool",
					 .acknowledgement = "fsync",
					 .open = spooler_open,
					 .target = &target };
	int status = run(cfg, &way, 64 * MIB, &target.dropped, e);

	if (target.dropped > 0 && status < STATUS_REJECTS && status >= 0)
		status = STATUS_REJECTS;
	return status;
}
