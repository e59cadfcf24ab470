#!/usr/bin/env bats
# --metrics: what each tool counts, as Prometheus reads it.

load helper

# valid FILE...: these keep to the exposition format.
valid()
{
	awk -f "$root/tests/exposition.awk" "$@"
}

# value NAME FILE: the number that FILE has for it, whatever the labels.
value()
{
	awk -v name="$1" 'index($0, name "{") == 1 { print $NF }' "$2"
}

# names FILE: all families there.
names()
{
	sed -n 's/^# TYPE \([^ ]*\) .*/\1/p' "$1"
}

# start_mock ARG...: a receiver at $at.
start_mock()
{
	siem-mock syslog -l tcp://127.0.0.1:0 --listen-file where "$@" \
		>arrived 2>>mock.err 3>&- &
	mock=$!
	remember "$mock"
	eventually test -s where || { cat mock.err; return 1; }
	at=$(<where)
}

@test "siem-fmt tells read, written and rejected records apart" {
	printf '%s\n' '{"a":1}' 'no JSON' '' '{"a":2}' '{"a":3}' >in
	run -1 siem-fmt --json --metrics fmt.prom in

	valid fmt.prom
	equal 4 "$(value siem_fmt_records_read_total fmt.prom)"
	equal 3 "$(value siem_fmt_records_written_total fmt.prom)"
	equal 1 "$(value siem_fmt_records_rejected_total fmt.prom)"
	equal "$(wc -c <in)" "$(value siem_fmt_read_bytes_total fmt.prom)"
	equal 0 "$(value siem_fmt_running fmt.prom)"
}

@test "siem-fmt counts what it cuts and what it leaves out" {
	long=$(printf '%02000d' 0)
	echo "{\"action\":\"$long\",\"b\":\"$long\",\"c\":\"$long\"}" >in
	run -0 siem-fmt --cef --max-line 3000 --metrics fmt.prom in

	valid fmt.prom
	[ "$(value siem_fmt_values_cut_total fmt.prom)" -ge 1 ]
	[ "$(value siem_fmt_fields_left_out_total fmt.prom)" -ge 1 ]
}

@test "siem-tail counts lines, bytes, rotations and what was lost" {
	seq 100 >log
	siem-tail --metrics tail.prom log >out 3>&- &
	tail=$!
	remember "$tail"
	eventually grep -qx 100 out
	mv log log.1
	seq 200 >log
	eventually grep -qx 200 out
	seq 3 >log
	third()
	{
		[ "$(grep -cx 3 out)" = 3 ]
	}
	eventually third
	kill "$tail"
	wait "$tail"

	valid tail.prom
	equal 303 "$(value siem_tail_lines_written_total tail.prom)"
	equal "$(wc -c <out)" "$(value siem_tail_written_bytes_total tail.prom)"
	equal 1 "$(value siem_tail_rotations_total tail.prom)"
	equal 1 "$(value siem_tail_truncations_total tail.prom)"
	equal 2 "$(value siem_tail_files_total tail.prom)"
	equal 0 "$(value siem_tail_lost_bytes_total tail.prom)"
	equal 0 "$(value siem_tail_lag_bytes tail.prom)"
}

@test "siem-tail counts no generation that it is not going to read" {
	seq 1000 >log.1
	seq 10 >log
	siem-tail --metrics tail.prom log >out 3>&- &
	tail=$!
	remember "$tail"
	eventually cmp log out
	kill "$tail"
	wait "$tail"

	equal 1 "$(value siem_tail_files_total tail.prom)"
	equal 0 "$(value siem_tail_lag_bytes tail.prom)"
	cmp log out
}

