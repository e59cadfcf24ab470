#!/usr/bin/env bats
# siem-send splunk against the HTTP Event Collector of siem-mock: what arrives,
# what an answer makes of it, and when a record counts as delivered.

load helper
load marked
load collector

# send OPTION...: to that mock, without a word about what goes as it should.
send()
{
	timeout 120 siem-send -q "splunk:$url" "$@"
}

# members JQ...: of what arrived, an object a line.
members()
{
	jq -c "$@" arrived
}

@test "JSON, envelopes, CEF, LEEF and syslog arrive as events with their time" {
	mock
	cat >lines <<-'END'
	{"timestamp":"2025-10-08T22:45:00.123Z","user":"al\/ice","n":1.50}
	{"time":1.5,"host":"other","index":"audit","event":{"a":1},"fields":{"b":"c"}}
	CEF:0|a|b|1|2|c|3|rt=1759963500123 msg=x\=y
	LEEF:1.0|a|b|1|2|devTime=1759963500123	x="y"
	<34>1 2003-10-11T22:14:15.003Z h su - ID47 - x
	END
	run -0 send <lines

	equal "$(sed 2d lines)" "$(jq -r 'select(.host == "web01").raw' arrived)"
	equal '{"time":1759963500.123,"host":"web01"}
{"time":1.5,"host":"other","index":"audit"}
{"time":1759963500.123,"host":"web01"}
{"time":1759963500.123,"host":"web01"}
{"time":1065910455.003,"host":"web01"}' \
		"$(members '{time, host, index} | del(..|nulls)')"
	equal '{"b":"c"}' "$(members 'select(.fields).fields')"
}

@test "a line that only begins like an object cannot forge an event" {
	mock
	printf '%s\n' '{"a":1}}{"event":"forged","host":"victim"}' '{"a":' >lines
	run -0 send <lines

	equal "$(cat lines)" "$(jq -r .raw arrived)"
	equal '"web01"' "$(members .host | sort -u)"
}

@test "source, sourcetype and index are those of the settings" {
	mock --token "$SPLUNK_HEC_TOKEN,index=main"
	printf '%s\n' '{"a":1}' '{"event":"x","index":"else","source":"own"}' >lines
	run -0 send -o index=main -o source='a b&c' -o sourcetype=acme:audit <lines

	equal '["a b&c","acme:audit","main"]
["own","acme:audit","main"]' "$(members '[.source, .sourcetype, .index]')"
}

@test "raw lines arrive as they are, with their metadata" {
	mock
	printf '%s\n' 'one "two"' '{"event":1}' >lines
	run -0 send -o endpoint=raw -o sourcetype=cef <lines

	equal "$(cat lines)" "$(jq -r .raw arrived)"
	equal '["raw","web01","cef"]' \
		"$(members '[.endpoint, .host, .sourcetype]' | sort -u)"
}

@test "a blank line, which Splunk refuses, harms no other" {
	mock
	run -0 send < <(printf 'a\n\n \nb\n')

	equal 'a b' "$(jq -r .raw arrived | paste -sd ' ')"
}

@test "compressed requests arrive whole" {
	mock
	seq -f '{"n":%g}' 20000 >lines
	run -0 send -o gzip=true <lines

	equal "$(cat lines)" "$(jq -r .raw arrived | sort -t : -k 2 -n)"
}

@test "a lone small event after another is compressed as well" {
	mock
	run -0 send -o gzip=true -o batch_size=1 -o in_flight=1 \
		-o timeout=5 --retries 1 < <(seq 3)

	equal "$(seq 3)" "$(jq -r .raw arrived)"
}

@test "HTTPS wants the authority that signed, and insecure says so" {
	mock --tls --tls-dir certs
	run -4 send <<<lost
	[[ $output == *certificate* ]]
	run -0 send -o ca_file=certs/ca.pem <<<first
	run -0 timeout 120 siem-send "splunk:$url" -o insecure=true <<<second
	[[ $output == *insecure* ]]

	equal 'first second' "$(jq -r .raw arrived | paste -sd ' ')"
}

@test "a short token draws a warning, and none travels in the open" {
	run -2 siem-send splunk:http://splunk.example.com:8088 <<<x
	[[ $output == *'http:// would show the credential'* ]]
	run -2 siem-send splunk:h -o token=x <<<x
	equal 'siem-send: option -o: token would show in the process list: set SPLUNK_HEC_TOKEN instead, or name it, as in token=file:PATH' "$output"
	mock
	SPLUNK_HEC_TOKEN=short run -0 siem-send "splunk:$url" <<<x
	equal 'siem-send: splunk: the token is shorter than the 36 characters of a GUID: is all of it there?' "$output"
}

