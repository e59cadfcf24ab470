#!/usr/bin/env bats
# siem-tail: what it reads, in which order, and what it follows.

load helper

# begin COMMAND...: in the background, into the file that $to names, or out,
# and err.
begin()
{
	"$@" <&0 >"${to:-out}" 2>>err 3>&- &
	begun=$!
	pids="${pids:-} $begun"
}

# follow_with COMMAND...: begin with that which runs siem-tail, in its place.
follow_with()
{
	begin "$@"
	pid=$begun
}

# follow ARG...
follow()
{
	follow_with siem-tail "$@"
}

# wrote TEXT: exactly that was written so far. said TEXT: that was said.
wrote()
{
	[ "$(cat out)" = "$1" ]
}

said()
{
	grep -qF -e "$1" err
}

# wait_for TEXT: until exactly that was written. hear TEXT: until it was said.
wait_for()
{
	eventually wrote "$1" || { diff <(echo "$1") out; cat err; return 1; }
}

hear()
{
	eventually said "$1" || { cat err; return 1; }
}

# waits_for FILE: is it open, and does siem-tail sleep?
waits_for()
{
	readlink "/proc/$pid"/fd/* | grep -qx "$PWD/$1" &&
		grep -q '^State:.S' "/proc/$pid/status"
}

# stop: ask it to end; its status is that of this function.
stop()
{
	kill -TERM "$pid"
	wait "$pid"
}

# What a file of bytes holds that a program may trip over.
odd_bytes()
{
	printf 'nul \0 in it\n\377\376 no UTF-8\ncarriage return\r\n\n\020M x 1\n'
	printf '\357\273\277{"bom":1}\n \t \n'
}

@test "--once writes the lines of a file byte for byte and ends" {
	odd_bytes >log
	siem-tail --once log >out

	cmp log out
}

@test "--once gives the last line an LF where it has none" {
	printf 'one\ntwo' >log
	siem-tail --once log >out

	printf 'one\ntwo\n' | cmp - out
}

@test "an empty file and an empty folder are nothing, which is no error" {
	touch empty
	mkdir folder
	run -0 siem-tail --once empty folder

	equal '' "$output"
}

@test "--once reads files in the order given, each to its end" {
	printf 'b1\nb2' >b
	printf 'a1\n' >a
	run -0 siem-tail --once b a

	equal $'b1\nb2\na1' "$output"
}

@test "--once names what it cannot read, reads the rest, and ends with 3" {
	echo a >a
	echo b >b
	ln -s loop loop
	run -3 --separate-stderr siem-tail --once a missing loop b

	equal $'a\nb' "$output"
	equal 'siem-tail: missing: No such file or directory
siem-tail: loop: Too many levels of symbolic links' "$stderr"
}

@test "a folder stands for its files, the oldest first, but no hidden ones" {
	mkdir -p logs/sub
	echo middle >logs/b
	echo oldest >logs/c
	echo newest >logs/a
	echo hidden >logs/.d
	echo deeper >logs/sub/e
	mkfifo logs/pipe
	echo compressed >logs/c.1.gz
	touch -d '2020-01-01' logs/c
	touch -d '2020-01-02' logs/b
	run -0 siem-tail --once logs

	equal $'oldest\nmiddle\nnewest' "$output"
}

@test "a pattern stands for the files that match, the oldest first" {
	mkdir -p host1/sub.log host2
	echo one >host1/a.log
	echo two >host2/b.log
	echo three >host2/c.txt
	touch -d '2020-01-01' host2/b.log
	run -0 siem-tail --once 'host?/*.log'

	equal $'two\none' "$output"
}

@test "a pattern that is the name of a file means that file" {
	echo brackets >'a[1].log'
	echo digit >a1.log
	run -0 siem-tail --once 'a[1].log'

	equal brackets "$output"
}

@test "with --once a pattern that nothing matches is an error" {
	run -3 siem-tail --once '*.log'

	equal 'siem-tail: *.log: no file matches' "$output"
}

@test "a file is read once, however many of its names are given" {
	mkdir logs
	echo one >logs/a
	ln logs/a logs/b
	ln -s logs/a c
	run -0 siem-tail --once logs/a logs c './logs/*'

	equal one "$output"
}

@test "-n begins with the last lines, of which an unfinished one is one" {
	printf '1\n2\n3\n4' >log

	run -0 siem-tail --once -n 2 log
	equal $'3\n4' "$output"
	run -0 siem-tail --once -n 4 log
	equal $'1\n2\n3\n4' "$output"
	run -0 siem-tail --once -n 9 log
	equal $'1\n2\n3\n4' "$output"
	run -0 siem-tail --once -n 0 log
	equal '' "$output"

	printf '1\n2\n\n' >log
	run -0 siem-tail --once -n 1 log
	equal '' "$output"
	run -0 siem-tail --once -n 2 log
	equal '2' "$output"
}

@test "-n finds the last lines far from the end of a file" {
	seq 100000 >log
	siem-tail --once -n 90000 log >out

	tail -n 90000 log | cmp - out
}

@test "a compressed file gives the lines that it holds, whatever its name" {
	seq 30000 | gzip >log.1.gz
	{ seq 30001 30005; printf 30006; } | gzip >other
	siem-tail --once log.1.gz other >out

	seq 30006 | cmp - out
}

@test "-n counts the lines that a compressed file holds" {
	seq 100000 | gzip >whole.gz
	printf 'a\nb\nc' | gzip >torn.gz
	siem-tail --once -n 90000 whole.gz >out

	seq 10001 100000 | cmp - out
	run -0 siem-tail --once -n 2 torn.gz
	equal $'b\nc' "$output"
	run -0 siem-tail --once -n 0 torn.gz
	equal '' "$output"
	run -0 siem-tail --once -n 3 torn.gz
	equal $'a\nb\nc' "$output"
}

@test "a damaged compressed file is an error, with the lines before the damage" {
	seq 100000 | gzip >log.gz
	printf XXXX | dd of=log.gz bs=1 seek=100000 conv=notrunc status=none
	run -3 siem-tail --once log.gz

	equal 1 "${lines[0]}"
	[[ ${lines[-1]} == "siem-tail: log.gz: damaged, or no .gz file: "* ]]
}

@test "with --once a compressed file without its end is an error" {
	seq 100000 | gzip >whole
	head -c 100000 whole >log.gz
	run -3 --separate-stderr siem-tail --once log.gz

	equal 1 "${lines[0]}"
	equal 'siem-tail: log.gz: its end is missing: cut off, or still being written' "$stderr"
}

@test "the end of a compressed file is waited for" {
	seq 50000 | gzip >whole
	head -c 50000 whole >log.gz
	follow log.gz
	eventually test -s out
	tail -c +50001 whole >>log.gz
	eventually eval 'tail -n 1 out | grep -qx 50000'
	stop

	seq 50000 | cmp - out
}

@test "-n counts in each file" {
	seq 3 >a
	seq 4 6 >b
	run -0 siem-tail --once -n 1 a b

	equal $'3\n6' "$output"
}

@test "a line of 100 MB passes whole, in less than 8 MiB of memory" {
	head -c 100000000 /dev/zero | tr '\0' x >log
	printf '\nshort\n' >>log
	measure cost siem-tail --once log >out

	cmp log out
	rm log out
	read -r _ _ _ kib <cost
	[[ "$(command -v siem-tail)" == *-san/* ]] || [ "$kib" -lt 8192 ]
}

@test "lines around the size of a block pass whole" {
	for length in 65534 65535 65536 65537 65599 65600 65601 131072; do
		head -c "$length" /dev/zero | tr '\0' "${length: -1}"
		printf '\n%s\n' "$length"
	done >log
	siem-tail --once log >out

	cmp log out
}

@test "hundreds of files are followed in less than 8 MiB of memory" {
	mkdir logs
	for i in {1..500}; do
		seq "$i" "$((i + 99))" >"logs/$i"
		printf unfinished >>"logs/$i"
	done
	ulimit -S -n 100
	begin measure cost siem-tail logs
	eventually eval '[ "$(wc -l <out)" -eq 50000 ]'
	for i in {1..500}; do
		echo " and finished" >>"logs/$i"
	done
	eventually eval '[ "$(wc -l <out)" -eq 50500 ]'
	pkill -TERM -P "$begun"
	wait "$begun"

	equal "$(cat logs/* | sort | md5sum)" "$(sort out | md5sum)"
	read -r _ _ _ kib <cost
	[[ "$(command -v siem-tail)" == *-san/* ]] || [ "$kib" -lt 8192 ]
}

@test "a pipe is refused, for reading it needs no siem-tail" {
	mkfifo pipe
	run -2 siem-tail --once pipe

	equal 'siem-tail: pipe: neither a file nor a folder; what is a stream needs no siem-tail' "$output"
}

@test "without a file to read it is a usage error, and nothing is read" {
	run -2 siem-tail --once
	equal 'siem-tail: no file to read (see --help)' "$output"
	run -2 siem-tail --once ''
	equal 'siem-tail: an operand is empty' "$output"
	run -2 siem-tail -
	equal 'siem-tail: -: standard input is a stream, and needs no siem-tail; a file of that name is ./-' "$output"
	run -2 siem-tail --poll 0 log
	equal 'siem-tail: option --poll: 0 is too often' "$output"
}

@test "the file that standard output writes to is not read" {
	mkdir logs
	echo one >logs/a
	siem-tail --once logs >logs/out 2>err && return 1

	equal one "$(cat logs/out)"
	said 'logs/out: is where standard output goes; not read'
}

@test "a full disk is an error, not a success" {
	echo one >log
	run -3 sh -c 'siem-tail --once log >/dev/full'

	equal 'siem-tail: write: No space left on device' "$output"
}

@test "standard output that is closed is an error" {
	echo one >log
	run -3 sh -c 'siem-tail --once log >&-'

	equal 'siem-tail: write: Bad file descriptor' "$output"
}

@test "a file that begins like a marked stream is data for the next tool, too" {
	printf '\020H siem/1 x\n{"a":1}\n\020E 0\n{"b":2}\n' >log
	siem-tail --once log >out 2>err

	cmp out <(echo; cat log)
	equal 'siem-tail: the output begins like a marked stream; put an empty line before it' "$(cat err)"
	run -0 bash -o pipefail -c 'siem-tail -q --once log | pass'
	equal "$(cat log)" "$output"
}

@test "--stats counts what was written" {
	printf 'one\ntwo\nthree' >log
	touch empty
	run -0 --separate-stderr siem-tail --once --stats log empty

	equal 'siem-tail: 3 lines, 14 bytes written, from 2 files; 0 rotations, 0 truncations (0 bytes lost)' "$stderr"
}

@test "--rate in lines takes its time, and loses nothing" {
	seq 30 >log
	measure cost siem-tail --once --rate 100/s log >out

	cmp log out
	read -r seconds _ <cost
	[ "$(jq -n "$seconds >= 0.2")" = true ]
}

@test "--rate in bytes takes its time, and passes lines of any length" {
	head -c 2999 /dev/zero | tr '\0' x >log
	printf '\nafter\n' >>log
	measure cost siem-tail --once --rate 10KB/s log >out

	cmp log out
	read -r seconds _ <cost
	[ "$(jq -n "$seconds >= 0.2")" = true ]
}

@test "what is there comes first, then what is appended" {
	echo one >log
	follow log
	wait_for one
	echo two >>log
	wait_for $'one\ntwo'
	printf 'three\nfour\n' >>log
	wait_for $'one\ntwo\nthree\nfour'

	stop
	equal '' "$(cat err)"
}

@test "a line is held back until its LF is there" {
	printf 'one\ntw' >log
	follow log
	wait_for one
	printf o >>log
	printf '\nthree\n' >>log
	wait_for $'one\ntwo\nthree'

	stop
}

@test "a line that grows to more than a block is not begun before its LF" {
	echo first >other
	head -c 200000 /dev/zero | tr '\0' x >log
	follow log other
	wait_for first
	head -c 100000 /dev/zero | tr '\0' y >>log
	echo second >>other
	wait_for $'first\nsecond'
	echo >>log
	eventually eval '[ "$(wc -c <out)" -eq 300014 ]'

	cmp <(cat out) <(printf 'first\nsecond\n'; cat log)
	stop
}

@test "-n 0 shows only what is new, and the line that was being written" {
	printf 'old\nbeg' >log
	follow -n 0 log
	eventually waits_for log
	echo un >>log
	echo new >>log
	wait_for $'begun\nnew'

	stop
}

@test "-n leaves files that appear later whole" {
	seq 9 >log
	follow -n 1 log later
	wait_for 9
	seq 3 >new
	mv new later
	wait_for $'9\n1\n2\n3'

	stop
}

@test "a file that is missing is waited for" {
	follow log
	hear 'siem-tail: log: waiting for it to appear'
	echo one >log
	wait_for one
	echo two >>log
	wait_for $'one\ntwo'

	stop
	equal 1 "$(wc -l <err)"
}

@test "a folder that is missing is waited for, and so is a file in it" {
	follow --poll 0.02 deep/er/log logs/
	hear 'deep/er/log: waiting for it to appear'
	hear 'logs: waiting for it to appear'
	mkdir -p deep/er
	echo one >deep/er/log
	wait_for one
	mkdir logs
	echo two >logs/any
	wait_for $'one\ntwo'

	stop
}

@test "a missing folder is found without --poll" {
	follow deep/log
	hear 'deep/log: waiting for it to appear'
	mkdir deep
	echo one >deep/log
	wait_for one

	stop
}

@test "a file that appears in a folder is followed" {
	mkdir logs
	follow logs
	echo one >logs/a
	wait_for one
	echo hidden >logs/.b
	echo two >logs/c
	wait_for $'one\ntwo'
	echo three >>logs/a
	wait_for $'one\ntwo\nthree'

	stop
}

@test "a file that appears and matches a pattern is followed" {
	mkdir host1
	follow 'host*/*.log'
	hear 'siem-tail: host*/*.log: waiting for a file that matches'
	echo one >host1/a.log
	echo no >host1/a.txt
	wait_for one
	mkdir host2
	echo two >host2/b.log
	wait_for $'one\ntwo'

	stop
}

