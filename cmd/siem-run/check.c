#include "check.h"

#include "core/file.h"
#include "core/shell.h"
#include "delivery/findings.h"
#include "delivery/kept.h"
#include "print.h"
#include "runner.h"
#include "stream/spool.h"

#include <errno.h>
#include <glob.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FORMAT_MS = 30000, SAID_MAX = 4096 };

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void check_path(struct findings *f, const char *path)
{
	const int wanted = is_folder(path) ? R_OK | X_OK : R_OK;

	if (access(path, wanted) == 0)
		findings_put(f, "input", FINDING_GOOD, "%s", path);
	else if (errno == ENOENT)
		findings_put(f, "input", FINDING_WARNING,
			     "%s is not there yet: it is waited for", path);
	else
		findings_put(f, "input", FINDING_FAILED, "%s: %s", path,
			     strerror(errno));
}

static void check_pattern(struct findings *f, const char *pattern)
{
	glob_t found;

	if (access(pattern, F_OK) == 0 || strpbrk(pattern, "*?[") == NULL) {
		check_path(f, pattern);
		return;
	}
	if (glob(pattern, 0, NULL, &found) != 0) {
		findings_put(f, "input", FINDING_WARNING,
			     "%s: there is no such file yet", pattern);
		return;
	}
	for (size_t i = 0; i < found.gl_pathc; i++)
		check_path(f, found.gl_pathv[i]);
	globfree(&found);
}

static void check_input(struct findings *f, const struct plan *plan)
{
	const char *input;

	for (size_t i = 0; (input = plan_input(plan, i)) != NULL; i++)
		if (plan->is_stdin)
			findings_put(f, "input", FINDING_SKIPPED,
				     "standard input");
		else if (strncmp(input, "kafka://", strlen("kafka://")) == 0)
			findings_put(f, "input", FINDING_SKIPPED,
				     "%s: its brokers are reached when it runs",
				     input);
		else
			check_pattern(f, input);
}

static void check_folder(struct findings *f, const char *step, const char *path)
{
	if (path == NULL)
		return;
	if (access(path, R_OK | W_OK | X_OK) < 0)
		findings_put(f, step, FINDING_FAILED, "%s: %s", path,
			     strerror(errno));
	else if (!is_folder(path))
		findings_put(f, step, FINDING_FAILED, "%s is no folder", path);
	else
		findings_put(f, step, FINDING_GOOD, "%s", path);
}

/* Could the first run make it? */
static bool can_be_made(const char *path)
{
	char *copy = strdup(path);
	const bool can = copy != NULL && access(path, F_OK) < 0 &&
			 errno == ENOENT &&
			 access(dirname(copy), W_OK | X_OK) == 0;

	free(copy);
	return can;
}

static void check_spool(struct findings *f, const struct plan *plan)
{
	if (plan->spool == NULL)
		return;
	if (can_be_made(plan->spool))
		findings_put(f, "spool", FINDING_GOOD,
			     "%s, which is not there yet: the first run makes "
			     "it",
			     plan->spool);
	else
		check_folder(f, "spool", plan->spool);
	if (spool_was(plan->spool))
		findings_put(f, "spool", FINDING_FAILED,
			     "%s holds segments and is no spool: see "
			     "siem-spool(5)",
			     plan->spool);
}

/* Is the folder of this file there? If not, that is said of the folder. */
static bool has_folder(const char *path)
{
	char *copy = strdup(path);
	const bool has = copy != NULL && is_folder(dirname(copy));

	free(copy);
	return has;
}

/* What the last stage writes, but for what it delivers. */
static void check_kept(struct findings *f, const struct stage *sink)
{
	static const struct {
		const char *option;
		void (*check)(struct findings *f, const char *path);
	} rows[] = {
		{ "-c", kept_check_checkpoint },
		{ "--dead-letter", kept_check_letters },
		{ "--receipts", kept_check_receipts },
	};
	const char *before = "";
	const char *word = NULL;

	while ((word = stage_next(sink, word)) != NULL) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
			if (strcmp(before, rows[i].option) == 0 &&
			    has_folder(word))
				rows[i].check(f, word);
		before = word;
	}
}

/* Does siem-fmt take what it is to be told? It finds the map, if so. */
static int check_format(struct findings *f, const struct stage *stage,
			struct err *e)
{
	struct buf command = BUF_INIT(8 * PIPELINE_WORDS);
	struct buf said = BUF_INIT(SAID_MAX);
	int rc = -1;

	print_stage(&command, stage);
	const size_t len = command.len;
	buf_puts(&command, " 2>&1 >/dev/null || echo \" (status $?)\"");
	if (buf_status(&command) != 0)
		err_sys(e, "%s", stage->tool);
	else
		rc = shell_read(buf_str(&command), FORMAT_MS, &said, e);
	if (rc == 0 && said.len == 0)
		findings_put(f, "format", FINDING_GOOD, "%.*s", (int)len,
			     command.data);
	else if (rc == 0)
		findings_put(f, "format", FINDING_FAILED, "%.*s",
			     (int)strcspn(buf_str(&said), "\n"),
			     buf_str(&said));
	buf_free(&said);
	buf_free(&command);
	return rc;
}

/* What siem-send finds out by itself. */
static int check_places(const struct plan *plan, const struct task *task,
			const struct pipeline_options *options, const char *how,
			bool *is_asked, struct err *e)
{
	struct pipeline p = { .name = task->name, .count = 1 };
	int status = -1;

	if (stage_begin(&p.stages[0], "siem-send", e) == 0) {
		stage_add(&p.stages[0], strcmp(how, "send") == 0
						? "--check=send"
						: "--check");
		stage_add_places(&p.stages[0], plan, task, options);
		if (stage_end(&p.stages[0], e) == 0)
			status =
				runner_run(&p, options->grace_sec, is_asked, e);
	}
	pipeline_free(&p);
	return status;
}

int check_task(const struct plan *plan, const struct task *task,
	       const struct pipeline_options *options, const char *how,
	       bool *is_asked, struct err *e)
{
	struct pipeline p = PIPELINE_NONE;
	struct findings f = { STATUS_DONE };
	int status = 0;
	int rc = pipeline_make(&p, plan, task, options, e);

	if (rc == 0) {
		findings_about("siem-run %s", task->name);
		if (task->is_feeder || plan->spool == NULL)
			check_input(&f, plan);
		check_spool(&f, plan);
		check_folder(&f, "state_dir", plan->state_dir);
		check_kept(&f, &p.stages[p.count - 1]);
		check_folder(&f, "metrics_dir",
			     site_text(&plan->site, "metrics_dir"));
	}
	for (size_t i = 0; rc == 0 && i < p.count; i++)
		if (strcmp(p.stages[i].tool, "siem-fmt") == 0)
			rc = check_format(&f, &p.stages[i], e);
	pipeline_free(&p);
	if (rc == 0 && !task->is_feeder)
		rc = status =
			check_places(plan, task, options, how, is_asked, e);
	return rc < 0 ? -1 : status > (int)f.status ? status : (int)f.status;
}
