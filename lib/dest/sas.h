/*
 * Connection strings of Azure Event Hubs, and the shared access signatures
 * that are made by what is in them.
 */
#ifndef SIEM_DEST_SAS_H
#define SIEM_DEST_SAS_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"

#include <stdbool.h>
#include <stdint.h>

/* A connection string, taken apart where it stands; empty: it has no such. */
struct sas {
	struct slice host; // and its port
	bool plain;        // by HTTP without TLS
	struct slice hub;
	struct slice key_name, key;
	struct slice signature; // made by somebody else, in place of a key
};

/*
 * "Endpoint=sb://HOST/;SharedAccessKeyName=NAME;SharedAccessKey=KEY", with
 * ";EntityPath=HUB" where it is for that hub alone, and with
 * "SharedAccessSignature=TEXT" in place of the name and the key. Names are the
 * same in any case, and such as say nothing to us are passed over. ERR_USAGE
 * says what is wrong without a word of what is in it.
 */
int sas_parse(struct slice text, struct sas *sas, struct err *e) MUST_CHECK;

/*
 * Append the value of an Authorization header for what is at or below uri, good
 * until then. A signature that was given is that value.
 */
int sas_put_token(const struct sas *sas, struct slice uri, int64_t until_sec,
		  struct buf *out, struct err *e) MUST_CHECK;

#endif
