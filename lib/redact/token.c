/*
 * token: what lets in whoever has it: tokens and keys of known makes, by what
 * they begin with; credentials of HTTP and in URLs; and what stands behind a
 * name such as "password" or "api_key" and looks like it.
 */
#include "redact/class.h"
#include "redact/text.h"

enum {
	BEARER_MIN = 16,
	BASIC_MIN = 12,
	SECRET_MIN = 16,
	PASSWORD_MIN = 4,
	PROSE_MIN = 6,
	DISTINCT_MIN = 7, // bytes of what is random
	CHANGES = 7,      // of them, one in so many at least
	USER_MAX = 64,
	PASSWORD_MAX = 256,
};

/* A make: how it begins, and how many of which bytes follow. */
struct make {
	struct slice prefix;
	unsigned kinds;
	unsigned min, max;
	bool mixed; // letters and digits, or it is a word
};

#define LETTERS_AND_DIGITS TEXT_ALNUM
#define URL_SAFE TEXT_BASE64URL
#define LONG 512
// Of those who may have more none begins within another: there is no dot in it.
#define LONGER 2048

static const struct make makes[] = {
	// OpenAI, Anthropic and others; Stripe with an underscore
	{ TEXT_WORD("sk-"), URL_SAFE, 20, LONG, true },
	{ TEXT_WORD("sk_live_"), LETTERS_AND_DIGITS, 16, LONG, false },
	{ TEXT_WORD("sk_test_"), LETTERS_AND_DIGITS, 16, LONG, false },
	{ TEXT_WORD("rk_live_"), LETTERS_AND_DIGITS, 16, LONG, false },
	{ TEXT_WORD("rk_test_"), LETTERS_AND_DIGITS, 16, LONG, false },
	{ TEXT_WORD("whsec_"), TEXT_BASE64, 24, LONG, true },
	// GitHub, GitLab
	{ TEXT_WORD("ghp_"), LETTERS_AND_DIGITS, 30, 255, false },
	{ TEXT_WORD("gho_"), LETTERS_AND_DIGITS, 30, 255, false },
	{ TEXT_WORD("ghu_"), LETTERS_AND_DIGITS, 30, 255, false },
	{ TEXT_WORD("ghs_"), LETTERS_AND_DIGITS, 30, 255, false },
	{ TEXT_WORD("ghr_"), LETTERS_AND_DIGITS, 30, 255, false },
	{ TEXT_WORD("github_pat_"), URL_SAFE, 22, 255, false },
	{ TEXT_WORD("glpat-"), URL_SAFE, 20, 255, false },
	{ TEXT_WORD("glptt-"), URL_SAFE, 20, 255, false },
	{ TEXT_WORD("gldt-"), URL_SAFE, 20, 255, false },
	{ TEXT_WORD("glrt-"), URL_SAFE, 20, 255, false },
	{ TEXT_WORD("glcbt-"), URL_SAFE, 20, 255, false },
	{ TEXT_WORD("glft-"), URL_SAFE, 20, 255, false },
	{ TEXT_WORD("glsoat-"), URL_SAFE, 20, 255, false },
	{ TEXT_WORD("glagent-"), URL_SAFE, 20, 255, false },
	// Slack
	{ TEXT_WORD("xoxa-"), URL_SAFE, 10, 255, true },
	{ TEXT_WORD("xoxb-"), URL_SAFE, 10, 255, true },
	{ TEXT_WORD("xoxc-"), URL_SAFE, 10, 255, true },
	{ TEXT_WORD("xoxe-"), URL_SAFE, 10, 255, true },
	{ TEXT_WORD("xoxo-"), URL_SAFE, 10, 255, true },
	{ TEXT_WORD("xoxp-"), URL_SAFE, 10, 255, true },
	{ TEXT_WORD("xoxr-"), URL_SAFE, 10, 255, true },
	{ TEXT_WORD("xoxs-"), URL_SAFE, 10, 255, true },
	{ TEXT_WORD("xapp-"), URL_SAFE, 20, 255, true },
	{ TEXT_WORD("hooks.slack.com/services/"), TEXT_BASE64, 30, 255, false },
	// Google
	{ TEXT_WORD("AIza"), URL_SAFE, 35, 35, false },
	{ TEXT_WORD("ya29."), URL_SAFE, 20, LONGER, false },
	{ TEXT_WORD("ya29.c."), URL_SAFE, 20, LONGER, false },
	{ TEXT_WORD("GOCSPX-"), URL_SAFE, 28, 28, false },
	// npm, PyPI, Hugging Face, SendGrid, DigitalOcean, Shopify, Vault,
	// Grafana, Docker
	{ TEXT_WORD("npm_"), LETTERS_AND_DIGITS, 36, 36, false },
	{ TEXT_WORD("pypi-"), URL_SAFE, 50, LONG, false },
	{ TEXT_WORD("hf_"), LETTERS_AND_DIGITS, 30, 64, false },
	{ TEXT_WORD("dop_v1_"), TEXT_HEX, 64, 64, false },
	{ TEXT_WORD("doo_v1_"), TEXT_HEX, 64, 64, false },
	{ TEXT_WORD("dor_v1_"), TEXT_HEX, 64, 64, false },
	{ TEXT_WORD("shpat_"), TEXT_HEX, 32, 32, false },
	{ TEXT_WORD("shpca_"), TEXT_HEX, 32, 32, false },
	{ TEXT_WORD("shppa_"), TEXT_HEX, 32, 32, false },
	{ TEXT_WORD("shpss_"), TEXT_HEX, 32, 32, false },
	{ TEXT_WORD("hvs."), URL_SAFE, 24, LONGER, false },
	{ TEXT_WORD("hvb."), URL_SAFE, 24, LONGER, false },
	{ TEXT_WORD("glsa_"), URL_SAFE, 32, 64, false },
	{ TEXT_WORD("glc_"), TEXT_BASE64, 32, LONG, false },
	{ TEXT_WORD("dckr_pat_"), URL_SAFE, 20, 64, false },
	{ TEXT_WORD("dckr_oat_"), URL_SAFE, 20, 64, false },
};

