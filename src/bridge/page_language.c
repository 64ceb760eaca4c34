/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "bridge/page_language.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Work is bounded whatever a browser sends. */
#define ITEMS_MAX 32
#define TAG_MAX   35 /* RFC 5646 4.4.1 */

static bool is_tag_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

/* Index of the language that a tag finds by lookup (the tag, then the tag without its last subtag,
 * and so on), or -1. */
static int lookup(const char *const *languages, int count, const char *tag, size_t len)
{
    while (len > 0) {
        for (int i = 0; i < count; i++) {
            if (strlen(languages[i]) == len && strncasecmp(languages[i], tag, len) == 0) {
                return i;
            }
        }
        do {
            len--;
        } while (len > 0 && tag[len] != '-');
    }
    return -1;
}

/* The weight in thousandths of ";q=0.5" at the text, which is moved past it; 1000 when there is
 * none, -1 when it is malformed. */
static int read_weight(const char **text)
{
    const char *at = *text;
    while (is_space(*at)) {
        at++;
    }
    if (*at != ';') {
        *text = at;
        return 1000;
    }
    at++;
    while (is_space(*at)) {
        at++;
    }
    if ((at[0] != 'q' && at[0] != 'Q') || at[1] != '=' || (at[2] != '0' && at[2] != '1')) {
        return -1;
    }
    int weight = at[2] == '1' ? 1000 : 0;
    at += 3;
    if (*at == '.') {
        at++;
        for (int scale = 100; scale > 0 && *at >= '0' && *at <= '9'; scale /= 10) {
            weight += (*at - '0') * scale;
            at++;
        }
    }
    while (is_space(*at)) {
        at++;
    }
    *text = at;
    return weight <= 1000 ? weight : -1;
}

static int choose_ui_locales(const char *const *languages, int count, const char *text)
{
    for (int items = 0; items < ITEMS_MAX; items++) {
        while (*text == ' ') {
            text++;
        }
        size_t len = strcspn(text, " ");
        if (len == 0) {
            return -1;
        }
        int found = len <= TAG_MAX ? lookup(languages, count, text, len) : -1;
        if (found >= 0) {
            return found;
        }
        text += len;
    }
    return -1;
}

static int choose_accepted(const char *const *languages, int count, const char *text)
{
    int best = -1, best_weight = 0;
    const char *forbidden[ITEMS_MAX];
    size_t forbidden_len[ITEMS_MAX];
    int forbidden_count = 0;

    for (int items = 0; items < ITEMS_MAX && *text != '\0'; items++) {
        while (is_space(*text) || *text == ',') {
            text++;
        }
        const char *tag = text;
        bool is_any = *text == '*';
        if (is_any) {
            text++;
        }
        while (!is_any && is_tag_char(*text)) {
            text++;
        }
        size_t len = (size_t)(text - tag);
        int weight = read_weight(&text);
        bool is_whole = *text == ',' || *text == '\0';
        text += strcspn(text, ",");
        if (len == 0 || len > TAG_MAX || weight < 0 || !is_whole) {
            continue;
        }
        if (is_any) {
            continue; /* means no more than our own order, which comes last anyway */
        }
        if (weight == 0) {
            forbidden[forbidden_count] = tag;
            forbidden_len[forbidden_count++] = len;
        } else if (weight > best_weight) {
            int found = lookup(languages, count, tag, len);
            if (found >= 0) {
                best = found;
                best_weight = weight;
            }
        }
    }
    if (best >= 0) {
        return best;
    }
    /* Nothing that we have: the first of ours that is not forbidden. */
    for (int i = 0; i < count; i++) {
        bool is_forbidden = false;
        for (int j = 0; j < forbidden_count; j++) {
            is_forbidden =
                is_forbidden || (strlen(languages[i]) == forbidden_len[j] &&
                                 strncasecmp(languages[i], forbidden[j], forbidden_len[j]) == 0);
        }
        if (!is_forbidden) {
            return i;
        }
    }
    return -1;
}

const char *eb_language_choose(const char *const *languages, int count, const char *ui_locales,
                               const char *accept_language)
{
    int found = -1;
    if (ui_locales != NULL) {
        found = choose_ui_locales(languages, count, ui_locales);
    }
    if (found < 0 && accept_language != NULL) {
        found = choose_accepted(languages, count, accept_language);
    }
    return languages[found < 0 ? 0 : found];
}