@test "by TLS, with a token that is checked, records arrive byte for byte, indexed or not" {
	mock --tls --tls-dir certs --token "$SPLUNK_HEC_TOKEN" \
		--token 87654321-4321-4321-4321-210987654321,ack
	gen-events 300 >lines
	run -0 send -o ca_file=certs/ca.pem -o in_flight=1 <lines
	equal '' "$output"
	equal "$(cat lines)" "$(jq -r .raw arrived)"
	equal https "$(jq -r .transport arrived | sort -u)"

	SPLUNK_HEC_TOKEN=87654321-4321-4321-4321-210987654321 run -0 send \
		-o ca_file=certs/ca.pem -o in_flight=1 -o use_ack=true \
		-o ack_interval=0.05 <lines
	equal '' "$output"
	equal "$(cat lines)" "$(jq -r 'select(.ack != null).raw' arrived)"

	# So the token is looked at.
	SPLUNK_HEC_TOKEN=87654321-4321-4321-4321-210987654322 run -4 send \
		-o ca_file=certs/ca.pem -o use_ack=true <lines
	[[ $output == *'answers 403: invalid token'* ]]
	equal 600 "$(wc -l <arrived)"
}

# shown OPTION...: what a dry run shows of two records.
shown()
{
	printf '%s\n' '{"ts":1}' '<34>1 2003-10-11T22:14:15.003Z h "su" - ID47 - x' |
		siem-send -n splunk:https://splunk.example.com "$@" | tr -d '\r'
}

# request ENDPOINT BODY HEADER...: the same of the request that there should be.
request()
{
	printf '%s\n' "POST /services/collector/$1?host=web01 HTTP/1.1" \
		'Host: splunk.example.com' \
		"User-Agent: siem-send/$(siem-send --version | grep -o '[0-9.]*')" \
		'Accept: */*' 'Authorization: Splunk ***' "${@:3}" \
		"Content-Length: ${#2}" '' "$2"
}

@test "a dry run shows each request byte for byte, but for its token" {
	channel=0f3f5f0e-3e3e-4f6c-9b5a-0c6a2f1d7e11
	json='Content-Type: application/json'
	events='{"time":1.000,"event":{"ts":1}}{"time":1065910455.003,"event":"<34>1 2003-10-11T22:14:15.003Z h \"su\" - ID47 - x"}'
	equal "$(request event "$events" "$json")" "$(shown)"
	equal "$(request event "$events" "X-Splunk-Request-Channel: $channel" "$json")" \
		"$(shown -o use_ack=true -o channel=$channel)"
	equal "$(request raw $'{"ts":1}\n<34>1 2003-10-11T22:14:15.003Z h "su" - ID47 - x\n' \
		"X-Splunk-Request-Channel: $channel" 'Content-Type: text/plain; charset=utf-8')" \
		"$(shown -o endpoint=raw -o channel=$channel)"
}

@test "an event that is too large by itself is set aside, and no other" {
	mock --max-content 300
	{ seq -f '{"n":%g}' 30; printf '{"long":"%0300d"}\n' 0; seq -f '{"n":%g}' 31 60; } >lines
	run -1 send --dead-letter dead <lines

	equal "$(grep '"n"' lines)" "$(jq -r .raw arrived | sort -t : -k 2 -n)"
	equal "$(grep long lines)" "$(cat dead)"
	equal 'too large: raise max_content_length in Splunk; siem-fmt --max-line makes lines that fit' \
		"$(jq -r .reason dead.why)"
}

@test "Retry-After is obeyed, as seconds and as a date, indexed or not" {
	for form in retry-after=3 retry-date=4; do
		for use_ack in false true; do
			mock --token "*$([ $use_ack = false ] || echo ,ack)" --fault "429-at=1,$form"
			began=$EPOCHREALTIME
			run -0 send -o use_ack=$use_ack -o ack_interval=0.05 \
				<<<"$form $use_ack"
			awk "BEGIN { exit !($EPOCHREALTIME - $began >= 2.9) }"
			[[ $output == *'answers 429: queue at capacity'* ]]
			end_mock
		done
	done

	equal 'retry-after=3 false,retry-after=3 true,retry-date=4 false,retry-date=4 true' \
		"$(jq -r .raw arrived | paste -sd ,)"
}

