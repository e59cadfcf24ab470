#include "dest/setting.h"

#include "config/word.h"
#include "core/nearest.h"
#include "core/opt.h"
#include "net/tlspins.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static int missing(const struct dest_setting *row, struct err *e)
{
	if (row->secret)
		return err_set(e, ERR_USAGE, "%s is missing (%s)", row->key,
			       row->env);
	return err_set(e, ERR_USAGE, "%s is missing (-o %s=..., or %s)",
		       row->key, row->key, row->env);
}

bool setting_is_in(const char *word, const char *list)
{
	return word_is_among(word, list);
}

int setting_text(const struct settings *s, size_t i, const char **text,
		 struct err *e)
{
	if (s->values[i] == NULL || s->values[i][0] == '\0')
		return missing(&s->table[i], e);
	*text = s->values[i];
	return 0;
}

int setting_word(const struct settings *s, size_t i, struct err *e)
{
	if (s->values[i] == NULL || slice_is_word(slice_of(s->values[i])))
		return 0;
	return err_set(e, ERR_USAGE,
		       "%s: there is a blank in it, or what no header can "
		       "carry",
		       s->table[i].key);
}

int setting_bool(const struct settings *s, size_t i, bool *out, struct err *e)
{
	int value;

	if (s->values[i] == NULL)
		return missing(&s->table[i], e);
	value = word_bool(s->values[i]);
	if (value < 0)
		return err_set(e, ERR_USAGE, "%s: %s is neither true nor false",
			       s->table[i].key, s->values[i]);
	*out = value == 1;
	return 0;
}

int setting_choice(const struct settings *s, size_t i, const char *const *words,
		   unsigned *out, struct err *e)
{
	const char *value = s->values[i];
	char list[160] = "";
	size_t len = 0;

	if (value == NULL)
		return missing(&s->table[i], e);

	struct nearest near = NEAREST_INIT(value);
	for (unsigned w = 0; words[w] != NULL; w++) {
		if (strcasecmp(value, words[w]) == 0) {
			*out = w;
			return 0;
		}
		nearest_try(&near, words[w]);
		if (len < sizeof(list))
			len += (size_t)snprintf(list + len, sizeof(list) - len,
						"%s%s", w > 0 ? ", " : "",
						words[w]);
	}
	if (near.best != NULL)
		return err_set(e, ERR_USAGE,
			       "%s: unknown: %s (did you mean %s?)",
			       s->table[i].key, value, near.best);
	return err_set(e, ERR_USAGE, "%s: %s is none of %s", s->table[i].key,
		       value, list);
}

int setting_size(const struct settings *s, size_t i, size_t *out, struct err *e)
{
	if (s->values[i] == NULL || opt_parse_size(s->values[i], out))
		return 0;
	return err_set(e, ERR_USAGE, "%s: %s is not a size, as in 4096 or 64KB",
		       s->table[i].key, s->values[i]);
}

int setting_count(const struct settings *s, size_t i, size_t least, size_t most,
		  size_t *out, struct err *e)
{
	const char *value = s->values[i];
	char *end;

	if (value == NULL)
		return 0;
	errno = 0;
	unsigned long n = strtoul(value, &end, 10);
	if (value[0] < '0' || value[0] > '9' || *end != '\0' || errno != 0 ||
	    n < least || n > most)
		return err_set(e, ERR_USAGE,
			       "%s: %s is not a number from %zu to %zu",
			       s->table[i].key, value, least, most);
	*out = n;
	return 0;
}

int setting_seconds(const struct settings *s, size_t i, unsigned *out_ms,
		    struct err *e)
{
	static const size_t day_ms = 86400000;
	const char *value = s->values[i];
	size_t ms;

	if (value == NULL)
		return missing(&s->table[i], e);
	if (!opt_parse_ms(value, &ms) || ms > day_ms)
		return err_set(e, ERR_USAGE,
			       "%s: %s is not a number of seconds up to a day",
			       s->table[i].key, value);
	*out_ms = (unsigned)ms;
	return 0;
}

int setting_tls(const struct settings *s, size_t first, struct tls_options *tls,
		struct err *e)
{
	static const char *const versions[] = { "1.2", "1.3", NULL };
	const char *const *values = s->values + first;
	unsigned version = 0;
	bool verify = true;

	*tls = (struct tls_options){
		.ca_file = values[TLS_CA_FILE],
		.cert_file = values[TLS_CERT_FILE],
		.key_file = values[TLS_KEY_FILE],
		.key_password = values[TLS_KEY_PASSWORD],
		.server_name = values[TLS_SERVER_NAME],
		.pinned_keys = values[TLS_PINNED_KEYS],
		.crl_file = values[TLS_CRL_FILE],
	};
	if (setting_choice(s, first + TLS_MIN_VERSION, versions, &version, e) <
		    0 ||
	    setting_bool(s, first + TLS_VERIFY_CERTS, &verify, e) < 0 ||
	    setting_bool(s, first + TLS_INSECURE, &tls->insecure, e) < 0)
		return -1;
	tls->min_version = versions[version];
	if (tls->key_file != NULL && tls->cert_file == NULL)
		return err_set(e, ERR_USAGE, "key_file needs cert_file");
	if (tls->key_password != NULL && tls->cert_file == NULL)
		return err_set(e, ERR_USAGE, "key_password needs cert_file");
	if (tls->crl_file != NULL && tls->insecure)
		return err_set(e, ERR_USAGE,
			       "crl_file is of no use with insecure=true");
	if (tls->pinned_keys != NULL && tls_pins_check(tls->pinned_keys, e) < 0)
		return err_prefix(e, "pinned_keys");
	// Nobody is to switch this off without having said the word.
	if (!verify && !tls->insecure)
		return err_set(
			e, ERR_USAGE,
			"verify_certs=false needs insecure=true as well");
	return 0;
}

const char *setting_copy(struct arena *storage, struct slice text,
			 struct err *e)
{
	char *copy = arena_take(storage, text.len + 1);

	if (copy == NULL) {
		err_set(e, ERR_SYSTEM, "out of memory");
		return NULL;
	}
	if (text.len > 0)
		memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	return copy;
}
