#include "config/word.h"

#include <string.h>
#include <strings.h>

int word_bool(const char *text)
{
	static const char *const words[] = { "false", "true", "no", "yes",
					     "off",   "on",   "0",  "1" };

	for (int i = 0; i < (int)(sizeof(words) / sizeof(words[0])); i++)
		if (strcasecmp(text, words[i]) == 0)
			return i % 2;
	return -1;
}

bool word_is_among(const char *text, const char *words)
{
	const size_t len = strlen(text);

	while (words != NULL) {
		const size_t n = strcspn(words, "|");

		if (n == len && memcmp(words, text, n) == 0)
			return true;
		words = words[n] == '|' ? words + n + 1 : NULL;
	}
	return false;
}
