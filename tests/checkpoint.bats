#!/usr/bin/env bats
# siem-send -c: a position is written down once all before it is delivered, and
# what does not belong together is refused.

# shellcheck disable=SC2030,SC2031 # each test has variables of its own
load helper
load marked

# entries FILE: the entries of a checkpoint whose sum is right.
entries()
{
	local sum

	sum=$(head -n -1 "$1" | sha256sum)
	equal "sum ${sum:0:16}" "$(tail -n 1 "$1")" >&2 || return 1
	sed '1d;$d' "$1"
}

# deliver ARG...: siem-send to the file "arrived", in the foreground.
deliver()
{
	timeout -k 1 120 siem-send "$@" file:arrived
}

# start ARG...: the same in the background; it reads what goes to &7.
start()
{
	mkfifo in
	siem-send "$@" file:arrived <in >out 2>err 3>&- &
	pid=$!
	remember "$pid"
	exec 7>in
}

# ends STATUS: it ends by itself, with that status.
ends()
{
	local status=0

	exec 7>&-
	wait "$pid" || status=$?
	equal "$1" "$status"
}

# mock: a syslog receiver in the background, at $at.
mock()
{
	siem-mock syslog -l "tcp://$here:0" --listen-file where \
		>mocked 2>mock.err 3>&- 7>&- &
	mock=$!
	remember "$mock"
	eventually test -s where
	at=$(<where)
}

# unmock: it goes away.
unmock()
{
	kill "$mock"
	wait "$mock" || true
}

# nobody: $at is an address where nobody listens.
nobody()
{
	mock
	unmock
}

# says TEXT: it has said so.
says()
{
	grep -qF -e "$1" err
}

# holds FILE ENTRY...: these are its entries by now.
holds()
{
	local file=$1

	shift
	[ "$(printf '%s\n' "$@")" = "$(entries "$file")" ]
}

@test "a mark is committed once everything before it is delivered" {
	checkpoint c.ckpt '/log/a#1 0'
	marked one two 'M /log/a#1 8' three 'M /log/a#1 14' 'E 0' >in
	run -0 --separate-stderr deliver -c c.ckpt < <(cat in)
	equal '' "$stderr"
	equal $'one\ntwo\nthree' "$(cat arrived)"
	equal '/log/a#1 14' "$(entries c.ckpt)"
	equal "siem-checkpoint/1 $id" "$(head -n 1 c.ckpt)"
}

@test "what the marks do not speak of stays as it is" {
	checkpoint c.ckpt '/log/a#1 5' '/log/b#2 6'
	marked one 'M /log/b#2 7' 'M /log/c#3 1,2,3' 'E 0' | deliver -c c.ckpt
	equal $'/log/a#1 5\n/log/b#2 7\n/log/c#3 1,2,3' "$(entries c.ckpt)"
}

@test "a source that is gone for good is forgotten" {
	checkpoint c.ckpt '/log/a#1 5' '/log/b#2 6'
	marked one 'M /log/b#2 7' 'M /log/a#1 -' 'M /log/x#9 -' 'E 0' |
		deliver -c c.ckpt
	equal '/log/b#2 7' "$(entries c.ckpt)"
}

@test "of a stream that was cut off, nothing after the last mark is committed" {
	checkpoint c.ckpt '/log/a#1 0'
	marked one 'M /log/a#1 4' two thr | head -c -1 >in
	run -3 --separate-stderr deliver -c c.ckpt < <(cat in)
	[[ $stderr == *'cut off'* ]]
	equal $'one\ntwo' "$(cat arrived)"
	equal '/log/a#1 4' "$(entries c.ckpt)"
}

@test "a lost mark costs repeats, never a record" {
	checkpoint c.ckpt '/log/a#1 0'
	marked one 'M /log/a#1 4' two 'M /log/a#1 8' three 'M /log/a#1 14' \
		'E 0' >all
	# As through grep -v, which knows nothing of marks.
	run -0 deliver -c c.ckpt < <(grep -v -e '#1 14' all)
	equal $'one\ntwo\nthree' "$(cat arrived)"
	equal '/log/a#1 8' "$(entries c.ckpt)"
}

@test "marks go through grep, sed and tee" {
	checkpoint c.ckpt '/log/a#1 0'
	marked one two 'M /log/a#1 8' three 'M /log/a#1 14' 'E 0' |
		grep -a -v two | sed 's/three/drei/' | tee copy |
		deliver -c c.ckpt
	equal $'one\ndrei' "$(cat arrived)"
	equal '/log/a#1 14' "$(entries c.ckpt)"
}

