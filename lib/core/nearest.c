#include "core/nearest.h"

#include <string.h>

enum { LONGEST = 63 };

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Edit distance with neighbours swapped as one step (optimal alignment). */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t row[3][LONGEST + 1];

	for (size_t j = 0; j <= b_len; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *here = row[i % 3];
		const size_t *above = row[(i - 1) % 3];
		const size_t *two_above = row[(i + 1) % 3];

		here[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t other = a[i - 1] != b[j - 1];

			here[j] = least(least(above[j], here[j - 1]) + 1,
					above[j - 1] + other);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				here[j] = least(here[j], two_above[j - 2] + 1);
		}
	}
	return row[a_len % 3][b_len];
}

/* How many bytes two words begin with alike. */
static size_t alike(const char *a, const char *b)
{
	size_t n = 0;

	while (a[n] != '\0' && a[n] == b[n])
		n++;
	return n;
}

void nearest_try(struct nearest *n, const char *candidate)
{
	size_t a = strlen(n->word);
	size_t b = strlen(candidate);

	if (a > LONGEST || b > LONGEST)
		return;

	size_t far = distance(n->word, a, candidate, b);
	// One typing error in a short word, two in a longer one; or a word
	// that was not finished.
	size_t allowed = a < 3 ? 1 : a < 6 ? 2 : 3;
	if (far > allowed && a >= 3 && strncmp(n->word, candidate, a) == 0)
		far = allowed;
	if (far > allowed)
		return;
	// Of two as close, people get the beginning right.
	if (n->best == NULL || far < n->distance ||
	    (far == n->distance &&
	     alike(n->word, candidate) > alike(n->word, n->best))) {
		n->best = candidate;
		n->distance = far;
	}
}
