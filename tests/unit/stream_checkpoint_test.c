/* Checkpoints: to a file and back, and every file that is none. */
#include "stream/checkpoint.h"

#include "core/buf.h"
#include "core/file.h"

#include "check.h"
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define FILE_NAME "audit.ckpt"

static const struct checkpoint_entry two[] = {
	{ { "/log/b#2", 8 }, { "20,1,2,3,4,5,6", 14 } },
	{ { "/log/a%20b#1", 12 }, { "10,1,2,3,4,5,6", 14 } },
};

/* What somebody removes just before the next flock(), or NULL. */
static const char *removed_before_flock;

int flock(int fd, int how)
{
	if (removed_before_flock != NULL)
		unlink(removed_before_flock);
	removed_before_flock = NULL;
	return (int)syscall(SYS_flock, fd, how);
}

static void write_file(const char *name, struct slice text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || file_write_all(fd, text.data, text.len) < 0)
		abort();
	close(fd);
}

/* As two says, at path. */
static int make(const char *path, struct checkpoint **c, struct err *e)
{
	if (checkpoint_new(path, c, e) < 0)
		return -1;
	if (checkpoint_set(*c, two[0].source, two[0].position, e) == 0 &&
	    checkpoint_set(*c, two[1].source, two[1].position, e) == 0 &&
	    checkpoint_create(*c, e) == 0)
		return 0;
	checkpoint_free(*c);
	*c = NULL;
	return -1;
}

/* A checkpoint with two sources, which is open. */
static struct checkpoint *make_two(void)
{
	struct checkpoint *c = NULL;
	struct err e;

	unlink(FILE_NAME);
	if (make(FILE_NAME, &c, &e) < 0) {
		printf("# %s\n", e.text);
		abort();
	}
	return c;
}

static struct slice get(const char *name, const char *source)
{
	static char position[100];
	struct checkpoint *c = NULL;
	struct slice found = { NULL, 0 };
	struct err e;

	if (checkpoint_load(name, &c, &e) == 1)
		found = checkpoint_get(c, slice_of(source));
	if (found.data == NULL || found.len > sizeof(position))
		found.len = 0;
	else
		found.data = memcpy(position, found.data, found.len);
	checkpoint_free(c);
	return found;
}

/* What a file of this text is: refused with an error of this kind. */
static bool is_refused(struct slice text, enum err_kind kind, const char *word)
{
	struct checkpoint *c = NULL;
	struct err e = { 0 };

	write_file("refused", text);
	int rc = checkpoint_load("refused", &c, &e);
	if (rc == -1 && e.kind == kind && strstr(e.text, word) != NULL &&
	    strstr(e.text, "refused") == e.text)
		return true;
	printf("# %d %d %s\n", rc, e.kind, e.text);
	checkpoint_free(c);
	return false;
}

static void what_is_made_can_be_loaded(void)
{
	struct checkpoint *made = make_two();
	struct checkpoint *c = NULL;
	struct err e;

	CHECK(checkpoint_load(FILE_NAME, &c, &e) == 1);
	CHECK(slice_is(checkpoint_id(c), checkpoint_id(made)));
	CHECK(checkpoint_id(c).len == CHECKPOINT_ID_LEN);
	CHECK(checkpoint_count(c) == 2);
	CHECK(slice_is(checkpoint_at(c, 0).source, two[1].source));
	CHECK(slice_is(checkpoint_at(c, 1).source, two[0].source));
	CHECK(slice_is(checkpoint_get(c, two[0].source), two[0].position));
	CHECK(checkpoint_get(c, SLICE("/log/b#")).data == NULL);
	checkpoint_free(c);
	checkpoint_free(made);
}

static void no_two_have_the_same_id(void)
{
	struct checkpoint *one = make_two();
	struct checkpoint *other = make_two();

	CHECK(!slice_is(checkpoint_id(one), checkpoint_id(other)));
	checkpoint_free(one);
	checkpoint_free(other);
}

