/* Kinds, and where the values of their settings come from. */
#include "dest/opening.h"
#include "dest/registry.h"

#include "check.h"
#include "dest/setting.h"
#include "folder.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The value of a setting of syslog, after this set-up. */
static const char *value(const char *spec, const char *option, const char *key)
{
	static char result[1024];
	struct dest d;
	struct err e;

	if (dest_open(&d, spec, &option, option != NULL, &e) < 0) {
		snprintf(result, sizeof(result), "! %s", e.text);
		return result;
	}
	snprintf(result, sizeof(result), "none");
	for (size_t i = 0; d.type->settings[i].key != NULL; i++)
		if (strcmp(d.type->settings[i].key, key) == 0 &&
		    d.values[i] != NULL)
			snprintf(result, sizeof(result), "%s", d.values[i]);
	dest_close(&d);
	return result;
}

#define VALUE(spec, option, key, want) \
	CHECK(strcmp(value(spec, option, key), want) == 0)

static void a_default_gives_way_to_the_environment(void)
{
	VALUE("syslog:h", NULL, "facility", "local0");
	setenv("SYSLOG_FACILITY", "4", 1);
	VALUE("syslog:h", NULL, "facility", "4");
	unsetenv("SYSLOG_FACILITY");
}

static void the_environment_gives_way_to_the_address(void)
{
	setenv("SYSLOG_HOST", "env", 1);
	VALUE("syslog", NULL, "host", "env");
	VALUE("syslog:address", NULL, "host", "address");
	unsetenv("SYSLOG_HOST");
}

static void the_address_gives_way_to_an_option(void)
{
	VALUE("syslog:address", "host=option", "host", "option");
}

static void an_empty_variable_says_nothing(void)
{
	setenv("SYSLOG_FACILITY", "", 1);
	VALUE("syslog:h", NULL, "facility", "local0");
	unsetenv("SYSLOG_FACILITY");
}

static void an_empty_option_takes_a_value_away(void)
{
	VALUE("syslog:h", "port=", "port", "none");
	VALUE("syslog:h", "host=", "host",
	      "! syslog: host is missing (-o host=..., or SYSLOG_HOST)");
}

static void a_key_that_does_not_exist_is_named_with_the_nearest(void)
{
	VALUE("syslog:h", "prot=1", "",
	      "! option -o: syslog has no setting prot (did you mean port?)");
	VALUE("syslog:h", "zzzzzz=1", "",
	      "! option -o: syslog has no setting zzzzzz "
	      "(see --settings syslog)");
	VALUE("syslog:h", "port", "",
	      "! option -o: port is not of the form KEY=VALUE");
}

static void a_kind_that_does_not_exist_is_named_with_the_nearest(void)
{
	VALUE("qrader:h", NULL, "",
	      "! unknown kind of destination: qrader (did you mean qradar?)");
	VALUE("opensaerch:h", NULL, "",
	      "! unknown kind of destination: opensaerch (did you mean "
	      "opensearch?)");
	VALUE("eslk:h", NULL, "",
	      "! unknown kind of destination: eslk (did you mean elk?)");
	VALUE("carrier-pigeon:h", NULL, "",
	      "! unknown kind of destination: carrier-pigeon (see --list)");
}

static void who_takes_no_address_says_so(void)
{
	VALUE("stdout:h", NULL, "", "! stdout takes no address");
}

static void words_and_numbers_that_are_none_are_named_with_the_key(void)
{
	VALUE("syslog:h", "transport=tlss", "",
	      "! syslog: transport: unknown: tlss (did you mean tls?)");
	VALUE("syslog:h", "header=x", "",
	      "! syslog: header: x is none of auto, 3164, 5424, none");
	VALUE("syslog:h", "max_line=4 KB", "",
	      "! syslog: max_line: 4 KB is not a size, as in 4096 or 64KB");
	VALUE("syslog:h", "settle=soon", "",
	      "! syslog: settle: soon is not a number of seconds up to a day");
	VALUE("syslog:h", "insecure=maybe", "",
	      "! syslog: insecure: maybe is neither true nor false");
}

static void true_and_false_have_many_names(void)
{
	struct {
		const char *text;
		bool want;
	} cases[] = { { "true", true }, { "YES", true },    { "on", true },
		      { "1", true },    { "false", false }, { "No", false },
		      { "off", false }, { "0", false } };
	const struct dest_setting table[] = { { "k", "K", NULL, "", false } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct settings s = { table, &cases[i].text };
		bool got = !cases[i].want;
		struct err e;

		CHECK(setting_bool(&s, 0, &got, &e) == 0);
		CHECK(got == cases[i].want);
	}
}

