#!/usr/bin/env bats
# siem-fmt: what goes in, what comes out, and what it says of what it refuses.

# Helpers call run for the test that calls them.
# shellcheck disable=SC2030,SC2031

load helper

vectors=$BATS_TEST_DIRNAME/vectors

# vector MEMBER [FILE]: one member of every escaping vector, a line each.
vector()
{
	cat "$vectors/escaping.jsonl" "$vectors/escaping-more.jsonl" | jq -r ".$1"
}

# acme OPTION...: the escaping vectors through the set-up they were made for.
acme()
{
	siem-fmt --map "$vectors/acme.json" --host h1 "$@" <(vector in)
}

# fits_in KIB COMMAND...: run it, and fail if its input made it take more memory
# than that; its status otherwise. What it takes without input are pages of
# libraries for the most part, and how many, the machine decides.
fits_in()
{
	local most=$1 status=0 took

	shift
	measure idle siem-fmt --cef </dev/null || return 99
	measure cost "$@" || status=$?
	took=$(($(cut -d ' ' -f 4 cost) - $(cut -d ' ' -f 4 idle)))
	# The sanitizers' own memory is many times that.
	[[ $BUILD == *-san ]] || [ "$took" -le "$most" ] ||
		{ echo "$took KiB" >&2; return 99; }
	return "$status"
}

# repeat COUNT TEXT: that text so many times, in one line.
repeat()
{
	head -c "$1" /dev/zero | sed "s/\x00/$2/g"
}

# --- what the formats say, byte for byte

@test "the golden records become CEF" {
	run -0 --separate-stderr siem-fmt --cef "$vectors/golden.jsonl"

	equal "$(cat "$vectors/golden.cef")" "$output"
	equal '' "$stderr"
}

@test "the golden records become LEEF 2.0" {
	run -0 --separate-stderr siem-fmt --leef "$vectors/golden.jsonl"

	equal "$(cat "$vectors/golden.leef")" "$output"
	equal '' "$stderr"
}

@test "the golden records become structured data" {
	run -0 --separate-stderr siem-fmt --rfc5424=sd --host h1 --severity auto "$vectors/golden.jsonl"

	equal "$(cat "$vectors/golden.rfc5424")" "$output"
	equal '' "$stderr"
}

@test "the golden records become rows of CommonSecurityLog" {
	run -0 --separate-stderr siem-fmt --csl --host h1 "$vectors/golden.jsonl"

	equal "$(cat "$vectors/golden.csl")" "$output"
	equal '' "$stderr"
}

@test "the golden records become rows of a custom table" {
	run -0 --separate-stderr siem-fmt --sentinel "$vectors/golden.jsonl"

	equal "$(cat "$vectors/golden.sentinel")" "$output"
	equal '' "$stderr"
}

@test "records as the servers write them become rows of both tables" {
	run -0 --separate-stderr siem-fmt --csl --host h1 "$vectors/live.jsonl"
	equal "$(cat "$vectors/live.csl")" "$output"
	equal '' "$stderr"

	run -0 --separate-stderr siem-fmt --sentinel "$vectors/live.jsonl"
	equal "$(cat "$vectors/live.sentinel")" "$output"
	equal '' "$stderr"
}

@test "the golden records become documents of ECS" {
	run -0 --separate-stderr siem-fmt --ecs "$vectors/golden.jsonl"
	equal "$(cat "$vectors/golden.ecs")" "$output"
	equal '' "$stderr"

	run -0 --separate-stderr siem-fmt --ecs "$vectors/live.jsonl"
	equal "$(cat "$vectors/live.ecs")" "$output"
	equal '' "$stderr"
}

@test "the golden records become events of both classes of OCSF" {
	for shape in golden live; do
		run -0 --separate-stderr siem-fmt --ocsf "$vectors/$shape.jsonl"
		equal "$(cat "$vectors/$shape.ocsf")" "$output"
		equal '' "$stderr"

		run -0 siem-fmt --ocsf=finding "$vectors/$shape.jsonl"
		equal "$(cat "$vectors/$shape.ocsf-finding")" "$output"
	done
}