/* Are there letters and digits among these bytes, and not only one of them? */
static bool is_mixed(struct slice s)
{
	size_t letters = 0, digits = 0;

	for (size_t i = 0; i < s.len; i++) {
		letters += text_is(s, i, TEXT_LETTER);
		digits += text_is(s, i, TEXT_DIGIT);
	}
	return letters > 0 && digits > 0;
}

static struct slice part(struct slice text, size_t from, size_t len)
{
	return (struct slice){ text.data + from, len };
}

/* Is it of this make, from i on? */
static bool is_make(struct slice text, size_t i, const struct make *m,
		    struct span *found)
{
	size_t at = i + m->prefix.len;

	if (text_at(text, i) != m->prefix.data[0] ||
	    !slice_has_prefix(slice_from(text, i), m->prefix))
		return false;
	size_t len = text_run(text, at, m->kinds, m->max + 1);
	if (len < m->min || len > m->max || text_is(text, at + len, TEXT_ALNUM))
		return false;
	*found = (struct span){ i, at + len };
	return !m->mixed || is_mixed(part(text, at, len));
}

/* The window of the lead is that of the prefix's first three bytes. */
static bool find_make(struct slice text, size_t at, struct span *found)
{
	if (text_is(text, at - 2, TEXT_ALNUM))
		return false;
	for (size_t k = 0; k < sizeof(makes) / sizeof(makes[0]); k++)
		if (is_make(text, at - 1, &makes[k], found))
			return true;
	return false;
}

/* SendGrid: SG., 22 bytes, a dot, 43 bytes. */
static bool find_sendgrid(struct slice text, size_t at, struct span *found)
{
	if (text_is(text, at - 2, TEXT_ALNUM) ||
	    text_run(text, at + 2, TEXT_BASE64URL, 23) != 22 ||
	    text_at(text, at + 24) != '.' ||
	    text_run(text, at + 25, TEXT_BASE64URL, 44) != 43)
		return false;
	*found = (struct span){ at - 1, at + 68 };
	return true;
}

static bool is_bearer(struct slice text, size_t i, char c)
{
	return text_is(text, i, TEXT_BASE64 | TEXT_URL) || c == '.' ||
	       c == '~' || c == '=';
}

