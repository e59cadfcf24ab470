#!/usr/bin/env bats
# Logs for OpenTelemetry: siem-fmt --otlp, siem-send http in that framing, and
# what the answers of a receiver make of them.

load helper
load mocked

# Bats and its helpers set them.
# shellcheck disable=SC2154

vectors=$BATS_TEST_DIRNAME/vectors

# send OPTION...: to the mock, without a word about what goes as it should.
send()
{
	timeout 120 siem-send -q -o framing=otlp "http:$url/v1/logs" "$@"
}

# lines N: so many records.
lines()
{
	seq -f '{"ts":"2025-10-08T22:45:00Z","n":%g}' "$1"
}

# all_of FILE: did each of its lines arrive?
all_of()
{
	equal "$(sort "$1")" "$(jq -r .raw arrived | sort -u)"
}

# versioned FILE: the vectors there, with the version that this one is.
versioned()
{
	sed "s/VERSION/$(siem-fmt --version | grep -o '[0-9][0-9.]*')/" "$vectors/$1"
}

# logs: of requests, the log records.
logs()
{
	jq -c '.resourceLogs[].scopeLogs[].logRecords[]'
}

# attributes: of log records, the members of the records that they are of, by
# their paths.
attributes()
{
	jq -cS 'def plain: if has("stringValue") then .stringValue
			elif has("intValue") then .intValue | tonumber
			elif has("doubleValue") then .doubleValue
			elif has("boolValue") then .boolValue
			elif has("arrayValue") then .arrayValue.values | map(plain)
			elif has("kvlistValue") then .kvlistValue.values |
				map({key, value: (.value | plain)}) | from_entries
			else null end;
		.attributes | map({key, value: (.value | plain)}) | from_entries'
}

# paths: of records, the same, without those that are null.
paths()
{
	jq -cS 'def flat($path): if type == "object" and length > 0 then
			to_entries[] | .key as $key | .value | flat($path + [$key])
			else {key: ($path | join(".")), value: .} end;
		[flat([])] | map(select(.value != null)) | from_entries'
}

# --- siem-fmt

@test "the golden records become requests of OTLP" {
	run -0 --separate-stderr siem-fmt --otlp --host h1 "$vectors/golden.jsonl"
	equal "$(versioned golden.otlp)" "$output"
	equal '' "$stderr"

	run -0 --separate-stderr siem-fmt --otlp --host h1 "$vectors/live.jsonl"
	equal "$(versioned live.otlp)" "$output"
	equal '' "$stderr"
}

@test "the attributes of a log record are the members of its record" {
	siem-fmt --otlp "$vectors"/{golden,live}.jsonl | logs >records

	equal "$(cat "$vectors"/{golden,live}.jsonl | paths)" "$(attributes <records)"
}

@test "every escaping vector becomes a log record that says the same" {
	cat "$vectors"/escaping{,-more}.jsonl | jq -r .in >in
	siem-fmt --otlp --map "$vectors/acme.json" -q in | logs | attributes >said

	equal "$(grep -c . in)" "$(grep -c . said)"
	# What jq cannot read, lone surrogates, is for the format to mend; and
	# objects are attributes by themselves.
	text='try (fromjson | .msg | if type == "object" then null else . end) catch "?"'
	equal "$(jq -Rc "$text" in | grep -v '"?"')" \
		"$(jq -Rc "$text" in | paste - <(jq -c '.msg // null' said) |
			awk -F '\t' '$1 != "\"?\"" { print $2 }')"
}

@test "the severity of a log record is what the severity table says" {
	jq -r .in "$vectors/severity.jsonl" >in
	siem-fmt --otlp in | logs >records

	numbers='[21,19,18,17,13,10,9,5]'
	equal "$(jq "${numbers}[.pri % 8]" "$vectors/severity.jsonl")" \
		"$(jq .severityNumber records)"
	words='["emerg","alert","critical","error","warning","notice","info","debug"]'
	equal "$(jq -r "(.in | fromjson | .severity) // ${words}[.pri % 8]" "$vectors/severity.jsonl")" \
		"$(jq -r .severityText records)"
}

