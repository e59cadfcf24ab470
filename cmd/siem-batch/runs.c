#include "runs.h"

#include "core/file.h"
#include "delivery/command.h"
#include "delivery/commits.h"
#include "delivery/engine.h"
#include "stream/reader.h"

#include <limits.h>
#include <unistd.h>

enum { BYTES_MOST = 8 << 20 }; // of a batch, unless --bytes says otherwise

static struct engine_options options_of(const struct config *cfg,
					struct reader *in,
					const struct engine_commits *commits,
					const char *dead_letter)
{
	return (struct engine_options){
		.in_fd = STDIN_FILENO,
		.begun = in,
		.max_record = cfg->max_record,
		.memory = cfg->max,
		.bounded_retries = cfg->retries != SIZE_MAX,
		.retries = (uint32_t)cfg->retries,
		.dead_letter = dead_letter,
		.commits = cfg->checkpoint != NULL ? commits : NULL,
	};
}

static int run(const struct carrier_way *way, const struct engine_options *how,
	       bool stats, struct err *e)
{
	struct engine *engine = engine_open(way, how, e);

	if (engine == NULL)
		return -1;
	int status = engine_run(engine);
	if (stats)
		engine_print_counts(engine);
	engine_close(engine);
	return status;
}

int runs_all(const struct config *cfg, char *const command[], struct err *e)
{
	struct buf beside = BUF_INIT(PATH_MAX);
	struct commits commits = COMMITS_NONE;
	const struct engine_commits hooks = commits_hooks(&commits);
	struct reader in = READER_INIT(STDIN_FILENO, cfg->max_record);
	const struct command_target target = {
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
	const char *dead_letter = cfg->dead_letter;
	int status = -1;

	if (dead_letter == NULL && cfg->checkpoint != NULL) {
		buf_printf(&beside, "%s.dead", cfg->checkpoint);
		dead_letter = buf_str(&beside);
	}
	if (dead_letter != NULL && cfg->checkpoint != NULL &&
	    file_is_one(cfg->checkpoint, dead_letter)) {
		err_set(e, ERR_USAGE,
			"%s is the checkpoint and also the dead letters: give "
			"these another name",
			dead_letter);
		goto out;
	}
	if (cfg->checkpoint == NULL ||
	    commits_open(&commits, cfg->checkpoint, &in, e) == 0) {
		const struct engine_options how =
			options_of(cfg, &in, &hooks, dead_letter);

		status = run(&way, &how, cfg->common.stats, e);
	}
out:
	commits_close(&commits);
	reader_free(&in);
	buf_free(&beside);
	return status;
}
