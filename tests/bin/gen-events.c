/*
 * gen-events: an audit log to test, measure and show with.
 *
 * gen-events [--seed N] [--rate N] [--times FILE] COUNT
 *
 * Writes COUNT events to standard output, half of the MCP redaction server and
 * half of Gatekit, each in its documented and in its live shape; 2 % hold
 * characters that some format has to escape. The same seed gives the same
 * bytes on every machine: nothing here depends on libc's random numbers, the
 * locale or the clock. With --rate, N lines a second are written, each by a
 * write of its own and stamped with the time of day, and --times notes when:
 * a line of nanoseconds of the monotonic clock for each.
 */
#include "core/buf.h"
#include "core/file.h"
#include "core/msg.h"
#include "core/opt.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SECOND 1000000000LL

struct config {
	size_t seed;
	size_t rate;
	const char *times;
};

static const struct opt options[] = {
	OPT_COUNT(0, "seed", seed, "N", 0, "begin the random numbers here [1]"),
	OPT_COUNT(0, "rate", rate, "N", 1000000, "write N lines a second"),
	OPT_STRING(0, "times", times, "FILE", "note when each was written"),
	OPT_END,
};

static const struct cli cli = {
	.name = "gen-events",
	.operands = "COUNT",
	.summary = "Write COUNT audit events of both schemas.",
	.options = options,
};

/* All that an event depends on. Strings below are JSON text, escapes and all.
 */
struct gen {
	struct buf *out;
	uint64_t state;
	int64_t now_ms; // since the epoch
	size_t number;  // of the event, from 0
	bool hostile;   // this one holds characters to escape
};

