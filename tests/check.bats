#!/usr/bin/env bats
# siem-send --check: each thing that can keep records from a destination, and
# what is said about it.
# shellcheck disable=SC2030,SC2031 # each test has variables of its own

load helper
load collector
load authority

# check OPTION...: of that mock.
check()
{
	timeout 60 siem-send --check "splunk:$url" "$@"
}

# found STEP WORD TEXT: is that what was said about the step?
found()
{
	grep -qE "^  $1 +$2 +" <<<"$output" &&
		grep -E "^  $1 +$2 +" <<<"$output" | grep -qF -- "$3" && return
	echo "not found: $*"
	return 1
}

# steps WORD: the steps that this was said of, in a line.
steps()
{
	awk -v word="$1" '$2 == word { printf "%s%s", n++ ? " " : "", $1 }' <<<"$output"
}

# closed: an address where nobody listens.
closed()
{
	echo "$here:1"
}

@test "where all is well every step says so, and nothing is sent" {
	mock --tls --tls-dir tls --token "$SPLUNK_HEC_TOKEN,ack"
	run -0 check -o ca_file=tls/ca.pem -o use_ack=true

	equal 'name route TLS certificate key clock health credentials acknowledgement' \
		"$(steps ok)"
	equal delivery "$(steps skipped)"
	found name ok '127.0.0.1'
	found TLS ok 'TLSv1.3'
	found certificate ok '"throw-away server" for localhost, 127.0.0.1'
	found certificate ok 'signed by "throw-away authority", until 20'
	found key ok "sha256//$(openssl x509 -in tls/server.pem -pubkey -noout |
		openssl pkey -pubin -outform DER | openssl sha256 -binary | base64)"
	[ ! -s arrived ]
	[[ $output != *"$SPLUNK_HEC_TOKEN"* ]]
}

@test "with =send one event, marked as a test, goes all the way" {
	mock --token "$SPLUNK_HEC_TOKEN,ack"
	run -0 --separate-stderr timeout 60 siem-send --check=send "splunk:$url" \
		-o use_ack=true -o ack_interval=0.05

	found delivery ok 'an event, marked as a test, has arrived'
	equal siem_test "$(jq -r .event.event arrived)"
	[[ $(jq -r .event.message arrived) == 'test event of siem-send --check=send'* ]]
}

@test "a test event that is not wanted is a failure" {
	mock --token "$SPLUNK_HEC_TOKEN,index=main"
	run -4 --separate-stderr timeout 60 siem-send --check=send "splunk:$url" \
		-o index=secret

	found credentials ok ''
	found delivery FAILED 'not delivered'
	[[ $stderr == *'incorrect index'* ]]
	[ ! -s arrived ]
}

@test "a name that does not resolve is the end of it" {
	url=https://nowhere.invalid
	run -3 check
	found name FAILED 'nowhere.invalid'
	equal '' "$(steps ok)"
}

@test "a port where nobody listens is told from a name that is wrong" {
	url=http://$(closed)
	run -3 check
	found name ok "$here, an address"
	found route FAILED 'Connection refused'
	equal name "$(steps ok)"
}

@test "TLS that is untrusted, expired, misnamed, or wants our name is called that" {
	mock --tls --tls-dir tls
	run -4 check
	found TLS FAILED 'signed by "throw-away authority", which this system does not trust'
	[[ $output == *'set ca_file'* ]]
	run -4 check -o ca_file=tls/ca.pem -o server_name=siem.example.com
	found TLS FAILED 'certificate is for localhost, 127.0.0.1, ::1, not for siem.example.com'
	run -0 check -o ca_file=tls/ca.pem -o server_name=localhost
	found TLS ok 'verified for localhost'
	run -0 check -o insecure=true
	found TLS warning 'nobody verifies'
	end_mock

	mock --tls --tls-dir late --tls-expired
	run -4 check -o ca_file=late/ca.pem
	found TLS FAILED 'certificate has expired (notAfter '
	end_mock

	mock --tls --tls-dir own --require-client-cert
	run -4 check -o ca_file=own/ca.pem
	[[ $output == *'the server requires a client certificate: set cert_file and key_file'* ]]
	run -0 check -o ca_file=own/ca.pem -o cert_file=own/client.pem \
		-o key_file=own/client.key
	end_mock

	mock
	url=https://${url#http://}
	run -4 check
	found route ok ''
	found TLS FAILED 'does not speak TLS here'
}

