#!/usr/bin/env bats
# What does not fit the type of a key goes to a custom field: it is neither lost
# nor does it break the record.

load helper

# Of tests/vectors/misfits.jsonl, each row is a value, the key that a map gives
# it, and what stands there in the end; null where it has to stand elsewhere.

header='vendor: {const: "V"}, product: {const: "P"}, version: {const: "1"}, id: {const: "i"}'

# prepare FORMAT SECTION [HEADER]: a map with a row for each row of the table, and as
# many records, each with the member of one of them.
prepare()
{
	jq -c "select(.format == \"$1\")" "$root/tests/vectors/misfits.jsonl" >rows
	jq -s "{name: \"m\", time: \"never\", \"$2\": {
		${3:-}fields: [to_entries[] | {key: .value.key, from: \"m\(.key)\"} +
			(.value | if .type then {type} else {} end)],
		rest: {prefix: \"Acme\"}}}" rows >map.json
	jq -sc 'to_entries[] | {"m\(.key)": .value.value}' rows >in
	run -0 --separate-stderr siem-fmt "--$1" --map ./map.json in
	equal '' "$stderr"
	equal "$(grep -c . rows)" "${#lines[@]}"
}

# pairs: what every row should have come to in a format of KEY=VALUE.
pairs()
{
	jq -sr 'to_entries[] | (.value.value | if type == "string" then . else tojson end) as $text |
		if .value.want == null then "AcmeM\(.key)=\($text)" else "\(.value.key)=\(.value.want)" end' rows
}

@test "a misfit is a custom field in CEF" {
	prepare cef cef "$header, name: {const: \"n\"}, "

	equal "$(pairs)" "$(sed -e 's/^.*|//' -e 's/\\=/=/g' <<<"$output")"
	# But for labels, of which these rows have none.
	run -1 grep -vF cef-value-without-label < <(siem-parse --strict <<<"$output" 2>&1 >parsed)
	equal "$(grep -c . rows)" "$(grep -c . parsed)"
}

@test "a misfit is a custom attribute in LEEF" {
	prepare leef leef "$header, "

	equal "$(pairs)" "$(cut -d '|' -f 7- <<<"$output")"
	run -0 siem-parse --strict <<<"$output"
}

@test "a misfit is an additional extension in CommonSecurityLog" {
	prepare csl cef

	equal "$(jq -sc 'to_entries[] | (.value.value | if type == "string" then . else tojson end) as $text |
		if .value.want == null then [null, "AcmeM\(.key)=\($text)"] else [.value.want, null] end' rows)" \
		"$(paste -d '\n' rows <(echo "$output") | jq -c -s '
			[range(0; length; 2) as $i | [.[$i + 1][.[$i].column], .[$i + 1].AdditionalExtensions]] | .[]')"
}

@test "a misfit is a column of its own in a custom table" {
	prepare sentinel sentinel

	equal "$(jq -sc 'to_entries[] | if .value.want == null then [null, .value.value] else [.value.want, null] end' rows)" \
		"$(paste -d '\n' rows <(echo "$output") | jq -c -s '
			[range(0; length; 2) as $i | [.[$i + 1].Column, .[$i + 1]["AcmeM\($i / 2)"]]] | .[]')"
}

@test "where members have the names of the keys, a misfit gets a name beside" {
	run -0 siem-fmt --cef --map "$root/tests/vectors/acme.json" \
		<<<'{"cn1":"many","spt":70000,"src":"web01","dst":"10.0.0.1","rt":"yesterday","cs1":"x"}'
	equal 'CEF:0|Acme|Audit|1.0|E1|test|5|cn12=many spt2=70000 src2=web01 dst=10.0.0.1 rt2=yesterday cs1=x' "$output"

	run -0 siem-fmt --leef --map "$root/tests/vectors/acme.json" \
		<<<'{"srcPort":70000,"src":"web01","srcBytes":7}'
	equal $'LEEF:2.0|Acme|Audit|1.0|E1|x09|sev=5\tsrcPort2=70000\tsrc2=web01\tsrcBytes=7' "$output"
}

@test "else leads to the first key that takes the value" {
	cat >map.json <<'END'
{"cef": {"fields": [
  {"key": "src", "from": "a", "else": {"key": "c6a2", "label": "sourceIPv6", "else": {"key": "shost"}}},
  {"key": "cn1", "label": "n", "from": "n", "else": {"key": "cfp1", "label": "n", "else": {"key": "cs1", "label": "n"}}}
]}}
END
	run -0 siem-fmt --cef --map ./map.json <<<'{"a":"10.0.0.1","n":7}
{"a":"2001:db8::1","n":7.5}
{"a":"web01","n":9223372036854775808}
{"a":["10.0.0.1"],"n":"many"}'

	equal 'src=10.0.0.1 cn1Label=n cn1=7
c6a2Label=sourceIPv6 c6a2=2001:db8::1 cfp1Label=n cfp1=7.5
shost=web01 cfp1Label=n cfp1=9223372036854775808
shost=["10.0.0.1"] cs1Label=n cs1=many' "$(cut -d '|' -f 8- <<<"$output")"
}
