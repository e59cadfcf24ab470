#!/usr/bin/env bats
# Maps that users write: the manual, and what is said of a map that is wrong.

load helper

@test "the map in siem-map(5) makes of its record what the page shows" {
	page=$(mandoc -T utf8 -O width=1000 "$root/man/siem-map.5" |
		sed 's/.\x08//g' | sed -n '/^EXAMPLES/,/^[A-Z]/s/^ \{11\}//p')
	grep '^{"at"' <<<"$page" >orders.jsonl
	sed -n '/^{$/,/^}$/p' <<<"$page" >orders.json

	run -0 --separate-stderr siem-fmt --cef --map ./orders.json orders.jsonl

	equal "$(grep '^CEF:0|Acme' <<<"$page")" "$output"
	equal '' "$stderr"

	run -0 --separate-stderr siem-fmt --leef --map ./orders.json orders.jsonl
	equal "$(sed -n '/^LEEF:2.0|Acme/,/^note=/p' <<<"$page")" "$(tr '\t' '\n' <<<"$output")"
	equal '' "$stderr"

	run -0 --separate-stderr siem-fmt --map-check ./orders.json
	equal './orders.json: ok' "${lines[0]}"
	equal '' "$stderr"
}

@test "what siem-map(5) says of the example holds" {
	mandoc -T utf8 -O width=1000 "$root/man/siem-map.5" | sed 's/.\x08//g' |
		sed -n '/^EXAMPLES/,/^[A-Z]/s/^ \{11\}//p' | sed -n '/^{$/,/^}$/p' >orders.json

	run -0 siem-fmt --cef --map ./orders.json <<<'{"eur":250.50,"items":[{"sku":"A1"}]}
{"eur":700,"who":{"login":"eve"},"kind":"refund"}
{"eur":1,"who":{"login":"root"},"kind":"sale"}'
	[[ ${lines[0]} == *[\|\ ]'cfp1Label=amount cfp1=250.50 cs1Label=items cs1={"sku":"A1"}'* ]]
	equal '3 7 6' "$(cut -d '|' -f 7 <<<"$output" | paste -sd ' ')"
}

@test "a wrong map is a usage error that names file, line, column and word" {
	printf '%s\n' '{' '  "cef": {"fields": [' \
		'    {"key": "act", "form": "action"}' '  ]}' '}' >mine.json

	run -2 siem-fmt --cef --map mine.json </dev/null

	equal 'siem-fmt: mine.json: line 3, column 20: unknown key "form" (did you mean "from"?)' "$output"
}

@test "a map that is no JSON is named by line and column too" {
	printf '%s\n' '{"name": "mine",' '  "cef": }' >mine.json

	run -2 siem-fmt --cef --map mine.json </dev/null

	equal "siem-fmt: mine.json: line 2, column 10: unexpected token near '}'" "$output"
}

@test "the built-in maps are those of share/maps, in the order of the file there" {
	order=$(grep -v '^#' "$root/share/maps/order")

	equal "$order" "$(siem-fmt --list | sed -n '/^maps:/,/^[^ ]/s/^  \([^ ]*\) .*/\1/p')"
	equal "$(sort <<<"$order")" "$(cd "$root/share/maps" && printf '%s\n' *.json | sed 's/\.json$//' | sort)"
	equal generic "$(tail -n 1 <<<"$order")"
	for map in $order; do
		grep -qF "  $map  " <<<"$(siem-fmt --list)"
		grep -qF "$(jq -r .description "$root/share/maps/$map.json")" <<<"$(siem-fmt --list)"
		grep -qF ".It Cm $map" "$root/man/siem-map.5"
	done
}

@test "a copy of a built-in map does what the built-in map does" {
	mapfile -t maps < <(grep -v '^#' "$root/share/maps/order")
	for map in "${maps[@]}"; do
		for format in --cef --leef; do
			run -0 siem-fmt "$format" --map "$map" "$root/tests/vectors/audit.jsonl"
			want=$output
			run -0 siem-fmt "$format" --map "$root/share/maps/$map.json" "$root/tests/vectors/audit.jsonl"
			equal "$want" "$output"
		done
	done
}

@test "a map without a section for the format uses that of the generic map" {
	echo '{"name": "mine", "time": "when", "leef": {}}' >mine.json

	run -0 siem-fmt --cef --map mine.json <<<'{"when":1759963500,"user":"bob","x":1}'

	equal 'CEF:0|siem-tools|generic|1.0|event|Event|2|rt=1759963500000 suser=bob GenericX=1' "$output"
}

