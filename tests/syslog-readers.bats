#!/usr/bin/env bats
# What siem-parse reads in the syslog that siem-fmt writes is what a real rsyslogd
# and a real syslog-ng read in it, field by field.

load helper
load peers

V=$root/tests/vectors
HOSTILE=400

setup_file()
{
	cd "$BATS_FILE_TMPDIR" || return 1
	jq -nc --argjson count "$HOSTILE" -f "$root/tests/hostile.jq" >hostile
	for format in --rfc5424=sd --rfc5424=plain --rfc3164=kv --rfc3164=plain; do
		siem-fmt --host h1.example.com --severity auto "$format" hostile "$V"/{golden,live}.jsonl
	done >sent
	examples >>sent
	siem-parse --strict sent >parsed
}

# Of what siem-fmt does not write: several elements, escapes where they need not
# be, PROCID, other zones, and a TAG with the number of its process.
examples()
{
	cat <<-'END'
		<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - 'su root' failed for lonvick on /dev/pts/8
		<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make the do-nuts.
		<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog 17 ID47 [exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"][examplePriority@32473 class="high"] An application event log entry...
		<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut="3"][examplePriority@32473 class="high"]
		<0>1 2003-10-11T22:14:15+05:30 fe80::1 a b c [x@1 y="\"\\\]"][origin ip="192.0.2.1"] -
		<191>1 2003-10-11T22:14:15.1Z h a b c -   two spaces
		<34>Oct 11 22:14:15 mymachine su[230]: 'su root' failed for lonvick on /dev/pts/8
		<13>Feb  5 17:32:18 10.0.0.99 cron: job
		<0>Jan  1 00:00:00 h a-b.c_d: x: y [z]
	END
}

setup()
{
	[ -d "$PEERS" ] || skip 'rsyslog and syslog-ng could not be unpacked'
	cd "$BATS_TEST_TMPDIR" || return 1
	ln -s "$BATS_FILE_TMPDIR"/{sent,parsed} .
	export LC_ALL=C TZ=UTC0
}

teardown()
{
	evidence
	stop_peer
}

rsyslog()
{
	cat >peer.conf <<-END
		global(workDirectory="$PWD" maxMessageSize="64k"
			parser.escapeControlCharactersOnReceive="off")
		module(load="imtcp")
		module(load="mmpstrucdata")
		template(name="fields" type="list" option.jsonf="on") {
			property(outname="priority" name="pri" format="jsonf")
			property(outname="facility" name="syslogfacility-text" format="jsonf")
			property(outname="severity" name="syslogseverity-text" format="jsonf")
			property(outname="time" name="timereported" dateFormat="rfc3339" format="jsonf")
			property(outname="short" name="timereported" dateFormat="rfc3164" format="jsonf")
			property(outname="host" name="hostname" format="jsonf")
			property(outname="app" name="app-name" format="jsonf")
			property(outname="procid" name="procid" format="jsonf")
			property(outname="msgid" name="msgid" format="jsonf")
			property(outname="data" name="\$!rfc5424-sd" format="jsonf")
			property(outname="message" name="msg" format="jsonf")
		}
		input(type="imtcp" address="127.0.0.1" port="0"
			listenPortFileName="$PWD/listening")
		action(type="mmpstrucdata" sd_name.lowercase="off")
		action(type="omfile" file="$PWD/got" template="fields")
	END
	start_rsyslog tcp
}

syslog_ng()
{
	cat >peer.conf <<-END
		@version: 3.38
		options { log-msg-size(65536); stats-freq(0); keep-hostname(yes); };
		source s { syslog(ip("127.0.0.1") port(0) transport("tcp")); };
		destination d { file("$PWD/got" frac-digits(6) template("\$(format-json
			--key-delimiter ~ --key .SDATA.* priority=\$PRI facility=\$FACILITY
			severity=\$PRIORITY time=\$ISODATE short=\$DATE host=\$HOST
			app=\$PROGRAM procid=\$PID msgid=\$MSGID message=\$MESSAGE)\n")); };
		log { source(s); destination(d); flags(flow-control); };
	END
	start_syslog_ng tcp
}

all_came()
{
	[ -e got ] && [ "$(wc -l <got)" -ge "$(wc -l <sent)" ]
}

# reads_the_same RECEIVER: each field of each line.
reads_the_same()
{
	"$1"
	siem-send "syslog:tcp://127.0.0.1:$(cat port)" -o framing=octet-counting <sent
	eventually all_came
	[ "$(wc -l <got)" -gt $((4 * HOSTILE)) ]

	run -0 jq -ncr -L "$root/tests" --arg receiver "$1" \
		--slurpfile parsed parsed --slurpfile got got \
		'include "fields"; differences($receiver; $parsed; $got)'
	equal '' "$output"
}

@test "rsyslog reads each field as siem-parse does" {
	reads_the_same rsyslog
}

@test "syslog-ng reads each field as siem-parse does" {
	reads_the_same syslog_ng
}
