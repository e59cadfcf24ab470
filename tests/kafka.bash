# For .bats files that need a cluster of Kafka: a new one for each test.

# Requests by their numbers in the protocol.
# shellcheck disable=SC2034 # the tests use them
produce=0 offset_fetch=9 sync_group=14

# cluster BROKERS [DEBUG]: its addresses are in $brokers, and it obeys tell. A
# test that needs one is skipped where there is no librdkafka, or nobody to read
# back.
cluster()
{
	command -v kcat >/dev/null || skip 'no kcat here'
	[ "$(kafka-cluster)" = yes ] || skip 'built without librdkafka'
	mkfifo orders
	kafka-cluster "$@" <orders >obeyed 2>cluster.log 3>&- 4>&- &
	cluster=$!
	remember "$cluster"
	exec {orders}>orders
	eventually [ -s obeyed ]
	brokers=$(head -n 1 obeyed)
}

# tell COMMAND...: the cluster to do it, and wait until it has.
tell()
{
	local before

	before=$(wc -l <obeyed)
	echo "$@" >&"$orders"
	eventually obeyed $((before + 1))
	equal ok "$(tail -n 1 obeyed)"
}

obeyed()
{
	[ "$(wc -l <obeyed)" -ge "$1" ]
}

# arrived TOPIC: all records that are in it, in the order of their partitions;
# with their keys and partitions, as FORMAT says. kcat ends at their end.
arrived()
{
	timeout 60 kcat -q -C -b "$brokers" -t "$1" -o beginning -e \
		-f "${2:-%s\n}" 3>&- 4>&-
}

# front OPTION...: before the only broker of the cluster, what speaks TLS by
# server.pem, and says in came who has come in; its address is in $front. The
# next one of a test is at the same.
front()
{
	rm -f came
	set -- ${front:+--at "${front#*:}"} "$@"
	kafka-front "$@" server.pem server.key "${brokers#*:}" >came 2>front.log 3>&- 4>&- &
	fronting=$!
	remember "$fronting"
	eventually [ -s came ]
	# shellcheck disable=SC2034 # the tests use it
	front=127.0.0.1:$(head -n 1 came)
}

end_front()
{
	kill "$fronting"
	wait "$fronting" || true
}
