#!/usr/bin/env bats
# siem-verify: what it finds, what it lets pass, and what it says of both.

# Helpers call run for the test that calls them.
# shellcheck disable=SC2030,SC2031

load helper
load verify

# catches PID: does it see to SIGTERM itself, by now?
catches()
{
	(((0x$(sed -n 's/^SigCgt:\t//p' "/proc/$1/status") & 0x4000) != 0))
}

# --- what differs

@test "what arrived in any order, and in any file, is no difference" {
	numbered 1000 >in
	shuf in >came
	verify 0 ''

	split -n l/3 in part
	run -0 siem-verify --source in --arrived partaa --arrived partac --arrived partab
	equal '1000 expected, 1000 arrived: 0 lost, 0 repeated (0 of them predicted), 0 altered' "$output"
}

@test "a record that is lost is named, wherever it was" {
	numbered 1000 >in
	for line in 1 2 500 999 1000; do
		sed "${line}d" in >came
		run -1 siem-verify --source in --arrived came

		equal "lost: in: bytes $((line * 21 - 21))-$((line * 21 - 1)): 1 record" "${lines[0]}"
		equal '1000 expected, 999 arrived: 1 lost, 0 repeated (0 of them predicted), 0 altered' "${lines[1]}"
	done
}

@test "a record that is repeated is named, wherever it was" {
	numbered 1000 >in
	for line in 1 2 500 999 1000; do
		sed "${line}p" in | shuf >came
		run -1 siem-verify --source in --arrived came

		equal "repeated: in: bytes $((line * 21 - 21))-$((line * 21 - 1)): 1 record, 1 more arrival, not predicted" "${lines[0]}"
		equal 2 "${#lines[@]}"
	done
}

@test "a record that is altered is named on both sides, wherever it was" {
	numbered 1000 >in
	for line in 1 2 500 999 1000; do
		range=$((line * 21 - 21))-$((line * 21 - 1))
		sed "${line}s/entry/Entry/" in >came
		run -1 siem-verify --source in --arrived came

		equal "altered: came: bytes $range: in: bytes $range, by its place" "${lines[0]}"
		equal '1000 expected, 1000 arrived: 0 lost, 0 repeated (0 of them predicted), 1 altered' "${lines[1]}"
	done
}

@test "records that are altered side by side are told apart" {
	numbered 9 >in
	for some in 1,3 4,6 7,9; do
		sed "${some}s/entry/Entry/" in >came
		run -1 siem-verify --source in --arrived came

		equal "$(for ((i = ${some%,*}; i <= ${some#*,}; i++)); do
			range=$((i * 21 - 21))-$((i * 21 - 1))
			echo "altered: came: bytes $range: in: bytes $range, by its place"
		done)" "$(sed '$d' <<<"$output")"
	done
}

@test "a record that was cut is altered, and so is one that grew" {
	numbered 9 >in
	sed '4s/.$//' in >came
	verify 1 'altered 1'
	sed '9s/$/ /' in >came
	verify 1 'altered 1'
	head -c -5 in >came
	verify 1 'altered 1'
}

@test "two records in one line are one altered and one lost" {
	numbered 9 >in
	sed '4{N;s/\n//}' in >came

	verify 1 'lost 1 altered 1'
}

@test "an arrival from elsewhere is like no record, and takes none's place" {
	numbered 9 >in
	sed -e 2d -e '7i elsewhere' in >came
	run -1 siem-verify --source in --arrived came

	equal 'lost: in: bytes 21-41: 1 record' "${lines[0]}"
	equal 'altered: came: bytes 105-114: like no record of the sources' "${lines[1]}"
}

@test "what is missing and what is repeated do not make up for each other" {
	numbered 9 >in
	sed -e 2d -e 7p in >came

	verify 1 'lost 1 repeated 1'
}

@test "two equal records have to arrive twice" {
	printf '%s\n' a b a >in
	cp in came
	verify 0 ''
	printf '%s\n' a b >came
	run -1 siem-verify --source in --arrived came
	equal 'lost: in: bytes 4-5: 1 record' "${lines[0]}"
	printf '%s\n' a b a a a >came
	verify 1 'repeated 2'
}

@test "a million equal records are counted" {
	yes | head -n 1000000 >in
	head -n 999999 in >came
	verify 1 'lost 1' --memory 1MB
	cat in <(echo y) >came
	verify 1 'repeated 1' --memory 1MB
}

