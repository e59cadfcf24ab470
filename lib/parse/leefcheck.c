#include "parse/leefcheck.h"

#include "event/shape.h"
#include "format/registry.h"
#include "parse/checks.h"

#include <string.h>

enum {
	BOM,
	VERSION,
	HEADER_PIPES,
	HEADER_EMPTY,
	EVENT_ID,
	DELIMITER,
	ATTRIBUTE,
	KEY,
	KEY_CASE,
	DUPLICATE_KEY,
	SEVERITY,
	ADDRESS,
	PORT,
	INTEGER,
	MAC,
	BOOLEAN,
	TIME,
	TIME_FORMAT,
	IDENTITY,
	SIZE,
	CONTROL,
	UTF8,
	PIPE,
	EMPTY,
	ESCAPED_TAB,
	TAB,
	NO_ID,
};

#define HEADER "IBM LEEF guide, event components"
#define ATTRIBUTES "IBM LEEF guide, predefined attributes"
#define CUSTOM "IBM LEEF guide, custom event keys"
#define PRACTICES "IBM LEEF guide, best practices"
#define DATES "IBM LEEF guide, custom event date format"

const struct rule leef_rules[] = {
	[BOM] = { "leef-bom", HEADER, "LEEF: is not behind a byte order mark" },
	[VERSION] = { "leef-version", HEADER, "the version is 1.0 or 2.0" },
	[HEADER_PIPES] = { "leef-header-pipes", HEADER,
			   "there are five fields, and a pipe behind each" },
	[HEADER_EMPTY] = { "leef-header-empty", HEADER,
			   "vendor, product and product version are not "
			   "empty" },
	[EVENT_ID] = { "leef-event-id", HEADER,
		       "the event id has at most 255 bytes" },
	[DELIMITER] = { "leef-delimiter", HEADER,
			"the delimiter of LEEF 2.0 is one character, or x and "
			"two hexadecimal digits" },
	[ATTRIBUTE] = { "leef-attribute", HEADER, "an attribute is key=value" },
	[KEY] = { "leef-key", CUSTOM,
		  "a key is one word of letters and digits" },
	[KEY_CASE] = { "leef-key-case", ATTRIBUTES,
		       "no key is one of the guide but for its capitals",
		       true },
	[DUPLICATE_KEY] = { "leef-duplicate-key", HEADER,
			    "a key is there once" },
	[SEVERITY] = { "leef-severity", ATTRIBUTES, "sev is 1 to 10" },
	[ADDRESS] = { "leef-address", ATTRIBUTES, "an IP address is one" },
	[PORT] = { "leef-port", ATTRIBUTES, "a port is 0 to 65535" },
	[INTEGER] = { "leef-integer", ATTRIBUTES,
		      "an integer is decimal digits" },
	[MAC] = { "leef-mac", ATTRIBUTES,
		  "a MAC address is six octets divided by colons" },
	[BOOLEAN] = { "leef-boolean", ATTRIBUTES,
		      "isLoginEvent and isLogoutEvent are true or false" },
	[TIME] = { "leef-time", DATES,
		   "devTime is since 1970, or devTimeFormat says how it is "
		   "written" },
	[TIME_FORMAT] = { "leef-time-format", DATES,
			  "devTimeFormat comes with devTime" },
	[IDENTITY] = { "leef-identity", ATTRIBUTES,
		       "identHostName, identNetBios and identGrpName come with "
		       "identSrc" },
	[SIZE] = { "leef-value-size", ATTRIBUTES,
		   "a value has at most the bytes that the guide says" },
	[CONTROL] = { "leef-control", PRACTICES,
		      "there are no control characters but the delimiter" },
	[UTF8] = { "leef-utf8", HEADER, "all of it is UTF-8" },
	[PIPE] = { "leef-pipe", "SC4S", "no value has a pipe", true },
	[EMPTY] = { "leef-empty", "Tenzir",
		    "no attribute is empty, and none lacks a value", true },
	[ESCAPED_TAB] = { "leef-escaped-tab", "rsyslog",
			  "no relay has replaced the TABs", true },
	[TAB] = { "leef-one-attribute", HEADER,
		  "attributes are divided by the delimiter, not by spaces",
		  true },
	[NO_ID] = { "leef-no-event-id", HEADER,
		    "the event id, by which QRadar tells what happened, is "
		    "not empty",
		    true },
	{ .name = NULL },
};

