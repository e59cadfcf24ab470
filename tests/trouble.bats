#!/usr/bin/env bats
# The whole pipeline, while receivers and files do what they should not.

load helper

# mock ARG...: a receiver in the background, at $at; "arrived" gets what comes.
mock()
{
	rm -f where
	siem-mock syslog --listen-file where "$@" >>arrived 2>>mock.err 3>&- &
	mock=$!
	pids="${pids:-} $mock"
	eventually test -s where || { cat mock.err; return 1; }
	at=$(<where)
}

# records COUNT: numbered records, with a header.
records()
{
	seq -f '<13>Oct  8 22:45:00 web01 su: %.0f' "$1"
}

# all_arrived COUNT: records of all numbers have arrived, and no others.
all_arrived()
{
	[ "$(jq -r .message arrived | sort -nu)" = "$(seq "$1")" ]
}

@test "a receiver that resets each connection before anything settles gets everything" {
	mock -l tcp://127.0.0.1:0 --fault reset-after=40
	records 100 >in

	run -0 timeout 120 siem-send -o settle=2 "syslog:$at" <in
	eventually all_arrived 100
}

# filling ARG...: siem-send to tm/out from "in", in a file system of our own
# that is full at first and has room later; the records end up in "out".
filling()
{
	cat >filling.sh <<-'EOF'
		mkdir tm && mount -t tmpfs -o size=100k none tm
		siem-send "$@" file:tm/out <in &
		until grep -q 'No space left' err; do sleep 0.01; done
		# With the source named, mount adds no uid=, which is not of this namespace.
		mount -o remount,size=10m none tm
		wait $!
		status=$?
		cp tm/out out
		exit $status
	EOF
	timeout 120 unshare -rm bash filling.sh "$@" 2>err
}

@test "what a file took before its disk was full is not written again" {
	unshare -rm mount -t tmpfs none . || skip "no file system of our own"
	records 5000 >in

	run -0 filling
	# One line at most is torn, and then whole.
	equal "$(<in)" "$(grep -Fxf in out)"
	[ "$(wc -l <out)" -le 5001 ]
}

@test "what lies unread in a receiver that takes no more does not count" {
	mock -l "tcp://$here:0"
	address=$at
	kill -STOP "$mock"
	seq -f "<13>Oct  8 22:45:00 web01 su: %.0f $(printf '%0500d' 0)" 16000 >in
	siem-send -v -o settle=0.3 -o timeout=1 "syslog:$at" <in 2>err 3>&- &
	sender=$!
	pids="$pids $sender"
	eventually grep -q 'Connection timed out' err

	kill -KILL "$mock"
	wait "$mock" || true
	mock -l "$address"
	wait "$sender"
	eventually grep -q 'su: 16000 ' arrived
	equal "$(seq 16000)" "$(jq -r .message arrived | cut -d ' ' -f 1 | sort -nu)"
}
