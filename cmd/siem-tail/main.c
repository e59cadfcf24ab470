/*
 * siem-tail: the lines of files, through rotation.
 *
 * main() reads the command line and picks the exit status; follow() is the
 * work. tail.h says which file has what.
 */
#include "collect.h"
#include "follow.h"
#include "kafka.h"
#include "spooled.h"
#include "standing.h"
#include "status.h"
#include "tail.h"

#include "core/clock.h"
#include "core/file.h"
#include "core/msg.h"
#include "core/quit.h"
#include "core/seal.h"

#include <stdlib.h>

static const struct opt options[] = {
	OPT_STRING('c', "checkpoint", checkpoint, "FILE",
		   "begin where FILE says, and send marks for it"),
	OPT_STRING(0, "group", group, "NAME",
		   "of a topic: whose members share its partitions"),
	OPT_COUNT('n', "lines", last_lines, "N", SIZE_MAX / 8,
		  "begin with the last N lines [all of them]"),
	OPT_FLAG(0, "once", once, "end at the end of the files"),
	OPT_MS(0, "poll", poll_ms, "SECONDS", 3600 * 1000,
	       "look every SECONDS, without inotify"),
	OPT_FLAG(0, "progress", progress, "show how far it is, on a terminal"),
	OPT_RATE(0, "rate", rate, "RATE", "at most 1000/s lines, or 5MB/s"),
	OPT_FLAG(0, "reset", reset, "forget what -c FILE says, and end"),
	OPT_FLAG(0, "stamp", stamp, "put an identity into each JSON object"),
	OPT_FLAG(0, "status", status,
		 "print how far behind -c FILE is, and end"),
	OPT_COMMON_ROWS,
	OPT_END,
};

static const struct cli cli = {
	.name = "siem-tail",
	.operands = "FILE|DIR|GLOB...|kafka://BROKER[,BROKER...]/TOPIC",
	.summary = "Write the lines of files to standard output, and follow "
		   "them.",
	.options = options,
};

static int check(const struct config *cfg, int operands, struct err *e)
{
	if ((cfg->status || cfg->reset) && cfg->checkpoint == NULL)
		return err_set(e, ERR_USAGE, "option --%s needs -c FILE",
			       cfg->status ? "status" : "reset");
	if (cfg->reset && (cfg->status || operands > 0))
		return err_set(e, ERR_USAGE, "option --reset goes alone");
	if (operands == 0 && !cfg->status && !cfg->reset)
		return err_set(e, ERR_USAGE, "no file to read (see --help)");
	if (cfg->poll_ms == 0)
		return err_set(e, ERR_USAGE, "option --poll: 0 is too often");
	return 0;
}

/* What every way of reading needs. */
static int open_output(struct tail *t, struct err *e)
{
	if (outlet_open(&t->out, e) < 0 ||
	    quit_setup((unsigned)t->cfg->common.grace_sec, QUIT_EXIT_LATE, e) <
		    0 ||
	    metrics_open(&t->metrics, t->cfg->common.metrics, collect, t, e) <
		    0)
		return -1;
	t->limit = RATE_LIMIT_INIT(t->cfg->rate, clock_ns());
	report_open(&t->report,
		    t->cfg->common.stats || t->cfg->common.metrics != NULL,
		    t->cfg->progress);
	return 0;
}

static int tail_open(struct tail *t, char *const operands[], int count,
		     struct err *e)
{
	file_allow_many(); // one for each file
	held_open(&t->held);
	if (t->cfg->checkpoint != NULL &&
	    history_open(&t->history, t->cfg->checkpoint, e) < 0)
		return -1;
	if (t->cfg->stamp && stamp_open(&t->stamp, e) < 0)
		return -1;
	if (names_open(&t->names, operands, (size_t)count, e) < 0 ||
	    open_output(t, e) < 0)
		return -1;
	if (!t->cfg->once && t->cfg->poll_ms == SIZE_MAX)
		watch_open(&t->watch);
	return 0;
}

/*
 * Look at the files for the first time, and seal: in this order only where the
 * checkpoint has to be made of what is there.
 */
