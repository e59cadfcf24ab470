/*
 * Apart from the rest of url.h, so that whoever needs no more of it needs no
 * libcurl.
 */
#include "net/url.h"

#include <string.h>

void url_put_escaped(struct buf *out, struct slice text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._~";

	for (; text.len > 0; text = slice_from(text, 1))
		if (memchr(plain, *text.data, sizeof(plain) - 1) != NULL)
			buf_putc(out, *text.data);
		else
			buf_printf(out, "%%%02X", (unsigned char)*text.data);
}
