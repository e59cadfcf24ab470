#include "net/tlssocket.h"

#include <errno.h>
#include <sys/socket.h>

static int write_bytes(BIO *bio, const char *bytes, int n)
{
	struct tls_socket *s = BIO_get_data(bio);
	ssize_t got = send(s->fd, bytes, (size_t)n, MSG_NOSIGNAL);

	BIO_clear_retry_flags(bio);
	if (got >= 0) {
		s->sent += (uint64_t)got;
		return (int)got;
	}
	if (errno != EAGAIN && errno != EINTR && errno != ENOBUFS)
		s->write_error = errno;
	BIO_set_retry_write(bio);
	return -1;
}

static int read_bytes(BIO *bio, char *bytes, int n)
{
	struct tls_socket *s = BIO_get_data(bio);
	ssize_t got = recv(s->fd, bytes, (size_t)n, 0);

	BIO_clear_retry_flags(bio);
	if (got > 0)
		return (int)got;
	if (got == 0)
		s->eof = true;
	else if (errno == EAGAIN || errno == EINTR)
		BIO_set_retry_read(bio);
	else
		s->read_error = errno;
	return (int)got;
}

static long control(BIO *bio, int command, long number, void *pointer)
{
	const struct tls_socket *s = BIO_get_data(bio);

	(void)number;
	(void)pointer;
	if (command == BIO_CTRL_FLUSH)
		return 1;
	return command == BIO_CTRL_EOF && s->eof;
}

BIO_METHOD *tls_socket_method(void)
{
	BIO_METHOD *m = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "siem socket");

	if (m != NULL && BIO_meth_set_write(m, write_bytes) == 1 &&
	    BIO_meth_set_read(m, read_bytes) == 1 &&
	    BIO_meth_set_ctrl(m, control) == 1)
		return m;
	BIO_meth_free(m);
	return NULL;
}

BIO *tls_socket_bio(const BIO_METHOD *method, struct tls_socket *s)
{
	BIO *bio = BIO_new(method);

	if (bio == NULL)
		return NULL;
	BIO_set_data(bio, s);
	BIO_set_init(bio, 1);
	return bio;
}
