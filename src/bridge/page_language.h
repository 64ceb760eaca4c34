/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which language to speak to a browser. Pure; the input is a stranger's. */
#ifndef EB_BRIDGE_PAGE_LANGUAGE_H
#define EB_BRIDGE_PAGE_LANGUAGE_H

/* One of `languages` (at least one, most preferred first): the first tag of ui_locales (OpenID
 * Connect core 3.1.2.1: BCP 47 tags, space-separated) that we have, else the range of the
 * Accept-Language field with the highest weight that we have (RFC 9110 12.5.4, matched by lookup,
 * RFC 4647 3.4: "sv-FI" finds "sv"), else the first that the field does not forbid by q=0. Both
 * inputs may be NULL; at most 32 items of each are read, what is malformed is skipped. Never NULL.
 */
const char *eb_language_choose(const char *const *languages, int count, const char *ui_locales,
                               const char *accept_language);

#endif
