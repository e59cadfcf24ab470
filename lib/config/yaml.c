/* Events of libyaml become nodes of jansson; nothing else of either is used. */
#include "config/yaml.h"

#include "core/buf.h"
#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml.h>

enum {
	TEXT_MAX = 1 << 20, // bytes of a file
	NODES_MAX = 100000,
	DEPTH_MAX = 32,
};

struct place {
	unsigned line, column; // from 1
};

/* Where a node was written. */
struct yaml_mark {
	const json_t *node;
	const char *file;
	struct place key, value;
	bool missing;
	bool shared; // others can read the file
};

struct loader {
	struct yaml *y;
	const char *file;
	struct slice text;
	bool shared;
	yaml_parser_t parser;
	yaml_event_t event;
	unsigned depth;
};

static struct place place_of(yaml_mark_t m)
{
	return (struct place){ (unsigned)m.line + 1, (unsigned)m.column + 1 };
}

static int fail_at(const struct loader *l, struct place at, struct err *e,
		   const char *what)
{
	return err_set(e, ERR_USAGE, "%s:%u:%u: %s", l->file, at.line,
		       at.column, what);
}

/* The same, where the current event is. */
static int fail_here(const struct loader *l, struct err *e, const char *what)
{
	return fail_at(l, place_of(l->event.start_mark), e, what);
}

/* Is that line, counted from 0, indented by a tab? */
static bool has_tab(struct slice text, size_t line)
{
	struct slice one = slice_take_until(&text, '\n');

	while (line-- > 0 && text.len > 0)
		one = slice_take_until(&text, '\n');
	while (one.len > 0 && *one.data == ' ')
		one = slice_from(one, 1);
	return one.len > 0 && *one.data == '\t';
}

static int next(struct loader *l, struct err *e)
{
	const yaml_parser_t *p = &l->parser;

	yaml_event_delete(&l->event);
	if (yaml_parser_parse(&l->parser, &l->event) != 0)
		return 0;
	const char *problem = p->problem != NULL ? p->problem : "not YAML";
	if (p->error == YAML_SCANNER_ERROR &&
	    has_tab(l->text, p->problem_mark.line))
		problem = "a line is indented by spaces, and by no tab";
	if (p->error == YAML_READER_ERROR)
		return err_set(e, ERR_USAGE, "%s: byte %zu: %s", l->file,
			       p->problem_offset + 1, problem);
	return fail_at(l, place_of(p->problem_mark), e, problem);
}

/* So many events on. */
static int advance(struct loader *l, unsigned count, struct err *e)
{
	while (count-- > 0)
		if (next(l, e) < 0)
			return -1;
	return 0;
}

/* Take over a node and note where it is. NULL with e filled. */
static json_t *note(struct loader *l, json_t *node, struct yaml_mark mark,
		    struct err *e)
{
	struct yaml *y = l->y;

	if (node != NULL && y->mark_count == y->mark_cap) {
		size_t cap = y->mark_cap > 0 ? 2 * y->mark_cap : 64;
		struct yaml_mark *more =
			cap <= 2 * NODES_MAX
				? realloc(y->marks, cap * sizeof(*more))
				: NULL;

		if (more != NULL) {
			y->marks = more;
			y->mark_cap = cap;
		}
	}
	if (node == NULL || y->mark_count == y->mark_cap) {
		json_decref(node);
		fail_at(l, mark.value, e, "more than there is memory for");
		return NULL;
	}
	mark.node = node;
	mark.file = l->file;
	mark.shared = l->shared;
	y->marks[y->mark_count++] = mark;
	return node;
}

/* Are there things that we do not take? */
static int check_plain(const struct loader *l, const yaml_char_t *anchor,
		       const yaml_char_t *tag, struct err *e)
{
	if (anchor != NULL)
		return fail_here(l, e,
				 "anchors are not taken: write it where it is "
				 "meant");
	if (tag != NULL)
		return fail_here(l, e, "tags are not taken: leave it out");
	return 0;
}

static bool says_nothing(const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;

	return event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	       (text[0] == '\0' || strcmp(text, "~") == 0 ||
		strcmp(text, "null") == 0);
}

static json_t *read_scalar(struct loader *l, struct place key, struct err *e)
{
	const yaml_event_t *event = &l->event;
	const char *text = (const char *)event->data.scalar.value;
	struct yaml_mark mark = { .key = key,
				  .value = place_of(event->start_mark),
				  .missing = says_nothing(event) };

	if (check_plain(l, event->data.scalar.anchor, event->data.scalar.tag,
			e) < 0)
		return NULL;
	if (memchr(text, '\0', event->data.scalar.length) != NULL) {
		fail_here(l, e, "there is a NUL byte in it");
		return NULL;
	}
	return note(l, json_string(mark.missing ? "" : text), mark, e);
}

static json_t *read_node(struct loader *l, struct place key, struct err *e);

