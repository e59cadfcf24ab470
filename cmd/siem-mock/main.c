/*
 * siem-mock: stands in for a SIEM. What it receives comes out as JSON lines.
 *
 * main() reads the command line and picks the kind; each kind is a file of its
 * own with a struct mock_kind, and mock.c is what they share.
 */
#include "mock.h"

#include "core/msg.h"
#include "core/nearest.h"
#include "core/quit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Every kind, in the order --list has them. To add one, define mock_NAME in
 * NAME.c and put its row here.
 */
#define KINDS(X)    \
	X(splunk)   \
	X(sentinel) \
	X(datadog)  \
	X(elasticsearch) \
	X(http)     \
	X(qradar)   \
	X(syslog)   \
	X(relp)

#define DECLARE(name) extern const struct mock_kind mock_##name;
#define ROW(name) &mock_##name,

KINDS(DECLARE)

static const struct mock_kind *const kinds[] = { KINDS(ROW) };
enum { KIND_COUNT = sizeof(kinds) / sizeof(kinds[0]) };

#define MIB ((size_t)1 << 20)

static const struct opt options[] = {
	OPT_LIST(0, "client", clients, "ID:SECRET",
		 "give OAuth tokens to it, and take only those"),
	OPT_STRING(0, "client-ca", client_ca, "FILE",
		   "require client certificates signed by FILE"),
	OPT_COUNT('n', "count", count, "N", 0, "end after N messages"),
	OPT_STRING(0, "earlier", earlier, "FILE",
		   "have the documents that an earlier run printed"),
	OPT_LIST(0, "fault", faults, "SPEC",
		 "make trouble: delay=20,reset=1%,stall-after=9"),
	OPT_MS(0, "idle", idle_ms, "SECONDS", 0,
	       "end when nothing came for so long"),
	OPT_FLAG(0, "list", list, "list the kinds"),
	OPT_LIST('l', "listen", listen, "ADDRESS",
		 "tcp://127.0.0.1:5514, tls, udp, http, https"),
	OPT_STRING(0, "listen-file", listen_file, "FILE",
		   "write the addresses to FILE, for scripts"),
	OPT_SIZE(0, "max-content", max_content, "SIZE", 800 * MIB,
		 "refuse larger requests [800MB]"),
	OPT_SIZE(0, "max-message", max_message, "SIZE", 64 * MIB,
		 "cut longer messages [200000]"),
	OPT_FLAG(0, "require-client-cert", require_client_cert,
		 "refuse clients without a certificate"),
	OPT_OPTIONAL(0, "tls", tls, "CERT,KEY", "",
		     "speak TLS; alone: with throw-away certificates"),
	OPT_STRING(0, "tls-dir", tls_dir, "DIR",
		   "keep the throw-away certificates in DIR"),
	OPT_FLAG(0, "tls-expired", tls_expired,
		 "let the throw-away certificate have expired"),
	OPT_STRING(0, "tls-name", tls_name, "NAME",
		   "let it be for NAME, not for localhost"),
	OPT_LIST(0, "token", tokens, "TOKEN",
		 "take only TOKEN[,ack][,index=A|B][,disabled]"),
	OPT_COUNT(0, "token-life", token_life, "SECONDS", 86400,
		  "how long OAuth tokens are good [3600]"),
	OPT_COMMON_ROWS,
	OPT_END,
};

static const struct cli cli = {
	.name = "siem-mock",
	.operands = "KIND",
	.summary = "Stand in for a SIEM: print what arrives as JSON lines.",
	.options = options,
};

static const struct mock_kind *find_kind(char *operands[], struct err *e)
{
	const char *name = operands[0];
	struct nearest near = NEAREST_INIT(name);

	if (name == NULL) {
		err_set(e, ERR_USAGE, "which KIND? (see --list)");
		return NULL;
	}
	if (operands[1] != NULL) {
		err_set(e, ERR_USAGE, "one kind at a time: %s is too much",
			operands[1]);
		return NULL;
	}
	for (size_t i = 0; i < KIND_COUNT; i++) {
		if (strcmp(kinds[i]->name, name) == 0)
			return kinds[i];
		nearest_try(&near, kinds[i]->name);
	}
	if (near.best != NULL)
		err_set(e, ERR_USAGE, "unknown kind: %s (did you mean %s?)",
			name, near.best);
	else
		err_set(e, ERR_USAGE, "unknown kind: %s (see --list)", name);
	return NULL;
}

static int list_kinds(struct err *e)
{
	for (size_t i = 0; i < KIND_COUNT; i++)
		printf("%-14s %s\n", kinds[i]->name, kinds[i]->summary);
	return fflush(stdout) == 0 ? 0 : err_sys(e, "standard output");
}

static int serve(const struct config *cfg, char *operands[], struct err *e)
{
	const struct mock_kind *kind = find_kind(operands, e);
	struct mock mock;
	int rc = -1;

	if (kind == NULL ||
	    quit_setup((unsigned)cfg->common.grace_sec, QUIT_EXIT_LATE, e) < 0)
		return -1;
	if (mock_open(&mock, kind, cfg, e) == 0)
		rc = kind->serve(&mock, e);
	if (rc == 0 && cfg->common.stats)
		mock_print_counts(&mock);
	mock_close(&mock);
	return rc;
}

int main(int argc, char *argv[])
{
	struct config cfg = {
		.common = OPT_COMMON_DEFAULTS,
		.max_message = 200000,
		.token_life = 3600,
	};
	struct err e = { 0 };
	int rc = -1;

	msg_init(cli.name);
	int first = opt_parse(&cli, argc, argv, &cfg, &e);
	if (first > 0) {
		opt_apply_common(&cfg.common);
		rc = cfg.list ? list_kinds(&e) : serve(&cfg, argv + first, &e);
	}
	free(cfg.listen.items);
	free(cfg.faults.items);
	free(cfg.tokens.items);
	free(cfg.clients.items);
	if (first == 0 || rc == 0)
		return STATUS_DONE;
	return msg_exit(&e);
}
