#!/usr/bin/env bats
# siem-send --dry-run=curl: the commands that it prints run as they are, and
# bring the same to a destination as siem-send does; no secret is in them.
# shellcheck disable=SC2030,SC2031 # each test has variables of its own

load helper
load mocked

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
	jq -c 'del(.received, .peer, .request, .connection, .user_agent, .headers)' arrived
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
