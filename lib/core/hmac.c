#include "core/hmac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <limits.h>

bool hmac_sha256(struct slice key, struct slice bytes,
		 unsigned char mac[HMAC_BYTES])
{
	unsigned len = HMAC_BYTES;

	return key.len <= INT_MAX &&
	       HMAC(EVP_sha256(), key.len > 0 ? key.data : "", (int)key.len,
		    (const unsigned char *)bytes.data, bytes.len, mac,
		    &len) != NULL;
}
