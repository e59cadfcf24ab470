#include "plan.h"

#include "config/secret.h"
#include "config/word.h"
#include "core/nearest.h"
#include "dest/platform.h"
#include "dest/preparation.h"
#include "dest/profile.h"

#include <fnmatch.h>
#include <glob.h>
#include <libgen.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const json_t *find(const struct plan *p, const char *path)
{
	return yaml_find(p->site.siem, path);
}

static const struct yaml *yaml_of(const struct plan *p)
{
	return &p->site.yaml;
}

/* What all pipelines have in common. */

/* The key of pseudonyms goes to siem-fmt on its command line, which others see,
   so it has to be named there. */
static int check_hash_key(const struct plan *p, struct err *e)
{
	const json_t *node = find(p, "hash_key");

	if (node == NULL || secret_is_named(json_string_value(node)))
		return 0;
	return yaml_fail(yaml_of(p), node, e,
			 "hash_key: name it, as env:NAME, file:PATH, cred:NAME "
			 "or cmd:COMMAND: it is told to siem-fmt");
}

static int check_enabled(const struct plan *p, struct err *e)
{
	const json_t *node = find(p, "enabled");

	if (node == NULL || word_bool(json_string_value(node)) == 1)
		return 0;
	return yaml_fail(yaml_of(p), node, e,
			 "enabled is %s: nothing is to run",
			 json_string_value(node));
}

static bool is_one(const char *path, const char *other)
{
	struct stat a, b;

	return strcmp(path, other) == 0 ||
	       (stat(path, &a) == 0 && stat(other, &b) == 0 &&
		a.st_dev == b.st_dev && a.st_ino == b.st_ino);
}

const char *plan_input(const struct plan *p, size_t n)
{
	if (json_is_array(p->input))
		return json_string_value(json_array_get(p->input, n));
	return n == 0 ? json_string_value(p->input) : NULL;
}

static int find_input(struct plan *p, struct err *e)
{
	p->input = find(p, "input");
	p->is_stdin = p->input != NULL && plan_input(p, 0) != NULL &&
		      strcmp(plan_input(p, 0), "-") == 0;
	if (p->input == NULL && p->spool == NULL)
		return yaml_fail_key(yaml_of(p), p->site.siem, e,
				     "input is missing");
	if (p->input != NULL && plan_input(p, 0) == NULL)
		return yaml_fail(yaml_of(p), p->input, e,
				 "input: there is none in the list");
	for (size_t i = 0; i == 0 || plan_input(p, i) != NULL; i++) {
		const char *input = plan_input(p, i);

		if (input == NULL)
			break;
		if (i > 0 && (p->is_stdin || strcmp(input, "-") == 0))
			return yaml_fail(yaml_of(p), p->input, e,
					 "input: - has to be the only one");
		if (p->spool != NULL && is_one(input, p->spool))
			return yaml_fail(yaml_of(p), p->input, e,
					 "input: that is the folder of spool, "
					 "which needs no input where somebody "
					 "else writes it");
	}
	return 0;
}

/* Logs are looked for in folders: what is kept must not be one of them. */
static int find_state(struct plan *p, struct err *e)
{
	const json_t *node = find(p, "state_dir");

	p->state_dir = json_string_value(node);
	if (p->state_dir == NULL && (!p->is_stdin || p->spool != NULL))
		return yaml_fail_key(yaml_of(p), p->site.siem, e,
				     "state_dir is missing: a folder for "
				     "checkpoints, dead letters and receipts");
	for (size_t i = 0; p->state_dir != NULL && plan_input(p, i); i++)
		if (is_one(plan_input(p, i), p->state_dir))
			return yaml_fail(yaml_of(p), node, e,
					 "state_dir: that is the input, too");
	if (p->state_dir != NULL && p->spool != NULL &&
	    is_one(p->spool, p->state_dir))
		return yaml_fail(yaml_of(p), node, e,
				 "state_dir: that is the folder of spool, "
				 "which needs one of its own");
	return 0;
}

static int find_spool(struct plan *p, struct err *e)
{
	const json_t *spool = find(p, "spool");
	const json_t *overflow = find(p, "overflow");

	p->spool = site_text(&p->site, "spool.dir");
	if (spool != NULL && p->spool == NULL)
		return yaml_fail_key(yaml_of(p), spool, e,
				     "spool.dir is missing");
	if (p->spool != NULL && overflow != NULL &&
	    strcmp(json_string_value(overflow), "drop-newest") == 0)
		return yaml_fail(yaml_of(p), overflow, e,
				 "overflow: a spool drops the oldest, or "
				 "blocks");
	return 0;
}

