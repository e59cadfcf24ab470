/* Connection strings of Event Hubs, and what is signed by them. */
#include "dest/sas.h"

#include "check.h"

#include <stdio.h>
#include <string.h>

#define NAMESPACE "Endpoint=sb://contoso-ns.servicebus.windows.net/;"
#define KEY "ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+f4CBgoM="
#define NAMED "SharedAccessKeyName=send;"
#define GIVEN "SharedAccessSignature sr=https%3A%2F%2Fh&sig=x%3D&se=1&skn=n"

/* "host|hub|key name|key|signature", or "! " and what is wrong. */
static const char *taken_apart(const char *text)
{
	static char out[1024];
	struct sas s;
	struct err e;

	if (sas_parse(slice_of(text), &s, &e) < 0) {
		snprintf(out, sizeof(out), "! %s", e.text);
		CHECK(e.kind == ERR_USAGE);
		return out;
	}
	snprintf(out, sizeof(out), "%s%.*s|%.*s|%.*s|%.*s|%.*s",
		 s.plain ? "plain " : "", (int)s.host.len, s.host.data,
		 (int)s.hub.len, s.hub.data, (int)s.key_name.len,
		 s.key_name.data, (int)s.key.len, s.key.data,
		 (int)s.signature.len, s.signature.data);
	return out;
}

#define TAKEN(text, want) CHECK(strcmp(taken_apart(text), want) == 0)

static void a_connection_string_is_taken_apart(void)
{
	TAKEN(NAMESPACE NAMED "SharedAccessKey=" KEY ";EntityPath=audit",
	      "contoso-ns.servicebus.windows.net|audit|send|" KEY "|");
	TAKEN(NAMESPACE NAMED "SharedAccessKey=" KEY,
	      "contoso-ns.servicebus.windows.net||send|" KEY "|");
	TAKEN(NAMESPACE "SharedAccessSignature=" GIVEN,
	      "contoso-ns.servicebus.windows.net||||" GIVEN);
}

static void names_may_be_in_any_case_and_pairs_in_any_order(void)
{
	TAKEN("entitypath=audit;SHAREDACCESSKEY=" KEY
	      "; sharedaccesskeyname=send ;TransportType=Amqp;;"
	      "endpoint=https://h:8443;",
	      "h:8443|audit|send|" KEY "|");
	TAKEN("Endpoint=http://127.0.0.1:1/;" NAMED "SharedAccessKey=k",
	      "plain 127.0.0.1:1||send|k|");
}

static void what_is_wrong_is_named_without_what_is_in_it(void)
{
	TAKEN("", "! Endpoint is missing");
	TAKEN("secret", "! Endpoint is missing");
	TAKEN("Endpoint=h;" NAMED "SharedAccessKey=secret",
	      "! Endpoint does not begin with sb://");
	TAKEN("Endpoint=sb://;" NAMED "SharedAccessKey=secret",
	      "! Endpoint is not of the form sb://HOST/");
	TAKEN("Endpoint=sb://secret@h/;" NAMED "SharedAccessKey=secret",
	      "! Endpoint is not of the form sb://HOST/");
	TAKEN("Endpoint=sb://h/p;" NAMED "SharedAccessKey=secret",
	      "! Endpoint is not of the form sb://HOST/");
	TAKEN(NAMESPACE "SharedAccessKey=secret",
	      "! SharedAccessKeyName is missing");
	TAKEN(NAMESPACE NAMED, "! SharedAccessKey is missing");
	TAKEN(NAMESPACE NAMED "SharedAccessKey=",
	      "! SharedAccessKey is empty, or there is a blank in it");
	TAKEN(NAMESPACE NAMED "SharedAccessKey=a\r\nX: y",
	      "! SharedAccessKey is empty, or there is a blank in it");
	TAKEN(NAMESPACE "SharedAccessSignature=sr=secret",
	      "! SharedAccessSignature is not of the form "
	      "SharedAccessSignature sr=...");
	TAKEN(NAMESPACE "SharedAccessSignature=SharedAccessSignature s\r\nX: y",
	      "! SharedAccessSignature is not of the form "
	      "SharedAccessSignature sr=...");
}

/* The token that is made of a connection string. */
static const char *token_of(const char *text)
{
	static struct buf out;
	struct sas s;
	struct err e;

	buf_free(&out);
	out = BUF_INIT(1 << 16);
	CHECK(sas_parse(slice_of(text), &s, &e) == 0);
	CHECK(sas_put_token(
		      &s,
		      SLICE("https://contoso-ns.servicebus.windows.net/audit"),
		      1893456000, &out, &e) == 0);
	return buf_str(&out);
}

static void a_token_is_signed_by_the_text_of_the_key(void)
{
	CHECK(strcmp(token_of(NAMESPACE NAMED "SharedAccessKey=" KEY),
		     "SharedAccessSignature "
		     "sr=https%3A%2F%2Fcontoso-ns.servicebus.windows.net"
		     "%2Faudit"
		     "&sig=wTGWBOajMZVJIq%2FNkkxAB%2BUFtmZ%2BLPiwexaMos2k6dQ"
		     "%3D&se=1893456000&skn=send") == 0);
}

static void a_signature_that_was_given_stands_as_it_is(void)
{
	CHECK(strcmp(token_of(NAMESPACE "SharedAccessSignature=" GIVEN),
		     GIVEN) == 0);
}

int main(void)
{
	RUN(a_connection_string_is_taken_apart);
	RUN(names_may_be_in_any_case_and_pairs_in_any_order);
	RUN(what_is_wrong_is_named_without_what_is_in_it);
	RUN(a_token_is_signed_by_the_text_of_the_key);
	RUN(a_signature_that_was_given_stands_as_it_is);
	return check_done();
}
