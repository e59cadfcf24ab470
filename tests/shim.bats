#!/usr/bin/env bats
# The shim that other tests make trouble with does what its rules say.

load helper

# shellcheck disable=SC2034 # helper.bash reads it
preloads=yes

# shim RULES COMMAND...: run it so.
shim()
{
	local rules=$1

	shift
	SHIM=$rules SHIM_FIRED=$PWD/fired LD_PRELOAD=$(command -v shim.so) "$@"
}

@test "a call before which it is killed is not made, one after which it is has been" {
	seq 3 >in
	run -137 shim 'kill-before rename' siem-fmt --json --metrics m.prom in
	[ ! -e m.prom ]
	[ -s .m.prom.tmp ]

	run -137 shim 'kill-after rename' siem-fmt --json --metrics m.prom in
	[ -s m.prom ]
	[ ! -e .m.prom.tmp ]
}

@test "only the calls of the range fail, and each is told" {
	seq 5 >in
	run -1 --separate-stderr shim 'fail=ENOSPC write path=*/dead n=1-2' \
		siem-fmt --json --reject dead in

	[[ $stderr == *'No space left on device'* ]]
	equal "0 write 1 $PWD/dead
0 write 2 $PWD/dead" "$(<fired)"
	equal "$(<in)" "$(<dead)"
}

@test "paths narrow a rule, and a rule that never fits changes nothing" {
	echo x >in
	run -1 shim 'fail=EIO write path=*/other; fail=EIO fsync path=*.none' \
		siem-fmt --json --reject dead in

	equal x "$(<dead)"
	equal '' "$(<fired)"
}

@test "what is opened to be read is told from what is opened to be written" {
	seq 2 >in
	run -3 --separate-stderr shim 'fail=ENOENT view path=*/in n=1' \
		siem-fmt --json in

	equal 'siem-fmt: in: No such file or directory' "$stderr"
	equal "0 view 1 $PWD/in" "$(<fired)"
	shim 'fail=EIO view path=*/dead' siem-fmt --json --reject dead in || true
	equal "$(<in)" "$(<dead)"
}

@test "a short write is half of one, and the tool goes on with the rest" {
	echo abcdefgh >in
	run -1 shim 'short write path=*/dead' siem-fmt --json --reject dead in

	equal abcdefgh "$(<dead)"
	[ "$(wc -l <fired)" -gt 2 ]
}

@test "sockets are told from files" {
	siem-mock syslog -l tcp://127.0.0.1:0 --listen-file where >arrived 2>&1 3>&- &
	remember $!
	eventually test -s where
	run -137 shim 'kill-before send n=1' siem-send "syslog:$(<where)" <<<'<13>x'
	equal '0 send 1 ' "$(<fired)"
}

@test "programs of other names are left alone" {
	echo x >in
	SHIM_IN=other run -1 shim 'kill-before write' siem-fmt --json --reject dead in
	equal x "$(<dead)"
}

@test "what nobody understands is refused" {
	run -127 shim 'fail=EWHAT write' siem-fmt --list
	run -127 shim 'fail=EIO' siem-fmt --list
	run -127 shim 'fail=EIO write n=0' siem-fmt --list
	run -127 shim 'explode write' siem-fmt --list
}

@test "a record has every operation on files below the root, and its bytes" {
	mkdir d
	echo x >in
	SHIM_ROOT=$PWD/d SHIM_RECORD=$PWD/record run -1 shim '' \
		siem-fmt --json --reject d/dead in

	grep -a '^[A-Za-z] [0-9]' record | cut -d ' ' -f 1,4-6 >ops
	equal 2 "$(awk '$1 == "W" && $4 == "dead" { n += $3 } END { print n }' ops)"
	grep -qx 'S 0 0 dead' ops
	grep -qx 's 0 0 dead' ops
	grep -qx 's 0 0 \.' ops
	[ "$(grep -c '^O [0-9]* 0 dead\(.why\)\?$' ops)" = 2 ]
}