static const char *const header[] = {
	[LEEF_VERSION] = "version",
	[LEEF_VENDOR] = "vendor",
	[LEEF_PRODUCT] = "product",
	[LEEF_PRODUCT_VERSION] = "product version",
	[LEEF_EVENT_ID] = "event id",
};

/* A part of an event that is checked. */
struct check {
	struct reading *r;
	const struct leefline *line;
	const struct field_rule *(*find_rule)(struct slice key);
};

/* An attribute, of which there may be others with the same key. */
struct attribute {
	struct slice key, value;
	bool again;
};

static struct slice behind(struct slice text)
{
	return slice_from(text, text.len);
}

static bool has(const struct check *c, const char *key)
{
	return pairs_find(&c->r->pairs, slice_of(key)) != NULL;
}

static void check_bom(const struct check *c)
{
	const char *start =
		c->line->fields[LEEF_VERSION].data - strlen("LEEF:");
	size_t before = (size_t)(start - c->r->record.data);
	struct slice bom = { start - 3, 3 };

	if (before >= bom.len && slice_is(bom, SLICE("\xef\xbb\xbf")))
		parse_depart(
			c->r, &leef_rules[BOM], bom,
			"a byte order mark (EF BB BF) stands before LEEF:, "
			"which receivers then do not find");
}

static void check_delimiter(const struct check *c)
{
	switch (c->line->said) {
	case LEEF_DELIMITER_GIVEN:
	case LEEF_DELIMITER_LEFT_OUT:
		break;
	case LEEF_DELIMITER_WIDE:
		parse_depart(c->r, &leef_rules[DELIMITER], c->line->spec,
			     "the delimiter has to be written with two "
			     "hexadecimal digits, as x5E: receivers do not "
			     "agree on what others mean");
		break;
	case LEEF_DELIMITER_WRONG:
		parse_depart(c->r, &leef_rules[DELIMITER], c->line->spec,
			     "the delimiter has to be one character but \"=\", "
			     "or its number as x5E; TAB is assumed");
		break;
	}
}

static void check_header(const struct check *c)
{
	const struct slice *fields = c->line->fields;

	check_bom(c);
	if (!slice_is(fields[LEEF_VERSION], SLICE("1.0")) &&
	    !slice_is(fields[LEEF_VERSION], SLICE("2.0")))
		parse_depart(c->r, &leef_rules[VERSION], fields[LEEF_VERSION],
			     "the version behind LEEF: has to be 1.0 or 2.0, "
			     "followed by a pipe");
	for (size_t i = LEEF_VENDOR; i < LEEF_FIELDS; i++)
		if (fields[i].len == 0)
			parse_depart(
				c->r,
				&leef_rules[i == LEEF_EVENT_ID ? NO_ID
							       : HEADER_EMPTY],
				fields[i], "the %s is empty", header[i]);
	size_t len = checks_length(fields[LEEF_EVENT_ID], "");
	if (len > 255)
		parse_depart(c->r, &leef_rules[EVENT_ID], fields[LEEF_EVENT_ID],
			     "the event id has %zu bytes, and at most 255 are "
			     "allowed",
			     len);
	if (!c->line->closed)
		parse_depart(c->r, &leef_rules[HEADER_PIPES],
			     behind(fields[LEEF_EVENT_ID]),
			     "the pipe behind the event id is missing: it has "
			     "to be there even where no attribute follows");
	check_delimiter(c);
}

