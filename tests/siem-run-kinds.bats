#!/usr/bin/env bats
# siem-run: what it delivers to each kind of destination, and that the lines it
# prints deliver the same, byte for byte.

load helper
load kafka

# mock NAME KIND OPTION...: with TLS and certificates of its own. What arrives is
# in NAME.arrived, and its port in ${port[NAME]}.
mock()
{
	siem-mock "$2" -q --listen "${at:-https}://127.0.0.1:0" --listen-file "$1.at" \
		--idle 300 --tls --tls-dir "$1.certs" "${@:3}" \
		>>"$1.arrived" 2>"$1.log" 3>&- 4>&- &
	remember $!
	eventually [ -s "$1.at" ]
	port[$1]=$(grep -o '[0-9]*$' "$1.at" | head -n 1)
}

# All that siem-mock stands in for, and what needs none.
mocks()
{
	declare -gA port

	export HEC_TOKEN=12345678-1234-1234-1234-123456789012
	export API_KEY=0123456789abcdef0123456789abcdef
	export SHARED_KEY=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=
	workspace=11111111-2222-3333-4444-555555555555
	mock hec splunk --token "$HEC_TOKEN,ack"
	at=tls mock lines syslog
	at=tls mock relp relp
	mock receiver qradar --token 'X-Auth: s3cret'
	mock rest http --token 'SEC: s3cret'
	mock azure sentinel --client app:s3cret --token "rule=dcr-1:Custom-Acme_CL" \
		--token "shared_key=$workspace:$SHARED_KEY" --token sas=send:ZGVmZ2g=
	mock elk elasticsearch
	mock dd datadog --token "$API_KEY"
	mock web http --token 'Authorization: Bearer s3cret'
	export HUB="Endpoint=sb://127.0.0.1:${port[azure]}/;SharedAccessKeyName=send;SharedAccessKey=ZGVmZ2g=;EntityPath=audit"
	export S3CRET=s3cret
}

# config: a platform of each kind and transport.
config()
{
	cat >siem.yaml <<-END
	siem:
	  input: log
	  state_dir: state
	  platforms:
	    hec: { kind: splunk, enabled: true, transport: hec, hec: { endpoint: "https://127.0.0.1:${port[hec]}", token: env:HEC_TOKEN, acknowledge: true, ack_interval: 0.1, tls: { ca_file: hec.certs/ca.pem } } }
	    forwarder: { kind: splunk, enabled: true, transport: file, format: cef, file: { path: forwarder.file } }
	    sc4s: { enabled: true, host: 127.0.0.1, port: ${port[lines]}, facility: local3, tls: { ca_file: lines.certs/ca.pem } }
	    qradar: { enabled: true, syslog: { host: 127.0.0.1, port: ${port[lines]}, tls: { ca_file: lines.certs/ca.pem } }, dsm: { log_source_identifier: acme } }
	    relp: { kind: syslog, enabled: true, transport: relp+tls, format: syslog, host: 127.0.0.1, port: ${port[relp]}, tls: { ca_file: relp.certs/ca.pem } }
	    receiver: { kind: qradar, enabled: true, transport: http_receiver, http_receiver: { endpoint: "https://127.0.0.1:${port[receiver]}", token_header: X-Auth, token: env:S3CRET, tls: { ca_file: receiver.certs/ca.pem } } }
	    rest: { kind: qradar, enabled: true, transport: rest_api, rest_api: { endpoint: "https://127.0.0.1:${port[rest]}/app", api_key: env:S3CRET, tls: { ca_file: rest.certs/ca.pem } } }
	    ingestion: { kind: sentinel, enabled: true, logs_ingestion: { endpoint: "https://127.0.0.1:${port[azure]}", rule_id: dcr-1, stream: Custom-Acme_CL, authority: "https://127.0.0.1:${port[azure]}", tls: { ca_file: azure.certs/ca.pem } }, auth: { tenant_id: tenant, client_id: app, client_secret: env:S3CRET } }
	    collector: { kind: sentinel, enabled: true, format: cef, transport: data_collector_api, data_collector_api: { endpoint: "https://127.0.0.1:${port[azure]}", workspace_id: $workspace, shared_key: env:SHARED_KEY, log_type: Acme, tls: { ca_file: azure.certs/ca.pem } } }
	    hub: { kind: sentinel, enabled: true, transport: event_hubs, event_hubs: { connection_string: env:HUB, tls: { ca_file: azure.certs/ca.pem } } }
	    agent: { kind: sentinel, enabled: true, transport: log_analytics_agent, log_analytics_agent: { path: agent.file } }
	    elk: { enabled: true, url: "https://127.0.0.1:${port[elk]}", index: env:INDEX, tls: { ca_file: elk.certs/ca.pem } }
	    datadog: { enabled: true, url: "https://127.0.0.1:${port[dd]}", api_key: env:API_KEY, host: web01, tls: { ca_file: dd.certs/ca.pem } }
	    http: { enabled: true, format: leef, url: "https://127.0.0.1:${port[web]}/in", token: env:S3CRET, tls: { ca_file: web.certs/ca.pem } }
	    file: { enabled: true, format: csl, path: archive.file }
	END
	names=$(sed -n 's/^    \([a-z0-9]*\): {.*/\1/p' siem.yaml)
	equal 15 "$(wc -w <<<"$names")"
}

