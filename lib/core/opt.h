/*
 * The command line of a tool, from one table.
 *
 * Each row says everything about its option. The parser, --help and the shell
 * completion read the same rows, so they cannot disagree.
 */
#ifndef SIEM_CORE_OPT_H
#define SIEM_CORE_OPT_H

#include "core/attr.h"
#include "core/err.h"
#include "core/rate.h"
#include "core/timestamp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum opt_kind {
	OPT_KIND_FLAG,   // bool: set to true
	OPT_KIND_STRING, // const char *: borrowed from argv
	OPT_KIND_COUNT,  // size_t: a decimal number
	OPT_KIND_SIZE,   // size_t: bytes, "65536", "64KB", "64MB", "10GB"
	OPT_KIND_MS,     // size_t: milliseconds, given in seconds, "2", "0.25"
	OPT_KIND_RATE,   // struct rate: "1000/s" records, "5MB/s" bytes
	OPT_KIND_TIME,   // struct opt_time: "2025-10-08T22:45:00Z", "-2h", ...
	OPT_KIND_PICK,   // struct opt_pick: the option's own name, and a variant
	OPT_KIND_LIST,   // struct opt_list: every use adds its argument
};

/* A point in time. */
struct opt_time {
	const char *text; // as it was given; NULL: it was not
	struct timestamp at;
};

/* Which of several options that exclude each other was used. */
struct opt_pick {
	const char *name;    // the long form, without dashes; NULL if none was
	const char *variant; // as in --leef=1.0; NULL where none was given
};

/* The arguments of an option that may be used more than once. */
struct opt_list {
	const char **items; // count of them, borrowed from argv
	size_t count;
};

struct opt {
	enum opt_kind kind;
	char letter;      // the short form, or 0
	const char *name; // the long form, without dashes; NULL ends the table
	const char *arg;  // what --help calls the argument; NULL for a flag
	const char *help; // one line, lower case, no full stop
	size_t offset;    // of the field to fill in the command's struct config
	size_t most;      // the largest COUNT, SIZE or MS, 0: no bound
	/*
	 * PICK: the variants that --name=VARIANT may name, divided by '|', the
	 * first being that of a plain --name; NULL where it takes none.
	 * STRING: where not NULL, the argument is optional, as in --name=ARG,
	 * and this is the value of a plain --name.
	 */
	const char *variants;
};

/* The offset of a field, which must be of type want or it will not compile. */
#define OPT_FIELD(field, want) \
	_Generic(((struct config *)0)->field, want: offsetof(struct config, field))

#define OPT_FLAG(l, n, field, h)                                       \
	{                                                              \
		.kind = OPT_KIND_FLAG, .letter = l, .name = n, .help = h, \
		.offset = OPT_FIELD(field, bool)                       \
	}
#define OPT_STRING(l, n, field, a, h)                                    \
	{                                                                \
		.kind = OPT_KIND_STRING, .letter = l, .name = n, .arg = a, \
		.help = h, .offset = OPT_FIELD(field, const char *)      \
	}
#define OPT_OPTIONAL(l, n, field, a, plain, h)                           \
	{                                                                \
		.kind = OPT_KIND_STRING, .letter = l, .name = n, .arg = a, \
		.help = h, .offset = OPT_FIELD(field, const char *),     \
		.variants = plain                                        \
	}
#define OPT_COUNT(l, n, field, a, m, h)                                 \
	{                                                               \
		.kind = OPT_KIND_COUNT, .letter = l, .name = n, .arg = a, \
		.help = h, .most = m, .offset = OPT_FIELD(field, size_t) \
	}
#define OPT_SIZE(l, n, field, a, m, h)                                  \
	{                                                               \
		.kind = OPT_KIND_SIZE, .letter = l, .name = n, .arg = a, \
		.help = h, .most = m, .offset = OPT_FIELD(field, size_t) \
	}
#define OPT_MS(l, n, field, a, m, h)                                    \
	{                                                               \
		.kind = OPT_KIND_MS, .letter = l, .name = n, .arg = a,  \
		.help = h, .most = m, .offset = OPT_FIELD(field, size_t) \
	}
#define OPT_RATE(l, n, field, a, h)                                    \
	{                                                              \
		.kind = OPT_KIND_RATE, .letter = l, .name = n, .arg = a, \
		.help = h, .offset = OPT_FIELD(field, struct rate)     \
	}
#define OPT_TIME(l, n, field, h)                                          \
	{                                                                 \
		.kind = OPT_KIND_TIME, .letter = l, .name = n, .arg = "TIME", \
		.help = h, .offset = OPT_FIELD(field, struct opt_time)    \
	}
#define OPT_PICK(n, field, v, h)                                          \
	{                                                                 \
		.kind = OPT_KIND_PICK, .name = n, .help = h, .variants = v, \
		.offset = OPT_FIELD(field, struct opt_pick)               \
	}
#define OPT_LIST(l, n, field, a, h)                                    \
	{                                                              \
		.kind = OPT_KIND_LIST, .letter = l, .name = n, .arg = a, \
		.help = h, .offset = OPT_FIELD(field, struct opt_list) \
	}
#define OPT_END { .name = NULL }

/* What every tool takes; its struct config has a field "common" of this. */
struct opt_common {
	bool quiet, verbose, stats;
	size_t grace_sec;
	const char *metrics;
};

#define OPT_COMMON_DEFAULTS { .grace_sec = 10 }
#define OPT_COMMON_ROWS                                                   \
	OPT_COUNT(0, "grace", common.grace_sec, "SECONDS", 86400,         \
		  "how long ending may take after a signal [10]"),        \
	OPT_STRING(0, "metrics", common.metrics, "FILE",                  \
		   "keep counts in FILE, for Prometheus"),                \
	OPT_FLAG('q', "quiet", common.quiet, "say nothing but errors"),   \
	OPT_FLAG(0, "stats", common.stats,                                \
		 "print a line of counts at the end"),                    \
	OPT_FLAG('v', "verbose", common.verbose, "say what is done")

struct cli {
	const char *name;
	const char *operands; // as in "[FILE...]", or "" when there are none
	const char *summary;  // one line
	const struct opt *options;
};

/*
 * Fill config from argv, whose operands are moved behind its options (what
 * follows "--" is never an option). Strings stay in argv and are borrowed from
 * it; an opt_list is the caller's to free.
 *
 * Returns the index of the first operand; 0 if the command line asked for
 * --help, --version or --list-options, which has then been printed; -1 with
 * e filled.
 */
int opt_parse(const struct cli *cli, int argc, char *argv[], void *config,
	      struct err *e) MUST_CHECK;

/* Apply -q and -v. */
void opt_apply_common(const struct opt_common *common);

/*
 * Read "64MB" and the like: B, KB, MB, GB, TB, powers of 1024, any case, also
 * as K, KiB; a plain number is bytes. False where it is none or overflows.
 */
bool opt_parse_size(const char *text, size_t *size) MUST_CHECK;

/* Read seconds, as "2" or "0.25", as milliseconds. False where it is none. */
bool opt_parse_ms(const char *text, size_t *ms) MUST_CHECK;

/* Read "1000/s" and "5MB/s". False where it is none. */
bool opt_parse_rate(const char *text, struct rate *rate) MUST_CHECK;

#endif
