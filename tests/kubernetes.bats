#!/usr/bin/env bats
# The map of Kubernetes' audit log: a schema that is only data.

load helper

vectors=$BATS_TEST_DIRNAME/vectors

# golden FORMAT OPTION...: the records become what stands in the vectors.
golden()
{
	local format=$1

	shift
	run -0 --separate-stderr siem-fmt "--$format" "$@" "$vectors/kubernetes.jsonl"
	equal "$(cat "$vectors/kubernetes.${format%=*}")" "$output"
	equal '' "$stderr"
}

@test "the audit events of Kubernetes become CEF, LEEF and structured data" {
	golden cef
	golden leef
	golden rfc5424=sd --host h1 --severity auto
}

@test "siem-parse --strict has nothing to say against them" {
	run -0 --separate-stderr siem-parse --strict "$vectors/kubernetes.cef"
	equal '' "$stderr"
	run -0 --separate-stderr siem-parse --strict "$vectors/kubernetes.leef"
	equal '' "$stderr"
}

@test "they become rows of both tables, and envelopes for Splunk" {
	golden csl --host h1
	golden sentinel
	run -0 siem-fmt --hec --host h1 "$vectors/kubernetes.jsonl"
	equal '["kube-apiserver","kube:apiserver:audit",1759963500.112]' \
		"$(jq -c '[.source, .sourcetype, .time]' <<<"${lines[0]}")"
	equal "$(jq -c . "$vectors/kubernetes.jsonl")" "$(jq -c .event <<<"$output")"
}

@test "they become documents of Elastic's schema and events of OCSF" {
	golden ecs
	golden ocsf
	run -0 siem-fmt --ocsf=finding "$vectors/kubernetes.jsonl"
	equal '["Kubernetes request denied",true]' "$(jq -c 'select(.is_alert) | [.finding_info.title, .is_alert]' <<<"$output")"
}

# severity PATTERN: of the records with that in them.
severity()
{
	siem-fmt --cef <(grep -F "$1" "$vectors/kubernetes.jsonl") | cut -d '|' -f 7 | paste -sd ' '
}

@test "what matters in a cluster is severe" {
	equal '5 5' "$(severity secrets/db-password)"
	equal 7 "$(severity '/decision":"forbid"')"
	equal 7 "$(severity '/api/v1/nodes')"
	equal 6 "$(severity impersonatedUser)"
	equal 6 "$(severity '"subresource":"exec"')"
	equal 1 "$(severity '/readyz')"
	equal 8 "$(severity '"stage":"Panic"')"
}

# anonymous URI: how severe a request is that nobody had to sign in for.
anonymous()
{
	siem-fmt --cef <<<'{"kind":"Event","apiVersion":"audit.k8s.io/v1","stage":"ResponseComplete","requestURI":"'"$1"'","verb":"get","user":{"username":"system:anonymous"},"responseStatus":{"code":200},"annotations":{"authorization.k8s.io/decision":"allow"}}' |
		cut -d '|' -f 7
}

@test "what everybody may ask for is not severe, however it is asked" {
	equal 1 "$(anonymous /livez)"
	equal 1 "$(anonymous '/livez?timeout=10s')"
	equal 1 "$(anonymous '/healthz?verbose')"
	equal 1 "$(anonymous '/readyz?exclude=etcd')"
	equal 1 "$(anonymous '/version?timeout=32s')"
	equal 1 "$(anonymous /version/)"
	equal 7 "$(anonymous /livezzz)"
	equal 7 "$(anonymous '/api/v1/pods?/livez?')"
}

@test "a name does not say that something was done where it was not" {
	run -0 siem-fmt --cef "$vectors/kubernetes.jsonl"

	equal 'request
object read
request denied
objects listed
object deleted
connection opened
object created
request
request failed' "$(cut -d '|' -f 6 <<<"$output" | sed 's/^Kubernetes //')"
}

@test "in structured data, decision and reason can be told apart" {
	run -0 siem-fmt --rfc5424=sd --host h1 "$vectors/kubernetes.jsonl"
	equal "$(jq -c '.annotations // {} | [.["authorization.k8s.io/decision"], .["authorization.k8s.io/reason"] | if . == "" then null else . end]' "$vectors/kubernetes.jsonl")" \
		"$(siem-parse <<<"$output" | jq -c '.syslog.structured_data["audit@32473"] | [.["authorization.decision"], .["authorization.reason"]]')"
}

@test "both stages of a request are events, with the time of their own and one id" {
	run -0 siem-fmt --leef --where auditID=0b6f3c1e-6a0e-4e2b-9d57-3f1c8b2a7d01 "$vectors/kubernetes.jsonl"

	equal 2 "${#lines[@]}"
	equal 'RequestReceived ResponseComplete' "$(grep -oP '\tstage=\K\w+' <<<"$output" | paste -sd ' ')"
	equal '1759963500112 1759963500118' "$(grep -oP '\tdevTime=\K\w+' <<<"$output" | paste -sd ' ')"
}

@test "records of other schemas that look like it stay with their maps" {
	run -0 siem-fmt --cef <<<'{"kind":"Event","apiVersion":"v1","reason":"Scheduled"}
{"kind":"Event","apiVersion":"audit.k8s.io/v1beta1","verb":"get"}
{"kind":"Event","action":"route","decision":{"action":"allow"}}'

	equal 'generic kube-apiserver mcp-redaction' "$(cut -d '|' -f 3 <<<"$output" | paste -sd ' ')"
}
