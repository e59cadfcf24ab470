#include "core/timestamp.h"

#include <string.h>
#include <time.h>

enum { DAY = 86400 };

// 0000-01-01T00:00:00Z and 9999-12-31T23:59:59Z: what four digits can say.
static const int64_t first_sec = INT64_C(-62167219200);
static const int64_t last_sec = INT64_C(253402300799);

static const uint32_t power_of_ten[] = { 1,         10,       100,
					 1000,      10000,    100000,
					 1000000,   10000000, 100000000,
					 1000000000 };

struct civil {
	int year, month, day; // month and day from 1
	int hour, minute, second;
};

/*
 * Days since 1970-01-01 in the Gregorian calendar. Years are taken to begin in
 * March, so that the leap day is the last of its year; 400 of them, an era,
 * have 146097 days.
 */
static int64_t days_of(int year, int month, int day)
{
	int from_march = year - (month <= 2) + 400; // not negative
	int era = from_march / 400;
	int of_era = from_march % 400;
	int month_from_march = (month + 9) % 12;
	int day_of_year = (153 * month_from_march + 2) / 5 + day - 1;

	return (int64_t)(era - 1) * 146097 + of_era * 365 + of_era / 4 -
	       of_era / 100 + day_of_year - 719468;
}

/* The other way round; days are those of a year from -1 on. */
static void set_date(struct civil *c, int64_t days)
{
	int from_march = (int)(days + 719468 + 146097); // not negative
	int era = from_march / 146097;
	int of_era = from_march % 146097;
	int year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) /
		   365;
	int day_of_year = of_era - (365 * year + year / 4 - year / 100);
	int month_from_march = (5 * day_of_year + 2) / 153;

	c->day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
	c->month = month_from_march < 10 ? month_from_march + 3
					 : month_from_march - 9;
	c->year = (era - 1) * 400 + year + (c->month <= 2);
}

static struct civil civil_of(int64_t sec)
{
	struct civil c;

	// What no text can say is as good as the nearest that it can.
	if (sec < first_sec)
		sec = first_sec;
	if (sec > last_sec)
		sec = last_sec;

	// first_sec is midnight.
	int64_t days = (sec - first_sec) / DAY + first_sec / DAY;
	int of_day = (int)(sec - days * DAY);

	set_date(&c, days);
	c.hour = of_day / 3600;
	c.minute = of_day / 60 % 60;
	c.second = of_day % 60;
	return c;
}

static bool is_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

/* Two digits as a number; 100 or more where they are none. */
static unsigned two(const char *p)
{
	return is_digit(p[0]) && is_digit(p[1])
		       ? (unsigned)((p[0] - '0') * 10 + (p[1] - '0'))
		       : 100;
}

static unsigned days_in(int year, unsigned month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30,
					31, 31, 30, 31, 30, 31 };
	bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 && leap ? 1U : 0U);
}

/* Take digits off text: how many there are, and the first nine as nsec. */
static size_t take_fraction(struct slice *text, struct timestamp *t)
{
	size_t n = 0;

	t->nsec = 0;
	while (n < text->len && is_digit(text->data[n])) {
		if (n < 9)
			t->nsec =
				t->nsec * 10 + (uint32_t)(text->data[n] - '0');
		n++;
	}
	t->digits = (uint8_t)(n < 9 ? n : 9);
	t->nsec *= power_of_ten[9 - t->digits];
	*text = slice_from(*text, n);
	return n;
}

/* Read what follows the seconds' fraction, to the end of the text. */
static bool parse_zone(struct slice text, struct timestamp *t)
{
	const char *p = text.data;

	t->zulu = text.len == 0 || (text.len == 1 && (*p | 0x20) == 'z');
	if (t->zulu)
		return true;
	if ((text.len != 5 && text.len != 6) || (*p != '+' && *p != '-') ||
	    (text.len == 6 && p[3] != ':'))
		return false;

	unsigned hour = two(p + 1);
	unsigned minute = two(p + text.len - 2);
	if (hour > 23 || minute > 59)
		return false;
	t->offset_min = (int16_t)(hour * 60 + minute);
	// RFC 3339 section 4.3: -00:00 is UTC, the local offset being unknown.
	if (*p == '-') {
		t->zulu = t->offset_min == 0;
		t->offset_min = (int16_t)-t->offset_min;
	}
	return true;
}

