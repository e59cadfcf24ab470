/*
 * The engine against a protocol that confirms each frame, so that every turn
 * which dest.h allows is taken, with a server that does as it is told.
 *
 * The protocol: "hello" is answered by "hello"; a record is "NUMBER RECORD",
 * answered by "ok NUMBER", "no NUMBER", "hold NUMBER", "later NUMBER" or
 * "alone NUMBER"; "bye" is answered by "bye". Each is a line.
 */
#include "delivery/engine.h"

#include "check.h"
#include "core/msg.h"
#include "core/quit.h"
#include "delivery/way.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The destination. */

struct toy {
	char port[8];
	unsigned window, answer_ms;
	uint64_t frames_each; // on one connection; 0: any number
	int released;
};

static void route(const void *config, struct dest_route *route)
{
	const struct toy *toy = config;

	*route = (struct dest_route){
		.target = { .transport = TRANSPORT_TCP,
			    .host = "127.0.0.1",
			    .port = toy->port,
			    .connect_timeout_ms = 60000 },
	};
}

static int toy_open(const void *config, struct dest_link *link, struct buf *out,
		    struct err *e)
{
	const struct toy *toy = config;

	(void)e;
	link->window = toy->window;
	link->answer_ms = toy->answer_ms;
	link->state = (void *)config;
	buf_puts(out, "hello\n");
	return 0;
}

static int frame(const void *config, struct dest_link *link,
		 const struct dest_record *record, struct buf *out,
		 struct err *e)
{
	const struct toy *toy = config;

	(void)e;
	buf_printf(out, "%llu ", (unsigned long long)link->frames);
	buf_put_slice(out, record->bytes);
	buf_putc(out, '\n');
	link->spent = link->frames + 1 == toy->frames_each;
	return 0;
}

static int answer(struct dest_link *link, const char *line, dest_ack_fn *ack,
		  void *context, struct err *e)
{
	static const struct {
		const char *word;
		enum verdict verdict;
	} answers[] = {
		{ "ok", VERDICT_DELIVERED },
		{ "no", VERDICT_REJECT },
		{ "hold", VERDICT_HOLD },
		{ "later", VERDICT_RETRY },
		{ "alone", VERDICT_SPLIT },
	};
	char word[16];
	unsigned long long number;

	if (strcmp(line, "hello") == 0) {
		link->ready = true;
		return 0;
	}
	if (strcmp(line, "bye") == 0) {
		link->ended = true;
		return 0;
	}
	if (sscanf(line, "%15s %llu", word, &number) != 2)
		return err_set(e, ERR_TEMPORARY, "what is \"%s\"?", line);
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (strcmp(word, answers[i].word) == 0)
			ack(context, number, answers[i].verdict, "as it says");
	return 0;
}

static ssize_t receive(const void *config, struct dest_link *link,
		       struct slice bytes, struct buf *out, dest_ack_fn *ack,
		       void *context, struct err *e)
{
	size_t used = 0;
	const char *lf;

	(void)config;
	(void)out;
	while ((lf = memchr(bytes.data + used, '\n', bytes.len - used)) !=
	       NULL) {
		char line[64];

		snprintf(line, sizeof(line), "%.*s",
			 (int)(lf - bytes.data - (ssize_t)used),
			 bytes.data + used);
		if (answer(link, line, ack, context, e) < 0)
			return -1;
		used = (size_t)(lf - bytes.data) + 1;
	}
	return (ssize_t)used;
}

static void goodbye(const void *config, struct dest_link *link, struct buf *out)
{
	(void)config;
	(void)link;
	buf_puts(out, "bye\n");
}

static void release(struct dest_link *link)
{
	struct toy *toy = link->state;

	toy->released++;
}

static const struct dest_stream toy_stream = {
	.route = route,
	.frame = frame,
	.open = toy_open,
	.receive = receive,
	.goodbye = goodbye,
	.release = release,
};
static const struct dest_type toy_type = { .name = "toy" };