/* That of kafka depends on a library, which may be missing. */
static void every_kind_there_is_can_be_run(void)
{
	const char *const specs[] = { "splunk:h", "sc4s:h",
				      "qradar:h", "sentinel",
				      "datadog",  "elasticsearch:h",
				      "http:h",   "syslog:h",
				      "kafka:h/t", "file:/f",
				      "stdout" };

	setenv("SPLUNK_HEC_TOKEN", "secret", 1);
	setenv("SENTINEL_TRANSPORT", "event_hubs", 1);
	setenv("EVENT_HUBS_CONNECTION_STRING",
	       "Endpoint=sb://h/;SharedAccessKeyName=send;SharedAccessKey=eA==;"
	       "EntityPath=audit",
	       1);
	setenv("DATADOG_API_KEY", "0123456789abcdef0123456789abcdef", 1);
	CHECK(dest_type_count == sizeof(specs) / sizeof(specs[0]));
	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		struct dest d;
		struct err e;

		if (dest_open(&d, specs[i], NULL, 0, &e) < 0) {
			CHECK(strcmp(specs[i], "kafka:h/t") == 0 &&
			      strstr(e.text, "librdkafka") != NULL);
			continue;
		}
		CHECK(d.kind == dest_types[i]);
		CHECK((d.plan.stream != NULL) + (d.plan.request != NULL) +
			      (d.plan.producer != NULL) ==
		      1);
		dest_close(&d);
	}
}

static void a_secret_is_an_option_only_where_that_does_not_show_it(void)
{
	VALUE("splunk:h", "token=secret", "",
	      "! option -o: token would show in the process list: set "
	      "SPLUNK_HEC_TOKEN instead, or name it, as in token=file:PATH");
	unsetenv("SPLUNK_HEC_TOKEN");
	VALUE("splunk:h", "token=cmd:echo said", "token", "said");
	VALUE("splunk:h", "token=env:NO_SUCH", "",
	      "! splunk: token: env:NO_SUCH: there is no such variable");
	VALUE("splunk:h", NULL, "",
	      "! splunk: token is missing (SPLUNK_HEC_TOKEN)");
}

