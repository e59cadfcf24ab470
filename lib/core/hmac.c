#include "core/hmac.h"

#include "core/base64.h"

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

int hmac_put_base64(struct slice key, struct slice bytes, struct buf *out,
		    struct err *e)
{
	unsigned char mac[HMAC_BYTES];

	if (!hmac_sha256(key, bytes, mac))
		return err_set(e, ERR_SYSTEM, "signature: out of memory");
	base64_put(out, (struct slice){ (const char *)mac, sizeof(mac) });
	return 0;
}
