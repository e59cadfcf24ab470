#!/usr/bin/env bats
# siem-mock: what it takes, what it prints, what it refuses, how it ends.

load helper

# start OPTION...: a mock of syslog whose output is in the file arrived, what
# it says in said, its addresses in where.
start()
{
	rm -f where
	siem-mock syslog --listen-file where "$@" >arrived 2>said 3>&- &
	mock=$!
	eventually started
	[ -s where ] || { cat said; return 1; }
}

started()
{
	[ -s where ] || ! kill -0 "$mock" 2>/dev/null
}

# The port of the first listener, or of that one.
port()
{
	sed -n "${1:-1}s/.*://p" where
}

# stop [SIGNAL]: end the mock; its status is in $status.
stop()
{
	kill "-${1:-TERM}" "$mock"
	ended
}

ended()
{
	status=0
	wait "$mock" || status=$?
	mock=
}

arrived()
{
	[ "$(wc -l <arrived)" -ge "$1" ]
}

# tls_send OPTION...: one message over TLS, from standard input.
tls_send()
{
	timeout 120 openssl s_client -connect "127.0.0.1:$(port)" -no_ign_eof \
		-verify_return_error "$@" >client 2>&1
}

teardown()
{
	evidence
	[ -n "${mock:-}" ] || return 0
	kill -TERM "$mock" 2>/dev/null
	kill -CONT "$mock" 2>/dev/null
	wait "$mock" || true
}

@test "a message over TCP comes out as one line of JSON, taken apart" {
	start -l tcp://127.0.0.1:0 -n 1
	from=$(printf '%s\n' \
		'<165>1 2003-10-11T22:14:15.003Z box app 42 ID47 [a@1 b="c"] hello' \
		>"/dev/tcp/127.0.0.1/$(port)")
	ended

	equal '' "$from"
	equal 0 "$status"
	equal '{
  "transport": "tcp",
  "framing": "lf",
  "header": "rfc5424",
  "pri": 165,
  "facility": 20,
  "severity": 5,
  "timestamp": "2003-10-11T22:14:15.003Z",
  "host": "box",
  "app": "app",
  "procid": "42",
  "msgid": "ID47",
  "structured_data": "[a@1 b=\"c\"]",
  "message": "hello",
  "raw": "<165>1 2003-10-11T22:14:15.003Z box app 42 ID47 [a@1 b=\"c\"] hello"
}' "$(jq 'del(.received, .peer)' arrived)"
	jq -e '.peer | test("^127\\.0\\.0\\.1:[0-9]+$")' arrived
	jq -e '.received | test("^20[0-9-]{8}T[0-9:]{8}\\.[0-9]{6}Z$")' arrived
}

@test "octet counting and lines are told apart, frame by frame" {
	start -l tcp://127.0.0.1:0 -n 5
	printf '%s' '46 <34>1 2003-10-11T22:14:15.003Z h su - ID47 - x' \
		$'<13>two\r\n' $'7 <13>3\n4' $'<13>four\n\n' '6 <13>5!' \
		>"/dev/tcp/127.0.0.1/$(port)"
	ended

	equal 'octet-counting x
lf two
octet-counting 3
4
lf four
octet-counting 5!' "$(jq -r '.framing + " " + .message' arrived)"
}

@test "a datagram is a message, with or without a line feed at its end" {
	start -l udp://127.0.0.1:0 -n 2
	printf '<13>one' >"/dev/udp/127.0.0.1/$(port)"
	printf '<13>two\n' >"/dev/udp/127.0.0.1/$(port)"
	ended

	equal 'udp datagram one
udp datagram two' "$(jq -r '.transport + " " + .framing + " " + .message' arrived)"
}

@test "bytes that are not UTF-8 are repaired" {
	start -l tcp://127.0.0.1:0 -n 1
	printf '<13>a\xffb\x01\n' >"/dev/tcp/127.0.0.1/$(port)"
	ended

	equal '"message":"a'$'\xef\xbf\xbd''b\u0001","raw":"<13>a'$'\xef\xbf\xbd''b\u0001"}' \
		"$(sed 's/.*"message"/"message"/' arrived)"
}