static int read_items(struct loader *l, json_t *list, struct err *e)
{
	for (;;) {
		if (next(l, e) < 0)
			return -1;
		if (l->event.type == YAML_SEQUENCE_END_EVENT)
			return 0;
		json_t *item = read_node(l, place_of(l->event.start_mark), e);
		if (item == NULL)
			return -1;
		if (json_array_append_new(list, item) < 0)
			return fail_here(l, e, "out of memory");
	}
}

/* The key that the current event is, which the mapping does not have yet. */
static char *read_key(struct loader *l, json_t *mapping, struct err *e)
{
	const char *key = (const char *)l->event.data.scalar.value;
	char *copy = NULL;

	if (l->event.type != YAML_SCALAR_EVENT)
		fail_here(l, e, "a key has to be a word");
	else if (check_plain(l, l->event.data.scalar.anchor,
			     l->event.data.scalar.tag, e) < 0)
		;
	else if (memchr(key, '\0', l->event.data.scalar.length) != NULL ||
		 key[0] == '\0')
		fail_here(l, e, "that is no key");
	else if (strcmp(key, "<<") == 0)
		fail_here(l, e, "merge keys are not taken: write it out");
	else if (json_object_get(mapping, key) != NULL)
		err_set(e, ERR_USAGE, "%s:%u:%u: %s is there twice", l->file,
			place_of(l->event.start_mark).line,
			place_of(l->event.start_mark).column, key);
	else if ((copy = strdup(key)) == NULL)
		fail_here(l, e, "out of memory");
	return copy;
}

static int read_members(struct loader *l, json_t *mapping, struct err *e)
{
	for (;;) {
		if (next(l, e) < 0)
			return -1;
		if (l->event.type == YAML_MAPPING_END_EVENT)
			return 0;
		const struct place at = place_of(l->event.start_mark);
		char *key = read_key(l, mapping, e);
		json_t *value = NULL;

		if (key != NULL && next(l, e) == 0)
			value = read_node(l, at, e);
		if (value != NULL &&
		    json_object_set_new(mapping, key, value) < 0) {
			value = NULL;
			fail_at(l, at, e, "that is no key");
		}
		free(key);
		if (value == NULL)
			return -1;
	}
}

static json_t *read_collection(struct loader *l, struct place key,
			       struct err *e)
{
	const bool is_list = l->event.type == YAML_SEQUENCE_START_EVENT;
	struct yaml_mark mark = { .key = key,
				  .value = place_of(l->event.start_mark) };
	json_t *node;

	if (l->depth == DEPTH_MAX) {
		fail_here(l, e, "too deep");
		return NULL;
	}
	if (is_list ? check_plain(l, l->event.data.sequence_start.anchor,
				  l->event.data.sequence_start.tag, e) < 0
		    : check_plain(l, l->event.data.mapping_start.anchor,
				  l->event.data.mapping_start.tag, e) < 0)
		return NULL;
	node = note(l, is_list ? json_array() : json_object(), mark, e);
	if (node == NULL)
		return NULL;
	l->depth++;
	int rc = is_list ? read_items(l, node, e) : read_members(l, node, e);
	l->depth--;
	if (rc == 0)
		return node;
	json_decref(node);
	return NULL;
}

/* What the current event is, or begins. */
static json_t *read_node(struct loader *l, struct place key, struct err *e)
{
	switch (l->event.type) {
	case YAML_SCALAR_EVENT:
		return read_scalar(l, key, e);
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		return read_collection(l, key, e);
	case YAML_ALIAS_EVENT:
		fail_here(l, e,
			  "aliases are not taken: write it where it is meant");
		return NULL;
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_START_EVENT:
	case YAML_DOCUMENT_END_EVENT:
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		break;
	}
	fail_here(l, e, "not YAML");
	return NULL;
}

/* The only document, or NULL in *root where there is none. */
static int read_document(struct loader *l, json_t **root, struct err *e)
{
	// The start of the stream, that of the document, what is in it.
	if (advance(l, 2, e) < 0)
		return -1;
	if (l->event.type == YAML_STREAM_END_EVENT)
		return 0;
	if (next(l, e) < 0)
		return -1;
	if (l->event.type == YAML_SCALAR_EVENT && says_nothing(&l->event) &&
	    l->event.data.scalar.tag == NULL &&
	    l->event.data.scalar.anchor == NULL)
		return 0;
	if (l->event.type != YAML_MAPPING_START_EVENT)
		return fail_here(l, e, "it has to begin with a key, as siem:");
	*root = read_node(l, place_of(l->event.start_mark), e);
	if (*root == NULL)
		return -1;
	// The end of the document, and that of the stream.
	if (advance(l, 2, e) < 0)
		return -1;
	if (l->event.type != YAML_STREAM_END_EVENT)
		return fail_here(l, e, "one document is all that is read");
	return 0;
}

