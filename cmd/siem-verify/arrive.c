#include "verify.h"

#include "absent.h"
#include "core/utf8.h"
#include "stream/reader.h"

#include <string.h>

enum {
	// A line that arrived may have as many bytes more than a record: the
	// rest of the object that holds it, and what escapes make of it.
	LINE_MORE = 16 << 20,
	ESCAPES = 6,
	NAMES_MAX = 32, // in the path of --field
};

enum form {
	FORM_AUTO,
	FORM_MOCK,  // what siem-mock writes
	FORM_JSON,  // objects in which --field holds the record
	FORM_LINES, // the records themselves
};

static const char *const form_names[] = { "auto", "mock", "json", "lines" };

/* How records are taken out of lines. */
struct taker {
	enum form form;
	struct paths *paths;
	struct scan scan;
	struct buf decoded, repaired;
	uint16_t raw, event, field; // slots
	struct absent absent;
};

static bool find_form(const char *name, enum form *form)
{
	for (size_t i = 0; i < sizeof(form_names) / sizeof(form_names[0]); i++)
		if (strcmp(form_names[i], name) == 0) {
			*form = (enum form)i;
			return true;
		}
	return false;
}

bool arrive_knows(const char *format)
{
	enum form form;

	return find_form(format, &form);
}

/* "a.b.c" as a path of members. */
static uint16_t add_field(struct paths *paths, const char *field)
{
	struct slice names[NAMES_MAX];
	size_t count = 0;

	for (const char *p = field; count < NAMES_MAX; p++) {
		size_t len = strcspn(p, ".");

		names[count++] = (struct slice){ p, len };
		p += len;
		if (*p == '\0')
			return paths_add(paths, names, count);
	}
	return 0;
}

static int taker_open(struct taker *t, const struct config *c, struct err *e)
{
	static const struct slice raw = { "raw", 3 };
	static const struct slice event = { "event", 5 };

	*t = (struct taker){
		.paths = paths_new(),
		.scan = SCAN_INIT,
		.decoded = BUF_INIT(SIZE_MAX / 4),
		.repaired = BUF_INIT(SIZE_MAX / 4),
		.absent = { .option = c->field != NULL ? "--field"
							 : "--format",
			    .path = c->field != NULL ? c->field : "raw" },
	};
	if (!find_form(c->format, &t->form))
		return err_set(e, ERR_USAGE, "option --format: no %s",
			       c->format);
	if (c->field != NULL && t->form == FORM_AUTO)
		t->form = FORM_JSON;
	if (t->paths == NULL || (t->raw = paths_add(t->paths, &raw, 1)) == 0 ||
	    (t->event = paths_add(t->paths, &event, 1)) == 0)
		return err_sys(e, "arrivals");
	if (c->field != NULL && (t->field = add_field(t->paths, c->field)) == 0)
		return err_set(e, ERR_USAGE, "option --field: %s is too deep",
			       c->field);
	return 0;
}

static void taker_close(struct taker *t)
{
	paths_free(t->paths);
	scan_free(&t->scan);
	buf_free(&t->decoded);
	buf_free(&t->repaired);
	absent_free(&t->absent);
}

/* Scan a line whose bytes need not be UTF-8. */
static bool scan_any(struct taker *t, struct slice line)
{
	struct err e;

	if (scan_record(&t->scan, t->paths, line, &e) == 0)
		return true;
	if (!t->scan.bad_utf8)
		return false;
	buf_clear(&t->repaired);
	utf8_repair(line, &t->repaired);
	return scan_record(&t->scan, t->paths, buf_slice(&t->repaired), &e) ==
	       0;
}

/* The record in a line; false: there is none. */
static bool take(struct taker *t, struct slice line, struct slice *record)
{
	enum form form = t->form;

	if (form == FORM_AUTO)
		form = slice_has_prefix(line, SLICE("{\"received\":"))
			       ? FORM_MOCK
			       : FORM_LINES;
	*record = line;
	if (form == FORM_LINES || (form == FORM_JSON && t->field == 0))
		return true;
	if (!scan_any(t, line))
		return false;

	struct value value =
		scan_value(&t->scan, form == FORM_JSON ? t->field : t->raw);
	if (form == FORM_MOCK && value.type == VALUE_NONE)
		value = scan_value(&t->scan, t->event);
	*record = digest_text(value, &t->decoded);
	return value.type != VALUE_NONE && buf_status(&t->decoded) == 0;
}

static int add_line(struct verify *v, struct taker *t, size_t file,
		    const struct input_line *line, struct err *e)
{
	struct entry entry = {
		.place = place_of(file, line->offset),
		.len = line->len < UINT32_MAX ? (uint32_t)line->len
					      : UINT32_MAX,
	};
	struct slice record;

	v->counts.arrived++;
	if (heed_signals(v, e) < 0)
		return -1;
	// A line that holds no record is like no record of the sources.
	if (line->too_long) {
		record = (struct slice){ NULL, 0 };
	} else if (!take(t, line->text, &record)) {
		record = (struct slice){ NULL, 0 };
		absent_note(&t->absent, line->text, v->arrived[file].name,
			    line->offset);
	}
	if (record.len > 0 && record.data[record.len - 1] == '\r')
		record.len--;
	if (digest_arrived(&v->digester, record, v->whole, &entry, e) < 0)
		return -1;
	return sorter_add(&v->arrivals, &entry, e);
}

int arrive(struct verify *v, struct err *e)
{
	const size_t longest = LINE_MORE + ESCAPES * v->config->max_record;
	struct taker t;
	int rc = -1;

	if (taker_open(&t, v->config, e) < 0)
		goto out;
	for (size_t i = 0; i < v->arrived_count; i++) {
		struct input_line line;
		int got;

		while ((got = input_next(&v->arrived[i], longest, &line, e)) >
		       0)
			if ((line.too_long || !reader_is_blank(line.text)) &&
			    add_line(v, &t, i, &line, e) < 0)
				goto out;
		if (got < 0)
			goto out;
		input_close(&v->arrived[i]);
	}
	absent_tell(&t.absent, v->counts.arrived);
	rc = 0;
out:
	taker_close(&t);
	return rc;
}