@test "behind a proxy the way, TLS and all questions go by it" {
	mock --tls --tls-dir tls --token "$SPLUNK_HEC_TOKEN"
	tunnel --count 9
	SPLUNK_HEC_PROXY_PASSWORD=open-sesame run -0 check -o ca_file=tls/ca.pem \
		-o proxy="http://127.0.0.1:$proxy" -o proxy_user=me
	equal 'route TLS clock health credentials' "$(steps ok)"
	found route ok "$url, connected by the proxy http://127.0.0.1:$proxy in"
	found TLS ok 'verified'
	[[ $output != *sesame* ]]
	equal "$(grep -c CONNECT asked)" "$(grep -c '^Proxy-Authorization' asked)"

	https_proxy=http://127.0.0.1:$proxy run -0 check -o ca_file=tls/ca.pem
	found route ok "by the proxy http://127.0.0.1:$proxy"
	https_proxy=http://127.0.0.1:1 no_proxy=127.0.0.0/8 run -0 check -o ca_file=tls/ca.pem
	found route ok "connected in"
	https_proxy=http://127.0.0.1:1 run -0 check -o ca_file=tls/ca.pem -o proxy=none
	run -4 check -o proxy="http://127.0.0.1:$proxy"
	found TLS FAILED 'which this system does not trust'
	equal route "$(steps ok)"
}

@test "a proxy that is down, or does not let us through, is what is named" {
	url=https://splunk.example.com
	run -3 check -o proxy=http://127.0.0.1:1
	found route FAILED "connect to the proxy http://127.0.0.1:1, for $url:443: Connection refused"
	tunnel --refuse 407
	run -4 check -o proxy="http://127.0.0.1:$proxy"
	found route FAILED 'answers 407: set proxy_user and proxy_password'
}

@test "a token that is wrong or disabled is told apart, with what to do" {
	mock --token "$SPLUNK_HEC_TOKEN"
	SPLUNK_HEC_TOKEN=00000000-0000-0000-0000-000000000000 run -4 check
	found health FAILED 'invalid token: is it one of Settings, Data inputs'
	found credentials FAILED 'invalid token: is it one of Settings, Data inputs'
	end_mock

	mock --token "$SPLUNK_HEC_TOKEN,disabled"
	run -4 check
	found credentials FAILED 'token disabled: enable it in Splunk'
}

@test "a token that wants a channel, and one that does not acknowledge" {
	mock --token "$SPLUNK_HEC_TOKEN,ack"
	run -4 check
	found health ok ''
	found credentials FAILED 'the token wants use_ack=true'
	end_mock

	mock --token "$SPLUNK_HEC_TOKEN"
	run -4 check -o use_ack=true
	found credentials ok ''
	found acknowledgement FAILED 'set use_ack=false'
}

@test "a clock that differs draws a warning" {
	mock --fault clock-behind=120
	run -0 check
	found clock warning 's behind of ours'
	[[ $output == *'timedatectl'* ]]
	end_mock

	mock --fault clock-behind=20
	run -0 check
	found clock ok ''
}

@test "something else that answers is not taken for a collector" {
	siem-mock http -q -l :0 --listen-file web --idle 120 >/dev/null 2>&1 3>&- 4>&- &
	remember $!
	eventually [ -s web ]
	url=$(cat web)
	run -3 check
	found credentials FAILED ''
}

