/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The Finnish personal identity code (henkilötunnus): ddmmyyCZZZQ.
 *
 * C is the century: `+` 18xx; `-` and, since 2023, U V W X Y 19xx; `A` and, since 2023, B C D E F
 * 20xx. ZZZ is the number within the day, Q the check character (Government Decree 128/2010 as
 * amended by 690/2022).
 */
#ifndef EB_BRIDGE_FINNISH_CODE_H
#define EB_BRIDGE_FINNISH_CODE_H

#include <apr_pools.h>

/* The date of birth that a code holds, "YYYY-MM-DD"; NULL when the text is not a code: other length
 * or characters, no such day, wrong check character. */
const char *eb_finnish_code_birthdate(apr_pool_t *pool, const char *code);

#endif
