# For .bats files that make checkpoints and marked streams by hand.

id=0123456789abcdef0123456789abcdef

# checkpoint FILE [ENTRY...]: make a checkpoint, as a source does.
checkpoint()
{
	local file=$1

	shift
	printf 'siem-checkpoint/1 %s\n' "$id" >"$file"
	[ $# -eq 0 ] || printf '%s\n' "$@" >>"$file"
	printf 'sum %.16s\n' "$(sha256sum <"$file")" >>"$file"
}

# marked LINE...: a marked stream; a line "M ...", "E ..." and the like becomes
# a control line.
marked()
{
	printf '\020H siem/1 %s\n' "$id"
	[ $# -eq 0 ] || printf '%s\n' "$@" |
		sed -E $'s/^([MRFEX]( |$))/\020\\1/'
}
