/*
 * For tests of kinds that send requests: what --check asks, and what it finds
 * in an answer.
 */
#ifndef SIEM_TEST_ASKED_H
#define SIEM_TEST_ASKED_H

#include "dest/opening.h"

#include "check.h"

#include <stdio.h>
#include <string.h>

static size_t options_in(const char *const *list)
{
	size_t n = 0;

	while (list[n] != NULL)
		n++;
	return n;
}

/* The request of the first step of --check, "METHOD URL", a blank and its body,
   or "none". */
static const char *check_asks(const char *spec, const char *const *options)
{
	static char text[2000];
	struct dest_session session = { .token = BUF_INIT(100) };
	struct request r = { .url = BUF_INIT(1 << 16),
			     .headers = BUF_INIT(1 << 16),
			     .body = BUF_INIT(1 << 16) };
	struct err e = { 0 };
	struct dest d;

	CHECK(dest_open(&d, spec, options, options_in(options), &e) == 0);
	snprintf(text, sizeof(text), "none");
	if (d.plan.request->steps != NULL) {
		CHECK(d.plan.request->check(d.plan.config, &session, 0, &r,
					    &e) == 0);
		snprintf(text, sizeof(text), "%s %s %s", r.method,
			 buf_str(&r.url), buf_str(&r.body));
	}
	buf_free(&r.url);
	buf_free(&r.headers);
	buf_free(&r.body);
	dest_close(&d);
	return text;
}

/* An answer to it, and what is found. */
struct found {
	int status;
	const char *body;
	enum verdict verdict;
	const char *words; // that it begins with
};

static inline bool is_found(const struct dest *d, const struct found *want)
{
	const struct answer answer = { .status = want->status,
				       .headers = SLICE(""),
				       .body = slice_of(want->body),
				       .retry_after_ms = -1 };
	struct dest_session session = { .words = ARENA_INIT(1 << 16),
					.token = BUF_INIT(100) };
	struct err finding = { 0 };
	enum verdict v = d->plan.request->checked(d->plan.config, &session, 0,
						  &answer, &finding);
	const bool good =
		v == want->verdict &&
		strncmp(finding.text, want->words, strlen(want->words)) == 0;

	if (!good)
		printf("# status %d: verdict %d, %s\n", want->status, (int)v,
		       finding.text);
	arena_free(&session.words);
	buf_free(&session.token);
	return good;
}

#define FINDS(spec, options, rows)                                            \
	do {                                                                  \
		struct err why = { 0 };                                       \
		struct dest asked;                                            \
                                                                              \
		CHECK(dest_open(&asked, spec, options, options_in(options),   \
				&why) == 0);                                  \
		for (size_t i = 0; i < sizeof(rows) / sizeof((rows)[0]); i++) \
			CHECK(is_found(&asked, &(rows)[i]));                  \
		dest_close(&asked);                                           \
	} while (false)

#endif
