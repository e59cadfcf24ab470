#!/usr/bin/env bats
# siem-parse: what goes in, what comes out, and what it says of both.

load helper

# A sample of bad records: each with what is said of it behind it, indented by a
# TAB, as a message has it behind the number of the line.
# complains FILE: it is said, and nothing else.
complains()
{
	sed '/^\t/d' "$root/tests/vectors/$1" >records
	awk -F '\t' '/^\t/ { sub(/^\t/, ""); print "siem-parse: line " n ": " $0; next } { n++ }' \
		"$root/tests/vectors/$1" >want
	[ "$(wc -l <want)" -ge "$2" ]
	run -1 --separate-stderr siem-parse --strict --advice records
	equal "$(<want)" "${stderr//records: /}"
}

@test "a line of CEF becomes an object with its header and its pairs" {
	run -0 --separate-stderr siem-parse <<<'CEF:0|Acme|Gate|1.0|login|User login|5|src=10.0.0.1 msg=a b'

	equal '{"cef":{"version":0,"device_vendor":"Acme","device_product":"Gate","device_version":"1.0","device_event_class_id":"login","name":"User login","severity":"5","extension":{"src":"10.0.0.1","msg":"a b"}}}' "$output"
	equal '' "$stderr"
}

@test "escapes in CEF are what they stand for" {
	run -0 --separate-stderr siem-parse <<<'CEF:0|A\|B|C\\|1|2|3|4|msg=1\=1 \\ \n\r.'

	equal '["A|B","C\\","1=1 \\ \n\r."]' "$(jq -c '.cef|[.device_vendor,.device_product,.extension.msg]' <<<"$output")"
}

@test "a key that comes twice has both values, where it came first" {
	run -0 siem-parse <<<'CEF:0|A|B|1|2|3|4|act=a src=10.0.0.1 act=b act=c'

	equal '{"act":["a","b","c"],"src":"10.0.0.1"}' "$(jq -c .cef.extension <<<"$output")"
}

@test "what is no dialect at all is rejected, with what was expected" {
	run -1 --separate-stderr siem-parse --reject bad < <(printf '%s\n' hello '{"a":1}')

	equal '{"json":{"a":1}}' "$output"
	equal 'siem-parse: line 1: column 1: record-unknown: this begins neither with a syslog header (<PRI>) nor with CEF:, LEEF: or {' "$stderr"
	equal hello "$(cat bad)"
}

@test "a header that is cut short is rejected, with how much is there" {
	run -1 --separate-stderr siem-parse <<<'CEF:0|A|B|1|x'

	equal '' "$output"
	[[ $stderr == *'cef-header-pipes: the header has 5 of its 7 fields'* ]]
}

@test "in a marked stream a record that cannot be read goes on to the sink" {
	run -1 siem-parse -q < <(printf '\020H siem/1 -\nhello\nCEF:0|A|B|1|2|3|4|\n\020M s 9\n\020E 0\n')

	equal $'\020H siem/1 -' "${lines[0]}"
	[[ ${lines[1]} == $'\020R '*' hello' ]]
	[[ ${lines[2]} == '{"cef":'* ]]
	equal $'\020M s 9' "${lines[3]}"
	equal $'\020E 1' "${lines[4]}"
}

@test "a full disk is an error, not a success" {
	run -3 --separate-stderr sh -c 'echo "{}" | siem-parse >/dev/full'

	[[ $stderr == 'siem-parse: '*'No space left on device' ]]
}

@test "of each bad line of CEF that users meet it is said what is wrong" {
	complains bad-cef.txt 50
}

@test "of each bad line of LEEF that users meet it is said what is wrong" {
	complains bad-leef.txt 35
}

@test "nothing is said of what siem-fmt writes as CEF and LEEF" {
	for format in --cef --leef=1.0 --leef=2.0; do
		for file in golden live escaping escaping-more severity times audit; do
			siem-fmt -q "$format" "$root/tests/vectors/$file.jsonl" >lines || [ $? = 1 ]
			[ -s lines ]
			run -0 --separate-stderr siem-parse --strict lines

			equal '' "$stderr"
			equal "$(wc -l <lines)" "${#lines[@]}"
		done
	done
}