static void a_file_that_is_not_there_is_no_error(void)
{
	struct checkpoint *c = NULL;
	struct err e = { 0 };

	CHECK(checkpoint_load("missing", &c, &e) == 0);
	CHECK(c == NULL && e.text[0] == '\0');
	CHECK(checkpoint_load("no/folder/here", &c, &e) == -1);
	CHECK(strstr(e.text, "no/folder/") != NULL);
}

static void a_file_that_is_there_is_not_made_again(void)
{
	struct checkpoint *c = NULL;
	struct err e;

	checkpoint_free(make_two());
	CHECK(make(FILE_NAME, &c, &e) == -1);
	CHECK(e.kind == ERR_USAGE && c == NULL);
	CHECK(slice_is(get(FILE_NAME, "/log/b#2"), two[0].position));
}

static void what_is_set_is_there_once_it_is_saved(void)
{
	struct checkpoint *c = make_two();
	struct err e;

	CHECK(checkpoint_set(c, SLICE("/log/b#2"), SLICE("21"), &e) == 0);
	CHECK(checkpoint_set(c, SLICE("/log/c#3"), SLICE("1"), &e) == 0);
	CHECK(checkpoint_set(c, SLICE("/log/a%20b#1"), SLICE("-"), &e) == 0);
	CHECK(checkpoint_set(c, SLICE("/log/d#4"), SLICE("-"), &e) == 0);
	CHECK(slice_is(get(FILE_NAME, "/log/b#2"), two[0].position));
	CHECK(checkpoint_save(c, &e) == 0);
	CHECK(checkpoint_count(c) == 2);
	CHECK(slice_is(get(FILE_NAME, "/log/b#2"), SLICE("21")));
	CHECK(slice_is(get(FILE_NAME, "/log/c#3"), SLICE("1")));
	CHECK(get(FILE_NAME, "/log/a%20b#1").data == NULL);
	checkpoint_free(c);
}

static void a_source_may_go_back_and_grow_and_shrink(void)
{
	struct checkpoint *c = make_two();
	char position[200];
	struct err e;

	memset(position, '7', sizeof(position));
	for (size_t len = 1; len < 100; len++) {
		struct slice text = { position, len * 37 % 100 + 1 };

		CHECK(checkpoint_set(c, SLICE("/log/b#2"), text, &e) == 0);
		CHECK(checkpoint_save(c, &e) == 0);
		CHECK(slice_is(get(FILE_NAME, "/log/b#2"), text));
	}
	checkpoint_free(c);
}

static void what_cannot_stand_in_a_line_is_not_taken(void)
{
	static const struct slice words[] = {
		{ "", 0 },     { "a b", 3 },    { " ", 1 },
		{ "a\n", 2 },  { "a\0b", 3 },   { "a\x7f", 2 },
		{ "\xc3\xa4", 2 },
	};
	struct checkpoint *c = make_two();
	struct err e;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		CHECK(checkpoint_set(c, words[i], SLICE("1"), &e) == -1);
		CHECK(checkpoint_set(c, SLICE("a"), words[i], &e) == -1);
		CHECK(e.kind == ERR_SYSTEM);
	}
	CHECK(checkpoint_count(c) == 2);
	checkpoint_free(c);
}

static void thousands_of_sources_are_kept_in_order(void)
{
	struct checkpoint *c = make_two();
	char name[32];
	struct err e;

	for (unsigned i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "/log/x#%u", i * 7919 % 5000);
		CHECK(checkpoint_set(c, slice_of(name), slice_of(name), &e) ==
		      0);
	}
	CHECK(checkpoint_save(c, &e) == 0);
	CHECK(checkpoint_count(c) == 5002);
	CHECK(slice_is(get(FILE_NAME, "/log/x#4321"), SLICE("/log/x#4321")));
	checkpoint_free(c);
}