@test "a file that cannot be opened is said once, and read when it can be" {
	ln -s log log
	echo one >other
	follow log other
	wait_for one
	hear 'siem-tail: log: Too many levels of symbolic links; waiting for that to change'
	echo two >new
	mv new log
	wait_for $'one\ntwo'

	stop
	equal 1 "$(wc -l <err)"
}

@test "a file that may not be read is read once it may" {
	echo one >log
	chmod 000 log
	follow_with unprivileged siem-tail log
	hear 'siem-tail: log: Permission denied; waiting for that to change'
	chmod 600 log
	wait_for one

	stop
	equal 1 "$(wc -l <err)"
}

@test "the file that was renamed is read to its end before the new one" {
	echo one >log
	follow log
	wait_for one
	kill -STOP "$pid"
	echo two >>log
	mv log log.1
	echo three >log
	echo 'two and a half' >>log.1
	kill -CONT "$pid"
	wait_for $'one\ntwo\ntwo and a half\nthree'

	stop
	equal '' "$(cat err)"
}

@test "a writer may go on in the renamed file after the new one has begun" {
	echo one >log
	touch other
	follow --poll 0.01 log other
	wait_for one
	exec 4>>log
	mv log log.1
	echo two >&4
	wait_for $'one\ntwo'
	echo three >log
	wait_for $'one\ntwo\nthree'
	# So at least one look has come upon the file that was renamed.
	echo tick >>other
	wait_for $'one\ntwo\nthree\ntick'
	echo four >&4
	wait_for $'one\ntwo\nthree\ntick\nfour'
	exec 4>&-

	stop
}

