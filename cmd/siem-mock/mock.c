#include "mock.h"

#include "access.h"
#include "cert.h"
#include "core/clock.h"
#include "core/file.h"
#include "core/msg.h"
#include "core/nearest.h"
#include "core/quit.h"
#include "net/address.h"

#include <inttypes.h>
#include <limits.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* After the last message that was asked for, senders have so long to hang up:
   only a quiet connection is good news for those that wait for no answer. */
enum { LINGER_MS = 2000 };

static const struct scheme {
	const char *name;
	enum transport transport;
	int socktype;
	bool is_http;
} schemes[] = {
	{ "tcp", TRANSPORT_TCP, SOCK_STREAM, false },
	{ "tls", TRANSPORT_TLS, SOCK_STREAM, false },
	{ "udp", TRANSPORT_UDP, SOCK_DGRAM, false },
	{ "http", TRANSPORT_TCP, SOCK_STREAM, true },
	{ "https", TRANSPORT_TLS, SOCK_STREAM, true },
};

static const struct scheme *find_scheme(const char *name,
					const struct mock_kind *kind,
					const char *address, struct err *e)
{
	struct nearest near = NEAREST_INIT(name);

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		if (schemes[i].is_http != kind->is_http)
			continue;
		if (strcmp(schemes[i].name, name) == 0)
			return &schemes[i];
		nearest_try(&near, schemes[i].name);
	}
	err_set(e, ERR_USAGE, "option --listen: %s: %s is none of %s%s%s%s",
		address, name, kind->is_http ? "http, https" : "tcp, tls, udp",
		near.best != NULL ? " (did you mean " : "",
		near.best != NULL ? near.best : "",
		near.best != NULL ? "?)" : "");
	return NULL;
}

/* An address to listen on, with what it does not say filled in. */
struct place {
	const struct scheme *scheme;
	char host[NI_MAXHOST], port[40];
};

static bool is_number(struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] < '0' || s.data[i] > '9')
			return false;
	return s.len > 0;
}

static struct slice usual_scheme(const struct mock_kind *kind, bool tls)
{
	if (kind->is_http)
		return tls ? SLICE("https") : SLICE("http");
	return tls ? SLICE("tls") : SLICE("tcp");
}

/* Nothing but this machine can connect unless an address says otherwise. */
static int parse_place(struct place *p, const char *text,
		       const struct mock_kind *kind, bool tls, struct err *e)
{
	struct address_parts parts;
	char scheme[16];

	if (address_split(text, &parts, e) < 0) {
		err_prefix(e, "option --listen");
		return -1;
	}
	if (parts.port.len == 0 && is_number(parts.host)) {
		parts.port = parts.host;
		parts.host.len = 0;
	}
	if (parts.scheme.len == 0)
		parts.scheme = usual_scheme(kind, tls);
	if (parts.host.len == 0)
		parts.host = SLICE("127.0.0.1");
	if (parts.port.len == 0) {
		err_set(e, ERR_USAGE,
			"option --listen: %s: a port is missing; with :0 the "
			"kernel chooses one",
			text);
		return -1;
	}
	snprintf(scheme, sizeof(scheme), "%.*s", (int)parts.scheme.len,
		 parts.scheme.data);
	snprintf(p->host, sizeof(p->host), "%.*s", (int)parts.host.len,
		 parts.host.data);
	snprintf(p->port, sizeof(p->port), "%.*s", (int)parts.port.len,
		 parts.port.data);
	p->scheme = find_scheme(scheme, kind, text, e);
	return p->scheme != NULL ? 0 : -1;
}

static int open_listener(struct mock *m, const struct mock_kind *kind,
			 const char *text, struct err *e)
{
	struct listener *l = &m->listeners[m->listener_count];
	struct address_list list = { 0 };
	struct place p;
	char where[ADDRESS_MAX];

	if (parse_place(&p, text, kind, m->config->tls != NULL, e) < 0)
		return -1;
	if (p.scheme->socktype == SOCK_DGRAM && !kind->takes_datagrams)
		return err_set(e, ERR_USAGE,
			       "option --listen: %s: %s takes no datagrams",
			       text, kind->name);
	if (address_resolve(p.host, p.port, p.scheme->socktype, &list, e) < 0) {
		e->kind = ERR_USAGE;
		return err_prefix(e, "option --listen");
	}
	l->transport = p.scheme->transport;
	l->fd = address_listen(&list.items[0], p.scheme->socktype, e);
	address_list_free(&list);
	if (l->fd < 0)
		return -1;
	m->listener_count++;

	struct address bound = address_of(l->fd);
	snprintf(l->name, sizeof(l->name), "%s://%s", p.scheme->name,
		 address_text(&bound, where));
	return 0;
}

