# The ways to ship, for scripts that try each of them: tests/chaos, tests/outage.

# shellcheck source-path=SCRIPTDIR
. "${BASH_SOURCE[0]%/*}/stages.bash"

# A row for each: its name; what it is called with that takes what arrives
# (siem-mock, "cluster" for one of Kafka, or nothing for a file); where
# siem-send sends to; its options -o; what is in its environment; how siem-fmt
# formats; the member of what arrived that is the record, where it is not all of
# it; and what kind of trouble there is. PORT is that of the mock.
ways_table='
tcp            | syslog -l tcp://:PORT
	| syslog:tcp://127.0.0.1:PORT | framing=octet-counting settle=2
	|| --cef || stream
tls            | syslog -l tls://:PORT --tls-dir certs
	| syslog:tls://localhost:PORT | ca_file=certs/ca.pem settle=2
	|| --cef || stream
relp           | relp -l tcp://:PORT
	| syslog:relp://127.0.0.1:PORT | answer_timeout=3
	|| --cef || relp
splunk         | splunk -l :PORT
	| splunk:http://127.0.0.1:PORT |
	| SPLUNK_HEC_TOKEN=12345678-1234-1234-1234-123456789012
	| --cef || requests slow=0.5%
splunk-ack     | splunk -l :PORT --token *,ack
	| splunk:http://127.0.0.1:PORT
	| use_ack=true ack_interval=0.05 ack_timeout=3
	| SPLUNK_HEC_TOKEN=12345678-1234-1234-1234-123456789012
	| --cef || requests ack-late=50,ack-never=2%,ack-lost=2%
splunk-file    |
	| splunk:arriving/audit.jsonl | transport=file rotate=200kB
	|| --json || file
elasticsearch  | elasticsearch -l :PORT --earlier arrived
	| elasticsearch:http://127.0.0.1:PORT |
	|| --json || requests item-429=0.1%,401=0.3%
ingestion      | sentinel -l :PORT --client app:s3cret --token-life 1
	| sentinel:http://127.0.0.1:PORT
	| rule_id=dcr-1 stream=Custom-Acme_CL authority=http://127.0.0.1:PORT
	| AZURE_TENANT_ID=tenant AZURE_CLIENT_ID=app AZURE_CLIENT_SECRET=s3cret
	| --sentinel || requests 401=1%
collector      | sentinel -l :PORT --token shared_key=ws:c2hhcmVk
	| sentinel
	| transport=data_collector_api endpoint=http://127.0.0.1:PORT log_type=Acme
	| SENTINEL_WORKSPACE_ID=ws SENTINEL_SHARED_KEY=c2hhcmVk
	| --csl || requests 401=0.3%
event-hubs     | sentinel -l :PORT --tls --tls-dir certs --token sas=send:c2hhcmVk
	| sentinel | transport=event_hubs ca_file=certs/ca.pem
	| EVENT_HUBS_CONNECTION_STRING=Endpoint=sb://localhost:PORT/;SharedAccessKeyName=send;SharedAccessKey=c2hhcmVk;EntityPath=audit
	| --cef || requests 401=0.3%
agent-file     |
	| sentinel:arriving/audit.jsonl | transport=log_analytics_agent
	|| --sentinel || moved-file
datadog        | datadog -l :PORT --token k3y
	| datadog:http://127.0.0.1:PORT |
	| DATADOG_API_KEY=k3y
	| --cef | event.message | requests 403=0.3%
http           | http -l :PORT
	| http:http://127.0.0.1:PORT/in | success_match="status":"ok" gzip=true
	|| --json || requests 401=0.3%
qradar         | qradar -l :PORT
	| qradar:http://127.0.0.1:PORT | transport=http_receiver
	|| --leef || requests 403=0.3%
qradar-api     | http -l :PORT --client app:s3cret --token-life 1
	| qradar:http://127.0.0.1:PORT/app
	| transport=rest_api auth_method=oauth2 client_id=app token_endpoint=http://127.0.0.1:PORT/token
	| QRADAR_CLIENT_SECRET=s3cret
	| --json || requests 401=1%
kafka          | cluster
	| kafka:BROKERS/audit | key=none linger=0.001
	|| --json || brokers
command        |||||--cef||
'