/*
 * Read date and time to the second, as seconds since 1970 on the clock of its
 * zone; *leap: they end in :60.
 */
static bool parse_clock(const char *p, int64_t *sec, bool *leap)
{
	if (p[4] != '-' || p[7] != '-' ||
	    ((p[10] | 0x20) != 't' && p[10] != ' ') || p[13] != ':' ||
	    p[16] != ':')
		return false;

	unsigned century = two(p), of_century = two(p + 2);
	unsigned month = two(p + 5), day = two(p + 8);
	unsigned hour = two(p + 11), minute = two(p + 14);
	unsigned second = two(p + 17);
	int year = (int)(century * 100 + of_century);
	if (century > 99 || of_century > 99 || month < 1 || month > 12 ||
	    day < 1 || day > days_in(year, month) || hour > 23 || minute > 59 ||
	    second > 60)
		return false;

	*leap = second == 60;
	*sec = days_of(year, (int)month, (int)day) * DAY + hour * 3600 +
	       minute * 60 + second;
	return true;
}

bool timestamp_parse_next(struct slice text, struct timestamp *t,
			  struct timestamp_last *last)
{
	struct timestamp read = { 0 };

	if (text.len < sizeof(last->text))
		return false;
	if (last->text[0] != '\0' &&
	    memcmp(text.data, last->text, sizeof(last->text)) == 0) {
		read.sec = last->sec;
	} else {
		if (!parse_clock(text.data, &read.sec, &read.leap))
			return false;
		if (!read.leap) {
			memcpy(last->text, text.data, sizeof(last->text));
			last->sec = read.sec;
		}
	}

	text = slice_from(text, sizeof(last->text));
	if (text.len > 0 && *text.data == '.') {
		text = slice_from(text, 1);
		if (take_fraction(&text, &read) == 0)
			return false;
	}
	if (!parse_zone(text, &read))
		return false;
	read.sec -= read.offset_min * 60;
	if (read.sec < first_sec || read.sec > last_sec)
		return false;
	// RFC 3339 section 5.7: only the last second of a day can be doubled.
	if (read.leap && read.sec % DAY != 0)
		return false;
	*t = read;
	return true;
}

bool timestamp_parse(struct slice text, struct timestamp *t)
{
	struct timestamp_last none = { .sec = 0 };

	return timestamp_parse_next(text, t, &none);
}

bool timestamp_parse_epoch(struct slice number, struct timestamp *t)
{
	bool negative = number.len > 0 && *number.data == '-';
	struct timestamp read = { .zulu = true };
	uint64_t whole = 0;
	size_t i = negative;

	for (; i < number.len && is_digit(number.data[i]); i++) {
		if (whole > UINT64_MAX / 10 - 1)
			return false;
		whole = whole * 10 + (uint64_t)(number.data[i] - '0');
	}
	if (i == negative)
		return false;

	number = slice_from(number, i);
	if (number.len > 0 && *number.data == '.') {
		number = slice_from(number, 1);
		if (take_fraction(&number, &read) == 0)
			return false;
	}
	if (number.len > 0)
		return false;

	// Of milliseconds and less, the last digits belong to the fraction.
	unsigned below = whole < UINT64_C(100000000000)         ? 0
			 : whole < UINT64_C(100000000000000)    ? 3
			 : whole < UINT64_C(100000000000000000) ? 6
								: 9;
	uint32_t unit = power_of_ten[below];
	read.sec = (int64_t)(whole / unit);
	read.nsec = (uint32_t)(whole % unit) * power_of_ten[9 - below] +
		    read.nsec / unit;
	read.digits =
		(uint8_t)(below + read.digits < 9 ? below + read.digits : 9);
	if (negative) {
		read.sec = -read.sec - (read.nsec > 0);
		read.nsec = read.nsec > 0 ? power_of_ten[9] - read.nsec : 0;
	}
	if (read.sec < first_sec || read.sec > last_sec)
		return false;
	*t = read;
	return true;
}

