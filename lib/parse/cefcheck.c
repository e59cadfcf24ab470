#include "parse/cefcheck.h"

#include "event/shape.h"
#include "format/cefkeys.h"
#include "format/date.h"
#include "format/format.h"
#include "format/line.h"
#include "format/registry.h"
#include "parse/checks.h"

#include <stdio.h>
#include <string.h>

enum {
	BOM,
	VERSION,
	HEADER_PIPES,
	HEADER_EMPTY,
	HEADER_SIZE,
	HEADER_ESCAPE,
	HEADER_NEWLINE,
	SEVERITY,
	TEXT,
	TAB,
	KEY,
	KEY_CASE,
	DUPLICATE_KEY,
	RESERVED_KEY,
	EQUALS,
	BACKSLASH,
	PIPE,
	SPACES,
	ADDRESS,
	PORT,
	INTEGER,
	NUMBER,
	MAC,
	TIME,
	SIZE,
	LABEL,
	VALUE,
	DUPLICATE_LABEL,
	CONTROL,
	UTF8,
	EMPTY_VALUE,
	VERSION_1,
	HEADER_PIPE,
	HEADER_END,
	HEADER_NAME,
};

#define HEADER "CEF 27, Header Information"
#define ENCODING "CEF 27, Character Encoding"
#define DICTIONARY "CEF 27, Extension Dictionary"
#define CUSTOM "CEF 27, Custom Extensions"
#define DATES "CEF 27, Date Formats"

const struct rule cef_rules[] = {
	[BOM] = { "cef-bom", ENCODING, "CEF: is not behind a byte order mark" },
	[VERSION] = { "cef-version", HEADER, "the version is 0 or 1" },
	[HEADER_PIPES] = { "cef-header-pipes", HEADER,
			   "there are seven fields, and a pipe behind each" },
	[HEADER_EMPTY] = { "cef-header-empty", HEADER,
			   "vendor, product, device version and severity are "
			   "not empty" },
	[HEADER_SIZE] = { "cef-header-size", HEADER,
			  "vendor and product have at most 63 bytes, the "
			  "device version 31, the class id 1023, the name "
			  "512" },
	[HEADER_ESCAPE] = { "cef-header-escape", ENCODING,
			    "in the header a backslash stands before a pipe or "
			    "another backslash only" },
	[HEADER_NEWLINE] = { "cef-header-newline", ENCODING,
			     "the header has no newlines" },
	[SEVERITY] = { "cef-severity", HEADER,
		       "the severity is 0 to 10, or Unknown, Low, Medium, High "
		       "or Very-High" },
	[TEXT] = { "cef-text", "CEF 27, Extension",
		   "the extension is pairs of key=value" },
	[TAB] = { "cef-tab", "CEF 27, Extension",
		  "one space divides the pairs" },
	[KEY] = { "cef-key", "CEF 27, Extension",
		  "a key is one word of letters, digits and underscores" },
	[KEY_CASE] = { "cef-key-case", "Filebeat",
		       "no key is one of the dictionary but for its capitals",
		       true },
	[DUPLICATE_KEY] = { "cef-duplicate-key", "CEF 27, Extension",
			    "a key is there once" },
	[RESERVED_KEY] = { "cef-reserved-key", DICTIONARY,
			   "keys of receivers are left to them" },
	[EQUALS] = { "cef-unescaped-equals", ENCODING,
		     "an equals sign in a value has a backslash before it" },
	[BACKSLASH] = { "cef-lone-backslash", ENCODING,
			"in a value a backslash stands before a backslash, an "
			"equals sign, n or r only" },
	[PIPE] = { "cef-escaped-pipe", ENCODING,
		   "a pipe in a value has no backslash before it" },
	[SPACES] = { "cef-spaces", "CEF 27, Extension",
		     "a value neither begins nor ends with spaces" },
	[ADDRESS] = { "cef-address", DICTIONARY,
		      "an address is one, of the version that the key is for" },
	[PORT] = { "cef-port", DICTIONARY, "a port is 0 to 65535" },
	[INTEGER] = { "cef-integer", DICTIONARY,
		      "an integer is decimal digits, and fits 32 bits, or 64 "
		      "for a Long" },
	[NUMBER] = { "cef-number", DICTIONARY,
		     "a floating point number is one" },
	[MAC] = { "cef-mac", DICTIONARY,
		  "a MAC address is six octets divided by colons" },
	[TIME] = { "cef-time", DATES,
		   "a time is milliseconds since 1970, or as MMM dd yyyy "
		   "HH:mm:ss.SSS zzz" },
	[SIZE] = { "cef-value-size", DICTIONARY,
		   "a value has at most the bytes that the dictionary says" },
	[LABEL] = { "cef-label-without-value", CUSTOM,
		    "where there is a label, there is what it is the label "
		    "of" },
	[VALUE] = { "cef-value-without-label", CUSTOM,
		    "a custom field has a label" },
	[DUPLICATE_LABEL] = { "cef-duplicate-label", CUSTOM,
			      "no two custom fields have the same label" },
	[CONTROL] = { "cef-control", ENCODING,
		      "there are no control characters but TAB" },
	[UTF8] = { "cef-utf8", ENCODING, "all of it is UTF-8" },
	[EMPTY_VALUE] = { "cef-empty-value", "Filebeat, SC4S",
			  "a key without a value is left out", true },
	[VERSION_1] = { "cef-version-1", "QRadar, SC4S, LogScale",
			"the version is 0, which all receivers take", true },
	[HEADER_PIPE] = { "cef-header-pipe", "SC4S",
			  "the header has no pipes, escaped or not", true },
	[HEADER_END] = { "cef-header-end", "Graylog",
			 "no field of the header ends with a backslash", true },
	[HEADER_NAME] = { "cef-header-name", HEADER,
			  "event class id and name are not empty", true },
	{ .name = NULL },
};

