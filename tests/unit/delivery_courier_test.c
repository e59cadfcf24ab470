/*
 * The engine against a destination of the request shape, so that every turn
 * which dest.h allows is taken, with a server that does as it is told.
 *
 * A batch is its records, an LF behind each. An answer of 200 has it
 * delivered; so has 202 with a ticket, once "GET /ask" is answered by that
 * ticket and "yes"; 207 rejects the record of which it gives the index; 400 and
 * 413 split; 401 and 403 hold, 429 and all others are for another time.
 */
#include "delivery/courier.h"

#include "check.h"
#include "core/msg.h"
#include "core/quit.h"
#include "delivery/engine.h"
#include "delivery/way.h"
#include "dest/answer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS = 64, SCRIPT = 32 };

/* The destination. */

struct toy {
	char url[64];
	bool has_token;
	bool ages; // the token is to be renewed from the first moment on
};

static int add(const void *config, const struct dest_session *session,
	       const struct dest_record *record, size_t index, struct buf *body,
	       struct err *e)
{
	(void)config;
	(void)session;
	(void)index;
	if (record->bytes.len == 0 || record->bytes.data[0] == '!')
		return err_set(e, ERR_DATA, "not for this toy");
	buf_put_slice(body, record->bytes);
	buf_putc(body, '\n');
	return 0;
}

static int finish(const void *config, const struct dest_session *session,
		  struct request *request, struct err *e)
{
	const struct toy *toy = config;

	(void)e;
	request->method = "POST";
	buf_puts(&request->url, toy->url);
	buf_puts(&request->headers, "Content-Type: text/plain\r\n");
	if (toy->has_token)
		buf_printf(&request->headers, "Authorization: Toy %.*s\r\n",
			   (int)session->token.len, session->token.data);
	return 0;
}

static void judge(const void *config, struct dest_session *session,
		  const struct answer *answer, struct judgement *j,
		  size_t count)
{
	size_t index = 0;

	(void)config;
	for (size_t i = 0; answer->status == 207 && i < answer->body.len; i++)
		index = 10 * index + (size_t)(answer->body.data[i] - '0');
	for (size_t i = 0; i < count; i++) {
		j[i] = (struct judgement){ .reason = "as it says" };
		switch (answer->status) {
		case 200:
			j[i].verdict = VERDICT_DELIVERED;
			break;
		case 202:
			j[i].verdict = VERDICT_PENDING;
			j[i].ticket = (uint64_t)answer->body.data[0];
			break;
		case 207:
			j[i].verdict =
				i == index ? VERDICT_REJECT : VERDICT_RETRY;
			break;
		case 400:
		case 413:
			j[i].verdict = VERDICT_SPLIT;
			break;
		case 401:
			j[i] = answer_unauthorized(session);
			break;
		case 403:
			j[i].verdict = VERDICT_HOLD;
			break;
		default:
			j[i].verdict = VERDICT_RETRY;
			j[i].wait_ms = answer->retry_after_ms;
			break;
		}
	}
}

static int ask(const void *config, const struct dest_session *session,
	       const uint64_t *tickets, size_t count, struct request *request,
	       struct err *e)
{
	const struct toy *toy = config;

	(void)session;
	(void)tickets;
	(void)count;
	(void)e;
	request->method = "GET";
	buf_printf(&request->url, "%s/ask", toy->url);
	return 0;
}

static void told(const void *config, struct dest_session *session,
		 const struct answer *answer, const uint64_t *tickets,
		 struct judgement *j, size_t count)
{
	(void)config;
	(void)session;
	for (size_t i = 0; i < count; i++)
		if (answer->status == 200 && answer->body.len > 0 &&
		    (uint64_t)answer->body.data[0] == tickets[i])
			j[i].verdict = VERDICT_DELIVERED;
}

static int fetch(const void *config, const struct dest_session *session,
		 struct request *request, struct err *e)
{
	const struct toy *toy = config;

	(void)session;
	(void)e;
	request->method = "GET";
	buf_printf(&request->url, "%s/token", toy->url);
	return 0;
}