@test "a message comes out at once, not when the sender ends" {
	start -l tcp://127.0.0.1:0
	exec 5>"/dev/tcp/127.0.0.1/$(port)"
	echo '<13>now' >&5
	eventually arrived 1

	equal now "$(jq -r .message arrived)"
	exec 5>&-
}

@test "a hundred senders are heard at once, and a silent one stops none" {
	start -l tcp://127.0.0.1:0 -n 100
	exec 5>"/dev/tcp/127.0.0.1/$(port)"
	for i in $(seq 100); do
		echo "<13>$i" >"/dev/tcp/127.0.0.1/$(port)" &
		senders+=($!)
	done
	wait "${senders[@]}"
	eventually arrived 100
	exec 5>&-
	ended

	equal "$(seq 100)" "$(jq -r .message arrived | sort -n)"
}

@test "it listens where it is told, on this machine unless told otherwise" {
	start -l 0 -l :0 -l tcp://localhost:0 -l udp://127.0.0.1:0
	stop

	equal "siem-mock: listening on tcp://127.0.0.1:N
siem-mock: listening on tcp://127.0.0.1:N
siem-mock: listening on tcp://H:N
siem-mock: listening on udp://127.0.0.1:N" \
		"$(sed -e 's/[0-9]*$/N/' -e '3s/127.0.0.1\|\[::1\]/H/' said)"
}

@test "it listens for IPv6" {
	grep -qs ' lo$' /proc/net/if_inet6 || skip 'no IPv6 here'
	start -l '[::1]:0'
	stop

	equal 'siem-mock: listening on tcp://[::1]:N' "$(sed 's/[0-9]*$/N/' said)"
}

@test "--listen-file names every address in order, and is removed at the end" {
	start -l tcp://127.0.0.1:0 -l udp://127.0.0.1:0
	cp where kept
	stop

	equal 0 "$status"
	equal "$(sed -n 's/.*listening on //p' said)" "$(cat kept)"
	[ ! -e where ]
}

@test "where the --listen-file cannot be written, nobody is said to listen" {
	run -3 siem-mock syslog -l tcp://127.0.0.1:0 --listen-file none/where

	equal 'siem-mock: option --listen-file: none/: No such file or directory' "$output"
}

@test "a --listen-file of somebody else survives a wrong command line" {
	echo mine >where
	run -2 siem-mock syslog --listen-file where --fault nonsense

	equal mine "$(cat where)"
}

@test "a message whose end never came is dropped, counted and said" {
	start -l tcp://127.0.0.1:0 -n 1 --stats
	printf '<13>one\n<13>two' >"/dev/tcp/127.0.0.1/$(port)"
	ended

	equal 0 "$status"
	equal one "$(jq -r .message arrived)"
	equal 'siem-mock: tcp://PEER: dropped 7 bytes of a message without an end
siem-mock: 1 messages, 7 bytes, 1 connections, 0 refused, 1 unfinished, 0 cut, 0 faults' \
		"$(sed -e 1d -e 's/127.0.0.1:[0-9]*/PEER/' said)"
}

@test "a message longer than --max-message is cut, and its line says so" {
	start -l tcp://127.0.0.1:0 -l udp://127.0.0.1:0 --max-message 6 --stats -n 3
	printf '<13>abc\n<13>ab\n' >"/dev/tcp/127.0.0.1/$(port)"
	printf '<13>xyz' >"/dev/udp/127.0.0.1/$(port 2)"
	ended

	equal 'ab cut
ab whole
xy cut' "$(jq -r '.message + if .cut then " cut" else " whole" end' arrived | sort)"
	grep -q ' 2 cut,' said
}

