#include "delivery/mask.h"

#include "config/secret.h"
#include "core/base64.h"
#include "core/utf8.h"
#include "json/write.h"
#include "net/url.h"

#include <stdlib.h>
#include <string.h>

enum { SHELL_MAX = 4096, TEXT_MAX = 1 << 20 };

static const char hidden[] = "***";

static const char *keep(struct mask *m, struct slice text)
{
	char *copy = arena_take(&m->storage, text.len + 1);

	if (copy == NULL)
		return NULL;
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	return copy;
}

int mask_add(struct mask *m, struct slice text, const char *shell,
	     struct err *e)
{
	struct mask_item *item;

	if (text.len == 0)
		return 0;
	if (m->count == m->cap) {
		size_t cap = m->cap > 0 ? 2 * m->cap : 16;
		struct mask_item *more = realloc(m->items, cap * sizeof(*more));

		if (more == NULL)
			return err_sys(e, "dry run");
		m->items = more;
		m->cap = cap;
	}
	item = &m->items[m->count];
	item->text = (struct slice){ keep(m, text), text.len };
	item->shell = keep(m, slice_of(shell));
	if (item->text.data == NULL || item->shell == NULL)
		return err_set(e, ERR_SYSTEM, "dry run: out of memory");
	m->count++;
	return 0;
}

/* Add what has been put into code, with a filter that does the same. */
static int add_code(struct mask *m, const struct buf *code, struct slice text,
		    const char *print, const char *filter, struct err *e)
{
	struct buf shell = BUF_INIT(SHELL_MAX);
	int rc = 0;

	if (!slice_is(buf_slice(code), text)) {
		buf_printf(&shell, "$(%s | %s)", print, filter);
		rc = mask_add(m, buf_slice(code), buf_str(&shell), e);
	}
	buf_free(&shell);
	return rc;
}

/*
 * Add a secret that a command prints, as it is (for which the shell has a
 * shorter word) and in all codes.
 */
static int add_secret(struct mask *m, struct slice text, const char *word,
		      const char *print, struct err *e)
{
	struct buf base64 = BUF_INIT(TEXT_MAX);
	struct buf escaped = BUF_INIT(TEXT_MAX);
	struct buf json = BUF_INIT(TEXT_MAX);
	int rc;

	base64_put(&base64, text);
	url_put_escaped(&escaped, text);
	json_put_string(&json, text);
	if (json.len >= 2) {
		buf_drop(&json, 1);
		buf_cut(&json, json.len - 1);
	}
	rc = mask_add(m, text, word, e);
	if (rc == 0)
		rc = add_code(m, &base64, text, print, "base64 -w 0", e);
	if (rc == 0)
		rc = add_code(m, &escaped, text, print, "jq -sRr @uri", e);
	if (rc == 0)
		rc = add_code(m, &json, text, print,
			      "jq -sRr '@json | .[1:-1]'", e);
	buf_free(&base64);
	buf_free(&escaped);
	buf_free(&json);
	return rc;
}

/* A part of a secret, which a command prints. */
static int add_part(struct mask *m, struct slice text, const char *print,
		    struct err *e)
{
	struct buf word = BUF_INIT(SHELL_MAX);
	int rc;

	buf_printf(&word, "$(%s)", print);
	rc = add_secret(m, text, buf_str(&word), print, e);
	buf_free(&word);
	return rc;
}

/*
 * "NAME: VALUE | NAME: VALUE": each is a secret, and each value. All of them
 * together are printed by a command.
 */
static int add_headers(struct mask *m, struct slice all, const char *print_all,
		       struct err *e)
{
	struct buf print = BUF_INIT(SHELL_MAX);
	int rc = 0;

	for (size_t i = 1; rc == 0 && all.len > 0; i++) {
		struct slice whole = slice_trim(slice_take_until(&all, '|'));
		struct slice value = whole;

		buf_clear(&print);
		buf_printf(&print,
			   "%s | cut -d '|' -f %zu | "
			   "sed 's/^ *//; s/ *$//'",
			   print_all, i);
		rc = add_part(m, whole, buf_str(&print), e);
		(void)slice_take_until(&value, ':');
		value = slice_trim(value);
		buf_puts(&print, " | sed 's/^[^:]*: *//'");
		if (rc == 0)
			rc = add_part(m, value, buf_str(&print), e);
	}
	buf_free(&print);
	return rc;
}

