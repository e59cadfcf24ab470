#!/usr/bin/env bats
# The tools composed: what the README promises of the main job, end to end.

load helper

teardown()
{
	local file

	evidence
	for file in ./*.pid; do
		kill "$(cat "$file")" || true
	done 2>/dev/null
}

# mock OPTION...: a receiver by TCP; its address is in the file address, what
# came in the file came.
mock()
{
	rm -f address
	siem-mock syslog -l "tcp://$here:0" --listen-file address "$@" \
		>>came 2>mock.log 3>&- &
	echo $! >mock.pid
	eventually test -s address
}

# came COUNT: so many lines have arrived, or more.
came()
{
	[ "$(wc -l <came)" -ge "$1" ]
}

# ship TAIL...: the main job behind that source, in the background. Its stages
# are in tail.pid, fmt.pid and send.pid, their statuses come into statuses. Asked
# to end, they take the time that a busy machine needs.
ship()
{
	(
		mkfifo raw formatted
		"$@" >raw &
		echo $! >tail.pid
		siem-fmt --leef --grace 300 <raw >formatted &
		echo $! >fmt.pid
		siem-send --grace 300 "qradar:$(cat address)" <formatted &
		echo $! >send.pid
		for stage in tail fmt send; do
			status=0
			wait "$(cat $stage.pid)" || status=$?
			echo "$stage $status" >>statuses.new
		done
		mv statuses.new statuses
	) 3>&- 2>ship.log &
	eventually test -s send.pid
}

# payloads: what arrived, without the header that siem-send put before it.
payloads()
{
	jq -r .message came
}

without_repeats()
{
	awk '!seen[$0]++'
}

# arrived_once: as many different lines as in once; they are in got.
arrived_once()
{
	payloads | without_repeats >got
	[ "$(wc -l <got)" -ge "$(wc -l <once)" ]
}

@test "tail -F, siem-fmt and siem-send deliver a log while it is written" {
	mock
	gen-events 50 >audit.jsonl
	ship tail -n +1 -F audit.jsonl
	gen-events --rate 500 --seed 2 200 >>audit.jsonl
	eventually came 250

	kill "$(cat tail.pid)"
	eventually test -s statuses
	equal 'fmt 0 send 0' "$(grep -v tail statuses | paste -sd ' ')"
	siem-fmt --leef audit.jsonl >want
	payloads | cmp want -
}

@test "a single event is not held back" {
	mock
	: >audit.jsonl
	ship siem-tail audit.jsonl
	eventually test -s send.pid
	gen-events 1 >>audit.jsonl

	eventually came 1
	kill "$(cat tail.pid)"
	eventually test -s statuses
}

@test "rotation in the middle of a live log loses and repeats nothing" {
	mock
	: >audit.jsonl
	ship siem-tail audit.jsonl
	for seed in 1 2 3; do
		gen-events --seed "$seed" 300 >>audit.jsonl
		cat audit.jsonl >>all.jsonl
		eventually came $((seed * 300))
		mv audit.jsonl "audit.jsonl.$seed"
		: >audit.jsonl
	done

	kill "$(cat tail.pid)"
	eventually test -s statuses
	equal 'tail 0 fmt 0 send 0' "$(paste -sd ' ' statuses)"
	siem-fmt --leef all.jsonl >want
	payloads | cmp want -
}

# A signal to all stages at once, while the receiver is slow: what siem-tail
# has read arrives.
interrupted()
{
	mock --fault delay=1
	gen-events 2000 >audit.jsonl
	ship siem-tail --grace 300 --stats audit.jsonl
	eventually came 100
	kill "-$1" "$(cat tail.pid)" "$(cat fmt.pid)" "$(cat send.pid)"

	eventually test -s statuses
	equal 'tail 0 fmt 0 send 0' "$(paste -sd ' ' statuses)"
	siem-fmt --leef audit.jsonl >want
	eventually came 2000
	payloads | cmp want -
}

@test "SIGTERM to the whole pipeline loses nothing that was read" {
	interrupted TERM
}

@test "control-C on the whole pipeline loses nothing that was read" {
	interrupted INT
}

@test "a receiver that goes away and comes back has every event" {
	mock --fault reset-after=400
	at=$(<address)
	gen-events 3000 >audit.jsonl
	ship siem-tail --once audit.jsonl
	eventually came 400
	kill "$(cat mock.pid)"
	wait "$(cat mock.pid)"
	siem-mock syslog -l "$at" >>came 2>mock.log 3>&- &
	echo $! >mock.pid

	eventually test -s statuses
	equal 'tail 0 fmt 0 send 0' "$(paste -sd ' ' statuses)"
	siem-fmt --leef audit.jsonl >want
	# Repeats are allowed, losses are not, and the order stays.
	without_repeats <want >once
	eventually arrived_once
	cmp once got
}

@test "a bad event is set aside whole, and goes through once it is mended" {
	{
		gen-events 2
		echo '{"ts":"2025-10-08T22:45:00Z","action":'
		gen-events --seed 2 2
	} >audit.jsonl
	run bash -c 'siem-fmt --leef --reject bad audit.jsonl 2>/dev/null |
		siem-send file:arrived; echo "${PIPESTATUS[@]}"'

	equal '1 0' "$output"
	equal 4 "$(wc -l <arrived)"
	equal '{"ts":"2025-10-08T22:45:00Z","action":' "$(cat bad)"
	sed -i 's/$/"route"}/' bad
	run -0 bash -c 'siem-fmt --leef <bad | siem-send file:arrived'
	equal 5 "$(wc -l <arrived)"
}

@test "head ends the pipeline at once and in silence" {
	gen-events 20000 >audit.jsonl
	run -0 --separate-stderr timeout 120 bash -c \
		'siem-tail audit.jsonl | siem-fmt --cef | head -n 1'

	equal 1 "${#lines[@]}"
	equal '' "$stderr"
}

@test "a full disk behind any stage is an error of that stage" {
	gen-events 2000 >audit.jsonl
	for tool in 'siem-tail --once audit.jsonl' 'siem-fmt --leef audit.jsonl' \
		'siem-send stdout <audit.jsonl'; do
		run -3 --separate-stderr bash -c "$tool >/dev/full"

		[[ $stderr == *'No space left on device'* ]]
	done
}

@test "the demo shows the main job, counts what arrived and leaves nothing" {
	build=$(command -v siem-fmt)
	run -0 --separate-stderr "$root/tests/demo" "${build%/bin/*}"

	equal '240 written, 240 received, all of them equal, in order' \
		"${lines[-1]}"
	equal 40 "$(grep -c -E '(mcp-redaction|gatekit)  ' <<<"$output")"
}
