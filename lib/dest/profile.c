#include "dest/profile.h"

#include "core/arena.h"
#include "core/nearest.h"
#include "dest/keys.h"
#include "dest/platform.h"
#include "dest/registry.h"

#include <stdlib.h>
#include <string.h>

enum { TEXTS_BYTES = 1 << 20 };

/* Can what it says be used, as far as that can be told without secrets? */
static int try_plan(const struct platform *p, const char **values,
		    struct err *e)
{
	const struct dest_type *type = platform_type(p);
	const struct dest_setting *rows = type->settings;
	struct dest_plan plan = { 0 };
	struct err why;
	int fault;

	for (size_t i = 0; rows[i].key != NULL; i++) {
		if (values[i] == NULL)
			values[i] = rows[i].value;
		if (values[i] != NULL && values[i][0] == '\0')
			values[i] = NULL;
	}
	if (type->plan(values, &plan, &why) == 0) {
		if (plan.release != NULL)
			plan.release(plan.config);
		return 0;
	}
	fault = dest_fault(type, why.text);
	if (fault == DEST_NO_SETTING || rows[fault].secret ||
	    platform_node(p, &rows[fault]) == NULL)
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
	struct err why;
	int rc = 0;

	if (values == NULL)
		return err_sys(e, "siem.yaml");
	// A variable that is not there is missed by who needs it.
	if (platform_values(p, values, &texts, &why) == 0)
		rc = platform_settle_tls(p, values, e) < 0 ||
				     try_plan(p, values, e) < 0
			     ? -1
			     : 0;
	free(values);
	arena_free(&texts);
	return rc;
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
	struct platform p;
	const char *name;
	size_t place = 0;

	while (site_next(s, &place, &name) != NULL)
		if (platform_find(&p, s, name, e) < 0 ||
		    keys_check(s, p.section, p.kind, e) < 0 ||
		    platform_choose(&p, NULL, e) < 0 ||
		    check_failover(&p, e) < 0 || check_values(&p, e) < 0)
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
	if (platform_values(&p, values, &texts, e) < 0 ||
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
