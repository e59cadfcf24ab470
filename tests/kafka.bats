#!/usr/bin/env bats
# siem-send kafka: records into a topic, and what becomes of them in trouble.
# shellcheck disable=SC2030,SC2031 # each test has variables of its own

load helper
load kafka
load authority

# send OPTION...: to the topic audit of that cluster.
send()
{
	timeout 120 siem-send -q "kafka:$brokers/audit" -o linger=0 "$@"
}

# has TOPIC N: have that many arrived?
has()
{
	[ "$(arrived "$1" | wc -l)" -ge "$2" ]
}

@test "records arrive byte for byte, keyed by this host" {
	cluster 1
	cp "$root/tests/vectors/audit.jsonl" in
	printf 'no json, \001\303 and \t\n' >>in

	run -0 --separate-stderr send <in
	equal '' "$stderr"
	arrived audit >out
	cmp in out
	run -0 arrived audit '%k\n'
	equal "$(uname -n)" "$(sort -u <<<"$output")"
}

@test "the records of a key keep their order, whatever partition they are in" {
	cluster 3
	tell topic audit 6
	seq 3000 | awk '{ printf "{\"user\":{\"id\":\"u%d\"},\"n\":%d}\n", $1 % 7, $1 }' >in

	run -0 send -o key=user.id <in
	arrived audit '%k %s\n' | sort -s -k 1,1 >out
	equal 3000 "$(wc -l <out)"
	awk '{ printf "%s %s\n", $0, $0 }' in |
		sed -E 's/^\{"user":\{"id":"(u[0-9])"\}.* \{/\1 {/' |
		sort -s -k 1,1 >want
	cmp want out
	run -0 arrived audit '%p\n'
	[ "$(sort -u <<<"$output" | wc -l)" -gt 1 ]
}

@test "a record that has no such member has no key" {
	cluster 1

	run -0 send -o key=user.id <<<'{"user":"somebody"}'
	run -0 arrived audit '%K %s\n'
	equal '-1 {"user":"somebody"}' "$output"
}

@test "a broker that goes away and comes back loses nothing and repeats nothing" {
	cluster 1
	tell topic audit 1
	mkfifo in
	send --stats <in 2>said 3>&- 4>&- &
	sender=$!
	remember "$sender"
	exec {in}>in
	seq 100 >&"$in"
	eventually has audit 100
	tell down 1
	seq 101 200 >&"$in"
	eventually grep -q 'trying again' said
	tell up 1
	eventually has audit 200
	exec {in}>&-
	wait "$sender"
	equal "$(seq 200)" "$(arrived audit)"
	grep -q '200 delivered, .* 0 sent again' said
}

@test "records go elsewhere while no broker is there" {
	cluster 1
	tell down 1

	run -0 send --failover file:spare < <(seq 10)
	equal "$(seq 10)" "$(cat spare)"
}

@test "a topic that is not there ends the run, and costs nothing with -c" {
	cluster 1
	tell topic audit 1
	tell refuse audit 3

	run -4 send --dead-letter dead <<<one
	[[ $output == *'topic audit: '*'nknown topic or partition'* ]]
	equal one "$(cat dead)"
}

@test "a topic that we may not write to ends the run" {
	cluster 1
	tell topic audit 1
	tell refuse audit 29

	run -4 send -o timeout=1 --dead-letter dead <<<one
	[[ $output == *'Topic authorization failed'* ]]
}

@test "once something was accepted, what is refused waits until it is mended" {
	cluster 1
	tell topic audit 1
	mkfifo in
	send <in 2>said 3>&- 4>&- &
	sender=$!
	remember "$sender"
	exec {in}>in
	echo one >&"$in"
	eventually has audit 1
	# What is asked for next; 29: TOPIC_AUTHORIZATION_FAILED.
	tell answer "$produce" 29 1
	echo two >&"$in"
	eventually grep -q 'authorization failed; trying again' said
	eventually has audit 2
	exec {in}>&-
	wait "$sender"
	equal $'one\ntwo' "$(arrived audit)"
}

@test "a record that is too large is set aside, and the others arrive" {
	cluster 1
	{
		echo one
		head -c 3000 /dev/zero | tr '\0' x
		printf '\ntwo\n'
	} >in

	run -1 send -o message_max_bytes=2000 --dead-letter dead <in
	grep -q message_max_bytes dead.why
	equal $'one\ntwo' "$(arrived audit)"
	equal "$(sed -n 2p in)" "$(cat dead)"
}

