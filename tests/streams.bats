#!/usr/bin/env bats
# Plain TCP and TLS, which acknowledge nothing: receivers that live, but stall
# for less than settle, reset, close and half-close connections, lose nothing.

load helper

# trouble LISTEN SEED OPTION...: a mock that makes all of it at once.
trouble()
{
	siem-mock syslog --listen-file where -l "$1" "${@:3}" --stats --fault \
		"stall=0.2%,stall-ms=100,reset=0.03%,close=0.03%,half-close=0.03%,seed=$2" \
		>arrived 2>said 3>&- &
	mock=$!
	remember "$mock"
	eventually [ -s where ]
}

# through_trouble OPTION...: all of it arrives, and nothing else.
through_trouble()
{
	gen-events 2500 | siem-fmt --leef --syslog >lines
	run -0 --separate-stderr timeout 120 siem-send -o settle=2 --stats \
		"syslog:$(cat where)" "$@" <lines
	kill -TERM "$mock"
	wait "$mock"

	echo "$stderr"
	cmp <(sort -u lines) <(jq -r .raw arrived | sort -u)
	grep -q '2500 delivered' <<<"$stderr"
	[ "$(grep -o '[0-9]* connections' <<<"$stderr" | cut -d ' ' -f 1)" -gt 2 ]
	grep -qE '[1-9][0-9]* faults' said
}

@test "by TCP, a line feed behind each: nothing is lost" {
	trouble tcp://:0 5
	through_trouble
}

@test "by TCP with octet counting: nothing is lost" {
	trouble tcp://:0 6
	through_trouble -o framing=octet-counting
}

@test "by TLS: nothing is lost" {
	trouble tls://:0 8 --tls-dir certs
	through_trouble -o ca_file=certs/ca.pem
}

@test "a stall shorter than settle breaks nothing, and repeats nothing" {
	siem-mock syslog --listen-file where -l tcp://:0 --stats \
		--fault stall-ms=100,stall=0.1%,seed=4 >arrived 2>said 3>&- &
	remember $!
	eventually [ -s where ]
	gen-events 4000 | siem-fmt --leef --syslog >lines
	run -0 --separate-stderr siem-send --stats "syslog:$(cat where)" <lines

	grep -q ' 0 sent again, .* 1 connections' <<<"$stderr"
	cmp lines <(jq -r .raw arrived)
}