@test "what a map makes of numbers is a number where the format is JSON" {
	cat >mine.json <<-'EOF'
		{"severity": "level", "datadog": {"fields": [
		  {"key": "severity_number", "from": "$severity"},
		  {"key": "syslog_number", "from": "$syslog"},
		  {"key": "sum", "from": {"sum": "counts"}},
		  {"key": "nanoseconds", "from": {"multiply": "ms", "by": 1000000}},
		  {"key": "moment", "from": "at", "type": "time"},
		  {"key": "numbers", "from": {"list": ["$severity", {"sum": "counts"}]}}
		], "rest": {"all": false}}}
	EOF
	record='{"level":3,"counts":[1,2.5],"ms":7,"at":"2025-10-08T22:45:00Z"}'

	# Three times, since what was done is remembered for records that look alike.
	run -0 siem-fmt --datadog --map ./mine.json <<<"$record"$'\n'"$record"$'\n'"$record"

	equal '[3,5,3.5,7000000,1759963500000,[3,3.5]]' \
		"$(jq -c '[.severity_number, .syslog_number, .sum, .nanoseconds, .moment, .numbers]' <<<"$output" | uniq)"
}

@test "a join divides all its elements, the empty ones too" {
	echo '{"leef": {"fields": [{"key": "all", "from": {"join": "tags", "by": "-"}}]}}' >mine.json

	run -0 siem-fmt --leef --map ./mine.json <<<'{"tags":["","a","","b",""]}
{"tags":["a",null,"b"]}
{"tags":["",""]}'

	[[ ${lines[0]} == *'|all=-a--b-' ]]
	[[ ${lines[1]} == *'|all=a-b' ]]
	[[ ${lines[2]} == *'|all=-' ]]
}

@test "an array of which a join says nothing but a word is kept" {
	cat >mine.json <<-'EOF'
		{"leef": {"fields": [{"key": "who", "from": {"join": "users", "item":
		  {"if": {"of": "$element", "is": "root"}, "then": "$element", "else": {"const": "other"}}}}]}}
	EOF

	run -0 siem-fmt --leef --map ./mine.json <<<'{"users":["root","eve"]}
{"users":["root","root"]}
{"users":"eve"}
{"users":[{}]}'

	[[ ${lines[0]} == *$'|who=root,other\tusers=["root","eve"]' ]]
	[[ ${lines[1]} == *'|who=root,root' ]]
	[[ ${lines[2]} == *$'|who=other\tusers=eve' ]]
	[[ ${lines[3]} == *$'|who=other\tusers=[{}]' ]]
}

@test "what an event of OCSF does not say of its activity is kept" {
	cat >mine.json <<-'EOF'
		{"ocsf": {"activity": "verb", "activity_name": "title"},
		 "ocsf_finding": {"activity": "verb", "activity_name": "title"}}
	EOF
	records='{"verb":2,"title":"Look"}
{"verb":"read","title":"Look"}
{"verb":99,"title":"Look"}
{"verb":99,"title":""}
{"verb":4,"title":"Look"}'

	# Twice, since what was done is remembered for records that look alike.
	run -0 siem-fmt --ocsf --map ./mine.json <<<"$records"$'\n'"$records"
	equal '[2,"Read",{"title":"Look"}]
[99,"Look",{"verb":"read"}]
[99,"Look",null]
[99,"Other",{"title":""}]
[4,"Delete",{"title":"Look"}]' "$(jq -c '[.activity_id, .activity_name, .unmapped]' <<<"$output" | head -n 5)"
	equal "$(head -n 5 <<<"$output" | cut -d , -f 2-)" "$(tail -n 5 <<<"$output" | cut -d , -f 2-)"

	run -0 siem-fmt --ocsf=finding --map ./mine.json <<<'{"verb":4,"title":"Look"}'
	equal '[99,"Look",{"verb":4}]' "$(jq -c '[.activity_id, .activity_name, .unmapped]' <<<"$output")"
}

@test "of members with the same name the last one counts, null or not" {
	echo '{"define": {"a": "a"}, "rfc3164": {}}' >mine.json

	run -0 siem-fmt --rfc3164=kv --host h1 --map ./mine.json <<<'{"a":1,"x":false,"x":null}
{"a":1,"x":null,"x":false}
{"a":1,"x":2,"y":3,"x":null}
{"a":1,"x":2,"y":3,"x":4}'
	equal 'a=1
a=1 x=false
a=1 y=3
a=1 y=3 x=4' "$(cut -d ' ' -f 6- <<<"$output")"

	echo '{"define": {"a": "a.b"}, "ocsf": {}}' >mine.json
	run -0 siem-fmt --ocsf --map ./mine.json <<<'{"a":{"x":false,"x":null}}
{"a":{"x":false,"y":null}}'
	equal 'null {"a":{"x":false,"y":null}}' "$(jq -c .unmapped <<<"$output" | paste -sd ' ')"
}
