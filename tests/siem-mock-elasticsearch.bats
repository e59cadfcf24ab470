#!/usr/bin/env bats
# siem-mock elasticsearch: what _bulk takes and answers, what is kept, who may
# come in, and the trouble it can make.

load helper

# start OPTION...: a mock whose output is in arrived, and its address in $url.
start()
{
	rm -f where
	siem-mock elasticsearch -q -l :0 --listen-file where --idle 120 "$@" \
		>arrived 2>said 3>&- &
	mock=$!
	remember $mock
	eventually [ -s where ]
	url=$(cat where)
}

# ask PATH OPTION...: for the body, and the status behind it.
ask()
{
	local path=$1

	shift
	curl -s --max-time 60 -w ' %{http_code}' "$url$path" "$@"
}

# bulk QUERY LINE...: the same of _bulk, with these lines.
bulk()
{
	local query=$1

	shift
	printf '%s\n' "$@" >body
	ask "/_bulk$query" -H 'Content-Type: application/x-ndjson' \
		--data-binary @body
}

brief='?filter_path=errors,items.*.status'

@test "a document is created once, and a second time it is a conflict" {
	start
	run -0 bulk '' '{"create":{"_index":"a","_id":"1"}}' '{"n":1}'
	equal '{"took":1,"errors":false,"items":[{"create":{"_index":"a","_id":"1","result":"created","_version":1,"_shards":{"total":2,"successful":1,"failed":0},"_seq_no":0,"_primary_term":1,"status":201}}]} 200' "$output"
	run -0 bulk '' '{"create":{"_index":"a","_id":"1"}}' '{"n":2}'
	equal '{"took":1,"errors":true,"items":[{"create":{"_index":"a","_id":"1","status":409,"error":{"type":"version_conflict_engine_exception","reason":"version conflict, document already exists (current version [1])"}}}]} 200' "$output"
	run -0 bulk "$brief" '{"create":{"_index":"b","_id":"1"}}' '{"n":3}' \
		'{"index":{"_index":"a","_id":"1"}}' '{"n":4}' \
		'{"create":{"_index":"a"}}' '{"n":5}' \
		'{"create":{"_index":"a"}}' '{"n":5}'
	equal '{"errors":false,"items":[{"create":{"status":201}},{"index":{"status":200}},{"create":{"status":201}},{"create":{"status":201}}]} 200' "$output"

	equal 'a 1 {"n":1}
b 1 {"n":3}
a 1 {"n":4}
a auto0000000000000001 {"n":5}
a auto0000000000000002 {"n":5}' "$(jq -r '"\(.index) \(.id) \(.raw)"' arrived)"
}

@test "what an earlier run has printed is there, and its last line if it ended" {
	start
	run -0 bulk '' '{"create":{"_index":"a","_id":"1"}}' '{"n":1}' \
		'{"create":{"_index":"a"}}' '{"n":2}' \
		'{"create":{"_index":"a","_id":"3"}}' '{"n":3}'
	head -c -1 arrived >earlier
	start --earlier earlier
	run -0 bulk "$brief" '{"create":{"_index":"a","_id":"1"}}' '{"n":1}' \
		'{"create":{"_index":"b","_id":"1"}}' '{"n":1}' \
		'{"create":{"_index":"a"}}' '{"n":4}' \
		'{"create":{"_index":"a","_id":"3"}}' '{"n":3}'

	equal '409 201 201 201' \
		"$(jq -r '.items | map(.create.status) | join(" ")' <<<"${output% *}")"
	equal 'b 1
a auto0000000000000002
a 3' "$(jq -r '"\(.index) \(.id)"' arrived)"
	run -2 siem-mock splunk --earlier earlier
	run -3 siem-mock elasticsearch -l :0 --earlier nowhere
}

@test "filter_path leaves what it names, and drops items that have nothing of it" {
	start --fault poison=bad
	pairs=('{"create":{"_index":"a"}}' '{"n":1}'
		'{"create":{"_index":"a"}}' '{"n":"bad"}')
	run -0 bulk '?filter_path=errors,items.*.status,items.*.error.type' "${pairs[@]}"
	equal '{"errors":true,"items":[{"create":{"status":201}},{"create":{"status":400,"error":{"type":"mapper_parsing_exception"}}}]} 200' "$output"
	run -0 bulk '?filter_path=items.*.error' "${pairs[@]}"
	equal '{"items":[{"create":{"error":{"type":"mapper_parsing_exception","reason":"failed to parse field [n] of type [long]"}}}]} 200' "$output"
}

@test "a request that is not well-formed is refused as a whole" {
	start
	while IFS='|' read -r want first second; do
		run -0 bulk '' '{"create":{"_index":"a"}}' '{}' "$first" ${second:+"$second"}
		[[ $output == *"$want"*' 400' ]] || { echo "$output"; false; }
	done <<-'END'
	must be terminated by a newline|{"create":{}}
	Malformed action/metadata line [3], expected START_OBJECT|x|{}
	Malformed action/metadata line [3], expected one of|{"erase":{}}|{}
	Malformed action/metadata line [3], expected START_OBJECT|{"create":1}|{}
	contains an unknown parameter|{"create":{"_kind":"x"}}|{}
	must not be empty|{"create":{"_id":""}}|{}
	END
	run -0 bulk '' "{\"create\":{\"_index\":\"a\",\"_id\":\"$(printf %0513d 0)\"}}" '{}'
	[[ $output == *'no longer than 512 bytes but was: 513'* ]]
	run -0 ask /_bulk -H 'Content-Type: application/json' \
		--data-binary $'{"create":{}}\n{}'
	[[ $output == *'must be terminated by a newline'*' 400' ]]
	run -0 ask /_bulk -H 'Content-Type: application/json' -d ''
	[[ $output == *'request body is required'*' 400' ]]
	run -0 ask /_bulk -H 'Content-Type: text/plain' --data-binary @body
	[[ $output == *' 406' ]]
	equal 0 "$(wc -l <arrived)"
}

