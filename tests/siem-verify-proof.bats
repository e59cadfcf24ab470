#!/usr/bin/env bats
# siem-verify: what receipts prove of the sources, and of themselves.

# Helpers call run for the test that calls them.
# shellcheck disable=SC2030,SC2031

load helper
load verify

# ship NAME...: these logs to "came", with receipts, by a run of its own.
ship()
{
	siem-tail -c ckpt --once "$@" |
		siem-send -c ckpt --receipts receipts "${digest[@]}" file:came
}

# ship_parts N...: a log "in" of so many records, by as many runs.
ship_parts()
{
	local count

	for count in "$@"; do
		numbered "$count" | sed "s/}/, \"part\":$count}/" >>in
		ship in
	done
}

# alter SED: the same in the source, whose inode stays, and in what arrived.
alter()
{
	sed "$1" in >altered
	cat altered >in
	cp in came
}

@test "the records that the receipts are about are proven" {
	ship_parts 100 200 300
	verify 0 'proven 600' --receipts receipts
	run -0 siem-verify --source in --receipts receipts --arrived came
	equal '600 expected, 600 arrived: 0 lost, 0 repeated (0 of them predicted), 0 altered; 600 proven' "$output"

	# Shipped, and not yet in the receipts.
	numbered 50 >>in
	cp in came
	verify 0 'proven 600' --receipts receipts
}

@test "what is altered in the source as well is told by its receipt" {
	for digest in '' '--receipts-digest sha256'; do
		rm -f in came receipts ckpt*
		read -r -a digest <<<"$digest"
		ship_parts 100 200 300
		start=$(head -n 100 in | wc -c)
		end=$(head -n 300 in | wc -c)

		for byte in "$start" $(((start + end) / 2)) $((end - 3)); do
			cp in whole
			# In both.
			head -c "$byte" whole >altered
			printf X >>altered
			tail -c "+$((byte + 2))" whole >>altered
			equal "$byte" "$(cmp -l whole altered | awk '{ print $1 - 1 }')"
			cat altered >in
			cp in came
			run -1 siem-verify --source in --receipts receipts --arrived came
			equal "differs: in: bytes $start-$((end - 1)): 200 records, not the 200 of line 2 of receipts" "${lines[0]}"
			equal '600 expected, 600 arrived: 0 lost, 0 repeated (0 of them predicted), 0 altered; 400 proven; 1 receipts differ' "${lines[1]}"
			cat whole >in
		done
	done
}

@test "records that are swapped, gone or too many are told by their receipt" {
	ship_parts 100 200 300
	cp in whole
	alter '150{h;d};151G'
	verify 1 'proven 400 differing 1' --receipts receipts
	# Beyond it nothing is where it was.
	cat whole >in
	alter 590d
	verify 1 'proven 300 differing 1' --receipts receipts
	cat whole >in
	alter 590p
	verify 1 'proven 300 differing 1' --receipts receipts
	cat whole >in
	alter '590,$d'
	verify 1 'proven 300 differing 1' --receipts receipts
	run -1 siem-verify --source in --receipts receipts --arrived came
	[[ ${lines[0]} == *': 289 records, not the 300 of line 3 of receipts' ]]
	cat whole >in
}

@test "a source that begins otherwise than the file of its name differs" {
	ship_parts 100 200 300
	name=$(jq -r '.ranges[0].source' receipts | head -n 1)
	cp in whole
	# An edit that leaves the rest where it was, and others that do not.
	while read -r edit counts; do
		cat whole >in
		alter "$edit"
		verify 1 "$counts" --receipts receipts
		run -1 siem-verify --source in --receipts receipts --arrived came
		equal "differs: in: bytes 0-1023: $name began otherwise" "$(grep began <<<"$output")"
		# By an editor that makes another file.
		mv in old
		cp old in
		verify 1 "$counts" --receipts receipts
	done <<-'EOF'
		1s/0/1/ proven 500 differing 2
		5s/part/Part/ proven 500 differing 2
		1d differing 4
		1p differing 4
		1,599d differing 4
		1,$d differing 4
	EOF
}

