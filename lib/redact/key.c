/*
 * private-key: a private key in the textual encoding of RFC 7468, of OpenSSH or
 * of OpenPGP, whole or cut off.
 */
#include "redact/class.h"
#include "redact/text.h"

enum {
	LABEL_MAX = 40,
	BODY_MIN = 20, // of Base64 in a row: no word is as long
};

static const char dashes[] = "-----";

static const struct slice labels[] = {
	TEXT_WORD("private key"),
	TEXT_WORD("private key block"),
	TEXT_NO_MORE,
};

/* The length of "-----BEGIN ... PRIVATE KEY-----" or of its END at i, or 0. */
static size_t boundary_at(struct slice text, size_t i, const char *word)
{
	size_t at = i + 5 + strlen(word);
	size_t len;

	if (!text_has(text, i, dashes) || !text_has(text, i + 5, word))
		return 0;
	len = text_run(text, at, TEXT_ALNUM | TEXT_BLANK, LABEL_MAX);
	if (!text_has(text, at + len, dashes) ||
	    !text_ends_in((struct slice){ text.data + at, len }, labels))
		return 0;
	return 5 + strlen(word) + len + 5;
}

/*
 * The end of the body at i: where dashes are, or what no body has. It may have
 * headers ("Proc-Type: 4,ENCRYPTED"), and the escapes of line ends.
 */
static size_t body_end(struct slice text, size_t i, bool *solid)
{
	size_t row = 0;

	*solid = false;
	for (; i < text.len; i++) {
		char c = text.data[i];

		if (c == '-' && text_has(text, i, dashes))
			break;
		row = text_is(text, i, TEXT_BASE64) ? row + 1 : 0;
		*solid = *solid || row >= BODY_MIN;
		if (row == 0 && !text_is(text, i, TEXT_BLANK) &&
		    !text_among(c, "=\\:,-.()@<>_"))
			break;
	}
	return i;
}

static bool find(struct slice text, size_t at, struct span *found)
{
	size_t begin = at >= 4 ? boundary_at(text, at - 4, "begin") : 0;
	size_t end;
	bool solid;

	if (begin == 0)
		return false;
	end = body_end(text, at - 4 + begin, &solid);
	if (!solid)
		return false;
	*found = (struct span){ at - 4, end + boundary_at(text, end, "end") };
	return true;
}

static const struct lead leads[] = {
	{ "[-][-][B][Ee][Gg][Ii][Nn]", find },
	{ NULL },
};

const struct class class_private_key = {
	.name = "private-key",
	.summary = "private keys in PEM, of OpenSSH and OpenPGP, also cut off",
	.leads = leads,
};
