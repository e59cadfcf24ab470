#include "json/paths.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

enum { MOST_PATHS = 65535 };

static size_t edge_count(const struct paths *p)
{
	return (size_t)1 << (64 - p->shift);
}

uint16_t paths_child_slowly(const struct paths *p,
			    const struct paths_edge *want, struct slice name)
{
	for (size_t i = paths_hash(p, want);;
	     i = (i + 1) & (edge_count(p) - 1)) {
		const struct paths_edge *e = &p->edges[i];

		if (e->node == 0)
			return 0;
		if (e->low == want->low && e->high == want->high &&
		    e->where == want->where &&
		    memcmp(p->nodes[e->node].name, name.data, name.len) == 0)
			return e->node;
	}
}

static void put_edge(struct paths *p, struct paths_edge edge)
{
	size_t i = paths_hash(p, &edge);

	while (p->edges[i].node != 0)
		i = (i + 1) & (edge_count(p) - 1);
	p->edges[i] = edge;
}

/* Make room for one more node and its edge. */
static bool grow(struct paths *p)
{
	if (p->count < p->cap)
		return true;

	size_t cap = p->cap * 2;
	struct paths_node *nodes = realloc(p->nodes, cap * sizeof(*nodes));
	if (nodes == NULL)
		return false;
	p->nodes = nodes;

	struct paths_edge *old = p->edges;
	size_t old_count = edge_count(p);
	struct paths_edge *edges = calloc(2 * old_count, sizeof(*edges));
	if (edges == NULL)
		return false;
	p->edges = edges;
	p->shift--;
	p->cap = cap;
	for (size_t i = 0; i < old_count; i++)
		if (old[i].node != 0)
			put_edge(p, old[i]);
	free(old);
	return true;
}

static uint16_t add_child(struct paths *p, uint16_t parent, struct slice name)
{
	if (p->count > MOST_PATHS || !grow(p))
		return 0;

	char *copy = malloc(name.len + 1);
	if (copy == NULL)
		return 0;
	if (name.len > 0)
		memcpy(copy, name.data, name.len);
	copy[name.len] = '\0';

	struct paths_edge edge = paths_edge(parent, name, name.data + name.len);
	edge.node = (uint16_t)p->count++;
	p->nodes[edge.node] = (struct paths_node){
		.name = copy,
		.len = name.len,
		.next_sibling = p->nodes[parent].first_child,
	};
	p->nodes[parent].first_child = edge.node;
	put_edge(p, edge);
	return edge.node;
}

struct paths *paths_new(void)
{
	struct paths *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->cap = 16;
	p->shift = 64 - 6;
	p->nodes = calloc(p->cap, sizeof(*p->nodes));
	p->edges = calloc(edge_count(p), sizeof(*p->edges));
	if (p->nodes == NULL || p->edges == NULL) {
		paths_free(p);
		return NULL;
	}
	p->count = 1;
	return p;
}

void paths_free(struct paths *p)
{
	if (p == NULL)
		return;
	for (size_t i = 1; i < p->count; i++)
		free(p->nodes[i].name);
	free(p->nodes);
	free(p->edges);
	free(p);
}

uint16_t paths_add(struct paths *p, const struct slice *names, size_t count)
{
	uint16_t node = 0;

	assert(count > 0);
	for (size_t i = 0; i < count; i++) {
		const char *end = names[i].data + names[i].len;
		uint16_t child = paths_child(p, node, names[i], end);

		if (child == 0)
			child = add_child(p, node, names[i]);
		if (child == 0)
			return 0;
		node = child;
	}
	return node;
}

size_t paths_count(const struct paths *p)
{
	return p->count;
}
