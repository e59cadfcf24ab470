#!/usr/bin/env bats
# siem-send qradar by its HTTP Receiver and by an endpoint of an app: what
# arrives, who may come in, and what an answer makes of it.

load helper
load mocked

# send OPTION...: to the receiver, without a word about what goes as it should.
send()
{
	timeout 120 siem-send -q -o transport=http_receiver "qradar:$url" "$@"
}

# api OPTION...: the same, to the endpoint.
api()
{
	timeout 120 siem-send -q -o transport=rest_api "qradar:$url/app" "$@"
}

# events N: so many of them.
events()
{
	seq -f 'LEEF:1.0|Acme|Auditor|1.0|login|devTime=1759963500123	n=%g' "$1"
}

# all_of FILE: did each of its records arrive?
all_of()
{
	equal "$(sort "$1")" "$(jq -r .raw arrived | sort -u)"
}

@test "lines arrive byte for byte at the HTTP Receiver, by TLS and a token" {
	start_mock qradar --tls --tls-dir certs --require-client-cert \
		--token 'Authorization: s3cret'
	export QRADAR_TOKEN=s3cret
	events 30 >in
	run -0 send -o ca_file=certs/ca.pem -o cert_file=certs/client.pem \
		-o key_file=certs/client.key <in

	all_of in
	equal '["https","POST","text/plain; charset=utf-8"]' \
		"$(jq -c '[.transport, .method, .content_type]' arrived | sort -u)"
}

@test "the header of the token is any, and a wrong token is status 4" {
	start_mock qradar --token 'X-Auth: s3cret'
	QRADAR_TOKEN=s3cret run -4 send <<<lost
	[[ $output == *'not allowed'* ]]
	QRADAR_TOKEN=other run -4 send -o token_header=X-Auth <<<lost
	QRADAR_TOKEN=s3cret run -0 send -o token_header=X-Auth <<<one

	equal one "$(jq -r .raw arrived)"
	QRADAR_TOKEN=$'a\nb' run -2 send <<<x
	[[ $output == *'token_header: Authorization and token make no header' ]]
}

@test "a line that QRadar would make two events of is set aside" {
	start_mock qradar
	{ echo before; printf '%08193d\n' 1; echo behind; } >in
	run -1 send --dead-letter dead <in
	equal 'before behind' "$(jq -r .raw arrived | paste -sd ' ')"
	equal "$(sed -n 2p in)" "$(cat dead)"
	grep -q 'more than the 8192 that QRadar is taken to accept' dead.why

	run -0 send -o max_line=0 <dead
	equal 4 "$(wc -l <arrived)"
}

@test "errors, lost, cut and huge answers of the receiver cost no event" {
	start_mock qradar --fault 403-at=2,500-at=3,503-at=4,lost-at=5,half-at=6,garbage-at=7,huge-at=8,retry-after=1
	events 60 >in
	run -0 send -o batch_size=5 -o in_flight=1 <in

	all_of in
}

@test "429 and 503 are waited for, in both forms of Retry-After" {
	export QRADAR_API_KEY=k
	for way in send api; do
		for how in 429-at=1,retry-after=2 503-at=1,retry-date=3; do
			start_mock http --fault "$how"
			began=$EPOCHREALTIME
			run -0 "$way" <<<"$how"
			awk "BEGIN { exit !($EPOCHREALTIME - $began >= 1.9) }"
			end_mock
		done
	done
	equal 4 "$(wc -l <arrived)"
}

@test "errors, lost, cut and huge answers of the endpoint cost no event" {
	start_mock http --token 'SEC: k' --fault 403-at=2,401-at=3,500-at=4,503-at=5,lost-at=6,half-at=7,garbage-at=8,huge-at=9,retry-after=1
	events 60 >in
	QRADAR_API_KEY=k run -0 api -o batch_size=5 -o in_flight=1 <in
	[[ $output == *'not allowed'* ]]

	equal "$(sort in)" "$(jq -r .event arrived | sort -u)"
}

@test "requests that are too large for the endpoint are halved until they fit" {
	start_mock http --token 'SEC: k' --max-content 2000
	events 100 >in
	QRADAR_API_KEY=k run -0 api <in

	equal "$(sort in)" "$(jq -r .event arrived | sort -u)"
}

@test "requests that are too large for the receiver are halved until they fit" {
	start_mock qradar --max-content 2000
	events 100 >in
	run -0 send <in

	all_of in
}

@test "an array of events arrives at an endpoint, with the key as SEC" {
	start_mock http --tls --tls-dir certs --token 'SEC: s3cret'
	printf '%s\n' '{"a":1}' 'LEEF:1.0|a' >in
	QRADAR_API_KEY=wrong run -4 api -o ca_file=certs/ca.pem <in
	[[ $output == *'not allowed'* ]]
	QRADAR_API_KEY=s3cret run -0 api -o ca_file=certs/ca.pem <in

	equal '["/app","application/json",{"a":1}]
["/app","application/json","LEEF:1.0|a"]' \
		"$(jq -c '[.path, .content_type, .event]' arrived)"
}

