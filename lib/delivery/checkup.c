#include "delivery/checkup.h"

#include "core/clock.h"
#include "core/file.h"
#include "core/timestamp.h"
#include "delivery/approach.h"
#include "delivery/engine.h"
#include "delivery/findings.h"
#include "delivery/inquiry.h"
#include "delivery/way.h"
#include "json/write.h"
#include "net/probe.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	PRODUCER_MS = 10000,
	EVENT_MAX = 4096,
	TALK_MAX = 64 << 10,
	MEMORY = 1 << 20,
};

/* The stream shape. */

/* RELP confirms frames: does it agree to take any? */
struct talk {
	const struct dest *dest;
	struct dest_link link;
	struct buf out, in;
	struct conn *conn;
};

static void nothing_is_confirmed(void *context, uint64_t number,
				 enum verdict verdict, const char *reason)
{
	(void)context;
	(void)number;
	(void)verdict;
	(void)reason;
}

/* Write and read what can be, once it is connected. */
static int talk_on(struct talk *t, struct err *e)
{
	const struct dest_plan *plan = &t->dest->plan;
	char bytes[4096];
	ssize_t n;

	n = conn_write(t->conn, t->out.data, t->out.len, e);
	if (n < 0)
		return -1;
	buf_drop(&t->out, (size_t)n);
	while ((n = conn_read(t->conn, bytes, sizeof(bytes), e)) > 0)
		buf_put(&t->in, bytes, (size_t)n);
	if (n < 0)
		return -1;
	n = plan->stream->receive(plan->config, &t->link, buf_slice(&t->in),
				  &t->out, nothing_is_confirmed, NULL, e);
	if (n < 0)
		return -1;
	buf_drop(&t->in, (size_t)n);
	return buf_status(&t->in) == 0 && buf_status(&t->out) == 0
		       ? 0
		       : err_set(e, ERR_TEMPORARY, "it says too much");
}

static int talk_until_ready(struct talk *t, unsigned timeout_ms, struct err *e)
{
	const int64_t until_ns = clock_ns() + (int64_t)timeout_ms * NS_PER_MS;
	int state;

	while (!t->link.ready) {
		const int64_t left_ms = (until_ns - clock_ns()) / NS_PER_MS;

		state = conn_step(t->conn, e);
		if (state < 0 || (state == CONN_READY && talk_on(t, e) < 0))
			return -1;
		if (t->link.ready)
			break;
		if (state == CONN_CLOSED)
			return err_set(e, ERR_TEMPORARY,
				       "closed without an answer: is it "
				       "this protocol that is spoken there?");
		if (left_ms <= 0)
			return err_set(e, ERR_TEMPORARY,
				       "no answer within %u s: is it this "
				       "protocol that is spoken there?",
				       timeout_ms / 1000);
		if (probe_poll(conn_fd(t->conn),
			       conn_events(t->conn, t->out.len > 0), left_ms,
			       e) < 0)
			return -1;
	}
	return 0;
}

/* Open a session as for records, and end it. */
static int check_session(const struct dest *dest,
			 const struct dest_route *route, struct findings *f)
{
	const struct dest_stream *stream = dest->plan.stream;
	const unsigned timeout_ms = route->target.connect_timeout_ms;
	struct conn_target target = route->target;
	struct tls_context *context = NULL;
	struct talk t = { .dest = dest,
			  .out = BUF_INIT(TALK_MAX),
			  .in = BUF_INIT(TALK_MAX) };
	struct err e;
	int rc = -1;

	if (target.transport == TRANSPORT_TLS) {
		context = target.tls = tls_client(&route->tls, &e);
		if (context == NULL)
			return findings_failed(f, "session", &e);
	}
	t.conn = conn_open(&target, &e);
	if (t.conn != NULL &&
	    stream->open(dest->plan.config, &t.link, &t.out, &e) == 0 &&
	    talk_until_ready(&t, timeout_ms, &e) == 0)
		rc = 0;
	if (rc == 0)
		findings_put(f, "session", FINDING_GOOD,
			     "records are taken, and each is acknowledged");
	else
		findings_failed(f, "session", &e);
	if (stream->release != NULL)
		stream->release(&t.link);
	if (t.conn != NULL)
		conn_close(t.conn);
	tls_context_free(context);
	buf_free(&t.out);
	buf_free(&t.in);
	return rc;
}

/* May it be made in its folder, where it is not there yet? */
static bool may_be_made(const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX] = ".";

	if (errno != ENOENT)
		return false;
	if (slash != NULL)
		snprintf(folder, sizeof(folder), "%.*s",
			 slash > path ? (int)(slash - path) : 1, path);
	return access(folder, W_OK | X_OK) == 0;
}

/* Is there no room for what it is to hold? That is then in e. */
static bool is_full(const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return false;
	return file_check_parent(path, e) < 0 &&
	       (errno == ENOSPC || errno == EDQUOT);
}

static int check_file(const char *path, struct findings *f)
{
	struct err e;

	if (is_full(path, &e))
		return findings_failed(f, "file", &e);
	if (access(path, W_OK) == 0) {
		findings_put(f, "file", FINDING_GOOD, "%s", path);
		return 0;
	}
	if (may_be_made(path)) {
		findings_put(f, "file", FINDING_GOOD,
			     "%s, which is not there yet", path);
		return 0;
	}
	err_sys(&e, "%s", path);
	return findings_failed(f, "file", &e);
}

