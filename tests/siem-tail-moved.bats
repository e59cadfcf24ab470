#!/usr/bin/env bats
# siem-tail -c of logs that rotation moves into another folder that is followed,
# as olddir of logrotate(8) does.

load helper
load followed

# each_way COMMAND: with the operands in both orders, a folder and a pattern.
each_way()
{
	local operands

	while read -ra operands; do
		rm -rf -- *
		mkdir log old
		touch err
		"$1"
	done <<-END
		log/x old
		old log/x
		log/x old/*
		old/* log/x
		log old
		old log
	END
}

# What is no file that matches is an error of --once only.
ship_all()
{
	siem-tail --once -c ck "${operands[@]}" 2>>err | commit ck >>got 2>>err
	sed -i '/: no file matches$/d' err
}

unseen_and_packed()
{
	echo 1 >log/x
	ship_all
	echo 2 >>log/x
	mv log/x old/x.2
	echo 3 >old/x.1
	gzip old/x.1
	echo 4 >log/x
	ship_all
	got $'1\n2\n3\n4'
	ship_all
	got $'1\n2\n3\n4'
}

@test "a generation that was packed in another folder unseen is read whole" {
	each_way unseen_and_packed
}

known_and_packed()
{
	many 1 100 >log/x
	ship_all
	many 101 200 >>log/x
	mv log/x old/x.1
	gzip old/x.1
	many 201 300 >log/x
	ship_all
	mv old/x.1.gz old/x.2.gz
	mv log/x old/x.1
	many 301 400 >>old/x.1
	gzip old/x.1
	ship_all
	sed -i '/log.x: No such file/d' err
	got "$(many 1 400)"
	equal 2 "$(grep -c "^$PWD" ck)"
}

@test "what was packed in another folder is read on inside, in its order" {
	each_way known_and_packed
}

finished_and_packed()
{
	many 1 100 >log/x
	ship_all
	mv log/x old/x.1
	echo new >log/x
	ship_all
	gzip old/x.1
	ship_all
	mv old/x.1.gz old/x.2.gz
	ship_all
	got "$(many 1 100; echo new)"
}

@test "what was finished is not read again when it is packed elsewhere" {
	each_way finished_and_packed
}

two_alike()
{
	for i in 4 3 2; do
		echo same >>log/x
		ship_all
		[ ! -e old/x.1 ] || gzip <old/x.1 >"old/x.$i.gz"
		mv log/x old/x.1
		: >log/x
	done
	ship_all
	got $'same\nsame\nsame'
}

@test "generations that hold the same are told apart elsewhere, too" {
	each_way two_alike
}

@test "in the order of the log it comes, from whatever folder" {
	mkdir log old
	touch err
	mkdir older
	: >log/x
	ship older old log
	for i in 1 2 3 4 5 6; do
		echo $i >"log/x-2026110$i"
		touch -d "2026-11-0$i" "log/x-2026110$i"
	done
	echo 7 >log/x
	gzip log/x-2026110[24]
	mv log/x-2026110[135]* old
	mv log/x-2026110[24]* older
	ship older old log

	got "$(seq 7)"
}

@test "what is packed in another folder at the first start is never read" {
	mkdir log old
	touch err
	echo never | gzip >old/x-20260101.gz
	echo 1 >log/x
	ship old log/x
	ship log/x old

	got 1
}

@test "what is packed elsewhere and no generation of a log is none of ours" {
	mkdir log old
	touch err
	echo 1 >log/x
	ship log/x old
	echo never | gzip >old/y.1.gz
	mkdir other
	echo never | gzip >other/x.1.gz
	ship log/x old

	got 1
}

@test "what is deleted in another folder before it was read is said" {
	mkdir log old
	touch err
	echo 1 >log/x
	ship log/x old
	echo 2 >>log/x
	mv log/x old/x.1
	gzip old/x.1
	rm old/x.1.gz
	echo 3 >log/x
	siem-tail --once -c ck log/x old 2>>err | commit ck >>got

	equal $'1\n3' "$(cat got)"
	# The inode may be that of the new log by now.
	equal 1 "$(grep -c 'log/x: .* anything that it held behind' err)"
	equal 1 "$(wc -l <err)"
}

@test "a copy in another folder is read on where the log was truncated" {
	mkdir log old
	touch err
	many 1 100 >log/x
	ship log/x
	many 101 200 >>log/x
	cp log/x old/x.1
	gzip old/x.1
	echo new >log/x
	ship log/x old

	got "$(many 1 200; echo new)"
}

# rotated_unseen: two generations more, both in another folder at the next look.
rotated_unseen()
{
	echo 0 >log/x
	follow "${operands[@]}"
	eventually has 0
	kill -STOP "$pid"
	echo 1 >>log/x
	mv log/x old/x.2
	sleep 0.05
	echo 2 >old/x.1
	echo 3 >log/x
	kill -CONT "$pid"
	eventually grep -q 3 got
	kill "$pid"
	ended 0 "$pid"
	ended 0 "$sink"
	sed -i '/: waiting for a file that matches$/d' err
	got "$(seq 0 3)"
}

@test "what was moved after the log that was read comes after it" {
	each_way rotated_unseen
}

# packed_and_moved: packed at once, and moved before it could be opened so.
packed_and_moved()
{
	# shellcheck disable=SC2034 # follow uses it
	local as=trouble

	echo 1 >log/x
	follow "${operands[@]}"
	eventually has 1
	mv log/x old/x.1
	echo 2 >log/x
	eventually has $'1\n2'
	gzip <old/x.1 >x.gz
	mv x.gz old/x.1.gz
	rm old/x.1
	# More often than a look tries.
	eventually fired 12
	mv old/x.1.gz old/x.2.gz
	echo 3 >>log/x
	eventually grep -q 3 got
	kill "$pid"
	ended 0 "$pid"
	ended 0 "$sink"
	ship_all
	sed -i '/: waiting for a file that matches$/d' err
	got "$(seq 3)"
}

trouble()
{
	SHIM='fail=ENOENT view path=*/old/x.1.gz' SHIM_FIRED=$PWD/fired \
		LD_PRELOAD=$(command -v shim.so) exec "$@"
}

