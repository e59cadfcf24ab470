/*
 * profile_check() is about what may stand in a platform, profile_open() about
 * what does.
 */
#include "dest/profile.h"

#include "config/secret.h"
#include "config/shape.h"
#include "core/arena.h"
#include "core/nearest.h"
#include "dest/registry.h"
#include "dest/setting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PLACE_MAX = 256, SHAPES_BYTES = 1 << 20 };

/* A platform, and what it was found to be. */
struct platform {
	const struct site *site;
	const char *name;
	const json_t *section;
	const struct dest_type *kind;
	const struct dest_transport *transport; // NULL: it has only one
};

/* What any kind may say. */
static const struct shape common[] = {
	{ "kind", SHAPE_TEXT, NULL },
	{ "enabled", SHAPE_BOOL, NULL },
	{ "priority", SHAPE_COUNT, NULL },
	{ "format", SHAPE_TEXT, NULL },
	{ "delivery.batch_mode", SHAPE_BOOL, NULL },
	{ "delivery.batch_size", SHAPE_COUNT, NULL },
	{ "delivery.batch_bytes", SHAPE_SIZE, NULL },
	{ "delivery.batch_timeout", SHAPE_NUMBER, NULL },
	{ "delivery.retry_attempts", SHAPE_COUNT, NULL },
	{ "delivery.retry_backoff", SHAPE_NUMBER, NULL },
	{ "delivery.failover", SHAPE_TEXT, NULL },
};
enum { COMMON = sizeof(common) / sizeof(common[0]) };

static const struct dest_type *type_of(const struct platform *p)
{
	return p->transport != NULL ? p->transport->type : p->kind;
}

static const char *section_of(const struct dest_transport *t)
{
	return t == NULL ? NULL : t->section != NULL ? t->section : t->name;
}

/* Is it a setting of its own in the section, and not the transport again? */
static bool is_said(const struct dest_transport *t,
		    const struct dest_setting *row)
{
	return t == NULL || !t->is_told || strcmp(row->key, "transport") != 0;
}

static bool is_of_tls(const struct dest_setting *row)
{
	return row->place != NULL && strncmp(row->place, "tls.", 4) == 0;
}

/* One of the places that are divided by '|': "/a.b" as path and where it is
   from. */
struct spot {
	enum { SPOT_SECTION, SPOT_PLATFORM, SPOT_SITE } from;
	char path[PLACE_MAX];
};

/* The next place of a row; false after the last. */
static bool next_spot(const char **places, struct spot *spot)
{
	const char *at = *places;
	size_t len;

	if (at == NULL)
		return false;
	len = strcspn(at, "|");
	*places = at[len] == '|' ? at + len + 1 : NULL;
	spot->from = SPOT_SECTION;
	for (; len > 0 && *at == '/'; at++, len--)
		spot->from++;
	snprintf(spot->path, sizeof(spot->path), "%.*s", (int)len, at);
	return true;
}

static const char *places_of(const struct dest_setting *row)
{
	return row->place != NULL ? row->place : row->key;
}

/* What may stand in a platform of a kind. */

struct shapes {
	struct shape *items;
	size_t count, cap;
	struct arena texts;
};

/* A path, below section (NULL: none). -1 with e filled. */
static int add_shape(struct shapes *s, const char *section, const char *path,
		     enum shape_type type, struct err *e)
{
	char full[2 * PLACE_MAX];

	snprintf(full, sizeof(full), "%s%s%s", section != NULL ? section : "",
		 section != NULL ? "." : "", path);
	if (s->count == s->cap) {
		size_t cap = 2 * s->cap + 64;
		struct shape *more = realloc(s->items, cap * sizeof(*more));

		if (more == NULL)
			return err_sys(e, "siem.yaml");
		s->items = more;
		s->cap = cap;
	}
	const char *kept = setting_copy(&s->texts, slice_of(full), e);
	if (kept == NULL)
		return -1;
	s->items[s->count++] = (struct shape){ kept, type, NULL };
	return 0;
}

static int add_row(struct shapes *s, const struct dest_transport *t,
		   const struct dest_setting *row, struct err *e)
{
	const char *places = places_of(row);
	struct spot spot;

	while (next_spot(&places, &spot))
		if (spot.from != SPOT_SITE &&
		    add_shape(s,
			      spot.from == SPOT_SECTION ? section_of(t) : NULL,
			      spot.path,
			      row->list != 0 ? SHAPE_TEXTS : SHAPE_TEXT, e) < 0)
			return -1;
	return 0;
}

