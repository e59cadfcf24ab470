/* The command line: what each kind of option takes, and what is refused. */
#include "core/opt.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

struct config {
	size_t wait_ms;
	struct rate rate;
	bool quiet;
	const char *host;
	const char *syslog;
	size_t count;
	size_t bytes;
	struct opt_pick format;
	struct opt_list drop;
	struct opt_time since;
};

static const struct opt options[] = {
	OPT_FLAG('q', "quiet", quiet, "say nothing"),
	OPT_STRING('H', "host", host, "NAME", "what host"),
	OPT_OPTIONAL(0, "syslog", syslog, "FORM", "5424", "what header"),
	OPT_COUNT('n', "count", count, "COUNT", 1000, "how many"),
	OPT_SIZE('b', "bytes", bytes, "BYTES", (size_t)1 << 30, "how much"),
	OPT_PICK("cef", format, NULL, "write CEF"),
	OPT_PICK("leef", format, "2.0|1.0", "write LEEF"),
	OPT_LIST('d', "drop", drop, "PATH", "leave out"),
	OPT_MS('w', "wait", wait_ms, "SECONDS", 3600 * 1000, "how long"),
	OPT_RATE('r', "rate", rate, "RATE", "how fast"),
	OPT_TIME('s', "since", since, "from when"),
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
	struct err error = { 0 };

	snprintf(words[1], sizeof(words[1]), "%s", option);
	snprintf(words[2], sizeof(words[2]), "%s", argument);
	*cfg = (struct config){ 0 };
	return opt_parse(&cli, 3, argv, cfg, &error) == 3;
}

enum { MOST_WORDS = 8 };

static struct err e;

/* What opt_parse() returns for words, which NULL ends; they move in argv. */
static int parse(struct config *cfg, char *argv[MOST_WORDS + 2],
		 const char *const *words)
{
	static char copies[MOST_WORDS + 1][64];
	int argc = 0;

	snprintf(copies[0], sizeof(copies[0]), "test");
	argv[argc++] = copies[0];
	for (; *words != NULL; words++, argc++) {
		snprintf(copies[argc], sizeof(copies[argc]), "%s", *words);
		argv[argc] = copies[argc];
	}
	argv[argc] = NULL;
	e = (struct err){ 0 };
	*cfg = (struct config){ 0 };
	return opt_parse(&cli, argc, argv, cfg, &e);
}

#define WORDS(...) ((const char *const[]){ __VA_ARGS__, NULL })

static bool refuses(const char *const *words, const char *why)
{
	char *argv[MOST_WORDS + 2];
	struct config cfg;
	int rc = parse(&cfg, argv, words);

	free(cfg.drop.items);
	if (rc == -1 && e.kind == ERR_USAGE && strcmp(e.text, why) == 0)
		return true;
	printf("# %d %s\n", rc, e.text);
	return false;
}

static void every_kind_of_option_fills_its_field(void)
{
	char *argv[MOST_WORDS + 2];
	struct config cfg;

	CHECK(parse(&cfg, argv,
		    WORDS("-qH", "h1", "--count=7", "-b", "64KB", "--leef=1.0",
			  "--syslog")) == 8);
	CHECK(cfg.quiet && strcmp(cfg.host, "h1") == 0);
	CHECK(cfg.count == 7 && cfg.bytes == 65536);
	CHECK(strcmp(cfg.format.name, "leef") == 0);
	CHECK(strcmp(cfg.format.variant, "1.0") == 0);
	CHECK(strcmp(cfg.syslog, "5424") == 0);
	CHECK(parse(&cfg, argv, WORDS("--leef", "--syslog=3164")) == 3);
	CHECK(cfg.format.variant == NULL);
	CHECK(strcmp(cfg.syslog, "3164") == 0);
}

static void an_option_may_be_a_list(void)
{
	char *argv[MOST_WORDS + 2];
	struct config cfg;

	CHECK(parse(&cfg, argv, WORDS("-d", "a", "--drop=b", "-dc")) == 5);
	CHECK(cfg.drop.count == 3);
	CHECK(strcmp(cfg.drop.items[0], "a") == 0);
	CHECK(strcmp(cfg.drop.items[1], "b") == 0);
	CHECK(strcmp(cfg.drop.items[2], "c") == 0);
	free(cfg.drop.items);
}