@test "a checkpoint at one end alone is told, but not in a dry run" {
	marked one 'M /log/a#1 4' 'E 0' >in
	run -0 --separate-stderr deliver < <(cat in)
	equal 'siem-send: the source of this input keeps a checkpoint, and will send all of it again: give -c FILE here as well' "$stderr"
	equal one "$(cat arrived)"
	run -0 --separate-stderr deliver -n < <(cat in)
	equal '' "$stderr"
	run -0 --separate-stderr deliver < <(sed "s/$id/-/" in)
	equal '' "$stderr"
	run -0 --separate-stderr siem-batch -- cat < <(cat in)
	[[ $stderr == *'give -c FILE here as well' ]]
}

@test "a lost header is refused" {
	checkpoint c.ckpt '/log/a#1 0'
	marked one 'M /log/a#1 4' 'E 0' | sed 1d >in
	run -2 --separate-stderr deliver -c c.ckpt < <(cat in)
	[[ $stderr == *'begin the pipeline with siem-tail -c c.ckpt'* ]]
	[ ! -e arrived ] && [ ! -e c.ckpt.dead ]
	equal '/log/a#1 0' "$(entries c.ckpt)"
}

@test "a lost end is status 3, with all that came delivered" {
	checkpoint c.ckpt '/log/a#1 0'
	run -3 deliver -c c.ckpt < <(marked one 'M /log/a#1 4' 'E 0' | sed '$d')
	equal one "$(cat arrived)"
	equal '/log/a#1 4' "$(entries c.ckpt)"
}

@test "an input without marks is refused, as after tail -F" {
	checkpoint c.ckpt '/log/a#1 0'
	run -2 --separate-stderr deliver -c c.ckpt < <(echo one; echo two)
	[[ $stderr == 'siem-send: -c c.ckpt: the input carries no positions'* ]]
	[ ! -e arrived ] && [ ! -e c.ckpt.dead ]
}

@test "a file of marks is data, so it is refused as well" {
	checkpoint c.ckpt '/log/a#1 0'
	marked one 'M /log/a#1 4' 'E 0' >in
	run -2 deliver -c c.ckpt <in
	[ ! -e arrived ]
}

@test "two ends with different checkpoints are refused" {
	checkpoint c.ckpt '/log/a#1 0'
	marked one 'M /log/a#1 4' 'E 0' | sed "1s/$id/${id//0/f}/" >in
	run -2 --separate-stderr deliver -c c.ckpt < <(cat in)
	[[ $stderr == *'another checkpoint: give the same FILE to both ends' ]]
	[ ! -e arrived ] && [ ! -e c.ckpt.dead ]
	equal '/log/a#1 0' "$(entries c.ckpt)"
}

@test "a source without a checkpoint is refused" {
	checkpoint c.ckpt
	marked one 'E 0' | sed "1s/$id/-/" >in
	run -2 --separate-stderr deliver -c c.ckpt < <(cat in)
	[[ $stderr == *'keeps no checkpoint: start it with -c c.ckpt' ]]
	[ ! -e arrived ]
}

@test "a checkpoint that is not there is refused" {
	run -2 --separate-stderr deliver -c c.ckpt < <(marked one 'E 0')
	[[ $stderr == *'give the same FILE to both ends' ]]
	[ ! -e arrived ] && [ ! -e c.ckpt ]
}

@test "of a checkpoint that is not there no lock is left, of others it is" {
	run -2 deliver -c mistyped < <(marked one 'E 0')
	run -2 deliver -c mistyped < <(echo one)
	run -3 deliver -c mistyped < <(:)
	equal '' "$(ls)"
	checkpoint c.ckpt '/log/a#1 0'
	run -2 deliver -c c.ckpt < <(echo one)
	[ -e c.ckpt.lock ]
}

@test "a damaged checkpoint is refused with what to do" {
	checkpoint c.ckpt '/log/a#1 0'
	sed -i 's/ 0$/ 9/' c.ckpt
	cp c.ckpt before
	run -2 --separate-stderr deliver -c c.ckpt < <(marked one 'E 0')
	[[ $stderr == *'c.ckpt: damaged'*'restore it from a backup'* ]]
	[ ! -e arrived ]
	cmp before c.ckpt
}

@test "a second pipeline on the same checkpoint is refused" {
	checkpoint c.ckpt '/log/a#1 0'
	start -c c.ckpt
	marked one 'M /log/a#1 4' >&7
	eventually holds c.ckpt '/log/a#1 4'
	run -2 --separate-stderr timeout 120 siem-send -c c.ckpt file:other \
		< <(marked one 'E 0')
	[[ $stderr == *'c.ckpt is in use by another pipeline: end that one'* ]]
	[ ! -e other ]
	printf 'two\n\020M /log/a#1 8\n\020E 0\n' >&7
	ends 0
	equal '/log/a#1 8' "$(entries c.ckpt)"
}

