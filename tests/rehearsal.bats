#!/usr/bin/env bats
# siem-send --dry-run=curl: the commands that it prints run as they are, and
# bring the same to a destination as siem-send does; no secret is in them.
# shellcheck disable=SC2030,SC2031 # each test has variables of its own

load helper
load mocked
load authority

setup_file()
{
	export SPLUNK_HEC_TOKEN=12345678-1234-1234-1234-123456789012
	export SPLUNK_HEC_HOST=web01
	export SPLUNK_HEC_CHANNEL=0f3f5f0e-3e3e-4f6c-9b5a-0c6a2f1d7e11
	export DATADOG_API_KEY=0123456789abcdef0123456789abcdef
}

# arrivals: what a mock has seen, without what is different every time.
arrivals()
{
	jq -c 'del(.received, .peer, .request, .ack) |
		if (.id // "" | startswith("auto")) then del(.id) else . end' arrived
}

# same_by_curl KIND SECRET DESTINATION OPTION...: do the commands bring the lines
# of the file "lines" to the mock of KIND just as siem-send does?
same_by_curl()
{
	local secret=$2

	: >arrived
	timeout 60 siem-send -q -o in_flight=1 "${@:3}" <lines || return
	arrivals >want
	: >arrived
	timeout 60 siem-send -q -o in_flight=1 --dry-run=curl "${@:3}" <lines >commands || return
	if grep -qF -e "$secret" -e "$(printf %s "$secret" | base64 -w 0)" commands; then
		echo "the secret of $1 shows:"
		cat commands
		return 1
	fi
	for shell in sh bash; do
		: >arrived
		timeout 60 "$shell" -e commands >answers 2>&1 ||
			{ cat commands answers; return 1; }
		arrivals >got
		[ -s got ] && diff want got || return
	done
}

@test "events arrive in Splunk by curl as by siem-send" {
	start_mock splunk --token "$SPLUNK_HEC_TOKEN"
	cat >lines <<-'END'
	{"timestamp":"2025-10-08T22:45:00Z","a":"it's $HOME `x` \"100 %\" \\ \n é"}
	<34>1 2003-10-11T22:14:15.003Z h su - ID47 - %s %d \101
	END
	same_by_curl splunk "$SPLUNK_HEC_TOKEN" "splunk:$url"
}

@test "lines of any bytes arrive in Splunk by curl as by siem-send" {
	start_mock splunk --token "$SPLUNK_HEC_TOKEN"
	printf -- '-v \0 nul \377 no UTF-8 \001\033[31m it'\''s 100%% \\101 \r\n@file\n' >lines
	same_by_curl splunk "$SPLUNK_HEC_TOKEN" "splunk:$url" -o endpoint=raw
	printf '@file\n' >lines
	same_by_curl splunk "$SPLUNK_HEC_TOKEN" "splunk:$url" -o endpoint=raw
}

@test "a body that no command line has room for arrives by curl as well" {
	start_mock splunk --token "$SPLUNK_HEC_TOKEN"
	seq -f '{"timestamp":"2025-10-08T22:45:00Z","n":%.0f,"text":"it'\''s 100 %% \\\\"}' 5000 >lines
	same_by_curl splunk "$SPLUNK_HEC_TOKEN" "splunk:$url"
	[ "$(wc -c <commands)" -gt 300000 ]
}

@test "curl verifies by the same certificates, and by the same name" {
	start_mock splunk --tls --tls-dir tls --tls-name siem.example.com \
		--require-client-cert --token "$SPLUNK_HEC_TOKEN"
	echo '{"timestamp":"2025-10-08T22:45:00Z"}' >lines
	same_by_curl splunk "$SPLUNK_HEC_TOKEN" "splunk:$url" -o ca_file=tls/ca.pem \
		-o server_name=siem.example.com -o cert_file=tls/client.pem \
		-o key_file=tls/client.key -o min_version=1.3
}

@test "events arrive in Datadog by curl as by siem-send" {
	start_mock datadog --token "$DATADOG_API_KEY"
	printf '{"timestamp":"2025-10-08T22:45:00Z","message":"it'\''s 100%% %d"}\n' 1 2 3 >lines
	same_by_curl datadog "$DATADOG_API_KEY" "datadog:$url"
}

@test "a password goes by curl's own option, a token and a header as variables" {
	echo '{"timestamp":"2025-10-08T22:45:00Z"}' >lines
	export HTTP_PASSWORD="pa'ss \"\$word"
	start_mock http --token "Authorization: Basic $(printf 'alice:%s' "$HTTP_PASSWORD" | base64 -w 0)"
	same_by_curl http "$HTTP_PASSWORD" "http:$url/in" -o user=alice
	grep -qF -- "-u 'alice:'\"\$HTTP_PASSWORD\"" commands
	end_mock
	unset HTTP_PASSWORD

	export HTTP_TOKEN=token-of-bearer-0123456789
	start_mock http --token "Authorization: Bearer $HTTP_TOKEN"
	same_by_curl http "$HTTP_TOKEN" "http:$url/in"
	grep -qF "'Authorization: Bearer '\"\$HTTP_TOKEN\"" commands
	end_mock
	(umask 077 && echo "$HTTP_TOKEN" >kept)
	start_mock http --token "Authorization: Bearer $HTTP_TOKEN"
	HTTP_TOKEN='' same_by_curl http token-of-bearer-0123456789 \
		"http:$url/in" -o token=file:kept
	end_mock
	unset HTTP_TOKEN

	export HTTP_HEADER='X-One:  first secret | X-Two:second secret'
	start_mock http --token 'X-One: first secret' --token 'X-Two: second secret'
	same_by_curl http 'first secret' "http:$url/in"
	run -1 grep 'second secret' commands
	[ "$(grep -c 'cut -d' commands)" -ge 1 ]
}

@test "a token that is fetched by siem-send is fetched by curl as well" {
	export HTTP_CLIENT_SECRET='s3cret & =%+"of'\''mine'
	echo '{"timestamp":"2025-10-08T22:45:00Z"}' >lines
	start_mock http --client "mine:$HTTP_CLIENT_SECRET"
	same_by_curl http "$HTTP_CLIENT_SECRET" "http:$url/in" \
		-o token_endpoint="$url/token" -o client_id=mine
	grep -q '^TOKEN=\$(curl ' commands
	grep -qF "'Authorization: Bearer '\"\$TOKEN\"" commands
}

# some_lines: records with what a shell, JSON or a form would trip over.
some_lines()
{
	cat >lines <<-'LINES'
	{"timestamp":"2025-10-08T22:45:00Z","a":"it's $HOME `x` \"100 %\" %s \\ \n é"}
	{"timestamp":"2025-10-08T22:45:01.5Z","b":[1,2.50,null],"c":{"d":"&=+/#"}}
	LINES
}

# by_curl KIND MOCK-OPTION... -- SECRET DESTINATION OPTION...: same_by_curl with
# a mock that speaks TLS and lets only those in that the options tell. @URL@ in
# what follows is its address. $prepare is called when that is known.
by_curl()
{
	local kind=$1
	local -a of_mock=() of_sender

	shift
	while [ "$1" != -- ]; do
		of_mock+=("$1")
		shift
	done
	shift
	some_lines
	start_mock "$kind" --tls --tls-dir tls "${of_mock[@]}"
	export "${kind^^}_CA_FILE=tls/ca.pem"
	"${prepare:-true}"
	of_sender=("${@//@URL@/$url}")
	same_by_curl "$kind" "${of_sender[@]}"
	end_mock
}

@test "events arrive in Splunk by curl with a channel, an index and both endpoints" {
	by_curl splunk --token "$SPLUNK_HEC_TOKEN,ack,index=main" -- \
		"$SPLUNK_HEC_TOKEN" splunk:@URL@ -o ca_file=tls/ca.pem \
		-o index=main -o use_ack=true -o ack_interval=0.05
	by_curl splunk --token "$SPLUNK_HEC_TOKEN" -- "$SPLUNK_HEC_TOKEN" \
		splunk:@URL@ -o ca_file=tls/ca.pem -o endpoint=raw -o 'source=a b&c'
}

@test "documents arrive in Elasticsearch by curl, whoever we are" {
	local id=VuaCfGcBCdbkQm-e5aOx key=ui2lp2axTNmsyakw9tvNnw

	ELASTICSEARCH_API_KEY=$id:$key by_curl elasticsearch \
		--token "ApiKey $id:$key" -- "$id:$key" elasticsearch:@URL@
	ELASTICSEARCH_API_KEY=$(printf %s "$id:$key" | base64) by_curl elasticsearch \
		--token "ApiKey $id:$key" -- "$id:$key" elk:@URL@ -o daily=false
	ELASTICSEARCH_PASSWORD="ch:ange'me" by_curl elasticsearch \
		--token "Basic elastic:ch:ange'me" -- "ch:ange'me" \
		opensearch:@URL@ -o user=elastic -o data_stream=true
	ELASTICSEARCH_TOKEN=bearer-0123456789 by_curl elasticsearch \
		--token 'Bearer bearer-0123456789' -- bearer-0123456789 \
		elasticsearch:@URL@ -o index=audit
}

@test "documents arrive in a deployment of Elastic Cloud by curl" {
	export ELASTICSEARCH_API_KEY=id:key-of-elastic
	some_lines
	start_mock elasticsearch --tls --tls-dir tls --tls-name ac31.localhost \
		--token 'ApiKey id:key-of-elastic'
	same_by_curl elasticsearch key-of-elastic elasticsearch -o ca_file=tls/ca.pem \
		-o "cloud_id=prod-siem:$(printf 'localhost:%s$ac31$kib0' "${url##*:}" | base64 -w 0)"
	grep -qF "'https://ac31.localhost:${url##*:}/_bulk" commands
}

@test "logs arrive in Datadog by curl with tags and a host" {
	by_curl datadog --token "$DATADOG_API_KEY" -- "$DATADOG_API_KEY" \
		datadog:@URL@ -o tags=env:prod,team:sec -o "host=it's" -o source=mcp
}

@test "records arrive at any collector by curl in each framing and by each method" {
	export HTTP_HEADER='X-Key: key-of-collector'
	for framing in jsonl array concat single; do
		for method in POST PUT PATCH; do
			by_curl http --token "$HTTP_HEADER" -- key-of-collector \
				http:@URL@/in?a=b -o framing=$framing \
				-o method=$method -o 'headers=X-A: 1|X-B: it'\''s'
		done
	done
}

@test "events arrive in QRadar by curl, at its receiver and at an app" {
	QRADAR_TOKEN=token-of-receiver by_curl qradar --require-client-cert \
		--token 'X-Auth: token-of-receiver' -- token-of-receiver \
		qradar:@URL@ -o transport=http_receiver -o token_header=X-Auth \
		-o cert_file=tls/client.pem -o key_file=tls/client.key
	QRADAR_API_KEY=key-of-service by_curl http --token 'SEC: key-of-service' -- \
		key-of-service qradar:@URL@/app -o transport=rest_api \
		-o api_version=17.0 -o ca_file=tls/ca.pem
	QRADAR_CLIENT_SECRET='s3cret+of/the=app' by_curl http \
		--client 'app:s3cret+of/the=app' -- 's3cret+of/the=app' \
		qradar:@URL@/app -o transport=rest_api -o auth_method=oauth2 \
		-o token_endpoint=@URL@/token -o client_id=app \
		-o framing=jsonl -o ca_file=tls/ca.pem
}

# of_azure: what the transports of Sentinel have in common.
of_azure()
{
	export AZURE_TENANT_ID=tenant AZURE_CLIENT_ID=app
	export SENTINEL_RULE_ID=dcr-1 SENTINEL_STREAM=Custom-Acme_CL
	export SENTINEL_WORKSPACE_ID=11111111-2222-3333-4444-555555555555
	export SENTINEL_LOG_TYPE=Acme EVENT_HUBS_CA_FILE=tls/ca.pem
}

@test "records arrive in Sentinel by curl with a client secret" {
	of_azure
	AZURE_CLIENT_SECRET='s3cret+of/the=app' by_curl sentinel \
		--client 'app:s3cret+of/the=app' -- 's3cret+of/the=app' \
		sentinel:@URL@ -o authority=@URL@
}

@test "records arrive in Sentinel by curl with a certificate" {
	of_azure
	openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=app \
		-keyout app.key -out app.crt 2>openssl.log
	cat app.key app.crt >"app's.pem"
	by_curl sentinel --client app:@app.crt -- "$(sed -n 2p app.key)" \
		sentinel:@URL@ -o authority=@URL@ -o "certificate_file=app's.pem"
}

@test "records arrive in Sentinel by curl with the identity of the machine" {
	of_azure
	some_lines
	start_mock sentinel --client app:unused
	same_by_curl sentinel unused "sentinel:$url" -o auth_method=managed_identity \
		-o "identity_endpoint=$url/metadata/identity/oauth2/token"
	grep -q "^TOKEN=.*'Metadata: true'" commands
}

@test "records arrive in a workspace by curl, signed by its key" {
	local key=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=

	of_azure
	set -- --token "shared_key=$SENTINEL_WORKSPACE_ID:$key" -- "$key" sentinel \
		-o transport=data_collector_api -o endpoint=@URL@ -o timestamp_field=timestamp
	SENTINEL_SHARED_KEY=$key by_curl sentinel "$@"
	(umask 077 && echo "$key" >"a key")
	by_curl sentinel "$@" -o 'shared_key=file:a key'
}

hub_key=ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+f4CBgoM=

# by_key, by_signature: what a connection string shows of who we are; of the
# signature that is so far from being a secret that the test knows all of it.
by_key()
{
	export EVENT_HUBS_CONNECTION_STRING="Endpoint=sb://${url#*://}/;SharedAccessKeyName=send;SharedAccessKey=$hub_key;EntityPath=audit"
}

by_signature()
{
	local uri until=4102444800 sig

	uri=$(jq -nr --arg uri "$url/audit" '$uri | @uri')
	sig=$(printf '%s\n%s' "$uri" "$until" |
		openssl dgst -sha256 -hmac "$hub_key" -binary | base64 | jq -Rr @uri)
	export EVENT_HUBS_CONNECTION_STRING="Endpoint=sb://${url#*://};SharedAccessSignature=SharedAccessSignature sr=$uri&sig=$sig&se=$until&skn=send"
	signature=$sig
}

@test "records arrive in a hub by curl, by its key or by what that has signed" {
	of_azure
	set -- --token "sas=send:$hub_key" -- "$hub_key" sentinel -o transport=event_hubs
	prepare=by_key by_curl sentinel "$@"
	prepare=by_signature by_curl sentinel "$@" -o hub_name=audit
	run -1 grep -F "$signature" commands
}

# refused_by_curl OPTION...: do its commands end without having sent anything?
refused_by_curl()
{
	: >arrived
	timeout 60 siem-send -q -n=curl "splunk:$url" "$@" <lines >commands || return
	run timeout 60 sh -e commands
	[ "$status" -ne 0 ] && [ ! -s arrived ]
}

@test "curl opens the same key, and trusts no other server than siem-send" {
	authority ca
	authority us
	issue server ca 7
	issue client us 8
	revoke ca 08
	openssl pkey -in client.key -aes256 -passout "pass:open 'sesame" -out closed.key
	export SPLUNK_HEC_KEY_PASSWORD="open 'sesame"
	some_lines
	start_mock splunk --tls=server.pem,server.key --require-client-cert \
		--client-ca us.pem --token "$SPLUNK_HEC_TOKEN"
	set -- -o ca_file=ca.pem -o cert_file=client.pem -o key_file=closed.key
	same_by_curl splunk "$SPLUNK_HEC_TOKEN" "splunk:$url" "$@" -o crl_file=ca.crl \
		-o "pinned_keys=$(pin client.pem), $(pin server.pem)"
	run -1 grep sesame commands
	grep -qF -- "--pass \"\$SPLUNK_HEC_KEY_PASSWORD\"" commands

	refused_by_curl "$@" -o pinned_keys="$(pin client.pem)"
	revoke ca 07
	refused_by_curl "$@" -o crl_file=ca.crl
}

@test "curl goes by the proxy that was set, and by no other" {
	some_lines
	for tls in '--tls --tls-dir tls' ''; do
		# shellcheck disable=SC2086 # these are several words
		start_mock splunk $tls --token "$SPLUNK_HEC_TOKEN"
		tunnel --count 3
		no_proxy='*' SPLUNK_HEC_PROXY_PASSWORD=open-sesame same_by_curl splunk open-sesame "splunk:$url" -o ca_file=tls/ca.pem \
			-o proxy="http://127.0.0.1:$proxy" -o proxy_user="m'e"
		equal 3 "$(grep -c "^CONNECT 127.0.0.1:${url##*:} HTTP/1" asked)"
		equal 3 "$(grep -c "^Proxy-Authorization: Basic $(printf "m'e:open-sesame" | base64)" asked)"
		export https_proxy=http://127.0.0.1:1 all_proxy=http://127.0.0.1:1
		same_by_curl splunk "$SPLUNK_HEC_TOKEN" "splunk:$url" \
			-o ca_file=tls/ca.pem -o proxy=none
		[ -n "$tls" ] || same_by_curl splunk "$SPLUNK_HEC_TOKEN" "splunk:$url"
		unset https_proxy all_proxy
		end_mock
	done
}

@test "curl shows who gives out tokens neither our certificate nor another name" {
	of_azure
	export AZURE_CLIENT_SECRET=secret-of-app
	some_lines
	start_mock sentinel --tls --tls-dir tls --client app:secret-of-app
	rm -f here
	siem-mock sentinel -q -l :0 --listen-file here --idle 120 --tls --tls-dir own \
		--tls-name dce.test --require-client-cert >>arrived 2>said 3>&- &
	remember $!
	eventually [ -s here ]
	cat own/ca.pem tls/ca.pem >both.pem
	same_by_curl sentinel secret-of-app "sentinel:$(cat here)" -o ca_file=both.pem \
		-o server_name=dce.test -o cert_file=own/client.pem \
		-o key_file=own/client.key -o authority="$url" \
		-o pinned_keys="$(pin own/server.pem)"
	run -0 grep -c -e --cert commands
	equal 1 "$output"
}