/* The server: a script in a thread, over one connection after the other. */

struct server {
	struct toy toy;
	void (*script)(struct server *s);
	int listener, fd;
	FILE *in;
	char line[256];
	char log[1024]; // what came, in words divided by spaces
	pthread_t thread;
};

static void note(struct server *s, const char *word)
{
	size_t len = strlen(s->log);

	snprintf(s->log + len, sizeof(s->log) - len, "%s%s", len > 0 ? " " : "",
		 word);
}

/* The next connection, up to and including the greeting. */
static void meet(struct server *s)
{
	s->fd = accept(s->listener, NULL, NULL);
	s->in = fdopen(s->fd, "r");
	if (fgets(s->line, sizeof(s->line), s->in) == NULL)
		abort();
	dprintf(s->fd, "hello\n");
}

/* The next line, without its LF; false at the end. */
static bool next(struct server *s)
{
	if (fgets(s->line, sizeof(s->line), s->in) == NULL)
		return false;
	s->line[strcspn(s->line, "\n")] = '\0';
	note(s, s->line);
	return true;
}

static void say(struct server *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
static void say(struct server *s, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vdprintf(s->fd, fmt, args);
	va_end(args);
}

static void hang_up(struct server *s)
{
	fclose(s->in);
	note(s, "|");
}

/* Confirm whatever comes, and answer the goodbye. */
static void confirm_all(struct server *s)
{
	while (next(s)) {
		if (strcmp(s->line, "bye") == 0)
			say(s, "bye\n");
		else
			say(s, "ok %d\n", atoi(s->line));
	}
	hang_up(s);
}

static void *serve(void *context)
{
	struct server *s = context;

	s->script(s);
	return NULL;
}

static void start(struct server *s)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(s->listener, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    listen(s->listener, 5) < 0 ||
	    getsockname(s->listener, (struct sockaddr *)&a, &len) < 0)
		abort();
	snprintf(s->toy.port, sizeof(s->toy.port), "%d", ntohs(a.sin_port));
	pthread_create(&s->thread, NULL, serve, s);
}

/* Positions as they were noted and committed: "log:1 log:2 ." */
static struct {
	char log[256];
	const struct engine *engine;
	bool early; // one was noted before its records were settled
	unsigned failures; // that committing will meet
} positions;

static void on_passed(void *context, struct slice source, struct slice position)
{
	const uint64_t *settled_before = context;
	const struct delivery_counts *n = engine_counts(positions.engine);
	size_t len = strlen(positions.log);
	int which = atoi(position.data);

	snprintf(positions.log + len, sizeof(positions.log) - len, "%.*s:%.*s ",
		 (int)source.len, source.data, (int)position.len,
		 position.data);
	if (n->delivered + n->rejected < settled_before[which])
		positions.early = true;
}

static int on_commit(void *context, struct err *e)
{
	size_t len = strlen(positions.log);

	(void)context;
	if (positions.failures > 0) {
		positions.failures--;
		return err_set(e, ERR_SYSTEM, "no room");
	}
	snprintf(positions.log + len, sizeof(positions.log) - len, ". ");
	return 0;
}

struct result {
	int status;
	struct delivery_counts counts;
};

/* Deliver input, however long it takes, to a server that follows its script. */
static struct result deliver(struct server *s, const char *input,
			     const struct engine_options *how)
{
	struct engine_options options = {
		.max_record = 1000,
		.memory = 1 << 20,
	};
	struct dest dest = {
		.name = "toy",
		.type = &toy_type,
		.plan = { .stream = &toy_stream, .config = &s->toy },
	};
	struct result r = { .status = -1 };
	struct err e;
	int fds[2];

	if (how != NULL)
		options = *how;
	if (pipe(fds) < 0 ||
	    write(fds[1], input, strlen(input)) != (ssize_t)strlen(input))
		abort();
	close(fds[1]);
	options.in_fd = fds[0];
	start(s);
	struct carrier_way way = way_to(&dest);
	struct engine *engine = engine_open(&way, 1, &options, &e);
	positions.engine = engine;
	if (engine != NULL) {
		r.status = engine_run(engine);
		r.counts = *engine_counts(engine);
		engine_close(engine);
	}
	pthread_join(s->thread, NULL);
	close(s->listener);
	close(fds[0]);
	return r;
}