@test "a secret that could be read on the way never sets out" {
	url=http://siem.example.com:8088
	run -2 check
	[[ $output == *'insecure'* ]]
}

@test "each of several destinations is checked, and the worst counts" {
	mock
	run -3 check --failover "splunk:http://$(closed)" --failover file:out
	equal 'splunk splunk file' "$(grep -v '^ ' <<<"$output" | paste -sd ' ')"
	found route FAILED 'Connection refused'
	found file ok 'out, which is not there yet'
	[ ! -e out ]
}

@test "syslog says what cannot be known, and RELP opens a session" {
	siem-mock syslog -q -l tcp://:0 --listen-file tcp --idle 120 >tcp.in 2>said 3>&- 4>&- &
	remember $!
	eventually [ -s tcp ]
	run -0 timeout 60 siem-send --check "syslog:$(cat tcp)"
	equal 'name route' "$(steps ok)"
	found acknowledgement warning 'syslog has none'
	[ ! -s tcp.in ]

	run -3 timeout 60 siem-send --check -o connect_timeout=0.3 "syslog:relp://$(sed 's,.*//,,' tcp)"
	found session FAILED 'is it this protocol that is spoken there?'

	run -0 timeout 60 siem-send --check syslog:udp://localhost
	found route warning 'UDP is answered by nobody'

	siem-mock relp -q -l :0 --listen-file relp --idle 120 >relp.in 2>said 3>&- 4>&- &
	remember $!
	eventually [ -s relp ]
	run -0 timeout 60 siem-send --check=send "syslog:relp://$(sed 's,.*//,,' relp)"
	found session ok 'each is acknowledged'
	found delivery ok '(by: answer)'
	grep -q 'siem_test' relp.in
}

@test "a file that cannot be written is no place for records" {
	run -3 timeout 60 siem-send --check "file:$PWD/missing/out"
	found file FAILED 'missing'
}

@test "what it keeps itself is looked at first, and nothing of it is made or changed" {
	mkdir state
	run -0 siem-send --check -c state/c --receipts state/r file:out
	equal 'siem-send
  checkpoint       ok       state/c, which is not there yet
  dead letters     ok       state/c.dead, which is not there yet
  receipts         ok       state/r, which is not there yet
file' "$(head -n 5 <<<"$output")"
	equal '' "$(ls -A state)"

	echo one | tee state/c.dead state/r >log
	siem-tail -q --once -c state/c log | siem-send -q -c state/c file:out
	cp state/c before
	run -0 siem-send --check -c state/c --receipts state/r file:out
	found checkpoint ok state/c
	found 'dead letters' ok state/c.dead
	found receipts ok state/r
	[[ $output != *'not there yet'* ]]
	cmp before state/c
	cmp log state/r

	sed -i '$d' state/c
	rm state/c.dead.why
	mkfifo state/c.dead.why
	run -3 siem-send --check -c state/c --receipts none/r file:out
	found checkpoint FAILED 'state/c: damaged (its sum is wrong or missing): restore it from a backup, or remove it '
	found 'dead letters' FAILED 'state/c.dead.why: not a regular file: give another name'
	found receipts FAILED 'none/r: No such file or directory: make its folder'
	found file ok out

	chmod 500 state
	run -3 unprivileged siem-send --check --dead-letter state/d --receipts state/s file:out
	found 'dead letters' FAILED 'state/d: Permission denied: let the user who runs this write there'
	found receipts FAILED 'state/s: Permission denied: let the user who runs this write there'
	chmod 700 state
}

@test "a disk that is full has no room for what is kept, nor for records" {
	unshare -rm true 2>/dev/null || skip 'nothing can be mounted here'
	mkdir disk
	run -3 timeout 60 unshare -rm sh -c 'mount -t tmpfs -o size=64k none disk
		head -c 1M /dev/zero >disk/full 2>/dev/null
		siem-send --check -c disk/c --receipts disk/r file:disk/out'
	for what in 'checkpoint:c' 'dead letters:c.dead' 'receipts:r'; do
		found "${what%:*}" FAILED "disk/${what#*:}: No space left on device: make room, or all that is to be kept has to wait"
	done
	found file FAILED 'disk/out: No space left on device'
}

