/*
 * What goes on behind the third byte of a lead is there to make it rare. That
 * it keeps nothing out is held against detectors whose leads have no more than
 * three bytes: on the texts of tests/vectors, on the same with bytes that are
 * changed, and on tokens of each make.
 */
#include "redact/detect.h"

#include "check.h"
#include "redact/classes.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { FINDS = 256, TEXT_MAX = 1 << 14, CHANGED = 40 };

struct find {
	size_t class;
	struct span span;
};

struct finds {
	struct find list[FINDS];
	size_t count;
};

static struct detector as_it_is, with_short_leads;
static size_t found; // by either, of all there was

static int take(void *who, size_t class, struct span span, struct err *e)
{
	struct finds *f = who;

	(void)e;
	if (f->count < FINDS)
		f->list[f->count++] = (struct find){ class, span };
	return 0;
}

static struct finds finds_of(const struct detector *d, struct slice text)
{
	struct finds f = { .count = 0 };
	struct err e;

	if (detector_find(d, text, take, &f, &e) != 0)
		abort();
	return f;
}

static bool find_the_same(struct slice text)
{
	struct finds a = finds_of(&as_it_is, text);
	struct finds b = finds_of(&with_short_leads, text);
	bool same = a.count == b.count;

	for (size_t i = 0; i < a.count && same; i++)
		same = a.list[i].class == b.list[i].class &&
		       a.list[i].span.from == b.list[i].span.from &&
		       a.list[i].span.to == b.list[i].span.to;
	found += a.count;
	if (!same)
		printf("# %zu or %zu finds: %.*s\n", a.count, b.count,
		       (int)text.len, text.data);
	return same;
}

/* A window up to its third set, kept for good. */
static const char *cut(const char *window)
{
	const char *p = window;

	for (int set = 0; set < 3; set++) {
		p += p[1] == '^' ? 3 : 2; // what comes first is of the set
		p = strchr(p, ']') + 1;
	}
	return strndup(window, (size_t)(p - window));
}

/* A class whose leads are cut, kept for good. */
static const struct class *with_cut_leads(const struct class *class)
{
	struct class *copy = malloc(sizeof(*copy));
	size_t count = 0;

	while (class->leads[count].window != NULL)
		count++;
	struct lead *leads = calloc(count + 1, sizeof(*leads));
	if (copy == NULL || leads == NULL)
		abort();
	for (size_t i = 0; i < count; i++)
		leads[i] = (struct lead){ cut(class->leads[i].window),
					  class->leads[i].find };
	*copy = *class;
	copy->leads = leads;
	return copy;
}

static void set_up(void)
{
	for (size_t i = 0; classes[i] != NULL; i++) {
		detector_add(&as_it_is, classes[i]);
		detector_add(&with_short_leads, with_cut_leads(classes[i]));
	}
	detector_compile(&as_it_is, "[REDACTED:");
	detector_compile(&with_short_leads, "[REDACTED:");
}

/* The next of numbers that look random and are always the same. */
static unsigned next_number(void)
{
	static unsigned long long state = 1;

	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (unsigned)(state >> 33);
}

/* Change a byte of a text that has room for one more. */
static size_t change(char *text, size_t len)
{
	static const char bytes[] = "0123456789abcdefABCxyz .-:/()+@_=,[]'"
				    "\"\n\xc2\xa0\xe2\x80\x91";
	size_t at = len > 0 ? next_number() % len : 0;
	char byte = bytes[next_number() % (sizeof(bytes) - 1)];

	switch (next_number() % 3) {
	case 0:
		if (len == 0)
			return 0;
		memmove(text + at, text + at + 1, len - at - 1);
		return len - 1;
	case 1:
		memmove(text + at + 1, text + at, len - at);
		text[at] = byte;
		return len + 1;
	default:
		if (len > 0)
			text[at] = byte;
		return len;
	}
}

static bool find_the_same_in_changed(const char *original)
{
	static char text[TEXT_MAX + CHANGED];
	size_t len = strlen(original);
	bool same = true;

	if (len > TEXT_MAX)
		return true;
	for (int k = 0; k < CHANGED; k++) {
		size_t now = len;

		memcpy(text, original, len);
		for (int i = 0; i < k; i += 8)
			now = change(text, now);
		same &= find_the_same((struct slice){ text, now });
	}
	return same;
}

static void check_vectors(const char *path)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t room = 0, rows = 0;
	bool same = true;

	while (f != NULL && getline(&line, &room, f) >= 0) {
		json_t *row = json_loads(line, 0, NULL);
		const char *text =
			json_string_value(json_object_get(row, "text"));

		if (text != NULL) {
			same &= find_the_same_in_changed(text);
			rows++;
		}
		json_decref(row);
	}
	CHECK(same && rows > 600);
	free(line);
	if (f != NULL)
		fclose(f);
}

static void long_leads_keep_out_nothing_of_the_texts(void)
{
	check_vectors("tests/vectors/redaction.jsonl");
	check_vectors("tests/vectors/redaction-field.jsonl");
}

static void long_leads_keep_out_no_make_of_token(void)
{
	static const char *const begins[] = {
		"sk-",       "sk_live_",
		"sk_test_",  "rk_live_",
		"rk_test_",  "whsec_",
		"ghp_",      "gho_",
		"ghu_",      "ghs_",
		"ghr_",      "github_pat_",
		"glpat-",    "glptt-",
		"gldt-",     "glrt-",
		"glcbt-",    "glft-",
		"glsoat-",   "glagent-",
		"xoxa-",     "xoxb-",
		"xoxc-",     "xoxe-",
		"xoxo-",     "xoxp-",
		"xoxr-",     "xoxs-",
		"xapp-",     "AIza",
		"ya29.",     "ya29.c.",
		"GOCSPX-",   "npm_",
		"pypi-",     "hf_",
		"dop_v1_",   "doo_v1_",
		"dor_v1_",   "shpat_",
		"shpca_",    "shppa_",
		"shpss_",    "hvs.",
		"hvb.",      "glsa_",
		"glc_",      "dckr_pat_",
		"dckr_oat_", "AKIA",
		"ASIA",      "Bearer ",
		"Basic ",    "basic ",
		"BEARER ",   "hooks.slack.com/services/",
	};
	static const char digits[] = "0A1B2C3D4E5F6A7B8C9D0E1F2A3B4C5D6E7F8A9B0"
				     "C1D2E3F4A5B6C7D8E9F0A1B";
	static const size_t lens[] = { 16, 20, 24, 28, 32, 35, 36, 50, 64 };
	char text[128];

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		size_t before = found;
		bool same = true;

		for (size_t k = 0; k < sizeof(lens) / sizeof(lens[0]); k++) {
			int len = snprintf(text, sizeof(text), "x %s%.*s y",
					   begins[i], (int)lens[k], digits);
			same &= find_the_same(
				(struct slice){ text, (size_t)len });
		}
		CHECK(same);
		if (found == before)
			printf("# nothing is found behind %s\n", begins[i]);
		CHECK(found > before);
	}
}

int main(void)
{
	set_up();
	RUN(long_leads_keep_out_nothing_of_the_texts);
	RUN(long_leads_keep_out_no_make_of_token);
	CHECK(found > 10000);
	return check_done();
}
