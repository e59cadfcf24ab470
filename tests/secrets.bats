#!/usr/bin/env bats
# Secrets of siem-send: where they may come from, that nobody sees them, and that
# one which is renewed is used without losing a record.

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
	equal 'siem-send: splunk: token: there is a blank in it, or what no token has' "$output"
	chmod 644 token
	run -2 siem-send splunk:h -o token=file:token <<<x
	equal 'siem-send: splunk: token: file:token: others can read it (mode 0644): chmod 600 token, and think of it as known' "$output"
	run -2 siem-send splunk:h -o token=file:nowhere <<<x
	equal 'siem-send: splunk: token: file:nowhere: No such file or directory' "$output"
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