static int add_transport(struct shapes *s, const struct dest_transport *t,
			 const struct dest_type *type, struct err *e)
{
	bool has_tls = false;

	for (const struct dest_setting *row = type->settings; row->key; row++) {
		if (!is_said(t, row))
			continue;
		has_tls |= is_of_tls(row);
		if (add_row(s, t, row, e) < 0)
			return -1;
	}
	return has_tls ? add_shape(s, section_of(t), "tls.enabled", SHAPE_BOOL,
				   e)
		       : 0;
}

/* What whoever prepares the records is told. */
static int add_preparation(struct shapes *s, const char *places, struct err *e)
{
	struct spot spot;

	while (next_spot(&places, &spot)) {
		size_t len = strlen(spot.path);
		bool is_list =
			len > 2 && strcmp(spot.path + len - 2, "[]") == 0;

		if (is_list)
			spot.path[len - 2] = '\0';
		if (add_shape(s, NULL, spot.path,
			      is_list ? SHAPE_LIST : SHAPE_TEXT, e) < 0)
			return -1;
	}
	return 0;
}

static int make_shapes(struct shapes *s, const struct dest_type *kind,
		       struct err *e)
{
	const struct dest_transport *t = kind->transports;

	for (size_t i = 0; i < COMMON; i++)
		if (add_shape(s, NULL, common[i].path, common[i].type, e) < 0)
			return -1;
	if (add_preparation(s, kind->preparation, e) < 0)
		return -1;
	if (t == NULL)
		return add_transport(s, NULL, kind, e);
	for (; t->name != NULL; t++)
		if (add_transport(s, t, t->type, e) < 0)
			return -1;
	return add_shape(s, NULL, "transport", SHAPE_TEXT, e);
}

static int check_keys(const struct platform *p, struct err *e)
{
	struct shapes s = { .texts = ARENA_INIT(SHAPES_BYTES) };
	int rc = make_shapes(&s, p->kind, e);

	if (rc == 0)
		rc = shape_check(&p->site->yaml, p->section, "", s.items,
				 s.count, e);
	free(s.items);
	arena_free(&s.texts);
	return rc;
}

/* What does stand in a platform. */

static const char *text_in(const struct platform *p, const char *path)
{
	return json_string_value(yaml_find(p->section, path));
}

/* Neither a kind nor a key: say which of them was meant. */
static int fail_nameless(const struct platform *p, struct err *e)
{
	const struct yaml *y = &p->site->yaml;
	char room[64];
	struct nearest near = NEAREST_INIT(p->name);
	const char *key = json_object_get(p->site->siem, p->name) == p->section
				  ? shape_nearest(p->name, site_shapes,
						  site_shape_count, room)
				  : NULL;

	for (size_t i = 0; i < dest_type_count; i++)
		nearest_try(&near, dest_types[i]->name);
	if (key != NULL)
		nearest_try(&near, key);
	nearest_try(&near, "platforms");
	if (near.best != NULL)
		return yaml_fail_key(y, p->section, e,
				     "%s: unknown key, and no kind of "
				     "destination (did you mean %s?)",
				     p->name, near.best);
	return yaml_fail_key(y, p->section, e,
			     "%s: no kind of destination is called so: add "
			     "kind, one of siem-send --list",
			     p->name);
}

/* A key that was meant to be kind, or NULL. */
static const json_t *find_like_kind(const struct platform *p, const char **key)
{
	json_t *value;

	json_object_foreach((json_t *)p->section, *key, value)
	{
		struct nearest near = NEAREST_INIT(*key);

		nearest_try(&near, "kind");
		if (near.best != NULL)
			return value;
	}
	return NULL;
}

static int find_kind(struct platform *p, struct err *e)
{
	const struct yaml *y = &p->site->yaml;
	const json_t *node = yaml_find(p->section, "kind");
	const char *word = json_string_value(node);
	struct err unknown;
	const char *key;

	if (node != NULL &&
	    shape_check_member(y, node, "kind", common, COMMON, e) < 0)
		return -1;
	p->kind = dest_find(word != NULL ? word : p->name, &unknown);
	if (p->kind != NULL)
		return 0;
	if (word == NULL && (node = find_like_kind(p, &key)) != NULL)
		return yaml_fail_key(y, node, e,
				     "%s: unknown key (did you mean kind?)",
				     key);
	if (word == NULL)
		return fail_nameless(p, e);
	return yaml_fail(y, node, e, "%s: kind: %s", p->name, unknown.text);
}

