#!/usr/bin/env bats
# What siem-fmt wrote is what the syslog daemons that people run have received:
# a real rsyslogd and a real syslog-ng, each as it is configured in the field.

load helper
load peers

COUNT=10000

setup_file()
{
	cd "$BATS_FILE_TMPDIR" || return 1
	gen-events "$COUNT" >events.jsonl
	head -n 5 events.jsonl | siem-fmt --leef --syslog >few

	# ca signs server, client and expired; other signs nothing of that.
	for name in ca other; do
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
			-nodes -subj "/CN=$name" -days 30 \
			-keyout "$name.key" -out "$name.pem"
	done 2>/dev/null
	certificate server 30 'subjectAltName=DNS:localhost,IP:127.0.0.1'
	certificate expired -1 'subjectAltName=DNS:localhost,IP:127.0.0.1'
	certificate elsewhere 30 'subjectAltName=DNS:siem.example.com'
	certificate client 30 'extendedKeyUsage=clientAuth'
}

# certificate NAME DAYS EXTENSION: NAME.pem and NAME.key, signed by ca.
certificate()
{
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-subj "/CN=$1" -keyout "$1.key" -out "$1.csr" 2>/dev/null
	openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -days "$2" \
		-CAcreateserial -extfile <(echo "$3") -out "$1.pem" 2>/dev/null
}

