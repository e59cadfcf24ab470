#include "event/map.h"

/*
 * The maps of share/maps, as the build turns them into C strings, in the order
 * in which records are tried against them. To add one, put its file there and
 * its row here, before the one that takes every record.
 */
static const char mcp_redaction[] =
#include "maps/mcp-redaction.inc"
	;
static const char gatekit[] =
#include "maps/gatekit.inc"
	;
static const char generic[] =
#include "maps/generic.inc"
	;

#define ROW(name, text) { name, text, sizeof(text) - 1 }

const struct map_builtin map_builtins[] = {
	ROW("mcp-redaction", mcp_redaction),
	ROW("gatekit", gatekit),
	ROW("generic", generic),
};
const size_t map_builtin_count = sizeof(map_builtins) / sizeof(map_builtins[0]);
