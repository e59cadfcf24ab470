/* Base64, and what is signed with a key. */
#include "core/base64.h"
#include "core/hmac.h"

#include "check.h"

#include <string.h>

static bool encodes(const char *plain, const char *want)
{
	struct buf out = BUF_INIT(1 << 20);
	bool ok;

	base64_put(&out, slice_of(plain));
	ok = slice_is(buf_slice(&out), slice_of(want));
	buf_free(&out);
	return ok;
}

/* NULL: it is not Base64. */
static bool decodes(const char *text, const char *want)
{
	struct buf out = BUF_INIT(1 << 20);
	bool ok;

	buf_puts(&out, "<");
	ok = base64_read(slice_of(text), &out)
		     ? want != NULL && strcmp(buf_str(&out) + 1, want) == 0
		     : want == NULL && strcmp(buf_str(&out), "<") == 0;
	buf_free(&out);
	return ok;
}

/* RFC 4648 section 10. */
static const char *const vectors[][2] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
};

static void the_vectors_of_the_rfc_hold_both_ways(void)
{
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		CHECK(encodes(vectors[i][0], vectors[i][1]));
		CHECK(decodes(vectors[i][1], vectors[i][0]));
	}
	CHECK(encodes("elastic:changeme", "ZWxhc3RpYzpjaGFuZ2VtZQ=="));
}

static void what_is_not_base64_is_refused_and_leaves_nothing(void)
{
	static const char *const bad[] = {
		"Z",    "Zg",   "Zg=",    "Zg==Zg==", "=g==",
		"Z===", "====", "Zg==\n", "Z g=",     "Zm9-",
		"Zm9_", "Zh==", "Zm9=",   "Zm9vZm8*",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		CHECK(decodes(bad[i], NULL));
}

static void any_bytes_of_any_length_come_back(void)
{
	struct buf plain = BUF_INIT(1 << 20);
	struct buf text = BUF_INIT(1 << 20);
	struct buf back = BUF_INIT(1 << 20);

	for (unsigned i = 0; i < 5000; i++) {
		if (i % 7 == 0 || i > 4990) {
			buf_clear(&text);
			buf_clear(&back);
			base64_put(&text, buf_slice(&plain));
			CHECK(text.len == (plain.len + 2) / 3 * 4);
			CHECK(base64_read(buf_slice(&text), &back));
			CHECK(slice_is(buf_slice(&back), buf_slice(&plain)));
		}
		buf_putc(&plain, (char)(i * 37 % 256));
	}
	buf_free(&plain);
	buf_free(&text);
	buf_free(&back);
}

/* RFC 4231 sections 4.2, 4.3 and 4.7. */
static void the_vectors_of_hmac_hold(void)
{
	static const struct {
		const char *key;
		size_t key_len;
		const char *bytes;
		const char *want;
	} rows[] = {
		{ "\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b\x0b"
		  "\x0b\x0b\x0b\x0b\x0b",
		  20, "Hi There",
		  "b0344c61d8db38535ca8afceaf0bf12b"
		  "881dc200c9833da726e9376c2e32cff7" },
		{ "Jefe", 4, "what do ya want for nothing?",
		  "5bdcc146bf60754e6a042426089575c7"
		  "5a003f089d2739839dec58b964ec3843" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct slice key = { rows[i].key, rows[i].key_len };
		unsigned char mac[HMAC_BYTES];
		char hex[2 * HMAC_BYTES + 1];

		CHECK(hmac_sha256(key, slice_of(rows[i].bytes), mac));
		for (size_t b = 0; b < HMAC_BYTES; b++)
			snprintf(hex + 2 * b, 3, "%02x", mac[b]);
		CHECK(strcmp(hex, rows[i].want) == 0);
	}
}

int main(void)
{
	RUN(the_vectors_of_the_rfc_hold_both_ways);
	RUN(what_is_not_base64_is_refused_and_leaves_nothing);
	RUN(any_bytes_of_any_length_come_back);
	RUN(the_vectors_of_hmac_hold);
	return check_done();
}
