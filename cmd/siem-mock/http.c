/*
 * serve() is the loop; take() is called by libmicrohttpd for each piece of a
 * request; finish() is what happens to a whole one.
 */
#include "http.h"

#include "cert.h"
#include "core/msg.h"
#include "core/quit.h"
#include "net/address.h"
#include "oauth.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <limits.h>
#include <microhttpd.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	CONNECTIONS_MAX = 900,  // of a listener
	READ_BLOCK = 256 << 10, // what is read of a body at a time
	BODY_KEPT = 1 << 20,    // of the memory for bodies, between requests
	HUGE_BLANKS = 100 << 20,
	ODD_BLOCK = 64 << 10, // that is made of an odd body at a time
};

struct server;

/* A connection, for as long as it is open. */
struct peer {
	struct server *server;
	uint64_t requests;
	char name[ADDRESS_MAX];
};

enum exchange_state {
	EXCHANGE_READING,
	EXCHANGE_DELAYED, // until due_ms
	EXCHANGE_STALLED, // until due_ms, or the client gives up
	EXCHANGE_READY,   // to be answered
	EXCHANGE_OVER,    // to be dropped without an answer
};

/* One request, from its first line to the end of its answer. */
struct exchange {
	struct http_request request; // first, see connection_of()
	struct MHD_Connection *connection;
	struct server *server;
	enum exchange_state state;
	int64_t due_ms; // 0: never
	struct buf body;
	struct exchange *next; // of those that are suspended
};

struct server {
	struct mock *mock;
	http_answer_fn *answer;
	void *context;
	struct oauth oauth; // where --client names those that may come in
	struct MHD_Daemon **daemons; // one for each listener
	size_t count;
	size_t open; // connections
	struct exchange *suspended;
	struct pollfd *polls; // signals, output, daemons, stalled clients
	struct buf spare;     // a body's memory, for the next one
	bool failed;          // why says how
	struct err why;
};

static int socket_of(struct MHD_Connection *c)
{
	return MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD)
		->connect_fd;
}

static struct peer *peer_of(struct MHD_Connection *c)
{
	return MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
		->socket_context;
}

static struct MHD_Connection *connection_of(const struct http_request *r)
{
	return ((const struct exchange *)(const void *)r)->connection;
}

const char *http_header(const struct http_request *r, const char *name)
{
	return MHD_lookup_connection_value(connection_of(r), MHD_HEADER_KIND,
					   name);
}

const char *http_query(const struct http_request *r, const char *name)
{
	return MHD_lookup_connection_value(connection_of(r),
					   MHD_GET_ARGUMENT_KIND, name);
}

/* For ms milliseconds, or for ever where that is 0. */
static void suspend(struct exchange *x, enum exchange_state state, uint64_t ms)
{
	x->state = state;
	x->due_ms = ms > 0 ? mock_now_ms() + (int64_t)ms : 0;
	x->next = x->server->suspended;
	x->server->suspended = x;
	MHD_suspend_connection(x->connection);
}

/* May this one go on? Its state then says how. */
static bool is_due(struct exchange *x, bool all)
{
	bool due = x->due_ms != 0 && mock_now_ms() >= x->due_ms;

	if (all || (due && x->state == EXCHANGE_STALLED))
		x->state = EXCHANGE_OVER;
	else if (due && x->state == EXCHANGE_DELAYED)
		x->state = EXCHANGE_READY;
	return x->state == EXCHANGE_READY || x->state == EXCHANGE_OVER;
}

static void resume_due(struct server *s, bool all)
{
	struct exchange **at = &s->suspended;

	while (*at != NULL) {
		struct exchange *x = *at;

		if (!is_due(x, all)) {
			at = &x->next;
			continue;
		}
		*at = x->next;
		MHD_resume_connection(x->connection);
	}
}

size_t http_max_content(const struct mock *m)
{
	const size_t most = (size_t)800 << 20;

	return m->config->max_content != 0 ? m->config->max_content : most;
}

