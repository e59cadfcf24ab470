#!/usr/bin/env bats
# siem-send with nothing but variables: SIEM_TYPE and those of the kind are enough
# to deliver by TLS, with credentials that are checked; and how records are
# gathered is what SIEM_BATCH_MODE, SIEM_BATCH_SIZE and SIEM_FLUSH_INTERVAL say.

# shellcheck disable=SC2030,SC2031 # each test has variables of its own
load helper
load mocked
load kafka

# events N: so many of them, each on a line.
events()
{
	seq -f '{"ts":"2025-10-08T22:45:00Z","n":%g}' "$1"
}

# send: what is in the file "in", with nothing said on the command line.
send()
{
	timeout 120 siem-send -q <in
}

# secure KIND OPTION...: such a mock, by TLS with certificates of its own.
secure()
{
	start_mock "$1" --tls --tls-dir certs "${@:2}"
}

# delivers: what is in the file "in" arrives, and byte for byte.
delivers()
{
	run -0 send
	equal '' "$output"
	equal "$(sort in)" "$(jq -r '.raw // .message' arrived | sort)"
	equal https "$(jq -r .transport arrived | sort -u)"
	: >arrived
}

# refuses SECRET WRONG: with that for the variable, nothing is delivered.
refuses()
{
	local -x "$1=$2"

	run -4 send
	[[ $output != *"$2"* ]]
	[ ! -s arrived ]
}

@test "splunk" {
	events 30 >in
	export SIEM_TYPE=splunk SPLUNK_HEC_CA_FILE=certs/ca.pem
	export SPLUNK_HEC_TOKEN=12345678-1234-1234-1234-123456789012
	secure splunk --token "$SPLUNK_HEC_TOKEN,index=audit"
	export SPLUNK_HEC_URL=$url SPLUNK_HEC_INDEX=audit SPLUNK_HEC_SOURCE=acme
	run -0 send
	equal "$(cat in)" "$(jq -r .raw arrived | sort -t : -k 5 -n)"
	equal '["https","audit","acme"]' \
		"$(jq -c '[.transport, .index, .source]' arrived | sort -u)"
	: >arrived
	refuses SPLUNK_HEC_TOKEN 87654321-1234-1234-1234-123456789012
	SPLUNK_HEC_INDEX=other run -4 send
	[[ $output == *index* ]]
	unset SPLUNK_HEC_TOKEN
	run -2 send
	equal 'siem-send: splunk: token is missing (SPLUNK_HEC_TOKEN)' "$output"
}

@test "elasticsearch, elk and opensearch, by an API key, and by user and password" {
	printf '{"@timestamp":"2025-10-08T22:45:00Z","n":%d}\n' 1 2 3 >in
	export ELASTICSEARCH_CA_FILE=certs/ca.pem ELASTICSEARCH_API_KEY=id:key
	secure elasticsearch --token 'ApiKey id:key'
	export ELASTICSEARCH_URL=$url
	for SIEM_TYPE in elasticsearch elk opensearch; do
		export SIEM_TYPE
		run -0 send
		equal "$(cat in)" "$(jq -r .raw arrived)"
		equal mcp-audit-2025.10.08 "$(jq -r .index arrived | sort -u)"
		: >arrived
	done
	refuses ELASTICSEARCH_API_KEY id:wrong
	end_mock
	unset ELASTICSEARCH_API_KEY
	secure elasticsearch --token 'Basic me:pass'
	export ELASTICSEARCH_URL=$url ELASTICSEARCH_USER=me
	export ELASTICSEARCH_PASSWORD=pass ELASTICSEARCH_INDEX=acme
	run -0 send
	equal acme-2025.10.08 "$(jq -r .index arrived | sort -u)"
	: >arrived
	refuses ELASTICSEARCH_PASSWORD S3cret
}

@test "datadog" {
	events 30 >in
	export SIEM_TYPE=datadog DATADOG_CA_FILE=certs/ca.pem
	export DATADOG_API_KEY=0123456789abcdef0123456789abcdef
	secure datadog --token "$DATADOG_API_KEY"
	export DATADOG_URL=$url
	run -0 send
	equal "$(sort in)" "$(jq -r .event.message arrived | sort)"
	equal '["mcp-redaction","mcp-redaction"]' \
		"$(jq -c '.event | [.service, .ddsource]' arrived | sort -u)"
	: >arrived
	DATADOG_SERVICE=acme DATADOG_SOURCE=app run -0 send
	equal '["acme","app"]' \
		"$(jq -c '.event | [.service, .ddsource]' arrived | sort -u)"
	: >arrived
	refuses DATADOG_API_KEY fedcba9876543210fedcba9876543210
	unset DATADOG_URL
	DATADOG_SITE=datadoghq.eu run -0 siem-send -n <in
	[[ $output == *'Host: http-intake.logs.datadoghq.eu'* ]]
}

