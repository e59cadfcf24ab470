#include "pipeline.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_program(const char *path)
{
	struct stat st;

	return access(path, X_OK) == 0 && stat(path, &st) == 0 &&
	       S_ISREG(st.st_mode);
}

/* Would a shell find it? */
static bool is_in_path(const char *tool)
{
	const char *at = getenv("PATH");
	char path[PATH_MAX];

	while (at != NULL) {
		const size_t len = strcspn(at, ":");

		// An empty one is the folder that we are in.
		if (snprintf(path, sizeof(path), "%.*s%s%s", (int)len, at,
			     len > 0 ? "/" : "", tool) < (int)sizeof(path) &&
		    is_program(path))
			return true;
		at = at[len] == ':' ? at + len + 1 : NULL;
	}
	return false;
}

/* That of the folder in which this program is. */
static bool is_beside_us(const char *tool, char path[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
	char *slash;
	size_t room;

	if (n < 0)
		return false;
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (slash == NULL)
		return false;
	room = PATH_MAX - (size_t)(slash + 1 - path);
	return snprintf(slash + 1, room, "%s", tool) < (int)room &&
	       is_program(path);
}

int stage_begin(struct stage *stage, const char *tool, struct err *e)
{
	char path[PATH_MAX];

	*stage = (struct stage){ .tool = tool,
				 .words = BUF_INIT(PIPELINE_WORDS) };
	if (is_in_path(tool))
		stage_add(stage, tool);
	else if (is_beside_us(tool, path))
		stage_add(stage, path);
	else
		return err_set(e, ERR_USAGE,
			       "%s is neither in PATH nor beside siem-run",
			       tool);
	return 0;
}

void stage_add(struct stage *stage, const char *word)
{
	buf_put(&stage->words, word, strlen(word) + 1);
}

int stage_end(const struct stage *stage, struct err *e)
{
	return buf_status(&stage->words) == 0 ? 0
					      : err_sys(e, "%s", stage->tool);
}

const char *stage_next(const struct stage *stage, const char *word)
{
	const char *end = stage->words.data + stage->words.len;

	if (word == NULL)
		return stage->words.len > 0 ? stage->words.data : NULL;
	word += strlen(word) + 1;
	return word < end ? word : NULL;
}
