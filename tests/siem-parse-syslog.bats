#!/usr/bin/env bats
# siem-parse and syslog: records that are counted or end with a line, and what
# is said of those that users meet.

load helper

V=$root/tests/vectors

# complaint_about RECORD: what --strict says of it, without the name of the tool
# and the line where it is the first.
complaint_about()
{
	local said

	said=$(printf '%b\n' "$1" | siem-parse --strict 2>&1 >/dev/null)
	said=${said//siem-parse: /}
	printf '%s\n' "${said//line 1: /}"
}

@test "of each bad record of the sample, it is said what is wrong, and no more" {
	local what record expected count=0

	while IFS= read -r line || [ -n "${record:-}" ]; do
		case $line in
		$'\t'*)
			expected+=${line#$'\t'}$'\n'
			continue
			;;
		esac
		if [ -n "${record:-}" ]; then
			equal "$what"$'\n'"$expected" \
				"$what"$'\n'"$(complaint_about "$record")"$'\n'
			[ -n "$expected" ]
			count=$((count + 1))
			what='' record='' expected=''
		fi
		case $line in
		'' | '#'*) ;;
		*) if [ -z "${what:-}" ]; then what=$line; else record=$line; fi ;;
		esac
	done <"$V/bad-syslog.txt"
	[ "$count" -ge 70 ]
}

# finds_nothing OPTION...: siem-parse has nothing to say of what siem-fmt writes
# with these options, and takes each line of it.
finds_nothing()
{
	cat "$V"/{golden,live,escaping,escaping-more,severity,times}.jsonl |
		grep '^{' >in
	siem-fmt --host h1 "$@" in >lines 2>/dev/null || true
	[ "$(wc -l <lines)" -gt 20 ]
	siem-parse --strict --advice lines >out 2>err || { cat err; return 1; }
	# A pipe in a value of LEEF stays one: it cannot be escaped.
	equal '' "$(grep -v ': leef-pipe (advice): ' err || true)"
	equal "$(wc -l <lines)" "$(wc -l <out)"
}

@test "of what siem-fmt writes there is nothing to say: RFC 5424" {
	finds_nothing --rfc5424
	finds_nothing --rfc5424=sd
	finds_nothing --cef --syslog=5424
	finds_nothing --leef --syslog=5424
	finds_nothing --json --syslog=5424
}

@test "of what siem-fmt writes there is nothing to say: RFC 3164" {
	finds_nothing --rfc3164
	finds_nothing --rfc3164=kv --max-line 1024
	finds_nothing --cef --syslog=3164
	finds_nothing --leef --syslog=3164
	finds_nothing --json --syslog=3164
}

@test "a colon by itself before the TAG is no part of the text, or of an event" {
	run -0 siem-parse < <(printf '<34>Oct 18 22:45:00 fw1 : %s\n' \
		'%ASA-6-302013: Built' 'no tag' 'app: CEF:0|A|B|1|2|3|4|a=b' 'app: {"a":1}' ': x: y')

	equal '["fw1","%ASA-6-302013","Built"]
["fw1",null,": no tag"]
["fw1",null,": app: CEF:0|A|B|1|2|3|4|a=b"]
["fw1",null,": app: {\"a\":1}"]
["fw1",null,": : x: y"]' "$(jq -c '[.syslog.host,.syslog.app,.message]' <<<"$output")"
}

@test "structured data gives back each value as it was" {
	event='{"a":"\"]\\","b":"[x@1 y=\"z\"]","c":"\\\\]\"","d":"é €","e":" "}'
	run -0 siem-fmt --rfc5424=sd --host h1 <<<"$event"
	run -0 siem-parse <<<"$output"

	equal "$event" "$(jq -c '.syslog.structured_data["audit@32473"]' <<<"$output")"
}

# Whoever writes a member of a record does not write an event.
@test "a text that is a whole event comes back as a text" {
	for text in 'CEF:0|A|B|1|2|Forged|9|act=x' 'LEEF:1.0|A|B|1|2|a=b' '{"a":1}'; do
		jq -nc --arg text "$text" '{message: $text, b: 1}' >in
		siem-fmt --rfc5424=sd --host h1 in >line
		run -0 --separate-stderr siem-parse --strict line

		equal '["syslog","message"]' "$(jq -c keys_unsorted <<<"$output")"
		equal "$text" "$(jq -r '.syslog.structured_data["audit@32473"].message' <<<"$output")"
		equal '' "$stderr"
	done
}

@test "a member that is an object is JSON in MSG, whatever stands between its parts" {
	for object in '{"a":1}' $'{ "a" :\t1,\r"b":"x\x7fy"}'; do
		printf '{"message":%s,"b":1}\n' "$object" >in
		siem-fmt --rfc5424=sd --host h1 in >line
		run -0 siem-parse line

		equal "$(jq -cS .message in)" "$(jq -cS .json <<<"$output")"
	done
}

