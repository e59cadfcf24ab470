/*
 * Keys that Azure's services are shown by what is signed with them: those of
 * --token, and the look at a request.
 */
#ifndef SIEM_MOCK_AZUREKEY_H
#define SIEM_MOCK_AZUREKEY_H

#include "core/opt.h"
#include "core/slice.h"
#include "http.h"

#include <stdbool.h>

/* The value of the first token "FORM=NAME:VALUE", or nothing. */
struct slice azurekey_find(const struct opt_list *tokens, struct slice form,
			   struct slice name);

/* Is there a token of that form at all? Where there is none any is good. */
bool azurekey_is_asked_for(const struct opt_list *tokens, struct slice form);

/*
 * What is wrong with the signature of a request of the Data Collector API
 * (shared_key=WORKSPACE:KEY), or of Event Hubs (sas=NAME:KEY); NULL: nothing.
 */
const char *azurekey_shared_key(const struct opt_list *tokens,
				const struct http_request *r);
const char *azurekey_sas(const struct opt_list *tokens,
			 const struct http_request *r);

#endif
