#include "stamp.h"

#include "core/msg.h"
#include "place.h"
#include "stream/identity.h"

#include <string.h>

static int fail(struct err *e, const char *what)
{
	return err_set(e, ERR_SYSTEM, "%s", what);
}

int stamp_open(struct stamp *stamp, struct err *e)
{
	*stamp = (struct stamp){
		.out = BUF_INIT(4 * IDENTITY_LINE),
		.line = BUF_INIT(IDENTITY_LINE + SOURCE_CHUNK),
		.sha256 = EVP_MD_fetch(NULL, "SHA256", NULL),
		.hash = EVP_MD_CTX_new(),
	};
	if (stamp->sha256 == NULL || stamp->hash == NULL)
		return fail(e, "OpenSSL has no SHA-256 for us");
	return 0;
}

void stamp_close(struct stamp *stamp)
{
	buf_free(&stamp->out);
	buf_free(&stamp->line);
	EVP_MD_free(stamp->sha256);
	EVP_MD_CTX_free(stamp->hash);
}

EVP_MD_CTX *stamp_seed(const struct stamp *stamp, const struct source *s,
		       char *block, struct err *e)
{
	EVP_MD_CTX *seed = EVP_MD_CTX_new();
	struct place_start start = PLACE_START(s);
	const char *lf = NULL;
	ssize_t got = 0;

	if (seed == NULL || EVP_DigestInit_ex(seed, stamp->sha256, NULL) != 1) {
		fail(e, "OpenSSL: no memory");
		goto fail;
	}
	while (lf == NULL &&
	       (got = place_read(&start, block, SOURCE_CHUNK, e)) > 0) {
		lf = memchr(block, '\n', (size_t)got);
		if (lf != NULL)
			got = lf - block;
		if (EVP_DigestUpdate(seed, block, (size_t)got) != 1)
			goto fail;
	}
	if (got < 0 || EVP_DigestUpdate(seed, "\n", 1) != 1)
		goto fail;
	place_end_read(&start);
	return seed;
fail:
	place_end_read(&start);
	EVP_MD_CTX_free(seed);
	return NULL;
}

/* Append a line, which ends in an LF, with its stamp if it is an object. */
static int put_line(struct stamp *stamp, const EVP_MD_CTX *seed,
		    struct slice line, uint64_t offset, struct err *e)
{
	struct slice record = { line.data, line.len - 1 };

	if (identity_put(&stamp->out, stamp->hash, seed, record, offset, e) < 0)
		return -1;
	buf_putc(&stamp->out, '\n');
	return 0;
}

/* More of a line that comes in pieces; its end, if it has an LF. */
static int put_piece(struct stamp *stamp, const EVP_MD_CTX *seed,
		     struct slice piece, uint64_t offset, struct err *e)
{
	bool ends = piece.data[piece.len - 1] == '\n';
	int rc = 0;

	if (stamp->line.len == 0 && !stamp->passing)
		stamp->line_offset = offset;
	if (!stamp->passing &&
	    stamp->line.len + piece.len > IDENTITY_LINE + 1) {
		msg_warn("a line of more than %d bytes is not stamped",
			 IDENTITY_LINE);
		buf_put_slice(&stamp->out, buf_slice(&stamp->line));
		buf_clear(&stamp->line);
		stamp->passing = true;
	}
	if (stamp->passing)
		buf_put_slice(&stamp->out, piece);
	else
		buf_put_slice(&stamp->line, piece);
	if (ends && !stamp->passing) {
		rc = put_line(stamp, seed, buf_slice(&stamp->line),
			      stamp->line_offset, e);
		buf_clear(&stamp->line);
	}
	if (ends)
		stamp->passing = false;
	return rc;
}

static int made(const struct stamp *stamp, struct err *e)
{
	if (buf_status(&stamp->out) != 0 || buf_status(&stamp->line) != 0)
		return err_set(e, ERR_SYSTEM, "--stamp: out of memory");
	return 0;
}

int stamp_lines(struct stamp *stamp, const EVP_MD_CTX *seed, struct slice lines,
		uint64_t offset, struct err *e)
{
	buf_clear(&stamp->out);
	while (lines.len > 0) {
		const char *lf = memchr(lines.data, '\n', lines.len);
		size_t n =
			lf != NULL ? (size_t)(lf - lines.data) + 1 : lines.len;
		struct slice line = slice_take_n(&lines, n);
		bool whole =
			lf != NULL && stamp->line.len == 0 && !stamp->passing;

		if ((whole ? put_line(stamp, seed, line, offset, e)
			   : put_piece(stamp, seed, line, offset, e)) < 0)
			return -1;
		offset += n;
	}
	return made(stamp, e);
}

int stamp_give_up(struct stamp *stamp, struct slice text, struct err *e)
{
	buf_clear(&stamp->out);
	buf_put_slice(&stamp->out, buf_slice(&stamp->line));
	buf_put_slice(&stamp->out, text);
	buf_clear(&stamp->line);
	stamp->passing = false;
	return made(stamp, e);
}
