#!/usr/bin/env bats
# siem-batch -- COMMAND: what its end means, and that nothing is lost by it.

# shellcheck disable=SC2030,SC2031 # each test has variables of its own
load helper
load marked

# A command that keeps each batch in a file of its own: batch.1, batch.2, ...
numbered='n=$(ls | grep -c "^batch") || true; cat >batch.$((n + 1))'

@test "the command gets each batch on its standard input" {
	run -0 --separate-stderr bash -c "seq 5 | siem-batch -n 2 -- sh -c '$numbered'"

	equal '' "$output$stderr"
	equal $'1\n2' "$(cat batch.1)"
	equal $'3\n4' "$(cat batch.2)"
	equal 5 "$(cat batch.3)"
}

@test "a batch ends by bytes, and at a flush line too" {
	marked 1 2 F 3 'E 0' | siem-batch -- sh -c "$numbered"
	equal '1 2 3' "$(cat batch.1 batch.2 | xargs)"
	equal 3 "$(cat batch.2)"
	rm batch.*
	printf '12\n34\n56\n' | siem-batch -b 6 -- sh -c "$numbered"
	equal 56 "$(cat batch.2)"
}

@test "a batch that is not full goes when its time is up" {
	coproc siem-batch -t 0.1 -- sh -c 'cat >out'
	remember "$COPROC_PID"
	echo one >&"${COPROC[1]}"
	eventually grep -qx one out
}

@test "records come to it as they were, whatever the bytes" {
	marked $'\020\020a' $'\t\001 \377' 'E 0' | siem-batch -- sh -c 'cat >out'

	cmp out <(printf '\020a\n\t\001 \377\n')
}

@test "status 65 rejects: halved until the record to blame stands alone" {
	seq 1000 >in
	run -1 --separate-stderr bash -c 'siem-batch -n 1000 --dead-letter dead -- sh -c "
		cat >b; if grep -qx 77 b; then exit 65; fi; cat b >>out" <in'

	equal 77 "$(cat dead)"
	cmp out <(grep -vx 77 in)
	equal 'siem-batch: line 77: rejected by the command (exit status 65)' "$stderr"
	equal '[77,"rejected by the command (exit status 65)"]' "$(jq -c '[.line, .reason]' dead.why)"
}

@test "several records to blame are all found, and no other" {
	seq 300 >in
	run -1 bash -c 'siem-batch --dead-letter dead -- sh -c "
		cat >b; if grep -q 7 b; then exit 65; fi; cat b >>out" <in'

	cmp dead <(grep 7 in)
	cmp out <(grep -v 7 in)
}

@test "status 0 with input left unread is a failure" {
	run -3 bash -c 'seq 5 | siem-batch --retries 0 -- true'

	grep -F 'true: exit status 0, but 10 bytes of the batch were not read' <<<"$output"
	run -3 bash -c 'yes | head -n 1000000 | siem-batch -n 0 --retries 0 -- head -c 5000'
	grep -F 'bytes of the batch were not read' <<<"$output"
}

@test "any other status is tried again, with the same batch" {
	run -0 bash -c 'seq 5 | siem-batch -n 2 --stats -- sh -c "
		cat >b; cat b >>tries; test -e ready || { touch ready; exit 3; }; cat b >>out"'

	equal '1 2 3 4 5' "$(xargs <out)"
	equal '1 2 1 2 3 4 5' "$(xargs <tries)"
	grep -F 'SIEM shipping failed: sh: exit status 3; trying again' <<<"$output"
	grep -F '5 delivered, 0 rejected, 0 given up, 0 set aside, 2 sent again' <<<"$output"
}

@test "a signal is tried again too" {
	run -0 bash -c 'seq 5 | siem-batch -- sh -c "
		cat >b; test -e ready || { touch ready; kill -9 \$\$; }; cat b >>out"'

	equal '1 2 3 4 5' "$(xargs <out)"
	grep -F 'SIEM shipping failed: sh: ended by signal 9 (Killed); trying again' <<<"$output"
}

@test "a command that does not exist holds, and from the start it is status 4" {
	run -4 bash -c 'seq 5 | siem-batch -- ./nonesuch'

	grep -F 'SIEM shipping failed: ./nonesuch: it cannot be run: No such file or directory' <<<"$output"
	for code in 126 127; do
		run -4 bash -c "seq 5 | siem-batch -- sh -c 'exit $code'"
		grep -F "it cannot be run (exit status $code)" <<<"$output"
	done
}

