#include "stream/inputs.h"

#include "core/file.h"
#include "core/msg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_file(const char *name)
{
	struct stat st;
	int fd = open(name, O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		close(fd);
		fd = -1;
		errno = EISDIR;
	}
	if (fd < 0)
		msg_error("%s: %s", name, strerror(errno));
	return fd;
}

int inputs_open(struct inputs *in, char *names[], size_t count, struct err *e)
{
	in->items = calloc(count + 1, sizeof(*in->items));
	if (in->items == NULL)
		return err_sys(e, "inputs");
	file_allow_many();
	if (count == 0)
		in->items[in->count++].fd = STDIN_FILENO;
	for (size_t n = 0; n < count; n++) {
		struct input *i = &in->items[in->count++];

		i->fd = STDIN_FILENO;
		if (strcmp(names[n], "-") == 0)
			continue;
		if (names[n][0] == '\0')
			return err_set(e, ERR_USAGE, "an operand is empty");
		i->name = names[n];
		i->fd = open_file(i->name);
		in->failed |= i->fd < 0;
	}
	return 0;
}

int inputs_check(const struct inputs *in, const char *reject, struct err *e)
{
	for (size_t i = 0; i < in->count; i++) {
		const struct input *item = &in->items[i];
		const char *also = NULL;

		if (file_is_same(item->fd, STDOUT_FILENO))
			also = "the output";
		else if (reject != NULL && file_is_at(item->fd, reject))
			also = "the --reject file";
		if (also != NULL)
			return err_set(e, ERR_USAGE,
				       "%s is read and is also %s: give that "
				       "another name",
				       item->name != NULL ? item->name :
							    "standard input",
				       also);
	}
	return 0;
}

/* Every record of the current input. */
static int filter_input(struct stream *s, inputs_each *each, void *context,
			struct err *e)
{
	struct slice record;
	struct err why;
	int got;

	while ((got = stream_read(s, &record, e)) > 0) {
		int made = each(context, record, &why);

		if (made > 0 && stream_write(s, e) < 0)
			return -1;
		if (made >= 0)
			continue;
		if (why.kind != ERR_DATA) {
			*e = why;
			return -1;
		}
		if (stream_reject(s, &why, e) < 0)
			return -1;
	}
	return got;
}

int inputs_filter(const struct inputs *in, struct stream *s, inputs_each *each,
		  void *context, struct err *e)
{
	for (size_t i = 0; i < in->count; i++) {
		const struct input *item = &in->items[i];
		const char *name =
			item->name != NULL ? item->name : "standard input";

		if (item->fd < 0)
			continue;
		msg_info("reading %s", name);
		stream_next_input(s, item->fd, item->name);
		if (filter_input(s, each, context, e) == 0)
			continue;
		if (!s->input_failed)
			return -1;
		msg_error("%s: %s", name, e->text);
		s->status = STATUS_UNDELIVERED;
	}
	return stream_finish(s, e);
}

void inputs_close(struct inputs *in)
{
	for (size_t i = 0; i < in->count; i++)
		if (in->items[i].name != NULL && in->items[i].fd >= 0)
			close(in->items[i].fd);
	free(in->items);
}
