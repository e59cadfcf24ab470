#!/usr/bin/env bats
# The power is cut at every moment, and what was not synced is gone, or half
# there, or there without what came before: all that had been acknowledged is
# still there.

load helper
load shipped

# shellcheck disable=SC2034 # helper.bash reads it
preloads=yes

# op KIND PID FD OFFSET PATH [BYTES]: a line of a record made by hand.
op()
{
	printf '%s %s %s %s %s %s\n%s\n' "$1" "$2" "$3" "$4" "${#6}" "$5" "$6"
}

# cut_power RECORD N STATE [SEED]: the disk as it may be found in "after".
cut_power()
{
	rm -rf after
	cp -a base after
	powercut "$1" base "$2" "$3" "${4:-1}" after
}

# A file that replaces another: made, written, synced, renamed, folder synced.
replaced()
{
	op O 1 3 577 .f.tmp
	op W 1 3 0 .f.tmp new
	op S 1 3 0 .f.tmp
	op s 1 3 0 .f.tmp
	op R 1 -1 0 .f.tmp f
	op C 1 3 0 .f.tmp
	op O 1 4 65536 .
	op S 1 4 0 .
	op s 1 4 0 .
}

@test "a file that is replaced as it should be is old or new, whenever the power is cut" {
	mkdir base
	printf old >base/f
	replaced >record
	equal 9 "$(powercut record)"
	for n in $(seq 0 9); do
		for state in kept lost data-lost names-lost mixed; do
			cut_power record "$n" $state
			case $(<after/f) in
			old) [ "$n" -lt 9 ] ;;
			new) [ "$n" -ge 5 ] ;;
			*) echo "$n $state: $(<after/f)"; return 1 ;;
			esac
		done
	done
}

@test "without a sync a renamed file may be empty, and without one of the folder the old one" {
	mkdir base
	printf old >base/f
	replaced | grep -v '^$' | awk '/^[Ss] 1 3/ { next } { print; if (!/^W/ && !/^R/ && NF > 3) print "" }' >record
	n=$(powercut record)
	equal 7 "$n"

	cut_power record "$n" data-lost
	equal '' "$(<after/f)"
	cut_power record 5 names-lost
	equal old "$(<after/f)"
	cut_power record "$n" names-lost
	equal new "$(<after/f)"
}

@test "of what was appended since the last sync any part may be there, from its start on" {
	mkdir base
	printf 'abc' >base/f
	{
		op O 1 3 1025 f
		op W 1 3 3 f defghi
		op S 1 3 0 f
		op W 1 3 9 f NOT
		op s 1 3 0 f
		op W 1 3 12 f MORE
	} >record
	equal abcdefghiNOTMORE "$(cut_power record 6 kept; cat after/f)"
	equal abcdefghi "$(cut_power record 6 lost; cat after/f)"
	equal abc "$(cut_power record 4 lost; cat after/f)"
	for seed in $(seq 20); do
		cut_power record 6 mixed "$seed"
		whole=abcdefghiNOTMORE
		found=$(<after/f)
		[ "${#found}" -ge 9 ]
		equal "${whole:0:${#found}}" "$found"
		echo "${#found}"
	done | sort -u >lengths
	[ "$(wc -l <lengths)" -gt 3 ]
}

@test "a file that was removed may be back" {
	mkdir base
	printf old >base/f
	{
		op U 1 -1 0 f
		op O 1 4 65536 .
		op S 1 4 0 .
		op s 1 4 0 .
	} >record
	cut_power record 1 lost
	equal old "$(<after/f)"
	cut_power record 1 kept
	[ ! -e after/f ]
	cut_power record 4 lost
	[ ! -e after/f ]
}

