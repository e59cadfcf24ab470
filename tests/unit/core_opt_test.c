/* Options with an argument that is more than a word. */
#include "core/opt.h"

#include "check.h"

#include <string.h>

struct config {
	size_t wait_ms;
	struct rate rate;
};

static const struct opt options[] = {
	OPT_MS('w', "wait", wait_ms, "SECONDS", 3600 * 1000, "how long"),
	OPT_RATE('r', "rate", rate, "RATE", "how fast"),
	OPT_END,
};

static const struct cli cli = {
	.name = "test",
	.operands = "",
	.summary = "",
	.options = options,
};

static bool takes(struct config *cfg, const char *option, const char *argument)
{
	char words[3][64] = { "test", "", "" };
	char *argv[] = { words[0], words[1], words[2], NULL };
	struct err e = { 0 };

	snprintf(words[1], sizeof(words[1]), "%s", option);
	snprintf(words[2], sizeof(words[2]), "%s", argument);
	*cfg = (struct config){ 0 };
	return opt_parse(&cli, 3, argv, cfg, &e) == 3;
}

static void seconds_may_have_a_fraction(void)
{
	struct config cfg;

	CHECK(takes(&cfg, "-w", "2") && cfg.wait_ms == 2000);
	CHECK(takes(&cfg, "-w", "0.25") && cfg.wait_ms == 250);
	CHECK(takes(&cfg, "-w", ".5") && cfg.wait_ms == 500);
	CHECK(takes(&cfg, "-w", "1.") && cfg.wait_ms == 1000);
	CHECK(takes(&cfg, "-w", "0.0019") && cfg.wait_ms == 1);
	CHECK(takes(&cfg, "-w", "3600") && cfg.wait_ms == 3600000);
}

static void what_is_no_number_of_seconds_is_refused(void)
{
	struct config cfg;

	CHECK(!takes(&cfg, "-w", ""));
	CHECK(!takes(&cfg, "-w", "."));
	CHECK(!takes(&cfg, "-w", "-1"));
	CHECK(!takes(&cfg, "-w", "1s"));
	CHECK(!takes(&cfg, "-w", "1.2.3"));
	CHECK(!takes(&cfg, "-w", "3600.001"));
	CHECK(!takes(&cfg, "-w", "99999999999999999999"));
}

static void a_rate_is_in_records_or_with_a_unit_in_bytes(void)
{
	struct config cfg;

	CHECK(takes(&cfg, "-r", "1000/s"));
	CHECK(cfg.rate.per_sec == 1000 && !cfg.rate.in_bytes);
	CHECK(takes(&cfg, "-r", "5MB/s"));
	CHECK(cfg.rate.per_sec == 5 << 20 && cfg.rate.in_bytes);
	CHECK(takes(&cfg, "-r", "100B/s"));
	CHECK(cfg.rate.per_sec == 100 && cfg.rate.in_bytes);
}

static void what_is_no_rate_is_refused(void)
{
	struct config cfg;

	CHECK(!takes(&cfg, "-r", "1000"));
	CHECK(!takes(&cfg, "-r", "/s"));
	CHECK(!takes(&cfg, "-r", "0/s"));
	CHECK(!takes(&cfg, "-r", "5/m"));
	CHECK(!takes(&cfg, "-r", "5/s/s"));
	CHECK(!takes(&cfg, "-r", "11111111111111111111111111111111111111/s"));
}

int main(void)
{
	RUN(seconds_may_have_a_fraction);
	RUN(what_is_no_number_of_seconds_is_refused);
	RUN(a_rate_is_in_records_or_with_a_unit_in_bytes);
	RUN(what_is_no_rate_is_refused);
	return check_done();
}
