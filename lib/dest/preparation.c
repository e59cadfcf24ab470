#include "dest/preparation.h"

#include "core/nearest.h"

#include <stdio.h>
#include <string.h>

enum { WORD_MAX = 64 };

/* The next row of formats, which moves on; false after the last. */
static bool next_row(struct slice *formats, struct preparation *row)
{
	if (formats->len == 0)
		return false;
	row->options = slice_take_until(formats, '|');
	row->word = slice_take_until(&row->options, '=');
	return true;
}

static bool find_word(const struct dest_type *type, const char *word,
		      struct preparation *row)
{
	struct slice formats = slice_of(type->formats);

	while (next_row(&formats, row))
		if (slice_is(row->word, slice_of(word)))
			return true;
	return false;
}

/* None of the words that its type has. */
static int fail_unknown(const struct platform *p, const json_t *node,
			struct err *e)
{
	const char *word = json_string_value(node);
	struct slice formats = slice_of(platform_type(p)->formats);
	struct buf all = BUF_INIT(1024);
	struct nearest near = NEAREST_INIT(word);
	char candidate[WORD_MAX], best[WORD_MAX] = "";
	struct preparation row;

	while (next_row(&formats, &row)) {
		snprintf(candidate, sizeof(candidate), "%.*s",
			 (int)row.word.len, row.word.data);
		nearest_try(&near, candidate);
		if (near.best == candidate)
			near.best = memcpy(best, candidate, sizeof(best));
		buf_printf(&all, "%s%s", all.len > 0 ? ", " : "", candidate);
	}
	if (near.best != NULL)
		yaml_fail(&p->site->yaml, node, e,
			  "%s: format: unknown: %s (did you mean %s?)", p->name,
			  word, near.best);
	else
		yaml_fail(&p->site->yaml, node, e,
			  "%s: format: %s is none of %s%s%s", p->name, word,
			  buf_str(&all),
			  p->transport != NULL ? ", by transport " : "",
			  p->transport != NULL ? p->transport->name : "");
	buf_free(&all);
	return -1;
}

int preparation_of(const struct platform *p, struct preparation *how,
		   struct err *e)
{
	const struct dest_type *type = platform_type(p);
	struct slice formats = slice_of(type->formats);
	const json_t *node = yaml_find(p->section, "format");

	if (node == NULL)
		return next_row(&formats, how)
			       ? 0
			       : err_set(e, ERR_USAGE, "%s: no format",
					 p->name);
	return find_word(type, json_string_value(node), how)
		       ? 0
		       : fail_unknown(p, node, e);
}

/* The first of options: what makes a line, without what stands before it. */
static struct slice form_of(const struct preparation *how)
{
	struct slice rest = how->options;

	return slice_take_until(&rest, ' ');
}

bool preparation_suits(const struct platform *p, const struct preparation *how)
{
	struct slice formats = slice_of(platform_type(p)->formats);
	struct preparation row, said = { 0 };
	struct err ignored;

	if (yaml_find(p->section, "format") != NULL)
		return preparation_of(p, &said, &ignored) == 0 &&
		       slice_is(form_of(&said), form_of(how));
	while (next_row(&formats, &row))
		if (slice_is(form_of(&row), form_of(how)))
			return true;
	return false;
}

/* What is said of a setting by its key, or NULL. */
static int find_value(const struct platform *p, struct slice key,
		      const char **value, struct err *e)
{
	const struct dest_setting *row = platform_type(p)->settings;

	*value = NULL;
	for (; row != NULL && row->key != NULL; row++)
		if (slice_is(slice_of(row->key), key))
			return platform_value(p, row, false, value, e);
	return 0;
}

static void put_word(struct buf *args, struct slice word)
{
	buf_put_slice(args, word);
	buf_putc(args, '\0');
}

/* --syslog, as far as the setting "header" wants one. */
static int put_header(const struct platform *p, struct slice option,
		      struct buf *args, struct err *e)
{
	const char *header;

	if (find_value(p, SLICE("header"), &header, e) < 0)
		return -1;
	if (header == NULL || strcmp(header, "auto") == 0)
		put_word(args, option);
	else if (strcmp(header, "none") != 0)
		buf_printf(args, "--syslog=%s%c", header, '\0');
	return 0;
}

/* An option and its argument, unless that is of a setting without a value. */
static int put_option(const struct platform *p, struct slice option,
		      struct slice argument, struct buf *args, struct err *e)
{
	const char *value;

	slice_take_n(&argument, 1);
	if (find_value(p, slice_take_until(&argument, '}'), &value, e) < 0)
		return -1;
	if (value == NULL || value[0] == '\0')
		return 0;
	put_word(args, option);
	put_word(args, slice_of(value));
	return 0;
}

int preparation_put(const struct platform *p, const struct preparation *how,
		    struct buf *args, struct err *e)
{
	struct slice rest = how->options;

	while (rest.len > 0) {
		struct slice option = slice_take_until(&rest, ' ');
		int rc = 0;

		if (rest.len > 0 && rest.data[0] == '{')
			rc = put_option(p, option, slice_take_until(&rest, ' '),
					args, e);
		else if (slice_has_prefix(option, SLICE("--syslog")))
			rc = put_header(p, option, args, e);
		else
			put_word(args, option);
		if (rc < 0)
			return -1;
	}
	return buf_status(args) == 0 ? 0 : err_sys(e, "%s", p->name);
}
