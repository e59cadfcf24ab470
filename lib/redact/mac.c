/* mac: the hardware address of a network interface, 48 bits in hex. */
#include "redact/class.h"
#include "redact/text.h"

/* Does another group, and its divider, stand before from? */
static bool is_within(struct slice text, size_t from, size_t width,
		      char divider)
{
	return text_at(text, from - 1) == divider &&
	       text_run_before(text, from - 1, TEXT_ALNUM, width + 1) ==
		       width &&
	       text_run_before(text, from - 1, TEXT_HEX, width) == width;
}

/* Is there one of so many groups of width digits each at from? */
static bool read_mac(struct slice text, size_t from, size_t groups,
		     size_t width, char divider, struct span *found)
{
	size_t to = from;

	for (size_t k = 0; k < groups; k++) {
		if (k > 0 && text_at(text, to++) != divider)
			return false;
		if (text_run(text, to, TEXT_HEX, width + 1) != width)
			return false;
		to += width;
	}
	*found = (struct span){ from, to };
	return !text_is(text, to, TEXT_ALNUM) &&
	       !(text_at(text, to) == divider &&
		 text_is(text, to + 1, TEXT_ALNUM)) &&
	       !text_is(text, from - 1, TEXT_ALNUM) &&
	       !is_within(text, from, width, divider);
}

/* The same divider is behind the next group, or it is of something else. */
static bool find_pairs(struct slice text, size_t at, struct span *found)
{
	return text_at(text, at + 3) == text.data[at] && at >= 2 &&
	       read_mac(text, at - 2, 6, 2, text.data[at], found);
}

static bool find_fours(struct slice text, size_t at, struct span *found)
{
	return text_at(text, at + 5) == '.' && at >= 4 &&
	       text_at(text, at - 5) != '.' &&
	       read_mac(text, at - 4, 3, 4, '.', found);
}

#define HEX "[0-9A-Fa-f]"

static const struct lead leads[] = {
	{ HEX "[:-]" HEX HEX "[:-]" HEX HEX "[:-]" HEX, find_pairs },
	{ HEX "[.]" HEX HEX HEX HEX "[.]" HEX HEX, find_fours },
	{ NULL },
};

const struct class class_mac = {
	.name = "mac",
	.summary = "hardware addresses of network interfaces",
	.leads = leads,
};
