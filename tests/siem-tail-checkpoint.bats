#!/usr/bin/env bats
# siem-tail -c: where it begins, whatever was rotated, killed or lost since.

load helper
load followed

grew()
{
	[ "$(stat -c %s got)" -gt "$had" ]
}

# position_of PATH: how many bytes of it are acknowledged.
position_of()
{
	sed -n "s|^$PWD/$1#[0-9]* \([0-9]*\),.*|\1|p" ck
}

@test "the first start makes the checkpoint, before anything is sent" {
	printf 'a\nb\n' >log
	run -0 siem-tail --once -c ck log
	id=$(sed -n '1s/.* //p' ck)

	equal 32 "${#id}"
	equal $'\020'"H siem/1 $id" "${lines[0]}"
	equal a "${lines[1]}"
	equal b "${lines[2]}"
	[[ ${lines[3]} =~ ^$'\020'"M $PWD/log#"[0-9]+' 4,'[0-9]+,[0-9]+,4,[0-9a-f]{16},4,[0-9a-f]{16}$ ]]
	equal $'\020'"E 0" "${lines[4]}"
	equal 0 "$(position_of log)"
}

@test "a line that begins with DLE has it doubled" {
	printf '\020H siem/1 x\na\020b\n\020\020\n' >log
	siem-tail --once -c ck log >out
	grep -av '^.[HME] ' out >data || true

	printf '\020\020H siem/1 x\na\020b\n\020\020\020\n' | cmp - data
	ship
	cmp log got
}

@test "a run begins where the last one was acknowledged" {
	many 1 3000 >log
	ship
	many 3001 6000 >>log
	ship
	ship

	many 1 6000 | cmp - got
	equal "$(stat -c %s log)" "$(position_of log)"
}

@test "what was sent and not acknowledged is sent again" {
	many 1 9000 >log
	siem-tail --once -c ck log >out
	siem-tail --once -c ck log >again

	cmp out again
}

@test "a mark follows every write, 64 KiB at most" {
	many 1 9000 >log
	siem-tail --once -c ck log >out

	run -0 awk '/^\020H/ { next }
		/^\020M/ { if (n > 65536) exit 1; n = 0; marks++; next }
		{ n += length + 1 } END { if (marks < 9) exit 1 }' out
}

@test "where the sink was killed the next one begins" {
	many 1 9000 >log
	until siem-tail --once -c ck log 2>>err | commit ck 2 >>got; do
		(( tries = ${tries:-0} + 1 ))
		[ "$tries" -lt 200 ]
	done 2>/dev/null

	cmp log got
	[ "$tries" -gt 2 ]
}

@test "where siem-tail was killed the next one begins" {
	many 1 9000 >log
	touch got
	for run in 1 2 3; do
		had=$(stat -c %s got)
		follow --rate 1MB/s log
		eventually grew
		kill -9 "$pid"
		ended 3 "$sink"
		many "${run}00001" "${run}00100" >>log
	done
	ship

	equal "$(sort log)" "$(sort -u got)"
}

@test "a file of 40 bytes is followed at once" {
	head -c 39 /dev/zero | tr '\0' x >log
	echo >>log
	follow log
	eventually [ -s got ]

	cmp log got
	echo next >>log
	eventually cmp log got
	kill "$pid"
	ended 0 "$pid"
	ended 0 "$sink"
}

@test "an inode that holds another file by now is no old acquaintance" {
	echo 'one, of forty bytes or so, and no more.' >log
	ship
	echo 'two, which has nothing to do with the one before it' >log
	run -1 --separate-stderr siem-tail --once -c ck log
	grep -v $'^\020' <<<"$output" >>got

	equal 'one, of forty bytes or so, and no more.
two, which has nothing to do with the one before it' "$(cat got)"
	[[ $stderr == *': is not what was read of it before, 40 bytes; '* ]]
}

@test "what has the inode of a log that was empty is not taken for it" {
	touch log err
	ship
	mv log notes
	echo 'nobody asked for this' >notes
	echo one >log
	ship

	got one
}

@test "a file that was renamed meanwhile is finished first, whatever its name" {
	for name in log.1 log-20261121 20261121-log log.old something.else; do
		mkdir "$name.d"
		pushd "$name.d"
		touch err
		echo 1 >log
		ship
		echo 2 >>log
		mv log "$name"
		echo 3 >log
		ship
		got $'1\n2\n3'
		popd
	done
}

@test "of generations that came and went unseen all are read, oldest first" {
	touch err
	echo 1 >log
	ship
	echo 2 >>log
	for n in 3 4 5; do
		for i in 3 2 1; do
			[ ! -e log.$i ] || mv log.$i log.$((i + 1))
		done
		mv log log.1
		echo $n >log
	done
	ship

	got $'1\n2\n3\n4\n5'
	ship
	got $'1\n2\n3\n4\n5'
}