@test "records that are lost side by side are told in one line" {
	numbered 9 >in
	sed -e 2,4d -e 6d in >came
	run -1 siem-verify --source in --arrived came

	equal 'lost: in: bytes 21-83: 3 records' "${lines[0]}"
	equal 'lost: in: bytes 105-125: 1 record' "${lines[1]}"
}

@test "of empty files, nothing is missing and nothing is too much" {
	: >in
	: >came
	verify 0 ''
	numbered 9 >came
	verify 1 'altered 9'
	mv came in
	: >came
	run -1 siem-verify --source in --arrived came
	equal 'lost: in: bytes 0-188: 9 records' "${lines[0]}"
}

@test "the name of a file forges no line" {
	name=$'a\n4 expected, 4 arrived'
	echo one >"$name"
	run -1 siem-verify --source "$name" --arrived /dev/null

	equal 'lost: a\x0a4 expected, 4 arrived: bytes 0-3: 1 record' "${lines[0]}"
}

@test "a line at the border of a block is a record like others" {
	for length in 65534 65535 65536 65537 131071 131072; do
		{
			head -c "$length" /dev/zero | tr '\0' x
			printf '\ny\n'
		} >in
		cp in came
		verify 0 ''
		sed 2d in >came
		verify 1 'lost 1'
		sed 1d in >came
		verify 1 'lost 1'
	done
}

@test "blank lines, carriage returns and byte order marks are no difference" {
	printf 'a\r\n\n  \nb\n' >in
	printf '\n\xef\xbb\xbfa\nb\r\n' >came

	verify 0 ''
}

@test "a byte that is not UTF-8 is what a receiver makes of it" {
	printf 'a\xff\n' >in
	printf 'a\xef\xbf\xbd\n' >came

	verify 0 ''
}

@test "a last line without its end may have arrived or not" {
	printf 'a\nb' >in
	printf 'a\nb\n' >came
	verify 0 ''
	printf 'a\n' >came
	verify 0 'unfinished 1'
	printf 'a\nb\nb\n' >came
	verify 1 'repeated 1'
}

@test "a record over the limit is not expected" {
	printf '123456\n12345\n' >in
	printf '12345\n' >came

	verify 0 'rejected 1' --max-record 5
}

# --- how much

@test "what does not fit into memory is sorted on disk" {
	numbered 200000 >in
	shuf in | sed -e 77p -e 5000d -e '9999s/entry/Entry/' >came

	# Between which records the altered one was, nobody knows any more.
	verify 1 'lost 2 repeated 1 altered 1' --memory 64KB
}

@test "a million records are compared in 32 MiB" {
	numbered 1000000 >in
	shuf in | sed -e 77p -e 5000d -e '9999s/entry/Entry/' >came
	run -1 --separate-stderr measure cost siem-verify --json --source in --arrived came

	equal 'read 1000000 expected 1000000 arrived 1000000 lost 2 repeated 1 altered 1' \
		"$(counts "$output")"
	# The sanitizers' own memory is many times that.
	[[ $BUILD == *-san ]] || [ "$(cut -d ' ' -f 4 cost)" -le 32768 ]
}

@test "a temporary file that cannot be written is said, and where it could be" {
	numbered 10000 >in
	TMPDIR=$PWD/none run -3 siem-verify --source in --arrived in

	equal "siem-verify: $PWD/none (TMPDIR chooses another place): No such file or directory" "$output"
	run -3 bash -c 'trap "" XFSZ; ulimit -f 8; siem-verify --memory 1KB --source in --arrived in 2>&1'
	equal 'siem-verify: temporary file (TMPDIR chooses another place): File too large' "$output"
}

# --- sources

@test "rotated and compressed siblings are sources too" {
	numbered 9 >came
	sed -n 1,3p came | gzip >in.2.gz
	sed -n 4,6p came >in.1
	sed -n 7,9p came >in
	run -0 siem-verify --source in* --arrived came
	equal '9 expected, 9 arrived: 0 lost, 0 repeated (0 of them predicted), 0 altered' "$output"
	run -1 siem-verify --source in.2.gz in.1 in --arrived <(sed 2d came)
	equal 'lost: in.2.gz: bytes 21-41: 1 record' "${lines[0]}"
}