@test "a reader that has gone ends it as other tools, and a full disk is told" {
	exec 6> >(:)
	wait $! # until it has
	run bash -c 'timeout 60 siem-send --check "file:$PWD/out" >&6'
	equal 141 "$status"
	equal '' "$output"
	run -3 bash -c 'timeout 60 siem-send --check "file:$PWD/out" >/dev/full'
	equal 'siem-send: standard output: No space left on device' "$output"
}

@test "what is checked is one of two things" {
	run -2 siem-send --check=all stdout
	[[ $output == *'option --check: all is not send'* ]]
}

# asks KIND STEPS REFUSED VARIABLE SECRET DESTINATION OPTION... [-- MOCK-OPTION...]:
# all of STEPS are well where SECRET is in VARIABLE; with a Y for its Z, all of
# REFUSED are not, and status is 4; and where nobody listens, the way there is
# not, and status is 3. No secret shows, nothing arrives. @URL@ is the address of
# the mock.
asks()
{
	local kind=$1 steps=$2 refused=$3 variable=$4 secret=$5
	local -a of_sender=()

	shift 5
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		of_sender+=("$1")
		shift
	done
	start_mock "$kind" --tls --tls-dir tls "${@:2}"
	set -- timeout 60 siem-send --check "${of_sender[@]//@URL@/$url}"
	export "$variable=$secret"
	run -0 "$@" -o ca_file=tls/ca.pem
	equal "$steps" "$(steps ok | sed 's/^name route TLS certificate key //')"
	[[ $output != *"$secret"* ]]
	export "$variable=${secret/Z/Y}"
	run -4 "$@" -o ca_file=tls/ca.pem
	equal "$refused" "$(steps FAILED)"
	[[ $output != *"${!variable}"* ]]
	[ ! -s arrived ]
	end_mock
	run -3 "$@" -o ca_file=tls/ca.pem
	equal route "$(steps FAILED)"
	unset "$variable"
}

@test "what each kind asks tells good credentials from wrong ones" {
	asks splunk 'clock health credentials' 'health credentials' \
		SPLUNK_HEC_TOKEN Z2345678-1234-1234-1234-123456789012 splunk:@URL@ \
		-- --token Z2345678-1234-1234-1234-123456789012
	asks datadog 'clock credentials' credentials DATADOG_API_KEY keyZ datadog:@URL@ \
		-- --token keyZ
	asks elasticsearch 'clock version health credentials permission' \
		'version health credentials permission' \
		ELASTICSEARCH_API_KEY id:keyZ elasticsearch:@URL@ \
		-- --token 'ApiKey id:keyZ'
	asks http 'clock credentials' credentials HTTP_TOKEN tokenZ http:@URL@/in \
		-- --token 'Authorization: Bearer tokenZ'
	asks http 'clock credentials' credentials HTTP_TOKEN tokenZ http:@URL@/in \
		-o check_url=@URL@/health -- --token 'Authorization: Bearer tokenZ'
	asks http 'clock token credentials' token HTTP_CLIENT_SECRET secretZ http:@URL@/in \
		-o token_endpoint=@URL@/token -o client_id=app -- --client app:secretZ
	asks http 'clock credentials' credentials QRADAR_API_KEY keyZ qradar:@URL@/app \
		-o transport=rest_api -- --token 'SEC: keyZ'
}

