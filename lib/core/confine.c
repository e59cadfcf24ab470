#include "core/confine.h"

#include "core/err.h"
#include "core/msg.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/landlock.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// What headers older than these kernels do not know.
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV (1ULL << 15)
#endif

/* To change a file. */
#define CHANGING (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE)

/* To change files, and what is in folders. */
#define WRITING                                   \
	(CHANGING | LANDLOCK_ACCESS_FS_MAKE_REG | \
	 LANDLOCK_ACCESS_FS_REMOVE_FILE)

/* And what nobody needs. */
#define OTHERS                                                         \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_REMOVE_DIR |  \
	 LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |  \
	 LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | \
	 LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM | \
	 LANDLOCK_ACCESS_FS_IOCTL_DEV)

/* Of all this, what the kernel knows; nothing where it has no Landlock. */
static uint64_t known_rights(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
			       LANDLOCK_CREATE_RULESET_VERSION);
	uint64_t rights = version > 0 ? WRITING | OTHERS : 0;

	if (version < 3)
		rights &= ~LANDLOCK_ACCESS_FS_TRUNCATE;
	if (version < 5)
		rights &= ~LANDLOCK_ACCESS_FS_IOCTL_DEV;
	return rights;
}

struct ruleset {
	int fd;
	uint64_t rights; // the ones that it is about
};

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/*
 * Let files be written at path: it, or all in it. What is not there, or is no
 * place on any disk (a pipe behind /dev/stdout), needs no leave.
 */
static int permit(const struct ruleset *rules, const char *path, struct err *e)
{
	struct landlock_path_beneath_attr rule = {
		.allowed_access =
			rules->rights & (is_folder(path) ? WRITING : CHANGING),
		.parent_fd = open(path, O_PATH | O_CLOEXEC),
	};
	int rc = 0;

	if (rule.parent_fd < 0)
		return 0;
	if (syscall(SYS_landlock_add_rule, rules->fd,
		    LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0 &&
	    errno != EBADFD)
		rc = err_sys(e, "landlock: %s", path);
	close(rule.parent_fd);
	return rc;
}

static int permit_folder_of(const struct ruleset *rules, const char *path,
			    struct err *e)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 1 : (size_t)(slash - path) + 1;

	if (len >= sizeof(folder))
		return 0;
	memcpy(folder, slash == NULL ? "." : path, len);
	folder[len] = '\0';
	return permit(rules, folder, e);
}

static int permit_all(const struct ruleset *rules, const char *const paths[],
		      size_t count, struct err *e)
{
	char real[PATH_MAX];

	for (size_t i = 0; i < count; i++) {
		if (paths[i] == NULL)
			continue;
		if (permit(rules, paths[i], e) < 0)
			return -1;
		if (is_folder(paths[i]))
			continue;
		// It may be replaced, and so may what it is a link to.
		if (permit_folder_of(rules, paths[i], e) < 0 ||
		    (realpath(paths[i], real) != NULL &&
		     permit_folder_of(rules, real, e) < 0))
			return -1;
	}
	return 0;
}

/* From here on files are written nowhere else. */
static int restrict_to(const struct ruleset *rules, const char *const paths[],
		       size_t count, struct err *e)
{
	if (permit_all(rules, paths, count, e) < 0)
		return -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    syscall(SYS_landlock_restrict_self, rules->fd, 0) < 0)
		return err_sys(e, "landlock");
	return 0;
}

/* A kernel without it is no surprise; that something forbids it may be one. */
static void without(int error)
{
	if (error == ENOSYS || error == EOPNOTSUPP)
		msg_info("this kernel has no Landlock: files could be written "
			 "anywhere");
	else
		msg_warn("landlock: %s: files could be written anywhere",
			 strerror(error));
}

void confine_writing(const char *const paths[], size_t count)
{
	const struct landlock_ruleset_attr attr = {
		.handled_access_fs = known_rights(),
	};
	struct ruleset rules = { .rights = attr.handled_access_fs };
	struct err why = { 0 };

	rules.fd = (int)syscall(SYS_landlock_create_ruleset, &attr,
				sizeof(attr), 0);
	if (rules.fd < 0) {
		without(errno);
		return;
	}
	if (restrict_to(&rules, paths, count, &why) < 0)
		msg_warn("%s: files could be written anywhere", why.text);
	close(rules.fd);
}
