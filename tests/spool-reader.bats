#!/usr/bin/env bats
# siem-tail as the reader of a spool: what is durable, in order, and what it
# tells the writer.

load helper
load marked

# records: those of the marked stream on standard input, as they were.
records()
{
	sed -e '/^\x10[^\x10]/d' -e 's/^\x10\x10/\x10/'
}

visible()
{
	tr '\020' '^'
}

# source_of DIR: what marks call the spool.
source_of()
{
	sed 's,siem-spool/1 ,spool:,' "$1/siem-spool"
}

# position CHECKPOINT: where a reader stands.
position()
{
	sed -n 's/^spool:[0-9a-f]* //p' "$1"
}

@test "the records of all segments come in order, and end with --once" {
	seq 20000 | siem-batch --spool s --segment 10KB
	seq 20001 20010 | siem-batch --spool s
	siem-tail --once s >out

	cmp out <(seq 20010)
}

@test "with -c come marks, and the next run goes on behind what was committed" {
	seq 3 | siem-batch --spool s
	run -0 siem-tail --once -c s/a.checkpoint s
	equal "^M $(source_of s) 1,6
^M $(source_of s) 2,0
^E 0" "$(visible <<<"$output" | sed '1,4d')"
	run -0 --separate-stderr bash -c 'siem-tail --once -c s/a.checkpoint s | siem-send -c s/a.checkpoint stdout'
	equal $'1\n2\n3' "$output"
	equal 2,0 "$(position s/a.checkpoint)"
	echo 4 | siem-batch --spool s
	run -0 --separate-stderr bash -c 'siem-tail --once -c s/a.checkpoint s | siem-send -c s/a.checkpoint stdout'

	equal 4 "$output"
}

@test "a reader may be there before the spool, and ask for nothing but its place" {
	mkdir s
	siem-tail -c s/a.checkpoint s 2>err >pipe.out &
	remember "$!"
	eventually grep -q 'waiting for it to become a spool' err
	seq 5 | siem-batch --spool s
	eventually eval 'records <pipe.out | cmp -s - <(seq 5)'

	equal 'siem-tail: s: waiting for it to become a spool' "$(cat err)"
}

@test "asked to end before there is a spool, a reader ends in order" {
	mkdir s
	siem-tail -q -c s/a.checkpoint s >out &
	pid=$!
	remember "$pid"
	eventually grep -q H out
	kill "$pid"
	status=0
	wait "$pid" || status=$?

	equal 0 "$status"
	equal $'\020E 0' "$(tail -n 1 out)"
}

@test "an empty folder with another checkpoint is one of logs" {
	mkdir s
	siem-tail -q -c a.checkpoint s >out &
	remember "$!"
	eventually grep -q H out
	echo line >s/log
	eventually grep -q line out
}

@test "files in the folder of a checkpoint are logs, as long as it is no spool" {
	mkdir s
	echo line >s/log
	run -0 siem-tail --once -c s/a.checkpoint s
	equal line "${lines[1]}"
	# A reader that had waited for a spool says that it is none.
	mkdir t
	siem-tail -q -c t/a.checkpoint t >out 2>err &
	pid=$!
	remember "$pid"
	eventually grep -q H out
	echo line >t/log
	status=0
	wait "$pid" || status=$?

	equal 2 "$status"
	equal 'siem-tail: t is no spool, but has files: start siem-tail again to follow them' "$(cat err)"
}

@test "it follows the writer from one segment to the next" {
	mkfifo in
	siem-batch --spool s --segment 1KB <in &
	remember "$!"
	exec 5>in
	echo 0 >&5
	eventually grep -qx 'd 2 1' s/000000000001.sum
	siem-tail s >out &
	remember "$!"
	for round in {1..5}; do
		seq "$((round * 1000))" "$((round * 1000 + 999))" >&5
		eventually grep -qx "$((round * 1000 + 999))" out
	done

	cmp out <(echo 0; seq 1000 5999)
}

@test "what is not durable is not read" {
	seq 5 | siem-batch --spool s
	sed -i '$d' s/000000000001.sum
	printf '6\n' >>s/000000000001.log
	printf 'w 10 2 1 %.16s\n' "$(printf '6\n' | sha256sum)" >>s/000000000001.sum
	run -0 siem-tail --once s
	equal 5 "${lines[-1]}"
	# Once the writer has looked, it is known what to think of it.
	siem-batch --spool s </dev/null
	siem-batch --fsck s >/dev/null
	run -0 siem-tail --once s
	equal 6 "${lines[-1]}"
}

