/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A catalogue and a template as an administrator may write them: the part before the first NUL is
 * the catalogue, the rest the template of the error page. */
#include "bridge/page_template.h"
#include "bridge/page_texts.h"

#include <apr_general.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"a", "b"}, *const values[] = {"1", NULL};
    apr_initialize();
    apr_pool_t *pool;
    char *text = malloc(size + 2);
    if (text == NULL || apr_pool_create(&pool, NULL) != APR_SUCCESS) {
        free(text);
        return 0;
    }
    if (size > 0) {
        memcpy(text, data, size);
    }
    text[size] = text[size + 1] = '\0';
    const char *source = text + strlen(text) + 1;
    apr_hash_t *texts = apr_hash_make(pool);
    const eb_template *template_;
    const eb_err *err = eb_texts_read(pool, "texts", text, texts);
    if (err == NULL) {
        err = eb_template_parse(pool, "template", source, texts, ~0u, &template_);
    }
    if (err == NULL) {
        eb_template_values page = {.field_names = names, .field_values = values, .field_count = 2};
        page.value[EB_VALUE_TITLE] = "<title>";
        page.value[EB_VALUE_CLIENT_NAME] = "client";
        if (eb_template_render(template_, pool, &page) == NULL) {
            abort();
        }
    } else if (err->id != EB_E_CONFIG_PAGES) {
        abort();
    }
    apr_pool_destroy(pool);
    free(text);
    return 0;
}