/* The fields of the header: what people call them, and their most bytes. */
static const struct {
	const char *name;
	size_t max;
} header[] = {
	[CEF_VERSION] = { "version", 0 },
	[CEF_VENDOR] = { "vendor", 63 },
	[CEF_PRODUCT] = { "product", 63 },
	[CEF_PRODUCT_VERSION] = { "device version", 31 },
	[CEF_CLASS] = { "event class id", 1023 },
	[CEF_NAME] = { "name", 512 },
	[CEF_SEVERITY] = { "severity", 0 },
};

/* A part of an event that is checked. */
struct check {
	struct reading *r;
	const struct cefline *line;
	const struct field_rule *(*find_rule)(struct slice key);
};

/* An empty part of the record, where something is missing. */
static struct slice behind(struct slice text)
{
	return slice_from(text, text.len);
}

static bool is_one_of(struct slice text, const char *const *words)
{
	for (; *words != NULL; words++)
		if (slice_is(text, slice_of(*words)))
			return true;
	return false;
}

/* A byte order mark before the text is behind what the text was taken from. */
static void check_bom(const struct check *c)
{
	const char *start = c->line->fields[CEF_VERSION].data - strlen("CEF:");
	size_t before = (size_t)(start - c->r->record.data);
	struct slice bom = { start - 3, 3 };

	if (before >= bom.len && slice_is(bom, SLICE("\xef\xbb\xbf")))
		parse_depart(c->r, &cef_rules[BOM], bom,
			     "a byte order mark (EF BB BF) stands before CEF:, "
			     "which many receivers then do not find");
}

static void check_version(const struct check *c)
{
	struct slice version = c->line->fields[CEF_VERSION];

	if (slice_is(version, SLICE("1")))
		parse_depart(c->r, &cef_rules[VERSION_1], version,
			     "QRadar, SC4S and LogScale take only CEF:0");
	else if (!slice_is(version, SLICE("0")))
		parse_depart(c->r, &cef_rules[VERSION], version,
			     "the version behind CEF: has to be 0 or 1, "
			     "followed by a pipe");
}

