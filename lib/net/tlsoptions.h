/*
 * How a client is to use TLS: the same for every destination, be it reached by
 * a stream or by HTTP.
 */
#ifndef SIEM_NET_TLSOPTIONS_H
#define SIEM_NET_TLSOPTIONS_H

#include <stdbool.h>

struct tls_options {
	const char *ca_file;      // NULL: the system's
	const char *crl_file;     // what its authorities took back; NULL: none
	const char *cert_file;    // our own, with its chain; NULL: none
	const char *key_file;     // NULL: in cert_file
	const char *key_password; // of an encrypted key; NULL: it is not
	const char *server_name;  // SNI and the name to verify; NULL: the host
	const char *min_version;  // "1.2" or "1.3"; NULL: 1.2
	const char *pinned_keys;  // as net/tlspins.h reads it; NULL: any key
	bool insecure;            // do not verify
};

/*
 * The same for others than the destination, as who gives out tokens: neither
 * its name, nor who we are to it, nor what is said of its key and authorities.
 */
struct tls_options tls_options_elsewhere(const struct tls_options *options);

#endif