static enum verdict fetched(const void *config, struct dest_session *session,
			    const struct answer *answer, struct err *e)
{
	const struct toy *toy = config;

	if (answer->status != 200) {
		err_set(e, ERR_DENIED, "no token: %d", answer->status);
		return VERDICT_HOLD;
	}
	// Whatever is answered makes one, however often it is asked for.
	buf_clear(&session->token);
	buf_puts(&session->token, "t");
	buf_put_slice(&session->token, answer->body);
	session->token_expires_ms = INT64_MAX;
	session->token_refresh_ms = toy->ages ? 1 : 0;
	return VERDICT_DELIVERED;
}

static const struct dest_setting no_settings[] = { { .key = NULL } };
static const struct dest_type toy_type = { .name = "toy",
					   .settings = no_settings };
static const struct dest_request plain = { .add = add,
					   .finish = finish,
					   .judge = judge };
static const struct dest_request acked = {
	.add = add, .finish = finish, .judge = judge, .ask = ask, .told = told
};
static const struct dest_request tokened = { .add = add,
					     .finish = finish,
					     .judge = judge,
					     .fetch = fetch,
					     .fetched = fetched };

/* The server. */

struct server {
	struct toy toy;
	const char *script[SCRIPT]; // what the requests get, in turn; then 200
	int poison;                 // what a batch with "poison" gets
	size_t most;                // records of a batch, else 413
	int port, listener;
	pthread_mutex_t lock;
	unsigned requests;
	unsigned slow_us;    // before each answer
	bool closes;         // the connection behind each
	int busy, most_busy; // requests at a time, of most_from to most_to
	unsigned most_from, most_to;
	char log[4096];    // bodies that were read, with what they got
	char stored[4096]; // and of those, what is kept
	pthread_t accepter, threads[CONNECTIONS];
	int count;
};

struct visit {
	struct server *s;
	int fd;
};

/* A request with its body, which is returned; NULL: the client has gone. */
static char *read_request(FILE *in, char line[256], size_t *len)
{
	char header[256];
	char *body;

	*len = 0;
	if (fgets(line, 256, in) == NULL)
		return NULL;
	while (fgets(header, sizeof(header), in) != NULL && header[0] != '\r')
		if (strncasecmp(header, "Content-Length:", 15) == 0)
			*len = (size_t)atol(header + 15);
	body = calloc(1, *len + 1);
	if (body == NULL || fread(body, 1, *len, in) != *len) {
		free(body);
		return NULL;
	}
	return body;
}

static size_t lines_of(const char *body)
{
	size_t n = 0;

	for (; *body != '\0'; body++)
		n += *body == '\n';
	return n;
}

/* What this request gets: "200", "202 a", "lost" ... */
static const char *answer_to(struct server *s, const char *body)
{
	static _Thread_local char text[16];

	if (s->poison != 0 && strstr(body, "poison") != NULL) {
		snprintf(text, sizeof(text), "%d", s->poison);
		return text;
	}
	if (s->most > 0 && lines_of(body) > s->most)
		return "413";
	if (s->requests < SCRIPT && s->script[s->requests] != NULL)
		return s->script[s->requests];
	return "200";
}

static void add_text(char *to, size_t size, const char *body, const char *got)
{
	size_t len = strlen(to);

	for (; *body != '\0' && len + 1 < size; body++)
		if (*body == '\n')
			to[len++] = ',';
		else
			to[len++] = *body;
	to[len] = '\0';
	snprintf(to + len, size - len, "%s", got);
}

