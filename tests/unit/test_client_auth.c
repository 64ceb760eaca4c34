/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Client authentication at the token endpoint (RFC 6749 2.3). */
#define OIDC_HELP_MAIN
#include "oidc_help.h"

#include "oidc/client_auth.h"

/* The secret is "a secret: with % and +". */
#define SECRET_FORM "a+secret%3A+with+%25+and+%2B"

static bool used_header;
static const eb_client *found;

static const eb_err *authenticate(const char *authorization, const char *form)
{
    static eb_client shop, app;
    static const eb_client *const clients[] = {&shop, &app};
    shop = confidential_client();
    app = public_client();
    found = NULL;
    return eb_client_authenticate(pool, clients, 2, authorization, params_of(form), &used_header,
                                  &found);
}

static const char *basic(const char *scheme, const char *text)
{
    return apr_pstrcat(pool, scheme, eb_base64(pool, text, strlen(text)), NULL);
}

START_TEST(basic_is_form_decoded)
{
    assert_ok(authenticate(basic("Basic ", "shop:" SECRET_FORM), ""));
    ck_assert_str_eq(found->id, "shop");
    ck_assert(used_header);
    assert_ok(authenticate(basic("bAsIC ", "%73hop:" SECRET_FORM), ""));
    assert_ok(authenticate(basic("Basic   ", "shop:a%20secret:%20with%20%25%20and%20%2b"), ""));
}
END_TEST

START_TEST(post_is_read_from_the_form)
{
    assert_ok(authenticate(NULL, "client_id=shop&client_secret=" SECRET_FORM));
    ck_assert_str_eq(found->id, "shop");
    ck_assert(!used_header);
}
END_TEST

START_TEST(a_public_client_sends_its_id_alone)
{
    assert_ok(authenticate(NULL, "client_id=app"));
    ck_assert_str_eq(found->id, "app");
    assert_ok(authenticate(NULL, "client_id=app&client_secret="));
}
END_TEST

START_TEST(client_id_beside_basic_is_no_second_method)
{
    assert_ok(authenticate(basic("Basic ", "shop:" SECRET_FORM), "client_id=shop"));
    assert_error(authenticate(basic("Basic ", "shop:" SECRET_FORM), "client_id=app"), TOKEN_CLIENT);
}
END_TEST

START_TEST(each_of_two_secrets_is_good_during_rollover)
{
    static const char *const secrets[] = {"new", "old"};
    eb_client client = confidential_client();
    client.secrets = secrets;
    client.secret_count = 2;
    const eb_client *clients[] = {&client};
    const char *form = "client_id=shop&client_secret=";
    for (int i = 0; i < 2; i++) {
        assert_ok(eb_client_authenticate(pool, clients, 1, NULL,
                                         params_of(apr_pstrcat(pool, form, secrets[i], NULL)),
                                         &used_header, &found));
    }
    assert_error(eb_client_authenticate(pool, clients, 1, NULL,
                                        params_of(apr_pstrcat(pool, form, "older", NULL)),
                                        &used_header, &found),
                 TOKEN_CLIENT);
}
END_TEST

/* One answer on the wire for all of these: id, code and title are the error's own. */
START_TEST(unknown_client_wrong_secret_and_wrong_method_are_one_error)
{
    static const char *const forms[] = {"client_id=shop&client_secret=wrong",
                                        "client_id=shop&client_secret=" SECRET_FORM "x",
                                        "client_id=shop&client_secret=a+secret%3A+with+%25+and+",
                                        "client_id=nobody&client_secret=" SECRET_FORM,
                                        "client_id=nobody",
                                        "client_id=shop",
                                        "client_id=app&client_secret=x",
                                        "client_id=shop&client_assertion=x",
                                        "client_id=app&client_assertion=x",
                                        "client_secret=" SECRET_FORM,
                                        ""};
    for (int i = 0; i < COUNT(forms); i++) {
        assert_error(authenticate(NULL, forms[i]), TOKEN_CLIENT);
        ck_assert_ptr_null(found);
        ck_assert(!used_header);
    }
}
END_TEST

START_TEST(the_stand_in_of_an_unknown_client_lets_nobody_in)
{
    assert_error(authenticate(NULL, "client_id=nobody&client_secret="
                                    "0123456789abcdef0123456789abcdef0123456789a"),
                 TOKEN_CLIENT);
    assert_error(authenticate(NULL, "client_id=shop&client_secret="
                                    "0123456789abcdef0123456789abcdef0123456789a"),
                 TOKEN_CLIENT);
}
END_TEST

