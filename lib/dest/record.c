#include "dest/record.h"

#include <errno.h>

struct timestamp record_time(const struct dest_record *record,
			     const struct sniff *s)
{
	struct timestamp t;

	if (sniff_time(record->bytes, s, &t))
		return t;
	return (struct timestamp){
		.sec = record->read_ns / 1000000000,
		.nsec = (uint32_t)(record->read_ns % 1000000000),
		.digits = 3,
		.zulu = true,
	};
}

int record_status(const struct buf *body, struct err *e)
{
	int error = buf_status(body);

	if (error == 0)
		return 0;
	errno = error;
	return error == EMSGSIZE
		       ? err_set(e, ERR_DATA, "too large for a request")
		       : err_sys(e, "request");
}
