#!/usr/bin/env bats
# siem-mock splunk: what the HTTP Event Collector takes, what it refuses and in
# which words, what it acknowledges, and the trouble it can make.

load helper

token=12345678-1234-1234-1234-123456789012
channel=0f3f5f0e-3e3e-4f6c-9b5a-0c6a2f1d7e11

# start OPTION...: a mock whose output is in arrived, what it says in said, and
# its address in $url.
start()
{
	rm -f where
	siem-mock splunk -l :0 --listen-file where --idle 120 "$@" \
		>arrived 2>said 3>&- &
	mock=$!
	remember $mock
	eventually [ -s where ]
	url=$(cat where)/services/collector
}

# post PATH OPTION...: ask with the token and the channel.
post()
{
	local path=$1

	shift
	curl -s --max-time 60 "$url$path" -H "Authorization: Splunk $token" \
		-H "X-Splunk-Request-Channel: $channel" "$@"
}

# status PATH OPTION...: the same, for the status and the body.
status()
{
	post "$@" -w ' %{http_code}' -o answer
	echo " $(cat answer)"
}

# bare PATH OPTION...: without token and channel.
bare()
{
	local path=$1

	shift
	curl -s --max-time 60 -w ' %{http_code}' "$url$path" "$@"
}

vectors=$BATS_TEST_DIRNAME/vectors

@test "the request of the manual is taken, and each event printed with its metadata" {
	start
	run -0 post /event --data-binary "@$vectors/hec-request.body"

	equal '{"text":"Success","code":0}' "$output"
	equal '{
  "transport": "http",
  "endpoint": "event",
  "request": 1,
  "channel": "0f3f5f0e-3e3e-4f6c-9b5a-0c6a2f1d7e11",
  "time": 1793614829.123,
  "host": "web01",
  "source": "audit",
  "sourcetype": "acme:audit:json",
  "event": {
    "user": "alice",
    "action": "login",
    "ok": true
  },
  "raw": "{\"user\":\"alice\",\"action\":\"login\",\"ok\":true}"
}' "$(head -n 1 arrived | jq 'del(.received, .peer)')"
	equal '{"user":"bob","action":"logout","ok":true}' \
		"$(tail -n 1 arrived | jq -r .raw)"
}

@test "every endpoint is there twice, and what is not is said as the real one does" {
	start
	for path in '' /event /raw; do
		run -0 post "$path" -d '{"event":1}'
		equal '{"text":"Success","code":0}' "$output"
		run -0 post "$path/1.0" -d '{"event":1}'
		equal '{"text":"Success","code":0}' "$output"
	done
	run -0 bare /health/1.0
	equal '{"text":"HEC is healthy","code":17} 200' "$output"
	run -0 bare /nothing
	equal '{"text":"The requested URL was not found on this server.","code":404} 404' "$output"
	run -0 bare /event
	equal '{"text":"Method Not Allowed","code":405} 405' "$output"
}

@test "an event is kept as it was written, in whatever form that is" {
	start
	post '' -d '{"event": {"b" : 1.50,
 "a":"\u00e9\/"} } ["not", "taken"]' >refused
	post '' -d '{"event": {"b" : 1.50,
 "a":"\u00e9\/"} }{"event":"CEF:0|a|b|"}{"event":[1e400,null]}{"event":false}' >taken

	equal '{"b" : 1.50,
 "a":"\u00e9\/"}
CEF:0|a|b|
[1e400,null]
false' "$(jq -r .raw arrived)"
	equal 4 "$(wc -l <arrived)"
	equal '{"text":"Invalid data format","code":6,"invalid-event-number":1}' "$(cat refused)"
}

@test "an array of envelopes is taken as well, a cut one is not" {
	start
	run -0 post '' -d ' [ {"event":1} , {"event":2} ] '
	equal '{"text":"Success","code":0}' "$output"
	run -0 post '' -d '[{"event":3},{"event":4}'
	equal '{"text":"Invalid data format","code":6,"invalid-event-number":2}' "$output"

	equal '1 2' "$(jq -r .raw arrived | paste -sd ' ')"
}

