#include "dest/opening.h"

#include "config/secret.h"
#include "core/nearest.h"
#include "core/slice.h"
#include "dest/registry.h"
#include "dest/setting.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* The setting that chooses among the transports of a kind. */
#define TRANSPORT "transport"

const char *dest_option(const char *key, const char *const *options,
			size_t option_count)
{
	const char *value = NULL;
	size_t len = strlen(key);

	for (size_t i = 0; i < option_count; i++)
		if (strncmp(options[i], key, len) == 0 &&
		    options[i][len] == '=')
			value = options[i] + len + 1;
	return value;
}

/*
 * Where there are several ways, take one: that of an option, of the
 * environment, or the first.
 */
static int choose_transport(struct dest *d, const char *const *options,
			    size_t option_count, struct err *e)
{
	const char *word;

	d->type = d->kind;
	d->transport = d->kind->transports;
	if (d->transport == NULL)
		return 0;
	word = dest_option(TRANSPORT, options, option_count);
	if (word == NULL)
		word = getenv(d->kind->transport_env);
	if (word != NULL && word[0] != '\0')
		d->transport = dest_find_transport(d->kind, word, e);
	if (d->transport == NULL)
		return -1;
	d->type = d->transport->type;
	return 0;
}

/* An option that has chosen a transport, and says nothing to it. */
static bool has_been_heard(const struct dest *d, const char *option)
{
	const char *value = dest_option(TRANSPORT, &option, 1);

	return value != NULL && d->transport != NULL && !d->transport->is_told;
}

/* The transport of a kind that has this setting, or NULL. */
static const char *find_owner(const struct dest_type *kind, const char *key)
{
	const struct dest_transport *t = kind->transports;

	for (; t != NULL && t->name != NULL; t++)
		for (const struct dest_setting *s = t->type->settings; s->key;
		     s++)
			if (strcmp(s->key, key) == 0)
				return t->name;
	return NULL;
}

/* Set one value from "key=value". */
static int set_option(struct dest *d, const char *option, struct err *e)
{
	const struct dest_setting *rows = d->type->settings;
	const char *equals = strchr(option, '=');

	if (equals == NULL || equals == option)
		return err_set(e, ERR_USAGE,
			       "option -o: %s is not of the form KEY=VALUE",
			       option);

	const char *key = setting_copy(
		&d->storage,
		(struct slice){ option, (size_t)(equals - option) }, e);
	if (key == NULL)
		return -1;

	struct nearest near = NEAREST_INIT(key);
	for (size_t i = 0; rows[i].key != NULL; i++) {
		if (strcmp(rows[i].key, key) == 0) {
			if (rows[i].secret && equals[1] != '\0' &&
			    !secret_is_named(equals + 1))
				return err_set(e, ERR_USAGE,
					       "option -o: %s would show in "
					       "the process list: set %s "
					       "instead, or name it, as in "
					       "%s=file:PATH",
					       key, rows[i].env, key);
			d->values[i] = equals + 1;
			return 0;
		}
		nearest_try(&near, rows[i].key);
	}
	const char *owner = find_owner(d->kind, key);
	if (owner != NULL)
		return err_set(e, ERR_USAGE,
			       "option -o: %s has no setting %s by "
			       "transport=%s, but by transport=%s",
			       d->kind->name, key, d->transport->name, owner);
	if (near.best != NULL)
		return err_set(e, ERR_USAGE,
			       "option -o: %s has no setting %s "
			       "(did you mean %s?)",
			       d->kind->name, key, near.best);
	return err_set(e, ERR_USAGE,
		       "option -o: %s has no setting %s (see --settings %s)",
		       d->kind->name, key, d->kind->name);
}

static int set_address(struct dest *d, const char *address, struct err *e)
{
	if (address == NULL)
		return 0;
	if (d->type->address == NULL)
		return err_set(e, ERR_USAGE, "%s takes no address",
			       d->type->name);
	if (d->type->address(address, d->values, &d->storage, e) < 0)
		return err_prefix(e, "%s", d->type->name);
	return 0;
}

/* Is it about a setting that the kind has? */
static bool is_of_kind(const struct dest *d, const char *option)
{
	const struct dest_setting *rows = d->type->settings;
	size_t len = strcspn(option, "=");

	for (size_t i = 0; rows[i].key != NULL; i++)
		if (strlen(rows[i].key) == len &&
		    strncmp(rows[i].key, option, len) == 0)
			return true;
	return false;
}

