#!/usr/bin/env bats
# siem-send sentinel by each of its transports, against siem-mock: what arrives,
# what an answer makes of it, and what is said to whom.
# shellcheck disable=SC2030,SC2031 # each test has variables of its own

load helper

setup_file()
{
	export AZURE_TENANT_ID=tenant AZURE_CLIENT_ID=app
	export AZURE_CLIENT_SECRET='s3cret+of/the=app'
	export SENTINEL_RULE_ID=dcr-1 SENTINEL_STREAM=Custom-Acme_CL
	export SENTINEL_WORKSPACE_ID=11111111-2222-3333-4444-555555555555
	export SENTINEL_SHARED_KEY=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=
	export SENTINEL_LOG_TYPE=Acme
}

# mock OPTION...: with TLS, a client, and keys. What has arrived is in arrived,
# its address in $url, and in AZURE_AUTHORITY_HOST.
mock()
{
	rm -f where
	siem-mock sentinel -q -l "${listen:-:0}" --listen-file where --idle 120 \
		--tls --tls-dir certs --client "app:$AZURE_CLIENT_SECRET" \
		--token "rule=dcr-1:Custom-Acme_CL" \
		--token "shared_key=$SENTINEL_WORKSPACE_ID:$SENTINEL_SHARED_KEY" \
		--token "sas=send:ZGVmZ2g=" "$@" >>arrived 2>said 3>&- 4>&- &
	mock=$!
	remember "$mock"
	eventually [ -s where ]
	url=$(cat where)
	export AZURE_AUTHORITY_HOST=$url
	export SENTINEL_CA_FILE=certs/ca.pem EVENT_HUBS_CA_FILE=certs/ca.pem
	hub ZGVmZ2g= "${url#*://}"
}

end_mock()
{
	kill "$mock"
	wait "$mock" || true
}

# hub KEY HOST: a connection string with that key.
hub()
{
	export EVENT_HUBS_CONNECTION_STRING="Endpoint=sb://$2/;SharedAccessKeyName=send;SharedAccessKey=$1;EntityPath=audit"
}

# send OPTION...: by the Logs Ingestion API, without a word about what goes as
# it should; collect and emit: by the Data Collector API, and Event Hubs.
send()
{
	timeout 120 siem-send -q "sentinel:$url" "$@"
}

collect()
{
	timeout 120 siem-send -q sentinel -o transport=data_collector_api \
		-o "endpoint=$url" "$@"
}

emit()
{
	timeout 120 siem-send -q sentinel -o transport=event_hubs "$@"
}

# has N: have that many arrived?
has()
{
	[ "$(wc -l <arrived)" -ge "$1" ]
}

numbers()
{
	seq -f '{"n":%g}' "$@"
}

# all_of N: each number from 1 on has arrived, with all that it was.
all_of()
{
	equal "$(numbers "$1")" "$(jq -r .raw arrived | sort -u | sort -t : -k 2 -n)"
}

# once N: and none twice.
once()
{
	all_of "$1"
	equal "$1" "$(wc -l <arrived)"
}

later_than()
{
	[ "$EPOCHSECONDS" -gt "$1" ]
}

@test "objects arrive as they are, and lines in columns with their time" {
	mock
	cat >lines <<-'END'
	{"TimeGenerated":"2025-10-08T22:45:00.123Z","User":"al\/ice","n":1.50}
	CEF:0|a|b|1|2|c|3|rt=1759963500123 msg=x\=y
	{"a":1}},{"b":2}
	END
	run -0 send <lines

	equal "$(sed -n 1p lines)" "$(jq -r 'select(.event.User).raw' arrived)"
	equal '["2025-10-08T22:45:00.123Z","CEF:0|a|b|1|2|c|3|rt=1759963500123 msg=x\\=y"]' \
		"$(jq -c 'select(.event.RawData | . and startswith("CEF")).event | [.TimeGenerated, .RawData]' arrived)"
	equal '{"a":1}},{"b":2}' "$(jq -r '.event.RawData // empty' arrived | tail -n 1)"
	equal /dataCollectionRules/dcr-1/streams/Custom-Acme_CL \
		"$(jq -r .path arrived | sort -u)"
}

@test "requests are of one megabyte at most, compressed or not" {
	mock
	gen-events 4000 >lines
	run -0 send <lines
	equal '' "$output"
	equal "$(sort lines)" "$(jq -r .raw arrived | sort)"
	: >arrived
	run -0 send -o gzip=true <lines
	equal '' "$output"
	equal "$(sort lines)" "$(jq -r .raw arrived | sort)"
}

