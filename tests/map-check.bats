#!/usr/bin/env bats
# siem-fmt --map-check: what a map holds, and all that is wrong with it.

load helper

# found STATUS MAP: what is said of that map, without its name.
found()
{
	printf '%s\n' "$2" >mine.json
	run "-$1" --separate-stderr siem-fmt --map-check mine.json </dev/null
	told=${stderr//siem-fmt: mine.json: /}
}

@test "of a good map it says ok and what it holds for which format" {
	run -0 --separate-stderr siem-fmt --map-check "$root/tests/vectors/acme.json"

	equal '' "$stderr"
	equal "$root/tests/vectors/acme.json: ok" "${lines[0]}"
	equal '  cef          attributes: 5, rows: 0' "${lines[1]}"
	equal '  leef         attributes: 4, rows: 1' "${lines[2]}"
	equal '  rfc5424      attributes: 3, rows: 0' "${lines[3]}"
	equal '  rfc3164      as the generic map has it' "${lines[4]}"
}

@test "of a policy it says how much there is of what" {
	found 0 '{"time": "t", "minimise": {"drop": ["a", "b"], "redact": ["all"], "patterns": {"staff": "E[0-9]{6}"}}}'
	equal '' "$stderr"
	equal '  minimise     drop: 2, keep: 0, hash: 0, redact: 1, patterns: 1' "${lines[1]}"
	equal '  cef          as the generic map has it' "${lines[2]}"
}

@test "nothing is to be said against the built-in maps, nor their files" {
	mapfile -t maps < <(grep -v '^#' "$root/share/maps/order")
	for map in "${maps[@]}"; do
		run -0 --separate-stderr siem-fmt --map-check "$map"
		equal '' "$stderr"
		equal "$map: ok" "${lines[0]}"
		rows=$(tail -n +2 <<<"$output")
		run -0 --separate-stderr siem-fmt --map-check "$root/share/maps/$map.json"
		equal '' "$stderr"
		equal "$rows" "$(tail -n +2 <<<"$output")"
	done
}

@test "it reads no input" {
	mkfifo pipe
	exec 9<>pipe
	run -0 siem-fmt --map-check generic <pipe
}

@test "all errors are told, in their order and each of them once" {
	found 2 '{
  "time": "t", "nmae": "x",
  "severity": {"bsae": 1, "at_least": [{"level": 3}, {"if": {"has": "x"}, "level": 11}]},
  "define": {"a b": "x", "good": "y", "bad": {"txt": "x"}, "time": "z"},
  "cef": {
    "vendor": "a..b",
    "fields": [
      {"key": "act", "form": "x"},
      {"key": "suser", "from": "$bad"},
      {"key": "src", "from": "$goood"},
      {"key": "cn1", "type": "int46", "from": "x"},
      {"key": "agt", "from": "x"}
    ],
    "rest": {"prefix": "A B"}
  },
  "leef": {"fields": [{"key": "a.b", "from": "x"}, {"key": "x"}]},
  "cfe": {}
}'

	equal '' "$output"
	equal 'line 2, column 16: unknown key "nmae" (did you mean "name"?)
line 3, column 16: unknown key "bsae" (did you mean "base"?)
line 3, column 40: "if" or "score" is missing
line 3, column 84: expected a number from 1 to 10
line 4, column 14: a name is made of letters, digits, _ and -
line 4, column 46: "txt" begins no expression (did you mean "text"?)
line 4, column 60: $time is defined already
line 5, column 3: warning: "cef" has no product, version, id, name: its header has empty fields
line 6, column 15: a path with an empty name
line 8, column 22: unknown key "form" (did you mean "from"?)
line 10, column 30: $goood is not defined (did you mean $good?)
line 11, column 30: unknown type "int46" (did you mean "int64"?)
line 12, column 15: "agt" is not for maps to write
line 14, column 24: "A B" has a byte that keys of cef cannot have
line 16, column 3: warning: "leef" has no vendor, product, version, id: its header has empty fields
line 16, column 31: "a.b" has a byte that keys of leef cannot have
line 16, column 52: "from" is missing
line 17, column 3: unknown key "cfe" (did you mean "cef"?)' "$told"
}

@test "a key of structured data may have what RFC 5424 lets it have" {
	found 0 '{"time": "t", "rfc5424": {"app": "a", "fields": [{"key": "who.login-1", "from": "x"}]}}'
	equal '' "$told"
	for variant in sd plain; do
		run -0 --separate-stderr siem-fmt --rfc5424=$variant --map ./mine.json <<<'{"x":1}'
		equal '' "$stderr"
	done

	found 2 '{"time": "t", "rfc5424": {"app": "a", "fields": [{"key": "who login", "from": "x"}]}}'
	equal 'line 1, column 58: "who login" has a byte that keys of rfc5424 cannot have' "$told"
}

@test "a label is no longer than its field may be" {
	local long

	long=$(printf 'l%.0s' {1..1023})
	found 0 "{\"time\": \"t\", \"cef\": {\"vendor\": \"a\", \"product\": \"a\", \"version\": \"a\", \"id\": \"a\", \"name\": \"a\", \"fields\": [{\"key\": \"cs3\", \"label\": \"$long\", \"from\": \"x\"}]}}"
	equal '' "$told"
	found 2 "{\"time\": \"t\", \"cef\": {\"fields\": [{\"key\": \"cs3\", \"label\": \"l$long\", \"from\": \"x\"}]}}"
	[[ $told == *'column 58: a label of cs3 has at most 1023 bytes'* ]]
}

