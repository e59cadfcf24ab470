#include "format/date.h"

#include <stdio.h>
#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* One or two digits, after a space where there is only one. */
static bool take_day(struct slice *s, int *day)
{
	struct slice rest = *s;

	slice_take(&rest, SLICE(" "));
	if (rest.len == 0 || !is_digit(rest.data[0]))
		return false;
	*day = *slice_take_n(&rest, 1).data - '0';
	if (rest.len > 0 && is_digit(rest.data[0]))
		*day = 10 * *day + (*slice_take_n(&rest, 1).data - '0');
	if (!slice_take(&rest, SLICE(" ")))
		return false;
	*s = rest;
	return true;
}

static bool take_year(struct slice *s, int *year)
{
	int n = 0;

	if (s->len < 5 || s->data[4] != ' ')
		return false;
	for (size_t i = 0; i < 4; i++) {
		if (!is_digit(s->data[i]))
			return false;
		n = 10 * n + (s->data[i] - '0');
	}
	*year = n;
	*s = slice_from(*s, 5);
	return true;
}

/* "hh:mm:ss", with a fraction or without. */
static bool take_clock(struct slice *s, struct slice *clock)
{
	static const char shape[] = "00:00:00";
	size_t n = sizeof(shape) - 1;

	if (s->len < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (shape[i] == ':' ? s->data[i] != ':' : !is_digit(s->data[i]))
			return false;
	if (n + 1 < s->len && s->data[n] == '.' && is_digit(s->data[n + 1]))
		for (n++; n < s->len && is_digit(s->data[n]);)
			n++;
	*clock = slice_take_n(s, n);
	return true;
}

/* "Jan" to "Dec" */
static bool take_month(struct slice *s, int *month)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	// Hardly a line that is asked begins with a date.
	if (s->len == 0 || memchr("JFMASOND", s->data[0], 8) == NULL)
		return false;
	for (int i = 0; i < 12; i++)
		if (slice_take(s, (struct slice){ months + 3 * i, 3 })) {
			*month = i + 1;
			return true;
		}
	return false;
}

bool date_take(struct slice *s, struct date *d)
{
	struct slice rest = *s;

	*d = (struct date){ .zone = SLICE("Z") };
	if (!take_month(&rest, &d->month) || !slice_take(&rest, SLICE(" ")) ||
	    !take_day(&rest, &d->day))
		return false;
	take_year(&rest, &d->year);
	if (!take_clock(&rest, &d->clock))
		return false;
	*s = rest;
	return true;
}

static bool in_year(const struct date *d, int year, struct timestamp *time)
{
	char text[96];
	int n = snprintf(text, sizeof(text), "%04d-%02d-%02dT%.*s%.*s", year,
			 d->month, d->day, (int)d->clock.len, d->clock.data,
			 (int)d->zone.len, d->zone.data);

	return n > 0 && (size_t)n < sizeof(text) &&
	       timestamp_parse((struct slice){ text, (size_t)n }, time);
}

bool date_take_zone(struct slice *s, struct date *d)
{
	struct slice rest = *s;
	struct slice word;

	if (!slice_take(&rest, SLICE(" ")) || !slice_take_word(&rest, &word))
		return true;
	if (slice_is(word, SLICE("UTC")) || slice_is(word, SLICE("GMT")) ||
	    slice_is(word, SLICE("Z")))
		return true;
	if (word.data[0] == '+' || word.data[0] == '-') {
		d->zone = word;
		return word.len <= 6;
	}
	// The next pair of CEF; or a zone's name that means nothing for sure.
	return memchr(word.data, '=', word.len) != NULL;
}

bool date_time(const struct date *d, struct timestamp *time)
{
	enum { DAY_SEC = 86400, YEARS = 9 }; // two leap years can be 8 apart

	if (d->year != 0)
		return in_year(d, d->year, time);

	struct timestamp now = timestamp_now();
	int next = 1971 + (int)(now.sec / (365 * DAY_SEC));
	for (int year = next; year > next - YEARS; year--)
		if (in_year(d, year, time) &&
		    time->sec <= now.sec + DAY_SEC)
			return true;
	return false;
}
