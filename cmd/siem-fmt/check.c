#include "check.h"

#include "core/msg.h"
#include "event/findings.h"
#include "event/map.h"
#include "format/registry.h"

#include <stdio.h>
#include <string.h>

enum { SHAPES = 64 };

/* The shapes of all variants of all formats, each of them once. */
struct shapes {
	const struct map_shape *list[SHAPES];
	size_t count;
};

static void add_shape(struct shapes *s, const struct map_shape *shape)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->list[i] == shape)
			return;
	if (s->count < SHAPES)
		s->list[s->count++] = shape;
}

static void add_format(struct shapes *s, const struct format *f)
{
	const char *variant = f->variants != NULL ? f->variants : "";
	size_t len;

	do {
		char name[16];

		len = strcspn(variant, "|");
		snprintf(name, sizeof(name), "%.*s", (int)len, variant);
		add_shape(s, f->shape(name));
		variant += len + 1;
	} while (variant[-1] != '\0');
}

static void find_shapes(struct shapes *s)
{
	s->count = 0;
	for (size_t i = 0; i < format_count; i++)
		add_format(s, formats[i]);
}

/* Is the section of a shape that of one before? */
static bool is_told(const struct shapes *s, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(s->list[k]->section, s->list[i]->section) == 0)
			return true;
	return false;
}

static void tell_findings(const char *which, const struct findings *f)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct finding *one = &f->list[i];
		bool error = one->kind == FINDING_ERROR;

		(error ? msg_error : msg_warn)(
			"%s: line %zu, column %zu: %s%s", which, one->line,
			one->column, error ? "" : "warning: ", one->text);
	}
}

static void tell_sections(const struct shapes *s,
			  const struct map_section *sections)
{
	for (size_t i = 0; i < s->count; i++)
		if (!is_told(s, i) && sections[i].own)
			printf("  %-12s attributes: %zu, rows: %zu\n",
			       s->list[i]->section, sections[i].attributes,
			       sections[i].rows);
	for (size_t i = 0; i < s->count; i++)
		if (!is_told(s, i) && !sections[i].own)
			printf("  %-12s as the generic map has it\n",
			       s->list[i]->section);
}

/* How many rules it has of what is not to leave, if any. */
static void tell_rules(const struct map_rules *r)
{
	if (r->drop + r->keep + r->hash + r->redact + r->patterns > 0)
		printf("  %-12s drop: %zu, keep: %zu, hash: %zu, redact: %zu, "
		       "patterns: %zu\n",
		       "minimise", r->drop, r->keep, r->hash, r->redact,
		       r->patterns);
}

int check_map(const char *which, struct err *e)
{
	struct findings f = FINDINGS_NONE;
	struct map_section sections[SHAPES];
	struct map_rules rules;
	struct shapes shapes;
	int rc = -1;

	find_shapes(&shapes);
	if (map_check(which, shapes.list, shapes.count, sections, &rules, &f,
		      e) < 0)
		goto out;
	tell_findings(which, &f);
	rc = f.errors > 0 ? STATUS_USAGE : STATUS_DONE;
	if (f.errors > 0)
		goto out;
	printf("%s: ok\n", which);
	tell_rules(&rules);
	tell_sections(&shapes, sections);
	if (fflush(stdout) != 0)
		rc = err_sys(e, "standard output");
out:
	findings_free(&f);
	return rc;
}