/* splitmix64: Steele, Lea, Flood: Fast splittable pseudorandom generators. */
static uint64_t next(struct gen *g)
{
	uint64_t z = g->state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static size_t below(struct gen *g, size_t n)
{
	return (size_t)(next(g) % n);
}

static bool chance(struct gen *g, unsigned percent)
{
	return below(g, 100) < percent;
}

#define PICK(g, list) ((list)[below((g), COUNT(list))])

static const char *const hostile[] = {
	"Denied:\\nrule \\\"[export=none]\\\" matched",
	"C:\\\\Users\\\\anna\\\\a=b|c.txt",
	"Zugriff auf \xc3\x84nderungen verweigert: Gr\xc3\xb6\xc3\x9f"
	"e=12|13",
	"\xe7\x9b\xa3\xe6\x9f\xbb \xe8\xa8\x98\xe9\x8c\xb2 = "
	"\xe6\x8b\x92\xe5\x90\xa6\\r\\nnext line",
	"quoted \\\"name\\\"=\\\"value\\\" | tab\\there, back\\\\slash",
	"emoji \\ud83d\\ude00 and caf\\u00e9, 100% = done",
	"[sd] \\\"x]y\\\" \\\\ end|",
};

/* A free text of an event: one of the list, or one that must be escaped. */
#define TEXT(g, list) ((g)->hostile ? PICK((g), hostile) : PICK((g), list))

static const char *const callers[] = {
	"incident-mgr",    "claude-desktop",  "support-bot",  "billing-agent",
	"code-review-bot", "data-pipeline",   "hr-assistant", "soc-copilot",
	"notebook-runner", "release-manager",
};
static const char *const regions[] = { "us", "eu", "apac", "us-gov" };
static const char *const envs[] = { "prod", "prod", "prod", "staging", "dev" };
static const char *const categories[] = {
	"pii",
	"secret",
	"ops_sensitive",
	"export_control",
};
static const char *const targets[] = {
	"external:openai:gpt-4",
	"external:anthropic:claude",
	"internal:default",
	"internal:eu-west:llama-70b",
};
static const char *const purposes[] = {
	"summarise the incident timeline for the weekly review",
	"draft a reply to the customer",
	"triage of an alert from the payment gateway",
	"classify attachments before they leave the tenant",
};

/*
 * Members are put one by one, and each statement draws at most one random
 * number: C does not say in which order arguments are evaluated.
 */
static void put_key(struct gen *g, const char *key)
{
	char last = g->out->data[g->out->len - 1];

	if (last != '{' && last != '[')
		buf_putc(g->out, ',');
	if (key != NULL)
		buf_printf(g->out, "\"%s\":", key);
}

static void put_text(struct gen *g, const char *key, const char *text)
{
	put_key(g, key);
	buf_printf(g->out, "\"%s\"", text);
}

static void put_number(struct gen *g, const char *key, size_t number)
{
	put_key(g, key);
	buf_printf(g->out, "%zu", number);
}

/* Text or anything else that is JSON as it stands. */
static void put_raw(struct gen *g, const char *key, const char *json)
{
	put_key(g, key);
	buf_puts(g->out, json);
}

static void put_bool(struct gen *g, const char *key, bool value)
{
	put_raw(g, key, value ? "true" : "false");
}

/* What no two events share: a prefix and 32 random bits. */
static void put_id(struct gen *g, const char *key, const char *prefix)
{
	put_key(g, key);
	buf_printf(g->out, "\"%s-%08x\"", prefix, (unsigned)next(g));
}

static void begin_event(struct gen *g, const char *time_key, bool milliseconds)
{
	char text[32];
	time_t sec = (time_t)(g->now_ms / 1000);
	struct tm tm;

	gmtime_r(&sec, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	buf_printf(g->out, "{\"%s\":\"%s", time_key, text);
	if (milliseconds)
		buf_printf(g->out, ".%03d", (int)(g->now_ms % 1000));
	buf_puts(g->out, "Z\"");
}

static void end(struct gen *g, const char *brackets)
{
	buf_puts(g->out, brackets);
}

static void put_categories(struct gen *g, bool certain)
{
	static const char *const confidences[] = { "0.85", "0.7", "0.95" };
	size_t count = 2 + below(g, 3);

	put_raw(g, "categories", "[");
	for (size_t i = 0; i < count; i++) {
		put_raw(g, NULL, "{");
		put_text(g, "type",
			 categories[(i + g->number) % COUNT(categories)]);
		put_raw(g, "confidence",
			certain ? "1.0" : PICK(g, confidences));
		end(g, "}");
	}
	end(g, "]");
}

static const char *const verdicts[] = {
	"allow", "allow", "redact", "redact", "internal_only", "block",
};

/* An event as the redaction server's manual shows them. */
static void put_redaction_documented(struct gen *g)
{
	static const char *const actions[] = {
		"classify", "classify", "redact", "detokenize", "route",
	};
	const char *action = PICK(g, actions);
	const char *verdict = PICK(g, verdicts);

	begin_event(g, "ts", false);
	put_text(g, "action", action);
	put_text(g, "caller", TEXT(g, callers));
	put_text(g, "region", PICK(g, regions));
	put_text(g, "env", PICK(g, envs));
	put_id(g, "conversation_id", "INC-2025-10");
	put_categories(g, false);
	put_raw(g, "decision", "{");
	put_text(g, "action", verdict);
	put_text(g, "target", PICK(g, targets));
	put_number(g, "policy_version", 1 + below(g, 9));
	put_bool(g, "requires_redaction", verdict[0] == 'r');
	put_raw(g, "allowed_categories", "[\"pii\",\"ops_sensitive\"]}");
	if (action[0] == 'c')
		put_text(g, "suggested_action", verdict);
	put_number(g, action[0] == 'd' ? "restored_count" : "redaction_count",
		   below(g, 12));
	put_number(g, "payload_size_bytes", 100 + below(g, 60000));
	end(g, "}");
}

/* What only a live event of one action holds. */
static void put_redaction_outcome(struct gen *g, const char *action)
{
	put_raw(g, "decision", "{");
	if (action[0] == 'c') {
		put_text(g, "action", PICK(g, verdicts));
		put_text(g, "target", PICK(g, targets));
		put_bool(g, "requires_redaction", chance(g, 50));
		put_bool(g, "allow_detokenize", chance(g, 80));
		put_raw(g, "allowed_categories", "[\"ops_sensitive\",\"pii\"]");
		put_text(g, "policy_version", "1");
	} else if (action[0] == 'd') {
		put_raw(g, "allow_categories", "[\"pii\",\"ops_sensitive\"]");
	} else {
		put_text(g, "action", "redact");
		end(g, "}");
		put_raw(g, "redaction_counts", "{");
		put_number(g, "email", 1 + below(g, 5));
		put_number(g, "ip_address", below(g, 9));
		put_number(g, "api_key", below(g, 2));
	}
	end(g, "}");
}

/* An event as the redaction server writes it. */
static void put_redaction_live(struct gen *g)
{
	static const char *const actions[] = {
		"classify", "classify", "redact", "redact", "detokenize",
	};
	const char *action = PICK(g, actions);

	begin_event(g, "ts", true);
	put_raw(g, "caller", "null");
	put_raw(g, "context", "{");
	if (chance(g, 20) && !g->hostile)
		put_raw(g, "purpose", "null");
	else
		put_text(g, "purpose", TEXT(g, purposes));
	put_text(g, "env", PICK(g, envs));
	put_text(g, "region", PICK(g, regions));
	put_id(g, "conversation_id", "7d1f0c52-9e0b-4a57-b0a6-5c0f");
	put_text(g, "caller", PICK(g, callers));
	end(g, "}");
	put_text(g, "action", action);
	put_categories(g, action[0] == 'r');
	put_redaction_outcome(g, action);
	put_text(g, "policy_version", "1");
	end(g, "}");
}

static const char *const paths[] = {
	"/srv/reports/2025/q3/summary.md",
	"/home/anna/projects/gateway/config.yaml",
	"/var/lib/exports/customers-2025-10.csv",
	"/tmp/test.txt",
};
static const char *const reasons[] = {
	"Path allowed by policy",
	"Request matches the allow list of this server",
	"Tool is not on the allow list",
	"Response contained an e-mail address",
};
static const char *const servers[] = {
	"filesystem-server",
	"github-server",
	"postgres-server",
};

/* A Gatekit event as its manual shows them. */
static void put_gatekit_documented(struct gen *g)
{
	static const char *const types[] = {
		"mcp_request", "mcp_response", "security_decision",
		"audit_event", "error_event",
	};
	static const char *const severities[] = {
		"info", "info", "info", "warning", "error", "critical",
	};
	static const char *const operations[] = {
		"read", "read", "read", "write", "list", "delete",
	};
	static const char *const versions[] = { "1.0.0", "1.4.2", "2.11.0" };
	static const char *const commands[] = {
		"node filesystem-mcp-server.js --port 3003",
		"npx -y @modelcontextprotocol/server-github",
		"uvx mcp-server-postgres --readonly",
	};
	bool allowed = chance(g, 80);

	begin_event(g, "timestamp", true);
	put_text(g, "event_type", PICK(g, types));
	put_text(g, "severity", PICK(g, severities));
	put_text(g, "source", "gatekit");
	put_text(g, "version", "1.0");
	put_id(g, "correlation_id", "req");
	put_id(g, "session_id", "sess");
	put_raw(g, "client_info", "{");
	put_text(g, "client_id", PICK(g, callers));
	put_text(g, "client_version", PICK(g, versions));
	end(g, "}");
	put_raw(g, "mcp_data", "{");
	put_text(g, "method", "tools/call");
	put_text(g, "tool_name", "filesystem");
	put_raw(g, "parameters", "{");
	put_text(g, "path", TEXT(g, paths));
	put_text(g, "operation", PICK(g, operations));
	end(g, "}}");
	put_raw(g, "security_decision", "{");
	put_bool(g, "allowed", allowed);
	put_text(g, "plugin", "filesystem_security");
	put_text(g, "reason", TEXT(g, reasons));
	put_number(g, "risk_score", below(g, allowed ? 4 : 10));
	if (chance(g, 20))
		end(g, ".5");
	end(g, "}");
	put_raw(g, "upstream_server", "{");
	put_text(g, "name", PICK(g, servers));
	put_text(g, "command", PICK(g, commands));
	end(g, "}}");
}

static void put_pipeline(struct gen *g, const char *outcome)
{
	static const char *const plugins[] = {
		"basic_pii_filter",
		"basic_secrets_filter",
		"tool_manager",
		"call_trace",
	};
	size_t count = 2 + below(g, COUNT(plugins) - 1);

	put_raw(g, "pipeline", "{");
	put_raw(g, "stages", "[");
	for (size_t i = 0; i < count; i++) {
		put_raw(g, NULL, "{");
		put_text(g, "plugin", plugins[i]);
		put_text(g, "outcome", i + 1 == count ? outcome : "allowed");
		put_raw(g, "time_ms", "0.");
		buf_printf(g->out, "%zu", 100 + below(g, 900));
		end(g, "}");
	}
	end(g, "]}");
}

/* A Gatekit event as version 0.1.0 writes it. */
static void put_gatekit_live(struct gen *g)
{
	static const struct {
		const char *type, *outcome;
	} kinds[] = {
		{ "REQUEST", "allowed" },
		{ "RESPONSE", "allowed" },
		{ "RESPONSE", "allowed" },
		{ "RESPONSE_MODIFIED", "modified" },
		{ "SECURITY_BLOCK", "blocked" },
		{ "UPSTREAM_ERROR", "allowed" },
	};
	static const char *const tools[] = {
		"read_file",
		"write_file",
		"list_directory",
		"search_code",
	};
	size_t kind = below(g, COUNT(kinds));
	const char *type = kinds[kind].type;
	const char *outcome = kinds[kind].outcome;

	begin_event(g, "timestamp", true);
	put_text(g, "event_type", type);
	put_number(g, "request_id", g->number);
	put_text(g, "server_name", PICK(g, servers));
	put_text(g, "method", "tools/call");
	put_text(g, "tool", PICK(g, tools));
	put_text(g, "pipeline_outcome", outcome);
	put_bool(g, "security_evaluated", true);
	put_bool(g, "modified", outcome[0] == 'm');
	put_pipeline(g, outcome);
	put_text(g, "reason", TEXT(g, reasons));
	if (type[0] == 'U') {
		put_raw(g, "error_code", "-32603");
		put_text(g, "error_message", "the upstream server went away");
	} else if (type[2] == 'S') {
		put_text(g, "response_status", "success");
	}
	put_number(g, "duration_ms", 1 + below(g, 400));
	end(g, "}");
}

static void put_event(struct gen *g)
{
	static void (*const shapes[])(struct gen *) = {
		put_redaction_documented,
		put_redaction_live,
		put_gatekit_documented,
		put_gatekit_live,
	};

	g->hostile = chance(g, 2);
	PICK(g, shapes)(g);
	buf_putc(g->out, '\n');
	g->number++;
}

/* As fast as standard output takes them; 7 ms of log time between two. */
static int write_all(struct gen *g, size_t count, struct err *e)
{
	while (g->number < count) {
		put_event(g);
		g->now_ms += 7;
		if (g->out->len < (1 << 16) && g->number < count)
			continue;
		if (buf_status(g->out) != 0 ||
		    file_write_all(STDOUT_FILENO, g->out->data, g->out->len) <
			    0)
			return err_sys(e, "standard output");
		buf_clear(g->out);
	}
	return 0;
}

static int64_t clock_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * SECOND + t.tv_nsec;
}

/* Line by line, each when it is due. */
static int write_paced(struct gen *g, size_t count, size_t rate, FILE *times,
		       struct err *e)
{
	int64_t start = clock_ns(CLOCK_MONOTONIC);

	while (g->number < count) {
		int64_t due =
			start + (int64_t)g->number * SECOND / (int64_t)rate;
		struct timespec until = { due / SECOND, due % SECOND };

		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until,
				       NULL) != 0)
			;
		g->now_ms = clock_ns(CLOCK_REALTIME) / 1000000;
		put_event(g);
		if (times != NULL)
			fprintf(times, "%lld\n",
				(long long)clock_ns(CLOCK_MONOTONIC));
		if (buf_status(g->out) != 0 ||
		    file_write_all(STDOUT_FILENO, g->out->data, g->out->len) <
			    0)
			return err_sys(e, "standard output");
		buf_clear(g->out);
	}
	return 0;
}