/* Take a number of at most nine digits and its unit off text, as seconds. */
static bool take_duration(struct slice *text, int64_t *sec)
{
	static const struct {
		char unit;
		int32_t sec;
	} units[] = {
		{ 's', 1 },   { 'm', 60 },      { 'h', 3600 },
		{ 'd', DAY }, { 'w', 7 * DAY },
	};
	size_t n = 0;

	*sec = 0;
	for (; n < text->len && n < 9 && is_digit(text->data[n]); n++)
		*sec = *sec * 10 + (text->data[n] - '0');
	if (n == 0 || n == text->len)
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (units[i].unit != text->data[n])
			continue;
		*sec *= units[i].sec;
		*text = slice_from(*text, n + 1);
		return true;
	}
	return false;
}

/* "2h" or "1d12h" before now. */
static bool go_back(struct slice text, const struct timestamp *now,
		    struct timestamp *t)
{
	struct timestamp read = *now;

	if (text.len == 0)
		return false;
	while (text.len > 0) {
		int64_t sec;

		if (!take_duration(&text, &sec) || read.sec - sec < first_sec)
			return false;
		read.sec -= sec;
	}
	*t = read;
	return true;
}

bool timestamp_parse_when(struct slice text, const struct timestamp *now,
			  struct timestamp *t)
{
	static const char none[] = "0000-00-00T00:00:00Z";
	char whole[sizeof(none)];

	if (text.len > 0 && *text.data == '@')
		return timestamp_parse_epoch(slice_from(text, 1), t);
	if (text.len > 0 && *text.data == '-')
		return go_back(slice_from(text, 1), now, t);
	if (text.len != strlen("2025-10-08") &&
	    text.len != strlen("2025-10-08T22:45"))
		return timestamp_parse(text, t);
	memcpy(whole, none, sizeof(none));
	memcpy(whole, text.data, text.len);
	return timestamp_parse(slice_of(whole), t);
}

struct timestamp timestamp_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (struct timestamp){
		.sec = now.tv_sec,
		.nsec = (uint32_t)now.tv_nsec,
		.digits = 6,
		.zulu = true,
	};
}

/* Every number of two digits. */
static const char pairs[] = "00010203040506070809"
			    "10111213141516171819"
			    "20212223242526272829"
			    "30313233343536373839"
			    "40414243444546474849"
			    "50515253545556575859"
			    "60616263646566676869"
			    "70717273747576777879"
			    "80818283848586878889"
			    "90919293949596979899";

/* Write the last two digits of n; returns what follows them. */
static inline char *put_two(char *p, unsigned n)
{
	memcpy(p, pairs + (size_t)2 * (n % 100), 2);
	return p + 2;
}

/* Write the first digits of a fraction, which has nine. */
static char *put_fraction(char *p, uint32_t nsec, int digits)
{
	for (; digits > 0; digits--) {
		*p++ = (char)('0' + nsec / 100000000);
		nsec = nsec % 100000000 * 10;
	}
	return p;
}

static char *put_clock(char *p, const struct civil *c)
{
	p = put_two(p, (unsigned)c->hour);
	*p++ = ':';
	p = put_two(p, (unsigned)c->minute);
	*p++ = ':';
	return put_two(p, (unsigned)c->second);
}

static char *put_month(char *p, const struct civil *c)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	memcpy(p, months + 3 * (c->month - 1), 3);
	p[3] = ' ';
	return p + 4;
}

