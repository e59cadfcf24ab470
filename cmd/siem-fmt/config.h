/*
 * What the command line of siem-fmt asks for.
 */
#ifndef SIEM_FMT_CONFIG_H
#define SIEM_FMT_CONFIG_H

#include "core/attr.h"
#include "core/err.h"
#include "core/opt.h"
#include "event/select.h"
#include "format/format.h"

#include <stdbool.h>
#include <stddef.h>

struct config {
	struct opt_pick format; // which row of the registry
	struct opt_pick syslog;
	const char *facility, *severity, *host;
	const char *map, *map_check;
	struct opt_list where;
	struct opt_list drop, keep, hash, redact, patterns;
	const char *hash_key;
	struct opt_time since, until;
	const char *reject;
	size_t max_line, max_record;
	bool no_limits, explain, list;
	struct opt_common common;
};

/*
 * Fill c from argv. Returns the index of the first operand; 0 where the
 * command line asked for something that has been printed; -1 with e filled.
 */
int config_parse(struct config *c, int argc, char *argv[],
		 struct err *e) MUST_CHECK;
void config_free(struct config *c);

/* What config comes to, with the memory that it needs. */
struct choice {
	const struct format *format;
	struct format_options options;
	char variant[16];
	char host[256];
};

/* -1 with e filled, ERR_USAGE: the options make no sense together. */
int config_choose(const struct config *c, struct choice *choice,
		  struct err *e) MUST_CHECK;

/*
 * Which records are wanted. The condition becomes one of the maps. -1 with e
 * filled.
 */
int config_select(const struct config *c, struct maps *maps,
		  struct select *selection, struct err *e) MUST_CHECK;

/* Print the formats and the maps there are (--list). */
int config_list(struct err *e) MUST_CHECK;

#endif
