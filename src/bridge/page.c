/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bridge/page.h"

#include "bridge/page_language.h"
#include "bridge/page_template.h"
#include "bridge/page_texts.h"
#include "keys/seal.h"

#include <apr_file_io.h>
#include <apr_strings.h>
#include <string.h>

#define FILE_MAX      (256 * 1024)
#define LANGUAGES_MAX 64

#ifndef EB_PAGES_DIR
#define EB_PAGES_DIR "/usr/share/eidas-bridge/pages"
#endif

/* The only script of any page; the policy allows it by its hash. Called on the prototype, because a
 * field named "submit" would hide the form's own method. */
static const char post_script[] = "HTMLFormElement.prototype.submit.call(document.forms[0]);";

/* What an error page says. A row is chosen by the error's name, else by its fault class. */
typedef struct page_text {
    const char *title, *what, *todo;
} page_text;

typedef struct page_language {
    const char *tag;
    apr_hash_t *texts;   /* key → text; read-only after the load */
    apr_hash_t *by_name; /* error's name → page_text */
    page_text by_fault[EB_FAULT_INTERNAL + 1];
    const eb_template *error, *post;
} page_language;

struct eb_pages {
    const page_language *languages;
    const char *const *tags;
    int count;
    const char *style, *style_path, *style_link;
    const char *error_policy, *post_policy;
};

static const char *const fault_keys[] = {
    [EB_FAULT_CONFIG] = "fault.config", [EB_FAULT_PROVIDER] = "fault.provider",
    [EB_FAULT_CLIENT] = "fault.client", [EB_FAULT_PERSON] = "fault.person",
    [EB_FAULT_BUSY] = "fault.busy",     [EB_FAULT_INTERNAL] = "fault.internal",
};

/* Whoever sends a forged message must not learn from the page which check it failed (DESIGN section
 * 6): what is said about a Response that does not verify is the same for all of them. */
static bool may_have_own_text(const eb_err *row)
{
    return row->fault != EB_FAULT_PROVIDER || row->id < EB_E_SAML_TOO_LARGE ||
           row->id >= EB_E_STATUS_REFUSED;
}

static const eb_err *row_by_name(const char *name, size_t len)
{
    const eb_err *row;
    for (unsigned int i = 0; (row = eb_err_row(i)) != NULL; i++) {
        if (strlen(row->name) == len && strncmp(row->name, name, len) == 0) {
            return row;
        }
    }
    return NULL;
}

/* Reading files */

static bool is_present(apr_pool_t *pool, const char *path)
{
    apr_finfo_t info;
    return apr_stat(&info, path, APR_FINFO_TYPE, pool) == APR_SUCCESS;
}

/* A whole text file: UTF-8, at most 256 KiB; a byte order mark is dropped. */
static const eb_err *read_file(apr_pool_t *pool, const char *path, const char **ret_text)
{
    apr_file_t *file;
    apr_status_t status = apr_file_open(&file, path, APR_READ | APR_BINARY, APR_OS_DEFAULT, pool);
    char reason[120];
    if (status != APR_SUCCESS) {
        return eb_err_make(pool, EB_E_CONFIG_PAGES, "%s cannot be opened: %s.", path,
                           apr_strerror(status, reason, sizeof reason));
    }
    char *text = apr_palloc(pool, FILE_MAX + 2);
    apr_size_t len = 0;
    status = apr_file_read_full(file, text, FILE_MAX + 1, &len);
    apr_file_close(file);
    if (status != APR_SUCCESS && status != APR_EOF) {
        return eb_err_make(pool, EB_E_CONFIG_PAGES, "%s cannot be read: %s.", path,
                           apr_strerror(status, reason, sizeof reason));
    }
    if (len > FILE_MAX) {
        return eb_err_make(pool, EB_E_CONFIG_PAGES, "%s is larger than 256 KiB.", path);
    }
    if (!eb_is_utf8(text, len)) {
        return eb_err_make(pool, EB_E_CONFIG_PAGES, "%s is not UTF-8 text.", path);
    }
    text[len] = '\0';
    *ret_text = strncmp(text, "\xEF\xBB\xBF", 3) == 0 ? text + 3 : text;
    return NULL;
}

