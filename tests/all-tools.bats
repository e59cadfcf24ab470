#!/usr/bin/env bats
# What holds for every tool and every module.

load helper

# The tools, which are the folders of cmd/.
tools()
{
	local folder

	for folder in "$root"/cmd/*/; do
		basename "$folder"
	done
}

# options TOOL: the long forms, without dashes.
options()
{
	"$1" --list-options | sed -e 's/\t.*//' -e 's/^--//'
}

@test "modules include only what stands before them in lib/LAYERS" {
	cd "$root/lib"
	run -0 awk -f ../tests/layers.awk LAYERS ./*/*.[ch] ../cmd/*/*.[ch]

	equal '' "$output"
}

@test "an include that points up, or has no place, is found" {
	mkdir -p lib/low lib/high cmd/tool
	cd lib
	echo '# order
low  a b
high c' >LAYERS
	echo '#include "high/c.h"' >low/a.c
	echo '#include "low/b.h"' >low/b.c
	echo '#include "low/b.h"' >high/c.c
	echo '#include "low/a.h"' >high/d.c
	echo '#include "other/x.h"' >../cmd/tool/main.c
	run -0 awk -f "$root/tests/layers.awk" LAYERS ./*/*.[ch] ../cmd/*/*.c

	equal '../cmd/tool/main.c includes "other/x.h"
./high/d.c includes "low/a.h"
./low/a.c includes "high/c.h"
high/d has no place in lib/LAYERS' "$(sort <<<"$output")"
}

@test "--help goes to standard output and fits a screen of 80 columns" {
	for tool in $(tools); do
		run -0 --separate-stderr "$tool" --help

		equal "usage: $tool [options]" "$(head -n 1 <<<"$output" | cut -d ' ' -f 1-3)"
		equal '' "$stderr"
		equal '' "$(grep -E '.{81}' <<<"$output" || true)"
		[ "${#lines[@]}" -le 45 ]
	done
}

@test "--version names the tool and the version" {
	version=$(sed -n 's/^VERSION = //p' "$root/Makefile")
	for tool in $(tools); do
		run -0 --separate-stderr "$tool" --version

		equal "$tool (siem-tools) $version" "$output"
		equal '' "$stderr"
	done
}

@test "--help says in one column what each option is for" {
	for tool in $(tools); do
		run -0 "$tool" --help
		for line in "${lines[@]}"; do
			[[ $line != '  '* || $line =~ ^.{32}\ [^\ ] ]] ||
				{ echo "$tool: $line"; return 1; }
		done
	done
}

@test "--help explains every option that --list-options lists" {
	for tool in $(tools); do
		while IFS=$'\t' read -r option help; do
			[ -n "$help" ]
			"$tool" --help | grep -F -e " $option" | grep -qF -e "$help" ||
				{ echo "$tool --help lacks $option"; return 1; }
		done < <("$tool" --list-options)
	done
}

@test "help, version and options that cannot be written are an error" {
	for tool in $(tools); do
		for option in --help --version --list-options; do
			run -3 sh -c "$tool $option >/dev/full"

			equal "$tool: standard output: No space left on device" "$output"
		done
	done
}

@test "an unknown option is named, with the nearest that exists" {
	for tool in $(tools); do
		for option in $(options "$tool"); do
			run -2 --separate-stderr "$tool" "--${option}q"

			equal '' "$output"
			equal "$tool: unknown option: --${option}q (did you mean --$option?)" "$stderr"
		done
	done
}

@test "an unknown letter is named" {
	for tool in $(tools); do
		run -2 --separate-stderr "$tool" -Z

		equal '' "$output"
		equal "$tool: unknown option: -Z (see --help)" "$stderr"
	done
}

@test "every option is in the manual, and the manual has no other" {
	for tool in $(tools); do
		page=$root/man/$tool.1
		manual=$(grep -oE '^\.It .*' "$page" | grep -oE 'Fl Fl [a-z0-9-]+' |
			sed 's/Fl Fl //' | sort -u)

		equal "$(options "$tool" | sort -u)" "$manual"
	done
}

@test "every manual has the sections that scripts and people rely on" {
	for tool in $(tools); do
		for section in NAME SYNOPSIS DESCRIPTION 'EXIT STATUS' EXAMPLES 'SEE ALSO'; do
			grep -qx ".Sh $section" "$root/man/$tool.1" ||
				{ echo "$tool(1) lacks $section"; return 1; }
		done
	done
}

@test "every tool is in the README, in siem(7) and in the completion" {
	for tool in $(tools); do
		grep -qF "| \`$tool\` |" "$root/README.md"
		grep -qF ".Xr $tool 1" "$root/man/siem.7"
		grep -qE "^complete .* $tool( |$)" "$root/share/completions/siem.bash"
	done
}

@test "the shell completes every option of every tool" {
	# shellcheck source=share/completions/siem.bash
	source "$root/share/completions/siem.bash"
	for tool in $(tools); do
		_siem "$tool" -- ''

		equal "$(options "$tool" | sed 's/^/--/')" "$(printf '%s\n' "${COMPREPLY[@]}")"
	done
}

# completes WANT TOOL WORD [BEFORE]: what is offered for WORD behind BEFORE.
completes()
{
	_siem "$2" "$3" "${4:-$2}"
	# shellcheck disable=SC2031 # it was set in this shell
	equal "$1" "${COMPREPLY[*]}"
}

@test "the shell completes kinds and maps, and leaves files to itself" {
	# shellcheck source=share/completions/siem.bash
	source "$root/share/completions/siem.bash"

	completes 'splunk sc4s sentinel syslog stdout' siem-send s
	completes 'splunk sc4s sentinel syslog stdout' siem-send s --failover
	completes qradar siem-send q --settings
	completes '' siem-send s --receipts
	completes relp siem-mock r
	completes gatekit siem-fmt ga --map
	COMP_TYPE=63 completes gatekit siem-fmt ga --map
	COMP_TYPE=63 _siem siem-fmt ge --map
	equal generic "${COMPREPLY[*]}"
	COMP_TYPE=63 _siem siem-fmt '' --map
	equal "$(siem-fmt --list | sed -n '/^maps:/,/^[^ ]/s/^  //p')" "$(printf '%s\n' "${COMPREPLY[@]}")"
	_siem siem-fmt '' --map
	[[ ${COMPREPLY[*]} == *'gatekit '*'generic'* ]]
	completes '' siem-fmt ga
	completes '' siem-tail ''
}

# A signal that came before a tool is up would end it in the plain way; so it is
# typed when the tool has shown that it reads.
@test "control-C at a terminal is the end of the input, at once" {
	local command

	for command in 'siem-fmt --json' siem-parse 'siem-batch -n 1' 'siem-send stdout'; do
		mkfifo keys
		: >shown
		script -qefc "exec $command --grace 60" /dev/null <keys >shown 2>&1 &
		remember $!
		exec 9>keys
		printf '{"typed":1}\n' >&9
		# Once by the terminal, and once by the tool.
		eventually eval '[ "$(grep -c typed shown)" = 2 ]'
		printf '\003' >&9
		wait $! || { echo "$command: $?"; cat shown; return 1; }
		exec 9>&-
		rm keys
	done
}
