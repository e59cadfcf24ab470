#!/usr/bin/env bats
# Delivery by requests: batches, retries, order, outages and refusals, with
# siem-send splunk and the HTTP Event Collector of siem-mock.

load helper
load collector

events()
{
	seq "$1" "$2" | sed 's/.*/{"n":&}/'
}

# The numbers that arrived, each once, against those from 1 to N.
all_of()
{
	equal "$(seq "$1")" "$(jq .event.n arrived | sort -nu)"
}

@test "through an outage everything arrives, and it is said twice" {
	listen=$here:0 mock
	mkfifo pipe
	timeout 120 siem-send "splunk:$url" <pipe 2>messages 3>&- &
	sender=$!
	remember $sender
	exec 4>pipe
	events 1 1000 >&4
	eventually has 1000
	end_mock
	events 1001 2000 >&4
	eventually grep -q 'SIEM shipping failed: splunk: connect' messages
	listen=${url#http://} mock
	exec 4>&-
	wait $sender
	end_mock

	all_of 2000
	equal 1 "$(grep -c 'shipping failed' messages)"
	equal 1 "$(grep -c 'works again' messages)"
}

@test "with one request at a time the order stays, whatever fails" {
	mock --fault 503-at=2-3,lost-at=5,500-at=6
	events 1 300 >in
	run -0 send -o in_flight=1 -o batch_size=20 <in
	end_mock

	jq .event.n arrived >order
	equal "$(seq 300)" "$(awk '!seen[$0]++' order)"
}

@test "half of an answer, garbage and a lost answer lose no record" {
	mock --fault half-at=1,garbage-at=3,lost-at=4,reset=20%,seed=2
	events 1 100 >in
	run -0 --separate-stderr send -o batch_size=10 --stats <in
	end_mock

	all_of 100
	[[ $stderr == *' 100 delivered, 0 rejected, '* ]]
}

@test "a server that stalls is left after the timeout" {
	listen=$here:0 mock --fault stall=100%
	events 1 10 >in
	timeout 120 siem-send "splunk:$url" -o timeout=0.3 <in 2>messages 3>&- &
	sender=$!
	remember $sender
	eventually grep -q 'Operation timed out' messages
	end_mock
	listen=${url#http://} mock
	wait $sender
	end_mock

	all_of 10
}

@test "Retry-After is obeyed" {
	mock --fault 429-at=1,retry-after=2
	events 1 10 >in
	began=$EPOCHREALTIME
	run -0 send <in
	end_mock

	all_of 10
	[[ $output == *'answers 429'* ]]
	awk "BEGIN { exit !($EPOCHREALTIME - $began >= 2) }"
}

@test "requests that are too large are halved until they fit" {
	mock --max-content 300
	events 1 100 >in
	run -0 send <in
	end_mock

	all_of 100
	[ "$(jq .request arrived | sort -nu | wc -l)" -gt 10 ]
}

@test "one poisoned record of a thousand ends in the dead letters, the others arrive" {
	mock
	{
		events 1 500
		echo '{"event":null,"time":1}'
		events 501 999
	} >in
	run -1 send --dead-letter dead <in
	end_mock

	all_of 999
	equal 999 "$(wc -l <arrived)"
	equal '{"event":null,"time":1}' "$(cat dead)"
	equal 1 "$(wc -l <dead.why)"
}

@test "a credential that is refused from the start ends the run within seconds" {
	mock --token another-token
	events 1 10 >in
	run -4 timeout 20 siem-send "splunk:$url" <in
	end_mock

	[ ! -s arrived ]
	[[ $output == *'answers 403: '* ]]
	[[ $output != *12345678-1234* ]]
}

@test "one that turns invalid and valid again costs nothing, and raises the alert" {
	mock --fault 403-at=2-5
	events 1 100 >in
	run -0 send -o batch_size=20 -o in_flight=1 --dead-letter dead \
		--alert-after 0.01 <in
	end_mock

	all_of 100
	[ ! -s dead ]
	# It may be raised before the first answer is there.
	[[ $output == *'nothing delivered for '* ]]
	[[ $output == *'answers 403'*'delivers again'* ]]
}

@test "after so many retries the records are set aside and the run ends with 3" {
	mock --fault 503=100%
	events 1 10 >in
	run -3 send --retries 2 --dead-letter dead <in
	end_mock

	equal "$(cat in)" "$(cat dead)"
}

@test "a rate is kept" {
	mock
	events 1 300 >in
	began=$EPOCHREALTIME
	run -0 send --rate 200/s <in
	end_mock

	all_of 300
	awk "BEGIN { exit !($EPOCHREALTIME - $began >= 1.2) }"
}

@test "a flush interval makes a lone record wait, a hundred do not" {
	mock
	mkfifo pipe
	timeout 120 siem-send "splunk:$url" -o flush_interval=3 <pipe 3>&- &
	sender=$!
	remember $sender
	exec 4>pipe
	events 1 100 >&4
	eventually has 100
	printf '{"n":101}\n' >&4
	printf '{"n":102}\n' >&4
	eventually has 102
	exec 4>&-
	wait $sender
	end_mock

	equal 2 "$(jq .request arrived | sort -nu | wc -l)"
}

@test "over TLS, an authority has to vouch for the server" {
	mock --tls --tls-dir tls
	events 1 10 >in
	run -4 send <in
	[[ $output == *'certificate'*'set ca_file'* ]]
	[ ! -s arrived ]

	run -0 send -o ca_file=tls/ca.pem <in
	end_mock
	all_of 10
}

@test "the environment may name the authorities, ca_file overrides it" {
	mock --tls --tls-dir tls
	events 1 10 >in
	SSL_CERT_FILE=$PWD/tls/ca.pem run -0 send <in
	all_of 10
	mkdir folder
	cp tls/ca.pem "folder/$(openssl x509 -hash -noout -in tls/ca.pem).0"
	events 11 20 >in
	SSL_CERT_DIR=$PWD/folder run -0 send <in
	all_of 20

	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-subj /CN=other -keyout other.key -out other.pem 2>openssl.log
	SSL_CERT_FILE=$PWD/tls/ca.pem run -4 send -o ca_file=other.pem <in
	end_mock
	all_of 20
}

@test "an authority that is replaced while it runs is trusted from then on" {
	mock --tls --tls-dir one
	cp one/ca.pem trusted
	mkfifo pipe
	timeout 120 siem-send "splunk:$url" -o ca_file=trusted <pipe 2>messages 3>&- &
	sender=$!
	remember $sender
	exec 4>pipe
	events 1 10 >&4
	eventually has 10
	end_mock
	listen=${url#https://} mock --tls --tls-dir other
	events 11 20 >&4
	eventually grep -q 'shipping failed.*certificate' messages
	cp other/ca.pem renewed
	mv renewed trusted
	exec 4>&-
	wait $sender
	end_mock

	all_of 20
}

@test "a name server that does not answer holds nothing up" {
	[[ $(command -v siem-send) != *-san/* ]] || skip 'no shim with sanitizers'
	events 1 3 >in
	SHIM_RESOLVE=1000 LD_PRELOAD=$(command -v shim.so) run -3 timeout 120 \
		siem-send --retries 1 --dead-letter dead -o connect_timeout=0.1 \
		splunk:https://siem.example.com <in

	equal "$(cat in)" "$(cat dead)"
	[[ $output == *'siem.example.com:443: Resolving timed out'* ]]
}

@test "an expired certificate and one for another name are called that" {
	mock --tls --tls-dir tls --tls-expired
	events 1 1 >in
	run -4 send -o ca_file=tls/ca.pem <in
	[[ $output == *'certificate has expired (notAfter '* ]]
	end_mock

	mock --tls --tls-dir other --tls-name siem.example.com
	run -4 send -o ca_file=other/ca.pem <in
	[[ $output == *'certificate is for siem.example.com, not for 127.0.0.1'* ]]

	run -0 send -o ca_file=other/ca.pem -o server_name=siem.example.com <in
	end_mock
}

@test "a client certificate that is required is asked for in so many words" {
	mock --tls --tls-dir tls --require-client-cert
	events 1 1 >in
	run -4 send -o ca_file=tls/ca.pem <in
	[[ $output == *'the server requires a client certificate: set cert_file and key_file'* ]]

	run -0 send -o ca_file=tls/ca.pem -o cert_file=tls/client.pem \
		-o key_file=tls/client.key <in
	end_mock
	all_of 1
}

@test "what does not speak TLS is called that" {
	mock
	events 1 1 >in
	run -4 timeout 120 siem-send "splunk:https://${url#http://}" <in
	[[ $output == *'does not speak TLS here'* ]]
	end_mock
}

@test "what does not speak HTTP is called that, and loses nothing" {
	rm -f where
	siem-mock syslog -q -l :0 --listen-file where --fault close-after=1 \
		>/dev/null 3>&- &
	remember $!
	eventually [ -s where ]
	events 1 1 >in
	run -3 timeout 120 siem-send --retries 1 \
		"splunk:http://$(sed 's,.*//,,' where)" <in
	[[ $output == *'SIEM shipping failed: splunk: '* ]]
}

@test "a dry run shows the requests, connects nowhere, and keeps the secret" {
	events 1 2 >in
	run -0 timeout 120 siem-send -n splunk:http://127.0.0.1:1 <in
	[[ $output == 'POST /services/collector/event'*'HTTP/1.1'*'Host: 127.0.0.1:1'* ]]
	[[ $output == *'Authorization: Splunk ***'*'"event":{"n":1}}'* ]]
	[[ $output != *12345678-1234* ]]
}

@test "as a command of curl, a dry run sends the same" {
	mock
	printf '%s\n' '{"a":"it'\''s $HOME `x`"}' >in
	run -0 send --dry-run=curl <in
	[[ $output == 'curl -X POST '* ]]
	[[ $output != *12345678-1234* ]]

	sh -c "$output"
	end_mock
	equal "{\"a\":\"it's \$HOME \`x\`\"}" "$(jq -c .event arrived)"
}

@test "what --dry-run does not know is an error" {
	run -2 siem-send --dry-run=wget stdout </dev/null
	equal 'siem-send: option --dry-run: wget is not curl' "$output"
}

@test "-n=curl is the same as --dry-run=curl" {
	SPLUNK_HEC_TOKEN=none run -0 siem-send -q -n=curl splunk:h <<<'{}'
	[[ $output == 'curl -X POST '* ]]
}

@test "memory is bounded while the destination is away" {
	[[ $(command -v siem-send) != *-san/* ]] || skip 'the sanitizers take more'
	mkfifo pipe
	siem-send -q --memory 4MB --metrics numbers splunk:http://127.0.0.1:1 \
		<pipe 3>&- &
	sender=$!
	remember $sender
	yes '{"message":"the same again, and again, and again"}' \
		>pipe 2>/dev/null 3>&- &
	remember $!
	eventually [ -s numbers ]
	eventually full $sender
	[ "$(own_memory $sender)" -lt $((12 * 1024)) ]
}

# full PID: does it hold all that it may? Some is kept free for requests.
full()
{
	kill -USR1 "$1"
	awk '/^siem_send_memory_bytes/ { held = $2 }
		END { exit !(held > 2400000) }' numbers
}

# What does not get smaller by compression, for ever.
noise()
{
	head -c 1000000 /dev/urandom | base64 -w 500 >noise
	while cat noise; do :; done
}

# settled PID: has it taken no more memory for a while? How much is in $most.
settled()
{
	most=$(sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$1/status")
	[ "$most" -gt $((32 * 1024)) ] && [ "$most" = "${before:-}" ] &&
		[ $((same += 1)) -ge 50 ] && return
	[ "$most" = "${before:-}" ] || same=0
	before=$most
	return 1
}

# memory_of OPTION...: at full buffers, with a collector that does not answer.
memory_of()
{
	mock --fault stall=100%
	rm -f pipe
	mkfifo pipe
	timeout 300 siem-send -q --memory 32MB -o timeout=600 -o in_flight=16 \
		-o flush_interval=600 -o batch_size=1000000 "$@" "splunk:$url" \
		<pipe 2>messages 3>&- &
	timeout=$!
	remember $timeout
	noise >pipe 2>/dev/null 3>&- &
	remember $!
	eventually pgrep -P $timeout siem-send
	sender=$(pgrep -P $timeout siem-send)
	before='' same=0
	eventually settled "$sender"
	kill -9 "$sender"
	end_mock
}

@test "what requests take counts as memory, compressed or not" {
	[[ $(command -v siem-send) != *-san/* ]] || skip 'the sanitizers take more'
	# 32 MB for records and requests, 24 for the program and libcurl.
	memory_of
	[ "$most" -lt $((56 * 1024)) ]
	memory_of -o gzip=true
	[ "$most" -lt $((56 * 1024)) ]
}

@test "an answer of 100 MB is read, and neither kept nor understood" {
	websink $((100 << 20)) >where 3>&- &
	remember $!
	eventually [ -s where ]
	events 1 10 >in
	run -3 measure cost timeout 120 siem-send --retries 1 --dead-letter dead \
		"splunk:http://127.0.0.1:$(cat where)" <in

	equal "$(cat in)" "$(cat dead)"
	[[ $output == *'answers 200: success, but not in the words of Splunk'* ]]
	[[ $(command -v siem-send) == *-san/* ]] ||
		awk '{ exit !($4 < 24 * 1024) }' cost
}
