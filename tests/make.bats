#!/usr/bin/env bats
# What make promises to those who install and package.

load helper

# As make was called for this run, so that nothing is built again.
make_here()
{
	local build=${BUILD:-$root/build}

	case $build in
	*-san) set -- SAN=1 "$@" ;;
	esac
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -s -C "$root" "$@"
}

@test "make install puts tools, manuals, maps and completion below DESTDIR" {
	run -0 make_here install PREFIX=/usr DESTDIR="$PWD/x"

	equal "$(cd "$root/cmd" && printf '%s\n' *)" "$(ls x/usr/bin)"
	equal "$(cd "$root/man" && printf '%s\n' *.[1-9] | sort)" \
		"$(cd x/usr/share/man && printf '%s\n' */* | sed 's,.*/,,' | sort)"
	cmp "$root/man/siem.7" x/usr/share/man/man7/siem.7
	equal "$(cd "$root/share/maps" && ls -- *.json)" "$(ls x/usr/share/siem-tools/maps)"
	cmp "$root/share/completions/siem.bash" \
		x/usr/share/bash-completion/completions/siem-fmt
	x/usr/bin/siem-fmt --version
}

@test "make uninstall leaves no file of make install" {
	make_here install PREFIX=/usr DESTDIR="$PWD/x"
	run -0 make_here uninstall PREFIX=/usr DESTDIR="$PWD/x"

	equal '' "$(find x ! -type d)"
	[ ! -e x/usr/share/siem-tools ]
}

@test "make uninstall has nothing to say the second time, nor of maps of others" {
	make_here install PREFIX=/usr DESTDIR="$PWD/x"
	run -0 make_here uninstall PREFIX=/usr DESTDIR="$PWD/x"
	equal '' "$output"
	run -0 make_here uninstall PREFIX=/usr DESTDIR="$PWD/x"
	equal '' "$output"

	make_here install PREFIX=/usr DESTDIR="$PWD/x"
	echo '{}' >x/usr/share/siem-tools/maps/ours.json
	run -0 make_here uninstall PREFIX=/usr DESTDIR="$PWD/x"
	equal '' "$output"
	equal ours.json "$(ls x/usr/share/siem-tools/maps)"
}

@test "a folder with a blank in its name is refused before anything is done" {
	mkdir -p there/bin
	echo ours >there/bin/siem-send
	for verb in install uninstall; do
		for name in PREFIX DESTDIR BINDIR MANDIR DATADIR COMPDIR; do
			run -2 make_here "$verb" DESTDIR="$PWD/x" \
				"$name=$PWD/a there"
			[[ $output == *"$name: no blanks, please: "* ]]
		done
	done
	equal ours "$(cat there/bin/siem-send)"
	equal there "$(ls)"
}

@test "make help says what every verb does" {
	run -0 make_here help

	for verb in check demo bench chaos outage lint fuzz compare prove install deps clean help; do
		grep -q "^make $verb  *[a-z]" <<<"$output"
	done
	grep -q '[#$]$' <<<"$output" && return 1
	equal 'make              build the tools into build/bin/' "${lines[0]}"
}

@test "the flags of a packager are added to those of the project" {
	run -0 make_here -n BUILD=y CFLAGS=-O1 CPPFLAGS=-DHARD LDFLAGS=-Wl,-z,now all

	compile=$(grep -m 1 'lib/core/buf.c' <<<"$output")
	for flag in -Wconversion -std=gnu11 -DHARD -O1; do
		grep -qF -e " $flag " <<<"$compile"
	done
	grep -qF -e ' -O2 ' <<<"$compile" && return 1
	grep -E -e '-Wl,--as-needed -Wl,-z,now -o y/bin/siem-fmt ' <<<"$output"
}
