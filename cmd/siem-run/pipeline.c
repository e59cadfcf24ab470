#include "pipeline.h"

#include "dest/platform.h"
#include "dest/preparation.h"
#include "dest/profile.h"
#include "stream/spool.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	GRACE_DEFAULT = 10,   // seconds, of every tool
	RECORD_ABOUT_KIB = 1, // by which buffer_size is counted
};

/* What is being made, and of what. */
struct maker {
	struct pipeline *pipeline;
	const struct plan *plan;
	const struct task *task;
	const struct pipeline_options *how;
};

static const char *said(const struct maker *m, const char *path)
{
	return site_text(&m->plan->site, path);
}

static void add_option(struct stage *s, const char *option, const char *value)
{
	if (value == NULL)
		return;
	stage_add(s, option);
	stage_add(s, value);
}

/* An option with a file "FOLDER/BEFORE" NAME "AFTER"; a folder of NULL: none.
 */
static void add_file(struct stage *s, const char *option, const char *folder,
		     const char *before, const char *name, const char *after)
{
	size_t len = folder != NULL ? strlen(folder) : 0;

	if (folder == NULL)
		return;
	while (len > 1 && folder[len - 1] == '/')
		len--;
	stage_add(s, option);
	buf_put(&s->words, folder, len);
	if (len == 0 || folder[len - 1] != '/')
		buf_putc(&s->words, '/');
	buf_puts(&s->words, before);
	buf_puts(&s->words, name);
	stage_add(s, after);
}

/* Operands, which must not be taken for options. */
static void add_operand(struct stage *s, const char *word)
{
	if (word[0] == '-' && word[1] != '\0')
		stage_add(s, "--");
	stage_add(s, word);
}

static void add_common(const struct maker *m, struct stage *s)
{
	char grace[24];

	if (m->how->quiet)
		stage_add(s, "-q");
	if (m->how->verbose)
		stage_add(s, "-v");
	if (m->how->stats)
		stage_add(s, "--stats");
	if (m->how->grace_sec != GRACE_DEFAULT) {
		snprintf(grace, sizeof(grace), "%zu", m->how->grace_sec);
		add_option(s, "--grace", grace);
	}
}

/* The next stage of a pipeline, with what all of them are told. */
static struct stage *begin(const struct maker *m, const char *tool,
			   struct err *e)
{
	struct stage *s = &m->pipeline->stages[m->pipeline->count++];
	char after[32];

	if (stage_begin(s, tool, e) < 0)
		return NULL;
	add_common(m, s);
	snprintf(after, sizeof(after), "%s.prom", strchr(tool, '-'));
	if (!m->how->is_tried)
		add_file(s, "--metrics", said(m, "metrics_dir"), "siem-",
			 m->task->name, after);
	return s;
}

static bool is_topic(const char *input)
{
	return strncmp(input, "kafka://", strlen("kafka://")) == 0;
}

/* The spool whose only input is one, so that it is read as such; or NULL. */
static const char *spool_to_read(const struct maker *m)
{
	const struct plan *p = m->plan;
	const char *input = plan_input(p, 0);

	if (!m->task->is_feeder && p->spool != NULL)
		return p->spool;
	return input != NULL && plan_input(p, 1) == NULL && spool_is(input)
		       ? input
		       : NULL;
}

/* Does it read the input of siem-run itself? */
static bool reads_stdin(const struct maker *m)
{
	return m->plan->is_stdin &&
	       (m->task->is_feeder || m->plan->spool == NULL);
}

/* -c, at both ends; not where nothing could be read again. */
static void add_checkpoint(const struct maker *m, struct stage *s)
{
	const char *spool = spool_to_read(m);

	if (reads_stdin(m))
		return;
	if (spool != NULL)
		add_file(s, "-c", spool, "", m->task->name, ".checkpoint");
	else
		add_file(s, "-c", m->plan->state_dir, "", m->task->name,
			 ".ckpt");
}

/* Two runs that have no checkpoint in common may go side by side. */
static int name_lock(const struct maker *m, struct err *e)
{
	struct pipeline *p = m->pipeline;

	if (!reads_stdin(m) &&
	    asprintf(&p->lock, "%s/%s.run", m->plan->state_dir, p->name) < 0) {
		p->lock = NULL;
		return err_sys(e, "%s", p->name);
	}
	return 0;
}

