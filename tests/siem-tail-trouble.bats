#!/usr/bin/env bats
# siem-tail -c where modes, links and limits stand between it and its logs.

load helper
load followed

@test "a link to a folder is followed to another in a moment, many times" {
	touch err
	mkdir {0..16}
	ln -s 0 folder
	echo 0 >0/log
	follow folder/log
	eventually has 0
	began=$SECONDS
	for i in $(seq 16); do
		echo "$i" >"$i/log"
		ln -sfn "$i" folder
		eventually has "$(seq 0 "$i")"
	done
	[ $((SECONDS - began)) -lt 14 ]
}

@test "a folder that cannot be listed is said, and searched when it can be" {
	# shellcheck disable=SC2034 # ship and follow use it
	as=unprivileged
	mkdir logs
	echo one >logs/log
	ship logs/log
	echo two >>logs/log
	mv logs/log logs/log.2
	echo three >logs/log.1
	echo four >logs/log
	chmod 311 logs
	run -1 ship logs/log
	equal 'statuses 3 0' "${lines[0]}"
	equal 'siem-tail: logs: Permission denied; what was rotated there cannot be found' \
		"$(cat err)"
	: >err
	follow logs/log
	eventually grep -q 'logs: Permission denied' err
	chmod 755 logs
	eventually has "$(printf '%s\n' one four two three)"
	kill "$pid"
	ended 3 "$pid"
	equal 1 "$(wc -l <err)"
}

@test "what was rotated and may not be read is said once, and read when it may" {
	# shellcheck disable=SC2034 # ship and follow use it
	as=unprivileged
	echo one >log
	ship
	echo two >>log
	mv log log.2
	echo three >log.1
	echo four >log
	chmod 000 log.1 log.2
	run -1 ship
	equal 'statuses 3 0' "${lines[0]}"
	equal "$(printf 'siem-tail: log.%d: Permission denied\n' 2 1)" "$(cat err)"
	chmod 600 log.1
	gzip log.1
	chmod 000 log.1.gz
	: >err
	follow log
	eventually grep -q 'log.1.gz: Permission denied' err
	echo five >>log
	eventually has "$(printf '%s\n' one four five)"
	chmod 600 log.1.gz log.2
	eventually has "$(printf '%s\n' one four five two three)"
	kill "$pid"
	ended 3 "$pid"
	equal "$(printf 'siem-tail: %s: Permission denied\n' log.1.gz log.2)" \
		"$(sort err)"
}

@test "a handful of descriptors is enough for many generations of many logs" {
	touch err
	logs=$(seq -f log%02.0f 12)
	for log in $logs; do
		echo "$log 0" >"$log"
	done
	ulimit -n 24
	# shellcheck disable=SC2086 # many words
	follow $logs
	arrived() { [ "$(wc -l <got)" -ge "$1" ]; }
	eventually arrived 12
	kill -STOP "$sink"
	for i in $(seq 20); do
		for log in log01 log05 log12; do
			echo "$log $i" >>"$log"
			mv "$log" "$log.$((100 - i))"
			: >"$log"
		done
	done
	kill -CONT "$sink"
	eventually arrived 72
	kill "$pid"
	ended 0 "$pid"
	ended 0 "$sink"

	for log in log01 log05 log12; do
		equal "$(seq -f "$log %.0f" 0 20)" \
			"$(grep "^$log" got | sort -n -k 2)"
	done
	run ! grep -Ev 'waiting for (it to appear|that to change)$' err
	equal 72 "$(wc -l <got)"
}