/* Let a file hold this. */
static void write_secret(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK(fd >= 0 &&
	      write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

/* The token that a request to it carries is this. */
static bool sends_token(const struct dest *d, const char *token)
{
	struct dest_session session = { .now_ms = 0 };
	struct request r = { .url = BUF_INIT(1000),
			     .headers = BUF_INIT(1000),
			     .body = BUF_INIT(1000) };
	char line[200];
	struct err e;

	CHECK(d->plan.request->finish(d->plan.config, &session, &r, &e) == 0);
	snprintf(line, sizeof(line), "Authorization: Splunk %s\r\n", token);
	bool found = strstr(buf_str(&r.headers), line) != NULL;
	buf_free(&r.url);
	buf_free(&r.headers);
	buf_free(&r.body);
	return found;
}

static void a_secret_that_has_changed_makes_another_plan(void)
{
	const char *option = "token=file:token";
	struct dest d;
	struct err e;

	folder_enter();
	write_secret("token", "old");
	CHECK(dest_open(&d, "splunk:h", &option, 1, &e) == 0);
	CHECK(dest_replan(&d, &e) == 0 && sends_token(&d, "old"));
	write_secret("token", "new");
	CHECK(dest_replan(&d, &e) == 1 && sends_token(&d, "new"));
	CHECK(dest_replan(&d, &e) == 0);
	write_secret("token", "bl ank");
	CHECK(dest_replan(&d, &e) < 0 && sends_token(&d, "new"));
	CHECK(strstr(e.text, "bl ank") == NULL);
	unlink("token");
	CHECK(dest_replan(&d, &e) < 0 && sends_token(&d, "new"));
	dest_close(&d);
}

static void variables_of_secrets_are_forgotten(void)
{
	const char *option = "token=env:OTHER";
	struct dest d;
	struct err e;

	setenv("OTHER", "secret", 1);
	setenv("SPLUNK_HEC_TOKEN", "unused", 1);
	setenv("SPLUNK_HEC_INDEX", "main", 1);
	CHECK(dest_open(&d, "splunk:h", &option, 1, &e) == 0);
	dest_forget_variables(&d);
	CHECK(getenv("OTHER") == NULL && getenv("SPLUNK_HEC_TOKEN") == NULL);
	CHECK(getenv("SPLUNK_HEC_INDEX") != NULL && sends_token(&d, "secret"));
	unsetenv("SPLUNK_HEC_INDEX");
	dest_close(&d);
}

static void check_settings(const struct dest_type *type)
{
	for (const struct dest_setting *s = type->settings; s->key != NULL;
	     s++) {
		CHECK(s->key[0] != '\0' && s->env[0] != '\0');
		CHECK(s->help[0] != '\0');
	}
}

/* Each of them is a word and an option of siem-fmt. */
static void check_formats(const struct dest_type *type)
{
	struct slice formats = slice_of(type->formats);

	CHECK(formats.len > 0);
	while (formats.len > 0) {
		struct slice options = slice_take_until(&formats, '|');
		struct slice word = slice_take_until(&options, '=');

		CHECK(word.len > 0 && memchr(word.data, '-', word.len) == NULL);
		CHECK(slice_has_prefix(options, SLICE("--")));
	}
}

static void every_kind_says_what_records_are_made_into_for_it(void)
{
	for (size_t i = 0; i < dest_type_count; i++) {
		const struct dest_transport *t = dest_types[i]->transports;

		if (t == NULL)
			check_formats(dest_types[i]);
		for (; t != NULL && t->name != NULL; t++)
			check_formats(t->type);
	}
}

static void every_setting_has_a_key_a_variable_and_help(void)
{
	for (size_t i = 0; i < dest_type_count; i++) {
		const struct dest_transport *t = dest_types[i]->transports;

		if (t == NULL)
			check_settings(dest_types[i]);
		for (; t != NULL && t->name != NULL; t++)
			check_settings(t->type);
	}
}

/* The type that these make of splunk, by the name of a setting it has. */
static bool has_setting(const char *spec, const char *option, const char *key)
{
	return strcmp(value(spec, option, key), "none") != 0;
}

static void a_siem_is_reached_by_the_transport_that_was_chosen(void)
{
	setenv("SPLUNK_HEC_TOKEN", "secret", 1);
	CHECK(has_setting("splunk:h", NULL, "use_ack"));
	CHECK(has_setting("splunk:h", "transport=hec", "use_ack"));
	CHECK(has_setting("splunk:/f", "transport=file", "path"));
	VALUE("splunk:tcp://h", "transport=sc4s", "transport", "tcp");
	setenv("SPLUNK_TRANSPORT", "file", 1);
	VALUE("splunk:/f", NULL, "path", "/f");
	CHECK(has_setting("splunk:h", "transport=hec", "use_ack"));
	setenv("SPLUNK_TRANSPORT", "", 1);
	CHECK(has_setting("splunk:h", NULL, "use_ack"));
	unsetenv("SPLUNK_TRANSPORT");
	unsetenv("SPLUNK_HEC_TOKEN");
}

static void a_transport_that_does_not_exist_is_named_with_the_nearest(void)
{
	VALUE("splunk:h", "transport=sc5s", "",
	      "! splunk: transport: unknown: sc5s (did you mean sc4s?)");
	VALUE("splunk:h", "transport=carrier-pigeon", "",
	      "! splunk: transport: unknown: carrier-pigeon "
	      "(see --settings splunk)");
}

static void a_setting_of_another_transport_is_said_with_that(void)
{
	setenv("SPLUNK_HEC_TOKEN", "secret", 1);
	VALUE("splunk:h", "rotate=1MB", "",
	      "! option -o: splunk has no setting rotate by transport=hec, but "
	      "by transport=file");
	setenv("SPLUNK_TRANSPORT", "sc4s", 1);
	VALUE("splunk:h", "token=env:X", "",
	      "! option -o: splunk has no setting token by transport=sc4s, but "
	      "by transport=hec");
	unsetenv("SPLUNK_TRANSPORT");
	VALUE("splunk:h", "rotat=1MB", "",
	      "! option -o: splunk has no setting rotat "
	      "(see --settings splunk)");
	unsetenv("SPLUNK_HEC_TOKEN");
}

int main(void)
{
	RUN(a_default_gives_way_to_the_environment);
	RUN(the_environment_gives_way_to_the_address);
	RUN(the_address_gives_way_to_an_option);
	RUN(an_empty_variable_says_nothing);
	RUN(an_empty_option_takes_a_value_away);
	RUN(a_key_that_does_not_exist_is_named_with_the_nearest);
	RUN(a_kind_that_does_not_exist_is_named_with_the_nearest);
	RUN(who_takes_no_address_says_so);
	RUN(words_and_numbers_that_are_none_are_named_with_the_key);
	RUN(true_and_false_have_many_names);
	RUN(every_kind_there_is_can_be_run);
	RUN(a_secret_is_an_option_only_where_that_does_not_show_it);
	RUN(a_secret_that_has_changed_makes_another_plan);
	RUN(variables_of_secrets_are_forgotten);
	RUN(every_kind_says_what_records_are_made_into_for_it);
	RUN(every_setting_has_a_key_a_variable_and_help);
	RUN(a_siem_is_reached_by_the_transport_that_was_chosen);
	RUN(a_setting_of_another_transport_is_said_with_that);
	RUN(a_transport_that_does_not_exist_is_named_with_the_nearest);
	return check_done();
}