/* A body that is not sent as it is. */
struct odd_body {
	struct buf body;
	uint64_t blanks; // that come before it
	size_t sent;     // bytes of it, and then no more
};

static ssize_t read_odd(void *context, uint64_t at, char *out, size_t max)
{
	const struct odd_body *odd = context;

	if (at < odd->blanks) {
		uint64_t left = odd->blanks - at;

		max = left < max ? (size_t)left : max;
		memset(out, ' ', max);
		return (ssize_t)max;
	}
	size_t done = (size_t)(at - odd->blanks);
	size_t left = done < odd->sent ? odd->sent - done : 0;
	if (left == 0)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	max = left < max ? left : max;
	memcpy(out, odd->body.data + done, max);
	return (ssize_t)max;
}

static void free_odd(void *context)
{
	struct odd_body *odd = context;

	buf_free(&odd->body);
	free(odd);
}

/* HTTP_HALF and HTTP_HUGE; the body is taken over. */
static struct MHD_Response *odd_response(struct http_answer *a)
{
	const bool huge = a->ending == HTTP_HUGE;
	struct odd_body *odd = malloc(sizeof(*odd));

	if (odd == NULL)
		return NULL;
	*odd = (struct odd_body){
		.body = a->body,
		.blanks = huge ? HUGE_BLANKS : 0,
		.sent = huge ? a->body.len : a->body.len / 2,
	};
	a->body = BUF_INIT(0);
	return MHD_create_response_from_callback(odd->blanks + odd->body.len,
						 ODD_BLOCK, read_odd, odd,
						 free_odd);
}

void http_put_field(struct http_answer *a, const char *name, const char *fmt,
		    ...)
{
	struct http_field *f = a->fields;
	va_list args;

	while (f->name != NULL && f < &a->fields[HTTP_FIELDS - 1])
		f++;
	f->name = name;
	va_start(args, fmt);
	vsnprintf(f->value, sizeof(f->value), fmt, args);
	va_end(args);
}

/* A header that tells a time. */
static void put_date(struct MHD_Response *r, const char *name, time_t at)
{
	char text[40];
	struct tm t;

	if (gmtime_r(&at, &t) == NULL ||
	    strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &t) == 0)
		return;
	MHD_add_response_header(r, name, text);
}

static enum MHD_Result queue_answer(struct exchange *x, struct http_answer *a)
{
	const uint64_t behind_sec = x->server->mock->faults.clock_behind_sec;
	const time_t now = time(NULL) - (time_t)behind_sec;
	struct MHD_Response *r;
	char seconds[24];

	r = a->ending != HTTP_WHOLE
		    ? odd_response(a)
		    : MHD_create_response_from_buffer(a->body.len, a->body.data,
						      MHD_RESPMEM_MUST_COPY);
	if (r == NULL)
		return MHD_NO;
	MHD_add_response_header(r, "Content-Type", a->type);
	if (behind_sec != 0)
		put_date(r, "Date", now);
	if (a->retry_after_sec != 0) {
		snprintf(seconds, sizeof(seconds), "%llu",
			 (unsigned long long)a->retry_after_sec);
		MHD_add_response_header(r, "Retry-After", seconds);
	}
	if (a->retry_date_sec != 0)
		put_date(r, "Retry-After", now + (time_t)a->retry_date_sec);
	if (a->cookie != NULL)
		MHD_add_response_header(r, "Set-Cookie", a->cookie);
	for (size_t i = 0; i < HTTP_FIELDS && a->fields[i].name != NULL; i++)
		MHD_add_response_header(r, a->fields[i].name,
					a->fields[i].value);
	// As the real one does: no client without a name is kept.
	if (http_header(&x->request, "User-Agent") == NULL)
		MHD_add_response_header(r, "Connection", "close");

	enum MHD_Result rc = MHD_queue_response(x->connection, a->status, r);
	MHD_destroy_response(r);
	return rc;
}

/* A TCP socket that is told to connect to nowhere breaks its connection. */
static void reset(int fd)
{
	const struct sockaddr nowhere = { .sa_family = AF_UNSPEC };

	(void)connect(fd, &nowhere, sizeof(nowhere));
}