setup()
{
	[ -d "$PEERS" ] || skip 'rsyslog and syslog-ng could not be unpacked'
	cd "$BATS_TEST_TMPDIR" || return 1
	ln -s "$BATS_FILE_TMPDIR"/*.{pem,key} .
	ln -s "$BATS_FILE_TMPDIR"/{events.jsonl,few} .
	export LC_ALL=C TZ=UTC0
}

teardown()
{
	evidence
	stop_peer
}

# rsyslog tcp|udp|tls|relp|relp+tls [CERTIFICATE]: start one; its port is in the
# file port. RELP is at $port where that is set, and without the queue of
# rsyslog, which is in memory and dies with it.
rsyslog()
{
	local tls="tls=\"on\" tls.authMode=\"certvalid\" tls.caCert=\"$PWD/ca.pem\"
		tls.myCert=\"$PWD/${2:-server}.pem\" tls.myPrivKey=\"$PWD/${2:-server}.key\""
	local protocol=tcp module='module(load="imtcp")'
	local ruleset="ruleset(name=\"direct\" queue.type=\"Direct\") {
		action(type=\"omfile\" file=\"$PWD/got\" template=\"raw\") }"
	# Without a file to note it in, rsyslog takes port 0 for 514.
	local input="input(type=\"imtcp\" address=\"127.0.0.1\" port=\"0\"
		listenPortFileName=\"$PWD/listening\")"

	case $1 in
	udp)
		protocol=udp
		module='module(load="imudp")'
		input='input(type="imudp" address="127.0.0.1" port="0" rcvbufSize="4m")'
		;;
	tls)
		module='module(load="imtcp" streamDriver.name="ossl"
			streamDriver.mode="1" streamDriver.authMode="x509/certvalid")'
		;;
	relp | relp+tls)
		[ "$1" = relp+tls ] || tls=
		module='module(load="imrelp" tls.tlsLib="openssl" ruleset="direct")'
		input="$ruleset
		input(type=\"imrelp\" address=\"127.0.0.1\" port=\"${port:-0}\" $tls)"
		;;
	esac
	cat >peer.conf <<-END
		global(workDirectory="$PWD" ${size-maxMessageSize=\"64k\"}
			parser.escapeControlCharactersOnReceive="off"
			defaultNetstreamDriverCAFile="$PWD/ca.pem"
			defaultNetstreamDriverCertFile="$PWD/${2:-server}.pem"
			defaultNetstreamDriverKeyFile="$PWD/${2:-server}.key")
		$module
		template(name="raw" type="string" string="%rawmsg%\n")
		$input
		action(type="omfile" file="$PWD/got" template="raw")
	END
	start_rsyslog "$protocol"
}

# syslog_ng tcp|counted|udp|tls [CERTIFICATE]: the same.
syslog_ng()
{
	local driver=network protocol=tcp transport=$1 tls=''

	case $1 in
	counted) driver=syslog transport=tcp ;;
	udp) protocol=udp ;;
	tls) tls="tls(key-file(\"$PWD/${2:-server}.key\") cert-file(\"$PWD/${2:-server}.pem\")
		ca-file(\"$PWD/ca.pem\") peer-verify(required-trusted))" ;;
	esac
	cat >peer.conf <<-END
		@version: 3.38
		options { log-msg-size(65536); stats-freq(0); };
		source s { $driver(ip("127.0.0.1") port(0) transport("$transport")
			flags(no-parse) so-rcvbuf(4194304) $tls); };
		destination d { file("$PWD/got" template("\$MSG\n")); };
		log { source(s); destination(d); flags(flow-control); };
	END
	start_syslog_ng "$protocol"
}

# ship FORMAT ADDRESS [OPTION...]: the main job, from the events to the peer.
ship()
{
	# shellcheck disable=SC2086 # FORMAT may be two options
	siem-fmt $1 events.jsonl | tee sent |
		siem-send "$2:$(cat port)" "${@:3}"
}

# arrived: all of it, each byte as siem-fmt wrote it, in order.
arrived()
{
	eventually lines_came "$COUNT"
	cmp sent got
}

lines_came()
{
	[ -e got ] && [ "$(wc -l <got)" -ge "$1" ]
}

with_client_certificate=(-o ca_file=ca.pem -o cert_file=client.pem -o key_file=client.key)

@test "rsyslog has every byte, in order, by TCP" {
	rsyslog tcp
	run -0 ship "--leef --syslog" qradar:tcp://127.0.0.1

	equal '' "$output"
	arrived
}

@test "rsyslog has every byte, in order, by TCP with octet counting" {
	rsyslog tcp
	run -0 ship --rfc5424 syslog:tcp://127.0.0.1 -o framing=octet-counting

	equal '' "$output"
	arrived
}

@test "rsyslog has every byte, in order, by TLS with a client certificate" {
	rsyslog tls
	run -0 ship "--cef --syslog" syslog:tls://127.0.0.1 "${with_client_certificate[@]}"

	equal '' "$output"
	arrived
}

@test "syslog-ng has every byte, in order, by TCP" {
	syslog_ng tcp
	run -0 ship "--cef --syslog" sc4s:tcp://127.0.0.1

	equal '' "$output"
	arrived
}

@test "syslog-ng has every byte, in order, by TCP with octet counting" {
	syslog_ng counted
	run -0 ship --rfc5424 syslog:tcp://127.0.0.1 -o framing=octet-counting

	equal '' "$output"
	arrived
}

@test "syslog-ng has every byte, in order, by TLS with a client certificate" {
	syslog_ng tls
	run -0 ship "--leef --syslog" qradar:tls://127.0.0.1 "${with_client_certificate[@]}"

	equal '' "$output"
	arrived
}

@test "rsyslog has every byte, in order, by RELP" {
	rsyslog relp
	run -0 ship "--leef --syslog" syslog:relp://127.0.0.1

	equal '' "$output"
	arrived
}

@test "rsyslog has every byte, in order, by RELP over TLS with a client certificate" {
	rsyslog relp+tls
	run -0 ship "--cef --syslog" syslog:relp+tls://127.0.0.1 "${with_client_certificate[@]}"

	equal '' "$output"
	arrived
}

@test "RELP: max_line=8096 sets aside what a new rsyslog would cut" {
	size=
	rsyslog relp
	line=$(printf '<13>1 - - - - - - %08078d' 0)
	run -1 siem-send "syslog:relp://127.0.0.1:$(cat port)" -o max_line=8096 \
		--dead-letter dead < <(printf '%s\n' "$line" "${line}1")

	equal "$line" "$(cat got)"
	equal "${line}1" "$(cat dead)"
}

# paced ADDRESS: as ship, but no more at a time than fits into the smallest
# buffer of a socket, for a datagram that finds it full is gone.
paced()
{
	local came

	siem-fmt --leef --syslog events.jsonl >sent
	split -l 50 -a 3 sent burst.
	mkfifo in
	siem-send "$1:$(cat port)" -o max_line=0 <in 3>&- &
	exec 4>in
	for ((came = 50; came <= COUNT; came += 50)); do
		cat "$(printf '%s\n' burst.* | sed -n "$((came / 50))p")" >&4
		eventually lines_came "$came" || return
	done
	exec 4>&-
	wait $!
}

@test "rsyslog has every datagram of 10,000 by UDP" {
	rsyslog udp
	run -0 paced syslog:udp://127.0.0.1

	arrived
}

@test "syslog-ng has every datagram of 10,000 by UDP" {
	syslog_ng udp
	run -0 paced syslog:udp://127.0.0.1

	arrived
}

# killed_and_back KIND ADDRESS OPTION...: ship at full speed while rsyslog is
# killed three times in the middle of it, and started again. All of it came.
killed_and_back()
{
	local shipper came count=40000

	gen-events "$count" | siem-fmt --leef --syslog >sent
	rsyslog "$1"
	port=$(cat port)
	mkfifo in
	siem-send "$2:$port" "${@:3}" <in 2>stderr 3>&- 4>&- &
	shipper=$!
	exec 4>in
	for came in 3000 12000 21000; do
		# Some of it comes behind the kill, however late that is.
		sed -n "$((came - 2999)),$((came + 6000))p" sent >&4 &
		eventually lines_came "$came"
		kill -9 "$(cat peer.pid)"
		wait "$(cat peer.pid)" || true
		rm -f rsyslog.pid
		wait "$!" || return
		rsyslog "$1"
	done
	sed -n '27001,$p' sent >&4
	exec 4>&-
	wait "$shipper" || { cat stderr; return 1; }
	grep -q 'SIEM shipping failed' stderr
	# What it was killed in the middle of writing is no line.
	cmp <(sort sent) <(awk 'NR == FNR { ours[$0]; next } $0 in ours' sent got | sort -u)
}

# repeats_in_the_window: the first of each came in order, and the rest is
# repeats.
repeats_in_the_window()
{
	cmp sent <(awk '!seen[$0]++' got)
	[ "$(wc -l <got)" -le $(($(wc -l <sent) + 3 * 128)) ]
}

@test "rsyslog that is killed and comes back misses nothing by RELP" {
	killed_and_back relp syslog:relp://127.0.0.1
	repeats_in_the_window
}

@test "rsyslog that is killed and comes back misses nothing by RELP over TLS" {
	killed_and_back relp+tls syslog:relp+tls://127.0.0.1 "${with_client_certificate[@]}"
	repeats_in_the_window
}

# stalls PEER KIND ADDRESS OPTION...: it stops for less than settle, again and
# again, while we ship at full speed. All of it came, and none twice.
stalls()
{
	local shipper

	gen-events 40000 | siem-fmt --leef --syslog >sent
	"$1" "$2"
	siem-send -v "$3:$(cat port)" "${@:4}" <sent 2>stderr &
	shipper=$!
	for _ in 1 2 3 4; do
		kill -STOP "$(cat peer.pid)"
		sleep 0.3
		kill -CONT "$(cat peer.pid)"
		sleep 0.05
	done
	wait "$shipper" || { cat stderr; return 1; }
	equal 1 "$(grep -c 'connected to' stderr)"
	eventually lines_came 40000
	cmp sent got
}

@test "rsyslog that stalls for less than settle misses nothing, by TCP and TLS" {
	stalls rsyslog tcp syslog:tcp://127.0.0.1 -o framing=octet-counting
	kill "$(cat peer.pid)"
	rm -f got rsyslog.pid
	stalls rsyslog tls syslog:tls://127.0.0.1 "${with_client_certificate[@]}"
}

@test "syslog-ng that stalls for less than settle misses nothing, by TCP and TLS" {
	stalls syslog_ng tcp sc4s:tcp://127.0.0.1
	kill "$(cat peer.pid)"
	rm -f got syslog-ng.pid control
	stalls syslog_ng tls syslog:tls://127.0.0.1 -o framing=lf "${with_client_certificate[@]}"
}

# refused STATUS WORDS PEER CERTIFICATE ADDRESS OPTION...: the peer shows this
# certificate; siem-send ends so, its message has the words, nothing came.
refused()
{
	local status=$1 words=$2
	"$3" tls "$4"

	run "-$status" --separate-stderr siem-send "$5:$(cat port)" "${@:6}" <few
	echo "$stderr"
	grep -qF 'SIEM shipping failed' <<<"$stderr"
	grep -qF -e "$words" <<<"$stderr"
	grep -qF 'records neither delivered nor kept: 5' <<<"$stderr"
	[ ! -s got ]
}

for_both_peers()
{
	local peer

	for peer in rsyslog syslog_ng; do
		refused "$1" "$2" "$peer" "${@:3}"
		kill "$(cat peer.pid)"
		rm -f got port
	done
}

@test "a certificate of a CA that we do not trust is refused and named" {
	for_both_peers 4 'not signed by an authority in other.pem' server syslog:tls://127.0.0.1 \
		-o ca_file=other.pem -o cert_file=client.pem -o key_file=client.key
}

@test "an expired certificate is refused and named" {
	for_both_peers 4 'certificate has expired' expired syslog:tls://127.0.0.1 \
		"${with_client_certificate[@]}"
}

@test "a certificate of another host is refused and named" {
	for_both_peers 4 'certificate is for siem.example.com, not for 127.0.0.1' elsewhere syslog:tls://127.0.0.1 \
		"${with_client_certificate[@]}"
}

@test "a peer that misses our certificate: refused, and nothing delivered" {
	for_both_peers 4 'the server requires a client certificate' server syslog:tls://127.0.0.1 \
		-o ca_file=ca.pem
}