typedef struct loader {
    apr_pool_t *pool;
    const char *own, *packaged; /* directories; own may be NULL */
} loader;

/* The administrator's file where there is one, else the packaged one. */
static const char *choose_file(const loader *l, const char *name)
{
    if (l->own != NULL) {
        const char *path = apr_pstrcat(l->pool, l->own, "/", name, NULL);
        if (is_present(l->pool, path)) {
            return path;
        }
    }
    return apr_pstrcat(l->pool, l->packaged, "/", name, NULL);
}

/* Loading */

static const eb_err *take_text(const loader *l, const page_language *language, const char *key,
                               const char *part, const char **ret_text)
{
    const char *whole = apr_pstrcat(l->pool, key, ".", part, NULL);
    const char *text = apr_hash_get(language->texts, whole, APR_HASH_KEY_STRING);
    if (text == NULL) {
        return eb_err_make(l->pool, EB_E_CONFIG_PAGES, "texts/%s.po has no text \"%s\".",
                           language->tag, eb_printable(l->pool, whole));
    }
    *ret_text = text;
    return NULL;
}

static const eb_err *take_page_text(const loader *l, const page_language *language, const char *key,
                                    page_text *ret_text)
{
    EB_TRY(take_text(l, language, key, "title", &ret_text->title));
    EB_TRY(take_text(l, language, key, "what", &ret_text->what));
    return take_text(l, language, key, "todo", &ret_text->todo);
}

/* error.NAME.title, .what and .todo of every error that the catalogue names. */
static const eb_err *take_error_texts(const loader *l, page_language *language)
{
    static const char prefix[] = "error.";
    language->by_name = apr_hash_make(l->pool);
    for (apr_hash_index_t *at = apr_hash_first(l->pool, language->texts); at != NULL;
         at = apr_hash_next(at)) {
        const char *key = apr_hash_this_key(at);
        if (strncmp(key, prefix, sizeof prefix - 1) != 0) {
            continue;
        }
        const char *name = key + sizeof prefix - 1;
        const eb_err *row = row_by_name(name, strcspn(name, "."));
        if (row == NULL) {
            return eb_err_make(
                l->pool, EB_E_CONFIG_PAGES,
                "texts/%s.po: \"%s\" names no error; the manual of errors lists them.",
                language->tag, eb_printable(l->pool, key));
        }
        if (!may_have_own_text(row)) {
            return eb_err_make(l->pool, EB_E_CONFIG_PAGES,
                               "texts/%s.po: \"%s\" would tell a forger which check failed; only "
                               "fault.provider speaks of a Response that is not accepted.",
                               language->tag, eb_printable(l->pool, key));
        }
        if (apr_hash_get(language->by_name, row->name, APR_HASH_KEY_STRING) == NULL) {
            page_text *text = apr_pcalloc(l->pool, sizeof *text);
            EB_TRY(
                take_page_text(l, language, apr_pstrcat(l->pool, prefix, row->name, NULL), text));
            apr_hash_set(language->by_name, row->name, APR_HASH_KEY_STRING, text);
        }
    }
    return NULL;
}

static const eb_err *load_template(const loader *l, const page_language *language, const char *name,
                                   unsigned int values, const eb_template **ret_template)
{
    const char *path = choose_file(l, name), *source;
    EB_TRY(read_file(l->pool, path, &source));
    return eb_template_parse(l->pool, apr_psprintf(l->pool, "%s (%s)", path, language->tag), source,
                             language->texts, values, ret_template);
}

