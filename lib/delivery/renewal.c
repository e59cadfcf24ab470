#include "delivery/renewal.h"

#include "core/msg.h"
#include "dest/opening.h"

bool renewal_take(struct dest *dest)
{
	struct err e;
	const int rc = dest_replan(dest, &e);

	if (rc < 0)
		msg_warn("%s: %s; going on with what was there before",
			 dest->name, e.text);
	if (rc > 0)
		msg_info("%s: a secret has changed, and is used from now on",
			 dest->name);
	return rc > 0;
}
