/*
 * siem-send: lines in, delivered to a destination.
 *
 * main() reads the command line; what a destination is stands in lib/dest, and
 * all the work is done by lib/delivery.
 */
#include "core/buf.h"
#include "core/err.h"
#include "core/file.h"
#include "core/metrics.h"
#include "core/msg.h"
#include "core/opt.h"
#include "core/quit.h"
#include "core/seal.h"
#include "delivery/checkup.h"
#include "delivery/commits.h"
#include "delivery/engine.h"
#include "delivery/failover.h"
#include "delivery/kept.h"
#include "delivery/receipts.h"
#include "delivery/way.h"
#include "dest/registry.h"
#include "places.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)

struct config {
	struct opt_common common;
	struct opt_list settings; // "key=value"
	struct opt_list failover; // destinations
	bool minimised;           // as siem.yaml says
	struct opt_list files;    // siem.yaml
	const char *checkpoint;
	const char *dead_letter;
	const char *receipts;
	const char *digest; // of their records, by name
	enum checksum_kind digests;
	const char *show; // the kind whose settings are to be printed
	size_t max_record, memory;
	size_t retries; // SIZE_MAX: for ever
	size_t alert_after_ms;
	const char *on_failure;
	struct rate rate;
	const char *dry_run; // NULL: no
	const char *check;   // NULL: no
	bool list;
};

static const struct opt options[] = {
	OPT_MS(0, "alert-after", alert_after_ms, "SECONDS", 86400000,
	       "raise the alert when nothing is delivered [60]"),
	OPT_OPTIONAL(0, "check", check, "send", "steps",
		     "say step by step what would keep records away"),
	OPT_STRING('c', "checkpoint", checkpoint, "FILE",
		   "write here what is delivered, for the source"),
	OPT_STRING(0, "dead-letter", dead_letter, "FILE",
		   "what cannot be delivered [CHECKPOINT.dead]"),
	OPT_OPTIONAL('n', "dry-run", dry_run, "curl", "bytes",
		     "print what would be sent, connect nowhere"),
	OPT_LIST(0, "failover", failover, "DESTINATION",
		 "deliver there while the first does not work"),
	OPT_LIST('f', "file", files, "FILE",
		 "profiles are in FILE [see siem.yaml(5)]"),
	OPT_FLAG('l', "list", list, "list the kinds of destination"),
	OPT_SIZE(0, "max-record", max_record, "SIZE", 1024 * MIB,
		 "set aside longer records [1MB]"),
	OPT_SIZE(0, "memory", memory, "SIZE", 0,
		 "hold so much, then let the source wait [64MB]"),
	OPT_STRING(0, "on-failure", on_failure, "CMD",
		   "run CMD when the alert is raised, and cleared"),
	OPT_FLAG(0, "minimised", minimised,
		 "siem-fmt has taken out what siem.yaml says"),
	OPT_LIST('o', "option", settings, "KEY=VALUE",
		 "set a setting of the destination"),
	OPT_RATE(0, "rate", rate, "RATE",
		 "send at most this much, as in 1000/s or 5MB/s"),
	OPT_STRING(0, "receipts", receipts, "FILE",
		   "append evidence of what was delivered"),
	OPT_STRING(0, "receipts-digest", digest, "NAME",
		   "xxh128, or sha256 against forgery [xxh128]"),
	OPT_COUNT(0, "retries", retries, "N", UINT32_MAX - 1,
		  "give a record up after so many [for ever]"),
	OPT_STRING(0, "settings", show, "KIND",
		   "list the settings of a kind of destination"),
	OPT_COMMON_ROWS,
	OPT_END,
};

static const struct cli cli = {
	.name = "siem-send",
	.operands = "[KIND[:ADDRESS] | PROFILE]",
	.summary = "Deliver the lines of standard input to a destination.",
	.options = options,
};

static int flush(struct err *e)
{
	return fflush(stdout) == 0 ? 0 : err_sys(e, "standard output");
}