static void operands_are_moved_behind_the_options(void)
{
	char *argv[MOST_WORDS + 2];
	struct config cfg;

	CHECK(parse(&cfg, argv, WORDS("one", "-q", "two", "--", "-n")) == 3);
	CHECK(cfg.quiet && strcmp(argv[3], "one") == 0);
	CHECK(strcmp(argv[4], "two") == 0 && strcmp(argv[5], "-n") == 0);
}

static void what_is_wrong_is_named(void)
{
	CHECK(refuses(WORDS("-x"), "unknown option: -x (see --help)"));
	CHECK(refuses(WORDS("-qx"), "unknown option: -x (see --help)"));
	CHECK(refuses(WORDS("--hots=a"),
		      "unknown option: --hots (did you mean --host?)"));
	CHECK(refuses(WORDS("--xyzzy"),
		      "unknown option: --xyzzy (see --help)"));
	CHECK(refuses(WORDS("-q", "--host"), "option --host needs an argument"));
	CHECK(refuses(WORDS("-qH"), "option -H needs an argument"));
	CHECK(refuses(WORDS("--quiet=1"), "option --quiet takes no argument"));
	CHECK(refuses(WORDS("--cef", "--leef"),
		      "options --cef and --leef exclude each other"));
	CHECK(refuses(WORDS("--leef=3.0"),
		      "option --leef: 3.0 is none of 2.0|1.0"));
	CHECK(refuses(WORDS("-n", "1k"), "option --count: 1k is not a number"));
	CHECK(refuses(WORDS("-n", "-1"), "option --count: -1 is less than 0"));
	CHECK(refuses(WORDS("-n", "-"), "option --count: - is not a number"));
	CHECK(refuses(WORDS("-n", "1001"),
		      "option --count: 1001 is more than 1000"));
	CHECK(refuses(WORDS("-b", "2GB"),
		      "option --bytes: 2GB is more than 1073741824"));
}

static void a_size_has_a_unit_or_none(void)
{
	size_t n = 7;

	CHECK(opt_parse_size("0", &n) && n == 0);
	CHECK(opt_parse_size("10B", &n) && n == 10);
	CHECK(opt_parse_size("1k", &n) && n == 1024);
	CHECK(opt_parse_size("2MiB", &n) && n == 2 << 20);
	CHECK(opt_parse_size("3gb", &n) && n == (size_t)3 << 30);
	n = 7;
	CHECK(!opt_parse_size("", &n) && !opt_parse_size("KB", &n));
	CHECK(!opt_parse_size("-1", &n) && !opt_parse_size("+1", &n));
	CHECK(!opt_parse_size("1 KB", &n) && !opt_parse_size("1.5MB", &n));
	CHECK(!opt_parse_size("18446744073709551616", &n));
	CHECK(!opt_parse_size("99999999TB", &n) && n == 7);
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

static void a_time_is_a_point_or_a_while_ago(void)
{
	struct config cfg;
	struct timestamp now = timestamp_now();

	CHECK(takes(&cfg, "-s", "1970-01-01T00:01:00Z"));
	CHECK(cfg.since.at.sec == 60);
	CHECK(takes(&cfg, "-s", "-1h"));
	CHECK(strcmp(cfg.since.text, "-1h") == 0);
	CHECK(cfg.since.at.sec >= now.sec - 3600 &&
	      cfg.since.at.sec < now.sec - 3500);
	CHECK(!takes(&cfg, "-s", "yesterday"));
	CHECK(cfg.since.text == NULL);
}

int main(void)
{
	RUN(every_kind_of_option_fills_its_field);
	RUN(an_option_may_be_a_list);
	RUN(operands_are_moved_behind_the_options);
	RUN(what_is_wrong_is_named);
	RUN(a_size_has_a_unit_or_none);
	RUN(seconds_may_have_a_fraction);
	RUN(what_is_no_number_of_seconds_is_refused);
	RUN(a_rate_is_in_records_or_with_a_unit_in_bytes);
	RUN(what_is_no_rate_is_refused);
	RUN(a_time_is_a_point_or_a_while_ago);
	return check_done();
}
