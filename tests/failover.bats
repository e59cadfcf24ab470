#!/usr/bin/env bats
# What takes over when a destination fails, when it gives back, and who is told.

load helper

setup_file()
{
	export SPLUNK_HEC_TOKEN=12345678-1234-1234-1234-123456789012
}

# mock NAME KIND OPTION...: what arrives there is in NAME, its address in
# NAME.at, its process in the variable NAME.
mock()
{
	local name=$1 kind=$2

	shift 2
	rm -f "$name.at"
	siem-mock "$kind" -q --listen-file "$name.at" --idle 120 "$@" \
		>>"$name" 2>"$name.said" 3>&- 4>&- &
	declare -g "$name=$!"
	remember $!
	eventually [ -s "$name.at" ]
}

end_mock()
{
	kill "$1"
	wait "$1" || true
}

events()
{
	seq "$1" "$2" | sed 's/.*/{"n":&}/'
}

has()
{
	[ "$(wc -l <"$1")" -ge "$2" ]
}

# both N: has every record from 1 to N arrived, here or there?
both()
{
	equal "$(seq "$1")" "$(cat first second |
		jq '.event.n // (.message | fromjson | .n)' | sort -nu)"
}

@test "the second takes over when the first is not there" {
	touch first
	mock second splunk -l :0
	events 1 100 >in
	run -0 timeout 120 siem-send splunk:http://127.0.0.1:1 \
		--failover "splunk:$(cat second.at)" <in
	end_mock "$second"

	both 100
	[[ $output == *'failing over from splunk to splunk'* ]]
}

@test "one that refuses us is left at once" {
	mock first splunk -l :0 --token another-token
	mock second splunk -l :0
	events 1 100 >in
	run -0 timeout 120 siem-send "splunk:$(cat first.at)" \
		--failover "splunk:$(cat second.at)" <in
	end_mock "$first"
	end_mock "$second"

	has second 100
	[ ! -s first ]
}

@test "where all refuse us, the status is 4 within seconds" {
	mock first splunk -l :0 --token another-token
	mock second splunk -l :0 --token another-token
	events 1 10 >in
	run -4 timeout 20 siem-send "splunk:$(cat first.at)" \
		--failover "splunk:$(cat second.at)" <in
}

@test "the first has its place back as soon as it works" {
	mock first splunk -l "$here:0"
	mock second splunk -l :0
	at=$(cat first.at)
	mkfifo pipe
	timeout 120 siem-send "splunk:$at" \
		--failover "splunk:$(cat second.at)" <pipe 2>messages 3>&- &
	sender=$!
	remember $sender
	exec 4>pipe
	events 1 10 >&4
	eventually has first 10
	end_mock "$first"
	events 11 20 >&4
	eventually has second 10
	mock first splunk -l "${at#http://}"
	# It is noticed by what there is to send.
	n=20
	noticed()
	{
		n=$((n + 1))
		events "$n" "$n" >&4
		grep -q 'back from splunk to splunk' messages
	}
	eventually noticed
	exec 4>&-
	wait $sender
	end_mock "$first"
	end_mock "$second"

	both "$n"
}

@test "a connection fails over to requests, and has its place back" {
	mock first syslog -l "$here:0"
	mock second splunk -l :0
	at=$(cat first.at)
	mkfifo pipe
	timeout 120 siem-send "syslog:$at" -o settle=0.1 \
		--failover "splunk:$(cat second.at)" <pipe 2>messages 3>&- &
	sender=$!
	remember $sender
	exec 4>pipe
	events 1 10 >&4
	eventually has first 10
	end_mock "$first"
	events 11 20 >&4
	eventually has second 10
	mock first syslog -l "${at#tcp://}"
	eventually grep -q 'back from splunk to syslog' messages
	events 21 30 >&4
	eventually has first 20
	exec 4>&-
	wait $sender
	end_mock "$first"
	end_mock "$second"

	both 30
}

