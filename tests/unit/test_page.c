/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages: templates, texts, choice of language, headers, escaping. */
#include "bridge/page.h"
#include "bridge/page_language.h"
#include "bridge/page_template.h"
#include "bridge/page_texts.h"

#include <apr_file_io.h>
#include <apr_general.h>
#include <apr_strings.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#ifndef EB_TEST_SHARE
#define EB_TEST_SHARE "share"
#endif
#define PACKAGED EB_TEST_SHARE "/pages"

static apr_pool_t *pool;
static const char *own; /* an empty directory of this test */

static void set_up(void)
{
    const char *temporary;
    apr_pool_create(&pool, NULL);
    ck_assert_int_eq(apr_temp_dir_get(&temporary, pool), APR_SUCCESS);
    char *name = apr_pstrcat(pool, temporary, "/eb-pages-XXXXXX", NULL);
    ck_assert_ptr_nonnull(mkdtemp(name));
    own = name;
}

static void remove_directory(const char *path)
{
    apr_dir_t *dir;
    apr_finfo_t entry;
    ck_assert_int_eq(apr_dir_open(&dir, path, pool), APR_SUCCESS);
    while (apr_dir_read(&entry, APR_FINFO_NAME | APR_FINFO_TYPE, dir) == APR_SUCCESS) {
        const char *below = apr_pstrcat(pool, path, "/", entry.name, NULL);
        if (entry.filetype == APR_REG) {
            apr_file_remove(below, pool);
        } else if (entry.name[0] != '.') {
            remove_directory(below);
        }
    }
    apr_dir_close(dir);
    apr_dir_remove(path, pool);
}

static void tear_down(void)
{
    remove_directory(own);
    apr_pool_destroy(pool);
}

static void write_own(const char *name, const char *content, size_t len)
{
    apr_file_t *file;
    const char *path = apr_pstrcat(pool, own, "/", name, NULL);
    if (strchr(name, '/') != NULL) {
        apr_dir_make_recursive(apr_pstrcat(pool, own, "/texts", NULL), APR_OS_DEFAULT, pool);
    }
    ck_assert_int_eq(
        apr_file_open(&file, path, APR_WRITE | APR_CREATE | APR_TRUNCATE, APR_OS_DEFAULT, pool),
        APR_SUCCESS);
    ck_assert_int_eq(apr_file_write_full(file, content, len, NULL), APR_SUCCESS);
    apr_file_close(file);
}

static eb_pages_settings packaged(void)
{
    return (eb_pages_settings){.packaged_directory = PACKAGED, .base_path = "/sub"};
}

static const eb_pages *load(void)
{
    const eb_pages *pages;
    eb_pages_settings settings = packaged();
    const eb_err *err = eb_pages_load(pool, &settings, &pages);
    ck_assert_msg(err == NULL, "%s", err == NULL ? "" : err->message);
    return pages;
}

static const eb_err *load_own(const eb_pages **ret_pages)
{
    eb_pages_settings settings = packaged();
    settings.directory = own;
    return eb_pages_load(pool, &settings, ret_pages);
}

/* The error of the load, whose message must hold each of the two words. */
static void ck_assert_refused(const eb_err *err, const char *word, const char *other)
{
    ck_assert_ptr_nonnull(err);
    ck_assert_int_eq(err->id, EB_E_CONFIG_PAGES);
    ck_assert_msg(strstr(err->message, word) != NULL, "no \"%s\" in: %s", word, err->message);
    ck_assert_msg(strstr(err->message, other) != NULL, "no \"%s\" in: %s", other, err->message);
}

static const char *show(const eb_pages *pages, const eb_page_error *error, eb_reply *reply)
{
    eb_reply_init(reply, pool);
    eb_page_error_show(pages, pool, error, reply);
    return apr_pstrmemdup(pool, (const char *)reply->body.data, reply->body.len);
}

static eb_page_error an_error(eb_err_id id)
{
    return (eb_page_error){.language = "en",
                           .err = eb_err_make(pool, id, "secret of the log"),
                           .reference = "K3PD-7Q2M",
                           .client_name = "Permits & Licences",
                           .home_url = "https://permits.example/?a=1&b=2"};
}

static void ck_assert_contains(const char *body, const char *word)
{
    ck_assert_msg(strstr(body, word) != NULL, "\"%s\" is not in:\n%s", word, body);
}

