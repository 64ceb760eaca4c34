/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/conditions.h"

#include <apr_strings.h>
#include <string.h>

#define FORMAT_ENTITY "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
#define METHOD_BEARER "urn:oasis:names:tc:SAML:2.0:cm:bearer"

/* An instant as the message gives it. */
typedef struct instant {
    const char *text; /* NULL when absent */
    apr_time_t time;  /* 0 when absent or malformed */
    bool is_malformed;
} instant;

/* The message, read once before the first rule. */
typedef struct reading {
    apr_pool_t *pool;
    const eb_conditions *with;
    apr_time_t now;
    apr_interval_time_t skew;
    xmlNodePtr message; /* the Response or the Assertion */
    xmlNodePtr conditions;
    xmlNodePtr confirmation_data; /* of the only bearer confirmation */
    int bearer_count;
    int authn_statement_count;
    int attribute_statement_count;
    instant issued;
    instant not_before;
    instant not_on_or_after;
    instant confirmation_not_before;
    instant confirmation_not_on_or_after;
    instant authenticated;
    instant session_not_on_or_after;
    const char *session_index;
    const char *level_uri;
    const eb_level_row *level;
} reading;

static instant read_instant(apr_pool_t *pool, xmlNodePtr node, const char *name)
{
    instant result = {NULL, 0, false};

    if (node != NULL) {
        result.text = eb_xml_attribute(pool, node, name);
    }
    if (result.text != NULL && !eb_time_parse_xml(result.text, &result.time)) {
        result.is_malformed = true;
        result.time = 0;
    }
    return result;
}

static void read_statements(reading *r, xmlNodePtr assertion)
{
    xmlNodePtr statement = NULL;

    for (xmlNodePtr n = eb_xml_first(assertion); n != NULL; n = eb_xml_next(n)) {
        if (eb_xml_is(n, EB_NS_SAML, "AuthnStatement")) {
            r->authn_statement_count++;
            statement = n;
        } else if (eb_xml_is(n, EB_NS_SAML, "AttributeStatement")) {
            r->attribute_statement_count++;
        }
    }
    if (statement == NULL) {
        return;
    }
    r->authenticated = read_instant(r->pool, statement, "AuthnInstant");
    r->session_not_on_or_after = read_instant(r->pool, statement, "SessionNotOnOrAfter");
    r->session_index = eb_xml_attribute(r->pool, statement, "SessionIndex");

    xmlNodePtr context = eb_xml_child(statement, EB_NS_SAML, "AuthnContext");
    xmlNodePtr class_ref =
        context == NULL ? NULL : eb_xml_child(context, EB_NS_SAML, "AuthnContextClassRef");
    if (class_ref != NULL) {
        const char *uri = eb_xml_trimmed(r->pool, class_ref);
        r->level_uri = *uri == '\0' ? NULL : uri;
        r->level = eb_levels_find(r->with->policy, uri);
    }
}

static void read_confirmation(reading *r, xmlNodePtr assertion)
{
    xmlNodePtr subject = eb_xml_child(assertion, EB_NS_SAML, "Subject");

    for (xmlNodePtr n = subject == NULL ? NULL : eb_xml_first(subject); n != NULL;
         n = eb_xml_next(n)) {
        if (!eb_xml_is(n, EB_NS_SAML, "SubjectConfirmation")) {
            continue;
        }
        const char *method = eb_xml_attribute(r->pool, n, "Method");
        if (method != NULL && strcmp(method, METHOD_BEARER) == 0) {
            r->bearer_count++;
            r->confirmation_data = eb_xml_child(n, EB_NS_SAML, "SubjectConfirmationData");
        }
    }
    r->confirmation_not_before = read_instant(r->pool, r->confirmation_data, "NotBefore");
    r->confirmation_not_on_or_after = read_instant(r->pool, r->confirmation_data, "NotOnOrAfter");
}

/* The rules. Each returns NULL when it holds, else the sentence for the log. */

static const char *malformed(const reading *r, const char *name, const instant *value)
{
    return value->is_malformed
               ? apr_psprintf(r->pool, "%s is \"%s\"", name, eb_printable(r->pool, value->text))
               : NULL;
}

static const char *rule_response_times(const reading *r)
{
    return r->issued.text == NULL ? "Response IssueInstant is missing"
                                  : malformed(r, "Response IssueInstant", &r->issued);
}

