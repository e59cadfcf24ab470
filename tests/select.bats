#!/usr/bin/env bats
# Selection: siem-fmt --where, --since and --until.

# Helpers call run for the test that calls them.
# shellcheck disable=SC2030,SC2031

load helper

vectors=$BATS_TEST_DIRNAME/vectors

# selected COUNT OPTION...: so many of the records in audit.jsonl are written,
# and the others are counted as not selected.
selected()
{
	local count=$1 all

	shift
	all=$(wc -l <"$vectors/audit.jsonl")
	run -0 --separate-stderr siem-fmt --json --stats "$@" "$vectors/audit.jsonl"
	equal "$count" "$(grep -c . <<<"$output")"
	[[ $stderr == "siem-fmt: $all records read "*", $count written, 0 rejected, $((all - count)) not selected"* ]]
}

@test "--where keeps the records of which the test holds" {
	selected 2 --where action=classify
	equal classify "$(jq -r .action <<<"$output" | sort -u)"
	selected 1 --where decision.action=block
	selected 1 --where security_decision.allowed=false
	selected 2 --where action!=classify
	selected 2 --where security_decision
	selected 2 --where '!security_decision'
	selected 4 --where nothing!=x
}

@test "several tests have to hold together" {
	selected 1 --where action=classify --where decision.action=block
	selected 4 --where action!=x --where action!=y
	selected 1 --where action=classify --where 'context' --where '!caller'
}

@test "what is selected becomes what it becomes without selection" {
	for format in --cef --leef --rfc5424=sd --rfc3164=kv --json --hec --csl --sentinel; do
		siem-fmt "$format" --host h "$vectors/golden.jsonl" "$vectors/live.jsonl" >want
		run -0 --separate-stderr siem-fmt "$format" --host h --where nothing!=x \
			--where parameters.nothing!=x --since 1970-01-01 \
			"$vectors/golden.jsonl" "$vectors/live.jsonl"
		equal "$(cat want)" "$output"
	done
}

@test "--since and --until bound the time of the event, by the map" {
	selected 3 --since 2025-10-08T22:45:01Z
	selected 1 --until 2025-10-08T22:45:01Z
	selected 2 --since 2025-10-08T22:45:01Z --until 2025-10-08T22:45:02Z
	selected 2 --since 2025-10-09T00:45:01+02:00 --until @1759963502
	selected 0 --since -1h
	selected 4 --until -1h
	selected 4 --since 2025-10-08 --until 2025-10-09
	selected 0 --since 2025-10-08T22:46
}

@test "an event without a time is kept, and counted" {
	run -0 --separate-stderr siem-fmt --json --stats --since 2025-10-08 < <(printf '%s\n' \
		'{"ts":"2025-10-08T22:45:00Z","action":"route"}' \
		'{"ts":"yesterday","action":"route"}' \
		'{"ts":"2025-10-07T22:45:00Z","action":"route"}')

	equal $'{"ts":"2025-10-08T22:45:00Z","action":"route"}\n{"ts":"yesterday","action":"route"}' "$output"
	equal 'siem-fmt: 3 records read (130 bytes), 2 written, 0 rejected, 1 not selected, 1 kept that have no time; 0 values cut, 0 fields left out' "$stderr"
}

@test "what is not selected is no loss: the status is 0, and --reject stays empty" {
	run -0 --separate-stderr siem-fmt --cef --where a=2 --reject rejects \
		--metrics fmt.prom <<<$'{"a":1}\n{"a":2}\n{"a":3}'

	equal 1 "${#lines[@]}"
	equal '' "$stderr"
	[ ! -s rejects ]
	equal 3 "$(awk '$1 ~ /records_read_total/ { print $2 }' fmt.prom)"
	equal 1 "$(awk '$1 ~ /records_written_total/ { print $2 }' fmt.prom)"
	equal 0 "$(awk '$1 ~ /records_rejected_total/ { print $2 }' fmt.prom)"
	equal 2 "$(awk '$1 ~ /records_not_selected_total/ { print $2 }' fmt.prom)"
	equal 0 "$(awk '$1 ~ /records_untimed_total/ { print $2 }' fmt.prom)"
}

@test "what is no record is rejected, whatever is selected" {
	run -1 --separate-stderr siem-fmt --json --where a=2 --reject rejects --stats <<<$'{"a":1}\nbad\n{"a":2}'

	equal '{"a":2}' "$output"
	equal bad "$(cat rejects)"
	[[ $stderr == *', 1 written, 1 rejected, 1 not selected; '* ]]
}

@test "marks go on past records that are not selected" {
	run -0 siem-fmt --json --where a=2 < <(
		printf '\020H siem/1 k7\n{"a":1}\n\020M log 8\n{"a":2}\n\020M log 16\n\020E 0\n')

	equal $'\020H siem/1 k7\n\020M log 8\n{"a":2}\n\020M log 16\n\020E 0' "$output"
}

@test "--explain tells of selected records only" {
	run -0 siem-fmt --cef --explain --where a=2 <<<$'{"a":1}\n{"a":2,"b":3}'

	equal 1 "$(grep -c '^map ' <<<"$output")"
	grep -q '^b ' <<<"$output"
}

# wrong MESSAGE OPTION...
wrong()
{
	local message=$1

	shift
	run -2 --separate-stderr siem-fmt --cef "$@" </dev/null
	equal '' "$output"
	equal "siem-fmt: $message" "$stderr"
}

@test "a test, a time or bounds that make no sense are usage errors that say what is right" {
	local form='(it takes PATH, !PATH, PATH=VALUE or PATH!=VALUE)'
	local time='as in 2025-10-08T22:45:00Z, 2025-10-08, @1759963500 or -2h'

	wrong "option --where: a..b=x: a path with an empty name $form" --where a..b=x
	wrong "option --where: : a path with an empty name $form" --where ''
	wrong "option --since: yesterday is not a time, $time" --since yesterday
	wrong "option --until: 2025-13-01 is not a time, $time" --until 2025-13-01
	wrong "option --since: 2h is not a time, $time" --since 2h
	wrong 'option --until: 2025-10-08 is not later than --since 2025-10-09' \
		--since 2025-10-09 --until 2025-10-08
	wrong 'option --until: -2h is not later than --since -1h' --since -1h --until -2h
}