@test "a file to fall back to is found where it is by then" {
	mkdir before after
	ln -s before now
	mkfifo pipe
	mock first syslog -l tcp://:0
	timeout 120 siem-send "syslog:$(cat first.at)" \
		--failover file:now/arrived <pipe 2>messages 3>&- &
	sender=$!
	remember $sender
	exec 4>pipe
	events 1 1 >&4
	eventually has first 1
	ln -sfn after now
	end_mock "$first"
	events 2 2 >&4
	eventually [ -s after/arrived ]
	exec 4>&-
	wait $sender

	[ ! -e before/arrived ]
}

@test "out of tries everywhere, records are set aside" {
	events 1 10 >in
	run -3 timeout 120 siem-send --retries 2 --dead-letter dead \
		splunk:http://127.0.0.1:1 --failover syslog:tcp://127.0.0.1:1 <in
	equal "$(cat in)" "$(cat dead)"
}

@test "what -o sets holds for the others, but for their addresses" {
	mock second splunk -l :0
	events 1 1 >in
	run -0 timeout 120 siem-send -o url=http://127.0.0.1:1 -o source=here \
		splunk --failover "splunk:$(cat second.at)" <in
	end_mock "$second"
	equal here "$(jq -r .source second)"
}

@test "the command is run when nothing is delivered, and once more when it is" {
	mock first splunk -l :0 --fault 503-at=1-6
	at=$(cat first.at)
	events 1 10 >in
	run -0 timeout 120 siem-send "splunk:$at" --alert-after 0.2 \
		--on-failure 'echo "$1 $SIEM_ALERT $SIEM_DESTINATION $SIEM_WAITING $SIEM_REASON" >>told' <in
	end_mock "$first"
	eventually grep -q '^cleared' told

	equal "raised raised splunk 10 $at answers 503" \
		"$(head -n 1 told | sed 's/503.*/503/')"
	equal 2 "$(wc -l <told)"
}

@test "the command may do what siem-send itself, sealed, cannot" {
	[[ $BUILD != *-san ]] || skip "builds with sanitizers are not sealed"
	mkfifo pipe
	siem-send syslog:tcp://127.0.0.1:1 --alert-after 0.1 --on-failure \
		'grep -H "^Seccomp:" /proc/$PPID/status /proc/self/status >told' \
		<pipe 2>/dev/null 3>&- &
	sender=$!
	remember $sender
	exec 4>pipe
	events 1 1 >&4
	eventually [ -s told ]

	equal 'Seccomp:	0' "$(cut -d : -f 2- told | sort -u)"
	equal 'Seccomp:	2' "$(grep '^Seccomp:' "/proc/$sender/status")"
	exec 4>&-
}

@test "a helper of the command that is killed is said, and stops nothing" {
	mock first splunk -l :0 --fault 503-at=1-5
	events 1 10 >in
	run -0 --separate-stderr timeout 120 siem-send "splunk:$(cat first.at)" \
		--alert-after 0.1 --on-failure 'kill -9 $PPID' <in
	end_mock "$first"

	grep -qx 'siem-send: --on-failure: its helper is gone, and the command is run no more' \
		<<<"$stderr"
	has first 10
}

@test "a command that takes its time holds nothing up, and is not waited for" {
	mock first splunk -l :0 --fault 503-at=1-5
	events 1 10 >in
	run -0 timeout 120 siem-send "splunk:$(cat first.at)" --alert-after 0.1 \
		--on-failure 'exec >/dev/null 2>&1; echo $$ >told; exec sleep 1000' \
		<in 3>&-
	eventually [ -s told ]
	remember "$(cat told)"
	run -1 gone "$(cat told)"
	end_mock "$first"
	has first 10
}

@test "more destinations than there may be are an error" {
	run -2 siem-send stdout --failover stdout --failover stdout \
		--failover stdout --failover stdout --failover stdout \
		--failover stdout --failover stdout --failover stdout </dev/null
	equal 'siem-send: --failover: no more than 7 times' "$output"
}
