/*
 * What the ways into Microsoft Sentinel share: records as rows of a table, and
 * the words of what is refused.
 */
#ifndef SIEM_DEST_AZURE_H
#define SIEM_DEST_AZURE_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"
#include "dest/dest.h"
#include "dest/setting.h"

#include <stdbool.h>
#include <stddef.h>

/* dest_type.formats: rows of a table, and lines that have no columns. */
#define AZURE_FORMATS                                              \
	"json=--sentinel|cef=--csl|sentinel=--sentinel|csl=--csl|" \
	"syslog=--rfc5424"

/* Where a line goes that has no columns of its own. */
struct azure_columns {
	const char *time, *text;
};

/*
 * Append a record as a JSON object. What is one passes as it is; any other
 * line becomes an object of two columns: the time that is found in it, else
 * that of its reading, in UTC, and the line as a string.
 */
void azure_put_row(const struct dest_record *record,
		   const struct azure_columns *columns, struct buf *out);

/*
 * Before and behind an element of a JSON array: begin it, and see that it is
 * all there. ERR_DATA: it is longer than most bytes, brackets included, so
 * that it can never be sent.
 */
size_t azure_begin_element(size_t index, struct buf *body);
int azure_end_element(size_t start, size_t most, const struct buf *body,
		      struct err *e) MUST_CHECK;

/* setting_limits() of those that take no compressed requests. */
int azure_limits(const struct settings *s, size_t first,
		 struct dest_limits *limits, struct err *e) MUST_CHECK;

/* What an answer says is wrong, in the words of the session; NULL: nothing. */
struct azure_said {
	const char *code, *text;
};

/* {"error":{"code":"...","message":"..."}}, {"Error":"...","Message":"..."},
   or <Error><Code>...</Code><Detail>...</Detail></Error>. */
struct azure_said azure_read(struct dest_session *session,
			     const struct answer *answer);

/* The reason: ours, which may be NULL, and theirs; or that there is none of
   theirs, where somebody refuses. */
const char *azure_reason(struct dest_session *session, int status,
			 const char *ours, const struct azure_said *said);

/* Success, but not in the words that Azure uses for it. */
extern const char azure_foreign[];

#endif
