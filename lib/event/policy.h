/*
 * What a map says of minimisation: the policy of a site, in one file with the
 * rest of what becomes of its records.
 */
#ifndef SIEM_EVENT_POLICY_H
#define SIEM_EVENT_POLICY_H

#include "core/attr.h"
#include "core/err.h"
#include "event/section.h"
#include "redact/redact.h"

#include <stddef.h>

struct policy_list {
	const char *const *items;
	size_t count;
};

/* Valid for as long as the maps are. */
struct policy {
	struct policy_list drop, keep, hash; // paths
	struct policy_list redact;           // classes
	const struct redact_pattern *patterns;
	size_t pattern_count;
};

/* Read "minimise" of a map, which may be missing, into l->policy. */
int policy_read(struct loader *l, const struct place *at,
		struct err *e) MUST_CHECK;

#endif
