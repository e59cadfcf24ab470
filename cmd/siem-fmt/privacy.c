#include "privacy.h"

#include "core/buf.h"
#include "core/msg.h"
#include "event/policy.h"

#include <stdlib.h>
#include <string.h>

/* The variable that holds the key of pseudonyms, or names it. */
static const char key_variable[] = "SIEM_HASH_KEY";

enum { KEY_ENOUGH = 16 }; // bytes: 128 bits, if they are random

/* Everything there is to look for, from the command line and from maps. */
struct search {
	struct buf classes; // divided by commas
	struct redact_pattern *patterns;
	size_t count;
	char *names; // of those of the command line
};

static const struct {
	const char *option; // and the key of maps
	enum minimise_rule rule;
} rules[] = {
	{ "drop", MINIMISE_DROP },
	{ "keep", MINIMISE_KEEP },
	{ "hash", MINIMISE_HASH },
};

static int add_rules(struct minimiser *m, size_t rule, const char *const *paths,
		     size_t count, struct err *e)
{
	for (size_t i = 0; i < count; i++)
		if (minimiser_add(m, rules[rule].rule, paths[i], e) < 0)
			return err_prefix(e, "%s", paths[i]);
	return 0;
}

static int add_options(struct minimiser *m, const struct config *c,
		       struct err *e)
{
	const struct opt_list *lists[] = { &c->drop, &c->keep, &c->hash };

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (add_rules(m, i, lists[i]->items, lists[i]->count, e) < 0)
			return err_prefix(e, "option --%s", rules[i].option);
	return 0;
}

static int add_policy(struct minimiser *m, const struct policy *policy,
		      struct err *e)
{
	const struct policy_list *lists[] = { &policy->drop, &policy->keep,
					      &policy->hash };

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (add_rules(m, i, lists[i]->items, lists[i]->count, e) < 0)
			return err_prefix(e, "minimise: %s", rules[i].option);
	return 0;
}

static void add_class(struct search *s, const char *class)
{
	if (s->classes.len > 0)
		buf_putc(&s->classes, ',');
	buf_puts(&s->classes, class);
}

/* Make room for more patterns. */
static int grow(struct search *s, size_t more, struct err *e)
{
	struct redact_pattern *patterns = reallocarray(
		s->patterns, s->count + more + 1, sizeof(*patterns));

	if (patterns == NULL) {
		err_set(e, ERR_SYSTEM, "out of memory");
		return -1;
	}
	s->patterns = patterns;
	return 0;
}

/* NAME=PATTERN, as an option has them. */
static int add_pattern(struct search *s, const char *text, char **names,
		       struct err *e)
{
	const char *equals = strchr(text, '=');
	size_t len = equals != NULL ? (size_t)(equals - text) : 0;

	if (len == 0)
		return err_set(e, ERR_USAGE,
			       "option --redact-pattern: %s: it takes "
			       "NAME=PATTERN",
			       text);
	memcpy(*names, text, len);
	(*names)[len] = '\0';
	s->patterns[s->count++] = (struct redact_pattern){ *names, equals + 1 };
	*names += len + 1;
	return 0;
}

static int search_options(struct search *s, const struct config *c,
			  struct err *e)
{
	size_t size = 1;
	char *names;

	for (size_t i = 0; i < c->redact.count; i++) {
		// As from a variable that is not set: nothing would be taken
		// out, and nobody told.
		if (c->redact.items[i][0] == '\0')
			return err_set(e, ERR_USAGE,
				       "option --redact: it names no class "
				       "(--list has them)");
		add_class(s, c->redact.items[i]);
	}
	for (size_t i = 0; i < c->patterns.count; i++)
		size += strlen(c->patterns.items[i]);
	s->names = names = malloc(size);
	if (names == NULL)
		return err_set(e, ERR_SYSTEM, "out of memory");
	if (grow(s, c->patterns.count, e) < 0)
		return -1;
	for (size_t i = 0; i < c->patterns.count; i++)
		if (add_pattern(s, c->patterns.items[i], &names, e) < 0)
			return -1;
	return 0;
}