static void check_severity(const struct check *c)
{
	static const char *const words[] = { "Unknown", "Low",       "Medium",
					     "High",    "Very-High", NULL };
	struct slice severity = c->line->fields[CEF_SEVERITY];
	bool is_number = checks_is_digits(severity);

	if (severity.len == 0 || is_one_of(severity, words) ||
	    (severity.len == 1 && is_number) || slice_is(severity, SLICE("10")))
		return;
	bool has_zeros = is_number && severity.data[0] == '0';
	parse_depart(c->r, &cef_rules[SEVERITY], severity,
		     "the severity has to be 0 to 10, or Unknown, Low, Medium, "
		     "High or Very-High%s",
		     has_zeros                ? ", without leading zeros"
		     : c->line->loose.len > 0 ? "; has a field before it a "
						"pipe that is not escaped?"
					      : "");
}

/* Backslashes in a field of the header: the first that stands for nothing. */
static void check_escapes(const struct check *c, struct slice field,
			  const char *name)
{
	for (size_t i = 0; i + 1 < field.len; i++) {
		struct slice pair = { field.data + i, 2 };
		char next = field.data[i + 1];

		if (field.data[i] != '\\')
			continue;
		i++;
		if (next == '|')
			parse_depart(c->r, &cef_rules[HEADER_PIPE], pair,
				     "a pipe in the %s, even escaped, moves "
				     "all fields behind it in SC4S",
				     name);
		else if (next == 'n' || next == 'r')
			parse_depart(c->r, &cef_rules[HEADER_NEWLINE], pair,
				     "the %s cannot hold a newline, which only "
				     "values of the extension can (a backslash "
				     "itself has to be written \"\\\\\")",
				     name);
		else if (next != '\\')
			parse_depart(c->r, &cef_rules[HEADER_ESCAPE], pair,
				     "%s in the %s",
				     next == '='
					     ? "\"=\" is not escaped"
					     : "a backslash has to be written "
					       "\"\\\\\"",
				     name);
	}
}

static void check_field(const struct check *c, size_t place)
{
	struct slice field = c->line->fields[place];
	const char *name = header[place].name;
	struct buf *decoded = &c->r->scratch;

	if (field.len == 0) {
		bool may_be = place == CEF_CLASS || place == CEF_NAME;

		parse_depart(c->r,
			     &cef_rules[may_be ? HEADER_NAME : HEADER_EMPTY],
			     field, "the %s is empty", name);
		return;
	}
	check_escapes(c, field, name);
	if (field.data[field.len - 1] == '\\')
		parse_depart(c->r, &cef_rules[HEADER_END],
			     slice_from(field, field.len - 1),
			     "the %s ends with a backslash: Graylog then takes "
			     "the next field for a part of it",
			     name);
	buf_clear(decoded);
	cefline_decode_field(field, decoded);
	size_t len = checks_length(buf_slice(decoded), "");
	if (header[place].max != 0 && len > header[place].max)
		parse_depart(c->r, &cef_rules[HEADER_SIZE], field,
			     "the %s has %zu bytes, and at most %zu are "
			     "allowed",
			     name, len, header[place].max);
}

static void check_header(const struct check *c)
{
	check_bom(c);
	check_version(c);
	for (size_t i = CEF_VENDOR; i < CEF_FIELDS; i++)
		check_field(c, i);
	check_severity(c);
	if (!c->line->closed)
		parse_depart(c->r, &cef_rules[HEADER_PIPES],
			     behind(c->line->fields[CEF_SEVERITY]),
			     "the pipe behind the severity is missing: it has "
			     "to be there even where no extension follows");
}

