#include "delivery/alert.h"

#include "core/file.h"

#include "check.h"
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void nothing_delivered_for_so_long_raises_it(void)
{
	struct alert a = ALERT_INIT(100, NULL, "test");

	alert_step(&a, 1000, 5, 0);
	alert_step(&a, 1099, 5, 0);
	CHECK(!a.raised);
	alert_step(&a, 1100, 5, 0);
	CHECK(a.raised);
	alert_step(&a, 5000, 5, 0);
	CHECK(a.raised);
	alert_step(&a, 5001, 4, 1);
	CHECK(!a.raised);
}

static void each_delivery_begins_the_time_anew(void)
{
	struct alert a = ALERT_INIT(100, NULL, "test");

	alert_step(&a, 1000, 5, 0);
	alert_step(&a, 1090, 4, 1);
	alert_step(&a, 1180, 4, 1);
	CHECK(!a.raised);
	alert_step(&a, 1190, 4, 1);
	CHECK(a.raised);
}

static void while_nothing_is_held_no_time_passes(void)
{
	struct alert a = ALERT_INIT(100, NULL, "test");

	alert_step(&a, 1000, 1, 0);
	alert_step(&a, 1010, 0, 1);
	alert_step(&a, 9000, 1, 1);
	alert_step(&a, 9099, 1, 1);
	CHECK(!a.raised);
	alert_step(&a, 9100, 1, 1);
	CHECK(a.raised);
}

static void
the_failure_of_before_is_no_reason_where_acknowledgements_are_missing(void)
{
	const struct err refused = { .kind = ERR_TEMPORARY,
				     .text = "connect: Connection refused" };
	struct alert a = ALERT_INIT(5000, NULL, "test");

	alert_step(&a, 1000, 1, 0);
	alert_failed(&a, &refused);
	alert_unconfirmed(&a, 2000);
	alert_step(&a, 6000, 1, 0);
	CHECK(a.raised);
	CHECK(strcmp(a.reason, "accepted, but not acknowledged for 4 s") == 0);

	alert_step(&a, 7000, 1, 1);
	alert_failed(&a, &refused);
	alert_unconfirmed(&a, 0);
	alert_step(&a, 12000, 1, 1);
	CHECK(a.raised && strcmp(a.reason, refused.text) == 0);
}

static void without_a_time_there_is_none(void)
{
	struct alert a = ALERT_INIT(0, NULL, "test");
	int fd;

	alert_step(&a, 1000, 1, 0);
	alert_step(&a, 999999, 1, 0);
	CHECK(!a.raised);
	CHECK(alert_wait(&a, 999999, 1, &fd) == -1);
	CHECK(fd == -1);
}

static void it_waits_for_the_time_only_while_something_is_held(void)
{
	struct alert a = ALERT_INIT(100, NULL, "test");
	int fd;

	alert_step(&a, 1000, 1, 0);
	CHECK(alert_wait(&a, 1030, 1, &fd) == 70);
	CHECK(alert_wait(&a, 1200, 1, &fd) == 0);
	CHECK(alert_wait(&a, 1030, 0, &fd) == -1);
	alert_step(&a, 1100, 1, 0);
	CHECK(alert_wait(&a, 1130, 1, &fd) == -1);
}

/* Let the command that runs end, and wait until that is known. */
static void end_command(const struct alert *a)
{
	struct pollfd ended = { .fd = a->helper.fd, .events = POLLIN };
	int go = open("go", O_WRONLY | O_CLOEXEC);

	CHECK(go >= 0 && write(go, "\n", 1) == 1);
	close(go);
	CHECK(poll(&ended, 1, -1) == 1);
}

