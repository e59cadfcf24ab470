#!/usr/bin/env bats
# CEF is read by a parser that is none of ours as it is by siem-parse: header
# and extension, field by field, by the field type "cef" of liblognorm.

load helper

setup()
{
	[ -d "$root/build/lognorm" ] || skip 'liblognorm could not be unpacked'
	cd "$BATS_TEST_TMPDIR" || return 1
	export LC_ALL=C TZ=UTC0
	printf 'version=2\nrule=:%%f:cef%%\n' >rules
	# Version 2.0.6 loses the first letter of the first key.
	cat >ours.jq <<-'END'
		.cef | {
			DeviceVendor: .device_vendor,
			DeviceProduct: .device_product,
			DeviceVersion: .device_version,
			SignatureID: .device_event_class_id,
			Name: .name,
			Severity: .severity,
			Extensions: (.extension | to_entries
				| if length > 0 then .[0].key |= .[1:] else . end
				| from_entries)
		}
	END
}

# read_by_both EVENTS: the CEF of them, by siem-parse and by lognormalizer.
read_by_both()
{
	siem-fmt -q --cef "$1" >cef
	siem-parse cef | jq -cSf ours.jq >ours
	LD_LIBRARY_PATH=$(printf '%s:' "$root"/build/lognorm/usr/lib/*-linux-gnu) \
		"$root/build/lognorm/usr/bin/lognormalizer" -r rules -e json <cef |
		jq -cS .f >theirs
	equal "$2" "$(wc -l <theirs)"
	cmp ours theirs
}

@test "golden and live records are read by liblognorm as by siem-parse" {
	cat "$root"/tests/vectors/{golden,live}.jsonl >events
	read_by_both events 10
}

@test "so are 10,000 generated events" {
	gen-events 10000 >events
	read_by_both events 10000
}

@test "so are 10,000 hostile records" {
	prove-formats --records --vectors "$root/tests/vectors" 10000 1 >events
	read_by_both events 10000
}