/* The key of the dictionary that is this one but for capitals, or NULL. */
static const char *other_case(struct slice key)
{
#define KEY_NAME(key, type, max, column, kind) key,
#define NO_NAME(...)
	static const char *const keys[] = { CEF_KEYS(KEY_NAME, NO_NAME, NO_NAME)
						    NULL };

	for (const char *const *k = keys; *k != NULL; k++)
		if (((**k ^ key.data[0]) & ~0x20) == 0 &&
		    strlen(*k) == key.len &&
		    strncasecmp(*k, key.data, key.len) == 0)
			return *k;
	return NULL;
}

static void check_key(const struct check *c, const struct pair *p,
		      const struct field_rule *rule)
{
	int len = checks_shown(p->key);

	for (size_t i = 0; i < p->key.len; i++) {
		if (memchr(".,[]", p->key.data[i], 4) == NULL)
			continue;
		parse_depart(c->r, &cef_rules[KEY], p->key,
			     "a key has only letters, digits and underscores");
		break;
	}
	if (p->again)
		parse_depart(c->r, &cef_rules[DUPLICATE_KEY], p->key,
			     "%.*s is there more than once: receivers keep "
			     "only one of the values",
			     len, p->key.data);
	if (rule != NULL && rule->type == FIELD_RESERVED)
		parse_depart(c->r, &cef_rules[RESERVED_KEY], p->key,
			     "%.*s is set by the receiver (ArcSight), and "
			     "never sent",
			     len, p->key.data);
	const char *right = rule == NULL ? other_case(p->key) : NULL;
	if (right != NULL)
		parse_depart(c->r, &cef_rules[KEY_CASE], p->key,
			     "%.*s is not %s, but some receivers take it for "
			     "that",
			     len, p->key.data, right);
}

/* What is wrong in a value, and where, if there is more of it, the first is. */
struct finding {
	struct slice first;
	size_t count;
	char more[32]; // " (3 of them)"
};

static void find(struct finding *f, struct slice bytes)
{
	if (f->count++ == 0)
		f->first = bytes;
	else
		snprintf(f->more, sizeof(f->more), " (%zu of them)", f->count);
}