/* "Bearer", "Basic", and the credentials behind it (RFC 6750, RFC 7617). */
static bool find_credentials(struct slice text, size_t at, struct span *found)
{
	bool bearer = text_has(text, at - 1, "bearer ");
	size_t from = at + (bearer ? 6 : 5), to = from;

	if ((!bearer && !text_has(text, at - 1, "basic ")) ||
	    text_is(text, at - 2, TEXT_ALNUM))
		return false;
	while (to < text.len && is_bearer(text, to, text.data[to]))
		to++;
	while (to > from && text.data[to - 1] == '.')
		to--;
	struct slice s = part(text, from, to - from);
	if (s.len < (bearer ? BEARER_MIN : BASIC_MIN) || !is_mixed(s))
		return false;
	*found = (struct span){ from, to };
	return true;
}

/* The last '@' that ends a password in a URL: one that is written as it is, and
   not as "%40", is of the password. */
static size_t userinfo_end(struct slice text, size_t at)
{
	size_t last = at;

	for (size_t i = at + 1; i < text.len && i - at < PASSWORD_MAX; i++) {
		if (text_among(text.data[i], ":/?#, \t\r\n\"'<>"))
			break;
		if (text.data[i] == '@')
			last = i;
	}
	return last;
}

/* The password in a URL: scheme://user:password@host. */
static bool find_userinfo(struct slice text, size_t at, struct span *found)
{
	size_t from = at, user;

	while (at - from < PASSWORD_MAX && from > 0 &&
	       !text_among(text.data[from - 1], ":/ \t\r\n\"'<>@"))
		from--;
	if (from == at || text_at(text, from - 1) != ':')
		return false;
	for (user = from - 1; from - user < USER_MAX && user > 0; user--)
		if (!text_is(text, user - 1, TEXT_BASE64URL) &&
		    !text_among(text.data[user - 1], ".%+"))
			break;
	if (text_at(text, user - 1) != '/' || text_at(text, user - 2) != '/' ||
	    text_at(text, user - 3) != ':')
		return false;
	*found = (struct span){ from, userinfo_end(text, at) };
	return true;
}

static unsigned kind_at(struct slice s, size_t i)
{
	return text_kinds[(unsigned char)text_at(s, i)] & TEXT_ALNUM;
}

/*
 * Does it look like one made by a generator of random numbers? Words and dates
 * change seldom between letters and digits, small and large; random bytes at
 * every other or third.
 */
static bool is_random(struct slice s)
{
	bool seen[256] = { false };
	size_t distinct = 0, digits = 0, changes = 0;

	if (s.len < SECRET_MIN || !is_mixed(s))
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.data[i];
		unsigned kind = kind_at(s, i);
		unsigned before = kind_at(s, i - 1);

		if (text_kinds[c] == 0 && !text_among(s.data[i], ".~%=:"))
			return false;
		distinct += !seen[c];
		seen[c] = true;
		digits += kind == TEXT_DIGIT;
		changes += kind != before && kind != 0 && before != 0;
	}
	return distinct >= DISTINCT_MIN && digits >= 2 &&
	       CHANGES * changes >= s.len;
}

static bool is_uuid(struct slice s)
{
	static const size_t widths[] = { 8, 4, 4, 4, 12 };
	size_t i = 0;

	for (size_t k = 0; k < 5; k++) {
		if (k > 0 && text_at(s, i++) != '-')
			return false;
		if (text_run(s, i, TEXT_HEX, widths[k]) != widths[k])
			return false;
		i += widths[k];
	}
	return i == s.len;
}

static const struct slice passwords[] = {
	TEXT_WORD("password"),   TEXT_WORD("passwd"),   TEXT_WORD("pwd"),
	TEXT_WORD("passphrase"), TEXT_WORD("passcode"), TEXT_NO_MORE,
};