static void ck_assert_lacks(const char *body, const char *word)
{
    ck_assert_msg(strstr(body, word) == NULL, "\"%s\" is in:\n%s", word, body);
}

static const char *header(const eb_reply *reply, const char *name)
{
    const char *value = apr_table_get(reply->headers, name);
    ck_assert_msg(value != NULL, "no header %s", name);
    return value;
}

START_TEST(packaged_pages_load_in_all_three_languages)
{
    const eb_pages *pages = load();
    eb_reply reply;
    eb_page_error error = an_error(EB_E_LOGIN_EXPIRED);
    ck_assert_contains(show(pages, &error, &reply), "The sign-in took too long");
    ck_assert_contains(show(pages, &error, &reply), "<html lang=\"en\">");
    error.language = "fi";
    ck_assert_contains(show(pages, &error, &reply), "Tunnistautuminen kesti liian kauan");
    ck_assert_contains(show(pages, &error, &reply), "<html lang=\"fi\">");
    error.language = "sv";
    ck_assert_contains(show(pages, &error, &reply), "Identifieringen tog för lång tid");
    ck_assert_str_eq(header(&reply, "Content-Language"), "sv");
}
END_TEST

START_TEST(error_page_shows_reference_and_way_back_escaped)
{
    eb_reply reply;
    eb_page_error error = an_error(EB_E_LOGIN_EXPIRED);
    const char *body = show(load(), &error, &reply);
    ck_assert_contains(body, "K3PD-7Q2M");
    ck_assert_contains(body, "Return to Permits &amp; Licences");
    ck_assert_contains(body, "href=\"https://permits.example/?a=1&amp;b=2\"");
    ck_assert_contains(body, "href=\"/sub/pages/");
    ck_assert_lacks(body, "secret of the log");
    ck_assert_lacks(body, "EB3301");
    ck_assert_lacks(body, "{{");
}
END_TEST

START_TEST(markup_in_values_is_text)
{
    eb_reply reply;
    eb_page_error error = an_error(EB_E_LOGIN_EXPIRED);
    error.client_name = "\"><script>alert('x')</script>";
    error.reference = "<b>{{title}}</b>";
    const char *body = show(load(), &error, &reply);
    ck_assert_lacks(body, "<script>");
    ck_assert_lacks(body, "<b>");
    ck_assert_contains(body, "&lt;script&gt;");
    ck_assert_contains(body, "&lt;b&gt;{{title}}&lt;/b&gt;"); /* never read a second time */
}
END_TEST

START_TEST(no_way_back_without_a_web_address)
{
    eb_reply reply;
    eb_page_error error = an_error(EB_E_LOGIN_EXPIRED);
    error.home_url = "javascript:alert(1)";
    ck_assert_lacks(show(load(), &error, &reply), "javascript:");
    error.home_url = NULL;
    ck_assert_lacks(show(load(), &error, &reply), "<a ");
}
END_TEST

START_TEST(way_back_without_a_name_says_the_service)
{
    eb_reply reply;
    eb_page_error error = an_error(EB_E_LOGIN_EXPIRED);
    error.client_name = NULL;
    ck_assert_contains(show(load(), &error, &reply), ">Return to the service</a>");
}
END_TEST

START_TEST(refusals_of_a_response_all_look_the_same)
{
    static const eb_err_id ids[] = {
        EB_E_SAML_BASE64, EB_E_XML_COMMENT,           EB_E_SIG_VALUE,
        EB_E_ENC_DECRYPT, EB_E_ENC_CONTENT_ALGORITHM, EB_E_COND_AUDIENCE};
    const eb_pages *pages = load();
    eb_reply reply;
    eb_page_error error = an_error(EB_E_SIG_DIGEST);
    const char *first = show(pages, &error, &reply);
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        error = an_error(ids[i]);
        ck_assert_str_eq(show(pages, &error, &reply), first);
    }
}
END_TEST

static int status_of(eb_err_id id)
{
    return eb_http_status(eb_err_make(pool, id, "x"));
}

START_TEST(the_status_is_http_own_or_of_the_fault)
{
    ck_assert_int_eq(status_of(EB_E_HTTP_NOT_FOUND), 404);
    ck_assert_int_eq(status_of(EB_E_HTTP_METHOD), 405);
    ck_assert_int_eq(status_of(EB_E_HTTP_BODY_TOO_LARGE), 413);
    ck_assert_int_eq(status_of(EB_E_STATE_FULL), 503);
    ck_assert_int_eq(status_of(EB_E_RANDOM), 500);
    ck_assert_int_eq(status_of(EB_E_SIG_VALUE), 400);
}
END_TEST

