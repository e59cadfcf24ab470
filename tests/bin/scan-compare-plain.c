/* scan-compare, of the scanner as it is without SSE2. */
#undef __SSE2__
#include "json/scan.c"
#include "json/layout.c"
#include "json/walk.c"

#include "scan-compare.c"
