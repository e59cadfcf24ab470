#include "dest/spot.h"

#include <stdio.h>
#include <string.h>

const char *spot_section(const struct dest_transport *t)
{
	return t == NULL ? NULL : t->section != NULL ? t->section : t->name;
}

bool spot_is_said(const struct dest_transport *t,
		  const struct dest_setting *row)
{
	return t == NULL || !t->is_told || strcmp(row->key, "transport") != 0;
}

bool spot_is_of_tls(const struct dest_setting *row)
{
	return row->place != NULL && strncmp(row->place, "tls.", 4) == 0;
}

bool spot_next(const char **places, struct spot *spot)
{
	const char *at = *places;
	size_t len;

	if (at == NULL)
		return false;
	len = strcspn(at, "|");
	*places = at[len] == '|' ? at + len + 1 : NULL;
	spot->from = SPOT_SECTION;
	for (; len > 0 && *at == '/'; at++, len--)
		spot->from++;
	snprintf(spot->path, sizeof(spot->path), "%.*s", (int)len, at);
	return true;
}

const char *spot_places(const struct dest_setting *row)
{
	return row->place != NULL ? row->place : row->key;
}
