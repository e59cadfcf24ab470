#!/usr/bin/env bats
# siem-mock http: what it takes for records, who may come in, and the tokens of
# OAuth that all mocks of HTTP give out.

load helper

# start OPTION...: a mock whose output is in arrived, what it says in said, and
# its address in $url.
start()
{
	rm -f where
	siem-mock http -l :0 --listen-file where --idle 120 "$@" \
		>arrived 2>said 3>&- &
	mock=$!
	remember $mock
	eventually [ -s where ]
	url=$(cat where)
}

# ask PATH OPTION...: what is answered, its status behind it.
ask()
{
	local path=$1

	shift
	curl -s --max-time 60 -w ' %{http_code}' "$url$path" "$@"
}

# token: one for the client app.
token()
{
	curl -s --max-time 60 "$url/token" -u app:s3cret \
		-d grant_type=client_credentials | jq -r .access_token
}

# error OPTION...: what is wrong with a question for a token.
error()
{
	ask /tenant/oauth2/v2.0/token "$@" | jq -r 'numbers, (objects |
		.error // empty, (.error_description // empty |
		split(":")[0]))' | paste -sd ' '
}

@test "lines, objects and the elements of an array are printed one by one" {
	start
	json='Content-Type: application/json'
	run -0 ask /a -d $'one\n\n"two"' -H 'Content-Type: text/plain'
	equal '{"status":"ok"} 200' "$output"
	run -0 ask /b -d ' {"a":
1}{"b":[2]} ' -H "$json"
	equal '{"status":"ok"} 200' "$output"
	run -0 ask /c -X PUT -d '[ 1 , "x",{"c":[]}]' -H "$json"
	equal '{"status":"ok"} 200' "$output"
	run -0 ask /d -d $'{"d":1}\n{"d":2}' -H 'Content-Type: application/x-ndjson'
	equal '{"status":"ok"} 200' "$output"

	equal '[1,"POST","/a",null,"one"]
[1,"POST","/a",null,"\"two\""]
[2,"POST","/b",{"a":1},"{\"a\":\n1}"]
[2,"POST","/b",{"b":[2]},"{\"b\":[2]}"]
[3,"PUT","/c",1,"1"]
[3,"PUT","/c","x","\"x\""]
[3,"PUT","/c",{"c":[]},"{\"c\":[]}"]
[4,"POST","/d",null,"{\"d\":1}"]
[4,"POST","/d",null,"{\"d\":2}"]' \
		"$(jq -c '[.request, .method, .path, .event, .raw]' arrived)"
}

@test "what is not JSON from end to end is refused as a whole" {
	start
	for body in '[1' '[[1]' '[1,]' '[1 2]' '[1]]' '{"a":1} x' '{"a":1}[]' 'x' '{' \
		'[' '' '{"a":1},{"b":2}'; do
		run -0 ask / -d "$body" -H 'Content-Type: application/json'
		equal '{"error":"not JSON"} 400' "$output"
	done

	equal '' "$(cat arrived)"
}

@test "compressed bodies are taken, other encodings and false ones are not" {
	start --max-content 100000
	seq 5000 | gzip >small
	seq 50000 | gzip >large
	run -0 ask / --data-binary @small -H 'Content-Encoding: gzip'
	equal '{"status":"ok"} 200' "$output"
	equal "$(seq 5000)" "$(jq -r .raw arrived)"
	run -0 ask / --data-binary @large -H 'Content-Encoding: gzip'
	equal '{"error":"too large"} 413' "$output"
	run -0 ask / -d x -H 'Content-Encoding: gzip'
	equal '{"error":"not what Content-Encoding says"} 400' "$output"
	run -0 ask / -d x -H 'Content-Encoding: br'
	equal '{"error":"unknown Content-Encoding"} 415' "$output"
}

@test "a body of as many bytes as may be is taken, one byte more is not" {
	start --max-content 70000
	printf '%070000d' 1 >fits
	printf '%070001d' 1 >long
	for file in fits long; do
		gzip -k "$file"
		ask / --data-binary @"$file" -H 'Content-Type: text/plain'
		ask / --data-binary @"$file.gz" -H 'Content-Encoding: gzip' \
			-H 'Content-Type: text/plain'
	done >answers

	equal '{"status":"ok"} 200{"status":"ok"} 200{"error":"too large"} 413{"error":"too large"} 413' \
		"$(cat answers)"
}

