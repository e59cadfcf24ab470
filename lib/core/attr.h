/*
 * Compiler attributes under readable names.
 */
#ifndef SIEM_CORE_ATTR_H
#define SIEM_CORE_ATTR_H

#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))
#define MUST_CHECK __attribute__((warn_unused_result))
#define NORETURN __attribute__((noreturn))

/* For the hot path only, where a profile shows that it matters. */
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define IN_LINE static inline __attribute__((always_inline))
#define NEVER_INLINE __attribute__((noinline))

#endif