/* The tests. */

static void meet_and_confirm(struct server *s)
{
	meet(s);
	confirm_all(s);
}

static void records_go_in_order_and_the_goodbye_is_answered(void)
{
	struct server s = { .script = meet_and_confirm };
	struct result r = deliver(&s, "a\nb\nc\n", NULL);

	CHECK(r.status == 0);
	CHECK(r.counts.delivered == 3 && r.counts.retried == 0);
	CHECK(strcmp(s.log, "0 a 1 b 2 c bye |") == 0);
	CHECK(s.toy.released == 1);
}

/* Break the connection instead of answering the goodbye. */
static void confirm_and_reset(struct server *s)
{
	static const struct linger at_once = { .l_onoff = 1 };

	meet(s);
	while (next(s) && strcmp(s->line, "bye") != 0)
		say(s, "ok %d\n", atoi(s->line));
	setsockopt(s->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	hang_up(s);
}

static void a_goodbye_that_is_not_answered_is_no_failure(void)
{
	struct server s = { .script = confirm_and_reset };
	FILE *said = tmpfile();
	int before = dup(STDERR_FILENO);

	dup2(fileno(said), STDERR_FILENO);
	struct result r = deliver(&s, "a\nb\n", NULL);
	dup2(before, STDERR_FILENO);
	close(before);

	CHECK(r.status == 0);
	CHECK(r.counts.delivered == 2);
	CHECK(strcmp(s.log, "0 a 1 b bye |") == 0);
	CHECK(lseek(fileno(said), 0, SEEK_END) == 0);
	fclose(said);
}

static void confirm_backwards(struct server *s)
{
	meet(s);
	for (int i = 0; i < 3; i++)
		if (!next(s))
			return;
	say(s, "ok 2\nok 1\n");
	say(s, "ok 0\n");
	confirm_all(s);
}

static void answers_may_come_in_any_order(void)
{
	struct server s = { .script = confirm_backwards };
	struct result r = deliver(&s, "a\nb\nc\n", NULL);

	CHECK(r.status == 0 && r.counts.delivered == 3);
}

/* Does nothing come for a while? */
static bool is_silent_for(struct server *s, int ms)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };

	return poll(&p, 1, ms) == 0;
}

static bool is_silent(struct server *s)
{
	return is_silent_for(s, 100);
}

static void confirm_slowly(struct server *s)
{
	meet(s);
	// stdio has read ahead whatever came along with the first line.
	setvbuf(s->in, NULL, _IONBF, 0);
	for (int i = 0; i < 2; i++)
		if (!next(s))
			return;
	note(s, is_silent(s) ? "silence" : "noise");
	say(s, "ok 0\n");
	if (next(s))
		note(s, is_silent(s) ? "silence" : "noise");
	say(s, "ok 1\nok 2\n");
	confirm_all(s);
}

static void no_more_is_under_way_than_the_window_allows(void)
{
	struct server s = { .script = confirm_slowly, .toy = { .window = 2 } };
	struct result r = deliver(&s, "a\nb\nc\n", NULL);

	CHECK(r.status == 0 && r.counts.delivered == 3);
	CHECK(strcmp(s.log, "0 a 1 b silence 2 c silence bye |") == 0);
}

static void refuse_one(struct server *s)
{
	meet(s);
	while (next(s)) {
		if (strcmp(s->line, "bye") == 0)
			say(s, "bye\n");
		else
			say(s, "%s %d\n", s->line[0] == '1' ? "no" : "ok",
			    atoi(s->line));
	}
	hang_up(s);
}