START_TEST(every_error_of_the_table_has_a_page)
{
    const eb_pages *pages = load();
    const eb_err *row;
    for (unsigned int i = 0; (row = eb_err_row(i)) != NULL; i++) {
        static const char *const languages[] = {"en", "fi", "sv"};
        for (int j = 0; j < 3; j++) {
            eb_reply reply;
            eb_page_error error = an_error(row->id);
            error.language = languages[j];
            const char *body = show(pages, &error, &reply);
            ck_assert_contains(body, "</html>");
            ck_assert_lacks(body, "<h1></h1>");
            ck_assert_int_eq(reply.status, eb_http_status(row));
        }
    }
}
END_TEST

START_TEST(busy_says_when_to_try_again)
{
    eb_reply reply;
    eb_page_error error = an_error(EB_E_STATE_FULL);
    show(load(), &error, &reply);
    ck_assert_str_eq(header(&reply, "Retry-After"), "30");
}
END_TEST

static void ck_assert_common_headers(const eb_reply *reply)
{
    ck_assert_str_eq(reply->content_type, "text/html; charset=utf-8");
    ck_assert_str_eq(header(reply, "X-Frame-Options"), "DENY");
    ck_assert_str_eq(header(reply, "X-Content-Type-Options"), "nosniff");
    ck_assert_str_eq(header(reply, "Referrer-Policy"), "no-referrer");
    ck_assert_str_eq(header(reply, "Cache-Control"), "no-store");
    const char *policy = header(reply, "Content-Security-Policy");
    ck_assert_contains(policy, "default-src 'none'; style-src 'self';");
    ck_assert_contains(policy, "base-uri 'none'");
    ck_assert_contains(policy, "frame-ancestors 'none'");
    ck_assert_lacks(policy, "unsafe");
}

START_TEST(error_page_has_strict_headers_and_no_script)
{
    eb_reply reply;
    eb_page_error error = an_error(EB_E_LOGIN_EXPIRED);
    const char *body = show(load(), &error, &reply);
    ck_assert_common_headers(&reply);
    ck_assert_lacks(header(&reply, "Content-Security-Policy"), "script-src");
    ck_assert_lacks(body, "<script");
    ck_assert_lacks(body, "style=");
}
END_TEST

START_TEST(post_page_posts_every_field_escaped)
{
    static const char *const names[] = {"SAMLRequest", "RelayState"};
    static const char *const values[] = {"PHNhbWw+", "a\"b<c>&d'e"};
    eb_reply reply;
    eb_reply_init(&reply, pool);
    eb_page_post(load(), pool, "fi", "A & B", "https://idp.example/sso?a=1&b=2", names, values, 2,
                 &reply);
    const char *body = (const char *)reply.body.data;
    ck_assert_int_eq(reply.status, 200);
    ck_assert_contains(body,
                       "<form method=\"post\" action=\"https://idp.example/sso?a=1&amp;b=2\">");
    ck_assert_contains(body, "A &amp; B");
    ck_assert_contains(body, "name=\"SAMLRequest\" value=\"PHNhbWw+\"");
    ck_assert_contains(body, "name=\"RelayState\" value=\"a&quot;b&lt;c&gt;&amp;d&#39;e\"");
    ck_assert_contains(body, "<button class=\"button\" type=\"submit\">Jatka</button>");
}
END_TEST

START_TEST(post_page_allows_its_one_script_by_hash_and_the_form_to_go_anywhere)
{
    eb_reply reply;
    eb_reply_init(&reply, pool);
    eb_page_post(load(), pool, "en", NULL, "https://idp.example/sso", NULL, NULL, 0, &reply);
    ck_assert_common_headers(&reply);
    const char *policy = header(&reply, "Content-Security-Policy");
    /* openssl dgst -sha256 -binary of the script between the tags, in base64 */
    ck_assert_contains(policy, "script-src 'sha256-Zd9Ppkm6KJvfEle1ogzptKkD+DOonO1DYBPhi02doj8='");
    ck_assert_lacks(policy, "form-action");
    ck_assert_contains(
        (const char *)reply.body.data,
        "<script>HTMLFormElement.prototype.submit.call(document.forms[0]);</script>");
}
END_TEST

