#include "event/map.h"

/*
 * The maps of share/maps in the order that the file there says, each of which
 * the build turns into a row: its name, and its text as a C string.
 */
#define MAP(name, text) { name, text, sizeof(text) - 1 },

const struct map_builtin map_builtins[] = {
#include "maps/builtin.inc"
};
const size_t map_builtin_count = sizeof(map_builtins) / sizeof(map_builtins[0]);
