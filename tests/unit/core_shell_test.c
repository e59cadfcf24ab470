/* Words for the shell, and what its commands write. */
#include "core/shell.h"

#include "check.h"

#include <stdlib.h>
#include <string.h>

/* What a command writes, or why that is not had, after "! ". */
static const char *said(const char *command, unsigned timeout_ms, size_t most)
{
	static char result[1024];
	struct buf out = BUF_INIT(most);
	struct err e = { 0 };

	if (shell_read(command, timeout_ms, &out, &e) < 0)
		snprintf(result, sizeof(result), "! %s", e.text);
	else
		snprintf(result, sizeof(result), "%s", buf_str(&out));
	buf_free(&out);
	return result;
}

#define SAID(command, want) CHECK(strcmp(said(command, 60000, 4096), want) == 0)

static void what_a_command_writes_is_had_whole(void)
{
	SAID("printf 'one\\ntwo\\n'", "one\ntwo\n");
	SAID("true", "");
	SAID("cat", ""); // there is nothing to read
	CHECK(strcmp(said("echo abc", 60000, 4), "abc\n") == 0);
}

static void a_command_that_fails_says_nothing(void)
{
	SAID("echo one; exit 7", "! it ended with status 7");
	SAID("kill -9 $$", "! it was ended by signal 9");
	CHECK(strcmp(said("head -c 3000 /dev/zero", 60000, 2048),
		     "! it writes more than 2 KiB") == 0);
}

static void a_command_that_takes_too_long_is_ended(void)
{
	CHECK(strcmp(said("echo one; exec sleep 600", 1, 4096),
		     "! it was ended by signal 9, as it took longer than "
		     "0 s") == 0);
	// Nor may it stay when it has closed its output.
	CHECK(strncmp(said("exec sleep 600 >&-", 1, 4096),
		      "! it was ended by signal 9", 26) == 0);
}

static void a_word_is_what_it_was_to_the_shell(void)
{
	const char *const texts[] = {
		"", "a b", "it's", "'", "$HOME `id` \\ \"", "-n"
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct buf command = BUF_INIT(1000);

		buf_puts(&command, "printf %s ");
		shell_put_word(&command, texts[i]);
		SAID(buf_str(&command), texts[i]);
		buf_free(&command);
	}
}

int main(void)
{
	RUN(what_a_command_writes_is_had_whole);
	RUN(a_command_that_fails_says_nothing);
	RUN(a_command_that_takes_too_long_is_ended);
	RUN(a_word_is_what_it_was_to_the_shell);
	return check_done();
}
