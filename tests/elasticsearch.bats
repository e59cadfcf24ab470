#!/usr/bin/env bats
# siem-send elasticsearch against the _bulk of siem-mock: what arrives and where,
# what an answer makes of each document, and that a repeat is none.

load helper
load mocked

setup_file()
{
	unset ELASTICSEARCH_URL ELASTICSEARCH_API_KEY ELASTICSEARCH_USER \
		ELASTICSEARCH_PASSWORD ELASTICSEARCH_TOKEN ELASTICSEARCH_INDEX
}

# mock OPTION...: where they go.
mock()
{
	start_mock elasticsearch "$@"
}

# send OPTION...: to that mock, without a word about what goes as it should.
send()
{
	timeout 120 siem-send -q "elasticsearch:$url" "$@"
}

# stamped N...: objects with the identity that siem-tail --stamp gives.
stamped()
{
	local n

	for n; do
		printf '{"siem_id":"%032x","ts":1759963500,"n":%d}\n' "$n" "$n"
	done
}

# raw: the documents that are in the index, as they came.
raw()
{
	jq -r .raw arrived
}

@test "JSON arrives as it is, CEF, LEEF and syslog as messages, in the index of their day" {
	mock --tls --tls-dir certs --token 'ApiKey id:key'
	cat >lines <<-'END'
	{"@timestamp":"2025-10-08T22:45:00.123Z","user":"al\/ice","n":1.50}
	{"timestamp":"2025-10-08T23:45:00-02:00","a":1}
	CEF:0|a|b|1|2|c|3|rt=1759963500123 msg=x\=y
	LEEF:1.0|a|b|1|2|devTime=1759963500123	x="y"
	<34>1 2003-10-11T22:14:15.003Z h su - ID47 - x
	END
	ELASTICSEARCH_API_KEY=id:key run -0 send -o ca_file=certs/ca.pem <lines
	equal '' "$output"

	equal https "$(jq -r .transport arrived | sort -u)"
	equal '{"@timestamp":"2025-10-08T22:45:00.123Z","user":"al\/ice","n":1.50}
{"@timestamp":"2025-10-08T23:45:00-02:00","timestamp":"2025-10-08T23:45:00-02:00","a":1}' \
		"$(raw | head -n 2)"
	equal "$(tail -n 3 lines)" "$(jq -r 'select(.event.message).event.message' arrived)"
	equal 'mcp-audit-2025.10.08 2025-10-08T22:45:00.123Z
mcp-audit-2025.10.09 2025-10-08T23:45:00-02:00
mcp-audit-2025.10.08 2025-10-08T22:45:00.123Z
mcp-audit-2025.10.08 2025-10-08T22:45:00.123Z
mcp-audit-2003.10.11 2003-10-11T22:14:15.003Z' \
		"$(jq -r '"\(.index) \(.event["@timestamp"])"' arrived)"
}

@test "elk and opensearch are names for it" {
	mock
	for kind in elk opensearch; do
		run -0 timeout 120 siem-send -q "$kind:$url" -o daily=false <<<"{\"by\":\"$kind\"}"
	done

	equal 'elk mcp-audit opensearch mcp-audit' \
		"$(jq -r '"\(.event.by) \(.index)"' arrived | paste -sd ' ')"
}

@test "a line that only begins like an object cannot bring lines of its own" {
	mock
	printf '%s\n' '{"a":1}}{"create":{}}' '{"a":' >lines
	run -0 send <lines

	equal "$(cat lines)" "$(jq -r .event.message arrived)"
}