static const char *rule_assertion_times(const reading *r)
{
    const struct {
        const char *name;
        const instant *value;
    } all[] = {
        {"Assertion IssueInstant", &r->issued},
        {"Conditions NotBefore", &r->not_before},
        {"Conditions NotOnOrAfter", &r->not_on_or_after},
        {"SubjectConfirmationData NotBefore", &r->confirmation_not_before},
        {"SubjectConfirmationData NotOnOrAfter", &r->confirmation_not_on_or_after},
        {"AuthnInstant", &r->authenticated},
        {"SessionNotOnOrAfter", &r->session_not_on_or_after},
    };

    if (r->issued.text == NULL) {
        return "Assertion IssueInstant is missing";
    }
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        const char *fault = malformed(r, all[i].name, all[i].value);
        if (fault != NULL) {
            return fault;
        }
    }
    return NULL;
}

static const char *rule_issuer(const reading *r)
{
    xmlNodePtr issuer = eb_xml_child(r->message, EB_NS_SAML, "Issuer");

    if (issuer == NULL) {
        return apr_psprintf(r->pool, "%s has no Issuer", (const char *)r->message->name);
    }
    const char *format = eb_xml_attribute(r->pool, issuer, "Format");
    if (format != NULL && strcmp(format, FORMAT_ENTITY) != 0) {
        return apr_psprintf(r->pool, "Issuer of %s has Format %s", (const char *)r->message->name,
                            eb_printable(r->pool, format));
    }
    const char *found = eb_xml_trimmed(r->pool, issuer);
    if (strcmp(found, r->with->peer->entity_id) != 0) {
        return apr_psprintf(r->pool, "Issuer of %s is %s, expected %s",
                            (const char *)r->message->name, eb_printable(r->pool, found),
                            r->with->peer->entity_id);
    }
    return NULL;
}

/* SPID leaves the Response's Format open and demands the Assertion's. */
static const char *rule_issuer_format(const reading *r)
{
    xmlNodePtr issuer = eb_xml_child(r->message, EB_NS_SAML, "Issuer");

    return r->with->policy->require_issuer_format &&
                   eb_xml_attribute(r->pool, issuer, "Format") == NULL
               ? "Issuer of Assertion has no Format, expected " FORMAT_ENTITY
               : NULL;
}

static const char *rule_name_id(const reading *r)
{
    const char *wanted = r->with->policy->name_id_format;
    xmlNodePtr subject = eb_xml_child(r->message, EB_NS_SAML, "Subject");
    xmlNodePtr name_id = subject == NULL ? NULL : eb_xml_child(subject, EB_NS_SAML, "NameID");

    if (!r->with->policy->require_name_id) {
        return NULL;
    }
    if (name_id == NULL || *eb_xml_trimmed(r->pool, name_id) == '\0') {
        return "there is no NameID, or an empty one";
    }
    const char *format = eb_xml_attribute(r->pool, name_id, "Format");
    if (wanted != NULL && (format == NULL || strcmp(format, wanted) != 0)) {
        return apr_psprintf(r->pool, "Format of NameID is %s, expected %s",
                            eb_printable(r->pool, format), wanted);
    }
    const char *qualifier = eb_xml_attribute(r->pool, name_id, "NameQualifier");
    return qualifier == NULL || *qualifier == '\0' ? "NameID has no NameQualifier" : NULL;
}

static const char *rule_destination(const reading *r)
{
    const char *found = eb_xml_attribute(r->pool, r->message, "Destination");

    if (found == NULL || strcmp(found, r->with->sp->acs_url) != 0) {
        return apr_psprintf(r->pool, "Destination is %s, expected %s", eb_printable(r->pool, found),
                            r->with->sp->acs_url);
    }
    return NULL;
}

static const char *rule_solicited(const reading *r)
{
    return eb_xml_attribute(r->pool, r->message, "InResponseTo") == NULL
               ? "Response has no InResponseTo"
               : NULL;
}

static const char *in_response_to(const reading *r, xmlNodePtr node)
{
    const char *found = eb_xml_attribute(r->pool, node, "InResponseTo");

    if (found == NULL || strcmp(found, r->with->expected->request_id) != 0) {
        return apr_psprintf(r->pool, "InResponseTo of %s is %s, expected %s",
                            (const char *)node->name, eb_printable(r->pool, found),
                            r->with->expected->request_id);
    }
    return NULL;
}

static const char *rule_response_to_request(const reading *r)
{
    return in_response_to(r, r->message);
}