static bool is_language_tag(const char *tag)
{
    size_t len = strlen(tag);
    return len >= 2 && len <= 35 &&
           strspn(tag, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") == len &&
           tag[0] != '-' && tag[len - 1] != '-';
}

static const eb_err *load_language(const loader *l, const char *tag, page_language *language)
{
    if (!is_language_tag(tag)) {
        return eb_err_make(l->pool, EB_E_CONFIG_PAGES,
                           "\"%s\" is not a language tag such as en, fi or sv.",
                           eb_printable(l->pool, tag));
    }
    language->tag = apr_pstrdup(l->pool, tag);
    language->texts = apr_hash_make(l->pool);

    /* The packaged catalogue first, the administrator's over it: after an upgrade that brings a new
     * text, an own catalogue of a packaged language still loads. */
    const char *name = apr_pstrcat(l->pool, "texts/", tag, ".po", NULL);
    const char *packaged = apr_pstrcat(l->pool, l->packaged, "/", name, NULL);
    const char *chosen = choose_file(l, name);
    const char *source;
    if (strcmp(packaged, chosen) == 0 || is_present(l->pool, packaged)) {
        EB_TRY(read_file(l->pool, packaged, &source));
        EB_TRY(eb_texts_read(l->pool, packaged, source, language->texts));
    }
    if (strcmp(packaged, chosen) != 0) {
        EB_TRY(read_file(l->pool, chosen, &source));
        EB_TRY(eb_texts_read(l->pool, chosen, source, language->texts));
    }
    for (size_t i = 0; i < sizeof fault_keys / sizeof fault_keys[0]; i++) {
        EB_TRY(take_page_text(l, language, fault_keys[i], &language->by_fault[i]));
    }
    EB_TRY(take_error_texts(l, language));
    EB_TRY(load_template(l, language, "error.html", EB_VALUES_ERROR, &language->error));
    return load_template(l, language, "post.html", EB_VALUES_POST, &language->post);
}

static const eb_err *load_style(const loader *l, const eb_pages_settings *settings, eb_pages *pages)
{
    const char *path =
        settings->stylesheet != NULL ? settings->stylesheet : choose_file(l, "style.css");
    EB_TRY(read_file(l->pool, path, &pages->style));
    unsigned char hash[32];
    EB_TRY(eb_sha256(l->pool, eb_span_str(pages->style), hash));
    /* Half of it: a name for the content, so that it may be cached for ever. */
    pages->style_path = apr_pstrcat(
        l->pool, "/pages/", eb_hex(l->pool, hash, EB_STYLE_HASH_CHARS / 2), EB_STYLE_FILE, NULL);
    pages->style_link = apr_pstrcat(l->pool, settings->base_path != NULL ? settings->base_path : "",
                                    pages->style_path, NULL);
    return NULL;
}

static const eb_err *make_policies(apr_pool_t *pool, eb_pages *pages)
{
    unsigned char hash[32];
    EB_TRY(eb_sha256(pool, eb_span_str(post_script), hash));
    pages->error_policy = "default-src 'none'; style-src 'self'; base-uri 'none'; "
                          "form-action 'none'; frame-ancestors 'none'";
    /* No form-action: browsers apply it also to the redirects that follow the post. */
    pages->post_policy = apr_pstrcat(
        pool, "default-src 'none'; style-src 'self'; script-src 'sha256-",
        eb_base64(pool, hash, sizeof hash), "'; base-uri 'none'; frame-ancestors 'none'", NULL);
    return NULL;
}

const eb_err *eb_pages_load(apr_pool_t *pool, const eb_pages_settings *settings,
                            const eb_pages **ret_pages)
{
    static const char *const default_languages[] = {"en", "fi", "sv"};
    const char *const *wanted = settings->languages;
    int count = settings->language_count;
    if (count <= 0) {
        wanted = default_languages;
        count = 3;
    }
    if (count > LANGUAGES_MAX) {
        return eb_err_make(pool, EB_E_CONFIG_PAGES,
                           "%d languages are named; at most %d are possible.", count,
                           LANGUAGES_MAX);
    }
    loader l = {.pool = pool, .own = settings->directory, .packaged = settings->packaged_directory};
    if (l.packaged == NULL) {
        l.packaged = EB_PAGES_DIR;
    }
    if (l.own != NULL && !is_present(pool, l.own)) {
        return eb_err_make(pool, EB_E_CONFIG_PAGES, "the directory %s is not there.", l.own);
    }

    eb_pages *pages = apr_pcalloc(pool, sizeof *pages);
    page_language *languages = apr_pcalloc(pool, (apr_size_t)count * sizeof *languages);
    const char **tags = apr_pcalloc(pool, (apr_size_t)count * sizeof *tags);
    for (int i = 0; i < count; i++) {
        EB_TRY(load_language(&l, wanted[i], &languages[i]));
        tags[i] = languages[i].tag;
    }
    pages->languages = languages;
    pages->tags = tags;
    pages->count = count;
    EB_TRY(load_style(&l, settings, pages));
    EB_TRY(make_policies(pool, pages));
    *ret_pages = pages;
    return NULL;
}

/* Making pages */

const char *eb_pages_language(const eb_pages *pages, const char *ui_locales,
                              const char *accept_language)
{
    return eb_language_choose(pages->tags, pages->count, ui_locales, accept_language);
}

static const page_language *find_language(const eb_pages *pages, const char *tag)
{
    for (int i = 0; tag != NULL && i < pages->count; i++) {
        if (strcmp(pages->tags[i], tag) == 0) {
            return &pages->languages[i];
        }
    }
    return &pages->languages[0];
}

static void set_page(eb_reply *reply, int status, const page_language *language, const char *policy,
                     const char *body)
{
    eb_reply_body(reply, status, "text/html; charset=utf-8", body);
    apr_table_setn(reply->headers, "Content-Language", language->tag);
    apr_table_setn(reply->headers, "Content-Security-Policy", policy);
    apr_table_setn(reply->headers, "X-Frame-Options", "DENY");
    apr_table_setn(reply->headers, "X-Content-Type-Options", "nosniff");
    apr_table_setn(reply->headers, "Referrer-Policy", "no-referrer");
    apr_table_setn(reply->headers, "Cache-Control", "no-store");
}

/* The way back is an address of the configuration; still, only a web address becomes a link. */
static const char *web_address(const char *url)
{
    bool is_web =
        url != NULL && (strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0);
    return is_web ? url : NULL;
}

void eb_page_error_show(const eb_pages *pages, apr_pool_t *pool, const eb_page_error *error,
                        eb_reply *reply)
{
    const page_language *language = find_language(pages, error->language);
    const page_text *text = NULL;
    if (may_have_own_text(error->err)) {
        text = apr_hash_get(language->by_name, error->err->name, APR_HASH_KEY_STRING);
    }
    if (text == NULL) {
        text = &language->by_fault[error->err->fault];
    }
    eb_template_values values = {.value = {[EB_VALUE_LANGUAGE] = language->tag,
                                           [EB_VALUE_STYLE] = pages->style_link,
                                           [EB_VALUE_TITLE] = text->title,
                                           [EB_VALUE_WHAT] = text->what,
                                           [EB_VALUE_TODO] = text->todo,
                                           [EB_VALUE_REFERENCE] = error->reference,
                                           [EB_VALUE_CLIENT_NAME] = error->client_name,
                                           [EB_VALUE_HOME_URL] = web_address(error->home_url)}};
    int status = eb_http_status(error->err);
    set_page(reply, status, language, pages->error_policy,
             eb_template_render(language->error, pool, &values));
    if (status == 503) {
        apr_table_setn(reply->headers, "Retry-After", "30");
    }
}

void eb_page_post(const eb_pages *pages, apr_pool_t *pool, const char *language_tag,
                  const char *provider_name, const char *action, const char *const *names,
                  const char *const *values, int count, eb_reply *reply)
{
    const page_language *language = find_language(pages, language_tag);
    eb_template_values page = {.value = {[EB_VALUE_LANGUAGE] = language->tag,
                                         [EB_VALUE_STYLE] = pages->style_link,
                                         [EB_VALUE_PROVIDER_NAME] = provider_name,
                                         [EB_VALUE_ACTION] = action,
                                         [EB_VALUE_SCRIPT] = post_script},
                               .field_names = names,
                               .field_values = values,
                               .field_count = count};
    set_page(reply, 200, language, pages->post_policy,
             eb_template_render(language->post, pool, &page));
}

const char *eb_pages_style_path(const eb_pages *pages)
{
    return pages->style_path;
}

const char *eb_pages_style(const eb_pages *pages)
{
    return pages->style;
}
