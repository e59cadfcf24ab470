#include "redact/classes.h"

/*
 * To add a class, define class_NAME in lib/redact and put it here.
 */
#define CLASSES(X)     \
	X(email)       \
	X(card)        \
	X(iban)        \
	X(ip)          \
	X(phone)       \
	X(jwt)         \
	X(aws_key)     \
	X(token)       \
	X(ssn)         \
	X(private_key) \
	X(mac)

#define DECLARE(name) extern const struct class class_##name;
#define ROW(name) &class_##name,

CLASSES(DECLARE)

const struct class *const classes[] = { CLASSES(ROW) NULL };

size_t classes_find(struct slice name)
{
	size_t i = 0;

	while (classes[i] != NULL &&
	       !slice_is(slice_of(classes[i]->name), name))
		i++;
	return i;
}
