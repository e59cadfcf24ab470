/*
 * siem.yaml(5): where it is, what all of it has in common, and the platforms it
 * names. What a platform may say is for the kinds of destination to know.
 */
#ifndef SIEM_CONFIG_SITE_H
#define SIEM_CONFIG_SITE_H

#include "config/shape.h"
#include "config/yaml.h"
#include "core/attr.h"
#include "core/err.h"

#include <jansson.h>
#include <stddef.h>

struct site {
	struct yaml yaml;
	const json_t *siem; // all of it, or NULL
	const char *name;   // of the file that was read last, borrowed; or NULL
	char path[4096];    // room for one that was found
};

#define SITE_NONE ((struct site){ .yaml = YAML_NONE })

/*
 * Read these files, of which the later says what counts; where there are none,
 * that of $SIEM_CONFIG; else the first that there is of
 * ~/.config/siem/siem.yaml and /etc/siem/siem.yaml. 1: read; 0: there is none.
 * All but the platforms is checked. ERR_USAGE.
 */
int site_open(struct site *s, const char *const *files, size_t count,
	      struct err *e) MUST_CHECK;

/* What may stand under siem, but for platforms. */
extern const struct shape site_shapes[];
extern const size_t site_shape_count;

/* A platform, or NULL. */
const json_t *site_platform(const struct site *s, const char *name);

/*
 * Each platform, in their order: *place is 0 at first, and NULL is the end.
 */
const json_t *site_next(const struct site *s, size_t *place, const char **name);

/* A text at "alert.after" below siem, or NULL. */
const char *site_text(const struct site *s, const char *path);

/*
 * Each of drop, hash, hash_key and redact that says something, and so wants
 * something kept back: *place is 0 at first, and NULL is the end.
 */
const json_t *site_next_minimisation(const struct site *s, size_t *place,
				     const char **key);

void site_close(struct site *s);

#endif