START_TEST(style_is_named_by_its_content)
{
    const eb_pages *pages = load(), *other;
    ck_assert_int_eq(strncmp(eb_pages_style_path(pages), "/pages/", 7), 0);
    ck_assert_contains(eb_pages_style_path(pages), "/style.css");
    ck_assert_contains(eb_pages_style(pages), "prefers-color-scheme: dark");
    write_own("style.css", "body { color: black }", 21);
    ck_assert_ptr_null(load_own(&other));
    ck_assert_str_eq(eb_pages_style(other), "body { color: black }");
    ck_assert_str_ne(eb_pages_style_path(pages), eb_pages_style_path(other));
}
END_TEST

START_TEST(own_stylesheet_goes_before_own_directory)
{
    const eb_pages *pages;
    eb_pages_settings settings = packaged();
    write_own("style.css", "a", 1);
    write_own("ministry.css", "b", 1);
    settings.directory = own;
    settings.stylesheet = apr_pstrcat(pool, own, "/ministry.css", NULL);
    ck_assert_ptr_null(eb_pages_load(pool, &settings, &pages));
    ck_assert_str_eq(eb_pages_style(pages), "b");
}
END_TEST

START_TEST(own_template_replaces_one_page_and_the_rest_stays)
{
    static const char template_[] = "<h1>Ministry</h1>{{what}}";
    const eb_pages *pages;
    eb_reply reply;
    eb_page_error error = an_error(EB_E_LOGIN_EXPIRED);
    write_own("error.html", template_, sizeof template_ - 1);
    ck_assert_ptr_null(load_own(&pages));
    ck_assert_contains(show(pages, &error, &reply), "<h1>Ministry</h1>For your safety");
    ck_assert_str_eq(eb_pages_style(pages), eb_pages_style(load()));
}
END_TEST

START_TEST(own_catalogue_changes_only_what_it_names)
{
    static const char texts[] =
        "msgctxt \"text.service_name\"\nmsgid \"\"\nmsgstr \"Ministry login\"\n";
    const eb_pages *pages;
    eb_reply reply;
    eb_page_error error = an_error(EB_E_LOGIN_EXPIRED);
    write_own("texts/en.po", texts, sizeof texts - 1);
    ck_assert_ptr_null(load_own(&pages));
    ck_assert_contains(show(pages, &error, &reply), "Ministry login");
    ck_assert_contains(show(pages, &error, &reply), "The sign-in took too long");
}
END_TEST

START_TEST(refuses_template_with_unknown_name)
{
    const eb_pages *pages;
    write_own("error.html", "one\ntwo {{titel}}", 17);
    ck_assert_refused(load_own(&pages), "error.html", "line 2: {{titel}} is not known");
}
END_TEST

START_TEST(refuses_value_of_another_page)
{
    const eb_pages *pages;
    write_own("post.html", "{{reference}}", 13);
    ck_assert_refused(load_own(&pages), "post.html", "{{reference}} is not known");
}
END_TEST

START_TEST(refuses_template_with_unknown_text)
{
    const eb_pages *pages;
    write_own("error.html", "{{text.titel}}", 14);
    ck_assert_refused(load_own(&pages), "{{text.titel}}", "not in the catalogue");
}
END_TEST

START_TEST(refuses_name_that_is_not_closed)
{
    const eb_pages *pages;
    write_own("error.html", "{{title", 7);
    ck_assert_refused(load_own(&pages), "error.html", "not closed");
}
END_TEST

START_TEST(refuses_section_that_is_not_closed)
{
    const eb_pages *pages;
    write_own("error.html", "{{#home_url}}x", 14);
    ck_assert_refused(load_own(&pages), "{{#home_url}}", "never closed");
}
END_TEST

START_TEST(refuses_sections_that_cross)
{
    static const char crossed[] = "{{#home_url}}{{#title}}{{/home_url}}{{/title}}";
    const eb_pages *pages;
    write_own("error.html", crossed, sizeof crossed - 1);
    ck_assert_refused(load_own(&pages), "{{home_url}}", "not the one open");
}
END_TEST

