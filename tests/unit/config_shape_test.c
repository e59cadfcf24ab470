/* What may stand where, and what is said of what may not. */
#include "config/shape.h"

#include "check.h"
#include "folder.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct shape shapes[] = {
	{ "name", SHAPE_TEXT, NULL },
	{ "on", SHAPE_BOOL, NULL },
	{ "count", SHAPE_COUNT, NULL },
	{ "wait", SHAPE_NUMBER, NULL },
	{ "size", SHAPE_SIZE, NULL },
	{ "rate", SHAPE_RATE, NULL },
	{ "mode", SHAPE_WORD, "all|one" },
	{ "tags", SHAPE_LIST, NULL },
	{ "files", SHAPE_TEXTS, NULL },
	{ "token", SHAPE_TEXT, .secret = true },
	{ "tokens", SHAPE_TEXTS, .secret = true },
	{ "tls.ca_file", SHAPE_TEXT, .alias = "authority" },
	{ "tls.deep.key", SHAPE_TEXT, NULL },
};

enum { COUNT = sizeof(shapes) / sizeof(shapes[0]) };

/* What is wrong with a text, or "fine". */
static const char *check(const char *text)
{
	static char result[600];
	struct yaml y = YAML_NONE;
	struct err e = { 0 };

	CHECK(yaml_load(&y, "f", slice_of(text), &e) == 0);
	if (shape_check(&y, y.root, "", shapes, COUNT, &e) == 0)
		snprintf(result, sizeof(result), "fine");
	else
		snprintf(result, sizeof(result), "%s", e.text);
	yaml_close(&y);
	return result;
}

#define SAYS(text, want) CHECK(strcmp(check(text), want) == 0)

static void what_has_its_type_is_fine(void)
{
	SAYS("name: x\non: yes\ncount: 3\nwait: 0.5\nsize: 64MB\nrate: 5MB/s\n"
	     "mode: one\ntags: [a, b]\nfiles: a\ntls: {ca_file: x}\n",
	     "fine");
	SAYS("files: [a, b]\ntags: []\ntls: {deep: {key: x}}\nname: \"\"\n",
	     "fine");
}

static void a_value_of_another_type_is_said_where_it_is(void)
{
	SAYS("on: maybe\n", "f:1:5: on: maybe is not true or false");
	SAYS("count: -1\n", "f:1:8: count: -1 is not a number");
	SAYS("wait: soon\n",
	     "f:1:7: wait: soon is not a number, as in 2 or 0.5");
	SAYS("size: big\n", "f:1:7: size: big is not a size, as in 64MB");
	SAYS("rate: 5\n",
	     "f:1:7: rate: 5 is not a rate, as in 1000/s or 5MB/s");
	SAYS("mode: two\n", "f:1:7: mode: two is not one of all|one");
	SAYS("name: [x]\n", "f:1:7: name: that is a list, and no value");
	SAYS("name: {x: y}\n", "f:1:7: name: that is a section, and no value");
	SAYS("tags: x\n", "f:1:7: tags: that is no list, as in [a, b]");
	SAYS("tags: [[x]]\n", "f:1:8: tags: that is a list, and no value");
	SAYS("tls: x\n",
	     "f:1:6: tls: that is no section, with keys of its own");
}

static void a_value_that_is_missing_is_said_where_its_key_is(void)
{
	SAYS("\nname:\n", "f:2:1: name: there is no value");
	SAYS("tags:\n", "f:1:1: tags: there is no value");
	SAYS("tls:\n", "f:1:1: tls: there is no value");
	SAYS("files: [a, ~]\n", "f:1:12: files: there is no value");
}

