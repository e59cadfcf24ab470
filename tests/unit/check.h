/*
 * What a unit test needs: CHECK() in a test, RUN() for each test in main(),
 * which ends with "return check_done();". The output is TAP.
 */
#ifndef SIEM_TESTS_UNIT_CHECK_H
#define SIEM_TESTS_UNIT_CHECK_H

#include <stdbool.h>
#include <stdio.h>

static int check_count;
static int check_failed_count;
static bool check_ok;

#define CHECK(condition)                                                  \
	do {                                                              \
		if (!(condition)) {                                       \
			printf("# %s:%d: %s\n", __FILE__, __LINE__,       \
			       #condition);                               \
			check_ok = false;                                 \
		}                                                         \
	} while (0)

#define RUN(test)                                                         \
	do {                                                              \
		check_ok = true;                                          \
		test();                                                   \
		check_count++;                                            \
		if (!check_ok)                                            \
			check_failed_count++;                             \
		printf("%sok %d - %s\n", check_ok ? "" : "not ",          \
		       check_count, #test);                               \
		fflush(stdout);                                           \
	} while (0)

static inline int check_done(void)
{
	printf("1..%d\n", check_count);
	return check_failed_count > 0;
}

#endif