@test "compressed files behind each other are one" {
	numbered 9 >came
	{ sed -n 1,5p came | gzip; sed -n '6,$p' came | gzip; } >in
	verify 0 ''
	: | gzip >in
	: >came
	verify 0 ''
}

@test "a compressed file that is cut off or damaged is an error" {
	numbered 9999 | gzip >whole
	head -c 2000 whole >in
	run -3 siem-verify --source in --arrived /dev/null
	equal 'siem-verify: in: the compressed data is cut off' "$output"

	{ head -c 1000 whole; head -c 1000 /dev/zero; tail -c +2001 whole; } >in
	run -3 siem-verify --source in --arrived /dev/null
	equal 'siem-verify: in: the compressed data is damaged' "$output"
}

@test "a file that is not there is an error before anything is compared" {
	run -3 siem-verify --source nothing --arrived /dev/null

	equal 'siem-verify: nothing: No such file or directory' "$output"
	run -3 siem-verify --source . --arrived /dev/null
	equal 'siem-verify: .: Is a directory' "$output"
}

@test "a checkpoint among the sources is refused" {
	numbered 3 >in
	siem-tail -c in.ckpt --once in | siem-send -q -c in.ckpt file:came
	run -2 siem-verify --source in* --arrived came

	equal 'siem-verify: in.ckpt is a checkpoint, and no source: name the logs alone' "$output"
}

@test "more files than may be open are an error that says so" {
	for file in {1..50}; do
		echo "$file" >"in$file"
	done
	run -3 bash -c 'ulimit -n 40; siem-verify --source in* --arrived /dev/null'

	[[ $output =~ ^'siem-verify: in'[0-9]+': more files than may be open at once (ulimit -Hn)'$ ]]
}

# --- arrivals

@test "a header that the sender added is not compared" {
	printf '%s\n' 'CEF:0|a|b|1|c|d|3|' '{"a":1}' 'text: of mine' >in
	printf '%s\n' '<134>Oct  8 22:45:00 h1 CEF:0|a|b|1|c|d|3|' \
		'<134>1 2025-10-08T22:45:00.123Z h1 - - - - {"a":1}' \
		'<134>Oct  8 22:45:00 h1 text: of mine' >came

	verify 0 ''
}

@test "a header that the record had is compared" {
	printf '%s\n' '<134>1 2025-10-08T22:45:00Z h1 a - - [x y="1"]' \
		'<134>1 2025-10-08T22:45:00Z h1 a - - [x y="2"]' '{"a":1}' >in
	cp in came
	verify 0 ''
	sed '2s/2"/3"/' in >came
	verify 1 'altered 1'
	sed 's/^{/<13>Oct  8 22:45:00 h1 {/' in >came
	verify 0 ''
	sed 2p in >came
	verify 1 'repeated 1'
}

@test "what siem-mock printed is read, whatever it has to escape" {
	printf '%s\n' '{"a":"\\ \" \u0001"}' $'tab\there' '"quoted" \ and ü' >in
	siem-mock -q syslog -l tcp://127.0.0.1:0 --listen-file where -n 3 >came 3>&- &
	remember $!
	eventually test -s where
	siem-send -q "syslog:$(cat where)" <in
	wait $!

	verify 0 ''
	sed -i '2s/here/Here/g' came
	verify 1 'altered 1'
}

@test "--field names the member that holds the record" {
	printf '%s\n' '{"a":1}' 'CEF:0|"x"' >in
	printf '%s\n' '{"_source":{"message":"{\"a\":1}"}}' '{"_source":{"message":"CEF:0|\"x\""}}' >came
	verify 0 '' --field _source.message
	echo '{"event":{"a":1},"time":1}' >came
	verify 1 'lost 1' --field event
	echo 'no JSON' >>came
	verify 1 'altered 1' --field event
}