/* A UUID behind one of these is a secret, behind a key it is an id. */
static const struct slice secrets[] = {
	TEXT_WORD("secret"),
	TEXT_WORD("token"),
	TEXT_WORD("api_key"),
	TEXT_WORD("api-key"),
	TEXT_WORD("apikey"),
	TEXT_WORD("api key"),
	TEXT_WORD("authorization"),
	TEXT_WORD("credential"),
	TEXT_WORD("credentials"),
	TEXT_WORD("secret_key"),
	TEXT_WORD("secretkey"),
	TEXT_WORD("auth"),
	TEXT_NO_MORE,
};

static const struct slice keys[] = {
	TEXT_WORD("key"),
	TEXT_WORD("signature"),
	TEXT_WORD("sig"),
	TEXT_NO_MORE,
};

/* What ends in "key" or "token", and is none that opens anything. */
static const struct slice harmless[] = {
	TEXT_WORD("primary_key"),
	TEXT_WORD("primarykey"),
	TEXT_WORD("foreign_key"),
	TEXT_WORD("foreignkey"),
	TEXT_WORD("sort_key"),
	TEXT_WORD("sortkey"),
	TEXT_WORD("partition_key"),
	TEXT_WORD("partitionkey"),
	TEXT_WORD("public_key"),
	TEXT_WORD("publickey"),
	TEXT_WORD("public-key"),
	TEXT_WORD("cache_key"),
	TEXT_WORD("cachekey"),
	TEXT_WORD("cache-key"),
	TEXT_WORD("idempotency_key"),
	TEXT_WORD("idempotencykey"),
	TEXT_WORD("idempotency-key"),
	TEXT_WORD("object_key"),
	TEXT_WORD("objectkey"),
	TEXT_WORD("row_key"),
	TEXT_WORD("rowkey"),
	TEXT_WORD("routing_key"),
	TEXT_WORD("routingkey"),
	TEXT_WORD("dedup_key"),
	TEXT_WORD("dedupkey"),
	TEXT_WORD("host_key"),
	TEXT_WORD("hostkey"),
	TEXT_WORD("next_token"),
	TEXT_WORD("nexttoken"),
	TEXT_WORD("page_token"),
	TEXT_WORD("pagetoken"),
	TEXT_WORD("continuation_token"),
	TEXT_WORD("continuationtoken"),
	TEXT_WORD("resume_token"),
	TEXT_WORD("x-amz-credential"),
	TEXT_WORD("publickeytoken"),
	TEXT_WORD("sec-websocket-key"),
	TEXT_WORD("public key"),
	TEXT_WORD("primary key"),
	TEXT_WORD("foreign key"),
	TEXT_NO_MORE,
};

/* What stands where a password would, and is none. */
static const struct slice placeholders[] = {
	TEXT_WORD("true"),      TEXT_WORD("false"),     TEXT_WORD("null"),
	TEXT_WORD("none"),      TEXT_WORD("nil"),       TEXT_WORD("yes"),
	TEXT_WORD("no"),        TEXT_WORD("on"),        TEXT_WORD("off"),
	TEXT_WORD("required"),  TEXT_WORD("optional"),  TEXT_WORD("invalid"),
	TEXT_WORD("incorrect"), TEXT_WORD("wrong"),     TEXT_WORD("expired"),
	TEXT_WORD("changed"),   TEXT_WORD("reset"),     TEXT_WORD("missing"),
	TEXT_WORD("empty"),     TEXT_WORD("hidden"),    TEXT_WORD("masked"),
	TEXT_WORD("redacted"),  TEXT_WORD("string"),    TEXT_WORD("text"),
	TEXT_WORD("unset"),     TEXT_WORD("undefined"), TEXT_WORD("failed"),
	TEXT_WORD("accepted"),  TEXT_WORD("rejected"),  TEXT_WORD("enabled"),
	TEXT_WORD("disabled"),  TEXT_WORD("prompt"),    TEXT_NO_MORE,
};

/* What stands for a password, and is none. */
static bool is_placeholder(struct slice value)
{
	size_t same = 1;

	if (text_is_word(value, placeholders))
		return true;
	// "****", "xxxx"
	while (same < value.len && value.data[same] == value.data[0])
		same++;
	return same >= value.len;
}

/* Is the last word of a name one of these? */
static bool ends_as_name(struct slice name, const struct slice *words)
{
	for (; words->len > 0; words++)
		if (text_ends_name(name, *words))
			return true;
	return false;
}