@test "garbage, cut, lost and huge answers, and errors, cost no record that is to be indexed" {
	mock --token '*,ack' --fault garbage-at=1-4,half-at=5,lost-at=6,huge-at=7,500-at=8,502-at=9,503-at=10,404-at=13
	seq 100 >lines
	run -0 send -o use_ack=true -o ack_interval=0.05 -o batch_size=10 \
		-o in_flight=1 --dead-letter dead <lines

	equal "$(cat lines)" "$(jq -r .raw arrived | sort -nu)"
	[ ! -s dead ]
}

@test "a token that is taken away while acknowledgements are missing costs no record" {
	listen=$here:0 mock --token "$SPLUNK_HEC_TOKEN,ack" --fault ack-never=1
	timeout 120 siem-send -q "splunk:$url" -o use_ack=true -o ack_interval=0.05 \
		-o ack_timeout=3 --dead-letter dead < <(seq 100) 2>err 3>&- &
	sender=$!
	remember $sender
	eventually has 100
	end_mock
	listen=$url mock --token other,ack
	eventually grep -q 'answers 403: invalid token' err
	end_mock
	listen=$url mock --token "$SPLUNK_HEC_TOKEN,ack"
	wait $sender

	equal "$(seq 100)" "$(jq -r .raw arrived | sort -nu)"
	[ ! -s dead ]
}

@test "one poisoned record in a thousand is set aside, and 999 arrive once" {
	mock
	{ seq -f '{"n":%g}' 500; echo '{"event":""}'; seq -f '{"n":%g}' 501 999; } >lines
	run -1 send --dead-letter dead <lines

	equal "$(grep '"n"' lines)" "$(jq -r .raw arrived | sort -t : -k 2 -n)"
	equal '{"event":""}' "$(cat dead)"
	grep -q 'event field cannot be blank' dead.why
}

@test "999 of a thousand arrive once, and siem-send < dead takes the last one back" {
	mock --token "$SPLUNK_HEC_TOKEN,index=main"
	{
		seq -f '{"n":%g}' 700
		echo '{"event":{"n":0},"index":"secret"}'
		seq -f '{"n":%g}' 701 999
	} >lines
	run -1 send --dead-letter dead -o batch_size=500 -o in_flight=1 <lines
	end_mock

	equal "$(seq 999)" "$(jq -r .event.n arrived)"
	equal '{"event":{"n":0},"index":"secret"}' "$(cat dead)"
	grep -q 'incorrect index' dead.why

	mock
	run -0 send <dead
	equal 0 "$(tail -n 1 arrived | jq .event.n)"
	equal 1000 "$(wc -l <arrived)"
}

@test "an event that names a forbidden index is set aside by itself" {
	mock --token "$SPLUNK_HEC_TOKEN,index=main"
	printf '%s\n' '{"n":1}' '{"n":2}' '{"event":3,"index":"secret"}' \
		'{"n":4}' >lines
	run -1 send -o in_flight=1 -o batch_size=1 --dead-letter dead <lines

	equal '{"n":1} {"n":2} {"n":4}' "$(jq -r .raw arrived | paste -sd ' ')"
	equal '{"event":3,"index":"secret"}' "$(cat dead)"
}

@test "so is one that is the first of all, and a second one with it" {
	mock --token "$SPLUNK_HEC_TOKEN,index=main"
	printf '%s\n' '{"event":1,"index":"secret"}' '{"n":2}' '{"n":3}' \
		'{"event":4,"index":"other"}' >lines
	for in_flight in 1 4; do
		run -1 send -o in_flight=$in_flight --dead-letter dead <lines
	done

	equal '{"n":2} {"n":2} {"n":3} {"n":3}' \
		"$(jq -r .raw arrived | sort | paste -sd ' ')"
	equal 4 "$(wc -l <dead)"
}

@test "a wrong index from the start ends it with status 4, with nothing set aside" {
	mock --token "$SPLUNK_HEC_TOKEN,index=main"
	seq -f '{"n":%g}' 10 >lines
	run -4 send -o index=other --dead-letter dead <lines
	[[ $output == *'incorrect index'* ]]
	sed 's/.*/{"event":&,"index":"other"}/' lines >envelopes
	run -4 send <envelopes

	equal 0 "$(wc -l <arrived)"
}

@test "the wrong token, a disabled one, and no collector end it with status 4" {
	mock --token good --token off,disabled
	run -4 send <<<x
	[[ $output == *'answers 403: invalid token'* ]]
	SPLUNK_HEC_TOKEN=off run -4 send <<<x
	[[ $output == *'token disabled'* ]]
	SPLUNK_HEC_TOKEN=good run -4 timeout 120 siem-send -q "splunk:$url/elsewhere" <<<x
	[[ $output == *'no event collector there: check url'* ]]
}

