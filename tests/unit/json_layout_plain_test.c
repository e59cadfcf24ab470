/* All that json_layout_test.c says, of layouts as they are without SSE2. */
#undef __SSE2__
#include "json/scan.c"
#include "json/layout.c"
#include "json/walk.c"

#include "json_layout_test.c"