@test "a segment that its writer could not close is read to where it agrees" {
	seq 5 | siem-batch --spool s
	sed -i '2,$!b; 3,$d' s/000000000001.sum
	echo 6 >x
	cp -r s t
	mkdir u && seq 5 | siem-batch --spool u/s
	cp s/000000000001.sum t/000000000001.sum
	cp t/000000000001.log t/000000000002.log
	cp u/s/000000000001.sum t/000000000002.sum
	run -0 siem-tail --once t

	equal '1 2 3 4 5 1 2 3 4 5' "$(xargs <<<"$output")"
}

@test "records of any length and any bytes come as they were" {
	{
		printf '\020H siem/1 x\n \0\377\n'
		head -c 900000 /dev/zero | tr '\0' x
		printf '\n\020\020y\nlast\n'
	} >in
	siem-batch --spool s <in
	siem-tail --once -c s/a.checkpoint s | records | cmp - in
}

@test "a checkpoint anywhere else is refused, and so is that of something else" {
	seq 5 | siem-batch --spool s
	run -2 siem-tail --once -c a.checkpoint s
	equal 'siem-tail: -c a.checkpoint: the reader of a spool has its checkpoint there, for the spool to know what was read: -c s/NAME.checkpoint' "$output"
	run -2 siem-tail --once -c s/a s
	grep -F -e '-c s/NAME.checkpoint' <<<"$output"
	echo x >log
	siem-tail --once -c s/b.checkpoint log >/dev/null
	run -2 siem-tail --once -c s/b.checkpoint s
	equal 'siem-tail: s/b.checkpoint is the checkpoint of something else: give each reader of a spool one of its own' "$output"
}

