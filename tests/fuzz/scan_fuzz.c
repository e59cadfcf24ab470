/*
 * Any bytes as a record: what scan-compare says of random documents, namely
 * that the scanner and jansson agree, and that what was found hangs together.
 */
#define SCAN_COMPARE_NO_MAIN
#include "../bin/scan-compare.c"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	if (paths == NULL && !add_paths())
		abort();
	if (n <= 65536)
		compare_document((struct slice){ (const char *)bytes, n });
	return 0;
}
