#!/usr/bin/env bats
# siem-tail -c of logs that are links, which mean another file each day or one in
# another folder.

load helper
load followed

# days LINK...: a log that LINK, a command, has current mean, from day to day.
days()
{
	mkdir logs
	echo 'other 1' >logs/app-2026-09-07.log
	echo 'today 1' >logs/app-2026-09-08.log
	"$@" app-2026-09-08.log logs/current
	ship logs/current
	echo 'today 2' >>logs/app-2026-09-08.log
	echo 'other 2' >>logs/app-2026-09-07.log
	echo 'other 3' >logs/app-2026-09-07b.log
	for day in 09 10; do
		echo "on $day" >"logs/app-2026-09-$day.log"
		touch -d "2026-09-$day" "logs/app-2026-09-$day.log"
	done
	touch -d 2026-09-08 logs/app-2026-09-08.log
	gzip logs/app-2026-09-09.log
	echo 'on 11' >logs/app-2026-09-11.log
	echo 'to come' >logs/app-2026-09-12.log
	"$@" app-2026-09-11.log logs/current
	ship logs/current
	echo 'on 11, too' >>logs/app-2026-09-11.log
	rm logs/app-2026-09-{08,10}*
	"$@" app-2026-09-12.log logs/current
	ship logs/current
	ship logs/current
}

@test "what a link to the file of the day meant meanwhile is read" {
	days ln -sfn

	got 'today 1
today 2
on 09
on 10
on 11
on 11, too
to come'
}

@test "so is what a name of the file of the day meant, which is a hard link" {
	link() { ln -f "${2%/*}/$1" "$2"; }
	days link

	got 'today 1
today 2
on 09
on 10
on 11
on 11, too
to come'
}

@test "of the days between two looks of a run none is left out" {
	touch err
	echo 'on 1' >app-1
	ln -s app-1 current
	follow --poll 1 current
	eventually has 'on 1'
	kill -STOP "$pid"
	echo 'late on 1' >>app-1
	for day in $(seq 2 12); do
		sleep 0.02
		echo "on $day" >"app-$day"
		ln -sfn "app-$day" current
	done
	kill -CONT "$pid"
	eventually has "on 1
late on 1
$(seq -f 'on %.0f' 2 12)"
	kill "$pid"
	ended 0 "$pid"
	ended 0 "$sink"
	equal '' "$(cat err)"
}

@test "what is rotated behind a link into another folder is found there" {
	mkdir -p pods/a logs
	ln -s ../pods/a/0.log logs/a.log
	echo none >pods/a/0.log.20260901
	echo one >pods/a/0.log
	ship 'logs/*.log'
	echo two >>pods/a/0.log
	echo three >pods/a/0.log.20260903
	touch -d 2026-09-02 pods/a/0.log
	touch -d 2026-09-03 pods/a/0.log.20260903
	mv pods/a/0.log pods/a/0.log.20260902
	gzip pods/a/0.log.20260902
	echo four >pods/a/0.log
	ship 'logs/*.log'
	equal 4 "$(grep -c '#' ck)"
	rm pods/a/0.log.2026090{1,2.gz}
	echo five >>pods/a/0.log
	gzip pods/a/0.log.20260903
	ship 'logs/*.log'
	ship 'logs/*.log'

	got "$(printf '%s\n' one two three four five)"
	equal 2 "$(grep -c '#' ck)"
}

@test "what a link meant in another folder meanwhile is read" {
	mkdir data
	echo 'on 1' >data/app-1
	ln -s data/app-1 current
	ship current
	echo 'late on 1' >>data/app-1
	touch -d 2026-09-01 data/app-1
	echo 'on 2' >data/app-2
	touch -d 2026-09-02 data/app-2
	echo 'on 3' >data/app-3
	ln -sfn data/app-3 current
	ship current
	rm data/app-1
	ship current
	rm data/app-2
	ship current

	got "$(printf '%s\n' 'on 1' 'late on 1' 'on 2' 'on 3')"
	equal 1 "$(grep -c '#' ck)"
}

@test "what was copied and truncated behind a link is in the copy" {
	touch err
	mkdir data
	many 1 100 >data/app
	ln -s data/app log
	follow log
	eventually has "$(many 1 100)"
	kill -STOP "$pid"
	many 101 200 >>data/app
	cp data/app data/app.1
	many 201 210 >data/app
	kill -CONT "$pid"
	eventually has "$(many 1 210)"
	kill "$pid"
	ended 0 "$pid"
	ended 0 "$sink"
	equal '' "$(cat err)"
}

@test "what is left in a folder that a link meant is said" {
	mkdir one two
	echo 1 >one/log
	ln -s one folder
	ship folder/log
	echo 22 >>one/log
	echo 3 >two/log
	ln -sfn two folder
	ship folder/log

	equal "siem-tail: $PWD/one/log: 3 bytes of it are not read, and no operand stands for it any more" \
		"$(cat err)"
	: >err
	ship folder/log one/log
	ship folder/log
	got "$(printf '%s\n' 1 3 22)"
}
