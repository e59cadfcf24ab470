#include "places.h"

#include "core/msg.h"
#include "core/nearest.h"
#include "dest/profile.h"
#include "dest/opening.h"
#include "dest/registry.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* Can it be the name of a profile? */
static bool may_be_profile(const char *spec)
{
	return spec != NULL && strchr(spec, ':') == NULL;
}

static int read_site(struct places *p, const struct places_wanted *w,
		     struct err *e)
{
	if (site_open(&p->site, w->files.items, w->files.count, e) < 0)
		return -1;
	return p->site.siem != NULL ? profile_check(&p->site, e) : 0;
}

static bool is_profile(const struct places *p, const char *spec)
{
	return may_be_profile(spec) && site_platform(&p->site, spec) != NULL;
}

/* Neither a profile nor a kind. */
static int fail_unknown(const struct places *p, const char *spec, struct err *e)
{
	struct nearest near = NEAREST_INIT(spec);
	const char *name;
	size_t place = 0;

	while (site_next(&p->site, &place, &name) != NULL)
		nearest_try(&near, name);
	if (p->site.name == NULL)
		return -1;
	if (near.best != NULL)
		return err_set(e, ERR_USAGE,
			       "%s: no profile of %s, and no kind of "
			       "destination (did you mean %s?)",
			       spec, p->site.name, near.best);
	return err_set(e, ERR_USAGE,
		       "%s: no profile of %s, and no kind of destination", spec,
		       p->site.name);
}

/* Is it a kind that a variable names? This one is about kinds first. */
static bool is_kind_by_variable(const struct places_wanted *w, const char *spec)
{
	struct err unknown;

	return w->spec == NULL && may_be_profile(spec) &&
	       dest_find(spec, &unknown) != NULL;
}

/* Is siem.yaml of any use? */
static bool needs_site(const struct places_wanted *w, const char *spec)
{
	bool needed = w->files.count > 0 ||
		      (may_be_profile(spec) && !is_kind_by_variable(w, spec));

	for (size_t i = 0; i < w->failover.count; i++)
		needed |= may_be_profile(w->failover.items[i]);
	return needed;
}

static int open_first(struct places *p, const struct places_wanted *w,
		      const char *spec, struct err *e)
{
	const struct opt_list *o = &w->settings;
	struct dest *d = &p->dests[0];
	int rc;

	if (!is_kind_by_variable(w, spec) && is_profile(p, spec)) {
		p->profile = spec;
		rc = profile_open(d, &p->site, spec, o->items, o->count, e);
	} else if (may_be_profile(spec) && dest_find(spec, e) == NULL) {
		return fail_unknown(p, spec, e);
	} else {
		rc = dest_open(d, spec, o->items, o->count, e);
	}
	if (rc == 0)
		p->count = 1;
	return rc;
}

static int open_spare(struct places *p, const struct places_wanted *w,
		      const char *spec, struct err *e)
{
	struct dest *d = &p->dests[p->count];
	int rc;

	if (p->count == FAILOVER_MAX)
		return err_set(e, ERR_USAGE,
			       "--failover: no more than %d times",
			       FAILOVER_MAX - 1);
	if (is_profile(p, spec))
		rc = profile_open(d, &p->site, spec, NULL, 0, e);
	else
		rc = dest_open_spare(d, spec, w->settings.items,
				     w->settings.count, e);
	if (rc < 0)
		return err_prefix(e, "--failover");
	p->count++;
	return 0;
}

/* Those of the command line, else that of the profile. */
static int open_spares(struct places *p, const struct places_wanted *w,
		       struct err *e)
{
	const char *said = places_text(p, "delivery.failover", NULL);

	for (size_t i = 0; i < w->failover.count; i++)
		if (open_spare(p, w, w->failover.items[i], e) < 0)
			return -1;
	return w->failover.count == 0 && said != NULL
		       ? open_spare(p, w, said, e)
		       : 0;
}

/* Say what the file wants kept back, and is delivered for all that. */
static void warn_minimisation(const struct places *p)
{
	const json_t *node;
	const char *key;
	size_t place = 0;
	struct err e;

	while ((node = site_next_minimisation(&p->site, &place, &key)) !=
	       NULL) {
		yaml_fail_key(&p->site.yaml, node, &e,
			      "%s: siem-send changes no records: have siem-fmt "
			      "take out what is to be kept back, as siem-run "
			      "does, and say so with --minimised",
			      key);
		msg_warn("%s", e.text);
	}
}

int places_open(struct places *p, const struct places_wanted *w, struct err *e)
{
	const char *spec = w->spec != NULL ? w->spec : getenv("SIEM_TYPE");

	*p = PLACES_NONE;
	if (spec == NULL || spec[0] == '\0')
		return err_set(e, ERR_USAGE,
			       "no destination: give KIND:ADDRESS, or set "
			       "SIEM_TYPE (see --list)");
	if (needs_site(w, spec) && read_site(p, w, e) < 0)
		return -1;
	if (open_first(p, w, spec, e) < 0 || open_spares(p, w, e) < 0)
		return -1;
	if (!w->minimised)
		warn_minimisation(p);
	return 0;
}

const char *places_text(const struct places *p, const char *own,
			const char *shared)
{
	const char *text = NULL;

	if (p->profile == NULL)
		return NULL;
	if (own != NULL)
		text = profile_text(&p->site, p->profile, own);
	return text != NULL || shared == NULL ? text
					      : site_text(&p->site, shared);
}

void places_forget_variables(const struct places *p)
{
	for (size_t i = 0; i < p->count; i++)
		dest_forget_variables(&p->dests[i]);
}

void places_close(struct places *p)
{
	for (size_t i = 0; i < p->count; i++)
		dest_close(&p->dests[i]);
	site_close(&p->site);
}