@test "siem-tail tells how far it is behind while nobody reads" {
	seq 300000 >log
	mkfifo pipe
	siem-tail --metrics tail.prom log >pipe 3>&- &
	tail=$!
	remember "$tail"
	exec 4<pipe
	eventually test -s tail.prom
	behind()
	{
		kill -USR1 "$tail"
		lag=$(value siem_tail_lag_bytes tail.prom)
		written=$(value siem_tail_written_bytes_total tail.prom)
		[ "$written" -gt 0 ] && [ "$lag" -gt 100000 ]
	}
	eventually behind

	[ $((written + lag)) -le "$(wc -c <log)" ]
	exec 4<&-
	wait "$tail" || true
}

@test "siem-batch tells written from dropped records, and counts batches" {
	seq 250 >in
	run -0 siem-batch --metrics batch.prom -n 100 <in

	valid batch.prom
	equal 250 "$(value siem_batch_records_read_total batch.prom)"
	equal 250 "$(value siem_batch_records_written_total batch.prom)"
	equal 0 "$(value siem_batch_records_dropped_total batch.prom)"
	equal 3 "$(value siem_batch_batches_total batch.prom)"
}

@test "siem-send counts what was delivered, and how long it took" {
	start_mock --metrics mock.prom -n 3
	printf '<13>%s\n' one two three | siem-send --metrics send.prom "syslog:$at"
	wait "$mock"

	valid send.prom mock.prom
	equal 3 "$(value siem_send_records_read_total send.prom)"
	equal 3 "$(value siem_send_records_delivered_total send.prom)"
	equal 0 "$(value siem_send_records_rejected_total send.prom)"
	equal 0 "$(value siem_send_records_dropped_total send.prom)"
	equal 0 "$(value siem_send_records_retried_total send.prom)"
	equal 1 "$(value siem_send_connections_total send.prom)"
	equal 0 "$(value siem_send_records_waiting send.prom)"
	equal 3 "$(value siem_send_delivery_seconds_count send.prom)"
	equal 3 "$(sed -n 's/.*_bucket{.*le="+Inf"} //p' send.prom)"
	equal 3 "$(value siem_mock_messages_total mock.prom)"
	equal 1 "$(value siem_mock_connections_total mock.prom)"
}

@test "siem-send tells rejected from dropped records, and both from delivered" {
	{
		echo '<13>fine'
		printf '<13>%0300d\n' 1
		echo '<13>fine'
	} >in
	run -1 siem-send --max-record 200 --dead-letter dead --metrics a.prom \
		file:out <in
	equal 2 "$(value siem_send_records_delivered_total a.prom)"
	equal 1 "$(value siem_send_records_rejected_total a.prom)"
	equal 1 "$(value siem_send_records_dead_lettered_total a.prom)"
	equal 0 "$(value siem_send_records_dropped_total a.prom)"

	run -3 siem-send --retries 0 --dead-letter dead --metrics b.prom \
		syslog:tcp://127.0.0.1:1 <in
	equal 0 "$(value siem_send_records_delivered_total b.prom)"
	equal 3 "$(value siem_send_records_dropped_total b.prom)"
	valid a.prom b.prom
}

@test "the age of the oldest record grows while the destination is away" {
	mkfifo pipe
	siem-send --metrics send.prom syslog:tcp://127.0.0.1:1 <pipe 2>err 3>&- &
	sender=$!
	remember "$sender"
	exec 4>pipe
	eventually test -s send.prom
	printf '<13>%s\n' one two three >&4
	older()
	{
		kill -USR1 "$sender"
		awk -v age="$(value siem_send_oldest_record_age_seconds send.prom)" \
			'BEGIN { exit !(age > 0.3) }'
	}
	eventually older

	valid send.prom
	equal 3 "$(value siem_send_records_waiting send.prom)"
	equal 0 "$(value siem_send_records_in_flight send.prom)"
	[ "$(value siem_send_memory_bytes send.prom)" -gt 0 ]
	equal 1 "$(value siem_send_running send.prom)"
}

