/*
 * siem-run: pipelines out of siem.yaml, printed, checked, or run.
 *
 * main() reads the command line. Which pipelines there are is found out by
 * plan.c; pipeline.c makes the stages of one, which print.c prints and runner.c
 * runs: the same data, so that both do the same.
 */
#include "check.h"
#include "core/err.h"
#include "core/msg.h"
#include "core/opt.h"
#include "pipeline.h"
#include "plan.h"
#include "print.h"
#include "runner.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct config {
	struct opt_common common;
	struct opt_list files;
	const char *check; // NULL: no
	bool print;
};

static const struct opt options[] = {
	OPT_OPTIONAL(0, "check", check, "send", "steps",
		     "say what would keep pipelines from running"),
	OPT_LIST('f', "file", files, "FILE",
		 "pipelines are in FILE [see siem.yaml(5)]"),
	OPT_FLAG('p', "print", print, "print pipelines as lines for a shell"),
	OPT_COUNT(0, "grace", common.grace_sec, "SECONDS", 86400,
		  "how long ending may take after a signal [10]"),
	OPT_FLAG('q', "quiet", common.quiet, "say nothing but errors"),
	OPT_FLAG(0, "stats", common.stats,
		 "print the counts of each stage at the end"),
	OPT_FLAG('v', "verbose", common.verbose, "say what is done"),
	OPT_END,
};

static const struct cli cli = {
	.name = "siem-run",
	.operands = "[NAME]",
	.summary =
		"Run a pipeline of siem.yaml, or print or check all of them.",
	.options = options,
};

/*
 * What is about to be run needs these, whatever the stages say. That of a spool
 * is made, so that who reads it may come before who writes it.
 */
static int prepare_folders(const struct plan *plan, const struct task *task,
			   struct err *e)
{
	if (plan->state_dir != NULL && access(plan->state_dir, W_OK | X_OK) < 0)
		return err_sys(e, "state_dir: %s", plan->state_dir);
	if (plan->spool != NULL && mkdir(plan->spool, 0700) < 0 &&
	    errno != EEXIST)
		return err_sys(e, "spool.dir: %s", plan->spool);
	if (plan->spool != NULL && !task->is_feeder &&
	    access(plan->spool, W_OK | X_OK) < 0)
		return err_sys(e, "spool.dir: %s", plan->spool);
	return 0;
}

static int run(const struct plan *plan, const struct task *task,
	       const struct pipeline_options *how, struct err *e)
{
	struct pipeline p = PIPELINE_NONE;
	int status = -1;

	if (!task->is_feeder && !task->is_chain &&
	    !plan_is_enabled(plan, task->name))
		msg_warn("%s is not enabled in %s; it runs because it was "
			 "named",
			 task->name, plan->site.name);
	if (pipeline_make(&p, plan, task, how, e) == 0 &&
	    prepare_folders(plan, task, e) == 0 && runner_hold_signals(e) == 0)
		status = runner_run(&p, how->grace_sec, NULL, e);
	pipeline_free(&p);
	return status;
}

static int print(const struct plan *plan, const struct task *tasks,
		 size_t count, const struct pipeline_options *how,
		 struct err *e)
{
	int rc = 0;

	// What runs in the background has no input.
	if (count > 1 && plan->is_stdin && plan->spool == NULL)
		return err_set(e, ERR_USAGE,
			       "input: - can be read by one pipeline: print "
			       "them one by one, by name, or let spool come "
			       "between");
	if (plan->spool != NULL)
		rc = print_folder(plan->spool, e);
	if (rc == 0 && count > 1)
		rc = print_begin(e);
	for (size_t i = 0; rc == 0 && i < count; i++) {
		struct pipeline p = PIPELINE_NONE;

		rc = pipeline_make(&p, plan, &tasks[i], how, e);
		if (rc == 0)
			rc = print_pipeline(&p, count > 1, e);
		pipeline_free(&p);
	}
	return rc == 0 && count > 1 ? print_wait(e) : rc;
}

static int check(const struct plan *plan, const struct task *tasks,
		 size_t count, const struct pipeline_options *how,
		 const char *steps, struct err *e)
{
	bool is_asked = false;
	int worst = 0;

	if (strcmp(steps, "send") != 0 && strcmp(steps, "steps") != 0)
		return err_set(e, ERR_USAGE, "option --check: %s is not send",
			       steps);
	if (runner_hold_signals(e) < 0)
		return -1;
	for (size_t i = 0; i < count && !is_asked; i++) {
		int status =
			check_task(plan, &tasks[i], how, steps, &is_asked, e);

		if (status < 0)
			return -1;
		if (status > worst)
			worst = status;
	}
	return is_asked && worst == 0 ? STATUS_UNDELIVERED : worst;
}

/* Those that were asked for, and what is to become of them. */
static int act(const struct config *cfg, const struct plan *plan,
	       const char *name, struct err *e)
{
	const struct pipeline_options how = {
		.files = cfg->files,
		.quiet = cfg->common.quiet,
		.verbose = cfg->common.verbose,
		.stats = cfg->common.stats,
		.grace_sec = cfg->common.grace_sec,
		.is_tried = cfg->check != NULL,
	};
	const struct task *tasks = plan->tasks;
	size_t count = plan->count;
	struct task named;

	if (name != NULL) {
		if (plan_find(plan, name, &named, e) < 0)
			return -1;
		tasks = &named;
		count = 1;
	}
	if (name == NULL && (count == 0 || tasks[count - 1].is_feeder))
		return err_set(e, ERR_USAGE, "%s: no platform is enabled",
			       plan->site.name);
	if (cfg->check != NULL)
		return check(plan, tasks, count, &how, cfg->check, e);
	if (cfg->print)
		return print(plan, tasks, count, &how, e);
	return run(plan, tasks, &how, e);
}

static int check_usage(const struct config *cfg, char *operands[],
		       struct err *e)
{
	if (cfg->print && cfg->check != NULL)
		return err_set(e, ERR_USAGE,
			       "--print and --check exclude each other");
	if (operands[0] == NULL && !cfg->print && cfg->check == NULL)
		return err_set(e, ERR_USAGE,
			       "give the NAME of a pipeline, or --print, which "
			       "shows all of them, or --check");
	if (operands[0] != NULL && operands[1] != NULL)
		return err_set(e, ERR_USAGE,
			       "one pipeline at a time: %s is too much",
			       operands[1]);
	return 0;
}

int main(int argc, char *argv[])
{
	struct config cfg = { .common = OPT_COMMON_DEFAULTS };
	struct plan plan = PLAN_NONE;
	struct err e = { 0 };
	int status = -1;

	msg_init(cli.name);
	int first = opt_parse(&cli, argc, argv, &cfg, &e);
	if (first == 0)
		return STATUS_DONE;
	if (first > 0) {
		opt_apply_common(&cfg.common);
		if (check_usage(&cfg, argv + first, &e) == 0 &&
		    plan_open(&plan, &cfg.files, &e) == 0)
			status = act(&cfg, &plan, argv[first], &e);
	}
	plan_close(&plan);
	free(cfg.files.items);
	return status < 0 ? msg_exit(&e) : status;
}