size_t timestamp_rfc5424(const struct timestamp *t, char out[TIMESTAMP_MAX])
{
	struct civil c = civil_of(t->sec - t->leap + t->offset_min * 60);
	int digits = t->digits < 6 ? t->digits : 6;
	int offset = t->offset_min;
	char *p = out;

	p = put_two(p, (unsigned)c.year / 100);
	p = put_two(p, (unsigned)c.year);
	*p++ = '-';
	p = put_two(p, (unsigned)c.month);
	*p++ = '-';
	p = put_two(p, (unsigned)c.day);
	*p++ = 'T';
	p = put_clock(p, &c);
	if (digits > 0) {
		*p++ = '.';
		p = put_fraction(p, t->nsec, digits);
	}
	if (t->zulu) {
		*p++ = 'Z';
	} else {
		*p++ = offset < 0 ? '-' : '+';
		offset = offset < 0 ? -offset : offset;
		p = put_two(p, (unsigned)offset / 60);
		*p++ = ':';
		p = put_two(p, (unsigned)offset % 60);
	}
	*p = '\0';
	return (size_t)(p - out);
}

size_t timestamp_rfc3164(const struct timestamp *t, char out[TIMESTAMP_MAX])
{
	struct civil c = civil_of(t->sec - t->leap);
	char *p = put_month(out, &c);

	p = put_two(p, (unsigned)c.day);
	if (p[-2] == '0')
		p[-2] = ' ';
	*p++ = ' ';
	p = put_clock(p, &c);
	*p = '\0';
	return (size_t)(p - out);
}

static int64_t milliseconds(const struct timestamp *t)
{
	return t->sec * 1000 + t->nsec / 1000000;
}

/* Write the last eight digits of n; returns what follows them. */
static inline char *put_eight(char *p, uint64_t n)
{
	unsigned high = (unsigned)(n / 10000 % 10000);
	unsigned low = (unsigned)(n % 10000);

	p = put_two(p, high / 100);
	p = put_two(p, high);
	p = put_two(p, low / 100);
	return put_two(p, low);
}

/* Write n in decimal; returns what follows it. */
static char *put_number(char *p, uint64_t n)
{
	static const uint64_t eight = 100000000;
	char text[8];
	char *first = text;

	if (n >= eight) {
		p = put_number(p, n / eight);
		return put_eight(p, n);
	}
	put_eight(text, n);
	while (first < text + 7 && *first == '0')
		first++;
	size_t len = (size_t)(text + 8 - first);
	memcpy(p, first, len);
	return p + len;
}

/* Write the sign of a number of milliseconds; returns what follows it. */
static char *put_sign(char *p, int64_t ms)
{
	*p = '-';
	return p + (ms < 0);
}

size_t timestamp_epoch_ms(const struct timestamp *t, char out[TIMESTAMP_MAX])
{
	int64_t ms = milliseconds(t);
	char *p = put_sign(out, ms);

	p = put_number(p, (uint64_t)(ms < 0 ? -ms : ms));
	*p = '\0';
	return (size_t)(p - out);
}

size_t timestamp_epoch_sec(const struct timestamp *t, char out[TIMESTAMP_MAX])
{
	int64_t ms = milliseconds(t);
	uint64_t whole = (uint64_t)(ms < 0 ? -ms : ms);
	char *p = put_sign(out, ms);

	p = put_number(p, whole / 1000);
	*p++ = '.';
	p = put_fraction(p, (uint32_t)(whole % 1000) * 1000000, 3);
	*p = '\0';
	return (size_t)(p - out);
}

size_t timestamp_cef(const struct timestamp *t, char out[TIMESTAMP_MAX])
{
	struct civil c = civil_of(t->sec);
	char *p = put_month(out, &c);

	p = put_two(p, (unsigned)c.day);
	*p++ = ' ';
	p = put_two(p, (unsigned)c.year / 100);
	p = put_two(p, (unsigned)c.year);
	*p++ = ' ';
	p = put_clock(p, &c);
	*p++ = '.';
	p = put_fraction(p, t->nsec, 3);
	memcpy(p, " UTC", 5);
	return (size_t)(p + 4 - out);
}