@test "raw lines take their metadata from the query, blank ones are skipped" {
	start
	run -0 post '/raw?host=h&source=s&sourcetype=t&index=i' \
		--data-binary $'\n{"a":1}\r\n\n<13>two "b"'

	equal '{"text":"Success","code":0}' "$output"
	equal 'raw h s t i {"a":1}
raw h s t i <13>two "b"' \
		"$(jq -r '[.endpoint, .host, .source, .sourcetype, .index, .raw] | join(" ")' arrived)"
	run -0 post /raw --data-binary $'\n\n'
	equal '{"text":"No data","code":5}' "$output"
}

@test "who may come in: each way to be refused has its status and code" {
	start --token "$token" --token off,disabled --token q,query
	while IFS='|' read -r want header query; do
		run -0 bare "/event$query" -H "X-Splunk-Request-Channel: $channel" \
			${header:+-H "Authorization: $header"} -d '{"event":1}'
		equal "$want" "$output"
	done <<-END
	{"text":"Token is required","code":2} 401
	{"text":"Invalid authorization","code":3} 401|Bearer $token
	{"text":"Invalid authorization","code":3} 401|$token
	{"text":"Invalid token","code":4} 403|Splunk wrong
	{"text":"Token disabled","code":1} 403|Splunk off
	{"text":"Query string authorization is not enabled","code":16} 400|Splunk $token|?token=$token
	{"text":"Success","code":0} 200||?token=q
	{"text":"Success","code":0} 200|Splunk $token
	{"text":"Success","code":0} 200|Basic $(printf 'any:%s' "$token" | base64 -w 0)
	END
	equal 3 "$(wc -l <arrived)"
}

@test "health tells a wrong token from a disabled one in codes of its own" {
	start --token "$token" --token off,disabled
	run -0 bare /health -H "Authorization: Splunk $token"
	equal '{"text":"HEC is healthy","code":17} 200' "$output"
	run -0 bare /health -H 'Authorization: Splunk wrong'
	equal '{"text":"Invalid token","code":21} 400' "$output"
	run -0 bare /health -H 'Authorization: Splunk off'
	equal '{"text":"Token disabled","code":22} 400' "$output"
}

@test "the token is looked at before the channel, the channel before the data" {
	start --token "$token,ack"
	run -0 bare '' -H 'Authorization: Splunk wrong' -d ''
	equal '{"text":"Invalid token","code":4} 403' "$output"
	run -0 bare '' -H "Authorization: Splunk $token" -d ''
	equal '{"text":"Data channel is missing","code":10} 400' "$output"
	run -0 bare '?channel=7' -H "Authorization: Splunk $token" -d ''
	equal '{"text":"Invalid data channel","code":11} 400' "$output"
	run -0 bare "?channel=$channel" -H "Authorization: Splunk $token" -d ''
	equal '{"text":"No data","code":5} 400' "$output"
}

@test "raw lines need a channel even where nothing is acknowledged" {
	start
	run -0 bare /raw -H "Authorization: Splunk $token" -d x
	equal '{"text":"Data channel is missing","code":10} 400' "$output"
}