static int generate(const struct config *cfg, size_t count, struct err *e)
{
	struct buf out = BUF_INIT(1 << 20);
	struct gen g = {
		.out = &out,
		.state = cfg->seed,
		.now_ms = 1759963500000, // 2025-10-08T22:45:00Z
	};
	FILE *times = NULL;
	int rc = -1;

	if (cfg->times != NULL && (times = fopen(cfg->times, "we")) == NULL) {
		err_sys(e, "%s", cfg->times);
		goto out;
	}
	rc = cfg->rate > 0 ? write_paced(&g, count, cfg->rate, times, e)
			   : write_all(&g, count, e);
out:
	if (times != NULL && fclose(times) != 0 && rc == 0)
		rc = err_sys(e, "%s", cfg->times);
	buf_free(&out);
	return rc;
}

int main(int argc, char *argv[])
{
	struct config cfg = { .seed = 1 };
	struct err e = { 0 };
	size_t count = 0;

	msg_init("gen-events");
	int first = opt_parse(&cli, argc, argv, &cfg, &e);
	if (first == 0)
		return STATUS_DONE;
	if (first > 0 &&
	    (argc != first + 1 || !opt_parse_size(argv[first], &count)))
		first = err_set(&e, ERR_USAGE, "how many events? (see --help)");
	if (first < 0 || generate(&cfg, count, &e) < 0)
		return msg_exit(&e);
	return STATUS_DONE;
}
