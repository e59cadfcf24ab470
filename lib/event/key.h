/*
 * Keys of a format, made of the paths of members.
 */
#ifndef SIEM_EVENT_KEY_H
#define SIEM_EVENT_KEY_H

#include "core/buf.h"
#include "core/slice.h"
#include "event/shape.h"

#include <stdbool.h>
#include <stddef.h>

struct key_style {
	enum rest_names names;
	bool given;          // names are kept, less the bytes that keys lack
	struct slice prefix; // of every key
	size_t max;          // bytes of a key; 0: no limit
};

/*
 * Make a key in key: begin, add each name of the path from the record down,
 * decoded, and end. buf_status(key) says whether it worked.
 */
void key_begin(struct buf *key, const struct key_style *style);
void key_add(struct buf *key, const struct key_style *style, struct slice name);
void key_end(struct buf *key, const struct key_style *style);

/*
 * Let key, which is base as it has been made, end in a number instead. Where
 * it would be too long, base gives way.
 */
void key_number(struct buf *key, const struct key_style *style, size_t base,
		unsigned number);

#endif
