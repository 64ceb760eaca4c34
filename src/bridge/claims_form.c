/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts to JSON, by the name of the claim. */
#include "bridge/claims_form.h"

#include "bridge/finnish_code.h"
#include "saml/address.h"

#include <apr_strings.h>
#include <string.h>
#include <strings.h>

typedef enum {
    FORM_ANY, /* one: text; several: array */
    FORM_TEXT,
    FORM_LIST,
    FORM_COUNTRY,
    FORM_COUNTRIES,
    FORM_FLAG,
    FORM_NUMBER,
    FORM_GENDER,
    FORM_BIRTHDATE,
    FORM_ADDRESS,
    FORM_PLACE
} claim_form;

/* Members of objects stand here too, under their full name. */
static const struct {
    const char *name;
    claim_form form;
} forms[] = {
    {"name", FORM_TEXT},
    {"given_name", FORM_TEXT},
    {"family_name", FORM_TEXT},
    {"middle_name", FORM_TEXT},
    {"nickname", FORM_TEXT},
    {"preferred_username", FORM_TEXT},
    {"profile", FORM_TEXT},
    {"picture", FORM_TEXT},
    {"website", FORM_TEXT},
    {"email", FORM_TEXT},
    {"email_verified", FORM_FLAG},
    {"gender", FORM_GENDER},
    {"birthdate", FORM_BIRTHDATE},
    {"zoneinfo", FORM_TEXT},
    {"locale", FORM_TEXT},
    {"phone_number", FORM_TEXT},
    {"phone_number_verified", FORM_FLAG},
    {"updated_at", FORM_NUMBER},
    {"address", FORM_ADDRESS},
    {"address.country", FORM_COUNTRY},
    {"address.country_code", FORM_COUNTRY},
    {"legal_address", FORM_ADDRESS},
    {"place_of_birth", FORM_PLACE},
    {"place_of_birth.country", FORM_COUNTRY},
    {"nationalities", FORM_COUNTRIES},
    {"birth_name", FORM_TEXT},
    {"birth_family_name", FORM_TEXT},
    {"birth_given_name", FORM_TEXT},
    {"birth_middle_name", FORM_TEXT},
    {"salutation", FORM_TEXT},
    {"title", FORM_TEXT},
    {"msisdn", FORM_TEXT},
    {"country_of_birth", FORM_COUNTRY},
    {"country_of_residence", FORM_COUNTRY},
    {"town_of_birth", FORM_TEXT},
    {"first_names", FORM_TEXT},
    {"common_name", FORM_TEXT},
    {"person_identifier", FORM_TEXT},
    {"legal_person_identifier", FORM_TEXT},
    {"legal_name", FORM_TEXT},
    {"national_identification_number", FORM_TEXT},
    {"electronic_identification_number", FORM_TEXT},
    {"foreign_person_identifier", FORM_TEXT},
    {"katso_id", FORM_TEXT},
    {"personal_identity_number", FORM_TEXT},
    {"prid", FORM_TEXT},
    {"identifying_country", FORM_COUNTRY},
    {"fiscal_number", FORM_TEXT},
    {"spid_code", FORM_TEXT},
    {"oid", FORM_TEXT},
    {"tid", FORM_TEXT},
    {"identity_expiration_date", FORM_TEXT},
    {"municipality_code", FORM_TEXT},
    {"municipality_name", FORM_TEXT},
    {"non_disclosure", FORM_FLAG},
    {"finnish_citizenship", FORM_FLAG},
    {"population_register_verified", FORM_FLAG},
    {"groups", FORM_LIST},
    {"roles", FORM_LIST},
    {"eduperson_affiliation", FORM_LIST},
    {"eduperson_scoped_affiliation", FORM_LIST},
    {"eduperson_entitlement", FORM_LIST},
    {"eduperson_assurance", FORM_LIST},
    {"eduperson_principal_name", FORM_TEXT},
    {"schac_personal_unique_code", FORM_LIST},
    {"subject_id", FORM_TEXT},
    {"pairwise_id", FORM_TEXT},
};

static const char *const address_members[] = {
    "formatted", "street_address", "locality", "region", "postal_code", "country", "country_code"};
static const char *const place_members[] = {"locality", "region", "country"};

