#!/usr/bin/env bats
# Every output, read back. "make prove" does the same with a million records.

load helper

@test "what is read of any line is what its event holds, and no field more" {
	run -0 prove-formats --vectors "$root/tests/vectors" 3000 1

	[ "${#lines[@]}" -gt 10 ]
	for line in "${lines[@]}"; do
		[[ $line == *' events, '*' fields compared, 0 findings' ]]
		[[ $line != *' 0 fields compared, '* ]]
	done
}

@test "records that are proven on are JSON lines, and the same every time" {
	prove-formats --records --vectors "$root/tests/vectors" 500 7 >a
	prove-formats --records --vectors "$root/tests/vectors" 500 7 >b

	equal 500 "$(siem-fmt --json a | wc -l)"
	cmp a b
}

@test "without its vectors it proves nothing" {
	run -2 prove-formats --vectors "$PWD" 1 1
	run -2 prove-formats --vectors "$root/tests/vectors" 1 1 unknown
}
