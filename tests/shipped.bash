# For .bats files that ship numbered records with siem-send -c, and see whether
# all are there after trouble.

load marked

# position FILE: that of the source "log" in a checkpoint, or 0.
position()
{
	awk '$1 == "log" { at = $2 } END { print at + 0 }' "$1"
}

# records FROM TO: of ten, one was rejected by a filter before and one is too
# long; a mark behind every fifth.
records()
{
	seq "$1" "$2" | awk '
	BEGIN { long = sprintf("%0100d", 0) }
	{
		text = "<13>Oct  8 22:45:00 web01 su: " $1 ";"
		if ($1 % 10 == 3)
			printf "\020R no%%20good %s\n", text
		else if ($1 % 10 == 7)
			print text "x" long
		else
			print text
		if ($1 % 5 == 0)
			printf "\020M log %d\n", $1
	}'
}

# ship: to the file "arrived", with everything that is kept beside it.
ship()
{
	timeout 120 siem-send -q -c ck --dead-letter dead --receipts receipts \
		--max-record 90 file:arrived
}

# numbers FILE...: of the records there, each once. A line that is none of them
# stays as it is; but the torn one, of which siem-file(7) speaks, is left out.
numbers()
{
	sed -E 's/^<13>Oct  8 22:45:00 web01 su: ([0-9]+);(x0{100})?$/\1/' "$@" |
		awk 'index("<13>Oct  8 22:45:00 web01 su: ", $0) != 1 &&
			!/^<13>Oct  8 22:45:00 web01 su: [0-9]+$/' |
		sort -n -u
}

# stream FROM TO: a marked stream of these, as a file.
stream()
{
	printf '\020H siem/1 %s\n' "$id"
	records "$1" "$2"
	printf '\020E 0\n'
}

# recovers DIR LAST: what is in there, and what its source still has, make all
# records there are. Afterwards they are all there.
recovers()
{
	local at

	at=$(position "$1/ck")
	# What is committed has its receipt; only the last line may be torn.
	[ "$at" = 0 ] || jq -R 'fromjson? | .ranges[].to | tonumber' "$1/receipts" |
		grep -qx "$at" ||
		{ echo "$at has no receipt"; return 1; }
	# In a regular file there are no control lines.
	(cd "$1" && ship < <(stream $((at + 1)) "$2") 2>err) || [ $? -eq 1 ] ||
		{ cat "$1/err"; return 1; }
	touch "$1/dead"
	equal "$(seq "$2")" "$(numbers "$1/arrived" "$1/dead")" &&
		equal "$2" "$(position "$1/ck")" &&
		jq -e -s 'all(.[]; .ranges[0].source == "log")' "$1/receipts" >/dev/null
}

# spool: into the folder "spool", with what is kept beside it.
spool()
{
	timeout 120 siem-batch -q --spool spool --segment "${segment:-64MB}" \
		-c ck --dead-letter dead --max-record 90
}

# all_kept DIR LAST: what is in the spool there, and what its source still has,
# make all records there are.
all_kept()
{
	local at

	at=$(position "$1/ck")
	(cd "$1" && spool < <(stream $((at + 1)) "$2") 2>err) || [ $? -eq 1 ] ||
		{ cat "$1/err"; return 1; }
	touch "$1/dead"
	siem-batch --fsck "$1/spool" >"$1/fsck" 2>&1 ||
		{ cat "$1/fsck"; return 1; }
	equal "$(seq "$2")" "$(numbers "$1"/spool/*.log "$1/dead")" &&
		equal "$2" "$(position "$1/ck")"
}

# rejecting: siem-fmt, which sets records aside.
rejecting()
{
	timeout 120 siem-fmt --json --reject dead
}

# A marked stream of ten objects, and ten lines that are none.
mixed()
{
	printf '\020H siem/1 %s\n' "$id"
	seq 10 | awk '{ printf "{\"n\":%d}\nbad %d\n\020M log %d\n", $1, $1, $1 }'
	printf '\020E 0\n'
}

# Each mark that went on has all before it in the output, or set aside.
all_aside()
{
	local last

	last=$(LC_ALL=C awk '/^\020M/ { last = $3 } END { print last + 0 }' "$1/out")
	equal "$(seq "$last")" \
		"$(sed -n 's/^{"n":\([0-9]*\)}$/\1/p' "$1/out" | head -n "$last")" &&
		equal "$(seq -f 'bad %.0f' "$last")" "$(head -n "$last" "$1/dead")"
}
