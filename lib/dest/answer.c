#include "dest/answer.h"

#include "core/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

bool answer_header(const struct answer *answer, const char *name,
		   struct slice *value)
{
	const size_t len = strlen(name);
	struct slice left = answer->headers;

	while (left.len > 0) {
		const char *lf = memchr(left.data, '\n', left.len);
		size_t n = lf != NULL ? (size_t)(lf - left.data) + 1 : left.len;

		if (n > len && left.data[len] == ':' &&
		    strncasecmp(left.data, name, len) == 0) {
			*value = slice_trim((struct slice){ left.data + len + 1,
							    n - len - 1 });
			return true;
		}
		left = slice_from(left, n);
	}
	return false;
}

/*
 * One record by itself is too large. Where nothing else gets through either,
 * it is not the record that is to blame, but something in between.
 */
static enum verdict judge_too_large(struct dest_session *session)
{
	enum { BELIEVED = 3 }; // before anything was accepted

	return session->accepted || session->too_large++ < BELIEVED
		       ? VERDICT_REJECT
		       : VERDICT_HOLD;
}

static enum verdict verdict_of(int status, struct dest_session *session,
			       size_t count)
{
	switch (status) {
	case 408:
	case 425:
	case 429:
		return VERDICT_RETRY;
	case 413:
		return count > 1 ? VERDICT_SPLIT : judge_too_large(session);
	case 401:
	case 403:
	case 404:
	case 405:
	case 407:
	case 415:
	case 501:
		return VERDICT_HOLD;
	default:
		break;
	}
	if (status >= 200 && status < 300)
		return VERDICT_DELIVERED;
	if (status >= 300 && status < 400)
		return VERDICT_HOLD;
	if (status >= 400 && status < 500)
		return count > 1 ? VERDICT_SPLIT : VERDICT_RETRY;
	return VERDICT_RETRY;
}

struct judgement answer_by_status(const struct answer *answer,
				  struct dest_session *session, size_t count)
{
	struct judgement j = {
		.verdict = verdict_of(answer->status, session, count),
	};

	if (j.verdict == VERDICT_RETRY)
		j.wait_ms = answer->retry_after_ms >= 0 ? answer->retry_after_ms
							: WAIT_BACKOFF;
	return j;
}

struct judgement answer_unauthorized(struct dest_session *session)
{
	bool is_new = session->token.len > 0 && !session->token_is_past;

	if (is_new && !session->token_works)
		return (struct judgement){ .verdict = VERDICT_HOLD,
					   .reason = "the token is refused" };
	if (is_new)
		buf_clear(&session->token);
	return (struct judgement){ .verdict = VERDICT_RETRY,
				   .reason = "the token has ended" };
}

void answer_judge_all(struct judgement *judgements, size_t count,
		      struct judgement judgement)
{
	for (size_t i = 0; i < count; i++)
		judgements[i] = judgement;
}

enum verdict answer_found(const struct answer *answer,
			  const struct judgement *j, struct err *finding)
{
	const char *why = j->reason;

	if (why == NULL)
		why = j->verdict == VERDICT_RETRY
			      ? "and no word of why: try again later"
			      : "and no word of why: is it the right address?";
	err_set(finding, ERR_NONE, "status %d, %s", answer->status, why);
	return j->verdict;
}

enum verdict answer_not_told(const struct answer *answer, struct err *finding)
{
	err_set(finding, ERR_NONE,
		"not told: status %d; --check=send shows whether records are "
		"taken",
		answer->status);
	return VERDICT_PENDING;
}

const char *answer_words(struct dest_session *session, const char *fmt, ...)
{
	char text[ANSWER_WORDS_MAX + 4]; // the last character may be cut
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (n < 0)
		return "";

	struct slice whole = { text, strnlen(text, sizeof(text)) };
	whole.len = utf8_cut(whole, ANSWER_WORDS_MAX);
	char *words = arena_take(&session->words, whole.len + 1);
	if (words == NULL)
		return "";
	memcpy(words, whole.data, whole.len);
	words[whole.len] = '\0';
	return words;
}