static void a_record_that_is_refused_is_counted_apart(void)
{
	struct server s = { .script = refuse_one };
	struct result r = deliver(&s, "a\nb\nc\n", NULL);

	CHECK(r.status == 1);
	CHECK(r.counts.delivered == 2 && r.counts.rejected == 1);
	CHECK(r.counts.given_up == 0);
}

static void confirm_one_and_hang_up(struct server *s)
{
	meet(s);
	for (int i = 0; i < 3; i++)
		if (!next(s))
			return;
	say(s, "ok 1\n");
	hang_up(s);
	meet_and_confirm(s);
}

static void what_was_not_confirmed_is_sent_again_in_order(void)
{
	struct server s = { .script = confirm_one_and_hang_up };
	struct result r = deliver(&s, "a\nb\nc\n", NULL);

	CHECK(r.status == 0);
	CHECK(r.counts.delivered == 3 && r.counts.retried == 2);
	CHECK(strcmp(s.log, "0 a 1 b 2 c | 0 a 1 c bye |") == 0);
	CHECK(s.toy.released == 2);
}

static void meet_twice(struct server *s)
{
	meet_and_confirm(s);
	meet_and_confirm(s);
}

static void a_connection_that_is_used_up_is_followed_by_another(void)
{
	struct server s = { .script = meet_twice, .toy = { .frames_each = 2 } };
	struct result r = deliver(&s, "a\nb\nc\n", NULL);

	CHECK(r.status == 0 && r.counts.delivered == 3);
	CHECK(r.counts.retried == 0 && r.counts.connections == 2);
	CHECK(strcmp(s.log, "0 a 1 b bye | 0 c bye |") == 0);
}

static void say_nothing(struct server *s)
{
	meet(s);
	while (next(s))
		;
	hang_up(s);
	meet_and_confirm(s);
}

static void an_answer_that_does_not_come_is_a_failure(void)
{
	struct server s = { .script = say_nothing,
			    .toy = { .answer_ms = 2000 } };
	struct result r = deliver(&s, "a\n", NULL);

	CHECK(r.status == 0 && r.counts.delivered == 1);
	CHECK(strcmp(s.log, "0 a | 0 a bye |") == 0);
}

static void say_later(struct server *s)
{
	meet(s);
	if (next(s))
		say(s, "later 0\n");
	while (next(s))
		;
	hang_up(s);
	meet_and_confirm(s);
}

static void later_means_on_the_next_connection(void)
{
	struct server s = { .script = say_later };
	struct result r = deliver(&s, "a\n", NULL);

	CHECK(r.status == 0 && r.counts.retried == 1);
	CHECK(strcmp(s.log, "0 a | 0 a bye |") == 0);
}

static void refuse_the_second(struct server *s)
{
	meet(s);
	for (int i = 0; i < 3; i++)
		if (!next(s))
			return;
	say(s, "ok 0\nalone 1\n");
	is_silent(s);
	say(s, "ok 2\n");
	confirm_all(s);
}

static void refuse_the_second_and_the_first(struct server *s)
{
	refuse_the_second(s);
	meet(s);
	if (next(s))
		say(s, "alone 0\n");
	confirm_all(s);
}

static void what_is_refused_again_on_the_next_connection_is_rejected(void)
{
	struct server s = { .script = refuse_the_second_and_the_first };
	struct result r = deliver(&s, "a\nb\nc\n", NULL);

	CHECK(r.status == 1);
	CHECK(r.counts.delivered == 2 && r.counts.rejected == 1);
	// Nothing else is sent again for it.
	CHECK(r.counts.retried == 1);
	CHECK(strcmp(s.log, "0 a 1 b 2 c bye | 0 b bye |") == 0);
}

static void refuse_the_second_once(struct server *s)
{
	refuse_the_second(s);
	meet_and_confirm(s);
}

static void what_was_refused_for_its_company_is_delivered_without(void)
{
	struct server s = { .script = refuse_the_second_once };
	struct result r = deliver(&s, "a\nb\nc\n", NULL);

	CHECK(r.status == 0);
	CHECK(r.counts.delivered == 3 && r.counts.retried == 1);
}

