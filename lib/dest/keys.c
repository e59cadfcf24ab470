#include "dest/keys.h"

#include "config/shape.h"
#include "core/arena.h"
#include "dest/setting.h"
#include "dest/spot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHAPES_BYTES = 1 << 20 };

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

struct shapes {
	struct shape *items;
	size_t count, cap;
	struct arena texts;
};

/* What stands at what.path, below section (NULL: none). -1 with e filled. */
static int add_shape(struct shapes *s, const char *section, struct shape what,
		     struct err *e)
{
	char full[2 * SPOT_PATH_MAX];

	snprintf(full, sizeof(full), "%s%s%s", section != NULL ? section : "",
		 section != NULL ? "." : "", what.path);
	if (s->count == s->cap) {
		size_t cap = 2 * s->cap + 64;
		struct shape *more = realloc(s->items, cap * sizeof(*more));

		if (more == NULL)
			return err_sys(e, "siem.yaml");
		s->items = more;
		s->cap = cap;
	}
	what.path = setting_copy(&s->texts, slice_of(full), e);
	if (what.path == NULL)
		return -1;
	s->items[s->count++] = what;
	return 0;
}

static int add_row(struct shapes *s, const struct dest_transport *t,
		   const struct dest_setting *row, struct err *e)
{
	const char *places = spot_places(row);
	struct spot spot;

	while (spot_next(&places, &spot)) {
		const struct shape what = {
			.path = spot.path,
			.type = row->list != 0 ? SHAPE_TEXTS : SHAPE_TEXT,
			.alias = row->key,
			.secret = row->secret,
		};

		if (spot.from != SPOT_SITE &&
		    add_shape(s,
			      spot.from == SPOT_SECTION ? spot_section(t)
							: NULL,
			      what, e) < 0)
			return -1;
	}
	return 0;
}

static int add_transport(struct shapes *s, const struct dest_transport *t,
			 const struct dest_type *type, struct err *e)
{
	bool has_tls = false;

	for (const struct dest_setting *row = type->settings; row->key; row++) {
		if (!spot_is_said(t, row))
			continue;
		has_tls |= spot_is_of_tls(row);
		if (add_row(s, t, row, e) < 0)
			return -1;
	}
	return has_tls ? add_shape(s, spot_section(t),
				   (struct shape){ "tls.enabled", SHAPE_BOOL },
				   e)
		       : 0;
}

/* What whoever prepares the records is told. */
static int add_preparation(struct shapes *s, const char *places, struct err *e)
{
	struct spot spot;

	while (spot_next(&places, &spot)) {
		size_t len = strlen(spot.path);
		bool is_list =
			len > 2 && strcmp(spot.path + len - 2, "[]") == 0;

		if (is_list)
			spot.path[len - 2] = '\0';
		const struct shape what = { spot.path,
					    is_list ? SHAPE_LIST : SHAPE_TEXT };

		if (add_shape(s, NULL, what, e) < 0)
			return -1;
	}
	return 0;
}

static int make_shapes(struct shapes *s, const struct dest_type *kind,
		       struct err *e)
{
	const struct dest_transport *t = kind->transports;

	for (size_t i = 0; i < COMMON; i++)
		if (add_shape(s, NULL, common[i], e) < 0)
			return -1;
	if (add_preparation(s, kind->preparation, e) < 0)
		return -1;
	if (t == NULL)
		return add_transport(s, NULL, kind, e);
	for (; t->name != NULL; t++)
		if (add_transport(s, t, t->type, e) < 0)
			return -1;
	return add_shape(s, NULL, (struct shape){ "transport", SHAPE_TEXT }, e);
}

int keys_check(const struct site *s, const json_t *section,
	       const struct dest_type *kind, struct err *e)
{
	struct shapes shapes = { .texts = ARENA_INIT(SHAPES_BYTES) };
	int rc = make_shapes(&shapes, kind, e);

	if (rc == 0)
		rc = shape_check(&s->yaml, section, "", shapes.items,
				 shapes.count, e);
	free(shapes.items);
	arena_free(&shapes.texts);
	return rc;
}

int keys_check_kind(const struct site *s, const json_t *node, struct err *e)
{
	return shape_check_member(&s->yaml, node, "kind", common, COMMON, e);
}