@test "a member that no arrival has is said once, and what there is instead" {
	printf '%s\n' '{"a":1}' '{"a":2}' >in
	printf '{"_index":"x","_source":{"%s":"{\\"a\\":1}","n":1}}\n' message message text >came
	run -1 --separate-stderr siem-verify --source in --arrived came --field event
	equal "siem-verify: option --field: 3 of 3 arrivals have no member event, and are taken for altered; the first, at byte 0 of came, has _index, _source; name the member that holds the record" "$stderr"

	run -1 --separate-stderr siem-verify --source in --arrived came --field _source.message
	equal "siem-verify: option --field: 1 of 3 arrivals have no member _source.message, and are taken for altered; the first, at byte 110 of came, has text, n in _source; name the member that holds the record" "$stderr"
	run -1 --separate-stderr siem-verify -q --source in --arrived came --field _source.message
	equal '' "$stderr"

	printf '%s\n' '{"event":"{\"a\":1}"}' 'no JSON' >came
	run -1 --separate-stderr siem-verify --source in --arrived came --field event
	equal "siem-verify: option --field: 1 of 2 arrivals have no member event, and are taken for altered; the first, at byte 22 of came, is no JSON object; name the member that holds the record" "$stderr"
	printf '{"event":"{\\"a\\":%s}"}\n' 1 2 >came
	run -0 --separate-stderr siem-verify --source in --arrived came --field event
	equal '' "$stderr"
}

@test "what siem-mock did not print has no record for --format mock" {
	echo '{"a":1}' >in
	echo '{"a":1}' >came
	run -1 --separate-stderr siem-verify --source in --arrived came --format mock

	equal "siem-verify: option --format: 1 of 1 arrivals have no member raw, and are taken for altered; the first, at byte 0 of came, has a; name the member that holds the record" "$stderr"
}

@test "an arrival that is longer than any record has no record" {
	numbered 9 >in
	{ cat in; head -c 23000000 /dev/zero | tr '\0' x; } >came
	run -1 --separate-stderr siem-verify --source in --arrived came
	equal 'altered: came: bytes 189-23000188: like no record of the sources' "${lines[0]}"
	equal '' "$stderr"
}

@test "a member is found also where the bytes are not UTF-8" {
	printf '{"a":"\xff"}\n' >in
	printf '{"event":{"a":"\xff"}}\n' >came

	verify 0 '' --field event
}

@test "an arrival may be as long as --max-record lets a record be" {
	{ printf '{"a":"'; head -c 20000000 /dev/zero | tr '\0' x; printf '"}\n'; } >in
	cp in came

	verify 0 '' --max-record 20MB
	verify 1 'rejected 1 altered 1'
}

@test "an arrival with a known siem_id is that record, wherever it came" {
	id=0123456789abcdef0123456789abcdef
	printf '%s\n' '{"a":1}' "{\"siem_id\":\"$id\",\"a\":2}" '{"a":3}' '{"a":4}' >in
	printf '%s\n' '{"a":1}' '{"a":3}' '{"a":4}' "{\"siem_id\":\"$id\",\"a\":\"x\"}" >came
	run -1 siem-verify --source in --arrived came

	equal 'altered: came: bytes 24-78: in: bytes 8-60, by its siem_id' "${lines[0]}"
}

@test "--stamp expects the records as siem-tail --stamp sends them" {
	printf '%s\n' '{"a":1}' '{"a":1}' '' '{}' ' {"b":2}' 'no JSON' >in
	printf '{"c":3}\r\n' >>in
	siem-tail --once --stamp in >came
	verify 0 '' --stamp
	verify 1 'lost 1 altered 5'
	gzip in
	mv in.gz in
	verify 0 '' --stamp

	# The first of two equal lines; without ids it would be the second.
	sed -i 1d came
	run -1 siem-verify --stamp --source in --arrived came
	equal 'lost: in: bytes 0-7: 1 record' "${lines[0]}"
}

@test "--stamp and --through go together" {
	gen-events 500 >in
	siem-tail --once --stamp in | siem-fmt --json | shuf |
		sed '9s/"siem_id":"[0-9a-f]*"/&,"x":1/' >came

	run -1 siem-verify --stamp --source in --arrived came --through 'siem-fmt --json'
	[[ ${lines[0]} == 'altered: came: '*', by its siem_id' ]]
	equal '500 expected, 500 arrived: 0 lost, 0 repeated (0 of them predicted), 1 altered' "${lines[1]}"
}

# --- --through

@test "sources go through the command that made the arrivals" {
	gen-events 500 >in
	siem-fmt --cef in | sed -e 3d -e 9p >came

	verify 1 'lost 1 repeated 1' --through 'siem-fmt --cef'
}