/* False: the connection is to be closed. */
static bool answer(struct server *s, int fd, const char *body)
{
	const char *got;
	char log[24];

	pthread_mutex_lock(&s->lock);
	got = answer_to(s, body);
	s->requests++;
	s->busy++;
	if (s->requests >= s->most_from &&
	    (s->most_to == 0 || s->requests <= s->most_to) &&
	    s->busy > s->most_busy)
		s->most_busy = s->busy;
	snprintf(log, sizeof(log), "(%s) ", got);
	add_text(s->log, sizeof(s->log), body, log);
	if (got[0] == '2' || got[0] == 'l' || got[0] == 'h')
		add_text(s->stored, sizeof(s->stored), body, "");
	pthread_mutex_unlock(&s->lock);
	usleep(s->slow_us);
	pthread_mutex_lock(&s->lock);
	s->busy--;
	pthread_mutex_unlock(&s->lock);
	if (strcmp(got, "lost") == 0)
		return false;
	if (strcmp(got, "half") == 0) {
		dprintf(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx");
		return false;
	}
	if (strcmp(got, "garbage") == 0) {
		dprintf(fd, "\1\2\3 what is this?\r\n\r\n");
		return false;
	}
	if (strcmp(got, "stall") == 0)
		return true;
	if (strncmp(got, "429 ", 4) == 0)
		dprintf(fd,
			"HTTP/1.1 429 Slow\r\nRetry-After: %s\r\n"
			"Content-Length: 0\r\n\r\n",
			got + 4);
	else
		dprintf(fd,
			"HTTP/1.1 %.3s X\r\n%sContent-Length: %zu\r\n\r\n%s",
			got, s->closes ? "Connection: close\r\n" : "",
			got[3] != '\0' ? strlen(got + 4) : 0,
			got[3] != '\0' ? got + 4 : "");
	return !s->closes;
}

static void *visit(void *context)
{
	struct visit v = *(struct visit *)context;
	FILE *in = fdopen(v.fd, "r");
	bool on = true;
	char line[256];
	char *body;
	size_t len;

	free(context);
	while (on && (body = read_request(in, line, &len)) != NULL) {
		on = answer(v.s, v.fd, len > 0 ? body : strchr(line, '/'));
		free(body);
	}
	fclose(in);
	return NULL;
}

static void *serve(void *context)
{
	struct server *s = context;
	int fd;

	while (s->count < CONNECTIONS &&
	       (fd = accept(s->listener, NULL, NULL)) >= 0) {
		struct visit *v = malloc(sizeof(*v));

		*v = (struct visit){ s, fd };
		pthread_create(&s->threads[s->count++], NULL, visit, v);
	}
	return NULL;
}

static void start(struct server *s)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);

	pthread_mutex_init(&s->lock, NULL);
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(s->listener, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    listen(s->listener, 5) < 0 ||
	    getsockname(s->listener, (struct sockaddr *)&a, &len) < 0)
		abort();
	snprintf(s->toy.url, sizeof(s->toy.url), "http://127.0.0.1:%d/",
		 ntohs(a.sin_port));
	pthread_create(&s->accepter, NULL, serve, s);
}

static void end(struct server *s)
{
	shutdown(s->listener, SHUT_RDWR);
	pthread_join(s->accepter, NULL);
	for (int i = 0; i < s->count; i++)
		pthread_join(s->threads[i], NULL);
	close(s->listener);
}

struct result {
	int status;
	struct delivery_counts counts;
};

/* One request at a time, unless the test says otherwise. */
static struct dest dest_to(struct server *s, const struct dest_request *kind)
{
	return (struct dest){
		.name = "toy",
		.type = &toy_type,
		.plan = { .request = kind,
			  .limits = { .best_bytes = 1 << 20,
				      .in_flight = 1,
				      .connect_ms = 60000,
				      .timeout_ms = 60000 },
			  .config = &s->toy },
	};
}

static const struct engine_options defaults = { .max_record = 1000,
						.memory = 1 << 20 };

static struct result run(struct dest *dest, const char *input,
			 struct engine_options options)
{
	struct carrier_way way = way_to(dest);
	struct result r = { .status = -1 };
	struct err e;
	int fds[2];

	if (pipe(fds) < 0 ||
	    write(fds[1], input, strlen(input)) != (ssize_t)strlen(input))
		abort();
	close(fds[1]);
	options.in_fd = fds[0];
	struct engine *engine = engine_open(&way, 1, &options, &e);
	if (engine != NULL) {
		r.status = engine_run(engine);
		r.counts = *engine_counts(engine);
		engine_close(engine);
	}
	close(fds[0]);
	return r;
}

static struct result deliver(struct server *s, const char *input)
{
	start(s);