/* A request is complete: have it answered. */
static enum MHD_Result finish(struct exchange *x)
{
	struct server *s = x->server;
	struct http_answer a = {
		.status = MHD_HTTP_OK,
		.type = "application/json; charset=UTF-8",
		.body = BUF_INIT((size_t)64 << 20),
	};
	enum MHD_Result rc = MHD_NO;

	x->state = EXCHANGE_OVER;
	x->request.body = buf_slice(&x->body);
	if (!oauth_answers(&s->oauth, &x->request, &a) &&
	    s->answer(s->context, &x->request, &a, &s->why) < 0) {
		s->failed = true;
		a.ending = HTTP_CLOSE;
	}
	mock_touch(s->mock);
	switch (a.ending) {
	case HTTP_WHOLE:
	case HTTP_HALF:
	case HTTP_HUGE:
		rc = queue_answer(x, &a);
		break;
	case HTTP_BYTES:
		(void)send(socket_of(x->connection), a.body.data, a.body.len,
			   MSG_NOSIGNAL);
		break;
	case HTTP_CLOSE:
		break;
	case HTTP_RESET:
		reset(socket_of(x->connection));
		break;
	case HTTP_STALL:
		suspend(x, EXCHANGE_STALLED, s->mock->faults.stall_ms);
		rc = MHD_YES;
		break;
	}
	buf_free(&a.body);
	return rc;
}

/*
 * Has the client shown the certificate it was asked for? The library asks, but
 * lets those pass that have none.
 */
static bool may_come_in(struct server *s, struct MHD_Connection *c,
			const char *name)
{
	const struct config *cfg = s->mock->config;
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	unsigned trouble = 0;

	if (info == NULL ||
	    (cfg->client_ca == NULL && !cfg->require_client_cert))
		return true;

	int rc = gnutls_certificate_verify_peers2(info->tls_session, &trouble);
	if (rc == 0 && trouble == 0)
		return true;
	msg_warn("connection from %s: %s", name,
		 rc != 0 ? "the client sent no certificate"
			 : "certificate is not signed by an authority that "
			   "was asked for");
	gnutls_alert_send(info->tls_session, GNUTLS_AL_FATAL,
			  rc != 0 ? GNUTLS_A_CERTIFICATE_REQUIRED
				  : GNUTLS_A_UNKNOWN_CA);
	s->mock->counts.refused++;
	return false;
}

static struct exchange *begin(struct server *s, struct MHD_Connection *c,
			      const char *path, const char *method)
{
	struct peer *p = peer_of(c);
	struct exchange *x;

	mock_touch(s->mock);
	// What is refused is read to its end: bytes left unread would break the
	// connection, and the alert with it.
	const bool refused = p->requests == 0 && !may_come_in(s, c, p->name);
	s->mock->counts.connections += p->requests == 0 && !refused;

	x = calloc(1, sizeof(*x));
	if (x == NULL)
		return NULL;
	*x = (struct exchange){
		.request = {
			.method = method,
			.path = path,
			.peer = p->name,
			.number = ++p->requests,
			.now_sec = time(NULL) -
				   (int64_t)s->mock->faults.clock_behind_sec,
			.transport = MHD_get_connection_info(
				c, MHD_CONNECTION_INFO_PROTOCOL) != NULL
				? "https" : "http",
		},
		.connection = c,
		.server = s,
		.state = refused ? EXCHANGE_OVER : EXCHANGE_READING,
		.body = s->spare,
	};
	s->spare = BUF_INIT(0);
	x->body.max = refused ? 0 : http_max_content(s->mock);
	return x;
}

static void put_body(struct exchange *x, const char *bytes, size_t n)
{
	if (x->request.too_large)
		return;
	buf_put(&x->body, bytes, n);
	if (buf_status(&x->body) == 0)
		return;
	x->request.too_large = true;
	buf_clear(&x->body);
}

