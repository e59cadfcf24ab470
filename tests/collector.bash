# For .bats files that send to the HTTP Event Collector of siem-mock.

load mocked

setup_file()
{
	export SPLUNK_HEC_TOKEN=12345678-1234-1234-1234-123456789012
	export SPLUNK_HEC_HOST=web01
}

# mock OPTION...: the collector, see start_mock.
mock()
{
	start_mock splunk "$@"
}

# send OPTION...: to that mock.
send()
{
	timeout 120 siem-send "splunk:$url" "$@"
}