@test "a renamed file that ended within a line is given up after a while" {
	printf 'one\ntor' >log
	follow -v log
	wait_for one
	mv log log.1
	echo two >log
	wait_for $'one\ntwo'

	wait_for $'one\ntwo\ntor'
	hear 'log: ended within a line, which is sent as it is'
	stop
}

@test "a file that is deleted and made again is read from its start" {
	echo one >log
	follow log
	wait_for one
	rm log
	echo two >log
	wait_for $'one\ntwo'
	rm log
	hear 'siem-tail: log: gone; waiting for it to appear again'
	echo three >log
	wait_for $'one\ntwo\nthree'

	stop
	equal 1 "$(wc -l <err)"
}

@test "a file that was truncated is read from its start, which is said" {
	printf 'one\ntwo\n' >log
	follow log
	wait_for $'one\ntwo'
	: >log
	hear 'siem-tail: log: truncated; reading it from its start'
	echo three >>log
	wait_for $'one\ntwo\nthree'

	stop
	equal 1 "$(wc -l <err)"
}

@test "a truncation is noticed before anything was read" {
	printf 'one\ntwo\n' >log
	follow -n 0 log
	eventually waits_for log
	: >log
	hear 'siem-tail: log: truncated; reading it from its start'
	echo three >>log
	wait_for three

	stop
}

