#include "net/tlsoptions.h"

struct tls_options tls_options_elsewhere(const struct tls_options *options)
{
	return (struct tls_options){ .ca_file = options->ca_file,
				     .min_version = options->min_version,
				     .insecure = options->insecure };
}