START_TEST(refuses_every_other_form_of_a_template)
{
    static const struct {
        const char *source, *why;
    } cases[] = {
        {"{{/title}}", "{{title}} closes a section that is not the one open"},
        {"{{#title}}{{#title}}{{#title}}{{#title}}{{#title}}{{#title}}{{#title}}{{#title}}"
         "{{#title}}",
         "is nested too deep"},
        {"{{^fields}}{{/fields}}", "may only be {{#fields}}"},
        {"{{#fields}}{{#fields}}{{/fields}}{{/fields}}", "not inside itself"},
        {"{{fields}}", "is a section"},
        {"{{}}", "is not closed by }}"},
        {"{{title}x", "is not closed by }}"},
        {"{{title{}}", "is not closed by }}"},
        {"{{title\n}}", "is not closed by }}"},
        {"{{abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz}}",
         "is not closed by }}"},
        {"{{text.outer}}", "stands inside a text"},
    };
    apr_hash_t *texts = apr_hash_make(pool);
    const eb_template *template_;

    apr_hash_set(texts, "text.outer", APR_HASH_KEY_STRING, "a {{text.inner}}");
    apr_hash_set(texts, "text.inner", APR_HASH_KEY_STRING, "b");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_refused(eb_template_parse(pool, "x.html", cases[i].source, texts,
                                            EB_VALUES_POST | EB_VALUES_ERROR, &template_),
                          "x.html", cases[i].why);
    }
}
END_TEST

START_TEST(refuses_a_directory_in_place_of_a_template)
{
    const eb_pages *pages;
    ck_assert_int_eq(
        apr_dir_make(apr_pstrcat(pool, own, "/error.html", NULL), APR_OS_DEFAULT, pool),
        APR_SUCCESS);
    ck_assert_refused(load_own(&pages), "error.html", "cannot be read");
}
END_TEST

START_TEST(refuses_more_languages_than_there_is_room_for)
{
    static const char *const languages[100];
    const eb_pages *pages;
    eb_pages_settings settings = packaged();
    settings.languages = languages;
    settings.language_count = 100;
    ck_assert_refused(eb_pages_load(pool, &settings, &pages), "100 languages", "at most");
}
END_TEST

START_TEST(refuses_field_outside_fields)
{
    const eb_pages *pages;
    write_own("post.html", "{{field_name}}", 14);
    ck_assert_refused(load_own(&pages), "{{field_name}}", "outside");
}
END_TEST

START_TEST(refuses_template_that_is_not_utf8)
{
    const eb_pages *pages;
    write_own("error.html", "caf\xE9", 4);
    ck_assert_refused(load_own(&pages), "error.html", "not UTF-8");
}
END_TEST

START_TEST(refuses_template_over_256_KiB)
{
    const eb_pages *pages;
    char *large = apr_palloc(pool, 256 * 1024 + 1);
    memset(large, 'x', 256 * 1024 + 1);
    write_own("error.html", large, 256 * 1024);
    ck_assert_ptr_null(load_own(&pages));
    write_own("error.html", large, 256 * 1024 + 1);
    ck_assert_refused(load_own(&pages), "error.html", "larger than 256 KiB");
}
END_TEST

START_TEST(refuses_language_without_texts)
{
    static const char *const languages[] = {"en", "de"};
    const eb_pages *pages;
    eb_pages_settings settings = packaged();
    settings.languages = languages;
    settings.language_count = 2;
    ck_assert_refused(eb_pages_load(pool, &settings, &pages), "de.po", "cannot be opened");
}
END_TEST

START_TEST(refuses_language_with_a_text_missing)
{
    static const char texts[] = "msgctxt \"fault.config.title\"\nmsgid \"a\"\nmsgstr \"b\"\n";
    static const char *const languages[] = {"de"};
    const eb_pages *pages;
    eb_pages_settings settings = packaged();
    settings.languages = languages;
    settings.language_count = 1;
    settings.directory = own;
    write_own("texts/de.po", texts, sizeof texts - 1);
    ck_assert_refused(eb_pages_load(pool, &settings, &pages), "texts/de.po",
                      "\"fault.config.what\"");
}
END_TEST

START_TEST(refuses_language_that_is_a_path)
{
    static const char *const languages[] = {"../../etc"};
    const eb_pages *pages;
    eb_pages_settings settings = packaged();
    settings.languages = languages;
    settings.language_count = 1;
    ck_assert_refused(eb_pages_load(pool, &settings, &pages), "../../etc", "not a language tag");
}
END_TEST

START_TEST(refuses_text_for_an_error_that_does_not_exist)
{
    static const char texts[] =
        "msgctxt \"error.LOGIN_EXPIERD.title\"\nmsgid \"a\"\nmsgstr \"b\"\n";
    const eb_pages *pages;
    write_own("texts/en.po", texts, sizeof texts - 1);
    ck_assert_refused(load_own(&pages), "error.LOGIN_EXPIERD.title", "names no error");
}
END_TEST