@test "a truncation is noticed also when the file has outgrown its position" {
	printf 'one\ntwo\n' >log
	follow log
	wait_for $'one\ntwo'
	kill -STOP "$pid"
	printf 'three\nfour\nfive\n' >log
	kill -CONT "$pid"
	wait_for $'one\ntwo\nthree\nfour\nfive'

	stop
	equal 'siem-tail: log: truncated; reading it from its start' "$(<err)"
}

@test "a truncation is noticed also when the new lines end like the old" {
	printf '%s %0200d\n' one 0 two 0 >log
	follow log
	eventually eval '[ "$(wc -l <out)" -eq 2 ]'
	kill -STOP "$pid"
	printf '%s %0200d\n' ONE 0 TWO 0 >log
	kill -CONT "$pid"
	eventually eval '[ "$(wc -l <out)" -eq 4 ]'

	stop
	equal 'one two ONE TWO ' "$(cut -d ' ' -f 1 out | tr '\n' ' ')"
}

@test "the line that a truncation tore is sent as it is" {
	printf 'one\ntor' >log
	follow log
	wait_for one
	: >log
	wait_for $'one\ntor'

	hear 'siem-tail: log: truncated within a line, which is sent as it is; reading it from its start'
	stop
}

@test "what was truncated unread is counted" {
	mkfifo pipe
	seq 1000000 >log
	to=pipe follow log
	exec 4<pipe
	read -r first <&4
	equal 1 "$first"
	: >log
	to=out begin cat <&4
	hear 'bytes of it were not read and are lost'
	status=0
	stop || status=$?
	wait
	equal 1 "$status"

	lost=$(grep -oE '[0-9]+ bytes of it' err | cut -d ' ' -f 1)
	seq 1000000 | head -c "$(($(seq 1000000 | wc -c) - lost))" | tail -n +2 | cmp - out
}