/* What is there before anybody has said anything on the command line. */
static void begin_with_environment(struct dest *d)
{
	const struct dest_setting *rows = d->type->settings;

	for (size_t i = 0; rows[i].key != NULL; i++) {
		const char *env = getenv(rows[i].env);

		d->values[i] =
			env != NULL && env[0] != '\0' ? env : rows[i].value;
	}
}

/* The same, where a profile says it. What is secret is copied as such. */
static int begin_with_profile(struct dest *d, const struct dest_profile *p,
			      struct err *e)
{
	const struct dest_setting *rows = d->type->settings;

	for (size_t i = 0; rows[i].key != NULL; i++) {
		d->values[i] =
			p->values[i] == NULL ? rows[i].value
			: rows[i].secret
				? p->values[i]
				: setting_copy(&d->storage,
					       slice_of(p->values[i]), e);
		if (d->values[i] == NULL && p->values[i] != NULL)
			return -1;
	}
	return 0;
}

/* From the weakest to the strongest; what is empty is missing. */
static int resolve(struct dest *d, const char *address,
		   const char *const *options, size_t option_count,
		   bool is_spare, struct err *e)
{
	const struct dest_setting *rows = d->type->settings;

	if (!is_spare && set_address(d, address, e) < 0)
		return -1;
	for (size_t i = 0; i < option_count; i++)
		if (!has_been_heard(d, options[i]) &&
		    (!is_spare || is_of_kind(d, options[i])) &&
		    set_option(d, options[i], e) < 0)
			return -1;
	if (is_spare && set_address(d, address, e) < 0)
		return -1;
	for (size_t i = 0; rows[i].key != NULL; i++)
		if (d->values[i] != NULL && d->values[i][0] == '\0')
			d->values[i] = NULL;
	return 0;
}

/* The values that are secrets, or say where one is. */
static int open_secrets(struct dest *d, struct err *e)
{
	const struct dest_setting *rows = d->type->settings;

	for (size_t i = 0; rows[i].key != NULL; i++) {
		if (!rows[i].secret || d->values[i] == NULL)
			continue;
		if (secret_open(&d->secrets[i], d->values[i], e) < 0)
			return err_prefix(e, "%s", rows[i].key);
		d->values[i] = d->secrets[i].value;
	}
	return 0;
}

static void close_secrets(struct dest *d)
{
	const struct dest_setting *rows = d->type->settings;

	for (size_t i = 0; rows[i].key != NULL; i++)
		secret_close(&d->secrets[i]);
}

/* Room for the values of its settings, and the secrets among them. */
static int make_room(struct dest *d, struct err *e)
{
	const size_t count = dest_count_settings(d->type);

	d->values = calloc(count + 1, sizeof(*d->values));
	d->secrets = calloc(count + 1, sizeof(*d->secrets));
	if (d->values == NULL || d->secrets == NULL)
		return err_sys(e, "%s", d->type->name);
	for (size_t i = 0; i < count; i++)
		d->secrets[i] = SECRET_NONE;
	return 0;
}

/* What the file is that the plan was made of. */
static void note_file(struct dest *d)
{
	const char *path = d->plan.reads;

	// The clock of a file system is too coarse to tell two changes apart
	// that come one upon the other.
	if (path == NULL || stat(path, &d->read) < 0 ||
	    d->read.st_ctim.tv_sec + 1 >= time(NULL))
		d->read = (struct stat){ 0 };
}

static bool is_same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

/* May there be another by now? */
static bool has_other_file(const struct dest *d)
{
	struct stat now;

	if (d->plan.reads == NULL || stat(d->plan.reads, &now) < 0)
		return false;
	return now.st_dev != d->read.st_dev || now.st_ino != d->read.st_ino ||
	       !is_same_time(now.st_mtim, d->read.st_mtim) ||
	       !is_same_time(now.st_ctim, d->read.st_ctim);
}

int dest_make_plan(const struct dest_type *type, const char *const *values,
		   struct dest_plan *plan, struct err *e)
{
	*plan = (struct dest_plan){ 0 };
	if (type->plan(values, plan, e) == 0)
		return 0;
	dest_plan_release(plan);
	return -1;
}

/* All values are there. */
static int begin_plan(struct dest *d, int *fault, struct err *e)
{
	if (open_secrets(d, e) == 0 &&
	    dest_make_plan(d->type, d->values, &d->plan, e) == 0) {
		note_file(d);
		return 0;
	}
	*fault = dest_fault(d->type, e->text);
	return err_prefix(e, "%s", d->name);
}