static int list_kinds(struct err *e)
{
	for (size_t i = 0; i < dest_type_count; i++)
		printf("%-10s %s\n", dest_types[i]->name,
		       dest_types[i]->summary);
	return flush(e);
}

static void print_setting(const char *key, const char *env, const char *value,
			  const char *help, bool secret)
{
	printf("%-22s %-28s %-14s %s%s\n", key, env,
	       value != NULL ? value : "-", help, secret ? " (secret)" : "");
}

static void print_settings(const struct dest_type *type)
{
	for (const struct dest_setting *s = type->settings; s->key != NULL; s++)
		print_setting(s->key, s->env, s->value, s->help, s->secret);
}

/* Is it a kind by itself as well, which is asked about by its own name? */
static bool is_listed(const struct dest_type *type)
{
	for (size_t i = 0; i < dest_type_count; i++)
		if (dest_types[i] == type)
			return true;
	return false;
}

static void print_transport(const struct dest_transport *t)
{
	if (is_listed(t->type)) {
		printf("\ntransport=%s: see --settings %s\n", t->name,
		       t->type->name);
	} else {
		printf("\ntransport=%s:\n", t->name);
		print_settings(t->type);
	}
}

static int list_settings(const char *kind, struct err *e)
{
	const struct dest_type *type = dest_find(kind, e);
	const struct dest_transport *t;

	if (type == NULL)
		return -1;
	if (type->transports == NULL) {
		print_settings(type);
		return flush(e);
	}
	print_setting("transport", type->transport_env,
		      type->transports[0].name, "one of these", false);
	for (t = type->transports; t->name != NULL; t++)
		print_transport(t);
	return flush(e);
}

static int parse_dry_run(const char *how, enum dry_run *out, struct err *e)
{
	*out = how == NULL                ? DRY_RUN_NO
	       : strcmp(how, "curl") == 0 ? DRY_RUN_CURL
					  : DRY_RUN_BYTES;
	if (how == NULL || *out == DRY_RUN_CURL || strcmp(how, "bytes") == 0)
		return 0;
	return err_set(e, ERR_USAGE, "option --dry-run: %s is not curl", how);
}

static int parse_check(const char *how, bool *is_sent, struct err *e)
{
	*is_sent = how != NULL && strcmp(how, "send") == 0;
	if (how == NULL || *is_sent || strcmp(how, "steps") == 0)
		return 0;
	return err_set(e, ERR_USAGE, "option --check: %s is not send", how);
}

/* Where records are set aside: as told, else beside the checkpoint. */
static const char *dead_letter(const struct config *cfg, struct buf *name)
{
	if (cfg->dry_run)
		return NULL;
	if (cfg->dead_letter != NULL || cfg->checkpoint == NULL)
		return cfg->dead_letter;
	buf_printf(name, "%s.dead", cfg->checkpoint);
	return buf_str(name);
}

static int parse_digest(struct config *cfg, struct err *e)
{
	if (cfg->digest == NULL)
		return 0;
	if (cfg->receipts == NULL)
		err_set(e, ERR_USAGE, "only with --receipts");
	else if (checksum_parse(cfg->digest, &cfg->digests, e) == 0)
		return 0;
	return err_prefix(e, "option --receipts-digest");
}

/*
 * What is written must be neither the input nor something else of it. Only
 * destinations may be one and the same.
 */
static int check_files(const struct config *cfg, const struct places *places,
		       const char *letters, struct err *e)
{
	enum { OWN = 4 };
	struct {
		const char *path, *is;
	} files[OWN + FAILOVER_MAX] = {
		{ cfg->checkpoint, "the checkpoint" },
		{ letters, "the dead letters" },
		{ cfg->receipts, "the receipts" },
		{ cfg->common.metrics, "the metrics" },
	};
	size_t count = OWN;

	for (size_t i = 0; i < places->count; i++, count++) {
		files[count].path = way_file(&places->dests[i]);
		files[count].is = "the destination";
	}
	for (size_t i = 0; i < count; i++) {
		if (files[i].path == NULL)
			continue;
		if (file_is_at(STDIN_FILENO, files[i].path))
			return err_set(e, ERR_USAGE,
				       "%s is read and is also %s: give these "
				       "another name",
				       files[i].path, files[i].is);
		for (size_t j = 0; j < i && j < OWN; j++)
			if (files[j].path != NULL &&
			    file_is_one(files[i].path, files[j].path))
				return err_set(e, ERR_USAGE,
					       "%s is %s and also %s: give "
					       "these another name",
					       files[i].path, files[j].is,
					       files[i].is);
	}
	return 0;
}

