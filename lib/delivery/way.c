#include "delivery/way.h"

#include "delivery/link.h"

#include <assert.h>

struct carrier_way way_to(const struct dest *dest)
{
	assert(dest->plan.stream != NULL);
	return (struct carrier_way){
		.name = dest->type->name,
		.open = link_open,
		.target = dest,
	};
}
