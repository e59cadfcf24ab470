#!/usr/bin/env bats
# siem-send --receipts: what is written there is what was delivered.

# shellcheck disable=SC2030,SC2031 # each test has variables of its own
load helper
load marked

# deliver ARG...: siem-send to the file "arrived".
deliver()
{
	timeout -k 1 120 siem-send --receipts receipts "$@" file:arrived
}

# adds JQ: that of all receipts, added up.
adds()
{
	jq -s "map($1) | add" receipts
}

# digest FIRST LAST: SHA-256 of these lines of "arrived".
digest()
{
	sed -n "$1,$2p" arrived | sha256sum | cut -d ' ' -f 1
}

@test "every record is in one receipt, with the digest of what was delivered" {
	seq 10000 | deliver --receipts-digest sha256
	equal 10000 "$(adds .delivered)"
	equal "1 10000" "$(jq -s -r '"\(.[0].first) \(.[-1].last)"' receipts)"
	# Each begins behind the last.
	equal true "$(jq -s '[.[1:], .[:-1]] | transpose |
		all(.[0].first == .[1].last + 1)' receipts)"
	equal "$(jq -r '"\(.last - .first + 1)"' receipts)" \
		"$(jq -r .records receipts)"
	while read -r first last sum; do
		equal "$sum" "$(digest "$first" "$last")"
	done < <(jq -r '"\(.first) \(.last) \(.sha256)"' receipts)
}

@test "the digest is XXH128 unless another is asked for" {
	deliver < <(printf abc)
	# As printf 'abc\n' | xxh128sum has it.
	equal 158bbebef0c159c99914d27c01087efa "$(jq -r .xxh128 receipts)"
	run -2 deliver --receipts-digest md5 < <(echo abc)
	equal 'siem-send: option --receipts-digest: md5: neither xxh128 nor sha256' "$output"
	run -2 siem-send --receipts-digest sha256 file:arrived < <(echo abc)
	equal 'siem-send: option --receipts-digest: only with --receipts' "$output"
	run -2 siem-batch --receipts-digest sha256 -- cat < <(echo abc)
	equal 'siem-batch: option --receipts-digest: only with --receipts' "$output"
}

@test "each receipt tells the SHA-256 of the line before, across runs" {
	for run in 1 2 3; do
		seq "$run" | deliver
	done
	equal - "$(head -n 1 receipts | jq -r .previous)"
	for line in 2 3; do
		equal "$(sed -n "$((line - 1))p" receipts | sha256sum |
			cut -d ' ' -f 1)" \
			"$(sed -n "${line}p" receipts | jq -r .previous)"
	done
	# What an older version wrote is a line like others.
	echo '{"sha256":"","ranges":[]}' >receipts
	echo one | deliver
	equal "$(head -n 1 receipts | sha256sum | cut -d ' ' -f 1)" \
		"$(tail -n 1 receipts | jq -r .previous)"
}

@test "a receipt says who took the records, and how that is known" {
	echo one | deliver
	equal 'file fsync - []' "$(jq -r '"\(.destination) \(.acknowledgement)" +
		" \(.id) \(.ranges)"' receipts)"
	equal true "$(jq '.sent <= .acknowledged and .acknowledged <= .time' \
		receipts)"
}

@test "with a checkpoint, receipts hold the ranges that it holds" {
	checkpoint c.ckpt '/log/a#1 5'
	marked one 'M /log/a#1 9' two 'M /log/a#1 13' 'M /log/b#2 -' \
		three 'M /log/c#3 1,2' 'E 0' | deliver -c c.ckpt
	jq -r '.ranges[] | "\(.source) \(.from) \(.to)"' receipts >ranges
	equal '/log/a#1 5' "$(head -n 1 ranges | cut -d ' ' -f 1,2)"
	equal '/log/a#1 13' "$(grep /log/a ranges | tail -n 1 | cut -d ' ' -f 1,3)"
	equal '/log/c#3 - 1,2' "$(grep /log/c ranges)"
	equal '/log/b#2 - -' "$(grep /log/b ranges)"
	equal 3 "$(adds .delivered)"
	equal "$id" "$(jq -r .id receipts | sort -u)"
}

@test "what was rejected and given up is counted apart" {
	printf '%s\n' a bb ccc | timeout 120 siem-send --receipts receipts \
		--receipts-digest sha256 --max-record 2 file:arrived ||
		equal 1 $?
	equal '2 1 0' "$(adds .delivered) $(adds .rejected) $(adds .given_up)"
	equal "$(printf 'a\nbb\n' | sha256sum | cut -d ' ' -f 1)" \
		"$(jq -r 'select(.delivered > 0) | .sha256' receipts)"
}

@test "records that a filter before has rejected are in their range" {
	checkpoint c.ckpt '/log/a#1 0'
	run -1 deliver -c c.ckpt < <(marked one 'R no bad' 'M /log/a#1 9' 'E 1')
	equal '1 1' "$(adds .delivered) $(adds .rejected)"
}

# mock ARG...: a syslog receiver in the background, at $at.
mock()
{
	rm -f where
	siem-mock syslog --listen-file where "$@" >>mocked 2>mock.err 3>&- &
	mock=$!
	remember "$mock"
	eventually test -s where
	at=$(<where)
}

@test "what was sent again is told" {
	mock -l "tcp://$here:0" --fault reset-after=3 -n 3
	# None of them is to settle before the connection breaks.
	seq 5 | timeout -k 1 120 siem-send --receipts receipts \
		-o settle=5 "syslog:$at" &
	pid=$!
	remember "$pid"
	wait "$mock"
	mock -l "$at"
	wait "$pid"
	equal 5 "$(adds .delivered)"
	[ "$(adds .retried)" -ge 3 ]
	equal 'syslog transport' \
		"$(jq -r '"\(.destination) \(.acknowledgement)"' receipts |
			sort -u)"
}