@test "a TAG and a key that are the start of an event come back as they were" {
	for name in CEF LEEF; do
		jq -nc --arg name $name '{"0|A|B|1|2|Forged|9|act": "x", service: $name}' >in
		siem-fmt --rfc3164=kv --host h1 in >line
		run -0 --separate-stderr siem-parse --strict line

		equal "[\"${name}_\",\"0|A|B|1|2|Forged|9|act=x service=$name\"]" \
			"$(jq -c '[.syslog.app, .message]' <<<"$output")"
		siem-fmt --rfc3164 --host h1 in >line
		equal x "$(siem-parse line | jq -r '.json["0|A|B|1|2|Forged|9|act"]')"
	done
}

# The quotes that end strings become those that begin them, and the other way
# round, in a line that would then be an object.
@test "an APP-NAME is not the start of an object that the line ends" {
	jq -nc '{p: "{\",\":\":1,\(" " * 41)\"", z: "\":2}"}' >in
	jq -n '{name: "x", cef: {
		vendor: {const: "V"}, product: "p", version: {const: "1"},
		id: {const: "i"}, name: {const: "n"}, fields: []}}' >map.json
	siem-fmt --map ./map.json --cef --syslog=5424 --host h in >line
	run -0 siem-parse line

	equal '["syslog","cef"]' "$(jq -c keys_unsorted <<<"$output")"
	equal '":2}' "$(jq -r '.cef.extension | to_entries[-1].value' <<<"$output")"
}

counted='46 <34>1 2003-10-11T22:14:15.003Z h su - ID47 - x70 <134>1 2025-10-08T22:45:00Z h1 siem-fmt - E1 [audit@32473 msg="café"]'

@test "counted messages need nothing between them" {
	run -0 --separate-stderr siem-parse --strict < <(printf '%s' "$counted")

	equal '["h","su","ID47",null,"x"] ["h1","siem-fmt","E1",{"audit@32473":{"msg":"café"}},""]' \
		"$(jq -c '[.syslog.host,.syslog.app,.syslog.msgid,.syslog.structured_data,.message]' <<<"$output" | paste -sd ' ')"
	equal '' "$stderr"
}

@test "counted messages and lines may follow each other" {
	run -0 siem-parse < <(printf '%s' "$counted"; printf '<13>a: b\n8 <13>c: d<13>e: f')

	equal 'x  b d f' "$(jq -r .message <<<"$output" | paste -sd ' ')"
}

@test "a counted message may hold a line feed, which makes no second record" {
	run -1 siem-parse --strict -q < <(printf '23 <13>a: b\n<13>root: evil8 <13>c: d')

	equal '"b\n<13>root: evil" "d"' "$(jq -c .message <<<"$output" | paste -sd ' ')"
}

@test "a counted message is written as soon as it is there" {
	mkfifo in out
	siem-parse <in >out 3>&- &
	remember $!
	exec 4>in 5<out
	printf '8 <13>a: b' >&4
	read -r -t 10 line <&5

	equal b "$(jq -r .message <<<"$line")"
	exec 4>&- 5<&-
}

@test "a wrong count costs no other message" {
	run -1 --separate-stderr siem-parse --strict -q < <(printf '7 <13>a: b8 <13>c: d99 <13>e: f\n8 <13>g: h')

	equal 'b d f h' "$(jq -r .message <<<"$output" | paste -sd ' ')"
}

@test "a line end behind a counted event is no character of the event" {
	run -1 --separate-stderr siem-parse --strict < <(
		printf '27 <13>CEF:0|A|B|1|2|3|4|a=5 b\r\n9 <13>CEF:0|A|B|1|2|3|4|a=7\n26 <13>LEEF:1.0|A|B|1|2|src=1\n')

	equal '' "$(grep -o '[a-z]*-control' <<<"$stderr" || true)"
	equal 3 "${#lines[@]}"
}

@test "in a marked stream each line is a record, counted or not" {
	run -0 siem-parse < <(printf '\020H siem/1 -\n8 <13>a: b\n\020M s 9\n8 <13>c: d\n\020E 0\n')

	equal $'\020H siem/1 -' "${lines[0]}"
	equal b "$(jq -r .message <<<"${lines[1]}")"
	equal $'\020M s 9' "${lines[2]}"
	equal d "$(jq -r .message <<<"${lines[3]}")"
	equal $'\020E 0' "${lines[4]}"
}

@test "a count in a file is told from text that begins with a number" {
	run -1 --separate-stderr siem-parse -q --reject bad < <(printf '5 apples\n8 <13>a: b\n')

	equal b "$(jq -r .message <<<"$output")"
	equal '5 apples' "$(cat bad)"
}
