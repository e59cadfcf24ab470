#!/usr/bin/env bats
# siem-run: what siem.yaml becomes, that what is printed is what is run, and how
# a pipeline comes to its end.

load helper

# config LINE...: siem.yaml, with an input, a place for what is kept, and these
# lines. Platforms stand directly under siem.
config()
{
	mkdir -p state
	printf '%s\n' siem: '  input: log' '  state_dir: state' "$@" >siem.yaml
	[ -e log ] || cp "$root/tests/vectors/audit.jsonl" log
}

# start NAME OPTION...: run it in the background.
start()
{
	siem-run -f siem.yaml "$@" 2>>err 3>&- 4>&- &
	pid=$!
	remember "$pid"
}

# ends STATUS: so does what was started.
ends()
{
	local status=0

	wait "$pid" || status=$?
	equal "$1" "$status"
}

# has FILE N: are there so many lines?
has()
{
	[ "$(wc -l <"$1")" -ge "$2" ]
}

# stages: the processes of what was started, which know their end by it.
stages()
{
	stages=$(pgrep -P "$pid" | xargs)
	[ "$(wc -w <<<"$stages")" -eq "${1:-3}" ]
}

# stages_end: those processes have, all of them.
stages_end()
{
	local stage

	for stage in $stages; do
		gone "$stage" || return 1
	done
}

# numbers FROM TO: as lines of JSON.
numbers()
{
	seq -f '{"n":%.0f}' "$1" "$2"
}

# printed NAME: the options of siem-fmt in its pipeline.
formatted()
{
	siem-run -f siem.yaml --print "$1" | sed -n 's/^  siem-fmt \(.*\) |$/\1/p'
}

@test "each platform that is enabled becomes a pipeline, the others do not" {
	config '  archive: {kind: file, enabled: true, path: out}' \
		'  other: {kind: stdout, enabled: false}' \
		'  third: {kind: stdout}' \
		'  metrics_dir: /var/lib/metrics/' '  map: my.json' \
		'  sc4s: {enabled: true, host: h, format: leef, facility: local3, hostname: web}'
	run -0 siem-run -f siem.yaml --print

	equal 'pids=
# archive
siem-tail --metrics /var/lib/metrics/siem-archive-tail.prom -c state/archive.ckpt log |
  siem-fmt --metrics /var/lib/metrics/siem-archive-fmt.prom --json --map my.json |
  siem-send --metrics /var/lib/metrics/siem-archive-send.prom -c state/archive.ckpt --dead-letter state/archive.dead --receipts state/archive.receipts -f siem.yaml archive &
pids="$pids $!"
# sc4s
siem-tail --metrics /var/lib/metrics/siem-sc4s-tail.prom -c state/sc4s.ckpt log |
  siem-fmt --metrics /var/lib/metrics/siem-sc4s-fmt.prom --leef --syslog --facility local3 --host web --map my.json |
  siem-send --metrics /var/lib/metrics/siem-sc4s-send.prom -c state/sc4s.ckpt --dead-letter state/sc4s.dead --receipts state/sc4s.receipts -f siem.yaml sc4s &
pids="$pids $!"
worst=0
for pid in $pids; do
  status=0
  wait "$pid" || status=$?
  [ "$status" -le "$worst" ] || worst=$status
done
(exit "$worst")' "$output"
}

@test "options go on to the stages, and one pipeline stands in the foreground" {
	config '  archive: {kind: file, enabled: true, path: out}'
	run -0 siem-run -f siem.yaml -f siem.yaml --print -qv --stats --grace 3 archive

	equal '# archive
siem-tail -q -v --stats --grace 3 -c state/archive.ckpt log |
  siem-fmt -q -v --stats --grace 3 --json |
  siem-send -q -v --stats --grace 3 -c state/archive.ckpt --dead-letter state/archive.dead --receipts state/archive.receipts -f siem.yaml -f siem.yaml archive' "$output"
}

@test "whatever stands in siem.yaml is a word of the shell" {
	mkdir "it's \$HOME"
	cp "$root/tests/vectors/audit.jsonl" ./-log
	printf '%s\n' siem: '  input: ["-log", "$(touch hit)*"]' \
		"  state_dir: \"it's \$HOME\"" '  platforms:' \
		'    "-a b;c": {kind: file, enabled: true, path: out}' >siem.yaml
	run -0 siem-run -f siem.yaml --print -- '-a b;c'
	{
		setsid sh -c "$output" 2>err 3>&- 4>&- &
	}
	remember $!
	eventually has out 4
	kill -- -$!
	cmp -- -log out
	[ ! -e hit ]
	equal "./it's \$HOME/-a b;c.ckpt" "$(find . -name '*.ckpt')"
}

