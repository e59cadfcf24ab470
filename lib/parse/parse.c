#include "parse/parse.h"

#include "json/write.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { MESSAGE_MAX = 400 };

void parse_member(struct reading *r, const char *name)
{
	struct slice so_far = buf_slice(r->out);

	if (so_far.len > 0 && so_far.data[so_far.len - 1] != '{')
		buf_putc(r->out, ',');
	buf_putc(r->out, '"');
	buf_puts(r->out, name);
	buf_put(r->out, "\":", 2);
}

void parse_member_string(struct reading *r, const char *name,
			 struct slice value)
{
	parse_member(r, name);
	json_put_string(r->out, value);
}

void parse_put_plain(struct reading *r, struct slice value)
{
	json_put_string(r->out, value);
}

static void put_array(struct reading *r, const struct pair *first,
		      void (*put)(struct reading *r, struct slice value))
{
	buf_putc(r->out, '[');
	put(r, first->value);
	for (size_t i = first->next; i != 0; i = r->pairs.items[i].next) {
		buf_putc(r->out, ',');
		put(r, r->pairs.items[i].value);
	}
	buf_putc(r->out, ']');
}

void parse_pairs(struct reading *r,
		 void (*put)(struct reading *r, struct slice value))
{
	bool first = true;

	for (size_t i = 0; i < r->pairs.count; i++) {
		const struct pair *p = &r->pairs.items[i];

		if (p->again)
			continue;
		if (!first)
			buf_putc(r->out, ',');
		first = false;
		json_put_string(r->out, p->key);
		buf_put(r->out, ":", 1);
		if (p->next == 0)
			put(r, p->value);
		else
			put_array(r, p, put);
	}
}

static size_t column_of(const struct reading *r, struct slice bytes)
{
	return (size_t)(bytes.data - r->record.data) + 1;
}

static void tell(const struct reading *r, const struct rule *rule,
		 struct slice bytes, const char *message, bool refused)
{
	r->depart(r->who, &(struct departure){
				  .rule = rule,
				  .column = column_of(r, bytes),
				  .bytes = bytes,
				  .message = message,
				  .refused = refused,
			  });
}

void parse_depart(const struct reading *r, const struct rule *rule,
		  struct slice bytes, const char *fmt, ...)
{
	char message[MESSAGE_MAX];
	va_list ap;

	if (r->depart == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	tell(r, rule, bytes, message, false);
}

int parse_refuse(struct reading *r, const struct rule *rule, struct slice bytes,
		 struct err *e, const char *fmt, ...)
{
	char message[MESSAGE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	r->refused_by = rule;
	r->refused_for = bytes;
	return err_data(e, column_of(r, bytes), "%s: %s", rule->name, message);
}

void parse_refused(const struct reading *r, const struct err *e, bool refused)
{
	const struct rule *rule = r->refused_by;

	if (r->depart != NULL && rule != NULL)
		tell(r, rule, r->refused_for,
		     e->text + strlen(rule->name) + strlen(": "), refused);
}

void reading_free(struct reading *r)
{
	pairs_free(&r->pairs);
	pairs_free(&r->elements);
	buf_free(&r->scratch);
	scan_free(&r->scan);
	if (r->paths != NULL)
		paths_free(r->paths);
}
