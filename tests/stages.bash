# For scripts that start the stages of pipelines as processes of their own, end
# them, and wait for them: tests/chaos, tests/outage.

# shellcheck source-path=SCRIPTDIR
. "${BASH_SOURCE[0]%/*}/process.bash"
# shellcheck source-path=SCRIPTDIR
. "${BASH_SOURCE[0]%/*}/marked.bash"

# use_build BUILD: what is under test, and where to work.
use_build()
{
	build=$(realpath "$1")
	export PATH=$build/bin:$build/tests/bin:$PATH LC_ALL=C TZ=UTC0
	export TMPDIR=${TMPDIR:-$build}
}

# fail TEXT...: of the way to ship, and the seed, that is tried.
fail()
{
	echo "${0##*/}: $way, seed $seed: $*; see $PWD" >&2
	return 1
}

# rest MILLISECONDS, without a process: nobody ever writes there.
exec {never}<> <(:)
rest()
{
	local time

	printf -v time %d.%03d $(($1 / 1000)) $(($1 % 1000))
	read -r -t "$time" -u "$never" || true
}

# Descriptors that are this script's own.
private=("$never")

# apart COMMAND...: without them, in place of the shell.
apart()
{
	local fd

	for fd in "${private[@]}"; do
		eval "exec $fd>&-"
	done
	exec "$@"
}

# in_time SECONDS COMMAND...: wait until it succeeds, no longer than that.
in_time()
{
	local end=$((${EPOCHREALTIME%.*} + $1))

	shift
	until "$@"; do
		[ "${EPOCHREALTIME%.*}" -le "$end" ] || return 1
		rest 20
	done 2>/dev/null
}

# mock KIND OPTION...: what has arrived is in the file arrived.
mock()
{
	rm -f address
	apart siem-mock -q "$@" --listen-file address --metrics mock.page \
		>>arrived 2>>mock.err &
	mock=$!
	in_time 120 mock_says && [ -s address ]
}

# Where it listens, or that it cannot.
mock_says()
{
	[ -s address ] || gone "$mock"
}

# judge OPTION...: has all arrived, as siem-verify sees it? What it says is in the
# file verdict; in $verdict are how many records were lost, repeated, repeated as
# predicted, altered, and read. Status 2: it has seen nothing.
judge()
{
	local status=0

	siem-verify --window 0 --json "$@" >verdict 2>verify.err || status=$?
	[ $status -le 1 ] || fail "siem-verify: $(<verify.err)" || return 2
	# shellcheck disable=SC2034
	read -r -a verdict < <(jq -r \
		'"\(.lost) \(.repeated) \(.predicted) \(.altered) \(.read)"' verdict)
	return $status
}

# end_mock: what has reached it is printed first.
end_mock()
{
	kill "$mock"
	in_time 60 gone "$mock" || fail 'siem-mock does not end'
}

# A pipe between two stages: its ends are in $from and $to.
new_pipe()
{
	local both

	rm -f pipe
	mkfifo pipe
	# shellcheck disable=SC2094 # it is no file
	exec {both}<>pipe {from}<pipe {to}>pipe {both}>&-
}

# stage COMMAND...: behind the one before, whose output is in $from. Its process
# is added to $stages.
stage()
{
	local input=$from to

	new_pipe
	apart "$@" <&"$input" >&"$to" {input}<&- {from}<&- {to}>&- 2>>"$1.err" &
	stages+=($!)
	exec {input}<&- {to}>&-
}

# finish SECONDS: for all the stages to end. Their statuses are in $statuses.
finish()
{
	local stage

	statuses=()
	for stage in "${stages[@]}"; do
		in_time "$1" gone "$stage" || {
			kill -9 "${stages[@]}" 2>/dev/null
			fail "a stage hangs, of ${stages[*]}"
			return
		}
		wait "$stage" 2>/dev/null
		statuses+=($?)
	done
}

# reads_from SEGMENT: one more reader of the spool has come so far, and keeps
# what is behind it from being freed.
reads_from()
{
	local id

	read -r _ id <spool/siem-spool
	checkpoint keep "spool:$id $1,0"
	mv keep spool/keep.checkpoint
}
