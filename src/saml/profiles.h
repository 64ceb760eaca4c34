/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Profiles: one table row of defaults for each kind of provider (DIRECTIVES.md, `Profile`). */
#ifndef EB_SAML_PROFILES_H
#define EB_SAML_PROFILES_H

#include "saml/saml.h"

/* The row of a profile word, such as "eidas" or "suomi.fi"; NULL when not known. Static. */
const eb_saml_policy *eb_profile_find(const char *word);

/* All profile words, NULL-terminated. */
const char *const *eb_profile_words(void);

#endif