@test "dated generations are read in their order" {
	touch err
	echo 1 >log.jsonl
	ship log.jsonl
	mv log.jsonl log-2026-11-20.jsonl
	echo 2 >log-2026-11-21.jsonl
	echo 3 >log-2026-11-22.jsonl
	echo 4 >log.jsonl
	touch log-2026-11-2[12].jsonl
	touch -r log-2026-11-21.jsonl log-2026-11-22.jsonl
	ship log.jsonl

	got $'1\n2\n3\n4'
}

@test "names that go round in circles are no matter" {
	touch err
	for i in a b c; do
		echo $i >log.$i
	done
	ship log.a log.b log.c
	mv log.a tmp
	mv log.c log.a
	mv log.b log.c
	mv tmp log.b
	for i in a b c; do
		echo "$i again" >>log.$i
	done
	: >got
	ship log.a log.b log.c

	equal $'a again\nb again\nc again' "$(sort got)"
	equal '' "$(cat err)"
}

@test "what was rotated and compressed is read on inside" {
	touch err
	many 1 3000 >log
	siem-tail --once -c ck log 2>>err | commit ck 1 >>got || true
	many 3001 3500 >>log
	gzip log
	mv log.gz log.1.gz
	echo last >log
	ship
	ship

	{ many 1 3500; echo last; } | cmp - got
	equal '' "$(grep -v killed err)"
	equal "$(many 1 3500 | wc -c)" "$(position_of log | sort -n | tail -n 1)"
}

@test "what was finished is not read again when it is compressed" {
	touch err
	echo 1 >log
	ship
	mv log log.1
	echo 2 >log
	ship
	gzip log.1
	ship
	mv log.1.gz log.2.gz
	mv log log.1
	echo 3 >log
	ship

	got $'1\n2\n3'
}

@test "compressed generations that were never seen are read whole" {
	touch err
	echo 1 >log
	ship
	printf '2\n3' | gzip >log.2.gz
	{ echo 4 | gzip; many 1 3000 | gzip; } >log.1.gz
	touch -d '2020-01-01' log.2.gz
	touch -d '2020-01-02' log.1.gz
	echo 5 >>log
	ship
	ship

	{ printf '%s\n' 1 2 3 4; many 1 3000; echo 5; } | cmp - got
	equal '' "$(cat err)"
}

@test "a compressed file without its end is waited for" {
	touch err
	echo 1 >log
	ship
	many 1 5000 | gzip >whole
	head -c $(($(stat -c %s whole) / 2)) whole >log.1.gz
	ship
	grep -q '"n":000001' got
	run ! grep -q '"n":005000' got
	cp whole log.1.gz
	ship

	{ echo 1; many 1 5000; } | cmp - got
	equal '' "$(cat err)"
}

@test "a compressed file that nobody brings to its end is an error, each time" {
	touch err
	echo 1 >log
	ship
	many 1 5000 | gzip >whole
	head -c $(($(stat -c %s whole) / 2)) whole >log.1.gz
	ship
	equal '' "$(cat err)"
	run -0 --separate-stderr siem-tail -v --once -c ck log
	[[ $stderr == *'log.1.gz: its end is not there yet'* ]]
	for _ in 1 2; do
		touch -d '2 minutes ago' log.1.gz
		run -3 --separate-stderr siem-tail --once -c ck log
		equal 'siem-tail: log.1.gz: its end is missing: cut off, or still being written' "$stderr"
	done
	cp whole log.1.gz
	ship

	{ echo 1; many 1 5000; } | cmp - got
}

@test "who follows a compressed file is told, once, that it has no end" {
	seq 5000 | gzip >whole
	head -c 5000 whole >log.gz
	touch -d '2 minutes ago' log.gz
	coproc siem-tail -c ck log.gz 2>err >out
	remember "$COPROC_PID"
	eventually grep -q 'siem-tail: log.gz: its end is missing' err
	tail -c +5001 whole >>log.gz
	eventually grep -qx 5000 out
	kill "$COPROC_PID"
	wait "$COPROC_PID" || equal 3 $?

	equal 1 "$(wc -l <err)"
}

@test "a compressed file that is named is read as what it holds, and read on" {
	touch err
	many 1 3000 | gzip >log.gz
	siem-tail --once -c ck log.gz 2>>err | commit ck 1 >>got || true
	ship log.gz
	ship log.gz
	{ many 3001 3100; printf last; } | gzip >log.gz
	run -1 --separate-stderr siem-tail --once -c ck log.gz

	many 1 3000 | cmp - got
	equal '' "$(grep -v killed err)"
	{ many 3001 3100; echo last; } | cmp - <(grep -v $'^\020' <<<"$output")
}