@test "a document that is none, and an index that is none, are refused by themselves" {
	start
	run -0 bulk "$brief" '{"create":{"_index":"a"}}' '{"n":' \
		'{"create":{"_index":"A"}}' '{}' '{"create":{}}' '{}' \
		'{"create":{"_index":"a"}}' '{}'
	equal '{"errors":true,"items":[{"create":{"status":400}},{"create":{"status":400}},{"create":{"status":400}},{"create":{"status":201}}]} 200' "$output"
	run -0 ask "/other/_bulk$brief" -H 'Content-Type: application/json' \
		--data-binary $'{"create":{}}\n{"n":1}\n'
	equal '{"errors":false,"items":[{"create":{"status":201}}]} 200' "$output"
	equal 'a other' "$(jq -r .index arrived | paste -sd ' ')"
}

@test "who may come in, and to which index" {
	start --token 'Basic elastic:changeme' --token 'id:key,index=a|b-*' \
		--token 'old:key,disabled'
	while IFS='|' read -r want header; do
		run -0 bulk "$brief" '{"create":{"_index":"c"}}' '{}'
		run -0 ask "/_bulk$brief" -H 'Content-Type: application/json' \
			--data-binary @body ${header:+-H "Authorization: $header"}
		[[ $output == *"$want" ]] || { echo "$header: $output"; false; }
	done <<-END
	 401|
	 401|Bearer changeme
	 401|Bearer elastic:changeme
	 401|ApiKey $(printf elastic:changeme | base64)
	 401|Basic elastic:changeme
	 401|ApiKey $(printf old:key | base64)
	{"status":201}}]} 200|Basic $(printf elastic:changeme | base64)
	{"status":403}}]} 200|ApiKey $(printf id:key | base64)
	{"status":403}}]} 200|Bearer id:key
	END
	run -0 bulk '' x y
	[[ $output == *'missing authentication credentials'* ]]
	for index in a b-1; do
		printf '{"create":{"_index":"%s"}}\n{}\n' $index >body
		run -0 ask "/_bulk$brief" -H 'Content-Type: application/json' \
			--data-binary @body -H "Authorization: ApiKey $(printf id:key | base64)"
		[[ $output == *'{"status":201}}]} 200' ]]
	done
}

@test "gzip is undone, and what is too large is refused without a word" {
	start --max-content 100
	printf '{"create":{"_index":"a"}}\n{"n":"%50s"}\n' x | gzip >body.gz
	run -0 ask "/_bulk$brief" -H 'Content-Type: application/json' \
		-H 'Content-Encoding: gzip' --data-binary @body.gz
	equal '{"errors":false,"items":[{"create":{"status":201}}]} 200' "$output"
	run -0 bulk "$brief" '{"create":{"_index":"a"}}' "$(printf '{"n":"%90s"}' x)"
	equal ' 413' "$output"
}

@test "what clients ask before is answered, and says who it is" {
	start
	run -0 ask / -D headers
	[[ $output == *'"number":"8.15.0"'*' 200' ]]
	grep -qi '^x-elastic-product: Elasticsearch' headers
	run -0 ask /_cluster/health
	equal '{"status":"green","timed_out":false} 200' "$output"
	run -0 ask /_security/_authenticate
	[[ $output == '{"username":"elastic"'*' 200' ]]
	run -0 ask /_bulk
	equal '{"error":"Incorrect HTTP method","status":405} 405' "$output"
	run -0 ask /a/b/_bulk -d x
	equal '{"error":"no handler found for uri"} 400' "$output"
}

@test "trouble comes when it is asked for, in the words of Elasticsearch" {
	start --fault 401-at=1,403-at=2,404-at=3,413-at=4,429-at=5,500-at=6 \
		--fault 502-at=7,503-at=8,partial-at=9
	for want in 'security_exception*401' 'security_exception*403' \
		'index_not_found_exception*404' ' 413' \
		'es_rejected_execution_exception*429' 'exception*500' \
		'Bad Gateway*502' 'cluster_block_exception*503'; do
		run -0 bulk '' '{"create":{"_index":"a"}}' '{"n":1}'
		# shellcheck disable=SC2053 # a pattern
		[[ $output == *$want ]] || { echo "$output"; false; }
	done
	equal 0 "$(wc -l <arrived)"
	run -0 bulk "$brief" '{"create":{"_index":"a"}}' '{"n":1}'
	equal '{"errors":true,"items":[{"create":{"status":400}}]} 200' "$output"
	equal 0 "$(wc -l <arrived)"
}

@test "documents find no room at a rate, and others are stored" {
	start --fault item-429=50%,seed=3
	for n in {1..40}; do
		printf '{"create":{"_index":"a","_id":"%d"}}\n{"n":%d}\n' "$n" "$n"
	done >body
	run -0 ask "/_bulk$brief" -H 'Content-Type: application/json' --data-binary @body

	equal 40 "$(grep -o '"status"' <<<"$output" | wc -l)"
	equal "$(grep -o '"status":201' <<<"$output" | wc -l)" "$(wc -l <arrived)"
	[[ $output == *'"status":429'* && $output == *'"status":201'* ]]
	run -2 siem-mock splunk -l :0 --fault item-429=1
	equal 'siem-mock: option --fault: item-429 is for records of requests that are answered each: elasticsearch' "$output"
	run -2 siem-mock syslog -l :0 --fault poison=x
	equal 'siem-mock: option --fault: poison is for what is answered each by itself: elasticsearch, relp' "$output"
}
