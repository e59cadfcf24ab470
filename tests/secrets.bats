#!/usr/bin/env bats
# Secrets of siem-send: where they may come from, that nobody sees them, and that
# one which is renewed is used without losing a record.

# shellcheck disable=SC2030,SC2031 # each has variables of its own
load helper
load collector

good=87654321-4321-4321-4321-210987654321
renewed=11111111-2222-3333-4444-555555555555

# hide FILE TEXT: write a file that others cannot read, at once and whole.
hide()
{
	(umask 077 && printf '%s\n' "$2" >"$1.new")
	mv "$1.new" "$1"
}

# begin ARG...: send a to a collector that knows $good, b to one that
# knows $renewed, and c when b is there; siem-send has input, its end is $sender.
begin()
{
	mkfifo input
	listen=$here:0 mock --token "$good"
	timeout 120 siem-send "splunk:$url" "$@" <input 2>err 3>&- 4>&- &
	sender=$!
	remember "$sender"
	exec 5>input
	echo a >&5
	eventually has 1
	end_mock
	listen=$url mock --token "$renewed" 5>&-
	echo b >&5
	eventually grep -q 'answers 403: invalid token' err
}

# finish: the renewed secret is there by now.
finish()
{
	eventually has 2
	echo c >&5
	exec 5>&-
	wait "$sender"

	equal 'a b c' "$(jq -r .raw arrived | paste -sd ' ')"
	run -1 grep -e "$good" -e "$renewed" err
}

# is_back: a record more, by which it may be found out that the first works.
is_back()
{
	echo c >&5
	grep -q 'back from file to splunk' err
}

@test "a secret comes from a variable, a file, a command or a credential" {
	mock --token "$good"
	hide token "$good"
	mkdir credentials
	cp token credentials/hec
	export MINE=$good CREDENTIALS_DIRECTORY=$PWD/credentials
	for form in env:MINE file:token 'cmd:cat token; echo more' cred:hec; do
		run -0 send -o token="$form" <<<"$form"
		SPLUNK_HEC_TOKEN=$form run -0 send <<<"$form"
	done

	equal "$(printf '%s\n' env:MINE env:MINE file:token file:token \
		'cmd:cat token; echo more' 'cmd:cat token; echo more' \
		cred:hec cred:hec)" "$(jq -r .raw arrived)"
}

@test "a secret that cannot be had is an error that does not quote it" {
	(umask 077 && printf 'se cret\n' >token)
	run -2 siem-send splunk:h -o token=file:token <<<x
	equal 'siem-send: splunk: token: there is a blank in it, or what no header can carry' "$output"
	chmod 644 token
	run -2 siem-send splunk:h -o token=file:token <<<x
	equal 'siem-send: splunk: token: file:token: others can read it (mode 0644): chmod 600 token, and think of it as known' "$output"
	run -2 siem-send splunk:h -o token=file:nowhere <<<x
	equal 'siem-send: splunk: token: file:nowhere: No such file or directory' "$output"
	mkfifo -m 600 fifo
	run -2 timeout 60 siem-send splunk:h -o token=file:fifo <<<x
	equal 'siem-send: splunk: token: file:fifo: not a regular file' "$output"
	mkdir -m 755 folder
	run -2 siem-send splunk:h -o token=file:folder <<<x
	equal 'siem-send: splunk: token: file:folder: not a regular file' "$output"
	run -2 timeout 60 siem-send splunk:h -o token=file:/dev/stdin < <(echo secret)
	equal 'siem-send: splunk: token: file:/dev/stdin: not a regular file' "$output"
	run -2 siem-send splunk:h -o 'token=cmd:echo secret; exit 7' <<<x
	equal 'siem-send: splunk: token: cmd: it ended with status 7' "$output"
}

@test "a token file that is renewed lets the run go on, and nothing is lost" {
	hide token "$good"
	begin -o token=file:token
	hide token "$renewed"
	finish
}

@test "so does a command, which a helper runs again" {
	hide token "$good"
	begin -o token='cmd:cat token'
	hide token "$renewed"
	finish
}

