/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The texts of the pages: one catalogue for each language.
 *
 * The format is gettext's PO, because it is what translators' tools (Poedit, Weblate, Lokalize) and
 * the Commission's own portals exchange, it shows the English beside the translation and carries
 * notes to the translator. msgctxt is the key, msgid the English, msgstr the text. It is read as
 * written, once, at start: compiled .mo files and the process's locale, which a server with many
 * threads and languages cannot switch, are not needed. The reader accepts what the tools write for
 * such entries and refuses the rest: no plural forms, no charset but UTF-8.
 */
#ifndef EB_BRIDGE_PAGE_TEXTS_H
#define EB_BRIDGE_PAGE_TEXTS_H

#include "base/text.h"

#include <apr_hash.h>

/* Adds the texts of a catalogue to ret_texts (key → const char *), over what is there: so an
 * administrator's file needs only the entries that it changes. Entries marked fuzzy, obsolete ones
 * (#~) and empty msgstr are skipped, as the tools mean them to be. EB_E_CONFIG_PAGES with origin,
 * line, what was found. */
const eb_err *eb_texts_read(apr_pool_t *pool, const char *origin, const char *source,
                            apr_hash_t *ret_texts);

#endif
