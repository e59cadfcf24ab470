#include "net/tlspins.h"

#include "core/base64.h"
#include "core/buf.h"
#include "core/slice.h"

#include <openssl/sha.h>
#include <string.h>

static const char divider[] = ";, \t\n";
static const char prefix[] = "sha256//";

bool tls_pins_next(const char **list, struct slice *pin)
{
	*list += strspn(*list, divider);
	*pin = (struct slice){ *list, strcspn(*list, divider) };
	*list += pin->len;
	return pin->len > 0;
}

static bool is_pin(struct slice text)
{
	const size_t start = sizeof(prefix) - 1;
	struct buf digest = BUF_INIT(SHA256_DIGEST_LENGTH + 3);

	bool is = slice_has_prefix(text, SLICE("sha256//")) &&
		  base64_read(slice_from(text, start), &digest) &&
		  digest.len == SHA256_DIGEST_LENGTH &&
		  text.len == TLS_PIN_SIZE - 1;
	buf_free(&digest);
	return is;
}

int tls_pins_check(const char *pins, struct err *e)
{
	struct slice pin;
	bool any = false;

	while (tls_pins_next(&pins, &pin)) {
		if (!is_pin(pin))
			return err_set(e, ERR_USAGE,
				       "%.*s is no pin: those are sha256// and "
				       "44 characters of Base64",
				       (int)(pin.len < 80 ? pin.len : 80),
				       pin.data);
		any = true;
	}
	return any ? 0 : err_set(e, ERR_USAGE, "there is no pin in it");
}

void tls_pin_of(X509 *cert, char out[TLS_PIN_SIZE])
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	unsigned char *der = NULL;
	struct buf text = BUF_INIT(TLS_PIN_SIZE);
	int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);

	out[0] = '\0';
	if (len > 0 && SHA256(der, (size_t)len, digest) != NULL) {
		buf_puts(&text, prefix);
		base64_put(&text, (struct slice){ (const char *)digest,
						  sizeof(digest) });
		if (buf_status(&text) == 0 && text.len == TLS_PIN_SIZE - 1)
			memcpy(out, buf_str(&text), TLS_PIN_SIZE);
	}
	buf_free(&text);
	OPENSSL_free(der);
}

bool tls_pins_have(const char *pins, const char *pin)
{
	const struct slice wanted = { pin, strlen(pin) };
	struct slice one;

	while (tls_pins_next(&pins, &one))
		if (slice_is(one, wanted))
			return true;
	return false;
}