@test "with -n the first run of a compressed file begins there" {
	touch err
	many 1 3000 | gzip >log.gz
	ship -n 10 log.gz
	ship log.gz

	got "$(many 2991 3000)"
}

@test "a damaged compressed file is an error, and the rest is read" {
	echo 1 >log
	ship
	many 1 5000 | gzip >log.1.gz
	printf 'XXXXXXXX' | dd of=log.1.gz bs=1 seek=1000 conv=notrunc status=none
	echo 2 >>log
	run -3 --separate-stderr siem-tail --once -c ck log

	equal 2 "$(grep -x 2 <<<"$output")"
	[[ $stderr == *"log.1.gz: damaged, or no .gz file: "* ]]
}

@test "generations that were there at the first start are never read" {
	touch err
	echo old >log.1
	echo older | gzip >log.2.gz
	echo 1 >log
	ship
	mv log.2.gz log.3.gz
	mv log.1 log.2
	mv log log.1
	echo 2 >log
	ship
	gzip log.2
	ship

	got $'1\n2'
}

@test "what is no generation of the log is none of ours" {
	touch err
	echo 1 >log.jsonl
	ship log.jsonl
	echo no | tee other.jsonl log-errors.jsonl log.jsonl.txt logs.jsonl >/dev/null
	ship log.jsonl

	got 1
}

@test "a checkpoint forgets files that are gone" {
	touch err
	echo old >log.1
	echo 1 >log
	ship
	rm log.1
	mv log log.1
	echo 2 >log
	ship
	equal 2 "$(grep -c "^$PWD" ck)"
	rm log.1
	run -0 siem-tail --once -c ck log
	[[ $output == *$'\020'"M $PWD/log#"*' -'* ]]
	ship

	equal 1 "$(grep -c "^$PWD" ck)"
	got $'1\n2'
}

@test "what is only being copied is not read again" {
	many 1 1000 >log
	ship
	head -c 30000 log >log.1
	many 1001 1010 >>log
	ship
	got "$(many 1 1010)"
	cat log >log.1
	many 2001 2010 >log
	ship
	got "$(many 1 1010; many 2001 2010)"
	# As long, but something else: the logs of one application begin alike.
	many 2001 2500 >log
	ship
	{ many 2001 2300; echo other; } >log.2
	ship

	tail -n 301 got | cmp - log.2
}

