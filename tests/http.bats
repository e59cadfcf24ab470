#!/usr/bin/env bats
# siem-send http against any collector: what arrives in which framing, who may
# come in, and what an answer makes of it.

load helper
load mocked

# send OPTION...: to the mock, without a word about what goes as it should.
send()
{
	timeout 120 siem-send -q "http:$url" "$@"
}

# lines N: so many records.
lines()
{
	seq -f '{"ts":"2025-10-08T22:45:00Z","n":%g}' "$1"
}

# all_of FILE: did each of its records arrive?
all_of()
{
	equal "$(sort "$1")" "$(jq -r .raw arrived | sort -u)"
}

@test "records arrive byte for byte by TLS, in every framing" {
	start_mock http --tls --tls-dir certs --token 'X-Key: k1'
	printf '%s\n' '{"a":"x\/\"y", "n":1.50}' '{"b":[]}' >lines
	export HTTP_HEADER='X-Key: k1'
	for framing in jsonl array concat single; do
		run -0 send -o ca_file=certs/ca.pem -o framing=$framing \
			-o headers="X-A: $framing" -o in_flight=1 <lines
	done

	equal "$(cat lines lines lines lines)" "$(jq -r .raw arrived)"
	equal '["https","POST","application/x-ndjson",1]
["https","POST","application/json",2]
["https","POST","application/json",3]
["https","POST","application/json",4]
["https","POST","application/json",5]' \
		"$(jq -c '[.transport, .method, .content_type, .request]' arrived | uniq)"
}

@test "lines that are no JSON arrive as lines, and in an array as strings" {
	start_mock http
	printf '%s\n' '<13>x "y"' 'CEF:0|a|b|1|2|c|3|' >lines
	run -0 send <lines
	run -0 send -o framing=array <lines

	equal "$(cat lines lines)" "$(jq -r '.event // .raw' arrived)"
}

@test "a header that says who we are is refused where others can read it" {
	refused="headers: Authorization: says who we are: set it by header (a secret), token, or user and password"
	run -2 siem-send -n http:h -o 'headers=Authorization: Bearer abc' <<<x
	equal "siem-send: http: $refused" "$output"
	printf '%s\n' 'siem:' '  platforms:' \
		'    mine: {kind: http, url: https://h, headers: ["Authorization: Bearer abc"]}' >siem.yaml
	run -2 siem-send -f siem.yaml -n mine <<<x
	[[ $output == *"$refused"* && $output != *abc* ]]
	HTTP_HEADER='Authorization: Bearer abc' run -0 siem-send -n http:h -o 'headers=X-A: 1' <<<x
	[[ $output == *'Authorization: '*'***'* ]]
}

@test "each way to say who we are lets us in, and none does not" {
	start_mock http --token 'Authorization: Basic dTpw' \
		--token 'Authorization: Bearer abc' --token 'X-Key: k1'
	run -4 send <<<none
	[[ $output == *'not allowed: check who we are'* ]]
	HTTP_PASSWORD=p run -0 send -o user=u <<<basic
	HTTP_TOKEN=abc run -0 send <<<bearer
	HTTP_HEADER='X-Key: k1' run -0 send <<<header

	equal 'basic bearer header' "$(jq -r .raw arrived | paste -sd ' ')"
}

@test "a token is fetched, and another when it ends in the middle" {
	start_mock http --client app:s3cret --token-life 5 --fault token-busy=1
	export HTTP_CLIENT_SECRET=s3cret
	mkfifo feed
	timeout 120 siem-send -q -o token_endpoint="$url/token" -o client_id=app \
		"http:$url/in" <feed >out 2>&1 3>&- &
	sender=$!
	remember $sender
	exec 7>feed
	# A record now and then, for longer than a token lives.
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
	run -1 grep s3cret out
}

@test "a client that is not known is status 4" {
	start_mock http --client app:s3cret
	HTTP_CLIENT_SECRET=wrong run -4 send -o token_endpoint="$url/token" \
		-o client_id=app <<<one
	[[ $output == *'invalid_client'* ]]
	[[ $output != *wrong* ]]

	equal '' "$(cat arrived)"
}

@test "a refusal in the middle holds all, and loses none" {
	start_mock http --fault 403-at=2,401-at=3
	lines 30 >in
	run -0 send -o batch_size=10 -o in_flight=1 <in
	[[ $output == *'not allowed'* ]]

	all_of in
}

