# bash completion for every siem tool: the tool itself knows its options.
_siem()
{
	local words

	words=$("$1" --list-options 2>/dev/null | cut -f 1)
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$2")
}
complete -o default -F _siem siem-tail siem-fmt siem-batch siem-send siem-mock siem-verify