@test "100 MB without an end take no more memory than a long message" {
	start -l tcp://127.0.0.1:0
	{
		head -c 100000000 /dev/zero | tr '\0' x
		printf '\n<13>after\n'
	} >"/dev/tcp/127.0.0.1/$(port)"
	eventually arrived 2
	peak=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$mock/status")
	stop

	equal '200000
after' "$(jq -r 'if .cut then (.message | length) else .message end' arrived)"
	# The sanitizers keep for a while what was freed.
	[[ $(command -v siem-mock) == *-san/* ]] || [ "$peak" -lt 65536 ]
}

@test "what is no count begins a line" {
	start -l tcp://127.0.0.1:0 -n 3
	printf '99999999999999999999 <13>a\n200001 b\n7<13>c\n' \
		>"/dev/tcp/127.0.0.1/$(port)"
	ended

	equal '99999999999999999999 <13>a
200001 b
7<13>c' "$(jq -r .raw arrived)"
}

@test "it ends when nothing came for --idle seconds" {
	run -0 --separate-stderr measure cost timeout 120 \
		siem-mock -q syslog -l tcp://127.0.0.1:0 --idle 0.2
	read -r seconds _ <cost

	equal '' "$output"
	awk "BEGIN { exit $seconds < 0.2 }"
}

@test "what had reached the machine before a signal is printed" {
	start -l tcp://127.0.0.1:0 -l udp://127.0.0.1:0
	exec 5>"/dev/tcp/127.0.0.1/$(port)"
	echo '<13>0' >&5
	eventually arrived 1
	kill -STOP "$mock"
	printf '<13>%d\n' $(seq 1000) >&5
	echo '<13>1001' >"/dev/tcp/127.0.0.1/$(port)"
	printf '<13>1002' >"/dev/udp/127.0.0.1/$(port 2)"
	kill -TERM "$mock"
	kill -CONT "$mock"
	ended
	exec 5>&-

	equal 0 "$status"
	equal "$(seq 0 1002)" "$(jq -r .message arrived | sort -n)"
}

@test "a burst is taken whole, though its sender has gone" {
	start -l tcp://127.0.0.1:0 -n 1
	kill -STOP "$mock"
	# Five blocks of 64 KiB, which is how it reads, and the end behind them;
	# or as much of that as the kernel keeps for somebody who does not read.
	head -c 32767 /dev/zero | tr '\0' x >line
	echo >>line
	cat line line line line line line line line line line \
		>"/dev/tcp/127.0.0.1/$(port)" &
	sender=$!
	for _ in $(seq 200); do
		[ -e "/proc/$sender" ] || break
		sleep 0.01
	done
	kill -CONT "$mock"
	ended
	wait "$sender"

	equal 10 "$(wc -l <arrived)"
}

@test "SIGINT ends it as SIGTERM does, SIGUSR1 prints the counts" {
	start -q -l tcp://127.0.0.1:0
	kill -USR1 "$mock"
	eventually test -s said
	stop INT

	equal 0 "$status"
	equal 'siem-mock: 0 messages, 0 bytes, 0 connections, 0 refused, 0 unfinished, 0 cut, 0 faults' \
		"$(cat said)"
}

@test "a full disk is an error, not a success" {
	siem-mock -q syslog -l tcp://:0 --listen-file where >/dev/full 2>said 3>&- &
	mock=$!
	eventually started
	echo '<13>x' >"/dev/tcp/127.0.0.1/$(port)"
	ended

	equal 3 "$status"
	equal 'siem-mock: write: No space left on device' "$(cat said)"
}

@test "it ends quietly when nobody reads its output any more" {
	mkfifo pipe
	siem-mock -q syslog -l tcp://:0 --listen-file where >pipe 2>said 3>&- &
	mock=$!
	exec 5<pipe
	eventually started
	exec 5<&-
	ended

	equal "$((128 + $(kill -l PIPE)))" "$status"
	equal '' "$(cat said)"
}

@test "a message over TLS needs nothing but the authority that was made" {
	start --tls -l :0 --tls-dir certs -n 1
	tls_send -CAfile certs/ca.pem -verify_hostname localhost <<<'<13>secret'
	ended

	equal 'tls secret' "$(jq -r '.transport + " " + .message' arrived)"
	equal 'ca.pem
client.key
client.pem
server.key
server.pem' "$(ls certs)"
	equal 700 "$(stat -c %a certs)"
	equal 600 "$(stat -c %a certs/server.key)"
}

@test "the throw-away certificate is good for both addresses of this machine" {
	start --tls -l :0 --tls-dir certs
	tls_send -CAfile certs/ca.pem -verify_ip 127.0.0.1 <<<'<13>a'
	tls_send -CAfile certs/ca.pem -verify_ip ::1 <<<'<13>b'
	eventually arrived 2
}

@test "the folder of throw-away certificates is for the user alone, and removed" {
	export TMPDIR=$PWD
	start --tls -l :0
	dir=$(sed -n 's/.*certificates are in \([^:]*\):.*/\1/p' said)
	equal 700 "$(stat -c %a "$dir")"
	stop

	[ ! -e "$dir" ]
	[ "${dir%/*}" = "$PWD" ]
}

@test "a certificate that expired, or is for another name, can be had" {
	start --tls -l :0 --tls-dir expired --tls-expired
	run -1 tls_send -CAfile expired/ca.pem <<<'<13>x'
	grep -q 'certificate has expired' client
	eventually grep -q 'the client refuses: TLS alert "certificate expired"' said
	stop

	start --tls -l :0 --tls-dir named --tls-name other.example.com
	run -1 tls_send -CAfile named/ca.pem -verify_hostname localhost <<<'<13>x'
	run -0 tls_send -CAfile named/ca.pem -verify_hostname other.example.com <<<'<13>x'
}

@test "--require-client-cert refuses a client without one, and says so" {
	start --tls -l :0 --tls-dir certs --require-client-cert --stats
	tls_send -CAfile certs/ca.pem <<<'<13>nobody' || true
	eventually grep -q 'the client sent no certificate' said
	tls_send -CAfile certs/ca.pem -cert certs/client.pem -key certs/client.key \
		<<<'<13>somebody'
	eventually arrived 1
	stop

	equal somebody "$(jq -r .message arrived)"
	grep -q ' 1 connections, 1 refused,' said
}

@test "--client-ca refuses a certificate of another authority" {
	start --tls -l :0 --tls-dir mine
	stop
	start --tls -l :0 --tls-dir certs --client-ca mine/ca.pem
	tls_send -CAfile certs/ca.pem -cert certs/client.pem -key certs/client.key \
		<<<'<13>stranger' || true
	eventually grep -q 'certificate is not signed by an authority in mine/ca.pem' said
	tls_send -CAfile certs/ca.pem -cert mine/client.pem -key mine/client.key \
		<<<'<13>known'
	eventually arrived 1

	equal known "$(jq -r .message arrived)"
}

@test "--tls=CERT,KEY shows the certificate it was given" {
	start --tls -l :0 --tls-dir certs
	stop
	start --tls=certs/server.pem,certs/server.key -l :0 -n 1
	tls_send -CAfile certs/ca.pem <<<'<13>x'
	ended

	equal x "$(jq -r .message arrived)"
	run ! grep -q throw-away said
}

@test "a certificate that cannot be used is named, with status 2" {
	run -2 siem-mock syslog -l tls://:0 --tls=none.pem
	equal 'siem-mock: cert_file none.pem: No such file or directory' "$output"

	start --tls -l :0 --tls-dir certs
	stop
	run -2 siem-mock syslog -l tls://:0 --tls=certs/server.pem,certs/client.key
	equal 'siem-mock: key_file certs/client.key: the key does not belong to the certificate in certs/server.pem' "$output"
}

@test "garbage instead of TLS is refused, and the next client is served" {
	start --tls -l :0 --tls-dir certs -n 1 --stats
	head -c 1000 /dev/zero | tr '\0' x >"/dev/tcp/127.0.0.1/$(port)" || true
	eventually grep -q 'the client does not speak TLS here' said
	tls_send -CAfile certs/ca.pem <<<'<13>x'
	ended

	equal x "$(jq -r .message arrived)"
	grep -q ' 1 connections, 1 refused,' said
}

@test "reset-after=N breaks a connection after N messages" {
	start -l tcp://127.0.0.1:0 --fault reset-after=2 --stats
	exec 5<>"/dev/tcp/127.0.0.1/$(port)"
	# In one write, which the reset cannot come between.
	cat <<<$'<13>1\n<13>2\n<13>3\n<13>4' >&5
	run -1 cat <&5
	exec 5>&-
	stop

	[[ $output == *'Connection reset by peer'* ]]
	equal $'1\n2' "$(jq -r .message arrived)"
	grep -q ' 1 faults' said
}

@test "close-after=N ends a connection in good order after N messages" {
	start -l tcp://127.0.0.1:0 --fault close-after=2
	exec 5<>"/dev/tcp/127.0.0.1/$(port)"
	printf '<13>%d\n' 1 2 >&5
	run -0 timeout 120 cat <&5
	exec 5>&-
	stop

	equal $'1\n2' "$(jq -r .message arrived)"
}

@test "stall-after=N reads no more of a connection, and serves the others" {
	start -l tcp://127.0.0.1:0 --fault stall-after=2
	exec 5>"/dev/tcp/127.0.0.1/$(port)"
	printf '<13>%d\n' 1 2 3 4 >&5
	eventually arrived 2
	echo '<13>5' >"/dev/tcp/127.0.0.1/$(port)"
	eventually arrived 3
	stop
	exec 5>&-

	equal $'1\n2\n5' "$(jq -r .message arrived)"
}

@test "delay=MS holds every message of a connection back" {
	start -l tcp://127.0.0.1:0 --fault delay=150 -n 3
	printf '<13>%d\n' 1 2 3 >"/dev/tcp/127.0.0.1/$(port)"
	ended

	equal $'1\n2\n3' "$(jq -r .message arrived)"
	jq -es 'map(.received[17:26] | tonumber) |
		(.[2] - .[0] + 60) as $d | ($d - if $d >= 60 then 60 else 0 end) >= 0.28' arrived
}

@test "the same seed hits the same messages, another seed others" {
	for seed in 1 1 2; do
		start -l tcp://127.0.0.1:0 --fault "reset=5%,seed=$seed"
		exec 5<>"/dev/tcp/127.0.0.1/$(port)"
		seq -f '<13>%.0f' 1000 >&5 2>/dev/null || true
		cat <&5 >/dev/null 2>&1 || true
		exec 5>&-
		stop
		counts+=("$(wc -l <arrived)")
	done

	equal "${counts[0]}" "${counts[1]}"
	[ "${counts[0]}" != "${counts[2]}" ]
	[ "${counts[0]}" -lt 1000 ]
}

@test "a wrong --fault is named, with what would be right" {
	run -2 siem-mock syslog --fault delay=1,rest=1%
	equal 'siem-mock: option --fault: unknown word rest (did you mean reset?)' "$output"

	run -2 siem-mock syslog --fault delay
	equal 'siem-mock: option --fault: delay needs a value, as in delay=20' "$output"

	run -2 siem-mock syslog --fault reset=2
	equal 'siem-mock: option --fault: reset=2 is no rate, as in 0.01 or 1%' "$output"

	run -2 siem-mock syslog --fault delay=-1
	equal 'siem-mock: option --fault: delay=-1 is no number up to 1000000000' "$output"
}

@test "a wrong command line says what is wrong, with status 2" {
	run -2 siem-mock
	equal 'siem-mock: which KIND? (see --list)' "$output"

	run -2 siem-mock sislog
	equal 'siem-mock: unknown kind: sislog (did you mean syslog?)' "$output"

	run -2 siem-mock syslog -l udb://:0
	equal 'siem-mock: option --listen: udb://:0: udb is none of tcp, tls, udp (did you mean udp?)' "$output"

	run -2 siem-mock syslog -l tcp://127.0.0.1
	equal 'siem-mock: option --listen: tcp://127.0.0.1: a port is missing; with :0 the kernel chooses one' "$output"

	run -2 siem-mock syslog -l tcp://:0 --require-client-cert
	equal 'siem-mock: option --require-client-cert: is for --tls' "$output"

	run -2 siem-mock syslog -l tls://:0 --tls=a,b --tls-name x
	equal 'siem-mock: option --tls-name: is for the throw-away certificates of a plain --tls' "$output"
}

@test "an address that is taken is an error with status 3" {
	start -l tcp://127.0.0.1:0
	run -3 siem-mock syslog -l "tcp://127.0.0.1:$(port)"

	equal "siem-mock: listen on 127.0.0.1:$(port): Address already in use" "$output"
}

@test "--list names the kinds" {
	run -0 siem-mock --list

	equal "splunk         HTTP Event Collector, with acknowledgement
sentinel       Logs Ingestion API, Data Collector API, Event Hubs
datadog        the log intake of Datadog
elasticsearch  _bulk, with an index that keeps what is in it
http           any collector that takes records by HTTP
qradar         IBM QRadar's HTTP Receiver
syslog         UDP, TCP and TLS, octet counting or lines
relp           syslog with acknowledgements, by TCP and TLS" "$output"
}