/* Can any of these platforms tell a repeated event by its identity? */
static bool wants_identity(const struct plan *p, const struct task *task)
{
	struct platform platform;
	struct err ignored;

	for (size_t i = 0; i < task->count; i++) {
		const char *name = task->places[i];
		const struct dest_type *type;

		if (site_platform(&p->site, name) == NULL ||
		    platform_find(&platform, &p->site, name, &ignored) < 0 ||
		    platform_choose(&platform, NULL, &ignored) < 0)
			continue;
		type = platform_type(&platform);
		if (type->identity != NULL &&
		    platform_text(&platform, type->identity) == NULL)
			return true;
	}
	return false;
}

/* What goes into a spool may be for any of them. */
static bool is_stamped(const struct maker *m)
{
	if (!m->task->is_feeder)
		return wants_identity(m->plan, m->task);
	for (size_t i = 0; i < m->plan->count; i++)
		if (wants_identity(m->plan, &m->plan->tasks[i]))
			return true;
	return false;
}

static int add_source(const struct maker *m, struct err *e)
{
	const char *spool = spool_to_read(m);
	struct stage *s = begin(m, "siem-tail", e);
	struct buf group = BUF_INIT(1024);
	const char *input;

	if (s == NULL)
		return -1;
	add_checkpoint(m, s);
	if (spool != NULL) {
		add_operand(s, spool);
		return stage_end(s, e);
	}
	if (is_topic(plan_input(m->plan, 0))) {
		s->has_secrets = true;
		buf_printf(&group, "siem-%s", m->task->name);
		add_option(s, "--group", buf_str(&group));
	} else if (is_stamped(m)) {
		stage_add(s, "--stamp");
	}
	for (size_t i = 0; (input = plan_input(m->plan, i)) != NULL; i++)
		add_operand(s, input);
	buf_free(&group);
	return stage_end(s, e);
}

/* What the first platform says of its batches, else what all share. */
static const char *said_of_batches(const struct maker *m, const char *own,
				   const char *shared, const char *otherwise)
{
	const char *text =
		profile_text(&m->plan->site, m->task->places[0], own);

	if (text == NULL && shared != NULL)
		text = said(m, shared);
	return text != NULL ? text : otherwise;
}

/*
 * What comes by a pipe is held in memory where somebody has said how much, or
 * what happens when that is full.
 */
static int add_buffer(const struct maker *m, struct err *e)
{
	const char *records = said(m, "buffer_size");
	const char *overflow = said(m, "overflow");
	char size[32];
	struct stage *s;

	if (records == NULL && overflow == NULL)
		return 0;
	s = begin(m, "siem-batch", e);
	if (s == NULL)
		return -1;
	add_option(s, "-n",
		   said_of_batches(m, "delivery.batch_size", NULL, "1000"));
	add_option(s, "-t",
		   said_of_batches(m, "delivery.batch_timeout",
				   "flush_interval", "1"));
	if (records != NULL && strtoul(records, NULL, 10) > 0) {
		snprintf(size, sizeof(size), "%luKB",
			 RECORD_ABOUT_KIB * strtoul(records, NULL, 10));
		add_option(s, "--max", size);
	}
	add_option(s, "--overflow", overflow);
	return stage_end(s, e);
}

