#include "stream/identity.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { ID_BYTES = 16, OFFSET_MAX = 24 };

static const char digits[] = "0123456789abcdef";

/* Append the text of the identity of a record. */
static int identify(struct buf *out, EVP_MD_CTX *hash, const EVP_MD_CTX *seed,
		    struct slice record, uint64_t offset, struct err *e)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char number[OFFSET_MAX];
	char id[2 * ID_BYTES];
	int n = snprintf(number, sizeof(number), "%" PRIu64 "\n", offset);

	if (EVP_MD_CTX_copy_ex(hash, seed) != 1 ||
	    EVP_DigestUpdate(hash, number, (size_t)n) != 1 ||
	    EVP_DigestUpdate(hash, record.data, record.len) != 1 ||
	    EVP_DigestFinal_ex(hash, digest, NULL) != 1)
		return err_set(e, ERR_SYSTEM, "OpenSSL: SHA-256 failed");
	for (size_t i = 0; i < ID_BYTES; i++) {
		id[2 * i] = digits[digest[i] >> 4];
		id[2 * i + 1] = digits[digest[i] & 15];
	}
	buf_put(out, id, sizeof(id));
	return 0;
}

static size_t skip_blanks(struct slice text, size_t at)
{
	while (at < text.len && (text.data[at] == ' ' || text.data[at] == '\t'))
		at++;
	return at;
}

int identity_put(struct buf *out, EVP_MD_CTX *hash, const EVP_MD_CTX *seed,
		 struct slice record, uint64_t offset, struct err *e)
{
	size_t brace = skip_blanks(record, 0);

	if (brace == record.len || record.data[brace] != '{') {
		buf_put_slice(out, record);
		return 0;
	}
	size_t next = skip_blanks(record, brace + 1);
	bool is_empty = next < record.len && record.data[next] == '}';

	buf_put(out, record.data, brace + 1);
	buf_puts(out, "\"siem_id\":\"");
	if (identify(out, hash, seed, record, offset, e) < 0)
		return -1;
	buf_puts(out, is_empty ? "\"" : "\",");
	buf_put_slice(out, slice_from(record, brace + 1));
	return 0;
}

/* Take a token off the begin of a text, and the blanks before it. */
static bool take(struct slice *text, struct slice token)
{
	struct slice rest = slice_from(*text, skip_blanks(*text, 0));

	if (!slice_has_prefix(rest, token))
		return false;
	*text = slice_from(rest, token.len);
	return true;
}

struct slice identity_of(struct slice record)
{
	const struct slice none = { 0 };
	struct slice rest = record;
	size_t len = 0;

	if (!take(&rest, SLICE("{")) || !take(&rest, SLICE("\"siem_id\"")) ||
	    !take(&rest, SLICE(":")) || !take(&rest, SLICE("\"")))
		return none;
	while (len < rest.len &&
	       memchr(digits, rest.data[len], sizeof(digits) - 1) != NULL)
		len++;
	if (len != 2 * (size_t)ID_BYTES || len == rest.len ||
	    rest.data[len] != '"')
		return none;
	return (struct slice){ rest.data, len };
}
