#!/usr/bin/env bats
# TLS and proxies: whom siem-send trusts, who it is, and what it says, the same
# by syslog and by HTTP.
# shellcheck disable=SC2030,SC2031 # each test has variables of its own

load helper
load authority

setup_file()
{
	export SPLUNK_HEC_TOKEN=12345678-1234-1234-1234-123456789012
}

# mock KIND OPTION...: a receiver that speaks TLS, at $to; what comes is in
# arrived. It listens at $listen where that is set.
mock()
{
	local kind=$1 at=${listen:-127.0.0.1:0}

	shift
	rm -f where
	[ "$kind" = splunk ] || at=tls://$at
	siem-mock "$kind" -q -l "$at" --listen-file where "$@" \
		>>arrived 2>mock.err 3>&- 4>&- &
	mock=$!
	remember "$mock"
	eventually [ -s where ]
	port=$(sed 's/.*://' where)
	case $kind in
	splunk) to=splunk:https://127.0.0.1:$port ;;
	*) to=syslog:tls://127.0.0.1:$port ;;
	esac
}

end_mock()
{
	kill "$mock"
	wait "$mock" || true
}

has()
{
	[ "$(wc -l <arrived)" -ge "$1" ]
}

send()
{
	timeout 120 siem-send "$to" "$@"
}

@test "a pinned key is accepted, another is not, and its pin is said" {
	for kind in syslog splunk; do
		mock "$kind" --tls --tls-dir "$kind"
		own=$(pin "$kind/server.pem")
		other=$(pin "$kind/client.pem")
		run -0 send -o ca_file="$kind/ca.pem" -o "pinned_keys=$other;$own" <<<'{"a":1}'
		run -4 send -o ca_file="$kind/ca.pem" -o pinned_keys="$other" <<<'{"a":2}'
		[[ $output == *"the key of 127.0.0.1, \"throw-away server\", is $own, and none of pinned_keys"* ]]
		run -0 send -o insecure=true -o pinned_keys="$own" <<<'{"a":3}'
		run -4 send -o insecure=true -o pinned_keys="$other" <<<'{"a":4}'
		[[ $output == *"is $own, and none of pinned_keys"* ]]
		end_mock
	done
	equal 4 "$(wc -l <arrived)"
}

@test "what is no pin is refused at once" {
	for pin in sha256/AAAA sha256//AAAA sha256//Yhk1ajQ0ENlnMR3gTbqYQGX1n3Q1QQo7lq4T0bHsvyA 'sha256//Yhk1ajQ0ENlnMR3gTbqYQGX1n3Q1QQo7lq4T0bHsvy*='; do
		run -2 siem-send syslog:tls://h -o pinned_keys="$pin" <<<one
		equal "siem-send: syslog: pinned_keys: $pin is no pin: those are sha256// and 44 characters of Base64" "$output"
	done
	run -2 siem-send syslog:tls://h -o pinned_keys=' ; ' <<<one
}

@test "what was revoked is refused, and so is what no list covers, or an old one" {
	authority ca
	authority else
	issue server ca 7
	for kind in syslog splunk; do
		mock "$kind" --tls=server.pem,server.key
		revoke ca 08
		run -0 send -o ca_file=ca.pem -o crl_file=ca.crl <<<'{"a":1}'
		revoke ca 07
		run -4 send -o ca_file=ca.pem -o crl_file=ca.crl <<<'{"a":2}'
		[[ $output == *'certificate has been revoked by "ca" (crl_file ca.crl)'* ]]
		revoke ca 08 -crl_lastupdate 250101000000Z -crl_nextupdate 250201000000Z
		run -4 send -o ca_file=ca.pem -o crl_file=ca.crl <<<'{"a":3}'
		[[ $output == *'the list of "ca" in crl_file ca.crl has expired (nextUpdate 2025-02-01): renew it'* ]]
		revoke else 07
		run -4 send -o ca_file=ca.pem -o crl_file=else.crl <<<'{"a":4}'
		[[ $output == *'crl_file else.crl has no list of "ca", who issued the certificate'* ]]
		end_mock
	done
	equal 2 "$(wc -l <arrived)"
}

