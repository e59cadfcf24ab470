# siem-tail -c, with a sink that acknowledges what comes.

# ship [ARG...]: a run to the end of log that is acknowledged; got has it all.
# $as is what runs siem-tail, if anything.
ship()
{
	[ $# -gt 0 ] || set -- log
	${as:-} siem-tail --once -c ck "$@" 2>>err | commit ck >>got 2>>err
	case "${PIPESTATUS[*]}" in
	'0 0') ;;
	*) echo "statuses ${PIPESTATUS[*]}"; cat err; return 1 ;;
	esac
}

# got TEXT: exactly that has arrived so far, and nothing was said.
got()
{
	equal "$1" "$(cat got)"
	equal '' "$(cat err)"
}

# many FROM TO: numbered lines, some hundred bytes each.
many()
{
	seq -f '{"n":%06.0f,"pad":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"}' \
		"$1" "$2"
}

# follow: in the background, acknowledged, until it is ended.
follow()
{
	pipe=pipe.$((pipes = ${pipes:-0} + 1))
	mkfifo $pipe
	${as:-} siem-tail -c ck "$@" >$pipe 2>>err 3>&- &
	pid=$!
	remember "$pid"
	commit ck <$pipe >>got 2>>err 3>&- &
	sink=$!
	remember "$sink"
}

# ended STATUS PID: wait for a process, which ends with that.
ended()
{
	local status=0

	wait "$2" || status=$?
	equal "$1" "$status"
}

has()
{
	[ "$(cat got)" = "$1" ]
}