	struct dest dest = dest_to(s, &plain);
	struct result r = run(&dest, input, defaults);
	end(s);
	return r;
}

/* The tests. */

static void what_waits_goes_in_one_request(void)
{
	struct server s = { 0 };
	struct result r = deliver(&s, "one\ntwo\nthree\n");

	CHECK(r.status == STATUS_DONE);
	CHECK(r.counts.delivered == 3);
	CHECK(strcmp(s.log, "one,two,three,(200) ") == 0);
}

static void what_can_never_be_sent_is_rejected_and_the_others_go(void)
{
	struct server s = { 0 };
	struct result r = deliver(&s, "one\n!\nthree\n");

	CHECK(r.status == STATUS_REJECTS);
	CHECK(r.counts.rejected == 1);
	CHECK(strcmp(s.stored, "one,three,") == 0);
}

static void a_batch_ends_at_its_count_and_at_its_size(void)
{
	struct server s = { 0 };

	start(&s);
	struct dest dest = dest_to(&s, &plain);
	dest.plan.limits.best_count = 2;
	CHECK(run(&dest, "1\n2\n3\n", defaults).status == STATUS_DONE);
	dest.plan.limits.best_count = 0;
	dest.plan.limits.best_bytes = 5;
	CHECK(run(&dest, "aa\nbb\nccccccc\nd\n", defaults).status ==
	      STATUS_DONE);
	end(&s);
	CHECK(strcmp(s.log, "1,2,(200) 3,(200) "
			    "aa,(200) bb,(200) ccccccc,(200) d,(200) ") == 0);
}

static void a_batch_ends_at_a_flush_line(void)
{
	struct server s = { 0 };
	struct result r = deliver(&s, "\020H siem/1 - F\none\n\020F\ntwo\n"
				      "three\n\020F\n\020E 0\n");

	CHECK(r.status == STATUS_DONE);
	CHECK(strcmp(s.log, "one,(200) two,three,(200) ") == 0);
}

static void a_busy_server_is_tried_again(void)
{
	struct server s = { .script = { "503", "500", "200" } };
	struct result r = deliver(&s, "one\ntwo\n");

	CHECK(r.status == STATUS_DONE);
	CHECK(strcmp(s.log, "one,two,(503) one,two,(500) one,two,(200) ") == 0);
	CHECK(r.counts.delivered == 2);
	CHECK(r.counts.retried == 4);
}

static void no_answer_and_half_of_one_lose_no_record(void)
{
	struct server s = { .script = { "lost", "half", "garbage", "200" } };
	struct result r = deliver(&s, "one\n");

	CHECK(r.status == STATUS_DONE);
	CHECK(s.requests == 4);
	CHECK(r.counts.delivered == 1);
	CHECK(r.counts.retried == 3);
}

static void a_server_that_stalls_is_given_up_in_time(void)
{
	struct server s = { .script = { "stall", "200" } };

	start(&s);
	struct dest dest = dest_to(&s, &plain);
	dest.plan.limits.timeout_ms = 200;
	struct result r = run(&dest, "one\n", defaults);
	end(&s);
	CHECK(r.status == STATUS_DONE);
	CHECK(r.counts.delivered == 1);
}

/* How long delivering a record takes whose first answer is this one. */
static int64_t ms_after(const char *answer)
{
	struct server s = { .script = { answer, "200" } };
	struct timespec a, b;

	clock_gettime(CLOCK_MONOTONIC, &a);
	struct result r = deliver(&s, "one\n");
	clock_gettime(CLOCK_MONOTONIC, &b);
	CHECK(r.status == STATUS_DONE);
	return (b.tv_sec - a.tv_sec) * 1000 +
	       (b.tv_nsec - a.tv_nsec) / 1000000;
}

static void one_that_asks_for_time_gets_it(void)
{
	CHECK(ms_after("429 1") >= 1000);
}

static void a_date_is_told_from_that_of_the_answer(void)
{
	// Their clock is not ours: by ours that was long ago.
	CHECK(ms_after("429 Fri, 02 Jan 2015 10:00:01 GMT\r\n"
		       "Date: Fri, 02 Jan 2015 10:00:00 GMT") >= 1000);
}