@test "a log that is moved into another folder is read on there" {
	touch err
	mkdir log.d old
	echo 1 >log.d/x
	ship log.d/x old
	for i in 2 3; do
		echo "$i" >>log.d/x
		mv log.d/x "old/x.$i"
		echo "new $i" >log.d/x
		ship log.d/x old
	done
	run -0 siem-tail -c ck --status
	equal 'all: 0 bytes and 0 lines behind' "${lines[-1]}"
	rm old/*
	ship log.d/x old

	equal $'1\n2\n3\nnew 2\nnew 3' "$(sort got)"
	equal '' "$(cat err)"
	equal 1 "$(grep -c "^$PWD" ck)"
}

@test "what was copied and truncated meanwhile is read on in the copy" {
	touch err
	many 1 100 >log
	ship
	many 101 200 >>log
	cp log log.1
	many 201 250 >log
	ship
	many 251 300 >>log
	cp log log.2
	: >log
	ship

	many 1 300 | cmp - got
	equal '' "$(cat err)"
}

@test "a copy beside the log is not read as well" {
	touch err
	many 1 100 >log
	ship
	cp log log.1
	ship
	many 101 110 >>log
	cp log log.2
	ship

	many 1 110 | cmp - got
	equal '' "$(cat err)"
}

@test "generations that hold the same are read, each of them" {
	touch err
	yes same | head -n 500 >log
	ship
	for scheme in 'log.2 log.1' 'log.4.gz log.3.gz' 'log.5 log.6.gz'; do
		read -r -a names <<<"$scheme"
		for name in "${names[@]}"; do
			mv log "${name%.gz}"
			[ "${name%.gz}" = "$name" ] || gzip "${name%.gz}"
			yes same | head -n 500 >log
		done
		ship
	done

	equal 3500 "$(grep -c '^same$' got)"
	equal 3500 "$(wc -l <got)"
	equal '' "$(cat err)"
}

@test "packed generations that begin alike are told apart" {
	touch err
	alike() { head -c 2000 /dev/zero | tr '\0' x; echo "$1"; }
	alike 1 >log
	ship
	mv log log.2
	alike 2 >log.1
	gzip log.1 log.2
	touch -d 2020-01-01 log.1.gz
	alike 3 >log
	ship

	got "$(alike 1; alike 2; alike 3)"
}

@test "a file shorter than its position is an alarm, and read from its start" {
	many 1 100 >log
	ship
	echo new >log
	run -1 --separate-stderr siem-tail --once --stats -c ck log

	equal new "$(grep -v $'^\020' <<<"$output")"
	equal "siem-tail: $PWD/log: 6500 bytes of it were read, but it has only 4: truncated or replaced meanwhile; anything that it held behind them is lost; reading it from its start" \
		"$(head -n 1 <<<"$stderr")"
	[[ $stderr == *', 1 files gone or changed unread' ]]
}

@test "a file with another content is an alarm, and read from its start" {
	many 1 100 >log
	ship
	many 1001 1200 >other
	cat other >log
	run -1 --separate-stderr siem-tail --once -c ck log

	equal "siem-tail: $PWD/log: is not what was read of it before, 6500 bytes; anything that it held behind them is lost; reading it from its start" "$stderr"
	grep -v $'^\020' <<<"$output" | cmp - other
}

@test "a generation that was deleted before it was read to its end is named" {
	many 1 100 >log
	ship
	many 101 200 >>log
	echo new >new
	mv log log.1
	mv new log
	rm log.1
	run -1 --separate-stderr siem-tail --once -c ck log

	equal new "$(grep -v $'^\020' <<<"$output")"
	equal $'\020'"E 1" "${lines[-1]}"
	equal "siem-tail: $PWD/log: gone, and so is anything that it held behind the 6500 bytes that were read; how much that was is not known" "$stderr"
	ship 2>/dev/null || true
	run -0 --separate-stderr siem-tail --once -c ck log
	equal '' "$stderr"
}

# gaps_in FILE LINES GENERATIONS: how many lines of 100 bytes, and generations
# of so many lines, are missing or not whole, in numbered lines, which come in
# order; fails where they do not.
gaps_in()
{
	awk -v lines="$2" -v generations="$3" '
		!/^[0-9]+$/ || $1 + 0 <= last {
			print "line", NR ":", $0
			exit misplaced = 1
		}
		{ last = $1 + 0; arrived[int((last - 1) / lines)]++ }
		END {
			if (misplaced)
				exit 1
			for (g = 0; g < generations; g++) {
				lost += lines - arrived[g]
				torn += arrived[g] < lines
			}
			print lost * 100, torn + 0
		}' "$1"
}

# counted NAME: a number of the metrics.
counted()
{
	sed -n "s/^siem_tail_$1{.*} //p" m.prom
}

# flooded GENERATIONS REST ARG...: what arrives of a log that is rotated so often,
# 10 generations kept, 1 MiB each, with a rest of so many ms between them, and
# what is said and counted of it.
flooded()
{
	generations=$1 rest=$2
	shift 2
	touch log
	follow --metrics m.prom "$@" log
	eventually test -s ck
	rm log
	flood log $((1 << 20)) 10 "$generations" "$rest"
	tail -n 1 log >want
	eventually eval 'tail -n 1 got | cmp -s - want'
	kill "$pid"
	wait "$pid" || tail_status=$?
	wait "$sink"
	gaps_in got 10485 "$generations" >gaps || { cat gaps; false; }
	read -r lost torn <gaps

	equal "$((lost > 0))" "${tail_status:-0}"
	equal "$torn" "$(counted gaps_total)"
	# Whether something came and went unseen is up to the machine.
	if grep 'came and went' err; then
		[ "$lost" -gt "$(counted lost_bytes_total)" ]
	else
		equal "$lost" "$(counted lost_bytes_total)"
	fi
	equal "$(counted lost_bytes_total)" \
		"$(awk '/ bytes are lost$/ { n += $(NF - 3) } END { print n + 0 }' err)"
}

@test "rotated at full speed, a log comes whole, or it is said what is missing" {
	flooded 30 0
}

@test "what was deleted unread is named in bytes, exactly" {
	# So few files may be open that generations cannot be kept.
	ulimit -n 40
	flooded 80 20 --rate 10MB/s

	[ "$(counted lost_bytes_total)" -gt 0 ]
}

@test "more generations than may be open are read in their order, too" {
	touch err
	echo 000 >log
	ship
	for i in $(seq 100 180); do
		mv log "log.$((1000 - i))"
		echo "$i" >log
	done
	run -1 siem-tail -c ck --status
	equal 'all: 324 bytes and 81 lines behind' "${lines[-1]}"
	ulimit -n 40
	ship
	equal "$(echo 000; seq 100 180)" "$(cat got)"
	mv log log.819
	for i in $(seq 182 240); do
		echo "$i" >"log.$((1000 - i))"
	done
	siem-tail --once -c ck log 2>err | commit ck >>got
	equal 'siem-tail: log: No such file or directory' "$(cat err)"

	equal "$(echo 000; seq 100 180; seq 182 240)" "$(cat got)"
}

@test "deleted generations are read to their end, as many as may be open" {
	touch err
	echo one >log
	follow --rate 4000/s log
	eventually has one
	many 1 8000 >>log
	for i in $(seq 100); do
		mv log log.1
		many "$((8000 + i))" "$((8000 + i))" >log
		eventually eval 'readlink /proc/$pid/fd/* | grep -qx "$PWD/log"'
		rm log.1
	done
	eventually grep -q '"n":008100' got

	{ echo one; many 1 8100; } | cmp - got
	equal '' "$(cat err)"
}

@test "what is made while it starts did not come and go" {
	mkdir l
	touch err
	echo old >l/log.1
	echo 1 >l/log
	ship l/log
	rm l/log.1
	mv l/log l/log.1
	# A folder that is never quiet is looked at for a while.
	while :; do touch l/t; rm l/t; done 3>&- &
	restless=$!
	remember "$restless"
	follow l/log
	eventually eval 'grep -qs ^inotify /proc/$pid/fdinfo/*'
	echo 2 >l/log
	eventually has $'1\n2'
	kill "$restless"
	mv l/log l/log.2
	echo 3 >l/log
	eventually has $'1\n2\n3'
	kill "$pid"
	ended 0 "$pid"
	ended 0 "$sink"

	equal '' "$(grep 'came and went' err)"
}

@test "what is packed at once is not read again, however little it is" {
	touch err
	echo 0 >log
	follow log
	eventually has 0
	for i in $(seq 1 20); do
		echo "$i" >>log
		eventually has "$(seq 0 "$i")"
		mv log "log.$i"
		gzip --keep "log.$i"
		: >log
		eventually eval 'readlink /proc/$pid/fd/* | grep -qx "$PWD/log"'
		rm "log.$i"
	done
	kill "$pid"
	ended 0 "$pid"
	ended 0 "$sink"
	ship

	got "$(seq 0 20)"
}

@test "what has the inode of an empty generation may be packed from another" {
	touch err log
	ship
	mv log log.1
	echo 1 >log
	ship
	# As if the file system had given it away again.
	mv log.1 log.1.gz
	gzip -c log >log.1.gz
	rm log
	echo 3 >log
	ship

	got $'1\n3'
}

@test "a copy that has the times of the log is known when it is packed, too" {
	touch err
	echo 1 >log
	follow log
	eventually has 1
	touch -d 2020-01-01 log
	cp -p log log.1
	: >log
	echo 2 >>log
	eventually has $'1\n2'
	gzip --keep log.1
	mv log log.2
	echo 3 >log
	eventually has $'1\n2\n3'
	rm log.1
	kill "$pid"
	ended 0 "$pid"
	ended 0 "$sink"
	ship

	got $'1\n2\n3'
}

@test "generations that came and went between two looks are counted" {
	echo one >log
	follow --metrics m.prom log
	eventually has one
	kill -STOP "$pid"
	for i in 2 3 4; do
		mv log log.1
		rm log.1
		echo "$i" >log
	done
	kill -CONT "$pid"
	eventually has $'one\n4'
	eventually grep -q 'came and went' err
	kill "$pid"
	ended 1 "$pid"
	ended 0 "$sink"

	equal 'siem-tail: log: 2 generations came and went between two looks: what they held is lost, and how much that is nobody knows' \
		"$(cat err)"
	equal 2 "$(counted gaps_total)"
}

@test "asked to end, it says what was deleted and is not read" {
	many 1 3000 >log
	touch got
	follow --metrics m.prom --rate 1000/s log
	eventually test -s got
	rm log
	eventually grep -q 'gone; waiting' err
	kill "$pid"
	ended 1 "$pid"
	ended 0 "$sink"

	lost=$(($(many 1 3000 | wc -c) - $(stat -c %s got)))
	grep -q "log: 1 generation was deleted before it was read to its end: $lost bytes are lost$" err
	equal "$lost" "$(counted lost_bytes_total)"
	: >err
	echo new >log
	ship
	equal new "$(tail -n 1 got)"
	equal '' "$(cat err)"
}

@test "asked to end, it notes what was read and deleted" {
	echo one >log
	follow log
	eventually has one
	rm log
	eventually grep -q 'gone; waiting' err
	kill "$pid"
	ended 0 "$pid"
	ended 0 "$sink"
	: >err
	echo new >log
	ship

	got $'one\nnew'
}

@test "nothing is missed where a log has two names among the operands" {
	touch err
	echo 1 >log
	follow log ./log "$PWD"/log
	eventually has 1
	for i in 2 3 4; do
		mv log log.1
		echo "$i" >log
		eventually has "$(seq "$i")"
	done
	kill "$pid"
	ended 0 "$pid"
	ended 0 "$sink"

	got "$(seq 4)"
}

@test "tens of rotations in a second do not change the order" {
	touch err log
	follow log
	eventually test -s ck
	rm log
	for i in $(seq 101 150); do
		for n in 4 3 2 1; do
			[ ! -e log.$n ] || mv log.$n log.$((n + 1))
		done
		[ ! -e log ] || mv log log.1
		many "${i}001" "${i}020" >log
		sleep 0.02
	done
	eventually grep -q '"n":150020' got
	kill "$pid"
	wait "$pid" || true

	for i in $(seq 101 150); do many "${i}001" "${i}020"; done >want
	# As far as it was there to be found.
	[ -s err ] || cmp want got
	sort -c got
}

@test "--once leaves a last line without its end to the next run" {
	touch err
	printf 'one\ntw' >log
	ship
	equal one "$(cat got)"
	equal 4 "$(position_of log)"
	echo o >>log
	ship

	got $'one\ntwo'
}

@test "an unterminated last line goes when its file was rotated away" {
	touch err
	printf 'one\ntw' >log
	ship
	mv log log.1
	echo three >log
	ship
	ship

	got $'one\ntw\nthree'
}

@test "asked to end, it says so in the stream and what is left is read later" {
	echo one >log
	follow log
	eventually has one
	kill -TERM "$pid"
	ended 0 "$pid"
	ended 0 "$sink"
	echo two >>log
	ship

	got $'one\ntwo'
}

@test "a reader that goes away ends it at once" {
	echo one >log
	mkfifo pipe
	siem-tail -c ck log >pipe 2>err 3>&- &
	source=$!
	remember "$source"
	exec 5<pipe
	read -r line <&5
	read -r line <&5
	equal one "$line"
	exec 5<&-

	ended 141 "$source"
	equal '' "$(cat err)"
}

@test "rotations while it runs are no different from those before" {
	touch err
	echo 1 >log
	follow log
	eventually has 1
	mv log log.1
	echo 2 >log
	eventually has $'1\n2'
	cp log log.2
	: >log
	echo 3 >>log
	eventually has $'1\n2\n3'
	kill "$pid"
	ended 0 "$pid"
	ended 0 "$sink"
	ship

	got $'1\n2\n3'
}

@test "what was truncated while it runs, before it was read, is in the copy" {
	touch err
	echo 0 >log
	follow --rate 100/s log
	eventually has 0
	many 1 50 >>log
	eventually grep -q '"n":000002' got
	cp log log.1
	: >log
	echo end >>log
	eventually grep -qx end got
	kill "$pid"
	ended 0 "$pid"
	ended 0 "$sink"

	got "$(echo 0; many 1 50; echo end)"
}

@test "-n says where the first start begins, and no other" {
	touch err
	seq 5 >log
	ship -n 2 log
	seq 6 8 >>log
	ship -n 1 log

	got "$(seq 4 8)"
}

@test "a folder stands for its files, but not for the checkpoint in it" {
	touch err
	mkdir logs
	echo a >logs/a
	ln -s logs/.. here
	siem-tail --once -c logs/ck logs | commit logs/ck >>got
	echo b >logs/b
	echo a2 >>logs/a
	siem-tail --once -c logs/ck logs | commit logs/ck >>got
	touch logs/ck.lock logs/ck.dead
	siem-tail --once -c here/logs/ck 'logs/*' | commit logs/ck >>got

	equal $'a\na2\nb' "$(sort got)"
}

@test "files of a folder are known by what they are, not by their names" {
	touch err
	mkdir logs
	seq 1 3 >logs/log
	ship logs
	seq 4 6 >>logs/log
	mv logs/log logs/log.1
	seq 7 9 >logs/log
	ship logs
	gzip logs/log.1
	ship logs

	got "$(seq 1 9)"
}

@test "what was packed in a folder is known before the next log is made" {
	mkdir logs
	touch err
	echo 1 >logs/log
	ship logs
	echo 2 >>logs/log
	gzip logs/log
	mv logs/log.gz logs/log.1.gz
	ship logs
	echo 3 >logs/log
	ship logs

	got $'1\n2\n3'
}

@test "a checkpoint that is damaged or another program's is left alone" {
	echo a >log
	ship
	sed -i 's/ 2,/ 1,/' ck
	cp ck before
	run -2 siem-tail --once -c ck log
	cmp ck before
	printf 'something else\n' >ck
	run -2 siem-tail --once -c ck log
	rm ck
	mkdir ck
	run ! siem-tail --once -c ck log
}

# cost_of FILE: KiB of memory that were in use at most, as measure says.
cost_of()
{
	cut -d ' ' -f 4 "$1"
}

@test "thousands of generations beside the log cost little memory" {
	mkdir logs
	echo one >logs/log
	measure alone siem-tail --once -c alone.ck logs/log >/dev/null
	for i in $(seq 3000); do
		echo "generation $i, and what it holds" >"logs/log.$i"
	done
	measure first siem-tail --once -c ck logs/log >/dev/null
	measure second siem-tail --once -c ck logs/log >/dev/null

	equal 3001 "$(grep -c "^$PWD" ck)"
	grep . alone first second
	# The sanitizers' own memory is many times that.
	[[ "$(command -v siem-tail)" != *-san/* ]] || return 0
	# A KiB for each; how much the libraries take is up to the system.
	[ "$(cost_of first)" -lt $(($(cost_of alone) + 3000)) ]
	[ "$(cost_of second)" -lt $(($(cost_of alone) + 3000)) ]
	[ "$(cost_of first)" -lt 8192 ]
	[ "$(cost_of second)" -lt 8192 ]
}

# stamp_of FILE N: what --stamp has to put into line N of a file.
stamp_of()
{
	local offset

	offset=$(head -n $(($2 - 1)) "$1" | wc -c)
	{ head -n 1 "$1"; echo "$offset"; sed -n "$2p" "$1" | tr -d '\n'; } |
		sha256sum | head -c 32
}

@test "--stamp puts an identity into each JSON object, as its first member" {
	printf '%s\n' '{"a":1}' ' { }' 'no object' '{"siem_id":"mine"}' >log
	run -0 siem-tail --once --stamp log

	equal "{\"siem_id\":\"$(stamp_of log 1)\",\"a\":1}
 {\"siem_id\":\"$(stamp_of log 2)\" }
no object
{\"siem_id\":\"$(stamp_of log 4)\",\"siem_id\":\"mine\"}" "$output"
}

@test "equal lines of a file have different identities" {
	printf '%s\n' '{"a":1}' '{"a":1}' >log
	siem-tail --once --stamp log >out

	equal 2 "$(sort -u out | wc -l)"
}

@test "identities are the same after rotation, compression and a restart" {
	touch err
	many 1 3000 >log
	siem-tail --once --stamp log >want
	siem-tail --once --stamp -c ck log | commit ck 2 >got 2>/dev/null || true
	gzip log
	mv log.gz log.1.gz
	many 3001 3010 >log
	siem-tail --once --stamp log >>want
	ship --stamp log

	cmp want got
}

@test "a line that comes in pieces is stamped as one, unless it is huge" {
	{ printf '{"a":"'; head -c 300000 /dev/zero | tr '\0' x; echo '"}'; } >log
	{ printf '{"b":"'; head -c 1200000 /dev/zero | tr '\0' y; echo '"}'; } >>log
	echo '{"c":1}' >>log
	run -0 --separate-stderr siem-tail --once --stamp log

	equal "{\"siem_id\":\"$(stamp_of log 1)\",\"a\":\"x" "${lines[0]:0:52}"
	equal '{"b":"yyy' "${lines[1]:0:9}"
	equal "{\"siem_id\":\"$(stamp_of log 3)\",\"c\":1}" "${lines[2]}"
	equal 'siem-tail: a line of more than 1048576 bytes is not stamped' "$stderr"
}

@test "--status says where each file stands and how far behind" {
	touch err
	seq 1 1000 >log
	ship
	run -0 siem-tail -c ck --status
	equal "$PWD/log: at 3893 of 3893 bytes, 0 bytes and 0 lines behind
all: 0 bytes and 0 lines behind" "$output"
	seq 1001 1010 >>log
	gzip log
	mv log.gz log.1.gz
	printf 'abc\nde' >log
	cp ck before
	run -1 siem-tail -c ck --status log

	equal 'log.1.gz: at 3893 of 3943 bytes, 50 bytes and 10 lines behind
log: at 0 of 6 bytes, 6 bytes and 1 lines behind
all: 56 bytes and 11 lines behind' "$output"
	cmp before ck
}

@test "a log that is gone is said by --status, until a run forgets it" {
	touch err
	mkdir old new
	seq 1 3 >old/a
	seq 1 2 >new/b
	seq 1 4 >c
	ship old c
	rm -r old c
	run -1 --separate-stderr siem-tail -c ck --status
	equal 'all: 0 bytes and 0 lines behind' "$output"
	equal "siem-tail: $PWD/c: gone, and so is anything that it held behind the 8 bytes that were read; how much that was is not known
siem-tail: $PWD/old/a: gone, and so is anything that it held behind the 6 bytes that were read; how much that was is not known" "$(sort <<<"$stderr")"

	run -1 ship new
	equal 'statuses 1 0' "${lines[0]}"
	ship new
	run -0 siem-tail -c ck --status
	equal "$PWD/new/b: at 4 of 4 bytes, 0 bytes and 0 lines behind
all: 0 bytes and 0 lines behind" "$output"
	[ "$(grep -c '#' ck)" = 1 ]
}

@test "a log is kept in mind while it, or an operand for it, may be there" {
	touch err
	mkdir -p one/sub two three
	for log in one/sub/a two/b three/c; do
		seq 1 3 >"$log"
	done
	ship 'one/*/a' two/b three
	mv three/c three/c.1
	mv one away
	run -1 ship 'one/*/a' 'two/[b]'
	equal 'statuses 3 0' "${lines[0]}"
	[ "$(grep -c '#' ck)" = 3 ]
	mv away one
	ship 'one/*/a' two three
	equal "$(seq 1 3; seq 1 3; seq 1 3)" "$(cat got)"
}

