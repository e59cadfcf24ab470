#include "dest/profile.h"

#include "core/arena.h"
#include "core/nearest.h"
#include "dest/keys.h"
#include "dest/platform.h"
#include "dest/preparation.h"
#include "dest/opening.h"
#include "dest/registry.h"
#include "dest/spot.h"

#include <stdlib.h>
#include <string.h>

enum { TEXTS_BYTES = 1 << 20 };

/*
 * Is it something about its own words that is wrong? What is missing is missed
 * by who needs it, and secrets are only known then.
 */
static bool is_said_wrong(const struct platform *p, const char *const *values,
			  int fault)
{
	const struct dest_setting *row;
	const json_t *node;

	if (fault == DEST_NO_SETTING)
		return false;
	row = &platform_type(p)->settings[fault];
	node = platform_node(p, row);
	return node != NULL && !row->secret &&
	       (values[fault] != NULL || !platform_is_variable(node));
}

/* Can what it says be used, as far as that can be told without secrets? */
static int try_plan(const struct platform *p, const char **values,
		    struct err *e)
{
	const struct dest_type *type = platform_type(p);
	const struct dest_setting *rows = type->settings;
	struct dest_plan plan;
	struct err why;
	int fault;

	for (size_t i = 0; rows[i].key != NULL; i++) {
		if (values[i] == NULL)
			values[i] = rows[i].value;
		if (values[i] != NULL && values[i][0] == '\0')
			values[i] = NULL;
	}
	if (dest_make_plan(type, values, &plan, &why) == 0) {
		dest_plan_release(&plan);
		return 0;
	}
	fault = dest_fault(type, why.text);
	if (!is_said_wrong(p, values, fault))
		return 0;
	*e = why;
	err_prefix(e, "%s", p->name);
	return platform_place(p, fault, e);
}

static int check_values(const struct platform *p, struct err *e)
{
	struct arena texts = ARENA_INIT(TEXTS_BYTES);
	const char **values = calloc(dest_count_settings(platform_type(p)) + 1,
				     sizeof(*values));
	int rc = -1;

	if (values == NULL)
		return err_sys(e, "siem.yaml");
	if (platform_values(p, true, values, &texts, e) == 0 &&
	    platform_settle_tls(p, values, e) == 0)
		rc = try_plan(p, values, e);
	free(values);
	arena_free(&texts);
	return rc;
}

/* What is said of transports that are not chosen, in sections of their own. */
static int check_others(const struct platform *p, struct err *e)
{
	const char *own = spot_section(p->transport);
	const struct dest_transport *t = p->kind->transports;

	for (; t != NULL && t->name != NULL; t++) {
		struct platform other = *p;

		if (strcmp(spot_section(t), own) == 0 ||
		    json_object_get(p->section, spot_section(t)) == NULL)
			continue;
		other.transport = t;
		if (check_values(&other, e) < 0)
			return -1;
	}
	return 0;
}

/* Is there what it falls back to? */
static int check_failover(const struct platform *p, struct err *e)
{
	const json_t *node = yaml_find(p->section, "delivery.failover");
	const char *word = json_string_value(node);
	struct nearest near;
	const char *name;
	size_t place = 0;
	struct err unknown;

	if (word == NULL || strchr(word, ':') != NULL ||
	    site_platform(p->site, word) != NULL ||
	    dest_find(word, &unknown) != NULL)
		return 0;
	near = NEAREST_INIT(word);
	while (site_next(p->site, &place, &name) != NULL)
		nearest_try(&near, name);
	return yaml_fail(&p->site->yaml, node, e,
			 "%s: delivery.failover: there is no %s%s%s%s", p->name,
			 word, near.best != NULL ? " (did you mean " : "",
			 near.best != NULL ? near.best : "",
			 near.best != NULL ? "?)" : "");
}

int profile_check(const struct site *s, struct err *e)
{
	struct preparation ignored;
	struct platform p;
	const char *name;
	size_t place = 0;

	while (site_next(s, &place, &name) != NULL)
		if (platform_find(&p, s, name, e) < 0 ||
		    keys_check(s, p.section, p.kind, e) < 0 ||
		    platform_choose(&p, NULL, e) < 0 ||
		    preparation_of(&p, &ignored, e) < 0 ||
		    check_failover(&p, e) < 0 || check_values(&p, e) < 0 ||
		    check_others(&p, e) < 0)
			return -1;
	return 0;
}

int profile_open(struct dest *d, const struct site *s, const char *name,
		 const char *const *options, size_t option_count, struct err *e)
{
	const char *option = dest_option("transport", options, option_count);
	struct arena texts = ARENA_INIT(TEXTS_BYTES);
	struct dest_profile profile = { .name = name };
	const char **values = NULL;
	struct platform p;
	int fault = DEST_NO_SETTING;
	int rc = -1;

	*d = (struct dest){ 0 };
	if (platform_find(&p, s, name, e) < 0 ||
	    platform_choose(&p, option, e) < 0)
		return -1;
	values = calloc(dest_count_settings(platform_type(&p)) + 1,
			sizeof(*values));
	if (values == NULL) {
		err_sys(e, "siem.yaml");
		goto out;
	}
	if (platform_values(&p, false, values, &texts, e) < 0 ||
	    platform_settle_tls(&p, values, e) < 0)
		goto out;
	profile.kind = p.kind;
	profile.transport = p.transport;
	profile.values = values;
	rc = dest_open_profile(d, &profile, options, option_count, &fault, e);
	if (rc < 0 && e->kind == ERR_USAGE && fault != DEST_NO_SETTING &&
	    dest_option(platform_type(&p)->settings[fault].key, options,
			option_count) == NULL)
		platform_place(&p, fault, e);
out:
	free(values);
	arena_free(&texts);
	return rc;
}

const char *profile_text(const struct site *s, const char *name,
			 const char *path)
{
	const struct platform p = { .section = site_platform(s, name) };

	return platform_text(&p, path);
}