@test "what is printed ends with the worst status of several pipelines" {
	# Of one that is neither the first nor the last.
	for status in 0 1 4; do
		replace siem-send <<-END
			cat >/dev/null
			case \$* in *' b') exit $status ;; esac
		END
		config '  a: {kind: stdout, enabled: true}' '  b: {kind: stdout, enabled: true}' \
			'  c: {kind: stdout, enabled: true}'
		siem-run -f siem.yaml --print >lines
		# The end of a file is that of a pipeline here.
		sed -i 's/^siem-tail -c [^ ]* log/cat log/' lines
		for options in '' -eu; do
			PATH=$build/bin:$PATH run "-$status" \
				timeout 60 sh ${options:+"$options"} lines
		done
		rm -r "$build"
	done
}

@test "every kind has its formats, which siem-fmt takes" {
	while read -r kind transport words; do
		for format in $words; do
			config "  $kind: {enabled: true, format: $format, transport: $transport}"
			[ "$transport" != - ] || sed -i 's/, transport: -//' siem.yaml
			arguments=$(formatted "$kind")
			echo "$kind $transport $format: $arguments"
			# shellcheck disable=SC2086 # they are words
			siem-fmt -q $arguments <log >formatted
			equal 4 "$(wc -l <formatted)"
		done
		# The first is what it is where nothing is said.
		config "  $kind: {enabled: true, transport: $transport}"
		[ "$transport" != - ] || sed -i 's/, transport: -//' siem.yaml
		default=$(formatted "$kind")
		config "  $kind: {enabled: true, format: ${words%% *}, transport: $transport}"
		[ "$transport" != - ] || sed -i 's/, transport: -//' siem.yaml
		equal "$(formatted "$kind")" "$default"
	done <<-END
		splunk hec hec json cef leef syslog
		splunk sc4s cef leef json syslog rfc5424 rfc3164
		splunk file json cef leef syslog rfc5424 rfc3164 hec sentinel csl ecs ocsf ocsf_finding datadog otlp
		sc4s tcp cef leef json syslog rfc5424 rfc3164
		syslog udp cef leef json syslog rfc5424 rfc3164
		qradar syslog_tls leef cef json
		qradar http_receiver leef cef json
		qradar rest_api json leef cef
		sentinel logs_ingestion json cef sentinel csl syslog
		sentinel data_collector_api json cef sentinel csl syslog
		sentinel event_hubs json cef sentinel csl syslog
		sentinel log_analytics_agent json cef sentinel csl syslog
		elasticsearch - json ecs cef leef syslog
		datadog - json datadog cef leef syslog
		http - json cef leef syslog rfc5424 rfc3164 hec sentinel csl ecs ocsf ocsf_finding datadog otlp
		kafka - json cef leef syslog rfc5424 rfc3164 hec sentinel csl ecs ocsf ocsf_finding datadog otlp
		file - json cef leef syslog rfc5424 rfc3164 hec sentinel csl ecs ocsf ocsf_finding datadog otlp
		stdout - json cef leef syslog rfc5424 rfc3164 hec sentinel csl ecs ocsf ocsf_finding datadog otlp
	END
}

@test "a format that a kind does not have is found where it stands" {
	config '  qradar: {enabled: true, transport: http_receiver, format: hec}'
	run -2 siem-run -f siem.yaml --print
	equal 'siem-run: siem.yaml:4:61: qradar: format: unknown: hec (did you mean cef?)' "$output"
	sed -i s/hec/rfc5424/ siem.yaml
	run -2 siem-run -f siem.yaml --print
	equal 'siem-run: siem.yaml:4:61: qradar: format: rfc5424 is none of leef, cef, json, by transport http_receiver' "$output"
	config '  splunk: {enabled: true, format: lef}'
	run -2 siem-run -f siem.yaml --print
	equal 'siem-run: siem.yaml:4:35: splunk: format: unknown: lef (did you mean leef?)' "$output"
}