# way_rows: a line for each.
way_rows()
{
	grep '^[a-z]' <<<"${ways_table//$'\n\t'/ }"
}

# The names of all.
way_names()
{
	way_rows | sed 's/ *|.*//'
}

# choose_way NAME: what its row says is in $way_mock, $way_url and so on.
choose_way()
{
	local row

	row=$(way_rows | grep "^$1 *|") || fail 'no such way' || return
	IFS='|' read -r _ way_mock way_url way_options way_settings way_format \
		way_field way_trouble <<<"$row"
	read -r way_url <<<"$way_url"
	read -r way_field <<<"$way_field"
	read -r -a way_mock <<<"$way_mock"
	read -r -a way_options <<<"$way_options"
	read -r -a way_settings <<<"$way_settings"
	# shellcheck disable=SC2034 # the scripts use it
	read -r -a way_format <<<"$way_format"
	# shellcheck disable=SC2034
	read -r way_trouble way_faults <<<"$way_trouble"
}

# come_back [OPTION...]: what takes what arrives, where it was before if it was.
come_back()
{
	local tries=0

	touch arrived
	# Somebody else may have its port for a moment.
	until mock "${way_mock[@]//PORT/${port:-0}}" "$@"; do
		[ $((tries += 1)) -lt 100 ] || fail 'siem-mock did not start' ||
			return
		rest 100
	done
	port=$(sed 's/.*://' address)
}

# start_way [OPTION...]: siem-send is called with $destination.
start_way()
{
	local option

	case ${way_mock[0]:-} in
	'')
		mkdir -p "$(dirname "${way_url#*:}")"
		;;
	cluster)
		start_cluster 1
		;;
	*)
		come_back "$@" || return
		;;
	esac
	destination=("$(placed "$way_url")")
	for option in "${way_options[@]}"; do
		destination+=(-o "$(placed "$option")")
	done
	for option in "${way_settings[@]}"; do
		export "$(placed "$option")"
	done
}

# undress: take off what siem-send and siem-tail have put around records that
# arrived in an index: a time, and an identity.
undress()
{
	[ "${way_mock[0]:-}" = elasticsearch ] || return 0
	sed -E -i 's/("raw":"\{)(\\"@timestamp\\":\\"[^"\\]*\\",)?(\\"siem_id\\":\\"[0-9a-f]{32}\\",)?/\1/' \
		arrived
}

# placed TEXT: with the address in it that there is now.
placed()
{
	local text=${1//PORT/${port:-}}

	echo "${text//BROKERS/${brokers:-}}"
}

# fell: siem-mock was killed. Half a line at the end of what it printed tells of
# nothing that it has answered.
fell()
{
	kill -9 "$mock" && in_time 60 gone "$mock" || return
	wait "$mock" 2>/dev/null
	[ -z "$(tail -c 1 arrived)" ] ||
		truncate -s "-$(tail -n 1 arrived | wc -c)" arrived
}

# --- a cluster of Kafka

# start_cluster BROKERS: its addresses are in $brokers, and it obeys tell.
start_cluster()
{
	rm -f orders obeyed
	mkfifo orders
	apart kafka-cluster "$1" <orders >obeyed 2>cluster.err &
	cluster=$!
	exec {orders}>orders
	private+=("$orders")
	in_time 60 test -s obeyed || fail 'no cluster of Kafka' || return
	brokers=$(head -n 1 obeyed)
	# A broker of this cluster forgets what is more than 5 MB in a partition.
	tell topic audit "${partitions:-32}"
}

# tell COMMAND...: the cluster to do it, and wait until it has.
tell()
{
	local before

	before=$(wc -l <obeyed)
	echo "$@" >&"$orders"
	if ! in_time 60 has_obeyed $((before + 1)) ||
		[ "$(tail -n 1 obeyed)" != ok ]; then
		fail "the cluster does not: $*"
	fi
}

has_obeyed()
{
	[ "$(wc -l <obeyed)" -ge "$1" ]
}

end_cluster()
{
	exec {orders}>&-
	in_time 60 gone "$cluster" || fail 'the cluster does not end'
}

# dump_topic FILE: all that is in it.
dump_topic()
{
	timeout 120 kcat -q -C -b "$brokers" -t audit -o beginning -e >"$1"
}