@test "receipts go on behind those of the run before, without its torn line" {
	echo one | deliver
	printf '{"time":"20' >>receipts
	echo two | deliver
	equal 2 "$(jq -s length receipts)"
	equal '1 1' "$(jq -s -r '"\(.[1].first) \(.[1].last)"' receipts)"
}

@test "there is a receipt for every position that is committed" {
	checkpoint c.ckpt '/log/a#1 0'
	mkfifo in
	siem-send -c c.ckpt --receipts receipts file:arrived <in 2>err 3>&- &
	pid=$!
	remember "$pid"
	exec 7>in
	marked one 'M /log/a#1 4' >&7
	eventually grep -q '^/log/a#1 4$' c.ckpt
	equal 4 "$(jq -r '.ranges[].to' receipts)"
	kill -9 "$pid"
	wait "$pid" || true
	exec 7>&-
	marked two 'M /log/a#1 8' 'E 0' | deliver -c c.ckpt
	equal '4 8' "$(tail -n 1 receipts |
		jq -r '.ranges[] | "\(.from) \(.to)"')"
}

@test "receipts that are something else as well are refused" {
	checkpoint c.ckpt '/log/a#1 0'
	: >dead
	echo one >in
	run -2 deliver --dead-letter ./receipts <in
	# shellcheck disable=SC2094 # that is the point
	run -2 --separate-stderr timeout 120 siem-send --receipts in \
		file:arrived <in
	[[ $stderr == *'in is read and is also the receipts'* ]]
	run -2 --separate-stderr timeout 120 siem-send -c c.ckpt \
		--receipts c.ckpt file:arrived < <(marked one 'E 0')
	[[ $stderr == *'c.ckpt is the checkpoint and also the receipts'* ]]
	run -2 --separate-stderr siem-send --dead-letter new --receipts new \
		file:arrived <in
	[[ $stderr == *'new is the dead letters and also the receipts'* ]]
	[ ! -e arrived ]
}

@test "the destination is nothing else of siem-send as well" {
	echo one >in
	for option in --dead-letter --receipts --metrics; do
		run -2 --separate-stderr timeout 120 siem-send "$option" ./out \
			file:out <in
		[[ $stderr == *'out is the '*' and also the destination'* ]]
		[ ! -e out ]
	done
	run -2 --separate-stderr timeout 120 siem-send --receipts out \
		--failover "file:$PWD/out" stdout <in
	[[ $stderr == *'out is the receipts and also the destination'* ]]
	: >out
	ln -s out link
	run -2 --separate-stderr timeout 120 siem-send --dead-letter link \
		file:out <in
	[[ $stderr == *'out is the dead letters and also the destination'* ]]
	# shellcheck disable=SC2094 # that is the point
	run -2 --separate-stderr timeout 120 siem-send file:in <in
	[[ $stderr == *'in is read and is also the destination'* ]]
	equal one "$(cat in)"
}

@test "receipts that cannot be written are not blamed on who took the records" {
	[[ ${BUILD:-} != *-san ]] || skip 'the shim and the sanitizers do not go together'
	checkpoint c.ckpt '/log/a#1 0'
	SHIM='fail=ENOSPC write path=*/receipts' LD_PRELOAD=$(command -v shim.so) \
		siem-send --grace 1 -c c.ckpt --receipts receipts file:arrived \
		< <(marked one 'M /log/a#1 4' 'E 1') 2>err 3>&- &
	remember $!
	eventually grep -q 'trying again' err
	kill $!
	status=0
	wait $! || status=$?

	equal 3 "$status"
	equal one "$(cat arrived)"
	grep -q 'SIEM shipping failed' err && return 1
	grep -q 'receipts: .*No space left on device$' err
	equal 'siem-send: all is delivered, but not all of that could be noted: the next run sends it again' \
		"$(tail -n 1 err)"
}

@test "a dry run writes no receipts" {
	echo one | deliver -n
	[ ! -e receipts ]
}

@test "files that are moved away or removed while it runs are made again" {
	long=$(printf '%060d' 1)
	mkdir out kept dead
	mkfifo in
	siem-send --receipts kept/receipts --dead-letter dead/letters \
		--max-record 50 file:out/arrived <in 2>err 3>&- &
	pid=$!
	remember "$pid"
	exec 7>in
	printf '%s\n' 1 2 "$long" >&7
	eventually grep -q '"rejected":1' kept/receipts
	mv out/arrived out/arrived.1
	mv kept/receipts kept/receipts.1
	mv dead/letters dead/letters.1
	printf '%s\n' 3 "$long" >&7
	eventually grep -q '"rejected":1' kept/receipts
	rm out/arrived
	printf '%s\n' 4 >&7
	exec 7>&-
	wait "$pid" || equal 1 $?

	equal $'1\n2' "$(cat out/arrived.1)"
	equal 4 "$(cat out/arrived)"
	equal "$long" "$(cat dead/letters.1)"
	equal "$long" "$(cat dead/letters)"
	# The chain goes on in the new file.
	equal "$(tail -n 1 kept/receipts.1 | sha256sum | cut -d ' ' -f 1)" \
		"$(head -n 1 kept/receipts | jq -r .previous)"
	equal 6 "$(tail -n 1 kept/receipts | jq .last)"
}
