#!/usr/bin/env bats
# Plain TCP and TLS, which acknowledge nothing: receivers that live, but stall
# for less than settle, reset, close or half-close connections, lose nothing.

load helper

# trouble LISTEN FAULTS OPTION...: a mock that makes all of it at once, and
# stalls besides. One that ends its own half breaks no connection: where nothing
# answers, that end is an answer.
trouble()
{
	siem-mock syslog --listen-file where -l "$1" "${@:3}" --stats \
		--fault "stall=0.2%,stall-ms=100,$2" >arrived 2>said 3>&- &
	mock=$!
	remember "$mock"
	eventually [ -s where ]
}

arrived_all()
{
	[ "$(jq -r .raw arrived 2>/dev/null | sort -u | wc -l)" -ge 2500 ]
}

# through_trouble LEAST OPTION...: all of it arrives, and nothing else, by so
# many connections at least. Of resets and closes the seeds have two within the
# first 2500 messages. Of those that end their own half only the first is sure to
# break a connection, while there is more to send than a window holds: where
# everything has been said, that end is an answer.
through_trouble()
{
	local least=$1

	shift
	gen-events 2500 | siem-fmt --leef --syslog >lines
	run -0 --separate-stderr timeout 120 siem-send -o settle=2 --stats \
		"syslog:$(cat where)" "$@" <lines
	echo "$stderr"
	# Who has ended the own half may be reading still.
	eventually arrived_all
	kill -TERM "$mock"
	wait "$mock"

	cmp <(sort -u lines) <(jq -r .raw arrived | sort -u)
	grep -q '2500 delivered' <<<"$stderr"
	[ "$(grep -o '[0-9]* connections' <<<"$stderr" | cut -d ' ' -f 1)" -ge "$least" ]
	grep -qE '[1-9][0-9]* faults' said
}

@test "by TCP, a line feed behind each: nothing is lost" {
	trouble tcp://:0 reset=0.04%,close=0.04%,seed=2
	through_trouble 3
}

@test "by TCP with octet counting: nothing is lost" {
	trouble tcp://:0 reset=0.04%,close=0.04%,seed=7
	through_trouble 3 -o framing=octet-counting
}

@test "by TLS: nothing is lost" {
	trouble tls://:0 reset=0.04%,close=0.04%,seed=9 --tls-dir certs
	through_trouble 3 -o ca_file=certs/ca.pem
}

@test "by TCP, to one that ends its own half and reads on: nothing is lost" {
	trouble tcp://:0 half-close=0.1%,seed=5
	through_trouble 2
}

@test "by TLS, to one that ends its own half and reads on: nothing is lost" {
	trouble tls://:0 half-close=0.1%,seed=8 --tls-dir certs
	through_trouble 2 -o ca_file=certs/ca.pem
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