START_TEST(refuses_broken_basic)
{
    const char *headers[] = {"Basic",
                             "Basic ",
                             "Basic !!!!",
                             "Bearer c2hvcDp4",
                             basic("Token ", "shop:" SECRET_FORM),
                             basic("Digest ", "shop:" SECRET_FORM),
                             "DPoP c2hvcDp4",
                             basic("Basic ", "shop"),
                             basic("Basic ", ":" SECRET_FORM),
                             basic("Basic ", "shop:"),
                             basic("Basic ", "shop:%zz"),
                             basic("Basic ", "shop:%00"),
                             basic("Basic ", "shop:%ff"),
                             basic("Basic ", "shop:" SECRET_FORM "&x=1"),
                             basic("Basic ", "shop:a secret: with % and +"),
                             apr_pstrcat(pool, "Basic ", eb_base64(pool, "shop:\0x", 7), NULL)};
    for (int i = 0; i < COUNT(headers); i++) {
        const eb_err *err = authenticate(headers[i], "");
        ck_assert_msg(err != NULL && err->id == EB_E_TOKEN_CLIENT, "%s", headers[i]);
        ck_assert(used_header);
    }
}
END_TEST

START_TEST(refuses_two_methods_at_once)
{
    const char *good = basic("Basic ", "shop:" SECRET_FORM);
    assert_error(authenticate(good, "client_id=shop&client_secret=" SECRET_FORM),
                 TOKEN_AUTH_METHODS);
    assert_error(authenticate(good, "client_assertion=x"), TOKEN_AUTH_METHODS);
    assert_error(authenticate(NULL, "client_id=shop&client_assertion=x&client_secret=" SECRET_FORM),
                 TOKEN_AUTH_METHODS);
}
END_TEST

START_TEST(refuses_repeated_and_unreadable_credentials)
{
    const char *good = "client_id=shop&client_secret=" SECRET_FORM;
    assert_error(authenticate(NULL, apr_pstrcat(pool, good, "&client_id=shop", NULL)),
                 TOKEN_DUPLICATE);
    assert_error(authenticate(NULL, apr_pstrcat(pool, good, "&client_secret=x", NULL)),
                 TOKEN_DUPLICATE);
    assert_error(authenticate(NULL, "client_id=shop&client_secret=%ff"), TOKEN_REQUEST);
    assert_error(authenticate(NULL, "client_id=%&client_secret=x"), TOKEN_REQUEST);
    bool header;
    const eb_client *none;
    assert_error(eb_client_authenticate(pool, NULL, 0, NULL, NULL, &header, &none), TOKEN_REQUEST);
}
END_TEST

START_TEST(refuses_a_method_the_client_is_not_registered_for)
{
    eb_client client = confidential_client();
    const eb_client *clients[] = {&client};
    client.auth_methods = EB_AUTH_POST;
    assert_error(eb_client_authenticate(pool, clients, 1, basic("Basic ", "shop:" SECRET_FORM),
                                        params_of(""), &used_header, &found),
                 TOKEN_CLIENT);
    client.auth_methods = EB_AUTH_BASIC;
    assert_error(eb_client_authenticate(pool, clients, 1, NULL,
                                        params_of("client_id=shop&client_secret=" SECRET_FORM),
                                        &used_header, &found),
                 TOKEN_CLIENT);
}
END_TEST

START_TEST(no_secret_is_in_the_log)
{
    const eb_err *err = authenticate(NULL, "client_id=shop&client_secret=hunter2");
    ck_assert_ptr_null(strstr(err->message, "hunter2"));
    err = authenticate(basic("Basic ", "shop:hunter2"), "");
    ck_assert_ptr_null(strstr(err->message, "hunter2"));
}
END_TEST

static void add_tests(TCase *tcase)
{
    tcase_add_test(tcase, basic_is_form_decoded);
    tcase_add_test(tcase, post_is_read_from_the_form);
    tcase_add_test(tcase, a_public_client_sends_its_id_alone);
    tcase_add_test(tcase, client_id_beside_basic_is_no_second_method);
    tcase_add_test(tcase, each_of_two_secrets_is_good_during_rollover);
    tcase_add_test(tcase, unknown_client_wrong_secret_and_wrong_method_are_one_error);
    tcase_add_test(tcase, the_stand_in_of_an_unknown_client_lets_nobody_in);
    tcase_add_test(tcase, refuses_broken_basic);
    tcase_add_test(tcase, refuses_two_methods_at_once);
    tcase_add_test(tcase, refuses_repeated_and_unreadable_credentials);
    tcase_add_test(tcase, refuses_a_method_the_client_is_not_registered_for);
    tcase_add_test(tcase, no_secret_is_in_the_log);
}

int main(void)
{
    return run_case("client_auth", add_tests);
}