@test "the header of a syslog line is that of the platform" {
	config '  qradar: {enabled: true, syslog: {host: h, severity: warning}, dsm: {log_source_identifier: acme}}'
	equal '--leef --syslog --severity warning --host acme' "$(formatted qradar)"
	config '  qradar: {enabled: true, format: json, syslog: {host: h}}'
	equal '--json --syslog=3164' "$(formatted qradar)"
	config '  syslog: {enabled: true, host: h, header: 5424}'
	equal '--cef --syslog=5424' "$(formatted syslog)"
	config '  syslog: {enabled: true, host: h, header: none, facility: env:WHAT}'
	equal '--cef --facility auth' "$(WHAT=auth formatted syslog)"
	run -2 siem-run -f siem.yaml --print
	equal 'siem-run: siem.yaml:4:60: env:WHAT: there is no such variable' "$output"
}

@test "events are stamped for who knows them by that, unless it knows better" {
	stamped()
	{
		siem-run -f siem.yaml --print "$1" | grep -q -- '^siem-tail .* --stamp log'
	}
	config '  elk: {enabled: true, url: "https://h"}' \
		'  opensearch: {enabled: true, url: "https://h", id: correlation_id}' \
		'  datadog: {enabled: true, api_key: "env:X"}'
	stamped elk
	run -1 stamped opensearch
	run -1 stamped datadog
	config '  spool: {dir: buffer}' '  elk: {enabled: true, url: "https://h"}'
	stamped spool
	run -1 stamped elk
}

@test "a spool has one feeder, and a reader for each platform" {
	config '  spool: {dir: buffer, max: 10GB}' '  a: {kind: stdout, enabled: true}' \
		'  b: {kind: stdout, enabled: true}'
	run -0 siem-run -f siem.yaml --print
	equal 'mkdir -p -m 700 buffer
pids=
# spool
siem-tail -c state/spool.ckpt log |
  siem-batch -c state/spool.ckpt --dead-letter state/spool.dead --max 10GB --spool buffer &
pids="$pids $!"
# a
siem-tail -c buffer/a.checkpoint buffer |
  siem-fmt --json |
  siem-send -c buffer/a.checkpoint --dead-letter state/a.dead --receipts state/a.receipts -f siem.yaml a &' \
		"$(head -n 10 <<<"$output")"
	# One that an application writes has none.
	sed -i /input/d siem.yaml
	run -0 siem-run -f siem.yaml --print
	equal '# a' "${lines[2]}"
	# A folder that is a spool is read as one, without being called so.
	siem-batch --spool filled <log
	printf '%s\n' siem: '  input: filled' '  state_dir: state' \
		'  a: {kind: stdout, enabled: true}' >siem.yaml
	run -0 siem-run -f siem.yaml --print
	equal 'siem-tail -c filled/a.checkpoint filled |' "${lines[1]}"
}

@test "what goes into the spool comes out to everybody" {
	config '  spool: {dir: buffer}' '  a: {kind: file, enabled: true, path: a}' \
		'  b: {kind: file, enabled: true, path: b, format: cef}'
	# In whatever order they come.
	start a
	eventually grep -q 'siem-tail: buffer: waiting for it to become a spool' err
	equal 700 "$(stat -c %a buffer)"
	start spool
	start b
	eventually has a 4
	eventually has b 4
	cmp log a
	cmp <(siem-fmt --cef log) b
	sed -i 's,buffer,none/&,' siem.yaml
	run -3 siem-run -f siem.yaml a
	equal 'siem-run: spool.dir: none/buffer: No such file or directory' "$output"
}

