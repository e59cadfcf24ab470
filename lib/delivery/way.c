#include "delivery/way.h"

#include "delivery/courier.h"
#include "delivery/link.h"
#include "delivery/producer.h"

#include <assert.h>

/* What tells that a record has arrived. */
static const char *acknowledgement_of(const struct dest_plan *plan)
{
	struct dest_route route = { 0 };

	if (plan->producer != NULL)
		return "report";
	if (plan->stream == NULL || plan->stream->receive != NULL)
		return "answer";
	plan->stream->route(plan->config, &route);
	switch (route.target.transport) {
	case TRANSPORT_UDP:
		return "sent";
	case TRANSPORT_TCP:
	case TRANSPORT_TLS:
		return "transport";
	case TRANSPORT_FILE:
		return "fsync";
	case TRANSPORT_STDOUT:
		return "written";
	}
	return "";
}

struct carrier_way way_to(struct dest *dest)
{
	const struct dest_plan *plan = &dest->plan;

	assert(plan->stream != NULL || plan->request != NULL ||
	       plan->producer != NULL);
	return (struct carrier_way){
		.name = dest->name,
		.acknowledgement = acknowledgement_of(plan),
		.open = plan->request != NULL  ? courier_open
			: plan->stream != NULL ? link_open
					       : producer_open,
		.target = dest,
	};
}

const char *way_file(const struct dest *dest)
{
	const struct dest_plan *plan = &dest->plan;
	struct dest_route route = { 0 };

	if (plan->stream == NULL)
		return NULL;
	plan->stream->route(plan->config, &route);
	return route.target.transport == TRANSPORT_FILE ? route.target.host
							: NULL;
}