@test "one that can no longer be run is waited for" {
	run -0 bash -c 'seq 4 | siem-batch -n 2 -- sh -c "
		cat >b; test ! -e out -o -e back || { touch back; exit 127; }; cat b >>out"'

	equal '1 2 3 4' "$(xargs <out)"
}

# ends_it SCRIPT: a command that is stuck in this script, which notes the pid of
# what it has left behind, is ended with that, and the batch is tried again.
ends_it()
{
	# However late it was begun: what was asked to end before is begun anew.
	printf '#!/bin/sh\n[ ! -s pid ] || exec cat >out\n%s\n' "$1" >stuck
	chmod +x stuck
	run -0 timeout 120 bash -c 'seq 5 | siem-batch --timeout 0.5 -- ./stuck'

	grep -F './stuck: not through within 0.5 seconds (--timeout); trying again' <<<"$output"
	equal '1 2 3 4 5' "$(xargs <out)"
	remember "$(cat pid)"
	eventually gone "$(cat pid)"
}

@test "one that does not end is ended, with all it has started" {
	ends_it 'trap "" TERM; sleep 1000 & echo $! >pid; wait'
}

@test "one that ends when it is asked to leaves nothing behind either" {
	ends_it '(trap "" TERM; exec sleep 1000) & echo $! >pid; wait'
}

@test "its output goes through, however much it is" {
	run -0 --separate-stderr bash -c 'seq 5 | siem-batch -- sh -c "cat >/dev/null; seq 100000; echo why >&2"'

	equal 100000 "${#lines[@]}"
	equal why "$stderr"
}

@test "what is left running behind it does no harm" {
	run -0 timeout 120 bash -c 'seq 4 | siem-batch -n 2 -- sh -c "
		cat >>out; sleep 1000 >&- 2>&- <&- & echo \$! >>left"'
	# shellcheck disable=SC2046 # two of them
	remember "$(xargs <left)"

	equal '1 2 3 4' "$(xargs <out)"
	while read -r pid; do
		run -1 gone "$pid"
	done <left
}

@test "no zombie is left" {
	coproc siem-batch -n 1 -- sh -c 'cat >>out'
	remember "$COPROC_PID"
	seq 20 >&"${COPROC[1]}"
	eventually grep -qx 20 out
	eventually bash -c "! grep -l '^State:.Z' /proc/[0-9]*/task/*/status 2>/dev/null |
		xargs -r grep -lx \$'PPid:\t$COPROC_PID'| grep ."
}

@test "whoever ignores the end of children may start it" {
	run -0 timeout 120 env --ignore-signal=CHLD \
		siem-batch -n 2 -- sh -c 'cat >>out' < <(seq 4)

	equal '1 2 3 4' "$(xargs <out)"
}

@test "its signals are as usual, whatever ours are" {
	seq 1 | env --block-signal=TERM siem-batch -- \
		sh -c 'cat; exec grep -E "^Sig(Blk|Ign)" /proc/self/status' >out
	# Neither SIGTERM is blocked, nor is SIGPIPE (13) or SIGXFSZ (25) ignored.
	blocked=$(sed -n 's/^SigBlk:[[:space:]]*/0x/p' out)
	ignored=$(sed -n 's/^SigIgn:[[:space:]]*/0x/p' out)
	[ $((blocked & 1 << 14)) -eq 0 ]
	[ $((ignored & (1 << 12 | 1 << 24))) -eq 0 ]
}

@test "--retries sets aside what had its tries, and goes on" {
	run -3 bash -c 'seq 4 | siem-batch -n 2 --retries 1 --dead-letter dead -- sh -c "
		cat >b; if grep -qx 1 b; then exit 9; fi; cat b >>out"'

	equal '1 2' "$(xargs <dead)"
	equal '3 4' "$(xargs <out)"
}

@test "what is given up is told for the first batches, then in all" {
	run -3 bash -c 'seq 8 | siem-batch -n 1 --retries 0 --dead-letter dead -- false'

	equal "$(seq 8)" "$(<dead)"
	equal 5 "$(grep -c 'records given up after 0 retries: 1, ' <<<"$output")"
	equal 'siem-batch: records given up in all: 8' "${lines[-1]}"
}