static void what_is_written_is_never_too_large_to_be_read(void)
{
	enum { LEN = 1 << 20 };
	struct checkpoint *c = make_two();
	struct checkpoint *again = NULL;
	char *name = malloc(LEN);
	size_t count = 0;
	struct err e = { 0 };

	memset(name, 'n', LEN);
	while (count < 30) {
		name[0] = (char)('a' + count);
		if (checkpoint_set(c, (struct slice){ name, LEN }, SLICE("1"),
				   &e) < 0)
			break;
		count++;
	}
	CHECK(count > 10 && count < 30 && e.kind == ERR_SYSTEM);
	CHECK(checkpoint_save(c, &e) == 0);
	CHECK(checkpoint_load(FILE_NAME, &again, &e) == 1);
	CHECK(again != NULL && checkpoint_count(again) == count + 2);
	checkpoint_free(again);
	checkpoint_free(c);
	free(name);
}

static void a_file_cut_at_any_byte_is_refused(void)
{
	struct buf text = BUF_INIT(1 << 20);
	struct err e;

	checkpoint_free(make_two());
	CHECK(file_read(FILE_NAME, &text, &e) == 0);
	for (size_t n = 0; n < text.len; n++)
		CHECK(is_refused((struct slice){ text.data, n }, ERR_USAGE,
				 "damaged"));
	buf_free(&text);
}

static void a_file_with_any_byte_changed_is_refused(void)
{
	struct buf text = BUF_INIT(1 << 20);
	struct err e;

	checkpoint_free(make_two());
	CHECK(file_read(FILE_NAME, &text, &e) == 0);
	for (size_t i = 0; i < text.len; i++) {
		text.data[i] ^= 1;
		CHECK(is_refused(buf_slice(&text), ERR_USAGE, ""));
		text.data[i] = (char)(text.data[i] ^ 1 ^ 0x80);
		CHECK(is_refused(buf_slice(&text), ERR_USAGE, ""));
		text.data[i] = (char)(text.data[i] ^ 0x80);
	}
	buf_putc(&text, '\n');
	CHECK(is_refused(buf_slice(&text), ERR_USAGE, "damaged"));
	buf_free(&text);
}

static void a_sum_does_not_make_nonsense_right(void)
{
	static const char *const texts[] = {
		"siem-checkpoint/1 0123456789abcdef0123456789abcdef\n"
		"b 1\n"
		"a 1\n"
		"sum 573bc45f35e477e6\n",
		"siem-checkpoint/1 0123456789abcdef0123456789abcdef\n"
		"a 1\n"
		"a 2\n"
		"sum 8c1a11b9305d3484\n",
		"siem-checkpoint/1 0123456789abcdef0123456789abcdef\n"
		"a -\n"
		"sum 626424685cfd841f\n",
		"siem-checkpoint/1 0123456789abcdef0123456789abcdef\n"
		"a\n"
		"sum 15525408fa470670\n",
		"siem-checkpoint/1 0123456789abcdef0123456789abcdef\n"
		"a 1 2\n"
		"sum cbeb976d553bddf6\n",
		"siem-checkpoint/1 0123456789abcdef0123456789abcdef\n"
		"a 1\n"
		"\n"
		"sum 85a32ead7bdb9f5f\n",
		"siem-checkpoint/1 0123456789ABCDEF0123456789abcdef\n"
		"sum d5b9eba518647e4d\n",
		"siem-checkpoint/1 0123\n"
		"sum 43f8b0f8782d85ed\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		CHECK(is_refused(slice_of(texts[i]), ERR_USAGE, " is wrong)"));
	CHECK(is_refused(SLICE("siem-checkpoint/1 0123456789abcdef0123456789"
			       "abcdef\na 1\nsum 0123456789abcdef\n"),
			 ERR_USAGE, "its sum is"));
}