@test "documents have what their schema wants, whatever the record" {
	# shellcheck disable=SC2094
	{
		cat "$vectors/golden.jsonl" "$vectors/live.jsonl"
		vector in
		echo '{"event":1,"event.action":2,"labels":{"a":1},"@timestamp":[],"unmapped":{},"actor":"","api":{}}'
	} >in

	siem-fmt --ecs in >lines
	equal "$(grep -c . in)" "$(jq -e 'select(
		(."@timestamp" | test("^[0-9-]{10}T[0-9:.]*Z$")) and .ecs.version == "9.3.0" and
		.event.kind == "event" and (.event.severity | type == "number") and
		((.event.category // []) | type == "array") and
		([(.labels // {})[] | type] | all(. == "string")))' lines | jq -s length)"

	siem-fmt --ocsf in >lines
	equal "$(grep -c . in)" "$(jq -e 'select(
		.class_uid == 6003 and .category_uid == 6 and .type_uid == 600300 + .activity_id and
		(.severity_id | . >= 1 and . <= 6) and (.time | type == "number") and
		.metadata.version == "1.6.0" and (.metadata.product.name | type == "string") and
		(.actor | length > 0) and (.src_endpoint | length > 0) and
		(.api.operation | type == "string") and
		(.api.request == null or (.api.request.uid | type == "string")))' lines | jq -s length)"

	siem-fmt --ocsf=finding in >lines
	equal "$(grep -c . in)" "$(jq -e 'select(
		.class_uid == 2004 and .category_uid == 2 and .type_uid == 200400 + .activity_id and
		(.severity_id | . >= 1 and . <= 6) and (.time | type == "number") and
		.metadata.version == "1.6.0" and (.metadata.product.name | type == "string") and
		(.finding_info.uid | type == "string"))' lines | jq -s length)"
}

@test "an endpoint or a policy of OCSF has something that it is known by" {
	echo '{"ocsf": {"fields": [{"key": "policy.uid", "from": "p"}, {"key": "src_endpoint.ip", "from": "s"}]}}' >mine.json

	run -0 siem-fmt --ocsf <<<'{"src_port":80,"dst_port":443}'
	equal '[{"svc_name":"unknown","port":80},{"svc_name":"unknown","port":443}]' \
		"$(jq -c '[.src_endpoint, .dst_endpoint]' <<<"$output")"

	run -0 siem-fmt --ocsf --map ./mine.json <<<'{"p":"p1","s":"10.0.0.1"}'
	equal '[{"ip":"10.0.0.1"},null,{"uid":"p1"}]' \
		"$(jq -c '[.src_endpoint, .dst_endpoint, .policy]' <<<"$output")"
}

@test "the record within a document is what was left of it" {
	for format in --ecs --ocsf; do
		run -0 --separate-stderr siem-fmt "$format" --drop caller \
			<<<'{"ts":1759963500,"action":"route","caller":"mallory","target":"x"}'
		equal '{"ts":1759963500,"action":"route","target":"x"}' \
			"$(jq -r '.event.original // .raw_data' <<<"$output")"
		[[ $output != *mallory* ]]
	done
}

@test "a syslog header has the event's time, the host and its severity" {
	head -n 1 "$vectors/golden.jsonl" >a1
	run -0 siem-fmt --cef --syslog --host h1 --severity auto a1
	equal "$(sed -n 1p "$vectors/golden.wire")" "$output"

	run -0 siem-fmt --leef --syslog --host h1 --severity auto a1
	equal "$(sed -n 2p "$vectors/golden.wire")" "$output"
}

@test "every escaping vector becomes its CEF" {
	run -0 acme --cef -q

	equal "$(vector cef)" "$output"
}

@test "every escaping vector becomes its LEEF" {
	run -0 acme --leef -q

	equal "$(vector leef)" "$output"
}

@test "every escaping vector becomes its structured data" {
	run -0 acme --rfc5424=sd

	equal "$(vector rfc5424)" "$output"
}

@test "every escaping vector becomes rows that say what it says" {
	# What jq cannot read, lone surrogates, is for the formats to mend.
	said='try (fromjson | .msg | if . == "" then null else . // empty | tostring end) catch "?"'
	vector in | jq -Rc "[$said]" >want

	acme --csl -q >rows
	equal "$(cat want)" "$(jq -Rc '[fromjson | .Message // empty]' rows | paste - want |
		awk -F '\t' '{ print $2 == "[\"?\"]" || $2 == "[null]" ? $2 : $1 }')"
	acme --sentinel -q >rows
	equal "$(cat want)" "$(jq -Rc '[fromjson | .Message // empty]' rows | paste - want |
		awk -F '\t' '{ print $2 == "[\"?\"]" || $2 == "[null]" ? $2 : $1 }')"
	equal "$(grep -c . want)" "$(jq -c . rows | grep -c .)"
}

@test "every escaping vector says in documents what it says" {
	# What jq cannot read, lone surrogates, is for the formats to mend.
	vector in | jq -Rc 'try (fromjson | [.msg // empty | tostring]) catch ["?"]' >want

	for format in --ecs --ocsf; do
		siem-fmt --map generic "$format" -q <(vector in) | jq -c '[.message]' |
			paste - want | awk -F '\t' '{ print $2 == "[\"?\"]" || $2 == "[]" ||
				$2 == "[\"\"]" ? $2 : $1 }' >said
		equal "$(cat want)" "$(cat said)"
	done
}

@test "every row of the severity table comes out as it says" {
	jq -r .in "$vectors/severity.jsonl" >in

	run -0 siem-fmt --cef in
	equal "$(jq -r .cef "$vectors/severity.jsonl")" "$(cut -d '|' -f 7 <<<"$output")"

	run -0 siem-fmt --leef in
	equal "$(jq -r .leef "$vectors/severity.jsonl")" \
		"$(grep -oP '\|x09\|sev=\K[0-9]+' <<<"$output")"

	run -0 siem-fmt --rfc5424 --severity auto in
	equal "$(jq -r '"<\(.pri)"' "$vectors/severity.jsonl")" "$(cut -d '>' -f 1 <<<"$output")"
}

@test "every row of the time table comes out as it says" {
	jq -c '{timestamp: .time, event_type: "system_event", source: "gatekit"}' \
		"$vectors/times.jsonl" >in

	run -0 siem-fmt --cef in
	equal "$(jq -r .ms "$vectors/times.jsonl")" "$(grep -oP '\|rt=\K[-0-9]+' <<<"$output")"

	run -0 siem-fmt --leef in
	equal "$(jq -r .ms "$vectors/times.jsonl")" "$(grep -oP '\tdevTime=\K[-0-9]+' <<<"$output")"

	run -0 siem-fmt --rfc5424 --host h1 in
	equal "$(jq -r .rfc5424 "$vectors/times.jsonl")" "$(cut -d ' ' -f 2 <<<"$output")"

	run -0 siem-fmt --cef --syslog --host h1 in
	equal "$(jq -r '"<134>\(.rfc3164) h1"' "$vectors/times.jsonl")" \
		"$(grep -oP '^.*(?= CEF:)' <<<"$output")"
}

@test "an event without a time has none, and now in its header" {
	for time in '"2025-13-01T00:00:00Z"' '"yesterday"' null; do
		run -0 siem-fmt --cef --syslog=5424 <<<"{\"action\":\"route\",\"ts\":$time}"

		[[ $output != *'|rt='* ]]
		stamp=$(cut -d ' ' -f 2 <<<"$output")
		age=$(($(date +%s) - $(date -d "$stamp" +%s)))
		[ "$age" -ge 0 ] && [ "$age" -le 60 ]
	done
}

