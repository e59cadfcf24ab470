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
	equal 'siem-parse: line 1: column 1: record-unknown: this begins neither with a syslog header (<PRI> or a timestamp) nor with CEF:, LEEF: or {' "$stderr"
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

@test "--advice without --strict is no reason to think that there is none" {
	run -0 --separate-stderr siem-parse --advice <<<'CEF:1|A|B|1|2|3|4|act='

	equal 'siem-parse: option --advice changes nothing: without --strict, nothing is reported' "$stderr"
	equal 1 "${#lines[@]}"
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
	line='<13>1 - h a - - - he wrote CEF:0|A|B|1|2|3|4|src=10.0.0.1'
	run -0 --separate-stderr siem-parse --strict --stats <<<"$line"

	equal 'he wrote CEF:0|A|B|1|2|3|4|src=10.0.0.1' "$(jq -r .message <<<"$output")"
	equal 'siem-parse: 1 records read (58 bytes), 1 written, 0 rejected; 0 departures in 0 records' "$stderr"
	run -0 siem-parse --strict --advice <<<"$line"
	equal 'siem-parse: line 1: column 28: record-hidden-event (advice): an event seems to begin within this text: some receivers (Filebeat) read it, whoever wrote it: "CEF:0"' "${lines[0]}"
}

@test "what cannot be read behind a header is text, and said to be wrong" {
	line='<13>1 - h a - - - CEF:0|A|B'
	run -0 siem-parse <<<"$line"
	equal 'CEF:0|A|B' "$(jq -r .message <<<"$output")"
	run -1 --separate-stderr siem-parse --strict <<<"$line"

	equal 'CEF:0|A|B' "$(jq -r .message <<<"$output")"
	[[ $stderr == 'siem-parse: line 1: column 28: cef-header-pipes: the header has 3 of its 7 fields'* ]]
}

# Found by the fuzzer.
@test "what siem-fmt had to write longer, or in other capitals, is in order" {
	jq -nc '("\u0001" * 300) as $x |
		{action: $x, caller: $x, name: $x, user: $x, user_name: $x, src_host: $x, caT: 1, sRC: "x"}' >in
	for format in --cef --leef; do
		siem-fmt -q "$format" in >line
		grep -q 'u0001' line
		run -0 --separate-stderr siem-parse --strict line

		equal '' "$stderr"
	done
}

# Filebeat takes such keys for the same.
@test "no two keys of CEF are the same but for capitals, nor like the dictionary's" {
	jq -nc '{act: "a", ACT: "b", foo: 1, Foo: 2, FOO: 3, SRC: "10.0.0.1", zoneURI: 5}' >in
	siem-fmt --map "$root/tests/vectors/acme.json" --cef in >line
	run -0 --separate-stderr siem-parse --strict --advice line

	equal '' "$stderr"
	equal '{"act":"a","ACT2":"b","foo":"1","Foo2":"2","FOO3":"3","SRC2":"10.0.0.1","zoneURI":"5"}' \
		"$(jq -c .cef.extension <<<"$output")"
}

@test "no input is no output, and no error" {
	run -0 siem-parse </dev/null
	equal '' "$output"
	run -0 siem-parse < <(printf '\n  \n\r\n')
	equal '' "$output"
}

@test "a last line without a line feed, and a CR before one, are no matter" {
	run -0 siem-parse --strict < <(printf 'CEF:0|A|B|1|2|3|4|a=1\r\nCEF:0|A|B|1|2|3|4|a=2')

	equal '"1" "2"' "$(jq .cef.extension.a <<<"$output" | paste -sd ' ')"
}

@test "NUL, bytes that are no UTF-8 and a byte order mark are no end of a value" {
	run -1 --separate-stderr siem-parse --strict < <(printf '\xef\xbb\xbfCEF:0|A|B|1|2|3|4|msg=a\0b\xff\xc3c d=e')

	equal '{"msg":"a\u0000b��c","d":"e"}' "$(grep -o '{"msg.*"e"}' <<<"$output")"
	equal 'bom control utf8' "$(grep -o 'cef-[a-z0-9]*' <<<"$stderr" | cut -d - -f 2 | paste -sd ' ')"
}

