#include "unpack.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

enum {
	PACKED_BLOCK = 16 << 10,
	GZIP_FORMAT = 16, // beside the size of the window: no other header
};

struct unpack {
	int fd;
	uint64_t offset; // of what is read next from fd
	z_stream z;
	bool begun; // in a member
	bool some;  // a member was whole
	bool over;  // what follows is none
	unsigned char in[PACKED_BLOCK];
};

struct unpack *unpack_open(int fd)
{
	struct unpack *u = calloc(1, sizeof(*u));

	if (u == NULL)
		return NULL;
	u->fd = fd;
	if (inflateInit2(&u->z, MAX_WBITS + GZIP_FORMAT) != Z_OK) {
		free(u);
		return NULL;
	}
	return u;
}

void unpack_close(struct unpack *u)
{
	if (u == NULL)
		return;
	inflateEnd(&u->z);
	free(u);
}

int unpack_restart(struct unpack *u)
{
	if (inflateReset(&u->z) != Z_OK)
		return -1;
	u->z.avail_in = 0;
	u->offset = 0;
	u->begun = false;
	u->some = false;
	u->over = false;
	return 0;
}

bool unpack_is_whole(const struct unpack *u)
{
	return u->some && !u->begun;
}

/* 1: there is something to unpack; 0: not now; -1: errno is set. */
static int fill(struct unpack *u)
{
	ssize_t n;

	if (u->z.avail_in > 0)
		return 1;
	do
		n = pread(u->fd, u->in, sizeof(u->in), (off_t)u->offset);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return (int)n;
	u->offset += (uint64_t)n;
	u->z.next_in = u->in;
	u->z.avail_in = (unsigned)n;
	return 1;
}

/* Between members: does what comes begin another? */
static void begin_member(struct unpack *u)
{
	enum { MAGIC = 0x1f };

	if (u->some && u->z.next_in[0] != MAGIC)
		u->over = true;
	else
		u->begun = true;
}

ssize_t unpack_read(struct unpack *u, char *out, size_t n, struct err *e)
{
	u->z.next_out = (unsigned char *)out;
	u->z.avail_out = (unsigned)n;
	while (u->z.avail_out > 0 && !u->over) {
		int got = fill(u);

		if (got < 0)
			return err_sys(e, "read");
		if (got == 0)
			break;
		if (!u->begun)
			begin_member(u);
		if (!u->begun)
			break;

		int rc = inflate(&u->z, Z_NO_FLUSH);
		if (rc == Z_STREAM_END) {
			u->some = true;
			u->begun = false;
			inflateReset(&u->z);
		} else if (rc != Z_OK && u->z.avail_out < n) {
			break; // what came before it first
		} else if (rc != Z_OK) {
			return err_set(e, ERR_SYSTEM,
				       "damaged, or no .gz file: %s",
				       u->z.msg != NULL ? u->z.msg : "inflate");
		}
	}
	return (ssize_t)(n - u->z.avail_out);
}