@test "events that are stamped are there once, however often they are sent" {
	mock
	stamped {1..100} >lines
	for _ in 1 2; do
		run -0 send -o batch_size=7 --metrics page <lines
	done

	equal 100 "$(wc -l <arrived)"
	equal "$(sed 's/.*"siem_id":"\([^"]*\).*/\1/' lines)" \
		"$(jq -r .id arrived | sort)"
	grep -q '^siem_send_records_repeated_total.* 100$' page
	grep -q '^siem_send_records_delivered_total.* 100$' page
}

@test "an id of the user's counts more, and what has none is given one there" {
	mock
	printf '%s\n' '{"event":{"id":"a"},"n":1}' '{"event":{"id":7},"n":2}' \
		'{"event":{"id":"a"},"n":3}' '{"n":4}' '{"n":4}' >lines
	run -0 send -o id=event.id -o index=audit -o daily=false <lines

	equal 'a 1
7 2
auto0000000000000001 4
auto0000000000000002 4' "$(jq -r '"\(.id) \(.event.n)"' arrived)"
}

@test "a data stream is named as it is, and daily indices are not for it" {
	mock
	run -0 send -o data_stream=true -o index=logs-mcp.audit-default <<<'{"n":1}'
	equal logs-mcp.audit-default "$(jq -r .index arrived)"

	run -2 send -o data_stream=true -o daily=true <<<x
	[[ $output == *'daily and data_stream exclude each other'* ]]
}

@test "documents of ECS arrive as they are, in the index of their day, and once" {
	mock
	sed 's/^{/{"siem_id":"5f0c9ad21b3e4d6f8091a2b3c4d5e6f7",/' \
		"$BATS_TEST_DIRNAME/vectors/golden.jsonl" | awk '{ sub(/6f7"/, "6f" NR "\""); print }' |
		siem-fmt --ecs >lines
	run -0 send <lines
	run -0 send <lines

	equal "$(cat lines)" "$(raw)"
	equal 'mcp-audit-2025.10.08 5f0c9ad21b3e4d6f8091a2b3c4d5e6f1
mcp-audit-2025.10.08 5f0c9ad21b3e4d6f8091a2b3c4d5e6f2
mcp-audit-2024.01.15 5f0c9ad21b3e4d6f8091a2b3c4d5e6f3
mcp-audit-2024.01.15 5f0c9ad21b3e4d6f8091a2b3c4d5e6f4' \
		"$(jq -r '"\(.index) \(.id)"' arrived)"

	run -0 send -o data_stream=true -o index=logs-mcp.audit-default <lines
	equal 'logs-mcp.audit-default 2024-01-15T10:30:01.250Z' \
		"$(jq -r '"\(.index) \(.event["@timestamp"])"' arrived | tail -n 1)"
}

@test "compressed requests arrive whole" {
	mock
	seq -f '{"n":%.0f}' 20000 >lines
	run -0 send -o gzip=true <lines

	equal "$(seq 20000)" "$(jq -r .event.n arrived | sort -n)"
}

@test "API keys, users and tokens let in, by TLS, each in its own scheme" {
	mock --tls --tls-dir certs --token 'ApiKey id:key' \
		--token 'Basic elastic:changeme' --token 'Bearer abc'
	ELASTICSEARCH_API_KEY=id:key run -0 send -o ca_file=certs/ca.pem <<<1
	ELASTICSEARCH_API_KEY=$(printf id:key | base64) \
		run -0 send -o ca_file=certs/ca.pem <<<2
	ELASTICSEARCH_PASSWORD=changeme \
		run -0 send -o ca_file=certs/ca.pem -o user=elastic <<<3
	ELASTICSEARCH_TOKEN=abc run -0 send -o ca_file=certs/ca.pem <<<4
	equal '1 2 3 4' "$(jq -r .event.message arrived | paste -sd ' ')"

	ELASTICSEARCH_TOKEN=id:key run -4 send -o ca_file=certs/ca.pem <<<5
	[[ $output == *'answers 401: not allowed: security_exception: unable to authenticate'* ]]
	run -4 send -o ca_file=certs/ca.pem <<<6
	[[ $output == *'missing authentication credentials'* ]]
	ELASTICSEARCH_TOKEN=abc run -4 send <<<7
	[[ $output == *certificate* ]]
	equal 4 "$(wc -l <arrived)"
}

@test "credentials that are refused in the middle cost no record" {
	mock --fault 401-at=3-4,403-at=6
	stamped {1..50} >lines
	run -0 send -o batch_size=10 -o in_flight=1 --dead-letter dead <lines

	equal "$(seq 50)" "$(jq .event.n arrived | sort -n)"
	[[ $output == *'answers 401'* ]]
	[ ! -s dead ]
}

@test "an API key that is renewed lets the run go on, and nothing is lost" {
	(umask 077 && echo id:old >key)
	listen=$here:0 mock --token 'ApiKey id:old'
	mkfifo pipe
	timeout 120 siem-send -q "elasticsearch:$url" -o api_key=file:key \
		<pipe 2>told 3>&- &
	sender=$!
	remember $sender
	exec 5>pipe
	stamped 1 >&5
	eventually has 1
	end_mock
	listen=$url mock --token 'ApiKey id:renewed' 5>&-
	stamped 2 >&5
	eventually grep -q 'answers 401: not allowed: security_exception' told
	(umask 077 && echo id:renewed >new && mv new key)
	eventually has 2
	exec 5>&-
	wait $sender

	equal '1 2' "$(jq .event.n arrived | paste -sd ' ')"
	run -1 grep -e id:old -e id:renewed told
}

@test "one document in a thousand is set aside, and 999 are there once" {
	mock --fault poison=evil
	{ stamped {1..600}; echo '{"n":"evil"}'; stamped {601..999}; } >lines
	run -1 send --dead-letter dead <lines

	equal "$(seq 999)" "$(jq .event.n arrived | sort -n)"
	equal '{"n":"evil"}' "$(cat dead)"
	equal 'mapper_parsing_exception: failed to parse field [n] of type [long]' \
		"$(jq -r .reason dead.why)"
}

@test "documents that find no room are sent again, without the others" {
	mock --fault item-429=30%,seed=3
	seq -f '{"n":%.0f}' 300 >lines
	run -0 send <lines

	# None has an _id, and yet none is there twice.
	equal "$(seq 300)" "$(jq .event.n arrived | sort -n)"
}

@test "an index that is not allowed ends it with status 4" {
	mock --token 'id:key,index=audit-*'
	ELASTICSEARCH_API_KEY=id:key run -4 send < <(stamped {1..10})
	[[ $output == *'security_exception'* ]]
	[ ! -s arrived ]
	ELASTICSEARCH_API_KEY=id:key run -0 send -o index=audit <<<'{"ts":1759963500}'
	equal audit-2025.10.08 "$(jq -r .index arrived)"
}

@test "a request that is too large is halved, and a document that is, set aside" {
	mock --max-content 2000
	{ stamped {1..100}; printf '{"long":"%02000d"}\n' 0; stamped {101..200}; } >lines
	run -1 send --dead-letter dead <lines

	equal "$(seq 200)" "$(jq .event.n arrived | sort -n)"
	equal 1 "$(wc -l <dead)"
	grep -q 'too large: raise http.max_content_length there; siem-fmt --max-line makes lines that fit' dead.why
}

@test "Retry-After is obeyed, as seconds and as a date" {
	for form in retry-after=3 retry-date=4; do
		mock --fault "429-at=1,$form"
		began=$EPOCHREALTIME
		run -0 send < <(stamped {1..10})
		awk "BEGIN { exit !($EPOCHREALTIME - $began >= 2.9) }"
		[[ $output == *'answers 429: es_rejected_execution_exception'* ]]
		end_mock
	done
	equal 20 "$(wc -l <arrived)"
}

@test "no Elasticsearch there is said, and ends it with status 4" {
	mock
	run -4 timeout 120 siem-send -q "elasticsearch:$url/a/b" <<<'{}'
	[[ $output == *'no handler found for uri'* ]]
}

@test "a user needs a password, and who we are is said in one way only" {
	export ELASTICSEARCH_URL=https://es.example.com:9200
	ELASTICSEARCH_USER=a run -2 siem-send elasticsearch <<<x
	equal 'siem-send: elasticsearch: user needs password (ELASTICSEARCH_PASSWORD)' "$output"
	ELASTICSEARCH_API_KEY=a ELASTICSEARCH_TOKEN=b run -2 siem-send elasticsearch <<<x
	equal 'siem-send: elasticsearch: api_key and token exclude each other: each says who we are' "$output"
	ELASTICSEARCH_API_KEY=a run -2 siem-send elasticsearch:http://es.example.com <<<x
	[[ $output == *'http:// would show the credential'* ]]
	run -2 siem-send elasticsearch -o index=Audit <<<x
	equal 'siem-send: elasticsearch: index: Audit: no index is called so: it has capitals in it' "$output"
}

@test "the variables alone are enough" {
	mock --token 'ApiKey id:key'
	SIEM_TYPE=elk ELASTICSEARCH_URL=$url ELASTICSEARCH_API_KEY=id:key \
		ELASTICSEARCH_INDEX=own run -0 timeout 120 siem-send -q <<<'{"ts":1759963500}'

	equal own-2025.10.08 "$(jq -r .index arrived)"
}

@test "a dry run shows the request byte for byte, without its secrets" {
	ELASTICSEARCH_API_KEY=id:hidden siem-send -n elasticsearch:es.example.com \
		>shown <<-'END'
	{"siem_id":"5f0c9ad21b3e4d6f8091a2b3c4d5e6f7","ts":1759963500}
	<34>1 2003-10-11T22:14:15.003Z h su - ID47 - "x"
	END
	cat >body <<-'END'
	{"create":{"_index":"mcp-audit-2025.10.08","_id":"5f0c9ad21b3e4d6f8091a2b3c4d5e6f7"}}
	{"@timestamp":"2025-10-08T22:45:00Z","siem_id":"5f0c9ad21b3e4d6f8091a2b3c4d5e6f7","ts":1759963500}
	{"create":{"_index":"mcp-audit-2003.10.11"}}
	{"@timestamp":"2003-10-11T22:14:15.003Z","message":"<34>1 2003-10-11T22:14:15.003Z h su - ID47 - \"x\""}
	END
	cat >lead <<-END
	POST /_bulk?filter_path=errors,items.*.status,items.*.error.type,items.*.error.reason HTTP/1.1
	Host: es.example.com:9200
	User-Agent: siem-send/$(siem-send --version | grep -o '[0-9.]*')
	Accept: */*
	Content-Type: application/x-ndjson
	Authorization: ApiKey ***
	Content-Length: $(wc -c <body)

	END

	equal "$(sed 's/$/\r/' lead; cat body)" "$(cat shown)"
}

@test "--check says which Elasticsearch it is, how it is, and who we are" {
	mock --token 'ApiKey id:key'
	ELASTICSEARCH_API_KEY=id:key run -0 timeout 60 siem-send --check "elasticsearch:$url"
	equal 'version ok version 8.15.0 of Elasticsearch
health ok health green
credentials ok user elastic
permission ok they may write to the index and create it' \
		"$(grep -E '^  (version|health|credentials|permission) ' <<<"$output" | awk '{ $1 = $1; print }')"

	ELASTICSEARCH_API_KEY=id:key run -0 timeout 60 siem-send --check=send "elasticsearch:$url"
	equal siem_test "$(jq -r .event.event arrived)"
	ELASTICSEARCH_API_KEY=other:key run -4 timeout 60 siem-send --check "elasticsearch:$url"
	[[ $output == *'not allowed: security_exception: unable to authenticate'* ]]
}

@test "no secret is in messages, metrics or the process list" {
	mock --fault 401-at=2
	export ELASTICSEARCH_USER=elastic ELASTICSEARCH_PASSWORD=topsecret7
	mkfifo pipe
	timeout 120 siem-send -v --metrics page "elasticsearch:$url" <pipe 2>told 3>&- &
	sender=$!
	remember $sender
	exec 5>pipe
	echo '{"n":1}' >&5
	eventually has 1
	tr '\0' ' ' <"/proc/$sender/cmdline" >list
	echo '{"n":2}' >&5
	exec 5>&-
	wait $sender

	equal '1 2' "$(jq .event.n arrived | paste -sd ' ')"
	grep -q 'answers 401' told
	run -1 grep -rqE 'topsecret7|ZWxhc3RpYzp0b3BzZWNyZXQ3' told page list said
}

@test "answers of 100 MiB, and those that are no answer, cost no record" {
	mock --fault huge-at=1,garbage-at=2-5,half-at=6,lost-at=7
	stamped {1..200} >lines
	run -0 measure cost timeout 120 siem-send -q "elasticsearch:$url" \
		-o batch_size=20 -o in_flight=1 <lines

	equal "$(seq 200)" "$(jq .event.n arrived | sort -n)"
	[[ $output == *'success, but not in the words of Elasticsearch'* ]]
	# 16 MiB of an answer are kept.
	[[ $(command -v siem-send) == *-san/* ]] ||
		awk '{ exit !($4 < 40 * 1024) }' cost
}

@test "whatever goes wrong on the way, every event is there, and once" {
	mock --fault 500=10%,502=5%,429=5%,lost=5%,half=5%,garbage=5%,reset=5%,close=5%,404=2%,item-429=5%,seed=11
	stamped {1..400} >lines
	run -0 send -o batch_size=10 <lines

	equal "$(seq 400)" "$(jq .event.n arrived | sort -n)"
}

@test "through faults and kill -9, siem-tail --stamp leaves each event there once" {
	mock --fault 500=3%,429=3%,lost=5%,half=3%,garbage=3%,reset=3%,item-429=1%,seed=4
	gen-events 4000 >log
	for killed in yes yes no; do
		rm -f in
		mkfifo in
		siem-send -q -c ckpt --receipts receipts "elasticsearch:$url" \
			-o batch_bytes=32768 <in 2>>errors 3>&- &
		sender=$!
		remember $sender
		siem-tail -q --once --stamp -c ckpt log >in 3>&- &
		remember $!
		[ $killed = no ] && break
		before=$(wc -l <arrived)
		eventually has $((before + 500))
		kill -9 $sender
		wait $sender || true
	done
	wait $sender
	end_mock

	equal 4000 "$(wc -l <arrived)"
	equal "$(jq -cS . log | sort)" \
		"$(jq -cS '.event | del(.siem_id, .["@timestamp"])' arrived | sort)"
}