@test "the hole that a writer without O_APPEND leaves is passed over" {
	exec 4>log
	printf 'one\ntwo\n' >&4
	follow log
	wait_for $'one\ntwo'
	truncate -s 0 log
	hear truncated
	printf 'three\n' >&4
	wait_for $'one\ntwo\nthree'
	kill -STOP "$pid"
	truncate -s 0 log
	head -c 100000 /dev/zero | tr '\0' x >&4
	printf '\nfour\n' >&4
	kill -CONT "$pid"
	eventually eval 'tail -n 1 out | grep -qx four'
	exec 4>&-

	equal 100006 "$(tail -n 2 out | wc -c)"
	stop
}

@test "a rotation within a followed folder repeats nothing" {
	mkdir logs
	echo one >logs/log
	echo zero >logs/log.1
	touch -d '2020-01-01' logs/log.1
	follow logs
	wait_for $'zero\none'
	for i in two three four; do
		mv logs/log.1 logs/log.2
		mv logs/log logs/log.1
		echo "$i" >logs/log
		eventually eval "tail -n 1 out | grep -qx $i"
	done
	echo late >>logs/log.1
	wait_for $'zero\none\ntwo\nthree\nfour\nlate'

	stop
}

@test "a link that is pointed to another file is followed there" {
	echo one >a
	ln -s a log
	follow log
	wait_for one
	echo two >b
	ln -s b new
	mv new log
	wait_for $'one\ntwo'
	echo three >>b
	wait_for $'one\ntwo\nthree'

	stop
}

@test "a link is followed when the file behind it is rotated elsewhere" {
	mkdir far
	echo one >far/log
	ln -s far/log log
	follow log
	wait_for one
	mv far/log far/log.1
	echo two >far/log
	wait_for $'one\ntwo'

	stop
}

