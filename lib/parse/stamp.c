#include "parse/stamp.h"

#include "core/timestamp.h"
#include "parse/head.h"

#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Is it a time as far as its seconds? */
static bool check_form(const struct reading *r, const struct rule *rules,
		       struct slice time)
{
	if (time.len >= 19 && head_is_date(time) &&
	    (time.data[10] == 'T' || time.data[10] == 't') &&
	    head_is_clock(slice_from(time, 11)))
		return true;
	parse_depart(r, &rules[STAMP_FORM], time,
		     "this is no time that RFC 5424 knows: write it like "
		     "2025-10-08T22:45:00.123Z, or - if there is none");
	return false;
}

/* Take a fraction off the front. */
static void check_fraction(const struct reading *r, const struct rule *rules,
			   struct slice *s)
{
	struct slice mark = { s->data, 1 };

	if (s->len == 0 || (*mark.data != '.' && *mark.data != ','))
		return;
	*s = slice_from(*s, 1);

	struct slice digits = *s;
	while (s->len > 0 && is_digit(s->data[0]))
		*s = slice_from(*s, 1);
	digits.len -= s->len;
	if (*mark.data == ',')
		parse_depart(r, &rules[STAMP_FRACTION], mark,
			     "a comma stands before the fraction of the "
			     "second: write a dot");
	if (digits.len == 0)
		parse_depart(r, &rules[STAMP_FRACTION], mark,
			     "no digit follows: leave the dot out, too");
	if (digits.len > 6)
		parse_depart(r, &rules[STAMP_FRACTION], slice_from(digits, 6),
			     "the second has %zu digits behind its dot, and "
			     "may have 6: receivers take their own clock, or "
			     "drop the event",
			     digits.len);
}

static bool is_offset(struct slice zone)
{
	struct slice clock = { zone.data + 1, zone.len - 1 };

	return zone.len == 6 && (zone.data[0] == '+' || zone.data[0] == '-') &&
	       clock.data[2] == ':' && is_digit(clock.data[0]) &&
	       is_digit(clock.data[1]) && is_digit(clock.data[3]) &&
	       is_digit(clock.data[4]) &&
	       memcmp(clock.data, "23:59", clock.len) <= 0 &&
	       clock.data[3] <= '5';
}

static void check_zone(const struct reading *r, const struct rule *rules,
		       struct slice zone)
{
	if (slice_is(zone, SLICE("z")))
		parse_depart(r, &rules[STAMP_CASE], zone,
			     "the z is to be upper case");
	else if (zone.len == 0)
		parse_depart(r, &rules[STAMP_ZONE], zone,
			     "the time has no zone: write Z behind it, or "
			     "+hh:mm");
	else if (!slice_is(zone, SLICE("Z")) && !is_offset(zone))
		parse_depart(r, &rules[STAMP_ZONE], zone,
			     "this is no zone: write Z, or +hh:mm with its "
			     "colon");
}

void stamp_check(const struct reading *r, const struct rule *rules,
		 struct slice time)
{
	struct slice to_seconds = { time.data, 19 };
	struct slice rest;
	struct timestamp ignored;

	if (slice_is(time, SLICE("-")) || !check_form(r, rules, time))
		return;
	if (time.data[10] == 't')
		parse_depart(r, &rules[STAMP_CASE],
			     (struct slice){ time.data + 10, 1 },
			     "the t is to be upper case");
	if (memcmp(time.data + 17, "60", 2) == 0)
		parse_depart(r, &rules[STAMP_SECOND],
			     (struct slice){ time.data + 17, 2 },
			     "a leap second: write 59, the second before");
	else if (!timestamp_parse(to_seconds, &ignored))
		parse_depart(r, &rules[STAMP_DATE], to_seconds,
			     "there is no such day, hour, minute or second");
	rest = slice_from(time, 19);
	check_fraction(r, rules, &rest);
	check_zone(r, rules, rest);
}
