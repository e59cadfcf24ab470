#!/usr/bin/env bats
# Minimisation: siem-fmt --drop, --keep, --hash and --redact, and maps that say
# the same.
# shellcheck disable=SC2030,SC2031 # each test has variables of its own

load helper

vectors=$BATS_TEST_DIRNAME/vectors
event='{"siem_id":"5f0c9ad21b3e4d6f8091a2b3c4d5e6f7","user":"alice","n":7,"to":"bob@example.com","in":{"user":"alice","list":[{"to":"4111 1111 1111 1111","keep":1},"x"]}}'
alice=fdbf8b1cacd3d578e062d0e41104357d06aa63eca39f80b6fd7c83afedf1d44a

# becomes WANT OPTION...: what the event is as JSON.
becomes()
{
	local want=$1

	shift
	run -0 --separate-stderr siem-fmt --json "$@" <<<"$event"
	equal "$want" "$output"
	equal '' "$stderr"
}

@test "--drop leaves members out, however deep, and --keep all others" {
	becomes '{"siem_id":"5f0c9ad21b3e4d6f8091a2b3c4d5e6f7","n":7,"in":{"user":"alice","list":[{"keep":1},"x"]}}' \
		--drop user --drop to --drop in.list.to
	becomes '{"siem_id":"5f0c9ad21b3e4d6f8091a2b3c4d5e6f7","n":7,"in":{"list":[{"keep":1}]}}' --keep n --keep in.list.keep
	becomes '{"siem_id":"5f0c9ad21b3e4d6f8091a2b3c4d5e6f7","in":{"list":[{"to":"4111 1111 1111 1111","keep":1},"x"]}}' \
		--keep in --drop in.user
}

@test "--hash makes the same pseudonym of the same text, as openssl would" {
	printf 0123456789abcdef >key
	chmod 600 key
	equal "$alice" "$(printf alice | openssl dgst -sha256 -hmac 0123456789abcdef | sed 's/.* //')"
	want="{\"siem_id\":\"5f0c9ad21b3e4d6f8091a2b3c4d5e6f7\",\"user\":\"$alice\",\"n\":7,\"to\":\"bob@example.com\",\"in\":{\"user\":\"$alice\",\"list\":[{\"to\":\"4111 1111 1111 1111\",\"keep\":1},\"x\"]}}"
	becomes "$want" --hash user --hash in.user --hash-key file:key
	SIEM_HASH_KEY=0123456789abcdef becomes "$want" --hash user --hash in.user
	KEY=0123456789abcdef becomes "$want" --hash user --hash in.user --hash-key env:KEY
	becomes "$want" --hash user --hash in.user --hash-key 'cmd:cat key'
}

@test "without a key, or with one that others see, nothing is hashed" {
	run -2 siem-fmt --json --hash user <<<"$event"
	equal 'siem-fmt: pseudonyms need a key: say where it is with --hash-key env:NAME, file:PATH, cred:NAME or cmd:COMMAND, or set SIEM_HASH_KEY' "$output"
	run -2 siem-fmt --json --hash user --hash-key S3cret <<<"$event"
	equal 'siem-fmt: option --hash-key: others see the command line: name the key as env:NAME, file:PATH, cred:NAME or cmd:COMMAND' "$output"
	SIEM_HASH_KEY='' run -2 siem-fmt --json --hash user <<<"$event"
	[[ $output == 'siem-fmt: pseudonyms need a key: '* ]]
	printf 0123456789abcdef >key
	chmod 644 key
	run -2 siem-fmt --json --hash user --hash-key file:key <<<"$event"
	[[ $output == 'siem-fmt: hash key: '*'chmod'* ]]
	SIEM_HASH_KEY=short run -0 --separate-stderr siem-fmt --json --hash user <<<"$event"
	equal 'siem-fmt: the hash key is shorter than 16 bytes: whoever guesses it knows who is behind the pseudonyms' "$stderr"
}

