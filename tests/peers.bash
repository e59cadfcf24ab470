# The syslog daemons that people run: where they were unpacked, how they are
# started, and where they listen. For the tests that talk to them.

PEERS=$root/build/peers
LIBRARIES=$(printf '%s:' "$PEERS"/{usr/,}lib/*-linux-gnu)$PEERS/usr/lib/syslog-ng

# port_of PID tcp|udp: write to the file port where it listens, by the sockets
# it holds.
port_of()
{
	local inodes

	inodes=$(readlink "/proc/$1/fd/"* | sed -n 's/socket:\[\(.*\)\]/\1/p')
	awk -v inodes="$inodes" '
		BEGIN { n = split(inodes, list); for (i = 1; i <= n; i++) mine[list[i]] }
		($10 in mine) && $4 ~ /^0[7A]$/ { print $2; found = 1; exit }
		END { exit !found }' "/proc/net/$2" >port.hex || return 1
	printf '%d\n' "0x$(cut -d : -f 2 port.hex)" >port
}

# start_rsyslog tcp|udp, start_syslog_ng tcp|udp: with peer.conf. Its process is
# in the file peer.pid and its port, of that protocol, in the file port.
start_rsyslog()
{
	local modules=("$PEERS"/usr/lib/*/rsyslog)

	LD_LIBRARY_PATH=$LIBRARIES "$PEERS/usr/sbin/rsyslogd" -n -f peer.conf \
		-i "$PWD/rsyslog.pid" -M "${modules[0]}" >peer.log 2>&1 3>&- 4>&- &
	echo $! >peer.pid
	eventually port_of "$!" "$1"
}

start_syslog_ng()
{
	local modules=("$PEERS"/usr/lib/syslog-ng/[0-9]*)

	LD_LIBRARY_PATH=$LIBRARIES "$PEERS/usr/sbin/syslog-ng" -F --no-caps \
		-f "$PWD/peer.conf" -p "$PWD/syslog-ng.pid" -R "$PWD/persist" \
		-c "$PWD/control" --module-path="${modules[0]}" >peer.log 2>&1 3>&- 4>&- &
	echo $! >peer.pid
	eventually port_of "$!" "$1"
}

stop_peer()
{
	[ ! -s peer.pid ] || kill "$(cat peer.pid)" 2>/dev/null || true
}
