#include "cert.h"

#include "core/file.h"
#include "core/msg.h"
#include "net/throwaway.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int out_of_memory(struct err *e)
{
	errno = ENOMEM;
	return err_sys(e, "certificates");
}

/* The folder for throw-away certificates: the one asked for, or a new one. */
static int make_folder(struct mock *m, struct err *e)
{
	const char *base = getenv("TMPDIR");

	if (m->config->tls_dir != NULL) {
		m->tls_dir = strdup(m->config->tls_dir);
		if (m->tls_dir == NULL)
			return out_of_memory(e);
		if (mkdir(m->tls_dir, 0700) < 0 && errno != EEXIST)
			return err_sys(e, "option --tls-dir: %s", m->tls_dir);
		return 0;
	}
	if (asprintf(&m->tls_dir, "%s/siem-mock.XXXXXX",
		     base != NULL && base[0] != '\0' ? base : "/tmp") < 0) {
		m->tls_dir = NULL;
		return out_of_memory(e);
	}
	if (mkdtemp(m->tls_dir) == NULL)
		return err_sys(e, "%s", m->tls_dir);
	m->tls_dir_is_ours = true;
	return 0;
}

/* A file of the folder. */
static const char *in_folder(const struct mock *m, const char *name,
			     char out[PATH_MAX])
{
	snprintf(out, PATH_MAX, "%s/%s", m->tls_dir, name);
	return out;
}

static int open_throwaway(struct mock *m, struct err *e)
{
	const struct config *cfg = m->config;
	const struct throwaway_options how = {
		.name = cfg->tls_name,
		.expired = cfg->tls_expired,
	};
	char cert[PATH_MAX], key[PATH_MAX], ca[PATH_MAX];

	if (make_folder(m, e) < 0 || throwaway_make(m->tls_dir, &how, e) < 0)
		return -1;

	struct tls_server_options server = {
		.cert_file = in_folder(m, "server.pem", cert),
		.key_file = in_folder(m, "server.key", key),
		.client_ca = cfg->client_ca,
	};
	if (cfg->require_client_cert && server.client_ca == NULL)
		server.client_ca = in_folder(m, "ca.pem", ca);
	m->tls = tls_server(&server, e);
	if (m->tls == NULL)
		return -1;
	msg_warn("throw-away certificates are in %s: ca.pem, client.pem, "
		 "client.key",
		 m->tls_dir);
	return 0;
}

/* Take "CERT,KEY" apart, or "CERT" with its key in the same file. */
static int split_given(const struct config *cfg, char cert[PATH_MAX],
		       const char **key, struct err *e)
{
	const char *comma = strchr(cfg->tls, ',');
	size_t len =
		comma != NULL ? (size_t)(comma - cfg->tls) : strlen(cfg->tls);

	if (len >= PATH_MAX)
		return err_set(e, ERR_USAGE, "option --tls: name too long");
	memcpy(cert, cfg->tls, len);
	cert[len] = '\0';
	*key = comma != NULL ? comma + 1 : NULL;
	return 0;
}

static int open_given(struct mock *m, struct err *e)
{
	const struct config *cfg = m->config;
	char cert[PATH_MAX];
	const char *key;

	if (split_given(cfg, cert, &key, e) < 0)
		return -1;
	if (cfg->require_client_cert && cfg->client_ca == NULL)
		return err_set(e, ERR_USAGE,
			       "option --require-client-cert needs a "
			       "--client-ca beside --tls=CERT,KEY");

	const struct tls_server_options server = {
		.cert_file = cert,
		.key_file = key,
		.client_ca = cfg->client_ca,
	};
	m->tls = tls_server(&server, e);
	return m->tls != NULL ? 0 : -1;
}

static bool is_given(const struct config *cfg)
{
	return cfg->tls != NULL && cfg->tls[0] != '\0';
}

int cert_open(struct mock *m, struct err *e)
{
	return is_given(m->config) ? open_given(m, e) : open_throwaway(m, e);
}

int cert_read(const struct mock *m, struct cert_texts *t, struct err *e)
{
	const struct config *cfg = m->config;
	char cert[PATH_MAX], made_key[PATH_MAX], made_ca[PATH_MAX];
	const char *key = NULL;
	const char *authority = cfg->client_ca;

	if (!is_given(cfg)) {
		in_folder(m, "server.pem", cert);
		key = in_folder(m, "server.key", made_key);
		if (cfg->require_client_cert && authority == NULL)
			authority = in_folder(m, "ca.pem", made_ca);
	} else if (split_given(cfg, cert, &key, e) < 0) {
		return -1;
	}
	if (file_read(cert, &t->cert, e) < 0 ||
	    file_read(key != NULL ? key : cert, &t->key, e) < 0)
		return -1;
	return authority != NULL ? file_read(authority, &t->authority, e) : 0;
}

void cert_texts_free(struct cert_texts *t)
{
	if (t->key.data != NULL)
		explicit_bzero(t->key.data, t->key.len);
	buf_free(&t->cert);
	buf_free(&t->key);
	buf_free(&t->authority);
}

void cert_close(struct mock *m)
{
	char path[PATH_MAX];

	tls_context_free(m->tls);
	if (m->tls_dir_is_ours) {
		for (const char *const *name = throwaway_files; *name != NULL;
		     name++)
			unlink(in_folder(m, *name, path));
		rmdir(m->tls_dir);
	}
	free(m->tls_dir);
}
