/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our own metadata document (SAML metadata 2.0; eIDAS message format 2.1; Suomi.fi). Made once at
 * start. */
#ifndef EB_SAML_SP_METADATA_H
#define EB_SAML_SP_METADATA_H

#include "saml/saml.h"

typedef struct eb_sp_metadata_options {
    const eb_saml_policy *const
        *policies; /* of the providers it is for: NameID formats, SPType, NodeCountry, attributes */
    int policy_count;
    const char *const *name_id_formats; /* extra; may be NULL */
} eb_sp_metadata_options;

/* EntityDescriptor with a KeyDescriptor for each signing key and for the first encryption key (an
 * older one still decrypts, but nobody shall begin to use it), the algorithms that this OpenSSL has
 * and some policy allows, best first, NameID formats, one ACS (HTTP-POST, index 0). The same input
 * gives the same octets. Unsigned here; the signature comes with trust (later).
 * EB_E_CONFIG_CONFLICT where no policy allows a use of the encryption key. */
const eb_err *eb_sp_metadata_make(apr_pool_t *pool, const eb_saml_sp *sp,
                                  const eb_sp_metadata_options *options, const char **ret_xml);

#endif
