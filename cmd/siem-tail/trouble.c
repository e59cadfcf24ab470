#include "trouble.h"

#include "core/msg.h"
#include "tail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct trouble {
	struct trouble *next;
	char *path;
	int error; // that was said last
};

/* Where the one of this path hangs, or the next would. */
static struct trouble **find(struct troubles *troubles, const char *path)
{
	struct trouble **at = &troubles->first;

	while (*at != NULL && strcmp((*at)->path, path) != 0)
		at = &(*at)->next;
	return at;
}

/* Take one out of the list. */
static void drop(struct trouble **at)
{
	struct trouble *one = *at;

	*at = one->next;
	free(one->path);
	free(one);
}

/* Without memory, it is said again. */
static void note(struct trouble **at, const char *path, int error)
{
	*at = calloc(1, sizeof(**at));
	if (*at == NULL)
		return;
	(*at)->path = strdup(path);
	(*at)->error = error;
	if ((*at)->path == NULL) {
		free(*at);
		*at = NULL;
	}
}

void trouble_tell(struct tail *t, const char *path, int error, const char *what)
{
	struct trouble **at = find(&t->troubles, path);
	// There will be room for it, when others have been read.
	bool passes = error == EMFILE && !t->cfg->once;

	if (!passes)
		t->status = STATUS_UNDELIVERED;
	if (*at != NULL && (*at)->error == error)
		return;
	if (*at != NULL)
		(*at)->error = error;
	else
		note(at, path, error);
	if (passes)
		msg_warn("%s: %s; waiting for that to change", path,
			 strerror(error));
	else
		msg_error("%s: %s%s", path, strerror(error), what);
}

void trouble_end(struct troubles *troubles, const char *path)
{
	struct trouble **at = find(troubles, path);

	if (*at != NULL)
		drop(at);
}

void trouble_free(struct troubles *troubles)
{
	while (troubles->first != NULL)
		drop(&troubles->first);
}
