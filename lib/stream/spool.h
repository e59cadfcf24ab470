/*
 * A spool: a folder that holds records between who writes and who delivers
 * them (siem-spool(5)).
 *
 *     siem-spool          makes the folder a spool: "siem-spool/1 ID"
 *     000000000001.log    a segment: the records themselves, a line each
 *     000000000001.sum    its side file: what is durable, and checksums
 *     NAME.checkpoint     how far the reader called NAME has come
 *
 * A side file begins with "siem-segment/1"; each line after that is one of
 *
 *     w OFFSET LENGTH RECORDS CHECKSUM   these bytes are being written
 *     d LENGTH RECORDS                   so much of the segment is durable
 *     e LENGTH RECORDS                   and nothing more will be written
 *
 * A reader believes the last d or e. A w without one behind it is what a crash
 * may have torn: once nobody writes the segment any more, its checksum tells.
 */
#ifndef SIEM_STREAM_SPOOL_H
#define SIEM_STREAM_SPOOL_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "core/slice.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SPOOL_ID_LEN = 32,     // hex digits
	SPOOL_NAME_MAX = 32,   // bytes of the name of a segment's file
	SPOOL_SOURCE_MAX = 48, // and of the spool's name in marks
};

/* The file that makes a folder a spool, once it has its id. */
#define SPOOL_ID_NAME "siem-spool"

/* The first line of a side file. */
#define SPOOL_SIDE_HEADER "siem-segment/1\n"

struct spool {
	const char *path; // borrowed
	int dir;          // the folder
	int id_fd;        // the file that makes it a spool
	char id[SPOOL_ID_LEN + 1];
};

#define SPOOL_NONE ((struct spool){ .dir = -1, .id_fd = -1 })

/* Is this folder a spool? */
bool spool_is(const char *path);

/* Was it one, by the segments that are in it? */
bool spool_was(const char *path);

/* Open one to read it. ERR_USAGE where it is none. */
int spool_open(struct spool *s, const char *path, struct err *e) MUST_CHECK;

/*
 * Open one to write it, alone; make it where it is not there, unless there are
 * segments without one.
 */
int spool_create(struct spool *s, const char *path, struct err *e) MUST_CHECK;

void spool_close(struct spool *s);

/* What marks call it: "spool:ID". */
void spool_source(const struct spool *s, char source[SPOOL_SOURCE_MAX]);

/* Where a reader stands. */
struct spool_position {
	uint64_t segment; // 0: before the first
	uint64_t offset;
};

bool spool_parse_position(struct slice text, struct spool_position *p);
void spool_put_position(struct buf *out, struct spool_position p);

/* The numbers of the segments there are, in order; an array to be freed. */
int spool_list(const struct spool *s, uint64_t **numbers, size_t *count,
	       struct err *e) MUST_CHECK;

/* The same of the files of records alone, with or without a side file. */
int spool_list_logs(const struct spool *s, uint64_t **numbers, size_t *count,
		    struct err *e) MUST_CHECK;

/*
 * Where the slowest of the readers stands, by the checkpoints that are there.
 * Where there is none, or one cannot be read, it is before the first.
 */
struct spool_position spool_slowest(const struct spool *s);

/*
 * The last segment that a reader has read of, or 0. No other one may ever get
 * its number, nor one before it: readers would go on in its middle, or behind
 * it. -1 with e filled.
 */
int spool_find_begun(const struct spool *s, uint64_t *number,
		     struct err *e) MUST_CHECK;

/* Is this the name of the checkpoint of a reader? */
bool spool_is_reader(const char *name);

void spool_log_name(uint64_t number, char name[SPOOL_NAME_MAX]);
void spool_side_name(uint64_t number, char name[SPOOL_NAME_MAX]);

/* A line of a side file. */
struct spool_entry {
	char kind; // 'w', 'd' or 'e'
	uint64_t offset, len, records;
	uint64_t checksum;
};

/* A side file that is read, also while it grows. */
struct spool_side {
	int fd;
	uint64_t durable; // bytes of the segment, as far as this has been read
	uint64_t records; // that these are
	bool ended;       // nothing more will come
	bool damaged;     // what follows is no entry
	bool broken;      // and no crash has done that, see spool_believe()
	uint64_t good;    // bytes of the side file that are

	// private
	struct buf in;
	uint64_t read;
	uint64_t noted; // where the last bytes end that are being written
};

/* 1: here it is; 0: there is no such segment; -1 with e filled. */
int spool_side_open(struct spool_side *side, const struct spool *s,
		    uint64_t number, struct err *e) MUST_CHECK;

/* The next entry. 1: here; 0: none yet, or it is damaged; -1: e. */
int spool_side_next(struct spool_side *side, struct spool_entry *entry,
		    struct err *e) MUST_CHECK;

/* All that has been written since the last time. */
int spool_side_update(struct spool_side *side, struct err *e) MUST_CHECK;

void spool_side_close(struct spool_side *side);

/* What of a segment can be believed. */
struct spool_belief {
	uint64_t len;     // bytes
	uint64_t records; // that these are
	uint64_t good;    // bytes of the side file that make sense
	bool ended;
	bool broken; // more may have been durable
	bool untold; // the log has bytes, and no word is said of any: a crash
		     // leaves that of the newest only
};

/*
 * Of a segment that nobody writes any more: what is said to be durable, and
 * what comes right behind it and agrees with its checksum. 1: here it is; 0:
 * there is no such segment; -1 with e filled.
 *
 * A crash leaves a side file without its end, or with nonsense there. Where
 * bytes are called durable behind nonsense, or others than were written, the
 * file was damaged: what of the segment was acknowledged is not known.
 */
int spool_believe(const struct spool *s, uint64_t number,
		  struct spool_belief *belief, struct err *e) MUST_CHECK;

/* Append an entry as it stands in a side file. */
void spool_put_entry(struct buf *out, const struct spool_entry *entry);

/* Do these bytes of a segment agree with their entry? -1 with e filled. */
int spool_check(int log, const struct spool_entry *entry, bool *fits,
		struct err *e) MUST_CHECK;

/* How many lines end in a segment between two offsets; -1 with e filled. */
int spool_count_lines(const struct spool *s, uint64_t number, uint64_t from,
		      uint64_t to, uint64_t *lines, struct err *e) MUST_CHECK;

/* Open the log of a segment to read it. -1 with errno. */
int spool_open_log(const struct spool *s, uint64_t number) MUST_CHECK;

#endif
