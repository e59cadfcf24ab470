# Shared by every .bats file.
bats_require_minimum_version 1.5.0

# shellcheck disable=SC2034 # the tests use it
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# The helper programs of tests/bin stand beside the tools under test.
tool=$(command -v siem-fmt) && PATH=$PATH:${tool%/bin/*}/tests/bin

# An address of this machine that belongs to this test alone. The port that one
# has left there is free when another comes back to it, and a port where nobody
# listens stays so: on 127.0.0.1 the kernel may give both to other tests.
# shellcheck disable=SC2034 # the tests use it
here=127.$((64 + $$ / 65536 % 64)).$(($$ / 256 % 256)).$(($$ % 256))

# shellcheck source-path=SCRIPTDIR
. "$root/tests/process.bash"

# Each test works in a directory of its own, in the same locale and time zone.
setup()
{
	# A file that preloads the shim says so: the sanitizers have to come first.
	case ${preloads:-}${BUILD:-} in
	yes*-san) skip 'the shim and the sanitizers do not go together' ;;
	esac
	cd "$BATS_TEST_TMPDIR" || return 1
	export LC_ALL=C TZ=UTC0
}

# equal WANT GOT: fail, showing both, unless they are the same.
equal()
{
	[ "$1" = "$2" ] && return
	diff <(printf '%s\n' "$1") <(printf '%s\n' "$2")
	return 1
}

# eventually COMMAND...: wait until it succeeds, for a minute at least. What is
# in order is there at once; on a machine that is busy this costs patience only.
eventually()
{
	local tries=6000 began=$EPOCHSECONDS

	until "$@" 2>/dev/null; do
		if [ $((tries -= 1)) -le 0 ]; then
			echo "not within $((EPOCHSECONDS - began)) s: $*"
			"$@" # and now with what it says
			return
		fi
		sleep 0.01
	done
}

# own_memory PID: in KiB, without the pages of programs and libraries, of which
# the machine decides how many are mapped at once.
own_memory()
{
	sed -n 's/^RssAnon:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$1/status"
}

# replace TOOL: what is under test, but for this tool, which is the script on
# standard input. It is in $build, and the true tools are in $tools.
replace()
{
	tools=$(dirname "$(command -v "$1")")
	# Of the same name: it says whether they have sanitizers.
	build=$PWD/$(basename "${tools%/bin}")
	mkdir -p "$build/bin" "$build/tests"
	ln -s "$tools"/* "$build/bin/"
	ln -s "${tools%/bin}/tests/bin" "$build/tests/bin"
	rm "$build/bin/$1"
	{
		printf '#!/bin/bash\ntools=%q\n' "$tools"
		cat
	} >"$build/bin/$1"
	chmod +x "$build/bin/$1"
}

# unprivileged COMMAND...: so that the modes of files hold for root, too.
unprivileged()
{
	[ "$(id -u)" -ne 0 ] || set -- setpriv \
		--bounding-set=-dac_override,-dac_read_search "$@"
	exec "$@"
}

# remember PID: end it with the test, whatever becomes of that.
remember()
{
	pids="${pids:-} $1"
}

# evidence: what the tools said in a test that has failed.
evidence()
{
	local file

	[ -z "${BATS_TEST_COMPLETED:-}" ] || return 0
	for file in err said messages stats stderr *.err *.log; do
		[[ -f $file && -s $file ]] || continue
		echo "-- $file:"
		tail -n 20 "$file" | cut -c 1-300
	done
}

teardown()
{
	local pid

	evidence
	for pid in ${pids:-}; do
		# What timeout(1) has started is in a group of its own.
		kill -9 -- "-$pid" || kill -9 "$pid" || true
		wait "$pid" || true
	done 2>/dev/null
}