START_TEST(refuses_text_that_tells_a_forger_which_check_failed)
{
    static const char texts[] = "msgctxt \"error.ENC_DECRYPT.title\"\nmsgid \"a\"\nmsgstr \"b\"\n";
    const eb_pages *pages;
    write_own("texts/en.po", texts, sizeof texts - 1);
    ck_assert_refused(load_own(&pages), "error.ENC_DECRYPT.title", "forger");
}
END_TEST

START_TEST(refuses_directory_that_is_not_there)
{
    const eb_pages *pages;
    eb_pages_settings settings = packaged();
    settings.directory = "/nonexistent/pages";
    ck_assert_refused(eb_pages_load(pool, &settings, &pages), "/nonexistent/pages", "not there");
}
END_TEST

/* Catalogues */

static const char *read_text(const char *source, const char *key)
{
    apr_hash_t *texts = apr_hash_make(pool);
    const eb_err *err = eb_texts_read(pool, "x.po", source, texts);
    ck_assert_msg(err == NULL, "%s", err == NULL ? "" : err->message);
    return apr_hash_get(texts, key, APR_HASH_KEY_STRING);
}

START_TEST(catalogue_reads_what_tools_write)
{
    ck_assert_str_eq(
        read_text(
            "# Note\n#. Hint\n#: error.html\n#, no-wrap\nmsgctxt \"k\"\nmsgid \"\"\n\"a \"\n\"b\"\n"
            "msgstr \"\"\n\"c \\\"d\\\" \"\n\"e\\n\"\n",
            "k"),
        "c \"d\" e\n");
    ck_assert_str_eq(read_text("msgctxt \"k\"\r\nmsgid \"a\"\r\nmsgstr \"b\"\r\n", "k"), "b");
    ck_assert_str_eq(
        read_text(
            "msgctxt \"j\"\nmsgid \"a\"\nmsgstr \"b\"\nmsgctxt \"k\"\nmsgid \"c\"\nmsgstr \"d\"",
            "k"),
        "d");
}
END_TEST

START_TEST(catalogue_skips_fuzzy_obsolete_and_untranslated)
{
    ck_assert_ptr_null(read_text("#, fuzzy\nmsgctxt \"k\"\nmsgid \"a\"\nmsgstr \"b\"\n", "k"));
    ck_assert_ptr_null(read_text("#~ msgctxt \"k\"\n#~ msgid \"a\"\n#~ msgstr \"b\"\n", "k"));
    ck_assert_ptr_null(read_text("msgctxt \"k\"\nmsgid \"a\"\nmsgstr \"\"\n", "k"));
    ck_assert_str_eq(read_text("#, fuzzy\nmsgctxt \"j\"\nmsgid \"a\"\nmsgstr \"b\"\n\n"
                               "msgctxt \"k\"\nmsgid \"a\"\nmsgstr \"b\"\n",
                               "k"),
                     "b");
    ck_assert_ptr_null(read_text("msgctxt \"j\"\nmsgid \"a\"\nmsgstr \"b\"\n#, fuzzy\n"
                                 "msgctxt \"k\"\nmsgid \"a\"\nmsgstr \"b\"\n",
                                 "k"));
}
END_TEST

START_TEST(catalogue_refuses_all_else)
{
    static const struct {
        const char *source, *why;
    } cases[] = {
        {"msgctxt \"k\"\nmsgid \"a\"\n", "not msgctxt, msgid, msgstr"},
        {"msgctxt \"k\"\nmsgstr \"a\"\n", "not in this order"},
        {"msgid \"a\"\nmsgstr \"b\"\n", "has no msgctxt"},
        {"msgctxt \"k\"\nmsgid \"a\"\nmsgstr[0] \"b\"\n", "was expected"},
        {"msgctxt \"k\"\nmsgid \"a\"\nmsgstr b\n", "double quotes"},
        {"msgctxt \"k\"\nmsgid \"a\"\nmsgstr \"b\n", "not closed"},
        {"msgctxt \"k\"\nmsgid \"a\"\nmsgstr \"b\\x41\"\n", "an escape"},
        {"msgctxt \"k\"\nmsgid \"a\"\nmsgstr \"b\" c\n", "after the string"},
        {"msgctxt \"k\"\nmsgid \"a\"\nmsgstr \"b\"\n\nmsgctxt \"k\"\nmsgid \"a\"\nmsgstr \"b\"\n",
         "given twice"},
        {"\"a\"\n", "outside an entry"},
        {"msgid \"\"\nmsgstr \"Content-Type: text/plain; charset=ISO-8859-1\\n\"\n", "not UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ck_assert_refused(eb_texts_read(pool, "x.po", cases[i].source, apr_hash_make(pool)),
                          "x.po, line ", cases[i].why);
    }
}
END_TEST

