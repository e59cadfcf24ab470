# Shared by every .bats file.
bats_require_minimum_version 1.5.0

# shellcheck disable=SC2034 # the tests use it
root=$(cd "$BATS_TEST_DIRNAME/.." && pwd)

# The helper programs of tests/bin stand beside the tools under test.
tool=$(command -v siem-fmt) && PATH=$PATH:${tool%/bin/*}/tests/bin

# Each test works in a directory of its own, in the same locale and time zone.
setup()
{
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
