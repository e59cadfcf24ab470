#!/usr/bin/env bats
# siem-send NAME: what siem.yaml says, where it is looked for, what is stronger,
# and that whatever is wrong in it is found where it stands.

# shellcheck disable=SC2030,SC2031 # each test has variables of its own
load helper
load collector

example=$root/share/examples/siem.yaml

# config LINE...: siem.yaml with a profile "here", of splunk at the mock.
config()
{
	printf '%s\n' siem: '  here:' '    kind: splunk' '    hec:' \
		"      endpoint: $url" "      token: env:SPLUNK_HEC_TOKEN" "$@" \
		>siem.yaml
}

# direct FILE: the same with the platforms directly under siem.
direct()
{
	awk '/^  platforms:/ { in_it = 1; next }
	     { if (in_it) sub(/^  /, ""); print }' "$1"
}

# lines: how many requests have arrived.
requests()
{
	jq .request arrived | sort -nu | wc -l
}

# refused FILE LINE: it is, with a message that names the line.
refused()
{
	run -2 siem-send -n -f "$1" archive </dev/null
	[[ $output == "siem-send: $1:$2:"[0-9]* ]] && return
	echo "line $2: $(sed -n "$2p" "$1")"
	echo "$output"
	return 1
}

# sans_time: without what differs from one run to the next.
sans_time()
{
	sed -E 's/[A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}(:[0-9]{2}){2}|20(2[6-9]|[3-9])[-0-9T:.Z]+|[Dd]ate: .*|SharedAccess[^ ]*.*|[Ss]ignature.*|\b[0-9a-f-]{36}\b//'
}

# keys FILE: the lines that have a key.
keys()
{
	awk '/^ *[a-z_0-9-]+:/ { print NR }' "$1"
}

# cut_value FILE LINE TEXT: with TEXT for the value of that line, and without
# what is below it.
cut_value()
{
	awk -v line="$2" -v text="$3" '
	{ match($0, /^ */); depth = RLENGTH }
	NR == line { sub(/:.*/, ":" text); own = depth; print; inside = 1; next }
	inside && (depth > own || /^ *$/) { next }
	{ inside = 0; print }' "$1"
}

@test "the example of the project loads, in both of its shapes" {
	run -0 siem-send -qn -f "$example" archive <<<one
	equal one "$output"
	direct "$example" >direct.yaml
	run -1 grep platforms: direct.yaml
	run -0 siem-send -qn -f direct.yaml archive <<<one
	equal one "$output"
}

