#!/usr/bin/env bats
# siem-fmt --datadog: logs for observability platforms, and what they say of
# the records they are made of.

load helper

vectors=$BATS_TEST_DIRNAME/vectors

# nulls_gone: compact JSON, with the keys in order and no null in the record
# itself, which is how members with a value of their own compare.
nulls_gone()
{
	jq -cS 'with_entries(select(.value != null))'
}

# attributes: of logs of Datadog, the members of the records that they are of.
attributes()
{
	jq -c 'del(.ddsource, .hostname, .service, .status, .date, .message) |
		with_entries(.key |= ltrimstr("event_"))' | nulls_gone
}

@test "the golden records become logs of Datadog" {
	run -0 --separate-stderr siem-fmt --datadog --host h1 "$vectors/golden.jsonl"
	equal "$(cat "$vectors/golden.datadog")" "$output"
	equal '' "$stderr"

	run -0 --separate-stderr siem-fmt --datadog --host h1 "$vectors/live.jsonl"
	equal "$(cat "$vectors/live.datadog")" "$output"
	equal '' "$stderr"
}

@test "the attributes of a log of Datadog are the members of its record" {
	sed 's/"event_type"/"type"/' "$vectors"/{golden,live}.jsonl >in
	siem-fmt --datadog in >logs

	equal "$(nulls_gone <in)" "$(attributes <logs)"
}

@test "every escaping vector becomes a log of Datadog that says the same" {
	cat "$vectors"/escaping{,-more}.jsonl | jq -r .in >in
	siem-fmt --datadog --map "$vectors/acme.json" -q in >logs

	equal "$(grep -c . in)" "$(jq -c . logs | grep -c .)"
	# What jq cannot read, lone surrogates, is for the format to mend.
	said='try (fromjson | .msg // null) catch "?"'
	equal "$(jq -Rc "$said" in | grep -v '"?"')" \
		"$(jq -Rc "$said" in | paste - <(jq -c '.msg // null' logs) |
			awk -F '\t' '$1 != "\"?\"" { print $2 }')"
}

@test "the status of a log of Datadog is what the severity table says" {
	jq -r .in "$vectors/severity.jsonl" >in
	words='["emerg","alert","critical","error","warning","notice","info","debug"]'

	equal "$(jq -r "${words}[.pri % 8]" "$vectors/severity.jsonl")" \
		"$(siem-fmt --datadog in | jq -r .status)"
}

@test "the date of a log of Datadog is what the time table says" {
	jq -c '{timestamp: .time, event_type: "system_event", source: "gatekit"}' \
		"$vectors/times.jsonl" >in

	equal "$(jq -r .ms "$vectors/times.jsonl")" \
		"$(siem-fmt --datadog in | grep -oP '"date":\K[-0-9]+')"
}

@test "no event can say what its log of Datadog says" {
	forged='{"ts":"2025-10-08T22:45:00Z","status":"ok","host":"other","ddtags":"team:other","date":0,"service":{"name":"a"},"message":"{\"status\":\"ok\",\"ddsource\":\"other\"}"}'
	run -0 siem-fmt --datadog --host h1 --map generic <<<"$forged"

	equal '{"ddsource":"a","hostname":"h1","service":"a","status":"info","date":1759963500000,"message":"message: {\"status\":\"ok\",\"ddsource\":\"other\"}","ts":"2025-10-08T22:45:00Z","event_status":"ok","event_host":"other","event_ddtags":"team:other","event_date":0,"event_service":{"name":"a"},"event_message":"{\"status\":\"ok\",\"ddsource\":\"other\"}"}' "$output"
}

@test "a map decides which members a log of Datadog has, and under which names" {
	cat >map.json <<'END'
{"name": "m", "time": "t", "datadog": {
  "message": "what",
  "fields": [{"key": "usr.name", "from": "user"}],
  "rest": {"given": false, "all": false, "leave_out": ["secret"]}
}}
END
	run -0 siem-fmt --datadog --map ./map.json --host h1 <<<'{"t":"2025-10-08T22:45:00Z","what":"x","user":"u","secret":"s","a":{"b":{"c d":1},"e":[]}}'
	equal '{"ddsource":"m","hostname":"h1","service":"m","status":"info","date":1759963500000,"message":"x","usr.name":"u","t":"2025-10-08T22:45:00Z","a.b.c d":1,"a.e":[]}' "$output"

	sed -i 's/usr.name/status/' map.json
	run -2 siem-fmt --datadog --map ./map.json </dev/null
	[[ $output == *'"status" is not for maps to write' ]]
}
