# Shared by the .bats files about siem-verify.

# Helpers call run for the test that calls them.
# shellcheck disable=SC2030,SC2031

# numbered N: a log of so many records, each 20 bytes long with its line feed.
numbered()
{
	seq -f '{"entry":"%08.0f"}' "$1"
}

# counts JSON: those that say something, as "lost 1 altered 2".
counts()
{
	jq -r 'to_entries | map(select(.value > 0) | "\(.key) \(.value)") |
		join(" ")' <<<"$1"
}

# verify STATUS COUNTS OPTION...: of in and came.
verify()
{
	run "-$1" --separate-stderr siem-verify --json --source in --arrived came "${@:3}"

	equal "$2" "$(counts "$output" | sed -E 's/(read|expected|arrived) [0-9]+ ?//g; s/ $//')"
}

# position FILE OFFSET [HEAD]: as siem-tail writes it, of another inode.
position()
{
	local tail=$(($2 < 64 ? $2 : 64))

	printf '%s,1,1,%s,%s,%s,%s' "$2" "${3:-40}" \
		"$(head -c "${3:-40}" "$1" | sha256sum | cut -c 1-16)" "$tail" \
		"$(head -c "$2" "$1" | tail -c "$tail" | sha256sum | cut -c 1-16)"
}

# receipt FILE FROM TO [MEMBERS]: of the records 1 to 9 of a run.
receipt()
{
	printf '{"id":"-","first":1,"last":9%s,"ranges":[{"source":"/x#1","from":"%s","to":"%s"}]}\n' \
		"${4:+,$4}" "$(position "$1" "$2")" "$(position "$1" "$3")"
}
