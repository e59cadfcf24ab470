/*
 * flood: a log that is rotated as fast as it can be written.
 *
 * flood FILE BYTES KEEP GENERATIONS [MS]
 *
 * Fills FILE with numbered lines, 100 bytes each, up to BYTES; makes it FILE.1,
 * what was that FILE.2 and so on, removes what would be FILE.(KEEP + 1), and
 * begins FILE again: until it has written so many GENERATIONS, without a rest,
 * or with one of so many milliseconds between them.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 100, BLOCK = 64 * 1024 / LINE };

static void die(const char *what)
{
	fprintf(stderr, "flood: %s: %s\n", what, strerror(errno));
	exit(3);
}

static void write_all(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, bytes, n);

		if (done < 0)
			die("write");
		bytes += done;
		n -= (size_t)done;
	}
}

static void fill(const char *path, unsigned long lines, unsigned long *number)
{
	static char block[BLOCK * LINE + 1];
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		die(path);
	while (lines > 0) {
		unsigned long n = lines < BLOCK ? lines : BLOCK;

		for (unsigned long i = 0; i < n; i++)
			snprintf(block + i * LINE, LINE + 1, "%0*lu\n",
				 LINE - 1, ++*number);
		write_all(fd, block, n * LINE);
		lines -= n;
	}
	close(fd);
}

static void rotate(const char *path, unsigned long keep)
{
	char from[PATH_MAX];
	char to[PATH_MAX];

	for (unsigned long i = keep; i > 0; i--) {
		snprintf(from, sizeof(from), "%s.%lu", path, i - 1);
		snprintf(to, sizeof(to), "%s.%lu", path, i);
		// The last one is removed by this, too.
		if (rename(i == 1 ? path : from, to) < 0 && errno != ENOENT)
			die(to);
	}
}

int main(int argc, char *argv[])
{
	unsigned long number = 0;

	if (argc != 5 && argc != 6) {
		fprintf(stderr,
			"usage: flood FILE BYTES KEEP GENERATIONS [MS]\n");
		return 2;
	}
	unsigned long lines = strtoul(argv[2], NULL, 10) / LINE;
	unsigned long keep = strtoul(argv[3], NULL, 10);
	long rest_ms = argc > 5 ? strtol(argv[5], NULL, 10) : 0;
	struct timespec rest = { rest_ms / 1000, rest_ms % 1000 * 1000000 };

	for (unsigned long left = strtoul(argv[4], NULL, 10); left > 0;
	     left--) {
		if (number > 0)
			rotate(argv[1], keep);
		fill(argv[1], lines, &number);
		nanosleep(&rest, NULL);
	}
	return 0;
}