/* "$PASSWORD", "$config.password", "${PASSWORD}", "$(cat password)" */
static bool is_variable(struct slice value)
{
	size_t n = 1;

	if (text_at(value, 1) == '{' || text_at(value, 1) == '(')
		return true;
	while (text_is(value, n, TEXT_BASE64URL) ||
	       text_among(text_at(value, n), ".:>[]'"))
		n++;
	return n >= value.len;
}

/* "%s", "%-16s", "%1$s" */
static bool is_conversion(struct slice value)
{
	size_t n = 1;

	while (text_is(value, n, TEXT_DIGIT) ||
	       text_among(text_at(value, n), ".*$-"))
		n++;
	return n + 1 >= value.len;
}

/* Is it how programs and templates say where it comes from? */
static bool is_reference(struct slice value)
{
	char second = text_at(value, 1), last = text_at(value, value.len - 1);

	switch (value.data[0]) {
	case '$':
		return is_variable(value);
	case '%': // %PASSWORD%, %(password)s, %{password}, %1$s
		return last == '%' || second == '(' || second == '{' ||
		       is_conversion(value);
	case '{':
		return last == '}';
	case '<':
		return last == '>';
	case '[':
		return last == ']';
	case '*': // all but the last of a card, or of a password
		return second == '*';
	}
	return text_is_call(value) || ends_as_name(value, passwords) ||
	       ends_as_name(value, secrets);
}

static bool is_password(struct slice value, enum tie tie)
{
	if (value.len < PASSWORD_MIN || is_placeholder(value) ||
	    is_reference(value))
		return false;
	return tie == TIE_CLOSE || (value.len >= PROSE_MIN && is_mixed(value));
}

/* The directory a process works in: "PWD=/home/anna". */
static bool is_directory(struct slice name, struct slice value)
{
	size_t i = name.len - 3;

	return value.data[0] == '/' && text_has(name, i, "pwd") &&
	       (i == 0 || text_at(name, i - 1) == ' ');
}

static bool named(struct slice name, struct slice *value, enum tie tie)
{
	if (text_ends_in(name, passwords))
		return !is_directory(name, *value) && is_password(*value, tie);
	if (text_ends_in(name, harmless))
		return false;
	// The scheme of a header is no part of what is secret.
	if (text_ends(name, (struct slice)TEXT_WORD("authorization"))) {
		size_t n = text_run(*value, 0, TEXT_LETTER, SIZE_MAX);

		if (text_at(*value, n) == ' ')
			*value = slice_from(*value, n + 1);
	}
	return is_uuid(*value) ? text_ends_in(name, secrets)
			       : is_random(*value);
}

static const struct slice *const words[] = { passwords, secrets, keys, NULL };

static const struct lead leads[] = {
	{ "[rs][k][_-][-0-9A-Za-z_]", find_make },
	{ "[w][h][s][e][c][_]", find_make },
	{ "[g][h][opusr][_]", find_make },
	{ "[g][i][t][h][u][b][_]", find_make },
	{ "[g][l][acdfprs][abgot_]", find_make },
	{ "[x][oa][xp][abceoprs][-]", find_make },
	{ "[h][o][o][k][s][.]", find_make },
	{ "[AG][IO][Cz][Sa]", find_make },
	{ "[y][a][2][9][.]", find_make },
	{ "[n][p][m][_]", find_make },
	{ "[p][y][p][i][-]", find_make },
	{ "[h][fv][_bs][.0-9A-Za-z]", find_make },
	{ "[d][oc][kopr][_r]", find_make },
	{ "[s][h][p][acps][ast][_]", find_make },
	{ "[S][G][.]", find_sendgrid },
	{ "[Bb][EeAa][AaSs][RrIi][EeCc][Rr ]", find_credentials },
	{ "[^ \t\r\n\"/][@][0-9A-Za-z[]", find_userinfo },
	{ NULL },
};

const struct class class_token = {
	.name = "token",
	.summary = "tokens, API keys, passwords behind their names and in URLs",
	.leads = leads,
	.names = words,
	.named = named,
};