static enum MHD_Result take(void *context, struct MHD_Connection *c,
			    const char *path, const char *method,
			    const char *version, const char *bytes, size_t *n,
			    void **state)
{
	struct server *s = context;
	struct exchange *x = *state;
	uint64_t delay = s->mock->faults.delay_ms;

	(void)version;
	if (x == NULL) {
		*state = x = begin(s, c, path, method);
		return x != NULL ? MHD_YES : MHD_NO;
	}
	if (*n > 0) {
		put_body(x, bytes, *n);
		*n = 0;
		return MHD_YES;
	}
	if (x->state == EXCHANGE_OVER)
		return MHD_NO;
	if (x->state == EXCHANGE_READING && delay > 0) {
		suspend(x, EXCHANGE_DELAYED, delay);
		return MHD_YES;
	}
	return finish(x);
}

static void exchange_over(void *context, struct MHD_Connection *c, void **state,
			  enum MHD_RequestTerminationCode code)
{
	struct server *s = context;
	struct exchange *x = *state;

	(void)c;
	(void)code;
	if (x == NULL)
		return;
	buf_free(&s->spare);
	s->spare = x->body;
	buf_clear(&s->spare);
	buf_trim(&s->spare, BODY_KEPT);
	free(x);
	*state = NULL;
}

static void connection_event(void *context, struct MHD_Connection *c,
			     void **state,
			     enum MHD_ConnectionNotificationCode code)
{
	struct server *s = context;
	struct peer *p = *state;

	mock_touch(s->mock);
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		struct address a;

		p = calloc(1, sizeof(*p));
		if (p == NULL)
			abort(); // nothing can be said to the library here
		a = address_of_peer(socket_of(c));
		address_text(&a, p->name);
		p->server = s;
		*state = p;
		s->open++;
		msg_info("%s connects", p->name);
		return;
	}
	msg_info("%s is gone after %llu requests", p->name,
		 (unsigned long long)p->requests);
	s->open--;
	free(p);
}

PRINTF_LIKE(2, 0)
static void log_line(void *context, const char *fmt, va_list args)
{
	char text[200];

	(void)context;
	vsnprintf(text, sizeof(text), fmt, args);
	text[strcspn(text, "\n")] = '\0';
	msg_info("http: %s", text);
}

static struct MHD_Daemon *start_daemon(struct server *s,
				       const struct listener *l,
				       struct cert_texts *certs, struct err *e)
{
	bool tls = l->transport == TRANSPORT_TLS;
	static char versions[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";
	unsigned flags = MHD_USE_EPOLL | MHD_USE_ERROR_LOG |
			 MHD_ALLOW_SUSPEND_RESUME | (tls ? MHD_USE_TLS : 0);
	struct MHD_OptionItem tls_options[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, (char *)buf_str(&certs->cert) },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (char *)buf_str(&certs->key) },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, versions },
		{ certs->authority.len > 0 ? MHD_OPTION_HTTPS_MEM_TRUST
					   : MHD_OPTION_END,
		  0, (char *)buf_str(&certs->authority) },
		{ MHD_OPTION_END, 0, NULL },
	};
	int fd = dup(l->fd); // which the library will close

	if (fd < 0) {
		err_sys(e, "%s", l->name);
		return NULL;
	}
	if (!tls)
		tls_options[0].option = MHD_OPTION_END;

	struct MHD_Daemon *d = MHD_start_daemon(
		flags, 0, NULL, NULL, take, s, MHD_OPTION_EXTERNAL_LOGGER,
		log_line, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)READ_BLOCK,
		MHD_OPTION_NOTIFY_COMPLETED, exchange_over, s,
		MHD_OPTION_NOTIFY_CONNECTION, connection_event, s,
		MHD_OPTION_ARRAY, tls_options, MHD_OPTION_END);
	if (d == NULL) {
		close(fd);
		err_set(e, ERR_SYSTEM, "%s: cannot serve HTTP there", l->name);
	}
	return d;
}