static bool is_of_word(char c)
{
	return map_is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

/* An equals sign at i, with what makes it look like a pair. */
static struct slice around(struct slice value, size_t i)
{
	enum { EACH_SIDE = 24 };
	size_t start = i;
	size_t end = i + 1;

	while (start > 0 && i - start < EACH_SIDE &&
	       is_of_word(value.data[start - 1]))
		start--;
	while (end < value.len && end - i < EACH_SIDE && value.data[end] != ' ')
		end++;
	return (struct slice){ value.data + start, end - start };
}

static void check_characters(const struct check *c, const struct pair *p)
{
	struct finding equals = { 0 };
	struct finding pipes = { 0 };
	struct finding backslashes = { 0 };
	struct slice value = p->value;
	int len = checks_shown(p->key);

	for (size_t i = 0; i < value.len; i++) {
		if (value.data[i] == '=')
			find(&equals, around(value, i));
		if (value.data[i] != '\\')
			continue;
		size_t n = i + 1 < value.len ? 2 : 1;
		struct slice escape = { value.data + i, n };
		if (n == 2 && value.data[i + 1] == '|')
			find(&pipes, escape);
		else if (n == 1 ||
			 memchr("\\=nr", value.data[i + 1], 4) == NULL)
			find(&backslashes, escape);
		i++;
	}
	if (equals.count > 0)
		parse_depart(c->r, &cef_rules[EQUALS], equals.first,
			     "\"=\" in the value of %.*s has to be written "
			     "\"\\=\"%s, or what stands before it can become a "
			     "field of its own",
			     len, p->key.data, equals.more);
	if (backslashes.count > 0)
		parse_depart(c->r, &cef_rules[BACKSLASH], backslashes.first,
			     "a backslash in the value of %.*s has to be "
			     "written \"\\\\\"%s",
			     len, p->key.data, backslashes.more);
	if (pipes.count > 0)
		parse_depart(c->r, &cef_rules[PIPE], pipes.first,
			     "a pipe in the value of %.*s must not be "
			     "escaped%s: Filebeat drops such a value",
			     len, p->key.data, pipes.more);
}

static void check_spaces(const struct check *c, const struct pair *p)
{
	struct slice value = p->value;
	int len = checks_shown(p->key);

	if (p->key.data > c->r->record.data && p->key.data[-1] == '\t')
		parse_depart(c->r, &cef_rules[TAB],
			     (struct slice){ p->key.data - 1, 1 },
			     "a TAB stands before %.*s, which receivers take "
			     "for a part of the value before it: one space "
			     "divides the pairs",
			     len, p->key.data);
	if (value.len > 0 &&
	    (value.data[0] == ' ' || value.data[value.len - 1] == ' '))
		parse_depart(c->r, &cef_rules[SPACES], value,
			     "the value of %.*s begins or ends with a space, "
			     "which receivers keep or not",
			     len, p->key.data);
}

/* Why digits are no time as CEF has it; NULL where they are. */
static const char *misfit_of_digits(struct slice text)
{
	// Of these, 2005 to 2100, nobody means the first weeks of 1970, or a
	// year of five digits.
	static const struct slice from = SLICE("1104537600");
	static const struct slice to = SLICE("4102444800");

	if (text.len >= from.len &&
	    memcmp(text.data, from.data, from.len) >= 0 &&
	    memcmp(text.data, to.data, to.len) < 0) {
		switch (text.len) {
		case 10:
			return "is in seconds, and has to be in milliseconds: "
			       "this is read as January 1970";
		case 16:
			return "is in microseconds, and has to be in "
			       "milliseconds";
		case 19:
			return "is in nanoseconds, and has to be in "
			       "milliseconds";
		default:
			break;
		}
	}
	return checks_misfit(FIELD_INT64, text);
}

/* Why a text is no time as CEF has it; NULL where it is. */
static const char *misfit_of_time(struct slice text)
{
	struct slice digits = text;
	struct slice rest = text;
	struct timestamp t;
	struct date d;

	slice_take(&digits, SLICE("-"));
	if (checks_is_digits(digits))
		return misfit_of_digits(text);
	if (timestamp_parse(text, &t))
		return "is an ISO 8601 date, which CEF does not know: write "
		       "milliseconds since 1970";
	if (!date_take(&rest, &d))
		return "has to be milliseconds since 1970, or as Jan 02 2006 "
		       "15:04:05";
	if (text.len < 7 ||
	    !checks_is_digits((struct slice){ text.data + 4, 2 }))
		return "has to have a day of two digits, as in Jan 02";
	if (!date_time(&d, &t))
		return "is no day, hour, minute or second that there is";
	// What is left is a zone, a word that time zones go by.
	if (rest.len > 0 &&
	    (!slice_take(&rest, SLICE(" ")) || !slice_is_word(rest)))
		return "has to end behind its time zone";
	return NULL;
}

static int rule_of_type(enum field_type type)
{
	switch (type) {
	case FIELD_INT32:
	case FIELD_INT64:
	case FIELD_LEVEL:
		return INTEGER;
	case FIELD_DOUBLE:
		return NUMBER;
	case FIELD_PORT:
		return PORT;
	case FIELD_TIME_MS:
		return TIME;
	case FIELD_MAC:
		return MAC;
	case FIELD_IPV4:
	case FIELD_IPV6:
	case FIELD_IP:
	case FIELD_TEXT:
	case FIELD_BOOL:
	case FIELD_LIST:
	case FIELD_JSON:
	case FIELD_RESERVED:
		return ADDRESS;
	}
	return ADDRESS;
}

/* Where an address of the other version, or a name, would have its place. */
static const char *misfit_of_address(enum field_type type, struct slice key,
				     struct slice text)
{
	const char *why = checks_misfit(type, text);

	if (why == NULL || type != FIELD_IPV4)
		return why;
	bool is_name = false;

	for (size_t i = 0; i < text.len; i++)
		is_name |= map_is_letter(text.data[i]);
	if (field_fits(FIELD_IPV6, text))
		return "takes IPv4 only: an IPv6 address goes to c6a2 "
		       "(source), "
		       "c6a3 (destination) or c6a1 (device)";
	if (!is_name)
		return why;
	if (slice_is(key, SLICE("src")))
		return "takes an IPv4 address only: a name goes to shost";
	if (slice_is(key, SLICE("dst")))
		return "takes an IPv4 address only: a name goes to dhost";
	if (slice_is(key, SLICE("dvc")))
		return "takes an IPv4 address only: a name goes to dvchost";
	return why;
}

/* Of spaces something is said elsewhere; a line feed belongs to the value. */
static struct slice trim_spaces(struct slice s)
{
	while (slice_take(&s, SLICE(" ")))
		;
	while (s.len > 0 && s.data[s.len - 1] == ' ')
		s.len--;
	return s;
}

static void check_type(const struct check *c, const struct pair *p,
		       const struct field_rule *rule)
{
	struct buf *decoded = &c->r->scratch;
	int place = rule_of_type(rule->type);
	const char *why;

	buf_clear(decoded);
	cefline_decode_value(p->value, decoded);
	struct slice text = trim_spaces(buf_slice(decoded));
	size_t len = checks_length(text, "");
	if (rule->max != 0 && len > rule->max)
		parse_depart(c->r, &cef_rules[SIZE], p->value,
			     "%s has %zu bytes, and at most %u are allowed",
			     rule->key, len, (unsigned)rule->max);
	if (place == TIME)
		why = misfit_of_time(text);
	else if (place == ADDRESS)
		why = misfit_of_address(rule->type, p->key, text);
	else
		why = checks_misfit(rule->type, text);
	if (why != NULL)
		parse_depart(c->r, &cef_rules[place], p->value, "%s %s",
			     rule->key, why);
}

/*
 * Custom fields come in twos, cs1 and cs1Label. Of either, where the other one
 * belongs, there is a rule for both.
 */
static void check_label(const struct check *c, const struct pair *p)
{
	static const struct slice suffix = SLICE("Label");
	char other[64];
	size_t len = p->key.len;

	if (len + suffix.len > sizeof(other) || p->again)
		return;
	memcpy(other, p->key.data, len);
	if (len > suffix.len &&
	    slice_is(slice_from(p->key, len - suffix.len), suffix)) {
		struct slice value = { other, len - suffix.len };

		if (c->find_rule(value) != NULL &&
		    pairs_find(&c->r->pairs, value) == NULL)
			parse_depart(c->r, &cef_rules[LABEL], p->key,
				     "this is the label of %.*s, which is not "
				     "there",
				     (int)value.len, value.data);
		return;
	}
	memcpy(other + len, suffix.data, suffix.len);
	struct slice label = { other, len + suffix.len };
	if (c->find_rule(label) != NULL &&
	    pairs_find(&c->r->pairs, label) == NULL)
		parse_depart(c->r, &cef_rules[VALUE], p->key,
			     "%.*s means nothing without %.*s, which says "
			     "what it is",
			     (int)len, other, (int)label.len, other);
}

/* What CEF 1.2 has beyond the dictionary; to CEF:0 these are custom keys. */
static const struct field_rule *find_rule_of_1(struct slice key)
{
	static const struct field_rule keys[] = {
		{ "customerKey", FIELD_INT64, 0 },
		{ "dTranslatedZoneKey", FIELD_INT64, 0 },
		{ "dZoneKey", FIELD_INT64, 0 },
		{ "deviceTranslatedZoneKey", FIELD_INT64, 0 },
		{ "deviceZoneKey", FIELD_INT64, 0 },
		{ "frameworkName", FIELD_TEXT, 256 },
		{ "reportedDuration", FIELD_INT64, 0 },
		{ "reportedResourceGroupName", FIELD_TEXT, 128 },
		{ "reportedResourceID", FIELD_TEXT, 256 },
		{ "reportedResourceName", FIELD_TEXT, 64 },
		{ "reportedResourceType", FIELD_TEXT, 64 },
		{ "sTranslatedZoneKey", FIELD_INT64, 0 },
		{ "sZoneKey", FIELD_INT64, 0 },
		{ "threatActor", FIELD_TEXT, 40 },
		{ "threatAttackID", FIELD_TEXT, 32 },
	};

	return line_find_rule(keys, sizeof(keys) / sizeof(keys[0]), key);
}

static void check_pair(const struct check *c, const struct pair *p)
{
	const struct field_rule *rule = c->find_rule(p->key);

	if (rule == NULL && slice_is(c->line->fields[CEF_VERSION], SLICE("1")))
		rule = find_rule_of_1(p->key);

	check_key(c, p, rule);
	check_spaces(c, p);
	if (p->value.len == 0) {
		parse_depart(c->r, &cef_rules[EMPTY_VALUE], p->key,
			     "%.*s has no value: some receivers leave it out, "
			     "others fail",
			     checks_shown(p->key), p->key.data);
		return;
	}
	check_characters(c, p);
	if (rule == NULL)
		return;
	check_type(c, p, rule);
	check_label(c, p);
}

/* Labels are looked at when all pairs have been: their list is made anew. */
static void check_labels(const struct check *c)
{
	struct pairs *pairs = &c->r->pairs;
	size_t count = 0;

	for (size_t i = 0; i < pairs->count; i++) {
		struct pair p = pairs->items[i];

		if (p.again || c->find_rule(p.key) == NULL || p.key.len < 8 ||
		    !slice_is(slice_from(p.key, p.key.len - 5), SLICE("Label")))
			continue;
		pairs->items[count++] =
			(struct pair){ .key = p.value, .value = p.key };
	}
	pairs->count = count;
	if (!pairs_link(pairs))
		return;
	for (size_t i = 0; i < count; i++)
		if (pairs->items[i].again && pairs->items[i].key.len > 0)
			parse_depart(c->r, &cef_rules[DUPLICATE_LABEL],
				     pairs->items[i].key,
				     "%.*s says the same as the label of "
				     "another field: nobody can tell the two "
				     "apart",
				     checks_shown(pairs->items[i].value),
				     pairs->items[i].value.data);
}

static void check_extension(const struct check *c)
{
	const struct cefline *line = c->line;
	struct slice end = behind(line->extension);

	if (line->loose.len > 0)
		parse_depart(c->r, &cef_rules[TEXT], line->loose,
			     "text stands before the first key=value (a key is "
			     "one word of letters, digits and underscores), "
			     "and is lost");
	for (size_t i = 0; i < c->r->pairs.count; i++)
		check_pair(c, &c->r->pairs.items[i]);
	if (line->spaces > 0)
		parse_depart(c->r, &cef_rules[SPACES],
			     (struct slice){ end.data, line->spaces },
			     "spaces at the end of the record are lost");
	check_labels(c);
}

void cefcheck_event(struct reading *r, const struct cefline *line)
{
	struct check c = {
		.r = r,
		.line = line,
		.find_rule = format_find("cef")->shape("")->find_rule,
	};
	const char *start = line->fields[CEF_VERSION].data;
	struct slice all = { start,
			     (size_t)(r->record.data + r->record.len - start) };

	check_header(&c);
	check_extension(&c);
	checks_control(r, &cef_rules[CONTROL], all, "\t");
	checks_utf8(r, &cef_rules[UTF8], all);
}

int cefcheck_refuse(struct reading *r, const struct cefline *line,
		    struct err *e)
{
	return parse_refuse(r, &cef_rules[HEADER_PIPES],
			    behind(line->fields[line->count - 1]), e,
			    "the header has %zu of its 7 fields "
			    "(CEF:version|vendor|product|device version|event "
			    "class id|name|severity|, a pipe behind each)",
			    line->count);
}