@test "what is added to a renamed file comes before a new one not yet begun" {
	mkfifo pipe
	seq 300000 >other
	seq 300000 >log
	to=pipe follow other log
	exec 4<pipe
	eventually waits_for log
	mv log log.1
	echo new >log
	eventually waits_for log
	# Some of log.1 is read, and it is its turn.
	head -c 100 log.1 | cat other - | wc -c >size
	dd bs=64K count="$(cat size)" iflag=fullblock,count_bytes <&4 >/dev/null 2>&1
	seq -f 'late %.0f' 20000 >>log.1
	eventually waits_for log
	to=out begin cat <&4
	eventually eval 'tail -n 1 out | grep -qxE "new|late 20000"'
	stop
	wait

	tail -c +101 log.1 | cat - log | cmp - out
}

@test "in a folder too, what was moved away is read before the next file" {
	mkfifo pipe
	mkdir logs
	seq 300000 >other
	seq 300000 >logs/log
	to=pipe follow other logs
	exec 4<pipe
	eventually waits_for logs/log
	mv logs/log moved
	# Another file, so that it looks at the folder while there is no log.
	touch logs/empty
	eventually waits_for logs/empty
	echo new >logs/log
	eventually waits_for logs/log
	head -c 100 moved | cat other - | wc -c >size
	dd bs=64K count="$(cat size)" iflag=fullblock,count_bytes <&4 >/dev/null 2>&1
	seq -f 'late %.0f' 20000 >>moved
	to=out begin cat <&4
	eventually eval 'tail -n 1 out | grep -qxE "new|late 20000"'
	stop
	wait

	tail -c +101 moved | cat - logs/log | cmp - out
}

# has_open FILE: has siem-tail this file, and no other of that name?
has_open()
{
	local fd

	for fd in "/proc/$pid/fd/"*; do
		[ ! "$fd" -ef "$1" ] || return 0
	done
	return 1
}

@test "rotations are noticed while nobody takes the output" {
	mkfifo pipe
	seq 300000 >log
	to=pipe follow log
	exec 4<pipe
	read -r first <&4
	equal 1 "$first"
	for i in 1 2 3 4 5; do
		mv log "log.$i"
		echo "after rotation $i" >log
		eventually has_open log
		echo "late $i" >>"log.$i"
		# Its name is free again, and so is its content.
		[ "$i" -lt 3 ] || { mv log gone; rm gone; echo "again $i" >log; }
		eventually has_open log
	done
	to=out begin cat <&4
	eventually eval 'tail -n 1 out | grep -qx "again 5"'
	stop
	wait

	seq 2 300000 >want
	printf '%s\n' 'late 1' 'after rotation 1' \
		'late 2' 'after rotation 2' 'late 3' 'after rotation 3' >>want
	head -n 300005 out | cmp - want
}

# write_numbered COUNT: lines with numbers, as a log writer makes them that
# opens its file anew when another has its name; some in two pieces. While there
# is a file "hush" it is quiet, and says so in a file "quiet".
write_numbered()
{
	local i

	for ((i = 1; i <= $1; i++)); do
		[ ! -e hush ] || { touch quiet; eventually test ! -e hush; }
		[ log -ef /proc/self/fd/5 ] || exec 5>>log
		if [ $((i % 7)) -eq 0 ]; then
			printf 'line' >&5
			printf ' %s\n' "$i" >&5
		else
			printf 'line %s\n' "$i" >&5
		fi
	done
}

# write_and_rotate ROTATE ARG...: with a rotation (a command) now and then, all
# numbers are there exactly once and in order.
write_and_rotate()
{
	local rotate=$1
	shift

	: >log
	follow "$@" log
	# In a shell of its own, which bats does not trace and slow down.
	to=/dev/null begin bash -c "$(declare -f eventually write_numbered)
		write_numbered 30000"
	for i in {1..10}; do
		eventually eval "[ \"\$(wc -l <out)\" -ge $((i * 2000)) ]"
		"$rotate" "$i"
	done
	wait "$begun"
	eventually eval '[ "$(wc -l <out)" -ge 30000 ]'
	stop
	diff <(seq -f 'line %.0f' 30000) out
}

rename()
{
	mv log "log.$1"
	: >>log
}