static const char *rule_issued(const reading *r)
{
    if (r->now + r->skew < r->issued.time) {
        return apr_psprintf(r->pool, "IssueInstant of %s is %s, in the future",
                            (const char *)r->message->name, r->issued.text);
    }
    apr_interval_time_t age = r->with->policy->max_message_age;
    if (age > 0 && r->issued.time + age + r->skew < r->now) {
        return apr_psprintf(r->pool,
                            "IssueInstant of %s is %s, more than %" APR_TIME_T_FMT " s ago",
                            (const char *)r->message->name, r->issued.text, apr_time_sec(age));
    }
    return NULL;
}

/* What answers a request cannot have been issued before it. */
static const char *rule_issued_after_request(const reading *r)
{
    return r->with->policy->require_issued_after_request &&
                   r->issued.time + r->skew < r->with->expected->request_time
               ? apr_psprintf(r->pool, "IssueInstant of %s is %s, before the request of %s",
                              (const char *)r->message->name, r->issued.text,
                              eb_time_format_xml(r->pool, r->with->expected->request_time))
               : NULL;
}

static const char *rule_conditions_present(const reading *r)
{
    if (r->not_on_or_after.text == NULL) {
        return "there are no Conditions with NotOnOrAfter";
    }
    if (r->with->policy->require_not_before && r->not_before.text == NULL) {
        return "Conditions has no NotBefore";
    }
    return NULL;
}

static const char *rule_not_before(const reading *r)
{
    return r->not_before.text != NULL && r->now + r->skew < r->not_before.time
               ? apr_psprintf(r->pool, "NotBefore is %s", r->not_before.text)
               : NULL;
}

static const char *expired(const reading *r, const char *name, const instant *value)
{
    return value->text != NULL && r->now - r->skew >= value->time
               ? apr_psprintf(r->pool, "%s is %s", name, value->text)
               : NULL;
}

static const char *rule_not_on_or_after(const reading *r)
{
    return expired(r, "Conditions NotOnOrAfter", &r->not_on_or_after);
}

/* Restrictions are joined by AND, the audiences of one by OR (SAML core 2.5.1.4). */
static const char *rule_audience(const reading *r)
{
    int count = 0;

    for (xmlNodePtr n = eb_xml_first(r->conditions); n != NULL; n = eb_xml_next(n)) {
        if (!eb_xml_is(n, EB_NS_SAML, "AudienceRestriction")) {
            continue;
        }
        bool names_us = false;
        const char *other = NULL;
        for (xmlNodePtr a = eb_xml_first(n); a != NULL && !names_us; a = eb_xml_next(a)) {
            if (eb_xml_is(a, EB_NS_SAML, "Audience")) {
                other = eb_xml_trimmed(r->pool, a);
                names_us = strcmp(other, r->with->sp->entity_id) == 0;
            }
        }
        if (!names_us) {
            return apr_psprintf(r->pool, "Audience is %s, expected %s",
                                eb_printable(r->pool, other), r->with->sp->entity_id);
        }
        count++;
    }
    return count == 0 ? "there is no AudienceRestriction" : NULL;
}

/* OneTimeUse is kept by the replay mark that every assertion gets, ProxyRestriction binds those who
 * would issue SAML assertions from ours. A condition we cannot judge makes the assertion void (SAML
 * core 2.5.1.1). */
static const char *rule_conditions_known(const reading *r)
{
    for (xmlNodePtr n = eb_xml_first(r->conditions); n != NULL; n = eb_xml_next(n)) {
        if (!eb_xml_is(n, EB_NS_SAML, "AudienceRestriction") &&
            !eb_xml_is(n, EB_NS_SAML, "OneTimeUse") &&
            !eb_xml_is(n, EB_NS_SAML, "ProxyRestriction")) {
            return apr_psprintf(r->pool, "condition %s is not known",
                                eb_printable(r->pool, (const char *)n->name));
        }
    }
    return NULL;
}

/* Exactly one bearer confirmation, so that there is no question which one held. Its Address is not
 * compared: the browser may reach the provider and us by different ways. */
static const char *rule_confirmation(const reading *r)
{
    if (r->bearer_count != 1) {
        return apr_psprintf(r->pool, "there are %d bearer confirmations, expected 1",
                            r->bearer_count);
    }
    if (r->confirmation_not_on_or_after.text == NULL) {
        return "there is no SubjectConfirmationData with NotOnOrAfter";
    }
    if (r->confirmation_not_before.text != NULL) {
        return "SubjectConfirmationData has NotBefore, which a bearer confirmation must not have";
    }
    return NULL;
}

