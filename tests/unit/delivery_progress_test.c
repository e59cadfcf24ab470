#include "delivery/progress.h"

#include "check.h"

#include <time.h>

/* Who keeps positions, on a disk that takes its time. */
struct keeper {
	int64_t takes_ns;
	unsigned commits;
};

static void passed(void *context, struct slice source, struct slice position)
{
	(void)context;
	(void)source;
	(void)position;
}

static int commit(void *context, struct err *e)
{
	struct keeper *k = context;
	struct timespec t = { .tv_nsec = k->takes_ns };

	(void)e;
	nanosleep(&t, NULL);
	k->commits++;
	return 0;
}

static void add_mark(struct progress *p)
{
	struct queue q = QUEUE_INIT(1 << 20);
	struct queue_item *mark = queue_add(&q, QUEUE_MARK, SLICE("/log 1"));

	CHECK(mark != NULL);
	if (mark != NULL)
		progress_mark(p, mark);
	queue_free(&q);
}

static void a_commit_may_take_a_hundredth_of_the_time(void)
{
	CHECK(progress_pause_ms(0) == 100);
	CHECK(progress_pause_ms(1000000) == 100);
	CHECK(progress_pause_ms(4000000) == 400);
	CHECK(progress_pause_ms(9900000) == 990);
}

static void a_commit_is_due_every_second_on_any_disk(void)
{
	CHECK(progress_pause_ms(10000000) == 1000);
	CHECK(progress_pause_ms(INT64_C(3600000000000)) == 1000);
}

static void what_a_commit_took_puts_the_next_one_off(void)
{
	struct keeper keeper = { .takes_ns = 4000000 };
	struct engine_commits commits = { .passed = passed,
					  .commit = commit,
					  .context = &keeper };
	struct ledger ledger;
	struct progress p = { .ledger = &ledger, .commits = &commits };
	struct err e;

	CHECK(ledger_open(&ledger, NULL, &e) == 0);
	add_mark(&p);
	CHECK(progress_wait_ms(&p, 1000) == 0);
	progress_step(&p, 1000, PROGRESS_IN_TIME);
	CHECK(keeper.commits == 1 && progress_wait_ms(&p, 1000) == -1);

	add_mark(&p);
	CHECK(progress_wait_ms(&p, 1000) >= 400);
	progress_step(&p, 1399, PROGRESS_IN_TIME);
	CHECK(keeper.commits == 1);
	progress_step(&p, 2000, PROGRESS_IN_TIME);
	CHECK(keeper.commits == 2);

	add_mark(&p);
	progress_step(&p, 2001, PROGRESS_DRAINED);
	CHECK(keeper.commits == 3);
	ledger_free(&ledger);
}

int main(void)
{
	RUN(a_commit_may_take_a_hundredth_of_the_time);
	RUN(a_commit_is_due_every_second_on_any_disk);
	RUN(what_a_commit_took_puts_the_next_one_off);
	return check_done();
}