# --- the other formats

@test "LEEF 1.0 has five fields and no delimiter" {
	run -0 siem-fmt --leef=1.0 <<<'{"ts":"2025-10-08T22:45:00Z","action":"route"}'

	equal $'LEEF:1.0|RedactionMCP|mcp-redaction|1.0|mcp.route|sev=2\tdevTime=1759963500000\tcat=route\taction=route\toutcome=success' "$output"
}

@test "RFC 5424 carries the line as it came" {
	line='{"ts":"2025-10-08T22:45:00Z",  "action":"classify", "n":1.50, "t":"\u00e9é"}'
	run -0 siem-fmt --rfc5424 --host mcp-server <<<"$line"

	equal "<134>1 2025-10-08T22:45:00Z mcp-server mcp-redaction - - - $line" "$output"
}

@test "RFC 3164 carries the line as it came" {
	line='{"ts":"2025-10-08T22:45:00Z","action":"classify"}'
	run -0 siem-fmt --rfc3164 --host h1 --facility local4 <<<"$line"

	equal "<166>Oct  8 22:45:00 h1 mcp-redaction: $line" "$output"
}

@test "RFC 3164 can carry pairs, quoted where they have to be" {
	run -0 siem-fmt --rfc3164=kv --host h1 <<<'{"ts":"2025-10-08T22:45:00Z","action":"classify","decision":{"action":"block","why":"a b=\"c\"\\\n"},"empty":"","nothing":null}'

	equal '<134>Oct  8 22:45:00 h1 mcp-redaction: ts=2025-10-08T22:45:00Z action=classify decision.action=block decision.why="a b=\"c\"\\\n" empty=""' "$output"
}

@test "JSON is the line as it came" {
	line=' {"b":1e400, "a":"\u0041\/", "a":[1,  2]} '
	run -0 siem-fmt --json <<<"$line"

	equal "$line" "$output"
}

@test "an envelope for Splunk has what the map says, and the record as it came" {
	a='{"ts":"2025-10-08T22:45:00.5+02:00", "action":"route", "n":1e400, "t":"\u00e9é"}'
	b='{"timestamp":"2024-01-15T10:30:01.250Z","event_type":"security_decision","security_decision":{"allowed":true}}'
	c='{"time":1759963500,"service":"a\"b"}'
	run -0 siem-fmt --hec --host h1 < <(printf '%s\n' "$a" "$b" "$c")

	equal "{\"time\":1759956300.500,\"host\":\"h1\",\"source\":\"mcp_redaction\",\"sourcetype\":\"_json\",\"index\":\"main\",\"event\":$a}" "${lines[0]}"
	equal "{\"time\":1705314601.250,\"host\":\"h1\",\"source\":\"gatekit\",\"sourcetype\":\"gatekit:audit\",\"index\":\"gatekit\",\"event\":$b}" "${lines[1]}"
	equal "{\"time\":1759963500.000,\"host\":\"h1\",\"source\":\"a\\\"b\",\"sourcetype\":\"_json\",\"event\":$c}" "${lines[2]}"
}

@test "JSON behind a syslog header is what RFC 5424 and RFC 3164 write" {
	head -n 1 "$vectors/golden.jsonl" >a1
	equal "$(siem-fmt --rfc5424 a1)" "$(siem-fmt --json --syslog a1)"
	equal "$(siem-fmt --rfc5424 a1)" "$(siem-fmt --json --syslog=5424 a1)"
	equal "$(siem-fmt --rfc3164 a1)" "$(siem-fmt --json --syslog=3164 a1)"
}

@test "CEF behind RFC 5424 has the product as its application" {
	run -0 siem-fmt --cef --syslog=5424 --host h1 <<<'{"ts":"2025-10-09T00:45:00.5+02:00","action":"route"}'

	equal '<134>1 2025-10-09T00:45:00.5+02:00 h1 mcp-redaction - - - CEF:0|RedactionMCP|mcp-redaction|1.0|mcp.route|MCP request routed|2|rt=1759963500500 cat=Data Redaction act=route outcome=success' "$output"
}

@test "LEEF behind RFC 5424 has the short header of QRadar, in UTC" {
	run -0 siem-fmt --leef --syslog=5424 --host h1 <<<'{"ts":"2025-10-09T00:45:00.5+02:00","action":"route"}'

	[[ $output == '<134>1 2025-10-08T22:45:00.500Z h1 LEEF:2.0|'* ]]
}

@test "CommonSecurityLog has the columns of the CEF that the same map makes" {
	# As formats are documented: the key, and the column of the table.
	cat >map.json <<'END'
{"name": "m", "time": "t", "cef": {"vendor": {"const": "V"}, "id": "id", "fields": [
  {"key": "rt", "from": "$time"},
  {"key": "end", "from": "end"},
  {"key": "in", "from": "bytes"},
  {"key": "dpt", "from": "port"},
  {"key": "cfp1", "label": "ratio", "from": "ratio"},
  {"key": "flexNumber1", "label": "n", "from": "n"},
  {"key": "mine", "label": "what", "from": "mine"}
], "rest": {"prefix": "V"}}}
END
	run -0 siem-fmt --csl --map ./map.json --host h1 <<<'{"t":"2025-10-09T00:45:00+02:00","id":"x|1","end":1759963501.5,"bytes":3000000000,"port":70000,"ratio":0.5,"n":3,"mine":"a=b;c","a":{"b":[1, 2]}}'

	equal '{"TimeGenerated":"2025-10-08T22:45:00Z","StartTime":"2025-10-08T22:45:00Z","Computer":"h1","DeviceVendor":"V","DeviceEventClassID":"x|1","LogSeverity":"2","ReceiptTime":"1759963500000","EndTime":"2025-10-08T22:45:01.500Z","ReceivedBytes":3000000000,"DeviceCustomFloatingPoint1Label":"ratio","DeviceCustomFloatingPoint1":0.5,"FlexNumber1Label":"n","FlexNumber1":3,"AdditionalExtensions":"mineLabel=what;mine=a=b\\;c;VPort=70000;VAB=[1,2]"}' "$output"
}

