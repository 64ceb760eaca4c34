/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The endpoints of a login, called as the server calls them: each test differs from a login that
 * works in one thing and expects the error by its id. The messages are those of saml_maker.
 */
#include "saml_maker.h"
#include "saml_test.h"

#include "base/deflate.h"
#include "base/pack.h"
#include "base/params.h"
#include "bridge/endpoints.h"
#include "bridge/grant.h"
#include "bridge/page.h"
#include "bridge/record.h"
#include "bridge/route.h"
#include "keys/jose.h"
#include "state/slots.h"

#include <apr_strings.h>
#include <openssl/ec.h>
#include <string.h>

#define UPTIME      apr_time_from_sec(1000)
#define CALLBACK    "https://client.example/callback"
#define CREDENTIALS "client_id=shop&client_secret=0123456789abcdef"

static saml_world world;
static saml_message message;
static eb_bridge bridge;
static eb_provider provider, other_provider;
static eb_bridge_client shop, bank;
static eb_store store;
static eb_backend backend; /* the store's own, whose functions a test may change */
static eb_token_key token_key;
static eb_record record;
static eb_request in;
static eb_reply out;
static eb_busy_log busy_log;
static const char *log_lines;

static apr_status_t free_key(void *key)
{
    EVP_PKEY_free(key);
    return APR_SUCCESS;
}

static void make_keys(eb_keyring *ring)
{
    unsigned char seal[32] = {1};

    ck_ok(eb_seal_key_init(test_pool, seal, &ring->seal.keys[0]));
    ring->seal.count = 1;
    ring->relay_keys[0][0] = 7;
    ring->relay_key_count = 1;
    token_key = (eb_token_key){EVP_EC_gen("P-256"), NULL, "kid", "{}", 0};
    ck_assert_ptr_nonnull(token_key.key);
    apr_pool_cleanup_register(test_pool, token_key.key, free_key, apr_pool_cleanup_null);
    ck_ok(eb_jose_jwk(test_pool, token_key.key, token_key.kid, &token_key.jwk));
    ring->token_keys = &token_key;
    ring->token_key_count = 1;
}

static void make_store(void)
{
    const eb_slots_geometry geometry = {16};
    const eb_backend *made;
    size_t size = eb_slots_size(&geometry);
    unsigned char *memory = apr_pcalloc(test_pool, size + 64);

    memory += (64 - (uintptr_t)memory % 64) % 64;
    ck_ok(eb_slots_format(test_pool, memory, size, &geometry, &eb_random_system, 7));
    ck_ok(eb_slots_open(test_pool, memory, size, &made));
    backend = *made;
    memset(&store, 0, sizeof(store));
    store.backend = &backend;
    store.issuer = "https://sp.example.org";
    store.random = &eb_random_system;
}

static void make_client(eb_bridge_client *made, const char *id)
{
    static const char *const secrets[] = {"0123456789abcdef"};
    static const char *const uris[] = {CALLBACK};
    static const char *const scopes[] = {"openid"};

    memset(made, 0, sizeof(*made));
    made->client.id = id;
    made->client.secrets = secrets;
    made->client.secret_count = 1;
    made->client.auth_methods = EB_AUTH_BASIC | EB_AUTH_POST;
    made->client.redirect_uris = uris;
    made->client.redirect_uri_count = 1;
    made->client.scopes = scopes;
    made->client.scope_count = 1;
    made->client.claims_in = EB_CLAIMS_USERINFO;
    made->client.sector = "client.example";
    made->client.id_token_alg = EB_JWS_ES256;
    made->client.code_lifetime = apr_time_from_sec(60);
    made->client.id_token_lifetime = apr_time_from_sec(300);
    made->client.access_token_lifetime = apr_time_from_sec(600);
    made->client.display_name = id;
}

static void keep_line(void *context, eb_log_level level, const char *line)
{
    (void)context;
    (void)level;
    log_lines = apr_pstrcat(test_pool, log_lines, line, "\n", NULL);
}

static const eb_log log_of_test = {keep_line, NULL};

static eb_call make_call(const char *cookies)
{
    eb_call call = {.pool = test_pool,
                    .bridge = &bridge,
                    .now = world.expected.now,
                    .uptime = UPTIME,
                    .log = &log_of_test,
                    .in = &in,
                    .out = &out,
                    .reference = "REFERENCE"};

    in.cookies = cookies;
    eb_reply_init(&out, test_pool);
    return call;
}