@test "a token that acknowledges wants use_ack, and one that does not refuses it" {
	mock --token "$SPLUNK_HEC_TOKEN,ack" --token plain
	run -4 send <<<x
	[[ $output == *'the token wants use_ack=true'* ]]
	SPLUNK_HEC_TOKEN=plain run -4 send -o use_ack=true <<<x
	[[ $output == *'the token does not acknowledge'* ]]
	run -0 send -o use_ack=true -o ack_interval=0.05 <<<y
	equal y "$(jq -r 'select(.ack == 0).raw' arrived)"
}

@test "with use_ack a record counts when it is acknowledged, and not before" {
	mock --token '*,ack' --fault ack-late=6000
	siem-send -q --stats "splunk:$url" -o use_ack=true -o ack_interval=0.05 \
		< <(seq 100) 2>stats 3>&- &
	remember $!
	eventually has 100
	kill -USR1 $!
	eventually grep -q ' 100 read, 0 delivered' stats
	wait $!

	equal "$(seq 100)" "$(jq -r .raw arrived)"
	tail -n 1 stats | grep -q ' 100 delivered'
}

@test "a credential refused before the first acknowledgement ends nothing" {
	mock --token '*,ack' --fault 403-at=2,ack-late=500
	seq 2 >lines
	run -0 send -o use_ack=true -o ack_interval=0.05 -o in_flight=1 \
		-o batch_size=1 --dead-letter dead <lines

	equal "$(cat lines)" "$(jq -r .raw arrived)"
	[[ $output == *'answers 403: invalid token'* ]]
	[ ! -s dead ]
}

@test "an acknowledgement that is denied for a while is waited for" {
	mock --token '*,ack' --fault ack-false=3
	run -0 send -o use_ack=true -o ack_interval=0.05 < <(seq 100)

	equal "$(seq 100)" "$(jq -r .raw arrived)"
}