@test "copies that begin alike are told by their names" {
	numbered 100 >a.jsonl
	cp a.jsonl b.jsonl
	numbered 110 | tail -n 10 >>a.jsonl
	numbered 120 | tail -n 10 >>b.jsonl
	ship a.jsonl b.jsonl
	mkdir copies
	cp b.jsonl a.jsonl copies
	gzip copies/b.jsonl

	run -0 siem-verify --source copies/b.jsonl.gz --source copies/a.jsonl --receipts receipts --arrived came
	[[ $output == *'; 220 proven' ]]
}

@test "a rotated file that begins otherwise is known by its inode" {
	ship_parts 100 200
	name=$(jq -r '.ranges[0].source' receipts | head -n 1)
	mv in in.1
	numbered 5 >in
	ship in
	cp in.1 whole
	sed 1s/0/1/ whole >altered
	cat altered >in.1
	run -1 siem-verify --source in.1 --source in --receipts receipts --arrived came

	equal "differs: in.1: bytes 0-1023: $name began otherwise" "$(grep began <<<"$output")"
	[[ ${lines[-1]} == *'205 proven; 2 receipts differ' ]]
}

@test "a new log is not taken for one that was rotated away" {
	ship_parts 100
	mv in in.1
	ship_parts 200
	mv in in.2
	numbered 5 >in
	{ cat in.2 in; } >came
	# What was first is gone, and nothing was sent of what is new.
	run -0 --separate-stderr siem-verify --json --source in in.2 --receipts receipts --arrived came
	equal 'expected 205 arrived 205 proven 200 unchecked 1' "$(counts "$output" | cut -d ' ' -f 3-)"
	[[ $stderr == *'in#'*' is none of the sources'* ]]
	# The last one should be there, under its name or another.
	run -1 siem-verify --source in --receipts receipts --arrived in
	[[ $output == *'differs: in: bytes 0-1023: '*'/in#'*' began otherwise'* ]]
}

@test "a receipt that is taken out, moved or changed breaks the chain" {
	ship_parts 100 200 300 400
	cp receipts whole
	for edit in 1d 2d '2{h;d};3G' '2s/"retried":0/"retried":1/' 3p; do
		sed "$edit" whole >receipts
		run -1 --separate-stderr siem-verify --json --window 1 --source in --receipts receipts --arrived came
		[ "$(jq .broken <<<"$output")" -gt 0 ]
		equal 0 "$(jq .differing <<<"$output")"
	done
	sed 2d whole >receipts
	run -1 siem-verify --source in --receipts receipts --arrived came
	equal 'broken: line 2 of receipts: not the one behind the line before it' "${lines[0]}"
	equal '1000 expected, 1000 arrived: 0 lost, 0 repeated (0 of them predicted), 0 altered; 800 proven; 1 receipts broken' "${lines[1]}"
	# Which is why the last line is kept elsewhere as well.
	sed 4d whole >receipts
	verify 0 'proven 600' --receipts receipts
	# One that lost what it says of the line before is no earlier version's.
	sed '3s/"previous":"[^"]*",//' whole >receipts
	run -1 siem-verify --source in --receipts receipts --arrived came
	equal 'broken: line 3 of receipts: not the one behind the line before it' "${lines[0]}"
}

