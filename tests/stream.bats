#!/usr/bin/env bats
# What every filter leaves to lib/stream: the pipeline contract of siem(7).
# The filter is tests/bin/pass: it copies, and rejects what begins with "bad".

load helper

@test "records pass unchanged, the last one without its newline too" {
	printf 'one\n \001\377two\nthree' >in
	run -0 pass <in
	printf 'one\n \001\377two\nthree\n' >want
	pass <in >got

	cmp want got
}

@test "blank lines and the CR before a newline are dropped" {
	run -0 pass < <(printf 'a\r\n\n  \t\n\r\nb\rc\n')

	equal $'a\nb\rc' "$output"
}

@test "an empty input gives an empty output" {
	run -0 pass </dev/null

	equal '' "$output"
}

@test "a record comes out at once, not when the input ends" {
	coproc pass
	echo one >&"${COPROC[1]}"
	read -r -t 30 line <&"${COPROC[0]}"

	equal one "$line"
}

@test "a bad record is named with line and column, and left out" {
	run -1 --separate-stderr pass < <(printf 'one\n\nbad\nthree\n')

	equal $'one\nthree' "$output"
	equal 'pass: line 3: column 1: it says so itself' "$stderr"
}

@test "only the first few bad records are told, then their number" {
	run -1 --separate-stderr pass < <(yes bad | head -n 8)

	equal 6 "${#stderr_lines[@]}"
	equal 'pass: 3 further records were rejected' "${stderr_lines[5]}"
}

@test "--reject keeps the record raw, and says why beside it" {
	run -1 pass --reject out < <(printf 'a\nbad \377 1\r\nb\nbad 2')

	printf 'bad \377 1\r\nbad 2\n' | cmp - out
	equal '[{"offset":0,"length":8,"line":2,"column":1,"reason":"it says so itself"},{"offset":9,"length":5,"line":4,"column":1,"reason":"it says so itself"}]' \
		"$(jq -sc 'map(del(.time))' out.why)"
}

@test "--reject appends, and cuts the torn line that a crash left" {
	printf 'bad 1\nbad' >out
	printf '{"offset":0}\n{"off' >out.why
	run -1 pass --reject out <<<'bad 2'

	equal $'bad 1\nbad 2' "$(cat out)"
	equal '0 6' "$(jq -r .offset out.why | xargs)"
}

@test "two processes cannot share a --reject file" {
	coproc pass --reject out
	echo one >&"${COPROC[1]}"
	read -r -t 30 <&"${COPROC[0]}"
	run -2 pass --reject out </dev/null

	equal 'pass: out: in use by another process' "$output"
}

@test "a record of --max-record bytes passes, one byte more does not" {
	run -0 pass --max-record 5 < <(printf '12345\r\n')
	equal 12345 "$output"
	run -1 --separate-stderr pass --max-record 5 --reject out \
		< <(printf 'a\n123456\nb\n123456')

	equal $'a\nb' "$output"
	equal $'123456\n123456' "$(cat out)"
	equal 'pass: line 2: longer than 5 bytes (see --max-record)' \
		"${stderr_lines[0]}"
	equal '[2,6,4,6]' "$(jq -sc '[.[] | .line, .length]' out.why)"
}

@test "a 100 MiB line goes whole to --reject, its neighbours untouched" {
	head -c 104857600 /dev/zero | tr '\0' x >big
	run -1 pass --reject out < <(echo a; cat big; echo; echo b)

	[ "${lines[1]}" = a ] || [ "${lines[0]}" = a ]
	echo >>big
	cmp big out
}

@test "what grows beyond the limit on its way is rejected" {
	run -1 --separate-stderr pass --max-record 100 --reject out \
		< <(printf 'a\nlong\nb\n')

	equal $'a\nb' "$output"
	equal long "$(cat out)"
}

@test "a full disk is an error, not a success" {
	run -3 --separate-stderr sh -c 'echo x | pass >/dev/full'

	equal 'pass: write: No space left on device' "$stderr"
}