static void begin(void)
{
    static const eb_client *clients[2];
    static const eb_provider *providers[2];
    eb_pages_settings pages = {.packaged_directory = EB_TEST_SHARE "/pages"};
    eb_epoch epoch;

    test_begin();
    log_lines = "";
    saml_world_init(&world, test_pool, "eidas");
    saml_message_init(&message, &world);
    make_keys(&world.ring);
    make_store();
    make_client(&shop, "shop");
    make_client(&bank, "bank");
    clients[0] = &shop.client;
    clients[1] = &bank.client;
    memset(&provider, 0, sizeof(provider));
    provider.name = "test";
    provider.policy = world.policy;
    provider.sp = &world.sp;
    provider.peer = &world.peer;
    other_provider = provider;
    other_provider.name = "other";
    providers[0] = &provider;
    providers[1] = &other_provider;
    memset(&bridge, 0, sizeof(bridge));
    bridge.issuer = store.issuer;
    bridge.host = "sp.example.org";
    bridge.path = "";
    bridge.tag = "AbC_-9";
    bridge.keys = &world.ring;
    bridge.providers = providers;
    bridge.provider_count = 2;
    bridge.default_provider = &provider;
    bridge.clients = clients;
    bridge.client_count = 2;
    ck_ok(eb_pages_load(test_pool, &pages, &bridge.pages));
    bridge.clock_skew = apr_time_from_sec(60);
    bridge.login_lifetime = apr_time_from_sec(900);
    bridge.longest_token = apr_time_from_sec(600);
    bridge.max_message = 256 * 1024;
    bridge.store = &store;
    bridge.random = &eb_random_system;
    memset(&busy_log, 0, sizeof(busy_log));
    bridge.busy_log = &busy_log;
    memset(&in, 0, sizeof(in));
    in.method = EB_METHOD_POST;
    in.path = "/";
    in.address = "192.0.2.1";
    ck_ok(eb_store_epoch(&store, test_pool, &epoch));
    record = (eb_record){.state = EB_RECORD_LOGIN,
                         .client = "shop",
                         .redirect_uri = CALLBACK,
                         .client_state = "state",
                         .nonce = "nonce",
                         .scopes = "openid",
                         .provider = "test",
                         .request_id = SAML_REQUEST_ID,
                         .language = "en",
                         .reference = "LOGIN",
                         .max_age = -1,
                         .started = world.expected.request_time};
    memcpy(record.epoch, epoch.id, sizeof(record.epoch));
}

static int add_cookie(void *cookies, const char *name, const char *value)
{
    const char **jar = cookies;

    (void)name;
    value = apr_pstrmemdup(test_pool, value, strcspn(value, ";"));
    *jar = *jar == NULL ? value : apr_pstrcat(test_pool, *jar, "; ", value, NULL);
    return 1;
}

/* The Cookie header of a browser that got the last reply. */
static const char *cookies_set(void)
{
    const char *jar = NULL;

    apr_table_do(add_cookie, &jar, out.headers, "Set-Cookie", NULL);
    return jar;
}

/* ---------------------------------------------------------------------------- /authorize */

static const eb_err *authorize(const char *more)
{
    eb_call call = make_call(NULL);

    in.method = EB_METHOD_GET;
    in.query = apr_pstrcat(test_pool,
                           "response_type=code&client_id=shop&scope=openid&redirect_uri="
                           "https%3A%2F%2Fclient.example%2Fcallback",
                           more, NULL);
    return eb_login_start(&call);
}

static const char *many_parameters(void)
{
    const char *text = "";

    for (int i = 0; i < 64; i++) {
        text = apr_psprintf(test_pool, "%s&p%d=", text, i);
    }
    return text;
}

/* The AuthnRequest of the redirect that was the last reply. */
static const char *request_sent(void)
{
    const char *query = strchr(apr_table_get(out.headers, "Location"), '?') + 1;
    const eb_params *params = eb_params_parse(test_pool, query, strlen(query));
    const char *text = eb_params_value(params, "SAMLRequest");
    eb_span deflated, plain;

    ck_assert_ptr_nonnull(text);
    ck_assert(eb_base64_decode(test_pool, text, strlen(text), &deflated));
    ck_ok(eb_inflate(test_pool, EB_E_DEFLATE, deflated, 65536, &plain));
    return apr_pstrmemdup(test_pool, (const char *)plain.data, plain.len);
}

static const char *id_sent(void)
{
    const char *id = strstr(request_sent(), " ID=\"") + 5;

    return apr_pstrmemdup(test_pool, id, strcspn(id, "\""));
}

/* The record that the browser got with the last reply. */
static const eb_record *record_sent(void)
{
    const char *id = id_sent(), *cookies = cookies_set();
    eb_request request = in;
    eb_call call = {.pool = test_pool, .bridge = &bridge, .in = &request};

    request.cookies = cookies;
    return eb_records_find(eb_records_read(&call), id);
}

START_TEST(starts_a_login)
{
    ck_ok(authorize(""));
    ck_assert_ptr_nonnull(cookies_set());
    ck_ok(authorize("&identity_provider=other"));
}
END_TEST

/* max_age asks with ForceAuthn, but an earlier authentication that is recent enough satisfies it:
 * only prompt=login, max_age=0 and the provider's own rule demand a new one. */
START_TEST(demands_a_new_authentication_as_the_client_or_the_policy_says)
{
    static const struct {
        const char *more;
        eb_tristate policy;
        bool is_asked, is_demanded;
    } cases[] = {
        {"", EB_TRISTATE_OMIT, false, false},
        {"", EB_TRISTATE_ON, true, true},
        {"&prompt=login", EB_TRISTATE_OFF, true, true},
        {"&max_age=0", EB_TRISTATE_OMIT, true, true},
        {"&max_age=300", EB_TRISTATE_OMIT, true, false},
        {"&max_age=300", EB_TRISTATE_ON, true, true},
        {"&max_age=300&prompt=login", EB_TRISTATE_OMIT, true, true},
    };

    provider.policy.request_binding = EB_BINDING_REDIRECT;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        provider.policy.force_authn = cases[i].policy;
        ck_ok(authorize(cases[i].more));
        ck_assert_int_eq(strstr(request_sent(), "ForceAuthn=\"true\"") != NULL, cases[i].is_asked);
        ck_assert_int_eq(record_sent()->force_authn, cases[i].is_demanded);
    }
}
END_TEST

START_TEST(refuses_too_many_parameters_of_an_authorization)
{
    ck_refused(authorize(many_parameters()), EB_E_AUTHZ_PARAMETER);
}
END_TEST

