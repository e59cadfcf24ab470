#!/usr/bin/env bats
# siem-parse: what goes in, what comes out, and what it says of both.

load helper

@test "a line of CEF becomes an object with its header and its pairs" {
	run -0 --separate-stderr siem-parse <<<'CEF:0|Acme|Gate|1.0|login|User login|5|src=10.0.0.1 msg=a b'

	equal '{"cef":{"version":0,"device_vendor":"Acme","device_product":"Gate","device_version":"1.0","device_event_class_id":"login","name":"User login","severity":"5","extension":{"src":"10.0.0.1","msg":"a b"}}}' "$output"
	equal '' "$stderr"
}

@test "escapes in CEF are what they stand for" {
	run -0 --separate-stderr siem-parse <<<'CEF:0|A\|B|C\\|1|2|3|4|msg=1\=1 \\ \n\r.'

	equal '["A|B","C\\","1=1 \\ \n\r."]' "$(jq -c '.cef|[.device_vendor,.device_product,.extension.msg]' <<<"$output")"
}

@test "a key that comes twice has both values, where it came first" {
	run -0 siem-parse <<<'CEF:0|A|B|1|2|3|4|act=a src=10.0.0.1 act=b act=c'

	equal '{"act":["a","b","c"],"src":"10.0.0.1"}' "$(jq -c .cef.extension <<<"$output")"
}

@test "what is no dialect at all is rejected, with what was expected" {
	run -1 --separate-stderr siem-parse --reject bad < <(printf '%s\n' hello '{"a":1}')

	equal '{"json":{"a":1}}' "$output"
	equal 'siem-parse: line 1: column 1: record-unknown: this begins neither with a syslog header (<PRI>) nor with CEF:, LEEF: or {' "$stderr"
	equal hello "$(cat bad)"
}

@test "a header that is cut short is rejected, with how much is there" {
	run -1 --separate-stderr siem-parse <<<'CEF:0|A|B|1|x'

	equal '' "$output"
	[[ $stderr == *'cef-header-pipes: the header has 5 of its 7 fields'* ]]
}

@test "in a marked stream a record that cannot be read goes on to the sink" {
	run -1 siem-parse -q < <(printf '\020H siem/1 -\nhello\nCEF:0|A|B|1|2|3|4|\n\020M s 9\n\020E 0\n')

	equal $'\020H siem/1 -' "${lines[0]}"
	[[ ${lines[1]} == $'\020R '*' hello' ]]
	[[ ${lines[2]} == '{"cef":'* ]]
	equal $'\020M s 9' "${lines[3]}"
	equal $'\020E 1' "${lines[4]}"
}

@test "a full disk is an error, not a success" {
	run -3 --separate-stderr sh -c 'echo "{}" | siem-parse >/dev/full'

	[[ $stderr == 'siem-parse: '*'No space left on device' ]]
}
