/* Where the partitions of a topic stand, and what a checkpoint says of them. */
#include "../../cmd/siem-tail/parts.h"

#include "check.h"
#include "folder.h"
#include "stream/checkpoint.h"

#include <stdio.h>
#include <string.h>

static void name(struct parts *p)
{
	struct err e;

	*p = (struct parts){ 0 };
	CHECK(parts_name(p, "c1", "audit", &e) == 0);
}

static void it_begins_where_the_further_of_group_and_checkpoint_is(void)
{
	CHECK(part_start(&(struct part){ .group = 7, .confirmed = 5 }) == 7);
	CHECK(part_start(&(struct part){ .group = 5, .confirmed = 7 }) == 7);
	CHECK(part_start(&(struct part){ .group = OFFSET_NONE,
					 .confirmed = 0 }) == 0);
	CHECK(part_start(&(struct part){ .group = OFFSET_NONE,
					 .confirmed = OFFSET_NONE }) ==
	      OFFSET_NONE);
}

static void only_what_is_ours_and_new_is_told_to_the_group(void)
{
	struct part part = { .is_ours = true, .group = 5, .confirmed = 7 };

	CHECK(part_is_ahead(&part));
	part.confirmed = 5;
	CHECK(!part_is_ahead(&part));
	part.confirmed = 4;
	CHECK(!part_is_ahead(&part));
	part = (struct part){ .is_ours = false, .group = 5, .confirmed = 7 };
	CHECK(!part_is_ahead(&part));
}

static void all_is_confirmed_when_nothing_that_was_sent_is_missing(void)
{
	struct parts p;

	name(&p);
	CHECK(parts_are_confirmed(&p));
	struct part *part = parts_get(&p, 3);
	part->is_ours = true;
	CHECK(parts_are_confirmed(&p));
	part->next = 9;
	part->confirmed = 8;
	CHECK(!parts_are_confirmed(&p));
	part->confirmed = 9;
	CHECK(parts_are_confirmed(&p));
	part->confirmed = 8;
	part->is_ours = false;
	CHECK(parts_are_confirmed(&p));
	parts_free(&p);
}

static void a_number_has_one_place_among_many(void)
{
	struct parts p;

	name(&p);
	for (int32_t i = 0; i < 100; i++)
		parts_get(&p, i)->next = i;
	for (int32_t i = 0; i < 100; i++)
		CHECK(parts_get(&p, i)->next == i);
	CHECK(p.count == 100);
	parts_free(&p);
}

static void a_mark_names_cluster_topic_and_partition(void)
{
	struct buf out = BUF_INIT(200);
	struct parts p;

	name(&p);
	struct part *part = parts_get(&p, 3);
	part->next = 1234567890123;
	parts_put_mark(&p, part, false, &out);
	parts_put_mark(&p, part, true, &out);
	CHECK(strcmp(buf_str(&out), "\020M kafka:c1/audit/3 1234567890123\n"
				    "\020M kafka:c1/audit/3 -\n") == 0);
	buf_free(&out);
	parts_free(&p);
}

static void a_cluster_that_is_not_known_has_a_name_as_well(void)
{
	struct parts p = { 0 };
	struct err e;

	CHECK(parts_name(&p, NULL, "audit", &e) == 0);
	CHECK(strcmp(p.source, "kafka:-/audit/") == 0);
}

/* A checkpoint with this one entry. */
static void write_checkpoint(const char *path, const char *source,
			     const char *position)
{
	struct checkpoint *c = NULL;
	struct err e;

	CHECK(checkpoint_new(path, &c, &e) == 0);
	CHECK(checkpoint_set(c, slice_of(source), slice_of(position), &e) == 0);
	CHECK(checkpoint_create(c, &e) == 0);
	checkpoint_free(c);
}

static void what_the_checkpoint_has_is_confirmed_and_no_more(void)
{
	struct parts p;
	struct err e;

	name(&p);
	parts_get(&p, 4)->confirmed = 17;
	write_checkpoint("ckpt", "kafka:c1/audit/3", "42");
	CHECK(parts_confirm(&p, "ckpt", &e) == 0);
	CHECK(parts_get(&p, 3)->confirmed == 42);
	CHECK(parts_get(&p, 4)->confirmed == OFFSET_NONE);
	CHECK(parts_confirm(&p, "none", &e) == 0);
	CHECK(parts_get(&p, 3)->confirmed == OFFSET_NONE);
	parts_free(&p);
}

static void the_checkpoint_of_something_else_is_refused(void)
{
	static const char *const entries[][2] = {
		{ "/var/log/audit#1", "42" },
		{ "kafka:c2/audit/3", "42" },
		{ "kafka:c1/other/3", "42" },
		{ "kafka:c1/audit/", "42" },
		{ "kafka:c1/audit/x", "42" },
		{ "kafka:c1/audit/4294967296", "42" },
		{ "kafka:c1/audit/3", "42,1,2" },
		{ "kafka:c1/audit/3", "99999999999999999999" },
	};
	struct parts p;
	struct err e;

	name(&p);
	for (size_t i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		char path[16];

		snprintf(path, sizeof(path), "other%zu", i);
		write_checkpoint(path, entries[i][0], entries[i][1]);
		CHECK(parts_confirm(&p, path, &e) < 0);
		CHECK(e.kind == ERR_USAGE);
	}
	parts_free(&p);
}

int main(void)
{
	folder_enter();
	RUN(it_begins_where_the_further_of_group_and_checkpoint_is);
	RUN(only_what_is_ours_and_new_is_told_to_the_group);
	RUN(all_is_confirmed_when_nothing_that_was_sent_is_missing);
	RUN(a_number_has_one_place_among_many);
	RUN(a_mark_names_cluster_topic_and_partition);
	RUN(a_cluster_that_is_not_known_has_a_name_as_well);
	RUN(what_the_checkpoint_has_is_confirmed_and_no_more);
	RUN(the_checkpoint_of_something_else_is_refused);
	return check_done();
}
