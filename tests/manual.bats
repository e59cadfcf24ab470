#!/usr/bin/env bats
# The EXAMPLES of the manuals, and the first look of the README, work as
# printed.
#
# In a display, a line that begins with "$ " is a command, one that ends with
# a backslash goes on in the next, and what follows up to the next command is
# what it prints. Such an example is run, in a folder that holds
# tests/vectors/audit.jsonl and what earlier examples of its page left there,
# and must print just that. A command that shows no output speaks of other
# machines or runs for ever; of these, and of all others, every option must
# exist and the shell must accept the syntax.

load helper

pages=("$root"/man/*.[157] "$root/README.md")

# examples PAGE: its EXAMPLES as a reader sees them, without the indentation.
examples()
{
	if [[ $1 == *.md ]]; then
		sed -n '/^## A look/,/^## Two/s/^    //p' "$1"
		return
	fi
	mandoc -T utf8 -O width=1000 "$1" | sed 's/.\x08//g' |
		sed -n '/^EXAMPLES/,/^[A-Z]/{s/^ \{11\}//p;t;s/.*//p}'
}

# Print "COMMAND<NUL>OUTPUT<NUL>" for every command; OUTPUT may be empty.
split_examples()
{
	awk '
	function flush() {
		if (command != "")
			printf "%s%c%s%c", command, 0, text, 0
		command = text = ""
	}
	open { command = command "\n" $0; open = /\\$/; next }
	/^\$ / { flush(); command = substr($0, 3); open = /\\$/; next }
	/^$/ { flush(); next }
	command != "" { text = text $0 "\n" }
	END { flush() }'
}

@test "an example that shows its output prints just that" {
	count=0
	for page in "${pages[@]}"; do
		mkdir "$BATS_TEST_TMPDIR/${page##*/}"
		cd "$BATS_TEST_TMPDIR/${page##*/}"
		cp "$root/tests/vectors/audit.jsonl" .
		while IFS= read -r -d '' command && IFS= read -r -d '' want; do
			[ -n "$want" ] || continue
			echo "$page: $command"
			equal "${want%$'\n'}" "$(timeout 120 bash -o pipefail -c "$command" 2>&1)"
			count=$((count + 1))
		done < <(examples "$page" | split_examples)
	done
	[ "$count" -ge 15 ]
}

@test "every example is something the shell and the tools understand" {
	count=0
	for page in "${pages[@]}"; do
		while IFS= read -r -d '' command && IFS= read -r -d '' _; do
			echo "$page: $command"
			bash -n -c "$command"
			# Words up to the next pipe or quotation, so that other
			# programs keep theirs.
			while read -r tool arguments; do
				for word in $arguments; do
					[[ $word != -- ]] || break
					[[ $word == --* ]] || continue
					grep -qxF -e "${word%%=*}" \
						<("$tool" --list-options | cut -f 1)
				done
			done < <(grep -oE "siem-(tail|fmt|batch|send|parse|mock|verify|run)[^|;&<>']*" <<<"$command")
			count=$((count + 1))
		done < <(examples "$page" | split_examples)
	done
	[ "$count" -ge 10 ]
}

@test "every page that a manual refers to exists" {
	run -0 grep -rhoE '^\.Xr siem[a-z-]* [157]' "$root/man"

	while read -r _ name section; do
		[ -f "$root/man/$name.$section" ] || { echo "no $name($section)"; return 1; }
	done <<<"$output"
}

@test "siem(7) and the README name every other page" {
	for page in "$root"/man/*.[157]; do
		page=${page##*/}
		[ "$page" != siem.7 ] || continue
		grep -qxE ".Xr ${page%.*} ${page##*.}( ,)?" \
			<(sed -n '/^.Sh SEE ALSO/,$p' "$root/man/siem.7") ||
			{ echo "siem(7) does not name $page"; return 1; }
		grep -qE "\`${page%.*}(\(${page##*.}\))?\`" "$root/README.md" ||
			{ echo "the README does not name $page"; return 1; }
	done
}
