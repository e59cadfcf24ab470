#include "config/secret.h"

#include "core/buf.h"
#include "core/file.h"
#include "core/shell.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COMMAND_MS = 30000 }; // for which a command is waited

static const char env_form[] = "env:";
static const char file_form[] = "file:";
static const char cred_form[] = "cred:";
static const char cmd_form[] = "cmd:";

/* What follows the form, or NULL where text is not of it. */
static const char *after(const char *text, const char *form)
{
	const size_t len = strlen(form);

	return strncmp(text, form, len) == 0 ? text + len : NULL;
}

bool secret_is_named(const char *text)
{
	return after(text, env_form) != NULL ||
	       after(text, file_form) != NULL ||
	       after(text, cred_form) != NULL || after(text, cmd_form) != NULL;
}

static void wipe(char *value)
{
	if (value != NULL)
		explicit_bzero(value, strlen(value));
	free(value);
}

static void wipe_buf(struct buf *bytes)
{
	if (bytes->data != NULL)
		explicit_bzero(bytes->data, bytes->cap);
	buf_free(bytes);
}

/* A secret as a string of its own; NULL: e says why it is none. */
static char *take_value(const struct buf *bytes, const char *text,
			struct err *e)
{
	char *value = NULL;

	if (bytes->len == 0)
		err_set(e, ERR_USAGE, "%s: there is nothing in it", text);
	else if (memchr(bytes->data, '\0', bytes->len) != NULL)
		err_set(e, ERR_USAGE, "%s: there is a NUL byte in it", text);
	else if ((value = strndup(bytes->data, bytes->len)) == NULL)
		err_set(e, ERR_SYSTEM, "%s: out of memory", text);
	return value;
}

static char *read_variable(const char *text, const char *name, struct err *e)
{
	const char *value = getenv(name);
	char *copy = NULL;

	if (value == NULL || value[0] == '\0')
		err_set(e, ERR_USAGE, "%s: there is no such variable", text);
	else if ((copy = strdup(value)) == NULL)
		err_set(e, ERR_SYSTEM, "%s: out of memory", text);
	return copy;
}

/*
 * May what is open be trusted to have kept the secret? From a pipe or a device
 * anything may come, or nothing for ever; systemd sees to it that nobody else
 * can read its own files.
 */
static int check_kept(int fd, const char *text, const char *path, bool is_ours,
		      struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_set(e, ERR_USAGE, "%s: %s", text, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_USAGE, "%s: not a regular file", text);
	if (!is_ours && (st.st_mode & (S_IRGRP | S_IROTH)) != 0)
		return err_set(e, ERR_USAGE,
			       "%s: others can read it (mode %04o): chmod 600 "
			       "%s, and think of it as known",
			       text, st.st_mode & 07777, path);
	return 0;
}

/* Room for any secret: so that it need not grow, and leave copies behind. */
static struct buf room_for_secret(void)
{
	struct buf bytes = BUF_INIT(SECRET_MAX);

	// Where there is none, what is put there says so.
	(void)!buf_room(&bytes, SECRET_MAX);
	return bytes;
}

/* What a file holds. Nothing else that has its name is waited for. */
static char *read_file(const char *text, const char *path, bool is_ours,
		       struct err *e)
{
	struct buf bytes = room_for_secret();
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char *value = NULL;

	if (fd < 0) {
		err_set(e, ERR_USAGE, "%s: %s", text, strerror(errno));
		goto out;
	}
	if (check_kept(fd, text, path, is_ours, e) < 0)
		goto out;
	if (file_read_all(fd, &bytes) < 0) {
		err_set(e, ERR_USAGE, "%s: %s", text,
			errno == EMSGSIZE ? "longer than 64 KiB"
					  : strerror(errno));
		goto out;
	}
	if (bytes.len > 0 && bytes.data[bytes.len - 1] == '\n')
		bytes.len--;
	value = take_value(&bytes, text, e);
out:
	wipe_buf(&bytes);
	if (fd >= 0)
		close(fd);
	return value;
}

