/* email: an address of mail, such as anna@example.com. */
#include "redact/class.h"
#include "redact/text.h"

enum {
	LOCAL_MAX = 64, // RFC 5321 section 4.5.3.1
	DOMAIN_MAX = 255,
	LABEL_MAX = 63,
	PASSWORD_MAX = 256,
};

/*
 * The length of a letter at i that an address of today may have: ASCII, or of
 * U+00C0 to U+053F (Latin, Greek, Cyrillic), which stand between blanks, as
 * the letters of scripts that write no blanks do not.
 */
static size_t letter_at(struct slice text, size_t i)
{
	unsigned char c = (unsigned char)text_at(text, i);

	if (text_is(text, i, TEXT_ALNUM))
		return 1;
	return c >= 0xc3 && c <= 0xd4 && text_is(text, i + 1, TEXT_ABROAD) ? 2
									   : 0;
}

static bool is_local(struct slice text, size_t i)
{
	char c = text_at(text, i);

	return text_is(text, i, TEXT_BASE64URL) || c == '.' || c == '+' ||
	       c == '%' || c == '\'';
}

/* Where the part before an '@' begins; at where there is none. */
static size_t local_before(struct slice text, size_t at)
{
	size_t from = at;

	while (from > 0 && at - from < LOCAL_MAX) {
		if (is_local(text, from - 1))
			from--;
		else if (from >= 2 && letter_at(text, from - 2) == 2)
			from -= 2;
		else
			break;
	}
	// It begins with a letter or a digit.
	while (from < at && letter_at(text, from) == 0)
		from++;
	return from;
}

/* The end of the label at i; i where there is none. Is it of letters alone? */
static size_t label_end(struct slice text, size_t i, bool *named)
{
	size_t end = i, last = i, n;

	*named = true;
	while (end - i < LABEL_MAX) {
		n = letter_at(text, end);
		if (n == 0 && (text_at(text, end) != '-' || end == i))
			break;
		if (n > 0) {
			*named = *named && last == end &&
				 !text_is(text, end, TEXT_DIGIT);
			last = end + n;
		}
		end += n == 0 ? 1 : n;
	}
	return last;
}

/* What files and units of systemd are called and no domain is: logo@2x.png,
   getty@tty1.service. */
static const struct slice endings[] = {
	TEXT_WORD("service"), TEXT_WORD("socket"), TEXT_WORD("timer"),
	TEXT_WORD("mount"),   TEXT_WORD("slice"),  TEXT_WORD("scope"),
	TEXT_WORD("png"),     TEXT_WORD("jpg"),    TEXT_WORD("jpeg"),
	TEXT_WORD("gif"),     TEXT_WORD("webp"),   TEXT_WORD("svg"),
	TEXT_WORD("js"),      TEXT_WORD("css"),    TEXT_WORD("json"),
	TEXT_WORD("txt"),     TEXT_WORD("html"),   TEXT_WORD("xml"),
	TEXT_WORD("yml"),     TEXT_WORD("yaml"),   TEXT_NO_MORE,
};

/*
 * The end of the longest domain at i, two labels at least; i where there is
 * none. The last label is a name of two letters or more, or of another script
 * ("xn--...").
 */
static size_t domain_end(struct slice text, size_t i)
{
	size_t end = i, from = i, to;
	bool named;

	while (from - i < DOMAIN_MAX &&
	       (to = label_end(text, from, &named)) > from) {
		if (from > i &&
		    ((named && to - from >= 2) || text_has(text, from, "xn--")))
			end = text_is_word((struct slice){ text.data + from,
							   to - from },
					   endings)
				      ? i
				      : to;
		if (text_at(text, to) != '.')
			break;
		from = to + 1;
	}
	return end;
}

/* Is what begins here the user in a URL, "ftp://anna:secret@example.com"? */
static bool is_in_url(struct slice text, size_t from)
{
	size_t i = from, end;

	// A password may be longer than a local part, and of other bytes.
	while (from - i < PASSWORD_MAX &&
	       !text_among(text_at(text, i - 1), ":/?#,;| \t\r\n\"'<>()[]{}"))
		i--;
	end = i;
	if (text_at(text, i - 1) == ':')
		for (i--; end - i < LOCAL_MAX && is_local(text, i - 1); i--)
			continue;
	return text_at(text, i - 1) == '/' && text_at(text, i - 2) == '/';
}

static bool find(struct slice text, size_t at, struct span *found)
{
	size_t from = local_before(text, at);
	size_t to = domain_end(text, at + 1);

	if (from == at || to == at + 1 || is_in_url(text, from))
		return false;
	// Nobody's: git@github.com:owner/repository
	if (at - from == 3 && text_has(text, from, "git") &&
	    text_at(text, to) == ':')
		return false;
	*found = (struct span){ from, to };
	return true;
}

static const struct lead leads[] = {
	{ "[^ \t\r\n\"@][@][^ \t\r\n\"@.]", find },
	{ NULL },
};

const struct class class_email = {
	.name = "email",
	.summary = "addresses of mail",
	.leads = leads,
};