@test "what the vectors for escaping say comes back as it was" {
	jq -r .in "$root/tests/vectors/escaping.jsonl" >in
	siem-fmt -q --map "$root/tests/vectors/acme.json" --cef in |
		siem-parse | jq -c '.cef.extension.msg // ""' >came
	# But for the spaces around it, and control characters, which are \u00xx.
	jq -c '.msg // "" | if type == "string" then . else tojson end |
		split("\u0000") | join("\\u0000") |
		gsub("\u007f"; "\\u007f") | gsub("\u001b"; "\\u001b") |
		gsub("^ +| +$"; "")' in >want

	equal "$(<want)" "$(<came)"
	[ "$(sort -u came | wc -l)" -ge 15 ]
}

@test "any delimiter of LEEF 2.0 divides the attributes" {
	run -0 siem-parse < <(
		printf 'LEEF:2.0|A|B|1|x|%s\n' '^|a=1^b=2' 'x5E|a=1^b=2' '0x5e|a=1^b=2' \
			$'\t|a=1\tb=2' $'|a=1\tb=2' $'a=1\tb=2' 'xa6|a=1¦b=2' '¦|a=1¦b=2' 'x7c|a=1|b=2')

	equal 9 "${#lines[@]}"
	for line in "${lines[@]}"; do
		equal '{"a":"1","b":"2"}' "$(jq -c .leef.attributes <<<"$line")"
	done
}

@test "a line of LEEF becomes an object with its header and its attributes" {
	run -0 --separate-stderr siem-parse <<<$'LEEF:1.0|Acme|Gate|1.0|login|src=10.0.0.1\turl=a=b|c\tno key\tsrc=x'

	equal '{"leef":{"version":"1.0","vendor":"Acme","product":"Gate","product_version":"1.0","event_id":"login","delimiter":"\t","attributes":{"src":["10.0.0.1","x"],"url":"a=b|c"},"text":["no key"]}}' "$output"
	equal '' "$stderr"
}

@test "--strict with -q says nothing, and the status tells" {
	run -1 --separate-stderr siem-parse --strict -q <<<'CEF:0|A|B|1|2|3|4|msg=a=b'
	equal '' "$stderr"
	run -0 siem-parse -q <<<'CEF:0|A|B|1|2|3|4|msg=a=b'
}

@test "--advice adds what receivers misread, and does not count as wrong" {
	run -0 --separate-stderr siem-parse --strict <<<'CEF:1|A|B|1|2|3|4|act='
	equal '' "$stderr"
	run -0 --separate-stderr siem-parse --strict --advice <<<'CEF:1|A|B|1|2|3|4|act='

	equal 'siem-parse: line 1: column 5: cef-version-1 (advice): QRadar, SC4S and LogScale take only CEF:0: "1"
siem-parse: line 1: column 19: cef-empty-value (advice): act has no value: some receivers leave it out, others fail: "act"' "$stderr"
}

@test "--stats says how often each rule was broken, and in how many records" {
	run -1 --separate-stderr siem-parse -q --strict --stats < <(
		printf 'CEF:0|A|B|1|2|3|4|%s\n' msg=a=b 'msg=a=b spt=x' msg=fine)

	equal 'siem-parse:        2 cef-unescaped-equals
siem-parse:        1 cef-port
siem-parse: 3 records read (85 bytes), 3 written, 0 rejected; 3 departures in 2 records' "$stderr"
}

@test "--strict tells of every record that it cannot read" {
	run -1 --separate-stderr siem-parse --strict < <(yes no | head -n 7)

	equal 7 "${#stderr_lines[@]}"
	[[ ${stderr_lines[6]} == 'siem-parse: line 7: column 1: record-unknown: '* ]]
}

@test "text that only speaks of CEF is text, and nothing is wrong with it" {
	run -0 --separate-stderr siem-parse --strict --stats <<<'<13>1 - h a - - - he wrote CEF:0|x'

	equal 'he wrote CEF:0|x' "$(jq -r .message <<<"$output")"
	equal 'siem-parse: 1 records read (35 bytes), 1 written, 0 rejected; 0 departures in 0 records' "$stderr"
}
