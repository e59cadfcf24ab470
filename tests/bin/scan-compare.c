/*
 * Usage: scan-compare COUNT SEED
 *
 * Compare the scanner with jansson on COUNT random and mutated documents:
 * whether it is JSON, and what is in it, be it parsed or known by its layout.
 * Document N is what "scan-compare 1 SEED+N" begins with. Prints counts, or the
 * first difference, and fails then.
 *
 * They differ, as they should, in this only:
 *
 * - jansson converts numbers, so it refuses those beyond a 64-bit integer or a
 *   double. We keep what stands there. Such a number is replaced by null before
 *   both are compared again.
 * - jansson refuses U+0000 in a name, as it hands names out as C strings. It
 *   is replaced by U+0001.
 * - jansson refuses a surrogate without its other half, which RFC 8259 section
 *   8.2 leaves to the reader. We read U+FFFD, and that replaces it.
 * - jansson passes over a byte of value 0 that directly follows a number or a
 *   word: it puts the byte back, and then takes it for the end of its buffer.
 *   RFC 8259 section 2 does not count it among white space. It is replaced by
 *   a space once we have refused it.
 * - A record is an object, is no deeper than SCAN_DEPTH and has no more than
 *   SCAN_MEMBERS members. What jansson accepts beyond that is counted on its
 *   result, and our refusal has to say just that.
 */
#include "core/utf8.h"
#include "json/scan.h"
#include "json/write.h"
#include "../unit/same_scan.h"
#include "random-json.h"

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST = 4 << 20 }; // bytes of a document, and of what is made of it

/* The paths that the scanner is asked for, by names with a NULL at the end. */
static const char *const path_names[][4] = {
	{ "a" },
	{ "b" },
	{ "" },
	{ "a", "a" },
	{ "a", "b" },
	{ "a", "b", "c" },
	{ "b", "action" },
	{ "time" },
	{ "action" },
	{ "caf\xc3\xa9" },
	{ "a\"b" },
	{ "sixteen bytes ok" },
	{ "seventeen bytes!!" },
	{ "fourteen bytes" },
	{ "a name of thirty bytes, is it?" },
	{ "a name of thirty-one bytes, ok!" },
	{ "a name of more than thirty-two bytes" },
};

enum { PATHS = sizeof(path_names) / sizeof(path_names[0]) };

static struct {
	size_t accepted, refused;
	size_t numbers, nuls, surrogates, zeros; // replaced
	size_t no_object, too_deep, too_many;
	size_t repaired;
	size_t followed; // by their layout
} counts;

static struct paths *paths;
static uint16_t slots[PATHS];
static struct scan scan, plain;

static struct slice document; // that is compared, for fail()
static unsigned long long document_seed;

/* Say what differs, and end. */
static NORETURN void fail(const char *what)
{
	struct buf text = BUF_INIT(MOST);
	size_t shown = utf8_cut(document, 2000);

	json_put_string(&text, (struct slice){ document.data, shown });
	printf("scan-compare 1 %llu: %s\n%s%s\n", document_seed, what,
	       buf_str(&text), shown < document.len ? "..." : "");
	buf_free(&text);
	exit(1);
}

static void must(bool condition, const char *what)
{
	if (!condition)
		fail(what);
}

static json_t *load(struct slice text, json_error_t *error)
{
	return json_loadb(text.data != NULL ? text.data : "", text.len,
			  JSON_DECODE_ANY | JSON_ALLOW_NUL, error);
}

/* A copy that ends where its memory ends, so that a sanitizer is of use. */
static struct slice copy_of(struct slice text)
{
	char *copy = malloc(text.len > 0 ? text.len : 1);

	if (copy == NULL)
		abort();
	if (text.len > 0)
		memcpy(copy, text.data, text.len);
	return (struct slice){ copy, text.len };
}

static void free_copy(struct slice copy)
{
	free((char *)(uintptr_t)copy.data);
}

/*
 * Scan a text until it is known by its layout, if it may have one, and compare
 * that with what parsing it gives.
 */
static bool scans_twice(struct slice text, struct err *e)
{
	bool good = false;

	for (int i = 0; i < 2; i++) {
		*e = (struct err){ 0 };
		scan.layouts.credit = LAYOUT_CREDIT;
		const char *what =
			scan_twice(&scan, &plain, paths, text, &good, e);
		if (what != NULL)
			fail(what);
	}
	counts.followed += good && scan.layout != 0;
	return good;
}