@test "what is larger than that is halved, and what is so by itself is set aside" {
	mock
	gen-events 4000 >lines
	{
		printf '{"a":"'
		head -c 1048567 /dev/zero | tr '\0' x
		printf '"}\n'
	} >large
	cat large >>lines
	run -1 send -o batch_bytes=4MB --dead-letter dead <lines

	equal "$(sed '$d' lines | sort)" "$(jq -r .raw arrived | sort)"
	cmp large dead
	grep -q 'too large: a request takes 1048576 bytes' dead.why
}

@test "a wrong secret, or none that is known, ends it with status 4" {
	mock
	AZURE_CLIENT_SECRET=wrong-one run -4 send <<<x
	[[ $output == *'token: status 401, invalid_client: AADSTS7000215'* ]]
	[[ $output != *wrong-one* ]]
	AZURE_CLIENT_ID=other run -4 send <<<x
	[[ $output == *'unauthorized_client'* ]]

	[ ! -s arrived ]
}

@test "no such rule or stream, and one that is not for us, end it with status 4" {
	mock
	run -4 send -o rule_id=dcr-2 <<<x
	[[ $output == *'answers 404: no such rule or stream there: check endpoint, rule_id and stream: NotFound'* ]]
	run -4 send -o stream=Custom-Other <<<x
	[[ $output == *'InvalidStream'* ]]
	end_mock
	mock --fault 403-at=1-9
	run -4 send <<<x
	[[ $output == *'Monitoring Metrics Publisher'*OperationFailed* ]]

	[ ! -s arrived ]
}

@test "a refusal in the middle holds the records back, and loses none" {
	mock --fault 403-at=2-3
	numbers 100 >lines
	run -0 send -o batch_size=20 -o in_flight=1 --dead-letter dead <lines

	once 100
	[[ $output == *'Monitoring Metrics Publisher'* ]]
	[ ! -s dead ]
}

@test "a token that ends in the middle is fetched anew before the next record" {
	mock --token-life 5
	mkfifo in
	send -o in_flight=1 <in 2>messages 3>&- &
	sender=$!
	remember $sender
	exec 4>in
	echo '{"n":1}' >&4
	eventually has 1
	eventually later_than $((EPOCHSECONDS + 5))
	echo '{"n":2}' >&4
	eventually has 2
	exec 4>&-
	wait $sender

	once 2
	equal '' "$(cat messages)"
}

@test "one that is refused before its time is fetched anew at once" {
	mock --fault 401-at=3
	numbers 100 >lines
	run -0 send -o batch_size=10 -o in_flight=1 <lines

	once 100
}

@test "a token endpoint that is busy is asked again" {
	mock --fault token-busy=2,retry-after=1
	run -0 send <<<'{"n":1}'

	once 1
}

@test "a token that cannot be had uses up the tries of what waits for it" {
	mock
	numbers 3 >lines
	run -3 send -o authority=http://127.0.0.1:1 --retries 1 \
		--dead-letter dead <lines
	cmp lines dead
	[[ $output == *'records given up after 1 retry: '* ]]
	run -3 send -o authority=http://127.0.0.1:1 --retries 0 <lines
	[ ! -s arrived ]
}

@test "Retry-After is obeyed, as seconds and as a date" {
	declare -A why=(
		[send]=': TooManyRequests: Rate limit exceeded.'
		[collect]=''
		[emit]=': busy: the hub may need more throughput units: 429: The request was terminated because the namespace is being throttled'
	)
	for way in send collect emit; do
		for word in retry-after retry-date; do
			rm -f arrived
			mock --fault "429-at=1,$word=3"
			began=$EPOCHREALTIME
			run -0 "$way" <<<'{"n":1}'
			end_mock

			once 1
			equal "siem-send: SIEM shipping failed: sentinel: $url answers 429${why[$way]}; trying again (records waiting: 1)" "$output"
			# A date has no parts of a second.
			awk "BEGIN { exit !($EPOCHREALTIME - $began >= 1.9) }"
		done
	done
}

@test "a record that is refused by itself, where others were taken, is set aside" {
	mock --fault partial-at=3
	numbers 5 >lines
	run -1 send -o batch_size=1 -o in_flight=1 --dead-letter dead <lines

	equal "$(sed 3d lines)" "$(jq -r .raw arrived)"
	equal '{"n":3}' "$(cat dead)"
	grep -q 'InvalidPayload' dead.why
}

