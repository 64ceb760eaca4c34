/* Conditions: whether a Response and its Assertion were meant for us, for this login, for now.
 *
 * One table of rules in conditions.c, each line with its own error id. The nodes come from
 * eb_response_read, which has checked their structure; whether a signature covers them is its
 * matter too. A bound of time is shifted by the policy's clock skew in favour of the message:
 *
 *   NotBefore, IssueInstant, AuthnInstant   refused when now + skew <  value
 *   NotOnOrAfter (all three kinds)          refused when now - skew >= value
 *   ages                                    refused when value + age + skew < now
 *   IssueInstant, where the policy says     refused when value + skew < time of the request
 *
 * SAML core 2.5 and 2.7; SAML profiles 4.1.4.2 and 4.1.4.3; eIDAS message format 2.3.3. DESIGN
 * section 6, step 6.
 */
#ifndef EB_SAML_CONDITIONS_H
#define EB_SAML_CONDITIONS_H

#include "saml/response.h"

/* Who asks, whom, and for what: the same for all rules. Borrowed. */
typedef struct eb_conditions {
    const eb_saml_sp *sp;
    const eb_saml_policy *policy;
    const eb_peer *peer;
    const eb_response_expected *expected;
} eb_conditions;

/* What the rules found on their way and the identity needs. */
typedef struct eb_conditions_found {
    apr_time_t authenticated;   /* AuthnInstant */
    apr_time_t not_on_or_after; /* the earlier of Conditions' and the bearer confirmation's; skew
                                   not added */
    const char *session_index;  /* NULL when none */
    const char *level_uri;      /* AuthnContextClassRef, trimmed; NULL when none */
    const eb_level_row *level;  /* NULL for a provider without a table */
} eb_conditions_found;

/* The rules about the samlp:Response element, whatever its status. EB_E_COND_*. */
const eb_err *eb_conditions_check_response(apr_pool_t *pool, const eb_conditions *conditions,
                                           xmlNodePtr response);

/* The rules about the saml:Assertion element. EB_E_COND_*, EB_E_LEVEL_*, EB_E_XML_ORDER. */
const eb_err *eb_conditions_check_assertion(apr_pool_t *pool, const eb_conditions *conditions,
                                            xmlNodePtr assertion, eb_conditions_found *ret_found);

#endif