@test "the name of a file forges no line of --status" {
	touch err
	echo one >$'a\nall: 9 bytes \e[2J'
	run -0 siem-tail --once -c ck $'a\nall: 9 bytes \e[2J'
	run -1 siem-tail -c ck --status

	equal "$PWD/a\\x0aall: 9 bytes \\x1b[2J: at 0 of 4 bytes, 4 bytes and 1 lines behind
all: 4 bytes and 1 lines behind" "$output"
}

@test "--status without a checkpoint, or with a damaged one, is status 2" {
	run -2 siem-tail --status
	run -2 siem-tail -c ck --status
	equal 'siem-tail: ck: there is no checkpoint' "$output"
	echo foreign >ck
	run -2 siem-tail -c ck --status
}

@test "--reset starts over, also where the checkpoint is damaged" {
	touch err
	seq 1 3 >log
	ship
	siem-tail -q -c ck --reset
	ship
	equal "$(seq 1 3; seq 1 3)" "$(cat got)"
	echo damaged >>ck
	siem-tail -q -c ck --reset
	[ ! -e ck ]
	: >ck
	siem-tail -q -c ck --reset
	[ ! -e ck ]
	run -2 siem-tail -c ck --reset
	equal 'siem-tail: ck: there is no checkpoint' "$output"
}