@test "what could not be searched for is an error" {
	found 2 '{"time": "t", "minimise": {"patterns": {"who": "("}}}'
	equal 'line 1, column 48: pattern who: character 2: missing closing parenthesis' "$told"
	found 2 '{"time": "t", "minimise": {"patterns": {"email": "x"}}}'
	equal 'line 1, column 50: pattern email has the name of a class' "$told"
	found 0 '{"time": "t", "minimise": {"patterns": {"who": "a|b"}}}'
	equal '' "$told"
}

@test "all that is wrong with a policy is told: paths, classes, patterns" {
	found 2 '{
  "time": "t",
  "minimise": {
    "drop": ["a..b", 1, "user"],
    "keep": ["b"],
    "redact": ["emial", "card"],
    "patterns": {
      "good": "[0-9]{6}",
      "open": "(",
      "empty": "",
      "email": "x",
      "a name": "x"
    },
    "hsh": ["x"]
  }
}'
	equal '' "$output"
	equal 'line 4, column 14: a path with an empty name
line 4, column 22: expected a string
line 6, column 16: there is no class "emial" (did you mean "email"?)
line 9, column 15: pattern open: character 2: missing closing parenthesis
line 10, column 16: pattern empty is empty
line 11, column 16: pattern email has the name of a class
line 12, column 17: name of a pattern: 1 to 32 letters, digits, '"'-' and '_'"'
line 14, column 5: unknown key "hsh" (did you mean "hash"?)' "$told"

	found 2 '{"time": "t", "minimise": {"drop": ["a", "b"], "keep": ["c", "a"], "hash": ["b"]}}'
	equal 'line 1, column 62: a is to be dropped and to be kept
line 1, column 77: b is to be dropped and to be hashed' "$told"
}

@test "a map that is no JSON, or is not there, is an error" {
	found 2 '{"name": }'
	equal "line 1, column 10: unexpected token near '}'" "$told"
	found 2 '[]'
	equal 'line 1, column 1: expected an object' "$told"

	run -2 siem-fmt --map-check absent.json
	equal 'siem-fmt: absent.json: No such file or directory' "$output"
	run -2 siem-fmt --map-check gatekti
	equal 'siem-fmt: no map is called gatekti (did you mean gatekit?)' "$output"
}

@test "what can hardly be meant is a warning, and the status is 0" {
	found 0 '{
  "define": {"used": "x", "unused": "y"},
  "cef": {
    "vendor": "v", "product": "p", "version": "w", "name": "n",
    "fields": [
      {"key": "cat", "from": {"const": "audit"}},
      {"key": "cat", "from": "category"},
      {"key": "act", "from": "$used", "else": {"key": "reason"}},
      {"key": "cn1", "label": "n", "from": {"const": "many"}},
      {"key": "cs1", "from": "z"}
    ]
  }
}'

	equal 'mine.json: ok' "${lines[0]}"
	equal 'line 1, column 1: warning: "time" is missing: no event has a time of its own
line 2, column 27: warning: $unused is never used
line 3, column 3: warning: "cef" has no id: its header has empty fields
line 7, column 7: warning: this row can never put anything: row 1 always puts "cat"
line 8, column 39: warning: this is never reached: every value fits "act", and no row before puts it
line 9, column 7: warning: this row can never put anything: "many" does not fit "cn1"
line 10, column 7: warning: "cs1" without a label: its key alone does not say what it is' "$told"

	run -0 --separate-stderr siem-fmt --map-check mine.json --quiet
	equal '' "$stderr"
}

@test "what is meant draws no warning" {
	found 0 '{
  "time": "t",
  "define": {"used": "x", "by_a_define": "y", "by_another": "$by_a_define"},
  "cef": {
    "vendor": "v", "product": "p", "version": "w", "id": "i", "name": "n",
    "fields": [
      {"key": "cat", "from": ["category", {"const": "audit"}]},
      {"key": "cat", "from": {"const": "audit"}, "else": {"key": "cs2", "label": "cat"}},
      {"key": "act", "from": "$used"},
      {"key": "outcome", "from": {"if": {"has": "o"}, "then": {"const": "failure"}}},
      {"key": "outcome", "from": {"table": {"1": "success"}, "of": "o"}},
      {"key": "cn1", "label": "n", "from": "$by_another", "else": {"key": "cfp1", "label": "n"}},
      {"key": "rt", "from": {"const": "2025-10-08T22:45:00Z"}},
      {"key": "cs1", "from": "z"},
      {"key": "cs1Label", "from": "label_of_z"}
    ]
  },
  "leef": {"vendor": "v", "product": "p", "version": "w", "id": "i",
           "fields": [{"key": "cs1", "from": "z"}]},
  "rfc5424": {"app": "p"},
  "ecs": {"fields": [{"key": "message", "from": "z"}]}
}'

	equal '' "$told"
}

@test "a full disk is an error, not a success" {
	run -3 sh -c 'siem-fmt --map-check generic >/dev/full'
}
