#!/usr/bin/env bats
# RELP: what siem-send makes of a server that confirms each message, or does
# not, or says no, or breaks in the middle.

load helper

# start OPTION...: a mock of RELP whose output is in the file arrived, what it
# says in said, and its port in $port.
start()
{
	rm -f where
	siem-mock "${kind:-relp}" --listen-file where "$@" >>arrived 2>said 3>&- &
	mock=$!
	remember "$mock"
	eventually [ -s where ]
	at=$(sed 's,.*//,,' where)
	port=${at##*:}
}

# events N: some events in the file lines.
events()
{
	gen-events "$1" | siem-fmt --leef --syslog >lines
}

# ship OPTION...: what is in lines.
ship()
{
	siem-send --stats "syslog:relp://$at" -o header=none "$@" <lines
}

# came COUNT: as many lines have arrived, or more.
came()
{
	[ "$(wc -l <arrived)" -ge "$1" ]
}

raw()
{
	jq -r .raw arrived
}

# nothing_lost: each line came, the repeats beside it.
nothing_lost()
{
	diff <(sort -u lines) <(raw | sort -u)
}

@test "records arrive in the order they came, and none twice" {
	start -l tcp://:0
	events 2000
	run -0 --separate-stderr ship

	cmp <(raw) lines
	grep -q '2000 delivered, .* 0 sent again, .* 1 connections' <<<"$stderr"
	jq -se 'all(.framing == "relp" and .transport == "tcp")' arrived
}

@test "a session is opened, and closed with its number" {
	start -l tcp://:0 -n 1
	exec 5<>"/dev/tcp/127.0.0.1/$port"
	printf '1 open 54 relp_version=0\nrelp_software=siem-send\ncommands=syslog\n' >&5
	printf '2 syslog 5 <13>a\n3 close 0\n' >&5
	answers=$(timeout 120 cat <&5)

	equal '1 rsp 61 200 OK
relp_version=0
relp_software=siem-mock
commands=syslog
2 rsp 6 200 OK
3 rsp 0
0 serverclose 0' "$answers"
}

@test "a dry run prints the bytes" {
	run -0 siem-send --dry-run syslog:relp://h:2514 <<<'<34>1 2003-10-11T22:14:15.003Z h su - ID47 - x'

	equal '1 open 54 relp_version=0
relp_software=siem-send
commands=syslog
2 syslog 46 <34>1 2003-10-11T22:14:15.003Z h su - ID47 - x' "$output"
}

@test "by TLS, with a client certificate" {
	start --tls --tls-dir certs --require-client-cert -l tls://:0
	events 500
	run -0 --separate-stderr siem-send "syslog:relp+tls://127.0.0.1:$port" \
		-o ca_file=certs/ca.pem -o cert_file=certs/client.pem \
		-o key_file=certs/client.key <lines

	cmp <(raw) lines
	jq -se 'all(.transport == "tls")' arrived
}

@test "by TLS, an answer that comes between two looks for it is not left lying" {
	[[ ${BUILD:-} != *-san ]] || skip 'the shim and the sanitizers do not go together'
	start --tls --tls-dir certs -l tls://:0
	echo '<13>x' >lines

	# Each look in turn is one too early.
	for ((look = 1; ; look++)); do
		: >fired
		run -0 --separate-stderr env LD_PRELOAD="$(command -v shim.so)" \
			SHIM="fail=EAGAIN recv n=$look" SHIM_FIRED="$PWD/fired" \
			siem-send --stats "syslog:relp+tls://127.0.0.1:$port" \
			-o ca_file=certs/ca.pem -o answer_timeout=30 <lines
		[ -s fired ] || break
		grep -q '1 delivered, .* 0 sent again, .* 1 connections' <<<"$stderr"
	done
	[ "$look" -gt 9 ]
}

@test "by TLS, without the client certificate that is asked for: refused" {
	start --tls --tls-dir certs --require-client-cert -l tls://:0
	events 5
	run -4 --separate-stderr siem-send "syslog:relp+tls://127.0.0.1:$port" \
		-o ca_file=certs/ca.pem <lines

	grep -q 'requires a client certificate' <<<"$stderr"
	[ ! -s arrived ]
}

@test "plain RELP with a TLS setting is a usage error" {
	run -2 siem-send syslog:relp://127.0.0.1:1 -o ca_file=x </dev/null

	equal 'siem-send: syslog: ca_file is for TLS: the transport would be relp+tls' "$output"
}

@test "the message of a half-close is still answered, the ones behind it are not" {
	start -l tcp://:0 --fault half-close-after=2 --stats
	exec 5<>"/dev/tcp/127.0.0.1/$port"
	printf '%s\n' '1 open 15 commands=syslog' >&5
	for txnr in 2 3 4 5; do
		printf '%s\n' "$txnr syslog 3 one" >&5
	done
	timeout 60 cat <&5 >answers
	eventually came 4
	exec 5>&-
	kill "$mock"
	wait "$mock" || true

	equal '1 2 3' "$(sed -n 's/ rsp .*//p' answers | paste -sd ' ')"
	grep -q ' 1 faults$' said
}

@test "a record that is refused twice stands alone in the dead letters" {
	start -l tcp://:0 --fault poison=record-77-
	seq -f '<13>record-%g-' 200 >lines
	run -1 --separate-stderr ship --dead-letter dead

	equal '<13>record-77-' "$(cat dead)"
	equal 'refused by RELP: "500 refused on purpose"' "$(jq -r .reason dead.why)"
	cmp <(raw) <(grep -v record-77- lines)
	grep -q '199 delivered, 1 rejected, .* 1 sent again' <<<"$stderr"
}

@test "what was refused once is delivered the second time" {
	start -l tcp://:0 --fault refuse=1%,seed=5
	events 1000
	run -0 --separate-stderr ship

	equal 1000 "$(raw | wc -l)"
	cmp <(sort lines) <(raw | sort)
	[ "$(grep -o '[0-9]* connections' <<<"$stderr" | cut -d ' ' -f 1)" -gt 1 ]
}

@test "answers out of order" {
	start -l tcp://:0 --fault late=30%,seed=3
	events 2000
	run -0 --separate-stderr ship

	cmp <(raw) lines
	grep -q ' 0 sent again' <<<"$stderr"
}

@test "an answer that gets lost after storing costs repeats within the window, no record" {
	start -l tcp://:0 --fault lost=0.5%,seed=1
	events 2000
	run -0 --separate-stderr ship -o window=16

	nothing_lost
	resets=$(($(grep -o '[0-9]* connections' <<<"$stderr" | cut -d ' ' -f 1) - 1))
	repeats=$(($(raw | wc -l) - 2000))
	echo "$resets resets, $repeats repeats"
	[ "$resets" -gt 0 ] && [ "$repeats" -gt 0 ] && [ "$repeats" -le $((resets * 16)) ]
}

@test "an answer that never comes: again on the next connection after answer_timeout" {
	start -l tcp://:0 --fault mute=0.2%,seed=2
	events 1000
	run -0 --separate-stderr ship -o answer_timeout=0.2

	nothing_lost
	grep -q 'no answer within 0.2 s' <<<"$stderr"
}

@test "half an answer and the end: again on the next connection" {
	start -l tcp://:0 --fault half=0.3%,seed=4
	events 1000
	run -0 --separate-stderr ship

	nothing_lost
}

@test "garbage for an answer is quoted, and costs no record" {
	start -l tcp://:0 --fault garbage=0.3%,seed=6
	events 1000
	run -0 --separate-stderr ship

	nothing_lost
	grep -qF 'it breaks RELP: "\x80rubbish\x0d\x0a' <<<"$stderr"
}

@test "a server that closes the session gets the rest in the next" {
	start -l tcp://:0 --fault serverclose=0.3%,seed=7
	events 1000
	run -0 --separate-stderr ship

	nothing_lost
}

@test "resets, stalls and closes, all at once: nothing is lost" {
	start -l tcp://:0 --fault reset=0.2%,close=0.2%,stall=0.2%,late=5%,seed=8
	events 2000
	run -0 --separate-stderr ship -o answer_timeout=0.2 -o window=32

	nothing_lost
}

@test "a server that resets its connections before it has answered gets on, with fewer at a time" {
	start -l tcp://:0 --fault lost=10%,seed=5
	events 50
	run -0 --separate-stderr timeout 60 siem-send --stats \
		"syslog:relp://$at" -o header=none <lines

	nothing_lost
}

@test "no more than window is under way" {
	start -l tcp://:0 --fault mute=100%
	seq -f '<13>%g' 500 >lines
	siem-send --stats --grace 0 "syslog:relp://$at" -o header=none \
		-o window=7 <lines 2>stderr 3>&- &
	sender=$!
	remember "$sender"
	eventually came 7
	kill "$sender"
	status=0
	wait "$sender" || status=$?
	kill "$mock"
	wait "$mock"

	equal 3 "$status"
	cmp <(raw) <(head -n 7 lines)
	grep -q '500 read, 0 delivered, .* 500 given up' stderr
}

@test "a connection is opened anew after rebind_after messages, in good order" {
	start -l tcp://:0
	events 1000
	run -0 --separate-stderr ship -o rebind_after=100

	cmp <(raw) lines
	grep -q ' 0 sent again, .* 10 connections' <<<"$stderr"
}

@test "a record that is too long for RELP is set aside, and only that" {
	start -l tcp://:0
	{ echo '<13>one'; head -c 140000 /dev/zero | tr '\0' x; echo; echo '<13>two'; } >lines
	run -1 --separate-stderr ship --dead-letter dead

	equal $'<13>one\n<13>two' "$(raw)"
	equal 140001 "$(wc -c <dead)"
	grep -q 'more than the 131072 that the receiver is taken to accept by RELP' <<<"$stderr"
}

@test "a server that does not speak RELP answers nothing, which is a failure" {
	kind=syslog
	start -l tcp://:0
	echo '<13>x' >lines
	run -3 --separate-stderr ship -o answer_timeout=0.2 --retries 1

	grep -q 'no answer within 0.2 s' <<<"$stderr"
}

@test "a server that is killed in the middle, and comes back, misses nothing" {
	start -l "tcp://$here:0" --fault delay=1
	events 600
	ship -v >sent 2>&1 &
	sender=$!
	remember "$sender"
	eventually came 100
	kill -9 "$mock"
	wait "$mock" || true
	# What it was killed in the middle of writing is no line.
	[ -z "$(tail -c 1 arrived)" ] || sed -i '$d' arrived
	start -l "tcp://$at"
	wait "$sender"

	nothing_lost
	grep -q '600 delivered' sent
}

@test "--retries: what could not be delivered is kept, and can be sent again" {
	start -l tcp://:0 --fault mute=100%
	seq -f '<13>%g' 50 >lines
	run -3 --separate-stderr ship -o answer_timeout=0.1 --retries 1 --dead-letter dead

	cmp dead lines
}

@test "a connection without an answer is no sign that it works again" {
	start -l tcp://:0 --fault mute=100%
	echo '<13>one' >lines
	run -3 --separate-stderr ship -o answer_timeout=1.2 --retries 1 --dead-letter dead

	cmp dead lines
	[[ $stderr == *'no answer within 1.2 s; trying again'* ]]
	[[ $stderr != *'works again'* ]]
}

@test "SIGTERM while answers are missing ends within --grace" {
	start -l tcp://:0 --fault stall-after=1
	mkfifo in
	siem-send --grace 1 "syslog:relp://127.0.0.1:$port" <in 2>stderr &
	sender=$!
	remember "$sender"
	exec 5>in
	seq -f '<13>%g' 3 >&5
	eventually [ -s arrived ]
	kill -TERM "$sender"
	status=0
	wait "$sender" || status=$?

	equal 3 "$status"
	grep -q 'not through within --grace' stderr
}

@test "a mock ends a session whose numbers are out of turn" {
	start -l tcp://:0
	exec 5<>"/dev/tcp/127.0.0.1/$port"
	printf '1 open 15 commands=syslog\n3 syslog 5 <13>a\n' >&5
	timeout 120 cat <&5 >/dev/null
	grep -q 'number 3 where 2 must come' said
	[ ! -s arrived ]
}

@test "a fault of answers is refused for a kind that has none" {
	run -2 siem-mock syslog --fault mute=1%

	equal 'siem-mock: option --fault: mute is for answers to messages: relp' "$output"
}