static void a_key_that_nobody_knows_is_said_with_the_nearest(void)
{
	SAYS("nmae: x\n", "f:1:1: nmae: unknown key (did you mean name?)");
	SAYS("tsl: {ca_file: x}\n",
	     "f:1:1: tsl: unknown key (did you mean tls?)");
	SAYS("tls: {ca_fiel: x}\n",
	     "f:1:7: tls.ca_fiel: unknown key (did you mean ca_file?)");
	SAYS("tls: {x: y}\n", "f:1:7: tls.x: unknown key");
	SAYS("tls: {dep: {}}\n",
	     "f:1:7: tls.dep: unknown key (did you mean deep?)");
	SAYS("xyz: x\n", "f:1:1: xyz: unknown key");
	SAYS("tls.ca_file: x\n",
	     "f:1:1: tls.ca_file: unknown key: what is before a dot is a "
	     "section of its own");
}

static void a_key_that_stands_elsewhere_is_said_with_its_place(void)
{
	SAYS("ca_file: x\n",
	     "f:1:1: ca_file: unknown key (did you mean tls.ca_file?)");
	SAYS("tls: {name: x}\n",
	     "f:1:7: tls.name: unknown key (did you mean name?)");
	SAYS("tls: {mode: x}\n",
	     "f:1:7: tls.mode: unknown key (did you mean mode?)");
	SAYS("deep: {key: x}\n",
	     "f:1:1: deep: unknown key (did you mean tls.deep?)");
	SAYS("tls: {key: x}\n",
	     "f:1:7: tls.key: unknown key (did you mean tls.deep.key?)");
	SAYS("authority: x\n",
	     "f:1:1: authority: unknown key (did you mean tls.ca_file?)");
}

/* The same for a file of that mode. */
static const char *check_file(const char *text, mode_t mode)
{
	static char result[600];
	struct yaml y = YAML_NONE;
	struct err e = { 0 };
	int fd = open("f", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK(fd >= 0 && fchmod(fd, mode) == 0);
	CHECK(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
	CHECK(yaml_read(&y, "f", &e) == 0);
	if (shape_check(&y, y.root, "", shapes, COUNT, &e) == 0)
		snprintf(result, sizeof(result), "fine");
	else
		snprintf(result, sizeof(result), "%s", e.text);
	yaml_close(&y);
	return result;
}

static void a_secret_in_a_file_that_others_can_read_has_to_be_named(void)
{
	static const mode_t closed[] = { 0600, 0400, 0622, 0711 };
	static const mode_t open[] = { 0640, 0604, 0644 };
	static const char refused[] =
		"f:1:8: token: that is secret, and others can read this file: "
		"chmod 600 it, or name it, as in file:PATH";

	for (size_t i = 0; i < sizeof(closed) / sizeof(closed[0]); i++)
		CHECK(strcmp(check_file("token: x\n", closed[i]), "fine") == 0);
	for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++) {
		CHECK(strcmp(check_file("token: x\n", open[i]), refused) == 0);
		CHECK(strcmp(check_file("token: env:X\n", open[i]), "fine") ==
		      0);
		CHECK(strcmp(check_file("token: \"\"\n", open[i]), "fine") ==
		      0);
		CHECK(strcmp(check_file("name: x\n", open[i]), "fine") == 0);
	}
	CHECK(strcmp(check_file("tokens: [env:X, y]\n", 0644),
		     "f:1:17: tokens: that is secret, and others can read this "
		     "file: chmod 600 it, or name it, as in file:PATH") == 0);
	unlink("f");
}

static void a_key_may_be_as_long_as_it_likes(void)
{
	char text[1000];

	memset(text, 'k', sizeof(text));
	memcpy(text + sizeof(text) - 5, ": x\n", 5);
	SAYS(text, "f:1:1: unknown key");
}

int main(void)
{
	folder_enter();
	RUN(what_has_its_type_is_fine);
	RUN(a_value_of_another_type_is_said_where_it_is);
	RUN(a_value_that_is_missing_is_said_where_its_key_is);
	RUN(a_key_that_nobody_knows_is_said_with_the_nearest);
	RUN(a_key_that_stands_elsewhere_is_said_with_its_place);
	RUN(a_secret_in_a_file_that_others_can_read_has_to_be_named);
	RUN(a_key_may_be_as_long_as_it_likes);
	return check_done();
}