@test "of a batch that is too large for the broker every record gets its chance" {
	cluster 1
	tell topic audit 1
	# 10: MESSAGE_TOO_LARGE, for the first request, of all three.
	tell answer "$produce" 10 1

	run -0 --separate-stderr send -o linger=0.1 --stats < <(seq 3)
	equal "$(seq 3)" "$(arrived audit | sort)"
	[[ $stderr == *'3 delivered, 0 rejected'* ]]
}

@test "a record that the broker will not have alone either is rejected" {
	cluster 1
	tell topic audit 1
	tell answer "$produce" 10 2

	run -1 send --dead-letter dead <<<one
	equal one "$(cat dead)"
}

@test "where no broker is, tries are counted and the records kept" {
	cluster 1
	tell down 1

	run -3 send --retries 2 --dead-letter dead < <(seq 3)
	equal "$(seq 3)" "$(cat dead)"
	[[ $output == *'Connection refused'* ]]
}

# moves PID: has more been committed since the last time, or has it ended?
moves()
{
	gone "$1" || ! cmp -s ck seen
}

@test "killed at any moment, with -c nothing is missing" {
	cluster 1
	tell topic audit 2
	seq 20000 | sed 's/.*/{"n":&}/' >in
	for ((i = 0; i < 3; i++)); do
		rm -f pid
		siem-tail -q --once -c ck in 3>&- 4>&- | sh -c 'echo $$ >pid
			exec siem-send -q -c ck --rate 5000/s "$0"' \
			"kafka:$brokers/audit" 3>&- 4>&- &
		eventually [ -s pid ]
		eventually [ -s ck ]
		cp ck seen
		eventually moves "$(cat pid)"
		kill -9 "$(cat pid)" || true
		wait $! || true
	done
	siem-tail -q --once -c ck in | send -c ck
	arrived audit | sort -u >out
	sort in | cmp - out
}

@test "where it was built without librdkafka, it says so" {
	[ "$(kafka-cluster)" = no ] || skip 'built with librdkafka'

	run -2 siem-send kafka:kafka1/audit <<<one
	equal 'siem-send: kafka: this program was built without librdkafka' "$output"
	run -2 siem-tail --group siem kafka://kafka1/audit
	equal 'siem-tail: kafka://kafka1/audit: this siem-tail was built without librdkafka' "$output"
	run -0 siem-send --settings kafka
	run -0 siem-send -q file:out <<<one
}

# secure OPTION...: to that topic, by TLS.
secure()
{
	timeout 120 siem-send -q "kafka:$front/audit" -o linger=0 \
		-o security_protocol=ssl -o ca_file=ca.pem "$@"
}

@test "records arrive by TLS, with a certificate of ours whose key is encrypted" {
	cluster 1
	tell topic audit 1
	authority ca
	authority us
	issue server ca 1
	issue client us 2
	openssl pkey -in client.key -aes256 -passout pass:open-sesame -out closed.key
	front --client-ca us.pem

	run -4 secure <<<none
	[[ $output == *'kafka: set cert_file and key_file: '*'certificate required'* ]]
	run -2 secure -o cert_file=client.pem -o key_file=closed.key <<<none
	KAFKA_KEY_PASSWORD=sesame-open run -2 secure -o cert_file=client.pem \
		-o key_file=closed.key <<<none
	[[ $output != *sesame* ]]
	export KAFKA_KEY_PASSWORD=open-sesame
	run -0 secure -o cert_file=client.pem -o key_file=closed.key < <(seq 100)
	equal '' "$output"
	equal "$(seq 100)" "$(arrived audit)"
	grep -q '^/CN=client$' came
}

