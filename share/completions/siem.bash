# bash completion for every siem tool: the tool itself knows its options, maps
# and kinds. Where there is nothing to offer, bash offers files.

# _siem_told WORD LINES: offer the first words of the lines that begin with WORD,
# and the lines whole where they are several and only shown (COMP_TYPE).
_siem_told()
{
	mapfile -t COMPREPLY < <(grep -E "^${1//[^[:alnum:]_-]/.}" <<<"$2")
	[[ ${#COMPREPLY[@]} -gt 1 && ${COMP_TYPE-} == @(33|63|64) ]] ||
		COMPREPLY=("${COMPREPLY[@]%% *}")
}

_siem()
{
	local words=

	case $2/${3:-}/${1##*/} in
	-*) words=$("$1" --list-options | cut -f 1) ;;
	*/-m/siem-fmt | */--map/siem-fmt)
		_siem_told "$2" "$("$1" --list 2>/dev/null |
			sed -n '/^maps:/,/^[^ ]/s/^  //p')"
		return ;;
	*/--settings/siem-send | */--failover/siem-send)
		words=$("$1" --list | cut -d ' ' -f 1) ;;
	*/-*/*) ;;
	*/siem-send | */siem-mock) words=$("$1" --list | cut -d ' ' -f 1) ;;
	esac 2>/dev/null
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$2")
}
complete -o default -F _siem siem-tail siem-fmt siem-batch siem-send siem-parse siem-mock siem-verify siem-run