@test "SIGTERM waits for what is under way, --grace seconds at most" {
	mkfifo in
	siem-batch --grace 1 -n 1 -- sh -c 'echo $$ >pid; exec sleep 100' <in 2>err &
	pid=$!
	remember "$pid"
	exec 5>in
	echo one >&5
	eventually [ -s pid ]
	kill "$pid"
	status=0
	wait "$pid" || status=$?

	equal 3 "$status"
	grep -F 'not through within --grace seconds' err
	eventually gone "$(cat pid)"
}

@test "-c commits a mark once the records before it are taken" {
	checkpoint c
	marked 1 2 'M log 2' 3 'M log 3' 'E 0' | siem-batch -n 2 -c c -- sh -c 'cat >>out'

	equal '1 2 3' "$(xargs <out)"
	equal 'log 3' "$(sed '1d;$d' c)"
}

@test "-c commits nothing that was not taken" {
	checkpoint c
	mkfifo in
	siem-batch --grace 0 -n 2 -c c -- sh -c 'cat >b; if grep -qx 3 b; then exit 1; fi; cat b >>out' <in 2>err &
	pid=$!
	remember "$pid"
	marked 1 2 'M log 2' 3 'M log 3' 'E 0' >in
	eventually grep -F 'sh: exit status 1; trying again' err
	kill "$pid"
	status=0
	wait "$pid" || status=$?

	equal 3 "$status"
	equal '1 2' "$(xargs <out)"
	equal 'log 2' "$(sed '1d;$d' c)"
	[ ! -s c.dead ]
}

@test "with -c, what is rejected is in CHECKPOINT.dead before the mark" {
	checkpoint c
	run -1 bash -c "$(declare -f marked); id=$id
		marked 1 2 'M log 2' 'R why 3' 'M log 3' 'E 0' |
			siem-batch -c c -- sh -c 'cat >b; if grep -qx 2 b; then exit 65; fi; cat b >>out'"

	equal 1 "$(cat out)"
	equal '2 3' "$(sort c.dead | xargs)"
	equal 'log 3' "$(sed '1d;$d' c)"
}

@test "kill -9 in the middle: what is not committed comes again, nothing is lost" {
	checkpoint c
	# The source: from the mark in the checkpoint on, a mark every tenth.
	source_from() {
		printf '\020H siem/1 %s\n' "$id"
		for ((i = $1 + 1; i <= 2000; i++)); do
			echo "$i"
			[ $((i % 10)) -ne 0 ] || printf '\020M log %d\n' "$i"
		done
		printf '\020E 0\n'
	}
	for _ in {1..8}; do
		at=$(sed -n 's/^log //p' c)
		source_from "${at:-0}" | siem-batch -n 10 -c c -- sh -c 'cat >>out' &
		pid=$!
		sleep "0.$((RANDOM % 3 + 1))" # when it is killed does not matter
		kill -9 "$pid" || true
		wait "$pid" || true
	done 2>/dev/null
	at=$(sed -n 's/^log //p' c)
	eventually bash -c 'exec 9>>c.lock; flock -n 9'
	source_from "${at:-0}" | siem-batch -n 10 -c c -- sh -c 'cat >>out'

	cmp <(seq 2000) <(sort -nu out)
	equal 'log 2000' "$(sed '1d;$d' c)"
}

@test "what makes no sense with a command is refused, and so is the opposite" {
	run -2 siem-batch --overflow block -- cat
	equal 'siem-batch: option --overflow: not with a command; put another siem-batch before this one' "$output"
	run -2 siem-batch --rate 1/s -- cat
	equal 'siem-batch: option --rate: not with a command or a spool; put another siem-batch before this one' "$output"
	run -2 siem-batch -c c
	equal 'siem-batch: option --checkpoint: only with a command or a spool' "$output"
	run -2 siem-batch --dead-letter d
	equal 'siem-batch: option --dead-letter: only with a command or a spool' "$output"
	run -2 siem-batch --retries 3
	equal 'siem-batch: option --retries: only with a command' "$output"
	run -2 siem-batch --timeout 3
	run -2 siem-batch --max-record 3
}

@test "a command without the dashes before it is refused, and so is a file" {
	for operands in 'cat' '-n 5 cat' 'in'; do
		seq 3 >in
		# shellcheck disable=SC2086 # several words
		run -2 siem-batch $operands <in
		equal "siem-batch: ${operands##* }: a command stands behind --, and files are not read by name" "$output"
	done
}