@test "what the command rejects, or leaves out, is not expected" {
	printf '%s\n' '{"a":1}' 'no JSON' '{"a":2}' >in
	siem-fmt -q --json in >came || true
	verify 0 'rejected 1' --through 'siem-fmt -q --json'
	verify 0 'left_out 1' --through 'siem-fmt -q --json --reject bad'
	sed -i 1d came
	verify 1 'rejected 1 lost 1' --through 'siem-fmt -q --json'
}

@test "a command that drops the marks is refused" {
	numbered 99 >in
	for command in 'grep -v M' 'cat >/dev/null' 'tail -n +2' 'head -n 9' 'echo x'; do
		run -2 siem-verify --source in --arrived in --through "$command"

		equal 'siem-verify: --through: the command has to pass control lines on, as siem-fmt does' "$output"
	done
}

@test "a command that fails is an error, and says why itself" {
	numbered 9 >in
	run -3 siem-verify --source in --arrived in --through 'siem-fmt --nothing'

	equal 'siem-verify: --through: it ended with status 2' "${lines[-1]}"
	run -3 siem-verify --source in --arrived in --through 'kill -9 $$'
	equal 'siem-verify: --through: it ended with signal 9' "${lines[-1]}"
}

@test "a line that looks like a control line is a record all the same" {
	printf '\020M a b\n\020\020x\n' >in
	cp in came
	verify 0 ''
	verify 0 '' --through cat
}

# --- receipts

@test "a repeat is predicted where the receipt says that some were sent again" {
	numbered 9 >in
	sed -e 2p -e 8p in >came
	{
		receipt in 0 63 '"retried":1'
		receipt in 63 189 '"retried":0' | sed 's/"first":1,"last":9/"first":10,"last":20/'
	} >receipts
	run -1 siem-verify --window 1 --source in --receipts receipts --arrived came

	equal 'repeated: in: bytes 21-41: 1 record, 1 more arrival, predicted' "${lines[0]}"
	equal 'repeated: in: bytes 147-167: 1 record, 1 more arrival, not predicted' "${lines[1]}"
	sed 2p in >came
	verify 0 'repeated 1 predicted 1' --window 1 --receipts receipts
	verify 1 'repeated 1 predicted 1' --window 1 --receipts receipts --strict
}

@test "a repeat is predicted in the window behind the start of a run" {
	numbered 9 >in
	{ receipt in 0 63; receipt in 63 189; } >receipts
	sed 5p in >came
	verify 0 'repeated 1 predicted 1' --receipts receipts --window 42
	verify 1 'repeated 1' --receipts receipts --window 21
	sed 4p in >came
	verify 0 'repeated 1 predicted 1' --receipts receipts --window 1
	# The run before may have been as short.
	sed -i 's/"last":9/"last":1/' receipts
	verify 0 'repeated 1 predicted 1' --receipts receipts --window 1
}

# of_spool FROM TO [MEMBERS]: a receipt of the reader of a spool.
of_spool()
{
	printf '{"id":"-","first":1,"last":9%s,"ranges":[{"source":"spool:5f","from":"%s","to":"%s"}]}\n' \
		"${3:+,$3}" "$1" "$2"
}

@test "a window ends with its file" {
	numbered 9 >in
	seq -f '{"other":"%08.0f"}' 9 >other
	cat in other >came
	sed -n 5p other >>came
	receipt in 0 63 >receipts
	for window in 0 1MB 300TB 10000TB; do
		run -1 siem-verify --source in other --window "$window" --receipts receipts --arrived came
		equal 'repeated: other: bytes 84-104: 1 record, 1 more arrival, not predicted' "${lines[0]}"
	done
}

@test "of very many equal records any may be repeated" {
	yes same | head -n 1000 >in
	{ cat in; tail -n 3 in; } >came
	{ receipt in 0 4500; receipt in 4500 5000 '"retried":3'; } >receipts
	verify 0 'repeated 3 predicted 3' --receipts receipts --window 0
	sed -i 's/"retried":3/"retried":0/' receipts
	verify 1 'repeated 3' --receipts receipts --window 0
}