/* Put what from has over what is in into. */
static int join(json_t *into, json_t *from)
{
	const char *key;
	json_t *value;

	json_object_foreach(from, key, value)
	{
		json_t *old = json_object_get(into, key);

		if (json_is_object(old) && json_is_object(value)) {
			if (join(old, value) < 0)
				return -1;
		} else if (json_object_set(into, key, value) < 0) {
			return -1;
		}
	}
	return 0;
}

static const char *keep_name(struct yaml *y, const char *name)
{
	const size_t size = strlen(name) + 1;
	char *copy = arena_take(&y->names, size);

	if (copy != NULL)
		memcpy(copy, name, size);
	return copy;
}

static int load(struct yaml *y, const char *name, struct slice text,
		bool shared, struct err *e)
{
	struct loader l = { .y = y,
			    .file = keep_name(y, name),
			    .text = text,
			    .shared = shared };
	const size_t marks_before = y->mark_count;
	json_t *root = NULL;
	int rc;

	if (l.file == NULL || yaml_parser_initialize(&l.parser) == 0)
		return err_set(e, ERR_SYSTEM, "%s: out of memory", name);
	yaml_parser_set_encoding(&l.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
		&l.parser, (const unsigned char *)text.data, text.len);
	rc = read_document(&l, &root, e);
	yaml_event_delete(&l.event);
	yaml_parser_delete(&l.parser);
	if (rc == 0 && root != NULL && y->fit != NULL)
		rc = y->fit(y, root, e);
	if (rc == 0 && root != NULL && y->root == NULL) {
		y->root = root;
		return 0;
	}
	if (rc == 0 && root != NULL && join(y->root, root) < 0)
		rc = err_set(e, ERR_SYSTEM, "%s: out of memory", name);
	json_decref(root);
	if (rc < 0)
		y->mark_count = marks_before;
	return rc;
}

int yaml_load(struct yaml *y, const char *name, struct slice text,
	      struct err *e)
{
	return load(y, name, text, false, e);
}

int yaml_read(struct yaml *y, const char *path, struct err *e)
{
	struct buf text = BUF_INIT(TEXT_MAX);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	int rc = -1;

	if (fd < 0 || fstat(fd, &st) < 0 || file_read_all(fd, &text) < 0)
		err_set(e, ERR_USAGE, "%s: %s", path,
			errno == EMSGSIZE ? "larger than 1 MiB"
					  : strerror(errno));
	else
		rc = load(y, path, buf_slice(&text),
			  (st.st_mode & (S_IRGRP | S_IROTH)) != 0, e);
	buf_free(&text);
	if (fd >= 0)
		close(fd);
	return rc;
}

/* The last is meant: memory of a node that was replaced is used again. */
static const struct yaml_mark *mark_of(const struct yaml *y, const json_t *node)
{
	static const struct yaml_mark nowhere = { .file = "?" };

	for (size_t i = y->mark_count; i > 0; i--)
		if (y->marks[i - 1].node == node)
			return &y->marks[i - 1];
	return &nowhere;
}

bool yaml_is_missing(const struct yaml *y, const json_t *node)
{
	return json_is_string(node) && json_string_length(node) == 0 &&
	       mark_of(y, node)->missing;
}

bool yaml_is_shared(const struct yaml *y, const json_t *node)
{
	return mark_of(y, node)->shared;
}

PRINTF_LIKE(4, 0)
static int fail(const char *file, struct place at, struct err *e,
		const char *fmt, va_list args)
{
	char text[sizeof(e->text)];

	vsnprintf(text, sizeof(text), fmt, args);
	return err_set(e, ERR_USAGE, "%s:%u:%u: %s", file, at.line, at.column,
		       text);
}

int yaml_fail(const struct yaml *y, const json_t *node, struct err *e,
	      const char *fmt, ...)
{
	const struct yaml_mark *m = mark_of(y, node);
	va_list args;

	va_start(args, fmt);
	fail(m->file, m->value, e, fmt, args);
	va_end(args);
	return -1;
}

int yaml_fail_key(const struct yaml *y, const json_t *node, struct err *e,
		  const char *fmt, ...)
{
	const struct yaml_mark *m = mark_of(y, node);
	va_list args;

	va_start(args, fmt);
	fail(m->file, m->key, e, fmt, args);
	va_end(args);
	return -1;
}

int yaml_place(const struct yaml *y, const json_t *node, struct err *e)
{
	const struct yaml_mark *m = mark_of(y, node);

	return err_prefix(e, "%s:%u:%u", m->file, m->value.line,
			  m->value.column);
}

const json_t *yaml_find(const json_t *from, const char *path)
{
	while (from != NULL) {
		const size_t len = strcspn(path, ".");

		from = json_object_getn(from, path, len);
		if (path[len] == '\0')
			return from;
		path += len + 1;
	}
	return NULL;
}

void yaml_close(struct yaml *y)
{
	json_decref(y->root);
	free(y->marks);
	arena_free(&y->names);
	*y = YAML_NONE;
}