@test "--redact searches all strings, numbers and names, at any depth" {
	becomes '{"siem_id":"5f0c9ad21b3e4d6f8091a2b3c4d5e6f7","user":"alice","n":7,"to":"[REDACTED:email]","in":{"user":"alice","list":[{"to":"[REDACTED:card]","keep":1},"x"]}}' \
		--redact email,card
	event='{"a":4111111111111111,"bob@example.com":1,"al@example.com":{"c":"b\u006fb\u0040example.com"}}'
	becomes '{"a":"[REDACTED:card]","[REDACTED:email]":1,"[REDACTED:email] 2":{"c":"[REDACTED:email]"}}' \
		--redact email --redact card
	event='{"password":["hunter2",["\"hunter3"]],"n":"anna","token":"on \"x\"","to":"a@b.example"}'
	becomes '{"password":["[REDACTED:token]",["[REDACTED:token]"]],"n":"anna","token":"on \"x\"","to":"[REDACTED:email]"}' \
		--redact all
}

@test "a record cannot pass off what it holds for its identity" {
	event='{"siem_id":"bob@example.com","user":"alice"}'
	becomes '{"siem_id":"[REDACTED:email]","user":"alice"}' --redact email
	becomes '{"user":"alice"}' --keep user
}

@test "a pattern of one's own is taken out under its name" {
	becomes '{"siem_id":"5f0c9ad21b3e4d6f8091a2b3c4d5e6f7","user":"[REDACTED:who]","n":7,"to":"bob@example.com","in":{"user":"[REDACTED:who]","list":[{"to":"4111 1111 1111 1111","keep":1},"x"]}}' \
		--redact-pattern 'who=\bali[a-z]+\b'
	run -2 siem-fmt --json --redact-pattern 'who=(' <<<"$event"
	[[ $output == *who* ]]
	run -2 siem-fmt --json --redact-pattern '=who' <<<"$event"
	equal 'siem-fmt: option --redact-pattern: =who: it takes NAME=PATTERN' "$output"
	run -2 siem-fmt --json --redact-pattern 'who' <<<"$event"
	equal 'siem-fmt: option --redact-pattern: who: it takes NAME=PATTERN' "$output"
}

@test "what is no path, no class, or contradicts another is refused" {
	run -2 siem-fmt --json --drop a..b <<<"$event"
	[[ $output == 'siem-fmt: option --drop: a..b: '* ]]
	run -2 siem-fmt --json --drop a --keep a <<<"$event"
	equal 'siem-fmt: option --keep: a: it is to be dropped and to be kept' "$output"
	run -2 siem-fmt --json --redact emial <<<"$event"
	[[ $output == *emial*email* ]]
}

@test "what would take out nothing, as a variable that is not set, is refused" {
	run -2 --separate-stderr siem-fmt --json --redact '' <<<"$event"
	equal 'siem-fmt: option --redact: it names no class (--list has them)' "$stderr"
	equal '' "$output"
	run -2 siem-fmt --json --redact email --redact '' <<<"$event"
	run -2 --separate-stderr siem-fmt --json --redact-pattern 'who=' <<<"$event"
	equal 'siem-fmt: redact: pattern who is empty' "$stderr"
	equal '' "$output"
}

@test "no format has anything of what is taken out" {
	for format in $(siem-fmt --list | sed -n '/^formats:/,/^[^ ]/s/^  \(--[a-z0-9]*\).*/\1/p'); do
		siem-fmt "$format" --drop mcp_data.parameters --drop caller --redact all \
			"$vectors/golden.jsonl" >out
		run -1 grep -e 'incident-mgr' -e 'Users' out
	done
}

@test "what was done is counted" {
	SIEM_HASH_KEY=0123456789abcdef run -0 --separate-stderr siem-fmt --json --drop n --hash user \
		--redact email,card --stats --metrics page.prom <<<"$event"
	[[ $stderr == *'; 1 members dropped, 1 values hashed; redacted: 1 email, 1 card' ]]
	grep -q '^siem_fmt_members_dropped_total{[^}]*} 1$' page.prom
	grep -q '^siem_fmt_values_hashed_total{[^}]*} 1$' page.prom
	grep -q '^siem_fmt_redacted_total{[^}]*class="email"} 1$' page.prom
}

