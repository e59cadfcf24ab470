#!/usr/bin/env bats
# Nothing is lost, whichever stage is killed: a short run of tests/chaos for
# each way to ship. "make chaos" is the long one.

load helper

# chaos WAY SECONDS: against what is under test.
chaos()
{
	local tool

	tool=$(command -v siem-tail)
	RATE=${rate:-4000} timeout 300 "$root/tests/chaos" \
		"${build:-${tool%/bin/*}}" "$2" "${SEED:-$RANDOM}" "$1"
}

# nothing_lost: the row of the table says so.
nothing_lost()
{
	equal '0 0' "$(awk 'NR == 2 { print $8, $11 }' <<<"$output")"
}

@test "by TCP nothing is lost, however often a stage is killed" {
	run -0 chaos tcp 4
	nothing_lost
}

@test "by TLS nothing is lost, however often a stage is killed" {
	run -0 chaos tls 4
	nothing_lost
}

@test "by RELP nothing is lost, however often a stage is killed" {
	run -0 chaos relp 3
	nothing_lost
}

@test "by HEC nothing is lost, however often a stage is killed" {
	run -0 chaos splunk 3
	nothing_lost
}

@test "by HEC with acknowledgement nothing is lost, however often a stage is killed" {
	run -0 chaos splunk-ack 4
	nothing_lost
}

@test "by a command nothing is lost, however often a stage is killed" {
	run -0 chaos command 3
	nothing_lost
}

@test "through a spool and TCP nothing is lost, however often a stage is killed" {
	run -0 chaos spool-tcp 4
	nothing_lost
}

@test "through a spool and RELP nothing is lost, however often a stage is killed" {
	run -0 chaos spool-relp 3
	nothing_lost
}

@test "through a spool and HEC nothing is lost, however often a stage is killed" {
	run -0 chaos spool-splunk 3
	nothing_lost
}

@test "a pipeline that loses something is found out" {
	tool=$(command -v siem-tail)
	# Of the same name: it says whether they have sanitizers.
	build=$PWD/$(basename "${tool%/bin/*}")
	mkdir -p "$build/bin" "$build/tests"
	ln -s "${tool%/*}"/* "$build/bin/"
	ln -s "${tool%/bin/*}/tests/bin" "$build/tests/bin"
	rm "$build/bin/siem-tail"
	cat >"$build/bin/siem-tail" <<-END
		#!/bin/bash
		# Misses what was there when it was started first.
		[ -e ckpt ] || { sleep 0.3; set -- -n 0 "\$@"; }
		exec $tool "\$@"
	END
	chmod +x "$build/bin/siem-tail"
	run -1 chaos command 2

	[[ $output == *'lost: log/audit.jsonl'* ]]
}
