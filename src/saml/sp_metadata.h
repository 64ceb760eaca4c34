/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our own metadata document (SAML metadata 2.0; eIDAS message format 2.1; Suomi.fi). Made once at start. */
#ifndef EB_SAML_SP_METADATA_H
#define EB_SAML_SP_METADATA_H

#include "saml/saml.h"

typedef struct eb_sp_metadata_options {
    const eb_saml_policy *const *policies; /* of the providers it is for: NameID formats, SPType, NodeCountry, attributes */
    int policy_count;
    const char *const *name_id_formats;    /* extra; may be NULL */
} eb_sp_metadata_options;

/* EntityDescriptor with separate signing and encryption KeyDescriptors (old and new), encryption methods that this
 * OpenSSL has and some policy allows, NameID formats, ACS. Unsigned here; the signature comes with trust (later). */
const eb_err *eb_sp_metadata_make(apr_pool_t *pool, const eb_saml_sp *sp, const eb_sp_metadata_options *options,
                                  const char **ret_xml);

#endif