@test "a receipt of another run is told, in the chain and without it" {
	ship_parts 100 200
	mkdir other
	(
		cd other || exit 1
		numbered 100 | sed 's/}/, "part":100}/; 90s/part/PART/' >in
		ship in
	)
	mv other/receipts foreign
	cp receipts whole
	sed '1r foreign' whole >receipts
	run -1 siem-verify --source in --receipts receipts --arrived came
	equal 'differs: in: bytes 0-3299: 100 records, not the 100 of line 2 of receipts' "${lines[0]}"
	equal 'broken: line 2 of receipts: not the one behind the line before it' "${lines[1]}"
	equal 'broken: line 3 of receipts: not the one behind the line before it' "${lines[2]}"
	# It begins like the source, and it is the first of its file.
	verify 1 'proven 300 differing 1' --receipts whole --receipts foreign
	# Of a log that is not there at all.
	seq 1000 >x
	rm ckpt receipts
	ship x
	run -0 siem-verify --source in --receipts receipts --receipts whole --arrived in
	[[ ${lines[0]} == 'siem-verify: receipts: '*'is none of the sources' ]]
	equal '300 expected, 300 arrived: 0 lost, 0 repeated (0 of them predicted), 0 altered; 300 proven; 1 receipts unchecked' "${lines[1]}"
}

@test "receipts that were rotated are whole together, in any order" {
	ship_parts 100 200
	mv receipts receipts.1
	cp receipts.1 receipts
	ship_parts 300
	sed -i 1,2d receipts
	verify 0 'proven 600' --receipts receipts --receipts receipts.1
	verify 0 'proven 600' --receipts receipts.1 --receipts receipts
	run -1 siem-verify --source in --receipts receipts --arrived came
	equal 'broken: line 1 of receipts: the one it was behind is not here' "${lines[0]}"
}

@test "each of several sources is proven, rotated and compressed or not" {
	for run in 1 2 3; do
		numbered 100 | sed "s/entry/a$run/" >>a
		numbered 100 | sed "s/entry/b$run/" >>b
		ship a b
	done
	mv a a.1
	gzip b
	run -0 siem-verify --source a.1 b.gz --receipts receipts --arrived came
	equal '600 expected, 600 arrived: 0 lost, 0 repeated (0 of them predicted), 0 altered; 600 proven' "$output"
	gzip -d b.gz
	sed 150d b >altered
	run -1 siem-verify --source a.1 altered --receipts receipts --arrived a.1 --arrived altered
	[[ ${lines[0]} == 'differs: altered: '* ]]
	[[ ${lines[-1]} == *' 400 proven; 2 receipts differ' ]]
}

