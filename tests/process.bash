# Processes that a test or a script has started.

# gone PID: has it ended? Whether somebody has waited for it is another matter:
# in a container nobody may do that for orphans.
gone()
{
	local status=''

	# All of it: of a process that ends meanwhile bash cannot give back what
	# it has read too much, and has it for what is read next, of any file.
	read -r -d '' status 2>/dev/null <"/proc/$1/status" || true
	[[ $status != *$'\nState:\t'[^ZX]* ]]
}
