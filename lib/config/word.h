/* The words that settings have for their values. */
#ifndef SIEM_CONFIG_WORD_H
#define SIEM_CONFIG_WORD_H

#include <stdbool.h>

/* Is it one of words, divided by '|'? NULL has none. */
bool word_is_among(const char *text, const char *words);

/* "true", "yes", "on" and "1" are 1, their contraries 0, all else is -1. */
int word_bool(const char *text);

#endif
