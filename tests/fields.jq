# What siem-parse and receivers say of the same lines, in the same words.

# A time in full, with six digits of a second and its zone as an offset.
def full: sub("Z$"; "+00:00")
	| capture("^(?<clock>.{19})([.](?<fraction>[0-9]+))?(?<zone>.*)$")
	| "\(.clock).\((.fraction // "") + "000000" | .[:6])\(.zone)";

def said: if . == "-" or . == "" then null else . end;

# A message is an object, or text.
def content: . as $text
	| try (fromjson | if type == "object" then . else $text end) catch $text;

def ours: .syslog as $s | {
	priority: $s.priority, facility: $s.facility, severity: $s.severity,
	timestamp: ($s.timestamp | if $s.version == 1 then full else . end),
	host: $s.host, app: $s.app, procid: $s.procid, msgid: $s.msgid,
	structured_data: ($s.structured_data // {}),
	message: (.json // .message)
};

# Of RFC 3164 ($old), the time has no year and no zone.
def rsyslog($old): {
	priority: (.priority | tonumber), facility, severity,
	timestamp: (if $old then .short else .time | full end),
	host, app, procid: (.procid | said), msgid: (.msgid | said),
	structured_data: (.data | said // "{}" | fromjson),
	# It keeps what does not belong to the text: the space behind the
	# colon of a TAG, and the byte order mark.
	message: (.message | sub(if $old then "^ " else "^\ufeff" end; "") | content)
};

def syslog_ng($old): {
	priority: (.priority | tonumber), facility, severity,
	# It writes six digits of a second, whatever has come.
	timestamp: (if $old then .short | sub("[.]000000$"; "") else .time | full end),
	host, app, procid: (.procid | said), msgid: (.msgid | said),
	# Its names for them are ".SDATA.", SD-ID, dot, PARAM-NAME.
	structured_data: (reduce (to_entries[] | select(.key | startswith(".SDATA."))) as $e ({};
		($e.key | capture("^[.]SDATA[.](?<id>[^.]*)[.](?<name>.*)$")) as $k
		| .[$k.id][$k.name] = $e.value)),
	message: (.message | content)
};

def theirs($receiver; $old):
	if $receiver == "rsyslog" then rsyslog($old) else syslog_ng($old) end;

# Of two lists of records, a line for each field that is not the same.
def differences($receiver; $our_records; $their_records):
	range([$our_records, $their_records] | map(length) | max) as $i
	| $our_records[$i] as $o
	| ($o | ours) as $a
	| ($their_records[$i] | theirs($receiver; $o.syslog.version != 1)) as $b
	| ($a + $b | keys[]) | select($a[.] != $b[.])
	| {line: ($i + 1), field: ., siem_parse: $a[.], theirs: $b[.]};
