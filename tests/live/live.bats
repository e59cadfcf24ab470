#!/usr/bin/env bats
# Delivery to real services: to each whose variables are in the environment, as
# its manual says (SPLUNK_HEC_URL, SPLUNK_HEC_TOKEN). The others are skipped,
# with what is missing.
#
# Each run sends events that are marked as a test, with a word of its own, which
# is printed. Where LIVE_COUNT_SPLUNK (and so on) is a command that prints how
# many events with the word in $run the service holds, that is waited for.

load ../helper

events=20

setup_file()
{
	export run="siem-live-$EPOCHSECONDS-$$"
	echo "# the events of this run have the word $run" >&3
}

# needs KIND VARIABLE...: skip, unless these are set.
needs()
{
	local name missing=

	kind=$1
	for name in "${@:2}"; do
		[ -n "${!name:-}" ] || missing+=" $name"
	done
	[ -z "$missing" ] || skip "set$missing"
}

# counted COMMAND: does it print that all have arrived?
counted()
{
	[ "$(sh -c "$1")" -ge "$events" ]
}

# delivers KIND VARIABLE...: all steps of a check are well, a test event goes all
# the way, and events are acknowledged, each by a receipt.
delivers()
{
	local count

	needs "$@"
	run -0 timeout 120 siem-send --check=send "$kind"
	echo "$output"
	[[ $output != *FAILED* ]]

	seq -f "{\"timestamp\":\"$(date -u +%FT%TZ)\",\"severity\":\"info\",\"event\":\"siem_test\",\"run\":\"$run\",\"n\":%.0f}" "$events" >lines
	timeout 300 siem-send -q --receipts receipts --dead-letter dead "$kind" <lines
	equal "$events" "$(jq -s 'map(.delivered) | add' receipts)"
	[ ! -s dead ]

	count=LIVE_COUNT_${kind^^}
	[ -z "${!count:-}" ] || eventually counted "${!count}"
}

@test "Splunk takes events, and acknowledges them" {
	delivers splunk SPLUNK_HEC_URL SPLUNK_HEC_TOKEN
}

@test "SC4S takes events" {
	delivers sc4s SC4S_HOST
}

@test "QRadar takes events" {
	delivers qradar QRADAR_HOST
}

@test "Microsoft Sentinel takes events" {
	delivers sentinel SENTINEL_ENDPOINT SENTINEL_RULE_ID SENTINEL_STREAM
}

@test "Elasticsearch or OpenSearch takes events" {
	delivers elasticsearch ELASTICSEARCH_URL
}

@test "Datadog takes events" {
	delivers datadog DATADOG_API_KEY
}

@test "a syslog receiver takes events" {
	delivers syslog SYSLOG_HOST
}

@test "a collector takes events by HTTP" {
	delivers http HTTP_URL
}

@test "Kafka takes events" {
	delivers kafka KAFKA_BROKERS KAFKA_TOPIC
}