@test "names that were not synced may be gone in any order" {
	mkdir base
	for f in 1 2 3; do
		echo old >base/$f
	done
	for f in 1 2 3; do
		op U 1 -1 0 $f
	done >record
	for seed in $(seq 50); do
		cut_power record 3 reordered "$seed"
		(cd after && echo ?)
	done | sort -u >names
	equal "$(printf '%s\n' '1' '1 2' '1 2 3' '1 3' '2' '2 3' '3' '?')" "$(<names)"
}

# changes RECORD: after which operations the disk may be another. What is
# opened, and neither made nor emptied, stays as it is.
changes()
{
	LC_ALL=C awk '/^[A-Za-z] [0-9]+ -?[0-9]+ [0-9]+ [0-9]+ / {
		n++
		if ($1 == "O" ? int($4 / 64) % 2 || int($4 / 512) % 2 : $1 !~ /[SC]/)
			print n
	}' "$1"
}

# committed POSITION: that is where the checkpoint on the disk stands.
committed()
{
	[ "$(position disk/ck)" = "$1" ]
}

# everywhere HOW RECORD LAST STATE...: HOW recovers it, wherever the power is cut.
everywhere()
{
	local how=$1 record=$2 last=$3 n state disk

	shift 3

	# The same disk is looked at once.
	declare -gA seen=()
	for n in $(changes "$record"); do
		for state; do
			# shellcheck disable=SC2086 # a state, and its seed
			cut_power "$record" "$n" $state
			disk=$(find after -type f -exec cksum {} +)
			[ -z "${seen[$disk]:-}" ] || continue
			seen[$disk]=yes
			"$how" after "$last" || { echo "after $n operations: $state"; return 1; }
		done
	done
}

# recording TOOL COMMAND...: what it does to files in here goes into ../record.
recording()
{
	local tool=$1

	shift
	SHIM_IN=$tool SHIM_ROOT=$PWD SHIM_RECORD=../record \
		LD_PRELOAD=$(command -v shim.so) "$@"
}

# recorded TOOL HOW LAST...: HOW ships records from and to "disk", of which
# "base" is how it was: up to the first LAST, and when that is committed up to
# the next.
recorded()
{
	local tool=$1 how=$2 pid at last=0 status=0

	shift 2
	mkdir -p base disk
	checkpoint base/ck
	cp -a base/. disk
	mkfifo in
	(cd disk && recording "$tool" "$how") <in 3>&- &
	pid=$!
	remember "$pid"
	exec 4>in
	printf '\020H siem/1 %s\n' "$id" >&4
	for at; do
		records $((last + 1)) "$at" >&4
		eventually committed "$at"
		last=$at
	done
	printf '\020E 0\n' >&4
	exec 4>&-
	wait "$pid" || status=$?
	equal 1 "$status"
}

# needed STATE HOW LAST FILE...: without its syncs, each of them a pattern, HOW
# does not recover everything that was committed.
needed()
{
	local state=$1 how=$2 last=$3 what

	shift 3
	for what; do
		sed -E "/^[Ss] [0-9]+ [0-9]+ 0 0 ${what//\//\\/}\$/{N;d}" record >careless
		[ "$(powercut careless)" -lt "$(powercut record)" ]
		echo "without syncs of $what"
		run ! everywhere "$how" careless "$last" "$state"
	done
}

@test "what siem-send has committed is delivered or in the dead letters, whenever the power is cut" {
	recorded siem-send ship 10 20
	equal "$(seq 20)" "$(numbers disk/arrived disk/dead)"

	everywhere recovers record 20 kept lost data-lost names-lost 'mixed 1' 'mixed 2'
	[ "${#seen[@]}" -gt 20 ]
	# It ended, so nothing of it comes once more.
	cut_power record "$(powercut record)" lost
	equal 20 "$(position after/ck)"
	needed data-lost recovers 20 dead receipts arrived '\.ck\.tmp'
}

@test "what a spool has acknowledged is in it, whenever the power is cut" {
	recorded siem-batch spool 10 20
	everywhere all_kept record 20 kept lost data-lost names-lost 'mixed 1'
	[ "${#seen[@]}" -gt 20 ]
	needed data-lost all_kept 20 dead 'spool/0[0-9]*\.log'
}

