/*
 * Any bytes as a time: what is read is within bounds, is written in every form
 * within TIMESTAMP_MAX, and is the same time when RFC 5424's form is read.
 */
#include "core/timestamp.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void check(bool condition)
{
	if (!condition)
		abort();
}

static void check_forms(const struct timestamp *t)
{
	static size_t (*const forms[])(const struct timestamp *, char *) = {
		timestamp_rfc5424, timestamp_rfc3164, timestamp_epoch_ms,
		timestamp_epoch_sec, timestamp_cef
	};
	char out[TIMESTAMP_MAX];

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		size_t len = forms[i](t, out);

		check(len < sizeof(out) && strlen(out) == len);
	}
}

/* The text of RFC 5424 says the same time, but for digits beyond six. */
static void check_round_trip(const struct timestamp *t)
{
	char out[TIMESTAMP_MAX];
	struct timestamp again;
	size_t len = timestamp_rfc5424(t, out);

	check(timestamp_parse((struct slice){ out, len }, &again));
	check(again.sec == t->sec - t->leap);
	check(t->digits > 6 ? again.nsec == t->nsec / 1000 * 1000
			    : again.nsec == t->nsec);
	check(again.offset_min == t->offset_min && again.zulu == t->zulu);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	// Exactly as long as it is, so that reading on is noticed.
	char *copy = malloc(n > 0 ? n : 1);
	struct timestamp t;

	check(copy != NULL);
	memcpy(copy, bytes, n);
	for (int epoch = 0; epoch < 2; epoch++) {
		struct slice text = { copy, n };

		if (epoch == 0 ? !timestamp_parse(text, &t)
			       : !timestamp_parse_epoch(text, &t))
			continue;
		check(t.nsec < 1000000000 && t.digits <= 9);
		check(t.sec >= INT64_C(-62167219200) &&
		      t.sec <= INT64_C(253402300799));
		check(t.offset_min > -24 * 60 && t.offset_min < 24 * 60);
		check_forms(&t);
		check_round_trip(&t);
	}
	free(copy);
	return 0;
}