START_TEST(catalogues_have_the_same_keys_english_and_names)
{
    static const char *const languages[] = {"en", "fi", "sv"};
    apr_hash_t *texts[3];
    for (int i = 0; i < 3; i++) {
        char *source;
        apr_file_t *file;
        apr_finfo_t info;
        const char *path = apr_psprintf(pool, PACKAGED "/texts/%s.po", languages[i]);
        ck_assert_int_eq(apr_file_open(&file, path, APR_READ, APR_OS_DEFAULT, pool), APR_SUCCESS);
        ck_assert_int_eq(apr_file_info_get(&info, APR_FINFO_SIZE, file), APR_SUCCESS);
        source = apr_pcalloc(pool, (apr_size_t)info.size + 1);
        ck_assert_int_eq(apr_file_read_full(file, source, (apr_size_t)info.size, NULL),
                         APR_SUCCESS);
        apr_file_close(file);
        texts[i] = apr_hash_make(pool);
        ck_assert_ptr_null(eb_texts_read(pool, path, source, texts[i]));
    }
    for (int i = 1; i < 3; i++) {
        ck_assert_uint_eq(apr_hash_count(texts[0]), apr_hash_count(texts[i]));
        for (apr_hash_index_t *at = apr_hash_first(pool, texts[0]); at != NULL;
             at = apr_hash_next(at)) {
            const char *key = apr_hash_this_key(at), *english = apr_hash_this_val(at);
            const char *text = apr_hash_get(texts[i], key, APR_HASH_KEY_STRING);
            ck_assert_msg(text != NULL, "%s.po has no %s", languages[i], key);
            ck_assert_msg((strstr(english, "{{") == NULL) == (strstr(text, "{{") == NULL), "%s",
                          key);
        }
    }
}
END_TEST

/* Language */

static const char *const ours[] = {"en", "fi", "sv"};

static const char *choose(const char *ui_locales, const char *accept_language)
{
    return eb_language_choose(ours, 3, ui_locales, accept_language);
}

START_TEST(language_is_the_first_of_ui_locales_that_we_have)
{
    ck_assert_str_eq(choose("sv fi", "fi"), "sv");
    ck_assert_str_eq(choose("de-AT fi-FI sv", NULL), "fi");
    ck_assert_str_eq(choose("de", "sv"), "sv");
    ck_assert_str_eq(choose("", "sv"), "sv");
}
END_TEST

START_TEST(language_is_the_heaviest_accepted_that_we_have)
{
    ck_assert_str_eq(choose(NULL, "sv;q=0.5, fi;q=0.9, en;q=0.1"), "fi");
    ck_assert_str_eq(choose(NULL, "sv-FI"), "sv");
    ck_assert_str_eq(choose(NULL, "SV-fi-1996;q=0.3"), "sv");
    ck_assert_str_eq(choose(NULL, "de, sv;q=0.8, fi;q=0.8"), "sv");
    ck_assert_str_eq(choose(NULL, "sv ; q=0.001 , *;q=0.9"), "sv");
    ck_assert_str_eq(choose(NULL, "fin"), "en");
}
END_TEST

START_TEST(language_without_a_match_is_the_first_not_forbidden)
{
    ck_assert_str_eq(choose(NULL, NULL), "en");
    ck_assert_str_eq(choose(NULL, "de"), "en");
    ck_assert_str_eq(choose(NULL, "*"), "en");
    ck_assert_str_eq(choose(NULL, "en;q=0, *"), "fi");
    ck_assert_str_eq(choose(NULL, "en;q=0,fi;q=0,sv;q=0"), "en");
}
END_TEST