@test "the time of a log record is what the time table says, to the nanosecond" {
	jq -c '{timestamp: .time, event_type: "system_event", source: "gatekit"}' \
		"$vectors/times.jsonl" >in
	siem-fmt --otlp in | logs >records

	# Before 1970 there are none.
	equal "$(jq -r .ms "$vectors/times.jsonl" | sed 's/^-.*/0/')" \
		"$(jq -r .timeUnixNano records | sed 's/......$//')"
	time='{"timestamp":"2025-10-08T22:45:00.123456789+02:00","event_type":"REQUEST"}'
	run -0 siem-fmt --otlp <<<"$time"
	equal '"1759956300123456789" "1759956300123456789"' \
		"$(logs <<<"$output" | jq '.timeUnixNano, .observedTimeUnixNano' | paste -sd ' ')"
}

@test "an event without a time has none, and was observed now" {
	siem-fmt --otlp <<<'{"action":"route"}' | logs >record

	equal 0 "$(jq -r .timeUnixNano record)"
	seen=$(jq -r .observedTimeUnixNano record)
	age=$((EPOCHSECONDS - ${seen%?????????}))
	[ "$age" -ge 0 ] && [ "$age" -le 60 ]
}

# --- siem-send and the receiver

@test "lines arrive by TLS as they are, many in one request" {
	start_mock http --tls --tls-dir certs
	siem-fmt --otlp "$vectors"/{golden,live}.jsonl >in
	run -0 send -o ca_file=certs/ca.pem -o in_flight=1 <in

	equal "$(cat in)" "$(jq -r .raw arrived)"
	equal '["https","POST","/v1/logs","application/json",1]' \
		"$(jq -c '[.transport, .method, .path, .content_type, .request]' arrived | uniq)"
}

@test "lines of other exporters, with several logs each, arrive" {
	start_mock http
	line='{"resourceLogs":[{"a":1}, {"b":[]}] }'
	run -0 send -o gzip=true < <(echo "$line"; echo "$line")

	equal '{"resourceLogs":[{"a":1}]} {"resourceLogs":[{"b":[]}]}' \
		"$(jq -r .raw arrived | sort -u | paste -sd ' ')"
	equal 4 "$(grep -c . arrived)"
}

@test "what is no request of OTLP is set aside, and all others arrive" {
	start_mock http
	lines 5 | siem-fmt --otlp >good
	printf '%s\n' '{"a":1}' 'text' '{"resourceLogs":[]}' \
		'{"resourceLogs":[{}],"x":1}' '{"resourceLogs":[1]}' >bad
	run -1 send --dead-letter dead < <(cat bad good)

	all_of good
	equal "$(cat bad)" "$(cat dead)"
	equal 'no logs of OTLP: siem-fmt --otlp makes them' "$(jq -r .reason dead.why | uniq)"
}

@test "what was not taken is told and set aside, and nothing is sent again" {
	start_mock http --fault partial-at=2
	lines 30 | siem-fmt --otlp >in
	run -1 send -o batch_size=10 -o in_flight=1 --dead-letter dead <in

	# Which of the ten they are, nobody says; what arrived, arrived once.
	[[ $(jq -r .reason dead.why | uniq) == *' of 10 were not taken, and it is not said which: "these are not to our taste"' ]]
	equal "$(sed -n 11,20p in)" "$(cat dead)"
	equal '' "$(jq -r .raw arrived | sort | uniq -d)"
	equal "$(cat in)" "$(jq -r .raw arrived | sort -V -u - dead)"
	equal 3 "$(jq -r .request arrived | sort -u | grep -c .)"
}

@test "one by one, it is known which was not taken" {
	start_mock http --fault partial-at=2
	lines 3 | siem-fmt --otlp >in
	run -1 send -o batch_size=1 -o in_flight=1 --dead-letter dead <in

	equal "$(sed -n 2p in)" "$(cat dead)"
	equal 'not taken: "these are not to our taste"' "$(jq -r .reason dead.why)"
	equal "$(sed 2d in)" "$(jq -r .raw arrived)"
}

@test "trouble, and answers that are not of OTLP, cost no record" {
	start_mock http --fault garbage-at=1,half-at=2,lost-at=3,429-at=4,502-at=5,503-at=6,huge-at=7
	lines 50 | siem-fmt --otlp >in
	run -0 send -o batch_size=10 -o in_flight=1 --dead-letter dead <in

	all_of in
	[ ! -s dead ]
}
