#include "dest/sas.h"

#include "core/hmac.h"
#include "net/url.h"

#include <inttypes.h>
#include <stddef.h>
#include <strings.h>

static bool is_called(struct slice name, const char *word)
{
	return name.len == strlen(word) &&
	       strncasecmp(name.data, word, name.len) == 0;
}

/* "sb://HOST/", also by the schemes that others write. */
static int read_endpoint(struct slice text, struct sas *sas, struct err *e)
{
	if (slice_take(&text, SLICE("http://")))
		sas->plain = true;
	else if (!slice_take(&text, SLICE("sb://")) &&
		 !slice_take(&text, SLICE("https://")))
		return err_set(e, ERR_USAGE,
			       "Endpoint does not begin with sb://");
	while (text.len > 0 && text.data[text.len - 1] == '/')
		text.len--;
	for (size_t i = 0; i < text.len; i++)
		if (memchr("/?#@\\", text.data[i], 5) != NULL)
			text.len = 0;
	if (!slice_is_word(text))
		return err_set(e, ERR_USAGE,
			       "Endpoint is not of the form sb://HOST/");
	sas->host = text;
	return 0;
}

/* "SharedAccessSignature sr=...", which stands in a header as it is. */
static int read_signature(struct slice text, struct sas *sas, struct err *e)
{
	struct slice rest = text;

	if (!slice_take(&rest, SLICE("SharedAccessSignature ")) ||
	    !slice_is_word(rest))
		return err_set(e, ERR_USAGE,
			       "SharedAccessSignature is not of the form "
			       "SharedAccessSignature sr=...");
	sas->signature = text;
	return 0;
}

static int check(const struct sas *sas, struct err *e)
{
	if (sas->host.len == 0)
		return err_set(e, ERR_USAGE, "Endpoint is missing");
	if (sas->signature.len > 0)
		return 0;
	if (sas->key_name.len == 0)
		return err_set(e, ERR_USAGE, "SharedAccessKeyName is missing");
	if (sas->key.len == 0)
		return err_set(e, ERR_USAGE, "SharedAccessKey is missing");
	return 0;
}

int sas_parse(struct slice text, struct sas *sas, struct err *e)
{
	const struct {
		const char *name;
		struct slice *value;
	} words[] = {
		{ "EntityPath", &sas->hub },
		{ "SharedAccessKeyName", &sas->key_name },
		{ "SharedAccessKey", &sas->key },
	};

	*sas = (struct sas){ 0 };
	while (text.len > 0) {
		struct slice value = slice_trim(slice_take_until(&text, ';'));
		struct slice name = slice_take_until(&value, '=');

		if (is_called(name, "Endpoint")) {
			if (read_endpoint(value, sas, e) < 0)
				return -1;
			continue;
		}
		if (is_called(name, "SharedAccessSignature") &&
		    read_signature(value, sas, e) < 0)
			return -1;
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
			if (!is_called(name, words[i].name))
				continue;
			if (!slice_is_word(value))
				return err_set(e, ERR_USAGE,
					       "%s is empty, or there is a "
					       "blank in it",
					       words[i].name);
			*words[i].value = value;
		}
	}
	return check(sas, e);
}

int sas_put_token(const struct sas *sas, struct slice uri, int64_t until_sec,
		  struct buf *out, struct err *e)
{
	struct buf text = BUF_INIT(1 << 16);
	struct buf mac = BUF_INIT(1 << 10);
	int rc = -1;

	if (sas->signature.len > 0) {
		buf_put_slice(out, sas->signature);
		return 0;
	}
	url_put_escaped(&text, uri);
	buf_printf(&text, "\n%" PRId64, until_sec);
	if (buf_status(&text) != 0) {
		err_set(e, ERR_USAGE, "signature: too long");
		goto out;
	}
	if (hmac_put_base64(sas->key, buf_slice(&text), &mac, e) < 0)
		goto out;
	buf_puts(out, "SharedAccessSignature sr=");
	url_put_escaped(out, uri);
	buf_puts(out, "&sig=");
	url_put_escaped(out, buf_slice(&mac));
	buf_printf(out, "&se=%" PRId64 "&skn=", until_sec);
	url_put_escaped(out, sas->key_name);
	rc = 0;
out:
	buf_free(&mac);
	buf_free(&text);
	return rc;
}
