#include "event/findings.h"

#include <stdlib.h>
#include <string.h>

static bool is_same(const struct finding *a, const struct finding *b)
{
	return a->kind == b->kind && a->line == b->line &&
	       a->column == b->column && strcmp(a->text, b->text) == 0;
}

void findings_add(struct findings *f, enum finding_kind kind, size_t line,
		  size_t column, const char *text)
{
	struct finding made = { kind, line, column, strdup(text) };

	if (made.text == NULL) {
		f->out_of_memory = true;
		return;
	}
	for (size_t i = 0; i < f->count; i++)
		if (is_same(&f->list[i], &made)) {
			free(made.text);
			return;
		}
	if (f->count == f->cap) {
		size_t cap = f->cap != 0 ? 2 * f->cap : 16;
		void *list = realloc(f->list, cap * sizeof(*f->list));

		if (list == NULL) {
			f->out_of_memory = true;
			free(made.text);
			return;
		}
		f->list = list;
		f->cap = cap;
	}
	f->list[f->count++] = made;
	f->errors += kind == FINDING_ERROR;
}

static int compare(const void *a, const void *b)
{
	const struct finding *x = a;
	const struct finding *y = b;

	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	if (x->column != y->column)
		return x->column < y->column ? -1 : 1;
	return strcmp(x->text, y->text);
}

void findings_sort(struct findings *f)
{
	if (f->count > 1)
		qsort(f->list, f->count, sizeof(*f->list), compare);
}

bool findings_uses(const struct findings *f, const char *name)
{
	for (size_t i = 0; i < f->used_count; i++)
		if (strcmp(f->used[i], name) == 0)
			return true;
	return false;
}

void findings_use(struct findings *f, const char *name)
{
	if (findings_uses(f, name))
		return;

	char **used = realloc(f->used, (f->used_count + 1) * sizeof(*used));
	char *copy = strdup(name);
	if (used != NULL)
		f->used = used;
	if (used == NULL || copy == NULL) {
		f->out_of_memory = true;
		free(copy);
		return;
	}
	f->used[f->used_count++] = copy;
}

void findings_free(struct findings *f)
{
	for (size_t i = 0; i < f->count; i++)
		free(f->list[i].text);
	for (size_t i = 0; i < f->used_count; i++)
		free(f->used[i]);
	free(f->list);
	free(f->used);
	*f = FINDINGS_NONE;
}