@test "renamed under a writer, every line comes once and in order" {
	write_and_rotate rename
}

@test "renamed under a writer, with --poll, every line comes once and in order" {
	write_and_rotate rename --poll 0.01
}

# Copy and truncate, in a moment in which nothing is written and all is read.
copy_and_truncate()
{
	touch hush
	eventually test -e quiet
	eventually eval '[ "$(cat log.* log | wc -c)" -eq "$(wc -c <out)" ]'
	cp log "log.$1"
	: >log
	eventually eval "[ \"\$(grep -c truncated err)\" -eq $1 ]"
	rm quiet hush
}

@test "copied and truncated in a quiet moment, every line comes once" {
	write_and_rotate copy_and_truncate
}

@test "copied and truncated, with --poll, every line comes once" {
	write_and_rotate copy_and_truncate --poll 0.01
}

@test "--poll sees files that come, go and grow" {
	mkdir logs
	follow --poll 0.01 log logs '*.txt'
	echo one >log
	wait_for one
	echo two >logs/any
	wait_for $'one\ntwo'
	echo three >new.txt
	wait_for $'one\ntwo\nthree'
	rm log
	echo four >log
	wait_for $'one\ntwo\nthree\nfour'
	: >log
	hear truncated
	echo five >>log
	wait_for $'one\ntwo\nthree\nfour\nfive'

	stop
}

@test "where inotify has no watch left, files are looked at" {
	unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_inotify_watches' ||
		skip 'no limits of our own'
	echo one >log
	follow_with unshare -Ur sh -c '
		echo 0 >/proc/sys/user/max_inotify_watches
		exec siem-tail log'
	wait_for one
	hear 'siem-tail: inotify: no watch left (fs.inotify.max_user_watches); looking at the files every so often'
	echo two >>log
	wait_for $'one\ntwo'
	mv log log.1
	echo three >log
	wait_for $'one\ntwo\nthree'

	stop
	equal 1 "$(wc -l <err)"
}

@test "where there is no inotify, files are looked at" {
	unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_inotify_instances' ||
		skip 'no limits of our own'
	echo one >log
	follow_with unshare -Ur sh -c '
		echo 0 >/proc/sys/user/max_inotify_instances
		exec siem-tail log'
	hear 'siem-tail: inotify: Too many open files; looking at the files every so often'
	echo two >>log
	wait_for $'one\ntwo'

	stop
}

@test "rotations are noticed also where the pipe cannot be opened once more" {
	mkfifo pipe
	exec 4<>pipe
	seq 300000 >log
	to=pipe follow_with unprivileged sh -c '
		until [ "$(stat -c %a pipe)" = 0 ]; do sleep 0.01; done
		exec siem-tail log'
	chmod 000 pipe
	eventually waits_for log
	mv log log.1
	echo new >log
	eventually waits_for log
	echo late >>log.1
	to=out begin head -c "$(cat log.1 log | wc -c)" <&4
	wait "$begun"
	stop
	exec 4>&-

	cat log.1 log | cmp - out
}

@test "more changes than inotify can hold are no reason to miss one" {
	[ "$(cat /proc/sys/fs/inotify/max_queued_events)" -le 20000 ] ||
		skip 'the queue is too long to overflow it'
	mkdir logs
	echo one >logs/log
	follow -v logs/log
	wait_for one
	kill -STOP "$pid"
	(cd logs && seq 21000 | xargs touch)
	mv logs/log logs/log.1
	echo two >>logs/log.1
	echo three >logs/log
	kill -CONT "$pid"
	wait_for $'one\ntwo\nthree'

	stop
}

@test "--progress shows on a terminal how far it is" {
	seq 20 >log
	run -0 script -qec 'siem-tail --once --progress --rate 10/s log >out' /dev/null

	cmp log out
	grep -qE '[0-9]+ B of 51 B, [0-9]+ lines, [0-9]+ B/s, [0-9]+ lines/s' <<<"$output"
}

@test "--progress says nothing where standard error is no terminal" {
	seq 20 >log
	run -0 --separate-stderr siem-tail --once --progress --rate 20/s log

	equal '' "$stderr"
}