@test "the lock of one that was killed is free" {
	checkpoint c.ckpt '/log/a#1 0'
	start -c c.ckpt
	marked one 'M /log/a#1 4' >&7
	eventually holds c.ckpt '/log/a#1 4'
	kill -9 "$pid"
	ends 137
	marked two 'M /log/a#1 8' 'E 0' | deliver -c c.ckpt
	equal '/log/a#1 8' "$(entries c.ckpt)"
	equal $'one\ntwo' "$(cat arrived)"
}

@test "a checkpoint has a name, and room for that of its lock" {
	: >log
	run -2 siem-tail --once -c '' log
	equal 'siem-tail: an empty text is not the name of a checkpoint' "$output"
	long=$(printf '%0250d' 0)
	run -2 siem-tail --once -c "$long" log
	equal "siem-tail: $long: too long a name" "$output"
}

@test "an input that is empty is status 3" {
	checkpoint c.ckpt '/log/a#1 0'
	run -3 --separate-stderr deliver -c c.ckpt < <(:)
	[[ $stderr == *'ended before it began'* ]]
}

@test "the status of the stages before counts" {
	checkpoint c.ckpt '/log/a#1 0'
	run -1 deliver -c c.ckpt < <(marked one 'M /log/a#1 4' 'E 1')
	equal '/log/a#1 4' "$(entries c.ckpt)"
}

@test "a dry run commits nothing and needs no checkpoint" {
	checkpoint c.ckpt '/log/a#1 0'
	run -0 deliver -n -c c.ckpt < <(marked one 'M /log/a#1 4' 'E 0')
	equal one "$output"
	equal '/log/a#1 0' "$(entries c.ckpt)"
	[ ! -e c.ckpt.dead ] && [ ! -e c.ckpt.lock ]
}

@test "what is rejected is in CHECKPOINT.dead before its mark is committed" {
	checkpoint c.ckpt '/log/a#1 0'
	start -c c.ckpt
	marked 'R line%201:%20no bad' 'M /log/a#1 4' >&7
	eventually holds c.ckpt '/log/a#1 4'
	equal bad "$(cat c.ckpt.dead)"
	equal 'line 1: no' "$(jq -r .reason c.ckpt.dead.why)"
	printf '\020E 1\n' >&7
	ends 1
}

@test "dead letters may be another file" {
	checkpoint c.ckpt '/log/a#1 0'
	run -1 deliver -c c.ckpt --dead-letter letters \
		< <(marked 'R no bad' 'M /log/a#1 4' 'E 1')
	equal bad "$(cat letters)"
	[ ! -e c.ckpt.dead ]
}

@test "the checkpoint is not taken for the dead letters" {
	checkpoint c.ckpt '/log/a#1 0'
	cp c.ckpt before
	run -2 deliver -c c.ckpt --dead-letter ./c.ckpt \
		< <(marked 'R no bad' 'M /log/a#1 4' 'E 1')
	cmp before c.ckpt
}

@test "what is given up is set aside before its mark is committed" {
	checkpoint c.ckpt '/log/a#1 0'
	nobody
	run -3 timeout 120 siem-send -c c.ckpt --retries 0 "syslog:$at" \
		< <(marked one 'M /log/a#1 4' 'E 0')
	equal one "$(cat c.ckpt.dead)"
	equal '/log/a#1 4' "$(entries c.ckpt)"
}

@test "a run that is cut short commits what was delivered and no more" {
	checkpoint c.ckpt '/log/a#1 0'
	mock
	mkfifo in
	siem-send -c c.ckpt --grace 0 "syslog:$at" <in 2>err 3>&- &
	pid=$!
	remember "$pid"
	exec 7>in
	marked one 'M /log/a#1 4' >&7
	eventually holds c.ckpt '/log/a#1 4'
	unmock
	printf 'two\n\020M /log/a#1 8\n' >&7
	eventually says 'trying again'
	kill "$pid"
	ends 3
	equal '/log/a#1 4' "$(entries c.ckpt)"
	[ ! -s c.ckpt.dead ]
}

# full_disk SCRIPT: run it in bash where ./disk is a file system of its own that
# is full; "room" makes room there.
full_disk()
{
	unshare -rm mount -t tmpfs none . || skip 'no file system of our own'
	{
		declare -f checkpoint entries equal marked eventually holds says
		echo "id=$id"
		cat <<-'END'
			full() { head -c 1M /dev/zero >disk/full || true; }
			room() { rm disk/full; }
			mkdir disk
			mount -t tmpfs -o size=128k none disk
			checkpoint disk/c.ckpt '/log/a#1 0'
			mkfifo in
		END
		echo "$1"
	} >script.sh
	timeout 120 unshare -rm bash -e script.sh
}