@test "members of CEF's own names have the columns of these" {
	run -0 siem-fmt --csl --map "$vectors/acme.json" --host h1 <<<'{"cn1":7,"cn2":"x","start":"2025-10-08T22:00:00Z","dst":"10.0.0.1","own":"y"}'

	equal '{"TimeGenerated":"2025-10-08T22:45:00Z","EndTime":"2025-10-08T22:45:00Z","Computer":"h1","DeviceVendor":"Acme","DeviceProduct":"Audit","DeviceVersion":"1.0","DeviceEventClassID":"E1","Activity":"test","LogSeverity":"5","FieldDeviceCustomNumber1":7,"StartTime":"2025-10-08T22:00:00.000Z","DestinationIP":"10.0.0.1","AdditionalExtensions":"cn22=x;own=y"}' "$output"
}

@test "a flat table has a column for every member, under a name that Azure takes" {
	run -0 siem-fmt --sentinel --map generic <<<'{"ts":"2025-10-08T22:45:00Z","Type":1,"a":{"tenant_id":"x","b":[1, {"c":2}]},"TimeGenerated":"y","7":true,"tenantId":"t","an_object_with_a_long_name":{"and_a_member_with_a_longer_one":null,"and_a_member_with_a_longer_two":1}}'

	equal '{"TimeGenerated":"2025-10-08T22:45:00Z","EventType":"event","EventName":"Event","Severity":2,"Type2":1,"ATenantId":"x","AB":"[1,{\"c\":2}]","TimeGenerated2":"y","Member7":true,"TenantId2":"t","AnObjectWithALongNameAndAMemberWithALongerTwo":1}' "$output"
	run -0 siem-fmt --sentinel <<<"{\"$(repeat 60 k)\":1,\"$(repeat 61 k)\":2}"
	equal "K$(repeat 44 k),K$(repeat 43 k)2" \
		"$(jq -r 'keys_unsorted | map(select(startswith("Kk"))) | join(",")' <<<"$output")"
}

@test "a map decides the types of a flat table's columns" {
	cat >map.json <<'END'
{"name": "m", "time": "t", "sentinel": {"fields": [
  {"key": "A_1", "from": "a"},
  {"key": "B", "from": "b", "type": "int64"},
  {"key": "C", "from": "c", "type": "bool"},
  {"key": "D", "from": "d", "type": "time"},
  {"key": "E", "from": "e", "type": "double", "else": {"key": "EText"}}
]}}
END
	run -0 siem-fmt --sentinel --map ./map.json <<<'{"t":"2025-10-08T22:45:00.123456789Z","a":1,"b":"2","c":"true","d":1759963500,"e":"x","f":{"g":1}}'
	equal '{"TimeGenerated":"2025-10-08T22:45:00.123456Z","A_1":"1","B":2,"C":true,"D":"2025-10-08T22:45:00.000Z","EText":"x","FG":1}' "$output"

	sed -i 's/"A_1"/"Type"/' map.json
	run -2 siem-fmt --sentinel --map ./map.json </dev/null
	[[ $output == *'"Type" is not for maps to write' ]]
}

@test "what goes into requests has no syslog header" {
	run -2 siem-fmt --csl --syslog </dev/null
	equal 'siem-fmt: option --syslog: what --csl writes goes into requests, without a syslog header' "$output"

	run -0 siem-fmt --csl --facility auth --severity auto --host h1 </dev/null
	equal $'siem-fmt: option --facility changes nothing: --csl has no syslog header\nsiem-fmt: option --severity changes nothing: --csl has no syslog header' "$output"
	run -2 siem-fmt --ecs --syslog </dev/null
	run -0 siem-fmt --sentinel --host h1 </dev/null
	equal 'siem-fmt: option --host changes nothing: --sentinel has no syslog header' "$output"
}

@test "facility and severity make the priority, by name or by number" {
	event='{"ts":"2025-10-08T22:45:00Z","action":"detokenize"}'
	priority() { siem-fmt --rfc5424 "$@" <<<"$event" | cut -d '>' -f 1; }

	equal '<134' "$(priority)"
	equal '<111' "$(priority --facility 13 --severity debug)"
	equal '<0' "$(priority --facility kern --severity emergency)"
	equal '<132' "$(priority --severity auto)"
}

# --- what is repaired and passed on

@test "a last line without a line feed is still a record" {
	run -0 --separate-stderr siem-fmt --json < <(printf '{"a":1}\n{"a":2}')

	equal $'{"a":1}\n{"a":2}' "$output"
	equal '' "$stderr"
}

@test "a carriage return before the line feed is dropped" {
	siem-fmt --json < <(printf '{"a":1}\r\n{"a":2}\r\n') >out

	equal $'{"a":1}\n{"a":2}' "$(cat out)"
	run -1 grep -q $'\r' out
}

@test "a byte order mark is dropped" {
	run -0 siem-fmt --json < <(printf '\xef\xbb\xbf{"a":1}\n')

	equal '{"a":1}' "$output"
}

@test "blank lines are passed over" {
	run -0 --separate-stderr siem-fmt --json --stats < <(printf '\n{"a":1}\n\n \t\r\n{"a":2}\n\n')

	equal $'{"a":1}\n{"a":2}' "$output"
	[[ $stderr == 'siem-fmt: 2 records read '* ]]
}