@test "every platform of the example can be sent to, by each of its transports" {
	# But for what only that machine has: secrets.
	sed -E 's/(file:\/|cred:|cmd:)[^ }]*/env:SECRET/' "$example" >nested.yaml
	direct nested.yaml >direct.yaml
	export SECRET=c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0 STANDBY_TOKEN=x
	export AZURE_CLIENT_SECRET=$SECRET ELASTICSEARCH_API_KEY=$SECRET
	export DATADOG_API_KEY=0123456789abcdef0123456789abcdef
	export EVENT_HUBS_CONNECTION_STRING="Endpoint=sb://h.example.com/;SharedAccessKeyName=k;SharedAccessKey=$SECRET"
	while read -r name transports; do
		[ "$name" != lake ] || [ "$(kafka-cluster)" = yes ] || continue
		for transport in ${transports//,/ }; do
			options=()
			[ "$transport" = - ] || options=(-o "transport=$transport")
			run -0 siem-send -qn -f nested.yaml "$name" "${options[@]}" \
				<<<'{"timestamp":"2025-10-08T22:45:00Z"}'
			[[ $output == *2025-10-08T22:45* ]]
			whole=$output
			run -0 siem-send -qn -f direct.yaml "$name" "${options[@]}" \
				<<<'{"timestamp":"2025-10-08T22:45:00Z"}'
			equal "$(sans_time <<<"$whole")" "$(sans_time <<<"$output")"
		done
	done <<-'EOF'
	splunk hec,sc4s,file
	splunk-standby hec
	qradar syslog_tls,rest_api,http_receiver
	azure_sentinel logs_ingestion,event_hubs,log_analytics_agent,data_collector_api
	elasticsearch -
	datadog -
	collector -
	lake -
	archive -
	syslog tls
	EOF
}

@test "every key of the example is in a manual" {
	keys=$(sed 's/#.*//; s/"[^"]*"//g' "$example" |
		grep -oE '[a-z_0-9]+: ' | tr -d ': ' | sort -u |
		grep -vxE 'splunk|standby|archive|syslog|datadog|siem')
	for key in $keys; do
		grep -qE "^\\.(It )?Cm (.* )?([a-z_0-9]+\\.)*$key([ .].*)?$" \
			"$root"/man/siem.yaml.5 "$root"/man/siem-*.7 ||
			{ echo "$key"; false; }
	done
}

@test "a key that is misspelt is found, on every line, and the right one named" {
	for shape in nested direct; do
		cp "$example" whole.yaml
		[ $shape = nested ] || direct "$example" >whole.yaml
		for line in $(keys whole.yaml); do
			# A name of a profile that has a kind may be any.
			sed -n "$((line + 1))p" whole.yaml | grep -q '^ *kind:' && continue
			sed "${line}s/:/x:/" whole.yaml >damaged.yaml
			refused damaged.yaml "$line"
		done
	done
	sed 's/batch_size:/batch_siez:/' "$example" >damaged.yaml
	run -2 siem-send -n -f damaged.yaml archive <<<one
	[[ $output == *': delivery.batch_siez: unknown key (did you mean batch_size?)' ]]
	sed 's/overflow:/overfolw:/' "$example" >damaged.yaml
	run -2 siem-send -n -f damaged.yaml archive <<<one
	[[ $output == *': overfolw: unknown key (did you mean overflow?)' ]]
}

@test "a value of the wrong type is found, on every line" {
	for line in $(keys "$example"); do
		if sed -n "${line}p" "$example" | grep -qE ':( *#.*)?$|: *\{'; then
			cut_value "$example" "$line" ' word' >damaged.yaml
		else
			cut_value "$example" "$line" ' {wrong: type}' >damaged.yaml
		fi
		refused damaged.yaml "$line"
	done
}

@test "a value that is missing is found, on every line" {
	for line in $(keys "$example"); do
		cut_value "$example" "$line" '' >damaged.yaml
		refused damaged.yaml "$line"
	done
}

@test "values that no kind takes are found, in what is not chosen, too" {
	damage()
	{
		sed "$1" "$example" >damaged.yaml
		run -2 siem-send -n -f damaged.yaml archive <<<one
		equal "siem-send: damaged.yaml: $2" \
			"$(sed -E 's/yaml:[0-9]+:[0-9]+:/yaml:/' <<<"$output")"
	}
	damage 's/^        port: 6514/        port: 70000/' \
		'splunk: port: 70000 is not a number from 1 to 65535'
	damage 's/transport: hec/transport: hce/' \
		'splunk: transport: unknown: hce (did you mean hec?)'
	damage 's/acknowledge: true/acknowledge: maybe/' \
		'splunk: use_ack: maybe is neither true nor false'
	damage '/^    qradar:/,/^    azure/s/facility: local0/facility: local9/' \
		'qradar: facility: unknown: local9 (did you mean local0?)'
	damage '/^    syslog:/,$s/facility: local0/facility: local9/' \
		'syslog: facility: unknown: local9 (did you mean local0?)'
	damage 's/mode: all /mode: most /' 'mode: most is not one of all|failover'
	damage 's/rate: 5MB.s/rate: fast/' \
		'rate: fast is not a rate, as in 1000/s or 5MB/s'
	damage 's/failover: splunk-.*/failover: splunk-standbi/' \
		'splunk: delivery.failover: there is no splunk-standbi (did you mean splunk-standby?)'
	damage 's/kind: file/kind: fiel/' \
		'archive: kind: unknown kind of destination: fiel (did you mean file?)'
}

@test "what a profile needs and does not say is missed where it begins" {
	printf '%s\n' siem: '  here:' '    kind: splunk' '    hec:' \
		'      token: env:SPLUNK_HEC_TOKEN' >siem.yaml
	run -2 siem-send -f siem.yaml here <<<one
	equal 'siem-send: siem.yaml:2:3: here: hec.endpoint is missing' "$output"
}

@test "a secret in a file that others can read is refused, and named by its place" {
	url=https://$here config
	sed -i 's/env:SPLUNK_HEC_TOKEN/S3cret-of-mine/' siem.yaml
	said='that is secret, and others can read this file: chmod 600 it, or name it, as in file:PATH'
	for mode in 644 640 604; do
		chmod $mode siem.yaml
		run -2 siem-send -n -f siem.yaml here <<<one
		equal "siem-send: siem.yaml:6:14: hec.token: $said" "$output"
	done
	chmod 600 siem.yaml
	run -0 siem-send -n -f siem.yaml here <<<one
	printf '%s\n' siem: '  hash_key: S3cret' '  out: {kind: stdout}' >other.yaml
	run -2 siem-send -f other.yaml out <<<one
	equal "siem-send: other.yaml:2:13: hash_key: $said" "$output"
}

@test "a profile is delivered to, as its file says" {
	mock --token "$SPLUNK_HEC_TOKEN,index=acme"
	config '      index: acme' '      source: a b' '    delivery:' '      batch_size: 1'
	run -0 siem-send -f siem.yaml here < <(printf 'one\ntwo\n')

	equal '["acme","a b"]' "$(jq -c '[.index, .source]' arrived | sort -u)"
	equal 2 "$(requests)"
}

@test "an option is stronger than the file, and the environment is not" {
	mock
	config '      source: file'
	SPLUNK_HEC_SOURCE=environment SPLUNK_HEC_INDEX=other \
		run -0 siem-send -f siem.yaml here <<<one
	run -0 siem-send -f siem.yaml here -o source=option <<<two

	equal '["file",null]
["option",null]' "$(jq -c '[.source, .index]' arrived)"
}

@test "env: takes any setting from a variable" {
	mock
	# That another platform lacks one does not matter.
	config '  other: {kind: file, path: "env:GONE"}'
	sed -i "s,$url,env:WHERE," siem.yaml
	WHERE=$url run -0 siem-send -f siem.yaml here <<<one
	equal one "$(jq -r .raw arrived)"
	run -2 siem-send -f siem.yaml here <<<one
	equal 'siem-send: siem.yaml:5:17: env:WHERE: there is no such variable' "$output"
	sed -i 's,env:WHERE,"env:",' siem.yaml
	run -2 siem-send -f siem.yaml here <<<one
	equal 'siem-send: siem.yaml:5:17: env: a name has to follow, as in env:NAME' "$output"
}

@test "the later of several files says what counts, key by key" {
	printf '%s\n' siem: '  out: {kind: file, path: first}' >one.yaml
	printf '%s\n' siem: '  out: {path: second}' >two.yaml
	run -0 siem-send -f one.yaml -f two.yaml out <<<x
	equal x "$(cat second)"
	[ ! -e first ]
	printf '%s\n' siem: '  out: {paht: second}' >two.yaml
	run -2 siem-send -f one.yaml -f two.yaml out <<<x
	equal 'siem-send: two.yaml:2:9: paht: unknown key (did you mean path?)' "$output"
}

@test "a platform is one, whether it stands under platforms or directly under siem" {
	mkdir state
	printf '%s\n' siem: '  input: log' '  state_dir: state' '  platforms:' \
		'    out: {kind: file, enabled: true, path: first}' >nested.yaml
	sed '/platforms:/d; s/^    /  /' nested.yaml >direct.yaml
	echo '{"a":1}' >log
	for base in nested direct; do
		printf '%s\n' siem: '  out: {path: second, format: cef}' >direct-later.yaml
		printf '%s\n' siem: '  platforms:' \
			'    out: {path: second, format: cef}' >nested-later.yaml
		for later in nested direct; do
			run -0 siem-send -f $base.yaml -f $later-later.yaml out <<<x
			equal x "$(cat second)"
			rm second
			run -0 siem-run -f $base.yaml -f $later-later.yaml --print out
			[[ $output == *'siem-fmt'*cef* ]]
			# The third is about the same one, too.
			for third in nested direct; do
				sed 's/second.*}/third}/' $third-later.yaml >third.yaml
				run -0 siem-send -f $base.yaml -f $later-later.yaml \
					-f third.yaml out <<<x
				equal x "$(cat third)"
				rm third
			done
			sed 's/path/paht/' $later-later.yaml >bad.yaml
			run -2 siem-send -f $base.yaml -f bad.yaml out <<<x
			[[ $output == "siem-send: bad.yaml:"[23]:*": paht: unknown key (did you mean path?)" ]]
		done
	done
	[ ! -e first ]
}

@test "a platform that one file has in both places is there twice" {
	printf '%s\n' siem: '  platforms:' '    out: {kind: file, path: first}' \
		'  out: {kind: file, path: second}' >twice.yaml
	said='out is there twice: here, and under platforms'
	run -2 siem-send -f twice.yaml out <<<x
	equal "siem-send: twice.yaml:4:3: $said" "$output"
	printf '%s\n' siem: '  out: {enabled: true}' >one.yaml
	run -2 siem-send -f one.yaml -f twice.yaml out <<<x
	equal "siem-send: twice.yaml:4:3: $said" "$output"
	# What else stands under siem is no platform, whatever one is called.
	printf '%s\n' siem: '  map: auto' '  platforms:' \
		'    map: {kind: file, path: first}' >map.yaml
	run -0 siem-send -f map.yaml -f map.yaml map <<<x
	equal x "$(cat first)"
}

@test "what is to be kept back is delivered with a warning for each key" {
	said='siem-send changes no records: have siem-fmt take out what is to be kept back, as siem-run does, and say so with --minimised'
	printf '%s\n' siem: '  drop: [a.b]' '  redact: []' '  hash: [c]' \
		'  hash_key: env:KEY' '  out: {kind: file, path: kept}' >siem.yaml
	for how in --max-record=1MB -n --check; do
		run --separate-stderr -0 siem-send "$how" -f siem.yaml out <<<x
		equal "siem-send: siem.yaml:2:3: drop: $said
siem-send: siem.yaml:4:3: hash: $said
siem-send: siem.yaml:5:3: hash_key: $said" "$stderr"
	done
	equal x "$(cat kept)"
	run --separate-stderr -0 siem-send --minimised -f siem.yaml out <<<x
	equal '' "$stderr"
	printf '%s\n' siem: '  drop: []' '  out: {kind: file, path: kept}' >siem.yaml
	run --separate-stderr -0 siem-send -f siem.yaml out <<<x
	equal '' "$stderr"
}

@test "the file is that of -f, of SIEM_CONFIG, or in the home folder" {
	mkdir -p home/.config/siem
	export HOME=$PWD/home
	for who in option variable own; do
		printf '%s\n' siem: "  out: {kind: file, path: $who}" >$who.yaml
	done
	mv own.yaml home/.config/siem/siem.yaml
	run -0 siem-send out <<<x
	SIEM_CONFIG=variable.yaml run -0 siem-send out <<<x
	SIEM_CONFIG=variable.yaml run -0 siem-send -f option.yaml out <<<x
	# What is empty says nothing.
	SIEM_CONFIG='' run -0 siem-send out <<<y

	equal 'x y x x' "$(cat own variable option | xargs)"
}

@test "a file that is none is an error, with its name and what is wrong" {
	bad()
	{
		run -2 siem-send -f bad.yaml archive <<<one
		equal "siem-send: bad.yaml$1" "$output"
	}
	mkdir bad.yaml
	bad ': Is a directory'
	rmdir bad.yaml
	printf 'siem: {out: {kind: "f\303("}}\n' >bad.yaml
	bad ': byte 23: invalid trailing UTF-8 octet'
	printf '\377\376s\0i\0e\0m\0' >bad.yaml # UTF-16
	bad ': byte 1: invalid leading UTF-8 octet'
	truncate -s 100M bad.yaml
	bad ': larger than 1 MiB'
	rm bad.yaml
	printf 'siem:\n\tout: {kind: stdout}\n' >bad.yaml
	bad ':2:1: a line is indented by spaces, and by no tab'
	printf '%s\n' siem: '  out: {kind: stdout}' --- siem: >bad.yaml
	bad ':3:1: one document is all that is read'
	printf '%s\n' 'siem: &a {out: *a}' >bad.yaml
	bad ':1:7: anchors are not taken: write it where it is meant'
	printf '%s\n' siem: '  out: *a' >bad.yaml
	bad ':2:8: aliases are not taken: write it where it is meant'
	printf '%s\n' siem: '  out: {kind: file, path: a, path: b}' >bad.yaml
	bad ':2:30: path is there twice'
	printf '%s\n' siem: '  out: {kind: stdout}' siem: >bad.yaml
	bad ':3:1: siem is there twice'
	printf '%s\n' '- siem' >bad.yaml
	bad ':1:1: it has to begin with a key, as siem:'
	printf '%s\n' 'splunk: {kind: file}' >bad.yaml
	bad ':1:1: splunk: unknown key: all is under siem'
}

@test "a file that is empty, or cannot be read, says nothing, or that it cannot" {
	: >siem.yaml
	run -2 siem-send -f siem.yaml archive <<<one
	equal 'siem-send: archive: no profile of siem.yaml, and no kind of destination' "$output"
	run -0 siem-send -f siem.yaml stdout <<<one
	equal one "$output"
	chmod 0 siem.yaml
	run -2 unprivileged siem-send -f siem.yaml stdout <<<one
	equal 'siem-send: siem.yaml: Permission denied' "$output"
	SIEM_CONFIG=siem.yaml run -2 unprivileged siem-send archive <<<one
	equal 'siem-send: siem.yaml: Permission denied' "$output"
	# Nor is it another file that counts then.
	mkdir -p home/.config/siem
	printf '%s\n' siem: '  archive: {kind: stdout}' >home/.config/siem/siem.yaml
	export HOME=$PWD/home
	run -0 siem-send archive <<<one
	SIEM_CONFIG=gone.yaml run -2 siem-send archive <<<one
	equal 'siem-send: gone.yaml: No such file or directory' "$output"
	chmod 0 home/.config/siem/siem.yaml
	run -2 unprivileged siem-send archive <<<one
	[[ $output == *'/home/.config/siem/siem.yaml: Permission denied' ]]
}

@test "secrets of a profile come from where its file says, and are read there" {
	mock --token "$SPLUNK_HEC_TOKEN"
	token=$SPLUNK_HEC_TOKEN
	mkdir credentials
	(umask 077 && echo "$token" >token)
	cp token credentials/hec
	export TOKEN=$token CREDENTIALS_DIRECTORY=$PWD/credentials
	unset SPLUNK_HEC_TOKEN
	for form in env:TOKEN "file:$PWD/token" cred:hec "cmd:cat $PWD/token"; do
		config
		sed -i "s|env:SPLUNK_HEC_TOKEN|\"$form\"|" siem.yaml
		run -0 siem-send -q -f siem.yaml here <<<"$form"
	done
	equal 4 "$(wc -l <arrived)"
	refuse()
	{
		config
		sed -i "s|env:SPLUNK_HEC_TOKEN|$1|" siem.yaml
		run -2 siem-send -q -f siem.yaml here <<<one
		equal "siem-send: siem.yaml:6:14: here: token: $2" "$output"
	}
	refuse env:GONE 'env:GONE: there is no such variable'
	refuse '"env:"' 'env: a name has to follow, as in env:NAME'
	refuse '"file:"' 'file: a path has to follow, as in file:PATH'
	refuse file:gone 'file:gone: No such file or directory'
	refuse cred:gone 'cred:gone: No such file or directory'
	refuse cmd:false 'cmd: it ended with status 1'
	chmod 644 token
	refuse file:token 'file:token: others can read it (mode 0644): chmod 600 token, and think of it as known'
	unset CREDENTIALS_DIRECTORY
	refuse cred:hec 'cred:hec: there is no $CREDENTIALS_DIRECTORY: the unit needs LoadCredential=hec:FILE'
}

@test "a name that is neither is refused with the nearest, a kind needs no file" {
	printf '%s\n' siem: '  out: {kind: file, path: x}' >siem.yaml
	run -2 siem-send -f siem.yaml oct <<<x
	equal 'siem-send: oct: no profile of siem.yaml, and no kind of destination (did you mean out?)' "$output"
	run -0 siem-send -f siem.yaml stdout <<<x
	equal x "$output"
	run -2 siem-send -f nowhere.yaml stdout <<<x
	equal 'siem-send: nowhere.yaml: No such file or directory' "$output"
}

@test "the failover of a profile is another, and messages call them by name" {
	listen=$here:0 mock
	config '    delivery: {failover: spare}' '  spare: {kind: file, path: spare}'
	end_mock
	run -0 siem-send -f siem.yaml here <<<one

	equal one "$(cat spare)"
	[[ $output == *'SIEM shipping failed: here: '*'failing over from here to spare'* ]]
}

@test "a key of another transport is refused with its place, or with the transport" {
	url=https://$here config '      path: x'
	run -2 siem-send -n -f siem.yaml here <<<one
	equal 'siem-send: siem.yaml:7:7: hec.path: unknown key (did you mean file.path?)' "$output"
	run -2 siem-send -n "splunk:$here" -o path=x <<<one
	equal 'siem-send: option -o: splunk has no setting path by transport=hec, but by transport=file' "$output"
}

@test "retries, rate and alert of the file count where no option says more" {
	printf '%s\n' siem: '  retry_attempts: 0' '  alert: {after: 0.1, command: "echo \"$1\" >>told"}' \
		'  out: {kind: syslog, transport: tcp, host: 127.0.0.1, port: 1}' >siem.yaml
	run -3 siem-send -f siem.yaml out --dead-letter dead <<<one
	equal one "$(cat dead)"
	timeout 120 siem-send -f siem.yaml out --retries 100000 <<<one 2>err 3>&- &
	remember $!
	eventually grep -qx raised told
}

@test "tls.enabled chooses the transport, or has to agree with what does" {
	said()
	{
		printf '%s\n' siem: "  syslog: {host: h, $1}" >siem.yaml
		run -"$2" siem-send -n -f siem.yaml syslog <<<one
	}
	said 'transport: tcp, tls: {enabled: true}' 2
	equal 'siem-send: siem.yaml:2:52: syslog: tls.enabled is true, but transport is tcp' "$output"
	said 'transport: tls, tls: {enabled: true, ca_file: x}' 0
	said 'transport: tcp, tls: {enabled: false, ca_file: x}' 0
	printf '%s\n' siem: '  splunk: {hec: {endpoint: "https://h", token: "env:SPLUNK_HEC_TOKEN", tls: {enabled: false}}}' >siem.yaml
	run -2 siem-send -n -f siem.yaml splunk <<<one
	[[ $output == *'splunk: tls.enabled is false, but url is https://h' ]]
}

@test "variables alone are enough, for each kind" {
	mock --token "$SPLUNK_HEC_TOKEN"
	SIEM_TYPE=splunk SPLUNK_HEC_URL=$url run -0 siem-send <<<one
	SIEM_TYPE=splunk SPLUNK_TRANSPORT=file SIEM_FILE_PATH=out run -0 siem-send <<<two
	SIEM_TYPE='file' SIEM_FILE_PATH=out run -0 siem-send <<<three
	equal one "$(jq -r .raw arrived)"
	equal 'two three' "$(xargs <out)"
	siem-mock syslog -q -l :0 --listen-file address >received 3>&- 4>&- &
	remember $!
	eventually [ -s address ]
	for kind in syslog qradar sc4s; do
		export "${kind^^}_HOST=127.0.0.1" "${kind^^}_TRANSPORT=tcp" \
			"${kind^^}_PORT=$(grep -o '[0-9]*$' address)"
		SIEM_TYPE=$kind run -0 siem-send <<<"$kind"
	done
	equal 'syslog qradar sc4s' "$(grep -o 'syslog\|qradar\|sc4s' received | uniq | xargs)"
}

@test "a variable that names a kind means that, whatever profile is called so" {
	printf '%s\n' siem: '  file: {path: profile}' '  mine: {kind: file, path: own}' >siem.yaml
	export SIEM_CONFIG=siem.yaml SIEM_FILE_PATH=variable
	SIEM_TYPE='file' run -0 siem-send <<<one
	run -0 siem-send file <<<two
	SIEM_TYPE=mine run -0 siem-send <<<three
	# Nor does it matter then what is wrong there.
	echo 'siem: {x: y}' >siem.yaml
	SIEM_TYPE='file' run -0 siem-send <<<four
	equal 'one four two three' "$(cat variable profile own | xargs)"
}

@test "SIEM_BATCH_MODE, SIEM_BATCH_SIZE and SIEM_FLUSH_INTERVAL are obeyed" {
	mock
	export SIEM_TYPE=splunk SPLUNK_HEC_URL=$url
	SIEM_BATCH_MODE=false run -0 siem-send < <(seq 10)
	equal 10 "$(requests)"
	SIEM_BATCH_SIZE=5 run -0 siem-send < <(seq 10)
	equal 12 "$(requests)"
	# As it would wait for that long, but the hundredth ends it.
	mkfifo input
	SIEM_FLUSH_INTERVAL=3600 timeout 120 siem-send <input 3>&- 4>&- &
	sender=$!
	remember "$sender"
	exec 5>input
	seq 50 >&5
	seq 50 >&5
	eventually has 120
	exec 5>&-
	wait "$sender"
	equal 13 "$(requests)"
}