# listens TRANSPORT: a receiver of syslog by that, of which $port is the port.
listens()
{
	rm -f where
	siem-mock syslog -q -l "$1://127.0.0.1:0" --listen-file where \
		"${@:2}" >>arrived 2>said 3>&- 4>&- &
	mock=$!
	remember "$mock"
	eventually [ -s where ]
	port=$(grep -o '[0-9]*$' where)
}

@test "syslog, by UDP unless a variable says otherwise" {
	echo one >in
	export SIEM_TYPE=syslog SYSLOG_HOST=127.0.0.1 SYSLOG_FACILITY=4
	listens udp
	SYSLOG_PORT=$port run -0 send
	eventually has 1
	equal '["udp",4,"one"]' "$(jq -c '[.transport, .facility, .message]' arrived)"
	: >arrived
	listens tls --tls --tls-dir certs
	export SYSLOG_TRANSPORT=tls SYSLOG_PORT=$port
	SYSLOG_CA_FILE=certs/ca.pem run -0 send
	eventually has 1
	equal '["tls",4,"one"]' "$(jq -c '[.transport, .facility, .message]' arrived)"
	run -4 send
}

@test "qradar and sc4s, by TLS with a certificate of their own" {
	echo one >in
	listens tls --tls --tls-dir certs --require-client-cert
	for kind in qradar sc4s; do
		export SIEM_TYPE=$kind "${kind^^}_HOST=127.0.0.1" "${kind^^}_PORT=$port" \
			"${kind^^}_CA_FILE=certs/ca.pem"
		run -4 send
		export "${kind^^}_CERT_FILE=certs/client.pem" \
			"${kind^^}_KEY_FILE=certs/client.key"
		run -0 send
		eventually has 1
		equal '["tls","one"]' "$(jq -c '[.transport, .message]' arrived)"
		: >arrived
	done
}

@test "qradar, by its HTTP Receiver and by an endpoint with an API key" {
	events 30 >in
	export SIEM_TYPE=qradar QRADAR_CA_FILE=certs/ca.pem
	secure qradar --token 'Authorization: s3cret'
	export QRADAR_TRANSPORT=http_receiver QRADAR_URL=$url QRADAR_TOKEN=s3cret
	delivers
	refuses QRADAR_TOKEN S3CRET
	end_mock
	secure http --token 'SEC: s3cret'
	export QRADAR_TRANSPORT=rest_api QRADAR_ENDPOINT=$url/app QRADAR_API_KEY=s3cret
	delivers
	refuses QRADAR_API_KEY S3CRET
}

@test "sentinel, by each of its transports" {
	events 30 >in
	export AZURE_TENANT_ID=tenant AZURE_CLIENT_ID=app AZURE_CLIENT_SECRET=s3cret
	export SENTINEL_RULE_ID=dcr-1 SENTINEL_STREAM=Custom-Acme_CL
	export SENTINEL_WORKSPACE_ID=11111111-2222-3333-4444-555555555555
	export SENTINEL_SHARED_KEY=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=
	export SENTINEL_LOG_TYPE=Acme SENTINEL_CA_FILE=certs/ca.pem
	export EVENT_HUBS_CA_FILE=certs/ca.pem SIEM_TYPE=sentinel
	secure sentinel --client app:s3cret --token rule=dcr-1:Custom-Acme_CL \
		--token "shared_key=$SENTINEL_WORKSPACE_ID:$SENTINEL_SHARED_KEY" \
		--token sas=send:ZGVmZ2g=
	export AZURE_AUTHORITY_HOST=$url SENTINEL_ENDPOINT=$url
	hub="Endpoint=sb://${url#*://}/;SharedAccessKeyName=send;EntityPath=audit"
	export EVENT_HUBS_CONNECTION_STRING="$hub;SharedAccessKey=ZGVmZ2g="
	delivers
	refuses AZURE_CLIENT_SECRET S3CRET
	export SENTINEL_TRANSPORT=data_collector_api
	run -0 send # with a word about its end
	equal "$(sort in)" "$(jq -r .raw arrived | sort)"
	: >arrived
	refuses SENTINEL_SHARED_KEY AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=
	export SENTINEL_TRANSPORT=event_hubs
	delivers
	refuses EVENT_HUBS_CONNECTION_STRING "$hub;SharedAccessKey=eGVmZ2g="
	export SENTINEL_TRANSPORT=log_analytics_agent SENTINEL_PATH=$PWD/out
	run -0 send
	cmp in out
}

@test "http, with a header that is secret" {
	events 30 >in
	export SIEM_TYPE=http HTTP_CA_FILE=certs/ca.pem HTTP_HEADER='X-Key: k1'
	secure http --token 'X-Key: k1'
	export HTTP_URL=$url
	delivers
	refuses HTTP_HEADER 'X-Key: k2'
}

