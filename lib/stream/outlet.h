/*
 * Standard output, without ever being stuck in it: a tool that waits for its
 * reader has other things to see to all the same.
 */
#ifndef SIEM_STREAM_OUTLET_H
#define SIEM_STREAM_OUTLET_H

#include "core/attr.h"
#include "core/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct outlet {
	int fd;
	bool own;         // fd is one of our own on the same pipe
	bool shared_pipe; // it is a pipe, and there is none of our own
	bool socket;
	bool regular; // a file: which one follows
	dev_t dev;
	ino_t ino;
	int64_t wrote_ns; // when it was last written to, by clock_ns()
};

int outlet_open(struct outlet *o, struct err *e) MUST_CHECK;

/*
 * Write some of the bytes and return how many; 0: it takes none yet, so poll(2)
 * fd for POLLOUT; -1 with e filled. Where the kernel offers no way to try, it
 * waits until they are written.
 */
ssize_t outlet_write(struct outlet *o, const char *bytes, size_t n,
		     struct err *e) MUST_CHECK;

void outlet_close(struct outlet *o);

#endif