static void another_file_is_called_by_what_it_is(void)
{
	CHECK(is_refused(SLICE("{\"a\":1}\n"), ERR_USAGE, "no checkpoint"));
	CHECK(is_refused(SLICE("\x7f" "ELF"), ERR_USAGE, "no checkpoint"));
	CHECK(is_refused(SLICE("siem-checkpoint/2 0\nsum 0\n"), ERR_USAGE,
			 "version"));
}

static void what_is_no_regular_file_is_refused_at_once(void)
{
	struct checkpoint *c = NULL;
	struct err e;

	CHECK(mkdir("folder", 0700) == 0 && mkfifo("fifo", 0600) == 0);
	CHECK(checkpoint_load("folder", &c, &e) == -1 && e.kind == ERR_USAGE);
	CHECK(checkpoint_load("fifo", &c, &e) == -1 && e.kind == ERR_USAGE);
	CHECK(checkpoint_load("folder/", &c, &e) == -1 && e.kind == ERR_USAGE);
	CHECK(checkpoint_load("", &c, &e) == -1 && e.kind == ERR_USAGE);
	CHECK(make("folder", &c, &e) == -1);
}

static void a_huge_file_is_refused_before_it_fills_the_memory(void)
{
	struct checkpoint *c = NULL;
	struct rusage usage;
	struct err e = { 0 };

	write_file("huge", SLICE(""));
	CHECK(truncate("huge", (off_t)1 << 40) == 0);
	CHECK(checkpoint_load("huge", &c, &e) == -1);
	CHECK(e.kind == ERR_USAGE && strstr(e.text, "no checkpoint") != NULL);
	CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
	CHECK(usage.ru_maxrss < 256 << 10);
}

static void a_file_that_may_not_be_read_says_so(void)
{
	struct checkpoint *c = NULL;
	struct err e = { 0 };

	checkpoint_free(make_two());
	CHECK(chmod(FILE_NAME, 0) == 0);
	if (geteuid() == 0 && seteuid(65534) < 0)
		abort();
	CHECK(checkpoint_load(FILE_NAME, &c, &e) == -1);
	CHECK(strstr(e.text, "ermission denied") != NULL);
	if (getuid() == 0 && seteuid(0) < 0)
		abort();
}

static void a_link_leads_to_what_is_replaced(void)
{
	struct checkpoint *c = NULL;
	struct stat st;
	struct err e;

	checkpoint_free(make_two());
	CHECK(mkdir("etc", 0700) == 0);
	CHECK(symlink("../" FILE_NAME, "etc/link") == 0);
	CHECK(checkpoint_load("etc/link", &c, &e) == 1);
	CHECK(checkpoint_set(c, SLICE("/log/b#2"), SLICE("22"), &e) == 0);
	CHECK(checkpoint_save(c, &e) == 0);
	CHECK(lstat("etc/link", &st) == 0 && S_ISLNK(st.st_mode));
	CHECK(slice_is(get(FILE_NAME, "/log/b#2"), SLICE("22")));
	checkpoint_free(c);
	c = NULL;

	int lock = checkpoint_lock("etc/link", &e);
	CHECK(lock >= 0 && checkpoint_lock(FILE_NAME, &e) == -1);
	close(lock);
	CHECK(symlink("nowhere", "dangling") == 0);
	CHECK(checkpoint_load("dangling", &c, &e) == -1);
	CHECK(e.kind == ERR_USAGE);
	CHECK(checkpoint_lock("dangling", &e) == -1);
}

static void one_at_a_time_has_the_lock(void)
{
	struct err e = { 0 };
	int lock = checkpoint_lock("locked", &e);

	CHECK(lock >= 0);
	CHECK(checkpoint_lock("locked", &e) == -1);
	CHECK(e.kind == ERR_USAGE && strstr(e.text, "another") != NULL);
	close(lock);
	lock = checkpoint_lock("locked", &e);
	CHECK(lock >= 0);
	close(lock);
}