/* The transport that an option names, else the file, else the first. */
static int find_transport(struct platform *p, const char *option, struct err *e)
{
	const json_t *node = yaml_find(p->section, "transport");
	const char *word = option != NULL ? option : json_string_value(node);

	p->transport = p->kind->transports;
	if (p->transport == NULL || word == NULL)
		return 0;
	p->transport = dest_find_transport(p->kind, word, e);
	if (p->transport != NULL)
		return 0;
	return option != NULL ? -1 : yaml_place(&p->site->yaml, node, e);
}

/* What says a setting, or NULL. */
static const json_t *find_node(const struct platform *p,
			       const struct dest_setting *row)
{
	const char *section = section_of(p->transport);
	const json_t *const from[] = {
		[SPOT_SECTION] = section != NULL
					 ? json_object_get(p->section, section)
					 : p->section,
		[SPOT_PLATFORM] = p->section,
		[SPOT_SITE] = p->site->siem,
	};
	const char *places = places_of(row);
	const json_t *node = NULL;
	struct spot spot;

	if (!is_said(p->transport, row))
		return NULL;
	while (node == NULL && next_spot(&places, &spot))
		node = yaml_find(from[spot.from], spot.path);
	return node;
}

/* The texts of a list as one. */
static const char *join(const json_t *list, char between, struct arena *texts,
			struct err *e)
{
	struct buf out = BUF_INIT(SHAPES_BYTES);
	const char *text = NULL;
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (i > 0)
			buf_putc(&out, between);
		buf_puts(&out, json_string_value(item));
	}
	if (buf_status(&out) == 0)
		text = setting_copy(texts, buf_slice(&out), e);
	else
		err_set(e, ERR_USAGE, "a list is too long");
	buf_free(&out);
	return text;
}

/* Secrets are read by those who keep them, and all else that is a variable
   here. */
static int read_variable(const struct platform *p, const json_t *node,
			 const char **value, struct err *e)
{
	const char *name = *value + strlen("env:");

	if (strncmp(*value, "env:", 4) != 0)
		return 0;
	*value = getenv(name);
	if (*value != NULL)
		return 0;
	return yaml_fail(&p->site->yaml, node, e,
			 "env:%s: there is no such variable", name);
}

static int find_values(const struct platform *p, const char **values,
		       struct arena *texts, struct err *e)
{
	const struct dest_setting *rows = type_of(p)->settings;

	for (size_t i = 0; rows[i].key != NULL; i++) {
		const json_t *node = find_node(p, &rows[i]);

		values[i] = is_said(p->transport, &rows[i])
				    ? json_string_value(node)
				    : p->transport->name;
		if (json_is_array(node) &&
		    (values[i] = join(node, rows[i].list, texts, e)) == NULL)
			return -1;
		if (values[i] != NULL && !rows[i].secret &&
		    read_variable(p, node, &values[i], e) < 0)
			return -1;
	}
	return 0;
}

/* Which of its settings is TLS, as far as that is one: the transport or a
   URL; else DEST_NO_SETTING. */
static int find_tls(const struct dest_type *type, const char *const *values)
{
	const int transport = dest_fault(type, "transport");
	const struct dest_setting *rows = type->settings;

	for (int i = 0; transport == DEST_NO_SETTING && rows[i].key; i++)
		if (values[i] != NULL && !rows[i].secret &&
		    strncmp(values[i], "http", 4) == 0)
			return i;
	return transport;
}

static int contradict(const struct platform *p, const json_t *node,
		      const char *what, const char *value, struct err *e)
{
	return yaml_fail(&p->site->yaml, node, e,
			 "%s: tls.enabled is %s, but %s is %s", p->name,
			 json_string_value(node), what, value);
}

/*
 * tls.enabled is no setting: it has to agree with what is, and chooses the
 * transport where nobody else does. Where it is false, what else is said of
 * TLS is passed over.
 */
static int settle_tls(const struct platform *p, const char **values,
		      struct err *e)
{
	const struct dest_type *type = type_of(p);
	const struct dest_setting *rows = type->settings;
	const char *section = section_of(p->transport);
	const json_t *from = section != NULL
				     ? json_object_get(p->section, section)
				     : p->section;
	const json_t *node = yaml_find(from, "tls.enabled");

	if (node == NULL)
		return 0;
	const bool wanted = shape_bool(json_string_value(node)) == 1;
	const int i = find_tls(type, values);
	const bool is_told = p->transport != NULL && p->transport->is_told;
	const char *value = is_told  ? p->transport->name
			    : i >= 0 ? values[i]
				     : NULL;

