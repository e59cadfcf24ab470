#include "delivery/way.h"

#include "delivery/courier.h"
#include "delivery/link.h"

#include <assert.h>

struct carrier_way way_to(const struct dest *dest)
{
	const struct dest_plan *plan = &dest->plan;

	assert(plan->stream != NULL || plan->request != NULL);
	return (struct carrier_way){
		.name = dest->type->name,
		.open = plan->request != NULL ? courier_open : link_open,
		.target = dest,
	};
}
