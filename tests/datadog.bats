#!/usr/bin/env bats
# siem-send datadog against the log intake of siem-mock: what arrives, and what
# an answer makes of it.

load helper
load mocked

setup_file()
{
	export DATADOG_API_KEY=0123456789abcdef0123456789abcdef
	export DATADOG_HOST=web01
}

# mock OPTION...: the intake, which takes that key.
mock()
{
	start_mock datadog --token "$DATADOG_API_KEY" "$@"
}

# send OPTION...: to that mock, without a word about what goes as it should.
send()
{
	timeout 120 siem-send -q "datadog:$url" "$@"
}

# lines N: so many records.
lines()
{
	seq -f '{"ts":"2025-10-08T22:45:00Z","n":%g}' "$1"
}

# messages: the records that arrived, each once, in their order.
messages()
{
	jq -r .event.message arrived | sort -u | sort -t : -k 5 -n
}

@test "records arrive byte for byte by TLS, as messages with their attributes" {
	mock --tls --tls-dir certs
	printf '%s\n' '{"ts":"2025-10-08T22:45:00.123Z","a":"x\/\"y","n":1.50}' \
		'<34>1 2003-10-11T22:14:15.003Z h su - ID47 - x' \
		'CEF:0|a|b|1|2|c|3|rt=1759963500123 msg=x\=y' >lines
	run -0 send -o ca_file=certs/ca.pem -o tags=env:prod,team:sec \
		-o source=acme -o service=audit <lines

	equal '' "$output"
	equal "$(cat lines)" "$(jq -r .event.message arrived)"
	equal '{"ddsource":"acme","ddtags":"env:prod,team:sec","hostname":"web01","service":"audit","timestamp":1759963500123}
{"ddsource":"acme","ddtags":"env:prod,team:sec","hostname":"web01","service":"audit","timestamp":1065910455003}
{"ddsource":"acme","ddtags":"env:prod,team:sec","hostname":"web01","service":"audit","timestamp":1759963500123}' \
		"$(jq -c '.event | del(.message)' arrived)"
	equal '["https","POST","/api/v2/logs","application/json"]' \
		"$(jq -c '[.transport, .method, .path, .content_type]' arrived | sort -u)"
}

@test "a log that is one already arrives as it is" {
	mock
	run -0 send <<<'{"message":"x", "ddsource":"own","n":1.50}'

	equal '{"message":"x", "ddsource":"own","n":1.50}' "$(jq -r .raw arrived)"
}

@test "logs of siem-fmt arrive as they are, with what each event is" {
	mock
	vectors=$BATS_TEST_DIRNAME/vectors
	cat "$vectors"/{golden,live}.jsonl >in
	siem-fmt --datadog --host h1 in | run -0 send

	equal "$(cat "$vectors"/{golden,live}.datadog)" "$(jq -r .raw arrived)"
	equal "$(cat "$vectors"/{golden,live}.datadog | jq -c .)" "$(jq -c .event arrived)"
}

@test "a certificate that is not trusted ends the run before anything is sent" {
	mock --tls --tls-dir certs
	run -4 send <<<lost
	[[ $output == *certificate* ]]

	equal '' "$(cat arrived)"
}

@test "a wrong key from the start is status 4, and nothing is lost by it" {
	start_mock datadog --token another
	run -4 send <<<one
	[[ $output == *'not allowed: is api_key a key of this site?: "API key is invalid"'* ]]

	equal '' "$(cat arrived)"
}

@test "a key that is refused for a while holds all, and loses none" {
	mock --fault 403-at=2-3
	lines 30 >in
	run -0 send -o batch_size=10 -o in_flight=1 <in
	[[ $output == *'not allowed'* ]]

	equal "$(cat in)" "$(messages)"
}

@test "requests that are too large are halved until they fit" {
	mock --max-content 2000
	lines 100 >in
	run -0 send <in

	equal "$(cat in)" "$(messages)"
}

@test "no request has more than 1000 logs, or what a batch may have" {
	mock
	lines 2500 >in
	run -0 send -o in_flight=1 <in

	equal "$(cat in)" "$(messages)"
	equal '' "$(jq -r .request arrived | sort | uniq -c | awk '$1 > 1000')"
}

@test "a log of more than 1 MB is set aside whole, and cut by nobody" {
	mock
	{ echo before; printf '%01000000d\n' 1; echo behind; } >in
	run -1 send --dead-letter dead <in

	equal 'before behind' "$(jq -r .event.message arrived | paste -sd ' ')"
	equal "$(sed -n 2p in)" "$(cat dead)"
	grep -q 'Datadog cuts what is longer than 1000000' dead.why
}

