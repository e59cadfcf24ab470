/*
 * Platforms of siem.yaml: the example with each of its keys damaged in turn, in
 * both shapes, and every setting of every kind where its row says.
 */
#include "dest/profile.h"

#include "check.h"
#include "config/word.h"
#include "core/buf.h"
#include "core/file.h"
#include "dest/keys.h"
#include "dest/platform.h"
#include "dest/registry.h"
#include "dest/spot.h"
#include "folder.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { TEXT_MAX = 1 << 16, KEYS_MAX = 300 };

static char nested[TEXT_MAX], direct[TEXT_MAX];
static char manual[TEXT_MAX], explained[TEXT_MAX];

static void read_text(const char *path, char text[static TEXT_MAX])
{
	struct buf bytes = BUF_INIT(TEXT_MAX - 1);
	struct err e;

	if (file_read(path, &bytes, &e) < 0)
		abort();
	memcpy(text, buf_str(&bytes), bytes.len + 1);
	buf_free(&bytes);
}

/* The same with the platforms directly under siem. */
static void make_direct(void)
{
	static const char line[] = "  platforms:\n";
	const char *from = strstr(nested, line);
	char *to = direct + (from - nested);
	bool is_start = true;

	memcpy(direct, nested, (size_t)(from - nested));
	for (from += strlen(line); *from != '\0'; from++) {
		if (is_start && strncmp(from, "  ", 2) == 0)
			from += 2;
		is_start = *from == '\n';
		*to++ = *from;
	}
	*to = '\0';
}

