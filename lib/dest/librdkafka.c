#include "dest/librdkafka.h"

#if SIEM_RDKAFKA

#include <dlfcn.h>
#include <string.h>

struct librdkafka rdk;

static int find(void *library, const char *name, void *function, struct err *e)
{
	void *found = dlsym(library, name);

	if (found == NULL)
		return err_set(e, ERR_USAGE, "librdkafka: too old: %s",
			       dlerror());
	memcpy(function, &found, sizeof(found));
	return 0;
}

int librdkafka_load(struct err *e)
{
	static void *library;

	if (library != NULL)
		return 0;
	void *opened = dlopen("librdkafka.so.1", RTLD_NOW | RTLD_LOCAL);
	if (opened == NULL)
		return err_set(e, ERR_USAGE,
			       "librdkafka is needed, and is not there: %s",
			       dlerror());
#define LIBRDKAFKA_FIND(name)                                    \
	if (find(opened, "rd_kafka_" #name, &rdk.name, e) < 0) { \
		dlclose(opened);                                 \
		return -1;                                       \
	}
	LIBRDKAFKA_FUNCTIONS(LIBRDKAFKA_FIND)
#undef LIBRDKAFKA_FIND
	library = opened;
	return 0;
}

#endif