static void end_the_session(struct server *s)
{
	meet(s);
	for (int i = 0; i < 2; i++)
		if (!next(s))
			return;
	say(s, "ok 0\nbye\n");
	while (next(s))
		;
	hang_up(s);
	meet_and_confirm(s);
}

static void what_a_session_that_ends_leaves_open_goes_to_the_next(void)
{
	struct server s = { .script = end_the_session };
	struct result r = deliver(&s, "a\nb\n", NULL);

	CHECK(r.status == 0);
	CHECK(r.counts.delivered == 2 && r.counts.retried == 1);
	CHECK(strcmp(s.log, "0 a 1 b | 0 b bye |") == 0);
}

static void forget_the_first(struct server *s)
{
	meet(s);
	for (int i = 0; i < 5; i++)
		if (!next(s))
			return;
	for (int i = 1; i < 4; i++) {
		is_silent_for(s, 1200);
		say(s, "ok %d\n", i);
	}
	while (next(s))
		;
	hang_up(s);
	meet_and_confirm(s);
}

static void answers_to_others_are_none_to_the_one_that_waits(void)
{
	struct server s = { .script = forget_the_first,
			    .toy = { .answer_ms = 1800 } };
	struct result r = deliver(&s, "a\nb\nc\nd\ne\n", NULL);

	CHECK(r.status == 0 && r.counts.delivered == 5);
	CHECK(r.counts.retried == 4); // all but "b"
}

static void say_gibberish(struct server *s)
{
	meet(s);
	if (next(s))
		say(s, "gibberish\n");
	while (next(s))
		;
	hang_up(s);
	meet_and_confirm(s);
}

static void an_answer_nobody_understands_costs_no_record(void)
{
	struct server s = { .script = say_gibberish };
	struct result r = deliver(&s, "a\n", NULL);

	CHECK(r.status == 0 && r.counts.delivered == 1);
	CHECK(r.counts.rejected == 0);
}

static void hold(struct server *s)
{
	meet(s);
	if (next(s))
		say(s, "hold 0\n");
	while (next(s))
		;
	hang_up(s);
}

static void a_hold_before_anything_was_accepted_ends_the_run(void)
{
	struct server s = { .script = hold };
	struct result r = deliver(&s, "a\n", NULL);

	CHECK(r.status == STATUS_DENIED);
	CHECK(r.counts.delivered == 0 && r.counts.given_up == 1);
}

static void confirm_and_hold(struct server *s)
{
	meet(s);
	if (next(s))
		say(s, "ok 0\n");
	if (next(s))
		say(s, "hold 1\n");
	while (next(s))
		;
	hang_up(s);
	meet_and_confirm(s);
}

static void a_hold_later_on_is_waited_out(void)
{
	struct server s = { .script = confirm_and_hold };
	struct result r = deliver(&s, "a\nb\n", NULL);

	CHECK(r.status == 0 && r.counts.delivered == 2);
}

#define MARKED                                                   \
	"\x10H siem/1 - F\na\n\x10M log 1\nb\n\x10M log 2\n\x10" \
	"F\n"                                                    \
	"\x10R why x\n\x10M log 3\n\x10"                         \
	"E 0\n"

static void confirm_second_first(struct server *s)
{
	meet(s);
	for (int i = 0; i < 2; i++)
		if (!next(s))
			return;
	say(s, "ok 1\n");
	is_silent(s);
	say(s, "ok 0\n");
	confirm_all(s);
}