static int open_as(struct dest *d, const char *spec,
		   const char *const *options, size_t option_count,
		   bool is_spare, struct err *e)
{
	const char *colon = strchr(spec, ':');
	size_t len = colon != NULL ? (size_t)(colon - spec) : strlen(spec);
	int fault;

	*d = (struct dest){ .storage = ARENA_INIT((size_t)1 << 20) };

	const char *kind =
		setting_copy(&d->storage, (struct slice){ spec, len }, e);
	if (kind == NULL || (d->kind = dest_find(kind, e)) == NULL ||
	    choose_transport(d, options, option_count, e) < 0 ||
	    make_room(d, e) < 0)
		goto fail;
	d->name = d->type->name;
	begin_with_environment(d);
	if (resolve(d, colon != NULL ? colon + 1 : NULL, options, option_count,
		    is_spare, e) < 0 ||
	    begin_plan(d, &fault, e) < 0)
		goto fail;
	return 0;
fail:
	dest_close(d);
	return -1;
}

int dest_open_profile(struct dest *d, const struct dest_profile *profile,
		      const char *const *options, size_t option_count,
		      int *fault, struct err *e)
{
	*fault = DEST_NO_SETTING;
	*d = (struct dest){ .storage = ARENA_INIT((size_t)1 << 20),
			    .kind = profile->kind,
			    .transport = profile->transport,
			    .type = profile->transport != NULL
					    ? profile->transport->type
					    : profile->kind };
	d->name = setting_copy(&d->storage, slice_of(profile->name), e);
	if (d->name == NULL || make_room(d, e) < 0 ||
	    begin_with_profile(d, profile, e) < 0 ||
	    resolve(d, NULL, options, option_count, false, e) < 0 ||
	    begin_plan(d, fault, e) < 0) {
		dest_close(d);
		return -1;
	}
	return 0;
}

int dest_open(struct dest *d, const char *spec, const char *const *options,
	      size_t option_count, struct err *e)
{
	return open_as(d, spec, options, option_count, false, e);
}

int dest_open_spare(struct dest *d, const char *spec,
		    const char *const *options, size_t option_count,
		    struct err *e)
{
	return open_as(d, spec, options, option_count, true, e);
}

void dest_ask_secrets(struct dest *d)
{
	const struct dest_setting *rows = d->type->settings;

	for (size_t i = 0; d->secrets != NULL && rows[i].key != NULL; i++)
		secret_ask(&d->secrets[i]);
}

/* Read all secrets. How many are different, or -1 with e filled. */
static int read_secrets(struct dest *d, struct err *e)
{
	const struct dest_setting *rows = d->type->settings;
	int changed = 0;

	for (size_t i = 0; rows[i].key != NULL; i++) {
		int rc = secret_again(&d->secrets[i], e);

		if (rc < 0)
			return err_prefix(e, "%s", rows[i].key);
		changed += rc;
	}
	return changed;
}

/* Let fresh secrets be the values, or forget them. */
static void settle_secrets(struct dest *d, bool take)
{
	const struct dest_setting *rows = d->type->settings;

	for (size_t i = 0; rows[i].key != NULL; i++) {
		secret_settle(&d->secrets[i], take);
		if (d->secrets[i].value != NULL)
			d->values[i] = d->secrets[i].value;
	}
}

int dest_replan(struct dest *d, struct err *e)
{
	const struct dest_setting *rows = d->type->settings;
	struct dest_plan fresh;
	int changed;

	if (d->secrets == NULL)
		return 0;
	changed = read_secrets(d, e);
	if (changed < 0 || (changed == 0 && !has_other_file(d)))
		return changed;
	for (size_t i = 0; rows[i].key != NULL; i++)
		if (d->secrets[i].fresh != NULL)
			d->values[i] = d->secrets[i].fresh;
	const int rc = dest_make_plan(d->type, d->values, &fresh, e);
	if (rc == 0) {
		dest_plan_release(&d->plan);
		d->plan = fresh;
		note_file(d);
	}
	settle_secrets(d, rc == 0);
	return rc == 0 ? 1 : -1;
}

void dest_forget_variables(const struct dest *d)
{
	const struct dest_setting *rows = d->type->settings;

	for (size_t i = 0; rows[i].key != NULL; i++)
		if (rows[i].secret) {
			secret_forget_variable(rows[i].env);
			secret_forget_source(&d->secrets[i]);
		}
}

void dest_close(struct dest *d)
{
	dest_plan_release(&d->plan);
	if (d->secrets != NULL)
		close_secrets(d);
	free(d->secrets);
	free(d->values);
	arena_free(&d->storage);
	*d = (struct dest){ 0 };
}