	if (value == NULL && i >= 0 && rows[i].value != NULL &&
	    wanted != (strstr(rows[i].value, "tls") != NULL))
		values[i] = wanted ? "tls" : "tcp";
	if (value != NULL && wanted != (strstr(value, "tls") != NULL ||
					strncmp(value, "https:", 6) == 0))
		return contradict(p, node, is_told ? "transport" : rows[i].key,
				  value, e);
	for (size_t r = 0; !wanted && rows[r].key != NULL; r++)
		if (is_of_tls(&rows[r]))
			values[r] = NULL;
	return 0;
}

/* Put before what e says which line it is about: that of the setting, or of the
   platform that lacks it. */
static int place_fault(const struct platform *p, int fault, struct err *e)
{
	const struct yaml *y = &p->site->yaml;
	const struct dest_setting *row = &type_of(p)->settings[fault];
	const json_t *node = find_node(p, row);
	const char *section = section_of(p->transport);
	const char *places = places_of(row);
	struct spot spot;

	if (node != NULL)
		return yaml_place(y, node, e);
	if (strstr(e->text, "is missing") == NULL)
		return yaml_place(y, p->section, e);
	if (!next_spot(&places, &spot) || spot.from != SPOT_SECTION ||
	    section == NULL)
		return yaml_fail_key(y, p->section, e, "%s: %s is missing",
				     p->name, spot.path);
	return yaml_fail_key(y, p->section, e, "%s: %s.%s is missing", p->name,
			     section, spot.path);
}

static int find_platform(struct platform *p, const struct site *s,
			 const char *name, struct err *e)
{
	*p = (struct platform){ .site = s,
				.name = name,
				.section = site_platform(s, name) };
	return find_kind(p, e);
}

/* Can what it says be used, as far as that can be told without secrets? */
static int try_plan(const struct platform *p, const char **values,
		    struct err *e)
{
	const struct dest_type *type = type_of(p);
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
	    find_node(p, &rows[fault]) == NULL)
		return 0;
	*e = why;
	err_prefix(e, "%s", p->name);
	return place_fault(p, fault, e);
}

static int check_values(const struct platform *p, struct err *e)
{
	struct arena texts = ARENA_INIT(SHAPES_BYTES);
	const char **values =
		calloc(dest_count_settings(type_of(p)) + 1, sizeof(*values));
	struct err why;
	int rc = 0;

	if (values == NULL)
		return err_sys(e, "siem.yaml");
	// A variable that is not there is missed by who needs it.
	if (find_values(p, values, &texts, &why) == 0)
		rc = settle_tls(p, values, e) < 0 || try_plan(p, values, e) < 0
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
		if (find_platform(&p, s, name, e) < 0 ||
		    check_keys(&p, e) < 0 || find_transport(&p, NULL, e) < 0 ||
		    check_failover(&p, e) < 0 || check_values(&p, e) < 0)
			return -1;
	return 0;
}

int profile_open(struct dest *d, const struct site *s, const char *name,
		 const char *const *options, size_t option_count, struct err *e)
{
	const char *option = dest_option("transport", options, option_count);
	struct arena texts = ARENA_INIT(SHAPES_BYTES);
	struct dest_profile profile = { .name = name };
	const char **values = NULL;
	struct platform p;
	int fault = DEST_NO_SETTING;
	int rc = -1;

	*d = (struct dest){ 0 };
	if (find_platform(&p, s, name, e) < 0 ||
	    find_transport(&p, option, e) < 0)
		return -1;
	values = calloc(dest_count_settings(type_of(&p)) + 1, sizeof(*values));
	if (values == NULL) {
		err_sys(e, "siem.yaml");
		goto out;
	}
	if (find_values(&p, values, &texts, e) < 0 ||
	    settle_tls(&p, values, e) < 0)
		goto out;
	profile.kind = p.kind;
	profile.transport = p.transport;
	profile.values = values;
	rc = dest_open_profile(d, &profile, options, option_count, &fault, e);
	if (rc < 0 && e->kind == ERR_USAGE && fault != DEST_NO_SETTING &&
	    dest_option(type_of(&p)->settings[fault].key, options,
			option_count) == NULL)
		place_fault(&p, fault, e);
out:
	free(values);
	arena_free(&texts);
	return rc;
}

const char *profile_text(const struct site *s, const char *name,
			 const char *path)
{
	const struct platform p = { .section = site_platform(s, name) };

	return text_in(&p, path);
}
