/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The forms of MapClaim: how a rule is written, and what it makes of the values it draws on.
 *
 * - `from A`: the values of the attribute A as they are.
 * - `value V`: the constant V.
 * - `join SEP A B …`: the first value of each attribute with SEP between. All must have one: half a
 *   name or half an identifier is no claim.
 * - `split SEP A`: the parts of each value between SEPs, without those that are blank.
 * - `match RE REPL A`: each value that the POSIX extended regular expression RE matches becomes
 *   REPL, in which $1 to $9 stand for what the parentheses found, $0 for the whole match and $$ for
 *   a dollar sign. A value that does not match, or is longer than 1,024 octets, gives nothing.
 * - `table A k=v k=v …`: each value k becomes v; one k may stand several times and gives each of
 *   its v, several k may give the same v, which is there once. The last = of a word divides it.
 * What is not in the table gives nothing.
 *
 * Used by bridge/claims and bridge/setup.
 */
#ifndef EB_BRIDGE_CLAIMS_CHANGE_H
#define EB_BRIDGE_CLAIMS_CHANGE_H

#include "bridge/bridge.h"
#include "bridge/claims_form.h"

/* Reads what follows the claim's name: fills all members of *ret_rule but `claim`. NULL, or what is
 * wrong as a sentence that says what was found and what is accepted. The regular expression is
 * compiled here, once, and freed with the pool. */
const char *eb_claim_rule_parse(apr_pool_t *pool, const char *const *words, int word_count,
                                eb_claim_rule *ret_rule);

/* The attributes that a rule draws on, in order; none for a constant. */
const char *const *eb_claim_rule_attributes(apr_pool_t *pool, const eb_claim_rule *rule,
                                            int *ret_count);

/* True where the rule draws on several attributes together: eb_claim_join makes its value. */
bool eb_claim_is_join(const eb_claim_rule *rule);

/* The texts with the rule's separator between; NULL when one of them is NULL. */
const char *eb_claim_join(apr_pool_t *pool, const eb_claim_rule *rule, const char *const *texts,
                          int count);

/* What a rule of another form makes of texts: `texts` itself, or new ones in the pool. */
const eb_claim_text *eb_claim_apply(apr_pool_t *pool, const eb_claim_rule *rule,
                                    const eb_claim_text *texts, int count, int *ret_count);

#endif
