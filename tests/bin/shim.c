/*
 * shim.so: trouble with files and sockets on purpose, and a record of what was
 * done to files. To be preloaded into a tool under test; never installed.
 *
 *     LD_PRELOAD=build/tests/bin/shim.so SHIM=RULES siem-send ...
 *
 * RULES are divided by ';', and the words of a rule by blanks: what to do, to
 * which call, and what narrows it:
 *
 *     kill-before    SIGKILL instead of the call
 *     kill-after     SIGKILL when the call has been done
 *     fail=ERRNO     ENOSPC, EIO, EROFS, EACCES, EINTR, EAGAIN, ENOMEM, ENOENT
 *     short          of a write, do one half, and nothing of a single byte
 *
 *     write          write, writev, pwrite: to anything that is no socket
 *     read           read, pread: the same
 *     send, recv     to and from sockets, by whatever call
 *     fsync          fsync and fdatasync, of files and of folders
 *     open           for writing, or creating
 *     view           open for reading alone
 *     rename, link, truncate, unlink
 *
 *     path=PATTERN   of what path (glob(7); '*' stands for '/', too); of a
 *                    rename or link: of the new one. Sockets and pipes have
 *                    none
 *     n=FROM         only the FROM-th call that fits, counted from 1
 *     n=FROM-TO      from that to this one; without TO: and all that follow
 *
 * For instance, a disk that is full for the calls 3 to 5 that write to the dead
 * letters: SHIM='fail=ENOSPC write path=*.dead n=3-5'.
 *
 * SHIM_RESOLVE=SECONDS  so long it takes to find out that nobody knows what the
 *                   address of a name is
 * SHIM_IN=NAME      all this only in programs of that name: other children
 *                   inherit the environment, too
 * SHIM_FIRED=FILE   a line is appended for each time that a rule applied, so
 *                   that a loop over n knows when to end
 * SHIM_RECORD=FILE  what was done to files below SHIM_ROOT, an absolute path
 *                   without symbolic links, is appended; powercut replays it
 *
 * A record is a line "OP PID FD OFFSET LENGTH PATH", then LENGTH bytes, then a
 * line feed. OP: O open (OFFSET: flags of open(2)), W write, T truncate to
 * OFFSET, S a sync has begun, s it is through, C close, R rename and L link
 * (the bytes: the new path), U unlink, M mkdir. Paths are relative to
 * SHIM_ROOT.
 *
 * Calls that libraries make through libc count; those that libc makes itself,
 * as stdio does, do not. All is done by syscall(2), so it works in a tool that
 * has sealed itself.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <limits.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum call {
	CALL_WRITE,
	CALL_READ,
	CALL_SEND,
	CALL_RECV,
	CALL_FSYNC,
	CALL_OPEN,
	CALL_VIEW,
	CALL_RENAME,
	CALL_LINK,
	CALL_TRUNCATE,
	CALL_UNLINK,
	CALL_NONE,
};

static const char *const call_names[] = {
	"write", "read",   "send", "recv",     "fsync",  "open",
	"view",  "rename", "link", "truncate", "unlink",
};

enum action { KILL_BEFORE, KILL_AFTER, FAIL, SHORT };

struct rule {
	enum action action;
	enum call call;
	int error;            // FAIL
	char path[256];       // "": any
	uint64_t first, last; // the calls that it applies to
	uint64_t count;       // those that fitted so far
};

enum { RULES_MAX = 16, FDS_MAX = 4096, LOGS_FROM = 900 };

static struct rule rules[RULES_MAX];
static size_t rule_count;
static int record_fd = -1, fired_fd = -1;
static char root[PATH_MAX], cwd[PATH_MAX];

/* The path of each descriptor that was opened through here. */
static char *paths[FDS_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* What the environment asks for */

static void die(const char *what, const char *word)
{
	fprintf(stderr, "shim: %s: %s\n", what, word);
	_exit(127);
}

static int error_of(const char *name)
{
	static const struct {
		const char *name;
		int error;
	} errors[] = {
		{ "ENOSPC", ENOSPC }, { "EIO", EIO },
		{ "EROFS", EROFS },   { "EACCES", EACCES },
		{ "EINTR", EINTR },   { "EAGAIN", EAGAIN },
		{ "ENOMEM", ENOMEM }, { "ENOENT", ENOENT },
	};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (strcmp(errors[i].name, name) == 0)
			return errors[i].error;
	die("unknown error", name);
	return 0;
}

/* "n=3", "n=3-5", "n=3-" */
static void parse_range(struct rule *r, const char *text)
{
	char *end;

	r->first = r->last = strtoull(text, &end, 10);
	if (*end == '-')
		r->last = end[1] != '\0' ? strtoull(end + 1, &end, 10)
					 : (end++, UINT64_MAX);
	if (r->first == 0 || *end != '\0')
		die("no range", text);
}

static void parse_word(struct rule *r, const char *word)
{
	if (strcmp(word, "kill-before") == 0) {
		r->action = KILL_BEFORE;
	} else if (strcmp(word, "kill-after") == 0) {
		r->action = KILL_AFTER;
	} else if (strcmp(word, "short") == 0) {
		r->action = SHORT;
	} else if (strncmp(word, "fail=", 5) == 0) {
		r->action = FAIL;
		r->error = error_of(word + 5);
	} else if (strncmp(word, "path=", 5) == 0) {
		snprintf(r->path, sizeof(r->path), "%s", word + 5);
	} else if (strncmp(word, "n=", 2) == 0) {
		parse_range(r, word + 2);
	} else {
		for (r->call = 0; r->call < CALL_NONE; r->call++)
			if (strcmp(word, call_names[r->call]) == 0)
				return;
		die("unknown word", word);
	}
}

static void parse_rules(const char *text)
{
	static char copy[4096];
	char *rest = NULL;

	if (snprintf(copy, sizeof(copy), "%s", text) >= (int)sizeof(copy))
		die("too long", text);
	for (char *one = strtok_r(copy, ";", &rest); one != NULL;
	     one = strtok_r(NULL, ";", &rest)) {
		struct rule *r = &rules[rule_count];
		char *more = NULL;

		if (++rule_count > RULES_MAX)
			die("too many rules", text);
		*r = (struct rule){ .call = CALL_NONE,
				    .first = 1,
				    .last = UINT64_MAX };
		for (char *word = strtok_r(one, " ", &more); word != NULL;
		     word = strtok_r(NULL, " ", &more))
			parse_word(r, word);
		if (r->call == CALL_NONE)
			die("a rule without a call", text);
	}
}

/* Open a log where it takes no number that the tool would get. */
static int open_log(const char *path)
{
	int fd;

	if (path == NULL)
		return -1;
	fd = (int)syscall(SYS_openat, AT_FDCWD, path,
			  O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (fd < 0)
		die(strerror(errno), path);
	int high = fcntl(fd, F_DUPFD_CLOEXEC, LOGS_FROM);
	if (high < 0)
		return fd;
	syscall(SYS_close, fd);
	return high;
}

__attribute__((constructor)) static void begin(void)
{
	const char *in = getenv("SHIM_IN");
	const char *asked = getenv("SHIM");
	const char *below = getenv("SHIM_ROOT");

	if (in != NULL && strcmp(in, program_invocation_short_name) != 0)
		return;
	if (getcwd(cwd, sizeof(cwd)) == NULL)
		die(strerror(errno), "getcwd");
	if (below != NULL)
		snprintf(root, sizeof(root), "%s/", below);
	if (asked != NULL)
		parse_rules(asked);
	fired_fd = open_log(getenv("SHIM_FIRED"));
	record_fd = open_log(getenv("SHIM_RECORD"));
	if (record_fd >= 0 && below == NULL)
		die("SHIM_RECORD needs", "SHIM_ROOT");
}

/* Paths */

/* Absolute, without "." and empty parts; ".." stays. */
static void make_absolute(int dirfd, const char *path, char out[PATH_MAX])
{
	const char *base = "";
	char whole[2 * PATH_MAX];
	size_t n = 0;

	if (path[0] != '/') {
		base = cwd;
		if (dirfd >= 0 && dirfd < FDS_MAX && paths[dirfd] != NULL)
			base = paths[dirfd];
	}
	snprintf(whole, sizeof(whole), "%s/%s", base, path);
	for (const char *p = whole; *p != '\0' && n < PATH_MAX - 2;) {
		size_t len = strcspn(++p, "/");

		if (len > 0 && !(len == 1 && p[0] == '.') &&
		    n + 1 + len < PATH_MAX) {
			out[n++] = '/';
			memcpy(out + n, p, len);
			n += len;
		}
		p += len;
	}
	out[n] = '\0';
}

static const char *path_of(int fd)
{
	return fd >= 0 && fd < FDS_MAX && paths[fd] != NULL ? paths[fd] : "";
}

static void set_path(int fd, const char *path)
{
	if (fd < 0 || fd >= FDS_MAX)
		return;
	free(paths[fd]);
	paths[fd] = path != NULL ? strdup(path) : NULL;
}

/* What was open under one name is so under another. */
static void move_paths(const char *from, const char *to)
{
	for (int fd = 0; fd < FDS_MAX; fd++)
		if (paths[fd] != NULL && strcmp(paths[fd], from) == 0)
			set_path(fd, to);
}

static bool is_socket(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
}

/* The record of what was done to files */

/* Its path below the root, or NULL: somewhere else. */
static const char *below_root(const char *path)
{
	size_t len = strlen(root);

	if (record_fd < 0)
		return NULL;
	if (strncmp(path, root, len) == 0)
		return path + len;
	// The root itself
	return strncmp(path, root, len - 1) == 0 && path[len - 1] == '\0'
		       ? "."
		       : NULL;
}

static void record(char op, int fd, int64_t offset, const char *path,
		   const void *bytes, size_t n)
{
	const char *name = below_root(path);
	char line[PATH_MAX + 100];

	if (name == NULL)
		return;
	int len = snprintf(line, sizeof(line), "%c %d %d %" PRId64 " %zu %s\n",
			   op, (int)syscall(SYS_getpid), fd, offset, n, name);
	struct iovec parts[] = {
		{ line, (size_t)len },
		{ (void *)bytes, n },
		{ (void *)"\n", 1 },
	};

	if (syscall(SYS_writev, record_fd, parts, 3) < 0)
		die(strerror(errno), "SHIM_RECORD");
}

/* The same of what gets a name: its old path is where the record has its own.
 */
static void record_name(char op, const char *old, const char *new)
{
	const char *name = below_root(new);

	if (name != NULL)
		record(op, -1, 0, old, name, strlen(name));
}

/* Trouble */

static void end_here(void)
{
	syscall(SYS_tgkill, syscall(SYS_getpid), syscall(SYS_gettid), SIGKILL);
	for (;;)
		;
}

static void tell_fired(const struct rule *r, uint64_t count, const char *path)
{
	char line[PATH_MAX + 100];

	if (fired_fd < 0)
		return;
	int len = snprintf(line, sizeof(line), "%td %s %" PRIu64 " %s\n",
			   r - rules, call_names[r->call], count, path);
	syscall(SYS_write, fired_fd, line, (size_t)len);
}

/* The rule that applies to a call that is about to be made, or NULL. */
static const struct rule *before(enum call call, const char *path)
{
	const struct rule *found = NULL;

	for (size_t i = 0; i < rule_count; i++) {
		struct rule *r = &rules[i];

		if (r->call != call ||
		    (r->path[0] != '\0' && fnmatch(r->path, path, 0) != 0))
			continue;
		// No lock: signal handlers write, too.
		uint64_t count =
			__atomic_add_fetch(&r->count, 1, __ATOMIC_RELAXED);
		if (found == NULL && count >= r->first && count <= r->last) {
			found = r;
			tell_fired(r, count, path);
		}
	}
	if (found != NULL && found->action == KILL_BEFORE)
		end_here();
	return found;
}

/* Before a call. True: it is to fail, with errno set. */
static bool fails(const struct rule *r)
{
	if (r == NULL || r->action != FAIL)
		return false;
	errno = r->error;
	return true;
}

/* After a call: what it returned. */
static long done(const struct rule *r, long result)
{
	if (r != NULL && r->action == KILL_AFTER)
		end_here();
	return result;
}

/* How much of a write is to be done. */
static size_t shortened(const struct rule *r, size_t n)
{
	return r != NULL && r->action == SHORT && n > 1 ? n / 2 : n;
}

/* The calls */

static void record_write(int fd, int64_t offset, const void *bytes, long n)
{
	int saved = errno;

	if (n > 0 && record_fd >= 0 && path_of(fd)[0] != '\0') {
		if (offset < 0)
			offset = syscall(SYS_lseek, fd, 0, SEEK_CUR) - n;
		record('W', fd, offset, path_of(fd), bytes, (size_t)n);
	}
	errno = saved;
}

ssize_t write(int fd, const void *bytes, size_t n)
{
	const struct rule *r =
		before(is_socket(fd) ? CALL_SEND : CALL_WRITE, path_of(fd));

	if (fails(r))
		return -1;
	long got = syscall(SYS_write, fd, bytes, shortened(r, n));
	record_write(fd, -1, bytes, got);
	return done(r, got);
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t offset)
{
	const struct rule *r = before(CALL_WRITE, path_of(fd));

	if (fails(r))
		return -1;
	long got = syscall(SYS_pwrite64, fd, bytes, shortened(r, n), offset);
	record_write(fd, offset, bytes, got);
	return done(r, got);
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t offset)
{
	return pwrite(fd, bytes, n, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
	bool socket = is_socket(fd);
	const struct rule *r =
		before(socket ? CALL_SEND : CALL_WRITE, path_of(fd));

	if (fails(r))
		return -1;
	// Of several parts, half is the first, or half of that.
	if (r != NULL && r->action == SHORT)
		return syscall(SYS_write, fd, parts[0].iov_base,
			       count > 1 ? parts[0].iov_len
					 : shortened(r, parts[0].iov_len));
	long got = syscall(SYS_writev, fd, parts, count);
	int64_t left = got;
	for (int i = 0; i < count && left > 0 && !socket; i++) {
		size_t n = (size_t)left < parts[i].iov_len ? (size_t)left
							   : parts[i].iov_len;

		if (record_fd >= 0 && path_of(fd)[0] != '\0')
			record('W', fd,
			       syscall(SYS_lseek, fd, 0, SEEK_CUR) - left,
			       path_of(fd), parts[i].iov_base, n);
		left -= (int64_t)n;
	}
	return done(r, got);
}

static ssize_t send_to(int fd, const void *bytes, size_t n, int flags,
		       const struct sockaddr *to, socklen_t len)
{
	const struct rule *r = before(CALL_SEND, "");

	if (fails(r))
		return -1;
	return done(r, syscall(SYS_sendto, fd, bytes, shortened(r, n), flags,
			       to, len));
}

ssize_t send(int fd, const void *bytes, size_t n, int flags)
{
	return send_to(fd, bytes, n, flags, NULL, 0);
}

ssize_t sendto(int fd, const void *bytes, size_t n, int flags,
	       __CONST_SOCKADDR_ARG to, socklen_t len)
{
	return send_to(fd, bytes, n, flags, to.__sockaddr__, len);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	const struct rule *r = before(CALL_SEND, "");

	return fails(r) ? -1
			: done(r, syscall(SYS_sendmsg, fd, message, flags));
}

ssize_t read(int fd, void *bytes, size_t n)
{
	const struct rule *r =
		before(is_socket(fd) ? CALL_RECV : CALL_READ, path_of(fd));

	return fails(r) ? -1 : done(r, syscall(SYS_read, fd, bytes, n));
}

ssize_t pread(int fd, void *bytes, size_t n, off_t offset)
{
	const struct rule *r = before(CALL_READ, path_of(fd));

	return fails(r) ? -1
			: done(r, syscall(SYS_pread64, fd, bytes, n, offset));
}

ssize_t pread64(int fd, void *bytes, size_t n, off64_t offset)
{
	return pread(fd, bytes, n, offset);
}

static ssize_t receive_from(int fd, void *bytes, size_t n, int flags,
			    struct sockaddr *from, socklen_t *len)
{
	const struct rule *r = before(CALL_RECV, "");

	return fails(r) ? -1
			: done(r, syscall(SYS_recvfrom, fd, bytes, n, flags,
					  from, len));
}

ssize_t recv(int fd, void *bytes, size_t n, int flags)
{
	return receive_from(fd, bytes, n, flags, NULL, NULL);
}

ssize_t recvfrom(int fd, void *bytes, size_t n, int flags, __SOCKADDR_ARG from,
		 socklen_t *len)
{
	return receive_from(fd, bytes, n, flags, from.__sockaddr__, len);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	const struct rule *r = before(CALL_RECV, "");

	return fails(r) ? -1
			: done(r, syscall(SYS_recvmsg, fd, message, flags));
}

static int sync_by(long number, int fd)
{
	const struct rule *r = before(CALL_FSYNC, path_of(fd));

	if (fails(r))
		return -1;
	record('S', fd, 0, path_of(fd), "", 0);
	long rc = syscall(number, fd);
	if (rc == 0)
		record('s', fd, 0, path_of(fd), "", 0);
	return (int)done(r, rc);
}

int fsync(int fd)
{
	return sync_by(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	return sync_by(SYS_fdatasync, fd);
}

static int open_at(int dirfd, const char *path, int flags, mode_t mode)
{
	bool writes = (flags & (O_ACCMODE | O_CREAT | O_TRUNC)) != 0;
	char whole[PATH_MAX];

	make_absolute(dirfd, path, whole);
	const struct rule *r = before(writes ? CALL_OPEN : CALL_VIEW, whole);
	if (fails(r))
		return -1;
	int fd = (int)syscall(SYS_openat, dirfd, path, flags, mode);
	if (fd >= 0) {
		pthread_mutex_lock(&lock);
		set_path(fd, whole);
		pthread_mutex_unlock(&lock);
		record('O', fd, flags, whole, "", 0);
	}
	return (int)done(r, fd);
}

/* The mode, which is there only where a file may be made. */
static mode_t mode_of(int flags, va_list args)
{
	return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE
		       ? va_arg(args, mode_t)
		       : 0;
}

#define OPEN(name)                                           \
	int name(const char *path, int flags, ...)           \
	{                                                    \
		va_list args;                                \
                                                             \
		va_start(args, flags);                       \
		mode_t mode = mode_of(flags, args);          \
		va_end(args);                                \
		return open_at(AT_FDCWD, path, flags, mode); \
	}
#define OPENAT(name)                                          \
	int name(int dirfd, const char *path, int flags, ...) \
	{                                                     \
		va_list args;                                 \
                                                              \
		va_start(args, flags);                        \
		mode_t mode = mode_of(flags, args);           \
		va_end(args);                                 \
		return open_at(dirfd, path, flags, mode);     \
	}

OPEN(open)
OPEN(open64)
OPENAT(openat)
OPENAT(openat64)

int close(int fd)
{
	if (path_of(fd)[0] != '\0') {
		pthread_mutex_lock(&lock);
		record('C', fd, 0, path_of(fd), "", 0);
		set_path(fd, NULL);
		pthread_mutex_unlock(&lock);
	}
	return (int)syscall(SYS_close, fd);
}

int renameat2(int from_fd, const char *from, int to_fd, const char *to,
	      unsigned flags)
{
	char old[PATH_MAX], new[PATH_MAX];

	make_absolute(from_fd, from, old);
	make_absolute(to_fd, to, new);
	const struct rule *r = before(CALL_RENAME, new);
	if (fails(r))
		return -1;
	long rc = syscall(SYS_renameat2, from_fd, from, to_fd, to, flags);
	if (rc == 0) {
		pthread_mutex_lock(&lock);
		record_name('R', old, new);
		move_paths(old, new);
		pthread_mutex_unlock(&lock);
	}
	return (int)done(r, rc);
}

int linkat(int from_fd, const char *from, int to_fd, const char *to, int flags)
{
	char old[PATH_MAX], new[PATH_MAX];

	make_absolute(from_fd, from, old);
	make_absolute(to_fd, to, new);
	const struct rule *r = before(CALL_LINK, new);
	if (fails(r))
		return -1;
	long rc = syscall(SYS_linkat, from_fd, from, to_fd, to, flags);
	if (rc == 0)
		record_name('L', old, new);
	return (int)done(r, rc);
}

int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
	return renameat2(from_fd, from, to_fd, to, 0);
}

int rename(const char *from, const char *to)
{
	return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int ftruncate(int fd, off_t length)
{
	const struct rule *r = before(CALL_TRUNCATE, path_of(fd));

	if (fails(r))
		return -1;
	long rc = syscall(SYS_ftruncate, fd, length);
	if (rc == 0)
		record('T', fd, length, path_of(fd), "", 0);
	return (int)done(r, rc);
}

int ftruncate64(int fd, off64_t length)
{
	return ftruncate(fd, length);
}

int unlinkat(int dirfd, const char *path, int flags)
{
	char whole[PATH_MAX];

	make_absolute(dirfd, path, whole);
	const struct rule *r = before(CALL_UNLINK, whole);
	if (fails(r))
		return -1;
	long rc = syscall(SYS_unlinkat, dirfd, path, flags);
	if (rc == 0)
		record('U', -1, 0, whole, "", 0);
	return (int)done(r, rc);
}

int unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}

int mkdirat(int dirfd, const char *path, mode_t mode)
{
	char whole[PATH_MAX];
	long rc = syscall(SYS_mkdirat, dirfd, path, mode);

	make_absolute(dirfd, path, whole);
	if (rc == 0)
		record('M', -1, 0, whole, "", 0);
	return (int)rc;
}

int mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}

int getaddrinfo(const char *name, const char *service,
		const struct addrinfo *hints, struct addrinfo **found)
{
	static int (*real)(const char *, const char *, const struct addrinfo *,
			   struct addrinfo **);
	const char *text = getenv("SHIM_RESOLVE");

	if (text != NULL) {
		sleep((unsigned)strtoul(text, NULL, 10));
		return EAI_AGAIN;
	}
	if (real == NULL)
		real = (__typeof__(real))dlsym(RTLD_NEXT, "getaddrinfo");
	return real(name, service, hints, found);
}