START_TEST(refuses_a_provider_that_is_not_there_or_not_the_clients)
{
    static const char *const own[] = {"test", "third"};

    ck_refused(authorize("&identity_provider=nobody"), EB_E_AUTHZ_PROVIDER);
    shop.client.providers = own;
    shop.client.provider_count = 2;
    ck_ok(authorize("&identity_provider=test"));
    ck_refused(authorize("&identity_provider=other"), EB_E_AUTHZ_PROVIDER);
}
END_TEST

START_TEST(refuses_the_default_provider_where_the_client_may_use_others_only)
{
    static const char *const own[] = {"other", "third"};

    shop.client.providers = own;
    shop.client.provider_count = 2;
    ck_refused(authorize(""), EB_E_AUTHZ_PROVIDER);
    bridge.default_provider = &other_provider;
    ck_ok(authorize(""));
}
END_TEST

START_TEST(refuses_a_provider_whose_metadata_have_expired)
{
    world.peer.valid_until = world.expected.now + 1;
    ck_ok(authorize(""));
    world.peer.valid_until = world.expected.now;
    ck_refused(authorize(""), EB_E_METADATA_EXPIRED);
    ck_assert_ptr_null(cookies_set());
}
END_TEST

START_TEST(refuses_a_login_without_any_page)
{
    ck_refused(authorize("&prompt=none"), EB_E_AUTHZ_LOGIN_REQUIRED);
}
END_TEST

/* ------------------------------------------------------------------------------ /saml/acs */

/* A browser with the record. */
static const char *browser(void)
{
    eb_call call = make_call(NULL);

    if (record.relay_state == NULL) {
        ck_ok(eb_relay_state_make(&call, record.client, &record.relay_state));
    }
    ck_ok(eb_records_add(&call, eb_records_read(&call), &record));
    return cookies_set();
}

static const char *escaped(const char *text)
{
    char *out_text = apr_palloc(test_pool, 3 * strlen(text) + 1), *at = out_text;

    for (; *text != '\0'; text++) {
        at += apr_snprintf(at, 4, "%%%02X", (unsigned char)*text);
    }
    *at = '\0';
    return out_text;
}

static const char *form(void)
{
    return apr_pstrcat(test_pool, "SAMLResponse=", escaped(saml_message_base64(&message)), NULL);
}

static const eb_err *finish_with(const char *cookies, const char *body)
{
    eb_call call = make_call(cookies);

    in.method = EB_METHOD_POST;
    in.body = eb_span_str(body);
    return eb_login_finish(&call);
}

static const eb_err *finish(void)
{
    return finish_with(browser(), form());
}

START_TEST(finishes_a_login)
{
    ck_ok(finish());
    ck_assert_int_eq(out.status, 303);
    ck_assert_ptr_nonnull(strstr(apr_table_get(out.headers, "Location"), CALLBACK "?code="));
}
END_TEST

START_TEST(refuses_forms_with_broken_or_repeated_parameters)
{
    const char *cookies = browser();

    ck_refused(finish_with(cookies, apr_pstrcat(test_pool, form(), "&SAMLResponse=a", NULL)),
               EB_E_SAML_PARAMETER);
    ck_refused(finish_with(cookies, apr_pstrcat(test_pool, form(), "&RelayState=%zz", NULL)),
               EB_E_SAML_PARAMETER);
    ck_refused(finish_with(cookies, apr_pstrcat(test_pool, form(), many_parameters(), NULL)),
               EB_E_SAML_PARAMETER);
}
END_TEST

START_TEST(refuses_a_form_without_a_message)
{
    ck_refused(finish_with(browser(), "RelayState=a"), EB_E_SAML_MISSING);
}
END_TEST

START_TEST(refuses_a_response_to_no_request)
{
    saml_change(test_pool, &message.response, " InResponseTo=\"" SAML_REQUEST_ID "\"", "");
    ck_refused(finish(), EB_E_COND_UNSOLICITED);
}
END_TEST

START_TEST(refuses_a_login_of_another_browser)
{
    ck_refused(finish_with(NULL, form()), EB_E_LOGIN_NOT_FOUND);
    record.request_id = "_another";
    ck_refused(finish(), EB_E_LOGIN_NOT_FOUND);
}
END_TEST

START_TEST(refuses_an_altered_cookie)
{
    char *cookies = apr_pstrdup(test_pool, browser());
    char *middle = strchr(cookies, '=') + 60;

    *middle = *middle == 'A' ? 'B' : 'A';
    ck_refused(finish_with(cookies, form()), EB_E_LOGIN_ALTERED);
    ck_assert_int_ne(out.status, 303);
}
END_TEST

START_TEST(finishes_a_login_beside_an_altered_cookie)
{
    ck_ok(finish_with(apr_pstrcat(test_pool, browser(),
                                  "; __Host-ebAbC_-90=altered; __Host-ebAbC_-91=altered; "
                                  "__Host-ebAbC_-92=altered; __Host-ebAbC_-93=altered",
                                  NULL),
                      form()));
}
END_TEST

/* -- MaxAuthenticationAge -- */

#define OLD "2026-11-21T11:49:59Z"

/* The provider answers request `id` with an authentication of that instant. */
static const char *answer(const char *id, const char *instant)
{
    saml_message_init(&message, &world);
    if (strcmp(id, SAML_REQUEST_ID) != 0) {
        saml_change(test_pool, &message.response, SAML_REQUEST_ID, id);
        saml_change(test_pool, &message.assertion, SAML_REQUEST_ID, id);
    }
    saml_change(test_pool, &message.assertion, "2026-11-21T11:59:55Z", instant);
    return form();
}