@test "kafka" {
	cluster 1
	events 30 >in
	SIEM_TYPE=kafka KAFKA_BROKERS=$brokers KAFKA_TOPIC=audit run -0 send
	arrived audit >out
	cmp in out
}

# requests: how many records each had, in their order.
requests()
{
	jq .request arrived | uniq -c | awk '{ print $1 }' | xargs
}

# is_ready PID: does it take over SIGUSR1 by now, which would end it before?
is_ready()
{
	(((0x$(sed -n 's/^SigCgt:\t//p' "/proc/$1/status") & 0x200) != 0))
}

# begin: siem-send, whose input is open as 5, with a line of counts in err
# whenever it is asked for.
begin()
{
	mkfifo input
	timeout 120 siem-send <input 2>err 3>&- 4>&- &
	guard=$!
	exec 5>input
	eventually pgrep -P "$guard" siem-send
	sender=$(pgrep -P "$guard" siem-send)
	remember "$sender"
	eventually is_ready "$sender"
}

finish()
{
	exec 5>&-
	wait "$guard"
}

# holds N: has it read that many by now? All of them are either sent or wait.
holds()
{
	kill -USR1 "$sender"
	grep -q "\\b$1 read" err
}

# hec OPTION...: variables for a collector.
hec()
{
	export SPLUNK_HEC_TOKEN=12345678-1234-1234-1234-123456789012
	start_mock splunk --token "$SPLUNK_HEC_TOKEN"
	export SIEM_TYPE=splunk SPLUNK_HEC_URL=$url SPLUNK_HEC_IN_FLIGHT=1
}

@test "SIEM_BATCH_MODE=false: each record has a request of its own" {
	hec
	SIEM_BATCH_MODE=false run -0 siem-send < <(seq 7)
	equal '1 1 1 1 1 1 1' "$(requests)"
	: >arrived
	SIEM_BATCH_MODE=maybe run -2 siem-send < <(seq 7)
	equal 'siem-send: splunk: batch_mode: maybe is neither true nor false' "$output"
}

@test "SIEM_BATCH_SIZE is the most that a request has" {
	hec
	seq 7 >in
	SIEM_BATCH_SIZE=3 run -0 siem-send <in
	equal 7 "$(wc -l <arrived)"
	[ "$(requests | tr ' ' '\n' | sort -n | tail -n 1)" -le 3 ]
	: >arrived
	SIEM_BATCH_SIZE=3 SIEM_FLUSH_INTERVAL=3600 run -0 siem-send <in
	equal '3 3 1' "$(requests)"
	SIEM_BATCH_SIZE=0 run -2 siem-send <in
	equal 'siem-send: splunk: batch_size: 0 is not a number from 1 to 1000000' "$output"
}

@test "SIEM_FLUSH_INTERVAL makes a batch wait for 100 records" {
	hec
	export SIEM_FLUSH_INTERVAL=3600
	begin
	echo 1 >&5
	eventually holds 1
	seq 2 99 >&5
	eventually holds 99
	[ ! -s arrived ]
	echo 100 >&5
	eventually has 100
	echo 101 >&5
	finish
	equal '100 1' "$(requests)"
}

@test "SIEM_FLUSH_INTERVAL makes a batch wait for SIEM_BATCH_SIZE records" {
	hec
	export SIEM_FLUSH_INTERVAL=3600 SIEM_BATCH_SIZE=3
	begin
	for n in 1 2; do
		echo $n >&5
		eventually holds $n
	done
	[ ! -s arrived ]
	echo 3 >&5
	eventually has 3
	finish
	equal 3 "$(requests)"
}

@test "when SIEM_FLUSH_INTERVAL is over, what there is goes, and without it at once" {
	hec
	for interval in 0.2 0 ''; do
		rm -f input
		export SIEM_FLUSH_INTERVAL=$interval
		: >arrived
		begin
		echo 1 >&5
		eventually has 1
		finish
	done
}

@test "in a profile these are its own keys, and the variables are not heard" {
	hec
	export SIEM_CONFIG=siem.yaml SIEM_BATCH_MODE=false SIEM_FLUSH_INTERVAL=3600
	export SIEM_TYPE=here
	profile()
	{
		printf '%s\n' siem: "$1" '  here:' '    kind: splunk' '    hec:' \
			"      endpoint: $url" '      token: env:SPLUNK_HEC_TOKEN' \
			"    delivery: { in_flight: 1$2 }" >siem.yaml
		: >arrived
	}
	seq 9 >in
	profile '  flush_interval: 3600' ', batch_size: 4'
	run -0 siem-send <in
	equal '4 4 1' "$(requests)"
	profile '  flush_interval: 3600' ', batch_mode: false'
	run -0 siem-send <in
	equal '1 1 1 1 1 1 1 1 1' "$(requests)"
	# Its own is stronger than what all share.
	profile '  flush_interval: 3600' ', batch_timeout: 0'
	begin
	echo 1 >&5
	eventually has 1
	finish
}