START_TEST(language_skips_what_is_malformed)
{
    ck_assert_str_eq(choose(NULL, "fi;q=2, sv;q=0.1"), "sv");
    ck_assert_str_eq(choose(NULL, "fi;q=, sv"), "sv");
    ck_assert_str_eq(choose(NULL, "fi;x=1, sv"), "sv");
    ck_assert_str_eq(choose(NULL, "fi sv, sv;q=0.2"), "sv");
    ck_assert_str_eq(choose(NULL, ",,;q=1,,sv"), "sv");
    ck_assert_str_eq(choose(NULL, "fi;q=1.001, sv;q=0.2"), "sv");
}
END_TEST

START_TEST(language_reads_at_most_32_items)
{
    char *many = "";
    for (int i = 0; i < 32; i++) {
        many = apr_pstrcat(pool, many, "de,", NULL);
    }
    ck_assert_str_eq(choose(NULL, apr_pstrcat(pool, many + 3, "sv", NULL)), "sv");
    ck_assert_str_eq(choose(NULL, apr_pstrcat(pool, many, "sv", NULL)), "en");
}
END_TEST

int main(void)
{
    apr_initialize();
    Suite *suite = suite_create("page");
    TCase *tcase = tcase_create("page");
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, packaged_pages_load_in_all_three_languages);
    tcase_add_test(tcase, error_page_shows_reference_and_way_back_escaped);
    tcase_add_test(tcase, markup_in_values_is_text);
    tcase_add_test(tcase, no_way_back_without_a_web_address);
    tcase_add_test(tcase, way_back_without_a_name_says_the_service);
    tcase_add_test(tcase, refusals_of_a_response_all_look_the_same);
    tcase_add_test(tcase, the_status_is_http_own_or_of_the_fault);
    tcase_add_test(tcase, every_error_of_the_table_has_a_page);
    tcase_add_test(tcase, busy_says_when_to_try_again);
    tcase_add_test(tcase, error_page_has_strict_headers_and_no_script);
    tcase_add_test(tcase, post_page_posts_every_field_escaped);
    tcase_add_test(tcase, post_page_allows_its_one_script_by_hash_and_the_form_to_go_anywhere);
    tcase_add_test(tcase, style_is_named_by_its_content);
    tcase_add_test(tcase, own_stylesheet_goes_before_own_directory);
    tcase_add_test(tcase, own_template_replaces_one_page_and_the_rest_stays);
    tcase_add_test(tcase, own_catalogue_changes_only_what_it_names);
    tcase_add_test(tcase, refuses_template_with_unknown_name);
    tcase_add_test(tcase, refuses_value_of_another_page);
    tcase_add_test(tcase, refuses_template_with_unknown_text);
    tcase_add_test(tcase, refuses_name_that_is_not_closed);
    tcase_add_test(tcase, refuses_section_that_is_not_closed);
    tcase_add_test(tcase, refuses_sections_that_cross);
    tcase_add_test(tcase, refuses_every_other_form_of_a_template);
    tcase_add_test(tcase, refuses_a_directory_in_place_of_a_template);
    tcase_add_test(tcase, refuses_more_languages_than_there_is_room_for);
    tcase_add_test(tcase, refuses_field_outside_fields);
    tcase_add_test(tcase, refuses_template_that_is_not_utf8);
    tcase_add_test(tcase, refuses_template_over_256_KiB);
    tcase_add_test(tcase, refuses_language_without_texts);
    tcase_add_test(tcase, refuses_language_with_a_text_missing);
    tcase_add_test(tcase, refuses_language_that_is_a_path);
    tcase_add_test(tcase, refuses_text_for_an_error_that_does_not_exist);
    tcase_add_test(tcase, refuses_text_that_tells_a_forger_which_check_failed);
    tcase_add_test(tcase, refuses_directory_that_is_not_there);
    tcase_add_test(tcase, catalogue_reads_what_tools_write);
    tcase_add_test(tcase, catalogue_skips_fuzzy_obsolete_and_untranslated);
    tcase_add_test(tcase, catalogue_refuses_all_else);
    tcase_add_test(tcase, catalogues_have_the_same_keys_english_and_names);
    tcase_add_test(tcase, language_is_the_first_of_ui_locales_that_we_have);
    tcase_add_test(tcase, language_is_the_heaviest_accepted_that_we_have);
    tcase_add_test(tcase, language_without_a_match_is_the_first_not_forbidden);
    tcase_add_test(tcase, language_skips_what_is_malformed);
    tcase_add_test(tcase, language_reads_at_most_32_items);
    suite_add_tcase(suite, tcase);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    apr_terminate();
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