static void a_date_that_is_over_is_no_reason_to_wait(void)
{
	CHECK(ms_after("429 Fri, 02 Jan 2015 10:00:00 GMT") < 5000);
	CHECK(ms_after("429 soon") < 5000);
}

static void a_record_that_is_named_is_rejected_and_the_others_go_again(void)
{
	struct server s = { .script = { "207 1" } };
	struct result r = deliver(&s, "one\ntwo\nthree\n");

	CHECK(r.status == STATUS_REJECTS);
	CHECK(r.counts.rejected == 1 && r.counts.delivered == 2);
	CHECK(strcmp(s.log, "one,two,three,(207 1) one,three,(200) ") == 0);
}

static void the_poison_stands_alone_in_the_end(void)
{
	struct server s = { .poison = 400 };
	struct result r = deliver(&s, "1\n2\n3\npoison\n5\n6\n7\n8\n9\n");

	CHECK(r.status == STATUS_REJECTS);
	CHECK(r.counts.rejected == 1 && r.counts.delivered == 8);
	CHECK(strcmp(s.stored, "1,2,3,5,6,7,8,9,") == 0);
}

static void what_is_too_large_is_halved_until_it_fits(void)
{
	struct server s = { .most = 2 };
	struct result r = deliver(&s, "1\n2\n3\n4\n5\n");

	CHECK(r.status == STATUS_DONE);
	CHECK(strcmp(s.stored, "1,2,3,4,5,") == 0);
	CHECK(strcmp(s.log, "1,2,3,4,5,(413) 1,2,3,(413) 1,2,(200) 3,(200) "
			    "4,5,(200) ") == 0);
}

static void who_is_not_let_in_at_first_ends_with_status_4(void)
{
	struct server s = { .script = { "403" } };
	struct result r = deliver(&s, "one\n");

	CHECK(r.status == STATUS_DENIED);
	CHECK(s.requests == 1);
	CHECK(r.counts.given_up == 1);
}

static void a_proxy_that_refuses_us_ends_with_status_4(void)
{
	struct server s = { .script = { "407" } };

	start(&s);
	setenv("https_proxy", s.toy.url, 1);
	struct dest dest = dest_to(&s, &plain);
	snprintf(s.toy.url, sizeof(s.toy.url), "https://siem.example.com/");
	struct result r = run(&dest, "one\n", defaults);
	unsetenv("https_proxy");
	end(&s);
	CHECK(r.status == STATUS_DENIED);
	CHECK(r.counts.delivered == 0 && s.requests == 1);
}

static void who_was_let_in_before_waits_to_be_so_again(void)
{
	struct server s = { .script = { "200", "403", "403", "200" } };

	start(&s);
	struct dest dest = dest_to(&s, &plain);
	dest.plan.limits.best_count = 1;
	struct result r = run(&dest, "one\ntwo\nthree\n", defaults);
	end(&s);
	CHECK(r.status == STATUS_DONE);
	CHECK(strcmp(s.log, "one,(200) two,(403) two,(403) two,(200) "
			    "three,(200) ") == 0);
}

static void one_at_a_time_keeps_order_through_failures(void)
{
	struct server s = { .script = { "200", "503", "lost", "503" } };

	start(&s);
	struct dest dest = dest_to(&s, &plain);
	dest.plan.limits.best_count = 1;
	struct result r = run(&dest, "1\n2\n3\n4\n", defaults);
	end(&s);
	CHECK(r.status == STATUS_DONE);
	CHECK(strcmp(s.stored, "1,2,2,3,4,") == 0);
}

static void several_requests_are_under_way_at_once(void)
{
	struct server s = { .script = { "stall", "200", "200", "200" } };

	start(&s);
	struct dest dest = dest_to(&s, &plain);
	dest.plan.limits.best_count = 1;
	dest.plan.limits.in_flight = 4;
	dest.plan.limits.timeout_ms = 3000; // nobody else may need that long
	struct result r = run(&dest, "1\n2\n3\n4\n", defaults);
	end(&s);
	CHECK(r.status == STATUS_DONE);
	CHECK(r.counts.delivered == 4);
	CHECK(s.requests == 5);
}

