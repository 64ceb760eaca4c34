/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Levels by word, attributes by name. */
#include "base/identity.h"

#include <string.h>

static const char *const level_words[] = {"none", "low", "substantial", "high"};

const char *eb_level_word(eb_level level)
{
    return level_words[level];
}

bool eb_level_parse(const char *word, eb_level *ret_level)
{
    for (int i = EB_LEVEL_LOW; i <= EB_LEVEL_HIGH; i++) {
        if (strcmp(word, level_words[i]) == 0) {
            *ret_level = (eb_level)i;
            return true;
        }
    }
    return false;
}

const eb_attribute *eb_identity_attribute(const eb_identity *identity, const char *name)
{
    const eb_attribute *friend = NULL;
    int friends = 0;
    for (int i = 0; i < identity->attribute_count; i++) {
        const eb_attribute *attribute = &identity->attributes[i];
        if (strcmp(attribute->name, name) == 0) {
            return attribute;
        }
        if (attribute->friendly_name != NULL && strcmp(attribute->friendly_name, name) == 0) {
            friend = attribute;
            friends++;
        }
    }
    return friends == 1 ? friend : NULL;
}