# of_spool WANTED: what the receipts prove of the spool t, of records 6 to 30.
of_spool()
{
	tail -n +6 came >rest
	run --separate-stderr siem-verify --json --receipts receipts \
		--arrived rest --source t/*.log
	equal "$1" "$(counts "$output" | sed -E 's/(read|expected|arrived) [0-9]+ ?//g')"
}

@test "of a range whose first segment is freed nothing is proven, and nothing held against it" {
	numbered 15 | siem-batch -q --spool s --segment 105
	numbered 30 | tail -n 15 >rest.jsonl
	ship_spool()
	{
		siem-tail -q --once -c s/r.checkpoint s |
			siem-send -q -c s/r.checkpoint --receipts receipts file:came
	}
	ship_spool
	# The reader's own position keeps them all, but for those before it.
	mkdir t
	cp s/*.log t
	siem-batch -q --spool s --segment 105 <rest.jsonl
	cp s/*.log t
	ship_spool
	equal 2 "$(wc -l <receipts)"
	equal 6 "$(find t -name '*.log' | wc -l)"
	run -0 --separate-stderr siem-verify --json --receipts receipts \
		--arrived came --source t/*.log
	equal 'read 30 expected 30 arrived 30 proven 30' "$(counts "$output")"

	rm t/000000000001.log
	of_spool 'proven 15 unchecked 1'
	# What is left of that range cannot be told from what it was.
	sed -i 's/00000008/00000088/' t/000000000002.log came
	of_spool 'proven 15 unchecked 1'
	sed -i 's/00000018/00000088/' t/000000000004.log came
	of_spool 'differing 1 unchecked 1'
	# A segment that is missing in the middle is as one that was freed.
	rm t/000000000005.log
	of_spool 'altered 5 unchecked 2'
}

@test "what became of the sources on their way is proven by --through" {
	gen-events 500 >in
	siem-tail -c ckpt --once --stamp in | siem-fmt --cef |
		siem-send -c ckpt --receipts receipts file:came
	verify 0 'proven 500' --receipts receipts --stamp --through 'siem-fmt --cef'
	run -1 siem-verify --source in --receipts receipts --arrived came --stamp --through 'siem-fmt --leef'
	[[ $output == *'differs: in: bytes 0-'*' of line 1 of receipts'* ]]
}

@test "records that were set aside or left out are no difference in a receipt" {
	{ numbered 30; echo 'no JSON'; numbered 40; } >in
	run -1 bash -c "siem-tail -c ckpt --once in | siem-fmt -q --json --reject bad |
		siem-batch -q -n 1 -c ckpt --receipts receipts -- sh -c '
			read -r line
			case \$line in *0012*) exit 65 ;; esac
			echo \"\$line\" >>came'"
	equal 2 "$(jq -s 'map(.rejected) | add' receipts)"
	run -0 --separate-stderr siem-verify --json --source in --receipts receipts --arrived came \
		--through 'siem-fmt -q --json --reject bad'
	equal 'read 71 left_out 1 expected 70 arrived 68 set_aside 2 proven 70' "$(counts "$output")"
}

@test "receipts that overlap after a crash prove each record once" {
	ship_parts 100
	cp ckpt before
	ship_parts 200
	cp before ckpt
	ship_parts 300
	verify 0 'repeated 200 predicted 200 proven 600' --receipts receipts
}

@test "receipts of earlier versions are proven as far as they tell" {
	numbered 9 >in
	cp in came
	sum=$(head -n 3 in | sha256sum | cut -c 1-64)
	receipt in 0 63 "\"delivered\":3,\"sha256\":\"$sum\"" >receipts
	verify 0 'proven 3' --window 1 --receipts receipts
	# Of those that were delivered; nobody knows which.
	receipt in 0 84 "\"delivered\":3,\"rejected\":1,\"sha256\":\"$sum\"" >receipts
	verify 0 'unchecked 1' --window 1 --receipts receipts
	# Of several ranges, in an order that nobody knows.
	jq -c '.ranges += [.ranges[0]]' receipts >several
	verify 0 'unchecked 2' --window 1 --receipts several
	receipt in 0 63 "\"delivered\":3,\"sha256\":\"${sum//a/b}\"" >receipts
	verify 1 'differing 1' --window 1 --receipts receipts
}

@test "receipts in a file are older before younger, whatever their version" {
	ship_parts 100
	{ jq -c 'del(.previous, .ranges[].records)' receipts; } >old
	mv old receipts
	ship_parts 200
	verify 0 'proven 200 unchecked 1' --receipts receipts
	sed -i 's/"retried":0/"retried":1/' receipts
	verify 1 'proven 200 broken 1 unchecked 1' --receipts receipts
}

@test "a hundred thousand receipts are compared in 16 MiB" {
	numbered 100000 >in
	awk -v head="$(head -c 1024 in | sha256sum | cut -c 1-16)" 'BEGIN {
		for (i = 0; i < 100000; i++)
			printf "{\"first\":%d,\"last\":%d,\"ranges\":[{\"source\":\"/x#1\"," \
				"\"from\":\"%d,1,1,1024,%s,0,%s\",\"to\":\"%d,1,1,1024,%s,0,%s\"," \
				"\"records\":1,\"xxh128\":\"%032d\"}]}\n",
				i + 1, i + 1, i * 21, head, head, i * 21 + 21, head, head, i
	}' >receipts
	run -1 --separate-stderr measure cost siem-verify --json --memory 4MB --source in --receipts receipts --arrived in
	equal 'read 100000 expected 100000 arrived 100000 differing 100000' "$(counts "$output")"
	# The sanitizers' own memory is many times that.
	[[ $BUILD == *-san ]] || [ "$(cut -d ' ' -f 4 cost)" -le 16384 ]
}

