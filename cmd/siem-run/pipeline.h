/*
 * A pipeline as data: what is printed is what is run.
 */
#ifndef SIEM_RUN_PIPELINE_H
#define SIEM_RUN_PIPELINE_H

#include "core/attr.h"
#include "core/buf.h"
#include "core/err.h"
#include "plan.h"

#include <stdbool.h>
#include <stddef.h>

enum { PIPELINE_STAGES = 3, PIPELINE_WORDS = 1 << 20 };

/* A command: its words, a NUL behind each. */
struct stage {
	const char *tool; // "siem-fmt"; constant
	struct buf words;
	bool has_secrets; // it reads them from its environment
};

struct pipeline {
	const char *name;
	struct stage stages[PIPELINE_STAGES];
	size_t count;
	char *lock;         // a file that all stages have open; NULL: none
	struct buf secrets; // the names of variables, a NUL behind each
};

#define PIPELINE_NONE ((struct pipeline){ .count = 0 })

/* What the stages are told besides. */
struct pipeline_options {
	struct opt_list files; // siem.yaml
	bool quiet, verbose, stats;
	bool is_tried; // none of it is to leave a trace: no metrics
	size_t grace_sec;
};

/* Make that of a task; pipeline_free() in any case. ERR_USAGE. */
int pipeline_make(struct pipeline *pipeline, const struct plan *plan,
		  const struct task *task, const struct pipeline_options *how,
		  struct err *e) MUST_CHECK;

/* The next word of a stage; NULL is the first before and after the last. */
const char *stage_next(const struct stage *stage, const char *word);

/*
 * Begin a stage: the tool is called by its name where a shell would find it in
 * PATH, else by where it stands beside this program. ERR_USAGE.
 */
int stage_begin(struct stage *stage, const char *tool,
		struct err *e) MUST_CHECK;

void stage_add(struct stage *stage, const char *word);

/* Was there memory for all of it? */
int stage_end(const struct stage *stage, struct err *e) MUST_CHECK;

/* What siem-send is told for a task: where, and in whose place. */
void stage_add_places(struct stage *stage, const struct plan *plan,
		      const struct task *task,
		      const struct pipeline_options *how);

void pipeline_free(struct pipeline *pipeline);

#endif
