#include "event/event.h"

int event_syslog_severity(const struct event *event)
{
	static const int severities[] = {
		7, 6, 6, 5, 4, 4, 4, 3, 3, 2, 1,
	};

	return event->emergency ? 0 : severities[event->severity];
}
