/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bridge/setup: each test differs from a sound configuration in one thing and expects exactly one
 * fault, by its id.
 *
 * Keys are made once: a P-256 key and certificate stand for the provider's, and for our own SAML
 * keys.
 */
#include "bridge/selftest.h"
#include "bridge/setup.h"
#include "bridge/value.h"
#include "keys/keyfile.h"
#include "saml/xml.h"
#include "state/slots.h"

#include <apr_file_io.h>
#include <apr_general.h>
#include <apr_strings.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOW apr_time_from_sec(APR_INT64_C(1795226400)) /* 2026-11-21 */

static apr_pool_t *all; /* what is made once */
static apr_pool_t *pool;
static char *folder;
static const char *metadata_file, *secret_file, *own_key_file, *own_certificate_file, *salt_file;

/* ------------------------------------------------------------------------- a sound configuration
 */

static const char *write_file(const char *name, const char *content)
{
    const char *path = apr_pstrcat(all, folder, "/", name, NULL);
    apr_file_t *file;
    apr_size_t len = strlen(content);

    ck_assert_int_eq(apr_file_open(&file, path, APR_WRITE | APR_CREATE | APR_TRUNCATE | APR_BINARY,
                                   APR_FPROT_UREAD | APR_FPROT_UWRITE, all),
                     APR_SUCCESS);
    ck_assert_int_eq(apr_file_write_full(file, content, len, NULL), APR_SUCCESS);
    apr_file_close(file);
    return path;
}

static const char *make_metadata(const char *certificate, const char *sso)
{
    return apr_psprintf(
        all,
        "<md:EntityDescriptor xmlns:md=\"" EB_NS_MD "\" entityID=\"https://idp.example/metadata\">"
        "<md:IDPSSODescriptor protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\">"
        "<md:KeyDescriptor use=\"signing\"><ds:KeyInfo xmlns:ds=\"" EB_NS_DS
        "\"><ds:X509Data><ds:X509Certificate>"
        "%s</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
        "<md:SingleSignOnService Binding=\"urn:oasis:names:tc:SAML:2.0:bindings:%s\""
        " Location=\"https://idp.example/sso\"/></md:IDPSSODescriptor></md:EntityDescriptor>",
        certificate, sso);
}

