/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules applied to an identity, one after the other. */
#include "bridge/claims.h"

#include "bridge/claims_change.h"
#include "oidc/id_token.h"

#include <apr_strings.h>
#include <string.h>

#define NAME_MAX_LEN 64
#define EIDAS_PREFIX "http://eidas.europa.eu/attributes/"

/* What a rule draws on: texts in the Latin script, and others. */
typedef struct source {
    const eb_claim_text *latin, *other;
    int latin_count, other_count;
} source;

typedef struct making {
    apr_pool_t *pool;
    const eb_identity *identity;
    json_t *claims;
    apr_array_header_t *whole; /* const char *: objects that a rule gave whole */
} making;

const char *eb_claims_name_fault(const char *name)
{
#define ALPHANUMERIC "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"
    size_t base = strcspn(name, "#");
    const char *tag = name[base] == '#' ? name + base + 1 : NULL;
    const char *object, *member;
    if (base == 0) {
        return "it is empty";
    }
    if (strlen(name) > NAME_MAX_LEN) {
        return "it is longer than 64 characters";
    }
    if (strspn(name, ALPHANUMERIC "_.:/") < base) {
        return "it has a character other than A-Z a-z 0-9 _ - . : /";
    }
    if (tag != NULL && (*tag == '\0' || strspn(tag, ALPHANUMERIC) != strlen(tag))) {
        return "what follows # is not a language tag";
    }
    if (eb_claim_is_reserved(name)) {
        return "the protocol gives it its meaning, never an attribute";
    }
    if (eb_claim_object(name, &object, &member) && member != NULL &&
        !eb_claim_member_known(object, member)) {
        return "the object has no such member";
    }
    return NULL;
}

static void add_text(eb_claim_text *texts, int *count, const char *text, bool is_eidas)
{
    if (!eb_is_blank(text)) {
        texts[(*count)++] = (eb_claim_text){text, is_eidas};
    }
}

/* Of one attribute. Where there is no Latin text, the others stand in for it. */
static source read_attribute(const making *m, const char *name)
{
    const eb_attribute *attribute = eb_identity_attribute(m->identity, name);
    size_t room = attribute == NULL ? 1 : (size_t)attribute->value_count + 1;
    eb_claim_text *latin = apr_palloc(m->pool, room * sizeof *latin);
    eb_claim_text *other = apr_palloc(m->pool, room * sizeof *other);
    source from = {latin, other, 0, 0};
    if (attribute != NULL) {
        bool is_eidas = strncmp(attribute->name, EIDAS_PREFIX, strlen(EIDAS_PREFIX)) == 0;
        for (int i = 0; i < attribute->value_count; i++) {
            const eb_attribute_value *value = &attribute->values[i];
            if (value->is_latin) {
                add_text(latin, &from.latin_count, value->text, is_eidas);
            } else {
                add_text(other, &from.other_count, value->text, is_eidas);
            }
        }
    } else if (strcmp(name, "NameID") == 0 && m->identity->name_id != NULL) {
        add_text(latin, &from.latin_count, m->identity->name_id, false);
    }
    return from.latin_count > 0 ? from : (source){other, NULL, from.other_count, 0};
}

/* The one text of several attributes. */
static const char *join_attributes(const making *m, const eb_claim_rule *rule)
{
    int count;
    const char *const *names = eb_claim_rule_attributes(m->pool, rule, &count);
    const char **texts = apr_palloc(m->pool, (size_t)count * sizeof(*texts));
    for (int i = 0; i < count; i++) {
        source from = read_attribute(m, names[i]);
        texts[i] = from.latin_count > 0 ? from.latin[0].text : NULL;
    }
    return eb_claim_join(m->pool, rule, texts, count);
}

/* One text that is no attribute's value as it came. */
static source read_text(const making *m, const char *text)
{
    eb_claim_text *made = apr_palloc(m->pool, sizeof *made);
    source from = {made, NULL, 0, 0};
    add_text(made, &from.latin_count, text, false);
    return from;
}

static source read_source(const making *m, const eb_claim_rule *rule)
{
    if (rule->is_value) {
        return read_text(m, rule->argument);
    }
    if (eb_claim_is_join(rule)) {
        const char *joined = join_attributes(m, rule);
        return read_text(m, joined == NULL ? "" : joined);
    }
    source from = read_attribute(m, rule->argument);
    from.latin = eb_claim_apply(m->pool, rule, from.latin, from.latin_count, &from.latin_count);
    from.other = eb_claim_apply(m->pool, rule, from.other, from.other_count, &from.other_count);
    return from;
}

/* The language tag of a text by its first letter of a script we know (UTF-8 lead bytes): Greek and
 * Coptic U+0370-03FF, Greek Extended U+1F00-1FFF, Cyrillic U+0400-052F. Greek script means the
 * Greek language; Cyrillic is written by many. */