@test "of JSON that is no UTF-8, the bytes that are none are shown" {
	run -1 --separate-stderr siem-parse --strict < <(printf '{"a":"caf\351","b":1}\n')

	equal '{"json":{"a":"caf�","b":1}}' "$output"
	[[ $stderr == 'siem-parse: line 1: column 10: json-utf8: '*': "\xe9"' ]]
}

@test "a key of LEEF that is no UTF-8 is still not there twice" {
	run -0 siem-parse < <(printf 'LEEF:1.0|A|B|1|2|\xff=1\t\xfe=2\t\xef\xbf\xbd=3\n')

	equal '{"�":["1","2","3"]}' "$(jq -c .leef.attributes <<<"$output")"
}

@test "a record of --max-record bytes is taken, one byte more is not" {
	run -0 siem-parse --max-record 7 <<<'{"a":1}'
	run -1 siem-parse --max-record 6 <<<'{"a":1}'

	equal 'siem-parse: line 1: longer than 6 bytes (see --max-record)' "$output"
}

@test "a hundred thousand keys, and as many of the same, are read in time" {
	{
		printf 'CEF:0|A|B|1|2|3|4|'
		seq -f 'k%.0f=1' 100000 | paste -sd ' '
		printf 'CEF:0|A|B|1|2|3|4|'
		yes a=1 | head -n 100000 | paste -sd ' '
	} >in
	timeout 60 siem-parse --max-record 2MB in >out

	equal '100000 100000' "$(jq '.cef.extension | if .a then (.a | length) else length end' out |
		paste -sd ' ')"
}

@test "a record comes out at once, not when the input ends" {
	coproc siem-parse
	remember "$COPROC_PID"
	echo '{"a":1}' >&"${COPROC[1]}"
	read -r -t 60 line <&"${COPROC[0]}"

	equal '{"json":{"a":1}}' "$line"
}

@test "files are read in their order, and one that is not there costs no other" {
	echo '{"a":1}' >a
	echo '{"b":1}' >b
	run -3 --separate-stderr siem-parse a none b

	equal $'{"json":{"a":1}}\n{"json":{"b":1}}' "$output"
	equal 'siem-parse: none: No such file or directory' "$stderr"
}

@test "a file that is read cannot be what rejects are appended to" {
	echo no >a
	run -2 siem-parse --reject a a

	equal 'no' "$(<a)"
}

@test "what a message quotes cannot forge another, or speak to the terminal" {
	run -1 --separate-stderr siem-parse --strict < <(
		printf 'CEF:0|A|B|1|2|3|4|src=\e]0;x\a\xc2\x9b \x80\n')

	equal '' "$(LC_ALL=C grep -P '[\x00-\x1f\x7f\x80-\xff]' <<<"$stderr" || true)"
	[[ $stderr == *'"\x1b]0;x\x07\xc2\x9b \x80"'* ]]
}

@test "what a message quotes is seen, and in its order" {
	run -1 --separate-stderr siem-parse --strict < <(
		printf 'CEF:0|A|B|1|2|3|4|src=\xe2\x80\xaex\xe2\x80\xa8y\xe2\x80\x8b\xe2\x81\xa6é€\n')

	[[ $stderr == *': "\xe2\x80\xaex\xe2\x80\xa8y\xe2\x80\x8b\xe2\x81\xa6é€"' ]]

	run -1 --separate-stderr siem-parse --strict < <(
		printf '\xef\xbb\xbfCEF:0|A|B|1|2|3|4|a=b\n')

	[[ $stderr == *': "\xef\xbb\xbf"' ]]
}

@test "--list names every rule once, with where it is written" {
	run -0 siem-parse --list

	[ "$(grep -c '^  [a-z0-9]*-[a-z0-9-]* .*(.*)$' <<<"$output")" -ge 60 ]
	equal '' "$(grep -o '^  [a-z0-9-]* ' <<<"$output" | sort | uniq -d)"
}
