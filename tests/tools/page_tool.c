/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page_tool PAGES_DIR style | error LANGUAGE NAME [CLIENT_NAME HOME_URL] | post LANGUAGE ACTION
 *
 * Prints one page as the bridge itself would send it: header lines, an empty line, the body. For
 * docs/make-screenshots, and for whoever writes a template and wants to see it.
 */
#include "bridge/page.h"

#include <apr_general.h>
#include <apr_strings.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int print_field(void *unused, const char *name, const char *value)
{
    (void)unused;
    printf("%s: %s\n", name, value);
    return 1;
}

static void print_reply(const eb_reply *reply)
{
    printf("Status: %d\nContent-Type: %s\n", reply->status, reply->content_type);
    apr_table_do(print_field, NULL, reply->headers, NULL);
    printf("\n%.*s", (int)reply->body.len, (const char *)reply->body.data);
}

static int show_error(const eb_pages *pages, apr_pool_t *pool, int argc, char **argv)
{
    const eb_err *row = NULL;
    for (unsigned int i = 0; (row = eb_err_row(i)) != NULL && strcmp(row->name, argv[4]) != 0;
         i++) {
    }
    if (row == NULL) {
        fprintf(stderr, "page_tool: no error has the name %s\n", argv[4]);
        return EXIT_FAILURE;
    }
    eb_page_error error = {.language = eb_pages_language(pages, argv[3], NULL),
                           .err = row,
                           .reference = "7KQ2M4XD9T",
                           .client_name = argc > 5 ? argv[5] : NULL,
                           .home_url = argc > 6 ? argv[6] : NULL};
    eb_reply reply;
    eb_reply_init(&reply, pool);
    eb_page_error_show(pages, pool, &error, &reply);
    print_reply(&reply);
    return EXIT_SUCCESS;
}

static int run(apr_pool_t *pool, int argc, char **argv)
{
    const eb_pages *pages;
    eb_pages_settings settings = {.packaged_directory = argv[1]};
    const eb_err *err = eb_pages_load(pool, &settings, &pages);
    if (err != NULL) {
        fprintf(stderr, "page_tool: %s %s\n", err->code, err->message);
        return EXIT_FAILURE;
    }
    eb_reply reply;
    eb_reply_init(&reply, pool);
    if (strcmp(argv[2], "style") == 0) {
        eb_reply_body(&reply, 200, "text/css; charset=utf-8", eb_pages_style(pages));
        print_reply(&reply);
        return EXIT_SUCCESS;
    }
    if (strcmp(argv[2], "error") == 0 && argc > 4) {
        return show_error(pages, pool, argc, argv);
    }
    if (strcmp(argv[2], "post") == 0 && argc > 4) {
        static const char *const names[] = {"SAMLRequest", "RelayState"};
        static const char *const values[] = {"PHNhbWxwOkF1dGhuUmVxdWVzdC8+", "example"};
        eb_page_post(pages, pool, eb_pages_language(pages, argv[3], NULL), NULL, argv[4], names,
                     values, 2, &reply);
        print_reply(&reply);
        return EXIT_SUCCESS;
    }
    fprintf(stderr, "page_tool: style, error or post with their arguments was expected\n");
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    apr_pool_t *pool;
    if (argc < 3) {
        fprintf(stderr, "page_tool PAGES_DIR style | error LANGUAGE NAME [CLIENT_NAME HOME_URL] | "
                        "post LANGUAGE ACTION\n");
        return EXIT_FAILURE;
    }
    apr_initialize();
    atexit(apr_terminate);
    return apr_pool_create(&pool, NULL) == APR_SUCCESS ? run(pool, argc, argv) : EXIT_FAILURE;
}