static const char *tag_of(const char *text)
{
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++) {
        if ((at[0] == 0xCD && at[1] >= 0xB0) || at[0] == 0xCE || at[0] == 0xCF ||
            (at[0] == 0xE1 && at[1] >= 0xBC && at[1] <= 0xBF)) {
            return "el-Grek";
        }
        if ((at[0] >= 0xD0 && at[0] <= 0xD3) || (at[0] == 0xD4 && at[1] <= 0xAF)) {
            return "und-Cyrl";
        }
    }
    return "und";
}

/* Texts of another script, each script's under its own tag. */
static void set_tagged(const making *m, const char *claim, const source *from)
{
    static const char *const tags[] = {"el-Grek", "und-Cyrl", "und"};
    eb_claim_text *texts = apr_palloc(m->pool, ((size_t)from->other_count + 1) * sizeof *texts);
    for (int t = 0; t < 3; t++) {
        int count = 0;
        for (int i = 0; i < from->other_count; i++) {
            if (strcmp(tag_of(from->other[i].text), tags[t]) == 0) {
                texts[count++] = from->other[i];
            }
        }
        const char *name = apr_pstrcat(m->pool, claim, "#", tags[t], NULL);
        if (count > 0 && json_object_get(m->claims, name) == NULL) {
            json_t *value = eb_claim_value(m->pool, claim, texts, count);
            if (value != NULL) {
                json_object_set_new(m->claims, name, value);
            }
        }
    }
}

static bool is_whole(const making *m, const char *object)
{
    for (int i = 0; i < m->whole->nelts; i++) {
        if (strcmp(APR_ARRAY_IDX(m->whole, i, const char *), object) == 0) {
            return true;
        }
    }
    return false;
}

/* An object, or a member of one. What a rule gave whole is not mixed with members from elsewhere;
 * members that an earlier rule gave stay when the whole comes. */
static void set_object(const making *m, const eb_claim_rule *rule, const char *object,
                       const char *member, const source *from)
{
    if (is_whole(m, object)) {
        return;
    }
    json_t *existing = json_object_get(m->claims, object);
    if (member != NULL && json_object_get(existing, member) != NULL) {
        return;
    }
    json_t *value = eb_claim_value(m->pool, rule->claim, from->latin, from->latin_count);
    if (value == NULL) {
        return;
    }
    if (existing == NULL) {
        existing = json_object();
        json_object_set_new(m->claims, object, existing);
    }
    if (member != NULL) {
        json_object_set_new(existing, member, value);
        return;
    }
    json_object_update_missing(existing, value);
    json_decref(value);
    APR_ARRAY_PUSH(m->whole, const char *) = object;
}

static void apply(const making *m, const eb_claim_rule *rule)
{
    source from = read_source(m, rule); /* first: most rules find nothing */
    if (from.latin_count == 0 || eb_claims_name_fault(rule->claim) != NULL) {
        return;
    }
    const char *object, *member;
    bool is_object = eb_claim_object(rule->claim, &object, &member);
    if (!is_object && json_object_get(m->claims, rule->claim) != NULL) {
        return;
    }
    if (is_object) {
        set_object(m, rule, object, member, &from);
        return;
    }
    json_t *value = eb_claim_value(m->pool, rule->claim, from.latin, from.latin_count);
    if (value == NULL) {
        return;
    }
    json_object_set_new(m->claims, rule->claim, value);
    if (strchr(rule->claim, '#') == NULL) {
        set_tagged(m, rule->claim, &from);
    }
}

/* The displayable name, where no rule gave one: given names, then family name. */
static void set_name(const making *m)
{
    const char *given = json_string_value(json_object_get(m->claims, "given_name"));
    const char *family = json_string_value(json_object_get(m->claims, "family_name"));
    if (json_object_get(m->claims, "name") == NULL && given != NULL && family != NULL) {
        const char *name = apr_pstrcat(m->pool, given, " ", family, NULL);
        json_object_set_new(m->claims, "name", json_string(name));
    }
}

json_t *eb_claims_make(apr_pool_t *pool, const eb_identity *identity,
                       const eb_claim_rule *client_rules, int client_rule_count,
                       const eb_claim_rule *provider_rules, int provider_rule_count)
{
    making m = {pool, identity, eb_json_own(pool, json_object()),
                apr_array_make(pool, 3, sizeof(const char *))};
    for (int i = 0; i < client_rule_count; i++) {
        apply(&m, &client_rules[i]);
    }
    for (int i = 0; i < provider_rule_count; i++) {
        apply(&m, &provider_rules[i]);
    }
    set_name(&m);
    static const char *const addresses[] = {"address", "legal_address"};
    for (int i = 0; i < 2; i++) {
        json_t *address = json_object_get(m.claims, addresses[i]);
        if (address != NULL) {
            eb_claim_address_format(pool, address);
        }
    }
    return m.claims;
}
