/*
 * Any bytes as a stream of syslog: every byte of it is in a record, and each
 * record is an object in which no member is there twice, or refused. Told or
 * not of departures, the object is the same; what it departs from is within
 * the record.
 */
#include "json/walk.h"
#include "parse/counted.h"
#include "parse/registry.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { MAX_RECORD = 4096 };

static void check_departure(void *who, const struct departure *d)
{
	const struct reading *r = who;

	if (d->rule == NULL || d->message[0] == '\0' || d->column < 1 ||
	    d->column - 1 > r->record.len ||
	    d->bytes.len > r->record.len - (d->column - 1))
		abort();
}

static void check_object(struct slice object)
{
	json_error_t error;
	json_t *root =
		json_loadb(object.data, object.len,
			   JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);

	if (!walk_is_object(object))
		abort();
	// Of all names, jansson does not take one with a NUL.
	if (root == NULL &&
	    json_error_code(&error) != json_error_null_byte_in_key)
		abort();
	json_decref(root);
}

/* Does it hold an object of the input, which may have a member twice? */
static bool is_foreign(struct slice object)
{
	return memmem(object.data, object.len, "\"json\":", 7) != NULL;
}

static void check_record(struct slice record)
{
	struct buf told = BUF_INIT(64 * MAX_RECORD);
	struct buf silent = BUF_INIT(64 * MAX_RECORD);
	struct reading r = READING_INIT(MAX_RECORD);
	struct err e = { 0 };

	r.out = &silent;
	int rc = parse_record(&r, record, &e);
	if (rc < 0 && (e.kind != ERR_DATA || silent.len != 0))
		abort();
	if (rc == 0 && !is_foreign(buf_slice(&silent)))
		check_object(buf_slice(&silent));

	r.out = &told;
	r.depart = check_departure;
	r.who = &r;
	if (parse_record(&r, record, &e) != rc ||
	    !slice_is(buf_slice(&told), buf_slice(&silent)))
		abort();
	reading_free(&r);
	buf_free(&silent);
	buf_free(&told);
}

/* The first record, by its count or its LF, off the front of the stream. */
static struct slice take_record(struct slice *stream)
{
	size_t len = 0;

	switch (counted_measure(*stream, MAX_RECORD, READER_NO_MORE, &len)) {
	case READER_END_MORE:
		abort();
	case READER_END_KNOWN:
		if (len == 0 || len > stream->len)
			abort();
		return slice_take_n(stream, len);
	case READER_END_LINE:
		break;
	}
	return slice_take_until(stream, '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct slice stream = { (const char *)bytes, n };

	if (n > MAX_RECORD)
		return 0;
	while (stream.len > 0)
		check_record(take_record(&stream));
	return 0;
}