static void a_record_out_of_tries_is_given_up_and_the_run_goes_on(void)
{
	struct server s = { .poison = 503 };
	struct engine_options how = defaults;
	char dead[] = "/tmp/courier-test-XXXXXX";

	close(mkstemp(dead));
	how.bounded_retries = true;
	how.retries = 2;
	how.dead_letter = dead;
	start(&s);
	struct dest dest = dest_to(&s, &plain);
	dest.plan.limits.best_count = 1;
	struct result r = run(&dest, "1\npoison\n3\n", how);
	end(&s);
	CHECK(r.status == STATUS_UNDELIVERED);
	CHECK(r.counts.given_up == 1 && r.counts.set_aside == 1);
	CHECK(r.counts.delivered == 2);
	CHECK(strcmp(s.log, "1,(200) poison,(503) poison,(503) poison,(503) "
			    "3,(200) ") == 0);
	unlink(dead);
	snprintf(s.log, sizeof(s.log), "%s.why", dead);
	unlink(s.log);
}

static void what_is_pending_counts_once_it_is_confirmed(void)
{
	struct server s = { .script = { "202 a", "200 b", "200 a" } };

	start(&s);
	struct dest dest = dest_to(&s, &acked);
	dest.plan.limits.ask_every_ms = 20;
	dest.plan.limits.ask_for_ms = 60000;
	struct result r = run(&dest, "one\n", defaults);
	end(&s);
	CHECK(r.status == STATUS_DONE);
	CHECK(r.counts.delivered == 1 && r.counts.retried == 0);
	CHECK(strcmp(s.log, "one,(202 a) //ask HTTP/1.1\r,(200 b) "
			    "//ask HTTP/1.1\r,(200 a) ") == 0);
}

static void what_is_never_confirmed_is_sent_again(void)
{
	struct server s = { .script = { "202 a", "200 b", "202 c", "200 c" } };

	start(&s);
	struct dest dest = dest_to(&s, &acked);
	// Asked once, however busy the machine is, and not twice.
	dest.plan.limits.ask_every_ms = 1000;
	dest.plan.limits.ask_for_ms = 1900;
	struct result r = run(&dest, "one\n", defaults);
	end(&s);
	CHECK(r.status == STATUS_DONE);
	CHECK(r.counts.delivered == 1 && r.counts.retried == 1);
	CHECK(strcmp(s.stored, "one,//ask HTTP/1.1\r,one,//ask HTTP/1.1\r,") ==
	      0);
}

static void a_ticket_given_out_twice_confirms_nothing(void)
{
	// Who says "a" may mean another batch than who gave it out last.
	struct server s = { .script = { "202 a", "202 a", "202 a", "200 a",
					"202 a", "200 a" } };

	start(&s);
	struct dest dest = dest_to(&s, &acked);
	dest.plan.limits.best_count = 1;
	dest.plan.limits.ask_every_ms = 1000; // after the two are through
	dest.plan.limits.ask_for_ms = 60000;
	struct result r = run(&dest, "1\n2\n", defaults);
	end(&s);
	CHECK(r.status == STATUS_DONE);
	CHECK(r.counts.delivered == 2 && r.counts.retried == 2);
	// From then on one at a time, so that they cannot be taken for another.
	CHECK(strcmp(s.log, "1,(202 a) 2,(202 a) "
			    "2,(202 a) //ask HTTP/1.1\r,(200 a) "
			    "1,(202 a) //ask HTTP/1.1\r,(200 a) ") == 0);
}

/* Two records, the second of which is lost in its first request. */
static void run_with_a_loss(struct server *s)
{
	start(s);
	struct dest dest = dest_to(s, &acked);
	dest.plan.limits.best_count = 1;
	dest.plan.limits.ask_every_ms = 300;
	dest.plan.limits.ask_for_ms = 5000;
	struct result r = run(&dest, "1\n2\n", defaults);
	end(s);
	CHECK(r.status == STATUS_DONE);
	CHECK(r.counts.delivered == 2);
}

