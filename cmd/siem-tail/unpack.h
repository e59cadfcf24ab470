/*
 * What a .gz file (RFC 1952) holds, while it may still be written.
 *
 * Members that follow each other are read as one; what follows the last and is
 * none, NULs most often, is passed over as gzip(1) does.
 */
#ifndef SIEM_TAIL_UNPACK_H
#define SIEM_TAIL_UNPACK_H

#include "core/attr.h"
#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct unpack;

/* Begin at the start of an open file, which is borrowed. NULL: no memory. */
struct unpack *unpack_open(int fd) MUST_CHECK;

/*
 * The next n bytes at most. 0: there are none yet or, where
 * unpack_is_whole(), for good; -1 with e filled: it cannot be read, or is
 * damaged.
 */
ssize_t unpack_read(struct unpack *u, char *out, size_t n,
		    struct err *e) MUST_CHECK;

/* Was the trailer there, the file's end behind it, and the checksum right? */
bool unpack_is_whole(const struct unpack *u);

/* Go back to the start. -1: no memory. */
int unpack_restart(struct unpack *u) MUST_CHECK;

void unpack_close(struct unpack *u);

#endif