/* The counts of the engine, once there is one. */
static void collect(struct page *page, const void *context)
{
	const struct engine *const *engine = context;

	if (*engine != NULL)
		engine_collect(*engine, page);
}

/*
 * All is open: from here on it writes these files, and no others. Where that of
 * a destination will be is not known yet: links are pointed elsewhere, folders
 * made anew, disks mounted again, and it has to be found then, too.
 */
static int seal(const struct config *cfg, const char *letters,
		const struct places *places, struct err *e)
{
	const char *paths[3 + FAILOVER_MAX] = { cfg->checkpoint, letters,
						cfg->receipts };

	for (size_t i = 0; i < places->count; i++)
		paths[3 + i] = way_file(&places->dests[i]) != NULL ? "/" : NULL;
	return seal_sink(paths, 3 + places->count, e);
}

/* Deliver everything. Returns the exit status, or -1 with e filled. */
static int deliver(struct places *places, const struct config *cfg,
		   enum dry_run dry_run, struct err *e)
{
	struct buf letters = BUF_INIT(PATH_MAX);
	struct commits commits = COMMITS_NONE;
	const struct engine_commits hooks = commits_hooks(&commits);
	struct reader in = READER_INIT(STDIN_FILENO, cfg->max_record);
	struct metrics metrics = METRICS_NONE;
	struct engine_options how = {
		.in_fd = STDIN_FILENO,
		.begun = &in,
		.max_record = cfg->max_record,
		.memory = cfg->memory,
		.bounded_retries = cfg->retries != SIZE_MAX,
		.retries = (uint32_t)cfg->retries,
		.dead_letter = dead_letter(cfg, &letters),
		.dry_run = dry_run,
		.rate = cfg->rate,
		.alert_after_ms = cfg->alert_after_ms,
		.on_failure = cfg->on_failure,
		.metrics = &metrics,
	};
	struct carrier_way ways[FAILOVER_MAX];
	size_t count = dry_run == DRY_RUN_NO ? places->count : 1;
	struct engine *engine = NULL;
	int status = -1;

	places_forget_variables(places);
	for (size_t i = 0; i < count; i++)
		ways[i] = way_to(&places->dests[i]);
	if (check_files(cfg, places, how.dead_letter, e) < 0 ||
	    metrics_open(&metrics, cfg->common.metrics, collect, &engine, e) <
		    0)
		goto out;
	if (cfg->checkpoint != NULL && !cfg->dry_run) {
		if (commits_open(&commits, cfg->checkpoint, &in, e) < 0)
			goto out;
		how.commits = &hooks;
	}
	if (cfg->receipts != NULL && !cfg->dry_run) {
		how.receipts = receipts_open(
			cfg->receipts, commits_id(&commits), cfg->digests, e);
		if (how.receipts == NULL)
			goto out;
	}
	engine = engine_open(ways, count, &how, e);
	if (engine == NULL || seal(cfg, how.dead_letter, places, e) < 0)
		goto out;
	status = engine_run(engine);
	if (cfg->common.stats)
		engine_print_counts(engine);
out:
	metrics_close(&metrics);
	engine_close(engine);
	receipts_close(how.receipts);
	commits_close(&commits);
	reader_free(&in);
	buf_free(&letters);
	return status;
}