static void ten_minutes_are_too_old(void)
{
    provider.policy.max_authentication_age = apr_time_from_sec(540);
    provider.policy.clock_skew = apr_time_from_sec(60);
    provider.policy.force_authn = EB_TRISTATE_OMIT;
    provider.policy.request_binding = EB_BINDING_REDIRECT;
}

START_TEST(asks_again_with_force_authn_when_the_authentication_is_too_old)
{
    const char *cookies = browser(), *old = answer(SAML_REQUEST_ID, OLD), *again, *id;
    const eb_record *second;

    ten_minutes_are_too_old();
    ck_ok(finish_with(cookies, old));
    ck_assert_int_eq(out.status, 303);
    ck_assert_ptr_nonnull(strstr(request_sent(), "ForceAuthn=\"true\""));
    ck_assert_ptr_nonnull(strstr(log_lines, "[LOGIN] login asked again with ForceAuthn"));
    id = id_sent();
    ck_assert_str_ne(id, SAML_REQUEST_ID);
    again = cookies_set();
    second = record_sent();
    ck_assert_ptr_nonnull(second);
    ck_assert(second->force_authn);
    ck_assert_str_eq(second->client, record.client);
    ck_assert_str_eq(second->redirect_uri, record.redirect_uri);
    ck_assert_str_eq(second->client_state, record.client_state);
    ck_assert_str_eq(second->nonce, record.nonce);
    ck_assert_str_eq(second->scopes, record.scopes);
    ck_assert_str_eq(second->reference, record.reference);
    ck_assert_str_ne(second->relay_state, record.relay_state);
    ck_assert_int_eq(second->started, world.expected.now);
    ck_assert_int_eq(second->max_age, -1);

    ck_ok(finish_with(again, answer(id, "2026-11-21T11:59:55Z")));
    ck_assert_ptr_nonnull(strstr(apr_table_get(out.headers, "Location"), CALLBACK "?code="));
}
END_TEST

START_TEST(asks_again_only_once)
{
    const char *cookies = browser(), *old = answer(SAML_REQUEST_ID, OLD), *again, *id;

    ten_minutes_are_too_old();
    ck_ok(finish_with(cookies, old));
    id = id_sent();
    again = cookies_set();
    ck_refused(finish_with(cookies, old), EB_E_COND_REPLAY);
    ck_assert_int_ne(out.status, 303);
    ck_assert_ptr_null(cookies_set());
    ck_refused(finish_with(again, answer(id, OLD)), EB_E_COND_AUTHN_INSTANT);
    ck_assert_ptr_nonnull(
        strstr(apr_table_get(out.headers, "Location"), CALLBACK "?error=server_error"));
}
END_TEST

START_TEST(does_not_ask_again_where_the_request_had_force_authn)
{
    ten_minutes_are_too_old();
    record.max_age = 3600;
    ck_refused(finish_with(browser(), answer(SAML_REQUEST_ID, OLD)), EB_E_COND_AUTHN_AGE);
    ck_assert_ptr_nonnull(
        strstr(apr_table_get(out.headers, "Location"), CALLBACK "?error=server_error"));
    record.max_age = -1;
    record.force_authn = true;
    record.request_id = "_second";
    ck_refused(finish_with(browser(), answer("_second", OLD)), EB_E_COND_AUTHN_INSTANT);
}
END_TEST

START_TEST(does_not_ask_again_for_a_message_that_does_not_verify)
{
    const char *cookies = browser();

    ten_minutes_are_too_old();
    (void)answer(SAML_REQUEST_ID, OLD);
    message.is_response_signed = message.is_assertion_signed = false;
    ck_assert_ptr_nonnull(finish_with(cookies, form()));
    ck_assert_int_ne(out.status, 303);
    ck_ok(finish_with(cookies, answer(SAML_REQUEST_ID, "2026-11-21T11:59:55Z")));
}
END_TEST

START_TEST(takes_an_earlier_authentication_that_satisfies_max_age)
{
    provider.policy.force_authn = EB_TRISTATE_OMIT;
    provider.policy.max_authentication_age = 0;
    record.max_age = 700;
    ck_ok(finish_with(browser(), answer(SAML_REQUEST_ID, OLD)));
    record.max_age = 300;
    record.request_id = "_second";
    ck_refused(finish_with(browser(), answer("_second", OLD)), EB_E_COND_AUTHN_INSTANT);
}
END_TEST

START_TEST(refuses_a_login_that_is_finished)
{
    ck_ok(finish());
    ck_refused(finish_with(cookies_set(), form()), EB_E_LOGIN_DONE);
}
END_TEST

START_TEST(refuses_a_request_that_was_used_before)
{
    const char *cookies = browser();

    ck_ok(finish_with(cookies, form()));
    ck_refused(finish_with(cookies, form()), EB_E_COND_REPLAY);
}
END_TEST

START_TEST(refuses_an_assertion_that_was_used_before)
{
    const char *body;

    ck_ok(finish());
    record.request_id = "_second";
    saml_change(test_pool, &message.response, SAML_REQUEST_ID, "_second");
    saml_change(test_pool, &message.assertion, SAML_REQUEST_ID, "_second");
    body = form();
    ck_refused(finish_with(browser(), body), EB_E_COND_REPLAY);
    ck_assert_int_ne(out.status, 303);
}
END_TEST

