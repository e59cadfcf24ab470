#include "dest/platform.h"

#include "config/shape.h"
#include "config/word.h"
#include "core/buf.h"
#include "core/nearest.h"
#include "dest/keys.h"
#include "dest/registry.h"
#include "dest/setting.h"
#include "dest/spot.h"

#include <stdlib.h>
#include <string.h>

enum { LIST_MAX = 1 << 20 };

const struct dest_type *platform_type(const struct platform *p)
{
	return p->transport != NULL ? p->transport->type : p->kind;
}

/* Neither a kind nor a key: say which of them was meant. */
static int fail_nameless(const struct platform *p, struct err *e)
{
	const struct yaml *y = &p->site->yaml;
	char room[64], kind[64];
	struct nearest near = NEAREST_INIT(p->name);
	const char *key = json_object_get(p->site->siem, p->name) == p->section
				  ? shape_nearest(p->name, site_shapes,
						  site_shape_count, room)
				  : NULL;

	if (dest_nearest(p->name, kind) != NULL)
		nearest_try(&near, kind);
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

	if (node != NULL && keys_check_kind(p->site, node, e) < 0)
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

int platform_find(struct platform *p, const struct site *s, const char *name,
		  struct err *e)
{
	*p = (struct platform){ .site = s,
				.name = name,
				.section = site_platform(s, name) };
	return find_kind(p, e);
}

int platform_choose(struct platform *p, const char *option, struct err *e)
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

const char *platform_text(const struct platform *p, const char *path)
{
	return json_string_value(yaml_find(p->section, path));
}

const json_t *platform_node(const struct platform *p,
			    const struct dest_setting *row)
{
	const char *section = spot_section(p->transport);
	const json_t *const from[] = {
		[SPOT_SECTION] = section != NULL
					 ? json_object_get(p->section, section)
					 : p->section,
		[SPOT_PLATFORM] = p->section,
		[SPOT_SITE] = p->site->siem,
	};
	const char *places = spot_places(row);
	const json_t *node = NULL;
	struct spot spot;

	if (!spot_is_said(p->transport, row))
		return NULL;
	while (node == NULL && spot_next(&places, &spot))
		node = yaml_find(from[spot.from], spot.path);
	return node;
}

/* The texts of a list as one. */
static const char *join(const json_t *list, char between, struct arena *texts,
			struct err *e)
{
	struct buf out = BUF_INIT(LIST_MAX);
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

static const char variable[] = "env:";

bool platform_is_variable(const json_t *node)
{
	const char *text = json_string_value(node);

	return text != NULL && strncmp(text, variable, strlen(variable)) == 0;
}

/* Secrets are read by those who keep them, and all else that is a variable
   here. */
static int read_variable(const struct platform *p, const json_t *node,
			 bool may_lack, const char **value, struct err *e)
{
	const char *name;

	if (!platform_is_variable(node))
		return 0;
	name = json_string_value(node) + strlen(variable);
	if (name[0] == '\0')
		return yaml_fail(&p->site->yaml, node, e,
				 "env: a name has to follow, as in env:NAME");
	*value = getenv(name);
	if (*value != NULL || may_lack)
		return 0;
	return yaml_fail(&p->site->yaml, node, e,
			 "env:%s: there is no such variable", name);
}

int platform_value(const struct platform *p, const struct dest_setting *row,
		   bool may_lack, const char **value, struct err *e)
{
	const json_t *node = platform_node(p, row);

	*value = spot_is_said(p->transport, row) ? json_string_value(node)
						 : p->transport->name;
	return row->secret ? 0 : read_variable(p, node, may_lack, value, e);
}

int platform_values(const struct platform *p, bool may_lack,
		    const char **values, struct arena *texts, struct err *e)
{
	const struct dest_setting *rows = platform_type(p)->settings;

	for (size_t i = 0; rows[i].key != NULL; i++) {
		const json_t *node = platform_node(p, &rows[i]);

		if (platform_value(p, &rows[i], may_lack, &values[i], e) < 0)
			return -1;
		if (json_is_array(node) &&
		    (values[i] = join(node, rows[i].list, texts, e)) == NULL)
			return -1;
	}
	return 0;
}

/* Which of its settings is TLS, as far as that is one: the transport or the
   URL of the destination; else DEST_NO_SETTING. */
static int find_tls(const struct dest_type *type, const char *const *values)
{
	static const char *const keys[] = { "transport", "url", "endpoint" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const int row = dest_fault(type, keys[i]);

		if (row != DEST_NO_SETTING &&
		    (i == 0 || (values[row] != NULL &&
				strncmp(values[row], "http", 4) == 0)))
			return row;
	}
	return DEST_NO_SETTING;
}

static int contradict(const struct platform *p, const json_t *node,
		      const char *what, const char *value, struct err *e)
{
	return yaml_fail(&p->site->yaml, node, e,
			 "%s: tls.enabled is %s, but %s is %s", p->name,
			 json_string_value(node), what, value);
}

int platform_settle_tls(const struct platform *p, const char **values,
			struct err *e)
{
	const struct dest_type *type = platform_type(p);
	const struct dest_setting *rows = type->settings;
	const char *section = spot_section(p->transport);
	const json_t *from = section != NULL
				     ? json_object_get(p->section, section)
				     : p->section;
	const json_t *node = yaml_find(from, "tls.enabled");

	if (node == NULL)
		return 0;
	const bool wanted = word_bool(json_string_value(node)) == 1;
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
		if (spot_is_of_tls(&rows[r]))
			values[r] = NULL;
	return 0;
}

int platform_place(const struct platform *p, int fault, struct err *e)
{
	const struct yaml *y = &p->site->yaml;
	const struct dest_setting *row = &platform_type(p)->settings[fault];
	const json_t *node = platform_node(p, row);
	const char *section = spot_section(p->transport);
	const char *places = spot_places(row);
	struct spot spot;

	if (node != NULL)
		return yaml_place(y, node, e);
	if (strstr(e->text, "is missing") == NULL)
		return yaml_place(y, p->section, e);
	if (!spot_next(&places, &spot) || spot.from != SPOT_SECTION ||
	    section == NULL)
		return yaml_fail_key(y, p->section, e, "%s: %s is missing",
				     p->name, spot.path);
	return yaml_fail_key(y, p->section, e, "%s: %s.%s is missing", p->name,
			     section, spot.path);
}