static bool scans(struct slice text, struct err *e)
{
	if (scans_twice(text, e))
		return true;
	must(e->kind == ERR_DATA, "it is not the record's fault");
	must(e->column >= 1 && e->column <= text.len + 1,
	     "the column is outside the record");
	return false;
}

/* A decoded string is what jansson decoded, and is written so again. */
static void same_text(struct slice raw, bool escaped, const char *want,
		      size_t want_len)
{
	struct slice wanted = { want, want_len };
	struct buf text = BUF_INIT(MOST);
	struct buf again = BUF_INIT(MOST);
	json_error_t error;

	must(escaped ==
		     (raw.len > 0 && memchr(raw.data, '\\', raw.len) != NULL),
	     "escaped or not");
	scan_decode(raw, &text);
	must(slice_is(buf_slice(&text), wanted), "the text of a string");
	must(scan_is(raw, escaped, wanted), "scan_is() of its text");
	buf_putc(&text, 'x');
	must(!scan_is(raw, escaped, buf_slice(&text)), "scan_is() of more");

	json_put_string(&again, wanted);
	json_t *loaded = load(buf_slice(&again), &error);
	must(json_is_string(loaded) &&
		     slice_is((struct slice){ json_string_value(loaded),
					      json_string_length(loaded) },
			      wanted),
	     "json_put_string()");
	json_decref(loaded);
	buf_free(&again);
	buf_free(&text);
}

static void same_number(struct slice lexeme, const json_t *want)
{
	char text[512];

	if (lexeme.len >= sizeof(text))
		return;
	memcpy(text, lexeme.data, lexeme.len);
	text[lexeme.len] = '\0';

	char *end;
	if (json_is_integer(want))
		must(strtoll(text, &end, 10) == json_integer_value(want),
		     "an integer");
	else
		must(strtod(text, &end) == json_real_value(want), "a real");
	must(*end == '\0', "the end of a number");
}

/* Append what is outside of strings, without white space. */
static void put_skeleton(struct slice text, struct buf *out)
{
	bool in_string = false;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];

		if (c == '"')
			in_string = !in_string;
		else if (in_string && c == '\\')
			i++;
		if (!in_string && memchr(" \t\r\n", c, 4) == NULL)
			buf_putc(out, c);
	}
}

/* Compact JSON says the same; what is not compact yet is marked. */
static void same_compact(struct value v, const json_t *want)
{
	struct buf compact = BUF_INIT(MOST);
	struct buf is = BUF_INIT(MOST);
	struct buf was = BUF_INIT(MOST);
	json_error_t error;

	struct value loose = v; // so that nothing is taken as it stands
	loose.flags |= VALUE_LOOSE;
	scan_compact(loose, &compact);
	json_t *loaded = load(buf_slice(&compact), &error);
	must(loaded != NULL && json_equal(loaded, want), "compact JSON");
	must(((v.flags & VALUE_LOOSE) != 0) !=
		     slice_is(buf_slice(&compact), value_slice(v)),
	     "what is marked as not compact");
	put_skeleton(buf_slice(&compact), &is);
	put_skeleton(value_slice(v), &was);
	must(slice_is(buf_slice(&is), buf_slice(&was)),
	     "lexemes of compact JSON");
	json_decref(loaded);
	buf_free(&compact);
	buf_free(&is);
	buf_free(&was);
}

static bool is_escaped(struct value v)
{
	return (v.flags & VALUE_ESCAPED) != 0;
}

static void same_value(struct value v, const json_t *want);

static void same_array(struct value v, const json_t *want)
{
	struct slice rest = value_slice(v);
	struct value element;
	size_t count = 0;

	while (scan_next(&rest, NULL, &element))
		same_value(element, json_array_get(want, count++));
	must(count == json_array_size(want), "the length of an array");
}

/* The members of an object, by walking over it. */
static void same_object(struct value v, const json_t *want)
{
	struct slice rest = value_slice(v);
	struct value key, value;

	while (scan_next(&rest, &key, &value)) {
		struct buf name = BUF_INIT(MOST);

		scan_decode(value_slice(key), &name);
		const json_t *member =
			json_object_getn(want, buf_str(&name), name.len);
		struct value last = scan_member(v, buf_slice(&name));
		must(member != NULL, "a name that is walked over");
		must(last.data >= value.data, "scan_member()");
		if (last.data == value.data)
			same_value(value, member);
		buf_free(&name);
	}
}

