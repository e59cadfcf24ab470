#include "event/path.h"

#include "core/buf.h"

#include "check.h"

/* The names of a path, each in brackets; or why it has none. */
static const char *names_of(const char *path)
{
	static struct buf out;
	struct slice names[PATH_NAMES];
	const char *why = NULL;
	char text[256];
	int count = path_split(slice_of(path), text, names, &why);

	out.max = 1024;
	buf_clear(&out);
	for (int i = 0; i < count; i++)
		buf_printf(&out, "[%.*s]", (int)names[i].len, names[i].data);
	return count < 0 ? why : buf_str(&out);
}

/* The pieces of a template: paths in brackets, other text in quotes. */
static const char *pieces_of(const char *template)
{
	static struct buf out;
	struct slice rest = slice_of(template);
	const char *why = NULL;
	struct piece piece;
	char text[256];

	out.max = 1024;
	buf_clear(&out);
	while (rest.len > 0) {
		if (!path_next_piece(&rest, text, &piece, &why))
			return why;
		buf_puts(&out, piece.is_path ? "[" : "'");
		buf_put_slice(&out, piece.text);
		buf_puts(&out, piece.is_path ? "]" : "'");
	}
	return buf_str(&out);
}

static void dots_divide_the_names_of_a_path(void)
{
	CHECK(strcmp(names_of("a"), "[a]") == 0);
	CHECK(strcmp(names_of("a.b c.d"), "[a][b c][d]") == 0);
	CHECK(strcmp(names_of("@timestamp"), "[@timestamp]") == 0);
}

static void a_backslash_takes_the_next_byte_as_it_stands(void)
{
	CHECK(strcmp(names_of("log\\.level"), "[log.level]") == 0);
	CHECK(strcmp(names_of("\\$set.x\\\\y"), "[$set][x\\y]") == 0);
	CHECK(strcmp(names_of("a\\"), "nothing behind the backslash") == 0);
}

static void names_are_not_empty(void)
{
	CHECK(strcmp(names_of(""), "a path with an empty name") == 0);
	CHECK(strcmp(names_of("a..b"), "a path with an empty name") == 0);
	CHECK(strcmp(names_of("a."), "a path with an empty name") == 0);
}

static void a_path_has_32_names_at_most(void)
{
	char path[2 * 33 + 1];

	for (size_t i = 0; i < sizeof(path); i += 2)
		memcpy(path + i, "a.", i + 1 < sizeof(path) ? 2 : 1);
	path[2 * 32 - 1] = '\0';
	CHECK(strncmp(names_of(path), "[a][a]", 6) == 0);
	path[2 * 32 - 1] = '.';
	path[2 * 33 - 1] = '\0';
	CHECK(strcmp(names_of(path), "a path of too many names") == 0);
}

static void braces_hold_the_paths_of_a_template(void)
{
	CHECK(strcmp(pieces_of("{a.b}/{$c}"), "[a.b]'/'[$c]") == 0);
	CHECK(strcmp(pieces_of("plain"), "'plain'") == 0);
	CHECK(strcmp(pieces_of("x{a}{b}y"), "'x'[a][b]'y'") == 0);
}

static void braces_written_twice_stand_for_themselves(void)
{
	CHECK(strcmp(pieces_of("{{{a}}}"), "'{'[a]'}'") == 0);
	CHECK(strcmp(pieces_of("{{x}}"), "'{x}'") == 0);
}

static void a_lone_brace_is_an_error(void)
{
	const char *why = "a brace without its other half";

	CHECK(strncmp(pieces_of("{a"), why, strlen(why)) == 0);
	CHECK(strncmp(pieces_of("a}b"), why, strlen(why)) == 0);
	CHECK(strncmp(pieces_of("{"), why, strlen(why)) == 0);
}

int main(void)
{
	RUN(dots_divide_the_names_of_a_path);
	RUN(a_backslash_takes_the_next_byte_as_it_stands);
	RUN(names_are_not_empty);
	RUN(a_path_has_32_names_at_most);
	RUN(braces_hold_the_paths_of_a_template);
	RUN(braces_written_twice_stand_for_themselves);
	RUN(a_lone_brace_is_an_error);
	return check_done();
}