@test "an authority in between that was revoked is refused, where a list says so" {
	authority root
	authority else
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-subj /CN=between -keyout between.key -out between.csr 2>openssl.log
	openssl x509 -req -in between.csr -CA root.pem -CAkey root.key -days 30 \
		-set_serial 5 -out between.pem 2>openssl.log -extfile <(
			echo basicConstraints=critical,CA:true
			echo keyUsage=critical,keyCertSign,cRLSign
		)
	issue server between 7
	cat server.pem between.pem >chain.pem
	revoke between 08
	for kind in syslog splunk; do
		mock "$kind" --tls=chain.pem,server.key
		run -0 send -o ca_file=root.pem -o crl_file=between.crl <<<'{"a":1}'
		revoke root 05
		cat between.crl root.crl >both.crl
		run -4 send -o ca_file=root.pem -o crl_file=both.crl <<<'{"a":2}'
		[[ $output == *'has been revoked by "root"'* ]]
		end_mock
	done
	equal 2 "$(wc -l <arrived)"
}

@test "a common name is no name of a server" {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
		-subj /CN=localhost -keyout server.key -out server.pem 2>openssl.log
	for kind in syslog splunk; do
		mock "$kind" --tls=server.pem,server.key
		run -4 timeout 120 siem-send "${to/127.0.0.1/localhost}" -o ca_file=server.pem <<<'{"a":1}'
		[[ $output == *certificate* ]]
		end_mock
	done
	[ ! -s arrived ]
}

@test "a list that is renewed counts from the next connection on" {
	authority ca
	issue server ca 7
	for kind in syslog splunk; do
		: >arrived
		mock "$kind" --tls=server.pem,server.key
		revoke ca 08
		follow -o ca_file=ca.pem -o crl_file=ca.crl
		echo '{"n":1}' >&4
		eventually has 1
		eventually delivered 1
		end_mock
		revoke ca 07
		listen=127.0.0.1:$port mock "$kind" --tls=server.pem,server.key
		echo '{"n":2}' >&4
		eventually grep -q 'certificate has been revoked by "ca"' messages
		equal 1 "$(wc -l <arrived)"
		revoke ca 08
		exec 4>&-
		wait "$sender"
		end_mock
		eventually has 2
	done
}

@test "what is older than min_version is not spoken" {
	authority ca
	issue server ca 1
	for kind in syslog:tls splunk:https; do
		openssl s_server -accept 127.0.0.1:0 -cert server.pem -key server.key \
			-tls1_2 -www >served 2>&1 </dev/null 3>&- 4>&- &
		remember "$!"
		eventually grep -q '^ACCEPT' served
		to=$kind://127.0.0.1:$(sed -n 's/^ACCEPT.*://p' served)
		run -4 send -o ca_file=ca.pem -o min_version=1.3 <<<'{"a":1}'
		[[ $output == *'the server speaks no version of TLS that is allowed here'* ]]
	done
}

@test "a key that is encrypted is opened by its password, which is never shown" {
	for kind in syslog splunk; do
		mock "$kind" --tls --tls-dir "$kind" --require-client-cert
		openssl pkey -in "$kind/client.key" -aes256 -passout pass:open-sesame -out closed.key
		set -- -v -o ca_file="$kind/ca.pem" -o cert_file="$kind/client.pem" -o key_file=closed.key
		run -2 send "$@" <<<'{"a":1}'
		[[ $output == *'key_file closed.key: the key is encrypted: set key_password'* ]]
		export SYSLOG_KEY_PASSWORD=sesame-open SPLUNK_HEC_KEY_PASSWORD=sesame-open
		run -2 send "$@" <<<'{"a":1}'
		[[ $output == *'key_password does not open the key'* ]]
		export SYSLOG_KEY_PASSWORD=open-sesame SPLUNK_HEC_KEY_PASSWORD=open-sesame
		run -0 send "$@" <<<'{"a":1}'
		[[ $output != *sesame* ]]
		unset SYSLOG_KEY_PASSWORD SPLUNK_HEC_KEY_PASSWORD
		end_mock
	done
	equal 2 "$(wc -l <arrived)"
}

