/*
 * log-writer: an application that writes an audit log, and what rotates it.
 *
 * log-writer SCHEME RATE ROTATIONS_PER_10S SECONDS SEED FILE [COUNT [FIRST]]
 *
 * Appends numbered JSON lines to FILE ("-": standard output) as fast as it
 * goes, with pauses so that there are RATE in a second (0: without any), for
 * SECONDS or until there are COUNT, of which the first is FIRST (1); some of
 * them in two pieces. Rotates FILE by SCHEME:
 *
 *     rename        FILE becomes FILE.1, the next one FILE.2 and so on
 *     cyclic        the same, but FILE.1 is always the newest
 *     dated         FILE-20251008-1
 *     gz            as rename; the one before is compressed
 *     copytruncate  FILE is copied and truncated, in a quiet moment
 *     none          never
 *
 * Says at its end, on standard error, the number of the last line, how many
 * generations there are, and how many milliseconds the longest write took. The numbers,
 * sizes and places to rotate follow from SEED.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	TICK_MS = 5,
	PAUSE_MS = 400, // at most, now and then
	QUIET_MS = 150, // before and after a log is truncated
	PAD_MAX = 400,
	BLOCK = 256 << 10,
};

struct writer {
	const char *path;
	const char *scheme;
	int fd;
	uint64_t seed;
	uint64_t count;
	unsigned generations; // that were rotated away
	int64_t longest_us;   // write
	char block[BLOCK];
	size_t len;
};

static void die(const char *what)
{
	fprintf(stderr, "log-writer: %s: %s\n", what, strerror(errno));
	exit(3);
}

static uint64_t random_number(struct writer *w)
{
	w->seed ^= w->seed << 13;
	w->seed ^= w->seed >> 7;
	w->seed ^= w->seed << 17;
	return w->seed;
}

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int64_t now_ms(void)
{
	return now_us() / 1000;
}

static void rest(int64_t ms)
{
	struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	while (nanosleep(&t, &t) < 0 && errno == EINTR)
		;
}

static void write_all(struct writer *w, const char *bytes, size_t n)
{
	while (n > 0) {
		int64_t start = now_us();
		ssize_t done = write(w->fd, bytes, n);
		int64_t took = now_us() - start;

		if (took > w->longest_us)
			w->longest_us = took;
		if (done < 0 && errno != EINTR)
			die("write");
		if (done > 0) {
			bytes += done;
			n -= (size_t)done;
		}
	}
}

/* Out with it, now and then with a rest within a line. */
static void flush(struct writer *w)
{
	size_t first = w->len;

	if (first > 40 && random_number(w) % 8 == 0)
		first -= 1 + random_number(w) % 40;
	write_all(w, w->block, first);
	if (first < w->len) {
		rest(1);
		write_all(w, w->block + first, w->len - first);
	}
	w->len = 0;
}

static void put_event(struct writer *w)
{
	static const char pad[PAD_MAX + 1] =
		"Lorem ipsum \\\"dolor\\\" sit amet | consectetur = "
		"adipiscing \\\\ elit, \\t sed do eiusmod tempor incididunt ut "
		"labore et dolore magna aliqua. Ut enim ad minim veniam, quis "
		"nostrud exercitation ullamco laboris nisi ut aliquip ex ea "
		"commodo consequat. Duis aute irure dolor in reprehenderit";
	unsigned len = 160 + (unsigned)(random_number(w) % 140);
	char *to = w->block + w->len;

	w->count++;
	int n = snprintf(to, BLOCK - w->len,
			 "{\"timestamp\":\"2025-10-08T22:%02u:%02u.%03uZ\","
			 "\"event_type\":\"chaos\",\"number\":%" PRIu64
			 ",\"message\":\"%.*s\"}\n",
			 (unsigned)(w->count / 60000 % 60),
			 (unsigned)(w->count / 1000 % 60),
			 (unsigned)(w->count % 1000), w->count, (int)len, pad);
	w->len += (size_t)n;
	if (w->len > BLOCK - 2 * PAD_MAX)
		flush(w);
}