@test "a new spool is in order, and what is printed fills and reads it" {
	config '  spool: {dir: "-buf fer"}' '  a: {kind: file, enabled: true, path: a}'
	run -0 siem-run -f siem.yaml --check
	[[ $output == *'
siem-run a
  spool            ok       -buf fer, which is not there yet: the first run makes it
'* ]]
	[ ! -e '-buf fer' ]
	siem-run -f siem.yaml --print >lines
	equal "mkdir -p -m 700 -- '-buf fer'" "$(head -n 1 lines)"
	{
		setsid sh lines 2>err 3>&- 4>&- &
	}
	remember $!
	eventually has a 4
	kill -- -$!
	cmp log a
	equal 700 "$(stat -c %a -- '-buf fer')"
	sed -i 's,-buf,none/&,' siem.yaml
	run -3 siem-run -f siem.yaml --check a
	[[ $output == *'
  spool            FAILED   none/-buf fer: No such file or directory
'* ]]
}

@test "what is delivered to the input is refused, by whatever name it is" {
	# loops INPUT PATH: a file there would be read again, as is said of its place.
	loops()
	{
		printf '%s\n' siem: "  input: $1" '  state_dir: state' \
			"  a: {kind: file, enabled: true, path: $2}" >siem.yaml
		run -2 siem-run -f siem.yaml --print
		equal 'siem-run: siem.yaml:4:40: path: that is the input, too' "$output"
	}
	mkdir -p state logs/below
	: >log
	ln -s log another
	ln log linked
	loops log log
	loops log "$PWD/./log"
	loops another log
	loops log linked
	loops '[none, "l?g"]' log
	loops '"l?nked"' log
	loops logs logs/below/later
	loops later ./later
	loops '"logs/*.log"' "$PWD/logs/later.log"

	config '  a: {kind: sentinel, transport: log_analytics_agent, enabled: true, log_analytics_agent: {path: log}}'
	run -2 siem-run -f siem.yaml --print
	[[ $output == *': path: that is the input, too' ]]
	config '  a: {kind: stdout, enabled: true, delivery: {failover: "file:log"}}'
	run -2 siem-run -f siem.yaml --print
	equal 'siem-run: siem.yaml:4:57: delivery.failover: that is the input, too' "$output"
	config '  a: {kind: stdout, enabled: true, delivery: {failover: b}}' '  b: {kind: file, path: log}'
	run -2 siem-run -f siem.yaml --print
	equal 'siem-run: siem.yaml:5:25: path: that is the input, too' "$output"

	config '  a: {kind: file, enabled: true, path: kept}'
	run -0 siem-run -f siem.yaml --print
	sed -i 's,input: log,input: "logs/*",' siem.yaml
	run -0 siem-run -f siem.yaml --print
	sed -i 's,path: kept,path: logs/.kept,' siem.yaml
	run -0 siem-run -f siem.yaml --print
	sed -i 's,input: .*,input: "-",' siem.yaml
	run -0 siem-run -f siem.yaml --print
}

@test "a topic is read by a group of its own, standard input by the first filter" {
	config '  a: {kind: stdout, enabled: true}'
	sed -i 's,input: log,input: kafka://h:1/t,' siem.yaml
	run -0 siem-run -f siem.yaml --print
	equal 'siem-tail -c state/a.ckpt --group siem-a kafka://h:1/t |' "${lines[1]}"
	printf '%s\n' siem: '  input: "-"' '  a: {kind: stdout, enabled: true}' >siem.yaml
	run -0 siem-run -f siem.yaml --print
	equal '# a
siem-fmt --json |
  siem-send -f siem.yaml a' "$output"
	run -0 siem-run -f siem.yaml a <<<'{"n":1}'
	equal '{"n":1}' "$output"
	printf '%s\n' '  overflow: drop-newest' '  buffer_size: 1000' '  flush_interval: 2' >>siem.yaml
	run -0 siem-run -f siem.yaml --print
	equal 'siem-batch -n 1000 -t 2 --max 1000KB --overflow drop-newest |' "${lines[1]}"
	run -0 siem-run -f siem.yaml a < <(numbers 1 5000)
	equal "$(numbers 1 5000)" "$output"
	# In the background there is none.
	echo '  b: {kind: stdout, enabled: true}' >>siem.yaml
	run -2 siem-run -f siem.yaml --print
	[[ $output == 'siem-run: input: - can be read by one pipeline: '* ]]
	run -0 siem-run -f siem.yaml --print b
}

@test "in mode failover one pipeline has all platforms, by priority" {
	config '  mode: failover' '  c: {kind: file, enabled: true, path: c}' \
		'  a: {kind: file, enabled: true, priority: 2, path: a, delivery: {failover: spare}}' \
		'  b: {kind: file, enabled: true, priority: 1, path: b/b, format: cef}' \
		'  off: {kind: stdout, priority: 1}' '  spare: {kind: file, path: spare}' \
		'  d: {kind: file, enabled: true, priority: 2, path: d}'
	run -0 siem-run -f siem.yaml --print
	equal '# failover
siem-tail -c state/failover.ckpt log |
  siem-fmt --cef |
  siem-send -c state/failover.ckpt --dead-letter state/failover.dead --receipts state/failover.receipts -f siem.yaml --failover a --failover spare --failover d --failover c b' "$output"
	# There is no folder b, so the next of them gets it.
	start failover
	eventually has a 4
	equal "$(siem-fmt --cef log)" "$(cat a)"
	kill "$pid"
	ends 0
	run -2 siem-run -f siem.yaml b
	equal 'siem-run: b: in mode: failover siem.yaml has one pipeline, which is called failover' "$output"
}

@test "who stands in for another has to take the same records" {
	config '  mode: failover' '  splunk: {enabled: true, priority: 1}' \
		'  qradar: {enabled: true, priority: 2}'
	run -2 siem-run -f siem.yaml --print
	equal 'siem-run: siem.yaml:6:3: qradar stands in for splunk, and has to take the same records: those have format hec' "$output"
	sed -i 's/priority: 1/&, format: cef/' siem.yaml
	run -0 siem-run -f siem.yaml --print
	sed -i 's/priority: 2/&, format: leef/' siem.yaml
	run -2 siem-run -f siem.yaml --print
	equal 'siem-run: siem.yaml:6:40: qradar stands in for splunk, and has to take the same records: those have format cef' "$output"
}

@test "what is not to leave is taken out by siem-fmt, and siem-send is told" {
	config '  drop: [mcp_data.parameters, "a b"]' '  hash: [client_info.client_id]' \
		'  hash_key: env:KEY' '  redact: [email, card]' \
		'  a: {kind: stdout, enabled: true, format: json}'
	run -0 siem-run -f siem.yaml --print
	[[ $output == *"siem-fmt --json --drop mcp_data.parameters --drop 'a b' --hash client_info.client_id --hash-key env:KEY --redact email --redact card |"* ]]
	[[ $output == *'siem-send '*'--minimised '*' a'* ]]
	sed -i 's,input: log,input: "-",; /state_dir/d' siem.yaml
	KEY=0123456789abcdef run -0 --separate-stderr timeout 20 siem-run -f siem.yaml a \
		<<<'{"mcp_data":{"parameters":1},"client_info":{"client_id":"alice"},"x":"to bob@example.com"}'
	equal '{"mcp_data":{},"client_info":{"client_id":"fdbf8b1cacd3d578e062d0e41104357d06aa63eca39f80b6fd7c83afedf1d44a"},"x":"to [REDACTED:email]"}' "$output"
	equal '' "$stderr"
	config '  drop: []' '  hash: []' '  a: {kind: stdout, enabled: true}'
	run -0 siem-run -f siem.yaml --print
	[[ $output != *--minimised* ]]
}

@test "what keeps everything from running is said, with its place" {
	refused()
	{
		run -2 siem-run -f siem.yaml --print
		equal "siem-run: $1" "$output"
	}
	config '  hash: [a]' '  hash_key: S3cretS3cretS3cret' '  a: {kind: stdout, enabled: true}'
	chmod 600 siem.yaml
	refused 'siem.yaml:5:13: hash_key: name it, as env:NAME, file:PATH, cred:NAME or cmd:COMMAND: it is told to siem-fmt'
	config '  enabled: no' '  a: {kind: stdout, enabled: true}'
	refused 'siem.yaml:4:12: enabled is no: nothing is to run'
	config '  a: {kind: stdout}'
	refused 'siem.yaml: no platform is enabled'
	config '  spool: {dir: buffer}' '  a: {kind: stdout}'
	refused 'siem.yaml: no platform is enabled'
	config '  spool: {dir: buffer}' '  overflow: drop-newest' '  a: {kind: stdout, enabled: true}'
	refused 'siem.yaml:5:13: overflow: a spool drops the oldest, or blocks'
	config '  platforms: {spool: {kind: stdout, enabled: true}}' '  spool: {dir: buffer}'
	refused 'siem.yaml:4:15: spool: a pipeline of siem-run is called so: give the platform another name'
	config '  a/b: {kind: stdout, enabled: true}'
	refused 'siem.yaml:4:3: a/b: a platform that is run may have neither a slash nor a colon, nor control characters, in its name'
	config '  a: {kind: stdout, enabled: true}'
	sed -i /state_dir/d siem.yaml
	refused 'siem.yaml:1:1: state_dir is missing: a folder for checkpoints, dead letters and receipts'
	config '  a: {kind: stdout, enabled: true}'
	sed -i /input/d siem.yaml
	refused 'siem.yaml:1:1: input is missing'
	config '  a: {kind: stdout, enabled: true}'
	sed -i 's/input: log/input: .\/state/' siem.yaml
	refused 'siem.yaml:3:14: state_dir: that is the input, too'
	sed -i 's/input:.*/input: [log, "-"]/' siem.yaml
	refused 'siem.yaml:2:10: input: - has to be the only one'
	: >siem.yaml
	refused 'siem.yaml: nothing is said in it'
	HOME=/nowhere SIEM_CONFIG='' run -2 siem-run a
	[[ $output == 'siem-run: there is no siem.yaml: '* || -e /etc/siem/siem.yaml ]]
}

@test "a name that is none is answered with the nearest, one that is off runs" {
	config '  first: {kind: file, path: out}' '  second: {kind: stdout, enabled: true}'
	run -2 siem-run -f siem.yaml frist
	equal 'siem-run: frist: no pipeline of siem.yaml (did you mean first?)' "$output"
	run -2 siem-run -f siem.yaml
	[[ $output == 'siem-run: give the NAME of a pipeline'* ]]
	run -2 siem-run -f siem.yaml first second
	equal 'siem-run: one pipeline at a time: second is too much' "$output"
	run -2 siem-run -f siem.yaml --print --check
	equal 'siem-run: --print and --check exclude each other' "$output"
	start first
	eventually has out 4
	kill "$pid"
	ends 0
	grep -qx 'siem-run: first is not enabled in siem.yaml; it runs because it was named' err
}

@test "the later of several files says what counts, SIEM_CONFIG where there is none" {
	config '  a: {kind: file, enabled: true, path: out}'
	printf '%s\n' siem: '  a: {enabled: false}' '  b: {kind: stdout, enabled: true}' >later.yaml
	run -0 siem-run -f siem.yaml -f later.yaml --print
	equal '# b' "${lines[0]}"
	[[ $output == *' -f siem.yaml -f later.yaml b' ]]
	SIEM_CONFIG=siem.yaml run -0 siem-run --print
	[[ $output == *' -f siem.yaml a' ]]
}

@test "tools that are not in PATH are taken from beside siem-run" {
	config '  a: {kind: file, enabled: true, path: out}'
	mkdir alone
	real=$(readlink -f "$(command -v siem-run)")
	PATH=/usr/bin:/bin run -0 "$real" -f siem.yaml --print
	equal "${real%run}tail -c state/a.ckpt log |" "${lines[1]}"
	cp "$real" alone/
	PATH=/usr/bin:/bin run -2 alone/siem-run -f siem.yaml a
	equal 'siem-run: siem-tail is neither in PATH nor beside siem-run' "$output"
}

@test "no secret is in what is printed, or in the list of processes" {
	config '  splunk: {enabled: true, hec: {endpoint: "https://127.0.0.1:1", token: s3cr3t-s3cr3t-s3cr3t-s3cr3t-s3cr3t-s3cr3t}}'
	chmod 600 siem.yaml
	run -0 siem-run -f siem.yaml --print
	[[ $output != *s3cr3t* ]]
	start splunk
	eventually stages
	for stage in $stages $pid; do
		run -1 grep -c s3cr3t "/proc/$stage/cmdline"
	done
}

# has_started TOOL: is there one, which has its environment by now?
has_started()
{
	started=$(pgrep -P "$pid" -x "$1")
	grep -q 1nd3x "/proc/$started/environ"
}

# has_forgotten PID: is there no secret in its environment?
has_forgotten()
{
	! grep -qE 's3cr3t|0th3r' "/proc/$1/environ"
}

@test "secrets are in no environment, that of siem-send aside until it has them" {
	replace siem-send <<-'END'
		[ "$SECRET" = s3cr3t-s3cr3t ] && : >seen
		exec "$tools/siem-send" "$@"
	END
	config '  splunk: {enabled: true, hec: {endpoint: "https://127.0.0.1:1", token: env:SECRET}}' \
		'  elk: {enabled: true, url: "https://127.0.0.1:1", index: env:INDEX, api_key: env:OTHER}'
	export SECRET=s3cr3t-s3cr3t OTHER=0th3r-0th3r INDEX=1nd3x
	PATH=$build/bin:$PATH start splunk
	unset SECRET OTHER INDEX
	eventually [ -e seen ]
	for tool in siem-tail siem-fmt; do
		eventually has_started "$tool"
		has_forgotten "$started"
	done
	eventually has_forgotten "$pid"
	grep -q 1nd3x "/proc/$pid/environ"
}

@test "asked to end, every stage ends in order, and nothing is read twice" {
	numbers 1 1000 >log
	config '  a: {kind: file, enabled: true, path: out}'
	for sig in TERM INT; do
		start a -v
		eventually stages
		eventually has out 1000
		numbers 1001 1500 >>log
		kill -$sig "$pid"
		ends 0
		stages_end
	done
	start a
	eventually stages
	eventually has out 2000
	kill "$pid"
	ends 0
	cmp log out
}

@test "a signal that comes before a stage is ready waits for it" {
	replace siem-send <<-'END'
		: >begun
		read -r _ <go
		exec "$tools/siem-send" "$@"
	END
	mkfifo go
	numbers 1 100 >log
	config '  a: {kind: file, enabled: true, path: out}'
	PATH=$build/bin:$PATH start a
	eventually [ -e begun ]
	eventually stages
	kill "$pid"
	# The source ends for it, whose output is still to be read.
	eventually stages 1
	timeout 60 sh -c 'echo >go'
	ends 0
	# What it had read is there, and the rest is for the next run.
	start a
	eventually has out 100
	cmp log out
}

@test "the status is the worst of the stages" {
	config '  a: {kind: file, enabled: true, path: out}'
	printf '%s\n' '{"n":1}' none '{"n":2}' >log
	start a
	eventually has out 2
	eventually [ -s state/a.dead ]
	kill "$pid"
	ends 1
	equal none "$(cat state/a.dead)"
}

@test "who is refused, or set up wrongly, ends the pipeline with that status" {
	load mocked
	start_mock splunk --token 12345678-1234-1234-1234-123456789012
	config "  splunk: {enabled: true, hec: {endpoint: '$url', token: env:WRONG}}" \
		'  file: {enabled: true, path: state/file.dead}'
	export WRONG=abcdefgh-1234-1234-1234-123456789012
	run -4 timeout 60 siem-run -f siem.yaml splunk
	unset WRONG
	run -2 timeout 60 siem-run -f siem.yaml splunk
	run -2 timeout 60 siem-run -f siem.yaml file
	[[ $output == *'siem-send: state/file.dead is the dead letters and also the destination'* ]]
}

@test "what does not mend itself is said so by the first stage that finds it" {
	config '  a: {kind: file, enabled: true, path: out}'
	echo damaged >state/a.ckpt
	run -2 timeout 60 siem-run -f siem.yaml a
	[[ $output == *'siem-tail: state/a.ckpt: no checkpoint, but something else'* ]]
	rm state/a.ckpt
	echo '[]' >map.json
	echo '  map: map.json' >>siem.yaml
	run -2 timeout 60 siem-run -f siem.yaml a
	[[ $output == *'siem-fmt: map.json'* ]]
	[ ! -e out ]
}

@test "a stage that is killed ends the pipeline, and loses nothing" {
	config '  a: {kind: file, enabled: true, path: out}'
	: >log
	for killed in 1 2 3; do
		numbers "$((killed * 1000 - 999))" "$((killed * 1000))" >>log
		start a
		eventually stages
		eventually has out 1
		kill -9 "$(cut -d ' ' -f "$killed" <<<"$stages")"
		ends 3
		stages_end
	done
	start a
	eventually stages
	eventually eval '[ "$(sort -u out | wc -l)" -eq 3000 ]'
	kill "$pid"
	ends 0
	equal "$(sort log)" "$(sort -u out)"
	equal 3 "$(grep -c 'SIEM shipping failed: a: siem-.* was ended by signal 9 (Killed)' err)"
}

@test "siem-run killed leaves nobody behind, and goes on where it was" {
	config '  a: {kind: file, enabled: true, path: out}'
	numbers 1 20000 >log
	for round in 1 2 3; do
		numbers "$((round * 20000 + 1))" "$((round * 20000 + 20000))" >>log
		start a
		eventually stages
		eventually has out $((round * 10000))
		kill -9 "$pid"
		ends 137
		# Started at once, it waits for those that are on their way out.
		start a
		eventually stages_end
		eventually stages
		kill "$pid"
		ends 0
	done
	start a
	eventually stages
	eventually eval '[ "$(sort -u out | wc -l)" -eq 80000 ]'
	kill "$pid"
	ends 0
	equal "$(sort log | md5sum)" "$(sort -u out | md5sum)"
}

@test "started twice, the second waits until the first has ended" {
	config '  a: {kind: file, enabled: true, path: out}'
	start a
	first=$pid
	eventually has out 4
	start a
	eventually grep -q 'siem-run: a: waiting for an earlier run to end' err
	kill "$first"
	echo '{"n":5}' >>log
	eventually has out 5
	kill "$pid"
	ends 0
	equal 5 "$(wc -l <out)"
}

@test "started again, it waits for whichever stage is the last to end" {
	replace siem-fmt <<-'END'
		[ ! -e ended ] || exec "$tools/siem-fmt" "$@"
		"$tools/siem-fmt" "$@"
		exec >&-
		: >ended
		read -r _ <go
	END
	mkfifo go
	config '  a: {kind: file, enabled: true, path: out}'
	PATH=$build/bin:$PATH start a
	eventually has out 4
	eventually stages
	kill -9 "$pid"
	ends 137
	eventually [ -e ended ]
	eventually gone "${stages##* }"
	PATH=$build/bin:$PATH start a
	eventually grep -q 'siem-run: a: waiting for an earlier run to end' err
	echo '{"n":5}' >>log
	timeout 60 sh -c 'echo >go'
	eventually has out 5
	kill "$pid"
	ends 0
	cmp log out
}

@test "counts are printed when they are asked for, and at the end" {
	config '  a: {kind: file, enabled: true, path: out}'
	start a --stats
	eventually siem-tail -c state/a.ckpt --status log
	kill -USR1 "$pid"
	eventually grep -q '^siem-send: 4 read, 4 delivered' err
	eventually grep -q '^siem-fmt: 4 records read' err
	kill "$pid"
	ends 0
	equal 2 "$(grep -c '^siem-send: 4 read, 4 delivered' err)"
}

@test "a stage that does not end is killed after its time" {
	config '  a: {kind: file, enabled: true, path: out}'
	start a --grace 0
	eventually has out 4
	eventually stages
	stopped=${stages##* }
	kill -STOP "$stopped"
	kill "$pid"
	ends 3
	stages_end
	start a
	eventually stages
	kill -HUP "$pid"
	ends 3
	stages_end
}

@test "--check says what is wrong with each, and ends with the worst" {
	config '  a: {kind: file, enabled: true, path: out}' \
		'  b: {kind: syslog, enabled: true, transport: tcp, host: 127.0.0.1, port: 1}'
	run -0 siem-run -f siem.yaml --check a
	equal 'siem-run a
  input            ok       log
  state_dir        ok       state
  checkpoint       ok       state/a.ckpt, which is not there yet
  dead letters     ok       state/a.dead, which is not there yet
  receipts         ok       state/a.receipts, which is not there yet
  format           ok       siem-fmt --json
a
  file             ok       out, which is not there yet
  delivery         skipped  --check=send delivers an event that is marked as a test' "$output"
	run -3 siem-run -f siem.yaml --check
	[[ $output == *'
siem-run b
'*'route            FAILED   connect 127.0.0.1:1: Connection refused'* ]]
	printf '%s\n' '  map: none.json' '  metrics_dir: nowhere' >>siem.yaml
	sed -i 's/input: log/input: [log, "*.none", later]/' siem.yaml
	run -3 siem-run -f siem.yaml --check a
	[[ $output == *'  input            warning  *.none: there is no such file yet
  input            warning  later is not there yet: it is waited for
'* ]]
	[[ $output == *'  metrics_dir      FAILED   nowhere: No such file or directory'* ]]
	[[ $output == *'  format           FAILED   siem-fmt: '*none.json*'No such file'* ]]
	run -0 siem-run -f siem.yaml -f <(printf '%s\n' siem: '  map: auto' '  metrics_dir: state') --check=send a
	has out 1
	mkdir state/a.dead.why
	echo damaged >state/a.ckpt
	run -3 siem-run -f siem.yaml -f <(printf '%s\n' siem: '  map: auto' '  metrics_dir: state') --check a
	[[ $output == *'
  checkpoint       FAILED   state/a.ckpt: no checkpoint, but something else: give another name
  dead letters     FAILED   state/a.dead.why: '* ]]
	run -2 siem-run -f siem.yaml --check=all a
	equal 'siem-run: option --check: all is not send' "$output"
}

@test "what cannot be written to is said before anything runs" {
	config '  a: {kind: file, enabled: true, path: out}'
	rmdir state
	run -3 siem-run -f siem.yaml a
	equal 'siem-run: state_dir: state: No such file or directory' "$output"
	mkdir -m 500 state
	run -3 unprivileged siem-run -f siem.yaml a
	equal 'siem-run: state_dir: state: Permission denied' "$output"
}

@test "the template unit is in order" {
	command -v systemd-analyze >/dev/null || skip 'no systemd-analyze here'
	tool=$(command -v siem-run)
	sed "s,/usr/local/bin,${tool%/*}," "$root/share/systemd/siem-run@.service" >siem-run@.service
	run -0 systemd-analyze verify --man=no "$PWD/siem-run@splunk.service"
	equal '' "$output"
}