@test "what was dropped unread is told, with status 1, and the rest is read" {
	seq -f '%0100.0f' 2000 | siem-batch --spool s --max 100KB -q || true
	siem-tail --once -c s/a.checkpoint s >/dev/null
	# shellcheck disable=SC2034 # checkpoint() uses it
	id=$(sed -n 's,^siem-checkpoint/1 ,,p' s/a.checkpoint)
	checkpoint s/a.checkpoint "$(source_of s) 1,0"
	run -1 --separate-stderr siem-tail --once -c s/a.checkpoint s

	grep -E "siem-tail: s: segment 1( to [0-9]+)? was dropped before it was read to its end: records are missing; going on with segment [0-9]+" <<<"$stderr"
	cmp <(records <<<"$output") <(cat s/*.log)
}

@test "a segment that is dropped once it is open, and before it was read, is told" {
	seq 5 | siem-batch --spool s
	cp -r s made
	echo siem-segment/1 >s/000000000002.sum
	touch s/000000000002.log
	siem-tail s >out 2>err &
	pid=$!
	remember "$pid"
	eventually eval "readlink /proc/$pid/fd/* | grep -q 000000000002.sum"
	kill -STOP "$pid"
	sed 1d made/000000000001.sum >>s/000000000002.sum
	rm s/000000000002.*
	cp made/000000000001.log s/000000000003.log
	cp made/000000000001.sum s/000000000003.sum
	kill -CONT "$pid"
	eventually cmp -s out <(seq 5; seq 5)

	equal 'siem-tail: s: segment 2 was dropped before it was read to its end: records are missing; going on with segment 3' "$(cat err)"
}

@test "a segment whose side file is gone is an error, and not an end" {
	for i in 1 2 3; do
		echo $i | siem-batch --spool s
	done
	rm s/000000000002.sum
	run -3 --separate-stderr siem-tail --once s
	equal 1 "$output"
	equal 'siem-tail: s/000000000002.sum: it is not there, so how much of its segment is durable is not known' "$stderr"
	# Taken away as a whole, it counts as dropped.
	rm s/000000000002.log
	run -1 --separate-stderr siem-tail --once s

	equal $'1\n3' "$output"
	grep -F 'segment 2 was dropped' <<<"$stderr"
}

@test "--status says how far behind a reader is" {
	seq 5 | siem-batch --spool s
	siem-tail --once -c s/a.checkpoint s | siem-send -c s/a.checkpoint file:arrived
	seq 10 | siem-batch --spool s
	seq 3 | siem-batch --spool s
	run -1 siem-tail -c s/a.checkpoint --status
	equal 's: at byte 0 of segment 2, 27 bytes and 13 lines behind' "$output"
	siem-tail --once -c s/a.checkpoint s | siem-send -c s/a.checkpoint file:arrived
	run -0 siem-tail -c s/a.checkpoint --status s
	equal 's: at byte 0 of segment 4, 0 bytes and 0 lines behind' "$output"
}

@test "what makes no sense of a spool is refused" {
	seq 5 | siem-batch --spool s
	run -2 siem-tail --once --stamp s
	equal 'siem-tail: option --stamp: not of a spool: put it where the records come from' "$output"
	run -2 siem-tail --once -n 5 s
	equal 'siem-tail: option --lines: not of a spool, which is read from its oldest record on' "$output"
	echo x >log
	run -2 siem-tail --once log s
	equal 'siem-tail: s is a spool: it needs a siem-tail of its own' "$output"
	run -2 siem-tail -c s/a.checkpoint --status s log
}

@test "SIGTERM ends it in good order" {
	seq 5 | siem-batch --spool s
	siem-tail -c s/a.checkpoint s >out &
	pid=$!
	remember "$pid"
	eventually grep -q '2,0' out
	kill "$pid"
	status=0
	wait "$pid" || status=$?

	equal 0 "$status"
	equal '^E 0' "$(tail -n 1 out | visible)"
}

@test "a reader that goes away is noticed while it waits" {
	seq 5 | siem-batch --spool s
	siem-tail s > >(head -n 5 >out) &
	pid=$!
	remember "$pid"
	status=0
	wait "$pid" || status=$?

	equal 141 "$status"
}

@test "--rate and --stats hold for a spool too" {
	seq 60 | siem-batch --spool s
	run -0 --separate-stderr measure cost siem-tail --once --stats --rate 100/s s
	read -r seconds _ <cost

	equal 60 "${#lines[@]}"
	awk "BEGIN { exit $seconds < 0.4 }"
	grep -F 'siem-tail: 60 lines, 171 bytes written, from 1 files' <<<"$stderr"
}

@test "while the SIEM is away the writer is never blocked; afterwards all arrives" {
	seq 300000 | siem-batch --spool s --segment 64KB
	siem-tail --once -c s/a.checkpoint s | siem-send --grace 0 -c s/a.checkpoint syslog:tcp://127.0.0.1:1 2>err &
	pid=$!
	eventually grep -q 'SIEM shipping failed' err
	seq 300001 400000 | siem-batch --spool s --segment 64KB
	kill "$pid"
	wait "$pid" || true
	siem-tail --once -c s/a.checkpoint s | siem-send -c s/a.checkpoint file:arrived

	cmp arrived <(seq 400000)
	# All of it was read, so all but the last segment can go.
	echo more | siem-batch --spool s --segment 64KB
	files=(s/*.log)
	equal 2 "${#files[@]}"
}

@test "kill -9 of writer and reader at random: nothing is lost" {
	checkpoint c
	mkfifo pipe
	source_on() {
		local at

		at=$(sed -n 's/^log //p' c)
		marked
		seq $((${at:-0} + 1)) 200000 | sed 's/.*00$/&\n\x10M log &/'
		printf '\020E 0\n'
	}
	siem-batch --spool s </dev/null
	for _ in {1..8}; do
		source_on | siem-batch -q --spool s --segment 64KB -c c &
		stages=$!
		siem-tail -c s/a.checkpoint s >pipe &
		stages+=" $!"
		siem-send -q -c s/a.checkpoint file:arrived <pipe &
		stages+=" $!"
		sleep "0.1$((RANDOM % 9))" # when they are killed does not matter
		for pid in $stages; do
			kill -9 "$pid" || true
			wait "$pid" || true
		done
	done 2>/dev/null
	source_on | siem-batch -q --spool s --segment 64KB -c c
	siem-tail --once -c s/a.checkpoint s | siem-send -c s/a.checkpoint file:arrived

	cmp <(sort -nu arrived) <(seq 200000)
}