@test "a token is a header, whichever was asked for" {
	start --token 'Authorization: Basic dTpw' --token 'X-Key:k1'
	run -0 ask / -d a
	equal '{"error":"who are you?"} 401' "$output"
	run -0 ask / -d b -H 'X-Key: k2'
	equal '{"error":"who are you?"} 401' "$output"
	ask / -d c -H 'X-Key: k1' >answers
	ask / -d d -u u:p >>answers

	equal 'c d' "$(jq -r .raw arrived | paste -sd ' ')"
}

@test "a client gets a token by its secret, and comes in with that alone" {
	start --client app:s3cret
	run -0 ask / -d a -H 'Authorization: Bearer guessed'
	equal '{"error":{"code":"InvalidAuthenticationToken","message":"The access token is invalid."}} 401' "$output"
	run -0 ask / -d b
	equal '{"error":{"code":"AuthenticationFailed","message":"The request shows no access token."}} 401' "$output"
	run -0 ask / -d c -H "Authorization: Bearer $(token)"
	equal '{"status":"ok"} 200' "$output"

	equal c "$(jq -r .raw arrived)"
}

@test "a token ends after --token-life, and is refused in so many words" {
	start --client app:s3cret --token-life 1
	token=$(token)
	ended()
	{
		curl -s -D head "$url" -d x -H "Authorization: Bearer $token" |
			grep -q ExpiredAuthenticationToken
	}
	eventually ended

	grep -q '^WWW-Authenticate: Bearer error="invalid_token", error_description="The access token expired."' head
}

@test "errors of the token endpoint are those of Microsoft and RFC 6749" {
	start --client app:s3cret
	grant=grant_type=client_credentials
	equal 'invalid_request AADSTS900144 400' "$(error -d client_id=app)"
	equal 'unsupported_grant_type AADSTS70003 400' "$(error -d grant_type=password)"
	equal 'invalid_request AADSTS900144 400' "$(error -d $grant)"
	equal 'unauthorized_client AADSTS700016 400' "$(error -d "$grant&client_id=x&client_secret=s3cret")"
	equal 'invalid_client AADSTS7000218 401' "$(error -d "$grant&client_id=app")"
	equal 'invalid_client AADSTS7000215 401' "$(error -d "$grant&client_id=app&client_secret=x")"
	equal 'invalid_request AADSTS900144 400' "$(error -d "$grant&client_id=app&client_secret=s3cret")"
	equal 'invalid_scope AADSTS1002012 400' "$(error -d "$grant&client_id=app&client_secret=s3cret&scope=all")"
	equal 200 "$(error -d "$grant&client_id=app&client_secret=s%33cret&scope=https%3A%2F%2Fmonitor.azure.com%2F.default")"
}

@test "a machine gets a token from the metadata service, without a secret" {
	start --client app:s3cret
	path='/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmonitor.azure.com'
	run -0 ask "$path"
	equal '{"error":"bad_request_102","error_description":"Required metadata header not specified"} 400' "$output"
	run -0 ask "${path%%&*}" -H 'Metadata: true'
	equal "{\"error\":\"invalid_request\",\"error_description\":\"Required query variable 'resource' is missing\"} 400" "$output"
	run -0 ask "$path&client_id=other" -H 'Metadata: true'
	equal '{"error":"invalid_request","error_description":"Identity not found"} 400' "$output"
	curl -s --max-time 60 "$url$path&client_id=app" -H 'Metadata: true' >answer
	equal '["3600","https://monitor.azure.com","Bearer"]' \
		"$(jq -c '[.expires_in, .resource, .token_type]' answer)"
	run -0 ask / -d a -H "Authorization: Bearer $(jq -r .access_token answer)"
	equal '{"status":"ok"} 200' "$output"
}

@test "token-busy refuses that many questions, retry-date says until when" {
	start --client app:s3cret --fault token-busy=1,retry-date=60
	run -0 curl -s -i --max-time 60 "$url/token" -d grant_type=client_credentials
	[[ $output == 'HTTP/1.1 503 '*temporarily_unavailable* ]]
	then=$(sed -n 's/^Retry-After: \(.* GMT\).*/\1/p' <<<"$output")
	left=$(($(date -d "$then" +%s) - EPOCHSECONDS))
	[ "$left" -gt 0 ]
	[ "$left" -le 60 ]
	run -0 token
	[[ $output == eyJ* ]]
}

@test "clients are for kinds that take their tokens, and have a secret" {
	run -2 siem-mock splunk -l :0 --client a:b
	equal 'siem-mock: option --client: nothing here takes tokens of OAuth' "$output"
	run -2 siem-mock http -l :0 --client a
	equal 'siem-mock: option --client: a is not of the form ID:SECRET' "$output"
}