@test "a write that fails under --reject is waited for, and names the file" {
	printf 'bad 1\ngood\n' >in
	mkfifo out
	bash -c 'echo $$ >pid; ulimit -f 0; exec pass --reject set-aside <in >out' \
		2>&1 3>&- | cat >err &
	remember $!
	exec 7<out
	eventually grep -q 'File too large; waiting until it can be written' err
	kill "$(cat pid)"
	# Nothing goes on before the record is safe, not even at the end.
	equal '' "$(cat <&7)"
	exec 7<&-
	equal '' "$(cat set-aside)"
}

# filling SCRIPT: run it in bash where ./tm is a file system of its own.
filling()
{
	printf '%s\n' 'mkdir tm && mount -t tmpfs -o size=64k none tm' "$1" \
		>filling.sh
	timeout 120 unshare -rm bash filling.sh 2>err
}

@test "once there is room, what waits under --reject goes on" {
	unshare -rm mount -t tmpfs none . || skip "no file system of our own"
	run -1 filling '
		{ head -c 1M /dev/zero || true; } >tm/full
		printf "\020H siem/1 -\nbad 1\n\020M log 1\ngood\n\020E 0\n" |
			pass --reject tm/out >passed &
		until grep -q "tm/out: No space left" err; do sleep 0.01; done
		cat passed
		rm tm/full
		wait $!
		status=$?
		cp tm/out tm/out.why .
		exit $status
	'

	equal '' "$(grep -a 'M log' <<<"$output" || true)"
	equal 'bad 1' "$(cat out)"
	equal 0 "$(jq .offset out.why)"
	equal $'\020H siem/1 -\n\020M log 1\ngood\n\020E 1' "$(cat passed)"
}

@test "what is no regular file is no file for --reject" {
	run -3 --separate-stderr pass --reject /dev/full <<<bad

	equal 'pass: /dev/full: not a regular file' "$stderr"
}

@test "a reader that leaves ends the filter at once and in silence" {
	run -0 bash -c 'yes | pass 2>err | head -n 1; [ "${PIPESTATUS[1]}" = 141 ]'

	equal '' "$(cat err)"
}

@test "a reader that leaves is noticed while there is nothing to write" {
	mkfifo in out
	pass <in >out 3>&- &
	exec 5>in 6<out
	exec 6<&-
	wait $! || status=$?

	equal 141 "$status"
}

@test "SIGTERM: the filter reads on to the end of its input" {
	mkfifo in
	pass <in >got 3>&- &
	exec 5>in
	echo one >&5
	eventually [ -s got ]
	kill -TERM $!
	echo two >&5
	exec 5>&-
	wait $!

	equal $'one\ntwo' "$(cat got)"
}

@test "SIGTERM: a filter whose input does not end is cut short in time" {
	mkfifo in
	pass <in >got 2>err 3>&- &
	exec 5>in
	echo one >&5
	eventually [ -s got ]
	kill -TERM $!
	wait $! || status=$?

	equal 3 "$status"
	equal 'pass: cut short: not through within --grace seconds' "$(cat err)"
}

@test "in a marked stream control lines keep their place" {
	printf '\020H siem/1 k7 F\none\n\020M log 7\ntwo\n\020F\n\020X new\n\020M log 9\n\020E 0\n' >in
	cat in | pass >got

	cmp in got
}

@test "a doubled DLE is data: undone for the filter, done again behind it" {
	printf '\020H siem/1 -\n\020\020H siem/1 x\n\020\020\020bad\n\020E 0\n' >in
	cat in | pass --max-record 11 >got

	cmp in got
}

@test "a regular file is data, whatever it begins with" {
	printf '\020H siem/1 k7\none' >in
	pass <in >got

	printf '\020H siem/1 k7\none\n' | cmp - got
}

@test "where the first line is no header, every line is data" {
	printf 'one\n\020H siem/1 k7\n\020E 3\n' >in
	cat in | pass >got

	cmp in got
}

