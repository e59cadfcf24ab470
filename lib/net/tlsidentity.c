#include "net/tlsidentity.h"

#include "core/msg.h"
#include "net/tlsfiles.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

/* What a file looked like when it was read. */
struct stamp {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec written, changed;
	bool settled; // nothing can have changed without one of these
};

/* Files that are read together. */
struct source {
	const char *paths[2]; // NULL: none
	struct stamp stamps[2];
	bool is_read;
	char said[512]; // what was wrong with them when they were read last
};

struct tls_identity {
	struct tls_options options;
	struct source own_files, trust_files;
	struct tls_own own;
	X509_STORE *trust;
};

static struct stamp stamp_of(const char *path)
{
	struct stamp s = { .settled = true };
	struct stat st;

	if (path == NULL || stat(path, &st) < 0)
		return s;
	s = (struct stamp){ st.st_dev,  st.st_ino,  st.st_size,
			    st.st_mtim, st.st_ctim, false };
	// The clock of a file system is too coarse to tell two changes apart
	// that come one upon the other.
	s.settled = st.st_ctim.tv_sec + 1 < time(NULL);
	return s;
}

static bool is_same_time(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool is_same(const struct stamp *a, const struct stamp *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	       is_same_time(a->written, b->written) &&
	       is_same_time(a->changed, b->changed);
}

static void take_stamps(const struct source *s, struct stamp out[2])
{
	for (size_t i = 0; i < 2; i++)
		out[i] = stamp_of(s->paths[i]);
}

/* May its files hold something else than was read? */
static bool is_stale(const struct source *s)
{
	struct stamp now[2];

	take_stamps(s, now);
	for (size_t i = 0; i < 2; i++)
		if (s->paths[i] != NULL &&
		    (!s->stamps[i].settled || !is_same(&s->stamps[i], &now[i])))
			return true;
	return !s->is_read;
}

/* Files were read, between looks at them that agree. */
static int note_read(struct source *s, const struct stamp before[2],
		     struct err *e)
{
	struct stamp after[2];

	take_stamps(s, after);
	for (size_t i = 0; i < 2; i++)
		if (!is_same(&before[i], &after[i]))
			return err_set(e, ERR_USAGE,
				       "%s changes while it is read",
				       s->paths[i]);
	memcpy(s->stamps, before, sizeof(s->stamps));
	s->is_read = true;
	s->said[0] = '\0';
	return 0;
}

static int read_own(struct tls_identity *identity, struct err *e)
{
	struct source *s = &identity->own_files;
	struct stamp before[2];
	struct tls_own own;

	take_stamps(s, before);
	if (tls_read_own(&identity->options, &own, e) < 0)
		return -1;
	if (note_read(s, before, e) < 0) {
		tls_own_free(&own);
		return -1;
	}
	tls_own_free(&identity->own);
	identity->own = own;
	return 0;
}

static int read_trust(struct tls_identity *identity, struct err *e)
{
	const struct tls_options *o = &identity->options;
	struct source *s = &identity->trust_files;
	struct stamp before[2];
	X509_STORE *trust;

	take_stamps(s, before);
	trust = tls_read_trust("ca_file", o->ca_file, o->crl_file, e);
	if (trust == NULL)
		return -1;
	if (note_read(s, before, e) < 0) {
		X509_STORE_free(trust);
		return -1;
	}
	X509_STORE_free(identity->trust);
	identity->trust = trust;
	return 0;
}

/* What was read before has to do; why is said once. */
static void keep(struct source *s, const struct err *why)
{
	if (strcmp(s->said, why->text) == 0)
		return;
	memcpy(s->said, why->text, sizeof(s->said));
	msg_warn("%s; going on with what was read before", why->text);
}

/* Where the system has its authorities in one file, if it does. */
static const char *system_file(void)
{
	const char *path = secure_getenv(X509_get_default_cert_file_env());

	return path != NULL ? path : X509_get_default_cert_file();
}

static bool needs_trust(const struct tls_options *o)
{
	return !o->insecure || o->ca_file != NULL || o->crl_file != NULL;
}

void tls_identity_set(struct tls_identity *identity,
		      const struct tls_options *options)
{
	struct source *own = &identity->own_files;
	struct source *trust = &identity->trust_files;

	identity->options = *options;
	own->paths[0] = options->cert_file;
	own->paths[1] = options->key_file;
	trust->paths[0] =
		options->ca_file != NULL ? options->ca_file : system_file();
	trust->paths[1] = options->crl_file;
	own->is_read = trust->is_read = false;
}

struct tls_identity *tls_identity_new(const struct tls_options *options,
				      struct err *e)
{
	struct tls_identity *identity;

	if (options->key_file != NULL && options->cert_file == NULL) {
		err_set(e, ERR_USAGE,
			"key_file %s: needs a cert_file beside it",
			options->key_file);
		return NULL;
	}
	identity = calloc(1, sizeof(*identity));
	if (identity == NULL) {
		err_sys(e, "TLS");
		return NULL;
	}
	tls_identity_set(identity, options);
	if ((options->cert_file != NULL && read_own(identity, e) < 0) ||
	    ((options->ca_file != NULL || options->crl_file != NULL) &&
	     read_trust(identity, e) < 0)) {
		tls_identity_free(identity);
		return NULL;
	}
	return identity;
}

int tls_identity_apply(struct tls_identity *identity, SSL_CTX *ctx,
		       struct err *e)
{
	const struct tls_options *o = &identity->options;
	struct err why = { 0 };

	if (o->cert_file != NULL && is_stale(&identity->own_files) &&
	    read_own(identity, &why) < 0)
		keep(&identity->own_files, &why);
	if (needs_trust(o) && is_stale(&identity->trust_files) &&
	    read_trust(identity, &why) < 0) {
		if (identity->trust == NULL) {
			*e = why;
			return -1;
		}
		keep(&identity->trust_files, &why);
	}
	if (o->cert_file != NULL &&
	    tls_use_own(ctx, o->cert_file, &identity->own, e) < 0)
		return -1;
	return identity->trust != NULL ? tls_use_trust(ctx, identity->trust, e)
				       : 0;
}

void tls_identity_free(struct tls_identity *identity)
{
	if (identity == NULL)
		return;
	tls_own_free(&identity->own);
	X509_STORE_free(identity->trust);
	free(identity);
}
