/*
 * OpenSSL's plain SHA-256, which it calls old since 3.0. What is to replace it
 * loads the providers and their configuration first, which is 2 MB of memory
 * and 2 ms at the start of a filter, and takes six times as long for 64 bytes.
 */
#define OPENSSL_API_COMPAT 0x10101000L

#include "core/digest.h"

#include <openssl/sha.h>
#include <stddef.h>

uint64_t digest_of(struct slice bytes)
{
	unsigned char sum[SHA256_DIGEST_LENGTH];
	SHA256_CTX context;
	uint64_t digest = 0;

	// Of these, which keep everything in the context, none can fail.
	(void)!SHA256_Init(&context);
	(void)!SHA256_Update(&context, bytes.data, bytes.len);
	(void)!SHA256_Final(sum, &context);
	for (size_t i = 0; i < sizeof(digest); i++)
		digest = digest << 8 | sum[i];
	return digest;
}