static void a_position_is_committed_once_all_before_it_is_settled(void)
{
	uint64_t settled_before[] = { 0, 1, 2, 3 };
	struct engine_commits commits = { .passed = on_passed,
					  .commit = on_commit,
					  .context = settled_before };
	struct engine_options options = { .max_record = 1000,
					  .memory = 1 << 20,
					  .commits = &commits };
	struct server s = { .script = confirm_second_first };

	positions.log[0] = '\0';
	positions.early = false;
	struct result r = deliver(&s, MARKED, &options);
	CHECK(r.status == 1); // the R line
	CHECK(r.counts.read == 3 && r.counts.delivered == 2);
	CHECK(strncmp(positions.log, "log:1 log:2 log:3 ", 18) == 0);
	CHECK(!positions.early);
	// Committed at least once, after the last of them.
	CHECK(strcmp(positions.log + strlen(positions.log) - 2, ". ") == 0);
}

static void a_commit_that_fails_is_tried_again_until_it_works(void)
{
	uint64_t settled_before[] = { 0, 0, 0, 0 };
	struct engine_commits commits = { .passed = on_passed,
					  .commit = on_commit,
					  .context = settled_before };
	struct engine_options options = { .max_record = 1000,
					  .memory = 1 << 20,
					  .commits = &commits };
	struct server s = { .script = meet_and_confirm };

	positions.log[0] = '\0';
	positions.failures = 2;
	struct result r = deliver(&s, MARKED, &options);
	CHECK(r.status == 1); // the R line, and nothing worse
	CHECK(r.counts.delivered == 2 && r.counts.retried == 0);
	CHECK(strcmp(positions.log, "log:1 log:2 log:3 . ") == 0);
}

static void confirm_first_then_hold(struct server *s)
{
	meet(s);
	for (int i = 0; i < 2; i++)
		if (!next(s))
			return;
	say(s, "ok 0\n");
	is_silent(s);
	hang_up(s);
	// From now on nobody is there.
	shutdown(s->listener, SHUT_RDWR);
}

static void what_is_not_settled_is_not_committed(void)
{
	uint64_t settled_before[] = { 0, 1, 2, 3 };
	struct engine_commits commits = { .passed = on_passed,
					  .commit = on_commit,
					  .context = settled_before };
	struct engine_options options = { .max_record = 1000,
					  .memory = 1 << 20,
					  .bounded_retries = true,
					  .commits = &commits };
	struct server s = { .script = confirm_first_then_hold };

	positions.log[0] = '\0';
	struct result r = deliver(&s, MARKED, &options);
	CHECK(r.status == STATUS_UNDELIVERED);
	CHECK(r.counts.delivered == 1);
	CHECK(strcmp(positions.log, "log:1 . ") == 0);
	// It will be read again, so it is not lost.
	CHECK(r.counts.given_up == 0);
}

int main(void)
{
	struct err e;

	msg_init("delivery_engine_test");
	if (quit_setup(10, QUIT_TELL_LATE, &e) < 0)
		return 1;
	RUN(records_go_in_order_and_the_goodbye_is_answered);
	RUN(a_goodbye_that_is_not_answered_is_no_failure);
	RUN(answers_may_come_in_any_order);
	RUN(no_more_is_under_way_than_the_window_allows);
	RUN(a_record_that_is_refused_is_counted_apart);
	RUN(what_was_not_confirmed_is_sent_again_in_order);
	RUN(a_connection_that_is_used_up_is_followed_by_another);
	RUN(an_answer_that_does_not_come_is_a_failure);
	RUN(later_means_on_the_next_connection);
	RUN(what_is_refused_again_on_the_next_connection_is_rejected);
	RUN(what_was_refused_for_its_company_is_delivered_without);
	RUN(what_a_session_that_ends_leaves_open_goes_to_the_next);
	RUN(answers_to_others_are_none_to_the_one_that_waits);
	RUN(an_answer_nobody_understands_costs_no_record);
	RUN(a_hold_before_anything_was_accepted_ends_the_run);
	RUN(a_hold_later_on_is_waited_out);
	RUN(a_position_is_committed_once_all_before_it_is_settled);
	RUN(a_commit_that_fails_is_tried_again_until_it_works);
	RUN(what_is_not_settled_is_not_committed);
	return check_done();
}
