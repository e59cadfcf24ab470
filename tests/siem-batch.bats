#!/usr/bin/env bats
# siem-batch between two pipes: where batches end, what it holds, what it drops.

load helper

# visible: control lines on standard input with ^ for their DLE.
visible()
{
	tr '\020' '^'
}

# records: those of the marked stream on standard input, as they were.
records()
{
	sed -e '/^\x10[^\x10]/d' -e 's/^\x10\x10/\x10/'
}

# slow_reader: take nothing before the file "go" is there, then all.
slow_reader()
{
	eventually [ -e go ]
	cat
}

@test "a batch ends after so many records" {
	run -0 bash -c 'seq 5 | siem-batch -n 2'

	equal $'^H siem/1 - F\n1\n2\n^F\n3\n4\n^F\n5\n^F\n^E 0' "$(visible <<<"$output")"
}

@test "a batch ends before the record that would make it too large" {
	run -0 bash -c 'printf "123\n1\n2\n123456789\n3\n" | siem-batch -b 6'

	equal $'^H siem/1 - F\n123\n1\n^F\n2\n^F\n123456789\n^F\n3\n^F\n^E 0' \
		"$(visible <<<"$output")"
}

@test "a batch ends when its time is up, though nothing more comes" {
	coproc siem-batch -t 0.1
	remember "$COPROC_PID"
	echo one >&"${COPROC[1]}"
	for want in '^H siem/1 - F' one '^F'; do
		read -r -t 30 line <&"${COPROC[0]}"
		equal "$want" "$(visible <<<"$line")"
	done
}

@test "a record is written at once, not when its batch ends" {
	coproc siem-batch -t 3600
	remember "$COPROC_PID"
	echo one >&"${COPROC[1]}"
	read -r -t 30 <&"${COPROC[0]}"
	read -r -t 30 line <&"${COPROC[0]}"

	equal one "$line"
}

@test "without options it is 100 records" {
	run -0 bash -c 'seq 250 | siem-batch'

	equal '102 203 254' "$(visible <<<"$output" | grep -n '^^F' | cut -d : -f 1 | xargs)"
}

@test "lines pass as they are, the last one with a line feed" {
	printf 'a\r\n \0\377\n\n\020H siem/1 x\n\020F\nz' >in
	printf 'a\r\n \0\377\n\n\020H siem/1 x\n\020F\nz\n' >want
	siem-batch <in | records >got

	cmp want got
}

@test "an empty input is an empty stream, not one that was cut off" {
	run -0 bash -c 'siem-batch </dev/null'

	equal $'^H siem/1 - F\n^E 0' "$(visible <<<"$output")"
}

@test "control lines keep their places, and the worse status goes on" {
	printf '\020H siem/1 id\n1\n\020M log 7\n2\n\020R why 3\n\020F\n\020Z new\n\020\020\n\020E 1\n' >in
	run -1 bash -c 'cat in | siem-batch -n 3'

	equal $'^H siem/1 id F\n1\n^M log 7\n2\n^R why 3\n^F\n^Z new\n^^\n^F\n^E 1' \
		"$(visible <<<"$output")"
}

@test "a marked stream that was cut off stays so, and its torn line is left out" {
	run -3 --separate-stderr bash -c 'printf "\020H siem/1 id\n1\n\020M log 2\n12" | siem-batch'

	equal $'^H siem/1 id F\n1\n^M log 2' "$(visible <<<"$output")"
	equal 'siem-batch: the input was cut off: a stage before this one ended early' "$stderr"
}

@test "the tools behind it take what it writes" {
	siem-fmt --cef "$root/tests/vectors/audit.jsonl" >want
	siem-batch -n 2 <"$root/tests/vectors/audit.jsonl" | siem-fmt --cef | siem-send stdout >got

	cmp want got
}

@test "lines of any length pass, whether they may be dropped or not" {
	{ echo a; head -c 3000000 /dev/zero | tr '\0' x; echo; echo b; } >want
	for how in block drop-oldest drop-newest; do
		siem-batch --overflow "$how" <want | records >got
		cmp want got
	done
}

@test "while the reader is slow, a marked stream waits and nothing is lost" {
	{ printf '\020H siem/1 id\n'; seq 300000; printf '\020E 0\n'; } >in
	mkfifo pipe
	cat in | siem-batch --max 100KB >pipe 2>err &
	slow_reader <pipe >out &
	reader=$!
	touch go
	wait "$reader"
	records <out | cmp - <(seq 300000)

	equal '' "$(cat err)"
}

@test "an unmarked stream is read on, and the oldest records are dropped" {
	mkfifo pipe
	slow_reader <pipe >out &
	reader=$!
	# Nothing is taken before all of it has been read.
	(seq 1000000; touch go) | siem-batch --max 100KB >pipe 2>err || status=$?
	wait "$reader"

	equal 1 "$status"
	equal 1000000 "$(records <out | tail -n 1)"
	equal '' "$(records <out | sort -nc 2>&1)"
	kept=$(records <out | wc -l)
	equal $((1000000 - kept)) "$(sed -n 's/.* \([0-9]*\) in all$/\1/p' err | tail -n 1)"
	[ "$kept" -lt 300000 ]
}