static char *read_credential(const char *text, const char *name, struct err *e)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	char path[PATH_MAX];

	if (folder == NULL || folder[0] == '\0') {
		err_set(e, ERR_USAGE,
			"%s: there is no $CREDENTIALS_DIRECTORY: the unit "
			"needs "
			"LoadCredential=%s:FILE",
			text, name);
		return NULL;
	}
	if (name[0] == '\0' || strchr(name, '/') != NULL ||
	    snprintf(path, sizeof(path), "%s/%s", folder, name) >=
		    (int)sizeof(path)) {
		err_set(e, ERR_USAGE, "%s: that is no name", text);
		return NULL;
	}
	return read_file(text, path, true, e);
}

/* The first line that a command writes. */
static char *run_command(const char *command, struct err *e)
{
	struct buf bytes = room_for_secret();
	char *value = NULL;

	if (shell_read(command, COMMAND_MS, &bytes, e) == 0) {
		char *lf = bytes.len > 0 ? memchr(bytes.data, '\n', bytes.len)
					 : NULL;

		if (lf != NULL)
			bytes.len = (size_t)(lf - bytes.data);
		value = take_value(&bytes, "cmd", e);
	} else {
		err_prefix(e, "cmd");
	}
	wipe_buf(&bytes);
	return value;
}

/* What the helper answers: whether it is a secret or why it is none, a byte,
   and that. */
enum { ANSWER_NONE = 'n', ANSWER_VALUE = 'v' };

/* The helper: run the command each time that it is asked to. */
static void run_again(int fd, const void *context)
{
	char byte;

	while (read(fd, &byte, 1) == 1) {
		struct buf answer = BUF_INIT(SECRET_MAX + 1);
		struct err e = { 0 };
		char *value = run_command(context, &e);

		buf_putc(&answer, value != NULL ? ANSWER_VALUE : ANSWER_NONE);
		buf_puts(&answer, value != NULL ? value : e.text);
		ssize_t n = buf_status(&answer) != 0
				    ? -1
				    : write(fd, answer.data, answer.len);
		wipe_buf(&answer);
		wipe(value);
		if (n < 0)
			break;
	}
}

/* A form by itself names nothing. */
static int check_name(const char *text, struct err *e)
{
	if (strcmp(text, file_form) == 0)
		return err_set(e, ERR_USAGE,
			       "file: a path has to follow, as in file:PATH");
	if (strcmp(text, env_form) == 0 || strcmp(text, cred_form) == 0)
		return err_set(e, ERR_USAGE,
			       "%s a name has to follow, as in %sNAME", text,
			       text);
	return 0;
}

/* The value by now, wherever it is from but a command. */
static char *read_value(const char *text, struct err *e)
{
	const char *name;
	char *copy;

	if (check_name(text, e) < 0)
		return NULL;
	if ((name = after(text, env_form)) != NULL)
		return read_variable(text, name, e);
	if ((name = after(text, file_form)) != NULL)
		return read_file(text, name, false, e);
	if ((name = after(text, cred_form)) != NULL)
		return read_credential(text, name, e);
	copy = strdup(text);
	if (copy == NULL)
		err_set(e, ERR_SYSTEM, "out of memory");
	return copy;
}

/*
 * Who holds secrets leaves no core. A limit of one byte is none for a file, and
 * keeps the kernel from calling the program that core_pattern may name, which a
 * limit of 0 does not (core(5)).
 */
static void leave_no_core(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_CORE, &limit) < 0 || limit.rlim_max == 0)
		return;
	limit.rlim_cur = limit.rlim_max = 1;
	(void)setrlimit(RLIMIT_CORE, &limit);
}

int secret_open(struct secret *s, const char *text, struct err *e)
{
	const char *command = after(text, cmd_form);

	leave_no_core();
	*s = SECRET_NONE;
	s->text = strdup(text);
	if (s->text == NULL)
		return err_set(e, ERR_SYSTEM, "out of memory");
	s->value =
		command != NULL ? run_command(command, e) : read_value(text, e);
	if (s->value == NULL ||
	    (command != NULL &&
	     helper_start(&s->helper, "siem-secret", -1, run_again,
			  after(s->text, cmd_form), e) < 0)) {
		secret_close(s);
		return -1;
	}
	return 0;
}

