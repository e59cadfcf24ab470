# Processes that a test or a script has started.

# gone PID: has it ended? Whether somebody has waited for it is another matter:
# in a container nobody may do that for orphans.
gone()
{
	local key state=Z

	while read -r key state _ && [ "$key" != State: ]; do
		:
	done 2>/dev/null <"/proc/$1/status"
	[ "${state:-Z}" = Z ]
}
