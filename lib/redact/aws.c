/*
 * aws-key: what signs requests to AWS: the id of an access key, and behind
 * their names its secret and the token of a session.
 */
#include "redact/class.h"
#include "redact/text.h"

enum { ID = 16, SECRET = 40, SESSION_MIN = 100, SESSION_MAX = 4096 };

/* AKIA..., for good, and ASIA..., for a session. */
static bool find_id(struct slice text, size_t at, struct span *found)
{
	size_t from = at - 2;

	if (at < 2 || text.data[from] != 'A' ||
	    text_is(text, from - 1, TEXT_ALNUM) ||
	    text_run(text, at + 2, TEXT_UPPER | TEXT_DIGIT, ID + 1) != ID ||
	    text_is(text, at + 2 + ID, TEXT_ALNUM))
		return false;
	*found = (struct span){ from, at + 2 + ID };
	return true;
}

static bool is_secret(struct slice value)
{
	size_t upper = 0, lower = 0;

	if (value.len != SECRET ||
	    text_run(value, 0, TEXT_BASE64, SECRET) != SECRET)
		return false;
	for (size_t i = 0; i < SECRET; i++) {
		upper += text_is(value, i, TEXT_UPPER);
		lower += text_is(value, i, TEXT_LOWER);
	}
	return upper > 0 && lower > 0;
}

static bool is_session(struct slice value)
{
	while (text_at(value, value.len - 1) == '=')
		value.len--;
	return value.len >= SESSION_MIN &&
	       text_run(value, 0, TEXT_BASE64, SIZE_MAX) == value.len;
}

static const struct slice secrets[] = {
	TEXT_WORD("secret_access_key"), TEXT_WORD("secretaccesskey"),
	TEXT_WORD("secret-access-key"), TEXT_WORD("aws_secret_key"),
	TEXT_WORD("awssecretkey"),      TEXT_WORD("aws_secret"),
	TEXT_WORD("secret access key"), TEXT_NO_MORE,
};

static const struct slice sessions[] = {
	TEXT_WORD("aws_session_token"),
	TEXT_WORD("sessiontoken"),
	TEXT_WORD("x-amz-security-token"),
	TEXT_WORD("aws_security_token"),
	TEXT_NO_MORE,
};

static bool named(struct slice name, struct slice *value, enum tie tie)
{
	(void)tie;
	return text_ends_in(name, secrets) ? is_secret(*value)
					   : is_session(*value);
}

/* Is there a find at from, behind a name that ends at end? */
static bool find_behind(struct slice text, size_t end, size_t from,
			struct span *found)
{
	struct slice name = { text.data, end };

	if (!text_ends_in(name, secrets) && !text_ends_in(name, sessions))
		return false;
	size_t to = from + text_run(text, from, TEXT_BASE64, SESSION_MAX);
	while (text_at(text, to) == '=')
		to++;
	struct slice value = { text.data + from, to - from };
	*found = (struct span){ from, to };
	return named(name, &value, TIE_CLOSE);
}

/* In XML, as AWS answers: <SecretAccessKey>...</SecretAccessKey>. */
static bool find_element(struct slice text, size_t at, struct span *found)
{
	return find_behind(text, at, at + 1, found);
}

/* In commands: aws configure set aws_secret_access_key ... */
static bool find_argument(struct slice text, size_t at, struct span *found)
{
	return find_behind(text, at + 1, at + 2, found);
}

static const struct slice *const words[] = { secrets, sessions, NULL };

static const struct lead leads[] = {
	{ "[KS][I][A][0-9A-Z][0-9A-Z][0-9A-Z][0-9A-Z]", find_id },
	{ "[NYny][>][0-9A-Za-z+/]", find_element },
	{ "[e][y][ ]", find_argument },
	{ NULL },
};

const struct class class_aws_key = {
	.name = "aws-key",
	.summary = "ids of AWS access keys, and behind their names the secrets",
	.leads = leads,
	.names = words,
	.named = named,
};
