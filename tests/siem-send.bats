#!/usr/bin/env bats
# siem-send: every record is delivered, set aside or reported, whatever the
# destination does.

# shellcheck disable=SC2030,SC2031 # each test has variables of its own
load helper

# One that never ends has failed as well.
siem-send()
{
	timeout -k 1 120 siem-send "$@"
}

# For those that are to see a connection fail before anything on it settles,
# also on a machine that is busy; the next one takes that long to be believed.
settles_late=(-o settle=5)

# mock ARG...: a receiver in the background, at $at; "arrived" gets what comes.
# It listens for TCP, or for TLS, unless told otherwise.
mock()
{
	local listen=(-l "tcp://$here:0")

	[[ " $* " != *' --tls '* ]] || listen=(-l tls://127.0.0.1:0)
	[[ " $* " != *' -l '* ]] || listen=()
	rm -f where
	siem-mock syslog --listen-file where "${listen[@]}" "$@" \
		>>arrived 2>mock.err 3>&- 7>&- &
	mock=$!
	remember "$mock"
	eventually test -s where || { cat mock.err; return 1; }
	at=$(<where)
}

# unmock [SIGNAL]: it goes away.
unmock()
{
	kill "-${1:-TERM}" "$mock"
	wait "$mock" || true
}

# nobody: $at is an address where nobody listens, nor anybody else will.
nobody()
{
	mock
	unmock
	: >arrived
}

# send ARG...: siem-send in the background, that reads what goes to &7.
send()
{
	mkfifo in
	command siem-send "$@" <in >out 2>err 3>&- &
	pid=$!
	remember "$pid"
	exec 7>in
}

# ends STATUS: it ends by itself, with that status.
ends()
{
	local status=0

	exec 7>&-
	wait "$pid" || status=$?
	equal "$1" "$status"
}

# The texts that arrived, those of whole lines.
messages()
{
	grep '}$' arrived | jq -r .message
}

# arrived COUNT: as many lines are there.
arrived()
{
	[ "$(wc -l <arrived)" -ge "$1" ]
}

said()
{
	grep -qF -e "$1" err
}

said_times()
{
	[ "$(grep -cF -e "$2" err)" -ge "$1" ]
}

# counted TEXT: is that among the counts now? Once it has shown that it is
# ready for signals, that is.
counted()
{
	kill -USR1 "$pid"
	said "$1"
}

@test "records arrive in the order they came, and none twice" {
	mock
	run -0 siem-send "syslog:$at" < <(seq -f 'line %g' 2000)

	equal '' "$output"
	eventually arrived 2000
	equal "$(seq -f 'line %g' 2000)" "$(messages)"
}

@test "a record is passed on at once, not when the input ends" {
	mock
	send "syslog:$at"
	echo one >&7
	eventually arrived 1
	echo two >&7
	eventually arrived 2
	ends 0

	equal $'one\ntwo' "$(messages)"
}

@test "what is no record is passed over, and an unfinished line is one" {
	mock
	run -0 siem-send "syslog:$at" --stats < <(printf 'one\r\n\n \t\r\n\nend')

	eventually arrived 2
	equal $'one\nend' "$(messages)"
	[[ $output == *': 2 read, 2 delivered, 0 rejected'* ]]
}

@test "records that do not fit into memory go through it" {
	mock
	run -0 siem-send --memory 1 "syslog:$at" < <(seq -f 'line %g' 300)

	eventually arrived 300
	equal "$(seq -f 'line %g' 300)" "$(messages)"
}

@test "by TCP each line ends with LF, by TLS it is counted, unless told" {
	mock
	echo one | siem-send "syslog:$at"
	echo two | siem-send "syslog:$at" -o framing=octet-counting
	eventually arrived 2
	unmock
	mock --tls --tls-dir tls
	echo three | siem-send "syslog:$at" -o ca_file=tls/ca.pem
	echo four | siem-send "syslog:$at" -o ca_file=tls/ca.pem -o framing=lf
	echo five | siem-send "qradar:$at" -o ca_file=tls/ca.pem
	eventually arrived 5

	equal 'one tcp lf
two tcp octet-counting
three tls octet-counting
four tls lf
five tls lf' "$(jq -r '"\(.message) \(.transport) \(.framing)"' arrived)"
}

@test "a header is added only where there is none" {
	mock
	run -0 siem-send "syslog:$at" -o hostname=web01 -o facility=audit <<'EOF'
<13>Oct  9 01:02:03 other su: x
<34>1 2003-10-11T22:14:15.003Z h su - ID47 - x
LEEF:1.0|Acme|Auditor|1.0|login|src=192.0.2.10
{"user":"alice"}
EOF
	eventually arrived 4

	equal '<13>Oct  9 01:02:03 other su: x
<34>1 2003-10-11T22:14:15.003Z h su - ID47 - x' "$(jq -r .raw arrived | head -n 2)"
	equal 'rfc3164 13 web01 LEEF:1.0|Acme|Auditor|1.0|login|src=192.0.2.10
rfc5424 13 web01 {"user":"alice"}' \
		"$(jq -r '"\(.header) \(.facility) \(.host) \(.message)"' arrived | tail -n 2)"
}

@test "a header has the time at which the record was read" {
	before=$(date +%s)
	mock
	echo one | siem-send "syslog:$at"
	eventually arrived 1
	stamp=$(date -d "$(jq -r .timestamp arrived)" +%s)

	[ "$stamp" -ge "$before" ]
	[ "$stamp" -le "$(date +%s)" ]
}

@test "UDP: each record is a datagram, and it is said that nothing confirms it" {
	mock -l udp://127.0.0.1:0
	run -0 siem-send "syslog:$at" < <(printf '%s\n' one two)

	equal 'siem-send: syslog: UDP confirms nothing: what was sent counts as delivered' "$output"
	eventually arrived 2
	equal $'one udp\ntwo udp' "$(jq -r '"\(.message) \(.transport)"' arrived)"
}

@test "a record too large for the destination is set aside, and only that" {
	mock
	long=$(printf '%080d' 0)
	run -1 siem-send "qradar:$at" -o max_line=60 -o log_source_identifier=web01 \
		--dead-letter dead < <(printf '%s\n' one "$long" three)

	equal 'siem-send: line 2: 107 bytes, more than the 60 that QRadar is taken to accept by TCP (-o max_line); siem-fmt --max-line 33 makes it shorter' "$output"
	eventually arrived 2
	equal $'one\nthree' "$(messages)"
	equal "$long" "$(<dead)"
	equal 2 "$(jq .line dead.why)"
}

@test "a record over --max-record is set aside whole" {
	mock
	{
		echo one
		head -c 3000000 /dev/zero | tr '\0' x
		echo
		echo three
	} >input
	run -1 siem-send "syslog:$at" --dead-letter dead <input

	equal 'siem-send: line 2: longer than 1048576 bytes (see --max-record)' "$output"
	equal "$(sed -n 2p input | cksum)" "$(cksum <dead)"
	eventually arrived 2
	equal $'one\nthree' "$(messages)"
}

@test "without dead letters, what was set aside nowhere is counted" {
	mock
	run -1 siem-send "syslog:$at" --max-record 3 < <(printf '%s\n' one four two)

	equal 'siem-send: line 2: longer than 3 bytes (see --max-record)
siem-send: records neither delivered nor kept: 1 (see --dead-letter)' "$output"
}

@test "only the first few of many rejected records are reported" {
	mock
	run -1 siem-send -q "syslog:$at" --dead-letter dead --max-record 3 < <(seq 1000 1020)
	equal '' "$output"
	run -1 siem-send "syslog:$at" --dead-letter dead --max-record 3 < <(seq 1000 1020)

	equal 6 "${#lines[@]}"
	equal 'siem-send: records rejected in all: 21' "${lines[5]}"
	equal "$(seq 1000 1020; seq 1000 1020)" "$(<dead)"
}

@test "a receiver that is away at first gets everything once it is there" {
	nobody
	send "syslog:$at"
	seq -f 'line %g' 100 >&7
	eventually said 'Connection refused'
	mock -l "$at"
	ends 0

	eventually arrived 100
	equal "$(seq -f 'line %g' 100)" "$(messages)"
}

@test "that a destination fails, and works again, is said once each" {
	nobody
	send "syslog:$at" -v
	echo one >&7
	# The first is told, the next are noted with -v.
	eventually said "siem-send: syslog: connect ${at#tcp://}: Connection refused"
	eventually said_times 3 'Connection refused'
	mock -l "$at"
	ends 0

	equal 1 "$(grep -c "^siem-send: SIEM shipping failed: syslog: connect ${at#tcp://}: Connection refused; trying again (records waiting: [01])$" err)"
	equal 1 "$(grep -c '^siem-send: syslog: works again after .* s (failed tries: [0-9]*)$' err)"
}

@test "a receiver that breaks the connection loses nothing" {
	mock --fault reset-after=50 -n 50
	address=$at
	send "syslog:$at" "${settles_late[@]}"
	seq -f 'line %g' 1000 >&7
	wait "$mock"
	mv arrived before
	mock -l "$address"
	ends 0

	eventually arrived 1000
	# All of them, for nobody can know what was read of those before.
	equal "$(seq -f 'line %g' 1000)" "$(messages)"
	grep -qF 'Connection reset by peer' err
}

@test "a receiver that is killed loses nothing that it has not written" {
	mock
	address=$at
	send "syslog:$at" "${settles_late[@]}" --stats
	seq -f 'line %g' 500 >&7
	eventually arrived 500
	unmock KILL
	seq -f 'line %g' 501 1000 >&7
	mock -l "$address"
	ends 0

	equal "$(seq -f 'line %g' 1000)" "$(messages | awk '!seen[$0]++')"
	said ': 1000 read, 1000 delivered, 0 rejected, 0 given up, 0 set aside, 500 sent again'
}

@test "an end that nobody asked for is noticed before the next record" {
	mock
	address=$at
	send "syslog:$at" -o settle=0.05
	echo one >&7
	eventually arrived 1
	eventually counted '1 delivered'
	unmock
	eventually said 'SIEM shipping failed'
	mock -l "$address"
	echo two >&7
	ends 0

	eventually arrived 2
	equal $'one\ntwo' "$(messages)"
}

@test "a receiver that closes with records under way gets them again" {
	mock --fault close-after=1 -n 1
	address=$at
	send "syslog:$at" "${settles_late[@]}" --stats
	echo one >&7
	eventually grep -qxF "siem-send: SIEM shipping failed: syslog: $at closed the connection (does it speak TLS? Then it is tls://); trying again (records waiting: 1)" err
	wait "$mock"
	mock -l "$address"
	echo two >&7
	ends 0

	eventually arrived 3
	equal $'one\none\ntwo' "$(messages)"
	said ', 1 sent again,'
}

@test "a receiver that never closes its side holds nobody up" {
	mock --fault stall-after=1
	run -0 siem-send "syslog:$at" -o settle=0.2 --stats <<<one

	[[ $output == *': 1 read, 1 delivered'* ]]
}

@test "a slow receiver gets everything" {
	mock --fault delay=5
	run -0 siem-send "syslog:$at" < <(seq -f 'line %g' 100)

	eventually arrived 100
	equal "$(seq -f 'line %g' 100)" "$(messages)"
}

# stopped_reading: is the count of what was read the same as last time?
stopped_reading()
{
	local count

	kill -USR1 "$pid"
	count=$(grep -o '[0-9]* read' err | tail -n 1)
	[ -n "$count" ] && [ "$count" = "$last_count" ] && return
	last_count=$count
	return 1
}

@test "memory is bounded while the receiver stalls, and the source waits" {
	case ${BUILD:-} in
	*-san) skip 'sanitizers need memory of their own' ;;
	esac
	mock --fault stall-after=1
	send "syslog:$at" --memory 4MB --grace 1
	yes "$(printf '%0500d' 0)" >&7 2>/dev/null 3>&- &
	remember "$!"
	eventually arrived 1
	last_count=
	eventually stopped_reading
	[ "$(own_memory "$pid")" -lt $((9 * 1024)) ]
	kill "$pid"
	ends 3

	said 'SIEM shipping failed: syslog: not through within --grace seconds'
	said 'records neither delivered nor kept'
}

@test "--retries: what could not be delivered is kept, and can be sent again" {
	nobody
	run -3 siem-send "syslog:$at" --retries 1 --dead-letter dead < <(seq -f 'line %g' 5)

	[[ ${lines[0]} == "siem-send: SIEM shipping failed: syslog: connect ${at#tcp://}: Connection refused; "* ]]
	equal 'siem-send: syslog: records given up after 1 retry: 5, of which 5 are kept in dead' "${lines[1]}"
	equal "$(seq -f 'line %g' 5)" "$(<dead)"
	equal "connect ${at#tcp://}: Connection refused" "$(jq -r .reason dead.why | sort -u)"
	equal "$(seq 5)" "$(jq .line dead.why)"

	mock
	run -0 siem-send "syslog:$at" <dead
	eventually arrived 5
	equal "$(seq -f 'line %g' 5)" "$(messages)"
}

@test "--retries: what did not fit into the dead letters is not said to be there" {
	nobody
	seq -f 'line %04.0f' 1000 >in
	(
		ulimit -f 8
		exec siem-send "syslog:$at" --retries 0 --dead-letter dead \
			--grace 0 <in
	) >out 2>err 3>&- &
	pid=$!
	remember "$pid"
	eventually said 'dead letters: dead: File too large; trying again'
	kill "$pid"
	ends 3

	# What is there is whole, but nobody could make it durable.
	equal "$(head -n "$(wc -l <dead)" in)" "$(<dead)"
	said "records neither delivered nor kept: 1000 (see --dead-letter)"
}

@test "--retries: the run goes on after records were given up" {
	nobody
	address=$at
	send "syslog:$at" --retries 0 --dead-letter dead
	echo one >&7
	eventually test -s dead
	mock -l "$address"
	eventually counted '1 connections'
	echo two >&7
	ends 3

	eventually arrived 1
	equal two "$(messages)"
	equal one "$(<dead)"
}

@test "--retries without dead letters ends the run, and says what is lost" {
	nobody
	run -3 siem-send "syslog:$at" --retries 1 < <(seq 5)

	equal "siem-send: SIEM shipping failed: syslog: connect ${at#tcp://}: Connection refused" "${lines[-2]}"
	equal 'siem-send: records neither delivered nor kept: 5 (see --dead-letter)' "${lines[-1]}"
}

@test "an empty input needs no destination" {
	nobody
	run -0 siem-send "syslog:$at" </dev/null

	equal '' "$output"
}

@test "SIGTERM lets it read on to the end of its input" {
	mock
	send "syslog:$at"
	echo one >&7
	eventually arrived 1
	kill "$pid"
	echo two >&7
	eventually arrived 2
	ends 0

	equal $'one\ntwo' "$(messages)"
}

@test "SIGTERM while the destination is away ends within --grace" {
	nobody
	send "syslog:$at" --grace 1 --dead-letter dead
	seq 3 >&7
	eventually said 'Connection refused'
	eventually counted '3 read'
	SECONDS=0
	kill "$pid"
	status=0
	wait "$pid" || status=$?

	equal 3 "$status"
	# Well before the ten seconds that it would have otherwise.
	[ "$SECONDS" -le 7 ]
	said 'SIEM shipping failed: syslog: not through within --grace seconds'
	equal "$(seq 3)" "$(<dead)"
}

@test "SIGTERM: an input that does not end is no fault of the destination" {
	mock
	send "syslog:$at" -o settle=0.05 --grace 1
	echo one >&7
	eventually arrived 1
	eventually counted '1 delivered'
	: >err
	kill "$pid"
	status=0
	wait "$pid" || status=$?

	equal 3 "$status"
	equal 'siem-send: the input has not ended within --grace seconds: a stage before this one is late' \
		"$(cat err)"
}

@test "SIGUSR1 prints the counts" {
	mock
	send "syslog:$at" -o settle=0.05
	printf '%s\n' one two >&7
	eventually arrived 2
	eventually counted 'siem-send: 2 read, 2 delivered, 0 rejected, 0 given up, 0 set aside, 0 sent again, 0 already there, 6 bytes delivered, 1 connections, 0 waiting'
	ends 0
}

@test "localhost is this machine, also where no file and no server says so" {
	: >nothing
	unshare -rm mount --bind nothing nothing || skip 'no mounts of our own'
	mock -l tcp://127.0.0.1:0
	run -0 timeout 120 unshare -rm sh -c '
		for file in /etc/hosts /etc/resolv.conf; do
			[ ! -e "$file" ] || mount --bind nothing "$file" || exit 9
		done
		echo one | siem-send "syslog:tcp://localhost:$0"' "${at##*:}"

	eventually arrived 1
	equal one "$(messages)"
}

@test "the environment alone is enough" {
	mock -l tcp://127.0.0.1:0
	port=${at##*:}
	export SIEM_TYPE=syslog SYSLOG_HOST=127.0.0.1 SYSLOG_PORT=$port SYSLOG_FACILITY=4
	SYSLOG_TRANSPORT=tcp run -0 siem-send <<<one

	eventually arrived 1
	equal '4 one' "$(jq -r '"\(.facility) \(.message)"' arrived)"
}

@test "a dry run prints the bytes, and connects nowhere" {
	nobody
	printf '%s\n' '<13>1 - - - - - - a' '<13>1 - - - - - - bc' >input
	siem-send --dry-run "syslog:$at" <input >lf
	siem-send --dry-run syslog:tls://h -o ca_file=missing <input >counted
	siem-send --dry-run syslog:h <input >datagrams

	cmp input lf
	equal '19 <13>1 - - - - - - a20 <13>1 - - - - - - bc' "$(<counted)"
	cmp input datagrams
}

@test "a dry run says what would be set aside, and sets nothing aside" {
	run -1 siem-send --dry-run --dead-letter dead qradar:h -o max_line=10 <<<'LEEF:1.0|a'

	[[ ${lines[0]} == 'siem-send: line 1: '*'more than the 10 that QRadar is taken to accept'* ]]
	equal 'siem-send: records that could not be delivered: 1' "${lines[-1]}"
	[ ! -e dead ]
}

@test "a file whose last line has no end gets one, which is said once" {
	printf 'before\ntorn' >log
	run -0 siem-send file:log < <(seq 3)

	equal 'siem-send: log: its last line had no end, and was ended: half a record, if a crash or a full disk has left it' \
		"$output"
	run -0 siem-send file:log < <(seq 3)
	equal '' "$output"
}

@test "a file that rotates: every line once and whole, each file durable before it is moved" {
	seq 20000 >in
	if ! timeout 120 strace -o trace -e trace=fdatasync,renameat2 \
		siem-send -o transport=file -o rotate=20KB splunk:log <in 2>/dev/null; then
		# Where nothing may be traced, the order is not seen.
		rm -f log log.*
		siem-send -o transport=file -o rotate=20KB splunk:log <in
		trace=
	fi

	equal "$(cat in)" "$(cat log.* log)"
	moved=(log.*)
	[ "${#moved[@]}" -ge 5 ]
	for file in "${moved[@]}"; do
		[ "$(stat -c %s "$file")" -le 20480 ]
		equal '' "$(tail -c 1 "$file")"
		[[ $file =~ ^log\.[0-9]{8}T[0-9]{6}\.[0-9]{3}Z$ ]]
	done
	# The same moment twice is a name that is there, which is not replaced.
	[ -z "${trace-trace}" ] ||
		equal '' "$(grep ' = 0$' trace |
			awk '/^rename/ && last !~ /^fdatasync/ { print } { last = $0 }')"
}

@test "only so many of the files that were moved away are kept" {
	run -0 siem-send -o rotate=1KB -o keep=3 file:log < <(seq 2000)

	moved=(log.*)
	equal 3 "${#moved[@]}"
	equal "$(seq 2000 | tail -n "$(cat log log.* | wc -l)")" "$(cat log.* log)"
}

@test "a file is moved behind those that were moved, when the clock goes back" {
	seq 100 >log.20990101T000000.000Z
	run -0 siem-send -o rotate=1KB -o keep=3 file:log < <(seq 2000)

	moved=(log.*)
	equal 3 "${#moved[@]}"
	[[ ${moved[0]} == log.20990101T000000.0* ]]
	[ ! -e log.20990101T000000.000Z ]
	equal "$(seq 2000 | tail -n "$(cat log log.* | wc -l)")" "$(cat log.* log)"
}

@test "nothing else is removed for them, there or elsewhere" {
	mkdir there
	for name in there/log.old there/log.20201122T082659.123Z.gz \
		there/log.20201122-082659.123Z there/log.2020112aT082659.123Z \
		there/other.20201122T082659.123Z there/logs20201122T082659.123Z \
		log.20201122T082659.123Z; do
		echo mine >"$name"
	done
	run -0 siem-send -o rotate=1KB -o keep=2 file:there/log < <(seq 2000)

	equal 7 "$(grep -lx mine there/* log.* | wc -l)"
	equal "log
$(printf 'log.TIME\n%.0s' 1 2)" \
		"$(grep -Lx mine there/* | sed -E 's,^there/,,; s/20[0-9]{6}T[0-9]{6}\.[0-9]{3}Z/TIME/')"
}

@test "a file: records are appended, and synced before it ends" {
	printf 'before\ntorn' >log
	if ! timeout 120 strace -o trace -e trace=write,fdatasync,fsync \
		siem-send file:log < <(printf '%s\n' one two) 2>/dev/null; then
		# Where nothing may be traced, the order is not seen.
		printf 'before\ntorn' >log
		siem-send file:log < <(printf '%s\n' one two)
		trace=
	fi

	equal $'before\ntorn\none\ntwo' "$(<log)"
	[ -z "${trace-trace}" ] ||
		equal 0 "$(awk '/^write.*"(one|two)/ { n = 1 } /^f(data)?sync/ { n = 0 } END { print n + 0 }' trace)"
}

@test "a file that cannot be opened is an error" {
	run -3 siem-send file:missing/log <<<one

	equal 'siem-send: SIEM shipping failed: file: missing/log: No such file or directory' "${lines[0]}"
}

@test "a full disk is no success" {
	run -3 sh -c 'echo one | siem-send stdout >/dev/full'
	equal 'siem-send: SIEM shipping failed: stdout: standard output: No space left on device' "${lines[0]}"

	run -3 siem-send --retries 0 --dead-letter dead file:/dev/full <<<one
	[[ ${lines[0]} == 'siem-send: SIEM shipping failed: file: /dev/full: No space left on device; '* ]]
	equal one "$(<dead)"
}

@test "a closed standard output is an error" {
	run -3 sh -c 'echo one | siem-send stdout >&-'

	[[ ${lines[0]} == *'standard output: Bad file descriptor' ]]
}

@test "a reader of standard output that leaves ends it in silence" {
	run -0 bash -c 'yes | siem-send stdout | head -n 1; exit $((PIPESTATUS[1] - 141))'

	equal y "$output"
}

@test "TLS: a certificate of the right authority is accepted" {
	mock --tls --tls-dir tls
	run -0 siem-send "syslog:$at" -o ca_file=tls/ca.pem <<<one

	equal '' "$output"
	eventually arrived 1
	equal one "$(messages)"
}

# refused WORD ARG...: the mock, set up by ARG, and siem-send do not get along:
# that is said with the WORD, status 4, and nothing counts as delivered.
refused()
{
	local word=$1 status=0

	shift
	siem-send "syslog:$at" --stats "$@" < <(seq 3) 2>err || status=$?
	equal 4 "$status"
	[[ $(head -n 1 err) == 'siem-send: SIEM shipping failed: syslog: '*"${at#tls://}: "*"$word"* ]] ||
		{ cat err; return 1; }
	said ', 0 delivered, 0 rejected, '
	equal '' "$(<arrived)"
}

@test "TLS: a wrong authority is refused, with the reason" {
	mock --tls --tls-dir tls
	mkdir other
	siem-mock syslog -l tls://127.0.0.1:0 --tls-dir other --listen-file there >/dev/null 2>&1 3>&- &
	remember "$!"
	eventually test -s there

	refused certificate -o ca_file=other/ca.pem
}

@test "TLS: an expired certificate is refused, with its date" {
	mock --tls --tls-dir tls --tls-expired

	refused 'expired (notAfter' -o ca_file=tls/ca.pem
}

@test "TLS: a certificate for another host is refused, with the names" {
	mock --tls --tls-dir tls --tls-name other.example.com

	refused other.example.com -o ca_file=tls/ca.pem
}

@test "TLS: a missing client certificate is refused, though that comes late" {
	mock --tls --tls-dir tls --require-client-cert

	refused cert_file -o ca_file=tls/ca.pem
	run -0 siem-send "syslog:$at" -o ca_file=tls/ca.pem -o cert_file=tls/client.pem \
		-o key_file=tls/client.key <<<one
	eventually arrived 1
	equal one "$(messages)"
}

@test "TLS: who only asked for a certificate and is gone may have been restarted" {
	mock --tls --tls-dir tls
	unmock
	mkfifo nothing
	openssl s_server -accept 127.0.0.1:0 -cert tls/server.pem \
		-key tls/server.key -verify 1 -CAfile tls/ca.pem 0<>nothing \
		>first 2>&1 3>&- &
	first=$!
	remember "$first"
	eventually grep -q '^ACCEPT ' first
	at=tls://$(sed -n 's/^ACCEPT //p' first)
	send "syslog:$at" -o ca_file=tls/ca.pem "${settles_late[@]}"
	echo one >&7
	eventually grep -q one first
	kill -9 "$first"
	eventually grep -qxE "siem-send: SIEM shipping failed: syslog: connection to ${at#tls://}: (closed without a close_notify|Connection reset by peer); the server asked for a client certificate and got none: if it needs one, set cert_file and key_file; trying again \(records waiting: 1\)" err
	mock -l "$at" --tls=tls/server.pem,tls/server.key
	eventually arrived 1
	ends 0

	equal one "$(messages)"
}

@test "a port that is none is a usage error, before anything is read" {
	run -2 siem-send syslog:h:nonsense <<<one
	equal 'siem-send: syslog: port nonsense: no such service' "$output"
	run -2 siem-send syslog:tcp://h -o port=0 <<<one
	equal 'siem-send: syslog: port: 0 is not a number from 1 to 65535' "$output"
	run -2 siem-send syslog:tcp://h -o port=65536 <<<one
	equal 'siem-send: syslog: port: 65536 is not a number from 1 to 65535' "$output"
}

# says TEXT: a server that sends it to the one who connects; its port is $port.
says()
{
	rm -f port
	sink --say "$1" >port 3>&- &
	remember "$!"
	eventually grep -q . port
	port=$(head -n 1 port)
}

@test "what answers in another protocol has nothing delivered to it" {
	for text in $'\x15\x03\x03:TLS:; for syslog by TLS it is tls://' \
		'HTTP/1.1 400 Bad Request:HTTP:' 'SSH-2.0-x:SSH:'; do
		IFS=: read -r answer protocol hint <<<"$text"
		says "$answer"
		run -4 siem-send "syslog:tcp://127.0.0.1:$port" --dead-letter dead <<<one
		equal "siem-send: SIEM shipping failed: syslog: tcp://127.0.0.1:$port speaks $protocol there: it is no receiver of plain syslog$hint" "${lines[0]}"
	done
	equal $'one\none\none' "$(cat dead)"
}

@test "a receiver that sends something back is doubted, once" {
	says hello
	run -0 siem-send "syslog:tcp://127.0.0.1:$port" <<<one

	equal "siem-send: syslog: tcp://127.0.0.1:$port sends something back: is it a syslog receiver?" "$output"
}

@test "TLS: insecure accepts any certificate, and says so" {
	mock --tls --tls-name other.example.com
	run -0 siem-send "syslog:$at" -o insecure=true <<<one

	equal 'siem-send: syslog: insecure: nobody verifies who the other side is' "$output"
	eventually arrived 1
}

@test "TLS: a certificate file that is missing is a usage error" {
	run -2 siem-send syslog:tls://h -o ca_file=missing.pem <<<one

	[[ $output == 'siem-send: syslog: ca_file missing.pem: No such file or directory'* ]]
}

@test "marked: an orderly end passes its status on" {
	mock
	run -0 siem-send "syslog:$at" < <(printf '\020H siem/1 -\none\n\020M log 4\n\020E 0\n')
	run -1 siem-send "syslog:$at" < <(printf '\020H siem/1 -\n\020E 1\n')
	run -3 siem-send "syslog:$at" < <(printf '\020H siem/1 -\n\020E 3\n')
	run -0 siem-send "syslog:$at" < <(printf '\020H siem/1 - F\n\020\020x\n\020F\n\020E 0\n')

	eventually arrived 2
	equal $'one\n\020x' "$(messages)"
}

@test "marked: a stream that was cut off is an error, and its torn line not sent" {
	mock
	run -3 siem-send "syslog:$at" < <(printf '\020H siem/1 -\none\ntor')

	equal 'siem-send: the input was cut off: a stage before this one ended early' "$output"
	eventually arrived 1
	equal one "$(messages)"
}

@test "marked: what a filter rejected ends in the dead letters, with its reason" {
	mock
	run -1 siem-send "syslog:$at" --dead-letter dead < \
		<(printf '\020H siem/1 -\n\020R line%%202:%%20no%%20object [1]\none\n\020M log 9\n\020E 1\n')

	equal '' "$output"
	equal '[1]' "$(<dead)"
	equal 'line 2: no object' "$(jq -r .reason dead.why)"
	eventually arrived 1
	equal one "$(messages)"
}

@test "marked: a damaged stream is an error, what came before is delivered" {
	mock
	run -3 siem-send "syslog:$at" < <(printf '\020H siem/1 -\none\n\020H siem/1 -\ntwo\n')

	equal 'siem-send: the marked stream is damaged: a second header' "$output"
	eventually arrived 1
	equal one "$(messages)"
}

@test "dead letters that cannot be written are waited for, and no success" {
	run -3 siem-send --dead-letter missing/dead stdout <<<one
	equal 'siem-send: missing/dead: No such file or directory' "$output"
	run -3 siem-send --dead-letter /dev/null stdout <<<one
	equal 'siem-send: /dev/null: not a regular file' "$output"

	printf '%s\n' one "$(printf '%05000d' 0)" three >in
	(
		ulimit -f 1
		exec siem-send --max-record 100 --dead-letter dead --grace 0 \
			file:arrived <in
	) 2>err 3>&- &
	pid=$!
	remember "$pid"
	eventually said 'dead letters: dead: File too large; trying again'
	eventually grep -q three arrived
	kill "$pid"
	ends 3
	said 'records neither delivered nor kept: 1 (see --dead-letter)'
	equal '' "$(<dead)"
}

@test "an error names the key, the kind or the option, and the nearest" {
	run -2 siem-send qrader:h <<<one
	equal 'siem-send: unknown kind of destination: qrader (did you mean qradar?)' "$output"
	run -2 siem-send qradar:h -o prot=1 <<<one
	equal 'siem-send: option -o: qradar has no setting prot (did you mean port?)' "$output"
	run -2 siem-send qradar:h --dead-leter x <<<one
	equal 'siem-send: unknown option: --dead-leter (did you mean --dead-letter?)' "$output"
	run -2 siem-send <<<one
	equal 'siem-send: no destination: give KIND:ADDRESS, or set SIEM_TYPE (see --list)' "$output"
	run -2 siem-send stdout stdout <<<one
	equal 'siem-send: one destination at a time: stdout is too much' "$output"
}

@test "after a usage error nothing has been read" {
	run -0 sh -c 'siem-send qradar:h -o prot=1 2>/dev/null; cat' <<<one

	equal one "$output"
}

@test "--list and --settings show what there is" {
	run -0 siem-send --list
	equal 'splunk sc4s qradar sentinel datadog elasticsearch http syslog kafka file stdout' "$(awk '{ print $1 }' <<<"$output" | xargs)"
	run -0 siem-send --settings file
	equal 'path SIEM_FILE_PATH - the file to append to
rotate SIEM_FILE_ROTATE - size at which it is moved away, as 100MB [never]
keep SIEM_FILE_KEEP 0 files that were moved away to keep; 0: all' \
		"$(awk '{ $1 = $1; print }' <<<"$output")"
	run -2 siem-send --settings qrada
	equal 'siem-send: unknown kind of destination: qrada (did you mean qradar?)' "$output"
}

@test "--settings takes every kind, and every alias that means one" {
	while read -r kind _; do
		run -0 siem-send --settings "$kind"
		[ "$kind" = stdout ] || [ -n "$output" ]
		# KEY VARIABLE DEFAULT HELP, or what begins a transport.
		run -1 grep -vE '^[a-z_]+ +[A-Z0-9_]+ +[^ ]+ +[^ ]|^transport=|^$' <<<"$output"
	done < <(siem-send --list)
	for pair in elk=elasticsearch opensearch=elasticsearch azure_sentinel=sentinel; do
		equal "$(siem-send --settings "${pair#*=}")" \
			"$(siem-send --settings "${pair%=*}")"
	done
}

@test "every kind has a manual, that explains every setting and no other" {
	while read -r kind _; do
		page=$root/man/siem-$kind.7
		[ -f "$page" ] || page=$root/man/siem-file.7
		keys=$(siem-send --settings "$kind" |
			awk 'NF > 0 && !/^transport=/ { print $1 }' | sort -u)
		written=$(sed -n 's/^\.It Cm //p' "$page" |
			sed 's/ , /\n/g' | sort)
		if grep -q '^\.Xr siem-syslog 7 ,$' "$page" && [ "$kind" != stdout ] && [ "$kind" != file ]; then
			shared=$(sed -n 's/^\.It Cm //p' "$root/man/siem-syslog.7" |
				sed 's/ , /\n/g' | sort |
				grep -vxE 'window|answer_timeout|rebind_after')
			# What is said there, less what this kind calls otherwise.
			written=$(sort -u <<<"$written"$'\n'"$shared")
			[ "$kind" = sc4s ] || written=$(grep -vx hostname <<<"$written")
		fi
		if grep -qE '^\.Xr siem-tls 7( ,)?$' "$page"; then
			shared=$(sed -n 's/^\.It Cm //p' "$root/man/siem-tls.7" |
				sed 's/ , /\n/g')
			grep -qx proxy <<<"$keys" ||
				shared=$(grep -v '^proxy' <<<"$shared")
			written=$(sort -u <<<"$written"$'\n'"$shared")
		fi
		[ "$kind" = stdout ] || equal "$keys" "$written"
	done < <(siem-send --list)
}

@test "a name that no header can carry is refused, and for QRadar an IPv6 address" {
	for host in 2001:db8::7 '[2001:db8::7]' ::; do
		run -2 siem-send -n -o "log_source_identifier=$host" qradar:h <<<one
		equal "siem-send: qradar: log_source_identifier: $host is an IPv6 address, by which QRadar knows no source: give it a name there and here" \
			"$output"
	done
	run -2 siem-send -n -o 'log_source_identifier=a b' qradar:h <<<one
	equal 'siem-send: qradar: log_source_identifier: a b is no name: only printable ASCII, without spaces' \
		"$output"
	run -2 siem-send -n -o 'hostname=a b' syslog:h <<<one
	equal 'siem-send: syslog: hostname: a b is no name: only printable ASCII, without spaces' \
		"$output"
	run -0 siem-send -n -o hostname=2001:db8::7 syslog:h <<<one
	[[ $output == *' 2001:db8::7 - '* ]]
	run -0 siem-send -n -o log_source_identifier=192.0.2.7 qradar:h <<<one
	[[ $output == *' 192.0.2.7 one' ]]
}

@test "the variable of a setting is its name in capitals" {
	for kind in syslog qradar sc4s; do
		while read -r key variable _; do
			equal "${kind^^}_${key^^}" "$variable"
		done < <(siem-send --settings "$kind" |
			grep -v -e '^$' -e '^transport=' -e ' SIEM_')
	done
}

@test "dead letters that are read again cannot be the dead letters as well" {
	printf 'one\ntwo' >dead
	# shellcheck disable=SC2094 # what is read and written is the point
	run -2 --separate-stderr siem-send stdout --dead-letter dead <dead

	equal 'siem-send: dead is read and is also the dead letters: give these another name' \
		"$stderr"
	equal $'one\ntwo' "$(cat dead)"
}

@test "once it delivers, it starts no program and writes beside nothing but its own" {
	[[ $BUILD != *-san ]] || skip "builds with sanitizers are not sealed"
	mkdir there
	run -0 strace -f -o trace siem-send file:there/arrived <<<one
	sed -n '/seccomp(SECCOMP_SET_MODE_FILTER\|PR_SET_SECCOMP/,$p' trace >sealed

	[ -s sealed ]
	equal 0 "$(grep -cE 'execve|O_(WRONLY|RDWR|CREAT)' \
		<(grep -v '"there/arrived"' sealed))"
	grep -q 'O_WRONLY.*"there/arrived"\|"there/arrived".*O_WRONLY' sealed
	equal one "$(cat there/arrived)"
}

@test "sealed, it makes a file where a link leads to nothing yet" {
	mkdir here there
	ln -s ../there/arrived here/link
	run -0 siem-send file:here/link <<<one
	equal one "$(cat there/arrived)"
}
