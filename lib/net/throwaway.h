/*
 * Throw-away certificates: an authority that signs one server and one client,
 * for trying things out on this machine. Not for anything that matters.
 */
#ifndef SIEM_NET_THROWAWAY_H
#define SIEM_NET_THROWAWAY_H

#include "core/attr.h"
#include "core/err.h"

#include <stdbool.h>

struct throwaway_options {
	const char *name; // of the server; NULL: localhost, 127.0.0.1 and ::1
	bool expired;     // the server's certificate is of the past
};

/* The files throwaway_make() writes, the last one NULL. */
extern const char *const throwaway_files[];

/*
 * Write ca.pem, server.pem, server.key, client.pem and client.key to a folder
 * that is there, readable by the owner alone. They are good for thirty days.
 */
int throwaway_make(const char *dir, const struct throwaway_options *options,
		   struct err *e) MUST_CHECK;

#endif
