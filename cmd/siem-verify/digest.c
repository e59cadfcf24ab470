#include "digest.h"

#include "core/utf8.h"
#include "format/message.h"
#include "format/sniff.h"

#include <openssl/evp.h>
#include <string.h>

int digest_open(struct digester *d, struct err *e)
{
	static const struct slice event = { "event", 5 };

	*d = (struct digester){
		.sha256 = EVP_MD_CTX_new(),
		.repaired = BUF_INIT(SIZE_MAX / 4),
		.decoded = BUF_INIT(SIZE_MAX / 4),
		.paths = paths_new(),
		.scan = SCAN_INIT,
	};
	if (d->sha256 == NULL || d->paths == NULL ||
	    (d->event = paths_add(d->paths, &event, 1)) == 0 ||
	    EVP_DigestInit_ex(d->sha256, EVP_sha256(), NULL) != 1)
		return err_set(e, ERR_SYSTEM, "SHA-256: cannot be set up");
	return 0;
}

/* The bytes as a JSON string can hold them. */
static struct slice repair(struct digester *d, struct slice text)
{
	if (utf8_valid(text) == text.len)
		return text;
	buf_clear(&d->repaired);
	utf8_repair(text, &d->repaired);
	return buf_slice(&d->repaired);
}

static int digest(struct digester *d, struct slice text, uint64_t key[2],
		  struct err *e)
{
	unsigned char sum[EVP_MAX_MD_SIZE];

	text = repair(d, text);
	// What was set up stays: only the state is new.
	if (EVP_DigestInit_ex(d->sha256, NULL, NULL) != 1 ||
	    EVP_DigestUpdate(d->sha256, text.data, text.len) != 1 ||
	    EVP_DigestFinal_ex(d->sha256, sum, NULL) != 1 ||
	    buf_status(&d->repaired) != 0)
		return err_set(e, ERR_SYSTEM, "SHA-256 failed");
	memcpy(key, sum, 2 * sizeof(key[0]));
	return 0;
}

struct slice digest_text(struct value value, struct buf *decoded)
{
	if (value.type != VALUE_STRING || (value.flags & VALUE_ESCAPED) == 0)
		return value_slice(value);
	buf_clear(decoded);
	scan_decode(value_slice(value), decoded);
	return buf_slice(decoded);
}

/* What a HEC envelope carries; a SIEM keeps the rest as metadata. */
static struct slice open_envelope(struct digester *d, struct slice text)
{
	struct err e;

	if (scan_record(&d->scan, d->paths, text, &e) < 0)
		return text;
	struct value event = scan_value(&d->scan, d->event);
	return event.type == VALUE_NONE ? text
					: digest_text(event, &d->decoded);
}

/* What stands behind the header of a line; all of it where it has none. */
static struct slice without_header(struct digester *d, struct slice line,
				   const struct sniff *s)
{
	struct slice text = line;

	if (s->header == HEADER_5424) {
		text = s->body;
	} else if (s->header != HEADER_NONE) {
		struct message m = message_parse(line);

		// What looks like a tag may be how the record begins.
		text = m.text;
		if (m.app.len > 0)
			text = (struct slice){ m.app.data,
					       (size_t)(line.data + line.len -
							m.app.data) };
	}
	(void)slice_take(&text, SLICE("\xef\xbb\xbf"));
	return s->format == LINE_HEC ? open_envelope(d, text) : text;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Half of the id that siem-tail --stamp puts first; 0: there is none. */
static uint64_t id_of(struct slice text)
{
	uint64_t id = 0;

	if (!slice_take(&text, SLICE("{\"siem_id\":\"")) || text.len < 33 ||
	    text.data[32] != '"')
		return 0;
	for (size_t i = 0; i < 32; i++) {
		int digit = hex_digit(text.data[i]);

		if (digit < 0)
			return 0;
		if (i < 16)
			id = id << 4 | (uint64_t)digit;
	}
	return id;
}

/* Does the line bring a header that nobody adds to? */
static bool has_own_header(const struct sniff *s)
{
	return s->header == HEADER_3164 || s->header == HEADER_5424;
}

int digest_expected(struct digester *d, struct slice record,
		    struct entry *entry, struct err *e)
{
	struct sniff s = sniff_line(record);
	struct slice text = without_header(d, record, &s);

	entry->id = id_of(text);
	if (!has_own_header(&s))
		return digest(d, text, entry->key, e);
	entry->flags |= ENTRY_WHOLE;
	return digest(d, record, entry->key, e);
}

int digest_arrived(struct digester *d, struct slice record, bool whole,
		   struct entry *entry, struct err *e)
{
	struct sniff s = sniff_line(record);
	struct slice text = without_header(d, record, &s);

	entry->id = id_of(text);
	if (!whole || !has_own_header(&s))
		return digest(d, text, entry->key, e);
	entry->flags |= ENTRY_WHOLE;
	if (digest(d, text, entry->other, e) < 0)
		return -1;
	return digest(d, record, entry->key, e);
}

void digest_close(struct digester *d)
{
	EVP_MD_CTX_free(d->sha256);
	paths_free(d->paths);
	scan_free(&d->scan);
	buf_free(&d->repaired);
	buf_free(&d->decoded);
}
