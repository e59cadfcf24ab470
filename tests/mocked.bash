# For .bats files that send to a siem-mock of HTTP.

# start_mock KIND OPTION...: what has arrived is in arrived, its address in $url.
# It listens at $listen where that is set.
start_mock()
{
	rm -f where
	siem-mock "$1" -q -l "${listen:-:0}" --listen-file where --idle 120 \
		"${@:2}" >>arrived 2>said 3>&- 4>&- &
	mock=$!
	remember "$mock"
	eventually [ -s where ]
	# shellcheck disable=SC2034 # the tests use it
	url=$(cat where)
}

end_mock()
{
	kill "$mock"
	wait "$mock" || true
}

# has N: have that many arrived?
has()
{
	[ "$(wc -l <arrived)" -ge "$1" ]
}
