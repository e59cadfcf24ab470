/*
 * Any bytes as a checkpoint: what is taken is sorted and its own; with the
 * right sum behind them, so that the fuzzer gets past it, as well.
 */
#include "core/buf.h"
#include "stream/checkpoint.h"

#include <openssl/evp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void read_it(struct slice text)
{
	struct checkpoint *c = NULL;
	struct slice before = { NULL, 0 };
	struct err e = { 0 };

	if (checkpoint_parse(text, &c, &e) < 0) {
		if (e.kind != ERR_USAGE)
			abort();
		return;
	}
	if (checkpoint_id(c).len != CHECKPOINT_ID_LEN)
		abort();
	for (size_t i = 0; i < checkpoint_count(c); i++) {
		struct checkpoint_entry entry = checkpoint_at(c, i);
		struct slice found = checkpoint_get(c, entry.source);

		if (!slice_is(found, entry.position) || found.len == 0 ||
		    slice_is(before, entry.source))
			abort();
		before = entry.source;
	}
	while (checkpoint_count(c) > 0)
		if (checkpoint_set(c, checkpoint_at(c, 0).source, SLICE("-"),
				   &e) < 0)
			abort();
	checkpoint_free(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct buf text = BUF_INIT(n + 100);
	unsigned char digest[EVP_MAX_MD_SIZE];

	read_it((struct slice){ (const char *)bytes, n });

	buf_put(&text, bytes, n);
	if (EVP_Digest(bytes, n, digest, NULL, EVP_sha256(), NULL) != 1)
		abort();
	buf_puts(&text, "sum ");
	for (size_t i = 0; i < 8; i++)
		buf_printf(&text, "%02x", digest[i]);
	buf_putc(&text, '\n');
	read_it(buf_slice(&text));
	buf_free(&text);
	return 0;
}
