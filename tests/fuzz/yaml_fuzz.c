/*
 * Any bytes as siem.yaml: they make a tree, of which every value knows where it
 * was written, or are refused; and loaded over a tree they leave it whole.
 */
#include "config/yaml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

// NOLINTNEXTLINE(misc-no-recursion): no deeper than yaml_load() goes
static void visit(const struct yaml *y, const json_t *node)
{
	struct err e = { 0 };
	const char *key;
	json_t *value;
	size_t i;

	yaml_fail(y, node, &e, "x");
	if (strncmp(e.text, "f:", 2) != 0 || strncmp(e.text, "f:0", 3) == 0)
		abort();
	if (yaml_is_missing(y, node) && json_string_length(node) > 0)
		abort();
	json_object_foreach((json_t *)node, key, value)
	{
		visit(y, value);
	}
	json_array_foreach(node, i, value)
	{
		visit(y, value);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const struct slice text = { (const char *)bytes, n };
	const struct slice half = { (const char *)bytes, n / 2 };
	struct yaml y = YAML_NONE;
	struct err e = { 0 };

	for (int i = 0; i < 2; i++) {
		if (yaml_load(&y, "f", i == 0 ? half : text, &e) < 0 &&
		    e.kind != ERR_USAGE)
			abort();
		if (y.root != NULL)
			visit(&y, y.root);
	}
	yaml_close(&y);
	return 0;
}