/* What is not to leave, as siem.yaml says for all platforms. */
static void add_minimisation(const struct maker *m, struct stage *s)
{
	static const struct {
		const char *key, *option;
	} rows[] = {
		{ "drop", "--drop" },
		{ "hash", "--hash" },
		{ "hash_key", "--hash-key" },
		{ "redact", "--redact" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const json_t *node =
			yaml_find(m->plan->site.siem, rows[i].key);
		json_t *item;
		size_t n;

		add_option(s, rows[i].option, json_string_value(node));
		json_array_foreach(node, n, item) {
			add_option(s, rows[i].option, json_string_value(item));
		}
	}
}

static int add_filter(const struct maker *m, struct err *e)
{
	const char *map = said(m, "map");
	struct stage *s = begin(m, "siem-fmt", e);
	struct preparation how;
	struct platform platform;

	if (s == NULL ||
	    platform_find(&platform, &m->plan->site, m->task->places[0], e) <
		    0 ||
	    platform_choose(&platform, NULL, e) < 0 ||
	    preparation_of(&platform, &how, e) < 0 ||
	    preparation_put(&platform, &how, &s->words, e) < 0)
		return -1;
	if (map != NULL && strcmp(map, "auto") != 0)
		add_option(s, "--map", map);
	add_minimisation(m, s);
	return stage_end(s, e);
}

void stage_add_places(struct stage *stage, const struct plan *plan,
		      const struct task *task,
		      const struct pipeline_options *how)
{
	const char *key;
	size_t place = 0;

	if (site_next_minimisation(&plan->site, &place, &key) != NULL)
		stage_add(stage, "--minimised"); // add_filter() sees to it
	for (size_t i = 0; i < how->files.count; i++)
		add_option(stage, "-f", how->files.items[i]);
	if (how->files.count == 0)
		add_option(stage, "-f", plan->site.name);
	// What a platform by itself falls back to is read by siem-send.
	for (size_t i = 1; task->is_chain && i < task->count; i++)
		add_option(stage, "--failover", task->places[i]);
	add_operand(stage, task->places[0]);
}

static int add_sink(const struct maker *m, struct err *e)
{
	struct stage *s = begin(m, "siem-send", e);

	if (s == NULL)
		return -1;
	s->has_secrets = true;
	add_checkpoint(m, s);
	add_file(s, "--dead-letter", m->plan->state_dir, "", m->task->name,
		 ".dead");
	add_file(s, "--receipts", m->plan->state_dir, "", m->task->name,
		 ".receipts");
	stage_add_places(s, m->plan, m->task, m->how);
	return stage_end(s, e);
}

static int add_spool(const struct maker *m, struct err *e)
{
	struct stage *s = begin(m, "siem-batch", e);

	if (s == NULL)
		return -1;
	add_checkpoint(m, s);
	add_file(s, "--dead-letter", m->plan->state_dir, "", m->task->name,
		 ".dead");
	add_option(s, "--max", said(m, "spool.max"));
	// Files wait, and nothing of them is dropped.
	if (m->plan->is_stdin)
		add_option(s, "--overflow", said(m, "overflow"));
	add_option(s, "--spool", m->plan->spool);
	return stage_end(s, e);
}

static void add_variable(struct buf *names, const json_t *node)
{
	const json_t *member;
	size_t i;

	if (platform_is_variable(node)) {
		const char *name = json_string_value(node) + strlen("env:");

		buf_put(names, name, strlen(name) + 1);
	}
	json_array_foreach(node, i, member)
	{
		add_variable(names, member);
	}
}

/* Which variables siem.yaml says are secret, of any platform. */
static int name_secrets(const struct maker *m, struct err *e)
{
	const struct site *site = &m->plan->site;
	struct buf *names = &m->pipeline->secrets;
	const struct dest_setting *row;
	struct platform p;
	struct err ignored;
	const char *name;
	size_t place = 0;

	while (site_next(site, &place, &name) != NULL) {
		if (platform_find(&p, site, name, &ignored) < 0 ||
		    platform_choose(&p, NULL, &ignored) < 0)
			continue;
		for (row = platform_type(&p)->settings; row->key != NULL; row++)
			if (row->secret)
				add_variable(names, platform_node(&p, row));
	}
	return buf_status(names) == 0 ? 0 : err_sys(e, "secrets");
}

int pipeline_make(struct pipeline *pipeline, const struct plan *plan,
		  const struct task *task, const struct pipeline_options *how,
		  struct err *e)
{
	const struct maker m = { pipeline, plan, task, how };

	*pipeline = (struct pipeline){ .name = task->name,
				       .secrets = BUF_INIT(PIPELINE_WORDS) };
	if (name_lock(&m, e) < 0 || name_secrets(&m, e) < 0)
		return -1;
	if (!reads_stdin(&m)) {
		if (add_source(&m, e) < 0)
			return -1;
	} else if (!task->is_feeder && add_buffer(&m, e) < 0) {
		return -1;
	}
	if (task->is_feeder)
		return add_spool(&m, e);
	return add_filter(&m, e) < 0 ? -1 : add_sink(&m, e);
}

void pipeline_free(struct pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->count; i++)
		buf_free(&pipeline->stages[i].words);
	buf_free(&pipeline->secrets);
	free(pipeline->lock);
}