int mask_add_settings(struct mask *m, const struct dest *dest, struct err *e)
{
	const struct dest_setting *rows = dest->type->settings;
	struct buf word = BUF_INIT(SHELL_MAX);
	struct buf print = BUF_INIT(SHELL_MAX);
	int rc = 0;

	for (size_t i = 0; rc == 0 && rows[i].key != NULL; i++) {
		const char *value = dest->values[i];

		if (!rows[i].secret || value == NULL)
			continue;
		buf_clear(&word);
		buf_clear(&print);
		secret_put_word(&dest->secrets[i], rows[i].env, &word);
		buf_printf(&print, "printf %%s \"%s\"", buf_str(&word));
		rc = add_secret(m, slice_of(value), buf_str(&word),
				buf_str(&print), e);
		if (rc == 0 && strchr(value, ':') != NULL)
			rc = add_headers(m, slice_of(value), buf_str(&print),
					 e);
	}
	buf_free(&word);
	buf_free(&print);
	return rc;
}

const struct mask_item *mask_at(const struct mask *m, struct slice text)
{
	const struct mask_item *best = NULL;

	for (size_t i = 0; i < m->count; i++)
		if (slice_has_prefix(text, m->items[i].text) &&
		    (best == NULL || m->items[i].text.len > best->text.len))
			best = &m->items[i];
	return best;
}

bool mask_is_in(const struct mask *m, struct slice text)
{
	for (; text.len > 0; text = slice_from(text, 1))
		if (mask_at(m, text) != NULL)
			return true;
	return false;
}

void mask_put(const struct mask *m, struct slice text, struct buf *out)
{
	while (text.len > 0) {
		const struct mask_item *item = mask_at(m, text);

		if (item != NULL)
			buf_puts(out, hidden);
		else
			buf_putc(out, *text.data);
		text = slice_from(text, item != NULL ? item->text.len : 1);
	}
}

void mask_put_word(const struct mask *m, struct slice text, struct buf *out)
{
	bool quoted = text.len == 0;

	if (quoted)
		buf_putc(out, '\'');
	while (text.len > 0) {
		const struct mask_item *item = mask_at(m, text);

		if (quoted == (item != NULL)) {
			buf_putc(out, '\'');
			quoted = !quoted;
		}
		if (item != NULL)
			buf_printf(out, "\"%s\"", item->shell);
		else if (*text.data == '\'')
			buf_puts(out, "'\\''");
		else
			buf_putc(out, *text.data);
		text = slice_from(text, item != NULL ? item->text.len : 1);
	}
	if (quoted)
		buf_putc(out, '\'');
}

/* Characters, from its start, that a person can read. */
static size_t legible(struct slice text)
{
	const size_t good = utf8_valid(text);
	size_t i = 0;

	while (i < good && (unsigned char)text.data[i] >= ' ' &&
	       text.data[i] != 0x7f)
		i++;
	return i;
}

/* A byte of the format of printf(1), in single quotes. */
static void put_format_byte(struct buf *out, char c, bool is_legible)
{
	if (c == '\n')
		buf_puts(out, "\\n");
	else if (!is_legible)
		buf_printf(out, "\\%03o", (unsigned char)c);
	else if (c == '\'')
		buf_puts(out, "'\\''");
	else
		buf_printf(out, c == '%' || c == '\\' ? "%c%c" : "%c", c, c);
}

void mask_put_printing(const struct mask *m, struct slice text, struct buf *out)
{
	struct buf arguments = BUF_INIT(TEXT_MAX);
	size_t left = 0; // of what is known to be legible

	buf_puts(out, "printf '");
	if (text.len > 0 && *text.data == '-') { // no option
		buf_puts(out, "\\055");
		text = slice_from(text, 1);
	}
	while (text.len > 0) {
		const struct mask_item *item = mask_at(m, text);
		size_t n = item != NULL ? item->text.len : 1;

		if (left == 0)
			left = legible(text);
		if (item != NULL) {
			buf_puts(out, "%s");
			buf_printf(&arguments, " \"%s\"", item->shell);
		} else {
			put_format_byte(out, *text.data, left > 0);
		}
		left -= n < left ? n : left;
		text = slice_from(text, n);
	}
	buf_putc(out, '\'');
	buf_put_slice(out, buf_slice(&arguments));
	buf_free(&arguments);
}

void mask_free(struct mask *m)
{
	// What it holds is secret.
	for (size_t i = 0; i < m->count; i++)
		explicit_bzero((char *)m->items[i].text.data,
			       m->items[i].text.len);
	free(m->items);
	arena_free(&m->storage);
	*m = MASK_NONE;
}