static int open_listeners(struct mock *m, const struct mock_kind *kind,
			  struct err *e)
{
	const char *const *addresses =
		m->config->tls != NULL ? kind->tls_addresses : kind->addresses;
	size_t count = 1;

	while (addresses[count] != NULL)
		count++;
	if (m->config->listen.count > 0) {
		addresses = m->config->listen.items;
		count = m->config->listen.count;
	}
	m->listeners = calloc(count, sizeof(*m->listeners));
	if (m->listeners == NULL)
		return err_sys(e, "listeners");
	for (size_t i = 0; i < count; i++)
		if (open_listener(m, kind, addresses[i], e) < 0)
			return -1;
	return 0;
}

static bool has_tls_listener(const struct mock *m)
{
	for (size_t i = 0; i < m->listener_count; i++)
		if (m->listeners[i].transport == TRANSPORT_TLS)
			return true;
	return false;
}

/* Faults that this kind has no occasion for. */
static int check_faults(const struct mock *m, const struct mock_kind *kind,
			struct err *e)
{
	const struct {
		const char *word; // that was given, or NULL
		bool useful;
		const char *of;
	} checks[] = {
		{ m->faults.given[FAULT_OF_REQUESTS], kind->is_http,
		  "requests: splunk" },
		{ m->faults.given[FAULT_OF_ANSWERS], kind->answers,
		  "answers to messages: relp" },
		{ m->faults.given[FAULT_OF_ITEMS], kind->by_item,
		  "records of requests that are answered each: "
		  "elasticsearch" },
		{ m->faults.given[FAULT_OF_EACH],
		  kind->by_item || kind->answers,
		  "what is answered each by itself: elasticsearch, relp" },
		{ m->faults.given[FAULT_OF_BOTH],
		  kind->is_http || kind->answers, "answers: splunk, relp" },
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (checks[i].word != NULL && !checks[i].useful)
			return err_set(e, ERR_USAGE,
				       "option --fault: %s is for %s",
				       checks[i].word, checks[i].of);
	return 0;
}

/* Options that would change nothing were meant to. */
static int check_options(const struct mock *m, const struct mock_kind *kind,
			 struct err *e)
{
	const struct config *cfg = m->config;
	bool throwaway = cfg->tls == NULL || cfg->tls[0] == '\0';
	bool tls = has_tls_listener(m);
	const struct {
		bool used, useful;
		const char *name, *why;
	} checks[] = {
		{ cfg->tls != NULL, tls, "tls", "nothing here listens for it" },
		{ cfg->client_ca != NULL, tls, "client-ca", "is for --tls" },
		{ cfg->require_client_cert, tls, "require-client-cert",
		  "is for --tls" },
		{ cfg->tls_dir != NULL, tls && throwaway, "tls-dir",
		  "is for the throw-away certificates of a plain --tls" },
		{ cfg->tls_name != NULL, tls && throwaway, "tls-name",
		  "is for the throw-away certificates of a plain --tls" },
		{ cfg->tls_expired, tls && throwaway, "tls-expired",
		  "is for the throw-away certificates of a plain --tls" },
		{ cfg->tokens.count > 0, kind->is_http, "token",
		  "nothing here asks for it" },
		{ cfg->clients.count > 0, kind->by_oauth, "client",
		  "nothing here takes tokens of OAuth" },
		{ cfg->earlier != NULL, kind->by_item, "earlier",
		  "is for what keeps documents: elasticsearch" },
		{ cfg->max_content != 0, kind->is_http, "max-content",
		  "is for requests" },
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		if (checks[i].used && !checks[i].useful)
			return err_set(e, ERR_USAGE, "option --%s: %s",
				       checks[i].name, checks[i].why);
	// Before anybody is told where it listens.
	for (size_t i = 0; kind->by_feature && i < cfg->tokens.count; i++) {
		struct token token;

		if (token_parse(&token, cfg->tokens.items[i], e) < 0)
			return -1;
	}
	for (size_t i = 0; i < cfg->clients.count; i++)
		if (strchr(cfg->clients.items[i], ':') == NULL)
			return err_set(e, ERR_USAGE,
				       "option --client: %s is not of the form "
				       "ID:SECRET",
				       cfg->clients.items[i]);
	return 0;
}

/* One line for each listener, in a file that is there all at once. */
static int write_listen_file(struct mock *m, struct err *e)
{
	const char *path = m->config->listen_file;
	const char *slash = strrchr(path, '/');
	struct buf text = BUF_INIT(1 << 20);
	char dir[PATH_MAX];

	snprintf(dir, sizeof(dir), "%.*s",
		 slash != NULL ? (int)(slash - path) + 1 : 1,
		 slash != NULL ? path : ".");
	for (size_t i = 0; i < m->listener_count; i++)
		buf_printf(&text, "%s\n", m->listeners[i].name);

	int rc = file_replace(dir, slash != NULL ? slash + 1 : path,
			      buf_str(&text), text.len, e);
	buf_free(&text);
	m->wrote_listen_file = rc == 0;
	return rc == 0 ? 0 : err_prefix(e, "option --listen-file");
}

/* The same for --metrics. */
static void collect(struct page *page, const void *mock)
{
	const struct mock *m = mock;
	const struct counts *c = &m->counts;
	const char *word;

	page_counter(page, "messages_total", "Messages received.", c->messages);
	page_counter(page, "received_bytes_total", "Bytes of them.", c->bytes);
	page_counter(page, "connections_total", "Connections that came up.",
		     c->connections);
	page_counter(page, "connections_refused_total",
		     "Connections whose handshake failed.", c->refused);
	page_counter(page, "messages_unfinished_total",
		     "Messages dropped because their end never came.",
		     c->unfinished);
	page_counter(page, "messages_cut_total",
		     "Messages longer than --max-message.", c->cut);
	page_counters(page, "faults_total", "Faults made on purpose.");
	for (size_t i = 0; i < FAULT_WORDS_MAX; i++) {
		uint64_t times = fault_times(&m->faults, i, &word);

		if (times > 0)
			page_part(page, "faults_total", "fault", slice_of(word),
				  (double)times);
	}
}

int mock_open(struct mock *m, const struct mock_kind *kind,
	      const struct config *config, struct err *e)
{
	// For all that is not the message itself.
	const size_t names = kind->is_http ? MOCK_HEAD_MAX : 4096;
	size_t max = kind->is_http ? MOCK_EVENT_MAX : config->max_message;

	*m = (struct mock){
		.config = config,
		// The message twice, each byte as long as \u0000 at worst.
		.out = WRITER_INIT(STDOUT_FILENO, 12 * max + names),
		.last_ms = mock_now_ms(),
		.metrics = METRICS_NONE,
	};
	if (metrics_open(&m->metrics, config->common.metrics, collect, m, e) <
	    0)
		return -1;
	for (size_t i = 0; i < config->faults.count; i++)
		if (fault_parse(&m->faults, config->faults.items[i], e) < 0)
			return -1;
	if (open_listeners(m, kind, e) < 0 || check_options(m, kind, e) < 0 ||
	    check_faults(m, kind, e) < 0)
		return -1;
	if (has_tls_listener(m) && cert_open(m, e) < 0)
		return -1;
	if (config->listen_file != NULL && write_listen_file(m, e) < 0)
		return -1;
	for (size_t i = 0; i < m->listener_count; i++)
		msg_warn("listening on %s", m->listeners[i].name);
	return 0;
}

void mock_close(struct mock *m)
{
	cert_close(m);
	for (size_t i = 0; i < m->listener_count; i++)
		close(m->listeners[i].fd);
	free(m->listeners);
	// Once it is gone, the addresses that it named are free.
	if (m->wrote_listen_file)
		unlink(m->config->listen_file);
	writer_free(&m->out);
	metrics_close(&m->metrics);
}

int64_t mock_now_ms(void)
{
	return clock_ns() / NS_PER_MS;
}

void mock_touch(struct mock *m)
{
	m->last_ms = mock_now_ms();
}

/* When the mock ends if nothing comes, or -1. */
static int64_t deadline(const struct mock *m)
{
	const struct config *cfg = m->config;

	if (cfg->count > 0 && m->counts.messages >= cfg->count)
		return m->last_ms + LINGER_MS;
	return cfg->idle_ms > 0 ? m->last_ms + (int64_t)cfg->idle_ms : -1;
}

bool mock_is_done(const struct mock *m, size_t open)
{
	const struct config *cfg = m->config;
	int64_t end = deadline(m);

	if (quit_asked())
		return true;
	if (cfg->count > 0 && m->counts.messages >= cfg->count && open == 0)
		return true;
	return end >= 0 && mock_now_ms() >= end;
}

int mock_wait_ms(const struct mock *m)
{
	int64_t end = deadline(m);

	if (end < 0)
		return -1;
	int64_t left = end - mock_now_ms();
	return left <= 0 ? 0 : left < INT_MAX ? (int)left : INT_MAX;
}

void mock_print_counts(const struct mock *m)
{
	const struct counts *c = &m->counts;

	msg_error("%" PRIu64 " messages, %" PRIu64 " bytes, %" PRIu64
		  " connections, %" PRIu64 " refused, %" PRIu64
		  " unfinished, %" PRIu64 " cut, %" PRIu64 " faults",
		  c->messages, c->bytes, c->connections, c->refused,
		  c->unfinished, c->cut, fault_total(&m->faults));
}

void mock_tell(struct mock *m)
{
	if (metrics_step(&m->metrics))
		mock_print_counts(m);
}