static void a_lock_that_came_to_nothing_is_removed_where_there_is_no_file(void)
{
	struct err e = { 0 };
	int lock = checkpoint_lock("mistyped", &e);

	CHECK(lock >= 0);
	checkpoint_give_up("mistyped", lock);
	CHECK(access("mistyped.lock", F_OK) < 0);

	checkpoint_free(make_two());
	lock = checkpoint_lock(FILE_NAME, &e);
	CHECK(lock >= 0);
	checkpoint_give_up(FILE_NAME, lock);
	CHECK(access(FILE_NAME ".lock", F_OK) == 0);
}

/* Two would have "the" lock, each that of a file of its own. */
static void a_lock_that_was_removed_meanwhile_is_none(void)
{
	struct err e = { 0 };

	removed_before_flock = "raced.lock";
	int lock = checkpoint_lock("raced", &e);
	CHECK(lock >= 0 && removed_before_flock == NULL);
	CHECK(checkpoint_lock("raced", &e) == -1);
	close(lock);
}

static void only_its_owner_can_read_it(void)
{
	struct checkpoint *c = make_two();
	struct stat st;
	struct err e;

	CHECK(stat(FILE_NAME, &st) == 0 && (st.st_mode & 0777) == 0600);
	CHECK(checkpoint_set(c, SLICE("x"), SLICE("1"), &e) == 0);
	CHECK(checkpoint_save(c, &e) == 0);
	CHECK(stat(FILE_NAME, &st) == 0 && (st.st_mode & 0777) == 0600);
	checkpoint_free(c);
}

/* What a crash in the middle of saving leaves does not matter afterwards. */
static void a_temporary_file_that_was_left_is_in_nobodys_way(void)
{
	struct checkpoint *c = make_two();
	struct stat st;
	struct err e;

	write_file("." FILE_NAME ".tmp", SLICE("siem-checkpoint/1 01234"));
	CHECK(slice_is(get(FILE_NAME, "/log/b#2"), two[0].position));
	CHECK(checkpoint_set(c, SLICE("/log/b#2"), SLICE("23"), &e) == 0);
	CHECK(checkpoint_save(c, &e) == 0);
	CHECK(slice_is(get(FILE_NAME, "/log/b#2"), SLICE("23")));
	CHECK(stat("." FILE_NAME ".tmp", &st) == -1 && errno == ENOENT);
	checkpoint_free(c);
}

static void what_does_not_fit_the_disk_leaves_the_old_file(void)
{
	struct checkpoint *c = make_two();
	struct rlimit before, none;
	struct stat st;
	struct err e = { 0 };

	CHECK(checkpoint_set(c, SLICE("/log/b#2"), SLICE("24"), &e) == 0);
	CHECK(getrlimit(RLIMIT_FSIZE, &before) == 0);
	signal(SIGXFSZ, SIG_IGN);
	for (rlim_t room = 0; room < 100; room += 7) {
		none = (struct rlimit){ room, before.rlim_max };
		CHECK(setrlimit(RLIMIT_FSIZE, &none) == 0);
		CHECK(checkpoint_save(c, &e) == -1);
		CHECK(setrlimit(RLIMIT_FSIZE, &before) == 0);
		CHECK(e.kind == ERR_SYSTEM);
		CHECK(strstr(e.text, FILE_NAME) != NULL);
		CHECK(slice_is(get(FILE_NAME, "/log/b#2"), two[0].position));
		CHECK(stat("." FILE_NAME ".tmp", &st) == -1);
	}
	CHECK(checkpoint_save(c, &e) == 0);
	CHECK(slice_is(get(FILE_NAME, "/log/b#2"), SLICE("24")));
	checkpoint_free(c);
}