static void after_a_loss_on_a_new_connection_no_ticket_is_believed(void)
{
	// Who is there now may have given ticket "a" to what was lost.
	struct server s = { .script = { "202 a", "lost", "202 b", "202 c",
					"200 b", "200 c" },
			    .closes = true };

	run_with_a_loss(&s);
	CHECK(strncmp(s.log, "1,(202 a) 2,(lost) 2,(202 b) 1,(202 c) ", 39) ==
	      0);
}

static void after_a_loss_on_the_connection_of_before_they_are(void)
{
	struct server s = { .script = { "202 a", "lost", "202 b", "200 a",
					"200 b" } };

	run_with_a_loss(&s);
	CHECK(strncmp(s.log, "1,(202 a) 2,(lost) 2,(202 b) //ask", 34) == 0);
}

static void a_token_is_fetched_first_and_again_when_it_is_refused(void)
{
	struct server s = { .script = { "200 t", "200", "401", "200 u", "200" },
			    .toy.has_token = true };

	start(&s);
	struct dest dest = dest_to(&s, &tokened);
	dest.plan.limits.best_count = 1;
	struct result r = run(&dest, "1\n2\n", defaults);
	end(&s);
	CHECK(r.status == STATUS_DONE);
	CHECK(strcmp(s.log, "//token HTTP/1.1\r,(200 t) 1,(200) 2,(401) "
			    "//token HTTP/1.1\r,(200 u) 2,(200) ") == 0);
}

/* How often it was asked for a token. */
static int fetches(const struct server *s)
{
	int n = 0;

	for (const char *p = s->log; (p = strstr(p, "//token")) != NULL; p++)
		n++;
	return n;
}

static void a_new_token_that_is_refused_is_a_matter_of_the_set_up(void)
{
	struct server s = { .script = { "200 t", "401" },
			    .toy.has_token = true };

	start(&s);
	struct dest dest = dest_to(&s, &tokened);
	struct result r = run(&dest, "1\n", defaults);
	end(&s);
	CHECK(r.status == STATUS_DENIED);
	CHECK(strcmp(s.log, "//token HTTP/1.1\r,(200 t) 1,(401) ") == 0);
}

static void a_token_is_renewed_before_it_ends_while_records_go_on(void)
{
	struct server s = { .script = { "200 t", "200 u", "200 v", "200 w",
					"200 x", "200 y", "200 z" },
			    .toy = { .has_token = true, .ages = true } };

	start(&s);
	struct dest dest = dest_to(&s, &tokened);
	dest.plan.limits.best_count = 1;
	dest.plan.limits.in_flight = 1;
	struct result r = run(&dest, "1\n2\n", defaults);
	end(&s);
	CHECK(r.status == STATUS_DONE && r.counts.delivered == 2);
	CHECK(fetches(&s) >= 2);
}

static void a_token_that_cannot_be_renewed_yet_is_used_on(void)
{
	struct server s = { .script = { "200 t", "500", "500", "500" },
			    .toy = { .has_token = true, .ages = true } };

	start(&s);
	struct dest dest = dest_to(&s, &tokened);
	dest.plan.limits.best_count = 1;
	dest.plan.limits.in_flight = 1;
	struct result r = run(&dest, "1\n2\n3\n", defaults);
	end(&s);
	CHECK(r.status == STATUS_DONE && r.counts.delivered == 3);
	CHECK(fetches(&s) == 2);
}

static void *run_engine(void *engine)
{
	CHECK(engine_run(engine) == STATUS_DONE);
	return NULL;
}

static void a_flush_interval_waits_for_more(void)
{
	struct server s = { 0 };
	int fds[2];
	struct err e;

	start(&s);
	struct dest dest = dest_to(&s, &plain);
	dest.plan.limits.flush_ms = 1000; // in which the next two are written
	dest.plan.limits.best_count = 100;
	struct carrier_way way = way_to(&dest);
	if (pipe(fds) < 0 || write(fds[1], "1\n", 2) != 2)
		abort();
	struct engine_options how = defaults;
	how.in_fd = fds[0];
	struct engine *engine = engine_open(&way, 1, &how, &e);
	pthread_t thread;
	pthread_create(&thread, NULL, run_engine, engine);
	for (int i = 0; i < 6000 && s.requests == 0; i++)
		usleep(10000);
	CHECK(strcmp(s.log, "1,(200) ") == 0);
	if (write(fds[1], "2\n", 2) != 2 || write(fds[1], "3\n", 2) != 2)
		abort();
	close(fds[1]);
	pthread_join(thread, NULL);
	engine_close(engine);
	close(fds[0]);
	end(&s);
	CHECK(strcmp(s.log, "1,(200) 2,3,(200) ") == 0);
}