@test "of members with the same name the last one counts" {
	run -0 siem-fmt --cef --map "$vectors/acme.json" <<<'{"msg":"one","act":"x","msg":"two"}'

	equal 'CEF:0|Acme|Audit|1.0|E1|test|5|act=x msg=two' "$output"
}

@test "a number too large for a computer stays the text it was" {
	run -0 siem-fmt --cef --map "$vectors/acme.json" <<<'{"cs1":1e400,"cs2":123456789012345678901234567890}'

	equal 'CEF:0|Acme|Audit|1.0|E1|test|5|cs1=1e400 cs2=123456789012345678901234567890' "$output"
}

# bad_utf8 BYTES WANT: within a string, and what they become.
bad_utf8()
{
	printf '{"msg":"%b"}\n' "$1" >in
	equal "CEF:0|Acme|Audit|1.0|E1|test|5|msg=$2" \
		"$(siem-fmt --cef --map "$vectors/acme.json" in)"
	equal "{\"msg\":\"$2\"}" "$(siem-fmt --json in)"
}

@test "bytes that are no UTF-8 become U+FFFD, one for each sequence" {
	bad_utf8 '\xc3(' $'\xef\xbf\xbd('
	bad_utf8 '\xc0\x80' $'\xef\xbf\xbd\xef\xbf\xbd'
	bad_utf8 '\xed\xa0\x80' $'\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd'
	bad_utf8 '\xf0\x9f\x98' $'\xef\xbf\xbd'
}

@test "ten thousand keys are ten thousand fields" {
	seq 10000 | sed 's/.*/"k&":&/' | paste -sd , | sed 's/.*/{&}/' >in
	run -0 siem-fmt --cef --map "$vectors/acme.json" in

	equal "$(seq 10000 | sed 's/.*/k&=&/' | paste -sd ' ')" "${output#CEF:0|Acme|Audit|1.0|E1|test|5|}"
}

@test "a key of 60 KiB is a key" {
	key=$(repeat 61440 k)
	run -0 siem-fmt --cef --map "$vectors/acme.json" <<<"{\"$key\":1}"
	equal "CEF:0|Acme|Audit|1.0|E1|test|5|$key=1" "$output"

	run -0 siem-fmt --rfc5424=sd --map "$vectors/acme.json" --host h1 <<<"{\"$key\":1}"
	equal "<134>1 2025-10-08T22:45:00Z h1 siem-fmt - E1 [audit@32473 ${key:0:32}=\"1\"]" "$output"
}

@test "512 levels are not too deep" {
	in="$(repeat 511 '{"a":')[]$(repeat 511 '}')"
	run -0 siem-fmt --json <<<"$in"

	equal "$in" "$output"
}

@test "an empty input is no records and no error" {
	run -0 --separate-stderr siem-fmt --cef </dev/null

	equal '' "$output"
	equal '' "$stderr"
}

# --- what is refused: named, kept whole, and of no effect on its neighbours

# refused RECORD REASON [OPTION...]: in the middle of others.
refused()
{
	local record=$1 reason=$2

	shift 2
	rm -f rejects rejects.why
	printf '{"a":1}\n%s\n{"a":3}\n' "$record" >in
	run -1 --separate-stderr siem-fmt --json --reject rejects "$@" <in

	equal $'{"a":1}\n{"a":3}' "$output"
	equal "siem-fmt: line 2: $reason" "$stderr"
	equal "$record" "$(cat rejects)"
	equal 2 "$(jq .line rejects.why)"
}

@test "truncated JSON is refused" {
	refused '{"action":"classify","decision":{"act' 'column 34: unterminated string'
}

@test "an array instead of an object is refused" {
	refused '[{"a":2}]' 'column 1: an array, not an object'
}

@test "a number instead of an object is refused" {
	refused '42' 'column 1: a number, not an object'
}

@test "600 levels are refused" {
	refused "$(repeat 600 '{"a":')1$(repeat 600 '}')" 'column 2561: nested deeper than 512 levels'
}

@test "a control byte within a string is refused" {
	refused $'{"a":"x\x01y"}' 'column 8: control character in a string'
}

@test "what is not JSON at all is refused" {
	refused 'siem-fmt: line 2: forged' 'column 1: not a JSON object'
}

@test "a record of --max-record bytes is accepted, one byte more is not" {
	refused '{"a":"12"}' 'longer than 9 bytes (see --max-record)' --max-record 9
	run -0 siem-fmt --json --max-record 10 <<<'{"a":"12"}'
}

@test "a line of 100 MiB is refused whole, in little memory" {
	{
		echo '{"a":1}'
		printf '{"a":"'
		head -c 104857600 /dev/zero | tr '\0' x
		echo '"}'
		echo '{"a":3}'
	} >in
	run -1 --separate-stderr fits_in 7168 siem-fmt --json --reject rejects <in

	equal $'{"a":1}\n{"a":3}' "$output"
	equal 'siem-fmt: line 2: longer than 1048576 bytes (see --max-record)' "$stderr"
	sed -n 2p in | cmp - rejects
}

@test "without --reject a bad record is reported all the same" {
	run -1 --separate-stderr siem-fmt --json < <(printf '{"a":1}\n{"a":\n{"a":3}\n')

	equal $'{"a":1}\n{"a":3}' "$output"
	equal 'siem-fmt: line 2: column 6: cut off' "$stderr"
}

@test "of many bad records the first few are told, then their number" {
	run -1 --separate-stderr siem-fmt --json < <(seq 100)

	equal '' "$output"
	equal 6 "$(wc -l <<<"$stderr")"
	equal 'siem-fmt: 95 further records were rejected' "$(tail -n 1 <<<"$stderr")"
}

@test "what was rejected can be tried again as it is" {
	printf '{"a":1}\nnot yet\n' >in
	run -1 siem-fmt --json --reject rejects -q in
	sed -i 's/.*/{"a":2}/' rejects
	run -0 siem-fmt --json <rejects

	equal '{"a":2}' "$output"
}