START_TEST(refuses_a_login_that_took_too_long_or_is_of_the_future)
{
    eb_record sound = record;

    record.started = world.expected.now - bridge.login_lifetime;
    ck_ok(finish());
    record = sound;
    record.started = world.expected.now - bridge.login_lifetime - 1;
    ck_refused(finish(), EB_E_LOGIN_EXPIRED);
    record.started = world.expected.now + bridge.clock_skew + 1;
    ck_refused(finish(), EB_E_LOGIN_EXPIRED);
}
END_TEST

START_TEST(refuses_a_login_from_before_the_store)
{
    record.epoch[0] ^= 1;
    ck_refused(finish(), EB_E_LOGIN_EPOCH);
}
END_TEST

START_TEST(refuses_the_relay_state_of_another_login)
{
    const char *cookies = browser();
    const char *own = record.relay_state, *other;
    eb_call call = make_call(NULL);

    ck_ok(eb_relay_state_make(&call, "shop", &other));
    ck_refused(finish_with(cookies, apr_pstrcat(test_pool, form(), "&RelayState=", other, NULL)),
               EB_E_COND_RELAY_STATE);
    ck_ok(finish_with(cookies, apr_pstrcat(test_pool, form(), "&RelayState=", own, NULL)));
}
END_TEST

START_TEST(refuses_a_login_whose_client_or_provider_is_gone)
{
    eb_record sound = record;

    record.client = "gone";
    ck_refused(finish(), EB_E_LOGIN_CLIENT_GONE);
    record = sound;
    record.provider = "gone";
    ck_refused(finish(), EB_E_LOGIN_PROVIDER_GONE);
}
END_TEST

START_TEST(refuses_a_person_without_a_required_claim)
{
    static const char *const required[] = {"email"};

    shop.client.required_claims = required;
    shop.client.required_claim_count = 1;
    ck_refused(finish(), EB_E_ATTRIBUTE_MISSING);
}
END_TEST

/* The provider's own reasons: the person reads them, and the way back carries the OAuth error. */
static void make_status(const char *second)
{
    saml_change(
        test_pool, &message.response,
        "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/>",
        apr_pstrcat(test_pool,
                    "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Responder\">"
                    "<samlp:StatusCode Value=\"",
                    second, "\"/></samlp:StatusCode>", NULL));
    saml_change(test_pool, &message.response, "%ASSERTION%", "");
    message.is_response_signed = true;
}

START_TEST(tells_the_person_why_the_provider_refused)
{
    make_status("http://id.elegnamnden.se/status/1.0/fraud");
    ck_refused(finish(), EB_E_STATUS_FRAUD);
    ck_assert_int_ge(out.status, 400);
    ck_assert_ptr_null(apr_table_get(out.headers, "Location"));
    const char *page = apr_pstrmemdup(test_pool, (const char *)out.body.data, out.body.len);
    ck_assert_ptr_nonnull(strstr(page, CALLBACK "?error=access_denied&amp;"));
    ck_assert_ptr_nonnull(strstr(page, "stopped for safety"));
    /* and that was the end of the login */
    ck_assert_ptr_nonnull(apr_table_get(out.headers, "Set-Cookie"));
}
END_TEST

START_TEST(sends_an_app_its_error_at_once)
{
    record.redirect_uri = "com.example.app:/callback";
    make_status("http://id.elegnamnden.se/status/1.0/cancel");
    ck_refused(finish(), EB_E_STATUS_CANCELLED);
    ck_assert_int_eq(out.status, 303);
    ck_assert_ptr_nonnull(
        strstr(apr_table_get(out.headers, "Location"), "com.example.app:/callback?error="));
}
END_TEST

START_TEST(tells_an_unsigned_reason_and_leaves_the_login_open)
{
    make_status("http://id.elegnamnden.se/status/1.0/cancel");
    provider.policy.spid_status = true;
    provider.policy.require_signature = EB_SIGNED_ASSERTION;
    message.is_response_signed = false;
    ck_refused(finish(), EB_E_STATUS_CANCELLED);
    const char *page = apr_pstrmemdup(test_pool, (const char *)out.body.data, out.body.len);
    ck_assert_ptr_nonnull(strstr(page, "You cancelled"));
    ck_assert_ptr_null(strstr(page, "error=access_denied"));
    ck_assert_ptr_null(apr_table_get(out.headers, "Set-Cookie"));
}
END_TEST

/* ---------------------------------------------------------------------------------- /token */

static eb_grant grant;
static eb_code code;
static const char *code_text;

/* A grant of shop's and its code. */
static void issue(void)
{
    eb_call call = make_call(NULL);

    memset(&grant, 0, sizeof(grant));
    grant.client = "shop";
    grant.subject = "subject";
    grant.scopes = "openid";
    grant.claims = "{\"sub\":\"subject\"}";
    ck_ok(eb_grant_put(&call, &shop.client, &grant));
    memset(&code, 0, sizeof(code));
    code.client = "shop";
    code.redirect_uri = CALLBACK;
    memcpy(code.grant, grant.id, sizeof(code.grant));
    memcpy(code.epoch, record.epoch, sizeof(code.epoch));
    ck_ok(eb_code_put(&call, &shop.client, &code, &code_text));
}

static const eb_err *token_with(const char *credentials, const char *more)
{
    eb_call call = make_call(NULL);

    in.method = EB_METHOD_POST;
    in.body = eb_span_str(apr_pstrcat(test_pool, "grant_type=authorization_code&code=", code_text,
                                      "&", credentials, more, NULL));
    return eb_token_serve(&call);
}