static void same_value(struct value v, const json_t *want)
{
	bool same = false;

	switch ((enum value_type)v.type) {
	case VALUE_NONE:
		same = want == NULL;
		break;
	case VALUE_NULL:
		same = json_is_null(want);
		break;
	case VALUE_FALSE:
		same = json_is_false(want);
		break;
	case VALUE_TRUE:
		same = json_is_true(want);
		break;
	case VALUE_NUMBER:
		same = json_is_number(want);
		break;
	case VALUE_STRING:
		same = json_is_string(want);
		break;
	case VALUE_ARRAY:
		same = json_is_array(want);
		break;
	case VALUE_OBJECT:
		same = json_is_object(want);
		break;
	}
	must(same, "the type of a value");
	if (v.type == VALUE_NUMBER)
		same_number(value_slice(v), want);
	if (v.type == VALUE_STRING)
		same_text(value_slice(v), is_escaped(v),
			  json_string_value(want), json_string_length(want));
	if (v.type == VALUE_ARRAY)
		same_array(v, want);
	if (v.type == VALUE_OBJECT)
		same_object(v, want);
	// Not the outer ones of hundreds: that would take too long.
	if (v.type >= VALUE_ARRAY && v.len < 300)
		same_compact(v, want);
}

/* Does a later member of the same object have the name of member i? */
static bool comes_again(size_t i, size_t end, struct slice name)
{
	for (size_t j = scan.members[i].next; j < end; j = scan.members[j].next)
		if (scan_is(scan.members[j].key, scan.members[j].key_escaped,
			    name))
			return true;
	return false;
}

static size_t siblings(size_t first, size_t end)
{
	size_t count = 0;

	for (size_t i = first; i < end; i = scan.members[i].next)
		count++;
	return count;
}

/* The members from first to end are those of one object. */
static void same_members(size_t first, size_t end, uint32_t parent,
			 const json_t *want)
{
	struct buf name = BUF_INIT(MOST);
	bool repeats = siblings(first, end) > json_object_size(want);
	size_t distinct = 0;

	for (size_t i = first; i < end; i = scan.members[i].next) {
		const struct member *m = &scan.members[i];

		must(m->next > i && m->next <= end, "where a member ends");
		must(m->parent == parent, "the parent of a member");
		buf_clear(&name);
		scan_decode(m->key, &name);
		bool again = repeats && comes_again(i, end, buf_slice(&name));
		must(m->superseded == (again && m->slot != SCAN_NO_SLOT),
		     "what is superseded");
		if (again)
			continue;

		distinct++;
		const json_t *member =
			json_object_getn(want, buf_str(&name), name.len);
		must(member != NULL, "the name of a member");
		same_text(m->key, m->key_escaped, buf_str(&name), name.len);
		if (m->value.type != VALUE_OBJECT || parent == SCAN_ROOT)
			same_value(m->value, member);
		if (m->value.type >= VALUE_ARRAY && parent == SCAN_ROOT)
			same_compact(m->value, member);
		must(json_is_object(member) == (m->value.type == VALUE_OBJECT),
		     "what is an object");
		if (m->value.type == VALUE_OBJECT)
			same_members(i + 1, m->next, (uint32_t)i, member);
		else
			must(m->next == i + 1, "members of no object");
	}
	must(distinct == json_object_size(want), "the number of members");
	buf_free(&name);
}

/* Every path leads where it leads in jansson's object. */
static void same_slots(const json_t *root)
{
	for (size_t i = 0; i < PATHS; i++) {
		const json_t *want = root;

		for (size_t j = 0; j < 4 && path_names[i][j] != NULL; j++)
			want = json_object_get(want, path_names[i][j]);
		same_value(scan_value(&scan, slots[i]), want);
	}
}

/* How many arrays and objects of JSON text are within one another. */
static size_t depth_of(struct slice text)
{
	size_t depth = 0, most = 0;
	struct buf skeleton = BUF_INIT(MOST);

	put_skeleton(text, &skeleton);
	for (size_t i = 0; i < skeleton.len; i++) {
		if (strchr("[{", skeleton.data[i]) != NULL)
			depth++;
		if (strchr("]}", skeleton.data[i]) != NULL)
			depth--;
		most = depth > most ? depth : most;
	}
	buf_free(&skeleton);
	return most;
}

/* How many members an object has, with those of the objects in it. */
static size_t members_of(const json_t *object)
{
	size_t count = json_object_size(object);
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, key,
			    value) if (json_is_object(value)) count +=
		members_of(value);
	return count;
}