static int search_policy(struct search *s, const struct policy *policy,
			 struct err *e)
{
	for (size_t i = 0; i < policy->redact.count; i++)
		add_class(s, policy->redact.items[i]);
	if (grow(s, policy->pattern_count, e) < 0)
		return -1;
	for (size_t i = 0; i < policy->pattern_count; i++)
		s->patterns[s->count++] = policy->patterns[i];
	return 0;
}

static int open_redactor(struct privacy *p, const struct search *s,
			 struct err *e)
{
	struct buf classes = s->classes;

	if (buf_status(&classes) != 0)
		return err_set(e, ERR_SYSTEM, "out of memory");
	if (classes.len == 0 && s->count == 0)
		return 0;
	p->redactor = redactor_new(classes.len > 0 ? buf_str(&classes) : NULL,
				   s->patterns, s->count, e);
	if (p->redactor == NULL)
		return err_prefix(e, "redact");
	minimiser_set_redactor(p->minimiser, p->redactor);
	return 0;
}

static int open_key(struct privacy *p, const struct config *c, struct err *e)
{
	const char *text =
		c->hash_key != NULL ? c->hash_key : getenv(key_variable);

	if (c->hash_key != NULL && !secret_is_named(c->hash_key))
		return err_set(e, ERR_USAGE,
			       "option --hash-key: others see the command "
			       "line: name the key as env:NAME, file:PATH, "
			       "cred:NAME or cmd:COMMAND");
	if (text == NULL || text[0] == '\0')
		return err_set(e, ERR_USAGE,
			       "pseudonyms need a key: say where it is with "
			       "--hash-key env:NAME, file:PATH, cred:NAME or "
			       "cmd:COMMAND, or set %s",
			       key_variable);
	if (secret_open(&p->key, text, e) < 0)
		return err_prefix(e, "hash key");
	if (strlen(p->key.value) < KEY_ENOUGH)
		msg_warn("the hash key is shorter than %d bytes: whoever "
			 "guesses it knows who is behind the pseudonyms",
			 KEY_ENOUGH);
	minimiser_set_key(p->minimiser, slice_of(p->key.value));
	secret_forget_source(&p->key);
	secret_forget_variable(key_variable);
	return 0;
}

/* What options say, then what maps do. */
static int gather(struct privacy *p, struct search *s, const struct config *c,
		  const struct maps *maps, struct err *e)
{
	const struct policy *policy;

	if (add_options(p->minimiser, c, e) < 0 || search_options(s, c, e) < 0)
		return -1;
	for (size_t i = 0; (policy = maps_policy(maps, i)) != NULL; i++)
		if (add_policy(p->minimiser, policy, e) < 0 ||
		    search_policy(s, policy, e) < 0)
			return err_prefix(e, "map %s", c->map);
	return open_redactor(p, s, e);
}

int privacy_open(struct privacy *p, const struct config *c,
		 const struct maps *maps, struct err *e)
{
	struct search s = { .classes = BUF_INIT(64 << 10) };
	int rc;

	p->minimiser = minimiser_new(c->max_record);
	if (p->minimiser == NULL)
		return err_set(e, ERR_SYSTEM, "out of memory");
	rc = gather(p, &s, c, maps, e);
	buf_free(&s.classes);
	free(s.patterns);
	free(s.names);
	if (rc == 0 && minimiser_needs_key(p->minimiser))
		rc = open_key(p, c, e);
	if (rc == 0 && minimiser_is_idle(p->minimiser)) {
		minimiser_free(p->minimiser);
		p->minimiser = NULL;
	}
	return rc;
}

void privacy_close(struct privacy *p)
{
	minimiser_free(p->minimiser);
	redactor_free(p->redactor);
	secret_close(&p->key);
	*p = PRIVACY_NONE;
}
