/*
 * What answers to requests have in common, whoever gives them.
 *
 * A kind judges by what its destination has said, and falls back to what the
 * status means by itself.
 */
#ifndef SIEM_DEST_ANSWER_H
#define SIEM_DEST_ANSWER_H

#include "core/attr.h"
#include "core/slice.h"
#include "dest/dest.h"

#include <stdbool.h>
#include <stddef.h>

/* The value of the first header of that name; false: there is none. */
bool answer_header(const struct answer *answer, const char *name,
		   struct slice *value) MUST_CHECK;

/*
 * What a status means for each of count records, by itself: success is
 * DELIVERED; 413 SPLIT, and of one that is alone REJECT, but HOLD from the
 * fourth on where nothing was accepted in this run: all of it is refused; 408,
 * 425, 429, and of a server in trouble, RETRY, after the time that was asked
 * for; what speaks of credentials, of where or how we ask, HOLD. Any other
 * refusal may be because of one record, and is SPLIT; but one that is alone is
 * RETRY: nothing has been said against it. No reason is given.
 */
struct judgement answer_by_status(const struct answer *answer,
				  struct dest_session *session,
				  size_t count) MUST_CHECK;

/*
 * What 401 means to a kind that fetches tokens: one that has worked has ended
 * before its time, and is given up for another; a new one that is refused is a
 * matter of the set-up.
 */
struct judgement answer_unauthorized(struct dest_session *session) MUST_CHECK;

/* The same judgement on all of them. */
void answer_judge_all(struct judgement *judgements, size_t count,
		      struct judgement judgement);

/*
 * What --check has found in an answer that is not good: its status, and the
 * reason of the judgement, or what to do where there is none. Returns the
 * verdict.
 */
enum verdict answer_found(const struct answer *answer,
			  const struct judgement *judgement,
			  struct err *finding);

/* The same of one that tells nothing, neither good nor bad. */
enum verdict answer_not_told(const struct answer *answer, struct err *finding);

/*
 * Words for a reason, good until the next answer is judged: what is taken out
 * of an answer, as from JSON, may be gone before. They are cut to so many
 * bytes, and to whole characters.
 */
enum { ANSWER_WORDS_MAX = 200 };
const char *answer_words(struct dest_session *session, const char *fmt, ...)
	PRINTF_LIKE(2, 3);

#endif
