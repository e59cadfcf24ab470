/*
 * measure: what a command costs.
 *
 * measure FILE COMMAND [ARG...]
 *
 * Runs COMMAND, ends with its status, and writes to FILE, in one line: seconds
 * on the clock, seconds of CPU in user and in kernel mode, of it and all that
 * it waited for, and the peak memory of the largest of these, in KiB. SIGTERM
 * is passed on.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static pid_t child;

static void pass_on(int signal)
{
	kill(child, signal);
}

int main(int argc, char *argv[])
{
	struct sigaction action = { .sa_handler = pass_on,
				    .sa_flags = SA_RESTART };
	struct rusage use;
	int status;

	if (argc < 3) {
		fprintf(stderr, "usage: measure FILE COMMAND [ARG...]\n");
		return 125;
	}

	double start = now();
	child = fork();
	if (child == 0) {
		execvp(argv[2], &argv[2]);
		perror(argv[2]);
		_exit(127);
	}
	if (child > 0)
		sigaction(SIGTERM, &action, NULL);
	if (child < 0 || waitpid(child, &status, 0) < 0 ||
	    getrusage(RUSAGE_CHILDREN, &use) < 0) {
		perror("measure");
		return 125;
	}
	double wall = now() - start;

	FILE *out = fopen(argv[1], "we");
	if (out == NULL ||
	    fprintf(out, "%.6f %.6f %.6f %ld\n", wall, seconds(use.ru_utime),
		    seconds(use.ru_stime), use.ru_maxrss) < 0 ||
	    fclose(out) != 0) {
		perror(argv[1]);
		return 125;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