@test "a token file that is gone for a while is told of, and waited for" {
	hide token "$good"
	begin -o token=file:token
	rm token
	eventually grep -q 'splunk: token: file:token: No such file or directory; going on with what was there before' err
	hide token "$renewed"
	finish
}

@test "with --failover the renewed token brings the first one back" {
	hide token "$good"
	begin -o token=file:token --failover "file:$PWD/spare"
	eventually grep -qx b spare
	hide token "$renewed"
	eventually is_back
	exec 5>&-
	wait "$sender"

	equal 'a c' "$(jq -r .raw arrived | sort -u | paste -sd ' ')"
	equal b "$(head -n 1 spare)"
}

@test "the command of --on-failure sees no secret, and other variables" {
	export ITS=$good SPLUNK_HEC_TOKEN=env:ITS OTHER=seen
	timeout 120 siem-send splunk:http://127.0.0.1:1 --alert-after 0.1 \
		--on-failure 'env >told.new; mv told.new told' <<<x 2>err 3>&- &
	remember $!
	eventually [ -s told ]

	grep -qx OTHER=seen told
	run -1 grep -e "$good" -e '^SPLUNK_HEC_TOKEN=' -e '^ITS=' told
}

@test "no secret is in the process list or in what others read of the process" {
	mock --token "$good"
	mkfifo input
	HIS=$good SPLUNK_HEC_TOKEN=$good timeout 120 siem-send -v "splunk:$url" \
		-o token=env:HIS <input 2>err 3>&- &
	exec 5>input
	echo a >&5
	eventually has 1
	sender=$(pgrep -P $! siem-send)

	run -1 grep -a "$good" "/proc/$sender/environ" "/proc/$sender/cmdline" err
	exec 5>&-
	wait $!
}

# secret_settings: "KIND TRANSPORT KEY VARIABLE" of every setting that is secret,
# as the tables of all kinds have them; TRANSPORT is - where there is one only.
secret_settings()
{
	local kind

	siem-send --list | awk '{ print $1 }' | while read -r kind; do
		siem-send --settings "$kind" | awk -v kind="$kind" -v way=- '
			/^transport=.*:$/ { way = substr($1, 11); sub(/:$/, "", way) }
			/ \(secret\)$/ { print kind, way, $1, $2 }'
	done
}

# variable KEY: that of the setting, in the table of $kind.
variable_of()
{
	siem-send --settings "$kind" | awk -v key="$1" '$1 == key { print $2; exit }'
}

# complete COMMAND...: run it, setting what it says is missing, until it has all
# that it needs; what it says goes to the file "said".
complete()
{
	local i key name

	for i in {1..8}; do
		timeout 60 "$@" <lines >said 2>&1 && return
		key=$(sed -nE 's/^siem-send: [a-z]+: ([a-z_]+) is missing.*/\1/p
			s/.* needs? ([a-z_]+)$/\1/p' said | head -n 1)
		name=$(variable_of "${key:-none}")
		[ -n "$name" ] || return
		case $key in
		*url | *endpoint) export "$name=http://127.0.0.1:1/x" ;;
		*host) export "$name=127.0.0.1" ;;
		*) export "$name=name$i" ;;
		esac
	done
}

# secret_for KEY: a value of it that has the marker in it.
secret_for()
{
	case $1 in
	header) echo "X-Key:  $marker" ;;
	connection_string)
		echo "Endpoint=sb://127.0.0.1:1/;SharedAccessKeyName=me;SharedAccessKey=$marker;EntityPath=hub"
		;;
	*) echo "$marker" ;;
	esac
}

# stay_here: no kind goes anywhere by default.
stay_here()
{
	local name

	for name in $(siem-send --settings "$kind" |
		awk '$1 ~ /^(url|endpoint|authority)$/ && $3 !~ /^[a-z]+$/ { print $2 }'); do
		export "$name=http://127.0.0.1:1/x"
	done
}