static int start_daemons(struct server *s, struct err *e)
{
	struct cert_texts certs = CERT_TEXTS_INIT;
	struct mock *m = s->mock;
	int rc = -1;

	if (m->tls != NULL && cert_read(m, &certs, e) < 0)
		goto out;
	s->daemons = calloc(m->listener_count, sizeof(struct MHD_Daemon *));
	s->polls = calloc(2 + m->listener_count * (1 + CONNECTIONS_MAX),
			  sizeof(*s->polls));
	if (s->daemons == NULL || s->polls == NULL) {
		err_sys(e, "http");
		goto out;
	}
	while (s->count < m->listener_count) {
		struct MHD_Daemon *d =
			start_daemon(s, &m->listeners[s->count], &certs, e);

		if (d == NULL)
			goto out;
		s->daemons[s->count++] = d;
	}
	rc = 0;
out:
	cert_texts_free(&certs);
	return rc;
}

static int sooner(int a, int64_t b)
{
	int wait = b < 0 ? 0 : b < INT_MAX ? (int)b : INT_MAX;

	return a < 0 || wait < a ? wait : a;
}

/* Fill in what to poll for; returns for how long, and how many they are. */
static int prepare(struct server *s, nfds_t *count)
{
	struct pollfd *next = s->polls;
	int wait_ms = mock_wait_ms(s->mock);

	*next++ = (struct pollfd){ .fd = quit_fd(), .events = POLLIN };
	*next++ = (struct pollfd){ .fd = s->mock->out.fd };
	for (size_t i = 0; i < s->count; i++) {
		MHD_UNSIGNED_LONG_LONG ms;
		int fd = MHD_get_daemon_info(s->daemons[i],
					     MHD_DAEMON_INFO_EPOLL_FD)
				 ->epoll_fd;

		*next++ = (struct pollfd){ .fd = fd, .events = POLLIN };
		if (MHD_get_timeout(s->daemons[i], &ms) == MHD_YES)
			wait_ms = sooner(wait_ms, (int64_t)ms);
	}
	for (struct exchange *x = s->suspended; x != NULL; x = x->next) {
		if (x->due_ms != 0)
			wait_ms = sooner(wait_ms, x->due_ms - mock_now_ms());
		*next++ = (struct pollfd){ .fd = socket_of(x->connection),
					   .events = POLLRDHUP };
	}
	*count = (nfds_t)(next - s->polls);
	return wait_ms;
}

/* Wait, and deal with what came. */
static int go_round(struct server *s, struct err *e)
{
	nfds_t count;
	int wait_ms = prepare(s, &count);
	const struct pollfd *at = s->polls;

	if (poll(s->polls, count, wait_ms) < 0)
		return errno == EINTR ? 0 : err_sys(e, "poll");
	if ((at[1].revents & POLLERR) != 0)
		return err_set(e, ERR_PIPE, "nobody reads any more");
	at += 2 + s->count;
	for (struct exchange *x = s->suspended; x != NULL; x = x->next, at++)
		if (at->revents != 0)
			x->state = EXCHANGE_OVER; // its client would not wait
	resume_due(s, false);
	for (size_t i = 0; i < s->count; i++)
		MHD_run(s->daemons[i]);
	if (s->failed) {
		*e = s->why;
		return -1;
	}
	return writer_flush(&s->mock->out, e);
}

static int run(struct server *s, struct err *e)
{
	while (!mock_is_done(s->mock, s->open)) {
		if (go_round(s, e) < 0)
			return -1;
		quit_clear();
		mock_tell(s->mock);
	}
	return 0;
}

int http_serve(struct mock *m, http_answer_fn *answer, void *context,
	       struct err *e)
{
	struct server s = {
		.mock = m,
		.answer = answer,
		.context = context,
		.oauth = { .mock = m },
	};
	int rc = start_daemons(&s, e);

	if (rc == 0)
		rc = run(&s, e);
	resume_due(&s, true);
	for (size_t i = 0; i < s.count; i++)
		MHD_stop_daemon(s.daemons[i]);
	free(s.daemons);
	free(s.polls);
	buf_free(&s.spare);
	oauth_free(&s.oauth);
	return rc;
}