static void of_the_command_one_runs_at_a_time_and_none_is_left_out(void)
{
	struct alert a =
		ALERT_INIT(100, "echo \"$1\" >>told; read -r _ <go", "test");
	struct buf told = BUF_INIT(1 << 20);
	struct err e;
	int fd;

	folder_enter();
	CHECK(mkfifo("go", 0600) == 0);
	CHECK(alert_open(&a, &e) == 0);
	alert_step(&a, 1000, 1, 0);
	CHECK(!a.asked);
	alert_step(&a, 1100, 1, 0);
	CHECK(a.asked && a.told);
	alert_step(&a, 1200, 0, 1);
	CHECK(!a.raised);
	CHECK(a.asked && a.told);
	CHECK(alert_wait(&a, 1200, 0, &fd) == -1);
	CHECK(fd == a.helper.fd);

	end_command(&a);
	alert_step(&a, 1300, 0, 1);
	CHECK(a.asked && !a.told);
	end_command(&a);
	alert_step(&a, 1400, 0, 1);
	CHECK(!a.asked);
	alert_close(&a);
	CHECK(file_read("told", &told, &e) == 0);
	CHECK(slice_is(buf_slice(&told), SLICE("raised\ncleared\n")));
	buf_free(&told);
}

/* 0: the helper has said that the command has ended, and works on. */
static int raise_and_hear(void)
{
	struct alert a = ALERT_INIT(100, "true", "test");
	struct pollfd answer = { .events = POLLIN };
	struct err e;

	alarm(60); // or it never does
	if (alert_open(&a, &e) < 0)
		return 1;
	alert_step(&a, 1000, 1, 0);
	alert_step(&a, 1100, 1, 0);
	answer.fd = a.helper.fd;
	if (!a.asked || poll(&answer, 1, -1) != 1)
		return 2;
	alert_step(&a, 1200, 1, 0);
	return a.asked || a.helper.fd < 0 ? 3 : 0;
}

/* One who has taken the tool over, not what alert_step() asks. */
static void who_asks_for_the_command_chooses_no_other_variables(void)
{
	static const char evil[] = "LD_PRELOAD=/evil";
	struct alert a = ALERT_INIT(100, "env >env; echo \"$1\" >>env", "test");
	struct pollfd ended = { .events = POLLIN };
	struct alert_order order;
	struct buf text = BUF_INIT(1 << 20);
	struct err e = { 0 };

	CHECK(alert_open(&a, &e) == 0);
	memset(&order, 'x', sizeof(order));
	for (size_t i = 0; i < ALERT_VALUES; i++)
		memcpy(order.values[i], evil,
		       i < 2 ? sizeof(evil) : sizeof(evil) - 1);
	CHECK(write(a.helper.fd, &order, sizeof(order)) == sizeof(order));
	ended.fd = a.helper.fd;
	CHECK(poll(&ended, 1, -1) == 1);
	alert_close(&a);

	CHECK(file_read("env", &text, &e) == 0);
	CHECK(strstr(buf_str(&text), "\nLD_PRELOAD") == NULL);
	CHECK(strncmp(buf_str(&text), "LD_PRELOAD", 10) != 0);
	CHECK(strstr(buf_str(&text), "SIEM_REASON=LD_PRELOAD=/evil\n") != NULL);
	CHECK(strstr(buf_str(&text), "SIEM_ALERT=raised\n") != NULL);
	CHECK(strstr(buf_str(&text), "\nraised\n") != NULL);
	buf_free(&text);
}

static void its_end_is_heard_where_the_end_of_children_is_ignored(void)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		signal(SIGCHLD, SIG_IGN);
		_exit(raise_and_hear());
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static void its_end_is_heard_where_there_is_no_descriptor_of_it(void)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

		if (seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS),
				     SCMP_SYS(pidfd_open), 0) < 0 ||
		    seccomp_load(filter) < 0)
			_exit(99);
		_exit(raise_and_hear());
	}
	CHECK(waitpid(child, &status, 0) == child && status == 0);
}

int main(void)
{
	RUN(nothing_delivered_for_so_long_raises_it);
	RUN(each_delivery_begins_the_time_anew);
	RUN(while_nothing_is_held_no_time_passes);
	RUN(the_failure_of_before_is_no_reason_where_acknowledgements_are_missing);
	RUN(without_a_time_there_is_none);
	RUN(it_waits_for_the_time_only_while_something_is_held);
	RUN(of_the_command_one_runs_at_a_time_and_none_is_left_out);
	RUN(who_asks_for_the_command_chooses_no_other_variables);
	RUN(its_end_is_heard_where_the_end_of_children_is_ignored);
	RUN(its_end_is_heard_where_there_is_no_descriptor_of_it);
	return check_done();
}