@test "a broker that nobody vouches for, of another name, or revoked, gets nothing" {
	cluster 1
	tell topic audit 1
	authority ca
	authority else
	issue server ca 7
	front

	run -4 secure -o ca_file=else.pem <<<none
	[[ $output == *'certificate'* ]]
	front=localhost:${front#*:} run -4 secure <<<none
	[[ $output == *'certificate'* ]]
	revoke ca 07
	run -4 secure -o crl_file=ca.crl <<<none
	[[ $output == *'certificate'* ]]
	equal '' "$(arrived audit)"
	revoke ca 08
	run -0 secure -o crl_file=ca.crl <<<one
	run -0 secure -o ca_file=else.pem -o insecure=true <<<two
	equal $'one\ntwo' "$(arrived audit)"
	run -2 secure -o pinned_keys="$(pin server.pem)" <<<none
	[[ $output == *'pinned_keys: each broker has a key of its own, and librdkafka pins none' ]]
	run -2 secure -o server_name=kafka.test <<<none
	run -2 secure -o min_version=1.3 <<<none
}

@test "a wrong password is status 4, and in the middle it costs nothing" {
	cluster 1
	tell topic audit 1
	authority ca
	issue server ca 1
	front --user us --password open-sesame
	(umask 077 && echo wrong-sesame >password)
	export KAFKA_USERNAME=us KAFKA_PASSWORD=file:password KAFKA_SECURITY_PROTOCOL=sasl_ssl
	run -4 secure -o security_protocol=sasl_ssl --dead-letter dead <<<none
	[[ $output == *'uthentication'* && $output != *sesame* ]]
	equal none "$(cat dead)"

	echo open-sesame >password
	mkfifo in
	timeout 120 siem-send "kafka:$front/audit" -o linger=0 -o ca_file=ca.pem \
		<in 2>said 3>&- 4>&- &
	sender=$!
	remember "$sender"
	exec 4>in # which a front does not inherit
	echo one >&4
	eventually has audit 1
	# Another password, and connections of before are gone.
	end_front
	front --user us --password new-sesame
	echo two >&4
	eventually grep -q 'uthentication.*; trying again' said
	(umask 077 && echo new-sesame >new && mv new password)
	eventually has audit 2
	exec 4>&-
	wait "$sender"
	equal $'one\ntwo' "$(arrived audit)"
	run -1 grep sesame said
}

@test "a dry run shows topic, key and record, and needs no broker" {
	[ "$(kafka-cluster)" = yes ] || skip 'built without librdkafka'
	run -0 --separate-stderr siem-send -n kafka:nowhere.invalid/audit \
		-o key=user <<<'{"user":"root","n":1}'
	equal $'audit\troot\t{"user":"root","n":1}' "$output"
	equal '' "$stderr"
}

@test "the password is in no process list, message, dry run or metric" {
	cluster 1
	export KAFKA_PASSWORD=xyzzy-secret KAFKA_USERNAME=us
	# The cluster knows nothing of SASL, and hangs up.
	siem-send -v -o security_protocol=sasl_plaintext --metrics metrics \
		--retries 1 --dead-letter dead "kafka:$brokers/audit" \
		<<<one >out 2>err 3>&- 4>&- || true
	siem-send -n -o security_protocol=sasl_plaintext \
		"kafka:$brokers/audit" <<<one >>out 2>>err
	run -1 grep -r xyzzy-secret out err metrics dead
}

@test "who does not go to Kafka does not load its library" {
	for tool in siem-send siem-tail; do
		run -0 ldd "$(command -v "$tool")"
		[[ $output != *rdkafka* ]]
	done
	# What only reads files needs none of what HTTP needs.
	[[ $output != *libcurl* && $output != *libssl* ]]
}

@test "a librdkafka that is not there, or too old, is said" {
	[ "$(kafka-cluster)" = yes ] || skip 'built without librdkafka'
	# Without its functions.
	cp "$(ldd "$(command -v siem-tail)" |
		sed -n 's/.*libz[^ ]* => \([^ ]*\).*/\1/p')" librdkafka.so.1
	run -2 env LD_LIBRARY_PATH="$PWD" siem-send kafka:localhost/audit <<<one
	[[ $output == *'kafka: librdkafka: too old: '*rd_kafka_* ]]
	run -2 env LD_LIBRARY_PATH="$PWD" siem-tail --group g kafka://localhost/audit
	[[ $output == *'kafka: librdkafka: too old: '*rd_kafka_* ]]

	echo none >librdkafka.so.1
	run -2 env LD_LIBRARY_PATH="$PWD" siem-send kafka:localhost/audit <<<one
	[[ $output == *'kafka: librdkafka is needed, and is not there: '* ]]
}

@test "--check says whether the topic is there, and produces nothing" {
	cluster 2
	tell topic audit 3
	run -0 timeout 60 siem-send --check "kafka:$brokers/audit"
	[[ $output == *'broker '*' ok '*'topic audit: it is there (partitions: 3, brokers: 2)'* ]]
	tell refuse audit 29
	run -4 timeout 60 siem-send --check "kafka:$brokers/audit"
	[[ $output == *'FAILED'*'authorization failed: have us given the right to write to it'* ]]
	tell refuse audit 3
	run -4 timeout 60 siem-send --check "kafka:$brokers/audit"
	[[ $output == *'FAILED'*': create it, or check topic'* ]]
	run -3 timeout 60 siem-send --check "kafka:$here:1/audit"
	[[ $output == *'broker '*' FAILED '*"$here:1"* ]]
	tell refuse audit 0
	equal '' "$(arrived audit)"
}