/* The pipelines. */

static const char *text_of(const struct plan *p, const char *name,
			   const char *path)
{
	return profile_text(&p->site, name, path);
}

bool plan_is_enabled(const struct plan *p, const char *name)
{
	const char *word = text_of(p, name, "enabled");

	return word != NULL && word_bool(word) == 1;
}

/* Its name becomes that of files, and has to be one for siem-send. */
static int check_name(const struct plan *p, const char *name, struct err *e)
{
	const json_t *platform = site_platform(&p->site, name);
	const bool is_taken =
		(p->spool != NULL && strcmp(name, PLAN_FEEDER) == 0) ||
		strcmp(name, PLAN_FAILOVER) == 0;

	if (is_taken)
		return yaml_fail_key(yaml_of(p), platform, e,
				     "%s: a pipeline of siem-run is called so: "
				     "give the platform another name",
				     name);
	for (const char *c = name; *c != '\0'; c++)
		if (*c == '/' || *c == ':' || *c == 0x7f ||
		    (unsigned char)*c < ' ')
			return yaml_fail_key(yaml_of(p), platform, e,
					     "%s: a platform that is run may "
					     "have neither a slash nor a "
					     "colon, nor control characters, "
					     "in its name",
					     name);
	if (name[0] == '\0' || name[0] == '.' || strlen(name) > 200)
		return yaml_fail_key(yaml_of(p), platform, e,
				     "%s: the name of a platform that is run "
				     "begins with no dot, and has from 1 to "
				     "200 bytes",
				     name);
	return 0;
}

static bool has_place(const struct task *task, const char *name)
{
	for (size_t i = 0; i < task->count; i++)
		if (strcmp(task->places[i], name) == 0)
			return true;
	return false;
}

static int choose(const struct plan *p, const char *name,
		  struct platform *platform, struct preparation *how,
		  struct err *e)
{
	return platform_find(platform, &p->site, name, e) < 0 ||
			       platform_choose(platform, NULL, e) < 0 ||
			       preparation_of(platform, how, e) < 0
		       ? -1
		       : 0;
}

/* What is delivered must not be read again: that would never end. */

/* Is it what a pattern finds by now? */
static bool is_found(const char *pattern, const char *path)
{
	bool is = false;
	glob_t found;

	if (glob(pattern, 0, NULL, &found) != 0)
		return false;
	for (size_t i = 0; i < found.gl_pathc && !is; i++)
		is = is_one(found.gl_pathv[i], path);
	globfree(&found);
	return is;
}

/* Will a pattern find it, or is it called so, once it is made? */
static bool will_be_found(const char *pattern, const char *path)
{
	char of_pattern[2][PATH_MAX], of_path[2][PATH_MAX];

	for (size_t i = 0; i < 2; i++) {
		snprintf(of_pattern[i], PATH_MAX, "%s", pattern);
		snprintf(of_path[i], PATH_MAX, "%s", path);
	}
	return fnmatch(basename(of_pattern[0]), basename(of_path[0]),
		       FNM_PERIOD) == 0 &&
	       is_found(dirname(of_pattern[1]), dirname(of_path[1]));
}

static bool is_within(const char *folder, const char *path)
{
	char copy[PATH_MAX], above[PATH_MAX];
	bool is = false;

	snprintf(copy, sizeof(copy), "%s", path);
	if (realpath(dirname(copy), above) == NULL)
		return false;
	while (!(is = is_one(above, folder)) && strcmp(above, "/") != 0)
		(void)dirname(above);
	return is;
}

static bool is_input(const struct plan *p, const char *path)
{
	const char *input;

	for (size_t i = 0; (input = plan_input(p, i)) != NULL; i++) {
		if (is_one(input, path) || is_within(input, path))
			return true;
		// As siem-tail has it: what there is, is no pattern.
		if (access(input, F_OK) < 0 &&
		    (is_found(input, path) || will_be_found(input, path)))
			return true;
	}
	return false;
}