/* What is wrong with the files that it would write itself? A status. */
static int check_kept(const struct config *cfg)
{
	struct findings f = { STATUS_DONE };
	struct buf letters = BUF_INIT(PATH_MAX);
	const char *dead = dead_letter(cfg, &letters);

	if (dead != NULL || cfg->receipts != NULL)
		findings_about("%s", cli.name);
	if (cfg->checkpoint != NULL)
		kept_check_checkpoint(&f, cfg->checkpoint);
	if (dead != NULL)
		kept_check_letters(&f, dead);
	if (cfg->receipts != NULL)
		kept_check_receipts(&f, cfg->receipts);
	buf_free(&letters);
	return (int)f.status;
}

/* The same rights as for delivery, and nothing of the input. */
static int check(struct places *places, const struct config *cfg,
		 bool is_sent, struct err *e)
{
	const int kept = check_kept(cfg);
	int status;

	if (seal(cfg, NULL, places, e) < 0)
		return -1;
	status = checkup_run(places->dests, places->count, is_sent, e);
	return status >= 0 && kept > status ? kept : status;
}

/* The destination that was asked for, and what siem.yaml says of its delivery
   where no option does. */
static int open_places(struct places *places, struct config *cfg,
		       char *operands[], struct err *e)
{
	const struct places_wanted wanted = { operands[0], cfg->settings,
					      cfg->failover, cfg->files,
					      cfg->minimised };
	const char *text;

	if (operands[0] != NULL && operands[1] != NULL)
		return err_set(e, ERR_USAGE,
			       "one destination at a time: %s is too much",
			       operands[1]);
	if (places_open(places, &wanted, e) < 0)
		return -1;
	text = places_text(places, "delivery.retry_attempts", "retry_attempts");
	if (text != NULL && cfg->retries == SIZE_MAX)
		cfg->retries = strtoul(text, NULL, 10);
	// These were checked when the file was read.
	text = places_text(places, NULL, "rate");
	if (text != NULL && cfg->rate.per_sec == 0)
		(void)!opt_parse_rate(text, &cfg->rate);
	text = places_text(places, NULL, "alert.after");
	if (cfg->alert_after_ms == SIZE_MAX &&
	    (text == NULL || !opt_parse_ms(text, &cfg->alert_after_ms)))
		cfg->alert_after_ms = 60000;
	if (cfg->on_failure == NULL)
		cfg->on_failure = places_text(places, NULL, "alert.command");
	return 0;
}

int main(int argc, char *argv[])
{
	struct config cfg = {
		.common = OPT_COMMON_DEFAULTS,
		.max_record = 1 * MIB,
		.memory = 64 * MIB,
		.retries = SIZE_MAX,
		.alert_after_ms = SIZE_MAX,
	};
	struct places places = PLACES_NONE;
	struct err e = { 0 };
	enum dry_run dry_run;
	bool is_sent;
	int status = -1;

	msg_init(cli.name);
	int first = opt_parse(&cli, argc, argv, &cfg, &e);
	if (first == 0)
		return STATUS_DONE;
	if (first < 0)
		goto out;
	opt_apply_common(&cfg.common);
	if (parse_dry_run(cfg.dry_run, &dry_run, &e) < 0 ||
	    parse_check(cfg.check, &is_sent, &e) < 0 ||
	    parse_digest(&cfg, &e) < 0)
		goto out;
	if (cfg.list || cfg.show != NULL)
		status =
			cfg.list ? list_kinds(&e) : list_settings(cfg.show, &e);
	else if (open_places(&places, &cfg, argv + first, &e) == 0 &&
		 quit_setup((unsigned)cfg.common.grace_sec, QUIT_TELL_LATE,
			    &e) == 0)
		status = cfg.check != NULL
				 ? check(&places, &cfg, is_sent, &e)
				 : deliver(&places, &cfg, dry_run, &e);
out:
	places_close(&places);
	free(cfg.settings.items);
	free(cfg.failover.items);
	free(cfg.files.items);
	return status < 0 ? msg_exit(&e) : status;
}