static int begin(struct tail *t, struct err *e)
{
	if (!t->history.first)
		return seal_source(e) < 0 ? -1 : follow_begin(t, e);
	if (follow_begin(t, e) < 0 || history_create(&t->history, e) < 0)
		return -1;
	return seal_source(e);
}

/* source: a topic, the folder of a spool, or NULL for files. */
static int run(struct tail *t, char *source, struct err *e)
{
	int rc = source == NULL         ? follow(t, e)
		 : kafka_is(&source, 1) ? kafka_run(t, source, e)
					: spooled_run(t, source, e);

	report_close(&t->report);
	if (t->cfg->common.stats)
		report_stats(&t->report);
	return rc;
}

/* Where the logs stand, of which there are none to mean those that it knows. */
static int print_status(struct tail *t, char *const operands[], size_t count,
			struct err *e)
{
	char **logs = NULL;
	int rc = -1;

	if (history_open(&t->history, t->cfg->checkpoint, e) < 0)
		goto out;
	if (t->history.first) {
		err_set(e, ERR_USAGE, "%s: there is no checkpoint",
			t->cfg->checkpoint);
		goto out;
	}
	if (count == 0) {
		logs = status_logs(&t->history, &count);
		operands = logs;
		t->names.remembered = true;
	}
	if (operands == NULL) {
		err_set(e, ERR_SYSTEM, "out of memory");
		goto out;
	}
	file_allow_many(); // one for each file
	t->held = HELD_ALL; // of all it is to be said how far behind
	if (names_open(&t->names, operands, count, e) == 0 &&
	    seal_source(e) == 0 && follow_begin(t, e) == 0 &&
	    (!t->names.remembered || history_look_aside(t, e) == 0))
		rc = status_print(t, e);
out:
	free(logs);
	return rc;
}

static int work(struct tail *t, char *const operands[], int count,
		struct err *e)
{
	char home[PATH_MAX];

	if (t->cfg->reset)
		return status_reset(t->cfg->checkpoint, e);
	if (kafka_check(t->cfg, operands, count, e) < 0 ||
	    spooled_check(operands, count, e) < 0)
		return -1;
	if (t->cfg->status && count == 0 &&
	    standing_home(t->cfg->checkpoint, home))
		return standing_print(t, home, e);
	if (t->cfg->status && spooled_is(operands, count))
		return standing_print(t, operands[0], e);
	if (kafka_is(operands, count) || spooled_is(operands, count) ||
	    (!t->cfg->status && spooled_may_come(t->cfg, operands, count)))
		return open_output(t, e) < 0 ? -1 : run(t, operands[0], e);
	if (t->cfg->status)
		return print_status(t, operands, (size_t)count, e);
	if (tail_open(t, operands, count, e) < 0 || begin(t, e) < 0)
		return -1;
	return run(t, NULL, e);
}

static void tail_close(struct tail *t)
{
	files_free(&t->files);
	names_close(&t->names);
	history_free(&t->history);
	trouble_free(&t->troubles);
	stamp_close(&t->stamp);
	watch_close(&t->watch);
	outlet_close(&t->out);
}

int main(int argc, char *argv[])
{
	struct config cfg = {
		.common = OPT_COMMON_DEFAULTS,
		.last_lines = SIZE_MAX,
		.poll_ms = SIZE_MAX,
	};
	static struct tail t;
	struct err e = { 0 };

	msg_init("siem-tail");
	int first = opt_parse(&cli, argc, argv, &cfg, &e);
	if (first == 0)
		return STATUS_DONE;
	if (first < 0 || check(&cfg, argc - first, &e) < 0)
		return msg_exit(&e);
	opt_apply_common(&cfg.common);

	t.cfg = &cfg;
	t.watch = WATCH_NONE;
	t.metrics = METRICS_NONE;
	t.out.fd = -1;
	// A look at what is there, and no waiting for what is not.
	cfg.once = cfg.once || cfg.status;
	int rc = work(&t, argv + first, argc - first, &e);
	metrics_close(&t.metrics);
	int status = rc < 0 ? msg_exit(&e) : t.status;
	tail_close(&t);
	return status;
}
