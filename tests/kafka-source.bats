#!/usr/bin/env bats
# siem-tail kafka://: a topic as the source of a pipeline, and of several that
# share it.

load helper
load kafka

# left_as_it_is: for a member that ends before it was given anything, with a
# librdkafka that cannot free it: what that has is no leak of ours.
left_as_it_is()
{
	export LSAN_OPTIONS=${LSAN_OPTIONS:-exitcode=99}:suppressions=$root/tests/lsan.supp:print_suppressions=0
}

# fill FROM TO: records of these numbers, over all partitions.
fill()
{
	seq "$1" "$2" | sed 's/.*/{"n":&}/' |
		siem-send -q -o linger=0 -o key=n "kafka:$brokers/audit"
}

# read_topic OPTION...: as a member of the group "siem".
read_topic()
{
	timeout 120 siem-tail -q --group siem "$@" "kafka://$brokers/audit"
}

# pipeline NAME: from the topic into the file arrived.NAME, for as long as both
# ends live, whose processes are in NAME.tail and NAME.send.
pipeline()
{
	# shellcheck disable=SC2016 # for the shells below
	sh -c 'echo $$ >$0.tail; exec siem-tail -q -c $0.ckpt --group siem $1' \
		"$1" "kafka://$brokers/audit" 2>>"$1.log" 3>&- 4>&- |
		sh -c 'echo $$ >$0.send; exec siem-send -q -c $0.ckpt file:arrived.$0' \
			"$1" 2>>"$1.log" 3>&- 4>&- &
	eventually [ -s "$1.tail" ]
	eventually [ -s "$1.send" ]
	remember "$(cat "$1.tail")"
	remember "$(cat "$1.send")"
}

# has N: have that many records arrived, over all pipelines?
has()
{
	[ "$(cat arrived.* | sort -u | wc -l)" -ge "$1" ]
}

# all N: have these arrived, and no other?
all()
{
	seq "$1" | sed 's/.*/{"n":&}/' | sort >want
	sort -u arrived.* | cmp want -
}

@test "a topic is read byte for byte, each partition in its order" {
	cluster 1
	tell topic audit 3
	fill 1 500
	printf 'no json, \001\303 and \t\n\n' | siem-send -q "kafka:$brokers/audit"

	run -0 --separate-stderr read_topic --once
	equal '' "$stderr"
	arrived audit | sort >want
	sort <<<"$output" | cmp want -
	for n in 0 1 2; do
		timeout 60 kcat -q -C -b "$brokers" -t audit -p "$n" \
			-o beginning -e >part 3>&- 4>&-
		grep -xF -f part <<<"$output" | cmp part -
	done
}

@test "with -c the group knows what was delivered, whoever asks next" {
	cluster 1
	tell topic audit 3
	fill 1 500

	read_topic --once -c a.ckpt | siem-send -q -c a.ckpt file:arrived.a
	all 500
	fill 501 600
	read_topic --once -c b.ckpt | siem-send -q -c b.ckpt file:arrived.b
	all 600
	equal 100 "$(wc -l <arrived.b)"
}

@test "where the group knows nothing, the checkpoint does" {
	cluster 1
	tell topic audit 3
	fill 1 500
	read_topic --once -c ckpt | siem-send -q -c ckpt file:arrived.a
	fill 501 600

	siem-tail -q --once -c ckpt --group other "kafka://$brokers/audit" |
		siem-send -q -c ckpt file:arrived.b
	all 600
	equal 100 "$(wc -l <arrived.b)"
}

@test "a group that does not say where it stands is not begun anew" {
	cluster 1
	tell topic audit 1
	fill 1 10
	read_topic --once -c ckpt | siem-send -q -c ckpt file:arrived.a
	# 30: GROUP_AUTHORIZATION_FAILED.
	tell answer "$offset_fetch" 30 1
	run -4 read_topic --once
	[[ $output == *'kafka: where the group siem stands: Broker: Group authorization failed' ]]
}

@test "without -c nothing is committed" {
	cluster 1
	fill 1 10

	run -0 read_topic --once
	equal 10 "${#lines[@]}"
	run -0 read_topic --once
	equal 10 "${#lines[@]}"
}

@test "two pipelines of a group share a topic, and one that ends leaves its part" {
	cluster 1
	tell topic audit 4
	fill 1 1000
	pipeline a
	eventually has 1000
	pipeline b
	# Some of the partitions go to the second.
	given()
	{
		fill "$((last + 1))" "$((last += 10))"
		[ -s arrived.b ]
	}
	last=1000
	eventually given
	eventually has "$last"
	kill "$(cat a.tail)"
	eventually gone "$(cat a.send)"
	fill "$((last + 1))" "$((last + 500))"
	eventually has "$((last + 500))"
	all "$((last + 500))"
}

@test "a pipeline of a group that is killed loses nothing" {
	cluster 1
	tell topic audit 4
	fill 1 2000
	pipeline a
	eventually has 100
	pipeline b
	kill -9 "$(cat a.tail)" "$(cat a.send)"
	fill 2001 2500
	eventually has 2500
	all 2500
}

