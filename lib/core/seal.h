/*
 * Giving up what is not needed any more.
 *
 * A tool opens all it needs, then seals itself, then works on bytes that
 * somebody else wrote. Whoever takes it over through them finds no way out.
 */
#ifndef SIEM_CORE_SEAL_H
#define SIEM_CORE_SEAL_H

#include "core/attr.h"
#include "core/err.h"

#include <stddef.h>

/*
 * Of a filter: from here on this process reads and writes what is open, and
 * cannot open a file, make a socket, start a program or change its rights:
 * such calls fail with EPERM. For good, and for what it might start as well.
 *
 * Where there is no seccomp, or it is refused (by a container, a unit), that is
 * no failure: a warning says so, and the work goes on. A build with sanitizers
 * is not sealed: they need what this forbids.
 */
int seal_filter(struct err *e) MUST_CHECK;

/*
 * Of a source: the same, but files and folders can still be opened to be read,
 * and watched with inotify.
 */
int seal_source(struct err *e) MUST_CHECK;

/*
 * Of a sink: it can go on to talk to the network, look up names and read files
 * (certificates that were renewed), for which the libraries of the system use
 * what they like, but for calls that Linux has learnt since 6.1. It cannot
 * start a program or a process, send signals, look into other processes, change
 * rights or owners, wait for callers; of root's capabilities it keeps those for
 * files; and it makes, writes, renames and removes files only where paths says:
 * in a folder, or in that of a file (NULL: none). Threads have to be started
 * afterwards.
 *
 * A kernel without Landlock does not hold it to those folders, nor does one
 * that refuses, and a message says so.
 */
int seal_sink(const char *const paths[], size_t count,
	      struct err *e) MUST_CHECK;

#endif