/* Predefined keys that people write with other capitals than IBM. */
static const char *other_case(const struct check *c, struct slice key)
{
	static const char *const keys[] = {
		"accountName",   "cat",           "devTime",
		"devTimeFormat", "domain",        "dst",
		"dstBytes",      "dstMAC",        "dstPackets",
		"dstPort",       "dstPostNAT",    "dstPostNATPort",
		"dstPreNAT",     "dstPreNATPort", "groupID",
		"identHostName", "identSrc",      "policy",
		"proto",         "realm",         "resource",
		"role",          "sev",           "src",
		"srcBytes",      "srcMAC",        "srcPackets",
		"srcPort",       "srcPostNAT",    "srcPostNATPort",
		"srcPreNAT",     "srcPreNATPort", "totalPackets",
		"url",           "usrName",       "vSrc",
		"vSrcName",
	};

	if (c->find_rule(key) != NULL)
		return NULL;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strlen(keys[i]) == key.len &&
		    strncasecmp(keys[i], key.data, key.len) == 0)
			return keys[i];
	return NULL;
}

static bool is_alphanumeric(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!map_is_letter(s.data[i]) &&
		    (s.data[i] < '0' || s.data[i] > '9'))
			return false;
	return s.len > 0;
}

static void check_key(const struct check *c, const struct attribute *a)
{
	const char *right = other_case(c, a->key);
	int len = checks_shown(a->key);

	if (!is_alphanumeric(a->key))
		parse_depart(c->r, &leef_rules[KEY], a->key,
			     "a key has to be one word of letters and digits");
	if (right != NULL)
		parse_depart(c->r, &leef_rules[KEY_CASE], a->key,
			     "%.*s is not %s, which is what QRadar reads", len,
			     a->key.data, right);
	if (a->again)
		parse_depart(c->r, &leef_rules[DUPLICATE_KEY], a->key,
			     "%.*s is there more than once: QRadar may ignore "
			     "the second value",
			     len, a->key.data);
}

static int rule_of_type(enum field_type type)
{
	switch (type) {
	case FIELD_INT32:
	case FIELD_INT64:
	case FIELD_DOUBLE:
	case FIELD_LEVEL:
		return INTEGER;
	case FIELD_PORT:
		return PORT;
	case FIELD_MAC:
		return MAC;
	case FIELD_BOOL:
		return BOOLEAN;
	default:
		return ADDRESS;
	}
}

static void check_severity(const struct check *c, struct slice value)
{
	if ((value.len == 1 && value.data[0] >= '1' && value.data[0] <= '9') ||
	    slice_is(value, SLICE("10")))
		return;
	parse_depart(c->r, &leef_rules[SEVERITY], value,
		     "sev has to be 1 (lowest) to 10");
}

static void check_time(const struct check *c, struct slice value)
{
	struct slice digits = value;

	slice_take(&digits, SLICE("-"));
	if (!checks_is_digits(digits) && !has(c, "devTimeFormat"))
		parse_depart(c->r, &leef_rules[TIME], value,
			     "devTime has to be milliseconds since 1970, or "
			     "devTimeFormat has to say how it is written");
}

static void check_type(const struct check *c, const struct attribute *a,
		       const struct field_rule *rule)
{
	size_t len = checks_length(a->value, "nr");

	if (rule->max != 0 && len > rule->max)
		parse_depart(c->r, &leef_rules[SIZE], a->value,
			     "%s has %zu bytes, and at most %u are allowed",
			     rule->key, len, (unsigned)rule->max);
	if (rule->type == FIELD_TIME_MS) {
		check_time(c, a->value);
		return;
	}
	if (slice_is(a->key, SLICE("sev"))) {
		check_severity(c, a->value);
		return;
	}

	const char *why = checks_misfit(rule->type, a->value);
	if (why != NULL)
		parse_depart(c->r, &leef_rules[rule_of_type(rule->type)],
			     a->value, "%s %s", rule->key, why);
}

/* Attributes that mean nothing without another one. */
static void check_company(const struct check *c, const struct attribute *a)
{
	static const char *const names[] = { "identHostName", "identNetBios",
					     "identGrpName" };

	if (slice_is(a->key, SLICE("devTimeFormat")) && !has(c, "devTime"))
		parse_depart(c->r, &leef_rules[TIME_FORMAT], a->key,
			     "devTimeFormat says how devTime is written, which "
			     "is not there");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (slice_is(a->key, slice_of(names[i])) && !has(c, "identSrc"))
			parse_depart(c->r, &leef_rules[IDENTITY], a->key,
				     "QRadar ignores %s where identSrc is not "
				     "there",
				     names[i]);
}