@test "the newest are dropped instead where that is asked for" {
	mkfifo pipe
	slow_reader <pipe >out &
	reader=$!
	(seq 1000000; touch go) | siem-batch --max 100KB --overflow drop-newest >pipe 2>err || status=$?
	wait "$reader"

	equal 1 "$status"
	equal $'1\n2\n3' "$(records <out | head -n 3)"
	kept=$(records <out | wc -l)
	equal $((1000000 - kept)) "$(sed -n 's/.* \([0-9]*\) in all$/\1/p' err | tail -n 1)"
	[ "$kept" -lt 300000 ]
}

@test "no mark is dropped with the records before it but those a later one covers" {
	{
		printf '\020H siem/1 id\n'
		for i in {1..2000}; do
			printf '%0500d\n\020M a %d\n\020M b %d\n' "$i" "$i" "$i"
		done
		printf '\020E 0\n'
	} >in
	mkfifo pipe
	slow_reader <pipe >out &
	reader=$!
	(cat in; touch go) | siem-batch --max 50KB --overflow drop-oldest >pipe 2>err || status=$?
	wait "$reader"

	equal 1 "$status"
	equal $'^M a 2000\n^M b 2000' "$(visible <out | grep '^^M' | tail -n 2)"
	# In order, and none behind a record that it does not cover.
	visible <out | awk '
		/^\^M/ { if ($3 < seen[$2] || $3 < last) exit 1; seen[$2] = $3 }
		/^[0-9]/ { last = $1 + 0 }'
	equal '^E 1' "$(visible <out | tail -n 1)"
}

@test "a record longer than the buffer is dropped whole where it may be" {
	{ echo a; head -c 3000000 /dev/zero | tr '\0' x; echo; echo b; } >in
	run -1 --separate-stderr bash -c 'cat in | siem-batch --max 1MB'

	equal $'a\nb' "$(records <<<"$output")"
	equal 'siem-batch: the reader is too slow, and the buffer (--max) is full: 1 records dropped, 1 in all' "$stderr"
}

@test "memory stays within --max" {
	mkfifo pipe
	slow_reader <pipe >out &
	reader=$!
	(seq -f '%0100.0f' 1000000; touch go) | measure cost siem-batch --max 8MB >pipe || status=$?
	wait "$reader"

	equal 1 "$status"
	read -r _ _ _ kib <cost
	[[ "$(command -v siem-batch)" == *-san/* ]] || [ "$kib" -lt $((16 << 10)) ]
}

@test "--rate limits records in a second" {
	seq 60 | measure cost siem-batch --rate 100/s | records >out
	read -r seconds _ <cost

	cmp out <(seq 60)
	awk "BEGIN { exit $seconds < 0.4 }"
}

@test "--rate limits bytes in a second" {
	seq -f '%099.0f' 60 | measure cost siem-batch --rate 10KB/s | records >out
	read -r seconds _ <cost

	equal 60 "$(wc -l <out)"
	awk "BEGIN { exit $seconds < 0.4 }"
}

@test "SIGTERM ends it with the end of its input, not before" {
	coproc siem-batch
	remember "$COPROC_PID"
	pid=$COPROC_PID
	exec 5<&"${COPROC[0]}"
	echo one >&"${COPROC[1]}"
	read -r -t 30 <&5
	kill "$pid"
	echo two >&"${COPROC[1]}"
	eval "exec ${COPROC[1]}>&-"
	status=0
	wait "$pid" || status=$?

	equal 0 "$status"
	equal $'one\ntwo' "$(records <&5)"
}

@test "what is not taken within --grace seconds is counted, and sends no end" {
	mkfifo pipe
	exec 5<>pipe
	mkfifo in
	siem-batch --grace 0 --overflow block <in >pipe 5<&- 2>err 3>&- &
	pid=$!
	remember "$pid"
	exec 6>in
	# Once all of this is in the pipe, most of it has been read.
	seq 500000 >&6
	kill "$pid"
	status=0
	wait "$pid" || status=$?

	equal 3 "$status"
	grep -E 'siem-batch: cut short: not through within --grace seconds; [0-9]+ records were not written' err
}

@test "a reader that goes away ends it at once, in silence" {
	mkfifo in
	siem-batch <in 2>err > >(head -n 1 >out) &
	pid=$!
	exec 5>in
	echo one >&5
	# No more input is needed for that.
	status=0
	wait "$pid" || status=$?

	equal 141 "$status"
	equal '' "$(cat err)"
}

@test "a full disk is an error" {
	run -3 sh -c 'seq 5 | siem-batch >/dev/full'

	equal 'siem-batch: write: No space left on device' "$output"
}

@test "an input that cannot be read is an error, and not an end" {
	run -3 --separate-stderr bash -c 'siem-batch <.'

	equal 'siem-batch: read: Is a directory' "$stderr"
	equal '' "$output"
}

@test "what makes no sense is refused" {
	run -2 siem-batch --overflow drop
	equal 'siem-batch: option --overflow: drop: not block, drop-oldest or drop-newest' "$output"
	run -2 siem-batch --max 0
	equal 'siem-batch: option --max: 0 holds nothing' "$output"
}

@test "SIGUSR1 and --stats print the counts" {
	run -0 --separate-stderr bash -c 'seq 5 | siem-batch -n 2 --stats >/dev/null'

	equal 'siem-batch: 5 records written, 0 dropped, 3 batches, 0 waiting' "$stderr"
}