# delivered FOLDER: is everything acknowledged, to all of them?
delivered()
{
	local name

	for name in $names; do
		siem-tail -c "$1/$name.ckpt" --status log >status || return 1
	done
}

# take FOLDER: what has arrived, as it came; when, and by which connection, aside.
take()
{
	local file

	mkdir "$1"
	for file in *.arrived; do
		jq -cS 'del(.received, .peer, .request, .channel) |
			if .index then .index |= sub("^[a-z]*"; "") else . end' \
			"$file" | sort >"$1/$file"
		: >"$file"
	done
	mv ./*.file "$1"
}

nobody_of()
{
	! pgrep -g "$1" >/dev/null
}

@test "the lines that are printed deliver byte for byte what siem-run delivers" {
	cp "$root/tests/vectors/audit.jsonl" log
	mkdir state other
	mocks
	config
	running=
	for name in $names; do
		# In the background timeout sends SIGCONT to all there are, and
		# that undoes how the leak sanitizer stops a process that ends.
		INDEX=one timeout --foreground 240 siem-run -f siem.yaml "$name" 2>"$name.err" 3>&- 4>&- &
		running+=" $!"
		remember $!
	done
	eventually delivered state
	# shellcheck disable=SC2086 # they are several
	kill $running
	for pid in $running; do
		wait "$pid"
	done
	take run

	printf '%s\n' siem: '  state_dir: other' >other.yaml
	run -0 siem-run -f siem.yaml -f other.yaml --print
	INDEX=two setsid sh -c "$output" 2>sh.err 3>&- 4>&- &
	shell=$!
	remember "$shell"
	eventually delivered other
	kill -- "-$shell"
	eventually nobody_of "$shell"
	take printed

	for file in run/*; do
		echo "$file"
		[ -s "$file" ]
		cmp "$file" "printed/${file#*/}"
	done
	equal "$(ls run)" "$(ls printed)"
	equal '4 8 4 4 4 12 4 4 4' "$(cd run && wc -l hec.* lines.* relp.* receiver.* rest.* \
		azure.* elk.* dd.* web.* | awk '!/total/ { print $1 }' | xargs)"
	# Nor has anybody said anything, but for the end of the Data Collector API.
	equal '' "$(grep -hvF 'Data Collector API' ./*.err || true)"
	# Not even there is a secret.
	run -1 grep -rlE 's3cret|AAECAwQ|12345678-1234|0123456789abcdef|ZGVmZ2g' state other siem.yaml
}

@test "to a topic, too" {
	cluster 1
	cp "$root/tests/vectors/audit.jsonl" log
	mkdir state
	for topic in run printed; do
		printf '%s\n' siem: '  input: log' '  state_dir: state' \
			"  $topic: {kind: kafka, enabled: true, format: cef, brokers: '$brokers', topic: $topic}" >siem.yaml
		names=$topic
		if [ $topic = run ]; then
			timeout --foreground 240 siem-run -f siem.yaml run 2>err 3>&- 4>&- &
			pid=$!
			remember "$pid"
		else
			run -0 siem-run -f siem.yaml --print
			setsid sh -c "$output" 2>err 3>&- 4>&- &
			pid=$!
			remember "$pid"
		fi
		eventually delivered state
		[ $topic != run ] || kill "$pid"
		[ $topic != printed ] || kill -- "-$pid"
		eventually gone "$pid"
	done
	equal "$(siem-fmt --cef log | sort)" "$(arrived run | sort)"
	equal "$(arrived run | sort)" "$(arrived printed | sort)"
}