@test "the reader of a spool speaks of its segments" {
	numbered 9 >in
	head -n 3 in >000000000002.log
	sed -n 4,6p in >000000000003.log
	tail -n 3 in >000000000004.log
	# The first two of segment 3 came again, and the first of segment 4.
	{ cat in; sed -n '4,5p;7p' in; } >came
	in_spool()
	{
		siem-verify --source 00*.log --receipts receipts --arrived came "$@"
	}

	of_spool - 3,0 >receipts
	of_spool 3,0 4,21 '"retried":1' >>receipts
	run -0 in_spool --window 0
	[[ ${lines[-1]} == *': 0 lost, 3 repeated (3 of them predicted), 0 altered' ]]
	{ of_spool - 3,0; of_spool 3,0 3,42 '"retried":1'; } >receipts
	run -1 in_spool --window 0
	[[ ${lines[-1]} == *'3 repeated (2 of them predicted)'* ]]

	# A run begins in segment 3; the window reaches into the next.
	{ of_spool - 3,0; of_spool 3,0 4,63; } >receipts
	run -0 in_spool --window 64
	run -1 in_spool --window 63
	[[ ${lines[-1]} == *'3 repeated (2 of them predicted)'* ]]
	# Segment 1 has been freed.
	{ of_spool - 1,500; of_spool 1,500 4,63; } >receipts
	run -0 in_spool --window 127

	# Out of their order they are just files.
	run -1 siem-verify --source 000000000004.log 000000000003.log 000000000002.log \
		--receipts receipts --arrived came
	[[ ${lines[-1]} == *'3 repeated (0 of them predicted)'* ]]
}

@test "as many may be missing as the receipt says were set aside" {
	numbered 9 >in
	sed -e 2d -e 3d -e 5d in >came
	receipt in 0 63 '"rejected":1,"given_up":1' >receipts
	verify 1 'lost 1 unacknowledged 1 set_aside 2' --receipts receipts
	sed -i 1d came
	verify 1 'lost 2 unacknowledged 1 set_aside 2' --receipts receipts
}

@test "a receipt that is given twice lets no more be missing" {
	numbered 9 >in
	sed -e 2d -e 3d in >came
	receipt in 0 63 '"rejected":1' >receipts
	cp receipts copy
	verify 1 'lost 1 set_aside 1' --receipts receipts --receipts copy
	verify 1 'lost 1 set_aside 1' --receipts receipts --receipts receipts
	# Another one of the same records is another.
	receipt in 0 63 '"rejected":1,"retried":0' >copy
	verify 0 'set_aside 2' --receipts receipts --receipts copy
}

@test "what was acknowledged and is missing is lost, what was not may be to come" {
	numbered 9 >in
	sed -e 2d -e 8d in >came
	receipt in 0 63 >receipts
	run -1 siem-verify --source in --receipts receipts --arrived came
	equal 'lost: in: bytes 21-41: 1 record, acknowledged' "${lines[0]}"
	equal 'lost: in: bytes 147-167: 1 record, not acknowledged' "${lines[1]}"
	sed 8d in >came
	verify 0 'unacknowledged 1' --receipts receipts --acknowledged
	sed 2d in >came
	verify 1 'lost 1' --receipts receipts --acknowledged
}

@test "a file is found by how it begins, under any name, compressed or not" {
	numbered 9 >old
	seq -f '{"other":"%08.0f"}' 9 >in
	sed 2p old | cat - in >came
	receipt old 0 63 '"retried":1' >receipts
	gzip old
	run -0 siem-verify --window 1 --source old.gz in --receipts receipts --arrived came
	equal 'repeated: old.gz: bytes 21-41: 1 record, 1 more arrival, predicted' "${lines[0]}"
	run -1 siem-verify --source in --receipts receipts --arrived in --arrived came
	equal 'siem-verify: receipts: /x#1 is none of the sources' "${lines[0]}"
}

@test "a log that was truncated keeps its name, and is another file" {
	numbered 9 >in
	seq -f '{"other":"%08.0f"}' 9 >in.1
	# The same name is that of the copy first, and of the log later.
	{ receipt in.1 0 189; receipt in 0 189 '"retried":1' | sed 's/"first":1,"last":9/"first":10,"last":18/'; } >receipts
	{ cat in.1 in; head -n 2 in; } >came
	run -0 siem-verify --window 0 --source in in.1 --receipts receipts --arrived came
	[[ $output == *': 0 lost, 2 repeated (2 of them predicted), 0 altered'* ]]
	{ cat in.1 in; head -n 2 in.1; } >came
	run -1 siem-verify --window 0 --source in in.1 --receipts receipts --arrived came
}

