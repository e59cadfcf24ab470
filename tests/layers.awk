# Usage: cd lib && awk -f ../tests/layers.awk LAYERS ./*/*.[ch] ../cmd/*/*.[ch]
# Print every include that points up or sideways, every file that LAYERS has
# no place for, and every module of LAYERS that is no file.

# The place of "layer/module" in the order, or 0.
function place_of(module)
{
	if (!(module in place))
		sub(/\/.*/, "/*", module)
	return place[module] + 0
}

FILENAME == "LAYERS" {
	if ($1 !~ /^#/)
		for (i = 2; i <= NF; i++) {
			place[$1 "/" $i] = ++places
			if ($i != "*")
				expected[$1 "/" $i]
		}
	next
}

FNR == 1 {
	self = FILENAME
	in_tool = sub(/^\.\.\/cmd\//, "", self)
	gsub(/^\.\/|\.[ch]$/, "", self)
	delete expected[self]
	if (!in_tool && place_of(self) == 0)
		print self " has no place in lib/LAYERS"
}

/^#include "/ {
	wanted = $2
	gsub(/\.[a-z]*"|"/, "", wanted)
	if (wanted == self || wanted ~ /^maps\//)
		next
	if (in_tool && wanted !~ /\//)
		next # of its own folder
	if (place_of(wanted) == 0 ||
	    (!in_tool && place_of(wanted) >= place_of(self)))
		print FILENAME " includes " $2
}

END {
	for (module in expected)
		print module " is in lib/LAYERS and nowhere else"
}