@test "SIGUSR1 prints the counts and replaces the file, for every tool" {
	mkfifo pipe
	: >log
	siem-tail --metrics tail.prom log >/dev/null 2>tail.err 3>&- &
	remember $!
	siem-fmt --json --metrics fmt.prom <pipe 2>fmt.err 3>&- &
	remember $!
	exec 4>pipe
	siem-send --metrics send.prom stdout <pipe 2>send.err 3>&- &
	remember $!
	start_mock --metrics mock.prom
	for tool in tail fmt send mock; do
		eventually test -s $tool.prom
		rm $tool.prom
	done
	told()
	{
		for pid in $pids; do kill -USR1 "$pid"; done
		grep -q written tail.err && grep -q read fmt.err &&
			grep -q delivered send.err && grep -q messages mock.err
	}
	eventually told

	for tool in tail fmt send mock; do
		eventually test -s $tool.prom
		valid $tool.prom
		equal 1 "$(value siem_${tool}_running $tool.prom)"
	done
}

@test "the file is replaced every ten seconds without anybody asking" {
	mkfifo pipe
	siem-fmt --json --metrics fmt.prom <pipe >/dev/null 3>&- &
	remember $!
	exec 4>pipe
	echo '{}' >&4
	fresh()
	{
		[ "$(value siem_fmt_records_read_total fmt.prom)" = 1 ]
	}
	eventually fresh
}

@test "who reads the file never sees a part of it" {
	mkfifo pipe
	siem-fmt --json --metrics fmt.prom <pipe >/dev/null 2>&1 3>&- &
	fmt=$!
	remember "$fmt"
	exec 4>pipe
	eventually test -s fmt.prom
	whole=$(wc -l <fmt.prom)
	for _ in $(seq 200); do
		kill -USR1 "$fmt"
		equal "$whole" "$(wc -l <fmt.prom)"
	done
}

@test "labels are escaped, whatever the name of the file" {
	name=$'a"b\\c\nd\xff'
	siem-fmt --json --metrics "$name.prom" </dev/null

	valid "./$name.prom"
	grep -qF 'siem_fmt_running{feed="a\"b\\c\nd'$'\xef\xbf\xbd''"} 0' "$name.prom"
}

@test "a file that holds something else is not replaced" {
	echo '{"precious":true}' >log
	run -2 siem-fmt --json --metrics log log

	[[ $output == *'log is there and holds something else'* ]]
	equal '{"precious":true}' "$(<log)"
	mkdir dir
	run -2 siem-fmt --json --metrics dir log
	run -2 siem-fmt --json --metrics dir/ log
	run -2 siem-tail --once --metrics log log
	run -2 siem-send --metrics log stdout </dev/null
	run -2 siem-mock syslog -l tcp://127.0.0.1:0 --metrics log
	equal '{"precious":true}' "$(<log)"
}

@test "a folder that is not there is said at the start" {
	run -3 siem-fmt --json --metrics none/fmt.prom </dev/null

	equal 'siem-fmt: option --metrics: none/: No such file or directory' "$output"
}

@test "a folder that goes away stops nothing, and is said once" {
	mkdir dir
	mkfifo pipe
	siem-fmt --json --metrics dir/fmt.prom <pipe >out 2>err 3>&- &
	fmt=$!
	remember "$fmt"
	exec 4>pipe
	echo '{"a":1}' >&4
	eventually grep -q a out
	rm -r dir
	folder_is_missed()
	{
		kill -USR1 "$fmt"
		grep -q 'metrics: dir/fmt.prom: No such file' err
	}
	eventually folder_is_missed
	echo '{"a":2}' >&4
	exec 4>&-
	wait "$fmt"

	equal 2 "$(wc -l <out)"
	equal 1 "$(grep -c 'metrics:' err)"
}