@test "a map carries the policy of a site, and options count beside it" {
	cat >site.json <<-'END'
	{"name": "site",
	 "minimise": {"drop": ["n"], "hash": ["user"], "redact": ["email"],
	              "patterns": {"who": "\\bali[a-z]+\\b"}}}
	END
	SIEM_HASH_KEY=0123456789abcdef becomes "{\"siem_id\":\"5f0c9ad21b3e4d6f8091a2b3c4d5e6f7\",\"user\":\"$alice\",\"to\":\"[REDACTED:email]\",\"in\":{\"user\":\"[REDACTED:who]\"}}" \
		--map ./site.json --drop in.list
	sed 's/"email"/"emial"/' site.json >wrong.json
	run -2 siem-fmt --json --map ./wrong.json <<<"$event"
	equal 'siem-fmt: ./wrong.json: line 2, column 59: there is no class "emial" (did you mean "email"?)' "$output"
	sed 's/"n"/"a..b"/' site.json >wrong.json
	run -2 siem-fmt --json --map ./wrong.json <<<"$event"
	[[ $output == 'siem-fmt: ./wrong.json: line 2, column 24: '* ]]
	sed 's/"hash"/"hahs"/' site.json >wrong.json
	run -2 siem-fmt --json --map ./wrong.json <<<"$event"
	[[ $output == *'line 2, column 30: '*'"hash"'* ]]
}

@test "a policy may keep, take out all there is, and have patterns beside those of options" {
	echo '{"name":"site","minimise":{"keep":["n","to"],"redact":["all"]}}' >site.json
	becomes '{"siem_id":"5f0c9ad21b3e4d6f8091a2b3c4d5e6f7","n":7,"to":"[REDACTED:email]"}' --map ./site.json
	echo '{"name":"site","minimise":{"drop":["in"],"patterns":{"a":"ali","b":"bob","c":"exam"}}}' >site.json
	becomes '{"siem_id":"5f0c9ad21b3e4d6f8091a2b3c4d5e6f7","user":"[REDACTED:a][REDACTED:d]","n":7,"to":"[REDACTED:b]@[REDACTED:c][REDACTED:e]"}' \
		--map ./site.json --redact-pattern d=ce --redact-pattern 'e=ple\.com'
}

# is_told WANT POLICY: what is said of a map with this policy.
is_told()
{
	echo "{\"name\":\"site\",\"minimise\":{$2}}" >site.json
	run -2 siem-fmt --json --map ./site.json <<<"$event"
	equal "siem-fmt: ./site.json: line 1, $1" "$output"
}

@test "a policy of another shape is told with its place" {
	is_told 'column 35: expected a list' '"drop":"n"'
	is_told 'column 40: expected a string' '"keep":["n",7]'
	is_told 'column 39: expected an object of names and patterns' '"patterns":["x"]'
	is_told 'column 46: expected a string' '"patterns":{"who":7}'
	is_told 'column 38: there is no class "al" (did you mean "all"?)' '"redact":["al"]'
}

# has_forgotten_key: is the key of pseudonyms in no environment any more?
has_forgotten_key()
{
	[ -s out ] && ! grep -qa 0123456789abcdef "/proc/$formatter/environ"
}

@test "the key of pseudonyms is not left in the environment" {
	mkfifo in
	for how in 'SIEM_HASH_KEY= ' 'KEY= --hash-key env:KEY'; do
		rm -f out
		read -ra option <<<"${how#*=}"
		env "${how%%=*}=0123456789abcdef" siem-fmt --json --hash user \
			"${option[@]}" <in >out 3>&- &
		formatter=$!
		remember "$formatter"
		exec 9>in
		echo "$event" >&9
		eventually has_forgotten_key
		exec 9>&-
		wait "$formatter"
		grep -q "$alice" out
	done
}

@test "what is selected is judged by the record as it came" {
	becomes '{"siem_id":"5f0c9ad21b3e4d6f8091a2b3c4d5e6f7","n":7}' --where user=alice --keep n
}

@test "a record that cannot be read is set aside as it came, and told" {
	run -1 --separate-stderr siem-fmt --json --drop user --reject aside <<<'{"user":"alice",}'
	equal '{"user":"alice",}' "$(cat aside)"
	[[ $stderr != *alice* ]]
}