@test "a token of OAuth is fetched for the endpoint, again when it has ended" {
	start_mock http --client app:s3cret --token-life 5
	export QRADAR_CLIENT_SECRET=s3cret
	mkfifo feed
	timeout 120 siem-send -q -o transport=rest_api -o auth_method=oauth2 \
		-o token_endpoint="$url/token" -o client_id=app -o framing=jsonl \
		"qradar:$url/app" <feed >out 2>&1 3>&- &
	sender=$!
	remember $sender
	exec 7>feed
	# An event now and then, for longer than a token lives.
	ends=$((EPOCHSECONDS + 7))
	sent=0
	enough()
	{
		echo "n$((sent += 1))" >&7
		[ "$EPOCHSECONDS" -ge $ends ]
	}
	eventually enough
	exec 7>&-
	wait $sender

	equal "$(seq -f n%g $sent)" "$(jq -r .raw arrived | sort -u -k 1.2n)"
	QRADAR_CLIENT_SECRET=wrong run -4 api -o auth_method=oauth2 \
		-o token_endpoint="$url/token" -o client_id=app <<<x
	[[ $output == *invalid_client* && $output != *wrong* ]]
}

@test "one event that the endpoint refuses is found, and all others arrive" {
	start_mock http --token 'SEC: k'
	{ echo '{"n":1}'; echo 'no object'; echo '{"n":2}'; } >in
	QRADAR_API_KEY=k run -1 api -o framing=concat --dead-letter dead <in

	equal '{"n":1} {"n":2}' "$(jq -r .raw arrived | sort | paste -sd ' ')"
	equal 'no object' "$(cat dead)"
}

@test "a way is chosen by its name, old or new, and what it lacks is named" {
	for word in tls syslog_tls tcp syslog_tcp udp syslog_udp; do
		run -0 siem-send -n -o transport=$word qradar:h <<<'<34>Oct  8 22:45:00 h x'
		[[ $output == *'<34>Oct  8 22:45:00 h x' ]]
	done
	QRADAR_TRANSPORT=http_receiver run -0 siem-send -n qradar:h <<<x
	[[ $output == *'POST / '*h:12469* ]]
	run -2 siem-send -n -o transport=rest qradar:h <<<x
	[[ $output == *'qradar: transport: unknown: rest'* ]]
	run -2 siem-send -n -o transport=rest_api qradar:h <<<x
	[[ $output == *'api_key is missing (QRADAR_API_KEY)' ]]
	run -2 siem-send -n -o transport=rest_api -o auth_method=oauth2 qradar:h <<<x
	[[ $output == *'token_endpoint is missing'* ]]
	run -2 siem-send -n -o transport=http_receiver qradar <<<x
	[[ $output == *'url is missing'* ]]
}

@test "a dry run shows the exact request" {
	QRADAR_TOKEN=geheim run -0 siem-send -q -n -o transport=http_receiver qradar:h < <(events 2)
	equal "POST / HTTP/1.1
Host: h:12469
User-Agent: siem-send
Accept: */*
Content-Type: text/plain; charset=utf-8
Authorization: ***
Content-Length: $(events 2 | wc -c)

$(events 2)" "$(tr -d '\r' <<<"$output" | sed 's,siem-send/.*,siem-send,')"
	QRADAR_API_KEY=geheim run -0 siem-send -q -n -o transport=rest_api \
		-o api_version=17.0 qradar:https://h/app < <(printf '{"a":1}\nb\n')
	equal 'POST /app HTTP/1.1
Host: h
User-Agent: siem-send
Content-Type: application/json
Accept: application/json
Version: 17.0
SEC: ***
Content-Length: 13

[{"a":1},"b"]' "$(tr -d '\r' <<<"$output" | sed 's,siem-send/.*,siem-send,')"
}

@test "no secret shows in a dry run, a message, a metric or a receipt" {
	QRADAR_TOKEN=geheim run -0 siem-send -n -o transport=http_receiver qradar:h <<<x
	[[ $output != *geheim* ]]
	equal x "$(tail -n 1 <<<"$output")"
	QRADAR_API_KEY=geheim run -0 siem-send -n -o transport=rest_api qradar:https://h/app <<<x
	[[ $output != *geheim* ]]
	equal '["x"]' "$(tail -n 1 <<<"$output")"
	start_mock qradar --fault 403-at=2,503-at=3
	events 40 >in
	QRADAR_TOKEN=geheim timeout 120 siem-send -v --stats --metrics metrics \
		--receipts receipts -o transport=http_receiver -o batch_size=5 \
		-o in_flight=1 "qradar:$url" <in >out 2>err
	all_of in
	run -1 grep -l geheim out err metrics receipts
}