static const struct dest_setting *find_row(const struct dest_type *type,
					   const char *key)
{
	const struct dest_setting *row = type->settings;

	while (row->key != NULL && strcmp(row->key, key) != 0)
		row++;
	return row->key != NULL ? row : NULL;
}

/* A platform that is a file, by its kind or its transport. */
static int check_file(const struct plan *p, const char *name, struct err *e)
{
	const struct dest_setting *row;
	struct platform platform;
	const char *path = NULL;

	if (p->is_stdin || site_platform(&p->site, name) == NULL)
		return 0;
	if (platform_find(&platform, &p->site, name, e) < 0 ||
	    platform_choose(&platform, NULL, e) < 0)
		return -1;
	row = find_row(platform_type(&platform), "path");
	if (row != NULL && platform_value(&platform, row, true, &path, e) < 0)
		return -1;
	if (path == NULL || !is_input(p, path))
		return 0;
	return yaml_fail(yaml_of(p), platform_node(&platform, row), e,
			 "path: that is the input, too");
}

/* What stands in for a platform may be named as "file:PATH". */
static int check_spare(const struct plan *p, const char *name,
		       const char *spare, struct err *e)
{
	static const char form[] = "file:";
	const size_t len = sizeof(form) - 1;

	if (p->is_stdin || site_platform(&p->site, spare) != NULL ||
	    strncmp(spare, form, len) != 0 || !is_input(p, spare + len))
		return 0;
	return yaml_fail(
		yaml_of(p),
		yaml_find(site_platform(&p->site, name), "delivery.failover"),
		e, "delivery.failover: that is the input, too");
}

/* Records are formatted once: for the first, and whoever stands in for it. */
static int check_format(const struct plan *p, const char *first,
			const char *name, struct err *e)
{
	const json_t *section = site_platform(&p->site, name);
	const json_t *node = yaml_find(section, "format");
	struct preparation how, own;
	struct platform platform, other;

	if (section == NULL || strcmp(name, first) == 0)
		return 0;
	if (choose(p, first, &platform, &how, e) < 0 ||
	    choose(p, name, &other, &own, e) < 0)
		return -1;
	if (preparation_suits(&other, &how))
		return 0;
	return yaml_fail_key(yaml_of(p), node != NULL ? node : section, e,
			     "%s stands in for %s, and has to take the same "
			     "records: those have format %.*s",
			     name, first, (int)how.word.len, how.word.data);
}

static int add_place(const struct plan *p, struct task *task, const char *name,
		     struct err *e)
{
	if (has_place(task, name))
		return 0;
	if (task->count == FAILOVER_MAX)
		return err_set(e, ERR_USAGE,
			       "%s: no more than %d destinations can stand in "
			       "for each other",
			       p->site.name, FAILOVER_MAX);
	task->places[task->count++] = name;
	return check_file(p, name, e) < 0
		       ? -1
		       : check_format(p, task->places[0], name, e);
}

/* A platform, and what it falls back to. */
static int add_places(const struct plan *p, struct task *task, const char *name,
		      struct err *e)
{
	const char *spare = text_of(p, name, "delivery.failover");

	if (add_place(p, task, name, e) < 0)
		return -1;
	if (spare == NULL)
		return 0;
	return check_spare(p, name, spare, e) < 0
		       ? -1
		       : add_place(p, task, spare, e);
}

static struct task *add_task(struct plan *p, const char *name, struct err *e)
{
	struct task *more =
		realloc(p->tasks, (p->count + 1) * sizeof(*p->tasks));

	if (more == NULL) {
		err_sys(e, "%s", p->site.name);
		return NULL;
	}
	p->tasks = more;
	more[p->count] = (struct task){ .name = name };
	return &more[p->count++];
}

static unsigned long priority_of(const struct plan *p, const char *name)
{
	const char *word = text_of(p, name, "priority");

	return word != NULL ? strtoul(word, NULL, 10) : UINT32_MAX;
}

/* The next by priority, and of one priority by place: the one after last. */
static const char *next_by_priority(const struct plan *p, const char *last)
{
	const char *name, *best = NULL;
	bool is_behind = last == NULL;
	size_t place = 0;

	while (site_next(&p->site, &place, &name) != NULL) {
		const unsigned long own = priority_of(p, name);

		if (last != NULL && strcmp(name, last) == 0) {
			is_behind = true;
			continue;
		}
		if (!plan_is_enabled(p, name) ||
		    (last != NULL &&
		     (own < priority_of(p, last) ||
		      (own == priority_of(p, last) && !is_behind))))
			continue;
		if (best == NULL || own < priority_of(p, best))
			best = name;
	}
	return best;
}