static void make_files(void)
{
    const char *temporary;
    eb_certificate certificate;
    EVP_PKEY *key;
    eb_span pem, key_pem;
    apr_pool_t *keys; /* freed here: tests are children that end without freeing */

    ck_assert_int_eq(apr_temp_dir_get(&temporary, all), APR_SUCCESS);
    folder = apr_pstrcat(all, temporary, "/eb-test-setup-XXXXXX", NULL);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    apr_pool_create(&keys, all);
    ck_assert_ptr_null(eb_key_make(keys, EB_MAKE_P256, &key));
    ck_assert_ptr_null(eb_certificate_make(keys, key, false, "test", &eb_random_system, NOW, &pem));
    ck_assert_ptr_null(eb_pem_certificate(keys, pem, "test", &certificate));
    ck_assert_ptr_null(eb_key_to_pem(keys, key, &key_pem));
    metadata_file =
        write_file("metadata.xml", make_metadata(certificate.der_base64, "HTTP-Redirect"));
    secret_file = write_file("client.secret", "0123456789abcdef0123456789abcdef0123456789a\n");
    own_key_file =
        write_file("own.key", apr_pstrmemdup(all, (const char *)key_pem.data, key_pem.len));
    own_certificate_file =
        write_file("own.crt", apr_pstrmemdup(all, (const char *)pem.data, pem.len));
    salt_file = write_file("salt", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n");
    apr_pool_destroy(keys);
}

static void remove_tree(const char *path)
{
    apr_dir_t *directory;
    apr_finfo_t entry;

    if (apr_dir_open(&directory, path, all) == APR_SUCCESS) {
        while (apr_dir_read(&entry, APR_FINFO_NAME, directory) == APR_SUCCESS) {
            if (strcmp(entry.name, ".") != 0 && strcmp(entry.name, "..") != 0) {
                remove_tree(apr_pstrcat(all, path, "/", entry.name, NULL));
            }
        }
        apr_dir_close(directory);
    }
    remove(path);
}

static void remove_files(void)
{
    remove_tree(folder);
}

static apr_array_header_t *words(const char *text)
{
    return eb_split_words(pool, text);
}

static eb_settings *settings;
static eb_provider_settings *provider;
static eb_client_settings *client;

static eb_provider_settings *add_provider(const char *name)
{
    eb_provider_settings *one =
        eb_provider_settings_make(pool, name, apr_pstrcat(pool, "p:", name, NULL));

    one->metadata_file = metadata_file;
    one->subject = "urn:example:id";
    APR_ARRAY_PUSH(settings->providers, eb_provider_settings *) = one;
    return one;
}

static eb_client_settings *add_client(const char *id)
{
    eb_client_settings *one = eb_client_settings_make(pool, id, apr_pstrcat(pool, "c:", id, NULL));

    one->secrets = words(secret_file);
    one->redirect_uris = words("https://client.example/callback");
    APR_ARRAY_PUSH(settings->clients, eb_client_settings *) = one;
    return one;
}

static void setup(void)
{
    apr_pool_create(&pool, all);
    settings = eb_settings_make(pool);
    settings->where = "f:1";
    settings->issuer = "https://login.example";
    settings->key_directory = apr_pstrcat(pool, folder, "/keys", NULL);
    settings->pages = EB_TEST_SHARE "/pages";
    settings->providers = apr_array_make(pool, 2, sizeof(eb_provider_settings *));
    settings->clients = apr_array_make(pool, 2, sizeof(eb_client_settings *));
    provider = add_provider("idp");
    client = add_client("client");
}

static void teardown(void)
{
    apr_pool_destroy(pool);
}

/* ------------------------------------------------------------------------------ what is told */

typedef struct told {
    int faults, remarks;
    eb_err_id id;
    const char *where;
    const char *message;
    const char *all_messages;
    const char *all_remarks;
} told;

static void keep_fault(void *context, const char *where, const eb_err *err)
{
    told *t = context;

    t->faults++;
    t->id = err->id;
    t->where = where;
    t->message = err->message;
    t->all_messages = apr_pstrcat(pool, t->all_messages, "\n", err->code, " ", err->message, NULL);
}

static void keep_remark(void *context, const char *where, const char *text)
{
    told *t = context;

    (void)where;
    t->remarks++;
    t->all_remarks = apr_pstrcat(pool, t->all_remarks, "\n", text, NULL);
}

static told check_now(void)
{
    told t = {0, 0, EB_E_END, NULL, NULL, "", ""};
    eb_setup_report report = {keep_fault, keep_remark, &t};
    int faults = eb_setup_check(pool, settings, NOW, &report);

    ck_assert_int_eq(faults, t.faults);
    return t;
}

static void expect_fault(eb_err_id id)
{
    told t = check_now();

    ck_assert_msg(t.faults == 1, "%d faults:%s", t.faults, t.all_messages);
    ck_assert_msg(t.id == id, "expected EB%d, told%s", (int)id, t.all_messages);
    ck_assert_ptr_nonnull(t.where);
}

static void expect_sound(void)
{
    told t = check_now();

    ck_assert_msg(t.faults == 0, "told%s", t.all_messages);
}

static void expect_remark(const char *part)
{
    told t = check_now();

    ck_assert_msg(t.faults == 0, "told%s", t.all_messages);
    ck_assert_msg(strstr(t.all_remarks, part) != NULL, "no '%s' in:%s", part, t.all_remarks);
}

/* Nothing at all is said of a sound configuration whose settings are not weaker. */
static void expect_silence(void)
{
    told t = check_now();

    ck_assert_msg(t.faults == 0 && t.remarks == 0, "told%s%s", t.all_messages, t.all_remarks);
}

START_TEST(accepts_a_sound_configuration_without_a_word)
{
    told t = check_now();

    ck_assert_msg(t.faults == 0, "told%s", t.all_messages);
    ck_assert_msg(t.remarks == 0, "remarked%s", t.all_remarks);
}
END_TEST

START_TEST(checking_makes_nothing)
{
    struct stat info;

    expect_sound();
    ck_assert_int_ne(stat(settings->key_directory, &info), 0);
}
END_TEST

START_TEST(tells_every_fault_not_only_the_first)
{
    settings->issuer = "http://login.example";
    settings->clock_skew = apr_time_from_sec(301);
    provider->profile = "eidass";
    client->scopes = words("opendi");
    ck_assert_int_eq(check_now().faults, 4);
}
END_TEST

/* -------------------------------------------------------------------------------- the server */

START_TEST(refuses_issuers_of_another_form)
{
    static const char *const issuers[] = {"http://login.example",
                                          "https://login.example/",
                                          "https://login.example/a/",
                                          "https://login.example?a",
                                          "https://login.example#a",
                                          "https://a@login.example",
                                          "https://Login.example",
                                          "https://",
                                          "https://login.example:",
                                          "https://login.example:0",
                                          "https://login.example:123456",
                                          "https://login.example/a//b",
                                          "https://login.example/../a",
                                          "https://login.example/a b",
                                          "https://login.example/%61",
                                          "login.example",
                                          "https://[::1",
                                          ""};

    for (size_t i = 0; i < sizeof(issuers) / sizeof(issuers[0]); i++) {
        settings->issuer = issuers[i];
        expect_fault(EB_E_CONFIG_ISSUER);
    }
}
END_TEST

START_TEST(splits_issuers)
{
    const char *host, *path;

    ck_assert(eb_issuer_split(pool, "https://login.example", &host, &path));
    ck_assert_str_eq(host, "login.example");
    ck_assert_str_eq(path, "");
    ck_assert(eb_issuer_split(pool, "https://login.example:8443/a/b", &host, &path));
    ck_assert_str_eq(host, "login.example:8443");
    ck_assert_str_eq(path, "/a/b");
    ck_assert(eb_issuer_split(pool, "https://[::1]:8443", &host, &path));
    ck_assert_str_eq(host, "[::1]:8443");
}
END_TEST

START_TEST(refuses_a_server_without_issuer)
{
    settings->issuer = NULL;
    expect_fault(EB_E_CONFIG_MISSING);
}
END_TEST

START_TEST(refuses_entity_ids_that_are_no_uri)
{
    settings->entity_id = "login";
    expect_fault(EB_E_CONFIG_ENTITY_ID);
}
END_TEST

START_TEST(refuses_durations_and_sizes_outside_their_limits)
{
    settings->clock_skew = apr_time_from_sec(301);
    expect_fault(EB_E_CONFIG_LIFETIME);
    settings->clock_skew = EB_UNSET;
    settings->login_lifetime = apr_time_from_sec(7201);
    expect_fault(EB_E_CONFIG_LIFETIME);
    settings->login_lifetime = EB_UNSET;
    settings->key_rotation = apr_time_from_sec(60);
    expect_fault(EB_E_CONFIG_LIFETIME);
    settings->key_rotation = EB_UNSET;
    settings->max_message = 100;
    expect_fault(EB_E_CONFIG_LIFETIME);
    settings->max_message = 16 * 1024 * 1024 + 1;
    expect_fault(EB_E_CONFIG_LIFETIME);
    settings->max_message = EB_UNSET;
    client->code_lifetime = apr_time_from_sec(601);
    expect_fault(EB_E_CONFIG_LIFETIME);
    client->code_lifetime = EB_UNSET;
    provider->clock_skew = apr_time_from_sec(301);
    expect_fault(EB_E_CONFIG_LIFETIME);
}
END_TEST

START_TEST(refuses_token_algorithms_without_rs256_or_twice)
{
    settings->token_algs = apr_array_make(pool, 2, sizeof(eb_jws_alg));
    APR_ARRAY_PUSH(settings->token_algs, eb_jws_alg) = EB_JWS_RS256;
    expect_sound();
    APR_ARRAY_PUSH(settings->token_algs, eb_jws_alg) = EB_JWS_RS256;
    expect_fault(EB_E_CONFIG_TOKEN_ALGS);
    apr_array_clear(settings->token_algs);
    APR_ARRAY_PUSH(settings->token_algs, eb_jws_alg) = EB_JWS_RS256;
    client->id_token_alg = EB_JWS_ES256;
    expect_fault(EB_E_CONFIG_ID_TOKEN_ALG);
    apr_array_clear(settings->token_algs);
    APR_ARRAY_PUSH(settings->token_algs, eb_jws_alg) = EB_JWS_ES256;
    expect_fault(EB_E_CONFIG_TOKEN_ALGS);
}
END_TEST

START_TEST(refuses_pages_that_are_not_there)
{
    settings->pages = "/nonexistent/pages";
    expect_fault(EB_E_CONFIG_PAGES);
}
END_TEST

START_TEST(refuses_a_salt_of_the_wrong_form_and_accepts_one_that_fits)
{
    settings->pairwise_salt = salt_file;
    expect_sound();
    settings->pairwise_salt = secret_file;
    expect_fault(EB_E_KEY_FORM);
    settings->pairwise_salt = "/nonexistent/salt";
    expect_fault(EB_E_KEY_UNREADABLE);
}
END_TEST

START_TEST(refuses_two_issuers_that_share_what_is_theirs)
{
    eb_settings *other = eb_settings_make(pool);
    const eb_settings *both[2] = {settings, other};
    told t = {0, 0, EB_E_END, NULL, NULL, "", ""};
    eb_setup_report report = {keep_fault, keep_remark, &t};

    other->where = "f:9";
    other->issuer = settings->issuer;
    ck_assert_int_eq(eb_setup_check_together(pool, both, 2, &report), 1);
    ck_assert_int_eq(t.id, EB_E_CONFIG_ISSUER_SHARED);
    ck_assert_str_eq(t.where, "f:9");
    other->issuer = "https://other.example";
    ck_assert_int_eq(eb_setup_check_together(pool, both, 2, &report), 0);
    other->key_directory = settings->key_directory;
    ck_assert_int_eq(eb_setup_check_together(pool, both, 2, &report), 1);
    ck_assert_int_eq(t.id, EB_E_CONFIG_KEY_DIRECTORY_SHARED);
    settings->key_directory = other->key_directory = NULL;
    settings->issuer = "https://login.example/a_b";
    other->issuer = "https://login.example/a/b";
    ck_assert_int_eq(eb_setup_check_together(pool, both, 2, &report), 1);
    ck_assert_int_eq(t.id, EB_E_CONFIG_KEY_DIRECTORY_SHARED);
}
END_TEST

/* ----------------------------------------------------------------------------- the providers */

START_TEST(refuses_an_issuer_without_sections)
{
    settings->providers = NULL;
    expect_fault(EB_E_CONFIG_NO_PROVIDER);
    setup();
    settings->clients = NULL;
    expect_fault(EB_E_CONFIG_NO_CLIENT);
}
END_TEST

START_TEST(refuses_names_with_other_characters_and_second_ones)
{
    provider->name = "Suomi.fi";
    expect_fault(EB_E_CONFIG_NAME);
    provider->name = "idp";
    settings->default_provider = "idp";
    add_provider("idp");
    expect_fault(EB_E_CONFIG_REPEATED);
}
END_TEST

START_TEST(refuses_an_unknown_profile_and_says_the_nearest)
{
    told t;

    provider->profile = "suomifi";
    t = check_now();
    ck_assert_int_eq(t.faults, 1);
    ck_assert_int_eq(t.id, EB_E_CONFIG_PROFILE);
    ck_assert_ptr_nonnull(strstr(t.message, "did you mean suomi.fi?"));
}
END_TEST

START_TEST(refuses_metadata_that_cannot_be_used)
{
    provider->metadata_file = NULL;
    expect_fault(EB_E_CONFIG_MISSING);
    provider->metadata_file = "/nonexistent/metadata.xml";
    expect_fault(EB_E_CONFIG_FILE);
    provider->metadata_file = folder;
    expect_fault(EB_E_CONFIG_FILE);
    provider->metadata_file = secret_file;
    expect_fault(EB_E_SAML_XML);
    provider->metadata_file = metadata_file;
    provider->request_binding = EB_BINDING_POST;
    expect_fault(EB_E_METADATA_ENDPOINT);
    provider->request_binding = EB_BINDING_REDIRECT;
    expect_sound();
}
END_TEST

START_TEST(refuses_algorithms_that_are_unknown_or_not_the_profiles)
{
    provider->signature_method = "rsa-sha1";
    expect_fault(EB_E_CONFIG_ALGORITHM);
    provider->signature_method = "aes256-gcm";
    expect_fault(EB_E_CONFIG_ALGORITHM);
    provider->signature_method = NULL;
    provider->allow_algorithms = words("tripledes");
    expect_fault(EB_E_CONFIG_ALGORITHM);
    provider->allow_algorithms = NULL;
    provider->profile = "eidas";
    provider->subject = NULL;
    provider->signature_method = "rsa-sha256";
    expect_fault(EB_E_CONFIG_ALGORITHM);
}
END_TEST

START_TEST(refuses_levels_given_twice_or_without_uri)
{
    static const eb_level_row low = {"urn:low", EB_LEVEL_LOW, NULL, true};
    static const eb_level_row bad = {"low", EB_LEVEL_LOW, NULL, true};

    provider->levels = apr_array_make(pool, 2, sizeof(eb_level_row));
    APR_ARRAY_PUSH(provider->levels, eb_level_row) = low;
    expect_sound();
    APR_ARRAY_PUSH(provider->levels, eb_level_row) = low;
    expect_fault(EB_E_CONFIG_LEVELS);
    apr_array_clear(provider->levels);
    APR_ARRAY_PUSH(provider->levels, eb_level_row) = bad;
    expect_fault(EB_E_CONFIG_LEVELS);
}
END_TEST

START_TEST(refuses_a_transient_name_id_as_identifier)
{
    provider->subject = "NameID";
    expect_sound();
    provider->name_id_format = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
    expect_fault(EB_E_CONFIG_SUBJECT);
    provider->subject = "urn:example:id";
    expect_sound();
}
END_TEST

START_TEST(refuses_countries_uris_and_contradictions)
{
    provider->country = "fi";
    expect_fault(EB_E_CONFIG_COUNTRY);
    provider->country = "FI";
    provider->requester_id = "service";
    expect_fault(EB_E_CONFIG_ENTITY_ID);
    provider->requester_id = NULL;
    provider->is_passive = provider->force_authn = 1;
    expect_fault(EB_E_CONFIG_CONFLICT);
}
END_TEST

START_TEST(refuses_scoping_where_the_service_refuses_it)
{
    static const char *const profiles[] = {"entra", "spid", "cie"};

    provider->profile = profiles[_i];
    provider->subject = NULL;
    expect_sound();
    provider->requester_id = "https://client.example/";
    expect_fault(EB_E_CONFIG_CONFLICT);
    provider->requester_id = NULL;
    provider->idp_list = words("https://idp.example/");
    expect_fault(EB_E_CONFIG_CONFLICT);
    provider->profile = "sweden-connect";
    expect_sound();
    provider->idp_list = words("https://idp.example/ idp");
    expect_fault(EB_E_CONFIG_ENTITY_ID);
}
END_TEST

START_TEST(remarks_on_a_level_that_is_no_longer_forced)
{
    provider->profile = "spid";
    provider->subject = NULL;
    expect_sound();
    provider->force_authn = 0;
    expect_remark("ForceAuthn");
}
END_TEST

START_TEST(refuses_mapping_by_words_that_are_no_rule)
{
    static const char *const words[] = {"from", "urn:example:x"};
    eb_map_claim row = {"groups", words, 2, "f:5"};

    provider->map_claims = apr_array_make(pool, 1, sizeof(row));
    APR_ARRAY_PUSH(provider->map_claims, eb_map_claim) = row;
    expect_sound();
    APR_ARRAY_IDX(provider->map_claims, 0, eb_map_claim).word_count = 1;
    expect_fault(EB_E_CONFIG_CLAIM);
    ck_assert_str_eq(check_now().where, "f:5");
}
END_TEST

START_TEST(refuses_mapping_to_reserved_claims)
{
    static const char *const words[] = {"from", "urn:example:x"};
    eb_map_claim row = {"sub", words, 2, "f:5"};

    provider->map_claims = apr_array_make(pool, 1, sizeof(row));
    APR_ARRAY_PUSH(provider->map_claims, eb_map_claim) = row;
    expect_fault(EB_E_CONFIG_CLAIM);
    ck_assert_str_eq(check_now().where, "f:5");
}
END_TEST

/* A duration longer than its default, and back. */
static void expect_remark_for(apr_interval_time_t *duration, apr_int64_t seconds, const char *word)
{
    *duration = apr_time_from_sec(seconds);
    expect_remark(apr_psprintf(pool, "%s %s is weaker than its default", word,
                               eb_value_duration_text(pool, *duration)));
    *duration = EB_UNSET;
    expect_sound();
}

START_TEST(remarks_on_every_setting_weaker_than_its_default)
{
    expect_remark_for(&settings->clock_skew, 61, "EidasClockSkew");
    expect_remark_for(&settings->login_lifetime, 901, "EidasLoginLifetime");
    expect_remark_for(&settings->key_rotation, 90 * 86400 + 1, "EidasKeyRotation");
    expect_remark_for(&provider->clock_skew, 61, "ClockSkew");
    expect_remark_for(&client->code_lifetime, 61, "CodeLifetime");
    expect_remark_for(&client->id_token_lifetime, 301, "IDTokenLifetime");
    expect_remark_for(&client->access_token_lifetime, 601, "AccessTokenLifetime");
    settings->max_message = 256 * 1024 + 1;
    expect_remark("EidasMaxMessage");
    settings->max_message = EB_UNSET;
    client->acr_prefer = 1;
    expect_remark("AcrValues prefer is weaker than its default require");
    client->acr_prefer = EB_UNSET;
    client->is_public_subject = 1;
    expect_remark("SubjectType public is weaker than its default pairwise");
    client->is_public_subject = EB_UNSET;
    client->max_grants = 1000000;
    expect_silence(); /* the size of the store is not known */
    settings->expected_sessions = 1000;
    expect_remark("MaxGrants 1000000 is weaker than its default, half of the store (");
    client->max_grants = EB_UNSET;
    expect_silence();
}
END_TEST

START_TEST(remarks_on_what_is_weaker_than_the_profile)
{
    provider->profile = "suomi.fi";
    provider->subject = NULL;
    expect_sound();
    provider->require_encryption = 0;
    expect_remark(
        "RequireEncryption makes provider idp weaker than its profile suomi.fi: found Off, "
        "the profile has On");
    provider->require_encryption = EB_UNSET;
    provider->require_signature = EB_SIGNED_EITHER;
    expect_remark("RequireSignature makes provider idp weaker than its profile suomi.fi: found "
                  "either, the profile has both");
    provider->require_signature = EB_UNSET;
    provider->allow_algorithms = words("aes-cbc");
    expect_remark("found aes-cbc, the profile has no such algorithm");
    provider->allow_algorithms = NULL;
    provider->max_authentication_age = 0;
    expect_remark("found 0s, any age, the profile has 32m");
    provider->max_authentication_age = apr_time_from_sec(33 * 60);
    expect_remark("found 33m, the profile has 32m");
    provider->max_authentication_age = EB_UNSET;
    provider->allow_non_notified = 1;
    expect_remark("AllowNonNotified makes provider idp weaker than its profile suomi.fi: found On, "
                  "the profile has Off");
    provider->allow_non_notified = EB_UNSET;
    provider->comparison = EB_COMPARISON_OMIT;
    expect_remark("found omit, so that no level is asked for, the profile has exact");
}
END_TEST

static void set_level(const char *uri, eb_level rank, const char *acr, bool is_notified)
{
    provider->levels = apr_array_make(pool, 1, sizeof(eb_level_row));
    APR_ARRAY_PUSH(provider->levels, eb_level_row) = (eb_level_row){uri, rank, acr, is_notified};
}

#define EIDAS_LOA "http://eidas.europa.eu/LoA/"

START_TEST(remarks_on_levels_that_are_worth_more_than_in_the_profile)
{
    provider->profile = "eidas";
    provider->subject = NULL;
    set_level(EIDAS_LOA "low", EB_LEVEL_HIGH, NULL, true);
    expect_remark("found " EIDAS_LOA "low high, the profile has it as low");
    set_level("urn:example:loa", EB_LEVEL_LOW, NULL, true);
    expect_remark("found urn:example:loa low, the profile has no such level");
    set_level("http://eidas.europa.eu/NotNotified/LoA/low", EB_LEVEL_LOW, NULL, true);
    expect_remark("low low, the profile has it under AllowNonNotified only");
    set_level(EIDAS_LOA "low", EB_LEVEL_LOW, EIDAS_LOA "high", true);
    expect_remark("told as " EIDAS_LOA "high, the profile has that one as high");
    set_level(EIDAS_LOA "high", EB_LEVEL_LOW, "urn:example:low", true);
    expect_silence();
    set_level(EIDAS_LOA "high", EB_LEVEL_HIGH, NULL, true);
    expect_silence();
    provider->profile = "generic";
    provider->subject = "urn:example:id";
    expect_silence(); /* there the section's table is the only one */
}
END_TEST

START_TEST(remarks_on_an_assertions_signature_in_place_of_the_responses)
{
    provider->profile = "eidas";
    provider->subject = NULL;
    provider->require_signature = EB_SIGNED_ASSERTION;
    expect_remark("found assertion, the profile has response");
    provider->require_signature = EB_SIGNED_BOTH;
    expect_silence();
    provider->profile = "spid";
    provider->require_signature = EB_SIGNED_RESPONSE;
    expect_silence();
}
END_TEST

START_TEST(what_is_as_strong_as_its_default_or_stronger_is_no_remark)
{
    settings->clock_skew = apr_time_from_sec(60);
    settings->login_lifetime = apr_time_from_sec(900);
    settings->key_rotation = apr_time_from_sec(30 * 86400);
    settings->max_message = 256 * 1024;
    settings->expected_sessions = 1000;
    provider->clock_skew = apr_time_from_sec(30);
    provider->allow_non_notified = 0;
    provider->require_encryption = 1;
    client->code_lifetime = apr_time_from_sec(60);
    client->id_token_lifetime = apr_time_from_sec(300);
    client->access_token_lifetime = apr_time_from_sec(600);
    client->acr_prefer = 0;
    client->max_grants = 10;
    expect_silence();
}
END_TEST

START_TEST(refuses_own_keys_that_a_provider_does_not_take)
{
    eb_key_files own = {own_key_file, own_certificate_file};

    settings->signing_keys = apr_array_make(pool, 1, sizeof(own));
    APR_ARRAY_PUSH(settings->signing_keys, eb_key_files) = own;
    provider->signature_method = "ecdsa-sha256";
    expect_sound();
    provider->signature_method = "rsa-sha256";
    expect_fault(EB_E_CONFIG_KEYS);
}
END_TEST

/* ------------------------------------------------------------------------------- the clients */

START_TEST(refuses_client_ids_with_other_characters_and_second_ones)
{
    client->id = "a client";
    expect_fault(EB_E_CONFIG_NAME);
    client->id = "client";
    add_client("client");
    expect_fault(EB_E_CONFIG_REPEATED);
}
END_TEST

/* The first two of client-0, client-1, … whose tags agree: a birthday among 2^32. */
START_TEST(refuses_clients_whose_tags_in_relay_state_collide)
{
    enum { COUNT = 1 << 18, BUCKETS = 1 << 20 };
    apr_uint32_t *tags = apr_pcalloc(pool, COUNT * sizeof(*tags));
    int *buckets = apr_pcalloc(pool, BUCKETS * sizeof(*buckets)),
        *next = apr_pcalloc(pool, COUNT * sizeof(*next));
    int first = -1, second = -1;

    for (int i = 1; i < COUNT && first < 0; i++) {
        char id[24];
        snprintf(id, sizeof(id), "client-%d", i);
        eb_client_tag(id, (unsigned char *)&tags[i]);
        for (int j = buckets[tags[i] % BUCKETS]; j != 0; j = next[j]) {
            if (tags[j] == tags[i]) {
                first = j;
                second = i;
            }
        }
        next[i] = buckets[tags[i] % BUCKETS];
        buckets[tags[i] % BUCKETS] = i;
    }
    ck_assert_int_gt(first, 0);
    client->id = apr_psprintf(pool, "client-%d", first);
    add_client(apr_psprintf(pool, "client-%d", second));
    expect_fault(EB_E_CONFIG_CLIENT_TAG);
}
END_TEST

START_TEST(refuses_secrets_that_are_missing_short_or_of_several_lines)
{
    client->secrets = words("/nonexistent/secret");
    expect_fault(EB_E_KEY_UNREADABLE);
    client->secrets = words("env:EB_TEST_NO_SUCH_SECRET");
    expect_fault(EB_E_KEY_UNREADABLE);
    client->secrets = words(write_file("short", "1234567"));
    expect_fault(EB_E_CONFIG_SECRET);
    client->secrets = words(write_file("latin1", "0123456789abcde\xe4\n"));
    expect_fault(EB_E_CONFIG_SECRET);
    client->secrets = words(write_file("lines", "0123456789\n0123456789\n"));
    expect_fault(EB_E_CONFIG_SECRET);
    client->secrets =
        words(apr_pstrcat(pool, secret_file, " ", secret_file, " ", secret_file, NULL));
    expect_fault(EB_E_CONFIG_SECRET);
    client->secrets = words(write_file("weak", "0123456789"));
    expect_remark("is short");
}
END_TEST

START_TEST(commands_are_not_run_at_configtest)
{
    client->secrets = apr_array_make(pool, 1, sizeof(const char *));
    APR_ARRAY_PUSH(client->secrets, const char *) =
        apr_psprintf(pool, "exec:/usr/bin/touch %s/was-run", folder);
    expect_remark("not checked");
    ck_assert_int_ne(access(apr_pstrcat(pool, folder, "/was-run", NULL), F_OK), 0);
}
END_TEST

START_TEST(refuses_methods_that_do_not_fit_the_secret)
{
    client->auth_methods = EB_AUTH_NONE;
    expect_fault(EB_E_CONFIG_AUTH_METHOD);
    client->secrets = NULL;
    expect_sound();
    client->auth_methods = EB_AUTH_BASIC;
    expect_fault(EB_E_CONFIG_AUTH_METHOD);
}
END_TEST

START_TEST(refuses_a_public_client_without_pkce)
{
    client->secrets = NULL;
    client->require_pkce = 0;
    expect_fault(EB_E_CONFIG_CONFLICT);
}
END_TEST

START_TEST(refuses_redirect_uris_that_are_not_acceptable)
{
    static const char *const uris[] = {"http://client.example/callback",
                                       "https://client.example/callback#x", "/callback",
                                       "https://a@client.example/", "app.example:/callback"};

    for (size_t i = 0; i < sizeof(uris) / sizeof(uris[0]); i++) {
        client->redirect_uris = words(uris[i]);
        client->sector_identifier = "client.example";
        expect_fault(EB_E_CONFIG_REDIRECT_URI);
    }
    client->redirect_uris = words("https://client.example/a https://client.example/a");
    expect_fault(EB_E_CONFIG_REDIRECT_URI);
    client->redirect_uris = NULL;
    expect_fault(EB_E_CONFIG_MISSING);
    client->redirect_uris = words("http://127.0.0.1:8080/callback");
    expect_remark("not https");
}
END_TEST

START_TEST(refuses_several_redirect_hosts_without_a_sector)
{
    client->redirect_uris = words("https://client.example/a https://other.example/b");
    expect_fault(EB_E_CONFIG_SECTOR);
    client->sector_identifier = "client.example";
    expect_sound();
    client->sector_identifier = "Client example";
    expect_fault(EB_E_CONFIG_SECTOR);
    client->sector_identifier = "https:///without-host";
    expect_fault(EB_E_CONFIG_SECTOR);
    client->sector_identifier = NULL;
    client->secrets = NULL;
    client->redirect_uris = words("example.app:/callback");
    expect_fault(EB_E_CONFIG_SECTOR);
}
END_TEST

START_TEST(refuses_origins_and_home_pages_of_another_form)
{
    static const char *const origins[] = {"*",
                                          "https://client.example/",
                                          "client.example",
                                          "https://Client.example",
                                          "null",
                                          "http://client.example",
                                          "https://client.example:443"};

    for (size_t i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
        client->allowed_origins = words(origins[i]);
        expect_fault(EB_E_CONFIG_ORIGIN);
    }
    client->allowed_origins = words("https://client.example:8443");
    expect_sound();
    client->home_url = "client.example";
    expect_fault(EB_E_CONFIG_URL);
}
END_TEST

START_TEST(refuses_unknown_scopes_and_reserved_claims)
{
    client->scopes = words("openid profile emial");
    expect_fault(EB_E_CONFIG_SCOPE);
    client->scopes = words("openid profile email");
    client->claims = words("given_name acr");
    expect_fault(EB_E_CONFIG_CLAIM);
    client->claims = NULL;
    client->required_claims = words("iss");
    expect_fault(EB_E_CONFIG_CLAIM);
}
END_TEST

START_TEST(refuses_logins_without_a_clear_provider)
{
    add_provider("second");
    expect_fault(EB_E_CONFIG_PROVIDER_CHOICE);
    settings->default_provider = "second";
    expect_sound();
    settings->default_provider = "sceond";
    expect_fault(EB_E_CONFIG_PROVIDER_UNKNOWN);
    settings->default_provider = NULL;
    client->providers = words("second");
    expect_sound();
    client->providers = words("third");
    expect_fault(EB_E_CONFIG_PROVIDER_UNKNOWN);
    add_provider("third");
    settings->default_provider = "third";
    client->providers = words("idp second");
    expect_fault(EB_E_CONFIG_PROVIDER_CHOICE);
}
END_TEST

START_TEST(refuses_a_minimum_level_that_the_provider_does_not_have)
{
    static const eb_level_row low = {"urn:low", EB_LEVEL_LOW, NULL, true};
    static const eb_level_row high = {"urn:high", EB_LEVEL_HIGH, NULL, false};

    client->minimum_level = EB_LEVEL_SUBSTANTIAL;
    expect_fault(EB_E_CONFIG_MINIMUM_LEVEL);
    provider->levels = apr_array_make(pool, 2, sizeof(eb_level_row));
    APR_ARRAY_PUSH(provider->levels, eb_level_row) = low;
    expect_fault(EB_E_CONFIG_MINIMUM_LEVEL);
    APR_ARRAY_PUSH(provider->levels, eb_level_row) = high;
    expect_fault(EB_E_CONFIG_MINIMUM_LEVEL);
    provider->allow_non_notified = 1;
    expect_sound();
    provider->allow_non_notified = EB_UNSET;
    client->minimum_level = EB_LEVEL_LOW;
    expect_sound();
}
END_TEST

static void expect_among_faults(const char *code)
{
    told t = check_now();

    ck_assert_msg(strstr(t.all_messages, code) != NULL, "no %s in:%s", code, t.all_messages);
}

START_TEST(refuses_what_also_fails_otherwise)
{
    settings->languages = words("EN1"); /* there are no texts of that name either */
    expect_among_faults("EB1035");
    settings->languages = NULL;
    provider->entity_id = "no-uri"; /* nor is it in the metadata */
    expect_among_faults("EB1011");
}
END_TEST

START_TEST(refuses_an_empty_subject_namespace)
{
    provider->subject_namespace = "";
    expect_fault(EB_E_CONFIG_SUBJECT);
}
END_TEST

/* eIDAS demands RSA of 3072 bits. */
START_TEST(refuses_own_keys_that_are_too_small_for_a_provider)
{
    apr_pool_t *keys;
    EVP_PKEY *key;
    eb_span pem, certificate;
    eb_key_files own;

    apr_pool_create(&keys, all);
    ck_assert_ptr_null(eb_key_make(keys, EB_MAKE_RSA_2048, &key));
    ck_assert_ptr_null(eb_key_to_pem(keys, key, &pem));
    ck_assert_ptr_null(
        eb_certificate_make(keys, key, false, "test", &eb_random_system, NOW, &certificate));
    own.key = write_file("small.key", apr_pstrmemdup(all, (const char *)pem.data, pem.len));
    own.certificate = write_file(
        "small.crt", apr_pstrmemdup(all, (const char *)certificate.data, certificate.len));
    apr_pool_destroy(keys);
    provider->profile = "eidas";
    provider->subject = NULL;
    expect_sound();
    settings->signing_keys = apr_array_make(pool, 1, sizeof(own));
    APR_ARRAY_PUSH(settings->signing_keys, eb_key_files) = own;
    expect_fault(EB_E_CONFIG_KEYS);
    settings->encryption_keys = settings->signing_keys;
    settings->signing_keys = NULL;
    expect_fault(EB_E_CONFIG_KEYS);
    provider->profile = "generic";
    provider->subject = "urn:example:id";
    expect_remark("small.key is weaker than its default: found RSA of 2048 bits, those made here "
                  "have 3072");
}
END_TEST

START_TEST(refuses_languages_given_twice_or_malformed)
{
    settings->languages = words("fi fi");
    expect_fault(EB_E_CONFIG_LANGUAGE);
}
END_TEST

/* -------------------------------------------------------------------------------- the opening */

static void no_log(void *context, eb_log_level level, const char *line)
{
    (void)context;
    (void)level;
    (void)line;
}

static eb_bridge *open_bridge(const char *key_directory)
{
    static const eb_log log = {no_log, NULL};
    eb_key_files own = {own_key_file, own_certificate_file};
    eb_slots_geometry geometry = {100};
    size_t size = eb_slots_size(&geometry);
    void *memory = NULL;
    const eb_backend *backend;
    const eb_err *err;
    eb_bridge *bridge = NULL;

    settings->key_directory = key_directory;
    settings->signing_keys = apr_array_make(pool, 1, sizeof(own));
    APR_ARRAY_PUSH(settings->signing_keys, eb_key_files) = own;
    settings->encryption_keys = settings->signing_keys;
    ck_assert_int_eq(posix_memalign(&memory, 4096, size), 0);
    memset(memory, 0, size);
    apr_pool_cleanup_register(pool, memory, (apr_status_t(*)(void *))(void *)free,
                              apr_pool_cleanup_null);
    ck_assert_ptr_null(eb_slots_format(pool, memory, size, &geometry, &eb_random_system, NOW));
    ck_assert_ptr_null(eb_slots_open(pool, memory, size, &backend));
    err = eb_setup_open(pool, settings, backend, &eb_random_system, NOW, &log, &bridge);
    ck_assert_msg(err == NULL, "%s", err != NULL ? err->message : "");
    return bridge;
}

START_TEST(opens_a_bridge_with_every_default)
{
    const eb_bridge *bridge;
    const eb_client *made;

    settings->issuer = "https://login.example/sub";
    client->claims = words("given_name");
    bridge = open_bridge(apr_pstrcat(pool, folder, "/opened", NULL));
    ck_assert_str_eq(bridge->host, "login.example");
    ck_assert_str_eq(bridge->path, "/sub");
    ck_assert_uint_eq(strlen(bridge->tag), 6);
    ck_assert_int_eq(bridge->clock_skew, apr_time_from_sec(60));
    ck_assert_int_eq(bridge->login_lifetime, apr_time_from_sec(900));
    ck_assert_int_eq(bridge->longest_token, apr_time_from_sec(600));
    ck_assert_uint_eq(bridge->max_message, 256 * 1024);
    ck_assert_int_eq(bridge->provider_count, 1);
    ck_assert_ptr_eq(bridge->default_provider, bridge->providers[0]);
    ck_assert_str_eq(bridge->providers[0]->sp->entity_id,
                     "https://login.example/sub/saml/metadata");
    ck_assert_str_eq(bridge->providers[0]->sp->acs_url, "https://login.example/sub/saml/acs");
    ck_assert_ptr_nonnull(strstr(bridge->discovery, "\"https://login.example/sub/token\""));
    ck_assert_ptr_nonnull(strstr(bridge->discovery, "\"given_name\""));
    ck_assert_ptr_nonnull(strstr(bridge->metadata, "https://login.example/sub/saml/acs"));
    made = bridge->clients[0];
    ck_assert_int_eq(made->secret_count, 1);
    ck_assert_str_eq(made->secrets[0], "0123456789abcdef0123456789abcdef0123456789a");
    ck_assert_uint_eq(made->auth_methods, EB_AUTH_BASIC | EB_AUTH_POST);
    ck_assert_str_eq(made->sector, "client.example");
    ck_assert_int_eq(made->scope_count, 1);
    ck_assert_str_eq(made->scopes[0], "openid");
    ck_assert(!made->require_pkce && !made->is_public_subject);
    ck_assert_int_eq(made->id_token_alg, EB_JWS_RS256);
    ck_assert_int_eq(made->code_lifetime, apr_time_from_sec(60));
    ck_assert_int_eq(made->id_token_lifetime, apr_time_from_sec(300));
}
END_TEST

START_TEST(asks_an_eidas_node_for_what_clients_get)
{
    const eb_saml_policy *policy;
    bool has_gender = false;

    provider->profile = "eidas";
    provider->subject = NULL;
    client->claims = words("gender given_name nickname");
    client->required_claims = words("gender");
    policy = &open_bridge(apr_pstrcat(pool, folder, "/eidas", NULL))->providers[0]->policy;
    ck_assert_int_eq(policy->requested_count, 5);
    for (int i = 0; i < policy->requested_count; i++) {
        if (strcmp(policy->requested[i].name,
                   "http://eidas.europa.eu/attributes/naturalperson/Gender") == 0) {
            has_gender = true;
            ck_assert_str_eq(policy->requested[i].friendly_name, "Gender");
            ck_assert(!policy->requested[i].is_required);
        } else {
            ck_assert(policy->requested[i].is_required);
        }
    }
    ck_assert(has_gender);
}
END_TEST

START_TEST(the_origin_of_a_redirect_uri_is_written_as_browsers_write_it)
{
    const eb_client *made;

    client->secrets = NULL;
    client->redirect_uris = words("https://Client.example:443/callback "
                                  "https://client.example:8443/callback?a=:443 "
                                  "http://localhost:80/callback http://localhost:443/callback "
                                  "http://[::1]/callback example.client:/callback");
    client->sector_identifier = "client.example";
    made = open_bridge(apr_pstrcat(pool, folder, "/origin", NULL))->clients[0];
    ck_assert_int_eq(made->allowed_origin_count, 5);
    ck_assert_str_eq(made->allowed_origins[0], "https://client.example");
    ck_assert_str_eq(made->allowed_origins[1], "https://client.example:8443");
    ck_assert_str_eq(made->allowed_origins[2], "http://localhost");
    ck_assert_str_eq(made->allowed_origins[3], "http://localhost:443");
    ck_assert_str_eq(made->allowed_origins[4], "http://[::1]");
}
END_TEST

static bool is_asked(const eb_saml_policy *policy, const char *name, bool is_required)
{
    for (int i = 0; i < policy->requested_count; i++) {
        if (strcmp(policy->requested[i].name, name) == 0) {
            return policy->requested[i].is_required == is_required;
        }
    }
    return false;
}

#define EIDAS_PERSON "http://eidas.europa.eu/attributes/naturalperson/"

START_TEST(asks_for_what_identifies_people_beside_what_the_section_lists)
{
    static const eb_requested_attribute listed = {"urn:oid:2.5.4.42", NULL, true};
    const eb_saml_policy *policy;

    provider->profile = "suomi.fi";
    provider->subject = NULL;
    provider->signature_method = "ecdsa-sha256"; /* as our key here is */
    policy = &open_bridge(apr_pstrcat(pool, folder, "/asked-1", NULL))->providers[0]->policy;
    ck_assert_int_eq(policy->requested_count, 2);
    ck_assert(is_asked(policy, "urn:oid:1.2.246.21", false));
    ck_assert(is_asked(policy, EIDAS_PERSON "PersonIdentifier", false));
    provider->request_attributes = apr_array_make(pool, 1, sizeof(listed));
    APR_ARRAY_PUSH(provider->request_attributes, eb_requested_attribute) = listed;
    client->claims = words("family_name");
    policy = &open_bridge(apr_pstrcat(pool, folder, "/asked-2", NULL))->providers[0]->policy;
    ck_assert_int_eq(policy->requested_count, 3);
    ck_assert(is_asked(policy, "urn:oid:2.5.4.42", true));
    ck_assert(is_asked(policy, "urn:oid:1.2.246.21", false));
}
END_TEST

START_TEST(asks_for_the_subject_that_the_section_names_and_never_for_the_name_id)
{
    static const eb_requested_attribute gender = {"Gender", NULL, false};
    const eb_saml_policy *policy;

    provider->subject = "urn:example:id";
    policy = &open_bridge(apr_pstrcat(pool, folder, "/asked-3", NULL))->providers[0]->policy;
    ck_assert_int_eq(policy->requested_count, 1);
    ck_assert(is_asked(policy, "urn:example:id", false));
    provider->subject = "NameID";
    policy = &open_bridge(apr_pstrcat(pool, folder, "/asked-4", NULL))->providers[0]->policy;
    ck_assert_int_eq(policy->requested_count, 0);
    provider->profile = "shibboleth";
    provider->subject = NULL;
    policy = &open_bridge(apr_pstrcat(pool, folder, "/asked-5", NULL))->providers[0]->policy;
    ck_assert(is_asked(policy, "urn:oasis:names:tc:SAML:attribute:pairwise-id", false));
    provider->profile = "eidas";
    provider->subject = "http://eidas.europa.eu/attributes/legalperson/LegalPersonIdentifier";
    provider->request_attributes = apr_array_make(pool, 1, sizeof(gender));
    APR_ARRAY_PUSH(provider->request_attributes, eb_requested_attribute) = gender;
    policy = &open_bridge(apr_pstrcat(pool, folder, "/asked-6", NULL))->providers[0]->policy;
    ck_assert(is_asked(policy, provider->subject, false));
    ck_assert(is_asked(policy, EIDAS_PERSON "Gender", false));
    ck_assert(is_asked(policy, EIDAS_PERSON "PersonIdentifier", true));
}
END_TEST

START_TEST(asks_spid_for_its_words)
{
    const eb_saml_policy *policy;

    provider->profile = "spid";
    provider->signature_method = "ecdsa-sha256"; /* our key here is EC */
    provider->subject = NULL;
    client->claims = words("given_name address");
    policy = &open_bridge(apr_pstrcat(pool, folder, "/spid", NULL))->providers[0]->policy;
    ck_assert_int_eq(policy->requested_count, 8); /* the number, the name, six of the address */
    ck_assert_str_eq(policy->requested[0].name, "fiscalNumber");
    ck_assert(policy->requested[0].is_required);
    ck_assert_str_eq(policy->requested[1].name, "name");
    ck_assert(!policy->requested[1].is_required);
    ck_assert_ptr_null(policy->requested[1].friendly_name);
}
END_TEST

START_TEST(a_section_that_says_force_authn_says_it_for_all_levels)
{
    const eb_saml_policy *policy;

    provider->profile = "spid";
    provider->signature_method = "ecdsa-sha256"; /* our key here is EC */
    provider->subject = NULL;
    provider->force_authn = 0;
    policy = &open_bridge(apr_pstrcat(pool, folder, "/spid", NULL))->providers[0]->policy;
    ck_assert_int_eq(policy->force_authn_from, EB_LEVEL_NONE);
    ck_assert_int_eq(policy->force_authn, EB_TRISTATE_OFF);
}
END_TEST

START_TEST(opening_refuses_what_checking_refuses)
{
    static const eb_log log = {no_log, NULL};
    eb_bridge *bridge;
    const eb_err *err;

    client->scopes = words("emial");
    err = eb_setup_open(pool, settings, NULL, &eb_random_system, NOW, &log, &bridge);
    ck_assert_ptr_nonnull(err);
    ck_assert_int_eq(err->id, EB_E_CONFIG_SCOPE);
}
END_TEST

START_TEST(the_self_test_passes)
{
    const eb_err *err = eb_selftest_run(pool, &eb_random_system, NOW);

    ck_assert_msg(err == NULL, "%s", err != NULL ? err->message : "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("setup");
    TCase *tests = tcase_create("setup");
    SRunner *runner;
    int failed;

    apr_initialize();
    apr_pool_create(&all, NULL);
    eb_xml_start();
    tcase_add_unchecked_fixture(tests, make_files, remove_files);
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, accepts_a_sound_configuration_without_a_word);
    tcase_add_test(tests, checking_makes_nothing);
    tcase_add_test(tests, tells_every_fault_not_only_the_first);
    tcase_add_test(tests, refuses_issuers_of_another_form);
    tcase_add_test(tests, splits_issuers);
    tcase_add_test(tests, refuses_a_server_without_issuer);
    tcase_add_test(tests, refuses_entity_ids_that_are_no_uri);
    tcase_add_test(tests, refuses_durations_and_sizes_outside_their_limits);
    tcase_add_test(tests, refuses_token_algorithms_without_rs256_or_twice);
    tcase_add_test(tests, refuses_pages_that_are_not_there);
    tcase_add_test(tests, refuses_a_salt_of_the_wrong_form_and_accepts_one_that_fits);
    tcase_add_test(tests, refuses_two_issuers_that_share_what_is_theirs);
    tcase_add_test(tests, refuses_an_issuer_without_sections);
    tcase_add_test(tests, refuses_names_with_other_characters_and_second_ones);
    tcase_add_test(tests, refuses_an_unknown_profile_and_says_the_nearest);
    tcase_add_test(tests, refuses_metadata_that_cannot_be_used);
    tcase_add_test(tests, refuses_algorithms_that_are_unknown_or_not_the_profiles);
    tcase_add_test(tests, refuses_levels_given_twice_or_without_uri);
    tcase_add_test(tests, refuses_a_transient_name_id_as_identifier);
    tcase_add_test(tests, refuses_countries_uris_and_contradictions);
    tcase_add_test(tests, refuses_mapping_by_words_that_are_no_rule);
    tcase_add_test(tests, refuses_mapping_to_reserved_claims);
    tcase_add_loop_test(tests, refuses_scoping_where_the_service_refuses_it, 0, 3);
    tcase_add_test(tests, remarks_on_every_setting_weaker_than_its_default);
    tcase_add_test(tests, remarks_on_what_is_weaker_than_the_profile);
    tcase_add_test(tests, remarks_on_levels_that_are_worth_more_than_in_the_profile);
    tcase_add_test(tests, remarks_on_an_assertions_signature_in_place_of_the_responses);
    tcase_add_test(tests, what_is_as_strong_as_its_default_or_stronger_is_no_remark);
    tcase_add_test(tests, remarks_on_a_level_that_is_no_longer_forced);
    tcase_add_test(tests, refuses_own_keys_that_a_provider_does_not_take);
    tcase_add_test(tests, refuses_client_ids_with_other_characters_and_second_ones);
    tcase_add_test(tests, refuses_clients_whose_tags_in_relay_state_collide);
    tcase_add_test(tests, refuses_secrets_that_are_missing_short_or_of_several_lines);
    tcase_add_test(tests, commands_are_not_run_at_configtest);
    tcase_add_test(tests, refuses_methods_that_do_not_fit_the_secret);
    tcase_add_test(tests, refuses_a_public_client_without_pkce);
    tcase_add_test(tests, refuses_redirect_uris_that_are_not_acceptable);
    tcase_add_test(tests, refuses_several_redirect_hosts_without_a_sector);
    tcase_add_test(tests, refuses_origins_and_home_pages_of_another_form);
    tcase_add_test(tests, refuses_unknown_scopes_and_reserved_claims);
    tcase_add_test(tests, refuses_logins_without_a_clear_provider);
    tcase_add_test(tests, refuses_a_minimum_level_that_the_provider_does_not_have);
    tcase_add_test(tests, refuses_what_also_fails_otherwise);
    tcase_add_test(tests, refuses_an_empty_subject_namespace);
    tcase_add_test(tests, refuses_own_keys_that_are_too_small_for_a_provider);
    tcase_add_test(tests, refuses_languages_given_twice_or_malformed);
    tcase_add_test(tests, opens_a_bridge_with_every_default);
    tcase_add_test(tests, asks_an_eidas_node_for_what_clients_get);
    tcase_add_test(tests, a_section_that_says_force_authn_says_it_for_all_levels);
    tcase_add_test(tests, the_origin_of_a_redirect_uri_is_written_as_browsers_write_it);
    tcase_add_test(tests, asks_for_what_identifies_people_beside_what_the_section_lists);
    tcase_add_test(tests, asks_for_the_subject_that_the_section_names_and_never_for_the_name_id);
    tcase_add_test(tests, asks_spid_for_its_words);
    tcase_add_test(tests, opening_refuses_what_checking_refuses);
    tcase_add_test(tests, the_self_test_passes);
    suite_add_tcase(suite, tests);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    apr_pool_destroy(all);
    apr_terminate();
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