/* jansson takes it: so do we, and find the same; or it is no record. */
static void compare_accepted(struct slice text, const json_t *root)
{
	struct err e;

	if (scans(text, &e)) {
		must(json_is_object(root), "no object, but accepted");
		counts.accepted++;
		same_members(0, scan.count, SCAN_ROOT, root);
		same_slots(root);
	} else if (!json_is_object(root)) {
		must(strstr(e.text, ", not an object") != NULL,
		     "why it is no record");
		counts.no_object++;
	} else if (depth_of(text) > SCAN_DEPTH) {
		must(strcmp(e.text, "nested deeper than 512 levels") == 0,
		     "why it is too deep");
		counts.too_deep++;
	} else {
		char why[64];

		snprintf(why, sizeof(why), "more than %d members",
			 SCAN_MEMBERS);
		must(strcmp(e.text, why) == 0, e.text);
		must(members_of(root) > SCAN_MEMBERS, e.text);
		counts.too_many++;
	}
}

/* Replace the number that ends at end. */
static void replace_number(struct buf *b, size_t end)
{
	size_t at = end;
	bool begins = false;

	while (at > 0 && !begins &&
	       strchr("0123456789+-.eE", b->data[at - 1]) != NULL) {
		at--;
		// A minus that is not that of an exponent.
		begins = b->data[at] == '-' &&
			 (at == 0 || (b->data[at - 1] | 0x20) != 'e');
	}
	// A digit would become part of a number in front of it.
	must(end - at >= 4, "where a number is too large");
	memset(b->data + at, ' ', end - at);
	memcpy(b->data + at, "null", 4);
}

/* The code unit of the escape at p, of left bytes, or -1. */
static long unit_at(const char *p, size_t left)
{
	char digits[5] = { 0 };

	if (left < 6 || p[0] != '\\' || p[1] != 'u')
		return -1;
	memcpy(digits, p + 2, 4);
	if (strspn(digits, "0123456789abcdefABCDEF") != 4)
		return -1;
	return strtol(digits, NULL, 16);
}

/* Replace every escaped U+0000, or every surrogate that is alone. */
static void replace_escapes(struct buf *b, bool surrogates)
{
	for (size_t i = 0; i + 1 < b->len; i++) {
		const char *p = b->data + i;
		long unit = unit_at(p, b->len - i);

		if (*p != '\\')
			continue;
		i++; // nor is what is escaped a backslash
		if (unit >= 0xd800 && unit <= 0xdbff) {
			long low = unit_at(p + 6, b->len - (i - 1) - 6);

			if (low >= 0xdc00 && low <= 0xdfff) {
				i += 10;
				continue;
			}
		}
		if (surrogates && unit >= 0xd800 && unit <= 0xdfff)
			memcpy(b->data + i + 1, "fffd", 4);
		if (!surrogates && unit == 0)
			memcpy(b->data + i + 1, "0001", 4);
	}
}

static bool is_lone_surrogate(const json_error_t *error)
{
	static const char why[] = "invalid Unicode '";

	return strncmp(error->text, why, sizeof(why) - 1) == 0;
}

/*
 * Replace what only jansson refuses, and why it has just refused text; false
 * where that was something else.
 */
static bool replace(struct buf *text, const json_error_t *error)
{
	if (json_error_code(error) == json_error_numeric_overflow) {
		counts.numbers++;
		replace_number(text, (size_t)error->position);
	} else if (json_error_code(error) == json_error_null_byte_in_key) {
		counts.nuls++;
		replace_escapes(text, false);
	} else if (is_lone_surrogate(error)) {
		counts.surrogates++;
		replace_escapes(text, true);
	} else {
		return false;
	}
	return true;
}

/* Append all that the last scan found, as text. */
static void put_findings(struct buf *out)
{
	for (size_t i = 0; i < scan.count; i++) {
		const struct member *m = &scan.members[i];

		buf_printf(out, "\n%d ", m->value.type);
		scan_decode(m->key, out);
		buf_putc(out, ' ');
		if (m->value.type == VALUE_STRING)
			scan_decode(value_slice(m->value), out);
		else if (m->value.type >= VALUE_ARRAY)
			scan_compact(m->value, out);
		else
			buf_put_slice(out, value_slice(m->value));
	}
}

/* What was replaced makes no difference to us. */
static void same_after_replacing(struct slice before, struct slice after,
				 bool only_surrogates)
{
	struct buf found = BUF_INIT(MOST);
	struct buf now = BUF_INIT(MOST);
	struct err e;

	bool accepted = scans(before, &e);
	if (accepted)
		put_findings(&found);
	must(scans(after, &e) == accepted, "a replacement");
	if (accepted)
		put_findings(&now);
	if (only_surrogates)
		must(slice_is(buf_slice(&found), buf_slice(&now)),
		     "what lone surrogates are read as");
	buf_free(&now);
	buf_free(&found);
}