@test "a file that is gone, and groups without records, are no start of a run" {
	numbered 9 >in
	sed 5p in >came
	receipt in 0 63 >receipts
	receipt in 63 63 | sed 's/"first":1,"last":9/"first":0,"last":0/; s/"to":"[^"]*"/"to":"-"/' >>receipts
	receipt in 63 189 | sed 's/"first":1,"last":9/"first":10,"last":20/' >>receipts

	verify 1 'repeated 1' --receipts receipts --window 21
	verify 0 'repeated 1 predicted 1' --receipts receipts --window 105
}

@test "the last receipt may be torn, but none before it" {
	numbered 9 >in
	cp in came
	receipt in 0 189 >receipts
	printf '{"first":10,' >>receipts
	verify 0 '' --receipts receipts
	equal 'siem-verify: receipts: line 2 has no end, and says nothing: torn by a crash, cut off or being written' "$stderr"
	echo >>receipts
	run -3 siem-verify --source in --receipts receipts --arrived in
	equal 'siem-verify: receipts: line 2: this is no receipt' "$output"
}

# --- how it is called

@test "without sources or arrivals there is nothing to compare" {
	run -2 siem-verify --arrived x
	equal 'siem-verify: no source: give the logs as --source FILE' "$output"
	run -2 siem-verify --source x
	equal 'siem-verify: nothing to compare with: give what arrived as --arrived FILE' "$output"
	run -2 siem-verify --source x --arrived x --acknowledged
	equal 'siem-verify: option --acknowledged needs --receipts' "$output"
	run -2 siem-verify --source x --arrived x --format tar
	equal 'siem-verify: option --format: tar is none of auto, mock, json, lines' "$output"
}

@test "a file that is named twice is read once, and standard input by one" {
	numbered 9 >in
	ln in other
	run -0 --separate-stderr siem-verify --source in other ./in --arrived in
	equal '9 expected, 9 arrived: 0 lost, 0 repeated (0 of them predicted), 0 altered' "$output"
	equal 'siem-verify: other: is among the files already, and is read once
siem-verify: ./in: is among the files already, and is read once' "$stderr"
	cp in came
	run -0 --separate-stderr siem-verify --source in --arrived came --arrived came
	equal 'siem-verify: came: is among the files already, and is read once' "$stderr"

	run -2 siem-verify --source - --arrived - <in
	equal 'siem-verify: standard input can be only one of the files' "$output"
	run -0 siem-verify --source - --arrived came <in
}

@test "what the files grow by while they are read is not looked at" {
	numbered 9 >in
	cp in came
	# Arrivals come while the sources are read.
	run -0 siem-verify --source in --arrived came --through 'cat; echo more >>came'
	equal '9 expected, 9 arrived: 0 lost, 0 repeated (0 of them predicted), 0 altered' "$output"
	[ "$(wc -l <came)" = 10 ]
}

@test "a verdict that cannot be written is an error" {
	numbered 9 >in
	run -3 sh -c 'siem-verify --source in --arrived in >/dev/full'

	equal 'siem-verify: write: No space left on device' "$output"
}

@test "a signal ends it" {
	mkfifo pipe
	numbered 9 >in
	siem-verify --source in --arrived pipe >out 2>err 3>&- &
	remember $!
	exec 5>pipe
	eventually catches $!
	kill $!
	head -n 2 in >&5 || true
	status=0
	wait $! || status=$?
	exec 5>&-

	equal 3 "$status"
	equal 'siem-verify: interrupted' "$(cat err)"
}

@test "an end that a signal has made is no verdict" {
	mkfifo pipe
	numbered 9 >in
	siem-verify --source in --arrived - <pipe >out 2>err 3>&- &
	remember $!
	exec 5>pipe
	head -n 2 in >&5
	eventually catches $!
	kill -INT $!
	exec 5>&-
	status=0
	wait $! || status=$?

	equal 3 "$status"
	equal 'siem-verify: interrupted' "$(cat err)"
	equal '' "$(cat out)"
}

@test "once it compares, it can open nothing" {
	[[ $BUILD == *-san ]] && skip 'a build with sanitizers is not sealed'
	numbered 9 >in
	run -0 strace -f -o trace siem-verify --source in --arrived in

	sed -n '/seccomp(SECCOMP_SET_MODE_FILTER\|PR_SET_SECCOMP/,$p' trace >sealed
	[ -s sealed ]
	equal 0 "$(grep -cE 'open|socket|execve|fork|clone' sealed)"
}
