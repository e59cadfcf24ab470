#!/usr/bin/env bats
# siem-batch --spool: what is in the folder, what survives, what is dropped.

load helper
load marked

# committed FILE: the position of the source "log" in a checkpoint.
committed()
{
	sed -n 's/^log //p' "$1"
}

# source_from N LAST: a marked stream of the numbers behind N, with a mark
# after every tenth.
source_from()
{
	printf '\020H siem/1 %s\n' "$id"
	seq $(($1 + 1)) "$2" | sed 's/.*0$/&\n\x10M log &/'
	printf '\020E 0\n'
}

# reader_at DIR SEGMENT OFFSET: a reader of the spool has come so far.
reader_at()
{
	checkpoint "$1/reader.checkpoint" \
		"spool:$(sed 's,siem-spool/1 ,,' "$1/siem-spool") $2,$3"
}

# trouble RULES COMMAND...: run it with the shim.
trouble()
{
	local rules=$1

	shift
	SHIM=$rules SHIM_IN=siem-batch SHIM_FIRED=$PWD/fired \
		LD_PRELOAD=$(command -v shim.so) "$@"
}

# The sanitizers have to come first, and so has the shim.
needs_shim()
{
	[[ $(command -v siem-batch) != *-san/* ]] || skip "no shim with sanitizers"
}

@test "records are in the segments just as they came" {
	printf 'a\n \0\377\n\020b\nc' >in
	run -0 siem-batch --spool s <in

	equal '' "$output"
	cmp <(printf 'a\n \0\377\n\020b\nc\n') s/000000000001.log
}

@test "many segments hold all records in order, none divided" {
	seq -f '%0100.0f' 20000 >in
	siem-batch --spool s --segment 100KB <in

	files=(s/*.log)
	[ "${#files[@]}" -ge 19 ]
	cat s/*.log | cmp - in
	for file in s/*.log; do
		equal '' "$(tail -c 1 "$file")"
		[ "$(stat -c %s "$file")" -le $((100 << 10)) ]
	done
}

@test "the side file tells what is durable, with checksums" {
	printf '1\n2\n3\n' | siem-batch --spool s
	sum=$(sha256sum <s/000000000001.log)

	equal "siem-segment/1
w 0 6 3 ${sum:0:16}
d 6 3
e 6 3" "$(cat s/000000000001.sum)"
}

@test "a run never appends to what an earlier one has written" {
	for i in 1 2 3; do
		echo "$i" | siem-batch --spool s
	done

	equal '1 2 3' "$(cat s/*.log | xargs)"
	equal 's/000000000001.log s/000000000002.log s/000000000003.log' "$(echo s/*.log)"
}

@test "a lone record is durable at once" {
	coproc siem-batch --spool s
	remember "$COPROC_PID"
	echo one >&"${COPROC[1]}"

	eventually grep -qx 'd 4 1' s/000000000001.sum
}

@test "once it writes, it writes in the spool and nowhere else" {
	[[ $BUILD != *-san ]] || skip "builds with sanitizers are not sealed"
	coproc siem-batch --spool s
	remember "$COPROC_PID"
	echo one >&"${COPROC[1]}"
	eventually [ -s s/000000000001.sum ]

	for thread in /proc/"$COPROC_PID"/task/*; do
		equal 'Seccomp:	2' "$(grep '^Seccomp:' "$thread/status")"
	done
	equal 2 "$(find /proc/"$COPROC_PID"/task -mindepth 1 -maxdepth 1 | wc -l)"
}

@test "two processes cannot write one spool" {
	coproc siem-batch --spool s
	remember "$COPROC_PID"
	eventually [ -s s/siem-spool ]
	run -2 siem-batch --spool s </dev/null

	equal 'siem-batch: spool: s: in use by another siem-batch: each needs a spool of its own' "$output"
}

@test "what a crash has torn is cut off, and what is whole is kept" {
	seq 5 | siem-batch --spool s
	sed -i '$d' s/000000000001.sum
	# Written whole, though that was not said any more; then half of the next.
	printf '6\n' >>s/000000000001.log
	printf 'w 10 2 1 %.16s\n' "$(printf '6\n' | sha256sum)" >>s/000000000001.sum
	printf '7\n8' >>s/000000000001.log
	printf 'w 12 4 2 %.16s\nd 1' "$(printf '7\n8\n' | sha256sum)" >>s/000000000001.sum
	run -0 bash -c 'echo 9 | siem-batch --spool s'

	equal 'siem-batch: s: cut off 3 bytes at the end of segment 1, which a crash has torn; they were never acknowledged' "$output"
	equal '1 2 3 4 5 6 9' "$(cat s/*.log | xargs)"
	equal 'e 12 6' "$(tail -n 1 s/000000000001.sum)"
	run -0 siem-batch --fsck s
}

@test "a side file cut at any byte loses nothing that it still tells of" {
	seq 5 | siem-batch --spool whole
	size=$(stat -c %s whole/000000000001.sum)
	for ((cut = 0; cut <= size; cut++)); do
		rm -rf s
		cp -r whole s
		truncate -s "$cut" s/000000000001.sum
		echo 6 | siem-batch -q --spool s
		siem-batch --fsck s >/dev/null
		if [ "$cut" -ge $((size - 14)) ]; then
			equal '1 2 3 4 5 6' "$(cat s/*.log | xargs)"
		else
			equal 6 "$(tail -n 1 s/000000000002.log)"
		fi
	done
}

@test "kill -9 in the middle: what was acknowledged is there, once the rest comes again" {
	checkpoint c
	siem-batch --spool s </dev/null
	for _ in {1..12}; do
		at=$(committed c)
		source_from "${at:-0}" 300000 | siem-batch -q --spool s --segment 64KB -c c &
		pid=$!
		sleep "0.0$((RANDOM % 9 + 1))" # when it is killed does not matter
		kill -9 "$pid" || true
		wait "$pid" || true
		at=$(committed c)
		# All that is committed is in what a reader would believe.
		siem-batch --fsck s >/dev/null
		cat s/*.log | sort -nu | head -n "${at:-0}" | cmp - <(seq "${at:-0}")
	done 2>/dev/null
	at=$(committed c)
	source_from "${at:-0}" 300000 | siem-batch -q --spool s -c c

	cmp <(seq 300000) <(cat s/*.log | sort -nu)
	equal 300000 "$(committed c)"
}

@test "a disk that is full is waited for, with a message" {
	needs_shim
	seq 1000 >in
	run -0 trouble 'fail=ENOSPC write path=*.log n=1-3' \
		siem-batch --spool s --overflow block --stats <in

	cat s/*.log | cmp - in
	grep -F ' 0 sent again' <<<"$output"
	grep -F 'SIEM shipping failed: spool: s: No space left on device; trying again' <<<"$output"
	[ "$(wc -l <fired)" -eq 3 ]
}

@test "each write, sync and creation may fail once: all comes, and once" {
	needs_shim
	for call in 'ENOSPC write' 'EIO write' 'EIO fsync' 'ENOSPC fsync' 'EROFS open' 'ENOSPC open'; do
		for n in {1..9}; do
			rm -rf s fired c c.lock
			touch fired
			checkpoint c
			trouble "fail=$call path=*/0* n=$n" \
				siem-batch -q --spool s --segment 1KB -c c 2>/dev/null < <(source_from 0 2000)
			cat s/*.log | cmp - <(seq 2000)
			equal 2000 "$(committed c)"
			siem-batch --fsck s >/dev/null
		done
		[ -s fired ]
	done
}

@test "after a sync that failed nothing is acknowledged before it is in a new segment" {
	needs_shim
	checkpoint c
	mkfifo in
	trouble 'fail=EIO fsync path=*.log n=2-4' siem-batch --spool s -c c <in 2>err &
	remember "$!"
	exec 5>in
	printf '\020H siem/1 %s\n1\n\020M log 1\n' "$id" >&5
	eventually grep -qx 'log 1' c
	printf '2\n\020M log 2\n' >&5
	eventually grep -q 'Input/output error' err
	equal 1 "$(cat s/000000000001.log)"
	eventually grep -qx 'log 2' c

	equal 2 "$(cat s/*[2-9].log)"
	equal 'e 2 1' "$(tail -n 1 s/000000000001.sum)"
}

@test "at --max the oldest unread records are dropped, and counted" {
	seq -f '%0100.0f' 100000 >in
	run -1 --separate-stderr bash -c 'cat in | siem-batch --spool s --max 1MB --metrics m.prom'

	[ "$(cat s/* | wc -c)" -le $((1 << 20)) ]
	kept=$(cat s/*.log | wc -l)
	cat s/*.log | cmp - <(tail -n "$kept" in)
	equal $((100000 - kept)) "$(sed -n 's/.* \([0-9]*\) in all$/\1/p' <<<"$stderr" | tail -n 1)"
	equal $((100000 - kept)) "$(sed -n 's/^siem_batch_spool_records_dropped_total{.*} //p' m.prom)"
	equal 100000 "$(sed -n 's/^siem_batch_records_delivered_total{.*} //p' m.prom)"
}

@test "what all readers have read is freed, and nothing dropped for it" {
	seq -f '%0100.0f' 9000 | siem-batch --spool s --max 1MB
	files=(s/*.log)
	last=${files[-1]}
	reader_at s "$(basename "$last" .log | sed 's/^0*//')" 0
	run -0 bash -c 'seq -f "%0100.0f" 5000 | siem-batch --spool s --max 1MB'

	equal '' "$output"
	[ ! -e s/000000000001.log ]
	[ -e "$last" ]
}

@test "the slowest reader counts" {
	seq -f '%0100.0f' 9000 | siem-batch --spool s --max 1MB
	reader_at s 4 0
	mv s/reader.checkpoint s/fast.checkpoint
	reader_at s 3 0
	echo one | siem-batch --spool s --max 2MB

	[ ! -e s/000000000002.log ]
	[ -e s/000000000003.log ]
}

@test "a marked input waits at --max until a reader has made room" {
	checkpoint c
	source_from 0 20000 | sed 's/^[0-9]*$/&,xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx/' >in
	cat in | siem-batch --spool s --max 200KB -c c 2>err &
	pid=$!
	remember "$pid"
	eventually grep -F 's is full (--max): it waits for its readers; trying again' err
	kill -0 "$pid"
	[ -e s/000000000001.log ]
	# A reader that reads what there is, again and again.
	while kill -0 "$pid" 2>/dev/null; do
		files=(s/*.log)
		cat "${files[@]}" >>seen || true
		last=$(basename "${files[-1]}" .log | sed 's/^0*//')
		reader_at s "$last" 0
	done
	cat s/*.log >>seen
	status=0
	wait "$pid" || status=$?

	equal 0 "$status"
	equal 20000 "$(sort -u seen | wc -l)"
	equal 20000 "$(committed c)"
}

@test "a writer is never stopped for want of a reader" {
	seq 2000000 >in
	run -1 --separate-stderr bash -c 'cat in | tee copy | siem-batch -q --spool s --max 2MB'

	cmp in copy
	equal 2000000 "$(cat s/*.log | tail -n 1)"
}

@test "R lines and records that are too long go to the dead letters" {
	checkpoint c
	printf '\020H siem/1 %s\n1\n\020R why bad\n123456\n\020M log 1\n\020E 1\n' "$id" >in
	run -1 --separate-stderr bash -c 'cat in | siem-batch --spool s --max-record 5 -c c'

	equal 1 "$(cat s/*.log)"
	equal 'bad 123456' "$(xargs <c.dead)"
}

@test "a record whose reason is long and has to be escaped is set aside as any other" {
	checkpoint c
	{
		printf '\020H siem/1 %s\n1\n\020R ' "$id"
		printf '%%01%.0s' {1..12000}
		printf ' bad\n\020M log 1\n2\n\020M log 2\n\020E 1\n'
	} >in
	run -1 --separate-stderr bash -c 'cat in | siem-batch --spool s --max-record 100000 -c c'

	equal $'1\n2' "$(cat s/*.log)"
	equal bad "$(cat c.dead)"
	equal 12000 "$(jq '.reason | length' c.dead.why)"
	equal 2 "$(committed c)"
}

@test "--fsck explains a spool" {
	seq 5 | siem-batch --spool s
	seq 6 7 | siem-batch --spool s
	reader_at s 2 4
	mv s/reader.checkpoint s/fast.checkpoint
	reader_at s 2 2
	run -0 siem-batch --fsck s

	equal "spool:$(sed 's,siem-spool/1 ,,' s/siem-spool)
000000000001.log: 5 records, 10 bytes, closed
000000000002.log: 2 records, 4 bytes, closed
2 segments, 7 records, 14 bytes; the slowest reader is at byte 2 of segment 2" "$output"
}

@test "--fsck finds a byte that has changed" {
	seq 5 | siem-batch --spool s
	printf 9 | dd of=s/000000000001.log bs=1 seek=4 conv=notrunc status=none
	run -1 siem-batch --fsck s

	grep -Fx '    bytes 0 to 10 do not agree with their checksum' <<<"$output"
}

# three_segments: a spool of 5, 4 and 4 records.
three_segments()
{
	seq 1 5 | siem-batch --spool s
	seq 6 9 | siem-batch --spool s
	seq 6 9 | siem-batch --spool s
}

@test "a side file that is damaged costs no record" {
	three_segments
	cp -r s whole
	for edit in '1s/m/n/' '2s/w/W/' '2s/0/9/' '3s/8/4/;4s/8/4/' \
		'3s/8/88/' '4s/8/9/' '2i e 0 0' '2,$d' '1,$d'; do
		for segment in 2 3; do
			# A crash may leave as little of the newest.
			[[ $segment = 3 && $edit == *d ]] && continue
			rm -rf s
			cp -r whole s
			sed -i "$edit" "s/00000000000$segment.sum"
			run -1 siem-batch --fsck s
			grep "^    00000000000$segment.sum is damaged behind byte [0-9]*: what was acknowledged behind it is not known, and its segment is left as it is$" <<<"$output"
			run -0 bash -c 'echo more | siem-batch --spool s'
			equal "siem-batch: s: the side file of segment $segment is damaged, and readers stop there: siem-batch --fsck says more" "$output"
			cmp "whole/00000000000$segment.log" "s/00000000000$segment.log"
			run -3 --separate-stderr siem-tail --once s
			equal "$(cat $(seq -f 'whole/%012.0f.log' $((segment - 1))))" "$output"
			equal "siem-tail: s/00000000000$segment.sum: it is damaged, so how much of its segment is durable is not known; siem-batch --fsck says more" "$stderr"
		done
	done
}

@test "--fsck says of each file what is wrong with it, and what to do" {
	three_segments
	truncate -s 4 s/000000000001.log
	rm s/000000000002.*
	rm s/000000000003.log
	echo foreign >s/a.checkpoint
	run -1 siem-batch --fsck s

	equal '000000000001.log: 5 records, 10 bytes, closed
    000000000001.log has only 4 bytes of them
000000000002.log: it is not there; readers that are not behind it count its records as dropped
000000000003.log: 4 records, 8 bytes, closed
    000000000003.log: No such file or directory
s/a.checkpoint: no checkpoint, but something else: give another name
2 segments, 9 records, 18 bytes; no reader has read of it, or not all have
damaged: put back what is missing from a copy; or deliver by hand what a segment still holds, and remove both of its files' "$(tail -n +2 <<<"$output")"
	run -3 --separate-stderr siem-tail --once s
	equal 'siem-tail: s: segment 1 is shorter than what was durable; siem-batch --fsck says more' "$stderr"
}

@test "no half of a record passes for a whole one where a segment was cut" {
	seq -f 'record-number-%06g' 100 | siem-batch --spool s
	truncate -s 1000 s/000000000001.log
	run -3 --separate-stderr siem-tail --once -c s/a.checkpoint s
	# 47 records, the header, a mark, the end
	equal 50 "${#lines[@]}"
	equal $'\020E 3' "${lines[49]}"
	equal record-number-000047 "${lines[47]}"

	seq -f '%0200000.0f' 3 | siem-batch --spool long
	truncate -s 300000 long/000000000001.log
	run sh -c 'siem-tail --once -c long/a.checkpoint long 2>/dev/null |
		siem-send -c long/a.checkpoint file:out'
	equal 3 "$status"
	equal 'siem-send: the input was cut off: a stage before this one ended early' "$output"
	seq -f '%0200000.0f' 1 | cmp - out
}

@test "a segment that is mended is read on, and one that is removed was dropped" {
	three_segments
	cp -r s whole
	sed -i 3s/d/x/ s/000000000002.sum
	coproc siem-tail s 2>stderr >out
	remember "$COPROC_PID"
	eventually grep -q damaged stderr
	cp whole/000000000002.sum s
	eventually bash -c "cmp <(seq 9; seq 6 9) out"

	rm s/000000000002.*
	run -1 siem-tail --once s
	equal "$(seq 5; echo 'siem-tail: s: segment 2 was dropped before it was read to its end: records are missing; going on with segment 3'; seq 6 9)" "$output"
}

@test "a spool that lost its id is not read as a folder of logs" {
	three_segments
	: >s/siem-spool
	run -2 siem-tail --once s
	equal 'siem-tail: s is no spool, but holds segments of one: it lost its siem-spool, in which the id is that checkpoints have behind "spool:"' "$output"
	printf 'siem-spool/1 %032x\n' 10 >s/siem-spool
	run -0 siem-tail --once s
	equal "$(seq 9; seq 6 9)" "$output"
	printf 'siem-spool/1 %032X\n' 10 >s/siem-spool
	run -2 siem-tail --once s
	equal 'siem-tail: s/siem-spool is damaged, or of a later version' "$output"
}

@test "a folder of other files becomes no spool" {
	mkdir s
	touch s/audit.jsonl
	run -2 siem-batch --spool s </dev/null
	equal 'siem-batch: spool: s holds other files (audit.jsonl): a spool needs a folder of its own' "$output"
	equal audit.jsonl "$(ls -A s)"
	rm s/audit.jsonl
	mkdir s/lost+found
	touch s/.hidden s/a.checkpoint.lock
	run -0 siem-batch --spool s </dev/null
}

@test "on a full disk the only segment is dropped, too" {
	needs_shim
	run -1 trouble 'fail=ENOSPC write path=*/000000000001.log n=2-' \
		bash -c '{ seq 5; until grep -q "^d 10 5" s/*1.sum 2>/dev/null; do sleep 0.01; done; seq 6 7; } | siem-batch --spool s'

	equal "$(seq 6 7)" "$(cat s/*.log)"
	equal 'siem-batch: s is full (--max, or the disk): 5 unread records dropped, 5 in all' "${lines[-1]}"
}

@test "--fsck cuts nothing off a spool that is in use" {
	coproc siem-batch --spool s
	remember "$COPROC_PID"
	echo one >&"${COPROC[1]}"
	eventually grep -qx 'd 4 1' s/000000000001.sum
	printf torn >>s/000000000001.log
	run -0 siem-batch --fsck s

	grep -F 'in use: nothing is cut off' <<<"$output"
	equal torn "$(tail -n 1 s/000000000001.log)"
}

@test "--fsck of a spool that it cannot write says so, and looks all the same" {
	needs_shim
	seq 5 | siem-batch --spool s
	run -0 trouble 'fail=EROFS open path=*/siem-spool' siem-batch --fsck s

	equal ', s: Read-only file system: nothing is cut off' "${lines[0]#spool:????????????????????????????????}"
	equal '000000000001.log: 5 records, 10 bytes, closed' "${lines[1]}"
}

@test "what cannot be read after a crash is not taken for torn" {
	needs_shim
	seq 5 | siem-batch --spool s
	sed -i '3,$d' s/000000000001.sum # what a power cut may leave of it
	run -0 trouble 'fail=EIO read path=*/000000000001.log n=1' \
		bash -c 'echo 6 | siem-batch --spool s'

	equal 1 "$(wc -l <fired)"
	equal 'siem-batch: SIEM shipping failed: spool: segment: Input/output error; trying again (records waiting: 1)' "${lines[0]}"
	equal '1 2 3 4 5 6' "$(cat s/*.log | xargs)"
	equal 'e 10 5' "$(tail -n 1 s/000000000001.sum)"
}

@test "no segment gets a number that a reader has read of" {
	seq 5 | siem-batch --spool s
	# In its middle; at its end; behind it; and one reader behind the other.
	for at in '1 4 2' '1 10 2' '2 0 2' '7 6 8' '7 0 7'; do
		read -r segment offset next <<<"$at"
		rm s/0*
		reader_at s 1 0
		mv s/reader.checkpoint s/slow.checkpoint
		reader_at s "$segment" "$offset"
		seq 10 15 | siem-batch --spool s
		equal "$(printf '%012d.log' "$next")" "$(basename s/*.log)"
		siem-tail --once -c s/reader.checkpoint s >out 2>err || true
		equal "$(seq 10 15)" "$(sed '/^\x10/d' out)"
	done
	# Also where older ones are still there.
	reader_at s 20 1
	echo 16 | siem-batch --spool s
	equal 16 "$(cat s/000000000021.log)"
}

@test "where no reader can be asked, nothing is written" {
	needs_shim
	seq 5 | siem-batch --spool s
	reader_at s 1 4
	rm s/0*
	run -0 trouble 'fail=EIO read path=*/reader.checkpoint n=1' \
		bash -c 'echo 6 | siem-batch --spool s'

	equal 1 "$(wc -l <fired)"
	equal 000000000002.log "$(basename s/*.log)"
}

@test "the number of the only segment outlives it, whenever its writer is killed" {
	needs_shim
	for kill in 'after open path=*2.sum' 'before unlink path=*1.log n=2' 'after unlink path=*1.log n=2' \
		'after unlink path=*1.sum' 'before open path=*2.log' 'after open path=*2.log' \
		'before open path=*2.log n=2; fail=ENOSPC write path=*2.log n=1'; do
		rm -rf s
		run -137 trouble "fail=ENOSPC write path=*/000000000001.log n=2-; kill-$kill" \
			bash -c '{ seq 5; for i in {1..1000}; do grep -q "^d 10 5" s/*1.sum && break; sleep 0.01; done 2>/dev/null; seq 6 7; } | siem-batch --spool s'
		seq 8 9 | siem-batch -q --spool s

		equal "$(seq 8 9)" "$(cat s/000000000003.log)"
	done
}

@test "of a side file that could only be begun nothing is left in the next" {
	needs_shim
	run -0 trouble 'short write path=*1.sum n=1; fail=ENOSPC write path=*1.sum n=2' \
		bash -c 'seq 5 | siem-batch -q --spool s'

	equal 2 "$(wc -l <fired)"
	run -0 siem-tail --once s
	equal "$(seq 5)" "$output"
}

# deliver_some: what a reader does once.
deliver_some()
{
	siem-tail --once -c s/a.checkpoint s | siem-send -c s/a.checkpoint stdout >>got
	[ "$(committed c)" = 3 ]
}

@test "who has read all there is makes room, also where that is one long record" {
	checkpoint c
	for i in 1 2 3; do
		printf '%020000d\n\020M log %d\n' "$i" "$i"
	done >in
	siem-batch --spool s </dev/null
	{ printf '\020H siem/1 %s\n' "$id"; cat in; printf '\020E 0\n'; } |
		siem-batch --spool s --max 10KB -c c 2>err &
	remember "$!"
	eventually deliver_some
	siem-tail --once -c s/a.checkpoint s | siem-send -c s/a.checkpoint stdout >>got

	grep -F 'is full (--max): it waits for its readers' err
	sed '/^\x10/d' in | cmp - got
}

# holds COUNT: so many records are in the spool.
holds()
{
	[ "$(cat s/*.log | wc -l)" -eq "$1" ]
}

@test "lone records fill a segment with what is noted of them" {
	mkfifo in
	siem-batch --spool s --max 4KB --overflow block <in 2>err &
	remember "$!"
	exec 5>in
	for ((i = 1; i <= 18; i++)); do
		echo "$i" >&5
		eventually holds "$i"
	done

	[ -e s/000000000002.log ]
}

@test "what is dropped is told in all when it ends" {
	run -1 --separate-stderr bash -c '{ for i in {1..9}; do seq 1000; sleep 0.02; done; } | siem-batch --spool s --max 1KB'
	kept=$(cat s/*.log | wc -l)

	equal $((9000 - kept)) "$(sed -n 's/.* \([0-9]*\) in all$/\1/p' <<<"$stderr" | tail -n 1)"
}

@test "a folder whose making was cut short is made for good, and so is one with a slash" {
	needs_shim
	run -137 trouble 'kill-before fsync n=1' siem-batch --spool s </dev/null
	for dir in s t u/; do
		run -3 trouble "fail=EIO fsync path=$PWD n=1" siem-batch --spool "$dir" </dev/null
	done
}

@test "a folder that is no spool is named" {
	mkdir d
	run -2 siem-batch --fsck d
	equal 'siem-batch: d is no spool: there is no siem-spool in it' "$output"
	echo foreign >d/siem-spool
	run -2 siem-batch --spool d </dev/null
	equal 'siem-batch: spool: d/siem-spool is damaged, or of a later version' "$output"
}

@test "segments of a spool that lost its id, or of somebody else, are left alone" {
	seq 5 | siem-batch --spool s
	mkdir d
	echo foreign >d/000000000001.log
	rm s/siem-spool
	cp -r s before
	for dir in s d; do
		run -2 siem-batch --spool "$dir" <<<6
		equal "siem-batch: spool: $dir is no spool, but holds segments: it lost its siem-spool, or they are somebody else's" "$output"
	done

	diff -r before s
	equal 000000000001.log "$(ls d)"
	equal foreign "$(cat d/000000000001.log)"
}

@test "what was half deleted when the power went is deleted by the next run" {
	for i in {1..5}; do
		echo "$i" | siem-batch --spool s
	done
	reader_at s 3 0
	rm s/000000000001.log s/000000000002.sum
	run -0 siem-batch --fsck s
	equal '3 4 5' "$(cat s/*.log | xargs)"
	equal 3 "$(find s -name '*.sum' | wc -l)"

	# One that nobody had read was dropped: its log went first.
	rm s/000000000003.log
	run -1 siem-batch --fsck s
	echo 6 | siem-batch --spool s
	run -0 siem-batch --fsck s
	run -1 --separate-stderr siem-tail --once -c s/reader.checkpoint s
	equal '4 5 6' "$(sed '/^\x10/d' <<<"$output" | xargs)"
	grep -F 'segment 3 was dropped' <<<"$stderr"
}

@test "--fsck finds a segment without its side file" {
	for i in 1 2 3; do
		echo $i | siem-batch --spool s
	done
	touch s/000000000004.log
	run -0 siem-batch --fsck s
	rm s/000000000002.sum
	run -1 siem-batch --fsck s

	grep -Fx '000000000002.sum: it is not there, but its segment is' <<<"$output"
	equal 2 "$(grep -c closed <<<"$output")"
}

@test "what makes no sense with a spool is refused" {
	run -2 siem-batch --spool s -- cat
	equal 'siem-batch: a command or a --spool, not both: a spool is read by siem-tail' "$output"
	run -2 siem-batch --spool s --overflow drop-newest
	equal 'siem-batch: option --overflow: a spool drops the oldest, or blocks' "$output"
	run -2 siem-batch --segment 1MB
	equal 'siem-batch: option --segment: only with a spool' "$output"
	for option in '-n 5' '-b 5' '-t 5'; do
		# shellcheck disable=SC2086 # two words
		run -2 siem-batch --spool s $option
		[[ $output == *': a spool has no batches' ]]
	done
	run -2 siem-batch --spool s --retries 5
	for other in '--spool d' '--max 5' '-- cat'; do
		# shellcheck disable=SC2086 # two words
		run -2 siem-batch --fsck s $other
		equal 'siem-batch: option --fsck goes alone' "$output"
	done
	[ ! -e s ]
}