@test "no helper is left behind, however the tool ends" {
	mkfifo pipe
	siem-fmt --json --metrics fmt.prom <pipe >/dev/null 3>&- &
	fmt=$!
	remember "$fmt"
	exec 4>pipe
	eventually pgrep -P "$fmt"
	helper=$(pgrep -P "$fmt")
	# Once it is what it is to be, it holds neither end of a pipe open, nor a log.
	is_by_itself()
	{
		equal siem-metrics "$(ps -o comm= -p "$helper")" &&
			equal '' "$(find "/proc/$helper/fd" \
				\( -lname 'pipe:*' -o -lname '*/pipe' \) ! -name 2)"
	}
	eventually is_by_itself
	kill -KILL "$fmt"
	eventually gone "$helper"
}

@test "a helper that was killed is said, and stops nothing" {
	mkfifo pipe
	siem-fmt --json --metrics fmt.prom <pipe >out 2>err 3>&- &
	fmt=$!
	remember "$fmt"
	exec 4>pipe
	eventually pgrep -P "$fmt"
	kill -KILL "$(pgrep -P "$fmt")"
	said()
	{
		kill -USR1 "$fmt"
		grep -q 'its helper is gone' err
	}
	eventually said
	echo '{"a":1}' >&4
	exec 4>&-
	wait "$fmt"

	equal '{"a":1}' "$(<out)"
}

@test "what a tool counts is in siem-metrics(7), and nothing else" {
	siem-fmt --json --metrics fmt.prom </dev/null
	siem-tail --once --metrics tail.prom fmt.prom >/dev/null
	siem-send --metrics send.prom stdout </dev/null
	siem-batch --metrics batch.prom </dev/null
	siem-mock syslog -l tcp://127.0.0.1:0 --idle 0.001 --metrics mock.prom
	siem-verify --source fmt.prom --arrived fmt.prom --metrics verify.prom
	siem-parse --metrics parse.prom </dev/null

	for tool in fmt parse tail send mock batch verify; do
		sed -n "/^.Ss Of siem-$tool/,/^.S[sh] /s/^.It Li //p" \
			"$root/man/siem-metrics.7" >manual
		equal "$(sed "s/^/siem_${tool}_/" manual | sort)" \
			"$(names $tool.prom | grep -v -e _running -e _start_time | sort)"
	done
	# With a command, and with a spool, siem-batch is a sink as siem-send is.
	siem-batch --metrics command.prom -- cat </dev/null
	siem-batch --metrics spool.prom --spool spool </dev/null
	for how in command spool; do
		equal "$(names send.prom | sed 's/siem_send/siem_batch/')" \
			"$(names $how.prom | grep -v _spool_)"
	done
	sed -n 's/^.Ql \(spool_[a-z_]*\) :$/siem_batch_\1/p' \
		"$root/man/siem-metrics.7" >manual
	equal "$(cat manual)" "$(names spool.prom | grep _spool_)"
	for name in running start_time_seconds; do
		grep -qx ".It Li $name" "$root/man/siem-metrics.7"
	done
}

@test "the checker finds what breaks the format" {
	siem-send --metrics good.prom stdout </dev/null
	valid good.prom

	broken()
	{
		sed "$1" good.prom >bad.prom
		! cmp -s good.prom bad.prom || { echo "unchanged: $1"; return 1; }
		run -1 valid bad.prom
	}
	broken '/TYPE.*read_total/d'
	broken '/HELP.*read_total/d'
	broken 's/^\(siem_send_records_read_total.*\) 0$/\1 none/'
	broken 's/^\(siem_send_records_read_total.*\) 0$/\1 -1/'
	broken 's/^siem_send_records_read_total.*/&\n&/'
	broken 's/feed="good"/feed="go\\od"/'
	broken 's/feed="good"/feed="go"od"/'
	broken 's/le="0.002"/le="0.0001"/'
	broken '/le="+Inf"/d'
	broken 's/\(_count.*\) 0$/\1 1/'
	broken 's/records_read_total/records_read/'
	broken 's/^siem_send_running/-&/'
}