# follow OPTION...: siem-send in the background, that reads what goes to &4.
follow()
{
	rm -f pipe
	mkfifo pipe
	siem-send -v "$to" "$@" <pipe 2>messages 3>&- &
	sender=$!
	remember "$sender"
	exec 4>pipe
}

# delivered N: does it count so many as delivered?
delivered()
{
	kill -USR1 "$sender"
	grep -q " $1 delivered," messages
}

@test "an authority that is renewed counts from the next connection on, once it is whole" {
	for kind in syslog splunk; do
		: >arrived
		rm -rf one other
		mock "$kind" --tls --tls-dir one
		cp one/ca.pem trusted
		follow -o ca_file=trusted
		echo '{"n":1}' >&4
		eventually has 1
		eventually delivered 1
		end_mock
		listen=127.0.0.1:$port mock "$kind" --tls --tls-dir other
		head -c 300 other/ca.pem >damaged
		mv damaged trusted
		echo '{"n":2}' >&4
		eventually grep -q 'ca_file trusted: a certificate in it is damaged; going on with what was read before' messages
		eventually grep -q 'shipping failed.*certificate is not signed by an authority in trusted' messages
		cp other/ca.pem renewed
		mv renewed trusted
		exec 4>&-
		wait "$sender"
		end_mock
		eventually has 2
		equal 1 "$(grep -c 'going on with what was read' messages)"
	done
}

@test "a certificate that is renewed is shown once its key is there, too" {
	authority ca
	authority us
	issue server ca 1
	issue first us 2
	issue second us 3
	for kind in syslog splunk; do
		: >arrived
		mock "$kind" --tls=server.pem,server.key --require-client-cert --client-ca us.pem
		cp first.pem cert
		cp first.key key
		follow -o ca_file=ca.pem -o cert_file=cert -o key_file=key
		echo '{"n":1}' >&4
		eventually has 1
		eventually grep -q ', as CN=first' messages
		cp second.pem renewed
		mv renewed cert # and the key later
		end_mock
		listen=127.0.0.1:$port mock "$kind" --tls=server.pem,server.key \
			--require-client-cert --client-ca us.pem
		echo '{"n":2}' >&4
		eventually has 2
		grep -q 'key_file key: the key does not belong to the certificate in cert; going on with what was read before' messages
		equal 0 "$(grep -c ', as CN=second' messages)"
		cp second.key renewed
		mv renewed key
		end_mock
		listen=127.0.0.1:$port mock "$kind" --tls=server.pem,server.key \
			--require-client-cert --client-ca us.pem
		echo '{"n":3}' >&4
		eventually has 3
		eventually grep -q ', as CN=second' messages
		rm key # what was read stays
		end_mock
		listen=127.0.0.1:$port mock "$kind" --tls=server.pem,server.key \
			--require-client-cert --client-ca us.pem
		echo '{"n":4}' >&4
		exec 4>&-
		wait "$sender"
		end_mock
		eventually has 4
		grep -q 'key_file key: No such file or directory; going on' messages
	done
}

@test "an encrypted key that is renewed with its password is opened once the old one is refused" {
	authority ca
	authority us
	authority else
	issue server ca 1
	issue first us 2
	issue second else 3
	for kind in syslog splunk; do
		: >arrived
		mock "$kind" --tls=server.pem,server.key --require-client-cert --client-ca us.pem
		cp first.pem cert
		openssl pkey -in first.key -aes256 -passout pass:open-sesame -out key
		(umask 077 && echo open-sesame >password)
		export SYSLOG_KEY_PASSWORD=file:password SPLUNK_HEC_KEY_PASSWORD=file:password
		follow -o ca_file=ca.pem -o cert_file=cert -o key_file=key
		echo '{"n":1}' >&4
		eventually has 1
		eventually delivered 1
		end_mock
		cp second.pem renewed
		mv renewed cert
		openssl pkey -in second.key -aes256 -passout pass:new-sesame -out renewed
		mv renewed key
		(umask 077 && echo new-sesame >renewed && mv renewed password)
		listen=127.0.0.1:$port mock "$kind" --tls=server.pem,server.key \
			--require-client-cert --client-ca else.pem
		echo '{"n":2}' >&4
		exec 4>&-
		wait "$sender"
		end_mock
		eventually has 2
		grep -q ', as CN=second' messages
		run -1 grep sesame messages
	done
}

