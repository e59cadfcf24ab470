#!/usr/bin/env bats
# siem-send to Splunk Connect for Syslog, as sc4s and as a transport of splunk:
# what its ports expect, and that nothing is lost on the way there.

load helper
load mocked

# mock OPTION...: what listens at port 6514 there, which wants our certificate.
mock()
{
	listen=tls://${listen:-$here:0} start_mock syslog --tls --tls-dir certs \
		--require-client-cert "$@"
}

# send OPTION...: to that mock, without a word about what goes as it should.
send()
{
	timeout 120 siem-send -q "splunk:$url" -o transport=sc4s \
		-o ca_file=certs/ca.pem -o cert_file=certs/client.pem \
		-o key_file=certs/client.key -o server_name=localhost \
		-o hostname=web01 "$@"
}

@test "by TLS, with certificates that are checked, each line arrives whole behind its header" {
	mock
	cat >lines <<-'END'
	{"a":"x\/y","n":1.50}
	CEF:0|a|b|c|d|e|5|msg=é x\=y
	LEEF:1.0|a|b|c|d|x=1
	<34>1 2003-10-11T22:14:15.003Z h su - ID47 - {"a":1}
	<13>Oct  9 01:02:03 other su: x
	END
	run -0 send <lines
	equal '' "$output"

	# JSON is known by an APP-NAME that is missing, LEEF only behind RFC 3164.
	equal '["lf","tls","rfc5424","web01",null,"{\"a\":\"x\\/y\",\"n\":1.50}"]
["lf","tls","rfc3164","web01",null,"CEF:0|a|b|c|d|e|5|msg=é x\\=y"]
["lf","tls","rfc3164","web01",null,"LEEF:1.0|a|b|c|d|x=1"]
["lf","tls","rfc5424","h","su","{\"a\":1}"]
["lf","tls","rfc3164","other","su","x"]' \
		"$(jq -c '[.framing, .transport, .header, .host, .app, .message]' arrived)"
	equal "$(tail -n 2 lines)" "$(jq -r .raw arrived | tail -n 2)"
}

@test "who it does not know, and who does not know it, ends the run with status 4" {
	mock
	run -4 timeout 120 siem-send -q "sc4s:$url" -o ca_file=certs/ca.pem \
		-o server_name=localhost <<<x
	[[ $output == *'the server requires a client certificate: set cert_file and key_file'* ]]
	run -4 timeout 120 siem-send -q "sc4s:$url" <<<x
	[[ $output == *certificate* ]]

	equal '' "$(cat arrived)"
}

# acknowledged N: do the receipts speak of that many?
acknowledged()
{
	[ "$(jq -s 'map(.delivered) | add + 0' receipts)" -ge "$1" ]
}

@test "an authority that is another for a while costs no line" {
	mock
	mkfifo pipe
	send --receipts receipts <pipe 2>messages 3>&- &
	sender=$!
	remember $sender
	exec 4>pipe
	seq 10 >&4
	eventually acknowledged 10
	end_mock
	# At the same place, one that nobody has to trust.
	listen=$url start_mock syslog --tls --tls-dir others
	seq 11 20 >&4
	eventually grep -q 'shipping failed.*certificate' messages
	end_mock
	listen=${url#tls://} mock
	exec 4>&-
	wait $sender

	equal "$(seq 20)" "$(jq -r .message arrived | sort -nu)"
}

@test "connections that break, end and stall cost no line" {
	mock --fault reset-after=100,close=0.2%,seed=3
	seq 1000 >lines
	run -0 send -o timeout=5 <lines

	equal "$(cat lines)" "$(jq -r .message arrived | sort -nu)"
}

@test "each port gets what it expects, byte for byte" {
	printf '%s\n' '<34>1 2003-10-11T22:14:15.003Z h su - ID47 - x' \
		'<13>Oct  9 01:02:03 other su: yz' >lines
	for at in tls://h tcp://h tcp://h:514 tls://h:6514 tls://h:5514 tcp://h:5514; do
		equal "$(cat lines)" "$(siem-send -n "sc4s:$at" <lines)"
	done
	for at in tcp://h:601 tls://h:5425; do
		equal "46 $(sed q lines)32 $(tail -n 1 lines)" \
			"$(siem-send -n "sc4s:$at" <lines)"
	done
}

@test "a host that would be taken for the message is refused" {
	for name in 2001:db8::1 web/01; do
		run -2 siem-send sc4s:h -o "hostname=$name" <<<x
		equal "siem-send: sc4s: hostname: $name: SC4S knows a host by letters, digits, '.', '-' and '_' only" \
			"$output"
	done
}
