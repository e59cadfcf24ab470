#include "delivery/progress.h"

#include "core/file.h"

#include "check.h"
#include "folder.h"

#include <string.h>
#include <time.h>

/* Who keeps positions, on a disk that takes its time, and may fail. */
struct keeper {
	int64_t takes_ns;
	unsigned commits;
	bool fails;
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

	if (k->fails)
		return err_set(e, ERR_SYSTEM, "no place");
	nanosleep(&t, NULL);
	k->commits++;
	return 0;
}

static struct slice last(void *context, struct slice source)
{
	(void)context;
	(void)source;
	return (struct slice){ NULL, 0 };
}

/* A mark passes, with so many records rejected before they were queued. */
static void add_mark_behind(struct progress *p, uint64_t rejects)
{
	struct queue q = QUEUE_INIT(1 << 20);
	struct queue_item *mark = queue_add(&q, QUEUE_MARK, SLICE("/log 1"));

	CHECK(mark != NULL);
	if (mark != NULL) {
		mark->number = rejects;
		progress_mark(p, mark);
	}
	queue_free(&q);
}

static void add_mark(struct progress *p)
{
	add_mark_behind(p, 0);
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

/* Try at these times, on a disk that fails until told otherwise. */
static void tries_again(struct progress *p, struct keeper *k)
{
	progress_step(p, 1000, PROGRESS_IN_TIME);
	CHECK(p->fails && k->commits == 0);
	CHECK(progress_wait_ms(p, 1000) == 1000);
	progress_step(p, 1500, PROGRESS_LAST);
	CHECK(p->fails && k->commits == 0);

	// And then not before it is due, where that is not the last time.
	folder_limit(0);
	k->fails = false;
	progress_step(p, 2499, PROGRESS_IN_TIME);
	progress_step(p, 2499, PROGRESS_DRAINED);
	CHECK(p->fails && k->commits == 0 && progress_is_pending(p));
	progress_step(p, 2500, PROGRESS_IN_TIME);
	CHECK(!p->fails && k->commits == 1 && !progress_is_pending(p));
}

static void a_position_waits_for_the_dead_letters_before_it(void)
{
	struct keeper keeper = { .takes_ns = 0 };
	struct engine_commits commits = { .passed = passed,
					  .commit = commit,
					  .context = &keeper };
	struct ledger ledger;
	struct progress p = { .ledger = &ledger, .commits = &commits };
	struct err e;

	folder_enter();
	CHECK(ledger_open(&ledger, "dead", &e) == 0);
	folder_limit(1);
	ledger_reject(&ledger, SLICE("bad"), 1, "why");
	add_mark(&p);
	tries_again(&p, &keeper);
	ledger_free(&ledger);
}

static void a_position_waits_for_its_receipt(void)
{
	struct keeper keeper = { .takes_ns = 0 };
	struct engine_commits commits = { .passed = passed,
					  .commit = commit,
					  .last = last,
					  .context = &keeper };
	struct ledger ledger;
	struct progress p = { .ledger = &ledger, .commits = &commits };
	struct err e;

	folder_enter();
	CHECK(ledger_open(&ledger, NULL, &e) == 0);
	p.receipts =
		receipts_open("receipts", SLICE("id"), CHECKSUM_XXH128, &e);
	folder_limit(1);
	add_mark(&p);
	tries_again(&p, &keeper);
	receipts_close(p.receipts);
	ledger_free(&ledger);
}

static void what_was_rejected_early_is_in_one_receipt(void)
{
	struct keeper keeper = { .takes_ns = 0 };
	struct engine_commits commits = { .passed = passed,
					  .commit = commit,
					  .last = last,
					  .context = &keeper };
	struct ledger ledger;
	struct progress p = { .ledger = &ledger, .commits = &commits };
	struct buf text = BUF_INIT(1 << 20);
	struct err e;

	folder_enter();
	CHECK(ledger_open(&ledger, NULL, &e) == 0);
	p.receipts =
		receipts_open("receipts", SLICE("id"), CHECKSUM_XXH128, &e);
	add_mark_behind(&p, 3);
	add_mark_behind(&p, 3);
	add_mark_behind(&p, 5);
	progress_step(&p, 1000, PROGRESS_LAST);
	CHECK(file_read("receipts", &text, &e) == 0);
	CHECK(strstr(buf_str(&text), "\"rejected\":5,") != NULL);
	buf_free(&text);
	receipts_close(p.receipts);
	ledger_free(&ledger);
}

static void a_position_that_could_not_be_kept_is_kept_later(void)
{
	struct keeper keeper = { .fails = true };
	struct engine_commits commits = { .passed = passed,
					  .commit = commit,
					  .context = &keeper };
	struct ledger ledger;
	struct progress p = { .ledger = &ledger, .commits = &commits };
	struct err e;

	CHECK(ledger_open(&ledger, NULL, &e) == 0);
	add_mark(&p);
	tries_again(&p, &keeper);
	ledger_free(&ledger);
}

int main(void)
{
	RUN(a_commit_may_take_a_hundredth_of_the_time);
	RUN(a_commit_is_due_every_second_on_any_disk);
	RUN(what_a_commit_took_puts_the_next_one_off);
	RUN(a_position_waits_for_the_dead_letters_before_it);
	RUN(a_position_waits_for_its_receipt);
	RUN(what_was_rejected_early_is_in_one_receipt);
	RUN(a_position_that_could_not_be_kept_is_kept_later);
	return check_done();
}