# forms: what a secret may look like. In Base64 it depends on what is before it,
# as a user and a colon, and what is behind it: that is left out.
forms()
{
	local before

	printf '%s\n' "$marker"
	printf %s "$marker" | jq -sRr @uri
	for before in '' x xx; do
		printf %s "$before$marker" | base64 -w 0 | sed 's/^....//; s/....$//'
		echo
	done
}

# reveals FILE...: is the secret in one of them, as it is or in another form?
reveals()
{
	grep -qaF -f <(forms) "$@" 2>/dev/null
}

# told_or_over: has the command of --on-failure run, or is there nothing to tell?
told_or_over()
{
	[ -s told ] || ! kill -0 "$sender"
}

# fails_watched COMMAND...: run it until it tells that nothing can be delivered;
# what a person, a command of ours and the process list see then goes to the
# files said, told and listed. A set-up that is refused at once is told of.
fails_watched()
{
	rm -f told listed
	"$@" --alert-after 0.01 \
		--on-failure 'env >told.new; mv told.new told' <lines >said 2>&1 3>&- &
	sender=$!
	remember "$sender"
	eventually told_or_over
	[ ! -s told ] || cat "/proc/$sender/cmdline" "/proc/$sender/environ" >listed
	kill -9 "$sender" || true
	wait "$sender" || true
} 2>/dev/null

@test "no secret of any kind shows in what siem-send prints or writes" {
	# With what codes change; long as a GUID; Base64, for keys that are.
	marker='S3cret+of/mine+that/nobody+sees/ever+w=='
	in_vain='-v --retries 0 --metrics numbers --receipts receipts --dead-letter dead'
	echo '{"timestamp":"2025-10-08T22:45:00Z"}' >lines
	secret_settings >settings
	[ "$(wc -l <settings)" -ge 2 ]
	while read -r kind way key variable; do
		(
			options=()
			[ "$way" = - ] || options=(-o "transport=$way")
			echo "$kind ${options[*]}: $key ($variable)"
			stay_here
			secret=$(secret_for "$key")
			export "$variable=$secret"
			for how in -n -n=curl --check "$in_vain"; do
				rm -f said numbers receipts dead dead.why
				# shellcheck disable=SC2086 # these are several words
				complete siem-send $how "${options[@]}" "$kind" &&
					printf '%s\n' "$how" >>ran
				[ -s said ] || { echo "nothing is said: $how"; exit 1; }
				if reveals said numbers receipts dead dead.why; then
					echo "shows with $how"
					sed "s|$marker|HERE|g" said
					exit 1
				fi
			done
			fails_watched siem-send -v "${options[@]}" "$kind"
			[ ! -s told ] || echo "$kind" >>watched
			if reveals said told listed; then
				echo 'shows while it fails'
				exit 1
			fi
			rm -f said
			timeout 60 siem-send "${options[@]}" -o "$key=$secret" "$kind" \
				<lines >said 2>&1 && exit 1
			grep -q 'would show in the process list' said || { cat said; exit 1; }
			if reveals said; then
				exit 1
			fi
		)
	done <settings
	# Not all was refused for another reason.
	[ "$(grep -cx -e -n ran)" -ge 3 ]
	[ "$(grep -cx -e -n=curl ran)" -ge 3 ]
	[ "$(sort -u watched | wc -l)" -ge 5 ]
}

@test "who holds a secret leaves no core" {
	mock --token "$good"
	mkfifo input
	ulimit -c unlimited 2>/dev/null || ulimit -c "$(ulimit -H -c)"
	SPLUNK_HEC_TOKEN=$good siem-send "splunk:$url" <input 2>err 3>&- &
	sender=$!
	remember "$sender"
	exec 5>input
	echo a >&5
	eventually has 1

	run -0 awk '/^Max core file size/ { print ($5 <= 1) }' "/proc/$sender/limits"
	equal 1 "$output"
	kill -SEGV "$sender"
	exec 5>&-
	wait "$sender" || true
	equal '' "$(find . -name 'core*')"
}