/* What is wrong with a configuration, or "". */
static const char *check(const char *text)
{
	static const char *const files[] = { "f" };
	static char result[600];
	struct site s = SITE_NONE;
	struct err e = { 0 };
	FILE *f = fopen("f", "w");

	CHECK(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
	result[0] = '\0';
	if (site_open(&s, files, 1, &e) < 0 || profile_check(&s, &e) < 0)
		snprintf(result, sizeof(result), "%s", e.text);
	site_close(&s);
	return result;
}

/* A key of the text, its value, and all that this is. */
struct key {
	const char *at, *value, *end;
	unsigned line, column;
	size_t len;
	bool is_section; // of lines below it
	bool is_mapping; // in braces
	bool is_list;
	bool is_platform; // with a kind of its own, and so of any name
};

/* Where a value in braces or brackets, or beside them, ends. */
static const char *end_of_value(const char *at, bool inside)
{
	int depth = 0;
	bool quoted = false;

	for (; *at != '\n' && *at != '\0'; at++) {
		quoted ^= *at == '"';
		if (quoted)
			continue;
		if (depth == 0 && inside && (*at == ',' || *at == '}'))
			break;
		if (*at == '#' && at[-1] == ' ')
			break;
		depth +=
			(*at == '{' || *at == '[') - (*at == '}' || *at == ']');
	}
	while (at[-1] == ' ')
		at--;
	return at;
}

/* The end of what is below a line that is indented by depth. */
static const char *end_of_section(const char *line, size_t depth)
{
	const char *next = strchr(line, '\n') + 1;

	while (*next != '\0' && strspn(next, " ") > depth)
		next = strchr(next, '\n') + 1;
	return next - 1;
}

static struct key read_key(const char *line, unsigned number, const char *at,
			   size_t len, bool inside)
{
	struct key k = { .at = at,
			 .line = number,
			 .len = len,
			 .column = (unsigned)(at - line) + 1 };
	const char *next = strchr(line, '\n') + 1;

	k.value = at + len + 1;
	k.end = end_of_value(k.value, inside);
	k.is_section = k.end == k.value;
	if (k.is_section)
		k.end = end_of_section(line, strspn(line, " "));
	else
		k.value++;
	k.is_mapping = *k.value == '{';
	k.is_list = *k.value == '[';
	k.is_platform = strstr(next, "kind:") == next + strspn(next, " ");
	return k;
}

/* All keys of a text. How many. */
static size_t find_keys(const char *text, struct key keys[static KEYS_MAX])
{
	unsigned number = 1;
	size_t count = 0;

	for (const char *line = text; *line != '\0';
	     line = strchr(line, '\n') + 1, number++) {
		bool quoted = false, inside = false;
		const char *word = NULL;

		for (const char *p = line; *p != '\n' && *p != '#'; p++) {
			quoted ^= *p == '"';
			inside |= *p == '{';
			if (quoted)
				continue;
			if (*p == ':' && word != NULL &&
			    (p[1] == ' ' || p[1] == '\n')) {
				if (count == KEYS_MAX)
					abort();
				keys[count++] =
					read_key(line, number, word,
						 (size_t)(p - word), inside);
				word = NULL;
			} else if (!islower(*p) && strchr("_-", *p) == NULL &&
				   !(isdigit(*p) && word != NULL)) {
				word = NULL;
			} else if (word == NULL &&
				   (p == line || p[-1] == ' ')) {
				word = p;
			}
		}
	}
	return count;
}

/* The text with something else from at to end. */
static const char *with(const char *text, const char *at, const char *end,
			const char *instead)
{
	static char result[TEXT_MAX + 100];

	snprintf(result, sizeof(result), "%.*s%s%s", (int)(at - text), text,
		 instead, end);
	return result;
}

/* It is refused at that line, and column where it is not 0. */
static void refuse(const char *text, const struct key *k, unsigned column,
		   const char *what)
{
	const char *said = check(text);
	char want[40];

	snprintf(want, sizeof(want), column > 0 ? "f:%u:%u:" : "f:%u:", k->line,
		 column);
	if (strncmp(said, want, strlen(want)) == 0 &&
	    strstr(said, what) != NULL)
		return;
	printf("# %.*s: want %s ... %s\n# said %s\n", (int)k->len, k->at, want,
	       what, said);
	check_ok = false;
}

static void damage_name(const char *text, const struct key *k)
{
	char want[80], typo[80];

	snprintf(typo, sizeof(typo), "%.*sx", (int)k->len, k->at);
	snprintf(want, sizeof(want), "did you mean %.*s?)", (int)k->len, k->at);
	refuse(with(text, k->at, k->at + k->len, typo), k, k->column,
	       k->line == 3 && k->column == 1 ? "all is under siem" : want);
}

static bool looks_like(const struct key *k, const char *characters)
{
	return strspn(k->value, characters) >= (size_t)(k->end - k->value);
}

static bool begins_with(const struct key *k, const char *text)
{
	return strncmp(k->value, text, strlen(text)) == 0;
}

static bool is_called(const struct key *k, const char *words)
{
	char name[64];

	snprintf(name, sizeof(name), "%.*s", (int)k->len, k->at);
	return word_is_among(name, words);
}

/* A value that is one, but of another type; NULL: it may be any text. */
static const char *wrong_value(const struct key *k)
{
	if (k->is_section || k->is_mapping)
		return " word";
	if (is_called(k, "drop|hash|redact|custom_fields"))
		return " word";
	if (begins_with(k, "true") || begins_with(k, "false"))
		return " maybe";
	if (begins_with(k, "http"))
		return " not a URL";
	if (begins_with(k, "[\"sha256"))
		return " [\"sha1//x\"]";
	if (is_called(k, "reject_codes"))
		return " [4x, ok]";
	if (is_called(k, "transport|mode|overflow|facility|severity|method|"
			 "auth_method|framing|acks|failover|min_version|kind|"
			 "workspace_id|log_type"))
		return " \"w rong\"";
	if (is_called(k, "port")) // which may be the name of a service
		return " 65536";
	return looks_like(k, "0123456789.KMGB/s") ? " many" : NULL;
}

static void damage_type(const char *text, const struct key *k)
{
	const bool may_be_list =
		k->is_list || is_called(k, "input|headers|tags|brokers");
	const char *wrong = wrong_value(k);
	const char *at = k->at + k->len + 1;

	if (wrong != NULL)
		refuse(with(text, at, k->end, wrong), k, 0, "");
	if (!k->is_section && !k->is_mapping)
		refuse(with(text, at, k->end, " {wrong: type}"), k, 0, "");
	refuse(with(text, at, k->end,
		    may_be_list ? " [{wrong: type}]" : " [wrong, type]"),
	       k, 0, "");
}

static void damage_all(const char *text)
{
	static struct key keys[KEYS_MAX];
	const size_t count = find_keys(text, keys);

	CHECK(count > 150);
	CHECK(strcmp(check(text), "") == 0);
	for (size_t i = 0; i < count; i++) {
		const struct key *k = &keys[i];

		if (!k->is_platform)
			damage_name(text, k);
		damage_type(text, k);
		// In braces a comma must not become a part of the key.
		refuse(with(text, k->at + k->len + 1, k->end,
			    *k->end == ',' ? " " : ""),
		       k, k->column, "there is no value");
	}
}

static void every_key_of_the_example_that_is_damaged_is_found(void)
{
	damage_all(nested);
}

static void and_where_platforms_stand_directly_under_siem(void)
{
	CHECK(strstr(direct, "platforms") == NULL);
	damage_all(direct);
}

/* A platform with one setting, as text. */
static void write_setting(const struct dest_type *kind,
			  const struct dest_transport *t, const struct spot *at,
			  const char *value, bool is_nested)
{
	const char *section = at->from == SPOT_SECTION ? spot_section(t) : NULL;
	FILE *f = fopen("f", "w");
	const char *name = at->path;
	unsigned depth = 2;

	CHECK(f != NULL);
	fprintf(f, "siem:\n%s", is_nested ? " platforms:\n" : "");
	fprintf(f, "  p:\n    kind: %s\n", kind->name);
	if (t != NULL)
		fprintf(f, "    transport: %s\n", t->name);
	if (section != NULL)
		fprintf(f, "%*s%s:\n", (int)depth++ * 2, "", section);
	for (size_t n; n = strcspn(name, "."), name[n] == '.'; name += n + 1)
		fprintf(f, "%*s%.*s:\n", (int)depth++ * 2, "", (int)n, name);
	fprintf(f, "%*s%s: %s\n", (int)depth * 2, "", name, value);
	CHECK(fclose(f) == 0);
}

/* The value of a setting by that file, in text; or why there is none. */
static void read_setting(size_t row, char text[static 600])
{
	static const char *const files[] = { "f" };
	struct arena texts = ARENA_INIT(1 << 16);
	const char *values[100] = { NULL };
	struct site s = SITE_NONE;
	struct platform p;
	struct err e = { 0 };

	text[0] = '\0';
	if (site_open(&s, files, 1, &e) < 0 ||
	    platform_find(&p, &s, "p", &e) < 0 ||
	    keys_check(&s, p.section, p.kind, &e) < 0 ||
	    platform_choose(&p, NULL, &e) < 0 ||
	    platform_values(&p, false, values, &texts, &e) < 0)
		snprintf(text, 600, "! %s", e.text);
	else if (values[row] != NULL)
		snprintf(text, 600, "%s", values[row]);
	site_close(&s);
	arena_free(&texts);
}

/* What is written there is the value, or makes it. */
static void is_read(const struct dest_type *kind,
		    const struct dest_transport *t, size_t row,
		    const struct spot *at, const char *written,
		    const char *want)
{
	for (int is_nested = 0; is_nested < 2; is_nested++) {
		char got[600];

		write_setting(kind, t, at, written, is_nested == 1);
		read_setting(row, got);
		if (strcmp(got, want) == 0)
			continue;
		printf("# %s %s: %s: want %s, got %s\n", kind->name,
		       t != NULL ? t->name : "", at->path, want, got);
		check_ok = false;
	}
}

static void check_places(const struct dest_type *kind,
			 const struct dest_transport *t)
{
	const struct dest_type *type = t != NULL ? t->type : kind;

	for (size_t i = 0; type->settings[i].key != NULL; i++) {
		const struct dest_setting *row = &type->settings[i];
		const char *places = spot_places(row);
		const char list[] = { 'a', row->list, 'b', '\0' };
		struct spot at;

		if (!spot_is_said(t, row))
			continue;
		while (spot_next(&places, &at)) {
			if (at.from == SPOT_SITE)
				continue;
			is_read(kind, t, i, &at, "1", "1");
			if (row->list != 0)
				is_read(kind, t, i, &at, "[a, b]", list);
		}
	}
}

/* Do this with every kind, and every transport of those that have several. */
static void each_kind(void (*visit)(const struct dest_type *kind,
				    const struct dest_transport *t))
{
	for (size_t i = 0; i < dest_type_count; i++) {
		const struct dest_transport *t = dest_types[i]->transports;

		if (t == NULL)
			visit(dest_types[i], NULL);
		for (; t != NULL && t->name != NULL; t++)
			visit(dest_types[i], t);
	}
}

static void every_setting_of_every_kind_is_read_where_its_row_says(void)
{
	each_kind(check_places);
}

/* The keys that the manual explains, a line each. */
static void list_explained(char keys[static TEXT_MAX])
{
	size_t len = 0;
	const char *at = manual;

	while ((at = strstr(at, "\n.It Cm ")) != NULL) {
		for (at += strlen("\n.It Cm "); *at != '\n'; at++)
			if (*at == '\\')
				at++; // the line goes on
			else if (*at != ' ')
				keys[len++] = (char)(*at == ',' ? '\n' : *at);
		keys[len++] = '\n';
	}
	keys[len] = '\0';
}

static bool is_explained(const char *path)
{
	const size_t n = strlen(path);

	for (const char *p = explained; *p != '\0'; p = strchr(p, '\n') + 1)
		if (strncmp(p, path, n) == 0 && p[n] == '\n')
			return true;
	return false;
}

static void check_manual(const struct dest_type *kind,
			 const struct dest_transport *t)
{
	const struct dest_type *type = t != NULL ? t->type : kind;

	for (const struct dest_setting *row = type->settings; row->key; row++) {
		const char *places = spot_places(row);
		char full[600];
		struct spot at;

		while (spot_next(&places, &at)) {
			snprintf(full, sizeof(full), "%s.%s",
				 t != NULL ? spot_section(t) : "", at.path);
			if (!spot_is_said(t, row) ||
			    strcmp(at.path, row->key) == 0 ||
			    is_explained(at.path) || is_explained(full))
				continue;
			printf("# %s: %s is not in the manual\n", kind->name,
			       at.path);
			check_ok = false;
		}
	}
}

/* Does a platform of any kind take a key? */
static bool is_known(const char *path)
{
	struct spot at = { .from = SPOT_PLATFORM };

	snprintf(at.path, sizeof(at.path), "%s", path);
	for (size_t i = 0; i < dest_type_count; i++) {
		char got[600];

		write_setting(dest_types[i], dest_types[i]->transports, &at,
			      "1", true);
		read_setting(0, got);
		if (strstr(got, "unknown key") == NULL &&
		    strstr(got, "is there twice") == NULL)
			return true;
	}
	return shape_of(path, site_shapes, site_shape_count) != NULL ||
	       word_is_among(path, "platforms|kind|transport");
}

static void the_manual_has_no_key_that_nobody_knows(void)
{
	CHECK(is_known("tls.ca_file") && !is_known("tls.ca"));
	for (const char *p = explained; *p != '\0'; p = strchr(p, '\n') + 1) {
		char path[200];

		snprintf(path, sizeof(path), "%.*s", (int)strcspn(p, "\n"), p);
		if (is_known(path))
			continue;
		printf("# %s is in the manual, and no key\n", path);
		check_ok = false;
	}
}

static void the_manual_has_every_place_that_is_not_the_name(void)
{
	CHECK(is_explained("tls.ca_file") && is_explained("kind"));
	CHECK(!is_explained("tls") && !is_explained("tls.ca"));
	each_kind(check_manual);
	for (size_t i = 0; i < site_shape_count; i++)
		if (!is_explained(site_shapes[i].path)) {
			printf("# %s is not in the manual\n",
			       site_shapes[i].path);
			check_ok = false;
		}
}

int main(void)
{
	read_text("share/examples/siem.yaml", nested);
	read_text("man/siem.yaml.5", manual);
	make_direct();
	list_explained(explained);
	folder_enter();
	umask(077); // there are secrets in what is written
	RUN(every_key_of_the_example_that_is_damaged_is_found);
	RUN(and_where_platforms_stand_directly_under_siem);
	RUN(every_setting_of_every_kind_is_read_where_its_row_says);
	RUN(the_manual_has_no_key_that_nobody_knows);
	RUN(the_manual_has_every_place_that_is_not_the_name);
	return check_done();
}