static void open_log(struct writer *w)
{
	if (strcmp(w->path, "-") == 0) {
		w->fd = STDOUT_FILENO;
		return;
	}
	w->fd = open(w->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (w->fd < 0)
		die(w->path);
}

/* The name of a generation that was rotated away. */
static void name_of(const struct writer *w, unsigned generation,
		    char out[PATH_MAX])
{
	const char *infix = strcmp(w->scheme, "dated") == 0 ? "-20251008-" :
							      ".";

	snprintf(out, PATH_MAX, "%s%s%u", w->path, infix, generation);
}

static void compress(const char *path)
{
	pid_t child = fork();

	if (child == 0) {
		execlp("gzip", "gzip", path, (char *)NULL);
		_exit(127);
	}
	int status;
	if (child < 0 || waitpid(child, &status, 0) < 0 || status != 0)
		die("gzip");
}

static void copy_and_truncate(struct writer *w)
{
	char to[PATH_MAX];
	struct stat st;

	rest(QUIET_MS);
	name_of(w, ++w->generations, to);
	int in = open(w->path, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (in < 0 || out < 0 || fstat(in, &st) < 0)
		die(to);
	for (off_t left = st.st_size; left > 0;) {
		ssize_t n = sendfile(out, in, NULL, (size_t)left);

		if (n <= 0)
			die(to);
		left -= n;
	}
	close(in);
	close(out);
	if (truncate(w->path, 0) < 0)
		die(w->path);
	rest(QUIET_MS);
}

static void rename_log(struct writer *w)
{
	char from[PATH_MAX];
	char to[PATH_MAX];

	close(w->fd);
	w->generations++;
	if (strcmp(w->scheme, "cyclic") == 0) {
		for (unsigned i = w->generations - 1; i > 0; i--) {
			name_of(w, i, from);
			name_of(w, i + 1, to);
			if (rename(from, to) < 0)
				die(to);
		}
		name_of(w, 1, to);
	} else {
		name_of(w, w->generations, to);
	}
	if (rename(w->path, to) < 0)
		die(to);
	open_log(w);
	if (strcmp(w->scheme, "gz") == 0 && w->generations > 1) {
		name_of(w, w->generations - 1, to);
		compress(to);
	}
}

static void rotate(struct writer *w)
{
	flush(w);
	if (strcmp(w->scheme, "copytruncate") == 0)
		copy_and_truncate(w);
	else if (strcmp(w->scheme, "none") != 0)
		rename_log(w);
}

/* So many milliseconds until more is written, at full speed. */
static int64_t next_pause(struct writer *w)
{
	return random_number(w) % 16 == 0
		       ? (int64_t)(random_number(w) % PAUSE_MS)
		       : TICK_MS;
}

static void work(struct writer *w, uint64_t rate, uint64_t rotations,
		 int64_t seconds, uint64_t most)
{
	const int64_t end = now_ms() + 1000 * seconds;
	uint64_t owed = 0; // thousandths of events

	while (now_ms() < end && w->count < most) {
		int64_t pause = next_pause(w);

		owed = rate == 0 ? 2000 * 1000 : owed + rate * (uint64_t)pause;
		for (; owed >= 1000 && w->count < most; owed -= 1000)
			put_event(w);
		flush(w);
		if (rate != 0)
			rest(pause);
		if (random_number(w) % (10000 / TICK_MS) < rotations)
			rotate(w);
	}
}

int main(int argc, char *argv[])
{
	static struct writer w;

	if (argc < 7 || argc > 9) {
		fprintf(stderr, "usage: log-writer SCHEME RATE ROTATIONS_PER_"
				"10S SECONDS SEED FILE [COUNT [FIRST]]\n");
		return 2;
	}
	uint64_t first = argc > 8 ? strtoull(argv[8], NULL, 10) : 1;
	uint64_t most = argc > 7 ? strtoull(argv[7], NULL, 10) : UINT64_MAX / 2;
	w.scheme = argv[1];
	w.seed = strtoull(argv[5], NULL, 10) * 0x9e3779b97f4a7c15 + 1;
	w.path = argv[6];
	w.count = first - 1;
	open_log(&w);
	work(&w, strtoull(argv[2], NULL, 10), strtoull(argv[3], NULL, 10),
	     strtoll(argv[4], NULL, 10), first - 1 + most);
	fprintf(stderr, "%" PRIu64 " %u %" PRId64 "\n", w.count,
		w.generations + 1, w.longest_us / 1000);
	return 0;
}