@test "a reader that goes away ends it at once, also while it waits" {
	echo one >log
	# Not by its SIGTERM at the end: that would be status 124.
	run -0 timeout 120 bash -c 'siem-tail log | head -n 1; echo "${PIPESTATUS[0]}"'

	equal $'one\n141' "$output"
}

@test "asked to end, it ends with status 0 and says what it leaves" {
	printf 'one\nunfinished' >log
	follow log
	wait_for one
	stop

	equal one "$(cat out)"
	equal 'siem-tail: log: ended with 10 bytes of a line without its end, which are not sent' "$(cat err)"
}

@test "asked to end, it sends the unfinished line of a renamed file" {
	printf 'one\ntor' >log
	follow log
	wait_for one
	mv log log.1
	echo two >log
	wait_for $'one\ntwo'
	stop

	equal $'one\ntwo\ntor' "$(cat out)"
	equal 'siem-tail: log: ended with 3 bytes of a line without its end, which are sent as they are' "$(cat err)"
}

@test "asked to end while --rate holds it back, it sends what it has read" {
	seq 1000 >log
	follow --rate 1/s log
	wait_for 1
	stop

	cmp log out
}

# rests COUNT: it has gone to sleep more than COUNT times by now.
rests()
{
	local count

	count=$(grep '^voluntary_ctxt_switches:' "/proc/$pid/status" | cut -f 2)
	[ "$count" -gt "$1" ]
}

@test "with --once it sleeps, too, while nobody takes the output" {
	mkfifo pipe
	seq 300000 >log
	to=pipe follow --once log
	exec 4<pipe
	read -r _ <&4
	eventually rests 10
	to=out begin cat <&4
	wait

	seq 2 300000 | tail -n 1000 | cmp - <(tail -n 1000 out)
}

@test "asked to end while nobody reads, it is cut short after --grace" {
	mkfifo pipe
	seq 300000 >log
	to=pipe follow --grace 1 log
	exec 4<pipe
	read -r _ <&4
	eventually waits_for log
	stop || status=$?
	exec 4<&-

	equal 3 "$status"
	equal 'siem-tail: cut short: not through within --grace seconds' "$(cat err)"
}

@test "SIGUSR1 prints the counts, and nothing ends" {
	echo one >log
	follow --stats log
	wait_for one
	kill -USR1 "$pid"
	hear 'siem-tail: 1 lines, 4 bytes written, from 1 files'
	echo two >>log
	wait_for $'one\ntwo'

	stop
}

@test "what comes within 2 ms of a write is gathered, and asked for once" {
	[ -r /proc/self/io ] || skip 'this kernel does not count calls'
	: >log
	follow log
	eventually waits_for log
	local began=${EPOCHREALTIME/[.,]/}
	gen-events --rate 5000 5000 >>log
	eventually cmp -s log out
	local rounds=$(((${EPOCHREALTIME/[.,]/} - began) / 2000 + 1))
	local reads writes
	reads=$(awk '/^syscr:/ { print $2 }' "/proc/$pid/io")
	writes=$(awk '/^syscw:/ { print $2 }' "/proc/$pid/io")
	stop

	# A write holds 64 KiB at most, and what starting took is little.
	echo "$reads reads and $writes writes in $rounds times 2 ms"
	[ "$writes" -le $((rounds + $(wc -c <log) / 65536)) ]
	[ "$reads" -le $((3 * rounds + 100)) ]
}

@test "with -c a line of any length comes whole, and a mark after it" {
	{ head -c 300000 /dev/zero | tr '\0' x; printf '\nshort\n'; } >log
	siem-tail --once -c ck log >out

	sed '/^\x10[^\x10]/d' out | cmp - log
	LC_ALL=C grep -a -A 1 '^short' out | tail -n 1 | grep -qa ' 300007,'
}

@test "with -c what was read is known by its end, too" {
	seq -w 20000 >log
	siem-tail --once -c ck log | commit ck >before
	# It begins as it did, and is as long.
	printf X | dd of=log bs=1 seek=119990 conv=notrunc status=none
	echo more >>log
	siem-tail --once -c ck log 2>err | commit ck >after || true

	cmp after log
	[ -s err ]
	echo end >>log
	run -0 --separate-stderr bash -c 'siem-tail --once -c ck log | commit ck'
	equal end "$output"
}
