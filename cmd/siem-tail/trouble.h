/*
 * What cannot be read, beside what operands name: each is said once, until it
 * can be, or cannot for another reason.
 */
#ifndef SIEM_TAIL_TROUBLE_H
#define SIEM_TAIL_TROUBLE_H

struct tail;
struct trouble;

struct troubles {
	struct trouble *first; // private
};

/* It cannot be read, for the reason of an errno; what follows from that. */
void trouble_tell(struct tail *t, const char *path, int error,
		  const char *what);

/* It can be read. */
void trouble_end(struct troubles *troubles, const char *path);
void trouble_free(struct troubles *troubles);

#endif
