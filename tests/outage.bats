#!/usr/bin/env bats
# The destination is gone while an application writes at full speed, and once
# more before all of it has arrived: a short run of tests/outage for each way to
# ship. "make outage" is the long one.

load helper

# survives WAY: two outages. Nothing is lost, and the tools stay small.
survives()
{
	local tool

	tool=$(command -v siem-tail)
	timeout 300 "$root/tests/outage" "${tool%/bin/*}" "${events:-20000}" 1 "$1" \
		>table 2>&1 || { cat table; return 1; }
	equal '0 0' "$(awk 'NR == 3 { print $8, $11 }' table)"
}

@test "two outages of a HEC: the log waits, and nothing is lost" {
	survives splunk
}

@test "two outages of a RELP server: the log waits, and nothing is lost" {
	survives relp
}

@test "two outages of a TCP server: the log waits, and nothing is lost" {
	survives tcp
}

@test "two outages of a HEC: a spool takes all in, and nobody is blocked" {
	survives spool-splunk
}

@test "two outages of a RELP server: a spool takes all in, and nobody is blocked" {
	survives spool-relp
}

@test "two outages of a TCP server: a spool takes all in, and nobody is blocked" {
	survives spool-tcp
}

@test "an outage that costs a record is found out" {
	replace siem-fmt <<-'END'
		# Misses a record now and then, but not of what is expected.
		[ -e verdict ] || exec < <(exec sed -u '/"number":[0-9]*77,/d')
		exec "$tools/siem-fmt" "$@"
	END
	run -1 timeout 300 "$root/tests/outage" "$build" 5000 1 tcp

	[[ $output == *'"lost":'[1-9]* ]]
}