static int add_failover(struct plan *p, struct err *e)
{
	const char *name = next_by_priority(p, NULL);
	struct task *task = name != NULL ? add_task(p, PLAN_FAILOVER, e) : NULL;

	if (name != NULL && task == NULL)
		return -1;
	if (task != NULL)
		task->is_chain = true;
	for (; name != NULL; name = next_by_priority(p, name))
		if (check_name(p, name, e) < 0 ||
		    add_places(p, task, name, e) < 0)
			return -1;
	return 0;
}

static int add_platforms(struct plan *p, struct err *e)
{
	const char *name;
	size_t place = 0;
	struct task *task;

	while (site_next(&p->site, &place, &name) != NULL) {
		if (!plan_is_enabled(p, name))
			continue;
		task = check_name(p, name, e) < 0 ? NULL : add_task(p, name, e);
		if (task == NULL || add_places(p, task, name, e) < 0)
			return -1;
	}
	return 0;
}

static bool is_failover(const struct plan *p)
{
	const char *mode = site_text(&p->site, "mode");

	return mode != NULL && strcmp(mode, "failover") == 0;
}

static int add_tasks(struct plan *p, struct err *e)
{
	size_t feeders = p->spool != NULL && p->input != NULL;

	if (feeders > 0) {
		struct task *feeder = add_task(p, PLAN_FEEDER, e);

		if (feeder == NULL)
			return -1;
		feeder->is_feeder = true;
	}
	if ((is_failover(p) ? add_failover(p, e) : add_platforms(p, e)) < 0)
		return -1;
	return 0;
}

int plan_open(struct plan *p, const struct opt_list *files, struct err *e)
{
	int rc = site_open(&p->site, files->items, files->count, e);

	if (rc < 0)
		return -1;
	if (rc == 0)
		return err_set(e, ERR_USAGE,
			       "there is no siem.yaml: name one by -f or "
			       "SIEM_CONFIG, or put it at "
			       "~/.config/siem/siem.yaml or "
			       "/etc/siem/siem.yaml");
	if (p->site.siem == NULL)
		return err_set(e, ERR_USAGE, "%s: nothing is said in it",
			       p->site.name);
	return profile_check(&p->site, e) < 0 || check_enabled(p, e) < 0 ||
			       check_hash_key(p, e) < 0 ||
			       find_spool(p, e) < 0 || find_input(p, e) < 0 ||
			       find_state(p, e) < 0 || add_tasks(p, e) < 0
		       ? -1
		       : 0;
}

/* Not one of those that are enabled. */
static int fail_unknown(const struct plan *p, const char *name, struct err *e)
{
	struct nearest near = NEAREST_INIT(name);
	const char *candidate;
	size_t place = 0;

	for (size_t i = 0; i < p->count; i++)
		nearest_try(&near, p->tasks[i].name);
	while (!is_failover(p) &&
	       site_next(&p->site, &place, &candidate) != NULL)
		nearest_try(&near, candidate);
	return err_set(e, ERR_USAGE, "%s: no pipeline of %s%s%s%s", name,
		       p->site.name, near.best != NULL ? " (did you mean " : "",
		       near.best != NULL ? near.best : "",
		       near.best != NULL ? "?)" : "");
}

int plan_find(const struct plan *p, const char *name, struct task *task,
	      struct err *e)
{
	const json_t *platform = site_platform(&p->site, name);

	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->tasks[i].name, name) == 0) {
			*task = p->tasks[i];
			return 0;
		}
	if (platform != NULL && is_failover(p))
		return err_set(e, ERR_USAGE,
			       "%s: in mode: failover %s has one pipeline, "
			       "which is called %s",
			       name, p->site.name, PLAN_FAILOVER);
	if (platform == NULL)
		return fail_unknown(p, name, e);
	*task = (struct task){ .name = name };
	return check_name(p, name, e) < 0 ? -1 : add_places(p, task, name, e);
}

void plan_close(struct plan *p)
{
	free(p->tasks);
	site_close(&p->site);
	*p = PLAN_NONE;
}