@test "whatever goes wrong on the way, every record arrives" {
	mock --fault 500=10%,502=5%,429=5%,503=5%,401=5%,lost=5%,half=5%,garbage=5%,reset=5%,close=5%,413=5%,404=2%,seed=3
	numbers 300 >lines
	run -0 send -o batch_size=10 --dead-letter dead <lines

	all_of 300
	[ ! -s dead ]
}

@test "answers of 100 MiB take no memory, and cost no record" {
	mock --fault huge-at=1-2
	numbers 20 >lines
	run -0 measure cost timeout 120 siem-send "sentinel:$url" -o batch_size=5 <lines

	all_of 20
	[[ $output == *'answers 200: success, but not in the words of Azure'* ]]
	[[ $(command -v siem-send) == *-san/* ]] ||
		awk '{ exit !($4 < 32 * 1024) }' cost
}

@test "a virtual machine fetches its token without a secret, and by no proxy" {
	siem-mock sentinel -q -l :0 --listen-file plain --idle 120 --client a:b \
		>>arrived 3>&- &
	remember $!
	eventually [ -s plain ]
	unset AZURE_CLIENT_ID AZURE_CLIENT_SECRET AZURE_TENANT_ID
	export http_proxy=http://127.0.0.1:1 all_proxy=http://127.0.0.1:1
	run -0 timeout 120 siem-send -q "sentinel:$(cat plain)" \
		-o auth_method=managed_identity \
		-o "identity_endpoint=$(cat plain)/metadata/identity/oauth2/token" \
		<<<'{"n":1}'
	once 1
	run -4 timeout 120 siem-send -q "sentinel:$(cat plain)" \
		-o auth_method=managed_identity -o client_id=nobody \
		-o "identity_endpoint=$(cat plain)/metadata/identity/oauth2/token" \
		<<<'{"n":2}'

	[[ $output == *'token: status 400, invalid_request: Identity not found'* ]]
}

# certificate NAME: with its key, in NAME.pem, and by itself in NAME.crt.
certificate()
{
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.crt" \
		-days 2 -subj "/CN=$1" 2>/dev/null
	cat "$1.key" "$1.crt" >"$1.pem"
}

@test "an application shows by its certificate who it is, without a secret" {
	certificate app
	certificate other
	mock --client app:@app.crt
	unset AZURE_CLIENT_SECRET
	run -0 send -o certificate_file=app.pem <<<'{"n":1}'
	once 1
	run -4 send -o certificate_file=other.pem <<<'{"n":2}'
	[[ $output == *'token: status 401, invalid_client: AADSTS700027'* ]]
	run -2 send -o certificate_file=app.crt <<<'{"n":2}'
	[[ $output == *'certificate_file: app.crt: there is no private key in it'* ]]

	once 1
}

@test "a certificate that is renewed is shown once the old one is refused" {
	certificate old
	certificate new
	cp old.pem app.pem
	mock --client app:@old.crt
	unset AZURE_CLIENT_SECRET
	mkfifo in
	timeout 120 siem-send "sentinel:$url" -o certificate_file=app.pem \
		<in 2>messages 3>&- &
	sender=$!
	remember $sender
	exec 4>in
	echo '{"n":1}' >&4
	eventually has 1
	end_mock
	listen=${url#*://} mock --client app:@new.crt
	echo '{"n":2}' >&4
	eventually grep -q 'AADSTS700027' messages
	head -c 500 new.pem >app.pem # half of it is of no use
	eventually grep -q 'certificate_file: app.pem: .*; going on with what was there before' messages
	cp new.pem renewed
	mv renewed app.pem
	exec 4>&-
	wait $sender

	once 2
}

@test "a secret that ends in the middle is waited for, and nothing is lost" {
	(umask 077 && echo "$AZURE_CLIENT_SECRET" >secret)
	export AZURE_CLIENT_SECRET=file:secret
	mock --client "app:$(cat secret)"
	mkfifo in
	timeout 120 siem-send "sentinel:$url" <in 2>messages 3>&- &
	sender=$!
	remember $sender
	exec 4>in
	echo '{"n":1}' >&4
	eventually has 1
	end_mock
	listen=${url#*://} mock --client app:another
	echo '{"n":2}' >&4
	eventually grep -q 'invalid_client' messages
	(umask 077 && echo another >new && mv new secret)
	exec 4>&-
	wait $sender

	once 2
	run -1 grep -F -e another -e s3cret messages
}

# found STEP WORD TEXT: is that what was said about the step?
found()
{
	grep -E "^  $1 +$2 +" <<<"$output" | grep -F -- "$3"
}

@test "--check fetches a token, asks the rule, and sends nothing" {
	mock
	run -0 timeout 60 siem-send --check "sentinel:$url"
	found token ok ''
	found permission ok 'the rule and its stream take what we send'
	run -4 timeout 60 siem-send --check "sentinel:$url" -o rule_id=dcr-2
	found permission '[a-zA-Z]*' 'no such rule or stream there'
	run -4 timeout 60 siem-send --check "sentinel:$url" -o stream=Custom-Other
	found permission '[a-zA-Z]*' InvalidStream
	AZURE_CLIENT_SECRET=wrong run -4 timeout 60 siem-send --check "sentinel:$url"
	found token '[a-zA-Z]*' invalid_client

	[ ! -s arrived ]
}

# apart OPTION...: a mock that gives out tokens, beside the one that has the
# records, which knows nobody without a certificate and goes by another name.
apart()
{
	siem-mock sentinel -q -l :0 --listen-file here --idle 120 --tls \
		--tls-dir own --tls-name dce.test --require-client-cert \
		>>arrived 3>&- &
	remember $!
	rm -f where
	siem-mock sentinel -l :0 --listen-file where --idle 120 --tls \
		--tls-dir certs --client "app:$AZURE_CLIENT_SECRET" "$@" \
		>/dev/null 2>said 3>&- &
	remember $!
	eventually [ -s where ]
	eventually [ -s here ]
	cat own/ca.pem certs/ca.pem >both.pem
}

# send_apart: to these two.
send_apart()
{
	timeout 120 siem-send -q "sentinel:$(cat here)" -o ca_file=both.pem \
		-o server_name=dce.test -o cert_file=own/client.pem \
		-o key_file=own/client.key "$@" \
		-o "authority=$(cat where)" <<<'{"n":1}'
}

@test "what the destination knows us by, and we it, is not for the token endpoint" {
	apart
	run -0 send_apart

	once 1
}

@test "not even where the token endpoint asks for a certificate" {
	apart --require-client-cert
	run -4 send_apart
	grep -q 'the client sent no certificate' said

	[ ! -s arrived ]
}

@test "a dry run shows the request, and no secret" {
	run -0 siem-send -q -n sentinel:dce.example.com < <(printf '{"a":1}\n{"b":2}\n')
	equal 'POST /dataCollectionRules/dcr-1/streams/Custom-Acme_CL?api-version=2023-01-01 HTTP/1.1
Host: dce.example.com
User-Agent: siem-send
Accept: */*
Authorization: Bearer ***
Content-Type: application/json
Content-Length: 17

[{"a":1},{"b":2}]' "$(tr -d '\r' <<<"$output" | sed 's,siem-send/.*,siem-send,')"
	[[ $output != *"$AZURE_CLIENT_SECRET"* ]]
	run -0 siem-send -q -n sentinel -o transport=data_collector_api <<<'{"a":1}'
	[[ $output == *"Authorization: SharedKey ***"* ]]
	[[ $output == *'Log-Type: Acme'*'[{"a":1}]'* ]]
	hub ZGVmZ2g= ns.example.com
	run -0 siem-send -q -n sentinel -o transport=event_hubs <<<'{"a":1}'
	[[ $output == *"Authorization: SharedAccessSignature ***"* ]]
	[[ $output == *'[{"Body":"{\"a\":1}"}]'* ]]
}

# blames_clock: is the difference of the clocks in what was said?
blames_clock()
{
	grep -q 'shipping failed.*their clock is 9[0-9][0-9] s behind ours: is the one here set (timedatectl)?' <<<"$output"
}

@test "where the clocks differ, a signature or a token that is refused says so" {
	certificate app
	mock --client app:@app.crt --fault clock-behind=960
	run -4 send -o certificate_file=app.pem <<<'{"n":1}'
	blames_clock
	run -4 collect <<<'{"n":1}'
	blames_clock
	hub d3Jvbmc= "${url#*://}"
	run -4 emit <<<'{"n":1}'
	blames_clock
	end_mock

	mock --fault clock-behind=200
	SENTINEL_SHARED_KEY=d3Jvbmc= run -4 collect <<<'{"n":1}'
	[[ $output == *'answers 403'* && $output != *'clock is'* ]]
	AZURE_CLIENT_SECRET=wrong run -4 send <<<'{"n":1}'
	[[ $output == *'shipping failed'* && $output != *'clock is'* ]]
}

@test "no secret is in the process list, in messages or in metrics" {
	mock --fault 503-at=1,401-at=2
	mkfifo in
	timeout 120 siem-send -v --metrics metrics "sentinel:$url" <in 2>messages 3>&- &
	sender=$!
	remember $sender
	exec 4>in
	echo '{"n":1}' >&4
	eventually has 1
	ps -ww -o args= -p $sender --ppid $sender >list
	exec 4>&-
	wait $sender
	[ -s list ]
	[ -s messages ]
	[ -s metrics ]
	run -1 grep -F -e "$AZURE_CLIENT_SECRET" -e eyJ list messages metrics

	once 1
}

@test "the Data Collector API takes what is signed, and that it has ended is said" {
	mock
	cat >lines <<-'END'
	{"ts":"2025-10-08T22:45:00Z","User":"al\/ice"}
	plain text
	END
	run -0 timeout 120 siem-send sentinel -o transport=data_collector_api \
		-o "endpoint=$url/api/logs" -o timestamp_field=ts <lines
	[[ $output == *'Microsoft has ended the Data Collector API on 2026-09-14: go over to transport=logs_ingestion, as siem-sentinel(7) says'* ]]

	equal "$(sed -n 1p lines)" "$(jq -r .raw arrived | head -n 1)"
	equal '["Message","ts"]' "$(jq -c '.event | keys' arrived | tail -n 1)"
}

@test "a wrong key and a wrong log type end it with status 4" {
	mock
	SENTINEL_SHARED_KEY=AAAA run -4 collect <<<x
	[[ $output == *'answers 403: not allowed: check workspace_id and shared_key'* ]]
	SENTINEL_WORKSPACE_ID=other run -4 collect <<<x

	[ ! -s arrived ]
}

@test "whatever the Data Collector API does, every record arrives" {
	mock --fault 500=10%,429=5%,503=5%,403=5%,lost=5%,half=5%,garbage=5%,reset=5%,413=5%,huge-at=3,seed=3
	numbers 300 >lines
	run -0 collect -o batch_size=10 --dead-letter dead <lines
	all_of 300
	end_mock
	rm arrived
	mock --fault partial-at=3
	numbers 5 >lines
	run -1 collect -o batch_size=1 -o in_flight=1 --dead-letter dead <lines

	equal "$(sed 3d lines)" "$(jq -r .raw arrived)"
	equal '{"n":3}' "$(cat dead)"
	grep -q 'InvalidDataFormat' dead.why
}

@test "a hub takes what is signed, each record as the string that it was" {
	mock
	printf '%s\n' '{"User":"al\/ice","n":1.50}' 'plain "text"	é' >lines
	run -0 emit <lines

	equal "$(cat lines)" "$(jq -r .raw arrived)"
	equal /audit/messages "$(jq -r .path arrived | sort -u)"
}

@test "a wrong key of a hub ends it with status 4, and is not said" {
	mock
	hub d3Jvbmc= "${url#*://}"
	run -4 emit <<<x
	[[ $output == *'answers 401: not allowed: check the key of connection_string'*InvalidSignature* ]]
	[[ $output != *d3Jvbmc* ]]

	[ ! -s arrived ]
}

@test "a refusal in the middle holds the records of a key, too" {
	numbers 60 >lines
	for way in collect emit; do
		rm -f arrived
		mock --fault 403-at=2-3
		run -0 "$way" -o batch_size=20 -o in_flight=1 --dead-letter dead <lines
		end_mock

		once 60
		[[ $output == *'not allowed: check '* ]]
		[ ! -s dead ]
	done
}

@test "whatever a hub does, every record arrives" {
	mock --fault 500=10%,429=5%,503=5%,retry-after=1,403=5%,lost=5%,half=5%,garbage=5%,reset=5%,413=5%,huge-at=3,seed=3
	numbers 300 >lines
	run -0 emit -o batch_size=10 --dead-letter dead <lines
	all_of 300
	end_mock
	rm arrived
	mock --fault partial-at=3
	gen-events 4000 >lines
	run -0 emit -o batch_bytes=4MB <lines

	equal "$(sort lines)" "$(jq -r .raw arrived | sort)"
}

@test "the agent's file has JSON lines, and none that it would not read" {
	printf '%s\n' '{"a":1}' text >lines
	{
		cat lines
		printf '{"a":"'
		head -c 65536 /dev/zero | tr '\0' x
		printf '"}\n'
	} >in
	run -1 siem-send -q sentinel:out.json -o transport=log_analytics_agent \
		--dead-letter dead <in

	equal '{"a":1}' "$(sed -n 1p out.json)"
	equal '["RawData","TimeGenerated"]' "$(sed -n 2p out.json | jq -c keys)"
	equal 2 "$(wc -l <out.json)"
	cmp <(tail -n 1 in) dead
	grep -q 'and the Azure Monitor Agent takes 65536 (max_line)' dead.why
}