@test "so it is where one segment ends and the next begins" {
	export segment=100
	recorded siem-batch spool 5 10
	[ "$(find disk/spool -name '*.log' | wc -l)" -gt 2 ]
	everywhere all_kept record 10 lost data-lost names-lost 'mixed 1'
	[ "${#seen[@]}" -gt 20 ]
	needed names-lost all_kept 10 spool
}

@test "what the next run believes of a writer that was killed is there for good" {
	mkdir -p base disk
	checkpoint base/ck
	cp -a base/. disk
	# It is written, and not synced; the second run finds it whole.
	(cd disk && SHIM='kill-before fsync path=*/spool/0*.log' \
		recording siem-batch spool) < <(stream 1 10) || equal 137 "$?"
	[ -s disk/spool/000000000001.log ]
	(cd disk && recording siem-batch spool) < <(stream 1 10) || equal 1 "$?"
	equal e "$(tail -n 1 disk/spool/000000000001.sum | cut -c 1)"

	# What readers are told by then stays so.
	cut_power record "$(powercut record)" lost
	cmp disk/spool/000000000001.log after/spool/000000000001.log
	cmp disk/spool/000000000001.sum after/spool/000000000001.sum
	everywhere all_kept record 10 data-lost
	[ "${#seen[@]}" -gt 10 ]
}

# reader: all that the spool has is delivered. It speaks of nothing missing.
reader()
{
	timeout 120 siem-tail --once -c spool/r.checkpoint spool 2>gap |
		recording siem-send timeout 120 siem-send -q \
			-c spool/r.checkpoint file:arrived
	equal '0 0' "${PIPESTATUS[*]}" && equal '' "$(<gap)"
}

# lacking DIR: which files of the segments in there are missing.
lacking()
{
	find "$1" -name '0*.*' -printf '%f\n' | sort |
		awk -F . '{ last = $1; has[$1] = has[$1] " " $2 } END {
			for (s in has)
				if (s != last && has[s] != " log sum")
					print has[s] == " log" ? "sum" : "log" }'
}