@test "requests that are too large are halved until they fit" {
	start_mock http --max-content 2000
	lines 100 >in
	run -0 send <in

	all_of in
}

@test "what is in between and finds everything too large empties no log" {
	start_mock http --max-content 1
	lines 40 >in
	run -4 send -q -o batch_mode=false -o in_flight=1 -c ck \
		< <(siem-tail -q --once -c ck in 2>&1)

	equal "siem-send: SIEM shipping failed: http: $url answers 413: too large: raise the limit there, or of what is in between; siem-fmt --max-line makes lines that fit: \"{\"error\":\"too large\"}\"" "$output"
	equal "$(sed 3q in)" "$(cat ck.dead)"
	end_mock
	start_mock http --max-content 2000
	{ printf '{"long":"%02000d"}\n' 0; lines 40; } >in
	run -1 send --dead-letter dead <in
	equal "$(sed 1d in | sort)" "$(jq -r .raw arrived | sort)"
	equal "$(sed q in)" "$(cat dead)"
}

@test "429 and 503 are waited for, in both forms of Retry-After" {
	for how in 429-at=1,retry-after=2 503-at=1,retry-date=3; do
		start_mock http --fault "$how"
		began=$EPOCHREALTIME
		run -0 send <<<"$how"
		awk "BEGIN { exit !($EPOCHREALTIME - $began >= 2) }"
		end_mock
	done

	equal '429-at=1,retry-after=2 503-at=1,retry-date=3' \
		"$(jq -r .raw arrived | paste -sd ' ')"
}

@test "one record that is refused is found, and all others arrive" {
	start_mock http
	{ lines 10; echo 'no object'; lines 20 | tail -n 10; } >in
	run -1 send -o framing=concat --dead-letter dead <in

	equal "$(grep ts in)" "$(jq -r .raw arrived | sort -u | sort -t : -k 5 -n)"
	equal 'no object' "$(cat dead)"
	grep -q 'not JSON' dead.why
}

@test "a batch that is refused as a whole is divided, and all arrive" {
	start_mock http --fault partial-at=1
	lines 20 >in
	run -0 send -o batch_size=20 <in

	all_of in
}

@test "garbage, cut, lost and huge answers, and errors, cost no record" {
	start_mock http --fault garbage-at=1,half-at=2,lost-at=3,huge-at=4,500-at=5,502-at=6,503-at=7
	lines 50 >in
	run -0 send -o batch_size=5 -o in_flight=1 <in

	all_of in
}

@test "an answer without success_match is none" {
	start_mock http
	run -3 send -o success_match=stored --retries 1 <<<one
	[[ $output == *'success_match is not in the answer: "{"status":"ok"}"'* ]]
	run -0 send -o success_match='"ok"' <<<two
}

@test "compressed requests arrive whole" {
	start_mock http
	lines 3000 >in
	run -0 send -o gzip=true <in

	all_of in
}

@test "a dry run shows the exact request, and no secret shows anywhere" {
	HTTP_PASSWORD=geheim run -0 siem-send -n -o user=u http:https://h/in <<<'{"a":1}'
	equal 'POST /in HTTP/1.1
Host: h
User-Agent: siem-send
Accept: */*
Content-Type: application/x-ndjson
Authorization: Basic ***
Content-Length: 8

{"a":1}' "$(tr -d '\r' <<<"$output" | sed 's,siem-send/.*,siem-send,')"
	[[ $output != *geheim* && $output != *dTpnZWhlaW0* ]]
	HTTP_HEADER='X-Key: geheim' run -0 siem-send -n http:https://h/in <<<x
	[[ $output != *geheim* ]]
	for key in password token header client_secret; do
		run -2 siem-send -o $key=x http:https://h <<<x
		equal "siem-send: option -o: $key would show in the process list: set HTTP_${key^^} instead, or name it, as in $key=file:PATH" "$output"
	done
	start_mock http --fault 403-at=2,429-at=3
	lines 40 >in
	HTTP_TOKEN=geheim timeout 120 siem-send -v --stats --metrics metrics \
		--receipts receipts -o batch_size=5 -o in_flight=1 "http:$url" \
		<in >out 2>err
	all_of in
	run -1 grep -l geheim out err metrics receipts
}
