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

# nothing_lost WAY SECONDS: the row of the table says so; on failure it says
# how to repeat that.
nothing_lost()
{
	chaos "$@" >table 2>&1 || { cat table; return 1; }
	equal '0 0' "$(awk 'NR == 2 { print $8, $11 }' table)"
}

@test "by TCP nothing is lost, however often a stage is killed" {
	nothing_lost tcp 4
}

@test "by TLS nothing is lost, however often a stage is killed" {
	nothing_lost tls 4
}

@test "by RELP nothing is lost, however often a stage is killed" {
	nothing_lost relp 3
}

@test "by HEC nothing is lost, however often a stage is killed" {
	nothing_lost splunk 3
}

@test "by HEC with acknowledgement nothing is lost, however often a stage is killed" {
	nothing_lost splunk-ack 4
}

@test "by _bulk nothing is lost, and nothing is there twice" {
	nothing_lost elasticsearch 4
	equal 0 "$(awk 'NR == 2 { print $9 }' table)"
}

@test "by each API of Sentinel nothing is lost" {
	nothing_lost ingestion 2
	nothing_lost collector 2
	nothing_lost event-hubs 2
}

@test "by the intake of Datadog nothing is lost" {
	nothing_lost datadog 2
}

@test "by requests to any collector nothing is lost" {
	nothing_lost http 2
}

@test "by the receiver of QRadar, and by an API of it, nothing is lost" {
	nothing_lost qradar 2
	nothing_lost qradar-api 2
}

@test "in files that are rotated for agents nothing is lost" {
	nothing_lost splunk-file 2
	nothing_lost agent-file 2
}

@test "in a topic of Kafka nothing is lost" {
	[ "$(kafka-cluster)" = yes ] || skip 'built without librdkafka'
	command -v kcat >/dev/null || skip 'no kcat here'
	nothing_lost kafka 2
}

@test "by a command nothing is lost, however often a stage is killed" {
	nothing_lost command 3
}

@test "through a spool and TCP nothing is lost, however often a stage is killed" {
	nothing_lost spool-tcp 4
}

@test "through a spool and RELP nothing is lost, however often a stage is killed" {
	nothing_lost spool-relp 3
}

@test "through a spool and HEC nothing is lost, however often a stage is killed" {
	nothing_lost spool-splunk 3
}

@test "a pipeline that loses something is found out" {
	replace siem-batch <<-'END'
		# Misses a record now and then: the command does. A stage of its
		# own would outlive those beside it for as long as nothing comes.
		until [ "$1" = -- ]; do
			args+=("$1")
			shift
		done
		exec "$tools/siem-batch" "${args[@]}" -- \
			sh -c 'sed "/Number=[0-9]*77\$/d" | "$@"' sh "${@:2}"
	END
	run -1 chaos command 2

	[[ $output == *'lost: log/audit.jsonl'* ]]
}
