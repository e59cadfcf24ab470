/*
 * The socket below a TLS connection, as OpenSSL sees it. It counts what went
 * out, and remembers what went wrong.
 */
#ifndef SIEM_NET_TLSSOCKET_H
#define SIEM_NET_TLSSOCKET_H

#include <openssl/bio.h>
#include <stdbool.h>
#include <stdint.h>

struct tls_socket {
	int fd;                      // which does not block, and is borrowed
	uint64_t sent;               // bytes
	bool eof;                    // it has come to its end
	int read_error, write_error; // errno, where it failed
};

/* What all of them do. NULL: out of memory. BIO_meth_free() it after them. */
BIO_METHOD *tls_socket_method(void);

/*
 * For SSL_set_bio(); s outlives it. A write that fails for good is told as one
 * to be tried again, so that an alert which came before can still be read: look
 * at write_error. NULL: out of memory.
 */
BIO *tls_socket_bio(const BIO_METHOD *method, struct tls_socket *s);

#endif