/* Replace the byte 0 behind a number or a word that text is refused for. */
static bool replace_zero(struct buf *text)
{
	struct slice copy = copy_of(buf_slice(text));
	struct err e;

	bool found = !scans(copy, &e) && e.column >= 2 &&
		     e.column <= copy.len && copy.data[e.column - 1] == '\0' &&
		     isalnum((unsigned char)copy.data[e.column - 2]) &&
		     strncmp(e.text, "expected a comma or ", 20) == 0;
	if (found)
		text->data[e.column - 1] = ' ';
	free_copy(copy);
	counts.zeros += found;
	return found;
}

/* What jansson makes of text once all that only one takes is replaced. */
static json_t *load_replaced(struct buf *text)
{
	struct slice before = copy_of(buf_slice(text));
	bool replaced = false, only_surrogates = true;
	json_error_t error;
	json_t *root;

	while ((root = load(buf_slice(text), &error)) == NULL &&
	       replace(text, &error)) {
		replaced = true;
		only_surrogates &= is_lone_surrogate(&error);
	}
	if (replaced) {
		struct slice after = copy_of(buf_slice(text));

		same_after_replacing(before, after, only_surrogates);
		free_copy(after);
	}
	while (root != NULL && replace_zero(text)) {
		json_decref(root);
		root = load(buf_slice(text), &error);
	}
	free_copy(before);
	return root;
}

static void compare(struct slice text)
{
	struct buf replaced = BUF_INIT(MOST);
	struct err e;

	buf_put_slice(&replaced, text);
	json_t *root = load_replaced(&replaced);
	struct slice copy = copy_of(buf_slice(&replaced));
	if (root != NULL) {
		compare_accepted(copy, root);
	} else {
		must(!scans(copy, &e), "accepted, but not by jansson");
		counts.refused++;
	}
	must(!scan.bad_utf8 || utf8_valid(copy) < copy.len,
	     "UTF-8 that is called bad");
	json_decref(root);
	free_copy(copy);
	buf_free(&replaced);
}

/* A document, and it once more where its UTF-8 needs to be repaired. */
static void compare_document(struct slice text)
{
	document = text;
	compare(text);
	if (!scan.bad_utf8)
		return;

	struct buf repaired = BUF_INIT(MOST);
	utf8_repair(text, &repaired);
	document = buf_slice(&repaired);
	compare(document);
	must(!scan.bad_utf8, "what is repaired");
	counts.repaired++;
	buf_free(&repaired);
}

static bool add_paths(void)
{
	paths = paths_new();
	if (paths == NULL)
		return false;
	for (size_t i = 0; i < PATHS; i++) {
		struct slice names[4];
		size_t count = 0;

		for (; count < 4 && path_names[i][count] != NULL; count++)
			names[count] = slice_of(path_names[i][count]);
		slots[i] = paths_add(paths, names, count);
		if (slots[i] == 0)
			return false;
	}
	return true;
}

#ifndef SCAN_COMPARE_NO_MAIN
int main(int argc, char *argv[])
{
	struct buf text = BUF_INIT(MOST);

	if (argc != 3 || !add_paths()) {
		fprintf(stderr, "usage: scan-compare COUNT SEED\n");
		return 2;
	}
	unsigned long long count = strtoull(argv[1], NULL, 10);
	unsigned long long seed = strtoull(argv[2], NULL, 10);

	for (unsigned long long i = 0; i < count; i++) {
		struct random r = { .state = seed + i };

		document_seed = seed + i;
		buf_clear(&text);
		random_next(&r); // neighbours have little in common then
		r.state = random_next(&r);
		random_document(&r, &text);
		if (buf_status(&text) != 0)
			abort();
		compare_document(buf_slice(&text));
	}
	printf("%llu documents: %zu accepted, %zu refused, no difference\n",
	       count, counts.accepted, counts.refused);
	printf("no object %zu, too deep %zu, too many members %zu\n",
	       counts.no_object, counts.too_deep, counts.too_many);
	printf("replaced: numbers %zu, U+0000 %zu, surrogates %zu, zeros %zu\n",
	       counts.numbers, counts.nuls, counts.surrogates, counts.zeros);
	printf("repaired: %zu\n", counts.repaired);
	printf("followed by their layout: %zu\n", counts.followed);
	scan_free(&scan);
	scan_free(&plain);
	paths_free(paths);
	buf_free(&text);
	return 0;
}
#endif