@test "a bad event refuses the whole request, and its number is said" {
	start --token "$token,index=main|audit"
	while IFS='|' read -r want body; do
		run -0 post '' -d "{\"event\":\"good\"}$body"
		equal "$want" "$output"
	done <<-'END'
	{"text":"Invalid data format","code":6,"invalid-event-number":1}|{"event":"x"
	{"text":"Invalid data format","code":6,"invalid-event-number":1}|x
	{"text":"Invalid data format","code":6,"invalid-event-number":1}|{"event":1,"fields":"a"}
	{"text":"Incorrect index","code":7,"invalid-event-number":1}|{"event":1,"index":"other"}
	{"text":"Event field is required","code":12,"invalid-event-number":1}|{"time":1}
	{"text":"Event field is required","code":12,"invalid-event-number":1}|{"event":null}
	{"text":"Event field cannot be blank","code":13,"invalid-event-number":1}|{"event":""}
	{"text":"Error in handling indexed fields","code":15,"invalid-event-number":1}|{"event":1,"fields":{"a":{"b":1}}}
	{"text":"Error in handling indexed fields","code":15,"invalid-event-number":1}|{"event":1,"fields":{"a":["b",["c"]]}}
	{"text":"Error in handling indexed fields","code":15,"invalid-event-number":1}|{"event":1,"time":1.7e9}
	{"text":"Error in handling indexed fields","code":15,"invalid-event-number":1}|{"event":1,"time":"2025-10-08"}
	END
	equal 0 "$(wc -l <arrived)"
	run -0 post '' -d '{"event":1,"index":"audit","time":"1.5","fields":{"a":["b","[{"]}}{"event":2}'
	equal '{"text":"Success","code":0}' "$output"
}

@test "gzip is undone, other encodings are refused with a page" {
	start
	gzip -c "$vectors/hec-request.body" >body.gz
	run -0 post '' -H 'Content-Encoding: gzip' --data-binary @body.gz
	equal '{"text":"Success","code":0}' "$output"
	equal 2 "$(wc -l <arrived)"
	head -c 60 body.gz >cut.gz
	run -0 post '' -H 'Content-Encoding: gzip' --data-binary @cut.gz
	[[ $output == *'"code":6'* ]]
	run -0 status '' -H 'Content-Encoding: deflate' -d '{"event":1}'
	[[ $output == ' 415 <!doctype html>'* ]]
	run -0 post '' -H 'Content-Encoding: identity' -d '{"event":1}'
	equal '{"text":"Success","code":0}' "$output"
}

@test "a request larger than --max-content is refused with a page" {
	start --max-content 100
	printf '{"event":"%80s"}' x >body
	run -0 post '' --data-binary @body
	equal '{"text":"Success","code":0}' "$output"
	printf '{"event":"%90s"}' x >body
	run -0 status '' --data-binary @body
	[[ $output == ' 413 <!doctype html>'* ]]
	head -c 200000 /dev/zero | gzip >body.gz
	run -0 status '' -H 'Content-Encoding: gzip' --data-binary @body.gz
	[[ $output == ' 413 <!doctype html>'* ]]
	equal 1 "$(wc -l <arrived)"
}

@test "acknowledgements count from 0 in each channel, and are told once" {
	start --token "$token,ack"
	for want in 0 1 2; do
		run -0 post '' -d '{"event":1}{"event":2}'
		equal "{\"text\":\"Success\",\"code\":0,\"ackId\":$want}" "$output"
	done
	run -0 bare "?channel=${channel//0/1}" -H "Authorization: Splunk $token" \
		-d '{"event":1}'
	equal '{"text":"Success","code":0,"ackId":0} 200' "$output"

	run -0 post /ack -d '{"acks":[0,2,7]}'
	equal '{"acks":{"0":true,"2":true,"7":false}}' "$output"
	run -0 bare "/ack?channel=$channel" -H "Authorization: Splunk $token" \
		-d '{"acks":[0,1,2]}'
	equal '{"acks":{"0":false,"1":true,"2":false}} 200' "$output"
	equal '0 0 1 1 2 2 0' "$(jq -r .ack arrived | paste -sd ' ')"
}

@test "asking for acknowledgements has its own ways to fail" {
	start --token "$token,ack" --token plain
	run -0 bare "/ack?channel=$channel" -H 'Authorization: Splunk plain' -d '{"acks":[0]}'
	equal '{"text":"ACK is disabled","code":14} 400' "$output"
	run -0 bare /ack -H "Authorization: Splunk $token" -d '{"acks":[0]}'
	equal '{"text":"Data channel is missing","code":10} 400' "$output"
	run -0 post /ack -d ''
	equal '{"text":"No data","code":5}' "$output"
	run -0 post /ack -d '{"acks":["0"]}'
	equal '{"text":"Invalid data format","code":6}' "$output"
}

@test "an acknowledgement can be late, denied or never come, and its answer get lost" {
	start --token "$token,ack" --fault ack-false=2
	post '' -d '{"event":1}' >first
	for want in false false true false; do
		run -0 post /ack -d '{"acks":[0]}'
		equal "{\"acks\":{\"0\":$want}}" "$output"
	done
	kill $mock; wait $mock

	start --token "$token,ack" --fault ack-never=1
	post '' -d '{"event":1}' >first
	run -0 post /ack -d '{"acks":[0]}'
	equal '{"acks":{"0":false}}' "$output"
	kill $mock; wait $mock

	start --token "$token,ack" --fault ack-lost=1
	post '' -d '{"event":1}' >first
	run -56 post /ack -d '{"acks":[0]}'
	kill $mock; wait $mock

	start --token "$token,ack" --fault ack-late=3000
	post '' -d '{"event":1}' >first
	run -0 post /ack -d '{"acks":[0]}'
	equal '{"acks":{"0":false}}' "$output"
	is_told()
	{
		[[ $(post /ack -d '{"acks":[0]}') == *true* ]]
	}
	eventually is_told
}

@test "a status on purpose comes when it is asked for, with nothing taken" {
	start --fault 401-at=1,403-at=2,404-at=3,413-at=4,429-at=5 \
		--fault 500-at=6,502-at=7,503-at=8-9,retry-after=7,slow-at=10
	for want in '401 {"text":"Invalid authorization","code":3}' \
		'403 {"text":"Invalid token","code":4}' \
		'404 {"text":"The requested URL was not found on this server.","code":404}' \
		'413 <*' '429 {"text":"Queue at capacity","code":26}' \
		'500 {"text":"Internal server error","code":8}' '502 <*' \
		'503 {"text":"Server is busy","code":9}' \
		'503 {"text":"Server is busy","code":9}' \
		'200 {"text":"Queue approaching capacity","code":24}' \
		'200 {"text":"Success","code":0}'; do
		run -0 status '' -D headers -d '{"event":1}'
		# shellcheck disable=SC2053 # a pattern, where it has a star
		[[ $output == " "$want ]] || { echo "$output"; false; }
		[[ $want == 4[02]9* || $want == 503* ]] || continue
		grep -qi '^retry-after: 7' headers
	done
	equal 2 "$(wc -l <arrived)"
}

@test "several nodes number their acknowledgements by themselves, and each knows its own" {
	start --token '*,ack' --fault nodes=3,seed=1
	for i in {1..9}; do
		post '' -d "{\"event\":$i}" -o /dev/null
	done
	[ "$(jq .ack arrived | sort -u | wc -l)" -lt 9 ]
	yes=0
	for _ in {1..60}; do
		run -0 post /ack -d '{"acks":[0,1,2,3,4,5,6,7]}'
		yes=$((yes + $(grep -o true <<<"$output" | wc -l)))
	done
	equal 9 "$yes"

	run -2 siem-mock splunk -l :0 --fault nodes=0
	equal 'siem-mock: option --fault: nodes=0 is no number from 1 to 1000' "$output"
}

@test "what is printed is JSON, a line each, whatever a request holds" {
	start
	printf '{"event":\n{"a":\n1},"fields":{"b":\n"c"},"time":1}' >body
	post '' --data-binary @body -o /dev/null
	equal '{"a":1}{"b":"c"}' "$(jq -cj '.event, .fields' arrived)"
	equal 1 "$(wc -l <arrived)"

	# Long headers and a long query, each byte of which is six of JSON.
	head -c 5242880 /dev/zero | tr '\0' '\001' >body
	{
		printf 'url = "%s/raw?host=' "$url"
		printf '%020000d' 0 | sed 's/0/%01/g'
		printf '"\n'
	} >query
	{ printf 'cookie: '; head -c 50000 /dev/zero | tr '\0' '\001'; } >cookie
	run -0 post /none -K query -H @cookie --data-binary @body -o /dev/null -o answer
	equal '{"text":"Success","code":0}' "$(cat answer)"
	run -0 post '' -d '{"event":"last"}'
	eventually grep -q '"event":"last"' arrived
	jq -e . arrived >/dev/null
}

@test "a method is known by all of its name, and a password by all of its letters" {
	start --token "$token"
	run -0 status '' -X T -d '{"event":1}'
	[[ $output == ' 405 '* ]]
	run -0 status /ack -X 'OST' -d '{"acks":[0]}'
	[[ $output == ' 405 '* ]]
	for word in '    eDp5' '    ' '====' 'eDp5    '; do
		run -0 bare '' -H "Authorization: Basic $word" -d '{"event":1}'
		equal '{"text":"Invalid authorization","code":3} 401' "$output"
	done
	[ ! -s arrived ]
}

@test "an answer gets huge: a hundred MiB of blanks are before it" {
	start --fault huge-at=1
	run -0 post '' -o answer -w '%{http_code}' -d '{"event":1}'

	equal 200 "$output"
	equal $(((100 << 20) + 27)) "$(stat -c %s answer)"
	equal '{"text":"Success","code":0}' "$(tr -d ' ' <answer)"
	equal 1 "$(jq -r .raw arrived)"
	run -0 post '' -d '{"event":2}'
	equal '{"text":"Success","code":0}' "$output"
}

@test "answers get lost, halved or replaced, and what is printed tells what was taken" {
	start --fault lost-at=1,half-at=2,garbage-at=3-10 --stats --metrics page
	run -56 post '' -d '{"event":"lost"}'
	run -18 post '' -d '{"event":"half"}'
	equal '{"text":"Succ' "${output%ess*}"
	for _ in 3 4 5 6 7 8 9 10; do
		run post '' --http0.9 -d '{"event":"garbage"}'
		[[ $output == *'<!doctype html>'* || $output == *'no HTTP'* ||
			$status -ne 0 ]]
		[[ $output != *Success* ]]
	done
	equal 'lost half' "$(jq -r .raw arrived | paste -sd ' ')"
	kill $mock; wait $mock
	grep -q ' 10 faults$' said
	equal 'lost 1 half 1 garbage 8' "$(sed -nE \
		's/^siem_mock_faults_total\{.*fault="(.*)"\} /\1 /p' page | paste -sd ' ')"
}

@test "partial takes the events before the one that it refuses" {
	start --fault partial-at=1,seed=3
	run -0 post '' -d '{"event":0}{"event":1}{"event":2}{"event":3}{"event":4}{"event":5}{"event":6}{"event":7}'
	[[ $output =~ '"invalid-event-number":'([0-7])'}' ]]

	equal "$(seq 0 7 | head -n "${BASH_REMATCH[1]}")" "$(jq -r .raw arrived)"
}

@test "a connection breaks, ends or stalls, with nothing taken" {
	start --fault reset-after=1
	run -56 post '' -d '{"event":1}'
	kill $mock; wait $mock
	start --fault close-after=1
	run -52 post '' -d '{"event":1}'
	kill $mock; wait $mock
	start --fault stall-after=2
	run -28 post '' --max-time 10 -d '{"event":1}' --next -s --max-time 0.3 \
		"$url" -H "Authorization: Splunk $token" -d '{"event":2}'
	equal 1 "$(jq -r .raw arrived)"
	run -0 post '' -d '{"event":3}'
	equal '{"text":"Success","code":0}' "$output"
}

@test "a stall can have an end, and so has its connection then" {
	start --fault stall-after=1,stall-ms=200
	run -52 post '' -d '{"event":1}'

	equal 0 "$(wc -l <arrived)"
}

@test "delay holds every answer back" {
	start --fault delay=300
	run -0 post '' -o answer -w '%{time_total}' -d '{"event":1}'

	jq -en --argjson took "$output" '$took >= 0.3'
	equal '{"text":"Success","code":0}' "$(cat answer)"
}

@test "the same seed hits the same requests, another seed others" {
	for seed in 1 1 2; do
		start --fault "503=30%,seed=$seed"
		hits+=("$(for _ in $(seq 30); do
			post '' -o /dev/null -w '%{http_code} ' -d '{"event":1}'
		done)")
		kill $mock; wait $mock
	done

	equal "${hits[0]}" "${hits[1]}"
	[ "${hits[0]}" != "${hits[2]}" ]
	[[ ${hits[0]} == *503* && ${hits[0]} == *200* ]]
}

@test "a cookie tells a load balancer which channel it is" {
	start --token "$token,cookie=node"
	run -0 post '' -c jar -d '{"event":1}'
	run -0 post '' -b jar -d '{"event":2}'
	run -0 bare '' -D headers -H "Authorization: Splunk $token" -d '{"event":3}'

	equal "null node=$channel null" "$(jq -r .cookie arrived | paste -sd ' ')"
	run -1 grep -qi set-cookie headers
}

@test "a client without a User-Agent gets no second request on its connection" {
	start
	run -0 post '' -H 'User-Agent:' -D headers -d '{"event":1}'
	grep -qi '^connection: close' headers
	run -0 post '' -D headers -d '{"event":1}'
	run -1 grep -qi '^connection: close' headers
}

@test "HTTPS needs nothing but the authority that was made" {
	start --tls --tls-dir certs
	[[ $url == https://127.0.0.1:* ]]
	run -0 post '' --cacert certs/ca.pem -d '{"event":1}'
	equal '{"text":"Success","code":0}' "$output"
	equal https "$(jq -r .transport arrived)"
	run -60 post '' -d '{"event":1}'
}

@test "--require-client-cert lets nobody in without one, and says so" {
	start --tls --tls-dir certs --require-client-cert --stats
	run post '' --cacert certs/ca.pem -d '{"event":"nobody"}'
	[ "$status" -ne 0 ]
	eventually grep -q 'the client sent no certificate' said
	run -0 post '' --cacert certs/ca.pem --cert certs/client.pem \
		--key certs/client.key -d '{"event":"somebody"}'
	equal somebody "$(jq -r .raw arrived)"
	kill $mock; wait $mock
	grep -q ' 1 connections, 1 refused,' said
}

@test "--count ends it when so many events have come and nobody is connected" {
	start -n 2
	post '' -d '{"event":1}' >first
	post '' -d '{"event":2}' >second
	wait $mock

	equal '1 2' "$(jq -r .raw arrived | paste -sd ' ')"
}

@test "what is only for requests is refused by other kinds" {
	run -2 siem-mock syslog -l tcp://:0 --token x
	equal 'siem-mock: option --token: nothing here asks for it' "$output"
	run -2 siem-mock syslog -l tcp://:0 --fault lost=1%
	equal 'siem-mock: option --fault: lost is for answers: splunk, relp' "$output"
	run -2 siem-mock splunk -l tcp://:0
	equal 'siem-mock: option --listen: tcp://:0: tcp is none of http, https (did you mean http?)' "$output"
	run -2 siem-mock splunk -l :0 --token x,askk
	equal 'siem-mock: option --token: askk is none of ack, disabled, query, index=NAME|NAME, cookie=NAME' "$output"
	run -2 siem-mock splunk -l :0 --fault 503-at=9-5
	equal 'siem-mock: option --fault: 503-at=9-5 is no span of requests, as in 5-9 or 7' "$output"
}