# large FROM TO: records of 100 KB each, of which a cluster for tests keeps fifty.
large()
{
	local body

	body=$(head -c 100000 /dev/zero | tr '\0' x)
	seq -f "%g $body" "$1" "$2" | siem-send -q -o linger=0 "kafka:$brokers/audit"
}

@test "what the topic has removed before it was read is told, at the start" {
	cluster 1
	tell topic audit 1
	large 1 2
	read_topic --once -c ckpt | siem-send -q -c ckpt file:arrived.a
	large 3 90
	run -1 --separate-stderr timeout 120 siem-tail --group siem --once \
		-c ckpt "kafka://$brokers/audit"
	[[ $stderr == *'/audit/0: the next record was at offset 2, and is not there any more: going on at '* ]]
}

@test "and in the middle, when the one who takes the records is slow" {
	cluster 1
	tell topic audit 1
	large 1 2
	mkfifo lines
	siem-tail --group siem "kafka://$brokers/audit" 2>said >lines 3>&- 4>&- &
	tail=$!
	remember "$tail"
	exec {lines}<lines
	read -r first _ <&"$lines"
	equal 1 "$first"
	# More than is fetched ahead and kept together.
	large 3 200
	sed -u 's/ .*//' <&"$lines" >numbers 3>&- 4>&- &
	remember "$!"
	eventually grep -qx 200 numbers
	kill "$tail"
	rc=0
	wait "$tail" || rc=$?
	grep -q 'is not there any more: going on at' said
	equal 1 "$rc"
}

@test "what cannot be delivered is read again" {
	cluster 1
	tell topic audit 2
	fill 1 500

	read_topic --once -c ckpt 2>/dev/null | head -c 1000 >/dev/null || true
	read_topic --once -c ckpt | siem-send -q -c ckpt file:arrived.a
	all 500
}

@test "a record that looks like a control line is none" {
	cluster 1
	printf '\020E 0\nnext\n' | siem-send -q "kafka:$brokers/audit"

	read_topic --once -c ckpt | siem-send -q -c ckpt file:arrived.a
	equal $'\020E 0\nnext' "$(cat arrived.a)"
}

@test "a record larger than a block passes whole" {
	cluster 1
	{
		echo small
		head -c 500000 /dev/zero | tr '\0' x
		printf '\nsmall\n'
	} >in
	siem-send -q "kafka:$brokers/audit" <in

	read_topic --once -c ckpt | siem-send -q -c ckpt file:arrived.a
	cmp in arrived.a
}

@test "the checkpoint of something else is refused" {
	cluster 1
	fill 1 3
	echo one >log
	siem-tail -q --once -c ckpt log | siem-send -q -c ckpt file:arrived.a

	run -2 read_topic --once -c ckpt
	[[ $output == *'ckpt is the checkpoint of something else'* ]]
}

@test "no broker is said, and with --once it is not waited for" {
	left_as_it_is
	export KAFKA_TIMEOUT=1
	cluster 1
	tell down 1

	run -3 read_topic --once
	[[ $output == *'Connection refused'* ]]
}

@test "a password is not left in the environment, and insecure is said" {
	cluster 1
	# It knows nothing of SASL, and who is refused by it may end at once.
	tell down 1
	export KAFKA_PASSWORD=xyzzy-secret KAFKA_USERNAME=us KAFKA_INSECURE=true
	export KAFKA_SECURITY_PROTOCOL=sasl_plaintext
	siem-tail --group siem "kafka://$brokers/audit" >/dev/null 2>said 3>&- 4>&- &
	tail=$!
	remember "$tail"
	eventually grep -q 'trying again' said
	grep -q 'kafka: insecure: nobody verifies who the other side is' said
	run -1 grep -a xyzzy-secret "/proc/$tail/environ" "/proc/$tail/cmdline" said
}

@test "a member that is asked to end before it was given anything does so" {
	left_as_it_is
	cluster 1 mock
	fill 1 10
	# 27: REBALANCE_IN_PROGRESS.
	tell answer "$sync_group" 27 1000
	siem-tail -q -c ckpt --group siem "kafka://$brokers/audit" >out 2>err \
		3>&- 4>&- &
	member=$!
	remember "$member"
	eventually grep -q 'Sending SyncGroupResponse' cluster.log

	kill "$member"
	wait "$member"
	[ ! -s err ]
}

@test "what makes no sense with a topic is refused" {
	run -2 siem-tail kafka://h/audit
	equal 'siem-tail: a topic needs --group, the name of the consumers that share its partitions' "$output"
	run -2 siem-tail --group g log
	equal 'siem-tail: option --group: only of kafka://BROKER/TOPIC' "$output"
	run -2 siem-tail --group g -n 3 kafka://h/audit
	run -2 siem-tail --group g --stamp kafka://h/audit
	run -2 siem-tail --group g kafka://h/audit log
	equal 'siem-tail: kafka://h/audit needs a siem-tail of its own' "$output"
}