@test "with -v each connection is told: who, as whom, how, until when, and the outcome" {
	mock syslog --tls --tls-dir tls --require-client-cert
	run -0 send -v -o ca_file=tls/ca.pem -o cert_file=tls/client.pem \
		-o key_file=tls/client.key <<<one
	[[ $output == *"connected to tls://127.0.0.1:$port: TLSv1.3, TLS_"*', server certificate CN=throw-away server,O=siem-mock issued by CN=throw-away authority,O=siem-mock (notAfter '*'), verified, as CN=throw-away client,O=siem-mock'* ]]
	end_mock

	mock splunk --tls --tls-dir there --token "$SPLUNK_HEC_TOKEN"
	run -0 send -v -o ca_file=there/ca.pem <<<'{"a":1}'
	[[ $output == *"connected to https://127.0.0.1:$port: TLSv1.3, TLS_"*'verified, no client certificate asked for; credential Splunk: answers 200'* ]]
	[[ $output != *1234-1234* ]]
	SPLUNK_HEC_TOKEN=12345678-1234-1234-1234-99999999ffff run -4 send -v -o ca_file=there/ca.pem <<<'{"a":1}'
	[[ $output == *'credential Splunk: answers 403'* ]]
	[[ $output == *'shipping failed'*'answers 403'* ]]
	[[ $output != *1234-1234* ]]
	end_mock
}

@test "a proxy carries TLS to the destination, and who we are to it is not shown" {
	mock splunk --tls --tls-dir tls
	tunnel
	SPLUNK_HEC_PROXY_PASSWORD=open-sesame run -0 send -v -o ca_file=tls/ca.pem \
		-o proxy="http://127.0.0.1:$proxy" -o proxy_user=me <<<'{"a":1}'
	grep -q "^CONNECT 127.0.0.1:$port HTTP/1" asked
	grep -q "^Proxy-Authorization: Basic $(printf me:open-sesame | base64)" asked
	[[ $output == *"by the proxy http://127.0.0.1:$proxy: TLSv1.3"* ]]
	[[ $output != *sesame* ]]

	tunnel
	https_proxy=http://me:open-sesame@127.0.0.1:$proxy run -0 send -v \
		-o ca_file=tls/ca.pem <<<'{"a":2}'
	grep -q "^CONNECT 127.0.0.1:$port HTTP/1" asked
	[[ $output == *"by the proxy http://127.0.0.1:$proxy: TLSv1.3"* ]]
	[[ $output != *sesame* ]]
	https_proxy=http://127.0.0.1:1 no_proxy=127.0.0.0/8 run -0 send -o ca_file=tls/ca.pem <<<'{"a":3}'
	https_proxy=http://127.0.0.1:1 run -0 send -o proxy=none -o ca_file=tls/ca.pem <<<'{"a":4}'
	end_mock
	equal 4 "$(wc -l <arrived)"
}

@test "a proxy that is down, or refuses, is what is named" {
	to=splunk:https://splunk.example.com:8088
	https_proxy=http://me:open-sesame@127.0.0.1:1 run -3 send --retries 0 \
		--dead-letter dead <<<'{"a":1}'
	[[ $output == *'connect to the proxy http://127.0.0.1:1, for https://splunk.example.com:8088: Connection refused'* ]]
	[[ $output != *sesame* ]]

	tunnel --refuse 407
	run -4 send -o proxy="http://127.0.0.1:$proxy" <<<'{"a":1}'
	[[ $output == *"https://splunk.example.com:8088: the proxy http://127.0.0.1:$proxy answers 407: set proxy_user and proxy_password"* ]]
	tunnel --refuse 503
	run -3 send -o proxy="http://127.0.0.1:$proxy" --retries 0 --dead-letter dead <<<'{"a":1}'
	[[ $output == *"the proxy http://127.0.0.1:$proxy answers 503"* ]]
}