fired()
{
	[ "$(wc -l <fired)" -ge "$1" ]
}

@test "what was moved again before it could be opened as packed is not repeated" {
	[[ $(command -v siem-tail) != *-san/* ]] ||
		skip 'the shim and the sanitizers do not go together'
	each_way packed_and_moved
}

# packed_and_lost: never seen but as packed, and gone before it could be opened.
packed_and_lost()
{
	# shellcheck disable=SC2034 # follow uses it
	local as=trouble

	echo 1 >log/x
	follow "${operands[@]}"
	eventually has 1
	kill -STOP "$pid"
	mv log/x old/x.2
	echo 2 >log/x
	mv log/x x
	gzip <x >x.gz
	mv x.gz old/x.1.gz
	echo 3 >log/x
	kill -CONT "$pid"
	eventually fired 12
	rm old/x.1.gz
	eventually grep -q 3 got
	kill "$pid"
	ended 1 "$pid"
	ended 0 "$sink"
	sed -i '/: waiting for a file that matches$/d' err
	equal $'1\n3' "$(cat got)"
	equal 1 "$(grep -c '1 generation came and went' err)"
	equal 1 "$(wc -l <err)"
}

@test "what was gone before it could be opened as packed is said" {
	[[ $(command -v siem-tail) != *-san/* ]] ||
		skip 'the shim and the sanitizers do not go together'
	each_way packed_and_lost
}

# Rotations as fast as can be; every other generation is packed at once.
turn_over()
{
	local i k

	for i in $(seq "$1" "$2"); do
		for k in 9 8 7 6 5 4 3 2 1; do
			[ ! -e old/x.$k ] || mv old/x.$k "old/x.$((k + 1))"
			[ ! -e old/x.$k.gz ] ||
				mv old/x.$k.gz "old/x.$((k + 1)).gz"
		done
		echo "$i" >>log/x
		mv log/x old/x.1
		: >log/x
		[ $((i % 2)) -eq 1 ] || gzip old/x.1
	done
}

@test "quick moves while it runs lose nothing, repeat nothing, alarm nobody" {
	mkdir log old
	touch err
	for operands in 'log/x old' 'old log/x'; do
		rm -rf ck got err pipe.* old/* log/*
		touch err
		echo 0 >log/x
		# shellcheck disable=SC2086
		follow $operands
		eventually has 0
		turn_over 1 9
		echo last >>log/x
		eventually grep -q last got
		kill "$pid"
		ended 0 "$pid"
		ended 0 "$sink"
		# shellcheck disable=SC2086
		ship $operands

		got "$(seq 0 9; echo last)"
	done
}