static int check_stream(const struct dest *dest, struct findings *f)
{
	struct dest_route route = { 0 };

	dest->plan.stream->route(dest->plan.config, &route);
	const struct conn_target *t = &route.target;
	const struct approach a = {
		.host = t->host,
		.port = t->port,
		.tls = t->transport == TRANSPORT_TLS ? &route.tls : NULL,
		.timeout_ms = t->connect_timeout_ms,
		.listens = dest->plan.stream->receive == NULL,
	};

	switch (t->transport) {
	case TRANSPORT_UDP:
		if (approach_resolve(t->host, t->port, SOCK_DGRAM, f) < 0)
			return -1;
		findings_put(f, "route", FINDING_WARNING,
			     "UDP is answered by nobody: whether anything "
			     "arrives, only the receiver knows");
		return 0;
	case TRANSPORT_FILE:
		return check_file(t->host, f);
	case TRANSPORT_STDOUT:
		findings_put(f, "output", FINDING_GOOD, "standard output");
		return 0;
	case TRANSPORT_TCP:
	case TRANSPORT_TLS:
		break;
	}
	if (approach_check(&a, f) < 0)
		return -1;
	if (dest->plan.stream->receive != NULL)
		return check_session(dest, &route, f);
	findings_put(f, "acknowledgement", FINDING_WARNING,
		     "syslog has none: what counts is what the other side's "
		     "TCP has taken; RELP confirms each record");
	return 0;
}

static int check_producer(const struct dest *dest, struct findings *f)
{
	const struct dest_producer *p = dest->plan.producer;
	struct err e = { 0 };
	enum verdict verdict;

	if (p->check == NULL)
		return 0;
	verdict = p->check(dest->plan.config, PRODUCER_MS, &e);
	if (verdict == VERDICT_DELIVERED || verdict == VERDICT_PENDING) {
		findings_put(f, "broker",
			     verdict == VERDICT_PENDING ? FINDING_WARNING
							: FINDING_GOOD,
			     "%s", e.text);
		return 0;
	}
	e.kind = verdict == VERDICT_HOLD || verdict == VERDICT_REJECT
			 ? ERR_DENIED
			 : ERR_TEMPORARY;
	return findings_failed(f, "broker", &e);
}

/* The test event. */

/* A descriptor from which it is read; -1 with e filled. */
static int make_event(struct err *e)
{
	struct buf line = BUF_INIT(EVENT_MAX);
	const struct timestamp now = timestamp_now();
	char time[TIMESTAMP_MAX];
	char here[256] = "";
	int fd = memfd_create("test event", MFD_CLOEXEC);

	if (fd < 0)
		return err_sys(e, "test event");
	(void)gethostname(here, sizeof(here) - 1);
	buf_puts(&line, "{\"timestamp\":\"");
	buf_put(&line, time, timestamp_rfc5424(&now, time));
	buf_puts(&line, "\",\"severity\":\"info\",\"event\":\"siem_test\","
			"\"message\":\"test event of siem-send --check=send: "
			"nothing has happened\",\"host\":");
	json_put_string(&line, slice_of(here));
	buf_puts(&line, "}\n");
	if (buf_status(&line) != 0 ||
	    file_write_all(fd, line.data, line.len) < 0 ||
	    lseek(fd, 0, SEEK_SET) < 0) {
		err_sys(e, "test event");
		close(fd);
		fd = -1;
	}
	buf_free(&line);
	return fd;
}

/* Deliver it as every record is, but with one try. */
static void send_event(struct dest *dest, int fd, struct findings *f)
{
	const struct carrier_way way = way_to(dest);
	const struct engine_options how = {
		.in_fd = fd,
		.max_record = EVENT_MAX,
		.memory = MEMORY,
		.bounded_retries = true,
	};
	const int64_t began_ns = clock_ns();
	struct engine *engine;
	struct err e;
	int status;

	engine = engine_open(&way, 1, &how, &e);
	if (engine == NULL) {
		findings_failed(f, "delivery", &e);
		return;
	}
	status = engine_run(engine);
	if (status == STATUS_DONE)
		findings_put(f, "delivery", FINDING_GOOD,
			     "an event, marked as a test, has arrived as far "
			     "as can be known (by: %s) after %.0f ms",
			     way.acknowledgement,
			     (double)(clock_ns() - began_ns) / NS_PER_MS);
	else
		findings_put(f, "delivery",
			     status == STATUS_UNDELIVERED ? FINDING_FAILED
							  : FINDING_REFUSED,
			     "the test event was not delivered, for the "
			     "reason above");
	engine_close(engine);
}

/* Deliver a test event if that is wanted. */
static int check_delivery(struct dest *dest, bool is_sent,
			  struct findings *f, struct err *e)
{
	int fd;

	if (!is_sent) {
		findings_put(f, "delivery", FINDING_SKIPPED,
			     "--check=send delivers an event that is marked "
			     "as a test");
		return 0;
	}
	fd = make_event(e);
	if (fd < 0)
		return -1;
	send_event(dest, fd, f);
	close(fd);
	return 0;
}

static int check_one(struct dest *dest, bool is_sent, struct findings *f,
		     struct err *e)
{
	struct findings own = { STATUS_DONE };
	int rc;

	findings_about("%s", dest->name);
	if (dest->plan.warning != NULL)
		findings_put(&own, "settings", FINDING_WARNING, "%s",
			     dest->plan.warning);
	if (dest->plan.request != NULL)
		rc = inquiry_make(dest, &own);
	else if (dest->plan.stream != NULL)
		rc = check_stream(dest, &own);
	else
		rc = check_producer(dest, &own);
	if (rc == 0 && check_delivery(dest, is_sent, &own, e) < 0)
		return -1;
	if (own.status > f->status)
		f->status = own.status;
	return 0;
}

int checkup_run(struct dest *dests, size_t count, bool is_sent,
		struct err *e)
{
	struct findings f = { STATUS_DONE };

	for (size_t i = 0; i < count; i++)
		if (check_one(&dests[i], is_sent, &f, e) < 0)
			return -1;
	return findings_end(&f, e);
}