# comes DIR LAST: from the spool there, and from what its source still has, comes
# all that is not there yet. At times somebody looks after the spool before.
comes()
{
	local at round

	at=$(position "$1/ck")
	lacking "$1/spool" >>halves
	for round in before after; do
		if [ $round = after ] || [ $((${#seen[@]} % 2)) -eq 0 ]; then
			siem-batch --fsck "$1/spool" >"$1/fsck" 2>&1 ||
				{ cat "$1/fsck"; return 1; }
			equal '' "$(lacking "$1/spool")" || return
		fi
		(cd "$1" && unset SHIM_ROOT && reader) || return
		[ $round = before ] || break
		(cd "$1" && spool < <(stream $((at + 1)) "$2") 2>err) ||
			[ $? -eq 1 ] || { cat "$1/err"; return 1; }
	done
	touch "$1/dead"
	equal "$(seq "$2")" "$(numbers "$1/arrived" "$1/dead")" &&
		equal "$2" "$(position "$1/ck")"
}

# tight: in place of the shell, a spool of small segments that takes few.
tight()
{
	exec siem-batch --spool spool --segment 80 --max 900 -c ck \
		--dead-letter dead --max-record 90
}

@test "what a reader of a spool has not got is in it, whenever the power is cut while segments are freed" {
	mkdir base
	checkpoint base/ck
	(cd base && tight < <(stream 1 10)) || [ $? -eq 1 ]
	(cd base && siem-tail --once -c spool/r.checkpoint spool >../sent)
	cp -a base disk
	mkfifo in
	(cd disk && recording siem-batch tight) <in 2>full 3>&- &
	writer=$!
	remember "$writer"
	exec 4>in
	marked >&4
	records 11 20 >&4
	eventually grep -q 'is full' full
	# What two do at once has no order in the record, so one of them waits. The
	# checkpoint gets its name, and not for good: it counts already.
	kill -STOP "$writer"
	(cd disk && ! SHIM='kill-after rename path=*/r.checkpoint' reader)
	kill -CONT "$writer"
	eventually [ ! -e disk/spool/000000000001.log ]
	take_turns()
	{
		kill -STOP "$writer"
		(cd disk && reader)
		kill -CONT "$writer"
		committed 20
	}
	eventually take_turns
	printf '\020E 0\n' >&4
	exec 4>&-
	wait "$writer" || [ $? -eq 1 ]
	[ "$(grep -ac '^U .* spool/0[0-9]*\.log' record)" -gt 2 ]
	everywhere comes record 20 kept 'reordered 1' 'reordered 2'
	[ "${#seen[@]}" -gt 20 ]
	# A segment that was half freed was seen in both ways.
	equal $'log\nsum' "$(sort -u halves)"
}

# read_on DIR LAST: the log there is read on from its checkpoint, or, without
# one, from its start, and all that was not acknowledged comes.
read_on()
{
	local at=0

	[ ! -e "$1/ck" ] || at=$(sed -nE 's/^.*log#[0-9]+ ([0-9]+),.*/\1/p' "$1/ck")
	# Each line is three bytes long.
	(cd "$1" && siem-tail --once -c ck log | commit ck) >got
	# Elsewhere, and another file, it may come once more.
	equal '' "$(comm -23 <(seq -w "$2" | tail -n +$((${at:-0} / 3 + 1))) <(sort -u got))"
}

@test "a checkpoint that siem-tail makes is whole or not there, whenever the power is cut" {
	mkdir base
	seq -w 20 >base/log
	cp -a base disk
	(cd disk && recording siem-tail siem-tail --once -c ck log >../sent)
	everywhere read_on record 20 kept lost data-lost names-lost 'mixed 1' 'mixed 2'
	[ "${#seen[@]}" -gt 2 ]

	# Nothing was sent before it was there for good.
	cut_power record "$(powercut record)" lost
	equal "$(head -n 1 sent | cut -d ' ' -f 3)" \
		"$(head -n 1 after/ck | cut -d ' ' -f 2)"
	needed data-lost read_on 20 '\.siem-checkpoint-[0-9a-f]*'
}

@test "a checkpoint that siem-tail --reset removes is whole or gone, whenever the power is cut" {
	mkdir base
	seq -w 10 >base/log
	(cd base && siem-tail --once -c ck log | commit ck) >/dev/null
	seq -w 11 20 >>base/log
	cp -a base disk
	(cd disk && recording siem-tail siem-tail -c ck --reset 2>/dev/null)
	everywhere read_on record 20 kept lost data-lost names-lost 'mixed 1'
	[ "${#seen[@]}" -ge 2 ]

	# When it is said to be gone, it is.
	cut_power record "$(powercut record)" lost
	[ ! -e after/ck ]
}

# aside: siem-fmt --reject, of records that are so long that it writes often.
aside()
{
	local long

	printf -v long %08000d 0
	mkdir disk
	mixed | sed "s/}\$/,\"long\":\"$long\"}/" >in
	(cd disk && SHIM="kill-after write n=$1" SHIM_FIRED=../fired \
		recording siem-fmt rejecting) < <(cat in) >whole 2>said || true
}

@test "what siem-fmt has set aside is there before a mark behind it goes on, whenever the power is cut" {
	for n in $(seq 100); do
		rm -rf base disk record fired
		mkdir base
		aside "$n"
		[ -s fired ] || break
		for state in lost data-lost names-lost; do
			cut_power record "$(powercut record)" $state
			sed 's/,"long".*/}/' whole >after/out
			touch after/dead
			all_aside after
		done
	done
	[ "$n" -gt 10 ] && [ "$n" -lt 100 ]
}
