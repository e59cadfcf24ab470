# For .bats files that send to the HTTP Event Collector of siem-mock.

setup_file()
{
	export SPLUNK_HEC_TOKEN=12345678-1234-1234-1234-123456789012
	export SPLUNK_HEC_HOST=web01
}

# mock OPTION...: what has arrived is in arrived, its address in $url. It listens
# at $listen where that is set.
mock()
{
	rm -f where
	siem-mock splunk -q -l "${listen:-:0}" --listen-file where --idle 120 \
		"$@" >>arrived 2>said 3>&- 4>&- &
	mock=$!
	remember "$mock"
	eventually [ -s where ]
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

# send OPTION...: to that mock.
send()
{
	timeout 120 siem-send "splunk:$url" "$@"
}