@test "answers of 100 MiB take no memory, and cost no record" {
	mock --fault huge-at=1-3
	seq 100 >lines
	run -0 measure cost timeout 120 siem-send "splunk:$url" -o batch_size=20 <lines

	equal "$(cat lines)" "$(jq -r .raw arrived | sort -nu)"
	[ "$(wc -l <arrived)" -gt 100 ]
	[[ $output == *'answers 200: success, but not in the words of Splunk'* ]]
	[[ $(command -v siem-send) == *-san/* ]] ||
		awk '{ exit !($4 < 24 * 1024) }' cost
}

@test "what is never acknowledged, or whose acknowledgement got lost, is sent again" {
	mock --token '*,ack' --fault ack-never=50%,ack-lost=20%,seed=5
	seq 200 >lines
	run -0 send -o use_ack=true -o ack_interval=0.05 -o ack_timeout=0.4 \
		-o batch_size=20 <lines

	equal "$(cat lines)" "$(jq -r .raw arrived | sort -nu)"
	[ "$(wc -l <arrived)" -gt 200 ]
}

@test "what is never acknowledged counts as a failure: it is said, and not tried for ever" {
	mock --token '*,ack' --fault ack-never=1
	run -3 send -o use_ack=true -o ack_interval=0.05 -o ack_timeout=0.2 \
		--retries 1 --dead-letter dead < <(seq 10)

	equal "$(seq 10)" "$(cat dead)"
	equal 20 "$(wc -l <arrived)"
	equal 1 "$(grep -c 'shipping failed.*accepted, but not acknowledged within 0.2 s' <<<"$output")"
	[[ $output != *'works again'* ]]
}

@test "where acknowledgements are missing, the alert says so and not what failed before" {
	mock --token '*,ack' --fault 503-at=1,ack-never=1
	timeout 120 siem-send "splunk:$url" -o use_ack=true -o ack_interval=0.05 \
		--alert-after 5 --on-failure 'echo "$SIEM_REASON" >>told' \
		< <(seq 10) 2>err 3>&- &
	remember $!
	eventually [ -s told ]

	grep 'shipping failed.*answers 503.*trying again' err
	[[ $(cat told) == 'accepted, but not acknowledged for '[0-9]' s' ]]
	grep "nothing delivered for [0-9]* s (records waiting: 10): $(cat told)" err
}

@test "acknowledgements that a restart has forgotten are sent again" {
	listen=$here:0 mock --token '*,ack' --fault ack-never=1
	timeout 120 siem-send -q "splunk:$url" -o use_ack=true -o ack_interval=0.05 \
		-o ack_timeout=3 < <(seq 100) 3>&- &
	sender=$!
	remember $sender
	eventually has 100
	kill -9 "$mock"
	wait "$mock" || true
	# Numbers begin anew, and say nothing of what had them before.
	listen=$url mock --token '*,ack'
	wait $sender

	equal "$(printf '%s\n' $(seq 100) $(seq 100) | sort -n)" \
		"$(jq -r .raw arrived | sort -n)"
}

@test "behind a load balancer that forgets, each record counts when its own node says so" {
	mock --token '*,ack' --fault nodes=3,seed=2,ack-late=50
	run -0 send --stats -o use_ack=true -o ack_interval=0.05 -o batch_size=10 \
		< <(seq 300)

	equal "$(seq 300)" "$(jq -r .raw arrived | sort -nu)"
	[[ $output == *'two requests have the same number for their acknowledgement: is there more than one collector at that address?'* ]]
	[[ $output == *' 300 delivered, 0 rejected'* ]]
	# One channel was not enough for that: numbers begin anew in another.
	[ "$(jq -r .channel arrived | sort -u | wc -l)" -gt 1 ]
}

@test "cookies are kept, so that a load balancer finds the machine again" {
	mock --token '*,ack,cookie=node'
	run -0 send -o use_ack=true -o ack_interval=0.05 -o in_flight=1 \
		-o batch_size=1 < <(seq 3)

	equal "null
$(jq -r '"node=" + .channel' arrived | tail -n 2)" "$(jq -r .cookie arrived)"
}

@test "the checkpoint moves when the indexer has acknowledged, and not before" {
	mock --token '*,ack' --fault ack-late=6000
	checkpoint ckpt
	cp ckpt before
	marked {1..100} 'M log 292' 'E 0' | timeout 120 siem-send -q -c ckpt "splunk:$url" -o use_ack=true \
		-o ack_interval=0.05 3>&- &
	remember $!
	eventually has 100
	cmp ckpt before
	wait $!

	equal 'log 292' "$(sed '1d;$d' ckpt)"
	equal 100 "$(wc -l <arrived)"
}

@test "with -c, what comes along with the header goes at once" {
	mock
	id=0123456789abcdef0123456789abcdef
	echo "siem-checkpoint/1 $id" >ckpt
	printf 'sum %.16s\n' "$(sha256sum <ckpt)" >>ckpt
	printf '\020H siem/1 %s\n1\n\020M log 2\n' $id >all
	mkfifo in
	siem-send -q -c ckpt "splunk:$url" <in 3>&- &
	sender=$!
	remember $sender
	exec 5>in
	# In one write, and nothing behind it.
	cat all >&5
	eventually has 1
	printf '\020E 0\n' >&5
	exec 5>&-
	wait $sender

	equal 'log 2' "$(sed '1d;$d' ckpt)"
}

@test "a queue that is nearly full slows the sender down, and loses nothing" {
	mock --fault slow-at=1-2
	SECONDS=0
	run -0 send -o in_flight=1 -o batch_size=1 < <(seq 4)

	equal "$(seq 4)" "$(jq -r .raw arrived)"
	[ "$SECONDS" -ge 2 ]
}

@test "whatever goes wrong on the way, every record arrives" {
	mock --fault 500=10%,502=5%,429=5%,lost=5%,half=5%,garbage=5%,reset=5%,close=5%,413=5%,404=2%,seed=11
	seq 400 >lines
	run -0 send -o batch_size=10 <lines

	equal "$(cat lines)" "$(jq -r .raw arrived | sort -nu)"
}

@test "through faults, lost acknowledgements and kill -9, siem-verify misses nothing" {
	mock --token '*,ack' --fault 500=3%,429=3%,lost=3%,half=3%,garbage=3%,reset=3%,ack-never=5%,ack-lost=5%,ack-late=50,seed=4
	gen-events 4000 >log
	for killed in yes yes no; do
		rm -f in
		mkfifo in
		siem-send -q -c ckpt --receipts receipts "splunk:$url" \
			-o use_ack=true -o ack_interval=0.1 -o ack_timeout=1 \
			-o batch_bytes=32768 <in 2>>errors 3>&- &
		sender=$!
		remember $sender
		siem-tail -q --once -c ckpt log >in 3>&- &
		remember $!
		[ $killed = no ] && break
		before=$(wc -l <arrived)
		eventually has $((before + 500))
		kill -9 $sender
		wait $sender || true
	done
	wait $sender
	end_mock

	run -0 siem-verify --source log --receipts receipts --arrived arrived
	[[ $output == *' 0 lost, '*' 0 altered'* ]]
}