static void a_dead_destination_gets_one_request_at_a_time(void)
{
	// Three failures open the breaker; three more may be under way by then.
	struct server s = { .slow_us = 10000, .most_from = 7, .most_to = 9 };

	for (int i = 0; i < 8; i++)
		s.script[i] = "503";
	start(&s);
	struct dest dest = dest_to(&s, &plain);
	dest.plan.limits.best_count = 1;
	dest.plan.limits.in_flight = 4;
	struct result r = run(&dest, "1\n2\n3\n4\n5\n6\n7\n8\n", defaults);
	end(&s);
	CHECK(r.status == STATUS_DONE);
	CHECK(r.counts.delivered == 8);
	CHECK(s.requests == 16);
	CHECK(s.most_busy == 1);
}

static void a_living_one_gets_several(void)
{
	struct server s = { .slow_us = 500000 }; // for three to be there

	start(&s);
	struct dest dest = dest_to(&s, &plain);
	dest.plan.limits.best_count = 1;
	dest.plan.limits.in_flight = 3;
	struct result r = run(&dest, "1\n2\n3\n4\n5\n6\n", defaults);
	end(&s);
	CHECK(r.status == STATUS_DONE);
	CHECK(s.most_busy == 3);
}

int main(void)
{
	struct err e;

	msg_init("delivery_courier_test");
	if (quit_setup(10, QUIT_TELL_LATE, &e) < 0)
		return 1;
	RUN(what_waits_goes_in_one_request);
	RUN(what_can_never_be_sent_is_rejected_and_the_others_go);
	RUN(a_batch_ends_at_its_count_and_at_its_size);
	RUN(a_batch_ends_at_a_flush_line);
	RUN(a_busy_server_is_tried_again);
	RUN(no_answer_and_half_of_one_lose_no_record);
	RUN(a_server_that_stalls_is_given_up_in_time);
	RUN(one_that_asks_for_time_gets_it);
	RUN(a_date_is_told_from_that_of_the_answer);
	RUN(a_date_that_is_over_is_no_reason_to_wait);
	RUN(a_record_that_is_named_is_rejected_and_the_others_go_again);
	RUN(the_poison_stands_alone_in_the_end);
	RUN(what_is_too_large_is_halved_until_it_fits);
	RUN(who_is_not_let_in_at_first_ends_with_status_4);
	RUN(a_proxy_that_refuses_us_ends_with_status_4);
	RUN(who_was_let_in_before_waits_to_be_so_again);
	RUN(one_at_a_time_keeps_order_through_failures);
	RUN(several_requests_are_under_way_at_once);
	RUN(a_record_out_of_tries_is_given_up_and_the_run_goes_on);
	RUN(what_is_pending_counts_once_it_is_confirmed);
	RUN(what_is_never_confirmed_is_sent_again);
	RUN(a_ticket_given_out_twice_confirms_nothing);
	RUN(after_a_loss_on_a_new_connection_no_ticket_is_believed);
	RUN(after_a_loss_on_the_connection_of_before_they_are);
	RUN(a_token_is_fetched_first_and_again_when_it_is_refused);
	RUN(a_new_token_that_is_refused_is_a_matter_of_the_set_up);
	RUN(a_token_is_renewed_before_it_ends_while_records_go_on);
	RUN(a_token_that_cannot_be_renewed_yet_is_used_on);
	RUN(a_flush_interval_waits_for_more);
	RUN(a_dead_destination_gets_one_request_at_a_time);
	RUN(a_living_one_gets_several);
	return check_done();
}