static const eb_err *token(void)
{
    return token_with(CREDENTIALS, "&redirect_uri=" CALLBACK);
}

START_TEST(redeems_a_code)
{
    issue();
    ck_ok(token());
    ck_assert_int_eq(out.status, 200);
}
END_TEST

START_TEST(refuses_too_many_parameters_of_a_token_request)
{
    issue();
    ck_refused(token_with(CREDENTIALS, many_parameters()), EB_E_TOKEN_REQUEST);
}
END_TEST

START_TEST(refuses_an_unknown_code_and_one_whose_grant_is_revoked)
{
    eb_call call = make_call(NULL);

    issue();
    ck_ok(eb_grant_drop(&call, grant.id));
    ck_refused(token(), EB_E_TOKEN_CODE);
    code_text = "0123456789012345678901234567890123456789012";
    ck_refused(token(), EB_E_TOKEN_CODE);
}
END_TEST

START_TEST(refuses_a_code_twice_and_revokes_its_grant)
{
    eb_call call = make_call(NULL);
    eb_grant *found;

    issue();
    ck_ok(token());
    ck_refused(
        token_with("client_id=bank&client_secret=0123456789abcdef", "&redirect_uri=" CALLBACK),
        EB_E_TOKEN_CODE_USED);
    ck_ok(eb_grant_get(&call, grant.id, &found)); /* another client does no harm */
    ck_refused(token(), EB_E_TOKEN_CODE_USED);
    ck_refused(eb_grant_get(&call, grant.id, &found), EB_E_STATE_NOT_FOUND);
}
END_TEST

static const eb_err *swap_too_late(void *self, apr_pool_t *pool, eb_kind kind,
                                   const unsigned char key[32], apr_uint64_t version, eb_span value,
                                   apr_interval_time_t ttl, apr_time_t uptime)
{
    (void)self, (void)kind, (void)key, (void)version, (void)value, (void)ttl, (void)uptime;
    return eb_err_make(pool, EB_E_STATE_CHANGED, "another was faster");
}

START_TEST(refuses_whoever_redeems_second_at_the_same_instant)
{
    issue();
    backend.swap = swap_too_late;
    ck_refused(token(), EB_E_TOKEN_CODE_USED);
}
END_TEST

START_TEST(refuses_the_code_of_another_client_and_leaves_it_alive)
{
    issue();
    ck_refused(
        token_with("client_id=bank&client_secret=0123456789abcdef", "&redirect_uri=" CALLBACK),
        EB_E_TOKEN_CODE_CLIENT);
    ck_ok(token());
}
END_TEST

START_TEST(refuses_a_code_from_before_the_store)
{
    record.epoch[3] ^= 1;
    issue();
    ck_refused(token(), EB_E_TOKEN_EPOCH);
}
END_TEST

START_TEST(refuses_another_redirect_uri_or_none)
{
    issue();
    ck_refused(token_with(CREDENTIALS, ""), EB_E_TOKEN_REDIRECT_URI);
    issue();
    ck_refused(token_with(CREDENTIALS, "&redirect_uri=" CALLBACK "/"), EB_E_TOKEN_REDIRECT_URI);
}
END_TEST

/* ------------------------------------------------------------------------------- /userinfo */

static const eb_err *userinfo(const char *access_token)
{
    eb_call call = make_call(NULL);

    in.method = EB_METHOD_GET;
    in.authorization = apr_pstrcat(test_pool, "Bearer ", access_token, NULL);
    return eb_userinfo_serve(&call);
}

static const char *access_token(void)
{
    eb_call call = make_call(NULL);
    const char *text;

    issue();
    ck_ok(eb_access_token_put(&call, &shop.client, &grant, &text));
    return text;
}

START_TEST(gives_claims_for_an_access_token)
{
    ck_ok(userinfo(access_token()));
    ck_assert_int_eq(out.status, 200);
}
END_TEST

START_TEST(refuses_an_unknown_access_token_and_one_whose_grant_is_revoked)
{
    eb_call call = make_call(NULL);
    const char *text = access_token();

    ck_refused(userinfo("0123456789012345678901234567890123456789012"), EB_E_USERINFO_TOKEN);
    ck_ok(eb_grant_drop(&call, grant.id));
    ck_refused(userinfo(text), EB_E_USERINFO_TOKEN);
}
END_TEST

START_TEST(refuses_the_access_token_of_a_client_that_is_gone)
{
    const char *text = access_token();

    shop.client.id = "renamed";
    ck_refused(userinfo(text), EB_E_USERINFO_TOKEN);
}
END_TEST

/* --------------------------------------------------------------- what is stored is not trusted */

static void put(eb_kind kind, eb_span key, eb_span value)
{
    ck_ok(eb_store_drop(&store, test_pool, kind, key, UPTIME));
    ck_ok(eb_store_put(&store, test_pool, kind, NULL, key, value, apr_time_from_sec(60), UPTIME));
}

static eb_span packed_grant(apr_uint64_t format, const char *client, const char *claims)
{
    eb_pack pack;

    eb_pack_begin(&pack, test_pool);
    eb_pack_number(&pack, format);
    eb_pack_text(&pack, client);
    eb_pack_text(&pack, "subject");
    eb_pack_text(&pack, NULL);
    eb_pack_number(&pack, 0);
    eb_pack_text(&pack, "openid");
    eb_pack_text(&pack, claims);
    return eb_pack_end(&pack);
}