static const char *rule_recipient(const reading *r)
{
    const char *found = eb_xml_attribute(r->pool, r->confirmation_data, "Recipient");

    if (found == NULL || strcmp(found, r->with->sp->acs_url) != 0) {
        return apr_psprintf(r->pool, "Recipient is %s, expected %s", eb_printable(r->pool, found),
                            r->with->sp->acs_url);
    }
    return NULL;
}

static const char *rule_confirmation_to_request(const reading *r)
{
    return in_response_to(r, r->confirmation_data);
}

static const char *rule_confirmation_not_on_or_after(const reading *r)
{
    return expired(r, "SubjectConfirmationData NotOnOrAfter", &r->confirmation_not_on_or_after);
}

static const char *rule_statements(const reading *r)
{
    if (r->authn_statement_count != 1 || r->attribute_statement_count > 1) {
        return apr_psprintf(r->pool,
                            "there are %d AuthnStatements and %d AttributeStatements, expected 1 "
                            "and at most 1",
                            r->authn_statement_count, r->attribute_statement_count);
    }
    return NULL;
}

static const char *rule_authn_not_future(const reading *r)
{
    if (r->authenticated.text == NULL) {
        return "AuthnInstant is missing";
    }
    return r->now + r->skew < r->authenticated.time
               ? apr_psprintf(r->pool, "AuthnInstant is %s, in the future", r->authenticated.text)
               : NULL;
}

/* True for an authentication from before the request: what ForceAuthn and max_age are about. */
static bool is_older_than_request(const reading *r)
{
    return r->authenticated.time + r->skew < r->with->expected->request_time;
}

static const char *rule_authn_forced(const reading *r)
{
    bool is_forced =
        r->with->expected->force_authn || r->with->policy->force_authn == EB_TRISTATE_ON;

    return is_forced && is_older_than_request(r)
               ? apr_psprintf(r->pool, "AuthnInstant is %s, before the request that forced a login",
                              r->authenticated.text)
               : NULL;
}

static bool is_too_old(const reading *r, apr_interval_time_t age)
{
    return r->authenticated.time + age + r->skew < r->now;
}

/* OpenID Connect core 3.1.2.1: who has authenticated for this very request is never too old,
 * however long the way back took. */
static const char *rule_authn_max_age(const reading *r)
{
    apr_interval_time_t age = r->with->expected->max_age;

    return age >= 0 && is_older_than_request(r) && is_too_old(r, age)
               ? apr_psprintf(r->pool, "AuthnInstant is %s, older than the client's max_age",
                              r->authenticated.text)
               : NULL;
}

static const char *rule_authn_provider_age(const reading *r)
{
    apr_interval_time_t age = r->with->policy->max_authentication_age;

    return age > 0 && is_too_old(r, age)
               ? apr_psprintf(r->pool, "AuthnInstant is %s, older than MaxAuthenticationAge",
                              r->authenticated.text)
               : NULL;
}

static const char *rule_session(const reading *r)
{
    return expired(r, "SessionNotOnOrAfter", &r->session_not_on_or_after);
}

static bool has_levels(const reading *r)
{
    return r->with->policy->level_count > 0 || r->with->expected->floor != EB_LEVEL_NONE;
}

static const char *rule_level_present(const reading *r)
{
    return has_levels(r) && r->level_uri == NULL ? "there is no AuthnContextClassRef" : NULL;
}

static const char *rule_level_known(const reading *r)
{
    return has_levels(r) && r->level == NULL ? apr_psprintf(r->pool, "AuthnContextClassRef is %s",
                                                            eb_printable(r->pool, r->level_uri))
                                             : NULL;
}

static const char *rule_level_meets(const reading *r)
{
    return r->level != NULL && !eb_levels_meet(r->with->policy, r->level, r->with->expected->floor)
               ? apr_psprintf(r->pool, "AuthnContextClassRef is %s, expected %s or better%s",
                              r->level->uri, eb_level_word(r->with->expected->floor),
                              r->level->is_notified ? "" : " and notified")
               : NULL;
}

typedef struct rule {
    eb_err_id id;
    const char *(*broken)(const reading *r);
} rule;