static void check_value(const struct check *c, const struct attribute *a)
{
	const char *pipe = memchr(a->value.data, '|', a->value.len);
	int len = checks_shown(a->key);

	if (pipe != NULL)
		parse_depart(c->r, &leef_rules[PIPE], (struct slice){ pipe, 1 },
			     "there is a pipe in the value of %.*s: SC4S takes "
			     "only what is behind the last pipe for attributes",
			     len, a->key.data);
}

static void check_attribute(const struct check *c, const struct attribute *a)
{
	const struct field_rule *rule = c->find_rule(a->key);

	check_key(c, a);
	check_company(c, a);
	if (a->value.len == 0) {
		parse_depart(c->r, &leef_rules[EMPTY], a->key,
			     "%.*s has no value", checks_shown(a->key),
			     a->key.data);
		return;
	}
	check_value(c, a);
	if (rule != NULL)
		check_type(c, a, rule);
}

/* All of them in one, because what divides them is not the delimiter? */
static void check_division(const struct check *c)
{
	struct slice all = c->line->attributes;
	struct slice tab = SLICE("#011");

	if (c->r->pairs.count != 1)
		return;
	const char *at = memmem(all.data, all.len, tab.data, tab.len);
	if (at != NULL)
		parse_depart(c->r, &leef_rules[ESCAPED_TAB],
			     (struct slice){ at, tab.len },
			     "a relay (rsyslog) has written #011 for each TAB, "
			     "so all attributes are one: choose another "
			     "delimiter, or turn that off there");

	size_t signs = 0;
	for (size_t i = 0; i < all.len; i++)
		signs += all.data[i] == '=';
	if (signs > 1 && at == NULL)
		parse_depart(c->r, &leef_rules[TAB], all,
			     "there is only one attribute, with %zu equals "
			     "signs: is there another delimiter between them?",
			     signs);
}

static void check_attributes(const struct check *c)
{
	struct slice rest = c->line->attributes;
	struct attribute a;
	size_t i = 0;

	while (leefline_next(c->line, &rest, &a.key, &a.value)) {
		if (a.key.data != NULL) {
			a.again = c->r->pairs.items[i++].again;
			check_attribute(c, &a);
		} else if (a.value.len > 0) {
			parse_depart(c->r, &leef_rules[ATTRIBUTE], a.value,
				     "this is no key=value, and is lost");
		} else {
			parse_depart(c->r, &leef_rules[EMPTY], a.value,
				     "two delimiters follow each other");
		}
	}
	check_division(c);
}

void leefcheck_event(struct reading *r, const struct leefline *line)
{
	struct check c = {
		.r = r,
		.line = line,
		.find_rule = format_find("leef")->shape("")->find_rule,
	};
	const char *start = line->fields[LEEF_VERSION].data;
	struct slice head = { start, (size_t)(line->attributes.data - start) };
	struct slice all = { start, head.len + line->attributes.len };
	char delimiter[sizeof(line->delimiter) + 1] = "";

	memcpy(delimiter, line->delimiter, line->delimiter_len);
	check_header(&c);
	check_attributes(&c);
	// The header may name the delimiter by itself.
	checks_control(r, &leef_rules[CONTROL], head, delimiter);
	checks_control(r, &leef_rules[CONTROL], line->attributes, delimiter);
	checks_utf8(r, &leef_rules[UTF8], all);
}

int leefcheck_refuse(struct reading *r, const struct leefline *line,
		     struct err *e)
{
	return parse_refuse(r, &leef_rules[HEADER_PIPES],
			    behind(line->fields[line->count - 1]), e,
			    "the header has %zu of its 5 fields "
			    "(LEEF:version|vendor|product|product version|"
			    "event id|, a pipe behind each)",
			    line->count);
}
