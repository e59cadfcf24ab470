#!/usr/bin/env bats
# A disk that is full, or fails, at any write, sync or rename: nothing that was
# acknowledged is lost, what is wrong is said, and the work goes on.

load helper
load shipped

# shellcheck disable=SC2034 # helper.bash reads it
preloads=yes

# in_trouble DIR RULES COMMAND...: in there, with the shim; "fired" tells.
in_trouble()
{
	local dir=$1 rules=$2

	shift 2
	(
		cd "$dir" || exit
		SHIM_IN=$tool SHIM=$rules SHIM_FIRED=fired \
			LD_PRELOAD=$(command -v shim.so) "$@"
	)
}

# ship_in DIR RULES: ship twenty records from there.
ship_in()
{
	mkdir "$1"
	checkpoint "$1/ck"
	in_trouble "$1" "$2" ship < <(stream 1 20) 2>"$1/said"
}

# one_fault N RULE ERROR: a case of the loop, in its own folder: the N-th call
# fails, and the two behind it, so that it is not over before it is noticed.
one_fault()
{
	local dir=case.$1 status=0

	"$case" "$dir" "$2 path=$PWD/$dir/${where:-}* n=$1-$(($1 + 2))" || status=$?
	if [ ! -s "$dir/fired" ] && [ "$status" -eq 1 ]; then
		touch "$dir/over"
	elif [[ ! $status =~ ^($want)$ ]]; then
		echo "status $status"
	elif [ -n "$3" ] && ! grep -q "$3" "$dir/said" &&
		! { [ -n "${quiet_end:-}" ] && [ "$(wc -l <"$dir/fired")" -eq 1 ]; }; then
		echo 'nothing was said'
	elif "$after" "$dir"; then
		touch "$dir/good"
	fi
	[ -e "$dir/over" ] || cat "$dir/fired" "$dir/said"
}

# every_fault RULE ERROR LEAST: for all calls that the rule fits, of which there
# are so many at least. "case", "want" and "after" are what is run, the statuses
# that it may end with, and what must hold then; "where" may name some files.
every_fault()
{
	local n running

	# They wait most of the time, so some may wait together.
	for n in $(seq 48); do
		one_fault "$n" "$1" "$2" >"log.$n" 2>&1 3>&- &
		running="${running:-} $!"
		if [ $((n % 8)) -eq 0 ]; then
			# shellcheck disable=SC2086 # several
			wait $running
			running=
			[ ! -e "case.$n/over" ] || break
		fi
	done
	for n in $(seq 48); do
		[ ! -e "case.$n/over" ] || break
		[ -e "case.$n/good" ] ||
			{ echo "call $n:"; cat "log.$n"; return 1; }
	done
	[ "$n" -gt "$3" ] && [ -e "case.$n/over" ]
}

# What becomes of the records that are shipped.
all_there()
{
	recovers "$1" 20
}

# every_fault_of_ship RULE ERROR LEAST: of which it recovers by itself. Only a
# destination that fails for good ends it.
every_fault_of_ship()
{
	tool=siem-send case=ship_in want=${want:-1} after=all_there every_fault "$@"
}

# spool_in DIR RULES: keep twenty records in a spool there.
spool_in()
{
	mkdir "$1"
	checkpoint "$1/ck"
	in_trouble "$1" "$2" spool < <(stream 1 20) 2>"$1/said"
}

# What becomes of the records that are kept.
kept_there()
{
	all_kept "$1" 20
}

# That the last segment is closed is written last, and only spares some work.
every_fault_of_spool()
{
	quiet_end=yes tool=siem-batch where=spool/0 case=spool_in want=1 after=kept_there every_fault "$@"
}

# reject_in DIR RULES: siem-fmt sets every second record aside.
reject_in()
{
	mkdir "$1"
	in_trouble "$1" "$2" rejecting >"$1/out" < <(mixed) 2>"$1/said"
}

every_fault_of_fmt()
{
	tool=siem-fmt case=reject_in want='1|3' after=all_aside every_fault "$@"
}

@test "a disk that is full at any one write loses nothing" {
	every_fault_of_ship 'fail=ENOSPC write' 'No space left on device' 6
}

@test "a write that fails loses nothing, whichever it is" {
	want='1|3' every_fault_of_ship 'fail=EIO write' 'Input/output error' 6
}

@test "a write that is cut in the middle loses nothing, whichever it is" {
	every_fault_of_ship 'short write' '' 6
}

@test "a sync that fails loses nothing, whichever it is" {
	every_fault_of_ship 'fail=EIO fsync' 'Input/output error' 4
}

@test "a rename that fails loses nothing" {
	every_fault_of_ship 'fail=EROFS rename' 'Read-only file system' 1
}

@test "no mark goes on before what siem-fmt sets aside is safe, whatever fails" {
	every_fault_of_fmt 'fail=ENOSPC write' 'No space left on device' 6
	rm -rf case.* log.*
	every_fault_of_fmt 'fail=EIO fsync' 'Input/output error' 4
}

@test "a spool on a disk that is full at any one write loses nothing" {
	every_fault_of_spool 'fail=ENOSPC write' 'No space left on device' 3
}

@test "a spool believes a sync that fails, and loses nothing" {
	every_fault_of_spool 'fail=EIO fsync' 'Input/output error' 3
}

@test "a spool whose files cannot be made loses nothing" {
	every_fault_of_spool 'fail=EROFS open' 'Read-only file system' 1
}

@test "a full disk stops nobody for want of metrics, and is said once" {
	echo '{"a":1}' >in
	LD_PRELOAD=$(command -v shim.so) SHIM='fail=ENOSPC write path=*/.full.prom.tmp' \
		run -0 --separate-stderr siem-fmt --json --metrics full.prom in

	equal '{"a":1}' "$output"
	equal 'siem-fmt: metrics: full.prom: No space left on device' "$stderr"
	[ ! -e full.prom ]
}