@test "so does what each way into Sentinel asks" {
	export AZURE_TENANT_ID=tenant AZURE_CLIENT_ID=app SENTINEL_LOG_TYPE=Acme
	export SENTINEL_RULE_ID=dcr-1 SENTINEL_STREAM=Custom-Acme_CL

	asks sentinel 'clock token permission' token AZURE_CLIENT_SECRET secretZ \
		sentinel:@URL@ -o authority=@URL@ -- --client app:secretZ
	asks sentinel 'clock credentials' credentials SENTINEL_SHARED_KEY AAECZwQFBgc= sentinel \
		-o transport=data_collector_api -o workspace_id=space -o endpoint=@URL@ \
		-- --token shared_key=space:AAECZwQFBgc=
	# What it is, the mock tells us: the address is in the secret.
	start_mock sentinel
	end_mock
	export listen=${url#*://}
	asks sentinel 'clock permission' permission EVENT_HUBS_CONNECTION_STRING \
		"Endpoint=sb://$listen/;SharedAccessKeyName=send;SharedAccessKey=keyZ;EntityPath=audit" \
		sentinel -o transport=event_hubs -- --token sas=send:keyZ
}

@test "what lets nobody write is told from what may not create an index" {
	start_mock elasticsearch --token 'ApiKey id:key,index=other*'
	ELASTICSEARCH_API_KEY=id:key run -4 timeout 60 siem-send --check "elasticsearch:$url"
	equal permission "$(steps FAILED)"
	found permission FAILED 'they may not write to the index: give them create_doc'
	ELASTICSEARCH_API_KEY=id:key run -0 timeout 60 siem-send --check \
		-o index=other-events "elasticsearch:$url"
	found permission ok 'they may write to the index and create it'
}

@test "a receiver to which all is an event is only gone to, and heard" {
	start_mock qradar --tls --tls-dir tls --require-client-cert
	destination=qradar:$url
	run -0 timeout 60 siem-send --check "$destination" -o transport=http_receiver -o ca_file=tls/ca.pem
	found identity warning 'the server asks for a client certificate, and there is none to show'
	run -0 timeout 60 siem-send --check "$destination" -o transport=http_receiver \
		-o ca_file=tls/ca.pem -o cert_file=tls/client.pem -o key_file=tls/client.key
	equal 'name route TLS certificate key' "$(steps ok)"
	found delivery skipped '--check=send'
	[ ! -s arrived ]
}

@test "an answer that tells nothing is a warning" {
	start_mock elasticsearch
	run -0 timeout 60 siem-send --check "http:$url/_bulk"
	found credentials warning 'not told: status 405; --check=send shows whether records are taken'
	end_mock
	start_mock datadog --token key
	HTTP_TOKEN=key run -0 timeout 60 siem-send --check "http:$url/x" -o "check_url=$url/y"
	found credentials warning 'not told: status 404'
}

@test "syslog and RELP receivers of each kind, and files, are gone to as well" {
	siem-mock syslog -q -l tls://:0 --listen-file tls --tls-dir certs --idle 120 \
		>syslog.in 2>said 3>&- 4>&- &
	remember $!
	eventually [ -s tls ]
	for kind in "qradar:$(sed 's,.*//,,' tls)" "syslog:$(cat tls)" "sc4s:$(cat tls)"; do
		run -0 timeout 60 siem-send --check "$kind" -o ca_file=certs/ca.pem
		equal 'name route TLS certificate key' "$(steps ok)"
		found acknowledgement warning 'syslog has none'
		run -4 timeout 60 siem-send --check "$kind"
		equal TLS "$(steps FAILED)"
		run -3 timeout 60 siem-send --check "$kind" -o port=1
		equal route "$(steps FAILED)"
	done
	run -0 timeout 60 siem-send --check splunk -o transport=file -o path=out
	found file ok 'out, which is not there yet'
	run -3 timeout 60 siem-send --check sentinel -o transport=log_analytics_agent -o path=missing/out
	found file FAILED missing
	run -0 timeout 60 siem-send --check stdout
	[ ! -s syslog.in ] && [ ! -e out ]
}
