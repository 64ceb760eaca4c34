/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Accept-Language and ui_locales as a stranger sends them: with a newline both (ui_locales before
 * it), else by the first byte: odd is ui_locales, even is Accept-Language. */
#include "bridge/page_language.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const languages[] = {"en", "fi", "sv", "zh-Hant", "pt-BR"};
    const int count = 5;
    char *text = malloc(size + 1);
    if (text == NULL) {
        return 0;
    }
    if (size > 0) {
        memcpy(text, data, size);
    }
    text[size] = '\0';
    char *newline = strchr(text, '\n');
    const char *found;
    if (newline != NULL) {
        *newline = '\0';
        found = eb_language_choose(languages, count, text, newline + 1);
    } else if (size > 0 && (data[0] & 1) != 0) {
        found = eb_language_choose(languages, count, text, NULL);
    } else {
        found = eb_language_choose(languages, count, NULL, text);
    }
    int i = 0;
    while (i < count && found != languages[i]) {
        i++;
    }
    if (i == count) {
        abort(); /* it must be one of ours, whatever was sent */
    }
    free(text);
    return 0;
}