@test "a checkpoint on a full disk is written once there is room" {
	full_disk '
		siem-send -c disk/c.ckpt --dead-letter letters \
			--receipts receipts file:arrived <in 2>err &
		exec 7>in
		marked one "M /log/a#1 4" >&7
		eventually holds disk/c.ckpt "/log/a#1 4"
		full
		printf "two\n\020M /log/a#1 8\n" >&7
		eventually says "No space left on device; trying again"
		holds disk/c.ckpt "/log/a#1 4"
		printf "three\n\020M /log/a#1 14\n\020E 0\n" >&7
		exec 7>&-
		eventually grep -q three arrived
		room
		wait $!
		holds disk/c.ckpt "/log/a#1 14"
		says "what was held back could be written"
	'
	equal $'one\ntwo\nthree' "$(cat arrived)"
}

@test "receipts on a full disk hold the checkpoint back until there is room" {
	full_disk '
		cp disk/c.ckpt .
		siem-send -c c.ckpt --receipts disk/receipts \
			file:arrived <in 2>err &
		exec 7>in
		marked one "M /log/a#1 4" >&7
		eventually holds c.ckpt "/log/a#1 4"
		full
		# More than fits behind the receipt that is there, and at once,
		# or the first of it would fit.
		for i in $(seq 100 140); do
			printf "two\n\020M /log/%0200d#1 8\n" "$i"
		done >more
		printf "\020M /log/a#1 8\n" >>more
		cat more >&7
		eventually says "disk/receipts: No space left on device; trying"
		eventually grep -q two arrived
		holds c.ckpt "/log/a#1 4"
		room
		printf "\020E 0\n" >&7
		exec 7>&-
		wait $!
		grep -q "^/log/a#1 8$" c.ckpt
		[ "$(jq -s "map(.delivered) | add" disk/receipts)" = 42 ]
	'
}

@test "dead letters on a full disk hold up what is behind them until there is room" {
	full_disk '
		cp disk/c.ckpt .
		siem-send -c c.ckpt --dead-letter disk/dead \
			file:arrived <in 2>err &
		exec 7>in
		marked one "M /log/a#1 4" >&7
		eventually holds c.ckpt "/log/a#1 4"
		full
		for i in 1 2 3; do
			printf "\020R no %d%s\n" "$i" "$(printf %05000d 0)" >&7
		done
		printf "four\n\020M /log/a#1 8\n" >&7
		eventually says "dead letters: disk/dead: No space left on device"
		holds c.ckpt "/log/a#1 4"
		room
		printf "\020E 1\n" >&7
		exec 7>&-
		status=0
		wait $! || status=$?
		equal 1 "$status"
		holds c.ckpt "/log/a#1 8"
		equal "1 2 3" "$(cut -c 1 disk/dead | xargs)"
		equal "0 5002 10004" "$(jq .offset disk/dead.why | xargs)"
	'
	equal $'one\nfour' "$(cat arrived)"
}

@test "without a checkpoint, dead letters that never find room are told" {
	full_disk '
		full
		siem-send --grace 0 --max-record 3 --dead-letter disk/dead \
			file:arrived <in 2>err &
		exec 7>in
		printf "one\ntwo too long\n" >&7
		eventually says "dead letters: disk/dead: No space left on device"
		kill $!
		status=0
		wait $! || status=$?
		equal 3 "$status"
		says "records neither delivered nor kept: 1"
	'
	equal one "$(cat arrived)"
}

@test "a folder that may not be written is told before anything is sent" {
	[ "$(id -u)" -ne 0 ] || skip 'root may write anywhere'
	mkdir ro
	checkpoint ro/c.ckpt '/log/a#1 0'
	: >ro/c.ckpt.lock
	chmod 500 ro
	run -3 deliver -c ro/c.ckpt --dead-letter letters < <(marked one 'M /log/a#1 4' 'E 0')
	chmod 700 ro

	equal 'siem-send: ro/c.ckpt: it cannot be replaced in its folder: Permission denied' "$output"
	[ ! -e arrived ]
}

@test "a folder that may not be written holds nobody up for good" {
	[ "$(id -u)" -ne 0 ] || skip 'root may write anywhere'
	mkdir ro
	checkpoint ro/c.ckpt '/log/a#1 0'
	: >ro/c.ckpt.lock
	start -c ro/c.ckpt --dead-letter letters --grace 1
	marked one >&7
	eventually grep -q one arrived
	chmod 500 ro
	printf '\020M /log/a#1 4\n' >&7
	eventually says 'Permission denied; trying again'
	kill "$pid"
	ends 3
	chmod 700 ro
	equal '/log/a#1 0' "$(entries ro/c.ckpt)"
}