START_TEST(refuses_damaged_grants)
{
    eb_call call = make_call(NULL);
    static const unsigned char id[EB_GRANT_ID_BYTES] = {1};
    eb_span key = eb_span_bytes(id, sizeof(id)), sound = packed_grant(1, "shop", "{}");
    unsigned char *longer = apr_pcalloc(test_pool, sound.len + 1);
    const eb_span damaged[] = {
        packed_grant(2, "shop", "{}"),        packed_grant(1, NULL, "{}"),
        packed_grant(1, "shop", NULL),        eb_span_bytes(sound.data, sound.len - 1),
        eb_span_bytes(longer, sound.len + 1),
    };
    eb_grant *found;

    memcpy(longer, sound.data, sound.len);
    put(EB_KIND_GRANT, key, sound);
    ck_ok(eb_grant_get(&call, id, &found));
    for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
        put(EB_KIND_GRANT, key, damaged[i]);
        ck_refused(eb_grant_get(&call, id, &found), EB_E_STATE_CORRUPT);
    }
}
END_TEST

static eb_span packed_code(apr_uint64_t form, size_t grant_len, bool has_more)
{
    eb_pack pack;

    eb_pack_begin(&pack, test_pool);
    eb_pack_number(&pack, form);
    eb_pack_bytes(&pack, eb_span_bytes("0123456789abcdef", grant_len));
    if (has_more) {
        eb_pack_text(&pack, "more");
    }
    return eb_pack_end(&pack);
}

START_TEST(refuses_damaged_codes_and_access_tokens)
{
    eb_call call = make_call(NULL);
    eb_code *found_code;
    eb_grant *found;

    put(EB_KIND_CODE, eb_span_str("code"), packed_code(2, 16, false));
    ck_ok(eb_code_get(&call, "code", &found_code));
    put(EB_KIND_CODE, eb_span_str("code"), packed_code(3, 16, false));
    ck_refused(eb_code_get(&call, "code", &found_code), EB_E_STATE_CORRUPT);
    put(EB_KIND_CODE, eb_span_str("code"), packed_code(2, 15, false));
    ck_refused(eb_code_get(&call, "code", &found_code), EB_E_STATE_CORRUPT);
    put(EB_KIND_CODE, eb_span_str("code"), packed_code(2, 16, true));
    ck_refused(eb_code_get(&call, "code", &found_code), EB_E_STATE_CORRUPT);
    put(EB_KIND_TOKEN, eb_span_str("token"), eb_span_str("0123456789abcde"));
    ck_refused(eb_access_token_get(&call, "token", &found), EB_E_STATE_CORRUPT);
}
END_TEST

START_TEST(refuses_to_give_claims_that_are_damaged)
{
    shop.client.claims_in = EB_CLAIMS_BOTH;
    issue();
    put(EB_KIND_GRANT, eb_span_bytes(grant.id, sizeof(grant.id)),
        packed_grant(1, "shop", "{\"sub\":"));
    ck_refused(token(), EB_E_STATE_CORRUPT);
}
END_TEST

/* ------------------------------------------------------------------------------- the route */

START_TEST(refuses_a_page_file_that_is_not_there)
{
    eb_call call = make_call(NULL);

    in.path = "/pages/other.css";
    ck_refused(eb_publish_style(&call), EB_E_HTTP_NOT_FOUND);
    in.path = eb_pages_style_path(bridge.pages);
    ck_ok(eb_publish_style(&call));
}
END_TEST

START_TEST(refuses_other_methods)
{
    eb_call call = make_call(NULL);

    in.method = EB_METHOD_GET;
    eb_route_serve(&call, eb_route_find("", "/token"));
    ck_assert_int_eq(out.status, 405);
    ck_assert_ptr_nonnull(strstr(log_lines, "EB3400 HTTP_METHOD "));
}
END_TEST

/* The error of a store that refuses. */
static eb_err_id refusal;

static const eb_err *put_refused(void *self, apr_pool_t *pool, eb_kind kind, apr_uint64_t owner,
                                 apr_uint64_t owner_limit, const unsigned char key[32],
                                 eb_span value, apr_interval_time_t ttl, apr_time_t uptime)
{
    (void)self, (void)kind, (void)owner, (void)owner_limit, (void)key, (void)value, (void)ttl;
    (void)uptime;
    return eb_err_make(pool, refusal, "no");
}

static const eb_err *count_refusals(void *self, apr_pool_t *pool, apr_time_t uptime,
                                    eb_store_counts *ret_counts)
{
    (void)self, (void)pool, (void)uptime;
    memset(ret_counts, 0, sizeof(*ret_counts));
    ret_counts->refused_full = 41;
    ret_counts->refused_share = 7;
    return NULL;
}

static const char *refuse(eb_err_id id, apr_time_t uptime)
{
    eb_call call = make_call(browser());

    refusal = id;
    call.uptime = uptime;
    in.method = EB_METHOD_POST;
    in.body = eb_span_str(form());
    eb_reply_init(&out, test_pool);
    log_lines = "";
    eb_route_serve(&call, eb_route_find("", "/saml/acs"));
    ck_assert_int_eq(out.status, 503);
    return log_lines;
}

