/*
 * Who may come in to Splunk's HTTP Event Collector, by which channel, and to
 * which index: the tokens, as --token describes them.
 */
#ifndef SIEM_MOCK_ACCESS_H
#define SIEM_MOCK_ACCESS_H

#include "core/attr.h"
#include "core/err.h"
#include "core/opt.h"
#include "core/slice.h"
#include "http.h"
#include "reply.h"

#include <stdbool.h>
#include <stddef.h>

struct token {
	struct slice name;    // "*" is any
	struct slice indexes; // divided by '|'; empty: all
	struct slice cookie;  // which holds the channel; empty: none
	bool ack, disabled, query;
};

struct tokens {
	struct token *items;
	size_t count;
};

/* One description, which is borrowed. */
int token_parse(struct token *t, const char *spec, struct err *e) MUST_CHECK;

/* Where no token is described, any is good. The descriptions are borrowed. */
int tokens_read(struct tokens *t, const struct opt_list *specs,
		struct err *e) MUST_CHECK;
void tokens_free(struct tokens *t);

/* Who is it? A token in the query counts more than that of the header. */
enum code access_token(const struct tokens *t, const struct http_request *r,
		       const struct token **token);

/* By which channel? NULL, where none is required. */
enum code access_channel(const struct http_request *r, bool required,
			 const char **channel);

/* May events go to that index? One that has none goes where the token says. */
bool access_to_index(const struct token *t, struct slice index);

#endif