# --- limits

@test "a value that is cut is counted and named, and the status is 0" {
	run -0 --separate-stderr siem-fmt --cef --map "$vectors/acme.json" --stats \
		<<<"{\"msg\":\"m\"}
{\"act\":\"$(repeat 70 a)\"}"

	equal "CEF:0|Acme|Audit|1.0|E1|test|5|act=$(repeat 63 a)" "${lines[1]}"
	equal 'siem-fmt: line 2: act cut to 63 of 70 bytes' "${stderr_lines[0]}"
	[[ ${stderr_lines[1]} == *'; 1 values cut, 0 fields left out' ]]
}

@test "--no-limits keeps it whole" {
	run -0 --separate-stderr siem-fmt --cef --map "$vectors/acme.json" --no-limits <<<"{\"act\":\"$(repeat 70 a)\"}"

	equal "CEF:0|Acme|Audit|1.0|E1|test|5|act=$(repeat 70 a)" "$output"
	equal '' "$stderr"
}

@test "of many cuts the first few are told, then their number" {
	for _ in {1..50}; do echo "{\"act\":\"$(repeat 70 a)\"}"; done >in
	run -0 --separate-stderr siem-fmt --cef --map "$vectors/acme.json" in

	equal 6 "${#stderr_lines[@]}"
	equal 'siem-fmt: in: line 5: act cut to 63 of 70 bytes' "${stderr_lines[4]}"
	equal 'siem-fmt: 50 values cut and 0 fields left out in all' "${stderr_lines[5]}"
}

@test "--max-line leaves out whole trailing fields" {
	whole=$(siem-fmt --cef --syslog --host h1 "$vectors/golden.jsonl" | head -n 1)
	for max in ${#whole} $((${#whole} - 1)) 200; do
		run -0 siem-fmt --cef --syslog --host h1 --max-line "$max" -q < <(head -n 1 "$vectors/golden.jsonl")

		[ "${#output}" -le "$max" ]
		[[ $whole == "$output" || $whole == "$output "* ]]
	done
}

@test "--max-line says which fields it left out, and of which line" {
	run -0 --separate-stderr siem-fmt --leef --map "$vectors/acme.json" --max-line 50 <<<'{"a":"123","b":"12345","c":"12"}'

	equal $'LEEF:2.0|Acme|Audit|1.0|E1|x09|sev=5\ta=123\tb=12345' "$output"
	equal 'siem-fmt: line 1: c left out, to keep to --max-line' "$stderr"
}

@test "--max-line leaves out an object with the only field that it had" {
	echo '{"ocsf": {"fields": [{"key": "policy.version", "from": "v"}]}}' >mine.json

	run -0 siem-fmt --ocsf --map ./mine.json --max-line 420 -q <<<"{\"v\":\"$(printf '%200s' x)\"}
{\"v\":\"2\"}"

	equal '[null,{"name":"unknown","version":"2"}]' "$(jq -c .policy <<<"$output" | jq -cs .)"
}

@test "--max-line keeps structured data well-formed" {
	run -0 siem-fmt --rfc5424=sd --host h1 --max-line 130 -q < <(head -n 1 "$vectors/golden.jsonl")

	equal '<134>1 2025-10-08T22:45:00Z h1 mcp-redaction - mcp.classify [audit@32473 action="classify"] MCP payload classified' "$output"
}

@test "a record that does not fit --max-line even without fields is refused" {
	for format in --cef --leef --rfc5424 --rfc5424=sd --rfc3164 --json; do
		run -1 --separate-stderr siem-fmt "$format" --max-line 12 <<<'{"action":"route"}'

		equal '' "$output"
		[[ $stderr == 'siem-fmt: line 1: a line of '*' bytes, more than --max-line 12' ]]
	done
}

@test "memory stays below 8 MiB whatever comes" {
	repeat 8000 '{"a":"0123456789","b":{"c":[1,2,3]}}\n' >many
	printf '{"a":"%s"}\n' "$(repeat 1048000 x)" >long
	printf '{"a":"%s"}\n' "$(repeat 149000 '\\n=\\"')" >escaped
	printf '{"a":"%s"}\n' "$(repeat 300000 '\x7f')" >controls
	printf '{"a":[%s1]}\n' "$(repeat 500000 '1,')" >elements
	printf '{"%s":{%s"z":1}}\n' "$(repeat 40 k)" \
		"$(seq -f '"kkkkkkkkk\\u0041kkkk%g":"=vvvvvvvvvvvvvvvvvvv\\n"' 12200 | tr '\n' ,)" >members
	for file in many long escaped controls elements members; do
		for format in --cef --leef --rfc5424=sd --rfc3164=kv --json; do
			echo "$file $format"
			fits_in 7168 siem-fmt "$format" -q "$file" "$file" >/dev/null
		done
	done
}

@test "what would become too large in memory is refused, in bounded memory" {
	printf '{%s"z":1}\n' "$(repeat 60000 '"k":12345,')" >members
	printf '{"a":"%s"}\n' "$(repeat 1048000 '\x7f')" >controls
	printf '{"%s":{%s"z":1}}\n' "$(repeat 60000 k)" "$(seq -f '"k%g":1' 10000 | tr '\n' ,)" >key
	printf '{"%s":{%s"z":1}}\n' "$(repeat 300 k)" \
		"$(seq -f "\"k%g\":\"$(repeat 70 =)\"" 12200 | tr '\n' ,)" >keys
	for file in members controls key keys; do
		run -1 --separate-stderr fits_in 7168 siem-fmt --cef "$file"

		equal '' "$output"
		[[ $stderr == "siem-fmt: $file: line 1: "* ]]
	done
}

# --- inputs

@test "operands are read in their order, - being standard input" {
	echo '{"a":1}' >one
	echo '{"a":3}' >three
	run -0 siem-fmt --json one - three <<<'{"a":2}'

	equal $'{"a":1}\n{"a":2}\n{"a":3}' "$output"
}

@test "an operand that cannot be opened does not stop the others" {
	echo '{"a":1}' >one
	mkdir folder
	run -3 --separate-stderr siem-fmt --json absent one folder one

	equal $'{"a":1}\n{"a":1}' "$output"
	equal $'siem-fmt: absent: No such file or directory\nsiem-fmt: folder: Is a directory' "$stderr"
}

@test "an operand that cannot be read does not stop the others" {
	echo '{"n":1}' >one
	echo '{"n":2}' >two
	run -3 --separate-stderr siem-fmt --json one - two </
	[ "$output" = $'{"n":1}\n{"n":2}' ]
	[ "$stderr" = 'siem-fmt: standard input: read: Is a directory' ]
}

@test "a marked stream is the first input, or refused" {
	echo '{"n":1}' >one
	run -0 siem-fmt --json - one < <(printf '\020H siem/1 -\n\020E 0\n')
	[ "$output" = $'\x10H siem/1 -\n{"n":1}\n\x10E 0' ]
	run -3 --separate-stderr siem-fmt --json one - \
		< <(printf '\020H siem/1 -\n{"n":2}\n\020E 0\n')
	[ "$output" = '{"n":1}' ]
	[ "$stderr" = 'siem-fmt: standard input: a marked stream has to be the first input' ]
}

@test "there may be more operands than files are usually open" {
	for n in {1..300}; do echo "{\"a\":$n}" >"$n"; done
	ulimit -Sn 100
	run -0 siem-fmt --json {1..300}

	equal 300 "${#lines[@]}"
	equal '{"a":300}' "${lines[299]}"
}

@test "a bad record is named by its file and the line in it" {
	echo '{"a":1}' >one
	printf '{"a":2}\n3\n' >two
	run -1 --separate-stderr siem-fmt --json one two

	equal 'siem-fmt: two: line 2: column 1: a number, not an object' "$stderr"
}

@test "-v says what is read" {
	echo '{"a":1}' >one
	run -0 --separate-stderr siem-fmt --json -v one - <<<'{"a":2}'

	equal $'siem-fmt: reading one\nsiem-fmt: reading standard input' "$stderr"
}

# --- streams

@test "a record comes out at once, not when the input ends" {
	coproc siem-fmt --json
	echo '{"a":1}' >&"${COPROC[1]}"
	read -r -t 30 line <&"${COPROC[0]}"

	equal '{"a":1}' "$line"
}

@test "control lines keep their place, and a bad record goes on as a reject" {
	run -1 --separate-stderr siem-fmt --json < <(
		printf '\020H siem/1 k7\n{"a":1}\n\020M log 8\nbad\n\020M log 12\n\020E 0\n')

	equal $'\020H siem/1 k7\n{"a":1}\n\020M log 8\n\020R line%202:%20column%201:%20not%20a%20JSON%20object bad\n\020M log 12\n\020E 1' "$output"
}

@test "a marked stream that was cut off leaves status 3 and no torn record" {
	run -3 --separate-stderr siem-fmt --json < <(
		printf '\020H siem/1 k7\n{"a":1}\n\020M log 8\n{"a":2}')

	equal $'\020H siem/1 k7\n{"a":1}\n\020M log 8' "$output"
}

@test "a reader that leaves ends it at once and quietly" {
	repeat 200000 '{"a":1}\n' >in
	timeout 120 bash -c 'siem-fmt --json in 2>err | head -n 1 >out; echo "${PIPESTATUS[0]}" >status'

	equal '{"a":1}' "$(cat out)"
	equal 141 "$(cat status)"
	equal '' "$(cat err)"
}

@test "a full disk is an error, not a success" {
	run -3 --separate-stderr sh -c 'echo "{\"a\":1}" | siem-fmt --json >/dev/full'

	equal 'siem-fmt: write: No space left on device' "$stderr"
}

@test "a closed standard output is an error, not a success" {
	run -3 --separate-stderr sh -c 'echo "{\"a\":1}" | siem-fmt --json >&-'

	equal 'siem-fmt: write: Bad file descriptor' "$stderr"
}

@test "a closed standard input is an error, not an empty one" {
	run -3 --separate-stderr sh -c 'siem-fmt --json <&-'

	[[ $stderr == 'siem-fmt: '*'Bad file descriptor' ]]
}

@test "SIGTERM does not lose what is on its way" {
	mkfifo pipe
	siem-fmt --json <pipe >out &
	exec 9>pipe
	echo '{"a":1}' >&9
	eventually grep -q 1 out
	kill -TERM $!
	echo '{"a":2}' >&9
	exec 9>&-
	wait $!

	equal $'{"a":1}\n{"a":2}' "$(cat out)"
}

@test "a second signal ends it at once, but none within a second of the first" {
	mkfifo pipe
	siem-fmt --json --grace 300 <pipe >out 2>err 3>&- &
	pid=$!
	remember "$pid"
	exec 9>pipe
	echo '{"a":1}' >&9
	eventually grep -q 1 out
	began=$EPOCHREALTIME
	asked_again()
	{
		kill -TERM "$pid" || true
		gone "$pid"
	}
	eventually asked_again
	status=0
	wait "$pid" || status=$?

	equal 3 "$status"
	equal 'siem-fmt: ended by a second signal' "$(cat err)"
	awk "BEGIN { exit !($EPOCHREALTIME - $began >= 1) }"
}

@test "once it runs, it can open nothing any more" {
	[[ $BUILD != *-san ]] || skip "builds with sanitizers are not sealed"
	coproc siem-fmt --json
	echo '{"a":1}' >&"${COPROC[1]}"
	read -r -t 30 _ <&"${COPROC[0]}"

	equal 'Seccomp:	2' "$(grep '^Seccomp:' "/proc/$COPROC_PID/status")"
	equal 'NoNewPrivs:	1' "$(grep '^NoNewPrivs:' "/proc/$COPROC_PID/status")"
}

# --- what else it tells

@test "--stats counts what was read, written and lost" {
	printf '{"a":1}\nbad\n\n{"a":2}\n' >in
	run -1 --separate-stderr siem-fmt --json -q --stats in in

	equal 'siem-fmt: 6 records read (42 bytes), 4 written, 2 rejected; 0 values cut, 0 fields left out' "$stderr"
}

@test "SIGUSR1 prints the counts so far" {
	coproc siem-fmt --json 2>err
	echo '{"a":1}' >&"${COPROC[1]}"
	read -r -t 30 _ <&"${COPROC[0]}"
	kill -USR1 "$COPROC_PID"
	eventually [ -s err ]

	equal 'siem-fmt: 1 records read (8 bytes), 1 written, 0 rejected; 0 values cut, 0 fields left out' "$(cat err)"
}

@test "--list names formats and maps, and no set-up is needed for it" {
	run -0 --separate-stderr siem-fmt --list

	equal '' "$stderr"
	for word in --cef '--leef[=2.0|1.0]' '--rfc5424[=plain|sd]' '--rfc3164[=plain|kv]' --json; do
		grep -qF -e "  $word " <<<"$output"
	done
	grep -q '^  generic  *Any record: ' <<<"$output"
	run -3 sh -c 'siem-fmt --list >/dev/full'
}

@test "--explain says where each member went" {
	run -0 siem-fmt --cef --explain <<<'{"ts":"2025-10-08T22:45:00Z","action":"route","odd":[1]}'

	grep -qE '^.*\bts\b.*\brt\b' <<<"$output"
	grep -qE '\bodd\b.*\bRedactionMCPOdd\b' <<<"$output"
}

@test "--explain tells of what the line loses, and refuses what would be" {
	run -0 --separate-stderr siem-fmt --cef --explain --max-line 90 \
		<<<'{"action":"route","decision":{"policy_version":7},"x":1}'
	[[ $stderr == *'cn2 left out, to keep to --max-line'* ]]
	run -1 --separate-stderr siem-fmt --cef --explain --max-line 9 <<<'{}'
	[ "$output" = '' ]
	[[ $stderr == *'more than --max-line 9'* ]]
}

@test "--explain of a plain line names only the header that it has" {
	run -0 siem-fmt --rfc5424 --explain <<<'{"action":"route","decision":{}}'
	[[ ${lines[2]} =~ ^action\ +route\ +'with the record as it came'$ ]]
}

# --- what makes no sense

@test "without a format it names them all" {
	run -2 --separate-stderr siem-fmt </dev/null

	equal 'siem-fmt: no format: give one of --cef, --leef, --rfc5424, --rfc3164, --json, --hec, --csl, --sentinel, --ecs, --ocsf, --datadog or --otlp' "$stderr"
}

# wrong MESSAGE OPTION...
wrong()
{
	local message=$1

	shift
	run -2 --separate-stderr siem-fmt "$@" </dev/null
	equal '' "$output"
	equal "siem-fmt: $message" "$stderr"
}

@test "a usage error names the option and what is near" {
	wrong 'options --cef and --leef exclude each other' --cef --leef
	wrong 'option --leef: 3.0 is none of 2.0|1.0' --leef=3.0
	wrong 'option --syslog: 1234 is none of 5424|3164' --cef --syslog=1234
	wrong 'option --syslog: --rfc5424 has a syslog header already' --rfc5424 --syslog
	wrong 'option --facility: there is no locl3 (did you mean local3?)' --cef --facility locl3
	wrong 'option --severity: there is no wraning (did you mean warning?)' --cef --severity wraning
	wrong 'option --severity: there is no 8' --cef --severity 8
	wrong 'option --host: a b is no name: only printable ASCII, without spaces' --cef --host 'a b'
	wrong 'option --max-line: x is not a size, as in 65536, 64KB or 10GB' --cef --max-line x
	wrong 'option --cef takes no argument' --cef=1
	wrong 'an operand is empty' --cef ''
}

@test "options of a header that no line will have are named" {
	run -0 --separate-stderr siem-fmt --cef --host h --severity auto <<<'{}'
	equal 'siem-fmt: option --severity changes nothing: without --syslog, --cef has no syslog header
siem-fmt: option --host changes nothing: without --syslog, --cef has no syslog header' "$stderr"

	run -0 --separate-stderr siem-fmt --cef --syslog --host h <<<'{}'
	equal '' "$stderr"
	run -0 --separate-stderr siem-fmt --rfc5424 --host h --facility 3 <<<'{}'
	equal '' "$stderr"
}

@test "a map that is not there is a usage error that names the nearest" {
	run -2 --separate-stderr siem-fmt --cef --map gatekti </dev/null
	[[ $stderr == 'siem-fmt: '*gatekti*gatekit* ]]

	run -2 --separate-stderr siem-fmt --cef --map ./absent.json </dev/null
	[[ $stderr == 'siem-fmt: '*'./absent.json: No such file or directory' ]]
}

@test "a file that is read cannot be written as well" {
	printf '{"a":1}\n{"a":2}' >log
	run -2 --separate-stderr bash -c 'siem-fmt --json log >>log'
	equal 'siem-fmt: log is read and is also the output: give that another name' \
		"$stderr"
	run -2 --separate-stderr siem-fmt --cef --reject log log
	equal 'siem-fmt: log is read and is also the --reject file: give that another name' \
		"$stderr"
	# shellcheck disable=SC2094 # what is read and written is the point
	run -2 siem-fmt --cef --reject log <log

	equal $'{"a":1}\n{"a":2}' "$(cat log)"
}