START_TEST(logs_a_full_store_once_a_minute_for_each_error_and_issuer)
{
    eb_busy_log other = {0, 0, 0};

    backend.put = put_refused;
    backend.count = count_refusals;
    ck_assert_ptr_nonnull(strstr(refuse(EB_E_STATE_FULL, UPTIME), "EB4002 STATE_FULL "));
    ck_assert_ptr_nonnull(strstr(log_lines, "; 41 refused so far\n"));
    ck_assert_str_eq(refuse(EB_E_STATE_FULL, UPTIME), "");
    ck_assert_ptr_nonnull(strstr(refuse(EB_E_STATE_SHARE, UPTIME), "; 7 refused so far\n"));
    ck_assert_ptr_nonnull(strstr(refuse(EB_E_STATE_AWAY, UPTIME), "EB4006 STATE_AWAY "));
    ck_assert_ptr_null(strstr(log_lines, "so far"));
    ck_assert_str_eq(refuse(EB_E_STATE_SHARE, UPTIME + apr_time_from_sec(59)), "");
    ck_assert_str_eq(refuse(EB_E_STATE_AWAY, UPTIME + apr_time_from_sec(59)), "");
    ck_assert_str_eq(refuse(EB_E_STATE_FULL, UPTIME + apr_time_from_sec(59)), "");
    bridge.busy_log = &other;
    ck_assert_str_ne(refuse(EB_E_STATE_FULL, UPTIME + apr_time_from_sec(59)), "");
    bridge.busy_log = &busy_log;
    ck_assert_str_ne(refuse(EB_E_STATE_FULL, UPTIME + apr_time_from_sec(60)), "");
    ck_assert_str_eq(refuse(EB_E_STATE_FULL, UPTIME + apr_time_from_sec(119)), "");
}
END_TEST

static Suite *make_suite(void)
{
    Suite *suite = suite_create("login");
    TCase *tests = tcase_create("login");

    tcase_add_checked_fixture(tests, begin, test_end);
    suite_add_tcase(suite, tests);
    tcase_add_test(tests, starts_a_login);
    tcase_add_test(tests, demands_a_new_authentication_as_the_client_or_the_policy_says);
    tcase_add_test(tests, refuses_too_many_parameters_of_an_authorization);
    tcase_add_test(tests, refuses_a_provider_that_is_not_there_or_not_the_clients);
    tcase_add_test(tests, refuses_the_default_provider_where_the_client_may_use_others_only);
    tcase_add_test(tests, refuses_a_provider_whose_metadata_have_expired);
    tcase_add_test(tests, refuses_a_login_without_any_page);
    tcase_add_test(tests, finishes_a_login);
    tcase_add_test(tests, refuses_forms_with_broken_or_repeated_parameters);
    tcase_add_test(tests, refuses_a_form_without_a_message);
    tcase_add_test(tests, refuses_a_response_to_no_request);
    tcase_add_test(tests, refuses_a_login_of_another_browser);
    tcase_add_test(tests, refuses_an_altered_cookie);
    tcase_add_test(tests, finishes_a_login_beside_an_altered_cookie);
    tcase_add_test(tests, asks_again_with_force_authn_when_the_authentication_is_too_old);
    tcase_add_test(tests, asks_again_only_once);
    tcase_add_test(tests, does_not_ask_again_where_the_request_had_force_authn);
    tcase_add_test(tests, does_not_ask_again_for_a_message_that_does_not_verify);
    tcase_add_test(tests, takes_an_earlier_authentication_that_satisfies_max_age);
    tcase_add_test(tests, refuses_a_login_that_is_finished);
    tcase_add_test(tests, refuses_a_request_that_was_used_before);
    tcase_add_test(tests, refuses_an_assertion_that_was_used_before);
    tcase_add_test(tests, refuses_a_login_that_took_too_long_or_is_of_the_future);
    tcase_add_test(tests, refuses_a_login_from_before_the_store);
    tcase_add_test(tests, refuses_the_relay_state_of_another_login);
    tcase_add_test(tests, refuses_a_login_whose_client_or_provider_is_gone);
    tcase_add_test(tests, refuses_a_person_without_a_required_claim);
    tcase_add_test(tests, tells_the_person_why_the_provider_refused);
    tcase_add_test(tests, sends_an_app_its_error_at_once);
    tcase_add_test(tests, tells_an_unsigned_reason_and_leaves_the_login_open);
    tcase_add_test(tests, redeems_a_code);
    tcase_add_test(tests, refuses_too_many_parameters_of_a_token_request);
    tcase_add_test(tests, refuses_an_unknown_code_and_one_whose_grant_is_revoked);
    tcase_add_test(tests, refuses_a_code_twice_and_revokes_its_grant);
    tcase_add_test(tests, refuses_whoever_redeems_second_at_the_same_instant);
    tcase_add_test(tests, refuses_the_code_of_another_client_and_leaves_it_alive);
    tcase_add_test(tests, refuses_a_code_from_before_the_store);
    tcase_add_test(tests, refuses_another_redirect_uri_or_none);
    tcase_add_test(tests, gives_claims_for_an_access_token);
    tcase_add_test(tests, refuses_an_unknown_access_token_and_one_whose_grant_is_revoked);
    tcase_add_test(tests, refuses_the_access_token_of_a_client_that_is_gone);
    tcase_add_test(tests, refuses_damaged_grants);
    tcase_add_test(tests, refuses_damaged_codes_and_access_tokens);
    tcase_add_test(tests, refuses_to_give_claims_that_are_damaged);
    tcase_add_test(tests, refuses_a_page_file_that_is_not_there);
    tcase_add_test(tests, refuses_other_methods);
    tcase_add_test(tests, logs_a_full_store_once_a_minute_for_each_error_and_issuer);
    return suite;
}

TEST_MAIN(make_suite)