@test "--reset removes nothing that is no checkpoint" {
	seq 1 3 >log
	mkfifo pipe

	run -2 siem-tail -c log --reset
	equal 'siem-tail: log: no checkpoint, but something else: give another name' "$output"
	run -2 siem-tail -c pipe --reset
	equal 'siem-tail: pipe: not a regular file' "$output"
	run -2 siem-tail -c . --reset

	equal "$(seq 1 3)" "$(cat log)"
	[ -p pipe ]
	[ ! -e log.lock ]
}

@test "--reset is refused while a sink has the checkpoint" {
	touch err
	seq 1 3 >log
	ship
	run -2 flock ck.lock siem-tail -c ck --reset

	[ -s ck ]
}

LOGROTATE=$root/build/logrotate

# rotate DIRECTIVE...: as cron has logrotate do it.
rotate()
{
	local libraries

	libraries=$(printf '%s:' "$LOGROTATE"/{usr/,}lib/*-linux-gnu)
	printf '%s {\nrotate 9\nmissingok\n' "$PWD/log" >conf
	printf '%s\n' "$@" '}' >>conf
	LD_LIBRARY_PATH=$libraries "$LOGROTATE/usr/sbin/logrotate" \
		-f -s "$PWD/state" conf
}

@test "logrotate may turn the log over in each of its ways meanwhile" {
	[ -x "$LOGROTATE/usr/sbin/logrotate" ] ||
		skip 'logrotate could not be unpacked'
	for way in create compress $'compress\ndelaycompress' copytruncate \
		$'copytruncate\ncompress' dateext; do
		mkdir "${way//$'\n'/,}"
		pushd "${way//$'\n'/,}"
		many 1 100 >log
		follow log
		eventually grep -q '"n":000100' got
		kill -9 "$pid"
		ended 3 "$sink"
		rm err
		many 101 200 >>log
		rotate "$way" 'dateformat -%Y%m%d'
		[ "$way" != create ] || [ ! -e log ] || [ ! -s log ]
		many 201 300 >>log
		rotate "$way" 'dateformat -%Y%m%d-%s'
		many 301 400 >>log
		ship
		ship
		many 1 400 | cmp - got
		got "$(many 1 400)"
		popd
	done
}

@test "logrotate may turn the log over while it is followed" {
	[ -x "$LOGROTATE/usr/sbin/logrotate" ] ||
		skip 'logrotate could not be unpacked'
	for way in create $'compress\ndelaycompress' $'copytruncate\ncompress'; do
		mkdir "${way//$'\n'/,}"
		pushd "${way//$'\n'/,}"
		touch log got
		follow log
		for i in 1 2 3 4; do
			many "${i}001" "${i}100" >>log
			eventually grep -q "\"n\":00${i}100" got
			rotate "$way"
		done
		kill "$pid"
		ended 0 "$pid"
		ended 0 "$sink"
		ship log || [ ! -e log ]
		equal "$(for i in 1 2 3 4; do
			many "${i}001" "${i}100"
		done)" "$(cat got)"
		popd
	done
}
