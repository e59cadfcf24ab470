#!/usr/bin/env bats
# siem-fmt --explain: a table of where each member of a record went.

load helper

@test "--explain says of each member what it is and where it went, in columns" {
	run -0 --separate-stderr siem-fmt --cef --explain < <(head -n 1 "$root/tests/vectors/golden.jsonl")

	equal '' "$stderr"
	equal 'map mcp-redaction, severity 3, time 2025-10-08T22:45:00Z
MEMBER                       VALUE                         GOES TO
ts                           2025-10-08T22:45:00Z          rt
action                       classify                      header (severity, id, name)
caller                       incident-mgr                  suser
region                       us                            cs4 (region)
env                          prod                          cs5 (env)
conversation_id              INC-12345                     externalId
categories                   [{"type":"pii","confidenc...  cs1 (categories)
decision.action              redact                        act
decision.target              external:openai:gpt-4         destinationServiceName
decision.policy_version      2                             cn2 (policyVersion)
decision.requires_redaction  true                          cs2 (requiresRedaction)
decision.allowed_categories  ["pii","ops_sensitive"]       cs3 (allowedCategories)
suggested_action             redact                        RedactionMCPSuggestedAction (custom)
redaction_count              3                             cn1 (redactionCount)
payload_size_bytes           2048                          in' "$output"
}

@test "--explain says what was cut, left out, or is custom" {
	long=0123456789abcdef0123456789abcdef0123456789abcdef
	run -0 --separate-stderr siem-fmt --cef --explain --max-line 280 <<<"{\"action\":\"route\",\"conversation_id\":\"$long\",\"n\":null,\"a\":1,\"a\":2,\"odd\":{\"x\":[1, 2]},\"é\":\"\\u00e9é\",\"z\":\"$long$long\"}"

	equal "map mcp-redaction, severity 2, time none, so now
MEMBER           VALUE                         GOES TO
action           route                         header (severity, id, name), act
conversation_id  0123456789abcdef012345678...  externalId, cut to 40 of 48 bytes, cs6 (conversationId)
n                null                          left out: null
a                1                             left out: a later member has its name
a                2                             RedactionMCPA (custom)
odd.x            [1, 2]                        RedactionMCPOddX (custom)
é                \\u00e9é                       RedactionMCPMember (custom), left out of the line
z                0123456789abcdef012345678...  RedactionMCPZ (custom), left out of the line" "$output"
	equal 3 "${#stderr_lines[@]}"
}

@test "--explain keeps to itself what a terminal would act on" {
	run -0 siem-fmt --sentinel --explain --map generic <<<$'{"a\xc2\x9b31m":"\xe2\x80\xae\xc2\x9bx","Type":1}'

	[[ $output == *'\x9b31m'* ]]
	[[ $output != *$'\xc2\x9b'* ]]
}

@test "a path that --explain shows is one that --where takes" {
	printf '%s\n' '{"a.b":{"$c":1},"$d":2,"e\\f":3,"g=h":4,"i\u002ej\"":5,"!k":6,"l$!":7}' >in
	run -0 siem-fmt --json --explain in
	mapfile -t paths < <(sed -n '3,$ s/  .*//p' <<<"$output")

	equal 'a\.b.$c \$d e\\f g\=h i\.j" \!k l$!' "${paths[*]}"
	for path in "${paths[@]}"; do
		run -0 siem-fmt --json --where "$path" in
		equal "$(<in)" "$output"
	done
}

@test "records are explained one by one" {
	run -0 siem-fmt --leef --explain <<<$'{"action":"route"}\n{"event_type":"system_event","source":"gatekit"}'

	equal $'map mcp-redaction, severity 2, time none, so now\nmap gatekit, severity 2, time none, so now' \
		"$(grep '^map ' <<<"$output")"
	equal 2 "$(grep -c '^MEMBER  *VALUE  *GOES TO$' <<<"$output")"
}
