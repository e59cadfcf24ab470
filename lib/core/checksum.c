// OpenSSL's plain SHA-256, for the reasons that core/digest.c has.
#define OPENSSL_API_COMPAT 0x10101000L

#include "core/checksum.h"

#include <openssl/sha.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

// There where the library can choose at run time what this processor is best
// at, which is twice as fast as what all of its kind have.
#if __has_include(<xxh_x86dispatch.h>) && defined(__x86_64__)
#include <xxh_x86dispatch.h>
#endif

static const struct {
	const char *name;
	size_t size; // bytes
} kinds[CHECKSUM_KINDS] = {
	[CHECKSUM_XXH128] = { "xxh128", 16 },
	[CHECKSUM_SHA256] = { "sha256", 32 },
};

const char *checksum_name(enum checksum_kind kind)
{
	return kinds[kind].name;
}

int checksum_parse(const char *name, enum checksum_kind *kind, struct err *e)
{
	for (size_t i = 0; i < CHECKSUM_KINDS; i++)
		if (strcmp(kinds[i].name, name) == 0) {
			*kind = (enum checksum_kind)i;
			return 0;
		}
	return err_set(e, ERR_USAGE, "%s: neither xxh128 nor sha256", name);
}

int checksum_open(struct checksum *c, enum checksum_kind kind, struct err *e)
{
	*c = (struct checksum){ .kind = kind };
	if (kind == CHECKSUM_XXH128)
		c->xxh128 = XXH3_createState();
	else
		c->sha256 = malloc(sizeof(*c->sha256));
	if (c->xxh128 == NULL && c->sha256 == NULL)
		return err_set(e, ERR_SYSTEM, "%s: out of memory",
			       kinds[kind].name);
	checksum_start(c);
	return 0;
}

/* What is left can fail by a bug of ours alone. */
static void must(bool worked)
{
	if (!worked)
		abort();
}

void checksum_start(struct checksum *c)
{
	must(c->kind == CHECKSUM_XXH128
		     ? XXH3_128bits_reset(c->xxh128) == XXH_OK
		     : SHA256_Init(c->sha256) == 1);
}

void checksum_add(struct checksum *c, struct slice bytes)
{
	if (bytes.len == 0)
		return;
	must(c->kind == CHECKSUM_XXH128
		     ? XXH3_128bits_update(c->xxh128, bytes.data, bytes.len) ==
			       XXH_OK
		     : SHA256_Update(c->sha256, bytes.data, bytes.len) == 1);
}

void checksum_finish(struct checksum *c, unsigned char sum[CHECKSUM_MAX])
{
	XXH128_canonical_t canonical;

	if (c->kind == CHECKSUM_XXH128) {
		XXH128_canonicalFromHash(&canonical,
					 XXH3_128bits_digest(c->xxh128));
		memcpy(sum, canonical.digest, sizeof(canonical.digest));
	} else {
		must(SHA256_Final(sum, c->sha256) == 1);
	}
	checksum_start(c);
}

static const char digits[] = "0123456789abcdef";

void checksum_put(struct checksum *c, struct buf *out)
{
	unsigned char sum[CHECKSUM_MAX];

	checksum_finish(c, sum);
	for (size_t i = 0; i < kinds[c->kind].size; i++) {
		buf_putc(out, digits[sum[i] >> 4]);
		buf_putc(out, digits[sum[i] & 15]);
	}
}

bool checksum_read(const char *hex, enum checksum_kind kind,
		   unsigned char sum[CHECKSUM_MAX])
{
	size_t size = kinds[kind].size;

	if (strlen(hex) != 2 * size || strspn(hex, digits) != 2 * size)
		return false;
	for (size_t i = 0; i < 2 * size; i++) {
		unsigned digit = (unsigned)(strchr(digits, hex[i]) - digits);

		sum[i / 2] = (unsigned char)((unsigned)sum[i / 2] << 4 | digit);
	}
	return true;
}

void checksum_close(struct checksum *c)
{
	if (c->xxh128 != NULL)
		XXH3_freeState(c->xxh128);
	free(c->sha256);
	*c = (struct checksum){ .kind = c->kind };
}