/* A rule may rely on those above it. */
static const rule response_rules[] = {
    {EB_E_COND_TIME_FORMAT, rule_response_times},
    {EB_E_COND_ISSUER, rule_issuer},
    {EB_E_COND_DESTINATION, rule_destination},
    {EB_E_COND_UNSOLICITED, rule_solicited},
    {EB_E_COND_IN_RESPONSE_TO, rule_response_to_request},
    {EB_E_COND_ISSUE_INSTANT, rule_issued},
    {EB_E_COND_ISSUE_INSTANT, rule_issued_after_request},
};

static const rule assertion_rules[] = {
    {EB_E_COND_TIME_FORMAT, rule_assertion_times},
    {EB_E_COND_ISSUER, rule_issuer},
    {EB_E_COND_ISSUER, rule_issuer_format},
    {EB_E_COND_ISSUE_INSTANT, rule_issued},
    {EB_E_COND_ISSUE_INSTANT, rule_issued_after_request},
    {EB_E_SUBJECT_FORM, rule_name_id},
    {EB_E_COND_MISSING, rule_conditions_present},
    {EB_E_COND_NOT_BEFORE, rule_not_before},
    {EB_E_COND_NOT_ON_OR_AFTER, rule_not_on_or_after},
    {EB_E_COND_AUDIENCE, rule_audience},
    {EB_E_COND_UNKNOWN, rule_conditions_known},
    {EB_E_COND_CONFIRMATION, rule_confirmation},
    {EB_E_COND_RECIPIENT, rule_recipient},
    {EB_E_COND_IN_RESPONSE_TO, rule_confirmation_to_request},
    {EB_E_COND_CONFIRMATION_EXPIRED, rule_confirmation_not_on_or_after},
    {EB_E_XML_ORDER, rule_statements},
    {EB_E_COND_AUTHN_INSTANT, rule_authn_not_future},
    {EB_E_COND_AUTHN_INSTANT, rule_authn_forced},
    {EB_E_COND_AUTHN_INSTANT, rule_authn_max_age},
    {EB_E_COND_AUTHN_AGE, rule_authn_provider_age},
    {EB_E_COND_SESSION_EXPIRED, rule_session},
    {EB_E_LEVEL_MISSING, rule_level_present},
    {EB_E_LEVEL_UNKNOWN, rule_level_known},
    {EB_E_LEVEL_TOO_LOW, rule_level_meets},
};

static const eb_err *apply(const reading *r, const rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *fault = rules[i].broken(r);
        if (fault != NULL) {
            return eb_err_make(r->pool, rules[i].id, "%s; it is %s here", fault,
                               eb_time_format_xml(r->pool, r->now));
        }
    }
    return NULL;
}

static void begin(reading *r, apr_pool_t *pool, const eb_conditions *with, xmlNodePtr message)
{
    memset(r, 0, sizeof(*r));
    r->pool = pool;
    r->with = with;
    r->now = with->expected->now;
    r->skew = with->policy->clock_skew;
    r->message = message;
    r->issued = read_instant(pool, message, "IssueInstant");
}

const eb_err *eb_conditions_check_response(apr_pool_t *pool, const eb_conditions *conditions,
                                           xmlNodePtr response)
{
    reading r;

    begin(&r, pool, conditions, response);
    return apply(&r, response_rules, sizeof(response_rules) / sizeof(response_rules[0]));
}

const eb_err *eb_conditions_check_assertion(apr_pool_t *pool, const eb_conditions *conditions,
                                            xmlNodePtr assertion, eb_conditions_found *ret_found)
{
    reading r;

    begin(&r, pool, conditions, assertion);
    r.conditions = eb_xml_child(assertion, EB_NS_SAML, "Conditions");
    r.not_before = read_instant(pool, r.conditions, "NotBefore");
    r.not_on_or_after = read_instant(pool, r.conditions, "NotOnOrAfter");
    read_confirmation(&r, assertion);
    read_statements(&r, assertion);
    EB_TRY(apply(&r, assertion_rules, sizeof(assertion_rules) / sizeof(assertion_rules[0])));

    ret_found->authenticated = r.authenticated.time;
    ret_found->not_on_or_after = r.not_on_or_after.time < r.confirmation_not_on_or_after.time
                                     ? r.not_on_or_after.time
                                     : r.confirmation_not_on_or_after.time;
    ret_found->session_index = r.session_index;
    ret_found->level_uri = r.level_uri;
    ret_found->level = r.level;
    return NULL;
}