void secret_put_word(const struct secret *s, const char *variable,
		     struct buf *out)
{
	const char *text = s->text != NULL ? s->text : "";
	const char *name = after(text, env_form);
	const char *path = after(text, file_form);
	const char *credential = after(text, cred_form);
	const char *command = after(text, cmd_form);

	if (path != NULL) {
		buf_puts(out, "$(cat ");
		shell_put_word(out, path);
		buf_putc(out, ')');
	} else if (credential != NULL) {
		buf_puts(out, "$(cat \"$CREDENTIALS_DIRECTORY\"/");
		shell_put_word(out, credential);
		buf_putc(out, ')');
	} else if (command != NULL) {
		buf_puts(out, "$(sh -c ");
		shell_put_word(out, command);
		buf_puts(out, " | head -n 1)");
	} else {
		buf_printf(out, "$%s", name != NULL ? name : variable);
	}
}

void secret_ask(struct secret *s)
{
	static const char again = 'a';

	// That a helper is gone is seen when its answer is read.
	if (s->helper.fd >= 0 && !s->asked)
		s->asked = write(s->helper.fd, &again, 1) == 1;
}

/* What the command has said, if it has. */
static int take_answer(struct secret *s, char **value, struct err *e)
{
	struct buf answer = BUF_INIT(SECRET_MAX + 1);
	char *room = buf_room(&answer, SECRET_MAX + 1);
	int rc = 0;

	if (room == NULL)
		return err_set(e, ERR_SYSTEM, "cmd: out of memory");
	ssize_t n = s->asked ? read(s->helper.fd, room, SECRET_MAX + 1) : -1;
	if (n >= 0)
		s->asked = false;
	if (n == 0) {
		helper_leave(&s->helper);
		rc = err_set(e, ERR_SYSTEM, "cmd: its helper is gone");
	} else if (n > 0 && room[0] == ANSWER_VALUE) {
		*value = strndup(room + 1, (size_t)n - 1);
		rc = *value != NULL
			     ? 1
			     : err_set(e, ERR_SYSTEM, "cmd: out of memory");
	} else if (n > 0) {
		rc = err_set(e, ERR_SYSTEM, "%.*s", (int)n - 1, room + 1);
	}
	wipe_buf(&answer);
	return rc;
}

/* Can it be another by now? */
static bool may_change(const struct secret *s)
{
	return after(s->text, file_form) != NULL ||
	       after(s->text, cred_form) != NULL;
}

int secret_again(struct secret *s, struct err *e)
{
	char *value = NULL;
	int rc = 0;

	if (s->value == NULL)
		return 0;
	if (after(s->text, cmd_form) != NULL)
		rc = take_answer(s, &value, e);
	else if (may_change(s) && (value = read_value(s->text, e)) == NULL)
		rc = -1;
	if (value != NULL) {
		wipe(s->fresh);
		s->fresh = value;
	}
	if (rc < 0)
		return -1;
	if (s->fresh != NULL && strcmp(s->fresh, s->value) == 0)
		secret_settle(s, false);
	return s->fresh != NULL;
}

void secret_settle(struct secret *s, bool take)
{
	if (take && s->fresh != NULL) {
		wipe(s->value);
		s->value = s->fresh;
	} else {
		wipe(s->fresh);
	}
	s->fresh = NULL;
}

void secret_forget_variable(const char *name)
{
	char *value = getenv(name);

	if (value == NULL)
		return;
	// It would still be in /proc/PID/environ.
	explicit_bzero(value, strlen(value));
	unsetenv(name);
}

void secret_forget_source(const struct secret *s)
{
	const char *name = s->text != NULL ? after(s->text, env_form) : NULL;

	if (name != NULL)
		secret_forget_variable(name);
}

void secret_close(struct secret *s)
{
	helper_leave(&s->helper);
	wipe(s->value);
	wipe(s->fresh);
	wipe(s->text);
	*s = SECRET_NONE;
}