@test "a proxy that says nothing, something else, or goes is named, and tried again" {
	sink >silent 3>&- &
	remember "$!"
	eventually [ -s silent ]
	to=splunk:https://splunk.example.com:8088
	proxy=http://127.0.0.1:$(<silent)
	run -3 send -o proxy="$proxy" -o connect_timeout=0.5 \
		--retries 0 --dead-letter dead <<<'{"a":1}'
	[[ $output == *"https://splunk.example.com:8088: no way through the proxy $proxy: "* ]]
	sink --say $'no HTTP\r\n\r\n' >garbage 3>&- &
	remember "$!"
	eventually [ -s garbage ]
	proxy=http://127.0.0.1:$(<garbage)
	run -3 send -o proxy="$proxy" --retries 0 --dead-letter dead <<<'{"a":1}'
	[[ $output == *"no way through the proxy $proxy: "* ]]

	# One that ends the tunnel it has made: what was under way goes again.
	mock splunk --tls --tls-dir tls
	tunnel --count 2
	mkfifo pipe
	siem-send -o in_flight=1 -o ca_file=tls/ca.pem -o proxy="http://127.0.0.1:$proxy" \
		"$to" <pipe 2>messages 3>&- &
	sender=$!
	remember "$sender"
	exec 4>pipe
	echo '{"n":1}' >&4
	eventually has 1
	end_mock
	listen=127.0.0.1:$port mock splunk --tls --tls-dir tls
	echo '{"n":2}' >&4
	exec 4>&-
	wait "$sender"
	end_mock
	equal 2 "$(grep -c '^CONNECT' asked)"
	equal '1 2' "$(jq -r .event.n arrived | sort -u | paste -sd ' ')"
}

@test "a proxy that cannot be used is refused at the start, and its password not shown" {
	to=splunk:https://splunk.example.com:8088
	run -2 send -o proxy=ftp://h:1 <<<x
	equal 'siem-send: splunk: proxy: not of the form http://HOST:PORT or socks5h://HOST:PORT' "$output"
	run -2 send -o proxy=http://me:open-sesame@h:1 <<<x
	equal 'siem-send: splunk: proxy: there is a user or password in it: they are for proxy_user and proxy_password' "$output"
	https_proxy=https://me:open-sesame@h:1 run -2 send <<<x
	[[ $output == *'https_proxy: TLS to a proxy is not spoken'* ]]
	[[ $output != *sesame* ]]
}

@test "TLS where there is none, and none where there is, is asked about" {
	mock syslog --tls --tls-dir tls
	run -3 timeout 120 siem-send "syslog:tcp://127.0.0.1:$port" --retries 0 --dead-letter dead <<<one
	[[ $output == *'it is tls://'* ]]
	end_mock

	mock splunk --tls --tls-dir there
	run -3 timeout 120 siem-send "splunk:http://127.0.0.1:$port" --retries 0 --dead-letter dead <<<'{"a":1}'
	[[ $output == *'does it speak TLS? Then it is https://'* ]]
	end_mock

	sink >silent 3>&- &
	remember "$!"
	eventually [ -s silent ]
	run -3 timeout 120 siem-send "syslog:tls://127.0.0.1:$(<silent)" -o connect_timeout=0.3 \
		--retries 0 --dead-letter dead <<<one
	[[ $output == *'no end of the TLS handshake within 0.3 s: does the server speak TLS here?'* ]]

	sink --say 'HTTP/1.1 400 Bad Request' >plain 3>&- &
	remember "$!"
	eventually [ -s plain ]
	run -4 timeout 120 siem-send "syslog:tls://127.0.0.1:$(<plain)" <<<one
	[[ $output == *'the server does not speak TLS here'*'without it, that is tcp://'* ]]
	[ ! -s arrived ]
}