@test "429 is waited for, in whichever form it says how long" {
	for how in retry-after=3 retry-date=4 seed=1; do
		mock --fault "429-at=1,$how"
		began=$EPOCHREALTIME
		run -0 send <<<"$how"
		[[ $output == *'status 429'* || $output == *'answers 429'* ]]
		least=2.9
		[ "$how" != seed=1 ] || least=1 # X-RateLimit-Reset
		awk "BEGIN { exit !($EPOCHREALTIME - $began >= $least) }"
		end_mock
	done

	equal 'retry-after=3 retry-date=4 seed=1' \
		"$(jq -r .event.message arrived | paste -sd ' ')"
}

@test "a batch that is refused as a whole is divided, and all arrive" {
	mock --fault partial-at=1
	lines 20 >in
	run -0 send -o batch_size=20 <in

	equal "$(cat in)" "$(messages)"
}

@test "a log that is refused in any company is set aside, and no other" {
	# Halves of halves, the first one first, until the first log is alone.
	mock --fault partial-at=1-6
	lines 20 >in
	run -1 send -o batch_size=20 -o in_flight=1 --dead-letter dead <in

	equal "$(sed 1d in)" "$(messages | grep -vxFf dead)"
	equal "$(sed q in)" "$(cat dead)"
	equal 'Datadog cannot read it: "Invalid JSON format"' "$(jq -r .reason dead.why)"
}

@test "a key that is renewed lets the run go on, and nothing is lost" {
	(umask 077 && echo "$DATADOG_API_KEY" >key)
	listen=$here:0 mock
	mkfifo pipe
	timeout 120 siem-send -q "datadog:$url" -o api_key=file:key <pipe 2>told 3>&- &
	sender=$!
	remember $sender
	exec 5>pipe
	echo 1 >&5
	eventually has 1
	end_mock
	listen=$url start_mock datadog --token fedcba9876543210fedcba9876543210 5>&-
	echo 2 >&5
	eventually grep -q 'answers 403: not allowed' told
	(umask 077 && echo fedcba9876543210fedcba9876543210 >new && mv new key)
	eventually has 2
	exec 5>&-
	wait $sender

	equal '1 2' "$(jq -r .event.message arrived | paste -sd ' ')"
	run -1 grep -e "$DATADOG_API_KEY" -e fedcba told
}

@test "garbage, cut, lost and huge answers, and errors, cost no record" {
	mock --fault garbage-at=1-4,half-at=5,lost-at=6,huge-at=7,500-at=8,502-at=9,503-at=10
	lines 50 >in
	run -0 measure cost timeout 120 siem-send -q "datadog:$url" \
		-o batch_size=5 -o in_flight=1 --dead-letter dead <in

	equal "$(cat in)" "$(messages)"
	[ ! -s dead ]
	[[ $(command -v siem-send) == *-san/* ]] ||
		awk '{ exit !($4 < 24 * 1024) }' cost
}

@test "compressed requests arrive whole" {
	mock
	lines 3000 >in
	run -0 send -o gzip=true <in

	equal "$(cat in)" "$(messages)"
}

@test "a dry run shows the request byte for byte, but for its key" {
	siem-send -n datadog:datadoghq.eu -o tags=env:prod >shown <<-'END'
	{"ts":1}
	{"message":"x", "ddsource":"own"}
	END
	body='[{"ddsource":"mcp-redaction","ddtags":"env:prod","hostname":"web01","service":"mcp-redaction","timestamp":1000,"message":"{\"ts\":1}"},{"message":"x", "ddsource":"own"}]'
	cat >lead <<-END
	POST /api/v2/logs HTTP/1.1
	Host: http-intake.logs.datadoghq.eu
	User-Agent: siem-send/$(siem-send --version | grep -o '[0-9.]*')
	Accept: */*
	DD-API-KEY: ***
	Content-Type: application/json
	Content-Length: ${#body}

	END

	equal "$(sed 's/$/\r/' lead; echo "$body")" "$(cat shown)"
}

@test "the key shows in no message, metric or receipt, and no option takes it" {
	mock --fault 403-at=2,429-at=3,garbage-at=4
	lines 40 >in
	run -2 siem-send -o api_key=k datadog <in
	equal 'siem-send: option -o: api_key would show in the process list: set DATADOG_API_KEY instead, or name it, as in api_key=file:PATH' "$output"
	timeout 120 siem-send -v --stats --metrics metrics --receipts receipts \
		-o batch_size=5 -o in_flight=1 "datadog:$url" <in >out 2>err

	equal "$(cat in)" "$(messages)"
	run -1 grep -l "$DATADOG_API_KEY" out err metrics receipts
}