@test "a bad record of a marked stream travels on, before the mark behind it" {
	printf '\020H siem/1 k7\nbad a%% b\r\n\020M log 7\n\020E 0\n' >in
	status=0
	pass < <(cat in) >got || status=$?

	equal 1 "$status"
	printf '\020H siem/1 k7\n\020R line%%201:%%20column%%201:%%20it%%20says%%20so%%20itself bad a%% b\r\n\020M log 7\n\020E 1\n' | cmp - got
}

@test "a record over the limit travels on whole, in a marked stream" {
	{
		printf '\020H siem/1 k7\n'
		head -c 5000000 /dev/zero | tr '\0' Z
		printf '\nb\n\020E 0\n'
	} >in
	status=0
	pass < <(cat in) >got || status=$?

	equal 1 "$status"
	equal 5000000 "$(tr -cd Z <got | wc -c)"
	equal '4' "$(wc -l <got)"
	# The next filter passes it on as it is, and says no more about it.
	run -1 pass < <(cat got)
	equal "$(cat got)" "$output"
}

@test "with --reject a bad record is durable before the mark goes on" {
	mkfifo in out
	pass --reject set-aside <in >out 3>&- 2>/dev/null &
	exec 5>in 6<out
	printf '\020H siem/1 k7\nbad 1\n\020M log 7\n' >&5
	read -r -t 30 header <&6
	read -r -t 30 mark <&6

	equal $'\020H siem/1 k7' "$header"
	equal $'\020M log 7' "$mark"
	equal 'bad 1' "$(cat set-aside)"
	exec 5>&- 6<&-
}

@test "the status at the end of a stream is passed on, and becomes the exit's" {
	run -4 pass < <(printf '\020H siem/1 -\na\n\020E 4\n')
	equal $'\020E 4' "${lines[2]}"
	run -1 pass < <(printf '\020H siem/1 -\nbad\n\020E 0\n')
	equal $'\020E 1' "${lines[-1]}"
}

@test "a marked stream without its end was cut off: status 3, no end passed on" {
	run -3 --separate-stderr pass < <(printf '\020H siem/1 -\na\n\020M log 1\nb\n')

	equal $'\020H siem/1 -\na\n\020M log 1\nb' "$output"
	[[ $stderr == 'pass: the input was cut off'* ]]
}

@test "a record torn by a dying stage is dropped" {
	run -3 --separate-stderr pass < <(printf '\020H siem/1 -\na\nhalf')
	equal $'\020H siem/1 -\na' "$output"
	run -3 --separate-stderr pass --max-record 4 --reject out \
		< <(printf '\020H siem/1 -\na\nhalf of it')
	equal '' "$(cat out)"
}

@test "a header that is torn, or alone, is a stream that was cut off" {
	run -3 --separate-stderr pass < <(printf '\020H si')
	equal '' "$output"
	run -3 --separate-stderr pass < <(printf '\020H siem/1 -\n')
	equal $'\020H siem/1 -' "$output"
}

@test "a second header, or anything after the end, is status 3" {
	run -3 pass < <(printf '\020H siem/1 -\n\020H siem/1 -\n\020E 0\n')
	run -3 pass < <(printf '\020H siem/1 -\n\020E 0\na\n')
	run -3 pass < <(printf '\020H siem/1 -\n\020E 0\na')
}

@test "what came before the damage of a marked stream is passed on" {
	run -3 --separate-stderr pass < <(printf '\020H siem/1 -\na\n\020E x\n')
	[ "$output" = $'\x10H siem/1 -\na' ]
	[[ $stderr == *'malformed E line' ]]
}

@test "a control line that cannot be read is status 3" {
	run -3 pass < <(printf '\020H siem/1 -\n\020M log\n\020E 0\n')
	run -3 pass < <(printf '\020H siem/1 -\n\020E 7\n')
	run -3 pass < <(printf '\020H siem/2 -\na\n\020E 0\n')
}