static const struct {
    const char *name;
    const char *const *members;
    size_t count;
} objects[] = {
    {"address", address_members, sizeof address_members / sizeof address_members[0]},
    {"legal_address", address_members, sizeof address_members / sizeof address_members[0]},
    {"place_of_birth", place_members, sizeof place_members / sizeof place_members[0]}};

static const char blanks[] = " \t\r\n";

bool eb_is_blank(const char *text)
{
    return text[strspn(text, blanks)] == '\0';
}

static claim_form form_of(const char *name)
{
    size_t len = strcspn(name, "#");
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (strlen(forms[i].name) == len && strncmp(forms[i].name, name, len) == 0) {
            return forms[i].form;
        }
    }
    return FORM_ANY;
}

static const char *trim(apr_pool_t *pool, const char *text)
{
    const char *begin = text + strspn(text, blanks);
    size_t len = strlen(begin);
    while (len > 0 && strchr(blanks, begin[len - 1]) != NULL) {
        len--;
    }
    return apr_pstrmemdup(pool, begin, len);
}

static bool are_digits(const char *text, size_t count)
{
    return strspn(text, "0123456789") >= count;
}

static int number_at(const char *text, size_t count)
{
    int value = 0;
    for (size_t i = 0; i < count; i++) {
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

/* xs:date allows a zone after the day; a date of birth has none to mean. */
static bool is_zone(const char *text)
{
    if (*text == '\0' || strcmp(text, "Z") == 0) {
        return true;
    }
    return (*text == '+' || *text == '-') && strlen(text) == 6 && are_digits(text + 1, 2) &&
           text[3] == ':' && are_digits(text + 4, 2);
}

/* YYYY, YYYY-MM-DD, YYYYMMDD or a Finnish code; NULL for all else, so that a code with a mistake in
 * it is never passed on as a date. */
static const char *birthdate(apr_pool_t *pool, const char *text)
{
    const char *from_code = eb_finnish_code_birthdate(pool, text);
    if (from_code != NULL) {
        return from_code;
    }
    size_t len = strlen(text);
    if (!are_digits(text, 4)) {
        return NULL;
    }
    if (len == 4) {
        return text;
    }
    bool has_dashes = text[4] == '-';
    size_t month = has_dashes ? 5 : 4, day = has_dashes ? 8 : 6, end = day + 2;
    if (len < end || !are_digits(text + month, 2) || !are_digits(text + day, 2) ||
        (has_dashes && text[7] != '-') || !(has_dashes ? is_zone(text + end) : len == end) ||
        !eb_date_exists(number_at(text, 4), number_at(text + month, 2), number_at(text + day, 2))) {
        return NULL;
    }
    return apr_psprintf(pool, "%.4s-%.2s-%.2s", text, text + month, text + day);
}

/* Countries as the EU writes them, to ISO 3166 as OpenID does. */
static const char *country(const char *text)
{
    if (strcmp(text, "EL") == 0) {
        return "GR";
    }
    return strcmp(text, "UK") == 0 ? "GB" : text;
}

static json_t *flag(const char *text)
{
    if (strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0) {
        return json_true();
    }
    return strcasecmp(text, "false") == 0 || strcmp(text, "0") == 0 ? json_false() : NULL;
}

/* Words as eIDAS has them, numbers as ISO 5218 (schacGender), letters as RFC 3739 and SPID have. */
static json_t *gender(const char *text)
{
    if (strcasecmp(text, "male") == 0 || strcmp(text, "1") == 0 || strcasecmp(text, "M") == 0) {
        return json_string("male");
    }
    if (strcasecmp(text, "female") == 0 || strcmp(text, "2") == 0 || strcasecmp(text, "F") == 0) {
        return json_string("female");
    }
    return NULL;
}

static json_t *number(const char *text)
{
    size_t len = strlen(text);
    return len > 0 && len <= 12 && are_digits(text, len) ? json_integer(apr_atoi64(text)) : NULL;
}

static void set_member(json_t *object, const char *name, const char *text)
{
    if (text != NULL && !eb_is_blank(text)) {
        json_object_set_new(object, name, json_string(text));
    }
}

/* Both, either, or NULL. */
static const char *join(apr_pool_t *pool, const char *a, const char *separator, const char *b)
{
    if (a == NULL || eb_is_blank(a)) {
        return b == NULL || eb_is_blank(b) ? NULL : b;
    }
    return b == NULL || eb_is_blank(b) ? a : apr_pstrcat(pool, a, separator, b, NULL);
}

/* The eIDAS address (core location vocabulary) as OpenID's: the first administrative unit is the
 * country, the second the region. An address that cannot be read is none; the login goes on. */
static json_t *eidas_address(apr_pool_t *pool, const char *base64)
{
    const eb_address_part *parts;
    int count;
    if (!eb_eidas_address_parse(pool, base64, &parts, &count)) {
        return NULL;
    }
#define PART(element) eb_eidas_address_part(parts, count, element)
    const char *post_name = PART("PostName"), *area = PART("CvaddressArea");
    const char *box = PART("PoBox"), *first_unit = PART("AdminunitFirstline");
    const char *street = join(pool, PART("Thoroughfare"), " ", PART("LocatorDesignator"));
    street = join(pool, PART("LocatorName"), "\n", street);
    street = join(pool, street, "\n", post_name == NULL ? NULL : area);
    street = join(pool, street, "\n", box == NULL ? NULL : apr_pstrcat(pool, "PO Box ", box, NULL));

    json_t *address = json_object();
    set_member(address, "street_address", street);
    set_member(address, "locality", post_name != NULL ? post_name : area);
    set_member(address, "region", PART("AdminunitSecondline"));
    set_member(address, "postal_code", PART("PostCode"));
    set_member(address, "country", first_unit == NULL ? NULL : country(first_unit));
#undef PART
    if (json_object_size(address) == 0) {
        json_decref(address);
        return NULL;
    }
    return address;
}

static json_t *address_of(apr_pool_t *pool, const eb_claim_text *text)
{
    return text->is_eidas ? eidas_address(pool, text->text)
                          : json_pack("{s:s}", "formatted", text->text);
}

static json_t *list(apr_pool_t *pool, const eb_claim_text *texts, int count, bool is_countries)
{
    json_t *array = json_array();
    for (int i = 0; i < count; i++) {
        const char *text = is_countries ? country(trim(pool, texts[i].text)) : texts[i].text;
        json_array_append_new(array, json_string(text));
    }
    return array;
}

json_t *eb_claim_value(apr_pool_t *pool, const char *name, const eb_claim_text *texts, int count)
{
    const char *first = texts[0].text, *date;
    switch (form_of(name)) {
    case FORM_TEXT:
        return json_string(first);
    case FORM_LIST:
        return list(pool, texts, count, false);
    case FORM_COUNTRY:
        return json_string(country(trim(pool, first)));
    case FORM_COUNTRIES:
        return list(pool, texts, count, true);
    case FORM_FLAG:
        return flag(trim(pool, first));
    case FORM_NUMBER:
        return number(trim(pool, first));
    case FORM_GENDER:
        return gender(trim(pool, first));
    case FORM_BIRTHDATE:
        date = birthdate(pool, trim(pool, first));
        return date == NULL ? NULL : json_string(date);
    case FORM_ADDRESS:
        return address_of(pool, &texts[0]);
    case FORM_PLACE:
        return json_pack("{s:s}", "locality", first);
    case FORM_ANY:
    default:
        return count == 1 ? json_string(first) : list(pool, texts, count, false);
    }
}

bool eb_claim_object(const char *name, const char **ret_object, const char **ret_member)
{
    size_t len = strcspn(name, ".");
    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
        if (strlen(objects[i].name) == len && strncmp(objects[i].name, name, len) == 0) {
            *ret_object = objects[i].name;
            *ret_member = name[len] == '.' ? name + len + 1 : NULL;
            return true;
        }
    }
    return false;
}

bool eb_claim_member_known(const char *object, const char *member)
{
    for (size_t i = 0; i < sizeof objects / sizeof objects[0]; i++) {
        for (size_t m = 0; strcmp(objects[i].name, object) == 0 && m < objects[i].count; m++) {
            if (strcmp(objects[i].members[m], member) == 0) {
                return true;
            }
        }
    }
    return false;
}

static const char *member_text(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

void eb_claim_address_format(apr_pool_t *pool, json_t *address)
{
    if (json_object_get(address, "formatted") != NULL) {
        return;
    }
    const char *town =
        join(pool, member_text(address, "postal_code"), " ", member_text(address, "locality"));
    const char *lines = join(pool, member_text(address, "street_address"), "\n", town);
    lines = join(pool, lines, "\n", member_text(address, "region"));
    lines = join(pool, lines, "\n", member_text(address, "country"));
    set_member(address, "formatted", lines);
}