static void what_could_not_be_made_leaves_nothing(void)
{
	struct rlimit before, none;
	struct checkpoint *c = NULL;
	struct stat st;
	struct err e = { 0 };

	CHECK(getrlimit(RLIMIT_FSIZE, &before) == 0);
	none = (struct rlimit){ 10, before.rlim_max };
	CHECK(setrlimit(RLIMIT_FSIZE, &none) == 0);
	CHECK(make("unmade", &c, &e) == -1);
	CHECK(setrlimit(RLIMIT_FSIZE, &before) == 0);
	CHECK(stat("unmade", &st) == -1 && e.kind == ERR_SYSTEM);
	CHECK(make("unmade", &c, &e) == 0);
	checkpoint_free(c);
}

static void a_folder_that_moved_is_still_the_one(void)
{
	struct checkpoint *c = NULL;
	struct err e;

	CHECK(mkdir("here", 0700) == 0);
	CHECK(make("here/" FILE_NAME, &c, &e) == 0);
	CHECK(rename("here", "there") == 0);
	CHECK(checkpoint_set(c, SLICE("/log/b#2"), SLICE("25"), &e) == 0);
	CHECK(checkpoint_save(c, &e) == 0);
	CHECK(slice_is(get("there/" FILE_NAME, "/log/b#2"), SLICE("25")));
	checkpoint_free(c);
}

/* A file is always whole, at whatever moment its writer is killed. */
static void a_writer_that_is_killed_leaves_an_old_or_a_new_file(void)
{
	struct err e;

	checkpoint_free(make_two());
	for (unsigned round = 0; round < 30; round++) {
		struct checkpoint *c = NULL;
		pid_t pid = fork();

		if (pid == 0) {
			char position[32];

			if (checkpoint_load(FILE_NAME, &c, &e) != 1)
				_exit(1);
			for (unsigned i = 0;; i++) {
				snprintf(position, sizeof(position), "%u", i);
				if (checkpoint_set(c, SLICE("/log/b#2"),
						   slice_of(position),
						   &e) < 0 ||
				    checkpoint_save(c, &e) < 0)
					_exit(1);
			}
		}
		usleep(1000 * (round % 7) + 500);
		kill(pid, SIGKILL);

		int status = 0;
		CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status));
		CHECK(get(FILE_NAME, "/log/b#2").len > 0);
	}
}

int main(void)
{
	folder_enter();
	RUN(what_is_made_can_be_loaded);
	RUN(no_two_have_the_same_id);
	RUN(a_file_that_is_not_there_is_no_error);
	RUN(a_file_that_is_there_is_not_made_again);
	RUN(what_is_set_is_there_once_it_is_saved);
	RUN(a_source_may_go_back_and_grow_and_shrink);
	RUN(what_cannot_stand_in_a_line_is_not_taken);
	RUN(thousands_of_sources_are_kept_in_order);
	RUN(what_is_written_is_never_too_large_to_be_read);
	RUN(a_file_cut_at_any_byte_is_refused);
	RUN(a_file_with_any_byte_changed_is_refused);
	RUN(a_sum_does_not_make_nonsense_right);
	RUN(another_file_is_called_by_what_it_is);
	RUN(what_is_no_regular_file_is_refused_at_once);
	RUN(a_huge_file_is_refused_before_it_fills_the_memory);
	RUN(a_file_that_may_not_be_read_says_so);
	RUN(a_link_leads_to_what_is_replaced);
	RUN(one_at_a_time_has_the_lock);
	RUN(a_lock_that_came_to_nothing_is_removed_where_there_is_no_file);
	RUN(a_lock_that_was_removed_meanwhile_is_none);
	RUN(only_its_owner_can_read_it);
	RUN(a_temporary_file_that_was_left_is_in_nobodys_way);
	RUN(what_does_not_fit_the_disk_leaves_the_old_file);
	RUN(what_could_not_be_made_leaves_nothing);
	RUN(a_folder_that_moved_is_still_the_one);
	RUN(a_writer_that_is_killed_leaves_an_old_or_a_new_file);
	return check_done();
}
