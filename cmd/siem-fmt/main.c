/*
 * siem-fmt: JSON lines in, one line of a SIEM's format out for each.
 *
 * main() reads the command line (config.c), opens what is needed, gives up the
 * rest and runs; format_record() is the work. What is said of the run is in
 * report.c.
 */
#include "check.h"
#include "config.h"
#include "privacy.h"
#include "report.h"

#include "core/metrics.h"
#include "core/msg.h"
#include "core/quit.h"
#include "core/seal.h"
#include "event/mapper.h"
#include "stream/inputs.h"

#include <malloc.h>
#include <unistd.h>

struct job {
	const struct config *config;
	struct choice choice;
	struct maps *maps;
	struct mapper *mapper;
	struct select selection;
	struct privacy privacy;
	struct inputs inputs;
	struct stream stream;
	struct report report;
	struct metrics metrics;
};

static void init_stream(struct job *j)
{
	size_t max = j->config->max_record;

	j->stream = STREAM_INIT(STDIN_FILENO, STDOUT_FILENO, max,
				event_allowance(max));
	report_init(&j->report, &j->stream);
	j->stream.print_stats = report_stats;
	j->stream.context = &j->report;
	j->stream.metrics = &j->metrics;
}

/* Let the mapper pass over what is not asked for, if anything is. */
static void select_records(struct job *j)
{
	const struct select *s = &j->selection;

	j->report.by_time = s->has_since || s->has_until;
	j->report.selects = s->cond != PROGRAM_NONE || j->report.by_time;
	if (j->report.selects)
		mapper_select(j->mapper, s);
}

/* Everything that is needed later. */
static int open_job(struct job *j, char *names[], size_t count, struct err *e)
{
	const struct config *c = j->config;
	const struct choice *choice = &j->choice;
	const struct map_shape *shape =
		choice->format->shape(choice->options.variant);

	j->maps = maps_load(c->map, shape, e);
	if (j->maps == NULL)
		return -1;
	if (config_select(c, j->maps, &j->selection, e) < 0)
		return -1;
	j->mapper = mapper_new(j->maps, shape, c->max_record);
	if (j->mapper == NULL)
		return err_set(e, ERR_SYSTEM, "out of memory");
	select_records(j);
	if (privacy_open(&j->privacy, c, j->maps, e) < 0)
		return -1;
	j->report.privacy = &j->privacy;
	// Opening the --reject file cuts a torn last line: first make sure that
	// it is none of the inputs.
	if (inputs_open(&j->inputs, names, count, e) < 0 ||
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
	privacy_close(&j->privacy);
	mapper_free(j->mapper);
	maps_free(j->maps);
}

/* Append the line of an event, which may take what that leaves. */
static int write_line(struct job *j, const struct event *event, struct err *why)
{
	struct buf *out = &j->stream.out.out;
	size_t max = out->max;
	size_t most = event_allowance(j->config->max_record);

	out->max = out->len + most - event->taken;
	int rc = j->choice.format->write(event, j->mapper, &j->choice.options,
					 out, &j->report.counts, why);
	out->max = max;
	return rc;
}

/*
 * Append where the members of a record go. The line is made too, so that what
 * it loses is told, and refused what cannot be one.
 */
static int explain(struct job *j, const struct event *event, struct err *why)
{
	struct explain_losses losses = { .count = 0 };
	struct buf *out = &j->stream.out.out;
	size_t start = out->len;

	j->report.losses = &losses;
	int rc = write_line(j, event, why);
	j->report.losses = NULL;
	if (rc < 0)
		return -1;
	buf_cut(out, start);
	mapper_explain(j->mapper, event, &losses, out);
	return 0;
}

/* Take out of a record what is not to leave, and read what is left. */
static int minimise(struct job *j, struct event *event, struct err *why)
{
	struct slice left;
	int rc = minimiser_apply(j->privacy.minimiser, event->record, &left,
				 why);

	return rc > 0 ? mapper_read(j->mapper, left, event, why) : rc;
}

/*
 * Append what becomes of a record: 1; 0: nothing does, it is not selected. -1
 * with why filled.
 */
static int format_record(void *job, struct slice record, struct err *why)
{
	struct job *j = job;
	struct event event;

	if (mapper_read(j->mapper, record, &event, why) < 0)
		return -1;
	if (UNLIKELY(!event.selected)) {
		j->report.not_selected++;
		return 0;
	}
	if (j->privacy.minimiser != NULL && minimise(j, &event, why) < 0)
		return -1;
	if ((j->config->explain ? explain(j, &event, why)
				: write_line(j, &event, why)) < 0)
		return -1;
	if (UNLIKELY(j->report.by_time) && !event.has_time)
		j->report.untimed++;
	return 1;
}

/* The work, and what is said of it, however it ended. */
static int run(struct job *j, struct err *e)
{
	int rc = inputs_filter(&j->inputs, &j->stream, format_record, j, e);

	report_losses(&j->report);
	if (j->config->common.stats)
		report_stats(&j->stream, &j->report);
	return rc;
}

int main(int argc, char *argv[])
{
	struct config c;
	struct job j = { .config = &c, .metrics = METRICS_NONE,
			.privacy = PRIVACY_NONE };
	struct err e = { 0 };

	msg_init("siem-fmt");
	// What a giant record needed goes back to the system, and is not kept
	// for the next one (mallopt(3) says why it otherwise would).
	mallopt(M_MMAP_THRESHOLD, 64 << 10);
	int first = config_parse(&c, argc, argv, &e);
	if (first == 0)
		return STATUS_DONE;
	if (first < 0)
		return msg_exit(&e);
	opt_apply_common(&c.common);
	if (c.list || c.map_check != NULL) {
		int told =
			c.list ? config_list(&e) : check_map(c.map_check, &e);

		return told < 0 ? msg_exit(&e) : told;
	}
	if (config_choose(&c, &j.choice, &e) < 0)
		return msg_exit(&e);

	int rc = -1;
	init_stream(&j);
	if (open_job(&j, argv + first, (size_t)(argc - first), &e) == 0 &&
	    seal_filter(&e) == 0)
		rc = run(&j, &e);
	metrics_close(&j.metrics);
	int status = rc < 0 ? msg_exit(&e) : j.stream.status;
	close_job(&j);
	config_free(&c);
	return status;
}
